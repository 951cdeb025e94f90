#![expect(clippy::cast_possible_truncation, reason = "rings and edges of one area, of which there are fewer than 2³²")]

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use geo::{LineString, MultiPolygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::orientation::orientation;
use super::outlines::Vertex;
use crate::model::{Point, Sets};

/// What is wrong with a ring of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum InvalidRing {
    /// A coordinate of the ring is no finite number.
    NotFinite,
    /// The ring has fewer than three distinct vertices.
    TooFewPoints,
    /// Two edges of the ring cross.
    CrossesItself,
    /// The ring passes twice through one place.
    TouchesItself,
    /// Two edges of the ring lie on each other: a spike, or a ring that is traced twice.
    LiesOnItself,
    /// The ring crosses another.
    Crosses,
    /// The ring shares a piece of an edge with another.
    SharesEdge,
    /// The hole lies outside the shell of its part.
    HoleOutside,
    /// The hole lies in another hole of its part.
    HoleInHole,
    /// The part lies in another part.
    PartInPart,
    /// Holes that touch each other and the shell divide the inside of the part.
    DividesInside,
}

/// A fault of a ring, and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct RingFault {
    /// The fault.
    pub kind: InvalidRing,
    /// The number of the part, from 1.
    pub part: usize,
    /// The number of the hole, from 1, or `None` for the outer ring.
    pub hole: Option<usize>,
    /// The other ring that is concerned: its part and its hole.
    pub other: Option<(usize, Option<usize>)>,
    /// Where the fault is, in the coordinates of the area.
    pub at: Point,
}

impl fmt::Display for RingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |(part, hole): (usize, Option<usize>)| match hole {
            Some(hole) => format!("part {part}, hole {hole}"),
            None => format!("part {part}"),
        };
        let what = match self.kind {
            InvalidRing::NotFinite => "has a coordinate that is no number",
            InvalidRing::TooFewPoints => "has fewer than 3 distinct points",
            InvalidRing::CrossesItself => "crosses itself",
            InvalidRing::TouchesItself => "touches itself",
            InvalidRing::LiesOnItself => "runs back on itself",
            InvalidRing::Crosses => "crosses",
            InvalidRing::SharesEdge => "shares an edge with",
            InvalidRing::HoleOutside => "lies outside its part",
            InvalidRing::HoleInHole | InvalidRing::PartInPart => "lies in",
            InvalidRing::DividesInside => "divides the inside of its part",
        };
        write!(f, "{} {what}", name((self.part, self.hole)))?;
        if let Some(other) = self.other {
            write!(f, " {}", name(other))?;
        }
        write!(f, " near {}, {}", self.at.x, self.at.y)
    }
}

/// Finds what makes the rings of an area invalid, by exact arithmetic: the rules of the OGC Simple Features.
///
/// A ring may repeat a vertex and may run either way; its edges may meet those of another ring in single points only.
/// Of each kind of fault between the same rings the first place is given, in the order of parts, rings and edges. Where
/// rings cross or overlap, what lies in what is not looked at. An area without faults has the same inside by the even-odd
/// rule, by the rule of winding numbers, and as its parts less their holes.
///
/// A place where edges cross is between vertices and is rounded; whether they cross is not.
///
/// # Examples
///
/// ```
/// use geo::{MultiPolygon, polygon};
/// use jiju_core::join::{InvalidRing, ring_faults};
///
/// let bow_tie: MultiPolygon = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 2.0), (x: 2.0, y: 0.0), (x: 0.0, y: 2.0)].into();
/// let faults = ring_faults(&bow_tie);
/// assert_eq!(faults[0].kind, InvalidRing::CrossesItself);
/// assert_eq!(faults[0].to_string(), "part 1 crosses itself near 1, 1");
/// ```
///
/// # References
///
/// Open Geospatial Consortium (2011), Simple Feature Access, part 1: Common Architecture, 06-103r4, 6.1.11.
#[must_use]
pub fn ring_faults(geometry: &MultiPolygon<f64>) -> Vec<RingFault> {
    let mut survey = Survey::new(geometry);
    if survey.compare_edges() {
        survey.nest();
    }
    survey.faults.into_values().map(|(_, fault)| fault).collect()
}

