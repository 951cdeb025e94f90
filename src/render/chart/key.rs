use super::rows::middle;
use crate::render::figure::{Anchor, Fill, Item, Outline, Shape, Stroke};
use crate::render::{PageRect, Theme};

const SWATCH_MM: f64 = 3.2;
const GAP_MM: f64 = 1.2;
const APART_MM: f64 = 4.5;

/// Draws a colour key in lines from the top of a frame, after a title if there is one. Returns the top of the remaining
/// space, in mm.
pub(super) fn key(
    title: Option<&str>,
    entries: &[(Fill, String)],
    theme: &Theme,
    frame: PageRect,
    items: &mut Vec<Item>,
) -> f64 {
    let style = theme.type_style(theme.label_pt * 0.9, theme.ink);
    let (mut left, mut top) = (frame.left, frame.top);
    if let Some(title) = title {
        let style = style.bold();
        let title = style.cut(title.to_owned(), frame.width);
        left += style.width_mm(&title) + APART_MM;
        items.push(Item::Text(middle(style, title, [frame.left, top + style.line_mm() / 2.0], Anchor::Start)));
    }
    for (fill, words) in entries {
        let words = style.cut(words.clone(), frame.width - SWATCH_MM - GAP_MM);
        let width = SWATCH_MM + GAP_MM + style.width_mm(&words);
        if left > frame.left && left + width > frame.right() {
            (left, top) = (frame.left, top + style.line_mm());
        }
        let centre = top + style.line_mm() / 2.0;
        let swatch = PageRect::around([left + SWATCH_MM / 2.0, centre], SWATCH_MM, SWATCH_MM * 0.85);
        let shape = Shape::filled(Outline::Rectangle(swatch), *fill);
        items.push(Item::Shape(Shape { stroke: Some(Stroke::new(theme.border, 0.1)), ..shape }));
        items.push(Item::Text(middle(style, words, [left + SWATCH_MM + GAP_MM, centre], Anchor::Start)));
        left += width + APART_MM;
    }
    if entries.is_empty() { top } else { top + style.line_mm() + 1.2 }
}
