use super::plane::{AxisScale, Plane, dashed};
use super::rows::middle;
use super::{ChartSpec, Distribution, Failure, empty};
use crate::model::Language;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Line, Outline, Shape, Stroke};
use crate::render::number::NumberFormat;
use crate::render::{PageRect, Theme};
use crate::stats::{gini_against, lorenz_curve};

const SHARE: NumberFormat = NumberFormat { decimals: 0, percent: true };

/// Draws the Lorenz curve below the diagonal of equal shares, with the Gini coefficient and one point of the curve
/// explained in words.
pub(super) fn draw(
    spec: &ChartSpec,
    distribution: &Distribution,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let theme = &spec.theme;
    let language = spec.language;
    let alike = vec![1.0; distribution.amounts.len()];
    let reference = distribution.reference.as_ref().unwrap_or(&alike);
    let found = lorenz_curve(&distribution.amounts, reference).zip(gini_against(&distribution.amounts, reference));
    let (curve, gini) = found.ok_or_else(|| empty("amounts that can be shared"))?;
    let areas = language.pick("区域", "areas").to_owned();
    let amount = distribution.amount_name.clone().unwrap_or_else(|| spec.counted().to_owned());
    let of = distribution.reference_name.clone().unwrap_or(areas);
    let title = |what: &str, least: bool| {
        let order = if least { language.pick("（由少到多）", ", least first") } else { "" };
        match language {
            Language::Zh => format!("{what}累计占比{order}"),
            Language::En => format!("cumulative share of {what}{order}"),
        }
    };
    let scale = |title: String| AxisScale { low: 0.0, high: 1.0, title, percent: true, ticks: 6 };
    // Shares of both run from 0 to 1, so the field is square where the page lets it.
    let side = frame.height.min(frame.width * 0.62);
    let square = PageRect::new(frame.left, frame.top, side * 1.12, frame.height);
    let plane = Plane::drawn(&scale(title(&of, true)), &scale(title(&amount, false)), theme, (square, 0.0), items)?;
    let places: Vec<[f64; 2]> = curve.iter().map(|(x, y)| plane.at(*x, *y)).collect();
    let between = Line { points: places.clone(), closed: true };
    let area = Shape::filled(Outline::Lines(vec![between]), Fill::Solid(theme.accent));
    items.push(Item::Shape(Shape { opacity: 0.15, ..area }));
    items.push(plane.line(&[(0.0, 0.0), (1.0, 1.0)], dashed(theme.muted, 0.3)));
    items.push(Item::Shape(Shape::stroked(Outline::line(places), Stroke::new(theme.accent, 0.7))));

    // The half that has least: read off the curve, and said in words beside the field.
    let half = share_at(&curve, 0.5);
    draw_half(&plane, half, theme, items);
    let sentence = match language {
        Language::Zh => format!("{amount}最少的一半{of}，只占全部{amount}的{}", SHARE.write(half)),
        Language::En => format!("The half of {of} with the least has {} of {amount}", SHARE.write(half)),
    };
    let gini_words = format!("{} {gini:.3}", language.pick("基尼系数", "Gini"));
    draw_words(&plane, frame, (&gini_words, &sentence), spec, items)?;
    Ok(format!("{gini_words}; {sentence}"))
}

/// Marks the share of the half that has least, with a line up to the curve.
fn draw_half(plane: &Plane, half: f64, theme: &Theme, items: &mut Vec<Item>) {
    let [x, y] = plane.at(0.5, half);
    items.push(plane.line(&[(0.5, 0.0), (0.5, half)], Stroke::new(theme.accent, 0.2)));
    let dot = Outline::Circle { centre: [x, y], radius_mm: 0.9 };
    items.push(Item::Shape(Shape::filled(dot, Fill::Solid(theme.accent))));
    let style = theme.type_style(theme.label_pt, theme.paper.ink(theme.accent)).bold();
    let read_off = middle(style, SHARE.write(half), [x + 1.2, y + 2.2], Anchor::Start);
    if read_off.frame().bottom() < plane.frame.bottom() {
        items.push(Item::Text(read_off));
    }
}

/// Writes the coefficient, the sentence, and the meaning of the diagonal to the right of the field.
fn draw_words(
    plane: &Plane,
    frame: PageRect,
    (gini, sentence): (&str, &str),
    spec: &ChartSpec,
    items: &mut Vec<Item>,
) -> Result<(), Failure> {
    let theme = &spec.theme;
    let left = plane.frame.right() + 6.0;
    let width = frame.right() - plane.frame.right() - 6.0;
    let big = theme.type_style(theme.title_pt, theme.accent).bold();
    let style = theme.type_style(theme.label_pt, theme.ink);
    let muted = theme.type_style(theme.note_pt, theme.muted);
    let equal = spec.language.pick("虚线：完全平均（基尼系数 0）", "Dashed: all alike (Gini 0)");
    let lines: Vec<(TypeStyle, String)> = [(big, gini), (style, sentence), (muted, equal)]
        .into_iter()
        .flat_map(|(style, words)| style.wrap(words, width).into_iter().map(move |line| (style, line)))
        .collect();
    let height: f64 = lines.iter().map(|(style, _)| style.line_mm() * 1.1).sum();
    if width < 20.0 || height > plane.frame.height {
        return Err(Failure::Room("words leave no room for the curve".to_owned()));
    }
    let mut y = plane.frame.centre()[1] - height / 2.0;
    for (style, line) in lines {
        let row = style.line_mm() * 1.1;
        items.push(Item::Text(middle(style, line, [left, y + row / 2.0], Anchor::Start)));
        y += row;
    }
    Ok(())
}

/// Returns the height of the curve at a share of the reference.
fn share_at(curve: &[(f64, f64)], x: f64) -> f64 {
    let after = curve.partition_point(|place| place.0 < x).clamp(1, curve.len() - 1);
    let ((x0, y0), (x1, y1)) = (curve[after - 1], curve[after]);
    if x1 > x0 { y0 + (y1 - y0) * (x - x0) / (x1 - x0) } else { y1 }
}
