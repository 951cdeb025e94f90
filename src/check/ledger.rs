use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::cells::TableCells;
use super::checked::{Checked, RowProblems};
use super::register::{find_district, normalised_code, refuse_cut, refuse_sum};
use super::terms;
use super::whole::Screening;
use crate::error::Result;
use crate::model::{
    ColumnMapping, Enterprise, Ledger, LedgerEntry, Place, Problem, ProblemKind, Register, Report, Severity, Stage,
    Standing, Table, cell,
};
use crate::policy::{Policy, StageTerm, Term};

/// Options of the ledger check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerOptions {
    /// The as-of date: later dates are reported as lying in the future. `None` accepts any date.
    pub as_of: Option<NaiveDate>,
    /// Ids of enterprises that were rejected from the register ([`Checked::rejected_ids`]). Ledger entries of these
    /// enterprises are kept, because the fault is already in the register's report.
    pub rejected_ids: BTreeSet<String>,
    /// Enterprise id → adcode of the district where it stands: what a ledger says of the district is held against it.
    pub standing: Standing,
}

/// The column with the dates of a stage.
struct DateColumn<'a> {
    stage: &'a StageTerm,
    name: String,
}

/// The date columns in the order of the work.
fn date_columns(policy: &Policy) -> Vec<DateColumn<'_>> {
    policy.stages.iter().map(|stage| DateColumn { stage, name: stage.date_column() }).collect()
}

/// Checks each row of a ledger 管理台账 by the rules in the table of [`crate::check`].
///
/// # Errors
///
/// Fails if the table lacks a column that the mapping names. Faults of rows are not errors: they are in the report.
pub fn ledger(
    table: &Table,
    columns: &ColumnMapping,
    policy: &Policy,
    register: &Register,
    options: &LedgerOptions,
) -> Result<Checked<Ledger>> {
    let cells = TableCells::new(table, columns)?;
    let date_columns = date_columns(policy);
    let mut first_rows: HashMap<(String, String), u64> = HashMap::new();
    let mut report = columns_without_dates(table, &cells, &date_columns);
    let mut rejects = Vec::new();
    let mut entries = Vec::with_capacity(table.height());
    for (index, &number) in table.rows.iter().enumerate() {
        let mut row = RowProblems::of_row(table, index);
        if refuse_sum(table, &cells, index, "programme", &mut row) {
            rejects.extend(row.close("", &mut report));
            continue;
        }
        let id = cells.get(index, "id").map(normalised_code).unwrap_or_default();
        if id.is_empty() {
            row.reject(ProblemKind::MissingValue, cells.header("id"), "", "the id of an enterprise of the register");
        } else if refuse_cut(&cells, index, &mut row) {
            // The rest of the digits is not known, so neither is whose they are.
        } else if register.position(&id).is_none() && !options.rejected_ids.contains(&id) {
            let expected = format!("an id of the register {}", register.source);
            row.reject(ProblemKind::NotInRegister, cells.header("id"), &id, expected);
        }
        let programme = programme(&cells, index, policy, &mut row);
        if let Some(programme) = &programme
            && let Some(first) = first_rows.get(&(id.clone(), programme.clone()))
        {
            let expected = format!("one entry per enterprise and programme; row {first} has it already");
            row.reject(ProblemKind::DuplicateEntry, cells.header("id"), &id, expected);
        }
        let stage = stage(&cells, index, policy, &mut row);
        let dates: Vec<Option<NaiveDate>> =
            date_columns.iter().map(|column| date(&cells, index, &column.name, &mut row)).collect();
        let due_on = date(&cells, index, "due_on", &mut row);
        date_order(&cells, &date_columns, &dates, &mut row);
        if let Some(stage) = stage {
            stage_against_dates(&cells, index, stage, (&date_columns, &dates), &mut row);
            stages_skipped(&cells, index, stage, (&date_columns, &dates), &mut row);
        }
        if let Some(standing) = options.standing.get(id.as_str()) {
            district_against_standing(&cells, index, standing, policy, &mut row);
        }
        if let Some(as_of) = options.as_of {
            future(&cells, &date_columns, &dates, as_of, &mut row);
        }
        let one = |canonical, what, terms: &[&Term], row: &mut RowProblems<'_>| {
            codes(&cells, index, canonical, what, terms, row).into_iter().next()
        };
        let grounds: Vec<&Term> = policy.grounds.iter().map(|ground| &ground.term).collect();
        let ground = one("ground", "a ground of the policy", &grounds, &mut row);
        let measure = one("measure", "a measure of the policy", &policy.measures.iter().collect::<Vec<_>>(), &mut row);
        let mut many = |canonical, what, terms: &[Term]| {
            codes(&cells, index, canonical, what, &terms.iter().collect::<Vec<_>>(), &mut row)
        };
        let deficits = many("deficits", "one of the “four withouts” of the policy", &policy.deficits);
        let equipment = many("equipment", "a class of equipment of the policy", &policy.equipment);
        if let Some(reject) = row.close(&id, &mut report) {
            rejects.push(reject);
            continue;
        }
        // Without one of them the row was rejected.
        let (Some(programme), Some(stage)) = (programme, stage) else { continue };
        first_rows.insert((id.clone(), programme.clone()), number);
        entries.push(LedgerEntry {
            row: number,
            id,
            programme,
            ground,
            deficits,
            equipment,
            measure,
            stage,
            due_on,
            passed_on: dates,
        });
    }
    Ok(Checked { value: Ledger { source: table.source.clone(), entries }, report, rejects })
}

