#![expect(
    clippy::cast_possible_truncation,
    reason = "a point of `Places` has a number of 32 bits, which its constructors check"
)]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use serde::Serialize;

use super::hdbscan::core_distances_m;
use super::places::{Places, refuse_minimum};
use super::steep::steep_clusters;
use crate::error::{Result, StatsError};

/// The result of OPTICS: an order of the points, their reachability, and clusters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optics {
    /// The points in the order of OPTICS.
    pub ordering: Vec<u32>,
    /// The reachability distance of each point, in metres; none for points that are reached from no other.
    pub reachability_m: Vec<Option<f64>>,
    /// The core distance of each point, in metres; none if it exceeds the greatest radius.
    pub core_distance_m: Vec<Option<f64>>,
    /// The point from which each point was reached.
    pub predecessor: Vec<Option<u32>>,
    /// The number of clusters.
    pub clusters: usize,
    /// The cluster of each point: the smallest cluster by steepness that contains no other; none for noise.
    pub labels: Vec<Option<u32>>,
}

/// OPTICS: orders points by density-reachability up to `greatest_radius_m`, and finds clusters as valleys of the
/// reachability plot by the steepness ξ.
///
/// Clusters are those of scikit-learn, with predecessor correction.
///
/// # Units
///
/// Metres; the greatest radius may be infinite, at the cost of the square of the number of points.
///
/// # Errors
///
/// Fewer than 2 points to a core, or more than there are; a radius that is not above 0; a steepness that is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Places, optics};
///
/// let at = [[1.0, 2.0], [2.0, 5.0], [3.0, 6.0], [8.0, 7.0], [8.0, 8.0], [7.0, 3.0]];
/// let found = optics(&Places::planar(&at)?, 2, f64::INFINITY, 0.05)?;
/// assert_eq!(found.ordering, [0, 1, 2, 5, 3, 4]);
/// assert_eq!(found.labels, [0, 0, 0, 1, 1, 1].map(Some));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// M. Ankerst, M. M. Breunig, H.-P. Kriegel, J. Sander, OPTICS: ordering points to identify the clustering structure, SIGMOD
/// 1999; E. Schubert, M. Gertz, Improving the cluster structure extracted from OPTICS plots, LWDA 2018.
pub fn optics(places: &Places, core_points: usize, greatest_radius_m: f64, steepness: f64) -> Result<Optics> {
    refuse_minimum("the number of points", core_points, 2)?;
    let refused = |option: &'static str, found: f64, expected: &str| {
        let (found, expected) = (found.to_string(), expected.to_owned());
        Err(StatsError::Option { statistic: "clusters", option, found, expected }.into())
    };
    if greatest_radius_m.is_nan() || greatest_radius_m <= 0.0 {
        return refused("the greatest radius", greatest_radius_m, "more than 0 m");
    }
    if !(steepness > 0.0 && steepness < 1.0) {
        return refused("the steepness", steepness, "a number between 0 and 1");
    }
    let count = places.len();
    let reach_m = places.straight_m(greatest_radius_m);
    let core_m = core_distances_m(places, core_points)?;
    let tree = places.tree();
    let mut order = Order {
        places,
        reached_m: vec![f64::INFINITY; count],
        predecessor: vec![None; count],
        done: vec![false; count],
        waiting: BinaryHeap::new(),
    };
    let mut ordering = Vec::with_capacity(count);
    let mut first = 0;
    let mut scanned = HashSet::new();
    while ordering.len() < count {
        let point = match order.nearest() {
            Some(point) => point,
            None => {
                while order.done[first] {
                    first += 1;
                }
                first
            }
        };
        order.done[point] = true;
        ordering.push(point as u32);
        let own_m = core_m[point];
        // From one place every point is as far: what was reached from it comes no nearer.
        if own_m > reach_m || !scanned.insert(places.coordinates_m()[point].map(f64::to_bits)) {
            continue;
        }
        if reach_m.is_finite() {
            let square = reach_m * reach_m;
            for site in tree.locate_within_distance(places.coordinates_m()[point], square) {
                order.reach(point, site.data as usize, own_m);
            }
        } else {
            (0..count).for_each(|other| order.reach(point, other, own_m));
        }
    }
    let Order { reached_m, predecessor, .. } = order;
    let surface_m = |straight_m: f64| Some(places.over_surface_m(straight_m)).filter(|_| straight_m.is_finite());
    let reachability_m: Vec<Option<f64>> = reached_m.iter().map(|straight_m| surface_m(*straight_m)).collect();
    let plot: Vec<f64> =
        ordering.iter().map(|point| reachability_m[*point as usize].unwrap_or(f64::INFINITY)).collect();
    let before: Vec<Option<u32>> = ordering.iter().map(|point| predecessor[*point as usize]).collect();
    let valleys = steep_clusters(&plot, &before, &ordering, steepness, core_points);
    let (mut labels, mut clusters) = (vec![None; count], 0);
    // The smaller ones come before those that hold them.
    for valley in valleys {
        let members = &ordering[valley];
        if members.iter().all(|point| labels[*point as usize].is_none()) {
            members.iter().for_each(|point| labels[*point as usize] = Some(clusters));
            clusters += 1;
        }
    }
    let core_distance_m = core_m.iter().map(|core| surface_m(*core).filter(|_| *core <= reach_m)).collect();
    Ok(Optics { ordering, reachability_m, core_distance_m, predecessor, clusters: clusters as usize, labels })
}

struct Order<'a> {
    places: &'a Places,
    /// Straight.
    reached_m: Vec<f64>,
    predecessor: Vec<Option<u32>>,
    done: Vec<bool>,
    /// By distance, which is never negative and so is ordered as its bits are, then by number; outdated ones among them.
    waiting: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Order<'_> {
    fn nearest(&mut self) -> Option<usize> {
        while let Some(Reverse((bits, point))) = self.waiting.pop() {
            let point = point as usize;
            if !self.done[point] && self.reached_m[point].to_bits() == bits {
                return Some(point);
            }
        }
        None
    }

    fn reach(&mut self, from: usize, other: usize, core_m: f64) {
        if self.done[other] {
            return;
        }
        let distance_m = self.places.square(from, other).sqrt().max(core_m);
        if distance_m < self.reached_m[other] {
            self.reached_m[other] = distance_m;
            self.predecessor[other] = Some(from as u32);
            self.waiting.push(Reverse((distance_m.to_bits(), other as u32)));
        }
    }
}
