//! Styles of paragraphs and the typefaces that they name.

use std::fmt::Write as _;

use super::super::form::{BODY_PT, LINES, SMALL_PT, TABLE_PT, TEXT_HEIGHT_MM, TITLE_PT};
use super::body::{IMPRINT_LINE_MM, half_points, line_twips, spacing_twips, twips};
use super::{HEAD, WORD};
use crate::model::Language;

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

/// Red of the mark and its rule.
const RED: &str = "FF0000";

pub(super) fn font_table() -> String {
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

pub(super) fn styles(language: Language) -> String {
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
    let imprint_line = format!(
        "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{}\" w:lineRule=\"exact\"/>",
        twips(IMPRINT_LINE_MM)
    );
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
                "{imprint_line}<w:ind w:leftChars=\"100\" w:left=\"280\" w:rightChars=\"100\" w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>"
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
