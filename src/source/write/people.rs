use comfy_table::{CellAlignment, LineStyle, Table, presets};
use polars::prelude::{AnyValue, DataFrame};

use super::csv::{check_cells, plain};
use crate::error::{Error, Result};
use crate::model::column::{self, Quantity};
use crate::model::shown_cell;

/// Columns set for people: fractions in percent, other numbers with at most four decimals, both to the right; null and what is
/// not finite as a dash; text cut where it is long.
pub(super) fn people(frame: &DataFrame) -> Result<Vec<u8>> {
    let names: Vec<&str> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
    people_table(frame, &names)
}

/// A table for people on a terminal, with a heading above each column in place of its name: fractions in percent, other
/// numbers with at most four decimals.
///
/// # Errors
///
/// [`Error::Table`] for columns of lists, structs or bytes.
pub fn people_table(frame: &DataFrame, headings: &[&str]) -> Result<Vec<u8>> {
    check_cells(frame, "a table for people")?;
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_header(headings.iter().map(|heading| shown_cell(heading)).collect::<Vec<_>>());
    for row in 0..frame.height() {
        let mut cells = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            let is_fraction = column::quantity(column.name()) == Quantity::Fraction;
            cells.push(match column.get(row).map_err(Error::table("a table for people"))? {
                AnyValue::Null => "–".to_owned(),
                AnyValue::Float64(number) if is_fraction && number.is_finite() => column::percent(number),
                AnyValue::Float64(number) => decimals(number),
                AnyValue::Float32(number) => decimals(f64::from(number)),
                other => shown_cell(&plain(&other)),
            });
        }
        table.add_row(cells);
    }
    for (position, column) in frame.columns().iter().enumerate() {
        if let Some(set) = table.column_mut(position)
            && column.dtype().is_primitive_numeric()
        {
            set.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(format!("{table}\n").into_bytes())
}

fn decimals(number: f64) -> String {
    if !number.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
