use serde::Serialize;

use super::{STATISTIC, q_of, refuse};
use crate::error::{Result, StatsError};
use crate::stats::{Classes, Scheme, classify};

/// Numbers in classes, chosen for what these explain.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscretisedFactor {
    /// The scheme that was chosen.
    pub scheme: Scheme,
    /// The upper bounds of the classes.
    pub breaks: Vec<f64>,
    /// The number of the class of each unit, from 0.
    pub strata: Vec<usize>,
    /// What was tried, scheme by scheme.
    pub trials: Vec<DiscretisationTrial>,
}

/// A scheme and a number of classes that were tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiscretisationTrial {
    /// The scheme.
    pub scheme: String,
    /// The number of classes asked for.
    pub classes: usize,
    /// q of the classes; none where the scheme does not apply, or a class has fewer than two values.
    pub q: Option<f64>,
}

/// Puts the numbers of a factor into the classes that explain most of the values: of all schemes and numbers of classes those with the
/// greatest q. Of equally good ones the first scheme is taken, and of it the fewest classes.
///
/// More classes explain more, whatever they are of, so that the largest number is chosen most often; and a p-value of classes chosen in
/// this way is too small.
///
/// # Undefined
///
/// A trial is none where a class has fewer than two values, where there is one class only, where the scheme gives another number of
/// classes than asked for, or does not apply, such as geometric classes of a negative number.
///
/// # Errors
///
/// Those of [`factor_detector`](super::factor_detector); no scheme or number of classes; numbers that are not finite; no trial that is
/// defined.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Scheme, discretised_factor};
/// let values = [1.0, 1.0, 1.0, 9.0, 9.0, 9.0];
/// let found = discretised_factor(&values, &[0.0, 1.0, 2.0, 3.0, 4.0, 50.0], &[Scheme::EqualInterval, Scheme::Quantile], &[2])?;
/// assert_eq!((found.scheme, found.strata), (Scheme::Quantile, vec![0, 0, 0, 1, 1, 1]));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// Y. Song, J. Wang, Y. Ge, C. Xu, An optimal parameters-based geographical detector model enhances geographic characteristics of
/// explanatory variables for spatial heterogeneity analysis, GIScience & Remote Sensing 57, 2020; R's GD, `optidisc`.
pub fn discretised_factor(
    values: &[f64],
    numbers: &[f64],
    schemes: &[Scheme],
    classes: &[usize],
) -> Result<DiscretisedFactor> {
    refuse(values, &vec![0; numbers.len()])?;
    refuse(numbers, &vec![0; numbers.len()])?;
    let mut best: Option<(f64, DiscretisedFactor)> = None;
    let mut trials = Vec::new();
    for scheme in schemes {
        for asked in classes {
            let usable = |found: &Classes| found.breaks.len() > 1 && found.counts.iter().all(|count| *count > 1);
            let found = classify(numbers, scheme, *asked).ok().filter(usable);
            let strata = found.as_ref().map(|found| strata_of(numbers, &found.breaks));
            let q = strata.as_ref().map(|strata| q_of(values, strata)).transpose()?.flatten();
            trials.push(DiscretisationTrial { scheme: scheme.to_string(), classes: *asked, q });
            if let (Some(found), Some(strata), Some(q)) = (found, strata, q)
                && best.as_ref().is_none_or(|(least, _)| q > *least)
            {
                let factor =
                    DiscretisedFactor { scheme: scheme.clone(), breaks: found.breaks, strata, trials: Vec::new() };
                best = Some((q, factor));
            }
        }
    }
    let Some((_, factor)) = best else {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the number of classes",
            found: format!("{classes:?} by {} schemes", schemes.len()),
            expected: "classes of two values or more, of values that vary".to_owned(),
        }
        .into());
    };
    Ok(DiscretisedFactor { trials, ..factor })
}

/// The class of each number, (lower, upper].
fn strata_of(numbers: &[f64], breaks: &[f64]) -> Vec<usize> {
    numbers.iter().map(|number| breaks.partition_point(|upper| upper < number)).collect()
}
