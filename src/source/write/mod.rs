//! Tables and bytes into files.

mod csv;
mod geoparquet;
mod json;
mod new_file;
mod parquet;
mod people;
mod sink;
mod staged;
pub(super) mod temporary;
mod workbook;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use super::database;
use super::parts::refuse_input;
use super::table::ending;
use crate::error::{Error, ReadError, Result};

pub(super) use geoparquet::wkb_of;
pub use geoparquet::{ArrowColumns, arrow_columns, geoarrow, geoarrow_columns, geoparquet_with};
pub use new_file::NewFile;
pub use people::people_table;
pub use sink::{Encoded, Encoder, TableSink};
pub use staged::StagedFolder;
pub use temporary::discard_temporaries;
pub use workbook::workbook;
pub(crate) use workbook::{DATE_FORMAT, TERMS_SHEET, write_cells};

/// A format tables are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "kebab-case", parse_err_ty = ReadError, parse_err_fn = unknown_format)]
pub enum TableFormat {
    /// Columns set for people to read: numbers rounded, text without control characters and cut where it is long.
    Table,
    /// Comma-separated values, UTF-8.
    Csv,
    /// Comma-separated values behind a byte order mark, by which spreadsheets know that it is UTF-8.
    CsvWithMark,
    /// An array of objects, one for each row.
    Json,
    /// Apache Parquet.
    Parquet,
    /// An Excel workbook.
    Xlsx,
    /// Rows of a table in a database, which has no bytes of a file.
    Database,
}

fn unknown_format(found: &str) -> ReadError {
    ReadError::UnknownTableFormat { found: found.to_owned() }
}

impl TableFormat {
    /// The format that a file's ending names, or that it is a database.
    ///
    /// # Errors
    ///
    /// [`ReadError::UnknownFormat`].
    pub fn from_path(path: &Path) -> Result<Self> {
        if database::is_database(path) {
            return Ok(Self::Database);
        }
        match ending(path).as_str() {
            "csv" => Ok(Self::Csv),
            "txt" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            "parquet" => Ok(Self::Parquet),
            "xlsx" => Ok(Self::Xlsx),
            ending => Err(ReadError::UnknownFormat {
                file: path.display().to_string(),
                ending: ending.to_owned(),
                expected: "csv, txt, json, parquet, xlsx",
            }
            .into()),
        }
    }
}

/// The bytes of a table in a format.
///
/// Null is an empty cell in CSV and XLSX, `null` in JSON, `–` for people. In CSV a cell of text that a spreadsheet would
/// take for a formula (beginning with `=`, `+`, `-`, `@`, tab or carriage return, and neither a number nor a dash alone), a
/// telephone number too, gets an apostrophe before it, which [`neutralised_note`] tells; in XLSX text is never a formula. Numbers are written in the shortest form that reads back the same; what is no
/// finite number is null.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written in the format.
pub fn format_table(frame: &DataFrame, format: TableFormat) -> Result<Vec<u8>> {
    match format {
        TableFormat::Table => people::people(frame),
        TableFormat::Csv => csv::csv(frame, csv::Formulas::Neutralised),
        TableFormat::CsvWithMark => Ok([BYTE_ORDER_MARK, &csv::csv(frame, csv::Formulas::Neutralised)?].concat()),
        TableFormat::Json => json::json(frame),
        TableFormat::Parquet => parquet::parquet(frame, &[]),
        TableFormat::Xlsx => workbook(&[("jiju", frame)]),
        TableFormat::Database => database::database_bytes(frame, None),
    }
}

/// What stands before text to say that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Tells in which columns of a table CSV gets an apostrophe before cells that a spreadsheet would take for formulas.
#[must_use]
pub fn neutralised_note(frame: &DataFrame) -> Option<String> {
    neutralised_words(&csv::neutralised(frame))
}

