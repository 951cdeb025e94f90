//! Kernel density of points.

mod bandwidth;
mod lattice;
mod raster;

use std::f64::consts::{PI, TAU};

use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use self::lattice::Lattice;
use crate::error::{Result, StatsError};
use crate::model::named;

pub use bandwidth::{
    DensityBandwidth, density_bandwidth_m, likelihood_bandwidth_m, scott_bandwidths_m, silverman_bandwidth_m,
};
pub use raster::{DensityCorrection, DensityOptions, DensityRaster, density_raster, relative_density_raster};

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
    /// The distance in metres beyond which the kernel is 0, for a bandwidth in metres.
    #[must_use]
    pub fn reach_m(self, bandwidth_m: f64) -> f64 {
        match self {
            // √(2 · 12 ln 10).
            Self::Gaussian => 7.434 * bandwidth_m,
            _ => bandwidth_m,
        }
    }

    /// The value of the kernel at a distance in metres, for a bandwidth in metres; per m².
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

/// The kernel density of weighted points at given places, Σ_i w_i k(|u − x_i|), without edge correction.
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
    Ok(match Lattice::new(places) {
        Some(lattice) => lattice.density(points, weights, bandwidth_m, kernel),
        None => scattered_density(points, weights, places, bandwidth_m, kernel),
    })
}

/// The density at places that are in no rows and columns.
fn scattered_density(
    points: &[[f64; 2]],
    weights: &[f64],
    places: &[[f64; 2]],
    bandwidth_m: f64,
    kernel: DensityKernel,
) -> Vec<f64> {
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
    places.par_iter().map(density).collect()
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
