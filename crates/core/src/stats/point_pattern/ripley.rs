use rayon::prelude::*;
use serde::Serialize;

use super::pairs::Cells;
use super::{Window, refuse_points, refuse_radii};
use crate::error::{Result, StatsError};
use crate::model::named;

named! {
    "edge correction";

    /// How pairs are corrected for the points beyond the window that are not observed.
    #[derive(Default)]
    pub enum EdgeCorrection {
        /// No correction: every observed pair counts 1. Biased downward at large distances.
        None,
        /// Only points farther from the boundary than the distance are used as the first point of a pair (reduced sample).
        Border,
        /// Each pair is weighted by the area of the window over the area of its overlap with itself, shifted by the vector
        /// between the two points.
        Translation,
        /// Each pair is weighted by the inverse of the share of the circle about the first point, through the second, that lies in
        /// the window (Ripley).
        #[default]
        Isotropic,
    }
}

/// Ripley's K and L at each distance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairFunction {
    /// The distances, in metres.
    pub radius_m: Vec<f64>,
    /// K at each distance, in m².
    pub k: Vec<Option<f64>>,
    /// L = √(K / π) at each distance, in metres.
    pub l: Vec<Option<f64>>,
    /// K of independent points, πr², in m².
    pub theoretical_k: Vec<f64>,
    /// The edge correction that was used.
    pub correction: EdgeCorrection,
}

named! {
    "rule for points near the boundary";

    /// Which points count as far enough from the boundary of the window for a radius, where the border correction is used.
    #[derive(Default)]
    pub enum Depth {
        /// Points whose distance to the boundary is more than the radius.
        #[default]
        Exact,
        /// Points whose distance to the boundary is more than the preceding radius: the distance is rounded up to the next radius, as
        /// in spatstat.
        Binned,
    }
}

impl Depth {
    /// For how many of the radii a point counts.
    pub(super) fn radii_of(self, radii_m: &[f64], depth_m: f64) -> usize {
        let nearer = radii_m.partition_point(|radius| *radius < depth_m);
        match self {
            Self::Exact => nearer,
            Self::Binned => (nearer + 1).min(radii_m.len()),
        }
    }
}

/// The heaviest a pair may weigh, as in spatstat.
const HEAVIEST: f64 = 100.0;

/// So many points are looked from in one go, so that sums do not depend on threads.
pub(super) const CHUNK: usize = 256;

/// The weight of a pair, by the part of the window in which its distance could have been observed from its first point.
pub(super) fn pair_weight(
    window: &Window,
    correction: EdgeCorrection,
    from: [f64; 2],
    to: [f64; 2],
    distance_m: f64,
    depth_m: f64,
) -> f64 {
    match correction {
        EdgeCorrection::None | EdgeCorrection::Border => 1.0,
        EdgeCorrection::Translation => {
            let shift = [0, 1].map(|axis| to[axis] - from[axis]);
            (window.area_m2() / window.overlap_m2(shift)).min(HEAVIEST)
        }
        EdgeCorrection::Isotropic if distance_m <= depth_m => 1.0,
        EdgeCorrection::Isotropic => (1.0 / window.share_of_circle(from, distance_m)).min(HEAVIEST),
    }
}

/// Refuses more pairs than the overlap of a window that is no rectangle can be computed for.
pub(super) fn refuse_many_pairs(statistic: &'static str, pairs: usize) -> Result<()> {
    const MOST: usize = 500_000;
    if pairs <= MOST {
        return Ok(());
    }
    let (found, expected) = (format!("translation for {pairs} pairs"), "isotropic or border".to_owned());
    Err(StatsError::Option { statistic, option: "the edge correction", found, expected }.into())
}

