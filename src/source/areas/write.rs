//! Areas as GeoJSON.

use std::path::Path;

use geo::Geometry;
use polars::prelude::DataFrame;
use serde_json::Value;

use super::super::database;
use super::super::gdal;
use super::super::points;
use super::super::reference::{Transform, geometry_through};
use super::super::vector::{self, Column, ColumnKind, Declared, VectorLayer, ending, geojson};
use super::super::write::write_atomically;
use crate::error::{ReadError, Result};
use crate::model::{Areas, DeclaredReference};

/// Writes areas as GeoJSON (RFC 7946): longitude and latitude of WGS 84, outer rings counter-clockwise, `id`, `name` and
/// `parent` as properties. Numbers are as short as they can be to be read back the same.
///
/// # Errors
///
/// [`ReadError::AlwaysWgs84`] for areas on a projected grid; a file that cannot be written or is one of the inputs.
///
/// # References
///
/// Butler, H. et al. (2016). The GeoJSON Format. RFC 7946.
pub fn write_areas(areas: &Areas, path: &Path, inputs: &[&Path]) -> Result<()> {
    if !areas.reference.is_wgs84_like() {
        return Err(ReadError::AlwaysWgs84 {
            file: path.display().to_string(),
            format: "GeoJSON",
            found: format!("these areas are in {}", areas.reference),
        }
        .into());
    }
    let features = areas.areas.iter().map(|area| {
        let mut properties = serde_json::Map::new();
        properties.insert("id".to_owned(), area.id.clone().into());
        properties.insert("name".to_owned(), area.name.clone().into());
        if let Some(parent) = &area.parent {
            properties.insert("parent".to_owned(), parent.clone().into());
        }
        (properties, Some(geo::Geometry::MultiPolygon(area.geometry.clone())))
    });
    write_atomically(path, inputs, &geojson::format(features))
}

/// A geometry and what is to be told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its properties, in this order.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// Where it lies.
    pub geometry: geo::Geometry<f64>,
}

/// Writes geometries to a file in the format of its ending: GeoJSON as [`write_areas`] does, else GeoPackage, FlatGeobuf or
/// KML, in the reference of the geometries where the format can hold it; to a table of a database with their reference.
///
/// # Errors
///
/// A geometry that has no place in longitude and latitude; an ending of no such format; a file or a table that cannot be
/// written or is one of the inputs.
pub fn write_features(features: &[Feature], reference: DeclaredReference, path: &Path, inputs: &[&Path]) -> Result<()> {
    if database::is_database(path) {
        let (frame, geometries) = rows_of_features(features, reference)?;
        return database::write_to_database(&frame, Some((&geometries, reference)), path, inputs);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    write_atomically(path, inputs, &features_bytes(features, reference, &name)?)
}

/// Geometries as the bytes of a file of this name, as [`write_features`] writes it.
///
/// # Errors
///
/// A geometry that has no place in longitude and latitude; an ending of no such format.
pub fn features_bytes(features: &[Feature], reference: DeclaredReference, name: &str) -> Result<Vec<u8>> {
    let carried = |to: DeclaredReference| -> Result<Vec<Geometry<f64>>> {
        let transform = Transform::new(reference, to)?;
        features.iter().map(|feature| geometry_through(&transform, &feature.geometry)).collect()
    };
    match ending(Path::new(name)).as_str() {
        "geojson" | "json" => {
            let geometries = carried(DeclaredReference::Wgs84)?;
            let properties = features.iter().map(|feature| feature.properties.clone());
            Ok(geojson::format(properties.zip(geometries.into_iter().map(Some))))
        }
        "parquet" | "geoparquet" => {
            let geometries: Vec<_> = features.iter().map(|feature| Some(feature.geometry.clone())).collect();
            let layer = layer_of(features, carried(reference)?, reference, name);
            super::super::geoparquet_with(&points::table(&layer, Vec::new())?.frame, &geometries, reference, &[])
        }
        "gpkg" | "fgb" => through_gdal(features, carried(reference)?, reference, name),
        "kml" => through_gdal(features, carried(DeclaredReference::Wgs84)?, DeclaredReference::Wgs84, name),
        other => Err(ReadError::UnknownFormat {
            file: name.to_owned(),
            ending: other.to_owned(),
            expected: "geojson, gpkg, fgb, kml, parquet",
        }
        .into()),
    }
}

/// Features as rows and a geometry for each.
///
/// # Errors
///
/// [`Error::Table`](crate::Error::Table), a fault of the program.
pub fn rows_of_features(
    features: &[Feature],
    reference: DeclaredReference,
) -> Result<(DataFrame, Vec<Option<Geometry<f64>>>)> {
    let geometries: Vec<Geometry<f64>> = features.iter().map(|feature| feature.geometry.clone()).collect();
    let layer = layer_of(features, geometries.clone(), reference, "a result");
    Ok((database::typed_attributes(&layer)?, geometries.into_iter().map(Some).collect()))
}

/// Features as a layer, whose columns are their properties.
fn layer_of(
    features: &[Feature],
    geometries: Vec<Geometry<f64>>,
    reference: DeclaredReference,
    name: &str,
) -> VectorLayer {
    let mut columns: Vec<Column> = Vec::new();
    for (property, value) in features.iter().flat_map(|feature| &feature.properties) {
        let kind = match value {
            Value::Null => continue,
            Value::Bool(_) => ColumnKind::Boolean,
            Value::Number(number) if number.is_i64() => ColumnKind::Integer,
            Value::Number(_) => ColumnKind::Real,
            _ => ColumnKind::Text,
        };
        match columns.iter_mut().find(|column| column.name == *property) {
            None => columns.push(Column { name: property.clone(), kind }),
            Some(column) if column.kind == kind => {}
            Some(column) => {
                let are_numbers =
                    [column.kind, kind].iter().all(|kind| matches!(kind, ColumnKind::Integer | ColumnKind::Real));
                column.kind = if are_numbers { ColumnKind::Real } else { ColumnKind::Text };
            }
        }
    }
    let cells = |feature: &Feature| {
        columns.iter().map(|column| feature.properties.get(&column.name).cloned().unwrap_or_default()).collect()
    };
    let rows = (1..).zip(features).zip(geometries);
    let features = rows
        .map(|((number, feature), geometry)| vector::Feature {
            number,
            cells: cells(feature),
            geometry: Some(geometry),
            foreign: None,
        })
        .collect();
    VectorLayer {
        source: name.to_owned(),
        format: "a result",
        declared: Declared::Known(reference),
        columns,
        features,
        heights_dropped: false,
        notes: Vec::new(),
    }
}

/// A file that GDAL writes, as bytes.
fn through_gdal(
    features: &[Feature],
    geometries: Vec<Geometry<f64>>,
    reference: DeclaredReference,
    name: &str,
) -> Result<Vec<u8>> {
    let layer = layer_of(features, geometries, reference, name);
    // All of these formats are of one file.
    let written = gdal::write(&layer, reference, Path::new(name))?;
    Ok(written.files.into_iter().next().map(|(_, bytes)| bytes).unwrap_or_default())
}
