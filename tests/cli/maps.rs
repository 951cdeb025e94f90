//! Maps that cannot mislead: who is on them, what their legends say, what they leave out. Each case is one that a public
//! map program was reported to draw wrong; the map is judged by the file beside it, its SVG, its notes and its status.

use std::fmt::Write as _;

use serde_json::Value;

use super::{DISTRICTS, Folder, Outcome, jiju, repository};

const IDS: [&str; 6] = ["330602", "330603", "330604", "330624", "330681", "330683"];
const TOWNS: &str = "data/samples/towns.geojson";
const GALLERY: &str = "maps/gallery.toml";

/// A map in a folder of its own, with what was said about it.
struct Map {
    outcome: Outcome,
    beside: Value,
    svg: String,
}

fn map(arguments: &[&str]) -> Map {
    let folder = Folder::new();
    let output = folder.path("map.svg");
    let outcome = jiju([&["map"], arguments, &["--sidecar", "-o", &output]].concat());
    let read = |name: &str| std::fs::read_to_string(folder.file(name)).unwrap_or_default();
    Map { beside: serde_json::from_str(&read("map.json")).unwrap_or_default(), svg: read("map.svg"), outcome }
}

/// A map of the districts by a column of cells.
fn of_cells(cells: &[&str; 6], more: &[&str]) -> Map {
    let folder = Folder::new();
    let mut text = "id,value\n".to_owned();
    for (id, cell) in IDS.iter().zip(cells) {
        writeln!(text, "{id},\"{cell}\"").unwrap();
    }
    let table = folder.write("values.csv", &text);
    map(&[&["--areas", DISTRICTS, "--table", &table, "--key", "id", "--value", "value"], more].concat())
}

fn of_values(values: [f64; 6], more: &[&str]) -> Map {
    let cells = values.map(|value| format!("{value:?}"));
    of_cells(&cells.each_ref().map(String::as_str), more)
}

/// A map of the districts from a table as it is.
fn of_table(table: &str, key: &str) -> Map {
    let folder = Folder::new();
    let table = folder.write("table.csv", table);
    map(&["--areas", DISTRICTS, "--table", &table, "--key", key, "--value", "rate"])
}

/// A map of a file of cases.
fn of_case(file: &str, more: &[&str]) -> Map {
    let path = format!("tests/fixtures/maps/{file}");
    map(&[&["--areas", &path, "--value", "value"], more].concat())
}

impl Map {
    #[track_caller]
    fn done(self) -> Self {
        assert_eq!(self.outcome.status, 0, "{}", self.outcome.stderr);
        self
    }

    #[track_caller]
    fn refused(&self, parts: &[&str]) {
        assert_eq!(self.outcome.status, 2, "{}", self.outcome.stderr);
        assert!(self.beside.is_null() && self.svg.is_empty(), "a refused map leaves nothing");
        self.tells(parts);
    }

    #[track_caller]
    fn tells(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.outcome.stderr.contains(part), "{part}: {}", self.outcome.stderr);
        }
    }

    #[track_caller]
    fn is_silent_about(&self, part: &str) {
        assert!(!self.outcome.stderr.contains(part), "{}", self.outcome.stderr);
    }

    fn labels(&self) -> Vec<&str> {
        self.beside["classes"].as_array().unwrap().iter().map(|class| class["label"].as_str().unwrap()).collect()
    }

    fn counts(&self) -> Vec<u64> {
        self.beside["classes"].as_array().unwrap().iter().map(|class| class["areas"].as_u64().unwrap()).collect()
    }

    /// The printed figures of the areas in the order of the file.
    fn printed(&self) -> Vec<&str> {
        let areas = self.beside["panels"][0]["areas"].as_array().unwrap();
        areas.iter().map(|area| area["printed"].as_str().unwrap_or_default()).collect()
    }

    fn color_of(&self, label: &str) -> &str {
        let classes = self.beside["classes"].as_array().unwrap();
        classes.iter().find(|class| class["label"] == label).unwrap()["color"].as_str().unwrap()
    }
}

#[test]
fn rows_and_areas_that_do_not_meet_are_told() {
    let map = of_table("code,rate\n330602,0.95\n330603,0.63\n330699,0.8\n330000,0.7\n", "code").done();
    map.tells(&[
        "2 rows match no area by `code` and are left out: `330699`, `330000`",
        "4 of 6 areas have no row in",
        "330604 上虞区, 330624 新昌县",
    ]);
    assert_eq!((map.labels(), map.counts()), (vec!["0.63", "0.95", "无数据"], vec![1, 1, 4]));
}

#[test]
fn keys_that_differ_in_form_only_are_matched() {
    let rows = |keys: [&str; 6]| {
        keys.iter().enumerate().fold("key,rate\n".to_owned(), |text, (row, key)| format!("{text}{key},0.{}\n", row + 1))
    };
    for silent in [
        ["330602.0", "330603.0", "330604.0", "330624.0", "330681.0", "330683.0"],
        ["３３０６０２", " 330603", "330604\u{a0}", "330624", "330681", "330683"],
        ["越城区", "柯桥区", "上虞区", "新昌县", "诸暨市", "嵊州市"],
    ] {
        let map = of_table(&rows(silent), "key").done();
        assert_eq!(map.counts().iter().sum::<u64>(), 6, "{silent:?}");
        map.is_silent_about("match");
        map.is_silent_about("form");
    }
    for (told, pair) in [
        (
            ["330602000000", "330603000000", "330604000000", "330624000000", "330681000000", "330683000000"],
            "`330602000000` is 330602 越城区",
        ),
        (["3.30602E+05", "3.30603E+05", "330604", "330624", "330681", "330683"], "`3.30602E+05` is 330602 越城区"),
        (["越城", "柯桥", "上虞", "新昌", "诸暨", "嵊州"], "`越城` is 330602 越城区"),
        (["越 城 区", "柯桥区", "上虞区", "新昌县", "诸暨市", "嵊州市"], "`越 城 区` is 330602 越城区"),
    ] {
        let map = of_table(&rows(told), "key").done();
        assert!(!map.labels().contains(&"无数据"), "{told:?}");
        map.tells(&["in another form than the areas", pair]);
    }
    let workbook =
        ["--areas", DISTRICTS, "--table", "tests/fixtures/maps/names.xlsx", "--key", "区县", "--value", "完成率"];
    let map = map(&workbook).done();
    map.tells(&["`上虞` is 330604 上虞区"]);
    assert!(!map.labels().contains(&"无数据"));
}

#[test]
fn a_key_that_fits_nothing_is_named_beside_one_that_would() {
    of_table("code,rate\nA-1,0.95\nA-2,0.63\n", "code")
        .refused(&["such as `A-1` in row 2", "such as `330602` or `越城区`"]);
}

#[test]
fn a_row_serves_one_area_only() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let areas = folder.write("areas.geojson", &text.replace("柯桥区", "鼓楼区").replace("越城区", "鼓楼区"));
    let table = folder.write("table.csv", "name,rate\n鼓楼区,9\n上虞区,2\n");
    map(&["--areas", &areas, "--table", &table, "--key", "name", "--value", "rate"])
        .refused(&["`鼓楼区` in row 2 (330602, 330603)", "give --key, a column with the ids"]);
}

#[test]
fn areas_without_an_outline_are_counted_and_named() {
    for (file, found) in [("null", "no geometry"), ("empty", "an empty polygon"), ("point", "points")] {
        let map = of_case(&format!("{file}.geojson"), &[]).done();
        map.tells(&[found, "1 area has no outline and is not drawn: 330602 越城区"]);
        assert!(map.labels().contains(&"无图形，未绘出"), "{:?}", map.labels());
        assert_eq!(map.counts().iter().sum::<u64>(), 2, "{file}");
    }
    of_case("bowtie.geojson", &[]).done().tells(&["area 330602: part 1 crosses itself near 120.5, 29.5"]);
}

