use std::cell::Cell;
use std::collections::BTreeMap;

use polars::prelude::StringChunked;

use crate::error::Result;
use crate::model::{ColumnMapping, Table, cell};

/// The cells of a table as text, by canonical column name.
pub(super) struct TableCells<'a> {
    columns: BTreeMap<&'a str, ColumnCells<'a>>,
}

/// The cells of a column, in the pieces in which they were read: to make them one would copy all of them.
struct ColumnCells<'a> {
    header: &'a str,
    cells: StringChunked,
    /// The first row of each piece.
    starts: Vec<usize>,
    /// The piece of the row that was asked for last, since rows are asked for in their order.
    last: Cell<usize>,
}

impl<'a> ColumnCells<'a> {
    fn new(header: &'a str, cells: StringChunked) -> Self {
        let mut next = 0;
        let pieces = cells.downcast_iter().map(|piece| {
            let start = next;
            next += piece.len();
            start
        });
        let starts = pieces.collect();
        Self { header, cells, starts, last: Cell::new(0) }
    }

    fn get(&self, row: usize) -> Option<&str> {
        let holds = |piece: usize| {
            self.starts.get(piece).is_some_and(|start| *start <= row)
                && self.starts.get(piece + 1).is_none_or(|next| row < *next)
        };
        let mut piece = self.last.get();
        if !holds(piece) {
            piece = self.starts.partition_point(|start| *start <= row).checked_sub(1)?;
            self.last.set(piece);
        }
        let start = *self.starts.get(piece)?;
        let cells = self.cells.downcast_get(piece)?;
        (row - start < cells.len()).then(|| cells.get(row - start)).flatten()
    }
}

impl<'a> TableCells<'a> {
    pub(super) fn new(table: &Table, mapping: &'a ColumnMapping) -> Result<Self> {
        let mut columns = BTreeMap::new();
        for (name, header) in mapping.columns() {
            columns.insert(name, ColumnCells::new(header, table.text(header)?));
        }
        Ok(Self { columns })
    }

    /// Returns the text of a cell; `None` if it is empty or the column is missing.
    pub(super) fn get(&self, row: usize, canonical: &str) -> Option<&str> {
        let cell = cell::text(self.columns.get(canonical)?.get(row)?);
        (!cell.is_empty()).then_some(cell)
    }

    /// Returns the file's own header of a column; the canonical name if the file has no such column.
    pub(super) fn header<'b>(&'b self, canonical: &'b str) -> &'b str {
        self.columns.get(canonical).map_or(canonical, |column| column.header)
    }

    /// Returns whether the file has the column.
    pub(super) fn has(&self, canonical: &str) -> bool {
        self.columns.contains_key(canonical)
    }
}
