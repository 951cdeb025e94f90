//! Ordinary least squares, with what tells whether their assumptions hold.

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF as _, FisherSnedecor, StudentsT};

use super::design::{Design, dot};
use super::{Alias, Coefficient, with_constant};
use crate::error::Result;
use crate::model::named;
use crate::stats::is_constant;

named! {
    "covariance of coefficients";

    /// How the covariance of the coefficients of a regression is estimated.
    #[derive(Default)]
    pub enum CoefficientCovariance {
        /// s² (X'X)⁻¹: all residuals have one variance.
        #[default]
        Classical,
        /// n / (n − k) (X'X)⁻¹ X' diag(e²) X (X'X)⁻¹: each residual has a variance of its own (White, HC1).
        Hc1,
    }
}

/// A statistic that is distributed as χ² under its null.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChiSquaredTest {
    /// The statistic.
    pub statistic: Option<f64>,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// The p-value: one-sided, of a statistic as large.
    pub p: Option<f64>,
}

impl ChiSquaredTest {
    pub(super) const NONE: Self = Self { statistic: None, degrees_of_freedom: 0, p: None };

    pub(super) fn new(statistic: f64, degrees_of_freedom: usize) -> Self {
        let statistic = Some(statistic).filter(|statistic| statistic.is_finite() && degrees_of_freedom > 0);
        let p = statistic.and_then(|statistic| {
            let distribution = ChiSquared::new(degrees_of_freedom as f64).ok()?;
            Some(if statistic > 0.0 { distribution.sf(statistic) } else { 1.0 })
        });
        Self { statistic, degrees_of_freedom, p }
    }
}

/// A linear regression by ordinary least squares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ols {
    /// The number of units.
    pub n: usize,
    /// The number of coefficients that are estimated, the constant among them: k.
    pub parameters: usize,
    /// The constant and a coefficient for each factor; the statistic is t with n − k degrees of freedom.
    pub coefficients: Vec<Coefficient>,
    /// The covariances of the coefficients, a row for each.
    pub covariance: Vec<Vec<Option<f64>>>,
    /// The factors that have no coefficient, since they are constant or others determine them.
    pub aliases: Vec<Alias>,
    /// The value that the regression gives each unit.
    pub fitted: Vec<Option<f64>>,
    /// What of the values the regression leaves over.
    pub residuals: Vec<Option<f64>>,
    /// R² = 1 − e'e / Σ (y − ȳ)².
    pub r2: Option<f64>,
    /// 1 − (1 − R²) (n − 1) / (n − k).
    pub adjusted_r2: Option<f64>,
    /// F of all coefficients but the constant.
    pub f: Option<f64>,
    /// The degrees of freedom of F, k − 1 and n − k.
    pub f_degrees_of_freedom: (usize, usize),
    /// The p-value of F: one-sided, the null being that all coefficients but the constant are 0.
    pub f_p: Option<f64>,
    /// The variance of the residuals, s² = e'e / (n − k).
    pub sigma2: Option<f64>,
    /// ln L = −n/2 (ln 2π + ln (e'e / n) + 1).
    pub log_likelihood: Option<f64>,
    /// Akaike's criterion, 2 k − 2 ln L.
    pub aic: Option<f64>,
    /// Schwarz's criterion, k ln n − 2 ln L.
    pub bic: Option<f64>,
    /// Jarque and Bera's test; the null is that residuals are normal.
    pub jarque_bera: ChiSquaredTest,
    /// Breusch and Pagan's test on the squares of the factors; the null is that residuals have one variance and are normal.
    pub breusch_pagan: ChiSquaredTest,
    /// Koenker and Bassett's test on the squares of the factors; the null is that residuals have one variance.
    pub koenker_bassett: ChiSquaredTest,
    /// The condition number of the columns, each brought to length 1; above 30 coefficients hang on each other.
    pub condition_number: Option<f64>,
}

