use super::close_edges::close_edges;
use super::contiguity::Meetings;
use crate::join::metric::{Metric, metres_per_degree};
use crate::join::outlines::{Edge, Outlines, Vertex};
use crate::model::Measured;

/// Boundaries meet along a line where they are as near on more than so many times the tolerance: two right angles whose
/// corners touch are near on twice the tolerance.
const TOLERANCES: f64 = 4.0;

/// A stretch of an edge that is near another area.
struct Stretch {
    pair: (u32, u32),
    /// Whether the edge belongs to the second area of the pair.
    of_second: bool,
    /// The first vertex of the edge.
    vertex: u32,
    from_m: f64,
    to_m: f64,
}

/// The pairs of areas whose boundaries come within a tolerance.
pub(super) fn within_reach(outlines: &Outlines<'_>, measured: Measured, snap_m: f64) -> Meetings {
    let metric = Metric::for_reference(measured);
    let (lower, upper) = outlines.corners(0..outlines.vertices.len());
    let reach = match metric {
        Metric::Planar => [snap_m; 2],
        Metric::Geodesic => {
            let (east, _) = metres_per_degree(lower[1].abs().max(upper[1].abs()).min(89.9));
            let (_, north) = metres_per_degree(0.0);
            // Frames of the places differ by less than this from these.
            [snap_m / east * 1.01, snap_m / north * 1.01]
        }
    };
    let stretches = close_edges(outlines, reach, |found: &mut Vec<Stretch>, one: Edge, other: Edge| {
        let pair = (outlines.parts[one.part as usize], outlines.parts[other.part as usize]);
        let (a, b) = (outlines.ends(one.vertex), outlines.ends(other.vertex));
        let (east, north) = match metric {
            Metric::Planar => (1.0, 1.0),
            Metric::Geodesic => metres_per_degree(a.0[1]),
        };
        // Relative to a corner, so that little is lost to rounding.
        let metres = |vertex: Vertex| [(vertex[0] - a.0[0]) * east, (vertex[1] - a.0[1]) * north];
        let (in_m, other_in_m) = ([metres(a.0), metres(a.1)], [metres(b.0), metres(b.1)]);
        for (of_second, edge, own, others) in [(false, one, in_m, other_in_m), (true, other, other_in_m, in_m)] {
            if let Some((from_m, to_m)) = near_stretch_m(own, others, snap_m) {
                found.push(Stretch { pair, of_second, vertex: edge.vertex, from_m, to_m });
            }
        }
    });
    let mut stretches: Vec<Stretch> = stretches.into_iter().flatten().collect();
    let place = |stretch: &Stretch| (stretch.pair, stretch.of_second, stretch.vertex);
    stretches
        .sort_unstable_by(|one, other| place(one).cmp(&place(other)).then_with(|| one.from_m.total_cmp(&other.from_m)));
    let mut meetings = Meetings::new();
    for side in stretches.chunk_by(|one, other| (one.pair, one.of_second) == (other.pair, other.of_second)) {
        let mut length_m = 0.0;
        for edge in side.chunk_by(|one, other| one.vertex == other.vertex) {
            let mut end_m = f64::NEG_INFINITY;
            for stretch in edge {
                length_m += (stretch.to_m - stretch.from_m.max(end_m)).max(0.0);
                end_m = end_m.max(stretch.to_m);
            }
        }
        *meetings.entry(side[0].pair).or_default() |= length_m > TOLERANCES * snap_m;
    }
    meetings
}

/// From where to where along an edge its points are within a distance of another edge, in metres from its start.
///
/// The region within a distance of an edge: a disc about each end and a rectangle between them, which together are convex.
fn near_stretch_m([a, b]: [Vertex; 2], [c, d]: [Vertex; 2], distance_m: f64) -> Option<(f64, f64)> {
    let minus = |p: Vertex, q: Vertex| [p[0] - q[0], p[1] - q[1]];
    let dot = |p: Vertex, q: Vertex| p[0] * q[0] + p[1] * q[1];
    let length = |p: Vertex| p[0].hypot(p[1]);
    let (length_m, other_m) = (length(minus(b, a)), length(minus(d, c)));
    let along = minus(b, a).map(|part| part / length_m);
    let other_along = minus(d, c).map(|part| part / other_m);
    let mut stretch: Option<(f64, f64)> = None;
    let mut add = |from: f64, to: f64| {
        let (from, to) = (from.max(0.0), to.min(length_m));
        if from <= to {
            stretch = Some(stretch.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
        }
    };
    for centre in [c, d] {
        let to_centre = minus(centre, a);
        let foot = dot(to_centre, along);
        let off = along[0] * to_centre[1] - along[1] * to_centre[0];
        let half = (distance_m - off.abs()) * (distance_m + off.abs());
        if half >= 0.0 {
            add(foot - half.sqrt(), foot + half.sqrt());
        }
    }
    // Within the rectangle: between its ends, and between its sides.
    let from_c = minus(a, c);
    let across = |p: Vertex| other_along[0] * p[1] - other_along[1] * p[0];
    let slab = |start: f64, slope: f64, low: f64, high: f64| -> Option<(f64, f64)> {
        if slope == 0.0 {
            return (low <= start && start <= high).then_some((f64::NEG_INFINITY, f64::INFINITY));
        }
        let (one, other) = ((low - start) / slope, (high - start) / slope);
        Some((one.min(other), one.max(other)))
    };
    let between_ends = slab(dot(from_c, other_along), dot(along, other_along), 0.0, other_m);
    let between_sides = slab(across(from_c), across(along), -distance_m, distance_m);
    if let (Some(ends), Some(sides)) = (between_ends, between_sides) {
        add(ends.0.max(sides.0), ends.1.min(sides.1));
    }
    stretch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_what_lies_in_the_capsule() {
        let edge = [[0.0, 0.0], [10.0, 0.0]];
        assert_eq!(near_stretch_m(edge, [[2.0, 1.0], [4.0, 1.0]], 1.0), Some((2.0, 4.0)));
        assert_eq!(near_stretch_m(edge, [[-5.0, 0.5], [20.0, 0.5]], 1.0), Some((0.0, 10.0)));
        assert_eq!(near_stretch_m(edge, [[2.0, 1.5], [4.0, 1.5]], 1.0), None);
        // A crossing at a right angle: as far to both sides.
        assert_eq!(near_stretch_m(edge, [[5.0, -3.0], [5.0, 3.0]], 1.0), Some((4.0, 6.0)));
    }
}
