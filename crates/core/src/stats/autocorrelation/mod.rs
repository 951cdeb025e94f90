//! Spatial autocorrelation: global statistics with their moments, local statistics, and permutation tests.
//!
//! | file | holds |
//! | --- | --- |
//! | `moran`, `geary`, `getis_ord`, `join_count` | a global statistic each |
//! | `local` | statistics of each unit: local Moran, local Geary, Gi and Gi* |
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
pub use moran::{Moran, moran};
pub use moran_scatterplot::{MoranScatterplot, moran_scatterplot};
pub use permutation::{Permutation, Permutations};
pub use significance::{
    Alternative, benjamini_yekutieli, bonferroni, false_discovery_rate, holm, p_of_permutations, p_of_z,
};

use std::borrow::Cow;

use serde::Serialize;

use crate::error::{Result, StatsError};
use crate::model::Weights;

/// Values less their mean, with the sums of their powers.
struct Deviations {
    /// z_i = x_i − x̄; exactly 0 where the values do not vary.
    z: Vec<f64>,
    /// Σ z_i²; exactly 0 where the values do not vary.
    squares: f64,
    /// n Σ z_i⁴ / (Σ z_i²)².
    kurtosis: f64,
}

impl Deviations {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = if is_constant(values) { f64::NAN } else { values.iter().sum::<f64>() / n };
        let mut z: Vec<f64> = values.iter().map(|value| value - mean).collect();
        if mean.is_nan() {
            z.fill(0.0);
        }
        // The mean of large values is rounded by more than small deviations differ: what is left of it is taken off too.
        let rest = z.iter().sum::<f64>() / n;
        z.iter_mut().for_each(|z| *z -= rest);
        let squares: f64 = z.iter().map(|z| z * z).sum();
        let fourths: f64 = z.iter().map(|z| z.powi(4)).sum();
        Self { z, squares, kurtosis: n * fourths / (squares * squares) }
    }
}

/// Whether values do not vary: the largest and the smallest differ by no more than rounding, 16 ε max |x|.
///
/// What divides by a variance is undefined for such values, however their mean happens to round.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::is_constant;
/// assert!(is_constant(&[0.3, 0.1 + 0.2, 0.3]));
/// assert!(!is_constant(&[1e8, 1e8 + 1.0]));
/// ```
#[must_use]
pub fn is_constant(values: &[f64]) -> bool {
    let (least, most) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(*x), most.max(*x)));
    most <= least || most - least <= 16.0 * f64::EPSILON * most.abs().max(least.abs())
}

/// The units that a statistic of all units counts, and the weights among them.
struct Counted<'a> {
    weights: Cow<'a, Weights>,
    /// Which units are counted; none where all are.
    kept: Option<Vec<bool>>,
}

impl<'a> Counted<'a> {
    /// All units but, where islands are left out, those that neither have a neighbour nor are one.
    fn of(weights: &'a Weights, islands: Islands) -> Self {
        let all = Self { weights: Cow::Borrowed(weights), kept: None };
        if islands != Islands::LeftOut {
            return all;
        }
        let mut kept = vec![false; weights.len()];
        for unit in 0..weights.len() {
            for (neighbour, _) in weights.neighbours(unit) {
                (kept[unit], kept[neighbour]) = (true, true);
            }
        }
        if kept.iter().all(|kept| *kept) {
            return all;
        }
        Self { weights: Cow::Owned(weights.subset(&kept)), kept: Some(kept) }
    }

    /// The values of the units that are counted.
    fn values<'v>(&self, values: &'v [f64]) -> Cow<'v, [f64]> {
        match &self.kept {
            None => Cow::Borrowed(values),
            Some(kept) => values.iter().zip(kept).filter(|(_, kept)| **kept).map(|(value, _)| *value).collect(),
        }
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

/// Whether a unit is compared with its neighbours: an island only where islands are kept.
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
