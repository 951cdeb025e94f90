use geo::Coord;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::AreaIndex;
use super::metric::flat;
use crate::model::Point;

pub(super) type EdgeTree = RTree<Edge>;

/// An edge with the position of its area in file order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    a: Coord<f64>,
    b: Coord<f64>,
    area: usize,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.a.into(), self.b.into())
    }
}

// `geo`'s own lines give NaN for very short ones, on which the tree panics.
impl PointDistance for Edge {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        flat(Point::new(point[0], point[1]), self.a, self.b, 1.0, 1.0).0.powi(2)
    }
}

impl AreaIndex {
    /// The nearest area whose distance is at most `max_distance_m`, and that distance: 0 for the area that
    /// [`AreaIndex::locate`] gives, else to the nearest point of the boundary. Of areas equally near the lowest in file
    /// order.
    ///
    /// # Units
    ///
    /// Metres: geodesic on WGS 84 where the layer is in longitude and latitude, planar in a projected grid. An edge is
    /// the straight line in the layer's own coordinates, not the geodesic between its vertices. The geodesic distance
    /// is right to a hundredth of a millimetre for edges up to 1000 km and distances up to 500 km between 75° south and
    /// north, the planar one to the rounding of the coordinates.
    ///
    /// # Undefined
    ///
    /// None where no area is near enough, the distance asked for is negative or not a number, or the point is not
    /// finite or (in longitude and latitude) not on Earth.
    #[must_use]
    pub fn nearest_within(&self, point: Point, max_distance_m: f64) -> Option<(usize, f64)> {
        match self.locate(point).area {
            Some(area) => (max_distance_m >= 0.0).then_some((area, 0.0)),
            None => self.nearest_edge(point, max_distance_m),
        }
    }

    /// The distance to the nearest boundary of any area, from outside and from inside alike: positive off the
    /// boundary, 0 exactly on it. For the distance to the nearest area, 0 inside, see [`super::distances_m`].
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

    /// The nearest boundary, from inside as from outside.
    pub(super) fn nearest_edge(&self, point: Point, max_distance_m: f64) -> Option<(usize, f64)> {
        if !self.metric.reaches(point) || max_distance_m.is_nan() {
            return None;
        }
        let tree = self.edges.get_or_init(|| self.edge_tree());
        // The edge that is nearest in coordinates bounds how far the nearest in metres can be.
        let bound_m = tree
            .nearest_neighbor(&[point.x, point.y])
            .map_or(max_distance_m, |edge| self.metric.distance_m(point, edge.a, edge.b).min(max_distance_m));
        let mut candidates: Vec<(f64, Point, Edge)> = Vec::new();
        for (seen_from, [lower, upper]) in self.metric.boxes_around(point, bound_m) {
            let around = AABB::from_corners(lower.into(), upper.into());
            candidates.extend(tree.locate_in_envelope_intersecting(&around).map(|edge| {
                let (about_m, _) = self.metric.approximate(seen_from, edge.a, edge.b);
                (about_m, seen_from, *edge)
            }));
        }
        candidates.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut nearest: Option<(f64, usize)> = None;
        for (about_m, seen_from, edge) in candidates {
            if let Some((least_m, _)) = nearest
                && self.metric.at_least_m(point, about_m) > least_m
            {
                break;
            }
            let distance_m = self.metric.distance_m(seen_from, edge.a, edge.b);
            if nearest.is_none_or(|(least_m, first)| (distance_m, edge.area) < (least_m, first)) {
                nearest = Some((distance_m, edge.area));
            }
        }
        nearest.filter(|(distance_m, _)| *distance_m <= max_distance_m).map(|(distance_m, area)| (area, distance_m))
    }

    fn edge_tree(&self) -> EdgeTree {
        let edges =
            self.parts.iter().flat_map(|part| part.edges().map(|(a, b)| Edge { a, b, area: part.area })).collect();
        RTree::bulk_load(edges)
    }
}
