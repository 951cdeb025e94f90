use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Change, ChangeKind};
use crate::error::{Error, Result};
use crate::model::{Language, ProblemKind};
use crate::report::heading;
use crate::source::{self, TableOptions};

/// The tables of a run, and the columns by which their rows are known. Tables of numbers are compared cell by cell, lists row by row.
const TABLES: [(&str, &[&str]); 2] =
    [("tables/quota.csv", &["programme", "district"]), ("tables/forecast.csv", &["programme", "district"])];
const LISTS: [(&str, &[&str]); 4] = [
    ("tables/lists.csv", &["list", "programme", "ground", "district", "id"]),
    ("tables/inspection.csv", &["list", "programme", "ground", "district", "id"]),
    ("tables/spot-check.csv", &["programme", "district", "role", "id"]),
    ("tables/problems.csv", &["problem", "file", "row", "column", "found"]),
];
const FIGURES: [&str; 2] = ["maps", "charts"];

/// What changed between the output folders of two runs.
pub(super) fn changes(old: &Path, new: &Path, language: Language) -> Result<(Vec<Change>, Vec<String>)> {
    let mut changes = Vec::new();
    let mut notes = Vec::new();
    let mut names = Names { language, words: BTreeMap::new() };
    for (name, keys) in TABLES {
        if let Some((before, after)) = both(old, new, name, &mut notes)? {
            let (before, after) = (rows(&before, keys)?, rows(&after, keys)?);
            names.learn(&before);
            names.learn(&after);
            numbers((name, keys), &before, &after, &names, &mut changes);
        }
    }
    for (name, keys) in LISTS {
        if let Some((before, after)) = both(old, new, name, &mut notes)? {
            lists((name, keys), &rows(&before, keys)?, &rows(&after, keys)?, &names, &mut changes);
        }
    }
    sentences(old, new, &mut changes, &mut notes)?;
    for folder in FIGURES {
        figures(&old.join(folder), &new.join(folder), folder, language, &mut changes)?;
    }
    inputs(old, new, &mut changes, &mut notes)?;
    Ok((changes, notes))
}

/// A table of both folders; a note and nothing where one of them lacks it.
fn both(
    old: &Path,
    new: &Path,
    name: &str,
    notes: &mut Vec<String>,
) -> Result<Option<(crate::model::Table, crate::model::Table)>> {
    let (before, after) = (old.join(name), new.join(name));
    match (before.is_file(), after.is_file()) {
        (true, true) => {
            let options = TableOptions::default();
            Ok(Some((source::table(&before, &options)?, source::table(&after, &options)?)))
        }
        (false, false) => Ok(None),
        (has_old, _) => {
            let lacking = if has_old { new } else { old };
            notes.push(format!("{} has no {name}, which is not compared", lacking.display()));
            Ok(None)
        }
    }
}

/// The rows of a table by their keys: each with its cells by column. Rows with the same key are numbered.
type Rows = BTreeMap<Vec<String>, BTreeMap<String, String>>;

fn rows(table: &crate::model::Table, keys: &[&str]) -> Result<Rows> {
    let columns = table.columns();
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in &columns {
        let text = table.text(name)?;
        cells.insert(name.clone(), text.iter().map(|cell| cell.unwrap_or_default().to_owned()).collect());
    }
    let mut rows = Rows::new();
    for row in 0..table.height() {
        let cell = |name: &str| cells.get(name).map(|cells| cells[row].clone()).unwrap_or_default();
        let mut key: Vec<String> = keys.iter().map(|name| cell(name)).collect();
        while rows.contains_key(&key) {
            key.push("+".to_owned());
        }
        rows.insert(key, cells.iter().map(|(name, cells)| (name.clone(), cells[row].clone())).collect());
    }
    Ok(rows)
}

/// The names of programmes and districts for readers, by their ids.
struct Names {
    language: Language,
    words: BTreeMap<String, String>,
}

impl Names {
    /// Takes the names that a quota table has beside the ids.
    fn learn(&mut self, rows: &Rows) {
        for cells in rows.values() {
            for id in ["programme", "district"] {
                let name = format!("{id}_{}", self.language.pick("name_zh", "name_en"));
                if let (Some(id), Some(name)) = (cells.get(id), cells.get(&name))
                    && !name.is_empty()
                {
                    self.words.insert(id.clone(), name.clone());
                }
            }
        }
    }

