//! Tables piece by piece, in file order and in bounded memory.

pub(super) mod arrow;
pub(super) mod encoding;
mod faults;
mod held;
pub(super) mod levels;
mod parquet;
mod records;
#[cfg(test)]
mod tests;
pub(super) mod text;
mod typed;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::{DataFrame, Schema};
use rayon::iter::{ParallelBridge as _, ParallelIterator as _};

use self::faults::Faults;
pub(super) use self::held::table_of_arrays;
pub(super) use self::typed::{cells, is_cell, kind as kind_words};
use super::database;
use super::table::identity::Amounts;
use super::table::{TableOptions, check_cells, ending};
use crate::error::{Error, ReadError, Result};
use crate::model::{Reading, Table};

/// A table file that is read piece by piece, in file order, in bounded memory whatever its length.
///
/// [`Batches::next_piece`] cuts pieces off the file, which is cheap and goes in order; [`Piece::decode`] makes a table of
/// one, which is the work and may happen on any thread, in any order. The rows, their numbers and the cells are those that
/// [`table`](super::table) gives. Where all pieces are decoded, [`Batches::finish`] tells every fault of single rows at
/// once: until then no piece is to be believed.
///
/// # Examples
///
/// ```
/// use jiju::source::{Batches, TableOptions};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("firms.csv");
/// std::fs::write(&path, "id,town\n1,柯桥\n2,钱清\n")?;
/// let mut batches = Batches::open(&path, &TableOptions::default())?.ok_or("no stream")?;
/// batches.select(&["town".to_owned()])?;
/// let mut rows = Vec::new();
/// while let Some(piece) = batches.next_piece()? {
///     rows.extend(piece.decode()?.rows);
/// }
/// batches.finish()?;
/// assert_eq!(rows, [2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Batches {
    source: String,
    kind: ReaderKind,
    /// What comes out.
    columns: Vec<String>,
    schema: Schema,
}

enum ReaderKind {
    Text(text::Text),
    Database(Box<database::Rows>),
    Parquet(parquet::Parquet),
    Arrow(arrow::Arrow),
}

/// How large pieces are.
#[derive(Debug, Clone, Copy)]
struct PieceSize {
    /// Of text, about.
    text_bytes: usize,
    /// The most of Parquet.
    parquet_rows: usize,
}

impl Default for PieceSize {
    fn default() -> Self {
        Self { text_bytes: 4 << 20, parquet_rows: 1 << 18 }
    }
}

/// A part of a table file that is cut off but not decoded.
#[must_use]
pub struct Piece {
    kind: PieceKind,
}

enum PieceKind {
    Text(text::TextPiece),
    Database(database::RowsPiece),
    Parquet(parquet::ParquetPiece),
    Arrow(arrow::ArrowPiece),
}

impl Batches {
    /// Opens a table by the ending of its file: text, Parquet, Arrow IPC; of a database without its geometries. `None` for workbooks and any other
    /// ending, which cannot be read in pieces; [`table`](super::table) reads them or says why not.
    ///
    /// A text file is passed over once to learn its encoding, and read up to its header. Neither limit of `options` is for
    /// files that are streamed; what is no plain file, a pipe say, is held in memory up to `max_bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be opened; [`ReadError::Malformed`] for bytes that are not what the format promises;
    /// [`ReadError::TooLarge`] for more columns than a worksheet has.
    pub fn open(path: &Path, options: &TableOptions) -> Result<Option<Self>> {
        Self::open_in_pieces(path, options, PieceSize::default())
    }

    fn open_in_pieces(path: &Path, options: &TableOptions, size: PieceSize) -> Result<Option<Self>> {
        let source = path.display().to_string();
        let faults = Arc::new(Faults::default());
        let text =
            |delimiter| text::Text::open(path, options, delimiter, size.text_bytes, &faults).map(ReaderKind::Text);
        let kind = match ending(path).as_str() {
            _ if database::is_database(path) => ReaderKind::Database(Box::new(database::attributes(path)?)),
            "csv" | "txt" => text(options.delimiter)?,
            "tsv" => text(options.delimiter.or(Some(b'\t')))?,
            "gz" => match ending(Path::new(path.file_stem().unwrap_or_default())).as_str() {
                "csv" | "txt" => text(options.delimiter)?,
                "tsv" => text(options.delimiter.or(Some(b'\t')))?,
                _ => return Ok(None),
            },
            "parquet" => ReaderKind::Parquet(parquet::Parquet::open(path, size.parquet_rows, &faults)?),
            "arrow" | "feather" | "ipc" | "arrows" => ReaderKind::Arrow(arrow::Arrow::open(path, &faults)?),
            _ => return Ok(None),
        };
        match (&kind, &options.encoding, &options.sheet) {
            (_, _, Some(_)) => {
                let message = "it has no sheets; leave out ‹sheet›".to_owned();
                return Err(ReadError::Malformed { file: source, format: "a table", message }.into());
            }
            (ReaderKind::Parquet(_) | ReaderKind::Arrow(_), Some(label), _) if encoding::of_label(label).is_none() => {
                let message = text::unknown_encoding(label);
                return Err(ReadError::Malformed { file: source, format: "a table", message }.into());
            }
            _ => {}
        }
        Ok(Some(Self::new(source, kind)))
    }

