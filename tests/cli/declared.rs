//! What every command that reads a table, points or a layer takes for it, and the join as an operation.

use jiju::measure::{Input, operation};
use jiju::source::{AreaOptions, Origin, TableOptions, areas, table};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::{AS_OF, DISTRICTS, Folder, POLICY, csv_text, jiju, repository, rows, sample};

/// A workbook of sheets, each of text.
fn workbook(folder: &Folder, name: &str, sheets: &[(&str, &[Vec<String>])]) -> String {
    let mut workbook = Workbook::new();
    for (sheet, rows) in sheets {
        let worksheet = workbook.add_worksheet().set_name(*sheet).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            worksheet.write_row(row, 0, cells).unwrap();
        }
    }
    workbook.save(folder.file(name)).unwrap();
    folder.path(name)
}

fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// What the user is told where a command is refused.
fn refused(arguments: &[&str]) -> String {
    let outcome = jiju(arguments);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{arguments:?}: {}", outcome.stderr);
    outcome.stderr
}

const POINTS: &str = "id,lon,lat,sector\na,120.5683,29.9891,dyeing\nb,120.15,30.27,bearings\nc,,,dyeing\n";

#[test]
fn a_join_is_made_again_from_its_manifest() {
    let folder = Folder::new();
    let points = folder.write("points.csv", POINTS);
    let manifest = folder.path("manifest.json");
    let mut outputs = vec!["joined.csv", "joined.parquet", "joined.json", "joined.xlsx", "joined.geojson"];
    if cfg!(feature = "gdal") {
        outputs.push("joined.gpkg");
    }
    let join = |more: &[&str]| {
        let arguments = ["join", &points, "--areas", DISTRICTS, "--snap", "100m", "--manifest", &manifest];
        folder.seen(&[&arguments[..], more].concat());
        let replayed = jiju(["replay", &manifest]);
        assert_eq!(replayed.status, 0, "{more:?}: {}{}", replayed.stdout, replayed.stderr);
        assert!(replayed.stdout.starts_with("the bytes agree: join as "), "{}", replayed.stdout);
    };
    for output in outputs {
        join(&["-o", &folder.path(output)]);
        join(&["--count", "-o", &folder.path("counts.csv")]);
    }
    join(&["--count", "--format", "json"]);
    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.file("joined.geojson")).unwrap()).unwrap();
    let features = written["features"].as_array().unwrap();
    // The row without coordinates has no place; a note tells it.
    assert_eq!(features.len(), 2);
    assert_eq!(features[0]["geometry"]["coordinates"], json!([120.5683, 29.9891]));
    assert_eq!(features[0]["properties"]["shaoxing_districts_name"], "越城区");
    // Streamed, the manifest is of the bytes that are in the file.
    join(&["-o", &folder.path("joined.csv")]);
    let stated: Value = serde_json::from_str(&std::fs::read_to_string(&manifest).unwrap()).unwrap();
    let bytes = std::fs::read(folder.file("joined.csv")).unwrap();
    assert_eq!(stated["output"]["sha256"], jiju::source::sha256_of(&bytes));
    assert_eq!(stated["parameters"]["snap"], "100m");
    assert_eq!(stated["inputs"].as_array().unwrap().len(), 2);
    folder.write("points.csv", &POINTS.replace("120.5683", "120.1683"));
    let replayed = jiju(["replay", &manifest]);
    assert_eq!(replayed.status, 1);
    assert!(replayed.stdout.starts_with("the bytes differ: join as csv"), "{}", replayed.stdout);
}

#[test]
fn a_join_without_a_file_goes_to_stdout_like_any_table() {
    let folder = Folder::new();
    let points = folder.write("points.csv", POINTS);
    let outcome = jiju(["join", &points, "--areas", DISTRICTS, "--format", "csv"]);
    folder.seen(&["join", &points, "--areas", DISTRICTS, "-o", &folder.path("joined.csv")]);
    assert_eq!(outcome.stdout, std::fs::read_to_string(folder.file("joined.csv")).unwrap());
}

