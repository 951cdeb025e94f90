#![expect(
    clippy::cast_possible_truncation,
    reason = "vertices, parts and areas are fewer than 2³¹, which `Outlines::new` checks"
)]

use std::collections::HashMap;

use geo::orient::Direction;
use geo::{
    Area as _, Contains as _, Coord, InteriorPoint as _, LineString, MultiPolygon, Orient as _, Polygon,
    Validation as _, unary_union,
};

/// Merges areas: edges shared by two of them are removed, and all other edges are kept unchanged, so that regions
/// made from one layer share their boundaries exactly.
///
/// If areas overlap, or a corner of one lies in the middle of an edge of another, edges cannot be matched one by one.
/// The union is then computed, and its corners may differ from the input in the last digits.
///
/// # Examples
///
/// ```
/// use geo::{Area, MultiPolygon, Rect, coord};
/// use jiju_core::join::dissolved;
///
/// let square = |x: f64| MultiPolygon(vec![Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + 1.0, y: 1.0 }).to_polygon()]);
/// let both = dissolved(&[&square(0.0), &square(1.0)]);
/// assert_eq!((both.0.len(), both.unsigned_area()), (1, 2.0));
/// ```
#[must_use]
pub fn dissolved(areas: &[&MultiPolygon<f64>]) -> MultiPolygon<f64> {
    let polygons = || areas.iter().flat_map(|area| &area.0);
    // At touching corners, either way of continuing may leave a polygon whose interior is connected only at points.
    let put = |boundary: &Boundary, turn: Turn| {
        boundary.clone().rings(turn).and_then(put_together).filter(MultiPolygon::is_valid)
    };
    Boundary::of_polygons(polygons())
        .and_then(|boundary| [Turn::First, Turn::Last].into_iter().find_map(|turn| put(&boundary, turn)))
        .unwrap_or_else(|| unary_union(polygons()))
}

/// The edge on which to continue from a vertex: the first one clockwise from the edge of arrival.
#[derive(Clone, Copy)]
enum Turn {
    First,
    Last,
}

/// Edges that no two polygons share, the inside to the left.
#[derive(Clone)]
struct Boundary {
    vertices: Vec<Coord>,
    /// From each vertex where they lead to.
    next: Vec<Vec<u32>>,
}

impl Boundary {
    /// None where polygons overlap along an edge.
    fn of_polygons<'a>(polygons: impl Iterator<Item = &'a Polygon<f64>>) -> Option<Self> {
        let (mut vertices, mut numbers, mut edges) = (Vec::new(), HashMap::new(), Vec::new());
        let mut number = |at: &Coord| -> u32 {
            // 0 and −0 are one place.
            let key = [at.x + 0.0, at.y + 0.0].map(f64::to_bits);
            *numbers.entry(key).or_insert_with(|| {
                vertices.push(*at);
                vertices.len() as u32 - 1
            })
        };
        for polygon in polygons {
            let polygon = polygon.orient(Direction::Default);
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for line in ring.lines() {
                    let (from, to) = (number(&line.start), number(&line.end));
                    if from != to {
                        edges.push((from.min(to), from.max(to), from < to));
                    }
                }
            }
        }
        edges.sort_unstable();
        let mut next = vec![Vec::new(); vertices.len()];
        for run in edges.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let forward = run.iter().filter(|(.., is_forward)| *is_forward).count();
            let (one, other, _) = run[0];
            match (forward, run.len() - forward) {
                (1, 0) => next[one as usize].push(other),
                (0, 1) => next[other as usize].push(one),
                (1, 1) => (),
                _ => return None,
            }
        }
        Some(Self { vertices, next })
    }

    /// None where the edges do not close.
    fn rings(mut self, turn: Turn) -> Option<Vec<LineString<f64>>> {
        let mut rings = Vec::new();
        let mut place_of = vec![usize::MAX; self.vertices.len()];
        for start in 0..self.next.len() {
            let mut path: Vec<u32> = Vec::new();
            let mut at = start as u32;
            loop {
                let seen = place_of[at as usize];
                if seen != usize::MAX {
                    // Closed: a ring that touches itself is two.
                    let ring: Vec<Coord> = path[seen..].iter().map(|vertex| self.vertices[*vertex as usize]).collect();
                    path.drain(seen..).for_each(|vertex| place_of[vertex as usize] = usize::MAX);
                    let mut ring = LineString(ring);
                    ring.close();
                    rings.push(ring);
                }
                let from = path.last().copied();
                place_of[at as usize] = path.len();
                path.push(at);
                match self.leave(from, at, turn) {
                    Some(next) => at = next,
                    None if path.len() == 1 => break,
                    None => return None,
                }
            }
            place_of[at as usize] = usize::MAX;
        }
        Some(rings)
    }

    /// Takes the edge that goes on from a vertex: of several the first clockwise from where one came from, which keeps to the
    /// same inside.
    fn leave(&mut self, from: Option<u32>, at: u32, turn: Turn) -> Option<u32> {
        let vertices = &self.vertices;
        let angle = |to: u32| {
            let (at, to) = (vertices[at as usize], vertices[to as usize]);
            (to.y - at.y).atan2(to.x - at.x)
        };
        let next = &mut self.next[at as usize];
        let clockwise = |to: u32| {
            let turned = from.map_or(0.0, |from| angle(from) - angle(to));
            if turned > 0.0 { turned } else { turned + std::f64::consts::TAU }
        };
        let order = |one: &usize, other: &usize| clockwise(next[*one]).total_cmp(&clockwise(next[*other]));
        let chosen = match turn {
            Turn::First => (0..next.len()).min_by(order)?,
            Turn::Last => (0..next.len()).max_by(order)?,
        };
        Some(next.swap_remove(chosen))
    }
}

