//! Edges of classes, permutations, indices, windows, ids and small tables. The inputs follow public reports about other tools; the
//! values come from closed forms, from exact arithmetic and from the peers that are named.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cases::{IN_GRID, done, file, json, refused};
use super::jiju;

fn in_grid<'a>(command: &[&'a str], table: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [command, &[table], more, &IN_GRID[..]].concat()
}

/// The rows of CSV, each a list of cells, by the names of the columns.
fn column(csv: &str, name: &str) -> Vec<String> {
    let mut lines = csv.lines();
    let place = lines.next().unwrap().split(',').position(|header| header == name).unwrap();
    lines.map(|line| line.split(',').nth(place).unwrap().to_owned()).collect()
}

const SCHEMES: [&str; 13] = [
    "equal-interval",
    "quantile",
    "fisher-jenks",
    "fisher-jenks-sampled",
    "jenks-caspall",
    "jenks-caspall-forced",
    "head-tail",
    "mean-standard-deviation",
    "standard-deviation",
    "box-plot",
    "maximum-breaks",
    "pretty",
    "percentiles",
];

#[test]
fn classes_of_ties_and_of_neighbouring_doubles_hold_every_value_once() {
    for (name, count, classes) in [
        ("ties-classes/zeros", 225, None),
        ("ties-classes/two", 201, None),
        ("head-tail-floats/ulp", 3, None),
        ("head-tail-floats/max2", 5, None),
        ("head-tail-floats/same", 9, Some(1)),
    ] {
        let table = file(&format!("{name}.csv"));
        for scheme in SCHEMES {
            let (found, _) = json(&["classify", &table, "--value", "v", "--scheme", scheme, "-k", "7"]);
            let counts: Vec<u64> =
                found["counts"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect();
            assert_eq!(counts.iter().sum::<u64>(), count, "{scheme} of {name}");
            let breaks: Vec<f64> =
                found["breaks"].as_array().unwrap().iter().map(|upper| upper.as_f64().unwrap()).collect();
            assert!(breaks.windows(2).all(|pair| pair[0] < pair[1]), "{scheme} of {name}: {breaks:?}");
            assert!(classes.is_none_or(|classes| breaks.len() == classes), "{scheme} of {name}: {breaks:?}");
        }
    }
}

#[test]
fn cells_that_are_no_numbers_are_refused_by_row() {
    let table = |name: &str| file(&format!("nan-inf-classes/{name}.csv"));
    let of = |name: &str| jiju(["classify", &table(name), "--value", "v", "--scheme", "quantile", "-k", "2"]);
    for (name, cell) in [("nan", "NaN"), ("inf", "inf"), ("text", "abc"), ("dash", "-"), ("na", "NA")] {
        let outcome = of(name);
        assert_eq!(outcome.status, 2, "{name}");
        let told = format!("row 3, column `v`: found `{cell}`, expected a number");
        assert!(outcome.stderr.contains(&told), "{}", outcome.stderr);
    }
    assert!(of("empty").stderr.contains("2 rows have no value and are in no class"));
    assert!(of("allempty").stderr.contains("3 rows, none with a value in `v`"));
    // A thousands separator is part of a number, as everywhere.
    assert!(of("thousands").stdout.contains("1200"));
}

#[test]
fn rows_without_a_value_leave_their_neighbours_to_others() {
    let (weights, table) = (file("missing-values/w.gal"), file("missing-values/t.csv"));
    let of = |table: &str, more: &[&str]| {
        jiju([&["stats", "moran", table, "--value", "x", "--weights", &weights, "--format", "json"], more].concat())
    };
    assert!(of(&table, &[]).stderr.contains("1 rows without a number: 3"));
    let found: Value = serde_json::from_str(&of(&table, &["--drop-missing"]).stdout).unwrap();
    assert_eq!((&found["n"], &found["islands"]), (&4.into(), &serde_json::json!(["u0"])));
    for more in [&[][..], &["--drop-missing"]] {
        assert!(of(&file("missing-values/nan.csv"), more).stderr.contains("row 3, column `x`: found `NaN`"));
    }
    // The k nearest of the rest are k again: points at 0, 1, 2, 3 and 9 m, of which the one at 1 m has no value.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gap.csv");
    std::fs::write(&path, "x,y,v\n0,0,1\n1,0,\n2,0,3\n3,0,9\n9,0,2\n").unwrap();
    let path = path.to_str().unwrap();
    let knn = ["--value", "v", "--knn", "2", "--drop-missing"];
    let (found, _) = json(&in_grid(&["stats", "moran"], path, &knn));
    assert_eq!((&found["n"], &found["mean_neighbours"]), (&4.into(), &2.0.into()));
    let whole = folder.path().join("whole.csv");
    std::fs::write(&whole, "x,y,v\n0,0,1\n2,0,3\n3,0,9\n9,0,2\n").unwrap();
    let (of_rest, _) = json(&in_grid(&["stats", "moran"], whole.to_str().unwrap(), &knn[..4]));
    assert_eq!(found["i"], of_rest["i"]);
}

#[test]
fn no_p_is_0_and_none_is_made_of_rounding() {
    for table in ["t", "r", "ra"] {
        let table = file(&format!("pseudo-p/{table}.csv"));
        for weights in ["w", "full"] {
            let gal = file(&format!("pseudo-p/{weights}.gal"));
            for statistic in ["moran", "geary", "local-moran", "local-geary", "gi", "gi-star"] {
                for alternative in ["two-sided", "greater", "less"] {
                    let asked = ["stats", statistic, &table, "--value", "x", "--weights", &gal];
                    let more = ["--alternative", alternative, "--permutations", "99", "--seed", "2"];
                    let (found, _) = json(&[&asked[..], &more].concat());
                    let p = match &found["p_permutation"] {
                        Value::Array(list) => list.clone(),
                        one => vec![one.clone()],
                    };
                    let in_range = |p: &Value| p.as_f64().is_none_or(|p| p > 0.0 && p <= 1.0);
                    assert!(p.iter().all(in_range), "{asked:?} {alternative}: {p:?}");
                    // With all units for neighbours every order gives the same.
                    let is_one = |p: &Value| p.as_f64().is_none_or(|p| p == 1.0);
                    assert!(weights == "w" || p.iter().all(is_one), "{asked:?} {alternative}: {p:?}");
                }
            }
        }
    }
}

#[test]
fn theil_is_split_exactly() {
    let of = |name: &str| json(&["inequality", &file(&format!("theil/{name}.csv")), "--value", "v", "--group", "g"]).0;
    let half = of("z");
    for (index, expected) in [("theil_t", std::f64::consts::LN_2), ("theil_t_between", std::f64::consts::LN_2)] {
        assert!((half[index].as_f64().unwrap() - expected).abs() < 1e-15, "{index}");
    }
    assert_eq!((&half["theil_t_within"], &half["theil_l"]), (&0.0.into(), &Value::Null));
    let alike = of("neg");
    for index in ["theil_t_within", "theil_l_within"] {
        assert!((0.0..1e-12).contains(&alike[index].as_f64().unwrap()), "{index}");
    }
}

#[test]
fn pairs_in_one_place_count_at_every_distance() {
    let (window, radii) = (file("k-and-l/w.geojson"), ["--radii", "1m,2m", "--edge-correction", "none"]);
    for (name, k, said) in [
        ("two", [0.0, 100.0], "2 points are few"),
        // Three in one place and one 2 m from them.
        ("dup", [50.0, 100.0], "4 points are few"),
        ("same", [100.0, 100.0], "4 points are few"),
        ("out", [100.0, 100.0], "1 points lie outside the window"),
        ("bd", [0.0, 0.0], "3 points are few"),
    ] {
        let table = file(&format!("k-and-l/{name}.csv"));
        let more = [&["--areas", &window][..], &radii].concat();
        let (found, told) = json(&in_grid(&["stats", "k"], &table, &more));
        assert_eq!(found["k"], serde_json::json!(k), "{name}");
        assert!(told.contains(said), "{name}: {told}");
    }
}

#[test]
fn what_has_no_polygon_or_no_row_is_told() {
    let points = file("empty/p.csv");
    let join = |areas: &str| {
        let areas = file(&format!("empty/{areas}.geojson"));
        jiju(in_grid(&["join"], &points, &["--areas", &areas, "--format", "csv"]))
    };
    for (name, found) in [
        ("null", "area null: no geometry"),
        ("emptypoly", "area emptypoly: an empty polygon"),
        ("point", "area point: points"),
        ("emptycoll", "area emptycoll: an empty polygon"),
        ("coll", "coll in ok"),
    ] {
        let outcome = join(name);
        assert!(outcome.stderr.contains(found), "{}", outcome.stderr);
        assert_eq!(column(&outcome.stdout, &format!("{name}_id")), ["ok", "", ""], "{name}");
        assert!(outcome.stderr.contains("1 rows have no usable coordinates: 3"));
    }
    let nothing = join("none");
    assert!(nothing.status == 2 && nothing.stderr.contains("none.geojson as areas: it has no features"));
    let (none, ok) = (file("empty/np.csv"), file("empty/ok.geojson"));
    let empty = done(&in_grid(&["join"], &none, &["--areas", &ok, "--format", "csv"]));
    assert_eq!(empty.stdout.lines().count(), 1);
    let counts = done(&in_grid(&["join"], &none, &["--areas", &ok, "--count", "--format", "csv"]));
    assert_eq!(counts.stdout, "area,count\nok,0\n");
    refused(&in_grid(&["stats", "k"], &none, &[]), "the table has 0 rows, none with coordinates");
}

#[test]
fn ids_are_kept_to_the_letter_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (table, spaced) = (file("ids/nb.csv"), file("ids/t.csv"));
    let by_id = ["--id", "id", "--knn", "2"];
    for ending in ["gal", "gwt"] {
        let output = folder.path().join(format!("w.{ending}"));
        let output = output.to_str().unwrap();
        done(&in_grid(&["weights"], &table, &[&by_id[..], &["-o", output]].concat()));
        let again = done(&["weights", "--weights", output, "--format", "csv"]).stdout;
        let ids: BTreeSet<String> = column(&again, "id").into_iter().collect();
        let expected = ["007", "7", "9007199254740993", "9007199254740992", "柯桥区", "1.0", "1"];
        assert_eq!(ids, expected.map(str::to_owned).into(), "{ending}");
        let refusal = "found the id `Bad Neustadt an der Saale`, expected one without white space";
        refused(&in_grid(&["weights"], &spaced, &[&by_id[..], &["-o", output]].concat()), refusal);
    }
    let doubled = file("ids/d.csv");
    refused(&in_grid(&["weights"], &doubled, &["--id", "id", "--knn", "1"]), "unit `a`, expected ids that differ");
    refused(&["weights", "--weights", &file("ids/unk.gal")], "line 3: found the neighbour `z`, expected a unit");
    refused(&["weights", "--weights", &file("ids/short.gal")], "found 2 units, expected 3");
    let twice = file("ids/da.geojson");
    refused(&in_grid(&["join"], &spaced, &["--areas", &twice]), "found `x` in features 1, 2");
    let large = file("ids/li.geojson");
    let joined = done(&in_grid(&["join"], &spaced, &["--areas", &large, "--format", "csv"]));
    assert!(column(&joined.stdout, "li_id").contains(&"9007199254740993".to_owned()), "{}", joined.stdout);
}

