//! The lists of a run, what of them is masked, and where the numbers of the workbook lead.

use calamine::Reader as _;

use super::bad_input::{Desk, KEQIAO, YUECHENG, code};
use super::{POLICY, jiju, repository, rows};

fn add(desk: &Desk, keys: &str) {
    let text = std::fs::read_to_string(desk.0.file("jiju.toml")).unwrap();
    desk.0.write("jiju.toml", &format!("{text}{keys}"));
}

#[test]
fn firms_of_key_industries_are_listed_where_equipment_or_ground_call_for_it() {
    let codes: Vec<String> = (1..6).map(code).collect();
    let firm = |number: usize, more: &str| format!("{},企业{number},,{KEQIAO},柯桥区,1713{more}\n", codes[number]);
    let entry = format!("{},淘汰落后产能,柯桥区,列入台账,2020-03-01,,,,\n", codes[0]);
    // Without the columns all of the industry but those in the ledger are to be screened.
    let plain: String = (0..5).map(|number| firm(number, "")).collect();
    let desk = Desk::new(&plain, &entry);
    desk.run();
    let list = rows(&desk.out("lists/重点行业未入台账企业名单.csv"));
    assert_eq!(list.len(), 5, "{list:?}");
    // With them those that have either.
    let header = "id,name,address,lon,lat,district,industry_code,主要设备,不达标类型\n";
    let stated = [",锅炉,", ",印染定型机；锅炉,", ",,能源消耗不达标", ",,", ",蒸汽机,"];
    let text: String = stated.iter().enumerate().map(|(number, more)| firm(number, more)).collect();
    desk.0.write("register.csv", &format!("{header}{text}"));
    desk.run();
    let list = rows(&desk.out("lists/重点行业未入台账企业名单.csv"));
    let place = |name: &str| list[0].iter().position(|header| header == name).unwrap();
    let found: Vec<[&str; 4]> = list[1..]
        .iter()
        .map(|row| ["name", "screened_for", "equipment_name", "ground_name"].map(|name| row[place(name)].as_str()))
        .collect();
    assert_eq!(found, [["企业1", "设备", "印染定型机；锅炉", ""], ["企业2", "依据", "", "能源消耗不达标"]]);
    let problems = std::fs::read_to_string(desk.out("tables/problems.csv")).unwrap();
    assert!(problems.contains("蒸汽机"), "{problems}");
}

#[test]
fn counts_of_lists_hide_few_firms_and_what_they_could_be_had_from() {
    let codes: Vec<String> = (1..10).map(code).collect();
    let mut register = String::new();
    let mut ledger = String::new();
    for (number, id) in codes.iter().enumerate() {
        let place = if number < 2 { YUECHENG } else { KEQIAO };
        register += &format!("{id},企业{number},,{place},,1713\n");
        ledger += &format!("{id},淘汰落后产能,,列入台账,2020-03-01,,,,2020-0{}-01\n", 4 + number % 5);
    }
    let desk = Desk::new(&register, &ledger);
    desk.run();
    let place = |table: &[Vec<String>], name: &str| table[0].iter().position(|header| header == name).unwrap();
    let overdue = |desk: &Desk| {
        let table = rows(&desk.out("lists/名单汇总.csv"));
        let row = table[1..].iter().find(|row| row[0].contains("逾期")).unwrap();
        ["越城区", "柯桥区", "上虞区", "合计"].map(|name| row[place(&table, name)].clone())
    };
    assert_eq!(overdue(&desk), ["2", "7", "0", "9"]);
    add(&desk, "[lists]\nmin_firms = 3\nmask = [\"name\", \"overdue_days\"]\n");
    let told = desk.run().stderr;
    // Two are too few; with the total they would be nine less seven, so another one is hidden with them.
    assert_eq!(overdue(&desk), ["", "", "0", "9"]);
    let list = rows(&desk.out("lists/逾期未完成企业名单.csv"));
    let cells = |name: &str| list[1..].iter().map(|row| row[place(&list, name)].clone()).collect::<Vec<_>>();
    assert!(cells("id").iter().all(|id| id.contains("**********")), "{list:?}");
    assert!(cells("overdue_days").iter().chain(&cells("due_on")).all(String::is_empty), "{list:?}");
    assert!(told.contains("`id` is masked with `name`") && told.contains("`due_on` is masked"), "{told}");
}