#[test]
fn cells_without_a_value_are_told_and_other_words_refused() {
    let map = of_cells(&["NaN", "NA", "-", "—", "#DIV/0!", "12.5"], &[]).done();
    map.tells(&["5 cells without a value, taken as no data: `NaN` in row 2"]);
    assert_eq!((map.labels(), map.counts()), (vec!["12.5", "无数据"], vec![1, 5]));
    of_cells(&["inf", "1e3", "1,234", "12.5%", "约30", "暂无"], &[])
        .refused(&["2 cells that are none: `inf` in row 2, `约30` in row 6", "`NA` or `—`"]);
    let map = of_cells(&["95.0%", "63%", "80%", "72%", "76%", ""], &["--set", "percent=true"]).done();
    assert_eq!(map.printed()[..2], ["95%", "63%"]);
    assert!(
        of_cells(&["117,283", "77,777", "88,888", "1,234", "99,999", ""], &[]).done().printed().contains(&"117,283")
    );
}

#[test]
fn classes_are_printed_from_what_they_hold() {
    let labels = |values| of_values(values, &[]).done().labels().join(" | ");
    assert_eq!(labels([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]), "1 | 2");
    assert_eq!(labels([0.0, 1.0, 2.0, 4.0, 5.0, 9.0]), "0 | 1 | 2 | 4–5 | 9");
    assert_eq!(labels([-5.2, -1.1, 0.0, 3.4, 7.9, 12.5]), "−5.2 | −1.1 至 0 | 3.4 | 7.9 | 12.5");
    assert_eq!(
        labels([-1e-16, 0.300_000_000_000_000_04, 1.0 / 3.0, 2.0 / 3.0, 1.000_000_000_000_000_2, 1e-16]),
        "0 | 0.30 | 0.33 | 0.67 | 1.00"
    );
    assert_eq!(labels([-0.0, 0.0, 1e-9, -1e-9, 0.5, 1.0]), "0 | 0.5 | 1.0");
    assert_eq!(
        labels([1.2e12, 3.4e12, 5.6e9, 7.8e12, 9.9e12, 1e13]),
        "56亿 | 12,000亿 | 34,000亿 | 78,000亿 | 99,000亿–100,000亿"
    );
    assert_eq!(
        labels([100.001, 100.002, 100.003, 100.004, 100.005, 100.006]),
        "100.001 | 100.002 | 100.003 | 100.004–100.005 | 100.006"
    );
    assert_eq!(
        labels([1.2e-7, 3.4e-7, 5.6e-7, 7.8e-7, 9.9e-7, 1e-6]),
        "1.2×10⁻⁷ | 3.4×10⁻⁷ | 5.6×10⁻⁷ | 7.8×10⁻⁷ | 9.9×10⁻⁷–10.0×10⁻⁷"
    );
}

#[test]
fn given_breaks_are_closed_and_shared_by_no_two_colours() {
    let whole = of_values([0.0, 1.0, 2.0, 4.0, 5.0, 9.0], &["--set", "classes.breaks=[0,1,2,4]"]).done();
    assert_eq!(whole.labels(), ["0", "1", "2", "3–4", "5 及以上"]);
    let below = of_values([-0.2, 0.1, 0.45, 0.8, 0.95, 10.0], &["--set", "classes.breaks=[100,200]"]).done();
    assert_eq!(below.labels(), ["100.00 及以下", "100.01–200.00", "200.01 及以上"]);
    assert_eq!(below.printed()[..2], ["−0.20", "0.10"]);
    below.tells(&["2 of 3 classes hold nothing"]);
    let share =
        of_values([0.0, 0.0, 0.2, 0.4, 0.6, 1.0], &["--set", "percent=true", "--set", "classes.breaks=[0,0.5]"]).done();
    assert_eq!(share.labels(), ["0%", "1%–50%", "51% 及以上"]);
    let english =
        of_values([0.0, 0.0, 0.2, 0.4, 0.6, 1.0], &["--lang", "en", "--set", "classes.breaks=[0.25,0.5]"]).done();
    assert_eq!(english.labels(), ["0.25 or less", "0.26–0.50", "0.51 or more"]);
    let quota = map(&["maps/quota-progress.toml", "--project", GALLERY]).done();
    assert_eq!(quota.labels()[1..3], ["50% 至不足 80%", "80% 至不足 100%"]);
    assert_eq!(quota.labels()[3], "100% 及以上（完成）");
}

#[test]
fn decimals_that_would_print_one_figure_in_two_colours_are_told() {
    let gini = [0.4083, 0.4121, 0.4402, 0.4711, 0.5009, 0.532];
    let none = of_values(gini, &["--set", "decimals=0"]).done();
    none.tells(&["`decimals` = 0 would print one figure in two classes"]);
    assert_eq!(none.labels()[0], "0.41");
    let one = of_values(gini, &["--set", "decimals=1", "--set", "classes.breaks=[0.425,0.475]"]).done();
    one.tells(&["`decimals` = 1 would print one figure in two classes"]);
    assert_eq!(one.labels(), ["0.425 及以下", "0.426–0.475", "0.476 及以上"]);
    let edge = ["--set", "percent=true", "--set", "classes.breaks=[0.5,0.8]", "--set", "decimals=0"];
    let edge = of_values([0.7949, 0.7951, 0.7999, 0.8, 0.8001, 1.0], &edge).done();
    assert_eq!(edge.printed()[2..5], ["79.99%", "80.00%", "80.01%"]);
    assert_eq!(edge.labels()[2], "80.01% 及以上");
}

#[test]
fn every_scheme_rises_and_tells_of_fewer_classes() {
    for scheme in [
        "equal-interval",
        "quantile",
        "fisher-jenks",
        "jenks-caspall",
        "jenks-caspall-forced",
        "head-tail",
        "mean-standard-deviation",
        "standard-deviation",
        "box-plot",
        "maximum-breaks",
        "pretty",
        "percentiles",
    ] {
        let table = "tests/fixtures/maps/towns.csv";
        let zeros =
            map(&["--areas", TOWNS, "--table", table, "--key", "id", "--value", "z", "--scheme", scheme]).done();
        assert_eq!(zeros.counts().iter().sum::<u64>(), 74, "{scheme}");
        let negative = of_values([-5.2, -1.1, 0.0, 3.4, 7.9, 12.5], &["--scheme", scheme]).done();
        for map in [&zeros, &negative] {
            let held: Vec<f64> = map.beside["classes"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|class| class["holds"].as_array().unwrap().iter().map(|bound| bound.as_f64().unwrap()))
                .collect();
            assert!(held.is_sorted(), "{scheme}: {held:?}");
        }
        if ["quantile", "jenks-caspall", "jenks-caspall-forced"].contains(&scheme) {
            zeros.tells(&["makes 2 of the 5 classes wanted"]);
        }
    }
}

#[test]
fn negative_values_and_percentages_are_recognised() {
    let both = of_values([-5.2, -1.1, 0.0, 3.4, 7.9, 12.5], &[]).done();
    both.tells(&["values lie on both sides of 0: `palette.midpoint = 0`"]);
    both.is_silent_about("that have more");
    of_values([-5.2, -1.1, 0.0, 3.4, 7.9, 12.5], &["--set", "palette.midpoint=0"]).done().is_silent_about("both sides");
    let percent = of_values([20.0, 50.0, 99.0, 100.0, 135.0, 420.0], &["--set", "percent=true"]).done();
    percent.tells(&["`value` looks like percentages already, of which `percent = true` makes 42,000%"]);
}

#[test]
fn bars_of_a_histogram_have_the_colours_of_what_they_hold() {
    let of_towns = |column: &str, more: &[&str]| {
        let table = ["--areas", TOWNS, "--table", "tests/fixtures/maps/towns.csv", "--key", "id", "--value", column];
        map(&[&table[..], more].concat()).done()
    };
    // As many rectangles of a colour as there are bars and the swatch of its class.
    let bars = |map: &Map, label: &str| {
        let color = map.color_of(label).to_owned();
        let fill = format!("fill=\"{color}\"");
        map.svg.matches(&format!("z\" {fill}")).count()
    };
    let outlier = of_towns("v", &["--set", "labels.show=false"]);
    assert!(bars(&outlier, "98,000.0") >= 2, "the outlier has a bar of its own");
    for label in outlier.labels() {
        assert!(bars(&outlier, label) >= 2, "{label} has a bar");
    }
    outlier.svg.find("横轴按级分段").expect("the axis that is not true says so");
    let zeros = of_towns("z", &["--set", "classes.breaks=[0,100,200]", "--set", "labels.show=false"]);
    assert!(bars(&zeros, "0") >= 2);
}

