//! Cells over all areas: most of them lie wholly in one area or in none, the others know the few edges that matter in
//! them.
//!
//! A coarse grid, its cells divided where edges crowd. A point in a cell that edges pass is reached from the cell's
//! lower left corner, of which it is known in which parts it lies: up along the cell's left side, then level to the
//! point. Only the edges of the cell can stand in the way.
//!
//! Kipf et al. (2020) keep such cells in a radix tree; here the coarse grid makes a tree of one to five steps.
//!
//! # References
//!
//! Kipf, A., Lang, H., Pandey, V., Persa, R. A., Anneser, C., Tzirita Zacharatou, E., Doraiswamy, H., Boncz, P. A.,
//! Neumann, T., Kemper, A. (2020), Adaptive main-memory indexing for high-performance point-polygon joins, EDBT.

mod axis;
mod batch;
mod build;

use std::cmp::Ordering;

use super::array::Array;
use super::crossing::{stands_between_level, stands_between_upright};
use super::orientation::{orientation, rounded_orientation};
use super::outlines::{Outlines, Vertex};
use axis::DEPTH;
use rayon::prelude::*;

pub(super) use axis::Axis;

pub(super) use batch::BLOCK;
pub(super) use build::cells;

/// The cells over one layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    x: Axis,
    y: Axis,
    /// The coarse grid, row by row from below.
    pub(super) coarse: &'a [u32],
    /// The cells that others are divided into, each grid row by row; one at least.
    pub(super) nested: &'a [u32],
    pub(super) leaves: &'a [Leaf],
    /// The edges of leaves: the first vertex, for those that reach the leaf's left side with [`CORNER_BELOW`], and which
    /// of the leaf's parts have the edge.
    edges: &'a [[u32; 2]],
    /// The areas of the parts of leaves.
    areas: &'a [u32],
}

/// The arrays that hold [`Cells`].
#[derive(Debug)]
pub(super) struct CellsStore {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) coarse: Array<u32>,
    pub(super) nested: Array<u32>,
    pub(super) leaves: Array<Leaf>,
    pub(super) edges: Array<[u32; 2]>,
    pub(super) areas: Array<u32>,
}

impl CellsStore {
    #[inline]
    pub(super) fn cells(&self) -> Cells<'_> {
        Cells {
            x: self.x,
            y: self.y,
            coarse: &self.coarse,
            nested: &self.nested,
            leaves: &self.leaves,
            edges: &self.edges,
            areas: &self.areas,
        }
    }
}

/// A cell that is not of one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(super) struct Leaf {
    /// The position at which the edges of the leaf begin.
    edges: u32,
    /// The position at which the areas of its parts begin, in file order.
    areas: u32,
    /// The parts that contain the lower left corner of the leaf.
    inside: u32,
    edge_count: u8,
    /// The number of edges, the first ones, that reach the left side of the leaf and can cross the way up.
    beside_count: u8,
    part_count: u8,
    unused: u8,
}

/// Beside the number of an edge's first vertex: the corner of the leaf lies below the edge.
const CORNER_BELOW: u32 = 1 << 31;
const VERTEX: u32 = CORNER_BELOW - 1;

/// The most parts of a leaf.
const MOST_PARTS: usize = u32::BITS as usize;

/// The upper two bits of a cell say what it is.
const KIND: u32 = 30;
const VALUE: u32 = (1 << KIND) - 1;
/// Wholly in one area, or in none.
const UNIFORM: u32 = 0;
/// Divided: the next two bits are one less than the bits of its columns, the others where they begin in `nested`.
const NESTED: u32 = 1;
/// The number of a leaf.
const LEAF: u32 = 2;
/// More parts or edges than a leaf can have.
const CROWDED: u32 = 3;
/// In no area.
pub(super) const EMPTY: u32 = VALUE;
const NESTED_BITS: u32 = 28;
const NESTED_VALUE: u32 = (1 << NESTED_BITS) - 1;

/// The kind of a cell, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Uniform(Option<u32>),
    /// Divided into so many, from there on among the divided ones.
    Nested {
        start: usize,
        count: usize,
    },
    Leaf(usize),
    Crowded,
}

