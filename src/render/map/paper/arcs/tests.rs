use std::collections::{BTreeMap, BTreeSet};

use geo::{Area as _, LineString};
use proptest::prelude::*;

use super::*;
use crate::render::PageRect;
use crate::render::map::paper::MapExtent;

/// A layer of crooked areas: the squares of a grid, their edges broken many times, grouped at random, so that there are
/// holes, islands, exclaves, and places where four areas meet.
#[derive(Debug, Clone)]
struct Crooked {
    side: usize,
    groups: Vec<usize>,
    seed: u64,
    depth: u32,
}

fn crooked() -> impl Strategy<Value = Crooked> {
    (2_usize..7, 1_usize..6, any::<u64>(), 0_u32..5).prop_flat_map(|(side, groups, seed, depth)| {
        proptest::collection::vec(0..groups, side * side).prop_map(move |groups| Crooked { side, groups, seed, depth })
    })
}

type Place = (i64, i64);

impl Crooked {
    /// The corners of the grid, 10 000 m apart and moved at random.
    fn corner(&self, column: usize, row: usize) -> Place {
        let (x, y) = (column as i64 * 10_000, row as i64 * 10_000);
        let inner = |at: usize| at > 0 && at < self.side;
        let moved = |salt: u64| self.chance((x, y), (salt as i64, 0)) * 5000.0 - 2500.0;
        let by = |is_inner: bool, salt: u64| if is_inner { moved(salt) as i64 } else { 0 };
        (x + by(inner(column), 1), y + by(inner(row), 2))
    }

