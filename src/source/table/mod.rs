//! Tables of rows and columns.

mod biff;
mod cell_text;
pub(super) mod header;
pub(super) mod identity;
mod limits;
mod opendocument;
mod partitioned;
mod sheet;
mod workbook;

use std::path::Path;

use self::identity::note_last;
use super::batches::whole;
use super::database::is_database;
use super::layer_path::split_layer;
use crate::error::{Error, ProjectError, ReadError, Result};
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
        Self {
            sheet: None,
            wanted: Vec::new(),
            encoding: None,
            delimiter: None,
            max_bytes: 4 << 30,
            max_cells: 1 << 28,
        }
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
const ENDINGS: &str = "csv, tsv, txt, xlsx, xlsm, xlsb, xls, ods, dbf, parquet, arrow, arrows, feather, ipc";

/// Reads a table by the ending of its file, or a table of a database.
///
/// Cells of text files and workbooks become text as they stand, empty ones null; a workbook's dates become `2020-05-28`,
/// its whole numbers have no decimals, and those of more than fifteen digits, which a spreadsheet cuts, are in scientific
/// notation. Parquet and Arrow IPC (`arrow`, `feather` and `ipc` files, `arrows` streams) keep their types, but categories
/// become text, and moments that know their zone text in UTC, `2020-05-27T16:00:00Z`; columns of lists, structs or bytes
/// are left out. A folder of Parquet files is one table, with a column for each `name=value` of its folders.
///
/// What is left out and what was decided stands in [`Reading::notes`](crate::model::Reading::notes).
///
/// - **Text** may be packed (`csv.gz`). It is UTF-8, UTF-16, or GB18030, which the bytes decide, also against what is
///   stated; Big5 where they can be nothing else. The delimiter is stated in a first line `sep=;`, or is the one that cuts
///   most of the first records alike. Titles above the header are passed over, remarks below the table (备注, 注：, 说明 …)
///   left out.
/// - **Workbooks**: of the sheets in sight, those that have the wanted columns are read together; covers are passed over. A
///   sheet may have title rows above the header: the header is the one of the first 30 rows that holds most of the headers
///   jiju knows, at least two of them, else the first that fills half the width of the sheet with different texts. Of a
///   header in two rows the lower one counts. A merged cell fills every cell it covers, but an amount that is merged stands
///   in the first alone; only in XLSB, whose decoder does not tell them, the cells below and right of the first stay empty.
///   Where a sheet ends in rows of one text each, these are no data from the first remark or lone 合计 on.
///
/// A row without any text is no row. Rows are numbered as a spreadsheet shows them, empty ones included. A header that
/// several columns have gets a number in the later ones, `备注_2`.
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
    if !is_database(path) {
        within_limit(path, options.max_bytes)?;
    }
    if let Some(mut table) = whole(path, options)? {
        note_last(&mut table)?;
        return Ok(table);
    }
    match ending(path).as_str() {
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => workbook::workbook(path, options),
        "dbf" => super::points::table_of_dbf(path, options.encoding.as_deref()),
        ending if advice(ending).is_some() => {
            let (file, message) = (path.display().to_string(), advice(ending).unwrap_or_default().to_owned());
            Err(ReadError::Malformed { file, format: "a table", message }.into())
        }
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
    let idle = |parameter: &str, given: usize, acting: usize, what: &str| -> Result<()> {
        if given == 0 || acting >= given.min(files.len()).max(1) {
            return Ok(());
        }
        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let found = if names.is_empty() { "no table".to_owned() } else { names.join(", ") };
        let message = format!("found ‹{parameter}›, which is for {what}, beside {found}");
        Err(ProjectError::Options { message, hint: format!("leave out ‹{parameter}›") }.into())
    };
    idle("sheet", sheets.len(), files.iter().filter(|path| has_sheets(path)).count(), "workbooks")?;
    idle("encoding", encodings.len(), files.iter().filter(|path| has_encoding(path)).count(), "text files")
}

/// Whether a file is a workbook, of which a sheet can be chosen.
pub(crate) fn has_sheets(path: &Path) -> bool {
    !is_database(path) && matches!(ending(path).as_str(), "xlsx" | "xlsm" | "xlsb" | "xls" | "ods")
}

/// Whether a file holds text in an encoding: rows of text, or the attributes of features.
pub(crate) fn has_encoding(path: &Path) -> bool {
    let texts = ["csv", "tsv", "txt", "gz", "dbf", "shp", "tab", "mif", "zip"];
    !is_database(path) && texts.contains(&ending(split_layer(path).0).as_str())
}

/// What to do with a file that holds a table but not in a format that is read.
fn advice(ending: &str) -> Option<&'static str> {
    Some(match ending {
        "et" | "ett" | "wps" => "it is a file of WPS: open it and save it as .xlsx (另存为 xlsx)",
        "numbers" => "it is a file of Numbers: export it as .xlsx",
        "doc" | "docx" | "pdf" => "it is a document: copy its table into a spreadsheet and save it as .xlsx",
        "zip" | "rar" | "7z" | "gz" | "tar" => "it is packed: unpack it, and give the file inside",
        "mdb" | "accdb" | "sqlite" | "db" => "it is a database: export the table as .csv",
        _ => return None,
    })
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
