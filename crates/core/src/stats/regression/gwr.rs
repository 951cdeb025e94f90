//! Geographically weighted regression.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::design::{Design, dot};
use super::ols::{normal_log_likelihood, sum_of_squares};
use super::{Alias, with_constant};
use crate::error::{Result, StatsError};
use crate::model::named;
use crate::model::with_fields;
use crate::stats::is_constant;

named! {
    "kernel of a local regression";

    /// How the weight of a unit in a local regression falls with its distance d, at the bandwidth b.
    #[derive(Default)]
    pub enum LocalKernel {
        /// (1 − (d / b)²)², and 0 from b on.
        #[default]
        Bisquare,
        /// exp(−½ (d / b)²).
        Gaussian,
    }
}

named! {
    "criterion of a bandwidth";

    /// What the bandwidth of a local regression is chosen by.
    #[derive(Default)]
    pub enum BandwidthCriterion {
        /// Akaike's criterion, corrected for small samples.
        #[default]
        Aicc,
        /// The mean squared error at each unit of a regression without it.
        Cv,
    }
}

/// The bandwidth of a local regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum LocalBandwidth {
    /// It reaches to the k-th nearest unit, each unit itself among them.
    Neighbours(usize),
    /// It is as far everywhere.
    DistanceM(f64),
}

/// Options of [`gwr`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct GwrOptions {
    /// How weights fall with distance.
    pub kernel: LocalKernel,
    /// Whether a bandwidth that is looked for is a distance; else a number of neighbours.
    pub fixed: bool,
    /// The bandwidth; looked for where none is given.
    pub bandwidth: Option<LocalBandwidth>,
    /// What the bandwidth is chosen by.
    pub criterion: BandwidthCriterion,
}

with_fields! {
    GwrOptions {
        with_kernel(kernel: LocalKernel);
        with_fixed(fixed: bool);
        with_bandwidth(bandwidth: Option<LocalBandwidth>);
        with_criterion(criterion: BandwidthCriterion);
    }
}

/// The regression of a column at each unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalCoefficients {
    /// The estimate at each unit.
    pub estimate: Vec<Option<f64>>,
    /// Its standard error.
    pub standard_error: Vec<Option<f64>>,
    /// The estimate over its standard error; to be held against [`Gwr::critical_t`].
    pub t: Vec<Option<f64>>,
}

/// A geographically weighted regression.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gwr {
    /// The number of units.
    pub n: usize,
    /// The number of coefficients at each unit, the constant among them: k.
    pub parameters: usize,
    /// The bandwidth.
    pub bandwidth: Option<LocalBandwidth>,
    /// Bandwidths that were tried, with their criteria, in their order; a criterion is none where a local regression has no solution.
    pub trials: Vec<(f64, Option<f64>)>,
    /// The constant, and each factor.
    pub coefficients: Vec<LocalCoefficients>,
    /// The factors that have no coefficient, since they are constant or others determine them everywhere.
    pub aliases: Vec<Alias>,
    /// How many units have no coefficients, since a factor does not vary about them or others determine it there.
    pub singular: usize,
    /// The value that the local regression gives each unit.
    pub fitted: Vec<Option<f64>>,
    /// What it leaves over.
    pub residuals: Vec<Option<f64>>,
    /// The weighted R² about each unit.
    pub local_r2: Vec<Option<f64>>,
    /// The effective number of parameters, tr S, where S gives the fitted values: ŷ = S y.
    pub effective_parameters: Option<f64>,
    /// The variance of the residuals, e'e / (n − tr S).
    pub sigma2: Option<f64>,
    /// 1 − e'e / Σ (y − ȳ)².
    pub r2: Option<f64>,
    /// 1 − (1 − R²) (n − 1) / (n − tr S − 1).
    pub adjusted_r2: Option<f64>,
    /// ln L = −n/2 (ln 2π + ln (e'e / n) + 1).
    pub log_likelihood: Option<f64>,
    /// −2 ln L + 2 (tr S + 1).
    pub aic: Option<f64>,
    /// −2 ln L + 2 n (tr S + 1) / (n − tr S − 2).
    pub aicc: Option<f64>,
    /// −2 ln L + (tr S + 1) ln n.
    pub bic: Option<f64>,
    /// The mean squared error at each unit of a regression without it.
    pub cv: Option<f64>,
    /// The same criterion as `aicc` of one regression for all units.
    pub global_aicc: Option<f64>,
    /// 0.05 k / tr S: the level of a test at each unit, so that as many tests as there are independent ones hold 0.05 together.
    pub adjusted_level: Option<f64>,
    /// |t| from which on a coefficient differs from 0 at `adjusted_level`: two-sided, with n − 1 degrees of freedom.
    pub critical_t: Option<f64>,
}

