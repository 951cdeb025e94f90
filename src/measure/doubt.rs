//! What tests of many things leave in doubt, in plain words.

use crate::stats::Adjustment;

/// What is said where a test does not exclude that nothing changed.
pub(crate) const NO_CHANGE: &str = "no change cannot be excluded";

/// What the difference of a test is called: one of two words where p, adjusted, is at most the level, else [`NO_CHANGE`]; none without a p.
pub(crate) fn verdict(
    difference: Option<f64>,
    p_adjusted: Option<f64>,
    level: f64,
    [up, down]: [&'static str; 2],
) -> Option<&'static str> {
    let (difference, p) = (difference?, p_adjusted?);
    Some(if p > level || difference == 0.0 {
        NO_CHANGE
    } else if difference > 0.0 {
        up
    } else {
        down
    })
}

/// Warns where p cannot be as low as one of so many tests needs to be significant by itself: of `draws` draws or permutations the least p
/// is `sides` / (draws + 1).
pub(crate) fn floor_note(
    adjustment: Adjustment,
    tests: usize,
    level: f64,
    (sides, draws): (u32, u64),
    parameter: &str,
) -> Option<String> {
    let least = f64::from(sides) / (draws as f64 + 1.0);
    let fewest = adjustment.fewest_significant(least, tests, level);
    (draws > 0 && tests > 0 && fewest != Some(1)).then(|| {
        let needed = adjustment.permutations_needed(sides, tests, level);
        let alone = match fewest {
            Some(fewest) => format!("unless {fewest} or more have it, none is significant at {level}"),
            None => format!("none can be significant at {level}"),
        };
        format!(
            "p cannot be below {least:.4} with {draws} ‹{parameter}›; adjusted for {tests} tests, {alone}: {needed} ‹{parameter}› let one \
be so by itself"
        )
    })
}
