//! Rates of events to a base, such as cases to population: shrinkage for small bases, and standardisation.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF as _, Gamma, Normal};

use crate::error::{Result, StatsError};
use crate::model::{Weights, named};

const STATISTIC: &str = "rates";

/// Rates shrunk toward a mean, more so the smaller their base.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmpiricalBayes {
    /// The mean γ that the rates are shrunk toward.
    pub mean: Option<f64>,
    /// The variance φ of the underlying rates; 0 if the events vary no more than by chance.
    pub variance: Option<f64>,
    /// The shrunk rate of each unit.
    pub rates: Vec<Option<f64>>,
}

named! {
    "model of events";

    /// The distribution of the events of a unit, given its base.
    #[derive(Default)]
    pub enum EventModel {
        /// Poisson: events are rare, many times fewer than their base (Marshall).
        #[default]
        Poisson,
        /// Binomial: the events are part of their base (Martuzzi and Elliott).
        Binomial,
    }
}

/// Empirical-Bayes rates: each rate is shrunk toward the overall rate, so that units with a small base do not stand
/// out by chance.
///
/// With x events of a base n, p = x / n, γ = Σx / Σn, s² = Σ n (p − γ)² / Σn, n̄ the mean base. Poisson: φ = s² − γ /
/// n̄, at least 0, rate γ + φ / (φ + γ / n) (p − γ). Binomial: rate ρ p + (1 − ρ) γ with ρ = (n s² − n/n̄ γ(1 − γ)) /
/// ((n − 1) s² + (n̄ − n)/n̄ γ(1 − γ)), kept between 0 and 1.
///
/// # Undefined
///
/// Rates of units with a base of 0, which are ignored; all rates if every base is 0.
///
/// # Errors
///
/// Lists of different length; a number below 0 or not finite; events without a base; for the binomial, more events than base.
///
/// # Examples
///
/// Three firms of three say less than three hundred of a thousand:
///
/// ```
/// use jiju_core::stats::{EventModel, empirical_bayes};
///
/// let found = empirical_bayes(&[3.0, 300.0, 100.0], &[3.0, 1000.0, 1000.0], EventModel::Poisson)?;
/// assert!(found.rates[0].unwrap() < 0.4 && found.rates[1].unwrap() > 0.29);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// R. J. Marshall, Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40, 1991; M.
/// Martuzzi, P. Elliott, Empirical Bayes estimation of small area prevalence of non-rare conditions, Statistics in Medicine
/// 15, 1996.
pub fn empirical_bayes(events: &[f64], base: &[f64], model: EventModel) -> Result<EmpiricalBayes> {
    refuse(events, base)?;
    if model == EventModel::Binomial
        && let Some(unit) = (0..base.len()).find(|unit| events[*unit] > base[*unit])
    {
        let (place, found) = (format!("unit {}", unit + 1), events[unit]);
        return Err(
            StatsError::Value { statistic: STATISTIC, place, found, expected: "no more events than base" }.into()
        );
    }
    let Some(Prior { mean, spread, mean_base }) = Prior::from_units(events.iter().copied().zip(base.iter().copied()))
    else {
        return Ok(EmpiricalBayes { mean: None, variance: None, rates: vec![None; base.len()] });
    };
    let own = mean * (1.0 - mean);
    let variance = match model {
        EventModel::Poisson => (spread - mean / mean_base).max(0.0),
        EventModel::Binomial => (mean_base * spread - own) / (mean_base - 1.0),
    };
    let drawn = |unit: usize| -> Option<f64> {
        let (n, p) = (base[unit], rate(events[unit], base[unit])?);
        let share = match model {
            EventModel::Poisson => shrinkage(variance, mean, n),
            EventModel::Binomial => {
                // n φ / ((n − 1) φ + γ(1 − γ)), both times (n̄ − 1); the share of a rate that is kept lies between 0 and 1.
                let above = (mean_base * spread - own).max(0.0);
                let share = n * above / ((n - 1.0) * above + (mean_base - 1.0) * own);
                if above > 0.0 && !(0.0..=1.0).contains(&share) {
                    1.0
                } else if above > 0.0 {
                    share
                } else {
                    0.0
                }
            }
        };
        Some(mean + share * (p - mean)).filter(|rate| rate.is_finite())
    };
    let rates = (0..base.len()).map(drawn).collect();
    Ok(EmpiricalBayes { mean: Some(mean), variance: Some(variance).filter(|v| v.is_finite()), rates })
}

