use std::ops::ControlFlow;
use std::sync::OnceLock;

use geo::Coord;
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::nearest::EdgeTree;
use super::part::{Part, Position};
use super::{fault, metric::Metric};
use crate::error::Result;
use crate::model::{Areas, Match, Point};

/// An index over one layer of areas, answering which of them hold a point. Immutable, shared between threads.
///
/// The answer is that of exact arithmetic on the coordinates as they stand; what counts as inside is told in
/// [`crate::join`].
///
/// # Examples
///
/// Two squares side by side; a point on their shared edge goes to the first of the file.
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju::join::AreaIndex;
/// use jiju::model::{Area, Areas, Point, Reference};
///
/// let square = |id: &str, x: f64| Area {
///     id: id.to_owned(),
///     name: id.to_owned(),
///     parent: None,
///     geometry: MultiPolygon(vec![Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + 10.0, y: 10.0 }).to_polygon()]),
/// };
/// let areas = Areas {
///     layer: "park".to_owned(),
///     source: "parks.gpkg".to_owned(),
///     reference: Reference::Epsg(4549),
///     areas: vec![square("west", 0.0), square("east", 10.0)],
/// };
/// let index = AreaIndex::new(&areas).unwrap();
/// assert_eq!(index.locate(Point::new(12.0, 5.0)).area, Some(1));
/// let shared = index.locate(Point::new(10.0, 5.0));
/// assert_eq!((shared.area, shared.on_boundary), (Some(0), true));
/// assert_eq!(index.locate_all(Point::new(10.0, 5.0)).len(), 2);
/// assert_eq!(index.nearest_within(Point::new(23.0, 14.0), 6.0), Some((1, 5.0)));
/// ```
#[derive(Debug)]
pub struct AreaIndex {
    area_count: usize,
    pub(super) metric: Metric,
    pub(super) parts: Vec<Part>,
    /// Part numbers under their bounding rectangles.
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>,
    /// Edges for nearest-area queries, made when the first of them comes.
    pub(super) edges: OnceLock<EdgeTree>,
}

impl AreaIndex {
    /// Builds the index on all cores.
    ///
    /// # Errors
    ///
    /// Refuses a layer without areas, one in GCJ-02 or BD-09, and areas without a polygon, with coordinates that are
    /// not finite or not in the range of the reference, or with rings of fewer than three distinct points: all named
    /// at once.
    pub fn new(areas: &Areas) -> Result<Self> {
        fault::refuse(areas)?;
        let parts: Vec<Part> = areas
            .areas
            .par_iter()
            .enumerate()
            .flat_map_iter(|(number, area)| area.geometry.iter().map(move |polygon| Part::new(number, polygon)))
            .collect();
        let rectangles = (0..)
            .zip(&parts)
            .map(|(number, part)| {
                let (lower, upper) = part.corners();
                GeomWithData::new(Rectangle::from_corners(lower, upper), number)
            })
            .collect();
        Ok(Self {
            area_count: areas.len(),
            metric: Metric::of(areas.reference),
            parts,
            tree: RTree::bulk_load(rectangles),
            edges: OnceLock::new(),
        })
    }

    /// How many areas are indexed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.area_count
    }

    /// Whether there is none; an index of none cannot be built.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area_count == 0
    }

    /// The area that holds a point: of several the lowest in file order, with whether the point lies on the boundary
    /// of that area. A point that is not finite lies in none.
    #[must_use]
    pub fn locate(&self, point: Point) -> Match {
        let mut found: Option<(usize, Position)> = None;
        self.visit_parts(point, |part, coord| {
            let superseded = found.is_some_and(|(area, position)| {
                area < part.area || (area == part.area && position == Position::Inside)
            });
            if superseded {
                return;
            }
            let position = part.locate(coord);
            if position == Position::Inside
                || (position == Position::Boundary && found.is_none_or(|(area, _)| area != part.area))
            {
                found = Some((part.area, position));
            }
        });
        found.map_or_else(Match::default, matched)
    }

    /// Every area that holds a point, in file order.
    #[must_use]
    pub fn locate_all(&self, point: Point) -> Vec<Match> {
        let mut found: Vec<(usize, Position)> = Vec::new();
        self.visit_parts(point, |part, coord| match part.locate(coord) {
            Position::Outside => {}
            position => found.push((part.area, position)),
        });
        // Inside sorts before boundary: where one part holds the point inside, the area does.
        found.sort_unstable_by_key(|(area, position)| (*area, *position == Position::Boundary));
        found.dedup_by_key(|(area, _)| *area);
        found.into_iter().map(matched).collect()
    }

    fn visit_parts(&self, point: Point, mut visit: impl FnMut(&Part, Coord<f64>)) {
        if !point.is_finite() {
            return;
        }
        let coord = point.into();
        let visitor = |candidate: &GeomWithData<Rectangle<[f64; 2]>, u32>| {
            visit(&self.parts[candidate.data as usize], coord);
            ControlFlow::<()>::Continue(())
        };
        let _ = self.tree.locate_in_envelope_intersecting_int(&AABB::from_point([point.x, point.y]), visitor);
    }
}

fn matched((area, position): (usize, Position)) -> Match {
    Match { area: Some(area), on_boundary: position == Position::Boundary, snapped_m: None }
}
