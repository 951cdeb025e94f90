use serde_json::{Map, Value};

use super::font::{FontWeight, Fonts, composed};
use super::palette::{CategoryMark, Texture};
use super::picture::Picture;
use super::{Color, PageRect};
use crate::error::RenderError;
use crate::model::json::json;

/// A position on the page in mm: right and down from the top left corner.
pub type Position = [f64; 2];

/// A drawing in millimetres. The same figure always gives the same bytes as SVG, PNG and PDF.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The width of the page in mm.
    pub width_mm: f64,
    /// The height of the page in mm.
    pub height_mm: f64,
    /// The title, which a screen reader reads first.
    pub title: String,
    /// The description, which a screen reader reads next: the message of the figure in words.
    pub description: String,
    /// The language of the text as a BCP 47 tag: `zh-CN`, `en`.
    pub language: &'static str,
    /// The content, in drawing order from bottom to top.
    pub items: Vec<Item>,
    /// Warnings to show to the user, one sentence each, such as labels that found no room.
    pub warnings: Vec<String>,
    /// The content of the figure as structured data: classes, values, sources.
    pub record: Map<String, Value>,
}

/// An item of a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A line or an area.
    Shape(Shape),
    /// A line of text.
    Text(Text),
    /// A picture of pixels.
    Picture(Picture),
    /// Several items with a common name, clip or opacity.
    Group(Group),
}

/// A group of items.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// The name of the group, for programs that open the figure: `areas`, `legend`.
    pub id: Option<String>,
    /// The clip rectangle: nothing of the group is drawn outside of it.
    pub clip: Option<PageRect>,
    /// The items, in drawing order from bottom to top.
    pub items: Vec<Item>,
}

/// A line or an area with its fill and stroke.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The geometry.
    pub outline: Outline,
    /// The fill of the interior.
    pub fill: Fill,
    /// The stroke along the outline.
    pub stroke: Option<Stroke>,
    /// The opacity of fill and stroke, 0 to 1.
    pub opacity: f64,
    /// The tooltip, which a screen reader also reads.
    pub title: Option<String>,
    /// Structured data for programs that open the figure, written as `data-` attributes.
    pub data: Vec<(&'static str, String)>,
}

/// The geometry of a shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// Polylines; several closed ones make holes by the even-odd rule.
    Lines(Vec<Line>),
    /// A circle.
    Circle {
        /// The centre.
        centre: Position,
        /// The radius in mm.
        radius_mm: f64,
    },
    /// An axis-parallel rectangle.
    Rectangle(PageRect),
}

/// A polyline.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The points; the first point of a closed line is not repeated.
    pub points: Vec<Position>,
    /// Whether the last point is joined to the first.
    pub closed: bool,
}

/// The fill of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// No fill.
    None,
    /// A single colour.
    Solid(Color),
    /// Diagonal lines on a background, used for “no data” and for some of many categories.
    Hatch {
        /// The colour of the lines.
        line: Color,
        /// The colour of the background.
        ground: Color,
    },
    /// Diagonal lines in both directions on a background, used for “masked” and for some of many categories.
    CrossHatch {
        /// The colour of the lines.
        line: Color,
        /// The colour of the background.
        ground: Color,
    },
}

/// The stroke of a shape. Joins and ends are round, so that sharp corners cause no spikes.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// The colour.
    pub color: Color,
    /// The width in mm.
    pub width_mm: f64,
    /// The lengths of dashes and gaps in mm, alternating; empty for a solid line.
    pub dashes_mm: Vec<f64>,
}

/// The point of a line of text that lies at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The start of the line.
    Start,
    /// The middle of the line.
    Middle,
    /// The end of the line.
    End,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The text itself, which is never interpreted as markup.
    pub content: String,
    /// The position of the anchor, on the baseline.
    pub at: Position,
    /// The font size (the em) in mm.
    pub size_mm: f64,
    /// The weight of the font.
    pub weight: FontWeight,
    /// The fonts it is set in: those of the theme.
    pub fonts: &'static Fonts,
    /// The point of the line that lies at `at`.
    pub anchor: Anchor,
    /// The colour of the letters.
    pub color: Color,
    /// The background colour, from which the contrast is computed.
    pub ground: Color,
    /// The width of the halo around the letters in mm, drawn in the background colour; 0 for none.
    pub halo_mm: f64,
    /// The rotation about `at` in degrees, clockwise.
    pub angle_deg: f64,
}

