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

pub use data::{
    AreaSectors, ChartData, ChartTest, Distribution, NamedMoranScatterplot, Pace, PatternCurve, PatternFunction,
    Quotient, Slopes,
};
pub use spec::{BarOrder, ChartKind, ChartSpec, ForecastSpec, ReferenceLine};

use std::convert::Infallible;

use plotters::drawing::DrawingAreaErrorKind;
use plotters::style::{FontStyle, IntoFont as _, RGBColor, TextStyle};

use self::backend::UNITS_PER_MM;
use self::bars::{Axis, Bar};
use self::key::key;
use super::figure::{Figure, Fill, Item, Outline, Shape};
use super::map::QuotaProgress;
use super::number::NumberFormat;
use super::page::{Notes, heading};
use super::theme::MM_PER_POINT;
use super::{Color, PageRect, Theme};
use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::model::json::json;
use crate::progress::Forecast;

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
    let (spec, scale) = spec.on_a4();
    Ok(drawn(&spec, data, scale)?.scaled(scale))
}

/// Draws a chart with the lengths it would have on A4; `scale` is the factor from these to those of the page.
fn drawn(spec: &ChartSpec, data: &ChartData, scale: f64) -> Result<Figure> {
    let theme = &spec.theme;
    let title = worded(spec, spec.title.as_deref()).unwrap_or_default();
    let mut figure = Figure::new(spec.page.width_mm, spec.page.height_mm);
    figure.language = spec.language.tag();
    if theme.paper != Color::WHITE {
        figure.items.push(Item::Shape(Shape::filled(Outline::Rectangle(figure.page()), Fill::Solid(theme.paper))));
    }
    let page = figure.page().inset(spec.page.margin_mm);
    let subtitle = worded(spec, spec.subtitle.as_deref());
    let top = heading(&title, subtitle.as_deref(), theme, &page, &mut figure.items);
    let forecast = forecast(spec, data);
    let bars = matches!(spec.kind, ChartKind::Progress | ChartKind::Ranking).then(|| bars(spec, data)).transpose()?;
    let mut notes = Notes::default();
    if let Some((bars, _)) = &bars {
        notes.left.extend(marks_note(spec, data, bars));
        figure.warnings.extend(torn_note("bars", &bars::torn(bars, &spec.reference_lines)));
    }
    let slopes = data.slopes.as_ref().filter(|_| spec.kind == ChartKind::Slope);
    let torn = slopes.map(slope::torn).filter(|torn| !torn.is_empty());
    notes.left.extend(
        torn.as_ref()
            .map(|_| spec.language.pick("断开的线止于坐标轴以外", "Torn lines end beyond the axis").to_owned()),
    );
    figure.warnings.extend(torn.and_then(|torn| torn_note("lines", &torn)));
    notes
        .left
        .extend(data.pace.as_ref().filter(|_| spec.kind == ChartKind::Pace).and_then(|pace| short_note(spec, pace)));
    notes
        .left
        .extend(data.pace.as_ref().filter(|_| spec.kind == ChartKind::Pace).and_then(|pace| stop_note(spec, pace)));
    notes.left.extend(forecast.map(|forecast| said(spec, forecast)));
    let forecast = forecast.flatten();
    let has_test = matches!(spec.kind, ChartKind::MoranScatterplot | ChartKind::PointPattern);
    notes.left.extend(data.test.as_ref().filter(|_| has_test).and_then(|test| test_note(spec, test)));
    notes.sources(spec.language, spec.source.iter().chain(&data.sources));
    notes.state(spec.language, data.synthetic, data.as_of);
    let bottom = notes.set(theme, &page, &mut figure.items);
    let frame = PageRect::new(page.left, top, page.width, bottom - top);
    let no_room = |why: String| RenderError::NoRoom {
        width_mm: spec.page.width_mm * scale,
        height_mm: spec.page.height_mm * scale,
        why,
    };
    if frame.height < 15.0 {
        return Err(no_room("title and notes leave less than 15 mm for the chart".to_owned()).into());
    }
    data.check()?;
    let items = &mut figure.items;
    let drawn = match spec.kind {
        ChartKind::Progress | ChartKind::Ranking => {
            let (bars, axis) = needed(&bars, "districts")?;
            let top = key(None, &states(spec, data), theme, frame, items);
            let styled = (theme, &spec.reference_lines[..]);
            bars::draw(bars, axis, styled, PageRect::new(frame.left, top, frame.width, frame.bottom() - top), items)
        }
        ChartKind::Stages => stages::draw(spec, &data.stages, data.sample.as_ref(), frame, items),
        ChartKind::Pace => pace::draw(spec, pace(data)?, forecast, frame, items),
        ChartKind::Slope => slope::draw(spec, needed(&data.slopes, "values at two times")?, frame, items),
        ChartKind::Composition => composition::draw(spec, needed(&data.cells, CELLS)?, frame, items),
        ChartKind::HeatMap => {
            heat_map::draw(spec, needed(&data.cells, CELLS)?, frame, items).map(|(description, notes)| {
                figure.warnings.extend(notes);
                description
            })
        }
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
        Failure::Height { why, short_mm } => no_room(format!(
            "{why}; set `page.height_mm` to {} or more",
            ((spec.page.height_mm + short_mm) * scale).ceil()
        )),
        Failure::Width { why, short_mm } => no_room(format!(
            "{why}; set `page.width_mm` to {} or more",
            ((spec.page.width_mm + short_mm) * scale).ceil()
        )),
        Failure::Other(error) => error,
    })?;
    for (key, value) in
        [("kind", json!(spec.kind)), ("column", json!(spec.column)), ("programme", json!(spec.programme))]
    {
        figure.record.insert(key.to_owned(), value);
    }
    if let Some(alt) = &spec.alt {
        figure.description.clone_from(alt);
    }
    figure.title = title;
    let cut = figure.cut_note();
    figure.warnings.extend(cut);
    Ok(figure)
}

