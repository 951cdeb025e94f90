//! The values of a column in classes.

use polars::prelude::{Column, DataFrame};

use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::model::json::json;
use crate::source::PlainTable;
use crate::stats::{self, Classes, Scheme};

/// Puts the values of a column into classes.
#[parameters]
pub struct Classify {
    /// The table with the values.
    #[flatten]
    pub table: PlainTable,
    /// Column with the values.
    #[parameter(value = "COLUMN", required)]
    pub value: String,
    /// How classes are found: equal-interval, quantile, fisher-jenks, `fisher-jenks-sampled[:SAMPLE[,SEED]]`, jenks-caspall,
    /// jenks-caspall-forced, geometric, head-tail, mean-standard-deviation, standard-deviation, `box-plot[:HINGE]`,
    /// maximum-breaks, pretty, percentiles, breaks:1,2,5.
    #[parameter(value = "SCHEME")]
    pub scheme: Scheme,
    /// Number of classes, for schemes that leave it open.
    #[parameter(short = 'k', alias = "classes", conflicts = "least_fit")]
    pub k: usize,
    /// As few classes as have an absolute deviation fit above this, in place of a number.
    #[parameter(value = "FIT")]
    pub least_fit: Option<f64>,
}

impl Default for Classify {
    fn default() -> Self {
        Self { table: PlainTable::default(), value: String::new(), scheme: Scheme::FisherJenks, k: 5, least_fit: None }
    }
}

impl Operation for Classify {
    const NAME: &'static str = "classify";
    const SUMMARY: &'static str = "Put the values of a column into classes";
    const DEFINITION: &'static str = "(lower, upper], the first with the least value";
    const REMARKS: &'static str = "Classes are (lower, upper]; the first includes the smallest value. Empty cells are left out \
and counted on stderr, where the fit is told as well.";
    const EXAMPLES: &'static [&'static str] = &[
        "classify districts.csv --value rate --scheme quantile -k 4 --format json",
        "classify firms.parquet --value employees --scheme fisher-jenks -k 5",
        "classify firms.parquet --value employees --scheme quantile --least-fit 0.8 --manifest classes.json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        vec![Input::Table(&mut self.table.table)]
    }

    fn run(&self) -> Result<Outcome> {
        let (table, told) = self.table.read()?;
        let numbers = table.numbers(&self.value)?;
        let values: Vec<f64> = numbers.iter().flatten().filter(|value| value.is_finite()).collect();
        if values.is_empty() {
            let found = format!("{} rows, none with a value in `{}`", table.height(), self.value);
            let expected = "one or more".to_owned();
            return Err(StatsError::Shape { statistic: Self::NAME, what: "the table", found, expected }.into());
        }
        let scheme = &self.scheme;
        let classes = match self.least_fit {
            None => stats::classify(&values, scheme, self.k)?,
            Some(least) => stats::classes_of_fit(&values, scheme, least)?.ok_or_else(|| ProjectError::Options {
                message: format!("no number of classes by `{scheme}` has a fit above {least}"),
                hint: "give a lesser fit, or a number of classes".to_owned(),
            })?,
        };
        let Classes { breaks, counts, fit, .. } = &classes;
        let mut outcome = Outcome::from_result(json!({ "breaks": breaks, "counts": counts, "fit": fit }))?;
        outcome.notes = [told, notes(&classes, numbers.len() - values.len())].concat();
        outcome.tables.push(OutcomeTable::hidden("classes", frame(&classes)?));
        outcome.manifest.insert("value".to_owned(), json!(self.value));
        outcome.manifest.insert("scheme".to_owned(), json!(scheme.to_string()));
        outcome.manifest.insert("classes".to_owned(), json!(breaks.len()));
        Ok(outcome)
    }
}

/// Warnings to show to the user, one sentence each: the fit, and rows without a value.
fn notes(classes: &Classes, missing: usize) -> Vec<String> {
    let fit = &classes.fit;
    let mut notes = Vec::new();
    if let (Some(variance), Some(absolute), Some(tabular)) =
        (fit.variance_fit, fit.absolute_deviation_fit, fit.tabular_accuracy)
    {
        notes.push(format!(
            "goodness of variance fit {variance:.4}, of absolute deviation fit {absolute:.4}, tabular accuracy {tabular:.4}"
        ));
    }
    if missing > 0 {
        notes.push(format!("{missing} rows have no value and are in no class"));
    }
    notes
}

/// A row for each class: `upper_bound`, `count`.
fn frame(classes: &Classes) -> Result<DataFrame> {
    let counts: Vec<u64> = classes.counts.iter().map(|count| *count as u64).collect();
    let columns = vec![Column::new("upper_bound".into(), &classes.breaks), Column::new("count".into(), counts)];
    DataFrame::new_infer_height(columns).map_err(Error::table("classes"))
}
