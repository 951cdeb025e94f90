use plotters::coord::ranged1d::Ranged as _;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::Color as _;

use super::backend::{Canvas, units};
use super::{Failure, palette_color, type_style};
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Item, Outline, Position, Shape, Stroke};
use crate::render::number::NumberFormat;
use crate::render::{Color, PageRect, Theme};

/// The scale of one axis of a plane.
pub(super) struct AxisScale {
    pub(super) low: f64,
    pub(super) high: f64,
    /// The title of the axis, with its unit.
    pub(super) title: String,
    pub(super) percent: bool,
    /// The largest number of ticks.
    pub(super) ticks: usize,
}

/// A plotting area with two axes.
pub(super) struct Plane {
    pub(super) frame: PageRect,
    x: (f64, f64),
    y: (f64, f64),
}

impl Plane {
    /// Draws axes into a frame and returns the plotting area.
    pub(super) fn drawn(
        x: &AxisScale,
        y: &AxisScale,
        theme: &Theme,
        (frame, right_mm): (PageRect, f64),
        items: &mut Vec<Item>,
    ) -> Result<Self, Failure> {
        let small = theme.type_style(theme.note_pt, theme.muted);
        let ((x_format, x_last_mm), (y_format, _)) = (format(x, &small), format(y, &small));
        let written = ticks(y).into_iter().map(|tick| small.width_mm(&y_format.write(tick)));
        let left_mm = written.fold(0.0, f64::max) + 3.5;
        // Half of the last number stands behind the axis.
        let right_mm = right_mm.max(x_last_mm / 2.0 + 0.5);
        // Above the title, and half of a number at the end of the axis.
        let (above_mm, below_mm) = (1.6 * small.line_mm(), 2.0 * small.line_mm() + 1.5);
        let inner = PageRect::new(
            frame.left + left_mm,
            frame.top + above_mm,
            frame.width - left_mm - right_mm,
            frame.height - above_mm - below_mm,
        );
        if inner.width < 20.0 || inner.height < 10.0 {
            return Err(Failure::Room("labels leave less than 20 × 10 mm for the drawing".to_owned()));
        }
        let root = Canvas::new(frame, theme, items).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_right(units(right_mm))
            .margin_top(units(above_mm))
            .x_label_area_size(units(below_mm))
            .y_label_area_size(units(left_mm))
            .build_cartesian_2d(x.low..x.high, y.low..y.high)?;
        chart
            .configure_mesh()
            .x_labels(x.ticks)
            .y_labels(y.ticks)
            .max_light_lines(1)
            .x_label_formatter(&|value| x_format.write(*value))
            .y_label_formatter(&|value| y_format.write(*value))
            .label_style(type_style(theme.note_pt, theme.muted, false))
            .x_desc(small.cut(x.title.clone(), inner.width + 2.0 * left_mm.min(right_mm)))
            .axis_desc_style(type_style(theme.note_pt, theme.muted, false))
            .axis_style(palette_color(theme.rule).stroke_width(units(0.2)))
            .bold_line_style(palette_color(theme.rule).stroke_width(units(0.1)))
            .set_all_tick_mark_size(units(1.0))
            .draw()?;
        root.present()?;
        drop(chart);
        drop(root);
        let title = small.cut(y.title.clone(), frame.width);
        items.push(Item::Text(small.text(title, [frame.left, frame.top + small.baseline_mm()], Anchor::Start)));
        Ok(Self { frame: inner, x: (x.low, x.high), y: (y.low, y.high) })
    }

    /// Returns the position on the page of a pair of values.
    pub(super) fn at(&self, x: f64, y: f64) -> Position {
        let part = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        [
            self.frame.left + part(x, self.x) * self.frame.width,
            self.frame.bottom() - part(y, self.y) * self.frame.height,
        ]
    }

    /// Returns a line through pairs of values.
    pub(super) fn line(&self, places: &[(f64, f64)], stroke: Stroke) -> Item {
        let points: Vec<Position> = places.iter().map(|(x, y)| self.at(*x, *y)).collect();
        Item::Shape(Shape::stroked(Outline::line(points), stroke))
    }
}

/// Makes a dashed stroke.
pub(super) fn dashed(color: Color, width_mm: f64) -> Stroke {
    Stroke { dashes_mm: vec![1.6, 1.0], ..Stroke::new(color, width_mm) }
}

fn ticks(scale: &AxisScale) -> Vec<f64> {
    RangedCoordf64::from(scale.low..scale.high).key_points(scale.ticks)
}

/// Returns the number format of the ticks, and the width of the last one in mm.
fn format(scale: &AxisScale, style: &TypeStyle) -> (NumberFormat, f64) {
    let ticks = ticks(scale);
    let format = NumberFormat::exact(&ticks, scale.percent);
    (format, ticks.last().map_or(0.0, |tick| style.width_mm(&format.write(*tick))))
}

/// Returns the range of the values, extended on both sides by a fraction of its length.
pub(super) fn aired(values: impl Iterator<Item = f64>, part: f64) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let air = if high > low { (high - low) * part } else { high.abs().max(1.0) * part };
    (low - air, high + air)
}
