#![expect(
    clippy::cast_possible_truncation,
    reason = "a point of `Places` has a number of 32 bits, which its constructors check"
)]

use std::collections::BinaryHeap;
use std::num::NonZeroU32;
use std::ops::Range;
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

/// Points in a tree of boxes, each divided at the middle point of its longest side. What is known of the points stands in the order of
/// the boxes, so that those of a box lie side by side in memory.
pub(super) struct Boxes {
    /// The number of each point.
    points: Vec<u32>,
    at: Vec<[f64; 3]>,
    nodes: Vec<Node>,
}

struct Node {
    lower: [f64; 3],
    upper: [f64; 3],
    points: Range<u32>,
    /// The second child; the first stands behind the node.
    second: Option<NonZeroU32>,
}

impl Boxes {
    pub(super) fn new(places: &Places) -> Self {
        let mut points: Vec<(u32, [f64; 3])> = (0..).zip(places.coordinates_m().iter().copied()).collect();
        let mut nodes = Vec::new();
        divide(&mut points, 0, &mut nodes);
        let (points, at) = points.into_iter().unzip();
        Self { points, at, nodes }
    }

    /// The number of each point, in the order of the boxes.
    pub(super) fn points(&self) -> &[u32] {
        &self.points
    }

    /// The distance of each point to its so manieth nearest, itself counted.
    pub(super) fn reaches_m(&self, count: usize) -> Vec<f64> {
        self.at.par_iter().map_init(Reach::default, |reach, at| self.reach_m(at, count, reach)).collect()
    }

