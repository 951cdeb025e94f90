use serde::Serialize;
use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

use super::STATISTIC;
use super::local_mean::local_mean_variance;
use crate::error::{Result, StatsError};
use crate::model::with_fields;
use crate::stats::cluster::Places;
use crate::stats::concentration::wilson_interval;

/// Units of a stratified sample that were inspected. The lists have the same length.
#[derive(Debug, Clone, Copy)]
pub struct InspectedUnits<'a> {
    /// Where the units stand.
    pub places: &'a Places,
    /// The stratum of each unit, as a position in the list of populations.
    pub strata: &'a [usize],
    /// Whether each unit passed.
    pub passed: &'a [bool],
}

/// Options of [`pass_rate`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PassRateOptions {
    /// The confidence of the interval; 0.95 by default.
    pub confidence: f64,
    /// The number of units of a local mean, the unit itself among them; 4 by default.
    pub neighbours: usize,
}

impl Default for PassRateOptions {
    fn default() -> Self {
        Self { confidence: 0.95, neighbours: 4 }
    }
}

with_fields! {
    PassRateOptions {
        with_confidence(confidence: f64);
        with_neighbours(neighbours: usize);
    }
}

/// The share of a population that would pass, as estimated from a sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PassRate {
    /// The number of units inspected.
    pub inspected: usize,
    /// The number of these that passed.
    pub passed: usize,
    /// The number of units in the strata of which some were inspected; the estimate is about these.
    pub represented: u64,
    /// The estimated share.
    pub share: Option<f64>,
    /// The standard error of the share by local means; none where it cannot be estimated.
    pub standard_error: Option<f64>,
    /// The lower bound of the interval.
    pub lower: Option<f64>,
    /// The upper bound of the interval.
    pub upper: Option<f64>,
}

