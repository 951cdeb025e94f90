use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use serde::Serialize;

use super::{Depth, Window, refuse_points, refuse_radii};
use crate::error::{Result, StatsError};

/// The cumulative distribution of nearest distances, with several edge corrections.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DistanceDistribution {
    /// The radii at which the distribution is estimated, in metres.
    pub radius_m: Vec<f64>,
    /// The share of distances up to each radius, without edge correction.
    pub raw: Vec<f64>,
    /// The reduced-sample estimate: only points farther from the boundary than the radius are used.
    pub border: Vec<Option<f64>>,
    /// The Kaplan–Meier estimate: distances longer than that to the boundary are censored there.
    pub kaplan_meier: Vec<Option<f64>>,
    /// Hanisch's estimate (for probes that of Chiu and Stoyan): points farther from the boundary than their nearest
    /// neighbour are used, weighted by the inverse of the area of the window at that depth, and normalised at the
    /// greatest distance. Distances are grouped by the intervals between the radii.
    pub hanisch: Vec<Option<f64>>,
    /// The distribution under complete spatial randomness, 1 − exp(−λπr²).
    pub theoretical: Vec<f64>,
}

/// The distance in metres from each point to the nearest other point, or to the nearest point of another kind.
///
/// # Errors
///
/// Coordinates that are not finite; no other point.
pub fn nearest_distances_m(points: &[[f64; 2]], others: Option<&[[f64; 2]]>) -> Result<Vec<f64>> {
    Ok(nearest_others(points, others)?.into_iter().map(|(_, distance_m)| distance_m).collect())
}

/// The position of the nearest other point of each point, or of the nearest point of another kind, and its distance
/// in metres. Of several at the same distance one is chosen, always the same.
///
/// # Errors
///
/// Coordinates that are not finite; no other point.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::nearest_others;
/// let found = nearest_others(&[[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]], None)?;
/// assert_eq!(found, [(1, 5.0), (2, 1.0), (1, 1.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn nearest_others(points: &[[f64; 2]], others: Option<&[[f64; 2]]>) -> Result<Vec<(usize, f64)>> {
    const STATISTIC: &str = "nearest distances";
    refuse_points(STATISTIC, points)?;
    refuse_points(STATISTIC, others.unwrap_or_default())?;
    let targets = others.unwrap_or(points);
    let own = usize::from(others.is_none());
    if targets.len() <= own {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let numbered = (0_u32..).zip(targets).map(|(number, at)| GeomWithData::new(*at, number));
    let tree = RTree::bulk_load(numbered.collect());
    let nearest = |(number, at): (usize, &[f64; 2])| {
        let mut near = tree.nearest_neighbor_iter_with_distance_2(at);
        let other = near.find(|(site, _)| own == 0 || site.data as usize != number);
        other.map_or((number, f64::INFINITY), |(site, square)| (site.data as usize, square.sqrt()))
    };
    Ok(points.par_iter().enumerate().map(nearest).collect())
}

/// The share of distances that are at most as long as each radius.
///
/// # Undefined
///
/// None without distances.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::shares_within;
/// assert_eq!(shares_within(&[3.0, 1.0, 2.0, 9.0], &[0.0, 2.0, 5.0]), Some(vec![0.0, 0.5, 0.75]));
/// ```
#[must_use]
pub fn shares_within(distances_m: &[f64], radii_m: &[f64]) -> Option<Vec<f64>> {
    let mut sorted = distances_m.to_vec();
    sorted.sort_by(f64::total_cmp);
    let within = |radius: &f64| sorted.partition_point(|near| near <= radius) as f64 / sorted.len() as f64;
    (!sorted.is_empty()).then(|| radii_m.iter().map(within).collect())
}

/// G: the share of points whose nearest other point, or nearest point of another kind, is within a distance.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// The errors of [`nearest_distances_m`]; radii that are not ascending.
///
/// # References
///
/// P. J. Diggle, Statistical Analysis of Spatial Point Patterns, 1983; A. Baddeley, R. D. Gill, Kaplan–Meier estimators of
/// distance distributions for spatial point processes, Annals of Statistics 25, 1997; K.-H. Hanisch, Some remarks on estimators of
/// the distribution function of nearest neighbour distance in stationary spatial point processes, Statistics 15, 1984.
pub fn nearest_neighbour_distribution(
    points: &[[f64; 2]],
    others: Option<&[[f64; 2]]>,
    window: &Window,
    radii_m: &[f64],
    depth: Depth,
) -> Result<DistanceDistribution> {
    let nearest_m = nearest_distances_m(points, others)?;
    distribution(points, &nearest_m, others.unwrap_or(points).len(), window, radii_m, depth)
}

