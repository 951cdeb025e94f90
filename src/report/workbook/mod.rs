//! The workbook behind a bulletin: tables that can be read, printed and calculated with as they stand.

mod chart;
mod width;

use std::collections::HashMap;

use polars::prelude::{AnyValue, Column, DataFrame};
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Worksheet, XlsxError,
};

use self::width::{column_widths, is_whole};
use super::Headings;
use crate::error::{Error, ReadError, Result};
use crate::model::Language;
use crate::model::column::{self, Quantity};
use crate::source::{DATE_FORMAT, write_cells};

pub use chart::WorkbookChart;

/// The content of a workbook.
#[derive(Debug, Clone)]
pub struct Workbook {
    /// The title, which stands on every sheet.
    pub title: String,
    /// The language of the headings.
    pub language: Language,
    /// The as-of date, as text.
    pub as_of: String,
    /// The number and title of the document on which it reports.
    pub document: String,
    /// Whether the firms are invented.
    pub synthetic: bool,
    /// The sources of the data.
    pub sources: Vec<String>,
    /// The headings of columns.
    pub headings: Headings,
    /// The sheets, in order; a sheet of contents is put before them.
    pub sheets: Vec<WorkbookSheet>,
}

/// A sheet of a workbook.
#[derive(Debug, Clone)]
pub struct WorkbookSheet {
    /// The name of the sheet, at most 31 characters.
    pub name: String,
    /// What the sheet shows, in one sentence.
    pub about: String,
    /// The rows. The columns are shown in their order, under their headings.
    pub frame: DataFrame,
    /// How many of the columns, from the first, are printed: those behind them are codes, to look up and to filter by.
    pub printed: usize,
    /// How many of the rows, from the first, are printed; `None` prints all. The sheet says so.
    pub printed_rows: Option<usize>,
    /// The positions of the rows that are totals of others.
    pub totals: Vec<usize>,
    /// The charts below the table.
    pub charts: Vec<WorkbookChart>,
    /// Whether it is printed on its side, on a single page; a wide table is on its side anyway.
    pub is_landscape: bool,
    /// The columns whose cells are to be filled in with one of some words.
    pub choices: Vec<SheetChoices>,
    /// Cells that lead to rows of another sheet, from which they were counted.
    pub links: Vec<CellLink>,
}

/// A cell that leads to a row of another sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellLink {
    /// The position of the row.
    pub row: usize,
    /// The name of the column.
    pub column: String,
    /// The name of the other sheet.
    pub sheet: String,
    /// The position of the row there.
    pub target: usize,
}