#[test]
fn the_smallest_circle_holds_all_points() {
    for (name, radius_m) in
        [("opencv", 0.5), ("two", 2.5), ("col", 98_f64.sqrt() / 2.0), ("dup", 0.0), ("8", 1.838_477_631)]
    {
        let table = file(&format!("circle/{name}.csv"));
        let (found, _) = json(&in_grid(&["stats", "centrography"], &table, &[]));
        let found = found[0]["circle_radius_m"].as_f64().unwrap();
        assert!((found - radius_m).abs() < 1e-9, "{name}: {found}");
    }
}

#[test]
fn clusters_without_an_extent_have_no_hull() {
    let (table, folder) = (file("hulls/t.csv"), tempfile::tempdir().unwrap());
    let hulls = folder.path().join("hulls.geojson");
    let more = ["--radius", "12m", "--min-points", "2", "--hulls", hulls.to_str().unwrap()];
    let (found, _) = json(&in_grid(&["cluster", "dbscan"], &table, &more));
    let clusters = found["clusters"].as_array().unwrap();
    let members: Vec<u64> = clusters.iter().map(|cluster| cluster["members"].as_u64().unwrap()).collect();
    assert_eq!(members, [6, 6, 4, 3]);
    let areas: Vec<Option<f64>> = clusters.iter().map(|cluster| cluster["area_km2"].as_f64()).collect();
    assert_eq!(areas, [None, None, None, Some(1.25e-5)]);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(hulls).unwrap()).unwrap();
    assert_eq!(written["features"].as_array().unwrap().len(), 1);
}

