//! Which of the rings of a shape are holes, and of which polygon.

use geo::{Coord, CoordsIter as _, Geometry, LineString, MultiPolygon, Polygon};
use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

/// A ring with what is asked about it again and again.
struct Ring {
    line: LineString<f64>,
    /// Twice its area, positive for the one that runs with the clock.
    area: f64,
    low: Coord<f64>,
    high: Coord<f64>,
}

/// The polygons of some rings. A single ring is an outer one. Of several those that run with the clock are outer rings, and each
/// of the others is a hole in the smallest one around it; where the largest does not run with the clock, the way in which
/// they run says nothing, and a ring within an odd number of others is a hole.
pub(super) fn polygons(parts: Vec<Vec<Coord<f64>>>) -> Option<Geometry<f64>> {
    let mut rings: Vec<Ring> = parts.into_iter().filter(|part| !part.is_empty()).map(ring).collect();
    if rings.len() < 2 {
        return rings.pop().map(|ring| Geometry::Polygon(Polygon::new(ring.line, Vec::new())));
    }
    // From the largest to the smallest, so that what is around a ring stands before it.
    let mut order: Vec<usize> = (0..rings.len()).collect();
    order.sort_by(|one, other| rings[*other].area.abs().total_cmp(&rings[*one].area.abs()));
    let runs_as_it_should = rings[order[0]].area >= 0.0;
    let outers = rings.iter().filter(|ring| ring.area >= 0.0).count();
    // For each ring the one that it is a hole in.
    let mut around: Vec<Option<usize>> = vec![None; rings.len()];
    let mut is_outer = vec![true; rings.len()];
    // Where there are many rings, most lie far from most others. Ranks are places in the order.
    let bounds = order.iter().enumerate().filter(|(_, ring)| rings[**ring].is_finite()).map(|(rank, ring)| {
        let Ring { low, high, .. } = &rings[*ring];
        GeomWithData::new(Rectangle::from_corners([low.x, low.y], [high.x, high.y]), rank)
    });
    let tree = RTree::bulk_load(bounds.collect());
    for (rank, &own) in order.iter().enumerate().skip(1) {
        if runs_as_it_should && rings[own].area >= 0.0 {
            continue;
        }
        if runs_as_it_should && outers == 1 {
            // There is but one ring that it can be a hole in.
            around[own] = Some(order[0]);
            is_outer[own] = false;
            continue;
        }
        let at = rings[own].line.0.first().copied().unwrap_or_default();
        let mut ranks: Vec<usize> =
            tree.locate_all_at_point(&[at.x, at.y]).map(|bounds| bounds.data).filter(|other| *other < rank).collect();
        ranks.sort_unstable_by(|one, other| other.cmp(one));
        let mut holds = ranks.into_iter().map(|rank| order[rank]).filter(|other| {
            let is_last = *other == order[0] && runs_as_it_should;
            (!runs_as_it_should || rings[*other].area >= 0.0)
                && rings[*other].may_hold(&rings[own])
                // A hole that is in none of the smaller ones is in the largest.
                && (is_last || rings[*other].holds(&rings[own]))
        });
        if let Some(found) = holds.next()
            && is_outer[found]
        {
            around[own] = Some(found);
            is_outer[own] = false;
        }
    }
    let mut polygons: Vec<Option<Polygon<f64>>> = Vec::with_capacity(rings.len());
    for (position, ring) in rings.iter_mut().enumerate() {
        let line = std::mem::replace(&mut ring.line, LineString(Vec::new()));
        polygons.push(is_outer[position].then(|| Polygon::new(line.clone(), Vec::new())));
        ring.line = line;
    }
    for (position, ring) in rings.into_iter().enumerate() {
        if let Some(polygon) = around[position].and_then(|outer| polygons[outer].as_mut()) {
            polygon.interiors_push(ring.line);
        }
    }
    let mut polygons: Vec<Polygon<f64>> = polygons.into_iter().flatten().collect();
    match polygons.len() {
        1 => polygons.pop().map(Geometry::Polygon),
        _ => Some(Geometry::MultiPolygon(MultiPolygon(polygons))),
    }
}

