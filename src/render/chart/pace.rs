use chrono::{Datelike as _, Months, NaiveDate};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::backend::{Canvas, UNITS_PER_MM, units};
use super::rows::{middle, spread};
use super::{ChartSpec, Failure, Pace, palette_color, type_style};
use crate::progress::Forecast;
use crate::render::PageRect;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Item};
use crate::render::number::NumberFormat;

const COUNT: NumberFormat = NumberFormat { decimals: 0, percent: false };
/// Length of the mark at the first of a month, in plotters pixels.
const TICK: i32 = 2000;

/// Draws the number of accepted firms as steps, the straight line from zero at the start to the quota at the deadline,
/// and the forecast of the stages.
pub(super) fn draw(
    spec: &ChartSpec,
    pace: &Pace,
    forecast: Option<&Forecast>,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let layout = PaceLayout::laid_out(spec, pace, forecast, frame)?;
    let root = Canvas::new(frame, &spec.theme, items).into_drawing_area();
    let mut chart = layout.axes(&root)?;
    layout.draw_months(&mut chart)?;
    layout.draw_unit(&mut chart)?;
    layout.draw_quota_line(&mut chart)?;
    layout.draw_forecast(&mut chart)?;
    layout.draw_steps(&mut chart)?;
    root.present()?;
    drop(chart);
    drop(root);
    layout.draw_ends(items);
    Ok(layout.words())
}

type PaceChart<'a, 'b> = ChartContext<'a, Canvas<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The scales, margins and labels of a pace chart.
struct PaceLayout<'a> {
    spec: &'a ChartSpec,
    pace: &'a Pace,
    forecast: Option<&'a Forecast>,
    frame: PageRect,
    /// The last day of the axis, counted from the start.
    last_day: f64,
    /// The upper end of the axis, in firms.
    top: f64,
    /// The number of firms accepted by the last day.
    done: u64,
    done_label: String,
    /// The labels behind the deadline: the number of firms at which each stands, and its lines.
    ends: Vec<(f64, Vec<(TypeStyle, String)>)>,
    axis_mm: f64,
    right_mm: f64,
    small: TypeStyle,
    label: TypeStyle,
}

impl<'a> PaceLayout<'a> {
    fn laid_out(
        spec: &'a ChartSpec,
        pace: &'a Pace,
        forecast: Option<&'a Forecast>,
        frame: PageRect,
    ) -> Result<Self, Failure> {
        let theme = &spec.theme;
        let last_day = pace.steps.iter().map(|(date, _)| day(pace, *date)).fold(day(pace, pace.deadline), f64::max);
        let done = pace.steps.last().map_or(0, |(_, done)| *done);
        let last = forecast.and_then(|forecast| forecast.days.last());
        let highest = pace.quota.max(done).max(last.map_or(0, |last| last.upper));
        let top = (highest as f64 * 1.08).max(1.0);
        let small = theme.type_style(theme.note_pt, theme.muted);
        let axis_mm = small.width_mm(&COUNT.write(top)) + 3.5;
        let label = theme.type_style(theme.label_pt, theme.ink).bold();
        let done_label = format!("{} {}", spec.language.pick("完成", "done"), COUNT.write(done as f64));
        let ends = ends(spec, pace, forecast, (label, small));
        let widest = ends.iter().flat_map(|(_, lines)| lines).map(|(style, words)| style.width_mm(words));
        let right_mm = widest.fold(label.width_mm(&done_label), f64::max) + 3.0;
        let short_mm = 20.0 - (frame.width - axis_mm - right_mm);
        if short_mm > 0.0 {
            return Err(Failure::Width { why: "labels leave less than 20 mm for the lines".to_owned(), short_mm });
        }
        Ok(Self { spec, pace, forecast, frame, last_day, top, done, done_label, ends, axis_mm, right_mm, small, label })
    }

    /// Returns the width of the drawing between the axis and the labels, in mm.
    fn width_mm(&self) -> f64 {
        self.frame.width - self.axis_mm - self.right_mm
    }

