//! GeoParquet: a table with a column of geometries as well-known binary, and what they mean as metadata of the file.

use geo::Geometry;
use polars::prelude::{Column, DataFrame};
use serde_json::{Map, json};

use super::super::gdal;
use super::parquet;
use crate::error::{Error, Result};
use crate::model::Reference;

/// The name of the column of geometries; with `_` before it where the table has a column of that name.
const GEOMETRY: &str = "geometry";

/// The bytes of a table as GeoParquet 1.1: its columns, behind them the geometry of each row as well-known binary, which is
/// empty for rows without one, and the reference as PROJJSON. More is said of the file under keys of its own.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written, and for a grid whose definition a build without GDAL does not know.
///
/// # References
///
/// Open Geospatial Consortium (2024). GeoParquet Specification 1.1.0.
pub fn geoparquet_with(
    frame: &DataFrame,
    geometries: &[Option<Geometry<f64>>],
    reference: Reference,
    metadata: &[(&str, String)],
) -> Result<Vec<u8>> {
    let mut name = GEOMETRY.to_owned();
    while frame.column(&name).is_ok() {
        name.insert(0, '_');
    }
    let bytes: Vec<Option<Vec<u8>>> =
        geometries.iter().map(|geometry| geometry.as_ref().map(wkb_of).transpose()).collect::<Result<_>>()?;
    let bytes: Vec<Option<&[u8]>> = bytes.iter().map(Option::as_deref).collect();
    let mut whole = frame.clone();
    whole.with_column(Column::new(name.as_str().into(), bytes)).map_err(Error::table("GeoParquet"))?;
    let mut about = Map::new();
    about.insert("encoding".to_owned(), json!("WKB"));
    about.insert("geometry_types".to_owned(), json!(kinds(geometries)));
    // Without a word longitude and latitude of WGS 84 are meant.
    if reference != Reference::Wgs84 {
        about.insert("crs".to_owned(), gdal::projjson(reference).map_err(failed)?);
    }
    if let Some(bounds) = bounds(geometries) {
        about.insert("bbox".to_owned(), json!(bounds));
    }
    let geo = json!({ "version": "1.1.0", "primary_column": name, "columns": { name.as_str(): about } });
    let said = std::iter::once(("geo", geo.to_string())).chain(metadata.iter().map(|(key, text)| (*key, text.clone())));
    parquet::parquet(&whole, &said.collect::<Vec<_>>())
}

/// A geometry as well-known binary, least significant bytes first.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub(in crate::source) fn wkb_of(geometry: &Geometry<f64>) -> Result<Vec<u8>> {
    let options = wkb::writer::WriteOptions { endianness: wkb::Endianness::LittleEndian };
    let mut bytes = Vec::with_capacity(wkb::writer::geometry_wkb_size(geometry));
    wkb::writer::write_geometry(&mut bytes, geometry, &options).map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

fn failed(message: String) -> Error {
    Error::Table { what: "GeoParquet".to_owned(), message }
}

/// The kinds of geometries, each once.
fn kinds(geometries: &[Option<Geometry<f64>>]) -> Vec<&'static str> {
    let kind = |geometry: &Geometry<f64>| match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    };
    let mut kinds: Vec<&str> = geometries.iter().flatten().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The west, south, east and north ends of all geometries together.
fn bounds(geometries: &[Option<Geometry<f64>>]) -> Option<[f64; 4]> {
    let boxes = geometries.iter().flatten().filter_map(geo::BoundingRect::bounding_rect);
    let boxes = boxes.map(|one| [one.min().x, one.min().y, one.max().x, one.max().y]);
    boxes.reduce(|one, other| [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])])
}
