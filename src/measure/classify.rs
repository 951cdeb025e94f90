use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use crate::error::{Error, ProjectError, Result};
use crate::source::{self, TableOptions};
use crate::stats::{self, Classes, Scheme};

/// A column to put into classes.
#[derive(Debug, Clone)]
pub struct ClassifyRequest {
    /// The table.
    pub table: PathBuf,
    /// The column.
    pub value: String,
    /// How classes are found.
    pub scheme: Scheme,
    /// How many.
    pub classes: usize,
    /// In place of a number: as few as have this absolute deviation fit.
    pub least_fit: Option<f64>,
}

/// The classes of a column.
#[derive(Debug, Clone)]
pub struct Classified {
    /// The classes.
    pub classes: Classes,
    /// Rows without a value, in no class.
    pub missing: usize,
    /// What it was made from.
    pub manifest: Value,
}

/// Puts the values of a column into classes.
///
/// # Errors
///
/// What reading refuses; a cell that is no number; a scheme that is not defined for the values, or whose fit no number of
/// classes reaches.
pub fn classify(request: &ClassifyRequest) -> Result<Classified> {
    let table = source::table(&request.table, &TableOptions::default())?;
    let numbers = table.numbers(&request.value)?;
    let values: Vec<f64> = numbers.iter().flatten().filter(|value| value.is_finite()).collect();
    let scheme = &request.scheme;
    let classes = match request.least_fit {
        None => stats::classify(&values, scheme, request.classes)?,
        Some(least) => stats::classes_of_fit(&values, scheme, least)?.ok_or_else(|| ProjectError::Options {
            message: format!("no number of classes by `{scheme}` has a fit above {least}"),
            hint: "give a lesser fit, or a number of classes".to_owned(),
        })?,
    };
    let mut more = Map::new();
    more.insert("value".to_owned(), json!(request.value));
    more.insert("scheme".to_owned(), json!(scheme.to_string()));
    more.insert("classes".to_owned(), json!(classes.breaks.len()));
    let manifest = manifest(
        "classes",
        "(lower, upper], the first with the least value",
        std::slice::from_ref(&request.table),
        more,
    )?;
    Ok(Classified { classes, missing: numbers.len() - values.len(), manifest })
}

impl Classified {
    /// `{"breaks": [upper bounds], "counts": […], "fit": {…}, "manifest": {…}}`.
    #[must_use]
    pub fn json(&self) -> String {
        let Classes { breaks, counts, fit, .. } = &self.classes;
        format!("{}\n", json!({ "breaks": breaks, "counts": counts, "fit": fit, "manifest": self.manifest }))
    }

    /// What a reader should know: the fit, and rows without a value.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let fit = &self.classes.fit;
        let mut notes = Vec::new();
        if let (Some(variance), Some(absolute), Some(tabular)) =
            (fit.variance_fit, fit.absolute_deviation_fit, fit.tabular_accuracy)
        {
            notes.push(format!(
                "goodness of variance fit {variance:.4}, of absolute deviation fit {absolute:.4}, tabular accuracy {tabular:.4}"
            ));
        }
        if self.missing > 0 {
            notes.push(format!("{} rows have no value and are in no class", self.missing));
        }
        notes
    }

    /// The same as a table: `upper_bound`, `count`.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let counts: Vec<u64> = self.classes.counts.iter().map(|count| *count as u64).collect();
        let columns =
            vec![Column::new("upper_bound".into(), &self.classes.breaks), Column::new("count".into(), counts)];
        DataFrame::new_infer_height(columns).map_err(Error::table("classes"))
    }
}
