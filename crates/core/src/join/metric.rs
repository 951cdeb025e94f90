use std::sync::LazyLock;

use geo::Coord;
use geographiclib_rs::{Geodesic, InverseGeodesic as _};

use super::orientation::{LARGEST_COORDINATE, on_segment};
use crate::model::{Measured, Point};

/// How distances are measured: on the ellipsoid for longitude and latitude, in the plane of a projected grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    Geodesic,
    Planar,
}

/// WGS 84; the ellipsoid of CGCS2000 differs from it by a tenth of a millimetre.
const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_223_563;
const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);

/// Radius of curvature of the meridian at the equator, the least there is anywhere.
const LEAST_RADIUS_M: f64 = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED);

static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// The search for the foot of the perpendicular stops when a step along the edge is shorter.
const STEP_M: f64 = 1e-6;
const MOST_STEPS: usize = 64;

impl Metric {
    pub(super) fn for_reference(measured: Measured) -> Self {
        match measured {
            Measured::Geodesic => Self::Geodesic,
            Measured::Planar(_) => Self::Planar,
        }
    }

    /// Returns whether distances from a point can be measured, which is not so for coordinates that are not on the Earth.
    pub(super) fn reaches(self, point: Point) -> bool {
        let (largest_x, largest_y) = match self {
            Self::Geodesic => (360.0, 90.0),
            Self::Planar => (LARGEST_COORDINATE, LARGEST_COORDINATE),
        };
        point.x.abs() <= largest_x && point.y.abs() <= largest_y
    }

    /// The point as it is seen from areas that stand on this or the other side of the antimeridian: full turns away, the
    /// point itself first, from where most are nearest.
    pub(super) fn seen_from_all_sides(self, point: Point) -> impl Iterator<Item = Point> {
        let turns: &[i32] = match self {
            Self::Planar => &[0],
            // Areas and points may run from −360° to 360°.
            Self::Geodesic => &[0, -1, 1, -2, 2],
        };
        turns.iter().map(move |turn| Point::new(point.x + 360.0 * f64::from(*turn), point.y))
    }

    /// A distance from a point that nothing in a box is nearer than.
    pub(super) fn at_least_to_box_m(self, point: Point, lower: [f64; 2], upper: [f64; 2]) -> f64 {
        let gap = |at: f64, lower: f64, upper: f64| (lower - at).max(at - upper).max(0.0);
        let (dx, dy) = (gap(point.x, lower[0], upper[0]), gap(point.y, lower[1], upper[1]));
        let least_m = match self {
            Self::Planar => dx.hypot(dy),
            Self::Geodesic => {
                // On a sphere that is nowhere less curved than the ellipsoid, at the box's latitude nearest to a pole.
                let circle = lower[1].abs().max(upper[1].abs()).min(90.0).to_radians().cos();
                let half = |degrees: f64| (degrees.min(180.0).to_radians() / 2.0).sin().powi(2);
                let haversine = half(dy) + point.y.to_radians().cos() * circle * half(dx);
                2.0 * haversine.min(1.0).sqrt().asin() * LEAST_RADIUS_M
            }
        };
        least_m * (1.0 - 1e-9) - self.noise_m(point)
    }

    /// A quick distance to an edge, with the share of the edge at which its foot lies.
    ///
    /// Exact in the plane up to rounding; on the ellipsoid measured in a flat frame of the middle latitude.
    pub(super) fn approximate(self, point: Point, a: Coord<f64>, b: Coord<f64>) -> (f64, f64) {
        match self {
            Self::Planar => flat(point, a, b, 1.0, 1.0),
            Self::Geodesic => {
                let (east, north) = metres_per_degree(point.y);
                let (_, share) = flat(point, a, b, east, north);
                let (east, north) = metres_per_degree(f64::midpoint(point.y, at(a, b, share).y));
                flat(point, a, b, east, north)
            }
        }
    }

    /// The least and the most that the distance can be where [`Metric::approximate`] gives `about_m`.
    ///
    /// The flat frame is wrong in the second order of distance over radius, more so toward the poles.
    pub(super) fn bounds_m(self, point: Point, about_m: f64) -> (f64, f64) {
        let doubt = match self {
            Self::Planar => 0.0,
            Self::Geodesic => {
                let angle = about_m / SEMI_MAJOR_AXIS_M;
                let tangent = (point.y.abs() + angle.to_degrees()).min(89.9).to_radians().tan();
                let second_order = 4.0 * angle * angle * (1.0 + tangent * tangent);
                ((4.0 * angle * (1.0 + tangent)).min(0.01) + second_order).min(1.0)
            }
        };
        let noise_m = self.noise_m(point);
        // Beyond some thousand kilometres the frame says nothing of the most.
        let most_m = if doubt < 0.1 { about_m * (1.0 + doubt) + noise_m } else { f64::INFINITY };
        (about_m * (1.0 - doubt) - noise_m, most_m)
    }