#[test]
fn a_projection_keeps_shapes_true_in_the_north_and_across_the_antimeridian() {
    let projection = |file: &str| of_case(file, &[]).done().beside["projection"].as_str().unwrap().to_owned();
    assert_eq!(
        projection("china.geojson"),
        "Albers equal-area conic, standard parallels 25°N and 47°N, central meridian 105°E"
    );
    assert!(projection("north.geojson").starts_with("Albers equal-area conic, standard parallels 69°N"));
    for file in ["over180.geojson", "split.geojson"] {
        assert!(projection(file).contains("central meridian 18"), "{file}: {}", projection(file));
    }
    assert!(
        of_values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[]).done().beside["projection"].as_str().unwrap().contains("120°E")
    );
}

#[test]
fn small_areas_lie_above_large_ones_and_never_vanish() {
    let overlap = of_case("overlap.geojson", &[]).done();
    let at = |name: &str| overlap.svg.find(&format!("<title>{name}")).unwrap();
    assert!(at("环城县") < at("城中区"), "the county is drawn first");
    let tiny = of_case("tiny.geojson", &[]).done();
    tiny.tells(&["1 area too small to see is drawn as dots: 微区"]);
    assert!(tiny.svg.contains("dots-of-areas") && tiny.svg.contains(">微区</text>"), "a dot with its name");
    tiny.is_silent_about("found no place");
}

/// The size and place of the text with these words.
fn text_of(svg: &str, words: &str) -> (f64, [f64; 2]) {
    let element = svg.lines().find(|line| line.ends_with(&format!(">{words}</text>"))).expect(words);
    let number = |name: &str| -> f64 {
        element.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    (number("font-size"), [number("x"), number("y")])
}

#[test]
fn names_of_islands_and_strips_are_readable_and_stand_in_the_middle() {
    let map = of_case("islands-and-strips.geojson", &[]).done();
    let (full, _) = text_of(&map.svg, "城中区");
    // Over the ten islands, which lie from 230 mm to 285 mm, and not on one of them.
    let (size, [x, _]) = text_of(&map.svg, "千岛县");
    assert!(size >= 0.8 * full && (245.0..270.0).contains(&x), "{size} {x}");
    // A bent strip is named on one line, in readable size and not in its corner.
    for words in ["凹字县 7", "新月县 5"] {
        assert!(text_of(&map.svg, words).0 >= 0.8 * full, "{words}");
    }
    assert!(!map.outcome.stderr.contains("no room for their figure"), "{}", map.outcome.stderr);
}

#[test]
fn a_name_stands_on_what_is_seen_of_its_area() {
    let nested = of_case("nested.geojson", &["--set", "furniture.north_arrow=false"]).done();
    let at = |words: &str| text_of(&nested.svg, words).1;
    let away = |one: [f64; 2], other: [f64; 2]| (one[0] - other[0]).hypot(one[1] - other[1]);
    let middle = at("内区");
    // Each ring is named outside of the one within.
    assert!(
        away(at("中区"), middle) > 8.0 && away(at("外县"), middle) > 18.0,
        "{:?}",
        ["内区", "中区", "外县"].map(at)
    );
    let overlap = of_case("overlap.geojson", &[]).done();
    let [inner, outer] = ["城中区", "环城县"].map(|words| text_of(&overlap.svg, words).1);
    assert!(away(inner, outer) > 30.0, "{inner:?} {outer:?}");
}

#[test]
fn a_strip_covered_by_its_borders_is_a_dot_like_a_speck() {
    of_case("specks.geojson", &[]).done().tells(&["3 areas too small to see are drawn as dots: 微甲, 微乙, 线区"]);
}

#[test]
fn an_inset_is_refused_by_what_is_wrong_with_it() {
    let inset = |areas: &str| {
        let by_name = ["--set", "inset.crowded=false", "--set", "inset.zoom=1.5"];
        map(&[&["maps/density.toml", "--project", GALLERY, "--set", areas][..], &by_name].concat())
    };
    inset("inset.areas=[]").refused(&["`inset.areas` = none, expected ids or names"]);
    inset("inset.areas=['nowhere']").refused(&["unknown area of the inset `nowhere`"]);
    // The towns of a district are found by its id, as in `extent`.
    assert!(inset("inset.areas=['330602']").done().svg.contains("id=\"areas-inset\""));
    map(&["maps/density.toml", "--project", GALLERY, "--set", "inset.areas=['330602']"])
        .refused(&["`inset.crowded` = true, beside `inset.areas`"]);
}

#[test]
fn a_crowded_core_finds_its_inset_which_labels_what_lies_in_it() {
    let density = map(&["maps/density.toml", "--project", GALLERY]).done();
    assert!(!density.outcome.stderr.contains("labels"), "{}", density.outcome.stderr);
    let (on_map, in_inset) = density.svg.split_once("id=\"areas-inset\"").unwrap();
    // The densest streets have name and figure in the inset, and none below it.
    for (name, figure) in [("鉴湖街道", "39.9"), ("东浦街道", "11.0"), ("齐贤街道", "8.0")] {
        let written = |svg: &str| svg.contains(&format!(">{name}<")) && svg.contains(&format!(">{figure}<"));
        assert!(written(in_inset), "{name}");
        assert!(!on_map.split_once("id=\"labels\"").unwrap().1.contains(&format!(">{name}<")), "{name}");
    }
    // Every other town is labelled on the map.
    assert!(on_map.contains(">沙溪镇<") && !in_inset.contains(">沙溪镇<"));
    // Six districts have room for their labels.
    let spacious = of_values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &["--set", "inset.crowded=true"]);
    spacious.done().tells(&["`inset.crowded`: every label has room"]);
}

#[test]
fn a_column_written_in_percent_is_printed_in_percent() {
    let map = of_cells(&["95.0%", "６３％", "80%", "72%", "76%", ""], &[]).done();
    map.tells(&["all numbers of `value` are written in percent: drawn with percent = true"]);
    assert_eq!(map.printed()[..2], ["95%", "63%"]);
    of_cells(&["95", "63%", "80", "72", "76", ""], &[])
        .done()
        .tells(&["column `value`: 1 of 5 numbers are written in percent, such as `63%`, and count as hundredths"]);
}

#[test]
fn the_legend_says_where_the_midpoint_is() {
    let of_midpoint = |midpoint: &str| {
        let set = format!("palette.midpoint={midpoint}");
        of_values([0.5, 0.8, 1.0, 1.2, 1.5, 3.0], &["--set", "classes.breaks=[0.6,1,2]", "--set", &set]).done().svg
    };
    assert!(of_midpoint("1").contains("横线处为 1"));
    assert!(of_midpoint("1.1").contains("1.1 在“"));
    // All classes are on one side of it.
    let one_sided = of_midpoint("0.1");
    assert!(!one_sided.contains("横线处为") && !one_sided.contains(" 在“"));
}

/// The words, the colour and the lines of each class of a map.
fn looks(map: &Map) -> Vec<(&str, &str, Option<&str>)> {
    let classes = map.beside["classes"].as_array().unwrap();
    classes
        .iter()
        .map(|class| {
            (class["label"].as_str().unwrap(), class["color"].as_str().unwrap_or_default(), class["texture"].as_str())
        })
        .collect()
}

