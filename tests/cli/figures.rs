//! What maps and charts have in common: themes, fonts, formats, the file beside them.

use serde_json::Value;

use super::{DISTRICTS, Folder, jiju};

const RATES: &str = "code,rate\n330602,1\n330603,0.63\n330604,0.8\n330681,0.76\n330683,0.72\n330624,\n";

/// A map of the districts in a folder of its own, with these arguments.
fn drawn(folder: &Folder, output: &str, more: &[&str]) -> super::Outcome {
    let rates = folder.write("rates.csv", RATES);
    let output = folder.path(output);
    let map = ["map", "--areas", DISTRICTS, "--table", &rates, "--key", "code", "--value", "rate", "-o", &output];
    jiju([&map[..], more].concat())
}

fn svg(folder: &Folder, more: &[&str]) -> String {
    let outcome = drawn(folder, "map.svg", more);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    std::fs::read_to_string(folder.file("map.svg")).unwrap()
}

#[test]
fn a_character_that_no_font_has_is_named_and_is_the_status_where_it_is_asked_for() {
    let folder = Folder::new();
    for ending in ["svg", "png", "pdf"] {
        let output = format!("map.{ending}");
        let lenient = drawn(&folder, &output, &["--set", "title=浬堃\u{10FFFD}", "--dpi", "40"]);
        assert_eq!(lenient.status, 0, "{}", lenient.stderr);
        assert!(lenient.stderr.contains("no font has `\u{10FFFD}` U+10FFFD\n"), "{}", lenient.stderr);
        let strict = drawn(&folder, &output, &["--set", "title=浬堃\u{10FFFD}", "--strict", "--dpi", "40"]);
        assert_eq!((strict.status, strict.stderr), (1, lenient.stderr));
        let rare = drawn(&folder, &output, &["--set", "title=浬堃", "--strict", "--dpi", "40"]);
        assert_eq!((rare.status, rare.stderr.as_str()), (0, ""));
    }
}

#[test]
fn a_character_beyond_the_bundled_fonts_is_drawn_or_named() {
    let folder = Folder::new();
    let outcome = drawn(&folder, "map.png", &["--set", "title=野\u{20BB7}家", "--dpi", "40"]);
    let named = outcome.stderr.contains("no font has `\u{20BB7}` U+20BB7");
    let with = std::fs::read(folder.file("map.png")).unwrap();
    drawn(&folder, "map.png", &["--set", "title=野〓家", "--dpi", "40"]);
    let stand_in = std::fs::read(folder.file("map.png")).unwrap();
    assert_eq!(with == stand_in, named, "a stand-in without a word, or named although it is there");
}

#[test]
fn what_is_cut_and_scripts_that_cannot_be_set_are_told() {
    let folder = Folder::new();
    let long = format!("title={}", "x".repeat(200));
    let cut = drawn(&folder, "map.svg", &["--set", &long]);
    assert!(cut.stderr.contains("cut for lack of room") && cut.stderr.contains("xxx…`"), "{}", cut.stderr);
    let joined = drawn(&folder, "map.svg", &["--set", "title=القاهرة"]);
    assert!(
        joined.stderr.contains("runs from right to left") && joined.stderr.contains("القاهرة"),
        "{}",
        joined.stderr
    );
}

#[test]
fn a_theme_is_named_on_the_command_line_in_a_specification_or_beside_it() {
    let folder = Folder::new();
    let paper = |drawn: &str, color: &str| drawn.contains(&format!("h297v210h-297z\" fill=\"{color}\""));
    assert!(!paper(&svg(&folder, &[]), "#16191d"));
    assert!(paper(&svg(&folder, &["--theme", "dark"]), "#16191d"));
    let house = folder.write("house.toml", "paper = '#fdf6e3'\n");
    assert!(paper(&svg(&folder, &["--theme", &house]), "#fdf6e3"));
    assert!(paper(&svg(&folder, &["--theme", &house, "--set", "theme.paper='#fafafa'"]), "#fafafa"));

    let spec = |text: &str| folder.write("spec.toml", text);
    for (text, color) in [
        ("column = 'rate'\ntheme = 'dark'\n", "#16191d"),
        ("column = 'rate'\ntheme = 'house.toml'\n", "#fdf6e3"),
        ("column = 'rate'\n[theme]\npaper = '#eeeeee'\n", "#eeeeee"),
    ] {
        let spec = spec(text);
        assert!(paper(&svg(&folder, &[&spec]), color), "{text}");
    }
    let own = spec("column = 'rate'\n[theme]\npaper = '#eeeeee'\n");
    let dark_but_paper = svg(&folder, &[&own, "--theme", "dark"]);
    assert!(paper(&dark_but_paper, "#eeeeee") && dark_but_paper.contains("#8b949e"), "a specification's own keys stay");
}

