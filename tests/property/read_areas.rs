//! No bytes bring a reader of areas down.

use jiju::source::{AreaOptions, areas};
use proptest::prelude::*;

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
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

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
