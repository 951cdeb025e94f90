//! What `jiju run` leaves in its output folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{DISTRICTS, Folder, POLICY, Sample, csv_text, jiju, repository, rows, sample};
use polars::prelude::{ParquetReader, SerReader as _};

/// A project with a layer of parks, a map and a chart, over the rows given.
pub struct Project {
    pub folder: Folder,
}

impl Project {
    pub fn new(sample: &Sample, districts: &str) -> Self {
        let project = Self { folder: Folder::new() };
        project.folder.write("register.csv", &csv_text(&sample.register));
        project.folder.write("ledger.csv", &csv_text(&sample.ledger));
        project.folder.write("districts.geojson", districts);
        let root = env!("CARGO_MANIFEST_DIR");
        let text = format!(
            r#"
title = "进度通报 <b>"
as_of = 2020-09-30
policy = '{root}/{POLICY}'
output = "out"
synthetic = true

[register]
file = "register.csv"

[ledger]
file = "ledger.csv"

[[layer]]
name = "district"
file = "districts.geojson"

[[layer]]
name = "park"
file = '{root}/data/samples/parks.geojson'

[join]
snap = "200m"

[[map]]
name = "firms"
spec = "firms.toml"
dpi = 40

[[chart]]
name = "ranking"
spec = '{root}/maps/ranking.toml'
dpi = 40
"#
        );
        project.folder.write("jiju.toml", &text);
        let map =
            "title = \"企业数\"\nlayer = \"district\"\ncolumn = \"count\"\nunit = \"家\"\nsource = [\"企业名录\"]\n";
        project.folder.write("firms.toml", &format!("{map}[classes]\ncount = 3\n"));
        project
    }

