//! Parquet in pieces: row groups, or slices of large ones.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use polars::prelude::{ArrowField, Column, DataFrame, FileMetadata, ParquetReader, Schema, SerReader as _, Series};
use polars_parquet::parquet::metadata::RowGroupMetadata;
use polars_parquet::parquet::read::PageMetaData;
use polars_parquet::read::{BasicDecompressor, Filter, PageReader, column_iter_to_arrays};

use super::super::damage::guarded;
use super::faults::Faults;
use super::levels::Pages;
use super::typed::Columns;
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// How much memory a piece may take, about.
const PIECE_BYTES: u64 = 64 << 20;

/// A Parquet file.
pub(super) struct Parquet {
    file: Arc<(PathBuf, File)>,
    metadata: Arc<FileMetadata>,
    columns: Columns,
    /// The slices that are not read yet, of the row group they are of.
    slices: VecDeque<Slice>,
    /// The next row group.
    group: usize,
    /// The rows before it.
    rows: u64,
    size: u64,
    piece_rows: usize,
}

/// Rows of a row group.
struct Slice {
    group: Arc<Group>,
    start: usize,
    height: usize,
    rows_before: u64,
    bytes: u64,
}

/// A row group, and where the pages of its columns lie, once somebody has looked.
struct Group {
    metadata: RowGroupMetadata,
    pages: Vec<OnceLock<Result<Pages, String>>>,
}

/// A piece of a Parquet file.
pub(super) struct ParquetPiece {
    file: Arc<(PathBuf, File)>,
    slice: Slice,
    columns: Columns,
}

impl Parquet {
    /// Opens a file whose pieces have so many rows at most.
    pub(super) fn open(path: &Path, piece_rows: usize, faults: &Arc<Faults>) -> Result<Self> {
        let source = path.display().to_string();
        let file = File::open(path).map_err(Error::file("read", path))?;
        let size = file.metadata().map_err(Error::file("read", path))?.len();
        let mut reader = ParquetReader::new(file.try_clone().map_err(Error::file("read", path))?);
        let (metadata, fields) = guarded(|| {
            let metadata = reader.get_metadata().map_err(|error| error.to_string())?.clone();
            Ok((metadata, reader.schema().map_err(|error| error.to_string())?))
        })
        .map_err(|message| ReadError::Malformed { file: source.clone(), format: "Parquet", message })?;
        let columns = Columns::new(&source, "Parquet", fields, faults)?;
        let file = Arc::new((path.to_owned(), file));
        Ok(Self { file, metadata, columns, slices: VecDeque::new(), group: 0, rows: 0, size, piece_rows })
    }

    pub(super) fn schema(&self) -> Schema {
        self.columns.schema()
    }

    pub(super) fn rows(&self) -> u64 {
        self.metadata.num_rows as u64
    }

    pub(super) fn bytes(&self) -> u64 {
        self.size
    }

    pub(super) fn select(&mut self, columns: &[String]) {
        self.columns.select(columns);
    }

    pub(super) fn next_piece(&mut self) -> Result<Option<ParquetPiece>> {
        while self.slices.is_empty() {
            if self.group == self.metadata.row_groups.len() {
                return Ok(None);
            }
            self.cut();
        }
        let (file, columns) = (self.file.clone(), self.columns.clone());
        Ok(self.slices.pop_front().map(|slice| ParquetPiece { file, slice, columns }))
    }

