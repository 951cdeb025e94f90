use std::sync::atomic::{AtomicUsize, Ordering};

use geo::{Distance as _, Geodesic};
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use crate::error::{JoinError, Result, StatsError};
use crate::join::metric::{Metric, geocentric_m};
use crate::model::{Measured, Point, Weights};

/// The most neighbours that all points together may have.
const MOST_NEIGHBOURS: usize = 1 << 29;

/// The `count` nearest other points of each point, nearest first, with distances in metres as weights. Of points at
/// the same distance the first in order is taken. Points at the same place are neighbours at distance 0.
///
/// # Units
///
/// Metres: geodesic for longitude and latitude, in the plane of a projected grid.
///
/// # Errors
///
/// Ids that are not one for each point, or doubled; a point that is nowhere on Earth; no neighbours, or as many as points.
///
/// # Examples
///
/// ```
/// use jiju_core::join::nearest_neighbours;
/// use jiju_core::model::{Point, Reference};
///
/// let points = [0.0, 1.0, 3.0, 7.0].map(|x| Point::new(x, 0.0));
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let nearest = nearest_neighbours(ids, &points, Reference::epsg(4549).measured()?, 2)?;
/// assert_eq!(nearest.neighbours(2).collect::<Vec<_>>(), [(1, 2.0), (0, 3.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn nearest_neighbours(ids: Vec<String>, points: &[Point], measured: Measured, count: usize) -> Result<Weights> {
    if count == 0 || count >= points.len() {
        return Err(StatsError::Option {
            statistic: "weights",
            option: "the number of nearest neighbours",
            found: count.to_string(),
            expected: format!("1 to {}, of {} points", points.len().saturating_sub(1), points.len()),
        }
        .into());
    }
    within_limit(points.len().saturating_mul(count))?;
    let sites = Sites::new(points, measured)?;
    let rows = (0..points.len()).into_par_iter().map(|unit| {
        // By the straight way through the Earth, which is never longer; then all that may be as near over its surface.
        let mut farthest_m = 0.0_f64;
        let mut near: Vec<(u32, f64)> = Vec::with_capacity(count + 1);
        for (place, straight_m) in sites.by_distance(unit) {
            if near.len() >= count && straight_m > farthest_m {
                break;
            }
            let members = sites.at(place);
            let Some(first) = members.first() else { continue };
            let distance_m = sites.distance_m(unit, *first, straight_m);
            // Of those in one place no more than the first are ever among the nearest.
            for other in members.iter().filter(|other| **other as usize != unit).take(count) {
                near.push((*other, distance_m));
                if near.len() <= count {
                    farthest_m = farthest_m.max(distance_m);
                }
            }
        }
        near.sort_unstable_by(|one, other| one.1.total_cmp(&other.1).then(one.0.cmp(&other.0)));
        near.truncate(count);
        near
    });
    Weights::new(ids, rows.collect())
}

/// All other points within `distance_m` of each point (d ≤ `distance_m`), in order, with distances in metres as
/// weights.
///
/// # Units
///
/// Metres: geodesic for longitude and latitude, in the plane of a projected grid.
///
/// # Errors
///
/// Ids that are not one for each point, or doubled; a point that is nowhere on Earth; a distance that is not above 0; more
/// neighbours than 2²⁹.
///
/// # Examples
///
/// ```
/// use jiju_core::join::neighbours_within;
/// use jiju_core::model::{Point, Reference};
///
/// let points = [0.0, 1.0, 3.0, 7.0].map(|x| Point::new(x, 0.0));
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let within = neighbours_within(ids, &points, Reference::epsg(4549).measured()?, 2.0)?;
/// assert_eq!(within.neighbours(1).collect::<Vec<_>>(), [(0, 1.0), (2, 2.0)]);
/// assert_eq!(within.islands(), [3]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn neighbours_within(ids: Vec<String>, points: &[Point], measured: Measured, distance_m: f64) -> Result<Weights> {
    if !(distance_m.is_finite() && distance_m > 0.0) {
        return Err(JoinError::Distance { what: "distance band", found: distance_m, expected: "more than 0 m" }.into());
    }
    let sites = Sites::new(points, measured)?;
    let total = AtomicUsize::new(0);
    let rows = (0..points.len()).into_par_iter().map(|unit| {
        let mut near: Vec<(u32, f64)> = Vec::new();
        for (place, straight_m) in sites.within(unit, distance_m) {
            let members = sites.at(place);
            let Some(first) = members.first() else { continue };
            let apart_m = sites.distance_m(unit, *first, straight_m);
            if apart_m <= distance_m {
                near.extend(members.iter().filter(|other| **other as usize != unit).map(|other| (*other, apart_m)));
            }
        }
        within_limit(total.fetch_add(near.len(), Ordering::Relaxed) + near.len())?;
        near.sort_unstable_by_key(|(other, _)| *other);
        Ok(near)
    });
    let rows: Vec<_> = rows.collect::<Result<_>>()?;
    Weights::new(ids, rows)
}

fn within_limit(neighbours: usize) -> Result<()> {
    if neighbours <= MOST_NEIGHBOURS {
        return Ok(());
    }
    let found = format!("{neighbours} neighbours or more");
    let expected = "at most 2²⁹: a shorter distance, or fewer points";
    Err(StatsError::Weights { place: "the weights".to_owned(), found, expected }.into())
}