    /// The error of a distance that comes from rounding the coordinates.
    fn noise_m(self, point: Point) -> f64 {
        match self {
            Self::Planar => 1e-6 + 16.0 * f64::EPSILON * (point.x.abs() + point.y.abs()),
            Self::Geodesic => 1e-6,
        }
    }

    /// The distance in metres from a point to an edge, 0 exactly where the point lies on it.
    pub(super) fn distance_m(self, point: Point, a: Coord<f64>, b: Coord<f64>) -> f64 {
        if on_segment(point, a, b) {
            return 0.0;
        }
        let (distance_m, share) = self.approximate(point, a, b);
        match self {
            Self::Planar => distance_m,
            Self::Geodesic => geodesic_m(point, a, b, share),
        }
    }
}

/// The surroundings of a point on the ellipsoid, in which edges that are too far are told without trigonometry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    point: Point,
    /// Metres to a degree of longitude and of latitude.
    metres: (f64, f64),
    /// The tangent of the latitude nearest to a pole.
    tangent: f64,
}

/// How far [`Surroundings`] reach: a degree of latitude, and a little less.
const REACH_M: f64 = 100_000.0;

impl Surroundings {
    /// None in a plane, where every distance is quick.
    pub(super) fn of(metric: Metric, point: Point) -> Option<Self> {
        let is_geodesic = metric == Metric::Geodesic;
        is_geodesic.then(|| {
            let tangent = (point.y.abs() + 1.0).min(89.9).to_radians().tan();
            Self { point, metres: metres_per_degree(point.y), tangent }
        })
    }

    /// A distance that an edge is not nearer than; negative where nothing is known of it.
    ///
    /// The flat frame at the point is wrong in the first order of distance over radius, as the degrees of longitude grow
    /// shorter toward the poles.
    pub(super) fn at_least_m(&self, a: Coord<f64>, b: Coord<f64>) -> f64 {
        let (east, north) = self.metres;
        let metres = |coord: Coord<f64>| ((coord.x - self.point.x) * east, (coord.y - self.point.y) * north);
        let (from, to) = (metres(a), metres(b));
        let ahead = (to.0 - from.0, to.1 - from.1);
        let length_squared = ahead.0 * ahead.0 + ahead.1 * ahead.1;
        let along = -(from.0 * ahead.0 + from.1 * ahead.1);
        let share = if along > 0.0 { (along / length_squared).min(1.0) } else { 0.0 };
        let foot = (from.0 + share * ahead.0, from.1 + share * ahead.1);
        let about_m = (foot.0 * foot.0 + foot.1 * foot.1).sqrt();
        if about_m > REACH_M {
            return f64::NEG_INFINITY;
        }
        let angle = about_m / SEMI_MAJOR_AXIS_M;
        let doubt = 4.0 * angle * (1.0 + self.tangent) + 4.0 * angle * angle * (1.0 + self.tangent * self.tangent);
        about_m * (1.0 - doubt) - Metric::Geodesic.noise_m(self.point)
    }
}

/// The geodesic distance to the nearest point of an edge that is straight in longitude and latitude: from a first
/// guess, walk along the edge to where the geodesic to the point meets it at a right angle.
fn geodesic_m(point: Point, a: Coord<f64>, b: Coord<f64>, mut share: f64) -> f64 {
    let mut least_m = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let foot = at(a, b, share);
        // Distance and azimuth in one solution of the inverse problem.
        let (distance_m, azimuth_deg, _, _): (f64, f64, f64, f64) = ELLIPSOID.inverse(foot.y, foot.x, point.y, point.x);
        least_m = least_m.min(distance_m);
        if distance_m < STEP_M {
            break;
        }
        let (east, north) = metres_per_degree(foot.y);
        let (ahead_east, ahead_north) = ((b.x - a.x) * east, (b.y - a.y) * north);
        let length_m = ahead_east.hypot(ahead_north);
        let bearing = ((azimuth_deg + 360.0) % 360.0).to_radians();
        let along_m = distance_m * (bearing.sin() * ahead_east + bearing.cos() * ahead_north) / length_m;
        let next = (share + along_m / length_m).clamp(0.0, 1.0);
        if next.is_nan() || (next - share).abs() * length_m < STEP_M {
            break;
        }
        share = next;
    }
    least_m
}