/// Empirical-Bayes rates, each shrunk toward the joint rate of the unit and its neighbours, by Marshall's local
/// estimator.
///
/// # Undefined
///
/// Rates of units with a base of 0. The rate of an island is left unchanged.
///
/// # Errors
///
/// The errors of [`empirical_bayes`]; lists that are not one number for each unit.
///
/// # References
///
/// R. J. Marshall, Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40, 1991.
pub fn local_empirical_bayes(events: &[f64], base: &[f64], weights: &Weights) -> Result<Vec<Option<f64>>> {
    refuse(events, base)?;
    refuse_units(base, weights)?;
    let drawn = |unit: usize| -> Option<f64> {
        let p = rate(events[unit], base[unit])?;
        let neighbours = weights.neighbours(unit).map(|(neighbour, _)| neighbour).filter(|other| *other != unit);
        let around = std::iter::once(unit).chain(neighbours).map(|unit| (events[unit], base[unit]));
        let Prior { mean, spread, mean_base } = Prior::from_units(around)?;
        let variance = (spread - mean / mean_base).max(0.0);
        Some(mean + shrinkage(variance, mean, base[unit]) * (p - mean))
    };
    Ok((0..base.len()).map(drawn).collect())
}

/// The joint rates of the neighbours of each unit, Σ_j w_ij x_j / Σ_j w_ij n_j. The unit itself is included if it is
/// its own neighbour.
///
/// # Undefined
///
/// None if the neighbours have a base of 0.
///
/// # Errors
///
/// The errors of [`empirical_bayes`]; lists that are not one number for each unit.
pub fn neighbourhood_rates(events: &[f64], base: &[f64], weights: &Weights) -> Result<Vec<Option<f64>>> {
    refuse(events, base)?;
    refuse_units(base, weights)?;
    let sum = |values: &[f64], unit: usize| -> f64 {
        weights.neighbours(unit).map(|(neighbour, weight)| weight * values[neighbour]).sum()
    };
    Ok((0..base.len()).map(|unit| rate(sum(events, unit), sum(base, unit))).collect())
}

/// Rates standardised by the variance that chance causes for their base, (p − γ) / √(φ + γ / n), or / √(γ / n) where
/// that variance would be negative. Moran's I of rates should be computed from these.
///
/// φ = s² − γ / n̄ as in [`empirical_bayes`], but it may be negative here.
///
/// # Undefined
///
/// None for units with a base of 0; all are none if there are no events.
///
/// # Errors
///
/// The errors of [`empirical_bayes`].
///
/// # References
///
/// R. M. Assunção, E. A. Reis, A new proposal to adjust Moran's I for population density, Statistics in Medicine 18, 1999.
pub fn standardised_rates(events: &[f64], base: &[f64]) -> Result<Vec<Option<f64>>> {
    refuse(events, base)?;
    let Some(Prior { mean, spread, mean_base }) = Prior::from_units(events.iter().copied().zip(base.iter().copied()))
    else {
        return Ok(vec![None; base.len()]);
    };
    let between = spread - mean / mean_base;
    let standardised = |unit: usize| -> Option<f64> {
        let p = rate(events[unit], base[unit])?;
        let by_chance = mean / base[unit];
        let variance = between + by_chance;
        let variance = if variance < 0.0 { by_chance } else { variance };
        Some((p - mean) / variance.sqrt()).filter(|z| z.is_finite())
    };
    Ok((0..base.len()).map(standardised).collect())
}

/// A rate adjusted for the mix of strata, with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StandardisedRate {
    /// The adjusted rate.
    pub rate: f64,
    /// The lower end of the interval.
    pub lower: f64,
    /// The upper end of the interval.
    pub upper: f64,
}

