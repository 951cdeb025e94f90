//! The dossier of one block economy: its numbers are those of the operations, its bytes those of its inputs and seed.

use std::io::{Cursor, Read as _};
use std::path::Path;

use serde_json::Value;

use super::{Folder, csv_text, jiju, repository, rows};

/// What makes a dossier fast enough for a test.
const QUICK: [&str; 8] = ["--simulations", "19", "--resamples", "19", "--draws", "2", "--steps", "10"];

/// Runs the command on a project, and gives the HTML and what is told.
fn dossier(folder: &Folder, block: &str, project: &str, more: &[&str]) -> (String, String) {
    let file = folder.path("dossier.html");
    let given = [&["dossier", block, "--project", project, "-o", &file][..], &QUICK, more].concat();
    let outcome = jiju(given);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    (std::fs::read_to_string(file).unwrap(), outcome.stderr)
}

/// The demo's project, whose files are seen from the folder it is written to, with other firms where they are given.
fn project(folder: &Folder, firms: Option<Vec<Vec<String>>>) -> String {
    let text = std::fs::read_to_string(repository("data/demo/jiju.toml")).unwrap();
    let data = repository("data").display().to_string();
    let mut text =
        text.replace("\"../../", &format!("\"{}/", repository("").display())).replace("\"../", &format!("\"{data}/"));
    if let Some(firms) = firms {
        let file = folder.write("register.csv", &csv_text(&firms));
        text = text.replace(&format!("{data}/samples/register.csv"), &file);
    }
    folder.write("jiju.toml", &text)
}

/// A cell of the table of measures, by the number of its row.
fn cell(html: &str, row: usize, column: &str) -> String {
    let id = format!("id=\"measures-{row}-{column}\"");
    let behind = &html[html.find(&id).unwrap_or_else(|| panic!("no {id}"))..];
    let text = &behind[behind.find('>').unwrap() + 1..];
    text[..text.find('<').unwrap()].to_owned()
}

/// An end of the interval of a measure.
fn end(html: &str, row: usize, which: usize) -> String {
    cell(html, row, "interval").split('–').nth(which).unwrap().to_owned()
}

