use geo::{Area as _, ConvexHull as _, MinimumRotatedRect as _, MultiPoint, Point};
use serde::Serialize;

use super::marcon_puech::refuse_firms;
use super::refuse_points;
use crate::error::{Result, StatsError};
use crate::model::with_fields;

/// The centres and the spread of weighted points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Centrography {
    /// The number of points.
    pub n: usize,
    /// The weighted mean of each coordinate, in metres.
    pub mean_centre_m: [f64; 2],
    /// The place with the smallest weighted sum of distances to all points, in metres.
    pub median_centre_m: [f64; 2],
    /// The unweighted median of each coordinate, in metres.
    pub manhattan_median_m: [f64; 2],
    /// The standard distance √(Σ w d² / Σ w) from the mean centre, in metres.
    pub standard_distance_m: f64,
    /// The standard deviational ellipse, as in CrimeStat.
    pub ellipse: Option<StandardEllipse>,
    /// The area of the convex hull, in m².
    pub hull_m2: f64,
    /// The area of the axis-parallel bounding rectangle, in m².
    pub box_m2: f64,
    /// The area of the smallest bounding rectangle in any direction, in m².
    pub rectangle_m2: f64,
    /// The centre of the smallest enclosing circle, in metres.
    pub circle_centre_m: [f64; 2],
    /// The radius of the smallest enclosing circle, in metres.
    pub circle_radius_m: f64,
}

/// An ellipse along the directions in which points spread most and least.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StandardEllipse {
    /// The semi-major axis, in metres.
    pub semi_major_m: f64,
    /// The semi-minor axis, in metres.
    pub semi_minor_m: f64,
    /// The angle from east to the major axis in degrees, counter-clockwise, above −90 to 90.
    pub rotation_deg: f64,
}

/// The factors by which the axes of [`standard_deviational_ellipse`] are longer than the standard deviations. Both
/// apply by default, as in CrimeStat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EllipseCorrection {
    /// The factor √2, with which a uniform disc has its own radius.
    pub root_two: bool,
    /// The factor √(n / (n − 2)), for the two degrees of freedom of the mean centre.
    pub degrees_of_freedom: bool,
}

impl Default for EllipseCorrection {
    fn default() -> Self {
        Self { root_two: true, degrees_of_freedom: true }
    }
}

with_fields! {
    EllipseCorrection {
        with_root_two(root_two: bool);
        with_degrees_of_freedom(degrees_of_freedom: bool);
    }
}

