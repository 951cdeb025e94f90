use chrono::NaiveDate;

use super::super::programme_rows;
use crate::error::{ProjectError, Result};
use crate::model::{
    Table,
    column::{self, Quantity},
};
use crate::policy::Programme;
use crate::progress::{self, Forecast, ForecastOptions, ProgressOptions, ProgressRow, StageCount};
use crate::project::file::Project;
use crate::project::survey::Survey;
use crate::render::QuotaProgress;
use crate::render::chart::{ChartData, ChartKind, ChartSpec, Pace, Slopes};

/// Returns the results of a survey for a programme: districts, stages, days.
pub(super) fn of_survey(spec: &ChartSpec, survey: &Survey, as_of: NaiveDate) -> Result<ChartData> {
    let rows = programme_rows(survey, spec.programme.as_deref())?;
    let programme = rows.first().and_then(|row| survey.policy.programme(&row.programme));
    let stages: Vec<(String, bool)> = survey
        .policy
        .stages
        .iter()
        .map(|stage| (spec.language.pick(&stage.term.name_zh, &stage.term.name_en).clone(), stage.is_sample))
        .collect();
    let mut data = data(spec, &rows, &stages);
    let last = survey.pace.iter().rfind(|point| programme.is_some_and(|known| known.term.id == point.programme));
    data.due = last.zip(programme).and_then(|(last, programme)| {
        let quota = programme.city_quota as f64;
        last.expected.filter(|_| quota > 0.0).map(|expected| expected / quota)
    });
    let listed = rows.iter().find(|row| row.is_city).map_or(0, |city| city.listed());
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
    // A table knows the names of its columns and not those of the policy, nor which stage is a sample.
    let stages = rows.first().into_iter().flat_map(|row| &row.stages);
    let stages: Vec<(String, bool)> = stages
        .map(|stage| match known_stage(&stage.column) {
            Some((zh, en, is_sample)) => (spec.language.pick(zh, en).to_owned(), is_sample),
            None => (stage.column.clone(), false),
        })
        .collect();
    Ok(data(spec, &rows, &stages))
}

/// The names of stages that tables are known to have, and whether the stage is a sample.
fn known_stage(column: &str) -> Option<(&'static str, &'static str, bool)> {
    match column {
        column::LISTED => Some(("列入台账", "Listed", false)),
        column::SELF_CHECKED => Some(("镇街自验", "Town self-check", false)),
        column::REVIEWED => Some(("区县复验", "County review", false)),
        column::SPOT_CHECKED => Some(("市级抽验", "City spot check", true)),
        _ => None,
    }
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

/// The stages come with their names, and with whether only a sample of the firms goes through them.
fn data(spec: &ChartSpec, rows: &[&ProgressRow], named: &[(String, bool)]) -> ChartData {
    let districts = rows.iter().filter(|row| !row.is_city);
    let city = rows.iter().find(|row| row.is_city);
    let counts = city.into_iter().flat_map(|city| named.iter().zip(&city.stages));
    let (samples, stages): (Vec<_>, Vec<_>) = counts.partition(|((_, is_sample), _)| *is_sample);
    let named_counts = |counts: Vec<(&(String, bool), &StageCount)>| -> Vec<(String, u64)> {
        counts.into_iter().map(|((name, _), count)| (name.clone(), count.firms)).collect()
    };
    let (stages, sample) = (named_counts(stages), named_counts(samples).into_iter().next());
    ChartData {
        progress: districts
            .map(|row| (name(spec, row), QuotaProgress { done: row.accepted, quota: row.quota }))
            .collect(),
        stages,
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
    let column = spec.column.as_deref().unwrap_or(column::RATE);
    let own = [column::RATE, column::ACCEPTED, column::GAP, column::SURPLUS].map(str::to_owned).into_iter();
    let stages = after.first().into_iter().flat_map(|row| row.stages.iter().map(|stage| stage.column.clone()));
    let available: Vec<String> = own.chain(stages).collect();
    if !available.iter().any(|name| name == column) {
        return Err(ProjectError::Unknown { what: "column", found: column.to_owned(), available }.into());
    }
    let districts = after.iter().filter(|row| !row.is_city);
    let rows = districts.map(|row| {
        let earlier = before.iter().find(|earlier| earlier.district == row.district);
        (name(spec, row), earlier.and_then(|earlier| earlier.number(column)), row.number(column))
    });
    let [first, second] = ends;
    let own = |end: usize, words: String| spec.ends.get(end).cloned().unwrap_or(words);
    let slopes = Slopes {
        before: own(0, first),
        after: own(1, second),
        rows: rows.collect(),
        percent: column::quantity(column) == Quantity::Fraction,
    };
    Ok(ChartData { slopes: Some(slopes), ..ChartData::default() })
}
