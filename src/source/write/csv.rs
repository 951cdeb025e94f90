use std::fmt::Display;

use polars::prelude::{AnyValue, Column, DataFrame, DataType, PolarsResult, Series};
use polars_arrow::array::{BooleanArray, PrimitiveArray, StaticArray as _, Utf8ViewArray};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::super::moment::{day, moment};
use crate::error::{Error, Result};
use crate::model::cell;

/// What is done with text that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formulas {
    /// An apostrophe is put before it.
    Neutralised,
    /// Nothing.
    AsTheyStand,
}

/// The header and the rows of a table.
pub(super) fn csv(frame: &DataFrame, formulas: Formulas) -> Result<Vec<u8>> {
    /// The rows one thread writes at once.
    const PART: usize = 1 << 15;
    check_cells(frame, "CSV")?;
    let starts: Vec<usize> = (0..frame.height()).step_by(PART).collect();
    let parts =
        starts.par_iter().map(|start| rows(&frame.slice(i64::try_from(*start).unwrap_or(i64::MAX), PART), formulas));
    let parts: Vec<Vec<u8>> = parts.collect::<Result<_>>()?;
    let mut bytes = header(frame.get_column_names().into_iter().map(|name| name.as_str()), formulas);
    bytes.reserve(parts.iter().map(Vec::len).sum());
    for part in parts {
        bytes.extend(part);
    }
    Ok(bytes)
}

/// The line of headers.
pub(super) fn header<'a>(names: impl IntoIterator<Item = &'a str>, formulas: Formulas) -> Vec<u8> {
    let mut bytes = Vec::new();
    record(&mut bytes, names.into_iter(), |bytes, name| text(bytes, name, formulas));
    bytes
}

/// The rows of a table without its header.
pub(super) fn rows(frame: &DataFrame, formulas: Formulas) -> Result<Vec<u8>> {
    /// A guess of how long a cell is.
    const CELL_BYTES: usize = 12;
    check_cells(frame, "CSV")?;
    let columns: Vec<Cells> =
        frame.columns().iter().map(Cells::of_column).collect::<Result<_, _>>().map_err(Error::table("CSV"))?;
    let mut bytes = Vec::with_capacity(frame.height().saturating_mul(columns.len()).saturating_mul(CELL_BYTES));
    for row in 0..frame.height() {
        record(&mut bytes, columns.iter(), |bytes, cells| cells.write(row, bytes, formulas));
    }
    Ok(bytes)
}

/// Writes a line. One without a byte would be no record: its only cell is put in quotes.
fn record<T>(bytes: &mut Vec<u8>, cells: impl Iterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) {
    let start = bytes.len();
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            bytes.push(b',');
        }
        write(bytes, cell);
    }
    if bytes.len() == start {
        bytes.extend_from_slice(b"\"\"");
    }
    bytes.push(b'\n');
}

/// The cells of a column by how they are written: as the one array that holds them, since looking up in which of several a
/// row stands would cost as much as writing it.
enum Cells {
    Text(Utf8ViewArray),
    Float(PrimitiveArray<f64>),
    Single(PrimitiveArray<f32>),
    Signed(PrimitiveArray<i64>),
    Unsigned(PrimitiveArray<u64>),
    Truth(BooleanArray),
    Other(Series),
}

