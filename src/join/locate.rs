use rayon::prelude::*;

use super::AreaIndex;
use crate::model::{Match, Point};

/// One layer to join with, and the points in its reference.
#[derive(Debug, Clone, Copy)]
pub struct LayerPoints<'a> {
    /// The layer.
    pub index: &'a AreaIndex,
    /// The points, row by row; none where a row has no position.
    pub points: &'a [Option<Point>],
    /// How far a point that no area holds may be from the one it is given to, in metres; none for no snapping.
    pub snap_m: Option<f64>,
}

/// The match of every point, in the order of the points, on all cores.
///
/// A point in no area goes to the nearest within `snap_m` and says how far it was; without `snap_m`, or farther away,
/// it stays unmatched. A row without position stays unmatched.
///
/// # Units
///
/// Points in the reference of the index; `snap_m` and the distances in metres, as in [`AreaIndex::nearest_within`].
#[must_use]
pub fn locate_points(index: &AreaIndex, points: &[Option<Point>], snap_m: Option<f64>) -> Vec<Match> {
    let mut matches = vec![Match::default(); points.len()];
    matches.par_chunks_mut(CHUNK).zip(points.par_chunks(CHUNK)).for_each(|(matches, points)| {
        // A row without position is nowhere.
        let coordinate = |of: fn(Point) -> f64| points.iter().map(|point| point.map_or(f64::NAN, of)).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = (coordinate(|point| point.x), coordinate(|point| point.y));
        index.first_of_each(&x, &y, |row, found| {
            matches[row] = match (found, points[row].zip(snap_m)) {
                (Some((area, on_boundary)), _) => Match { area: Some(area as usize), on_boundary, snapped_m: None },
                (None, Some((point, snap_m))) => snapped(index, point, snap_m),
                (None, None) => Match::default(),
            };
        });
    });
    matches
}

/// Points that one task locates.
const CHUNK: usize = 4096;

fn snapped(index: &AreaIndex, point: Point, snap_m: f64) -> Match {
    match index.nearest_edge(point, snap_m) {
        Some((area, distance_m)) => Match { area: Some(area), on_boundary: false, snapped_m: Some(distance_m) },
        None => Match::default(),
    }
}

/// The matches of the same rows with several layers, layer by layer.
#[must_use]
pub fn layers(layers: &[LayerPoints<'_>]) -> Vec<Vec<Match>> {
    layers.iter().map(|layer| locate_points(layer.index, layer.points, layer.snap_m)).collect()
}

/// Every match of every point with its row number, rows in order and areas in file order: a row that several areas hold
/// comes several times, a row that none holds once, unmatched.
#[must_use]
pub fn all_matches(index: &AreaIndex, points: &[Option<Point>]) -> Vec<(usize, Match)> {
    points
        .par_iter()
        .enumerate()
        .flat_map_iter(|(row, point)| {
            let mut found = point.map_or_else(Vec::new, |point| index.locate_all(point));
            if found.is_empty() {
                found.push(Match::default());
            }
            found.into_iter().map(move |one| (row, one))
        })
        .collect()
}

/// How far every point is from the nearest area, to the nearest point of its boundary; 0 for a point that an area
/// holds: a firm in a park is 0 m from a park.
///
/// # Units
///
/// Metres, as in [`AreaIndex::nearest_within`].
///
/// # Undefined
///
/// None where a row has no position.
#[must_use]
pub fn distances_m(index: &AreaIndex, points: &[Option<Point>]) -> Vec<Option<f64>> {
    points
        .par_iter()
        .map(|point| {
            point.and_then(|point| index.nearest_within(point, f64::INFINITY)).map(|(_, distance_m)| distance_m)
        })
        .collect()
}

/// Which rows stand in an area of any of the layers: with park and small-micro park matches, which firms are in a park.
///
/// A row that was snapped stands outside and does not count.
///
/// # Examples
///
/// ```
/// use jiju::join::in_any;
/// use jiju::model::Match;
///
/// let inside = Match { area: Some(0), ..Match::default() };
/// let snapped = Match { area: Some(0), snapped_m: Some(12.5), ..Match::default() };
/// let park = [inside, snapped, Match::default()];
/// let small_micro_park = [Match::default(), Match::default(), inside];
/// assert_eq!(in_any(&[&park, &small_micro_park]), [true, false, true]);
/// ```
#[must_use]
pub fn in_any(layers: &[&[Match]]) -> Vec<bool> {
    let rows = layers.iter().map(|matches| matches.len()).max().unwrap_or(0);
    (0..rows)
        .map(|row| {
            layers
                .iter()
                .any(|matches| matches.get(row).is_some_and(|one| one.area.is_some() && one.snapped_m.is_none()))
        })
        .collect()
}

/// The matches with every row that is not chosen taken as unmatched: counted against the whole, they give the share of
/// firms in parks 入园率.
#[must_use]
pub fn restrict(matches: &[Match], chosen: &[bool]) -> Vec<Match> {
    matches
        .iter()
        .enumerate()
        .map(|(row, one)| if chosen.get(row).copied().unwrap_or(false) { *one } else { Match::default() })
        .collect()
}