/// Geographically weighted regression: at each unit a linear regression in which units weigh less the farther they are,
///
/// b_i = (X'W_i X)⁻¹ X'W_i y, with the covariance s² C_i C_i', C_i = (X'W_i X)⁻¹ X'W_i, s² = e'e / (n − tr S), and the rows x_i'C_i of S.
///
/// A bandwidth is looked for by the golden section, as mgwr does: of neighbours, whole numbers between 40 + 2 k and n (for no more
/// units than 40 + 2 k, between the greater of k + 2 and n / 2, and n); of distance, between half the least and twice the greatest of all
/// distances, to the centimetre; until the criteria of two trials are within 10⁻⁶.
///
/// Local coefficients that are collinear trade with each other, and what a map of them shows may be that alone; each is tested many
/// times over, for which `critical_t` is corrected (da Silva and Fotheringham 2016).
///
/// # Units
///
/// `places_m` has easting and northing of each unit in metres.
///
/// # Undefined
///
/// A factor that is constant, or that those before it determine, has no coefficient. A unit about which a factor does not vary, or
/// others determine it, has no coefficients and no fitted value (`singular`); what is of all units is then none. Nothing is defined where
/// values do not vary, or with as many coefficients as units or more.
///
/// # Errors
///
/// Those of [`ols`](super::ols()); another number of places than of values, a place that is not finite; a bandwidth of fewer neighbours
/// than coefficients or more than units, or of no positive distance.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{GwrOptions, LocalBandwidth, gwr};
/// // In the east the factor counts twice as much as in the west.
/// let places: Vec<[f64; 2]> = (0..40).map(|unit| [f64::from(unit / 20) * 10_000.0, f64::from(unit % 20)]).collect();
/// let factor: Vec<f64> = (0..40).map(|unit| f64::from(unit * 7 % 11)).collect();
/// let values: Vec<f64> = factor.iter().zip(&places).map(|(x, at)| x * (1.0 + at[0] / 10_000.0)).collect();
/// let options = GwrOptions::default().with_bandwidth(Some(LocalBandwidth::Neighbours(15)));
/// let found = gwr(&values, &[factor], &places, options)?;
/// let slopes = &found.coefficients[1].estimate;
/// assert!((slopes[0].unwrap() - 1.0).abs() < 1e-9 && (slopes[39].unwrap() - 2.0).abs() < 1e-9);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// A. S. Fotheringham, C. Brunsdon, M. Charlton, Geographically Weighted Regression, 2002; T. M. Oshan, Z. Li, W. Kang, L. J. Wolf, A. S.
/// Fotheringham, mgwr: A Python implementation of multiscale geographically weighted regression, ISPRS International Journal of
/// Geo-Information 8, 2019; A. R. da Silva, A. S. Fotheringham, The multiple testing issue in geographically weighted regression,
/// Geographical Analysis 48, 2016; D. Wheeler, M. Tiefelsdorf, Multicollinearity and correlation among local regression coefficients in
/// geographically weighted regression, Journal of Geographical Systems 7, 2005.
pub fn gwr(values: &[f64], factors: &[Vec<f64>], places_m: &[[f64; 2]], options: GwrOptions) -> Result<Gwr> {
    refuse(values, factors, places_m, options)?;
    let columns = with_constant(values.len(), factors);
    let design = Design::new(&columns);
    let mut found = nothing(values.len(), &columns, &design);
    if is_constant(values) || values.len() <= columns.len() {
        return Ok(found);
    }
    let kept: Vec<&[f64]> = design.kept().iter().map(|column| columns[*column].as_slice()).collect();
    let local = Local { values, columns: kept, places_m, kernel: options.kernel };
    let bandwidth = match options.bandwidth {
        Some(bandwidth) => bandwidth,
        None => {
            let (bandwidth, trials) = searched(&local, options);
            found.trials = trials;
            bandwidth
        }
    };
    found.bandwidth = Some(bandwidth);
    let fits: Vec<Option<Fit>> = (0..values.len()).into_par_iter().map(|unit| local.fit(unit, bandwidth)).collect();
    found.singular = fits.iter().filter(|fit| fit.is_none()).count();
    found.fitted = fits.iter().zip(values).map(|(fit, value)| Some(value - fit.as_ref()?.residual)).collect();
    found.residuals = fits.iter().map(|fit| Some(fit.as_ref()?.residual)).collect();
    for (place, column) in design.kept().iter().enumerate() {
        found.coefficients[*column].estimate = fits.iter().map(|fit| Some(fit.as_ref()?.estimates[place])).collect();
    }
    let global = design.residuals(values);
    let total = centred_squares(values);
    found.global_aicc = aicc(sum_of_squares(values, &global), values.len(), design.rank() as f64);
    let Some(fits) = fits.into_iter().collect::<Option<Vec<Fit>>>() else { return Ok(found) };
    found.say_all(values, &local, bandwidth, &fits, &design, total);
    Ok(found)
}

