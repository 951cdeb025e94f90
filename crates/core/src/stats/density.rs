//! How many points there are per area about a place, by a kernel.

use std::f64::consts::{PI, TAU};

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use crate::error::{Result, StatsError};
use crate::model::named;

const STATISTIC: &str = "the density";

named! {
    "kernel";

    /// A kernel over the plane, whose integral is 1, of the distance d and the bandwidth h.
    #[derive(Default)]
    pub enum DensityKernel {
        /// exp(−d²/2h²) / (2πh²), truncated where it is 10⁻¹² of its height.
        #[default]
        Gaussian,
        /// 2/π (1 − d²/h²) / h², up to d = h.
        Epanechnikov,
        /// 3/π (1 − d²/h²)² / h², up to d = h.
        Quartic,
        /// 3/π (1 − d/h) / h², up to d = h.
        Triangular,
        /// 1 / (πh²), up to d = h.
        Uniform,
    }
}

impl DensityKernel {
    /// How far it reaches.
    #[must_use]
    pub fn reach_m(self, bandwidth_m: f64) -> f64 {
        match self {
            // √(2 · 12 ln 10).
            Self::Gaussian => 7.434 * bandwidth_m,
            _ => bandwidth_m,
        }
    }

    /// Its height at a distance, per m².
    #[must_use]
    pub fn height(self, distance_m: f64, bandwidth_m: f64) -> f64 {
        let share = distance_m / bandwidth_m;
        if distance_m > self.reach_m(bandwidth_m) {
            return 0.0;
        }
        let rest = 1.0 - share * share;
        let of_share = match self {
            Self::Gaussian => (-share * share / 2.0).exp() / TAU,
            Self::Epanechnikov => 2.0 / PI * rest,
            Self::Quartic => 3.0 / PI * rest * rest,
            Self::Triangular => 3.0 / PI * (1.0 - share),
            Self::Uniform => 1.0 / PI,
        };
        of_share / (bandwidth_m * bandwidth_m)
    }
}

/// The density of weighted points at places, Σ_i w_i k(|u − x_i|).
///
/// # Units
///
/// Metres; densities per m².
///
/// # Errors
///
/// Weights that are not one finite number for each point; coordinates that are not finite; a bandwidth that is not above 0.
///
/// # Examples
///
/// Half of a disc about a point, spread evenly:
///
/// ```
/// use jiju_core::stats::{DensityKernel, kernel_density};
///
/// let found = kernel_density(&[[0.0, 0.0]], &[1.0], &[[50.0, 0.0], [150.0, 0.0]], 100.0, DensityKernel::Uniform)?;
/// assert!((found[0] - 1.0 / (std::f64::consts::PI * 1e4)).abs() < 1e-18 && found[1] == 0.0);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// P. J. Diggle, A kernel method for smoothing point process data, Applied Statistics 34, 1985; B. W. Silverman, Density
/// Estimation for Statistics and Data Analysis, 1986.
pub fn kernel_density(
    points: &[[f64; 2]],
    weights: &[f64],
    places: &[[f64; 2]],
    bandwidth_m: f64,
    kernel: DensityKernel,
) -> Result<Vec<f64>> {
    refuse(points, weights, bandwidth_m)?;
    let numbered = (0_u32..).zip(points).map(|(number, at)| GeomWithData::new(*at, number));
    let tree = RTree::bulk_load(numbered.collect());
    let reach_m = kernel.reach_m(bandwidth_m);
    let density = |place: &[f64; 2]| -> f64 {
        // In the order of the points, so that sums are the same however the tree stands.
        let mut near: Vec<u32> = tree.locate_within_distance(*place, reach_m * reach_m).map(|site| site.data).collect();
        near.sort_unstable();
        near.into_iter()
            .map(|number| {
                let at = points[number as usize];
                let distance_m = (at[0] - place[0]).hypot(at[1] - place[1]);
                weights[number as usize] * kernel.height(distance_m, bandwidth_m)
            })
            .sum()
    };
    Ok(places.par_iter().map(density).collect())
}