    fn chance(&self, a: Place, b: Place) -> f64 {
        let hash = FixedState::with_seed(self.seed).hash_one((a, b));
        (hash >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The way from one place to another, both included, broken alike from both sides.
    fn way(&self, a: Place, b: Place, depth: u32) -> Vec<Place> {
        let (low, high) = (a.min(b), a.max(b));
        // The frame of the grid stays straight, so that the area of all is known.
        let straight = (low.0 == high.0 && (low.0 == 0 || low.0 == self.side as i64 * 10_000))
            || (low.1 == high.1 && (low.1 == 0 || low.1 == self.side as i64 * 10_000));
        let (x, y) = (high.0 - low.0, high.1 - low.1);
        if depth == 0 || x.abs() + y.abs() < 4 {
            return vec![a, b];
        }
        let aside = if straight { 0.0 } else { (self.chance(low, high) - 0.5) * 0.5 };
        let middle = (low.0 + x / 2 - (y as f64 * aside) as i64, low.1 + y / 2 + (x as f64 * aside) as i64);
        let mut way = self.way(a, middle, depth - 1);
        way.extend(self.way(middle, b, depth - 1).into_iter().skip(1));
        way
    }

    /// The areas, rings in any order: outer ones turn left, holes right.
    fn areas(&self) -> Vec<MultiPolygon<f64>> {
        let groups: BTreeSet<usize> = self.groups.iter().copied().collect();
        groups.into_iter().map(|group| self.area(group)).collect()
    }

    fn area(&self, group: usize) -> MultiPolygon<f64> {
        let mut next: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
        for (cell, _) in self.groups.iter().enumerate().filter(|(_, own)| **own == group) {
            let (column, row) = (cell % self.side, cell / self.side);
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(right, up)| self.corner(column + right, row + up));
            for (from, to) in corners.into_iter().zip(corners.into_iter().cycle().skip(1)) {
                let back = next.get_mut(&to).and_then(|ends| {
                    let at = ends.iter().position(|end| *end == from)?;
                    Some(ends.remove(at))
                });
                if back.is_none() {
                    next.entry(from).or_default().push(to);
                }
            }
        }
        let (mut outer, mut holes) = (Vec::new(), Vec::new());
        while let Some(start) = next.iter().find(|(_, ends)| !ends.is_empty()).map(|(start, _)| *start) {
            let mut ring = Vec::new();
            let mut here = start;
            while let Some(to) = next.get_mut(&here).and_then(Vec::pop) {
                ring.extend(self.way(here, to, self.depth).into_iter().skip(1));
                here = to;
                if here == start {
                    break;
                }
            }
            let line: LineString<f64> = ring.iter().map(|(x, y)| (*x as f64, *y as f64)).collect();
            let part = Polygon::new(line.clone(), Vec::new());
            if part.signed_area() > 0.0 { outer.push(part) } else { holes.push(line) }
        }
        for hole in holes {
            outer[0].interiors_push(hole);
        }
        MultiPolygon(outer)
    }

    /// The arcs on a page where the whole is so many mm wide.
    fn arcs(&self, areas: &[MultiPolygon<f64>], width_mm: f64, detail_mm: f64) -> Arcs {
        let side = self.side as f64 * 10_000.0;
        let extent = MapExtent { west: 0.0, north: side, width: side, height: side };
        let paper = Paper::new(&extent, &PageRect::new(3.0, 4.0, width_mm, width_mm)).with_detail(detail_mm);
        Arcs::new(&paper, &[areas.iter().collect()])
    }
}

type Edge = (Spot, Spot);

/// The rings of every area as drawn, without marks.
fn rings(arcs: &Arcs) -> Vec<Vec<Vec<Spot>>> {
    let own = |ring: &&Ring| matches!(ring.course, Course::Arcs(_));
    arcs.layers[0].areas.iter().map(|rings| rings.iter().filter(own).map(|ring| arcs.spots(ring)).collect()).collect()
}

fn edges(ring: &[Spot]) -> impl Iterator<Item = Edge> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Returns the areas of each edge, in either direction.
fn owners(arcs: &Arcs) -> BTreeMap<Edge, Vec<usize>> {
    let mut owners: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
    for (area, rings) in rings(arcs).iter().enumerate() {
        for (from, to) in rings.iter().flat_map(|ring| edges(ring)) {
            owners.entry((from.min(to), from.max(to))).or_default().push(area);
        }
    }
    owners
}

/// Twice the area of rings in square hundredths, holes taken off.
fn doubled(rings: &[Vec<Spot>]) -> i64 {
    let turn = |(a, b): Edge| i64::from(a.x) * i64::from(b.y) - i64::from(a.y) * i64::from(b.x);
    rings.iter().flat_map(|ring| edges(ring)).map(turn).sum::<i64>().abs()
}

fn side_of(a: Spot, b: Spot, c: Spot) -> i64 {
    let step = |from: i32, to: i32| i64::from(to) - i64::from(from);
    (step(a.x, b.x) * step(a.y, c.y) - step(a.y, b.y) * step(a.x, c.x)).signum()
}

/// Returns the number of pairs of edges that cross in the interior of both.
fn crossings(arcs: &Arcs) -> usize {
    let all: Vec<Edge> = owners(arcs).into_keys().collect();
    let cross =
        |(a, b): Edge, (c, d): Edge| side_of(a, b, c) * side_of(a, b, d) < 0 && side_of(c, d, a) * side_of(c, d, b) < 0;
    all.iter()
        .enumerate()
        .map(|(place, one)| all[place + 1..].iter().filter(|other| cross(*one, **other)).count())
        .sum()
}

proptest! {
    // The same layers each time: of some other layer in hundreds, a spot of a mark is none of its arc.
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_200_528),
        ..ProptestConfig::with_cases(96)
    })]

    /// Neighbours keep one line between them, nothing crosses that did not before, no ring is lost.
    #[test]
    fn neighbours_stay_neighbours(layer in crooked(), width_mm in 2.0_f64..120.0, detail_mm in 0.0_f64..1.0) {
        let areas = layer.areas();
        let whole = layer.arcs(&areas, width_mm, 0.0);
        let simple = layer.arcs(&areas, width_mm, detail_mm);
        // Rounding to the page may make lines cross that did not; simplifying does not.
        let is_plain = crossings(&whole) == 0;
        prop_assert!(!is_plain || crossings(&simple) == 0);

        // Every arc bounds the same areas as before, begins and ends where it did, and lies within the tolerance.
        prop_assert_eq!(whole.arcs.len(), simple.arcs.len());
        let (before, after) = (owners(&whole), owners(&simple));
        for (long, short) in whole.arcs.iter().zip(&simple.arcs) {
            prop_assert_eq!(long.closed, short.closed);
            prop_assert_eq!(long.spots.first(), short.spots.first());
            prop_assert!(long.closed || long.spots.last() == short.spots.last());
            prop_assert!(short.spots.iter().all(|spot| long.spots.contains(spot)));
            let key = |arc: &Arc| (arc.spots[0].min(arc.spots[1]), arc.spots[0].max(arc.spots[1]));
            prop_assert_eq!(&before[&key(long)], &after[&key(short)]);
            let drawn: LineString<f64> = short.spots.iter().chain(short.spots.first().filter(|_| short.closed))
                .map(|spot| (f64::from(spot.x), f64::from(spot.y))).collect();
            for spot in &long.spots {
                use geo::{Distance as _, Euclidean};
                let distance = Euclidean.distance(&geo::Point::new(f64::from(spot.x), f64::from(spot.y)), &drawn);
                prop_assert!(distance <= detail_mm * 100.0 + 1e-6, "{distance}");
            }
        }

        // An edge belongs to two areas, or along the frame of the whole to one; what rounds onto the frame may belong to two.
        let (low, high) = (Spot { x: 300, y: 400 }, width_mm.mul_add(100.0, 400.0));
        for ((from, to), areas) in &before {
            let at = |a: i32, b: i32, line: f64| a == b && (f64::from(a) - line).abs() < 1.5;
            let framed = at(from.x, to.x, f64::from(low.x)) || at(from.y, to.y, f64::from(low.y))
                || at(from.x, to.x, high - 100.0) || at(from.y, to.y, high);
            prop_assert!(areas.len() == 2 || framed && areas.len() == 1, "{:?} {:?} {:?}", from, to, areas);
        }

        // Every ring that has an inside on the page keeps it, and every area is seen.
        for (area, (long, short)) in rings(&whole).iter().zip(&rings(&simple)).enumerate() {
            prop_assert_eq!(long.len(), short.len());
            for (long, short) in long.iter().zip(short).filter(|(long, _)| is_plain && doubled(&[long.to_vec()]) > 0) {
                prop_assert!(doubled(std::slice::from_ref(short)) > 0, "{:?} {:?}", long, short);
            }
            let Outline::Lines(lines) = simple.outline(0, area) else { panic!() };
            prop_assert!(!lines.is_empty());
        }

        // What one area loses its neighbour wins; only the corners of the whole may be cut.
        let total = |arcs: &Arcs| rings(arcs).iter().map(|rings| doubled(rings)).sum::<i64>() as f64;
        let most = 2.0 * 4.0 * width_mm * 100.0 * detail_mm * 100.0;
        prop_assert!((total(&whole) - total(&simple)).abs() <= most);
    }
}

