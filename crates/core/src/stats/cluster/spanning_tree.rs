#![expect(
    clippy::cast_possible_truncation,
    reason = "a point of `Places` has a number of 32 bits, which its constructors check"
)]

use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::places::{Places, square};
use crate::model::Sets;

const LEAF: usize = 16;

/// An edge of a tree over points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Link {
    pub(super) one: u32,
    pub(super) other: u32,
    /// Straight, in metres.
    pub(super) length_m: f64,
}

/// The shortest tree over points whose distance is that of mutual reachability, the greatest of their own distance and both core
/// distances; edges by length.
///
/// Every component looks for its nearest point outside (Borůvka), in a tree of boxes that knows which are wholly of one
/// component.
pub(super) fn spanning_tree(places: &Places, core_m: &[f64]) -> Vec<Link> {
    let count = places.len();
    let mut boxes = Boxes::new(places, core_m);
    let sets = Sets::new(count);
    let mut links: Vec<Link> = Vec::with_capacity(count.saturating_sub(1));
    while links.len() + 1 < count {
        let component: Vec<u32> = (0..count as u32).map(|point| sets.root(point)).collect();
        boxes.colour(&component);
        let nearest_m: Vec<AtomicU64> = (0..count).map(|_| AtomicU64::new(f64::INFINITY.to_bits())).collect();
        let found: Vec<Option<Link>> = (0..count as u32)
            .into_par_iter()
            .map(|point| boxes.nearest_outside(point, &component, &nearest_m[component[point as usize] as usize]))
            .collect();
        let mut best: Vec<Option<Link>> = vec![None; count];
        for link in found.into_iter().flatten() {
            let best = &mut best[component[link.one as usize] as usize];
            if best.is_none_or(|best| link.length_m < best.length_m) {
                *best = Some(link);
            }
        }
        let before = links.len();
        for link in best.into_iter().flatten() {
            if sets.root(link.one) != sets.root(link.other) {
                sets.join(link.one, link.other);
                links.push(link);
            }
        }
        // Every component finds another; were distances no numbers, none would.
        if links.len() == before {
            break;
        }
    }
    links.sort_by(|one, other| one.length_m.total_cmp(&other.length_m));
    links
}

/// Points in a tree of boxes, each divided at the middle point of its longest side.
pub(super) struct Boxes<'a> {
    places: &'a Places,
    core_m: &'a [f64],
    points: Vec<u32>,
    nodes: Vec<Node>,
}

struct Node {
    lower: [f64; 3],
    upper: [f64; 3],
    least_core_m: f64,
    points: std::ops::Range<usize>,
    /// The second child; the first stands behind the node.
    second: Option<usize>,
    /// The component that all points are of.
    component: Option<u32>,
}

impl<'a> Boxes<'a> {
    pub(super) fn new(places: &'a Places, core_m: &'a [f64]) -> Self {
        let points = (0..places.len() as u32).collect();
        let mut boxes = Self { places, core_m, points, nodes: Vec::new() };
        boxes.divide(0..places.len());
        boxes
    }

    fn divide(&mut self, range: std::ops::Range<usize>) {
        let coordinates = self.places.coordinates_m();
        let (mut lower, mut upper) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        let mut least_core_m = f64::INFINITY;
        for point in &self.points[range.clone()] {
            least_core_m = least_core_m.min(self.core_m[*point as usize]);
            for axis in 0..3 {
                lower[axis] = lower[axis].min(coordinates[*point as usize][axis]);
                upper[axis] = upper[axis].max(coordinates[*point as usize][axis]);
            }
        }
        let node = self.nodes.len();
        self.nodes.push(Node { lower, upper, least_core_m, points: range.clone(), second: None, component: None });
        if range.len() <= LEAF {
            return;
        }
        let side = |axis: &usize| upper[*axis] - lower[*axis];
        let longest = (0..3).max_by(|one, other| side(one).total_cmp(&side(other))).unwrap_or(0);
        let middle = range.start + range.len() / 2;
        let at = |point: &u32| coordinates[*point as usize][longest];
        self.points[range.clone()]
            .select_nth_unstable_by(range.len() / 2, |one, other| at(one).total_cmp(&at(other)).then(one.cmp(other)));
        self.divide(range.start..middle);
        self.nodes[node].second = Some(self.nodes.len());
        self.divide(middle..range.end);
    }

