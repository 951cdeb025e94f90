//! A document as DOCX: WordprocessingML as ECMA-376 has it, in the few parts it needs.

mod body;
mod package;
mod styles;
mod template;

use self::body::body;
use self::package::{app, content_types, core, document_relations, empty_footer, footer, package_relations, settings};
use self::styles::{font_table, styles};
use super::{Document, DocumentFigure, ImprintPage};
use crate::error::{RenderError, Result};
use crate::render::{png, svg_outlined};
use crate::source::office::Package;

pub use template::{
    DocxTemplate, Filling, FillingContent, TemplateLine, TemplatePlace, TemplateStyle, docx_of_template,
};

/// The resolution of the pixels behind a figure, in dots per inch.
const DPI: f64 = 300.0;

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Writes a document as DOCX, with the fonts named and not embedded. Text and names are escaped, figures are SVG with pixels of
/// 300 dpi behind them, and the same document gives the same bytes. The imprint stands at the foot of its page: in a text box, which Word,
/// WPS and LibreOffice put there, unlike a table or a frame.
///
/// # Errors
///
/// Errors of drawing the pixels of a figure.
pub fn docx(document: &Document, imprint: ImprintPage) -> Result<Vec<u8>> {
    let figures: Vec<&DocumentFigure> = document.figures().collect();
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), content_types().into_bytes()),
        ("_rels/.rels".to_owned(), package_relations().into_bytes()),
        ("docProps/core.xml".to_owned(), core(document).into_bytes()),
        ("docProps/app.xml".to_owned(), app().into_bytes()),
        ("word/document.xml".to_owned(), body(document, imprint).into_bytes()),
        ("word/_rels/document.xml.rels".to_owned(), document_relations(&figures).into_bytes()),
        ("word/styles.xml".to_owned(), styles(document.language).into_bytes()),
        ("word/settings.xml".to_owned(), settings().into_bytes()),
        ("word/fontTable.xml".to_owned(), font_table().into_bytes()),
        ("word/footer1.xml".to_owned(), footer(false).into_bytes()),
        ("word/footer2.xml".to_owned(), footer(true).into_bytes()),
        ("word/footer3.xml".to_owned(), empty_footer().into_bytes()),
    ];
    parts.extend(figure_parts(&figures, "image")?);
    let broken = |message| RenderError::Backend { format: "DOCX", message };
    Ok(Package { parts }.bytes().map_err(broken)?)
}

/// The pictures of figures, as pixels and as SVG.
fn figure_parts(figures: &[&DocumentFigure], stem: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let mut parts = Vec::with_capacity(2 * figures.len());
    for figure in figures {
        parts.push((format!("word/media/{stem}{}.png", figure.number), png(&figure.figure, DPI)?));
        parts.push((format!("word/media/{stem}{}.svg", figure.number), svg_outlined(&figure.figure).into_bytes()));
    }
    Ok(parts)
}
