use geo::Coord;
use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject};

use super::AreaIndex;
use super::metric::Metric;
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

impl AreaIndex {
    /// The nearest area whose distance is at most `max_distance_m`, and that distance: 0 for the area that
    /// [`AreaIndex::locate`] gives, else to the nearest point of the boundary. Of areas equally near the lowest in file
    /// order.
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
        let mut search = Search { metric: self.metric, point, least_m: max_distance_m, area: None };
        for seen_from in self.metric.seen_from_all_sides(point) {
            search.point = seen_from;
            search.descend(tree.root());
        }
        search.area.map(|area| (area, search.least_m))
    }

    fn edge_tree(&self) -> EdgeTree {
        let edges =
            self.parts.iter().flat_map(|part| part.edges().map(|(a, b)| Edge { a, b, area: part.area })).collect();
        RTree::bulk_load(edges)
    }
}

/// A descent to the nearest edge that leaves out what cannot be nearer. The tree's own search measures in degrees and
/// panics where a distance is NaN.
struct Search {
    metric: Metric,
    point: Point,
    /// The least distance found, at first the greatest allowed.
    least_m: f64,
    /// The lowest area at that distance; none before any is found.
    area: Option<usize>,
}

impl Search {
    fn descend(&mut self, parent: &ParentNode<Edge>) {
        let mut children: Vec<(f64, &RTreeNode<Edge>)> = parent
            .children()
            .iter()
            .map(|child| {
                let envelope = child.envelope();
                (self.metric.at_least_to_box_m(self.point, envelope.lower(), envelope.upper()), child)
            })
            .collect();
        children.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for (at_least_m, child) in children {
            if at_least_m > self.least_m {
                break;
            }
            match child {
                RTreeNode::Leaf(edge) => self.weigh(edge),
                RTreeNode::Parent(parent) => self.descend(parent),
            }
        }
    }

    fn weigh(&mut self, edge: &Edge) {
        let (about_m, _) = self.metric.approximate(self.point, edge.a, edge.b);
        if self.metric.at_least_m(self.point, about_m) > self.least_m {
            return;
        }
        let distance_m = self.metric.distance_m(self.point, edge.a, edge.b);
        let lower_in_order = self.area.is_none_or(|area| edge.area < area);
        if distance_m < self.least_m || (distance_m == self.least_m && lower_in_order) {
            (self.least_m, self.area) = (distance_m, Some(edge.area));
        }
    }
}