/// Edges that stand after one another are compared with others together, by the box around them.
const RUN: usize = 8;

/// So many places are enough to tell what is wrong.
const MOST_PLACES: usize = 10_000;

/// A ring without repeated vertices, not closed.
struct Ring {
    part: usize,
    hole: Option<usize>,
    vertices: Vec<Vertex>,
    /// Greater where it runs counter-clockwise, less where clockwise.
    turn: Ordering,
}

type FaultKey = (usize, InvalidRing, Option<usize>);

/// Edges of a ring that follow each other, under the rectangle that holds them.
type EdgeRun = GeomWithData<Rectangle<Vertex>, (usize, Range<u32>)>;

struct Survey {
    rings: Vec<Ring>,
    /// The runs of edges under their boxes, with their ring and their edges in it.
    runs: RTree<EdgeRun>,
    /// The first fault of each kind between two rings, with the edges at which it is.
    faults: BTreeMap<FaultKey, ((u32, u32), RingFault)>,
    /// How many faults were found, with those that were not the first of their kind.
    places: usize,
    /// Where two rings touch, and an edge of each that reaches there.
    touches: BTreeMap<Touch, (u32, u32)>,
}

/// The lower ring, the higher, and a vertex of one of them by its bits.
type Touch = (usize, usize, [u64; 2]);

fn bits([x, y]: Vertex) -> [u64; 2] {
    [x.to_bits(), y.to_bits()]
}

impl Survey {
    fn new(geometry: &MultiPolygon<f64>) -> Self {
        let mut survey = Self {
            rings: Vec::new(),
            runs: RTree::new(),
            faults: BTreeMap::new(),
            places: 0,
            touches: BTreeMap::new(),
        };
        let mut runs = Vec::new();
        for (part, polygon) in (1..).zip(geometry) {
            let holes = (1..).zip(polygon.interiors()).map(|(hole, ring)| (Some(hole), ring));
            for (hole, line) in std::iter::once((None, polygon.exterior())).chain(holes) {
                if line.0.is_empty() {
                    continue;
                }
                let vertices = distinct(line);
                let ring = survey.rings.len();
                let count = vertices.len() as u32;
                let unusable = vertices.iter().copied().find(|[x, y]| !(x.is_finite() && y.is_finite()));
                survey.rings.push(Ring { part, hole, turn: turn(&vertices), vertices });
                if let Some(at) = unusable {
                    survey.tell(InvalidRing::NotFinite, (ring, 0), None, at);
                    continue;
                }
                if count < 3 {
                    let at = survey.rings[ring].vertices[0];
                    survey.tell(InvalidRing::TooFewPoints, (ring, 0), None, at);
                    continue;
                }
                for first in (0..count).step_by(RUN) {
                    let run = first..count.min(first + RUN as u32);
                    let ends = run.clone().flat_map(|edge| <[Vertex; 2]>::from(survey.rings[ring].edge(edge)));
                    runs.push(GeomWithData::new(boxed(ends), (ring, run)));
                }
            }
        }
        survey.runs = RTree::bulk_load(runs);
        survey
    }

    /// Keeps a fault of an edge of a ring, with one of another ring where one is concerned.
    fn tell(&mut self, kind: InvalidRing, (ring, edge): (usize, u32), other: Option<(usize, u32)>, at: Vertex) {
        let name = |ring: usize| (self.rings[ring].part, self.rings[ring].hole);
        let ((part, hole), named) = (name(ring), other.map(|(other, _)| name(other)));
        let fault = RingFault { kind, part, hole, other: named, at: Point::new(at[0], at[1]) };
        let edges = (edge, other.map_or(0, |(_, edge)| edge));
        self.places += 1;
        let kept = self.faults.entry((ring, kind, other.map(|(other, _)| other))).or_insert((edges, fault.clone()));
        if edges < kept.0 {
            *kept = (edges, fault);
        }
    }

