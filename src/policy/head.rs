//! Reads `policy.toml`: the settings of a policy that are not tables.

use std::collections::HashSet;
use std::path::Path;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::faults::{At, Faults, is_snake_case, one_of, quoted};
use super::folder::text;
use super::ranking::{RankedBy, RankingRule, Ties};
use super::terms::{Instrument, PolicyDocument, Programme, StageTerm, Term};
use crate::model::Stage;

const FILE: &str = "policy.toml";

/// The content of `policy.toml`. Faulty values are replaced by defaults, and the policy is refused in the end.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) year: i32,
    pub(super) city: Term,
    pub(super) document: PolicyDocument,
    pub(super) programmes: Vec<Programme>,
    pub(super) ranking: RankingRule,
    pub(super) instruments: Vec<Instrument>,
}

/// Reads `policy.toml`; returns `None` if it is not valid TOML.
pub(super) fn head(folder: &Path, departments: &[Term], stages: &[StageTerm], faults: &mut Faults) -> Option<Head> {
    let text = text(folder, FILE, faults)?;
    let lines = Lines::of_text(&text);
    let (root, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        let row = error.span().map(|span| lines.at(span.start));
        faults.add(At { file: FILE, row, column: None }, error.message(), "TOML");
    }
    if !errors.is_empty() {
        return None;
    }
    let keys = ["year", "city", "document", "programme", "ranking", "instrument"];
    let root = Entry { lines: &lines, path: String::new(), start: 0, table: root.get_ref() };
    root.only(&keys, faults);
    let year = root.year(faults);
    let city = root.entry("city", &["id", "name_zh", "name_en", "source"], faults);
    let city = city.map(|city| Term { id: city.filled("id", faults), ..city.names(faults) });
    let document = root.entry("document", &["number", "title_zh", "title_en", "issuer", "issued_on", "text"], faults);
    let document = document.map(|entry| document_of(&entry, folder, faults));
    let issued_on = document.as_ref().map(|document| document.issued_on);
    let entries = root.entries("programme", &PROGRAMME_KEYS, faults);
    if entries.is_empty() {
        root.fault("programme", "no programme", "one at the least", faults);
    }
    ids_once(&entries, faults);
    let programmes = entries.iter().map(|entry| programme(entry, issued_on, stages, faults)).collect();
    let entries = root.entries("instrument", &["id", "name_zh", "name_en", "lead_departments", "source"], faults);
    ids_once(&entries, faults);
    let instruments = entries
        .iter()
        .map(|entry| Instrument { term: entry.term(faults), lead_departments: entry.departments(departments, faults) })
        .collect();
    let ranking = match root.table.get("ranking") {
        Some(_) => {
            root.entry("ranking", &["by", "capped", "then", "ties", "source"], faults).map(|one| ranking(&one, faults))
        }
        None => None,
    };
    Some(Head { year, city: city?, document: document?, programmes, ranking: ranking.unwrap_or_default(), instruments })
}

/// The rule of the ranking; each key of it may be missing but its source.
fn ranking(entry: &Entry<'_>, faults: &mut Faults) -> RankingRule {
    let by = entry.choice("by", &RankedBy::ALL, faults).unwrap_or_default();
    let ties = entry.choice("ties", &Ties::ALL, faults).unwrap_or_default();
    let capped = match entry.table.get("capped").map(|value| value.get_ref()) {
        Some(DeValue::Boolean(capped)) => *capped,
        Some(other) => {
            entry.fault("capped", other.type_str(), "true or false", faults);
            false
        }
        None => false,
    };
    let mut then = Vec::new();
    match entry.table.get("then").map(|value| value.get_ref()) {
        Some(DeValue::Array(words)) => {
            for value in words.iter() {
                let word = value.get_ref().as_str().unwrap_or(value.get_ref().type_str());
                match RankedBy::ALL.iter().find(|(_, known)| *known == word) {
                    Some((found, _)) => then.push(*found),
                    None => entry.fault(
                        "then",
                        quoted(word),
                        &one_of(word, RankedBy::ALL.iter().map(|(_, known)| *known)),
                        faults,
                    ),
                }
            }
        }
        Some(other) => entry.fault("then", other.type_str(), "an array of strings", faults),
        None => {}
    }
    entry.filled("source", faults);
    RankingRule { by, capped, then, ties }
}

const PROGRAMME_KEYS: [&str; 9] =
    ["id", "name_zh", "name_en", "unit_zh", "unit_en", "accepting_stage", "deadline", "deadline_source", "source"];