/// The directly standardised rate: the rate that an area would have with its own rates in each stratum and a standard
/// mix of strata, Σ_k (n°_k / n°) x_k / n_k, with the gamma interval of Fay and Feuer.
///
/// # Undefined
///
/// Where a stratum that the standard has has no base, and where the standard is empty. Without events the rate is 0, and so is
/// the lower end of its interval.
///
/// # Errors
///
/// The errors of [`empirical_bayes`]; a confidence that is not between 0 and 1.
///
/// # References
///
/// M. P. Fay, E. J. Feuer, Confidence intervals for directly standardized rates: a method based on the gamma distribution,
/// Statistics in Medicine 16, 1997.
pub fn direct_standardised_rate(
    events: &[f64],
    base: &[f64],
    standard_base: &[f64],
    confidence: f64,
) -> Result<Option<StandardisedRate>> {
    refuse(events, base)?;
    refuse(&vec![0.0; standard_base.len()], standard_base)?;
    refuse_length(standard_base.len(), base.len())?;
    let tail = tail(confidence)?;
    let total: f64 = standard_base.iter().sum();
    let strata: Vec<usize> = (0..base.len()).filter(|stratum| standard_base[*stratum] > 0.0).collect();
    if total <= 0.0 || strata.iter().any(|stratum| base[*stratum] <= 0.0) {
        return Ok(None);
    }
    let weight = |stratum: usize| standard_base[stratum] / total / base[stratum];
    let rate: f64 = strata.iter().map(|stratum| events[*stratum] * weight(*stratum)).sum();
    let variance: f64 = strata.iter().map(|stratum| events[*stratum] * weight(*stratum).powi(2)).sum();
    let most = strata.iter().map(|stratum| weight(*stratum)).fold(0.0, f64::max);
    let of_gamma = |mean: f64, variance: f64, share: f64| {
        Gamma::new(mean * mean / variance, mean / variance).ok().map(|gamma| gamma.inverse_cdf(share))
    };
    let lower = if rate > 0.0 { of_gamma(rate, variance, tail) } else { Some(0.0) };
    let upper = of_gamma(rate + most, variance + most * most, 1.0 - tail);
    Ok(lower.zip(upper).map(|(lower, upper)| StandardisedRate { rate, lower, upper }))
}

/// The indirectly standardised rate: the standard's rate times the ratio of the observed events to those expected at
/// the standard's rates in each stratum, with the log-normal interval of the ratio. Without events the rate is 0, and its
/// interval ends where as many events as none are found by chance: at −ln of the tail, by the Poisson distribution.
///
/// # Undefined
///
/// Where a stratum of the area has no base in the standard, or where nothing is expected.
///
/// # Errors
///
/// The errors of [`empirical_bayes`]; a confidence that is not between 0 and 1.
///
/// # References
///
/// N. E. Breslow, N. E. Day, Statistical Methods in Cancer Research II, 1987.
pub fn indirect_standardised_rate(
    events: &[f64],
    base: &[f64],
    standard_events: &[f64],
    standard_base: &[f64],
    standard_rate: f64,
    confidence: f64,
) -> Result<Option<StandardisedRate>> {
    refuse(events, base)?;
    refuse(standard_events, standard_base)?;
    refuse_length(standard_base.len(), base.len())?;
    let tail = tail(confidence)?;
    let found: f64 = events.iter().sum();
    let strata = || (0..base.len()).filter(|stratum| base[*stratum] > 0.0);
    let expected: Option<f64> =
        strata().map(|stratum| Some(base[stratum] * rate(standard_events[stratum], standard_base[stratum])?)).sum();
    if expected == Some(0.0) && found == 0.0 && standard_rate == 0.0 && strata().next().is_some() {
        // No event anywhere: whatever the ratio, its product with a rate of 0 is 0.
        return Ok(Some(StandardisedRate { rate: 0.0, lower: 0.0, upper: 0.0 }));
    }
    let Some(expected) = expected.filter(|expected| *expected > 0.0) else { return Ok(None) };
    if found == 0.0 {
        return Ok(Some(StandardisedRate { rate: 0.0, lower: 0.0, upper: standard_rate * -tail.ln() / expected }));
    }
    let ratio = found / expected;
    let factor = (Normal::standard().inverse_cdf(1.0 - tail) / found.sqrt()).exp();
    let rate = standard_rate * ratio;
    Ok(Some(StandardisedRate { rate, lower: rate / factor, upper: rate * factor }))
}

