//! Datums that are shifted by the grid in a file.

use super::{Folder, POLICY, jiju};

const DISTRICTS: &str = "tests/fixtures/files/districts.geojson";

/// A grid of shifts in the format NTv2: between these longitudes and latitudes, at each half degree what `shift` gives, in
/// seconds of arc northward and eastward.
fn ntv2([west, south, east, north]: [f64; 4], shift: impl Fn(f64, f64) -> (f64, f64)) -> Vec<u8> {
    const STEP: f64 = 0.5;
    let mut bytes = Vec::new();
    let key = |bytes: &mut Vec<u8>, key: &str| bytes.extend(format!("{key:<8}").as_bytes());
    let whole = |bytes: &mut Vec<u8>, name: &str, number: i32| {
        key(bytes, name);
        bytes.extend(number.to_le_bytes());
        bytes.extend([0; 4]);
    };
    let real = |bytes: &mut Vec<u8>, name: &str, number: f64| {
        key(bytes, name);
        bytes.extend(number.to_le_bytes());
    };
    let text = |bytes: &mut Vec<u8>, name: &str, text: &str| {
        key(bytes, name);
        key(bytes, text);
    };
    for (name, number) in [("NUM_OREC", 11), ("NUM_SREC", 11), ("NUM_FILE", 1)] {
        whole(&mut bytes, name, number);
    }
    for (name, value) in [("GS_TYPE", "SECONDS"), ("VERSION", "NTv2.0"), ("SYSTEM_F", "BJ54"), ("SYSTEM_T", "CGCS2000")]
    {
        text(&mut bytes, name, value);
    }
    let axes = [6_378_245.0, 6_356_863.018_773, 6_378_137.0, 6_356_752.314_140];
    for (name, axis) in ["MAJOR_F", "MINOR_F", "MAJOR_T", "MINOR_T"].into_iter().zip(axes) {
        real(&mut bytes, name, axis);
    }
    for (name, value) in
        [("SUB_NAME", "SHAOXING"), ("PARENT", "NONE"), ("CREATED", "20200101"), ("UPDATED", "20200101")]
    {
        text(&mut bytes, name, value);
    }
    // Longitudes count westward.
    for (name, degrees) in [
        ("S_LAT", south),
        ("N_LAT", north),
        ("E_LONG", -east),
        ("W_LONG", -west),
        ("LAT_INC", STEP),
        ("LONG_INC", STEP),
    ] {
        real(&mut bytes, name, degrees * 3600.0);
    }
    let steps = |from: f64, to: f64| ((to - from) / STEP).round() as i32;
    let (columns, rows) = (steps(west, east), steps(south, north));
    whole(&mut bytes, "GS_COUNT", (columns + 1) * (rows + 1));
    for row in 0..=rows {
        for column in 0..=columns {
            let (north_s, east_s) = shift(east - STEP * f64::from(column), south + STEP * f64::from(row));
            for number in [north_s, -east_s, 0.0, 0.0] {
                bytes.extend((number as f32).to_le_bytes());
            }
        }
    }
    text(&mut bytes, "END", "");
    bytes
}

const BOUNDS: [f64; 4] = [119.5, 29.5, 121.5, 31.0];

/// 1.8″ northward everywhere; eastward from nothing in the west to 3.6″ in the east.
fn sloped() -> Vec<u8> {
    ntv2(BOUNDS, |longitude, _| (1.8, (longitude - 119.5) * 1.8))
}

/// The rows of a table that a conversion gives: id, x, y.
fn converted(folder: &Folder, from: &str, table: &str, more: &[&str]) -> (Vec<(String, f64, f64)>, String) {
    let out = folder.path("converted.csv");
    let outcome = jiju([&["convert", table, &out, "--from", from], more].concat());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let rows = super::rows(&folder.file("converted.csv"));
    let number = |cell: &String| cell.parse().unwrap();
    (rows[1..].iter().map(|row| (row[0].clone(), number(&row[1]), number(&row[2]))).collect(), outcome.stderr)
}

