//! Line simplification that keeps the topology: points within the tolerance are removed unless another point would end
//! up on the other side of the line.

use foldhash::{HashMap, HashMapExt as _};
use rayon::prelude::*;

use super::Spot;

/// Side of a cell of the index of kept points, in hundredths of a millimetre.
const CELL: i64 = 32;

/// A line between junctions, or a ring without a junction.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arc {
    /// The points; the first point of a ring is not repeated.
    pub(super) spots: Vec<Spot>,
    /// Whether the last point is joined to the first.
    pub(super) closed: bool,
}

impl Arc {
    /// Returns the number of points along the line; the start of a ring is counted twice.
    fn places(&self) -> usize {
        self.spots.len() + usize::from(self.closed)
    }

    fn at(&self, place: usize) -> Spot {
        self.spots[if place == self.spots.len() { 0 } else { place }]
    }
}

/// Simplifies lines by the method of Douglas and Peucker: no removed point is farther than the tolerance from the
/// resulting line. A point is also kept if without it two lines would coincide, or a point of another line or a whole
/// island would change sides. So lines do not cross that did not cross before, and no ring loses its interior.
///
/// # Units
///
/// The tolerance is in hundredths of a millimetre.
///
/// # References
///
/// Douglas & Peucker, Algorithms for the reduction of the number of points required to represent a digitized line or its
/// caricature (1973).
pub(super) fn simplified(arcs: Vec<Arc>, tolerance: f64) -> Vec<Arc> {
    let mut kept: Vec<Vec<usize>> = arcs.par_iter().map(|arc| skeleton(arc, tolerance)).collect();
    // What is put back may lie on the wrong side of another line, which then needs more points as well.
    loop {
        let index = Index::new(&arcs, &kept);
        let more: Vec<(usize, Vec<usize>)> = arcs
            .par_iter()
            .zip(&kept)
            .enumerate()
            .map(|(position, (arc, kept))| (position, index.missing(arc, kept, tolerance)))
            .filter(|(_, missing)| !missing.is_empty())
            .collect();
        if more.is_empty() {
            break;
        }
        for (position, missing) in more {
            kept[position].extend(missing);
            kept[position].sort_unstable();
        }
    }
    arcs.into_par_iter()
        .zip(kept)
        .map(|(arc, kept)| Arc {
            spots: kept.iter().filter(|place| **place < arc.spots.len()).map(|place| arc.spots[*place]).collect(),
            ..arc
        })
        .collect()
}

/// The places of a line that stay, in order.
fn skeleton(arc: &Arc, tolerance: f64) -> Vec<usize> {
    let last = arc.places() - 1;
    let mut kept = vec![0, last];
    let far = if arc.closed {
        (1..last).max_by_key(|place| (squared(arc.at(0), arc.at(*place)), usize::MAX - place))
    } else {
        None
    };
    match far {
        Some(far) => {
            kept.push(far);
            thin(arc, 0, far, tolerance, &mut kept);
            thin(arc, far, last, tolerance, &mut kept);
        }
        None => thin(arc, 0, last, tolerance, &mut kept),
    }
    kept.sort_unstable();
    kept
}

/// Adds the places between two that lie beyond the tolerance.
fn thin(arc: &Arc, from: usize, to: usize, tolerance: f64, kept: &mut Vec<usize>) {
    let mut open = vec![(from, to)];
    while let Some((from, to)) = open.pop() {
        let Some((farthest, distance)) = farthest(arc, from, to) else { continue };
        if distance > tolerance * tolerance {
            kept.push(farthest);
            open.extend([(from, farthest), (farthest, to)]);
        }
    }
}

/// The place between two others that is farthest from the line that joins them, and the square of how far.
fn farthest(arc: &Arc, from: usize, to: usize) -> Option<(usize, f64)> {
    let (start, end) = (arc.at(from), arc.at(to));
    let mut found: Option<(usize, f64)> = None;
    for place in from + 1..to {
        let distance = squared_to_segment(arc.spots[place], start, end);
        if found.is_none_or(|(_, farthest)| distance > farthest) {
            found = Some((place, distance));
        }
    }
    found
}

