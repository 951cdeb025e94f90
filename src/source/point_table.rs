//! Points of tables and vector files: whole, or piece by piece.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{DataType, Schema, StringChunked};

use super::batches::last_is_sum;
use super::condition::{Condition, Matched, Sieve};
use super::points::{coordinate_headers, rows_table};
use super::table::identity::take_last;
use super::{Origin, layers, likely};
use crate::declare::parameters;
use crate::error::{Error, ReadError, Result};
use crate::model::{
    Areas, DeclaredReference, Point, Reference, Table, cell, coordinates_advice, credit_code, datum_of_header,
    register_column,
};
use crate::source::{self, Batches, TableOptions, Wanted};

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
    /// Sheet of a workbook [default: those that have the columns].
    #[parameter(value = "SHEET")]
    pub sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16, GB18030 or Big5].
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

    /// How the table is to be read where its points are wanted.
    fn options_for_points(&self) -> TableOptions {
        let wanted = [(&self.x, "lon"), (&self.y, "lat")].into_iter().filter_map(|(given, canonical)| match given {
            Some(header) => Some(Wanted::Header(header.clone())),
            None => register_column(canonical).map(|definition| Wanted::Known(*definition)),
        });
        TableOptions { wanted: wanted.collect(), ..self.options() }
    }

    /// The rows of the table for which the condition holds, whatever their coordinates, without those that hold sums of others;
    /// and warnings to show to the user about how the table was read.
    ///
    /// # Errors
    ///
    /// What [`source::table`] and [`Condition::rows`] refuse.
    pub fn read_table_with_notes(&self) -> Result<(Table, Vec<String>)> {
        let table = self.whole_table(self.options())?;
        let mut notes = table.notes();
        let (table, matched) = self.matching(table)?;
        notes.extend(matched.iter().flat_map(|matched| matched.notes(&table.source)));
        let table = rows_of_units(table, &mut notes)?;
        Ok((table, notes))
    }

    /// The rows for which the condition holds, and how many they are; all of them where there is none.
    fn matching(&self, table: Table) -> Result<(Table, Option<Matched>)> {
        match &self.r#where {
            None => Ok((table, None)),
            Some(condition) => condition.apply(table).map(|(table, matched)| (table, Some(matched))),
        }
    }

    fn whole_table(&self, options: TableOptions) -> Result<Table> {
        match &self.table {
            Origin::File(path) if source::is_vector(path) => rows_table(path, self.encoding.as_deref(), self.crs),
            Origin::File(path) => source::table(path, &options),
            Origin::Memory(_, table) => Ok(table.as_ref().clone()),
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
    /// Sheet of a workbook [default: those that have the columns].
    #[parameter(value = "SHEET", requires = "table")]
    pub sheet: Option<String>,
    /// Encoding of a text file [default: detected: UTF-8, UTF-16, GB18030 or Big5].
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
    /// Warnings to show to the user about how the table was read, one sentence each.
    pub reading_notes: Vec<String>,
}

impl PointTable {
    /// What points that lie in no area of a layer are likely in, if that can be told.
    pub(crate) fn likely_cause(&self, layer: &layers::Layer) -> Option<String> {
        const POINTS: usize = 64;
        let sample: Vec<Point> = self.points.iter().copied().flatten().take(POINTS).collect();
        let (areas, index) = layer.own();
        likely::cause(&sample, self.reference.into(), |reference, at| {
            let image = source::Transform::new(reference, areas.reference).and_then(|transform| transform.point(at));
            image.is_ok_and(|image| image.is_finite() && index.locate(image).area.is_some())
        })
    }

    /// Warnings to show to the user about rows that were not asked for and rows that cannot be placed.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let source = &self.table.source;
        let mut notes = self.reading_notes.clone();
        notes.extend(self.matched.iter().flat_map(|matched| matched.notes(source)));
        let mut placeless = Placeless::default();
        let without = self.points.iter().enumerate().filter(|(_, point)| point.is_none());
        placeless.add(&self.table, without.map(|(row, _)| row));
        notes.extend(placeless.note(source, NO_COORDINATES));
        notes
    }
}

