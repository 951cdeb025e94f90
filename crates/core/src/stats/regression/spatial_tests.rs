//! Whether the residuals of a regression are alike where units are near, and which spatial regression that speaks for.

use serde::Serialize;

use super::design::{Design, dot};
use super::ols::sum_of_squares;
use super::{ChiSquaredTest, lagged, with_constant};
use crate::error::Result;
use crate::model::Weights;
use crate::stats::autocorrelation::{Alternative, Islands, is_constant, p_of_z};
use crate::stats::weights::Constants;

/// Spatial autocorrelation of the residuals of ordinary least squares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpatialDiagnostics {
    /// Moran's I of the residuals, (n / S₀) e'We / e'e.
    pub i: Option<f64>,
    /// Its expectation, −n tr A / (S₀ (n − k)), with A = (X'X)⁻¹ X'WX.
    pub expected: Option<f64>,
    /// Its variance where residuals are normal and independent (Cliff and Ord 1981, p. 203).
    pub variance: Option<f64>,
    /// z = (I − expectation) / √variance.
    pub z: Option<f64>,
    /// The p-value of z: two-sided, by the normal distribution.
    pub p: Option<f64>,
    /// Lagrange multiplier test of a spatial lag of the values; the null is none.
    pub lm_lag: ChiSquaredTest,
    /// Lagrange multiplier test of a spatial lag of the errors; the null is none.
    pub lm_error: ChiSquaredTest,
    /// The same as `lm_lag` where there may be a spatial lag of the errors.
    pub robust_lm_lag: ChiSquaredTest,
    /// The same as `lm_error` where there may be a spatial lag of the values.
    pub robust_lm_error: ChiSquaredTest,
    /// Lagrange multiplier test of either.
    pub sarma: ChiSquaredTest,
}

