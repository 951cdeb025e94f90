//! The places of `unsafe` are those that `docs/reliability.md` lists with their reasons.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{repository, text};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The functions of a source whose declaration or body says `unsafe`.
fn functions(text: &str) -> Vec<String> {
    let mut current = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        // What is quoted is no code.
        let code: String = line.split('"').step_by(2).collect();
        let words: Vec<&str> = code.split(|one: char| !one.is_alphanumeric() && one != '_').collect();
        if let Some(place) = words.iter().position(|word| *word == "fn") {
            current = (*words.get(place + 1).unwrap_or(&"")).to_owned();
        }
        if words.contains(&"unsafe") && !found.contains(&current) {
            found.push(current.clone());
        }
    }
    found
}

#[test]
fn unsafe_is_found_where_it_stands() {
    let text =
        "/// unsafe\nfn a() {\n    // unsafe\n    unsafe { b() }\n}\npub unsafe fn c() {}\nfn d() { \"unsafe\"; }\n";
    assert_eq!(functions(text), ["a", "c"]);
}

#[test]
fn every_unsafe_place_is_listed_with_its_reason() {
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests", "benches", "fuzz/src"] {
        sources(&repository(folder), &mut files);
    }
    let root = repository("");
    let found: BTreeSet<(String, String)> = files
        .iter()
        .filter(|path| !path.ends_with("tests/supply/unsafe_code.rs"))
        .flat_map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            functions(&std::fs::read_to_string(path).unwrap()).into_iter().map(move |function| (function, name.clone()))
        })
        .collect();
    // | `function` in `file` | reason |
    let listed: BTreeSet<(String, String)> = text("docs/reliability.md")
        .lines()
        .filter_map(|line| {
            let (place, reason) = line.strip_prefix("| `")?.split_once(" | ")?;
            let (function, file) = place.strip_suffix('`')?.split_once("` in `")?;
            assert!(reason.trim_end_matches('|').trim().len() > 20, "{function} in {file} has no reason");
            Some((function.to_owned(), file.to_owned()))
        })
        .collect();
    assert_eq!(found, listed, "the places of `unsafe`, and those that docs/reliability.md lists");
}
