//! Charts, on the same canvas and in the same house style as the maps. plotters draws the axes; labels are laid out
//! here, because that requires the width of words.

mod backend;
mod bars;
mod composition;
mod data;
mod effects;
mod heat_map;
mod key;
mod lorenz;
mod moran;
mod pace;
mod pattern;
mod plane;
mod quotients;
mod rows;
mod slope;
mod spec;
mod stages;

pub use data::{AreaSectors, ChartData, Distribution, NamedMoranScatterplot, Pace, PatternCurve, Quotient, Slopes};
pub use spec::{ChartKind, ChartSpec, ForecastSpec};

use std::convert::Infallible;

use plotters::drawing::DrawingAreaErrorKind;
use plotters::style::{FontStyle, IntoFont as _, RGBColor, TextStyle};

use self::backend::UNITS_PER_MM;
use self::bars::{Axis, Bar};
use super::figure::{Figure, Fill, Item, Outline, Shape};
use super::map::QuotaProgress;
use super::number::NumberFormat;
use super::page::{Notes, heading};
use super::theme::MM_PER_POINT;
use super::{Color, PageRect};
use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::progress::{self, Forecast, ForecastOptions};

/// Draws a chart.
///
/// # Errors
///
/// [`RenderError::Empty`] if the data for the kind of chart are empty or missing; [`RenderError::Length`] if lists that
/// belong together differ in length; [`RenderError::Setting`] if days are out of order; [`RenderError::NoRoom`] if the
/// page is too small.
pub fn chart(spec: &ChartSpec, data: &ChartData) -> Result<Figure> {
    spec.check()?;
    spec.refuse_keys_without_effect()?;
    let theme = &spec.theme;
    let title = spec.title.clone().unwrap_or_default();
    let mut figure = Figure::new(spec.page.width_mm, spec.page.height_mm);
    figure.language = spec.language.tag();
    if theme.paper != Color::WHITE {
        figure.items.push(Item::Shape(Shape::filled(Outline::Rectangle(figure.page()), Fill::Solid(theme.paper))));
    }
    let page = figure.page().inset(spec.page.margin_mm);
    let top = heading(&title, spec.subtitle.as_deref(), theme, &page, &mut figure.items);
    let forecast = forecast(spec, data);
    let mut notes = Notes::default();
    notes.left.extend(forecast.as_ref().map(|forecast| said(spec, forecast.as_ref())));
    let forecast = forecast.flatten();
    notes.sources(spec.language, spec.source.iter().chain(&data.sources));
    notes.state(spec.language, data.synthetic, data.as_of);
    let bottom = notes.set(theme, &page, &mut figure.items);
    let frame = PageRect::new(page.left, top, page.width, bottom - top);
    let no_room =
        |why: String| RenderError::NoRoom { width_mm: spec.page.width_mm, height_mm: spec.page.height_mm, why };
    if frame.height < 15.0 {
        return Err(no_room("title and notes leave less than 15 mm for the chart".to_owned()).into());
    }
    data.check()?;
    let items = &mut figure.items;
    let drawn = match spec.kind {
        ChartKind::Progress | ChartKind::Ranking => {
            let (bars, axis) = bars(spec, data)?;
            bars::draw(&bars, &axis, theme, frame, items)
        }
        ChartKind::Stages => stages::draw(spec, &data.stages, frame, items),
        ChartKind::Pace => pace::draw(spec, pace(data)?, forecast.as_ref(), frame, items),
        ChartKind::Slope => slope::draw(spec, needed(&data.slopes, "values at two times")?, frame, items),
        ChartKind::Composition => composition::draw(spec, needed(&data.cells, CELLS)?, frame, items),
        ChartKind::HeatMap => heat_map::draw(spec, needed(&data.cells, CELLS)?, frame, items),
        ChartKind::Lorenz => lorenz::draw(spec, needed(&data.distribution, "amounts")?, frame, items),
        ChartKind::LocationQuotient => quotients::draw(spec, &data.quotients, frame, items),
        ChartKind::PointPattern => pattern::draw(spec, needed(&data.pattern, "distances")?, frame, items),
        ChartKind::MoranScatterplot => {
            let drawn = moran::draw(spec, needed(&data.moran, "units")?, frame, items);
            drawn.map(|(description, warnings)| {
                figure.warnings = warnings;
                description
            })
        }
    };
    figure.description = drawn.map_err(|failure| match failure {
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

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::Other(error)
    }
}

const CELLS: &str = "values of areas and sectors";

fn empty(list: &str) -> RenderError {
    RenderError::Empty { what: "the chart".to_owned(), why: format!("there are no {list}") }
}

fn needed<'a, T>(part: &'a Option<T>, list: &str) -> Result<&'a T, RenderError> {
    part.as_ref().ok_or_else(|| empty(list))
}

/// The forecast of a pace chart whose deadline is still to come: none inside where it cannot be made.
fn forecast(spec: &ChartSpec, data: &ChartData) -> Option<Option<Forecast>> {
    let pace = data.pace.as_ref().filter(|_| spec.kind == ChartKind::Pace && spec.forecast.show)?;
    let as_of = pace.steps.last()?.0;
    let options = ForecastOptions { weeks: spec.forecast.weeks, confidence: spec.forecast.confidence };
    let goal = (pace.deadline, pace.quota);
    (as_of < pace.deadline).then(|| progress::forecast(&pace.steps, pace.start, as_of, goal, options))
}

/// The note on the method of a forecast, or on the reason why there is none.
fn said(spec: &ChartSpec, forecast: Option<&Forecast>) -> String {
    let Some(Forecast { weeks, confidence, .. }) = forecast else {
        let words =
            ("数据不足四周或近期无新增，不作预测", "No forecast: fewer than four weeks, or nothing accepted of late");
        return spec.language.pick(words.0, words.1).to_owned();
    };
    let share = NumberFormat::exact(&[*confidence], true).write(*confidence);
    match spec.language {
        Language::Zh => format!("预测：假设保持最近{weeks}周的速度；色带为{share}区间（负二项分布，离散度取自每周数）"),
        Language::En => {
            format!("Forecast: if the pace of the last {weeks} weeks stays; band: {share} (negative binomial)")
        }
    }
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