/// Tests the residuals of [`ols`](super::ols()) for spatial autocorrelation: Moran's I with the moments of residuals, and Lagrange
/// multipliers,
///
/// LM error = (e'We / s²)² / T, LM lag = (e'Wy / s²)² / (nJ), with s² = e'e / n, T = tr((W' + W) W) and
/// nJ = (WXb)'M(WXb) / s² + T, M = I − X (X'X)⁻¹ X'; robust LM error = (e'We / s² − T (nJ)⁻¹ e'Wy / s²)² / (T (1 − T (nJ)⁻¹)), robust LM
/// lag = (e'Wy / s² − e'We / s²)² / (nJ − T), SARMA = robust LM lag + LM error.
///
/// Of the two simple tests the one that is significant names the model; where both are, the robust ones decide (Anselin and Rey 2014).
///
/// # Units
///
/// A number for each unit of the weights; weights are usually row-standardised.
///
/// # Undefined
///
/// A unit without neighbours is counted, with a lag of 0, as spreg does. Nothing is defined where [`ols`](super::ols()) has no t, or
/// where no unit has a neighbour; the robust tests are none where the lag of the fitted values is a combination of the factors.
///
/// # Errors
///
/// Those of [`ols`](super::ols()); another number of units than of values.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::spatial_diagnostics;
///
/// let line = |unit: u32| [unit.checked_sub(1), Some(unit + 1).filter(|next| *next < 6)].into_iter().flatten();
/// let rows = (0..6).map(|unit| line(unit).map(|other| (other, 1.0)).collect()).collect();
/// let weights = Weights::new((0..6).map(|unit| unit.to_string()).collect(), rows)?;
/// let found = spatial_diagnostics(&[1.0, 2.0, 4.0, 3.0, 7.0, 5.0], &[vec![0.0, 1.0, 1.0, 2.0, 4.0, 3.0]], &weights)?;
/// assert!(found.i.unwrap() < 0.0 && found.lm_error.p.unwrap() > 0.05);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// A. D. Cliff, J. K. Ord, Spatial Processes, 1981; L. Anselin, A. K. Bera, R. Florax, M. J. Yoon, Simple diagnostic tests for spatial
/// dependence, Regional Science and Urban Economics 26, 1996; L. Anselin, S. J. Rey, Modern Spatial Econometrics in Practice, 2014.
pub fn spatial_diagnostics(values: &[f64], factors: &[Vec<f64>], weights: &Weights) -> Result<SpatialDiagnostics> {
    const STATISTIC: &str = "the diagnostics of a regression";
    super::refuse(STATISTIC, values, factors)?;
    super::refuse_units(STATISTIC, values, weights)?;
    let none = SpatialDiagnostics {
        i: None,
        expected: None,
        variance: None,
        z: None,
        p: None,
        lm_lag: ChiSquaredTest::NONE,
        lm_error: ChiSquaredTest::NONE,
        robust_lm_lag: ChiSquaredTest::NONE,
        robust_lm_error: ChiSquaredTest::NONE,
        sarma: ChiSquaredTest::NONE,
    };
    let columns = with_constant(values.len(), factors);
    let design = Design::new(&columns);
    let residuals = design.residuals(values);
    let squares = sum_of_squares(values, &residuals);
    let Constants { s0, s1, .. } = Constants::of_weights(weights, Islands::Kept);
    if is_constant(values) || values.len() <= columns.len() || squares == 0.0 || s0 == 0.0 {
        return Ok(none);
    }
    let n = values.len() as f64;
    let freedom = n - design.rank() as f64;
    let of_residuals = dot(&residuals, &lagged(weights, &residuals));
    let i = n / s0 * of_residuals / squares;
    let Traces { a, a_squared, b } = traces(&design, weights);
    let expected = -n * a / (s0 * freedom);
    let variance =
        n * n / (s0 * s0 * freedom * (freedom + 2.0)) * (s1 + 2.0 * a_squared - 4.0 * b - 2.0 * a * a / freedom);
    let z = Some((i - expected) / variance.sqrt()).filter(|z| z.is_finite());

    // T = tr((W' + W) W) is S₁.
    let t = s1;
    let sigma2 = squares / n;
    let fitted: Vec<f64> = values.iter().zip(&residuals).map(|(value, residual)| value - residual).collect();
    let of_fitted = design.residuals(&lagged(weights, &fitted));
    let n_j = dot(&of_fitted, &of_fitted) / sigma2 + t;
    let error_score = of_residuals / sigma2;
    let lag_score = dot(&residuals, &lagged(weights, values)) / sigma2;
    // What rounding leaves of the lag of fitted values is nothing.
    let apart = n_j - t > 1e-12 * n_j;
    let robust = |statistic: f64, freedom: usize| {
        if apart { ChiSquaredTest::new(statistic, freedom) } else { ChiSquaredTest::NONE }
    };
    let robust_lag = (lag_score - error_score).powi(2) / (n_j - t);
    let robust_error = (error_score - t / n_j * lag_score).powi(2) / (t * (1.0 - t / n_j));
    let lm_error = error_score.powi(2) / t;
    Ok(SpatialDiagnostics {
        i: Some(i),
        expected: Some(expected),
        variance: Some(variance).filter(|variance| *variance > 0.0),
        z,
        p: z.map(|z| p_of_z(z, Alternative::TwoSided)),
        lm_lag: ChiSquaredTest::new(lag_score.powi(2) / n_j, 1),
        lm_error: ChiSquaredTest::new(lm_error, 1),
        robust_lm_lag: robust(robust_lag, 1),
        robust_lm_error: robust(robust_error, 1),
        sarma: robust(robust_lag + lm_error, 2),
    })
}

/// With U = (W + W') / 2: tr A of A = (X'X)⁻¹ X'UX, tr A², and tr B of B = (X'X)⁻¹ (UX)'UX.
struct Traces {
    a: f64,
    a_squared: f64,
    b: f64,
}

fn traces(design: &Design, weights: &Weights) -> Traces {
    // In orthonormal columns (X'X)⁻¹ is the identity.
    let q = design.orthonormal();
    let symmetric: Vec<Vec<f64>> = q
        .iter()
        .map(|column| {
            let mut sums: Vec<f64> = vec![0.0; column.len()];
            for unit in 0..weights.len() {
                for (other, weight) in weights.neighbours(unit) {
                    sums[unit] += weight / 2.0 * column[other];
                    sums[other] += weight / 2.0 * column[unit];
                }
            }
            sums
        })
        .collect();
    let a = q.iter().zip(&symmetric).map(|(column, lagged)| dot(column, lagged)).sum();
    let a_squared = q.iter().flat_map(|column| symmetric.iter().map(|lagged| dot(column, lagged).powi(2))).sum();
    let b = symmetric.iter().map(|lagged| dot(lagged, lagged)).sum();
    Traces { a, a_squared, b }
}
