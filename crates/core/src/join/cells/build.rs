#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cells, leaves and edges have numbers of 32 bits, whose number is checked where strips are joined; a leaf has few edges and parts"
)]

use rayon::prelude::*;

use super::axis::{Axis, DEPTH};
use super::{
    CORNER_BELOW, CROWDED, CellsStore, EMPTY, KIND, LEAF, Leaf, MOST_PARTS, NESTED, NESTED_BITS, NESTED_VALUE, UNIFORM,
    VALUE, VERTEX,
};
use crate::join::crossing::{lies_below, stands_between_level, stands_between_upright, upward};
use crate::join::outlines::{Edge, Outlines, Vertex};

/// Edges to a cell of the coarse grid, on average.
const EDGES_PER_CELL: f64 = 0.25;

/// A cell with more edges is divided.
const MOST_EDGES: usize = 10;

/// The most edges of a cell that cannot be divided; more make it crowded.
const MOST_EDGES_OF_A_LEAF: usize = u8::MAX as usize;

/// An edge stands in about so many cells of the coarse grid at most, on average, and what a cell is divided into holds
/// at most so many times its edges: edges side by side are parted by no division, and would be cut without end.
const MOST_PIECES: f64 = 8.0;

/// The grid is built in so many strips side by side, whatever the number of threads.
const STRIPS: usize = 64;

/// So many lists of areas are remembered by each strip.
const LISTS: usize = 1 << 10;

/// Vertices whose edges are sorted into strips in one go.
const CHUNK: usize = 1 << 15;

/// The cells over the areas that outlines enclose, built on all cores.
pub(in crate::join) fn cells(outlines: &Outlines<'_>) -> CellsStore {
    let mut most_edges = MOST_EDGES;
    loop {
        if let Some(cells) = divided(outlines, most_edges) {
            return cells;
        }
        // More cells than can be numbered.
        most_edges *= 4;
    }
}

fn divided(outlines: &Outlines<'_>, most_edges: usize) -> Option<CellsStore> {
    let (x, y) = axes(outlines);
    let strip_rows = (y.columns as usize).div_ceil(STRIPS);
    let strips = (y.columns as usize).div_ceil(strip_rows);
    let sorted: Vec<Vec<Vec<Edge>>> = (0..outlines.vertices.len().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut sorted = vec![Vec::new(); strips];
            for edge in outlines.edges(chunk * CHUNK..((chunk + 1) * CHUNK).min(outlines.vertices.len())) {
                let (low, high) = {
                    let (a, b) = outlines.ends(edge.vertex);
                    upward(a, b)
                };
                let strip = |unit: u32| (unit >> DEPTH) as usize / strip_rows;
                let reached = strip(y.unit_of(low[1] - y.margin))..=strip(y.unit_of(high[1] + y.margin));
                sorted[reached].iter_mut().for_each(|strip: &mut Vec<Edge>| strip.push(edge));
            }
            sorted
        })
        .collect();
    let strips: Vec<Strip> = (0..strips)
        .into_par_iter()
        .map_init(Bins::default, |bins, number| {
            let first = number * strip_rows;
            let rows = first..(first + strip_rows).min(y.columns as usize);
            let mut strip = Strip::new(outlines, [x, y], most_edges);
            strip.fill(rows, sorted.iter().map(|chunk| chunk[number].as_slice()), bins);
            strip
        })
        .collect();
    joined([x, y], strips)
}

/// Cells about as wide as high, in the layer's own coordinates.
fn axes(outlines: &Outlines<'_>) -> (Axis, Axis) {
    let vertices = outlines.vertices.len();
    let (lower, upper) = (0..vertices.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| outlines.corners(chunk * CHUNK..((chunk + 1) * CHUNK).min(vertices)))
        .reduce(
            || ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]),
            |(l, u), (lower, upper)| {
                ([l[0].min(lower[0]), l[1].min(lower[1])], [u[0].max(upper[0]), u[1].max(upper[1])])
            },
        );
    let cells = (vertices as f64 / EDGES_PER_CELL).max(1.0);
    let (width, height) = (upper[0] - lower[0], upper[1] - lower[1]);
    let slimness = if width > 0.0 && height > 0.0 { (width / height).clamp(1.0 / cells, cells) } else { 1.0 };
    let (columns, rows) = ((cells * slimness).sqrt(), (cells / slimness).sqrt());
    let crossed = |along: f64, length: f64, cells: f64| if length > 0.0 { along / length * cells } else { 0.0 };
    let (along_x, along_y) = lengths(outlines);
    let pieces = crossed(along_x, width, columns) + crossed(along_y, height, rows);
    let coarser = (MOST_PIECES * vertices as f64 / pieces).min(1.0);
    (Axis::new(lower[0], upper[0], columns * coarser), Axis::new(lower[1], upper[1], rows * coarser))
}

