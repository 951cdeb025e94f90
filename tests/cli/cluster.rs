//! Clusters as a user finds them: members, clusters, hulls.

use serde_json::Value;

use super::{Folder, jiju};

fn done(arguments: &[&str]) -> super::Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome
}

#[test]
fn members_clusters_and_hulls_of_one_run() {
    let folder = Folder::new();
    // Four firms about a square of 100 m, one far off, one without a place.
    let table = folder.write(
        "firms.csv",
        "id,x,y,sector,staff\na,500000,3300000,dyeing,10\nb,500100,3300000,dyeing,20\nc,500100,3300100,bearings,5\n\
         d,500000,3300100,dyeing,1\ne,900000,3300000,dyeing,7\nf,,,dyeing,9\n",
    );
    let (members, clusters, hulls) =
        (folder.path("members.csv"), folder.path("clusters.csv"), folder.path("hulls.geojson"));
    let common = ["cluster", "dbscan", &table, "--crs", "EPSG:4549", "--radius", "100m", "--min-points", "3"];
    let outcome = done(
        &[
            &common[..],
            &["--by", "sector", "--weight", "staff", "--names", super::DISTRICTS, "--clusters", &clusters],
            &["--hulls", &hulls, "-o", &members],
        ]
        .concat(),
    );
    assert!(outcome.stderr.contains("1 clusters, 2 of 6 rows in none"), "{}", outcome.stderr);
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let rows: Vec<String> = read(&members).lines().map(str::to_owned).collect();
    assert_eq!(rows[0], "id,x,y,sector,staff,cluster,core");
    assert!(rows[1].ends_with(",0,1") && rows[5].ends_with(",,0") && rows[6].ends_with(",,"), "{rows:?}");
    let rows: Vec<String> = read(&clusters).lines().map(str::to_owned).collect();
    assert!(rows[1].contains("dyeing") && rows[1].contains(",4,36,dyeing,0.75,500050,3300050,0.01,400"), "{rows:?}");
    let hulls: Value = serde_json::from_str(&read(&hulls)).unwrap();
    assert_eq!(hulls["features"].as_array().unwrap().len(), 1);
    assert!(hulls["features"][0]["properties"]["name"].as_str().unwrap().ends_with(" dyeing"));
    let json: Value = serde_json::from_str(&done(&[&common[..], &["--format", "json"]].concat()).stdout).unwrap();
    assert_eq!(json["labels"], serde_json::json!([0, 0, 0, 0, null, null]));
    assert_eq!(json["manifest"]["statistic"], "dbscan");
}

#[test]
fn other_methods_and_the_scan_answer() {
    let folder = Folder::new();
    let rows = (0..40)
        .map(|n| format!("{n},{},{},{},100\n", 500_000 + n % 10 * 10 + n / 20 * 5000, n % 20 / 10 * 10, n / 20 * 9));
    let table = folder.write("places.csv", &format!("id,x,y,cases,firms\n{}", rows.collect::<String>()));
    let place = ["--crs", "EPSG:4549", "--format", "json"];
    let ask = |arguments: &[&str]| -> Value {
        serde_json::from_str(&done(&[arguments, &place[..]].concat()).stdout).unwrap()
    };
    let found = ask(&["cluster", "hdbscan", &table, "--min-cluster-size", "10"]);
    assert_eq!(found["clusters"].as_array().unwrap().len(), 2);
    assert_eq!(found["probability"].as_array().unwrap().len(), 40);
    let found = ask(&["cluster", "optics", &table, "--min-points", "5", "--max-radius", "1km"]);
    assert_eq!(found["order"].as_array().unwrap().len(), 40);
    let found = ask(&["cluster", "scan", &table, "--id", "id", "--cases", "cases", "--population", "firms"]);
    assert_eq!(found["clusters"][0]["cases"], 180);
    assert_eq!(found["clusters"][0]["p"], 0.001);
    assert_eq!(found["clusters"][0]["relative_risk"], Value::Null);
    let found = ask(&[
        "cluster",
        "scan",
        &table,
        "--cases",
        "cases",
        "--controls",
        "firms",
        "--simulations",
        "0",
        "--max-share",
        "0.6",
    ]);
    assert_eq!(found["clusters"][0]["population"], 2180.0);
    let refused = jiju(["cluster", "scan", &table, "--cases", "cases"]);
    assert_eq!(refused.status, 2);
}

