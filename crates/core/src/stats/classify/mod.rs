//! Classification of values for maps.

pub(super) mod breaks;
mod fisher_jenks;
mod fit;
mod jenks_caspall;
mod scheme;

pub use fit::Fit;
pub use scheme::Scheme;

use rayon::prelude::*;

use crate::error::{Result, StatsError};
use breaks::{
    box_plot, equal_interval, geometric, given_breaks, head_tail, maximum_breaks, mean_standard_deviation, pretty,
    quantile, standard_deviation,
};
use fisher_jenks::{fisher_jenks_breaks, sampled};
use fit::fit;
use jenks_caspall::{forced_breaks, jenks_caspall_breaks};

const STATISTIC: &str = "classes";

/// The greatest number of classes.
pub const MAX_CLASSES: usize = 256;

/// Squares of larger values could add up to more than a double holds.
const LARGEST_VALUE: f64 = 1e140;

/// The percentiles that [`Scheme::Percentiles`] breaks at: tails, bulk and median.
const PERCENTILES: [usize; 6] = [1, 10, 50, 90, 99, 100];

/// Values sorted into classes (lower, upper]; the first class includes the minimum.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// The least value.
    pub minimum: f64,
    /// The upper bound of each class, strictly ascending, the last not below the greatest value.
    pub breaks: Vec<f64>,
    /// The number of values in each class.
    pub counts: Vec<usize>,
    /// Measures of how well the classes represent the values.
    pub fit: Fit,
}

impl Classes {
    /// The class of a value: the first whose upper bound is not below it; the last for anything greater.
    ///
    /// # Undefined
    ///
    /// None for a value that is not a number.
    #[must_use]
    pub fn class_of(&self, value: f64) -> Option<usize> {
        let class = self.breaks.partition_point(|upper| *upper < value);
        (!value.is_nan()).then(|| class.min(self.breaks.len().saturating_sub(1)))
    }
}

/// Sorts values into classes by a scheme; missing values are left out by the caller.
///
/// `classes` is the number of classes wanted; schemes that determine their own number ignore it. There may be fewer: at most
/// as many as distinct values for Fisher–Jenks and maximum breaks, one if all values are equal, and bounds that coincide are
/// returned once. Equal values are never in two classes.
///
/// # Errors
///
/// An empty list, values that are not finite or beyond 10¹⁴⁰, no classes or more than [`MAX_CLASSES`], given breaks
/// that are empty, not finite or not ascending, a value of 0 or below for geometric classes, a hinge below 0, and a sample
/// of nothing.
///
/// # Examples
///
/// Two clusters and an outlier:
///
/// ```
/// use jiju_core::stats::{Scheme, classify};
///
/// let values = [1.0, 2.0, 2.0, 10.0, 11.0, 50.0];
/// let natural = classify(&values, &Scheme::FisherJenks, 3).unwrap();
/// assert_eq!(natural.breaks, [2.0, 11.0, 50.0]);
/// assert_eq!(natural.counts, [3, 2, 1]);
/// let even = classify(&values, &Scheme::EqualInterval, 7).unwrap();
/// assert_eq!(even.breaks, [8.0, 15.0, 22.0, 29.0, 36.0, 43.0, 50.0]);
/// ```
///
/// # References
///
/// R. J. Hyndman, Y. Fan, Sample Quantiles in Statistical Packages, 1996 (quantiles are of type 7); W. D. Fisher, On
/// Grouping for Maximum Homogeneity, 1958; G. F. Jenks, F. C. Caspall, Error on Choroplethic Maps, Annals of the Association
/// of American Geographers 61, 1971; B. Jiang, Head/Tail Breaks, 2013; P. S. Heckbert, Nice Numbers for Graph
/// Labels, 1990 (pretty breaks).
pub fn classify(values: &[f64], scheme: &Scheme, classes: usize) -> Result<Classes> {
    refuse(values, classes)?;
    let mut sorted = values.to_vec();
    sorted.par_sort_unstable_by(f64::total_cmp);
    let (minimum, maximum) = (sorted[0], sorted[sorted.len() - 1]);
    let mut breaks = match scheme {
        Scheme::Breaks(given) => given_breaks(given, maximum)?,
        _ if minimum == maximum => vec![maximum],
        Scheme::EqualInterval => equal_interval(minimum, maximum, classes),
        Scheme::Quantile => (1..=classes).map(|class| quantile(&sorted, class, classes)).collect(),
        Scheme::FisherJenks => fisher_jenks_breaks(&sorted, classes),
        Scheme::FisherJenksSampled { sample, seed } => fisher_jenks_breaks(&sampled(&sorted, *sample, *seed)?, classes),
        Scheme::JenksCaspall => jenks_caspall_breaks(&sorted, classes),
        Scheme::JenksCaspallForced => forced_breaks(&sorted, classes),
        Scheme::Geometric => geometric(minimum, maximum, classes)?,
        Scheme::HeadTail => head_tail(&sorted),
        Scheme::MeanStandardDeviation => mean_standard_deviation(&sorted),
        Scheme::StandardDeviation => standard_deviation(&sorted),
        Scheme::BoxPlot { hinge } => box_plot(&sorted, *hinge)?,
        Scheme::MaximumBreaks => maximum_breaks(&sorted, classes),
        Scheme::Pretty => pretty(minimum, maximum, classes),
        Scheme::Percentiles => PERCENTILES.iter().map(|percent| quantile(&sorted, *percent, 100)).collect(),
    };
    breaks.dedup();
    let mut below = 0;
    let counts: Vec<usize> = breaks
        .iter()
        .map(|upper| {
            let up_to = sorted.partition_point(|value| value <= upper);
            let count = up_to - below;
            below = up_to;
            count
        })
        .collect();
    let fit = fit(&sorted, &counts);
    Ok(Classes { minimum, breaks, counts, fit })
}

