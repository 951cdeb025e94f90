use super::Color;
use super::PageRect;
use super::figure::{ASCENT, Anchor, Group, Item, Outline, Position, Shape, Stroke, Text};
use super::font::{FontWeight, Fonts};
use super::picture::Picture;

/// Height of a line of text, in em.
pub(super) const LINE_HEIGHT: f64 = 1.35;

/// Shapes and text laid out relative to their own corner (0, 0) and placed as a unit: a legend, a scale bar, a heading.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) items: Vec<Item>,
}

impl Block {
    /// Returns the rectangle of the block if its corner is placed at this position, in mm.
    pub(super) fn frame_at(&self, left: f64, top: f64) -> PageRect {
        PageRect::new(left, top, self.width, self.height)
    }

    /// Returns the items of the block with its corner at this position, in mm.
    pub(super) fn placed(self, left: f64, top: f64) -> Vec<Item> {
        self.items.into_iter().map(|item| item.moved(left, top)).collect()
    }

    /// Adds lines of text below the existing content.
    pub(super) fn add_lines(&mut self, lines: &[String], left: f64, style: &TypeStyle) {
        for line in lines {
            let at = [left, self.height + style.baseline_mm()];
            let text = style.text(line.clone(), at, Anchor::Start);
            self.width = self.width.max(text.frame().right());
            self.items.push(Item::Text(text));
            self.height += style.line_mm();
        }
    }
}

impl Item {
    /// Returns the item shifted to the right and down by these distances in mm.
    #[must_use]
    pub(super) fn moved(self, right: f64, down: f64) -> Self {
        let shift = |[x, y]: Position| [x + right, y + down];
        match self {
            Self::Text(text) => Self::Text(Text { at: shift(text.at), ..text }),
            Self::Picture(Picture { frame, pixels }) => {
                let [left, top] = shift([frame.left, frame.top]);
                Self::Picture(Picture { frame: PageRect::new(left, top, frame.width, frame.height), pixels })
            }
            Self::Group(group) => Self::Group(Group {
                clip: group.clip.map(|clip| PageRect::new(clip.left + right, clip.top + down, clip.width, clip.height)),
                items: group.items.into_iter().map(|item| item.moved(right, down)).collect(),
                ..group
            }),
            Self::Shape(shape) => {
                let outline = match shape.outline {
                    Outline::Circle { centre, radius_mm } => Outline::Circle { centre: shift(centre), radius_mm },
                    Outline::Rectangle(frame) => Outline::Rectangle(PageRect::new(
                        frame.left + right,
                        frame.top + down,
                        frame.width,
                        frame.height,
                    )),
                    Outline::Lines(mut lines) => {
                        for point in lines.iter_mut().flat_map(|line| &mut line.points) {
                            *point = shift(*point);
                        }
                        Outline::Lines(lines)
                    }
                };
                Self::Shape(Shape { outline, ..shape })
            }
        }
    }
}

impl Item {
    /// Returns the item with all lengths and distances from the corner (0, 0) multiplied by a factor.
    #[must_use]
    pub(super) fn scaled(self, factor: f64) -> Self {
        let place = |[x, y]: Position| [x * factor, y * factor];
        let rect = |frame: PageRect| {
            PageRect::new(frame.left * factor, frame.top * factor, frame.width * factor, frame.height * factor)
        };
        match self {
            Self::Text(text) => Self::Text(Text {
                at: place(text.at),
                size_mm: text.size_mm * factor,
                halo_mm: text.halo_mm * factor,
                ..text
            }),
            Self::Picture(Picture { frame, pixels }) => Self::Picture(Picture { frame: rect(frame), pixels }),
            Self::Group(group) => Self::Group(Group {
                clip: group.clip.map(rect),
                items: group.items.into_iter().map(|item| item.scaled(factor)).collect(),
                ..group
            }),
            Self::Shape(shape) => {
                let outline = match shape.outline {
                    Outline::Circle { centre, radius_mm } => {
                        Outline::Circle { centre: place(centre), radius_mm: radius_mm * factor }
                    }
                    Outline::Rectangle(frame) => Outline::Rectangle(rect(frame)),
                    Outline::Lines(mut lines) => {
                        for point in lines.iter_mut().flat_map(|line| &mut line.points) {
                            *point = place(*point);
                        }
                        Outline::Lines(lines)
                    }
                };
                let stroke = shape.stroke.map(|stroke| Stroke {
                    width_mm: stroke.width_mm * factor,
                    dashes_mm: stroke.dashes_mm.iter().map(|length| length * factor).collect(),
                    ..stroke
                });
                Self::Shape(Shape { outline, stroke, ..shape })
            }
        }
    }
}

