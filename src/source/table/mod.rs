//! Tables of rows and columns.

mod biff;
mod limits;
mod opendocument;
mod workbook;

use std::collections::HashSet;
use std::path::Path;

use polars::prelude::{Column, DataFrame};

use super::batches::whole;
use super::layer_path::split_layer;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::Table;

/// How a table file is to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOptions {
    /// The sheet of a workbook; the first by default.
    pub sheet: Option<String>,
    /// The encoding of a text file, by its WHATWG label; detected by default.
    pub encoding: Option<String>,
    /// The delimiter of a text file; detected among comma, tab and semicolon by default.
    pub delimiter: Option<u8>,
    /// The largest file that is read; of a workbook, which is packed, what it unpacks to counts as well.
    pub max_bytes: u64,
    /// The most cells that are read.
    pub max_cells: u64,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { sheet: None, encoding: None, delimiter: None, max_bytes: 4 << 30, max_cells: 1 << 28 }
    }
}

/// The most columns a table may have: as many as a worksheet.
const MAX_COLUMNS: usize = 16_384;

/// The endings that [`table`] reads.
const ENDINGS: &str = "csv, tsv, txt, xlsx, xlsm, xlsb, xls, ods, dbf, parquet, arrow, arrows, feather, ipc";

/// Reads a table by the ending of its file.
///
/// Cells of text files and workbooks become text as they stand, empty ones null; a workbook's dates become `2020-05-28`
/// and its whole numbers have no decimals. Parquet and Arrow IPC (`arrow`, `feather` and `ipc` files,
/// `arrows` streams) keep their types, but categories become text, and moments that know
/// their zone text in UTC, `2020-05-27T16:00:00Z`; columns of lists, structs or bytes are refused, all of them named.
///
/// - **Text** is UTF-8, UTF-16 with a byte order mark, or GB18030: what is valid UTF-8 is taken as UTF-8, anything else as
///   GB18030. The delimiter is the one that cuts the first records alike.
/// - **Workbooks** may have title rows above the header: the header is the one of the first 30 rows that holds most of the
///   headers jiju knows, at least two of them, else the first that fills half the width of the sheet with different texts.
///   A merged cell fills every cell it covers, so that of a header in two rows the lower one counts; only in XLSB, whose
///   decoder does not tell them, the cells below and right of the first stay empty. Where a sheet ends in rows of one text
///   each, these are no data from the first note (备注, 注：, 注1：, 说明, 填表 …) or lone 合计 on.
///
/// A row without any text is no row. Rows are numbered as a spreadsheet shows them, empty ones included.
///
/// # Errors
///
/// [`Error::File`] where it cannot be opened; [`ReadError::UnknownFormat`] for another ending; [`ReadError::Malformed`]
/// for bytes that are not what the format promises, among them rows with more or fewer cells than the header and quotes
/// left open, all of them named; [`ReadError::TooLarge`] beyond the limits.
pub fn table(path: &Path, options: &TableOptions) -> Result<Table> {
    within_limit(path, options.max_bytes)?;
    if let Some(table) = whole(path, options)? {
        return Ok(table);
    }
    match ending(path).as_str() {
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => workbook::workbook(path, options),
        "dbf" => super::points::rows_of(path, options).map(|(table, _)| table),
        ending => Err(ReadError::UnknownFormat {
            file: path.display().to_string(),
            ending: ending.to_owned(),
            expected: ENDINGS,
        }
        .into()),
    }
}