    /// The rows of a table of a database.
    pub(super) fn from_database(source: String, rows: database::Rows) -> Self {
        Self::new(source, ReaderKind::Database(Box::new(rows)))
    }

    fn new(source: String, kind: ReaderKind) -> Self {
        let schema = kind.schema();
        let columns = schema.iter_names().map(ToString::to_string).collect();
        Self { source, kind, columns, schema }
    }

    /// The headers of the columns as they will come out.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns as they will come out, with their types; text files have nothing but text.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How many rows there are, where the file tells beforehand.
    #[must_use]
    pub fn rows(&self) -> Option<u64> {
        match &self.kind {
            ReaderKind::Text(_) | ReaderKind::Database(_) => None,
            ReaderKind::Parquet(parquet) => Some(parquet.rows()),
            ReaderKind::Arrow(arrow) => arrow.rows(),
        }
    }

    /// The size of the file: what [`Piece::bytes`] of all pieces add up to, but for what surrounds the rows.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match &self.kind {
            ReaderKind::Text(text) => Some(text.bytes()),
            ReaderKind::Database(_) => None,
            ReaderKind::Parquet(parquet) => Some(parquet.bytes()),
            ReaderKind::Arrow(arrow) => Some(arrow.bytes()),
        }
    }

    /// Decodes only these columns from now on, in the order of the file.
    ///
    /// What is wrong with rows is found in all columns still; a column of a typed file that cannot stand in a table is no
    /// fault where it is not selected.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`], with the columns there are.
    pub fn select(&mut self, columns: &[String]) -> Result<()> {
        for column in columns {
            if !self.columns.contains(column) {
                let (column, available) = (column.clone(), self.columns.clone());
                return Err(ReadError::MissingColumn { file: self.source.clone(), column, available }.into());
            }
        }
        self.columns.retain(|column| columns.contains(column));
        self.schema.retain(|column, _| columns.iter().any(|wanted| wanted == column.as_str()));
        match &mut self.kind {
            ReaderKind::Text(text) => text.select(columns),
            ReaderKind::Database(rows) => rows.select(columns),
            ReaderKind::Parquet(parquet) => parquet.select(columns),
            ReaderKind::Arrow(arrow) => arrow.select(columns),
        }
        Ok(())
    }

    /// Cuts the next piece off the file; `None` at its end.
    ///
    /// # Errors
    ///
    /// [`Error::File`]; [`ReadError::Malformed`] where the file cannot be read on.
    pub fn next_piece(&mut self) -> Result<Option<Piece>> {
        let kind = match &mut self.kind {
            ReaderKind::Text(text) => text.next_piece()?.map(PieceKind::Text),
            ReaderKind::Database(rows) => rows.next_piece()?.map(PieceKind::Database),
            ReaderKind::Parquet(parquet) => parquet.next_piece()?.map(PieceKind::Parquet),
            ReaderKind::Arrow(arrow) => arrow.next_piece()?.map(PieceKind::Arrow),
        };
        Ok(kind.map(|kind| Piece { kind }))
    }

    /// Notes to show to the user, one sentence each, once all pieces are decoded: columns that are left out or got other
    /// names, remarks below the table, what was decided about the encoding.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        match &self.kind {
            ReaderKind::Text(text) => text.notes(),
            ReaderKind::Database(rows) => rows.notes(),
            ReaderKind::Parquet(parquet) => parquet.notes(),
            ReaderKind::Arrow(arrow) => arrow.notes(),
        }
    }

    /// Tells what was wrong with single rows of the pieces decoded so far, all at once, in file order.
    ///
    /// # Errors
    ///
    /// [`ReadError::Malformed`] as of [`table`](super::table).
    pub fn finish(&self) -> Result<()> {
        match &self.kind {
            ReaderKind::Text(text) => text.finish(),
            ReaderKind::Database(rows) => rows.finish(),
            ReaderKind::Parquet(parquet) => parquet.finish(),
            ReaderKind::Arrow(arrow) => arrow.finish(),
        }
    }
}

