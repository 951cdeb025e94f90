//! Charts: drawn by plotters onto the same canvas as the maps, in the same house style.

mod backend;
mod bars;
mod pace;
mod spec;

pub use spec::{ChartKind, ChartSpec};

use std::convert::Infallible;

use chrono::NaiveDate;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::style::{FontStyle, IntoFont as _, RGBColor, TextStyle};

use self::backend::UNITS_PER_MM;
use self::bars::{Axis, Bar};
use super::figure::{Figure, Fill, Item, Outline, Shape};
use super::map::QuotaProgress;
use super::number::NumberFormat;
use super::page::{Notes, heading};
use super::theme::MM_PER_POINT;
use super::{Color, Frame};
use crate::Result;
use crate::error::RenderError;

/// What a chart is drawn from; each kind reads its own list.
#[derive(Debug, Clone, Default)]
pub struct ChartData {
    /// Firms done and due by district. For [`ChartKind::Progress`] and [`ChartKind::Ranking`].
    pub progress: Vec<(String, QuotaProgress)>,
    /// Firms that reached each stage, in the order of the stages. For [`ChartKind::Stages`].
    pub stages: Vec<(String, u64)>,
    /// Firms done over time. For [`ChartKind::Pace`].
    pub pace: Option<Pace>,
    /// The day the figures are of.
    pub as_of: Option<NaiveDate>,
    /// Where the figures come from, behind the specification's own sources.
    pub sources: Vec<String>,
    /// Whether the enterprises are invented, which the chart then says.
    pub synthetic: bool,
}

/// Firms done over time, and what was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// When the work began.
    pub start: NaiveDate,
    /// When the quota is due.
    pub deadline: NaiveDate,
    /// Firms due.
    pub quota: u64,
    /// Firms done up to and including each day, in the order of the days.
    pub steps: Vec<(NaiveDate, u64)>,
}

/// Draws a chart.
///
/// # Errors
///
/// [`RenderError::Empty`] if the list that its kind reads is empty; [`RenderError::Setting`] for days out of order;
/// [`RenderError::NoRoom`] for a page that is too small.
pub fn chart(spec: &ChartSpec, data: &ChartData) -> Result<Figure> {
    spec.check()?;
    let theme = &spec.theme;
    let title = spec.title.clone().unwrap_or_default();
    let mut figure = Figure::new(spec.page.width_mm, spec.page.height_mm);
    figure.language = spec.language.tag();
    if theme.paper != Color::WHITE {
        figure.items.push(Item::Shape(Shape::filled(Outline::Frame(figure.page()), Fill::Solid(theme.paper))));
    }
    let page = figure.page().inset(spec.page.margin_mm);
    let top = heading(&title, spec.subtitle.as_deref(), theme, &page, &mut figure.items);
    let mut notes = Notes::default();
    notes.sources(spec.language, spec.source.iter().chain(&data.sources));
    notes.state(spec.language, data.synthetic, data.as_of);
    let bottom = notes.set(theme, &page, &mut figure.items);
    let frame = Frame::new(page.left, top, page.width, bottom - top);
    let no_room =
        |why: String| RenderError::NoRoom { width_mm: spec.page.width_mm, height_mm: spec.page.height_mm, why };
    if frame.height < 15.0 {
        return Err(no_room("title and notes leave less than 15 mm for the chart".to_owned()).into());
    }
    let drawn = match spec.kind {
        ChartKind::Pace => {
            let pace = pace(data)?;
            figure.description =
                format!("{} / {} {}", pace.steps.last().map_or(0, |step| step.1), pace.quota, spec.counted());
            pace::draw(pace, (spec.counted(), spec.language), theme, frame, &mut figure.items)
        }
        ChartKind::Progress | ChartKind::Ranking | ChartKind::Stages => {
            let (bars, axis) = bars(spec, data)?;
            let words: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, bar.label)).collect();
            figure.description = words.join("; ");
            bars::draw(&bars, &axis, theme, frame, &mut figure.items)
        }
    };
    drawn.map_err(|failure| match failure {
        Failure::Room(why) => no_room(why),
        Failure::Other(error) => error,
    })?;
    figure.title = title;
    Ok(figure)
}

