use std::collections::{HashMap, HashSet};
use std::f64::consts::TAU;

use foldhash::fast::FixedState;
use geo::algorithm::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::{Area as _, BoundingRect as _, Coord, LineString, MultiPolygon, Polygon, Rect};

/// A place by its number, so that what is one place is found as one however it was come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) key: (u64, u8),
    pub(super) at: Coord<f64>,
}

/// From one place to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) from: Place,
    pub(super) to: Place,
}

/// The places that a line passes.
pub(super) type Course = Vec<Coord<f64>>;

/// Steps chained to lines and, where they come back, to rings; the first place of a ring is also its last.
pub(super) fn chained(steps: Vec<Step>) -> (Vec<Course>, Vec<Course>) {
    let mut after: HashMap<(u64, u8), usize, FixedState> = HashMap::default();
    let mut begins = vec![true; steps.len()];
    for (number, step) in steps.iter().enumerate() {
        after.insert(step.from.key, number);
    }
    for step in &steps {
        if let Some(next) = after.get(&step.to.key) {
            begins[*next] = false;
        }
    }
    let mut is_done = vec![false; steps.len()];
    let mut follow = |first: usize| -> Option<Vec<Coord<f64>>> {
        let mut line = vec![steps.get(first).filter(|_| !is_done[first])?.from.at];
        let mut at = Some(first);
        while let Some(number) = at.filter(|number| !is_done[*number]) {
            is_done[number] = true;
            line.push(steps[number].to.at);
            at = after.get(&steps[number].to.key).copied();
        }
        Some(line)
    };
    let lines = (0..steps.len()).filter(|number| begins[*number]).filter_map(&mut follow).collect();
    let rings = (0..steps.len()).filter_map(&mut follow).collect();
    (lines, rings)
}

/// Polygons of rings with their inside to the left, which may touch themselves and each other in places, not along lines.
pub(super) fn polygons(rings: Vec<Vec<Coord<f64>>>) -> MultiPolygon<f64> {
    let (mut shells, mut holes) = (Vec::new(), Vec::new());
    for ring in unfolded(rings).into_iter().flat_map(untouching) {
        let ring = Polygon::new(LineString(ring), Vec::new());
        let area_m2 = ring.signed_area();
        // A ring that encloses nothing is a rounding error.
        if area_m2 > 0.0 {
            shells.push((ring, area_m2));
        } else if area_m2 < 0.0 {
            holes.push(ring.into_inner().0);
        }
    }
    // The smallest that holds a hole is its own.
    shells.sort_by(|one, other| one.1.total_cmp(&other.1));
    let boxes: Vec<Option<Rect<f64>>> = shells.iter().map(|(shell, _)| shell.bounding_rect()).collect();
    let mut of_shell: Vec<Vec<LineString<f64>>> = vec![Vec::new(); shells.len()];
    for hole in holes {
        let own = hole.bounding_rect();
        let is_within = |shell: &usize| {
            let (Some(outer), Some(inner)) = (boxes[*shell], own) else { return false };
            let fits = (outer.min().x <= inner.min().x && outer.min().y <= inner.min().y)
                && (outer.max().x >= inner.max().x && outer.max().y >= inner.max().y);
            fits && holds(&shells[*shell].0, &hole)
        };
        if let Some(shell) = (0..shells.len()).find(is_within) {
            of_shell[shell].push(hole);
        }
    }
    // The largest first.
    let parts = shells.into_iter().zip(of_shell).rev();
    MultiPolygon(parts.map(|((shell, _), holes)| Polygon::new(shell.into_inner().0, holes)).collect())
}

/// Rings without the ways that are gone there and back, by one of them or by two: where a plateau at a level is no wider than a line,
/// nothing lies between.
fn unfolded(rings: Vec<Vec<Coord<f64>>>) -> Vec<Vec<Coord<f64>>> {
    let bits = |at: Coord<f64>| [at.x.to_bits(), at.y.to_bits()];
    let ways =
        || rings.iter().flat_map(|ring| ring.windows(2)).filter(|way| way[0] != way[1]).map(|way| [way[0], way[1]]);
    let there: HashSet<_, FixedState> = ways().map(|[from, to]| (bits(from), bits(to))).collect();
    let is_folded = |[from, to]: &[Coord<f64>; 2]| there.contains(&(bits(*to), bits(*from)));
    if !ways().any(|way| is_folded(&way)) {
        return rings;
    }
    let left: Vec<[Coord<f64>; 2]> = ways().filter(|way| !is_folded(way)).collect();
    let mut after: HashMap<[u64; 2], Vec<usize>, FixedState> = HashMap::default();
    for (number, [from, _]) in left.iter().enumerate() {
        after.entry(bits(*from)).or_default().push(number);
    }
    let mut is_done = vec![false; left.len()];
    let mut follow = |first: usize| -> Option<Vec<Coord<f64>>> {
        let mut ring = vec![left.get(first).filter(|_| !is_done[first])?[0]];
        let mut at = Some(first);
        while let Some(number) = at {
            is_done[number] = true;
            let [from, to] = left[number];
            ring.push(to);
            // The sharpest turn to the left keeps to the same inside.
            let back = (from.y - to.y).atan2(from.x - to.x);
            let turn = |next: &usize| {
                let ahead = (left[*next][1].y - to.y).atan2(left[*next][1].x - to.x);
                (back - ahead).rem_euclid(TAU)
            };
            let ways = after.get(&bits(to)).into_iter().flatten().copied().filter(|next| !is_done[*next]);
            at = ways.min_by(|one, other| turn(one).total_cmp(&turn(other)));
        }
        Some(ring)
    };
    (0..left.len()).filter_map(&mut follow).collect()
}

/// Returns whether a ring lies in a polygon. The ring may touch the boundary.
fn holds(outer: &Polygon<f64>, inner: &LineString<f64>) -> bool {
    let middles = inner.lines().map(|line| (line.start + line.end) / 2.0);
    inner.coords().copied().chain(middles).find_map(|at| match outer.coordinate_position(&at) {
        CoordPos::Inside => Some(true),
        CoordPos::Outside => Some(false),
        CoordPos::OnBoundary => None,
    }) == Some(true)
}

/// A closed ring divided where it comes to a place for the second time; what goes out and back on the same way is left out.
fn untouching(ring: Vec<Coord<f64>>) -> Vec<Vec<Coord<f64>>> {
    let bits = |at: &Coord<f64>| [at.x.to_bits(), at.y.to_bits()];
    let mut seen: HashMap<[u64; 2], usize, FixedState> = HashMap::default();
    let (mut way, mut rings): (Vec<Coord<f64>>, _) = (Vec::new(), Vec::new());
    for at in ring {
        if let Some(place) = seen.get(&bits(&at)).copied() {
            let mut loop_of: Vec<Coord<f64>> = way.drain(place + 1..).collect();
            for left in &loop_of {
                seen.remove(&bits(left));
            }
            if loop_of.len() > 1 {
                loop_of.insert(0, at);
                loop_of.push(at);
                rings.push(loop_of);
            }
        } else {
            seen.insert(bits(&at), way.len());
            way.push(at);
        }
    }
    rings
}
