//! The edges of statistics: columns that do not vary, islands, ties, large values, negative amounts. The inputs follow public
//! reports about other tools; the values come from closed forms and from the peers that are named.

use serde_json::Value;

use super::jiju;

fn file(name: &str) -> String {
    format!("tests/fixtures/statistics/{name}")
}

/// The JSON of a command that must succeed, and what it said.
fn json(arguments: &[&str]) -> (Value, String) {
    let outcome = jiju([arguments, &["--format", "json"]].concat());
    assert_eq!(outcome.status, 0, "{arguments:?}\n{}", outcome.stderr);
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.stderr)
}

#[track_caller]
fn near(value: &Value, expected: f64, within: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("found {value}, expected {expected}"));
    assert!((found - expected).abs() <= within, "found {found}, expected {expected}");
}

fn is_null_throughout(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().all(Value::is_null),
        other => other.is_null(),
    }
}

#[test]
fn a_column_that_does_not_vary_has_no_statistic_and_says_so() {
    let weights = file("constant-variable/w.gal");
    for table in ["c--2.3", "c-0.1", "c-0.7", "c-1e9+0.1", "c-5", "c-nearly-0.7", "c-third"] {
        let table = file(&format!("constant-variable/{table}.csv"));
        let one = |name: &str, columns: &[&str], fields: &[&str]| {
            let asked = [&["stats", name, &table, "--weights", &weights, "--permutations", "99"], columns].concat();
            let (found, said) = json(&asked);
            assert!(said.contains("column `x` does not vary"), "{name} of {table}: {said}");
            for field in fields {
                assert!(is_null_throughout(&found[*field]), "{name} of {table}: {field} is {}", found[*field]);
            }
        };
        let (own, both) = (["--value", "x"], ["--value", "x", "--other-value", "y"]);
        one("moran", &own, &["i", "z_normality", "z_randomisation", "p_normality", "p_permutation"]);
        one("geary", &own, &["c", "z_normality", "z_randomisation", "p_randomisation", "p_permutation"]);
        one("local-moran", &own, &["i", "z", "p", "quadrant", "p_permutation", "label"]);
        one("local-geary", &own, &["c", "z", "p", "p_permutation", "label"]);
        one("gi", &own, &["z", "p", "p_permutation", "label"]);
        one("bivariate-moran", &both, &["i", "p_permutation"]);
        one("lee", &both, &["l", "p_permutation"]);
        one("local-bivariate-moran", &both, &["i", "quadrant", "p_permutation", "label"]);
    }
}

#[test]
fn islands_enter_no_moment_of_what_leaves_them_out() {
    let (table, weights) = (file("islands-bias/t.csv"), file("islands-bias/w.gal"));
    let asked = |name: &str, column: &str, more: &[&str]| {
        json(&[&["stats", name, &table, "--value", column, "--weights", &weights], more].concat()).0
    };
    // esda on the 80 units with neighbours.
    let moran = asked("moran", "x", &["--permutations", "4999"]);
    near(&moran["i"], 0.0983, 5e-5);
    near(&moran["z_randomisation"], 0.993, 5e-4);
    near(&moran["permutation_mean"], moran["expected"].as_f64().unwrap(), 0.005);
    let geary = asked("geary", "x", &["--permutations", "4999"]);
    near(&geary["c"], 0.8789, 5e-5);
    near(&geary["z_randomisation"], -1.095, 5e-4);
    near(&geary["permutation_mean"], 1.0, 0.006);
    let joins = asked("join-count", "b", &[]);
    near(&joins["expected_bb"], 14.875, 1e-9);
    near(&joins["expected_bw"], 39.375, 1e-9);
    near(&joins["expected_ww"], 24.75, 1e-9);
    // By name, spdep's convention and esda's.
    assert_ne!(asked("geary", "x", &["--islands", "left-out-of-n"])["c"], geary["c"]);
    let [kept, flagged] = [&["--islands", "kept"][..], &["--keep-islands"]].map(|more| asked("geary", "x", more));
    assert_eq!(
        (&kept["c"], &kept["n"], &kept["p_permutation"]),
        (&flagged["c"], &flagged["n"], &flagged["p_permutation"])
    );
    assert_eq!(kept["n"], 100);
    let both = ["stats", "geary", &table, "--value", "x", "--weights", &weights, "--keep-islands", "--islands", "kept"];
    assert_eq!(jiju(both).status, 2);

    let (table, weights) = (file("islands/t.csv"), file("islands/w.gal"));
    for (column, expected) in [("b", 0.0), ("b2", 0.75)] {
        let (found, _) = json(&["stats", "join-count", &table, "--value", column, "--weights", &weights]);
        near(&found["expected_bb"], expected, 1e-12);
    }
}

