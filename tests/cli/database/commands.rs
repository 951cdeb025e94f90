//! Every command takes tables of a database as it takes files.

use std::collections::BTreeMap;

use super::super::run::{Project, files};
use super::super::{AS_OF, DISTRICTS, POLICY, csv_text, sample};
use super::*;

#[test]
fn a_project_of_tables_comes_to_what_one_of_files_does() {
    let districts = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let sample = sample();
    let project = Project::new(&sample, &districts);
    let folder = &project.folder;
    done(&["run", &folder.path("jiju.toml")]);
    let of_files = files(&folder.file("out"));

    let database = Database::new("CREATE SCHEMA \"规划局\"");
    for (rows, table) in [(&sample.register, "规划局.企业"), (&sample.ledger, "规划局.台账")] {
        // As they stand, each with the number of its row as its key.
        let columns: Vec<String> = rows[0].iter().map(|header| format!("\"{header}\" text")).collect();
        let file = folder.write("rows.csv", &csv_text(rows));
        database.run(&format!("CREATE TABLE {table} ({})", columns.join(", ")));
        database.run(&format!("\\copy {table} from '{file}' csv header"));
        database.run(&format!("ALTER TABLE {table} ADD nr bigserial PRIMARY KEY"));
    }
    done(&["convert", &folder.path("districts.geojson"), &database.table("规划局.区县")]);
    let text = std::fs::read_to_string(folder.file("jiju.toml")).unwrap();
    let address = database.address();
    let text = text
        .replace("\"register.csv\"", &format!("'{address}|layername=规划局.企业'"))
        .replace("\"ledger.csv\"", &format!("'{address}'\nsource_layer = '规划局.台账'"))
        .replace("\"districts.geojson\"", &format!("'{address}'\nsource_layer = '区县'"));
    folder.write("jiju.toml", &text);
    let outcome = done(&["run", &folder.path("jiju.toml")]);
    assert!(!outcome.stderr.contains("no primary key"), "{}", outcome.stderr);
    let of_tables = files(&folder.file("out"));
    assert_eq!(of_files.keys().collect::<Vec<_>>(), of_tables.keys().collect::<Vec<_>>());
    for name in ["tables/quota.csv", "tables/lists.csv", "maps/firms.svg", "charts/ranking.svg"] {
        assert!(of_files[name] == of_tables[name], "{name}");
    }
    // The problems are the same, of other files, in rows that are counted without a header.
    let problems =
        |files: &BTreeMap<String, Vec<u8>>| String::from_utf8_lossy(&files["tables/problems.csv"]).lines().count();
    assert_eq!(problems(&of_files), problems(&of_tables));
    let manifest = String::from_utf8(of_tables["manifest.json"].clone()).unwrap();
    for table in ["规划局.企业", "规划局.台账", "区县"] {
        assert!(manifest.contains(&format!("{address}|layername={table}")), "{manifest}");
    }
    done(&["run", &folder.path("jiju.toml")]);
    assert!(files(&folder.file("out")) == of_tables);
    let checked = done(&["check", &folder.path("jiju.toml"), "--format", "csv"]);
    assert!(checked.stdout.contains("layername=规划局.企业"), "{}", checked.stdout);
    // The problems themselves go back.
    done(&["check", &folder.path("jiju.toml"), "-o", &database.table("problems")]);
    assert_eq!(database.run("SELECT count(*) FROM problems"), (checked.stdout.lines().count() - 1).to_string());
}

#[test]
fn commands_take_tables() {
    let (database, folder) = (Database::new(""), Folder::new());
    let register = repository("data/samples/register.csv");
    let firms = database.table("firms");
    done(&["convert", register.to_str().unwrap(), &firms]);
    let districts = database.table("districts");
    done(&["convert", DISTRICTS, &districts]);
    let both = |arguments: &dyn Fn(&str, &str) -> Vec<String>| {
        let of_files = done(&strings(&arguments(register.to_str().unwrap(), DISTRICTS)));
        let of_tables = done(&strings(&arguments(&firms, &districts)));
        assert!(of_files.stdout == of_tables.stdout && of_files.stdout.lines().count() > 2);
    };
    both(&|firms, areas| {
        words(&["join", firms, "--areas", areas, "--layer", "district", "--count", "--format", "csv"])
    });
    both(&|firms, areas| {
        words(&["concentration", firms, "--areas", areas, "--layer", "district", "--policy", POLICY, "--format", "csv"])
    });
    done(&["convert", DISTRICTS, &database.table("values")]);
    database.run("ALTER TABLE values ADD v double precision; UPDATE values SET v = fid * fid");
    let values = database.table("values");
    let moran = done(&[
        "stats",
        "moran",
        &values,
        "--value",
        "v",
        "--areas",
        &values,
        "--area-id",
        "fid",
        "--id",
        "fid",
        "--contiguity",
        "queen",
        "--format",
        "json",
    ]);
    let moran: serde_json::Value = serde_json::from_str(&moran.stdout).unwrap();
    assert!(moran["i"].is_number() || moran["statistic"].is_number(), "{moran}");
    done(&[
        "map",
        "--areas",
        &values,
        "--value",
        "v",
        "--scheme",
        "quantile",
        "-k",
        "3",
        "-o",
        &folder.path("map.svg"),
    ]);
    done(&[
        "map",
        "--areas",
        &districts,
        "--table",
        &values,
        "--key",
        "adcode",
        "--value",
        "v",
        "-o",
        &folder.path("other.svg"),
    ]);
    assert!(folder.file("map.svg").exists() && folder.file("other.svg").exists());
    let checked = done(&[
        "check",
        "--register",
        &firms,
        "--areas",
        &districts,
        "--policy",
        POLICY,
        "--as-of",
        AS_OF,
        "--format",
        "csv",
    ]);
    assert!(checked.stdout.contains("layername=firms"), "{}", checked.stdout.lines().next().unwrap_or_default());
    // What is for files is refused.
    refused(&["convert", &firms, &folder.path("a.csv"), "--sheet", "x"], &["--sheet"]);
    refused(&["convert", &firms, &folder.path("a.csv"), "--encoding", "gbk"], &["--encoding"]);
    done(&["convert", &firms, &folder.path("a.csv"), "--where", "employees is not null"]);
    done(&["convert", &districts, &folder.path("a.gpkg")]);
}

fn words(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|argument| (*argument).to_owned()).collect()
}

fn strings(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}