#[test]
fn in_grey_lines_mark_the_class_from_which_colours_part() {
    let values = [0.5, 0.8, 1.0, 1.2, 1.5, 3.0];
    let breaks = ["--set", "classes.breaks=[0.6,0.9,1.1,1.3]"];
    let parted = "palette.colors=['#b35806','#f1a340','#f7f7f7','#998ec3','#542788']";
    for colors in [parted, "palette.midpoint=1", "palette.name=PuOr"] {
        let of_theme =
            |theme: &str| of_values(values, &[&breaks[..], &["--set", colors, "--theme", theme]].concat()).done();
        let grey = of_theme("print-grey");
        let lined: Vec<usize> =
            looks(&grey).iter().enumerate().filter(|(_, look)| look.2.is_some()).map(|(at, _)| at).collect();
        assert_eq!(lined, [2], "{colors}");
        // On the map and in the legend, which says what they mean.
        assert!(grey.svg.matches("url(#hatch").count() >= 2, "{colors}");
        let label = looks(&grey)[2].0;
        let said = if colors.contains("midpoint") {
            format!("1.0 在“{label}”内")
        } else {
            format!("中间一级为“{label}”")
        };
        assert!(grey.svg.contains(&said), "{said}");
        let light = of_theme("light");
        assert!(looks(&light).iter().all(|look| look.2.is_none()) && !light.svg.contains("中间一级"), "{colors}");
    }
    // Colours that only darken have no middle.
    let rising = "palette.colors=['#ffffcc','#c2e699','#78c679','#31a354','#006837']";
    let rising = of_values(values, &[&breaks[..], &["--set", rising, "--theme", "print-grey"]].concat()).done();
    assert!(looks(&rising).iter().all(|look| look.2.is_none()));
}

#[test]
fn in_grey_what_two_columns_say_is_told_apart() {
    let grey = map(&["maps/bivariate.toml", "--project", GALLERY, "--theme", "print-grey"]).done();
    let mut looks: Vec<_> = looks(&grey)[..9].iter().map(|look| (look.1, look.2)).collect();
    looks.sort_unstable();
    looks.dedup();
    assert_eq!(looks.len(), 9);
    assert_eq!(looks.iter().map(|look| look.0).collect::<std::collections::BTreeSet<_>>().len(), 3);
    // Paleness would make a class that rests on little look like a lower one: lines say it.
    let alpha = ["maps/value-by-alpha.toml", "--project", GALLERY];
    let grey = map(&[&alpha[..], &["--theme", "print-grey"]].concat()).done();
    assert!(grey.svg.contains("线条疏密：") && grey.svg.contains("url(#hatch"));
    let light = map(&alpha).done();
    assert!(light.svg.contains("颜色深浅：") && !light.svg.contains("线条疏密："));
    let near = "palette.colors=['#f1a340','#fee0b6','#dcdcdc','#8073ac','#542788']";
    assert!(map(&[&alpha[..], &["--set", near]].concat()).done().svg.contains("线条疏密："));
}

#[test]
fn quadrants_differ_in_a_grey_copy_too() {
    map(&["maps/lisa.toml", "--project", GALLERY]).done().is_silent_about("can hardly be told apart");
}

#[test]
fn bands_of_contours_lie_under_the_borders_and_the_lowest_is_no_ground() {
    let contours = map(&["maps/contours.toml", "--project", GALLERY, "--theme", "print-grey"]).done();
    let place = |id: &str| contours.svg.find(&format!("id=\"{id}\"")).unwrap();
    assert!(place("areas") < place("contours") && place("contours") < place("borders"));
    let fill = |id: &str| {
        let group = contours.svg.split_once(&format!("id=\"{id}\"")).unwrap().1;
        let color = group.split("fill=\"").nth(1).unwrap().split('"').next().unwrap();
        color.parse::<jiju::render::Color>().unwrap()
    };
    assert!(fill("areas").difference(fill("contours")) > 8.0, "{} {}", fill("areas"), fill("contours"));
}

#[test]
fn the_densest_town_keeps_its_figure_in_every_preset() {
    for preset in ["word", "half-column", "slide", "a3", "a4"] {
        let density = map(&["maps/density.toml", "--project", GALLERY, "--preset", preset]).done();
        assert!(density.svg.contains("id=\"areas-inset\""), "{preset}: {}", density.outcome.stderr);
        for figure in ["鉴湖街道", "39.9"] {
            assert!(density.svg.contains(&format!(">{figure}</text>")), "{preset}: {figure}");
        }
        // No number of the scale bar stands on another.
        let numbers = density.svg.split("</text>").filter_map(|text| text.rsplit('>').next());
        assert!(numbers.filter(|words| words.ends_with(" km")).count() == 1, "{preset}");
    }
}

#[test]
fn with_strict_a_figure_that_has_a_note_is_a_no() {
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let strict = |more: &[&str]| of_values(values, &[more, &["--strict"]].concat());
    let clean = strict(&[]);
    assert_eq!((clean.outcome.status, clean.outcome.stderr.as_str()), (0, ""));
    for (more, told) in [
        (&["--set", "classes.breaks=[1,2,30]"][..], "holds nothing"),
        (&["--set", "inset.crowded=true"], "`inset.crowded`"),
    ] {
        let map = strict(more);
        assert_eq!(map.outcome.status, 1, "{more:?}: {}", map.outcome.stderr);
        // It is drawn all the same, and says why it is not enough.
        map.tells(&[told]);
        assert!(map.svg.ends_with("</svg>\n") || map.svg.ends_with("</svg>"), "{more:?}");
    }
    let equal = of_values([1.0, 1.0, 1.0, 2.0, 2.0, 2.0], &["--strict"]);
    assert_eq!(equal.outcome.status, 1, "{}", equal.outcome.stderr);
    // What is said of an analysis is said of its inputs.
    let contours = map(&["maps/contours.toml", "--project", GALLERY, "--strict"]);
    contours.tells(&["analysis density-contours"]);
    assert_eq!(contours.outcome.status, 0, "{}", contours.outcome.stderr);
}

#[test]
fn diagrams_are_as_small_as_the_areas_of_a_narrow_page() {
    for preset in ["word", "half-column", "slide"] {
        let page = format!("page.preset={preset}");
        let pies = map(&["maps/pies.toml", "--project", GALLERY, "--set", &page]).done();
        assert!(!pies.outcome.stderr.contains("diagrams lie over others"), "{preset}: {}", pies.outcome.stderr);
    }
}

#[test]
fn the_three_densest_towns_keep_their_figures() {
    for more in [&[][..], &["--set", "labels.priority=value"]] {
        let density = map(&[&["maps/density.toml", "--project", GALLERY], more].concat()).done();
        for figure in ["39.9", "27.6", "21.2"] {
            text_of(&density.svg, figure);
        }
    }
}

#[test]
fn a_logo_has_a_space_of_its_own_and_the_same_bytes() {
    let folder = Folder::new();
    let shapes = "<circle cx='10' cy='10' r='9' fill='#b03a1d'/><script>alert(1)</script><image href='/etc/passwd'/>";
    let logo = folder
        .write("logo.svg", &format!("<svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'>{shapes}</svg>"));
    let given = format!("logo.file={logo}");
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    for place in ["auto", "bottom_right"] {
        let place = format!("logo.place={place}");
        let with =
            |_: usize| of_values(values, &["--set", &given, "--set", &place, "--set", "logo.width_mm=18"]).done();
        let [one, other] = [0, 1].map(with);
        assert_eq!(one.svg, other.svg);
        assert_eq!(one.svg.matches("<image ").count(), 1);
        assert!(one.svg.contains(" width=\"18\" height=\"18\" href=\"data:image/png;base64,"));
        assert!(!one.svg.contains("script") && !one.svg.contains("passwd"));
    }
    let hostile = folder.write(
        "hostile.svg",
        &format!("<svg xmlns='http://www.w3.org/2000/svg'>{}</svg>", "<use href='#a'/>".repeat(99)),
    );
    of_values(values, &["--set", &format!("logo.file={hostile}")]).refused(&["hostile.svg", "99 copies of elements"]);
    of_values(values, &["--set", "logo.file=none.png"]).refused(&["cannot read logo none.png"]);
    let png = folder.path("map.png");
    let drawn = map(&["--areas", DISTRICTS, "--value", "adcode", "--set", &given]);
    assert_eq!(drawn.outcome.status, 0);
    let arguments = ["map", "--areas", DISTRICTS, "--value", "adcode", "--dpi", "60", "-o", &png];
    assert_eq!(jiju(arguments).status, 0);
    let without = std::fs::read(&png).unwrap();
    assert_eq!(jiju([&arguments[..], &["--set", &given]].concat()).status, 0);
    assert_ne!(std::fs::read(&png).unwrap(), without);
    // A picture that jiju drew can be a logo as well.
    assert_eq!(
        jiju([&arguments[..8], &[&folder.path("other.png"), "--set", &format!("logo.file={png}")]].concat()).status,
        0
    );
}

