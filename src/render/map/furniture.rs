use super::data::{Graticule, MapTable};
use super::paper::Paper;
use crate::model::Language;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Fill, Item, Outline, Position, Shape, Stroke, Text};
use crate::render::{PageRect, Theme};

const BAR_HEIGHT_MM: f64 = 1.4;
const PADDING_MM: f64 = 1.5;
/// Air between the numbers of a scale bar, as a share of their size.
const LEAST_GAP: f64 = 0.4;

/// Draws a scale bar of a round length in two halves, no longer than `max_mm`.
pub(super) fn scale_bar(metres_per_mm: f64, max_mm: f64, theme: &Theme) -> Block {
    let length_m = round_length_m(metres_per_mm * max_mm);
    let width = length_m / metres_per_mm;
    let style = theme.type_style(theme.note_pt, theme.ink);
    let (unit, per_unit) = if length_m >= 1000.0 { ("km", 1000.0) } else { ("m", 1.0) };
    let last = format!("{} {unit}", length_m / per_unit);
    let middle = format!("{}", length_m / 2.0 / per_unit);
    let overhang = style.width_mm(&last) / 2.0;
    let left = PADDING_MM + style.width_mm("0") / 2.0;
    let mut items = Vec::new();
    let baseline = PADDING_MM + style.baseline_mm();
    // A short bar has no room for the number in its middle.
    let half = |words: &str| style.width_mm(words) / 2.0;
    let has_middle = width / 2.0 >= half(&middle) + half(&last).max(half("0")) + style.size_mm * LEAST_GAP;
    let middle = has_middle.then_some((0.5, middle.as_str()));
    for (fraction, words) in [(0.0, "0"), (1.0, last.as_str())].into_iter().chain(middle) {
        items.push(Item::Text(style.text(words, [left + width * fraction, baseline], Anchor::Middle)));
    }
    let top = PADDING_MM + style.line_mm();
    for (half, fill) in [(0.0, theme.ink), (1.0, theme.paper)] {
        let frame = PageRect::new(left + half * width / 2.0, top, width / 2.0, BAR_HEIGHT_MM);
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(theme.ink, 0.2)),
            ..Shape::filled(Outline::Rectangle(frame), Fill::Solid(fill))
        }));
    }
    Block { width: left + width + overhang + PADDING_MM, height: top + BAR_HEIGHT_MM + PADDING_MM, items }
}

/// The longest of 1, 2, 5, 10, 20 … m that is no longer than this.
fn round_length_m(max_m: f64) -> f64 {
    let power = 10_f64.powf(max_m.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|digit| digit * power).find(|length| *length <= max_m).unwrap_or(power)
}

/// Draws an arrow that points to the north of the grid.
pub(super) fn north_arrow(theme: &Theme, language: Language) -> Block {
    let style = theme.type_style(theme.label_pt, theme.ink).bold();
    let words = language.pick("坐标北", "Grid north");
    let (width, shaft) = (style.width_mm(words).max(7.0), 9.0);
    let middle = PADDING_MM + width / 2.0;
    let top = PADDING_MM + style.line_mm() + 0.6;
    let (tip, notch, foot) = ([middle, top], [middle, top + shaft * 0.72], top + shaft);
    let half = |x: f64| Outline::ring([tip, notch, [x, foot]]);
    let sides = [
        Shape::filled(half(middle - 2.7), Fill::Solid(theme.ink)),
        Shape::filled(half(middle + 2.7), Fill::Solid(theme.paper)),
    ];
    let mut items = vec![Item::Text(style.text(words, [middle, PADDING_MM + style.baseline_mm()], Anchor::Middle))];
    items.extend(sides.map(|side| Item::Shape(Shape { stroke: Some(Stroke::new(theme.ink, 0.2)), ..side })));
    Block { width: width + 2.0 * PADDING_MM, height: foot + PADDING_MM, items }
}

