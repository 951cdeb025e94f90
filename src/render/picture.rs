//! Pictures of pixels in figures: logos, read from files that anybody may have made.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use super::PageRect;

/// The most bytes of a file.
const MOST_BYTES: usize = 5_000_000;
/// The longest side of a PNG in pixels.
const LONGEST_PX: u32 = 6_000;
/// The longest side of a picture in a figure in pixels: 10 cm at 600 dpi.
const KEPT_PX: u32 = 2_400;
/// Elements of an SVG that are drawn again wherever they are named; nested, they would be drawn without end.
const MOST_COPIES: usize = 24;

/// A picture at its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The rectangle that it fills, in mm.
    pub frame: PageRect,
    /// What it shows.
    pub pixels: Arc<Pixels>,
}

/// The pixels of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    pixmap: Pixmap,
    png: Vec<u8>,
}

impl Pixels {
    /// Reads a PNG or SVG file. An SVG is drawn at once: nothing of the file reaches a figure, neither scripts nor links, and
    /// neither other files nor pictures within it are read. A large picture is reduced to 2,400 pixels a side.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: neither PNG nor SVG, over 5 MB, over 6,000 pixels a side, without extent, an SVG with filters,
    /// entities or more than 24 copies of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::Pixels;
    /// let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><path fill="#c00" d="M0 0h20v10H0z"/></svg>"##;
    /// let logo = Pixels::read(svg).unwrap();
    /// assert_eq!(logo.aspect(), 2.0);
    /// assert!(Pixels::read(b"GIF89a").unwrap_err().contains("expected a PNG or SVG"));
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!("found {} bytes, expected at most {MOST_BYTES}", bytes.len()));
        }
        let pixmap = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") { of_png(bytes)? } else { of_svg(bytes)? };
        let mut pixmap = pixmap;
        while pixmap.width().max(pixmap.height()) > KEPT_PX {
            pixmap = halved(&pixmap).ok_or("found a picture without extent")?;
        }
        let png = encoded(&pixmap)?;
        Ok(Self { pixmap, png })
    }

    /// Returns the width as a multiple of the height.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        f64::from(self.pixmap.width()) / f64::from(self.pixmap.height())
    }

    /// The picture as a PNG file.
    pub(super) fn png(&self) -> &[u8] {
        &self.png
    }

    /// The pixels, reduced as long as they are more than twice as many as this a side.
    pub(super) fn reduced_to(&self, width_px: f32) -> Pixmap {
        let mut pixmap = self.pixmap.clone();
        while pixmap.width() as f32 > 2.0 * width_px.max(1.0) {
            match halved(&pixmap) {
                Some(half) => pixmap = half,
                None => break,
            }
        }
        pixmap
    }
}

fn of_png(bytes: &[u8]) -> Result<Pixmap, String> {
    let faulty = |error: png::DecodingError| format!("found a PNG that cannot be read: {error}");
    let limits = png::Limits { bytes: 4 * LONGEST_PX as usize * LONGEST_PX as usize };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(faulty)?;
    let (width, height) = reader.info().size();
    if width.max(height) > LONGEST_PX {
        return Err(format!("found {width} × {height} pixels, expected at most {LONGEST_PX} a side"));
    }
    let size = reader.output_buffer_size().ok_or("found a PNG too large to read")?;
    let mut data = vec![0; size];
    let frame = reader.next_frame(&mut data).map_err(faulty)?;
    let pixels = data[..frame.buffer_size()].chunks_exact(frame.color_type.samples());
    let of = |pixel: &[u8]| match *pixel {
        [grey, alpha] => [grey, grey, grey, alpha],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        [grey, ..] => [grey, grey, grey, 255],
        [] => [0; 4],
    };
    let mut pixmap = Pixmap::new(width, height).ok_or("found a picture without extent")?;
    for (own, pixel) in pixmap.pixels_mut().iter_mut().zip(pixels) {
        let [red, green, blue, alpha] = of(pixel);
        *own = resvg::tiny_skia::ColorU8::from_rgba(red, green, blue, alpha).premultiply();
    }
    Ok(pixmap)
}