/// The share of the base that the events are; none without a base.
fn rate(events: f64, base: f64) -> Option<f64> {
    (base > 0.0).then(|| events / base)
}

/// The share of a unit's own deviation that is kept.
fn shrinkage(variance: f64, mean: f64, base: f64) -> f64 {
    // Without events anywhere, all rates are the mean.
    if variance > 0.0 { variance / (variance + mean / base) } else { 0.0 }
}

/// The distribution towards whose mean rates are shrunk.
struct Prior {
    mean: f64,
    spread: f64,
    mean_base: f64,
}

impl Prior {
    /// None where there is no base.
    fn from_units(units: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let units = units.filter(|(_, base)| *base > 0.0);
        let (events, base, count) =
            units.clone().fold((0.0, 0.0, 0.0), |(x, n, count), unit| (x + unit.0, n + unit.1, count + 1.0));
        let mean = rate(events, base)?;
        let squares: f64 = units.map(|(x, n)| n * (x / n - mean).powi(2)).sum();
        Some(Self { mean, spread: squares / base, mean_base: base / count })
    }
}

fn tail(confidence: f64) -> Result<f64, StatsError> {
    if confidence > 0.0 && confidence < 1.0 {
        return Ok((1.0 - confidence) / 2.0);
    }
    Err(StatsError::Option {
        statistic: STATISTIC,
        option: "confidence",
        found: confidence.to_string(),
        expected: "a number between 0 and 1".to_owned(),
    })
}

fn refuse_length(found: usize, expected: usize) -> Result<(), StatsError> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{found} numbers"), expected.to_string());
    Err(StatsError::Shape { statistic: STATISTIC, what: "a list", found, expected })
}

fn refuse_units(base: &[f64], weights: &Weights) -> Result<(), StatsError> {
    refuse_length(base.len(), weights.len())
}

fn refuse(events: &[f64], base: &[f64]) -> Result<(), StatsError> {
    refuse_length(events.len(), base.len())?;
    for (unit, (events, base)) in events.iter().zip(base).enumerate() {
        let refused = |found: f64, expected: &'static str| {
            Err(StatsError::Value { statistic: STATISTIC, place: format!("unit {}", unit + 1), found, expected })
        };
        for number in [events, base] {
            if !(number.is_finite() && *number >= 0.0) {
                return refused(*number, "events and a base of 0 or more");
            }
        }
        if *base == 0.0 && *events > 0.0 {
            return refused(*events, "no events where there is no base");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_rates_lie_between_0_and_1() {
        let found = empirical_bayes(&[1.0, 0.0, 2.0, 9.0], &[1.0, 1.0, 2.0, 90.0], EventModel::Binomial).unwrap();
        assert!(found.rates.iter().flatten().all(|rate| (0.0..=1.0).contains(rate)), "{:?}", found.rates);
        let found = empirical_bayes(&[0.0; 3], &[4.0, 0.0, 9.0], EventModel::Binomial).unwrap();
        assert_eq!(found.rates, [Some(0.0), None, Some(0.0)]);
    }

    #[test]
    fn without_events_rates_are_0() {
        let found = direct_standardised_rate(&[0.0, 0.0], &[5.0, 5.0], &[1.0, 1.0], 0.95).unwrap().unwrap();
        // Fay and Feuer: of one stratum with a base of 10 the upper end is that of a Poisson count, 3.689 / 10.
        assert_eq!((found.rate, found.lower), (0.0, 0.0));
        assert!((found.upper - 3.688_879_454_113_936 / 10.0).abs() < 1e-9, "{}", found.upper);
        let found = indirect_standardised_rate(&[0.0], &[10.0], &[1.0], &[10.0], 0.1, 0.95).unwrap().unwrap();
        assert!(found.rate == 0.0 && (found.upper - 0.1 * 3.688_879_454_113_936).abs() < 1e-12, "{found:?}");
    }
}