#[test]
fn what_cannot_be_meant_is_told() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "id,lon,lat,cases\na,120.5,30,0.5\nb,120.5,30,1\n");
    let refused = jiju(["cluster", "dbscan", &table, "--radius", "0m"]);
    assert!(
        refused.status == 2 && refused.stderr.contains("the radius is 0 m, expected more than 0 m"),
        "{}",
        refused.stderr
    );
    let refused = jiju(["cluster", "scan", &table, "--cases", "cases", "--population", "cases"]);
    assert!(
        refused.stderr.contains("found 0.5 at column `cases`, row 2, expected a whole number"),
        "{}",
        refused.stderr
    );
    let far = folder.write("far.csv", "x,y\n1e30,0\n1,1\n2,2\n");
    let refused = jiju(["cluster", "dbscan", &far, "--crs", "EPSG:4549", "--radius", "1m"]);
    assert!(refused.status == 2 && refused.stderr.contains("the radius is 1 m"), "{}", refused.stderr);
    // Two in one place enclose nothing.
    let found = done(&["cluster", "dbscan", &table, "--radius", "1m", "--min-points", "2", "--format", "json"]);
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(
        (&found["clusters"][0]["members"], &found["clusters"][0]["area_km2"]),
        (&serde_json::json!(2), &Value::Null)
    );
}

#[test]
fn places_that_are_nowhere_are_counted_not_refused() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "lon,lat\n120.5,30\n30,120.5\n120.5,30.0001\n");
    let found = done(&["cluster", "dbscan", &table, "--radius", "100m", "--min-points", "2", "--format", "json"]);
    assert!(found.stderr.contains("1 rows lie nowhere on Earth: 3"), "{}", found.stderr);
    let json: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(json["labels"], serde_json::json!([0, null, 0]));
    let found = done(&["weights", &table, "--knn", "1", "-o", &folder.path("w.gal")]);
    assert!(found.stderr.contains("1 units have no neighbours: 2"), "{}", found.stderr);
}

/// Six towns in a row of squares, as a table and as areas.
fn towns(folder: &Folder) -> (String, String) {
    let square = |n: usize| {
        let (west, east) = (120.0 + n as f64 / 7.0, 120.0 + (n + 1) as f64 / 7.0);
        format!(
            r#"{{"type":"Feature","properties":{{"id":"t{n}","name":"t{n}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},30],[{east},30],[{east},30.1],[{west},30.1],[{west},30]]]}}}}"#
        )
    };
    let features: Vec<String> = (0..6).map(square).collect();
    let areas = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let rows = [1, 2, 9, 8, 20, 21].iter().enumerate().map(|(n, rate)| format!("t{n},{rate},{}\n", 10 * (n + 1)));
    let table = folder.write("towns.csv", &format!("town,rate,firms\n{}", rows.collect::<String>()));
    (table, folder.write("towns.geojson", &areas))
}

#[test]
fn regions_of_towns_with_their_outlines() {
    let folder = Folder::new();
    let (table, areas) = towns(&folder);
    let (outlines, summary) = (folder.path("regions.geojson"), folder.path("summary.csv"));
    let common = [&table, "--values", "rate", "--areas", &areas, "--contiguity", "rook"];
    let files = ["--regions", &outlines, "--summary", &summary, "--format", "csv"];
    let outcome = done(&[&["cluster", "skater"], &common[..], &["-k", "3"], &files].concat());
    let labels: Vec<&str> = outcome.stdout.lines().skip(1).map(|row| row.rsplit_once(',').unwrap().1).collect();
    assert_eq!(labels, ["0", "0", "1", "1", "2", "2"]);
    assert!(outcome.stderr.contains("3 regions of 6 areas, 99."), "{}", outcome.stderr);
    let rows = std::fs::read_to_string(&summary).unwrap();
    assert!(rows.starts_with("region,areas,within,mean_rate\n0,2,") && rows.contains(",1.5\n"), "{rows}");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&outlines).unwrap()).unwrap();
    let features = written["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    // What two regions share they share to the last digit.
    let neighbours =
        done(&["weights", "--areas", &outlines, "--contiguity", "rook", "-o", &folder.path("regions.gal")]);
    assert!(neighbours.stderr.contains("3 units, 4 neighbours"), "{}", neighbours.stderr);
    // Neither gaps nor overlaps.
    done(&["check", "--areas", &outlines, "--strict"]);

    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&done(&[arguments, &["--format", "json"]].concat()).stdout).unwrap()
    };
    let found = json(&[&["cluster", "skater"], &common[..], &["-k", "3", "--floor", "firms=50", "--raw"]].concat());
    assert_eq!(found["labels"], serde_json::json!([0, 0, 0, 0, 1, 2]));
    assert_eq!(found["columns"]["sum_firms"], serde_json::json!([100.0, 50.0, 60.0]));
}

