//! FlatGeobuf: a header, a search tree, which is passed over, and features in their order.
//!
//! # References
//!
//! FlatGeobuf, version 3, <https://flatgeobuf.org>.

mod tables;

use std::path::Path;

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::Value;

use self::tables::{DAMAGED, Numbers, Table};
use super::super::crs;
use super::super::encoding::{self, Decoded, Fault};
use super::super::reference::canonical;
use super::decoded::{Faults, unique};
use super::excess::Allowance;
use super::moments::moment;
use super::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer, chosen, wkb};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// The most geometries within each other.
const MAX_NESTING: usize = 32;

/// What GDAL writes in place of the number of features where it writes them without an index.
const NOT_COUNTED: u64 = 0xdead_beef;

/// Reads the layer of a file.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let bytes = super::bytes(path, opening.max_bytes)?;
    let malformed = |message: String| -> Error {
        ReadError::Malformed { file: path.display().to_string(), format: "a vector file", message }.into()
    };
    let file = File::parse(&bytes).map_err(malformed)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if file.name.is_empty() { stem.clone() } else { file.name.clone() };
    // A file of one layer is that layer, by its own name or that of the file.
    chosen(path, opening.layer.filter(|wanted| *wanted != stem), &[name])?;
    let mut columns: Vec<Column> =
        file.columns.iter().map(|(name, kind)| Column { name: name.clone(), kind: kind_of(*kind) }).collect();
    unique(&mut columns);
    let mut allowance = Allowance::for_size(bytes.len() as u64);
    let mut faults = Faults::default();
    let (mut features, mut heights_dropped) = (Vec::new(), false);
    let mut rest = file.features;
    while !rest.is_empty() && file.count.is_none_or(|count| (features.len() as u64) < count) {
        let number = features.len() as u64 + 1;
        let broken = |message: String| malformed(format!("feature {number}: {message}"));
        let feature;
        (feature, rest) = piece(rest).map_err(broken)?;
        let table = Table::root(feature).map_err(broken)?;
        let mut cells = vec![Value::Null; columns.len()];
        let properties = table.bytes(1).map_err(broken)?.unwrap_or_default();
        file.cells(properties, &mut cells, |position, fault| faults.add(fault, number, &columns[position].name))
            .map_err(broken)?;
        let found = match table.table(0).map_err(broken)? {
            Some(geometry) => file.geometry(&geometry, file.kind, 0).map_err(broken)?,
            None => wkb::Found::default(),
        };
        allowance.take(&cells, found.geometry.as_ref()).map_err(|(what, found, limit)| ReadError::TooLarge {
            file: path.display().to_string(),
            what,
            found,
            limit,
        })?;
        heights_dropped |= found.has_heights;
        features.push(Feature { number, cells, geometry: found.geometry, foreign: found.foreign });
    }
    if let Some(count) = file.count.filter(|count| *count != NOT_COUNTED && (features.len() as u64) < *count) {
        let found = features.len();
        return Err(malformed(format!("it ends within its features: its header promises {count}, it has {found}")));
    }
    let source = path.display().to_string();
    let mut notes = Vec::new();
    faults.tell(&mut notes);
    let notes = notes.into_iter().map(|note| format!("{source}: {note}")).collect();
    let declared = file.declared;
    Ok(VectorLayer { source, format: "vector file", declared, columns, features, heights_dropped, notes })
}

/// A file taken apart up to its features.
struct File<'a> {
    name: String,
    /// The kind of all geometries; 0 where each states its own.
    kind: u32,
    has_heights: bool,
    /// The columns and the numbers of their types.
    columns: Vec<(String, u8)>,
    /// How many features there are, where that is stated.
    count: Option<u64>,
    declared: Declared,
    features: &'a [u8],
}

/// What stands behind its length, and the rest.
fn piece(bytes: &[u8]) -> std::result::Result<(&[u8], &[u8]), String> {
    let (length, rest) = bytes.split_first_chunk().ok_or(DAMAGED)?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(|| DAMAGED.to_owned())
}

impl<'a> File<'a> {
    fn parse(bytes: &'a [u8]) -> std::result::Result<Self, String> {
        let rest = bytes.split_first_chunk::<8>().filter(|(magic, _)| magic.starts_with(b"fgb\x03fgb"));
        let (_, rest) = rest.ok_or(
            "its bytes are none of a format that is known; is it complete, and has its name the right ending?",
        )?;
        let (header, rest) = piece(rest)?;
        let header = Table::root(header)?;
        let count = u64::from_le_bytes(header.number(8, [0; 8])?);
        let node_size = u16::from_le_bytes(header.number(9, 16_u16.to_le_bytes())?);
        let mut columns = Vec::new();
        for column in header.tables(7)? {
            columns.push((column.text(0)?.unwrap_or_default(), column.number(1, [0])?[0]));
        }
        Ok(Self {
            name: header.text(0)?.unwrap_or_default(),
            kind: u32::from(header.number(2, [0])?[0]),
            has_heights: header.number(3, [0])?[0] != 0,
            columns,
            count: (count > 0).then_some(count),
            declared: declared(header.table(10)?)?,
            features: rest.get(tree_length(count, node_size)?..).ok_or(DAMAGED)?,
        })
    }