/// F, the empty-space function: the share of the window that is within a distance of a point, estimated from probes.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// The errors of [`nearest_distances_m`]; radii that are not ascending.
///
/// # References
///
/// P. J. Diggle, Statistical Analysis of Spatial Point Patterns, 1983; S. N. Chiu, D. Stoyan, Estimators of distance distributions
/// for spatial patterns, Statistica Neerlandica 52, 1998.
pub fn empty_space(
    points: &[[f64; 2]],
    probes: &[[f64; 2]],
    window: &Window,
    radii_m: &[f64],
    depth: Depth,
) -> Result<DistanceDistribution> {
    let nearest_m = nearest_distances_m(probes, Some(points))?;
    distribution(probes, &nearest_m, points.len(), window, radii_m, depth)
}

fn distribution(
    from: &[[f64; 2]],
    nearest_m: &[f64],
    count: usize,
    window: &Window,
    radii_m: &[f64],
    depth: Depth,
) -> Result<DistanceDistribution> {
    const STATISTIC: &str = "the distribution of distances";
    refuse_radii(STATISTIC, radii_m)?;
    let raw = shares_within(nearest_m, radii_m).ok_or(StatsError::NoValues { statistic: STATISTIC })?;
    let depth_m: Vec<f64> = from.par_iter().map(|at| window.distance_to_boundary_m(*at)).collect();
    let both = || nearest_m.iter().zip(&depth_m);
    let border = (0..radii_m.len())
        .map(|place| {
            let deep = both().filter(|(_, own)| depth.radii_of(radii_m, **own) > place);
            let (near, all) = deep.fold((0.0, 0.0), |(near, all), (distance, own)| {
                let is_near = *distance <= radii_m[place] && distance <= own;
                (near + f64::from(u8::from(is_near)), all + 1.0)
            });
            (all > 0.0).then(|| near / all)
        })
        .collect();
    let mut seen: Vec<(f64, bool)> = both().map(|(near, own)| (near.min(*own), near <= own)).collect();
    seen.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut place, mut left) = (0, 1.0);
    let farthest = depth_m.iter().copied().fold(0.0, f64::max);
    let kaplan_meier = radii_m
        .iter()
        .map(|radius| {
            while place < seen.len() && seen[place].0 <= *radius {
                let at_risk = (seen.len() - place) as f64;
                let is_tied = |distance: f64| match depth {
                    Depth::Exact => distance == seen[place].0,
                    // All of an interval end together.
                    Depth::Binned => distance <= *radius,
                };
                let together = seen[place..].iter().take_while(|(distance, _)| is_tied(*distance));
                let (tied, ended) = together
                    .fold((0, 0.0), |(tied, ended), (_, is_end)| (tied + 1, ended + f64::from(u8::from(*is_end))));
                left *= 1.0 - ended / at_risk;
                place += tied;
            }
            (*radius <= farthest).then_some(1.0 - left)
        })
        .collect();
    // As many as end in each interval, for its own depth.
    let mut found = vec![0.0; radii_m.len()];
    for (near, _) in both().filter(|(near, own)| near <= own) {
        if let Some(count) = found.get_mut(radii_m.partition_point(|radius| radius < near)) {
            *count += 1.0;
        }
    }
    let eroded: Vec<f64> = radii_m.par_iter().map(|radius| window.eroded_m2(*radius)).collect();
    let mut sum = Some(0.0);
    let sums: Vec<Option<f64>> = found
        .iter()
        .zip(eroded)
        .map(|(count, deep_m2)| {
            sum = sum.filter(|_| deep_m2 > 0.0).map(|sum| sum + count / deep_m2);
            sum
        })
        .collect();
    let greatest = sums.iter().copied().flatten().last().filter(|greatest| *greatest > 0.0);
    let hanisch = sums.iter().map(|sum| Some((*sum)? / greatest?)).collect();
    let density = count as f64 / window.area_m2();
    let theoretical =
        radii_m.iter().map(|radius| 1.0 - (-density * std::f64::consts::PI * radius * radius).exp()).collect();
    Ok(DistanceDistribution { radius_m: radii_m.to_vec(), raw, border, kaplan_meier, hanisch, theoretical })
}