/// Estimates the share of a population that would pass an inspection from a stratified sample that is spread over space.
///
/// With m_h of the N_h units of stratum h inspected, of which a share p_h passed, p = Σ N_h p_h / Σ N_h over the strata in which
/// some were inspected: each inspected unit stands for N_h / m_h, the inverse of its inclusion probability. Units that were drawn and
/// could not be inspected are taken to be like those of their stratum that were.
///
/// The variance V of p is that of [`local_mean_variance`]. The interval is Wilson's with the effective number n = p (1 − p) / V in
/// the place of the number of units, multiplied by (z / t)², where t is Student's quantile with as many degrees of freedom as there are
/// more units than strata, and z that of the normal distribution. If all or none passed, or V is 0, n is 1 / Σ W_h² (1 − m_h / N_h) / m_h with
/// W_h = N_h / Σ N_h, that of a stratified random sample, so that a sample without a failure does not promise a population without
/// one. If every unit was inspected, the interval is the share.
///
/// # Undefined
///
/// The share if nothing was inspected; the standard error if a unit has no other to be compared with.
///
/// # Errors
///
/// Lists of different lengths; a stratum that is not in the list of populations; more units inspected than a stratum has; a
/// confidence that is not between 0 and 1; fewer than two neighbours.
///
/// # Examples
///
/// Three of four inspected firms of forty passed, in one stratum:
///
/// ```
/// use jiju_core::stats::{InspectedUnits, PassRateOptions, Places, pass_rate};
/// let places = Places::planar(&[[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]])?;
/// let units = InspectedUnits { places: &places, strata: &[0; 4], passed: &[true, true, false, true] };
/// let found = pass_rate(&units, &[40], PassRateOptions::default())?;
/// assert_eq!((found.share, found.represented), (Some(0.75), 40));
/// assert!(found.lower.unwrap() < 0.4 && found.upper.unwrap() > 0.9);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// A. Grafström, L. Schelin, How to select representative samples, Scandinavian Journal of Statistics 41, 2014; E. L. Korn, B. I.
/// Graubard, Confidence intervals for proportions with small expected number of positive counts estimated from survey data, Survey
/// Methodology 24, 1998; E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
/// American Statistical Association 22, 1927.
pub fn pass_rate(units: &InspectedUnits<'_>, populations: &[u64], options: PassRateOptions) -> Result<PassRate> {
    let InspectedUnits { places, strata, passed } = *units;
    let PassRateOptions { confidence, neighbours } = options;
    if passed.len() != strata.len() {
        let (found, expected) = (format!("{} units", passed.len()), format!("{} units", strata.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the findings", found, expected }.into());
    }
    if !(confidence > 0.0 && confidence < 1.0) {
        let (found, expected) = (confidence.to_string(), "a number between 0 and 1".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "the confidence", found, expected }.into());
    }
    if let Some(stratum) = strata.iter().find(|stratum| **stratum >= populations.len()) {
        let (found, expected) = (format!("the stratum at {stratum}"), format!("{} populations", populations.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the strata", found, expected }.into());
    }
    let mut inspected = vec![0_u64; populations.len()];
    let mut passed_in = vec![0_u64; populations.len()];
    for (stratum, passed) in strata.iter().zip(passed) {
        inspected[*stratum] += 1;
        passed_in[*stratum] += u64::from(*passed);
    }
    if let Some(stratum) = (0..populations.len()).find(|stratum| inspected[*stratum] > populations[*stratum]) {
        let (found, expected) = (inspected[stratum] as f64, "no more units than the stratum has");
        let place = format!("stratum {}", stratum + 1);
        return Err(StatsError::Value { statistic: STATISTIC, place, found, expected }.into());
    }
    let seen: Vec<usize> = (0..populations.len()).filter(|stratum| inspected[*stratum] > 0).collect();
    let represented: u64 = seen.iter().map(|stratum| populations[*stratum]).sum();
    let mut found = PassRate {
        inspected: strata.len(),
        passed: passed.iter().filter(|passed| **passed).count(),
        represented,
        share: None,
        standard_error: None,
        lower: None,
        upper: None,
    };
    if represented == 0 {
        return Ok(found);
    }
    let whole = represented as f64;
    let part = |stratum: usize| inspected[stratum] as f64 / populations[stratum] as f64;
    let share = if found.passed == found.inspected {
        1.0
    } else {
        let passes = |stratum: &usize| passed_in[*stratum] as f64 / part(*stratum);
        seen.iter().map(passes).sum::<f64>() / whole
    };
    let values: Vec<f64> = passed.iter().map(|passed| f64::from(u8::from(*passed)) - share).collect();
    let probabilities: Vec<f64> = strata.iter().map(|stratum| part(*stratum)).collect();
    let variance = local_mean_variance(&values, &probabilities, places, strata, neighbours)?;
    let variance = variance.map(|variance| variance / (whole * whole));
    found.share = Some(share);
    found.standard_error = variance.map(f64::sqrt);
    let of_random = |stratum: &usize| {
        let weight = populations[*stratum] as f64 / whole;
        weight * weight * (1.0 - part(*stratum)) / inspected[*stratum] as f64
    };
    let random: f64 = seen.iter().map(of_random).sum();
    if random <= 0.0 {
        (found.lower, found.upper) = (Some(share), Some(share));
        return Ok(found);
    }
    let spread = share * (1.0 - share);
    let effective = match variance {
        Some(variance) if variance > 0.0 && spread > 0.0 => spread / variance,
        _ => 1.0 / random,
    };
    let freedom = (strata.len() - seen.len()).max(1) as f64;
    let level = f64::midpoint(1.0, confidence);
    let student = StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |student| student.inverse_cdf(level));
    let effective = effective * (Normal::standard().inverse_cdf(level) / student).powi(2);
    if let Some((lower, upper)) = wilson_interval(share * effective, effective, confidence) {
        (found.lower, found.upper) = (Some(lower), Some(upper));
    }
    Ok(found)
}
