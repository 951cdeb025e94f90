use crate::error::{PolicyFault, near_miss};

/// The largest number of faults that are listed.
const MAX_LISTED: usize = 500;

/// The largest number of names in a message.
const MAX_NAMED: usize = 20;

/// The largest number of names with which a misspelled one is compared.
const MAX_COMPARED: usize = 200;

/// The largest number of characters of a cell that are quoted.
const MAX_FOUND: usize = 60;

/// Collects the faults of a policy folder.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) listed: Vec<PolicyFault>,
    pub(super) more: usize,
}

/// The place of a fault.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) row: Option<u64>,
    pub(super) column: Option<&'a str>,
}

impl<'a> At<'a> {
    pub(super) const fn file(file: &'a str) -> Self {
        Self { file, row: None, column: None }
    }

    pub(super) const fn row(file: &'a str, row: u64) -> Self {
        Self { file, row: Some(row), column: None }
    }
}

impl Faults {
    pub(super) fn add(&mut self, at: At<'_>, found: impl Into<String>, expected: impl Into<String>) {
        if self.listed.len() == MAX_LISTED {
            self.more += 1;
            return;
        }
        self.listed.push(PolicyFault {
            file: at.file.to_owned(),
            row: at.row,
            column: at.column.map(str::to_owned),
            found: found.into(),
            expected: expected.into(),
        });
    }

    /// Returns whether `known` is empty only because its table could not be read, which has already been reported.
    pub(super) fn follows_from_missing<'a>(&self, known: &(impl Iterator<Item = &'a str> + Clone)) -> bool {
        !self.is_empty() && known.clone().next().is_none()
    }

    /// Returns whether any fault of this file was reported.
    pub(super) fn mention(&self, file: &str) -> bool {
        self.listed.iter().any(|fault| fault.file == file)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }
}

/// Quotes a cell for a message.
pub(super) fn quoted(cell: &str) -> String {
    match cell.char_indices().nth(MAX_FOUND) {
        Some((end, _)) => format!("`{}…`", &cell[..end]),
        None => format!("`{cell}`"),
    }
}

/// Describes the allowed values, with the one spelled most like the value found.
pub(super) fn one_of<'a>(found: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let names: Vec<&str> = known.clone().take(MAX_NAMED).collect();
    if names.is_empty() {
        return "nothing, since there is none to name".to_owned();
    }
    let more = if known.clone().nth(MAX_NAMED).is_some() { " …" } else { "" };
    let near = near_miss(found, known.take(MAX_COMPARED)).map(|near| format!("; did you mean `{near}`?"));
    format!("one of {}{more}{}", names.join(", "), near.unwrap_or_default())
}

/// Returns whether a word is a stable id: lower-case letters, digits and underscores, with a letter first.
pub(super) fn is_snake_case(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
