use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::faults::{At, Faults, is_snake_case, one_of, quoted};

/// The largest file of a policy folder that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Returns the paths of the files of a policy folder, sorted by name; an empty list if the folder cannot be listed.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Reads a file of the folder as text, without its byte order mark; a file that cannot be read is reported as a fault.
pub(super) fn text(folder: &Path, file: &str, faults: &mut Faults) -> Option<String> {
    let mut bytes = Vec::new();
    let read = File::open(folder.join(file)).and_then(|opened| opened.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    let found = match read {
        Err(error) if error.kind() == ErrorKind::NotFound => "no such file".to_owned(),
        Err(error) => error.to_string(),
        Ok(size) if size as u64 > MAX_BYTES => format!("more than {MAX_BYTES} bytes"),
        Ok(_) => match String::from_utf8(bytes) {
            Ok(text) => return Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => format!("a byte that is no UTF-8 at {}", error.utf8_error().valid_up_to()),
        },
    };
    faults.add(At::file(file), found, "UTF-8 text");
    None
}

/// The most rows a table has. Rows are compared with the rows of other tables.
const MAX_ROWS: usize = 10_000;

/// A table of the policy folder, with a known header.
#[derive(Debug)]
pub(super) struct PolicyTable {
    file: String,
    header: Vec<String>,
    records: Vec<(u64, Vec<String>)>,
}

/// A row of a policy table.
#[derive(Debug, Clone, Copy)]
pub(super) struct PolicyRow<'a> {
    sheet: &'a PolicyTable,
    number: u64,
    cells: &'a [String],
}

impl PolicyTable {
    /// Reads a table whose header must consist of exactly these columns, in any order.
    pub(super) fn read(folder: &Path, file: &str, columns: &[&str], faults: &mut Faults) -> Self {
        let mut sheet = Self { file: file.to_owned(), header: Vec::new(), records: Vec::new() };
        let Some(text) = text(folder, file, faults) else { return sheet };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        match reader.headers() {
            Ok(header) => sheet.header = header.iter().map(|name| name.trim().to_owned()).collect(),
            Err(error) => {
                faults.add(At::file(file), error.to_string(), "a table of comma-separated values");
                return sheet;
            }
        }
        let header_row = At::row(file, 1);
        let mut seen = HashSet::new();
        for name in &sheet.header {
            if !columns.contains(&name.as_str()) {
                faults.add(header_row, format!("the column {}", quoted(name)), one_of(name, columns.iter().copied()));
            } else if !seen.insert(name.as_str()) {
                faults.add(header_row, format!("the column `{name}` twice"), "it once");
            }
        }
        for column in columns.iter().filter(|column| !seen.contains(*column)) {
            faults.add(header_row, format!("no column `{column}`"), columns.join(", "));
        }
        for record in reader.records() {
            if sheet.records.len() == MAX_ROWS {
                faults.add(At::file(file), format!("more than {MAX_ROWS} rows"), "fewer");
                break;
            }
            match record {
                Ok(record) => {
                    let number = record.position().map_or(0, csv::Position::line);
                    if record.len() == sheet.header.len() {
                        sheet.records.push((number, record.iter().map(|cell| cell.trim().to_owned()).collect()));
                    } else {
                        let found = format!("{} cells", record.len());
                        faults.add(At::row(file, number), found, format!("{}", sheet.header.len()));
                    }
                }
                Err(error) => faults.add(At::file(file), error.to_string(), "comma-separated values"),
            }
        }
        sheet
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = PolicyRow<'_>> {
        self.records.iter().map(|(number, cells)| PolicyRow { sheet: self, number: *number, cells })
    }

    /// Reports each value of a column that occurs more than once.
    pub(super) fn each_once(&self, column: &str, faults: &mut Faults) {
        let mut first = HashMap::new();
        for row in self.rows().filter(|row| !row.cell(column).is_empty()) {
            if let Some(number) = first.insert(row.cell(column), row.number) {
                row.fault(column, &format!("it once: it stands in row {number} as well"), faults);
            }
        }
    }
}

impl<'a> PolicyRow<'a> {
    /// Returns the line number in the file.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Returns a cell that may be empty. It is also empty if the column is missing, which was reported with the header.
    pub(super) fn cell(&self, column: &str) -> &'a str {
        let position = self.sheet.header.iter().position(|name| name == column);
        position.and_then(|position| self.cells.get(position)).map_or("", String::as_str)
    }

    /// Returns a cell, or `None` if it is empty.
    pub(super) fn optional(&self, column: &str) -> Option<String> {
        Some(self.cell(column).to_owned()).filter(|cell| !cell.is_empty())
    }

    /// Returns a cell, and reports a fault if it is empty.
    pub(super) fn filled(&self, column: &str, faults: &mut Faults) -> String {
        if self.cell(column).is_empty() {
            self.fault(column, "a value", faults);
        }
        self.cell(column).to_owned()
    }

    /// Returns a cell that must be a stable id.
    pub(super) fn id(&self, column: &str, faults: &mut Faults) -> String {
        if !is_snake_case(self.cell(column)) {
            self.fault(column, "small letters, digits and underscores, a letter first", faults);
        }
        self.cell(column).to_owned()
    }

    /// Returns a cell that must be one of the known words.
    pub(super) fn known<'k>(
        &self,
        column: &str,
        known: impl Iterator<Item = &'k str> + Clone,
        faults: &mut Faults,
    ) -> String {
        let cell = self.cell(column);
        if !faults.follows_from_missing(&known) && !known.clone().any(|known| known == cell) {
            self.fault(column, &one_of(cell, known), faults);
        }
        cell.to_owned()
    }

    /// Splits a cell at its semicolons.
    pub(super) fn list(&self, column: &str) -> Vec<String> {
        self.cell(column).split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Returns the GB/T 4754-2017 code prefixes of a cell, which must hold at least one.
    pub(super) fn prefixes(&self, column: &str, faults: &mut Faults) -> Vec<String> {
        let prefixes = self.list(column);
        let digits =
            |prefix: &String| (1..=4).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit());
        if prefixes.is_empty() || !prefixes.iter().all(digits) {
            self.fault(column, "prefixes of one to four digits, separated by `;`", faults);
        }
        prefixes
    }

    pub(super) fn number_in(&self, column: &str, faults: &mut Faults) -> u64 {
        self.cell(column).parse().unwrap_or_else(|_| {
            self.fault(column, "a whole number", faults);
            0
        })
    }

    pub(super) fn fault(&self, column: &str, expected: &str, faults: &mut Faults) {
        // Without the column there is no cell to find fault with, and the header was reported.
        if self.sheet.header.iter().any(|name| name == column) {
            let at = At { file: &self.sheet.file, row: Some(self.number), column: Some(column) };
            faults.add(at, quoted(self.cell(column)), expected);
        }
    }
}
