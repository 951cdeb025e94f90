use std::fs::File;
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader as _};

use super::super::damage::guarded;
use super::{TableOptions, check_cells};
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// Reads a Parquet file with its types.
pub(super) fn parquet(path: &Path, options: &TableOptions) -> Result<Table> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let source = path.display().to_string();
    let malformed = |message: String| ReadError::Malformed { file: source.clone(), format: "Parquet", message };
    let mut reader = ParquetReader::new(file);
    let (rows, columns) = guarded(|| {
        let rows = reader.num_rows().map_err(|error| error.to_string())?;
        Ok((rows, reader.schema().map_err(|error| error.to_string())?.len()))
    })
    .map_err(malformed)?;
    // A few bytes can stand for any number of equal cells.
    check_cells(&source, rows, columns, options.max_cells)?;
    let frame = guarded(|| reader.finish().map_err(|error| error.to_string())).map_err(malformed)?;
    let rows = (1..=frame.height() as u64).collect();
    Ok(Table { source, frame, rows })
}
