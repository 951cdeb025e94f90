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

/// Words of ours for which the document has others.
const OTHERWISE_IN_DOCUMENT: [(&str, &str); 5] = [
    ("铜冶炼", "铜（含再生铜）冶炼"),
    ("铅冶炼", "铅（含再生铅）冶炼"),
    ("锌冶炼", "锌（含再生锌）冶炼"),
    ("列入台账", "管理台帐"),
    ("“低散乱”整治", "“低散乱”块状行业整治"),
];

/// What the document does not name says so.
const NOT_IN_DOCUMENT: [&str; 2] = ["relocate", "merge"];

fn stands_in_document(term: &Term) {
    if term.source == "文件未列" {
        assert!(NOT_IN_DOCUMENT.contains(&term.id.as_str()), "{}", term.id);
        return;
    }
    let compact: String = term.name_zh.chars().filter(|character| !character.is_whitespace()).collect();
    let words =
        OTHERWISE_IN_DOCUMENT.iter().find(|(ours, _)| *ours == compact).map_or(compact.as_str(), |(_, words)| words);
    assert!(section(&term.source).contains(words), "{words} does not stand in {}", term.source);
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
    let deadlines = policy.programmes.iter().map(|programme| programme.deadline.unwrap().to_string());
    assert_eq!(deadlines.collect::<Vec<_>>(), ["2020-12-31", "2020-10-31"]);
}

#[test]
fn every_name_stands_where_its_source_says() {
    let policy = shaoxing();
    let industries = policy.industries.iter().map(|industry| &industry.term);
    let blocks = policy.blocks.iter().map(|block| &block.term);
    let grounds = policy.grounds.iter().map(|ground| &ground.term);
    let sectors = policy.sectors.iter().map(|sector| &sector.term).filter(|term| !term.source.starts_with("GB/T"));
    let stages = policy.stages.iter().map(|stage| &stage.term);
    let programmes = policy.programmes.iter().map(|programme| &programme.term);
    let instruments = policy.instruments.iter().map(|instrument| &instrument.term);
    let lists = policy.equipment.iter().chain(&policy.deficits).chain(&policy.measures).chain(&policy.departments);
    industries.chain(blocks).chain(grounds).chain(sectors).for_each(stands_in_document);
    stages.chain(programmes).chain(instruments).chain(lists).for_each(stands_in_document);
    for ground in &policy.grounds {
        let section = section(&ground.term.source);
        let leads = section.rfind("牵头").unwrap();
        for department in &ground.lead_departments {
            assert!(section.contains(department.as_str()), "{department} does not lead {}", ground.term.id);
        }
        // Every department behind the last bracket of the task is one of them.
        let bracket = &section[section.rfind('（').unwrap()..];
        if leads > section.rfind('（').unwrap() {
            let named = policy.departments.iter().filter(|department| bracket.contains(&department.name_zh));
            let named = named.filter(|department| department.id != "district_governments").count();
            assert_eq!(named, ground.lead_departments.len(), "{}", ground.term.id);
        }
        for list in ground.to_rectify_list_zh.iter().chain(&ground.closed_list_zh) {
            assert!(section.contains(list.as_str()), "{list} does not stand in {}", ground.term.source);
        }
        assert_eq!(ground.to_rectify_list_zh.is_some(), section.contains("定期公布"), "{}", ground.term.id);
        assert_eq!(ground.closed_list_zh.is_some(), section.contains("定期公布"), "{}", ground.term.id);
    }
    for instrument in &policy.instruments {
        for department in &instrument.lead_departments {
            let lead = format!("（牵头单位：{department}）");
            assert!(section(&instrument.term.source).contains(&lead), "{department}: {}", instrument.term.id);
        }
    }
    for industry in &policy.industries {
        if let Some(qualifier) = &industry.qualifier_zh {
            assert!(section(&industry.term.source).contains(&format!("（{qualifier}）")), "{qualifier}");
        }
    }
}

#[test]
fn the_document_is_the_one_named() {
    let policy = shaoxing();
    let document: String = std::fs::read_to_string(folder().join("document.txt")).unwrap();
    let compact: String = document.chars().filter(|character| !character.is_whitespace()).collect();
    for words in [&policy.document.number, &policy.document.title_zh, &policy.document.issuer, &policy.city.name_zh] {
        assert!(compact.contains(words.as_str()), "{words}");
    }
    assert_eq!(policy.document.issued_on.to_string(), "2020-05-28");
    assert!(compact.contains("2020年5月28日"));
    let [retire, remediate] = policy.programmes.as_slice() else { panic!() };
    let words = |source: &Option<String>| section(source.as_deref().unwrap());
    assert!(words(&retire.deadline_source).contains("确保全年淘汰150家企业落后产能"));
    assert!(words(&remediate.deadline_source).contains("确保10月底前基本完成规范整治工作"));
}

