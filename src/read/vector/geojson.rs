//! GeoJSON, RFC 7946 and the older form with a `crs` member.

use std::collections::HashMap;
use std::path::Path;

use ::geojson::{FeatureCollection, GeoJson, GeometryValue, Position, feature::Id};
use geo::Geometry;
use serde_json::Value;

use super::{Column, ColumnKind, Declared, Feature, Layer, Opening};
use crate::error::{ReadError, Result};
use crate::model::Reference;

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
    let malformed = |message: String| -> crate::Error {
        ReadError::Malformed { file: source.to_owned(), format: "GeoJSON", message }.into()
    };
    // RFC 8259 lets a reader ignore a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let json: GeoJson = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
    let collection = match json {
        GeoJson::FeatureCollection(collection) => collection,
        GeoJson::Feature(feature) => {
            FeatureCollection { bbox: None, foreign_members: feature.foreign_members.clone(), features: vec![feature] }
        }
        GeoJson::Geometry(geometry) => FeatureCollection {
            bbox: None,
            foreign_members: geometry.foreign_members.clone(),
            features: vec![geometry.into()],
        },
    };
    let crs = collection.foreign_members.as_ref().and_then(|members| members.get("crs"));
    let declared = declared(source, crs)?;

    let mut columns: Vec<Column> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    // Every key of every feature is a column, so that no attribute is lost.
    for feature in &collection.features {
        for key in feature.properties.iter().flat_map(|properties| properties.keys()) {
            if !positions.contains_key(key) {
                positions.insert(key.clone(), columns.len());
                columns.push(Column { name: key.clone(), kind: ColumnKind::Text });
            }
        }
    }
    let cells = (columns.len() as u64).saturating_mul(collection.features.len() as u64);
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
    let id_column = collection.features.iter().any(|feature| feature.id.is_some()) && !positions.contains_key("id");
    if id_column {
        columns.push(Column { name: "id".to_owned(), kind: ColumnKind::Text });
    }

    let mut heights_dropped = false;
    let mut features = Vec::with_capacity(collection.features.len());
    for (index, feature) in collection.features.into_iter().enumerate() {
        let number = index as u64 + 1;
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
        let geometry = match feature.geometry {
            None => None,
            Some(geometry) => {
                let dimensions = fewest_and_most(&geometry.value);
                if dimensions.0 < 2 {
                    return Err(malformed(format!("feature {number} has a position of {} numbers", dimensions.0)));
                }
                heights_dropped |= dimensions.1 > 2 && dimensions.1 != usize::MAX;
                let geometry = Geometry::<f64>::try_from(&geometry.value)
                    .map_err(|error| malformed(format!("feature {number}: {error}")))?;
                Some(geometry)
            }
        };
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
        return Ok(Declared::ByFormat(Reference::Wgs84));
    };
    let refused = |message: String| ReadError::Reference { file: source.to_owned(), message }.into();
    let Some(name) = crs.pointer("/properties/name").and_then(Value::as_str) else {
        let shown: String = crs.to_string().chars().take(80).collect();
        return Err(refused(format!("its `crs` member {shown} names no reference")));
    };
    let key = name.to_ascii_lowercase();
    let parts: Vec<&str> = key.rsplit(':').collect();
    if parts[0] == "crs84" {
        return Ok(Declared::Known(Reference::Wgs84));
    }
    let reference = match (key.contains("epsg"), parts[0].parse::<u32>()) {
        (true, Ok(code)) => Some(super::super::reference::canonical(Reference::Epsg(code))),
        _ => name.parse().ok(),
    };
    reference
        .map(Declared::Known)
        .ok_or_else(|| refused(format!("its `crs` member names `{name}`, which is not known")))
}

/// The fewest and most numbers of any position.
fn fewest_and_most(value: &GeometryValue) -> (usize, usize) {
    fn of<'a>(positions: impl Iterator<Item = &'a Position>) -> (usize, usize) {
        positions
            .fold((usize::MAX, 0), |(fewest, most), position| (fewest.min(position.len()), most.max(position.len())))
    }
    match value {
        GeometryValue::Point { coordinates } => of(std::iter::once(coordinates)),
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => of(coordinates.iter()),
        GeometryValue::MultiLineString { coordinates } | GeometryValue::Polygon { coordinates } => {
            of(coordinates.iter().flatten())
        }
        GeometryValue::MultiPolygon { coordinates } => of(coordinates.iter().flatten().flatten()),
        GeometryValue::GeometryCollection { geometries } => geometries
            .iter()
            .map(|geometry| fewest_and_most(&geometry.value))
            .fold((usize::MAX, 0), |all, one| (all.0.min(one.0), all.1.max(one.1))),
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

/// Features as GeoJSON, one a line, by RFC 7946: outer rings counter-clockwise, a lone polygon as such.
pub fn format(features: impl Iterator<Item = (::geojson::JsonObject, Option<Geometry<f64>>)>) -> Vec<u8> {
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for (index, (properties, geometry)) in features.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        let geometry = geometry.map(|geometry| ::geojson::Geometry::new((&right_handed(geometry)).into()));
        let feature = ::geojson::Feature { geometry, properties: Some(properties), ..::geojson::Feature::default() };
        text.push_str(&feature.to_string());
    }
    text.push_str("\n]}\n");
    text.into_bytes()
}

/// Rings by the right-hand rule.
fn right_handed(geometry: Geometry<f64>) -> Geometry<f64> {
    use geo::orient::{Direction, Orient as _};
    match geometry {
        Geometry::Polygon(polygon) => Geometry::Polygon(polygon.orient(Direction::Default)),
        Geometry::MultiPolygon(polygons) => {
            let mut polygons = polygons.orient(Direction::Default);
            match (polygons.0.len(), polygons.0.pop()) {
                (1, Some(polygon)) => Geometry::Polygon(polygon),
                (_, last) => {
                    polygons.0.extend(last);
                    Geometry::MultiPolygon(polygons)
                }
            }
        }
        Geometry::GeometryCollection(parts) => {
            Geometry::GeometryCollection(parts.into_iter().map(right_handed).collect())
        }
        other => other,
    }
}
