//! Areas, sectors and pairs of sectors of a concentration table; shift and share; inequality.

use serde_json::Value;

use super::{Folder, jiju};

/// Squares of 10 m beside each other, in a metre grid.
fn squares(folder: &Folder, name: &str, ids: &[(&str, i32)]) -> String {
    let square = |id: &str, x: i32| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}"}},"geometry":{{"type":"Polygon","coordinates":[[[{x},0],[{0},0],[{0},10],[{x},10],[{x},0]]]}}}}"#,
            x + 10
        )
    };
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}}"#;
    let features = ids.iter().map(|(id, x)| square(id, 500_000 + x)).collect::<Vec<_>>().join(",");
    folder.write(name, &format!(r#"{{"type":"FeatureCollection",{crs},"features":[{features}]}}"#))
}

fn towns(folder: &Folder) -> String {
    squares(folder, "towns.geojson", &[("a", 0), ("b", 10), ("c", 20), ("d", 30)])
}

fn json(arguments: &[&str]) -> Value {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn near(value: &Value, expected: f64) {
    let found = value.as_f64().unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{value}, expected {expected}");
}

#[test]
fn rows_are_of_areas_sectors_and_pairs() {
    let folder = Folder::new();
    let areas = towns(&folder);
    // Two dye works in a and two in b, one of each other sector everywhere; the large bearing works stands in d.
    let table = folder.write(
        "firms.csv",
        "x,y,sector,staff\n500001,5,dyeing,1\n500002,5,dyeing,1\n500011,5,dyeing,1\n500012,5,dyeing,1\n500003,5,bearings,1\n500013,5,bearings,1\n\
         500023,5,bearings,1\n500033,5,bearings,97\n500024,5,,4\n",
    );
    let ask = |more: &[&str]| -> Vec<Value> {
        let common = ["concentration", &table, "--crs", "EPSG:4549", "--areas", &areas, "--format", "json"];
        let outcome = jiju([&common, more].concat());
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        serde_json::from_str::<Value>(&outcome.stdout).unwrap().as_array().unwrap().clone()
    };
    let by_area = ask(&["--per", "area"]);
    assert_eq!((by_area.len(), by_area[3]["count"].as_f64()), (4, Some(1.0)));
    // a lives from 2 dye works and 1 of bearings: the rest from 2, 3 and 1.
    near(&by_area[0]["krugman"], (2.0 / 3.0 - 2.0 / 6.0) + (3.0 / 6.0 - 1.0 / 3.0) + 1.0 / 6.0);
    near(&by_area[3]["shannon_bits"], 0.0);
    let by_sector = ask(&["--per", "sector"]);
    assert_eq!(by_sector[1]["sector"], "dyeing");
    // G = 2 (1/2 − 1/3)² + (2/9)² + (1/9)², H = 1/4, Σx² = (9 + 9 + 4 + 1) / 81.
    let (g, h, x2) = (2.0 / 36.0 + 5.0 / 81.0, 0.25, 23.0 / 81.0);
    near(&by_sector[1]["gamma"], (g - (1.0 - x2) * h) / ((1.0 - x2) * (1.0 - h)));
    assert_eq!(by_sector[2]["sector"], "unclassified");
    assert_eq!(by_sector[2]["gamma"], Value::Null);
    let by_size = ask(&["--per", "sector", "--weight", "staff"]);
    near(&by_size[0]["largest_plant_share"], 0.97);
    let pairs = ask(&["--per", "pair"]);
    assert_eq!(pairs.len(), 3);
    assert_eq!((pairs[0]["sector"].as_str(), pairs[0]["other_sector"].as_str()), (Some("bearings"), Some("dyeing")));
    assert_eq!(pairs[0]["areas_together"], 0);
    let cells = ask(&["--minimum-count", "2"]);
    assert_eq!(cells.iter().filter(|cell| cell["below_minimum"] == false).count(), 2);
}

#[test]
fn cells_tell_what_one_firm_and_chance_make_of_them() {
    let folder = Folder::new();
    let areas = towns(&folder);
    // One large dye works makes the dyeing of a; b has two of middle size.
    let table = folder.write(
        "firms.csv",
        "x,y,sector,staff\n500001,5,dyeing,90\n500002,5,bearings,10\n500003,5,dyeing,1\n500011,5,dyeing,20\n500012,5,dyeing,20\n\
         500013,5,bearings,20\n500021,5,bearings,50\n500031,5,bearings,40\n",
    );
    let manifest = folder.path("manifest.json");
    let common =
        ["concentration", &table, "--crs", "EPSG:4549", "--areas", &areas, "--weight", "staff", "--format", "json"];
    let ask = |more: &[&str]| json(&[&common, more].concat()).as_array().unwrap().clone();
    let cells = ask(&[]);
    let cell = |cells: &[Value], area: &str, sector: &str| {
        cells.iter().find(|cell| cell["area"] == area && cell["sector"] == sector).unwrap().clone()
    };
    // Of 251 employees 131 dye, of the 101 of a 91; without 90 of them 1 of 11, and 41 of 161.
    let of_a = cell(&cells, "a", "dyeing");
    near(&of_a["location_quotient"], 91.0 * 251.0 / (101.0 * 131.0));
    near(&of_a["location_quotient_without_one_plant"], 161.0 / (11.0 * 41.0));
    near(&of_a["expected"], 101.0 * 131.0 / 251.0);
    assert_eq!(
        (&of_a["one_firm"], &cell(&cells, "b", "dyeing")["one_firm"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    let dyeing: Vec<f64> = ["a", "b", "c", "d"]
        .iter()
        .map(|area| cell(&cells, area, "dyeing")["location_quotient"].as_f64().unwrap())
        .collect();
    let mean = dyeing.iter().sum::<f64>() / 4.0;
    let deviation = (dyeing.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    near(&of_a["standardised"], (dyeing[0] - mean) / deviation);
    assert_eq!(cell(&cells, "c", "dyeing")["standardised_log"], Value::Null);
    let drawn = ask(&["--bootstrap", "199", "--seed", "7", "--manifest", &manifest]);
    assert_eq!(drawn, ask(&["--bootstrap", "199", "--seed", "7"]));
    assert_ne!(drawn, ask(&["--bootstrap", "199", "--seed", "8"]));
    let of_a = cell(&drawn, "a", "dyeing");
    assert!(of_a["bootstrap_lower"].as_f64() < of_a["location_quotient"].as_f64(), "{of_a}");
    assert!(
        of_a["p_bootstrap"].as_f64().unwrap() > 0.05 && of_a["cut_off"].is_f64() && of_a["above_cut_off"].is_boolean()
    );
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    assert_eq!(
        (&manifest["seed"], &manifest["replications"], &manifest["unit"]),
        (&7.into(), &199.into(), &"staff".into())
    );
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 2);
    // 91 on 0.0001 km² and 10 heads of 100, in two firms of four.
    let heads = folder.write("heads.csv", "area,population\na,10\nb,20\nc,30\nd,40\n");
    let clustered = ask(&["--population", &heads]);
    near(
        &cell(&clustered, "a", "dyeing")["cluster_index"],
        (91.0 / 131.0) / 0.25 * (91.0 / 131.0) / 0.1 / ((91.0 / 2.0) / (131.0 / 4.0)),
    );
    near(&cell(&clustered, "c", "dyeing")["cluster_index"], 0.0);
    let firms = jiju(["concentration", &table, "--crs", "EPSG:4549", "--areas", &areas]);
    assert!(firms.stderr.contains("note: towns: 8 of 8 cells expect fewer than 5 firms"), "{}", firms.stderr);
    assert!(firms.stderr.contains("4 areas are few"), "{}", firms.stderr);
    let refused = jiju([&common[..], &["--per", "area", "--bootstrap", "9"]].concat());
    assert_eq!(refused.status, 2, "{}", refused.stderr);
}

#[test]
fn in_park_shares_are_told_with_the_boundaries_moved() {
    let folder = Folder::new();
    let areas = towns(&folder);
    // The first park is all of a; the second, of b, overlaps it by half.
    let parks = squares(&folder, "parks.geojson", &[("p", 0), ("q", 5)]);
    // On p's edge but 5 m deep in q; 1 m deep in p; 1 m and 3 m off q.
    let table = folder.write(
        "firms.csv",
        "x,y,sector\n500010,5,dyeing\n500001,5,dyeing\n500016,5,dyeing\n500018,5,dyeing\n500035,5,dyeing\n",
    );
    let common =
        ["concentration", &table, "--crs", "EPSG:4549", "--areas", &areas, "--parks", &parks, "--format", "json"];
    let shares = |distance: &str, per: &str| {
        let rows = json(&[&common[..], &["--per", per, "--park-boundary", distance]].concat());
        let share = |row: &Value, key: &str| row[key].as_f64();
        let keys = ["in_park_share_inward", "in_park_share", "in_park_share_outward"];
        (0..2).map(|area| keys.map(|key| share(&rows[area], key))).collect::<Vec<_>>()
    };
    // a holds the firm on its edge and the one 1 m deep; b those off q.
    assert_eq!(shares("2m", "area"), [[Some(0.5), Some(1.0), Some(1.0)], [Some(0.0), Some(0.0), Some(0.5)]]);
    assert_eq!(shares("1m", "cell"), [[Some(1.0), Some(1.0), Some(1.0)], [Some(0.0), Some(0.0), Some(0.5)]]);
    assert_eq!(shares("5.5m", "area"), [[Some(0.0), Some(1.0), Some(1.0)], [Some(0.0), Some(0.0), Some(1.0)]]);
    let without = jiju(["concentration", &table, "--areas", &areas, "--park-boundary", "2m"]);
    assert_eq!(without.status, 2, "{}", without.stderr);
}

#[test]
fn counts_stand_for_firms() {
    let folder = Folder::new();
    let (areas, table) = (towns(&folder), folder.path("firms.csv"));
    let mut firms = "x,y,sector\n".to_owned();
    let mut counts = "town,trade,n\n".to_owned();
    for (town, x, dyeing, bearings) in [("a", 1, 3, 1), ("b", 11, 0, 4), ("c", 21, 2, 2), ("d", 31, 1, 0)] {
        for (sector, count) in [("bearings", bearings), ("dyeing", dyeing)] {
            counts.push_str(&format!("{town},{sector},{count}\n"));
            (0..count).for_each(|_| firms.push_str(&format!("{},5,{sector}\n", 500_000 + x)));
        }
    }
    std::fs::write(&table, firms).unwrap();
    let counts = folder.write("counts.csv", &counts);
    let of_counts = ["concentration", &counts, "--counts", "--area", "town", "--by", "trade", "--count", "n"];
    let with_areas = ["--areas", &areas, "--format", "json"];
    for per in ["cell", "area", "sector", "pair"] {
        let expected =
            json(&[&["concentration", &table, "--crs", "EPSG:4549", "--per", per], &with_areas[..]].concat());
        assert_eq!(json(&[&of_counts[..], &["--per", per], &with_areas].concat()), expected, "{per}");
    }
    // Without outlines there is no density; of employees no interval, and γ by an index given.
    let plain = json(&[&of_counts[..], &["--format", "json"]].concat());
    assert_eq!((plain[0]["area"].as_str(), &plain[0]["density_per_km2"]), (Some("a"), &Value::Null));
    let indexed = folder
        .write("indexed.csv", "area,sector,count,h\na,x,10,0.549\nb,x,19,0.549\nc,x,33,\na,y,75,\nb,y,106,\nc,y,84,\n");
    let outcome =
        ["concentration", &indexed, "--counts", "--unit", "employees", "--per", "sector", "--herfindahl", "h"];
    let sectors = json(&[&outcome[..], &["--format", "json"]].concat());
    // The first sector of PySAL's example.
    let gamma = sectors[0]["gamma"].as_f64().unwrap();
    assert!((gamma + 1.062_639_879_041_899_2).abs() < 1e-9, "{gamma}");
    assert_eq!((&sectors[0]["plants"], &sectors[1]["gamma"]), (&Value::Null, &Value::Null));
    let wrong = folder.write("wrong.csv", "area,sector,count\na,x,1\na,x,2\nz,x,-3\n,x,1\nb,x,\n");
    let refused = jiju(["concentration", &wrong, "--counts", "--areas", &areas]);
    assert_eq!(refused.status, 2);
    for told in [
        "row 3 counts `x` in `a`, as row 2 does",
        "row 4: found the area `z`",
        "row 5 has no `area`",
        "row 6 has no `count`",
    ] {
        assert!(refused.stderr.contains(told), "{told}: {}", refused.stderr);
    }
}

#[test]
fn growth_is_divided_between_territory_sector_and_area() {
    let folder = Folder::new();
    let before = folder.write("before.csv", "area,sector,count\na,x,100\nb,x,400\na,y,300\nb,y,200\n");
    let after = folder.write("after.csv", "area,sector,count\na,x,130\nb,x,470\na,y,300\nb,y,200\nb,z,7\n");
    let common = ["shift-share", &before, &after, "--counts", "--format", "json"];
    let cells = json(&common);
    let rows = cells.as_array().unwrap();
    assert_eq!(rows.len(), 6);
    let first = &rows[0];
    assert_eq!((first["area"].as_str(), first["sector"].as_str()), (Some("a"), Some("x")));
    near(&first["territory"], 100.0 * 0.107);
    near(&first["sector_mix"], 100.0 * (0.2 - 0.107));
    near(&first["local"], 10.0);
    // With 200 of 500, as its 400 of 1000 would have it.
    near(&first["competitive"], 20.0);
    near(&first["allocation"], -10.0);
    near(&rows[5]["undivided"], 7.0);
    assert_eq!(rows[5]["territory"], Value::Null);
    for (per, keys) in [("area", 2), ("sector", 3)] {
        let sums = json(&[&common[..], &["--per", per]].concat());
        assert_eq!(sums.as_array().unwrap().len(), keys);
        for row in sums.as_array().unwrap() {
            let parts: f64 =
                ["territory", "sector_mix", "local", "undivided"].iter().filter_map(|key| row[*key].as_f64()).sum();
            near(&row["change"], parts);
        }
    }
    // The same of two registers.
    let areas = squares(&folder, "towns.geojson", &[("a", 0), ("b", 10)]);
    let firms = |name: &str, in_a: usize, in_b: usize| {
        let rows = |x: u32, count: usize| format!("{x},5,x\n").repeat(count);
        folder.write(name, &format!("x,y,sector\n{}{}", rows(500_001, in_a), rows(500_011, in_b)))
    };
    let (before, after) = (firms("2019.csv", 2, 6), firms("2020.csv", 4, 6));
    let rows = json(&["shift-share", &before, &after, "--areas", &areas, "--crs", "EPSG:4549", "--format", "json"]);
    near(&rows[0]["territory"], 0.5);
    near(&rows[0]["local"], 1.5);
    let refused = jiju(["shift-share", &before, &after, "--counts", "--areas", &areas]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
}

#[test]
fn what_changed_between_two_dates_is_told_from_what_may_be_chance() {
    use std::fmt::Write as _;

    let folder = Folder::new();
    let areas = towns(&folder);
    // Forty dye works, ten a town, and as many of bearings; then 24 of the dye works of b, c and d are in a.
    let register = |name: &str, later: bool| {
        let mut text = "id,x,y,sector\n".to_owned();
        for firm in 0..80 {
            let (town, is_dyer) = (firm % 4, firm < 40);
            let town = if later && is_dyer && firm < 32 { 0 } else { town };
            let sector = if is_dyer { "dyeing" } else { "bearings" };
            writeln!(text, "f{firm},{},{},{sector}", 500_001 + town * 10 + firm % 8, 1 + firm % 7).unwrap();
        }
        folder.write(name, &text)
    };
    let (before, after) = (register("before.csv", false), register("after.csv", true));
    let ask = |dates: [&str; 2], more: &[&str]| {
        let common = ["stats", "concentration-change", dates[0], dates[1], "--crs", "EPSG:4549", "--format", "json"];
        json(&[&common[..], &["--areas", &areas], more].concat())
    };
    let moved = ask([&before, &after], &[]);
    let rows = moved["changes"].as_array().unwrap();
    let verdicts = |sector: &str| -> Vec<&str> {
        rows.iter().filter(|row| row["sector"] == sector).map(|row| row["verdict"].as_str().unwrap_or("")).collect()
    };
    assert_eq!(verdicts("dyeing"), ["rose", "fell", "fell", "fell"]);
    assert_eq!((rows.len(), &moved["tests"], &moved["firms_of_both_dates"]), (8, &8.into(), &80.into()));
    near(&rows[1]["before"], 1.0);
    let same = ask([&before, &before], &["--statistic", "gamma"]);
    let rows = same["changes"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["verdict"] == "no change cannot be excluded" && row["p"] == 1.0), "{same}");
    assert_eq!((rows.len(), &same["no_change_not_excluded"]), (2, &2.into()));
    let m = ask([&before, &after], &["--statistic", "m", "--radii", "5m,20m", "--permutations", "9"]);
    assert_eq!(m["changes"].as_array().unwrap().len(), 4);
    let told = m["notes"].to_string();
    assert!(told.contains("p cannot be below 0.1000 with 9 ‹permutations›; adjusted for 4 tests"), "{told}");
    let refused = jiju(["stats", "concentration-change", &before, &after, "--crs", "EPSG:4549"]);
    assert!(refused.status == 2 && refused.stderr.contains("give --areas"), "{}", refused.stderr);
    let found = json(&[
        "concentration",
        &before,
        "--crs",
        "EPSG:4549",
        "--areas",
        &areas,
        "--per",
        "sector",
        "--draws",
        "99",
        "--format",
        "json",
    ]);
    let (lower, upper) = (found[0]["gamma_lower"].as_f64().unwrap(), found[0]["gamma_upper"].as_f64().unwrap());
    assert!(lower <= upper && lower < found[0]["gamma"].as_f64().unwrap() + 0.1, "{found}");
}

#[test]
fn inequality_is_told_between_and_within_districts() {
    let folder = Folder::new();
    let table = folder.write("towns.csv", "town,firms,heads,district\n1,1,2,n\n2,1,2,n\n3,3,2,s\n4,3,2,s\n5,,2,s\n");
    let manifest = folder.path("m.json");
    let common = ["inequality", &table, "--value", "firms", "--format", "json", "--manifest", &manifest];
    let plain = json(&common);
    near(&plain["gini"], 0.25);
    near(&plain["gini_normalised"], 1.0 / 3.0);
    near(&plain["hoover"], 0.25);
    near(&plain["coefficient_of_variation"], 0.5);
    assert_eq!((&plain["areas"], &plain["theil_t_between"]), (&4.into(), &Value::Null));
    let mut written: Value = serde_json::from_str(&std::fs::read_to_string(&manifest).unwrap()).unwrap();
    // Beside what the result says of itself, the file tells what was written.
    let output = written.as_object_mut().unwrap().remove("output").unwrap();
    assert_eq!((output["format"].as_str(), output["sha256"].as_str().map(str::len)), (Some("result"), Some(64)));
    // What rows do not say stands beside it.
    let values = written.as_object_mut().unwrap().remove("values").unwrap();
    assert_eq!((&values["gini"], &values["areas"]), (&plain["gini"], &plain["areas"]));
    assert_eq!(written.as_object_mut().unwrap().remove("notes").as_ref(), Some(&plain["notes"]));
    assert_eq!(written, plain["manifest"]);
    let grouped = json(&[&common[..], &["--population", "heads", "--group", "district"]].concat());
    // All between: T is Σ y ln(y / p), 0.25 ln 0.5 + 0.75 ln 1.5.
    near(&grouped["theil_t"], 0.25 * 0.5_f64.ln() + 0.75 * 1.5_f64.ln());
    near(&grouped["theil_t_between"], grouped["theil_t"].as_f64().unwrap());
    near(&grouped["theil_l_within"], 0.0);
    near(&grouped["gini_per_head"], 0.25);
    near(&grouped["williamson"], 0.5);
    let drawn = json(&[&common[..], &["--draws", "199", "--seed", "3"]].concat());
    let ends = |name: &str| [0, 1].map(|end| drawn["intervals"][name][end].as_f64().unwrap());
    assert!(ends("gini")[0] <= 0.25 && ends("gini")[1] >= 0.25 && ends("theil_l")[1] > 0.0, "{drawn}");
    assert_eq!((&drawn["intervals"]["gini_per_head"], &drawn["gini"]), (&Value::Null, &plain["gini"]));
    let wrong = folder.write("wrong.csv", "firms\n-1\n2\n-3\n");
    let refused = jiju(["inequality", &wrong, "--value", "firms"]);
    assert!(
        refused.status == 2 && refused.stderr.contains("row 2, column `firms`: found -1; row 4"),
        "{}",
        refused.stderr
    );
}
