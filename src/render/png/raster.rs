//! Rasterization of figures, directly from their shapes.

use rayon::prelude::*;
use resvg::tiny_skia::{
    Color as Ink, FillRule, FilterQuality, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pattern, Pixmap,
    PixmapPaint, Rect, SpreadMode, Stroke as Pen, StrokeDash, Transform,
};
use ttf_parser::OutlineBuilder;

use crate::render::figure::{Anchor, Figure, Fill, Group, Item, Line, Outline, Shape, Stroke, Text};
use crate::render::font::Fonts;
use crate::render::picture::Picture;
use crate::render::svg::{HATCH_LINE_MM, HATCH_STEP_MM};
use crate::render::{Color, PageRect};

/// Rows of pixels that are drawn in one go. It never depends on the number of threads, so neither does a pixel.
const BAND: u32 = 192;

/// Returns the pixels of a figure on a white background: red, green and blue, row by row. `None` for an image without
/// pixels.
pub(super) fn pixels(figure: &Figure, width_px: u32, height_px: u32, fonts: &Fonts) -> Option<Vec<u8>> {
    let page = Page {
        x: short(f64::from(width_px) / figure.width_mm),
        y: short(f64::from(height_px) / figure.height_mm),
        fonts,
    };
    let mut items = Vec::new();
    flatten(&figure.items, None, &mut items);
    let drawn: Vec<Vec<Drawn>> = items.par_iter().map(|(item, clip)| page.drawn(item, *clip)).collect();
    let drawn: Vec<Drawn> = drawn.into_iter().flatten().collect();
    let bands: Vec<u32> = (0..height_px.div_ceil(BAND)).map(|band| band * BAND).collect();
    let bands: Option<Vec<Vec<u8>>> = bands
        .into_par_iter()
        .map(|top| {
            let mut pixmap = Pixmap::new(width_px, BAND.min(height_px - top))?;
            pixmap.fill(Ink::WHITE);
            let mut band = Band { pixmap, left: 0.0, top: top as f32, clip: None };
            for item in &drawn {
                band.draw(item);
            }
            // The ground is opaque white, so premultiplied colours are the plain ones.
            Some(band.pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect())
        })
        .collect();
    Some(bands?.concat())
}

#[expect(clippy::cast_possible_truncation, reason = "the renderer works in f32")]
fn short(number: f64) -> f32 {
    number as f32
}

/// Everything that is drawn with the rectangle it must not leave, without the groups around it.
fn flatten<'a>(items: &'a [Item], clip: Option<PageRect>, flat: &mut Vec<(&'a Item, Option<PageRect>)>) {
    for item in items {
        match item {
            Item::Group(Group { clip: own, items, .. }) => {
                let clip = match (own, clip) {
                    (Some(own), Some(outer)) => Some(common(own, &outer)),
                    (own, outer) => own.or(outer),
                };
                flatten(items, clip, flat);
            }
            item => flat.push((item, clip)),
        }
    }
}

fn common(a: &PageRect, b: &PageRect) -> PageRect {
    let (left, top) = (a.left.max(b.left), a.top.max(b.top));
    PageRect::new(left, top, (a.right().min(b.right()) - left).max(0.0), (a.bottom().min(b.bottom()) - top).max(0.0))
}

/// Something drawn in one go, in pixels of the page.
struct Drawn {
    what: What,
    /// The bounding rectangle of the operation.
    bounds: Rect,
    /// The clip rectangle.
    clip: Option<Rect>,
}

enum What {
    /// A path filled with one colour.
    Fill { path: Path, color: Ink, rule: FillRule },
    /// A hatched path, with a tile of the hatch and the number of tile pixels per page pixel.
    Hatch { path: Path, tile: Pixmap, scale: f32, rule: FillRule },
    /// A picture, with the way of its pixels onto the page.
    Picture { pixmap: Pixmap, place: Transform },
    /// A line that is too thin to have an interior.
    Hairline { path: Path, color: Ink, pen: Pen },
    /// Several operations with a common opacity.
    Layer { items: Vec<Drawn>, opacity: f32 },
}

/// From millimetres to pixels.
struct Page<'a> {
    x: f32,
    y: f32,
    fonts: &'a Fonts,
}