fn of_svg(bytes: &[u8]) -> Result<Pixmap, String> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains("<svg"));
    let text = text.ok_or("found neither of the two forms of a logo, expected a PNG or SVG file")?;
    let lower = text.to_ascii_lowercase();
    if let Some(found) = ["<!entity", "<filter", ":filter"].into_iter().find(|found| lower.contains(found)) {
        return Err(format!("found an SVG with `{found}`, expected one of plain shapes"));
    }
    let copies: usize = ["<use", ":use", "<pattern", ":pattern", "<mask", ":mask", "<marker", ":marker", "<clippath"]
        .iter()
        .map(|name| lower.matches(name).count())
        .sum();
    if copies > MOST_COPIES {
        return Err(format!("found an SVG with {copies} copies of elements, expected at most {MOST_COPIES}"));
    }
    let options = Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        fontdb: super::Fonts::bundled().database(),
        ..Options::default()
    };
    let tree = Tree::from_str(text, &options).map_err(|error| format!("found an SVG that cannot be read: {error}"))?;
    let (wide, high) = (tree.size().width(), tree.size().height());
    let scale = KEPT_PX as f32 / wide.max(high);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the pixels that are kept")]
    let pixels = |length: f32| (length * scale).round().clamp(1.0, KEPT_PX as f32) as u32;
    let mut pixmap = Pixmap::new(pixels(wide), pixels(high)).ok_or("found a picture without extent")?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap)
}

/// The picture with half the pixels a side, each the mean of four.
fn halved(pixmap: &Pixmap) -> Option<Pixmap> {
    let (width, height) = (pixmap.width(), pixmap.height());
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut half = Pixmap::new(half_width, half_height)?;
    let own = pixmap.pixels();
    for (position, pixel) in (0_u32..).zip(half.pixels_mut()) {
        let (x, y) = (2 * (position % half_width), 2 * (position / half_width));
        let four = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)]
            .map(|(x, y)| own[(y.min(height - 1) * width + x.min(width - 1)) as usize]);
        let mean = |of: fn(&PremultipliedColorU8) -> u8| {
            let sum: u16 = four.iter().map(|pixel| u16::from(of(pixel))).sum();
            u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX)
        };
        let alpha = mean(|pixel| pixel.alpha());
        let [red, green, blue] = [mean(|pixel| pixel.red()), mean(|pixel| pixel.green()), mean(|pixel| pixel.blue())]
            .map(|one| one.min(alpha));
        *pixel = PremultipliedColorU8::from_rgba(red, green, blue, alpha)?;
    }
    Some(half)
}

fn encoded(pixmap: &Pixmap) -> Result<Vec<u8>, String> {
    let faulty = |error: png::EncodingError| format!("found a picture that cannot be written: {error}");
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(faulty)?;
    let plain = pixmap.pixels().iter().map(|pixel| pixel.demultiply());
    let data: Vec<u8> = plain.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect();
    writer.write_image_data(&data).map_err(faulty)?;
    writer.finish().map_err(faulty)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(content: &str) -> Vec<u8> {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\">{content}</svg>").into_bytes()
    }

    #[test]
    fn hostile_files_are_refused_or_harmless() {
        let refused = |bytes: &[u8], words: &str| {
            let error = Pixels::read(bytes).unwrap_err();
            assert!(error.contains(words), "{error}");
        };
        refused(b"", "expected a PNG or SVG");
        refused(b"\x89PNG\r\n\x1a\n", "cannot be read");
        refused(&vec![b' '; MOST_BYTES + 1], "at most 5000000");
        refused(&svg("<filter id='f'/>"), "plain shapes");
        refused(&svg(&"<use href='#a'/>".repeat(25)), "25 copies");
        refused(b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "plain shapes");
        // A header that claims more pixels than any memory holds.
        let mut large = vec![0_u8; 0];
        png::Encoder::new(&mut large, 1, 1).write_header().unwrap();
        let header = |width: u32| {
            let mut own = large.clone();
            own[16..20].copy_from_slice(&width.to_be_bytes());
            own
        };
        assert!(Pixels::read(&header(u32::MAX / 2)).is_err());
        // What links elsewhere shows nothing.
        let linked = Pixels::read(&svg("<image href='/etc/passwd' width='40' height='20'/>")).unwrap();
        assert!(linked.pixmap.pixels().iter().all(|pixel| pixel.alpha() == 0));
    }

    #[test]
    fn a_picture_comes_again_from_its_own_file() {
        let drawn = Pixels::read(&svg("<rect width='20' height='20' fill='#0a0' opacity='0.5'/>")).unwrap();
        assert_eq!(drawn.aspect(), 2.0);
        let again = Pixels::read(drawn.png()).unwrap();
        assert_eq!(again.pixmap.pixels()[0], drawn.pixmap.pixels()[0]);
        assert_eq!(drawn.reduced_to(30.0).width(), 38);
    }
}