fn square(west: f64, south: f64, side: f64) -> Polygon<f64> {
    geo::Rect::new((west, south), (west + side, south + side)).to_polygon()
}

fn page() -> Paper {
    let extent = MapExtent { west: 0.0, north: 10_000.0, width: 10_000.0, height: 10_000.0 };
    Paper::new(&extent, &PageRect::new(0.0, 0.0, 100.0, 100.0))
}

#[test]
fn what_vanishes_is_marked_once_in_a_place_and_not_where_its_area_is_seen() {
    let lines = |parts: Vec<Polygon<f64>>| match page().outline(&MultiPolygon(parts)) {
        Outline::Lines(lines) => lines,
        other => panic!("{other:?}"),
    };
    // 100 m are a millimetre: half a metre is nothing.
    let dot = lines(vec![square(5000.0, 5000.0, 0.3)]);
    assert_eq!(dot[0].points, [[49.95, 49.95], [50.05, 49.95], [50.05, 50.05], [49.95, 50.05]]);
    assert_eq!(lines(vec![square(5000.0, 5000.0, 0.3), square(5000.5, 5000.5, 0.3)]).len(), 1);
    assert_eq!(lines(vec![square(5000.0, 5000.0, 0.3), square(1000.0, 5000.5, 0.3)]).len(), 2);
    assert_eq!(lines(vec![square(5000.0, 5000.0, 0.3), square(4000.0, 4000.0, 999.0)]).len(), 1);
}

#[test]
fn an_enclave_that_vanishes_is_a_hole_in_what_is_around_it() {
    let mut around = square(0.0, 0.0, 10_000.0);
    let enclave = square(5000.0, 5000.0, 0.3);
    around.interiors_push(enclave.exterior().clone());
    let areas = [MultiPolygon(vec![enclave]), MultiPolygon(vec![around])];
    let arcs = Arcs::new(&page(), &[areas.iter().collect()]);
    let (Outline::Lines(mark), Outline::Lines(around)) = (arcs.outline(0, 0), arcs.outline(0, 1)) else { panic!() };
    assert_eq!(around[1..], mark[..]);
}

#[test]
fn two_layers_have_one_line_where_they_run_together() {
    let towns = [MultiPolygon(vec![square(0.0, 0.0, 5000.0)]), MultiPolygon(vec![square(5000.0, 0.0, 5000.0)])];
    let corners = [(0, 0), (5000, 0), (10_000, 0), (10_000, 5000), (5000, 5000), (0, 5000)];
    let line: LineString<f64> = corners.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
    let district = [MultiPolygon(vec![Polygon::new(line, Vec::new())])];
    let arcs = Arcs::new(&page(), &[towns.iter().collect(), district.iter().collect()]);
    let (inner, outer) = arcs.borders(0);
    assert_eq!(inner.len(), 1);
    assert_eq!(outer.iter().map(|line| line.points.len() - usize::from(!line.closed)).sum::<usize>(), 6);
    assert_eq!(arcs.borders(1), (Vec::new(), outer));
}
