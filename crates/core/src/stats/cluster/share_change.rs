use serde::Serialize;

use crate::error::{Result, StatsError};

const STATISTIC: &str = "the change of a cluster";

/// The most sums that are gone through for an exact p.
const MOST_SUMS: u64 = 4_000_000;

/// How many firms of the registers of two dates came to a cluster, left it and stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClusterFlows {
    /// Firms in the cluster at both dates.
    pub stayed: u64,
    /// Firms in the cluster at the second date, in the register but not in the cluster at the first.
    pub moved_in: u64,
    /// Firms in the cluster at the second date, not in the register at the first.
    pub entered: u64,
    /// Firms in the cluster at the first date, in the register but not in the cluster at the second.
    pub moved_out: u64,
    /// Firms in the cluster at the first date, not in the register at the second.
    pub closed: u64,
    /// Firms of the register at both dates that are in the cluster at neither.
    pub stayed_elsewhere: u64,
    /// Firms elsewhere at the second date, not in the register at the first.
    pub entered_elsewhere: u64,
    /// Firms elsewhere at the first date, not in the register at the second.
    pub closed_elsewhere: u64,
}

/// The share of a cluster in all firms at two dates, and whether it changed by more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareChange {
    /// The share of all firms of the first date that is in the cluster; none where there are none.
    pub share_before: Option<f64>,
    /// The share of all firms of the second date that is in the cluster; none where there are none.
    pub share_after: Option<f64>,
    /// The number of firms that came to the cluster or left it.
    pub changed: u64,
    /// The two-sided p of no change of the share.
    pub p: Option<f64>,
}

/// Tests whether the share of a cluster in all firms changed between two dates, of firms that are the same at both.
///
/// T = (n₁ − n₀) − π (N₁ − N₀), with n and N the firms of the cluster and of the register at each date and
/// π = (n₀ + n₁) / (N₀ + N₁), is what the cluster grew beyond its share of the growth of the register. Each firm adds to it what it was
/// at the second date less what it was at the first; under no change each that is not 0 is as likely to have the other sign. p is the exact
/// probability of a sum at least as far from 0, over all signs: 1 of firms that move in or out, 1 − π of those that open or close in the
/// cluster, π of those that open or close elsewhere. Firms that stay where they are add nothing. Where the same firms are in both registers it
/// is the exact test of McNemar.
///
/// # Undefined
///
/// No p where a register is empty, or where nothing adds to the sum. Where more than 4 million sums would be gone through, p is that of the
/// normal distribution of T / √Σ u², u what each firm adds.
///
/// # Errors
///
/// More firms than can be counted exactly, 2⁵³.
///
/// # Examples
///
/// Of ten firms that changed sides, nine came. Two-sided, (1 + 10) · 2 / 2¹⁰:
///
/// ```
/// use jiju_core::stats::{ClusterFlows, cluster_share_change};
/// let flows = ClusterFlows { stayed: 30, moved_in: 9, moved_out: 1, stayed_elsewhere: 60, ..ClusterFlows::default() };
/// let found = cluster_share_change(flows)?;
/// assert_eq!((found.share_before, found.share_after, found.changed), (Some(0.31), Some(0.39), 10));
/// assert!((found.p.unwrap() - 22.0 / 1024.0).abs() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages, Psychometrika 12, 1947;
/// P. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005, section 3.2 (matched pairs).
pub fn cluster_share_change(flows: ClusterFlows) -> Result<ShareChange> {
    let ClusterFlows { stayed, moved_in, entered, moved_out, closed, .. } = flows;
    let ClusterFlows { stayed_elsewhere, entered_elsewhere, closed_elsewhere, .. } = flows;
    let all = [stayed, moved_in, entered, moved_out, closed, stayed_elsewhere, entered_elsewhere, closed_elsewhere];
    if all.iter().try_fold(0_u64, |sum, one| sum.checked_add(*one)).is_none_or(|sum| sum > 1 << 53) {
        let (found, expected) = (format!("{all:?}"), "at most 2⁵³ firms".to_owned());
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the flows", found, expected }.into());
    }
    let inside = [stayed + moved_out + closed, stayed + moved_in + entered];
    let totals = [
        inside[0] + stayed_elsewhere + moved_in + closed_elsewhere,
        inside[1] + stayed_elsewhere + moved_out + entered_elsewhere,
    ];
    let share = |date: usize| (totals[date] > 0).then(|| inside[date] as f64 / totals[date] as f64);
    let (share_before, share_after) = (share(0), share(1));
    let kinds = [(1.0, moved_in, moved_out), (0.0, entered, closed), (0.0, closed_elsewhere, entered_elsewhere)];
    let pi = (inside[0] + inside[1]) as f64 / ((totals[0] + totals[1]) as f64).max(1.0);
    let steps = [kinds[0].0, 1.0 - pi, pi];
    let counts = kinds.map(|(_, up, down)| up + down);
    let observed: f64 = kinds.iter().zip(steps).map(|((_, up, down), step)| step * (*up as f64 - *down as f64)).sum();
    let squares: f64 = counts.iter().zip(steps).map(|(count, step)| *count as f64 * step * step).sum();
    let is_tested = share_before.is_some() && share_after.is_some() && squares > 0.0;
    let p = is_tested.then(|| {
        if (counts[0] + 1).saturating_mul(counts[1] + 1) <= MOST_SUMS && counts[2] <= MOST_SUMS {
            p_of_signs(counts, steps, observed.abs())
        } else {
            libm::erfc(observed.abs() / (2.0 * squares).sqrt())
        }
    });
    Ok(ShareChange { share_before, share_after, changed: moved_in + entered + moved_out + closed, p })
}