/// The total length of all edges along each axis.
fn lengths(outlines: &Outlines<'_>) -> (f64, f64) {
    let vertices = outlines.vertices.len();
    let chunks: Vec<(f64, f64)> = (0..vertices.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let edges = outlines.edges(chunk * CHUNK..((chunk + 1) * CHUNK).min(vertices));
            edges
                .map(|edge| outlines.ends(edge.vertex))
                .fold((0.0, 0.0), |(x, y), (a, b)| (x + (b[0] - a[0]).abs(), y + (b[1] - a[1]).abs()))
        })
        .collect();
    // In the order of the vertices, so that the sum is the same for any number of threads.
    chunks.into_iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1))
}

/// Puts strips one behind another.
fn joined([x, y]: [Axis; 2], strips: Vec<Strip<'_>>) -> Option<CellsStore> {
    let total = |count: fn(&Strip) -> usize| strips.iter().map(count).sum::<usize>();
    let (nested, leaves, edges) = (total(|s| s.nested.len()), total(|s| s.leaves.len()), total(|s| s.edges.len()));
    if nested > NESTED_VALUE as usize || leaves > VALUE as usize || edges > u32::MAX as usize {
        return None;
    }
    let mut coarse = Vec::with_capacity(total(|s| s.coarse.len()));
    let (mut nested, mut leaves) = (Vec::with_capacity(nested), Vec::with_capacity(leaves));
    let (mut edges, mut areas) = (Vec::with_capacity(edges), Vec::with_capacity(total(|s| s.areas.len())));
    for strip in strips {
        let (first_nested, first_leaf) = (nested.len() as u32, leaves.len() as u32);
        let (first_edge, first_area) = (edges.len() as u32, areas.len() as u32);
        let moved = |code: &u32| match code >> KIND {
            NESTED => code + first_nested,
            LEAF => code + first_leaf,
            _ => *code,
        };
        coarse.extend(strip.coarse.iter().map(moved));
        nested.extend(strip.nested.iter().map(moved));
        let moved = |leaf: &Leaf| Leaf { edges: leaf.edges + first_edge, areas: leaf.areas + first_area, ..*leaf };
        leaves.extend(strip.leaves.iter().map(moved));
        edges.extend_from_slice(&strip.edges);
        areas.extend_from_slice(&strip.areas);
    }
    if nested.is_empty() {
        nested.push(EMPTY);
    }
    let (coarse, nested, leaves) = (coarse.into(), nested.into(), leaves.into());
    Some(CellsStore { x, y, coarse, nested, leaves, edges: edges.into(), areas: areas.into() })
}

/// The position of a cell: the units of its lower left corner, and its width in bits.
#[derive(Debug, Clone, Copy)]
struct Place {
    corner: [u32; 2],
    shift: u32,
}

/// A window of cells side by side.
#[derive(Debug, Clone, Copy)]
struct Window {
    /// The lower left cell of the window.
    first: Place,
    columns: u32,
    rows: u32,
}

impl Window {
    fn place(&self, column: u32, row: u32) -> Place {
        let Place { corner, shift } = self.first;
        Place { corner: [corner[0] + (column << shift), corner[1] + (row << shift)], shift }
    }
}

