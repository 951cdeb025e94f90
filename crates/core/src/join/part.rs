#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a coordinate beyond the part saturates at its first or last band, as it should"
)]

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::crossing::upward;
use super::orientation::orientation;
use super::outlines::{Outlines, Vertex};

/// The position of a point relative to one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    Outside,
    Boundary,
    Inside,
}

/// All parts under their bounding rectangles: for points where so many parts meet that no cell tells of them.
#[derive(Debug)]
pub(super) struct Parts {
    tree: RTree<GeomWithData<Rectangle<Vertex>, u32>>,
    parts: Vec<Part>,
}

impl Parts {
    pub(super) fn new(outlines: &Outlines<'_>) -> Self {
        let parts: Vec<Part> = outlines.part_rings().into_par_iter().map(|rings| Part::new(outlines, rings)).collect();
        let rectangles = (0..)
            .zip(&parts)
            .map(|(number, part)| GeomWithData::new(Rectangle::from_corners(part.lower, part.upper), number))
            .collect();
        Self { tree: RTree::bulk_load(rectangles), parts }
    }

    /// Every part that holds a point, by its number, in no order.
    pub(super) fn locate(&self, outlines: &Outlines<'_>, point: Vertex) -> Vec<(u32, Position)> {
        let mut found = Vec::new();
        let visitor = |candidate: &GeomWithData<Rectangle<Vertex>, u32>| {
            match self.parts[candidate.data as usize].locate(outlines, point) {
                Position::Outside => {}
                position => found.push((candidate.data, position)),
            }
            ControlFlow::<()>::Continue(())
        };
        let _ = self.tree.locate_in_envelope_intersecting_int(&AABB::from_point(point), visitor);
        found
    }
}

/// One polygon with its holes, its edges sorted into horizontal bands: a point meets the edges of its band only.
///
/// The band of a height is a monotone function of it, rounding included, so that an edge that reaches the height of a
/// point is always in the point's band.
#[derive(Debug, Clone)]
struct Part {
    lower: Vertex,
    upper: Vertex,
    bands_per_unit: f64,
    /// The position in `band_edges` at which the edges of each band start, and after the last band their number.
    band_starts: Vec<u32>,
    /// Edges by their first vertex, band by band.
    band_edges: Vec<u32>,
}

/// Bands are made so many that an edge stands in at most this many of them on average, however the edges run.
const BANDS_PER_EDGE: usize = 4;

impl Part {
    /// The part whose rings stand at these vertices: finite, and with at least one edge of some length.
    fn new(outlines: &Outlines<'_>, vertices: std::ops::Range<usize>) -> Self {
        let edges: Vec<u32> = outlines.edges(vertices.clone()).map(|edge| edge.vertex).collect();
        let (lower, upper) = outlines.corners(vertices);
        let mut part = Self { lower, upper, bands_per_unit: 0.0, band_starts: Vec::new(), band_edges: Vec::new() };
        part.sort_into_bands(outlines, &edges);
        part
    }

    fn sort_into_bands(&mut self, outlines: &Outlines<'_>, edges: &[u32]) {
        let mut bands = (edges.len() / 2).max(1);
        let sizes = loop {
            let per_unit = bands as f64 / (self.upper[1] - self.lower[1]);
            self.bands_per_unit = if per_unit.is_finite() { per_unit } else { 0.0 };
            match self.band_sizes(outlines, edges, bands) {
                Some(sizes) => break sizes,
                None => bands /= 2,
            }
        };
        let mut total = 0;
        for size in sizes {
            self.band_starts.push(total);
            total += size;
        }
        let mut next = self.band_starts.clone();
        self.band_starts.push(total);
        self.band_edges = vec![0; total as usize];
        for &edge in edges {
            for band in self.bands_of(outlines.ends(edge), bands) {
                self.band_edges[next[band] as usize] = edge;
                next[band] += 1;
            }
        }
    }

    /// The number of edges in each band; `None` if there are too many in total, which is never so for one band.
    fn band_sizes(&self, outlines: &Outlines<'_>, edges: &[u32], bands: usize) -> Option<Vec<u32>> {
        let mut sizes = vec![0; bands];
        let mut total = 0;
        for &edge in edges {
            let reached = self.bands_of(outlines.ends(edge), bands);
            total += reached.clone().count();
            if total > BANDS_PER_EDGE * edges.len() {
                return None;
            }
            reached.for_each(|band| sizes[band] += 1);
        }
        Some(sizes)
    }

    fn band_of(&self, y: f64, bands: usize) -> usize {
        (((y - self.lower[1]) * self.bands_per_unit) as usize).min(bands - 1)
    }

    fn bands_of(&self, (a, b): (Vertex, Vertex), bands: usize) -> std::ops::RangeInclusive<usize> {
        self.band_of(a[1].min(b[1]), bands)..=self.band_of(a[1].max(b[1]), bands)
    }

    /// The position of a point by exact arithmetic and the even-odd rule over all rings.
    fn locate(&self, outlines: &Outlines<'_>, point: Vertex) -> Position {
        let [x, y] = point;
        let within = x >= self.lower[0] && x <= self.upper[0] && y >= self.lower[1] && y <= self.upper[1];
        if !within {
            return Position::Outside;
        }
        let band = self.band_of(y, self.band_starts.len() - 1);
        let edges = self.band_starts[band] as usize..self.band_starts[band + 1] as usize;
        let mut inside = false;
        for &edge in &self.band_edges[edges] {
            let (a, b) = outlines.ends(edge);
            let (low, high) = upward(a, b);
            // A ray to the right: what lies wholly to the left, above or below cannot matter.
            if y < low[1] || y > high[1] || x > low[0].max(high[0]) {
                continue;
            }
            // A vertex at the ray's height belongs to the edge above it, so that each crossing counts once.
            let crosses = y < high[1];
            if x < low[0].min(high[0]) {
                inside ^= crosses;
                continue;
            }
            match orientation(low, high, point) {
                Ordering::Equal => return Position::Boundary,
                Ordering::Greater => inside ^= crosses,
                Ordering::Less => {}
            }
        }
        if inside { Position::Inside } else { Position::Outside }
    }
}