impl Figure {
    /// Makes an empty page of this size.
    #[must_use]
    pub fn new(width_mm: f64, height_mm: f64) -> Self {
        Self {
            width_mm,
            height_mm,
            title: String::new(),
            description: String::new(),
            language: "zh-CN",
            items: Vec::new(),
            warnings: Vec::new(),
            record: Map::new(),
        }
    }

    /// Returns a description of the figure for a JSON file beside it: program version, page, title and description, the
    /// figure's record, and its warnings.
    #[must_use]
    pub fn sidecar(&self) -> Value {
        let mut facts = Map::new();
        for (key, value) in [
            ("program", json!(concat!("jiju ", env!("CARGO_PKG_VERSION")))),
            ("title", json!(self.title)),
            ("description", json!(self.description)),
            ("language", json!(self.language)),
            ("width_mm", json!(self.width_mm)),
            ("height_mm", json!(self.height_mm)),
        ] {
            facts.insert(key.to_owned(), value);
        }
        facts.extend(self.record.clone());
        facts.insert("warnings".to_owned(), json!(self.warnings));
        let missing: Vec<String> = self.missing_glyphs().into_iter().map(String::from).collect();
        facts.insert("missing_glyphs".to_owned(), json!(missing));
        Value::Object(facts)
    }

    /// Returns the figure with the page and everything on it multiplied by a factor.
    #[must_use]
    pub(super) fn scaled(self, factor: f64) -> Self {
        Self {
            width_mm: self.width_mm * factor,
            height_mm: self.height_mm * factor,
            items: self.items.into_iter().map(|item| item.scaled(factor)).collect(),
            ..self
        }
    }

    /// Returns the rectangle of the page.
    #[must_use]
    pub fn page(&self) -> PageRect {
        PageRect::new(0.0, 0.0, self.width_mm, self.height_mm)
    }

    /// Returns all lines of text, in drawing order.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        fn collect<'a>(items: &'a [Item], texts: &mut Vec<&'a Text>) {
            for item in items {
                match item {
                    Item::Text(text) => texts.push(text),
                    Item::Group(group) => collect(&group.items, texts),
                    Item::Shape(_) | Item::Picture(_) => {}
                }
            }
        }
        let mut texts = Vec::new();
        collect(&self.items, &mut texts);
        texts
    }

    /// Returns the characters that neither the bundled fonts nor the system fonts have, each once, in order of
    /// appearance.
    ///
    /// In pixels, outlines and PDF a stand-in 〓 is drawn for each of them. They should be shown to the user.
    #[must_use]
    pub fn missing_glyphs(&self) -> Vec<char> {
        self.missing_in(self.fonts())
    }

    /// Returns the warning about words that are cut for lack of room, to show to the user; `None` if none are.
    pub(super) fn cut_note(&self) -> Option<String> {
        let texts = self.texts();
        let cut: Vec<&str> =
            texts.iter().map(|text| text.content.as_str()).filter(|words| words.ends_with('…')).collect();
        let first = cut.iter().take(3).map(|words| format!("`{words}`")).collect::<Vec<_>>().join(", ");
        let more = cut.len().checked_sub(4).map(|more| format!(" and {} more", more + 1)).unwrap_or_default();
        (!cut.is_empty()).then(|| format!("cut for lack of room, a larger `page.width_mm` would help: {first}{more}"))
    }

    /// Returns the words of the figure in scripts whose letters are joined, or that run from right to left: figures set each
    /// letter by itself, from left to right. They should be shown to the user.
    #[must_use]
    pub fn unset_words(&self) -> Vec<String> {
        // Hebrew to Arabic Extended, the scripts of India to Tibet, Burmese and Khmer, the presentation forms.
        const UNSET: [std::ops::RangeInclusive<u32>; 5] =
            [0x0590..=0x08FF, 0x0900..=0x0FFF, 0x1000..=0x109F, 0x1780..=0x17FF, 0xFB1D..=0xFEFC];
        let is_unset = |character: char| {
            let code = u32::from(character);
            UNSET.iter().any(|range| range.contains(&code)) && !(0xFE00..=0xFE6F).contains(&code)
        };
        let mut words: Vec<String> = Vec::new();
        for text in self.texts() {
            if text.content.chars().any(is_unset) && !words.contains(&text.content) {
                words.push(text.content.clone());
            }
        }
        words
    }

    /// Returns an error if a character of the figure is in none of the available fonts.
    ///
    /// # Errors
    ///
    /// [`RenderError::MissingGlyphs`] with these characters.
    pub fn require_glyphs(&self) -> crate::Result<()> {
        let characters = self.missing_glyphs();
        if characters.is_empty() { Ok(()) } else { Err(RenderError::MissingGlyphs { characters }.into()) }
    }

    /// Returns the fonts that can set the figure: those of its theme and the bundled ones, with the system fonts added only if a
    /// character is missing.
    #[must_use]
    pub fn fonts(&self) -> &'static Fonts {
        let fonts = self.texts().first().map_or(Fonts::bundled(), |text| text.fonts);
        if self.missing_in(fonts).is_empty() { fonts } else { fonts.with_system() }
    }

    fn missing_in(&self, fonts: &Fonts) -> Vec<char> {
        let mut missing = Vec::new();
        let words: Vec<_> = self.texts().iter().map(|text| composed(&text.content)).collect();
        for character in words.iter().flat_map(|words| words.chars()) {
            if !character.is_control() && !missing.contains(&character) && !fonts.has(character) {
                missing.push(character);
            }
        }
        missing
    }
}