impl Code {
    pub(super) fn unpacked(code: u32) -> Self {
        match code >> KIND {
            UNIFORM => Self::Uniform((code != EMPTY).then_some(code)),
            NESTED => {
                let bits = ((code >> NESTED_BITS) & 3) + 1;
                Self::Nested { start: (code & NESTED_VALUE) as usize, count: 1 << (2 * bits) }
            }
            LEAF => Self::Leaf((code & VALUE) as usize),
            _ => Self::Crowded,
        }
    }
}

/// The result of looking up the cell of a point.
pub(super) enum GridCell<'a> {
    /// Wholly in one area, or in none.
    Uniform(Option<u32>),
    /// In these parts, by the bits of two masks: strictly inside, and on an edge.
    Parts { areas: &'a [u32], inside: u32, touched: u32 },
    /// Not told: too many parts meet.
    Crowded,
}

impl<'a> Cells<'a> {
    /// Returns whether the grid is complete, and every leaf refers to existing edges and areas, and to its own parts only.
    pub(super) fn are_whole(&self, vertices: usize, areas: usize) -> bool {
        let is_leaf = |leaf: &Leaf| {
            let (first, count) = (leaf.edges as usize, usize::from(leaf.edge_count));
            let parts = usize::from(leaf.part_count);
            let known = if parts < MOST_PARTS { (1_u32 << parts) - 1 } else { u32::MAX };
            let is_edge = |(number, [vertex, own]): (usize, &[u32; 2])| {
                let is_beside = number < usize::from(leaf.beside_count);
                (is_beside || vertex & CORNER_BELOW == 0) && own & !known == 0
            };
            parts <= MOST_PARTS
                && leaf.beside_count <= leaf.edge_count
                && leaf.inside & !known == 0
                && self.edges.get(first..first + count).is_some_and(|edges| edges.iter().enumerate().all(is_edge))
                && self.areas.get(leaf.areas as usize..leaf.areas as usize + parts).is_some()
        };
        self.coarse.len() as u64 == u64::from(self.x.columns) * u64::from(self.y.columns)
            && !self.nested.is_empty()
            && self.areas.iter().all(|area| (*area as usize) < areas)
            // Those of no leaf too: what a block of points needs is looked up before it is known which of it counts.
            && self.edges.par_iter().all(|[vertex, _]| ((vertex & VERTEX) as usize) + 1 < vertices)
            && self.leaves.par_iter().all(is_leaf)
    }