impl Gwr {
    /// What is of all units, and what hangs on it.
    fn say_all(
        &mut self,
        values: &[f64],
        local: &Local<'_>,
        bandwidth: LocalBandwidth,
        fits: &[Fit],
        design: &Design,
        total: f64,
    ) {
        let residuals: Vec<f64> = fits.iter().map(|fit| fit.residual).collect();
        let squares = sum_of_squares(values, &residuals);
        let (n, k) = (values.len() as f64, design.rank() as f64);
        let trace: f64 = fits.iter().map(|fit| fit.influence).sum();
        let r2 = 1.0 - squares / total;
        self.effective_parameters = Some(trace);
        self.r2 = Some(r2);
        self.adjusted_r2 = Some(1.0 - (1.0 - r2) * (n - 1.0) / (n - trace - 1.0)).filter(|_| n - trace > 1.0);
        self.local_r2 = (0..values.len()).into_par_iter().map(|unit| local.r2(unit, bandwidth, &residuals)).collect();
        let level = 0.05 * k / trace;
        self.adjusted_level = Some(level);
        self.critical_t =
            StudentsT::new(0.0, 1.0, n - 1.0).ok().map(|student| student.inverse_cdf(1.0 - level.min(1.0) / 2.0));
        self.cv = cross_validation(fits.iter().map(|fit| (fit.residual, fit.influence)), n);
        if squares == 0.0 || n - trace <= 0.0 {
            return;
        }
        let sigma2 = squares / (n - trace);
        let log_likelihood = normal_log_likelihood(squares, values.len());
        self.sigma2 = Some(sigma2);
        self.log_likelihood = Some(log_likelihood);
        self.aic = Some(-2.0 * log_likelihood + 2.0 * (trace + 1.0));
        self.aicc = aicc(squares, values.len(), trace);
        self.bic = Some(-2.0 * log_likelihood + (trace + 1.0) * n.ln());
        for (place, column) in design.kept().iter().enumerate() {
            let own = &mut self.coefficients[*column];
            own.standard_error = fits.iter().map(|fit| Some((sigma2 * fit.squares[place]).sqrt())).collect();
            let pairs = own.estimate.iter().zip(&own.standard_error);
            own.t = pairs.map(|(estimate, error)| Some((*estimate)? / (*error)?)).collect();
        }
    }
}

