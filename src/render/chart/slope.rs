use super::rows::{middle, spread};
use super::{ChartSpec, Failure, Slopes, empty};
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Position, Shape, Stroke};
use crate::render::number::NumberFormat;
use crate::render::{Color, Frame};

const DOT_MM: f64 = 0.9;
/// Between a dot and its label, where the label stands beside it or is led to.
const REACH_MM: f64 = 4.5;
const MAX_NAME_MM: f64 = 38.0;

/// Draws a line for each row from its value before to its value after, with both values as labels.
pub(super) fn draw(spec: &ChartSpec, slopes: &Slopes, frame: Frame, items: &mut Vec<Item>) -> Result<String, Failure> {
    let theme = &spec.theme;
    let known: Vec<f64> = slopes.rows.iter().flat_map(|(_, before, after)| [*before, *after]).flatten().collect();
    if known.is_empty() {
        return Err(empty("values at two times").into());
    }
    let format = match spec.decimals {
        Some(decimals) => NumberFormat { decimals, percent: slopes.percent },
        None if slopes.percent => NumberFormat { decimals: 1, percent: true },
        None => NumberFormat::telling_apart(&known, false),
    };
    let style = TypeStyle::new(theme.label_pt, theme.ink, theme.paper);
    let bold = style.bold();
    let name = |row: usize| style.cut(slopes.rows[row].0.clone(), MAX_NAME_MM);
    let (missing, complete): (Vec<usize>, Vec<usize>) =
        (0..slopes.rows.len()).partition(|row| slopes.rows[*row].1.is_none() || slopes.rows[*row].2.is_none());
    let ends = |row: usize| (slopes.rows[row].1.unwrap_or(0.0), slopes.rows[row].2.unwrap_or(0.0));
    let change = |row: usize| {
        let (before, after) = ends(row);
        let number = format.bare(after - before);
        let sign = if after > before && number.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { "+" } else { "" };
        let point = if slopes.percent { spec.language.pick("百分点", " pts") } else { "" };
        format!("{sign}{number}{point}")
    };
    let left_words: Vec<String> =
        complete.iter().map(|row| format!("{}  {}", name(*row), format.write(ends(*row).0))).collect();
    let right_words: Vec<(String, String)> = complete
        .iter()
        .map(|row| (format!("{}  {}", format.write(ends(*row).1), name(*row)), format!("  {}", change(*row))))
        .collect();
    let left_mm = left_words.iter().map(|words| style.width_mm(words)).fold(0.0, f64::max) + REACH_MM;
    let right_mm =
        right_words.iter().map(|(words, change)| bold.width_mm(words) + style.width_mm(change)).fold(0.0, f64::max)
            + REACH_MM;
    let no_data = missing_words(spec, slopes, &missing, &format);
    let note = TypeStyle::new(theme.note_pt, theme.muted, theme.paper);
    let no_data: Vec<String> = no_data.iter().flat_map(|words| note.wrap(words, frame.width)).collect();
    let head_mm = 1.4 * style.line_mm();
    let field = Frame::new(
        frame.left + left_mm,
        frame.top + head_mm,
        frame.width - left_mm - right_mm,
        frame.height - head_mm - no_data.len() as f64 * note.line_mm() - 1.0,
    );
    let rows = complete.len().max(1) as f64;
    if field.width < 20.0 || field.height < rows * style.line_mm() {
        return Err(Failure::Room(format!("{rows} lines and their labels are too many for it")));
    }
    let (low, high) = complete
        .iter()
        .flat_map(|row| [ends(*row).0, ends(*row).1])
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let inner = field.inset(style.line_mm() / 2.0);
    let y = |value: f64| {
        let part = if high > low { (value - low) / (high - low) } else { 0.5 };
        inner.bottom() - part * inner.height
    };
    for (x, words, anchor) in
        [(field.left, &slopes.before, Anchor::Middle), (field.right(), &slopes.after, Anchor::Middle)]
    {
        let axis = Outline::line([[x, field.top], [x, field.bottom()]]);
        items.push(Item::Shape(Shape::stroked(axis, Stroke::new(theme.rule, 0.2))));
        let words = note.cut(words.clone(), left_mm.min(right_mm) * 2.0);
        items.push(Item::Text(middle(note, words, [x, frame.top + head_mm / 2.0], anchor)));
    }
    let wanted = |end: fn((f64, f64)) -> f64| complete.iter().map(|row| y(end(ends(*row)))).collect::<Vec<_>>();
    let places = |wanted: &[f64]| spread(wanted, style.line_mm(), inner.top, inner.bottom());
    let (before_y, after_y) = (wanted(|ends| ends.0), wanted(|ends| ends.1));
    let (before_at, after_at) = (places(&before_y), places(&after_y));
    for (position, row) in complete.iter().enumerate() {
        let (before, after) = ends(*row);
        let color = if after < before {
            theme.alert
        } else if after > before {
            theme.accent
        } else {
            theme.muted
        };
        let line: [Position; 2] = [[field.left, before_y[position]], [field.right(), after_y[position]]];
        let mut shape = Shape::stroked(Outline::line(line), Stroke::new(color, 0.5));
        shape.title = Some(format!("{} {} → {}", name(*row), format.write(before), format.write(after)));
        items.push(Item::Shape(shape));
        for (dot, label_y, outward) in [(line[0], before_at[position], -1.0), (line[1], after_at[position], 1.0)] {
            led(dot, label_y, outward, theme.rule, items);
            let circle = Outline::Circle { centre: dot, radius_mm: DOT_MM };
            items.push(Item::Shape(Shape::filled(circle, Fill::Solid(color))));
        }
        let left = [field.left - REACH_MM, before_at[position]];
        items.push(Item::Text(middle(style, left_words[position].clone(), left, Anchor::End)));
        let right = [field.right() + REACH_MM, after_at[position]];
        let (words, change) = &right_words[position];
        items.push(Item::Text(middle(bold, words.clone(), right, Anchor::Start)));
        let behind = [right[0] + bold.width_mm(words), right[1]];
        let ink = TypeStyle { color: theme.paper.ink(color), ..style };
        items.push(Item::Text(middle(ink, change.clone(), behind, Anchor::Start)));
    }
    for (line, words) in no_data.iter().enumerate() {
        let at = [frame.left, field.bottom() + 1.0 + line as f64 * note.line_mm() + note.baseline_mm()];
        items.push(Item::Text(note.text(words.clone(), at, Anchor::Start)));
    }
    let words = complete.iter().map(|row| {
        let (before, after) = ends(*row);
        format!("{} {} → {}", slopes.rows[*row].0, format.write(before), format.write(after))
    });
    Ok(words.chain(missing_words(spec, slopes, &missing, &format)).collect::<Vec<_>>().join("; "))
}

/// From a dot to its label, where that stands aside.
fn led(dot: Position, label_y: f64, outward: f64, color: Color, items: &mut Vec<Item>) {
    if (dot[1] - label_y).abs() > 0.3 {
        let end = [dot[0] + outward * (REACH_MM - 0.6), label_y];
        let start = [dot[0] + outward * DOT_MM, dot[1]];
        items.push(Item::Shape(Shape::stroked(Outline::line([start, end]), Stroke::new(color, 0.2))));
    }
}

/// The rows that lack one of the values, with the one they have.
fn missing_words(spec: &ChartSpec, slopes: &Slopes, missing: &[usize], format: &NumberFormat) -> Option<String> {
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format.write(value));
    let words: Vec<String> = missing
        .iter()
        .map(|row| &slopes.rows[*row])
        .map(|(name, before, after)| match (before, after) {
            (None, None) => name.clone(),
            _ => format!("{name} {} → {}", value(*before), value(*after)),
        })
        .collect();
    let (lead, comma) = spec.language.pick(("无数据：", "；"), ("No data: ", "; "));
    (!words.is_empty()).then(|| format!("{lead}{}", words.join(comma)))
}
