use super::rows::{middle, spread};
use super::{ChartSpec, Failure, Slopes, empty};
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Position, Shape, Stroke};
use crate::render::map::QuotaProgress;
use crate::render::number::NumberFormat;
use crate::render::{Color, PageRect};

const DOT_MM: f64 = 0.9;
/// Between a dot and its label, where the label stands beside it or is led to.
const REACH_MM: f64 = 4.5;
const MAX_NAME_MM: f64 = 38.0;
/// Above the axis, the room of ends that lie beyond it.
const BEYOND_MM: f64 = 8.0;
/// The strip of paper that tears a line, and its place on the line, as a part of it from the end that lies beyond.
const TEAR_MM: f64 = 1.0;
const TEAR_AT: f64 = 0.1;

/// The highest share on the axis, where others lie far beyond it: they would leave the others a strip at the bottom. Bars end
/// there as well. `None` where all have their place.
fn axis_end(slopes: &Slopes) -> Option<f64> {
    let most = QuotaProgress::MOST_SHOWN;
    let drawn = || slopes.rows.iter().filter_map(|(_, before, after)| before.zip(*after));
    let is_beyond = drawn().any(|(before, after)| before.max(after) > most);
    let within = drawn().flat_map(|(before, after)| [before, after]).filter(|value| *value <= most);
    let highest = within.reduce(f64::max)?;
    (slopes.percent && is_beyond).then(|| highest.max(1.0))
}

/// The names of the rows with an end beyond the axis, whose lines are torn.
pub(super) fn torn(slopes: &Slopes) -> Vec<&str> {
    let Some(end) = axis_end(slopes) else { return Vec::new() };
    let is_torn = |before: Option<f64>, after: Option<f64>| {
        before.zip(after).is_some_and(|(before, after)| before.max(after) > end)
    };
    let rows = slopes.rows.iter().filter(|(_, before, after)| is_torn(*before, *after));
    rows.map(|(name, _, _)| name.as_str()).collect()
}

/// Draws a line for each row from its value before to its value after, with both values as labels.
pub(super) fn draw(
    spec: &ChartSpec,
    slopes: &Slopes,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let shown = Shown::from_slopes(spec, slopes)?;
    let layout = SlopeLayout::laid_out(&shown, frame)?;
    layout.draw_axes(&shown, items);
    layout.draw_lines(&shown, items);
    layout.draw_no_data(items);
    let words = shown.complete.iter().map(|row| {
        let (before, after) = shown.ends(*row);
        format!("{} {} → {}", slopes.rows[*row].0, shown.format.write(before), shown.format.write(after))
    });
    Ok(words.chain(shown.missing_words()).collect::<Vec<_>>().join("; "))
}

/// The rows with both values and those without, and the text of the values.
struct Shown<'a> {
    spec: &'a ChartSpec,
    slopes: &'a Slopes,
    format: NumberFormat,
    style: TypeStyle,
    missing: Vec<usize>,
    complete: Vec<usize>,
}

impl<'a> Shown<'a> {
    fn from_slopes(spec: &'a ChartSpec, slopes: &'a Slopes) -> Result<Self, Failure> {
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
        let style = theme.type_style(theme.label_pt, theme.ink);
        let (missing, complete): (Vec<usize>, Vec<usize>) =
            (0..slopes.rows.len()).partition(|row| slopes.rows[*row].1.is_none() || slopes.rows[*row].2.is_none());
        Ok(Self { spec, slopes, format, style, missing, complete })
    }

    /// Returns the name of a row, truncated if it is too long.
    fn name(&self, row: usize) -> String {
        self.style.cut(self.slopes.rows[row].0.clone(), MAX_NAME_MM)
    }

    /// Returns the values of a row before and after.
    fn ends(&self, row: usize) -> (f64, f64) {
        (self.slopes.rows[row].1.unwrap_or(0.0), self.slopes.rows[row].2.unwrap_or(0.0))
    }

    /// Returns the difference of the two values as text, with its sign.
    fn change(&self, row: usize) -> String {
        let (before, after) = self.ends(row);
        let number = self.format.bare(after - before);
        let sign = if after > before && number.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { "+" } else { "" };
        let point = if self.slopes.percent { self.spec.language.pick("百分点", " pts") } else { "" };
        format!("{sign}{number}{point}")
    }

    fn missing_words(&self) -> Option<String> {
        missing_words(self.spec, self.slopes, &self.missing, &self.format)
    }

