#![expect(
    clippy::cast_possible_truncation,
    reason = "vertices, parts and areas are fewer than 2³¹, which `Outlines::new` checks"
)]

use std::collections::BTreeMap;

use geo::Coord;
use rayon::prelude::*;
use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject};

use super::AreaIndex;
use super::metric::{Metric, Surroundings};
use super::outlines::{Outlines, Vertex};
use crate::model::Point;

pub(super) type EdgeTree = RTree<Run>;

/// The most edges of a run.
const EDGES_OF_A_RUN: usize = 12;

/// Some edges that follow each other in one ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    lower: Vertex,
    upper: Vertex,
    /// The first and the last vertex.
    first: u32,
    last: u32,
    /// The position of the area in file order.
    area: u32,
}

impl RTreeObject for Run {
    type Envelope = AABB<Vertex>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.lower, self.upper)
    }
}

/// All edges in runs, under the rectangles that hold these.
fn edge_tree(outlines: &Outlines<'_>) -> EdgeTree {
    let rings = outlines.rings.par_iter().enumerate().flat_map_iter(|(ring, [part, end])| {
        let start = if ring == 0 { 0 } else { outlines.rings[ring - 1][1] as usize };
        let last_vertex = (*end as usize).saturating_sub(1);
        (start..last_vertex).step_by(EDGES_OF_A_RUN).map(move |first| {
            let last = (first + EDGES_OF_A_RUN).min(last_vertex);
            let (lower, upper) = outlines.corners(first..last + 1);
            let area = outlines.parts[*part as usize];
            Run { lower, upper, first: first as u32, last: last as u32, area }
        })
    });
    RTree::bulk_load(rings.collect())
}

impl AreaIndex {
    /// The nearest area within `max_distance_m`, and its distance. The distance is 0 for the area that
    /// [`AreaIndex::locate`] returns, otherwise it is measured to the nearest point of the boundary. Of several areas
    /// at the same distance the first in file order is returned.
    ///
    /// # Units
    ///
    /// Metres: geodesic on WGS 84 where the layer is in longitude and latitude, planar in a projected grid. An edge is
    /// the straight line in the layer's own coordinates, not the geodesic between its vertices. The geodesic distance
    /// is right to a hundredth of a millimetre for edges and distances up to 300 km between 70° south and north, where it
    /// is tested, the planar one to the rounding of the coordinates.
    ///
    /// # Undefined
    ///
    /// None if no area is within the distance, the distance is negative or not a number, or the point is not finite or (in
    /// longitude and latitude) not on Earth.
    #[must_use]
    pub fn nearest_within(&self, point: Point, max_distance_m: f64) -> Option<(usize, f64)> {
        match self.locate(point).area {
            Some(area) => (max_distance_m >= 0.0).then_some((area, 0.0)),
            None => self.nearest_edge(point, max_distance_m),
        }
    }

    /// The distance to the nearest boundary of any area, from inside or outside: 0 on a boundary, positive elsewhere.
    /// For a distance that is 0 inside areas see [`distances_m`](crate::join::distances_m).
    ///
    /// # Units
    ///
    /// Metres, as in [`AreaIndex::nearest_within`].
    ///
    /// # Undefined
    ///
    /// None where the point is not finite or (in longitude and latitude) not on Earth.
    #[must_use]
    pub fn distance_m(&self, point: Point) -> Option<f64> {
        self.nearest_edge(point, f64::INFINITY).map(|(_, distance_m)| distance_m)
    }

