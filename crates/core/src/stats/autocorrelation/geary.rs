#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of units that was made a floating-point number for the formula"
)]

use serde::Serialize;

use super::inference::Inference;
use super::permutation::Permutation;
use super::{Counted, Deviations, Moments, islands, refuse};
use crate::error::Result;
use crate::model::Weights;
use crate::stats::weights::Constants;

/// Geary's C with its moments and permutation test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Geary {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours. They are left out of n unless islands are kept.
    pub islands: Vec<String>,
    /// Geary's C; none if it is undefined.
    pub c: Option<f64>,
    /// The expected value under the null hypothesis: 1.
    pub expected: f64,
    /// The variances, z and p-values under normality and randomisation.
    #[serde(flatten)]
    pub moments: Moments,
    /// The permutation test.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// Geary's C: how much neighbours differ, C = (n − 1) / (2 S₀) · Σ_ij w_ij (x_i − x_j)² / Σ_i z_i².
///
/// Below 1 neighbours are similar, above 1 they differ more than expected by chance. C uses differences where Moran's
/// I uses products, so it is more sensitive to single neighbours that stand out. z has the sign of C − 1 (in spdep it
/// has the sign of 1 − C).
///
/// # Undefined
///
/// C where all values are equal or no unit has neighbours; variances where n is too small for their denominators.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, geary};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let rows = vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0), (3, 1.0)], vec![(2, 1.0)]];
/// let weights = Weights::new(ids, rows)?;
/// let result = geary(&[1.0, 2.0, 3.0, 4.0], &weights, Inference::default())?;
/// assert!((result.c.unwrap() - 0.3).abs() < 1e-15);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// R. C. Geary, The contiguity ratio and statistical mapping, The Incorporated Statistician 5, 1954; A. D. Cliff, J. K.
/// Ord, Spatial Processes, 1981.
pub fn geary(values: &[f64], weights: &Weights, inference: Inference) -> Result<Geary> {
    refuse("Geary's C", values, weights)?;
    let islands = islands(weights);
    let counted = Counted::of_units(weights, inference.islands);
    let (weights, values) = (counted.weights.as_ref(), counted.values(values));
    let Constants { n, s0, s1, s2 } = Constants::of_weights(weights, inference.islands);
    let Deviations { z, squares, kurtosis: k } = Deviations::from_mean(&values);
    let statistic = |z: &[f64]| {
        let of_unit = |unit: usize| -> f64 {
            weights.neighbours(unit).map(|(neighbour, weight)| weight * (z[unit] - z[neighbour]).powi(2)).sum()
        };
        (n - 1.0) / (2.0 * s0) * (0..z.len()).map(of_unit).sum::<f64>() / squares
    };
    let c = Some(statistic(&z)).filter(|c| c.is_finite());
    let square_s0 = s0 * s0;
    let normality = ((2.0 * s1 + s2) * (n - 1.0) - 4.0 * square_s0) / (2.0 * (n + 1.0) * square_s0);
    let randomisation = ((n - 1.0) * s1 * (n * n - 3.0 * n + 3.0 - (n - 1.0) * k)
        - 0.25 * (n - 1.0) * s2 * (n * n + 3.0 * n - 6.0 - (n * n - n + 2.0) * k)
        + square_s0 * (n * n - 3.0 - (n - 1.0).powi(2) * k))
        / (n * (n - 2.0) * (n - 3.0) * square_s0);
    Ok(Geary {
        n: n as usize,
        islands,
        c,
        expected: 1.0,
        moments: Moments::from_variances(c.map(|c| c - 1.0), normality, randomisation, inference.alternative),
        permutation: inference.of_all(c, &z, statistic),
    })
}