    /// Looks up the cell of a point.
    #[inline]
    pub(super) fn locate(&self, outlines: &Outlines<'_>, point: Vertex) -> GridCell<'a> {
        let [x, y] = point;
        // Nor is what is not a number.
        let within = x >= self.x.lower && x <= self.x.upper && y >= self.y.lower && y <= self.y.upper;
        if !within {
            return GridCell::Uniform(None);
        }
        let units = [self.x.unit_of(x), self.y.unit_of(y)];
        let coarse = (units[1] >> DEPTH) * self.x.columns + (units[0] >> DEPTH);
        self.of_code(outlines, point, units, self.coarse[coarse as usize])
    }

    /// Looks up a point in a cell of the coarse grid.
    #[inline]
    fn of_code(&self, outlines: &Outlines<'_>, point: Vertex, units: [u32; 2], mut code: u32) -> GridCell<'a> {
        let mut shift = DEPTH;
        while code >> KIND == NESTED {
            (code, shift) = self.divided(units, code, shift);
        }
        match code >> KIND {
            UNIFORM => GridCell::Uniform((code != EMPTY).then_some(code)),
            LEAF => self.of_leaf(outlines, &self.leaves[(code & VALUE) as usize], point, units, shift),
            _ => GridCell::Crowded,
        }
    }

    /// The code of the smaller cell, in one that is divided, and how many bits wide it is.
    #[inline]
    fn divided(&self, units: [u32; 2], code: u32, shift: u32) -> (u32, u32) {
        let (cell, shift) = self.smaller(units, code, shift);
        (self.nested[cell as usize], shift)
    }

    /// Where the smaller cell stands among those that others are divided into, and how many bits wide it is.
    #[inline]
    fn smaller(&self, units: [u32; 2], code: u32, shift: u32) -> (u32, u32) {
        let bits = ((code >> NESTED_BITS) & 3) + 1;
        let shift = shift.wrapping_sub(bits);
        let mask = (1 << bits) - 1;
        let cell = ((units[1].wrapping_shr(shift) & mask) << bits) + (units[0].wrapping_shr(shift) & mask);
        ((code & NESTED_VALUE) + cell, shift)
    }

    #[inline]
    fn of_leaf(
        &self,
        outlines: &Outlines<'_>,
        leaf: &Leaf,
        point: Vertex,
        units: [u32; 2],
        shift: u32,
    ) -> GridCell<'a> {
        let corner = [self.x.corner(units[0] >> shift << shift), self.y.corner(units[1] >> shift << shift)];
        let (inside, touched) = self.parts(outlines, leaf, corner, point);
        let areas = &self.areas[leaf.areas as usize..][..usize::from(leaf.part_count)];
        GridCell::Parts { areas, inside, touched }
    }

    /// Which parts of a leaf hold a point strictly inside, and which have it on an edge.
    ///
    /// Without branches but for what is in doubt after rounding: which way an edge turns cannot be foretold.
    #[inline]
    fn parts(&self, outlines: &Outlines<'_>, leaf: &Leaf, corner: Vertex, point: Vertex) -> (u32, u32) {
        let edges = &self.edges[leaf.edges as usize..][..usize::from(leaf.edge_count)];
        let (beside, others) = edges.split_at(usize::from(leaf.beside_count));
        let mut inside = leaf.inside;
        let mut doubtful = false;
        for [vertex, parts] in beside {
            let (a, b) = outlines.ends(*vertex & VERTEX);
            let halfway = [corner[0], point[1]];
            let (turn, at_point) = (Turn::of_corner(a, b, point), Turn::of_corner(a, b, halfway));
            doubtful |= turn.doubtful | at_point.doubtful;
            // On the way up: the edge runs over or under, and halfway lies on the other side of it than the corner.
            let runs_over = (a[0] <= corner[0]) != (b[0] <= corner[0]);
            let halfway_below = at_point.right == (a[0] < b[0]);
            let up = runs_over & (halfway_below != (vertex & CORNER_BELOW != 0));
            // On the level: a vertex at the point's height belongs to the edge above it.
            let reaches = (a[1] <= point[1]) != (b[1] <= point[1]);
            let level = reaches & (turn.right != at_point.right);
            inside ^= parts & u32::from(up != level).wrapping_neg();
        }
        for [vertex, parts] in others {
            let (a, b) = outlines.ends(*vertex);
            let turn = Turn::of_corner(a, b, point);
            doubtful |= turn.doubtful;
            let reaches = (a[1] <= point[1]) != (b[1] <= point[1]);
            // The corner is to the left of the edge.
            let level = reaches & (turn.right == (a[1] < b[1]));
            inside ^= parts & u32::from(level).wrapping_neg();
        }
        if doubtful { self.doubtful_parts(outlines, leaf, corner, point) } else { (inside, 0) }
    }

    /// As above, with exact predicates.
    #[cold]
    fn doubtful_parts(&self, outlines: &Outlines<'_>, leaf: &Leaf, corner: Vertex, point: Vertex) -> (u32, u32) {
        let (mut inside, mut touched) = (leaf.inside, 0);
        for [vertex, parts] in &self.edges[leaf.edges as usize..][..usize::from(leaf.edge_count)] {
            let ends = outlines.ends(vertex & VERTEX);
            if stands_between_upright(ends, corner[0], corner[1], point[1])
                != stands_between_level(ends, point[1], corner[0], point[0])
            {
                inside ^= parts;
            }
            if is_on(ends, point) {
                touched |= parts;
            }
        }
        (inside & !touched, touched)
    }
}

/// On which side of an edge a point lies, as far as rounding tells.
struct Turn {
    right: bool,
    doubtful: bool,
}

impl Turn {
    #[inline]
    fn of_corner(a: Vertex, b: Vertex, point: Vertex) -> Self {
        let (determinant, certain) = rounded_orientation(a, b, point);
        Self { right: determinant < 0.0, doubtful: !certain }
    }
}

/// Returns whether a point lies on the edge between two vertices.
fn is_on((a, b): (Vertex, Vertex), point: Vertex) -> bool {
    let between = |axis: usize| point[axis] >= a[axis].min(b[axis]) && point[axis] <= a[axis].max(b[axis]);
    between(0) && between(1) && orientation(a, b, point) == Ordering::Equal
}
