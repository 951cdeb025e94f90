use super::spec::MapSpec;
use crate::render::block::{Block, TypeStyle};
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke};
use crate::render::{Color, PageRect};

const SWATCH_WIDTH_MM: f64 = 7.0;
const GAP_MM: f64 = 2.0;
const PADDING_MM: f64 = 3.0;
/// Beyond this a word is cut: a legend is read at a glance.
const MAX_LABEL_MM: f64 = 70.0;
/// Beyond this share of the width of a narrow page as well.
const MAX_LABEL_SHARE: f64 = 0.5;
/// Between the classes on both sides of a midpoint.
const MIDPOINT_MM: f64 = 1.2;
/// Before what stands apart.
const APART_MM: f64 = 1.5;

/// A section of the legend, which explains the areas or one overlay.
#[derive(Default)]
pub(super) struct Section<'a> {
    pub(super) title: Option<String>,
    /// Notes in small type below the title, such as the unit.
    pub(super) notes: Vec<String>,
    /// A drawing before the entries: a histogram, or the square of a bivariate map.
    pub(super) block: Option<Block>,
    pub(super) entries: Vec<LegendEntry<'a>>,
}

/// A swatch with its label.
pub(super) struct LegendEntry<'a> {
    /// Draws the swatch in a rectangle.
    pub(super) swatch: Box<dyn FnOnce(PageRect) -> Vec<Shape> + 'a>,
    pub(super) label: String,
    /// A sign in the swatch, as it stands on the areas of the class, and the colour of the ground it stands on.
    pub(super) sign: Option<(&'static str, Color)>,
    /// The number of areas or items in the entry.
    pub(super) count: Option<usize>,
    /// Whether the entry is separated from the one above.
    pub(super) is_apart: bool,
    /// Whether a line above it parts the classes on both sides of a midpoint.
    pub(super) is_past_midpoint: bool,
    /// The width and height of the swatch in mm, if not determined by the line of type.
    pub(super) size_mm: Option<(f64, f64)>,
}

impl<'a> LegendEntry<'a> {
    /// Makes an entry whose swatch fills its rectangle.
    pub(super) fn swatch(label: impl Into<String>, draw: impl FnOnce(PageRect) -> Vec<Shape> + 'a) -> Self {
        Self {
            swatch: Box::new(draw),
            label: label.into(),
            sign: None,
            count: None,
            is_apart: false,
            is_past_midpoint: false,
            size_mm: None,
        }
    }
}

/// Draws the legend, with its sections below one another on one background. Returns `None` if there are no sections.
pub(super) fn legend(spec: &MapSpec, sections: Vec<Section<'_>>) -> Option<Block> {
    let theme = &spec.theme;
    let type_style = theme.type_style(theme.label_pt, theme.ink);
    let heading = type_style.bold();
    let small = TypeStyle { size_mm: type_style.size_mm * 0.85, color: theme.muted, ..type_style };
    let mut block = Block { width: 0.0, height: PADDING_MM, items: Vec::new() };
    let most_mm = MAX_LABEL_MM.min(spec.page.width_mm * MAX_LABEL_SHARE);
    let mut is_first = true;
    for section in sections {
        if section.entries.is_empty() && section.block.is_none() && section.title.is_none() {
            continue;
        }
        if !is_first {
            block.height += APART_MM;
        }
        if let Some(title) = &section.title {
            block.add_lines(&heading.wrap(title, most_mm), PADDING_MM, &heading);
        }
        if !section.notes.is_empty() {
            let notes = section.notes.join(spec.language.pick("；", "; "));
            block.add_lines(&small.wrap(&notes, most_mm), PADDING_MM, &small);
        }
        if is_first {
            block.height += 1.0;
        }
        is_first = false;
        if let Some(own) = section.block {
            let top = block.height;
            block.width = block.width.max(PADDING_MM + own.width);
            block.height += own.height + 1.0;
            block.items.extend(own.placed(PADDING_MM, top));
        }
        let widest = section.entries.iter().filter_map(|entry| entry.size_mm).map(|size| size.0);
        let swatch_width = widest.fold(SWATCH_WIDTH_MM, f64::max);
        for entry in section.entries {
            row(&mut block, &type_style, &small, entry, (swatch_width, most_mm));
        }
    }
    if is_first {
        return None;
    }
    block.width += PADDING_MM;
    block.height += PADDING_MM - 0.8;
    let ground = Shape {
        stroke: Some(Stroke::new(theme.rule, 0.2)),
        ..Shape::filled(Outline::Rectangle(block.frame_at(0.0, 0.0)), Fill::Solid(theme.paper))
    };
    block.items.insert(0, Item::Shape(ground));
    Some(block)
}

/// Returns a filled rectangle with a thin border.
pub(super) fn framed(frame: PageRect, fill: Fill, border: Color) -> Shape {
    Shape { stroke: Some(Stroke::new(border, 0.15)), ..Shape::filled(Outline::Rectangle(frame), fill) }
}

fn row(
    block: &mut Block,
    style: &TypeStyle,
    small: &TypeStyle,
    entry: LegendEntry<'_>,
    (swatch_width, most_mm): (f64, f64),
) {
    if entry.is_apart {
        block.height += APART_MM;
    }
    if entry.is_past_midpoint {
        let y = block.height + MIDPOINT_MM / 2.0;
        let ends = [PADDING_MM - 1.0, PADDING_MM + swatch_width + 1.0];
        let line = Outline::line(ends.map(|x| [x, y]));
        block.items.push(Item::Shape(Shape::stroked(line, Stroke::new(style.color, 0.35))));
        block.height += MIDPOINT_MM;
    }
    let line = style.line_mm() * 1.08;
    let (width, swatch_height) = entry.size_mm.unwrap_or((SWATCH_WIDTH_MM, line * 0.72));
    let height = line.max(swatch_height + 0.6);
    let left = PADDING_MM + (swatch_width - width) / 2.0;
    let frame = PageRect::new(left, block.height + (height - swatch_height) / 2.0, width, swatch_height);
    block.items.extend((entry.swatch)(frame).into_iter().map(Item::Shape));
    if let Some((sign, ground)) = entry.sign {
        let style = TypeStyle { color: ground.ink(style.color), ground, ..*style };
        let at = [frame.centre()[0], frame.centre()[1] + 0.34 * style.size_mm];
        block.items.push(Item::Text(style.text(sign, at, Anchor::Middle)));
    }
    let baseline = block.height + (height - style.line_mm()) / 2.0 + style.baseline_mm();
    let left = PADDING_MM + swatch_width + GAP_MM;
    let label = style.cut(entry.label, most_mm);
    let mut right = left + style.width_mm(&label);
    block.items.push(Item::Text(style.text(label, [left, baseline], Anchor::Start)));
    if let Some(count) = entry.count {
        let count = format!("({count})");
        let from = right + GAP_MM * 0.7;
        right = from + small.width_mm(&count);
        block.items.push(Item::Text(small.text(count, [from, baseline], Anchor::Start)));
    }
    block.width = block.width.max(right);
    block.height += height;
}
