use std::path::Path;

use crate::error::{Error, ProjectError, Result};
use crate::measure::Outcome;
use crate::model::Reading;
use crate::project::analysis::Made;
use crate::project::survey::Survey;
use crate::source::{OptionalTable, PointSource};

/// The columns with the ids of areas in the tables that operations make.
const KEYS: [&str; 2] = ["id", "area"];

/// Takes a table among the results that a survey has, with the ids of its rows in the column `id`, and gives the name under
/// which it is there.
///
/// # Errors
///
/// What reading refuses; a table without the column, or without any that is known to hold ids.
pub(super) fn taken(values: &OptionalTable, path: &Path, key: Option<&str>, survey: &mut Survey) -> Result<String> {
    let (mut table, told) = PointSource::default()
        .with_table(path)
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
    let name = path.display().to_string();
    survey.made.push(Made { name: name.clone(), outcome: Outcome::default(), table, layers: Vec::new() });
    Ok(name)
}