    /// Returns the range of the values of complete rows.
    fn range(&self) -> (f64, f64) {
        self.complete
            .iter()
            .flat_map(|row| [self.ends(*row).0, self.ends(*row).1])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }
}

/// The places of the lines and of their labels.
struct SlopeLayout {
    frame: PageRect,
    field: PageRect,
    inner: PageRect,
    head_mm: f64,
    /// The room for each of the labels to the left and right, in mm.
    sides_mm: (f64, f64),
    left_words: Vec<String>,
    /// The labels to the right: the value with the name, and the change.
    right_words: Vec<(String, String)>,
    /// The lines of the note on rows without data.
    no_data: Vec<String>,
    note: TypeStyle,
}

impl SlopeLayout {
    fn laid_out(shown: &Shown<'_>, frame: PageRect) -> Result<Self, Failure> {
        let (style, format, theme) = (shown.style, &shown.format, &shown.spec.theme);
        let bold = style.bold();
        let left_words: Vec<String> = shown
            .complete
            .iter()
            .map(|row| format!("{}  {}", shown.name(*row), format.write(shown.ends(*row).0)))
            .collect();
        let right_words: Vec<(String, String)> = shown
            .complete
            .iter()
            .map(|row| {
                let words = format!("{}  {}", format.write(shown.ends(*row).1), shown.name(*row));
                (words, format!("  {}", shown.change(*row)))
            })
            .collect();
        let left_mm = left_words.iter().map(|words| style.width_mm(words)).fold(0.0, f64::max) + REACH_MM;
        let right_mm =
            right_words.iter().map(|(words, change)| bold.width_mm(words) + style.width_mm(change)).fold(0.0, f64::max)
                + REACH_MM;
        let note = theme.type_style(theme.note_pt, theme.muted);
        let no_data: Vec<String> =
            shown.missing_words().iter().flat_map(|words| note.wrap(words, frame.width)).collect();
        let head_mm = 1.4 * style.line_mm();
        let field = PageRect::new(
            frame.left + left_mm,
            frame.top + head_mm,
            frame.width - left_mm - right_mm,
            frame.height - head_mm - no_data.len() as f64 * note.line_mm() - 1.0,
        );
        let rows = shown.complete.len().max(1) as f64;
        let why = format!("{rows} lines and their labels are too many for it");
        if field.width < 20.0 {
            return Err(Failure::Width { why, short_mm: 20.0 - field.width });
        }
        let beyond_mm = axis_end(shown.slopes).map_or(0.0, |_| BEYOND_MM);
        let needed_mm = rows * style.line_mm() + beyond_mm;
        if field.height < needed_mm {
            return Err(Failure::Height { why, short_mm: needed_mm - field.height });
        }
        let inner = field.inset(style.line_mm() / 2.0);
        let sides_mm = (left_mm, right_mm);
        Ok(Self { frame, field, inner, head_mm, sides_mm, left_words, right_words, no_data, note })
    }

    /// Draws the two axes with their headings.
    fn draw_axes(&self, shown: &Shown<'_>, items: &mut Vec<Item>) {
        let (field, note, slopes) = (self.field, self.note, shown.slopes);
        for (x, words, anchor) in
            [(field.left, &slopes.before, Anchor::Middle), (field.right(), &slopes.after, Anchor::Middle)]
        {
            let axis = Outline::line([[x, field.top], [x, field.bottom()]]);
            items.push(Item::Shape(Shape::stroked(axis, Stroke::new(shown.spec.theme.rule, 0.2))));
            let words = note.cut(words.clone(), self.sides_mm.0.min(self.sides_mm.1) * 2.0);
            items.push(Item::Text(middle(note, words, [x, self.frame.top + self.head_mm / 2.0], anchor)));
        }
    }

