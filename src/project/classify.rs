use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde_json::json;

use crate::error::{Error, Result};
use crate::read::{self, TableOptions};
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
}

/// The classes of a column.
#[derive(Debug, Clone)]
pub struct Classified {
    /// The classes.
    pub classes: Classes,
    /// Rows without a value, in no class.
    pub missing: usize,
}

/// Puts the values of a column into classes.
///
/// # Errors
///
/// What reading refuses; a cell that is no number; a scheme that is not defined for the values.
pub fn classify(request: &ClassifyRequest) -> Result<Classified> {
    let table = read::table(&request.table, &TableOptions::default())?;
    let numbers = table.numbers(&request.value)?;
    let values: Vec<f64> = numbers.iter().flatten().filter(|value| value.is_finite()).collect();
    let classes = stats::classify(&values, &request.scheme, request.classes)?;
    Ok(Classified { classes, missing: numbers.len() - values.len() })
}

impl Classified {
    /// `{"breaks": [upper bounds], "counts": […]}`.
    #[must_use]
    pub fn json(&self) -> String {
        format!("{}\n", json!({ "breaks": self.classes.breaks, "counts": self.classes.counts }))
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
