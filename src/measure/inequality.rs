//! Inequality of the areas of a table.

use std::collections::HashMap;

use polars::prelude::{Column, DataFrame};
use serde::Serialize;
use serde_json::{Map, Value};

use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::model::Table;
use crate::model::json::json;
use crate::source::PlainTable;
use crate::stats::{
    Bootstrap, bootstrapped_interval, gini, gini_against, herfindahl_hirschman, hoover, shannon_bits, theil_against,
    theil_l, williamson,
};

/// Says how unequally the areas of a table share amounts.
#[parameters]
pub struct Inequality {
    /// The table, a row for each area.
    #[flatten]
    pub table: PlainTable,
    /// Column with the amounts: firms, output.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// Column with what the amounts are held against, such as heads or km² [default: areas count alike].
    #[parameter(value = "COLUMN")]
    pub population: Option<String>,
    /// Column with the district of each area, to tell inequality between districts from that within.
    #[parameter(value = "COLUMN")]
    pub group: Option<String>,
    /// Draw the rows again so often, for intervals of Gini and Theil.
    pub draws: Option<usize>,
    /// Seed of what is drawn.
    #[parameter(requires = "draws")]
    pub seed: u64,
    /// Confidence of the intervals.
    #[parameter(requires = "draws")]
    pub confidence: f64,
}

impl Default for Inequality {
    fn default() -> Self {
        let Bootstrap { seed, confidence, .. } = Bootstrap::default();
        Self {
            table: PlainTable::default(),
            value: String::new(),
            population: None,
            group: None,
            draws: None,
            seed,
            confidence,
        }
    }
}

impl Operation for Inequality {
    const NAME: &'static str = "inequality";
    const SUMMARY: &'static str =
        "Say how unequally areas share something: Gini, Theil within and between districts, Hoover, Williamson …";
    const DEFINITION: &'static str =
        "T = sum y ln(y / p), L = sum p ln(p / y), y and p the shares of amounts and of heads";
    const REMARKS: &'static str = "Rows without an amount, heads or group are left out, and counted on stderr. Intervals with ‹draws› are \
bias-corrected and accelerated; they say what the index would be of other rows like these, and mean nothing where the rows are all \
there are and nothing about them is by chance.";
    const EXAMPLES: &'static [&'static str] = &[
        "inequality towns.csv --value firms",
        "inequality towns.csv --value output_cny --population heads --group district --format json",
        "inequality firms.csv --value output_cny --draws 1999 --seed 7",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        vec![Input::Table(&mut self.table.table)]
    }

    fn run(&self) -> Result<Outcome> {
        let (table, told) = self.table.read()?;
        let Shared { values, heads, groups, notes } = self.shared(&table)?;
        let mut outcome = Outcome::from_result(self.indices(&values, &heads, &groups))?;
        outcome.notes = [told, notes].concat();
        let intervals = self.intervals(&values, &heads)?;
        outcome.tables.push(OutcomeTable::hidden("indices", frame(&outcome.scalars, intervals.as_deref())?));
        if let (Some(draws), Some(intervals)) = (self.draws, intervals) {
            let ends: Map<String, Value> = intervals
                .iter()
                .map(|(name, ends)| ((*name).to_owned(), json!(ends.map(|ends| [ends.0, ends.1]))))
                .collect();
            outcome.scalars.insert("intervals".to_owned(), Value::Object(ends));
            outcome.manifest.insert("replications".to_owned(), json!(draws));
            outcome.manifest.insert("seed".to_owned(), json!(self.seed));
            outcome.manifest.insert("confidence".to_owned(), json!(self.confidence));
        }
        outcome.manifest.insert("value".to_owned(), json!(self.value));
        outcome.manifest.insert("population".to_owned(), json!(self.population));
        outcome.manifest.insert("group".to_owned(), json!(self.group));
        Ok(outcome)
    }
}

