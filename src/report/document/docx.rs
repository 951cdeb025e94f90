//! A document as DOCX: WordprocessingML as ECMA-376 has it, in the few parts it needs.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use super::columns::{column_widths_mm, heading_lines, masthead_pt, signature_indents};
use super::form::{
    BINDING_MM, BODY_PT, CHARACTERS, HEIGHT_MM, LINES, SMALL_PT, TABLE_PT, TEXT_HEIGHT_MM, TEXT_WIDTH_MM, TITLE_PT,
    TOP_MM, WIDTH_MM,
};
use super::{Block, Document, DocumentFigure, DocumentTable, Imprint, Words};
use crate::error::{RenderError, Result};
use crate::model::Language;
use crate::render::{png, svg_outlined};

/// The resolution of the pixels behind a figure, in dots per inch.
const DPI: f64 = 300.0;
/// A figure leaves room for its caption on the page.
const MOST_FIGURE_MM: f64 = 200.0;

/// Typefaces by their names on the reader's machine; none is part of the file.
mod face {
    pub(super) const BODY: &str = "仿宋_GB2312";
    pub(super) const TITLE: &str = "方正小标宋简体";
    pub(super) const FIRST: &str = "黑体";
    pub(super) const SECOND: &str = "楷体_GB2312";
    pub(super) const TABLE: &str = "宋体";
    pub(super) const LATIN: &str = "Times New Roman";
    /// Each face with the names it has elsewhere, and its class.
    pub(super) const ALL: [(&str, &str, &str); 6] = [
        (BODY, "仿宋", "modern"),
        (TITLE, "小标宋", "auto"),
        (FIRST, "SimHei", "modern"),
        (SECOND, "楷体", "modern"),
        (TABLE, "SimSun", "auto"),
        (LATIN, "Liberation Serif", "roman"),
    ];
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// Red of the mark and its rule.
const RED: &str = "FF0000";

/// Writes a document as DOCX, with the fonts named and not embedded. Text and names are escaped, figures are SVG with pixels of
/// 300 dpi behind them, and the same document gives the same bytes.
///
/// # Errors
///
/// Errors of drawing the pixels of a figure.
pub fn docx(document: &Document) -> Result<Vec<u8>> {
    let broken = |error: &dyn std::fmt::Display| RenderError::Backend { format: "DOCX", message: error.to_string() };
    let figures: Vec<&DocumentFigure> = document.figures().collect();
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), content_types().into_bytes()),
        ("_rels/.rels".to_owned(), package_relations().into_bytes()),
        ("docProps/core.xml".to_owned(), core(document).into_bytes()),
        ("docProps/app.xml".to_owned(), app().into_bytes()),
        ("word/document.xml".to_owned(), body(document).into_bytes()),
        ("word/_rels/document.xml.rels".to_owned(), document_relations(&figures).into_bytes()),
        ("word/styles.xml".to_owned(), styles(document.language).into_bytes()),
        ("word/settings.xml".to_owned(), settings().into_bytes()),
        ("word/fontTable.xml".to_owned(), font_table().into_bytes()),
        ("word/footer1.xml".to_owned(), footer(false).into_bytes()),
        ("word/footer2.xml".to_owned(), footer(true).into_bytes()),
    ];
    for figure in figures {
        parts.push((format!("word/media/image{}.png", figure.number), png(&figure.figure, DPI)?));
        parts.push((format!("word/media/image{}.svg", figure.number), svg_outlined(&figure.figure).into_bytes()));
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The time of packing is left out.
    let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, bytes) in parts {
        archive.start_file(name, options).map_err(|error| broken(&error))?;
        archive.write_all(&bytes).map_err(|error| broken(&error))?;
    }
    let bytes = archive.finish().map_err(|error| broken(&error))?;
    Ok(bytes.into_inner())
}