/// The lists of the document, split at its own signs: 22 and 4 industries, 7 classes of equipment, 4 deficits.
#[test]
fn the_lists_are_whole() {
    let policy = shaoxing();
    let goals = section("二、工作目标");
    let between = |text: &str, from: &str, to: &str| {
        let start = text.find(from).unwrap() + from.len();
        text[start..start + text[start..].find(to).unwrap()].to_owned()
    };
    let words = |text: String| text.split('、').map(str::to_owned).collect::<Vec<_>>();
    // 铜（含再生铜）冶炼 → 铜冶炼, 含再生铜.
    let parted = |word: &String| match word.split_once('（') {
        Some((head, rest)) => {
            let (inner, tail) = rest.split_once('）').unwrap();
            (format!("{head}{tail}"), Some(inner.to_owned()))
        }
        None => (word.clone(), None),
    };
    let of = |tier: Tier| {
        let industries = policy.industries.iter().filter(|industry| industry.tier == tier);
        industries.map(|industry| (industry.term.name_zh.clone(), industry.qualifier_zh.clone())).collect::<Vec<_>>()
    };
    let national = words(between(&goals, "主要面向", "等22个国家重点行业")).iter().map(parted).collect::<Vec<_>>();
    assert_eq!(of(Tier::National), national);
    let provincial = words(between(&goals, "等22个国家重点行业，", "等4个省级重点行业"));
    assert_eq!(of(Tier::Provincial), provincial.iter().map(parted).collect::<Vec<_>>());
    let names = |terms: &[Term]| terms.iter().map(|term| term.name_zh.clone()).collect::<Vec<_>>();
    assert_eq!(names(&policy.equipment), words(between(&goals, "对", "等七类主要工业设备")));
    let task = section("三、重点任务（六）");
    assert_eq!(names(&policy.deficits), words(between(&task, "以存在", "等违法违规生产经营行为的“四无”")));
}