/// Describes the distribution of weighted points: mean and median centre, standard distance, standard deviational
/// ellipse, convex hull, bounding rectangles and enclosing circle.
///
/// # Units
///
/// Metres, square metres, degrees.
///
/// # Undefined
///
/// The ellipse of fewer than 3 points.
///
/// # Errors
///
/// No point; weights that are not one for each, negative, or sum to 0.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::centrography;
///
/// let found = centrography(&[[0.0, 0.0], [6.0, 0.0], [6.0, 8.0], [0.0, 8.0]], &[1.0; 4])?;
/// assert_eq!((found.mean_centre_m, found.circle_radius_m), ([3.0, 4.0], 5.0));
/// assert_eq!((found.standard_distance_m, found.hull_m2), (5.0, 48.0));
/// assert_eq!(found.ellipse.map(|ellipse| ellipse.rotation_deg), Some(90.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// D. Ebdon, Statistics in Geography, 1985; R. S. Yuill, The standard deviational ellipse, Geografiska Annaler B 53, 1971; N.
/// Levine, CrimeStat, chapter 4, 2015; Y. Vardi, C.-H. Zhang, The multivariate L1-median and associated data depth, Proceedings
/// of the National Academy of Sciences 97, 2000; E. Welzl, Smallest enclosing disks, 1991.
pub fn centrography(points: &[[f64; 2]], weights: &[f64]) -> Result<Centrography> {
    const STATISTIC: &str = "centrography";
    refuse_points(STATISTIC, points)?;
    refuse_firms(STATISTIC, points, weights, &[])?;
    let total: f64 = weights.iter().sum();
    if points.is_empty() || total <= 0.0 {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let mean_centre_m = mean_of(points, weights, total);
    let squares: f64 =
        points.iter().zip(weights).map(|(at, weight)| weight * apart_m(*at, mean_centre_m).powi(2)).sum();
    let cloud = MultiPoint(points.iter().map(|[x, y]| Point::new(*x, *y)).collect());
    let hull = cloud.convex_hull();
    let corners: Vec<[f64; 2]> = hull.exterior().coords().map(|at| [at.x, at.y]).collect();
    let (circle_centre_m, circle_radius_m) = smallest_circle(&corners);
    let along = |axis: usize| {
        let of_axis = || points.iter().map(move |at| at[axis]);
        of_axis().fold(f64::NEG_INFINITY, f64::max) - of_axis().fold(f64::INFINITY, f64::min)
    };
    Ok(Centrography {
        n: points.len(),
        mean_centre_m,
        median_centre_m: median_centre(points, weights, mean_centre_m),
        manhattan_median_m: [0, 1].map(|axis| median(points.iter().map(|at| at[axis]).collect())),
        standard_distance_m: (squares / total).sqrt(),
        ellipse: standard_deviational_ellipse(points, weights, EllipseCorrection::default()),
        hull_m2: hull.unsigned_area(),
        box_m2: along(0) * along(1),
        rectangle_m2: hull.minimum_rotated_rect().map_or(0.0, |rectangle| rectangle.unsigned_area()),
        circle_centre_m,
        circle_radius_m,
    })
}

/// The ellipse whose semi-axes are the standard deviations of weighted points along the directions in which they
/// spread most and least.
///
/// # Units
///
/// Metres, degrees.
///
/// # Undefined
///
/// None without weight, and with the correction for freedoms of fewer than 3 points. Points and weights beyond the shorter of
/// both lists are left out.
///
/// # References
///
/// See [`centrography`].
#[must_use]
pub fn standard_deviational_ellipse(
    points: &[[f64; 2]],
    weights: &[f64],
    correction: EllipseCorrection,
) -> Option<StandardEllipse> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 || (correction.degrees_of_freedom && points.len() < 3) {
        return None;
    }
    let centre = mean_of(points, weights, total);
    let moments = points.iter().zip(weights).fold([0.0; 3], |[xx, yy, xy], ([x, y], weight)| {
        let (dx, dy) = (x - centre[0], y - centre[1]);
        [xx + weight * dx * dx, yy + weight * dy * dy, xy + weight * dx * dy]
    });
    let [xx, yy, xy] = moments.map(|moment| moment / total);
    let (mean, spread) = (xx.midpoint(yy), ((xx - yy) / 2.0).hypot(xy));
    let n = points.len() as f64;
    let longer = if correction.root_two { std::f64::consts::SQRT_2 } else { 1.0 }
        * if correction.degrees_of_freedom { (n / (n - 2.0)).sqrt() } else { 1.0 };
    // The smaller eigenvalue from the determinant, where the difference would lose its digits.
    let larger = mean + spread;
    let smaller = if larger > 0.0 { ((xx * yy - xy * xy) / larger).max(0.0) } else { 0.0 };
    Some(StandardEllipse {
        semi_major_m: larger.sqrt() * longer,
        semi_minor_m: smaller.sqrt() * longer,
        rotation_deg: (0.5 * (2.0 * xy).atan2(xx - yy)).to_degrees(),
    })
}

/// The sum of the distances from a place to points, in metres.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::total_distance_m;
/// assert_eq!(total_distance_m([0.0, 0.0], &[[3.0, 4.0], [0.0, 1.0]]), 6.0);
/// ```
#[must_use]
pub fn total_distance_m(place: [f64; 2], points: &[[f64; 2]]) -> f64 {
    points.iter().map(|at| apart_m(*at, place)).sum()
}

fn apart_m(one: [f64; 2], other: [f64; 2]) -> f64 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}

fn mean_of(points: &[[f64; 2]], weights: &[f64], total: f64) -> [f64; 2] {
    let sum = |axis: usize| points.iter().zip(weights).map(|(at, weight)| weight * at[axis]).sum::<f64>();
    [sum(0) / total, sum(1) / total]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = ((values.len() - 1) / 2, values.len() / 2);
    f64::midpoint(values[low], values[high])
}