/// Regresses values on factors by ordinary least squares,
///
/// y = X b + e, b = (X'X)⁻¹ X'y, with a constant as the first column of X.
///
/// Jarque and Bera's statistic is n (S² / 6 + (K − 3)² / 24), with skewness S and kurtosis K of the residuals. Those of Breusch and
/// Pagan, ½ g'Z (Z'Z)⁻¹ Z'g with g = e² / (e'e / n) − 1, and of Koenker and Bassett, u'Z (Z'Z)⁻¹ Z'u / Var e² with u = e² − e'e / n,
/// have the squares of the columns of X in Z.
///
/// # Units
///
/// `factors` has a list for each factor, a number for each value.
///
/// # Undefined
///
/// A factor that is constant, and one that those before it determine (`aliases`), has no coefficient; the others are those of a
/// regression without it. Nothing is defined where values do not vary, nor with as many coefficients as values or more. Where the
/// factors determine the values, t, F, the criteria and the tests are none.
///
/// # Errors
///
/// No value, no factor, a factor of another length, a number that is not finite.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{CoefficientCovariance, ols};
/// let found = ols(&[1.0, 3.0, 4.0, 8.0], &[vec![0.0, 0.0, 1.0, 1.0]], CoefficientCovariance::Classical)?;
/// let estimates: Vec<f64> = found.coefficients.iter().filter_map(|one| one.estimate).collect();
/// assert!((estimates[0] - 2.0).abs() < 1e-12 && (estimates[1] - 4.0).abs() < 1e-12);
/// assert!((found.sigma2.unwrap() - 5.0).abs() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// W. H. Greene, Econometric Analysis, 2003; C. M. Jarque, A. K. Bera, Efficient tests for normality, homoscedasticity and serial
/// independence of regression residuals, Economics Letters 6, 1980; T. S. Breusch, A. R. Pagan, A simple test for heteroscedasticity and
/// random coefficient variation, Econometrica 47, 1979; R. Koenker, G. Bassett, Robust tests for heteroscedasticity based on regression
/// quantiles, Econometrica 50, 1982; D. A. Belsley, E. Kuh, R. E. Welsch, Regression Diagnostics, 1980; J. G. MacKinnon, H. White, Some
/// heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties, Journal of Econometrics 29, 1985.
pub fn ols(values: &[f64], factors: &[Vec<f64>], covariance: CoefficientCovariance) -> Result<Ols> {
    super::refuse("the regression", values, factors)?;
    let columns = with_constant(values.len(), factors);
    let design = Design::new(&columns);
    let (n, k) = (values.len(), design.rank());
    let mut found = Ols {
        n,
        parameters: k,
        coefficients: vec![Coefficient::NONE; columns.len()],
        covariance: vec![vec![None; columns.len()]; columns.len()],
        aliases: design.aliases().to_vec(),
        fitted: vec![None; n],
        residuals: vec![None; n],
        r2: None,
        adjusted_r2: None,
        f: None,
        f_degrees_of_freedom: (k.saturating_sub(1), n.saturating_sub(k)),
        f_p: None,
        sigma2: None,
        log_likelihood: None,
        aic: None,
        bic: None,
        jarque_bera: ChiSquaredTest::NONE,
        breusch_pagan: ChiSquaredTest::NONE,
        koenker_bassett: ChiSquaredTest::NONE,
        condition_number: design.condition_number(),
    };
    if is_constant(values) || n <= columns.len() {
        return Ok(found);
    }
    let estimates = design.coefficients(values);
    let residuals = design.residuals(values);
    let squares = sum_of_squares(values, &residuals);
    let (freedom, count) = ((n - k) as f64, n as f64);
    let sigma2 = squares / freedom;
    let inner = match covariance {
        CoefficientCovariance::Classical => scaled(design.inverse_cross_product(), sigma2),
        CoefficientCovariance::Hc1 => sandwich(&design, &columns, &residuals),
    };
    let student = StudentsT::new(0.0, 1.0, freedom).ok();
    for (place, number) in design.kept().iter().enumerate() {
        let p = |t: f64| student.as_ref().map(|student| (2.0 * student.cdf(-t.abs())).min(1.0));
        found.coefficients[*number] = Coefficient::new(estimates[place], inner[place][place], p);
        for (other, column) in design.kept().iter().enumerate() {
            found.covariance[*number][*column] = Some(inner[place][other]);
        }
    }
    found.fitted = values.iter().zip(&residuals).map(|(value, residual)| Some(value - residual)).collect();
    found.residuals = residuals.iter().map(|residual| Some(*residual)).collect();
    found.sigma2 = Some(sigma2);
    let mean = values.iter().sum::<f64>() / count;
    let total: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let r2 = 1.0 - squares / total;
    found.r2 = Some(r2);
    found.adjusted_r2 = Some(1.0 - (1.0 - r2) * (count - 1.0) / freedom);
    if squares == 0.0 {
        return Ok(found);
    }
    if k > 1 {
        let explained = k as f64 - 1.0;
        let f = (total - squares) / explained / sigma2;
        found.f = Some(f);
        found.f_p = FisherSnedecor::new(explained, freedom).ok().map(|distribution| distribution.sf(f.max(0.0)));
    }
    let log_likelihood = normal_log_likelihood(squares, n);
    found.log_likelihood = Some(log_likelihood);
    found.aic = Some(2.0 * k as f64 - 2.0 * log_likelihood);
    found.bic = Some(k as f64 * count.ln() - 2.0 * log_likelihood);
    found.jarque_bera = jarque_bera(&residuals);
    [found.breusch_pagan, found.koenker_bassett] = heteroscedasticity(&columns, &residuals);
    Ok(found)
}