    /// Holds every edge against every other that comes near. False where so much is wrong that not all were compared.
    fn compare_edges(&mut self) -> bool {
        let runs = std::mem::take(&mut self.runs);
        for (one, other) in runs.intersection_candidates_with_other_tree(&runs) {
            let ((ring, run), (other_ring, other_run)) = (&one.data, &other.data);
            if (ring, run.start) > (other_ring, other_run.start) {
                continue;
            }
            for edge in run.clone() {
                for other in other_run.clone() {
                    if (*ring, edge) < (*other_ring, other) {
                        self.compare((*ring, edge), (*other_ring, other));
                    }
                }
            }
            if self.places > MOST_PLACES {
                return false;
            }
        }
        self.runs = runs;
        true
    }

    fn compare(&mut self, (ring, edge): (usize, u32), (other_ring, other_edge): (usize, u32)) {
        let (own, others) = (&self.rings[ring], &self.rings[other_ring]);
        let ((a, b), (c, d)) = (own.edge(edge), others.edge(other_edge));
        let apart =
            |axis: usize| a[axis].max(b[axis]) < c[axis].min(d[axis]) || c[axis].max(d[axis]) < a[axis].min(b[axis]);
        if apart(0) || apart(1) {
            return;
        }
        let (of_c, of_d) = (orientation(a, b, c), orientation(a, b, d));
        if of_c == of_d && of_c != Ordering::Equal {
            return;
        }
        let (of_a, of_b) = (orientation(c, d, a), orientation(c, d, b));
        if of_a == of_b && of_a != Ordering::Equal {
            return;
        }
        let same = ring == other_ring;
        let (place, other) = ((ring, edge), (!same).then_some((other_ring, other_edge)));
        if of_c == Ordering::Equal && of_d == Ordering::Equal {
            // On one line: their ends in order along it.
            let (mut one, mut two) = ([a, b], [c, d]);
            one.sort_by(in_order);
            two.sort_by(in_order);
            let from = if in_order(&one[0], &two[0]) == Ordering::Less { two[0] } else { one[0] };
            let to = if in_order(&one[1], &two[1]) == Ordering::Less { one[1] } else { two[1] };
            if in_order(&from, &to) == Ordering::Less {
                let kind = if same { InvalidRing::LiesOnItself } else { InvalidRing::SharesEdge };
                self.tell(kind, place, other, from);
            } else if !(same && own.are_adjacent(edge, other_edge)) {
                self.touch(place, (other_ring, other_edge), from);
            }
            return;
        }
        let touching = [(of_c, c), (of_d, d), (of_a, a), (of_b, b)];
        match touching.iter().find(|(side, _)| *side == Ordering::Equal) {
            None => {
                let kind = if same { InvalidRing::CrossesItself } else { InvalidRing::Crosses };
                self.tell(kind, place, other, crossing(a, b, c, d));
            }
            Some(_) if same && own.are_adjacent(edge, other_edge) => {}
            Some((_, at)) => self.touch(place, (other_ring, other_edge), *at),
        }
    }

    /// Two rings, or two passes of one, meet in a place that is a vertex of one of them.
    fn touch(&mut self, (ring, edge): (usize, u32), (other, other_edge): (usize, u32), at: Vertex) {
        if ring == other {
            self.tell(InvalidRing::TouchesItself, (ring, edge), None, at);
        } else {
            self.touches.entry((ring, other, bits(at))).or_insert((edge, other_edge));
        }
    }

    /// The parts of which a fault was found.
    fn faulty_parts(&self) -> BTreeSet<usize> {
        let parts = |(_, fault): &(_, RingFault)| [Some(fault.part), fault.other.map(|(part, _)| part)];
        self.faults.values().flat_map(parts).flatten().collect()
    }

