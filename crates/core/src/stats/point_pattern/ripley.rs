use rayon::prelude::*;
use serde::Serialize;

use super::near::{Near, Pair};
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

/// The weight of a pair of a point and another, a step away, by the part of the window in which its distance could have been
/// observed from the point.
pub(super) fn pair_weight(
    window: &Window,
    correction: EdgeCorrection,
    from: [f64; 2],
    step_m: [f64; 2],
    distance_m: f64,
    depth_m: f64,
) -> f64 {
    match correction {
        EdgeCorrection::None | EdgeCorrection::Border => 1.0,
        EdgeCorrection::Translation => (window.area_m2() / window.overlap_m2(step_m)).min(HEAVIEST),
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
    let near = Near::new(points, others, radii_m);
    let counts = near.counts();
    if correction == EdgeCorrection::Translation && !window.is_rectangle() {
        let pairs = counts[..radii_m.len()].iter().sum::<u64>();
        refuse_many_pairs(STATISTIC, usize::try_from(pairs).unwrap_or(usize::MAX))?;
    }
    let depth_m: Vec<f64> = match correction {
        EdgeCorrection::None | EdgeCorrection::Translation => Vec::new(),
        _ => points.par_iter().map(|at| window.distance_to_boundary_m(*at)).collect(),
    };
    let area = window.area_m2();
    let is_near_boundary = |from: usize| match correction {
        EdgeCorrection::None => false,
        EdgeCorrection::Translation => true,
        EdgeCorrection::Isotropic => depth_m[from] < farthest,
        EdgeCorrection::Border => depth_m[from] < farthest || depth.radii_of(radii_m, depth_m[from]) < radii_m.len(),
    };
    // What pairs weigh more or less than the 1 that they are counted.
    let more = near.sums(is_near_boundary, |from, pairs, sums| {
        let depth_m = depth_m.get(from).copied().unwrap_or_default();
        if correction == EdgeCorrection::Border {
            // Counted from the pair's distance on, up to where the point is too near the boundary.
            let end = depth.radii_of(radii_m, depth_m);
            for Pair { distance_m, class, .. } in pairs {
                sums[if *class < end && *distance_m <= depth_m { end } else { *class }] -= 1.0;
            }
            return;
        }
        for Pair { step_m, distance_m, class } in pairs {
            sums[*class] += pair_weight(window, correction, points[from], *step_m, *distance_m, depth_m) - 1.0;
        }
    });
    let sums: Vec<f64> = counts.iter().zip(more).map(|(count, more)| *count as f64 + more).collect();
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

#[cfg(test)]
mod tests {
    use geo::{LineString, MultiPolygon, Polygon};
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn window(corners: &[[f64; 2]]) -> Window {
        let ring = LineString::from(corners.to_vec());
        Window::new(MultiPolygon(vec![Polygon::new(ring, Vec::new())])).unwrap()
    }

    /// K as its formula has it, pair by pair.
    fn by_definition(
        points: &[[f64; 2]],
        others: Option<&[[f64; 2]]>,
        window: &Window,
        radius_m: f64,
        correction: EdgeCorrection,
    ) -> Option<f64> {
        let targets = others.unwrap_or(points);
        let depth_m = |from: [f64; 2]| window.distance_to_boundary_m(from);
        let is_border = correction == EdgeCorrection::Border;
        let deep = points.iter().filter(|from| !is_border || depth_m(**from) > radius_m);
        let mut sum = 0.0;
        for (from, at) in points.iter().enumerate().filter(|(_, at)| !is_border || depth_m(**at) > radius_m) {
            for (to, other) in targets.iter().enumerate() {
                let step_m = [0, 1].map(|axis| other[axis] - at[axis]);
                let distance_m = (step_m[0] * step_m[0] + step_m[1] * step_m[1]).sqrt();
                if distance_m <= radius_m && !(others.is_none() && from == to) {
                    sum += pair_weight(window, correction, *at, step_m, distance_m, depth_m(*at));
                }
            }
        }
        let pairs = deep.count() as f64
            * if others.is_none() && !is_border { targets.len() as f64 - 1.0 } else { targets.len() as f64 };
        (pairs > 0.0).then(|| window.area_m2() * sum / pairs)
    }

    #[test]
    fn k_is_that_of_its_definition() {
        let mut generator = ChaCha8Rng::seed_from_u64(7);
        let square = window(&[[0.0, 0.0], [60.0, 0.0], [60.0, 50.0], [0.0, 50.0]]);
        let bent = window(&[[0.0, 0.0], [60.0, 0.0], [60.0, 20.0], [25.0, 20.0], [25.0, 50.0], [0.0, 50.0]]);
        // Whole metres, so that points coincide and distances are those of radii; and any places.
        let mut drawn = |count: usize, is_whole: bool, window: &Window| -> Vec<[f64; 2]> {
            let mut place = || {
                let at = [60.0, 50.0].map(|side| generator.random_range(0.0..side));
                if is_whole { at.map(f64::round) } else { at }
            };
            std::iter::repeat_with(&mut place).filter(|at| window.holds(*at)).take(count).collect()
        };
        for (window, corrections) in [
            (&square, EdgeCorrection::ALL.to_vec()),
            (&bent, vec![EdgeCorrection::None, EdgeCorrection::Border, EdgeCorrection::Isotropic]),
        ] {
            for is_whole in [true, false] {
                let (points, others) = (drawn(150, is_whole, window), drawn(40, is_whole, window));
                for (correction, others) in
                    corrections.iter().flat_map(|correction| [(*correction, None), (*correction, Some(&others))])
                {
                    let others = others.map(Vec::as_slice);
                    let radii_m = [0.0, 1.0, 2.5, 5.0, 13.0, 13.25, 55.0];
                    let found = k_function(&points, others, window, &radii_m, correction, Depth::Exact).unwrap();
                    for (radius_m, found) in radii_m.iter().zip(&found.k) {
                        let expected = by_definition(&points, others, window, *radius_m, correction);
                        let is_same = match (expected, *found) {
                            (Some(expected), Some(found)) => (found - expected).abs() <= 1e-12 * expected,
                            (expected, found) => expected == found,
                        };
                        assert!(is_same, "{correction} at {radius_m}: {found:?}, expected {expected:?}");
                    }
                }
            }
        }
        // A single radius of nothing, and points far from each other.
        let found = k_function(&[[1.0; 2]; 3], None, &square, &[0.0], EdgeCorrection::None, Depth::Exact).unwrap();
        assert_eq!(found.k, [Some(3000.0)]);
        let apart = [[0.0, 0.0], [1e9, 3e9], [1e9, 3e9 + 0.5]];
        let found = k_function(&apart, None, &square, &[0.5], EdgeCorrection::None, Depth::Exact).unwrap();
        assert_eq!(found.k, [Some(1000.0)]);
    }

    #[test]
    fn circles_in_a_rectangle_are_those_in_a_polygon() {
        let mut generator = ChaCha8Rng::seed_from_u64(9);
        let rectangle = window(&[[0.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]]);
        let polygon = window(&[[0.0, 0.0], [12.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]]);
        assert!(rectangle.is_rectangle() && !polygon.is_rectangle());
        for _ in 0..3000 {
            let at = [30.0, 20.0].map(|side| generator.random_range(0.0..side));
            let radius_m = generator.random_range(0.0..40.0);
            let [one, other] = [&rectangle, &polygon].map(|window| window.share_of_circle(at, radius_m));
            assert!((one - other).abs() < 1e-12, "{at:?} {radius_m}: {one} {other}");
        }
    }
}
