//! Spot checks, drawn and taken back, and what changed between two states, as an office does them.

use super::run::Project;
use super::{DISTRICTS, Folder, POLICY, csv_text, jiju, repository, rows, sample};

fn desk() -> Project {
    Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap())
}

#[test]
fn a_spot_check_is_drawn_filled_in_and_taken_back() {
    let desk = desk();
    let (project, csv, book) = (desk.folder.path("jiju.toml"), desk.folder.path("s.csv"), desk.folder.path("s.xlsx"));
    for output in [&csv, &book] {
        let outcome = jiju(["sample", &project, "--share", "0.2", "--seed", "7", "-o", output]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    let again = desk.folder.path("again.xlsx");
    jiju(["sample", &project, "--share", "0.2", "--seed", "7", "-o", &again]);
    assert!(std::fs::read(&again).unwrap() == std::fs::read(&book).unwrap(), "the same seed gives the same bytes");
    let mut sheet = rows(desk.folder.file("s.csv").as_path());
    let column = |name: &str| sheet[0].iter().position(|header| header == name).unwrap();
    let (role, population, drawn, finding, name) =
        (column("role"), column("population"), column("drawn"), column("finding"), column("name"));
    // The share of each stratum, rounded up, by whole numbers: the weights add up to all that wait.
    let primary = sheet[1..].iter().filter(|row| row[role] == "sample");
    for row in primary.clone() {
        let (population, drawn): (u64, u64) = (row[population].parse().unwrap(), row[drawn].parse().unwrap());
        assert_eq!(drawn, population.div_ceil(5), "{row:?}");
    }
    assert!(sheet[1..].iter().all(|row| !row[name].is_empty() && row[finding].is_empty()));
    // Nothing is inspected yet: nothing is said.
    let outcome = jiju(["sample", "--evaluate", &book, "--format", "csv"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("have no finding"), "{}", outcome.stderr);
    let expected: f64 = {
        // Every third firm fails.
        let (mut all, mut passed) = (0.0, 0.0);
        let mut number = 0;
        for row in sheet.iter_mut().skip(1).filter(|row| row[role] == "sample") {
            number += 1;
            row[finding] = if number % 3 == 0 { "不合格" } else { "合格" }.to_owned();
            let weight = row[population].parse::<f64>().unwrap() / row[drawn].parse::<f64>().unwrap();
            all += weight;
            passed += if number % 3 == 0 { 0.0 } else { weight };
        }
        passed / all
    };
    desk.folder.write("results.csv", &csv_text(&sheet));
    let results = desk.folder.path("results.csv");
    let outcome = jiju(["sample", "--evaluate", &results, "--strict", "-o", &desk.folder.path("rates.csv")]);
    assert_eq!(outcome.status, 1, "a firm failed: {}", outcome.stderr);
    let rates = rows(desk.folder.file("rates.csv").as_path());
    let at = |name: &str| rates[0].iter().position(|header| header == name).unwrap();
    let all = rates.last().unwrap();
    assert!(all[at("programme")].is_empty() && all[at("district")].is_empty());
    let number = |name: &str| all[at(name)].parse::<f64>().unwrap();
    assert!((number("pass_rate") - expected).abs() < 1e-9, "{all:?} {expected}");
    assert!(number("pass_rate_lower") < expected && expected < number("pass_rate_upper"));
    let strata = rates[1..].iter().filter(|row| !row[at("district")].is_empty());
    let sum: u64 = strata.map(|row| row[at("population")].parse::<u64>().unwrap()).sum();
    assert_eq!(sum.to_string(), all[at("population")]);
    // What cannot be understood is named with its row, and nothing is counted.
    sheet[3][finding] = "大概合格".to_owned();
    desk.folder.write("results.csv", &csv_text(&sheet));
    let outcome = jiju(["sample", "--evaluate", &results]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("row 4") && outcome.stderr.contains("大概合格"), "{}", outcome.stderr);
    sheet[3][finding] = String::new();
    let doubled = sheet[3].clone();
    sheet.push(doubled);
    desk.folder.write("results.csv", &csv_text(&sheet));
    let outcome = jiju(["sample", "--evaluate", &results]);
    assert!(outcome.status == 2 && outcome.stderr.contains("each firm once"), "{}", outcome.stderr);
    let outcome = jiju(["sample", &project, "--share", "1.5"]);
    assert!(outcome.status == 2 && outcome.stderr.contains("--share"), "{}", outcome.stderr);
    let outcome = jiju(["sample", &project, "--as-of", "2019-01-01"]);
    assert!(outcome.status == 2 && outcome.stderr.contains("no firm that waits"), "{}", outcome.stderr);
}

#[test]
fn changes_between_registers_are_told_by_code_name_and_place() {
    let folder = Folder::new();
    let header = "统一社会信用代码,企业名称,经度,纬度\n";
    let old = "\
        A1,绍兴宏达印染有限公司,120.500000,30.000000\n\
        A2,柯桥永盛印染厂,120.510000,30.010000\n\
        A3,诸暨同心五金有限公司,120.520000,30.020000\n\
        A4,诸暨同心五金一分厂,120.520100,30.020000\n\
        A5,嵊州轴承有限公司,120.530000,30.030000\n\
        A6,新昌长城机械有限公司,120.540000,30.040000\n\
        A7,上虞伞业有限公司,120.550000,30.050000\n";
    // A1 moved 2 km into the park, A2 has another code, A3 and A4 became N3 in their place, A5 split off N5, A6 left, A7 changed its name.
    let new = "\
        A1,绍兴宏达印染有限公司,120.520740,30.000000\n\
        N2,柯桥永盛印染厂,120.510000,30.010000\n\
        N3,诸暨合力五金有限公司,120.520050,30.020000\n\
        A5,嵊州轴承有限公司,120.530000,30.030000\n\
        N5,嵊州轴承配件有限公司,120.530100,30.030000\n\
        A7,上虞天堂伞业有限公司,120.550000,30.050000\n";
    let park = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"p","name":"蓝印小镇"},
        "geometry":{"type":"Polygon","coordinates":[[[120.519,29.999],[120.522,29.999],[120.522,30.001],[120.519,30.001],[120.519,29.999]]]}}]}"#;
    folder.write("old.csv", &format!("{header}{old}"));
    folder.write("new.csv", &format!("{header}{new}"));
    folder.write("parks.geojson", park);
    let output = folder.path("changes.csv");
    let (old, new, parks) = (folder.path("old.csv"), folder.path("new.csv"), folder.path("parks.geojson"));
    let outcome = jiju(["diff", &old, &new, "--areas", &parks, "-o", &output]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let found = rows(folder.file("changes.csv").as_path());
    let at = |name: &str| found[0].iter().position(|header| header == name).unwrap();
    let told: Vec<[String; 4]> = found[1..]
        .iter()
        .map(|row| [&row[at("change")], &row[at("id")], &row[at("before")], &row[at("to_area")]].map(String::clone))
        .collect();
    let told: Vec<[&str; 4]> = told.iter().map(|row| row.each_ref().map(String::as_str)).collect();
    assert_eq!(
        told,
        [
            ["recoded", "N2", "A2", ""],
            ["merged", "N3", "A3", ""],
            ["merged", "N3", "A4", ""],
            ["split", "N5", "A5", ""],
            ["moved", "A1", "", "蓝印小镇"],
            ["renamed", "A7", "上虞伞业有限公司", ""],
            ["left", "A6", "", ""],
        ]
    );
    // 0.02074° of longitude on the ellipsoid at 30° N.
    let metres: f64 = found[5][at("amount")].parse().unwrap();
    assert!((metres - 2001.0).abs() < 2.0, "{metres}");
    let book = folder.path("changes.xlsx");
    assert_eq!(jiju(["diff", &old, &new, "--areas", &parks, "-o", &book]).status, 0);
    let same = jiju(["diff", &old, &old, "--format", "csv"]);
    assert!(same.status == 0 && same.stderr.contains("0 changes"), "{}", same.stderr);
}

