//! The same districts in every format, cut by GDAL and geopandas with `tests/fixtures/areas/make.py`.

use std::path::{Path, PathBuf};

use geo::CoordsIter as _;
use jiju::model::{Areas, DeclaredReference, Point, ProblemKind, Reference, Severity};
use jiju::source::{AreaOptions, Transform, areas, areas_with_report, projected_areas};

fn fixture(name: &str) -> PathBuf {
    Path::new("tests/fixtures/areas").join(name)
}

fn read(name: &str) -> Areas {
    areas(&fixture(name), &AreaOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The largest difference of any coordinate from the original, vertex by vertex in whatever direction the ring runs.
fn largest_difference(areas: &Areas, original: &Areas) -> f64 {
    let sorted = |areas: &Areas, position: usize| {
        let mut points: Vec<(f64, f64)> =
            areas.areas[position].geometry.coords_iter().map(|coord| (coord.x, coord.y)).collect();
        points.sort_by(|a, b| a.partial_cmp(b).unwrap());
        points
    };
    let mut largest = 0.0_f64;
    for position in 0..original.len() {
        let (ours, theirs) = (sorted(areas, position), sorted(original, position));
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(&theirs) {
            largest = largest.max((a.0 - b.0).abs()).max((a.1 - b.1).abs());
        }
    }
    largest
}

#[test]
fn every_format_gives_the_same_districts() {
    let original = read("districts.geojson");
    assert_eq!(original.reference, Reference::Wgs84);
    assert_eq!(original.layer, "districts");
    let ids: Vec<_> = original.areas.iter().map(|area| (&area.id, &area.name, &area.parent)).collect();
    assert_eq!(ids[0].0, "330602");
    assert_eq!(ids[0].1, "越城区");
    assert_eq!(ids[0].2.as_deref(), Some("330600"));
    for (name, reference, tolerance) in [
        ("gbk.shp", Reference::Cgcs2000, 1e-12),
        ("utf8.shp", Reference::Cgcs2000, 1e-12),
        // Coordinates of TAB are whole steps of its bounds, here 2·10⁻⁹ degrees.
        ("chinese.tab", Reference::Wgs84, 3e-9),
        ("exchange.mif", Reference::Wgs84, 1e-9),
        ("districts.kml", Reference::Wgs84, 1e-9),
        ("districts.fgb", Reference::Cgcs2000, 1e-12),
        ("districts.parquet", Reference::Cgcs2000, 1e-12),
    ] {
        let read = read(name);
        let found: Vec<_> = read.areas.iter().map(|area| (&area.id, &area.name, &area.parent)).collect();
        assert_eq!(found, ids, "{name}");
        assert!(read.reference.agrees_with(reference), "{name}: {}", read.reference);
        let difference = largest_difference(&read, &original);
        assert!(difference < tolerance, "{name}: {difference}");
    }
}

#[test]
fn grids_keep_their_code_and_come_back_to_the_same_degrees() {
    let original = read("districts.geojson");
    let to_grid = projected_areas(&original, Reference::epsg(4549)).unwrap();
    for name in ["grid.gpkg", "grid.parquet", "esri.shp"] {
        let grid = read(name);
        assert_eq!(grid.reference, Reference::epsg(4549), "{name}");
        assert_eq!(grid.areas[0].name, "越城区", "{name}");
        assert!(largest_difference(&grid, &to_grid) < 1e-4, "{name}");
        let back = projected_areas(&grid, Reference::Cgcs2000).unwrap();
        assert!(largest_difference(&back, &original) < 1e-9, "{name}");
    }
}

/// Rows of numbers under a header.
fn rows(name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(fixture(name)).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect()
}

#[test]
fn projections_agree_with_pyproj() {
    for row in rows("positions.csv") {
        let degrees = Point::new(row[0], row[1]);
        for (from, code, x, y) in [
            (Reference::Cgcs2000, 4549, row[2], row[3]),
            (Reference::Wgs84, 32651, row[4], row[5]),
            (Reference::Wgs84, 3857, row[6], row[7]),
        ] {
            let metres = Transform::new(from, DeclaredReference::Epsg(code)).unwrap().point(degrees).unwrap();
            assert!((metres.x - x).abs() < 1e-4 && (metres.y - y).abs() < 1e-4, "EPSG:{code}: {metres:?}");
            let back = Transform::new(DeclaredReference::Epsg(code), from).unwrap().point(metres).unwrap();
            assert!((back.x - row[0]).abs() < 1e-9 && (back.y - row[1]).abs() < 1e-9, "EPSG:{code}: {back:?}");
        }
    }
}

#[test]
fn offsets_agree_with_eviltransform_and_coord_transform() {
    for row in rows("offsets.csv") {
        let wgs84 = Point::new(row[0], row[1]);
        let image = |to| Transform::new(Reference::Wgs84, to).unwrap().point(wgs84).unwrap();
        let near = |a: Point, x: f64, y: f64| (a.x - x).abs() < 1e-9 && (a.y - y).abs() < 1e-9;
        let gcj02 = image(DeclaredReference::Gcj02);
        // eviltransform's earth is 6 378 137 m, which moves the offset by some millimetres.
        assert!((gcj02.x - row[2]).abs() < 1e-6 && (gcj02.y - row[3]).abs() < 1e-6, "{gcj02:?} {row:?}");
        assert!(near(gcj02, row[4], row[5]), "{gcj02:?} {row:?}");
        let bd09 = image(DeclaredReference::Bd09);
        assert!(near(bd09, row[6], row[7]), "{bd09:?} {row:?}");
        let undone = Transform::new(DeclaredReference::Bd09, Reference::Wgs84).unwrap().point(bd09).unwrap();
        assert!(near(undone, row[0], row[1]), "{undone:?} {row:?}");
    }
}

#[test]
fn a_reference_that_disagrees_is_an_error() {
    let stated = |name: &str, reference| {
        areas(&fixture(name), &AreaOptions { reference: Some(reference), ..AreaOptions::default() })
    };
    let error = stated("grid.gpkg", DeclaredReference::Wgs84).unwrap_err();
    assert!(error.to_string().contains("EPSG:4549, but wgs84 was stated"), "{error}");
    assert!(stated("gbk.shp", DeclaredReference::Wgs84).is_ok());
    let error = stated("gbk.shp", DeclaredReference::Epsg(4547)).unwrap_err();
    assert!(error.to_string().contains("cgcs2000, but EPSG:4547"), "{error}");
    // GCJ-02 has no code: what declares WGS 84 may be it, and is undone.
    let undone = stated("districts.geojson", DeclaredReference::Gcj02).unwrap();
    assert_eq!(undone.reference, Reference::Wgs84);
    let moved = largest_difference(&undone, &read("districts.geojson"));
    assert!((0.001..0.01).contains(&moved), "{moved}");
}

/// A GeoJSON of its own.
fn written(text: &str) -> tempfile::NamedTempFile {
    use std::io::Write as _;
    let mut file = tempfile::Builder::new().suffix(".geojson").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#)
}

fn collection(features: &[String], crs: &str) -> String {
    format!(r#"{{"type":"FeatureCollection",{crs}"features":[{}]}}"#, features.join(","))
}

const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[120,30,5],[120.1,30,5],[120.1,30.1,5],[120,30,5]]]}"#;
const BOW_TIE: &str = r#"{"type":"Polygon","coordinates":[[[120,30],[120.1,30.1],[120.1,30],[120,30.1],[120,30]]]}"#;