/// Text as the content of an element or an attribute. Characters that XML does not have, and line breaks, become blanks.
fn escaped(text: &str) -> String {
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
fn twips(mm: f64) -> String {
    format!("{:.0}", mm / 25.4 * 1440.0)
}

/// A length in English metric units.
fn emu(mm: f64) -> String {
    format!("{:.0}", mm * 36_000.0)
}

/// Half points, in which sizes of type are given.
fn half_points(points: f64) -> String {
    format!("{:.0}", points * 2.0)
}

/// The height of a line in twentieths of a point: it is rounded down, so that all lines find room.
fn line_twips() -> String {
    format!("{:.0}", (TEXT_HEIGHT_MM / 25.4 * 1440.0 / f64::from(LINES)).floor())
}

/// What is added to each character of the text in twentieths of a point, rounded so that a line holds all of them: 28 characters
/// of size 3 are wider than the line.
fn spacing_twips() -> String {
    let pitch = TEXT_WIDTH_MM / 25.4 * 72.0 / f64::from(CHARACTERS);
    format!("{:.0}", ((pitch - BODY_PT) * 20.0).floor())
}

fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

fn paragraph(style: &str, more: &str, content: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr>{content}</w:p>")
}

fn words(words: &Words) -> String {
    words.0.iter().map(|word| run(word.shown())).collect()
}

/// A field that a word processor computes, with what it shows until then.
fn field(instruction: &str, shown: &str) -> String {
    format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r>\
         <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{shown}</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
    )
}

fn body(document: &Document) -> String {
    let language = document.language;
    let mut out = String::from(HEAD);
    let _ = write!(
        out,
        "<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{RELATIONS}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>"
    );
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
    for block in &document.blocks {
        match block {
            Block::Addressee(to) => out.push_str(&paragraph("Addressee", "", &words(to))),
            Block::Heading(level, content) => {
                out.push_str(&paragraph(&format!("Heading{}", level.clamp(&1, &3)), "", &words(content)));
            }
            Block::Paragraph(content) => out.push_str(&paragraph("Normal", "", &words(content))),
            Block::Table(table) => out.push_str(&table_xml(table, language)),
            Block::Figure(figure) => out.push_str(&figure_xml(figure, language)),
            Block::Signature(lines) => out.push_str(&signature(lines)),
        }
    }
    if let Some(sources) = document.source_line() {
        out.push_str(&paragraph("Sources", "", &run(&sources)));
    }
    if let Some(imprint) = &document.imprint {
        out.push_str(&imprint_xml(imprint, language));
    }
    let (right, bottom) = (WIDTH_MM - BINDING_MM - TEXT_WIDTH_MM, HEIGHT_MM - TOP_MM - TEXT_HEIGHT_MM);
    let _ = write!(
        out,
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/><w:footerReference w:type=\"even\" r:id=\"rId5\"/>\
         <w:pgSz w:w=\"{}\" w:h=\"{}\"/>\
         <w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" w:header=\"851\" w:footer=\"{}\" w:gutter=\"0\"/>\
         <w:docGrid w:type=\"lines\" w:linePitch=\"{}\"/></w:sectPr></w:body></w:document>",
        twips(WIDTH_MM),
        twips(HEIGHT_MM),
        twips(TOP_MM),
        twips(right),
        twips(bottom),
        twips(BINDING_MM),
        twips(FOOTER_MM),
        line_twips(),
    );
    out
}

/// From the edge of the page to the page number, whose dash is 7 mm below the text.
const FOOTER_MM: f64 = 25.0;