/// Draws a table as a block of at most this width and height. A long table is set in smaller type, no smaller than `least_pt`;
/// if it still does not fit, rows are left out and a note says so.
pub(super) fn table(
    table: &MapTable,
    (theme, least_pt): (&Theme, f64),
    language: Language,
    (max_width, max_height): (f64, f64),
) -> Block {
    const GAP_MM: f64 = 3.0;
    let mut size_pt = theme.label_pt;
    loop {
        let style = theme.type_style(size_pt, theme.ink);
        let heading = TypeStyle { color: theme.muted, ..style };
        let line = style.line_mm() * 1.1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page holds few lines")]
        let room = ((max_height - 2.0 * PADDING_MM) / line).floor().max(2.0) as usize - 1;
        let columns = table.headings.len();
        let width = |column: usize| {
            let cells = table.rows.iter().filter_map(|row| row.get(column)).map(|cell| style.width_mm(cell));
            cells.fold(heading.width_mm(&table.headings[column]), f64::max)
        };
        let mut widths: Vec<f64> = (0..columns).map(width).collect();
        let whole = widths.iter().sum::<f64>() + GAP_MM * columns.saturating_sub(1) as f64;
        let fits = table.rows.len() <= room && whole <= max_width;
        if !fits && size_pt > least_pt {
            size_pt = (size_pt * 0.94).max(least_pt);
            continue;
        }
        if whole > max_width && columns > 0 {
            // The names give way to the numbers.
            widths[0] = (widths[0] - (whole - max_width)).max(10.0);
        }
        let shown = if table.rows.len() > room { room.saturating_sub(1) } else { table.rows.len() };
        let mut items = Vec::new();
        let mut top = PADDING_MM;
        let mut row = |cells: &[String], style: &TypeStyle, top: f64| {
            let mut left = 0.0;
            for (column, cell) in cells.iter().enumerate().take(columns) {
                let baseline = top + style.baseline_mm();
                let cell = style.cut(cell.clone(), widths[column] + 0.01);
                items.push(Item::Text(if column == 0 {
                    style.text(cell, [left, baseline], Anchor::Start)
                } else {
                    style.text(cell, [left + widths[column], baseline], Anchor::End)
                }));
                left += widths[column] + GAP_MM;
            }
        };
        row(&table.headings, &heading, top);
        top += line;
        let rule = top;
        for cells in &table.rows[..shown] {
            row(cells, &style, top);
            top += line;
        }
        if shown < table.rows.len() {
            let left = table.rows.len() - shown;
            row(&[language.pick(format!("另有 {left} 行"), format!("{left} more"))], &heading, top);
            top += line;
        }
        let whole = widths.iter().sum::<f64>() + GAP_MM * columns.saturating_sub(1) as f64;
        let rule = Outline::line([[0.0, rule - 0.3], [whole, rule - 0.3]]);
        items.push(Item::Shape(Shape::stroked(rule, Stroke::new(theme.rule, 0.2))));
        let frame = PageRect::new(0.0, 0.0, whole + 2.0 * PADDING_MM, top + PADDING_MM);
        let ground = Shape {
            stroke: Some(Stroke::new(theme.rule, 0.2)),
            ..Shape::filled(Outline::Rectangle(frame), Fill::Solid(theme.paper))
        };
        let items = items.into_iter().map(|item| item.moved(PADDING_MM, 0.0));
        let items = std::iter::once(Item::Shape(ground)).chain(items).collect();
        return Block { width: frame.width, height: frame.height, items };
    }
}

/// Draws meridians and parallels across a map, with their labels outside its frame: below it and to its left.
pub(super) fn graticule(lines: &[Graticule], paper: &Paper, frame: &PageRect, theme: &Theme) -> (Vec<Item>, Vec<Item>) {
    let style = theme.type_style(theme.note_pt, theme.muted);
    let (mut drawn, mut words) = (Vec::new(), Vec::new());
    for line in lines {
        let points: Vec<Position> = line.points.iter().map(|point| paper.point(*point)).collect();
        // Where it leaves the frame: a meridian at the bottom, a parallel at the left.
        let (edge, along) = if line.is_meridian { (frame.bottom(), 1) } else { (frame.left, 0) };
        let crossing = points.windows(2).find_map(|pair| {
            let (from, to) = (pair[0][along] - edge, pair[1][along] - edge);
            let share = from / (from - to);
            let at = pair[0][1 - along] + share * (pair[1][1 - along] - pair[0][1 - along]);
            (from * to <= 0.0 && share.is_finite()).then_some(at)
        });
        let half = style.width_mm(&line.label) / 2.0;
        if let Some(at) = crossing {
            if line.is_meridian && at - half > frame.left && at + half < frame.right() {
                let at = [at, frame.bottom() + style.baseline_mm()];
                words.push(Item::Text(style.text(line.label.clone(), at, Anchor::Middle)));
            } else if !line.is_meridian && at - half > frame.top && at + half < frame.bottom() {
                let at = [frame.left - 0.35 * style.size_mm, at];
                let text = Text { angle_deg: -90.0, ..style.text(line.label.clone(), at, Anchor::Middle) };
                words.push(Item::Text(text));
            }
        }
        drawn.push(Item::Shape(Shape::stroked(Outline::line(points), Stroke::new(theme.rule, 0.15))));
    }
    (drawn, words)
}

/// Returns the space in mm that the labels of a graticule take outside the frame of a map.
pub(super) fn graticule_margin_mm(theme: &Theme) -> f64 {
    theme.type_style(theme.note_pt, theme.muted).line_mm()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_round_lengths_and_true_widths() {
        for (max_m, length_m) in [(19_999.0, 10_000.0), (20_000.0, 20_000.0), (73_000.0, 50_000.0), (700.0, 500.0)] {
            assert!((round_length_m(max_m) - length_m).abs() < 1e-9, "{max_m}");
        }
        let block = scale_bar(500.0, 50.0, &Theme::default());
        let widths: Vec<f64> = block
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Shape(Shape { outline: Outline::Rectangle(frame), .. }) => Some(frame.width),
                _ => None,
            })
            .collect();
        assert_eq!(widths, [20.0, 20.0]);
    }
}
