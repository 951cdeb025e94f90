//! Whether an edge stands between two places.
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

/// Whether an edge stands between two places of one height.
#[inline]
pub(super) fn stands_between_level((a, b): (Vertex, Vertex), y: f64, from: f64, to: f64) -> bool {
    let (low, high) = upward(a, b);
    low[1] <= y && y < high[1] && is_left(low, high, [from, y]) != is_left(low, high, [to, y])
}

/// Whether an edge stands between two places one above the other.
#[inline]
pub(super) fn stands_between_upright((a, b): (Vertex, Vertex), x: f64, from: f64, to: f64) -> bool {
    let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
    left[0] <= x && x < right[0] && is_below(left, right, [x, from]) != is_below(left, right, [x, to])
}

/// Whether a place is below an edge that runs over or under it; of no meaning for another edge.
#[inline]
pub(super) fn lies_below((a, b): (Vertex, Vertex), point: Vertex) -> bool {
    let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
    is_below(left, right, point)
}

/// Whether a place is left of an edge whose heights it lies between.
#[inline]
fn is_left(low: Vertex, high: Vertex, point: Vertex) -> bool {
    if point[0] < low[0].min(high[0]) {
        return true;
    }
    point[0] <= low[0].max(high[0]) && orientation(low, high, point) == Ordering::Greater
}

/// Whether a place is below an edge that runs over or under it.
#[inline]
fn is_below(left: Vertex, right: Vertex, point: Vertex) -> bool {
    match orientation(left, right, point) {
        Ordering::Less => true,
        Ordering::Greater => false,
        // A little to the right the edge has risen or fallen.
        Ordering::Equal => right[1] > left[1],
    }
}
