//! What the user is told when something cannot be done: one line that names the place, what to try next, status 2.

use std::path::Path;

use super::{DISTRICTS, Folder, POLICY, jiju, repository};

/// The message of a command that cannot be carried out.
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let outcome = jiju(arguments);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{arguments:?}: {}", outcome.stderr);
    let errors = outcome.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    let hints = outcome.stderr.lines().filter(|line| line.starts_with("hint: ")).count();
    assert!(errors == 1 && hints <= 1 && outcome.stderr.starts_with("error: "), "{}", outcome.stderr);
    outcome.stderr.replace(folder.0.path().to_str().unwrap(), "[folder]")
}

const POINTS: &str = "id,lon,lat,employees\na,120.5683,29.9891,10\n";

#[test]
fn of_columns_files_and_formats() {
    let folder = Folder::new();
    let points = folder.write("points.csv", POINTS);
    let ragged = folder.write("ragged.csv", "id,lon,lat\na,120.5,30\nb,120.5\nc,120.5,30,1\nd,120.5,30\n");
    let output = folder.path("out.csv");
    let join = |more: &[&str]| refused(&folder, &[&["join"], more].concat());
    let messages = [
        join(&[&points, "--areas", DISTRICTS, "--count", "--x", "lom", "--y", "lat"]),
        join(&[&points, "--areas", DISTRICTS, "--count", "--area-id", "adcod"]),
        refused(&folder, &["classify", &points, "--value", "employes"]),
        refused(&folder, &["concentration", &points, "--areas", DISTRICTS, "--by", "sector"]),
        refused(&folder, &["concentration", "data/samples/register.csv", "--areas", DISTRICTS]),
        join(&[&folder.path("nowhere.csv"), "--areas", DISTRICTS, "--count"]),
        join(&[&points, "--areas", &folder.path("nowhere.gpkg"), "--count"]),
        join(&[&ragged, "--areas", DISTRICTS, "--count"]),
        join(&[&folder.write("points.docx", POINTS), "--areas", DISTRICTS, "--count"]),
        join(&[&folder.write("points.xlsx", POINTS), "--areas", DISTRICTS, "--count"]),
        join(&[&folder.write("points.parquet", POINTS), "--areas", DISTRICTS, "--count"]),
        join(&[&points, "--areas", &folder.write("areas.geojson", "{\"type\":"), "--count"]),
        join(&[&points, "--areas", DISTRICTS, "-o", &folder.path("out.docx")]),
        join(&[&points, "--areas", DISTRICTS, "--count", "--format", "docx"]),
        join(&[
            &folder.write("taken.csv", "id,lon,lat,d_id\na,120,30,x\n"),
            "--areas",
            DISTRICTS,
            "--layer",
            "d",
            "-o",
            &output,
        ]),
        join(&[&points, "--count"]),
        join(&[&points, "--areas", DISTRICTS, "--count", "--snap", "200"]),
        join(&[&points, "--areas", DISTRICTS, "-o", &folder.path("no/such/folder.csv")]),
    ];
    insta::assert_snapshot!(messages.join("\n"));
    assert!(!folder.file("out.csv").exists() && !folder.file("out.docx").exists());
}

const METRES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a"},"geometry":
    {"type":"Polygon","coordinates":[[[555000,3318000],[556000,3318000],[556000,3319000],[555000,3318000]]]}}]}"#;

#[test]
fn of_coordinate_references() {
    let folder = Folder::new();
    let points = folder.write("points.csv", POINTS);
    let grid = folder.path("grid.gpkg");
    assert_eq!(jiju(["convert", DISTRICTS, &grid, "--to", "EPSG:4549"]).status, 0);
    let join = |more: &[&str]| refused(&folder, &[&["join", &points, "--count", "--areas"], more].concat());
    let messages = [
        join(&[DISTRICTS, "--crs", "wgs48"]),
        join(&[DISTRICTS, "--crs", "EPSG:999999"]),
        // The file says EPSG:4549.
        join(&[&grid, "--areas-crs", "EPSG:4548"]),
        // Longitude and latitude in a file that is said to hold metres.
        join(&[DISTRICTS, "--areas-crs", "EPSG:4549"]),
        // Metres in a file that can only hold longitude and latitude.
        join(&[&folder.write("metres.geojson", METRES)]),
        refused(&folder, &["convert", &points, &folder.path("out.csv"), "--from", "gcj02", "--to", "bd90"]),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn of_policy_folders_all_faults_at_once() {
    let folder = Folder::new();
    for entry in std::fs::read_dir(repository(POLICY)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.file(entry.file_name().to_str().unwrap())).unwrap();
    }
    let change = |name: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(folder.file(name)).unwrap();
        assert!(text.contains(from), "{name}: {from}");
        folder.write(name, &text.replacen(from, to, 1));
    };
    change("policy.toml", "year = 2020", "year = 2020\ncolour = \"red\"");
    change("policy.toml", "id = \"joint_discipline\"", "id = \"joint_discipline\"\nsauce = \"x\"");
    change("quotas.csv", "330602,35", "330602,36");
    change("quotas.csv", "retire_outdated_capacity,330603", "retire_outdated_capacity,330999");
    change("stages.csv", "review,区县复验", "self_check,区县复验");
    let policy = folder.0.path().to_str().unwrap();
    let message = refused(&folder, &["check", "--register", "data/samples/register.csv", "--policy", policy]);
    insta::assert_snapshot!(message);
}