fn json(arguments: &[&str]) -> Value {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// The sample's firms, of those only for which this is true of industry code and district; the header first.
fn firms(kept: impl Fn(&str, &str, usize) -> bool) -> Vec<Vec<String>> {
    let all = rows(&repository("data/samples/register.csv"));
    let place = |name: &str| all[0].iter().position(|header| header == name).unwrap();
    let (code, district) = (place("industry_code"), place("district"));
    let own = all.iter().enumerate().filter(|(number, row)| *number == 0 || kept(&row[code], &row[district], *number));
    own.map(|(_, row)| row.clone()).collect()
}

#[test]
fn numbers_of_a_dossier_are_those_of_the_operations() {
    let folder = Folder::new();
    let demo = repository("data/demo/jiju.toml").display().to_string();
    let (html, _) = dossier(&folder, "keqiao_dyeing", &demo, &[]);
    let near = |shown: &str, found: &Value| {
        let (shown, found): (f64, f64) = (shown.parse().unwrap(), found.as_f64().unwrap());
        assert!((shown - found).abs() <= 0.0006, "{shown} is shown, the operation says {found}");
    };
    let of = |rows: &Value, wanted: &[(&str, &str)]| -> Value {
        let is = |row: &&Value| wanted.iter().all(|(name, word)| row[*name] == *word);
        rows.as_array().unwrap().iter().find(is).unwrap().clone()
    };
    let sector = ("sector", "printing_and_dyeing");
    let cells = json(&["concentration", "--project", &demo, "--areas", "district", "--format", "json"]);
    let own = of(&cells, &[("area", "330603"), sector]);
    near(&cell(&html, 1, "value"), &own["location_quotient"]);
    near(&end(&html, 1, 0), &own["location_quotient_lower"]);
    assert!(html.contains(&format!("企业{}家", apart(own["count"].as_u64().unwrap()))), "{own}");
    let sized = json(&[
        "concentration",
        "--project",
        &demo,
        "--areas",
        "district",
        "--weight",
        "employees",
        "--draws",
        "19",
        "--format",
        "json",
    ]);
    let own = of(&sized, &[("area", "330603"), sector]);
    near(&cell(&html, 2, "value"), &own["location_quotient"]);
    near(&end(&html, 2, 1), &own["bootstrap_upper"]);
    let sectors = json(&[
        "concentration",
        "--project",
        &demo,
        "--areas",
        "town",
        "--per",
        "sector",
        "--weight",
        "employees",
        "--draws",
        "19",
        "--format",
        "json",
    ]);
    let own = of(&sectors, &[sector]);
    near(&cell(&html, 3, "value"), &own["gamma"]);
    near(&end(&html, 3, 0), &own["gamma_lower"]);
    near(&cell(&html, 5, "value"), &own["maurel_sedillot"]);
    near(&cell(&html, 6, "value"), &own["gini"]);
    let tests = json(&[
        "stats",
        "localisation",
        "--project",
        &demo,
        "--grid",
        "EPSG:4549",
        "--simulations",
        "19",
        "--steps",
        "10",
        "--format",
        "json",
    ]);
    let own = of(&tests["sectors"], &[sector]);
    near(&cell(&html, 7, "value"), &own["gamma"]);
    near(&cell(&html, 7, "p_value"), &own["p_localised_adjusted"]);
    let m = json(&[
        "stats",
        "m",
        "--project",
        &demo,
        "--grid",
        "EPSG:4549",
        "--by",
        "sector",
        "--sector",
        "printing_and_dyeing",
        "--radii",
        "1km",
        "--simulations",
        "19",
        "--draws",
        "19",
        "--format",
        "json",
    ]);
    near(&cell(&html, 8, "value"), &m["m"][0]);
    near(&cell(&html, 8, "p_value"), &m["p_simulation"]);
}

/// A number with its thousands apart.
fn apart(number: u64) -> String {
    let digits = number.to_string();
    let places =
        digits.char_indices().map(|(place, digit)| match place > 0 && (digits.len() - place).is_multiple_of(3) {
            true => format!(",{digit}"),
            false => digit.to_string(),
        });
    places.collect()
}

#[test]
fn the_same_inputs_and_seed_give_the_same_bytes() {
    let folder = Folder::new();
    let few = firms(|code, _, number| number % 6 == 0 || code == "1713");
    let file = project(&folder, Some(few));
    let (first, _) = dossier(&folder, "keqiao_dyeing", &file, &[]);
    let (again, _) = dossier(&folder, "keqiao_dyeing", &file, &[]);
    let (other, _) = dossier(&folder, "keqiao_dyeing", &file, &["--seed", "5"]);
    assert!(first == again && first != other);
    // Everything that is promised: four figures, the notice, the table, the criteria, where the numbers are from.
    assert_eq!(first.matches("<figure>").count(), 4);
    for said in [
        "示例数据，非真实企业",
        "集聚测度及其稳健性",
        "工信部企业〔2022〕119号",
        "种子 0",
        "天地图",
        "GeoNames",
        "无法判定",
    ] {
        assert!(first.contains(said), "{said}");
    }
    let names = ["结论", "规模有多大", "在哪里", "集聚到什么程度", "与谁相比", "从何时起", "有多可靠", "不能说明什么"];
    assert!(names.iter().all(|name| first.contains(name)));
    let (english, _) = dossier(&folder, "keqiao_dyeing", &file, &["--lang", "en"]);
    assert!(
        english.contains("Dossier of a block economy: Keqiao dyeing")
            && english.contains("How sure")
            && english.contains("cannot be told")
    );
}

#[test]
fn a_block_economy_that_there_is_not_is_refused_with_the_nearest() {
    let demo = repository("data/demo/jiju.toml").display().to_string();
    let folder = Folder::new();
    let outcome = jiju(["dossier", "keqiao_dying", "--project", &demo, "-o", &folder.path("a.html")]);
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("found no block economy `keqiao_dying`")
            && outcome.stderr.contains("did you mean `keqiao_dyeing`?"),
        "{}",
        outcome.stderr
    );
    // A name that two have is no answer; one that stands alone is.
    let outcome = jiju(["dossier", "小五金", "--project", &demo, "-o", &folder.path("a.html")]);
    assert!(outcome.status == 2 && outcome.stderr.contains("zhuji_small_hardware"), "{}", outcome.stderr);
    let outcome = jiju(["dossier", "keqiao_dyeing", "--project", &demo, "-o", &folder.path("a.txt")]);
    assert!(outcome.status == 2 && outcome.stderr.contains("docx"), "{}", outcome.stderr);
    assert!(!Path::new(&folder.path("a.txt")).exists());
}

