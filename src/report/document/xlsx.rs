//! A document as a workbook: its text on the first sheet, a sheet for each table, its figures as pictures.

use rust_xlsxwriter::{Format, FormatAlign, Image, Worksheet, XlsxError};

use super::{Block, Document};
use crate::error::Result;
use crate::render::png;
use crate::report::workbook::{Workbook, WorkbookSheet, begun, fill, refused};

/// The width of the text in characters, and the height of its lines in points.
const WIDTH: f64 = 84.0;
const CHARACTERS: f64 = 40.0;
const LINE_PT: f64 = 20.0;
/// The resolution of the pictures, in dots per inch.
const DPI: f64 = 150.0;
const A4: u8 = 9;

/// Writes a document as a workbook. The tables are numbers, and the text is the same as in the other forms.
///
/// # Errors
///
/// What a worksheet refuses; errors of drawing.
pub fn xlsx(document: &Document) -> Result<Vec<u8>> {
    let language = document.language;
    let mut book = begun(&document.title)?;
    let name = language.pick("正文", "text");
    text_sheet(book.add_worksheet(), name, document).map_err(|error| refused(name, &error))?;
    let frame = Workbook {
        title: document.title.clone(),
        language,
        as_of: document.subtitle.clone().unwrap_or_default(),
        document: document.number.clone().unwrap_or_default(),
        synthetic: document.synthetic,
        sources: document.sources.clone(),
        headings: document.headings.clone(),
        sheets: Vec::new(),
    };
    for table in document.tables() {
        let sheet = WorkbookSheet {
            name: format!("{}{}", language.pick("表", "Table "), table.number),
            about: table.caption.clone(),
            frame: table.frame.clone(),
            printed: table.headings.len(),
            totals: table.totals.clone(),
            charts: Vec::new(),
            links: Vec::new(),
            printed_rows: None,
            choices: Vec::new(),
            is_landscape: false,
        };
        fill(book.add_worksheet(), &frame, &sheet)?;
    }
    for figure in document.figures() {
        let name = format!("{}{}", language.pick("图", "Figure "), figure.number);
        let pixels = png(&figure.figure, DPI)?;
        let sheet = book.add_worksheet();
        let placed = (|| -> std::result::Result<(), XlsxError> {
            sheet.set_name(&name)?;
            sheet.write_string(0, 0, figure.captioned(language))?;
            let image = Image::new_from_buffer(&pixels)?.set_alt_text(figure.alternative());
            sheet.insert_image(2, 0, &image)?;
            sheet.set_paper_size(A4).set_print_fit_to_pages(1, 1);
            Ok(())
        })();
        placed.map_err(|error| refused(&name, &error))?;
    }
    book.save_to_buffer().map_err(|error| refused("workbook", &error))
}

fn text_sheet(sheet: &mut Worksheet, name: &str, document: &Document) -> std::result::Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_column_width(0, WIDTH)?;
    let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_font_size(12.0);
    let heading = plain.clone().set_bold();
    let title = heading.clone().set_align(FormatAlign::Center).set_font_size(16.0);
    let centred = plain.clone().set_align(FormatAlign::Center);
    let right = plain.clone().set_align(FormatAlign::Right);
    let language = document.language;
    let mut lines: Vec<(String, &Format)> = Vec::new();
    lines.extend(document.masthead.iter().map(|words| (words.clone(), &title)));
    lines.extend(document.number.iter().map(|words| (words.clone(), &centred)));
    lines.push((document.title.clone(), &title));
    lines.extend(document.subtitle.iter().map(|words| (words.clone(), &centred)));
    lines.extend(document.notice().map(|words| (words.to_owned(), &centred)));
    for block in &document.blocks {
        match block {
            Block::Addressee(words) | Block::Paragraph(words) => lines.push((words.plain(), &plain)),
            Block::Heading(_, words) => lines.push((words.plain(), &heading)),
            Block::Table(table) => lines.push((table.captioned(language), &centred)),
            Block::Figure(figure) => lines.push((figure.captioned(language), &centred)),
            Block::Signature(signed) => lines.extend(signed.iter().map(|words| (words.clone(), &right))),
        }
    }
    lines.extend(document.source_line().map(|words| (words, &plain)));
    if let Some(imprint) = &document.imprint {
        lines.extend(imprint.copies(language).map(|(label, names)| (format!("{label}{names}"), &plain)));
        let printed = imprint.printed(language);
        lines.push((format!("{}  {printed}", imprint.issuer), &plain));
    }
    for (row, (words, format)) in (0_u32..).zip(&lines) {
        sheet.write_string_with_format(row, 0, words, format)?;
        let count = (super::columns::width_em(words) / CHARACTERS).ceil().max(1.0);
        sheet.set_row_height(row, count * LINE_PT)?;
    }
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0);
    Ok(())
}
