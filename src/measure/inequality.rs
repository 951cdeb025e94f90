//! How unequally the areas of a table share something.

use std::collections::HashMap;
use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::model::Table;
use crate::source::{self, TableOptions};
use crate::stats::{
    gini, gini_against, herfindahl_hirschman, hoover, shannon_bits, theil_against, theil_l, williamson,
};

const STATISTIC: &str = "inequality";

/// A column of amounts of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InequalityRequest {
    /// The table, a row for each area.
    pub table: PathBuf,
    /// The column with the amounts: firms, output.
    pub value: String,
    /// The column with what the amounts are held against: heads, km². Alike by default.
    pub population: Option<String>,
    /// The column with the district of each area.
    pub group: Option<String>,
}

/// How unequally areas share amounts; what is per head counts each area by its heads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inequality {
    /// How many areas.
    pub areas: usize,
    /// The sum of the amounts.
    pub total: f64,
    /// [`gini`] of the amounts, each area counting alike.
    pub gini: Option<f64>,
    /// n / (n − 1) times it: 1 where one has all.
    pub gini_normalised: Option<f64>,
    /// [`gini_against`] heads.
    pub gini_per_head: Option<f64>,
    /// [`hoover`] against heads; without these against areas alike.
    pub hoover: Option<f64>,
    /// [`theil_against`] heads, or areas alike.
    pub theil_t: Option<f64>,
    /// What the means of the groups would give.
    pub theil_t_between: Option<f64>,
    /// The groups' own.
    pub theil_t_within: Option<f64>,
    /// [`theil_l`] against heads, or areas alike.
    pub theil_l: Option<f64>,
    /// What the means of the groups would give.
    pub theil_l_between: Option<f64>,
    /// The groups' own.
    pub theil_l_within: Option<f64>,
    /// The standard deviation (with n) over the mean, of the amounts.
    pub coefficient_of_variation: Option<f64>,
    /// [`williamson`]'s, of amounts per head weighted by heads.
    pub williamson: Option<f64>,
    /// [`herfindahl_hirschman`] of the amounts.
    pub herfindahl_hirschman: Option<f64>,
    /// The same from 0 to 1.
    pub herfindahl_hirschman_normalised: Option<f64>,
    /// [`shannon_bits`] of the amounts.
    pub shannon_bits: Option<f64>,
}

/// The inequality of a column.
#[derive(Debug, Clone)]
pub struct Unequal {
    /// The indices.
    pub inequality: Inequality,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// What it was made from.
    pub manifest: Value,
}