#[test]
fn numbers_of_the_workbook_lead_to_rows_of_the_ledger() {
    let codes: Vec<String> = (1..4).map(code).collect();
    let register: String = codes.iter().map(|id| format!("{id},{id},,{KEQIAO},,1713\n")).collect();
    let entry =
        |id: &str, stage: &str, day: &str| format!("{id},淘汰落后产能,,{stage},2020-03-01,2020-04-01,{day},,\n");
    let ledger = [
        entry(&codes[0], "区县复验", "2020-05-01"),
        entry(&codes[1], "镇街自验", ""),
        entry(&codes[2], "区县复验", "2020-06-01"),
    ];
    let desk = Desk::new(&register, &ledger.concat());
    desk.run();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(desk.out("workbook.xlsx")).unwrap();
    let sheet = book.worksheet_range("计数依据").unwrap();
    let cells: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let header = cells.iter().position(|row| row.contains(&"台账行号".to_owned())).unwrap();
    let at = |name: &str| cells[header].iter().position(|cell| cell == name).unwrap();
    let found: Vec<[&str; 2]> = cells[header + 1..]
        .iter()
        .map(|row| [row[at("台账行号")].as_str(), row[at("是否验收完成")].as_str()])
        .collect();
    assert_eq!(
        found.iter().filter(|row| row[1].eq_ignore_ascii_case("true")).count().to_string(),
        desk.number("柯桥区", "accepted")
    );
    let mut lines: Vec<&str> = found.iter().map(|row| row[0]).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["2", "3", "4"]);
    // The number of 柯桥区 is a number still, and a link.
    let progress = book.worksheet_range("进度").unwrap();
    assert!(progress.rows().flatten().any(|cell| matches!(cell, calamine::Data::Float(value) if *value == 2.0)));
    let bytes = std::fs::read(desk.out("workbook.xlsx")).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet3.xml").unwrap(), &mut text).unwrap();
    assert!(text.contains("location=\"'计数依据'!A6\""), "{text}");
}

#[test]
fn the_rule_of_the_ranking_is_the_policys() {
    let codes: Vec<String> = (1..4).map(code).collect();
    let register = format!(
        "{},甲,,{KEQIAO},,1713\n{},乙,,{YUECHENG},,1713\n{},丙,,{YUECHENG},,1713\n",
        codes[0], codes[1], codes[2]
    );
    let ledger: String =
        codes.iter().map(|id| format!("{id},淘汰落后产能,,区县复验,2020-03-01,2020-04-01,2020-05-01,,\n")).collect();
    let desk = Desk::new(&register, &ledger);
    desk.run();
    // By rate 2 of 35 are ahead of 1 of 30, and by the gap 29 are fewer than 33.
    assert_eq!([desk.number("越城区", "rank"), desk.number("柯桥区", "rank")], ["1", "2"]);
    let policy = desk.0.file("policy");
    std::fs::create_dir(&policy).unwrap();
    for entry in std::fs::read_dir(repository(POLICY)).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, policy.join(path.file_name().unwrap())).unwrap();
    }
    let head = std::fs::read_to_string(policy.join("policy.toml")).unwrap();
    let project = std::fs::read_to_string(desk.0.file("jiju.toml")).unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    desk.0.write("jiju.toml", &project.replace(&format!("'{root}/{POLICY}'"), "'policy'"));
    std::fs::write(policy.join("policy.toml"), format!("{head}\n[ranking]\nby = \"gap\"\nsource = \"–\"\n")).unwrap();
    desk.run();
    // 17 are missing in 新昌, 18 in 嵊州, 25 in 上虞 and 诸暨, 29 in 柯桥, 33 in 越城.
    let ranks = ["新昌县", "嵊州市", "上虞区", "诸暨市", "柯桥区", "越城区"].map(|name| desk.number(name, "rank"));
    assert_eq!(ranks, ["1", "2", "3", "3", "5", "6"]);
    let faulty = format!("{head}\n[ranking]\nby = \"gaps\"\nthen = [\"rates\"]\nties = \"dense\"\n");
    std::fs::write(policy.join("policy.toml"), faulty).unwrap();
    let told = jiju(["check", &desk.0.path("jiju.toml")]);
    assert_eq!(told.status, 2);
    for words in ["ranking.by", "ranking.then", "ranking.source"] {
        assert!(told.stderr.contains(words), "{words} in {}", told.stderr);
    }
}