#[test]
fn a_stage_back_and_an_accepted_firm_gone_are_problems() {
    let folder = Folder::new();
    let header = "统一社会信用代码,任务,验收阶段,区县复验日期\n";
    let write = |name: &str, lines: &str| folder.write(name, &format!("{header}{lines}"));
    write(
        "old.csv",
        "A,淘汰落后产能,区县复验,2020-08-01\nB,淘汰落后产能,区县复验,2020-08-01\nC,淘汰落后产能,列入台账,\nD,低散乱整治,列入台账,\n",
    );
    write("new.csv", "A,淘汰落后产能,镇街自验,\nC,淘汰落后产能,区县复验,2020-09-01\nE,低散乱整治,列入台账,\n");
    let (old, new, policy) = (folder.path("old.csv"), folder.path("new.csv"), repository(POLICY));
    let output = folder.path("changes.csv");
    let policy = policy.to_str().unwrap();
    let outcome = jiju(["diff", &old, &new, "--policy", policy, "--strict", "-o", &output]);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    let found = rows(folder.file("changes.csv").as_path());
    let at = |name: &str| found[0].iter().position(|header| header == name).unwrap();
    let told: Vec<[&str; 3]> = found[1..]
        .iter()
        .map(|row| [&row[at("change")], &row[at("id")], &row[at("is_problem")]].map(String::as_str))
        .collect();
    assert_eq!(
        told,
        [
            ["accepted_gone", "B", "true"],
            ["stage_back", "A", "true"],
            ["entered", "E", "false"],
            ["left", "D", "false"],
            ["stage_forward", "C", "false"],
            ["cell", "A", "false"],
        ]
    );
    let outcome = jiju(["diff", &old, &new]);
    assert!(outcome.status == 2 && outcome.stderr.contains("--policy"), "{}", outcome.stderr);
}