#[test]
fn what_is_no_polygon_is_left_out_and_told() {
    let file = written(&collection(
        &[
            feature(r#"{"id":1.0,"name":"甲"}"#, SQUARE),
            feature(r#"{"id":2}"#, r#"{"type":"Point","coordinates":[120,30]}"#),
            feature(r#"{"id":3}"#, "null"),
            feature(r#"{"id":4}"#, BOW_TIE),
        ],
        "",
    ));
    let (areas, report) = areas_with_report(file.path(), &AreaOptions::default()).unwrap();
    let ids: Vec<_> = areas.areas.iter().map(|area| (area.id.as_str(), area.name.as_str())).collect();
    assert_eq!(ids, [("1", "甲"), ("4", "4")]);
    let told: Vec<_> = report.problems.iter().map(|problem| (problem.place.row, problem.found.as_str())).collect();
    let crossing = "area 4: part 1 crosses itself near 120.05, 30.05";
    assert_eq!(told, [(Some(2), "area 2: points"), (Some(3), "area 3: no geometry"), (Some(4), crossing)]);
    let invalid = areas.areas[1].geometry.clone();
    assert_eq!(report.rejects(), 2);

    let (repaired, report) =
        areas_with_report(file.path(), &AreaOptions { repair: true, ..AreaOptions::default() }).unwrap();
    let last = report.problems.last().unwrap();
    assert_eq!((last.place.row, last.severity), (Some(4), Severity::Warning));
    assert!(last.kind == ProblemKind::InvalidGeometry && last.found.contains("crosses itself"), "{last}");
    // Two triangles that meet in the middle, each a quarter of the square.
    let geometry = &repaired.areas[1].geometry;
    assert_eq!(geometry.0.len(), 2);
    assert!((geo::Area::unsigned_area(geometry) - 0.005).abs() < 1e-12);
    assert_eq!(*geometry, invalid, "taken as repaired either way");
}

#[test]
fn every_fault_of_the_ids_is_told_at_once() {
    let file = written(&collection(
        &[
            feature(r#"{"code":"a"}"#, SQUARE),
            feature(r#"{"code":"a"}"#, SQUARE),
            feature(r#"{"code":" "}"#, SQUARE),
            feature(r#"{"code":"b"}"#, SQUARE),
            feature(r#"{"code":"b"}"#, SQUARE),
        ],
        "",
    ));
    let message = areas(file.path(), &AreaOptions::default()).unwrap_err().to_string();
    assert!(
        message.contains("no id in feature 3; found `a` in features 1, 2; found `b` in features 4, 5"),
        "{message}"
    );
}

#[test]
fn a_legacy_crs_member_is_honoured() {
    let crs = |name: &str| format!(r#""crs":{{"type":"name","properties":{{"name":"{name}"}}}},"#);
    let read = |name: &str| {
        let square = r#"{"type":"Polygon","coordinates":[[[500000,3300000],[500100,3300000],[500100,3300100],[500000,3300000]]]}"#;
        let file = written(&collection(&[feature(r#"{"id":"a"}"#, square)], &crs(name)));
        areas(file.path(), &AreaOptions::default())
    };
    assert_eq!(read("urn:ogc:def:crs:EPSG::4549").unwrap().reference, Reference::epsg(4549));
    assert_eq!(read("EPSG:4549").unwrap().reference, Reference::epsg(4549));
    // Metres of web maps are no metres: they come in as degrees.
    let mercator = read("EPSG:3857").unwrap();
    assert_eq!(mercator.reference, Reference::Wgs84);
    assert!((mercator.areas[0].geometry.0[0].exterior().0[0].x - 4.491_576_4).abs() < 1e-6);
    assert!(read("urn:mars").unwrap_err().to_string().contains("urn:mars"));
}

#[test]
fn the_shipped_boundaries_are_read_without_being_told_anything() {
    let read = |name: &str| {
        let (areas, report) =
            areas_with_report(&Path::new("data/boundaries").join(name), &AreaOptions::default()).unwrap();
        assert!(report.is_empty(), "{name}: {report:?}");
        areas
    };
    let shaoxing = read("shaoxing_districts.geojson");
    assert_eq!(shaoxing.len(), 6);
    assert!(shaoxing.areas.iter().all(|area| area.parent.as_deref() == Some("330600")));
    // Shaoxing's land is commonly given as some 8 270 km².
    let area_km2: f64 = shaoxing.areas_km2().unwrap().iter().sum();
    assert!((8_200.0..8_350.0).contains(&area_km2), "{area_km2}");
    assert_eq!(read("zhejiang_districts.geojson").len(), 90);
}
