//! `jiju init`, and the bulletin in its four forms.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use super::{Folder, jiju, program, repository};

/// A folder that `jiju init` made, with a single map.
fn desk() -> (Folder, PathBuf) {
    let folder = Folder::new();
    let desk = folder.file("desk");
    let made = jiju([Path::new("init"), &desk]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    let file = desk.join("jiju.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let places: Vec<usize> = text.match_indices("\n[[map]]").map(|(place, _)| place).collect();
    std::fs::write(&file, format!("chart = []\n{}", &text[..places[1]])).unwrap();
    (folder, desk)
}

/// Runs the program in a folder.
fn within(folder: &Path, arguments: &[&str]) -> String {
    let output = program().current_dir(folder).args(arguments).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    told
}

/// A part of a package.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// An element of XML with what is in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn parse(xml: &str) -> Self {
        use quick_xml::events::Event;
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let name = start.name().as_ref().to_owned();
                    open.push(Self { name, ..Self::default() });
                }
                Event::Empty(start) => {
                    let name = start.name().as_ref().to_owned();
                    open.last_mut().unwrap().children.push(Self { name, ..Self::default() });
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.xml10_content()),
                Event::GeneralRef(name) => {
                    let word = match name.as_ref() {
                        "lt" => "<",
                        "gt" => ">",
                        "amp" => "&",
                        "quot" => "\"",
                        other => panic!("{other:?}"),
                    };
                    open.last_mut().unwrap().text.push_str(word);
                }
                Event::End(_) => {
                    let element = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(element);
                }
                Event::Eof => return open.pop().unwrap(),
                _ => {}
            }
        }
    }

    fn all<'a>(&'a self, name: &str, found: &mut Vec<&'a Element>) {
        if self.name == name {
            found.push(self);
        }
        self.children.iter().for_each(|child| child.all(name, found));
    }

    fn words(&self) -> String {
        let mut texts = Vec::new();
        self.all("w:t", &mut texts);
        texts.iter().map(|text| text.text.as_str()).collect()
    }
}

/// The numbers in a text: digits with a point or a percent sign.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = String::new();
    for character in text.chars().chain([' ']) {
        let goes_on = character.is_ascii_digit() || (!number.is_empty() && matches!(character, '.' | '%'));
        if goes_on {
            number.push(character);
        } else if !number.is_empty() {
            found.push(std::mem::take(&mut number).trim_end_matches('.').to_owned());
        }
    }
    found
}

#[test]
fn every_number_of_the_text_is_a_cell_of_a_table() {
    let (_kept, desk) = desk();
    for (language, of_document) in [("zh", vec!["2020", "14"]), ("en", vec!["2020", "14"])] {
        within(&desk, &["report", "--lang", language, "-o", "bulletin.docx"]);
        let bytes = std::fs::read(desk.join("bulletin.docx")).unwrap();
        let document = Element::parse(&part(&bytes, "word/document.xml"));
        let mut tables = Vec::new();
        document.all("w:tbl", &mut tables);
        let mut cells = BTreeSet::new();
        for table in &tables {
            let mut found = Vec::new();
            table.all("w:tc", &mut found);
            cells.extend(found.iter().map(|cell| cell.words()));
        }
        let body = &document.children[0].children[0];
        let mut checked = 0;
        for paragraph in body.children.iter().filter(|child| child.name == "w:p") {
            let mut styles = Vec::new();
            paragraph.all("w:drawing", &mut styles);
            let words = paragraph.words();
            // The day of the state, captions, numbers of headings and the number of the policy are no findings.
            let words = words.replace("2020年9月30日", "").replace("30 September 2020", "");
            let is_finding = words.contains("完成率")
                || words.contains("家")
                || words.contains("条")
                || words.contains("is ")
                || words.contains("ccepted")
                || words.contains("problems");
            if !is_finding || words.starts_with('表') || words.starts_with("Table") || words.starts_with("Figure") {
                continue;
            }
            for number in numbers(&words) {
                if of_document.contains(&number.as_str()) && words.contains("14") {
                    continue;
                }
                assert!(cells.contains(&number), "{number} of {words}");
                checked += 1;
            }
        }
        assert!(checked > 60, "{checked}");
    }
}

