//! An input is all its files, and none of them is ever an output.

use std::path::Path;

use super::{AREAS, points};
use crate::cli::{Folder, POLICY, jiju, repository};

const FACE: &str = "crates/fonts/NotoSansCJKsc-Bold-GB2312.otf";

fn copied(folder: &Folder, from: &str, to: &str, endings: &[&str]) {
    for ending in endings {
        let source = repository(&format!("tests/fixtures/areas/{from}.{ending}"));
        std::fs::copy(source, folder.file(&format!("{to}.{ending}"))).unwrap();
    }
}

/// The bytes of every file in a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    super::names(folder)
        .into_iter()
        .map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap_or_default()))
        .collect()
}

#[test]
fn no_part_of_an_input_is_an_output() {
    let folder = Folder::new();
    let points = points(&folder);
    copied(&folder, "utf8", "a", &["shp", "shx", "dbf", "prj", "cpg"]);
    copied(&folder, "chinese", "b", &["tab", "dat", "map", "id"]);
    copied(&folder, "exchange", "c", &["mif", "mid"]);
    copied(&folder, "districts", "d", &["geojson", "fgb"]);
    copied(&folder, "grid", "e", &["gpkg"]);
    let at = |name: &str| folder.path(name);
    let indexed = jiju(["index", &at("d.geojson"), "--area-id", "adcode", "-o", &at("d.index")]);
    assert_eq!(indexed.status, 0, "{}", indexed.stderr);
    std::fs::hard_link(folder.file("a.dbf"), folder.file("hard.csv")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("b.dat", folder.file("soft.csv")).unwrap();
    #[cfg(not(unix))]
    std::fs::hard_link(folder.file("b.dat"), folder.file("soft.csv")).unwrap();
    std::fs::create_dir(folder.file("inner")).unwrap();
    let before = contents(folder.0.path());
    let (a, b, c, index) = (at("a.shp"), at("b.tab"), at("c.mif"), at("d.index"));
    let index_of = |areas: &str, output: &str| {
        vec![
            "index".to_owned(),
            areas.to_owned(),
            "--area-id".to_owned(),
            "adcode".to_owned(),
            "-o".to_owned(),
            at(output),
        ]
    };
    let join = |areas: &str, more: &[&str]| {
        let start = ["join", &points, "--areas", areas, "--area-id", "adcode", "--count", "--format", "csv"];
        start.iter().chain(more).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let measured = |more: &[&str]| {
        let start = ["concentration", &points, "--areas", &a, "--area-id", "adcode", "--by", "id"];
        start.iter().chain(more).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let mut refused = vec![
        index_of(&a, "a.dbf"),
        index_of(&a, "a.shx"),
        index_of(&a, "inner/../a.prj"),
        index_of(&a, "hard.csv"),
        index_of(&b, "b.dat"),
        index_of(&b, "b.map"),
        index_of(&b, "b.id"),
        index_of(&b, "soft.csv"),
        index_of(&c, "c.mid"),
        join(&a, &["-o", &at("a.shx")]),
        join(&a, &["-o", &at("a.cpg")]),
        join(&at("e.gpkg"), &["-o", &at("e.gpkg-wal")]),
        vec![
            "join".to_owned(),
            points.clone(),
            "--areas".to_owned(),
            index.clone(),
            "--count".to_owned(),
            "--format".to_owned(),
            "csv".to_owned(),
            "-o".to_owned(),
            at("d.geojson"),
        ],
        measured(&["-o", &at("m.csv"), "--manifest", &at("a.dbf")]),
        measured(&["-o", &at("m.csv"), "--manifest", &at("m.csv")]),
    ];
    for to in ["a.shp", "a.dbf"] {
        refused.push(vec!["convert".to_owned(), a.clone(), at(to)]);
    }
    for arguments in refused {
        let outcome = jiju(&arguments);
        assert_eq!(outcome.status, 2, "{arguments:?}: {}", outcome.stderr);
        let is_told = ["inputs are never overwritten", "two outputs have this name"]
            .iter()
            .any(|told| outcome.stderr.contains(told));
        assert!(is_told, "{arguments:?}: {}", outcome.stderr);
        assert!(contents(folder.0.path()) == before, "{arguments:?}");
    }
}

#[test]
fn a_conversion_beside_its_input_is_no_part_of_it() {
    let folder = Folder::new();
    copied(&folder, "utf8", "a", &["shp", "shx", "dbf", "prj", "cpg"]);
    let before = contents(folder.0.path());
    for ending in ["tab", "mif", "gpkg", "kml", "fgb", "gml"] {
        let outcome = jiju(["convert", &folder.path("a.shp"), &folder.path(&format!("a.{ending}"))]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    let after = contents(folder.0.path());
    assert!(before.iter().all(|file| after.contains(file)));
}

#[test]
fn a_project_and_its_folder_are_inputs() {
    let folder = Folder::new();
    let project = std::fs::read_to_string(repository("data/demo/jiju.toml")).unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let project =
        folder.write("jiju.toml", &project.replace("\"../", &format!("\"{root}/data/")).replace("data/../", ""));
    let before = contents(folder.0.path());
    for arguments in [
        &["check", &project, "--format", "csv", "-o", &project][..],
        &["check", &project, "--format", "csv", "--manifest", &project],
    ] {
        assert_eq!(jiju(arguments).status, 2, "{arguments:?}");
        assert!(contents(folder.0.path()) == before, "{arguments:?}");
    }
    // Its own gazetteer, under a name that is written.
    let gazetteer = folder.path("truth.csv");
    std::fs::copy(repository("data/gazetteer/shaoxing_towns.csv"), &gazetteer).unwrap();
    let before = contents(folder.0.path());
    let arguments = [
        "synth",
        "--firms",
        "10",
        "--policy",
        POLICY,
        "--gazetteer",
        &gazetteer,
        "-o",
        folder.0.path().to_str().unwrap(),
    ];
    let outcome = jiju(arguments);
    assert!(outcome.status == 2 && outcome.stderr.contains("it is an input"), "{}", outcome.stderr);
    assert!(contents(folder.0.path()) == before);
}

#[test]
fn a_sidecar_is_no_input_either() {
    let folder = Folder::new();
    std::fs::copy(repository(AREAS), folder.file("a.json")).unwrap();
    let table = folder.write("table.csv", "adcode,size\n330602,1\n330603,2\n330604,3\n");
    let before = contents(folder.0.path());
    let (areas, map) = (folder.path("a.json"), folder.path("a.svg"));
    let shown = ["--area-id", "adcode", "--table", &table, "--key", "adcode", "--value", "size", "-k", "2"];
    let outcome = jiju(["map", "--areas", &areas, "--sidecar", "-o", &map].iter().chain(&shown));
    assert!(outcome.status == 2 && outcome.stderr.contains("never overwritten"), "{}", outcome.stderr);
    assert!(contents(folder.0.path()) == before);
}

#[test]
fn what_a_figure_names_is_an_input() {
    let folder = Folder::new();
    let shapes = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='6'><path d='M0 0h9v6H0z'/></svg>";
    folder.write("logo.svg", shapes);
    folder.write("english.svg", shapes);
    std::fs::copy(repository(AREAS), folder.file("around.json")).unwrap();
    copied(&folder, "utf8", "parts", &["shp", "shx", "dbf", "prj", "cpg"]);
    std::fs::hard_link(folder.file("parts.dbf"), folder.file("hard.svg")).unwrap();
    let areas = folder.path("areas.geojson");
    std::fs::copy(repository(AREAS), &areas).unwrap();
    let named = "column = \"adcode\"\ntheme = \"own.toml\"\n[logo]\nfile = \"logo.svg\"\n";
    folder.write("own.toml", "label_pt = 8.0\nfont = \"face.otf\"\n");
    std::fs::copy(repository(FACE), folder.file("face.otf")).unwrap();
    std::fs::hard_link(folder.file("face.otf"), folder.file("face.svg")).unwrap();
    let spec = folder
        .write("map.toml", &format!("{named}[locator]\nfile = \"around.json\"\n[en.logo]\nfile = \"english.svg\"\n"));
    let of_parts = folder.write("parts.toml", &format!("{named}[locator]\nfile = \"parts.shp\"\n"));
    let before = contents(folder.0.path());
    let [own, english, hard, around, face] =
        ["logo.svg", "english.svg", "hard.svg", "around.svg", "face.svg"].map(|name| folder.path(name));
    let logo = format!("logo.file={own}");
    let font = format!("theme.font={}", folder.path("face.otf"));
    let refused: [&[&str]; 7] = [
        &[&spec, "-o", &face],
        &["--value", "adcode", "--set", &font, "-o", &face],
        &[&spec, "-o", &own],
        &[&spec, "--sidecar", "-o", &around],
        &[&spec, "--lang", "en", "-o", &english],
        &[&of_parts, "-o", &hard],
        &["--value", "adcode", "--set", &logo, "-o", &own],
    ];
    for words in refused {
        let outcome = jiju([&["map", "--areas", &areas], words].concat());
        assert!(outcome.status == 2 && outcome.stderr.contains("never overwritten"), "{words:?}: {}", outcome.stderr);
        assert!(contents(folder.0.path()) == before, "{words:?}");
    }
    // Beside them there is room.
    let outcome = jiju(["map", "--areas", &areas, &spec, "-o", &folder.path("map.svg")]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
}
