//! A table of points in pieces, in bounded memory where its format can be read so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::Schema;

use super::columns::PointColumns;
use super::{PointSource, database_points, whole_point_table};
use crate::error::Result;
use crate::model::Table;
use crate::source::batches::last_is_sum;
use crate::source::condition::{Matched, Sieve};
use crate::source::table::identity::take_last;
use crate::source::{self, Batches, Origin, TableOptions, database};

/// A table of points in pieces, in file order.
pub(crate) struct PointPieces {
    pub(crate) source: String,
    pub(crate) columns: PointColumns,
    pieces: Pieces,
}

enum Pieces {
    /// In bounded memory; the condition is held against the rows of each piece.
    Streamed(Box<Streamed>),
    /// Of a file that must be read as a whole, and the rows that were handed out.
    Held { table: Box<Table>, at: usize, matched: Option<Matched> },
}

/// A file that is read in pieces.
struct Streamed {
    batches: Batches,
    sieve: Option<Arc<Sieve>>,
    /// The file, which is read once more where its last row may hold sums; none of a table of a database, which has none.
    file: Option<(PathBuf, TableOptions)>,
    /// A piece that may be the last: of the last row it is only known once all are there whether it holds sums.
    held: Option<source::Piece>,
}

impl Streamed {
    fn next(&mut self) -> Result<Option<PointPiece>> {
        loop {
            match (self.batches.next_piece()?, self.held.take()) {
                (Some(next), held) => {
                    self.held = Some(next);
                    if let Some(held) = held {
                        return Ok(Some(PointPiece::Packed(held, self.sieve.clone())));
                    }
                }
                (None, Some(last)) => return self.last(last).map(Some),
                (None, None) => return Ok(None),
            }
        }
    }

    /// The last piece, with its last row noted as a sum where it holds those of all others.
    fn last(&self, piece: source::Piece) -> Result<PointPiece> {
        let size = piece.bytes();
        let mut table = piece.decode()?;
        let may_be_sum = table.height() > 0 && table.reading.nameless.last() == Some(&(table.height() - 1));
        if let Some((path, options)) = self.file.as_ref().filter(|_| may_be_sum)
            && last_is_sum(path, options)?
        {
            take_last(&mut table);
        }
        Ok(PointPiece::Decoded(table, size, self.sieve.clone()))
    }
}

/// A part of a table of points that may not be decoded yet.
pub(crate) enum PointPiece {
    Packed(source::Piece, Option<Arc<Sieve>>),
    /// Decoded, and how much of the file it is.
    Decoded(Table, u64, Option<Arc<Sieve>>),
    Table(Table),
}

