//! The policy, its sectors and the sample against GB/T 4754-2017.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiju::policy::Policy;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    code: String,
    level: String,
    name_zh: String,
}

#[derive(Deserialize)]
struct Fault {
    file: String,
    row: u64,
    problem: String,
    column: String,
}

fn data(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

fn classification() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(data("classification/gbt4754-2017.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn classes() -> BTreeSet<String> {
    classification().into_iter().filter(|row| row.level == "class").map(|row| row.code).collect()
}

fn policy() -> Policy {
    jiju::policy::read(&data("policy/shaoxing-2020")).unwrap()
}

/// Every list of prefixes of the policy, with what it is for.
fn prefixes(policy: &Policy) -> Vec<(&str, &[String])> {
    let industries = policy.industries.iter().map(|it| (it.term.id.as_str(), it.code_prefixes.as_slice()));
    let blocks = policy.blocks.iter().map(|it| (it.term.id.as_str(), it.code_prefixes.as_slice()));
    let sectors = policy.sectors.iter().map(|it| (it.term.id.as_str(), it.code_prefixes.as_slice()));
    industries.chain(blocks).chain(sectors).collect()
}

#[test]
fn codes_are_well_formed_in_order_and_nested() {
    let rows = classification();
    let codes: BTreeSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes.len(), rows.len(), "a code stands twice");
    assert!(rows.windows(2).all(|pair| pair[0].code < pair[1].code), "not in the order of codes");
    for row in &rows {
        assert!(row.code.bytes().all(|byte| byte.is_ascii_digit()), "{}", row.code);
        let level = match row.code.len() {
            2 => "division",
            3 => "group",
            4 => "class",
            _ => panic!("{}", row.code),
        };
        assert_eq!(row.level, level, "{}", row.code);
        assert!((2..row.code.len()).all(|length| codes.contains(&row.code[..length])), "{} hangs loose", row.code);
        assert!(!row.name_zh.is_empty() && row.name_zh.trim() == row.name_zh, "{}", row.code);
        let empty =
            row.level != "class" && !rows.iter().any(|leaf| leaf.level == "class" && leaf.code.starts_with(&row.code));
        assert!(!empty, "{} has no class", row.code);
    }
}

/// The counts of the standard: section, divisions, groups, classes.
#[test]
fn sections_are_whole() {
    let rows = classification();
    for (divisions, expected) in [(6..=12, [7, 19, 39]), (13..=43, [31, 179, 609]), (44..=46, [3, 9, 18])] {
        let counts = ["division", "group", "class"].map(|level| {
            let inside = |row: &&Row| row.level == level && divisions.contains(&row.code[..2].parse::<u8>().unwrap());
            rows.iter().filter(inside).count()
        });
        assert_eq!(counts, expected, "{divisions:?}");
    }
}

#[test]
fn a_group_with_one_class_shares_its_name() {
    let rows = classification();
    for group in rows.iter().filter(|row| row.level == "group") {
        let leaves: Vec<&Row> =
            rows.iter().filter(|row| row.level == "class" && row.code.starts_with(&group.code)).collect();
        if let [only] = leaves.as_slice()
            && only.code.ends_with('0')
        {
            assert_eq!(only.name_zh, group.name_zh, "{}", group.code);
        }
    }
}

#[test]
fn names_are_those_of_the_2017_edition() {
    let names: BTreeMap<String, String> = classification().into_iter().map(|row| (row.code, row.name_zh)).collect();
    for (code, name) in [
        ("06", "煤炭开采和洗选业"),
        ("1713", "棉印染精加工"),
        ("1752", "化纤织物染整精加工"),
        ("1910", "皮革鞣制加工"),
        ("2231", "纸和纸板容器制造"),
        ("25", "石油、煤炭及其他燃料加工业"),
        ("2613", "无机盐制造"),
        ("3031", "粘土砖瓦及建筑砌块制造"),
        ("3130", "钢压延加工"),
        ("3212", "铅锌冶炼"),
        ("3232", "稀土金属冶炼"),
        ("3360", "金属表面处理及热处理加工"),
        ("339", "铸造及其他金属制品制造"),
        ("3391", "黑色金属铸造"),
        ("3451", "滚动轴承制造"),
        ("3452", "滑动轴承制造"),
        ("3843", "铅蓄电池制造"),
        ("4119", "其他日用杂品制造"),
        ("441", "电力生产"),
    ] {
        assert_eq!(names.get(code).map(String::as_str), Some(name), "{code}");
    }
}

#[test]
fn every_prefix_of_the_policy_begins_a_class() {
    let (policy, classes) = (policy(), classes());
    for (id, prefixes) in prefixes(&policy) {
        assert!(!prefixes.is_empty(), "{id}");
        for prefix in prefixes {
            assert!(classes.iter().any(|class| class.starts_with(prefix.as_str())), "{id}: {prefix}");
        }
    }
}

#[test]
fn every_class_falls_in_exactly_one_sector() {
    let policy = policy();
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    for class in classes() {
        let mut matching: Vec<(usize, &str)> = policy
            .sectors
            .iter()
            .flat_map(|sector| sector.code_prefixes.iter().map(|prefix| (prefix, sector.term.id.as_str())))
            .filter(|(prefix, _)| class.starts_with(prefix.as_str()))
            .map(|(prefix, id)| (prefix.len(), id))
            .collect();
        matching.sort_unstable();
        let (longest, id) = *matching.last().unwrap_or_else(|| panic!("{class} is in no sector"));
        let ties = matching.iter().filter(|(length, _)| *length == longest).count();
        assert_eq!(ties, 1, "{class}: {matching:?}");
        assert_eq!(policy.sector_of(&class).map(|sector| sector.term.id.as_str()), Some(id), "{class}");
        *taken.entry(id).or_default() += 1;
    }
    let empty: Vec<_> = policy.sectors.iter().filter(|sector| !taken.contains_key(sector.term.id.as_str())).collect();
    assert!(empty.is_empty(), "sectors that no class falls in: {empty:?}");
}

#[test]
fn names_of_division_sectors_are_the_standards() {
    let names: BTreeMap<String, String> = classification().into_iter().map(|row| (row.code, row.name_zh)).collect();
    let policy = policy();
    let divisions: Vec<_> = policy.sectors.iter().filter(|sector| sector.term.id.starts_with("division_")).collect();
    assert!(divisions.len() > 30);
    for sector in divisions {
        assert_eq!(sector.code_prefixes, [sector.term.id.trim_start_matches("division_")]);
        assert_eq!(names.get(&sector.code_prefixes[0]), Some(&sector.term.name_zh));
    }
}

#[test]
fn the_sample_uses_codes_of_the_classification() {
    let mut truth = csv::Reader::from_path(data("samples/truth.csv")).unwrap();
    let unknown: BTreeSet<u64> = truth
        .deserialize()
        .map(Result::<Fault, _>::unwrap)
        .filter(|fault| {
            fault.file == "register.csv" && fault.problem == "unknown_code" && fault.column == "industry_code"
        })
        .map(|fault| fault.row)
        .collect();
    let classes = classes();
    let mut register = csv::Reader::from_path(data("samples/register.csv")).unwrap();
    let column = register.headers().unwrap().iter().position(|name| name == "industry_code").unwrap();
    for (row, record) in (2u64..).zip(register.records()) {
        let code = record.unwrap()[column].to_owned();
        assert_eq!(classes.contains(&code), !unknown.contains(&row), "row {row}: {code}");
    }
    assert!(!unknown.is_empty());
}
