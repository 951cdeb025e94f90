//! The policy's code prefixes against the list of GB/T 4754-2017 codes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiju::policy::{self, Policy};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Code → level, Chinese name, English name.
fn classification() -> BTreeMap<String, (String, String, String)> {
    let mut reader = csv::Reader::from_path(root().join("data/classification/gbt4754-2017.csv")).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["code", "level", "name_zh", "name_en"]);
    let rows: Vec<[String; 4]> = reader.deserialize().map(Result::unwrap).collect();
    let count = rows.len();
    let codes: BTreeMap<_, _> = rows.into_iter().map(|[code, level, zh, en]| (code, (level, zh, en))).collect();
    assert_eq!(codes.len(), count, "a code stands twice");
    codes
}

/// Every policy that is shipped; a folder of criteria alone is none.
fn policies() -> Vec<Policy> {
    let folders = std::fs::read_dir(root().join("data/policy")).unwrap().map(|entry| entry.unwrap().path());
    let policies: Vec<Policy> = folders
        .filter(|path| path.join("policy.toml").is_file())
        .map(|folder| policy::read(&folder).unwrap())
        .collect();
    assert!(!policies.is_empty());
    policies
}

#[test]
fn the_list_has_as_many_codes_as_the_standard() {
    let codes = classification();
    let count = |level: &str, from: &str, to: &str| {
        codes.iter().filter(|(code, (found, ..))| found == level && (from..=to).contains(&&code[..2])).count()
    };
    for (section, from, to, expected) in
        [("B", "06", "12", (7, 19, 39)), ("C", "13", "43", (31, 179, 609)), ("D", "44", "46", (3, 9, 18))]
    {
        assert_eq!(codes[section].0, "section");
        assert_eq!((count("division", from, to), count("group", from, to), count("class", from, to)), expected);
    }
}

#[test]
fn every_code_stands_under_its_parent() {
    let codes = classification();
    for (code, (level, zh, en)) in &codes {
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        let length = match level.as_str() {
            "section" => 1,
            "division" => 2,
            "group" => 3,
            "class" => 4,
            other => panic!("{code}: level {other}"),
        };
        assert_eq!((code.len(), digits), (length, length > 1), "{code}");
        assert!(!zh.trim().is_empty() && zh.trim() == zh, "{code}");
        assert_eq!(en.is_empty(), length > 2, "{code}");
        if length > 2 {
            assert!(codes.contains_key(&code[..length - 1]), "{code} has no parent");
        }
        if length == 3 {
            assert!(codes.keys().any(|class| class.len() == 4 && class.starts_with(code.as_str())), "{code} is empty");
        }
    }
}

#[test]
fn every_prefix_begins_a_code() {
    let codes = classification();
    for policy in policies() {
        let industries = policy.industries.iter().map(|industry| (&industry.term.id, &industry.code_prefixes));
        let blocks = policy.blocks.iter().map(|block| (&block.term.id, &block.code_prefixes));
        let sectors = policy.sectors.iter().map(|sector| (&sector.term.id, &sector.code_prefixes));
        for (id, prefixes) in industries.chain(blocks).chain(sectors) {
            for prefix in prefixes {
                assert!(codes.keys().any(|code| code.starts_with(prefix.as_str())), "{id}: {prefix} begins no code");
            }
        }
    }
}

#[test]
fn every_class_has_exactly_one_sector() {
    let codes = classification();
    for policy in policies() {
        let mut used = BTreeSet::new();
        for (code, _) in codes.iter().filter(|(_, (level, ..))| level == "class") {
            let longest = |prefixes: &[String]| {
                prefixes.iter().filter(|prefix| code.starts_with(prefix.as_str())).map(String::len).max()
            };
            let lengths: Vec<_> = policy.sectors.iter().filter_map(|sector| longest(&sector.code_prefixes)).collect();
            let finest = lengths.iter().max().unwrap_or_else(|| panic!("{code} has no sector"));
            assert_eq!(lengths.iter().filter(|length| *length == finest).count(), 1, "{code} has two sectors");
            used.insert(&policy.sector_of(code).unwrap().term.id);
        }
        let idle: Vec<_> =
            policy.sectors.iter().map(|sector| &sector.term.id).filter(|id| !used.contains(id)).collect();
        assert!(idle.is_empty(), "no class falls in {idle:?}");
    }
}

#[test]
fn fallback_sectors_bear_the_names_of_their_divisions() {
    let codes = classification();
    for policy in policies() {
        for sector in policy.sectors.iter().filter(|sector| sector.term.source.starts_with("GB/T")) {
            let [prefix] = sector.code_prefixes.as_slice() else { panic!("{}", sector.term.id) };
            let (level, zh, en) = &codes[prefix];
            assert_eq!((level.as_str(), zh, en), ("division", &sector.term.name_zh, &sector.term.name_en));
        }
    }
}

#[test]
fn the_sample_uses_classes_except_where_its_truth_says_so() {
    let path = |name: &str| root().join("data/samples").join(name);
    let truth: Vec<[String; 4]> =
        csv::Reader::from_path(path("truth.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let unknown: BTreeSet<u64> = truth
        .iter()
        .filter(|[file, _, problem, column]| {
            (file.as_str(), problem.as_str(), column.as_str()) == ("register.csv", "unknown_code", "industry_code")
        })
        .map(|[_, row, ..]| row.parse().unwrap())
        .collect();
    assert!(!unknown.is_empty());
    let codes = classification();
    let mut register = csv::Reader::from_path(path("register.csv")).unwrap();
    let column = register.headers().unwrap().iter().position(|name| name == "industry_code").unwrap();
    for (row, record) in (2..).zip(register.records()) {
        let code = record.unwrap()[column].to_owned();
        let is_class = codes.get(&code).is_some_and(|(level, ..)| level == "class");
        assert_eq!(is_class, !unknown.contains(&row), "row {row}: {code}");
    }
}
