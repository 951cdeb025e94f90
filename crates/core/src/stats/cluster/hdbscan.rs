#![expect(
    clippy::cast_possible_truncation,
    reason = "a point of `Places` has a number of 32 bits, which its constructors check"
)]

use serde::Serialize;

use super::condensed::most_stable;
use super::places::{Places, refuse_minimum};
use super::spanning_tree::{Boxes, Link};
use crate::error::{Result, StatsError};

/// Clusters found by HDBSCAN.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hdbscan {
    /// The number of clusters.
    pub clusters: usize,
    /// The cluster of each point, numbered from 0 in the order of their first points; none for noise.
    pub labels: Vec<Option<u32>>,
    /// The strength of membership of each point in its cluster, from 0 (noise) to 1.
    pub probabilities: Vec<f64>,
}

/// HDBSCAN: the clusters that persist longest as the radius of DBSCAN shrinks (excess of mass). They may have
/// different densities.
///
/// `cluster_points` is the smallest size of a cluster. `core_points` is the number of points, the point itself
/// included, that the core distance of a point reaches. All points together never form a single cluster.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// Clusters of fewer than 2 points; core distances of no point, or of more points than there are.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Places, hdbscan};
///
/// let at = [0.0, 1.0, 2.0, 3.0, 100.0, 110.0, 120.0, 130.0].map(|x| [x, 0.0]);
/// let found = hdbscan(&Places::planar(&at)?, 3, 2)?;
/// assert_eq!(found.labels[..4], [Some(0); 4]);
/// assert_eq!(found.labels[4..], [Some(1); 4]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// R. J. G. B. Campello, D. Moulavi, J. Sander, Density-based clustering based on hierarchical density estimates, PAKDD 2013;
/// W. B. March, P. Ram, A. G. Gray, Fast Euclidean minimum spanning tree, KDD 2010.
pub fn hdbscan(places: &Places, cluster_points: usize, core_points: usize) -> Result<Hdbscan> {
    refuse_minimum("the least size of a cluster", cluster_points, 2)?;
    refuse_core_points(places, core_points)?;
    let boxes = Boxes::new(places);
    let links: Vec<Link> = boxes
        .spanning_tree(&boxes.reaches_m(core_points))
        .into_iter()
        .map(|link| Link { length_m: places.over_surface_m(link.length_m), ..link })
        .collect();
    let found = most_stable(places.len(), &links, cluster_points);
    let mut number_of = std::collections::HashMap::new();
    let label = |found: &Option<(usize, f64)>| {
        let (cluster, _) = (*found)?;
        let next = number_of.len() as u32;
        Some(*number_of.entry(cluster).or_insert(next))
    };
    let labels: Vec<Option<u32>> = found.iter().map(label).collect();
    let probabilities = found.iter().map(|found| found.map_or(0.0, |(_, firm)| firm)).collect();
    Ok(Hdbscan { clusters: number_of.len(), labels, probabilities })
}

/// Refuses core distances of no point, or of more points than there are.
fn refuse_core_points(places: &Places, core_points: usize) -> Result<()> {
    if (1..=places.len()).contains(&core_points) {
        return Ok(());
    }
    Err(StatsError::Option {
        statistic: "clusters",
        option: "the number of points",
        found: core_points.to_string(),
        expected: format!("1 to {}, the number of points", places.len()),
    }
    .into())
}

/// The straight distance of each point to its so manieth nearest, itself counted.
pub(super) fn core_distances_m(places: &Places, core_points: usize) -> Result<Vec<f64>> {
    refuse_core_points(places, core_points)?;
    let boxes = Boxes::new(places);
    let mut core_m = vec![0.0; places.len()];
    for (point, reach_m) in boxes.points().iter().zip(boxes.reaches_m(core_points)) {
        core_m[*point as usize] = reach_m;
    }
    Ok(core_m)
}
