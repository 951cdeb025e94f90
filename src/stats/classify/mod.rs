//! Classes of a map: where one colour ends and the next begins.

mod fisher_jenks;
mod scheme;

pub use scheme::Scheme;

use crate::error::{Result, StatsError};
use fisher_jenks::fisher_jenks_breaks;

const STATISTIC: &str = "classes";

/// The most classes that may be asked for: far more than an eye can tell apart.
pub const MAX_CLASSES: usize = 256;

/// Squares of larger values could add up to more than a double holds.
const LARGEST_VALUE: f64 = 1e140;

/// The percentiles that [`Scheme::Percentiles`] breaks at: tails, bulk and median.
const PERCENTILES: [usize; 6] = [1, 10, 50, 90, 99, 100];
/// Whiskers of the box plot, in interquartile ranges.
const HINGE: f64 = 1.5;

/// Values sorted into classes (lower, upper]; the first class includes the minimum.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// The least value.
    pub minimum: f64,
    /// The upper bound of each class, strictly ascending, the last not below the greatest value.
    pub breaks: Vec<f64>,
    /// How many values each class holds.
    pub counts: Vec<usize>,
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
/// `classes` is how many are asked for; schemes that find their own number do not look at it. There are fewer where
/// the values do not support as many: as many as distinct values for Fisher–Jenks and maximum breaks, one where all
/// values are equal, and bounds that coincide are given once.
///
/// # Errors
///
/// Refuses an empty list, values that are not finite or beyond 10¹⁴⁰, no classes or more than [`MAX_CLASSES`], and
/// given breaks that are empty, not finite or not ascending.
///
/// # Examples
///
/// Two clusters and a straggler:
///
/// ```
/// use jiju::stats::{Scheme, classify};
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
/// Grouping for Maximum Homogeneity, 1958; B. Jiang, Head/Tail Breaks, 2013; P. S. Heckbert, Nice Numbers for Graph
/// Labels, 1990 (pretty breaks).
pub fn classify(values: &[f64], scheme: &Scheme, classes: usize) -> Result<Classes> {
    refuse(values, classes)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (minimum, maximum) = (sorted[0], sorted[sorted.len() - 1]);
    let mut breaks = match scheme {
        Scheme::Breaks(given) => given_breaks(given, maximum)?,
        _ if minimum == maximum => vec![maximum],
        Scheme::EqualInterval => equal_interval(minimum, maximum, classes),
        Scheme::Quantile => (1..=classes).map(|class| quantile(&sorted, class, classes)).collect(),
        Scheme::FisherJenks => fisher_jenks_breaks(&sorted, classes),
        Scheme::HeadTail => head_tail(&sorted),
        Scheme::MeanStandardDeviation => mean_standard_deviation(&sorted),
        Scheme::BoxPlot => box_plot(&sorted),
        Scheme::MaximumBreaks => maximum_breaks(&sorted, classes),
        Scheme::Pretty => pretty(minimum, maximum, classes),
        Scheme::Percentiles => PERCENTILES.iter().map(|percent| quantile(&sorted, *percent, 100)).collect(),
    };
    breaks.dedup();
    let mut below = 0;
    let counts = breaks
        .iter()
        .map(|upper| {
            let up_to = sorted.partition_point(|value| value <= upper);
            let count = up_to - below;
            below = up_to;
            count
        })
        .collect();
    Ok(Classes { minimum, breaks, counts })
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

/// The breaks as given, and the greatest value where they end below it.
fn given_breaks(given: &[f64], maximum: f64) -> Result<Vec<f64>, StatsError> {
    let ascending = given.windows(2).all(|pair| pair[0] < pair[1]) && given.iter().all(|upper| upper.is_finite());
    if given.is_empty() || !ascending {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the list of breaks",
            found: format!("{given:?}"),
            expected: "at least one upper bound, each above the one before".to_owned(),
        });
    }
    Ok(with_maximum(given.to_vec(), maximum))
}

fn equal_interval(minimum: f64, maximum: f64, classes: usize) -> Vec<f64> {
    let range = maximum - minimum;
    let inner = (1..classes).map(|class| minimum + range * class as f64 / classes as f64);
    inner.chain([maximum]).collect()
}

/// The quantile of type 7 at the share `part / whole`: between the values on both sides of position
/// (n − 1) · part / whole, which whole numbers give without rounding.
pub(super) fn quantile(sorted: &[f64], part: usize, whole: usize) -> f64 {
    let position = (sorted.len() - 1) * part;
    let (below, rest) = (position / whole, position % whole);
    let lower = sorted[below];
    if rest == 0 {
        return lower;
    }
    lower + (sorted[below + 1] - lower) * (rest as f64 / whole as f64)
}