    /// What lies in what, and what touches what.
    fn nest(&mut self) {
        self.find_crossings_at_vertices();
        let faulty = self.faulty_parts();
        let sound: Vec<usize> =
            (0..self.rings.len()).filter(|ring| !faulty.contains(&self.rings[*ring].part)).collect();
        let shells: BTreeMap<usize, usize> = (self.rings.iter().enumerate())
            .filter(|(_, ring)| ring.hole.is_none())
            .map(|(number, ring)| (ring.part, number))
            .collect();
        let mut touched: BTreeMap<usize, Vec<Touch>> = BTreeMap::new();
        for touch in self.touches.keys() {
            touched.entry(touch.0).or_default().push(*touch);
            touched.entry(touch.1).or_default().push(*touch);
        }
        for ring in sound {
            let around = self.around(ring, touched.get(&ring).map_or(&[], Vec::as_slice));
            let (part, at) = (self.rings[ring].part, self.rings[ring].vertices[0]);
            let is_hole = |other: &usize| self.rings[*other].hole.is_some();
            if is_hole(&ring) {
                let is_inside = shells.get(&part).is_none_or(|shell| around.contains(shell));
                let holder = around.iter().copied().find(|other| self.rings[*other].part == part && is_hole(other));
                if !is_inside {
                    self.tell(InvalidRing::HoleOutside, (ring, 0), None, at);
                }
                if let Some(holder) = holder {
                    self.tell(InvalidRing::HoleInHole, (ring, 0), Some((holder, 0)), at);
                }
                continue;
            }
            // In the ground of another part: in its shell, and in none of its holes.
            let in_hole_of: BTreeSet<usize> =
                around.iter().filter(|other| is_hole(other)).map(|other| self.rings[*other].part).collect();
            let holder = (around.iter().copied())
                .find(|other| !is_hole(other) && !in_hole_of.contains(&self.rings[*other].part));
            if let Some(holder) = holder {
                self.tell(InvalidRing::PartInPart, (ring, 0), Some((holder, 0)), at);
            }
        }
        self.find_divided();
    }

    /// Rings that touch in a vertex and change sides there.
    fn find_crossings_at_vertices(&mut self) {
        let mut crossing = Vec::new();
        for ((ring, other, place), (edge, other_edge)) in &self.touches {
            let at = place.map(f64::from_bits);
            let (before, after) = self.rings[*ring].pass(*edge, at);
            let (from, to) = self.rings[*other].pass(*other_edge, at);
            let (one, two) = (between(at, after, before, from), between(at, after, before, to));
            if one.zip(two).is_some_and(|(one, two)| one != two) {
                crossing.push(((*ring, *edge), (*other, *other_edge), at));
            }
        }
        for (one, other, at) in crossing {
            self.tell(InvalidRing::Crosses, one, Some(other), at);
        }
    }

    /// The rings in which a ring lies, of those that neither cross nor overlap it; `touched` is where it touches others.
    fn around(&self, ring: usize, touched: &[Touch]) -> BTreeSet<usize> {
        let own = &self.rings[ring];
        // Of one vertex, for all rings that do not pass through it.
        let start = own.vertices[0];
        let mut inside = self.rings_around(start);
        for touch in touched.iter().filter(|(.., place)| *place == bits(start)) {
            let other = if touch.0 == ring { touch.1 } else { touch.0 };
            let shared: BTreeSet<[u64; 2]> =
                touched.iter().filter(|(one, two, _)| *one == other || *two == other).map(|touch| touch.2).collect();
            let is_inside = match own.vertices.iter().find(|vertex| !shared.contains(&bits(**vertex))) {
                Some(vertex) => self.rings_around(*vertex).contains(&other),
                None => {
                    let edges = self.touches[touch];
                    let (_, to) = own.pass(0, start);
                    let edge = if touch.0 == other { edges.0 } else { edges.1 };
                    let (before, after) = self.rings[other].pass(edge, start);
                    // The inside lies to the left of a ring that runs counter-clockwise.
                    between(start, after, before, to) == Some(self.rings[other].turn == Ordering::Greater)
                }
            };
            if is_inside {
                inside.insert(other);
            } else {
                inside.remove(&other);
            }
        }
        inside.remove(&ring);
        inside
    }