fn signature(lines: &[String]) -> String {
    let indents = signature_indents(lines, f64::from(CHARACTERS));
    let mut out = paragraph("Signature", "<w:keepNext/>", "");
    for (line, indent) in lines.iter().zip(indents) {
        let left = twips(indent * TEXT_WIDTH_MM / f64::from(CHARACTERS));
        let more = format!("<w:keepNext/><w:ind w:left=\"{left}\" w:firstLine=\"0\" w:firstLineChars=\"0\"/>");
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

/// A table of more rows than these may be broken between pages.
const MOST_ROWS_KEPT: usize = 25;

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
        out.push_str(&cell(width, "TableHeading", "", &lines.join("<w:r><w:br/></w:r>")));
    }
    out.push_str("</w:tr>");
    // A table that a page can hold stays whole on it: each row keeps with the next.
    let is_short = table.rows.len() <= MOST_ROWS_KEPT;
    for (position, row) in table.rows.iter().enumerate() {
        let keep = if is_short && position + 1 < table.rows.len() { "<w:keepNext/>" } else { "" };
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

fn figure_xml(figure: &DocumentFigure, language: Language) -> String {
    let drawn = &figure.figure;
    let scale = (TEXT_WIDTH_MM / drawn.width_mm).min(MOST_FIGURE_MM / drawn.height_mm).min(1.0);
    let (width, height) = (emu(drawn.width_mm * scale), emu(drawn.height_mm * scale));
    let number = figure.number;
    let (pixels, vectors) = (image_id(number, false), image_id(number, true));
    let (name, alternative) = (escaped(&figure.name), escaped(&figure.alternative()));
    let picture = format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/>\
         <wp:docPr id=\"{number}\" name=\"{name}\" descr=\"{alternative}\"/>\
         <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
         <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
         <pic:nvPicPr><pic:cNvPr id=\"{number}\" name=\"{name}\" descr=\"{alternative}\"/><pic:cNvPicPr/></pic:nvPicPr>\
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

fn imprint_xml(imprint: &Imprint, language: Language) -> String {
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
    if !imprint.copy_to.is_empty() {
        let names = imprint.copy_to.join(language.pick("，", ", "));
        rows.push_str(&row(paragraph(
            "Imprint",
            "",
            &run(&language.pick(format!("抄送：{names}。"), format!("Copies to: {names}."))),
        )));
    }
    let printed = language.pick(format!("{}印发", imprint.issued_on), format!("Issued {}", imprint.issued_on));
    let tab = format!(
        "<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs>",
        twips(TEXT_WIDTH_MM - SMALL_PT * 25.4 / 72.0)
    );
    let content = format!("{}<w:r><w:tab/></w:r>{}", run(&imprint.issuer), run(&printed));
    rows.push_str(&row(paragraph("Imprint", &tab, &content)));
    format!(
        "<w:tbl><w:tblPr><w:tblpPr w:vertAnchor=\"margin\" w:horzAnchor=\"margin\" w:tblpXSpec=\"left\" w:tblpYSpec=\"bottom\"/>\
         <w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:tblBorders>{}{}{}</w:tblBorders><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{width}\"/></w:tblGrid>{rows}</w:tbl>{}",
        border("top", 8),
        border("bottom", 8),
        border("insideH", 6),
        paragraph("AfterTable", "", ""),
    )
}

/// The page number between dashes, at the outer side.
fn footer(is_even: bool) -> String {
    let style = if is_even { "FooterEven" } else { "FooterOdd" };
    let content = format!("{}{}{}", run("— "), field("PAGE", "1"), run(" —"));
    format!("{HEAD}<w:ftr xmlns:w=\"{WORD}\" xmlns:r=\"{RELATIONS}\">{}</w:ftr>", paragraph(style, "", &content))
}

fn settings() -> String {
    format!(
        "{HEAD}<w:settings xmlns:w=\"{WORD}\"><w:mirrorMargins/><w:evenAndOddHeaders/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         </w:settings>"
    )
}

fn font_table() -> String {
    let fonts: String = face::ALL
        .iter()
        .map(|(name, other, family)| {
            format!("<w:font w:name=\"{name}\"><w:altName w:val=\"{other}\"/><w:family w:val=\"{family}\"/></w:font>")
        })
        .collect();
    format!("{HEAD}<w:fonts xmlns:w=\"{WORD}\">{fonts}</w:fonts>")
}

/// A style of paragraphs.
struct Style<'a> {
    id: &'a str,
    name: &'a str,
    /// Of the paragraph, in the order of the schema.
    paragraph: String,
    face: &'a str,
    points: f64,
    /// Of the run, after the typefaces.
    run: &'a str,
}

fn styles(language: Language) -> String {
    let line = line_twips();
    let exact = |before: f64, after: f64| {
        let lines = |count: f64| format!("{:.0}", count * TEXT_HEIGHT_MM / 25.4 * 1440.0 / f64::from(LINES));
        format!(
            "<w:spacing w:before=\"{}\" w:after=\"{}\" w:line=\"{line}\" w:lineRule=\"exact\"/>",
            lines(before),
            lines(after)
        )
    };
    let free = |before: u32, after: u32| {
        format!(
            "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"{before}\" w:after=\"{after}\" w:line=\"240\" w:lineRule=\"auto\"/>"
        )
    };
    let indented = "<w:ind w:firstLineChars=\"200\" w:firstLine=\"632\"/>";
    let flush = "<w:ind w:firstLineChars=\"0\" w:firstLine=\"0\"/>";
    let centred = "<w:jc w:val=\"center\"/>";
    let (first, last) = (
        "<w:ind w:firstLineChars=\"0\" w:firstLine=\"0\" w:leftChars=\"100\" w:left=\"280\"/>",
        "<w:jc w:val=\"right\"/>",
    );
    let red = format!("<w:color w:val=\"{RED}\"/>");
    let level = |level: u8| format!("<w:keepNext/>{}{indented}<w:outlineLvl w:val=\"{level}\"/>", exact(0.0, 0.0));
    let own = |id, name, paragraph: String, face, points, run| Style { id, name, paragraph, face, points, run };
    let masthead_before = twips(35.0);
    let all = [
        own("Title", "Title", format!("<w:keepNext/>{}{flush}{centred}", exact(2.0, 0.0)), face::TITLE, TITLE_PT, ""),
        own("Subtitle", "Subtitle", format!("{}{flush}{centred}", exact(0.0, 0.0)), face::SECOND, BODY_PT, ""),
        own(
            "Notice",
            "Notice",
            format!("{}{flush}{centred}", exact(0.0, 0.0)),
            face::FIRST,
            BODY_PT,
            "<w:color w:val=\"9A3412\"/>",
        ),
        own("Heading1", "heading 1", level(0), face::FIRST, BODY_PT, ""),
        own("Heading2", "heading 2", level(1), face::SECOND, BODY_PT, ""),
        own("Heading3", "heading 3", level(2), face::BODY, BODY_PT, "<w:b/>"),
        own(
            "Masthead",
            "Masthead",
            format!(
                "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"{masthead_before}\" w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>{flush}{centred}"
            ),
            face::TITLE,
            SMALL_PT,
            red.as_str(),
        ),
        own(
            "DocumentNumber",
            "Document number",
            format!(
                "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"11\" w:color=\"{RED}\"/></w:pBdr>{}{flush}{centred}",
                exact(2.0, 0.0)
            ),
            face::BODY,
            BODY_PT,
            "",
        ),
        own("Addressee", "Addressee", format!("{}{flush}", exact(0.0, 0.0)), face::BODY, BODY_PT, ""),
        own("Signature", "Signature", format!("{}{flush}", exact(0.0, 0.0)), face::BODY, BODY_PT, ""),
        own("Caption", "caption", format!("{}{flush}{centred}", free(60, 60)), face::FIRST, 12.0, ""),
        own("Figure", "Figure", format!("{}{flush}{centred}", free(120, 0)), face::TABLE, TABLE_PT, ""),
        own("TableText", "Table text", format!("{}{flush}", free(20, 20)), face::TABLE, TABLE_PT, ""),
        own("TableHeading", "Table heading", format!("{}{flush}{centred}", free(20, 20)), face::FIRST, TABLE_PT, ""),
        own("TableTotal", "Table total", format!("{}{flush}", free(20, 20)), face::TABLE, TABLE_PT, "<w:b/>"),
        own("AfterTable", "After a table", format!("{}{flush}", free(0, 0)), face::TABLE, 6.0, ""),
        own("Sources", "Sources", format!("{}{flush}", free(120, 0)), face::BODY, TABLE_PT, ""),
        own(
            "Imprint",
            "Imprint",
            format!(
                "{}<w:ind w:leftChars=\"100\" w:left=\"280\" w:rightChars=\"100\" w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
                free(40, 40)
            ),
            face::BODY,
            SMALL_PT,
            "",
        ),
        own("FooterEven", "Footer of even pages", format!("{}{first}", free(0, 0)), face::TABLE, SMALL_PT, ""),
        own(
            "FooterOdd",
            "Footer of odd pages",
            format!(
                "{}<w:ind w:firstLineChars=\"0\" w:firstLine=\"0\" w:rightChars=\"100\" w:right=\"280\"/>{last}",
                free(0, 0)
            ),
            face::TABLE,
            SMALL_PT,
            "",
        ),
    ];
    let mut out = String::from(HEAD);
    let tag = language.pick("zh-CN", "en-GB");
    let _ = write!(
        out,
        "<w:styles xmlns:w=\"{WORD}\"><w:docDefaults><w:rPrDefault><w:rPr>{}{}<w:lang w:val=\"{}\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault/></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/>\
         <w:pPr>{}{indented}<w:jc w:val=\"both\"/></w:pPr><w:rPr><w:spacing w:val=\"{}\"/></w:rPr></w:style>",
        faces(face::BODY),
        size(BODY_PT),
        if tag == "zh-CN" { "en-US" } else { tag },
        exact(0.0, 0.0),
        spacing_twips(),
    );
    for Style { id, name, paragraph, face, points, run } in all {
        let _ = write!(
            out,
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/><w:qFormat/>\
             <w:pPr>{paragraph}</w:pPr><w:rPr>{}{}</w:rPr></w:style>",
            faces(face),
            // The schema has bold before colour, colour before spacing, and spacing before size.
            format_args!(
                "{run}{}{}",
                if (points - BODY_PT).abs() > 0.1 { "<w:spacing w:val=\"0\"/>" } else { "" },
                size(points)
            ),
        );
    }
    out.push_str("</w:styles>");
    out
}

fn faces(east_asia: &str) -> String {
    let latin = face::LATIN;
    format!("<w:rFonts w:ascii=\"{latin}\" w:hAnsi=\"{latin}\" w:eastAsia=\"{east_asia}\" w:cs=\"{latin}\"/>")
}

fn size(points: f64) -> String {
    let size = half_points(points);
    format!("<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>")
}

fn image_id(number: usize, is_vector: bool) -> String {
    format!("rIdImage{number}{}", if is_vector { "Svg" } else { "Png" })
}

fn content_types() -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let parts: String = [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("footer1", "footer"),
        ("footer2", "footer"),
    ]
    .iter()
    .map(|(name, kind)| format!("<Override PartName=\"/word/{name}.xml\" ContentType=\"{word}.{kind}+xml\"/>"))
    .collect();
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
         <Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>{parts}\
         <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/></Types>"
    )
}

