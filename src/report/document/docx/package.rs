//! The parts of the package beside text and styles, and how they hang together.

use super::super::{Document, DocumentFigure};
use super::body::{escaped, field, image_id, paragraph, run};
use super::{HEAD, RELATIONS, WORD};

/// The page number between dashes, at the outer side.
pub(super) fn footer(is_even: bool) -> String {
    let style = if is_even { "FooterEven" } else { "FooterOdd" };
    let content = format!("{}{}{}", run("— "), field("PAGE", "1"), run(" —"));
    format!("{HEAD}<w:ftr xmlns:w=\"{WORD}\" xmlns:r=\"{RELATIONS}\">{}</w:ftr>", paragraph(style, "", &content))
}

/// The footer of a page without a number.
pub(super) fn empty_footer() -> String {
    let empty = paragraph("FooterEven", "", "");
    format!("{HEAD}<w:ftr xmlns:w=\"{WORD}\" xmlns:r=\"{RELATIONS}\">{empty}</w:ftr>")
}

pub(super) fn settings() -> String {
    format!(
        "{HEAD}<w:settings xmlns:w=\"{WORD}\"><w:mirrorMargins/><w:evenAndOddHeaders/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         </w:settings>"
    )
}

pub(super) fn content_types() -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let parts: String = [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("footer1", "footer"),
        ("footer2", "footer"),
        ("footer3", "footer"),
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

pub(super) fn package_relations() -> String {
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

pub(super) fn document_relations(figures: &[&DocumentFigure]) -> String {
    let own = |kind: &str| format!("{RELATIONS}/{kind}");
    let (styles, settings, fonts, footer, image) =
        (own("styles"), own("settings"), own("fontTable"), own("footer"), own("image"));
    let mut entries = vec![
        ("rId1".to_owned(), styles.as_str(), "styles.xml".to_owned()),
        ("rId2".to_owned(), &settings, "settings.xml".to_owned()),
        ("rId3".to_owned(), &fonts, "fontTable.xml".to_owned()),
        ("rId4".to_owned(), &footer, "footer1.xml".to_owned()),
        ("rId5".to_owned(), &footer, "footer2.xml".to_owned()),
        ("rId6".to_owned(), &footer, "footer3.xml".to_owned()),
    ];
    for figure in figures {
        for (is_vector, ending) in [(false, "png"), (true, "svg")] {
            let target = format!("media/image{}.{ending}", figure.number);
            entries.push((image_id(figure.number, is_vector), &image, target));
        }
    }
    relations(&entries)
}

pub(super) fn core(document: &Document) -> String {
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

pub(super) fn app() -> String {
    format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>jiju</Application></Properties>"
    )
}