/// The places where points are, in a tree: by their coordinates in a plane, or by those that they have in space on the
/// ellipsoid. Any number of points in one place is one place.
struct Sites<'a> {
    points: &'a [Point],
    /// The points, place by place, and in order within each.
    members: Vec<u32>,
    /// Where the points of each place begin in `members`, and where the last end.
    starts: Vec<usize>,
    places: Places,
}

enum Places {
    Planar(RTree<GeomWithData<[f64; 2], u32>>),
    Geocentric(Vec<[f64; 3]>, RTree<GeomWithData<[f64; 3], u32>>),
}

impl<'a> Sites<'a> {
    fn new(points: &'a [Point], measured: Measured) -> Result<Self> {
        let metric = Metric::for_reference(measured);
        if let Some((number, point)) = (0..).zip(points).find(|(_, point)| !metric.reaches(**point)) {
            return Err(StatsError::Value {
                statistic: "weights",
                place: format!("the coordinates of unit {}", number + 1),
                found: if point.x.is_finite() { point.y } else { point.x },
                expected: "a place on Earth",
            }
            .into());
        }
        // Adding 0 makes a negative 0 one that is not.
        let key = |number: &u32| {
            let point = points[*number as usize];
            ((point.x + 0.0).to_bits(), (point.y + 0.0).to_bits())
        };
        let mut members: Vec<u32> = (0..).zip(points).map(|(number, _)| number).collect();
        members.par_sort_unstable_by_key(|number| (key(number), *number));
        let mut starts: Vec<usize> =
            (0..members.len()).filter(|at| *at == 0 || key(&members[at - 1]) != key(&members[*at])).collect();
        starts.push(members.len());
        let firsts = || starts.iter().filter_map(|start| members.get(*start)).map(|first| points[*first as usize]);
        let places = match metric {
            Metric::Planar => {
                let numbered = (0..).zip(firsts()).map(|(place, point)| GeomWithData::new([point.x, point.y], place));
                Places::Planar(RTree::bulk_load(numbered.collect()))
            }
            Metric::Geodesic => {
                let places: Vec<[f64; 3]> = firsts().map(geocentric_m).collect();
                let numbered = (0..).zip(&places).map(|(place, at)| GeomWithData::new(*at, place));
                let tree = RTree::bulk_load(numbered.collect());
                Places::Geocentric(places, tree)
            }
        };
        Ok(Self { points, members, starts, places })
    }

    /// The points of a place, in order.
    fn at(&self, place: u32) -> &[u32] {
        &self.members[self.starts[place as usize]..self.starts[place as usize + 1]]
    }

    fn centre(&self, unit: usize) -> [f64; 2] {
        [self.points[unit].x, self.points[unit].y]
    }

    /// The places with their straight distances, nearest first, a unit's own among them.
    fn by_distance(&self, unit: usize) -> Box<dyn Iterator<Item = (u32, f64)> + '_> {
        match &self.places {
            Places::Planar(tree) => {
                let nearest = tree.nearest_neighbor_iter_with_distance_2(&self.centre(unit));
                Box::new(nearest.map(|(site, square)| (site.data, square.sqrt())))
            }
            Places::Geocentric(_, tree) => {
                let nearest = tree.nearest_neighbor_iter_with_distance_2(&geocentric_m(self.points[unit]));
                Box::new(nearest.map(|(site, square)| (site.data, square.sqrt())))
            }
        }
    }

    /// The places whose straight distance may be within a distance, a unit's own among them.
    fn within(&self, unit: usize, distance_m: f64) -> Box<dyn Iterator<Item = (u32, f64)> + '_> {
        // Squares are rounded; what is just at the distance is told by the distance itself.
        let square = distance_m * distance_m * (1.0 + 1e-9);
        match &self.places {
            Places::Planar(tree) => {
                let centre = self.centre(unit);
                let found = tree.locate_within_distance(centre, square);
                Box::new(found.map(move |site| (site.data, straight_m(&centre, site.geom()))))
            }
            Places::Geocentric(places, tree) => {
                let centre = geocentric_m(self.points[unit]);
                let found = tree.locate_within_distance(centre, square);
                Box::new(found.map(move |site| (site.data, straight_m(&centre, &places[site.data as usize]))))
            }
        }
    }

    fn distance_m(&self, unit: usize, other: u32, straight_m: f64) -> f64 {
        match self.places {
            Places::Planar(_) => straight_m,
            Places::Geocentric(..) => {
                // Of points in one place the geodesic would be rounded, not 0.
                if straight_m == 0.0 {
                    return 0.0;
                }
                let place = |point: Point| geo::Point::new(point.x, point.y);
                Geodesic.distance(place(self.points[unit]), place(self.points[other as usize]))
            }
        }
    }
}

fn straight_m(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reference;

    #[test]
    fn many_in_one_place_are_neighbours_in_order() {
        let points: Vec<Point> = (0..20_000).map(|unit| Point::new(if unit < 4 { 5.0 } else { 0.0 }, 0.0)).collect();
        let ids = || (0..points.len()).map(|unit| unit.to_string()).collect::<Vec<_>>();
        for reference in [Reference::epsg(4549), Reference::Wgs84] {
            let found = nearest_neighbours(ids(), &points, reference.measured().unwrap(), 8).unwrap();
            let of = |unit: usize| found.neighbours(unit).map(|(other, _)| other).collect::<Vec<_>>();
            assert_eq!((of(19_999), of(6)), ((4..12).collect(), vec![4, 5, 7, 8, 9, 10, 11, 12]));
            // Three in the unit's own place, and the first five of the many.
            assert_eq!(of(1), [0, 2, 3, 4, 5, 6, 7, 8]);
        }
    }
}
