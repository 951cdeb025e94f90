//! Reading through GDAL.

use std::path::Path;

use gdal::vector::{LayerAccess as _, OGRFieldType};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use geo::Geometry;
use serde_json::Value;

use super::super::vector::{Column, ColumnKind, Declared, Feature, Layer, Opening, ending};
use super::{encoding, spatial};
use crate::error::{Error, ReadError, Result};

/// Reads a layer of any format GDAL opens.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    super::quiet();
    super::complaints();
    let source = path.display().to_string();
    let malformed =
        |message: String| Error::from(ReadError::Malformed { file: source.clone(), format: "a vector file", message });
    // GDAL takes much that is no file: addresses, connection strings.
    std::fs::metadata(path).map_err(Error::file("read", path))?;
    let encoding = match ending(path).as_str() {
        "shp" | "dbf" | "shx" => encoding::of_shapefile(path, opening.encoding)?.map(|name| format!("ENCODING={name}")),
        _ => None,
    };
    let encoding: Vec<&str> = encoding.iter().map(String::as_str).collect();
    let dataset = Dataset::open_ex(
        path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR
                | GdalOpenFlags::GDAL_OF_READONLY
                | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
            open_options: (!encoding.is_empty()).then_some(&encoding),
            ..DatasetOptions::default()
        },
    )
    .map_err(|error| malformed(error.to_string()))?;

    let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    let chosen = match (opening.layer.and_then(|wanted| names.iter().position(|name| name == wanted)), names.len()) {
        (Some(position), _) => position,
        (None, 1) => 0,
        (None, 0) => return Err(malformed("it has no layer".to_owned())),
        (None, _) => {
            return Err(malformed(format!("it has several layers, name one of {}", names.join(", "))));
        }
    };
    let mut layer = dataset.layer(chosen).map_err(|error| malformed(error.to_string()))?;
    let declared = match layer.spatial_ref() {
        None => Declared::Nothing,
        Some(reference) => {
            let definition = reference.to_wkt().unwrap_or_default();
            spatial::identified(reference).map_or(Declared::Unregistered(definition), Declared::Known)
        }
    };
    let mut columns: Vec<Column> = layer
        .defn()
        .fields()
        .map(|field| Column {
            name: field.name(),
            kind: match field.field_type() {
                OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => ColumnKind::Integer,
                OGRFieldType::OFTReal => ColumnKind::Real,
                OGRFieldType::OFTDate => ColumnKind::Date,
                OGRFieldType::OFTDateTime => ColumnKind::DateTime,
                _ => ColumnKind::Text,
            },
        })
        .collect();

    if matches!(ending(path).as_str(), "tab" | "mif")
        && let Some(headers) = encoding::mapinfo_headers(path).filter(|headers| headers.len() == columns.len())
    {
        for (column, header) in columns.iter_mut().zip(headers) {
            column.name = header;
        }
    }

    let mut heights_dropped = false;
    let mut features = Vec::new();
    for feature in layer.features() {
        let number = features.len() as u64 + 1;
        let cells = columns
            .iter()
            .enumerate()
            .map(|(position, column)| {
                cell(&feature, position, column.kind)
                    .map_err(|error| malformed(format!("feature {number}, column `{}`: {error}", column.name)))
            })
            .collect::<Result<Vec<_>>>()?;
        let geometry = match feature.geometry() {
            Some(geometry) if !geometry.is_empty() => {
                heights_dropped |= gdal::vector::geometry_type_has_z(geometry.geometry_type());
                Some(plane(geometry).map_err(|error| malformed(format!("feature {number}: {error}")))?)
            }
            _ => None,
        };
        features.push(Feature { number, cells, geometry });
    }
    // GDAL ends a layer that breaks off as if it were complete, and only complains.
    let complaints = super::complaints();
    if let Some(broken) = complaints.iter().find(|complaint| is_fatal(complaint)) {
        return Err(malformed(broken.clone()));
    }
    Ok(Layer { source: source.clone(), format: "vector file", declared, columns, features, heights_dropped })
}

fn is_fatal(complaint: &str) -> bool {
    let complaint = complaint.to_lowercase();
    ["error", "corrupt", "truncated", "fread", "cannot read", "failed"].iter().any(|word| complaint.contains(word))
}

fn cell(feature: &gdal::vector::Feature<'_>, position: usize, kind: ColumnKind) -> gdal::errors::Result<Value> {
    // A field that was never set is no null for GDAL, and a number of it is 0; its text is empty in both cases.
    let Some(text) = feature.field_as_string(position)? else { return Ok(Value::Null) };
    if text.is_empty() && kind != ColumnKind::Text {
        return Ok(Value::Null);
    }
    Ok(match kind {
        ColumnKind::Integer => feature.field_as_integer64(position)?.into(),
        ColumnKind::Real => feature.field_as_double(position)?.into(),
        // GDAL writes dates as 2020/10/31.
        ColumnKind::Date | ColumnKind::DateTime => text.replace('/', "-").into(),
        ColumnKind::Text | ColumnKind::Boolean => text.into(),
    })
}

/// A geometry without height and measure.
fn plane(geometry: &gdal::vector::Geometry) -> gdal::errors::Result<Geometry<f64>> {
    let mut flat = geometry.clone();
    flat.flatten_to_2d();
    flat.to_geo()
}