/// The edges of each cell of a window, one cell behind another.
#[derive(Debug, Default)]
struct Bins {
    met: Vec<(u32, Edge)>,
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Bins {
    fn in_cell(&self, cell: u32) -> &[Edge] {
        &self.edges[self.starts[cell as usize] as usize..self.starts[cell as usize + 1] as usize]
    }

    /// The number of adjacent cells without edges from one cell up to another.
    fn empty_from(&self, cell: u32, end: u32) -> u32 {
        let starts = &self.starts[cell as usize..=end as usize];
        starts.iter().skip(1).take_while(|start| **start == starts[0]).count() as u32
    }

    /// Sorts what was met by cells, edges in the order they came.
    fn sort(&mut self, cells: u32) {
        self.starts.clear();
        self.starts.resize(cells as usize + 2, 0);
        // The counts are shifted by one place, so that filling turns the ends into starts.
        self.met.iter().for_each(|(cell, _)| self.starts[*cell as usize + 2] += 1);
        let mut total = 0;
        for start in &mut self.starts {
            total += *start;
            *start = total;
        }
        self.edges.clear();
        self.edges.resize(self.met.len(), Edge { vertex: 0, part: 0 });
        for (cell, edge) in self.met.drain(..) {
            let next = &mut self.starts[cell as usize + 1];
            self.edges[*next as usize] = edge;
            *next += 1;
        }
    }
}

/// Room for the division of a cell, used again and again.
#[derive(Debug, Default)]
struct Spare {
    bins: Bins,
    /// The parts that hold the corner of the first cell of a row, and of the cell at hand.
    first: Vec<u32>,
    here: Vec<u32>,
}

/// Some rows of the coarse grid, with numbers of their own.
struct Strip<'a> {
    outlines: &'a Outlines<'a>,
    axes: [Axis; 2],
    most_edges: usize,
    coarse: Vec<u32>,
    nested: Vec<u32>,
    leaves: Vec<Leaf>,
    edges: Vec<[u32; 2]>,
    areas: Vec<u32>,
    spare: Vec<Spare>,
    /// The last set of overlapping parts and its leaf: neighbouring cells share it.
    overlap: (Vec<u32>, u32),
    /// The position and length of a list of areas that was stored before, for each of some hashes.
    lists: Vec<(u32, u8)>,
    /// The parts of the leaf that is being made, and its edges that do not reach its left side.
    parts: Vec<u32>,
    others: Vec<[u32; 2]>,
}

impl<'a> Strip<'a> {
    fn new(outlines: &'a Outlines<'a>, axes: [Axis; 2], most_edges: usize) -> Self {
        Self {
            outlines,
            axes,
            most_edges,
            coarse: Vec::new(),
            nested: Vec::new(),
            leaves: Vec::new(),
            edges: Vec::new(),
            areas: Vec::new(),
            spare: Vec::new(),
            overlap: (Vec::new(), EMPTY),
            lists: vec![(0, 0); LISTS],
            parts: Vec::new(),
            others: Vec::new(),
        }
    }

