use chrono::Datelike as _;
use polars::prelude::{AnyValue, DataFrame};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::super::moment::day;
use super::csv::{check_cells, plain};
use crate::error::{Error, ReadError, Result};

/// A workbook with a sheet for each table. Text is never a formula or a link; dates are dates; whole numbers
/// beyond 2⁵³, which a worksheet would round, and dates it does not know are text; the header is bold and
/// stays in sight. The same tables give the same bytes.
///
/// # Errors
///
/// [`ReadError::Unwritable`] for a sheet name Excel does not take, or more rows or columns than a worksheet has;
/// [`Error::Table`] for columns of lists, structs or bytes.
pub fn workbook(sheets: &[(&str, &DataFrame)]) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2020, 5, 28).map_err(|error| refused("jiju", &error))?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    for (name, frame) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).map_err(|error| refused(name, &error))?;
        fill(sheet, frame, name)?;
    }
    book.save_to_buffer().map_err(|error| refused("workbook", &error))
}

fn refused(sheet: &str, error: &XlsxError) -> Error {
    unwritable(sheet, error.to_string())
}

fn unwritable(sheet: &str, message: String) -> Error {
    ReadError::Unwritable { file: sheet.to_owned(), format: "a worksheet".to_owned(), message }.into()
}

/// The rows and the columns that a worksheet has.
const WORKSHEET: [usize; 2] = [1 << 20, 1 << 14];

/// Refuses a table that is larger than a worksheet, before any of it is written.
fn refuse_larger(frame: &DataFrame, name: &str, first_row: u32) -> Result<()> {
    let found = [frame.height().saturating_add(first_row as usize), frame.width()];
    for ((what, found), limit) in ["rows", "columns"].into_iter().zip(found).zip(WORKSHEET) {
        if found > limit {
            let message = format!("it has {found} {what}, a worksheet has {limit}; CSV and Parquet have no such limit");
            return Err(unwritable(name, message));
        }
    }
    Ok(())
}

/// Whether a whole number is among those that a worksheet, whose numbers are doubles, keeps apart.
fn is_exact(value: &AnyValue<'_>) -> bool {
    value.extract::<i128>().is_some_and(|number| number.unsigned_abs() < 10_u128.pow(15))
}

fn fill(sheet: &mut Worksheet, frame: &DataFrame, name: &str) -> Result<()> {
    check_cells(frame, name)?;
    refuse_larger(frame, name, 1)?;
    let bold = Format::new().set_bold();
    let plain = Format::new();
    let date = Format::new().set_num_format(DATE_FORMAT);
    for (position, column) in frame.columns().iter().enumerate() {
        let place = u16::try_from(position).unwrap_or(u16::MAX);
        sheet
            .write_string_with_format(0, place, column.name().as_str(), &bold)
            .map_err(|error| refused(name, &error))?;
    }
    write_cells(sheet, frame, name, 1, |_, value| if matches!(value, AnyValue::Date(_)) { &date } else { &plain })?;
    sheet.set_freeze_panes(1, 0).map_err(|error| refused(name, &error))?;
    sheet.autofit();
    Ok(())
}

/// How a worksheet shows a date.
pub(crate) const DATE_FORMAT: &str = "yyyy-mm-dd";

/// The hidden sheet of a workbook to fill in, with the terms that its cells offer. It holds no rows, so nothing is told of it.
pub(crate) const TERMS_SHEET: &str = "选项";

/// Writes the cells of a table from a row of a worksheet on, each in the format for its place and value. Text is never a formula
/// or a link.
pub(crate) fn write_cells<'a>(
    sheet: &mut Worksheet,
    frame: &DataFrame,
    name: &str,
    first_row: u32,
    format: impl Fn((usize, usize), &AnyValue<'_>) -> &'a Format,
) -> Result<()> {
    check_cells(frame, name)?;
    refuse_larger(frame, name, first_row)?;
    let refused = |error: XlsxError| refused(name, &error);
    for (position, column) in frame.columns().iter().enumerate() {
        let place = u16::try_from(position).unwrap_or(u16::MAX);
        for row in 0..frame.height() {
            let line = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(first_row);
            let value = column.get(row).map_err(Error::table(name))?;
            let format = format((row, position), &value);
            match value {
                AnyValue::Null => {
                    sheet.write_blank(line, place, format).map_err(refused)?;
                }
                AnyValue::Boolean(truth) => {
                    sheet.write_boolean_with_format(line, place, truth, format).map_err(refused)?;
                }
                AnyValue::Date(days) => match day(days) {
                    Some(day) if (1900..=9999).contains(&day.year()) => {
                        sheet.write_with_format(line, place, &day, format).map_err(refused)?;
                    }
                    // A worksheet counts its days from 1900.
                    _ => {
                        let text = plain(&AnyValue::Date(days));
                        sheet.write_string_with_format(line, place, text, format).map_err(refused)?;
                    }
                },
                value if value.is_integer() && !is_exact(&value) => {
                    sheet.write_string_with_format(line, place, plain(&value), format).map_err(refused)?;
                }
                value if value.is_primitive_numeric() => match value.extract::<f64>() {
                    Some(number) if number.is_finite() => {
                        sheet.write_number_with_format(line, place, number, format).map_err(refused)?;
                    }
                    _ => {}
                },
                other => {
                    sheet.write_string_with_format(line, place, plain(&other), format).map_err(refused)?;
                }
            }
        }
    }
    Ok(())
}
