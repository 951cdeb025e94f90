use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiju_fonts::{BOLD, REGULAR};
use resvg::usvg::fontdb;
use serde::{Deserialize, Serialize};
use ttf_parser::{Face, OutlineBuilder};
use unicode_normalization::UnicodeNormalization as _;

use crate::error::{RenderError, near_miss};

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

/// The longest font file that is read.
const LONGEST_FONT_BYTES: u64 = 64 << 20;

/// A set of fonts. Each character is set in the first that has it: one of the user's choice, the bundled ones, any others.
pub struct Fonts {
    chosen: Option<Chosen>,
    regular: Option<Face<'static>>,
    bold: Option<Face<'static>>,
    database: Arc<fontdb::Database>,
    with_system: OnceLock<Box<Fonts>>,
}

/// A font of the user's choice.
#[derive(Clone)]
struct Chosen {
    family: String,
    regular: Face<'static>,
    bold: Option<Face<'static>>,
}

/// The bytes of a font file, and which of its faces is meant.
#[derive(PartialEq)]
struct FaceBytes {
    file: Vec<u8>,
    index: u32,
}

impl Fonts {
    /// Returns the fonts of `jiju-fonts` alone, which are the same on every machine.
    #[must_use]
    pub fn bundled() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| Self::with(None, bundled_database()))
    }

    /// Returns these fonts, followed by those of the system.
    #[must_use]
    pub fn with_system(&'static self) -> &'static Self {
        self.with_system.get_or_init(|| {
            let mut database = (*self.database).clone();
            database.load_system_fonts();
            Box::new(Self::with(self.chosen.clone(), database))
        })
    }

    /// Returns the fonts of these names, followed by the bundled ones: files of fonts, or installed families. The same font is kept
    /// once, as long as the process lasts.
    pub(super) fn named(regular: Option<&Path>, bold: Option<&Path>) -> Result<&'static Self, RenderError> {
        static KEPT: Mutex<Vec<(FaceBytes, Option<FaceBytes>, &'static Fonts)>> = Mutex::new(Vec::new());
        let name = match (regular, bold) {
            (None, None) => return Ok(Self::bundled()),
            (None, Some(bold)) => {
                return Err(RenderError::Setting {
                    key: "theme.bold_font".to_owned(),
                    found: format!("{:?}", bold.display().to_string()),
                    expected: "`theme.font` beside it, the font of all other type".to_owned(),
                });
            }
            (Some(name), _) => name,
        };
        let (regular, own_bold) = face_bytes(name)?;
        let (bold, bold_name) = match bold {
            Some(name) => (Some(face_bytes(name)?.0), name),
            None => (own_bold, name),
        };
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., fonts)) = kept.iter().find(|(one, other, _)| *one == regular && *other == bold) {
            return Ok(fonts);
        }
        let mut database = fontdb::Database::new();
        let (face, family) = taken_in(&mut database, name, &regular, None)?;
        let bold_face = match &bold {
            Some(bold) => Some(taken_in(&mut database, bold_name, bold, Some(&family))?.0),
            None => None,
        };
        load_bundled(&mut database);
        let fonts = Self::with(Some(Chosen { family, regular: face, bold: bold_face }), database);
        let fonts: &'static Self = Box::leak(Box::new(fonts));
        kept.push((regular, bold, fonts));
        Ok(fonts)
    }

    fn with(chosen: Option<Chosen>, database: fontdb::Database) -> Self {
        Self {
            chosen,
            regular: Face::parse(REGULAR, 0).ok(),
            bold: Face::parse(BOLD, 0).ok(),
            database: Arc::new(database),
            with_system: OnceLock::new(),
        }
    }

    /// Returns the name of the family of the user's choice.
    pub(super) fn chosen_family(&self) -> Option<&str> {
        self.chosen.as_ref().map(|chosen| chosen.family.as_str())
    }

    /// Returns the fonts as a database for the renderer.
    pub(super) fn database(&self) -> Arc<fontdb::Database> {
        Arc::clone(&self.database)
    }

    /// Returns whether any font has the character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.face(character, FontWeight::Regular).is_some()
            || self.database.faces().any(|face| {
                self.database
                    .with_face_data(face.id, |data, index| {
                        Face::parse(data, index).is_ok_and(|face| face.glyph_index(character).is_some())
                    })
                    .unwrap_or(false)
            })
    }

    /// Returns the width in mm of a line of text at this font size. A character that neither the chosen nor the bundled fonts have
    /// counts as one em, the width of a Chinese character.
    #[must_use]
    pub fn width_mm(&self, text: &str, size_mm: f64, weight: FontWeight) -> f64 {
        composed(text)
            .chars()
            .map(|character| {
                if is_mark(character) {
                    return 0.0;
                }
                self.face(character, weight)
                    .and_then(|face| {
                        let advance = face.glyph_hor_advance(face.glyph_index(character)?)?;
                        Some(f64::from(advance) / f64::from(face.units_per_em()))
                    })
                    .unwrap_or(1.0)
            })
            .sum::<f64>()
            * size_mm
    }

    /// Returns the weight in which a text is set: regular for a bold one with a Chinese character that the bold face lacks, or any
    /// where the chosen font has no bold face, so that no word has two weights.
    pub(super) fn one_weight(&self, text: &str, weight: FontWeight) -> FontWeight {
        let has = |face: Option<&Face<'static>>, character: char| {
            face.is_some_and(|face| face.glyph_index(character).is_some())
        };
        let lacks = |character: char| {
            let (regular, bold) = match &self.chosen {
                Some(chosen) if has(Some(&chosen.regular), character) => (Some(&chosen.regular), chosen.bold.as_ref()),
                _ if u32::from(character) < 0x2E80 => return false,
                _ => (self.regular.as_ref(), self.bold.as_ref()),
            };
            !has(bold, character) && has(regular, character)
        };
        if weight == FontWeight::Bold && text.chars().any(lacks) { FontWeight::Regular } else { weight }
    }

    /// Returns the text with a stand-in for each character that no font has.
    pub(super) fn stood_in(&self, text: &str) -> String {
        let is_set = |character: char| character.is_control() || self.has(character);
        composed(text).chars().map(|character| if is_set(character) { character } else { STAND_IN }).collect()
    }

    /// Draws the outlines of a line of text in mm, starting at the origin on the baseline, with y pointing down. A
    /// character that neither the chosen nor the bundled fonts have is taken from the first other font that has it, in regular
    /// weight and in the space of a Chinese character. For a character that no font has, a stand-in 〓 is drawn.
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
            let drawn = match self.face(character, weight) {
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

    /// The chosen or bundled face that sets the character: bold if bold is asked for and has it, else regular.
    fn face(&self, character: char, weight: FontWeight) -> Option<&Face<'static>> {
        let is_bold = weight == FontWeight::Bold;
        let chosen = self.chosen.as_ref();
        let chosen_bold = chosen.and_then(|chosen| chosen.bold.as_ref()).filter(|_| is_bold);
        let bold = self.bold.as_ref().filter(|_| is_bold);
        let faces = [chosen_bold, chosen.map(|chosen| &chosen.regular), bold, self.regular.as_ref()];
        faces.into_iter().flatten().find(|face| face.glyph_index(character).is_some())
    }
}