/// The point at a share of the way; the ends are met exactly.
fn at(a: Coord<f64>, b: Coord<f64>, share: f64) -> Coord<f64> {
    if share >= 1.0 { b } else { a + (b - a) * share }
}

/// Distance and share of the foot in a plane where one unit of x is `east` and one of y is `north` metres. Never NaN
/// for coordinates up to 10¹⁰⁰.
fn flat(point: Point, a: Coord<f64>, b: Coord<f64>, east: f64, north: f64) -> (f64, f64) {
    let metres = |coord: Coord<f64>| Coord { x: (coord.x - point.x) * east, y: (coord.y - point.y) * north };
    let (from, to) = (metres(a), metres(b));
    let length_m = (to.x - from.x).hypot(to.y - from.y);
    if length_m == 0.0 {
        return (from.x.hypot(from.y), 0.0);
    }
    let (ahead_x, ahead_y) = ((to.x - from.x) / length_m, (to.y - from.y) / length_m);
    let along_m = -(from.x * ahead_x + from.y * ahead_y);
    if along_m <= 0.0 {
        (from.x.hypot(from.y), 0.0)
    } else if along_m >= length_m {
        (to.x.hypot(to.y), 1.0)
    } else {
        ((from.x * ahead_y - from.y * ahead_x).abs(), along_m / length_m)
    }
}

/// Metres to a degree of longitude and of latitude: radii of curvature across and along the meridian.
pub(super) fn metres_per_degree(latitude: f64) -> (f64, f64) {
    let latitude = latitude.clamp(-90.0, 90.0).to_radians();
    let bulge = 1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2);
    let across_m = SEMI_MAJOR_AXIS_M / bulge.sqrt();
    let along_m = across_m * (1.0 - ECCENTRICITY_SQUARED) / bulge;
    ((across_m * latitude.cos()).to_radians(), along_m.to_radians())
}

/// The position on the ellipsoid of a longitude and latitude, relative to the centre of the Earth.
pub(super) fn geocentric_m(point: Point) -> [f64; 3] {
    let (longitude, latitude) = (point.x.to_radians(), point.y.to_radians());
    let across_m = SEMI_MAJOR_AXIS_M / (1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2)).sqrt();
    let to_axis_m = across_m * latitude.cos();
    let up_m = across_m * (1.0 - ECCENTRICITY_SQUARED) * latitude.sin();
    [to_axis_m * longitude.cos(), to_axis_m * longitude.sin(), up_m]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 0 to 1 without order.
    fn shares() -> impl FnMut() -> f64 {
        let mut state = 1_u64;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64
        }
    }

    #[test]
    fn distances_lie_within_their_bounds() {
        let mut share = shares();
        for case in 0..60_000 {
            let latitude = 170.0 * share() - 85.0;
            // From metres to a thousand kilometres, for the distance as for the edge.
            let reach = 10_f64.powf(6.0 * share() - 5.0);
            let length = 10_f64.powf(6.0 * share() - 5.0).min(3.0);
            let about = |x: f64, y: f64, reach: f64, share: &mut dyn FnMut() -> f64| Coord {
                x: x + reach * (2.0 * share() - 1.0),
                y: (y + reach * (2.0 * share() - 1.0)).clamp(-89.0, 89.0),
            };
            let point = Point::new(120.0, latitude);
            let a = about(120.0, latitude, reach, &mut share);
            let b = about(a.x, a.y, length, &mut share);
            let metric = Metric::Geodesic;
            let (least_m, most_m) = metric.bounds_m(point, metric.approximate(point, a, b).0);
            let distance_m = metric.distance_m(point, a, b);
            assert!(
                (least_m..=most_m).contains(&distance_m),
                "{case}: {point:?} {a:?} {b:?}: {least_m} {distance_m} {most_m}"
            );
            let least_m = Surroundings::of(metric, point).unwrap().at_least_m(a, b);
            assert!(least_m <= distance_m, "{case}: {point:?} {a:?} {b:?}: {least_m} {distance_m}");
        }
    }
}