/// Takes away points that are nowhere on Earth, such as those whose longitude and latitude have changed places: nothing can be
/// measured from them. Those of a plane whose units are not true metres are carried to longitude and latitude. Gives what a reader
/// should know.
pub(crate) fn take_off_earth(placed: &mut PointTable) -> Option<String> {
    if let Reference::Plane(_) = placed.reference
        && let Ok(transform) = source::Transform::new(placed.reference, Reference::Wgs84)
    {
        placed.points = transform.images(&placed.points);
        placed.reference = Reference::Wgs84;
    }
    if !placed.reference.is_wgs84_like() {
        return None;
    }
    let mut rows = Vec::new();
    let mut taken = Vec::new();
    for (row, point) in placed.points.iter_mut().enumerate() {
        if let Some(at) = point.filter(|at| !(at.x.abs() <= 360.0 && at.y.abs() <= 90.0)) {
            *point = None;
            rows.push(row);
            taken.push(at);
        }
    }
    let mut nowhere = Placeless::default();
    nowhere.add(&placed.table, rows.into_iter());
    let note = nowhere.note(&placed.table.source, "lie nowhere on Earth")?;
    let cause = likely::kind(&taken, placed.reference.into());
    Some(match cause {
        Some(cause) => format!("{note}; {cause}"),
        None => note,
    })
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
    let (table, columns) = whole_point_table(source)?;
    let mut reading_notes = table.notes();
    reading_notes.extend(columns.notes.iter().cloned());
    let (table, matched) = source.matching(completed(table)?)?;
    let table = rows_of_units(table, &mut reading_notes)?;
    let mut faults = DatumFaults::default();
    let points = columns.positions(&table, &mut faults)?.points();
    reading_notes.extend(faults.notes(&table.source));
    Ok(PointTable { table, reference: columns.reference, points, matched, reading_notes })
}

/// A table of a file or of memory as [`table_with_notes`] gives that of a file.
///
/// # Errors
///
/// What [`source::table`] refuses.
pub(crate) fn origin_with_notes(origin: &Origin<Table>, options: &TableOptions) -> Result<(Table, Vec<String>)> {
    match origin {
        Origin::File(path) => table_with_notes(path, options),
        Origin::Memory(_, table) => {
            let mut notes = table.notes();
            let table = rows_of_units(table.as_ref().clone(), &mut notes)?;
            Ok((table, notes))
        }
    }
}

/// The rows of a table that are no sums of others, and what is to be said of its rows.
fn rows_of_units(table: Table, notes: &mut Vec<String>) -> Result<Table> {
    let (cut_codes, sums) = told_rows(&table);
    notes.extend(cut_codes_note(&table.source, &cut_codes));
    notes.extend(sums_note(&table.source, &sums));
    without_sums(table)
}

/// The rows of a table whose code was cut, and those that hold sums of others.
fn told_rows(table: &Table) -> (Placeless, Placeless) {
    let (mut cut_codes, mut sums) = (Placeless::default(), Placeless::default());
    cut_codes.add(table, table.reading.cut_codes.iter().copied());
    sums.add(table, table.reading.sums.iter().copied());
    (cut_codes, sums)
}

/// Warnings to show to the user about how a table was read that keeps all its rows, one sentence each.
pub(crate) fn notes_of_all_rows(table: &Table) -> Vec<String> {
    let (cut_codes, sums) = told_rows(table);
    let mut notes = table.notes();
    notes.extend(cut_codes_note(&table.source, &cut_codes));
    notes.extend(sums.note(&table.source, "hold sums (合计) and stay as they are"));
    notes
}

/// A table of a file without rows that hold sums of others, and warnings to show to the user about how it was read.
///
/// # Errors
///
/// What [`source::table`] refuses.
pub(crate) fn table_with_notes(path: &Path, options: &TableOptions) -> Result<(Table, Vec<String>)> {
    let table = source::table(path, options)?;
    let mut notes = table.notes();
    let table = rows_of_units(table, &mut notes)?;
    Ok((table, notes))
}

/// The rows of a table that are no sums of others.
fn without_sums(table: Table) -> Result<Table> {
    if table.reading.sums.is_empty() {
        return Ok(table);
    }
    let mut kept = vec![true; table.height()];
    for row in &table.reading.sums {
        if let Some(kept) = kept.get_mut(*row) {
            *kept = false;
        }
    }
    table.filtered(&kept)
}