    /// What a reader calls a cell of a column.
    fn of(&self, column: &str, cell: &str) -> String {
        let language = self.language;
        match (column, cell) {
            ("list", list) => self.of_column(list),
            ("role", "sample") => language.pick("正选", "sample").to_owned(),
            ("role", "replacement") => language.pick("备选", "replacement").to_owned(),
            ("problem", key) => {
                ProblemKind::of_key(key).map_or_else(|| key.to_owned(), |kind| kind.name(language).to_owned())
            }
            _ => self.words.get(cell).cloned().unwrap_or_else(|| cell.to_owned()),
        }
    }

    /// What a reader calls a column, without its unit.
    fn of_column(&self, column: &str) -> String {
        let heading = heading(column, self.language);
        let unit = self.language.pick("（家）", " (firms)");
        heading.strip_suffix(unit).unwrap_or(heading).to_owned()
    }

    /// What a reader calls a row: what it is known by, and the name of its firm.
    fn of_row(&self, cells: &BTreeMap<String, String>, keys: &[&str]) -> String {
        // The id of a firm says nothing to a reader beside its name.
        let is_named = cells.get("name").is_some_and(|name| !name.is_empty());
        let known = keys.iter().copied().filter(|key| *key != "ground" && !(is_named && *key == "id"));
        let parts = known.chain(["name"]).filter_map(|column| {
            let cell = cells.get(column).filter(|cell| !cell.is_empty())?;
            Some(self.of(column, cell))
        });
        parts.collect::<Vec<_>>().join(" · ")
    }
}

fn numbers(table: (&str, &[&str]), before: &Rows, after: &Rows, names: &Names, changes: &mut Vec<Change>) {
    for (key, cells) in before {
        let Some(now) = after.get(key) else { continue };
        for (column, cell) in cells {
            let now_cell = now.get(column).cloned().unwrap_or_default();
            if *cell == now_cell {
                continue;
            }
            let numbers = cell.parse::<f64>().ok().zip(now_cell.parse::<f64>().ok());
            changes.push(Change {
                kind: Some(ChangeKind::Number),
                id: table.0.to_owned(),
                name: Some(names.of_row(now, table.1)),
                column: Some(column.clone()),
                column_name: Some(names.of_column(column)),
                before: Some(cell.clone()),
                after: Some(now_cell),
                // The noise of decimal fractions is no change.
                amount: numbers.map(|(before, after)| ((after - before) * 1e9).round() / 1e9),
                ..Change::default()
            });
        }
    }
    lists(table, before, after, names, changes);
}

fn lists(table: (&str, &[&str]), before: &Rows, after: &Rows, names: &Names, changes: &mut Vec<Change>) {
    let change = |kind: ChangeKind, cells: &BTreeMap<String, String>| {
        let programme = cells.get("programme").cloned();
        Change {
            kind: Some(kind),
            id: table.0.to_owned(),
            name: Some(names.of_row(cells, table.1)),
            programme_name: programme.as_deref().map(|id| names.of("programme", id)),
            programme,
            ..Change::default()
        }
    };
    let known = |key: &[String]| Some(key.join(" · "));
    for (key, cells) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        changes.push(Change { before: known(key), ..change(ChangeKind::RowLeft, cells) });
    }
    for (key, cells) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.push(Change { after: known(key), ..change(ChangeKind::RowEntered, cells) });
    }
}

const BULLETIN: &str = "bulletin.html";

fn sentences(old: &Path, new: &Path, changes: &mut Vec<Change>, notes: &mut Vec<String>) -> Result<()> {
    let read = |folder: &Path| -> Result<Option<Vec<String>>> {
        let path = folder.join(BULLETIN);
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        Ok(Some(sentences_of(&text)))
    };
    let (Some(before), Some(after)) = (read(old)?, read(new)?) else {
        notes.push(format!("one of the folders has no {BULLETIN}, whose sentences are not compared"));
        return Ok(());
    };
    let known = |sentences: &[String]| sentences.iter().cloned().collect::<BTreeSet<String>>();
    let (known_before, known_after) = (known(&before), known(&after));
    let change = |kind: ChangeKind, before: Option<&String>, after: Option<&String>| Change {
        kind: Some(kind),
        id: BULLETIN.to_owned(),
        before: before.cloned(),
        after: after.cloned(),
        ..Change::default()
    };
    for sentence in before.iter().filter(|sentence| !known_after.contains(*sentence)) {
        changes.push(change(ChangeKind::SentenceLeft, Some(sentence), None));
    }
    for sentence in after.iter().filter(|sentence| !known_before.contains(*sentence)) {
        changes.push(change(ChangeKind::SentenceEntered, None, Some(sentence)));
    }
    Ok(())
}