fn document_of(entry: &Entry<'_>, folder: &Path, faults: &mut Faults) -> PolicyDocument {
    if entry.table.get("issued_on").is_none() {
        entry.missing("issued_on", faults);
    }
    if let Some(file) = entry.optional("text", faults) {
        if Path::new(&file).file_name().is_some_and(|name| name == file.as_str()) {
            text(folder, &file, faults);
        } else {
            entry.fault("text", quoted(&file), "a file of the folder", faults);
        }
    }
    PolicyDocument {
        number: entry.filled("number", faults),
        title_zh: entry.filled("title_zh", faults),
        title_en: entry.filled("title_en", faults),
        issuer: entry.filled("issuer", faults),
        issued_on: entry.date("issued_on", faults).unwrap_or_default(),
    }
}

fn programme(entry: &Entry<'_>, issued_on: Option<NaiveDate>, stages: &[StageTerm], faults: &mut Faults) -> Programme {
    let deadline = entry.date("deadline", faults);
    if let (Some(deadline), Some(issued_on)) = (deadline, issued_on)
        && deadline <= issued_on
    {
        let expected = format!("a day after the document's, {issued_on}");
        entry.fault("deadline", quoted(&deadline.to_string()), &expected, faults);
    }
    let deadline_source = entry.optional("deadline_source", faults);
    if deadline.is_some() && deadline_source.is_none() {
        entry.missing("deadline_source", faults);
    }
    let stage = entry.filled("accepting_stage", faults);
    let ids = stages.iter().map(|stage| stage.term.id.as_str());
    let accepting_stage = stages.iter().find(|known| known.term.id == stage).map_or_else(
        || {
            if !faults.follows_from_missing(&ids) {
                entry.fault("accepting_stage", quoted(&stage), &one_of(&stage, ids.clone()), faults);
            }
            Stage::LISTED
        },
        |known| known.stage,
    );
    Programme {
        term: entry.term(faults),
        unit_zh: entry.filled("unit_zh", faults),
        unit_en: entry.filled("unit_en", faults),
        deadline,
        deadline_source,
        // The quota table says it.
        city_quota: 0,
        accepting_stage,
    }
}

/// A table of the file.
struct Entry<'a> {
    lines: &'a Lines,
    /// The key of the table, followed by a dot: `programme[2].`.
    path: String,
    start: usize,
    table: &'a DeTable<'a>,
}

