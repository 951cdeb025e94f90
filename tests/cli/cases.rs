//! Inputs that have broken tools of this kind: joins, neighbours, clusters, points patterns and statistics at their edges. Outcomes
//! come from closed forms, from exact arithmetic and from GEOS.

use serde_json::Value;

use super::{Outcome, jiju};

pub(super) const IN_GRID: [&str; 6] = ["--x", "x", "--y", "y", "--crs", "EPSG:4549"];

pub(super) fn file(name: &str) -> String {
    format!("tests/fixtures/statistics/{name}")
}

#[track_caller]
pub(super) fn done(arguments: &[&str]) -> Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{arguments:?}\n{}", outcome.stderr);
    outcome
}

#[track_caller]
pub(super) fn refused(arguments: &[&str], expected: &str) {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 2, "{arguments:?}\n{}\n{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stderr.contains(expected), "{arguments:?}\n{}", outcome.stderr);
}

#[track_caller]
pub(super) fn json(arguments: &[&str]) -> (Value, String) {
    let outcome = done(&[arguments, &["--format", "json"]].concat());
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.stderr)
}

/// Points per area, as `area,count` lines without their header, and what was said.
#[track_caller]
fn counts(points: &str, areas: &str, more: &[&str]) -> (Vec<String>, String) {
    let outcome = done(&[&["join", points, "--areas", areas, "--count", "--format", "csv"], more].concat());
    (outcome.stdout.lines().skip(1).map(str::to_owned).collect(), outcome.stderr)
}

/// Pairs of neighbours as `id,neighbour`, those of units without any left out.
#[track_caller]
fn pairs(arguments: &[&str]) -> Vec<String> {
    let outcome = done(&[&["weights"], arguments, &["--format", "csv"]].concat());
    let pair = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (!cells[1].is_empty()).then(|| format!("{},{}", cells[0], cells[1]))
    };
    outcome.stdout.lines().skip(1).filter_map(pair).collect()
}

#[test]
fn invalid_rings_are_told_and_enclose_what_they_wind_round() {
    let points = file("invalid-rings/p.csv");
    for (name, count, fault) in [
        ("bowtie", 4, "part 1 crosses itself"),
        ("selftouch", 4, "part 1 touches itself"),
        ("spike", 6, "part 1 runs back on itself"),
        ("unclosed", 6, ""),
        ("dupverts", 6, ""),
        ("partinpart", 6, "part 2 lies in part 1"),
        ("partsoverlap", 7, "part 1 shares an edge with part 2"),
        ("lap2", 6, "part 1 runs back on itself"),
        ("holeedge", 5, "part 1 shares an edge with part 1, hole 1"),
        ("holeoutside", 7, "part 1, hole 1 lies outside its part"),
        ("nestedholes", 3, "part 1, hole 2 lies in part 1, hole 1"),
    ] {
        let areas = file(&format!("invalid-rings/{name}.geojson"));
        for more in [&[][..], &["--repair"]] {
            let (found, said) = counts(&points, &areas, &[&IN_GRID, more].concat());
            assert_eq!(found, [format!("{name},{count}")]);
            assert!(said.contains(fault) && (fault.is_empty() || said.contains("area ")), "{name}: {said}");
            assert_eq!(said.contains("valid"), !fault.is_empty(), "{name}: {said}");
        }
    }
    let zero = file("invalid-rings/zero.geojson");
    refused(&[&["join", &points, "--areas", &zero][..], &IN_GRID].concat(), "expected areas that enclose something");
}

#[test]
fn join_size_and_window_see_the_same_points() {
    let points = file("invalid-areas/p.csv");
    for (name, size_m2) in [("ring_twice", 100.0), ("part_twice", 100.0), ("parts_overlap", 150.0), ("bowtie", 50.0)] {
        let areas = file(&format!("invalid-areas/{name}.geojson"));
        let (found, said) = counts(&points, &areas, &IN_GRID);
        assert_eq!(found, ["a,6"], "{name}");
        assert!(said.contains("expected valid rings"), "{said}");
        let (found, said) = json(&[&["concentration", &points, "--areas", &areas][..], &IN_GRID].concat());
        let density = found[0]["density_per_km2"].as_f64().unwrap();
        assert!((density - 6e6 / size_m2).abs() < 1e-3, "{name}: {found}");
        assert!(said.contains("expected valid rings"), "{said}");
        let (found, said) = json(&[&["stats", "k", &points, "--areas", &areas][..], &IN_GRID].concat());
        assert!((found["area_m2"].as_f64().unwrap() - size_m2).abs() < 1e-6, "{name}: {}", found["area_m2"]);
        assert!(said.contains("expected valid rings"), "{said}");
        let said = done(&["weights", "--areas", &areas, "--contiguity", "queen"]).stderr;
        assert!(said.contains("expected valid rings"), "{said}");
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("a.index");
        let said = done(&["index", &areas, "-o", index.to_str().unwrap()]).stderr;
        assert!(said.contains("expected valid rings"), "{said}");
        let (found, said) = counts(&points, index.to_str().unwrap(), &IN_GRID);
        assert!(found == ["a,6"] && said.contains("expected valid rings"), "{found:?} {said}");
    }
}

