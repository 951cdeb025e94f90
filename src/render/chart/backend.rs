use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use crate::render::figure::{ASCENT, Anchor, DESCENT, Fill, Item, Line, Outline, Position, Shape, Stroke, Text};
use crate::render::font::FontWeight;
use crate::render::{Color, PageRect, Theme};

/// The number of plotters pixels per mm. One pixel is a micrometre, so that rounding to whole pixels is not visible.
pub(super) const UNITS_PER_MM: f64 = 1000.0;

/// The region of a figure on which plotters draws.
pub(super) struct Canvas<'a> {
    frame: PageRect,
    theme: &'a Theme,
    items: &'a mut Vec<Item>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Canvas<'a> {
    pub(super) fn new(frame: PageRect, theme: &'a Theme, items: &'a mut Vec<Item>) -> Self {
        Self { frame, theme, items }
    }

    fn position(&self, (x, y): BackendCoord) -> Position {
        [self.frame.left + f64::from(x) / UNITS_PER_MM, self.frame.top + f64::from(y) / UNITS_PER_MM]
    }

    fn add(&mut self, outline: Outline, fill: Fill, stroke: Option<Stroke>, opacity: f64) {
        if opacity > 0.0 {
            self.items.push(Item::Shape(Shape { stroke, opacity, ..Shape::filled(outline, fill) }));
        }
    }

    fn stroke_or_fill<S: BackendStyle>(&mut self, outline: Outline, style: &S, fill: bool) {
        let (color, opacity) = color(style.color());
        if fill {
            self.add(outline, Fill::Solid(color), None, opacity);
        } else {
            let stroke = Stroke::new(color, f64::from(style.stroke_width()) / UNITS_PER_MM);
            self.add(outline, Fill::None, Some(stroke), opacity);
        }
    }
}

fn color(color: BackendColor) -> (Color, f64) {
    let (red, green, blue) = color.rgb;
    (Color::new(red, green, blue), color.alpha)
}

/// Converts a length in mm to whole plotters pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
pub(super) fn units(mm: f64) -> u32 {
    (mm * UNITS_PER_MM).round() as u32
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (units(self.frame.width), units(self.frame.height))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, style: BackendColor) -> Drawn {
        let [x, y] = self.position(point);
        let pixel = PageRect::new(x, y, 1.0 / UNITS_PER_MM, 1.0 / UNITS_PER_MM);
        self.stroke_or_fill(Outline::Rectangle(pixel), &style, true);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ([left, top], [right, bottom]) = (self.position(upper_left), self.position(bottom_right));
        let frame = PageRect::new(left.min(right), top.min(bottom), (right - left).abs(), (bottom - top).abs());
        self.stroke_or_fill(Outline::Rectangle(frame), style, fill);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<Position> = path.into_iter().map(|point| self.position(point)).collect();
        self.stroke_or_fill(Outline::line(points), style, false);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let circle = Outline::Circle { centre: self.position(centre), radius_mm: f64::from(radius) / UNITS_PER_MM };
        self.stroke_or_fill(circle, style, fill);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vertices: I, style: &S) -> Drawn {
        let points = vertices.into_iter().map(|point| self.position(point)).collect();
        self.stroke_or_fill(Outline::Lines(vec![Line { points, closed: true }]), style, true);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, position: BackendCoord) -> Drawn {
        let size_mm = style.size() / UNITS_PER_MM;
        let (color, opacity) = color(style.color());
        if opacity == 0.0 {
            return Ok(());
        }
        let (anchor, down) = (
            style.anchor(),
            match style.anchor().v_pos {
                VPos::Top => ASCENT,
                VPos::Center => (ASCENT - DESCENT) / 2.0,
                VPos::Bottom => -DESCENT,
            },
        );
        let angle_deg: f64 = match style.transform() {
            FontTransform::None => 0.0,
            FontTransform::Rotate90 => 90.0,
            FontTransform::Rotate180 => 180.0,
            FontTransform::Rotate270 => 270.0,
        };
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        let [x, y] = self.position(position);
        self.items.push(Item::Text(Text {
            content: text.to_owned(),
            at: [x - down * size_mm * sin, y + down * size_mm * cos],
            size_mm,
            weight: weight(style),
            fonts: self.theme.fonts,
            anchor: match anchor.h_pos {
                HPos::Left => Anchor::Start,
                HPos::Center => Anchor::Middle,
                HPos::Right => Anchor::End,
            },
            color,
            ground: self.theme.paper,
            halo_mm: 0.0,
            angle_deg,
        }));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size_mm = style.size() / UNITS_PER_MM;
        let width = self.theme.fonts.width_mm(text, size_mm, weight(style));
        Ok((units(width), units((ASCENT + DESCENT) * size_mm)))
    }
}

fn weight<S: BackendTextStyle>(style: &S) -> FontWeight {
    if matches!(style.style(), FontStyle::Bold) { FontWeight::Bold } else { FontWeight::Regular }
}
