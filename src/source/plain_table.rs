//! Tables whose rows need no position.

use super::origin::Origin;
use super::point_table::PointSource;
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
    /// The table.
    ///
    /// # Errors
    ///
    /// What [`PointSource::read_table`] refuses.
    pub fn read(&self) -> Result<Table> {
        PointSource::default()
            .with_table(self.table.clone())
            .with_sheet(self.sheet.clone())
            .with_encoding(self.encoding.clone())
            .read_table()
    }
}
