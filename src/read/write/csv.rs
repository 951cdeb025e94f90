use polars::prelude::{AnyValue, Column, DataFrame};

use super::super::moment::{day, moment};
use crate::error::{Error, Result};

/// What is done with text that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formulas {
    /// An apostrophe is put before it.
    Neutralised,
    /// Nothing.
    AsTheyStand,
}

pub(super) fn csv(frame: &DataFrame, formulas: Formulas) -> Result<Vec<u8>> {
    check_cells(frame, "CSV")?;
    let failed = |error: csv::Error| Error::Table { what: "CSV".to_owned(), message: error.to_string() };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(frame.get_column_names().iter().map(|name| guarded(name, formulas))).map_err(failed)?;
    for row in 0..frame.height() {
        for column in frame.columns() {
            let value = column.get(row).map_err(Error::table("CSV"))?;
            let cell = match &value {
                AnyValue::String(text) => guarded(text, formulas),
                other => plain(other),
            };
            writer.write_field(cell).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Error::Table { what: "CSV".to_owned(), message: error.to_string() })
}

/// Refuses columns whose values are no cells, all of them named.
pub(super) fn check_cells(frame: &DataFrame, what: &str) -> Result<()> {
    let is_cell = |column: &Column| !column.dtype().is_nested() && !column.dtype().is_binary();
    let refused: Vec<String> = (frame.columns().iter())
        .filter(|column| !is_cell(column))
        .map(|column| format!("column `{}` is of {}", column.name(), column.dtype()))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    let message = format!("{}; expected text, numbers, truths, dates or times", refused.join(", "));
    Err(Error::Table { what: what.to_owned(), message })
}

/// A value that is no text: the shortest form that reads back the same; null, what is
/// not finite and what is beyond the calendar is empty.
pub(super) fn plain(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::Float64(number) if !number.is_finite() => String::new(),
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Float32(number) if !number.is_finite() => String::new(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Categorical(..) | AnyValue::CategoricalOwned(..) | AnyValue::Enum(..) | AnyValue::EnumOwned(..) => {
            value.get_str().unwrap_or_default().to_owned()
        }
        AnyValue::Date(days) => day(*days).map(|day| day.to_string()).unwrap_or_default(),
        AnyValue::Datetime(count, unit, zone) => moment(*count, *unit, zone.is_some()).unwrap_or_default(),
        AnyValue::DatetimeOwned(count, unit, zone) => moment(*count, *unit, zone.is_some()).unwrap_or_default(),
        AnyValue::Time(count) if !(0..86_400_000_000_000).contains(count) => String::new(),
        other => other.to_string(),
    }
}

fn guarded(text: &str, formulas: Formulas) -> String {
    // The full-width signs too: East Asian spreadsheets take them for the plain ones.
    let starts = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = || text.ends_with(|last: char| last.is_ascii_digit()) && text.parse::<f64>().is_ok();
    if formulas == Formulas::Neutralised && starts && !is_number() { format!("'{text}") } else { text.to_owned() }
}