/// −2 ln L + 2 n (k + 1) / (n − k − 2); none where it has no finite value.
fn aicc(squares: f64, n: usize, parameters: f64) -> Option<f64> {
    let count = n as f64;
    let left = count - parameters - 2.0;
    (squares > 0.0 && left > 0.0)
        .then(|| -2.0 * normal_log_likelihood(squares, n) + 2.0 * count * (parameters + 1.0) / left)
}

fn cross_validation(of: impl Iterator<Item = (f64, f64)>, n: f64) -> Option<f64> {
    let sum: f64 = of.map(|(residual, influence)| (residual / (1.0 - influence)).powi(2)).sum();
    Some(sum / n).filter(|mean| mean.is_finite())
}

fn centred_squares(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// The units, as local regressions see them.
struct Local<'a> {
    values: &'a [f64],
    columns: Vec<&'a [f64]>,
    places_m: &'a [[f64; 2]],
    kernel: LocalKernel,
}

/// A local regression.
struct Fit {
    estimates: Vec<f64>,
    /// The diagonal of C_i C_i'.
    squares: Vec<f64>,
    residual: f64,
    /// The diagonal of S.
    influence: f64,
}

impl Local<'_> {
    fn distances_m(&self, unit: usize) -> Vec<f64> {
        let [x, y] = self.places_m[unit];
        self.places_m.iter().map(|[to_x, to_y]| ((to_x - x).powi(2) + (to_y - y).powi(2)).sqrt()).collect()
    }

    /// The units that weigh anything, with their weights.
    fn weights(&self, unit: usize, bandwidth: LocalBandwidth) -> Vec<(usize, f64)> {
        /// So that the farthest of the neighbours weighs something, as mgwr has it.
        const BEYOND: f64 = 1.000_000_1;
        let distances = self.distances_m(unit);
        let reach_m = match bandwidth {
            LocalBandwidth::DistanceM(reach_m) => reach_m,
            LocalBandwidth::Neighbours(count) => {
                let mut sorted = distances.clone();
                *sorted.select_nth_unstable_by(count - 1, f64::total_cmp).1 * BEYOND
            }
        };
        let weight = |distance: f64| {
            // Of units at one place.
            let z = if distance == 0.0 { 0.0 } else { distance / reach_m };
            match self.kernel {
                LocalKernel::Gaussian => (-0.5 * z * z).exp(),
                LocalKernel::Bisquare if z < 1.0 => (1.0 - z * z).powi(2),
                LocalKernel::Bisquare => 0.0,
            }
        };
        let weights = distances.into_iter().map(weight).enumerate();
        weights.filter(|(_, weight)| *weight > 0.0).collect()
    }

    fn fit(&self, unit: usize, bandwidth: LocalBandwidth) -> Option<Fit> {
        let weights = self.weights(unit, bandwidth);
        let weighted =
            |of: &[f64]| -> Vec<f64> { weights.iter().map(|(other, weight)| weight.sqrt() * of[*other]).collect() };
        let columns: Vec<Vec<f64>> = self.columns.iter().map(|column| weighted(column)).collect();
        let design = Design::new(&columns);
        if design.rank() < columns.len() {
            return None;
        }
        let estimates = design.coefficients(&weighted(self.values));
        let own = self.columns.iter().map(|column| column[unit]);
        let fitted: f64 = own.clone().zip(&estimates).map(|(value, estimate)| value * estimate).sum();
        // C = R⁻¹ Q' √W, so that C C' = R⁻¹ (Q'WQ) R⁻¹'.
        let rank = design.rank();
        let q = design.orthonormal();
        let mut inner = vec![vec![0.0; rank]; rank];
        for one in 0..rank {
            for other in 0..=one {
                let parts = weights.iter().zip(q[one].iter().zip(&q[other]));
                let sum: f64 = parts.map(|((_, weight), (one, other))| weight * one * other).sum();
                (inner[one][other], inner[other][one]) = (sum, sum);
            }
        }
        let inverse = design.inverse_factor();
        let squares = (0..rank)
            .map(|row| {
                let row: Vec<f64> = inverse.iter().map(|column| column[row]).collect();
                let sums: Vec<f64> = inner.iter().map(|inner| dot(inner, &row)).collect();
                dot(&row, &sums)
            })
            .collect();
        // s_ii = w_ii x_i'(X'WX)⁻¹ x_i, and a unit weighs 1 about itself.
        let own: Vec<f64> = own.collect();
        let influence = inverse.iter().map(|column| dot(column, &own).powi(2)).sum();
        Some(Fit { estimates, squares, residual: self.values[unit] - fitted, influence })
    }

    /// 1 − Σ_j w_ij e_j² / Σ_j w_ij (y_j − ȳ_i)².
    fn r2(&self, unit: usize, bandwidth: LocalBandwidth, residuals: &[f64]) -> Option<f64> {
        let weights = self.weights(unit, bandwidth);
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let mean = weights.iter().map(|(other, weight)| weight * self.values[*other]).sum::<f64>() / sum;
        let total: f64 = weights.iter().map(|(other, weight)| weight * (self.values[*other] - mean).powi(2)).sum();
        let left: f64 = weights.iter().map(|(other, weight)| weight * residuals[*other].powi(2)).sum();
        Some(1.0 - left / total).filter(|r2| r2.is_finite())
    }

    /// The criterion of a bandwidth; none where a local regression has no solution.
    fn criterion(&self, bandwidth: LocalBandwidth, criterion: BandwidthCriterion) -> Option<f64> {
        let fits: Vec<Option<(f64, f64)>> = (0..self.values.len())
            .into_par_iter()
            .map(|unit| self.fit(unit, bandwidth).map(|fit| (fit.residual, fit.influence)))
            .collect();
        let fits = fits.into_iter().collect::<Option<Vec<(f64, f64)>>>()?;
        match criterion {
            BandwidthCriterion::Cv => cross_validation(fits.into_iter(), self.values.len() as f64),
            BandwidthCriterion::Aicc => {
                let residuals: Vec<f64> = fits.iter().map(|(residual, _)| *residual).collect();
                let trace = fits.iter().map(|(_, influence)| influence).sum();
                aicc(sum_of_squares(self.values, &residuals), self.values.len(), trace)
            }
        }
    }
}

