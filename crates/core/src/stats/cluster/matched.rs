#![expect(clippy::cast_possible_truncation, reason = "clusters are fewer than points, which have numbers of 32 bits")]

use serde::Serialize;

use crate::error::{Result, StatsError};
use crate::model::{Sets, named, with_fields};

named! {
    "change of a cluster";

    /// What happened to clusters between two dates.
    pub enum ClusterChange {
        /// One cluster became one of about the same size.
        Kept,
        /// One cluster became a larger one.
        Grown,
        /// One cluster became a smaller one.
        Shrunk,
        /// Several clusters became one.
        Merged,
        /// One cluster became several.
        Split,
        /// Several clusters became several others.
        Rearranged,
        /// The cluster has no successor.
        Gone,
        /// The cluster has no predecessor.
        Born,
    }
}

/// Options of [`matched_clusters`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MatchOptions {
    /// The smallest share of the smaller of two clusters that they must have in common to be linked; 0.5 by default.
    pub least_overlap: f64,
    /// The relative change in size from which a cluster counts as grown or shrunk; 0.1 by default.
    pub least_growth: f64,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self { least_overlap: 0.5, least_growth: 0.1 }
    }
}

with_fields! {
    MatchOptions {
        with_least_overlap(least_overlap: f64);
        with_least_growth(least_growth: f64);
    }
}

/// The overlap of a cluster of the earlier date and one of the later date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterOverlap {
    /// The number of the earlier cluster.
    pub before: usize,
    /// The number of the later cluster.
    pub after: usize,
    /// The size of the overlap, in the unit of the sizes.
    pub shared: f64,
}

/// Clusters of two dates that correspond to each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClusterMatch {
    /// What happened to the clusters.
    pub change: ClusterChange,
    /// The numbers of the earlier clusters, ascending.
    pub before: Vec<usize>,
    /// The numbers of the later clusters, ascending.
    pub after: Vec<usize>,
    /// The total size of the earlier clusters.
    pub size_before: f64,
    /// The total size of the later clusters.
    pub size_after: f64,
    /// The total size of the overlaps.
    pub shared: f64,
}