impl Page<'_> {
    fn drawn(&self, item: &Item, clip: Option<PageRect>) -> Vec<Drawn> {
        let clip = clip.and_then(|clip| self.rect(&clip));
        let drawn = match item {
            Item::Shape(shape) => self.shape(shape),
            Item::Text(text) => self.text(text),
            Item::Picture(picture) => self.picture(picture).into_iter().collect(),
            Item::Group(_) => Vec::new(),
        };
        let holds = |clip: &Rect, bounds: &Rect| {
            clip.left() <= bounds.left()
                && clip.top() <= bounds.top()
                && bounds.right() <= clip.right()
                && bounds.bottom() <= clip.bottom()
        };
        drawn.into_iter().map(|item| Drawn { clip: clip.filter(|clip| !holds(clip, &item.bounds)), ..item }).collect()
    }

    fn picture(&self, Picture { frame, pixels }: &Picture) -> Option<Drawn> {
        let bounds = self.rect(frame)?;
        let pixmap = pixels.reduced_to(bounds.width());
        let scale = (bounds.width() / pixmap.width() as f32, bounds.height() / pixmap.height() as f32);
        let place = Transform::from_row(scale.0, 0.0, 0.0, scale.1, bounds.left(), bounds.top());
        Some(Drawn { what: What::Picture { pixmap, place }, bounds, clip: None })
    }

    fn shape(&self, shape: &Shape) -> Vec<Drawn> {
        let is_seen_through = shape.opacity < 1.0;
        let alone = shape.fill == Fill::None || shape.stroke.is_none();
        let opacity = if is_seen_through && alone { short(shape.opacity.max(0.0)) } else { 1.0 };
        let mut drawn = Vec::new();
        if let Some(path) = self.path(&shape.outline) {
            drawn.extend(self.filled(path, shape, opacity));
        }
        if let Some(stroke) = &shape.stroke {
            self.stroked(&shape.outline, stroke, opacity, &mut drawn);
        }
        let bounds = drawn.iter().map(|item| item.bounds).reduce(|a, b| a.join(&b).unwrap_or(a));
        match bounds {
            Some(bounds) if is_seen_through && !alone => {
                let what = What::Layer { items: drawn, opacity: short(shape.opacity.max(0.0)) };
                vec![Drawn { what, bounds, clip: None }]
            }
            _ => drawn,
        }
    }

    fn filled(&self, path: Path, shape: &Shape, opacity: f32) -> Option<Drawn> {
        let rule = if matches!(shape.outline, Outline::Lines(_)) { FillRule::EvenOdd } else { FillRule::Winding };
        let bounds = path.bounds();
        let what = match shape.fill {
            Fill::None => return None,
            Fill::Solid(color) => What::Fill { path, color: ink(color, opacity), rule },
            Fill::Hatch { line, ground } | Fill::CrossHatch { line, ground } => {
                let is_crossed = matches!(shape.fill, Fill::CrossHatch { .. });
                // Lines at 45° come again after √2 of their distance, across and down.
                let period = short(HATCH_STEP_MM * std::f64::consts::SQRT_2) * self.x;
                let tile = hatch([line, ground], is_crossed, period, short(HATCH_LINE_MM) * self.x, opacity)?;
                let scale = period / tile.width() as f32;
                What::Hatch { path, tile, scale, rule }
            }
        };
        Some(Drawn { what, bounds, clip: None })
    }

    /// The stroke along an outline; line by line where that shows nothing, so that a band need not look at all of them.
    fn stroked(&self, outline: &Outline, stroke: &Stroke, opacity: f32, drawn: &mut Vec<Drawn>) {
        let width = short(stroke.width_mm) * (self.x + self.y) / 2.0;
        if width <= 0.0 {
            return;
        }
        let dashes = stroke.dashes_mm.iter().map(|length| short(*length) * self.x);
        // An odd number of lengths goes twice, as in SVG.
        let times = if stroke.dashes_mm.len() % 2 == 1 { 2 } else { 1 };
        let dashes: Vec<f32> = (0..times).flat_map(|_| dashes.clone()).collect();
        let pen = Pen {
            width,
            line_cap: if dashes.is_empty() { LineCap::Round } else { LineCap::Butt },
            line_join: LineJoin::Round,
            dash: if dashes.is_empty() { None } else { StrokeDash::new(dashes, 0.0) },
            ..Pen::default()
        };
        let color = ink(stroke.color, opacity);
        match outline {
            Outline::Lines(lines) if opacity >= 1.0 => {
                for line in lines {
                    drawn.extend(self.lines(std::slice::from_ref(line)).and_then(|path| along(path, &pen, color)));
                }
            }
            outline => drawn.extend(self.path(outline).and_then(|path| along(path, &pen, color))),
        }
    }

    fn text(&self, text: &Text) -> Vec<Drawn> {
        let weight = self.fonts.one_weight(&text.content, text.weight);
        let width = self.fonts.width_mm(&text.content, text.size_mm, weight);
        let shift = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let mut pen = Outliner(PathBuilder::new());
        self.fonts.draw(&text.content, text.size_mm, weight, &mut pen);
        let transform = Transform::from_translate(short(shift), 0.0)
            .post_concat(Transform::from_rotate(short(text.angle_deg)))
            .post_translate(short(text.at[0]), short(text.at[1]))
            .post_scale(self.x, self.y);
        let Some(path) = pen.0.finish().and_then(|path| path.transform(transform)) else { return Vec::new() };
        let mut drawn = Vec::new();
        if text.halo_mm > 0.0 {
            let width = short(2.0 * text.halo_mm) * (self.x + self.y) / 2.0;
            let pen = Pen { width, line_join: LineJoin::Round, ..Pen::default() };
            drawn.extend(along(path.clone(), &pen, ink(text.ground, 1.0)));
        }
        let bounds = path.bounds();
        let what = What::Fill { path, color: ink(text.color, 1.0), rule: FillRule::Winding };
        drawn.push(Drawn { what, bounds, clip: None });
        drawn
    }

    fn path(&self, outline: &Outline) -> Option<Path> {
        match outline {
            Outline::Lines(lines) => self.lines(lines),
            Outline::Rectangle(frame) => self.rect(frame).map(PathBuilder::from_rect),
            Outline::Circle { centre, radius_mm } => {
                PathBuilder::from_circle(short(centre[0]), short(centre[1]), short(*radius_mm))?
                    .transform(Transform::from_scale(self.x, self.y))
            }
        }
    }

    fn lines(&self, lines: &[Line]) -> Option<Path> {
        let mut path = PathBuilder::with_capacity(lines.len(), lines.iter().map(|line| line.points.len()).sum());
        for line in lines {
            for (position, [x, y]) in line.points.iter().enumerate() {
                let (x, y) = (short(*x) * self.x, short(*y) * self.y);
                if position == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
            }
            if line.closed {
                path.close();
            } else if let [[x, y]] = line.points[..] {
                path.line_to(short(x) * self.x, short(y) * self.y);
            }
        }
        path.finish()
    }

    fn rect(&self, frame: &PageRect) -> Option<Rect> {
        Rect::from_ltrb(
            short(frame.left) * self.x,
            short(frame.top) * self.y,
            short(frame.right()) * self.x,
            short(frame.bottom()) * self.y,
        )
    }
}