#[test]
fn rings_of_a_correlogram_leave_their_islands_out() {
    let table = file("geary-correlogram/t.csv");
    let asked = ["stats", "correlogram", &table, "--value", "v", "--radii", "200m,400m,800m", "--statistic", "geary"];
    let (found, _) = json(&[&asked, &["--crs", "EPSG:4549", "--permutations", "0"][..]].concat());
    // esda on the units with neighbours in each ring.
    for (lag, (c, z)) in [(0.711, -1.44), (1.062, 0.38), (1.039, 0.53)].into_iter().enumerate() {
        let lag = &found["lags"][lag];
        near(&lag["statistic"], c, 5e-4);
        near(&lag["z_randomisation"], z, 5e-3);
    }
}

#[test]
fn large_values_have_the_scores_of_small_ones() {
    for statistic in ["gi", "gi-star", "local-moran", "local-geary"] {
        let scores = |name: &str| -> Vec<f64> {
            let table = file(&format!("large-offset/{name}.csv"));
            let asked = ["stats", statistic, &table, "--value", "v", "--knn", "4", "--crs", "EPSG:4549"];
            let (found, _) = json(&[&asked, &["--permutations", "0"][..]].concat());
            found["z"].as_array().unwrap().iter().map(|z| z.as_f64().unwrap()).collect()
        };
        let small = scores("off0");
        for (name, within) in [("off1e6", 1e-9), ("off1e7", 1e-9), ("off1e8", 1e-7)] {
            let far = small.iter().zip(scores(name)).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
            assert!(far < within, "{statistic} of {name}: {far}");
        }
    }
}

#[test]
fn shares_are_made_of_no_negative_amount() {
    let (table, areas) = (file("negative-weights/n.csv"), file("negative-weights/a.geojson"));
    let firms = ["--crs", "EPSG:4549", "--weight", "employees"];
    let refused = |arguments: &[&str]| {
        let outcome = jiju([arguments, &firms].concat());
        let is_named = ["employees", "-3", "n.csv"].iter().all(|word| outcome.stderr.contains(word));
        assert!(outcome.status == 2 && is_named, "{arguments:?}: {} {}", outcome.status, outcome.stderr);
    };
    for per in ["cell", "area", "sector", "pair"] {
        refused(&["concentration", &table, "--areas", &areas, "--by", "sector", "--per", per]);
    }
    refused(&["cluster", "dbscan", &table, "--radius", "5km", "--min-points", "2", "--format", "json"]);
    refused(&["density", &table, "--areas", &areas, "--cell", "500m", "--bandwidth", "1km"]);
    refused(&["stats", "centrography", &table]);
}

#[test]
fn clusters_hang_on_no_order_of_rows() {
    for name in ["forward", "backward"] {
        let table = file(&format!("hdbscan-row-order/{name}.csv"));
        let asked =
            ["cluster", "hdbscan", &table, "--crs", "EPSG:4549", "--min-cluster-size", "2", "--min-points", "3"];
        let (found, said) = json(&asked);
        assert!(is_null_throughout(&found["cluster"]), "{name}: {found} {said}");
    }
}

#[test]
fn no_events_anywhere_are_a_rate_of_0() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.csv");
    std::fs::write(&path, "town,sector,events,base\na,x,0,10\na,y,0,5\nb,x,0,7\nb,y,0,8\n").unwrap();
    let table = path.to_str().unwrap();
    for method in ["direct", "indirect"] {
        let asked = ["stats", "rates", table, "--events", "events", "--base", "base", "--method", method];
        let (found, _) = json(&[&asked[..], &["--id", "town", "--stratum", "sector"]].concat());
        assert_eq!(found["rate"], serde_json::json!([0.0, 0.0]), "{method}");
    }
}

