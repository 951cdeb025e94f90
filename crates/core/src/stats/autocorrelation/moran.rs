#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of units that was made a floating-point number for the formula"
)]

use serde::Serialize;

use super::inference::Inference;
use super::permutation::Permutation;
use super::{Counted, Deviations, Moments, islands, lag, quotient, refuse};
use crate::error::Result;
use crate::model::Weights;
use crate::stats::weights::Constants;

/// Moran's I with its moments and permutation test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moran {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours. They are left out of n unless islands are kept.
    pub islands: Vec<String>,
    /// Moran's I; none if it is undefined.
    pub i: Option<f64>,
    /// The expected value under the null hypothesis: −1 / (n − 1).
    pub expected: Option<f64>,
    /// The variances, z and p-values under normality and randomisation.
    #[serde(flatten)]
    pub moments: Moments,
    /// The permutation test.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// Moran's I: the similarity of neighbours, I = (n / S₀) Σ_ij w_ij z_i z_j / Σ_i z_i² with z_i = x_i − x̄.
///
/// It is positive where neighbours have similar values, negative where high and low values alternate. It does not
/// tell where similar values are (see [`local_moran`](crate::stats::local_moran)). For rates with small bases see
/// [`standardised_rates`](crate::stats::standardised_rates).
///
/// The variances are: under normality (n²S₁ − nS₂ + 3S₀²) / (S₀²(n² − 1)) − E²; under randomisation (n((n² − 3n +
/// 3)S₁ − nS₂ + 3S₀²) − k((n² − n)S₁ − 2nS₂ + 6S₀²)) / ((n − 1)(n − 2)(n − 3)S₀²) − E² with k = Σz⁴/n / (Σz²/n)².
///
/// # Undefined
///
/// I where all values are equal or no unit has neighbours; variances where n is too small for their denominators.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// Values that climb along four units in a row:
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, moran};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let rows = vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0), (3, 1.0)], vec![(2, 1.0)]];
/// let weights = Weights::new(ids, rows)?;
/// let result = moran(&[1.0, 2.0, 3.0, 4.0], &weights, Inference::default())?;
/// assert!((result.i.unwrap() - 1.0 / 3.0).abs() < 1e-15);
/// assert_eq!(result.expected, Some(-1.0 / 3.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// P. A. P. Moran, Notes on continuous stochastic phenomena, Biometrika 37, 1950; A. D. Cliff, J. K. Ord, Spatial
/// Processes, 1981.
pub fn moran(values: &[f64], weights: &Weights, inference: Inference) -> Result<Moran> {
    refuse("Moran's I", values, weights)?;
    let islands = islands(weights);
    let counted = Counted::of_units(weights, inference.islands);
    let (weights, values) = (counted.weights.as_ref(), counted.values(values));
    let Constants { n, s0, s1, s2 } = Constants::of_weights(weights, inference.islands);
    let Deviations { z, squares, kurtosis } = Deviations::from_mean(&values);
    let statistic = |z: &[f64]| {
        let products: f64 = (0..z.len()).map(|unit| z[unit] * lag(weights, z, unit)).sum();
        n / s0 * products / squares
    };
    let i = Some(statistic(&z)).filter(|i| i.is_finite());
    let expected = quotient(-1.0, n - 1.0).filter(|_| n > 1.0);
    let squared = expected.unwrap_or(f64::NAN).powi(2);
    let square_s0 = s0 * s0;
    let normality = (n * n * s1 - n * s2 + 3.0 * square_s0) / (square_s0 * (n * n - 1.0)) - squared;
    let randomisation = (n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * square_s0)
        - kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * square_s0))
        / ((n - 1.0) * (n - 2.0) * (n - 3.0) * square_s0)
        - squared;
    Ok(Moran {
        n: n as usize,
        islands,
        i,
        expected,
        moments: Moments::from_variances(
            i.zip(expected).map(|(i, expected)| i - expected),
            normality,
            randomisation,
            inference.alternative,
        ),
        permutation: inference.of_all(i, &z, statistic),
    })
}
