use std::path::Path;

use geo::Geometry;
use polars::prelude::{Column, DataFrame};

use super::areas::{AreaOptions, identifier, inside};
use super::table::ending;
use super::vector::{self, ColumnKind, Feature, Layer, Opening, cell_text};
use super::{Transform, reference};
use crate::error::{Error, Result};
use crate::model::{Point, Reference, Table};

/// Endings of files that hold features, not only rows.
const VECTOR: &[&str] =
    &["geojson", "json", "gpkg", "shp", "kml", "kmz", "tab", "mif", "fgb", "gml", "gdb", "geoparquet", "topojson", "gpx"];

/// Whether a file is a vector file by its ending. A `.parquet` is taken as a table.
#[must_use]
pub fn is_vector(path: &Path) -> bool {
    VECTOR.contains(&ending(path).as_str())
}

/// The attributes of a layer of areas as a table, and the name of the column that identifies an area.
///
/// # Errors
///
/// As [`super::areas`], without those of ids and geometry.
pub fn attributes(path: &Path, options: &AreaOptions) -> Result<(Table, String)> {
    let layer = vector::layer(path, opening(options.encoding.as_deref(), options.layer.as_deref()))?;
    let key = identifier(&layer, options)?;
    Ok((table(&layer, Vec::new())?, key))
}

/// A vector file of points as a table: its attributes, then `lon` and `lat`, or `x` and `y` in a metre grid; and their
/// reference. GCJ-02 and BD-09 stay as they are, as the file cannot say them.
///
/// A feature that is no single point has null coordinates: no row is lost.
///
/// # Errors
///
/// A file that cannot be read; a reference that is not known.
pub fn points_table(path: &Path, encoding: Option<&str>) -> Result<(Table, Reference)> {
    let layer = vector::layer(path, opening(encoding, None))?;
    let from = reference::canonical(layer.reference(None)?);
    let to = inside(from, &layer.source)?;
    let transform = Transform::new(from, to)?;
    let mut x = Vec::with_capacity(layer.features.len());
    let mut y = Vec::with_capacity(layer.features.len());
    for feature in &layer.features {
        let point = point(feature).map(|point| transform.point(point)).transpose()?;
        x.push(point.map(|point| point.x));
        y.push(point.map(|point| point.y));
    }
    let names = if to.is_wgs84_like() { ["lon", "lat"] } else { ["x", "y"] };
    let coordinates = names.into_iter().zip([x, y]).map(|(name, values)| Column::new(name.into(), values)).collect();
    Ok((table(&layer, coordinates)?, to))
}

fn opening<'a>(encoding: Option<&'a str>, layer: Option<&'a str>) -> Opening<'a> {
    Opening { layer, encoding, max_bytes: vector::MAX_BYTES }
}

fn point(feature: &Feature) -> Option<Point> {
    let coord = match feature.geometry.as_ref()? {
        Geometry::Point(point) => point.0,
        Geometry::MultiPoint(points) if points.0.len() == 1 => points.0[0].0,
        _ => return None,
    };
    Some(Point::from(coord)).filter(|point| point.is_finite())
}

/// Attributes with their types, under columns that replace attributes of the same name.
fn table(layer: &Layer, coordinates: Vec<Column>) -> Result<Table> {
    let mut columns: Vec<Column> = Vec::with_capacity(layer.columns.len() + coordinates.len());
    for (position, column) in layer.columns.iter().enumerate() {
        if coordinates.iter().any(|coordinate| coordinate.name().as_str() == column.name) {
            continue;
        }
        let cells = layer.features.iter().map(|feature| &feature.cells[position]);
        let name = column.name.as_str().into();
        columns.push(match column.kind {
            ColumnKind::Integer => Column::new(name, cells.map(serde_json::Value::as_i64).collect::<Vec<_>>()),
            ColumnKind::Real => Column::new(name, cells.map(serde_json::Value::as_f64).collect::<Vec<_>>()),
            ColumnKind::Boolean => Column::new(name, cells.map(serde_json::Value::as_bool).collect::<Vec<_>>()),
            ColumnKind::Text | ColumnKind::Date | ColumnKind::DateTime => {
                Column::new(name, cells.map(cell_text).collect::<Vec<_>>())
            }
        });
    }
    columns.extend(coordinates);
    let height = layer.features.len();
    let frame = DataFrame::new(height, columns).map_err(Error::table(layer.source.as_str()))?;
    Ok(Table { source: layer.source.clone(), frame, rows: layer.features.iter().map(|feature| feature.number).collect() })
}
