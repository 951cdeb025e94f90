//! Rows that cannot be placed, or that are told of for another reason.

use crate::model::{Table, credit_code};

/// What is wrong with rows without coordinates.
pub(crate) const NO_COORDINATES: &str = "have no usable coordinates";

/// Rows that cannot be placed: how many, and the first of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeless {
    pub(crate) count: u64,
    /// The number of the sheet, where there are several, and of the row.
    first: Vec<(u16, u64)>,
    sheets: Vec<String>,
}

impl Placeless {
    const NAMED: usize = 10;

    /// Adds rows by their position in a table, in any order.
    pub(crate) fn add(&mut self, table: &Table, rows: impl Iterator<Item = usize>) {
        if self.sheets.is_empty() && !table.reading.sheets.is_empty() {
            self.sheets.clone_from(&table.reading.sheets);
        }
        let sheet = |row: usize| table.reading.sheet_of_row.get(row).copied().unwrap_or_default();
        self.add_named(rows.filter_map(|row| Some((sheet(row), *table.rows.get(row)?))));
    }

    fn add_named(&mut self, rows: impl Iterator<Item = (u16, u64)>) {
        for row in rows {
            self.count += 1;
            if self.first.len() < Self::NAMED || self.first.last().is_some_and(|last| row < *last) {
                let place = self.first.partition_point(|before| *before < row);
                self.first.insert(place, row);
                self.first.truncate(Self::NAMED);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if self.sheets.is_empty() {
            self.sheets.clone_from(&other.sheets);
        }
        let count = self.count + other.count;
        self.add_named(other.first.iter().copied());
        self.count = count;
    }

    /// The names of the first of them, and a mark where there are more.
    pub(crate) fn named(&self) -> Vec<String> {
        let name = |(sheet, row): &(u16, u64)| match self.sheets.get(usize::from(*sheet)) {
            Some(sheet) => format!("{sheet}!{row}"),
            None => row.to_string(),
        };
        let mut named: Vec<String> = self.first.iter().map(name).collect();
        if self.count > named.len() as u64 {
            named.push("…".to_owned());
        }
        named
    }

    /// Warnings to show to the user about them.
    pub(crate) fn note(&self, source: &str, fault: &str) -> Option<String> {
        let count = self.count;
        (count > 0).then(|| format!("{source}: {count} rows {fault}: {}", self.named().join(", ")))
    }
}

/// Warnings to show to the user about rows that hold sums of others.
pub(crate) fn sums_note(source: &str, rows: &Placeless) -> Option<String> {
    rows.note(source, "hold sums (合计) and are left out")
}

/// Warnings to show to the user about rows whose credit code a spreadsheet has cut.
pub(crate) fn cut_codes_note(source: &str, rows: &Placeless) -> Option<String> {
    let note = rows.note(source, "have a credit code that a spreadsheet has cut to 15 digits")?;
    Some(format!("{note}; {}", credit_code::CUT_ADVICE))
}