    /// Returns the position of a date on the axis of days.
    fn day(&self, date: NaiveDate) -> f64 {
        day(self.pace, date)
    }

    fn axes<'r, 'b>(&self, root: &'r DrawingArea<Canvas<'b>, Shift>) -> Result<PaceChart<'r, 'b>, Failure> {
        let (theme, small) = (&self.spec.theme, &self.small);
        let mut chart = ChartBuilder::on(root)
            .margin_right(units(self.right_mm))
            .margin_top(units(small.line_mm()))
            .x_label_area_size(units(small.line_mm() + 1.5))
            .y_label_area_size(units(self.axis_mm))
            .build_cartesian_2d(0.0..self.last_day, 0.0..self.top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(0)
            .y_labels(5)
            .max_light_lines(1)
            .y_label_formatter(&|value| COUNT.write(*value))
            .y_label_style(type_style(theme.note_pt, theme.muted, false))
            .axis_style(palette_color(theme.rule).stroke_width(units(0.2)))
            .bold_line_style(palette_color(theme.rule).stroke_width(units(0.1)))
            .set_all_tick_mark_size(units(1.0))
            .draw()?;
        Ok(chart)
    }

    /// Draws a tick at the first of a month, with as many of them left out as their labels require.
    fn draw_months(&self, chart: &mut PaceChart<'_, '_>) -> Result<(), Failure> {
        let theme = &self.spec.theme;
        let months = months(self.pace.start, self.last_day);
        let month_mm = self.width_mm() / months.len().max(1) as f64;
        let every = ((self.small.width_mm("2020-12") + 3.0) / month_mm).ceil().max(1.0);
        for (position, month) in months.iter().enumerate() {
            if position as f64 % every == 0.0 {
                let words = month.format("%Y-%m").to_string();
                let at = (self.day(*month), 0.0);
                let tick = PathElement::new([(0, 0), (0, TICK)], palette_color(theme.rule).stroke_width(units(0.2)));
                chart.draw_series([EmptyElement::at(at) + tick])?;
                let below = Pos::new(HPos::Left, VPos::Top);
                let style = type_style(theme.note_pt, theme.muted, false).pos(below);
                write(chart, words, at, (0.6, 1.0), style)?;
            }
        }
        Ok(())
    }

    /// Draws the unit of the axis of firms above it.
    fn draw_unit(&self, chart: &mut PaceChart<'_, '_>) -> Result<(), Failure> {
        let (spec, theme) = (self.spec, &self.spec.theme);
        let unit = format!("{}{}", spec.language.pick("累计完成，", "done so far, "), spec.counted());
        let above = Pos::new(HPos::Left, VPos::Bottom);
        let style = type_style(theme.note_pt, theme.muted, false).pos(above);
        write(chart, unit, (0.0, self.top), (1.0, -0.5), style)
    }

    /// Draws the straight line to the quota.
    fn draw_quota_line(&self, chart: &mut PaceChart<'_, '_>) -> Result<(), Failure> {
        let straight = palette_color(self.spec.theme.muted).stroke_width(units(0.35));
        chart.draw_series(DashedLineSeries::new(
            [(0.0, 0.0), (self.day(self.pace.deadline), self.pace.quota as f64)],
            units(1.6),
            units(1.0),
            straight,
        ))?;
        Ok(())
    }

    /// Draws the forecast as a dashed line with its band.
    fn draw_forecast(&self, chart: &mut PaceChart<'_, '_>) -> Result<(), Failure> {
        let Some(forecast) = self.forecast else { return Ok(()) };
        let accent = palette_color(self.spec.theme.accent);
        let as_of = self.pace.steps.last().map_or(self.pace.start, |(day, _)| *day);
        let now = (self.day(as_of), self.done as f64);
        let days = || forecast.days.iter().map(|one| (self.day(one.day), one));
        let upper = days().map(|(at, one)| (at, one.upper as f64));
        let lower = days().rev().map(|(at, one)| (at, one.lower as f64));
        let ring: Vec<(f64, f64)> = std::iter::once(now).chain(upper).chain(lower).collect();
        chart.draw_series([Polygon::new(ring, accent.mix(0.18).filled())])?;
        let line = std::iter::once(now).chain(days().map(|(at, one)| (at, one.expected)));
        let stroke = accent.stroke_width(units(0.45));
        chart.draw_series(DashedLineSeries::new(line.collect::<Vec<_>>(), units(0.6), units(0.8), stroke))?;
        Ok(())
    }

    /// Draws the accepted firms as steps, with a dot and a label at the last day.
    fn draw_steps(&self, chart: &mut PaceChart<'_, '_>) -> Result<(), Failure> {
        let theme = &self.spec.theme;
        let mut steps = vec![(0.0, 0.0)];
        for (date, done) in &self.pace.steps {
            let (x, y) = (self.day(*date), *done as f64);
            let before = steps.last().map_or(0.0, |(_, y)| *y);
            steps.extend([(x, before), (x, y)]);
        }
        let now = steps.last().copied().unwrap_or((0.0, 0.0));
        chart.draw_series(LineSeries::new(steps, palette_color(theme.accent).stroke_width(units(0.7))))?;
        chart.draw_series([Circle::new(now, units(0.9), palette_color(theme.accent).filled())])?;
        self.draw_last_accepted(chart)?;
        let (shift, anchor) = self.done_label_place(now);
        let style = type_style(theme.label_pt, theme.accent, true).pos(anchor);
        write(chart, self.done_label.clone(), now, shift, style)
    }

    /// Draws a ring and the date where the last firm was accepted, if days have passed since.
    fn draw_last_accepted(&self, chart: &mut PaceChart<'_, '_>) -> Result<(), Failure> {
        let theme = &self.spec.theme;
        let as_of = self.pace.steps.last().map(|(date, _)| *date);
        let Some((last, firms)) = self.pace.last_accepted().filter(|(last, _)| Some(*last) != as_of) else {
            return Ok(());
        };
        let at = (self.day(last), firms as f64);
        let ring = palette_color(theme.accent).stroke_width(units(0.4));
        chart.draw_series([Circle::new(at, units(0.8), palette_color(theme.paper).filled())])?;
        chart.draw_series([Circle::new(at, units(0.8), ring)])?;
        let words = format!("{} {}", self.spec.language.pick("最近验收", "last accepted"), last.format("%m-%d"));
        let due = self.pace.quota as f64 * (at.0 / self.day(self.pace.deadline)).min(1.0);
        // On the side away from the straight line, and clear of the label of the last count.
        let (shift, v_pos) = match at.1 < due {
            true => ((-0.8, 1.4), VPos::Top),
            false => ((-0.8, -2.0 - 1.1 * self.label.line_mm()), VPos::Bottom),
        };
        let wide_mm = at.0 / self.last_day * self.width_mm();
        let h_pos = if wide_mm > self.small.width_mm(&words) + 1.0 { HPos::Right } else { HPos::Left };
        let style = type_style(theme.note_pt, theme.muted, false).pos(Pos::new(h_pos, v_pos));
        write(chart, words, at, shift, style)
    }

    /// Returns the shift in mm and the anchor of the label of the last count: on the side away from the straight line,
    /// so that neither line crosses the words.
    fn done_label_place(&self, now: (f64, f64)) -> ((f64, f64), Pos) {
        let due = self.pace.quota as f64 * (now.0 / self.day(self.pace.deadline)).min(1.0);
        let label_mm = self.label.width_mm(&self.done_label);
        let left_mm = now.0 / self.last_day * self.width_mm();
        if now.1 < due {
            ((1.0, 0.7 * self.label.line_mm()), Pos::new(HPos::Left, VPos::Top))
        } else if left_mm > label_mm + 1.0 {
            ((-0.8, -2.0), Pos::new(HPos::Right, VPos::Bottom))
        } else {
            ((0.8, -2.0), Pos::new(HPos::Left, VPos::Bottom))
        }
    }

    /// Draws the labels behind the deadline.
    fn draw_ends(&self, items: &mut Vec<Item>) {
        let (frame, label, small) = (self.frame, &self.label, &self.small);
        let (plot_top, plot_bottom) = (frame.top + small.line_mm(), frame.bottom() - small.line_mm() - 1.5);
        let y = |value: f64| plot_bottom - value / self.top * (plot_bottom - plot_top);
        let wanted: Vec<f64> = self.ends.iter().map(|(value, _)| y(*value)).collect();
        let places = spread(&wanted, label.line_mm() + small.line_mm() + 0.5, plot_top, plot_bottom - label.line_mm());
        let length = self.day(self.pace.deadline);
        let left = frame.right() - self.right_mm + 1.5 - (self.last_day - length) / self.last_day * self.width_mm();
        for ((_, lines), place) in self.ends.iter().zip(places) {
            let mut at = place;
            for (style, words) in lines {
                items.push(Item::Text(middle(*style, words.clone(), [left, at], Anchor::Start)));
                at += 0.5 * (label.line_mm() + small.line_mm());
            }
        }
    }

    /// Returns the message of the chart in words.
    fn words(&self) -> String {
        let language = self.spec.language;
        let mut words = format!("{} / {} {}", self.done, self.pace.quota, self.spec.counted());
        let last = self.forecast.and_then(|forecast| forecast.days.last());
        if let (Some(forecast), Some(last)) = (self.forecast, last) {
            let expected = language.pick("按环节推算预计", "expected");
            words.push_str(&format!("; {expected} {} ({}–{})", last.expected.round(), last.lower, last.upper));
            if let Some(probability) = forecast.met_probability {
                let probability = NumberFormat { decimals: 0, percent: true }.write(probability);
                let met = language.pick("按期完成概率", "probability of meeting the quota");
                words.push_str(&format!("; {met} {probability}"));
            }
        }
        words
    }
}

/// Returns the number of days from the start to a date.
fn day(pace: &Pace, date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce() - pace.start.num_days_from_ce())
}