impl Shape {
    /// Makes a shape with a fill and without a stroke.
    #[must_use]
    pub fn filled(outline: Outline, fill: Fill) -> Self {
        Self { outline, fill, stroke: None, opacity: 1.0, title: None, data: Vec::new() }
    }

    /// Makes a shape with a stroke and without a fill.
    #[must_use]
    pub fn stroked(outline: Outline, stroke: Stroke) -> Self {
        Self { stroke: Some(stroke), ..Self::filled(outline, Fill::None) }
    }
}

impl Outline {
    /// Makes an outline of one open line.
    #[must_use]
    pub fn line(points: impl Into<Vec<Position>>) -> Self {
        Self::Lines(vec![Line { points: points.into(), closed: false }])
    }

    /// Makes an outline of one closed line.
    #[must_use]
    pub fn ring(points: impl Into<Vec<Position>>) -> Self {
        Self::Lines(vec![Line { points: points.into(), closed: true }])
    }
}

impl Fill {
    /// Returns the fill with another colour below its lines.
    pub(super) fn over(self, color: Color) -> Self {
        let lined = |texture| CategoryMark { color, texture }.fill();
        match self {
            Self::None | Self::Solid(_) => Self::Solid(color),
            Self::Hatch { .. } => lined(Texture::Striped),
            Self::CrossHatch { .. } => lined(Texture::Crossed),
        }
    }
}

impl Stroke {
    /// Makes a solid stroke.
    #[must_use]
    pub fn new(color: Color, width_mm: f64) -> Self {
        Self { color, width_mm, dashes_mm: Vec::new() }
    }
}

impl Text {
    /// Returns the bounding rectangle of the line of text, from the height of capitals and full-width characters to the
    /// descenders. For rotated text it bounds the rotated line.
    #[must_use]
    pub fn frame(&self) -> PageRect {
        let width = self.fonts.width_mm(&self.content, self.size_mm, self.weight);
        let left = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let (ascent, descent) = (ASCENT * self.size_mm, DESCENT * self.size_mm);
        let (sin, cos) = self.angle_deg.to_radians().sin_cos();
        let corners = [[left, -ascent], [left + width, -ascent], [left + width, descent], [left, descent]]
            .map(|[x, y]| [self.at[0] + x * cos - y * sin, self.at[1] + x * sin + y * cos]);
        let low = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::INFINITY, f64::min);
        let high = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::NEG_INFINITY, f64::max);
        PageRect::new(low(0), low(1), high(0) - low(0), high(1) - low(1))
    }
}

/// The height of the tallest common character above the baseline, in em.
pub(super) const ASCENT: f64 = 0.88;
/// The depth of the deepest common character below the baseline, in em.
pub(super) const DESCENT: f64 = 0.2;