fn relations(entries: &[(String, &str, String)]) -> String {
    let entries: String = entries
        .iter()
        .map(|(id, kind, target)| format!("<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>"))
        .collect();
    format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{entries}</Relationships>"
    )
}

fn package_relations() -> String {
    let own = |kind: &str| format!("{RELATIONS}/{kind}");
    let (document, app) = (own("officeDocument"), own("extended-properties"));
    relations(&[
        ("rId1".to_owned(), &document, "word/document.xml".to_owned()),
        (
            "rId2".to_owned(),
            "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            "docProps/core.xml".to_owned(),
        ),
        ("rId3".to_owned(), &app, "docProps/app.xml".to_owned()),
    ])
}

fn document_relations(figures: &[&DocumentFigure]) -> String {
    let own = |kind: &str| format!("{RELATIONS}/{kind}");
    let (styles, settings, fonts, footer, image) =
        (own("styles"), own("settings"), own("fontTable"), own("footer"), own("image"));
    let mut entries = vec![
        ("rId1".to_owned(), styles.as_str(), "styles.xml".to_owned()),
        ("rId2".to_owned(), &settings, "settings.xml".to_owned()),
        ("rId3".to_owned(), &fonts, "fontTable.xml".to_owned()),
        ("rId4".to_owned(), &footer, "footer1.xml".to_owned()),
        ("rId5".to_owned(), &footer, "footer2.xml".to_owned()),
    ];
    for figure in figures {
        for (is_vector, ending) in [(false, "png"), (true, "svg")] {
            let target = format!("media/image{}.{ending}", figure.number);
            entries.push((image_id(figure.number, is_vector), &image, target));
        }
    }
    relations(&entries)
}

fn core(document: &Document) -> String {
    let created = format!("{}T00:00:00Z", document.dated.format("%Y-%m-%d"));
    let author = document.imprint.as_ref().map(|imprint| escaped(&imprint.issuer)).unwrap_or_default();
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{author}</dc:creator>\
         <dc:language>{}</dc:language><dcterms:created xsi:type=\"dcterms:W3CDTF\">{created}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{created}</dcterms:modified></cp:coreProperties>",
        escaped(&document.title),
        document.language.tag(),
    )
}

fn app() -> String {
    format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>jiju</Application></Properties>"
    )
}