/// A double as a whole number of 2⁻⁵⁰.
fn exact(cell: &str) -> i128 {
    const SCALE: f64 = (1_u64 << 50) as f64;
    let number: f64 = cell.parse().unwrap();
    // Coordinates of some millions have their last binary digit far above 2⁻⁵⁰.
    (number * SCALE) as i128
}

#[test]
fn points_beside_edges_are_where_exact_arithmetic_has_them() {
    let (table, areas) = (file("precise-point-in-polygon/p.csv"), file("precise-point-in-polygon/t.geojson"));
    let joined = done(&in_grid(&["join"], &table, &["--areas", &areas, "--format", "csv"])).stdout;
    let layer: Value = serde_json::from_str(&std::fs::read_to_string(&areas).unwrap()).unwrap();
    let ring: Vec<[i128; 2]> = layer["features"][0]["geometry"]["coordinates"][0]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| [0, 1].map(|axis| exact(&at[axis].to_string())))
        .collect();
    // Differences are below 2⁷ · 2⁵⁰, so that their products fit.
    let sides = |x: i128, y: i128| -> Vec<i128> {
        let side = |pair: &[[i128; 2]]| {
            let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
            (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        };
        ring.windows(2).map(side).collect()
    };
    let columns = ["x", "y", "t_id", "t_on_boundary"].map(|name| column(&joined, name));
    for (row, (x, y)) in columns[0].iter().zip(&columns[1]).enumerate() {
        let sides = sides(exact(x), exact(y));
        let inside = sides.iter().all(|side| *side >= 0) || sides.iter().all(|side| *side <= 0);
        let on_boundary = inside && sides.contains(&0);
        assert_eq!(columns[2][row], if inside { "T" } else { "" }, "row {row}");
        assert_eq!(columns[3][row] == "true", on_boundary, "row {row}");
    }
    assert_eq!(columns[0].len(), 2003);
    let corners = file("precise-point-in-polygon/v.csv");
    let square = file("precise-point-in-polygon/sq.geojson");
    let counts = done(&in_grid(&["join"], &corners, &["--areas", &square, "--count", "--format", "csv"]));
    assert_eq!(counts.stdout, "area,count\ns,4\n");
}

