#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of units that was made a floating-point number for the formula"
)]

use serde::Serialize;

use super::inference::Inference;
use super::permutation::Permutation;
use super::significance::p_of_z;
use super::{Counted, is_constant, islands, lag, refuse};
use crate::error::{Result, StatsError};
use crate::model::Weights;
use crate::stats::weights::Constants;

/// The general G of Getis and Ord with its moments and permutation test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GetisOrdG {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours. They are left out of n unless islands are kept.
    pub islands: Vec<String>,
    /// The general G; none if it is undefined.
    pub g: Option<f64>,
    /// The expected value under randomisation: S₀ / (n(n − 1)).
    pub expected: Option<f64>,
    /// The variance under randomisation.
    pub variance_randomisation: Option<f64>,
    /// z under randomisation: (G − expected) / √variance.
    pub z_randomisation: Option<f64>,
    /// The p-value of that z, by the normal distribution.
    pub p_randomisation: Option<f64>,
    /// The permutation test.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// The general G of Getis and Ord: whether high or low values cluster, G = Σ_{i≠j} w_ij x_i x_j / Σ_{i≠j} x_i x_j.
///
/// G is large where high values are neighbours and small where low values are; Moran's I cannot tell the two apart.
/// Values must not be negative, and weights are usually binary, by distance. Islands are left out of n and of the
/// sums.
///
/// # Undefined
///
/// G where fewer than two values are above 0; variance, z and p where all values are equal or n is below 4.
///
/// # Errors
///
/// Values that are not one finite number for each unit, or negative.
///
/// # References
///
/// A. Getis, J. K. Ord, The analysis of spatial association by use of distance statistics, Geographical Analysis 24, 1992.
pub fn getis_ord_g(values: &[f64], weights: &Weights, inference: Inference) -> Result<GetisOrdG> {
    const STATISTIC: &str = "the general G";
    refuse(STATISTIC, values, weights)?;
    if let Some(unit) = values.iter().position(|value| *value < 0.0) {
        let place = format!("unit `{}`", weights.ids()[unit]);
        return Err(
            StatsError::Value { statistic: STATISTIC, place, found: values[unit], expected: "none below 0" }.into()
        );
    }
    let islands = islands(weights);
    let counted = Counted::of_units(weights, inference.islands);
    let (weights, values) = (counted.weights.as_ref(), counted.values(values));
    let Constants { n, s0, s1, s2 } = Constants::of_weights(weights, inference.islands);
    let power = |power: i32| values.iter().map(|value| value.powi(power)).sum::<f64>();
    let [m1, m2, m3, m4] = [1, 2, 3, 4].map(power);
    let pairs = m1 * m1 - m2;
    let own = |unit: usize| weights.neighbours(unit).find(|(neighbour, _)| *neighbour == unit).map_or(0.0, |own| own.1);
    let statistic = |x: &[f64]| {
        (0..x.len()).map(|unit| x[unit] * (lag(weights, x, unit) - own(unit) * x[unit])).sum::<f64>() / pairs
    };
    let g = Some(statistic(&values)).filter(|g| g.is_finite());
    let expected = Some(s0 / (n * (n - 1.0))).filter(|expected| expected.is_finite());
    let q = s0 * s0;
    let b0 = (n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * q;
    let b1 = -((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * q);
    let b2 = -(2.0 * n * s1 - (n + 3.0) * s2 + 6.0 * q);
    let b3 = 4.0 * (n - 1.0) * s1 - 2.0 * (n + 1.0) * s2 + 8.0 * q;
    let b4 = s1 - s2 + q;
    let second = (b0 * m2 * m2 + b1 * m4 + b2 * m1 * m1 * m2 + b3 * m1 * m3 + b4 * m1.powi(4))
        / (pairs * pairs * n * (n - 1.0) * (n - 2.0) * (n - 3.0));
    let variance = expected.map(|expected| second - expected * expected);
    let is_constant = is_constant(&values);
    let variance = variance.filter(|variance| variance.is_finite() && *variance > 0.0 && !is_constant);
    let z = (|| Some((g? - expected?) / variance?.sqrt()))();
    Ok(GetisOrdG {
        n: n as usize,
        islands,
        g,
        expected,
        variance_randomisation: variance,
        z_randomisation: z,
        p_randomisation: z.map(|z| p_of_z(z, inference.alternative)),
        permutation: inference.of_all(g.filter(|_| !is_constant), &values, statistic),
    })
}
