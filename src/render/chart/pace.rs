use chrono::{Datelike as _, Months, NaiveDate};
use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::backend::{Canvas, UNITS_PER_MM, units};
use super::rows::{middle, spread};
use super::{ChartSpec, Failure, Pace, palette_color, type_style};
use crate::progress::Forecast;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Item};
use crate::render::number::NumberFormat;
use crate::render::{Color, Frame};

/// Length of the mark at the first of a month.
const TICK: i32 = 2000;

/// Draws the number of accepted firms as steps, the straight line from zero at the start to the quota at the deadline,
/// and the forecast from the pace of the last weeks.
pub(super) fn draw(
    spec: &ChartSpec,
    pace: &Pace,
    forecast: Option<&Forecast>,
    frame: Frame,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let (theme, language) = (&spec.theme, spec.language);
    let day = |date: NaiveDate| f64::from(date.num_days_from_ce() - pace.start.num_days_from_ce());
    let length = day(pace.deadline);
    let last_day = pace.steps.iter().map(|(date, _)| day(*date)).fold(length, f64::max);
    let done = pace.steps.last().map_or(0, |(_, done)| *done);
    let last = forecast.and_then(|forecast| forecast.days.last());
    let highest = pace.quota.max(done).max(last.map_or(0, |last| last.upper));
    let top = (highest as f64 * 1.08).max(1.0);
    let format = NumberFormat { decimals: 0, percent: false };
    let small = TypeStyle::new(theme.note_pt, theme.muted, theme.paper);
    let axis_mm = small.width_mm(&format.write(top)) + 3.5;
    let label = TypeStyle::new(theme.label_pt, theme.ink, theme.paper).bold();
    let done_label = format!("{} {}", language.pick("完成", "done"), format.write(done as f64));
    // What stands behind the deadline: the quota, and what is expected with its band.
    let mut ends = vec![(
        pace.quota as f64,
        vec![(
            TypeStyle { color: theme.muted, ..label },
            format!("{} {}", language.pick("任务", "quota"), format.write(pace.quota as f64)),
        )],
    )];
    if let (Some(forecast), Some(last)) = (forecast, last) {
        let accent = TypeStyle { color: theme.paper.ink(theme.accent), ..label };
        let expected = format!("{} {}", language.pick("预计", "expected"), format.write(last.expected.round()));
        let share = NumberFormat::exact(&[forecast.confidence], true).write(forecast.confidence);
        let (lower, upper) = (format.write(last.lower as f64), format.write(last.upper as f64));
        let band = format!("{share}{}{lower}–{upper}", language.pick("：", ": "));
        ends.push((last.expected, vec![(accent, expected), (TypeStyle { color: accent.color, ..small }, band)]));
    }
    let widest = ends.iter().flat_map(|(_, lines)| lines).map(|(style, words)| style.width_mm(words));
    let right_mm = widest.fold(label.width_mm(&done_label), f64::max) + 3.0;
    if frame.width - axis_mm - right_mm < 20.0 {
        return Err(Failure::Room("labels leave less than 20 mm for the lines".to_owned()));
    }

    let root = Canvas::new(frame, theme.paper, items).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_right(units(right_mm))
        .margin_top(units(small.line_mm()))
        .x_label_area_size(units(small.line_mm() + 1.5))
        .y_label_area_size(units(axis_mm))
        .build_cartesian_2d(0.0..last_day, 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(5)
        .max_light_lines(1)
        .y_label_formatter(&|value| format.write(*value))
        .y_label_style(type_style(theme.note_pt, theme.muted, false))
        .axis_style(palette_color(theme.rule).stroke_width(units(0.2)))
        .bold_line_style(palette_color(theme.rule).stroke_width(units(0.1)))
        .set_all_tick_mark_size(units(1.0))
        .draw()?;
    let text =
        |words: String, at: (f64, f64), shift_mm: (f64, f64), anchor: Pos, size_pt: f64, ink: Color, bold: bool| {
            #[expect(clippy::cast_possible_truncation, reason = "a few thousand micrometres")]
            let shift = ((shift_mm.0 * UNITS_PER_MM) as i32, (shift_mm.1 * UNITS_PER_MM) as i32);
            EmptyElement::at(at) + Text::new(words, shift, type_style(size_pt, ink, bold).pos(anchor))
        };
    // A tick at the first of a month, as sparsely as their labels need it.
    let months = months(pace.start, last_day);
    let month_mm = (frame.width - axis_mm - right_mm) / months.len().max(1) as f64;
    let every = ((small.width_mm("2020-12") + 3.0) / month_mm).ceil().max(1.0);
    for (position, month) in months.iter().enumerate() {
        if position as f64 % every == 0.0 {
            let words = month.format("%Y-%m").to_string();
            let tick = PathElement::new([(0, 0), (0, TICK)], palette_color(theme.rule).stroke_width(units(0.2)));
            chart.draw_series([EmptyElement::at((day(*month), 0.0)) + tick])?;
            let below = Pos::new(HPos::Left, VPos::Top);
            chart.draw_series([text(
                words,
                (day(*month), 0.0),
                (0.6, 1.0),
                below,
                theme.note_pt,
                theme.muted,
                false,
            )])?;
        }
    }
    let above = Pos::new(HPos::Left, VPos::Bottom);
    let unit = format!("{}{}", language.pick("累计完成，", "done so far, "), spec.counted());
    chart.draw_series([text(unit, (0.0, top), (1.0, -0.5), above, theme.note_pt, theme.muted, false)])?;

    let straight = palette_color(theme.muted).stroke_width(units(0.35));
    chart.draw_series(DashedLineSeries::new(
        [(0.0, 0.0), (length, pace.quota as f64)],
        units(1.6),
        units(1.0),
        straight,
    ))?;
    if let Some(forecast) = forecast {
        let now = (day(forecast.days[0].day) - 1.0, done as f64);
        let days = || forecast.days.iter().map(|one| (day(one.day), one));
        let upper = days().map(|(at, one)| (at, one.upper as f64));
        let lower = days().rev().map(|(at, one)| (at, one.lower as f64));
        let ring: Vec<(f64, f64)> = std::iter::once(now).chain(upper).chain(lower).collect();
        chart.draw_series([Polygon::new(ring, palette_color(theme.accent).mix(0.18).filled())])?;
        let line = std::iter::once(now).chain(days().map(|(at, one)| (at, one.expected)));
        let stroke = palette_color(theme.accent).stroke_width(units(0.45));
        chart.draw_series(DashedLineSeries::new(line.collect::<Vec<_>>(), units(0.6), units(0.8), stroke))?;
    }
    let mut steps = vec![(0.0, 0.0)];
    for (date, done) in &pace.steps {
        let (x, y) = (day(*date), *done as f64);
        let before = steps.last().map_or(0.0, |(_, y)| *y);
        steps.extend([(x, before), (x, y)]);
    }
    let now = steps.last().copied().unwrap_or((0.0, 0.0));
    chart.draw_series(LineSeries::new(steps, palette_color(theme.accent).stroke_width(units(0.7))))?;
    chart.draw_series([Circle::new(now, units(0.9), palette_color(theme.accent).filled())])?;
    // On the side of the count that is away from the straight line, so that neither crosses the words.
    let due = pace.quota as f64 * (now.0 / length).min(1.0);
    let label_mm = label.width_mm(&done_label);
    let left_mm = now.0 / last_day * (frame.width - axis_mm - right_mm);
    let (shift, anchor) = if now.1 < due {
        ((1.0, 0.7 * label.line_mm()), Pos::new(HPos::Left, VPos::Top))
    } else if left_mm > label_mm + 1.0 {
        ((-0.8, -2.0), Pos::new(HPos::Right, VPos::Bottom))
    } else {
        ((0.8, -2.0), Pos::new(HPos::Left, VPos::Bottom))
    };
    chart.draw_series([text(done_label, now, shift, anchor, theme.label_pt, theme.accent, true)])?;
    root.present()?;
    drop(chart);
    drop(root);
    let (plot_top, plot_bottom) = (frame.top + small.line_mm(), frame.bottom() - small.line_mm() - 1.5);
    let y = |value: f64| plot_bottom - value / top * (plot_bottom - plot_top);
    let wanted: Vec<f64> = ends.iter().map(|(value, _)| y(*value)).collect();
    let places = spread(&wanted, label.line_mm() + small.line_mm() + 0.5, plot_top, plot_bottom - label.line_mm());
    let left = frame.right() - right_mm + 1.5 - (last_day - length) / last_day * (frame.width - axis_mm - right_mm);
    for ((_, lines), place) in ends.into_iter().zip(places) {
        let mut at = place;
        for (style, words) in lines {
            items.push(Item::Text(middle(style, words, [left, at], Anchor::Start)));
            at += 0.5 * (label.line_mm() + small.line_mm());
        }
    }
    let mut words = format!("{done} / {} {}", pace.quota, spec.counted());
    if let (Some(forecast), Some(last)) = (forecast, last) {
        let probability = NumberFormat { decimals: 0, percent: true }.write(forecast.met_probability);
        let expected = language.pick("按近期速度预计", "expected at the pace of late");
        let met = language.pick("按期完成概率", "probability of meeting the quota");
        words.push_str(&format!(
            "; {expected} {} ({}–{}); {met} {probability}",
            last.expected.round(),
            last.lower,
            last.upper
        ));
    }
    Ok(words)
}

/// The firsts of the months within so many days from the start.
fn months(start: NaiveDate, days: f64) -> Vec<NaiveDate> {
    let mut months = Vec::new();
    let mut month = start.with_day(1);
    while let Some(first) = month {
        let offset = f64::from(first.num_days_from_ce() - start.num_days_from_ce());
        if offset > days || months.len() > 240 {
            break;
        }
        if offset >= 0.0 {
            months.push(first);
        }
        month = first.checked_add_months(Months::new(1));
    }
    months
}