#[test]
fn quotients_of_few_firms_are_none_where_nothing_is_divided() {
    let areas = file("lq-small/a.geojson");
    let of = |table: &str, more: &[&str]| {
        let table = file(&format!("lq-small/{table}.csv"));
        jiju(in_grid(&["concentration"], &table, &[&["--areas", &areas, "--format", "csv"], more].concat()))
    };
    let cells = of("f", &[]).stdout;
    // Firms in A0 and A1 alone: s and u in A0, s and t in A1.
    let quotients = column(&cells, "location_quotient");
    assert_eq!([1, 6, 7, 8].map(|row: usize| quotients[row].as_str()), ["0", "", "", ""]);
    let sectors = of("f", &["--per", "sector"]).stdout;
    assert_eq!(column(&sectors, "plants"), ["3", "1", "1"]);
    for name in ["gamma", "z"] {
        let values = column(&sectors, name);
        assert!(!values[0].is_empty() && values[1..].concat().is_empty(), "{name}: {values:?}");
        assert!(column(&of("onearea", &["--per", "sector"]).stdout, name).concat().is_empty());
    }
    let refusal = of("nan", &["--weight", "employees"]);
    assert!(refusal.status == 2 && refusal.stderr.contains("row 3, column `employees`: found `NaN`"));
    let blank = of("blank", &["--per", "sector"]);
    assert_eq!(column(&blank.stdout, "sector"), ["Dye", "dye", "unclassified"]);
    assert!(blank.stderr.contains("1 rows have no sector"));
    let none = done(&["concentration", &file("lq-small/cnt.csv"), "--counts", "--format", "csv"]).stdout;
    assert_eq!(column(&none, "location_quotient"), ["", "", "1", "1"]);
    refused(&["concentration", &file("lq-small/cdup.csv"), "--counts"], "row 3 counts `s` in `A`, as row 2 does");
}

