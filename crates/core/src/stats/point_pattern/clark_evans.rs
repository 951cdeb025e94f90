use serde::Serialize;

use super::{Window, nearest_distances_m};
use crate::error::{Result, StatsError};
use crate::stats::{Alternative, p_of_z};

/// The mean nearest-neighbour distance, compared with its expected value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClarkEvans {
    /// The number of points.
    pub n: usize,
    /// The mean distance to the nearest other point, in metres.
    pub mean_distance_m: f64,
    /// The expected distance under complete spatial randomness, ½ √(|W| / n), in metres.
    pub expected_m: f64,
    /// R without edge correction: below 1 points cluster, above 1 they repel each other.
    pub ratio: f64,
    /// R with Donnelly's edge correction.
    pub ratio_donnelly: f64,
    /// z of the mean distance: (mean − expected) / standard error, with the standard error √((4 − π) |W| / 4π) / n.
    pub z: f64,
    /// The p-value of z, by the normal distribution.
    pub p: f64,
    /// The alternative hypothesis.
    pub alternative: Alternative,
}

/// Clark and Evans' R: whether points cluster or repel each other, by the mean distance to their nearest neighbours.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// Fewer than 2 points.
///
/// # References
///
/// P. J. Clark, F. C. Evans, Distance to nearest neighbor as a measure of spatial relationships in populations, Ecology 35,
/// 1954; K. Donnelly, Simulations to determine the variance and edge-effect of total nearest neighbour distance, 1978.
pub fn clark_evans(points: &[[f64; 2]], window: &Window, alternative: Alternative) -> Result<ClarkEvans> {
    if points.len() < 2 {
        return Err(StatsError::NoValues { statistic: "Clark and Evans' R" }.into());
    }
    let nearest = nearest_distances_m(points, None)?;
    let (n, area) = (points.len() as f64, window.area_m2());
    let mean_distance_m = nearest.iter().sum::<f64>() / n;
    let expected_m = 0.5 * (area / n).sqrt();
    let donnelly_m = expected_m + (0.0514 + 0.0412 / n.sqrt()) * window.perimeter_m() / n;
    let error_m = ((4.0 - std::f64::consts::PI) * area / (4.0 * std::f64::consts::PI)).sqrt() / n;
    let z = (mean_distance_m - expected_m) / error_m;
    Ok(ClarkEvans {
        n: points.len(),
        mean_distance_m,
        expected_m,
        ratio: mean_distance_m / expected_m,
        ratio_donnelly: mean_distance_m / donnelly_m,
        z,
        p: p_of_z(z, alternative),
        alternative,
    })
}
