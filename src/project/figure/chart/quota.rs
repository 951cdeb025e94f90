use chrono::NaiveDate;

use super::super::programme_rows;
use crate::error::{ProjectError, Result};
use crate::model::{
    Table,
    column::{self, Quantity},
};
use crate::policy::Programme;
use crate::progress::{self, Forecast, ForecastOptions, ProgressOptions, ProgressRow};
use crate::project::file::Project;
use crate::project::survey::Survey;
use crate::render::QuotaProgress;
use crate::render::chart::{ChartData, ChartKind, ChartSpec, Pace, Slopes};

/// Returns the results of a survey for a programme: districts, stages, days.
pub(super) fn of_survey(spec: &ChartSpec, survey: &Survey, as_of: NaiveDate) -> Result<ChartData> {
    let rows = programme_rows(survey, spec.programme.as_deref())?;
    let programme = rows.first().and_then(|row| survey.policy.programme(&row.programme));
    let stage_names: Vec<String> = survey
        .policy
        .stages
        .iter()
        .map(|stage| spec.language.pick(&stage.term.name_zh, &stage.term.name_en).clone())
        .collect();
    let mut data = data(spec, &rows, &stage_names);
    let last = survey.pace.iter().rfind(|point| programme.is_some_and(|known| known.term.id == point.programme));
    data.due = last.zip(programme).and_then(|(last, programme)| {
        let quota = programme.city_quota as f64;
        last.expected.filter(|_| quota > 0.0).map(|expected| expected / quota)
    });
    let listed = rows.iter().find(|row| row.is_city).map_or(0, |city| city.listed);
    data.pace = programme.and_then(|programme| {
        let start = survey.policy.document.issued_on;
        let points = survey.pace.iter().filter(|point| point.programme == programme.term.id && point.day >= start);
        Some(Pace {
            start,
            deadline: programme.deadline?,
            quota: programme.city_quota,
            steps: points.map(|point| (point.day, point.accepted)).collect::<Vec<(NaiveDate, u64)>>(),
            listed,
            forecast: (spec.kind == ChartKind::Pace && spec.forecast.show)
                .then(|| forecast_of_city(spec, survey, programme, as_of))
                .flatten(),
        })
    });
    Ok(data)
}

/// The forecast of the city, with the confidence that a specification asks for.
fn forecast_of_city(spec: &ChartSpec, survey: &Survey, programme: &Programme, as_of: NaiveDate) -> Option<Forecast> {
    let options = ForecastOptions { confidence: spec.forecast.confidence, ..ForecastOptions::default() };
    let (ledger, standing) = (&survey.ledger.ledger, &survey.register.standing);
    let rows = progress::forecast(&survey.policy, programme, ledger, standing, as_of, options);
    rows.into_iter().find(|row| row.is_city)
}

/// Returns the districts and stages of a programme from a quota table.
pub(super) fn of_table(spec: &ChartSpec, table: &Table) -> Result<ChartData> {
    let rows = progress::rows_of(table)?;
    let rows = of_programme(spec, &rows)?;
    let names = spec.language.pick(
        ["列入台账", "镇街自验", "区县复验", "市级抽验"],
        ["Listed", "Town self-check", "County review", "City spot check"],
    );
    Ok(data(spec, &rows, &names.map(str::to_owned)))
}

/// The rows of a programme in a quota table; by default of the first.
fn of_programme<'a>(spec: &ChartSpec, rows: &'a [ProgressRow]) -> Result<Vec<&'a ProgressRow>> {
    let wanted = spec.programme.as_deref().or_else(|| rows.first().map(|row| row.programme.as_str()));
    let found: Vec<&ProgressRow> = rows.iter().filter(|row| Some(row.programme.as_str()) == wanted).collect();
    match &spec.programme {
        Some(programme) if found.is_empty() => {
            let mut available: Vec<String> = rows.iter().map(|row| row.programme.clone()).collect();
            available.dedup();
            Err(ProjectError::Unknown { what: "programme", found: programme.clone(), available }.into())
        }
        _ => Ok(found),
    }
}

fn data(spec: &ChartSpec, rows: &[&ProgressRow], stage_names: &[String]) -> ChartData {
    let districts = rows.iter().filter(|row| !row.is_city);
    let city = rows.iter().find(|row| row.is_city);
    let stages = city.map(|city| [city.listed, city.self_checked, city.reviewed]);
    // The city checks a sample of what the districts have reviewed: no stage that every firm goes through.
    let sample = city.zip(stage_names.get(3)).map(|(city, name)| (name.clone(), city.spot_checked));
    ChartData {
        progress: districts
            .map(|row| (name(spec, row), QuotaProgress { done: row.accepted, quota: row.quota }))
            .collect(),
        stages: stages.map(|counts| stage_names.iter().cloned().zip(counts).collect()).unwrap_or_default(),
        sample,
        ..ChartData::default()
    }
}

