use std::fs::File;
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader as _};

use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// Reads a Parquet file with its types.
pub(in crate::read) fn parquet(path: &Path) -> Result<Table> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let source = path.display().to_string();
    let frame = ParquetReader::new(file).finish().map_err(|error| malformed(path, &error))?;
    let rows = (1..=frame.height() as u64).collect();
    Ok(Table { source, frame, rows })
}

/// A value of the file's key-value metadata.
pub(in crate::read) fn key_value(path: &Path, key: &str) -> Result<Option<String>> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let mut reader = ParquetReader::new(file);
    let metadata = reader.get_metadata().map_err(|error| malformed(path, &error))?;
    let entries = metadata.key_value_metadata().iter().flatten();
    Ok(entries.filter(|entry| entry.key == key).find_map(|entry| entry.value.clone()))
}

fn malformed(path: &Path, error: &polars::prelude::PolarsError) -> ReadError {
    ReadError::Malformed { file: path.display().to_string(), format: "Parquet", message: error.to_string() }
}