#[test]
fn of_no_firm_and_of_one_what_cannot_be_measured_is_undefined() {
    let is_dyeing = |code: &str| ["1713", "1723", "1733", "1743", "1752", "1762"].contains(&code);
    for kept in [0, 1] {
        let folder = Folder::new();
        let mut left = kept;
        let all = rows(&repository("data/samples/register.csv"));
        let place = |name: &str| all[0].iter().position(|header| header == name).unwrap();
        let (code, district) = (place("industry_code"), place("district"));
        let some: Vec<Vec<String>> = all
            .iter()
            .enumerate()
            .filter(|(number, row)| match is_dyeing(&row[code]) {
                true if row[district] == "柯桥区" && left > 0 => {
                    left -= 1;
                    true
                }
                true => false,
                false => *number == 0 || number % 12 == 0,
            })
            .map(|(_, row)| row.clone())
            .collect();
        let file = project(&folder, Some(some));
        let output = folder.path("dossier.html");
        let outcome = jiju([&["dossier", "keqiao_dyeing", "--project", &file, "-o", &output][..], &QUICK].concat());
        assert!(outcome.status < 2, "{}", outcome.stderr);
        let html = std::fs::read_to_string(&output).unwrap();
        assert!(html.contains("无定义"), "{kept}");
        assert!(!html.contains("NaN") && !html.contains("inf</td>"), "{kept}");
        assert!(html.contains("无法判断"), "{kept}");
    }
}

#[test]
fn hostile_names_are_text_in_every_form() {
    let folder = Folder::new();
    let few = firms(|code, _, number| number % 8 == 0 || code == "1713");
    let file = project(&folder, Some(few));
    let policy = folder.file("policy");
    std::fs::create_dir(&policy).unwrap();
    for entry in std::fs::read_dir(repository("data/policy/shaoxing-2020")).unwrap() {
        let entry = entry.unwrap().path();
        std::fs::copy(&entry, policy.join(entry.file_name().unwrap())).unwrap();
    }
    let blocks = std::fs::read_to_string(policy.join("blocks.csv")).unwrap();
    std::fs::write(policy.join("blocks.csv"), blocks.replace("印染和纺织后整理", "<script>alert(1)</script>&印染"))
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let own = repository("data/policy/shaoxing-2020").display().to_string();
    std::fs::write(&file, text.replace(&own, &policy.display().to_string())).unwrap();
    let docx = folder.path("dossier.docx");
    let (html, _) = dossier(&folder, "keqiao_dyeing", &file, &["-o", &docx]);
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)"), "escaped");
    let bytes = std::fs::read(docx).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut document = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut document).unwrap();
    assert!(!document.contains("<script") && document.contains("&lt;script&gt;"), "escaped");
    let mut reader = quick_xml::Reader::from_str(&document);
    while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
}

#[test]
fn an_earlier_register_and_founding_dates_say_since_when() {
    let folder = Folder::new();
    let mut now = firms(|code, _, number| number % 6 == 0 || code == "1713");
    let before: Vec<Vec<String>> = now
        .iter()
        .enumerate()
        .filter(|(number, _)| *number == 0 || number % 3 > 0)
        .map(|(_, row)| row.clone())
        .collect();
    for (number, row) in now.iter_mut().enumerate() {
        row.push(if number == 0 { "成立日期".to_owned() } else { format!("{}-05-01", 1995 + number % 20) });
    }
    let earlier = folder.write("register2019.csv", &csv_text(&before));
    let file = project(&folder, Some(now));
    let (html, _) = dossier(&folder, "keqiao_dyeing", &file, &["--before", &earlier]);
    assert!(html.contains("成立年份的中位数是") && html.contains("两期都在"), "since when");
    assert!(!html.contains("没有早期名录，变化无法判断"));
    let outcome = jiju(
        [
            &["dossier", "keqiao_dyeing", "--project", &file, "--founded", "成立日", "-o", &folder.path("a.html")][..],
            &QUICK,
        ]
        .concat(),
    );
    assert!(outcome.status == 2 && outcome.stderr.contains("成立日期"), "{}", outcome.stderr);
}

#[test]
fn criteria_that_are_no_criteria_are_refused_with_every_fault() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(repository("data/policy/miit-clusters-2022/criteria.toml")).unwrap();
    let own = folder.file("criteria");
    std::fs::create_dir(&own).unwrap();
    let broken = text.replace("at_most = 100.0\n", "").replace("id = \"output\"", "id = \"area\"");
    std::fs::write(own.join("criteria.toml"), broken).unwrap();
    let demo = repository("data/demo/jiju.toml").display().to_string();
    let given = [
        "dossier",
        "keqiao_dyeing",
        "--project",
        &demo,
        "--criteria",
        own.to_str().unwrap(),
        "-o",
        &folder.path("a.html"),
    ];
    let outcome = jiju([&given[..], &QUICK].concat());
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("0 of at_most, at_least and above") && outcome.stderr.contains("`area` twice"),
        "{}",
        outcome.stderr
    );
}
