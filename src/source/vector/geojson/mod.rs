//! GeoJSON, RFC 7946 and the older form with a `crs` member.

mod coordinates;
mod cut;
mod document;
mod output;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use ::geojson::feature::Id;
use serde_json::Value;

use self::document::Document;
use super::{Column, ColumnKind, Declared, Feature, Layer, Opening};
use crate::error::{ReadError, Result};
use crate::model::DeclaredReference;

pub use output::format;

/// Reads a GeoJSON file.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    parse(&path.display().to_string(), &super::bytes(path, opening.max_bytes)?)
}

/// Whether a file of JSON says of itself that it is GeoJSON: its faults are then told by this reader.
pub fn is_meant(path: &Path) -> Result<bool> {
    use std::io::Read as _;
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(crate::Error::file("read", path))?;
    file.take(4096).read_to_end(&mut head).map_err(crate::Error::file("read", path))?;
    let head = String::from_utf8_lossy(&head);
    Ok(!head.contains("\"Topology\"") && !head.contains("esriGeometry") && !head.contains("geometryType"))
}

/// Takes GeoJSON apart.
pub fn parse(source: &str, bytes: &[u8]) -> Result<Layer> {
    // RFC 8259 lets a reader ignore a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // What cannot be cut is read as a whole, and so is what has a fault, which then is told with its line and column.
    let document = match document::in_pieces(bytes) {
        Some(document) => document,
        None => document::whole(bytes).map_err(|error| malformed(source, error.to_string()))?,
    };
    layer(source, document)
}

fn malformed(source: &str, message: String) -> crate::Error {
    ReadError::Malformed { file: source.to_owned(), format: "GeoJSON", message }.into()
}

fn layer(source: &str, document: Document) -> Result<Layer> {
    let crs = document.foreign_members.as_ref().and_then(|members| members.get("crs"));
    let declared = declared(source, crs)?;

    let mut columns: Vec<Column> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    // Every key of every feature is a column, so that no attribute is lost.
    for feature in &document.features {
        for key in feature.properties.iter().flat_map(|properties| properties.keys()) {
            if !positions.contains_key(key) {
                positions.insert(key.clone(), columns.len());
                columns.push(Column { name: key.clone(), kind: ColumnKind::Text });
            }
        }
    }
    let cells = (columns.len() as u64).saturating_mul(document.features.len() as u64);
    if cells > MAX_CELLS {
        return Err(ReadError::TooLarge {
            file: source.to_owned(),
            what: "features × different attributes",
            found: cells,
            limit: MAX_CELLS,
        }
        .into());
    }
    // The member `id` stands beside the properties; one of that name among them comes first.
    let id_column = document.features.iter().any(|feature| feature.id.is_some()) && !positions.contains_key("id");
    if id_column {
        columns.push(Column { name: "id".to_owned(), kind: ColumnKind::Text });
    }

    let mut heights_dropped = false;
    let mut features = Vec::with_capacity(document.features.len());
    for (number, feature) in (1..).zip(document.features) {
        let mut cells = vec![Value::Null; columns.len()];
        for (key, value) in feature.properties.into_iter().flatten() {
            if let Some(&position) = positions.get(&key) {
                cells[position] = value;
            }
        }
        if let (true, Some(id), Some(cell)) = (id_column, feature.id, cells.last_mut()) {
            *cell = match id {
                Id::String(text) => Value::String(text),
                Id::Number(number) => Value::Number(number),
            };
        }
        let geometry = feature.geometry.map_err(|message| malformed(source, format!("feature {number}{message}")))?;
        heights_dropped |= feature.has_heights;
        features.push(Feature { number, cells, geometry, foreign: None });
    }
    for (position, column) in columns.iter_mut().enumerate() {
        column.kind = kind_of(features.iter().map(|feature| &feature.cells[position]));
    }
    Ok(Layer { source: source.to_owned(), format: "GeoJSON", declared, columns, features, heights_dropped })
}

/// A file may name another attribute in each feature; the table of cells then grows with the square of its size.
const MAX_CELLS: u64 = 1 << 28;

/// The legacy `crs` member: `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}`.
fn declared(source: &str, crs: Option<&Value>) -> Result<Declared> {
    let Some(crs) = crs.filter(|crs| !crs.is_null()) else {
        return Ok(Declared::ByFormat(DeclaredReference::Wgs84));
    };
    let refused = |message: String| ReadError::Reference { file: source.to_owned(), message }.into();
    let Some(name) = crs.pointer("/properties/name").and_then(Value::as_str) else {
        let shown: String = crs.to_string().chars().take(80).collect();
        return Err(refused(format!("its `crs` member {shown} names no reference")));
    };
    let key = name.to_ascii_lowercase();
    let parts: Vec<&str> = key.rsplit(':').collect();
    if parts[0] == "crs84" {
        return Ok(Declared::Known(DeclaredReference::Wgs84));
    }
    let reference = match (key.contains("epsg"), parts[0].parse::<u32>()) {
        (true, Ok(code)) => Some(super::super::reference::canonical(DeclaredReference::Epsg(code))),
        _ => name.parse().ok(),
    };
    reference
        .map(Declared::Known)
        .ok_or_else(|| refused(format!("its `crs` member names `{name}`, which is not known")))
}

fn kind_of<'a>(cells: impl Iterator<Item = &'a Value>) -> ColumnKind {
    cells
        .filter(|cell| !cell.is_null())
        .map(|cell| match cell {
            Value::Bool(_) => ColumnKind::Boolean,
            Value::Number(number) if number.is_i64() => ColumnKind::Integer,
            Value::Number(_) => ColumnKind::Real,
            _ => ColumnKind::Text,
        })
        .reduce(|all, one| match (all, one) {
            (all, one) if all == one => all,
            (ColumnKind::Integer | ColumnKind::Real, ColumnKind::Integer | ColumnKind::Real) => ColumnKind::Real,
            _ => ColumnKind::Text,
        })
        .unwrap_or(ColumnKind::Text)
}
