//! Points joined with layers of areas, in bounded memory where their file can be read in pieces.

mod in_order;
mod joiner;
mod tally;

use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use self::in_order::in_order;
use self::joiner::Joiner;
use self::tally::Tally;
use super::operation::{Input, Operation, RunProgress};
use super::outcome::{Outcome, OutcomeTable, Places};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::model::json::json;
use crate::model::{Distance, Point, Reference, Table};
use crate::source::point_table::{DatumFaults, PointPieces, PointSource};
use crate::source::{AreaLayers, Origin, TableFormat, TableSink, database_note, write_table};

/// Finds the area of each layer that contains each point, using exact arithmetic.
#[parameters]
#[derive(Default)]
pub struct Join {
    /// The points.
    #[flatten]
    pub points: PointSource,
    /// The layers.
    #[flatten(required = "areas")]
    pub layers: AreaLayers,
    /// Take a point outside all areas into the nearest one within this distance, such as 200m.
    pub snap: Option<Distance>,
    /// One row for every area that holds the point, where areas overlap.
    pub all: bool,
    /// Give the number of points per area in place of the points.
    pub count: bool,
}

impl Join {
    /// The files it reads.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.points.table.file().into_iter().chain(self.layers.areas.iter().filter_map(Origin::file)).collect()
    }
}

impl Operation for Join {
    const NAME: &'static str = "join";
    const SUMMARY: &'static str = "Find the area that contains each point, using exact arithmetic";
    const DEFINITION: &'static str =
        "the first area in file order whose closed set holds the point; without one, the nearest within a distance";
    const REMARKS: &'static str = "A point on a shared boundary goes to the first area in file order, and the row says so. Every \
point is in the output: one that lies in no area, or has no coordinates, has an empty area. From text, Parquet or Arrow IPC \
into a file of CSV or Parquet any number of points goes through bounded memory.";
    const EXAMPLES: &'static [&'static str] = &[
        "join firms.csv --areas districts.geojson --count",
        "join firms.xlsx --areas districts.gpkg --areas towns.shp -o joined.parquet",
        "join gps.csv --x lng --y lat --crs gcj02 --areas districts.geojson --area-id adcode --snap 200m -o joined.csv",
        "join firms.csv --areas districts.geojson -o joined.geojson --manifest joined.json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let areas = self.layers.areas.iter_mut().map(Input::Areas);
        std::iter::once(Input::Table(&mut self.points.table)).chain(areas).collect()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_telling(&[], &mut |_| {})
    }

    fn run_telling(&self, _parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        if self.count {
            let counted = count_points(self, progress)?;
            let mut outcome = counted.outcome();
            outcome.tables.push(OutcomeTable::whole("counts", counted.counts));
            return Ok(outcome);
        }
        let JoinedPoints { rows, points, reference, counted } = join_points(self, progress)?;
        let mut outcome = counted.outcome();
        outcome.tables.push(OutcomeTable::whole("joined", rows).at(Places::Points(points, reference)));
        Ok(outcome)
    }

    fn run_into(
        &self,
        path: &Path,
        format: TableFormat,
        progress: &mut dyn FnMut(RunProgress),
    ) -> Result<Option<Outcome>> {
        if !self.count {
            return Ok(Some(join_points_into(self, path, format, progress)?.outcome()));
        }
        let counted = count_points(self, progress)?;
        let inputs = self.files();
        write_table(&counted.counts, format, path, &inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
        Ok(Some(counted.outcome()))
    }
}

/// Points with the areas they lie in.
#[derive(Debug, Clone)]
pub struct JoinedPoints {
    /// The input's rows and columns, and behind them per layer `<layer>_id`, `<layer>_name`, `<layer>_on_boundary`,
    /// `<layer>_snapped_m`.
    pub rows: DataFrame,
    /// A point for each row; none where a coordinate is empty, no number, or of an unknown datum.
    pub points: Vec<Option<Point>>,
    /// The reference of the points.
    pub reference: Reference,
    /// What was counted of them.
    pub counted: CountedPoints,
}

/// Points counted by the areas they lie in.
#[derive(Debug, Clone)]
pub struct CountedPoints {
    /// Points per area: `area`, `count`; `layer` before them where there are several.
    pub counts: DataFrame,
    /// Number of points in no area of each layer, those without coordinates among them.
    pub unmatched: Vec<u64>,
    /// Warnings to show to the user, one sentence each: unmatched points, rows without coordinates, snapped points.
    pub notes: Vec<String>,
}

impl CountedPoints {
    /// What is told beside a table.
    fn outcome(&self) -> Outcome {
        let mut outcome = Outcome { notes: self.notes.clone(), ..Outcome::default() };
        outcome.scalars.insert("unmatched".to_owned(), json!(self.unmatched));
        outcome
    }
}

