//! Point location held against GEOS, distances against PROJ's geodesics: see `locate_geos.py`.

use std::path::Path;

use geo::MultiPolygon;
use jiju::join::{AreaIndex, locate_points};
use jiju::model::{Area, Areas, Point, Reference};

fn layer(file: &str) -> Areas {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/boundaries").join(file);
    let features: geojson::FeatureCollection = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let area = |feature: &geojson::Feature| {
        let geometry: geo::Geometry<f64> = feature.geometry.as_ref().unwrap().try_into().unwrap();
        Area {
            id: feature.property("adcode").unwrap().as_str().unwrap().to_owned(),
            name: feature.property("name").unwrap().as_str().unwrap().to_owned(),
            parent: None,
            geometry: match geometry {
                geo::Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
                geo::Geometry::MultiPolygon(parts) => parts,
                other => panic!("{other:?}"),
            },
        }
    };
    Areas {
        layer: "district".to_owned(),
        source: file.to_owned(),
        reference: Reference::Cgcs2000,
        areas: features.features.iter().map(area).collect(),
    }
}

fn rows(file: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data").join(file);
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

fn point(row: &csv::StringRecord) -> Point {
    Point::new(row[1].parse().unwrap(), row[2].parse().unwrap())
}

fn numbers(cell: &str) -> Vec<usize> {
    cell.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

const LAYERS: [(&str, &str); 2] =
    [("shaoxing", "shaoxing_districts.geojson"), ("zhejiang", "zhejiang_districts.geojson")];

#[test]
fn every_point_lies_where_geos_finds_it() {
    let rows = rows("locate_geos.csv");
    let mut shared = 0;
    for (name, file) in LAYERS {
        let index = AreaIndex::new(&layer(file)).unwrap();
        let rows: Vec<_> = rows.iter().filter(|row| &row[0] == name).collect();
        let points: Vec<_> = rows.iter().map(|row| Some(point(row))).collect();
        let located = locate_points(&index, &points, None);
        for (row, one) in rows.iter().zip(located) {
            let (covering, touching) = (numbers(&row[3]), numbers(&row[4]));
            let all = index.locate_all(point(row));
            assert_eq!(all.iter().map(|one| one.area.unwrap()).collect::<Vec<_>>(), covering, "{row:?}");
            let on_boundary: Vec<_> = all.iter().filter(|one| one.on_boundary).map(|one| one.area.unwrap()).collect();
            assert_eq!(on_boundary, touching, "{row:?}");
            assert_eq!(one.area, covering.first().copied(), "{row:?}");
            assert_eq!(one.on_boundary, one.area.is_some_and(|area| touching.contains(&area)), "{row:?}");
            shared += usize::from(touching.len() > 1);
        }
    }
    assert!(shared > 100, "the table holds points on shared boundaries, found {shared}");
}

#[test]
fn distances_to_the_nearest_boundary_are_geodesic() {
    let rows = rows("distance_geod.csv");
    for (name, file) in LAYERS {
        let index = AreaIndex::new(&layer(file)).unwrap();
        for row in rows.iter().filter(|row| &row[0] == name) {
            let expected_m: f64 = row[3].parse().unwrap();
            let found_m = index.distance_m(point(row)).unwrap();
            assert!((found_m - expected_m).abs() < 1e-5, "{row:?}: {found_m}");
        }
    }
}

#[test]
fn snapping_goes_to_the_nearest_area_and_no_farther_than_asked() {
    let index = AreaIndex::new(&layer("shaoxing_districts.geojson")).unwrap();
    let rows = rows("distance_geod.csv");
    let mut snapped = 0;
    for row in rows.iter().filter(|row| &row[0] == "shaoxing") {
        let at = point(row);
        if index.locate(at).area.is_some() {
            assert_eq!(index.nearest_within(at, 0.0).map(|(_, distance_m)| distance_m), Some(0.0));
            continue;
        }
        let expected_m: f64 = row[3].parse().unwrap();
        let [near, far] =
            [expected_m - 0.001, expected_m + 0.001].map(|snap_m| locate_points(&index, &[Some(at)], Some(snap_m))[0]);
        assert_eq!(near.area, None);
        assert!((far.snapped_m.unwrap() - expected_m).abs() < 1e-5);
        snapped += 1;
    }
    assert!(snapped > 20, "the table holds points outside, found {snapped}");
}

/// A degree-wide box, moved about the globe: what is near must be found across the antimeridian and near the poles.
#[test]
fn the_antimeridian_and_high_latitudes_hide_nothing() {
    let index_of = |west: f64, south: f64| {
        let rectangle =
            geo::Rect::new(geo::coord! { x: west, y: south }, geo::coord! { x: west + 1.0, y: south + 1.0 });
        let area = Area {
            id: "1".to_owned(),
            name: "box".to_owned(),
            parent: None,
            geometry: MultiPolygon(vec![rectangle.to_polygon()]),
        };
        AreaIndex::new(&Areas {
            layer: "box".to_owned(),
            source: "box.geojson".to_owned(),
            reference: Reference::Wgs84,
            areas: vec![area],
        })
        .unwrap()
    };
    // Distances of pyproj 3.7.2, minimised over the edge. Across the antimeridian the same box is 0.001° = 111.319 m (equator) away, written either way.
    for (west, x) in [(179.0, -179.999), (-180.0, 179.999), (179.0, 180.001), (180.0, -180.001)] {
        let (_, distance_m) = index_of(west, -0.5).nearest_within(Point::new(x, 0.0), 200.0).unwrap();
        assert!((distance_m - 111.319_491).abs() < 1e-5, "{distance_m}");
    }
    // At 70° north the edge x = 10 is straight along the meridian; 0.001° east of it.
    let (_, distance_m) = index_of(9.0, 69.5).nearest_within(Point::new(10.001, 70.0), 50.0).unwrap();
    assert!((distance_m - 38.186_541_27).abs() < 1e-5, "{distance_m}");
    // Over the pole: from (−170, 89.9) to a box at 10 east whose northern edge is at 89.9.
    let (_, distance_m) = index_of(9.5, 88.9).nearest_within(Point::new(-170.0, 89.9), 30_000.0).unwrap();
    assert!((distance_m - 22_338.583_033).abs() < 1e-3, "{distance_m}");
}
