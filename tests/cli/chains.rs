//! What a user does next: the firms of a project in single commands, results that keep their places, and manifests that say
//! what was in memory.

use std::path::Path;

use polars::prelude::{DataFrame, ParquetReader, SerReader as _};
use serde_json::Value;

use super::{DISTRICTS, Folder, POLICY, jiju};

/// A project over a small register, its columns under headers of its own, with rows that the check rejects.
fn project(folder: &Folder, analyses: &str) -> String {
    let mut register = "编码,name,经度,纬度,hy,code,employees\n".to_owned();
    for firm in 0..40 {
        let (east, north) = (120.56 + 0.004 * f64::from(firm % 8), 30.00 + 0.004 * f64::from(firm / 8));
        // Every other firm names its sector, by name or by id; the others have a code.
        let (sector, code) = match firm % 4 {
            0 => ("轴承", ""),
            1 => ("bearings", ""),
            2 => ("", "3451"),
            _ => ("", "1713"),
        };
        register.push_str(&format!(",企业{firm},{east:.4},{north:.4},{sector},{code},{}\n", 5 + firm));
    }
    // The same firm again, one that lies nowhere and one beyond the territory.
    register.push_str(",企业0,120.5600,30.0000,轴承,,5\n,企业零,0,0,轴承,,5\n,企业远,125.0,43.0,轴承,,5\n");
    folder.write("register.csv", &register);
    folder.write("ledger.csv", "id,programme,stage\n");
    let root = env!("CARGO_MANIFEST_DIR");
    folder.write(
        "jiju.toml",
        &format!(
            r#"
title = "进度通报"
as_of = 2020-09-30
policy = '{root}/{POLICY}'
output = "out"

[register]
file = "register.csv"
columns = {{ id = "编码", sector = "hy", industry_code = "code" }}

[ledger]
file = "ledger.csv"

[[layer]]
name = "district"
file = '{root}/{DISTRICTS}'
id = "adcode"
label = "name"

[join]
snap = "200m"
{analyses}
"#
        ),
    )
}

fn parquet(path: &Path) -> DataFrame {
    let mut reader = ParquetReader::new(std::fs::File::open(path).unwrap());
    // The box of each row is a struct, which this build of polars has not.
    let names = reader.schema().unwrap().iter_names().map(ToString::to_string).filter(|name| name != "bbox").collect();
    reader.with_columns(Some(names)).finish().unwrap()
}

fn object(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Six towns in a row of squares of 0.1°, the table of their values, and their weights.
fn towns(folder: &Folder) -> [String; 3] {
    let square = |town: usize| {
        let (west, east) = (120.0 + 0.1 * town as f64, 120.1 + 0.1 * town as f64);
        format!(
            r#"{{"type":"Feature","properties":{{"id":"t{town}","name":"镇{town}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west:.1},30.0],[{east:.1},30.0],[{east:.1},30.1],[{west:.1},30.1],[{west:.1},30.0]]]}}}}"#
        )
    };
    let squares: Vec<String> = (0..6).map(square).collect();
    let areas = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, squares.join(","));
    // Not in the order of the areas.
    let rows: Vec<String> = [3, 0, 5, 1, 4, 2]
        .iter()
        .map(|town| format!("t{town},{},{},{},{}", town * 2, 20 + town, town * town, town % 2))
        .collect();
    let table = format!("town,retired,firms,y,behind\n{}\n", rows.join("\n"));
    let weights: String = (0..6)
        .map(|town: usize| {
            let near: Vec<String> = [town.checked_sub(1), (town < 5).then_some(town + 1)]
                .into_iter()
                .flatten()
                .map(|t| format!("t{t}"))
                .collect();
            format!("t{town} {}\n{}\n", near.len(), near.join(" "))
        })
        .collect();
    [
        folder.write("towns.geojson", &areas),
        folder.write("towns.csv", &table),
        folder.write("towns.gal", &format!("0 6 towns town\n{weights}")),
    ]
}