impl WorkbookSheet {
    /// A sheet that shows a table, all of whose columns are printed.
    pub(crate) fn new(name: &str, about: &str, frame: DataFrame) -> Self {
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            printed: frame.width(),
            printed_rows: None,
            frame,
            totals: Vec::new(),
            charts: Vec::new(),
            is_landscape: false,
            choices: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The number of rows that are printed, where there are more.
    fn most_printed(&self) -> Option<usize> {
        self.printed_rows.filter(|rows| *rows < self.frame.height())
    }

    /// The words that say how many of the rows are printed, where not all are.
    fn print_note(&self, language: Language) -> Option<String> {
        let (printed, all) = (self.most_printed()?, self.frame.height());
        Some(language.pick(
            format!("共{all}行，打印前{printed}行；需全部打印时，请清除打印区域"),
            format!("{all} rows, of which the first {printed} are printed: clear the print area to print all"),
        ))
    }
}

/// A column of a sheet that is to be filled in, and the words that a cell may hold: the spreadsheet offers them.
#[derive(Debug, Clone)]
pub struct SheetChoices {
    /// The name of the column.
    pub column: String,
    /// The words, 255 characters together at most.
    pub words: Vec<String>,
}

/// The row of the headings: title, date and notice stand above it.
const HEADER: u32 = 4;
/// The size of the title, and the height of a line of other text, in points.
const TITLE_PT: f64 = 14.0;
const LINE_PT: f64 = 15.0;
/// Widths of columns together, in characters, up to which a page stands upright.
const UPRIGHT: f64 = 100.0;
const A4: u8 = 9;
/// A table of so many rows is printed on one page with its charts.
const MOST_ROWS_WITH_CHARTS: usize = 40;
/// The longest footer and header that Excel takes.
const MOST_FOOTER: usize = 255;

/// Makes the workbook behind a bulletin: a sheet of contents, then the sheets. On each stand its title, the as-of date, the
/// sources and, for invented firms, the notice; it prints across one page of A4, with its headings on each page. The same
/// content gives the same bytes.
///
/// # Errors
///
/// [`ReadError::Malformed`] for a sheet that Excel does not take; [`Error::Table`] for columns of lists, structs or bytes.
pub fn workbook(workbook: &Workbook) -> Result<Vec<u8>> {
    let mut book = begun(&workbook.title)?;
    let contents = contents(workbook)?;
    let name = contents.name.clone();
    let sheet = book.add_worksheet();
    fill(sheet, workbook, &contents)?;
    for (row, target) in workbook.sheets.iter().enumerate() {
        let line = HEADER + 1 + u32::try_from(row).unwrap_or(u32::MAX);
        let url = Url::new(format!("internal:'{}'!A1", target.name.replace('\'', "''"))).set_text(&target.name);
        sheet.write_url(line, 0, url).map_err(|error| refused(&name, &error))?;
    }
    for sheet in &workbook.sheets {
        fill(book.add_worksheet(), workbook, sheet)?;
    }
    book.save_to_buffer().map_err(|error| refused("workbook", &error))
}

/// Makes a workbook of its sheets alone, without a sheet of contents: a list to print.
///
/// # Errors
///
/// As [`workbook()`].
pub fn list_workbook(workbook: &Workbook) -> Result<Vec<u8>> {
    let mut book = begun(&workbook.title)?;
    for sheet in &workbook.sheets {
        fill(book.add_worksheet(), workbook, sheet)?;
    }
    book.save_to_buffer().map_err(|error| refused("workbook", &error))
}

/// A workbook with a title and no sheet, whose bytes do not depend on the clock.
pub(super) fn begun(title: &str) -> Result<rust_xlsxwriter::Workbook> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let created = ExcelDateTime::from_ymd(2020, 5, 28).map_err(|error| refused("jiju", &error))?;
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    Ok(book)
}

pub(super) fn refused(sheet: &str, error: &XlsxError) -> Error {
    ReadError::Malformed { file: sheet.to_owned(), format: "a worksheet", message: error.to_string() }.into()
}

/// The sheet that names the others.
fn contents(workbook: &Workbook) -> Result<WorkbookSheet> {
    let sheets = &workbook.sheets;
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let about: Vec<&str> = sheets.iter().map(|sheet| sheet.about.as_str()).collect();
    let rows: Vec<u64> = sheets.iter().map(|sheet| sheet.frame.height() as u64).collect();
    let columns = vec![
        Column::new("sheet_name".into(), names),
        Column::new("about".into(), about),
        Column::new("rows".into(), rows),
    ];
    Ok(WorkbookSheet {
        name: workbook.language.pick("目录", "contents").to_owned(),
        about: workbook.language.pick("各工作表及其内容", "The sheets and what they show").to_owned(),
        frame: DataFrame::new(sheets.len(), columns).map_err(Error::table("the contents"))?,
        printed: 3,
        printed_rows: None,
        totals: Vec::new(),
        charts: Vec::new(),
        is_landscape: false,
        choices: Vec::new(),
        links: Vec::new(),
    })
}

