use std::path::PathBuf;

use chrono::NaiveDate;

use super::super::file::{self, FigureRequest, Project};
use super::super::survey::{Survey, survey};
use super::{programme_rows, set_keys, specification};
use crate::error::{ProjectError, Result};
use crate::model::Language;
use crate::progress::{self, ProgressRow};
use crate::read::{self, TableOptions};
use crate::render::chart::{ChartData, ChartSpec, Pace, chart};
use crate::render::{Figure, QuotaProgress};

/// A chart asked for on its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartRequest {
    /// The specification.
    pub spec: PathBuf,
    /// Keys of the specification that are set otherwise.
    pub set: Vec<String>,
    /// The project whose ledger is drawn.
    pub project: Option<PathBuf>,
    /// A quota table as `jiju progress` writes it, where there is no project.
    pub table: Option<PathBuf>,
    /// The language.
    pub language: Option<Language>,
    /// The theme: `light`, `dark`, `print-grey`, or a file.
    pub theme: Option<String>,
}

/// Draws a chart of what a survey found.
///
/// # Errors
///
/// [`ProjectError::Unknown`] for a programme that is not there; what drawing refuses.
pub fn chart_of(spec: &ChartSpec, survey: &Survey, project: &Project) -> Result<Figure> {
    let rows = programme_rows(survey, spec.programme.as_deref())?;
    let programme = rows.first().and_then(|row| survey.policy.programme(&row.programme));
    let stage_names: Vec<String> = survey
        .policy
        .stages
        .iter()
        .map(|stage| spec.language.pick(&stage.term.name_zh, &stage.term.name_en).clone())
        .collect();
    let mut data = chart_data(spec, &rows, &stage_names);
    data.pace = programme.and_then(|programme| {
        let start = survey.policy.document.issued_on;
        let points = survey.pace.iter().filter(|point| point.programme == programme.term.id && point.day >= start);
        Some(Pace {
            start,
            deadline: programme.deadline?,
            quota: programme.city_quota,
            steps: points.map(|point| (point.day, point.accepted)).collect::<Vec<(NaiveDate, u64)>>(),
        })
    });
    data.as_of = Some(project.as_of);
    data.sources = project.source_words().to_vec();
    data.synthetic = project.synthetic;
    chart(spec, &data)
}

fn chart_data(spec: &ChartSpec, rows: &[&ProgressRow], stage_names: &[String]) -> ChartData {
    let name = |row: &ProgressRow| spec.language.pick(&row.district_name_zh, &row.district_name_en).clone();
    let districts = rows.iter().filter(|row| !row.is_city);
    let city = rows.iter().find(|row| row.is_city);
    let stages = city.map(|city| [city.listed, city.self_checked, city.reviewed, city.spot_checked]);
    ChartData {
        progress: districts.map(|row| (name(row), QuotaProgress { done: row.accepted, quota: row.quota })).collect(),
        stages: stages.map(|counts| stage_names.iter().cloned().zip(counts).collect()).unwrap_or_default(),
        ..ChartData::default()
    }
}

/// Draws a chart on its own, of a project or of a quota table.
///
/// # Errors
///
/// What reading and drawing refuse; a pace chart of a quota table, which holds no days.
pub fn chart_on_its_own(request: &ChartRequest) -> Result<Figure> {
    let set = set_keys(&request.set)?;
    let spec = specification(&request.spec, &set, request.theme.as_deref(), request.language, ChartSpec::from_toml)?;
    match (&request.project, &request.table) {
        (Some(project), None) => {
            let project = file::read(project)?;
            chart_of(&spec, &survey(&project, &mut |_, _| {})?, &project)
        }
        (None, Some(table)) => {
            let rows = progress::rows_of(&read::table(table, &TableOptions::default())?)?;
            let wanted = spec.programme.clone().or_else(|| rows.first().map(|row| row.programme.clone()));
            let rows: Vec<&ProgressRow> = rows.iter().filter(|row| Some(&row.programme) == wanted.as_ref()).collect();
            let names = spec.language.pick(
                ["列入台账", "镇街自验", "区县复验", "市级抽验"],
                ["Listed", "Town self-check", "County review", "City spot check"],
            );
            chart(&spec, &chart_data(&spec, &rows, &names.map(str::to_owned)))
        }
        _ => Err(ProjectError::Options {
            message: "a chart is drawn either of a project or of a quota table".to_owned(),
            hint: "give --project jiju.toml, or --table FILE as `jiju progress` writes it".to_owned(),
        }
        .into()),
    }
}

/// Draws a chart that a project asks for, of what a survey of it found.
///
/// # Errors
///
/// As [`chart_of`], and what reading the specification refuses.
pub fn requested_chart(request: &FigureRequest, survey: &Survey, project: &Project) -> Result<Figure> {
    let theme = project.theme.as_deref();
    let spec = specification(&request.spec, &request.set, theme, Some(project.language), ChartSpec::from_toml)?;
    chart_of(&spec, survey, project)
}