    fn reach_m(&self, at: &[f64; 3], count: usize, Reach { nearest, stack }: &mut Reach) -> f64 {
        // Squares, which are never negative and so are ordered as their bits are.
        nearest.clear();
        let is_beyond = |nearest: &BinaryHeap<u64>, square: f64| {
            nearest.len() == count && nearest.peek().is_some_and(|farthest| square.to_bits() >= *farthest)
        };
        stack.push((self.gap_square(0, at), 0));
        while let Some((least, number)) = stack.pop() {
            if is_beyond(nearest, least) {
                continue;
            }
            let node = &self.nodes[number as usize];
            if let Some(second) = node.second {
                stack
                    .extend(farther_first([number + 1, second.get()].map(|child| (self.gap_square(child, at), child))));
                continue;
            }
            for other in &self.at[node.own()] {
                let square = square(at, other);
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

    /// The shortest tree over the points, whose distance is that of mutual reachability, the greatest of their own distance and both
    /// core distances; edges by length. Core distances are in the order of the boxes.
    ///
    /// Every component looks for its nearest point outside (Borůvka). A point that has looked knows ever after how near the nearest
    /// outside of its component is at least, since components only grow.
    pub(super) fn spanning_tree(&self, core_m: &[f64]) -> Vec<Link> {
        let count = core_m.len();
        let sets = Sets::new(count);
        let mut looked: Vec<Looked> = core_m.iter().map(|core_m| Looked { nearest: None, least_m: *core_m }).collect();
        let mut outside = Outside {
            boxes: self,
            core_m,
            least_core_m: self.least_core_m(core_m),
            component: Vec::new(),
            colour: Vec::new(),
        };
        let mut links: Vec<Link> = Vec::with_capacity(count.saturating_sub(1));
        while links.len() + 1 < count {
            outside.component = (0..count as u32).map(|point| sets.root(point)).collect();
            outside.colour = self.colours(&outside.component);
            let known_m: Vec<AtomicU64> = (0..count).map(|_| AtomicU64::new(f64::INFINITY.to_bits())).collect();
            let known_of = |point: u32| &known_m[outside.component[point as usize] as usize];
            // What was nearest before may still be outside.
            for link in looked.iter().filter_map(|looked| looked.nearest).filter(|link| outside.parts(link)) {
                known_of(link.one).fetch_min(link.length_m.to_bits(), Ordering::Relaxed);
            }
            looked.par_iter_mut().enumerate().for_each_init(Vec::new, |stack, (point, looked)| {
                outside.look(point as u32, known_of(point as u32), looked, stack);
            });
            let mut best: Vec<Option<Link>> = vec![None; count];
            for link in looked.iter().filter_map(|looked| looked.nearest).filter(|link| outside.parts(link)) {
                let best = &mut best[outside.component[link.one as usize] as usize];
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
        for link in &mut links {
            (link.one, link.other) = (self.points[link.one as usize], self.points[link.other as usize]);
        }
        links.sort_by(|one, other| one.length_m.total_cmp(&other.length_m));
        links
    }

    fn least_core_m(&self, core_m: &[f64]) -> Vec<f64> {
        let least = |node: &Node| core_m[node.own()].iter().copied().fold(f64::INFINITY, f64::min);
        self.nodes.iter().map(least).collect()
    }

    /// The component that all points of each box are of.
    fn colours(&self, component: &[u32]) -> Vec<Option<u32>> {
        let mut colours: Vec<Option<u32>> = vec![None; self.nodes.len()];
        // Children stand behind their parents.
        for (number, node) in self.nodes.iter().enumerate().rev() {
            colours[number] = match node.second {
                Some(second) => colours[number + 1].filter(|own| colours[second.get() as usize] == Some(*own)),
                None => {
                    let own = &component[node.own()];
                    own.first().copied().filter(|first| own.iter().all(|other| other == first))
                }
            };
        }
        colours
    }

    /// The square of the distance from a box.
    fn gap_square(&self, node: u32, at: &[f64; 3]) -> f64 {
        let Node { lower, upper, .. } = &self.nodes[node as usize];
        let gap = |axis: usize| (lower[axis] - at[axis]).max(at[axis] - upper[axis]).max(0.0);
        let [x, y, z] = [gap(0), gap(1), gap(2)];
        x * x + y * y + z * z
    }
}

impl Node {
    fn own(&self) -> Range<usize> {
        self.points.start as usize..self.points.end as usize
    }
}

/// Divides points into boxes, and puts them into the order of these.
fn divide(points: &mut [(u32, [f64; 3])], before: u32, nodes: &mut Vec<Node>) {
    let (mut lower, mut upper) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for (_, at) in &*points {
        for axis in 0..3 {
            lower[axis] = lower[axis].min(at[axis]);
            upper[axis] = upper[axis].max(at[axis]);
        }
    }
    let node = nodes.len();
    nodes.push(Node { lower, upper, points: before..before + points.len() as u32, second: None });
    if points.len() <= LEAF {
        return;
    }
    let side = |axis: &usize| upper[*axis] - lower[*axis];
    let longest = (0..3).max_by(|one, other| side(one).total_cmp(&side(other))).unwrap_or(0);
    let middle = points.len() / 2;
    points.select_nth_unstable_by(middle, |one, other| {
        one.1[longest].total_cmp(&other.1[longest]).then(one.0.cmp(&other.0))
    });
    let (first, second) = points.split_at_mut(middle);
    divide(first, before, nodes);
    nodes[node].second = NonZeroU32::new(nodes.len() as u32);
    divide(second, before + middle as u32, nodes);
}

/// Two boxes, so that the nearer is taken first from the end of a list.
fn farther_first(mut children: [(f64, u32); 2]) -> [(f64, u32); 2] {
    if children[0].0 < children[1].0 {
        children.swap(0, 1);
    }
    children
}

/// Lists that are used again.
#[derive(Default)]
struct Reach {
    nearest: BinaryHeap<u64>,
    stack: Vec<(f64, u32)>,
}

/// What a point knows of those outside its component.
#[derive(Clone, Copy)]
struct Looked {
    /// The nearest that it has found.
    nearest: Option<Link>,
    /// None is nearer.
    least_m: f64,
}

/// Points of a round, by the places in the order of boxes, with their components and those of boxes that are of one.
struct Outside<'a> {
    boxes: &'a Boxes,
    core_m: &'a [f64],
    least_core_m: Vec<f64>,
    component: Vec<u32>,
    colour: Vec<Option<u32>>,
}

impl Outside<'_> {
    /// Returns whether the ends of a link are of different components.
    fn parts(&self, link: &Link) -> bool {
        self.component[link.one as usize] != self.component[link.other as usize]
    }

    /// Looks for the nearest point of another component, unless the point's own is known to have a nearer one.
    fn look(&self, point: u32, known_m: &AtomicU64, looked: &mut Looked, stack: &mut Vec<(f64, u32)>) {
        let known = || f64::from_bits(known_m.load(Ordering::Relaxed));
        // Strictly beyond what the component has: which of several as near is taken must not depend on threads.
        if looked.least_m > known() {
            return;
        }
        let own = self.component[point as usize];
        let (at, core_m) = (&self.boxes.at[point as usize], self.core_m[point as usize]);
        let mut best: Option<Link> = None;
        let mut passed_m = f64::INFINITY;
        stack.push((self.least_m(0, at, core_m), 0));
        while let Some((least_m, number)) = stack.pop() {
            if self.colour[number as usize] == Some(own) || best.is_some_and(|best| least_m >= best.length_m) {
                continue;
            }
            if least_m > known() {
                passed_m = passed_m.min(least_m);
                continue;
            }
            let node = &self.boxes.nodes[number as usize];
            if let Some(second) = node.second {
                stack.extend(farther_first(
                    [number + 1, second.get()].map(|child| (self.least_m(child, at, core_m), child)),
                ));
                continue;
            }
            for other in node.points.clone().filter(|other| self.component[*other as usize] != own) {
                let apart_m = square(at, &self.boxes.at[other as usize]).sqrt();
                let length_m = apart_m.max(core_m).max(self.core_m[other as usize]);
                if best.is_none_or(|best| length_m < best.length_m) {
                    best = Some(Link { one: point, other, length_m });
                    known_m.fetch_min(length_m.to_bits(), Ordering::Relaxed);
                }
            }
        }
        looked.least_m = best.map_or(passed_m, |best| best.length_m.min(passed_m));
        looked.nearest = best;
    }

    /// No point of a box is nearer.
    fn least_m(&self, node: u32, at: &[f64; 3], core_m: f64) -> f64 {
        self.boxes.gap_square(node, at).sqrt().max(self.least_core_m[node as usize]).max(core_m)
    }
}
