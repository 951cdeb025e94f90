//! The geometries of the tables, their index, and what is true of two of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use geo::{BoundingRect as _, CoordsIter as _, Distance as _, Geodesic, Geometry, MultiPolygon, Relate as _};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{QueryTable, Shapes};
use crate::error::{ProjectError, Result};
use crate::join::AreaIndex;
use crate::model::{Area, Areas, Point, Reference};
use crate::source::{Transform, brought_to, projected_areas};

/// What a cell of a column of geometries begins with: a character that no text of people has.
const MARK: char = '\u{E000}';

/// The handle of the geometry of a row, as a cell holds it.
pub(super) fn handle(set: usize, row: usize) -> String {
    format!("{MARK}{set}:{row}")
}

/// The handle of a place that a statement names.
pub(super) fn place(lon: f64, lat: f64) -> String {
    format!("{MARK}@{lon:?}:{lat:?}")
}

/// Whether a cell is a handle.
pub(super) fn is_handle(cell: &str) -> bool {
    cell.starts_with(MARK)
}

/// A point or an area as well-known text.
pub(super) fn wkt(geometry: &Geometry<f64>) -> String {
    let at = |at: &geo::Coord| format!("{} {}", at.x, at.y);
    match geometry {
        Geometry::Point(point) => format!("POINT ({})", at(&point.0)),
        Geometry::MultiPolygon(polygons) => {
            let ring = |ring: &geo::LineString| format!("({})", ring.0.iter().map(at).collect::<Vec<_>>().join(", "));
            let polygon = |polygon: &geo::Polygon| {
                let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                format!("({})", rings.map(ring).collect::<Vec<_>>().join(", "))
            };
            format!("MULTIPOLYGON ({})", polygons.iter().map(polygon).collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    }
}

/// A geometry that a handle stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A place, in longitude and latitude.
    Place(Point),
    /// A row of a table.
    Row(usize, usize),
}

/// The geometries of all tables that a statement names.
#[derive(Debug)]
pub(super) struct Geometries {
    sets: Vec<Set>,
    /// The points of a table in the reference of another, made when they are first asked for.
    images: Mutex<HashMap<(usize, usize), Images>>,
}

/// The geometries of a table.
#[derive(Debug)]
struct Set {
    table: String,
    kind: SetKind,
    /// The boxes of all, in longitude and latitude.
    boxes: RTree<Boxed>,
}

type Images = Arc<Vec<Option<Point>>>;
type Boxed = GeomWithData<Rectangle<[f64; 2]>, usize>;

#[derive(Debug)]
enum SetKind {
    Points {
        own: Vec<Option<Point>>,
        reference: Reference,
        /// In longitude and latitude.
        lon_lat: Vec<Option<Point>>,
    },
    Areas {
        /// For each row the position of its area in the indices.
        positions: Vec<Option<usize>>,
        own: Box<Layer>,
        /// In longitude and latitude; none where their own are.
        lon_lat: Option<Box<Layer>>,
    },
}

#[derive(Debug)]
struct Layer {
    areas: Areas,
    index: AreaIndex,
}

impl Geometries {
    /// The geometries of tables.
    ///
    /// # Errors
    ///
    /// Geometries that are neither points nor areas, and what indexing and transforming refuse.
    pub(super) fn of_tables(tables: &[&QueryTable]) -> Result<Self> {
        let with = tables.iter().filter_map(|table| Some((table.name.as_str(), table.geometries.as_ref()?)));
        let sets = with.map(|(name, shapes)| Set::new(name, shapes)).collect::<Result<Vec<_>>>()?;
        Ok(Self { sets, images: Mutex::default() })
    }

    /// The number of a table among those with geometries.
    pub(super) fn number(&self, table: &str) -> Option<usize> {
        self.sets.iter().position(|set| set.table.eq_ignore_ascii_case(table))
    }

    /// The handle of the geometry of a row; none where it has none.
    pub(super) fn handle_of(&self, set: usize, row: usize) -> Option<String> {
        let has_one = match &self.sets.get(set)?.kind {
            SetKind::Points { own, .. } => own.get(row)?.is_some(),
            SetKind::Areas { positions, .. } => positions.get(row)?.is_some(),
        };
        has_one.then(|| handle(set, row))
    }

    /// What a handle stands for.
    pub(super) fn shape(&self, cell: &str) -> Option<Shape> {
        let inside = cell.strip_prefix(MARK)?;
        if let Some((lon, lat)) = inside.strip_prefix('@').and_then(|place| place.split_once(':')) {
            return Some(Shape::Place(Point::new(lon.parse().ok()?, lat.parse().ok()?)));
        }
        let (set, row) = inside.split_once(':')?;
        let (set, row) = (set.parse().ok()?, row.parse().ok()?);
        self.handle_of(set, row).map(|_| Shape::Row(set, row))
    }

    /// The geometry in longitude and latitude.
    pub(super) fn geometry(&self, shape: Shape) -> Option<Geometry<f64>> {
        match self.point(shape) {
            Some(point) => Some(Geometry::Point(geo::Point::new(point.x, point.y))),
            None => self.area(shape).map(|area| Geometry::MultiPolygon(area.clone())),
        }
    }

    /// The point in longitude and latitude; none of an area.
    fn point(&self, shape: Shape) -> Option<Point> {
        match shape {
            Shape::Place(point) => Some(point),
            Shape::Row(set, row) => match &self.sets[set].kind {
                SetKind::Points { lon_lat, .. } => lon_lat[row],
                SetKind::Areas { .. } => None,
            },
        }
    }

    /// The area in longitude and latitude; none of a point.
    fn area(&self, shape: Shape) -> Option<&MultiPolygon<f64>> {
        let (layer, position) = self.layer(shape, true)?;
        Some(&layer.areas.areas[position].geometry)
    }

    /// The layer of an area and its position there, in its own reference or in longitude and latitude.
    fn layer(&self, shape: Shape, in_degrees: bool) -> Option<(&Layer, usize)> {
        let Shape::Row(set, row) = shape else { return None };
        match &self.sets[set].kind {
            SetKind::Areas { positions, own, lon_lat } => {
                let layer = lon_lat.as_ref().filter(|_| in_degrees).unwrap_or(own).as_ref();
                Some((layer, positions[row]?))
            }
            SetKind::Points { .. } => None,
        }
    }

    /// The size of an area in km²; of a point 0.
    pub(super) fn area_km2(&self, shape: Shape) -> Result<Option<f64>> {
        let Some((layer, position)) = self.layer(shape, false) else { return Ok(Some(0.0)) };
        let Areas { layer: name, source, reference, areas } = &layer.areas;
        let (layer, source, areas) = (name.clone(), source.clone(), vec![areas[position].clone()]);
        let one = Areas { layer, source, reference: *reference, areas };
        Ok(one.areas_km2()?.first().copied())
    }

    /// Whether the one has no point outside the other: a point on a boundary is within.
    pub(super) fn within(&self, one: Shape, other: Shape) -> Result<bool> {
        Ok(match (self.point(one), self.layer(other, false)) {
            (Some(point), Some((layer, position))) => {
                let own = self.brought(one, point, other, layer)?;
                own.is_some_and(|own| layer.index.locate_all(own).iter().any(|found| found.area == Some(position)))
            }
            (Some(point), None) => self.point(other).is_some_and(|other| (other.x, other.y) == (point.x, point.y)),
            (None, Some(_)) => {
                let (inner, outer) = self.both(one, other);
                inner.zip(outer).is_some_and(|(inner, outer)| inner.relate(outer).is_coveredby())
            }
            (None, None) => false,
        })
    }

    /// Whether the two have a point in common, be it on a boundary.
    pub(super) fn intersects(&self, one: Shape, other: Shape) -> Result<bool> {
        Ok(match (self.point(one), self.point(other)) {
            (Some(_), _) => self.within(one, other)?,
            (None, Some(_)) => self.within(other, one)?,
            (None, None) => {
                let (one, other) = self.both(one, other);
                one.zip(other).is_some_and(|(one, other)| one.relate(other).is_intersects())
            }
        })
    }

    /// The geodesic distance in metres between the nearest points of the two; 0 where they have one in common.
    pub(super) fn distance_m(&self, one: Shape, other: Shape) -> Result<Option<f64>> {
        match (self.point(one), self.point(other)) {
            (Some(one), Some(other)) => {
                let point = |of: Point| geo::Point::new(of.x, of.y);
                Ok(Some(Geodesic.distance(point(one), point(other))))
            }
            (Some(point), None) => self.point_to_area_m(one, point, other),
            (None, Some(point)) => self.point_to_area_m(other, point, one),
            (None, None) if self.intersects(one, other)? => Ok(Some(0.0)),
            (None, None) => {
                // Of areas apart, one of the two nearest points is a vertex.
                let least = |from: Shape, to: Shape| {
                    let (layer, position) = self.layer(to, true)?;
                    let vertices = self.area(from)?.coords_iter();
                    vertices.filter_map(|at| layer.index.distance_to_m(at.into(), position)).min_by(f64::total_cmp)
                };
                Ok([least(one, other), least(other, one)].into_iter().flatten().min_by(f64::total_cmp))
            }
        }
    }

    fn point_to_area_m(&self, one: Shape, point: Point, area: Shape) -> Result<Option<f64>> {
        // What is within by the boundary as it was drawn is not apart by that of its image.
        if self.within(one, area)? {
            return Ok(Some(0.0));
        }
        Ok(self.layer(area, true).and_then(|(layer, position)| layer.index.distance_to_m(point, position)))
    }

    /// Two areas in one reference: their own, where it is one.
    fn both(&self, one: Shape, other: Shape) -> (Option<&MultiPolygon<f64>>, Option<&MultiPolygon<f64>>) {
        let own = |shape| self.layer(shape, false);
        if let (Some((first, at)), Some((second, there))) = (own(one), own(other))
            && first.areas.reference.agrees_with(second.areas.reference)
        {
            return (Some(&first.areas.areas[at].geometry), Some(&second.areas.areas[there].geometry));
        }
        (self.area(one), self.area(other))
    }

    /// A point in the reference of a layer: boundaries do not move.
    fn brought(&self, of: Shape, point: Point, area: Shape, layer: &Layer) -> Result<Option<Point>> {
        let (Shape::Row(from, row), Shape::Row(to, _)) = (of, area) else {
            return Ok(brought_to(&[Some(point)], Reference::Wgs84, &layer.areas)?[0]);
        };
        let SetKind::Points { own, reference, .. } = &self.sets[from].kind else { return Ok(None) };
        if reference.agrees_with(layer.areas.reference) {
            return Ok(own[row]);
        }
        let mut images = self.images.lock().unwrap_or_else(PoisonError::into_inner);
        let images = match images.get(&(from, to)) {
            Some(known) => Arc::clone(known),
            None => {
                let made = Arc::new(brought_to(own, *reference, &layer.areas)?);
                images.insert((from, to), Arc::clone(&made));
                made
            }
        };
        Ok(images[row])
    }

    /// The handles of the rows of a table whose boxes are within a distance of the box of a geometry, in order.
    pub(super) fn candidates(&self, of: Shape, table: usize, distance_m: f64) -> Vec<String> {
        let Some(set) = self.sets.get(table) else { return Vec::new() };
        let bounds = match self.point(of) {
            Some(point) => Some(([point.x, point.y], [point.x, point.y])),
            None => {
                self.area(of).and_then(MultiPolygon::bounding_rect).map(|rect| (rect.min().into(), rect.max().into()))
            }
        };
        let Some((low, high)) = bounds else { return Vec::new() };
        let (low, high): ([f64; 2], [f64; 2]) = (low, high);
        // A degree of the meridian is nowhere shorter than this, and one of a parallel by the cosine of the latitude.
        const LEAST_DEGREE_M: f64 = 110_000.0;
        let up = distance_m / LEAST_DEGREE_M * 1.000_001 + 1e-9;
        let farthest = (low[1].abs().max(high[1].abs()) + up).min(90.0);
        let narrow = farthest.to_radians().cos();
        let aside = if narrow * 360.0 > up { up / narrow } else { 360.0 };
        let mut rows: Vec<usize> = Vec::new();
        for turn in [-360.0, 0.0, 360.0] {
            let around =
                AABB::from_corners([low[0] - aside + turn, low[1] - up], [high[0] + aside + turn, high[1] + up]);
            rows.extend(set.boxes.locate_in_envelope_intersecting(&around).map(|found| found.data));
        }
        rows.sort_unstable();
        rows.dedup();
        rows.into_iter().map(|row| handle(table, row)).collect()
    }
}

impl Set {
    fn new(table: &str, (geometries, reference): &Shapes) -> Result<Self> {
        let reference = *reference;
        let to_degrees = Transform::new(reference, Reference::Wgs84)?;
        let is_point = |geometry: &Geometry<f64>| matches!(geometry, Geometry::Point(_));
        if geometries.iter().flatten().all(is_point) {
            let own = geometries.iter().map(|geometry| match geometry {
                Some(Geometry::Point(point)) => Some(point.0.into()),
                _ => None,
            });
            let own: Vec<Option<Point>> = own.collect();
            let lon_lat = to_degrees.images(&own);
            let placed = lon_lat.iter().enumerate().filter_map(|(row, point)| Some((row, (*point)?)));
            let boxes = placed
                .map(|(row, point)| Boxed::new(Rectangle::from_corners([point.x, point.y], [point.x, point.y]), row));
            let boxes = RTree::bulk_load(boxes.collect());
            return Ok(Self { table: table.to_owned(), kind: SetKind::Points { own, reference, lon_lat }, boxes });
        }
        let mut areas = Vec::new();
        let mut positions = vec![None; geometries.len()];
        for (row, geometry) in geometries.iter().enumerate() {
            let geometry = match geometry {
                None => continue,
                Some(Geometry::MultiPolygon(polygons)) => polygons.clone(),
                Some(Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon.clone()]),
                Some(_) => {
                    let message = format!("table {table}: found a geometry that is neither a point nor an area");
                    let hint = "a query takes points or areas".to_owned();
                    return Err(ProjectError::Options { message, hint }.into());
                }
            };
            positions[row] = Some(areas.len());
            areas.push(Area { id: row.to_string(), name: String::new(), parent: None, geometry });
        }
        let own = Areas { layer: table.to_owned(), source: table.to_owned(), reference, areas };
        let lon_lat = match reference.is_wgs84_like() {
            true => None,
            false => Some(Layer::new(projected_areas(&own, Reference::Wgs84)?)?),
        };
        let own = Layer::new(own)?;
        let shown = lon_lat.as_ref().unwrap_or(&own);
        let boxes = positions.iter().enumerate().filter_map(|(row, position)| {
            let rect = shown.areas.areas[(*position)?].geometry.bounding_rect()?;
            Some(Boxed::new(Rectangle::from_corners(rect.min().into(), rect.max().into()), row))
        });
        let boxes = RTree::bulk_load(boxes.collect());
        Ok(Self { table: table.to_owned(), kind: SetKind::Areas { positions, own, lon_lat }, boxes })
    }
}

impl Layer {
    fn new(areas: Areas) -> Result<Box<Self>> {
        let index = AreaIndex::new(&areas)?;
        Ok(Box::new(Self { areas, index }))
    }
}
