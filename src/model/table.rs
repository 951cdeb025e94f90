use polars::prelude::{Column, DataFrame, DataType, Float64Chunked, StringChunked};

use crate::error::{ReadError, Result};

/// The rows and columns of a file as they were read, before any check.
///
/// Cells of text formats (CSV, XLSX) are unchanged strings; Parquet columns keep their types.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file, as the user named it (for a workbook `file.xlsx, sheet 台账`).
    pub source: String,
    /// The cells, under the headers of the file.
    pub frame: DataFrame,
    /// The row number in the file of each row of `frame`, as a spreadsheet shows it.
    pub rows: Vec<u64>,
}

impl Table {
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
        for (row, cell) in text.iter().enumerate() {
            numbers.push(match cell.map(str::trim) {
                None | Some("") => None,
                Some(cell) => match cell.parse::<f64>() {
                    Ok(number) if number.is_finite() => Some(number),
                    _ => {
                        return Err(ReadError::Cell {
                            file: self.source.clone(),
                            row: self.rows[row],
                            column: name.to_owned(),
                            found: cell.to_owned(),
                            expected: "a number".to_owned(),
                        }
                        .into());
                    }
                },
            });
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