/// The day of the state, the document, and how many rows are printed.
fn state_line(workbook: &Workbook, sheet: &WorkbookSheet) -> String {
    let day = format!("{}{}", workbook.language.pick("截至", "as of "), workbook.as_of);
    let day = (!workbook.as_of.is_empty()).then_some(day);
    let parts = [day, Some(workbook.document.clone()), sheet.print_note(workbook.language)];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Fills a sheet: the lines above the table, the table, its charts, and how it is printed.
pub(super) fn fill(sheet: &mut Worksheet, workbook: &Workbook, content: &WorkbookSheet) -> Result<()> {
    let WorkbookSheet { name, about, frame, printed, totals, charts, choices, links, is_landscape, .. } = content;
    let language = workbook.language;
    let refused = |error: XlsxError| refused(name, &error);
    sheet.set_name(name).map_err(refused)?;
    let formats = Formats::new(frame)?;
    let lines = [
        (format!("{} · {about}", workbook.title), &formats.title),
        (state_line(workbook, content), &formats.note),
        (
            format!("{}{}", language.pick("资料来源：", "Source: "), workbook.sources.join(language.pick("；", "; "))),
            &formats.note,
        ),
        (notice(workbook).to_owned(), &formats.notice),
    ];
    let widths = column_widths(frame, (&workbook.headings, language), formats.percent())?;
    let last_column = u16::try_from(frame.width().saturating_sub(1)).unwrap_or(u16::MAX);
    let printed = u16::try_from(printed.saturating_sub(1)).unwrap_or(u16::MAX).min(last_column);
    let wide: f64 = widths.iter().take(usize::from(printed) + 1).sum();
    for (row, (words, format)) in (0..).zip(lines) {
        if printed > 0 {
            sheet.merge_range(row, 0, row, printed, &words, format).map_err(refused)?;
        } else {
            sheet.write_string_with_format(row, 0, &words, format).map_err(refused)?;
        }
        sheet
            .set_row_height(row, lines_of(&words, wide, row == 0) * if row == 0 { TITLE_PT * 1.5 } else { LINE_PT })
            .map_err(refused)?;
    }
    for (position, (column, width)) in frame.columns().iter().zip(&widths).enumerate() {
        let place = u16::try_from(position).unwrap_or(u16::MAX);
        let format = if column.dtype().is_primitive_numeric() { &formats.number_heading } else { &formats.heading };
        let words = workbook.headings.of(column.name(), language);
        sheet.write_string_with_format(HEADER, place, words, format).map_err(refused)?;
        sheet.set_column_width(place, *width).map_err(refused)?;
    }
    for link in links {
        let place = frame.columns().iter().position(|one| one.name() == link.column.as_str());
        let place = place.and_then(|place| u16::try_from(place).ok());
        let line = |row: usize| HEADER + 1 + u32::try_from(row).unwrap_or(u32::MAX - HEADER - 1);
        if let Some(place) = place {
            let url = format!("internal:'{}'!A{}", link.sheet.replace('\'', "''"), line(link.target) + 1);
            // The number that is written over it keeps the link.
            sheet.write_url(line(link.row), place, Url::new(url)).map_err(refused)?;
        }
    }
    write_cells(sheet, frame, name, HEADER + 1, |(row, column), _| formats.cell(column, totals.contains(&row)))?;

    for SheetChoices { column, words } in choices {
        let place = frame.columns().iter().position(|one| one.name() == column.as_str());
        let place = place.and_then(|place| u16::try_from(place).ok());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(place) = place.filter(|_| frame.height() > 0) {
            let last = HEADER + u32::try_from(frame.height()).unwrap_or(u32::MAX - HEADER);
            let rule = DataValidation::new().allow_list_strings(&words).map_err(refused)?;
            sheet.add_data_validation(HEADER + 1, place, last, place, &rule).map_err(refused)?;
        }
    }
    let mut last_row = HEADER + u32::try_from(frame.height()).unwrap_or(u32::MAX);
    sheet.set_freeze_panes(HEADER + 1, 0).map_err(refused)?;
    if frame.height() > 1 && totals.is_empty() {
        sheet.autofilter(HEADER, 0, last_row, last_column).map_err(refused)?;
    }
    for one in charts {
        last_row = one
            .insert(sheet, (name, frame), (HEADER + 1, last_row + 2), wide, (&workbook.headings, language))
            .map_err(refused)?;
    }
    sheet.set_paper_size(A4);
    if wide > UPRIGHT || *is_landscape {
        sheet.set_landscape();
    }
    // Charts below a short table stand whole on its page.
    let is_one_page = *is_landscape || (!charts.is_empty() && frame.height() <= MOST_ROWS_WITH_CHARTS);
    sheet.set_print_fit_to_pages(1, u16::from(is_one_page));
    let last_printed = match content.most_printed() {
        Some(rows) => HEADER + u32::try_from(rows).unwrap_or(u32::MAX - HEADER),
        None => last_row,
    };
    sheet.set_print_area(0, 0, last_printed, printed).map_err(refused)?;
    sheet.set_repeat_rows(HEADER, HEADER).map_err(refused)?;
    sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
    let pages = language.pick("第 &P 页，共 &N 页", "page &P of &N");
    let kept = |words: &str| words.replace('&', "&&").chars().take(80).collect::<String>();
    let footer = format!("&L&8{}&C&8{pages}&R&8{}", kept(name), kept(notice(workbook)));
    if footer.chars().count() <= MOST_FOOTER {
        sheet.set_footer(footer);
    }
    Ok(())
}

/// How many lines a text takes over columns so many characters wide; a title is set larger.
fn lines_of(words: &str, wide: f64, is_title: bool) -> f64 {
    let size = if is_title { TITLE_PT / 11.0 } else { 1.0 };
    (f64::from(width::units(words)) * size * 1.05 / wide.max(1.0)).ceil().max(1.0)
}

/// The notice that the firms are invented, or nothing.
fn notice(workbook: &Workbook) -> &'static str {
    if workbook.synthetic {
        workbook.language.pick("示例数据，非真实企业", "Sample data, no real firms")
    } else {
        ""
    }
}