fn project(folder: &Folder, name: &str, text: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "title = 'x'\nas_of = 2020-09-30\npolicy = '{root}/{POLICY}'\noutput = 'out'\n{text}\n\
         [register]\nfile = '{root}/data/samples/register.csv'\n[ledger]\nfile = '{root}/data/samples/ledger.csv'\n"
    );
    folder.write(name, &text)
}

#[test]
fn of_project_files() {
    let folder = Folder::new();
    let districts = repository(DISTRICTS);
    let layer = |name: &str| format!("\n[[layer]]\nname = '{name}'\nfile = '{}'\n", districts.display());
    let unknown_key = project(&folder, "key.toml", &format!("langage = 'zh'{}", layer("district")));
    let two_faults = project(&folder, "faults.toml", &format!("{}{}", layer("town"), layer("town")));
    let page = format!("[page]\ncolumns = ['shares', 'rate']\n{}", layer("district"));
    let columns = project(&folder, "columns.toml", &page);
    let no_toml = folder.write("broken.toml", "title = \"x\nas_of = 2020\n");
    let messages = [
        refused(&folder, &["run", &unknown_key]),
        refused(&folder, &["run", &two_faults]),
        refused(&folder, &["page", &columns, "-o", &folder.path("page.html")]),
        refused(&folder, &["run", &no_toml]),
        refused(&folder, &["run", &folder.path("nowhere.toml")]),
        refused(&folder, &["check", "--ledger", "data/samples/ledger.csv"]),
        refused(&folder, &["map", "maps/density.toml", "-o", &folder.path("map.png")]),
        refused(
            &folder,
            &["map", "--areas", DISTRICTS, "--value", "adcode", "--set", "kolor=1", "-o", &folder.path("m.svg")],
        ),
        refused(&folder, &["map", "--areas", DISTRICTS, "--value", "adcode", "-o", &folder.path("map.gif")]),
    ];
    insta::assert_snapshot!(messages.join("\n").replace(env!("CARGO_MANIFEST_DIR"), "[repository]"));
    assert!(!folder.file("out").exists());
}

#[test]
fn inputs_are_never_overwritten() {
    let folder = Folder::new();
    let points = folder.write("points.csv", POINTS);
    let areas = folder.path("areas.geojson");
    std::fs::copy(repository(DISTRICTS), &areas).unwrap();
    let before = std::fs::read(&areas).unwrap();
    // By another spelling of its path it is the same file.
    let folder_name = folder.0.path().file_name().unwrap().to_str().unwrap();
    let roundabout = folder.path(&format!("../{folder_name}/points.csv"));
    for entry in std::fs::read_dir(repository(POLICY)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.file(entry.file_name().to_str().unwrap())).unwrap();
    }
    let (policy, quotas) = (folder.0.path().to_str().unwrap(), folder.path("quotas.csv"));
    let quotas_before = std::fs::read(&quotas).unwrap();
    let [register, ledger] = ["data/samples/register.csv", "data/samples/ledger.csv"];
    let counted = ["--policy", policy, "--as-of", "2020-09-30", "-o", &quotas];
    for arguments in [
        [&["progress", "--register", register, "--ledger", ledger, "--areas", &areas][..], &counted]
            .concat()
            .as_slice(),
        &["check", "--register", register, "--policy", policy, "-o", &quotas],
        &["join", &points, "--areas", &areas, "-o", &points],
        &["join", &points, "--areas", &areas, "-o", &roundabout],
        &["join", &points, "--areas", &areas, "--format", "csv", "-o", &areas],
        &["concentration", &points, "--areas", &areas, "--by", "employees", "-o", &points],
        &["convert", &points, &points, "--from", "gcj02", "--to", "wgs84"],
        &["convert", &areas, &areas, "--to", "wgs84"],
    ] {
        let message = refused(&folder, arguments);
        assert!(message.contains("it is an input, and inputs are never overwritten"), "{message}");
        assert_eq!(std::fs::read_to_string(Path::new(&points)).unwrap(), POINTS);
        assert!(std::fs::read(&areas).unwrap() == before && std::fs::read(&quotas).unwrap() == quotas_before);
    }
}