/// Joins points with layers, in memory.
///
/// # Errors
///
/// The errors of reading, transforming and indexing; [`ProjectError::Options`](crate::error::ProjectError::Options) where the
/// points have a column that a layer would add.
pub fn join_points(request: &Join, progress: &mut dyn FnMut(RunProgress)) -> Result<JoinedPoints> {
    let (joiner, pieces) = prepared(request)?;
    let (columns, source) = (pieces.columns.clone(), pieces.source.clone());
    let mut rows = DataFrame::empty_with_schema(&joiner.schema(&pieces.schema())?);
    let counted = counted(
        joiner,
        pieces,
        progress,
        |joiner, table, tally| joiner.join(table, tally),
        |frame| rows.vstack_mut_owned(frame).map(|_| ()).map_err(Error::table("the joined points")),
    )?;
    rows.rechunk_mut_par();
    // A row keeps the cells that place it, so that it is placed as often as it is there.
    let numbers = (1..=rows.height() as u64).collect();
    let joined = Table::new(source, rows, numbers);
    // What is wrong with rows was told when they were joined.
    let points = columns.positions(&joined, &mut DatumFaults::default())?.points();
    Ok(JoinedPoints { rows: joined.frame, points, reference: columns.reference, counted })
}

/// Joins points with layers into a file of CSV or Parquet or a table of a database, row by row in the order of the input, in
/// bounded memory where the points are text, Parquet, Arrow IPC or a table of a database.
///
/// The result is the same bytes for any number of threads.
///
/// # Errors
///
/// The errors of [`join_points`], of [`TableSink::create`] and of writing. After an error there is no file.
pub fn join_points_into(
    request: &Join,
    path: &Path,
    format: TableFormat,
    progress: &mut dyn FnMut(RunProgress),
) -> Result<CountedPoints> {
    let inputs = request.files();
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let (joiner, pieces) = prepared(request)?;
    let (columns, source) = (pieces.columns.clone(), pieces.source.clone());
    let schema = joiner.schema(&pieces.schema())?;
    let mut sink = TableSink::create_of_points(path, format, &schema, Some(columns.reference), &inputs)?;
    let encoder = sink.encoder();
    let mut counted = counted(
        joiner,
        pieces,
        progress,
        |joiner, table, tally| {
            let rows = joiner.join(table, tally)?;
            if !encoder.takes_points() {
                return encoder.encode(&rows);
            }
            let numbers = (1..=rows.height() as u64).collect();
            let joined = Table::new(source.as_str(), rows, numbers);
            let points = columns.positions(&joined, &mut DatumFaults::default())?.points();
            encoder.encode_points(&joined.frame, &points)
        },
        |encoded| sink.append(encoded),
    )?;
    counted.notes.extend(sink.neutralised_note());
    if format == TableFormat::Database {
        counted.notes.extend(database_note(&DataFrame::empty_with_schema(&schema), Some(columns.reference.into())));
    }
    sink.finish()?;
    Ok(counted)
}

/// Counts points by the areas they lie in, in bounded memory where the points are text, Parquet or Arrow IPC; only their
/// coordinates are read.
///
/// # Errors
///
/// The errors of reading, transforming and indexing.
pub fn count_points(request: &Join, progress: &mut dyn FnMut(RunProgress)) -> Result<CountedPoints> {
    let (joiner, mut pieces) = prepared(request)?;
    pieces.select_positions()?;
    counted(joiner, pieces, progress, |joiner, table, tally| joiner.count(table, tally), |()| Ok(()))
}

fn prepared(request: &Join) -> Result<(Joiner, PointPieces)> {
    let pieces = PointPieces::open(&request.points)?;
    Ok((Joiner::new(request, &pieces.columns)?, pieces))
}

/// Works on all pieces on all cores and takes what comes of them in order.
fn counted<Done: Send>(
    joiner: Joiner,
    mut pieces: PointPieces,
    progress: &mut dyn FnMut(RunProgress),
    work: impl Fn(&Joiner, &Table, &mut Tally) -> Result<Done> + Sync,
    mut take: impl FnMut(Done) -> Result<()>,
) -> Result<CountedPoints> {
    let mut reached = RunProgress { what: "rows", counted: 0, done: 0, size: pieces.size() };
    let tallies = in_order(
        rayon::current_num_threads(),
        || pieces.next(),
        || joiner.tally(),
        |tally, piece| {
            let size = piece.size();
            let table = piece.decode()?;
            Ok((table.height() as u64, size, work(&joiner, &table, tally)?))
        },
        |(rows, size, done)| {
            take(done)?;
            reached.counted += rows;
            reached.done += size;
            progress(reached);
            Ok(())
        },
    )?;
    pieces.finish()?;
    let mut tally = joiner.tally();
    for one in &tallies {
        tally.merge(one);
    }
    let notes = [pieces.notes(), joiner.notes(&pieces.source, &tally)].concat();
    let unmatched = tally.layers.iter().map(|layer| tally.unmatched(layer)).collect();
    Ok(CountedPoints { counts: joiner.counts(&tally)?, unmatched, notes })
}
