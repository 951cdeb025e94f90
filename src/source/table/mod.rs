//! Tables of rows and columns.

mod biff;
pub(super) mod header;
pub(super) mod identity;
mod opendocument;
mod partitioned;
mod sheet;
mod workbook;

use std::path::Path;

use self::identity::Identity;
use super::batches::whole;
use crate::error::{Error, ReadError, Result};
use crate::model::{ColumnDefinition, Table};

/// How a table file is to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOptions {
    /// The sheet of a workbook; by default those that have the wanted columns.
    pub sheet: Option<String>,
    /// The columns that are wanted, by which the sheets of a workbook are chosen; by default those that jiju knows.
    pub wanted: Vec<Wanted>,
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
        Self { sheet: None, wanted: Vec::new(), encoding: None, delimiter: None, max_bytes: 4 << 30, max_cells: 1 << 28 }
    }
}

/// A column that is wanted of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One that jiju knows.
    Known(ColumnDefinition),
    /// One that is called so.
    Header(String),
}

impl Wanted {
    /// The columns that a table of these definitions must have, but for those that go by a header of the user's.
    #[must_use]
    pub fn required(
        definitions: &[ColumnDefinition],
        headers: &std::collections::BTreeMap<String, String>,
    ) -> Vec<Self> {
        let wanted = definitions.iter().filter(|definition| definition.required);
        wanted
            .map(|definition| match headers.get(definition.name) {
                Some(header) => Self::Header(header.clone()),
                None => Self::Known(*definition),
            })
            .collect()
    }

    /// The header that stands for it.
    pub(super) fn header_in<'a>(&self, headers: &'a [String]) -> Option<&'a str> {
        match self {
            Self::Known(definition) => definition.header_in(headers),
            Self::Header(header) => headers.iter().find(|one| *one == header).map(String::as_str),
        }
    }
}

/// The most columns a table may have: as many as a worksheet.
const MAX_COLUMNS: usize = 16_384;

/// The endings that [`table`] reads.
const ENDINGS: &str = "csv, tsv, txt, xlsx, xlsm, xlsb, xls, ods, parquet, arrow, arrows, feather, ipc";

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
    if path.is_dir() {
        return partitioned::folder(path, options);
    }
    within_limit(path, options.max_bytes)?;
    if let Some(mut table) = whole(path, options)? {
        Identity::note_all(&mut table)?;
        return Ok(table);
    }
    match ending(path).as_str() {
        "et" | "ett" => Err(ReadError::Malformed {
            file: path.display().to_string(),
            format: "a table",
            message: "it is a spreadsheet of WPS: open it and save it as .xlsx (另存为 xlsx)".to_owned(),
        }
        .into()),
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => workbook::workbook(path, options),
        ending => Err(ReadError::UnknownFormat {
            file: path.display().to_string(),
            ending: ending.to_owned(),
            expected: ENDINGS,
        }
        .into()),
    }
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