/// Outer rings with their holes; none where a hole lies in no outer ring.
fn put_together(rings: Vec<LineString<f64>>) -> Option<MultiPolygon<f64>> {
    let polygons = rings.into_iter().map(|ring| Polygon::new(ring, Vec::new()));
    let (mut outer, holes): (Vec<_>, Vec<_>) = polygons.partition(|ring| ring.signed_area() > 0.0);
    let sizes: Vec<f64> = outer.iter().map(|ring| ring.unsigned_area()).collect();
    let mut of_ring: Vec<Vec<LineString<f64>>> = vec![Vec::new(); outer.len()];
    for hole in holes {
        let inside = hole.interior_point()?;
        let around = (0..outer.len()).filter(|ring| outer.len() == 1 || outer[*ring].contains(&inside));
        let ring = around.min_by(|one, other| sizes[*one].total_cmp(&sizes[*other]))?;
        of_ring[ring].push(hole.into_inner().0);
    }
    for (ring, holes) in outer.iter_mut().zip(of_ring) {
        holes.into_iter().for_each(|hole| ring.interiors_push(hole));
    }
    Some(MultiPolygon(outer))
}

#[cfg(test)]
mod tests {
    use geo::{Area as _, Rect, coord};

    use super::*;

    #[test]
    fn a_cell_that_touches_the_others_with_its_corners_alone_stays_one() {
        let mask = ["011100", "110110", "101010", "110110", "011000", "000000"];
        let kept = |x: usize, y: usize| mask[y].as_bytes()[x] == b'1';
        let side = |step: usize| step as f64 / 6.0;
        let square = |x: usize, y: usize| {
            let lower = coord! { x: side(x), y: side(y) };
            MultiPolygon(vec![Rect::new(lower, coord! { x: side(x + 1), y: side(y + 1) }).to_polygon()])
        };
        let cells = (0..6).flat_map(|y| (0..6).map(move |x| (x, y))).filter(|(x, y)| kept(*x, *y));
        let squares: Vec<MultiPolygon> = cells.map(|(x, y)| square(x, y)).collect();
        let whole = dissolved(&squares.iter().collect::<Vec<_>>());
        let area: f64 = squares.iter().map(|square| square.unsigned_area()).sum();
        assert!(whole.is_valid() && (whole.unsigned_area() - area).abs() < 1e-12, "{whole:?}");
    }
}
