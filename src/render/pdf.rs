use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::usvg::{Options, Tree};

use super::figure::Figure;
use super::font::{FAMILY, Fonts};
use super::svg::{Lettering, write};
use crate::Result;
use crate::error::RenderError;

const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// The figure as PDF of one page in its true size: vectors, text that can be searched, fonts embedded as subsets. It
/// carries no date, so the same figure gives the same bytes.
///
/// # Errors
///
/// [`RenderError::Backend`] if the page has no size or a font cannot be embedded.
pub fn pdf(figure: &Figure) -> Result<Vec<u8>> {
    pdf_with_fonts(figure, figure.fonts())
}

/// The figure as PDF, set in these fonts whatever it contains.
///
/// # Errors
///
/// As [`pdf()`].
pub fn pdf_with_fonts(figure: &Figure, fonts: &Fonts) -> Result<Vec<u8>> {
    let backend = |message: String| RenderError::Backend { format: "PDF", message };
    let options = Options { font_family: FAMILY.to_owned(), fontdb: fonts.database(), ..Options::default() };
    let tree = Tree::from_str(&write(figure, Lettering::Haloed(fonts)), &options)
        .map_err(|error| backend(error.to_string()))?;
    #[expect(clippy::cast_possible_truncation, reason = "the writer works in f32")]
    let (width, height) = ((figure.width_mm * POINTS_PER_MM) as f32, (figure.height_mm * POINTS_PER_MM) as f32);
    let no_size = || backend("the page has no size".to_owned());
    let size = Size::from_wh(width, height).ok_or_else(no_size)?;

    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(figure.title.clone()).language(figure.language.to_owned()));
    let mut page = document.start_page_with(PageSettings::from_wh(width, height).ok_or_else(no_size)?);
    let mut surface = page.surface();
    let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    drawn.ok_or_else(|| backend("the drawing was refused".to_owned()))?;
    Ok(document.finish().map_err(|error| backend(format!("{error:?}")))?)
}
