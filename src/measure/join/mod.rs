//! Points joined with layers of areas, in bounded memory where their file can be read in pieces.

mod in_order;
mod joiner;
mod tally;

use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use self::in_order::in_order;
use self::joiner::Joiner;
use self::tally::Tally;
use crate::error::{Error, Result};
use crate::model::Table;
use crate::source::LayerSource;
use crate::source::point_table::{PointPieces, PointSource};
use crate::source::{TableFormat, TableSink};

/// A join of points with layers of areas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JoinRequest {
    /// The points.
    pub points: PointSource,
    /// The layers.
    pub layers: Vec<LayerSource>,
    /// How far outside an area a point may lie and still be taken into the nearest one.
    pub snap_m: Option<f64>,
    /// Whether a point that several areas of a layer hold gets a row for each.
    pub all: bool,
}

/// How far a join is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinProgress {
    /// The points that are joined.
    pub rows: u64,
    /// How much of `size` they are.
    pub done: u64,
    /// The size of the whole, in bytes of the file or in rows; none where it is not known.
    pub size: Option<u64>,
}

impl JoinRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        self.points.table.file().into_iter().chain(self.layers.iter().filter_map(|layer| layer.file.file())).collect()
    }
}

/// Points with the areas they lie in.
#[derive(Debug, Clone)]
pub struct JoinedPoints {
    /// The input's rows and columns, and behind them per layer `<layer>_id`, `<layer>_name`, `<layer>_on_boundary`,
    /// `<layer>_snapped_m`.
    pub rows: DataFrame,
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

/// Joins points with layers, in memory.
///
/// # Errors
///
/// What reading, transforming and indexing refuse; [`ProjectError::Options`](crate::error::ProjectError::Options) where the
/// points have a column that a layer would add.
pub fn join_points(request: &JoinRequest, progress: &mut dyn FnMut(JoinProgress)) -> Result<JoinedPoints> {
    let (joiner, pieces) = prepared(request)?;
    let mut rows = DataFrame::empty_with_schema(&joiner.schema(&pieces.schema())?);
    let counted = counted(
        joiner,
        pieces,
        progress,
        |joiner, table, tally| joiner.join(table, tally),
        |frame| rows.vstack_mut_owned(frame).map(|_| ()).map_err(Error::table("the joined points")),
    )?;
    rows.rechunk_mut_par();
    Ok(JoinedPoints { rows, counted })
}

/// Joins points with layers into a file of CSV or Parquet, row by row in the order of the input, in bounded memory where
/// the points are text, Parquet or Arrow IPC.
///
/// The same bytes for any number of threads.
///
/// # Errors
///
/// What [`join_points`], [`TableSink::create`] and writing refuse; then there is no file.
pub fn join_points_into(
    request: &JoinRequest,
    path: &Path,
    format: TableFormat,
    progress: &mut dyn FnMut(JoinProgress),
) -> Result<CountedPoints> {
    let inputs = request.inputs();
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let (joiner, pieces) = prepared(request)?;
    let mut sink = TableSink::create(path, format, &joiner.schema(&pieces.schema())?, &inputs)?;
    let encoder = sink.encoder();
    let mut counted = counted(
        joiner,
        pieces,
        progress,
        |joiner, table, tally| encoder.encode(&joiner.join(table, tally)?),
        |encoded| sink.append(encoded),
    )?;
    counted.notes.extend(sink.neutralised_note());
    sink.finish()?;
    Ok(counted)
}

/// Counts points by the areas they lie in, in bounded memory where the points are text, Parquet or Arrow IPC; only their
/// coordinates are read.
///
/// # Errors
///
/// What reading, transforming and indexing refuse.
pub fn count_points(request: &JoinRequest, progress: &mut dyn FnMut(JoinProgress)) -> Result<CountedPoints> {
    let (joiner, mut pieces) = prepared(request)?;
    pieces.select_positions()?;
    counted(joiner, pieces, progress, |joiner, table, tally| joiner.count(table, tally), |()| Ok(()))
}

fn prepared(request: &JoinRequest) -> Result<(Joiner, PointPieces)> {
    let pieces = PointPieces::open(&request.points)?;
    Ok((Joiner::new(request, &pieces.columns)?, pieces))
}

/// Works on all pieces on all cores and takes what comes of them in order.
fn counted<Done: Send>(
    joiner: Joiner,
    mut pieces: PointPieces,
    progress: &mut dyn FnMut(JoinProgress),
    work: impl Fn(&Joiner, &Table, &mut Tally) -> Result<Done> + Sync,
    mut take: impl FnMut(Done) -> Result<()>,
) -> Result<CountedPoints> {
    let mut reached = JoinProgress { rows: 0, done: 0, size: pieces.size() };
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
            reached.rows += rows;
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