    /// The rings that a ray to the right of a place leaves, by the even-odd rule.
    fn rings_around(&self, [x, y]: Vertex) -> BTreeSet<usize> {
        let mut inside = BTreeSet::new();
        let ray = AABB::from_corners([x, y], [f64::MAX, y]);
        for run in self.runs.locate_in_envelope_intersecting(&ray) {
            let (ring, edges) = &run.data;
            for edge in edges.clone() {
                let (a, b) = self.rings[*ring].edge(edge);
                let (low, high) = if a[1] < b[1] { (a, b) } else { (b, a) };
                // A vertex at the ray's height belongs to the edge above it.
                let crosses = low[1] <= y && y < high[1] && orientation(low, high, [x, y]) == Ordering::Greater;
                if crosses && !inside.remove(ring) {
                    inside.insert(*ring);
                }
            }
        }
        inside
    }

    /// Rings and the places where they touch, as a graph, have no circle where the inside of a part is in one piece.
    fn find_divided(&mut self) {
        let faulty = self.faulty_parts();
        let part = |ring: usize| self.rings[ring].part;
        let within =
            self.touches.keys().filter(|(one, other, _)| part(*one) == part(*other) && !faulty.contains(&part(*one)));
        // Each ring at each of its places, once.
        let ends: BTreeSet<(usize, [u64; 2])> =
            within.flat_map(|(one, other, at)| [(*one, *at), (*other, *at)]).collect();
        let mut numbers: BTreeMap<[u64; 2], usize> = BTreeMap::new();
        for (_, place) in &ends {
            let next = self.rings.len() + numbers.len();
            numbers.entry(*place).or_insert(next);
        }
        let joined = Sets::new(self.rings.len() + numbers.len());
        for (ring, place) in ends {
            let (one, other) = (ring as u32, numbers[&place] as u32);
            if joined.root(one) == joined.root(other) {
                self.tell(InvalidRing::DividesInside, (ring, 0), None, place.map(f64::from_bits));
            }
            joined.join(one, other);
        }
    }
}

impl Ring {
    fn edge(&self, edge: u32) -> (Vertex, Vertex) {
        let next = edge as usize + 1;
        (self.vertices[edge as usize], self.vertices[if next == self.vertices.len() { 0 } else { next }])
    }

    fn are_adjacent(&self, edge: u32, other: u32) -> bool {
        let count = self.vertices.len() as u32;
        (edge + 1) % count == other || (other + 1) % count == edge
    }

    /// From where the ring comes to a place on one of its edges, and where it goes.
    fn pass(&self, edge: u32, at: Vertex) -> (Vertex, Vertex) {
        let count = self.vertices.len() as u32;
        let (from, to) = self.edge(edge);
        if from == at {
            (self.edge((edge + count - 1) % count).0, to)
        } else if to == at {
            (from, self.edge((edge + 1) % count).1)
        } else {
            (from, to)
        }
    }
}

/// The vertices of a ring, each that repeats the one before it left out; 0 and −0 are one.
fn distinct(line: &LineString<f64>) -> Vec<Vertex> {
    let mut vertices: Vec<Vertex> = line.coords().map(|coord| [coord.x + 0.0, coord.y + 0.0]).collect();
    vertices.dedup();
    while vertices.len() > 1 && vertices.first() == vertices.last() {
        vertices.pop();
    }
    vertices
}

