//! Rates, correlograms, panels and the error of locations, as a user and another program ask for them.

use serde_json::Value;

use super::{DISTRICTS, Folder, jiju};

/// Six towns in a row of squares of 0.1°, with events and bases.
fn towns(folder: &Folder) -> (String, String) {
    let square = |town: usize| {
        let (west, east) = (120.0 + 0.1 * town as f64, 120.1 + 0.1 * town as f64);
        format!(
            r#"{{"type":"Feature","properties":{{"id":"t{town}","name":"镇{town}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west:.1},30.0],[{east:.1},30.0],[{east:.1},30.1],[{west:.1},30.1],[{west:.1},30.0]]]}}}}"#
        )
    };
    let squares: Vec<String> = (0..6).map(square).collect();
    let areas = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, squares.join(","));
    let rows = [(2, 20), (30, 200), (5, 40), (0, 0), (12, 30), (1, 3)];
    let rows: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(town, (events, base))| format!("t{town},{events},{base},{}", town * town))
        .collect();
    let table = format!("town,retired,firms,y\n{}\n", rows.join("\n"));
    (folder.write("towns.geojson", &areas), folder.write("towns.csv", &table))
}

fn json(arguments: &[&str]) -> (Value, String) {
    let outcome = jiju([arguments, &["--format", "json"]].concat());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.stderr)
}

fn numbers(list: &Value) -> Vec<Option<f64>> {
    list.as_array().unwrap().iter().map(Value::as_f64).collect()
}

#[test]
fn rates_are_smoothed_and_standardised() {
    let folder = Folder::new();
    let (areas, table) = towns(&folder);
    let base = ["stats", "rates", &table, "--events", "retired", "--base", "firms", "--id", "town"];
    let ask = |more: &[&str]| json(&[&base, more].concat());
    let (crude, notes) = ask(&["--method", "crude"]);
    assert!(notes.contains("note: 1 units have no base, and no rate"), "{notes}");
    assert_eq!(numbers(&crude["rate"])[..4], [Some(0.1), Some(0.15), Some(0.125), None]);
    assert_eq!(crude["ids"][5], "t5");
    let queen = ["--areas", &areas, "--contiguity", "queen"];
    let (spatial, _) = ask(&[&["--method", "spatial"], &queen[..]].concat());
    // A town with its neighbours.
    assert_eq!(numbers(&spatial["rate"])[..2], [Some(32.0 / 220.0), Some(37.0 / 260.0)]);
    assert_eq!(spatial["manifest"]["weights_sha256"].as_str().unwrap().len(), 64);
    for method in ["empirical-bayes", "empirical-bayes-binomial", "local-empirical-bayes", "assuncao-reis"] {
        let near = if method == "local-empirical-bayes" { &queen[..] } else { &[] };
        let (found, _) = ask(&[&["--method", method], near].concat());
        assert_eq!((numbers(&found["rate"])[3], numbers(&found["rate"])[0].is_some()), (None, true), "{method}");
    }
    // What the method does not look at is refused.
    let idle = jiju([&base[..], &["--method", "crude"], &queen].concat());
    assert!(idle.status == 2 && idle.stderr.contains("crude rates do not look at neighbours"), "{}", idle.stderr);
    let csv = jiju([&base[..], &["--method", "empirical-bayes", "--format", "csv"]].concat());
    assert!(csv.stdout.starts_with("id,events,base,crude,rate\nt0,2"), "{}", csv.stdout);

    // Two towns of two sectors: the standard is both together, 20 of 200 and 30 of 300.
    let strata = "town,sector,retired,firms\na,x,10,100\na,y,10,100\nb,x,10,100\nb,y,20,200\n";
    let strata = folder.write("strata.csv", strata);
    let base = ["stats", "rates", &strata, "--events", "retired", "--base", "firms", "--id", "town"];
    let (direct, _) = json(&[&base[..], &["--method", "direct", "--stratum", "sector"]].concat());
    let near = |found: &Value, expected: f64| {
        let found = found.as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
    };
    for town in 0..2 {
        near(&direct["rate"][town], 0.1);
    }
    assert!(direct["lower"][0].as_f64().unwrap() < 0.1 && direct["upper"][0].as_f64().unwrap() > 0.1);
    let (indirect, _) = json(&[&base[..], &["--method", "indirect", "--stratum", "sector"]].concat());
    near(&indirect["rate"][1], 0.1);

    let refused = [
        jiju([&base[..], &["--method", "direct"]].concat()),
        jiju([&base[..], &["--method", "spatial"]].concat()),
        jiju([&base[..], &["--method", "crud"]].concat()),
        jiju([&base[..4], &["firms", "--base", "retired", "--method", "empirical-bayes-binomial"]].concat()),
        jiju([
            "stats",
            "rates",
            &folder.write("twice.csv", "town,sector,x,n\na,s,1,2\na,s,1,2\n"),
            "--events",
            "x",
            "--base",
            "n",
            "--method",
            "direct",
            "--id",
            "town",
            "--stratum",
            "sector",
        ]),
    ];
    assert!(refused.iter().all(|outcome| outcome.status == 2 && outcome.stdout.is_empty()));
    let seen: Vec<String> = refused.iter().map(|outcome| outcome.seen_without(folder.0.path())).collect();
    insta::assert_snapshot!(seen.join("\n"));
}

