//! What an office's tables may have wrong: each fault is told with its row, and no number is wrong in silence.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::{DISTRICTS, Folder, Outcome, POLICY, jiju, repository, rows};

const REGISTER: &str = "id,name,address,lon,lat,district,industry_code\n";
const LEDGER: &str = "统一社会信用代码,任务,所属区县,阶段,列入日期,镇街自验日期,区县复验日期,市级抽验日期,整改期限\n";
/// A place in 柯桥区, one in 越城区.
pub const KEQIAO: &str = "120.49,30.08";
pub const YUECHENG: &str = "120.58,30.00";

/// A code of 18 characters with its check character, GB 32100-2015.
pub fn code(number: u64) -> String {
    const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91330603{number:09}");
    let value = |one: char| CHARACTERS.find(one).unwrap();
    let mut weight = 1;
    let mut sum = 0;
    for one in body.chars() {
        sum += value(one) * weight;
        weight = weight * 3 % 31;
    }
    let check = (31 - sum % 31) % 31;
    format!("{body}{}", CHARACTERS.chars().nth(check).unwrap())
}

pub struct Desk(pub Folder);

impl Desk {
    pub fn new(register: &str, ledger: &str) -> Self {
        let districts = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
        Self::with_districts(register, ledger, &districts)
    }

    fn with_districts(register: &str, ledger: &str, districts: &str) -> Self {
        let folder = Folder::new();
        folder.write("register.csv", &format!("{REGISTER}{register}"));
        folder.write("ledger.csv", &format!("{LEDGER}{ledger}"));
        folder.write("districts.geojson", districts);
        let root = env!("CARGO_MANIFEST_DIR");
        folder.write(
            "jiju.toml",
            &format!(
                "title = \"进度通报\"\nas_of = 2020-09-30\npolicy = '{root}/{POLICY}'\noutput = \"out\"\nsynthetic = true\nmap = []\n\
                 chart = []\n[register]\nfile = \"register.csv\"\n[ledger]\nfile = \"ledger.csv\"\n[[layer]]\nname = \"district\"\n\
                 file = \"districts.geojson\"\n[spot_check]\nshare = 0.1\nseed = 1\n"
            ),
        );
        Self(folder)
    }

