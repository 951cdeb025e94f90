//! Schemes whose breaks come straight from a formula.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "powers of ten and multiples of the deviation of finite values are small whole numbers"
)]

use super::{MAX_CLASSES, STATISTIC};
use crate::error::StatsError;

/// The breaks as given, and the greatest value where they end below it.
pub(super) fn given_breaks(given: &[f64], maximum: f64) -> Result<Vec<f64>, StatsError> {
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

pub(super) fn equal_interval(minimum: f64, maximum: f64, classes: usize) -> Vec<f64> {
    let range = maximum - minimum;
    let inner = (1..classes).map(|class| minimum + range * class as f64 / classes as f64);
    inner.chain([maximum]).collect()
}

/// The quantile of type 7 at the share `part / whole`: between the values on both sides of position
/// (n − 1) · part / whole, which whole numbers give without rounding.
pub(in crate::stats) fn quantile(sorted: &[f64], part: usize, whole: usize) -> f64 {
    let position = (sorted.len() - 1) * part;
    let (below, rest) = (position / whole, position % whole);
    let lower = sorted[below];
    if rest == 0 {
        return lower;
    }
    lower + (sorted[below + 1] - lower) * (rest as f64 / whole as f64)
}

/// Breaks at the mean, then at the mean of what is above it, and on until nothing is left to divide.
pub(super) fn head_tail(sorted: &[f64]) -> Vec<f64> {
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
pub(super) fn mean_standard_deviation(sorted: &[f64]) -> Vec<f64> {
    let centre = mean(sorted);
    let squares: f64 = sorted.iter().map(|value| (value - centre).powi(2)).sum();
    let deviation = (squares / (sorted.len() - 1) as f64).sqrt();
    with_maximum(
        [-2.0, -1.0, 1.0, 2.0].map(|multiple| centre + multiple * deviation).to_vec(),
        sorted[sorted.len() - 1],
    )
}

/// Breaks at the mean and at whole numbers of standard deviations (with n − 1) from it, as far as there are values, and at the
/// greatest value.
pub(super) fn standard_deviation(sorted: &[f64]) -> Vec<f64> {
    let centre = mean(sorted);
    let (least, greatest) = (sorted[0], sorted[sorted.len() - 1]);
    let squares: f64 = sorted.iter().map(|value| (value - centre).powi(2)).sum();
    let deviation = (squares / (sorted.len() - 1) as f64).sqrt();
    // Values so close together that their squares are no doubles; no n has more deviations to one side than √n.
    if deviation <= 0.0 {
        return vec![greatest];
    }
    let whole = |value: f64| ((value - centre) / deviation).trunc() as i64;
    let multiples = whole(least)..=whole(greatest);
    with_maximum(multiples.map(|multiple| centre + multiple as f64 * deviation).collect(), greatest)
}

/// Breaks at the least value times powers of one ratio, so that each class is as many times as wide as the one before.
pub(super) fn geometric(minimum: f64, maximum: f64, classes: usize) -> Result<Vec<f64>, StatsError> {
    if minimum <= 0.0 {
        return Err(StatsError::Value {
            statistic: STATISTIC,
            place: "the least value".to_owned(),
            found: minimum,
            expected: "values above 0 for geometric classes",
        });
    }
    // By logarithms: the ratio itself may be no double.
    let (low, high) = (minimum.ln(), maximum.ln());
    let inner = (1..classes).map(|class| (low + (high - low) * class as f64 / classes as f64).exp());
    let mut breaks: Vec<f64> = inner.filter(|upper| (minimum..maximum).contains(upper)).collect();
    breaks.push(maximum);
    Ok(breaks)
}

/// Breaks at the lower fence, the quartiles and the upper fence, and at the greatest value.
pub(super) fn box_plot(sorted: &[f64], hinge: f64) -> Result<Vec<f64>, StatsError> {
    if !(hinge.is_finite() && hinge >= 0.0) {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the hinge of the box plot",
            found: hinge.to_string(),
            expected: "interquartile ranges of 0 or more".to_owned(),
        });
    }
    let [lower, median, upper] = [1, 2, 3].map(|quarter| quantile(sorted, quarter, 4));
    let whisker = hinge * (upper - lower);
    let breaks = vec![lower - whisker, lower, median, upper, upper + whisker];
    Ok(with_maximum(breaks, sorted[sorted.len() - 1]))
}

fn with_maximum(mut breaks: Vec<f64>, maximum: f64) -> Vec<f64> {
    if breaks.last().is_some_and(|last| *last < maximum) {
        breaks.push(maximum);
    }
    breaks
}

/// Breaks in the middle of the widest gaps; of equally wide ones the lower first.
pub(super) fn maximum_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
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
pub(super) fn pretty(minimum: f64, maximum: f64, classes: usize) -> Vec<f64> {
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