/// Refuses sheets where none of the tables is a workbook, and encodings where none is a text file: what would not act is not
/// accepted. Where there is one for each table, each must act.
///
/// # Errors
///
/// [`ProjectError::Options`].
pub fn refuse_idle(files: &[&Path], sheets: &[String], encodings: &[String]) -> Result<()> {
    let is_workbook = |path: &&Path| matches!(ending(path).as_str(), "xlsx" | "xlsm" | "xlsb" | "xls" | "ods");
    // The text of attributes is in an encoding too.
    let texts = ["csv", "tsv", "txt", "dbf", "shp", "tab", "mif", "zip"];
    let is_text = |path: &&Path| texts.contains(&ending(split_layer(path).0).as_str());
    let idle = |parameter: &str, given: usize, acting: usize, what: &str| -> Result<()> {
        if given == 0 || acting >= given.min(files.len()).max(1) {
            return Ok(());
        }
        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let found = if names.is_empty() { "no table".to_owned() } else { names.join(", ") };
        let message = format!("found ‹{parameter}›, which is for {what}, beside {found}");
        Err(ProjectError::Options { message, hint: format!("leave out ‹{parameter}›") }.into())
    };
    idle("sheet", sheets.len(), files.iter().filter(|path| is_workbook(path)).count(), "workbooks")?;
    idle("encoding", encodings.len(), files.iter().filter(|path| is_text(path)).count(), "text files")
}

/// The ending of a file's name in small letters.
pub(super) fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Refuses a file that is larger than what is safe to take into memory.
pub(super) fn within_limit(path: &Path, limit: u64) -> Result<()> {
    let found = std::fs::metadata(path).map_err(Error::file("read", path))?.len();
    check_size(path, found, limit)
}

pub(super) fn check_size(path: &Path, found: u64, limit: u64) -> Result<()> {
    if found > limit {
        return Err(ReadError::TooLarge { file: path.display().to_string(), what: "size", found, limit }.into());
    }
    Ok(())
}

/// Refuses a table with more cells than are safe to take into memory, before they are made.
pub(super) fn check_cells(source: &str, rows: usize, columns: usize, limit: u64) -> Result<()> {
    let found = (rows as u64).saturating_mul(columns as u64);
    if found > limit {
        return Err(ReadError::TooLarge { file: source.to_owned(), what: "number of cells", found, limit }.into());
    }
    Ok(())
}

/// Refuses a table with more columns than a worksheet has.
pub(super) fn check_columns(source: &str, columns: usize) -> Result<()> {
    if columns > MAX_COLUMNS {
        let (file, found, limit) = (source.to_owned(), columns as u64, MAX_COLUMNS as u64);
        return Err(ReadError::TooLarge { file, what: "number of columns", found, limit }.into());
    }
    Ok(())
}

/// Puts rows of text under their headers.
///
/// Columns without a header and without a cell are dropped; a column with cells must have a header, and headers must
/// differ.
fn assembled(source: String, headers: &[String], mut cells: Vec<Vec<Option<String>>>, rows: Vec<u64>) -> Result<Table> {
    let malformed = |message: String| ReadError::Malformed { file: source.clone(), format: "a table", message };
    check_columns(&source, headers.len())?;
    let first_row = |column: usize| cells.get(column)?.iter().position(Option::is_some).map(|row| rows[row]);
    let (columns, faults) = named(headers, first_row);
    if !faults.is_empty() {
        return Err(malformed(faults.join("; ")).into());
    }
    if columns.is_empty() {
        return Err(malformed("found no header".to_owned()).into());
    }
    let columns = (columns.into_iter())
        .filter_map(|(position, header)| Some(Column::new(header.into(), std::mem::take(cells.get_mut(position)?))))
        .collect();
    let frame = DataFrame::new(rows.len(), columns).map_err(Error::table(source.as_str()))?;
    Ok(Table { source, frame, rows })
}

/// The columns that have a header of their own, by their position, and what is wrong with the others: headers that are
/// there before, and cells, `first_row` tells the first of them, under none.
pub(super) fn named(
    headers: &[String],
    first_row: impl Fn(usize) -> Option<u64>,
) -> (Vec<(usize, String)>, Vec<String>) {
    let mut columns: Vec<(usize, String)> = Vec::with_capacity(headers.len());
    let mut known = HashSet::new();
    let mut faults = Vec::new();
    for (position, header) in headers.iter().enumerate() {
        let header = header.trim();
        if header.is_empty() {
            if let Some(row) = first_row(position) {
                faults.push(format!("column {} has no header, but a cell in row {row}", position + 1));
            }
        } else if known.insert(header) {
            columns.push((position, header.to_owned()));
        } else {
            faults.push(format!("two columns are called `{header}`"));
        }
    }
    (columns, faults)
}
