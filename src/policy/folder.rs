use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::near_miss;

/// The largest file of a policy folder that is read.
const MAX_BYTES: u64 = 16 << 20;

/// The files of a policy folder, in the order of their names; none where it cannot be listed.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Everything found wrong with a folder, each with its place.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<String>);

impl Faults {
    pub(super) fn file(&mut self, file: &str, message: impl std::fmt::Display) {
        self.0.push(format!("{file}: {message}"));
    }
}

/// The text of a file of the folder, where it can be read.
pub(super) fn text(folder: &Path, file: &str, faults: &mut Faults) -> Option<String> {
    let path = folder.join(file);
    let read = std::fs::metadata(&path).and_then(|metadata| {
        if metadata.len() > MAX_BYTES {
            return Err(std::io::Error::other(format!("{} bytes are more than {MAX_BYTES}", metadata.len())));
        }
        std::fs::read(&path)
    });
    match read.map(String::from_utf8) {
        Ok(Ok(text)) => Some(text),
        Ok(Err(_)) => {
            faults.file(file, "found bytes that are not UTF-8, expected UTF-8 text");
            None
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            faults.file(file, "no such file");
            None
        }
        Err(error) => {
            faults.file(file, error);
            None
        }
    }
}

/// A table of the folder: its rows under a known header.
#[derive(Debug)]
pub(super) struct Sheet {
    file: String,
    header: Vec<String>,
    records: Vec<(u64, Vec<String>)>,
}

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    sheet: &'a Sheet,
    number: u64,
    cells: &'a [String],
}

impl Sheet {
    /// Reads a table whose header must be exactly these columns, in any order.
    pub(super) fn read(folder: &Path, file: &str, columns: &[&str], faults: &mut Faults) -> Self {
        let mut sheet = Self { file: file.to_owned(), header: Vec::new(), records: Vec::new() };
        let Some(text) = text(folder, file, faults) else { return sheet };
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        match reader.headers() {
            Ok(header) => sheet.header = header.iter().map(|name| name.trim().to_owned()).collect(),
            Err(error) => {
                faults.file(file, error);
                return sheet;
            }
        }
        let mut seen = HashSet::new();
        for name in &sheet.header {
            if !columns.contains(&name.as_str()) {
                let near = near_miss(name, columns.iter().copied());
                let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
                faults.0.push(format!("{file}, row 1: unknown column `{name}`{hint}"));
            }
            if !seen.insert(name.as_str()) {
                faults.0.push(format!("{file}, row 1: column `{name}` stands twice"));
            }
        }
        for column in columns {
            if !seen.contains(column) {
                faults.0.push(format!("{file}, row 1: found no column `{column}`"));
            }
        }
        for (position, record) in reader.records().enumerate() {
            let number = position as u64 + 2;
            match record {
                Ok(record) if record.len() == sheet.header.len() => {
                    sheet.records.push((number, record.iter().map(|cell| cell.trim().to_owned()).collect()));
                }
                Ok(record) => faults.0.push(format!(
                    "{file}, row {number}: found {} cells, expected {}",
                    record.len(),
                    sheet.header.len()
                )),
                Err(error) => faults.file(file, error),
            }
        }
        sheet
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(number, cells)| Row { sheet: self, number: *number, cells })
    }
}

impl Row<'_> {
    /// A cell that may be empty. A missing column was reported with the header.
    pub(super) fn cell(&self, column: &str) -> &str {
        let position = self.sheet.header.iter().position(|name| name == column);
        position.and_then(|position| self.cells.get(position)).map_or("", String::as_str)
    }

    /// A cell that must not be empty.
    pub(super) fn filled(&self, column: &str, faults: &mut Faults) -> String {
        let cell = self.cell(column);
        if cell.is_empty() && self.sheet.header.iter().any(|name| name == column) {
            self.fault(column, "a value", faults);
        }
        cell.to_owned()
    }

    /// A stable word: small letters, digits and underscores.
    pub(super) fn id(&self, column: &str, faults: &mut Faults) -> String {
        let id = self.filled(column, faults);
        let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
        if !id.chars().all(plain) {
            self.fault(column, "small letters, digits and underscores", faults);
        }
        id
    }

    /// Values separated by semicolons.
    pub(super) fn list(&self, column: &str) -> Vec<String> {
        self.cell(column).split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// GB/T 4754-2017 code prefixes, one at least.
    pub(super) fn prefixes(&self, column: &str, faults: &mut Faults) -> Vec<String> {
        let prefixes = self.list(column);
        let digits =
            |prefix: &String| (1..=4).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit());
        if prefixes.is_empty() || !prefixes.iter().all(digits) {
            self.fault(column, "prefixes of one to four digits, separated by `;`", faults);
        }
        prefixes
    }

    pub(super) fn number(&self, column: &str, faults: &mut Faults) -> u64 {
        self.cell(column).parse().unwrap_or_else(|_| {
            self.fault(column, "a whole number", faults);
            0
        })
    }

    pub(super) fn fault(&self, column: &str, expected: &str, faults: &mut Faults) {
        let (file, number, found) = (&self.sheet.file, self.number, self.cell(column));
        faults.0.push(format!("{file}, row {number}, column `{column}`: found `{found}`, expected {expected}"));
    }
}