#[test]
fn an_interval_is_wide_or_none() {
    for name in ["c1", "c3"] {
        let table = file(&format!("lq-interval/{name}.csv"));
        let found = done(&["concentration", &table, "--counts", "--draws", "99", "--format", "csv"]).stdout;
        let columns = ["location_quotient_lower", "location_quotient", "location_quotient_upper"]
            .map(|name| column(&found, name).iter().map(|cell| cell.parse::<f64>().ok()).collect::<Vec<_>>());
        let [lowers, quotients, uppers] = &columns;
        for (row, ((lower, quotient), upper)) in lowers.iter().zip(quotients).zip(uppers).enumerate() {
            assert_eq!(lower.is_some(), upper.is_some());
            assert!(lower.is_none_or(|lower| lower < quotient.unwrap() && quotient < upper), "{name}, row {row}");
        }
        // The sector that is all in A.
        assert_eq!((columns[0][1], columns[0][0].is_some()), (None, true));
        // One firm stands where it stands: drawing it again says nothing.
        let p = &column(&found, "p_bootstrap")[1];
        assert_eq!(p.is_empty(), name == "c1", "{name}: {p}");
    }
}

#[test]
fn a_scan_takes_places_in_one_point_together() {
    let scan = |name: &str| {
        let table = file(&format!("scan/{name}.csv"));
        jiju(in_grid(&["cluster", "scan"], &table, &["--cases", "c", "--population", "p", "--format", "json"]))
    };
    let found = |name: &str| -> Vec<Value> {
        serde_json::from_str::<Value>(&scan(name).stdout).unwrap()["clusters"].as_array().unwrap().clone()
    };
    let together = found("co");
    assert_eq!((together.len(), &together[0]["members"]), (1, &serde_json::json!(["1", "2"])));
    assert!(found("nocases").is_empty() && scan("nocases").stderr.contains("no zone has more"));
    for (name, refusal) in [("casesnopop", "no population"), ("missing", "empty cell of `c` in row 2")] {
        let outcome = scan(name);
        assert!(outcome.status == 2 && outcome.stderr.contains(refusal), "{}", outcome.stderr);
    }
    for name in ["co", "tie", "zeropop"] {
        let clusters = found(name);
        let members: Vec<&str> =
            clusters.iter().flat_map(|one| one["members"].as_array().unwrap()).filter_map(Value::as_str).collect();
        assert_eq!(members.len(), members.iter().collect::<BTreeSet<_>>().len(), "{name}");
        assert!(clusters.iter().all(|one| (0.0..=1.0).contains(&one["p"].as_f64().unwrap()) && one["p"] != 0.0));
    }
}

