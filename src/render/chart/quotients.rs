use super::rows::{Rows, middle};
use super::{ChartSpec, Failure, Quotient, empty};
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke};
use crate::render::number::NumberFormat;
use crate::render::{Color, PageRect, Theme};

/// The default number of rows.
const MOST: usize = 20;
const DOT_MM: f64 = 1.1;
const FORMAT: NumberFormat = NumberFormat { decimals: 2, percent: false };
/// The positions of ticks within a power of ten.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];
/// A quotient beyond these says no more than that it is.
const BOUNDS: (f64, f64) = (0.02, 50.0);

/// Draws location quotients on a logarithmic axis, highest first, each with its confidence interval, and marks the
/// value 1.
pub(super) fn draw(
    spec: &ChartSpec,
    quotients: &[Quotient],
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let theme = &spec.theme;
    let language = spec.language;
    let shown = shown(quotients, spec.most.unwrap_or(MOST));
    let (low, high) = range(&shown).ok_or_else(|| empty("location quotients"))?;
    let no_data = language.pick("无数据", "no data");
    let tails: Vec<String> = shown
        .iter()
        .map(|row| match (row.quotient, row.interval) {
            (None, _) => no_data.to_owned(),
            (Some(quotient), None) => FORMAT.write(quotient),
            (Some(quotient), Some((lower, upper))) => {
                format!("{} ({}–{})", FORMAT.write(quotient), FORMAT.write(lower), FORMAT.write(upper))
            }
        })
        .collect();
    let small = theme.type_style(theme.note_pt, theme.muted);
    let (above_mm, below_mm) = (small.line_mm() + 0.8, 2.0 * small.line_mm() + 1.5);
    let field = PageRect::new(frame.left, frame.top + above_mm, frame.width, frame.height - above_mm - below_mm);
    let rows = Rows::laid_out(shown.iter().map(|row| &row.name), tails.iter(), theme, field)?;
    let plot = rows.plot;
    let x = |value: f64| {
        let part = (value.clamp(low, high).ln() - low.ln()) / (high.ln() - low.ln());
        plot.left + part * plot.width
    };
    axis(&plot, (low, high), &x, theme, items);
    let title = language.pick("区位商（对数刻度），横线为区间", "location quotient (log scale), lines are intervals");
    let title = small.cut(title.to_owned(), frame.width);
    let half = small.width_mm(&title) / 2.0;
    let title_x = plot.centre()[0].min(frame.right() - half).max(frame.left + half);
    let title_at = [title_x, plot.bottom() + 1.5 + small.line_mm() + small.baseline_mm()];
    items.push(Item::Text(small.text(title, title_at, Anchor::Middle)));
    sides(spec, (frame, plot), (x(1.0), small), items);

    for (row, quotient) in shown.iter().enumerate() {
        items.extend(rows.name(row));
        let (style, color) =
            if quotient.quotient.is_some() { (rows.style.bold(), theme.ink) } else { (rows.style, theme.muted) };
        let style = TypeStyle { color, ..style };
        let at = [frame.right(), rows.middle(row)];
        items.push(Item::Text(middle(style, tails[row].clone(), at, Anchor::End)));
        if let Some(value) = quotient.quotient {
            let mark = Mark { quotient, value, y: rows.middle(row), plot, range: (low, high) };
            mark.draw(&x, &tails[row], theme, items);
        }
    }
    let words: Vec<String> = shown.iter().zip(&tails).map(|(row, tail)| format!("{} {tail}", row.name)).collect();
    Ok(words.join("; "))
}

/// A quotient with its interval, at its place in a row.
struct Mark<'a> {
    quotient: &'a Quotient,
    value: f64,
    /// The middle of the row in mm.
    y: f64,
    plot: PageRect,
    /// The ends of the axis.
    range: (f64, f64),
}

impl Mark<'_> {
    /// Draws the interval as a line, with an arrow where it goes on beyond the axis, and the quotient as a dot.
    fn draw(&self, x: &impl Fn(f64) -> f64, tail: &str, theme: &Theme, items: &mut Vec<Item>) {
        let Self { quotient, y, plot, range: (low, high), .. } = *self;
        let (color, sure) = side(quotient, theme);
        if let Some((lower, upper)) = quotient.interval {
            let line = Outline::line([[x(lower), y], [x(upper), y]]);
            items.push(Item::Shape(Shape::stroked(line, Stroke::new(color, 0.6))));
            for (end, at, outward) in [(lower < low, plot.left, -1.0), (upper > high, plot.right(), 1.0)] {
                if end {
                    let tip = [at + outward * 1.2, y];
                    let arrow = Outline::ring([tip, [at, y - 0.8], [at, y + 0.8]]);
                    items.push(Item::Shape(Shape::filled(arrow, Fill::Solid(color))));
                }
            }
        }
        let circle = Outline::Circle { centre: [x(self.value), y], radius_mm: DOT_MM };
        let fill = if sure { Fill::Solid(color) } else { Fill::Solid(theme.paper) };
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(color, 0.45)),
            title: Some(format!("{} {tail}", quotient.name)),
            ..Shape::filled(circle, fill)
        }));
    }
}

