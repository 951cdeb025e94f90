//! The policy folder of Shaoxing 2020 against the document it was taken from, and folders with faults.

use std::path::{Path, PathBuf};

use jiju::Error;
use jiju::error::PolicyError;
use jiju::policy::{self, Policy, Term, Tier};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policy/shaoxing-2020")
}

fn shaoxing() -> Policy {
    policy::read(&folder()).unwrap()
}

/// The document without white space, cut at its headings.
fn section(source: &str) -> String {
    let document = std::fs::read_to_string(folder().join("document.txt")).unwrap();
    let headings = ["一、总体要求", "二、工作目标", "三、重点任务", "四、保障措施", "附表\n"];
    let key = source.split(['（', ' ']).next().unwrap();
    let key = if key == "附表" { "附表\n" } else { key };
    let start = document.rfind(key).unwrap_or_else(|| panic!("no heading {key}"));
    let end = headings
        .iter()
        .filter_map(|heading| document[start + key.len()..].find(heading).map(|end| start + key.len() + end))
        .min()
        .unwrap_or(document.len());
    let mut section = &document[start..end];
    if let Some(part) = source.split_once('（') {
        let marker = format!("（{}", part.1);
        let from = section.find(&format!("**{marker}")).unwrap_or_else(|| panic!("no part {marker} in {key}"));
        section = &section[from + 2..];
        section = section.find("**（").map_or(section, |to| &section[..to]);
    }
    section.chars().filter(|character| !character.is_whitespace()).collect()
}

fn stands_in_document(term: &Term) {
    if term.source.is_empty() || term.source.starts_with("GB/T") {
        return;
    }
    let compact: String = term.name_zh.chars().filter(|character| !character.is_whitespace()).collect();
    // The document brackets the raw material between the metal and the verb: 铜（含再生铜）冶炼.
    let section = section(&term.source);
    let bracketed = compact.strip_suffix("冶炼").map(|metal| format!("{metal}（含再生{metal}）冶炼"));
    let found = section.contains(&compact)
        || bracketed.is_some_and(|bracketed| section.contains(&bracketed))
        || ["关停退出", "列入台账"].contains(&compact.as_str()) && section.contains(&compact[..6]);
    assert!(found, "{compact} does not stand in {}", term.source);
}

#[test]
fn counts_are_those_of_the_document() {
    let policy = shaoxing();
    let tier = |tier: Tier| policy.industries.iter().filter(|industry| industry.tier == tier).count();
    assert_eq!((tier(Tier::National), tier(Tier::Provincial), tier(Tier::Local)), (22, 4, 0));
    assert_eq!(policy.districts.len(), 6);
    assert_eq!(policy.equipment.len(), 7);
    assert_eq!(policy.grounds.len(), 6);
    assert_eq!(policy.blocks.len(), 15);
    assert_eq!(policy.deficits.len(), 4);
    assert_eq!(policy.stages.len(), 4);
    let city: Vec<u64> = policy.programmes.iter().map(|programme| programme.city_quota).collect();
    assert_eq!(city, [150, 1000]);
    assert_eq!(policy.programmes[1].deadline.unwrap().to_string(), "2020-10-31");
}

#[test]
fn every_name_stands_where_its_source_says() {
    let policy = shaoxing();
    let industries = policy.industries.iter().map(|industry| &industry.term);
    let blocks = policy.blocks.iter().map(|block| &block.term);
    let grounds = policy.grounds.iter().map(|ground| &ground.term);
    let sectors = policy.sectors.iter().map(|sector| &sector.term);
    let stages = policy.stages.iter().skip(1).map(|stage| &stage.term);
    let lists = policy.equipment.iter().chain(&policy.deficits).chain(&policy.instruments).chain(&policy.measures);
    industries.chain(blocks).chain(grounds).chain(sectors).chain(stages).chain(lists).for_each(stands_in_document);
    for ground in &policy.grounds {
        let section = section(&ground.term.source);
        for department in &ground.lead_departments {
            assert!(section.contains(department.as_str()), "{department} does not lead {}", ground.term.id);
        }
    }
    for industry in &policy.industries {
        if let Some(qualifier) = &industry.qualifier_zh {
            assert!(section(&industry.term.source).contains(qualifier.as_str()), "{qualifier}");
        }
    }
}

