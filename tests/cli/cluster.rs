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