/// The rows whose interval begins highest, in the order of their quotients; those without one last.
fn shown(quotients: &[Quotient], most: usize) -> Vec<&Quotient> {
    let sure = |row: &Quotient| row.interval.map(|(lower, _)| lower).or(row.quotient).unwrap_or(-1.0);
    // What is no number has no place.
    let is_number = |row: &&Quotient| row.quotient.is_none_or(f64::is_finite);
    let mut rows: Vec<&Quotient> = quotients.iter().filter(is_number).collect();
    if rows.len() > most {
        rows.sort_by(|one, other| sure(other).total_cmp(&sure(one)));
        rows.truncate(most);
    }
    let value = |row: &Quotient| row.quotient.unwrap_or(-1.0);
    rows.sort_by(|one, other| value(other).total_cmp(&value(one)));
    rows
}

/// The ends of the axis: 1 and every quotient, and intervals as far as they do not dwarf them; on ticks.
fn range(rows: &[&Quotient]) -> Option<(f64, f64)> {
    let values = || rows.iter().filter_map(|row| row.quotient).filter(|value| value.is_finite());
    values().next()?;
    let positive = values().filter(|value| *value > 0.0).chain([1.0]);
    let (least, greatest) = positive.fold((1.0_f64, 1.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let ends = rows.iter().filter_map(|row| row.interval);
    let (lower, upper) = ends.fold((least, greatest), |(low, high), (lower, upper)| {
        (if lower > 0.0 { low.min(lower) } else { low }, high.max(upper))
    });
    let low = lower.max(least / 4.0).max(BOUNDS.0).min(0.8);
    let high = upper.min(greatest * 4.0).min(BOUNDS.1).max(1.25);
    let ticks = ticks(low / 10.0, high * 10.0);
    let below = ticks.iter().copied().rfind(|tick| *tick <= low * 1.000_001)?;
    let above = ticks.iter().copied().find(|tick| *tick >= high * 0.999_999)?;
    Some((below, above))
}

fn ticks(low: f64, high: f64) -> Vec<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "logarithms of numbers")]
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = powers.flat_map(|power| {
        STEPS.map(|step| if power < 0 { step / 10_f64.powi(-power) } else { step * 10_f64.powi(power) })
    });
    all.filter(|tick| *tick >= low * 0.999_999 && *tick <= high * 1.000_001).collect()
}

fn axis(plot: &PageRect, (low, high): (f64, f64), x: &dyn Fn(f64) -> f64, theme: &Theme, items: &mut Vec<Item>) {
    let small = theme.type_style(theme.note_pt, theme.muted);
    let mut free_from = f64::NEG_INFINITY;
    for tick in ticks(low, high) {
        let at = x(tick);
        let (color, width) = if tick == 1.0 { (theme.ink, 0.35) } else { (theme.rule, 0.1) };
        let line = Outline::line([[at, plot.top], [at, plot.bottom()]]);
        items.push(Item::Shape(Shape::stroked(line, Stroke::new(color, width))));
        let words = NumberFormat::exact(&[tick], false).write(tick);
        let text = small.text(words, [at, plot.bottom() + 1.5 + small.baseline_mm()], Anchor::Middle);
        if text.frame().left > free_from {
            free_from = text.frame().right() + 1.0;
            items.push(Item::Text(text));
        }
    }
}

/// Draws the meaning of quotients to the left and right of 1.
fn sides(spec: &ChartSpec, (frame, plot): (PageRect, PageRect), (one, small): (f64, TypeStyle), items: &mut Vec<Item>) {
    let (low, high) = spec.language.pick(("← 低于平均", "高于平均 →"), ("← below average", "above average →"));
    let y = frame.top + small.line_mm() / 2.0;
    for (words, anchor, at) in [(low, Anchor::End, one - 1.5), (high, Anchor::Start, one + 1.5)] {
        let text = middle(small, words, [at, y], anchor);
        if frame.holds(&text.frame()) && text.frame().right() <= plot.right().max(frame.right()) {
            items.push(Item::Text(text));
        }
    }
}

/// The colour of a row, and whether its interval leaves 1 out.
fn side(quotient: &Quotient, theme: &Theme) -> (Color, bool) {
    match quotient.interval {
        Some((lower, _)) if lower > 1.0 => (theme.accent, true),
        Some((_, upper)) if upper < 1.0 => (theme.alert, true),
        _ => (theme.muted, false),
    }
}