/// The way a ring turns at its lowest vertex, which is the way it runs.
fn turn(vertices: &[Vertex]) -> Ordering {
    let count = vertices.len();
    let Some(lowest) = (0..count).min_by(|one, other| in_order(&vertices[*one], &vertices[*other])) else {
        return Ordering::Equal;
    };
    orientation(vertices[(lowest + count - 1) % count], vertices[lowest], vertices[(lowest + 1) % count])
}

fn boxed(places: impl Iterator<Item = Vertex>) -> Rectangle<Vertex> {
    let places: Vec<Vertex> = places.collect();
    Rectangle::from_aabb(AABB::from_points(&places))
}

fn in_order(one: &Vertex, other: &Vertex) -> Ordering {
    one[0].total_cmp(&other[0]).then(one[1].total_cmp(&other[1]))
}

/// Whether a direction lies strictly between two others, counter-clockwise from the first to the second; `None` where it is
/// one of them.
fn between(at: Vertex, from: Vertex, to: Vertex, direction: Vertex) -> Option<bool> {
    let side = |one: Vertex, other: Vertex| orientation(at, one, other);
    let same = |one: Vertex, other: Vertex| {
        let towards = |axis: usize| (one[axis] - at[axis]).signum() == (other[axis] - at[axis]).signum();
        side(one, other) == Ordering::Equal && (one == other || towards(0) && towards(1))
    };
    if same(from, direction) || same(to, direction) {
        return None;
    }
    Some(match side(from, to) {
        Ordering::Greater => side(from, direction) == Ordering::Greater && side(direction, to) == Ordering::Greater,
        Ordering::Less => !(side(to, direction) == Ordering::Greater && side(direction, from) == Ordering::Greater),
        Ordering::Equal => side(from, direction) == Ordering::Greater,
    })
}

/// Where two edges that cross do so, as near as rounding allows.
fn crossing(a: Vertex, b: Vertex, c: Vertex, d: Vertex) -> Vertex {
    let (u, v) = ([b[0] - a[0], b[1] - a[1]], [d[0] - c[0], d[1] - c[1]]);
    let across = u[0] * v[1] - u[1] * v[0];
    let share = ((c[0] - a[0]) * v[1] - (c[1] - a[1]) * v[0]) / across;
    if share.is_finite() { [a[0] + share * u[0], a[1] + share * u[1]] } else { a }
}

#[cfg(test)]
mod tests {
    use geo::{Polygon, polygon};

    use super::*;

    fn ring(vertices: &[(f64, f64)]) -> LineString<f64> {
        let mut line: LineString<f64> = vertices.to_vec().into();
        line.close();
        line
    }

    fn square(x: f64, y: f64, side: f64) -> LineString<f64> {
        ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
    }

    fn kinds(polygons: Vec<Polygon<f64>>) -> Vec<InvalidRing> {
        ring_faults(&MultiPolygon(polygons)).into_iter().map(|fault| fault.kind).collect()
    }

    fn holed(shell: LineString<f64>, holes: Vec<LineString<f64>>) -> Vec<Polygon<f64>> {
        vec![Polygon::new(shell, holes)]
    }