/// Puts the name of the column in the place of `{column}` in a title.
fn worded(spec: &ChartSpec, words: Option<&str>) -> Option<String> {
    let column = spec.column.as_deref().unwrap_or_default();
    let name = spec.names.get(column).map_or(column, String::as_str);
    words.map(|words| words.replace("{column}", name))
}

/// The note on what a statistic rests on: n, p, and the number of random arrangements.
fn test_note(spec: &ChartSpec, test: &ChartTest) -> Option<String> {
    let language = spec.language;
    let mut parts: Vec<String> = test.n.iter().map(|n| format!("n = {n}")).collect();
    parts.extend(test.p.map(|p| {
        let p = NumberFormat { decimals: 3, percent: false }.write(p);
        match test.two_sided {
            Some(true) => language.pick(format!("p = {p}（双侧）"), format!("p = {p} (two-sided)")),
            Some(false) => language.pick(format!("p = {p}（单侧）"), format!("p = {p} (one-sided)")),
            None => format!("p = {p}"),
        }
    }));
    parts.extend(test.simulations.map(|count| match spec.kind {
        ChartKind::MoranScatterplot => language.pick(format!("{count} 次置换"), format!("{count} permutations")),
        _ => language.pick(format!("{count} 次模拟"), format!("{count} simulations")),
    }));
    (!parts.is_empty()).then(|| parts.join(language.pick("；", "; ")))
}

/// Why a chart could not be drawn, before the page is known.
enum Failure {
    Room(String),
    /// The page lacks so much height.
    Height {
        why: String,
        short_mm: f64,
    },
    /// The page lacks so much width.
    Width {
        why: String,
        short_mm: f64,
    },
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
fn forecast<'a>(spec: &ChartSpec, data: &'a ChartData) -> Option<Option<&'a Forecast>> {
    let pace = data.pace.as_ref().filter(|_| spec.kind == ChartKind::Pace && spec.forecast.show)?;
    let as_of = pace.steps.last()?.0;
    (as_of < pace.deadline).then(|| pace.forecast.as_ref().filter(|forecast| !forecast.days.is_empty()))
}