#[test]
fn two_runs_differ_in_numbers_lists_and_sentences() {
    let desk = desk();
    let (first, second) = (desk.folder.path("first"), desk.folder.path("second"));
    let project = desk.folder.path("jiju.toml");
    for (output, day) in [(&first, "2020-06-30"), (&second, "2020-09-30")] {
        let outcome = jiju(["run", &project, "-o", output, "--as-of", day]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    let outcome = jiju(["diff", &first, &second, "--format", "csv"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    for kind in ["number,", "row_entered,", "sentence_entered,", "sentence_left,", "figure,", "input,"] {
        assert!(outcome.stdout.contains(&format!("\n{kind}")), "{kind}");
    }
    let outcome = jiju(["diff", &first, &first, "--strict", "--format", "csv"]);
    assert!(outcome.status == 0 && outcome.stderr.contains("0 changes"), "{}", outcome.stderr);
    // The workbook says it in the words of a reader.
    let book = desk.folder.path("changes.xlsx");
    assert_eq!(jiju(["diff", &first, &second, "-o", &book]).status, 0);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(book).unwrap();
    let numbers = calamine::Reader::worksheet_range(&mut book, "数字变化").unwrap();
    let rows: Vec<Vec<String>> = numbers.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows[4], ["表、图或文件", "行", "列", "变化前", "变化后", "增减"]);
    assert!(rows[5..].iter().any(|row| row[1].contains("柯桥区") && row[2] == "验收完成"), "{rows:?}");
    assert!(!rows[1][0].starts_with("截至"), "{:?}", rows[1]);
}

#[test]
fn an_evaluation_draws_where_the_last_class_stands() {
    let desk = desk();
    let (project, book, map) = (desk.folder.path("jiju.toml"), desk.folder.path("e.csv"), desk.folder.path("d.svg"));
    let outcome = jiju(["evaluate", &project, "-o", &book, "--draw", &map]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("wrote ") && outcome.stderr.contains("d.svg"), "{}", outcome.stderr);
    let drawn = std::fs::read_to_string(&map).unwrap();
    assert!(drawn.contains("D类（落后整治）") && drawn.contains("柯桥区"), "{drawn}");
    // What the legend calls percent is percent, and no fraction.
    assert!(drawn.contains("参评企业的百分比") && drawn.contains("%</text>") && !drawn.contains(">0.0"), "{drawn}");
}
