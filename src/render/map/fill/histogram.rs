use super::Classed;
use crate::model::Language;
use crate::render::block::Block;
use crate::render::figure::{Anchor, Item, Outline, Shape, Stroke};
use crate::render::{PageRect, Theme};

const WIDTH_MM: f64 = 44.0;
const HEIGHT_MM: f64 = 11.0;
/// With fewer numbers the bars say nothing that the counts do not.
const LEAST_NUMBERS: usize = 20;
const MOST_BINS: usize = 32;
/// The least width of a class: a class narrower than this on the scale of the numbers could not be seen.
const LEAST_CLASS_MM: f64 = 1.5;

/// Part of the axis that belongs to one class.
struct Stretch {
    class: usize,
    from: f64,
    to: f64,
    left_mm: f64,
    width_mm: f64,
}

/// Draws a histogram of the values: bars in the colours of their classes, with the breaks marked and the ends labelled.
/// A bar never reaches over a break, and its area is proportional to the number of values. Returns `None` if there are
/// too few values or if all are equal.
pub(super) fn histogram(classed: &Classed, theme: &Theme, language: Language) -> Option<Block> {
    let scale = classed.scale.as_ref()?;
    let intervals = &scale.intervals;
    let mut sorted = scale.values.clone();
    sorted.sort_by(f64::total_cmp);
    let (lowest, highest) = (*sorted.first()?, *sorted.last()?);
    let range = highest - lowest;
    if sorted.len() < LEAST_NUMBERS || range <= 0.0 || !range.is_finite() {
        return None;
    }
    // The rule of Freedman and Diaconis, within what can be told apart in print.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
    let quartile = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let width = 2.0 * (quartile(0.75) - quartile(0.25)) / (sorted.len() as f64).cbrt();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, and is bounded")]
    let bins = if width > 0.0 { (range / width).ceil() as usize } else { MOST_BINS }.clamp(8, MOST_BINS);
    let bin_mm = WIDTH_MM / bins as f64;

    let (stretches, is_true) =
        stretches(intervals.uppers.len(), |class| intervals.held[class], &intervals.uppers, lowest, highest);
    let mut bars: Vec<(usize, PageRect)> = Vec::new();
    for stretch in &stretches {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1 and the width in bins")]
        let parts = if stretch.to > stretch.from { (stretch.width_mm / bin_mm).round().max(1.0) as usize } else { 1 };
        let own = sorted.iter().filter(|value| intervals.class_of(**value) == stretch.class);
        let mut counts = vec![0_usize; parts];
        for value in own {
            let share =
                if stretch.to > stretch.from { (value - stretch.from) / (stretch.to - stretch.from) } else { 0.0 };
            // A value on the border of two bins is in the lower one, as with classes.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "within 0 and the number of bins"
            )]
            let bin = ((share * parts as f64).ceil() as usize).clamp(1, parts) - 1;
            counts[bin] += 1;
        }
        let part_mm = stretch.width_mm / parts as f64;
        for (part, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            let left = stretch.left_mm + part as f64 * part_mm;
            bars.push((stretch.class, PageRect::new(left, 0.0, part_mm, count as f64 / part_mm)));
        }
    }
    let most = bars.iter().map(|(_, bar)| bar.height).fold(0.0, f64::max);
    let mut items = Vec::new();
    for (class, bar) in bars {
        let height = HEIGHT_MM * bar.height / most;
        let frame = PageRect::new(bar.left, HEIGHT_MM - height, bar.width, height);
        items.push(Item::Shape(Shape {
            stroke: Some(Stroke::new(theme.border, 0.1)),
            ..Shape::filled(Outline::Rectangle(frame), classed.classes[class].fill)
        }));
    }
    let baseline = Outline::line([[0.0, HEIGHT_MM], [WIDTH_MM, HEIGHT_MM]]);
    items.push(Item::Shape(Shape::stroked(baseline, Stroke::new(theme.ink, 0.15))));
    for stretch in &stretches[1..] {
        let tick = Outline::line([[stretch.left_mm, HEIGHT_MM], [stretch.left_mm, HEIGHT_MM + 1.2]]);
        items.push(Item::Shape(Shape::stroked(tick, Stroke::new(theme.ink, 0.2))));
    }
    let style = theme.type_style(theme.label_pt * 0.8, theme.muted);
    let baseline = HEIGHT_MM + 1.4 + style.baseline_mm();
    let mut height = HEIGHT_MM + 1.4 + style.line_mm();
    for (at, anchor, value) in [(0.0, Anchor::Start, lowest), (WIDTH_MM, Anchor::End, highest)] {
        items.push(Item::Text(style.text(intervals.write(value), [at, baseline], anchor)));
    }
    if !is_true {
        let words = language.pick("横轴按级分段，不成比例", "the axis changes its scale at the marks");
        items.push(Item::Text(style.text(words, [0.0, height + style.baseline_mm()], Anchor::Start)));
        height += style.line_mm();
    }
    Some(Block { width: WIDTH_MM, height, items })
}

/// Divides the axis among the classes that hold values, in proportion to their width but none too narrow to see. Says
/// whether the whole axis has one scale.
fn stretches(
    classes: usize,
    held: impl Fn(usize) -> Option<[f64; 2]>,
    uppers: &[f64],
    lowest: f64,
    highest: f64,
) -> (Vec<Stretch>, bool) {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut from = lowest;
    for (class, upper) in uppers.iter().enumerate().take(classes) {
        let Some([_, greatest]) = held(class) else { continue };
        // A break far beyond the values is no place on the axis.
        let to = upper.min(highest).max(greatest);
        stretches.push(Stretch { class, from, to, left_mm: 0.0, width_mm: 0.0 });
        from = to;
    }
    if let Some(last) = stretches.last_mut() {
        last.to = highest;
    }
    // Where each class is one value there is no distance to be true to: bars of one width, whose heights are the counts.
    if (0..classes).filter_map(&held).all(|[least, greatest]| least >= greatest) {
        let width_mm = WIDTH_MM / stretches.len().max(1) as f64;
        for (place, stretch) in stretches.iter_mut().enumerate() {
            (stretch.from, stretch.left_mm, stretch.width_mm) = (stretch.to, place as f64 * width_mm, width_mm);
        }
        return (stretches, true);
    }
    let wide = |stretch: &Stretch| (stretch.to - stretch.from) / (highest - lowest) * WIDTH_MM;
    let narrow = stretches.iter().filter(|stretch| wide(stretch) < LEAST_CLASS_MM).count();
    let taken = narrow as f64 * LEAST_CLASS_MM;
    let of_narrow: f64 = stretches.iter().map(wide).filter(|width| *width < LEAST_CLASS_MM).sum();
    let shrink = (WIDTH_MM - taken) / (WIDTH_MM - of_narrow).max(f64::MIN_POSITIVE);
    let mut left = 0.0;
    for stretch in &mut stretches {
        let width = wide(stretch);
        stretch.left_mm = left;
        stretch.width_mm = if width < LEAST_CLASS_MM { LEAST_CLASS_MM } else { width * shrink };
        left += stretch.width_mm;
    }
    // A class of one value at the start has no width of its own to be true to.
    let is_true = stretches.iter().all(|stretch| wide(stretch) >= LEAST_CLASS_MM || stretch.from == stretch.to);
    (stretches, is_true)
}
