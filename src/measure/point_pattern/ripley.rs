//! Ripley's K, in whichever form it is told.

use super::Simulating;
use super::pattern::{Curve, HeldAgainst, Pattern};
use crate::error::{ProjectError, Result};
use crate::stats::{self, Depth, EdgeCorrection, PairFunction};

/// How pairs are counted in Ripley's K.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting {
    /// How pairs are corrected for points beyond the window.
    pub(super) correction: EdgeCorrection,
    /// Whether points near the boundary are counted by the intervals between distances.
    pub(super) binned: bool,
}

/// K and L of a pattern, and the one of them that `curve` takes held against simulated patterns.
///
/// # Errors
///
/// Counting by intervals without the border correction; what the statistic refuses.
pub(super) fn ripley(
    pattern: &Pattern,
    radii_m: &[f64],
    counting: Counting,
    simulating: &mut Simulating<'_>,
    curve: impl Fn(&PairFunction) -> &Curve + Sync,
) -> Result<(PairFunction, Option<HeldAgainst>)> {
    let Counting { correction, binned } = counting;
    if binned && correction != EdgeCorrection::Border {
        let message = "‹binned› is about points near the boundary, which only the border correction leaves out";
        let hint = "give ‹edge_correction› border, or leave out ‹binned›";
        return Err(ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into());
    }
    let depth = depth(binned);
    let k = |from: &[[f64; 2]], to: Option<&[[f64; 2]]>| {
        stats::k_function(from, to, pattern.window(), radii_m, correction, depth)
    };
    let found = k(&pattern.from, pattern.others())?;
    let held = pattern.held_in_window(simulating, curve(&found), |from, to| {
        let simulated = k(from, to)?;
        Ok(curve(&simulated).clone())
    })?;
    Ok((found, held))
}

/// Whether the distances of points to the boundary are taken as they are, or by the intervals that they fall into.
pub(super) const fn depth(binned: bool) -> Depth {
    if binned { Depth::Binned } else { Depth::Exact }
}