/// Breaks at the mean, then at the mean of what is above it, and on until nothing is left to divide.
fn head_tail(sorted: &[f64]) -> Vec<f64> {
    let mut breaks = Vec::new();
    let mut head = sorted;
    while let (Some(&least), Some(&greatest)) = (head.first(), head.last()) {
        // A mean that rounds up to the greatest value leaves no head.
        let divided = mean(head).clamp(least, greatest);
        breaks.push(divided);
        head = &head[head.partition_point(|value| *value <= divided)..];
    }
    breaks
}

/// Breaks at one and two standard deviations (with n − 1) on both sides of the mean, and at the greatest value.
fn mean_standard_deviation(sorted: &[f64]) -> Vec<f64> {
    let centre = mean(sorted);
    let squares: f64 = sorted.iter().map(|value| (value - centre).powi(2)).sum();
    let deviation = (squares / (sorted.len() - 1) as f64).sqrt();
    with_maximum(
        [-2.0, -1.0, 1.0, 2.0].map(|multiple| centre + multiple * deviation).to_vec(),
        sorted[sorted.len() - 1],
    )
}

/// Breaks at the lower fence, the quartiles and the upper fence, and at the greatest value.
fn box_plot(sorted: &[f64]) -> Vec<f64> {
    let [lower, median, upper] = [1, 2, 3].map(|quarter| quantile(sorted, quarter, 4));
    let whisker = HINGE * (upper - lower);
    with_maximum(vec![lower - whisker, lower, median, upper, upper + whisker], sorted[sorted.len() - 1])
}

fn with_maximum(mut breaks: Vec<f64>, maximum: f64) -> Vec<f64> {
    if breaks.last().is_some_and(|last| *last < maximum) {
        breaks.push(maximum);
    }
    breaks
}

/// Breaks in the middle of the widest gaps; of equally wide ones the lower first.
fn maximum_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let mut gaps: Vec<(f64, f64)> =
        sorted.windows(2).filter(|pair| pair[0] < pair[1]).map(|pair| (pair[0], pair[1])).collect();
    gaps.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    gaps.truncate(classes - 1);
    let mut breaks: Vec<f64> = gaps.iter().map(|(below, above)| middle(*below, *above)).collect();
    breaks.sort_unstable_by(f64::total_cmp);
    breaks.push(sorted[sorted.len() - 1]);
    breaks
}

/// Between two values, the lower of them where no double is.
fn middle(below: f64, above: f64) -> f64 {
    let middle = f64::midpoint(below, above);
    if middle < above { middle } else { below }
}

/// Breaks at multiples of a round number, 1, 2 or 5 times a power of ten, about as many as asked for.
fn pretty(minimum: f64, maximum: f64, classes: usize) -> Vec<f64> {
    let range = maximum - minimum;
    // Values so close together that no power of ten is a double, or below, no multiple tells them apart.
    if range < 1e-290 {
        return equal_interval(minimum, maximum, classes);
    }
    let (digit, power) = round_number(range, &[(1.0, 1.0), (2.0, 2.0), (5.0, 5.0)]);
    let intervals = classes.max(2) - 1;
    let (digit, power) = round_number(scaled(digit, power) / intervals as f64, &[(1.5, 1.0), (3.0, 2.0), (7.0, 5.0)]);
    let step = scaled(digit, power);
    let (first, last) = ((minimum / step).floor(), (maximum / step).ceil());
    let count = last - first;
    if !(1.0..=(10 * MAX_CLASSES) as f64).contains(&count) {
        return equal_interval(minimum, maximum, classes);
    }
    // Multiples are made from whole numbers, so that 3 · 0.1 is 0.3.
    let breaks = (1..=count as usize).map(|number| scaled((first + number as f64) * digit, power)).collect();
    with_maximum(breaks, maximum)
}

/// The round number, as digit and power of ten, that the steps allow for a positive one: (up to, becomes), else 10.
fn round_number(value: f64, steps: &[(f64, f64)]) -> (f64, i32) {
    let power = value.log10().floor() as i32;
    let lead = scaled(value, -power);
    steps.iter().find(|(up_to, _)| lead <= *up_to).map_or((1.0, power + 1), |(_, digit)| (*digit, power))
}

fn scaled(value: f64, power: i32) -> f64 {
    if power >= 0 { value * 10_f64.powi(power) } else { value / 10_f64.powi(-power) }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
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
            for scheme in Scheme::named() {
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