#[test]
fn as_many_regions_as_a_floor_allows() {
    let folder = Folder::new();
    let (table, areas) = towns(&folder);
    let common = ["cluster", "max-p", &table, "--values", "rate", "--areas", &areas, "--contiguity", "queen"];
    let found = done(&[&common[..], &["--floor", "firms=50", "--seed", "3", "--format", "json"]].concat());
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    // 10, 20, 30 and 40 firms, 50, 60: of all ways to make three regions the one whose rates are most alike.
    assert_eq!(found["labels"], serde_json::json!([0, 0, 0, 0, 1, 2]));
    assert_eq!(found["manifest"]["seed"], 3);
    let refused = jiju(common);
    assert!(refused.status == 2 && refused.stderr.contains("the floor is none"), "{}", refused.stderr);
    let refused = jiju([&common[..], &["--floor", "firms=1000"]].concat());
    assert!(refused.status == 2 && refused.stderr.contains("do not reach it, about t0"), "{}", refused.stderr);
    let refused = jiju([&common[..], &["--floor", "firms"]].concat());
    assert!(refused.stderr.contains("found `firms`, expected COLUMN=NUMBER"), "{}", refused.stderr);
}

#[test]
fn clusters_survive_settings_or_do_not() {
    let folder = Folder::new();
    // Five in 40 m, and three that hang together only at 200 m.
    let table = folder.write(
        "points.csv",
        "x,y\n500000,10\n500010,10\n500020,10\n500030,10\n500040,10\n501000,10\n501090,10\n501180,10\n503000,10\n",
    );
    let common = ["cluster", "dbscan-panel", &table, "--crs", "EPSG:4549", "--radius", "100m", "--min-points", "2"];
    let found = done(&[&common[..], &["--radii", "20m,100m,200m", "--sizes", "2", "--format", "json"]].concat());
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    let of = |name: &str| -> Vec<f64> {
        found["clusters"].as_array().unwrap().iter().map(|row| row[name].as_f64().unwrap()).collect()
    };
    assert_eq!(
        (of("members"), of("survived_share"), of("together_share")),
        (vec![5.0, 3.0], vec![1.0, 0.5], vec![1.0, 0.5])
    );
    assert_eq!(found["settings"].as_array().unwrap().len(), 3);
    let members = folder.path("members.csv");
    done(&[&common[..], &["--members", &members]].concat());
    let members = std::fs::read_to_string(&members).unwrap();
    assert!(members.starts_with("x,y,cluster,clustered_share\n") && members.lines().count() == 10, "{members}");
    let alone = jiju([&common[..], &["--radii", "100m", "--sizes", "2"]].concat());
    assert!(alone.status == 2 && alone.stderr.contains("give other --radii or --sizes"), "{}", alone.stderr);
}