/// The fewest classes, from 2 up to [`MAX_CLASSES`], whose absolute deviation fit is above `least`.
///
/// # Undefined
///
/// None where as many as there are distinct values do not reach it, or all values are equal.
///
/// # Errors
///
/// The errors of [`classify`]; a fit that is not below 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Scheme, classes_of_fit};
/// let values = [1.0, 2.0, 2.0, 10.0, 11.0, 50.0];
/// let classes = classes_of_fit(&values, &Scheme::FisherJenks, 0.9)?.unwrap();
/// assert_eq!(classes.breaks.len(), 3);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// mapclassify's `gadf`, whose question it is.
pub fn classes_of_fit(values: &[f64], scheme: &Scheme, least: f64) -> Result<Option<Classes>> {
    refuse(values, 1)?;
    if !(0.0..1.0).contains(&least) {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the fit",
            found: least.to_string(),
            expected: "a number from 0 to below 1".to_owned(),
        }
        .into());
    }
    let most = values.len().clamp(2, MAX_CLASSES);
    for classes in 2..=most {
        let found = classify(values, scheme, classes)?;
        if found.fit.absolute_deviation_fit.is_some_and(|fit| fit > least) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn refuse(values: &[f64], classes: usize) -> Result<(), StatsError> {
    if values.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC });
    }
    if let Some((index, found)) =
        values.iter().enumerate().find(|(_, value)| value.is_nan() || value.abs() > LARGEST_VALUE)
    {
        return Err(StatsError::Value {
            statistic: STATISTIC,
            place: format!("index {index}"),
            found: *found,
            expected: "finite numbers up to 1e140; leave missing values out",
        });
    }
    if classes == 0 || classes > MAX_CLASSES {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the number of classes",
            found: classes.to_string(),
            expected: format!("1 to {MAX_CLASSES}"),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(values: &[f64], scheme: &Scheme, classes: usize) -> Vec<f64> {
        classify(values, scheme, classes).unwrap().breaks
    }

    #[test]
    fn equal_values_make_one_class() {
        for scheme in Scheme::named() {
            let classes = classify(&[7.5; 4], &scheme, 5).unwrap();
            assert_eq!((classes.breaks, classes.counts), (vec![7.5], vec![4]), "{scheme}");
        }
    }

    #[test]
    fn fewer_distinct_values_make_fewer_classes() {
        let values = [1.0, 1.0, 1.0, 2.0];
        assert_eq!(breaks(&values, &Scheme::FisherJenks, 5), [1.0, 2.0]);
        assert_eq!(breaks(&values, &Scheme::MaximumBreaks, 5), [1.5, 2.0]);
        assert_eq!(breaks(&values, &Scheme::Quantile, 2), [1.0, 2.0]);
    }

    #[test]
    fn pretty_breaks_are_round() {
        assert_eq!(breaks(&[0.03, 0.97], &Scheme::Pretty, 5), [0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(breaks(&[-12.0, 31.0], &Scheme::Pretty, 5), [-10.0, 0.0, 10.0, 20.0, 30.0, 40.0]);
    }

    #[test]
    fn the_closest_and_the_smallest_doubles_are_told_apart() {
        let smallest = f64::from_bits(1);
        for values in [[1.0, 1.0_f64.next_up()], [-smallest, smallest], [1e15, 1e15 + 0.125], [0.0, smallest]] {
            for scheme in Scheme::named().into_iter().filter(|scheme| values[0] > 0.0 || *scheme != Scheme::Geometric) {
                let classes = classify(&values, &scheme, 5).unwrap();
                assert_eq!(classes.counts.iter().sum::<usize>(), 2, "{scheme} of {values:?}");
                assert!(classes.breaks.windows(2).all(|pair| pair[0] < pair[1]), "{scheme}: {:?}", classes.breaks);
            }
            assert_eq!(breaks(&values, &Scheme::FisherJenks, 5), values);
        }
    }

    #[test]
    fn given_breaks_are_kept_and_reach_the_maximum() {
        let classes = classify(&[12.0, 12.0, 45.0], &Scheme::Breaks(vec![10.0, 20.0, 30.0]), 5).unwrap();
        assert_eq!((classes.breaks, classes.counts), (vec![10.0, 20.0, 30.0, 45.0], vec![0, 2, 0, 1]));
        for wrong in [vec![], vec![2.0, 1.0], vec![1.0, 1.0], vec![f64::NAN]] {
            assert!(classify(&[1.0], &Scheme::Breaks(wrong), 5).is_err());
        }
    }

    #[test]
    fn what_cannot_be_classified_is_refused() {
        for (values, classes) in
            [(&[][..], 5), (&[1.0, f64::NAN], 5), (&[1.0], 0), (&[1.0], 257), (&[-1e308, 1e308], 5)]
        {
            assert!(classify(values, &Scheme::EqualInterval, classes).is_err());
        }
    }
}
