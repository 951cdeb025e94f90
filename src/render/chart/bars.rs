use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::backend::{Canvas, UNITS_PER_MM, units};
use super::rows::Rows;
use super::{Failure, ReferenceLine, palette_color, type_style};
use crate::render::figure::Item;
use crate::render::map::QuotaProgress;
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
    /// What is due of the target by the as-of date, in units of the axis: drawn as a short mark within the bar.
    pub(super) due: Option<f64>,
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

/// Where the axis ends: with the longest bar or target, or before the bars that are far beyond all targets.
fn axis_end(bars: &[Bar], lines: &[ReferenceLine]) -> f64 {
    let farthest = |of: fn(&Bar) -> Option<f64>| bars.iter().filter_map(of).fold(0.0, f64::max);
    let (longest, target) = (farthest(|bar| bar.value), farthest(|bar| bar.goal));
    let most = if target > 0.0 { QuotaProgress::MOST_SHOWN * target } else { f64::INFINITY };
    let farthest_line = lines.iter().map(|line| line.value).fold(0.0, f64::max);
    match longest.max(target).max(farthest_line) {
        0.0 => 1.0,
        end if end > most => most,
        // Room for labels is beyond the plot, not within it.
        end => end * 1.02,
    }
}

/// The names of the bars that are longer than the axis and so drawn torn.
pub(super) fn torn<'a>(bars: &'a [Bar], lines: &[ReferenceLine]) -> Vec<&'a str> {
    let end = axis_end(bars, lines);
    bars.iter().filter(|bar| bar.value.is_some_and(|value| value > end)).map(|bar| bar.name.as_str()).collect()
}

/// Draws the bars from top to bottom, with names before them and labels after them.
pub(super) fn draw(
    bars: &[Bar],
    axis: &Axis,
    (theme, lines): (&Theme, &[ReferenceLine]),
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let rows = bars.len() as f64;
    let axis_mm = 2.0 * theme.type_style(theme.note_pt, theme.muted).line_mm() + 1.5;
    let field = PageRect::new(frame.left, frame.top, frame.width, frame.height - axis_mm);
    let names = bars.iter().map(|bar| &bar.name);
    let laid_out = Rows::laid_out(names, bars.iter().map(|bar| &bar.label), theme, field)?;
    let (name_mm, label_mm) = (laid_out.plot.left - frame.left, frame.right() - laid_out.plot.right());
    let end = axis_end(bars, lines);

    let root = Canvas::new(frame, theme, items).into_drawing_area();
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
    for (row, bar) in bars.iter().enumerate() {
        bar_row(&mut chart, (rows - row as f64 - 0.5, end), bar, (theme, label_pt))?;
    }
    for line in lines.iter().filter(|line| (0.0..=end).contains(&line.value)) {
        let style = palette_color(theme.ink).stroke_width(units(0.3));
        // Two dashes to a row.
        let dashes = (0..2 * bars.len()).map(|dash| dash as f64 / 2.0);
        let dash = |from: f64| PathElement::new([(line.value, from), (line.value, from + 0.3)], style);
        chart.draw_series(dashes.map(dash))?;
    }
    root.present()?;
    drop(chart);
    drop(root);
    items.extend((0..bars.len()).flat_map(|row| laid_out.name(row)));
    let words: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, bar.label)).collect();
    Ok(words.join("; "))
}

type BarChart<'a, 'b> = ChartContext<'a, Canvas<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn bar_row(
    chart: &mut BarChart<'_, '_>,
    (middle, end): (f64, f64),
    bar: &Bar,
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
        chart.draw_series([span(0.0, value.min(end), 0.24, palette_color(bar.color).filled())])?;
        if value > end {
            // Two slanted strips of paper tear the bar.
            let (wide, apart, slant) = (0.008 * end, 0.02 * end, 0.012 * end);
            for left in [end * 0.93, end * 0.93 + apart] {
                let ring = vec![
                    (left, middle - 0.3),
                    (left + wide, middle - 0.3),
                    (left + wide + slant, middle + 0.3),
                    (left + slant, middle + 0.3),
                ];
                chart.draw_series([Polygon::new(ring, palette_color(theme.paper).filled())])?;
            }
        }
    }
    if let Some(due) = bar.due.filter(|due| *due > 0.0) {
        let ground = if bar.value.is_some_and(|value| value > due) { bar.color } else { theme.no_quota };
        let mark = palette_color(ground.ink(theme.ink)).stroke_width(units(0.35));
        let dash = |from: f64, to: f64| PathElement::new([(due, middle + from), (due, middle + to)], mark);
        chart.draw_series([dash(-0.24, -0.08), dash(0.08, 0.24)])?;
    }
    if let Some(goal) = goal {
        let mark = palette_color(theme.ink).stroke_width(units(0.5));
        chart.draw_series([PathElement::new([(goal, middle - 0.38), (goal, middle + 0.38)], mark)])?;
    }
    let behind = bar.value.unwrap_or(0.0).max(goal.unwrap_or(0.0)).min(end);
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand micrometres")]
    let shift = (1.8 * UNITS_PER_MM) as i32;
    let style = type_style(label_pt, theme.ink, true).pos(Pos::new(HPos::Left, VPos::Center));
    chart.draw_series([EmptyElement::at((behind, middle)) + Text::new(bar.label.clone(), (shift, 0), style)])?;
    Ok(())
}

/// Returns the number of tick labels, few enough that no whole number is repeated.
fn ticks(end: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 2 to 6")]
    let ticks = (end.floor() + 1.0).clamp(2.0, 6.0) as usize;
    ticks
}