#[test]
fn clusters_of_two_dates_by_members_and_by_hulls() {
    let folder = Folder::new();
    let before = folder.write("before.csv", "id,cluster\na,0\nb,0\nc,1\nd,1\ne,2\nf,\n");
    let after = folder.write("after.csv", "id,cluster\na,5\nb,5\nc,5\nd,5\nf,6\ng,6\n");
    let found = done(&["cluster", "match", &before, &after, "--format", "csv"]);
    let rows: Vec<&str> = found.stdout.lines().collect();
    let (matched, tested) = ("change,before,after,size_before,size_after,shared,shared_of_before,shared_of_after", 8);
    assert_eq!(rows[0], format!("{matched},share_before,share_after,firms_changed,p,p_adjusted,verdict"));
    let cells: Vec<Vec<&str>> = rows[1..].iter().map(|row| row.split(',').collect()).collect();
    let joined: Vec<String> = cells.iter().map(|row| row[..tested].join(",")).collect();
    assert_eq!(joined, ["merged,0 1,5,4,4,4,1,1", "gone,2,,1,,0,0,", "born,,6,,2,0,,0"]);
    // Of four clusters of six firms each time: e is gone, g is new, f moved. p of all signs of those that changed.
    let numbers = |column: usize| -> Vec<f64> { cells.iter().map(|row| row[column].parse().unwrap()).collect() };
    for (found, expected) in numbers(tested + 3).iter().zip([1.0, 0.5, 0.25]) {
        assert!((found - expected).abs() < 1e-12, "{found}");
    }
    assert_eq!(numbers(tested + 2), [0.0, 1.0, 2.0]);
    assert!(cells.iter().all(|row| row[tested + 5] == "no change cannot be excluded"));
    assert!(found.stderr.contains("of 3 of 3 clusters it cannot be excluded"), "{}", found.stderr);
    assert!(
        found.stderr.contains("3 clusters before, 2 after: 0 kept, 0 grown, 0 shrunk, 1 merged"),
        "{}",
        found.stderr
    );
    let lone = folder.write("lone.csv", "id,cluster\na,0\nb,0\n");
    let told = done(&["cluster", "match", &lone, &after]).stderr;
    assert!(told.contains("a table has no firm outside clusters"), "{told}");
    let doubled = folder.write("doubled.csv", "id,cluster\na,0\na,1\n");
    let refused = jiju(["cluster", "match", &before, &doubled]);
    assert!(refused.status == 2 && refused.stderr.contains("found `a` in rows 2 and 3"), "{}", refused.stderr);

    let (_, areas) = towns(&folder);
    let same = done(&["cluster", "match", &areas, &areas, "--format", "json"]);
    let same: Value = serde_json::from_str(&same.stdout).unwrap();
    assert_eq!((&same["unit"], &same["counts"]["kept"]), (&serde_json::json!("m2"), &serde_json::json!(6)));
    let refused = jiju(["cluster", "match", &before, &areas]);
    assert!(refused.status == 2 && refused.stderr.contains("one file holds members"), "{}", refused.stderr);
}

#[test]
fn an_elliptic_scan_finds_what_lies_along_a_line() {
    let folder = Folder::new();
    // A street from south-west to north-east has five times the cases.
    let rows = (0..100).map(|n| {
        let (x, y) = (n % 10, n / 10);
        let cases = if x == y && (2..7).contains(&x) { 25 } else { 5 };
        format!("{n},{},{},{cases},100\n", 500_000 + x * 1000, 3_300_000 + y * 1000)
    });
    let table = folder.write("places.csv", &format!("id,x,y,cases,firms\n{}", rows.collect::<String>()));
    let common = ["cluster", "scan", &table, "--id", "id", "--cases", "cases", "--population", "firms"];
    let grid = ["--crs", "EPSG:4549", "--format", "json", "--simulations", "99"];
    let ask =
        |more: &[&str]| -> Value { serde_json::from_str(&done(&[&common[..], &grid, more].concat()).stdout).unwrap() };
    let found = &ask(&["--shape", "elliptic"])["clusters"][0];
    assert_eq!((&found["ellipse"]["angle_deg"], &found["p"]), (&serde_json::json!(45.0), &serde_json::json!(0.01)));
    let mut members: Vec<u64> =
        found["members"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap()).collect();
    members.sort_unstable();
    assert_eq!(members, [22, 33, 44, 55, 66]);
    // Circles say nothing of ellipses.
    assert_eq!(ask(&[])["clusters"][0]["ellipse"], Value::Null);
    // Longitude and latitude are brought to a grid.
    let degrees =
        folder.write("degrees.csv", "lon,lat,cases,firms\n120.5,30,9,10\n120.51,30,9,10\n120.9,30,1,50\n121,30,1,50\n");
    let found =
        done(&["cluster", "scan", &degrees, "--cases", "cases", "--population", "firms", "--shape", "elliptic"]);
    assert!(found.stdout.contains("axis_ratio"), "{}", found.stdout);
}
