//! GeoPackage: the tables of features in a SQLite database, which is read by its pages.

pub(in crate::source) mod database;
mod declaration;
pub(in crate::source) mod log;
mod rows;

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use self::database::Pages;
use self::rows::Cell;
use super::super::encoding::{self, Decoded};
use super::super::reference::canonical;
use super::super::{crs, parts};
use super::decoded::{Faults, unique};
use super::excess::{Allowance, Excess};
use super::held::Held;
use super::moments::{date, moment};
use super::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer, cell_text, chosen, ending, wkb};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

fn malformed(path: &Path, message: impl Into<String>) -> Error {
    ReadError::Malformed { file: path.display().to_string(), format: "a vector file", message: message.into() }.into()
}

fn too_large(path: &Path, (what, found, limit): Excess) -> Error {
    ReadError::TooLarge { file: path.display().to_string(), what, found, limit }.into()
}

/// Makes a database ready in memory, with what stands in its log; its tables whose rows are stored.
pub(in crate::source) fn prepared(held: &mut Held, path: &Path) -> Result<HashSet<String>> {
    if log::is_unfinished(&parts::with_end(path, "-journal")) {
        return Err(malformed(path, "another program has not finished writing to it: there is a journal beside it"));
    }
    if let Some(log) = held.take_part(&format!("{}-wal", ending(path))) {
        log::applied(held.main(), &log);
    }
    log::without_log(held.main());
    database::tables(held.main()).map_err(|message| malformed(path, message))
}

/// What is said of a layer whose rows are not stored.
pub(in crate::source) fn no_table(name: &str) -> String {
    let reason = "of a database only tables are read: a view or a virtual table is a program";
    format!("`{name}` is no table, and {reason}; save it as a table")
}

/// A layer as the tables about it describe it.
struct Described {
    table: String,
    geometry: String,
    srs_id: i64,
}

/// Reads a layer of features.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let mut held = Held::take(path, opening.max_bytes)?;
    let mut allowance = Allowance::for_size(held.size());
    let stored = prepared(&mut held, path)?;
    let bytes = std::mem::take(held.main());
    let broken = |message: String| malformed(path, message);
    let database = Database::open(&bytes).map_err(broken)?;
    let all = database.layers().map_err(broken)?;
    let layers: Vec<&Described> =
        all.iter().filter(|layer| stored.contains(&layer.table.to_ascii_lowercase())).collect();
    if let (None, Some(layer)) = (layers.first(), all.first()) {
        return Err(malformed(path, no_table(&layer.table)));
    }
    let names: Vec<String> = layers.iter().map(|layer| layer.table.clone()).collect();
    let layer = layers[chosen(path, opening.layer, &names)?];
    let declared = database.declared(layer.srs_id).map_err(broken)?;
    let source = path.display().to_string();
    let (table, root) = database.table(&layer.table).map_err(broken)?;
    let is_kept =
        |column: &declaration::Column| !column.is_row_number && !column.name.eq_ignore_ascii_case(&layer.geometry);
    let kept: Vec<usize> = (0..table.len()).filter(|at| is_kept(&table[*at])).collect();
    let geometry = table.iter().position(|column| column.name.eq_ignore_ascii_case(&layer.geometry));
    let mut columns: Vec<Column> =
        kept.iter().map(|at| Column { name: table[*at].name.clone(), kind: kind_of(&table[*at].kind) }).collect();
    unique(&mut columns);
    let mut faults = Faults::default();
    let (mut features, mut heights_dropped, mut excess) = (Vec::new(), false, None);
    let read = rows::each(&database.pages, root, table.len(), |_, stored| {
        let number = features.len() as u64 + 1;
        let cells: Vec<Value> = kept
            .iter()
            .zip(&columns)
            .map(|(at, column)| {
                let default;
                let cell = match stored.get(*at) {
                    Some(cell) => cell,
                    None => {
                        default = of_default(&table[*at].default);
                        &default
                    }
                };
                let (value, fault) = database.value(cell, column.kind);
                faults.add(fault, number, &column.name);
                value
            })
            .collect();
        let found = match geometry.and_then(|at| stored.get(at)) {
            None | Some(Cell::Null) => wkb::Found::default(),
            Some(Cell::Blob(blob)) => place(blob).map_err(|message| format!("feature {number}: {message}"))?,
            Some(_) => return Err(format!("feature {number}: {NO_GEOMETRY}")),
        };
        allowance.take(&cells, found.geometry.as_ref()).map_err(|found| {
            excess = Some(found);
            String::new()
        })?;
        heights_dropped |= found.has_heights;
        features.push(Feature { number, cells, geometry: found.geometry, foreign: found.foreign });
        Ok(())
    });
    match (read, excess) {
        (_, Some(excess)) => return Err(too_large(path, excess)),
        (Err(message), None) => return Err(malformed(path, message)),
        (Ok(()), None) => {}
    }
    as_stored(&mut columns, &mut features);
    let mut notes = Vec::new();
    faults.tell(&mut notes);
    let notes = notes.into_iter().map(|note| format!("{source}: {note}")).collect();
    Ok(VectorLayer { source, format: "vector file", declared, columns, features, heights_dropped, notes })
}

