//! Points of vector files as tables.

use std::path::Path;

use geo::Geometry;
use polars::prelude::{Column, DataFrame};

use super::areas::inside;
use super::batches::gathered;
use super::layer_path::split_layer;
use super::table::identity::Identity;
use super::vector::{self, ColumnKind, Opening, VectorLayer, cell_text};
use super::{Batches, TableOptions, Transform, database, plausible, reference};
use crate::error::{Error, ReadError, Result};
use crate::model::{DeclaredReference, Point, Table};

/// Endings of files that hold features, not only rows.
const VECTOR: &[&str] = &[
    "geojson",
    "geojsonl",
    "geojsons",
    "geojsonseq",
    "ndjson",
    "json",
    "gpkg",
    "shp",
    "kml",
    "kmz",
    "tab",
    "mif",
    "fgb",
    "gml",
    "gdb",
    "geoparquet",
    "topojson",
    "gpx",
    "sqlite",
    // What packs others.
    "zip",
    "gz",
    "tgz",
    "7z",
    "rar",
];

/// Whether a file holds features, not only rows: by its ending, Parquet and Arrow IPC by what they say of their columns; of a
/// table of a database whether it has geometries.
#[must_use]
pub fn is_vector(path: &Path) -> bool {
    if database::is_database(path) {
        return database::has_geometry(path);
    }
    let (path, _) = split_layer(path);
    let ending = vector::ending(path);
    let is_packed_text = ending == "gz"
        && path
            .file_stem()
            .is_some_and(|stem| matches!(vector::ending(Path::new(stem)).as_str(), "csv" | "tsv" | "txt"));
    (VECTOR.contains(&ending.as_str()) && !is_packed_text)
        || (ending == "parquet" && vector::geoparquet::is_meant(path))
        || (matches!(ending.as_str(), "arrow" | "arrows" | "feather" | "ipc") && vector::geoarrow::is_meant(path))
}

/// A vector file of points as a table.
#[derive(Debug, Clone)]
pub struct VectorPoints {
    /// The attributes, and behind them the coordinates.
    pub table: Table,
    /// The reference of the coordinates.
    pub reference: DeclaredReference,
}

/// The headers of the coordinates in a reference.
pub(super) fn coordinate_headers(reference: DeclaredReference) -> [&'static str; 2] {
    if reference.is_wgs84_like() { ["lon", "lat"] } else { ["x", "y"] }
}

/// Reads a vector file of points as a table: its attributes, then `lon` and `lat`, or `x` and `y` on a projected grid,
/// and the reference these are in. GCJ-02 and BD-09, where stated, are undone.
///
/// A feature without a point keeps its row, with empty coordinates. An attribute that has the name of a coordinate
/// column is renamed `lon_attribute`: where the two differ, the point is where the map shows it.
///
/// # Errors
///
/// A file that cannot be read, has no reference or another than the stated one, or holds no point at all.
pub fn points_table(path: &Path, encoding: Option<&str>, stated: Option<DeclaredReference>) -> Result<VectorPoints> {
    if database::is_database(path) {
        let found = points_of_database(path, stated)?;
        return found.ok_or_else(|| none_is_a_point(path.display().to_string()));
    }
    let layer = vector::layer(path, Opening { layer: None, encoding, max_bytes: vector::MAX_BYTES })?;
    if !layer.features.is_empty() && !has_points(&layer) {
        return Err(none_is_a_point(layer.source));
    }
    points_of(layer, stated)
}

fn none_is_a_point(file: String) -> Error {
    let message = "none of its features is a point".to_owned();
    ReadError::Malformed { file, format: "points", message }.into()
}

/// A vector file of any geometries as a table.
#[derive(Debug, Clone)]
pub struct TableWithGeometries {
    /// The attributes with their types.
    pub table: Table,
    /// The geometry of each row, where it has one.
    pub geometries: Vec<Option<Geometry<f64>>>,
    /// The reference of the geometries.
    pub reference: DeclaredReference,
}

/// Reads a vector file of any geometries: its attributes with their types, the geometry of each row where it has one, and their reference.
///
/// # Errors
///
/// A file that cannot be read, or that says nothing of its reference.
pub fn table_with_geometries(path: &Path) -> Result<TableWithGeometries> {
    let mut layer = vector::layer(path, Opening { layer: None, encoding: None, max_bytes: vector::MAX_BYTES })?;
    let reference = layer.reference(None)?;
    let mut table = table(&layer, Vec::new())?;
    for (position, column) in layer.columns.iter().enumerate() {
        let cells = layer.features.iter().map(|feature| &feature.cells[position]);
        let name = column.name.as_str().into();
        let typed = match column.kind {
            ColumnKind::Boolean => Column::new(name, cells.map(serde_json::Value::as_bool).collect::<Vec<_>>()),
            ColumnKind::Date => {
                let day = |cell: &serde_json::Value| cell.as_str()?.parse::<chrono::NaiveDate>().ok();
                Column::new(name, cells.map(day).collect::<Vec<_>>())
            }
            _ => continue,
        };
        table.frame.with_column(typed).map_err(Error::table(&layer.source))?;
    }
    let geometries = layer.features.into_iter().map(|feature| feature.geometry).collect();
    Ok(TableWithGeometries { table, geometries, reference })
}