impl ReaderKind {
    fn schema(&self) -> Schema {
        match self {
            Self::Text(text) => text.schema(),
            Self::Database(rows) => rows.schema(),
            Self::Parquet(parquet) => parquet.schema(),
            Self::Arrow(arrow) => arrow.schema(),
        }
    }
}

impl Piece {
    /// How much of the file it is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.kind {
            PieceKind::Text(text) => text.bytes(),
            PieceKind::Database(rows) => rows.bytes(),
            PieceKind::Parquet(parquet) => parquet.bytes(),
            PieceKind::Arrow(arrow) => arrow.bytes(),
        }
    }

    /// The rows of the piece, numbered as a spreadsheet shows them in the whole file. Faulty ones are left to
    /// [`Batches::finish`].
    ///
    /// # Errors
    ///
    /// [`ReadError::Malformed`] where the bytes cannot be decoded at all.
    pub fn decode(self) -> Result<Table> {
        match self.kind {
            PieceKind::Text(text) => text.decode(),
            PieceKind::Database(rows) => rows.decode(),
            PieceKind::Parquet(parquet) => parquet.decode(),
            PieceKind::Arrow(arrow) => arrow.decode(),
        }
    }
}

/// The whole table of a file that can be read in pieces, decoded on all cores; `None` for one that cannot.
pub(super) fn whole(path: &Path, options: &TableOptions) -> Result<Option<Table>> {
    Batches::open(path, options)?.map(|batches| gathered(batches, options)).transpose()
}

/// The table that all pieces make.
pub(super) fn gathered(mut batches: Batches, options: &TableOptions) -> Result<Table> {
    let source = batches.source.clone();
    let width = batches.columns().len();
    if let Some(rows) = batches.rows() {
        // A few bytes can stand for any number of equal cells.
        check_cells(&source, usize::try_from(rows).unwrap_or(usize::MAX), width, options.max_cells)?;
    }
    let empty = DataFrame::empty_with_schema(batches.schema());
    let most = options.max_cells / (width as u64).max(1);
    let height = AtomicU64::new(0);
    let mut broken = false;
    let pieces = std::iter::from_fn(|| {
        // What is too large, or cannot be read, is not read on.
        if broken || height.load(Ordering::Relaxed) > most {
            return None;
        }
        let piece = batches.next_piece().transpose();
        broken = matches!(piece, Some(Err(_)));
        piece
    });
    let decoded = pieces.enumerate().par_bridge().map(|(number, piece)| {
        let table = piece.and_then(Piece::decode);
        if let Ok(table) = &table {
            height.fetch_add(table.height() as u64, Ordering::Relaxed);
        }
        (number, table)
    });
    let mut decoded: Vec<(usize, Result<Table>)> = decoded.collect();
    if height.load(Ordering::Relaxed) > most {
        check_cells(&source, usize::try_from(most + 1).unwrap_or(usize::MAX), width, options.max_cells)?;
    }
    decoded.sort_by_key(|(number, _)| *number);
    let mut frame = empty;
    let mut rows = Vec::new();
    let mut reading = Reading::default();
    for (_, table) in decoded {
        let table = table?;
        reading.follow(rows.len(), &table.reading);
        rows.extend(table.rows);
        frame.vstack_mut_owned(table.frame).map_err(Error::table(source.as_str()))?;
    }
    batches.finish()?;
    frame.rechunk_mut_par();
    reading.notes = batches.notes();
    Ok(Table { reading, ..Table::new(source, frame, rows) })
}

/// Whether the amounts of the last row of a file are those of all rows above it, which takes reading it once more. Of what cannot
/// be read twice, a pipe say, it is not known.
pub(super) fn last_is_sum(path: &Path, options: &TableOptions) -> Result<bool> {
    if !std::fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return Ok(false);
    }
    let Some(mut batches) = Batches::open(path, options)? else { return Ok(false) };
    let mut amounts = Amounts::from_headers(batches.columns());
    if amounts.headers().is_empty() {
        return Ok(false);
    }
    batches.select(amounts.headers())?;
    while let Some(piece) = batches.next_piece()? {
        amounts.add(&piece.decode()?)?;
    }
    Ok(amounts.is_summed())
}
