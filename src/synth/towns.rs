use std::collections::BTreeSet;

use geo::{
    BooleanOps as _, BoundingRect as _, Contains as _, Coord, InteriorPoint as _, Line, LineString, MultiPolygon,
    Polygon,
};
use voronoice::{BoundingBox, ClipBehavior, VoronoiBuilder};

use super::metres::metres_per_degree;
use crate::error::{Error, ReadError, Result};
use crate::model::{Area, Areas, Point, Table};
use crate::policy::Policy;

pub(super) const FILE: &str = "towns.geojson";

/// A town of the gazetteer with usable coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Town {
    /// The statistical code.
    code: String,
    pub(super) name: String,
    /// The index of the district, among those of the policy.
    pub(super) district: usize,
    pub(super) point: Point,
}

/// Returns the towns that lie in their own district, in the order of the gazetteer. A town is left out if its
/// coordinates are missing, lie in another district, or repeat those of an earlier town. A district without a town
/// becomes one cell with its own name.
pub(super) fn located(gazetteer: &Table, districts: &Areas, policy: &Policy) -> Result<Vec<Town>> {
    let column = |name| gazetteer.text(name);
    let (codes, names, adcodes) = (column("code")?, column("name")?, column("district_adcode")?);
    let (lons, lats) = (gazetteer.numbers("lon_wgs84")?, gazetteer.numbers("lat_wgs84")?);
    let mut towns: Vec<Town> = Vec::new();
    for row in 0..gazetteer.height() {
        let (Some(code), Some(name), Some(adcode)) = (codes.get(row), names.get(row), adcodes.get(row)) else {
            continue;
        };
        let (Some(x), Some(y)) = (lons.get(row), lats.get(row)) else { continue };
        let Some(district) = policy.districts.iter().position(|district| district.adcode == adcode) else { continue };
        let point = Point::new(x, y);
        let stands = districts.areas[district].geometry.contains(&Coord::from(point));
        if stands && towns.iter().all(|town| town.point != point) {
            towns.push(Town { code: code.to_owned(), name: name.to_owned(), district, point });
        }
    }
    for (position, district) in districts.areas.iter().enumerate() {
        if towns.iter().all(|town| town.district != position) {
            let point = district.geometry.interior_point().ok_or_else(|| ReadError::Malformed {
                file: districts.source.clone(),
                format: "district boundaries",
                message: format!("{} has no ground", district.name),
            })?;
            let point = Point::new(point.x(), point.y());
            towns.push(Town { code: district.id.clone(), name: district.name.clone(), district: position, point });
        }
    }
    Ok(towns)
}

/// Returns the cells of the towns: each point of a district belongs to its nearest town, so the cells tile the
/// district. Cells and districts have exactly equal coordinates at common vertices.
pub(super) fn cells(towns: &[Town], districts: &Areas) -> Result<Areas> {
    let mut mesh = Mesh::new(districts);
    let mut cut: Vec<MultiPolygon<f64>> = vec![MultiPolygon::empty(); towns.len()];
    for (position, district) in districts.areas.iter().enumerate() {
        let members: Vec<usize> = (0..towns.len()).filter(|town| towns[*town].district == position).collect();
        let sites: Vec<Point> = members.iter().map(|town| towns[*town].point).collect();
        for (town, cell) in members.iter().zip(nearest_cells(&sites, &district.geometry)?) {
            // The overlay moves them by a hair.
            mesh.vertices.extend(cell.exterior().coords().copied().map(steps));
            cut[*town] = mesh.settle(&district.geometry.intersection(&cell));
        }
    }
    let areas = towns.iter().zip(cut).map(|(town, geometry)| Area {
        id: town.code.clone(),
        name: town.name.clone(),
        parent: Some(districts.areas[town.district].id.clone()),
        geometry: mesh.with_shared_vertices(&geometry),
    });
    Ok(Areas {
        layer: "town".to_owned(),
        source: FILE.to_owned(),
        reference: districts.reference,
        areas: areas.collect(),
    })
}

/// The convex cells of a district's sites in degrees, nearest by metres.
fn nearest_cells(sites: &[Point], district: &MultiPolygon<f64>) -> Result<Vec<Polygon<f64>>> {
    let failed = || {
        Error::from(ReadError::Malformed {
            file: "gazetteer".to_owned(),
            format: "town points",
            message: "no cells can be drawn around them".to_owned(),
        })
    };
    let bounds = district.bounding_rect().ok_or_else(failed)?;
    let (center, scale) = (bounds.center(), metres_per_degree(bounds.center().y));
    let size_m = (bounds.width() * scale.x).max(bounds.height() * scale.y);
    let mut plane: Vec<voronoice::Point> = sites
        .iter()
        .map(|site| voronoice::Point { x: (site.x - center.x) * scale.x, y: (site.y - center.y) * scale.y })
        .collect();
    // Four sites outside: one or two towns, or towns in a line, have cells as well. No point of the district is as near to
    // them as to any town in it: they stand 1.5 sizes from its box, whose diagonal is √2 at most.
    let far = 2.0 * size_m;
    for (x, y) in [(far, 0.0), (-far, 0.0), (0.0, far), (0.0, -far)] {
        plane.push(voronoice::Point { x, y });
    }
    let frame = BoundingBox::new_centered_square(5.0 * size_m);
    let diagram = VoronoiBuilder::default()
        .set_sites(plane)
        .set_bounding_box(frame)
        .set_clip_behavior(ClipBehavior::Clip)
        .build()
        .ok_or_else(failed)?;
    let degrees = |vertex: &voronoice::Point| Coord {
        x: round_to(vertex.x / scale.x + center.x, 1e6),
        y: round_to(vertex.y / scale.y + center.y, 1e6),
    };
    Ok((0..sites.len())
        .map(|site| {
            let ring: Vec<Coord<f64>> = diagram.cell(site).iter_vertices().map(degrees).collect();
            Polygon::new(LineString::new(ring), Vec::new())
        })
        .collect())
}