    /// Cuts the next row group into slices.
    fn cut(&mut self) {
        let Some(group) = self.metadata.row_groups.get(self.group) else { return };
        self.group += 1;
        let height = group.num_rows();
        let (mut packed, mut unpacked) = (0_u64, 0_u64);
        let decoded = self.columns.decoded();
        for column in self.columns.names(&decoded).filter_map(|name| group.columns_under_root_iter(name)).flatten() {
            packed = packed.saturating_add(u64::try_from(column.compressed_size()).unwrap_or_default());
            unpacked = unpacked.saturating_add(u64::try_from(column.uncompressed_size()).unwrap_or_default());
        }
        // Equal cells are stored once, and take memory each.
        let cells = (height as u64).saturating_mul(decoded.len() as u64);
        let by_size = unpacked.max(cells.saturating_mul(8)) / PIECE_BYTES;
        let parts = height.div_ceil(self.piece_rows).max(usize::try_from(by_size).unwrap_or(usize::MAX)).max(1);
        let part = height.div_ceil(parts).max(1);
        let pages = self.columns.fields().iter_values().map(|_| OnceLock::new()).collect();
        let group = Arc::new(Group { metadata: group.clone(), pages });
        for start in (0..height).step_by(part) {
            let rows = part.min(height - start);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of the bytes")]
            let share = |rows: usize| (packed as f64 * rows as f64 / height as f64) as u64;
            let bytes = share(start + rows) - share(start);
            let rows_before = self.rows + start as u64;
            self.slices.push_back(Slice { group: group.clone(), start, height: rows, rows_before, bytes });
        }
        self.rows += height as u64;
    }

    pub(super) fn finish(&self) -> Result<()> {
        self.columns.finish()
    }

    pub(super) fn notes(&self) -> Vec<String> {
        self.columns.notes()
    }
}

impl ParquetPiece {
    pub(super) fn bytes(&self) -> u64 {
        self.slice.bytes
    }

    pub(super) fn decode(self) -> Result<Table> {
        let Self { file, slice, columns } = self;
        columns.table(slice.rows_before, |positions| {
            let fields = positions.iter().filter_map(|position| {
                let (_, field) = columns.fields().get_at_index(*position)?;
                Some((*position, field))
            });
            let decoded = fields.map(|(position, field)| {
                guarded(|| slice.column(&file.1, position, field))
                    .map_err(|message| format!("column `{}`: {message}", field.name))
            });
            let decoded = decoded.collect::<Result<Vec<_>, String>>()?;
            DataFrame::new(slice.height, decoded).map_err(|error| error.to_string())
        })
    }
}

impl Slice {
    /// Decodes a column from bytes that are read into memory: under a map of the file, another process that cuts it would end
    /// this one.
    fn column(&self, file: &File, position: usize, field: &ArrowField) -> Result<Column, String> {
        let Group { metadata, pages } = &*self.group;
        let mut parts = metadata.columns_under_root_iter(&field.name).into_iter().flatten();
        let (Some(column), None) = (parts.next(), parts.next()) else {
            return Err("a row group has it not once".to_owned());
        };
        let found = || Pages::find(file, column, metadata.num_rows() as u64);
        let pages = match pages.get(position) {
            Some(pages) => pages.get_or_init(found).as_ref().map_err(Clone::clone)?,
            None => return Err("a row group has it not once".to_owned()),
        };
        let (start, end) = (self.start as u64, (self.start + self.height) as u64);
        let chunk = pages.read(file, column, &(start..end))?;
        let values = i64::try_from(chunk.rows.end - chunk.rows.start).map_err(|error| error.to_string())?;
        let place = |row: u64| usize::try_from(row.saturating_sub(chunk.rows.start)).unwrap_or(usize::MAX);
        let rows = Filter::new_ranged(place(start), place(end));
        let descriptor = &column.descriptor().descriptor;
        let about = PageMetaData::new(0, values, column.compression(), descriptor.clone());
        let reader = PageReader::new_with_page_meta(Cursor::new(chunk.bytes.into()), about, Vec::new(), usize::MAX);
        let decoder = BasicDecompressor::new(reader, Vec::new());
        let types = vec![&descriptor.primitive_type];
        let arrays = column_iter_to_arrays(vec![decoder], types, field.clone(), Some(rows));
        let (arrays, _) = arrays.map_err(|error| error.to_string())?;
        Ok(Series::try_from((field, arrays)).map_err(|error| error.to_string())?.into())
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::source::{TableFormat, TableOptions, format_table, table, write_table};

    fn read(columns: Vec<Column>) -> Result<Table> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let frame = DataFrame::new(columns[0].len(), columns).unwrap();
        write_table(&frame, TableFormat::Parquet, &path, &[]).unwrap();
        table(&path, &TableOptions::default())
    }