#[test]
fn four_forms_say_the_same_and_the_same_bytes_each_time() {
    let (_kept, desk) = desk();
    let mut texts = Vec::new();
    for name in ["a.docx", "a.pdf", "a.html", "a.xlsx"] {
        within(&desk, &["report", "-o", name]);
        let first = std::fs::read(desk.join(name)).unwrap();
        if name != "a.xlsx" {
            within(&desk, &["report", "-o", name]);
            assert!(first == std::fs::read(desk.join(name)).unwrap(), "{name}");
        }
        match name {
            "a.docx" => {
                let document = part(&first, "word/document.xml");
                texts.push(Element::parse(&document).words());
                assert!(document.contains("<w:tblHeader/>") && document.contains("svgBlip"));
                // A4, 37 mm above, 28 mm at the binding, a text area of 156 mm by 225 mm, in twentieths of a point.
                assert!(document.contains("<w:pgSz w:w=\"11906\" w:h=\"16838\"/>"), "{document}");
                assert!(document.contains("w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\""));
                for name in ["word/styles.xml", "word/settings.xml", "word/footer1.xml", "word/fontTable.xml"] {
                    Element::parse(&part(&first, name));
                }
                assert!(part(&first, "word/footer2.xml").contains(" PAGE "));
            }
            "a.html" => texts.push(String::from_utf8(first).unwrap()),
            "a.xlsx" => {
                use calamine::Reader as _;
                let mut book: calamine::Xlsx<_> = calamine::Reader::new(Cursor::new(first)).unwrap();
                let range = book.worksheet_range("正文").unwrap();
                texts.push(range.rows().map(|row| row[0].to_string()).collect());
                assert!(
                    book.sheet_names().contains(&"表2".to_owned()) && book.sheet_names().contains(&"图1".to_owned())
                );
            }
            _ => assert!(first.starts_with(b"%PDF")),
        }
    }
    for text in &texts {
        assert!(text.contains("淘汰落后产能全市目标任务"), "{text}");
        assert!(text.contains("示例数据，非真实企业"));
    }
}

#[test]
fn a_folder_to_start_from_is_clean_of_faults_of_its_own_and_keeps_what_is_there() {
    let (_kept, desk) = desk();
    let again = jiju([Path::new("init"), &desk]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("nothing there is overwritten"), "{}", again.stderr);
    let told = within(&desk, &["check", "-o", "problems.csv"]);
    assert!(told.contains("register: "), "{told}");
    let nowhere = Folder::new();
    let output = program().current_dir(nowhere.0.path()).arg("run").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("there is no project file jiju.toml") && told.contains("jiju init FOLDER"), "{told}");
}