fn round_to(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

/// Coordinates are kept in steps of 10⁻¹⁰ degrees, so that a vertex set into an edge of a district bends it by a hundredth
/// of a millimetre at most.
const STEPS: f64 = 1e10;
/// Vertices nearer than this many steps, about a centimetre, are one vertex: the overlay works on a grid, and gives the
/// same crossing twice, a hair apart.
const SAME: i64 = 1000;

/// The vertices of all districts and cells, each once.
struct Mesh {
    vertices: BTreeSet<(i64, i64)>,
    /// The edges of the districts.
    edges: Vec<Line<f64>>,
}

impl Mesh {
    fn new(districts: &Areas) -> Self {
        use geo::CoordsIter as _;
        use geo::LinesIter as _;
        Self {
            vertices: districts.areas.iter().flat_map(|area| area.geometry.coords_iter().map(steps)).collect(),
            edges: districts.areas.iter().flat_map(|area| area.geometry.lines_iter()).collect(),
        }
    }

    /// The polygon on vertices of the mesh; new ones are added to it.
    fn settle(&mut self, geometry: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        with_rings(geometry, &mut |ring| {
            let mut coords: Vec<Coord<f64>> = ring.coords().map(|coord| self.vertex(*coord)).collect();
            coords.dedup();
            LineString::new(coords)
        })
    }

    fn vertex(&mut self, coord: Coord<f64>) -> Coord<f64> {
        let (x, y) = steps(coord);
        let near = self
            .vertices
            .range((x - SAME, i64::MIN)..=(x + SAME, i64::MAX))
            .find(|vertex| (vertex.1 - y).abs() <= SAME)
            .copied();
        let vertex = near.unwrap_or_else(|| {
            // A crossing belongs on the edge itself, not on the overlay's grid beside it.
            let on_edge = self.edges.iter().find_map(|edge| foot(*edge, coord));
            on_edge.map_or((x, y), steps)
        });
        self.vertices.insert(vertex);
        degrees(vertex)
    }

    /// The polygon with every vertex of the mesh that lies on one of its edges, so that both sides of an edge bend alike.
    fn with_shared_vertices(&self, geometry: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        with_rings(geometry, &mut |ring| {
            let mut coords: Vec<Coord<f64>> = Vec::new();
            for edge in ring.lines() {
                coords.push(edge.start);
                coords.extend(self.on_edge(steps(edge.start), steps(edge.end)).into_iter().map(degrees));
            }
            coords.dedup();
            LineString::new(coords)
        })
    }

    fn on_edge(&self, start: (i64, i64), end: (i64, i64)) -> Vec<(i64, i64)> {
        #[expect(clippy::cast_precision_loss, reason = "whole degrees in steps are below 2^53")]
        let float = |vertex: (i64, i64)| Coord { x: vertex.0 as f64, y: vertex.1 as f64 };
        let (from, to) = (float(start), float(end));
        let along = to - from;
        let length2 = along.x * along.x + along.y * along.y;
        let (low, high) = (start.0.min(end.0) - SAME, start.0.max(end.0) + SAME);
        let mut found: Vec<(f64, (i64, i64))> = self
            .vertices
            .range((low, i64::MIN)..=(high, i64::MAX))
            .filter(|vertex| **vertex != start && **vertex != end)
            .filter_map(|vertex| {
                let offset = float(*vertex) - from;
                let part = (offset.x * along.x + offset.y * along.y) / length2;
                let beside = (offset.x * along.y - offset.y * along.x).abs() / length2.sqrt();
                #[expect(clippy::cast_precision_loss, reason = "a thousand")]
                let lies_on = part > 0.0 && part < 1.0 && beside <= SAME as f64;
                lies_on.then_some((part, *vertex))
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.into_iter().map(|(_, vertex)| vertex).collect()
    }
}

/// The point of an edge nearest to `coord`, where that is near enough to be the same.
fn foot(edge: Line<f64>, coord: Coord<f64>) -> Option<Coord<f64>> {
    let (along, offset) = (edge.delta(), coord - edge.start);
    let part = (offset.x * along.x + offset.y * along.y) / (along.x * along.x + along.y * along.y);
    let foot = edge.start + along * part;
    let (from, to) = (steps(foot), steps(coord));
    let is_same = (from.0 - to.0).abs() <= SAME && (from.1 - to.1).abs() <= SAME;
    ((0.0..=1.0).contains(&part) && is_same).then_some(foot)
}

/// The polygons with their rings replaced; a part of fewer than three vertices has no ground and is left out.
fn with_rings(
    geometry: &MultiPolygon<f64>,
    replace: &mut impl FnMut(&LineString<f64>) -> LineString<f64>,
) -> MultiPolygon<f64> {
    let polygons = geometry.iter().map(|polygon| {
        let exterior = replace(polygon.exterior());
        Polygon::new(exterior, polygon.interiors().iter().map(&mut *replace).collect())
    });
    MultiPolygon::new(polygons.filter(|polygon| polygon.exterior().0.len() > 3).collect())
}

#[expect(clippy::cast_possible_truncation, reason = "degrees in steps are below 2^53")]
fn steps(coord: Coord<f64>) -> (i64, i64) {
    ((coord.x * STEPS).round() as i64, (coord.y * STEPS).round() as i64)
}

#[expect(clippy::cast_precision_loss, reason = "degrees in steps are below 2^53")]
fn degrees(vertex: (i64, i64)) -> Coord<f64> {
    Coord { x: vertex.0 as f64 / STEPS, y: vertex.1 as f64 / STEPS }
}
