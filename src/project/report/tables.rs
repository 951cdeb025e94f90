//! The tables of a bulletin, from whose cells its sentences have their numbers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use super::super::file::Project;
use super::super::names::headings;
use super::super::run::Tables;
use super::super::survey::Survey;
use crate::check::DISTRICT;
use crate::error::{Error, ProjectError, Result};
use crate::model::{Language, ProblemKind, column};
use crate::policy::{Policy, Programme};
use crate::progress::{self, Forecast, ProgressRow, PublicList};
use crate::report::{DocumentTable, Headings, Word};

/// The columns of a concentration table that a bulletin shows.
const AREA_COLUMNS: [&str; 6] =
    ["area_name", "firms", "share", "density_per_km2", "herfindahl_hirschman", "in_park_share"];

/// Headings and the language of a reader.
type Named<'a> = (&'a Headings, Language);

/// The tables of a bulletin.
pub(in crate::project) struct ReportTables {
    /// A row for each programme: the city.
    pub(super) overall: DocumentTable,
    /// A table for each programme: its districts by the policy's order, then the city.
    pub(super) programmes: BTreeMap<String, DocumentTable>,
    /// A table for each programme with a forecast: its districts, then the city.
    pub(super) forecasts: BTreeMap<String, DocumentTable>,
    /// A row for each programme: the firms on each list.
    pub(super) lists: DocumentTable,
    /// A row for each kind of problem, then all.
    pub(super) problems: DocumentTable,
    /// A row for each district.
    pub(super) concentration: Option<DocumentTable>,
}

impl ReportTables {
    pub(in crate::project) fn new(project: &Project, survey: &Survey, tables: &Tables) -> Result<Self> {
        let language = project.language;
        let headings = headings(&survey.policy, language);
        let named = (&headings, language);
        let policy = &survey.policy;
        let mut programmes = BTreeMap::new();
        for programme in &policy.programmes {
            programmes.insert(programme.term.id.clone(), of_programme(survey, programme, project.as_of, named)?);
        }
        let mut forecasts = BTreeMap::new();
        for programme in &policy.programmes {
            let own: Vec<Forecast> =
                tables.forecasts.iter().filter(|row| row.programme == programme.term.id).cloned().collect();
            if own.iter().any(|row| !row.days.is_empty()) {
                forecasts.insert(programme.term.id.clone(), forecast(programme, &own, named)?);
            }
        }
        let mut concentration = None;
        for measured in survey.concentration.iter().filter(|measured| measured.layer == DISTRICT) {
            let mut firms = measured.areas.slice(0, policy.districts.len().min(measured.areas.height()));
            firms.rename("count", "firms".into()).map_err(Error::table("concentration"))?;
            let caption = language.pick("各区县企业集聚", "Enterprises by district").to_owned();
            let own: Vec<&str> = AREA_COLUMNS
                .into_iter()
                .filter(|name| firms.column(name).is_ok_and(|column| column.null_count() < column.len()))
                .collect();
            concentration = Some(DocumentTable::of_frame("concentration", caption, &firms, &own, Vec::new(), named)?);
        }
        Ok(Self {
            overall: overall(survey, project.as_of, named)?,
            programmes,
            forecasts,
            lists: lists(policy, tables, named)?,
            problems: problems(survey, named)?,
            concentration,
        })
    }

    pub(in crate::project) fn all(&self) -> impl Iterator<Item = &DocumentTable> {
        [&self.overall, &self.lists, &self.problems]
            .into_iter()
            .chain(self.programmes.values())
            .chain(self.forecasts.values())
            .chain(&self.concentration)
    }

    /// What the cell of a table shows, by the id of the table, what the first cell of the row shows, and the name of the column or
    /// its heading.
    pub(super) fn cell(&self, table: &str, row: &str, column: &str) -> Result<Word> {
        let unknown = |what: &'static str, found: &str, available: Vec<String>| {
            Error::from(ProjectError::Unknown { what, found: found.to_owned(), available })
        };
        let found = self.all().find(|known| known.id == table);
        let found = found.ok_or_else(|| unknown("table", table, self.all().map(|known| known.id.clone()).collect()))?;
        let firsts = || found.rows.iter().filter_map(|cells| cells.first().cloned());
        let position =
            firsts().position(|first| first == row).ok_or_else(|| unknown("row", row, firsts().collect()))?;
        let names = found.frame.get_column_names();
        let is_it = |place: &usize| names[*place].as_str() == column || found.headings[*place] == column;
        let place = (0..names.len())
            .find(is_it)
            .ok_or_else(|| unknown("column", column, names.iter().map(|name| name.to_string()).collect()))?;
        Ok(found.word(position, names[place].as_str()))
    }
}