    fn cast(name: &str, counts: [i64; 2], kind: &DataType) -> Column {
        Column::new(name.into(), counts).cast(kind).unwrap()
    }

    fn csv(table: &Table) -> String {
        String::from_utf8(format_table(&table.frame, TableFormat::Csv).unwrap()).unwrap()
    }

    #[test]
    fn every_type_of_cell_is_read_and_written_in_every_format() {
        let moment = [1_590_595_200_000, -1];
        let columns = vec![
            Column::new("区县".into(), ["柯桥区", "=1"])
                .cast(&DataType::from_categories(Categories::global()))
                .unwrap(),
            cast("t", moment, &DataType::Datetime(TimeUnit::Milliseconds, None)),
            cast("time", [0, 3_600_000_000_000], &DataType::Time),
            cast("duration", [0, 1000], &DataType::Duration(TimeUnit::Milliseconds)),
            cast("u8", [1, 255], &DataType::UInt8),
            cast("i16", [1, -2], &DataType::Int16),
            cast("decimal", [1, -2], &DataType::Decimal(10, 2)),
        ];
        let table = read(columns).unwrap();
        assert_eq!(
            csv(&table),
            "区县,t,time,duration,u8,i16,decimal\n\
             柯桥区,2020-05-27 16:00:00,00:00:00,0ms,1,1,1.00\n\
             '=1,1969-12-31 23:59:59.999,01:00:00,1s,255,-2,-2.00\n"
        );
        assert_eq!(table.text("区县").unwrap().get(0), Some("柯桥区"));
        for column in table.columns().iter().filter(|column| *column != "duration") {
            table.text(column).unwrap();
        }
        let message = table.text("duration").unwrap_err().to_string();
        assert!(message.contains("column `duration`"), "{message}");
        assert_eq!(table.numbers("decimal").unwrap().get(1), Some(-2.0));
        for format in [TableFormat::Table, TableFormat::Json, TableFormat::Parquet, TableFormat::Xlsx] {
            format_table(&table.frame, format).unwrap();
        }
    }

    #[test]
    fn columns_that_are_no_cells_are_named() {
        let id = Column::new("id".into(), ["a"]);
        let lists = Column::new("list".into(), [Series::new("".into(), [1, 2])]);
        let bytes = Column::new("bytes".into(), [&b"\xff"[..]]);
        let columns = vec![id, lists, bytes];
        let frame = DataFrame::new(1, columns.clone()).unwrap();
        let table = read(columns).unwrap();
        assert_eq!(table.columns(), ["id"]);
        let notes = table.reading.notes.join("\n");
        for named in ["`list` is of lists", "`bytes` is of bytes"] {
            assert!(notes.contains(named), "{notes}");
        }
        for format in [TableFormat::Csv, TableFormat::Table, TableFormat::Json, TableFormat::Xlsx] {
            let message = format_table(&frame, format).unwrap_err().to_string();
            assert!(["`list`", "`bytes`"].iter().all(|name| message.contains(name)), "{message}");
        }
    }

    #[test]
    fn times_beyond_the_calendar_are_named() {
        let days = Column::new("d".into(), [0, i32::MAX]).cast(&DataType::Date).unwrap();
        let moments = cast("t", [0, i64::MAX], &DataType::Datetime(TimeUnit::Milliseconds, None));
        let frame = DataFrame::new(2, vec![days.clone(), moments.clone()]).unwrap();
        let message = read(vec![days, moments]).unwrap_err().to_string();
        assert!(message.contains("column `d` row 2 is") && message.contains("column `t` row 2 is"), "{message}");
        for format in [TableFormat::Csv, TableFormat::Table, TableFormat::Json, TableFormat::Xlsx] {
            format_table(&frame, format).unwrap();
        }
    }
}
