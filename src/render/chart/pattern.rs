use super::plane::{AxisScale, Plane, dashed};
use super::rows::{middle, spread};
use super::{ChartSpec, Failure, PatternCurve, PatternFunction, empty};
use crate::render::PageRect;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Line, Outline, Shape, Stroke};
use crate::render::number::NumberFormat;

/// Draws L(r) − r, a K-density or M with the band of simulations. The dashed line is the expectation where one value holds for all
/// distances: 0 of L(r) − r, 1 of M.
pub(super) fn draw(
    spec: &ChartSpec,
    curve: &PatternCurve,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let theme = &spec.theme;
    let shown = Shown::from_curve(curve)?;
    let labels = Labels::worded(spec, curve, frame);
    let axes = Axes::scaled_to(spec, &shown)?;
    let plane = Plane::drawn(&axes.x, &axes.y, theme, (frame, labels.width_mm() + 3.5), items)?;
    let at = |radius: f64, value: f64| plane.at(radius / axes.x_per, value / axes.y_per);
    if shown.band.len() > 1 {
        let upper = shown.band.iter().map(|place| at(place.0, place.2));
        let lower = shown.band.iter().rev().map(|place| at(place.0, place.1));
        let ring = Line { points: upper.chain(lower).collect(), closed: true };
        let shape = Shape::filled(Outline::Lines(vec![ring]), Fill::Solid(theme.muted));
        items.push(Item::Shape(Shape { opacity: 0.25, ..shape }));
    }
    if let Some(expected) = expected(curve.function) {
        items.push(plane.line(&[(0.0, expected), (axes.x.high, expected)], dashed(theme.muted, 0.35)));
    }
    let places: Vec<(f64, f64)> =
        shown.observed.iter().map(|place| (place.0 / axes.x_per, place.1 / axes.y_per)).collect();
    items.push(plane.line(&places, Stroke::new(theme.accent, 0.7)));
    // Words stand behind the ends of what they name.
    let band_y = shown.band.last().map(|place| at(place.0, f64::midpoint(place.1, place.2))[1]);
    labels.draw(&plane, at(shown.last.0, shown.last.1)[1], band_y, items);
    Ok(said(spec, &shown.observed, &shown.band))
}

/// What a function is expected to be at every distance by chance.
const fn expected(function: PatternFunction) -> Option<f64> {
    match function {
        PatternFunction::L | PatternFunction::K => Some(0.0),
        PatternFunction::KDensity => None,
        PatternFunction::M => Some(1.0),
    }
}

/// The values that are drawn: L(r) − r in metres, a K-density per metre, or M.
struct Shown {
    function: PatternFunction,
    /// The distance and the value.
    observed: Vec<(f64, f64)>,
    /// The distance, and the lower and upper bound.
    band: Vec<(f64, f64, f64)>,
    /// The last observed value.
    last: (f64, f64),
    /// The greatest distance in metres.
    greatest: f64,
}

impl Shown {
    fn from_curve(curve: &PatternCurve) -> Result<Self, Failure> {
        let drawn = |radius: f64, value: f64| match curve.function {
            PatternFunction::L => value - radius,
            PatternFunction::K => (value.max(0.0) / std::f64::consts::PI).sqrt() - radius,
            PatternFunction::KDensity | PatternFunction::M => value,
        };
        let observed: Vec<(f64, f64)> = curve
            .radius_m
            .iter()
            .zip(&curve.observed)
            .filter_map(|(radius, value)| Some((*radius, drawn(*radius, (*value)?))))
            .collect();
        let band: Vec<(f64, f64, f64)> = curve
            .radius_m
            .iter()
            .zip(&curve.band)
            .filter_map(|(radius, ends)| {
                let (lower, upper) = (*ends)?;
                Some((*radius, drawn(*radius, lower), drawn(*radius, upper)))
            })
            .collect();
        let last = *observed.last().ok_or_else(|| empty("distances with a value"))?;
        let greatest = curve.radius_m.iter().copied().fold(0.0, f64::max);
        Ok(Self { function: curve.function, observed, band, last, greatest })
    }
}

/// The scales of both axes, and the number of metres in a unit of each.
struct Axes {
    x: AxisScale,
    x_per: f64,
    y: AxisScale,
    y_per: f64,
}