/// The probability that sums of signs, so many of each step, are at least so far from 0.
fn p_of_signs(counts: [u64; 3], steps: [f64; 3], least: f64) -> f64 {
    let chances = counts.map(binomial_half);
    // Of the last step the chances of at most so many ups.
    let mut below = vec![0.0];
    for chance in &chances[2] {
        below.push(below.last().copied().unwrap_or_default() + chance);
    }
    // Sums that differ by rounding alone are equal.
    let least = least - 1e-9;
    let sum = |kind: usize, ups: usize| steps[kind] * (2.0 * ups as f64 - counts[kind] as f64);
    let mut p = 0.0;
    for (first, chance) in chances[0].iter().enumerate() {
        for (second, other) in chances[1].iter().enumerate() {
            let so_far = sum(0, first) + sum(1, second);
            // The numbers of ups of the last step with which the sum is at most −least, and with which it is less than least.
            let ups = chances[2].len();
            let at_most = partition(ups, |third| so_far + sum(2, third) <= -least);
            let less = partition(ups, |third| so_far + sum(2, third) < least).max(at_most);
            p += chance * other * (below[at_most] + (1.0 - below[less]).max(0.0));
        }
    }
    p.min(1.0)
}

/// The number of places, from the first on, for which something holds.
fn partition(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut lower, mut upper) = (0, count);
    while lower < upper {
        let middle = usize::midpoint(lower, upper);
        if holds(middle) { lower = middle + 1 } else { upper = middle }
    }
    lower
}

/// The chances of each number of ups among so many signs.
fn binomial_half(count: u64) -> Vec<f64> {
    let n = count as f64;
    let log = |ups: f64| libm::lgamma(n + 1.0) - libm::lgamma(ups + 1.0) - libm::lgamma(n - ups + 1.0);
    (0..=count).map(|ups| (log(ups as f64) - n * std::f64::consts::LN_2).exp()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All signs of all firms, one by one.
    fn enumerated(counts: [u64; 3], steps: [f64; 3], least: f64) -> f64 {
        let each: Vec<f64> = (0..3).flat_map(|kind| (0..counts[kind]).map(move |_| steps[kind])).collect();
        let sum = |signs: u32| -> f64 {
            each.iter().enumerate().map(|(firm, step)| if signs >> firm & 1 == 1 { *step } else { -step }).sum()
        };
        let all = 1_u32 << each.len();
        f64::from((0..all).filter(|signs| sum(*signs).abs() >= least - 1e-9).map(|_| 1_u32).sum::<u32>())
            / f64::from(all)
    }

    #[test]
    fn p_is_that_of_all_signs() {
        for (counts, least) in
            [([3, 4, 5], 1.7), ([0, 6, 6], 2.4), ([12, 0, 0], 8.0), ([2, 2, 9], 0.0), ([0, 0, 4], 0.8)]
        {
            let steps = [1.0, 0.8, 0.2];
            let (found, expected) = (p_of_signs(counts, steps, least), enumerated(counts, steps, least));
            assert!((found - expected).abs() < 1e-12, "{counts:?}: {found}, {expected}");
        }
    }

    #[test]
    fn growth_of_the_register_is_no_change_of_a_share() {
        // A tenth of the firms before, and a tenth of those that came.
        let flows = ClusterFlows {
            stayed: 20,
            entered: 10,
            stayed_elsewhere: 180,
            entered_elsewhere: 90,
            ..ClusterFlows::default()
        };
        let found = cluster_share_change(flows).unwrap();
        assert_eq!((found.share_before, found.share_after, found.p), (Some(0.1), Some(0.1), Some(1.0)));
        let nothing = ClusterFlows { stayed: 20, stayed_elsewhere: 180, ..ClusterFlows::default() };
        assert_eq!(cluster_share_change(nothing).unwrap().p, None);
    }
}