/// The bandwidth of the least criterion by the golden section, and what was tried.
fn searched(local: &Local<'_>, options: GwrOptions) -> (LocalBandwidth, Vec<(f64, Option<f64>)>) {
    const SECTION: f64 = 0.381_97;
    const TOLERANCE: f64 = 1e-6;
    const TRIALS: usize = 200;
    let is_whole = !options.fixed;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of units between 0 and n")]
    let neighbours = |bandwidth: f64| LocalBandwidth::Neighbours(bandwidth as usize);
    let made = |bandwidth: f64| if is_whole { neighbours(bandwidth) } else { LocalBandwidth::DistanceM(bandwidth) };
    let mut known: BTreeMap<u64, Option<f64>> = BTreeMap::new();
    let mut trials = Vec::new();
    let mut score = |bandwidth: f64| {
        let found = known.entry(bandwidth.to_bits()).or_insert_with(|| {
            let found = local.criterion(made(bandwidth), options.criterion);
            trials.push((bandwidth, found));
            found
        });
        found.unwrap_or(f64::INFINITY)
    };
    let (mut low, mut high) = range(local, is_whole);
    let mut one = low + SECTION * (high - low);
    let mut other = high - SECTION * (high - low);
    let mut best = one;
    for _ in 0..TRIALS {
        if is_whole {
            (one, other) = (one.round_ties_even(), other.round_ties_even());
        }
        let (of_one, of_other) = (score(one), score(other));
        // Where neither has a solution, wider ones may.
        if of_one <= of_other && of_one.is_finite() {
            best = one;
            (high, other) = (other, one);
            one = low + SECTION * (high - low).abs();
        } else {
            best = other;
            (low, one) = (one, other);
            other = high - SECTION * (high - low).abs();
        }
        // Not a number where neither has a solution.
        if (of_one - of_other).abs() <= TOLERANCE || (high - low).abs() <= f64::EPSILON * high {
            break;
        }
    }
    let best = if is_whole { best } else { ((best * 100.0).round() / 100.0).max(0.01) };
    (made(best), trials)
}

