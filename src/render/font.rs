use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb;
use serde::{Deserialize, Serialize};
use ttf_parser::{Face, OutlineBuilder};

/// The family of the bundled faces, as their name table has it.
pub(super) const FAMILY: &str = "Noto Sans CJK SC";

static REGULAR: &[u8] = include_bytes!("../../data/fonts/NotoSansCJKsc-Regular-GBK.otf");
static BOLD: &[u8] = include_bytes!("../../data/fonts/NotoSansCJKsc-Bold-GB2312.otf");

/// How strong the strokes of the letters are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// 400.
    #[default]
    Regular,
    /// 700.
    Bold,
}

/// Faces that text may be set in: the bundled ones first, so that they decide wherever they can.
pub struct Fonts {
    regular: Option<Face<'static>>,
    bold: Option<Face<'static>>,
    database: Arc<fontdb::Database>,
}

impl Fonts {
    /// The faces of `data/fonts/` alone: the same on every machine.
    #[must_use]
    pub fn bundled() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| Self::with(bundled_database()))
    }

    /// The bundled faces, and behind them those of the system.
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

    /// The faces as the renderer wants them.
    pub(super) fn database(&self) -> Arc<fontdb::Database> {
        Arc::clone(&self.database)
    }

    /// Whether any face has the character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.bundled_face(character, Weight::Regular).is_some()
            || self.database.faces().any(|face| {
                self.database
                    .with_face_data(face.id, |data, index| {
                        Face::parse(data, index).is_ok_and(|face| face.glyph_index(character).is_some())
                    })
                    .unwrap_or(false)
            })
    }

    /// How wide a line of text is when set in type of this size. A character that the bundled faces lack counts as one
    /// em, the width of a Chinese one.
    #[must_use]
    pub fn width_mm(&self, text: &str, size_mm: f64, weight: Weight) -> f64 {
        text.chars()
            .map(|character| {
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

    /// The outlines of a line of text as SVG path data, its beginning on the baseline at the origin. Characters that the
    /// bundled faces lack are left out.
    pub(super) fn outline(&self, text: &str, size_mm: f64, weight: Weight) -> String {
        let mut pen = Pen { data: String::new(), scale: 0.0, left: 0.0 };
        for character in text.chars() {
            if let Some(face) = self.bundled_face(character, weight) {
                pen.scale = size_mm / f64::from(face.units_per_em());
                if let Some(glyph) = face.glyph_index(character) {
                    face.outline_glyph(glyph, &mut pen);
                }
            }
            pen.left += self.width_mm(character.encode_utf8(&mut [0; 4]), size_mm, weight);
        }
        pen.data
    }

    /// The bundled face that sets the character: bold if bold is asked for and has it, else regular.
    fn bundled_face(&self, character: char, weight: Weight) -> Option<&Face<'static>> {
        let bold = self.bold.as_ref().filter(|_| weight == Weight::Bold);
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

struct Pen {
    data: String,
    scale: f64,
    left: f64,
}

impl Pen {
    fn add(&mut self, command: char, points: &[(f32, f32)]) {
        self.data.push(command);
        for (x, y) in points {
            // Writing to a String cannot fail.
            let _ =
                write!(self.data, "{:.3} {:.3} ", self.left + f64::from(*x) * self.scale, -f64::from(*y) * self.scale);
        }
    }
}

impl OutlineBuilder for Pen {
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
        self.data.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_one_em_a_character_in_both_weights() {
        for weight in [Weight::Regular, Weight::Bold] {
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
        assert!(!Fonts::bundled().outline("喆", 4.0, Weight::Bold).is_empty());
    }
}