    /// Puts the properties of a feature in their cells.
    fn cells(
        &self,
        mut bytes: &[u8],
        cells: &mut [Value],
        mut told: impl FnMut(usize, Option<Fault>),
    ) -> std::result::Result<(), String> {
        while !bytes.is_empty() {
            let (position, rest) = bytes.split_first_chunk().ok_or(DAMAGED)?;
            let position = usize::from(u16::from_le_bytes(*position));
            let (_, kind) = self.columns.get(position).ok_or("it has a value for a column that is not there")?;
            let width = match kind {
                0..=2 => 1,
                3 | 4 => 2,
                5 | 6 | 9 => 4,
                7 | 8 | 10 => 8,
                11..=14 => 4,
                _ => return Err(format!("its column {position} is of a type that is not known")),
            };
            let (value, rest) = rest.split_at_checked(width).ok_or(DAMAGED)?;
            // The sign of a whole number is that of its first byte, which is the last one here.
            let mut eight = [if value.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 }; 8];
            eight[..width].copy_from_slice(value);
            let mut unsigned = [0; 8];
            unsigned[..width].copy_from_slice(value);
            let unsigned = u64::from_le_bytes(unsigned);
            bytes = rest;
            cells[position] = match kind {
                0 | 3 | 5 | 7 => i64::from_le_bytes(eight).into(),
                1 | 2 | 4 | 6 => unsigned.into(),
                8 => i64::try_from(unsigned).map_or_else(|_| (unsigned as f64).into(), Value::from),
                9 => f64::from(f32::from_le_bytes(value.try_into().map_err(|_| DAMAGED)?)).into(),
                10 => f64::from_le_bytes(eight).into(),
                _ => {
                    let length = usize::try_from(unsigned).map_err(|_| DAMAGED)?;
                    let (text, rest) = bytes.split_at_checked(length).ok_or(DAMAGED)?;
                    bytes = rest;
                    if *kind == 14 {
                        hex::encode_upper(text).into()
                    } else {
                        let Decoded { text, fault } = encoding::decoded(text, encoding_rs::UTF_8);
                        told(position, fault);
                        if *kind == 13 { moment(&text).unwrap_or(text).into() } else { text.into() }
                    }
                }
            };
        }
        Ok(())
    }

    /// A geometry of a kind, or of its own where the file states none.
    fn geometry(&self, table: &Table<'_>, kind: u32, depth: usize) -> std::result::Result<wkb::Found, String> {
        if depth > MAX_NESTING {
            return Err(format!("more than {MAX_NESTING} geometries stand within each other"));
        }
        let kind = if kind == 0 { u32::from(table.number(6, [0])?[0]) } else { kind };
        if let Some(name) = wkb::foreign(kind) {
            return Ok(wkb::Found { foreign: Some(name.to_owned()), ..wkb::Found::default() });
        }
        let coords = || table.numbers(1).map(coords);
        let parts = |kind: u32| -> std::result::Result<(Vec<Geometry<f64>>, Option<String>), String> {
            let (mut parts, mut foreign) = (Vec::new(), None);
            for part in table.tables(7)? {
                let found = self.geometry(&part, kind, depth + 1)?;
                parts.extend(found.geometry);
                foreign = foreign.or(found.foreign);
            }
            Ok((parts, foreign))
        };
        let geometry = match kind {
            1 => coords()?.first().map(|at| Geometry::Point(Point(*at))),
            2 => Some(Geometry::LineString(LineString(coords()?))),
            3 => {
                let mut rings = lines(coords()?, table.numbers(0)?)?.into_iter();
                rings.next().map(|outer| Geometry::Polygon(Polygon::new(outer, rings.collect())))
            }
            4 => Some(Geometry::MultiPoint(MultiPoint(coords()?.into_iter().map(Point).collect()))),
            5 => Some(Geometry::MultiLineString(MultiLineString(lines(coords()?, table.numbers(0)?)?))),
            6 => {
                let polygons = parts(3)?.0.into_iter().filter_map(|part| part.try_into().ok()).collect();
                Some(Geometry::MultiPolygon(MultiPolygon(polygons)))
            }
            7 => match parts(0)? {
                (_, Some(_)) => {
                    let foreign = Some("GEOMETRYCOLLECTION".to_owned());
                    return Ok(wkb::Found { foreign, ..wkb::Found::default() });
                }
                (parts, None) => Some(Geometry::GeometryCollection(GeometryCollection::from(parts))),
            },
            _ => return Err(format!("its geometry is of the kind {kind}, which is not known")),
        };
        // A point of no numbers is an empty one.
        let is_empty = |geometry: &Geometry<f64>| match geometry {
            Geometry::Point(at) => at.x().is_nan() && at.y().is_nan(),
            other => geo::CoordsIter::coords_count(other) == 0,
        };
        let geometry = geometry.filter(|geometry| !is_empty(geometry));
        Ok(wkb::Found { has_heights: self.has_heights && geometry.is_some(), geometry, foreign: None })
    }
}