fn whole_point_table(source: &PointSource) -> Result<(Table, PointColumns)> {
    if let Origin::File(path) = &source.table {
        if source::is_database(path) {
            if let Some((rows, reference)) = database_points(source, path)? {
                let batches = Batches::from_database(path.display().to_string(), rows);
                let columns = PointColumns::from_geometry(reference, batches.columns());
                return Ok((super::batches::gathered(batches, &TableOptions::default())?, columns));
            }
        } else if source::is_vector(path) {
            return vector_points(source, path);
        }
    }
    let table = source.whole_table(source.options_for_points())?;
    let columns = PointColumns::found(source, &table.source, &table.columns())?;
    Ok((table, columns))
}

/// The rows of a table of a database whose geometries are the points; none where columns of coordinates are named, and where it
/// has no geometries that can be points.
fn database_points(source: &PointSource, path: &Path) -> Result<Option<(super::database::Rows, DeclaredReference)>> {
    if source.x.is_some() || source.y.is_some() {
        return Ok(None);
    }
    source::refuse_idle(&[path], source.sheet.as_slice(), source.encoding.as_slice())?;
    super::database::points(path, source.crs)
}

fn vector_points(source: &PointSource, path: &Path) -> Result<(Table, PointColumns)> {
    let found = source::points_table(path, source.encoding.as_deref(), source.crs)?;
    let source::VectorPoints { table, reference } = found;
    let columns = PointColumns::from_geometry(reference, &table.columns());
    Ok((table, columns))
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
    /// Warnings to show to the user about columns that could be taken too.
    notes: Vec<String>,
}

impl PointColumns {
    /// The columns that geometries in a reference have become.
    fn from_geometry(reference: DeclaredReference, headers: &[String]) -> Self {
        // The geometry's columns, not an attribute that looks like one.
        let [x, y] = coordinate_headers(reference).map(str::to_owned);
        let datum = source::datum_header(headers);
        Self { x, y, datum, stated: reference, reference: reference.undone(), notes: Vec::new() }
    }

    fn found(source: &PointSource, file: &str, headers: &[String]) -> Result<Self> {
        let mut notes = Vec::new();
        let mut header = |given: &Option<String>, canonical: &str, parameter: &str| -> Result<String> {
            let (file, available) = (file.to_owned(), headers.to_vec());
            match given {
                Some(given) if headers.contains(given) => Ok(given.clone()),
                Some(given) => Err(ReadError::MissingColumn { file, column: given.clone(), available }.into()),
                None => {
                    let definition = register_column(canonical);
                    notes.extend(definition.and_then(|one| one.choice_note(&file, headers, parameter)));
                    let found = definition.and_then(|definition| definition.header_in(headers)).map(str::to_owned);
                    found.ok_or_else(|| {
                        let column = canonical.to_owned();
                        let advice = coordinates_advice(&available);
                        ReadError::UnrecognisedColumn { file, column, available, advice }.into()
                    })
                }
            }
        };
        let stated = source.crs.unwrap_or(DeclaredReference::Wgs84);
        let (x, y) = (header(&source.x, "lon", "‹x›")?, header(&source.y, "lat", "‹y›")?);
        let datum = source::datum_header(headers);
        if let (None, None, Some(named)) = (source.crs, &datum, datum_of_header(&x))
            && named != stated
        {
            notes.push(format!("{file}: the header `{x}` names {named}, but {stated} is taken; ‹crs› states another"));
        }
        Ok(Self { x, y, datum, stated, reference: stated.undone(), notes })
    }

    /// The headers of the columns that are needed to place a row.
    fn needed(&self) -> Vec<String> {
        [&self.x, &self.y].into_iter().chain(&self.datum).cloned().collect()
    }