    /// Draws the lines with their dots and labels.
    fn draw_lines(&self, shown: &Shown<'_>, items: &mut Vec<Item>) {
        let (inner, style) = (self.inner, shown.style);
        let (low, high) = shown.range();
        let end = axis_end(shown.slopes);
        let (high, top) = end.map_or((high, inner.top), |end| (end, inner.top + BEYOND_MM));
        let y = |value: f64| {
            if value > high {
                return inner.top;
            }
            let part = if high > low { (value - low) / (high - low) } else { 0.5 };
            inner.bottom() - part * (inner.bottom() - top)
        };
        if end.is_some() {
            for x in [self.field.left, self.field.right()] {
                tear(
                    [x, inner.top + BEYOND_MM / 2.0],
                    [0.0, 1.0],
                    (shown.spec.theme.paper, shown.spec.theme.rule),
                    items,
                );
            }
        }
        let wanted =
            |end: fn((f64, f64)) -> f64| shown.complete.iter().map(|row| y(end(shown.ends(*row)))).collect::<Vec<_>>();
        let places = |wanted: &[f64]| spread(wanted, style.line_mm(), inner.top, inner.bottom());
        let (before_y, after_y) = (wanted(|ends| ends.0), wanted(|ends| ends.1));
        let (before_at, after_at) = (places(&before_y), places(&after_y));
        for position in 0..shown.complete.len() {
            let dots = (before_y[position], after_y[position]);
            self.draw_line(position, dots, (before_at[position], after_at[position]), shown, items);
        }
    }

    /// Draws a line from its dot on the left to its dot on the right, and its labels at their heights.
    fn draw_line(
        &self,
        position: usize,
        (before_y, after_y): (f64, f64),
        (before_at, after_at): (f64, f64),
        shown: &Shown<'_>,
        items: &mut Vec<Item>,
    ) {
        let (field, style, theme) = (self.field, shown.style, &shown.spec.theme);
        let bold = style.bold();
        let row = shown.complete[position];
        let (before, after) = shown.ends(row);
        let color = if after < before {
            theme.alert
        } else if after > before {
            theme.accent
        } else {
            theme.muted
        };
        let line: [Position; 2] = [[field.left, before_y], [field.right(), after_y]];
        let mut shape = Shape::stroked(Outline::line(line), Stroke::new(color, 0.5));
        let (from, to) = (shown.format.write(before), shown.format.write(after));
        shape.title = Some(format!("{} {from} → {to}", shown.name(row)));
        items.push(Item::Shape(shape));
        let [[left, from_y], [right, to_y]] = line;
        let end = axis_end(shown.slopes).unwrap_or(f64::INFINITY);
        for (value, at) in [(before, TEAR_AT), (after, 1.0 - TEAR_AT)] {
            if value > end {
                let place = [left + at * (right - left), from_y + at * (to_y - from_y)];
                let long = (right - left).hypot(to_y - from_y);
                tear(place, [(right - left) / long, (to_y - from_y) / long], (theme.paper, color), items);
            }
        }
        for (dot, label_y, outward) in [(line[0], before_at, -1.0), (line[1], after_at, 1.0)] {
            led(dot, label_y, outward, theme.rule, items);
            let circle = Outline::Circle { centre: dot, radius_mm: DOT_MM };
            items.push(Item::Shape(Shape::filled(circle, Fill::Solid(color))));
        }
        let left = [field.left - REACH_MM, before_at];
        items.push(Item::Text(middle(style, self.left_words[position].clone(), left, Anchor::End)));
        let right = [field.right() + REACH_MM, after_at];
        let (words, change) = &self.right_words[position];
        items.push(Item::Text(middle(bold, words.clone(), right, Anchor::Start)));
        let behind = [right[0] + bold.width_mm(words), right[1]];
        let ink = TypeStyle { color: theme.paper.ink(color), ..style };
        items.push(Item::Text(middle(ink, change.clone(), behind, Anchor::Start)));
    }

    /// Draws the note on rows without data below the field.
    fn draw_no_data(&self, items: &mut Vec<Item>) {
        let note = self.note;
        for (line, words) in self.no_data.iter().enumerate() {
            let at = [self.frame.left, self.field.bottom() + 1.0 + line as f64 * note.line_mm() + note.baseline_mm()];
            items.push(Item::Text(note.text(words.clone(), at, Anchor::Start)));
        }
    }
}

/// Tears a line that runs through a place in a direction: a strip of paper between two strokes across it.
fn tear([x, y]: Position, [east, south]: [f64; 2], (paper, color): (Color, Color), items: &mut Vec<Item>) {
    let half = TEAR_MM / 2.0;
    let along = |by: f64| [x + by * east, y + by * south];
    let strip = Outline::line([along(-half), along(half)]);
    items.push(Item::Shape(Shape::stroked(strip, Stroke::new(paper, 1.4))));
    for by in [-half, half] {
        let [x, y] = along(by);
        // Across the line, and slanted.
        let across = |half: f64| [x + half * (0.4 * east - south), y + half * (0.4 * south + east)];
        items.push(Item::Shape(Shape::stroked(Outline::line([across(-1.0), across(1.0)]), Stroke::new(color, 0.3))));
    }
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