impl Cells {
    fn of_column(column: &Column) -> PolarsResult<Self> {
        let series = column.as_materialized_series().rechunk();
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str()?.downcast_as_array().clone()),
            DataType::Categorical(..) | DataType::Enum(..) => {
                Self::Text(series.cast(&DataType::String)?.str()?.downcast_as_array().clone())
            }
            DataType::Float64 => Self::Float(series.f64()?.downcast_as_array().clone()),
            DataType::Float32 => Self::Single(series.f32()?.downcast_as_array().clone()),
            DataType::Boolean => Self::Truth(series.bool()?.downcast_as_array().clone()),
            kind if kind.is_signed_integer() => {
                Self::Signed(series.cast(&DataType::Int64)?.i64()?.downcast_as_array().clone())
            }
            kind if kind.is_unsigned_integer() => {
                Self::Unsigned(series.cast(&DataType::UInt64)?.u64()?.downcast_as_array().clone())
            }
            _ => Self::Other(series),
        })
    }

    fn write(&self, row: usize, bytes: &mut Vec<u8>, formulas: Formulas) {
        match self {
            Self::Text(cells) => text(bytes, cells.get(row).unwrap_or_default(), formulas),
            Self::Float(cells) => {
                if let Some(number) = cells.get(row).filter(|number| number.is_finite()) {
                    let mut buffer = zmij::Buffer::new();
                    float(bytes, buffer.format_finite(number), &number);
                }
            }
            Self::Single(cells) => {
                if let Some(number) = cells.get(row).filter(|number| number.is_finite()) {
                    let mut buffer = zmij::Buffer::new();
                    float(bytes, buffer.format_finite(number), &number);
                }
            }
            Self::Signed(cells) => {
                if let Some(number) = cells.get(row) {
                    bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
                }
            }
            Self::Unsigned(cells) => {
                if let Some(number) = cells.get(row) {
                    bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
                }
            }
            Self::Truth(cells) => {
                if let Some(truth) = cells.get(row) {
                    bytes.extend_from_slice(if truth { b"true" } else { b"false" });
                }
            }
            Self::Other(cells) => field(bytes, &cells.get(row).map(|value| plain(&value)).unwrap_or_default()),
        }
    }
}

/// Writes a number in the shortest form that reads back the same, without an exponent.
fn float(bytes: &mut Vec<u8>, shortest: &str, number: &impl Display) {
    if shortest.contains('e') {
        bytes.extend_from_slice(number.to_string().as_bytes());
    } else {
        bytes.extend_from_slice(shortest.strip_suffix(".0").unwrap_or(shortest).as_bytes());
    }
}

/// Writes text, with an apostrophe before what a spreadsheet would take for a formula.
fn text(bytes: &mut Vec<u8>, text: &str, formulas: Formulas) {
    match formulas == Formulas::Neutralised && is_formula(text) {
        true => field(bytes, &format!("'{text}")),
        false => field(bytes, text),
    }
}

fn is_formula(text: &str) -> bool {
    // By the first byte nearly all cells are told to be none: those of the full-width signs begin with 0xef.
    if !matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | 0xef)) {
        return false;
    }
    // The full-width signs too: East Asian spreadsheets take them for the plain ones.
    let starts = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = || text.starts_with(['+', '-']) && cell::number(text).is_some();
    // Dashes alone stand for nothing, and compute nothing.
    let is_dash = || text.chars().all(|character| character == '-');
    starts && !is_number() && !is_dash()
}

/// The columns in which cells are neutralised, with the first of them and how many they are.
pub(super) fn neutralised(frame: &DataFrame) -> Vec<(String, String, u64)> {
    let columns = frame.columns().iter().filter(|column| column.dtype() == &DataType::String);
    columns
        .filter_map(|column| {
            let cells = column.str().ok()?;
            let mut found = cells.iter().flatten().filter(|text| is_formula(text));
            let first = found.next()?.to_owned();
            Some((column.name().to_string(), first, 1 + found.count() as u64))
        })
        .collect()
}

/// Writes a cell, in quotes where it needs them.
fn field(bytes: &mut Vec<u8>, text: &str) {
    // Without an early end many bytes are compared at once.
    let special = |found: bool, byte: &u8| found | matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.as_bytes().iter().fold(false, special) {
        bytes.extend_from_slice(text.as_bytes());
        return;
    }
    bytes.push(b'"');
    for (position, part) in text.split('"').enumerate() {
        if position > 0 {
            bytes.extend_from_slice(b"\"\"");
        }
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.push(b'"');
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
