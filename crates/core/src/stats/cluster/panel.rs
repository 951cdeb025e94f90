use std::collections::HashMap;

use serde::Serialize;

use crate::error::{Result, StatsError};

const STATISTIC: &str = "the panel of clusters";

/// How a cluster of one setting fares in the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusterSurvival {
    /// The number of its members.
    pub members: usize,
    /// The share of the other settings in which it survives: a cluster there has a Jaccard coefficient with it of at least the least.
    pub survived_share: Option<f64>,
    /// The mean over the other settings of its greatest Jaccard coefficient with a cluster there.
    pub mean_jaccard: Option<f64>,
    /// The share of the other settings in which at least the least share of its members stand in one cluster, which may be larger.
    pub together_share: Option<f64>,
}

/// What clusters are under several settings of a method.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterPanel {
    /// The share of settings in which each point is in a cluster.
    pub clustered_share: Vec<f64>,
    /// Each cluster of the setting that is asked about, by its number.
    pub clusters: Vec<ClusterSurvival>,
}

/// How often points are in a cluster, and clusters of one setting survive, over several settings such as radii and least numbers of points.
///
/// `labels` has for each setting the cluster of each point, none for noise; `asked` is the position of the setting whose clusters are
/// asked about. With C a cluster of it and D those of another setting, its Jaccard coefficient there is the greatest
/// |C ∩ D| / |C ∪ D|; with a `least` of ½ at most one cluster can be its survivor. A cluster that is swallowed by a much larger one does not survive,
/// but its members stand together: the greatest |C ∩ D| / |C| is held against `least` for `together_share`.
///
/// # Undefined
///
/// The shares of a cluster are none where there is no other setting.
///
/// # Errors
///
/// No setting, settings of unlike numbers of points, a setting asked about that there is not, a least that is not above 0 and at most 1.
///
/// # Examples
///
/// Two clusters; with a greater radius one:
///
/// ```
/// use jiju_core::stats::cluster_panel;
/// let labels = [vec![Some(0), Some(0), Some(0), Some(1), None], vec![Some(0); 5]];
/// let found = cluster_panel(&labels, 0, 0.5)?;
/// assert_eq!(found.clustered_share, [1.0, 1.0, 1.0, 1.0, 0.5]);
/// assert_eq!((found.clusters[0].survived_share, found.clusters[0].mean_jaccard), (Some(1.0), Some(0.6)));
/// assert_eq!((found.clusters[1].survived_share, found.clusters[1].together_share), (Some(0.0), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// After C. Hennig, Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52, 2007, with settings in place of
/// samples.
pub fn cluster_panel(labels: &[Vec<Option<u32>>], asked: usize, least: f64) -> Result<ClusterPanel> {
    let shape = |what, found: String, expected: String| {
        Err(StatsError::Shape { statistic: STATISTIC, what, found, expected }.into())
    };
    let Some(own) = labels.get(asked) else {
        return shape("the setting asked about", asked.to_string(), format!("one of {} settings", labels.len()));
    };
    if let Some(other) = labels.iter().find(|other| other.len() != own.len()) {
        return shape("a setting", format!("{} points", other.len()), own.len().to_string());
    }
    if !(least > 0.0 && least <= 1.0) {
        let (found, expected) = (least.to_string(), "above 0, at most 1".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "the least share", found, expected }.into());
    }
    let sizes = sizes(own);
    let mut sums = vec![(0.0, 0.0, 0.0); sizes.len()];
    let others = labels.len() - 1;
    for (_, other) in labels.iter().enumerate().filter(|(setting, _)| *setting != asked) {
        let other_sizes = self::sizes(other);
        let mut shared: HashMap<(u32, u32), usize> = HashMap::new();
        for pair in own.iter().zip(other).filter_map(|(own, other)| Some(((*own)?, (*other)?))) {
            *shared.entry(pair).or_default() += 1;
        }
        let mut greatest = vec![(0.0_f64, 0.0_f64); sizes.len()];
        for ((cluster, found), shared) in shared {
            let (size, other_size) = (sizes[cluster as usize], other_sizes[found as usize]);
            let (jaccard, kept) = (shared as f64 / (size + other_size - shared) as f64, shared as f64 / size as f64);
            let own = &mut greatest[cluster as usize];
            *own = (own.0.max(jaccard), own.1.max(kept));
        }
        for (sum, (jaccard, kept)) in sums.iter_mut().zip(greatest) {
            let is = |share: f64| f64::from(u8::from(share >= least * (1.0 - 1e-12)));
            *sum = (sum.0 + is(jaccard), sum.1 + jaccard, sum.2 + is(kept));
        }
    }
    let share = |sum: f64| (others > 0).then(|| sum / others as f64);
    let clusters = sizes.iter().zip(sums).map(|(members, sum)| ClusterSurvival {
        members: *members,
        survived_share: share(sum.0),
        mean_jaccard: share(sum.1),
        together_share: share(sum.2),
    });
    let clustered = |point: usize| labels.iter().filter(|labels| labels[point].is_some()).count();
    let clustered_share = (0..own.len()).map(|point| clustered(point) as f64 / labels.len() as f64).collect();
    Ok(ClusterPanel { clustered_share, clusters: clusters.collect() })
}

/// The number of members of each cluster.
fn sizes(labels: &[Option<u32>]) -> Vec<usize> {
    let count = labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut sizes = vec![0; count];
    labels.iter().flatten().for_each(|cluster| sizes[*cluster as usize] += 1);
    sizes
}