fn name(spec: &ChartSpec, row: &ProgressRow) -> String {
    spec.language.pick(&row.district_name_zh, &row.district_name_en).clone()
}

/// Returns a column of a project's quota table at an earlier day and at its as-of date.
pub(super) fn slopes_of_survey(spec: &ChartSpec, survey: &Survey, project: &Project) -> Result<ChartData> {
    let earlier = spec.before.filter(|before| *before < project.as_of).ok_or_else(|| ProjectError::Options {
        message: format!("a slope chart needs a day before {}", project.as_of),
        hint: "set `before = 2020-06-30` in the specification".to_owned(),
    })?;
    let (ledger, standing) = (&survey.ledger.ledger, &survey.register.standing);
    let before = progress::quota_table(&survey.policy, ledger, standing, &ProgressOptions::as_of(earlier));
    let after = programme_rows(survey, spec.programme.as_deref())?;
    let programme = after.first().map(|row| row.programme.as_str());
    let before: Vec<&ProgressRow> = before.iter().filter(|row| Some(row.programme.as_str()) == programme).collect();
    slopes(spec, &before, &after, [earlier.to_string(), project.as_of.to_string()])
}

/// Returns a column of two quota tables, for a slope chart.
pub(super) fn slopes_of_tables(spec: &ChartSpec, before: &Table, after: &Table) -> Result<ChartData> {
    let (before, after) = (progress::rows_of(before)?, progress::rows_of(after)?);
    let ends = spec.language.pick(["前期", "本期"], ["before", "now"]).map(str::to_owned);
    slopes(spec, &of_programme(spec, &before)?, &of_programme(spec, &after)?, ends)
}

fn slopes(spec: &ChartSpec, before: &[&ProgressRow], after: &[&ProgressRow], ends: [String; 2]) -> Result<ChartData> {
    let column = QuotaColumn::named(spec.column.as_deref().unwrap_or(column::RATE))?;
    let districts = after.iter().filter(|row| !row.is_city);
    let rows = districts.map(|row| {
        let earlier = before.iter().find(|earlier| earlier.district == row.district);
        (name(spec, row), earlier.and_then(|earlier| column.value(earlier)), column.value(row))
    });
    let [first, second] = ends;
    let own = |end: usize, words: String| spec.ends.get(end).cloned().unwrap_or(words);
    let slopes = Slopes {
        before: own(0, first),
        after: own(1, second),
        rows: rows.collect(),
        percent: column::quantity(column.name) == Quantity::Fraction,
    };
    Ok(ChartData { slopes: Some(slopes), ..ChartData::default() })
}

/// A column of the quota table that holds numbers.
struct QuotaColumn {
    name: &'static str,
    of: fn(&ProgressRow) -> Option<f64>,
}

const COLUMNS: [QuotaColumn; 8] = [
    QuotaColumn { name: column::RATE, of: |row| row.rate },
    QuotaColumn { name: column::ACCEPTED, of: |row| Some(row.accepted as f64) },
    QuotaColumn { name: column::GAP, of: |row| Some(row.gap as f64) },
    QuotaColumn { name: column::SURPLUS, of: |row| Some(row.surplus as f64) },
    QuotaColumn { name: column::LISTED, of: |row| Some(row.listed as f64) },
    QuotaColumn { name: column::SELF_CHECKED, of: |row| Some(row.self_checked as f64) },
    QuotaColumn { name: column::REVIEWED, of: |row| Some(row.reviewed as f64) },
    QuotaColumn { name: column::SPOT_CHECKED, of: |row| Some(row.spot_checked as f64) },
];

impl QuotaColumn {
    fn named(name: &str) -> Result<Self> {
        let available = || COLUMNS.iter().map(|column| column.name.to_owned()).collect();
        let unknown = || ProjectError::Unknown { what: "column", found: name.to_owned(), available: available() };
        Ok(COLUMNS.into_iter().find(|column| column.name == name).ok_or_else(unknown)?)
    }

    fn value(&self, row: &ProgressRow) -> Option<f64> {
        (self.of)(row)
    }
}