/// How unequally the areas of a table share amounts. Rows without an amount, heads or group are left out, and counted.
///
/// # Errors
///
/// What reading refuses; every amount and number of heads below 0; a table without amounts.
pub fn inequality(request: &InequalityRequest) -> Result<Unequal> {
    const FEW: usize = 30;
    let table = source::table(&request.table, &TableOptions::default())?;
    let numbers = |column: &str| -> Result<Vec<Option<f64>>> { Ok(table.numbers(column)?.iter().collect()) };
    let all_values = numbers(&request.value)?;
    let all_heads = match &request.population {
        Some(column) => numbers(column)?,
        None => vec![Some(1.0); table.height()],
    };
    let all_groups = match &request.group {
        Some(column) => groups(&table, column)?,
        None => vec![Some(0); table.height()],
    };
    refuse(&table, request, &all_values, &all_heads)?;
    let mut kept = Vec::new();
    for ((value, heads), group) in all_values.iter().zip(&all_heads).zip(&all_groups) {
        if let (Some(value), Some(heads), Some(group)) = (value, heads, group) {
            kept.push((*value, *heads, *group));
        }
    }
    let values: Vec<f64> = kept.iter().map(|row| row.0).collect();
    let heads: Vec<f64> = kept.iter().map(|row| row.1).collect();
    let groups: Vec<usize> = kept.iter().map(|row| row.2).collect();
    if values.iter().sum::<f64>() <= 0.0 {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let mut notes = Vec::new();
    let missing = table.height() - kept.len();
    if missing > 0 {
        notes.push(format!("{}: {missing} rows have no amount, heads or group and are left out", table.source));
    }
    if kept.len() < FEW {
        notes.push(format!("{} areas are few", kept.len()));
    }
    let mut more = Map::new();
    more.insert("value".to_owned(), json!(request.value));
    more.insert("population".to_owned(), json!(request.population));
    more.insert("group".to_owned(), json!(request.group));
    let definition = "T = sum y ln(y / p), L = sum p ln(p / y), y and p the shares of amounts and of heads";
    let manifest = manifest(STATISTIC, definition, std::slice::from_ref(&request.table), more)?;
    Ok(Unequal { inequality: of(&values, &heads, &groups, request), notes, manifest })
}

fn of(values: &[f64], heads: &[f64], groups: &[usize], request: &InequalityRequest) -> Inequality {
    let n = values.len() as f64;
    let (t, l) = (theil_against(values, heads, groups), theil_l(values, heads, groups));
    let per_head: Option<Vec<f64>> =
        values.iter().zip(heads).map(|(value, heads)| (*heads > 0.0).then(|| value / heads)).collect();
    let grouped = request.group.is_some();
    let index = herfindahl_hirschman(values);
    Inequality {
        areas: values.len(),
        total: values.iter().sum(),
        gini: gini(values),
        gini_normalised: gini(values).filter(|_| n > 1.0).map(|gini| gini * n / (n - 1.0)),
        gini_per_head: request.population.as_ref().and_then(|_| gini_against(values, heads)),
        hoover: hoover(values, heads),
        theil_t: t.map(|t| t.index),
        theil_t_between: t.filter(|_| grouped).map(|t| t.between),
        theil_t_within: t.filter(|_| grouped).map(|t| t.within),
        theil_l: l.map(|l| l.index),
        theil_l_between: l.filter(|_| grouped).map(|l| l.between),
        theil_l_within: l.filter(|_| grouped).map(|l| l.within),
        coefficient_of_variation: williamson(values, &vec![1.0; values.len()]),
        williamson: request.population.as_ref().and(per_head).and_then(|per_head| williamson(&per_head, heads)),
        herfindahl_hirschman: index.map(|index| index.index),
        herfindahl_hirschman_normalised: index.and_then(|index| index.normalised),
        shannon_bits: shannon_bits(values),
    }
}

/// The groups by number, in the order of their first rows.
fn groups(table: &Table, column: &str) -> Result<Vec<Option<usize>>> {
    let cells = table.text(column)?;
    let mut known: HashMap<String, usize> = HashMap::new();
    let number = |cell: Option<&str>| {
        let cell = cell.map(str::trim).filter(|cell| !cell.is_empty())?;
        let next = known.len();
        Some(*known.entry(cell.to_owned()).or_insert(next))
    };
    Ok(cells.iter().map(number).collect())
}

/// Every number that is none of an amount or of heads.
fn refuse(table: &Table, request: &InequalityRequest, values: &[Option<f64>], heads: &[Option<f64>]) -> Result<()> {
    let mut faults = Vec::new();
    for (column, numbers) in [(Some(&request.value), values), (request.population.as_ref(), heads)] {
        let Some(column) = column else { continue };
        for (row, number) in table.rows.iter().zip(numbers) {
            if let Some(number) = number.filter(|number| !(number.is_finite() && *number >= 0.0)) {
                faults.push(format!("row {row}, column `{column}`: found {number}"));
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(ProjectError::Options {
        message: format!("cannot use {}: {}, expected 0 or more", table.source, faults.join("; ")),
        hint: "inequality is of amounts".to_owned(),
    }
    .into())
}

impl Unequal {
    /// One object with a field for each index.
    #[must_use]
    pub fn json(&self) -> String {
        let mut fields = self.fields();
        fields.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(fields))
    }

    fn fields(&self) -> Map<String, Value> {
        match json!(self.inequality) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// A row for each index.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let fields = self.fields();
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        let values: Vec<Option<f64>> = fields.values().map(Value::as_f64).collect();
        let columns = vec![Column::new("index".into(), names), Column::new("value".into(), values)];
        DataFrame::new_infer_height(columns).map_err(Error::table(STATISTIC))
    }
}
