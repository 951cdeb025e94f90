use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::STATISTIC;
use super::inclusion::Inclusion;
use crate::error::{Result, StatsError};
use crate::stats::cluster::Places;

/// How evenly a sample is spread over its population: the mean square of v_i − 1, where v_i is the sum of the inclusion
/// probabilities of all units that are nearest to the sampled unit i.
///
/// In a sample that is perfectly spread, each sampled unit stands for a neighbourhood in which one unit was to be expected, and the
/// number is 0; the smaller it is, the better the sample is spread. A unit as near to several sampled ones is shared among them.
///
/// # Undefined
///
/// None for an empty sample.
///
/// # Errors
///
/// A number of places that is not the number of probabilities; a sampled unit that there is not.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Inclusion, Places, voronoi_balance};
/// let places = Places::planar(&[[0.0, 0.0], [1.0, 0.0], [900.0, 0.0], [901.0, 0.0]])?;
/// let half = Inclusion::equal(2, 4)?;
/// assert_eq!(voronoi_balance(&places, &half, &[0, 2])?, Some(0.0)); // one at either end
/// assert!(voronoi_balance(&places, &half, &[0, 1])?.unwrap() > 0.2); // both at one end
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// D. L. Stevens, A. R. Olsen, Spatially balanced sampling of natural resources, Journal of the American Statistical Association 99,
/// 2004.
pub fn voronoi_balance(places: &Places, inclusion: &Inclusion, sample: &[usize]) -> Result<Option<f64>> {
    if places.len() != inclusion.len() {
        let (found, expected) = (format!("{} units", places.len()), format!("{} units", inclusion.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the list of places", found, expected }.into());
    }
    if let Some(unit) = sample.iter().find(|unit| **unit >= places.len()) {
        let (found, expected) = (format!("the unit at {unit}"), format!("positions below {}", places.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the sample", found, expected }.into());
    }
    if sample.is_empty() {
        return Ok(None);
    }
    let coordinates = places.coordinates_m();
    let numbered = sample.iter().enumerate().map(|(number, unit)| GeomWithData::new(coordinates[*unit], number));
    let tree = RTree::bulk_load(numbered.collect());
    let mut sums = vec![0.0; sample.len()];
    for (unit, at) in coordinates.iter().enumerate() {
        let mut nearest: Vec<usize> = Vec::new();
        let mut distance = f64::INFINITY;
        for (near, square) in tree.nearest_neighbor_iter_with_distance_2(at) {
            if square > distance {
                break;
            }
            distance = square;
            nearest.push(near.data);
        }
        let part = inclusion.probability(unit) / nearest.len().max(1) as f64;
        nearest.iter().for_each(|number| sums[*number] += part);
    }
    Ok(Some(sums.iter().map(|sum| (sum - 1.0).powi(2)).sum::<f64>() / sums.len() as f64))
}
