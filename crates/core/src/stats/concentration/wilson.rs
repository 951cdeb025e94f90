use statrs::distribution::{ContinuousCDF as _, Normal};

/// The Wilson interval of the share of `part` in `whole`.
///
/// # Undefined
///
/// None where there is nothing to take a share of, the part exceeds it, or the confidence is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::wilson_interval;
/// let (lower, upper) = wilson_interval(0.0, 10.0, 0.95).unwrap();
/// assert_eq!((lower, format!("{upper:.4}")), (0.0, "0.2775".to_owned()));
/// ```
///
/// # References
///
/// E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
#[must_use]
pub fn wilson_interval(part: f64, whole: f64, confidence: f64) -> Option<(f64, f64)> {
    if !(whole > 0.0 && part >= 0.0 && part <= whole && confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let z = Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence));
    let (share, square) = (part / whole, z * z / whole);
    let middle = (share + square / 2.0) / (1.0 + square);
    let half = z / (1.0 + square) * (share * (1.0 - share) / whole + square / (4.0 * whole)).sqrt();
    // At 0 and 1 the ends are exact, but for rounding.
    let lower = if part == 0.0 { 0.0 } else { middle - half };
    let upper = if part == whole { 1.0 } else { middle + half };
    Some((lower.max(0.0), upper.min(1.0)))
}
