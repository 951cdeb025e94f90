//! Layers as GeoJSON.

use geo::Geometry;

/// Features as GeoJSON, one a line, by RFC 7946: outer rings counter-clockwise, a lone polygon as such.
pub fn format(features: impl Iterator<Item = (::geojson::JsonObject, Option<Geometry<f64>>)>) -> Vec<u8> {
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for (index, (properties, geometry)) in features.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&feature(properties, geometry));
    }
    text.push_str("\n]}\n");
    text.into_bytes()
}

/// Features as lines of GeoJSON, each of them whole by itself.
pub fn lines(features: impl Iterator<Item = (::geojson::JsonObject, Option<Geometry<f64>>)>) -> Vec<u8> {
    features.flat_map(|(properties, geometry)| (feature(properties, geometry) + "\n").into_bytes()).collect()
}

fn feature(properties: ::geojson::JsonObject, geometry: Option<Geometry<f64>>) -> String {
    let geometry = geometry.map(|geometry| ::geojson::Geometry::new((&right_handed(geometry)).into()));
    ::geojson::Feature { geometry, properties: Some(properties), ..::geojson::Feature::default() }.to_string()
}

/// Rings by the right-hand rule.
fn right_handed(geometry: Geometry<f64>) -> Geometry<f64> {
    use geo::orient::{Direction, Orient as _};
    match geometry {
        Geometry::Polygon(polygon) => Geometry::Polygon(polygon.orient(Direction::Default)),
        Geometry::MultiPolygon(polygons) => {
            let mut polygons = polygons.orient(Direction::Default);
            match (polygons.0.len(), polygons.0.pop()) {
                (1, Some(polygon)) => Geometry::Polygon(polygon),
                (_, last) => {
                    polygons.0.extend(last);
                    Geometry::MultiPolygon(polygons)
                }
            }
        }
        Geometry::GeometryCollection(parts) => {
            Geometry::GeometryCollection(parts.into_iter().map(right_handed).collect())
        }
        other => other,
    }
}