/// The fraction of the time from the day of the document to the deadline that has passed.
fn due_rate(policy: &Policy, programme: &Programme, as_of: NaiveDate) -> Option<f64> {
    let start = policy.document.issued_on;
    let whole = (programme.deadline? - start).num_days().max(1) as f64;
    Some(((as_of - start).num_days() as f64 / whole).clamp(0.0, 1.0))
}

fn with(frame: &mut DataFrame, column: Column) -> Result<()> {
    frame.with_column(column).map_err(Error::table("the bulletin"))?;
    Ok(())
}

fn of_programme(survey: &Survey, programme: &Programme, as_of: NaiveDate, named: Named<'_>) -> Result<DocumentTable> {
    let (_, language) = named;
    let rows: Vec<ProgressRow> =
        survey.quota.iter().filter(|row| row.programme == programme.term.id).cloned().collect();
    let mut frame = progress::frame(&rows)?;
    with(&mut frame, Column::new("due_rate".into(), vec![due_rate(&survey.policy, programme, as_of); rows.len()]))?;
    let ranks_before: Vec<Option<u32>> = {
        let before = progress::last_quarter_end(as_of).map(progress::ProgressOptions::as_of);
        let standing = &survey.register.standing;
        let then =
            before.map(|options| progress::quota_table(&survey.policy, &survey.ledger.ledger, standing, &options));
        let then = then.unwrap_or_default();
        let of_row = |row: &ProgressRow| {
            let then = then.iter().find(|other| other.programme == row.programme && other.district == row.district)?;
            // Before anything was accepted all are first.
            then.rank.filter(|_| then.accepted > 0)
        };
        rows.iter().map(of_row).collect()
    };
    with(&mut frame, Column::new("rank_before".into(), ranks_before.clone()))?;
    let name = language.pick(&programme.term.name_zh, &programme.term.name_en);
    let district = language.pick(column::DISTRICT_NAME_ZH, column::DISTRICT_NAME_EN);
    let mut columns =
        vec![district, column::QUOTA, column::ACCEPTED, column::RATE, "due_rate", column::GAP, column::RANK];
    if ranks_before.iter().any(Option::is_some) {
        columns.push("rank_before");
    }
    columns.extend(progress::stage_columns(&survey.policy));
    let totals = rows.iter().enumerate().filter(|(_, row)| row.is_city).map(|(position, _)| position).collect();
    let caption = language.pick(format!("{name}：完成进度与排名"), format!("{name}: progress and ranking"));
    DocumentTable::of_frame(&format!("progress-{}", programme.term.id), caption, &frame, &columns, totals, named)
}

/// What is expected of each district by the deadline.
fn forecast(programme: &Programme, rows: &[Forecast], named: Named<'_>) -> Result<DocumentTable> {
    let (_, language) = named;
    let mut frame = progress::frame_of_forecasts(rows)?;
    // An expected number of firms is read as firms; the table of the run has its decimals.
    let expected =
        frame.column("forecast").and_then(|column| column.f64().cloned()).map_err(Error::table("forecasts"))?;
    let whole = |expected: f64| format!("{expected:.0}").parse::<u64>().ok();
    with(
        &mut frame,
        Column::new("forecast".into(), expected.iter().map(|one| one.and_then(whole)).collect::<Vec<_>>()),
    )?;
    let name = language.pick(&programme.term.name_zh, &programme.term.name_en);
    let columns = [
        language.pick(column::DISTRICT_NAME_ZH, column::DISTRICT_NAME_EN),
        column::QUOTA,
        "forecast",
        "forecast_lower",
        "forecast_upper",
        "met_probability",
        "short",
    ];
    let totals = rows.iter().enumerate().filter(|(_, row)| row.is_city).map(|(position, _)| position).collect();
    let caption = language.pick(format!("{name}：按期完成预测"), format!("{name}: forecast to the deadline"));
    DocumentTable::of_frame(&format!("forecast-{}", programme.term.id), caption, &frame, &columns, totals, named)
}

fn overall(survey: &Survey, as_of: NaiveDate, named: Named<'_>) -> Result<DocumentTable> {
    let (_, language) = named;
    let rows: Vec<ProgressRow> = survey.quota.iter().filter(|row| row.is_city).cloned().collect();
    let mut frame = progress::frame(&rows)?;
    let of_row = |row: &ProgressRow| survey.policy.programme(&row.programme);
    let due: Vec<Option<f64>> = rows.iter().map(|row| due_rate(&survey.policy, of_row(row)?, as_of)).collect();
    let deadline: Vec<Option<String>> = rows.iter().map(|row| Some(of_row(row)?.deadline?.to_string())).collect();
    with(&mut frame, Column::new("due_rate".into(), due))?;
    with(&mut frame, Column::new("deadline".into(), deadline))?;
    let programme = language.pick(column::PROGRAMME_NAME_ZH, column::PROGRAMME_NAME_EN);
    let mut columns = vec![programme, column::QUOTA, column::ACCEPTED, column::RATE, "due_rate", column::GAP];
    columns.extend(progress::stage_columns(&survey.policy).first());
    if rows.iter().any(|row| row.unplaced > 0) {
        columns.push(column::UNPLACED);
    }
    columns.push("deadline");
    let caption = language.pick("全市目标任务完成情况", "Progress of the city").to_owned();
    DocumentTable::of_frame("overall", caption, &frame, &columns, Vec::new(), named)
}

