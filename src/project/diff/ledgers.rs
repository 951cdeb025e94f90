use std::collections::BTreeMap;
use std::path::Path;

use super::{Change, ChangeKind};
use crate::check::find_term;
use crate::error::Result;
use crate::model::{ColumnMapping, LEDGER_COLUMNS, Language, REGISTER_COLUMNS, Table, cell, half_width};
use crate::policy::Policy;
use crate::source::TableSource;

/// The cells of an entry whose changes are told, besides the dates of the policy's stages.
const CELLS: [&str; 5] = ["ground", "deficits", "equipment", "measure", "due_on"];

/// An entry of a ledger as it stands in the file.
struct Entry {
    row: u64,
    name: Option<String>,
    programme: String,
    /// The position of its stage among those of the policy; none where it is no stage.
    stage: Option<usize>,
    stage_words: String,
    cells: BTreeMap<String, String>,
}

/// What changed between two ledgers. An entry is a firm under a programme.
pub(super) fn changes(
    old: &Path,
    new: &Path,
    policy: &Policy,
    language: Language,
) -> Result<(Vec<Change>, Vec<String>)> {
    let mut notes = Vec::new();
    let before = entries(old, policy, &mut notes)?;
    let after = entries(new, policy, &mut notes)?;
    let mut changes = Vec::new();
    let accepted = |entry: &Entry| {
        let programme = policy.programmes.iter().find(|one| one.term.id == entry.programme);
        let accepting =
            programme.and_then(|one| policy.stages.iter().position(|stage| stage.stage == one.accepting_stage));
        entry.stage.zip(accepting).is_some_and(|(stage, accepting)| stage >= accepting)
    };
    let dates = policy.stage_date_columns();
    // The usual header of a column in Chinese, its name in English.
    let called = |name: &str| -> String {
        let own = dates.iter().find(|column| column.name == name).and_then(|column| column.headers.first());
        let usual = LEDGER_COLUMNS.iter().find(|column| column.name == name).and_then(|column| column.aliases.first());
        let zh = own.map(String::as_str).or(usual.copied()).unwrap_or(name);
        language.pick(zh.to_owned(), name.replace('_', " "))
    };
    let programme_name = |id: &str| {
        let programme = policy.programmes.iter().find(|programme| programme.term.id == id)?;
        Some(language.pick(&programme.term.name_zh, &programme.term.name_en).clone())
    };
    let change = |key: &(String, String), entry: &Entry, kind: ChangeKind| Change {
        kind: Some(kind),
        id: key.0.clone(),
        name: entry.name.clone(),
        programme: Some(entry.programme.clone()),
        programme_name: programme_name(&entry.programme).or_else(|| Some(entry.programme.clone())),
        ..Change::default()
    };
    for (key, entry) in &before {
        let Some(now) = after.get(key) else {
            let kind = if accepted(entry) { ChangeKind::AcceptedGone } else { ChangeKind::Left };
            changes.push(Change {
                before: Some(entry.stage_words.clone()),
                old_row: Some(entry.row),
                ..change(key, entry, kind)
            });
            continue;
        };
        let rows = |change: Change| Change { old_row: Some(entry.row), new_row: Some(now.row), ..change };
        if entry.stage != now.stage {
            // A stage that is no more known went back from what it was.
            let kind = if now.stage > entry.stage { ChangeKind::StageForward } else { ChangeKind::StageBack };
            changes.push(rows(Change {
                column: Some("stage".to_owned()),
                column_name: Some(called("stage")),
                before: Some(entry.stage_words.clone()),
                after: Some(now.stage_words.clone()),
                ..change(key, now, kind)
            }));
        }
        for (column, cell) in &entry.cells {
            let now_cell = now.cells.get(column).cloned().unwrap_or_default();
            // A date that came with a later stage is part of that stage.
            let stage = dates.iter().position(|date| date.name == *column);
            let came = cell.is_empty() && stage.is_some() && now.stage > entry.stage;
            if *cell != now_cell && !came {
                // A stage whose date cannot be read any more does not count: it went back, whatever is claimed.
                let is_gone = stage.is_some_and(|stage| Some(stage) <= now.stage && stage > 0)
                    && cell::date(cell).is_some()
                    && cell::date(&now_cell).is_none();
                let kind = if is_gone { ChangeKind::StageBack } else { ChangeKind::Cell };
                changes.push(rows(Change {
                    column: Some(column.clone()),
                    column_name: Some(called(column)),
                    before: Some(cell.clone()).filter(|cell| !cell.is_empty()),
                    after: Some(now_cell).filter(|cell| !cell.is_empty()),
                    ..change(key, now, kind)
                }));
            }
        }
    }
    for (key, entry) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.push(Change {
            after: Some(entry.stage_words.clone()),
            new_row: Some(entry.row),
            ..change(key, entry, ChangeKind::Entered)
        });
    }
    Ok((changes, notes))
}

