use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use jiju_fonts::{BOLD, REGULAR};
use resvg::usvg::fontdb;
use serde::{Deserialize, Serialize};
use ttf_parser::{Face, OutlineBuilder};
use unicode_normalization::UnicodeNormalization as _;

/// The family name of the bundled fonts, as in their name table.
pub(super) const FAMILY: &str = "Noto Sans CJK SC";

/// What is drawn for a character that no font has: the geta mark of typesetters.
pub(super) const STAND_IN: char = '〓';

/// The weight of a font.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FontWeight {
    /// Weight 400.
    #[default]
    Regular,
    /// Weight 700.
    Bold,
}

/// A set of fonts. The bundled fonts come first, so they are used for every character they have.
pub struct Fonts {
    regular: Option<Face<'static>>,
    bold: Option<Face<'static>>,
    database: Arc<fontdb::Database>,
}

impl Fonts {
    /// Returns the fonts of `jiju-fonts` alone, which are the same on every machine.
    #[must_use]
    pub fn bundled() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| Self::with(bundled_database()))
    }

    /// Returns the bundled fonts, followed by those of the system.
    #[must_use]
    pub fn system() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| {
            let mut database = bundled_database();
            database.load_system_fonts();
            Self::with(database)
        })
    }

    fn with(database: fontdb::Database) -> Self {
        Self { regular: Face::parse(REGULAR, 0).ok(), bold: Face::parse(BOLD, 0).ok(), database: Arc::new(database) }
    }

    /// Returns the fonts as a database for the renderer.
    pub(super) fn database(&self) -> Arc<fontdb::Database> {
        Arc::clone(&self.database)
    }

    /// Returns whether any font has the character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.bundled_face(character, FontWeight::Regular).is_some()
            || self.database.faces().any(|face| {
                self.database
                    .with_face_data(face.id, |data, index| {
                        Face::parse(data, index).is_ok_and(|face| face.glyph_index(character).is_some())
                    })
                    .unwrap_or(false)
            })
    }

    /// Returns the width in mm of a line of text at this font size. A character that the bundled fonts lack counts as
    /// one em, the width of a Chinese character.
    #[must_use]
    pub fn width_mm(&self, text: &str, size_mm: f64, weight: FontWeight) -> f64 {
        composed(text)
            .chars()
            .map(|character| {
                if is_mark(character) {
                    return 0.0;
                }
                self.bundled_face(character, weight)
                    .and_then(|face| {
                        let advance = face.glyph_hor_advance(face.glyph_index(character)?)?;
                        Some(f64::from(advance) / f64::from(face.units_per_em()))
                    })
                    .unwrap_or(1.0)
            })
            .sum::<f64>()
            * size_mm
    }

    /// Returns the weight in which a text is set: regular for a bold one with a Chinese character that the bold face lacks, so
    /// that no word has two weights.
    pub(super) fn one_weight(&self, text: &str, weight: FontWeight) -> FontWeight {
        let has = |face: &Option<Face<'static>>, character: char| {
            face.as_ref().is_some_and(|face| face.glyph_index(character).is_some())
        };
        let lacks = |character: char| {
            u32::from(character) >= 0x2E80 && !has(&self.bold, character) && has(&self.regular, character)
        };
        if weight == FontWeight::Bold && text.chars().any(lacks) { FontWeight::Regular } else { weight }
    }

    /// Returns the text with a stand-in for each character that no font has.
    pub(super) fn stood_in(&self, text: &str) -> String {
        let is_set = |character: char| character.is_control() || self.has(character);
        composed(text).chars().map(|character| if is_set(character) { character } else { STAND_IN }).collect()
    }

    /// Draws the outlines of a line of text in mm, starting at the origin on the baseline, with y pointing down. A
    /// character that the bundled fonts lack is taken from the first other font that has it, in regular weight and in
    /// the space of a Chinese character. For a character that no font has, a stand-in 〓 is drawn.
    pub(super) fn draw(&self, text: &str, size_mm: f64, weight: FontWeight, pen: &mut dyn OutlineBuilder) {
        let (mut left, mut advance) = (0.0, 0.0);
        for character in composed(text).chars() {
            let mut glyph = |face: &Face<'_>| {
                let glyph = face.glyph_index(character)?;
                let scale = size_mm / f64::from(face.units_per_em());
                // A mark without a letter of its own stands over the middle of the one before.
                let left = match face.glyph_bounding_box(glyph).filter(|_| is_mark(character)) {
                    Some(bounds) => {
                        left - advance / 2.0
                            - f64::from(i32::from(bounds.x_min) + i32::from(bounds.x_max)) / 2.0 * scale
                    }
                    None => left,
                };
                let mut placed = Placed { pen: &mut *pen, scale, left };
                face.outline_glyph(glyph, &mut placed);
                Some(())
            };
            let drawn = match self.bundled_face(character, weight) {
                Some(face) => glyph(face),
                None => self.database.faces().find_map(|face| {
                    self.database
                        .with_face_data(face.id, |data, index| glyph(&Face::parse(data, index).ok()?))
                        .flatten()
                }),
            };
            if drawn.is_none() && !character.is_control() {
                let stand_in = |face: &Face<'static>| {
                    let mut placed = Placed { pen: &mut *pen, scale: size_mm / f64::from(face.units_per_em()), left };
                    face.outline_glyph(face.glyph_index(STAND_IN)?, &mut placed)
                };
                let _ = self.regular.as_ref().and_then(stand_in);
            }
            let width = self.width_mm(character.encode_utf8(&mut [0; 4]), size_mm, weight);
            left += width;
            advance = if is_mark(character) { advance } else { width };
        }
    }

    /// Returns the outlines of a line of text as SVG path data, starting at the origin on the baseline.
    pub(super) fn outline(&self, text: &str, size_mm: f64, weight: FontWeight) -> String {
        let mut data = PathData::default();
        self.draw(text, size_mm, weight, &mut data);
        data.0
    }

    /// The bundled face that sets the character: bold if bold is asked for and has it, else regular.
    fn bundled_face(&self, character: char, weight: FontWeight) -> Option<&Face<'static>> {
        let bold = self.bold.as_ref().filter(|_| weight == FontWeight::Bold);
        [bold, self.regular.as_ref()].into_iter().flatten().find(|face| face.glyph_index(character).is_some())
    }
}

