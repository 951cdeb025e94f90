//! The six districts in EPSG:4549, made with
//! `ogr2ogr -t_srs EPSG:4549 -lco COORDINATE_PRECISION=1 -select adcode,name` from `data/boundaries/`.

use geo::MultiPolygon;
use jiju::model::{Area, Areas, Reference};

pub fn districts() -> Areas {
    let text = include_str!("shaoxing_districts_epsg4549.geojson");
    let collection: geojson::FeatureCollection = text.parse::<geojson::GeoJson>().unwrap().try_into().unwrap();
    let areas = collection
        .features
        .into_iter()
        .map(|feature| {
            let word = |key: &str| feature.property(key).unwrap().as_str().unwrap().to_owned();
            let (id, name) = (word("adcode"), word("name"));
            let geometry: geo::Geometry<f64> = feature.geometry.unwrap().try_into().unwrap();
            let geometry = match geometry {
                geo::Geometry::Polygon(part) => MultiPolygon(vec![part]),
                geo::Geometry::MultiPolygon(parts) => parts,
                other => panic!("{other:?}"),
            };
            Area { id, name, parent: None, geometry }
        })
        .collect();
    Areas { layer: "district".into(), source: "shaoxing.geojson".into(), reference: Reference::epsg(4549), areas }
}

/// A grid of so many cells a side over the extent of the districts: towns enough to crowd a page.
pub fn cells(side: usize) -> Areas {
    use geo::{BooleanOps as _, BoundingRect as _};
    let districts = districts();
    let whole: MultiPolygon<f64> =
        districts.areas.iter().fold(MultiPolygon::empty(), |whole, area| whole.union(&area.geometry));
    let bounds = whole.bounding_rect().unwrap();
    let (width, height) = (bounds.width() / side as f64, bounds.height() / side as f64);
    let mut areas = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let (x, y) = (bounds.min().x + column as f64 * width, bounds.min().y + row as f64 * height);
            let cell = geo::Rect::new((x, y), (x + width, y + height)).to_polygon();
            let geometry = whole.intersection(&cell);
            if geo::Area::unsigned_area(&geometry) > 1e6 {
                let id = format!("{row:02}{column:02}");
                areas.push(Area { name: format!("示例{id}镇"), id, parent: None, geometry });
            }
        }
    }
    Areas { layer: "town".into(), areas, ..districts }
}