/// Scott's bandwidths along both axes, s n^(−1/6).
///
/// # Undefined
///
/// None for fewer than 2 points, and along an axis on which all are the same.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::scott_bandwidths_m;
/// assert_eq!(scott_bandwidths_m(&[[0.0, 0.0]]), None);
/// ```
///
/// # References
///
/// D. W. Scott, Multivariate Density Estimation, 1992.
#[must_use]
pub fn scott_bandwidths_m(points: &[[f64; 2]]) -> Option<[f64; 2]> {
    let deviations = deviations_m(points)?;
    let shrunk = (points.len() as f64).powf(-1.0 / 6.0);
    Some(deviations.map(|deviation| deviation * shrunk))
}

/// Silverman's rule of thumb in the plane: the root mean square of both deviations times n^(−1/6), which for two dimensions has
/// the factor 1.
///
/// # Undefined
///
/// As [`scott_bandwidths_m`].
///
/// # References
///
/// B. W. Silverman, Density Estimation for Statistics and Data Analysis, 1986, section 4.3.
#[must_use]
pub fn silverman_bandwidth_m(points: &[[f64; 2]]) -> Option<f64> {
    let [x, y] = deviations_m(points)?;
    Some((x * x).midpoint(y * y).sqrt() * (points.len() as f64).powf(-1.0 / 6.0))
}

/// The bandwidth among candidates that foretells each point best from the others: the greatest Σ_i ln λ₋ᵢ(x_i), λ₋ᵢ without the
/// point itself. The mass of the kernel that falls outside a window is left out of account.
///
/// # Undefined
///
/// None where for every candidate some point has no other within its reach.
///
/// # Errors
///
/// Those of [`kernel_density`]; fewer than 2 points.
///
/// # References
///
/// C. R. Loader, Local Regression and Likelihood, 1999 (likelihood cross-validation).
pub fn likelihood_bandwidth_m(points: &[[f64; 2]], candidates_m: &[f64], kernel: DensityKernel) -> Result<Option<f64>> {
    if points.len() < 2 {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let ones = vec![1.0; points.len()];
    let mut best: Option<(f64, f64)> = None;
    for candidate_m in candidates_m {
        let density = kernel_density(points, &ones, points, *candidate_m, kernel)?;
        let own = kernel.height(0.0, *candidate_m);
        // What is left of the difference of equal numbers is rounding.
        let without = |density: &f64| if density - own > own * 1e-9 { (density - own).ln() } else { f64::NEG_INFINITY };
        let likelihood: f64 = density.iter().map(without).sum();
        if likelihood.is_finite() && best.is_none_or(|(_, best)| likelihood > best) {
            best = Some((*candidate_m, likelihood));
        }
    }
    Ok(best.map(|(bandwidth_m, _)| bandwidth_m))
}

fn deviations_m(points: &[[f64; 2]]) -> Option<[f64; 2]> {
    let n = points.len() as f64;
    if points.len() < 2 {
        return None;
    }
    let deviations = [0, 1].map(|axis: usize| {
        let mean = points.iter().map(|at| at[axis]).sum::<f64>() / n;
        (points.iter().map(|at| (at[axis] - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
    });
    deviations.iter().all(|deviation| deviation.is_finite() && *deviation > 0.0).then_some(deviations)
}

fn refuse(points: &[[f64; 2]], weights: &[f64], bandwidth_m: f64) -> Result<(), StatsError> {
    if weights.len() != points.len() {
        let (found, expected) = (format!("{} weights", weights.len()), format!("{}, one for each point", points.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the weights", found, expected });
    }
    for (number, (at, weight)) in points.iter().zip(weights).enumerate() {
        if let Some(found) = at.iter().chain([weight]).find(|number| !number.is_finite()) {
            let place = format!("point {}", number + 1);
            return Err(StatsError::Value { statistic: STATISTIC, place, found: *found, expected: "a finite number" });
        }
    }
    if bandwidth_m.is_finite() && bandwidth_m > 0.0 {
        return Ok(());
    }
    let (found, expected) = (format!("{bandwidth_m} m"), "more than 0 m".to_owned());
    Err(StatsError::Option { statistic: STATISTIC, option: "the bandwidth", found, expected })
}
