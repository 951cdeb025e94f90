//! Regressions in which units depend on their neighbours, by maximum likelihood.

use serde::Serialize;

use super::design::{Design, dot};
use super::filter::{EXACT_TRACES, Envelope, Filter, Traces};
use super::ols::{normal_log_likelihood, scaled, sum_of_squares};
use super::{Alias, ChiSquaredTest, Coefficient, lagged, with_constant};
use crate::error::{Result, StatsError};
use crate::model::Weights;
use crate::stats::autocorrelation::{Alternative, is_constant, p_of_z};

/// What a factor does to values: the mean over all units of what one more of it changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Impact {
    /// In the unit itself, through its neighbours and back too.
    pub direct: Option<f64>,
    /// In all other units together.
    pub indirect: Option<f64>,
    /// In all units together.
    pub total: Option<f64>,
}

/// A spatial regression by maximum likelihood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpatialRegression {
    /// The number of units.
    pub n: usize,
    /// The number of coefficients that are estimated, ρ or λ among them: k + 1.
    pub parameters: usize,
    /// The constant, a coefficient for each factor, and, of a Durbin model, one for the lag of each; the statistic is z.
    pub coefficients: Vec<Coefficient>,
    /// ρ, the coefficient of the lag of the values, or λ, that of the lag of the errors.
    pub spatial: Coefficient,
    /// The covariances of the coefficients, a row for each; ρ or λ is the last.
    pub covariance: Vec<Vec<Option<f64>>>,
    /// The columns that have no coefficient, since they are constant or others determine them.
    pub aliases: Vec<Alias>,
    /// Values less `residuals`; of an error model Xb.
    pub fitted: Vec<Option<f64>>,
    /// y − ρ Wy − Xb, or of an error model y − Xb.
    pub residuals: Vec<Option<f64>>,
    /// What the factors alone say of each unit, (I − ρ W)⁻¹ Xb; of an error model as `fitted`.
    pub predicted: Vec<Option<f64>>,
    /// The errors that are independent: `residuals`, or of an error model (I − λ W)(y − Xb).
    pub innovations: Vec<Option<f64>>,
    /// The variance of the innovations, divided by n.
    pub sigma2: Option<f64>,
    /// The logarithm of the likelihood.
    pub log_likelihood: Option<f64>,
    /// Akaike's criterion, 2 (k + 1) − 2 ln L.
    pub aic: Option<f64>,
    /// Schwarz's criterion, (k + 1) ln n − 2 ln L.
    pub bic: Option<f64>,
    /// The squared correlation of `fitted` with the values.
    pub pseudo_r2: Option<f64>,
    /// The squared correlation of `predicted` with the values.
    pub predicted_pseudo_r2: Option<f64>,
    /// The likelihood ratio against ordinary least squares of the same columns; the null is that ρ or λ is 0.
    pub likelihood_ratio: ChiSquaredTest,
    /// The impacts of each factor; empty for an error model, where they are the coefficients.
    pub impacts: Vec<Impact>,
    /// Whether traces are exact; else estimated by 500 random vectors.
    pub exact_traces: bool,
}