    pub fn run(&self, output: &str) -> PathBuf {
        let output = self.folder.file(output);
        let outcome = jiju([Path::new("run"), &self.folder.file("jiju.toml"), Path::new("-o"), &output]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        output
    }
}

/// Every file below a folder, by its path from there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// The names of a table, which stand in the output as they stood in the input; doubled ones as often as they stand
/// there.
fn names(rows: &[Vec<String>]) -> Vec<String> {
    let mut names: Vec<String> = rows[1..].iter().map(|row| row[1].clone()).collect();
    names.sort();
    names
}

#[test]
fn twice_the_same_bytes_and_every_row_in_the_output_or_the_rejects() {
    let sample = sample();
    let project = Project::new(&sample, &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| project.run("second"));
        (project.run("first"), other.join().unwrap())
    });
    let (left, right) = (files(&first), files(&second));
    // A figure by itself is the figure of the run.
    for (command, spec, name) in [
        ("map", project.folder.file("firms.toml"), "maps/firms.svg"),
        ("chart", repository("maps/ranking.toml"), "charts/ranking.svg"),
    ] {
        let alone = project.folder.file("alone.svg");
        let arguments = [
            Path::new(command),
            &spec,
            Path::new("--project"),
            &project.folder.file("jiju.toml"),
            Path::new("-o"),
            &alone,
        ];
        let outcome = jiju(arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert!(std::fs::read(alone).unwrap() == left[name], "{name}");
    }
    let alone = project.folder.path("alone.html");
    let outcome = jiju(["page", &project.folder.path("jiju.toml"), "-o", &alone]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(std::fs::read(alone).unwrap() == left["page.html"]);
    insta::assert_snapshot!("run_files", left.keys().cloned().collect::<Vec<_>>().join("\n"));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (name, bytes) in &left {
        assert!(bytes == &right[name], "{name} differs between two runs of the same project");
    }
    let register =
        ParquetReader::new(std::fs::File::open(first.join("tables/register.parquet")).unwrap()).finish().unwrap();
    let kept = register.column("name").unwrap().str().unwrap();
    let rejects = rows(&first.join("rejects/register.csv"));
    assert!(rejects.len() > 100);
    let mut out: Vec<String> = kept.iter().map(|name| name.unwrap().to_owned()).chain(names(&rejects)).collect();
    out.sort();
    // Thousands of names: say only that they differ.
    assert!(out == names(&sample.register));
    // Rejected rows are those of the file, cell for cell.
    for reject in &rejects[1..] {
        let row: usize = reject[14].parse().unwrap();
        assert_eq!(reject[..14], sample.register[row - 1][..]);
        assert!(!reject[15].is_empty());
    }
    for reject in &rows(&first.join("rejects/ledger.csv"))[1..] {
        let row: usize = reject[12].parse().unwrap();
        assert_eq!(reject[..12], sample.ledger[row - 1][..]);
    }
}

#[test]
fn names_from_the_input_stay_text_wherever_they_are_written() {
    const MARKUP: &str = "<img src=x onerror=alert(1)>\"&'";
    const FORMULA: &str = "=cmd|' /C calc'!A0";
    let mut sample = sample();
    let listed: Vec<String> =
        sample.ledger[1..].iter().filter(|row| row[6] == "self_check").map(|row| row[0].clone()).collect();
    let mut named = 0;
    for row in sample.register[1..].iter_mut().filter(|row| listed.contains(&row[0])) {
        [MARKUP, FORMULA][named % 2].clone_into(&mut row[1]);
        named += 1;
    }
    assert!(named > 20);
    let districts = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let escaped = serde_json::to_string(MARKUP).unwrap();
    let districts = districts.replace("\"越城区\"", &escaped).replace("\"诸暨市\"", &format!("\"{FORMULA}\""));
    let project = Project::new(&sample, &districts);
    let output = project.run("out");
    let text = |name: &str| std::fs::read_to_string(output.join(name)).unwrap();

    let page = text("bulletin.html");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img src=x") && !page.contains("<b>"));
    // Names are data of the page, and no `<` of theirs is in it.
    let page = text("page.html");
    assert!(page.contains("\\u003cimg src=x onerror=alert(1)>"));
    assert!(!page.contains("<img src=x") && !page.contains("<b>"));
    let figure = text("maps/firms.svg");
    assert!(figure.contains("&lt;img src=x onerror=alert(1)") && !figure.contains("<img"));
    // Well-formed, as a reader of XML sees it.
    resvg::usvg::Tree::from_str(&figure, &resvg::usvg::Options::default()).unwrap();

    let lists = text("tables/lists.csv");
    assert!(lists.contains(",'=cmd|' /C calc'!A0,") && !lists.contains(",=cmd"));
    let lists = rows(&output.join("tables/lists.csv"));
    assert!(lists.iter().any(|row| row.iter().any(|cell| cell == MARKUP)));

    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(output.join("workbook.xlsx")).unwrap();
    use calamine::Reader as _;
    let sheets = workbook.sheet_names();
    let mut cells = Vec::new();
    for sheet in &sheets {
        assert!(workbook.worksheet_formula(sheet).unwrap().is_empty(), "{sheet} holds a formula");
        let range = workbook.worksheet_range(sheet).unwrap();
        cells.extend(range.cells().map(|(_, _, cell)| cell.to_string()));
    }
    for expected in [MARKUP, FORMULA] {
        assert!(cells.iter().any(|cell| cell == expected), "{expected}");
    }
}

#[test]
fn a_chart_that_cannot_be_drawn_is_named_and_all_else_is_written() {
    let project = Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let root = env!("CARGO_MANIFEST_DIR");
    let file = project.folder.file("jiju.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let cramped = format!(
        "\n[[chart]]\nname = \"cramped\"\nspec = '{root}/maps/stages.toml'\ndpi = 40\n\
         [chart.set]\npage.height_mm = 45\npage.margin_mm = 12\n\
         [[chart]]\nname = \"crowded\"\nspec = '{root}/maps/ranking.toml'\nformats = [\"svg\"]\nset = {{ page.height_mm = 45 }}\n"
    );
    std::fs::write(&file, text + &cramped).unwrap();
    let output = project.folder.file("out");
    std::fs::create_dir_all(output.join("charts")).unwrap();
    std::fs::write(output.join("charts/cramped.svg"), "of an earlier run").unwrap();

    let outcome = jiju([Path::new("run"), &file, Path::new("-o"), &output]);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    for words in [
        "error: chart `cramped` of ",
        "`page.margin_mm` = 12",
        "`page.height_mm` = 48 or more",
        "error: chart `crowded`",
    ] {
        assert!(outcome.stderr.contains(words), "{words} in {}", outcome.stderr);
    }
    let written = files(&output);
    for name in ["bulletin.html", "page.html", "workbook.xlsx", "manifest.json", "charts/ranking.svg", "maps/firms.svg"]
    {
        assert!(written.contains_key(name), "{name}");
    }
    assert!(!written.contains_key("charts/cramped.svg"), "the chart of an earlier run would be taken for one of this");
    let text = |name: &str| String::from_utf8(written[name].clone()).unwrap();
    assert!(text("bulletin.html").contains("未能绘制：cramped、crowded"));
    assert!(text("manifest.json").contains("\"cramped\""));
    // Rates are in percent on the terminal, and the bulletin marks the rows of the city.
    assert!(outcome.stdout.contains('%') && !outcome.stdout.contains("0.6333"), "{}", outcome.stdout);
    // The city under each programme, in progress and forecast, and the problems rejected and all.
    assert_eq!(text("bulletin.html").matches("<tr class=\"total\">").count(), 6);

    let outcome = jiju([Path::new("check"), &file]);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("error: chart `cramped` of "), "{}", outcome.stderr);
}
