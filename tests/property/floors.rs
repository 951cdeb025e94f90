//! The floors of ARCHITECTURE.md: a room imports only from rooms that stand above it in the table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::repository;

/// The rooms in the order of the table, by their folder or file without its ending.
fn rooms() -> Vec<String> {
    let text = std::fs::read_to_string(repository("ARCHITECTURE.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let rooms: Vec<String> = rows
        .filter_map(|row| row.split_once('`').map(|(room, _)| room.to_owned()))
        .filter(|room| room.starts_with("src/") || room.starts_with("crates/core/src/"))
        .collect();
    assert!(rooms.len() > 12, "the table of rooms is not found: {rooms:?}");
    rooms
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The modules of a crate that a line names, as paths from the crate's root.
fn named(line: &str, own: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let code = line.split("//").next().unwrap_or_default();
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    for (at, _) in code.match_indices("crate::") {
        let is_whole = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        let module = word(&code[at + "crate::".len()..]);
        if is_whole && !module.is_empty() {
            found.push(module);
        }
    }
    // `super` as often as it takes to leave the room.
    if let Some(path) = code.trim_start().trim_start_matches("pub ").strip_prefix("use super::") {
        let mut rest = path;
        let mut depth = 1;
        while let Some(more) = rest.strip_prefix("super::") {
            rest = more;
            depth += 1;
        }
        if depth >= own.len() && !own.is_empty() {
            found.push(word(rest));
        }
    }
    found
}

#[test]
fn rooms_import_only_from_rooms_above_them() {
    let rooms = rooms();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for root in ["src", "crates/core/src"] {
        let mut files = Vec::new();
        sources(&repository(root), &mut files);
        for file in files {
            let inside = file.strip_prefix(repository(root)).unwrap();
            let parts: Vec<String> =
                inside.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let room = format!("{root}/{}", parts[0]);
            if parts == ["lib"] {
                continue;
            }
            let Some(floor) = rooms.iter().position(|other| *other == room) else {
                faults.push(format!("{room} is not in the table of ARCHITECTURE.md"));
                continue;
            };
            *seen.entry(rooms[floor].as_str()).or_default() += 1;
            // The path of the module: a folder's `mod.rs` is the folder.
            let own: Vec<String> = parts.iter().filter(|part| *part != "mod").cloned().collect();
            let text = std::fs::read_to_string(&file).unwrap();
            // Tests beside the code may look anywhere.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                for module in named(line, &own) {
                    let other = format!("{root}/{module}");
                    let above = rooms.iter().position(|room| *room == other);
                    if above.is_some_and(|above| above > floor) {
                        faults.push(format!("{}, line {}: {room} imports {other}", file.display(), number + 1));
                    }
                }
                let at_door = root == "src" && (parts[0] == "cli" || parts[0] == "main");
                if root == "src" && !at_door && (line.contains("println!") || line.contains("eprintln!")) {
                    faults.push(format!("{}, line {}: only the doors print", file.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let empty: Vec<&String> = rooms.iter().filter(|room| !seen.contains_key(room.as_str())).collect();
    assert!(empty.is_empty(), "rooms of the table that hold no file: {empty:?}");
}

#[test]
fn an_import_is_found_however_it_is_written() {
    let own = ["measure".to_owned(), "join".to_owned(), "tally".to_owned()];
    assert_eq!(named("use crate::render::{self, Figure};", &own), ["render"]);
    assert_eq!(named("    let found = crate::project::run(x)?; // crate::cli", &own), ["project"]);
    assert_eq!(named("use super::super::super::report::Sheet;", &own), ["report"]);
    assert!(named("use super::super::outcome::Outcome;", &own).is_empty());
    assert!(named("use jiju_core::stats;", &own).is_empty());
}
