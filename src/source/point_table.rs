//! Points of tables and vector files: whole, or piece by piece.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{DataType, Schema};

use super::Origin;
use super::condition::{Condition, Matched, Sieve};
use super::points::{coordinate_headers, rows_of};
use crate::declare::parameters;
use crate::error::{Error, ReadError, Result};
use crate::model::{Areas, DeclaredReference, Point, Reference, Table, register_column};
use crate::source::{self, Batches, TableOptions};

/// A table of points as an operation takes it.
#[parameters]
#[derive(Default, PartialEq, Eq)]
pub struct PointSource {
    /// The table: CSV, TSV, XLSX, XLS, ODS, Parquet, Arrow, or a vector file of points.
    #[parameter(value = "TABLE", positional, required)]
    pub table: Origin<Table>,
    /// Column with the longitude or easting [default: recognised, such as `lon` or 经度].
    #[parameter(value = "COLUMN")]
    pub x: Option<String>,
    /// Column with the latitude or northing [default: recognised, such as `lat` or 纬度].
    #[parameter(value = "COLUMN")]
    pub y: Option<String>,
    /// Reference of the points: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the file's own, else wgs84].
    #[parameter(alias = "reference")]
    pub crs: Option<DeclaredReference>,
    /// Sheet of a workbook [default: the first].
    #[parameter(value = "SHEET")]
    pub sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16 or GB18030].
    #[parameter(value = "ENCODING")]
    pub encoding: Option<String>,
    /// Keep only the rows for which a condition holds: 'sector = "bearings" and employees > 20'.
    #[parameter(value = "CONDITION")]
    pub r#where: Option<Condition>,
}

impl PointSource {
    fn options(&self) -> TableOptions {
        TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() }
    }

    /// The rows of the table for which the condition holds, whatever their coordinates.
    ///
    /// # Errors
    ///
    /// What [`source::table`] and [`Condition::rows`] refuse.
    pub fn read_table(&self) -> Result<Table> {
        Ok(self.matching(self.whole_table()?.0)?.0)
    }

    /// The table, with warnings to show to the user: how many rows the condition kept, where there is one.
    ///
    /// # Errors
    ///
    /// What [`PointSource::read_table`] refuses.
    pub fn read_table_with_notes(&self) -> Result<(Table, Vec<String>)> {
        let (table, mut notes) = self.whole_table()?;
        let (table, matched) = self.matching(table)?;
        notes.extend(matched.map(|matched| matched.notes(&table.source)).unwrap_or_default());
        Ok((table, notes))
    }

    /// The rows for which the condition holds, and how many they are; all of them where there is none.
    fn matching(&self, table: Table) -> Result<(Table, Option<Matched>)> {
        match &self.r#where {
            None => Ok((table, None)),
            Some(condition) => condition.apply(table).map(|(table, matched)| (table, Some(matched))),
        }
    }

    /// All rows, and warnings to show to the user about the file as a whole.
    fn whole_table(&self) -> Result<(Table, Vec<String>)> {
        match &self.table {
            Origin::File(path) if source::is_vector(path) => {
                source::points::rows_table(path, self.encoding.as_deref(), self.crs)
            }
            Origin::File(path) => rows_of(path, &self.options()),
            Origin::Memory(_, table) => Ok((table.as_ref().clone(), Vec::new())),
        }
    }
}

/// A table of points as an operation takes it that can do without one.
#[parameters]
#[derive(Default, PartialEq, Eq)]
pub struct OptionalPointSource {
    /// The table: CSV, TSV, XLSX, XLS, ODS, Parquet, Arrow, or a vector file of points.
    #[parameter(value = "TABLE", positional)]
    pub table: Option<Origin<Table>>,
    /// Column with the longitude or easting [default: recognised, such as `lon` or 经度].
    #[parameter(value = "COLUMN", requires = "table")]
    pub x: Option<String>,
    /// Column with the latitude or northing [default: recognised, such as `lat` or 纬度].
    #[parameter(value = "COLUMN", requires = "table")]
    pub y: Option<String>,
    /// Reference of the points: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the file's own, else wgs84].
    #[parameter(alias = "reference", requires = "table")]
    pub crs: Option<DeclaredReference>,
    /// Sheet of a workbook [default: the first].
    #[parameter(value = "SHEET", requires = "table")]
    pub sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16 or GB18030].
    #[parameter(value = "ENCODING", requires = "table")]
    pub encoding: Option<String>,
    /// Keep only the rows for which a condition holds: 'sector = "bearings" and employees > 20'.
    #[parameter(value = "CONDITION", requires = "table")]
    pub r#where: Option<Condition>,
}

