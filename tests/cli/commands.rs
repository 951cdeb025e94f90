//! What each command answers, on the real districts.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use super::{AS_OF, DISTRICTS, Folder, POLICY, csv_text, jiju, program, repository, rows, sample};

/// Points of every kind the join must tell apart.
const POINTS: &str = "\
id,lon,lat,sector,employees
inside,120.5683,29.9891,a,10
on the shared boundary of two,120.57178,30.113715,a,20
on the vertex three share,120.724437,29.872374,b,30
in the gulf of Guinea,0,0,b,40
in Hangzhou,120.15,30.27,b,50
without coordinates,,,a,60
with half of them,120.57,,a,
with words for them,about 120,30,,70
";

/// A folder with these points.
fn folder_of_points() -> Folder {
    let folder = Folder::new();
    folder.write("points.csv", POINTS);
    folder
}

#[test]
fn join_counts_every_point_once() {
    let folder = folder_of_points();
    let seen = folder.seen(&["join", &folder.path("points.csv"), "--areas", DISTRICTS, "--count", "--format", "csv"]);
    let counted: u64 = seen
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('-'))
        .map(|line| line.split(',').nth(1).unwrap().parse::<u64>().unwrap())
        .sum();
    // Five more lie in no area: the notes say so, three of them for want of coordinates.
    assert_eq!(counted, 3);
    assert!(
        seen.contains("3 rows have no usable coordinates") && seen.contains("2 of 8 points lie in no area"),
        "{seen}"
    );
    insta::assert_snapshot!(seen);
}

#[test]
fn join_gives_every_point_its_areas_in_every_format() {
    let folder = folder_of_points();
    let districts = repository(DISTRICTS);
    let join = |output: &str| {
        let parks = "data/samples/parks.geojson";
        let points = folder.path("points.csv");
        folder.seen(&[
            "join",
            &points,
            "--areas",
            districts.to_str().unwrap(),
            "--areas",
            parks,
            "-o",
            &folder.path(output),
        ])
    };
    let notes = join("joined.csv");
    insta::assert_snapshot!(format!("{}{notes}", std::fs::read_to_string(folder.file("joined.csv")).unwrap()));
    join("joined.json");
    join("joined.parquet");
    join("joined.xlsx");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.file("joined.json")).unwrap()).unwrap();
    let expected = rows(&folder.file("joined.csv"));
    assert_eq!(json.as_array().unwrap().len(), expected.len() - 1);
    // Each of the others, read back by the program, is the table that was written as CSV.
    for written in ["joined.parquet", "joined.xlsx"] {
        let back = folder.path(&format!("{written}.csv"));
        folder.seen(&["convert", &folder.path(written), &back]);
        assert_eq!(rows(Path::new(&back)), expected, "{written}");
    }
}

#[test]
fn join_snaps_within_a_distance_and_says_how_far() {
    let folder = Folder::new();
    // 96 m and 386 m east of the square, at the equator, where a thousandth of a degree is 111 m.
    let square = folder.write(
        "square.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"s"},
            "geometry":{"type":"Polygon","coordinates":[[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]]]}}]}"#,
    );
    let points = folder.write("near.csv", "id,lon,lat\nnear,0.011,0.005\nfar,0.013,0.005\n");
    folder.seen(&["join", &points, "--areas", &square, "--snap", "200m", "-o", &folder.path("snapped.csv")]);
    let joined = rows(&folder.file("snapped.csv"));
    assert_eq!(joined[0][3..], ["square_id", "square_name", "square_on_boundary", "square_snapped_m"]);
    assert_eq!((joined[1][3].as_str(), joined[2][3].as_str(), joined[2][6].as_str()), ("s", "", ""));
    let distance_m: f64 = joined[1][6].parse().unwrap();
    assert!((distance_m - 111.3).abs() < 0.5, "{distance_m}");
}