#[test]
fn empirical_bayes_rates_are_those_of_spdep() {
    let folder = Folder::new();
    let path = super::repository("tests/oracle/data/spdep_nc_islands_eb.json");
    let set: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for (name, events, base, method, key) in [
        ("auckland_EBest_parameters", "events", "population", "empirical-bayes", "estmm"),
        ("huddersfield_EB_binomial", "cases", "total", "empirical-bayes-binomial", "est_full"),
    ] {
        let case = set["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        let (x, n) = (numbers(&case["inputs"][events]), numbers(&case["inputs"][base]));
        let rows: Vec<String> = x.iter().zip(&n).map(|(x, n)| format!("{},{}", x.unwrap(), n.unwrap())).collect();
        let table = folder.write(&format!("{name}.csv"), &format!("x,n\n{}\n", rows.join("\n")));
        let (found, _) = json(&["stats", "rates", &table, "--events", "x", "--base", "n", "--method", method]);
        let expected = numbers(&case["reproduced"]["full_precision"][key]);
        assert_eq!(numbers(&found["rate"]).len(), expected.len());
        for (found, expected) in numbers(&found["rate"]).into_iter().zip(expected) {
            let (found, expected) = (found.unwrap(), expected.unwrap());
            assert!((found - expected).abs() <= 1e-9 * expected, "{name}: {found}, expected {expected}");
        }
        if name.starts_with("auckland") {
            let of = |key: &str| case["reproduced"]["full_precision"][key].as_f64().unwrap();
            assert!((found["variance"].as_f64().unwrap() - of("a")).abs() <= 1e-9 * of("a").abs());
            assert!((found["mean"].as_f64().unwrap() - of("b")).abs() <= 1e-9 * of("b"));
        }
    }
}

#[test]
fn a_correlogram_goes_by_steps_or_by_rings() {
    let folder = Folder::new();
    let (areas, table) = towns(&folder);
    let base = ["stats", "correlogram", &table, "--value", "y", "--areas", &areas, "--permutations", "99"];
    let (steps, notes) = json(&[&base[..], &["--orders", "2", "--contiguity", "rook", "--transform", "b"]].concat());
    assert!(notes.contains("note: 6 units are few"), "{notes}");
    let z: Vec<f64> = [0.0, 1.0, 4.0, 9.0, 16.0, 25.0].iter().map(|y| y - 55.0 / 6.0).collect();
    let squares: f64 = z.iter().map(|z| z * z).sum();
    for lag in 1..=2 {
        let products: f64 = (0..6 - lag).map(|town| z[town] * z[town + lag]).sum();
        let expected = 6.0 / (6 - lag) as f64 * products / squares;
        let row = &steps["lags"][lag - 1];
        assert!((row["statistic"].as_f64().unwrap() - expected).abs() < 1e-12);
        assert_eq!(row["neighbours"].as_u64(), Some(2 * (6 - lag as u64)));
        assert!(row["p_adjusted"].as_f64() >= row["p_permutation"].as_f64());
    }
    // Centroids lie 9.65 km apart.
    let rings = ["--distances", "10km,20km", "--transform", "b"];
    let (rings, _) = json(&[&base[..], &rings].concat());
    for lag in 0..2 {
        assert_eq!(rings["lags"][lag]["statistic"], steps["lags"][lag]["statistic"]);
    }
    assert_eq!((rings["lags"][1]["from_m"].as_f64(), rings["lags"][1]["to_m"].as_f64()), (Some(1e4), Some(2e4)));
    // At a lag without neighbours there is nothing.
    let (none, notes) = json(&[&base[..], &["--distances", "1km"]].concat());
    assert!(none["lags"][0]["statistic"].is_null() && none["lags"][0]["expected"].is_null());
    assert!(notes.contains("note: at lag 1 no unit has neighbours"), "{notes}");
    let falling = jiju([&base[..], &["--distances", "20km,10km"]].concat());
    assert!(falling.status == 2 && falling.stderr.contains("each beyond the one before"), "{}", falling.stderr);
    let csv = jiju(
        [&base[..], &["--orders", "2", "--contiguity", "rook", "--statistic", "geary", "--format", "csv"]].concat(),
    );
    insta::assert_snapshot!(csv.stdout);
}

#[test]
fn a_panel_says_what_hangs_on_the_neighbours() {
    let folder = Folder::new();
    let (areas, table) = towns(&folder);
    let base = ["stats", "panel", &table, "--value", "y", "--areas", &areas, "--permutations", "0"];
    let (global, _) = json(&[&base[..], &["--statistic", "moran", "--with", "queen", "--with", "knn=2"]].concat());
    for (place, rule) in [["--contiguity", "queen"], ["--knn", "2"]].into_iter().enumerate() {
        let own = ["stats", "moran", &table, "--value", "y", "--areas", &areas, "--permutations", "0"];
        let (own, _) = json(&[&own[..], &rule].concat());
        let row = &global["weights"][place];
        assert_eq!(
            (&row["statistic"], &row["z"], &row["p"]),
            (&own["i"], &own["z_randomisation"], &own["p_randomisation"])
        );
    }
    let (local, notes) = json(&[&base[..], &["--level", "0.3", "--adjust", "none"]].concat());
    assert_eq!(local["weights"].as_array().unwrap().len(), 3);
    assert_eq!(notes.matches("6 units are few").count(), 1, "{notes}");
    let units = local["units"].as_array().unwrap();
    for (town, unit) in units.iter().enumerate() {
        let labels: Vec<&str> =
            unit["labels"].as_array().unwrap().iter().map(|label| label.as_str().unwrap()).collect();
        let agreeing = labels.iter().filter(|label| Some(**label) == unit["label"].as_str()).count();
        assert_eq!(
            (unit["id"].as_str(), unit["agreeing"].as_u64()),
            (Some(format!("t{town}").as_str()), Some(agreeing as u64))
        );
        assert_eq!(unit["robust_share"].as_f64(), Some(agreeing as f64 / 3.0));
        let most = labels.iter().map(|label| labels.iter().filter(|other| *other == label).count()).max();
        assert_eq!(most, Some(agreeing));
    }
    assert!(units.iter().any(|unit| unit["label"] == "high-high"));
    let one = jiju([&base[..], &["--with", "queen"]].concat());
    assert!(one.status == 2 && one.stderr.contains("two or more"), "{}", one.stderr);
    let wrong = jiju([&base[..], &["--with", "queen", "--with", "knn=x"]].concat());
    assert!(wrong.status == 2 && wrong.stderr.contains("knn=8"), "{}", wrong.stderr);
    insta::assert_snapshot!(
        jiju([&base[..], &["--level", "0.3", "--adjust", "none", "--format", "csv"]].concat()).stdout
    );
}

/// Firms in the middle of the six towns, more of them to the east; 300 m from the border of the second and third twelve of them.
fn firms(folder: &Folder) -> String {
    let mut rows = Vec::new();
    for (town, count) in [2, 2, 3, 8, 20, 24].into_iter().enumerate() {
        for firm in 0..count {
            let sector = if firm % 2 == 0 { "dye" } else { "rest" };
            rows.push(format!("{:.4},{:.4},{sector},50", 120.05 + 0.1 * town as f64, 30.03 + 0.001 * firm as f64));
        }
    }
    rows.extend((0..12).map(|firm| format!("120.1969,{:.4},dye,300", 30.03 + 0.001 * f64::from(firm))));
    rows.push(",,dye,".to_owned());
    folder.write("firms.csv", &format!("lon,lat,sector,error_m\n{}\n", rows.join("\n")))
}

#[test]
fn the_error_of_locations_is_carried_into_counts_and_labels() {
    let folder = Folder::new();
    let ((areas, _), firms) = (towns(&folder), firms(&folder));
    let base = ["stats", "location-uncertainty", &firms, "--areas", &areas, "--level", "0.3", "--adjust", "none"];
    let ask = |more: &[&str]| json(&[&base[..], more].concat());
    // Of exact locations every draw is the same.
    let (exact, notes) = ask(&["--location-error", "0m", "--draws", "5"]);
    assert!(notes.contains("1 rows have no usable coordinates"), "{notes}");
    let counts = [2.0, 14.0, 3.0, 8.0, 20.0, 24.0];
    for (area, count) in exact["areas"].as_array().unwrap().iter().zip(counts) {
        for key in ["count", "count_mean", "count_lower", "count_upper", "value"] {
            assert_eq!(area[key].as_f64(), Some(count), "{area}");
        }
        assert_eq!((area["kept_share"].as_f64(), &area["likeliest_label"]), (Some(1.0), &area["label"]));
    }
    assert_eq!((exact["outside"].as_u64(), exact["outside_mean"].as_f64()), (Some(1), Some(1.0)));

    // Twelve firms lie 298 m west of a border. An error of 298 m to the east, normal, takes 15.87 % of them over it; of a disc of
    // twice that radius, as much as the cap beyond its half radius has of it: 1/3 − √3/(4π) = 19.55 %.
    let border_m = geo_distance_m(120.1969, 120.2);
    let error = |times: f64| format!("{}m", border_m * times);
    for (shape, error, share) in [
        ("gaussian", error(1.0), 0.158_655_253_931_457),
        ("disc", error(2.0), 1.0 / 3.0 - 3_f64.sqrt() / (4.0 * std::f64::consts::PI)),
    ] {
        let more = ["--location-error", &error, "--shape", shape, "--draws", "2000", "--permutations", "0"];
        let (found, _) = ask(&more);
        let moved = 14.0 - found["areas"][1]["count_mean"].as_f64().unwrap();
        let standard_error = (12.0 * share * (1.0 - share) / 2000.0).sqrt();
        assert!((moved - 12.0 * share).abs() < 5.0 * standard_error, "{shape}: {moved} of {}", 12.0 * share);
        assert_eq!(found["areas"][0]["count_mean"].as_f64(), Some(2.0));
        let (lower, upper) = (&found["areas"][1]["count_lower"], &found["areas"][1]["count_upper"]);
        assert!(lower.as_f64().unwrap() < 12.5 && upper.as_f64().unwrap() >= 13.0, "{lower} {upper}");
    }
    // The same seed gives the same, on any number of threads, and another seed another.
    let small = [
        "--location-error-column",
        "error_m",
        "--by",
        "sector",
        "--sector",
        "dye",
        "--quantity",
        "share",
        "--statistic",
        "gi-star",
    ];
    let (one, _) = ask(&[&small[..], &["--draws", "20", "--seed", "3"]].concat());
    assert_eq!(one, ask(&[&small[..], &["--draws", "20", "--seed", "3"]].concat()).0);
    assert_ne!(one["areas"], ask(&[&small[..], &["--draws", "20", "--seed", "4"]].concat()).0["areas"]);
    assert_eq!(one["areas"][1]["value"].as_f64(), Some(13.0 / 14.0));
    let csv = jiju([&base[..], &small, &["--draws", "20", "--seed", "3", "--format", "csv"]].concat());
    insta::assert_snapshot!(csv.stdout);

    let bad = folder.write("bad.csv", "lon,lat,error_m\n120.05,30.05,-1\n120.05,30.05,\n120.06,30.05,5\n");
    let bad = ["stats", "location-uncertainty", &bad, "--areas", &areas, "--location-error-column", "error_m"];
    let refused = [
        jiju(bad),
        jiju([&base[..], &["--location-error", "100m", "--by", "sector", "--sector", "dyes"]].concat()),
        jiju([&base[..], &["--location-error", "100m", "--quantity", "share"]].concat()),
        jiju([&base[..], &["--location-error", "100m", "--statistic", "moran"]].concat()),
        jiju([&base[..], &["--location-error", "100m", "--draws", "0"]].concat()),
        jiju(["stats", "location-uncertainty", &firms, "--location-error", "100m"]),
    ];
    assert!(refused.iter().all(|outcome| outcome.status == 2 && outcome.stdout.is_empty()));
    let seen: Vec<String> = refused.iter().map(|outcome| outcome.seen_without(folder.0.path())).collect();
    insta::assert_snapshot!("refused_location_errors", seen.join("\n"));
}

/// Between two longitudes at the firms' latitude.
fn geo_distance_m(from: f64, to: f64) -> f64 {
    use geo::{Distance as _, Geodesic};
    Geodesic.distance(geo::Point::new(from, 30.0355), geo::Point::new(to, 30.0355))
}

#[test]
fn what_cannot_be_trusted_is_said_in_the_output_too() {
    let folder = Folder::new();
    let (areas, _) = towns(&folder);
    let table = folder.write("joins.csv", "town,short\nt0,1\nt1,1\nt2,0\nt3,0\nt4,0\nt5,1\n");
    let (found, notes) =
        json(&["stats", "join-count", &table, "--value", "short", "--areas", &areas, "--contiguity", "rook"]);
    let said: Vec<&str> = found["notes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(said.iter().any(|note| note.starts_with("6 units are few")), "{said:?}");
    assert!(said.iter().any(|note| note.starts_with("fewer than 5 joins are expected: 1.00 bb")), "{said:?}");
    assert!(said.iter().all(|note| notes.contains(note)), "{notes}");
    let (found, _) = json(&[
        "stats",
        "moran",
        &folder.write("y.csv", "town,y\nt0,1\nt1,2\nt2,0\nt3,5\nt4,4\nt5,1\n"),
        "--value",
        "y",
        "--areas",
        &areas,
        "--distance-band",
        "1km",
    ]);
    let said = found["notes"].to_string();
    assert!(said.contains("6 units have no neighbours: t0, t1"), "{said}");
    assert!(found["i"].is_null());
    // The sample's districts know their neighbours, and what is said is said of them too.
    let (found, _) = json(&[
        "stats",
        "moran",
        &folder.write("d.csv", "d,y\n330602,1\n330603,2\n330604,3\n330624,4\n330681,6\n330683,5\n"),
        "--value",
        "y",
        "--areas",
        DISTRICTS,
        "--contiguity",
        "queen",
    ]);
    assert!(found["notes"].to_string().contains("units are few"));
}