/// Columns hold what they say, or what is stored in them all the same.
fn as_stored(columns: &mut [Column], features: &mut [Feature]) {
    for (position, column) in columns.iter_mut().enumerate() {
        let has = |test: fn(&Value) -> bool| features.iter().any(|feature| test(&feature.cells[position]));
        let is_number = matches!(column.kind, ColumnKind::Integer | ColumnKind::Real);
        if is_number && has(Value::is_string) {
            column.kind = ColumnKind::Text;
            for feature in &mut *features {
                let cell = &mut feature.cells[position];
                *cell = cell_text(cell).map_or(Value::Null, Value::String);
            }
        } else if column.kind == ColumnKind::Integer && has(Value::is_f64) {
            column.kind = ColumnKind::Real;
            for feature in &mut *features {
                let cell = &mut feature.cells[position];
                *cell = cell.as_f64().map_or(Value::Null, Value::from);
            }
        }
    }
}

/// What a type of SQLite or GeoPackage holds.
fn kind_of(name: &str) -> ColumnKind {
    match name {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "INTEGER" | "BIGINT" | "INT8" | "INT2" => {
            ColumnKind::Integer
        }
        "FLOAT" | "DOUBLE" | "REAL" | "DOUBLE PRECISION" | "NUMERIC" | "DECIMAL" => ColumnKind::Real,
        "DATE" => ColumnKind::Date,
        "DATETIME" | "TIMESTAMP" => ColumnKind::DateTime,
        _ => ColumnKind::Text,
    }
}

fn of_default(default: &declaration::Default) -> Cell<'_> {
    match default {
        declaration::Default::Null => Cell::Null,
        declaration::Default::Integer(whole) => Cell::Integer(*whole),
        declaration::Default::Real(real) => Cell::Real(*real),
        declaration::Default::Text(text) => Cell::Text(text.as_bytes().into()),
    }
}

const NO_GEOMETRY: &str = "its geometry is none of a GeoPackage";

/// The geometry in a cell: a header, and well-known binary.
fn place(blob: &[u8]) -> std::result::Result<wkb::Found, String> {
    let header: &[u8; 8] = blob.first_chunk().filter(|header| header.starts_with(b"GP")).ok_or(NO_GEOMETRY)?;
    let flags = header[3];
    if flags & 0x10 != 0 {
        return Ok(wkb::Found::default());
    }
    let bounds = match flags >> 1 & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(NO_GEOMETRY.to_owned()),
    };
    wkb::geometry(blob.get(8 + bounds..).ok_or(NO_GEOMETRY)?)
}

/// A database and what it declares.
struct Database<'a> {
    pages: Pages<'a>,
    tables: Vec<database::Declared>,
}

impl<'a> Database<'a> {
    fn open(bytes: &'a [u8]) -> std::result::Result<Self, String> {
        let pages = Pages::of_database(bytes)?;
        let mut tables = pages.declarations()?;
        tables.retain(|declared| declared.kind == "table");
        Ok(Self { pages, tables })
    }