/// The place with the smallest weighted sum of distances: Weiszfeld's steps, by Vardi and Zhang where one meets a point, and
/// Newton's as soon as they are shorter ways down.
fn median_centre(points: &[[f64; 2]], weights: &[f64], start: [f64; 2]) -> [f64; 2] {
    const STEPS: usize = 1000;
    let extent = points.iter().map(|at| apart_m(*at, start)).fold(0.0, f64::max);
    let sum =
        |place: [f64; 2]| -> f64 { points.iter().zip(weights).map(|(at, weight)| weight * apart_m(*at, place)).sum() };
    let mut place = start;
    for _ in 0..STEPS {
        let Pull { gradient, hessian, nearness, own } = Pull::at(place, points, weights);
        let strength = gradient[0].hypot(gradient[1]);
        if strength <= own || nearness <= 0.0 {
            return place;
        }
        let share = (1.0 - own / strength) / nearness;
        let mut next = [place[0] - share * gradient[0], place[1] - share * gradient[1]];
        let [xx, yy, xy] = hessian;
        let determinant = xx * yy - xy * xy;
        if own <= 0.0 && determinant > 0.0 {
            let newton = [
                place[0] - (yy * gradient[0] - xy * gradient[1]) / determinant,
                place[1] - (xx * gradient[1] - xy * gradient[0]) / determinant,
            ];
            if sum(newton) < sum(next) {
                next = newton;
            }
        }
        let moved = apart_m(place, next);
        place = next;
        if moved <= 1e-14 * extent {
            break;
        }
    }
    // Steps only creep up to a point that is the median itself.
    let nearest = points.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
    let nearest = nearest.min_by(|(one, _), (other, _)| apart_m(**one, place).total_cmp(&apart_m(**other, place)));
    match nearest {
        Some((at, _)) if sum(*at) <= sum(place) => *at,
        _ => place,
    }
}

/// The derivatives at a place of the weighted sum of distances to points.
struct Pull {
    gradient: [f64; 2],
    hessian: [f64; 3],
    /// Σ w / d.
    nearness: f64,
    /// The weight of the points at the place itself.
    own: f64,
}

impl Pull {
    fn at(place: [f64; 2], points: &[[f64; 2]], weights: &[f64]) -> Self {
        let mut pull = Self { gradient: [0.0; 2], hessian: [0.0; 3], nearness: 0.0, own: 0.0 };
        for (at, weight) in points.iter().zip(weights) {
            let (dx, dy) = (place[0] - at[0], place[1] - at[1]);
            let distance = dx.hypot(dy);
            if distance == 0.0 {
                pull.own += weight;
                continue;
            }
            let (x, y, near) = (dx / distance, dy / distance, weight / distance);
            pull.gradient = [pull.gradient[0] + weight * x, pull.gradient[1] + weight * y];
            let [xx, yy, xy] = pull.hessian;
            pull.hessian = [xx + near * y * y, yy + near * x * x, xy - near * x * y];
            pull.nearness += near;
        }
        pull
    }
}

/// The smallest circle about points: grown from one to the next, two or three of them on it.
fn smallest_circle(points: &[[f64; 2]]) -> ([f64; 2], f64) {
    let Some(first) = points.first() else { return ([f64::NAN; 2], f64::NAN) };
    let mut circle = (*first, 0.0);
    let is_in = |(centre, radius): ([f64; 2], f64), at: [f64; 2]| apart_m(at, centre) <= radius * (1.0 + 1e-12);
    for (third, a) in points.iter().enumerate() {
        if is_in(circle, *a) {
            continue;
        }
        circle = (*a, 0.0);
        for (second, b) in points[..third].iter().enumerate() {
            if is_in(circle, *b) {
                continue;
            }
            circle = (middle(*a, *b), apart_m(*a, *b) / 2.0);
            for c in &points[..second] {
                if !is_in(circle, *c) {
                    circle = through(*a, *b, *c).unwrap_or(circle);
                }
            }
        }
    }
    circle
}

fn middle(one: [f64; 2], other: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|axis| f64::midpoint(one[axis], other[axis]))
}

/// The circle through three points; none where they are on a line.
fn through(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> Option<([f64; 2], f64)> {
    let (bx, by, cx, cy) = (b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]);
    let twice = 2.0 * (bx * cy - by * cx);
    let (bb, cc) = (bx * bx + by * by, cx * cx + cy * cy);
    let (x, y) = ((cy * bb - by * cc) / twice, (bx * cc - cx * bb) / twice);
    (x.is_finite() && y.is_finite()).then(|| ([a[0] + x, a[1] + y], x.hypot(y)))
}
