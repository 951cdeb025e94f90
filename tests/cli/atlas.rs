//! Sheets on paper: one PDF with bookmarks, or a folder.

use serde_json::Value;

use super::{Folder, jiju, repository};

const TOWNS: &str = "data/samples/towns.geojson";

#[test]
fn an_atlas_is_one_pdf_or_a_folder_of_sheets() {
    let folder = Folder::new();
    let (spec, project) = ("maps/atlas-districts.toml", "maps/gallery.toml");
    let pdf = folder.path("atlas.pdf");
    let outcome = jiju(["atlas", spec, "--project", project, "-o", &pdf]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("7 sheets in"), "{}", outcome.stderr);
    let told = std::process::Command::new("pdfinfo").arg(&pdf).output().unwrap();
    assert!(String::from_utf8_lossy(&told.stdout).contains("Pages:           7"));

    let sheets = folder.path("sheets");
    let words = ["atlas", spec, "--project", project, "--format", "svg", "--lang", "en", "-o", &sheets];
    assert_eq!(jiju(words).status, 0);
    let mut names: Vec<String> = std::fs::read_dir(&sheets)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!((names.len(), names[0].as_str(), names[1].as_str()), (7, "001-index.svg", "002-330602.svg"));

    // The files sort as the pages of the PDF follow each other, and page and file are the same sheet.
    let numbers: Vec<&str> = names.iter().map(|name| name.split('-').next().unwrap()).collect();
    assert_eq!(numbers, ["001", "002", "003", "004", "005", "006", "007"]);

    let plain = jiju(["atlas", "maps/density.toml", "--project", project, "-o", &pdf]);
    assert_eq!(plain.status, 2);
    assert!(plain.stderr.contains("[atlas]"), "{}", plain.stderr);
}

/// The sheets of an atlas as SVG, by their file names in order.
fn sheets_of(folder: &Folder, project: &str, by: &str) -> Vec<(String, String)> {
    let output = folder.path("sheets");
    let words =
        ["atlas", "maps/atlas-districts.toml", "--project", project, "--by", by, "--format", "svg", "-o", &output];
    let outcome = jiju(words);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let mut sheets: Vec<(String, String)> = std::fs::read_dir(&output)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect();
    sheets.sort();
    sheets
}

/// The words of an SVG, in drawing order.
fn words_of(svg: &str) -> Vec<&str> {
    svg.split("<text ").skip(1).filter_map(|text| text.split('>').nth(1)?.split('<').next()).collect()
}

/// The towns of the sample with what they are a part of.
fn towns() -> Value {
    serde_json::from_str(&std::fs::read_to_string(repository(TOWNS)).unwrap()).unwrap()
}

/// The project of the gallery with other towns.
fn project_with(folder: &Folder, towns: &Value) -> String {
    let file = folder.write("towns.geojson", &towns.to_string());
    let root = repository("");
    let root = root.display().to_string();
    let text = std::fs::read_to_string(repository("maps/gallery.toml")).unwrap();
    let text = text.replace("\"../data/samples/towns.geojson\"", &format!("\"{file}\""));
    folder.write("jiju.toml", &text.replace("\"../", &format!("\"{}/", root.trim_end_matches('/'))))
}

#[test]
fn legend_table_and_page_of_a_sheet_are_those_of_its_title() {
    let folder = Folder::new();
    let sheets = sheets_of(&folder, "maps/gallery.toml", "district");
    let towns = towns();
    let towns = towns["features"].as_array().unwrap();
    let text = |town: &Value, key: &str| town["properties"][key].as_str().unwrap_or_default().to_owned();
    let pdf = folder.path("atlas.pdf");
    let outcome = jiju(["atlas", "maps/atlas-districts.toml", "--project", "maps/gallery.toml", "-o", &pdf]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let of_all = sheets.len();
    for (page, (name, svg)) in sheets.iter().enumerate().skip(1) {
        let district = name.trim_end_matches(".svg").split('-').nth(1).unwrap();
        let words = words_of(svg);
        let own: Vec<String> =
            towns.iter().filter(|town| text(town, "parent") == district).map(|town| text(town, "name")).collect();
        let others = towns.iter().filter(|town| text(town, "parent") != district).map(|town| text(town, "name"));
        assert!(!own.is_empty());
        for town in &own {
            assert!(words.contains(&town.as_str()), "{name} lists {town}");
        }
        for town in others.filter(|town| !own.contains(town)) {
            assert!(!words.contains(&town.as_str()), "{name} lists {town} of another district");
        }
        // The number on the sheet, in its name, and its place in the PDF are one.
        let number = page + 1;
        assert!(name.starts_with(&format!("{number:03}-")), "{name}");
        let told = format!("第 {number} 页，共 {of_all} 页");
        assert!(words.contains(&told.as_str()), "{name}: {words:?}");
        let page = number.to_string();
        let read =
            std::process::Command::new("pdftotext").args(["-f", &page, "-l", &page, &pdf, "-"]).output().unwrap();
        let read: String = String::from_utf8_lossy(&read.stdout).split_whitespace().collect();
        assert!(read.contains(&told.replace(' ', "")), "page {page}: {read}");
        assert!(own.iter().all(|town| read.contains(town)), "page {page}");
    }
}

#[test]
fn sheets_are_named_after_ids_and_stand_in_the_order_of_the_file() {
    let folder = Folder::new();
    let mut towns = towns();
    let all = towns["features"].as_array_mut().unwrap();
    all.truncate(12);
    all.reverse();
    // Ids that are no names of files, or those of another file.
    let ids = ["../up", "a/b", "a_b", "A_B", "CON", "柯桥:1", "a\\b", ".", "x y", "é", "330602001", "*?"];
    for (town, id) in all.iter_mut().zip(ids) {
        town["properties"]["id"] = id.into();
    }
    let titles: Vec<String> = all.iter().map(|town| town["properties"]["name"].as_str().unwrap().to_owned()).collect();
    let project = project_with(&folder, &towns);
    let sheets = sheets_of(&folder, &project, "town");
    assert_eq!(sheets.len(), 13);
    for ((name, svg), title) in sheets.iter().skip(1).zip(&titles) {
        assert!(words_of(svg).contains(&title.as_str()), "{name} is not of {title}");
        assert!(!name.contains(['/', '\\', ':', '*', '?']), "{name}");
    }
    let mut stems: Vec<String> = sheets.iter().map(|(name, _)| name.to_lowercase()).collect();
    stems.dedup();
    assert_eq!(stems.len(), 13);
    // Nothing is written outside the folder.
    let mut beside: Vec<String> = std::fs::read_dir(folder.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    beside.sort();
    assert_eq!(beside, ["jiju.toml", "sheets", "towns.geojson"]);
}