fn ink(color: Color, opacity: f32) -> Ink {
    let mut ink = Ink::from_rgba8(color.red, color.green, color.blue, 255);
    ink.set_alpha(opacity.min(1.0));
    ink
}

/// The shape of a stroke along a path: the area it covers, or a line that is too thin to have an area.
fn along(path: Path, pen: &Pen, color: Ink) -> Option<Drawn> {
    let air = pen.width / 2.0 + 1.0;
    let bounds = path.bounds().outset(air, air)?;
    if pen.width < 1.0 {
        return Some(Drawn { what: What::Hairline { path, color, pen: pen.clone() }, bounds, clip: None });
    }
    let dashed = match &pen.dash {
        Some(dash) => path.dash(dash, 1.0)?,
        None => path,
    };
    let path = dashed.stroke(pen, 1.0)?;
    Some(Drawn { what: What::Fill { path, color, rule: FillRule::Winding }, bounds, clip: None })
}

/// A square of slanted lines, or of lines both ways, that can be laid side by side, `period` pixels of the page wide.
fn hatch([line, ground]: [Color; 2], is_crossed: bool, period: f32, width: f32, opacity: f32) -> Option<Pixmap> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some dozen pixels; a cast saturates")]
    let side = (period.ceil() as u32).clamp(1, 4096);
    let mut tile = Pixmap::new(side, side)?;
    tile.fill(ink(ground, opacity));
    let size = side as f32;
    let mut paint = Paint::default();
    paint.set_color(ink(line, opacity));
    let pen = Pen { width: width * size / period, ..Pen::default() };
    for offset in [-0.5, 0.5, 1.5, 2.5] {
        let mut path = PathBuilder::new();
        path.move_to(-size, (offset + 1.0) * size);
        path.line_to(2.0 * size, (offset - 2.0) * size);
        if is_crossed {
            path.move_to(-size, -offset * size);
            path.line_to(2.0 * size, (3.0 - offset) * size);
        }
        tile.stroke_path(&path.finish()?, &paint, &pen, Transform::identity(), None);
    }
    Some(tile)
}