/// The note that the ledger has too few firms for the quota.
fn short_note(spec: &ChartSpec, pace: &Pace) -> Option<String> {
    let short = pace.quota.checked_sub(pace.listed).filter(|short| *short > 0 && pace.listed > 0)?;
    let (listed, quota) = (pace.listed, pace.quota);
    Some(match spec.language {
        Language::Zh => format!("台账列入{listed}家，少于任务{quota}家：须再列入{short}家，否则无法完成任务"),
        Language::En => {
            format!("The ledger lists {listed}, the quota is {quota}: it cannot be met unless {short} more are listed")
        }
    })
}

/// Days without a newly accepted firm from which on a chart says so: two weeks' entries are missing.
const STOP_DAYS: i64 = 14;

/// The note on a stop: that nothing was accepted for weeks before the as-of date.
fn stop_note(spec: &ChartSpec, pace: &Pace) -> Option<String> {
    let as_of = pace.steps.last()?.0;
    let (last, _) = pace.last_accepted()?;
    let days = (as_of - last).num_days();
    (days >= STOP_DAYS).then(|| match spec.language {
        Language::Zh => format!("最近一次验收为{last}，此后{days}天无新增，请核对台账是否已更新"),
        Language::En => {
            format!("Last accepted on {last}, none in the {days} days since: see whether the ledger is up to date")
        }
    })
}

