#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cells and firms are fewer than 2³², which is checked; a position among draws"
)]

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{STATISTIC, location_quotient};
use crate::error::{Result, StatsError};

/// The most numbers a bootstrap holds.
const MOST_NUMBERS: usize = 1 << 27;

/// Location quotients of one sector in every area as distances from their mean in standard deviations (with n − 1),
/// z_i = (LQ_i − mean) / s.
///
/// They show which areas stand out, whatever the level of the quotients of the sector: for normally distributed quotients z is
/// above 1.96 with a probability of 0.025. Quotients are skewed if many areas have none of the sector; their logarithms may be
/// less so.
///
/// # Undefined
///
/// None where the quotient is none, and everywhere if fewer than two are defined or all are equal.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::standardised_quotients;
/// let z = standardised_quotients(&[Some(0.0), None, Some(1.0), Some(2.0)]);
/// assert_eq!(z, [Some(-1.0), None, Some(0.0), Some(1.0)]);
/// ```
///
/// # References
///
/// D. O'Donoghue, B. Gleave, A note on methods for measuring industrial agglomeration, Regional Studies 38, 2004.
#[must_use]
pub fn standardised_quotients(quotients: &[Option<f64>]) -> Vec<Option<f64>> {
    let known: Vec<f64> = quotients.iter().copied().flatten().collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let squares: f64 = known.iter().map(|quotient| (quotient - mean).powi(2)).sum();
    let deviation = (squares / (known.len() as f64 - 1.0)).sqrt();
    // The rounding error of equal quotients is not a deviation.
    let usable = known.len() > 1 && deviation > 1e-12 * mean.abs();
    quotients.iter().map(|quotient| quotient.filter(|_| usable).map(|one| (one - mean) / deviation)).collect()
}

/// The logarithms of location quotients above 0, as distances from their mean in standard deviations (with n − 1).
///
/// # Undefined
///
/// As for [`standardised_quotients`], and none where a quotient is 0.
///
/// # References
///
/// D. O'Donoghue, B. Gleave, A note on methods for measuring industrial agglomeration, Regional Studies 38, 2004.
#[must_use]
pub fn standardised_log_quotients(quotients: &[Option<f64>]) -> Vec<Option<f64>> {
    let logarithms: Vec<Option<f64>> =
        quotients.iter().map(|quotient| quotient.filter(|one| *one > 0.0).map(f64::ln)).collect();
    let known: Vec<f64> = logarithms.iter().copied().flatten().collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    // Logarithms may be about 0: what is alike is told by their own size.
    let alike = known.iter().all(|one| (one - mean).abs() <= 1e-12);
    if alike { vec![None; quotients.len()] } else { standardised_quotients(&logarithms) }
}

/// Options of the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// The number of replications.
    pub replications: usize,
    /// The seed. It gives the same draws on any number of threads.
    pub seed: u64,
    /// The confidence level of the intervals, and the share of areas below a cut-off.
    pub confidence: f64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { replications: 999, seed: 0, confidence: 0.95 }
    }
}

/// The bootstrap interval and p-value of the location quotient of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrappedQuotient {
    /// The percentile interval of the quotient; none if it was undefined in every replication, or the sector is one firm.
    pub interval: Option<(f64, f64)>,
    /// The one-sided p-value of a quotient of 1 or less, (M + 1) / (R + 1) with M of R replications; none as the
    /// interval.
    pub p: Option<f64>,
}

/// The bootstrap of location quotients: each replication draws as many firms as there are, with replacement.
///
/// `firms` are the area, sector and size of each firm. Results come area by area, and sector by sector within each
/// area. Unlike [`location_quotient_interval`](crate::stats::location_quotient_interval) it holds for amounts such as
/// employees, where one large firm makes the quotient uncertain. The sizes of areas and sectors vary between
/// replications as well, so that the interval is wider.
///
/// # Undefined
///
/// Draws in which the area or the sector is empty do not count. None for a sector of one firm: wherever it is drawn at all, it stands
/// where it stands.
///
/// # Errors
///
/// No firm, an area or sector that is none, a size that is negative or not finite, no replication, more cells and replications
/// than can be held (2²⁷ numbers), a confidence that is not between 0 and 1.
///
/// # Examples
///
/// Where all firms are of one cell, no draw differs:
///
/// ```
/// use jiju_core::stats::{Bootstrap, bootstrapped_quotients};
/// let found = bootstrapped_quotients(&[(0, 0, 1.0); 5], 1, 1, &Bootstrap::default())?;
/// assert_eq!((found[0].interval, found[0].p), (Some((1.0, 1.0)), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993 (percentile interval); Z. Tian, Measuring agglomeration
/// using the standardized location quotient with a bootstrap method, Journal of Regional Analysis and Policy 43, 2013.
pub fn bootstrapped_quotients(
    firms: &[(usize, usize, f64)],
    areas: usize,
    sectors: usize,
    bootstrap: &Bootstrap,
) -> Result<Vec<BootstrappedQuotient>> {
    refuse(firms, areas, sectors, bootstrap)?;
    let cells = areas * sectors;
    let codes: Vec<(u32, f64)> =
        firms.iter().map(|(area, sector, size)| ((area * sectors + sector) as u32, *size)).collect();
    let draws: Vec<Vec<f64>> = (0..bootstrap.replications)
        .into_par_iter()
        .map(|number| {
            let mut generator = stream(bootstrap.seed, number as u64);
            let mut counts = vec![0.0; cells];
            for _ in 0..codes.len() {
                let (cell, size) = codes[generator.random_range(0..codes.len() as u32) as usize];
                counts[cell as usize] += size;
            }
            quotients_of(&counts, sectors)
        })
        .collect();
    let mut firms_of_sector = vec![0_usize; sectors];
    firms.iter().filter(|(.., size)| *size > 0.0).for_each(|(_, sector, _)| firms_of_sector[*sector] += 1);
    let tail = f64::midpoint(0.0, 1.0 - bootstrap.confidence);
    Ok((0..cells)
        .into_par_iter()
        .map(|cell| {
            let mut known: Vec<f64> = draws.iter().map(|draw| draw[cell]).filter(|one| !one.is_nan()).collect();
            known.sort_unstable_by(f64::total_cmp);
            let defined = !known.is_empty() && firms_of_sector[cell % sectors] > 1;
            let most = known.partition_point(|one| *one <= 1.0 + 1e-12);
            BootstrappedQuotient {
                interval: defined.then(|| (quantile(&known, tail), quantile(&known, 1.0 - tail))),
                p: defined.then(|| (most as f64 + 1.0) / (known.len() as f64 + 1.0)),
            }
        })
        .collect())
}