#[test]
fn a_measure_is_the_same_in_a_run_and_in_a_single_command_of_the_project() {
    let folder = Folder::new();
    let project = project(
        &folder,
        r#"
[[analysis]]
name = "near"
operation = "dbscan"
table = "register"
by = "sector"
radius = "600m"
min_points = 3

[[analysis]]
name = "bearings"
operation = "kdensity"
table = "register"
areas = "district"
by = "sector"
sector = "轴承"
max_radius = "3km"
simulations = 0

[[analysis]]
name = "sectors"
operation = "concentration"
table = "register"
areas = ["district"]

[[analysis]]
name = "cells"
operation = "density"
table = "register"
areas = "district"
cell = "1km"
bandwidth = "2km"
"#,
    );
    let run = jiju(["run", &project]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let commands: [(&str, &[&str]); 4] = [
        ("near", &["cluster", "dbscan", "--by", "sector", "--radius", "600m", "--min-points", "3"]),
        (
            "bearings",
            &[
                "stats",
                "kdensity",
                "--areas",
                "district",
                "--by",
                "sector",
                "--sector",
                "bearings",
                "--max-radius",
                "3km",
                "--simulations",
                "0",
            ],
        ),
        ("sectors", &["concentration", "--areas", "district"]),
        ("cells", &["density", "--areas", "district", "--cell", "1km", "--bandwidth", "2km"]),
    ];
    for (name, command) in commands {
        let output = folder.file(&format!("{name}.parquet"));
        let outcome = jiju([command, &["--project", &project, "-o", output.to_str().unwrap()]].concat());
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        let said = "register.csv: 3 of 43 rows are rejected by the check and left out, 1 of them with the id of an earlier row";
        assert!(outcome.stderr.contains(said), "{name}: {}", outcome.stderr);
        let (made, found) = (folder.file(&format!("out/analyses/{name}.parquet")), parquet(&output));
        assert!(found.equals_missing(&parquet(&made)), "{name}: {found} {}", parquet(&made));
    }
    // Thirty firms of forty are of bearings, by their name, their id or their code.
    let sectors = parquet(&folder.file("near.parquet"));
    let bearings =
        sectors.column("sector").unwrap().str().unwrap().iter().filter(|one| *one == Some("bearings")).count();
    assert_eq!((sectors.height(), bearings), (40, 30));
}

#[test]
#[cfg(feature = "gdal")]
fn the_firms_of_a_register_in_a_grid_lie_in_it() {
    let folder = Folder::new();
    let project = project(&folder, "");
    let clusters = || {
        let output = folder.path("clusters.csv");
        let command = ["cluster", "dbscan", "--radius", "600m", "--min-points", "3", "--project", &project];
        folder.seen(&[&command[..], &["-o", &folder.path("m.csv"), "--clusters", &output]].concat());
        super::rows(Path::new(&output))[1..].iter().map(|row| row[2].clone()).collect::<Vec<_>>()
    };
    let members = clusters();
    let text = std::fs::read_to_string(folder.file("register.csv")).unwrap();
    let placed: Vec<&str> = text.lines().filter(|line| !line.contains(",0,0,")).collect();
    let degrees = folder.write("degrees.csv", &(placed.join("\n") + "\n"));
    let register = folder.path("register.csv");
    folder.seen(&["convert", &degrees, &register, "--to", "EPSG:4549"]);
    let text = std::fs::read_to_string(&project).unwrap();
    folder.write("jiju.toml", &text.replace("[register]", "[register]\nreference = \"EPSG:4549\""));
    assert_eq!((clusters(), members.is_empty()), (members, false));
}

#[test]
fn a_policy_says_the_sectors_of_a_table_and_repeated_ids_are_told() {
    let folder = Folder::new();
    project(&folder, "");
    let register = folder.path("register.csv");
    let text = std::fs::read_to_string(&register)
        .unwrap()
        .replace("编码,", "id,")
        .replace(",hy,code,", ",sector,industry_code,");
    let text: String = text
        .lines()
        .map(|line| if line.starts_with(',') { format!("a{line}\n") } else { format!("{line}\n") })
        .collect();
    let register = folder.write("firms.csv", &text);
    let l = |sector: &str, more: &[&str]| {
        let command = ["stats", "l", &register, "--areas", DISTRICTS, "--by", "sector", "--sector", sector];
        jiju([&command[..], &["--max-radius", "3km", "--simulations", "0", "--format", "csv"], more].concat())
    };
    let (by_name, by_id) = (l("轴承", &["--policy", POLICY]), l("bearings", &["--policy", POLICY]));
    assert_eq!((by_name.status, &by_name.stdout), (0, &by_id.stdout), "{}", by_name.stderr);
    let told = "42 rows have the id of an earlier row (`id`) and are counted again";
    assert!(by_name.stderr.contains(told), "{}", by_name.stderr);
    // Without the policy only rows with just this word are of it.
    assert_ne!(l("bearings", &[]).stdout, by_id.stdout);
    let unknown = l("bearing", &["--policy", POLICY]);
    assert!(unknown.status == 2 && unknown.stderr.contains("sector"), "{}", unknown.stderr);
}

#[test]
fn a_project_that_is_not_used_is_refused_and_a_result_of_it_is_made_again() {
    let folder = Folder::new();
    let project = project(&folder, "");
    let [_, table, weights] = towns(&folder);
    let idle = jiju(["stats", "moran", &table, "--value", "y", "--weights", &weights, "--project", &project]);
    assert!(idle.status == 2 && idle.stderr.contains("leave out --project"), "{}", idle.stderr);
    let output = folder.path("members.csv");
    folder.seen(&["cluster", "dbscan", "--radius", "600m", "--project", &project, "-o", &output, "--manifest"]);
    let manifest = object(&folder.file("members.csv.manifest.json"));
    assert_eq!(manifest["parameters"]["table"], "register");
    let held = manifest["inputs"].as_array().unwrap().iter().find(|input| input["memory"] == "register").unwrap();
    assert_eq!(held["sha256"].as_str().unwrap().len(), 64);
    assert!(manifest["inputs"].as_array().unwrap().iter().any(|input| input["file"] == "register.csv"));
    let sidecar = folder.path("members.csv.manifest.json");
    let replayed = jiju(["replay", &sidecar]);
    assert_eq!(replayed.status, 0, "{}{}", replayed.stdout, replayed.stderr);
    // Another register is another content in memory, not only another file.
    let register = std::fs::read_to_string(folder.file("register.csv")).unwrap();
    folder.write("register.csv", &register.replace(",5\n", ",6\n"));
    let replayed = jiju(["replay", &sidecar]);
    assert!(replayed.status == 1 && replayed.stderr.contains("the inputs are not those"), "{}", replayed.stderr);
}

#[test]
fn the_earlier_register_of_a_shift_is_checked_as_that_of_the_project() {
    let folder = Folder::new();
    let project = project(&folder, "");
    let register = std::fs::read_to_string(folder.file("register.csv")).unwrap();
    let earlier: Vec<&str> = register.lines().filter(|line| !line.contains("企业1")).collect();
    let before = folder.write("before.csv", &(earlier.join("\n") + "\n"));
    let command = ["shift-share", &before, "register", "--areas", "district", "--per", "sector", "--format", "json"];
    let outcome = jiju([&command[..], &["--project", &project]].concat());
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let rows: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let bearings = rows.as_array().unwrap().iter().find(|row| row["sector"] == "bearings").unwrap();
    // Of the firms 1 and 10 to 19 eight are of bearings: 1, 10, 12, 13, 14, 16, 17, 18.
    assert_eq!((bearings["before"].as_f64(), bearings["after"].as_f64()), (Some(22.0), Some(30.0)));
    assert!(outcome.stderr.contains("before.csv: 3 of"), "{}", outcome.stderr);
}

#[test]
fn results_of_areas_keep_their_outlines() {
    let folder = Folder::new();
    let [areas, table, weights] = towns(&folder);
    let y = ["--value", "y", "--permutations", "9"];
    let with_areas = ["--weights", &weights, "--areas", &areas];
    let queen = ["--areas", &areas, "--contiguity", "queen"];
    let rate = ["--events", "retired", "--base", "firms"];
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for (name, values) in [
        ("local-moran", vec![]),
        ("local-geary", vec![]),
        ("gi", vec![]),
        ("gi-star", vec![]),
        ("local-bivariate-moran", vec!["--other-value", "firms"]),
        ("local-lee", vec!["--other-value", "firms"]),
    ] {
        commands.push([&["stats", name, &table], &y[..], &values, &with_areas].concat());
    }
    let joins = ["stats", "local-join-count", &table, "--value", "behind", "--permutations", "9"];
    commands.push([&joins[..], &queen].concat());
    commands.push([&["stats", "rates", &table], &rate[..], &["--areas", &areas]].concat());
    commands.push([&["stats", "rates", &table, "--method", "spatial"], &rate[..], &queen].concat());
    commands.push([&["stats", "panel", &table], &y[..], &["--areas", &areas]].concat());
    for command in commands {
        let name = command[1];
        let output = folder.path("found.geojson");
        folder.seen(&[&command[..], &["-o", &output]].concat());
        let found = object(Path::new(&output));
        let features = found["features"].as_array().unwrap();
        assert_eq!(features.len(), 6, "{name}");
        for feature in features {
            let id = feature["properties"]["id"].as_str().unwrap();
            let town: f64 = id[1..].parse().unwrap();
            // The rows are not in the order of the areas.
            let corners = feature["geometry"]["coordinates"][0].as_array().unwrap();
            let west = corners.iter().map(|corner| corner[0].as_f64().unwrap()).fold(f64::MAX, f64::min);
            assert!((west - (120.0 + 0.1 * town)).abs() < 1e-9, "{name}: {id} lies at {west}");
        }
    }
}

#[test]
fn results_without_areas_are_refused_as_places_and_told_what_helps() {
    let folder = Folder::new();
    let [areas, table, weights] = towns(&folder);
    let output = folder.path("found.geojson");
    let local = ["stats", "local-moran", &table, "--value", "y", "--weights", &weights, "-o", &output];
    let outcome = jiju(local);
    assert!(outcome.status == 2 && outcome.stderr.contains("give --areas"), "{}", outcome.stderr);
    let other = folder.write("other.geojson", &std::fs::read_to_string(&areas).unwrap().replace("\"t3\"", "\"u3\""));
    let outcome = jiju([&local[..], &["--areas", &other]].concat());
    assert!(outcome.status == 2 && outcome.stderr.contains("t3"), "{}", outcome.stderr);
}

#[test]
fn points_among_their_nearest_keep_their_places() {
    let folder = Folder::new();
    project(&folder, "");
    let register = folder.path("register.csv");
    let output = folder.path("hot.geojson");
    folder.seen(&[
        "stats",
        "gi-star",
        &register,
        "--value",
        "employees",
        "--knn",
        "4",
        "--permutations",
        "9",
        "--where",
        "经度 > 1 and 经度 < 122",
        "-o",
        &output,
    ]);
    let found = object(Path::new(&output));
    assert_eq!(found["features"].as_array().unwrap().len(), 41);
    assert_eq!(found["features"][1]["geometry"]["coordinates"][0], 120.564);
}

#[test]
fn geoparquet_keeps_ids_places_and_values_and_is_read_again() {
    let folder = Folder::new();
    let [areas, table, weights] = towns(&folder);
    let output = folder.path("found.parquet");
    let local = ["stats", "local-moran", &table, "--value", "y", "--permutations", "9", "--areas", &areas];
    folder.seen(&[&local[..], &["--weights", &weights, "-o", &output]].concat());
    let found = parquet(Path::new(&output));
    assert!(found.column("id").is_ok() && found.column("i").is_ok() && found.column("geometry").is_ok(), "{found}");
    // As areas, as a table of values of these areas, and as features of another format.
    let again = folder.path("again.csv");
    folder.seen(&[
        "stats",
        "local-moran",
        &output,
        "--value",
        "i",
        "--areas",
        &output,
        "--contiguity",
        "rook",
        "-o",
        &again,
    ]);
    assert_eq!(super::rows(Path::new(&again)).len(), 7);
    let converted = folder.path("found.geojson");
    folder.seen(&["convert", &output, &converted]);
    let converted = object(Path::new(&converted));
    assert_eq!(converted["features"][0]["properties"]["id"], "t3");
    let west = converted["features"][0]["geometry"]["coordinates"][0][0][0].as_f64().unwrap();
    assert!((120.3..=120.4).contains(&west), "{west}");
    // Points, of which one has no place.
    let firms = folder.write("firms.csv", "id,lon,lat,employees\n1,120.5,30,3\n2,120.501,30,4\n3,,,5\n");
    let members = folder.path("members.parquet");
    folder.seen(&["cluster", "dbscan", &firms, "--radius", "1km", "--min-points", "2", "-o", &members]);
    let table =
        folder.seen(&["cluster", "dbscan", &members, "--radius", "1km", "--min-points", "2", "--format", "csv"]);
    assert!(table.contains("1 clusters, 1 of 3 rows in none"), "{table}");
}

#[test]
#[cfg(feature = "gdal")]
fn geoparquet_in_a_grid_says_its_reference() {
    let folder = Folder::new();
    let firms = folder.write("firms.csv", "id,lon,lat\n1,120.5,30\n2,120.501,30\n3,120.51,30.01\n");
    let cells = folder.path("cells.parquet");
    folder.seen(&["density", &firms, "--cell", "200m", "--bandwidth", "500m", "-o", &cells]);
    let converted = folder.path("cells.geojson");
    folder.seen(&["convert", &cells, &converted, "--to", "wgs84"]);
    let east = object(Path::new(&converted))["features"][0]["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((120.4..120.6).contains(&east), "{east}");
}

#[test]
fn a_manifest_stands_beside_its_output_with_the_values_that_rows_do_not_say() {
    let folder = Folder::new();
    let [_, table, weights] = towns(&folder);
    let output = folder.path("found.csv");
    let local =
        ["stats", "local-moran", &table, "--value", "y", "--weights", &weights, "--permutations", "9", "--seed", "7"];
    folder.seen(&[&local[..], &["-o", &output, "--manifest"]].concat());
    let manifest = object(&folder.file("found.csv.manifest.json"));
    assert_eq!((&manifest["values"]["permutations"], &manifest["values"]["seed"]), (&9.into(), &7.into()));
    assert_eq!(manifest["output"]["file"], "found.csv");
    assert!(manifest["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains("few")));
    // Nothing is written beside an output that was not asked for.
    folder.seen(&[&local[..], &["-o", &folder.path("alone.csv")]].concat());
    assert!(!folder.file("alone.csv.manifest.json").exists());
    let nowhere = jiju([&local[..], &["--manifest"]].concat());
    assert!(
        nowhere.status == 2 && nowhere.stderr.contains("--output") && nowhere.stdout.is_empty(),
        "{}",
        nowhere.stderr
    );
}

#[test]
fn a_map_and_a_chart_show_a_table_in_the_house_of_a_project() {
    let folder = Folder::new();
    let project = project(&folder, "");
    let text = std::fs::read_to_string(&project).unwrap();
    folder
        .write("jiju.toml", &text.replace("as_of =", "language = \"en\"\nboundaries = \"a survey of 1999\"\nas_of ="));
    let values =
        folder.write("values.csv", "adcode,rate\n330602,1\n330603,2\n330604,5\n330624,7\n330681,9\n330683,4\n");
    let map = |more: &[&str]| {
        let figure = folder.path("map.svg");
        let command = ["map", "--project", &project, "--table", &values, "--value", "rate", "-o", &figure];
        let outcome = jiju([&command[..], more].concat());
        (outcome.status, outcome.stderr, std::fs::read_to_string(&figure).unwrap_or_default())
    };
    let (status, stderr, svg) = map(&["--key", "adcode"]);
    assert_eq!(status, 0, "{stderr}");
    // Of the project are its boundaries' source, its language and its layers.
    assert!(svg.contains("a survey of 1999") && svg.contains("Yuecheng"), "{svg}");
    let (status, stderr, _) = map(&[]);
    assert!(status == 2 && stderr.contains("--key"), "{stderr}");
    let (status, stderr, _) = map(&["--key", "adcode", "--set", "kind=quota_progress"]);
    assert!(status == 2 && stderr.contains("--table"), "{stderr}");
    let cells = folder.path("cells.csv");
    folder.seen(&["concentration", "--areas", "district", "--project", &project, "-o", &cells]);
    let chart = folder.path("chart.svg");
    folder.seen(&["chart", "maps/heat-map.toml", "--project", &project, "--table", &cells, "-o", &chart]);
    assert!(std::fs::read_to_string(&chart).unwrap().contains("<svg"));
}
