//! Point patterns as a user asks for them.

use serde_json::Value;

use super::{DISTRICTS, Folder, jiju};

fn done(arguments: &[&str]) -> super::Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    outcome
}

fn json(arguments: &[&str]) -> (Value, String) {
    let outcome = done(&[arguments, &["--format", "json"]].concat());
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.stderr)
}

/// A lattice of firms, every third of dyeing, with one firm far outside and one without a place.
fn firms(folder: &Folder) -> String {
    let rows = (0..100).map(|n| {
        format!("{},{},{},{}\n", 10 + n % 10 * 10, 10 + n / 10 * 10, ["dyeing", "chemicals", "bearings"][n % 3], n % 7)
    });
    folder
        .write("firms.csv", &format!("x,y,sector,staff\n{}5000,5000,dyeing,1\n,,dyeing,1\n", rows.collect::<String>()))
}

fn window(folder: &Folder) -> String {
    // Two halves: the edge between them is no boundary.
    let half = |x: [i32; 2]| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{0}"}},"geometry":{{"type":"Polygon","coordinates":[[[{0},0],[{1},0],[{1},110],[{0},110],[{0},0]]]}}}}"#,
            x[0], x[1]
        )
    };
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}"#;
    let features = format!("{},{}", half([0, 55]), half([55, 110]));
    folder.write("window.geojson", &format!(r#"{{"type":"FeatureCollection",{crs},"features":[{features}]}}"#))
}

#[test]
fn patterns_are_measured_in_the_window() {
    let folder = Folder::new();
    let (table, window) = (firms(&folder), window(&folder));
    let ask = |statistic: &str, more: &[&str]| {
        json(&[&["stats", statistic, &table, "--crs", "EPSG:4549", "--window", &window], more].concat())
    };
    let (found, said) = ask("clark-evans", &[]);
    assert_eq!((found["n"].as_u64(), found["area_m2"].as_f64()), (Some(100), Some(12100.0)));
    assert!((found["ratio"].as_f64().unwrap() - 10.0 / 5.5).abs() < 1e-12);
    assert!(said.contains("1 points lie outside the window") && said.contains("1 rows"), "{said}");
    let (found, _) = ask("k", &["--radii", "5m,10m", "--correction", "none"]);
    // 180 pairs side by side, seen from both ends.
    assert!((found["k"][1].as_f64().unwrap() - 12100.0 * 360.0 / 9900.0).abs() < 1e-9, "{found}");
    assert_eq!(found["k"][0], 0.0);
    let (found, _) = ask("pcf", &["--radii", "0m,10m", "--bandwidth", "1m", "--correction", "none"]);
    // The same 360 seen pairs, at the middle of a kernel 0.75 high.
    let expected = 12100.0 * 360.0 * 0.75 / (2.0 * std::f64::consts::PI * 10.0 * 9900.0);
    assert!((found["g"][1].as_f64().unwrap() - expected).abs() < 1e-9 && found["g"][0].is_null(), "{found}");
    let (found, _) = ask("g", &["--radii", "9m,10m"]);
    assert_eq!(found["raw"], serde_json::json!([0.0, 1.0]));
    let (found, _) = ask("f", &["--max-radius", "20m", "--steps", "4", "--probes", "400"]);
    assert!(found["raw"][2].as_f64().unwrap() > 0.9, "{found}");
    let (found, _) = ask("l", &["--max-radius", "20m", "--steps", "2", "--simulations", "19", "--seed", "1"]);
    assert_eq!((found["null_model"].as_str(), found["p_simulation"].as_f64()), (Some("csr"), Some(0.05)));
    assert_eq!(ask("l", &["--max-radius", "20m", "--steps", "2", "--simulations", "19", "--seed", "1"]).0, found);
}

#[test]
fn sectors_are_held_against_all_firms() {
    let folder = Folder::new();
    let (table, window) = (firms(&folder), window(&folder));
    let ask = |statistic: &str, more: &[&str]| {
        let common = ["stats", statistic, &table, "--crs", "EPSG:4549", "--window", &window, "--by", "sector"];
        json(&[&common, more].concat()).0
    };
    let simulated = ["--sector", "dyeing", "--radii", "10m,20m", "--simulations", "39"];
    let found = ask("m", &[&simulated[..], &["--weight", "staff"]].concat());
    assert_eq!((found["n"].as_u64(), found["n_all"].as_u64()), (Some(34), Some(100)));
    assert_eq!(found["null_model"], "random-labelling");
    assert!(found["lower"][1].as_f64() < found["upper"][1].as_f64());
    let found = ask("kdensity", &simulated);
    assert!(found["density"][0].as_f64().unwrap() > 0.0 && found["bandwidth_m"].as_f64().unwrap() > 0.0);
    let found = ask("k", &["--sector", "dyeing", "--other", "chemicals", "--radii", "10m", "--correction", "border"]);
    assert_eq!((found["n"].as_u64(), found["n_other"].as_u64()), (Some(34), Some(33)));
    let refused = jiju(["stats", "m", &table, "--crs", "EPSG:4549", "--by", "sector", "--sector", "dying"]);
    assert!(refused.status == 2 && refused.stderr.contains("did you mean `dyeing`?"), "{}", refused.stderr);
    let refused = jiju(["stats", "m", &table, "--crs", "EPSG:4549", "--simulations", "9"]);
    assert!(refused.stderr.contains("there are no labels to be given at random"), "{}", refused.stderr);
}

#[test]
fn longitude_and_latitude_are_projected() {
    let folder = Folder::new();
    let table = folder.write("firms.csv", "lon,lat\n120.5,30.0\n120.51,30.0\n120.52,30.0\n");
    let (found, _) = json(&["stats", "clark-evans", &table, "--window", DISTRICTS]);
    // A hundredth of a degree of longitude at 30° is 965 m.
    assert!((found["mean_distance_m"].as_f64().unwrap() - 965.0).abs() < 1.0, "{found}");
    assert!((found["area_m2"].as_f64().unwrap() / 8.27e9 - 1.0).abs() < 0.01, "{found}");
}

#[test]
fn what_cannot_be_meant_is_told() {
    let folder = Folder::new();
    let (table, window) = (firms(&folder), window(&folder));
    let refused = |statistic: &str, more: &[&str]| {
        let common = ["stats", statistic, &table, "--crs", "EPSG:4549", "--window", &window];
        let outcome = jiju([&common, more].concat());
        assert_eq!(outcome.status, 2);
        outcome.stderr
    };
    assert!(refused("f", &["--probes", "0"]).contains("the number of probes is 0"));
    assert!(refused("k", &["--level", "2", "--simulations", "9"]).contains("the level is 2"));
    assert!(refused("k", &["--radii", "5m,2m"]).contains("ascending"));
    assert!(refused("l", &["--correction", "ripley"]).contains("one of none, border, translation, isotropic"));
    // What would not act is refused.
    assert!(refused("k", &["--level", "0.1"]).contains("--level needs --simulations"));
    assert!(refused("g", &["--by", "sector"]).contains("--by needs --sector"));
    assert!(refused("m", &["--radii", "5m", "--steps", "3"]).contains("--steps"));
    assert!(refused("k", &["--binned"]).contains("give --edge-correction border"));
    assert!(refused("f", &["--other", "dyeing"]).contains("--other"));
    let sector = ["--by", "sector", "--sector", "dyeing", "--simulations", "9", "--null", "csr"];
    assert!(refused("kdensity", &sector).contains("give --null random-labelling"));
}

#[test]
fn a_pattern_can_be_made_again_from_its_manifest() {
    let folder = Folder::new();
    let (table, window, manifest) = (firms(&folder), window(&folder), folder.path("g.manifest.json"));
    // The greatest distance and its steps do not act beside the distances themselves.
    let distances = ["--radii", "9m,10m", "--simulations", "9", "--manifest", &manifest];
    let common = ["stats", "g", &table, "--crs", "EPSG:4549", "--areas", &window];
    let (found, _) = json(&[&common[..], &distances].concat());
    let parameters = &found["manifest"]["parameters"];
    assert_eq!(parameters["radii"], serde_json::json!(["9m", "10m"]));
    assert!(parameters["max_radius"].is_null() && parameters["level"] == 0.05, "{parameters}");
    assert!(done(&["replay", &manifest]).stdout.contains("the bytes agree"));
}

#[test]
fn centres_are_told_by_sector() {
    let folder = Folder::new();
    let table = firms(&folder);
    let common = ["stats", "centrography", &table, "--crs", "EPSG:4549", "--format", "json"];
    let outcome = done(&[&common[..], &["--by", "sector"]].concat());
    let rows: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let sectors: Vec<&str> = rows.as_array().unwrap().iter().filter_map(|row| row["sector"].as_str()).collect();
    assert_eq!(sectors, ["bearings", "chemicals", "dyeing"]);
    let bearings = &rows[0];
    assert_eq!(bearings["n"], 33);
    assert!(bearings["mean_x_m"].as_f64().unwrap() > 40.0 && bearings["mean_lon"].as_f64().unwrap() < 120.0);
    assert!(bearings["semi_major_m"].as_f64() >= bearings["semi_minor_m"].as_f64());
    let all: Value = serde_json::from_str(&done(&common).stdout).unwrap();
    assert_eq!(all[0]["n"], 101);
    let out = folder.path("centres.geojson");
    done(&[&common[..5], &["--by", "sector", "-o", &out]].concat());
    let placed: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    let first = &placed["features"][0];
    assert_eq!((&first["properties"]["sector"], &first["geometry"]["type"]), (&"bearings".into(), &"Point".into()));
    let refused = jiju(["stats", "centrography", &folder.write("none.csv", "lon,lat\n,\n")]);
    assert!(refused.status == 2 && refused.stderr.contains("no row has a position"), "{}", refused.stderr);
}

#[test]
fn closings_that_follow_each_other_are_found() {
    let folder = Folder::new();
    // Ten places, at each of which three firms close within days.
    let rows = (0..30).map(|n| format!("{},{},2020-{:02}-{:02}\n", n / 3 * 5000, n % 3 * 10, n / 3 + 1, 1 + n % 3));
    let table = folder.write("ledger.csv", &format!("x,y,reviewed_on\n{}0,0,\n", rows.collect::<String>()));
    let common =
        ["stats", "knox", &table, "--crs", "EPSG:4549", "--date", "reviewed_on", "--within", "100m", "--seed", "1"];
    let (found, said) = json(&[&common[..], &["--days", "7"]].concat());
    assert_eq!((found["near_in_space"].as_u64(), found["near_in_time"].as_u64()), (Some(30), Some(30)));
    assert_eq!((found["near_in_both"].as_u64(), found["p_permutation"].as_f64()), (Some(30), Some(0.001)));
    assert!(said.contains("1 rows have no date in `reviewed_on`") && said.contains("are expected"), "{said}");
    let refused = jiju([&common[..], &["--days", "-1"]].concat());
    assert_eq!(refused.status, 2);
}

/// Four sectors of fifty firms: dyers in one quarter, printers and weavers side by side in another, and smiths among all of them.
fn quarters(folder: &Folder) -> String {
    let row = |number: u32| {
        // Numbers that look random, and are the same everywhere.
        let chance = |salt: u32| f64::from((number * 7919 + salt).wrapping_mul(2_654_435_761) >> 16) / 65536.0;
        let sector = ["dyeing", "smiths", "printing", "weaving"][number as usize % 4];
        let (from, width) = match sector {
            "dyeing" => ([0.0, 0.0], 3000.0),
            "smiths" if (number / 12).is_multiple_of(3) => ([0.0, 0.0], 3000.0),
            _ => ([7000.0, 7000.0], 3000.0),
        };
        let [x, y] = [0, 1].map(|axis| from[axis] + width * chance(axis as u32 * 104_729 + 3));
        // Printers that open late stand in the corner of their quarter.
        let late = sector == "printing" && x > 8500.0 && y > 8500.0;
        let (opened, closed) =
            (if late { "2019-05-01" } else { "2010-01-01" }, if number % 12 == 1 { "2019-07-01" } else { "" });
        format!("{x:.1},{y:.1},{sector},{},{opened},{closed}\n", number % 5 + 1)
    };
    let rows: String = (0..200).map(row).collect();
    folder.write("quarters.csv", &format!("x,y,sector,staff,opened_on,closed_on\n{rows}1,1,,1,,\n5,5,lone,1,,\n"))
}

#[test]
fn all_sectors_are_ranked_by_how_localised_they_are() {
    let folder = Folder::new();
    let (table, curves) = (quarters(&folder), folder.path("curves.csv"));
    let common = ["stats", "localisation", &table, "--crs", "EPSG:4549", "--max-radius", "4km", "--steps", "16"];
    let more = ["--simulations", "199", "--curves", &curves];
    let (found, said) = json(&[&common[..], &more].concat());
    let rows = found["sectors"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["sector"].as_str().unwrap()).collect();
    assert_eq!((names.len(), *names.last().unwrap()), (4, "smiths"));
    assert_eq!((found["n_all"].as_u64(), found["localised"].as_u64()), (Some(202), Some(3)), "{found}");
    for row in &rows[..3] {
        assert_eq!((row["pattern"].as_str(), row["p_localised"].as_f64()), (Some("localised"), Some(0.005)), "{row}");
        assert!(row["gamma"].as_f64().unwrap() > 0.05 && row["psi"] == 0.0 && row["from_m"] == 0.0, "{row}");
        assert!(
            row["to_m"].as_f64().unwrap() < 4000.0 && row["p_localised_adjusted"].as_f64().unwrap() < 0.01,
            "{row}"
        );
    }
    assert!(rows[3]["p_localised"].as_f64().unwrap() > 0.5 && rows[3]["gamma"] == 0.0, "{}", rows[3]);
    assert!(said.contains("1 firms without a sector") && said.contains("1 sectors with fewer than 10"), "{said}");
    assert!(said.contains("chance alone") && said.contains("rounded to 0.977 m"), "{said}");
    let written = std::fs::read_to_string(&curves).unwrap();
    assert_eq!(written.lines().count(), 1 + 4 * 17);
    assert!(
        written.starts_with("sector,radius_m,density,lower,upper,global_lower,global_upper,gamma,psi\n"),
        "{written}"
    );
    // Γ is what lies above the band, summed over steps of 250 m.
    let cells: Vec<Vec<&str>> = written.lines().skip(1).take(17).map(|line| line.split(',').collect()).collect();
    let number = |row: &[&str], at: usize| -> f64 { row[at].parse().unwrap() };
    let gamma: f64 = cells.iter().map(|row| (number(row, 2) - number(row, 6)).max(0.0) * 250.0).sum();
    assert!(cells[0][0] == names[0] && (gamma / rows[0]["gamma"].as_f64().unwrap() - 1.0).abs() < 1e-3, "{gamma}");
    // The K-density of a sector is that of `kdensity`.
    let one = ["stats", "kdensity", &table, "--crs", "EPSG:4549", "--max-radius", "4km", "--steps", "16"];
    let (alone, _) = json(&[&one[..], &["--by", "sector", "--sector", names[0]]].concat());
    for (place, row) in cells.iter().enumerate() {
        let expected = alone["density"][place].as_f64().unwrap();
        assert!((number(row, 2) / expected - 1.0).abs() < 1e-12, "{place}");
    }
    // The same seed gives the same bytes, and without draws there is no ranking.
    assert_eq!(json(&[&common[..], &["--simulations", "199"]].concat()).0["sectors"], found["sectors"]);
    let (bare, said) = json(&[&common[..], &["--simulations", "0"]].concat());
    assert!(bare["sectors"][0]["gamma"].is_null() && said.contains("without --simulations"), "{said}");
    let weighted = json(&[&common[..], &["--simulations", "39", "--weight", "staff"]].concat()).0;
    assert_ne!(weighted["sectors"][0]["gamma"], found["sectors"][0]["gamma"]);
}

#[test]
fn sectors_attract_each_other_among_all_firms_or_among_their_own() {
    let folder = Folder::new();
    let table = quarters(&folder);
    let ask = |more: &[&str]| {
        let common = ["stats", "colocalisation", &table, "--crs", "EPSG:4549", "--max-radius", "4km", "--steps", "16"];
        json(&[&common[..], &["--simulations", "99"], more].concat()).0
    };
    let found = ask(&["--sector", "printing"]);
    let rows = found["pairs"].as_array().unwrap();
    let pair = |name: &str| rows.iter().find(|row| row["other_sector"] == name).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!((&pair("weaving")["pattern"], &pair("weaving")["p_attract"]), (&"attract".into(), &0.01.into()));
    assert_eq!((&pair("dyeing")["pattern"], &pair("dyeing")["p_repel"]), (&"repel".into(), &0.01.into()));
    // Among their own places printers and weavers are mixed, dyers and printers are not.
    let found = ask(&["--drawn-from", "pair"]);
    let rows = found["pairs"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    let pair =
        |one: &str, other: &str| rows.iter().find(|row| row["sector"] == one && row["other_sector"] == other).unwrap();
    assert!(pair("printing", "weaving")["p_repel_adjusted"].as_f64().unwrap() > 0.05, "{found}");
    assert_eq!(pair("dyeing", "printing")["pattern"], "repel");
    let refused = jiju(["stats", "colocalisation", &table, "--crs", "EPSG:4549", "--sector", "printig"]);
    assert!(refused.stderr.contains("did you mean `printing`?"), "{}", refused.stderr);
}

#[test]
fn firms_that_open_are_held_against_their_sector() {
    let folder = Folder::new();
    let table = quarters(&folder);
    let common = ["stats", "entry-exit", &table, "--crs", "EPSG:4549", "--max-radius", "2km", "--steps", "8"];
    let period = ["--opened", "opened_on", "--closed", "closed_on", "--since", "2019-01-01", "--until", "2019-12-31"];
    let more = ["--simulations", "99", "--min-sector-firms", "5"];
    let (found, _) = json(&[&common[..], &period, &more].concat());
    let rows = found["changes"].as_array().unwrap();
    let kinds: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["sector"].as_str().unwrap(), row["change"].as_str().unwrap())).collect();
    assert_eq!(kinds, [("printing", "entry"), ("smiths", "exit")], "{found}");
    assert_eq!((&rows[0]["pattern"], &rows[0]["p_localised"]), (&"localised".into(), &0.01.into()), "{found}");
    assert!(rows[1]["p_localised"].as_f64().unwrap() > 0.05, "{found}");
    let entered = rows[0]["firms"].as_u64().unwrap() + rows[0]["stayed"].as_u64().unwrap();
    assert_eq!(entered, 50);
    let wrong = ["--opened", "opened_on", "--since", "2020-01-01", "--until", "2019-12-31"];
    let refused = jiju([&common[..], &wrong].concat());
    assert!(refused.status == 2 && refused.stderr.contains("the period ends before it begins"), "{}", refused.stderr);
}