    /// The distance of a point from one area, by its position: 0 within it and on its boundary.
    ///
    /// # Units
    ///
    /// Metres, as in [`AreaIndex::nearest_within`].
    ///
    /// # Undefined
    ///
    /// None for an area that the index does not hold, and for a point that is not finite or (in longitude and latitude) not on
    /// Earth.
    ///
    /// # Examples
    ///
    /// ```
    /// use geo::{MultiPolygon, Rect, coord};
    /// use jiju_core::join::AreaIndex;
    /// use jiju_core::model::{Area, Areas, Point, Reference};
    ///
    /// let park = |id: &str, x: f64| Area {
    ///     id: id.to_owned(),
    ///     name: id.to_owned(),
    ///     parent: None,
    ///     geometry: MultiPolygon(vec![Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + 10.0, y: 10.0 }).to_polygon()]),
    /// };
    /// let areas = Areas {
    ///     layer: "park".to_owned(),
    ///     source: "parks.gpkg".to_owned(),
    ///     reference: Reference::epsg(4549),
    ///     areas: vec![park("a", 0.0), park("b", 15.0)],
    /// };
    /// let index = AreaIndex::new(&areas)?;
    /// assert_eq!(index.distance_to_m(Point::new(8.0, 5.0), 0), Some(0.0));
    /// assert_eq!(index.distance_to_m(Point::new(8.0, 5.0), 1), Some(7.0));
    /// assert_eq!(index.distance_to_m(Point::new(8.0, 5.0), 2), None);
    /// # Ok::<(), jiju_core::Error>(())
    /// ```
    #[must_use]
    pub fn distance_to_m(&self, point: Point, area: usize) -> Option<f64> {
        if self.locate_all(point).iter().any(|one| one.area == Some(area)) {
            return Some(0.0);
        }
        let mut own = Nearest::within(f64::INFINITY, Some(u32::try_from(area).ok()?));
        self.search(point, &mut own);
        own.nearest().map(|(_, distance_m)| distance_m).filter(|distance_m| distance_m.is_finite())
    }

    /// All areas within `max_distance_m` with their distances, in file order. The distance is 0 for areas that
    /// contain the point, otherwise it is measured to the nearest point of the boundary.
    ///
    /// # Units
    ///
    /// As in [`AreaIndex::nearest_within`].
    ///
    /// # Undefined
    ///
    /// Empty for a point that is not finite or (in longitude and latitude) not on Earth, and for a distance that is negative
    /// or not a number.
    ///
    /// # Examples
    ///
    /// ```
    /// use geo::{MultiPolygon, Rect, coord};
    /// use jiju_core::join::AreaIndex;
    /// use jiju_core::model::{Area, Areas, Point, Reference};
    ///
    /// let park = |id: &str, x: f64| Area {
    ///     id: id.to_owned(),
    ///     name: id.to_owned(),
    ///     parent: None,
    ///     geometry: MultiPolygon(vec![Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + 10.0, y: 10.0 }).to_polygon()]),
    /// };
    /// let areas = Areas {
    ///     layer: "park".to_owned(),
    ///     source: "parks.gpkg".to_owned(),
    ///     reference: Reference::epsg(4549),
    ///     areas: vec![park("a", 0.0), park("b", 15.0), park("c", 100.0)],
    /// };
    /// let index = AreaIndex::new(&areas)?;
    /// assert_eq!(index.all_within(Point::new(8.0, 5.0), 10.0), [(0, 0.0), (1, 7.0)]);
    /// # Ok::<(), jiju_core::Error>(())
    /// ```
    #[must_use]
    pub fn all_within(&self, point: Point, max_distance_m: f64) -> Vec<(usize, f64)> {
        let mut least_m: BTreeMap<usize, f64> = BTreeMap::new();
        if max_distance_m >= 0.0 {
            self.search(point, &mut Within { max_m: max_distance_m, least_m: &mut least_m });
            least_m.extend(self.locate_all(point).into_iter().filter_map(|one| Some((one.area?, 0.0))));
        }
        least_m.into_iter().collect()
    }

