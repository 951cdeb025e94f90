use super::rows::{Rows, middle};
use super::{ChartSpec, Failure, empty};
use crate::model::Language;
use crate::render::PageRect;
use crate::render::block::TypeStyle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke, Text};
use crate::render::number::NumberFormat;

const SHARE: NumberFormat = NumberFormat { decimals: 1, percent: true };
const COUNT: NumberFormat = NumberFormat { decimals: 0, percent: false };

/// Draws the number of firms that reached each stage, with the fraction that went on to the next between them, and below
/// them the number of those that passed in a sample of the last.
pub(super) fn draw(
    spec: &ChartSpec,
    stages: &[(String, u64)],
    sample: Option<&(String, u64)>,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> Result<String, Failure> {
    let theme = &spec.theme;
    let first = stages.first().ok_or_else(|| empty("stages"))?.1;
    let most = stages.iter().map(|stage| stage.1).max().unwrap_or(0).max(1) as f64;
    let last = stages.last().map_or(0, |(_, firms)| *firms);
    let mut tails: Vec<String> = stages
        .iter()
        .map(|(_, firms)| {
            let share = (first > 0).then(|| format!(" · {}", SHARE.write(*firms as f64 / first as f64)));
            format!("{}{}", COUNT.write(*firms as f64), share.unwrap_or_default())
        })
        .collect();
    if let Some((_, checked)) = sample {
        let share = (last > 0).then(|| SHARE.write(*checked as f64 / last as f64));
        tails.push(match (share, spec.language) {
            (None, _) => COUNT.write(*checked as f64),
            (Some(share), Language::Zh) => format!("{} · 占已复验的{share}", COUNT.write(*checked as f64)),
            (Some(share), Language::En) => format!("{} · {share} of those reviewed", COUNT.write(*checked as f64)),
        });
    }
    let sampled = sample.map(|(name, _)| match spec.language {
        Language::Zh => format!("{name}（抽样）"),
        Language::En => format!("{name} (sample)"),
    });
    let small = theme.type_style(theme.note_pt, theme.muted);
    let heading_mm = small.line_mm();
    let below = PageRect::new(frame.left, frame.top + heading_mm, frame.width, frame.height - heading_mm);
    let names = stages.iter().map(|(name, _)| name).chain(&sampled);
    let rows = Rows::laid_out(names, tails.iter(), theme, below)?;
    let heading = match spec.language {
        Language::Zh => format!("{}，占{}的比重", spec.counted(), stages[0].0),
        Language::En => format!("{}, share of those {}", spec.counted(), stages[0].0.to_lowercase()),
    };
    let heading = small.cut(heading, frame.width);
    items.push(Item::Text(small.text(heading, [frame.right(), frame.top + small.baseline_mm()], Anchor::End)));
    let half = rows.row_mm * 0.27;
    let right = |firms: u64| rows.plot.left + firms as f64 / most * rows.plot.width;
    let note = TypeStyle { ground: theme.no_quota, ..theme.type_style(theme.note_pt, theme.muted) };
    for (row, (name, firms)) in stages.iter().enumerate() {
        let y = rows.middle(row);
        items.extend(rows.name(row));
        if let Some((_, next)) = stages.get(row + 1) {
            let low = rows.middle(row + 1) - half;
            let ring =
                [[rows.plot.left, y + half], [right(*firms), y + half], [right(*next), low], [rows.plot.left, low]];
            items.push(Item::Shape(Shape::filled(Outline::ring(ring), Fill::Solid(theme.no_quota))));
            // Written where the part that goes on is wide and high enough for it.
            let passed = (*firms > 0).then(|| SHARE.write(*next as f64 / *firms as f64));
            let words = passed.map(|passed| match spec.language {
                Language::Zh => format!("↓ {passed}进入下一环节"),
                Language::En => format!("↓ {passed} went on"),
            });
            let text = words
                .map(|words| middle(note, words, [rows.plot.left + 1.5, f64::midpoint(y + half, low)], Anchor::Start));
            let held = |text: &Text| {
                let frame = text.frame();
                let edge =
                    |at: f64| right(*firms) + (right(*next) - right(*firms)) * (at - y - half) / (low - y - half);
                let narrow = edge(frame.top).min(edge(frame.bottom())) - 0.5;
                frame.right() < narrow && frame.height < low - y - half
            };
            items.extend(text.filter(held).map(Item::Text));
        }
        let bar = PageRect::new(rows.plot.left, y - half, right(*firms) - rows.plot.left, 2.0 * half);
        if *firms > 0 {
            let shape = Shape::filled(Outline::Rectangle(bar), Fill::Solid(theme.accent));
            items.push(Item::Shape(Shape { title: Some(format!("{name} {}", tails[row])), ..shape }));
        }
        let tail = [right(*firms) + 1.8, y];
        items.push(Item::Text(middle(rows.style.bold(), tails[row].clone(), tail, Anchor::Start)));
    }
    if let Some(((_, checked), name)) = sample.zip(sampled.as_ref()) {
        let row = stages.len();
        let y = rows.middle(row);
        items.extend(rows.name(row));
        // Apart from the stages, with the reviewed firms it is a sample of as its outline.
        let bar = |firms: u64| PageRect::new(rows.plot.left, y - half, right(firms) - rows.plot.left, 2.0 * half);
        let shape = Shape::filled(Outline::Rectangle(bar(last)), Fill::Solid(theme.paper));
        items.push(Item::Shape(Shape { stroke: Some(Stroke::new(theme.rule, 0.2)), ..shape }));
        let hatch = Fill::Hatch { line: theme.accent, ground: theme.paper };
        let shape = Shape::filled(Outline::Rectangle(bar(*checked)), hatch);
        let title = Some(format!("{name} {}", tails[row]));
        items.push(Item::Shape(Shape { stroke: Some(Stroke::new(theme.accent, 0.2)), title, ..shape }));
        let tail = [right(last.max(*checked)) + 1.8, y];
        items.push(Item::Text(middle(rows.style.bold(), tails[row].clone(), tail, Anchor::Start)));
    }
    let names = stages.iter().map(|(name, _)| name).chain(&sampled);
    let words: Vec<String> = names.zip(&tails).map(|(name, tail)| format!("{name} {tail}")).collect();
    Ok(words.join("; "))
}
