//! Sheets on paper: one PDF with bookmarks, or a folder.

use super::{Folder, jiju};

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
    assert_eq!((names.len(), names[0].as_str(), names[1].as_str()), (7, "000-index.svg", "002-330602.svg"));

    let plain = jiju(["atlas", "maps/density.toml", "--project", project, "-o", &pdf]);
    assert_eq!(plain.status, 2);
    assert!(plain.stderr.contains("[atlas]"), "{}", plain.stderr);
}