/// The spatial lag model by maximum likelihood: values depend on those of neighbours,
///
/// y = ρ Wy + Xb + e, ln L = −n/2 (ln 2π + ln s² + 1) + ln |I − ρ W|, s² = e'e / n.
///
/// ρ is looked for between −1 and 1: the best of 41 values, then by the golden section, then by Newton's steps on the exact slope. The
/// determinant is that of sparse triangular factors, for any weights and exactly. Standard errors are those of the information matrix
/// (Anselin 1988, p. 76). Impacts are those of LeSage and Pace (2009, p. 36–38): with S = (I − ρ W)⁻¹ b_j, direct is tr S / n, total
/// 1'S1 / n, indirect the difference.
///
/// # Units
///
/// `factors` has a list for each factor, a number for each unit of the weights. Weights are row-standardised.
///
/// # Undefined
///
/// A factor that is constant, or that those before it determine, has neither coefficient nor impact. Nothing is defined where values do
/// not vary, where there are as many coefficients as units or more, where the factors determine the values, and where no unit has a
/// neighbour. A unit without neighbours is counted, with a lag of 0. Of more than 4,000 units the traces in the standard error of ρ and in
/// the impacts are estimates, by 500 random vectors (Hutchinson), to about 1 % or better.
///
/// # Errors
///
/// Those of [`ols`](super::ols()); another number of units than of values; weights below 0, or that sum to more than 1.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Transform, spatial_lag, transformed};
///
/// let line = |unit: u32| [unit.checked_sub(1), Some(unit + 1).filter(|next| *next < 8)].into_iter().flatten();
/// let rows = (0..8).map(|unit| line(unit).map(|other| (other, 1.0)).collect()).collect();
/// let weights = transformed(&Weights::new((0..8).map(|unit| unit.to_string()).collect(), rows)?, Transform::Row);
/// let (values, factor) = ([1.0, 2.0, 2.5, 4.0, 7.0, 9.0, 8.0, 8.5], vec![1.0, 0.0, 1.0, 0.0, 2.0, 3.0, 1.0, 2.0]);
/// let found = spatial_lag(&values, &[factor], &weights)?;
/// let (b, impact) = (found.coefficients[1].estimate.unwrap(), found.impacts[0]);
/// assert!(found.spatial.estimate.unwrap() > 0.5 && impact.total > impact.direct && impact.direct.unwrap() > b);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// K. Ord, Estimation methods for models of spatial interaction, Journal of the American Statistical Association 70, 1975; L. Anselin,
/// Spatial Econometrics, 1988; J. LeSage, R. K. Pace, Introduction to Spatial Econometrics, 2009; M. F. Hutchinson, A stochastic estimator
/// of the trace of the influence matrix, Communications in Statistics – Simulation and Computation 19, 1990.
pub fn spatial_lag(values: &[f64], factors: &[Vec<f64>], weights: &Weights) -> Result<SpatialRegression> {
    refuse("the spatial lag model", values, factors, weights)?;
    Ok(of_lag(values, factors, &[], weights))
}

/// The spatial Durbin model by maximum likelihood: values depend on those of neighbours, and on their factors,
///
/// y = ρ Wy + Xb + WXg + e,
///
/// estimated as [`spatial_lag`] with the lags of the factors among them. Impacts are those of LeSage and Pace (2009, p. 35–38): of
/// S = (I − ρ W)⁻¹ (I b_j + W g_j). spreg counts all that g_j does as indirect, and so has other direct impacts.
///
/// # Undefined
///
/// As for [`spatial_lag`]; a factor whose lag has no coefficient has no impact.
///
/// # Errors
///
/// Those of [`spatial_lag`].
///
/// # References
///
/// J. LeSage, R. K. Pace, Introduction to Spatial Econometrics, 2009.
pub fn spatial_durbin(values: &[f64], factors: &[Vec<f64>], weights: &Weights) -> Result<SpatialRegression> {
    refuse("the spatial Durbin model", values, factors, weights)?;
    let lags: Vec<Vec<f64>> = factors.iter().map(|factor| lagged(weights, factor)).collect();
    Ok(of_lag(values, factors, &lags, weights))
}

