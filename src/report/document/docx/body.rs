//! The body of a document: its paragraphs, tables and figures.

use std::fmt::Write as _;

use super::super::columns::{column_widths_mm, heading_lines, masthead_pt, signature_indents, width_em};
use super::super::form::{
    BINDING_MM, BODY_PT, CHARACTERS, HEIGHT_MM, LINES, SMALL_PT, TEXT_HEIGHT_MM, TEXT_WIDTH_MM, TOP_MM, WIDTH_MM,
};
use super::super::{
    Block, Document, DocumentFigure, DocumentTable, Imprint, ImprintPage, LEAST_ROWS_BEFORE, LEAST_ROWS_BEHIND,
    MOST_ROWS_KEPT, Words,
};
use super::{HEAD, RELATIONS, WORD};
use crate::model::Language;

/// The names of drawings, stated where one stands: a template of the office may not have them.
const NAMESPACES: &str = " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";
/// A figure leaves room for its caption on the page.
const MOST_FIGURE_MM: f64 = 200.0;

/// Text as the content of an element or an attribute. Characters that XML does not have, and line breaks, become blanks.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}

/// A length in twentieths of a point.
pub(super) fn twips(mm: f64) -> String {
    format!("{:.0}", mm / 25.4 * 1440.0)
}

/// A length in English metric units.
fn emu(mm: f64) -> String {
    format!("{:.0}", mm * 36_000.0)
}

/// Half points, in which sizes of type are given.
pub(super) fn half_points(points: f64) -> String {
    format!("{:.0}", points * 2.0)
}

/// The height of a line in twentieths of a point: it is rounded down, so that all lines find room.
pub(super) fn line_twips() -> String {
    format!("{:.0}", (TEXT_HEIGHT_MM / 25.4 * 1440.0 / f64::from(LINES)).floor())
}

/// What is added to each character of the text in twentieths of a point, rounded so that a line holds all of them: 28 characters
/// of size 3 are wider than the line.
pub(super) fn spacing_twips() -> String {
    let pitch = TEXT_WIDTH_MM / 25.4 * 72.0 / f64::from(CHARACTERS);
    format!("{:.0}", ((pitch - BODY_PT) * 20.0).floor())
}

pub(super) fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

pub(super) fn paragraph(style: &str, more: &str, content: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr>{content}</w:p>")
}

pub(super) fn words(words: &Words) -> String {
    words.0.iter().map(|word| run(word.shown())).collect()
}

/// A field that a word processor computes, with what it shows until then.
pub(super) fn field(instruction: &str, shown: &str) -> String {
    format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{shown}</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
    )
}

pub(super) fn body(document: &Document, imprint_page: ImprintPage) -> String {
    let language = document.language;
    let mut out = String::from(HEAD);
    let _ = write!(out, "<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{RELATIONS}\"><w:body>");
    if let Some(masthead) = &document.masthead {
        let size = half_points(masthead_pt(masthead));
        let run = format!(
            "<w:r><w:rPr><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>",
            escaped(masthead)
        );
        out.push_str(&paragraph("Masthead", "", &run));
    }
    if document.masthead.is_some() || document.number.is_some() {
        out.push_str(&paragraph("DocumentNumber", "", &run(document.number.as_deref().unwrap_or_default())));
    }
    out.push_str(&paragraph("Title", "", &run(&document.title)));
    for (style, line) in [("Subtitle", document.subtitle.as_deref()), ("Notice", document.notice())] {
        out.push_str(&line.map_or_else(String::new, |line| paragraph(style, "", &run(line))));
    }
    out.push_str(&paragraph("Addressee", "", ""));
    let form = BlockForm::default();
    let (text, annexes) = document.text_and_annexes();
    text.iter().for_each(|one| out.push_str(&block(one, language, &form)));
    if let Some(sources) = document.source_line() {
        out.push_str(&paragraph("Sources", "", &run(&sources)));
    }
    annexes.iter().for_each(|one| out.push_str(&block(one, language, &form)));
    let mut kind = "";
    let mut footers = ("rId4", "rId5");
    if let Some(imprint) = &document.imprint {
        if imprint_page != ImprintPage::Last {
            let end = format!("{TINY}{}", section("", footers));
            out.push_str(&paragraph("AfterTable", &end, ""));
            kind = "<w:type w:val=\"evenPage\"/>";
        }
        if imprint_page == ImprintPage::EvenBehindBlank {
            footers = ("rId6", "rId6");
        }
        out.push_str(&imprint_xml(imprint, language));
    }
    out.push_str(&section(kind, footers));
    out.push_str("</w:body></w:document>");
    out
}

