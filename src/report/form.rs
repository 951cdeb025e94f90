//! A workbook to fill in: a table whose cells offer the terms they may hold.

use chrono::NaiveDate;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, Formula, Worksheet,
    XlsxError,
};

use super::workbook::{begun, refused};
use crate::error::Result;
use crate::source::{DATE_FORMAT, TERMS_SHEET};

/// A column of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormColumn {
    /// The heading.
    pub heading: String,
    /// Whether no cell may be empty.
    pub is_required: bool,
    /// What the cells may hold.
    pub values: FormValues,
    /// The number of characters of the widest cell.
    pub widest: usize,
}

/// What the cells of a column of a form may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormValues {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A day.
    Day,
    /// One of these, from a list that the cell drops down.
    OneOf(Vec<String>),
    /// Several of these, which a message names.
    Several(Vec<String>),
}

/// The rows for which cells offer their terms.
const ROWS: u32 = 20_000;

/// Makes a workbook to fill in, with a sheet for the table and one with the terms. A cell that is no number or no day where one is
/// meant stays text.
///
/// # Errors
///
/// What a worksheet refuses.
pub fn form(name: &str, columns: &[FormColumn], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut book = begun(name)?;
    let filled = fill(book.add_worksheet(), name, columns, rows);
    filled.map_err(|error| refused(name, &error))?;
    terms(book.add_worksheet(), columns).map_err(|error| refused(TERMS_SHEET, &error))?;
    book.save_to_buffer().map_err(|error| refused(name, &error))
}

fn fill(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[FormColumn],
    rows: &[Vec<String>],
) -> std::result::Result<(), XlsxError> {
    sheet.set_name(name)?;
    let heading = Format::new().set_bold().set_background_color(Color::RGB(0xe8_edf3)).set_align(FormatAlign::Center);
    let required = heading.clone().set_font_color(Color::RGB(0xb0_3a1d));
    let day = Format::new().set_num_format(DATE_FORMAT);
    for (place, column) in (0_u16..).zip(columns) {
        let format = if column.is_required { &required } else { &heading };
        sheet.write_string_with_format(0, place, &column.heading, format)?;
        let width = (column.widest.max(column.heading.chars().count() * 2) + 3).min(40);
        #[expect(clippy::cast_precision_loss, reason = "at most 40")]
        sheet.set_column_width(place, width as f64)?;
        if let Some(validation) = validation(place, column)? {
            sheet.add_data_validation(1, place, ROWS, place, &validation)?;
        }
        for (line, row) in (1_u32..).zip(rows) {
            let Some(cell) = row.get(usize::from(place)).filter(|cell| !cell.is_empty()) else { continue };
            match &column.values {
                FormValues::Number if cell.parse::<f64>().is_ok_and(f64::is_finite) => {
                    sheet.write_number(line, place, cell.parse::<f64>().unwrap_or_default())?;
                }
                FormValues::Day if cell.parse::<NaiveDate>().is_ok() => {
                    let date: NaiveDate = cell.parse().unwrap_or_default();
                    sheet.write_with_format(line, place, &date, &day)?;
                }
                _ => {
                    sheet.write_string(line, place, cell)?;
                }
            }
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

fn validation(place: u16, column: &FormColumn) -> std::result::Result<Option<DataValidation>, XlsxError> {
    let told =
        |validation: DataValidation, message: &str| validation.set_error_title("请更正")?.set_error_message(message);
    Ok(match &column.values {
        FormValues::Text => None,
        FormValues::Number => Some(
            told(
                DataValidation::new().allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(-1e15)),
                "应为数字",
            )?
            .set_error_style(DataValidationErrorStyle::Warning),
        ),
        FormValues::Day => {
            let first = rust_xlsxwriter::ExcelDateTime::from_ymd(1990, 1, 1)?;
            let rule = DataValidationRule::GreaterThanOrEqualTo(&first);
            Some(told(DataValidation::new().allow_date(rule), "应为日期，如 2020-05-28")?)
        }
        FormValues::OneOf(terms) => {
            let last = terms.len().max(1) + 1;
            let letters = rust_xlsxwriter::utility::column_number_to_name(place);
            let list = Formula::new(format!("={TERMS_SHEET}!${letters}$2:${letters}${last}"));
            Some(told(DataValidation::new().allow_list_formula(list), "请从下拉选项中选择")?)
        }
        FormValues::Several(terms) => {
            let mut message = format!("可填多项，用“；”隔开：{}", terms.join("、"));
            if message.chars().count() > 250 {
                message = message.chars().take(249).chain(['…']).collect();
            }
            Some(DataValidation::new().allow_any_value().set_input_title(&column.heading)?.set_input_message(message)?)
        }
    })
}

/// The sheet with the terms, each list below the heading of its column.
fn terms(sheet: &mut Worksheet, columns: &[FormColumn]) -> std::result::Result<(), XlsxError> {
    sheet.set_name(TERMS_SHEET)?;
    for (place, column) in (0_u16..).zip(columns) {
        if let FormValues::OneOf(terms) | FormValues::Several(terms) = &column.values {
            sheet.write_string(0, place, format!("{}选项", column.heading))?;
            for (line, term) in (1_u32..).zip(terms) {
                sheet.write_string(line, place, term)?;
            }
        }
    }
    sheet.set_hidden(true);
    Ok(())
}