/// A stage without a date column at all is one problem of the file, not one of every row.
fn columns_without_dates(table: &Table, cells: &TableCells<'_>, columns: &[DateColumn<'_>]) -> Report {
    let problems = columns
        .iter()
        .filter(|column| !cells.has(&column.name))
        .map(|column| Problem {
            kind: ProblemKind::MissingValue,
            severity: Severity::Warning,
            place: Place { file: table.source.clone(), row: None, column: Some(column.name.clone()) },
            found: "no such column".to_owned(),
            expected: format!("the date on which stage `{}` was passed", column.stage.term.id),
        })
        .collect();
    Report { problems, ..Report::default() }
}

fn programme(cells: &TableCells<'_>, index: usize, policy: &Policy, row: &mut RowProblems<'_>) -> Option<String> {
    let column = cells.header("programme");
    let terms = || policy.programmes.iter().map(|programme| &programme.term);
    let Some(cell) = cells.get(index, "programme") else {
        row.reject(ProblemKind::MissingValue, column, "", "a programme of the policy");
        return None;
    };
    let found = terms::find_short(terms(), cell);
    if found.is_none() {
        let expected = terms::expected("a programme of the policy", terms(), cell);
        row.reject(ProblemKind::UnknownCode, column, cell, expected);
    }
    found.map(|term| term.id.clone())
}

fn stage(cells: &TableCells<'_>, index: usize, policy: &Policy, row: &mut RowProblems<'_>) -> Option<Stage> {
    let column = cells.header("stage");
    let Some(cell) = cells.get(index, "stage") else {
        row.reject(ProblemKind::MissingValue, column, "", "a stage of the policy");
        return None;
    };
    let terms = || policy.stages.iter().map(|stage| &stage.term);
    let found = terms::find_short(terms(), cell)
        .and_then(|term| policy.stages.iter().find(|stage| stage.term.id == term.id))
        .map(|stage| stage.stage);
    if found.is_none() {
        row.reject(ProblemKind::UnknownStage, column, cell, terms::expected("a stage of the policy", terms(), cell));
    }
    found
}

fn date(cells: &TableCells<'_>, index: usize, canonical: &str, row: &mut RowProblems<'_>) -> Option<NaiveDate> {
    let cell = cells.get(index, canonical)?;
    let date = cell::date(cell);
    if date.is_none() {
        let expected = "a date such as 2020-05-28; the cell was left out";
        row.warn(ProblemKind::UnreadableValue, cells.header(canonical), cell, expected);
    }
    date
}