/// The formats of the cells of a sheet.
struct Formats {
    title: Format,
    note: Format,
    notice: Format,
    heading: Format,
    number_heading: Format,
    /// The formats of each column: of an ordinary row, and of a total.
    columns: Vec<(Format, Format)>,
    percent: Vec<bool>,
}

impl Formats {
    fn new(frame: &DataFrame) -> Result<Self> {
        let heading = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xe8_edf3))
            .set_border_bottom(FormatBorder::Medium)
            .set_align(FormatAlign::VerticalCenter);
        let mut columns = Vec::with_capacity(frame.width());
        let mut percent = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            let is_fraction = column::quantity(column.name()) == Quantity::Fraction;
            let is_number = column.dtype().is_primitive_numeric();
            let base = Format::new()
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(Color::RGB(0xd4_d8dd))
                .set_align(FormatAlign::Top);
            let base = if matches!(column.dtype(), polars::prelude::DataType::Date) {
                base.set_num_format(DATE_FORMAT).set_align(FormatAlign::Left)
            } else if !is_number {
                base.set_text_wrap()
            } else if is_fraction {
                base.set_num_format("0.0%")
            } else if is_whole(column)? {
                base.set_num_format("#,##0")
            } else {
                base.set_num_format("#,##0.00")
            };
            let total =
                base.clone().set_bold().set_border_top(FormatBorder::Thin).set_background_color(Color::RGB(0xf5_f0e6));
            columns.push((base, total));
            percent.push(is_fraction);
        }
        let above = Format::new().set_text_wrap().set_align(FormatAlign::Left).set_align(FormatAlign::Top);
        Ok(Self {
            title: above.clone().set_bold().set_font_size(TITLE_PT),
            note: above.clone().set_font_color(Color::RGB(0x55_5e69)),
            notice: above.set_bold().set_font_color(Color::RGB(0xb0_3a1d)),
            number_heading: heading.clone().set_align(FormatAlign::Right),
            heading,
            columns,
            percent,
        })
    }

    fn cell(&self, column: usize, is_total: bool) -> &Format {
        let (base, total) = &self.columns[column];
        if is_total { total } else { base }
    }

    fn percent(&self) -> &[bool] {
        &self.percent
    }
}

/// Adds the names that codes stand for as a column before all others; a code without a name stands for itself.
///
/// # Errors
///
/// [`Error::Table`] if there is no such column of text.
pub fn with_names(frame: &DataFrame, codes: &str, names: &str, known: &HashMap<&str, &str>) -> Result<DataFrame> {
    let column = frame.column(codes).map_err(Error::table("the names of codes"))?;
    let mut found: Vec<Option<String>> = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        found.push(match column.get(row).map_err(Error::table("the names of codes"))? {
            AnyValue::Null => None,
            value => {
                let code = value.str_value();
                Some(known.get(code.as_ref()).map_or_else(|| code.to_string(), |name| (*name).to_owned()))
            }
        });
    }
    let mut columns = vec![Column::new(names.into(), found)];
    columns.extend(frame.columns().iter().cloned());
    DataFrame::new(frame.height(), columns).map_err(Error::table("the names of codes"))
}

#[cfg(test)]
mod tests;