#[test]
fn join_all_has_a_row_for_each_area_that_holds_the_point() {
    let folder = Folder::new();
    let square = |id: &str, west: u32| {
        let east = west + 2;
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}"}},"geometry":{{"type":"Polygon",
                "coordinates":[[[{west},0],[{east},0],[{east},2],[{west},2],[{west},0]]]}}}}"#
        )
    };
    let features =
        format!(r#"{{"type":"FeatureCollection","features":[{},{}]}}"#, square("first", 0), square("second", 1));
    let areas = folder.write("areas.geojson", &features);
    let points = folder.write("points.csv", "id,lon,lat\nboth,1.5,1\none,0.5,1\nnone,9,9\n");
    let join = |more: &[&str]| {
        let output = folder.path("out.csv");
        let mut arguments = vec!["join", points.as_str(), "--areas", areas.as_str(), "-o", output.as_str()];
        arguments.extend(more);
        folder.seen(&arguments);
        rows(Path::new(&output))[1..].iter().map(|row| (row[0].clone(), row[3].clone())).collect::<Vec<_>>()
    };
    let pair = |point: &str, area: &str| (point.to_owned(), area.to_owned());
    assert_eq!(join(&[]), [pair("both", "first"), pair("one", "first"), pair("none", "")]);
    let all = [pair("both", "first"), pair("both", "second"), pair("one", "first"), pair("none", "")];
    assert_eq!(join(&["--all"]), all);
}

#[test]
fn join_to_areas_in_a_grid_keeps_points_the_grid_cannot_hold() {
    let folder = Folder::new();
    let grid = folder.path("districts.gpkg");
    folder.seen(&["convert", DISTRICTS, &grid, "--to", "EPSG:4549"]);
    // Longitude and latitude have changed places: no such latitude, no place in a grid.
    let points = folder.write("points.csv", "id,lon,lat\ninside,120.5683,29.9891\nswapped,29.9891,120.5683\n");
    insta::assert_snapshot!(folder.seen(&["join", &points, "--areas", &grid, "--count", "--format", "csv"]));
}

