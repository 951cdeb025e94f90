use rayon::prelude::*;
use serde::Serialize;

/// Measures of how well classes represent the values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fit {
    /// Σ |x − median of its class|, mapclassify's `adcm`.
    pub absolute_deviation: f64,
    /// 1 − that over Σ |x − median of all|, mapclassify's `get_gadf`; none where all values are equal.
    pub absolute_deviation_fit: Option<f64>,
    /// Σ (x − mean of its class)², mapclassify's `get_tss`.
    pub squared_deviation: f64,
    /// The goodness of variance fit, 1 − that over Σ (x − mean of all)²; none where all values are equal.
    pub variance_fit: Option<f64>,
    /// The tabular accuracy index, 1 − Σ |x − mean of its class| / Σ |x − mean of all|; none where all values are equal.
    pub tabular_accuracy: Option<f64>,
}

/// The fit of classes of so many sorted values each.
pub(super) fn fit(sorted: &[f64], counts: &[usize]) -> Fit {
    let mut rest = sorted;
    let classes = counts.iter().map(|count| {
        let (class, others) = rest.split_at(*count);
        rest = others;
        class
    });
    let parts: Vec<&[f64]> = std::iter::once(sorted).chain(classes).collect();
    let mut deviations = parts.into_par_iter().map(Deviation::of_sorted).collect::<Vec<_>>().into_iter();
    let whole = deviations.next().unwrap_or_default();
    let mut within = Deviation::default();
    for own in deviations {
        within.from_median += own.from_median;
        within.from_mean += own.from_mean;
        within.squared += own.squared;
    }
    let part = |within: f64, whole: f64| (whole > 0.0).then(|| 1.0 - within / whole);
    Fit {
        absolute_deviation: within.from_median,
        absolute_deviation_fit: part(within.from_median, whole.from_median),
        squared_deviation: within.squared,
        variance_fit: part(within.squared, whole.squared),
        tabular_accuracy: part(within.from_mean, whole.from_mean),
    }
}

#[derive(Default)]
struct Deviation {
    from_median: f64,
    from_mean: f64,
    squared: f64,
}

impl Deviation {
    fn of_sorted(sorted: &[f64]) -> Self {
        if sorted.is_empty() {
            return Self::default();
        }
        let (median, mean) = (median(sorted), mean(sorted));
        let absolute = |from: f64| sorted.iter().map(|value| (value - from).abs()).sum();
        let squared = sorted.iter().map(|value| (value - mean).powi(2)).sum();
        Self { from_median: absolute(median), from_mean: absolute(mean), squared }
    }
}

/// The mean of sorted values, between the least and the greatest whatever is rounded: from the middle one, so that equal values
/// deviate by nothing.
fn mean(sorted: &[f64]) -> f64 {
    let middle = sorted[sorted.len() / 2];
    middle + sorted.iter().map(|value| value - middle).sum::<f64>() / sorted.len() as f64
}

/// The middle of sorted values, of an even number that of the two in the middle.
pub(super) fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}