impl OptionalPointSource {
    /// The points, where a table is given.
    #[must_use]
    pub fn source(&self) -> Option<PointSource> {
        let Self { table, x, y, crs, sheet, encoding, r#where } = self.clone();
        Some(PointSource { table: table?, x, y, crs, sheet, encoding, r#where })
    }
}

/// Points in the reference of a layer: a layer's boundaries never move, points are brought to them. A point that has no
/// place in that reference, such as one whose longitude and latitude have changed places, lies in none of its areas.
///
/// # Errors
///
/// What [`source::Transform::new`] refuses.
pub fn brought_to(points: &[Option<Point>], from: Reference, layer: &Areas) -> Result<Vec<Option<Point>>> {
    if from.agrees_with(layer.reference) {
        return Ok(points.to_vec());
    }
    Ok(source::Transform::new(from, layer.reference)?.images(points))
}

/// A table and its points.
#[derive(Debug, Clone)]
pub struct PointTable {
    /// The table, all its columns; of its rows those that were asked for.
    pub table: Table,
    /// The reference of the points.
    pub reference: Reference,
    /// A point per row; none where a coordinate is empty, no number, or of an unknown datum.
    pub points: Vec<Option<Point>>,
    /// How many rows the condition kept, where there is one.
    pub matched: Option<Matched>,
    /// Warnings to show to the user about the file as a whole.
    pub file_notes: Vec<String>,
}

impl PointTable {
    /// Warnings to show to the user about rows that were not asked for and rows that cannot be placed.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let source = &self.table.source;
        let mut notes = self.file_notes.clone();
        notes.extend(self.matched.as_ref().map(|matched| matched.notes(source)).unwrap_or_default());
        let mut placeless = Placeless::default();
        placeless
            .add(self.points.iter().zip(&self.table.rows).filter(|(point, _)| point.is_none()).map(|(_, row)| *row));
        notes.extend(placeless.note(source, NO_COORDINATES));
        notes
    }
}

/// Takes away points that are nowhere on Earth, such as those whose longitude and latitude have changed places: nothing can be
/// measured from them. Gives what a reader should know.
pub(crate) fn take_off_earth(placed: &mut PointTable) -> Option<String> {
    if !placed.reference.is_wgs84_like() {
        return None;
    }
    let mut rows = Vec::new();
    for (point, row) in placed.points.iter_mut().zip(&placed.table.rows) {
        if point.is_some_and(|at| !(at.x.abs() <= 360.0 && at.y.abs() <= 90.0)) {
            *point = None;
            rows.push(*row);
        }
    }
    let mut nowhere = Placeless::default();
    nowhere.add(rows.into_iter());
    nowhere.note(&placed.table.source, "lie nowhere on Earth")
}

/// Reads the rows of a table or vector file of points for which the condition holds. GCJ-02 and BD-09, of the file or of a row that says so in its `datum` column,
/// are undone, so that the points are in WGS 84 or in a grid.
///
/// # Errors
///
/// What reading refuses; [`ReadError::MissingColumn`] where no column is known to hold the coordinates;
/// [`ReadError::Reference`] where the file and the request disagree.
pub fn point_table(source: &PointSource) -> Result<PointTable> {
    point_table_with(source, Ok)
}

/// Reads points as [`point_table`] does, of a table that is completed before the condition is held against its rows.
///
/// # Errors
///
/// What [`point_table`] refuses, and completing the table.
pub(crate) fn point_table_with(
    source: &PointSource,
    completed: impl FnOnce(Table) -> Result<Table>,
) -> Result<PointTable> {
    let (table, columns, file_notes) = whole_point_table(source)?;
    let (table, matched) = source.matching(completed(table)?)?;
    let points = columns.positions(&table)?.points();
    Ok(PointTable { table, reference: columns.reference, points, matched, file_notes })
}

fn whole_point_table(source: &PointSource) -> Result<(Table, PointColumns, Vec<String>)> {
    if let Origin::File(path) = &source.table
        && source::is_vector(path)
    {
        return vector_points(source, path);
    }
    let (table, notes) = source.whole_table()?;
    let columns = PointColumns::of(source, &table.source, &table.columns())?;
    Ok((table, columns, notes))
}

fn vector_points(source: &PointSource, path: &Path) -> Result<(Table, PointColumns, Vec<String>)> {
    let found = source::points_table(path, source.encoding.as_deref(), source.crs)?;
    let source::VectorPoints { table, reference, notes } = found;
    // The geometry's columns, not an attribute that looks like one.
    let [x, y] = coordinate_headers(reference);
    let datum = source::datum_header(&table.columns());
    Ok((
        table,
        PointColumns { x: x.to_owned(), y: y.to_owned(), datum, stated: reference, reference: reference.undone() },
        notes,
    ))
}

/// Where the coordinates of a table stand, and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct PointColumns {
    x: String,
    y: String,
    /// In which rows state a datum of their own.
    datum: Option<String>,
    /// The reference of rows that state none.
    stated: DeclaredReference,
    /// The reference of the positions: WGS 84 where offset ones are stated.
    pub(crate) reference: Reference,
}

impl PointColumns {
    fn of(source: &PointSource, file: &str, headers: &[String]) -> Result<Self> {
        let header = |given: &Option<String>, canonical: &str| -> Result<String> {
            let recognised = || register_column(canonical).and_then(|definition| definition.header_in(headers));
            let missing = |column: &str| ReadError::MissingColumn {
                file: file.to_owned(),
                column: column.to_owned(),
                available: headers.to_vec(),
            };
            match given {
                Some(given) if headers.contains(given) => Ok(given.clone()),
                Some(given) => Err(missing(given).into()),
                None => Ok(recognised().ok_or_else(|| missing(canonical))?.to_owned()),
            }
        };
        let stated = source.crs.unwrap_or(DeclaredReference::Wgs84);
        Ok(Self {
            x: header(&source.x, "lon")?,
            y: header(&source.y, "lat")?,
            datum: source::datum_header(headers),
            stated,
            reference: stated.undone(),
        })
    }