#[test]
fn a_template_of_the_office_is_filled_in() {
    let (_kept, desk) = desk();
    let template = desk.join("templates/通报.txt");
    std::fs::write(
        &template,
        "# 关于{{城市}}进度的通报\n> 各区：\n## 情况 <一>\n柯桥区完成{{数 progress-retire_outdated_capacity 柯桥区 accepted}}家。\n{{总表}}\n{{落款}}\n",
    )
    .unwrap();
    within(&desk, &["report", "-o", "a.docx"]);
    let words = Element::parse(&part(&std::fs::read(desk.join("a.docx")).unwrap(), "word/document.xml")).words();
    assert!(words.starts_with("关于绍兴市进度的通报") && words.contains("一、情况 <一>"), "{words}");
    let accepted = words.split("柯桥区完成").nth(1).and_then(|rest| rest.split('家').next()).unwrap();
    assert!(accepted.parse::<u32>().is_ok(), "{words}");
    std::fs::write(&template, "进展\n{{总表表}}\n").unwrap();
    let output = program().current_dir(&desk).args(["report", "-o", "a.docx"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("通报.txt: line 2: found `{{总表表}}`") && told.contains("did you mean `{{总表}}`?"),
        "{told}"
    );
}

#[test]
fn another_city_is_a_folder() {
    let folder = Folder::new();
    let desk = folder.file("yunxi");
    let policy = repository("tests/fixtures/policy-yunxi-2031");
    let made = jiju([Path::new("init"), &desk, Path::new("--policy"), &policy]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    let file = desk.join("jiju.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    // Of the figures those of the first programme.
    let end = text.find("\n[[map]]\nname = \"quota-progress-workshops\"").unwrap();
    let stages = "\n[[chart]]\nname = \"stages-boilers\"\nspec = \"maps/stages-boilers.toml\"\n";
    std::fs::write(&file, format!("{}{stages}", &text[..end])).unwrap();
    let output = program().current_dir(&desk).arg("run").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    let shown = String::from_utf8(output.stdout).unwrap();
    for words in ["现场核查（家）", "联合验收（家）", "燃煤锅炉淘汰", "搬迁入园", "云溪市", "南湾县"]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    assert!(!shown.contains("复验"), "{shown}");
    let quota = super::rows(&desk.join("out/tables/quota.csv"));
    let place = |name: &str| quota[0].iter().position(|header| header == name).unwrap();
    let accepted = |programme: &str, column: &str| -> u32 {
        let row = quota.iter().find(|row| row[0] == programme && row[place("is_city")] == "true").unwrap();
        row[place(column)].parse().unwrap()
    };
    // Boilers count once all have accepted them, relocations once the site was checked.
    assert_eq!(accepted("boilers", "accepted"), accepted("boilers", "jointly_accepted"));
    assert_eq!(accepted("relocation", "accepted"), accepted("relocation", "site_checked"));
    assert!(accepted("boilers", "filed") >= accepted("boilers", "site_checked"));
    let bulletin = std::fs::read_to_string(desk.join("out/bulletin.html")).unwrap();
    assert!(bulletin.contains("燃煤锅炉淘汰全市目标任务") && bulletin.contains("现场核查"), "{bulletin}");
    let list = std::fs::read(desk.join("out/lists/验收清单.csv")).unwrap();
    assert!(list.starts_with("\u{feff}".as_bytes()));
    assert!(desk.join("out/lists/排放不达标限期整改名单.xlsx").exists());
    let figure = std::fs::read_to_string(desk.join("out/charts/stages-boilers.svg")).unwrap();
    assert!(figure.contains("建档立卡") && figure.contains("联合验收"));
    // None of its stages is for a sample: the accepted are drawn from. Its own rules score firms.
    within(&desk, &["sample", "--share", "0.1", "-o", "sample.csv"]);
    let drawn = super::rows(&desk.join("sample.csv"));
    let programmes: BTreeSet<&str> = drawn[1..].iter().map(|row| row[2].as_str()).collect();
    assert_eq!(programmes, BTreeSet::from(["燃煤锅炉淘汰", "小作坊整治", "搬迁入园"]), "{drawn:?}");
    within(&desk, &["evaluate", "-o", "evaluation.csv"]);
    let scored = std::fs::read_to_string(desk.join("evaluation.csv")).unwrap();
    assert!(scored.contains("一档") && scored.contains("三档") && !scored.contains("A类"), "{scored}");
    // A date of one of its stages that is gone is told.
    let ledger = desk.join("data/ledger.csv");
    let header = "统一社会信用代码,工作任务,验收阶段,联合验收日期\n";
    std::fs::write(&ledger, format!("{header}A,燃煤锅炉淘汰,联合验收,2031-08-01\n")).unwrap();
    let later = desk.join("data/later.csv");
    std::fs::write(&later, format!("{header}A,燃煤锅炉淘汰,联合验收,八月初\n")).unwrap();
    within(&desk, &["diff", "data/ledger.csv", "data/later.csv", "-o", "changes.csv"]);
    let changes = std::fs::read_to_string(desk.join("changes.csv")).unwrap();
    let told =
        "stage_back,验收环节倒退,true,A,,boilers,燃煤锅炉淘汰,jointly_accepted_on,联合验收日期,2031-08-01,八月初";
    assert!(changes.contains(told), "{changes}");
}

#[test]
fn lists_are_numbered_dated_and_masked_where_they_are_to_be() {
    let (_kept, desk) = desk();
    let file = desk.join("jiju.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n[lists]\nleave_out = [\"address\"]\nmask = [\"id\"]\n")).unwrap();
    within(&desk, &["run"]);
    let lists = desk.join("out/lists");
    let accepted = super::rows(&lists.join("验收清单.csv"));
    assert_eq!(accepted[0][..4], ["number", "name", "id", "district_name"]);
    assert!(accepted[1][0] == "1" && accepted[1][2].contains("**********"), "{:?}", accepted[1]);
    assert!(!accepted[0].contains(&"address".to_owned()));
    // Once for each programme and firm; the quota table counts those that stand in a district.
    let quota = super::rows(&desk.join("out/tables/quota.csv"));
    let place = |name: &str| quota[0].iter().position(|header| header == name).unwrap();
    let city: usize = quota
        .iter()
        .filter(|row| row[place("is_city")] == "true")
        .map(|row| row[place("accepted")].parse::<usize>().unwrap())
        .sum();
    let placed = accepted[1..].iter().filter(|row| !row[3].is_empty()).count();
    assert_eq!(placed, city);
    use calamine::Reader as _;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(lists.join("验收清单.xlsx")).unwrap();
    let range = book.worksheet_range("名单").unwrap();
    assert!(range.get((0, 0)).unwrap().to_string().starts_with("验收清单"));
    assert_eq!(range.get((4, 1)).unwrap().to_string(), "企业名称");
    let parks = super::rows(&lists.join("园区外块状行业企业名单.csv"));
    let distance = parks[0].iter().position(|header| header == "park_distance_m").unwrap();
    assert!(parks[1..].iter().all(|row| row[distance].parse::<f64>().unwrap() > 0.0));
    let mut problems: calamine::Xlsx<_> = calamine::open_workbook(lists.join("各区县数据问题清单.xlsx")).unwrap();
    let sheets = problems.sheet_names();
    assert!(sheets.iter().any(|name| name == "柯桥区"), "{sheets:?}");
    // What was expected is told in Chinese: what is left in Latin letters are codes, not sentences.
    let (mut told, mut unplaced) = (0, 0);
    for name in &sheets[1..] {
        let range = problems.worksheet_range(name).unwrap();
        let rows: Vec<_> = range.rows().collect();
        assert_eq!(rows[4][5].to_string(), "应为");
        for row in &rows[5..] {
            let expected = row[5].to_string();
            assert!(expected.chars().any(|letter| ('一'..='龥').contains(&letter)), "{expected}");
            assert!(!expected.contains(" the ") && !expected.contains(" a "), "{expected}");
            told += 1;
            unplaced += usize::from(name == "未落位" && row[1].to_string().contains("企业名录"));
        }
    }
    // A fault of a register's row is its district's, where the firm stands or says it does.
    assert!(told > 40 && unplaced < 5, "{told} {unplaced}");
    let workbook: calamine::Xlsx<_> = calamine::open_workbook(desk.join("out/workbook.xlsx")).unwrap();
    assert_eq!(workbook.sheet_names()[1], "一页通");
}

/// A package with one part changed.
fn with_part(bytes: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    use std::io::Write as _;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).unwrap();
        let own = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        out.start_file(own.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        let bytes = if own == name { change(String::from_utf8(bytes).unwrap()).into_bytes() } else { bytes };
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn a_document_of_the_office_is_a_template() {
    let (_kept, desk) = desk();
    let project = desk.join("jiju.toml");
    let text = std::fs::read_to_string(&project).unwrap();
    within(&desk, &["report", "-o", "plain.docx"]);
    let plain = Element::parse(&part(&std::fs::read(desk.join("plain.docx")).unwrap(), "word/document.xml"));
    std::fs::write(&project, text.replace("templates/通报.txt\"  ", "templates/通报.docx\"  ")).unwrap();
    within(&desk, &["report", "-o", "a.docx"]);
    let first = std::fs::read(desk.join("a.docx")).unwrap();
    within(&desk, &["report", "-o", "a.docx"]);
    assert!(first == std::fs::read(desk.join("a.docx")).unwrap(), "the same bytes each time");
    let own = Element::parse(&part(&first, "word/document.xml"));
    // It says all that the template of text says, in its order; the notice stands where this template has it.
    let notice = "示例数据，非真实企业";
    assert_eq!(own.words().replace(notice, ""), plain.words().replace(notice, ""));
    assert!(own.words().contains(notice) && own.words().contains("（二）“低散乱”整治"), "{}", own.words());
    for name in ["w:tbl", "w:drawing"] {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        own.all(name, &mut left);
        plain.all(name, &mut right);
        assert_eq!(left.len(), right.len(), "{name}");
    }
    let relations = part(&first, "word/_rels/document.xml.rels");
    assert!(relations.contains("media/jiju1.png") && part(&first, "[Content_Types].xml").contains("image/svg+xml"));
    // The other forms say the same.
    for name in ["a.html", "a.pdf", "a.xlsx"] {
        within(&desk, &["report", "-o", name]);
    }
    let html = std::fs::read_to_string(desk.join("a.html")).unwrap();
    assert!(
        html.contains("一、总体进展") && html.contains("淘汰落后产能全市目标任务") && !html.contains("{{"),
        "{html}"
    );
    // A word processor divides a name among runs, and the office gives it another type.
    let template = desk.join("templates/通报.docx");
    let bytes = std::fs::read(&template).unwrap();
    let changed = with_part(&bytes, "word/document.xml", |xml| {
        let run = "<w:r><w:t xml:space=\"preserve\">{{标题}}</w:t></w:r>";
        assert!(xml.contains(run), "{xml}");
        xml.replace(
            run,
            "<w:r><w:rPr><w:i/></w:rPr><w:t>关于{</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r><w:t>{标</w:t></w:r><w:r><w:t>题}}的通报</w:t></w:r>",
        )
    });
    std::fs::write(&template, &changed).unwrap();
    within(&desk, &["report", "-o", "a.docx"]);
    let filled = part(&std::fs::read(desk.join("a.docx")).unwrap(), "word/document.xml");
    assert!(
        filled.contains("<w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">关于2020年绍兴市工作进度通报</w:t>"),
        "{filled}"
    );
    // All names that are not known are told at once.
    let changed = with_part(&bytes, "word/document.xml", |xml| {
        xml.replace("{{标题}}", "{{标提}}").replace("{{问题表}}", "{{问题表表}}").replace("{{发文字号}}", "{{发文字}}")
    });
    std::fs::write(&template, &changed).unwrap();
    let output = program().current_dir(&desk).args(["report", "-o", "b.docx"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.matches("error:").count(), 1, "{told}");
    for words in
        ["found `{{标提}}`", "did you mean `{{问题表}}`", "found `{{问题表表}}`", "found `{{发文字}}`", "paragraph "]
    {
        assert!(told.contains(words), "{words} in {told}");
    }
    std::fs::write(&template, b"no document").unwrap();
    let output = program().current_dir(&desk).args(["report", "-o", "b.docx"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
