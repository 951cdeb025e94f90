//! What the cells of a table show.

use polars::prelude::{AnyValue, Column};

use crate::error::{Error, Result};
use crate::model::column::{self, Quantity};

/// The cells of a column as a reader wants them: rates and shares in percent, other numbers with three decimals unless all
/// are whole, null as a dash.
pub(super) fn column_cells(column: &Column, caption: &str) -> Result<Vec<String>> {
    let name = column.name();
    let percent = column::quantity(name) == Quantity::Fraction;
    let mut values = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        values.push(column.get(row).map_err(Error::table(caption))?);
    }
    let whole = values.iter().all(|value| !matches!(value, AnyValue::Float64(number) if number.fract() != 0.0));
    Ok(values
        .iter()
        .map(|value| match value {
            AnyValue::Null => "–".to_owned(),
            AnyValue::String(text) => (*text).to_owned(),
            AnyValue::StringOwned(text) => text.to_string(),
            AnyValue::Float64(number) if percent => column::percent(*number),
            AnyValue::Float64(number) if whole => format!("{number:.0}"),
            AnyValue::Float64(number) => format!("{number:.3}"),
            other => other.to_string(),
        })
        .collect())
}