/// The sentences of a page: what its list items, paragraphs and headings say. Tables and figures are compared by themselves.
fn sentences_of(page: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for opening in ["<li", "<p", "<h1", "<h2", "<h3"] {
        for piece in page.split(opening).skip(1) {
            // `<p` opens `<pre>` and `<path` too.
            if !piece.starts_with(['>', ' ']) {
                continue;
            }
            let Some((_, inside)) = piece.split_once('>') else { continue };
            let closing = format!("</{}", &opening[1..]);
            let inside = inside.split(&closing).next().unwrap_or_default();
            let words = without_tags(inside);
            if !words.is_empty() {
                sentences.push(words);
            }
        }
    }
    sentences
}

fn without_tags(text: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => words.push(other),
            _ => {}
        }
    }
    let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn figures(old: &Path, new: &Path, folder: &str, language: Language, changes: &mut Vec<Change>) -> Result<()> {
    let (drawn, otherwise) = (language.pick("有图", "drawn"), language.pick("图形有变化", "drawn otherwise"));
    // One file for each figure: the drawing itself, of which pixels and pages are made.
    let stems = |folder: &Path| -> BTreeMap<String, std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<std::path::PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        files.sort();
        let mut stems = BTreeMap::new();
        for ending in ["svg", "png", "pdf"] {
            for file in files.iter().filter(|file| file.extension().is_some_and(|own| own == ending)) {
                let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                stems.entry(stem).or_insert_with(|| file.clone());
            }
        }
        stems
    };
    let (before, after) = (stems(old), stems(new));
    let change = |stem: &str, before: Option<&str>, after: Option<&str>| Change {
        kind: Some(ChangeKind::Figure),
        id: format!("{folder}/{stem}"),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        ..Change::default()
    };
    for (stem, file) in &before {
        match after.get(stem) {
            None => changes.push(change(stem, Some(drawn), None)),
            Some(now) if source::sha256(file)? != source::sha256(now)? => {
                changes.push(change(stem, Some(drawn), Some(otherwise)));
            }
            Some(_) => {}
        }
    }
    for stem in after.keys().filter(|stem| !before.contains_key(*stem)) {
        changes.push(change(stem, None, Some(drawn)));
    }
    Ok(())
}

fn inputs(old: &Path, new: &Path, changes: &mut Vec<Change>, notes: &mut Vec<String>) -> Result<()> {
    let read = |folder: &Path| -> Result<Option<serde_json::Value>> {
        let path = folder.join("manifest.json");
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        Ok(serde_json::from_str(&text).ok())
    };
    let (Some(before), Some(after)) = (read(old)?, read(new)?) else {
        notes
            .push("one of the folders has no manifest.json that can be read, whose inputs are not compared".to_owned());
        return Ok(());
    };
    let text = |value: &serde_json::Value, key: &str| value[key].as_str().map(str::to_owned);
    let change = |id: String, before: Option<String>, after: Option<String>| Change {
        kind: Some(ChangeKind::Input),
        id,
        before,
        after,
        ..Change::default()
    };
    for key in ["program", "as_of"] {
        let (before, after) = (text(&before, key), text(&after, key));
        if before != after {
            changes.push(change(key.to_owned(), before, after));
        }
    }
    let hashes = |manifest: &serde_json::Value| -> BTreeMap<String, String> {
        let inputs = manifest["inputs"].as_array().into_iter().flatten();
        inputs.filter_map(|input| Some((text(input, "file")?, text(input, "sha256")?))).collect()
    };
    let (before, after) = (hashes(&before), hashes(&after));
    for file in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let (old, new) = (before.get(file), after.get(file));
        if old != new {
            changes.push(change(file.clone(), old.cloned(), new.cloned()));
        }
    }
    Ok(())
}
