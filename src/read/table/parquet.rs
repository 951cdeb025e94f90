use std::fs::File;
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader as _};

use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// Reads a Parquet file with its types.
pub(super) fn parquet(path: &Path) -> Result<Table> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let source = path.display().to_string();
    let frame = ParquetReader::new(file).finish().map_err(|error| malformed(path, &error))?;
    let rows = (1..=frame.height() as u64).collect();
    Ok(Table { source, frame, rows })
}

fn malformed(path: &Path, error: &polars::prelude::PolarsError) -> ReadError {
    ReadError::Malformed { file: path.display().to_string(), format: "Parquet", message: error.to_string() }
}
