//! Neighbours: from a file, from areas that share a boundary, from points that are near each other.

use std::path::PathBuf;

use super::outcome;
use crate::error::{ProjectError, Result};
use crate::join::{Contiguity, contiguity, nearest_neighbours, neighbours_within};
use crate::model::{Areas, Measured, Point, Reference, Weights, centroid};
use crate::source::LayerSource;
use crate::source::layers::{areas_as_they_are, areas_with_report, measurable};
use crate::source::point_table::{PointSource, PointTable, point_table, take_off_earth};
use crate::source::{self, Origin};
use crate::stats::{
    KernelBandwidth, KernelFunction, Transform, block_weights, higher_order, intersection, inverse_distance_weights,
    kernel_weights, transformed, union,
};

/// The source of points.
#[derive(Debug, Clone)]
pub enum Sites {
    /// The rows of a table, with the column that holds their ids; the numbers of the rows from 1 by default.
    Points(PointSource, Option<String>),
    /// The centroids of areas.
    Centroids(LayerSource),
}

/// Who is whose neighbour.
#[derive(Debug, Clone)]
pub enum Neighbours {
    /// As a file, or weights in memory, say.
    Given(Origin<Weights>),
    /// Areas whose boundaries meet, or come as near in metres.
    Contiguity(LayerSource, Contiguity, f64),
    /// So many nearest ones.
    Nearest(Sites, usize),
    /// All within so many metres.
    Within(Sites, f64),
    /// All rows with the same cell in a column, by the column with their ids.
    Block {
        /// The table.
        table: PointSource,
        /// The column.
        column: String,
        /// The column with the ids; the numbers of the rows from 1 by default.
        id: Option<String>,
    },
}

/// The weight of a neighbour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighing {
    /// 1, or what the file says.
    Equal,
    /// A power of the distance, as [`inverse_distance_weights`].
    InverseDistance(f64),
    /// A kernel of the distance, as [`kernel_weights`]; without a bandwidth it reaches as far as the neighbours do.
    Kernel(KernelFunction, Option<f64>),
}

/// Weights to make.
#[derive(Debug, Clone)]
pub struct WeightsRequest {
    /// Who is whose neighbour.
    pub neighbours: Neighbours,
    /// The weight of a neighbour.
    pub weighing: Weighing,
    /// Neighbours of neighbours: how many steps away; 1 for neighbours.
    pub order: usize,
    /// Whether those fewer steps away count too.
    pub cumulative: bool,
    /// Files whose neighbours are added.
    pub union: Vec<PathBuf>,
    /// Files whose neighbours alone are kept.
    pub intersection: Vec<PathBuf>,
    /// The transform of the weights.
    pub transform: Transform,
    /// Whether each unit is among those that have neighbours and are some; all are where this is none.
    pub among: Option<Vec<bool>>,
}

impl WeightsRequest {
    /// Neighbours as they are.
    #[must_use]
    pub const fn new(neighbours: Neighbours) -> Self {
        Self {
            neighbours,
            weighing: Weighing::Equal,
            order: 1,
            cumulative: false,
            union: Vec::new(),
            intersection: Vec::new(),
            transform: Transform::Original,
            among: None,
        }
    }
}

/// Weights, and what a reader should know of them.
#[derive(Debug, Clone)]
pub struct BuiltWeights {
    /// The weights.
    pub weights: Weights,
    /// Whether units are the rows of the table of points or blocks, in their order.
    pub by_row: bool,
    /// Where the units lie, in the order of the weights, where areas or points say it.
    pub places: Option<outcome::Places>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
}

