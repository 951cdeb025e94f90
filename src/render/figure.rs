use serde_json::{Map, Value, json};

use super::font::{Fonts, Weight};
use super::{Color, Frame};
use crate::error::RenderError;

/// A place on the page: right and down from its top left corner, in mm.
pub type Position = [f64; 2];

/// A drawing in millimetres. The same figure gives the same bytes, as SVG, PNG, PDF.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Page width.
    pub width_mm: f64,
    /// Page height.
    pub height_mm: f64,
    /// What a screen reader says first.
    pub title: String,
    /// What it says next: the message of the figure in words.
    pub description: String,
    /// Language of the words, as BCP 47: `zh-CN`, `en`.
    pub language: &'static str,
    /// What is drawn, first at the bottom.
    pub items: Vec<Item>,
    /// What the reader of the figure cannot see and its maker should know: labels that found no room.
    pub warnings: Vec<String>,
    /// What was drawn, as facts for programs: classes, values, sources.
    pub record: Map<String, Value>,
}

/// One thing on a figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A line or an area.
    Shape(Shape),
    /// A line of text.
    Text(Text),
    /// Several things under one name, clip or opacity.
    Group(Group),
}

/// Things that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// Name within the figure, for programs that open it: `areas`, `legend`.
    pub id: Option<String>,
    /// Outside of this nothing of the group is drawn.
    pub clip: Option<Frame>,
    /// The things, first at the bottom.
    pub items: Vec<Item>,
}

/// A line or an area with its fill and stroke.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Where it runs.
    pub outline: Outline,
    /// What is within it.
    pub fill: Fill,
    /// What runs along it.
    pub stroke: Option<Stroke>,
    /// Opacity of both, 0 to 1.
    pub opacity: f64,
    /// What a pointer shows and a screen reader says.
    pub title: Option<String>,
    /// Facts for programs that open the figure, written as `data-` attributes.
    pub data: Vec<(&'static str, String)>,
}

/// The course of a shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// Straight segments; several closed ones make holes by the even-odd rule.
    Lines(Vec<Line>),
    /// A circle.
    Circle {
        /// Its centre.
        centre: Position,
        /// Its radius in mm.
        radius_mm: f64,
    },
    /// An upright rectangle.
    Frame(Frame),
}

/// Straight segments through points.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The points; of a closed line the first is not repeated.
    pub points: Vec<Position>,
    /// Whether the last is joined to the first.
    pub closed: bool,
}

/// What is within a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// Nothing.
    None,
    /// One colour.
    Solid(Color),
    /// Slanted lines on a ground: “no data”.
    Hatch {
        /// Colour of the lines.
        line: Color,
        /// Colour of the ground.
        ground: Color,
    },
    /// Lines both ways on a ground: “masked”.
    CrossHatch {
        /// Colour of the lines.
        line: Color,
        /// Colour of the ground.
        ground: Color,
    },
}

/// What runs along a shape. Joins and ends are round, so that no spike leaves the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width.
    pub width_mm: f64,
    /// Lengths of strokes and gaps by turns; empty for an unbroken line.
    pub dashes_mm: Vec<f64>,
}

/// Which point of a line of text is at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The words: data, never markup.
    pub content: String,
    /// Where its anchor stands on the baseline.
    pub at: Position,
    /// Size of the type (the em).
    pub size_mm: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Which point is at `at`.
    pub anchor: Anchor,
    /// Colour of the letters.
    pub color: Color,
    /// Colour of the ground it stands on, so that its contrast can be held against it.
    pub ground: Color,
    /// Width of the seam around the letters, in the colour of the ground; 0 for none.
    pub halo_mm: f64,
    /// Turned clockwise about `at`.
    pub angle_deg: f64,
}

impl Figure {
    /// An empty page.
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

    /// What was drawn, for a file beside the figure: the program's version, page, title and description, the figure's own
    /// record, and what its maker should know.
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

    /// The page as a rectangle.
    #[must_use]
    pub fn page(&self) -> Frame {
        Frame::new(0.0, 0.0, self.width_mm, self.height_mm)
    }

    /// Every line of text, in drawing order.
    #[must_use]
    pub fn texts(&self) -> Vec<&Text> {
        fn collect<'a>(items: &'a [Item], texts: &mut Vec<&'a Text>) {
            for item in items {
                match item {
                    Item::Text(text) => texts.push(text),
                    Item::Group(group) => collect(&group.items, texts),
                    Item::Shape(_) => {}
                }
            }
        }
        let mut texts = Vec::new();
        collect(&self.items, &mut texts);
        texts
    }

    /// The characters that neither the bundled fonts nor the system's have, each once, in order of appearance.
    ///
    /// They would be left out without a word: show them to the figure's maker.
    #[must_use]
    pub fn missing_glyphs(&self) -> Vec<char> {
        self.missing_in(Fonts::bundled()).into_iter().filter(|character| !Fonts::system().has(*character)).collect()
    }

    /// The same, as an error.
    ///
    /// # Errors
    ///
    /// [`RenderError::MissingGlyphs`], naming them.
    pub fn require_glyphs(&self) -> crate::Result<()> {
        let characters = self.missing_glyphs();
        if characters.is_empty() { Ok(()) } else { Err(RenderError::MissingGlyphs { characters }.into()) }
    }

    /// The fonts that can set the figure: the bundled ones, and the system's only where those lack a character.
    #[must_use]
    pub fn fonts(&self) -> &'static Fonts {
        if self.missing_in(Fonts::bundled()).is_empty() { Fonts::bundled() } else { Fonts::system() }
    }

    fn missing_in(&self, fonts: &Fonts) -> Vec<char> {
        let mut missing = Vec::new();
        for character in self.texts().iter().flat_map(|text| text.content.chars()) {
            if !character.is_control() && !missing.contains(&character) && !fonts.has(character) {
                missing.push(character);
            }
        }
        missing
    }
}

impl Shape {
    /// A shape that is filled and has no stroke.
    #[must_use]
    pub fn filled(outline: Outline, fill: Fill) -> Self {
        Self { outline, fill, stroke: None, opacity: 1.0, title: None, data: Vec::new() }
    }

    /// A shape that is stroked and not filled.
    #[must_use]
    pub fn stroked(outline: Outline, stroke: Stroke) -> Self {
        Self { stroke: Some(stroke), ..Self::filled(outline, Fill::None) }
    }
}

impl Outline {
    /// One open line.
    #[must_use]
    pub fn line(points: impl Into<Vec<Position>>) -> Self {
        Self::Lines(vec![Line { points: points.into(), closed: false }])
    }

    /// One closed line.
    #[must_use]
    pub fn ring(points: impl Into<Vec<Position>>) -> Self {
        Self::Lines(vec![Line { points: points.into(), closed: true }])
    }
}

impl Stroke {
    /// An unbroken stroke.
    #[must_use]
    pub fn new(color: Color, width_mm: f64) -> Self {
        Self { color, width_mm, dashes_mm: Vec::new() }
    }
}

impl Text {
    /// The rectangle the line takes up, from the height of its capitals and full-width signs to its descenders. Turned
    /// text gets the rectangle around the turned one.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let width = Fonts::bundled().width_mm(&self.content, self.size_mm, self.weight);
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
        Frame::new(low(0), low(1), high(0) - low(0), high(1) - low(1))
    }
}

/// Height of the tallest common sign above the baseline, in em.
pub(super) const ASCENT: f64 = 0.88;
/// Depth of the deepest common sign below the baseline, in em.
pub(super) const DESCENT: f64 = 0.2;