/// The points that stay, where they are, and between which of them lines are drawn how often.
struct Index {
    cells: HashMap<(i64, i64), Vec<Spot>>,
    segments: HashMap<(Spot, Spot), u32>,
}

impl Index {
    fn new(arcs: &[Arc], kept: &[Vec<usize>]) -> Self {
        let mut cells: HashMap<(i64, i64), Vec<Spot>> = HashMap::new();
        let mut segments = HashMap::new();
        for (arc, kept) in arcs.iter().zip(kept) {
            for pair in kept.windows(2) {
                let (from, to) = (arc.at(pair[0]), arc.at(pair[1]));
                *segments.entry(segment(from, to)).or_insert(0) += 1;
                // A junction comes once for each line that ends there: more than needed, and harmless.
                cells.entry(cell(from)).or_default().push(from);
                if pair[1] + 1 == arc.places() && !arc.closed {
                    cells.entry(cell(to)).or_default().push(to);
                }
            }
        }
        Self { cells, segments }
    }

    /// The places a line must have as well.
    fn missing(&self, arc: &Arc, kept: &[usize], tolerance: f64) -> Vec<usize> {
        let mut missing = Vec::new();
        for pair in kept.windows(2).filter(|pair| pair[1] - pair[0] > 1) {
            let (start, end) = (arc.at(pair[0]), arc.at(pair[1]));
            let is_doubled = self.segments.get(&segment(start, end)).is_some_and(|times| *times > 1);
            if (is_doubled || start == end || self.holds_a_point(arc, pair[0], pair[1], tolerance))
                && let Some((place, _)) = farthest(arc, pair[0], pair[1])
            {
                missing.push(place);
                thin(arc, pair[0], place, tolerance, &mut missing);
                thin(arc, place, pair[1], tolerance, &mut missing);
            }
        }
        missing
    }

    /// Whether a point that stays lies between a stretch of the line and the straight line in its place.
    fn holds_a_point(&self, arc: &Arc, from: usize, to: usize, tolerance: f64) -> bool {
        let (start, end) = (arc.at(from), arc.at(to));
        let within = |spot: &Spot| {
            *spot != start
                && *spot != end
                && squared_to_segment(*spot, start, end) <= tolerance * tolerance
                && is_between(*spot, arc, from, to)
        };
        // A long line is looked along piece by piece: the rectangle around all of it would hold half the map.
        let (x0, y0, x1, y1) = (i64::from(start.x), i64::from(start.y), i64::from(end.x), i64::from(end.y));
        let pieces = ((x1 - x0).abs().max((y1 - y0).abs()) / CELL).max(1);
        #[expect(clippy::cast_possible_truncation, reason = "a tolerance of some hundredths; a cast saturates")]
        let air = tolerance.ceil() as i64 + 1;
        let along = |piece: i64| (x0 + (x1 - x0) * piece / pieces, y0 + (y1 - y0) * piece / pieces);
        (0..pieces).any(|piece| {
            let ((ax, ay), (bx, by)) = (along(piece), along(piece + 1));
            let columns = (ax.min(bx) - air).div_euclid(CELL)..=(ax.max(bx) + air).div_euclid(CELL);
            columns.into_iter().any(|column| {
                let mut rows = (ay.min(by) - air).div_euclid(CELL)..=(ay.max(by) + air).div_euclid(CELL);
                rows.any(|row| self.cells.get(&(column, row)).is_some_and(|spots| spots.iter().any(within)))
            })
        })
    }
}

fn cell(spot: Spot) -> (i64, i64) {
    (i64::from(spot.x).div_euclid(CELL), i64::from(spot.y).div_euclid(CELL))
}

/// Returns the ends of a segment in an order that does not depend on its direction.
fn segment(from: Spot, to: Spot) -> (Spot, Spot) {
    (from.min(to), from.max(to))
}