    /// The depth of a point inside areas: the greatest of the distances to the boundaries of the areas that contain
    /// it.
    ///
    /// # Units
    ///
    /// Metres, as in [`AreaIndex::nearest_within`].
    ///
    /// # Undefined
    ///
    /// None where no area holds the point.
    ///
    /// # Examples
    ///
    /// ```
    /// use geo::{MultiPolygon, Rect, coord};
    /// use jiju_core::join::AreaIndex;
    /// use jiju_core::model::{Area, Areas, Point, Reference};
    ///
    /// let park = |id: &str, width: f64| Area {
    ///     id: id.to_owned(),
    ///     name: id.to_owned(),
    ///     parent: None,
    ///     geometry: MultiPolygon(vec![Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: width, y: 10.0 }).to_polygon()]),
    /// };
    /// let areas = Areas {
    ///     layer: "park".to_owned(),
    ///     source: "parks.gpkg".to_owned(),
    ///     reference: Reference::epsg(4549),
    ///     areas: vec![park("a", 8.0), park("b", 20.0)],
    /// };
    /// let index = AreaIndex::new(&areas)?;
    /// // 2 m within a, 4 m within b.
    /// assert_eq!(index.depth_m(Point::new(6.0, 4.0)), Some(4.0));
    /// assert_eq!(index.depth_m(Point::new(20.5, 4.0)), None);
    /// # Ok::<(), jiju_core::Error>(())
    /// ```
    #[must_use]
    pub fn depth_m(&self, point: Point) -> Option<f64> {
        let holding = self.locate_all(point).into_iter().filter_map(|one| one.area);
        let depths = holding.filter_map(|area| {
            let mut own = Nearest::within(f64::INFINITY, Some(area as u32));
            self.search(point, &mut own);
            own.nearest()
        });
        depths.map(|(_, depth_m)| depth_m).filter(|depth_m| depth_m.is_finite()).max_by(f64::total_cmp)
    }

    /// The nearest boundary, from inside as from outside.
    pub(super) fn nearest_edge(&self, point: Point, max_distance_m: f64) -> Option<(usize, f64)> {
        let mut nearest = Nearest::within(max_distance_m, None);
        if !max_distance_m.is_nan() {
            self.search(point, &mut nearest);
        }
        nearest.nearest()
    }

    fn search(&self, point: Point, wanted: &mut impl Wanted) {
        let Some(metric) = self.metric.filter(|metric| metric.reaches(point)) else {
            return;
        };
        let outlines = self.outlines();
        let tree = self.edges.get_or_init(|| edge_tree(&outlines));
        let whole = tree.root().envelope();
        for point in metric.seen_from_all_sides(point) {
            if metric.at_least_to_box_m(point, whole.lower(), whole.upper()) <= wanted.most_m(None) {
                let surroundings = Surroundings::of(metric, point);
                Search { outlines, metric, point, surroundings, wanted }.descend(tree.root());
            }
        }
    }
}

/// An edge that may be wanted.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    metric: Metric,
    /// The point, from the side from which it sees the edge.
    point: Point,
    edge: [Coord<f64>; 2],
    area: u32,
    /// What the distance is at least, and at most.
    bounds_m: (f64, f64),
}

impl Candidate {
    fn distance_m(&self) -> f64 {
        self.metric.distance_m(self.point, self.edge[0], self.edge[1])
    }
}

/// The criterion of a search among edges.
trait Wanted {
    /// Beyond it no edge is of interest, of this area or of any.
    fn most_m(&self, area: Option<u32>) -> f64;

    /// Takes an edge that may be as near as that.
    fn take(&mut self, candidate: Candidate);
}

/// The nearest area, or the boundary of one area. A distance on the ellipsoid costs as much as some fifty in a flat frame, so
/// that it is measured at the end, to the few edges that can be the nearest.
struct Nearest {
    /// The greatest distance allowed.
    max_m: f64,
    /// What the least distance is at most.
    most_m: f64,
    /// The only area that is asked for.
    only: Option<u32>,
    candidates: Vec<Candidate>,
}

impl Nearest {
    const fn within(max_m: f64, only: Option<u32>) -> Self {
        Self { max_m, most_m: max_m, only, candidates: Vec::new() }
    }