/// Returns the labels behind the deadline: the quota, and the expected number with its band.
fn ends(
    spec: &ChartSpec,
    pace: &Pace,
    forecast: Option<&Forecast>,
    (label, small): (TypeStyle, TypeStyle),
) -> Vec<(f64, Vec<(TypeStyle, String)>)> {
    let (theme, language) = (&spec.theme, spec.language);
    let mut ends = vec![(
        pace.quota as f64,
        vec![(
            TypeStyle { color: theme.muted, ..label },
            format!("{} {}", language.pick("任务", "quota"), COUNT.write(pace.quota as f64)),
        )],
    )];
    let last = forecast.and_then(|forecast| forecast.days.last());
    if let (Some(forecast), Some(last)) = (forecast, last) {
        let accent = TypeStyle { color: theme.paper.ink(theme.accent), ..label };
        let expected = format!("{} {}", language.pick("预计", "expected"), COUNT.write(last.expected.round()));
        let share = NumberFormat::exact(&[forecast.confidence], true).write(forecast.confidence);
        let (lower, upper) = (COUNT.write(last.lower as f64), COUNT.write(last.upper as f64));
        let band = format!("{share}{}{lower}–{upper}", language.pick("：", ": "));
        ends.push((last.expected, vec![(accent, expected), (TypeStyle { color: accent.color, ..small }, band)]));
    }
    ends
}

/// Draws a text near a point of the chart, shifted from it by a distance in mm.
fn write(
    chart: &mut PaceChart<'_, '_>,
    words: String,
    at: (f64, f64),
    shift_mm: (f64, f64),
    style: TextStyle<'static>,
) -> Result<(), Failure> {
    #[expect(clippy::cast_possible_truncation, reason = "a few thousand micrometres")]
    let shift = ((shift_mm.0 * UNITS_PER_MM) as i32, (shift_mm.1 * UNITS_PER_MM) as i32);
    chart.draw_series([EmptyElement::at(at) + Text::new(words, shift, style)])?;
    Ok(())
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
