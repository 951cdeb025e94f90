use serde::Serialize;

use super::permutation::{Permutation, Permutations};
use super::significance::{Alternative, p_of_z};
use super::{islands, lag, refuse};
use crate::error::{Result, StatsError};
use crate::model::Weights;
use crate::stats::weights::Constants;

/// Joins of units that have something (black) and that have not (white).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JoinCount {
    /// How many units have neighbours.
    pub n: usize,
    /// The units without neighbours, left out of n.
    pub islands: Vec<String>,
    /// Joins of two that have it.
    pub bb: f64,
    /// Joins of one that has it and one that has not.
    pub bw: f64,
    /// Joins of two that have it not.
    pub ww: f64,
    /// Expected of `bb`, with as many that have it, anywhere.
    pub expected_bb: Option<f64>,
    /// Expected of `bw`.
    pub expected_bw: Option<f64>,
    /// Expected of `ww`.
    pub expected_ww: Option<f64>,
    /// Of `bb`.
    pub variance_bb: Option<f64>,
    /// Of `bw`.
    pub variance_bw: Option<f64>,
    /// Of `ww`.
    pub variance_ww: Option<f64>,
    /// Of `bb`.
    pub z_bb: Option<f64>,
    /// Of `bw`.
    pub z_bw: Option<f64>,
    /// Of `ww`.
    pub z_ww: Option<f64>,
    /// Of `bb`.
    pub p_bb: Option<f64>,
    /// Of `bw`.
    pub p_bw: Option<f64>,
    /// Of `ww`.
    pub p_ww: Option<f64>,
    /// `bb` of the same values in random orders.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// Join counts of values that are 0 or 1, each join counted once: BB = ½ Σ_ij w_ij x_i x_j, BW = ½ Σ_ij w_ij (x_i − x_j)²,
/// WW = ½ Σ_ij w_ij (1 − x_i)(1 − x_j).
///
/// Moments by sampling without replacement: the units that have it stay as many. A planner asks with it whether towns that
/// miss their quota lie together.
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
pub fn join_count(
    values: &[f64],
    weights: &Weights,
    alternative: Alternative,
    permutations: Permutations,
) -> Result<JoinCount> {
    const STATISTIC: &str = "join counts";
    refuse(STATISTIC, values, weights)?;
    if let Some(unit) = values.iter().position(|value| *value != 0.0 && *value != 1.0) {
        let place = format!("unit `{}`", weights.ids()[unit]);
        return Err(StatsError::Value { statistic: STATISTIC, place, found: values[unit], expected: "0 or 1" }.into());
    }
    let Constants { n, s0, s1, s2 } = Constants::of(weights);
    let blacks = |x: &[f64]| 0.5 * (0..x.len()).map(|unit| x[unit] * lag(weights, x, unit)).sum::<f64>();
    let bb = blacks(values);
    let white: Vec<f64> = values.iter().map(|value| 1.0 - value).collect();
    let ww = blacks(&white);
    let bw = 0.5 * s0 - bb - ww;
    let black: f64 = values.iter().sum();
    let white = values.len() as f64 - black;
    let falling = |count: f64, terms: u32| (0..terms).map(|term| count - f64::from(term)).product::<f64>();
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
        (variance > 0.0).then(|| (count - expected) / variance.sqrt()).and_then(known)
    };
    let (of_bb, of_ww) = (same(black), same(white));
    let [z_bb, z_bw, z_ww] = [z(bb, of_bb), z(bw, unlike), z(ww, of_ww)];
    let p = |z: Option<f64>| z.map(|z| p_of_z(z, alternative));
    Ok(JoinCount {
        n: n as usize,
        islands: islands(weights),
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
        permutation: permutations.of_all(Some(bb), values, alternative, blacks),
    })
}