/// The blocks, split at the document's own signs, stand with their district.
#[test]
fn the_blocks_are_those_of_their_districts() {
    let policy = shaoxing();
    let task = section("三、重点任务（六）");
    let start = task.find("重点面向").unwrap() + "重点面向".len();
    let listed = &task[start..start + task[start..].find("等15个").unwrap()];
    let mut expected = Vec::new();
    for part in listed.replace("（复合布、烫金、定型、拉毛等）", "").split('，') {
        let district = policy.districts.iter().find(|district| {
            let short = district.name_zh.trim_end_matches(['区', '市', '县']);
            part.starts_with(short)
        });
        let district = district.unwrap_or_else(|| panic!("{part} names no district"));
        let short = district.name_zh.trim_end_matches(['区', '市', '县']);
        let rest = part.strip_prefix(short).unwrap().trim_start_matches(['区', '市', '县']);
        expected.extend(rest.split('、').map(|block| (district.adcode.clone(), block.to_owned())));
    }
    let found = policy.blocks.iter().map(|block| (block.district.clone(), block.term.name_zh.replace(' ', "")));
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(expected.len(), 15);
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

fn faults(folder: &Path) -> String {
    match policy::read(folder) {
        Err(error @ Error::Policy(PolicyError::Faults { .. })) => error.to_string(),
        other => panic!("a folder with faults gave {other:?}"),
    }
}

#[test]
fn all_faults_of_a_folder_are_told_at_once() {
    let copy = altered(&[
        ("quotas.csv", "retire_outdated_capacity,330603,30", "retire_outdated_capacity,330603,31"),
        ("quotas.csv", "remediate_scattered_workshops,330604,180", "remediate_scattered_workshops,330699,many"),
        ("quotas.csv", "remediate_scattered_workshops,330624", "remediate_scatered_workshops,330624"),
        ("quotas.csv", "retire_outdated_capacity,330683", "retire_outdated_capacity,330681"),
        ("blocks.csv", "name_en", "name_eng"),
        ("blocks.csv", "Shangyu small chemicals,330604", "Shangyu small chemicals,330605"),
        ("industries.csv", "national,,3110", "federal,,31x"),
        ("industries.csv", "steelmaking,炼钢", "Steel Making,"),
        ("industries.csv", "national,,2521", "national,330602,2521"),
        ("equipment.csv", "boiler", "pressure_vessel"),
        ("grounds.csv", "市发改委,", ","),
        ("grounds.csv", "市市场监管局,产品", "市场监管局,产品"),
        ("sectors.csv", "bearings,轴承,Bearings,3451", "bearings,轴承,Bearings,3391"),
        ("stages.csv", "review,区县复验", "county_review,区县复验"),
        ("deficits.csv", "no_licence,无证无照,No licence,", "no_licence,无证无照,"),
        ("policy.toml", "year = 2020", "year = \"2020\"\nyaer = 2021"),
        ("policy.toml", "issued_on = 2020-05-28", "issued_on = 2020-05-28T10:00:00"),
        ("policy.toml", "name_en = \"Retire outdated capacity\"", "name_eng = \"Retire outdated capacity\""),
        ("policy.toml", "accepting_stage = \"review\"", "accepting_stage = \"reviewed\""),
        ("policy.toml", "lead_departments = [\"市转升办\"]", "lead_departments = [\"市转型办\"]"),
        ("policy.toml", "id = \"joint_discipline\"", "id = \"quarterly_bulletin\""),
    ]);
    std::fs::remove_file(copy.path().join("measures.csv")).unwrap();
    let found = faults(copy.path());
    for expected in [
        "quotas.csv: found districts that sum to 133 in `retire_outdated_capacity`, expected",
        "quotas.csv, row 12, column `district`: found `330699`, expected one of 330602, 330603",
        "quotas.csv, row 12, column `firms`: found `many`, expected a whole number",
        "quotas.csv, row 15, column `programme`: found `remediate_scatered_workshops`, expected one of \
         retire_outdated_capacity, remediate_scattered_workshops; did you mean `remediate_scattered_workshops`?",
        "quotas.csv: found no row for 330604 上虞区, expected one for every district in",
        "quotas.csv, row 7, column `district`: found `330681`, expected one row for it and \
         `retire_outdated_capacity`: row 6 is the first",
        "blocks.csv, row 1: found the column `name_eng`, expected one of",
        "did you mean `name_en`?",
        "blocks.csv, row 1: found no column `name_en`",
        "blocks.csv, row 6, column `district`: found `330605`",
        "industries.csv, row 2, column `tier`: found `federal`, expected one of national, provincial, local",
        "industries.csv, row 2, column `code_prefixes`: found `31x`",
        "industries.csv, row 3, column `id`: found `Steel Making`",
        "industries.csv, row 3, column `name_zh`: found ``, expected a value",
        "industries.csv, row 4, column `district`: found `330602`, expected no district",
        "equipment.csv, row 8, column `id`: found `pressure_vessel`, expected it once: it stands in row 5 as well",
        "grounds.csv, row 2, column `lead_departments`: found ``, expected a value",
        "grounds.csv, row 5, column `lead_departments`: found `市场监管局`, expected for `市场监管局` one of",
        "sectors.csv, row 8, column `code_prefixes`: found `3391;3452`, expected `3391` once: it stands in row 7",
        "column `programme[2].accepting_stage`: found `review`, expected one of listed, self_check, county_review, spot_check",
        "deficits.csv, row 2: found 3 cells, expected 4",
        "measures.csv: found no such file",
        "policy.toml, row 2, column `year`: found string, expected a year",
        "policy.toml, row 3: found the key `yaer`, expected one of year, city, document, programme, ranking, instrument; \
         did you mean `year`?",
        "column `document.issued_on`: found `2020-05-28T10:00:00`, expected a date such as 2020-10-31",
        "found the key `programme[1].name_eng`",
        "column `programme[1].name_en`: found nothing, expected a value",
        "column `programme[1].accepting_stage`: found `reviewed`, expected one of listed, self_check, county_review",
        "column `instrument[3].lead_departments`: found `市转型办`",
        "policy.toml, row 56, column `instrument[3].id`: found `quarterly_bulletin`, expected it once",
    ] {
        assert!(found.contains(expected), "no `{expected}` in\n{found}");
    }
}

#[test]
fn what_is_no_toml_is_told_with_its_line_and_hides_no_other_fault() {
    let copy = altered(&[
        ("policy.toml", "year = 2020", "year = = 2020"),
        ("equipment.csv", "boiler,锅炉", "boiler,"),
        ("quotas.csv", "330602,35", "330602,36"),
    ]);
    let found = faults(copy.path());
    assert!(found.contains("policy.toml, row 2: found "), "{found}");
    assert!(found.contains("equipment.csv, row 8, column `name_zh`: found ``"), "{found}");
    // Without the programmes their rows cannot be judged.
    assert!(!found.contains("quotas.csv"), "{found}");
}

#[test]
fn a_deadline_needs_its_place_and_comes_after_the_document() {
    let copy = altered(&[
        ("policy.toml", "deadline = 2020-12-31", "deadline = 2020-05-28"),
        ("policy.toml", "deadline_source = \"三、重点任务（六）\"\n", ""),
    ]);
    let found = faults(copy.path());
    assert!(found.contains("`programme[1].deadline`: found `2020-05-28`, expected a day after"), "{found}");
    assert!(found.contains("`programme[2].deadline_source`: found nothing"), "{found}");
}

#[test]
fn files_of_other_kinds_are_refused() {
    let copy = altered(&[("policy.toml", "text = \"document.txt\"", "text = \"../document.txt\"")]);
    std::fs::write(copy.path().join("deficits.csv"), [0xCE, 0xDE, 0xD6, 0xA4]).unwrap();
    std::fs::write(copy.path().join("stages.csv"), vec![b'a'; (16 << 20) + 1]).unwrap();
    std::fs::remove_file(copy.path().join("measures.csv")).unwrap();
    std::fs::create_dir(copy.path().join("measures.csv")).unwrap();
    let found = faults(copy.path());
    assert!(found.contains("deficits.csv: found a byte that is no UTF-8 at 0"), "{found}");
    assert!(found.contains("stages.csv: found more than 16777216 bytes"), "{found}");
    assert!(found.contains("`document.text`: found `../document.txt`, expected a file of the folder"), "{found}");
    assert!(found.contains("measures.csv: found "), "{found}");
}

#[test]
fn a_folder_that_is_none_says_what_a_policy_is() {
    let error = policy::read(Path::new("no/such/folder")).unwrap_err();
    assert!(error.hint().unwrap().contains("data/policy/shaoxing-2020"));
}

#[test]
fn a_flood_of_faults_is_counted_not_listed() {
    let copy = altered(&[]);
    let rows = "x,,x,x\n".repeat(2000);
    std::fs::write(copy.path().join("equipment.csv"), format!("id,name_zh,name_en,source\n{rows}")).unwrap();
    let found = faults(copy.path());
    assert!(found.lines().count() < 510 && found.contains(" more"), "{}", found.lines().count());
}

#[test]
fn what_only_follows_from_a_fault_is_not_told() {
    let copy = altered(&[]);
    for file in ["districts.csv", "departments.csv", "stages.csv"] {
        std::fs::remove_file(copy.path().join(file)).unwrap();
    }
    let found = faults(copy.path());
    assert!(!found.contains("330602") && !found.contains("市发改委"), "{found}");
    assert_eq!(found.matches("no such file").count(), 3, "{found}");
    std::fs::write(copy.path().join("districts.csv"), "adcode,name_zh,name_en,source\n").unwrap();
    std::fs::write(copy.path().join("stages.csv"), "id,name_zh,name_en,column,sample,source\n").unwrap();
    let found = faults(copy.path());
    assert!(found.contains("districts.csv: found no rows"), "{found}");
    assert!(found.contains("stages.csv: found 0 rows, expected at least 2 stages"), "{found}");
}

#[test]
fn a_table_too_long_is_refused() {
    let copy = altered(&[]);
    let rows: String = (0..10_001).map(|row| format!("e{row},设备{row},Equipment,x\n")).collect();
    std::fs::write(copy.path().join("equipment.csv"), format!("id,name_zh,name_en,source\n{rows}")).unwrap();
    assert!(faults(copy.path()).ends_with("1 fault\n  equipment.csv: found more than 10000 rows, expected fewer"));
}

#[test]
fn tables_may_have_a_byte_order_mark_quotes_and_blank_lines() {
    let copy = altered(&[("equipment.csv", "boiler,锅炉,Boilers,", "\n\nboiler,锅炉,\"Boilers,\nof any kind\",")]);
    let path = copy.path().join("equipment.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
    assert_eq!(policy::read(copy.path()).unwrap().equipment[6].name_en, "Boilers,\nof any kind");
    std::fs::write(&path, format!("{text}Lift,升降机,Lift,x\n")).unwrap();
    assert!(faults(copy.path()).contains("equipment.csv, row 12, column `id`: found `Lift`"));
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