    /// The positions of the rows of a table with these columns.
    pub(crate) fn positions<'a>(&self, table: &'a Table, faults: &mut DatumFaults) -> Result<Positions<'a>> {
        let stated = self.stated_positions(table)?;
        match &self.datum {
            None if self.stated == self.reference.into() => return Ok(stated),
            None => {}
            Some(datum) => faults.add(table, &table.text(datum)?),
        }
        let stated = stated.points();
        let images = source::row_images(table, &stated, self.stated, self.reference.into())?;
        if let Some(grid) = self.stated.grid() {
            let is_outside = |(row, (stated, image)): (usize, (&Option<Point>, &Option<Point>))| {
                (stated.is_some() && image.is_none()).then_some(row)
            };
            let outside: Vec<usize> = stated.iter().zip(&images).enumerate().filter_map(is_outside).collect();
            faults.add_outside(table, grid, &outside)?;
        }
        Ok(Positions::from_points(&images))
    }

    /// The positions as they stand in the table, in the reference that is stated for it.
    fn stated_positions<'a>(&self, table: &'a Table) -> Result<Positions<'a>> {
        Ok(Positions { x: coordinates(table, &self.x)?, y: coordinates(table, &self.y)? })
    }

    /// The first positions as they stand in the table, to tell from them what is wrong with all.
    pub(crate) fn sample(&self, table: &Table) -> Result<Vec<Point>> {
        const ROWS: usize = 64;
        let head = table.slice(0, ROWS);
        Ok(self.stated_positions(&head)?.points().into_iter().flatten().collect())
    }

    /// What points that lie in none of the areas are likely in, if that can be told: `holds` says whether a position in a
    /// reference lies in one.
    pub(crate) fn likely_cause(
        &self,
        sample: &[Point],
        holds: impl Fn(DeclaredReference, Point) -> bool,
    ) -> Option<String> {
        likely::cause(sample, self.stated, holds)
    }
}

/// Rows that state a datum that is not known, or lie outside of a grid of shifts.
#[derive(Debug, Clone, Default)]
pub(crate) struct DatumFaults {
    rows: Placeless,
    outside: Placeless,
    grid: Option<&'static Path>,
    /// The words, each once.
    words: Vec<String>,
}

impl DatumFaults {
    /// How many words are named.
    const NAMED: usize = 5;

    fn add(&mut self, table: &Table, cells: &StringChunked) {
        let stated = cells.iter().enumerate().filter_map(|(row, cell)| Some((row, cell?.trim())));
        // Most rows say what the one above says.
        let mut last = ("", true);
        let is_known = |cell: &str| cell.is_empty() || DeclaredReference::of_datum(cell).is_some();
        let mut unknown: Vec<(usize, &str)> = Vec::new();
        for (row, cell) in stated {
            if last.0 != cell {
                last = (cell, is_known(cell));
            }
            if !last.1 {
                unknown.push((row, cell));
            }
        }
        self.rows.add(table, unknown.iter().map(|(row, _)| *row));
        for (_, word) in unknown {
            if self.words.len() < Self::NAMED && !self.words.iter().any(|known| known == word) {
                self.words.push(word.to_owned());
            }
        }
    }

    /// Adds rows of the file's own datum that the grid of its shifts does not hold.
    fn add_outside(&mut self, table: &Table, grid: &'static Path, rows: &[usize]) -> Result<()> {
        self.grid = Some(grid);
        let Some(datum) = source::datum_header(&table.columns()) else {
            self.outside.add(table, rows.iter().copied());
            return Ok(());
        };
        let cells = table.text(&datum)?;
        let is_own = |row: &usize| cells.get(*row).is_none_or(|cell| cell.trim().is_empty());
        self.outside.add(table, rows.iter().copied().filter(is_own));
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows.merge(&other.rows);
        self.outside.merge(&other.outside);
        self.grid = self.grid.or(other.grid);
        for word in &other.words {
            if self.words.len() < Self::NAMED && !self.words.contains(word) {
                self.words.push(word.clone());
            }
        }
        self.words.sort_unstable();
    }