    /// The headers of the columns that are needed to place a row.
    fn needed(&self) -> Vec<String> {
        [&self.x, &self.y].into_iter().chain(&self.datum).cloned().collect()
    }

    /// The positions of the rows of a table with these columns.
    pub(crate) fn positions<'a>(&self, table: &'a Table) -> Result<Positions<'a>> {
        let stated = Positions { x: coordinates(table, &self.x)?, y: coordinates(table, &self.y)? };
        if self.datum.is_none() && self.stated == self.reference.into() {
            return Ok(stated);
        }
        Ok(Positions::of(&source::row_images(table, &stated.points(), self.stated, self.reference.into())?))
    }
}

/// A column of coordinates; a cell that is no number is not a number here either, as the row is told of with those without
/// coordinates.
fn coordinates<'a>(table: &'a Table, header: &str) -> Result<Cow<'a, [f64]>> {
    let column = table.column(header)?;
    if column.dtype() == &DataType::Float64
        && let Ok(numbers) = column.f64().map_err(Error::table(header))?.cont_slice()
    {
        return Ok(Cow::Borrowed(numbers));
    }
    if column.dtype().is_primitive_numeric() {
        return Ok(table.numbers(header)?.iter().map(|number| number.unwrap_or(f64::NAN)).collect());
    }
    let number = |cell: &str| cell.trim().parse().ok();
    Ok(table.text(header)?.iter().map(|cell| cell.and_then(number).unwrap_or(f64::NAN)).collect())
}

/// Positions row by row; where one of the coordinates is not finite there is none.
#[derive(Debug, Clone)]
pub(crate) struct Positions<'a> {
    pub(crate) x: Cow<'a, [f64]>,
    pub(crate) y: Cow<'a, [f64]>,
}

impl<'a> Positions<'a> {
    fn of(points: &[Option<Point>]) -> Positions<'static> {
        let coordinate = |of: fn(Point) -> f64| points.iter().map(|point| point.map_or(f64::NAN, of)).collect();
        Positions { x: coordinate(|point| point.x), y: coordinate(|point| point.y) }
    }

    pub(crate) fn points(&self) -> Vec<Option<Point>> {
        let points = self.x.iter().zip(&*self.y).map(|(x, y)| Point::new(*x, *y));
        points.map(|point| Some(point).filter(|point| point.is_finite())).collect()
    }

    /// The rows without a position.
    pub(crate) fn placeless(&self) -> impl Iterator<Item = usize> {
        let finite = self.x.iter().zip(&*self.y).map(|(x, y)| x.is_finite() & y.is_finite());
        finite.enumerate().filter(|(_, is_finite)| !is_finite).map(|(row, _)| row)
    }

    /// The positions in the reference of a layer, as [`brought_to`] tells.
    pub(crate) fn brought_to(&'a self, from: Reference, to: Reference) -> Result<Self> {
        if from.agrees_with(to) {
            return Ok(Positions { x: Cow::Borrowed(&self.x), y: Cow::Borrowed(&self.y) });
        }
        Ok(Positions::of(&source::Transform::new(from, to)?.images(&self.points())))
    }
}

/// What is wrong with rows without coordinates.
pub(crate) const NO_COORDINATES: &str = "have no usable coordinates";

/// Rows that cannot be placed: how many, and the first of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeless {
    pub(crate) count: u64,
    first: Vec<u64>,
}

impl Placeless {
    const NAMED: usize = 10;