#[test]
fn a_join_takes_what_is_in_memory_as_an_analysis_does() {
    let folder = Folder::new();
    folder.write("points.csv", POINTS);
    let given = json!({ "table": "firms", "areas": ["district"], "where": "sector = 'dyeing'" });
    let mut prepared = (operation("join").unwrap().prepare)(given.as_object().unwrap().clone()).unwrap();
    for input in prepared.inputs() {
        match input {
            Input::Table(origin) => {
                let firms = table(&folder.file("points.csv"), &TableOptions::default()).unwrap();
                *origin = Origin::memory("firms", firms);
            }
            Input::Areas(origin) => {
                let districts = areas(&repository(DISTRICTS), &AreaOptions::default()).unwrap();
                *origin = Origin::from(jiju::model::Areas { layer: "district".to_owned(), ..districts });
            }
            other => panic!("{other:?}"),
        }
    }
    let outcome = prepared.run().unwrap();
    let joined = jiju::model::Table::new(String::new(), outcome.frame().unwrap(), vec![1, 2]);
    assert_eq!(joined.text("id").unwrap().iter().flatten().collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(joined.text("district_name").unwrap().iter().collect::<Vec<_>>(), [Some("越城区"), None]);
    let missing = (operation("join").unwrap().prepare)(json!({ "table": "firms" }).as_object().unwrap().clone());
    assert!(missing.err().unwrap().to_string().contains("‹areas› is missing"));
}

#[test]
fn check_takes_the_options_of_tables_and_layers() {
    let folder = Folder::new();
    let register = "id,name,lon,lat\n91330603YLHXR74FXL,示例企业,120.650580,29.780962\n";
    let notes = cells("说明,内容\n来源,示例\n");
    let book = workbook(&folder, "office.xlsx", &[("说明", &notes), ("名录", &cells(register))]);
    let check = ["check", "--register", &book, "--policy", POLICY];
    let seen = folder.seen(&[&check[..], &["--sheet", "名录", "--areas", DISTRICTS, "--area-id", "adcode"]].concat());
    assert!(seen.contains("register: 1 of 1 rows kept"), "{seen}");
    assert!(refused(&[&check[..], &["--sheet", "名单"]].concat()).contains("found no sheet `名单`, it has 说明, 名录"));
    let told = refused(&[&check[..], &["--sheet", "名录", "--sheet", "台账"]].concat());
    assert!(told.contains("found --sheet 2 times for 1 tables"), "{told}");
    let plain = folder.write("register.csv", register);
    let check = ["check", "--register", &plain, "--policy", POLICY, "--areas", DISTRICTS];
    let told = refused(&[&check[..], &["--sheet", "名录"]].concat());
    assert!(told.contains("found --sheet, which is for workbooks, beside"), "{told}");
    assert!(refused(&[&check[..], &["--encoding", "klingon"]].concat()).contains("klingon"));
    assert!(refused(&[&check[..], &["--area-id", "adcod"]].concat()).contains("adcod"));
    assert!(refused(&[&check[..], &["--areas-crs", "EPSG:4549"]].concat()).contains("EPSG:4549"));
    let told = refused(&["check", "data/demo/jiju.toml", "--area-id", "adcode", "--areas", DISTRICTS]);
    assert!(told.contains("a project file names everything that is checked"), "{told}");
    let told = refused(&["check", "--register", &plain, "--policy", POLICY, "--area-id", "adcode"]);
    assert!(told.contains("--area-id needs --areas"), "{told}");
}

#[test]
fn progress_finds_register_and_ledger_in_the_sheets_of_one_workbook() {
    let folder = Folder::new();
    let sample = sample();
    let register = folder.write("register.csv", &csv_text(&sample.register));
    let ledger = folder.write("ledger.csv", &csv_text(&sample.ledger));
    let book = workbook(&folder, "office.xlsx", &[("台账", &sample.ledger), ("名录", &sample.register)]);
    let progress = |register: &str, ledger: &str, more: &[&str]| {
        let tables = ["progress", "--register", register, "--ledger", ledger, "--areas", DISTRICTS];
        jiju([&tables[..], &["--policy", POLICY, "--as-of", AS_OF, "--format", "csv"], more].concat())
    };
    let plain = progress(&register, &ledger, &[]);
    let found = progress(&book, &book, &["--sheet", "名录", "--sheet", "台账"]);
    assert_eq!((found.status, &found.stdout), (0, &plain.stdout), "{}", found.stderr);
    // Said once it is for both, of which one is a workbook.
    let found = progress(&register, &book, &["--sheet", "台账"]);
    assert_eq!((found.status, &found.stdout), (0, &plain.stdout), "{}", found.stderr);
    let unknown = progress(&register, &book, &["--sheet", "台帐"]);
    assert!(unknown.status == 2 && unknown.stderr.contains("found no sheet `台帐`"), "{}", unknown.stderr);
    let unknown = progress(&register, &ledger, &["--encoding", "klingon"]);
    assert!(unknown.status == 2 && unknown.stderr.contains("klingon"), "{}", unknown.stderr);
}

#[test]
fn convert_reads_sheets_encodings_and_the_rows_of_a_condition() {
    let folder = Folder::new();
    let points = cells(POINTS);
    let book = workbook(&folder, "book.xlsx", &[("说明", &cells("说明,内容\n来源,示例\n")), ("points", &points)]);
    let output = folder.path("out.csv");
    let convert = |input: &str, more: &[&str]| {
        let seen = folder.seen(&[&["convert", input, &output], more].concat());
        (seen, rows(&folder.file("out.csv")))
    };
    assert_eq!(convert(&book, &["--sheet", "points"]).1, points);
    assert!(refused(&["convert", &book, &output, "--sheet", "point"]).contains("found no sheet `point`"));
    let plain = folder.write("points.csv", POINTS);
    let (seen, kept) = convert(&plain, &["--where", "sector = 'dyeing'"]);
    assert!(seen.contains("2 of 3 rows match --where"), "{seen}");
    assert_eq!(kept.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["id", "a", "c"]);
    let (text, _, _) = encoding_rs::BIG5.encode("id,name\n1,桃園市\n");
    std::fs::write(folder.file("big5.csv"), &text).unwrap();
    assert_eq!(convert(&folder.path("big5.csv"), &["--encoding", "big5"]).1[1][1], "桃園市");
    for (input, option, value) in
        [(plain.as_str(), "--sheet", "points"), (book.as_str(), "--encoding", "big5"), (DISTRICTS, "--sheet", "points")]
    {
        let told = refused(&["convert", input, &folder.path("other.csv"), option, value]);
        assert!(told.contains(&format!("found {option}, which is for ")), "{told}");
    }
}

#[test]
fn map_and_chart_read_the_sheet_that_is_asked_for() {
    let folder = Folder::new();
    let rates = cells("code,rate\n330602,1\n330603,0.63\n330604,0.8\n330681,0.76\n330683,0.72\n330624,0.5\n");
    let book = workbook(&folder, "rates.xlsx", &[("说明", &cells("说明,内容\n来源,示例\n")), ("rates", &rates)]);
    let output = folder.path("map.svg");
    let map =
        ["map", "--areas", DISTRICTS, "--table", &book, "--key", "code", "--value", "rate", "-k", "3", "-o", &output];
    folder.seen(&[&map[..], &["--sheet", "rates"]].concat());
    assert!(std::fs::read_to_string(folder.file("map.svg")).unwrap().contains("诸暨市"));
    assert!(refused(&[&map[..], &["--sheet", "rate"]].concat()).contains("found no sheet `rate`"));
    let chart = ["chart", "maps/ranking.toml", "--table", &book, "-o", &output, "--sheet", "rate"];
    assert!(refused(&chart).contains("found no sheet `rate`"));
    let told = refused(&["map", "--areas", DISTRICTS, "--value", "adcode", "--key", "code", "-o", &output]);
    assert!(told.contains("--key needs --table"), "{told}");
}