fn bundled_database() -> fontdb::Database {
    let mut database = fontdb::Database::new();
    for data in [REGULAR, BOLD] {
        database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
    }
    // The renderer falls back to these names for a family it does not find.
    database.set_serif_family(FAMILY);
    database.set_sans_serif_family(FAMILY);
    database
}

/// The text with letters and the marks over them as one character wherever there is one: `e` with `´` as `é`. The fonts place no marks.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_mark) { Cow::Owned(text.nfc().collect()) } else { Cow::Borrowed(text) }
}

/// Whether a character is a mark on the letter before.
fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Carries a glyph from the units of its face to its place in the line.
struct Placed<'a> {
    pen: &'a mut dyn OutlineBuilder,
    scale: f64,
    left: f64,
}

impl Placed<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "glyphs come in f32")]
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        ((self.left + f64::from(x) * self.scale) as f32, (-f64::from(y) * self.scale) as f32)
    }
}

impl OutlineBuilder for Placed<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.pen.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.pen.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.pen.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.pen.curve_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.pen.close();
    }
}

/// SVG path data, to the micrometre.
#[derive(Default)]
struct PathData(String);

impl PathData {
    fn add(&mut self, command: char, points: &[(f32, f32)]) {
        self.0.push(command);
        for (place, number) in points.iter().flat_map(|(x, y)| [*x, *y]).enumerate() {
            let number = super::svg::number(f64::from(number));
            if place > 0 && !number.starts_with('-') {
                self.0.push(' ');
            }
            self.0.push_str(&number);
        }
    }
}

impl OutlineBuilder for PathData {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.add('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.add('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_one_em_a_character_in_both_weights() {
        for weight in [FontWeight::Regular, FontWeight::Bold] {
            assert!((Fonts::bundled().width_mm("柯桥区", 4.0, weight) - 12.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_bundled_fonts_have_every_sign_figures_use() {
        for character in "绍兴嵊州硅藻土“低散乱”四无²³°′″–—≥≤×·★▲■●①㎡，。：（）％ABCxyz0123456789−".chars()
        {
            assert!(Fonts::bundled().has(character), "{character}");
        }
        assert!(!Fonts::bundled().has('\u{1F980}'));
    }

    #[test]
    fn bold_borrows_from_regular_what_it_lacks() {
        // 喆 stands in GBK and not in GB 2312.
        assert!(Fonts::bundled().bold.as_ref().unwrap().glyph_index('喆').is_none());
        assert!(!Fonts::bundled().outline("喆", 4.0, FontWeight::Bold).is_empty());
        assert_eq!(Fonts::bundled().one_weight("陈喆镇", FontWeight::Bold), FontWeight::Regular);
        assert_eq!(Fonts::bundled().one_weight("越城区", FontWeight::Bold), FontWeight::Bold);
    }

    #[test]
    fn marks_stand_on_their_letters() {
        let fonts = Fonts::bundled();
        let width = |text: &str| fonts.width_mm(text, 4.0, FontWeight::Regular);
        let outline = |text: &str| fonts.outline(text, 4.0, FontWeight::Regular);
        assert_eq!((width("cafe\u{301}"), outline("cafe\u{301}")), (width("café"), outline("café")));
        // No character joins these two.
        assert!((width("x\u{301}") - width("x")).abs() < 1e-9);
    }

    #[test]
    fn a_character_without_a_font_has_a_stand_in() {
        let fonts = Fonts::bundled();
        assert!(fonts.has(STAND_IN));
        let outline = |text: &str| fonts.outline(text, 4.0, FontWeight::Regular);
        assert_eq!(outline("\u{1F980}"), outline("〓"));
        assert_eq!(fonts.stood_in("野\u{1F980}家"), "野〓家");
    }
}