/// The cut-off of the standardised quotients of a sector, above which an area is an agglomeration: the quantile at
/// the confidence level of quotients drawn with replacement, averaged over the replications.
///
/// # Undefined
///
/// None without quotients.
///
/// # Errors
///
/// No replication, a confidence that is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Bootstrap, agglomeration_cut_off};
/// let z = [Some(1.5); 4];
/// assert_eq!(agglomeration_cut_off(&z, &Bootstrap::default())?, Some(1.5));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// After Z. Tian, Measuring agglomeration using the standardized location quotient with a bootstrap method, 2013.
pub fn agglomeration_cut_off(standardised: &[Option<f64>], bootstrap: &Bootstrap) -> Result<Option<f64>> {
    refuse_options(bootstrap)?;
    let known: Vec<f64> = standardised.iter().copied().flatten().collect();
    if known.is_empty() {
        return Ok(None);
    }
    let quantiles: Vec<f64> = (0..bootstrap.replications)
        .into_par_iter()
        .map(|number| {
            let mut generator = stream(bootstrap.seed, number as u64);
            let mut drawn: Vec<f64> =
                known.iter().map(|_| known[generator.random_range(0..known.len() as u32) as usize]).collect();
            drawn.sort_unstable_by(f64::total_cmp);
            quantile(&drawn, bootstrap.confidence)
        })
        .collect();
    Ok(Some(quantiles.iter().sum::<f64>() / quantiles.len() as f64))
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(number);
    generator
}

/// Not a number where undefined.
fn quotients_of(counts: &[f64], sectors: usize) -> Vec<f64> {
    let mut of_sector = vec![0.0; sectors];
    let mut of_area = Vec::with_capacity(counts.len() / sectors);
    for row in counts.chunks_exact(sectors) {
        row.iter().zip(&mut of_sector).for_each(|(count, total)| *total += count);
        of_area.push(row.iter().sum::<f64>());
    }
    let all: f64 = of_area.iter().sum();
    let quotient = |(cell, count): (usize, &f64)| {
        location_quotient(*count, of_area[cell / sectors], of_sector[cell % sectors], all).unwrap_or(f64::NAN)
    };
    counts.iter().enumerate().map(quotient).collect()
}

/// The quantile of type 7 of sorted values.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}

fn refuse(
    firms: &[(usize, usize, f64)],
    areas: usize,
    sectors: usize,
    bootstrap: &Bootstrap,
) -> Result<(), StatsError> {
    refuse_options(bootstrap)?;
    if firms.iter().all(|(.., size)| *size <= 0.0) {
        return Err(StatsError::NoValues { statistic: STATISTIC });
    }
    let wrong = |(area, sector, size): &(usize, usize, f64)| {
        *area >= areas || *sector >= sectors || !(size.is_finite() && *size >= 0.0)
    };
    if let Some(firm) = firms.iter().position(wrong) {
        return Err(StatsError::Value {
            statistic: STATISTIC,
            place: format!("firm {}", firm + 1),
            found: firms[firm].2,
            expected: "a size of 0 or more, in an area and a sector that there are",
        });
    }
    let numbers = areas.saturating_mul(sectors).saturating_mul(bootstrap.replications);
    if numbers > MOST_NUMBERS || firms.len() > u32::MAX as usize {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the number of replications",
            found: format!("{} of {} cells", bootstrap.replications, areas.saturating_mul(sectors)),
            expected: format!("at most {MOST_NUMBERS} numbers in all"),
        });
    }
    Ok(())
}

fn refuse_options(bootstrap: &Bootstrap) -> Result<(), StatsError> {
    let refused = |option, found: String, expected: &str| {
        Err(StatsError::Option { statistic: STATISTIC, option, found, expected: expected.to_owned() })
    };
    if bootstrap.replications == 0 {
        return refused("the number of replications", "0".to_owned(), "1 or more");
    }
    if !(bootstrap.confidence > 0.0 && bootstrap.confidence < 1.0) {
        return refused("confidence", bootstrap.confidence.to_string(), "a number between 0 and 1");
    }
    Ok(())
}