    /// Adds rows by their number in the file, in any order.
    pub(crate) fn add(&mut self, rows: impl Iterator<Item = u64>) {
        for row in rows {
            self.count += 1;
            if self.first.len() < Self::NAMED || self.first.last().is_some_and(|last| row < *last) {
                let place = self.first.partition_point(|before| *before < row);
                self.first.insert(place, row);
                self.first.truncate(Self::NAMED);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        self.add(other.first.iter().copied());
        self.count = count;
    }

    /// Warnings to show to the user about them.
    pub(crate) fn note(&self, source: &str, fault: &str) -> Option<String> {
        let count = self.count;
        let mut named: Vec<String> = self.first.iter().map(u64::to_string).collect();
        if count > named.len() as u64 {
            named.push("…".to_owned());
        }
        (count > 0).then(|| format!("{source}: {count} rows {fault}: {}", named.join(", ")))
    }
}

/// A table of points in pieces, in file order.
pub(crate) struct PointPieces {
    pub(crate) source: String,
    pub(crate) columns: PointColumns,
    pieces: Pieces,
}

enum Pieces {
    /// In bounded memory; the condition is held against the rows of each piece.
    Streamed(Box<Batches>, Option<Arc<Sieve>>),
    /// Of a file that must be read as a whole, and the rows that were handed out.
    Held { table: Table, at: usize, matched: Option<Matched>, notes: Vec<String> },
}

/// A part of a table of points that may not be decoded yet.
pub(crate) enum PointPiece {
    Packed(source::Piece, Option<Arc<Sieve>>),
    Table(Table),
}

impl PointPieces {
    pub(crate) fn open(source: &PointSource) -> Result<Self> {
        if let Origin::File(path) = &source.table
            && !source::is_vector(path)
            && let Some(batches) = Batches::open(path, &source.options())?
        {
            let file = path.display().to_string();
            let columns = PointColumns::of(source, &file, batches.columns())?;
            if let Some(condition) = &source.r#where {
                condition.check(&file, batches.columns())?;
            }
            let sieve = source.r#where.clone().map(|condition| Arc::new(Sieve::new(condition)));
            return Ok(Self { source: file, columns, pieces: Pieces::Streamed(Box::new(batches), sieve) });
        }
        let (table, columns, notes) = whole_point_table(source)?;
        let (table, matched) = source.matching(table)?;
        Ok(Self { source: table.source.clone(), columns, pieces: Pieces::Held { table, at: 0, matched, notes } })
    }

    /// Decodes only what is needed to choose the rows and to place them.
    pub(crate) fn select_positions(&mut self) -> Result<()> {
        match &mut self.pieces {
            Pieces::Streamed(batches, sieve) => {
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
            Pieces::Streamed(batches, _) => batches.schema().clone(),
            Pieces::Held { table, .. } => (**table.frame.schema()).clone(),
        }
    }

    /// What [`PointPiece::size`] of all pieces add up to, about.
    pub(crate) fn size(&self) -> Option<u64> {
        match &self.pieces {
            Pieces::Streamed(batches, _) => batches.bytes(),
            Pieces::Held { table, .. } => Some(table.height() as u64),
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<PointPiece>> {
        const ROWS: usize = 1 << 16;
        match &mut self.pieces {
            Pieces::Streamed(batches, sieve) => {
                Ok(batches.next_piece()?.map(|piece| PointPiece::Packed(piece, sieve.clone())))
            }
            Pieces::Held { table, at, .. } => {
                let start = *at;
                *at = (start + ROWS).min(table.height());
                if start == *at {
                    return Ok(None);
                }
                let (source, rows) = (table.source.clone(), table.rows[start..*at].to_vec());
                let frame = table.frame.slice(i64::try_from(start).unwrap_or(i64::MAX), rows.len());
                Ok(Some(PointPiece::Table(Table { source, frame, rows })))
            }
        }
    }

    /// Tells what was wrong with single rows of all pieces.
    pub(crate) fn finish(&self) -> Result<()> {
        match &self.pieces {
            Pieces::Streamed(batches, _) => batches.finish(),
            Pieces::Held { .. } => Ok(()),
        }
    }

    /// Warnings to show to the user about rows that were not asked for, once all pieces are decoded.
    pub(crate) fn notes(&self) -> Vec<String> {
        let (matched, mut told) = match &self.pieces {
            Pieces::Streamed(_, sieve) => (sieve.as_ref().map(|sieve| sieve.matched()), Vec::new()),
            Pieces::Held { matched, notes, .. } => (matched.clone(), notes.clone()),
        };
        told.extend(matched.map(|matched| matched.notes(&self.source)).unwrap_or_default());
        told
    }
}

impl PointPiece {
    /// How much of the whole it is, in bytes of the file or in rows.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Packed(piece, _) => piece.bytes(),
            Self::Table(table) => table.height() as u64,
        }
    }

    /// The rows for which the condition holds.
    pub(crate) fn decode(self) -> Result<Table> {
        match self {
            Self::Packed(piece, Some(sieve)) => sieve.apply(piece.decode()?),
            Self::Packed(piece, None) => piece.decode(),
            Self::Table(table) => Ok(table),
        }
    }
}
