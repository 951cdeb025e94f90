#![expect(
    clippy::cast_possible_truncation,
    reason = "vertices, parts and areas are fewer than 2³¹, which `Outlines::new` checks"
)]

use geo::LineString;
use rayon::prelude::*;

use super::array::Array;
use crate::error::JoinError;
use crate::model::Areas;

/// A vertex, longitude or easting first.
pub(super) type Vertex = [f64; 2];

/// The rings of all areas one after another, as flat arrays.
///
/// A vertex and the one behind it are an edge, unless a ring ends between them or they are the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outlines<'a> {
    /// The vertices of ring after ring, each ring closed.
    pub(super) vertices: &'a [Vertex],
    /// For each ring the number of its part, and where in `vertices` it ends.
    pub(super) rings: &'a [[u32; 2]],
    /// For each part the position of its area in file order.
    pub(super) parts: &'a [u32],
}

/// The arrays that hold [`Outlines`].
#[derive(Debug)]
pub(super) struct OutlinesStore {
    pub(super) vertices: Array<Vertex>,
    pub(super) rings: Array<[u32; 2]>,
    pub(super) parts: Array<u32>,
}

/// An edge by its first vertex, with the part it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) vertex: u32,
    pub(super) part: u32,
}

impl OutlinesStore {
    pub(super) fn outlines(&self) -> Outlines<'_> {
        Outlines { vertices: &self.vertices, rings: &self.rings, parts: &self.parts }
    }

    /// # Errors
    ///
    /// [`JoinError::TooManyVertices`] beyond what 32 bits can number.
    pub(super) fn new(areas: &Areas) -> Result<Self, JoinError> {
        let rings_of = |area: usize| {
            let polygons = &areas.areas[area].geometry.0;
            polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        };
        let counts: Vec<usize> =
            (0..areas.len()).into_par_iter().map(|area| rings_of(area).map(|ring| ring.0.len()).sum()).collect();
        let total = counts.iter().sum();
        // Numbers of edges in pieces are doubled in places.
        if total > (u32::MAX / 2) as usize {
            let (layer, file) = (areas.layer.clone(), areas.source.clone());
            return Err(JoinError::TooManyVertices { layer, file, found: total, limit: (u32::MAX / 2) as usize });
        }
        let (mut rings, mut parts) = (Vec::new(), Vec::new());
        let mut end = 0;
        for (number, area) in (0..).zip(&areas.areas) {
            for polygon in &area.geometry {
                for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                    end += ring.0.len() as u32;
                    rings.push([parts.len() as u32, end]);
                }
                parts.push(number);
            }
        }
        let mut vertices: Vec<Vertex> = vec![[0.0; 2]; total];
        let mut rest = vertices.as_mut_slice();
        let mut places = Vec::with_capacity(counts.len());
        for count in counts {
            let (own, others) = rest.split_at_mut(count);
            places.push(own);
            rest = others;
        }
        let copy = |(area, place): (usize, &mut [Vertex])| {
            for (vertex, coord) in place.iter_mut().zip(rings_of(area).flat_map(LineString::coords)) {
                *vertex = [coord.x, coord.y];
            }
        };
        places.into_par_iter().enumerate().with_min_len(64).for_each(copy);
        Ok(Self { vertices: vertices.into(), rings: rings.into(), parts: parts.into() })
    }
}

impl Outlines<'_> {
    /// The two ends of an edge.
    #[inline]
    pub(super) fn ends(&self, vertex: u32) -> (Vertex, Vertex) {
        (self.vertices[vertex as usize], self.vertices[vertex as usize + 1])
    }

    /// The edges of some length that begin at the vertices of a range.
    ///
    /// An edge without length holds no point that its neighbours do not hold.
    pub(super) fn edges(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = Edge> + '_ {
        let mut ring = self.rings.partition_point(|[_, end]| *end as usize <= range.start);
        range.filter_map(move |vertex| {
            let [part, end] = *self.rings.get(ring)?;
            if vertex + 1 >= end as usize {
                ring += 1;
                return None;
            }
            let apart = self.vertices[vertex] != self.vertices[vertex + 1];
            apart.then_some(Edge { vertex: vertex as u32, part })
        })
    }

    /// The vertices of each part.
    pub(super) fn part_rings(&self) -> Vec<std::ops::Range<usize>> {
        let mut ranges = vec![0..0; self.parts.len()];
        let mut start = 0;
        for [part, end] in self.rings {
            let range = &mut ranges[*part as usize];
            // The rings of a part stand together.
            range.start = if range.end == 0 { start } else { range.start };
            range.end = *end as usize;
            start = *end as usize;
        }
        ranges
    }

    /// The least and the greatest coordinates of a range of vertices.
    pub(super) fn corners(&self, range: std::ops::Range<usize>) -> (Vertex, Vertex) {
        let nothing = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        self.vertices[range].iter().fold(nothing, |(lower, upper), vertex| {
            ([lower[0].min(vertex[0]), lower[1].min(vertex[1])], [upper[0].max(vertex[0]), upper[1].max(vertex[1])])
        })
    }
}
