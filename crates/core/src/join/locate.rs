use rayon::prelude::*;

use super::AreaIndex;
use super::area_index::matched;
use crate::model::{Match, Point, named};

named! {
    "choice among overlapping areas";

    /// Which of the areas that contain a point become its matches, where areas overlap.
    #[derive(Default)]
    pub enum Holders {
        /// Only the first one in the order of the areas.
        #[default]
        First,
        /// All of them, in the order of the areas.
        All,
    }
}

/// Locates points, given as columns of coordinates, on the current thread, and passes each match to `found`.
///
/// Every point has at least one match, which is unmatched if no area contains the point. Matches come in no
/// particular order, but those of one point follow each other. Points that are not finite stay unmatched. With
/// `snap_m`, a point in no area is matched with the nearest area within that distance, and the match holds the
/// distance. No memory is allocated.
///
/// # Units
///
/// Points in the reference of the index; `snap_m` and the distances in metres, as in [`AreaIndex::nearest_within`].
///
/// # Examples
///
/// Points per area, without a list of matches:
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::join::{AreaIndex, Holders, locate_columns};
/// use jiju_core::model::{Area, Areas, Reference};
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 10.0, y: 10.0 }).to_polygon();
/// let park = Area { id: "p".into(), name: "示例园区 1".into(), parent: None, geometry: MultiPolygon(vec![square]) };
/// let areas =
///     Areas { layer: "park".into(), source: "parks.gpkg".into(), reference: Reference::epsg(4549), areas: vec![park] };
/// let index = AreaIndex::new(&areas)?;
/// let (mut inside, mut outside) = (0, 0);
/// locate_columns(&index, &[1.0, 5.0, 11.0], &[1.0, 5.0, 5.0], Holders::First, None, |_, found| match found.area {
///     Some(_) => inside += 1,
///     None => outside += 1,
/// });
/// assert_eq!((inside, outside), (2, 1));
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn locate_columns(
    index: &AreaIndex,
    x: &[f64],
    y: &[f64],
    holders: Holders,
    snap_m: Option<f64>,
    mut found: impl FnMut(usize, Match),
) {
    let none = |place: usize| {
        let point = Point::new(x[place], y[place]);
        let near = snap_m.filter(|_| point.is_finite()).and_then(|snap_m| index.nearest_edge(point, snap_m));
        near.map_or_else(Match::default, |(area, distance_m)| Match {
            area: Some(area),
            on_boundary: false,
            snapped_m: Some(distance_m),
        })
    };
    match holders {
        Holders::First => index.first_of_each(x, y, |place, first| {
            found(place, first.map_or_else(|| none(place), matched));
        }),
        Holders::All => index.all_of_each(x, y, |place, all| {
            if all.is_empty() {
                found(place, none(place));
            }
            for one in all {
                found(place, matched(*one));
            }
        }),
    }
}

/// Finds the match of every point, in the order of the points, on all cores.
///
/// With `snap_m`, a point in no area is matched with the nearest area within that distance, and the match holds the
/// distance. Rows without a point stay unmatched.
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
        locate_columns(index, &x, &y, Holders::First, snap_m, |row, found| matches[row] = found);
    });
    matches
}

/// Points that one task locates.
const CHUNK: usize = 4096;

/// The distance from every point to the nearest area, in metres: 0 for a point inside an area, otherwise the distance
/// to the nearest boundary.
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

/// Whether each point would lie in an area if all boundaries were moved outward by `outward_m`, or inward if it is
/// negative. A point counts if an area is within that distance, or if the point is at least that deep inside an area.
///
/// # Units
///
/// Metres, as in [`AreaIndex::nearest_within`].
#[must_use]
pub fn in_moved(index: &AreaIndex, points: &[Option<Point>], outward_m: f64) -> Vec<bool> {
    let is_in = |point: Point| match outward_m < 0.0 {
        true => index.depth_m(point).is_some_and(|depth_m| depth_m >= -outward_m),
        false => index.nearest_within(point, outward_m).is_some(),
    };
    points.par_iter().map(|point| point.is_some_and(is_in)).collect()
}

/// Whether each point lies in an area of any of the layers.
///
/// A point that was snapped to an area lies outside and does not count.
///
/// # Examples
///
/// ```
/// use jiju_core::join::in_any;
/// use jiju_core::model::Match;
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

/// The matches, with every row that is not chosen set to unmatched. Counted against all matches, they give the share
/// of chosen points in each area.
#[must_use]
pub fn restrict(matches: &[Match], chosen: &[bool]) -> Vec<Match> {
    matches
        .iter()
        .enumerate()
        .map(|(row, one)| if chosen.get(row).copied().unwrap_or(false) { *one } else { Match::default() })
        .collect()
}