#[test]
fn a_scan_gives_its_clusters_names_members_and_hulls() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Nine places of a hundred have ten cases each, the others one; a lone place far away.
    let row = |place: usize| {
        let (x, y) = (500_000 + 100 * (place % 10), 3_300_000 + 100 * (place / 10));
        let cases = if place % 10 < 3 && place / 10 < 3 { 10 } else { 1 };
        format!("t{place},{x},{y},{cases},20\n")
    };
    let rows = (0..100).map(row).collect::<String>();
    std::fs::write(path("t.csv"), format!("id,x,y,c,p\n{rows}")).unwrap();
    std::fs::write(
        path("a.geojson"),
        r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}},"features":[
        {"type":"Feature","properties":{"id":"keqiao"},"geometry":{"type":"Polygon","coordinates":
        [[[500000,3300000],[500300,3300000],[500300,3300300],[500000,3300300],[500000,3300000]]]}}]}"#,
    )
    .unwrap();
    let (table, areas, members, hulls) = (path("t.csv"), path("a.geojson"), path("m.csv"), path("h.geojson"));
    let more = ["--id", "id", "--cases", "c", "--population", "p", "--areas", &areas];
    let parts = ["--members", members.as_str(), "--hulls", hulls.as_str()];
    let (found, _) = json(&in_grid(&["cluster", "scan"], &table, &[&more[..], &parts].concat()));
    let best = &found["clusters"][0];
    assert_eq!((&best["name"], &best["cluster"], &best["cases"]), (&"keqiao".into(), &0.into(), &90.into()));
    // Of circles with the same places, the one about the first.
    assert_eq!((&best["centre"], &best["x"], &best["y"]), (&"t0".into(), &500_000.0.into(), &3_300_000.0.into()));
    assert!((best["area_km2"].as_f64().unwrap() - 0.04).abs() < 1e-6, "{best}");
    let members = std::fs::read_to_string(members).unwrap();
    assert_eq!(column(&members, "cluster").iter().filter(|cluster| *cluster == "0").count(), 9);
    assert!(std::fs::read_to_string(hulls).unwrap().contains("\"name\":\"keqiao\""));
}

#[test]
fn the_least_p_of_few_permutations_is_told_where_it_cannot_be_significant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    // One corner of a grid of 144 is high.
    let row = |unit: usize| {
        let (x, y) = (unit % 12, unit / 12);
        format!("{},{},{}\n", 100 * x, 100 * y, if x < 2 && y < 2 { 50 } else { (7 * x + 5 * y) % 4 })
    };
    std::fs::write(&path, format!("x,y,v\n{}", (0..144).map(row).collect::<String>())).unwrap();
    let said = |permutations: &str| {
        let more = ["--value", "v", "--knn", "4", "--permutations", permutations];
        json(&in_grid(&["stats", "gi-star"], path.to_str().unwrap(), &more)).1
    };
    let few = said("99");
    assert!(few.contains("the least p that 99 permutations can give, 0.0200"), "{few}");
    assert!(few.contains("adjusted for 144 units it is not significant; 5759 permutations could tell"), "{few}");
    assert!(!said("5759").contains("the least p"));
}

#[test]
fn amounts_below_0_have_no_share_of_a_sum() {
    let weights = file("getis-negative/w.gal");
    let stats = |statistic: &str, table: &str| {
        let table = file(&format!("getis-negative/{table}.csv"));
        jiju(["stats", statistic, &table, "--value", "x", "--weights", &weights, "--format", "json"])
    };
    assert!(stats("getis-ord-g", "t").stderr.contains("found -1.0 at unit `u1`, expected none below 0"));
    for statistic in ["gi", "gi-star"] {
        let found: Value = serde_json::from_str(&stats(statistic, "t").stdout).unwrap();
        assert!(found["g"].as_array().unwrap().iter().all(Value::is_null), "{statistic}: {}", found["g"]);
        assert!(found["z"].as_array().unwrap().iter().all(Value::is_number), "{statistic}: {}", found["z"]);
    }
    let zeros = stats("getis-ord-g", "z");
    assert!(zeros.stdout.contains("\"g\":null") && zeros.stderr.contains("does not vary"));
    assert!(stats("join-count", "tf").stderr.contains("row 2, column `x`: found `false`, expected a number"));
}