/// Makes weights.
///
/// A row without a place, or without a block, has no neighbours.
///
/// # Errors
///
/// The errors of reading, of finding neighbours and of weighing them; weights by distance for neighbours without distances.
pub fn weights(request: &WeightsRequest) -> Result<BuiltWeights> {
    let mut notes = Vec::new();
    let mut at = None;
    let by_row = matches!(
        request.neighbours,
        Neighbours::Nearest(Sites::Points(..), _) | Neighbours::Within(Sites::Points(..), _) | Neighbours::Block { .. }
    );
    let mut weights = match &request.neighbours {
        Neighbours::Given(Origin::File(file)) => weighed(source::weights(file)?, request, None)?,
        Neighbours::Given(Origin::Memory(_, held)) => weighed(held.as_ref().clone(), request, None)?,
        Neighbours::Contiguity(source, kind, snap_m) => {
            // Boundaries meet as the file has them; only how far they are apart is measured.
            let (areas, report) = if *snap_m > 0.0 { areas_with_report(source) } else { areas_as_they_are(source) }?;
            notes.extend(report.told());
            let found = weighed(contiguity(&areas, *kind, *snap_m)?, request, None)?;
            at = Some(outcome::Places::Areas(measurable(areas)?));
            found
        }
        Neighbours::Block { table, column, id } => {
            let (table, told) = table.read_table_with_notes()?;
            notes.extend(told);
            let cells = table.text(column)?;
            let blocks: Vec<Option<&str>> =
                cells.iter().map(|cell| cell.map(str::trim).filter(|cell| !cell.is_empty())).collect();
            weighed(block_weights(row_ids(&table, id.as_deref())?, &blocks)?, request, None)?
        }
        Neighbours::Nearest(sites, count) => {
            let mut places = places(sites, &mut notes)?;
            if let Some(among) = &request.among {
                places.points.iter_mut().zip(among).filter(|(_, among)| !**among).for_each(|(point, _)| *point = None);
            }
            let distances =
                places.distances(|ids, points, measured| Ok(nearest_neighbours(ids, points, measured, *count)?))?;
            at = Some(places.of_rows());
            weighed(distances, request, Some(KernelBandwidth::Adaptive))?
        }
        Neighbours::Within(sites, distance_m) => {
            let places = places(sites, &mut notes)?;
            let distances =
                places.distances(|ids, points, measured| Ok(neighbours_within(ids, points, measured, *distance_m)?))?;
            if !distances.islands().is_empty()
                && let Ok(nearest) =
                    places.distances(|ids, points, measured| Ok(nearest_neighbours(ids, points, measured, 1)?))
            {
                let farthest = |unit| nearest.neighbours(unit).map(|(_, distance_m)| distance_m).fold(0.0, f64::max);
                let least_m = (0..nearest.len()).map(farthest).fold(0.0, f64::max);
                notes.push(format!("every placed unit has a neighbour from a distance band of {least_m} m on"));
            }
            at = Some(places.of_rows());
            weighed(distances, request, Some(KernelBandwidth::Fixed(*distance_m)))?
        }
    };
    if let Some(among) = &request.among {
        weights = weights.filtered(|unit, other, _| among[unit] && among[other]);
    }
    if request.order != 1 || request.cumulative {
        weights = higher_order(&weights, request.order, request.cumulative)?;
    }
    for file in &request.union {
        weights = union(&weights, &source::weights(file)?)?;
    }
    for file in &request.intersection {
        weights = intersection(&weights, &source::weights(file)?)?;
    }
    notes.extend(notes_on(&request.among.as_ref().map_or_else(|| weights.clone(), |among| weights.subset(among))));
    Ok(BuiltWeights { weights: transformed(&weights, request.transform), by_row, places: at, notes })
}

/// The distances in metres, for weights, of all within so many metres.
///
/// # Errors
///
/// The errors of reading and of [`neighbours_within`].
pub(crate) fn distances(sites: &Sites, distance_m: f64) -> Result<BuiltWeights> {
    let mut notes = Vec::new();
    let places = places(sites, &mut notes)?;
    let weights =
        places.distances(|ids, points, measured| Ok(neighbours_within(ids, points, measured, distance_m)?))?;
    let by_row = matches!(sites, Sites::Points(..));
    Ok(BuiltWeights { weights, by_row, places: Some(places.of_rows()), notes })
}

/// Islands, and groups without neighbours in another.
fn notes_on(weights: &Weights) -> Vec<String> {
    const NAMED: usize = 50;
    let mut notes = Vec::new();
    let islands: Vec<&str> = weights.islands().into_iter().map(|unit| weights.ids()[unit].as_str()).collect();
    if !islands.is_empty() {
        let more = if islands.len() > NAMED { ", …" } else { "" };
        let named = islands[..islands.len().min(NAMED)].join(", ");
        notes.push(format!("{} units have no neighbours: {named}{more}", islands.len()));
    }
    let components = weights.components().into_iter().max().map_or(0, |last| last + 1) - islands.len();
    if components > 1 {
        notes.push(format!("the units fall into {components} groups without neighbours in another"));
    }
    notes
}