    #[test]
    fn each_fault_has_its_kind() {
        use InvalidRing::*;
        let ten = || square(0.0, 0.0, 10.0);
        let alone = |ring| vec![Polygon::new(ring, Vec::new())];
        assert_eq!(kinds(alone(ten())), []);
        assert_eq!(kinds(alone(ring(&[(0.0, 0.0), (1.0, 0.0)]))), [TooFewPoints]);
        assert_eq!(kinds(alone(ring(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]))), [LiesOnItself], "no area");
        assert_eq!(kinds(alone(ring(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]))), [CrossesItself]);
        let eight = ring(&[(0.0, 0.0), (1.0, 1.0), (0.0, 2.0), (2.0, 2.0), (1.0, 1.0), (2.0, 0.0)]);
        assert_eq!(kinds(alone(eight)), [TouchesItself]);
        let twice = ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]);
        assert!(kinds(alone(twice)).contains(&LiesOnItself));
        assert_eq!(kinds(holed(ten(), vec![square(20.0, 0.0, 1.0)])), [HoleOutside]);
        assert_eq!(kinds(holed(ten(), vec![square(9.0, 1.0, 2.0)])), [Crosses]);
        assert_eq!(kinds(holed(ten(), vec![square(0.0, 1.0, 2.0)])), [SharesEdge]);
        assert_eq!(kinds(holed(ten(), vec![square(1.0, 1.0, 8.0), square(2.0, 2.0, 2.0)])), [HoleInHole]);
        let parts = |x: f64| vec![Polygon::new(ten(), Vec::new()), Polygon::new(square(x, 2.0, 4.0), Vec::new())];
        assert_eq!(kinds(parts(2.0)), [PartInPart]);
        assert_eq!(kinds(parts(8.0)), [Crosses]);
        assert_eq!(kinds(parts(10.0)), [SharesEdge]);
        assert_eq!(kinds(parts(20.0)), []);
        // In the hole of another part, as an enclave.
        let island =
            vec![Polygon::new(ten(), vec![square(2.0, 2.0, 6.0)]), Polygon::new(square(3.0, 3.0, 2.0), Vec::new())];
        assert_eq!(kinds(island), []);
    }

    #[test]
    fn a_hole_may_touch_once_and_a_chain_may_not_close() {
        use InvalidRing::*;
        let diamond =
            |x: f64, y: f64, reach: f64| ring(&[(x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach)]);
        let ten = || square(0.0, 0.0, 10.0);
        assert_eq!(kinds(holed(ten(), vec![diamond(1.0, 5.0, 1.0)])), []);
        assert_eq!(kinds(holed(ten(), vec![diamond(5.0, 5.0, 5.0)])), [DividesInside]);
        let chain =
            |count: usize| (0..count).map(|link| diamond(1.0 + 2.0 * link as f64, 5.0, 1.0)).collect::<Vec<_>>();
        assert_eq!(kinds(holed(ten(), chain(4))), []);
        assert_eq!(kinds(holed(ten(), chain(5))), [DividesInside]);
        // Three that meet in one place close nothing.
        let fan = vec![
            ring(&[(5.0, 5.0), (6.0, 5.5), (6.0, 4.5)]),
            ring(&[(5.0, 5.0), (4.0, 5.5), (4.0, 4.5)]),
            ring(&[(5.0, 5.0), (5.5, 6.0), (4.5, 6.0)]),
        ];
        assert_eq!(kinds(holed(ten(), fan)), []);
    }

    #[test]
    fn a_hole_with_all_vertices_on_its_shell_is_inside_or_not() {
        let shell = ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 5.0), (0.0, 10.0)]);
        let inside = ring(&[(0.0, 2.0), (10.0, 2.0), (5.0, 5.0)]);
        let outside = ring(&[(0.0, 10.0), (5.0, 5.0), (10.0, 10.0)]);
        assert!(kinds(holed(shell.clone(), vec![inside])).contains(&InvalidRing::DividesInside));
        assert!(!kinds(holed(shell, vec![outside])).is_empty());
    }

    #[test]
    fn rings_that_cross_in_a_vertex_of_both_are_seen() {
        let one = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: -2.0), (x: 4.0, y: 0.0), (x: 2.0, y: 2.0)];
        let crossing =
            polygon![(x: 4.0, y: 0.0), (x: 6.0, y: 0.0), (x: 6.0, y: 3.0), (x: 0.0, y: 6.0), (x: 2.0, y: 0.0)];
        assert!(kinds(vec![one.clone(), crossing]).contains(&InvalidRing::Crosses));
        let touching = polygon![(x: 4.0, y: 0.0), (x: 6.0, y: -1.0), (x: 6.0, y: 1.0)];
        assert_eq!(kinds(vec![one, touching]), []);
    }
}