#[test]
fn every_figure_of_the_gallery_is_grey_in_print() {
    let gallery: toml::Table = std::fs::read_to_string(repository(GALLERY)).unwrap().parse().unwrap();
    let folder = Folder::new();
    let output = folder.path("grey.svg");
    for (command, list) in [("map", "map"), ("chart", "chart")] {
        // That of an analysis is drawn by a run alone.
        let figures = gallery[list].as_array().unwrap().iter().filter(|figure| figure.get("analysis").is_none());
        let mut specs: Vec<&str> = figures.filter_map(|figure| figure.get("spec")?.as_str()).collect();
        specs.sort_unstable();
        specs.dedup();
        assert!(specs.len() > 5);
        for spec in specs {
            let spec = format!("maps/{spec}");
            let outcome = jiju([command, &spec, "--project", GALLERY, "--theme", "print-grey", "-o", &output]);
            assert_eq!(outcome.status, 0, "{spec}: {}", outcome.stderr);
            let svg = std::fs::read_to_string(&output).unwrap();
            for color in
                svg.split(['"', '-', ' ']).filter_map(|word| word.strip_prefix('#')).filter(|word| word.len() == 6)
            {
                assert!(color[..2] == color[2..4] && color[2..4] == color[4..], "{spec}: #{color}");
            }
        }
    }
}

#[test]
fn a_map_in_english_has_english_sources() {
    let project = ["maps/quota-progress.toml", "--project", "data/demo/jiju.toml", "--lang", "en"];
    let svg = map(&project).done().svg;
    assert!(svg.contains("Boundaries: ") && svg.contains("Source: "));
    let words = svg.split("</text>").filter_map(|part| part.rsplit('>').next());
    let chinese = |words: &&str| words.chars().any(|character| ('\u{4e00}'..'\u{a000}').contains(&character));
    assert_eq!(words.filter(chinese).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_preset_that_has_no_room_takes_smaller_type_and_tells() {
    for (spec, preset) in [("sectors", "slide"), ("inset", "slide")] {
        let spec = format!("maps/{spec}.toml");
        let map = map(&[&spec, "--project", GALLERY, "--preset", preset]).done();
        map.tells(&["% of the size of `page.preset`"]);
    }
}

#[test]
fn a_place_of_the_legend_is_kept_or_told() {
    let mut kept = 0;
    let corners = ["top_left", "top_right", "bottom_left", "bottom_right"];
    for (corner, place) in corners.iter().enumerate() {
        let place = format!("legend.place={place}");
        let set = ["--set", "labels.show=false", "--set", "legend.title=图例", "--set", &place];
        for map in [of_values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &set), of_case("tall.geojson", &set)] {
            let map = map.done();
            let page = |name: &str| {
                map.svg.split(&format!("{name}=\"")).nth(1).unwrap().split("mm").next().unwrap().parse::<f64>()
            };
            let (_, [x, y]) = text_of(&map.svg, "图例");
            let is_there = (x > page("width").unwrap() / 2.0) == (corner % 2 == 1)
                && (y > page("height").unwrap() / 2.0) == (corner / 2 == 1);
            let is_told = map.outcome.stderr.contains("the corners of `legend.place` are not free");
            assert!(is_there || is_told, "{place}: {x} {y}\n{}", map.outcome.stderr);
            kept += usize::from(is_there && !is_told);
        }
    }
    assert!(kept >= 4, "{kept} of 8 are kept");
}

#[test]
fn a_font_of_ones_own_is_that_of_the_whole_figure() {
    const FACE: &str = "crates/fonts/NotoSansCJKsc-Bold-GB2312.otf";
    let folder = Folder::new();
    std::fs::create_dir(folder.file("house")).unwrap();
    std::fs::copy(repository(FACE), folder.file("house/face.otf")).unwrap();
    let values = "column = 'adcode'\ntitle = 'Shaoxing'\n";
    let own = folder.write("own.toml", &format!("{values}[theme]\nfont = 'house/face.otf'\n"));
    folder.write("house/style.toml", "font = 'face.otf'\nlabel_pt = 8.0\n");
    let by_theme = folder.write("by-theme.toml", &format!("{values}theme = 'house/style.toml'\n"));
    let plain = folder.write("plain.toml", values);
    let path = format!("theme.font={}", folder.path("house/face.otf"));
    let drawn = |more: &[&str]| map(&[&["--areas", DISTRICTS], more].concat()).done().svg;
    let without = drawn(&[&plain]);
    for more in [&[own.as_str()][..], &[&by_theme], &[&plain, "--set", &path]] {
        let svg = drawn(more);
        assert!(
            svg.contains("font-family=\"'Noto Sans CJK SC', Noto Sans CJK SC, ")
                && svg.contains("font-kerning=\"none\"")
        );
        // One face sets the page, so that nothing is bold.
        assert!(!svg.contains("font-weight") && without.contains("font-weight"));
    }
    // Charts too, and the letters are in the file of a PDF and in pixels.
    let pdf = |name: &str, more: &[&str]| {
        let file = folder.path(name);
        let chart = ["chart", "maps/progress-bars.toml", "--project", GALLERY, "-o", &file];
        assert_eq!(jiju([&chart[..], more].concat()).status, 0);
        std::fs::read(file).unwrap()
    };
    assert_ne!(pdf("own.pdf", &["--set", &path]), pdf("plain.pdf", &[]));
    assert_ne!(pdf("own.png", &["--set", &path]), pdf("plain.png", &[]));
    let refused = |font: &str, told: &[&str]| {
        map(&["--areas", DISTRICTS, &plain, "--set", &format!("theme.font={font}")]).refused(told)
    };
    refused("Noto Sans CJK SK", &["found no installed family of that name", "did you mean `Noto Sans CJK SC`?"]);
    refused("none.ttf", &["none.ttf`: found No such file"]);
}

#[test]
fn titles_name_the_column_and_marks_stand_on_their_letters() {
    let titled =
        of_values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &["--set", "title=各区{column}", "--set", "legend.title=完成率"])
            .done();
    assert_eq!(titled.beside["title"], "各区完成率");
    let marked = of_values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &["--set", "title=Cafe\u{301}", "--strict"]);
    assert_eq!((marked.outcome.status, &marked.beside["missing_glyphs"]), (0, &serde_json::json!([])));
}

#[test]
fn extents_that_shrink_a_map_are_told() {
    of_case("remote-island.geojson", &[]).done().tells(&["`三沙市` reaches far from the others", "an `inset`"]);
    let size = |map: &Map| (map.beside["width_mm"].as_f64().unwrap(), map.beside["height_mm"].as_f64().unwrap());
    let tall = of_case("tall.geojson", &[]).done();
    tall.is_silent_about("the areas are high");
    assert_eq!(size(&tall), (210.0, 297.0), "a page that nobody stated is turned");
    let stated = of_case("tall.geojson", &["--set", "page.width_mm=297"]).done();
    assert_eq!(size(&stated), (297.0, 210.0));
    stated.tells(&["the areas are high", "`page.width_mm` = 210 and `page.height_mm` = 297"]);
    map(&["maps/inset.toml", "--project", GALLERY, "--set", "inset.zoom=12"])
        .refused(&["`inset.zoom` = 12, expected at most about"]);
}

#[test]
fn categories_stand_in_the_order_that_is_set() {
    let cells = ["否", "是", "否", "是", "待定", "是"];
    let categories = ["--set", "kind=categorical"];
    let order = |words: &str| of_cells(&cells, &[&categories[..], &["--set", words]].concat()).done();
    // The file beside the map has them from the foot of the legend up.
    assert_eq!(of_cells(&cells, &categories).done().labels(), ["是", "待定", "否"]);
    assert_eq!(order("classes.order=[\"是\", \"否\"]").labels(), ["待定", "否", "是"]);
    order("classes.order=[\"是\", \"没有\"]").tells(&["`classes.order` names `没有`, which no area shows"]);
}