    pub fn run(&self) -> Outcome {
        let outcome = jiju(["run", &self.0.path("jiju.toml")]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        outcome
    }

    pub fn out(&self, name: &str) -> PathBuf {
        self.0.file("out").join(name)
    }

    /// The problems: kind, file, row, found.
    fn problems(&self) -> Vec<[String; 4]> {
        let table = rows(&self.out("tables/problems.csv"));
        let place =
            |name: &str| table[0].iter().position(|header| header.trim_start_matches('\u{feff}') == name).unwrap();
        let columns = ["problem", "file", "row", "found"].map(place);
        table[1..].iter().map(|row| columns.map(|column| row[column].clone())).collect()
    }

    fn has(&self, problem: &str, file: &str, row: &str) -> bool {
        self.problems().iter().any(|found| found[0] == problem && found[1].contains(file) && found[2] == row)
    }

    /// A number of the quota table for the first programme.
    pub fn number(&self, district: &str, column: &str) -> String {
        let table = rows(&self.out("tables/quota.csv"));
        let place =
            |name: &str| table[0].iter().position(|header| header.trim_start_matches('\u{feff}') == name).unwrap();
        let row = table[1..].iter().find(|row| row[place("district_name_zh")] == district).unwrap();
        row[place(column)].clone()
    }
}

#[test]
fn a_district_of_the_ledger_is_held_against_the_coordinates() {
    let (a, b) = (code(1), code(2));
    let register = format!("{a},甲,,{KEQIAO},柯桥区,1713\n{b},乙,,{KEQIAO},柯桥区,1713\n");
    let ledger = format!(
        "{a},淘汰落后产能,越城区,区县复验,2020-03-01,2020-04-01,2020-05-01,,\n{b},淘汰落后产能,不明,区县复验,2020-03-01,2020-04-01,2020-05-01,,\n"
    );
    let desk = Desk::new(&register, &ledger);
    desk.run();
    assert!(desk.has("district_differs", "ledger.csv", "2"), "{:?}", desk.problems());
    assert!(desk.has("unknown_code", "ledger.csv", "3"), "{:?}", desk.problems());
    assert_eq!((desk.number("柯桥区", "accepted"), desk.number("越城区", "accepted")), ("2".into(), "0".into()));
}

#[test]
fn a_firm_twice_under_two_districts_counts_once() {
    let a = code(1);
    let register = format!("{a},甲,,{KEQIAO},柯桥区,1713\n{a},甲,,{YUECHENG},越城区,1713\n");
    let entry = |district: &str| format!("{a},淘汰落后产能,{district},区县复验,2020-03-01,2020-04-01,2020-05-01,,\n");
    let desk = Desk::new(&register, &(entry("柯桥区") + &entry("越城区")));
    desk.run();
    assert!(desk.has("duplicate_id", "register.csv", "3"), "{:?}", desk.problems());
    assert!(desk.has("duplicate_entry", "ledger.csv", "3") && desk.has("district_differs", "ledger.csv", "3"));
    assert_eq!((desk.number("柯桥区", "accepted"), desk.number("越城区", "accepted")), ("1".into(), "0".into()));
    assert_eq!(desk.number("绍兴市", "listed"), "1");
    let rejected = std::fs::read_to_string(desk.out("rejects/register.csv")).unwrap();
    assert!(rejected.contains("row 2 has it already"), "{rejected}");
}

#[test]
fn stages_without_the_one_before_and_days_to_come_are_told() {
    let codes: Vec<String> = (1..5).map(code).collect();
    let register: String = codes.iter().map(|id| format!("{id},{id},,{KEQIAO},柯桥区,1713\n")).collect();
    let ledger = format!(
        // Reviewed, never checked by the town; reviewed after the day; without any date; after the day and listed after it.
        "{},淘汰落后产能,柯桥区,区县复验,2020-03-01,,2020-05-01,,\n\
         {},淘汰落后产能,柯桥区,区县复验,2020-03-01,2020-04-01,2020-12-01,,\n\
         {},淘汰落后产能,柯桥区,区县复验,2020-03-01,2020-04-01,,,\n\
         {},淘汰落后产能,柯桥区,镇街自验,2020-10-10,2020-11-11,,,2020-12-31\n",
        codes[0], codes[1], codes[2], codes[3]
    );
    let desk = Desk::new(&register, &ledger);
    desk.run();
    let problems = desk.problems();
    for (problem, row) in
        [("stage_skipped", "2"), ("date_in_future", "3"), ("stage_without_date", "4"), ("date_in_future", "5")]
    {
        assert!(desk.has(problem, "ledger.csv", row), "{problem} {row}: {problems:?}");
    }
    assert_eq!(problems.iter().filter(|found| found[0] == "stage_skipped").count(), 1, "{problems:?}");
    // The first counts; the second not yet; the third never, and stands on the problem list; the fourth is not listed yet.
    assert_eq!((desk.number("柯桥区", "accepted"), desk.number("柯桥区", "listed")), ("1".into(), "3".into()));
    let list = std::fs::read_to_string(desk.out("lists/企业问题清单.csv")).unwrap();
    assert!(list.contains(&codes[2]) && !list.contains(&codes[0]), "{list}");
    // What is due to come is no fault.
    assert!(!problems.iter().any(|found| found[3] == "2020-12-31"), "{problems:?}");
}

#[test]
fn a_quota_without_a_boundary_is_told() {
    let text = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let mut layer: serde_json::Value = serde_json::from_str(&text).unwrap();
    layer["features"].as_array_mut().unwrap().retain(|feature| !feature.to_string().contains("柯桥区"));
    let (a, b) = (code(1), code(2));
    let register = format!("{a},甲,,{KEQIAO},柯桥区,1713\n{b},乙,,{YUECHENG},越城区,1713\n");
    let entry = |id: &str| format!("{id},淘汰落后产能,,区县复验,2020-03-01,2020-04-01,2020-05-01,,\n");
    let desk = Desk::with_districts(&register, &(entry(&a) + &entry(&b)), &layer.to_string());
    desk.run();
    let problems = desk.problems();
    let found = problems.iter().find(|found| found[0] == "quota_without_area").expect("it is told");
    assert!(found[1].contains("districts.geojson") && found[3].contains("330603"), "{found:?}");
    assert!(desk.has("outside_territory", "register.csv", "2"), "{problems:?}");
    assert_eq!((desk.number("柯桥区", "accepted"), desk.number("绍兴市", "unplaced")), ("0".into(), "1".into()));
}

#[test]
fn an_empty_ledger_and_a_single_firm_make_a_whole_run() {
    let a = code(1);
    let firm = format!("{a},甲,,{KEQIAO},柯桥区,1713\n");
    let entry = format!("{a},淘汰落后产能,柯桥区,区县复验,2020-03-01,2020-04-01,2020-05-01,,\n");
    for (register, ledger, accepted) in [(&firm, "", "0"), (&firm, entry.as_str(), "1"), (&String::new(), "", "0")] {
        let desk = Desk::new(register, ledger);
        desk.run();
        assert_eq!(desk.number("柯桥区", "accepted"), accepted);
        for name in
            ["bulletin.docx", "bulletin.pdf", "bulletin.html", "workbook.xlsx", "page.html", "tables/forecast.csv"]
        {
            assert!(desk.out(name).exists(), "{name}");
        }
        let html = std::fs::read_to_string(desk.out("bulletin.html")).unwrap();
        assert!(!html.contains("NaN") && !html.contains("inf%"), "{html}");
        if accepted == "0" {
            // What cannot be reached at all stands first.
            assert!(html.contains("即使全部通过验收也不能完成目标任务"), "{html}");
        }
    }
}

/// Names that a register may have: markup, formulas, line breaks, 500 characters, rare letters.
fn hostile_names() -> Vec<String> {
    vec![
        "<script>alert(1)</script>&amp;<b>".to_owned(),
        "=HYPERLINK(\"http://x\",\"印染\")".to_owned(),
        "+1+cmd|' /C calc'!A0".to_owned(),
        "绍兴\n换行\r\n印染厂".to_owned(),
        "长".repeat(500),
        "𠮷野䶮𪚥轴承\u{e000}厂".to_owned(),
        "]]>{{标题}}\u{202e}反\u{200b}白".to_owned(),
    ]
}

#[test]
fn names_are_only_ever_names() {
    use calamine::Reader as _;
    let names = hostile_names();
    let mut register = vec![REGISTER.trim().split(',').map(str::to_owned).collect::<Vec<_>>()];
    let mut ledger = String::new();
    for (number, name) in (1..).zip(&names) {
        let id = code(number);
        let (lon, lat) = KEQIAO.split_once(',').unwrap();
        register.push([&id, name, name, lon, lat, "柯桥区", "1713"].map(str::to_owned).to_vec());
        let _ = writeln!(ledger, "{id},淘汰落后产能,柯桥区,区县复验,2020-03-01,2020-04-01,2020-05-01,,");
    }
    let text = super::csv_text(&register);
    let desk = Desk::new("", &ledger);
    desk.0.write("register.csv", &text);
    let outcome = desk.run();
    assert_eq!(desk.number("柯桥区", "accepted"), names.len().to_string());
    // The list has each name as it is; a formula is text in a workbook and is neutral in CSV.
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(desk.out("lists/验收清单.xlsx")).unwrap();
    let sheet = book.worksheet_range("名单").unwrap();
    let cells: Vec<String> = sheet.rows().flat_map(|row| row.iter().map(ToString::to_string)).collect();
    for name in &names {
        let shown: String = name.replace("\r\n", "\n");
        assert!(
            cells.iter().any(|cell| cell.replace("\r\n", "\n") == shown || cell.trim() == shown),
            "{name:?} in {cells:?}"
        );
    }
    assert!(book.worksheet_formula("名单").unwrap().is_empty());
    let csv = std::fs::read_to_string(desk.out("lists/验收清单.csv")).unwrap();
    assert!(!csv.contains(",=HYPERLINK") && !csv.contains(",+1+cmd"), "{csv}");
    assert!(outcome.stderr.contains("tables/lists.csv") || outcome.stderr.contains("formula"), "{}", outcome.stderr);
    for name in ["bulletin.html", "page.html"] {
        let text = std::fs::read_to_string(desk.out(name)).unwrap();
        assert!(!text.contains("<script>alert(1)"), "{name}");
    }
    // The sheets of an inspection, the workbook and a diff hold them as well.
    let sample = desk.0.path("sample.xlsx");
    let drawn = jiju(["sample", &desk.0.path("jiju.toml"), "--share", "1", "-o", &sample]);
    assert_eq!(drawn.status, 0, "{}", drawn.stderr);
    let back = jiju(["sample", "--evaluate", &sample]);
    assert_eq!(back.status, 0, "{}", back.stderr);
}