/// Why a chart could not be drawn, before the page is known.
enum Failure {
    Room(String),
    Other(RenderError),
}

impl From<DrawingAreaErrorKind<Infallible>> for Failure {
    fn from(error: DrawingAreaErrorKind<Infallible>) -> Self {
        Self::Other(RenderError::Backend { format: "chart", message: error.to_string() })
    }
}

fn empty(list: &str) -> RenderError {
    RenderError::Empty { what: "the chart".to_owned(), why: format!("there are no {list}") }
}

fn pace(data: &ChartData) -> Result<&Pace, RenderError> {
    let pace = data.pace.as_ref().ok_or_else(|| empty("days"))?;
    let days = std::iter::once(pace.start).chain(pace.steps.iter().map(|(day, _)| *day));
    if pace.start >= pace.deadline || !days.is_sorted() {
        return Err(RenderError::Setting {
            key: "days".to_owned(),
            found: format!("from {} to {}", pace.start, pace.deadline),
            expected: "a start before the deadline, and no day before the start or out of order".to_owned(),
        });
    }
    Ok(pace)
}

fn bars(spec: &ChartSpec, data: &ChartData) -> Result<(Vec<Bar>, Axis), RenderError> {
    let theme = &spec.theme;
    let percent = NumberFormat { decimals: 1, percent: true };
    let firms =
        Axis { format: NumberFormat { decimals: 0, percent: false }, title: spec.counted().to_owned(), whole: true };
    let color = |progress: &QuotaProgress| if progress.done >= progress.quota { theme.accent } else { theme.alert };
    if spec.kind == ChartKind::Stages {
        let first = data.stages.first().ok_or_else(|| empty("stages"))?.1;
        let bars = data.stages.iter().map(|(name, firms)| {
            let share = (first > 0).then(|| format!(" · {}", percent.write(*firms as f64 / first as f64)));
            Bar {
                name: name.clone(),
                value: Some(*firms as f64),
                goal: None,
                label: format!("{firms}{}", share.unwrap_or_default()),
                color: theme.accent,
            }
        });
        return Ok((bars.collect(), firms));
    }
    if data.progress.is_empty() {
        return Err(empty("districts"));
    }
    if spec.kind == ChartKind::Progress {
        let bars = data.progress.iter().map(|(name, progress)| {
            let rate = progress.rate().map(|rate| format!(" · {}", percent.write(rate)));
            Bar {
                name: name.clone(),
                value: Some(progress.done as f64),
                goal: Some(progress.quota as f64),
                label: format!("{}/{}{}", progress.done, progress.quota, rate.unwrap_or_default()),
                color: color(progress),
            }
        });
        return Ok((bars.collect(), firms));
    }
    let mut rows: Vec<(Option<f64>, &(String, QuotaProgress))> =
        data.progress.iter().map(|row| (row.1.rate(), row)).collect();
    // Highest first, those without a quota last; equals stay in the order of the policy and share their rank.
    rows.sort_by(|a, b| b.0.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.0.unwrap_or(f64::NEG_INFINITY)));
    let bars = rows.iter().map(|(rate, (name, progress))| {
        let rank =
            rate.map(|rate| 1 + rows.iter().filter(|(other, _)| other.is_some_and(|other| other > rate)).count());
        let state = super::map::gap(*progress, spec.language);
        Bar {
            name: rank.map_or_else(|| name.clone(), |rank| format!("{rank}  {name}")),
            value: *rate,
            goal: rate.map(|_| 1.0),
            label: rate.map_or_else(|| state.clone(), |rate| format!("{} · {state}", percent.write(rate))),
            color: color(progress),
        }
    });
    let axis = Axis {
        format: NumberFormat { decimals: 0, percent: true },
        title: spec.language.pick("完成率", "share of quota done").to_owned(),
        whole: false,
    };
    Ok((bars.collect(), axis))
}

fn palette_color(color: Color) -> RGBColor {
    RGBColor(color.red, color.green, color.blue)
}

/// Type for plotters. The canvas sets everything in the bundled family, whatever name stands here.
fn type_style(size_pt: f64, ink: Color, bold: bool) -> TextStyle<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    ("sans-serif", size_pt * MM_PER_POINT * UNITS_PER_MM, style).into_font().color(&palette_color(ink))
}