/// The rows of a table of a database with the coordinates of their points; none where it has none.
fn points_of_database(path: &Path, stated: Option<DeclaredReference>) -> Result<Option<VectorPoints>> {
    let Some((rows, reference)) = database::points(path, stated)? else { return Ok(None) };
    let source = path.display().to_string();
    let table = gathered(Batches::from_database(source, rows), &TableOptions::default())?;
    Ok(Some(VectorPoints { table, reference }))
}

/// Reads a vector file as a table, as [`points_table`] does; of a file without points its attributes alone.
///
/// # Errors
///
/// Those of [`points_table`] but for points.
pub(super) fn rows_table(path: &Path, encoding: Option<&str>, stated: Option<DeclaredReference>) -> Result<Table> {
    if database::is_database(path) {
        return match points_of_database(path, stated)? {
            Some(points) => Ok(points.table),
            None => super::table(path, &TableOptions::default()),
        };
    }
    let layer = vector::layer(path, Opening { layer: None, encoding, max_bytes: vector::MAX_BYTES })?;
    if has_points(&layer) {
        return Ok(points_of(layer, stated)?.table);
    }
    let mut table = table(&layer, Vec::new())?;
    Identity::note_all(&mut table)?;
    table.reading.notes = layer.notes;
    Ok(table)
}

pub(super) fn has_points(layer: &VectorLayer) -> bool {
    layer.features.iter().any(|feature| point_of(feature.geometry.as_ref()).is_some_and(|point| point.is_finite()))
}

/// The attributes and positions of the points of a layer.
pub(super) fn points_of(mut layer: VectorLayer, stated: Option<DeclaredReference>) -> Result<VectorPoints> {
    let from = layer.reference(stated)?;
    let known = layer.features.iter().filter_map(|feature| point_of(feature.geometry.as_ref()));
    let known = known.filter(|point| point.is_finite()).map(|point| (point.x, point.y));
    if let Some(cause) = plausible::cause_of_most(known, from) {
        let message = format!("its points are taken as {from}, but {cause}");
        return Err(ReadError::Reference { file: layer.source, message }.into());
    }
    let to = inside(from, &layer.source)?;
    let transform = Transform::new(from, to)?;
    let mut points = Vec::with_capacity(layer.features.len());
    let mut outside = Vec::new();
    for feature in &layer.features {
        let point = point_of(feature.geometry.as_ref()).filter(|point| point.is_finite());
        match point.map(|point| transform.point(point)).transpose() {
            Err(_) if from.grid().is_some() => {
                outside.push(feature.number);
                points.push(None);
            }
            point => points.push(point?),
        }
    }
    if let (Some(first), Some(grid)) = (outside.first(), from.grid()) {
        layer.note(&format!(
            "{} features, the first of them number {first}, lie outside of the grid of shifts {}: they have no place",
            outside.len(),
            grid.display()
        ));
    }
    let coordinates: [Vec<Option<f64>>; 2] = [
        points.iter().map(|point| point.map(|point| point.x)).collect(),
        points.iter().map(|point| point.map(|point| point.y)).collect(),
    ];
    let names = coordinate_headers(to).into_iter();
    let coordinates = names.zip(coordinates).map(|(name, values)| Column::new(name.into(), values)).collect();
    let mut table = table(&layer, coordinates)?;
    Identity::note_all(&mut table)?;
    table.reading.notes = layer.notes;
    Ok(VectorPoints { table, reference: reference::canonical(to) })
}

/// The rows of a dBASE table that stands alone.
pub(super) fn table_of_dbf(path: &Path, encoding: Option<&str>) -> Result<Table> {
    let layer = super::vector::shapefile::table(path, encoding)?;
    let mut table = table(&layer, Vec::new())?;
    Identity::note_all(&mut table)?;
    table.reading.notes = layer.notes;
    Ok(table)
}

/// The attributes of a layer with their types, and further columns behind them.
pub(super) fn table(layer: &VectorLayer, further: Vec<Column>) -> Result<Table> {
    let mut columns: Vec<Column> = Vec::with_capacity(layer.columns.len() + further.len());
    for (position, column) in layer.columns.iter().enumerate() {
        let cells = layer.features.iter().map(|feature| &feature.cells[position]);
        let mut name = column.name.clone();
        while further.iter().chain(&columns).any(|known| known.name().as_str() == name) {
            name.push_str("_attribute");
        }
        let name = name.into();
        columns.push(match column.kind {
            ColumnKind::Integer => Column::new(name, cells.map(serde_json::Value::as_i64).collect::<Vec<_>>()),
            ColumnKind::Real => Column::new(name, cells.map(serde_json::Value::as_f64).collect::<Vec<_>>()),
            _ => Column::new(name, cells.map(cell_text).collect::<Vec<_>>()),
        });
    }
    columns.extend(further);
    let frame = DataFrame::new(layer.features.len(), columns).map_err(Error::table(&layer.source))?;
    let rows = layer.features.iter().map(|feature| feature.number).collect();
    Ok(Table::new(layer.source.clone(), frame, rows))
}

pub(super) fn point_of(geometry: Option<&Geometry<f64>>) -> Option<Point> {
    match geometry? {
        Geometry::Point(point) => Some(point.0.into()),
        Geometry::MultiPoint(points) => match points.0.as_slice() {
            [point] => Some(point.0.into()),
            _ => None,
        },
        Geometry::GeometryCollection(parts) => match parts.0.as_slice() {
            [part] => point_of(Some(part)),
            _ => None,
        },
        _ => None,
    }
}
