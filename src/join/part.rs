use std::cmp::Ordering;

use geo::{Coord, Polygon};

use super::orientation::orientation;
/// Where a point lies with regard to one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    Outside,
    Boundary,
    Inside,
}

/// One polygon with its holes, its edges sorted into horizontal bands: a point meets the edges of its band only.
///
/// The band of a height is a monotone function of it, rounding included, so that an edge that reaches the height of a
/// point is always in the point's band.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Position of the area in file order.
    pub(super) area: usize,
    /// The vertices of all rings one after another, each ring closed.
    vertices: Vec<Coord<f64>>,
    lower: Coord<f64>,
    upper: Coord<f64>,
    bands_per_unit: f64,
    /// Where the edges of each band start in `band_edges`, and after the last band their number.
    band_starts: Vec<u32>,
    /// Edges by their first vertex, band by band.
    band_edges: Vec<u32>,
}

/// Bands are made so many that an edge stands in at most this many of them on average, however the edges run.
const BANDS_PER_EDGE: usize = 4;

impl Part {
    /// A part with finite coordinates and at least one edge of some length.
    pub(super) fn new(area: usize, polygon: &Polygon<f64>) -> Self {
        let mut vertices: Vec<Coord<f64>> = Vec::new();
        let mut edges = Vec::new();
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let first = vertices.len();
            vertices.extend(ring.coords().copied());
            // An edge without length holds no point that its neighbours do not hold.
            edges.extend((first + 1..vertices.len()).filter(|&to| vertices[to - 1] != vertices[to]).map(|to| to - 1));
        }
        let infinity = Coord { x: f64::INFINITY, y: f64::INFINITY };
        let lower = vertices.iter().fold(infinity, |low, v| Coord { x: low.x.min(v.x), y: low.y.min(v.y) });
        let upper = vertices.iter().fold(-infinity, |up, v| Coord { x: up.x.max(v.x), y: up.y.max(v.y) });
        let mut part =
            Self { area, vertices, lower, upper, bands_per_unit: 0.0, band_starts: Vec::new(), band_edges: Vec::new() };
        part.sort_into_bands(&edges);
        part
    }

    fn sort_into_bands(&mut self, edges: &[usize]) {
        let mut bands = (edges.len() / 2).max(1);
        let sizes = loop {
            let per_unit = bands as f64 / (self.upper.y - self.lower.y);
            self.bands_per_unit = if per_unit.is_finite() { per_unit } else { 0.0 };
            match self.band_sizes(edges, bands, BANDS_PER_EDGE * edges.len()) {
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
            for band in self.bands_of(edge, bands) {
                self.band_edges[next[band] as usize] = edge as u32;
                next[band] += 1;
            }
        }
    }

    /// How many edges each band holds; none if together they are more than `most`, which one band never is.
    fn band_sizes(&self, edges: &[usize], bands: usize, most: usize) -> Option<Vec<u32>> {
        let mut sizes = vec![0; bands];
        let mut total = 0;
        for &edge in edges {
            let reached = self.bands_of(edge, bands);
            total += reached.clone().count();
            if total > most {
                return None;
            }
            reached.for_each(|band| sizes[band] += 1);
        }
        Some(sizes)
    }

    fn band_of(&self, y: f64, bands: usize) -> usize {
        (((y - self.lower.y) * self.bands_per_unit) as usize).min(bands - 1)
    }

    fn bands_of(&self, edge: usize, bands: usize) -> std::ops::RangeInclusive<usize> {
        let (a, b) = (self.vertices[edge], self.vertices[edge + 1]);
        self.band_of(a.y.min(b.y), bands)..=self.band_of(a.y.max(b.y), bands)
    }

    /// The lower left and the upper right corner of what the part holds.
    pub(super) fn corners(&self) -> ([f64; 2], [f64; 2]) {
        ([self.lower.x, self.lower.y], [self.upper.x, self.upper.y])
    }

    /// Every edge of some length, its lexicographically smaller end first, so that the two sides of a shared boundary
    /// give the same numbers.
    pub(super) fn edges(&self) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + '_ {
        let mut edges = self.band_edges.clone();
        edges.sort_unstable();
        edges.dedup();
        edges.into_iter().map(|edge| {
            let (a, b) = (self.vertices[edge as usize], self.vertices[edge as usize + 1]);
            if (a.x, a.y) <= (b.x, b.y) { (a, b) } else { (b, a) }
        })
    }

    /// Where a point lies: the answer of exact arithmetic, by the even-odd rule over all rings.
    pub(super) fn locate(&self, point: Coord<f64>) -> Position {
        let within =
            point.x >= self.lower.x && point.x <= self.upper.x && point.y >= self.lower.y && point.y <= self.upper.y;
        if !within {
            return Position::Outside;
        }
        let band = self.band_of(point.y, self.band_starts.len() - 1);
        let edges = self.band_starts[band] as usize..self.band_starts[band + 1] as usize;
        let mut inside = false;
        for &edge in &self.band_edges[edges] {
            let (a, b) = (self.vertices[edge as usize], self.vertices[edge as usize + 1]);
            let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
            // A ray to the right: what lies wholly to the left, above or below cannot matter.
            if point.y < low.y || point.y > high.y || point.x > a.x.max(b.x) {
                continue;
            }
            // A vertex at the ray's height belongs to the edge above it, so that each crossing counts once.
            let crosses = point.y < high.y;
            if point.x < a.x.min(b.x) {
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