#[test]
fn points_are_shifted_by_the_grid_whatever_its_file_is_called() {
    let folder = Folder::new();
    let points = folder.write("p.csv", "id,lon,lat\na,120.5,30.05\nb,119.5,30\nc,121.25,30.75\nd,125,30\n");
    // A half and three quarters of the way: between the nodes the shift is in proportion.
    let wanted = [(120.5005, 30.0505), (119.5, 30.0005), (121.250_875, 30.7505)];
    for name in ["grid.gsb", "绍兴, 54 (1954) +x.gsb", "a\"b'c.gsb", "@null.gsb", "GRID"] {
        std::fs::write(folder.file(name), sloped()).unwrap();
        let from = format!("EPSG:4214+nadgrids={}", folder.path(name));
        let (found, notes) = converted(&folder, &from, &points, &["--to", "wgs84"]);
        for ((_, x, y), (wanted_x, wanted_y)) in found.iter().zip(wanted) {
            assert!((x - wanted_x).abs() < 2e-9 && (y - wanted_y).abs() < 2e-9, "{name}: {found:?}");
        }
        // A point outside of the grid stays as it is, and is counted.
        assert_eq!((found[3].1, found[3].2), (125.0, 30.0));
        assert!(
            notes.contains("1 row has no coordinates that can be converted, or lie outside of the grid"),
            "{notes}"
        );
    }
    // Metres of a grid on the same datum go the same way; and back again.
    let from = format!("EPSG:4214+nadgrids={}", folder.path("grid.gsb"));
    let table = folder.write("q.csv", "id,lon,lat\na,120.5,30.05\nc,121.25,30.75\n");
    let (metres, _) = converted(&folder, "EPSG:4214", &table, &["--to", "EPSG:2437"]);
    let text: String = metres.iter().map(|(id, x, y)| format!("{id},{x},{y}\n")).collect();
    let in_metres = folder.write("m.csv", &format!("id,lon,lat\n{text}"));
    let gridded = format!("EPSG:2437+nadgrids={}", folder.path("grid.gsb"));
    let (found, _) = converted(&folder, &gridded, &in_metres, &["--to", "cgcs2000"]);
    let close = |found: &[(String, f64, f64)], wanted: &[(f64, f64)]| {
        found.iter().zip(wanted).all(|((_, x, y), (u, v))| (x - u).abs() < 2e-9 && (y - v).abs() < 2e-9)
    };
    assert!(close(&found, &[wanted[0], wanted[2]]), "{found:?}");
    let text: String = found.iter().map(|(id, x, y)| format!("{id},{x},{y}\n")).collect();
    let shifted = folder.write("s.csv", &format!("id,lon,lat\n{text}"));
    let (back, _) = converted(&folder, "cgcs2000", &shifted, &["--to", &from]);
    assert!(close(&back, &[(120.5, 30.05), (121.25, 30.75)]), "{back:?}");
}

#[test]
fn a_grid_that_is_none_is_refused_and_data_name_none() {
    let folder = Folder::new();
    let points = folder.write("p.csv", "id,lon,lat\na,120.5,30.05\n");
    folder.write("text.gsb", "no grid");
    std::fs::write(folder.file("good.gsb"), sloped()).unwrap();
    for (grid, words) in [
        ("missing.gsb", "cannot read the grid of shifts"),
        ("text.gsb", "is no grid of shifts: expected NTv2 (.gsb) or GeoTIFF (.tif)"),
        (".", "it is no file"),
    ] {
        let from = format!("EPSG:4214+nadgrids={}", folder.path(grid));
        let outcome = jiju(["join", &points, "--areas", DISTRICTS, "--crs", &from]);
        assert!(outcome.status == 2 && outcome.stderr.contains(words), "{grid}: {}", outcome.stderr);
    }
    // Without a path it is no reference.
    let outcome = jiju(["join", &points, "--areas", DISTRICTS, "--crs", "EPSG:4214+nadgrids="]);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
    // The message for an old datum says that a grid would do.
    let outcome = jiju(["join", &points, "--areas", DISTRICTS, "--crs", "EPSG:4214"]);
    assert!(outcome.stderr.contains("EPSG:4214+nadgrids=FILE.gsb"), "{}", outcome.stderr);
    // A row that names a file opens none.
    let named = format!("id,lon,lat,datum\na,120.5,30.05,EPSG:4214+nadgrids={}\n", folder.path("good.gsb"));
    let outcome = jiju(["join", &folder.write("d.csv", &named), "--areas", DISTRICTS, "--count", "--format", "csv"]);
    assert!(outcome.stderr.contains("1 rows state a datum that is not known"), "{}", outcome.stderr);
    // Nor does the reference of a GeoJSON.
    let json = format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"EPSG:4214+nadgrids={}"}}}},"features":[]}}"#,
        folder.path("good.gsb")
    );
    let outcome = jiju(["join", &points, "--areas", &folder.write("crs.geojson", &json)]);
    assert!(outcome.status == 2 && !outcome.stderr.contains("grid of shifts"), "{}", outcome.stderr);
}

