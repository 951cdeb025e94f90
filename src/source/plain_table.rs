//! Tables whose rows need no position.

use std::path::Path;

use super::origin::Origin;
use super::point_table::PointSource;
use super::table::{TableOptions, refuse_idle};
use crate::declare::parameters;
use crate::error::Result;
use crate::model::Table;

/// A table as an operation takes it that asks for no position of its rows.
#[parameters]
#[derive(Default)]
pub struct PlainTable {
    /// Table: CSV, TSV, XLSX, XLS, ODS, Parquet.
    #[parameter(value = "TABLE", positional, required)]
    pub table: Origin<Table>,
    /// Sheet of a workbook [default: those that have the columns].
    #[parameter(value = "SHEET")]
    pub sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16, GB18030 or Big5].
    #[parameter(value = "ENCODING")]
    pub encoding: Option<String>,
}

impl PlainTable {
    /// The table without rows that hold sums of others, and warnings to show to the user about how it was read.
    ///
    /// # Errors
    ///
    /// What [`PointSource::read_table_with_notes`] refuses.
    pub fn read(&self) -> Result<(Table, Vec<String>)> {
        PointSource::default()
            .with_table(self.table.clone())
            .with_sheet(self.sheet.clone())
            .with_encoding(self.encoding.clone())
            .read_table_with_notes()
    }
}

/// A table as a command takes it that can do without one.
#[parameters]
#[derive(Default)]
pub struct OptionalTable {
    /// Table: CSV, TSV, XLSX, XLS, ODS, Parquet.
    pub table: Option<Origin<Table>>,
    /// Sheet of a workbook [default: the first].
    #[parameter(value = "SHEET", requires = "table")]
    pub sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16 or GB18030].
    #[parameter(value = "ENCODING", requires = "table")]
    pub encoding: Option<String>,
}

impl OptionalTable {
    /// How the table, and another one of its kind where there is one, are to be read.
    ///
    /// # Errors
    ///
    /// What [`refuse_idle`] refuses.
    pub fn options(&self, other: Option<&Path>) -> Result<TableOptions> {
        let files: Vec<&Path> = self.table.as_ref().and_then(Origin::path).into_iter().chain(other).collect();
        refuse_idle(&files, self.sheet.as_slice(), self.encoding.as_slice())?;
        Ok(TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() })
    }
}
