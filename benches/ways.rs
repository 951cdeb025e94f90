//! The ways of finding the area of a point.

use geo::indexed::IntervalTreeMultiPolygon;
use geo::{BoundingRect as _, Contains as _, Intersects as _, MultiPolygon};
use jiju::join::AreaIndex;
use jiju::model::{Areas, Point};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Something that is made of a layer and then finds the first area that holds a point.
pub trait Way<'a> {
    fn new(areas: &'a Areas) -> Self;
    fn locate(&self, point: Point) -> Option<usize>;
}

impl Way<'_> for AreaIndex {
    fn new(areas: &Areas) -> Self {
        AreaIndex::new(areas).unwrap()
    }

    fn locate(&self, point: Point) -> Option<usize> {
        self.locate(point).area
    }
}

/// Every edge of every area, by geo.
pub struct BruteForce<'a>(&'a Areas);

impl<'a> Way<'a> for BruteForce<'a> {
    fn new(areas: &'a Areas) -> Self {
        Self(areas)
    }

    fn locate(&self, point: Point) -> Option<usize> {
        let point = geo::Point::new(point.x, point.y);
        self.0.areas.iter().position(|area| area.geometry.intersects(&point))
    }
}

type BoxTree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

fn box_tree(areas: &Areas) -> BoxTree {
    let rectangle = |(number, geometry): (usize, &MultiPolygon<f64>)| {
        let bounds = geometry.bounding_rect().unwrap();
        GeomWithData::new(Rectangle::from_corners(bounds.min().into(), bounds.max().into()), number)
    };
    RTree::bulk_load(areas.areas.iter().map(|area| &area.geometry).enumerate().map(rectangle).collect())
}

fn first_of(tree: &BoxTree, point: Point, holds: impl Fn(usize) -> bool) -> Option<usize> {
    let candidates = tree.locate_in_envelope_intersecting(&AABB::from_point([point.x, point.y]));
    candidates.map(|candidate| candidate.data).filter(|area| holds(*area)).min()
}

/// An R-tree of bounding boxes, and every edge of the areas it gives, by geo: the join that is usually written.
pub struct GeoTree<'a> {
    areas: &'a Areas,
    tree: BoxTree,
}

impl<'a> Way<'a> for GeoTree<'a> {
    fn new(areas: &'a Areas) -> Self {
        Self { areas, tree: box_tree(areas) }
    }

    fn locate(&self, point: Point) -> Option<usize> {
        let at = geo::Point::new(point.x, point.y);
        first_of(&self.tree, point, |area| self.areas.areas[area].geometry.intersects(&at))
    }
}

/// An R-tree of bounding boxes, and geo's interval tree of the edges of each area. It knows no boundary: a point there
/// is in no area.
pub struct GeoIntervalTree {
    intervals: Vec<IntervalTreeMultiPolygon<f64>>,
    tree: BoxTree,
}

impl Way<'_> for GeoIntervalTree {
    fn new(areas: &Areas) -> Self {
        let intervals = areas.areas.iter().map(|area| IntervalTreeMultiPolygon::new(&area.geometry)).collect();
        Self { intervals, tree: box_tree(areas) }
    }

    fn locate(&self, point: Point) -> Option<usize> {
        let at = geo::Point::new(point.x, point.y);
        first_of(&self.tree, point, |area| self.intervals[area].contains(&at))
    }
}