/// Ripley's K: the number of other points within a distance of a point, divided by the density of points, K(r) = |W|
/// / (n (n − 1)) Σ_{i≠j} e_ij 1[d_ij ≤ r]. With `others` it is the cross-K from points to those of another kind, |W|
/// / (n m) Σ_ij e_ij 1[d_ij ≤ r].
///
/// With the border correction it is Σ 1[d_ij ≤ r, b_i > r] over the points with b_i > r, with n for n − 1, where b_i
/// is the distance to the boundary. A pair weighs at most 100. Above πr² points cluster at that scale. If the density
/// of points varies over the window, compare with random labels rather than with uniform points, see
/// [`simulated_labels`](crate::stats::simulated_labels).
///
/// # Units
///
/// Metres; K in m².
///
/// # Undefined
///
/// With the border correction, where no point is as far from the boundary.
///
/// # Errors
///
/// Fewer than 2 points, or none of another kind; radii that are not ascending; for translation in a window that is no upright
/// rectangle more than half a million pairs.
///
/// # Examples
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::stats::{Depth, EdgeCorrection, Window, k_function};
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 10.0, y: 10.0 }).to_polygon();
/// let window = Window::new(MultiPolygon(vec![square]))?;
/// let points = [[4.0, 5.0], [6.0, 5.0]];
/// let found = k_function(&points, None, &window, &[1.0, 2.0], EdgeCorrection::None, Depth::Exact)?;
/// assert_eq!(found.k, [Some(0.0), Some(100.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// B. D. Ripley, Modelling spatial patterns, Journal of the Royal Statistical Society B 39, 1977; J. Ohser, D. Stoyan, On the
/// second-order and orientation analysis of planar stationary point processes, Biometrical Journal 23, 1981.
pub fn k_function(
    points: &[[f64; 2]],
    others: Option<&[[f64; 2]]>,
    window: &Window,
    radii_m: &[f64],
    correction: EdgeCorrection,
    depth: Depth,
) -> Result<PairFunction> {
    const STATISTIC: &str = "K";
    refuse_radii(STATISTIC, radii_m)?;
    refuse_points(STATISTIC, points)?;
    refuse_points(STATISTIC, others.unwrap_or_default())?;
    let same = others.is_none();
    let targets = others.unwrap_or(points);
    if points.is_empty() || targets.is_empty() || (same && points.len() < 2) {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let farthest = radii_m.last().copied().unwrap_or_default();
    let cells = Cells::new(targets, farthest);
    let pairs_of = |from: usize| {
        let near = cells.around(points[from]);
        near.filter(move |(to, distance_m)| *distance_m <= farthest && !(same && *to == from))
    };
    if correction == EdgeCorrection::Translation && !window.is_rectangle() {
        refuse_many_pairs(STATISTIC, (0..points.len()).into_par_iter().map(|from| pairs_of(from).count()).sum())?;
    }
    let depth_m: Vec<f64> = match correction {
        EdgeCorrection::None | EdgeCorrection::Translation => Vec::new(),
        _ => points.par_iter().map(|at| window.distance_to_boundary_m(*at)).collect(),
    };
    let area = window.area_m2();
    let chunks: Vec<Vec<f64>> = (0..points.len().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut sums = vec![0.0; radii_m.len() + 1];
            for from in chunk * CHUNK..((chunk + 1) * CHUNK).min(points.len()) {
                for (to, distance_m) in pairs_of(from) {
                    let first = radii_m.partition_point(|radius| *radius < distance_m);
                    let mut weight = 1.0;
                    if correction == EdgeCorrection::Border {
                        // Counted from the pair's distance on, up to where the point is too near the boundary.
                        let end = depth.radii_of(radii_m, depth_m[from]);
                        if first >= end || distance_m > depth_m[from] {
                            continue;
                        }
                        sums[end] -= 1.0;
                    } else if correction != EdgeCorrection::None {
                        let depth_m = depth_m.get(from).copied().unwrap_or_default();
                        weight = pair_weight(window, correction, points[from], targets[to], distance_m, depth_m);
                    }
                    sums[first] += weight;
                }
            }
            sums
        })
        .collect();
    let mut sums = vec![0.0; radii_m.len() + 1];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, own)| *sum += own);
    }
    let n = points.len() as f64;
    // The border correction takes the density of all, as is usual.
    let others_than_itself = same && correction != EdgeCorrection::Border;
    let m = targets.len() as f64 - f64::from(u8::from(others_than_itself));
    let mut sum = 0.0;
    let k: Vec<Option<f64>> = radii_m
        .iter()
        .zip(&sums)
        .enumerate()
        .map(|(place, (_, own))| {
            sum += own;
            let is_deep = |depth_m: &&f64| depth.radii_of(radii_m, **depth_m) > place;
            let looked_from = match correction {
                EdgeCorrection::Border => depth_m.iter().filter(is_deep).count() as f64,
                _ => n,
            };
            (looked_from > 0.0).then(|| area * sum / (looked_from * m))
        })
        .collect();
    let l = k.iter().map(|k| k.map(|k| (k / std::f64::consts::PI).sqrt())).collect();
    let theoretical_k = radii_m.iter().map(|radius| std::f64::consts::PI * radius * radius).collect();
    Ok(PairFunction { radius_m: radii_m.to_vec(), k, l, theoretical_k, correction })
}
