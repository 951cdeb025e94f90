//! Hashes of what is in memory, for manifests: the same content has the same hash in every run and on every machine.

use polars::prelude::{Column, DataType};
use sha2::{Digest as _, Sha256};

use super::AreasInMemory;
use super::write::wkb_of;
use crate::error::{Error, Result};
use crate::model::Table;

/// The SHA-256 of a table in memory: of the names and types of its columns, their cells in order, and the numbers of the
/// rows in the file.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn sha256_of_table(table: &Table) -> Result<String> {
    let mut hash = Sha256::new();
    put_table(&mut hash, table)?;
    Ok(hex::encode(hash.finalize()))
}

/// The SHA-256 of areas in memory: of their reference, ids, names, parents and geometries as well-known binary, in order, and
/// of the table of their attributes.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn sha256_of_areas(held: &AreasInMemory) -> Result<String> {
    let mut hash = Sha256::new();
    put(&mut hash, held.areas.reference.to_string().as_bytes());
    put(&mut hash, &(held.areas.len() as u64).to_le_bytes());
    for area in &held.areas.areas {
        put(&mut hash, area.id.as_bytes());
        put(&mut hash, area.name.as_bytes());
        put_some(&mut hash, area.parent.as_deref().map(str::as_bytes));
        put(&mut hash, &wkb_of(&geo::Geometry::MultiPolygon(area.geometry.clone()))?);
    }
    if let Some((table, id)) = &held.attributes {
        put(&mut hash, id.as_bytes());
        put_table(&mut hash, table)?;
    }
    Ok(hex::encode(hash.finalize()))
}

fn put_table(hash: &mut Sha256, table: &Table) -> Result<()> {
    put(hash, &(table.height() as u64).to_le_bytes());
    table.rows.iter().for_each(|row| hash.update(row.to_le_bytes()));
    table.frame.columns().iter().try_for_each(|column| put_column(hash, column))
}

/// The name and type of a column and its cells: numbers as they lie in memory, everything else as text.
fn put_column(hash: &mut Sha256, column: &Column) -> Result<()> {
    let failed = || Error::table(column.name().to_string());
    put(hash, column.name().as_bytes());
    put(hash, column.dtype().to_string().as_bytes());
    let as_type = |kind: &DataType| column.cast(kind).map_err(failed());
    match column.dtype() {
        kind if kind.is_float() => {
            let cells = as_type(&DataType::Float64)?;
            let cells = cells.f64().map_err(failed())?;
            cells.iter().for_each(|cell| put_some(hash, cell.map(|cell| cell.to_bits().to_le_bytes())));
        }
        kind if kind.is_unsigned_integer() => {
            let cells = as_type(&DataType::UInt64)?;
            let cells = cells.u64().map_err(failed())?;
            cells.iter().for_each(|cell| put_some(hash, cell.map(u64::to_le_bytes)));
        }
        kind if kind.is_integer() => {
            let cells = as_type(&DataType::Int64)?;
            let cells = cells.i64().map_err(failed())?;
            cells.iter().for_each(|cell| put_some(hash, cell.map(i64::to_le_bytes)));
        }
        _ => {
            let cells = as_type(&DataType::String)?;
            let cells = cells.str().map_err(failed())?;
            cells.iter().for_each(|cell| put_some(hash, cell.map(str::as_bytes)));
        }
    }
    Ok(())
}

/// Bytes with their number before them, so that none run into the next.
fn put(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

fn put_some(hash: &mut Sha256, bytes: Option<impl AsRef<[u8]>>) {
    match bytes {
        None => hash.update([0]),
        Some(bytes) => {
            hash.update([1]);
            put(hash, bytes.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::polygon;
    use polars::prelude::{DataFrame, df};

    use super::*;
    use crate::model::{Area, Areas, Reference};

    fn table(frame: DataFrame) -> String {
        let rows = (1..=frame.height() as u64).collect();
        sha256_of_table(&Table::new("anything", frame, rows)).unwrap()
    }

    #[test]
    fn a_table_has_the_hash_of_its_content_and_of_nothing_else() {
        let one = table(df!("id" => [Some("a"), None], "n" => [1.0, 2.5]).unwrap());
        assert_eq!(one, table(df!("id" => [Some("a"), None], "n" => [1.0, 2.5]).unwrap()));
        let others = [
            df!("id" => [Some("a"), Some("")], "n" => [1.0, 2.5]).unwrap(),
            df!("id" => [Some("a"), None], "n" => [1.0, 2.25]).unwrap(),
            df!("id" => [Some("a"), None], "m" => [1.0, 2.5]).unwrap(),
            df!("n" => [1.0, 2.5], "id" => [Some("a"), None]).unwrap(),
            df!("id" => [None, Some("a")], "n" => [1.0, 2.5]).unwrap(),
        ];
        let mut hashes: Vec<String> = others.into_iter().map(table).collect();
        hashes.push(one);
        let count = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }

    #[test]
    fn cells_do_not_run_into_each_other_and_types_differ() {
        assert_ne!(table(df!("a" => ["bc", "d"]).unwrap()), table(df!("a" => ["b", "cd"]).unwrap()));
        assert_ne!(table(df!("a" => [1_i64]).unwrap()), table(df!("a" => [1_u64]).unwrap()));
    }

    #[test]
    fn areas_have_the_hash_of_where_they_lie() {
        let of = |east: f64, reference| {
            let geometry = polygon![(x: 0.0, y: 0.0), (x: east, y: 0.0), (x: 0.0, y: 1.0)].into();
            let area = Area { id: "a".to_owned(), name: "A".to_owned(), parent: None, geometry };
            let areas = Areas { layer: "l".to_owned(), source: "s".to_owned(), reference, areas: vec![area] };
            sha256_of_areas(&AreasInMemory { areas, attributes: None, index: None }).unwrap()
        };
        assert_eq!(of(1.0, Reference::Wgs84), of(1.0, Reference::Wgs84));
        assert_ne!(of(1.0, Reference::Wgs84), of(1.5, Reference::Wgs84));
        assert_ne!(of(1.0, Reference::Wgs84), of(1.0, Reference::Cgcs2000));
    }
}