#[test]
fn quotas_are_those_of_the_annexed_table() {
    let document = std::fs::read_to_string(folder().join("document.txt")).unwrap();
    let policy = shaoxing();
    for district in &policy.districts {
        let line = document.lines().find(|line| line.starts_with(&format!("{}\t", district.name_zh))).unwrap();
        let expected: Vec<u64> = line.split('\t').skip(1).map(|cell| cell.trim().parse().unwrap()).collect();
        let found: Vec<u64> = policy
            .programmes
            .iter()
            .map(|programme| policy.quota(&programme.term.id, &district.adcode).unwrap())
            .collect();
        assert_eq!(found, expected, "{}", district.name_zh);
    }
}

#[test]
fn the_longest_prefix_decides() {
    let policy = shaoxing();
    let sector = |code: &str| policy.sector_of(code).map(|sector| sector.term.id.clone());
    assert_eq!(sector("1752").as_deref(), Some("printing_and_dyeing"));
    assert_eq!(sector("1711").as_deref(), Some("division_17"));
    assert_eq!(sector("3451").as_deref(), Some("bearings"));
    assert_eq!(sector("5011"), None);
    let blocks = |adcode: &str, code: &str| {
        policy.blocks_of(adcode, code).map(|block| block.term.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(blocks("330603", "1713"), ["keqiao_dyeing"]);
    assert_eq!(blocks("330624", "3451"), ["xinchang_bearings"]);
    assert!(blocks("330603", "3451").is_empty());
}

/// The committed folder with some of its text replaced.
fn altered(changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()) {
        std::fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
    }
    for (file, from, to) in changes {
        let path = copy.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
    copy
}

#[test]
fn all_faults_of_a_folder_are_told_at_once() {
    let copy = altered(&[
        ("quotas.csv", "retire_outdated_capacity,330603,30", "retire_outdated_capacity,330603,31"),
        ("quotas.csv", "remediate_scattered_workshops,330604,180", "remediate_scattered_workshops,330699,many"),
        ("blocks.csv", "name_en", "name_eng"),
        ("industries.csv", "national,,3110", "federal,,31x"),
        ("equipment.csv", "boiler", "pressure_vessel"),
        ("grounds.csv", "市发改委,", ","),
    ]);
    std::fs::remove_file(copy.path().join("measures.csv")).unwrap();
    let Err(Error::Policy(PolicyError::Faults { faults, .. })) = policy::read(copy.path()) else {
        panic!("a folder with faults was read");
    };
    for expected in [
        "the districts of retire_outdated_capacity sum to 151, the city's quota is 150: expected the same",
        "quotas.csv, row 12, column `district`: found `330699`, expected one of 330602, 330603",
        "quotas.csv, row 12, column `firms`: found `many`, expected a whole number",
        "found no row for remediate_scattered_workshops in 330604 上虞区",
        "blocks.csv, row 1: unknown column `name_eng`, did you mean `name_en`?",
        "blocks.csv, row 1: found no column `name_en`",
        "industries.csv, row 2, column `tier`: found `federal`, expected national, provincial or local",
        "industries.csv, row 2, column `code_prefixes`: found `31x`",
        "equipment.csv: `pressure_vessel` stands twice",
        "grounds.csv, row 2, column `lead_departments`: found ``, expected a value",
        "measures.csv: no such file",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(expected)), "no `{expected}` in\n{}", faults.join("\n"));
    }
}

#[test]
fn an_unknown_key_is_told_with_its_line() {
    let copy = altered(&[("policy.toml", "year = 2020", "year = 2020\nyaer = 2021")]);
    let message = policy::read(copy.path()).unwrap_err().to_string();
    assert!(message.contains("unknown field `yaer`"), "{message}");
}

#[test]
fn a_district_adds_a_local_industry_as_one_more_row() {
    let copy = altered(&[(
        "industries.csv",
        "fired_bricks,",
        "umbrellas,伞业,Umbrellas,,local,330604,4119,上虞区自行确定\nfired_bricks,",
    )]);
    let policy = policy::read(copy.path()).unwrap();
    let local = policy.industries.iter().find(|industry| industry.tier == Tier::Local).unwrap();
    assert_eq!(local.district.as_deref(), Some("330604"));
}