impl<'a> Entry<'a> {
    /// Reports keys other than these.
    fn only(&self, keys: &[&str], faults: &mut Faults) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let row = Some(self.lines.at(key.span().start));
                let at = At { file: FILE, row, column: None };
                faults.add(at, format!("the key `{}{name}`", self.path), one_of(name, keys.iter().copied()));
            }
        }
    }

    fn entry(&self, key: &str, keys: &[&str], faults: &mut Faults) -> Option<Entry<'a>> {
        let Some(value) = self.table.get(key) else {
            self.missing(key, faults);
            return None;
        };
        let DeValue::Table(table) = value.get_ref() else {
            self.fault(key, value.get_ref().type_str(), "a table", faults);
            return None;
        };
        let entry = Entry { lines: self.lines, path: format!("{}{key}.", self.path), start: value.span().start, table };
        entry.only(keys, faults);
        Some(entry)
    }

    /// The tables of an array; none where it is not there.
    fn entries(&self, key: &str, keys: &[&str], faults: &mut Faults) -> Vec<Entry<'a>> {
        let Some(value) = self.table.get(key) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            self.fault(key, value.get_ref().type_str(), "an array of tables", faults);
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (place, value) in array.iter().enumerate() {
            let path = format!("{key}[{}]", place + 1);
            match value.get_ref() {
                DeValue::Table(table) => {
                    let path = format!("{path}.");
                    let entry = Entry { lines: self.lines, path, start: value.span().start, table };
                    entry.only(keys, faults);
                    entries.push(entry);
                }
                other => self.fault(&path, other.type_str(), "a table", faults),
            }
        }
        entries
    }

    fn optional(&self, key: &str, faults: &mut Faults) -> Option<String> {
        let value = self.table.get(key)?.get_ref();
        match value.as_str().map(str::trim) {
            Some("") => self.fault(key, "``", "a value", faults),
            Some(text) => return Some(text.to_owned()),
            None => self.fault(key, value.type_str(), "a string", faults),
        }
        None
    }

    fn filled(&self, key: &str, faults: &mut Faults) -> String {
        if self.table.get(key).is_none() {
            self.missing(key, faults);
        }
        self.optional(key, faults).unwrap_or_default()
    }

    /// One of some words; nothing where the key is missing.
    fn choice<T: Copy>(&self, key: &str, known: &[(T, &str)], faults: &mut Faults) -> Option<T> {
        self.table.get(key)?;
        let word = self.optional(key, faults)?;
        let found = known.iter().find(|(_, known)| *known == word).map(|(choice, _)| *choice);
        if found.is_none() {
            self.fault(key, quoted(&word), &one_of(&word, known.iter().map(|(_, known)| *known)), faults);
        }
        found
    }

    fn date(&self, key: &str, faults: &mut Faults) -> Option<NaiveDate> {
        let value = self.table.get(key)?.get_ref();
        let found = value.as_datetime();
        let date = found
            .filter(|found| found.time.is_none())
            .and_then(|found| found.date)
            .and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)));
        if date.is_none() {
            let found = found.map_or_else(|| value.type_str().to_owned(), |found| quoted(&found.to_string()));
            self.fault(key, found, "a date such as 2020-10-31", faults);
        }
        date
    }

    fn year(&self, faults: &mut Faults) -> i32 {
        let Some(value) = self.table.get("year") else {
            self.missing("year", faults);
            return 0;
        };
        let year = value.get_ref().as_integer().filter(|year| year.radix() == 10);
        let year = year.and_then(|year| year.as_str().parse().ok()).filter(|year| (1949..=9999).contains(year));
        year.unwrap_or_else(|| {
            let found = value.get_ref().as_integer().map(|year| quoted(year.as_str()));
            let found = found.unwrap_or_else(|| value.get_ref().type_str().to_owned());
            self.fault("year", found, "a year such as 2020", faults);
            0
        })
    }

    /// Names and source; the id is left to the caller.
    fn names(&self, faults: &mut Faults) -> Term {
        Term {
            id: String::new(),
            name_zh: self.filled("name_zh", faults),
            name_en: self.filled("name_en", faults),
            source: self.filled("source", faults),
        }
    }

    fn term(&self, faults: &mut Faults) -> Term {
        let id = self.filled("id", faults);
        if !id.is_empty() && !is_snake_case(&id) {
            self.fault("id", quoted(&id), "small letters, digits and underscores, a letter first", faults);
        }
        Term { id, ..self.names(faults) }
    }

    fn departments(&self, known: &[Term], faults: &mut Faults) -> Vec<String> {
        let Some(value) = self.table.get("lead_departments") else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            self.fault("lead_departments", value.get_ref().type_str(), "an array of strings", faults);
            return Vec::new();
        };
        let names = known.iter().map(|department| department.name_zh.as_str());
        let mut departments = Vec::new();
        for value in array.iter() {
            let name = value.get_ref().as_str().unwrap_or(value.get_ref().type_str());
            if !faults.follows_from_missing(&names) && !names.clone().any(|known| known == name) {
                self.fault("lead_departments", quoted(name), &one_of(name, names.clone()), faults);
            }
            departments.push(name.to_owned());
        }
        departments
    }

    fn missing(&self, key: &str, faults: &mut Faults) {
        self.fault(key, "nothing", "a value", faults);
    }

    fn fault(&self, key: &str, found: impl Into<String>, expected: &str, faults: &mut Faults) {
        let start = self.table.get(key).map_or(self.start, |value| value.span().start);
        let column = format!("{}{key}", self.path);
        faults.add(At { file: FILE, row: Some(self.lines.at(start)), column: Some(&column) }, found, expected);
    }
}

/// Reports every id that another of these tables has.
fn ids_once(entries: &[Entry<'_>], faults: &mut Faults) {
    let mut seen = HashSet::new();
    for entry in entries {
        let id = entry.table.get("id").and_then(|id| id.get_ref().as_str());
        if let Some(id) = id.filter(|id| !seen.insert(*id)) {
            entry.fault("id", quoted(id), "it once: another has it", faults);
        }
    }
}

/// Returns the positions at which the lines of a text start.
struct Lines(Vec<usize>);

impl Lines {
    fn of_text(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(ends.map(|(place, _)| place + 1)).collect())
    }

    /// The line of a byte, from 1.
    fn at(&self, byte: usize) -> u64 {
        self.0.partition_point(|start| *start <= byte) as u64
    }
}