#[test]
fn a_theme_that_is_not_there_names_the_near_one() {
    let folder = Folder::new();
    let house = folder.write("house.toml", "title_pt = 18\npapre = '#fdf6e3'\n");
    let spec = folder.write("spec.toml", "column = 'rate'\n\ntheme = 'drak'\n");
    for (arguments, error, hint) in [
        (&["--theme", "drak"][..], "unknown theme `drak`, expected one of light, dark, print-grey", "`dark`"),
        (&["--theme", &house], "house.toml, line 2: unknown key `papre`", "`paper`"),
        (&[&spec], "unknown theme `drak`", "`dark`"),
    ] {
        let outcome = drawn(&folder, "map.svg", arguments);
        assert_eq!(outcome.status, 2);
        assert!(outcome.stderr.contains(error) && outcome.stderr.contains(hint), "{}", outcome.stderr);
    }
    let missing = drawn(&folder, "map.svg", &["--theme", "none.toml"]);
    assert!(missing.stderr.contains("cannot read theme none.toml"), "{}", missing.stderr);
}

#[test]
fn letters_of_an_svg_are_text_unless_outlines_are_asked_for() {
    let folder = Folder::new();
    assert!(svg(&folder, &[]).contains(">诸暨市</text>"));
    let outlined = svg(&folder, &["--outlines"]);
    assert!(!outlined.contains("<text") && outlined.contains("<title>诸暨市"), "names stay for pointers and readers");
}

#[test]
fn a_sidecar_says_what_was_drawn() {
    let folder = Folder::new();
    svg(&folder, &["--sidecar"]);
    let facts: Value = serde_json::from_slice(&std::fs::read(folder.file("map.json")).unwrap()).unwrap();
    assert_eq!(facts["program"], concat!("jiju ", env!("CARGO_PKG_VERSION")));
    assert_eq!((facts["title"].as_str(), facts["width_mm"].as_f64()), (Some("rate"), Some(297.0)));
    assert_eq!(facts["missing_glyphs"], serde_json::json!([]));
}

#[test]
fn colours_that_some_cannot_tell_apart_are_pointed_out() {
    let folder = Folder::new();
    let colors = "palette.colors=['#d73027', '#fee08b', '#708a00']";
    let arguments = ["-k", "3", "--set", colors, "--set", "labels.values=false"];
    let outcome = drawn(&folder, "map.svg", &arguments);
    assert!(outcome.stderr.contains("differ by red and green only"), "{}", outcome.stderr);
    assert_eq!(drawn(&folder, "map.svg", &arguments[..4]).stderr, "", "the figure beside it is a second cue");
}

#[test]
fn borders_are_simplified_as_far_as_asked() {
    let folder = Folder::new();
    let size = |more: &[&str]| svg(&folder, more).len();
    let (exact, usual, coarse) = (size(&["--set", "simplify_mm=0"]), size(&[]), size(&["--set", "simplify_mm=1"]));
    assert!(exact >= usual && usual > coarse, "{exact} {usual} {coarse}");
    assert!(drawn(&folder, "map.svg", &["--set", "simplify_mm=-1"]).stderr.contains("`simplify_mm` = -1"));
}

#[test]
fn a_key_that_has_no_effect_is_refused_or_told() {
    let folder = Folder::new();
    let refused = |more: &[&str], said: &str| {
        let outcome = drawn(&folder, "map.svg", more);
        assert_eq!(outcome.status, 2, "{more:?}");
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    };
    refused(
        &["--set", "kind=categorical", "--set", "decimals=1"],
        "of kind = \"categorical\" with `decimals`, which has an effect only on kind = \"choropleth\", \"bivariate\"",
    );
    refused(
        &["--set", "classes.breaks=[0.7]", "-k", "3"],
        "`classes.count`, which has an effect only without `classes.breaks`",
    );
    let told = drawn(&folder, "map.svg", &["--set", "layer=town", "--set", "outlines=district"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(
        told.stderr.contains("`layer`, `outlines` of the specification have an effect on a figure of a project only"),
        "{}",
        told.stderr
    );
}
