#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of units that was made a floating-point number for the formula"
)]

use serde::Serialize;

use super::chance::{Label, LocalChance};
use super::inference::Inference;
use super::permutation::Permutation;
use super::significance::{Alternative, p_of_z};
use super::{Counted, compared, islands, lag, refuse};
use crate::error::{Result, StatsError};
use crate::model::{Weights, named};
use crate::stats::weights::Constants;

/// Join counts of units with a property (black, b) and without it (white, w).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JoinCount {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours. They are left out of n unless islands are kept.
    pub islands: Vec<String>,
    /// The joins of two units with the property.
    pub bb: f64,
    /// The joins of a unit with the property and one without.
    pub bw: f64,
    /// The joins of two units without the property.
    pub ww: f64,
    /// The expected value of `bb` under the null model.
    pub expected_bb: Option<f64>,
    /// The expected value of `bw` under the null model.
    pub expected_bw: Option<f64>,
    /// The expected value of `ww` under the null model.
    pub expected_ww: Option<f64>,
    /// The variance of `bb` under the null model.
    pub variance_bb: Option<f64>,
    /// The variance of `bw` under the null model.
    pub variance_bw: Option<f64>,
    /// The variance of `ww` under the null model.
    pub variance_ww: Option<f64>,
    /// z of `bb`: (count − expected) / √variance.
    pub z_bb: Option<f64>,
    /// z of `bw`: (count − expected) / √variance.
    pub z_bw: Option<f64>,
    /// z of `ww`: (count − expected) / √variance.
    pub z_ww: Option<f64>,
    /// The p-value of `z_bb`, by the normal distribution.
    pub p_bb: Option<f64>,
    /// The p-value of `z_bw`, by the normal distribution.
    pub p_bw: Option<f64>,
    /// The p-value of `z_ww`, by the normal distribution.
    pub p_ww: Option<f64>,
    /// The null model of the expected values and variances.
    pub sampling: Sampling,
    /// The permutation test of `bb`.
    #[serde(flatten)]
    pub permutation: Permutation,
}

named! {
    "sampling";

    /// The null model of join counts.
    #[derive(Default)]
    pub enum Sampling {
        /// Sampling without replacement: the number of units that have the property is fixed, their places are random.
        #[default]
        NonFree,
        /// Sampling with replacement: each unit has the property with the same probability, estimated by the observed share.
        Free,
    }
}

/// Join counts of values that are 0 or 1, each join counted once: BB = ½ Σ_ij w_ij x_i x_j, BW = ½ Σ_ij w_ij (x_i −
/// x_j)², WW = ½ Σ_ij w_ij (1 − x_i)(1 − x_j).
///
/// They show whether units that have a property are neighbours more often than expected. Permutations are without
/// replacement.
///
/// # Undefined
///
/// Moments where n is too small for their denominators; z where the variance is 0.
///
/// # Errors
///
/// Values that are not one for each unit, or neither 0 nor 1.
///
/// # References
///
/// A. D. Cliff, J. K. Ord, Spatial Processes, 1981.
pub fn join_count(values: &[f64], weights: &Weights, sampling: Sampling, inference: Inference) -> Result<JoinCount> {
    const STATISTIC: &str = "join counts";
    refuse(STATISTIC, values, weights)?;
    refuse_other_than_0_and_1(STATISTIC, values, weights)?;
    let islands = islands(weights);
    let counted = Counted::of_units(weights, inference.islands);
    let (weights, values) = (counted.weights.as_ref(), counted.values(values));
    let Constants { n, s0, s1, s2 } = Constants::of_weights(weights, inference.islands);
    let blacks = |x: &[f64]| 0.5 * (0..x.len()).map(|unit| x[unit] * lag(weights, x, unit)).sum::<f64>();
    let bb = blacks(&values);
    let white: Vec<f64> = values.iter().map(|value| 1.0 - value).collect();
    let ww = blacks(&white);
    let bw = 0.5 * s0 - bb - ww;
    let black: f64 = values.iter().sum();
    let white = values.len() as f64 - black;
    let falling = |count: f64, terms: u32| (0..terms).map(|term| count - f64::from(term)).product::<f64>();
    let free = |count: f64| {
        let share = count / values.len() as f64;
        let expected = 0.5 * s0 * share * share;
        let variance = 0.25 * (s1 * share.powi(2) + (s2 - 2.0 * s1) * share.powi(3) + (s1 - s2) * share.powi(4));
        (expected, variance)
    };
    let free_unlike = {
        let both = black * white / (values.len() * values.len()) as f64;
        let variance = 0.25 * (2.0 * s1 * both * (1.0 - 2.0 * both) + (s2 - 2.0 * s1) * both * (1.0 - 4.0 * both));
        (s0 * both, variance)
    };
    let same = |count: f64| {
        let expected = s0 * falling(count, 2) / (2.0 * falling(n, 2));
        let variance = 0.25
            * (s1 * falling(count, 2) / falling(n, 2)
                + (s2 - 2.0 * s1) * falling(count, 3) / falling(n, 3)
                + (s0 * s0 + s1 - s2) * falling(count, 4) / falling(n, 4))
            - expected * expected;
        (expected, variance)
    };
    let unlike = {
        let both = black * white;
        let expected = s0 * both / falling(n, 2);
        let variance = 0.25
            * (2.0 * s1 * both / falling(n, 2)
                + (s2 - 2.0 * s1) * both * (black + white - 2.0) / falling(n, 3)
                + 4.0 * (s0 * s0 + s1 - s2) * falling(black, 2) * falling(white, 2) / falling(n, 4))
            - expected * expected;
        (expected, variance)
    };
    let known = |number: f64| Some(number).filter(|number| number.is_finite());
    let z = |count: f64, (expected, variance): (f64, f64)| {
        // Of units that are all alike every order is the same; a variance is then what rounding leaves.
        (variance > 0.0 && black > 0.0 && white > 0.0).then(|| (count - expected) / variance.sqrt()).and_then(known)
    };
    let (of_bb, of_ww, unlike) = match sampling {
        Sampling::NonFree => (same(black), same(white), unlike),
        Sampling::Free => (free(black), free(white), free_unlike),
    };
    let [z_bb, z_bw, z_ww] = [z(bb, of_bb), z(bw, unlike), z(ww, of_ww)];
    let p = |z: Option<f64>| z.map(|z| p_of_z(z, inference.alternative));
    Ok(JoinCount {
        n: n as usize,
        islands,
        bb,
        bw,
        ww,
        expected_bb: known(of_bb.0),
        expected_bw: known(unlike.0),
        expected_ww: known(of_ww.0),
        variance_bb: known(of_bb.1),
        variance_bw: known(unlike.1),
        variance_ww: known(of_ww.1),
        z_bb,
        z_bw,
        z_ww,
        p_bb: p(z_bb),
        p_bw: p(z_bw),
        p_ww: p(z_ww),
        sampling,
        permutation: inference.of_all(Some(bb), &values, blacks),
    })
}

