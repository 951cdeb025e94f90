use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Size};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::usvg::{Options, Tree};

use super::figure::Figure;
use super::font::{FAMILY, Fonts};
use super::svg::{Lettering, write};
use crate::Result;
use crate::error::RenderError;

const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Renders the figure as a PDF of one page in its true size, with vector graphics, searchable text and embedded font
/// subsets. The file contains no date, so the same figure gives the same bytes.
///
/// # Errors
///
/// [`RenderError::Backend`] if the page has no size or a font cannot be embedded.
pub fn pdf(figure: &Figure) -> Result<Vec<u8>> {
    pdf_with_fonts(figure, figure.fonts())
}

/// Renders the figure as PDF with exactly these fonts.
///
/// # Errors
///
/// As [`pdf()`].
pub fn pdf_with_fonts(figure: &Figure, fonts: &Fonts) -> Result<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(figure.title.clone()).language(figure.language.to_owned()));
    add_page(&mut document, figure, fonts)?;
    Ok(document.finish().map_err(|error| backend(format!("{error:?}")))?)
}

/// Renders several figures as one PDF, with a page and a bookmark for each.
///
/// # Errors
///
/// As [`pdf()`].
pub fn pdf_of_sheets(title: &str, sheets: &[Figure]) -> Result<Vec<u8>> {
    let mut document = Document::new();
    let language = sheets.first().map_or("zh-CN", |sheet| sheet.language);
    document.set_metadata(Metadata::new().title(title.to_owned()).language(language.to_owned()));
    let mut outline = Outline::new();
    for (page, sheet) in sheets.iter().enumerate() {
        add_page(&mut document, sheet, sheet.fonts())?;
        let top = XyzDestination::new(page, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(sheet.title.clone(), top));
    }
    document.set_outline(outline);
    Ok(document.finish().map_err(|error| backend(format!("{error:?}")))?)
}

fn backend(message: String) -> RenderError {
    RenderError::Backend { format: "PDF", message }
}

fn add_page(document: &mut Document, figure: &Figure, fonts: &Fonts) -> Result<()> {
    let options = Options { font_family: FAMILY.to_owned(), fontdb: fonts.database(), ..Options::default() };
    let tree = Tree::from_str(&write(figure, Lettering::Haloed(fonts)), &options)
        .map_err(|error| backend(error.to_string()))?;
    #[expect(clippy::cast_possible_truncation, reason = "the writer works in f32")]
    let (width, height) = ((figure.width_mm * POINTS_PER_MM) as f32, (figure.height_mm * POINTS_PER_MM) as f32);
    let no_size = || backend("the page has no size".to_owned());
    let size = Size::from_wh(width, height).ok_or_else(no_size)?;
    let mut page = document.start_page_with(PageSettings::from_wh(width, height).ok_or_else(no_size)?);
    let mut surface = page.surface();
    let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    drawn.ok_or_else(|| backend("the drawing was refused".to_owned()))?;
    Ok(())
}