#[test]
fn classify_answers_with_upper_bounds_and_counts() {
    let folder = Folder::new();
    let table = folder.write("values.csv", "district,rate\na,1\nb,2\nc,3\nd,4\ne,5\nf,6\ng,7\nh,8\ni,\n");
    let outcome = jiju(["classify", &table, "--value", "rate", "--scheme", "quantile", "-k", "4", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(found["breaks"], serde_json::json!([2.75, 4.5, 6.25, 8.0]));
    assert_eq!(found["counts"], serde_json::json!([2, 2, 2, 2]));
    // Pairs, of squared deviations 0.5 each, of 42 in all.
    assert!((found["fit"]["variance_fit"].as_f64().unwrap() - 40.0 / 42.0).abs() < 1e-12, "{found}");
    assert_eq!((&found["manifest"]["scheme"], &found["manifest"]["classes"]), (&"quantile".into(), &4.into()));
    assert!(outcome.stderr.contains("note: 1 rows have no value and are in no class\n"), "{}", outcome.stderr);
    let outcome =
        jiju(["classify", &table, "--value", "rate", "--scheme", "equal-interval", "-k", "2", "--format", "csv"]);
    insta::assert_snapshot!(outcome.seen());
}

#[test]
fn concentration_of_counts_and_of_a_weight() {
    let folder = folder_of_points();
    let points = folder.path("points.csv");
    let arguments = ["concentration", &points, "--areas", DISTRICTS, "--by", "sector", "--format", "csv"];
    insta::assert_snapshot!("concentration_of_firms", folder.seen(&arguments));
    let weighted = [&arguments[..], &["--weight", "employees"]].concat();
    insta::assert_snapshot!("concentration_of_employees", folder.seen(&weighted));
}

#[test]
fn convert_carries_a_table_to_another_datum_and_back() {
    let folder = Folder::new();
    let points = folder.write("gps.csv", "id,lon,lat,备注\n1,121.531541859215,31.175303983646,“甲”\n2,,,\n");
    let (there, back) = (folder.path("there.csv"), folder.path("back.csv"));
    insta::assert_snapshot!(folder.seen(&["convert", &points, &there, "--from", "gcj02", "--to", "wgs84"]));
    folder.seen(&["convert", &there, &back, "--from", "wgs84", "--to", "gcj02"]);
    let near = |found: &str, expected: f64| (found.parse::<f64>().unwrap() - expected).abs() < 1e-6;
    let (there, back) = (rows(Path::new(&there)), rows(Path::new(&back)));
    // A test vector of eviltransform.
    assert!(near(&there[1][1], 121.527_210_6) && near(&there[1][2], 31.177_427_6), "{there:?}");
    assert!(near(&back[1][1], 121.531_541_859_215) && near(&back[1][2], 31.175_303_983_646), "{back:?}");
    assert_eq!((&there[2][..], there[1][3].as_str()), (&["2", "", "", ""].map(str::to_owned)[..], "“甲”"));
}

#[test]
fn progress_as_json_and_for_people() {
    let arguments =
        ["--register", "data/samples/register.csv", "--ledger", "data/samples/ledger.csv", "--areas", DISTRICTS];
    let progress =
        |more: &[&str]| jiju([&["progress"], &arguments[..], &["--policy", POLICY, "--as-of", AS_OF], more].concat());
    let json = progress(&["--format", "json"]);
    serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap();
    insta::assert_snapshot!("progress_json", json.seen());
    // Quotas are short: done, and the answer is no.
    let strict = progress(&["--strict"]);
    assert_eq!(strict.status, 1);
    insta::assert_snapshot!("progress_strict", strict.seen());
}

#[test]
fn check_lists_problems_and_fails_where_strict() {
    let folder = Folder::new();
    let sample = sample();
    let register = folder.write("register.csv", &csv_text(&[&sample.register[..1], &sample.register[18..60]].concat()));
    let check = |more: &[&str]| jiju([&["check", "--register", &register, "--policy", POLICY], more].concat());
    let lenient = check(&["--format", "csv"]);
    assert_eq!(lenient.status, 0);
    insta::assert_snapshot!(lenient.seen_without(folder.0.path()));
    let strict = check(&["--format", "csv", "--strict", "--rejects", &folder.path("rejects")]);
    assert_eq!((strict.status, &strict.stdout), (1, &lenient.stdout));
    // The cells of a rejected row stand in the rejects as they stood in the file.
    let rejects = rows(&folder.file("rejects/register.csv"));
    let input = rows(Path::new(&register));
    assert!(rejects.len() > 1);
    for reject in &rejects[1..] {
        let row: usize = reject[14].parse().unwrap();
        assert_eq!(reject[..14], input[row - 1][..]);
    }
    let clean = folder.write("clean.csv", "id,name,lon,lat\n91330603YLHXR74FXL,示例企业,120.650580,29.780962\n");
    let outcome = jiju(["check", "--register", &clean, "--policy", POLICY, "--strict"]);
    assert_eq!(outcome.status, 0, "{}", outcome.seen());
}

#[test]
fn map_writes_every_format_and_its_resolution() {
    let folder = Folder::new();
    let rates =
        folder.write("rates.csv", "code,rate\n330602,1\n330603,0.63\n330604,0.8\n330681,0.76\n330683,0.72\n330624,\n");
    for ending in ["png", "svg", "pdf"] {
        let output = folder.path(&format!("map.{ending}"));
        let source = ["map", "--areas", DISTRICTS, "--table", &rates, "--key", "code", "--value", "rate"];
        let drawing = ["--scheme", "quantile", "-k", "4", "--dpi", "200", "-o", &output];
        folder.seen(&[&source[..], &drawing].concat());
    }
    assert_eq!(dots_per_inch(&folder.file("map.png")), 200);
    let svg = std::fs::read_to_string(folder.file("map.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("诸暨市"));
    assert!(std::fs::read(folder.file("map.pdf")).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn chart_draws_what_progress_wrote() {
    let folder = Folder::new();
    let quota = folder.path("quota.csv");
    let tables =
        ["--register", "data/samples/register.csv", "--ledger", "data/samples/ledger.csv", "--areas", DISTRICTS];
    folder.seen(&[&["progress"], &tables[..], &["--policy", POLICY, "--as-of", AS_OF, "-o", &quota]].concat());
    let png = folder.path("ranking.png");
    folder.seen(&["chart", "maps/ranking.toml", "--table", &quota, "--dpi", "72", "-o", &png]);
    assert_eq!(dots_per_inch(Path::new(&png)), 72);
    let svg = folder.path("ranking.svg");
    folder.seen(&["chart", "maps/ranking.toml", "--table", &quota, "--set", "title=各区县<排名>", "-o", &svg]);
    let svg = std::fs::read_to_string(svg).unwrap();
    assert!(svg.contains("各区县&lt;排名&gt;") && svg.contains("越城区"));
}

/// What the pHYs chunk of a PNG says.
fn dots_per_inch(path: &Path) -> u32 {
    let decoder = png::Decoder::new(BufReader::new(std::fs::File::open(path).unwrap()));
    let reader = decoder.read_info().unwrap();
    let pixels = reader.info().pixel_dims.unwrap();
    assert_eq!((pixels.unit, pixels.xppu), (png::Unit::Meter, pixels.yppu));
    (f64::from(pixels.xppu) * 0.0254).round() as u32
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // More than a pipe holds, so that the program is still writing when nobody reads any more.
    let arguments = ["check", "--register", "data/samples/register.csv", "--policy", POLICY, "--format", "json"];
    let mut child = program().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("error") && !stderr.contains("panicked"), "{stderr}");
}
