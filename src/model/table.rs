use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Float64Chunked, IntoColumn as _, NewChunkedArray as _, StringChunked,
};

use super::{Place, Reading, SharedAmount, cell};
use crate::error::{Error, ReadError, Result};

/// The rows and columns of a file as they were read, before any check.
///
/// Cells of text formats (CSV, XLSX) are unchanged strings; Parquet columns keep their types.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file, as the user named it (for a workbook `file.xlsx, sheet 台账`).
    pub source: String,
    /// The cells, under the headers of the file.
    pub frame: DataFrame,
    /// The row number in the file of each row of `frame`, as a spreadsheet shows it; in its own sheet, where the rows of
    /// several were read together.
    pub rows: Vec<u64>,
    /// What reading found out beyond the cells.
    pub reading: Reading,
}

impl Table {
    /// Makes a table of which nothing is known but its cells.
    #[must_use]
    pub fn new(source: impl Into<String>, frame: DataFrame, rows: Vec<u64>) -> Self {
        Self { source: source.into(), frame, rows, reading: Reading::default() }
    }

    /// Returns the file of a row, with its sheet where the rows of several sheets were read together.
    #[must_use]
    pub fn source_of(&self, row: usize) -> String {
        match self.reading.sheet_of(row) {
            Some(sheet) => format!("{}, sheet {sheet}", self.source),
            None => self.source.clone(),
        }
    }

    /// Returns the number of a row as a message names it: `12`, or `柯桥区!12` where the rows of several sheets were read
    /// together.
    #[must_use]
    pub fn row_name(&self, row: usize) -> String {
        let number = self.rows.get(row).copied().unwrap_or_default();
        match self.reading.sheet_of(row) {
            Some(sheet) => format!("{sheet}!{number}"),
            None => number.to_string(),
        }
    }

    /// Returns notes to show to the user about how the table was read, one sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let shared = self.reading.shared_amounts.iter().map(|shared| {
            let SharedAmount { column, first, cells, amount, .. } = shared;
            format!(
                "{}: `{amount}` in the merged cells {cells} of `{column}` counts once, in row {}",
                self.source,
                self.row_name(*first)
            )
        });
        self.reading.notes.iter().cloned().chain(shared).collect()
    }

    /// Returns the place of a cell.
    #[must_use]
    pub fn place(&self, row: usize, column: &str) -> Place {
        Place { file: self.source_of(row), row: self.rows.get(row).copied(), column: Some(column.to_owned()) }
    }

    /// Returns the rows for which `kept` is true, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] if `kept` has another length than the table.
    pub fn filtered(self, kept: &[bool]) -> Result<Self> {
        let Self { source, frame, rows, reading } = self;
        let mask = BooleanChunked::from_slice("kept".into(), kept);
        // Pieces of a stream are already worked on by all threads.
        let frame = frame.filter_seq(&mask).map_err(Error::table(source.as_str()))?;
        let rows = rows.into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(row, _)| row).collect();
        Ok(Self { source, frame, rows, reading: reading.filtered(kept) })
    }

    /// Returns the rows for which `kept` is true as [`Self::filtered`] does, and gives the memory of the others back, which
    /// cells of text share.
    ///
    /// # Errors
    ///
    /// As [`Self::filtered`].
    pub fn only(self, kept: &[bool]) -> Result<Self> {
        let mut table = self.filtered(kept)?;
        let names = table.columns();
        for name in &names {
            if let Ok(cells) = table.column(name)?.str() {
                let own: StringChunked = cells.iter().collect();
                table
                    .frame
                    .with_column(own.with_name(name.as_str().into()).into_column())
                    .map_err(Error::table(table.source.as_str()))?;
            }
        }
        Ok(table)
    }

    /// Returns so many rows from `start` on, without the notes on the whole.
    #[must_use]
    pub fn slice(&self, start: usize, length: usize) -> Self {
        let end = start.saturating_add(length).min(self.height());
        let start = start.min(end);
        Self {
            source: self.source.clone(),
            frame: self.frame.slice(i64::try_from(start).unwrap_or(i64::MAX), end - start),
            rows: self.rows.get(start..end).unwrap_or_default().to_vec(),
            reading: self.reading.slice(start, end),
        }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// Returns the headers.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.frame.get_column_names().into_iter().map(|name| name.to_string()).collect()
    }

    /// Returns the column with this header.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`], with the existing headers.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.frame.column(name).map_err(|_| {
            ReadError::MissingColumn { file: self.source.clone(), column: name.to_owned(), available: self.columns() }
                .into()
        })
    }

    /// Returns a column as text; numbers and dates of typed formats are formatted as text.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`]; [`ReadError::Malformed`] for a column of lists or structs.
    pub fn text(&self, name: &str) -> Result<StringChunked> {
        let column = self.column(name)?;
        let cast = column.cast(&DataType::String).map_err(|error| ReadError::Malformed {
            file: self.source.clone(),
            format: "a column of text",
            message: format!("column `{name}`: {error}"),
        })?;
        cast.str().cloned().map_err(|error| {
            ReadError::Malformed { file: self.source.clone(), format: "a column of text", message: error.to_string() }
                .into()
        })
    }

    /// Returns a column as numbers; empty cells are null.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`]; [`ReadError::Cell`] for the first cell that is not a finite number.
    pub fn numbers(&self, name: &str) -> Result<Float64Chunked> {
        let column = self.column(name)?;
        if column.dtype().is_primitive_numeric() {
            let cast = column.cast(&DataType::Float64).map_err(crate::Error::table(name))?;
            return Ok(cast.f64().map_err(crate::Error::table(name))?.clone());
        }
        let text = self.text(name)?;
        let mut numbers = Vec::with_capacity(text.len());
        for (row, found) in text.iter().enumerate() {
            let number = found.and_then(cell::number);
            if let Some(found) = found.map(cell::text).filter(|found| number.is_none() && !found.is_empty()) {
                return Err(ReadError::Cell {
                    file: self.source_of(row),
                    row: self.rows[row],
                    column: name.to_owned(),
                    found: found.to_owned(),
                    expected: "a number".to_owned(),
                }
                .into());
            }
            numbers.push(number);
        }
        Ok(numbers.into_iter().collect())
    }

    /// Returns a column of amounts, such as employees, of which shares are made; empty cells are null.
    ///
    /// # Errors
    ///
    /// What [`Table::numbers`] refuses; [`ReadError::Cell`] for the first cell that is below 0 or not finite.
    pub fn amounts(&self, name: &str) -> Result<Float64Chunked> {
        let numbers = self.numbers(name)?;
        let is_amount = |number: &f64| number.is_finite() && *number >= 0.0;
        let other = numbers.iter().position(|number| number.is_some_and(|number| !is_amount(&number)));
        match other {
            None => Ok(numbers),
            Some(row) => Err(ReadError::Cell {
                file: self.source.clone(),
                row: self.rows.get(row).copied().unwrap_or_default(),
                column: name.to_owned(),
                found: numbers.get(row).map(|number| number.to_string()).unwrap_or_default(),
                expected: "an amount of 0 or more, as shares are made of it".to_owned(),
            }
            .into()),
        }
    }
}