/// Whether a point lies in what a stretch of a line and the straight line between its ends enclose, its edge included.
fn is_between(spot: Spot, arc: &Arc, from: usize, to: usize) -> bool {
    let mut inside = false;
    let mut before = arc.at(to);
    for place in from..=to {
        let here = arc.at(place);
        let turn = cross(before, here, spot);
        let spans = |a: i32, b: i32, c: i32| a.min(b) <= c && c <= a.max(b);
        if turn == 0 && spans(before.x, here.x, spot.x) && spans(before.y, here.y, spot.y) {
            return true;
        }
        if (before.y > spot.y) != (here.y > spot.y) && ((turn > 0) == (here.y > before.y)) {
            inside = !inside;
        }
        before = here;
    }
    inside
}

/// Twice the area of the triangle, positive where its points turn from x to y.
fn cross(a: Spot, b: Spot, c: Spot) -> i64 {
    let step = |from: i32, to: i32| i64::from(to) - i64::from(from);
    step(a.x, b.x) * step(a.y, c.y) - step(a.y, b.y) * step(a.x, c.x)
}

fn squared(a: Spot, b: Spot) -> i64 {
    let (x, y) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    x * x + y * y
}

fn squared_to_segment(spot: Spot, start: Spot, end: Spot) -> f64 {
    let length = squared(start, end);
    if length == 0 {
        return squared(start, spot) as f64;
    }
    let along = (i64::from(spot.x) - i64::from(start.x)) * (i64::from(end.x) - i64::from(start.x))
        + (i64::from(spot.y) - i64::from(start.y)) * (i64::from(end.y) - i64::from(start.y));
    if along <= 0 {
        squared(start, spot) as f64
    } else if along >= length {
        squared(end, spot) as f64
    } else {
        let twice = cross(start, end, spot) as f64;
        twice * twice / length as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arc(spots: &[(i32, i32)], closed: bool) -> Arc {
        Arc { spots: spots.iter().map(|(x, y)| Spot { x: *x, y: *y }).collect(), closed }
    }

    fn left(arcs: &[Arc], tolerance: f64) -> Vec<Vec<(i32, i32)>> {
        let spots = |arc: &Arc| arc.spots.iter().map(|spot| (spot.x, spot.y)).collect();
        simplified(arcs.to_vec(), tolerance).iter().map(spots).collect()
    }

    #[test]
    fn what_lies_within_the_tolerance_goes() {
        let line = arc(&[(0, 0), (10, 4), (20, 0), (30, 6), (40, 0)], false);
        assert_eq!(left(std::slice::from_ref(&line), 5.0), [vec![(0, 0), (30, 6), (40, 0)]]);
        assert_eq!(left(&[line], 7.0), [vec![(0, 0), (40, 0)]]);
    }

    #[test]
    fn a_bulge_stays_where_an_island_lies_in_it() {
        let coast = arc(&[(0, 0), (50, 4), (100, 0)], false);
        let island = arc(&[(49, 1), (51, 1), (50, 2)], true);
        assert_eq!(left(std::slice::from_ref(&coast), 5.0), [vec![(0, 0), (100, 0)]]);
        assert_eq!(left(&[coast.clone(), island.clone()], 5.0)[0], [(0, 0), (50, 4), (100, 0)]);
        let beyond = arc(&[(49, 7), (51, 7), (50, 8)], true);
        assert_eq!(left(&[coast, beyond], 5.0)[0], [(0, 0), (100, 0)]);
    }

    #[test]
    fn a_sliver_between_two_junctions_and_a_dot_keep_their_inside() {
        let (upper, lower) = (arc(&[(0, 0), (50, 2), (100, 0)], false), arc(&[(0, 0), (50, -2), (100, 0)], false));
        assert_eq!(left(&[upper, lower], 5.0).iter().map(Vec::len).sum::<usize>(), 6);
        let dot = arc(&[(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (0, 2)], true);
        assert!(left(&[dot], 5.0)[0].len() >= 3);
    }
}
