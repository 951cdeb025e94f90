//! Register and ledger as workbooks to fill in, whose cells offer the terms of the policy.

use std::path::Path;

use crate::error::{Error, Result};
use crate::model::{ColumnDefinition, ColumnKind, LEDGER_COLUMNS, OwnColumn, REGISTER_COLUMNS};
use crate::policy::{Policy, Term};
use crate::report::{FormColumn, FormValues, form};

/// The example register.
pub(super) fn register(file: &Path, policy: &Policy) -> Result<Vec<u8>> {
    let districts: Vec<String> = policy.districts.iter().map(|district| district.name_zh.clone()).collect();
    let table = records(file)?;
    let columns =
        table.columns(REGISTER_COLUMNS, &[], |name| (name == "district").then(|| districts.clone()), |_| false);
    form("企业名录", &columns, &table.rows)
}

/// The example ledger, its terms by their Chinese names.
pub(super) fn ledger(file: &Path, policy: &Policy) -> Result<Vec<u8>> {
    let named = |terms: Vec<&Term>| -> Vec<(String, String)> {
        terms.into_iter().map(|term| (term.id.clone(), term.name_zh.clone())).collect()
    };
    let terms = |name: &str| -> Option<Vec<(String, String)>> {
        Some(named(match name {
            "programme" => policy.programmes.iter().map(|programme| &programme.term).collect(),
            "ground" => policy.grounds.iter().map(|ground| &ground.term).collect(),
            "measure" => policy.measures.iter().collect(),
            "stage" => policy.stages.iter().map(|stage| &stage.term).collect(),
            "deficits" => policy.deficits.iter().collect(),
            "equipment" => policy.equipment.iter().collect(),
            _ => return None,
        }))
    };
    let mut table = records(file)?;
    for (position, name) in table.names.iter().enumerate() {
        let Some(known) = terms(name) else { continue };
        for row in &mut table.rows {
            let Some(cell) = row.get_mut(position) else { continue };
            let items = cell
                .split(';')
                .map(|item| known.iter().find(|(id, _)| id == item.trim()).map_or(item, |(_, name)| name.as_str()));
            *cell = items.collect::<Vec<_>>().join("；");
        }
    }
    let offered = |name: &str| Some(terms(name)?.into_iter().map(|(_, name)| name).collect());
    let dates = policy.stage_date_columns();
    let columns = table.columns(LEDGER_COLUMNS, &dates, offered, |name| matches!(name, "deficits" | "equipment"));
    form("管理台账", &columns, &table.rows)
}

/// A table as text.
struct Records {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn records(file: &Path) -> Result<Records> {
    let failed = |error: csv::Error| Error::file("read", file)(std::io::Error::from(error));
    let mut reader = csv::Reader::from_path(file).map_err(failed)?;
    let names = reader.headers().map_err(failed)?.iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| Ok(record.map_err(failed)?.iter().map(str::to_owned).collect()));
    Ok(Records { names, rows: rows.collect::<Result<_>>()? })
}

impl Records {
    /// The columns under their usual Chinese headers.
    fn columns(
        &self,
        definitions: &[ColumnDefinition],
        dates: &[OwnColumn],
        offered: impl Fn(&str) -> Option<Vec<String>>,
        is_list: impl Fn(&str) -> bool,
    ) -> Vec<FormColumn> {
        let columns = self.names.iter().enumerate().map(|(position, name)| {
            let definition = definitions.iter().find(|definition| definition.name == *name);
            let date = dates.iter().find(|date| date.name == *name);
            let heading =
                definition.and_then(|definition| definition.aliases.first()).map_or(name.as_str(), |alias| alias);
            let heading = date.and_then(|date| date.headers.first()).map_or(heading, String::as_str);
            let kind = date.map(|_| ColumnKind::Date).or(definition.map(|definition| definition.kind));
            let values = match kind {
                Some(ColumnKind::Coordinate | ColumnKind::Amount) => FormValues::Number,
                Some(ColumnKind::Date) => FormValues::Day,
                _ => match offered(name) {
                    Some(terms) if is_list(name) => FormValues::Several(terms),
                    Some(terms) => FormValues::OneOf(terms),
                    None => FormValues::Text,
                },
            };
            let widest = self.rows.iter().filter_map(|row| row.get(position)).map(|cell| cell.chars().count()).max();
            FormColumn {
                heading: heading.to_owned(),
                is_required: definition.is_some_and(|definition| definition.required),
                values,
                widest: widest.unwrap_or_default(),
            }
        });
        columns.collect()
    }
}
