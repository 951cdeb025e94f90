mod raster;

use super::figure::Figure;
use super::font::Fonts;
use crate::Result;
use crate::error::RenderError;

/// The largest width or height of an image in pixels: A0 at 400 dpi.
pub const MAX_PIXELS_A_SIDE: u32 = 20_000;

const MM_PER_INCH: f64 = 25.4;

/// The allowed resolutions of a PNG in dots per inch, from a screen to a phototypesetter.
pub const DPI: std::ops::RangeInclusive<f64> = 10.0..=1200.0;

/// Renders the figure as PNG on a white background, with its resolution in the header (`pHYs`), so that a word
/// processor places it in its true size.
///
/// # Errors
///
/// [`RenderError::Setting`] for a resolution outside of [`DPI`]; [`RenderError::TooManyPixels`].
pub fn png(figure: &Figure, dpi: f64) -> Result<Vec<u8>> {
    png_with_fonts(figure, dpi, figure.fonts())
}

/// Renders the figure as PNG with exactly these fonts.
///
/// # Errors
///
/// As [`png()`].
pub fn png_with_fonts(figure: &Figure, dpi: f64, fonts: &Fonts) -> Result<Vec<u8>> {
    if !DPI.contains(&dpi) {
        return Err(RenderError::Setting {
            key: "dpi".to_owned(),
            found: dpi.to_string(),
            expected: format!("a number from {} to {}", DPI.start(), DPI.end()),
        }
        .into());
    }
    let width = pixels(figure.width_mm, dpi);
    let height = pixels(figure.height_mm, dpi);
    let (Ok(width_px), Ok(height_px)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err(too_many(width, height));
    };
    if width_px.max(height_px) > MAX_PIXELS_A_SIDE {
        return Err(too_many(width, height));
    }
    let backend = |message: &str| RenderError::Backend { format: "PNG", message: message.to_owned() };
    let rgb = raster::pixels(figure, width_px, height_px, fonts).ok_or_else(|| backend("the picture has no pixels"))?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width_px, height_px);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and a cast saturates")]
    let per_metre = (dpi / MM_PER_INCH * 1000.0).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header().map_err(|error| backend(&error.to_string()))?;
    writer.write_image_data(&rgb).map_err(|error| backend(&error.to_string()))?;
    writer.finish().map_err(|error| backend(&error.to_string()))?;
    Ok(bytes)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and the limit follows")]
fn pixels(mm: f64, dpi: f64) -> u64 {
    (mm / MM_PER_INCH * dpi).round() as u64
}

fn too_many(width_px: u64, height_px: u64) -> crate::Error {
    RenderError::TooManyPixels { width_px, height_px, limit_px: u64::from(MAX_PIXELS_A_SIDE) }.into()
}
