use crate::error::{Error, ProjectError, Result};
use crate::measure::Outcome;
use crate::model::{Reading, Table, cell};
use crate::project::analysis::Made;
use crate::project::survey::Survey;
use crate::render::{MapKind, MapSpec, is_local_label};
use crate::source::{OptionalTable, Origin, PointSource};

/// The columns with the ids of areas in the tables that operations make.
const KEYS: [&str; 2] = ["id", "area"];

/// Reads from how the cells of a map's column are written what kind of map, and of numbers, they want, and returns notes on that.
pub(super) fn as_written(spec: &mut MapSpec, table: &Table, column: &str) -> Result<Vec<String>> {
    let is_of_numbers = || table.column(column).is_ok_and(|cells| cells.dtype().is_primitive_numeric());
    if spec.kind != MapKind::Choropleth || column.is_empty() || is_of_numbers() {
        return Ok(Vec::new());
    }
    let cells = table.text(column)?;
    let cells: Vec<&str> = cells.iter().flatten().map(str::trim).filter(|cell| !cell.is_empty()).collect();
    Ok(as_percentages(spec, column, &cells).into_iter().chain(as_labels(spec, column, &cells)).collect())
}

/// Returns a note that a map shows percentages, where all numbers of its column are written as such, and prints them so; or that
/// some of them are.
fn as_percentages(spec: &mut MapSpec, column: &str, cells: &[&str]) -> Option<String> {
    let numbers: Vec<&str> = cells.iter().copied().filter(|cell| cell::number(cell).is_some()).collect();
    let percent: Vec<&str> = numbers.iter().copied().filter(|cell| cell::is_percent(cell)).collect();
    let example = percent.first().filter(|_| !spec.percent)?;
    if percent.len() < numbers.len() {
        let (some, all) = (percent.len(), numbers.len());
        return Some(format!(
            "column `{column}`: {some} of {all} numbers are written in percent, such as `{example}`, and count as hundredths beside the others"
        ));
    }
    spec.percent = true;
    Some(format!("all numbers of `{column}` are written in percent: drawn with percent = true"))
}

/// Returns a note that a map shows the labels of a local statistic, where the column of a map without another kind holds them, and
/// makes it a map of that kind.
fn as_labels(spec: &mut MapSpec, column: &str, cells: &[&str]) -> Option<String> {
    if spec.multiples.is_some() || cells.is_empty() || !cells.iter().all(|word| is_local_label(word)) {
        return None;
    }
    spec.kind = MapKind::Local;
    Some(format!("`{column}` holds labels of a local statistic: drawn as kind = \"local\""))
}

/// Takes a table among the results that a survey has, with the ids of its rows in the column `id`, and gives the name under
/// which it is there.
///
/// # Errors
///
/// What reading refuses; a table without the column, or without any that is known to hold ids.
pub(super) fn taken(
    values: &OptionalTable,
    origin: &Origin<Table>,
    key: Option<&str>,
    survey: &mut Survey,
) -> Result<String> {
    let (mut table, told) = PointSource::default()
        .with_table(origin.clone())
        .with_sheet(values.sheet.clone())
        .with_encoding(values.encoding.clone())
        .read_table_with_notes()?;
    table.reading = Reading::default();
    table.reading.notes = told;
    let key = match key {
        Some(key) => key,
        None => {
            let headers = table.columns();
            KEYS.into_iter().find(|key| headers.iter().any(|header| header == key)).ok_or_else(|| {
                ProjectError::Options {
                    message: format!("{} has no column `id` or `area` with the ids of areas", table.source),
                    hint: "give ‹key›, the column of the table with the ids or names of the areas".to_owned(),
                }
            })?
        }
    };
    let failed = || Error::table(table.source.clone());
    let keys = table.column(key)?.clone().with_name(KEYS[0].into());
    table.frame.with_column(keys).map_err(failed())?;
    let name = origin.to_string();
    survey.made.push(Made { name: name.clone(), outcome: Outcome::default(), table, layers: Vec::new() });
    Ok(name)
}