/// The settings of a section: page, margins, footers of odd and even pages.
fn section(kind: &str, (odd, even): (&str, &str)) -> String {
    let (right, bottom) = (WIDTH_MM - BINDING_MM - TEXT_WIDTH_MM, HEIGHT_MM - TOP_MM - TEXT_HEIGHT_MM);
    format!(
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"{odd}\"/><w:footerReference w:type=\"even\" r:id=\"{even}\"/>{kind}\
         <w:pgSz w:w=\"{}\" w:h=\"{}\"/>\
         <w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" w:header=\"851\" w:footer=\"{}\" w:gutter=\"0\"/>\
         <w:docGrid w:type=\"lines\" w:linePitch=\"{}\"/></w:sectPr>",
        twips(WIDTH_MM),
        twips(HEIGHT_MM),
        twips(TOP_MM),
        twips(right),
        twips(bottom),
        twips(BINDING_MM),
        twips(FOOTER_MM),
        line_twips(),
    )
}

/// From the edge of the page to the page number, whose dash is 7 mm below the text.
const FOOTER_MM: f64 = 25.0;

/// In what form blocks are written.
#[derive(Default)]
pub(super) struct BlockForm {
    /// The properties of paragraphs and of their runs, in place of those of their style.
    pub(super) paragraph: Option<(String, String)>,
    /// What is added to the ids of drawings.
    pub(super) drawing: usize,
}