#[test]
fn few_units_have_no_moments_and_are_told() {
    for statistic in ["moran", "geary", "getis-ord-g", "local-moran", "local-geary", "gi", "gi-star", "losh"] {
        for (units, none) in [("2", true), ("3", false)] {
            let (table, weights) = (file(&format!("small-n/t{units}.csv")), file(&format!("small-n/w{units}.gal")));
            let (found, said) = json(&["stats", statistic, &table, "--value", "x", "--weights", &weights]);
            assert!(said.contains("units are few"), "{statistic}: {said}");
            let text = found.to_string();
            assert!(!text.contains("inf") && !text.contains("NaN"), "{statistic}: {text}");
            let z = [&found["z"], &found["z_normality"]].into_iter().filter(|z| !z.is_null());
            let all_none = |z: &Value| z.as_array().is_some_and(|list| list.iter().all(Value::is_null));
            assert!(!none || z.clone().all(all_none), "{statistic} of {units}: {text}");
        }
        let (table, weights) = (file("small-n/t1.csv"), file("small-n/w1.gal"));
        refused(&["stats", statistic, &table, "--value", "x", "--weights", &weights], "1 units, expected 2 or more");
    }
    // No unit has a neighbour: nothing is expected of nothing.
    let (table, weights) = (file("islands/t.csv"), file("islands/wall.gal"));
    let (found, said) = json(&["stats", "moran", &table, "--value", "x", "--weights", &weights]);
    assert!(found["i"].is_null() && found["expected"].is_null() && said.contains("12 units have no neighbours"));
}

#[test]
fn a_test_that_every_order_passes_alike_has_no_p() {
    let table = file("knox-k-density/k.csv");
    let more = ["--date", "date", "--radius", "1m", "--days", "1"];
    let (found, _) = json(&in_grid(&["stats", "knox"], &table, &more));
    assert_eq!((&found["near_in_both"], &found["p_permutation"]), (&6.into(), &Value::Null));
    let window = file("knox-k-density/w.geojson");
    for (table, sector) in [("kd", "a"), ("kds", "a"), ("kds", "b")] {
        let table = file(&format!("knox-k-density/{table}.csv"));
        let more = ["--areas", &window, "--by", "sector", "--sector", sector, "--radii", "5m,10m"];
        let simulated = ["--simulations", "19"];
        let (found, _) = json(&in_grid(&["stats", "kdensity"], &table, &[&more[..], &simulated].concat()));
        assert_eq!(found["density"], serde_json::json!([null, null]), "{table} {sector}");
        assert_eq!(found["p_simulation"], Value::Null, "{table} {sector}");
    }
}

/// The areas of Tokyo that libpysal bundles (BSD-3-Clause): ten are invalid, many meet without a common vertex. GEOS finds as many
/// boundaries that intersect.
#[test]
fn areas_of_tokyo_have_the_neighbours_that_geos_finds() {
    let areas = file("tokyo-neighbours/tokyomet262.shp");
    for repair in [&[][..], &["--repair"]] {
        for (contiguity, count) in [("queen", 1336), ("rook", 944)] {
            let asked = ["weights", "--areas", &areas, "--area-id", "AreaID", "--contiguity", contiguity];
            let found = done(&[&asked[..], repair, &["--areas-crs", "EPSG:30166", "--format", "csv"]].concat());
            let pairs = column(&found.stdout, "neighbour").iter().filter(|one| !one.is_empty()).count();
            assert_eq!(pairs, count, "{contiguity} {repair:?}");
            assert!(found.stderr.contains("area 135: part 1 touches itself"), "{}", found.stderr);
        }
    }
}
