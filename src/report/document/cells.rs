//! What the cells of a table show.

use polars::prelude::{AnyValue, Column};

use crate::error::{Error, Result};
use crate::model::column::{self, Quantity};

/// The cells of a column as a reader wants them: rates and shares in percent, other numbers with as many decimals as one of them
/// needs, at most three, null as a dash.
pub(super) fn column_cells(column: &Column, caption: &str) -> Result<Vec<String>> {
    let name = column.name();
    let percent = column::quantity(name) == Quantity::Fraction;
    let mut values = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        values.push(column.get(row).map_err(Error::table(caption))?);
    }
    let decimals = values
        .iter()
        .filter_map(|value| if let AnyValue::Float64(number) = value { Some(decimals(*number)) } else { None });
    let decimals = decimals.max().unwrap_or_default();
    Ok(values
        .iter()
        .map(|value| match value {
            AnyValue::Null => "–".to_owned(),
            AnyValue::String(text) => (*text).to_owned(),
            AnyValue::StringOwned(text) => text.to_string(),
            AnyValue::Float64(number) if percent => column::percent(*number),
            AnyValue::Float64(number) => format!("{number:.decimals$}"),
            other => other.to_string(),
        })
        .collect())
}

/// How many decimals a number needs, at most three.
fn decimals(number: f64) -> usize {
    const MOST: usize = 3;
    let text = format!("{number:.MOST$}");
    text.trim_end_matches('0').rsplit_once('.').map_or(0, |(_, behind)| behind.len())
}
