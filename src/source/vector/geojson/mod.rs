//! GeoJSON, RFC 7946 and the older form with a `crs` member.

mod coordinates;
mod cut;
mod digits;
mod document;
mod output;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use ::geojson::feature::Id;
use serde_json::Value;

use self::document::Document;
use super::super::encoding;
use super::super::reference::canonical;
use super::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer};
use crate::error::{ReadError, Result};
use crate::model::DeclaredReference;

pub use output::{format, lines};

/// Reads a GeoJSON file.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
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
pub fn parse(source: &str, bytes: &[u8]) -> Result<VectorLayer> {
    // RFC 8259 lets a reader ignore a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut notes = Vec::new();
    let mut bytes = std::borrow::Cow::Borrowed(bytes);
    if std::str::from_utf8(&bytes).is_err() {
        let (text, note) = encoding::text(&bytes, None);
        notes.push(note.unwrap_or_else(|| "its bytes are no UTF-8: read as its byte order mark says".to_owned()));
        bytes = text.into_bytes().into();
    }
    if let Some(quoted) = digits::quoted(&bytes) {
        notes.push("integers of more than 18 digits are kept as text".to_owned());
        bytes = quoted.into();
    }
    // What cannot be cut is read as a whole, and so is what has a fault, which then is told with its line and column.
    let document = match document::in_pieces(&bytes) {
        Some(document) => document,
        None => match document::whole(&bytes) {
            Ok(document) => document,
            Err(error) => match document::lines(&bytes) {
                Some(lines) => lines.map_err(|message| malformed(source, message))?,
                None => return Err(malformed(source, explained(&bytes, &error.to_string()))),
            },
        },
    };
    let mut layer = layer(source, document)?;
    notes.iter().for_each(|note| layer.note(note));
    Ok(layer)
}

/// What the parser says, and what the text is where it is JSON of another kind.
fn explained(bytes: &[u8], message: &str) -> String {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Array(rows)) if rows.first().is_some_and(Value::is_object) => {
            "it is a list of records and no GeoJSON: save it as CSV, with columns for longitude and latitude".to_owned()
        }
        Ok(Value::Object(members)) if !members.contains_key("type") => {
            let names: Vec<&str> = members.keys().map(String::as_str).take(8).collect();
            let found = names.join("`, `");
            format!("it is JSON with the members `{found}`, and no GeoJSON: save its records as CSV or GeoJSON")
        }
        _ => message.to_owned(),
    }
}

fn malformed(source: &str, message: String) -> crate::Error {
    ReadError::Malformed { file: source.to_owned(), format: "GeoJSON", message }.into()
}

fn layer(source: &str, document: Document) -> Result<VectorLayer> {
    let crs = document.foreign_members.as_ref().and_then(|members| members.get("crs"));
    let declared = declared(crs);

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
    let (source, notes) = (source.to_owned(), Vec::new());
    Ok(VectorLayer { source, format: "GeoJSON", declared, columns, features, heights_dropped, notes })
}

/// A file may name another attribute in each feature; the table of cells then grows with the square of its size.
const MAX_CELLS: u64 = 1 << 28;

/// The older `crs` member, in all the ways it is met: `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}`,
/// with an address or a short name in it, `{"type": "EPSG", "properties": {"code": 4490}}`, a link, a name or number alone.
fn declared(crs: Option<&Value>) -> Declared {
    let Some(crs) = crs.filter(|crs| !crs.is_null()) else {
        return Declared::ByFormat(DeclaredReference::Wgs84);
    };
    let properties = crs.get("properties");
    let member = |name: &str| properties.and_then(|properties| properties.get(name)).or_else(|| crs.get(name));
    let code = ["code", "epsg", "wkid"].into_iter().find_map(member).unwrap_or(crs);
    let code = code.as_u64().or_else(|| code.as_str().and_then(|code| code.parse().ok()));
    if let Some(code) = code.and_then(|code| u32::try_from(code).ok()) {
        return Declared::Known(canonical(DeclaredReference::Epsg(code)));
    }
    let name = ["name", "href", "url"].into_iter().find_map(member).unwrap_or(crs);
    let Some(name) = name.as_str() else {
        return Declared::Undefined(crs.to_string());
    };
    let key = name.to_ascii_lowercase();
    // `urn:ogc:def:crs:EPSG::4490`, `http://www.opengis.net/def/crs/EPSG/0/4490`, `…/ref/epsg/4490/ogcwkt/`.
    let parts: Vec<&str> = key.split([':', '/', '#', '=', '.']).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| matches!(*part, "crs84" | "crs84h")) {
        return Declared::Known(DeclaredReference::Wgs84);
    }
    let epsg = parts.iter().position(|part| *part == "epsg");
    let codes = epsg.map(|at| &parts[at + 1..]).unwrap_or_default();
    // A version of the registry may stand before the code.
    let code = codes.iter().filter_map(|part| part.parse::<u32>().ok()).find(|code| *code > 1000);
    let reference =
        code.map(|code| canonical(DeclaredReference::Epsg(code))).or_else(|| DeclaredReference::of_datum(name));
    match reference.or_else(|| super::super::crs::identify(name)) {
        Some(known) => Declared::Known(known),
        None => Declared::Undefined(name.to_owned()),
    }
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