/// Neighbours, or their distances where there are such, with the weights asked for.
fn weighed(neighbours: Weights, request: &WeightsRequest, reach: Option<KernelBandwidth>) -> Result<Weights> {
    let Some(reach) = reach else {
        return match request.weighing {
            Weighing::Equal => Ok(neighbours),
            Weighing::InverseDistance(_) | Weighing::Kernel(..) => Err(ProjectError::Options {
                message: "neighbours that are not found by their distance have none to be weighed by".to_owned(),
                hint: "give ‹knn› or ‹distance_band›".to_owned(),
            }
            .into()),
        };
    };
    match request.weighing {
        Weighing::Equal => Ok(transformed(&neighbours, Transform::Binary)),
        Weighing::InverseDistance(power) => Ok(inverse_distance_weights(&neighbours, power)?),
        Weighing::Kernel(function, bandwidth_m) => {
            Ok(kernel_weights(&neighbours, function, bandwidth_m.map_or(reach, KernelBandwidth::Fixed))?)
        }
    }
}

fn areas(source: &LayerSource, notes: &mut Vec<String>) -> Result<Areas> {
    let (areas, report) = areas_with_report(source)?;
    notes.extend(report.told());
    Ok(areas)
}

/// Points with their ids; none for what has no place.
struct Places {
    ids: Vec<String>,
    points: Vec<Option<Point>>,
    reference: Reference,
    /// The areas whose centroids the points are.
    areas: Option<Areas>,
}

impl Places {
    /// Where rows lie that are these units.
    fn of_rows(self) -> outcome::Places {
        match self.areas {
            Some(areas) => outcome::Places::Areas(areas),
            None => outcome::Places::Points(self.points, self.reference),
        }
    }

    /// The distances between those that have a place, among all.
    fn distances(&self, between: impl Fn(Vec<String>, &[Point], Measured) -> Result<Weights>) -> Result<Weights> {
        let placed: Vec<u32> =
            (0..).zip(&self.points).filter(|(_, point)| point.is_some()).map(|(unit, _)| unit).collect();
        let points: Vec<Point> = self.points.iter().flatten().copied().collect();
        let found = between(
            placed.iter().map(|unit| self.ids[*unit as usize].clone()).collect(),
            &points,
            self.reference.measured()?,
        )?;
        if placed.len() == self.points.len() {
            return Ok(found);
        }
        let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.points.len()];
        for (number, unit) in placed.iter().enumerate() {
            rows[*unit as usize] =
                found.neighbours(number).map(|(other, distance_m)| (placed[other], distance_m)).collect();
        }
        Ok(Weights::new(self.ids.clone(), rows)?)
    }
}

fn places(sites: &Sites, notes: &mut Vec<String>) -> Result<Places> {
    match sites {
        Sites::Points(source, id) => {
            let mut placed = point_table(source)?;
            notes.extend(placed.notes());
            notes.extend(take_off_earth(&mut placed));
            let PointTable { table, reference, points, .. } = placed;
            Ok(Places { ids: row_ids(&table, id.as_deref())?, points, reference, areas: None })
        }
        Sites::Centroids(source) => {
            let areas = areas(source, notes)?;
            // The centroid is computed in longitude and latitude, since even stretching does not move it.
            let points = areas.areas.iter().map(|area| centroid(&area.geometry, areas.reference)).collect();
            let ids = areas.areas.iter().map(|area| area.id.clone()).collect();
            Ok(Places { ids, points, reference: areas.reference, areas: Some(areas) })
        }
    }
}

/// The cells of a column, else the numbers of rows from 1.
pub(crate) fn row_ids(table: &crate::model::Table, column: Option<&str>) -> Result<Vec<String>> {
    match column {
        Some(column) => Ok(table.text(column)?.iter().map(|cell| cell.unwrap_or_default().trim().to_owned()).collect()),
        None => Ok((1..=table.height()).map(|row| row.to_string()).collect()),
    }
}
