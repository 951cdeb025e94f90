//! GeoParquet 1.0 and 1.1 with geometry as WKB.

use std::io::Cursor;
use std::path::Path;

use geo_traits::to_geo::ToGeoGeometry as _;
use polars::prelude::{AnyValue, DataFrame, DataType, ParquetReader, SerReader as _};
use rayon::prelude::*;
use serde_json::Value;

use super::super::{batches::levels, damage::guarded, gdal, reference::canonical};
use super::{Column, ColumnKind, Declared, Feature, Layer, Opening};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// The most cells that are read.
const MAX_CELLS: usize = 1 << 28;

/// Reads a GeoParquet file.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    let source = path.display().to_string();
    let file = super::open(path, opening.max_bytes)?;
    // Taken into memory: a file that is decoded where it lies ends the process if another cuts it short.
    parse(&source, super::taken(file, path, opening.max_bytes)?)
}

/// Whether a Parquet file has the metadata that make it GeoParquet.
pub fn is_meant(path: &Path) -> bool {
    guarded(|| {
        let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
        let mut reader = ParquetReader::new(file);
        let metadata = reader.get_metadata().map_err(|error| error.to_string())?;
        Ok(metadata.key_value_metadata().iter().flatten().any(|pair| pair.key == "geo"))
    })
    .unwrap_or(false)
}

/// Takes GeoParquet apart.
fn parse(source: &str, bytes: Vec<u8>) -> Result<Layer> {
    let malformed = |message: String| -> Error {
        ReadError::Malformed { file: source.to_owned(), format: "GeoParquet", message }.into()
    };
    let (metadata, frame) = guarded(|| frame(bytes)).map_err(malformed)?;
    let metadata = metadata.ok_or_else(|| malformed("it has no `geo` metadata, so it is a plain table".to_owned()))?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|error| malformed(format!("its `geo` metadata: {error}")))?;
    let name = metadata
        .get("primary_column")
        .and_then(Value::as_str)
        .ok_or_else(|| malformed("its `geo` metadata names no primary column".to_owned()))?;
    let about = metadata.get("columns").and_then(|columns| columns.get(name)).unwrap_or(&Value::Null);
    match about.get("encoding").and_then(Value::as_str) {
        Some("WKB") => {}
        other => {
            let found = other.unwrap_or("none");
            return Err(malformed(format!("the geometry is encoded as `{found}`, only `WKB` is understood")));
        }
    }
    let geometry = frame.column(name).map_err(|_| ReadError::MissingColumn {
        file: source.to_owned(),
        column: name.to_owned(),
        available: frame.get_column_names().into_iter().map(ToString::to_string).collect(),
    })?;
    let geometry = geometry
        .binary()
        .map_err(|_| malformed(format!("column `{name}` is {}, not the bytes of geometries", geometry.dtype())))?;

    // A box per row, which some writers add, is no attribute.
    let kept: Vec<_> =
        frame.columns().iter().filter(|column| column.name() != name && !column.dtype().is_nested()).collect();
    let columns =
        kept.iter().map(|column| Column { name: column.name().to_string(), kind: kind_of(column.dtype()) }).collect();
    let bytes: Vec<Option<&[u8]>> = geometry.iter().collect();
    let geometries: Vec<_> = bytes.into_par_iter().map(|bytes| bytes.map_or(Ok((None, false)), geometry_of)).collect();
    let mut heights_dropped = false;
    let mut features = Vec::with_capacity(frame.height());
    for (row, geometry) in geometries.into_iter().enumerate() {
        let number = row as u64 + 1;
        let (geometry, has_heights) =
            geometry.map_err(|message| malformed(format!("row {number}, column `{name}`: {message}")))?;
        heights_dropped |= has_heights;
        let cells = kept.iter().map(|column| column.get(row).map_or(Value::Null, |cell| value_of(&cell))).collect();
        features.push(Feature { number, cells, geometry, foreign: None });
    }
    Ok(Layer {
        source: source.to_owned(),
        format: "GeoParquet",
        declared: declared(about),
        columns,
        features,
        heights_dropped,
    })
}

