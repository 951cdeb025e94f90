//! The program of a build without GDAL beside the one with it: of what it reads it says the same, byte for byte, and of the rest it
//! says what would read it. `make test-without-gdal` builds it and names it in `JIJU_WITHOUT_GDAL`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Folder, jiju};

const FILES: &str = "tests/fixtures/files";
const FIRMS: &str = "tests/fixtures/files/firms.csv";
const DISTRICTS: &str = "tests/fixtures/files/districts.geojson";

/// What a program shows, and what it writes to a file where it does.
fn shown(program: &str, arguments: &[&str], folder: &Folder) -> String {
    let output = Command::new(program)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let written = std::fs::read(folder.file("out.geojson")).unwrap_or_default();
    let _ = std::fs::remove_file(folder.file("out.geojson"));
    format!(
        "{}{}{}{:?}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&written),
        output.status.code()
    )
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|own| ending == *own)) {
            found.push(path);
        }
    }
}

#[test]
#[ignore = "needs a program built without GDAL: make test-without-gdal"]
fn it_says_the_same() {
    let program = std::env::var("JIJU_WITHOUT_GDAL").expect("JIJU_WITHOUT_GDAL names the program");
    let with_gdal = env!("CARGO_BIN_EXE_jiju");
    let folder = Folder::new();
    let out = folder.path("out.geojson");
    let mut paths = Vec::new();
    let endings = ["shp", "gpkg", "fgb", "kml", "kmz", "geojson", "geojsonl", "geojsons", "parquet", "zip"];
    files(Path::new("tests/fixtures"), &endings, &mut paths);
    paths.sort();
    let (mut compared, mut done, mut unknown) = (0, 0, 0);
    for path in paths {
        let path = path.to_str().unwrap();
        let stated: &[&[&str]] = &[&[], &["--areas-crs", "EPSG:4549"], &["--areas-crs", "wgs84"]];
        let joins = stated
            .iter()
            .map(|stated| [&["join", FIRMS, "--areas", path, "--count", "--format", "csv"], *stated].concat());
        let conversions = [vec!["convert", path, &out], vec!["convert", path, &out, "--to", "cgcs2000"]];
        let points = [vec!["join", path, "--areas", DISTRICTS, "--count", "--format", "csv"]];
        for arguments in joins.chain(conversions).chain(points) {
            let (one, other) = (shown(&program, &arguments, &folder), shown(with_gdal, &arguments, &folder));
            // PROJ knows more references than the tables here, and which codes are of none; GEOS repairs rings.
            let is_unknown = path.ends_with("crs_bad.geojson") && one.contains("the file says EPSG:99999");
            let is_unrepaired = one.contains("sizes of the area are not those of what it encloses")
                || other.contains("expected areas that enclose something");
            if is_unknown
                || is_unrepaired
                || one.contains("this build has no GDAL")
                || one.contains("a build with GDAL")
            {
                unknown += 1;
                continue;
            }
            assert_eq!(one, other, "{arguments:?}");
            compared += 1;
            done += usize::from(one.ends_with("Some(0)"));
        }
    }
    assert!(compared > 500 && done > 200 && unknown * 5 < compared, "{compared}, {done}, {unknown}");
}

#[test]
#[ignore = "needs a program built without GDAL: make test-without-gdal"]
fn grids_and_tables_are_the_same() {
    let program = std::env::var("JIJU_WITHOUT_GDAL").expect("JIJU_WITHOUT_GDAL names the program");
    let folder = Folder::new();
    let out = folder.path("out.geojson");
    let table = folder.path("out.csv");
    for to in
        ["EPSG:4549", "EPSG:4528", "EPSG:4498", "EPSG:32651", "albers=25,47,105", "laea=30,120", "EPSG:3857", "gcj02"]
    {
        for arguments in [
            vec!["convert", FIRMS, &table, "--from", "wgs84", "--to", to],
            vec!["join", FIRMS, "--areas", DISTRICTS, "--snap", "500m", "--crs", "wgs84", "--format", "csv"],
            vec!["grid", "square", FIRMS, "--cell", "2km", "--grid", to, "-o", &out],
        ] {
            let one = shown(&program, &arguments, &folder);
            let first = std::fs::read(&table).unwrap_or_default();
            let other = shown(env!("CARGO_BIN_EXE_jiju"), &arguments, &folder);
            assert_eq!(one, other, "{arguments:?}");
            assert_eq!(first, std::fs::read(&table).unwrap_or_default(), "{arguments:?}");
        }
    }
}

#[test]
#[ignore = "needs a program built without GDAL: make test-without-gdal"]
fn it_says_what_it_lacks() {
    let program = std::env::var("JIJU_WITHOUT_GDAL").expect("JIJU_WITHOUT_GDAL names the program");
    let folder = Folder::new();
    let out = folder.path("out.gpkg");
    let mif = format!("{FILES}/other-vector/neutral.mif");
    assert!(shown(&program, &["--version"], &folder).contains("without GDAL"));
    for (arguments, words) in [
        (vec!["join", FIRMS, "--areas", "tests/fixtures/areas/chinese.tab", "--count"], "a build with GDAL reads tab"),
        (vec!["join", FIRMS, "--areas", &mif, "--count"], "a build with GDAL reads tab"),
        (vec!["convert", DISTRICTS, &out], "a build with GDAL writes gpkg"),
        (vec!["convert", FIRMS, "out.csv", "--from", "wgs84", "--to", "EPSG:2154"], "this build has no GDAL"),
    ] {
        let seen = shown(&program, &arguments, &folder);
        assert!(seen.contains(words) && seen.ends_with("Some(2)"), "{seen}");
    }
    assert_eq!(jiju(["--version"]).stdout.lines().count(), 1);
}
