use super::plane::{Plane, Scale, dashed};
use super::rows::{middle, spread};
use super::{ChartSpec, Failure, PatternCurve, empty};
use crate::render::Frame;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Line, Outline, Shape, Stroke};
use crate::render::number::NumberFormat;

/// Draws L(r) − r with the band of simulations. The line at 0 is the expectation under complete spatial randomness.
pub(super) fn draw(
    spec: &ChartSpec,
    curve: &PatternCurve,
    frame: Frame,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let theme = &spec.theme;
    let language = spec.language;
    let less_r = |radius: f64, value: f64| {
        let l = if curve.is_k { (value.max(0.0) / std::f64::consts::PI).sqrt() } else { value };
        l - radius
    };
    let observed: Vec<(f64, f64)> = curve
        .radius_m
        .iter()
        .zip(&curve.observed)
        .filter_map(|(radius, value)| Some((*radius, less_r(*radius, (*value)?))))
        .collect();
    let band: Vec<(f64, f64, f64)> = curve
        .radius_m
        .iter()
        .zip(&curve.band)
        .filter_map(|(radius, ends)| {
            let (lower, upper) = (*ends)?;
            Some((*radius, less_r(*radius, lower), less_r(*radius, upper)))
        })
        .collect();
    let last = *observed.last().ok_or_else(|| empty("distances with a value"))?;
    let (low, high) = observed
        .iter()
        .map(|place| (place.1, place.1))
        .chain(band.iter().map(|place| (place.1, place.2)))
        .fold((0.0_f64, 0.0_f64), |(low, high), (lower, upper)| (low.min(lower), high.max(upper)));
    let greatest = curve.radius_m.iter().copied().fold(0.0, f64::max);
    // Kilometres where metres have too many noughts.
    let scale_of = |most: f64| {
        if most >= 2000.0 { (1000.0, language.pick("千米", "km")) } else { (1.0, language.pick("米", "m")) }
    };
    let ((x_per, x_unit), (y_per, y_unit)) = (scale_of(greatest), scale_of(high.max(-low)));
    let air = ((high - low) * 0.06).max(greatest * 1e-3);

    let band_words = match curve.confidence {
        Some(confidence) => {
            let share = NumberFormat::exact(&[confidence], true).write(confidence);
            let (before, behind) = language.pick(("随机情形的", "范围"), ("by chance, ", " band"));
            format!("{before}{share}{behind}")
        }
        None => language.pick("随机情形的范围", "band by chance").to_owned(),
    };
    let observed_words = language.pick("实测", "observed");
    let style = TypeStyle::new(theme.label_pt, theme.accent, theme.paper).bold();
    let muted = TypeStyle::new(theme.label_pt * 0.9, theme.muted, theme.paper);
    let most_mm = frame.width * 0.28;
    let wrapped = muted.wrap(&band_words, most_mm);
    let label_mm = wrapped.iter().map(|line| muted.width_mm(line)).fold(style.width_mm(observed_words), f64::max);
    let above = if band.is_empty() {
        language.pick("；高于 0 为集聚", "; above 0: clustered")
    } else {
        language.pick("；高于灰带为集聚", "; above the band: clustered")
    };
    let x = Scale {
        low: 0.0,
        high: greatest / x_per,
        title: format!("{}{x_unit}", language.pick("距离 r，", "distance r, ")),
        percent: false,
        ticks: 7,
    };
    let y = Scale {
        low: (low - air) / y_per,
        high: (high + air) / y_per,
        title: format!("L(r) − r{}{y_unit}{}", language.pick("，", ", "), above),
        percent: false,
        ticks: 6,
    };
    if x.high <= 0.0 {
        return Err(empty("distances above 0").into());
    }
    let plane = Plane::drawn(&x, &y, theme, (frame, label_mm + 3.5), items)?;
    let at = |radius: f64, value: f64| plane.at(radius / x_per, value / y_per);
    if band.len() > 1 {
        let upper = band.iter().map(|place| at(place.0, place.2));
        let lower = band.iter().rev().map(|place| at(place.0, place.1));
        let ring = Line { points: upper.chain(lower).collect(), closed: true };
        let shape = Shape::filled(Outline::Lines(vec![ring]), Fill::Solid(theme.muted));
        items.push(Item::Shape(Shape { opacity: 0.25, ..shape }));
    }
    items.push(plane.line(&[(0.0, 0.0), (x.high, 0.0)], dashed(theme.muted, 0.35)));
    let places: Vec<(f64, f64)> = observed.iter().map(|place| (place.0 / x_per, place.1 / y_per)).collect();
    items.push(plane.line(&places, Stroke::new(theme.accent, 0.7)));

    // Words stand behind the ends of what they name.
    let end = band.last().map(|place| at(place.0, f64::midpoint(place.1, place.2))[1]);
    let mut wanted = vec![at(last.0, last.1)[1]];
    wanted.extend(end);
    let block = wrapped.len() as f64 * muted.line_mm();
    let distance = f64::midpoint(style.line_mm(), block) + 0.5;
    let places = spread(&wanted, distance, plane.frame.top + block / 2.0, plane.frame.bottom() - block / 2.0);
    let left = plane.frame.right() + 2.0;
    items.push(Item::Text(middle(style, observed_words, [left, places[0]], Anchor::Start)));
    if let Some(centre) = places.get(1) {
        for (row, line) in wrapped.into_iter().enumerate() {
            let y = centre - block / 2.0 + (row as f64 + 0.5) * muted.line_mm();
            items.push(Item::Text(middle(muted, line, [left, y], Anchor::Start)));
        }
    }
    Ok(said(spec, &observed, &band))
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