/// See [`neutralised_note`].
fn neutralised_words(columns: &[(String, String, u64)]) -> Option<String> {
    let (_, first, _) = columns.first()?;
    let count: u64 = columns.iter().map(|(_, _, count)| count).sum();
    let names: Vec<String> = columns.iter().map(|(name, ..)| format!("`{name}`")).collect();
    let what = match count {
        1 => "1 cell gets an apostrophe before it in CSV, as a spreadsheet would take it for a formula".to_owned(),
        _ => {
            format!("{count} cells get an apostrophe before them in CSV, as a spreadsheet would take them for formulas")
        }
    };
    Some(format!("{what}: in {}, such as `{first}`", names.join(", ")))
}

/// The bytes of a table in Parquet, with what is said of it as metadata of the file, under keys of its own.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written.
pub fn parquet_with(frame: &DataFrame, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
    parquet::parquet(frame, metadata)
}

/// Writes a table to a file.
///
/// # Errors
///
/// As [`format_table`] and [`write_atomically`].
pub fn write_table(frame: &DataFrame, format: TableFormat, path: &Path, inputs: &[&Path]) -> Result<()> {
    if format == TableFormat::Database {
        return database::write_to_database(frame, None, path, inputs);
    }
    write_atomically(path, inputs, &format_table(frame, format)?)
}

/// Writes a table as CSV with its cells as they stand: for rejected rows, which go back to where they came from. A
/// spreadsheet may take a cell of it for a formula.
///
/// # Errors
///
/// As [`format_table`] and [`write_atomically`].
pub fn write_untouched(frame: &DataFrame, path: &Path, inputs: &[&Path]) -> Result<()> {
    write_atomically(path, inputs, &untouched_bytes(frame)?)
}

/// The bytes that [`write_untouched`] writes.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written as CSV.
pub fn untouched_bytes(frame: &DataFrame) -> Result<Vec<u8>> {
    csv::csv(frame, csv::Formulas::AsTheyStand)
}

/// Returns the bytes of a table as CSV behind a byte order mark, by which spreadsheets know that it is UTF-8.
///
/// # Errors
///
/// As [`untouched_bytes`].
pub fn untouched_bytes_with_mark(frame: &DataFrame) -> Result<Vec<u8>> {
    Ok([BYTE_ORDER_MARK, &untouched_bytes(frame)?].concat())
}

/// Writes a file whole or not at all: into a temporary file beside it, which is moved into place once it is on the disk.
///
/// # Errors
///
/// As [`NewFile::create`] and [`NewFile::finish`].
pub fn write_atomically(path: &Path, inputs: &[&Path], bytes: &[u8]) -> Result<()> {
    let mut file = NewFile::create(path, inputs)?;
    file.write_all(bytes).map_err(Error::file("write", path))?;
    file.finish()
}

/// Writes the files that make up one output, of which the first is the one that was asked for: all of them beside their
/// places, then moved one after the other, that one last.
pub(super) fn write_together(files: &[(PathBuf, Vec<u8>)], inputs: &[&Path]) -> Result<()> {
    let mut written = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        let mut file = NewFile::create(path, inputs)?;
        file.write_all(bytes).map_err(Error::file("write", path))?;
        file.sync()?;
        written.push(file);
    }
    let mut folders = Vec::new();
    for file in written.into_iter().rev() {
        folders.extend(file.put()?);
    }
    folders.dedup();
    folders.iter().try_for_each(|folder| new_file::sync_folder(folder))
}