fn ring(coords: Vec<Coord<f64>>) -> Ring {
    let line = LineString(coords);
    let first = line.0.first().copied().unwrap_or_default();
    let (mut low, mut high, mut area) = (first, first, 0.0);
    for edge in line.0.windows(2) {
        // Seen from the first vertex, so that no digits are lost far from the origin.
        let (one, other) = (edge[0] - first, edge[1] - first);
        area -= one.x * other.y - other.x * one.y;
    }
    for at in line.coords_iter() {
        low = Coord { x: low.x.min(at.x), y: low.y.min(at.y) };
        high = Coord { x: high.x.max(at.x), y: high.y.max(at.y) };
    }
    Ring { line, area, low, high }
}

impl Ring {
    fn is_finite(&self) -> bool {
        [self.low, self.high].iter().all(|at| at.x.is_finite() && at.y.is_finite())
    }

    /// Whether another lies within its bounds.
    fn may_hold(&self, other: &Self) -> bool {
        self.low.x <= other.low.x
            && self.low.y <= other.low.y
            && self.high.x >= other.high.x
            && self.high.y >= other.high.y
    }

    /// Whether another lies within it: by the first vertex that is not on it, else by the middle of an edge.
    fn holds(&self, other: &Self) -> bool {
        use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
        let middles = || other.line.0.windows(2).map(|edge| (edge[0] + edge[1]) / 2.0);
        let places = other.line.0.iter().copied().chain(middles());
        let mut positions = places.map(|at| coord_pos_relative_to_ring(at, &self.line));
        positions.find(|position| *position != CoordPos::OnBoundary) == Some(CoordPos::Inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square that runs with the clock.
    fn square(x: f64, y: f64, size: f64) -> Vec<Coord<f64>> {
        let corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]];
        corners.iter().map(|[across, up]| Coord { x: x + across * size, y: y + up * size }).collect()
    }

    fn turned(mut ring: Vec<Coord<f64>>) -> Vec<Coord<f64>> {
        ring.reverse();
        ring
    }

    /// How many holes each polygon has.
    fn holes(parts: Vec<Vec<Coord<f64>>>) -> Vec<usize> {
        match polygons(parts) {
            Some(Geometry::Polygon(polygon)) => vec![polygon.interiors().len()],
            Some(Geometry::MultiPolygon(polygons)) => {
                polygons.iter().map(|polygon| polygon.interiors().len()).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn holes_find_their_ring() {
        assert!(holes(vec![]).is_empty());
        assert_eq!(holes(vec![turned(square(0.0, 0.0, 1.0))]), [0], "a single ring is an outer one");
        // A hole before its ring, two polygons, an island in a hole.
        assert_eq!(holes(vec![turned(square(1.0, 1.0, 1.0)), square(0.0, 0.0, 9.0)]), [1]);
        let two = vec![square(0.0, 0.0, 4.0), square(10.0, 0.0, 4.0), turned(square(11.0, 1.0, 1.0))];
        assert_eq!(holes(two), [0, 1]);
        let island = vec![square(0.0, 0.0, 9.0), turned(square(1.0, 1.0, 7.0)), square(2.0, 2.0, 5.0)];
        assert_eq!(holes(island), [1, 0]);
        let nested = vec![
            square(0.0, 0.0, 9.0),
            turned(square(1.0, 1.0, 7.0)),
            square(2.0, 2.0, 5.0),
            turned(square(3.0, 3.0, 1.0)),
        ];
        assert_eq!(holes(nested), [1, 1]);
    }

    #[test]
    fn rings_that_run_the_wrong_way() {
        assert_eq!(holes(vec![turned(square(0.0, 0.0, 9.0)), square(1.0, 1.0, 1.0)]), [1]);
        assert_eq!(holes(vec![turned(square(0.0, 0.0, 4.0)), turned(square(10.0, 0.0, 4.0))]), [0, 0]);
        assert_eq!(holes(vec![turned(square(0.0, 0.0, 9.0)), turned(square(1.0, 1.0, 1.0))]), [1]);
    }

    #[test]
    fn a_hole_that_touches_its_ring() {
        // All its vertices are on the ring; the middle of an edge is within.
        let diamond = [[0.5, 0.0], [1.0, 0.5], [0.5, 1.0], [0.0, 0.5], [0.5, 0.0]];
        let diamond: Vec<Coord<f64>> = diamond.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect();
        assert_eq!(holes(vec![square(0.0, 0.0, 1.0), diamond, square(5.0, 5.0, 1.0)]), [1, 0]);
    }
}
