//! The cells of the tables of a run, by what they count, where, and of which programme.

use polars::prelude::{AnyValue, DataType};

use super::super::report::ReportTables;
use super::super::survey::Survey;
use crate::error::{Error, Result};
use crate::model::column::{self, Quantity};
use crate::progress;
use crate::report::DocumentTable;

/// A cell.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    /// The column, which of lists has `list:` before it where the quota table has one of the same name.
    pub(super) measure: String,
    pub(super) programme: Option<String>,
    /// The adcode of the district, or the id of the city; nothing for numbers of the data as a whole.
    pub(super) place: Option<String>,
    /// Of a fraction the percents.
    pub(super) value: f64,
    pub(super) shown: String,
    pub(super) table: String,
    pub(super) row: String,
    pub(super) column: String,
}

/// The cells of a run's tables that hold numbers.
pub(super) fn facts(survey: &Survey, tables: &ReportTables) -> Result<Vec<Fact>> {
    let mut found = Vec::new();
    for table in tables.all() {
        of_table(survey, table, &mut found)?;
    }
    of_quota(survey, &mut found)?;
    Ok(found)
}

fn of_table(survey: &Survey, table: &DocumentTable, found: &mut Vec<Fact>) -> Result<()> {
    let policy = &survey.policy;
    let of_programme = table.id.strip_prefix("progress-").or_else(|| table.id.strip_prefix("forecast-"));
    for (row, cells) in table.rows.iter().enumerate() {
        let label = cells.first().cloned().unwrap_or_default();
        let named = policy.programmes.iter().find(|one| one.term.name_zh == label || one.term.name_en == label);
        let district = policy.districts.iter().find(|one| one.name_zh == label || one.name_en == label);
        let programme = of_programme.map(str::to_owned).or_else(|| named.map(|one| one.term.id.clone()));
        let place = district.map_or_else(|| policy.city.id.clone(), |district| district.adcode.clone());
        for (position, column) in table.frame.columns().iter().enumerate() {
            let name = column.name().as_str();
            let measure = match (table.id.as_str(), name) {
                ("problems", "problems") if table.totals.first() == Some(&row) => "rejected".to_owned(),
                ("problems", _) if table.totals.get(1) != Some(&row) => continue,
                ("lists", column::ACCEPTED | column::UNPLACED) => format!("list:{name}"),
                _ => name.to_owned(),
            };
            let cell = column.get(row).map_err(Error::table(table.id.as_str()))?;
            let Some(value) = number(&cell, name) else { continue };
            found.push(Fact {
                measure,
                programme: programme.clone(),
                place: (table.id != "problems").then(|| place.clone()),
                value,
                shown: cells.get(position).cloned().unwrap_or_default(),
                table: table.id.clone(),
                row: label.clone(),
                column: table.headings.get(position).cloned().unwrap_or_else(|| name.to_owned()),
            });
        }
    }
    Ok(())
}

/// What the quota table has beside the tables of the bulletin.
fn of_quota(survey: &Survey, found: &mut Vec<Fact>) -> Result<()> {
    let frame = progress::frame(&survey.quota)?;
    for (position, row) in survey.quota.iter().enumerate() {
        for column in frame.columns() {
            let name = column.name().as_str();
            let is_there = found.iter().any(|fact| {
                fact.measure == name
                    && fact.programme.as_ref() == Some(&row.programme)
                    && fact.place.as_ref() == Some(&row.district)
            });
            let cell = column.get(position).map_err(Error::table("the quota table"))?;
            if let (false, Some(value)) = (is_there, number(&cell, name)) {
                found.push(Fact {
                    measure: name.to_owned(),
                    programme: Some(row.programme.clone()),
                    place: Some(row.district.clone()),
                    value,
                    shown: if column::quantity(name) == Quantity::Fraction {
                        column::percent(value / 100.0)
                    } else {
                        format!("{value}")
                    },
                    table: "quota".to_owned(),
                    row: row.district_name_zh.clone(),
                    column: name.to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn number(cell: &AnyValue<'_>, column: &str) -> Option<f64> {
    let value = match cell.dtype() {
        DataType::Boolean | DataType::String | DataType::Date | DataType::Null => return None,
        _ => cell.extract::<f64>()?,
    };
    Some(if column::quantity(column) == Quantity::Fraction { value * 100.0 } else { value })
}