/// Measures of the inequality of areas. Those per head weight each area by its population.
#[derive(Serialize)]
struct Indices {
    /// The number of areas.
    areas: usize,
    /// The sum of the amounts.
    total: f64,
    /// [`gini`] of the amounts, each area counting alike.
    gini: Option<f64>,
    /// n / (n − 1) times it: 1 where one has all.
    gini_normalised: Option<f64>,
    /// [`gini_against`] heads.
    gini_per_head: Option<f64>,
    /// [`hoover`] against heads; without these against areas alike.
    hoover: Option<f64>,
    /// [`theil_against`] heads, or areas alike.
    theil_t: Option<f64>,
    /// The value for the means of the groups.
    theil_t_between: Option<f64>,
    /// The groups' own.
    theil_t_within: Option<f64>,
    /// [`theil_l`] against heads, or areas alike.
    theil_l: Option<f64>,
    /// The value for the means of the groups.
    theil_l_between: Option<f64>,
    /// The groups' own.
    theil_l_within: Option<f64>,
    /// The standard deviation (with n) over the mean, of the amounts.
    coefficient_of_variation: Option<f64>,
    /// [`williamson`]'s, of amounts per head weighted by heads.
    williamson: Option<f64>,
    /// [`herfindahl_hirschman`] of the amounts.
    herfindahl_hirschman: Option<f64>,
    /// The index scaled to the range from 0 to 1.
    herfindahl_hirschman_normalised: Option<f64>,
    /// [`shannon_bits`] of the amounts.
    shannon_bits: Option<f64>,
}

/// The values of the areas that are counted, one of each list for each area.
struct Shared {
    values: Vec<f64>,
    heads: Vec<f64>,
    groups: Vec<usize>,
    notes: Vec<String>,
}

impl Inequality {
    /// The rows with an amount, heads and a group; the others are left out, and counted.
    fn shared(&self, table: &Table) -> Result<Shared> {
        const FEW: usize = 30;
        let numbers = |column: &str| -> Result<Vec<Option<f64>>> { Ok(table.numbers(column)?.iter().collect()) };
        let all_values = numbers(&self.value)?;
        let all_heads = match &self.population {
            Some(column) => numbers(column)?,
            None => vec![Some(1.0); table.height()],
        };
        let all_groups = match &self.group {
            Some(column) => groups(table, column)?,
            None => vec![Some(0); table.height()],
        };
        self.refuse(table, &all_values, &all_heads)?;
        let mut shared = Shared { values: Vec::new(), heads: Vec::new(), groups: Vec::new(), notes: Vec::new() };
        for ((value, heads), group) in all_values.iter().zip(&all_heads).zip(&all_groups) {
            if let (Some(value), Some(heads), Some(group)) = (value, heads, group) {
                shared.values.push(*value);
                shared.heads.push(*heads);
                shared.groups.push(*group);
            }
        }
        if shared.values.iter().sum::<f64>() <= 0.0 {
            return Err(StatsError::NoValues { statistic: Self::NAME }.into());
        }
        let (kept, missing) = (shared.values.len(), table.height() - shared.values.len());
        if missing > 0 {
            let source = &table.source;
            shared.notes.push(format!("{source}: {missing} rows have no amount, heads or group and are left out"));
        }
        if kept < FEW {
            shared.notes.push(format!("{kept} areas are few"));
        }
        Ok(shared)
    }

