//! Positions come back, and no bytes bring a reader down.

use jiju::model::{Point, Reference};
use jiju::read::{AreaOptions, Transform, areas};
use proptest::prelude::*;

fn there_and_back(point: Point, from: Reference, by: Reference) -> (Point, Point) {
    let there = Transform::new(from, by).unwrap().point(point).unwrap();
    (there, Transform::new(by, from).unwrap().point(there).unwrap())
}

fn file(ending: &str, bytes: &[u8]) -> tempfile::NamedTempFile {
    use std::io::Write as _;
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// A good file with some of its bytes changed and its end cut off.
fn damaged(good: &[u8], changes: &[(prop::sample::Index, u8)], length: prop::sample::Index) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (position, byte) in changes {
        let position = position.index(bytes.len());
        bytes[position] = *byte;
    }
    // Mostly whole: a cut file stops most readers at once.
    let cut = length.index(good.len() * 4).min(good.len());
    bytes.truncate(cut);
    bytes
}

proptest! {
    #[test]
    fn offsets_are_undone(lon in 73.5..135.0, lat in 3.5..53.5) {
        let point = Point::new(lon, lat);
        for offset in [Reference::Gcj02, Reference::Bd09] {
            let (there, back) = there_and_back(point, Reference::Wgs84, offset);
            // The offset is some hundred metres everywhere in China, and undone to a tenth of a millimetre.
            prop_assert!((there.x - lon).hypot(there.y - lat) > 1e-4, "{there:?}");
            prop_assert!((back.x - lon).abs() < 1e-9 && (back.y - lat).abs() < 1e-9, "{offset}: {back:?}");
        }
        let (_, back) = there_and_back(point, Reference::Gcj02, Reference::Bd09);
        prop_assert!((back.x - lon).abs() < 1e-9 && (back.y - lat).abs() < 1e-9, "{back:?}");
    }

    #[test]
    fn outside_china_gcj02_is_wgs84(lon in -180.0..72.0, lat in -90.0..90.0) {
        let point = Point::new(lon, lat);
        prop_assert_eq!(there_and_back(point, Reference::Wgs84, Reference::Gcj02).0, point);
    }

    #[test]
    fn the_grid_of_shaoxing_is_undone(lon in 118.5..121.5, lat in 28.0..32.0) {
        let (metres, back) = there_and_back(Point::new(lon, lat), Reference::Cgcs2000, Reference::Epsg(4549));
        // Easting first, and about 500 km at the central meridian.
        prop_assert!((metres.x - 500_000.0).abs() < 160_000.0 && metres.y > 3_000_000.0, "{metres:?}");
        prop_assert!((back.x - lon).abs() < 1e-9 && (back.y - lat).abs() < 1e-9, "{back:?}");
    }

    #[test]
    fn what_is_no_position_is_an_error(
        lon in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        lat in -90.0..90.0,
    ) {
        for to in [Reference::Gcj02, Reference::Epsg(4549), Reference::Wgs84] {
            prop_assert!(Transform::new(Reference::Wgs84, to).unwrap().point(Point::new(lon, lat)).is_err());
        }
    }

    #[test]
    fn no_bytes_bring_the_geojson_reader_down(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = areas(file(".geojson", &bytes).path(), &AreaOptions::default());
    }

    #[test]
    fn no_json_brings_the_geojson_reader_down(
        coordinates in "(\\[){0,5}([0-9.eE-]{0,4},?){0,6}(\\]){0,5}",
        kind in prop::sample::select(vec!["Polygon", "MultiPolygon", "Point", "LineString", "GeometryCollection"]),
    ) {
        let text = format!(
            r#"{{"type":"Feature","properties":{{"id":"a"}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
        );
        let _ = areas(file(".geojson", text.as_bytes()).path(), &AreaOptions { repair: true, ..AreaOptions::default() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_brings_a_reader_down(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        length in any::<prop::sample::Index>(),
    ) {
        for name in ["districts.geojson", "districts.parquet", "districts.fgb", "gbk.shp", "chinese.tab"] {
            let path = std::path::Path::new("tests/fixtures/areas").join(name);
            let ending = format!(".{}", path.extension().unwrap().to_string_lossy());
            let bytes = damaged(&std::fs::read(&path).unwrap(), &changes, length);
            let _ = areas(file(&ending, &bytes).path(), &AreaOptions::default());
        }
    }
}

#[test]
fn positions_of_fewer_than_two_numbers_are_an_error() {
    for coordinates in ["[[[]]]", "[[[1],[2],[3],[1]]]", "[[[1,2],[2,3],[3]]]"] {
        let text = format!(
            r#"{{"type":"Feature","properties":{{"id":"a"}},"geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}"#
        );
        let error = areas(file(".geojson", text.as_bytes()).path(), &AreaOptions::default()).unwrap_err();
        assert!(error.to_string().contains("as GeoJSON"), "{error}");
    }
}
