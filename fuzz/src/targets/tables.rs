//! Readers of tables.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::LazyLock;

use jiju::check::{self, LedgerOptions, RegisterOptions};
use jiju::model::{ColumnMapping, LEDGER_COLUMNS, REGISTER_COLUMNS, Reference, Table};
use jiju::policy::Policy;
use jiju::source::{
    Condition, Origin, PointSource, TableFormat, TableOptions, format_table, point_table, table as read_table,
};

use super::inputs::{choice, file, folder, parts};
use super::repository;

/// Small, so that a lie about a size is refused soon.
pub const MAX_BYTES: u64 = 1 << 24;
const MAX_CELLS: u64 = 1 << 18;

static POLICY: LazyLock<Policy> =
    LazyLock::new(|| jiju::policy::read(&repository().join("data/policy/shaoxing-2020")).unwrap());

/// Reads a table twice, and does with it what a command does.
fn table(path: &Path) {
    let options = TableOptions { max_bytes: MAX_BYTES, max_cells: MAX_CELLS, ..TableOptions::default() };
    let Ok(table) = read_table(path, &options) else { return };
    assert_eq!(table.rows.len(), table.height());
    // Each sheet of a workbook has its own.
    let is_in_order = table.rows.windows(2).all(|rows| rows[0] < rows[1]);
    assert!(is_in_order || ["xlsx", "xls", "ods"].iter().any(|ending| path.ends_with(format!("input.{ending}"))));
    let again = read_table(path, &options).unwrap();
    assert!(table.frame.equals_missing(&again.frame) && table.rows == again.rows, "it was read in two ways");
    if table.height() < 2000 {
        for format in [TableFormat::Csv, TableFormat::Json, TableFormat::Table] {
            format_table(&table.frame, format).unwrap();
        }
    }
    let points = PointSource::default().with_table(Origin::from(path));
    let condition: Condition = "经度 > 120 and not id is null".parse().unwrap();
    let mut sieved = points.clone();
    sieved.r#where = Some(condition);
    let _ = point_table(&sieved);
    if let Ok(points) = point_table(&points) {
        assert_eq!(points.points.len(), points.table.height());
    }
    checked(&table);
}

/// Takes a table for a register and for a ledger.
fn checked(table: &Table) {
    let none = BTreeMap::new();
    let register = ColumnMapping::recognise(table, REGISTER_COLUMNS, &none).ok().and_then(|columns| {
        let options = RegisterOptions { reference: Reference::Wgs84.into() };
        check::register(table, &columns, &POLICY, &options).ok()
    });
    // A ledger is checked with a register, and both are one table here.
    let Some(checked) = register else { return };
    let (kept, rejected) = (checked.value.enterprises().len(), checked.rejects.len());
    assert!(kept + rejected == table.height(), "{kept} rows kept and {rejected} rejected of {}", table.height());
    if let Ok(columns) = ColumnMapping::recognise(table, LEDGER_COLUMNS, &none) {
        let _ = check::ledger(table, &columns, &POLICY, &checked.value, &LedgerOptions::default());
    }
}

pub fn text(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 3);
    let folder = folder();
    table(&file(&folder, ["csv", "tsv", "txt"][choice], bytes));
}

pub fn workbook(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 3);
    let folder = folder();
    table(&file(&folder, ["xlsx", "xls", "ods"][choice], bytes));
}

/// A workbook whose parts are given unpacked: bytes that are changed would not unpack any more.
pub fn workbook_parts(bytes: &[u8]) {
    let (choice, bytes) = choice(bytes, 2);
    let folder = folder();
    table(&file(&folder, ["xlsx", "ods"][choice], &packed(bytes)));
}

pub fn parquet(bytes: &[u8]) {
    let folder = folder();
    table(&file(&folder, "parquet", bytes));
}

pub fn arrow(bytes: &[u8]) {
    let folder = folder();
    table(&file(&folder, "arrow", bytes));
}

/// An archive of the parts of an input.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts(bytes) {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        // A name that is there already is refused.
        if archive.start_file(name, options).is_ok() {
            archive.write_all(&bytes).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}
