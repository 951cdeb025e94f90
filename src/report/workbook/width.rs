use polars::prelude::{AnyValue, Column, DataFrame};

use super::super::Headings;
use crate::error::{Error, Result};
use crate::model::Language;
use crate::model::column::percent;

/// The widest column, in characters; longer text runs over several lines.
const WIDEST: f64 = 80.0;
/// The room of the arrow of a filter, in characters.
const ARROW: f64 = 2.0;

/// The width of each column in characters, wide enough for its heading and its cells: a Chinese character takes two.
pub(super) fn column_widths(
    frame: &DataFrame,
    (headings, language): (&Headings, Language),
    percents: &[bool],
) -> Result<Vec<f64>> {
    let mut widths = Vec::with_capacity(frame.width());
    for (column, is_percent) in frame.columns().iter().zip(percents) {
        let whole = is_whole(column)?;
        let mut widest = f64::from(units(headings.of(column.name(), language))) + ARROW;
        for row in 0..column.len() {
            let words = match column.get(row).map_err(Error::table("the widths of columns"))? {
                AnyValue::Null => continue,
                AnyValue::Date(_) => "2020-09-30".to_owned(),
                AnyValue::Float64(number) if *is_percent => percent(number),
                value if value.is_primitive_numeric() => {
                    let digits = value.extract::<f64>().unwrap_or_default();
                    let text = if whole { format!("{digits:.0}") } else { format!("{digits:.2}") };
                    // With what parts the thousands.
                    let parted = text.len() / 3;
                    format!("{text}{}", ",".repeat(parted))
                }
                value => value.str_value().to_string(),
            };
            widest = widest.max(f64::from(units(&words)));
        }
        widths.push((widest + 1.0).min(WIDEST));
    }
    Ok(widths)
}

/// The width of a text in characters of a typewriter.
pub(super) fn units(text: &str) -> u32 {
    text.chars().map(|character| if u32::from(character) >= 0x1100 { 2 } else { 1 }).sum()
}

/// Whether all numbers of a column are whole.
pub(super) fn is_whole(column: &Column) -> Result<bool> {
    if !column.dtype().is_float() {
        return Ok(true);
    }
    let numbers = column
        .cast(&polars::prelude::DataType::Float64)
        .and_then(|column| column.f64().cloned())
        .map_err(Error::table("the widths of columns"))?;
    Ok(numbers.iter().flatten().all(|number| number.fract() == 0.0))
}
