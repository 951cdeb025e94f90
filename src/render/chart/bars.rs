use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::backend::{Canvas, UNITS_PER_MM, units};
use super::rows::Rows;
use super::{Failure, palette_color, type_style};
use crate::render::block::TypeStyle;
use crate::render::figure::Item;
use crate::render::number::NumberFormat;
use crate::render::theme::MM_PER_POINT;
use crate::render::{Color, PageRect, Theme};

/// One horizontal bar.
pub(super) struct Bar {
    pub(super) name: String,
    /// The length of the bar, in units of the axis; `None` draws no bar.
    pub(super) value: Option<f64>,
    /// The target, in units of the axis: drawn as a mark across the bar, with a pale track up to it.
    pub(super) goal: Option<f64>,
    /// The text after the bar.
    pub(super) label: String,
    pub(super) color: Color,
}

/// The settings of the axis below the bars.
pub(super) struct Axis {
    pub(super) format: NumberFormat,
    pub(super) title: String,
    /// Whether ticks are restricted to whole numbers.
    pub(super) whole: bool,
}

/// Draws the bars from top to bottom, with names before them and labels after them.
pub(super) fn draw(
    bars: &[Bar],
    axis: &Axis,
    theme: &Theme,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let rows = bars.len() as f64;
    let axis_mm = 2.0 * TypeStyle::new(theme.note_pt, theme.muted, theme.paper).line_mm() + 1.5;
    let field = PageRect::new(frame.left, frame.top, frame.width, frame.height - axis_mm);
    let names = bars.iter().map(|bar| &bar.name);
    let laid_out = Rows::laid_out(names, bars.iter().map(|bar| &bar.label), theme, field)?;
    let (name_mm, label_mm) = (laid_out.plot.left - frame.left, frame.right() - laid_out.plot.right());
    let longest = bars.iter().flat_map(|bar| [bar.value, bar.goal]).flatten().fold(0.0, f64::max);
    // The axis ends with the longest bar: room for labels is beyond the plot, not within it.
    let end = if longest > 0.0 { longest * 1.02 } else { 1.0 };

    let root = Canvas::new(frame, theme.paper, items).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_left(units(name_mm))
        .margin_right(units(label_mm))
        .x_label_area_size(units(axis_mm))
        .build_cartesian_2d(0.0..end, 0.0..rows)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(if axis.whole { ticks(end) } else { 6 })
        .max_light_lines(1)
        .x_label_formatter(&|value| axis.format.write(*value))
        .x_label_style(type_style(theme.note_pt, theme.muted, false))
        .x_desc(axis.title.clone())
        .axis_desc_style(type_style(theme.note_pt, theme.muted, false))
        .axis_style(palette_color(theme.rule).stroke_width(units(0.2)))
        .bold_line_style(palette_color(theme.rule).stroke_width(units(0.1)))
        .set_all_tick_mark_size(units(1.0))
        .draw()?;
    let label_pt = laid_out.style.size_mm / MM_PER_POINT;
    for (row, (bar, name)) in bars.iter().zip(laid_out.names).enumerate() {
        bar_row(&mut chart, rows - row as f64 - 0.5, bar, name, (theme, label_pt))?;
    }
    root.present()?;
    let words: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, bar.label)).collect();
    Ok(words.join("; "))
}

type BarChart<'a, 'b> = ChartContext<'a, Canvas<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn bar_row(
    chart: &mut BarChart<'_, '_>,
    middle: f64,
    bar: &Bar,
    name: String,
    (theme, label_pt): (&Theme, f64),
) -> Result<(), Failure> {
    let span = |from: f64, to: f64, half: f64, style: ShapeStyle| {
        Rectangle::new([(from, middle - half), (to, middle + half)], style)
    };
    let goal = bar.goal.filter(|goal| *goal > 0.0);
    if let Some(goal) = goal {
        chart.draw_series([span(0.0, goal, 0.32, palette_color(theme.no_quota).filled())])?;
    }
    if let Some(value) = bar.value.filter(|value| *value > 0.0) {
        chart.draw_series([span(0.0, value, 0.24, palette_color(bar.color).filled())])?;
    }
    if let Some(goal) = goal {
        let mark = palette_color(theme.ink).stroke_width(units(0.5));
        chart.draw_series([PathElement::new([(goal, middle - 0.38), (goal, middle + 0.38)], mark)])?;
    }
    let text = |words: String, shift_mm: f64, h_pos: HPos, at: f64, bold: bool| {
        #[expect(clippy::cast_possible_truncation, reason = "a few thousand micrometres")]
        let shift = (shift_mm * UNITS_PER_MM) as i32;
        let style = type_style(label_pt, theme.ink, bold).pos(Pos::new(h_pos, VPos::Center));
        EmptyElement::at((at, middle)) + Text::new(words, (shift, 0), style)
    };
    let end = bar.value.unwrap_or(0.0).max(goal.unwrap_or(0.0));
    chart.draw_series([text(name, -1.5, HPos::Right, 0.0, false)])?;
    chart.draw_series([text(bar.label.clone(), 1.8, HPos::Left, end, true)])?;
    Ok(())
}

/// Returns the number of tick labels, few enough that no whole number is repeated.
fn ticks(end: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 2 to 6")]
    let ticks = (end.floor() + 1.0).clamp(2.0, 6.0) as usize;
    ticks
}
