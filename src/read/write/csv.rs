use polars::prelude::{AnyValue, DataFrame};

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

/// A value that is no text: the shortest form that reads back the same; null and what is not finite is empty.
pub(super) fn plain(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::Float64(number) if !number.is_finite() => String::new(),
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Float32(number) if !number.is_finite() => String::new(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn guarded(text: &str, formulas: Formulas) -> String {
    // The full-width signs too: East Asian spreadsheets take them for the plain ones.
    let starts = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = || text.ends_with(|last: char| last.is_ascii_digit()) && text.parse::<f64>().is_ok();
    if formulas == Formulas::Neutralised && starts && !is_number() { format!("'{text}") } else { text.to_owned() }
}
