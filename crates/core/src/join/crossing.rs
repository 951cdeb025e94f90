//! Tests of whether an edge lies between two places.
//!
//! A place is taken a little to the right of its point, and by far less above it: no vertex is on the way between two
//! places along an axis, so an odd number of crossings leads from inside a ring to outside. To the right by how little
//! does not matter, so the answers are exact.

use std::cmp::Ordering;

use super::orientation::orientation;
use super::outlines::Vertex;

/// The ends of an edge, the lower first.
#[inline]
pub(super) fn upward(a: Vertex, b: Vertex) -> (Vertex, Vertex) {
    if a[1] <= b[1] { (a, b) } else { (b, a) }
}

/// Returns whether an edge lies between two places with the same y.
#[inline]
pub(super) fn stands_between_level((a, b): (Vertex, Vertex), y: f64, from: f64, to: f64) -> bool {
    let (low, high) = upward(a, b);
    low[1] <= y && y < high[1] && is_left(low, high, [from, y]) != is_left(low, high, [to, y])
}

/// Returns whether an edge lies between two places with the same x.
#[inline]
pub(super) fn stands_between_upright((a, b): (Vertex, Vertex), x: f64, from: f64, to: f64) -> bool {
    let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
    left[0] <= x && x < right[0] && is_below(left, right, [x, from]) != is_below(left, right, [x, to])
}

/// Returns whether a place is below an edge whose range of x contains it. The result has no meaning for other edges.
#[inline]
pub(super) fn lies_below((a, b): (Vertex, Vertex), point: Vertex) -> bool {
    let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
    is_below(left, right, point)
}

/// Returns whether a place is left of an edge whose range of y contains it.
#[inline]
fn is_left(low: Vertex, high: Vertex, point: Vertex) -> bool {
    if point[0] < low[0].min(high[0]) {
        return true;
    }
    point[0] <= low[0].max(high[0]) && orientation(low, high, point) == Ordering::Greater
}

/// Returns whether a place is below an edge whose range of x contains it.
#[inline]
fn is_below(left: Vertex, right: Vertex, point: Vertex) -> bool {
    match orientation(left, right, point) {
        Ordering::Less => true,
        Ordering::Greater => false,
        // A little to the right the edge has risen or fallen.
        Ordering::Equal => right[1] > left[1],
    }
}
