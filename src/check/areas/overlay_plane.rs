use geo::orient::Direction;
use geo::{
    Area as _, BoundingRect as _, Centroid as _, Coord, CoordsIter as _, MapCoords as _, MultiPolygon, Orient as _,
    Polygon,
};

use crate::model::{Areas, Point};

/// Semi-major axis of GRS 80 and WGS 84.
const SEMI_MAJOR_M: f64 = 6_378_137.0;
/// First eccentricity squared of GRS 80; that of WGS 84 differs in the eleventh digit.
const ECCENTRICITY_SQUARED: f64 = 0.006_694_380_022_9;

/// A plane in metres, used to overlay the polygons of a layer.
///
/// Longitude and latitude are only scaled and shifted, so edges stay straight and a vertex that lies on an edge in
/// degrees still lies on it in the plane; a map projection would bend the edges and create false slivers. Sizes are
/// measured with the scale of the ellipsoid at the place of the piece.
pub(super) struct OverlayPlane {
    origin: Coord<f64>,
    /// The number of metres per unit of the input, along both axes.
    scale: Coord<f64>,
    geographic: bool,
}

impl OverlayPlane {
    pub(super) fn new(layer: &Areas) -> Self {
        let geographic = layer.reference.is_wgs84_like();
        let rects = layer
            .areas
            .iter()
            .filter(|area| is_finite(&area.geometry))
            .filter_map(|area| area.geometry.bounding_rect());
        let bounds = rects.reduce(|a, b| {
            geo::Rect::new(
                Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
            )
        });
        let origin = bounds.map_or(Coord { x: 0.0, y: 0.0 }, |bounds| bounds.center());
        let scale = if geographic { metres_per_degree(origin.y) } else { Coord { x: 1.0, y: 1.0 } };
        Self { origin, scale, geographic }
    }

    /// Returns the polygons in the plane, with all rings in a consistent direction; `None` if a coordinate is not
    /// finite.
    pub(super) fn lay(&self, geometry: &MultiPolygon<f64>) -> Option<MultiPolygon<f64>> {
        let laid = geometry.map_coords(|coord| Coord {
            x: (coord.x - self.origin.x) * self.scale.x,
            y: (coord.y - self.origin.y) * self.scale.y,
        });
        is_finite(&laid).then(|| laid.orient(Direction::Default))
    }

    /// Returns the true area of a piece of the plane, in m².
    pub(super) fn area_m2(&self, piece: &Polygon<f64>) -> f64 {
        let planar = piece.unsigned_area();
        match piece.centroid().filter(|_| self.geographic) {
            Some(centroid) => {
                let here = metres_per_degree(self.origin.y + centroid.y() / self.scale.y);
                planar * (here.x * here.y) / (self.scale.x * self.scale.y)
            }
            None => planar,
        }
    }

    /// Returns whether the layer's own coordinates are degrees.
    pub(super) fn is_geographic(&self) -> bool {
        self.geographic
    }

    /// Returns a point inside a piece, in the layer's own coordinates.
    pub(super) fn place(&self, piece: &Polygon<f64>) -> Option<Point> {
        use geo::InteriorPoint as _;
        let point = piece.interior_point()?;
        Some(Point::new(point.x() / self.scale.x + self.origin.x, point.y() / self.scale.y + self.origin.y))
    }
}

fn is_finite(geometry: &MultiPolygon<f64>) -> bool {
    geometry.coords_iter().all(|coord| coord.x.is_finite() && coord.y.is_finite())
}

/// Length of a degree of longitude and of latitude at a latitude: `N·cos φ` and `M` of the ellipsoid.
fn metres_per_degree(latitude_deg: f64) -> Coord<f64> {
    let (sine, cosine) = latitude_deg.to_radians().sin_cos();
    let w2 = 1.0 - ECCENTRICITY_SQUARED * sine * sine;
    let n = SEMI_MAJOR_M / w2.sqrt();
    let m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (w2 * w2.sqrt());
    Coord { x: (n * cosine).to_radians(), y: m.to_radians() }
}
