#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position among draws is a small number that is not negative"
)]

use rand::seq::SliceRandom as _;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF as _, Normal};

use super::{multiplicities, refuse_bootstrap, stream};
use crate::error::Result;
use crate::stats::concentration::Bootstrap;

/// The most parts that are left out one by one.
const MOST_LEFT_OUT: usize = 1_000;

/// The percentile interval of bootstrap draws: their quantiles of type 7 at (1 − confidence) / 2 and 1 less that.
///
/// # Undefined
///
/// None without draws, if one is not finite, and if the confidence is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::percentile_interval;
/// let draws: Vec<f64> = (0..=40).map(f64::from).collect();
/// let (lower, upper) = percentile_interval(&draws, 0.95).unwrap();
/// assert!((lower - 1.0).abs() < 1e-9 && (upper - 39.0).abs() < 1e-9);
/// ```
///
/// # References
///
/// B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
#[must_use]
pub fn percentile_interval(draws: &[f64], confidence: f64) -> Option<(f64, f64)> {
    let tail = f64::midpoint(0.0, 1.0 - confidence);
    interval_at(draws, confidence, tail, 1.0 - tail)
}

/// The bias-corrected and accelerated interval of bootstrap draws: their quantiles at
/// Φ(z₀ + (z₀ ± z) / (1 − a (z₀ ± z))), with z₀ = Φ⁻¹ of the share of draws below the observed value, those equal to it counted by half,
/// z the normal quantile of the confidence, and the acceleration a = Σ d³ / (6 (Σ d²)^(3/2)), d the mean of the values with one unit left out
/// less each of them.
///
/// # Undefined
///
/// None as [`percentile_interval`], and if all draws are on one side of the observed value. Where the values with one left out are all
/// equal, a is 0.
///
/// # Examples
///
/// Neither bias nor skewness: the percentile interval.
///
/// ```
/// use jiju_core::stats::bca_interval;
/// let draws: Vec<f64> = (0..=40).map(f64::from).collect();
/// let (lower, upper) = bca_interval(20.0, &draws, &[19.0, 21.0], 0.95).unwrap();
/// assert!((lower - 1.0).abs() < 1e-9 && (upper - 39.0).abs() < 1e-9);
/// ```
///
/// # References
///
/// B. Efron, Better bootstrap confidence intervals, Journal of the American Statistical Association 82, 1987.
#[must_use]
pub fn bca_interval(observed: f64, draws: &[f64], left_out: &[f64], confidence: f64) -> Option<(f64, f64)> {
    let normal = Normal::standard();
    // What differs by rounding alone is equal.
    let near = 1e-12 * observed.abs();
    let below = draws.iter().filter(|draw| **draw < observed - near).count();
    let at_most = draws.iter().filter(|draw| **draw <= observed + near).count();
    let bias = normal.inverse_cdf(f64::midpoint(below as f64, at_most as f64) / draws.len() as f64);
    if !bias.is_finite() {
        return None;
    }
    let mean = left_out.iter().sum::<f64>() / left_out.len() as f64;
    let power = |power: i32| left_out.iter().map(|one| (mean - one).powi(power)).sum::<f64>();
    let acceleration = Some(power(3) / (6.0 * power(2).powf(1.5))).filter(|a| a.is_finite()).unwrap_or(0.0);
    let z = normal.inverse_cdf(f64::midpoint(1.0, confidence));
    let share = |z: f64| normal.cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
    interval_at(draws, confidence, share(-z), share(z))
}

fn interval_at(draws: &[f64], confidence: f64, lower: f64, upper: f64) -> Option<(f64, f64)> {
    let usable = confidence > 0.0 && confidence < 1.0 && draws.iter().all(|draw| draw.is_finite());
    if !usable || draws.is_empty() || !(lower.is_finite() && upper.is_finite()) {
        return None;
    }
    let mut sorted = draws.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| {
        let position = share * (sorted.len() - 1) as f64;
        let below = position.floor() as usize;
        let above = (below + 1).min(sorted.len() - 1);
        sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
    };
    Some((quantile(lower), quantile(upper)))
}

/// The [`bca_interval`] of an index of rows, such as a Gini coefficient of areas or of firms: each replication draws as many rows as
/// there are, with replacement.
///
/// `index` makes the index of the rows that it is handed, in which one may stand several times. Of more than 1,000 rows, not each
/// is left out by itself, but each of 1,000 parts of a random order of them: the acceleration stays that of as many rows, nearly.
/// The rows are taken as a sample of those that there might be. With long tails the intervals are too narrow: of simulated ones of 95 % of 30
/// lognormal amounts, 88 % (σ = ½) and 82 % (σ = 1) held the true Gini coefficient, 87 and 76 % Theil's T; percentile intervals 4 to 8 % less.
///
/// # Undefined
///
/// None for fewer than two rows, where the index is, and as [`bca_interval`]. Draws without an index do not count.
///
/// # Errors
///
/// No replication, a confidence that is not between 0 and 1.
///
/// # Examples
///
/// Of equal amounts all draws are as equal:
///
/// ```
/// use jiju_core::stats::{Bootstrap, bootstrapped_interval, gini};
/// let values = [3.0; 20];
/// let index = |rows: &[usize]| gini(&rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
/// assert_eq!(bootstrapped_interval(20, &Bootstrap::default(), index)?, Some((0.0, 0.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// B. Efron, Better bootstrap confidence intervals, Journal of the American Statistical Association 82, 1987; J. A. Mills,
/// S. Zandvakili, Statistical inference via bootstrapping for measures of inequality, Journal of Applied Econometrics 12, 1997.
pub fn bootstrapped_interval(
    rows: usize,
    bootstrap: &Bootstrap,
    index: impl Fn(&[usize]) -> Option<f64> + Sync,
) -> Result<Option<(f64, f64)>> {
    refuse_bootstrap("the bootstrap", bootstrap)?;
    let mut order: Vec<usize> = (0..rows).collect();
    let Some(observed) = index(&order).filter(|_| rows > 1) else { return Ok(None) };
    let draws: Vec<f64> = (0..bootstrap.replications)
        .into_par_iter()
        .filter_map(|number| {
            let times = multiplicities(rows, bootstrap.seed, number as u64);
            let drawn: Vec<usize> =
                times.iter().enumerate().flat_map(|(row, times)| (0..*times).map(move |_| row)).collect();
            index(&drawn)
        })
        .collect();
    let parts = rows.min(MOST_LEFT_OUT);
    if rows > parts {
        order.shuffle(&mut stream(bootstrap.seed, u64::MAX));
    }
    let left_out: Vec<f64> = (0..parts)
        .into_par_iter()
        .filter_map(|part| {
            let others = order.iter().enumerate().filter(|(place, _)| place % parts != part);
            index(&others.map(|(_, row)| *row).collect::<Vec<_>>())
        })
        .collect();
    Ok(bca_interval(observed, &draws, &left_out, bootstrap.confidence))
}
