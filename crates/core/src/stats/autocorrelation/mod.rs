//! Spatial autocorrelation: global statistics with their moments, local statistics, and permutation tests.
//!
//! | file | holds |
//! | --- | --- |
//! | `moran`, `geary`, `getis_ord`, `join_count` | a global statistic each |
//! | `local` | statistics of each unit: local Moran, local Geary, Gi and Gi* |
//! | `losh` | local spatial heteroscedasticity |
//! | `moran_scatterplot` | values of units and of their neighbours, with Moran's I as the slope |
//! | `permutation` | random permutations, the same on any number of threads |
//! | `bivariate` | statistics of two values: bivariate Moran's I, Lee's L |
//! | `correlogram` | Moran's I or Geary's C lag by lag |
//! | `inference`, `chance` | options of the inference, and the labels of units on a map |
//! | `significance` | p-values of z and of permutations, adjustment for multiple tests |

mod bivariate;
mod chance;
mod correlogram;
mod geary;
mod getis_ord;
mod inference;
mod join_count;
mod local;
mod losh;
mod moran;
mod moran_scatterplot;
mod permutation;
mod significance;

pub use bivariate::{
    BivariateMoran, Lee, LocalBivariateMoran, LocalLee, bivariate_moran, lee, local_bivariate_moran, local_lee,
};
pub use chance::{Label, LocalChance};
pub use correlogram::{CorrelogramStatistic, Lag, correlogram};
pub use geary::{Geary, geary};
pub use getis_ord::{GetisOrdG, getis_ord_g};
pub use inference::{Adjustment, Inference, Islands, Randomisation};
pub use join_count::{JoinCount, LocalJoinCount, Sampling, join_count, local_join_count};
pub use local::{
    LocalGeary, LocalGetisOrd, LocalMoran, Quadrant, Standardisation, gi, gi_star, local_geary, local_moran,
};
pub use losh::{LocalHeteroscedasticity, local_heteroscedasticity};
pub use moran::{Moran, moran};
pub use moran_scatterplot::{MoranScatterplot, moran_scatterplot};
pub use permutation::{Permutation, Permutations};
pub use significance::{
    Alternative, benjamini_yekutieli, bonferroni, false_discovery_rate, holm, p_of_permutations, p_of_z,
};

use serde::Serialize;

use crate::error::{Result, StatsError};
use crate::model::Weights;

/// Values less their mean, with the sums of their powers.
struct Deviations {
    /// z_i = x_i − x̄.
    z: Vec<f64>,
    /// Σ z_i².
    squares: f64,
    /// n Σ z_i⁴ / (Σ z_i²)².
    kurtosis: f64,
}

impl Deviations {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let z: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let squares: f64 = z.iter().map(|z| z * z).sum();
        let fourths: f64 = z.iter().map(|z| z.powi(4)).sum();
        Self { z, squares, kurtosis: n * fourths / (squares * squares) }
    }
}

/// The variances, z and p-values of a global statistic under normality and under randomisation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moments {
    /// The variance under normality: the values are a sample from one normal distribution.
    pub variance_normality: Option<f64>,
    /// z under normality: (statistic − expected) / √variance.
    pub z_normality: Option<f64>,
    /// The p-value of `z_normality`, by the normal distribution.
    pub p_normality: Option<f64>,
    /// The variance under randomisation: the values are given, in any order.
    pub variance_randomisation: Option<f64>,
    /// z under randomisation: (statistic − expected) / √variance.
    pub z_randomisation: Option<f64>,
    /// The p-value of `z_randomisation`, by the normal distribution.
    pub p_randomisation: Option<f64>,
}

impl Moments {
    fn of(difference: Option<f64>, normality: f64, randomisation: f64, alternative: Alternative) -> Self {
        let known = |variance: f64| Some(variance).filter(|variance| variance.is_finite() && *variance > 0.0);
        let (variance_normality, variance_randomisation) = (known(normality), known(randomisation));
        let z = |variance: Option<f64>| Some(difference? / variance?.sqrt());
        let (z_normality, z_randomisation) = (z(variance_normality), z(variance_randomisation));
        let p = |z: Option<f64>| z.map(|z| p_of_z(z, alternative));
        Self {
            variance_normality,
            z_normality,
            p_normality: p(z_normality),
            variance_randomisation,
            z_randomisation,
            p_randomisation: p(z_randomisation),
        }
    }
}

/// Σ_j w_ij x_j.
fn lag(weights: &Weights, values: &[f64], unit: usize) -> f64 {
    weights.neighbours(unit).map(|(neighbour, weight)| weight * values[neighbour]).sum()
}

/// Returns whether a unit is compared with its neighbours. An island is compared only if islands are kept.
fn compared(weights: &Weights, unit: usize, inference: Inference) -> bool {
    weights.cardinality(unit) > 0 || inference.islands == Islands::Kept
}

/// The quotient, where it is a number.
fn quotient(numerator: f64, denominator: f64) -> Option<f64> {
    Some(numerator / denominator).filter(|quotient| quotient.is_finite())
}

/// Refuses values that are not one finite number for each unit of the weights, and fewer than two of them.
fn refuse(statistic: &'static str, values: &[f64], weights: &Weights) -> Result<()> {
    if values.len() != weights.len() {
        let (found, expected) = (format!("{} values", values.len()), format!("{}, one for each unit", weights.len()));
        return Err(StatsError::Shape { statistic, what: "the column", found, expected }.into());
    }
    if values.len() < 2 {
        return Err(StatsError::NoValues { statistic }.into());
    }
    if let Some(unit) = values.iter().position(|value| !value.is_finite()) {
        let place = format!("unit `{}`", weights.ids()[unit]);
        return Err(StatsError::Value { statistic, place, found: values[unit], expected: "a finite number" }.into());
    }
    Ok(())
}

/// The ids of the units without neighbours.
fn islands(weights: &Weights) -> Vec<String> {
    weights.islands().into_iter().map(|unit| weights.ids()[unit].clone()).collect()
}
