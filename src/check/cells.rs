use std::collections::BTreeMap;

use polars::prelude::StringChunked;

use crate::error::Result;
use crate::model::{ColumnMapping, Table, cell};

/// The cells of a table as text, by canonical column name.
pub(super) struct TableCells<'a> {
    columns: BTreeMap<&'a str, (&'a str, StringChunked)>,
}

impl<'a> TableCells<'a> {
    pub(super) fn new(table: &Table, mapping: &'a ColumnMapping) -> Result<Self> {
        let mut columns = BTreeMap::new();
        for (name, header) in mapping.columns() {
            columns.insert(name, (header, table.text(header)?.rechunk().into_owned()));
        }
        Ok(Self { columns })
    }

    /// Returns the text of a cell; `None` if it is empty or the column is missing.
    pub(super) fn get(&self, row: usize, canonical: &str) -> Option<&str> {
        let cell = cell::text(self.columns.get(canonical)?.1.get(row)?);
        (!cell.is_empty()).then_some(cell)
    }

    /// Returns the file's own header of a column; the canonical name if the file has no such column.
    pub(super) fn header<'b>(&'b self, canonical: &'b str) -> &'b str {
        self.columns.get(canonical).map_or(canonical, |(header, _)| header)
    }

    /// Returns whether the file has the column.
    pub(super) fn has(&self, canonical: &str) -> bool {
        self.columns.contains_key(canonical)
    }
}
