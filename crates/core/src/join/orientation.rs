use std::cmp::Ordering;

use geo::Coord;
use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use num_bigint::BigInt;

use super::outlines::Vertex;
use crate::model::Point;

/// Nothing on a map is as large; beyond, products of coordinates overflow.
pub(super) const LARGEST_COORDINATE: f64 = 1e100;

/// Below this magnitude the error terms of the robust predicate can underflow. Coordinates are then whole multiples of
/// 2⁻⁴⁵³ at least, their products of 2⁻⁹⁰⁶, still far above the smallest double.
const SMALLEST_ROBUST: f64 = 1e-120;

/// The rounding error of the plain determinant, as a share of the sum of its two products (Shewchuk 1997, bound A).
const ROUNDING_SHARE: f64 = (3.0 + 8.0 * f64::EPSILON) * (f64::EPSILON / 2.0);

/// The sum of the two products below which underflow may make the rounding error a greater share.
const SMALLEST_SUM: f64 = 1e-270;

/// On which side of the line from `a` to `b` a point lies: greater to the left, equal on it. The sign that exact
/// arithmetic would give, for coordinates up to [`LARGEST_COORDINATE`].
///
/// # References
///
/// Shewchuk, J. R. (1997), Adaptive precision floating-point arithmetic and fast robust geometric predicates.
#[inline]
pub(super) fn orientation(a: Vertex, b: Vertex, point: Vertex) -> Ordering {
    match rounded_orientation(a, b, point) {
        (determinant, true) if determinant > 0.0 => Ordering::Greater,
        (_, true) => Ordering::Less,
        (_, false) => doubtful_orientation(a, b, point),
    }
}

/// A number whose sign tells the same, positive to the left, and whether it is certain to: it never is on the line.
#[inline]
pub(super) fn rounded_orientation(a: Vertex, b: Vertex, point: Vertex) -> (f64, bool) {
    let left = (a[0] - point[0]) * (b[1] - point[1]);
    let right = (a[1] - point[1]) * (b[0] - point[0]);
    let (determinant, sum) = (left - right, left.abs() + right.abs());
    (determinant, (determinant.abs() > ROUNDING_SHARE * sum) & (sum > SMALLEST_SUM))
}

#[cold]
fn doubtful_orientation(a: Vertex, b: Vertex, point: Vertex) -> Ordering {
    let tiny = |value: f64| value != 0.0 && value.abs() < SMALLEST_ROBUST;
    if [a, b, point].iter().flatten().any(|value| tiny(*value)) {
        return exact_orientation(a, b, point);
    }
    match RobustKernel::orient2d(Coord::from(a), Coord::from(b), Coord::from(point)) {
        Orientation::CounterClockwise => Ordering::Greater,
        Orientation::Collinear => Ordering::Equal,
        Orientation::Clockwise => Ordering::Less,
    }
}

fn exact_orientation(a: Vertex, b: Vertex, point: Vertex) -> Ordering {
    let left = (whole(b[0]) - whole(a[0])) * (whole(point[1]) - whole(a[1]));
    let right = (whole(b[1]) - whole(a[1])) * (whole(point[0]) - whole(a[0]));
    left.cmp(&right)
}

/// A finite double times 2¹⁰⁷⁴.
fn whole(value: f64) -> BigInt {
    const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    let exponent = (value.to_bits() >> MANTISSA_BITS) & 0x7ff;
    let fraction = value.to_bits() & ((1 << MANTISSA_BITS) - 1);
    let magnitude = if exponent == 0 {
        BigInt::from(fraction)
    } else {
        BigInt::from(fraction | (1 << MANTISSA_BITS)) << (exponent - 1)
    };
    if value.is_sign_negative() { -magnitude } else { magnitude }
}

/// Returns whether a point lies on the closed segment between two others, by exact arithmetic.
pub(super) fn on_segment(point: Point, a: Coord<f64>, b: Coord<f64>) -> bool {
    let within =
        point.x >= a.x.min(b.x) && point.x <= a.x.max(b.x) && point.y >= a.y.min(b.y) && point.y <= a.y.max(b.y);
    within && orientation(a.into(), b.into(), [point.x, point.y]) == Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_double_off_a_line_is_seen() {
        let at = |x: f64, y: f64| [x, y];
        let smallest = f64::from_bits(1);
        assert_eq!(orientation(at(0.0, -3e-90), at(0.0, 1e-90), at(-smallest, 0.0)), Ordering::Greater);
        assert_eq!(orientation(at(0.0, -3.0), at(0.0, 1.0), at(smallest, 0.0)), Ordering::Less);
        assert_eq!(orientation(at(0.0, 0.0), at(3.0 * smallest, 3.0 * smallest), at(1.0, 1.0)), Ordering::Equal);
    }

    #[test]
    fn both_ways_agree_where_both_serve() {
        let at = |x: f64, y: f64| [x, y];
        let (a, b) = (at(0.1, 0.1), at(0.3, 0.3));
        for point in [at(0.2, 0.2), at(0.2, 0.2_f64.next_up()), at(0.2, 0.2_f64.next_down()), at(0.7, 0.7)] {
            assert_eq!(orientation(a, b, point), exact_orientation(a, b, point));
        }
    }
}