/// The least and the greatest bandwidth that is tried.
fn range(local: &Local<'_>, is_whole: bool) -> (f64, f64) {
    let n = local.values.len();
    let k = local.columns.len();
    if is_whole {
        let usual = 40 + 2 * k;
        let least = if usual < n { usual } else { (k + 2).max(n / 2).min(n) };
        return (least as f64, n as f64);
    }
    let extremes: Vec<(f64, f64)> = (0..n)
        .into_par_iter()
        .map(|unit| {
            let distances = local.distances_m(unit);
            let positive = distances.iter().copied().filter(|distance| *distance > 0.0);
            (positive.fold(f64::INFINITY, f64::min), distances.iter().copied().fold(0.0, f64::max))
        })
        .collect();
    let least = extremes.iter().map(|(least, _)| *least).fold(f64::INFINITY, f64::min);
    let greatest = extremes.iter().map(|(_, greatest)| *greatest).fold(0.0, f64::max);
    // Of units that are all at one place any distance is as good.
    if greatest > 0.0 { (least / 2.0, greatest * 2.0) } else { (1.0, 1.0) }
}

fn nothing(n: usize, columns: &[Vec<f64>], design: &Design) -> Gwr {
    let none = || vec![None; n];
    let of_column = || LocalCoefficients { estimate: none(), standard_error: none(), t: none() };
    Gwr {
        n,
        parameters: design.rank(),
        bandwidth: None,
        trials: Vec::new(),
        coefficients: columns.iter().map(|_| of_column()).collect(),
        aliases: design.aliases().to_vec(),
        singular: 0,
        fitted: none(),
        residuals: none(),
        local_r2: none(),
        effective_parameters: None,
        sigma2: None,
        r2: None,
        adjusted_r2: None,
        log_likelihood: None,
        aic: None,
        aicc: None,
        bic: None,
        cv: None,
        global_aicc: None,
        adjusted_level: None,
        critical_t: None,
    }
}

fn refuse(values: &[f64], factors: &[Vec<f64>], places_m: &[[f64; 2]], options: GwrOptions) -> Result<(), StatsError> {
    const STATISTIC: &str = "the geographically weighted regression";
    super::refuse(STATISTIC, values, factors)?;
    if places_m.len() != values.len() {
        let (found, expected) = (format!("{} places", places_m.len()), format!("{}, one for each value", values.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the table", found, expected });
    }
    if let Some((unit, place)) = places_m.iter().enumerate().find(|(_, place)| place.iter().any(|at| !at.is_finite())) {
        let found = if place[0].is_finite() { place[1] } else { place[0] };
        let at = format!("the place at index {unit}");
        return Err(StatsError::Value { statistic: STATISTIC, place: at, found, expected: "finite metres" });
    }
    let refused = |found: String, expected: String| {
        Err(StatsError::Option { statistic: STATISTIC, option: "the bandwidth", found, expected })
    };
    match options.bandwidth {
        Some(LocalBandwidth::Neighbours(count)) if count <= factors.len() + 1 || count > values.len() => refused(
            format!("{count} neighbours"),
            format!("more than the {} coefficients, and no more than the {} units", factors.len() + 1, values.len()),
        ),
        Some(LocalBandwidth::DistanceM(reach_m)) if !(reach_m > 0.0 && reach_m.is_finite()) => {
            refused(format!("{reach_m} m"), "a distance of more than 0 m".to_owned())
        }
        _ => Ok(()),
    }
}