impl Axes {
    fn scaled_to(spec: &ChartSpec, shown: &Shown) -> Result<Self, Failure> {
        let language = spec.language;
        let (low, high) = shown
            .observed
            .iter()
            .map(|place| (place.1, place.1))
            .chain(shown.band.iter().map(|place| (place.1, place.2)))
            .fold((0.0_f64, expected(shown.function).unwrap_or(0.0)), |(low, high), (lower, upper)| {
                (low.min(lower), high.max(upper))
            });
        // Kilometres where metres have too many noughts.
        let scale_of = |most: f64| {
            if most >= 2000.0 { (1000.0, language.pick("千米", "km")) } else { (1.0, language.pick("米", "m")) }
        };
        let is_l = matches!(shown.function, PatternFunction::L | PatternFunction::K);
        let (x_per, x_unit) = scale_of(shown.greatest);
        let (y_per, y_unit) = match shown.function {
            PatternFunction::L | PatternFunction::K => scale_of(high.max(-low)),
            PatternFunction::KDensity => (1e-3, language.pick("每千米", "per km")),
            PatternFunction::M => (1.0, ""),
        };
        let air = ((high - low) * 0.06).max(if is_l { shown.greatest * 1e-3 } else { f64::MIN_POSITIVE });
        let above = match (shown.band.is_empty(), shown.function) {
            (false, _) => language.pick("；高于灰带为集聚", "; above the band: clustered"),
            (true, PatternFunction::L | PatternFunction::K) => language.pick("；高于 0 为集聚", "; above 0: clustered"),
            (true, PatternFunction::M) => language.pick("；高于 1 为集聚", "; above 1: clustered"),
            (true, PatternFunction::KDensity) => "",
        };
        let name = match shown.function {
            PatternFunction::L | PatternFunction::K => format!("L(r) − r{}{y_unit}", language.pick("，", ", ")),
            PatternFunction::KDensity => {
                format!(
                    "{}{y_unit}",
                    language.pick("K 密度（企业间距离的密度），", "K-density of distances between firms, ")
                )
            }
            PatternFunction::M => "M(r)".to_owned(),
        };
        let low_air = if is_l { air } else { 0.0 };
        let x = AxisScale {
            low: 0.0,
            high: shown.greatest / x_per,
            title: format!("{}{x_unit}", language.pick("距离 r，", "distance r, ")),
            percent: false,
            ticks: 7,
        };
        let y = AxisScale {
            low: (low - low_air) / y_per,
            high: (high + air) / y_per,
            title: format!("{name}{above}"),
            percent: false,
            ticks: 6,
        };
        if x.high <= 0.0 {
            return Err(empty("distances above 0").into());
        }
        Ok(Self { x, x_per, y, y_per })
    }
}

/// The labels of the curve and of the band, to the right of the field.
struct Labels {
    observed: &'static str,
    style: TypeStyle,
    band: Vec<String>,
    muted: TypeStyle,
}

impl Labels {
    fn worded(spec: &ChartSpec, curve: &PatternCurve, frame: PageRect) -> Self {
        let (theme, language) = (&spec.theme, spec.language);
        let band_words = match curve.confidence {
            Some(confidence) => {
                let share = NumberFormat::exact(&[confidence], true).write(confidence);
                let (before, behind) = language.pick(("随机情形的", "范围"), ("by chance, ", " band"));
                format!("{before}{share}{behind}")
            }
            None => language.pick("随机情形的范围", "band by chance").to_owned(),
        };
        let style = theme.type_style(theme.label_pt, theme.accent).bold();
        let muted = theme.type_style(theme.label_pt * 0.9, theme.muted);
        let band = muted.wrap(&band_words, frame.width * 0.28);
        Self { observed: language.pick("实测", "observed"), style, band, muted }
    }

    /// Returns the width of the widest line in mm.
    fn width_mm(&self) -> f64 {
        self.band.iter().map(|line| self.muted.width_mm(line)).fold(self.style.width_mm(self.observed), f64::max)
    }

    /// Draws the labels as close as possible to the ends of the curve and of the band.
    fn draw(self, plane: &Plane, observed_y: f64, band_y: Option<f64>, items: &mut Vec<Item>) {
        let Self { observed, style, band, muted } = self;
        let mut wanted = vec![observed_y];
        wanted.extend(band_y);
        let block = band.len() as f64 * muted.line_mm();
        let distance = f64::midpoint(style.line_mm(), block) + 0.5;
        let places = spread(&wanted, distance, plane.frame.top + block / 2.0, plane.frame.bottom() - block / 2.0);
        let left = plane.frame.right() + 2.0;
        items.push(Item::Text(middle(style, observed, [left, places[0]], Anchor::Start)));
        if let Some(centre) = places.get(1) {
            for (row, line) in band.into_iter().enumerate() {
                let y = centre - block / 2.0 + (row as f64 + 0.5) * muted.line_mm();
                items.push(Item::Text(middle(muted, line, [left, y], Anchor::Start)));
            }
        }
    }
}

/// At which distances the curve leaves the band.
fn said(spec: &ChartSpec, observed: &[(f64, f64)], band: &[(f64, f64, f64)]) -> String {
    let metres = NumberFormat { decimals: 0, percent: false };
    let beyond = |above: bool| -> Option<(f64, f64)> {
        let outside = observed.iter().filter(|(radius, value)| {
            band.iter().any(|(at, lower, upper)| at == radius && if above { value > upper } else { value < lower })
        });
        outside.map(|place| place.0).fold(None, |ends: Option<(f64, f64)>, radius| {
            Some(ends.map_or((radius, radius), |(low, high)| (low.min(radius), high.max(radius))))
        })
    };
    let mut words = Vec::new();
    for (above, zh, en) in [(true, "高于随机范围：", "above the band: "), (false, "低于随机范围：", "below the band: ")]
    {
        if let Some((low, high)) = beyond(above) {
            let range = format!("{}–{}", metres.write(low), metres.write(high));
            words.push(format!("{}{range} {}", spec.language.pick(zh, en), spec.language.pick("米", "m")));
        }
    }
    if words.is_empty() {
        words.push(spec.language.pick("实测曲线未超出随机范围", "the curve stays within the band").to_owned());
    }
    words.join("; ")
}
