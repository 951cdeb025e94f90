//! `jiju progress` of a project: by district, town, tier …, and the rows behind the counts.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Folder, jiju, program};

/// The rows of a table that the program prints, by the names of their columns.
fn printed(desk: &Path, arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let output =
        program().current_dir(desk).arg("progress").args(arguments).args(["--format", "csv"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    reader.deserialize().map(Result::unwrap).collect()
}

fn sum(rows: &[BTreeMap<String, String>], programme: &str, column: &str) -> u64 {
    let own = rows.iter().filter(|row| row["programme"] == programme);
    own.map(|row| row[column].parse::<u64>().unwrap()).sum()
}

#[test]
fn counts_by_place_sum_to_the_city_and_rows_trace_them() {
    let folder = Folder::new();
    let desk = folder.file("desk");
    assert_eq!(jiju([Path::new("init"), &desk]).status, 0);
    let quota = printed(&desk, &[]);
    let rows = printed(&desk, &["--rows"]);
    assert!(rows.iter().all(|row| !row["ledger_rows"].is_empty()));
    for programme in ["retire_outdated_capacity", "remediate_scattered_workshops"] {
        let city = quota.iter().find(|row| row["programme"] == programme && row["is_city"] == "true").unwrap();
        for by in ["programme", "district", "town", "tier", "block"] {
            let counts = printed(&desk, &["--count-by", by]);
            for column in ["listed", "self_checked", "reviewed", "spot_checked", "accepted"] {
                assert_eq!(sum(&counts, programme, column).to_string(), city[column], "{by} {column}");
            }
        }
        let stages = printed(&desk, &["--count-by", "stage"]);
        let of =
            |stage: &str| stages.iter().find(|row| row["programme"] == programme && row["stage"] == stage).unwrap();
        assert_eq!(of("review")["firms"], city["reviewed"]);
        assert!(of("review")["median_days"].parse::<f64>().unwrap() > 0.0 && of("listed")["median_days"].is_empty());
        // Each accepted firm is a row.
        let accepted = rows.iter().filter(|row| row["programme"] == programme && row["accepted"] == "true").count();
        assert_eq!(accepted.to_string(), city["accepted"]);
    }
    // Of an earlier day no more are accepted.
    let before = printed(&desk, &["--as-of", "2020-07-31", "--count-by", "programme"]);
    let now = printed(&desk, &["--count-by", "programme"]);
    assert!(sum(&before, "retire_outdated_capacity", "accepted") < sum(&now, "retire_outdated_capacity", "accepted"));
}

#[test]
fn offices_headers_are_recognised_and_others_are_pointed_at() {
    let folder = Folder::new();
    let desk = folder.file("desk");
    assert_eq!(jiju([Path::new("init"), &desk]).status, 0);
    let file = desk.join("jiju.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("data/管理台账.xlsx", "data/台账.csv");
    std::fs::write(&file, text).unwrap();
    let rows = "91330602YL0000000X,淘汰落后产能,区县复验,2020-06-01\n";
    let written = |header: &str| {
        std::fs::write(desk.join("data/台账.csv"), format!("{header}\n{rows}")).unwrap();
        let output = program().current_dir(&desk).args(["progress", "--format", "csv"]).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (is_read, told) = written("统一社会信用代码,任务名称,验收进度,区县复验时间");
    assert!(is_read, "{told}");
    let (is_read, told) = written("统一社会信用代码,任务名称,企业验收所处环节,区县复验时间");
    assert!(
        !is_read && told.contains("if it is `企业验收所处环节`, write `columns = { stage = \"企业验收所处环节\" }`"),
        "{told}"
    );
}