    /// The columns of a table and the page on which it begins.
    fn table(&self, name: &str) -> std::result::Result<(Vec<declaration::Column>, u64), String> {
        let found = self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name));
        let table = found.ok_or_else(|| format!("it has no table `{name}`"))?;
        let columns = declaration::columns(&table.sql);
        let columns =
            columns.ok_or_else(|| format!("the table `{name}` has no row numbers; save it as a plain table"))?;
        Ok((columns, table.root))
    }

    /// The cells of some columns of a table that describes the others, as text.
    fn described<const N: usize>(
        &self,
        name: &str,
        wanted: [&str; N],
    ) -> std::result::Result<Vec<[Option<String>; N]>, String> {
        /// More layers and references than any file has.
        const MAX_ROWS: usize = 100_000;
        let (columns, root) = self.table(name)?;
        let places = wanted.map(|wanted| columns.iter().position(|column| column.name.eq_ignore_ascii_case(wanted)));
        let mut found = Vec::new();
        rows::each(&self.pages, root, columns.len(), |number, cells| {
            found.push(places.map(|place| {
                let place = place?;
                match cells.get(place) {
                    _ if columns[place].is_row_number => Some(number.to_string()),
                    Some(cell) => cell_text(&self.value(cell, ColumnKind::Text).0),
                    None => None,
                }
            }));
            if found.len() > MAX_ROWS { Err(format!("`{name}` has more than {MAX_ROWS} rows")) } else { Ok(()) }
        })?;
        Ok(found)
    }

    /// The layers of features, in the order in which the file lists them.
    fn layers(&self) -> std::result::Result<Vec<Described>, String> {
        let not_one = |_| {
            "its bytes are none of a format that is known; is it complete, and has its name the right ending?"
                .to_owned()
        };
        let contents = self.described("gpkg_contents", ["table_name", "data_type"]).map_err(not_one)?;
        let is_of_features = |table: &str| {
            contents.iter().any(|[name, kind]| {
                name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(table))
                    && kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("features"))
            })
        };
        // A file of tables alone has none of these.
        let wanted = ["table_name", "column_name", "srs_id"];
        let geometries = match self.table("gpkg_geometry_columns") {
            Ok(_) => self.described("gpkg_geometry_columns", wanted)?,
            Err(_) => Vec::new(),
        };
        let layers = geometries.into_iter().filter_map(|[table, geometry, srs_id]| {
            let srs_id = srs_id.and_then(|id| id.parse().ok()).unwrap_or_default();
            Some(Described { table: table?, geometry: geometry?, srs_id })
        });
        Ok(layers.filter(|layer| is_of_features(&layer.table)).collect())
    }

    /// What the file says of a reference.
    fn declared(&self, srs_id: i64) -> std::result::Result<Declared, String> {
        let wanted = ["srs_id", "organization", "organization_coordsys_id", "definition", "srs_name"];
        let all = self.described("gpkg_spatial_ref_sys", wanted)?;
        let own = all.into_iter().find(|[id, ..]| id.as_ref().is_some_and(|id| *id == srs_id.to_string()));
        let Some([_, organization, code, definition, name]) = own else { return Ok(Declared::Nothing) };
        if matches!(srs_id, -1 | 0) {
            return Ok(Declared::Undefined(name.unwrap_or_else(|| srs_id.to_string())));
        }
        let code = code.and_then(|code| code.parse().ok()).filter(|code| *code > 0);
        let is_epsg = organization.is_some_and(|organization| organization.eq_ignore_ascii_case("EPSG"));
        let registered = code.filter(|code| is_epsg && crs::is_known(*code));
        let definition = definition.filter(|text| !text.trim().is_empty() && !text.eq_ignore_ascii_case("undefined"));
        Ok(match (registered, definition, code.filter(|_| is_epsg)) {
            (Some(code), ..) | (None, None, Some(code)) => Declared::Known(canonical(DeclaredReference::Epsg(code))),
            (None, Some(definition), _) => crs::declared(&definition),
            (None, None, None) => Declared::Undefined(name.unwrap_or_else(|| srs_id.to_string())),
        })
    }

    /// A cell as a column of a kind has it, and what was wrong with its text.
    fn value(&self, cell: &Cell<'_>, kind: ColumnKind) -> (Value, Option<encoding::Fault>) {
        let plain = |value: Value| (value, None);
        match (cell, kind) {
            (Cell::Null, _) => plain(Value::Null),
            (Cell::Integer(whole), ColumnKind::Integer) => plain((*whole).into()),
            (Cell::Integer(whole), ColumnKind::Real) => plain((*whole as f64).into()),
            (Cell::Real(real), ColumnKind::Integer | ColumnKind::Real) => plain((*real).into()),
            (Cell::Integer(whole), _) => plain(whole.to_string().into()),
            (Cell::Real(real), _) => plain(real.to_string().into()),
            (Cell::Blob(bytes), _) => plain(hex::encode_upper(bytes).into()),
            (Cell::Text(bytes), kind) => {
                let Decoded { text, fault } = match self.pages.is_utf8() {
                    true => encoding::decoded(bytes, encoding_rs::UTF_8),
                    false => Decoded { text: self.pages.text(bytes), fault: None },
                };
                let value = match kind {
                    ColumnKind::Integer => text.trim().parse::<i64>().ok().map(Value::from),
                    ColumnKind::Real => {
                        text.trim().parse::<f64>().ok().filter(|real| real.is_finite()).map(Value::from)
                    }
                    ColumnKind::Date => date(&text).map(Value::from),
                    ColumnKind::DateTime => moment(&text).map(Value::from),
                    _ => None,
                };
                (value.unwrap_or(Value::String(text)), fault)
            }
        }
    }
}
