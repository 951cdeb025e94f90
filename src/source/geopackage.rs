//! Several layers and their styles as one GeoPackage.

use std::ops::Range;
use std::path::Path;

use geo::Geometry;
use polars::prelude::{AnyValue, DataFrame, DataType};
use serde_json::Value;

use super::gdal;
use super::vector::{self, Column, ColumnKind};
use crate::error::Result;
use crate::model::{DeclaredReference, json};

/// A layer to be written: its rows, and where each lies.
#[derive(Debug, Clone)]
pub struct PackageLayer {
    /// The name of its table, which no other layer has.
    pub name: String,
    /// Its name for people, which no other layer has.
    pub title: String,
    /// What is to be known of it.
    pub about: String,
    /// The attributes.
    pub frame: DataFrame,
    /// The geometry of each row.
    pub geometries: Vec<Option<Geometry<f64>>>,
    /// The reference of the geometries.
    pub reference: DeclaredReference,
}

/// A style as QGIS saves it in a GeoPackage, in the table `layer_styles`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedStyle {
    /// The table it is for.
    pub layer: String,
    /// Its name.
    pub name: String,
    /// What is to be known of it.
    pub about: String,
    /// The style in the format of QGIS.
    pub qml: String,
    /// The style as a Styled Layer Descriptor.
    pub sld: String,
    /// Whether the layer is opened in this style.
    pub is_default: bool,
}

/// Whether this build writes GeoPackages.
#[must_use]
pub const fn writes_geopackages() -> bool {
    gdal::AVAILABLE
}

/// Layers with their styles as the bytes of one GeoPackage, which are the same each time. `metadata` is what it says of itself as
/// a whole.
///
/// # Errors
///
/// A reference that cannot be written; what GDAL refuses.
pub fn geopackage(
    layers: &[PackageLayer],
    styles: &[SavedStyle],
    metadata: &[(String, String)],
    name: &str,
) -> Result<Vec<u8>> {
    let made: Vec<gdal::Packed<'_>> = layers.iter().map(packed).collect();
    let written = gdal::package(Path::new(name), &made, styles, metadata)?;
    Ok(written.files.into_iter().next().map(|(_, bytes)| bytes).unwrap_or_default())
}

fn packed(layer: &PackageLayer) -> gdal::Packed<'_> {
    let columns = layer.frame.columns();
    let features = |rows: Range<usize>| {
        let feature = |row: usize| vector::Feature {
            number: row as u64 + 1,
            // A row of the frame is in each of its columns.
            cells: columns.iter().map(|column| cell(&column.get(row).unwrap_or(AnyValue::Null))).collect(),
            geometry: layer.geometries.get(row).cloned().flatten(),
            foreign: None,
        };
        rows.map(feature).collect()
    };
    gdal::Packed {
        name: &layer.name,
        title: &layer.title,
        about: &layer.about,
        columns: columns
            .iter()
            .map(|column| Column { name: column.name().to_string(), kind: kind(column.dtype()) })
            .collect(),
        geometries: &layer.geometries,
        reference: layer.reference,
        features: Box::new(features),
    }
}

fn kind(dtype: &DataType) -> ColumnKind {
    match dtype {
        DataType::Boolean => ColumnKind::Boolean,
        dtype if dtype.is_integer() => ColumnKind::Integer,
        DataType::Float32 | DataType::Float64 => ColumnKind::Real,
        DataType::Date => ColumnKind::Date,
        _ => ColumnKind::Text,
    }
}

fn cell(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(truth) => Value::Bool(*truth),
        AnyValue::String(text) => Value::String((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::String(text.to_string()),
        AnyValue::Float32(single) => json::number(f64::from(*single)),
        AnyValue::Float64(double) if double.is_finite() => json::number(*double),
        AnyValue::Float64(_) => Value::Null,
        other if other.is_integer() => other.extract::<i64>().map_or(Value::Null, Value::from),
        other => Value::String(other.to_string()),
    }
}
