//! Linear regression of values of units in space.
//!
//! | file | holds |
//! | --- | --- |
//! | `ols` | ordinary least squares, and tests of the residuals |
//! | `spatial_tests` | spatial autocorrelation of the residuals: Moran's I and Lagrange multipliers |
//! | `spatial` | spatial lag, error and Durbin models by maximum likelihood |
//! | `gwr` | geographically weighted regression |
//! | `filter` | determinant, inverse and traces of I − ρ W |
//! | `design` | columns made orthonormal, and columns that others determine |

mod design;
mod filter;
mod gwr;
mod ols;
mod spatial;
mod spatial_tests;

pub use gwr::{BandwidthCriterion, Gwr, GwrOptions, LocalBandwidth, LocalCoefficients, LocalKernel, gwr};
pub use ols::{ChiSquaredTest, CoefficientCovariance, Ols, ols};
pub use spatial::{Impact, SpatialRegression, spatial_durbin, spatial_error, spatial_lag};
pub use spatial_tests::{SpatialDiagnostics, spatial_diagnostics};

use serde::Serialize;

use crate::error::{Result, StatsError};
use crate::model::Weights;

/// A coefficient of a regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coefficient {
    /// The estimate.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// The estimate over its standard error: t or z, as the regression says.
    pub statistic: Option<f64>,
    /// The p-value of the statistic: two-sided, the null being 0.
    pub p: Option<f64>,
}

impl Coefficient {
    const NONE: Self = Self { estimate: None, standard_error: None, statistic: None, p: None };

    fn new(estimate: f64, variance: f64, p: impl Fn(f64) -> Option<f64>) -> Self {
        let standard_error = Some(variance.sqrt()).filter(|error| error.is_finite());
        let statistic = standard_error.map(|error| estimate / error).filter(|statistic| statistic.is_finite());
        Self { estimate: Some(estimate), standard_error, statistic, p: statistic.and_then(p) }
    }
}

/// A factor that has no coefficient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alias {
    /// The number of its column, 0 being the constant.
    pub column: usize,
    /// The numbers of the columns that determine it; the constant alone where it does not vary.
    pub of: Vec<usize>,
}

/// Σ_j w_ij x_j for each unit.
fn lagged(weights: &Weights, values: &[f64]) -> Vec<f64> {
    (0..weights.len())
        .map(|unit| weights.neighbours(unit).map(|(other, weight)| weight * values[other]).sum())
        .collect()
}

/// The columns of a regression: a constant, then the factors.
fn with_constant(rows: usize, factors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    std::iter::once(vec![1.0; rows]).chain(factors.iter().cloned()).collect()
}

fn refuse(statistic: &'static str, values: &[f64], factors: &[Vec<f64>]) -> Result<(), StatsError> {
    if values.is_empty() {
        return Err(StatsError::NoValues { statistic });
    }
    if factors.is_empty() {
        let (found, expected) = ("no factor".to_owned(), "one or more".to_owned());
        return Err(StatsError::Shape { statistic, what: "the regression", found, expected });
    }
    for (number, column) in std::iter::once(values).chain(factors.iter().map(Vec::as_slice)).enumerate() {
        if column.len() != values.len() {
            let (found, expected) = (format!("{} numbers", column.len()), format!("{}", values.len()));
            return Err(StatsError::Shape { statistic, what: "a factor", found, expected });
        }
        if let Some(index) = column.iter().position(|value| !value.is_finite()) {
            let of = if number == 0 { "the values".to_owned() } else { format!("factor {number}") };
            let place = format!("index {index} of {of}");
            return Err(StatsError::Value { statistic, place, found: column[index], expected: "finite numbers" });
        }
    }
    Ok(())
}

fn refuse_units(statistic: &'static str, values: &[f64], weights: &Weights) -> Result<(), StatsError> {
    if weights.len() != values.len() {
        let (found, expected) = (format!("{} units", weights.len()), format!("{}, one for each value", values.len()));
        return Err(StatsError::Shape { statistic, what: "the weights", found, expected });
    }
    Ok(())
}
