use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{DensityKernel, STATISTIC, kernel_density};
use crate::error::{Result, StatsError};
use crate::model::distance_m;

/// How the bandwidth of a density is chosen.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::DensityBandwidth;
/// assert_eq!("scott".parse::<DensityBandwidth>()?, DensityBandwidth::Scott);
/// assert_eq!("1.5km".parse::<DensityBandwidth>()?, DensityBandwidth::Given(1500.0));
/// # Ok::<(), jiju_core::error::StatsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DensityBandwidth {
    /// A bandwidth in metres, written as a distance with its unit: `500m`, `2km`.
    Given(f64),
    /// `scott`: the geometric mean of the two bandwidths of [`scott_bandwidths_m`].
    #[default]
    Scott,
    /// `silverman`: [`silverman_bandwidth_m`].
    Silverman,
    /// `cross-validation`: [`likelihood_bandwidth_m`] among 24 candidates in geometric progression, from a twentieth of Scott's
    /// bandwidth to twice it.
    CrossValidation,
}

impl FromStr for DensityBandwidth {
    type Err = StatsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "scott" => Ok(Self::Scott),
            "silverman" => Ok(Self::Silverman),
            "cross-validation" => Ok(Self::CrossValidation),
            distance => distance_m(distance).map(Self::Given),
        }
    }
}

impl fmt::Display for DensityBandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(bandwidth_m) => write!(f, "{bandwidth_m}m"),
            Self::Scott => f.write_str("scott"),
            Self::Silverman => f.write_str("silverman"),
            Self::CrossValidation => f.write_str("cross-validation"),
        }
    }
}

impl TryFrom<String> for DensityBandwidth {
    type Error = StatsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DensityBandwidth> for String {
    fn from(bandwidth: DensityBandwidth) -> Self {
        bandwidth.to_string()
    }
}

/// The bandwidth of a density of points, in metres, by a rule.
///
/// # Undefined
///
/// None where the rule gives none for the points, as [`scott_bandwidths_m`] and [`likelihood_bandwidth_m`].
///
/// # Errors
///
/// The errors of [`likelihood_bandwidth_m`], for cross-validation.
pub fn density_bandwidth_m(
    points: &[[f64; 2]],
    bandwidth: DensityBandwidth,
    kernel: DensityKernel,
) -> Result<Option<f64>> {
    const CANDIDATES: i32 = 24;
    let scott = || scott_bandwidths_m(points).map(|[x, y]| (x * y).sqrt());
    match bandwidth {
        DensityBandwidth::Given(bandwidth_m) => Ok(Some(bandwidth_m)),
        DensityBandwidth::Scott => Ok(scott()),
        DensityBandwidth::Silverman => Ok(silverman_bandwidth_m(points)),
        DensityBandwidth::CrossValidation => {
            let Some(scott_m) = scott() else { return Ok(None) };
            // By equal factors.
            let factor = 40.0_f64.powf(1.0 / f64::from(CANDIDATES - 1));
            let candidates: Vec<f64> = (0..CANDIDATES).map(|step| scott_m / 20.0 * factor.powi(step)).collect();
            likelihood_bandwidth_m(points, &candidates, kernel)
        }
    }
}

/// Scott's bandwidths along both axes, s n^(−1/6), in metres.
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
/// None in the same cases as [`scott_bandwidths_m`].
///
/// # References
///
/// B. W. Silverman, Density Estimation for Statistics and Data Analysis, 1986, section 4.3.
#[must_use]
pub fn silverman_bandwidth_m(points: &[[f64; 2]]) -> Option<f64> {
    let [x, y] = deviations_m(points)?;
    Some((x * x).midpoint(y * y).sqrt() * (points.len() as f64).powf(-1.0 / 6.0))
}

/// The bandwidth among candidates with the greatest cross-validated likelihood, Σ_i ln λ₋ᵢ(x_i), where λ₋ᵢ is the
/// density without point i. The mass of the kernel outside a window is ignored.
///
/// # Undefined
///
/// None where for every candidate some point has no other within its reach.
///
/// # Errors
///
/// The errors of [`kernel_density`]; fewer than 2 points.
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
        // The difference of equal numbers is only rounding error.
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