fn entries(file: &Path, policy: &Policy, notes: &mut Vec<String>) -> Result<BTreeMap<(String, String), Entry>> {
    let source = TableSource { file: file.to_owned(), ..TableSource::default() };
    let (table, source) = source.read(LEDGER_COLUMNS)?;
    let dates = policy.stage_date_columns();
    let columns = ColumnMapping::recognise_with(&table, LEDGER_COLUMNS, &dates, &source.columns)?;
    notes.extend(table.notes());
    let text = |name: &str| texts(&table, columns.header(name));
    let (ids, programmes, stages) = (text("id")?, text("programme")?, text("stage")?);
    let headers = table.columns();
    let names =
        REGISTER_COLUMNS.iter().find(|column| column.name == "name").and_then(|column| column.header_in(&headers));
    let names = texts(&table, names)?;
    let mut cells: Vec<(String, Vec<String>)> =
        CELLS.iter().map(|name| Ok(((*name).to_owned(), text(name)?))).collect::<Result<_>>()?;
    for date in dates {
        let cell = text(&date.name)?;
        cells.push((date.name, cell));
    }
    let mut entries: BTreeMap<(String, String), Entry> = BTreeMap::new();
    let (mut without, mut doubled) = (0, 0);
    for row in 0..table.height() {
        if table.reading.sums.contains(&row) {
            continue;
        }
        if ids[row].is_empty() {
            without += 1;
            continue;
        }
        let programme = find_term(policy.programmes.iter().map(|one| &one.term), &programmes[row]);
        let programme = programme.map_or_else(|| programmes[row].clone(), |term| term.id.clone());
        let stage = find_term(policy.stages.iter().map(|one| &one.term), &stages[row]);
        let stage = stage.and_then(|term| policy.stages.iter().position(|one| one.term.id == term.id));
        let entry = Entry {
            row: table.rows.get(row).copied().unwrap_or_default(),
            name: Some(names[row].clone()).filter(|name| !name.is_empty()),
            programme: programme.clone(),
            stage,
            stage_words: stage
                .and_then(|stage| policy.stages.get(stage))
                .map_or_else(|| stages[row].clone(), |stage| stage.term.name_zh.clone()),
            cells: cells.iter().map(|(name, cells)| (name.clone(), cells[row].clone())).collect(),
        };
        let key = (half_width(&ids[row]).to_uppercase(), programme);
        // The first of several entries of a firm under a programme, as the check keeps it.
        match entries.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(entry);
            }
            std::collections::btree_map::Entry::Occupied(_) => doubled += 1,
        }
    }
    if without > 0 {
        notes.push(format!("{}: {without} rows without an id are left out", table.source));
    }
    if doubled > 0 {
        notes.push(format!("{}: {doubled} rows name a firm twice under a programme; the first counts", table.source));
    }
    Ok(entries)
}

/// The cells of a column as text; empty ones where there is no such column.
pub(super) fn texts(table: &Table, header: Option<&str>) -> Result<Vec<String>> {
    match header {
        None => Ok(vec![String::new(); table.height()]),
        Some(header) => Ok(table.text(header)?.iter().map(|cell| cell.unwrap_or_default().trim().to_owned()).collect()),
    }
}
