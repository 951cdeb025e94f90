use super::classify::breaks::quantile;

/// The most frequent value and its number of occurrences. Of values with the same frequency the first is returned.
///
/// # Undefined
///
/// None for an empty list.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::majority;
/// assert_eq!(majority(&["a", "b", "b"]), Some((&"b", 2)));
/// assert_eq!(majority(&["a", "b"]), Some((&"a", 1)));
/// ```
#[must_use]
pub fn majority<T: PartialEq>(of: &[T]) -> Option<(&T, usize)> {
    let count = |one: &T| of.iter().filter(|other| *other == one).count();
    // The first of the largest: `max_by_key` takes the last.
    of.iter().rev().map(|one| (one, count(one))).max_by_key(|(_, count)| *count)
}

/// The interval that contains the middle 95 % of draws: their type-7 quantiles at 2.5 and 97.5 %.
///
/// # Undefined
///
/// None for an empty list, or if a value is not finite.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::middle_95_percent;
/// let draws: Vec<f64> = (0..=40).map(f64::from).collect();
/// assert_eq!(middle_95_percent(&draws), Some([1.0, 39.0]));
/// ```
///
/// # References
///
/// R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50, 1996.
#[must_use]
pub fn middle_95_percent(draws: &[f64]) -> Option<[f64; 2]> {
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    let is_finite = draws.iter().all(|draw| draw.is_finite());
    (is_finite && !sorted.is_empty()).then(|| [quantile(&sorted, 25, 1000), quantile(&sorted, 975, 1000)])
}