/// Matches the clusters of two dates by their overlaps.
///
/// Two clusters are linked if |A ∩ B| / min(|A|, |B|), the share of the smaller one that they have in common, is at
/// least the least overlap. A match is a connected component of these links, so each cluster of either date is in
/// exactly one match. A single earlier cluster is gone, a single later one is born; one and one are kept, grown or
/// shrunk, by their sizes; several and one are merged, one and several split, several and several rearranged. Matches
/// are ordered by their first earlier cluster, followed by those that are born.
///
/// # Units
///
/// Sizes and what is shared in one unit: members, m².
///
/// # Undefined
///
/// A cluster of size 0 shares nothing.
///
/// # Errors
///
/// Sizes, or what is shared, that are negative or not finite; clusters that are shared but not there; a least overlap that is
/// not above 0 and at most 1; a least growth that is negative.
///
/// # Examples
///
/// Two clusters become one, and another is gone:
///
/// ```
/// use jiju_core::stats::{ClusterChange, ClusterOverlap, MatchOptions, matched_clusters};
///
/// let shared = [(0, 0, 8.0), (2, 0, 5.0)].map(|(before, after, shared)| ClusterOverlap { before, after, shared });
/// let found = matched_clusters(&[10.0, 4.0, 6.0], &[15.0], &shared, MatchOptions::default())?;
/// assert_eq!((found[0].change, found[0].before.as_slice()), (ClusterChange::Merged, &[0, 2][..]));
/// assert_eq!((found[1].change, found[1].before.as_slice()), (ClusterChange::Gone, &[1][..]));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// M. Spiliopoulou, I. Ntoutsi, Y. Theodoridis, R. Schult, MONIC: modeling and monitoring cluster transitions, KDD 2006, for
/// the kinds of change; links here are by the smaller cluster, and several may hang together.
pub fn matched_clusters(
    before: &[f64],
    after: &[f64],
    shared: &[ClusterOverlap],
    options: MatchOptions,
) -> Result<Vec<ClusterMatch>> {
    refuse(before, after, shared, options)?;
    let links: Vec<&ClusterOverlap> = shared
        .iter()
        .filter(|one| {
            let smaller = before[one.before].min(after[one.after]);
            // A share of exactly the least, such as 7 of 10, must not be lost to rounding.
            smaller > 0.0 && one.shared >= options.least_overlap * smaller * (1.0 - 1e-12)
        })
        .collect();
    let sets = Sets::new(before.len() + after.len());
    links.iter().for_each(|link| sets.join(link.before as u32, (before.len() + link.after) as u32));
    let mut matches: Vec<ClusterMatch> = Vec::new();
    let numbers = sets.numbered();
    for (cluster, number) in numbers.iter().enumerate() {
        if *number == matches.len() {
            matches.push(ClusterMatch {
                change: ClusterChange::Kept,
                before: Vec::new(),
                after: Vec::new(),
                size_before: 0.0,
                size_after: 0.0,
                shared: 0.0,
            });
        }
        let own = &mut matches[*number];
        match cluster.checked_sub(before.len()) {
            None => {
                own.before.push(cluster);
                own.size_before += before[cluster];
            }
            Some(cluster) => {
                own.after.push(cluster);
                own.size_after += after[cluster];
            }
        }
    }
    for one in shared.iter().filter(|one| numbers[one.before] == numbers[before.len() + one.after]) {
        matches[numbers[one.before]].shared += one.shared;
    }
    for own in &mut matches {
        own.change = match (own.before.len(), own.after.len()) {
            (0, _) => ClusterChange::Born,
            (_, 0) => ClusterChange::Gone,
            (1, 1) if own.size_after > own.size_before * (1.0 + options.least_growth) => ClusterChange::Grown,
            (1, 1) if own.size_after < own.size_before * (1.0 - options.least_growth) => ClusterChange::Shrunk,
            (1, 1) => ClusterChange::Kept,
            (_, 1) => ClusterChange::Merged,
            (1, _) => ClusterChange::Split,
            _ => ClusterChange::Rearranged,
        };
    }
    Ok(matches)
}

fn refuse(before: &[f64], after: &[f64], shared: &[ClusterOverlap], options: MatchOptions) -> Result<(), StatsError> {
    const STATISTIC: &str = "the match of clusters";
    let wrong = |size: &f64| !(size.is_finite() && *size >= 0.0);
    for (date, sizes) in [("before", before), ("after", after)] {
        if let Some(cluster) = sizes.iter().position(wrong) {
            let (place, found) = (format!("cluster {cluster} {date}"), sizes[cluster]);
            return Err(StatsError::Value { statistic: STATISTIC, place, found, expected: "a size of 0 or more" });
        }
    }
    for one in shared {
        let place = format!("clusters {} and {}", one.before, one.after);
        if one.before >= before.len() || one.after >= after.len() {
            let expected = format!("{} clusters before and {} after", before.len(), after.len());
            return Err(StatsError::Shape { statistic: STATISTIC, what: "what is shared", found: place, expected });
        }
        if wrong(&one.shared) {
            let (found, expected) = (one.shared, "0 or more that is shared");
            return Err(StatsError::Value { statistic: STATISTIC, place, found, expected });
        }
    }
    let MatchOptions { least_overlap, least_growth } = options;
    let checks = [
        ("the least overlap", least_overlap, least_overlap > 0.0 && least_overlap <= 1.0, "above 0, at most 1"),
        ("the least growth", least_growth, least_growth >= 0.0, "0 or more"),
    ];
    match checks.into_iter().find(|(_, _, is_right, _)| !is_right) {
        Some((option, found, _, expected)) => {
            let (found, expected) = (found.to_string(), expected.to_owned());
            Err(StatsError::Option { statistic: STATISTIC, option, found, expected })
        }
        None => Ok(()),
    }
}