fn frame(bytes: Vec<u8>) -> Result<(Option<String>, DataFrame), String> {
    let mut reader = ParquetReader::new(Cursor::new(bytes.as_slice()));
    let mut metadata = reader.get_metadata().map_err(|error| error.to_string())?.as_ref().clone();
    let pairs = metadata.key_value_metadata.take().unwrap_or_default();
    let geo = pairs.into_iter().find(|pair| pair.key == "geo").and_then(|pair| pair.value);
    if geo.is_none() {
        return Ok((None, DataFrame::empty()));
    }
    for group in &metadata.row_groups {
        let names = metadata.schema_descr.fields().iter().map(|field| field.name());
        levels::check(bytes.as_slice(), group, names)?;
    }
    // The Arrow schema that writers leave beside calls the geometry an extension type, which polars does not open;
    // without it the column is what Parquet says it is, bytes.
    reader.set_metadata(metadata.into());
    let columns = reader.schema().map_err(|error| error.to_string())?.len();
    let rows = reader.num_rows().map_err(|error| error.to_string())?;
    // A few bytes can stand for any number of equal cells.
    if rows.saturating_mul(columns) > MAX_CELLS {
        return Err(format!("{rows} rows of {columns} columns are more than the limit of {MAX_CELLS} cells"));
    }
    Ok((geo, reader.finish().map_err(|error| error.to_string())?))
}

/// Well-known binary, and whether it has heights. An empty geometry is none.
fn geometry_of(bytes: &[u8]) -> Result<(Option<geo::Geometry<f64>>, bool), String> {
    guarded(|| {
        let geometry = wkb::reader::read_wkb(bytes).map_err(|error| error.to_string())?;
        let heights = geometry.dimension() != wkb::reader::Dimension::Xy;
        Ok((geometry.try_to_geometry(), heights))
    })
}

/// Absent means longitude and latitude of WGS 84, null means unknown.
fn declared(about: &Value) -> Declared {
    let crs = match about.get("crs") {
        None => return Declared::ByFormat(DeclaredReference::Wgs84),
        Some(Value::Null) => return Declared::Nothing,
        Some(crs) => crs,
    };
    let code = crs.pointer("/id/code").and_then(|code| match code {
        Value::Number(number) => number.as_u64().and_then(|code| u32::try_from(code).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    });
    match (crs.pointer("/id/authority").and_then(Value::as_str), code) {
        (Some("EPSG"), Some(code)) => Declared::Known(canonical(DeclaredReference::Epsg(code))),
        (Some("OGC"), _) if crs.pointer("/id/code").and_then(Value::as_str) == Some("CRS84") => {
            Declared::Known(DeclaredReference::Wgs84)
        }
        _ => {
            let definition = crs.as_str().map_or_else(|| crs.to_string(), str::to_owned);
            gdal::identify(&definition).map_or(Declared::Unregistered(definition), Declared::Known)
        }
    }
}

fn kind_of(kind: &DataType) -> ColumnKind {
    match kind {
        DataType::Boolean => ColumnKind::Boolean,
        DataType::Date => ColumnKind::Date,
        kind if kind.is_integer() => ColumnKind::Integer,
        kind if kind.is_float() => ColumnKind::Real,
        _ => ColumnKind::Text,
    }
}

fn value_of(cell: &AnyValue<'_>) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(yes) => (*yes).into(),
        AnyValue::String(text) => (*text).into(),
        AnyValue::StringOwned(text) => text.as_str().into(),
        AnyValue::Float32(number) => f64::from(*number).into(),
        AnyValue::Float64(number) => (*number).into(),
        other if other.is_integer() => other.extract::<i64>().map_or_else(|| other.to_string().into(), Value::from),
        other => other.to_string().into(),
    }
}