/// Refuses outputs that would overwrite an input or each other, before any of them is made.
///
/// # Errors
///
/// [`ReadError::WouldOverwrite`], [`ReadError::WouldOverwritePart`], [`ReadError::SameOutput`].
pub fn refuse_outputs(outputs: &[&Path], inputs: &[&Path]) -> Result<()> {
    for (position, output) in outputs.iter().enumerate() {
        refuse_input(output, inputs)?;
        if refuse_input(output, &outputs[..position]).is_err() {
            return Err(ReadError::SameOutput { file: output.display().to_string() }.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use polars::prelude::{Column, DataType, df};

    use super::*;
    use crate::source::{TableOptions, table};

    fn sample() -> DataFrame {
        df!(
            "id" => [Some("001"), Some("=cmd|' /C calc'!A0"), None],
            "名称" => ["甲", "-3.5", "@sum"],
            "rate" => [Some(0.1), None, Some(-2.0)],
            "count" => [1_u64, 2, 3]
        )
        .unwrap()
    }

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        let csv = String::from_utf8(format_table(&sample(), TableFormat::Csv).unwrap()).unwrap();
        assert_eq!(csv, "id,名称,rate,count\n001,甲,0.1,1\n'=cmd|' /C calc'!A0,-3.5,,2\n,'@sum,-2,3\n");
    }

    #[test]
    fn json_keeps_types_and_order() {
        let json = String::from_utf8(format_table(&sample(), TableFormat::Json).unwrap()).unwrap();
        assert!(json.contains(r#"{"id":"001","名称":"甲","rate":0.1,"count":1}"#), "{json}");
        assert!(json.contains(r#"{"id":null,"名称":"@sum","rate":-2.0,"count":3}"#), "{json}");
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
    }

    #[test]
    fn what_is_written_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        for ending in ["parquet", "xlsx", "csv"] {
            let path = folder.path().join(format!("t.{ending}"));
            write_table(&sample(), TableFormat::from_path(&path).unwrap(), &path, &[]).unwrap();
            let read = table(&path, &TableOptions::default()).unwrap();
            assert_eq!(read.columns(), ["id", "名称", "rate", "count"]);
            let rates: Vec<Option<f64>> = read.numbers("rate").unwrap().iter().collect();
            assert_eq!(rates, [Some(0.1), None, Some(-2.0)]);
            assert_eq!(read.text("id").unwrap().get(0), Some("001"));
        }
    }

    #[test]
    fn an_input_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "x").unwrap();
        let by_another_name = folder.path().join("./a.csv");
        assert!(write_atomically(&by_another_name, &[&path], b"y").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
        write_atomically(&path, &[], b"y").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"y");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn people_see_columns_and_dashes() {
        let text = String::from_utf8(format_table(&sample(), TableFormat::Table).unwrap()).unwrap();
        assert!(text.contains("–") && text.contains("甲"), "{text}");
    }

    #[test]
    fn people_see_four_decimals_and_no_minus_nought() {
        let frame = df!("a" => [-0.000_01, f64::NAN, 2.0], "b" => [1.0_f32 / 3.0, f32::INFINITY, 0.1]).unwrap();
        let text = String::from_utf8(format_table(&frame, TableFormat::Table).unwrap()).unwrap();
        let cells: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(cells[3..6], [vec!["0", "0.3333"], vec!["–", "–"], vec!["2", "0.1"]], "{text}");
        let json = String::from_utf8(format_table(&frame, TableFormat::Json).unwrap()).unwrap();
        assert!(json.contains(r#""b":0.33333334}"#) && json.contains(r#""b":"Infinity"}"#), "{json}");
        assert!(json.contains(r#""b":0.1}"#), "{json}");
    }

    #[test]
    fn a_worksheet_rounds_no_number_and_moves_no_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.xlsx");
        let days = Column::new("day".into(), [-50_000_i32, 0, 3_000_000]).cast(&DataType::Date).unwrap();
        let numbers = Column::new("number".into(), [9_007_199_254_740_993_i64, i64::MIN, 1 << 53]);
        write_table(&DataFrame::new(3, vec![numbers, days]).unwrap(), TableFormat::Xlsx, &path, &[]).unwrap();
        let read = table(&path, &TableOptions::default()).unwrap();
        let column =
            |name: &str| read.text(name).unwrap().iter().map(|cell| cell.unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(column("number"), ["9007199254740993", "-9223372036854775808", "9007199254740992"]);
        assert_eq!(column("day"), ["1833-02-08", "1970-01-01", "+10183-09-21"]);
    }
}