    /// Warnings to show to the user about them.
    pub(crate) fn notes(&self, source: &str) -> Vec<String> {
        let words: Vec<String> = self.words.iter().map(|word| format!("`{word}`")).collect();
        let fault = format!("state a datum that is not known or cannot be carried over ({})", words.join(", "));
        let outside = self.grid.and_then(|grid| {
            self.outside.note(source, &format!("lie outside of the grid of shifts {}", grid.display()))
        });
        self.rows.note(source, &fault).into_iter().chain(outside).collect()
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
    Ok(table.text(header)?.iter().map(|cell| cell.and_then(cell::coordinate).unwrap_or(f64::NAN)).collect())
}

/// Positions row by row; where one of the coordinates is not finite there is none.
#[derive(Debug, Clone)]
pub(crate) struct Positions<'a> {
    pub(crate) x: Cow<'a, [f64]>,
    pub(crate) y: Cow<'a, [f64]>,
}

impl<'a> Positions<'a> {
    fn from_points(points: &[Option<Point>]) -> Positions<'static> {
        let coordinate = |of: fn(Point) -> f64| points.iter().map(|point| point.map_or(f64::NAN, of)).collect();
        Positions { x: coordinate(|point| point.x), y: coordinate(|point| point.y) }
    }

    pub(crate) fn points(&self) -> Vec<Option<Point>> {
        let points = self.x.iter().zip(&*self.y).map(|(x, y)| Point::new(*x, *y));
        points.map(|point| Some(point).filter(|point| point.is_finite())).collect()
    }

    /// Takes the positions of rows away.
    pub(crate) fn take_away(&mut self, rows: &[usize]) {
        for values in [&mut self.x, &mut self.y] {
            let values = values.to_mut();
            for row in rows {
                if let Some(value) = values.get_mut(*row) {
                    *value = f64::NAN;
                }
            }
        }
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
        Ok(Positions::from_points(&source::Transform::new(from, to)?.images(&self.points())))
    }
}

/// What is wrong with rows without coordinates.
pub(crate) const NO_COORDINATES: &str = "have no usable coordinates";

/// Rows that cannot be placed: how many, and the first of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeless {
    pub(crate) count: u64,
    /// The number of the sheet, where there are several, and of the row.
    first: Vec<(u16, u64)>,
    sheets: Vec<String>,
}

impl Placeless {
    const NAMED: usize = 10;

    /// Adds rows by their position in a table, in any order.
    pub(crate) fn add(&mut self, table: &Table, rows: impl Iterator<Item = usize>) {
        if self.sheets.is_empty() && !table.reading.sheets.is_empty() {
            self.sheets.clone_from(&table.reading.sheets);
        }
        let sheet = |row: usize| table.reading.sheet_of_row.get(row).copied().unwrap_or_default();
        self.add_named(rows.filter_map(|row| Some((sheet(row), *table.rows.get(row)?))));
    }

    fn add_named(&mut self, rows: impl Iterator<Item = (u16, u64)>) {
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
        if self.sheets.is_empty() {
            self.sheets.clone_from(&other.sheets);
        }
        let count = self.count + other.count;
        self.add_named(other.first.iter().copied());
        self.count = count;
    }

    /// The names of the first of them, and a mark where there are more.
    pub(crate) fn named(&self) -> Vec<String> {
        let name = |(sheet, row): &(u16, u64)| match self.sheets.get(usize::from(*sheet)) {
            Some(sheet) => format!("{sheet}!{row}"),
            None => row.to_string(),
        };
        let mut named: Vec<String> = self.first.iter().map(name).collect();
        if self.count > named.len() as u64 {
            named.push("…".to_owned());
        }
        named
    }

    /// Warnings to show to the user about them.
    pub(crate) fn note(&self, source: &str, fault: &str) -> Option<String> {
        let count = self.count;
        (count > 0).then(|| format!("{source}: {count} rows {fault}: {}", self.named().join(", ")))
    }
}

/// Warnings to show to the user about rows that hold sums of others.
pub(crate) fn sums_note(source: &str, rows: &Placeless) -> Option<String> {
    rows.note(source, "hold sums (合计) and are left out")
}

/// Warnings to show to the user about rows whose credit code a spreadsheet has cut.
pub(crate) fn cut_codes_note(source: &str, rows: &Placeless) -> Option<String> {
    let note = rows.note(source, "have a credit code that a spreadsheet has cut to 15 digits")?;
    Some(format!("{note}; {}", credit_code::CUT_ADVICE))
}

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
                let batches = Batches::from_database(file.clone(), super::database::attributes(path)?);
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