/// A part of a document.
pub(super) fn block(block: &Block, language: Language, form: &BlockForm) -> String {
    match block {
        Block::Addressee(to) => paragraph("Addressee", "", &words(to)),
        Block::Heading(level, content) => paragraph(&format!("Heading{}", level.clamp(&1, &3)), "", &words(content)),
        Block::Paragraph(content) => match &form.paragraph {
            Some((properties, of_run)) => {
                let text = escaped(&content.plain());
                format!("<w:p>{properties}<w:r>{of_run}<w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
            }
            None => paragraph("Normal", "", &words(content)),
        },
        Block::Table(table) => table_xml(table, language),
        Block::Figure(figure) => figure_xml(figure, language, form.drawing),
        Block::Signature(lines) => signature(lines),
    }
}

fn signature(lines: &[String]) -> String {
    let indents = signature_indents(lines, f64::from(CHARACTERS));
    let mut out = paragraph("Signature", "<w:keepNext/>", "");
    for (position, (line, indent)) in lines.iter().zip(indents).enumerate() {
        let left = twips(indent * TEXT_WIDTH_MM / f64::from(CHARACTERS));
        let keep = if position + 1 < lines.len() { "<w:keepNext/>" } else { "" };
        let more = format!("{keep}<w:ind w:left=\"{left}\" w:firstLine=\"0\" w:firstLineChars=\"0\"/>");
        out.push_str(&paragraph("Signature", &more, &run(line)));
    }
    out
}

fn caption(kind: &str, number: usize, words: &str, more: &str) -> String {
    let content = format!(
        "{}{}{}",
        run(kind),
        field(&format!("SEQ {} \\* ARABIC", kind.trim()), &number.to_string()),
        run(words)
    );
    paragraph("Caption", more, &content)
}

fn table_xml(table: &DocumentTable, language: Language) -> String {
    let widths_mm = column_widths_mm(table);
    let widths: Vec<String> = widths_mm.iter().copied().map(twips).collect();
    let words = format!("  {}", table.caption_words(language));
    let mut out = caption(language.pick("表", "Table "), table.number, &words, "<w:keepNext/>");
    let line = |name: &str, size: u32| {
        format!("<w:{name} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>")
    };
    let _ = write!(
        out,
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>{}{}{}{}{}{}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"57\" w:type=\"dxa\"/><w:right w:w=\"57\" w:type=\"dxa\"/></w:tblCellMar>\
         <w:tblCaption w:val=\"{}\"/></w:tblPr><w:tblGrid>",
        twips(TEXT_WIDTH_MM),
        line("top", 8),
        line("left", 4),
        line("bottom", 8),
        line("right", 4),
        line("insideH", 4),
        line("insideV", 4),
        escaped(&table.caption),
    );
    for width in &widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    out.push_str("</w:tblGrid>");
    out.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for ((heading, width), width_mm) in table.headings.iter().zip(&widths).zip(widths_mm) {
        let lines: Vec<String> = heading_lines(heading, width_mm).iter().map(|line| run(line)).collect();
        out.push_str(&cell(width, "TableHeading", "<w:keepNext/>", &lines.join("<w:r><w:br/></w:r>")));
    }
    out.push_str("</w:tr>");
    // A row that keeps with the next stays on its page.
    let all = table.rows.len();
    let is_kept = |position: usize| {
        let is_edge = position + 1 < LEAST_ROWS_BEFORE || position + LEAST_ROWS_BEHIND >= all;
        position + 1 < all && (all <= MOST_ROWS_KEPT || is_edge)
    };
    for (position, row) in table.rows.iter().enumerate() {
        let keep = if is_kept(position) { "<w:keepNext/>" } else { "" };
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        let style = if table.totals.contains(&position) { "TableTotal" } else { "TableText" };
        for ((text, width), is_number) in row.iter().zip(&widths).zip(&table.is_number) {
            let side = if *is_number { "<w:jc w:val=\"right\"/>" } else { "" };
            out.push_str(&cell(width, style, &format!("{keep}{side}"), &run(text)));
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    out.push_str(&paragraph("AfterTable", "", ""));
    out
}

fn cell(width: &str, style: &str, more: &str, content: &str) -> String {
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>{}</w:tc>",
        paragraph(style, more, content)
    )
}

fn figure_xml(figure: &DocumentFigure, language: Language, first_id: usize) -> String {
    let drawn = &figure.figure;
    let scale = (TEXT_WIDTH_MM / drawn.width_mm).min(MOST_FIGURE_MM / drawn.height_mm).min(1.0);
    let (width, height) = (emu(drawn.width_mm * scale), emu(drawn.height_mm * scale));
    let number = figure.number;
    let (pixels, vectors) = (image_id(number, false), image_id(number, true));
    let id = first_id + number;
    let (name, alternative) = (escaped(&figure.name), escaped(&figure.alternative()));
    let picture = format!(
        "<w:r><w:drawing{NAMESPACES}><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/>\
         <wp:docPr id=\"{id}\" name=\"{name}\" descr=\"{alternative}\"/>\
         <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
         <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
         <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"{name}\" descr=\"{alternative}\"/><pic:cNvPicPr/></pic:nvPicPr>\
         <pic:blipFill><a:blip r:embed=\"{pixels}\"><a:extLst><a:ext uri=\"{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}\">\
         <asvg:svgBlip xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\" r:embed=\"{vectors}\"/></a:ext></a:extLst></a:blip>\
         <a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
         <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    );
    let words = format!("  {}", figure.caption);
    format!(
        "{}{}",
        paragraph("Figure", "<w:keepNext/>", &picture),
        caption(language.pick("图", "Figure "), number, &words, "")
    )
}

/// The height of a line of the imprint, which is exact, so that its box can have the height of its text.
pub(super) const IMPRINT_LINE_MM: f64 = 7.5;
/// A line that takes no room.
const TINY: &str = "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/>";

/// The imprint: a table in a text box, which reaches to the foot of the page, and in which a paragraph as high as the lower margin
/// stands below the table. So the table ends with the text area however many lines those have who get copies, which a template does
/// not know; a box that grows with its text would end elsewhere in each word processor.
fn imprint_xml(imprint: &Imprint, language: Language) -> String {
    const RULES_MM: f64 = 0.6;
    // Three lines of those who get copies, and the line of who printed it.
    const LEAST_LINES: f64 = 4.0;
    let below_mm = HEIGHT_MM - TOP_MM - TEXT_HEIGHT_MM;
    let border = |name: &str, size: u32| {
        format!("<w:{name} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>")
    };
    let width = twips(TEXT_WIDTH_MM);
    let row = |content: String| {
        format!(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc></w:tr>"
        )
    };
    let mut rows = String::new();
    let mut lines = 1.0;
    let em_mm = SMALL_PT * 25.4 / 72.0;
    if let Some((label, names)) = imprint.copies(language) {
        // Lines behind the first begin where the first name does.
        let label_em = width_em(label);
        let (left, hanging) = (twips((1.0 + label_em) * em_mm), twips(label_em * em_mm));
        let more = format!("<w:ind w:left=\"{left}\" w:leftChars=\"0\" w:hanging=\"{hanging}\" w:hangingChars=\"0\"/>");
        rows.push_str(&row(paragraph("Imprint", &more, &run(&format!("{label}{names}")))));
        lines += (width_em(&names) / (TEXT_WIDTH_MM / em_mm - 2.0 - label_em)).ceil().max(1.0);
    }
    let tab = format!("<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs>", twips(TEXT_WIDTH_MM - em_mm));
    let content = format!("{}<w:r><w:tab/></w:r>{}", run(&imprint.issuer), run(&imprint.printed(language)));
    rows.push_str(&row(paragraph("Imprint", &tab, &content)));
    let table = format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:tblBorders>{}{}{}</w:tblBorders><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{width}\"/></w:tblGrid>{rows}</w:tbl>{}",
        border("top", 8),
        border("bottom", 8),
        border("insideH", 6),
        paragraph(
            "AfterTable",
            &format!("<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{}\" w:lineRule=\"exact\"/>", twips(below_mm)),
            ""
        ),
    );
    let tall = emu(lines.max(LEAST_LINES) * IMPRINT_LINE_MM + RULES_MM + below_mm);
    let wide = emu(TEXT_WIDTH_MM);
    let name = language.pick("版记", "Imprint");
    let shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape";
    let content = format!(
        "<w:r><mc:AlternateContent xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"><mc:Choice xmlns:wps=\"{shape}\" Requires=\"wps\">\
         <w:drawing{NAMESPACES}><wp:anchor distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\" simplePos=\"0\" relativeHeight=\"2\" behindDoc=\"0\" locked=\"0\" \
         layoutInCell=\"1\" allowOverlap=\"0\"><wp:simplePos x=\"0\" y=\"0\"/>\
         <wp:positionH relativeFrom=\"margin\"><wp:align>left</wp:align></wp:positionH>\
         <wp:positionV relativeFrom=\"page\"><wp:align>bottom</wp:align></wp:positionV>\
         <wp:extent cx=\"{wide}\" cy=\"{tall}\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:wrapTopAndBottom/>\
         <wp:docPr id=\"{IMPRINT_ID}\" name=\"{name}\"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri=\"{shape}\"><wps:wsp>\
         <wps:cNvSpPr txBox=\"1\"/><wps:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{wide}\" cy=\"{tall}\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>\
         <wps:txbx><w:txbxContent>{table}</w:txbxContent></wps:txbx>\
         <wps:bodyPr rot=\"0\" vert=\"horz\" wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"b\"><a:noAutofit/></wps:bodyPr>\
         </wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r>"
    );
    paragraph("AfterTable", TINY, &content)
}

/// The id of the drawing of the imprint, beyond those of figures.
const IMPRINT_ID: usize = 19_999;

pub(super) fn image_id(number: usize, is_vector: bool) -> String {
    format!("rIdImage{number}{}", if is_vector { "Svg" } else { "Png" })
}