#[test]
fn lees_l_leaves_islands_out_as_morans_i_does() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let values = [(1.0, 4.0), (3.0, 5.0), (2.0, 7.0), (8.0, 9.0), (9.0, 1.0), (4.0, 20.0)];
    let table = |count: usize| {
        let rows = (0..count).map(|unit| format!("u{unit},{},{}\n", values[unit].0, values[unit].1));
        format!("id,v,u\n{}", rows.collect::<String>())
    };
    let line = "u0 1\nu1\nu1 2\nu0 u2\nu2 2\nu1 u3\nu3 1\nu2\n";
    let of = |table: &str, weights: &str| {
        json(&["stats", "lee", table, "--value", "v", "--other-value", "u", "--weights", weights]).0
    };
    let whole = of(&write("four.csv", table(4)), &write("four.gal", format!("0 4 t id\n{line}")));
    let islands = of(&write("six.csv", table(6)), &write("six.gal", format!("0 6 t id\n{line}u4 0\n\nu5 0\n\n")));
    for field in ["n", "l", "correlation", "p_permutation"] {
        assert_eq!(islands[field], whole[field], "{field}");
    }
    assert_eq!(islands["islands"], serde_json::json!(["u4", "u5"]));
}

#[test]
fn periods_that_do_not_vary_have_no_pattern_and_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("same.csv");
    let row = |unit: usize| format!("{unit},{},{},0.7,0.7,0.7\n", 100 * (unit % 4), 100 * (unit / 4));
    std::fs::write(&path, format!("id,x,y,a,b,c\n{}", (0..16).map(row).collect::<String>())).unwrap();
    let more = ["--periods", "a,b,c", "--knn", "3", "--x", "x", "--y", "y", "--crs", "EPSG:4549"];
    for statistic in ["lisa-transitions", "emerging-hot-spots"] {
        let (found, said) = json(&[&["stats", statistic, path.to_str().unwrap()][..], &more].concat());
        assert!(said.contains("column `b` does not vary"), "{statistic}: {said}");
        let unit = &found["units"][0];
        assert!(unit.get("pattern").is_none_or(Value::is_null), "{statistic}: {unit}");
    }
}

#[test]
fn rates_stay_between_nothing_and_all() {
    let asked = |name: &str, method: &str, more: &[&str]| {
        let table = file(&format!("rates/{name}.csv"));
        let own = ["stats", "rates", &table, "--events", "e", "--base", "b", "--method", method, "--id", "id"];
        let (found, said) = json(&[&own, more].concat());
        let rates: Vec<Option<f64>> = found["rate"].as_array().unwrap().iter().map(Value::as_f64).collect();
        (rates, said)
    };
    let (rates, _) = asked("base0", "empirical-bayes-binomial", &[]);
    assert!(rates[0].is_none() && rates[1..].iter().all(|rate| (0.0..=1.0).contains(&rate.unwrap())), "{rates:?}");
    let (rates, said) = asked("noevents", "empirical-bayes", &[]);
    assert_eq!(rates, [Some(0.0); 3]);
    assert!(!said.contains("drawn to the mean"), "{said}");
    for method in ["direct", "indirect"] {
        let (rates, said) = asked("st", method, &["--stratum", "s"]);
        assert_eq!(rates[0], Some(0.0), "{method}");
        assert!((rates[1].unwrap() - 1.0 / 6.0).abs() < 1e-12, "{method}: {rates:?}");
        assert!(!said.contains("no rate") && !said.contains("have no"), "{said}");
    }
    // With its neighbours a unit without a base has a rate.
    let gal = file("rates/base0.gal");
    let (rates, said) = asked("base0", "spatial", &["--weights", &gal]);
    assert!(rates[0].is_some() && !said.contains("no rate"), "{rates:?} {said}");
    let table = file("rates/evnobase.csv");
    assert_eq!(jiju(["stats", "rates", &table, "--events", "e", "--base", "b"]).status, 2);
}