/// Pairs of numbers as coordinates.
fn coords(numbers: Option<Numbers<'_, 8>>) -> Vec<Coord<f64>> {
    let mut numbers = numbers.iter().flat_map(Numbers::iter).map(f64::from_le_bytes);
    std::iter::from_fn(|| Some(Coord { x: numbers.next()?, y: numbers.next()? })).collect()
}

/// Coordinates cut into lines, by the number at which each ends; one line where there is none.
fn lines(coords: Vec<Coord<f64>>, ends: Option<Numbers<'_, 4>>) -> std::result::Result<Vec<LineString<f64>>, String> {
    let Some(ends) = ends.filter(|ends| ends.len() > 0) else {
        return Ok(if coords.is_empty() { Vec::new() } else { vec![LineString(coords)] });
    };
    let mut start = 0;
    let line = |end: [u8; 4]| {
        let end = u32::from_le_bytes(end) as usize;
        let line = coords.get(start..end).map(|line| LineString(line.to_vec()));
        start = end;
        line.ok_or_else(|| DAMAGED.to_owned())
    };
    ends.iter().map(line).collect()
}

/// How many bytes the search tree takes.
fn tree_length(count: u64, node_size: u16) -> std::result::Result<usize, String> {
    if count == 0 || node_size == 0 {
        return Ok(0);
    }
    let node_size = u64::from(node_size.max(2));
    let (mut level, mut nodes) = (count, count);
    loop {
        level = level.div_ceil(node_size);
        nodes = nodes.checked_add(level).ok_or(DAMAGED)?;
        if level == 1 {
            break;
        }
    }
    nodes.checked_mul(40).and_then(|length| usize::try_from(length).ok()).ok_or_else(|| DAMAGED.to_owned())
}

fn declared(table: Option<Table<'_>>) -> std::result::Result<Declared, String> {
    let Some(table) = table else { return Ok(Declared::Nothing) };
    let code = i32::from_le_bytes(table.number(1, [0; 4])?);
    let organization = table.text(0)?.unwrap_or_default();
    let is_epsg = organization.is_empty() || organization.eq_ignore_ascii_case("EPSG");
    let code = u32::try_from(code).ok().filter(|code| *code > 0 && is_epsg);
    let definition = table.text(4)?.filter(|text| !text.trim().is_empty());
    Ok(match (code.filter(|code| crs::is_known(*code)), definition, code) {
        (Some(code), ..) | (None, None, Some(code)) => Declared::Known(canonical(DeclaredReference::Epsg(code))),
        (None, Some(definition), _) => crs::declared(&definition),
        (None, None, None) => Declared::Nothing,
    })
}

fn kind_of(kind: u8) -> ColumnKind {
    match kind {
        0..=8 => ColumnKind::Integer,
        9 | 10 => ColumnKind::Real,
        13 => ColumnKind::DateTime,
        _ => ColumnKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_as_long_as_they_are() {
        assert_eq!(tree_length(0, 16), Ok(0));
        assert_eq!(tree_length(7, 0), Ok(0));
        assert_eq!(tree_length(1, 16), Ok(2 * 40));
        assert_eq!(tree_length(16, 16), Ok(17 * 40));
        assert_eq!(tree_length(179, 16), Ok((179 + 12 + 1) * 40));
        assert!(tree_length(u64::MAX, 2).is_err());
    }

    #[test]
    fn any_bytes_end_in_an_answer() {
        let whole = std::fs::read("tests/fixtures/areas/districts.fgb").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fgb");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let opening = Opening { layer: None, encoding: None, max_bytes: super::super::MAX_BYTES };
            super::read(&path, opening)
        };
        assert!(!read(&whole).unwrap().features.is_empty());
        for at in (0..whole.len()).step_by(whole.len().div_ceil(2000)).chain(0..whole.len().min(600)) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            let _ = read(&bytes);
            let _ = read(&whole[..at]);
        }
    }
}