fn lists(policy: &Policy, tables: &Tables, named: Named<'_>) -> Result<DocumentTable> {
    let (_, language) = named;
    let mut firms: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for frame in [&tables.lists, &tables.inspection] {
        let texts =
            |name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(Error::table("the lists"));
        let (list, programme, id) = (texts("list")?, texts(column::PROGRAMME)?, texts("id")?);
        for row in 0..frame.height() {
            if let (Some(list), Some(programme), Some(id)) = (list.get(row), programme.get(row), id.get(row)) {
                firms.entry((programme.to_owned(), list.to_owned())).or_default().insert(id.to_owned());
            }
        }
    }
    let names: Vec<&str> = policy
        .programmes
        .iter()
        .map(|programme| language.pick(programme.term.name_zh.as_str(), programme.term.name_en.as_str()))
        .collect();
    let name = language.pick(column::PROGRAMME_NAME_ZH, column::PROGRAMME_NAME_EN);
    let mut columns = vec![Column::new(name.into(), names)];
    for list in PublicList::ALL {
        let counts: Vec<u64> = policy
            .programmes
            .iter()
            .map(|programme| {
                firms.get(&(programme.term.id.clone(), list.key().to_owned())).map_or(0, |firms| firms.len() as u64)
            })
            .collect();
        columns.push(Column::new(list.key().into(), counts));
    }
    let frame = DataFrame::new(policy.programmes.len(), columns).map_err(Error::table("the lists"))?;
    let shown: Vec<&str> = std::iter::once(name).chain(PublicList::ALL.iter().map(|list| list.key())).collect();
    let caption = language.pick("各类名单涉及企业数", "Firms on each list").to_owned();
    DocumentTable::of_frame("lists", caption, &frame, &shown, Vec::new(), named)
}

fn problems(survey: &Survey, named: Named<'_>) -> Result<DocumentTable> {
    let (_, language) = named;
    let texts = |name: &str| {
        survey.problems.column(name).and_then(|column| column.str().cloned()).map_err(Error::table("the problems"))
    };
    let (severity, problem) = (texts("severity")?, texts("problem")?);
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in 0..survey.problems.height() {
        if let (Some(severity), Some(problem)) = (severity.get(row), problem.get(row)) {
            *counts.entry((severity.to_owned(), problem.to_owned())).or_default() += 1;
        }
    }
    let mut rows: Vec<(String, String, u64)> = counts
        .into_iter()
        .map(|((severity, problem), count)| {
            let severity = match severity.as_str() {
                "reject" => language.pick("退回", "rejected").to_owned(),
                "warning" => language.pick("提示", "warning").to_owned(),
                _ => severity,
            };
            let name = ProblemKind::of_key(&problem).map_or(problem.clone(), |kind| kind.name(language).to_owned());
            (severity, name, count)
        })
        .collect();
    let of = |word: &str| rows.iter().filter(|(severity, ..)| severity == word).map(|(.., count)| count).sum::<u64>();
    let (rejected, all) = (of(language.pick("退回", "rejected")), rows.iter().map(|(.., count)| count).sum::<u64>());
    let kinds = rows.len();
    rows.push((
        language.pick("合计", "all").to_owned(),
        language.pick("其中退回", "of them rejected").to_owned(),
        rejected,
    ));
    rows.push((language.pick("合计", "all").to_owned(), language.pick("全部问题", "all problems").to_owned(), all));
    let columns = vec![
        Column::new("severity_name".into(), rows.iter().map(|(severity, ..)| severity.as_str()).collect::<Vec<_>>()),
        Column::new("problem_name".into(), rows.iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>()),
        Column::new("problems".into(), rows.iter().map(|(.., count)| *count).collect::<Vec<_>>()),
    ];
    let frame = DataFrame::new(rows.len(), columns).map_err(Error::table("the problems"))?;
    let shown = ["severity_name", "problem_name", "problems"];
    let caption = language.pick("数据核查发现的问题", "Problems found in the data").to_owned();
    DocumentTable::of_frame("problems", caption, &frame, &shown, vec![kinds, kinds + 1], named)
}