/// Local join counts of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalJoinCount {
    /// The ids of the units without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// The sum of the weights of the neighbours that have the property; 0 for a unit without it.
    pub bb: Vec<Option<f64>>,
    /// The significance of each unit's result; none for units without the property.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Local join counts of values that are 0 or 1: how many neighbours of a unit with the property have it too, BB_i =
/// x_i Σ_j w_ij x_j.
///
/// The p-values are always one-sided (greater), whatever alternative is given.
///
/// # Undefined
///
/// None for islands; p where the unit has it not.
///
/// # Errors
///
/// Values that are not one for each unit, or neither 0 nor 1.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, local_join_count};
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let line = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]])?;
/// let result = local_join_count(&[1.0, 1.0, 0.0], &line, Inference::default())?;
/// assert_eq!(result.bb, [Some(1.0), Some(1.0), Some(0.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// L. Anselin, X. Li, Operational local join count statistics for cluster detection, Journal of Geographical Systems 21,
/// 2019.
pub fn local_join_count(values: &[f64], weights: &Weights, inference: Inference) -> Result<LocalJoinCount> {
    const STATISTIC: &str = "local join counts";
    refuse(STATISTIC, values, weights)?;
    refuse_other_than_0_and_1(STATISTIC, values, weights)?;
    let bb: Vec<Option<f64>> = (0..values.len())
        .map(|unit| compared(weights, unit, inference).then(|| values[unit] * lag(weights, values, unit)))
        .collect();
    let black: Vec<Option<f64>> = bb.iter().zip(values).map(|(bb, value)| bb.filter(|_| *value == 1.0)).collect();
    let tails = inference.permutations.of_each_lag(weights, values, &black, |_| 1.0);
    let inference = Inference { alternative: Alternative::Greater, ..inference };
    let chance = LocalChance::from_tails(&tails, &vec![None; values.len()], inference, |_| Some(Label::Together));
    Ok(LocalJoinCount { islands: islands(weights), bb, chance })
}

fn refuse_other_than_0_and_1(statistic: &'static str, values: &[f64], weights: &Weights) -> Result<(), StatsError> {
    match values.iter().position(|value| *value != 0.0 && *value != 1.0) {
        Some(unit) => {
            let place = format!("unit `{}`", weights.ids()[unit]);
            Err(StatsError::Value { statistic, place, found: values[unit], expected: "0 or 1" })
        }
        None => Ok(()),
    }
}