/// The spatial error model by maximum likelihood: what the factors leave over depends on what they leave over in neighbours,
///
/// y = Xb + u, u = λ Wu + e, ln L = −n/2 (ln 2π + ln s² + 1) + ln |I − λ W|, s² = e'e / n.
///
/// λ is looked for as ρ by [`spatial_lag`]; b is that of ordinary least squares of (I − λ W)y on (I − λ W)X. Standard errors are those of
/// the information matrix (Anselin 1988, p. 76), where b does not depend on λ.
///
/// # Undefined
///
/// As for [`spatial_lag`]. The impact of a factor is its coefficient, with nothing indirect.
///
/// # Errors
///
/// Those of [`spatial_lag`].
///
/// # References
///
/// L. Anselin, Spatial Econometrics, 1988.
pub fn spatial_error(values: &[f64], factors: &[Vec<f64>], weights: &Weights) -> Result<SpatialRegression> {
    refuse("the spatial error model", values, factors, weights)?;
    let columns = with_constant(values.len(), factors);
    let mut found = SpatialRegression::none(values.len(), &columns);
    let design = Design::new(&columns);
    found.aliases = design.aliases().to_vec();
    let kept: Vec<&Vec<f64>> = design.kept().iter().map(|column| &columns[*column]).collect();
    let Some(least_squares) = fitted(values, &columns, &design, weights) else { return Ok(found) };
    let (lag, lags) = (lagged(weights, values), kept.iter().map(|column| lagged(weights, column)).collect::<Vec<_>>());
    let less = |own: &[f64], lag: &[f64], lambda: f64| -> Vec<f64> {
        own.iter().zip(lag).map(|(own, lag)| own - lambda * lag).collect()
    };
    let filtered = |lambda: f64| {
        let columns: Vec<Vec<f64>> = kept.iter().zip(&lags).map(|(own, lag)| less(own, lag, lambda)).collect();
        (Design::new(&columns), less(values, &lag, lambda))
    };
    let envelope = Envelope::new(weights);
    let n = values.len();
    let squares = |lambda: f64| {
        let (design, own) = filtered(lambda);
        sum_of_squares(values, &design.residuals(&own))
    };
    // e'Wu, of which the slope of e'e is −2.
    let slope = |lambda: f64| {
        let (design, own) = filtered(lambda);
        let b = design.coefficients(&own);
        let u = residuals(values, &kept, &b);
        dot(&design.residuals(&own), &lagged(weights, &u))
    };
    let Some(Estimate { rho: lambda, traces, filter }) = estimate(&envelope, &squares, &slope) else {
        return Ok(found);
    };
    let (design, own) = filtered(lambda);
    if design.rank() < kept.len() {
        return Ok(found);
    }
    let b = design.coefficients(&own);
    let innovations = design.residuals(&own);
    let squares = sum_of_squares(values, &innovations);
    let sigma2 = squares / n as f64;
    let u = residuals(values, &kept, &b);
    let covariance = scaled(design.inverse_cross_product(), sigma2);
    let variance = 1.0 / (traces.s_squared + traces.s_cross - 2.0 * traces.s.powi(2) / n as f64);
    found.say(&b, &covariance, &vec![0.0; b.len()], lambda, variance);
    let xb: Vec<f64> = values.iter().zip(&u).map(|(value, rest)| value - rest).collect();
    found.say_units(values, &xb, &xb, &u, &innovations);
    found.say_fit(squares, filter.log_determinant(), least_squares);
    Ok(found)
}

/// The lag model of factors, and of their lags where there are any.
fn of_lag(values: &[f64], factors: &[Vec<f64>], lags: &[Vec<f64>], weights: &Weights) -> SpatialRegression {
    let columns: Vec<Vec<f64>> = with_constant(values.len(), factors).into_iter().chain(lags.iter().cloned()).collect();
    let n = values.len();
    let mut found = SpatialRegression::none(n, &columns);
    found.impacts = vec![Impact { direct: None, indirect: None, total: None }; factors.len()];
    let design = Design::new(&columns);
    found.aliases = design.aliases().to_vec();
    let Some(least_squares) = fitted(values, &columns, &design, weights) else { return found };
    let lag = lagged(weights, values);
    let (of_values, of_lag) = (design.residuals(values), design.residuals(&lag));
    let left = |rho: f64| -> Vec<f64> { of_values.iter().zip(&of_lag).map(|(own, lag)| own - rho * lag).collect() };
    let envelope = Envelope::new(weights);
    let squares = |rho: f64| sum_of_squares(values, &left(rho));
    let slope = |rho: f64| dot(&left(rho), &of_lag);
    let Some(Estimate { rho, traces, filter }) = estimate(&envelope, &squares, &slope) else { return found };
    let innovations = left(rho);
    let squares = sum_of_squares(values, &innovations);
    let sigma2 = squares / n as f64;
    let b: Vec<f64> = {
        let own: Vec<f64> = values.iter().zip(&lag).map(|(value, lag)| value - rho * lag).collect();
        design.coefficients(&own)
    };
    let kept: Vec<&Vec<f64>> = design.kept().iter().map(|column| &columns[*column]).collect();
    let zeros = vec![0.0; n];
    let xb: Vec<f64> = residuals(&zeros, &kept, &b).into_iter().map(|value| -value).collect();
    let predicted = filter.solved(&xb);
    // The information matrix of b, ρ and s², inverted by blocks: what the lag of the predicted values has beside X speaks for ρ.
    let lag_of_predicted = lagged(weights, &predicted);
    let beside = design.residuals(&lag_of_predicted);
    let information =
        traces.s_squared + traces.s_cross - 2.0 * traces.s.powi(2) / n as f64 + dot(&beside, &beside) / sigma2;
    let along = design.coefficients(&lag_of_predicted);
    found.say(&b, &scaled(design.inverse_cross_product(), sigma2), &along, rho, 1.0 / information);
    let fitted: Vec<f64> = values.iter().zip(&innovations).map(|(value, rest)| value - rest).collect();
    found.say_units(values, &fitted, &predicted, &innovations, &innovations);
    found.say_fit(squares, filter.log_determinant(), least_squares);
    // 1'A⁻¹1 and 1'A⁻¹W1.
    let count = n as f64;
    let once = filter.solved(&vec![1.0; n]).iter().sum::<f64>() / count;
    let lagged_once = filter.solved(&lagged(weights, &vec![1.0; n])).iter().sum::<f64>() / count;
    for (number, impact) in found.impacts.iter_mut().enumerate() {
        let own = found.coefficients[number + 1].estimate;
        let of_lag = if lags.is_empty() { Some(0.0) } else { found.coefficients[number + 1 + factors.len()].estimate };
        let Some((own, of_lag)) = own.zip(of_lag) else { continue };
        let direct = (own * traces.inverse + of_lag * traces.s) / count;
        let total = own * once + of_lag * lagged_once;
        *impact = Impact { direct: Some(direct), indirect: Some(total - direct), total: Some(total) };
    }
    found
}