impl PointPieces {
    pub(crate) fn open(source: &PointSource) -> Result<Self> {
        if let Origin::File(path) = &source.table
            && source::is_database(path)
        {
            return Self::of_database(source, path);
        }
        if let Origin::File(path) = &source.table
            && !source::is_vector(path)
            && let Some(batches) = Batches::open(path, &source.options_for_points())?
        {
            let file = path.display().to_string();
            let columns = PointColumns::found(source, &file, batches.columns())?;
            if let Some(condition) = &source.r#where {
                condition.check(&file, batches.columns())?;
            }
            let sieve = source.r#where.clone().map(|condition| Arc::new(Sieve::new(condition)));
            let file_again = Some((path.clone(), source.options_for_points()));
            let streamed = Streamed { batches, sieve, file: file_again, held: None };
            return Ok(Self { source: file, columns, pieces: Pieces::Streamed(Box::new(streamed)) });
        }
        let (table, columns) = whole_point_table(source)?;
        let (table, matched) = source.matching(table)?;
        Ok(Self {
            source: table.source.clone(),
            columns,
            pieces: Pieces::Held { table: Box::new(table), at: 0, matched },
        })
    }

    /// The rows of a table of a database, in bounded memory whether they have geometries or columns of coordinates.
    fn of_database(source: &PointSource, path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let (batches, columns) = match database_points(source, path)? {
            Some((rows, reference)) => {
                let batches = Batches::from_database(file.clone(), rows);
                let columns = PointColumns::from_geometry(reference, batches.columns());
                (batches, columns)
            }
            None => {
                let batches = Batches::from_database(file.clone(), database::attributes(path)?);
                let columns = PointColumns::found(source, &file, batches.columns())?;
                (batches, columns)
            }
        };
        if let Some(condition) = &source.r#where {
            condition.check(&file, batches.columns())?;
        }
        let sieve = source.r#where.clone().map(|condition| Arc::new(Sieve::new(condition)));
        let streamed = Streamed { batches, sieve, file: None, held: None };
        Ok(Self { source: file, columns, pieces: Pieces::Streamed(Box::new(streamed)) })
    }

    /// Decodes only what is needed to choose the rows and to place them.
    pub(crate) fn select_positions(&mut self) -> Result<()> {
        match &mut self.pieces {
            Pieces::Streamed(streamed) => {
                let Streamed { batches, sieve, .. } = &mut **streamed;
                let mut needed = self.columns.needed();
                needed.extend(sieve.iter().flat_map(|sieve| sieve.columns()).map(str::to_owned));
                batches.select(&needed)
            }
            Pieces::Held { .. } => Ok(()),
        }
    }

    /// The columns, with their types.
    pub(crate) fn schema(&self) -> Schema {
        match &self.pieces {
            Pieces::Streamed(streamed) => streamed.batches.schema().clone(),
            Pieces::Held { table, .. } => (**table.frame.schema()).clone(),
        }
    }

    /// What [`PointPiece::size`] of all pieces add up to, about.
    pub(crate) fn size(&self) -> Option<u64> {
        match &self.pieces {
            Pieces::Streamed(streamed) => streamed.batches.bytes(),
            Pieces::Held { table, .. } => Some(table.height() as u64),
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<PointPiece>> {
        const ROWS: usize = 1 << 16;
        match &mut self.pieces {
            Pieces::Streamed(streamed) => streamed.next(),
            Pieces::Held { table, at, .. } => {
                let start = *at;
                *at = (start + ROWS).min(table.height());
                if start == *at {
                    return Ok(None);
                }
                Ok(Some(PointPiece::Table(table.slice(start, ROWS))))
            }
        }
    }

    /// Tells what was wrong with single rows of all pieces.
    pub(crate) fn finish(&self) -> Result<()> {
        match &self.pieces {
            Pieces::Streamed(streamed) => streamed.batches.finish(),
            Pieces::Held { .. } => Ok(()),
        }
    }

    /// Warnings to show to the user about rows that were not asked for, once all pieces are decoded.
    pub(crate) fn notes(&self) -> Vec<String> {
        let (mut notes, matched) = match &self.pieces {
            Pieces::Streamed(streamed) => {
                (streamed.batches.notes(), streamed.sieve.as_ref().map(|sieve| sieve.matched()))
            }
            Pieces::Held { table, matched, .. } => (table.notes(), matched.clone()),
        };
        notes.extend(self.columns.notes.iter().cloned());
        notes.extend(matched.iter().flat_map(|matched| matched.notes(&self.source)));
        notes
    }
}

impl PointPiece {
    /// How much of the whole it is, in bytes of the file or in rows.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Packed(piece, _) => piece.bytes(),
            Self::Decoded(_, size, _) => *size,
            Self::Table(table) => table.height() as u64,
        }
    }

    /// The rows for which the condition holds.
    pub(crate) fn decode(self) -> Result<Table> {
        match self {
            Self::Packed(piece, Some(sieve)) => sieve.apply(piece.decode()?),
            Self::Packed(piece, None) => piece.decode(),
            Self::Decoded(table, _, Some(sieve)) => sieve.apply(table),
            Self::Decoded(table, _, None) => Ok(table),
            Self::Table(table) => Ok(table),
        }
    }
}
