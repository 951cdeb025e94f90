//! Neighbours from areas and points, as files and straight into a statistic.

use jiju::source;
use serde_json::Value;

use super::{Folder, jiju};

/// Four squares in a row, the last apart by half a metre, on a metre grid.
fn squares(folder: &Folder) -> String {
    let square = |id: &str, x: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","rate":{x}}},"geometry":{{"type":"Polygon","coordinates":[[[{x},0],[{0},0],[{0},100],[{x},100],[{x},0]]]}}}}"#,
            x + 100.0
        )
    };
    let features = [("a", 0.0), ("b", 100.0), ("c", 200.0), ("d", 300.5)].map(|(id, x)| square(id, x)).join(",");
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}"#;
    folder.write("squares.geojson", &format!(r#"{{"type":"FeatureCollection",{crs},"features":[{features}]}}"#))
}

fn done(arguments: &[&str]) -> super::Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome
}

#[test]
fn areas_that_touch_are_neighbours_and_islands_are_named() {
    let folder = Folder::new();
    let (areas, out) = (squares(&folder), folder.path("w.gal"));
    let outcome = done(&["weights", "--areas", &areas, "--contiguity", "rook", "-o", &out]);
    assert!(outcome.stderr.contains("4 units, 4 neighbours"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("note: 1 units have no neighbours: d"), "{}", outcome.stderr);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "0 4 jiju id\na 1\nb\nb 2\na c\nc 1\nb\nd 0\n\n");
    let outcome = done(&["weights", "--areas", &areas, "--contiguity", "rook", "--snap", "1m", "-o", &out]);
    assert!(outcome.stderr.contains("4 units, 6 neighbours"), "{}", outcome.stderr);
    let outcome = done(&["weights", "--weights", &out, "--order", "2", "-o", &folder.path("second.gal")]);
    assert!(outcome.stderr.contains("4 units, 4 neighbours"), "{}", outcome.stderr);
}

#[test]
fn every_format_gives_the_same_neighbours_back() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "id,x,y,district\np,500000,0,柯桥\nq,500003,4,柯桥\nr,500003,5,新昌\ns,,,\n");
    let ask = |name: &str, more: &[&str]| {
        let out = folder.path(name);
        let points = ["weights", &table, "--id", "id", "--crs", "EPSG:4549", "-o", &out];
        let outcome = done(&[&points, more].concat());
        (source::weights(std::path::Path::new(&out)).unwrap(), outcome.stderr)
    };
    let (gwt, said) = ask("w.gwt", &["--knn", "1", "--inverse-distance"]);
    assert_eq!(gwt.neighbours(0).collect::<Vec<_>>(), [(1, 0.2)]);
    assert!(said.contains("1 units have no neighbours: s"), "{said}");
    assert_eq!(ask("w.mtx", &["--knn", "1", "--inverse-distance"]).0, gwt);
    let (band, said) = ask("band.gal", &["--distance-band", "1m"]);
    assert_eq!(band.neighbours(1).collect::<Vec<_>>(), [(2, 1.0)]);
    assert!(said.contains("from a distance band of 5 m on"), "{said}");
    let (kernel, _) = ask("kernel.mtx", &["--distance-band", "5m", "--kernel", "triangular"]);
    assert_eq!(kernel.neighbours(1).collect::<Vec<_>>(), [(0, 0.0), (2, 0.8)]);
    let (blocks, _) = ask("block.mtx", &["--block", "district"]);
    assert_eq!(blocks.neighbours(0).collect::<Vec<_>>(), [(1, 1.0)]);
    assert_eq!(blocks.islands(), [2, 3]);
    let (both, _) = ask("both.gal", &["--knn", "2", "--intersection", &folder.path("band.gal")]);
    assert_eq!((both.islands(), both.sum()), (vec![0, 3], 2.0));
    let (either, _) = ask("either.gal", &["--knn", "1", "--union", &folder.path("block.mtx")]);
    assert_eq!(either.sum(), 4.0);
}

#[test]
fn statistics_take_areas_and_points_in_place_of_a_file() {
    let folder = Folder::new();
    let (areas, out) = (squares(&folder), folder.path("w.gal"));
    let table = folder.write("rates.csv", "town,rate,x,y\nd,9,350.5,50\nc,5,250,50\nb,2,150,50\na,1,50,50\n");
    done(&["weights", "--areas", &areas, "--contiguity", "queen", "--snap", "1m", "-o", &out]);
    let ask = |more: &[&str]| -> Value {
        let common = ["stats", "moran", &table, "--value", "rate", "--seed", "3", "--format", "json"];
        let mut found: Value = serde_json::from_str(&done(&[&common, more].concat()).stdout).unwrap();
        let manifest = found["manifest"].take();
        assert_eq!(manifest["seed"], 3);
        assert_eq!(manifest["inputs"].as_array().unwrap().len(), 2 - usize::from(more.contains(&"--crs")));
        found
    };
    let from_file = ask(&["--weights", &out]);
    assert!((from_file["i"].as_f64().unwrap() - 14.625 / 38.75).abs() < 1e-12, "{from_file}");
    assert_eq!(ask(&["--areas", &areas, "--contiguity", "queen", "--snap", "1m"]), from_file);
    let near = ["--distance-band", "101m"];
    assert_eq!(ask(&[&near[..], &["--areas", &areas]].concat()), from_file);
    assert_eq!(ask(&[&near[..], &["--crs", "EPSG:4549"]].concat())["i"], from_file["i"]);
    let refused = jiju(["stats", "moran", &table, "--value", "rate"]);
    assert!(
        refused.status == 2 && refused.stderr.contains("nothing says which units are neighbours"),
        "{}",
        refused.stderr
    );
}

#[test]
fn rows_without_a_value_are_refused_or_left_out() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "x,y,staff\n0,0,1\n0,1,2\n0,2,\n0,3,4\n0,4,7\n");
    let ask = |more: &[&str]| {
        let common = ["stats", "local-moran", &table, "--value", "staff", "--crs", "EPSG:4549", "--knn", "1"];
        jiju([&common, more].concat())
    };
    let refused = ask(&[]);
    assert!(refused.status == 2 && refused.stderr.contains("1 rows without a number: 4"), "{}", refused.stderr);
    let found = ask(&["--drop-missing", "--format", "csv", "--adjust", "bonferroni"]);
    assert_eq!(found.status, 0, "{}", found.stderr);
    assert!(found.stderr.contains("1 rows without a value are left out"), "{}", found.stderr);
    assert_eq!(found.stdout.lines().count(), 5);
}

#[test]
fn a_matrix_that_is_none_is_refused() {
    let folder = Folder::new();
    let ask = |text: &str| {
        let file = folder.write("w.mtx", text);
        let refused = jiju(["weights", "--weights", &file, "-o", &folder.path("o.gal")]);
        assert_eq!(refused.status, 2);
        refused.stderr
    };
    let head = "%%MatrixMarket matrix coordinate real general\n";
    assert!(ask("1 2 3\n").contains("line 1: found"));
    // A head that would fill the memory.
    assert!(ask(&format!("{head}4000000000 4000000000 0\n")).contains("no more than the file's bytes"));
    assert!(ask(&format!("{head}2 2 1\n1 3 1\n")).contains("line 3: found `1 3 1`"));
    assert!(ask(&format!("{head}2 2 2\n1 2 1\n")).contains("found 1 entries, expected 2"));
    let file = folder.write("w.mtx", "%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n");
    assert!(
        done(&["weights", "--weights", &file, "-o", &folder.path("o.gal")]).stderr.contains("2 units, 2 neighbours")
    );
}