    fn fill<'e>(&mut self, rows: std::ops::Range<usize>, edges: impl Iterator<Item = &'e [Edge]>, bins: &mut Bins) {
        let first = Place { corner: [0, (rows.start as u32) << DEPTH], shift: DEPTH };
        let window = Window { first, columns: self.axes[0].columns, rows: rows.len() as u32 };
        edges.flatten().for_each(|edge| self.meet(&window, *edge, &mut bins.met));
        bins.sort(window.columns * window.rows);
        self.coarse.reserve_exact((window.columns * window.rows) as usize);
        let mut inside = Vec::new();
        for row in 0..window.rows {
            // The way into each row begins to the left of everything.
            inside.clear();
            let mut column = 0;
            while column < window.columns {
                let number = row * window.columns + column;
                let (place, edges) = (window.place(column, row), bins.in_cell(number));
                let code = self.cell(place, edges, &inside, MOST_PIECES);
                // Cells without edges lie where their neighbours to the right do.
                let alike =
                    if edges.is_empty() { bins.empty_from(number, number + window.columns - column) } else { 1 };
                self.coarse.extend(std::iter::repeat_n(code, alike as usize));
                self.go_right(place, edges, &mut inside);
                column += alike;
            }
        }
    }

    /// Notes the cells of a window that an edge meets, or comes near.
    fn meet(&self, window: &Window, edge: Edge, met: &mut Vec<(u32, Edge)>) {
        let [x, y] = &self.axes;
        let (low, high) = {
            let (a, b) = self.outlines.ends(edge.vertex);
            upward(a, b)
        };
        let Place { corner, shift } = window.first;
        let column = |x_at: f64| i64::from(x.unit_of(x_at) >> shift) - i64::from(corner[0] >> shift);
        let row = |y_at: f64| i64::from(y.unit_of(y_at) >> shift) - i64::from(corner[1] >> shift);
        let (lowest, highest) = (row(low[1] - y.margin), row(high[1] + y.margin));
        let (first, last) = (lowest.max(0), highest.min(i64::from(window.rows) - 1));
        let (left, right) = (low[0].min(high[0]), low[0].max(high[0]));
        if first == last && lowest == highest {
            // Most edges are shorter than a cell is wide.
            let leftmost = column(left - x.margin).max(0);
            let rightmost = column(right + x.margin).min(i64::from(window.columns) - 1);
            met.extend((leftmost..=rightmost).map(|column| (first as u32 * window.columns + column as u32, edge)));
            return;
        }
        let at = |y: f64| low[0] + ((y - low[1]) / (high[1] - low[1])).clamp(0.0, 1.0) * (high[0] - low[0]);
        for row in first..=last {
            let bottom = corner[1] + ((row as u32) << shift);
            let (from, to) = (at(y.corner(bottom) - y.margin), at(y.corner(bottom + (1 << shift)) + y.margin));
            let leftmost = column(from.min(to) - x.margin).max(0);
            let rightmost = column(from.max(to) + x.margin).min(i64::from(window.columns) - 1);
            for column in leftmost..=rightmost {
                met.push((row as u32 * window.columns + column as u32, edge));
            }
        }
    }

    /// The parts that hold the corner of the next cell to the right, from those that hold the corner of this one.
    fn go_right(&self, place: Place, edges: &[Edge], inside: &mut Vec<u32>) {
        let [x, y] = &self.axes;
        let next = place.corner[0] + (1 << place.shift);
        let (height, from, to) = (y.corner(place.corner[1]), x.corner(place.corner[0]), x.corner(next));
        for edge in edges {
            if stands_between_level(self.outlines.ends(edge.vertex), height, from, to) {
                toggle(inside, edge.part);
            }
        }
    }

    /// The parts that hold the corner of the next cell above.
    fn go_up(&self, place: Place, edges: &[Edge], inside: &mut Vec<u32>) {
        let [x, y] = &self.axes;
        let next = place.corner[1] + (1 << place.shift);
        let (at, from, to) = (x.corner(place.corner[0]), y.corner(place.corner[1]), y.corner(next));
        for edge in edges {
            if stands_between_upright(self.outlines.ends(edge.vertex), at, from, to) {
                toggle(inside, edge.part);
            }
        }
    }

    /// The code of a cell, whose edges may be cut into so many pieces each, on average.
    fn cell(&mut self, place: Place, edges: &[Edge], inside: &[u32], pieces: f64) -> u32 {
        if edges.is_empty() {
            return self.uniform(inside);
        }
        match self.division(place, edges.len()) {
            0 => self.leaf(place, edges, inside),
            bits => self.divide(place, bits, edges, inside, pieces).unwrap_or_else(|| self.leaf(place, edges, inside)),
        }
    }

    /// By how many bits a cell is to be divided: as many columns as there are edges beside one another when a line of
    /// half of them runs across (each neighbour has its own), and no more cells than four times the edges.
    fn division(&self, place: Place, edges: usize) -> u32 {
        if edges <= self.most_edges {
            return 0;
        }
        let fits = |bits: u32| {
            bits <= place.shift
                && 1 << (2 * bits) <= 4 * edges
                && self.axes.iter().all(|axis| axis.is_discernible(place.shift - bits))
        };
        (1..=4).take_while(|bits| fits(*bits) && (*bits == 1 || 1 << (bits - 1) < edges / 2)).last().unwrap_or(0)
    }

    /// The code of a cell that is divided; none where its edges would be cut into too many pieces.
    fn divide(&mut self, place: Place, bits: u32, edges: &[Edge], inside: &[u32], pieces: f64) -> Option<u32> {
        let first = Place { corner: place.corner, shift: place.shift - bits };
        let window = Window { first, columns: 1 << bits, rows: 1 << bits };
        let mut spare = self.spare.pop().unwrap_or_default();
        let Spare { bins, first, here } = &mut spare;
        edges.iter().for_each(|edge| self.meet(&window, *edge, &mut bins.met));
        let pieces = pieces * edges.len() as f64 / bins.met.len() as f64;
        if pieces < 1.0 {
            bins.met.clear();
            self.spare.push(spare);
            return None;
        }
        bins.sort(window.columns * window.rows);
        let start = self.nested.len();
        self.nested.resize(start + (window.columns * window.rows) as usize, EMPTY);
        first.clear();
        first.extend_from_slice(inside);
        for row in 0..window.rows {
            here.clone_from(first);
            for column in 0..window.columns {
                let number = row * window.columns + column;
                let (place, edges) = (window.place(column, row), bins.in_cell(number));
                self.nested[start + number as usize] = self.cell(place, edges, here, pieces);
                if column + 1 < window.columns {
                    self.go_right(place, edges, here);
                }
            }
            if row + 1 < window.rows {
                self.go_up(window.place(0, row), bins.in_cell(row * window.columns), first);
            }
        }
        self.spare.push(spare);
        // Numbers that do not fit are found when strips are joined.
        Some(NESTED << KIND | (bits - 1) << NESTED_BITS | (start as u32 & NESTED_VALUE))
    }

    /// The position of the areas of parts. Most leaves lie between the same areas as another leaf.
    fn areas_of(&mut self, parts: &[u32]) -> u32 {
        let mut areas = [0; MOST_PARTS];
        let areas = &mut areas[..parts.len()];
        let mut hash = 0_u32;
        for (area, part) in areas.iter_mut().zip(parts) {
            *area = self.outlines.parts[*part as usize];
            hash = (hash ^ *area).wrapping_mul(0x9e37_79b1).rotate_left(15);
        }
        let known = &mut self.lists[hash as usize % LISTS];
        let (start, length) = (known.0 as usize, usize::from(known.1));
        if self.areas.get(start..start + length) != Some(&*areas) {
            *known = (self.areas.len() as u32, areas.len() as u8);
            self.areas.extend_from_slice(areas);
        }
        known.0
    }

    /// A cell without edges.
    fn uniform(&mut self, inside: &[u32]) -> u32 {
        let area = |part: &u32| self.outlines.parts[*part as usize];
        match inside {
            [] => EMPTY,
            [first, others @ ..] if others.iter().all(|other| area(other) == area(first)) => {
                UNIFORM << KIND | area(first)
            }
            _ if inside.len() > MOST_PARTS => CROWDED << KIND,
            _ if self.overlap.0 == inside => self.overlap.1,
            _ => {
                let code = LEAF << KIND | self.leaves.len() as u32;
                self.overlap.0.clear();
                self.overlap.0.extend_from_slice(inside);
                self.overlap.1 = code;
                let areas = self.areas_of(inside);
                self.leaves.push(Leaf {
                    edges: self.edges.len() as u32,
                    areas,
                    inside: u32::MAX >> (MOST_PARTS - inside.len()),
                    edge_count: 0,
                    beside_count: 0,
                    part_count: inside.len() as u8,
                    unused: 0,
                });
                code
            }
        }
    }

    /// A cell with edges that stays whole.
    fn leaf(&mut self, place: Place, edges: &[Edge], inside: &[u32]) -> u32 {
        self.parts.clear();
        self.parts.extend(edges.iter().map(|edge| edge.part).chain(inside.iter().copied()));
        self.parts.sort_unstable();
        self.parts.dedup();
        if self.parts.len() > MOST_PARTS {
            return CROWDED << KIND;
        }
        let bit = |part: u32| 1_u32 << self.parts.partition_point(|other| *other < part);
        let corner = [self.axes[0].corner(place.corner[0]), self.axes[1].corner(place.corner[1])];
        let start = self.edges.len();
        self.others.clear();
        for edge in edges {
            if self.edges.len() - start + self.others.len() > MOST_EDGES_OF_A_LEAF {
                break;
            }
            let (a, b) = self.outlines.ends(edge.vertex);
            let is_beside = a[0].min(b[0]) <= corner[0];
            let (kind, from) = if is_beside { (&mut self.edges, start) } else { (&mut self.others, 0) };
            let bit = bit(edge.part);
            // The two sides of a shared boundary are one edge; what doubles back over itself is two of one part.
            let twin = kind[from..]
                .iter_mut()
                .find(|[vertex, parts]| parts & bit == 0 && is_same(self.outlines.ends(*vertex & VERTEX), (a, b)));
            match twin {
                Some([_, parts]) => *parts |= bit,
                None if is_beside && lies_below((a, b), corner) => kind.push([edge.vertex | CORNER_BELOW, bit]),
                None => kind.push([edge.vertex, bit]),
            }
        }
        let beside_count = self.edges.len() - start;
        let edge_count = beside_count + self.others.len();
        if edge_count > MOST_EDGES_OF_A_LEAF {
            self.edges.truncate(start);
            return CROWDED << KIND;
        }
        self.edges.extend_from_slice(&self.others);
        let code = LEAF << KIND | (self.leaves.len() as u32 & VALUE);
        let inside = inside.iter().map(|part| bit(*part)).sum();
        let parts = std::mem::take(&mut self.parts);
        let areas = self.areas_of(&parts);
        self.leaves.push(Leaf {
            edges: start as u32,
            areas,
            inside,
            edge_count: edge_count as u8,
            beside_count: beside_count as u8,
            part_count: parts.len() as u8,
            unused: 0,
        });
        self.parts = parts;
        code
    }
}

fn is_same(one: (Vertex, Vertex), other: (Vertex, Vertex)) -> bool {
    one == other || one == (other.1, other.0)
}

/// Puts a part into a sorted set, or takes it out.
fn toggle(set: &mut Vec<u32>, part: u32) {
    match set.binary_search(&part) {
        Ok(place) => {
            set.remove(place);
        }
        Err(place) => set.insert(place, part),
    }
}