/// y − Xb.
fn residuals(values: &[f64], columns: &[&Vec<f64>], b: &[f64]) -> Vec<f64> {
    let mut rest = values.to_vec();
    for (column, factor) in columns.iter().zip(b) {
        rest.iter_mut().zip(*column).for_each(|(rest, value)| *rest -= factor * value);
    }
    rest
}

/// ln L of ordinary least squares; none where nothing is to be estimated.
fn fitted(values: &[f64], columns: &[Vec<f64>], design: &Design, weights: &Weights) -> Option<f64> {
    let squares = sum_of_squares(values, &design.residuals(values));
    let is_estimated = !is_constant(values) && values.len() > columns.len() + 1 && squares > 0.0 && weights.sum() > 0.0;
    is_estimated.then(|| normal_log_likelihood(squares, values.len()))
}

/// ρ or λ of the greatest likelihood.
struct Estimate<'a> {
    rho: f64,
    traces: Traces,
    filter: Filter<'a>,
}

/// Looks for the ρ of the greatest likelihood between −1 and 1: `squares` gives e'e, `slope` what it lacks by half for one more of ρ.
fn estimate<'a>(
    envelope: &'a Envelope<'a>,
    squares: &dyn Fn(f64) -> f64,
    slope: &dyn Fn(f64) -> f64,
) -> Option<Estimate<'a>> {
    const STEPS: i32 = 20;
    const MOST: f64 = 0.999_999;
    const NEAR: f64 = 1e-8;
    const APART: f64 = 1e-5;
    let n = envelope.units() as f64;
    let likelihood = |rho: f64| {
        let likelihood = envelope.filter(rho).log_determinant() - n / 2.0 * (squares(rho) / n).ln();
        if likelihood.is_finite() { likelihood } else { f64::NEG_INFINITY }
    };
    let at = |step: i32| (f64::from(step) / f64::from(STEPS)).clamp(-MOST, MOST);
    let steps: Vec<(i32, f64)> = (-STEPS..=STEPS).map(|step| (step, likelihood(at(step)))).collect();
    let (best, _) = steps.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let (mut low, mut high) = (at(best - 1), at(best + 1));
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut one, mut other) = (high - golden * (high - low), low + golden * (high - low));
    let (mut of_one, mut of_other) = (likelihood(one), likelihood(other));
    while high - low > NEAR {
        if of_one >= of_other {
            (high, other, of_other) = (other, one, of_one);
            one = high - golden * (high - low);
            of_one = likelihood(one);
        } else {
            (low, one, of_one) = (one, other, of_other);
            other = low + golden * (high - low);
            of_other = likelihood(other);
        }
    }
    let mut rho = f64::midpoint(low, high);
    let mut filter = envelope.filter(rho);
    let mut traces = filter.traces();
    // A likelihood is flat to rounding about its greatest value; its slope is not.
    let of_errors = |rho: f64| n * slope(rho) / squares(rho);
    for _ in 0..2 {
        let score = of_errors(rho) - traces.s;
        let bend = (of_errors(rho + APART) - of_errors(rho - APART)) / (2.0 * APART) - traces.s_squared;
        let step = -score / bend;
        if envelope.units() > EXACT_TRACES || !step.is_finite() || step.abs() > 1e-4 || (rho + step).abs() > MOST {
            break;
        }
        rho += step;
        filter = envelope.filter(rho);
        traces = filter.traces();
    }
    (squares(rho) > 0.0).then_some(Estimate { rho, traces, filter })
}

