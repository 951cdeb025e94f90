use std::collections::{BTreeSet, HashMap, HashSet};

use polars::prelude::{Column, DataFrame, IdxCa, NamedFrom, Series};

use crate::error::{Error, Result};
use crate::model::{Place, Problem, ProblemKind, Report, Severity, Table};

/// The result of a check. Every row of the input is either in `value` or in `rejects`, never in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<T> {
    /// The rows that can be used.
    pub value: T,
    /// All problems, of kept and of rejected rows, in row order.
    pub report: Report,
    /// The rows that cannot be used.
    pub rejects: Vec<Reject>,
}

impl<T> Checked<T> {
    /// Returns the ids of the rejected rows: enterprises that are in the file but cannot be used as they stand.
    #[must_use]
    pub fn rejected_ids(&self) -> BTreeSet<String> {
        self.rejects.iter().filter(|reject| !reject.id.is_empty()).map(|reject| reject.id.clone()).collect()
    }
}

/// A row that cannot be used, with the reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// The row number as a spreadsheet shows it.
    pub row: u64,
    /// The sheet of that row, where the rows of several sheets were read together.
    pub sheet: Option<String>,
    /// The normalised id of the row; empty if the row has none.
    pub id: String,
    /// The problems for which the row was rejected.
    pub reasons: Vec<Problem>,
}

/// Collects the problems of one row while it is checked.
pub(super) struct RowProblems<'a> {
    source: &'a str,
    sheet: Option<&'a str>,
    row: u64,
    problems: Vec<Problem>,
}

impl<'a> RowProblems<'a> {
    pub(super) fn new(source: &'a str, sheet: Option<&'a str>, row: u64) -> Self {
        Self { source, sheet, row, problems: Vec::new() }
    }

    /// Of a row of a table.
    pub(super) fn of_row(table: &'a Table, index: usize) -> Self {
        let row = table.rows.get(index).copied().unwrap_or_default();
        Self::new(&table.source, table.reading.sheet_of(index), row)
    }

    pub(super) fn warn(&mut self, kind: ProblemKind, column: &str, found: &str, expected: impl Into<String>) {
        self.add(Severity::Warning, kind, column, found, expected.into());
    }

    pub(super) fn reject(&mut self, kind: ProblemKind, column: &str, found: &str, expected: impl Into<String>) {
        self.add(Severity::Reject, kind, column, found, expected.into());
    }

    fn add(&mut self, severity: Severity, kind: ProblemKind, column: &str, found: &str, expected: String) {
        let file = match self.sheet {
            Some(sheet) => format!("{}, sheet {sheet}", self.source),
            None => self.source.to_owned(),
        };
        let place = Place { file, row: Some(self.row), column: Some(column.to_owned()) };
        self.problems.push(Problem { kind, severity, place, found: excerpt(found), expected });
    }

    /// Adds the collected problems to the report, and returns a reject if one of them has the severity
    /// [`Severity::Reject`].
    pub(super) fn close(self, id: &str, report: &mut Report) -> Option<Reject> {
        let reasons: Vec<Problem> =
            self.problems.iter().filter(|problem| problem.severity == Severity::Reject).cloned().collect();
        report.problems.extend(self.problems);
        let sheet = self.sheet.map(str::to_owned);
        (!reasons.is_empty()).then(|| Reject { row: self.row, sheet, id: id.to_owned(), reasons })
    }
}

/// A cell may hold a whole book; a message shows its beginning.
fn excerpt(cell: &str) -> String {
    const SHOWN: usize = 80;
    match cell.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

/// Makes a table of the problems, with the columns `severity`, `problem`, `file`, `row`, `column`, `found`, `expected`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn report_frame(report: &Report) -> Result<DataFrame> {
    let problems = &report.problems;
    let text = |name: &str, cell: &dyn Fn(&Problem) -> Option<String>| {
        Column::new(name.into(), problems.iter().map(cell).collect::<Vec<_>>())
    };
    let rows: Vec<Option<u64>> = problems.iter().map(|problem| problem.place.row).collect();
    DataFrame::new(
        problems.len(),
        vec![
            text("severity", &|problem| {
                let word = match problem.severity {
                    Severity::Reject => "reject",
                    Severity::Warning => "warning",
                };
                Some(word.to_owned())
            }),
            text("problem", &|problem| Some(problem.kind.key())),
            text("file", &|problem| Some(problem.place.file.clone())),
            Column::new("row".into(), rows),
            text("column", &|problem| problem.place.column.clone()),
            text("found", &|problem| Some(problem.found.clone())),
            text("expected", &|problem| Some(problem.expected.clone())),
        ],
    )
    .map_err(Error::table("problems"))
}

/// Makes a table of the rejected rows: the columns of the input with unchanged cells, followed by `row` and `reasons`
/// (`_row` and `_reasons` if the input already has columns of those names).
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn rejects_frame(table: &Table, rejects: &[Reject]) -> Result<DataFrame> {
    let positions = positions(table, rejects);
    let mut picked = Vec::with_capacity(rejects.len());
    let mut rows = Vec::with_capacity(rejects.len());
    let mut reasons = Vec::with_capacity(rejects.len());
    for reject in rejects {
        let Some(index) = positions.get(&(reject.sheet.as_deref(), reject.row)) else { continue };
        picked.push(polars::prelude::IdxSize::try_from(*index).unwrap_or(polars::prelude::IdxSize::MAX));
        rows.push(reject.row);
        reasons.push(reject.reasons.iter().map(reason).collect::<Vec<_>>().join("; "));
    }
    let picked = IdxCa::from_vec("row".into(), picked);
    let mut frame = table.frame.take(&picked).map_err(Error::table("rejects"))?;
    let free = |name: &str| {
        let mut name = name.to_owned();
        while table.frame.column(&name).is_ok() {
            name.insert(0, '_');
        }
        name
    };
    if !table.reading.sheets.is_empty() {
        let sheets: Vec<Option<&str>> = rejects.iter().map(|reject| reject.sheet.as_deref()).collect();
        frame.with_column(Series::new(free("sheet").into(), sheets).into()).map_err(Error::table("rejects"))?;
    }
    for series in [Series::new(free("row").into(), rows), Series::new(free("reasons").into(), reasons)] {
        frame.with_column(series.into()).map_err(Error::table("rejects"))?;
    }
    Ok(frame)
}

/// The positions of rejected rows in their table, by sheet and number.
fn positions<'a>(table: &'a Table, rejects: &[Reject]) -> HashMap<(Option<&'a str>, u64), usize> {
    let rejected: HashSet<(Option<&str>, u64)> =
        rejects.iter().map(|reject| (reject.sheet.as_deref(), reject.row)).collect();
    let rows = table.rows.iter().enumerate().map(|(index, row)| ((table.reading.sheet_of(index), *row), index));
    rows.filter(|(row, _)| rejected.contains(row)).collect()
}

/// Brings rejects into the order of the rows of their table.
pub fn in_table_order(table: &Table, rejects: &mut [Reject]) {
    let positions = positions(table, rejects);
    rejects.sort_by_key(|reject| positions.get(&(reject.sheet.as_deref(), reject.row)).copied());
}

fn reason(problem: &Problem) -> String {
    let column = problem.place.column.as_deref().map(|column| format!(" in `{column}`")).unwrap_or_default();
    format!("{}{column}: found `{}`, expected {}", problem.kind.key(), problem.found, problem.expected)
}
