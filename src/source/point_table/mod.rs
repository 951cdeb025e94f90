//! Points of tables and vector files: whole, or piece by piece.

mod columns;
mod pieces;
mod placeless;
mod positions;

use std::path::Path;

use super::condition::{Condition, Matched};
use super::points::rows_table;
use super::{Origin, database, layers, likely};
use crate::declare::parameters;
use crate::error::Result;
use crate::model::{Areas, DeclaredReference, Point, Reference, Table, register_column};
use crate::source::{self, Batches, TableOptions, Wanted};

pub(crate) use columns::{DatumFaults, PointColumns};
pub(crate) use pieces::PointPieces;
pub(crate) use placeless::{NO_COORDINATES, Placeless, cut_codes_note, sums_note};

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
/// What reading refuses; [`ReadError::MissingColumn`](crate::error::ReadError::MissingColumn) where no column is known to hold the coordinates;
/// [`ReadError::Reference`](crate::error::ReadError::Reference) where the file and the request disagree.
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
fn database_points(source: &PointSource, path: &Path) -> Result<Option<(database::Rows, DeclaredReference)>> {
    if source.x.is_some() || source.y.is_some() {
        return Ok(None);
    }
    source::refuse_idle(&[path], source.sheet.as_slice(), source.encoding.as_slice())?;
    database::points(path, source.crs)
}

fn vector_points(source: &PointSource, path: &Path) -> Result<(Table, PointColumns)> {
    let found = source::points_table(path, source.encoding.as_deref(), source.crs)?;
    let source::VectorPoints { table, reference } = found;
    let columns = PointColumns::from_geometry(reference, &table.columns());
    Ok((table, columns))
}
