//! A disk that is full: nothing is replaced, nothing is left, and the message names the output.

use super::{AREAS, names, under};
use crate::cli::{DISTRICTS, Folder, jiju};

/// No file may have more than some kilobytes; a write beyond that fails as on a full disk, and the signal is ignored. There is
/// no folder for temporary files.
const FULL: &str = "trap '' XFSZ; ulimit -f 1; export TMPDIR=/nonexistent";

/// Fails for want of room, and leaves what was there as it was.
fn assert_nothing_is_cut(folder: &Folder, output: &str, arguments: &[&str]) {
    let path = folder.file(output);
    std::fs::write(&path, "what was there").unwrap();
    let before = names(folder.0.path());
    let outcome = under(FULL, arguments);
    let message = outcome.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default();
    assert_eq!(outcome.status, 2, "{output}: {}", outcome.stderr);
    // It may be a part of the output that found no room.
    let stem = output.split_once('.').unwrap().0;
    assert!(message.contains(stem) && message.contains("File too large"), "{output}: {}", outcome.stderr);
    assert!(message.starts_with("error: cannot write "), "{output}: {message}");
    assert!(!outcome.stderr.contains("wrote"), "{}", outcome.stderr);
    assert_eq!(std::fs::read(&path).unwrap(), b"what was there", "{output}");
    assert_eq!(names(folder.0.path()), before, "{output}");
}

#[test]
fn a_conversion_is_whole_or_not_at_all() {
    let folder = Folder::new();
    for ending in ["fgb", "kml", "kmz", "gml", "mif", "tab", "shp", "gpkg", "geojsonl", "geojson"] {
        let output = format!("out.{ending}");
        assert_nothing_is_cut(&folder, &output, &["convert", AREAS, &folder.path(&output)]);
    }
    let table = "data/gazetteer/shaoxing_towns.csv";
    for ending in ["csv", "xlsx", "parquet", "json", "txt"] {
        let output = format!("table.{ending}");
        assert_nothing_is_cut(&folder, &output, &["convert", table, &folder.path(&output)]);
    }
}

#[test]
fn every_conversion_that_has_room_is_read_back() {
    let folder = Folder::new();
    for ending in ["fgb", "kml", "kmz", "gml", "mif", "tab", "shp", "gpkg", "geojsonl", "geojson"] {
        let (out, back) = (folder.path(&format!("out.{ending}")), folder.path("back.geojson"));
        let outcome = jiju(["convert", AREAS, &out]);
        assert_eq!(outcome.status, 0, "{ending}: {}", outcome.stderr);
        let outcome = jiju(["convert", &out, &back, "--to", "wgs84"]);
        assert_eq!(outcome.status, 0, "{ending}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("with 6 rows"), "{ending}: {}", outcome.stderr);
    }
    let left: Vec<String> = names(folder.0.path()).into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn results_are_whole_or_not_at_all() {
    let folder = Folder::new();
    let rows: String = (0..4000).map(|n| format!("{n},{},{},30\n", 120.0 + f64::from(n) / 5000.0, 29.5)).collect();
    let points = folder.write("points.csv", &format!("id,lon,lat,size\n{rows}"));
    for output in ["joined.csv", "joined.parquet", "joined.xlsx", "joined.json"] {
        let arguments = ["join", &points, "--areas", DISTRICTS, "--area-id", "adcode", "-o", &folder.path(output)];
        assert_nothing_is_cut(&folder, output, &arguments);
    }
    let density = ["density", &points, "--window", DISTRICTS, "--cell", "2km", "--bandwidth", "5km", "-o"];
    for output in ["density.tif", "density.csv", "density.gpkg", "density.fgb", "density.kml", "density.geojson"] {
        assert_nothing_is_cut(&folder, output, &[&density[..], &[&folder.path(output)]].concat());
    }
    for output in ["map.svg", "map.png", "map.pdf"] {
        let spec = ["map", "maps/density.toml", "--project", "data/demo/jiju.toml", "-o"];
        assert_nothing_is_cut(&folder, output, &[&spec[..], &[&folder.path(output)]].concat());
    }
    assert_nothing_is_cut(
        &folder,
        "areas.index",
        &["index", DISTRICTS, "--area-id", "adcode", "-o", &folder.path("areas.index")],
    );
}

#[test]
fn a_run_that_finds_no_room_says_so() {
    let folder = Folder::new();
    let outcome = under(FULL, &["run", "data/demo/jiju.toml", "--output", &folder.path("out")]);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("cannot write") && outcome.stderr.contains("File too large"), "{}", outcome.stderr);
    assert_eq!(names(folder.0.path()), [""; 0], "nothing is left, and no folder");
}
