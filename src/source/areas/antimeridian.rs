//! Areas across the 180th meridian.

use geo::{Coord, LineString, MultiPolygon, Polygon};

/// An area of longitude and latitude that is written across the 180th meridian, cut there as RFC 7946 has it: an edge of more
/// than half a turn is taken the short way round. `None` for an area without such an edge, and for one whose ring goes round a
/// pole.
///
/// Edges of a full turn, as those of a box about the whole Earth, stay what they are.
pub(crate) fn cut_at_antimeridian(geometry: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
    let rings = || geometry.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    if !rings().any(|ring| ring.lines().any(|edge| is_long(edge.dx()))) {
        return None;
    }
    let mut parts = Vec::new();
    for part in geometry {
        let shell = continuous(part.exterior())?;
        let (west, _) = extent(&shell);
        let mut holes = Vec::new();
        for hole in part.interiors() {
            let hole = continuous(hole)?;
            let (own_west, _) = extent(&hole);
            // As many turns on as it takes to lie in its shell.
            let turns = ((west - own_west) / 360.0).ceil();
            holes.push(moved(&hole, turns * 360.0));
        }
        parts.extend(in_windows(&Polygon::new(shell, Vec::new()), &holes));
    }
    Some(MultiPolygon(parts))
}

/// The pieces of a polygon on each turn of the Earth, brought to between −180° and 180°.
fn in_windows(part: &Polygon<f64>, holes: &[LineString<f64>]) -> Vec<Polygon<f64>> {
    let (west, east) = extent(part.exterior());
    let mut pieces = Vec::new();
    let mut turn = ((west + 180.0) / 360.0).floor();
    while turn * 360.0 - 180.0 < east {
        let window = [turn * 360.0 - 180.0, turn * 360.0 + 180.0];
        let clipped = |ring: &LineString<f64>| moved(&clipped(ring, window), -turn * 360.0);
        let own = clipped(part.exterior());
        if own.0.len() > 3 {
            let holes = holes.iter().map(clipped).filter(|hole| hole.0.len() > 3).collect();
            pieces.push(Polygon::new(own, holes));
        }
        turn += 1.0;
    }
    pieces
}

/// An area whose longitudes go on beyond 180°, cut at the meridian so that none does; others stay as they are.
pub(crate) fn within_180(geometry: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let beyond = |part: &Polygon<f64>| part.exterior().coords().any(|at| at.x.abs() > 180.0);
    if !geometry.iter().any(beyond) {
        return geometry;
    }
    MultiPolygon(geometry.iter().flat_map(|part| in_windows(part, part.interiors())).collect())
}

/// Whether an edge is longer than half a turn, and no full one.
fn is_long(dx: f64) -> bool {
    dx.abs() > 180.0 && dx.abs() < 360.0
}

/// A ring whose longitudes go on beyond 180°; none of one that does not close so, as it goes round a pole.
fn continuous(ring: &LineString<f64>) -> Option<LineString<f64>> {
    let mut turns = 0.0;
    let mut line: Vec<Coord> = Vec::with_capacity(ring.0.len());
    let mut before: Option<Coord> = None;
    for at in ring.coords() {
        if let Some(before) = before
            && is_long(at.x - before.x)
        {
            turns -= (at.x - before.x).signum();
        }
        before = Some(*at);
        line.push(Coord { x: at.x + turns * 360.0, y: at.y });
    }
    (turns == 0.0).then_some(LineString(line))
}

fn extent(ring: &LineString<f64>) -> (f64, f64) {
    let reached = (f64::INFINITY, f64::NEG_INFINITY);
    ring.coords().fold(reached, |(west, east), at| (west.min(at.x), east.max(at.x)))
}

fn moved(ring: &LineString<f64>, by: f64) -> LineString<f64> {
    if by == 0.0 {
        return ring.clone();
    }
    LineString(ring.coords().map(|at| Coord { x: at.x + by, y: at.y }).collect())
}

/// What of a ring lies between two meridians; along these its pieces may lie on each other.
///
/// # References
///
/// I. E. Sutherland, G. W. Hodgman (1974), Reentrant polygon clipping, Communications of the ACM 17.
fn clipped(ring: &LineString<f64>, [west, east]: [f64; 2]) -> LineString<f64> {
    let mut line = ring.0.clone();
    for (meridian, side) in [(west, 1.0), (east, -1.0)] {
        let is_in = |at: &Coord| (at.x - meridian) * side >= 0.0;
        let mut kept: Vec<Coord> = Vec::with_capacity(line.len());
        for edge in line.windows(2) {
            let (from, to) = (edge[0], edge[1]);
            if is_in(&from) {
                kept.push(from);
            }
            if is_in(&from) != is_in(&to) {
                let share = (meridian - from.x) / (to.x - from.x);
                kept.push(Coord { x: meridian, y: from.y + share * (to.y - from.y) });
            }
        }
        kept.dedup();
        let mut ring = LineString(kept);
        ring.close();
        line = ring.0;
    }
    LineString(line)
}

#[cfg(test)]
mod tests {
    use geo::{Area as _, polygon};

    use super::*;

    #[test]
    fn an_area_across_the_line_is_cut_there() {
        let raw = polygon![(x: 179.0, y: -1.0), (x: -179.0, y: -1.0), (x: -179.0, y: 1.0), (x: 179.0, y: 1.0)];
        let cut = cut_at_antimeridian(&raw.into()).unwrap();
        let mut parts: Vec<(f64, f64, f64)> = (cut.iter())
            .map(|part| {
                let (west, east) = extent(part.exterior());
                (west, east, part.unsigned_area())
            })
            .collect();
        parts.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert_eq!(parts, [(-180.0, -179.0, 2.0), (179.0, 180.0, 2.0)]);
    }

    #[test]
    fn what_does_not_cross_it_stays() {
        let square = polygon![(x: 0.0, y: 0.0), (x: 179.0, y: 0.0), (x: 179.0, y: 1.0)];
        let world = polygon![(x: -180.0, y: -90.0), (x: 180.0, y: -90.0), (x: 180.0, y: 90.0), (x: -180.0, y: 90.0)];
        let about_a_pole = polygon![(x: 0.0, y: 80.0), (x: 90.0, y: 80.0), (x: 180.0, y: 80.0), (x: -90.0, y: 80.0)];
        for area in [square, world, about_a_pole] {
            assert_eq!(cut_at_antimeridian(&area.into()), None);
        }
    }
}