/// −n/2 (ln 2π + ln (e'e / n) + 1).
pub(super) fn normal_log_likelihood(squares: f64, n: usize) -> f64 {
    let n = n as f64;
    -n / 2.0 * ((2.0 * std::f64::consts::PI).ln() + (squares / n).ln() + 1.0)
}

/// The sum of the squares of residuals; exactly 0 where rounding alone leaves any.
pub(super) fn sum_of_squares(values: &[f64], residuals: &[f64]) -> f64 {
    let squares = dot(residuals, residuals);
    let greatest = values.iter().fold(0.0, |greatest: f64, value| greatest.max(value.abs()));
    if squares <= values.len() as f64 * (32.0 * f64::EPSILON * greatest).powi(2) { 0.0 } else { squares }
}

pub(super) fn scaled(mut matrix: Vec<Vec<f64>>, by: f64) -> Vec<Vec<f64>> {
    matrix.iter_mut().flatten().for_each(|entry| *entry *= by);
    matrix
}

/// n / (n − k) (X'X)⁻¹ X' diag(e²) X (X'X)⁻¹.
fn sandwich(design: &Design, columns: &[Vec<f64>], residuals: &[f64]) -> Vec<Vec<f64>> {
    let bread = design.inverse_cross_product();
    let (n, rank) = (residuals.len() as f64, design.rank());
    // The rows of (X'X)⁻¹ X' diag(e).
    let rows: Vec<Vec<f64>> = bread
        .iter()
        .map(|bread| {
            let mut row = vec![0.0; residuals.len()];
            for (factor, number) in bread.iter().zip(design.kept()) {
                row.iter_mut().zip(&columns[*number]).for_each(|(sum, value)| *sum += factor * value);
            }
            row.iter_mut().zip(residuals).for_each(|(sum, residual)| *sum *= residual);
            row
        })
        .collect();
    let correction = n / (n - rank as f64);
    rows.iter().map(|one| rows.iter().map(|other| correction * dot(one, other)).collect()).collect()
}

fn jarque_bera(residuals: &[f64]) -> ChiSquaredTest {
    let n = residuals.len() as f64;
    let moment = |power: i32| residuals.iter().map(|residual| residual.powi(power)).sum::<f64>() / n;
    let variance = moment(2);
    let (skewness, kurtosis) = (moment(3) / variance.powf(1.5), moment(4) / variance.powi(2));
    ChiSquaredTest::new(n * (skewness.powi(2) / 6.0 + (kurtosis - 3.0).powi(2) / 24.0), 2)
}

/// The tests of Breusch and Pagan and of Koenker and Bassett on the squares of columns.
fn heteroscedasticity(columns: &[Vec<f64>], residuals: &[f64]) -> [ChiSquaredTest; 2] {
    let squared: Vec<Vec<f64>> =
        columns.iter().map(|column| column.iter().map(|value| value * value).collect()).collect();
    let design = Design::new(&squared);
    let n = residuals.len() as f64;
    let variance = dot(residuals, residuals) / n;
    let deviations: Vec<f64> = residuals.iter().map(|residual| residual * residual - variance).collect();
    let along = design.coordinates(&deviations);
    let explained = dot(&along, &along);
    let freedom = design.rank().saturating_sub(1);
    let spread = dot(&deviations, &deviations) / n;
    [ChiSquaredTest::new(0.5 * explained / variance.powi(2), freedom), ChiSquaredTest::new(explained / spread, freedom)]
}