/// The note on the method of a forecast, or on the reason why there is none.
fn said(spec: &ChartSpec, forecast: Option<&Forecast>) -> String {
    let Some(Forecast { confidence, .. }) = forecast else {
        let words = ("台账不足四周或尚无验收，不作预测", "No forecast: fewer than four weeks, or nothing accepted yet");
        return spec.language.pick(words.0, words.1).to_owned();
    };
    let share = NumberFormat::exact(&[*confidence], true).write(*confidence);
    match spec.language {
        Language::Zh => {
            format!("预测：按验收环节推算，计入期限前加快与台账迟报，不超过台账户数；色带为{share}区间")
        }
        Language::En => {
            format!(
                "Forecast: by stages, with the rush before the deadline and late entries, up to the firms listed; band: {share}"
            )
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

/// What a district's count comes to beside its quota, and beside what is due of it by the as-of date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// The quota is met.
    Met,
    /// As many as the straight line to the deadline asks for, or more.
    OnPace,
    /// Fewer than the straight line to the deadline asks for.
    Behind,
    /// Short of the quota, with no deadline known.
    Short,
    /// There is no quota.
    NoQuota,
}

impl State {
    fn of(progress: QuotaProgress, due: Option<f64>) -> Self {
        let QuotaProgress { done, quota } = progress;
        match due {
            _ if quota == 0 => Self::NoQuota,
            _ if done >= quota => Self::Met,
            None => Self::Short,
            // A firm is a whole: what is due is rounded down.
            Some(due) if done as f64 >= (due * quota as f64).floor() => Self::OnPace,
            Some(_) => Self::Behind,
        }
    }

    fn color(self, theme: &Theme) -> Color {
        match self {
            Self::Met => theme.accent,
            Self::OnPace => theme.accent.over(theme.paper, 0.5),
            Self::Behind => theme.alert,
            Self::Short => theme.muted,
            Self::NoQuota => theme.rule,
        }
    }

    fn words(self, language: Language) -> &'static str {
        match self {
            Self::Met => language.pick("已完成任务", "quota met"),
            Self::OnPace => language.pick("未完成，不慢于序时进度", "not yet met, on or ahead of pace"),
            Self::Behind => language.pick("未完成，慢于序时进度", "not yet met, behind pace"),
            Self::Short => language.pick("未完成", "not yet met"),
            Self::NoQuota => language.pick("无任务", "no quota"),
        }
    }
}

/// The colours of the states that occur, with their words.
fn states(spec: &ChartSpec, data: &ChartData) -> Vec<(Fill, String)> {
    let mut states: Vec<State> = data.progress.iter().map(|(_, progress)| State::of(*progress, data.due)).collect();
    states.sort_unstable();
    states.dedup();
    let entry = |state: State| (Fill::Solid(state.color(&spec.theme)), state.words(spec.language).to_owned());
    states.into_iter().map(entry).collect()
}

/// The note on the marks across the bars.
fn marks_note(spec: &ChartSpec, data: &ChartData, bars: &[Bar]) -> Option<String> {
    let torn = !bars::torn(bars, &spec.reference_lines).is_empty();
    let share = |due: f64| NumberFormat { decimals: 1, percent: true }.write(due);
    let marks = bars.iter().any(|bar| bar.goal.is_some());
    let mut parts: Vec<String> = Vec::new();
    if marks {
        parts.push(spec.language.pick("长竖线：任务", "Long mark: the quota").to_owned());
    }
    if let Some(due) = data.due.filter(|_| marks) {
        let due = share(due);
        parts.push(match spec.language {
            Language::Zh => format!("短竖线：至数据截至日的序时进度（{due}，印发日至期限匀速）"),
            Language::En => format!("short mark: what is due by the as-of date ({due}, even pace to the deadline)"),
        });
    }
    let format = if spec.kind == ChartKind::Ranking {
        NumberFormat { decimals: 1, percent: true }
    } else {
        NumberFormat::exact(&spec.reference_lines.iter().map(|line| line.value).collect::<Vec<_>>(), false)
    };
    parts.extend(spec.reference_lines.iter().map(|line| {
        let value = format.write(line.value);
        spec.language.pick(format!("虚线：{}（{value}）", line.label), format!("dashed: {} ({value})", line.label))
    }));
    if torn {
        parts.push(spec.language.pick("断开的横条超出坐标轴", "torn bars go beyond the axis").to_owned());
    }
    (!parts.is_empty()).then(|| parts.join(spec.language.pick("；", "; ")))
}

/// The warning about marks that are not drawn to their full length.
fn torn_note(marks: &str, torn: &[&str]) -> Option<String> {
    (!torn.is_empty()).then(|| format!("{marks} far beyond their quota are drawn torn: {}", torn.join(", ")))
}

fn bars(spec: &ChartSpec, data: &ChartData) -> Result<(Vec<Bar>, Axis), RenderError> {
    let theme = &spec.theme;
    let percent = NumberFormat { decimals: 1, percent: true };
    let count = NumberFormat { decimals: 0, percent: false };
    let firms = Axis { format: count, title: spec.counted().to_owned(), whole: true };
    let color = |progress: &QuotaProgress| State::of(*progress, data.due).color(theme);
    if data.progress.is_empty() {
        return Err(empty("districts"));
    }
    if spec.kind == ChartKind::Progress {
        let mut rows: Vec<&(String, QuotaProgress)> = data.progress.iter().collect();
        match spec.order {
            BarOrder::Listed => {}
            BarOrder::Largest => rows.sort_by_key(|(_, progress)| std::cmp::Reverse(progress.done)),
            BarOrder::Smallest => rows.sort_by_key(|(_, progress)| progress.done),
        }
        let bars = rows.into_iter().map(|(name, progress)| {
            let (done, quota) = (count.write(progress.done as f64), count.write(progress.quota as f64));
            let goal = (progress.quota > 0).then_some(progress.quota as f64);
            Bar {
                name: name.clone(),
                value: Some(progress.done as f64),
                goal,
                due: data.due.zip(goal).map(|(due, goal)| due * goal),
                label: match progress.rate() {
                    Some(rate) => format!("{done}/{quota} · {}", percent.write(rate)),
                    None => format!("{done} · {}", State::NoQuota.words(spec.language)),
                },
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
            due: rate.and(data.due),
            label: match rate {
                Some(rate) => format!("{} · {state}", percent.write(*rate)),
                None => format!("{state} · {}{}", count.write(progress.done as f64), spec.counted()),
            },
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

/// Type for plotters. The canvas sets everything in the fonts of the theme, whatever name stands here.
fn type_style(size_pt: f64, ink: Color, bold: bool) -> TextStyle<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    ("sans-serif", size_pt * MM_PER_POINT * UNITS_PER_MM, style).into_font().color(&palette_color(ink))
}
