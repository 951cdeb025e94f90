//! A table with geometries, as a whole.

use std::path::Path;

use polars::prelude::DataType;
use rayon::prelude::*;
use serde_json::Value;

use super::super::areas::inside;
use super::super::gdal;
use super::super::points::coordinate_headers;
use super::super::reference::canonical;
use super::super::table::check_cells;
use super::super::vector::geoparquet::{of_wkb, value_of};
use super::super::vector::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer};
use super::address::Address;
use super::binary;
use super::catalog::{self, CellKind};
use super::rows::{DecodedRows, GeometryUse, OpenedTable, Rows};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// The most cells that are read.
const MAX_CELLS: u64 = 1 << 28;
/// Digits that a real number of 64 bits holds, whatever they are.
const EXACT_DIGITS: usize = 15;

/// Reads a table with its geometries.
///
/// # Errors
///
/// What connecting and reading refuse; a table without geometries; one that is larger than is safe.
pub(in crate::source) fn layer(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let address = Address::from_path(path)?;
    let source = address.text.clone();
    let mut opened = OpenedTable::new(&address, opening.layer)?;
    let malformed = |message: String| -> Error {
        ReadError::Malformed { file: source.clone(), format: "a layer of PostGIS", message }.into()
    };
    if opened.contents.geometry.is_none() {
        return Err(malformed(format!("`{}` has no column of geometries", opened.relation.spelled())));
    }
    let (declared, _) = declared(&mut opened)?;
    let columns: Vec<Column> = opened
        .contents
        .columns
        .iter()
        .map(|column| Column { name: column.name.clone(), kind: column_kind(column.kind) })
        .collect();
    let mut rows = opened.rows(GeometryUse::Whole)?;
    let mut features = Vec::new();
    let mut heights_dropped = false;
    while let Some(piece) = rows.next_piece()? {
        check_cells(&source, usize::try_from(rows.height()).unwrap_or(usize::MAX), columns.len(), MAX_CELLS)?;
        if rows.received() > opening.max_bytes {
            let (file, what, found) = (source.clone(), "size in bytes", rows.received());
            return Err(ReadError::TooLarge { file, what, found, limit: opening.max_bytes }.into());
        }
        let (own, has_heights) = features_of(piece.decoded()?, &columns).map_err(malformed)?;
        features.extend(own);
        heights_dropped |= has_heights;
    }
    rows.finish()?;
    let notes = rows.notes();
    Ok(VectorLayer { source, format: "table", declared, columns, features, heights_dropped, notes })
}

/// The points of a table that has any, as rows with columns of coordinates, and the reference of these; none for a table
/// that has no geometries, or none that can be points.
pub(in crate::source) fn points(
    path: &Path,
    stated: Option<DeclaredReference>,
) -> Result<Option<(Rows, DeclaredReference)>> {
    let address = Address::from_path(path)?;
    let mut opened = OpenedTable::new(&address, None)?;
    // Any, a point, several points, a collection.
    if !opened.contents.geometry.as_ref().is_some_and(|geometry| matches!(geometry.kind, 0 | 1 | 4 | 7)) {
        return Ok(None);
    }
    let (declared, srid) = declared(&mut opened)?;
    if let Declared::Unregistered(definition) = &declared
        && stated.is_none()
    {
        let name = definition.split('"').nth(1).unwrap_or(definition);
        let message = format!("its reference `{name}` is in no registry");
        return Err(ReadError::Reference { file: address.text, message }.into());
    }
    let mut empty = VectorLayer {
        source: address.text.clone(),
        format: "table",
        declared,
        columns: Vec::new(),
        features: Vec::new(),
        heights_dropped: false,
        notes: Vec::new(),
    };
    let from = empty.reference(stated)?;
    let to = inside(from, &address.text)?;
    let rows = opened.rows(GeometryUse::Points { headers: coordinate_headers(to), from, to, srid })?;
    Ok(Some((rows, canonical(to))))
}

/// The rows of a table without its geometries.
pub(in crate::source) fn attributes(path: &Path) -> Result<Rows> {
    OpenedTable::new(&Address::from_path(path)?, None)?.rows(GeometryUse::Passed)
}