/// Each date is held against the latest one of the stages before it.
fn date_order(
    cells: &TableCells<'_>,
    columns: &[DateColumn<'_>],
    dates: &[Option<NaiveDate>],
    row: &mut RowProblems<'_>,
) {
    let mut latest: Option<(NaiveDate, &str)> = None;
    for (column, date) in columns.iter().zip(dates) {
        let Some(date) = *date else { continue };
        match latest {
            Some((before, earlier)) if date < before => {
                let expected = format!("no date before {before} in `{}`", cells.header(earlier));
                row.warn(ProblemKind::DateOrder, cells.header(&column.name), &date.to_string(), expected);
            }
            _ => latest = Some((date, &column.name)),
        }
    }
}

/// The stage claims what its date must show, and no date may show more than the stage claims.
fn stage_against_dates(
    cells: &TableCells<'_>,
    index: usize,
    stage: Stage,
    (columns, dates): (&[DateColumn<'_>], &[Option<NaiveDate>]),
    row: &mut RowProblems<'_>,
) {
    let claimed = columns.get(stage.position()).map_or("", |column| column.stage.term.id.as_str());
    for (column, date) in columns.iter().zip(dates) {
        let (dated, header) = (column.stage.stage, cells.header(&column.name));
        // An unreadable date is a problem of its own.
        if dated == stage && cells.has(&column.name) && cells.get(index, &column.name).is_none() {
            let expected = format!("a date, as the stage is `{claimed}`");
            row.warn(ProblemKind::StageWithoutDate, header, "", expected);
        }
        if let (true, Some(date)) = (dated > stage, date) {
            let expected = format!("no date, as the stage is `{claimed}`");
            row.warn(ProblemKind::StageWithoutDate, header, &date.to_string(), expected);
        }
    }
}

/// A stage that was passed has those before it: each of them that has a column has a date too, but for one that only a sample goes
/// through.
fn stages_skipped(
    cells: &TableCells<'_>,
    index: usize,
    stage: Stage,
    (columns, dates): (&[DateColumn<'_>], &[Option<NaiveDate>]),
    row: &mut RowProblems<'_>,
) {
    let dated = columns.iter().zip(dates).rev().find(|(column, date)| column.stage.stage <= stage && date.is_some());
    let Some((last, _)) = dated else { return };
    let before = columns.iter().filter(|column| {
        let own = column.stage.stage;
        own > Stage::LISTED && own < last.stage.stage && !column.stage.is_sample
    });
    for column in before.filter(|column| cells.has(&column.name) && cells.get(index, &column.name).is_none()) {
        let expected = format!("the date of `{}`, as `{}` was passed", column.stage.term.id, last.stage.term.id);
        row.warn(ProblemKind::StageSkipped, cells.header(&column.name), "", expected);
    }
}

/// The district that a ledger states against the one where the firm stands, which counts.
fn district_against_standing(
    cells: &TableCells<'_>,
    index: usize,
    standing: &str,
    policy: &Policy,
    row: &mut RowProblems<'_>,
) {
    let Some(cell) = cells.get(index, "district") else { return };
    let column = cells.header("district");
    match (find_district(policy, cell), policy.district(standing)) {
        (Some(declared), Some(standing)) if declared.adcode != standing.adcode => {
            let expected = format!("{}, where the firm stands and counts", standing.name_zh);
            row.warn(ProblemKind::DistrictDiffers, column, cell, expected);
        }
        (None, _) => {
            let names: Vec<&str> = policy.districts.iter().map(|district| district.name_zh.as_str()).collect();
            row.warn(ProblemKind::UnknownCode, column, cell, format!("one of {}", names.join("、")));
        }
        _ => {}
    }
}

fn future(
    cells: &TableCells<'_>,
    columns: &[DateColumn<'_>],
    dates: &[Option<NaiveDate>],
    as_of: NaiveDate,
    row: &mut RowProblems<'_>,
) {
    for (column, date) in columns.iter().zip(dates) {
        if let Some(date) = date.filter(|date| *date > as_of) {
            let expected = format!("no date after {as_of}");
            row.warn(ProblemKind::DateInFuture, cells.header(&column.name), &date.to_string(), expected);
        }
    }
}

/// What a register says of equipment and grounds of its enterprises, by their ids; nothing where it has no column of either.
///
/// # Errors
///
/// Fails if the table lacks a column that the mapping names.
pub(super) fn screening(
    table: &Table,
    columns: &ColumnMapping,
    policy: &Policy,
    register: &Register,
    report: &mut Report,
) -> Result<Option<HashMap<String, Screening>>> {
    let cells = TableCells::new(table, columns)?;
    if !cells.has("equipment") && !cells.has("ground") {
        return Ok(None);
    }
    let equipment: Vec<&Term> = policy.equipment.iter().collect();
    let grounds: Vec<&Term> = policy.grounds.iter().map(|ground| &ground.term).collect();
    let mut found = HashMap::new();
    // Enterprises are in the order of the rows.
    let mut firms = register.enterprises().iter().peekable();
    for (index, number) in table.rows.iter().enumerate() {
        let is_own = |firm: &&Enterprise| (firm.sheet.as_deref(), firm.row) == (table.reading.sheet_of(index), *number);
        let Some(firm) = firms.next_if(is_own) else { continue };
        let mut row = RowProblems::of_row(table, index);
        let own = Screening {
            equipment: codes(&cells, index, "equipment", "a class of equipment of the policy", &equipment, &mut row),
            grounds: codes(&cells, index, "ground", "a ground of the policy", &grounds, &mut row),
        };
        row.close(&firm.id, report);
        if own != Screening::default() {
            found.insert(firm.id.to_string(), own);
        }
    }
    Ok(Some(found))
}

/// The ids a cell names, in its order and each once; what is unknown is left out with a warning.
fn codes(
    cells: &TableCells<'_>,
    index: usize,
    canonical: &str,
    what: &str,
    known: &[&Term],
    row: &mut RowProblems<'_>,
) -> Vec<String> {
    let Some(cell) = cells.get(index, canonical) else { return Vec::new() };
    // The whole cell first: names such as 无证、无照 may hold a separator themselves.
    if let Some(term) = terms::find_short(known.iter().copied(), cell) {
        return vec![term.id.clone()];
    }
    let mut ids: Vec<String> = Vec::new();
    for item in terms::list(cell) {
        match terms::find_short(known.iter().copied(), item) {
            Some(term) if ids.contains(&term.id) => {}
            Some(term) => ids.push(term.id.clone()),
            None => {
                let expected = terms::expected(what, known.iter().copied(), item);
                row.warn(ProblemKind::UnknownCode, cells.header(canonical), item, expected);
            }
        }
    }
    ids
}