impl PartialEq for Fonts {
    /// Sets of fonts are kept once.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fonts({})", self.chosen_family().unwrap_or(FAMILY))
    }
}

/// Whether the name of a font is that of a file.
#[must_use]
pub fn is_font_file(name: &Path) -> bool {
    let endings = ["ttf", "otf", "ttc", "otc"];
    name.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The regular face of this name, and the bold one if it is an installed family that has one.
fn face_bytes(name: &Path) -> Result<(FaceBytes, Option<FaceBytes>), RenderError> {
    let fault = |found: String, near: Option<String>| RenderError::Font {
        name: name.display().to_string(),
        found,
        hint: near.map(|near| format!("did you mean `{near}`?")),
    };
    if is_font_file(name) {
        let mut file = Vec::new();
        File::open(name)
            .and_then(|opened| opened.take(LONGEST_FONT_BYTES + 1).read_to_end(&mut file))
            .map_err(|error| fault(error.to_string(), None))?;
        if file.len() as u64 > LONGEST_FONT_BYTES {
            return Err(fault(format!("more than {} MiB", LONGEST_FONT_BYTES >> 20), None));
        }
        return Ok((FaceBytes { file, index: 0 }, None));
    }
    let family = name.to_string_lossy();
    let database = Fonts::bundled().with_system().database();
    let face = |weight: fontdb::Weight| {
        let families = [fontdb::Family::Name(family.trim())];
        database.query(&fontdb::Query { families: &families, weight, ..fontdb::Query::default() })
    };
    let bytes = |id| database.with_face_data(id, |file, index| FaceBytes { file: file.to_owned(), index });
    let regular = face(fontdb::Weight::NORMAL);
    let is_bold = |id: &fontdb::ID| database.face(*id).is_some_and(|face| face.weight >= fontdb::Weight::SEMIBOLD);
    let bold = face(fontdb::Weight::BOLD).filter(|id| Some(*id) != regular && is_bold(id));
    match regular.and_then(bytes) {
        Some(regular) => Ok((regular, bold.and_then(bytes))),
        None => {
            let families: Vec<&str> =
                database.faces().flat_map(|face| &face.families).map(|(family, _)| family.as_str()).collect();
            let near = near_miss(&family, families).map(str::to_owned);
            Err(fault("no installed family of that name".to_owned(), near))
        }
    }
}

/// Takes a face into a database, under the family of another face if it belongs to that.
fn taken_in(
    database: &mut fontdb::Database,
    name: &Path,
    bytes: &FaceBytes,
    bold_of: Option<&str>,
) -> Result<(Face<'static>, String), RenderError> {
    let fault =
        |found: &str| RenderError::Font { name: name.display().to_string(), found: found.to_owned(), hint: None };
    // Looked at before it is kept for good.
    let face = Face::parse(&bytes.file, bytes.index).map_err(|error| fault(&error.to_string()))?;
    let has_outline = |glyph| face.outline_glyph(ttf_parser::GlyphId(glyph), &mut Nowhere).is_some();
    if !(0..face.number_of_glyphs()).any(has_outline) {
        return Err(fault("no outlines of letters"));
    }
    let file: &'static [u8] = bytes.file.clone().leak();
    let face = Face::parse(file, bytes.index).map_err(|error| fault(&error.to_string()))?;
    let mut seen = fontdb::Database::new();
    let ids = seen.load_font_source(fontdb::Source::Binary(Arc::new(file)));
    let info = ids.into_iter().filter_map(|id| seen.face(id)).find(|face| face.index == bytes.index);
    let mut info = info.cloned().ok_or_else(|| fault("no name of a family"))?;
    let own = info.families.first().map(|(family, _)| family.clone()).unwrap_or_default();
    let family = bold_of.unwrap_or(&own).to_owned();
    // It is written in a list of names between quotes.
    if family.is_empty() || family.contains(|character: char| character.is_control() || "'\"\\".contains(character)) {
        return Err(fault("a family whose name is empty, or has quotes in it"));
    }
    info.families = vec![(family.clone(), fontdb::Language::English_UnitedStates)];
    info.style = fontdb::Style::Normal;
    info.stretch = fontdb::Stretch::Normal;
    info.weight = if bold_of.is_some() { fontdb::Weight::BOLD } else { fontdb::Weight::NORMAL };
    database.push_face_info(info);
    Ok((face, family))
}

/// A pen that draws nothing.
struct Nowhere;

impl OutlineBuilder for Nowhere {
    fn move_to(&mut self, _: f32, _: f32) {}

    fn line_to(&mut self, _: f32, _: f32) {}

    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {}

    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {}

    fn close(&mut self) {}
}

fn bundled_database() -> fontdb::Database {
    let mut database = fontdb::Database::new();
    load_bundled(&mut database);
    database
}

fn load_bundled(database: &mut fontdb::Database) {
    for data in [REGULAR, BOLD] {
        database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
    }
    // The renderer falls back to these names for a family it does not find.
    database.set_serif_family(FAMILY);
    database.set_sans_serif_family(FAMILY);
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
    fn a_font_of_ones_own_is_measured_drawn_and_kept_once() {
        let bold = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/fonts/NotoSansCJKsc-Bold-GB2312.otf"));
        let fonts = Fonts::named(Some(bold), None).unwrap();
        assert!(std::ptr::eq(fonts, Fonts::named(Some(bold), None).unwrap()));
        let width = |fonts: &Fonts, weight| fonts.width_mm("Shaoxing", 4.0, weight);
        let of_bold = width(Fonts::bundled(), FontWeight::Bold);
        assert!((width(fonts, FontWeight::Regular) - of_bold).abs() < 1e-9);
        assert!(of_bold - width(Fonts::bundled(), FontWeight::Regular) > 0.5);
        let outline = |fonts: &Fonts, weight| fonts.outline("柯桥", 4.0, weight);
        assert_eq!(outline(fonts, FontWeight::Regular), outline(Fonts::bundled(), FontWeight::Bold));
        // What it lacks is set in the bundled font, and without a bold face there is one weight.
        let of_rare = |fonts: &Fonts| fonts.outline("喆", 4.0, FontWeight::Regular);
        assert_eq!(of_rare(fonts), of_rare(Fonts::bundled()));
        assert_eq!(fonts.one_weight("Shaoxing", FontWeight::Bold), FontWeight::Regular);
        let both = Fonts::named(Some(bold), Some(bold)).unwrap();
        assert_eq!(both.one_weight("Shaoxing", FontWeight::Bold), FontWeight::Bold);
        assert_eq!(both.one_weight("陈喆镇", FontWeight::Bold), FontWeight::Regular);
        assert_eq!(fonts.chosen_family(), Some(FAMILY));
    }

    #[test]
    fn what_is_no_font_is_told() {
        let told = |regular: &str, bold: Option<&str>| {
            let regular = Some(Path::new(regular)).filter(|name| !name.as_os_str().is_empty());
            Fonts::named(regular, bold.map(Path::new)).unwrap_err().to_string()
        };
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.otf");
        std::fs::copy(manifest, &text).unwrap();
        let text = text.display().to_string();
        assert!(told(&text, None).contains("text.otf`: found unknown magic"), "{}", told(&text, None));
        assert!(told("none.ttf", None).contains("found No such file"), "{}", told("none.ttf", None));
        assert!(told("no such family", None).contains("found no installed family of that name"));
        assert!(told("", Some("none.ttf")).contains("`theme.bold_font`"));
        let near = Fonts::named(Some(Path::new("Noto Sans CJK SK")), None).unwrap_err().hint();
        assert_eq!(near.as_deref(), Some("did you mean `Noto Sans CJK SC`?"));
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