#[test]
fn areas_and_centres_lie_on_both_sides_of_the_180th_meridian() {
    let points = file("antimeridian-pole/p.csv");
    for (name, at_178) in [("cut", "west"), ("raw", "")] {
        let areas = file(&format!("antimeridian-pole/{name}.geojson"));
        let outcome = done(&["join", &points, "--areas", &areas, "--format", "csv"]);
        let held: Vec<&str> = outcome.stdout.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
        assert_eq!(held, ["fiji", "fiji", "fiji", "fiji", at_178, ""], "{name}");
        assert_eq!(outcome.stderr.contains("across the 180th meridian"), name == "raw", "{}", outcome.stderr);
    }
    let areas = file("antimeridian-pole/kn.geojson");
    let near = pairs(&["--areas", &areas, "--knn", "1"]);
    assert!(near.contains(&"W,E".to_owned()) && near.contains(&"E,W".to_owned()), "{near:?}");
    assert_eq!(pairs(&["--areas", &areas, "--contiguity", "rook"]), ["W,E", "E,W"]);
    let points = file("antimeridian-centres/am.csv");
    let (found, _) = json(&["cluster", "dbscan", &points, "--radius", "30m", "--min-points", "2"]);
    let clusters = found["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 1);
    assert!((clusters[0]["x"].as_f64().unwrap().abs() - 180.0).abs() < 1e-4, "{}", clusters[0]);
}

#[test]
fn areas_within_others_and_boundaries_of_several_are_told() {
    let (found, said) = counts(&file("nested-and-enclaves/p.csv"), &file("nested-and-enclaves/n.geojson"), &IN_GRID);
    assert_eq!(found, ["outer,4", "enclave,1"]);
    assert!(!said.contains("within an earlier one"), "{said}");
    let (points, areas) = (file("nested-and-enclaves/p.csv"), file("nested-and-enclaves/ov.geojson"));
    let (_, said) = counts(&points, &areas, &IN_GRID);
    assert!(said.contains("small in big") && said.contains("twin in big"), "{said}");
    let (_, said) = counts(&points, &areas, &[&IN_GRID[..], &["--all"]].concat());
    assert!(!said.contains("within an earlier one"), "{said}");
    let (found, said) = counts(
        &file("all-counts-note/p.csv"),
        &file("all-counts-note/a.geojson"),
        &[&IN_GRID[..], &["--all"]].concat(),
    );
    assert_eq!(found.len(), 2);
    assert!(said.contains("2 of 2 points lie on a boundary"), "{said}");
}

#[test]
fn nearest_neighbours_of_points_in_one_place_are_as_many_as_asked_for() {
    let points = file("knn-coincident/dup.csv");
    for k in 1..10 {
        let asked = k.to_string();
        let found = pairs(&[&[points.as_str(), "--knn", &asked][..], &IN_GRID].concat());
        assert_eq!(found.len(), 10 * k);
        assert!(found.iter().all(|pair| pair.split_once(',').is_some_and(|(one, other)| one != other)));
    }
    for k in ["0", "10"] {
        refused(&[&["weights", &points, "--knn", k][..], &IN_GRID].concat(), "expected 1 to 9");
    }
    let inverse = ["weights", &points, "--knn", "3", "--inverse-distance", "1"];
    refused(&[&inverse[..], &IN_GRID].concat(), "6 units: 1, 2, 3, 4, 5, 6");
}

#[test]
fn a_point_on_shared_boundaries_goes_to_the_first_area() {
    let (points, areas) = (file("shared-boundary/p.csv"), file("shared-boundary/a.geojson"));
    let outcome = done(&[&["join", &points, "--areas", &areas, "--format", "csv"][..], &IN_GRID].concat());
    let held: Vec<&str> = outcome.stdout.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(held, ["SW", "SW", "NW", "SW", "NE", "SE", "", ""]);
    assert!(outcome.stderr.contains("2 of 8 points lie in no area"), "{}", outcome.stderr);
    let all = done(&[&["join", &points, "--areas", &areas, "--all", "--format", "csv"][..], &IN_GRID].concat());
    let rows = |id: &str| all.stdout.lines().filter(|line| line.starts_with(id)).count();
    assert_eq!([rows("corner4"), rows("edgeSWSE"), rows("edgeNWNE"), rows("justout")], [4, 2, 2, 1]);
}

#[test]
fn boundaries_meet_in_points_and_lines() {
    let near = |name: &str, kind: &str, more: &[&str]| {
        let areas = file(name);
        pairs(&[&["--areas", &areas, "--contiguity", kind], more].concat())
    };
    assert_eq!(
        [near("queen-rook/grid.geojson", "queen", &[]).len(), near("queen-rook/grid.geojson", "rook", &[]).len()],
        [12, 8]
    );
    for kind in ["queen", "rook"] {
        let long = near("queen-rook/t.geojson", kind, &[]);
        assert_eq!(long[..4], ["long,a", "long,b", "long,c", "long,below"]);
        let nest = near("queen-rook/nest.geojson", kind, &[]);
        assert_eq!(nest, ["ring,core", "core,ring", "twin1,twin2", "twin2,twin1"]);
    }
    assert!(near("queen-rook/two.geojson", "queen", &[]).contains(&"A,B".to_owned()));
    assert!(!near("queen-rook/two.geojson", "rook", &[]).contains(&"A,B".to_owned()));
    assert_eq!(near("slivers/gap.geojson", "queen", &[]), ["b,d", "d,b"]);
    let snapped = near("slivers/gap.geojson", "queen", &["--snap", "0.1m"]);
    assert_eq!(snapped, ["a,b", "a,c", "b,a", "b,c", "b,d", "c,a", "c,b", "d,b"]);
    assert!(!near("slivers/gap.geojson", "rook", &["--snap", "0.1m"]).contains(&"b,c".to_owned()));
    assert_eq!(near("slivers/gapll.geojson", "queen", &["--snap", "0.2m"]).len(), 4);
    assert_eq!(near("slivers/gapll.geojson", "queen", &["--snap", "0.06m"]), ["n1,n2", "n2,n1"]);
}

#[test]
fn distances_have_a_unit_and_count_at_the_radius() {
    let labels = |name: &str, radius: &str, more: &[&str]| -> Vec<Value> {
        let points = file(name);
        let (found, _) =
            json(&[&["cluster", "dbscan", &points, "--radius", radius, "--min-points", "2"], more].concat());
        found["labels"].as_array().unwrap().clone()
    };
    let in_cluster = |labels: &[Value]| labels.iter().filter(|label| !label.is_null()).count();
    assert_eq!(in_cluster(&labels("dbscan-units/n.csv", "100m", &[])), 5);
    assert_eq!(in_cluster(&labels("dbscan-units/n.csv", "98m", &[])), 0);
    let line = labels("dbscan-units/g.csv", "5m", &IN_GRID);
    assert_eq!(in_cluster(&line), line.len());
    assert_eq!(in_cluster(&labels("dbscan-units/pole.csv", "30m", &[])), 3);
    let points = file("dbscan-units/n.csv");
    for radius in ["100", "0m", "-5m"] {
        let asked = format!("--radius={radius}");
        let outcome = jiju(["cluster", "dbscan", &points, &asked, "--min-points", "2"]);
        assert_eq!(outcome.status, 2, "{radius}");
    }
    let near = pairs(&[&[file("band-floats/g.csv").as_str(), "--distance-band", "5m"][..], &IN_GRID].concat());
    assert_eq!(near.len(), 8);
}

#[test]
fn clusters_of_points_in_one_place_are_clusters() {
    let points = file("hdbscan-duplicates/d.csv");
    for size in 2..=10 {
        let size = size.to_string();
        let asked = ["cluster", "hdbscan", &points, "--min-cluster-size", &size];
        let (found, _) = json(&[&asked[..], &IN_GRID].concat());
        assert_eq!(found["clusters"].as_array().unwrap().len(), 3, "{size}");
        let probabilities = found["probability"].as_array().unwrap();
        assert!(probabilities.iter().all(|one| one.as_f64().is_some_and(|one| (0.0..=1.0).contains(&one))));
    }
    let points = file("optics-ties/grid.csv");
    let (found, _) = json(&[&["cluster", "optics", &points, "--min-points", "4"][..], &IN_GRID].concat());
    let mut order: Vec<u64> =
        found["order"].as_array().unwrap().iter().map(|one| one.as_f64().unwrap() as u64).collect();
    order.sort_unstable();
    assert_eq!(order, (0..36).collect::<Vec<u64>>());
    let many = ["cluster", "optics", &points, "--min-points", "99"];
    assert_eq!(jiju([&many[..], &IN_GRID].concat()).status, 2);
}

#[test]
fn a_table_of_many_points_in_one_place_takes_no_square_of_their_number() {
    // A minute each where it did.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.csv");
    let rows: String = (0..20_000).map(|id| format!("{id},500000,3300000\n")).collect();
    std::fs::write(&path, format!("id,x,y\n{rows}")).unwrap();
    let points = path.to_str().unwrap();
    let near = done(&[&["weights", points, "--knn", "8", "--format", "csv"][..], &IN_GRID].concat());
    assert_eq!(near.stdout.lines().count(), 160_001);
    let order = ["cluster", "optics", points, "--min-points", "5", "--max-radius", "1km", "--format", "csv"];
    let order = done(&[&order[..], &IN_GRID].concat());
    assert_eq!(order.stdout.lines().count(), 20_001);
}

#[test]
fn regions_have_their_floor_and_their_number() {
    let (table, weights) = (file("skater/t.csv"), file("skater/w.gal"));
    let regions = |k: &str, weights: &str| {
        let asked = ["cluster", "skater", &table, "--values", "x", "--k", k, "--weights", weights, "--format", "json"];
        jiju(asked)
    };
    for k in ["0", "9"] {
        assert_eq!(regions(k, &weights).status, 2, "{k}");
    }
    for k in ["3", "8"] {
        assert_eq!(regions(k, &weights).status, 0, "{k}");
    }
    let two = file("skater/w2.gal");
    assert_eq!(["1", "2", "4"].map(|k| regions(k, &two).status), [2, 0, 0]);
    let (table, weights) = (file("max-p/t.csv"), file("max-p/w.gal"));
    let floor = |floor: &str| {
        let asked = format!("f={floor}");
        jiju([
            "cluster",
            "max-p",
            &table,
            "--values",
            "x",
            "--floor",
            &asked,
            "--weights",
            &weights,
            "--format",
            "json",
        ])
    };
    assert_eq!(["20", "80", "81"].map(|least| floor(least).status), [0, 0, 2]);
}

#[test]
fn counts_and_classes_hold_what_they_are_given() {
    let table = file("fractional-counts/c.csv");
    let outcome = done(&["concentration", &table, "--counts", "--format", "csv"]);
    assert!(outcome.stdout.contains("1.5") && outcome.stdout.contains("2.75"), "{}", outcome.stdout);
    let rings = ["both_cw", "ccw_cw", "cw_ccw"].map(|name| {
        let areas = file(&format!("ring-orientation/{name}.geojson"));
        counts(&file("ring-orientation/p.csv"), &areas, &[]).0.concat()
    });
    assert!(rings.iter().all(|count| count.ends_with(",2")), "{rings:?}");
    let world = counts(&file("ring-orientation/w.csv"), &file("ring-orientation/world.geojson"), &[]).0;
    assert!(world[0].ends_with(",4"), "{world:?}");
}

#[test]
fn a_layer_in_web_mercator_is_located_in_its_own_coordinates() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let areas = path(
        "a.geojson",
        r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[
        {"type":"Feature","properties":{"id":"a"},"geometry":{"type":"Polygon","coordinates":
        [[[13000000,3500000],[13300000,3600000],[13000000,3700000],[13000000,3500000]]]}}]}"#,
    );
    // On the slanted edge, a hair beside it to either side, and on a corner.
    let points = path(
        "p.csv",
        "id,x,y\non,13150000,3550000\nout,13150000,3549999.9\nin,13150000,3550000.1\ncorner,13300000,3600000\n",
    );
    let join = ["join", &points, "--areas", &areas, "--x", "x", "--y", "y", "--crs", "EPSG:3857", "--format", "csv"];
    let outcome = done(&join);
    let found: Vec<(&str, &str)> = (outcome.stdout.lines().skip(1))
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[3], cells[5])
        })
        .collect();
    assert_eq!(found, [("a", "true"), ("", ""), ("a", "false"), ("a", "true")], "{}", outcome.stdout);
    // The same with snapping, and whatever counts the points: only distances are measured elsewhere.
    let snapped = done(&[&join[..], &["--snap", "1m"]].concat());
    assert_eq!(
        snapped.stdout.lines().map(|line| line.split(',').nth(3).unwrap()).collect::<Vec<_>>(),
        ["a_id", "a", "a", "a", "a"]
    );
    let cells: Vec<&str> = snapped.stdout.lines().nth(2).unwrap().split(',').collect();
    // A tenth of a metre of the plane is some 0.085 m on the ground at 30°N, and less across the edge.
    assert!(cells[6].parse::<f64>().is_ok_and(|distance_m| distance_m > 0.07 && distance_m < 0.09), "{cells:?}");
    let in_plane = ["--x", "x", "--y", "y", "--crs", "EPSG:3857"];
    let index = folder.path().join("a.index");
    let index = index.to_str().unwrap();
    done(&["index", &areas, "-o", index]);
    for areas in [areas.as_str(), index] {
        let located = [&["join", &points, "--areas", areas, "--count", "--format", "csv"][..], &in_plane].concat();
        assert_eq!(done(&located).stdout, "area,count\na,3\n", "{areas}");
        let snapped = done(&[&located[..], &["--snap", "1m"]].concat());
        assert_eq!(snapped.stdout, "area,count\na,4\n", "{areas}");
        let (found, _) = json(&[&["concentration", &points, "--areas", areas, "--by", "y"][..], &in_plane].concat());
        let counted: f64 = found.as_array().unwrap().iter().map(|cell| cell["count"].as_f64().unwrap()).sum();
        assert_eq!(counted, 3.0, "{areas}");
        let (found, said) = json(&[&["stats", "k", &points, "--areas", areas][..], &in_plane].concat());
        assert_eq!(found["n"], 3, "{areas}: {said}");
    }
    // A corner in the middle of a slanted edge touches it.
    let touching = path(
        "b.geojson",
        r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[
        {"type":"Feature","properties":{"id":"a"},"geometry":{"type":"Polygon","coordinates":
        [[[13000000,3500000],[13300000,3600000],[13000000,3700000],[13000000,3500000]]]}},
        {"type":"Feature","properties":{"id":"b"},"geometry":{"type":"Polygon","coordinates":
        [[[13150000,3550000],[13200000,3500000],[13210000,3510000],[13150000,3550000]]]}}]}"#,
    );
    assert_eq!(pairs(&["--areas", &touching, "--contiguity", "queen"]), ["a,b", "b,a"]);
    // Sizes are measured on the ellipsoid.
    let sized =
        ["concentration", &points, "--areas", &areas, "--x", "x", "--y", "y", "--crs", "EPSG:3857", "--by", "id"];
    let (found, _) = json(&sized);
    // A tenth of a square degree and some, far less than the 30,000 km² of the plane.
    let density = found[0]["density_per_km2"].as_f64().unwrap();
    assert!(1.0 / density > 15_000.0 && 1.0 / density < 25_000.0, "{}", 1.0 / density);
}

#[test]
fn a_gwt_with_islands_says_what_it_cannot_hold() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("w.gwt");
    let weights = file("islands/w.gal");
    let said = done(&["weights", "--weights", &weights, "-o", output.to_str().unwrap()]).stderr;
    assert!(said.contains("a GWT has lines for pairs alone: 4 units"), "{said}");
}

#[test]
fn check_tells_of_invalid_areas_once() {
    let areas = file("invalid-areas/bowtie.geojson");
    let outcome = jiju(["check", "--areas", &areas, "--format", "csv"]);
    let lines: Vec<&str> = outcome.stdout.lines().filter(|line| line.contains("invalid_geometry")).collect();
    assert_eq!(lines.len(), 1, "{}\n{}", outcome.stdout, outcome.stderr);
    assert!(lines[0].contains("area a: part 1 crosses itself near 500005"), "{}", lines[0]);
}
