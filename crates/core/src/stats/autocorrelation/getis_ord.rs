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
    let pairs = {
        let [m1, m2] = [1, 2].map(|power| values.iter().map(|value| value.powi(power)).sum::<f64>());
        m1 * m1 - m2
    };
    let own = |unit: usize| weights.neighbours(unit).find(|(neighbour, _)| *neighbour == unit).map_or(0.0, |own| own.1);
    let statistic = |x: &[f64]| {
        (0..x.len()).map(|unit| x[unit] * (lag(weights, x, unit) - own(unit) * x[unit])).sum::<f64>() / pairs
    };
    let g = Some(statistic(&values)).filter(|g| g.is_finite());
    let expected = Some(s0 / (n * (n - 1.0))).filter(|expected| expected.is_finite());
    // The moments of Σ w x x by those of deviations d from the mean m: with x = m + d it is m² S₀ + m A + B, of which A = Σ w (d + d)
    // and B = Σ w d d. Powers of the values themselves would cancel where their spread is small beside them.
    let (mean, deviations) = centred(&values);
    let power = |power: i32| deviations.iter().map(|value| value.powi(power)).sum::<f64>();
    let [d2, d3, d4] = [2, 3, 4].map(power);
    let of_a = (s2 - 4.0 * s0 * s0 / n) * d2 / (n - 1.0);
    let of_both = d3 * (4.0 * s0 * s0 - n * s2) / (n * (n - 1.0) * (n - 2.0));
    let q = s0 * s0;
    let b0 = (n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * q;
    let b1 = -((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * q);
    let mean_of_b = -s0 * d2 / (n * (n - 1.0));
    let of_b = (b0 * d2 * d2 + b1 * d4) / (n * (n - 1.0) * (n - 2.0) * (n - 3.0)) - mean_of_b * mean_of_b;
    let variance_of_sum = mean * mean * of_a + 2.0 * mean * of_both + of_b;
    let variance = expected.map(|_| variance_of_sum / (pairs * pairs));
    let is_constant = is_constant(&values);
    let variance = variance.filter(|variance| variance.is_finite() && *variance > 0.0 && !is_constant);
    let above_expected = || {
        let mut sum = -mean_of_b;
        for unit in 0..values.len() {
            for (neighbour, weight) in weights.neighbours(unit) {
                let (one, other) = (deviations[unit], deviations[neighbour]);
                sum += weight * if neighbour == unit { -mean * mean } else { mean * (one + other) + one * other };
            }
        }
        sum
    };
    let z = g.and(variance).map(|_| above_expected() / variance_of_sum.sqrt());
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

/// The mean of values, and their deviations from it, whose sum is nothing but rounding.
fn centred(values: &[f64]) -> (f64, Vec<f64>) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let rest = values.iter().map(|value| value - mean).sum::<f64>() / values.len() as f64;
    (mean + rest, values.iter().map(|value| value - mean - rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders of the values, by Heap's algorithm.
    fn orders(values: &mut Vec<i128>, of: usize, each: &mut impl FnMut(&[i128])) {
        if of <= 1 {
            return each(values);
        }
        for place in 0..of {
            orders(values, of - 1, each);
            values.swap(if of.is_multiple_of(2) { place } else { 0 }, of - 1);
        }
    }

    #[test]
    fn moments_are_those_of_all_permutations_however_far_from_0_the_values_are() {
        // A path with a chord, whose weights differ by direction.
        let rows: [&[(usize, f64)]; 6] = [
            &[(1, 1.0), (3, 2.0)],
            &[(0, 1.0), (2, 1.0)],
            &[(1, 3.0)],
            &[(2, 1.0), (4, 1.0)],
            &[(3, 1.0), (5, 2.0)],
            &[(4, 1.0)],
        ];
        let ids = (0..6).map(|unit| unit.to_string()).collect();
        let weights = Weights::new(
            ids,
            rows.iter().map(|row| row.iter().map(|(other, weight)| (*other as u32, *weight)).collect()).collect(),
        )
        .unwrap();
        for offset in [0_i128, 1, 10_000_000, 1_000_000_000] {
            let whole: Vec<i128> = [3, 0, 7, 1, 1, 12].map(|value| offset + value).to_vec();
            let sum = |x: &[i128]| -> i128 {
                let of_row =
                    |unit: usize| rows[unit].iter().map(move |(other, weight)| x[unit] * x[*other] * *weight as i128);
                (0..6).flat_map(of_row).sum()
            };
            let (mut count, mut first, mut second) = (0_i128, 0_i128, 0_i128);
            let base = sum(&whole);
            orders(&mut whole.clone(), 6, &mut |x| {
                // Beside the sum as it is, so that squares stay small.
                let found = sum(x) - base;
                (count, first, second) = (count + 1, first + found, second + found * found);
            });
            let variance = (second * count - first * first) as f64 / (count * count) as f64;
            let pairs = {
                let m1: i128 = whole.iter().sum();
                (m1 * m1 - whole.iter().map(|x| x * x).sum::<i128>()) as f64
            };
            let values: Vec<f64> = whole.iter().map(|value| *value as f64).collect();
            let found = getis_ord_g(&values, &weights, Inference::default()).unwrap();
            let (z, exact) = (found.z_randomisation.unwrap(), -(first as f64 / count as f64) / variance.sqrt());
            assert!((z - exact).abs() < 1e-9, "{offset}: {z} {exact}");
            let (found, exact) = (found.variance_randomisation.unwrap(), variance / pairs / pairs);
            assert!((found / exact - 1.0).abs() < 1e-9, "{offset}: {found} {exact}");
        }
    }
}
