//! Spatial autocorrelation: global statistics with their moments, local statistics, and permutation tests.
//!
//! | file | holds |
//! | --- | --- |
//! | `moran`, `geary`, `getis_ord`, `join_count` | a global statistic each |
//! | `local` | statistics of each unit: local Moran, local Geary, Gi and Gi* |
//! | `losh` | local spatial heteroscedasticity |
//! | `moran_scatterplot` | values of units and of their neighbours, with Moran's I as the slope |
//! | `permutation` | random permutations, the same on any number of threads |
//! | `pooled` | draws of neighbours that many units share |
//! | `bivariate` | statistics of two values: bivariate Moran's I, Lee's L |
//! | `correlogram` | Moran's I or Geary's C lag by lag |
//! | `inference`, `chance` | options of the inference, and the labels of units on a map |
//! | `significance` | p-values of z and of permutations, adjustment for multiple tests |

mod bivariate;
mod chance;
mod colocation;
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
mod pooled;
mod significance;

pub use bivariate::{
    BivariateMoran, Lee, LocalBivariateMoran, LocalLee, bivariate_moran, lee, local_bivariate_moran, local_lee,
};
pub use chance::{Label, LocalChance};
pub use colocation::{ColocationQuotients, LocalColocation, colocation_quotients, local_colocation};
pub use correlogram::{CorrelogramStatistic, Lag, correlogram};
pub use geary::{Geary, geary};
pub use getis_ord::{GetisOrdG, getis_ord_g};
pub use inference::{Adjustment, Inference, Islands, Randomisation};
pub use join_count::{JoinCount, LocalJoinCount, Sampling, join_count, local_join_count};
pub use local::{
    ConfidenceBin, LocalGeary, LocalGetisOrd, LocalMoran, Quadrant, Standardisation, gi, gi_star, local_geary,
    local_moran,
};
pub use losh::{LocalHeteroscedasticity, local_heteroscedasticity};
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
    fn from_mean(values: &[f64]) -> Self {
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
    fn of_units(weights: &'a Weights, islands: Islands) -> Self {
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
    fn from_variances(difference: Option<f64>, normality: f64, randomisation: f64, alternative: Alternative) -> Self {
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
        let (found, expected) = (format!("{} units", values.len()), "2 or more".to_owned());
        return Err(StatsError::Shape { statistic, what: "the table", found, expected }.into());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Units in a line, and behind them units without neighbours.
    fn line(connected: u32, alone: u32) -> Weights {
        let ids = (0..connected + alone).map(|unit| unit.to_string()).collect();
        let row = |unit: u32| {
            let beside = [unit.checked_sub(1), Some(unit + 1).filter(|next| *next < connected)];
            if unit < connected { beside.into_iter().flatten().map(|other| (other, 1.0)).collect() } else { Vec::new() }
        };
        Weights::new(ids, (0..connected + alone).map(row).collect()).unwrap()
    }

    /// Numbers without order between 0 and 1.
    fn disordered(count: u32) -> Vec<f64> {
        (0..count).map(|unit| (f64::from(unit * unit + 7 * unit) * 0.618_033_988_75).fract()).collect()
    }

    fn tried(count: u64) -> Inference {
        Inference { permutations: Permutations { count, seed: 1 }, ..Inference::default() }
    }

    #[test]
    fn values_that_do_not_vary_have_no_statistic() {
        let weights = line(36, 0);
        let other = disordered(36);
        for value in [0.7_f64, 0.1, 33.3, 1e9 + 0.1] {
            let mut values = vec![value; 36];
            // As far apart as one rounding.
            values[5] = f64::from_bits(value.to_bits() + 1);
            let found = moran(&values, &weights, tried(99)).unwrap();
            assert_eq!((found.i, found.moments.z_normality, found.permutation.p_permutation), (None, None, None));
            let found = geary(&values, &weights, tried(99)).unwrap();
            assert_eq!((found.c, found.moments.p_randomisation, found.permutation.p_permutation), (None, None, None));
            assert_eq!(bivariate_moran(&values, &other, &weights, tried(99)).unwrap().i, None);
            assert_eq!(lee(&other, &values, &weights, tried(99)).unwrap().l, None);
            let found = local_moran(&values, &weights, tried(99)).unwrap();
            assert!(found.i.iter().all(Option::is_none) && found.quadrant.iter().all(Option::is_none));
            assert!(found.chance.p_permutation.iter().all(Option::is_none));
            let found = local_geary(&values, &weights, Standardisation::Sample, tried(99)).unwrap();
            assert!(found.c.iter().all(Option::is_none) && found.z.iter().all(Option::is_none));
            for found in [gi(&values, &weights, tried(99)), gi_star(&values, &weights, tried(99))] {
                let found = found.unwrap();
                assert!(found.z.iter().all(Option::is_none) && found.chance.label.iter().all(Option::is_none));
            }
        }
    }

    #[test]
    fn islands_enter_no_moment() {
        let (values, weights) = (disordered(100), line(80, 20));
        let alone = line(80, 0);
        let of_line = moran(&values[..80], &alone, tried(0)).unwrap();
        let found = moran(&values, &weights, tried(4_999)).unwrap();
        assert_eq!((found.n, found.islands.len()), (80, 20));
        assert_eq!((found.i, &found.moments), (of_line.i, &of_line.moments));
        let (mean, expected) = (found.permutation.permutation_mean.unwrap(), found.expected.unwrap());
        assert!((mean - expected).abs() < 0.006, "{mean} {expected}");
        let deviation = found.permutation.permutation_standard_deviation.unwrap();
        assert!((deviation.powi(2) / found.moments.variance_randomisation.unwrap() - 1.0).abs() < 0.1);
        let found = geary(&values, &weights, tried(0)).unwrap();
        assert_eq!(found.c, geary(&values[..80], &alone, tried(0)).unwrap().c);
        // As spdep has it, the values of islands count in the variance.
        let spdep = Inference { islands: Islands::LeftOutOfN, ..tried(0) };
        assert_ne!(geary(&values, &weights, spdep).unwrap().c, found.c);
        // Only islands have the property.
        let black: Vec<f64> = (0..100).map(|unit| f64::from(unit >= 80)).collect();
        let found = join_count(&black, &weights, Sampling::NonFree, tried(99)).unwrap();
        assert_eq!((found.bb, found.expected_bb, found.expected_ww, found.z_ww), (0.0, Some(0.0), Some(79.0), None));
    }

    #[test]
    fn what_values_have_in_common_does_not_round_scores_away() {
        let weights = line(40, 0);
        let values: Vec<f64> = disordered(40).iter().map(|value| (value * 17.0).floor() - 8.0).collect();
        for offset in [1e6, 1e7, 1e8] {
            let moved: Vec<f64> = values.iter().map(|value| value + offset).collect();
            for [near, far] in [
                [&values, &moved].map(|values| gi(values, &weights, tried(0)).unwrap().z),
                [&values, &moved].map(|values| gi_star(&values.clone(), &weights.with_self(1.0), tried(0)).unwrap().z),
                [&values, &moved].map(|values| local_moran(values, &weights, tried(0)).unwrap().z),
            ] {
                let apart = near.iter().zip(&far).map(|(one, other)| (one.unwrap() - other.unwrap()).abs());
                assert!(apart.fold(0.0, f64::max) < 1e-9, "{offset}");
            }
        }
    }
}