impl SpatialRegression {
    /// Nothing is known.
    fn none(n: usize, columns: &[Vec<f64>]) -> Self {
        Self {
            n,
            parameters: 0,
            coefficients: vec![Coefficient::NONE; columns.len()],
            spatial: Coefficient::NONE,
            covariance: vec![vec![None; columns.len() + 1]; columns.len() + 1],
            aliases: Vec::new(),
            fitted: vec![None; n],
            residuals: vec![None; n],
            predicted: vec![None; n],
            innovations: vec![None; n],
            sigma2: None,
            log_likelihood: None,
            aic: None,
            bic: None,
            pseudo_r2: None,
            predicted_pseudo_r2: None,
            likelihood_ratio: ChiSquaredTest::NONE,
            impacts: Vec::new(),
            exact_traces: n <= EXACT_TRACES,
        }
    }

    /// The coefficients of the kept columns, whose covariance is `own` beside ρ, and how ρ moves them.
    fn say(&mut self, b: &[f64], own: &[Vec<f64>], along: &[f64], rho: f64, variance: f64) {
        let p = |z: f64| Some(p_of_z(z, Alternative::TwoSided));
        let is_alias = |column: &usize| self.aliases.iter().all(|alias| alias.column != *column);
        let kept: Vec<usize> = (0..self.coefficients.len()).filter(is_alias).collect();
        let last = self.coefficients.len();
        for (place, column) in kept.iter().enumerate() {
            for (other, to) in kept.iter().enumerate() {
                self.covariance[*column][*to] = Some(own[place][other] + along[place] * along[other] * variance);
            }
            self.covariance[*column][last] = Some(-along[place] * variance);
            self.covariance[last][*column] = Some(-along[place] * variance);
            let variance = own[place][place] + along[place].powi(2) * variance;
            self.coefficients[*column] = Coefficient::new(b[place], variance, p);
        }
        self.covariance[last][last] = Some(variance);
        self.spatial = Coefficient::new(rho, variance, p);
        self.parameters = b.len() + 1;
    }

    fn say_units(&mut self, values: &[f64], fitted: &[f64], predicted: &[f64], residuals: &[f64], innovations: &[f64]) {
        let some = |of: &[f64]| of.iter().map(|value| Some(*value)).collect();
        self.pseudo_r2 = squared_correlation(values, fitted);
        self.predicted_pseudo_r2 = squared_correlation(values, predicted);
        self.fitted = some(fitted);
        self.predicted = some(predicted);
        self.residuals = some(residuals);
        self.innovations = some(innovations);
    }

    fn say_fit(&mut self, squares: f64, log_determinant: f64, least_squares: f64) {
        let log_likelihood = normal_log_likelihood(squares, self.n) + log_determinant;
        let parameters = self.parameters as f64;
        self.sigma2 = Some(squares / self.n as f64);
        self.log_likelihood = Some(log_likelihood);
        self.aic = Some(2.0 * parameters - 2.0 * log_likelihood);
        self.bic = Some(parameters * (self.n as f64).ln() - 2.0 * log_likelihood);
        self.likelihood_ratio = ChiSquaredTest::new((2.0 * (log_likelihood - least_squares)).max(0.0), 1);
    }
}

fn squared_correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    if is_constant(one) || is_constant(other) {
        return None;
    }
    let from_mean = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let (one, other) = (from_mean(one), from_mean(other));
    Some(dot(&one, &other).powi(2) / (dot(&one, &one) * dot(&other, &other)))
}

fn refuse(statistic: &'static str, values: &[f64], factors: &[Vec<f64>], weights: &Weights) -> Result<(), StatsError> {
    const ROUNDING: f64 = 1e-9;
    super::refuse(statistic, values, factors)?;
    super::refuse_units(statistic, values, weights)?;
    for (unit, id) in weights.ids().iter().enumerate() {
        let sum: f64 = weights.neighbours(unit).map(|(_, weight)| weight).sum();
        let least = weights.neighbours(unit).map(|(_, weight)| weight).fold(0.0, f64::min);
        if least < 0.0 || sum > 1.0 + ROUNDING {
            let found = if least < 0.0 { format!("a weight of {least}") } else { format!("weights that sum to {sum}") };
            let (place, expected) = (format!("unit `{id}`"), "row-standardised weights of 0 or more");
            return Err(StatsError::Weights { place, found, expected });
        }
    }
    Ok(())
}