    fn colour(&mut self, component: &[u32]) {
        // Children stand behind their parents.
        for node in (0..self.nodes.len()).rev() {
            let of = |child: usize| self.nodes[child].component;
            let colour = match self.nodes[node].second {
                Some(second) => of(node + 1).filter(|colour| of(second) == Some(*colour)),
                None => {
                    let mut own =
                        self.points[self.nodes[node].points.clone()].iter().map(|point| component[*point as usize]);
                    let first = own.next();
                    first.filter(|first| own.all(|other| other == *first))
                }
            };
            self.nodes[node].component = colour;
        }
    }

    /// The nearest point of another component, unless the point's own component is known to have a nearer one.
    fn nearest_outside(&self, point: u32, component: &[u32], nearest_m: &AtomicU64) -> Option<Link> {
        let own = component[point as usize];
        let (at, core_m) = (&self.places.coordinates_m()[point as usize], self.core_m[point as usize]);
        let mut best: Option<Link> = None;
        let mut stack = vec![(self.least_m(0, at).max(core_m), 0)];
        while let Some((least_m, number)) = stack.pop() {
            let node = &self.nodes[number];
            // Strictly beyond what the component has: which of several as near is taken must not depend on threads.
            let known_m = f64::from_bits(nearest_m.load(Ordering::Relaxed));
            if node.component == Some(own) || least_m > known_m || best.is_some_and(|best| least_m >= best.length_m) {
                continue;
            }
            if let Some(second) = node.second {
                let mut children = [number + 1, second].map(|child| (self.least_m(child, at).max(core_m), child));
                if children[0].0 < children[1].0 {
                    children.swap(0, 1);
                }
                stack.extend(children);
                continue;
            }
            for other in &self.points[node.points.clone()] {
                if component[*other as usize] == own {
                    continue;
                }
                let apart_m = square(at, &self.places.coordinates_m()[*other as usize]).sqrt();
                let length_m = apart_m.max(core_m).max(self.core_m[*other as usize]);
                if best.is_none_or(|best| length_m < best.length_m) {
                    best = Some(Link { one: point, other: *other, length_m });
                    nearest_m.fetch_min(length_m.to_bits(), Ordering::Relaxed);
                }
            }
        }
        best
    }

    /// The distance to the k-th nearest point; `nearest` is a buffer that is reused.
    pub(super) fn reach_m(&self, at: &[f64; 3], count: usize, nearest: &mut BinaryHeap<u64>) -> f64 {
        // Squares, which are never negative and so are ordered as their bits are.
        nearest.clear();
        let is_beyond = |nearest: &BinaryHeap<u64>, square: f64| {
            nearest.len() == count && nearest.peek().is_some_and(|farthest| square.to_bits() >= *farthest)
        };
        let mut stack = vec![(self.gap_square(0, at), 0)];
        while let Some((least, number)) = stack.pop() {
            if is_beyond(nearest, least) {
                continue;
            }
            let node = &self.nodes[number];
            if let Some(second) = node.second {
                let mut children = [number + 1, second].map(|child| (self.gap_square(child, at), child));
                if children[0].0 < children[1].0 {
                    children.swap(0, 1);
                }
                stack.extend(children);
                continue;
            }
            for point in &self.points[node.points.clone()] {
                let square = square(at, &self.places.coordinates_m()[*point as usize]);
                if is_beyond(nearest, square) {
                    continue;
                }
                if nearest.len() == count {
                    nearest.pop();
                }
                nearest.push(square.to_bits());
            }
        }
        nearest.peek().map_or(f64::INFINITY, |farthest| f64::from_bits(*farthest).sqrt())
    }

    /// Nothing in a box is nearer.
    fn least_m(&self, node: usize, at: &[f64; 3]) -> f64 {
        self.gap_square(node, at).sqrt().max(self.nodes[node].least_core_m)
    }

    /// The square of the distance from a box.
    fn gap_square(&self, node: usize, at: &[f64; 3]) -> f64 {
        let Node { lower, upper, .. } = &self.nodes[node];
        let gap = |axis: usize| (lower[axis] - at[axis]).max(at[axis] - upper[axis]).max(0.0);
        let [x, y, z] = [gap(0), gap(1), gap(2)];
        x * x + y * y + z * z
    }
}