#[test]
fn every_command_counts_what_lies_outside_and_the_manifest_has_the_hash() {
    let folder = Folder::new();
    std::fs::write(folder.file("grid.gsb"), sloped()).unwrap();
    let stated = format!("EPSG:4214+nadgrids={}", folder.path("grid.gsb"));
    let points = folder.write("p.csv", "id,lon,lat\na,120.5995,30.05\nb,120.45,30.05\nc,125,30\n");
    let manifest = folder.path("m.json");
    let outcome =
        jiju(["join", &points, "--areas", DISTRICTS, "--crs", &stated, "--format", "csv", "--manifest", &manifest]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 rows lie outside of the grid of shifts") && outcome.stderr.contains(": 4"));
    let hash = jiju::source::sha256(&folder.file("grid.gsb")).unwrap();
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains(&hash) && text.contains("+nadgrids="), "{text}");
    // The grid is an input, which is not overwritten.
    let outcome = jiju(["convert", &points, &folder.path("grid.gsb"), "--from", &stated, "--to", "wgs84"]);
    assert!(outcome.status == 2 && outcome.stderr.contains("it is an input"), "{}", outcome.stderr);
    // Of a register the row is a reject that says why.
    let register = folder.write(
        "register.csv",
        "统一社会信用代码,企业名称,经度,纬度,行业代码,所属区县\n,甲,120.55,30.05,1713,越城区\n,乙,125,30,1713,越城区\n",
    );
    let outcome = jiju([
        "check",
        "--register",
        &register,
        "--areas",
        DISTRICTS,
        "--policy",
        POLICY,
        "--crs",
        &stated,
        "--format",
        "csv",
    ]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("a position within the grid of shifts"), "{}", outcome.stdout);
    // A layer that reaches beyond it is refused, as a part of it would be missing.
    let geojson = |east: f64| {
        let name = format!("{east}.geojson");
        let ring = format!("[[120.4,30],[{east},30],[{east},30.1],[120.4,30.1],[120.4,30]]");
        let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4214"}}"#;
        let feature = format!(
            r#"{{"type":"Feature","properties":{{"id":"a"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        );
        folder.write(&name, &format!(r#"{{"type":"FeatureCollection",{crs},"features":[{feature}]}}"#))
    };
    let join =
        |areas: &str| jiju(["join", &points, "--areas", areas, "--areas-crs", &stated, "--count", "--format", "csv"]);
    let outcome = join(&geojson(120.6));
    // The border moves eastward with the shift: the point west of it by a ten-thousandth lies within.
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("area,count\na,2\n", 0), "{}", outcome.stderr);
    let outcome = join(&geojson(123.0));
    assert!(outcome.status == 2 && outcome.stderr.contains("lies outside of the grid"), "{}", outcome.stderr);
    // Points of a vector file are counted like rows.
    let vector = folder.write(
        "p.geojson",
        r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4214"}},"features":[
{"type":"Feature","properties":{"id":"a"},"geometry":{"type":"Point","coordinates":[120.55,30.05]}},
{"type":"Feature","properties":{"id":"c"},"geometry":{"type":"Point","coordinates":[125,30]}}]}"#,
    );
    let outcome = jiju(["join", &vector, "--areas", DISTRICTS, "--crs", &stated, "--count", "--format", "csv"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("1 features, the first of them number 2, lie outside of the grid"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_project_takes_its_grid_from_its_own_folder() {
    let folder = Folder::new();
    std::fs::create_dir(folder.file("grids")).unwrap();
    std::fs::write(folder.file("grids/绍兴 54.gsb"), sloped()).unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    for name in ["register.csv", "ledger.csv"] {
        std::fs::copy(format!("{root}/tests/fixtures/files/project/{name}"), folder.file(name)).unwrap();
    }
    let project = format!(
        r#"
title = "t"
as_of = 2020-09-30
policy = '{root}/{POLICY}'
output = "out"
[register]
file = "register.csv"
reference = "EPSG:4214+nadgrids=grids/绍兴 54.gsb"
[ledger]
file = "ledger.csv"
[[layer]]
name = "district"
file = '{root}/{DISTRICTS}'
[[analysis]]
name = "joined"
operation = "join"
table = "register.csv"
areas = ["district"]
crs = "EPSG:4214+nadgrids=grids/绍兴 54.gsb"
"#
    );
    let file = folder.write("jiju.toml", &project);
    let outcome = jiju(["run", &file]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let hash = jiju::source::sha256(&folder.file("grids/绍兴 54.gsb")).unwrap();
    let manifest = std::fs::read_to_string(folder.file("out/manifest.json")).unwrap();
    assert!(manifest.contains(&hash), "{manifest}");
    let manifest = std::fs::read_to_string(folder.file("out/analyses/joined.manifest.json")).unwrap();
    assert!(manifest.contains(&hash) && manifest.contains("EPSG:4214+nadgrids=grids/绍兴 54.gsb"), "{manifest}");
    assert!(!manifest.contains(folder.0.path().to_str().unwrap()), "{manifest}");
}