#[test]
fn rare_categories_share_a_colour() {
    let folder = Folder::new();
    let ids: Vec<String> = std::fs::read_to_string(repository("tests/fixtures/maps/towns.csv"))
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect();
    let rows = ids.iter().enumerate().map(|(row, id)| format!("{id},类别{:02}\n", row % 15));
    let table = folder.write("categories.csv", &std::iter::once("id,cat\n".to_owned()).chain(rows).collect::<String>());
    let words = ["--areas", TOWNS, "--table", &table, "--key", "id", "--value", "cat", "--set", "kind=categorical"];
    let map = map(&words).done();
    map.tells(&["15 words are too many colours to tell apart: the 6 commonest keep theirs, 9 share `其他`: `类别06`"]);
    assert_eq!((map.labels().len(), map.labels()[0]), (7, "其他"));
    assert_eq!(map.counts().iter().sum::<u64>(), 74);
}

#[test]
fn legends_of_symbols_show_what_is_on_the_map() {
    let symbols = ["--set", "kind=plain", "--set", "symbols.column=value"];
    let folder = Folder::new();
    let table = folder.write("equal.csv", "id,value\n330602,7\n330603,7\n330604,7\n330624,7\n330681,7\n330683,7\n");
    let plain = ["--areas", DISTRICTS, "--table", &table, "--key", "id"];
    let equal = map(&[&plain[..], &symbols].concat()).done();
    assert_eq!(equal.svg.matches(">7</text>").count(), 1, "one circle, written 7");
    assert_eq!(equal.svg.matches("<circle").count(), 7, "six on the map and one in the legend");
    // One lies on another in the legend of different numbers: each has the colour that it has on the map.
    let nested = map(&["maps/symbols.toml", "--project", GALLERY]).done();
    let circles: Vec<&str> =
        nested.svg.split("<circle ").skip(1).map(|circle| circle.split('>').next().unwrap()).collect();
    let (solid, seen): (Vec<&str>, Vec<&str>) = circles.iter().partition(|circle| !circle.contains("opacity"));
    let color = |circle: &str| -> jiju::render::Color {
        circle.split("fill=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let ground = jiju::render::Theme::default().no_quota;
    let shown: Vec<_> = solid.iter().map(|circle| color(circle)).collect();
    assert!(!shown.is_empty() && shown.contains(&color(seen[0]).over(ground, 0.75)), "{shown:?}");
    let change = folder.write("change.csv", "id,value\n330602,-50\n330603,7\n");
    let negative = ["--areas", DISTRICTS, "--table", &change, "--key", "id"];
    map(&[&negative[..], &symbols].concat()).refused(&["a column with -50", "`palette.midpoint = 0`"]);
}

#[test]
fn two_columns_are_read_from_numbers() {
    let towns = ["--areas", TOWNS, "--table", "tests/fixtures/maps/towns.csv", "--key", "id"];
    let both = ["--value", "z", "--set", "kind=bivariate", "--set", "bivariate.column=v"];
    let square = map(&[&towns[..], &both].concat()).done();
    square.tells(&["sorting `z` by quantile makes 2 of the 3 classes wanted"]);
    assert!(
        square.svg.contains(">19–328</text>") && square.svg.contains(">4.6–6.7</text>"),
        "numbers beside the square"
    );
    let alpha = ["--value", "v", "--set", "kind=value_by_alpha", "--set", "bivariate.column=z"];
    let alpha = map(&[&towns[..], &alpha].concat()).done();
    assert!(alpha.svg.contains(">19–328</text>") && !alpha.svg.contains("0 – 0"));
}

#[test]
fn a_sign_stands_in_its_swatch_as_on_the_map_and_dark_pages_end_bright() {
    // Each sign has one colour on one ground, on the map and in the legend.
    for theme in ["light", "dark", "print-grey"] {
        let map = map(&["maps/quota-progress.toml", "--project", GALLERY, "--theme", theme]).done();
        for sign in ["★", "●", "◎"] {
            let inks: std::collections::BTreeSet<String> = map
                .svg
                .split("<text ")
                .skip(1)
                .filter(|text| text.split('>').nth(1).is_some_and(|words| words.starts_with(sign)))
                .map(|text| text.split("fill=\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
                .collect();
            assert_eq!(inks.len(), 1, "{theme} {sign}: {inks:?}");
        }
    }
    let dark = of_values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &["--theme", "dark"]).done();
    let luminance = |label: &str| dark.color_of(label).parse::<jiju::render::Color>().unwrap().luminance();
    assert!(luminance("1") < luminance("5–6"), "the highest is the brightest");
}

#[test]
fn the_highest_keep_their_figures_and_what_has_none_is_named() {
    let map = map(&["maps/density.toml", "--project", GALLERY]).done();
    let areas = map.beside["panels"][0]["areas"].as_array().unwrap();
    let figure = |area: &serde_json::Value| {
        Some((area["value"].as_f64()?, area["printed"].as_str()?.to_owned(), area["name"].as_str()?.to_owned()))
    };
    let mut figures: Vec<(f64, String, String)> = areas.iter().filter_map(figure).collect();
    figures.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (place, (_, figure, name)) in figures[..12].iter().enumerate() {
        let is_written = map.svg.contains(&format!(">{figure}</text>"));
        assert!(is_written || place > 1, "{figure} is on the map");
        let is_told = map.outcome.stderr.contains("have no room for their figure") && map.outcome.stderr.contains(name);
        assert!(is_written || is_told, "{name}: {}", map.outcome.stderr);
    }
    let written = areas.iter().filter(|area| {
        // A long name stands in two lines.
        let start: String = area["name"].as_str().unwrap().chars().take(2).collect();
        map.svg.contains(&format!(">{start}"))
    });
    let unnamed = areas.len() - written.count();
    assert_eq!(unnamed > 0, map.outcome.stderr.contains("found no place"), "{}", map.outcome.stderr);
}

#[test]
fn cartograms_of_nothing_are_refused_and_giants_told() {
    of_values([0.0; 6], &["--set", "cartogram.column=value"])
        .refused(&["`cartogram.column`", "without a number above 0"]);
    let towns = ["--areas", TOWNS, "--table", "tests/fixtures/maps/towns.csv", "--key", "id", "--value", "v"];
    map(&[&towns[..], &["--set", "cartogram.column=v"]].concat()).done().tells(&["of the sum of `v`"]);
}

#[test]
fn small_maps_of_columns_need_no_main_column_and_tell_of_unlike_ones() {
    let towns = ["--areas", TOWNS, "--table", "tests/fixtures/maps/towns.csv", "--key", "id"];
    let columns = ["--set", "multiples.by=column", "--set", "multiples.of=[\"v\",\"z\"]"];
    for value in [&[][..], &["--value", "v"]] {
        let map = map(&[&towns[..], value, &columns].concat()).done();
        assert_eq!(map.beside["title"], "v、z");
        map.tells(&["the small maps of v, z share one scale"]);
    }
}

#[test]
fn every_place_of_an_atlas_has_a_sheet_that_shows_what_its_title_says() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(repository(GALLERY)).unwrap();
    let mut towns: Value = serde_json::from_str(&std::fs::read_to_string(repository(TOWNS)).unwrap()).unwrap();
    let features = towns["features"].as_array_mut().unwrap();
    features.retain(|town| town["properties"]["parent"] != "330624");
    let file = folder.write("towns.geojson", &towns.to_string());
    let root = repository("");
    let own: String = text
        .lines()
        .map(|line| {
            let line = line.replace("\"../data/samples/towns.geojson\"", &format!("\"{file}\""));
            line.replace("\"../", &format!("\"{}/", root.display().to_string().trim_end_matches('/'))) + "\n"
        })
        .collect();
    let project = folder.write("jiju.toml", &own);
    let sheets = folder.path("sheets");
    let words = ["atlas", "maps/atlas-districts.toml", "--project", &project, "--format", "svg", "-o", &sheets];
    let outcome = jiju(words);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("1 sheet has no area of the layer town and shows no data: 新昌县"),
        "{}",
        outcome.stderr
    );
    let sheet = |name: &str| std::fs::read_to_string(folder.file("sheets").join(name)).unwrap();
    assert!(sheet("001-index.svg").contains(">新昌县</text>"), "the index shows every district");
    let empty = sheet("005-330624.svg");
    assert!(empty.contains("无数据"), "the sheet says that there is nothing");
    // All sheets have the classes of the whole.
    let legend = |svg: &str| -> Vec<String> {
        let words = svg.split("<text ").filter_map(|text| text.split('>').nth(1)?.split('<').next().map(str::to_owned));
        words.filter(|words| words.contains('–') && words.starts_with(|first: char| first.is_ascii_digit())).collect()
    };
    assert_eq!(legend(&empty), legend(&sheet("002-330602.svg")));

    let blocks = folder.path("blocks");
    let words =
        ["atlas", "maps/atlas-districts.toml", "--project", GALLERY, "--by", "block", "--format", "svg", "-o", &blocks];
    let outcome = jiju(words);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let first =
        std::fs::read_dir(folder.file("blocks")).unwrap().map(|entry| entry.unwrap().path()).min_by_key(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("001") { "z".to_owned() } else { name }
        });
    let block = std::fs::read_to_string(first.unwrap()).unwrap();
    assert!(block.contains("本行业企业"), "the sheet is about the firms of the block");
    assert!(!block.contains("入园率"), "and no column is about all firms");
}