    fn indices(&self, values: &[f64], heads: &[f64], groups: &[usize]) -> Indices {
        let n = values.len() as f64;
        let (t, l) = (theil_against(values, heads, groups), theil_l(values, heads, groups));
        let per_head: Option<Vec<f64>> =
            values.iter().zip(heads).map(|(value, heads)| (*heads > 0.0).then(|| value / heads)).collect();
        let grouped = self.group.is_some();
        let index = herfindahl_hirschman(values);
        Indices {
            areas: values.len(),
            total: values.iter().sum(),
            gini: gini(values),
            gini_normalised: gini(values).filter(|_| n > 1.0).map(|gini| gini * n / (n - 1.0)),
            gini_per_head: self.population.as_ref().and_then(|_| gini_against(values, heads)),
            hoover: hoover(values, heads),
            theil_t: t.map(|t| t.index),
            theil_t_between: t.filter(|_| grouped).map(|t| t.between),
            theil_t_within: t.filter(|_| grouped).map(|t| t.within),
            theil_l: l.map(|l| l.index),
            theil_l_between: l.filter(|_| grouped).map(|l| l.between),
            theil_l_within: l.filter(|_| grouped).map(|l| l.within),
            coefficient_of_variation: williamson(values, &vec![1.0; values.len()]),
            williamson: self.population.as_ref().and(per_head).and_then(|per_head| williamson(&per_head, heads)),
            herfindahl_hirschman: index.map(|index| index.index),
            herfindahl_hirschman_normalised: index.and_then(|index| index.normalised),
            shannon_bits: shannon_bits(values),
        }
    }

    /// The intervals of indices of rows drawn again, by the names of the indices; none where nothing is drawn.
    fn intervals(&self, values: &[f64], heads: &[f64]) -> Result<Option<Vec<NamedInterval>>> {
        let Some(replications) = self.draws else { return Ok(None) };
        let bootstrap = Bootstrap { replications, seed: self.seed, confidence: self.confidence };
        let indices: [(&'static str, Index); 4] = [
            ("gini", |values, _| gini(values)),
            ("gini_per_head", gini_against),
            ("theil_t", |values, heads| Some(theil_against(values, heads, &vec![0; values.len()])?.index)),
            ("theil_l", |values, heads| Some(theil_l(values, heads, &vec![0; values.len()])?.index)),
        ];
        let of_rows = |(name, index): (&'static str, Index)| -> Result<NamedInterval> {
            let drawn = |of: &[f64], rows: &[usize]| rows.iter().map(|row| of[*row]).collect::<Vec<_>>();
            let of = |rows: &[usize]| index(&drawn(values, rows), &drawn(heads, rows));
            Ok((name, bootstrapped_interval(values.len(), &bootstrap, of)?))
        };
        let is_told = |(name, _): &(&str, Index)| self.population.is_some() || *name != "gini_per_head";
        indices.into_iter().filter(is_told).map(of_rows).collect::<Result<_>>().map(Some)
    }

    /// Refuses every number that is none of an amount or of heads.
    fn refuse(&self, table: &Table, values: &[Option<f64>], heads: &[Option<f64>]) -> Result<()> {
        let mut faults = Vec::new();
        for (column, numbers) in [(Some(&self.value), values), (self.population.as_ref(), heads)] {
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

/// An index of amounts and heads.
type Index = fn(&[f64], &[f64]) -> Option<f64>;

/// The interval of an index, by its name.
type NamedInterval = (&'static str, Option<(f64, f64)>);

/// A row for each index, with its interval where rows were drawn again.
fn frame(indices: &Map<String, Value>, intervals: Option<&[NamedInterval]>) -> Result<DataFrame> {
    let names: Vec<&str> = indices.keys().map(String::as_str).collect();
    let values: Vec<Option<f64>> = indices.values().map(Value::as_f64).collect();
    let mut columns = vec![Column::new("index".into(), &names), Column::new("value".into(), values)];
    if let Some(intervals) = intervals {
        let of = |name: &str| intervals.iter().find(|(own, _)| *own == name).and_then(|(_, ends)| *ends);
        let end = |end: fn((f64, f64)) -> f64| names.iter().map(|name| of(name).map(end)).collect::<Vec<_>>();
        columns.push(Column::new("lower".into(), end(|ends| ends.0)));
        columns.push(Column::new("upper".into(), end(|ends| ends.1)));
    }
    DataFrame::new_infer_height(columns).map_err(Error::table("inequality"))
}