/// A part of the page.
struct Band {
    pixmap: Pixmap,
    left: f32,
    top: f32,
    /// The mask of the last clip.
    clip: Option<(Rect, Mask)>,
}

impl Band {
    fn draw(&mut self, item: &Drawn) {
        let (width, height) = (self.pixmap.width() as f32, self.pixmap.height() as f32);
        let Drawn { what, bounds, clip } = item;
        if bounds.bottom() < self.top
            || bounds.top() > self.top + height
            || bounds.right() < self.left
            || bounds.left() > self.left + width
        {
            return;
        }
        let place = Transform::from_translate(-self.left, -self.top);
        if let Some(clip) = clip
            && self.clip.as_ref().is_none_or(|(known, _)| known != clip)
        {
            self.clip = Mask::new(self.pixmap.width(), self.pixmap.height()).map(|mut mask| {
                mask.fill_path(&PathBuilder::from_rect(*clip), FillRule::Winding, true, place);
                (*clip, mask)
            });
        }
        let mask = clip.and_then(|_| self.clip.as_ref()).map(|(_, mask)| mask);
        let mut paint = Paint::default();
        match what {
            What::Fill { path, color, rule } => {
                paint.set_color(*color);
                self.pixmap.fill_path(path, &paint, *rule, place, mask);
            }
            What::Hatch { path, tile, scale, rule } => {
                let scale = Transform::from_scale(*scale, *scale);
                paint.shader = Pattern::new(tile.as_ref(), SpreadMode::Repeat, FilterQuality::Bilinear, 1.0, scale);
                self.pixmap.fill_path(path, &paint, *rule, place, mask);
            }
            What::Picture { pixmap, place: own } => {
                let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
                self.pixmap.draw_pixmap(0, 0, pixmap.as_ref(), &paint, own.post_concat(place), mask);
            }
            What::Hairline { path, color, pen } => {
                paint.set_color(*color);
                self.pixmap.stroke_path(path, &paint, pen, place, mask);
            }
            What::Layer { items, opacity } => {
                let (left, top) =
                    (bounds.left().max(self.left).floor() - 1.0, bounds.top().max(self.top).floor() - 1.0);
                let right = bounds.right().min(self.left + width).ceil() + 1.0;
                let bottom = bounds.bottom().min(self.top + height).ceil() + 1.0;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the band")]
                let Some(pixmap) = Pixmap::new((right - left) as u32, (bottom - top) as u32) else { return };
                let mut layer = Self { pixmap, left, top, clip: None };
                for item in items {
                    layer.draw(item);
                }
                let paint = PixmapPaint { opacity: *opacity, ..PixmapPaint::default() };
                #[expect(clippy::cast_possible_truncation, reason = "within the band")]
                let (x, y) = ((left - self.left) as i32, (top - self.top) as i32);
                self.pixmap.draw_pixmap(x, y, layer.pixmap.as_ref(), &paint, Transform::identity(), mask);
            }
        }
    }
}

/// Takes the outlines of letters.
struct Outliner(PathBuilder);

impl OutlineBuilder for Outliner {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