/// The least type on a map, in points.
fn least_type_pt(map: &Map) -> f64 {
    let sizes =
        map.svg.split("font-size=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap());
    sizes.fold(f64::INFINITY, f64::min) * 72.0 / 25.4
}

#[test]
fn a_map_has_the_size_of_where_it_stands_and_type_that_can_be_read() {
    let size = |map: &Map| (map.beside["width_mm"].as_f64().unwrap(), map.beside["height_mm"].as_f64().unwrap());
    let drawn = |preset: &str| map(&["maps/quota-progress.toml", "--project", GALLERY, "--preset", preset]).done();
    for (preset, width) in [("word", 158.0), ("half-column", 80.0), ("slide", 338.7), ("a3", 420.0), ("a4", 297.0)] {
        let map = drawn(preset);
        assert!((size(&map).0 - width).abs() < 1e-6, "{preset}: {:?}", size(&map));
        assert!(least_type_pt(&map) >= 5.0, "{preset}: {} pt", least_type_pt(&map));
        assert!(map.svg.contains("任务完成率") && map.svg.contains(" km</text>"), "{preset}: legend and scale bar");
        map.is_silent_about("found no place");
    }
    let [half, slide] = ["half-column", "slide"].map(|preset| least_type_pt(&drawn(preset)));
    assert!(slide > 1.6 * half, "type grows with the page: {half} {slide}");
    let chart = Folder::new();
    let output = chart.path("chart.svg");
    let arguments = ["chart", "maps/ranking.toml", "--project", GALLERY, "--preset", "half-column", "-o", &output];
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(std::fs::read_to_string(&output).unwrap().contains("width=\"80mm\""));
}

#[test]
fn a_preset_goes_before_the_size_of_a_specification_and_behind_what_is_set() {
    let folder = Folder::new();
    let spec = folder.write("spec.toml", "column = 'value'\n[page]\nwidth_mm = 200.0\nheight_mm = 150.0\n");
    let width = |more: &[&str]| {
        let drawn = map(&[&[spec.as_str(), "--areas", "tests/fixtures/maps/overlap.geojson"], more].concat()).done();
        (drawn.beside["width_mm"].as_f64().unwrap(), drawn.beside["height_mm"].as_f64().unwrap())
    };
    assert_eq!(width(&[]), (200.0, 150.0));
    assert!((width(&["--preset", "word"]).0 - 158.0).abs() < 1e-6);
    let (_, height) = width(&["--preset", "word", "--set", "page.height_mm=120"]);
    assert!((height - 120.0).abs() < 1e-6, "{height}");
    let unknown = map(&[&spec, "--areas", DISTRICTS, "--preset", "wrod"]);
    unknown.refused(&["word, half-column, slide, a3, a4"]);
}

#[test]
fn a_layout_puts_table_or_bars_beside_a_map_and_several_maps_together() {
    let lq = |more: &[&str]| map(&[&["maps/location-quotient.toml", "--project", GALLERY], more].concat());
    let names = |map: &Map| map.svg.matches(">柯桥区</text>").count();
    let alone = lq(&["--set", "page.layout=map"]).done();
    assert_eq!(names(&alone), 1);
    for layout in ["map_with_table", "map_with_chart"] {
        let map = lq(&["--set", &format!("page.layout={layout}")]).done();
        assert_eq!(names(&map), 2, "{layout}: on the map and beside it");
    }
    assert_eq!(names(&lq(&[]).done()), 2, "six areas, and a free side: a table by itself");
    assert_eq!(names(&lq(&["--set", "page.width_mm=297"]).done()), 1, "a stated page is left as it is");
    lq(&["--set", "page.layout=two_maps"]).refused(&["`page.layout` = two_maps with no `multiples`", "come to 2 maps"]);
    let panels = |of: &str, layout: &str| {
        map(&["maps/sectors.toml", "--project", GALLERY, "--set", &format!("multiples.of={of}"), "--set", layout])
    };
    let two = panels("['printing_and_dyeing', 'bearings']", "page.layout=two_maps").done();
    assert_eq!(two.beside["panels"].as_array().unwrap().len(), 2);
    let four = "['printing_and_dyeing', 'bearings', 'weaving', 'garments']";
    assert_eq!(panels(four, "page.layout=four_maps").done().beside["panels"].as_array().unwrap().len(), 4);
    panels(four, "page.layout=two_maps").refused(&["two_maps with 4 `multiples`"]);
    panels(four, "page.layout=map_with_table").refused(&["`page.layout`"]);
}

#[test]
fn a_review_number_is_not_claimed_silently_for_edited_boundaries() {
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let number = ["--set", "review_number=GS(2020)4619号"];
    let plain = of_values(values, &number).done();
    plain.is_silent_about("审图号");
    assert_eq!(plain.beside["boundary_layers"][0]["unedited"], true);
    assert!(plain.svg.contains("审图号：GS(2020)4619号"));
    let at = |svg: &str, words: &str| {
        let before = &svg[..svg.find(words).unwrap()];
        let text = &before[before.rfind("<text").unwrap()..];
        text.split("x=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap()
    };
    assert!((at(&plain.svg, "审图号：") - 12.0).abs() < 0.01, "at the lower left");
    let simplified = of_values(values, &[&number[..], &["--set", "simplify_mm=1.0"]].concat()).done();
    simplified.tells(&["审图号 GS(2020)4619号 is claimed for boundaries that are simplified"]);
    assert!(simplified.svg.contains("边界经简化"));
    assert_eq!(simplified.beside["boundary_layers"][0]["unedited"], false);
    let english = of_values(values, &["--set", "simplify_mm=1.0", "--lang", "en"]).done();
    assert!(english.svg.contains("Boundaries simplified"));
    english.is_silent_about("is claimed for");
    let bowtie = of_case("bowtie.geojson", &number).done();
    bowtie.tells(&["boundaries that are repaired"]);
    // A cartogram has no boundaries of its file, cells are cut at them, regions are joined.
    let circles = of_values(values, &[&number[..], &["--set", "cartogram.column=value"]].concat()).done();
    circles.tells(&["boundaries that are drawn anew"]);
    assert_eq!(circles.beside["boundary_layers"][0]["made"], true);
    let hexagons = map(&["maps/hexagons.toml", "--project", GALLERY, number[0], number[1]]).done();
    hexagons.tells(&["boundaries that are clipped"]);
    assert!(hexagons.svg.contains("边界经裁切"));
}

#[test]
fn places_of_sensitive_kinds_are_refused_on_public_maps() {
    let folder = Folder::new();
    let parks = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"p1","name":"城北民爆器材库"},
        "geometry":{"type":"Polygon","coordinates":[[[120.5,29.9],[120.51,29.9],[120.51,29.91],[120.5,29.91],[120.5,29.9]]]}}]}"#;
    folder.write("parks.geojson", parks);
    let project = std::fs::read_to_string(repository("maps/gallery.toml")).unwrap();
    let data = repository("data").display().to_string();
    let project = project
        .replace("\"../data/samples/parks.geojson\"", "\"parks.geojson\"")
        .replace("\"../data", &format!("\"{data}"));
    let layers = project.split("[[analysis]]").next().unwrap();
    let project = folder.write("project.toml", layers);
    let spec = "kind = 'quota_progress'\nparks = ['park']\nsource = ['x']\nnot_reviewed = true\n";
    let spec = folder.write("spec.toml", spec);
    let drawn = |audience: &str| map(&[&spec, "--project", &project, "--set", &format!("audience={audience}")]);
    drawn("public").refused(&["no places of a sensitive kind", "城北民爆器材库 (武器弹药和爆炸物品)"]);
    drawn("internal").done();
}

