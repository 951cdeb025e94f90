use std::f64::consts::PI;

use rayon::prelude::*;
use serde::Serialize;

use super::near::CHUNK;
use super::pairs::Cells;
use super::ripley::{pair_weight, refuse_many_pairs};
use super::{EdgeCorrection, Window, refuse_points, refuse_radii};
use crate::error::{Result, StatsError};
use crate::model::{named, with_fields};

const STATISTIC: &str = "the pair correlation";

named! {
    "divisor";

    /// The distance that the pairs near a radius are divided by in the pair correlation.
    #[derive(Default)]
    pub enum Divisor {
        /// Divide by the radius at which the function is estimated.
        #[default]
        R,
        /// Divide each pair by its own distance, which is less biased at short radii. Pairs at distance 0 are left out.
        D,
    }
}

/// Options of [`pair_correlation`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct PairCorrelationOptions {
    /// The edge correction; the border correction is not available.
    pub correction: EdgeCorrection,
    /// The distance that pairs are divided by.
    pub divisor: Divisor,
    /// The half-width of the kernel in metres; 0.15 / √λ by default.
    pub bandwidth_m: Option<f64>,
}

with_fields! {
    PairCorrelationOptions {
        with_correction(correction: EdgeCorrection);
        with_divisor(divisor: Divisor);
        with_bandwidth_m(bandwidth_m: Option<f64>);
    }
}

/// The pair correlation at each distance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairCorrelation {
    /// The distances, in metres.
    pub radius_m: Vec<f64>,
    /// g at each distance; 1 for independent points.
    pub g: Vec<Option<f64>>,
    /// The half-width of the kernel that was used, in metres.
    pub bandwidth_m: f64,
    /// The edge correction that was used.
    pub correction: EdgeCorrection,
    /// The divisor that was used.
    pub divisor: Divisor,
}

/// The pair correlation function: the number of pairs at a distance, not up to it as in
/// [`k_function`](crate::stats::k_function()), divided by the expected number, g(r) = K′(r) / 2πr = |W| / (2πr n (n −
/// 1)) Σ_{i≠j} e_ij k_h(r − d_ij). With `others`, pairs are from points to those of another kind, and n m replaces n
/// (n − 1).
///
/// k_h is Epanechnikov's kernel, 3/4h (1 − x²/h²) for |x| < h. h is 0.15 / √λ unless given, where λ is the density of
/// the points (Stoyan's rule). The bandwidth of spatstat is the kernel's standard deviation, h / √5. Above 1 pairs at
/// that distance are more frequent than by chance. Estimates closer than h to 0 are biased downward.
///
/// # Units
///
/// Metres; g is a number.
///
/// # Undefined
///
/// At 0 with [`Divisor::R`].
///
/// # Errors
///
/// The errors of [`k_function`](super::k_function()); the border correction; a bandwidth that is not above 0.
///
/// # Examples
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::stats::{EdgeCorrection, PairCorrelationOptions, Window, pair_correlation};
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 10.0, y: 10.0 }).to_polygon();
/// let window = Window::new(MultiPolygon(vec![square]))?;
/// let options =
///     PairCorrelationOptions::default().with_correction(EdgeCorrection::None).with_bandwidth_m(Some(1.0));
/// let found = pair_correlation(&[[4.0, 5.0], [6.0, 5.0]], None, &window, &[0.0, 2.0, 4.0], options)?;
/// // Both see the other at 2 m, where the kernel is 3/4 high: 100 · 2 · 0.75 / (2π · 2 · 2).
/// assert!((found.g[1].unwrap() - 150.0 / (8.0 * std::f64::consts::PI)).abs() < 1e-12);
/// assert_eq!((found.g[0], found.g[2]), (None, Some(0.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// D. Stoyan, H. Stoyan, Fractals, Random Shapes and Point Fields, 1994; A. Baddeley, E. Rubak, R. Turner, Spatial Point
/// Patterns, 2015, section 7.6.
pub fn pair_correlation(
    points: &[[f64; 2]],
    others: Option<&[[f64; 2]]>,
    window: &Window,
    radii_m: &[f64],
    options: PairCorrelationOptions,
) -> Result<PairCorrelation> {
    let PairCorrelationOptions { correction, divisor, bandwidth_m } = options;
    refuse_radii(STATISTIC, radii_m)?;
    refuse_points(STATISTIC, points)?;
    refuse_points(STATISTIC, others.unwrap_or_default())?;
    let refused = |option: &'static str, found: String, expected: &str| -> crate::Error {
        StatsError::Option { statistic: STATISTIC, option, found, expected: expected.to_owned() }.into()
    };
    if correction == EdgeCorrection::Border {
        return Err(refused("the edge correction", "border".to_owned(), "none, translation or isotropic"));
    }
    let same = others.is_none();
    let targets = others.unwrap_or(points);
    if points.is_empty() || targets.is_empty() || (same && points.len() < 2) {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let area = window.area_m2();
    let bandwidth_m = bandwidth_m.unwrap_or_else(|| 0.15 * (area / targets.len() as f64).sqrt());
    if !(bandwidth_m.is_finite() && bandwidth_m > 0.0) {
        return Err(refused("the bandwidth", format!("{bandwidth_m} m"), "more than 0 m"));
    }
    let farthest = radii_m.last().copied().unwrap_or_default() + bandwidth_m;
    let cells = Cells::new(targets, farthest);
    let pairs_of = |from: usize| {
        let near = cells.around(points[from]);
        near.filter(move |(to, distance_m)| *distance_m < farthest && !(same && *to == from))
    };
    if correction == EdgeCorrection::Translation && !window.is_rectangle() {
        refuse_many_pairs(STATISTIC, (0..points.len()).into_par_iter().map(|from| pairs_of(from).count()).sum())?;
    }
    let chunks: Vec<Vec<f64>> = (0..points.len().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut sums = vec![0.0; radii_m.len()];
            for (from, point) in points.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
                let depth_m = match correction {
                    EdgeCorrection::Isotropic => window.distance_to_boundary_m(*point),
                    _ => 0.0,
                };
                for (to, distance_m) in pairs_of(from) {
                    let first = radii_m.partition_point(|radius| *radius <= distance_m - bandwidth_m);
                    let end = radii_m.partition_point(|radius| *radius < distance_m + bandwidth_m);
                    if first >= end || (divisor == Divisor::D && distance_m == 0.0) {
                        continue;
                    }
                    let step_m = [0, 1].map(|axis| targets[to][axis] - point[axis]);
                    let weight = pair_weight(window, correction, *point, step_m, distance_m, depth_m);
                    let weight = if divisor == Divisor::D { weight / distance_m } else { weight };
                    for (sum, radius) in sums[first..end].iter_mut().zip(&radii_m[first..end]) {
                        let share = (radius - distance_m) / bandwidth_m;
                        *sum += weight * 0.75 * (1.0 - share * share);
                    }
                }
            }
            sums
        })
        .collect();
    let mut sums = vec![0.0; radii_m.len()];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, own)| *sum += own);
    }
    let pairs = points.len() as f64 * (targets.len() as f64 - f64::from(u8::from(same)));
    let g = radii_m
        .iter()
        .zip(sums)
        .map(|(radius, sum)| {
            let divided = if divisor == Divisor::R { sum / radius } else { sum };
            (divisor == Divisor::D || *radius > 0.0).then(|| area * divided / (2.0 * PI * pairs * bandwidth_m))
        })
        .collect();
    Ok(PairCorrelation { radius_m: radii_m.to_vec(), g, bandwidth_m, correction, divisor })
}