    /// The nearest area, the first in file order of those at the same distance, and its distance.
    fn nearest(mut self) -> Option<(usize, f64)> {
        self.candidates.sort_unstable_by(|one, other| one.bounds_m.0.total_cmp(&other.bounds_m.0));
        let (mut least_m, mut nearest) = (self.max_m, None);
        for candidate in &self.candidates {
            if candidate.bounds_m.0 > least_m {
                break;
            }
            let distance_m = candidate.distance_m();
            let lower_in_order = nearest.is_none_or(|known| candidate.area < known);
            if distance_m < least_m || (distance_m == least_m && lower_in_order) {
                (least_m, nearest) = (distance_m, Some(candidate.area));
            }
        }
        nearest.map(|area| (area as usize, least_m))
    }
}

impl Wanted for Nearest {
    fn most_m(&self, area: Option<u32>) -> f64 {
        let is_asked_for = self.only.is_none_or(|only| area.is_none_or(|area| area == only));
        if is_asked_for { self.most_m } else { f64::NEG_INFINITY }
    }

    fn take(&mut self, mut candidate: Candidate) {
        if candidate.bounds_m.1 == f64::INFINITY {
            // So far away the flat frame leaves too many edges to be measured at the end.
            let distance_m = candidate.distance_m();
            candidate.bounds_m = (distance_m, distance_m);
        }
        if candidate.bounds_m.0 <= self.most_m {
            self.most_m = self.most_m.min(candidate.bounds_m.1);
            self.candidates.push(candidate);
        }
    }
}

/// Every area that is near enough.
struct Within<'a> {
    max_m: f64,
    /// The least distance found of each.
    least_m: &'a mut BTreeMap<usize, f64>,
}

impl Wanted for Within<'_> {
    fn most_m(&self, area: Option<u32>) -> f64 {
        area.and_then(|area| self.least_m.get(&(area as usize))).copied().unwrap_or(self.max_m)
    }

    fn take(&mut self, candidate: Candidate) {
        let distance_m = candidate.distance_m();
        if distance_m <= self.most_m(Some(candidate.area)) {
            self.least_m.insert(candidate.area as usize, distance_m);
        }
    }
}

/// A descent to the nearest edge that leaves out what cannot be nearer. The tree's own search measures in degrees and
/// panics where a distance is NaN.
struct Search<'a, W> {
    outlines: Outlines<'a>,
    metric: Metric,
    point: Point,
    surroundings: Option<Surroundings>,
    wanted: &'a mut W,
}

impl<W: Wanted> Search<'_, W> {
    fn descend(&mut self, parent: &ParentNode<Run>) {
        let mut children: Vec<(f64, &RTreeNode<Run>)> = parent
            .children()
            .iter()
            .map(|child| {
                let envelope = child.envelope();
                (self.metric.at_least_to_box_m(self.point, envelope.lower(), envelope.upper()), child)
            })
            .collect();
        children.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for (at_least_m, child) in children {
            if at_least_m > self.wanted.most_m(None) {
                break;
            }
            match child {
                RTreeNode::Leaf(run) if at_least_m > self.wanted.most_m(Some(run.area)) => {}
                RTreeNode::Leaf(run) => self.weigh(run),
                RTreeNode::Parent(parent) => self.descend(parent),
            }
        }
    }

    fn weigh(&mut self, run: &Run) {
        for vertex in run.first..run.last {
            let (a, b) = self.outlines.ends(vertex);
            // The lexicographically smaller end first, so that the two sides of a shared boundary give the same numbers.
            let (a, b) = if (a[0], a[1]) <= (b[0], b[1]) { (a, b) } else { (b, a) };
            if a != b {
                self.weigh_edge(a.into(), b.into(), run.area);
            }
        }
    }

    fn weigh_edge(&mut self, a: Coord<f64>, b: Coord<f64>, area: u32) {
        let is_too_far = |around: Surroundings| around.at_least_m(a, b) > self.wanted.most_m(Some(area));
        if self.surroundings.is_some_and(is_too_far) {
            return;
        }
        let (about_m, _) = self.metric.approximate(self.point, a, b);
        let bounds_m = self.metric.bounds_m(self.point, about_m);
        if bounds_m.0 <= self.wanted.most_m(Some(area)) {
            self.wanted.take(Candidate { metric: self.metric, point: self.point, edge: [a, b], area, bounds_m });
        }
    }
}