#[test]
fn a_national_map_has_the_islands_of_its_own_boundaries_in_an_inset() {
    let square = |id: &str, west: f64, south: f64, east: f64, north: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"区域{id}","value":{south}}},"geometry":{{"type":"Polygon",
            "coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}"#
        )
    };
    let mainland = [square("1", 80.0, 30.0, 105.0, 48.0), square("2", 105.0, 22.0, 122.0, 48.0)];
    let island = square("3", 112.0, 9.0, 114.0, 11.0);
    let collection =
        |features: &[String]| format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let folder = Folder::new();
    let with = folder.write("with.geojson", &collection(&[&mainland[..], &[island]].concat()));
    let without = folder.write("without.geojson", &collection(&mainland));
    let set = ["--value", "value", "--set", "furniture.south_china_sea=true"];
    let drawn = map(&[&["--areas", with.as_str()], &set[..]].concat()).done();
    assert!(drawn.svg.contains(">南海诸岛</text>") && drawn.svg.contains("id=\"areas-islands\""));
    map(&[&["--areas", without.as_str()], &set[..]].concat())
        .refused(&["no area south of 18° N", "take boundaries that do"]);
}

#[test]
fn a_part_of_the_areas_can_be_shown_and_classes_named() {
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let only = of_values(values, &["--set", "extent.areas=['330602', '柯桥区']", "--set", "extent.only=true"]).done();
    assert_eq!(only.beside["panels"][0]["areas"].as_array().unwrap().len(), 2);
    let zoomed = of_values(values, &["--set", "extent.areas=['330602']"]).done();
    assert_eq!(zoomed.beside["panels"][0]["areas"].as_array().unwrap().len(), 6, "the others lie around it");
    of_values(values, &["--set", "extent.areas=['x']"]).refused(&["unknown area of `extent.areas` `x`"]);
    let named = ["--set", "classes.labels=['低', '中', '高']"];
    let classes = of_values(values, &[&["-k", "3"], &named[..]].concat()).done();
    assert!(classes.labels().iter().any(|label| label.starts_with("高（")), "{:?}", classes.labels());
    of_values(values, &named).refused(&["`classes.labels` = 3 words, expected"]);
    let written = of_values(values, &["--set", "annotations=[{text='示例', longitude=120.5, latitude=29.7}]"]).done();
    assert!(written.svg.contains(">示例</text>"));
    assert_eq!(of_values(values, &["--set", "alt=六个区县"]).done().beside["description"], "六个区县");
}

#[test]
fn a_column_of_labels_is_drawn_as_labels() {
    let cells = ["high-high", "low-low", "not-significant", "high-low", "low-high", "high-high"];
    let map = of_cells(&cells, &[]).done();
    map.tells(&["`value` holds labels of a local statistic: drawn as kind = \"local\""]);
    assert_eq!(map.beside["kind"], "local");
    of_cells(&["high-high", "low-low", "x", "y", "z", "1"], &[]).refused(&["column `value`"]);
}

#[test]
fn layers_that_a_wrong_datum_parts_are_told() {
    let folder = Folder::new();
    let project = std::fs::read_to_string(repository("maps/gallery.toml")).unwrap();
    let data = repository("data").display().to_string();
    let project = project.split("[[analysis]]").next().unwrap().replace("\"../data", &format!("\"{data}"));
    let wrong = project.replace("label = \"name\"", "label = \"name\"\nreference = \"gcj02\"");
    assert_ne!(wrong, project);
    let drawn = |project: &str| {
        map(&["maps/density.toml", "--project", &folder.write("project.toml", project), "--set", "labels.show=false"])
    };
    drawn(&project).done().is_silent_about("offset of");
    let wrong = drawn(&wrong);
    if wrong.outcome.status == 0 {
        wrong.tells(&["the borders of `district` lie about", "moved by the offset of GCJ-02"]);
    } else {
        wrong.refused(&["gcj02"]);
    }
}

#[test]
fn a_sector_has_one_colour_on_maps_and_in_charts() {
    let largest = map(&["maps/largest-sector.toml", "--project", GALLERY, "--set", "labels.show=false"]).done();
    let folder = Folder::new();
    let output = folder.path("chart.svg");
    let outcome = jiju(["chart", "maps/composition.toml", "--project", GALLERY, "-o", &output]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let chart = std::fs::read_to_string(&output).unwrap();
    let on_chart = |sector: &str| {
        let at = chart.find(&format!(" · {sector} · "))?;
        let before = &chart[..at];
        before[before.rfind("fill=\"")? + 6..].split('"').next().map(str::to_owned)
    };
    let classes = largest.beside["classes"].as_array().unwrap();
    let shared: Vec<(&str, String)> = classes
        .iter()
        .filter_map(|class| Some((class["color"].as_str()?, on_chart(class["label"].as_str()?)?)))
        .collect();
    assert!(shared.len() > 2, "{shared:?}");
    assert!(shared.iter().all(|(map, chart)| map == chart), "{shared:?}");
}

#[test]
fn every_sector_of_the_policy_has_a_mark_of_its_own() {
    use jiju::render::{Color, category_marks};
    let policy = jiju::policy::read(&repository("data/policy/shaoxing-2020")).unwrap();
    let places: std::collections::BTreeMap<String, usize> =
        policy.sectors.iter().enumerate().map(|(place, sector)| (sector.term.id.clone(), place)).collect();
    assert!(places.len() > 50);
    let marks = |ids: &[&str]| category_marks(ids.iter().copied(), &places, Color::WHITE).unwrap().unwrap();
    let ids: Vec<&str> = policy.sectors.iter().map(|sector| sector.term.id.as_str()).collect();
    let all = marks(&ids);
    for (position, mark) in all.iter().enumerate() {
        assert!(!all[..position].contains(mark), "{}", ids[position]);
        // Alone in a figure as among all.
        assert_eq!(marks(&ids[position..=position]), [*mark]);
    }
    // On a map of pies, whatever the sectors are.
    let last = format!("diagrams.columns=['{}', '{}']", ids[0], ids[ids.len() - 1]);
    map(&["maps/pies.toml", "--project", GALLERY, "--set", &last, "--set", "diagrams.labels=[]"]).done();
}

#[test]
fn english_maps_have_the_english_names_of_their_file() {
    let folder = Folder::new();
    let areas = std::fs::read_to_string(repository("tests/fixtures/maps/overlap.geojson")).unwrap();
    let named = areas.replacen("\"name\":", "\"name_en\":\"Ringed County\",\"name\":", 1);
    assert_ne!(named, areas);
    let file = folder.write("areas.geojson", &named);
    let map = map(&["--areas", &file, "--value", "value", "--lang", "en"]).done();
    assert!(map.svg.contains("Ringed County"));
}

#[test]
fn english_maps_tell_of_names_that_stay_chinese() {
    let english = map(&["maps/density.toml", "--project", GALLERY, "--lang", "en"]).done();
    english.tells(&["74 of 74 areas have no English name and keep their own"]);
}