/// The typographic settings of a line of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TypeStyle {
    pub(super) size_mm: f64,
    pub(super) weight: FontWeight,
    pub(super) color: Color,
    pub(super) ground: Color,
    pub(super) fonts: &'static Fonts,
}

impl TypeStyle {
    pub(super) fn bold(self) -> Self {
        Self { weight: FontWeight::Bold, ..self }
    }

    pub(super) fn line_mm(&self) -> f64 {
        LINE_HEIGHT * self.size_mm
    }

    /// Returns the distance from the top of a line to its baseline, in mm.
    pub(super) fn baseline_mm(&self) -> f64 {
        (ASCENT + (LINE_HEIGHT - 1.08) / 2.0) * self.size_mm
    }

    pub(super) fn width_mm(&self, text: &str) -> f64 {
        self.fonts.width_mm(text, self.size_mm, self.weight)
    }

    pub(super) fn text(&self, content: impl Into<String>, at: Position, anchor: Anchor) -> Text {
        Text {
            content: content.into(),
            at,
            size_mm: self.size_mm,
            weight: self.weight,
            fonts: self.fonts,
            anchor,
            color: self.color,
            ground: self.ground,
            halo_mm: 0.0,
            angle_deg: 0.0,
        }
    }

    /// Breaks a text into lines no wider than `width_mm`: between words, and between Chinese characters except before
    /// closing punctuation. A part that cannot be broken is truncated with “…”.
    pub(super) fn wrap(&self, text: &str, width_mm: f64) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for piece in pieces(text) {
            let joined = format!("{line}{piece}");
            if !line.is_empty() && self.width_mm(joined.trim_end()) > width_mm {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                line = piece.trim_start().to_owned();
            } else {
                line = joined;
            }
        }
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        lines.into_iter().map(|line| self.cut(line, width_mm)).collect()
    }

    /// Returns the text, truncated with “…” if it is wider than `width_mm`.
    pub(super) fn cut(&self, mut text: String, width_mm: f64) -> String {
        if self.width_mm(&text) <= width_mm {
            return text;
        }
        while !text.is_empty() && self.width_mm(&text) + self.width_mm("…") > width_mm {
            text.pop();
        }
        text + "…"
    }
}

/// The pieces a line may be broken between.
fn pieces(text: &str) -> Vec<String> {
    const CLOSING: &str = "，。；：、）》〉”’？！％…·";
    const OPENING: &str = "（《〈“‘";
    let wide = |character: char| u32::from(character) >= 0x2E80;
    let mut pieces: Vec<String> = Vec::new();
    let mut last = ' ';
    for character in text.chars() {
        let breaks = !CLOSING.contains(character)
            && !OPENING.contains(last)
            && (last == ' ' && character != ' ' || wide(character) || wide(last));
        match pieces.last_mut() {
            Some(piece) if !breaks => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
        last = character;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Theme;

    #[test]
    fn lines_break_between_words_and_never_before_closing_punctuation() {
        let style = TypeStyle { size_mm: 1.0, ..Theme::default().type_style(1.0, Color::BLACK) };
        assert_eq!(style.wrap("资料来源，天地图", 4.0), ["资料来", "源，天地", "图"]);
        assert_eq!(style.wrap("two words", 3.0), ["two", "words"]);
        assert!(style.wrap(&"x".repeat(99), 5.0)[0].ends_with('…'));
        assert!(style.wrap("", 5.0).is_empty());
    }
}