/// Whether a table has geometries. One that cannot be looked at has none; reading it will say why.
pub(in crate::source) fn has_geometry(path: &Path) -> bool {
    let opened = Address::from_path(path).and_then(|address| OpenedTable::new(&address, None));
    opened.is_ok_and(|opened| opened.contents.geometry.is_some())
}

/// What a database says of the reference of a table, and its number.
fn declared(opened: &mut OpenedTable) -> Result<(Declared, i32)> {
    let Some(geometry) = &opened.contents.geometry else { return Ok((Declared::Nothing, 0)) };
    let srid = match geometry.srid {
        0 => catalog::first_srid(&mut opened.connection, &opened.relation, geometry)?.unwrap_or(0),
        srid => srid,
    };
    if srid <= 0 {
        return Ok((Declared::Nothing, 0));
    }
    let found = catalog::spatial_reference(&mut opened.connection, &geometry.postgis, srid)?;
    let declared = match found {
        None => Declared::Undefined(format!("SRID {srid}")),
        Some(found) => match (found.authority.as_str(), found.code) {
            ("EPSG", Some(code)) => Declared::Known(canonical(DeclaredReference::Epsg(code))),
            _ if found.definition.trim().is_empty() => Declared::Undefined(format!("SRID {srid}")),
            _ => gdal::identify(&found.definition)
                .map_or_else(|| Declared::Unregistered(found.definition.clone()), Declared::Known),
        },
    };
    Ok((declared, srid))
}

const fn column_kind(kind: CellKind) -> ColumnKind {
    match kind {
        CellKind::Boolean => ColumnKind::Boolean,
        CellKind::Integer => ColumnKind::Integer,
        CellKind::Single | CellKind::Double => ColumnKind::Real,
        CellKind::Decimal(digits, 0) if digits <= 18 => ColumnKind::Integer,
        CellKind::Decimal(digits, _) if digits <= EXACT_DIGITS => ColumnKind::Real,
        CellKind::Date => ColumnKind::Date,
        CellKind::Moment => ColumnKind::DateTime,
        CellKind::Decimal(..) | CellKind::Time | CellKind::ZonedMoment | CellKind::Text => ColumnKind::Text,
    }
}

/// Rows as features, and whether a height was left out.
fn features_of(decoded: DecodedRows, columns: &[Column]) -> Result<(Vec<Feature>, bool), String> {
    let DecodedRows { table, geometries, bytes } = decoded;
    let read: Vec<_> = geometries
        .par_iter()
        .map(|place| {
            let Some(bytes) = place.clone().and_then(|place| bytes.get(place)) else { return Ok((None, false, None)) };
            if let Some(foreign) = binary::foreign(bytes)? {
                return Ok((None, false, Some(foreign.to_owned())));
            }
            of_wkb(Some(bytes)).map(|(geometry, has_heights)| (geometry, has_heights, None))
        })
        .collect();
    let mut features = Vec::with_capacity(read.len());
    let mut heights_dropped = false;
    for (row, geometry) in read.into_iter().enumerate() {
        let number = table.rows.get(row).copied().unwrap_or_default();
        let (geometry, has_heights, foreign) =
            geometry.map_err(|message: String| format!("the geometry of row {number}: {message}"))?;
        heights_dropped |= has_heights;
        let cells = table.frame.columns().iter().zip(columns);
        let cells =
            cells.map(|(cells, column)| cells.get(row).map_or(Value::Null, |cell| cell_of(&cell, column))).collect();
        features.push(Feature { number, cells, geometry, foreign });
    }
    Ok((features, heights_dropped))
}

fn cell_of(cell: &polars::prelude::AnyValue<'_>, column: &Column) -> Value {
    let value = value_of(cell);
    match &value {
        // A number with decimals that a real number holds.
        Value::String(text) if column.kind == ColumnKind::Real && matches!(cell.dtype(), DataType::Decimal(..)) => {
            text.parse::<f64>().map_or(value, Value::from)
        }
        _ => value,
    }
}