#[test]
fn m_by_distance_is_told_of_a_sector_and_of_each_of_its_firms() {
    let folder = Folder::new();
    let (table, around) = (quarters(&folder), folder.path("around.csv"));
    let common = ["stats", "m-density", &table, "--crs", "EPSG:4549", "--by", "sector", "--sector", "dyeing"];
    let more = ["--radii", "500m,6km", "--simulations", "99", "--global-band", "extreme-rank-length"];
    let (found, _) = json(&[&common[..], &more, &["--surroundings", &around]].concat());
    let m = |place: usize| found["m"][place].as_f64().unwrap();
    assert!(m(0) > 2.0 && m(1) < 0.7, "{found}");
    assert_eq!((&found["p_simulation"], &found["global_band"]), (&0.01.into(), &"extreme-rank-length".into()));
    assert!(found["global_upper"][0].as_f64().unwrap() < m(0));
    let written = std::fs::read_to_string(&around).unwrap();
    assert_eq!(written.lines().next(), Some("id,m_500m,z_500m,m_6000m,z_6000m"));
    assert_eq!(written.lines().count(), 51);
    let places = folder.path("around.geojson");
    done(&[&common[..], &["--radii", "500m", "--surroundings", &places]].concat());
    let layer: Value = serde_json::from_str(&std::fs::read_to_string(&places).unwrap()).unwrap();
    assert_eq!(layer["features"].as_array().unwrap().len(), 50);
    assert!(layer["features"][0]["properties"]["m_500m"].is_number());
}
