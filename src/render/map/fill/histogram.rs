use super::Classed;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Item, Outline, Shape, Stroke};
use crate::render::{PageRect, Theme};

const WIDTH_MM: f64 = 44.0;
const HEIGHT_MM: f64 = 11.0;
/// With fewer numbers the bars say nothing that the counts do not.
const LEAST_NUMBERS: usize = 20;
const MOST_BINS: usize = 32;

/// Draws a histogram of the values: bars in the colours of their classes, with the breaks marked and the ends labelled.
/// Returns `None` if there are too few values or if all are equal.
pub(super) fn histogram(classed: &Classed, theme: &Theme) -> Option<Block> {
    let scale = classed.scale.as_ref()?;
    let lowest = scale.values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = scale.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = highest - lowest;
    if scale.values.len() < LEAST_NUMBERS || range <= 0.0 || !range.is_finite() {
        return None;
    }
    // The rule of Freedman and Diaconis, within what can be told apart in print.
    let mut sorted = scale.values.clone();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
    let quartile = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let width = 2.0 * (quartile(0.75) - quartile(0.25)) / (sorted.len() as f64).cbrt();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and is bounded")]
    let bins = if width > 0.0 { (range / width).ceil() as usize } else { MOST_BINS }.clamp(8, MOST_BINS);

    let mut counts = vec![0_usize; bins];
    for value in &scale.values {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 and the number of bins")]
        let bin = ((value - lowest) / range * bins as f64) as usize;
        counts[bin.min(bins - 1)] += 1;
    }
    let most = counts.iter().copied().max().filter(|most| *most > 0)?;
    let mut items = Vec::new();
    let bar = WIDTH_MM / bins as f64;
    for (bin, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = HEIGHT_MM * *count as f64 / most as f64;
        let middle = lowest + range * (bin as f64 + 0.5) / bins as f64;
        let class = scale.uppers.partition_point(|upper| *upper < middle).min(classed.ordered.saturating_sub(1));
        let frame = PageRect::new(bin as f64 * bar, HEIGHT_MM - height, bar, height);
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(theme.border, 0.1)),
            ..Shape::filled(Outline::Rectangle(frame), classed.classes[class].fill)
        }));
    }
    let baseline = Outline::line([[0.0, HEIGHT_MM], [WIDTH_MM, HEIGHT_MM]]);
    items.push(Item::Shape(Shape::stroked(baseline, Stroke::new(theme.ink, 0.15))));
    for upper in scale.uppers.iter().filter(|upper| **upper > lowest && **upper < highest) {
        let x = (upper - lowest) / range * WIDTH_MM;
        let tick = Outline::line([[x, HEIGHT_MM], [x, HEIGHT_MM + 1.2]]);
        items.push(Item::Shape(Shape::stroked(tick, Stroke::new(theme.ink, 0.2))));
    }
    let style = TypeStyle::new(theme.label_pt * 0.8, theme.muted, theme.paper);
    let baseline = HEIGHT_MM + 1.4 + style.baseline_mm();
    for (at, anchor, value) in [(0.0, Anchor::Start, lowest), (WIDTH_MM, Anchor::End, highest)] {
        items.push(Item::Text(style.text(scale.format.write(value), [at, baseline], anchor)));
    }
    Some(Block { width: WIDTH_MM, height: HEIGHT_MM + 1.4 + style.line_mm(), items })
}
