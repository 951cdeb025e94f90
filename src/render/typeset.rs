//! Pages of text in the typefaces of official documents, as PDF.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiju_fonts::{BOLD, REGULAR};
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::usvg::{Options, Tree, fontdb};
use ttf_parser::Face;

use super::figure::{Figure, Position};
use super::font::{FAMILY, Fonts};
use super::svg::{Lettering, write};
use crate::Result;
use crate::error::{Error, RenderError};

const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// What a typeface is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Typeface {
    /// The text 仿宋.
    Body,
    /// Title and mark of the authority 小标宋.
    Title,
    /// Headings of the first level 黑体.
    First,
    /// Headings of the second level 楷体.
    Second,
    /// Tables and page numbers 宋体.
    Table,
}

impl Typeface {
    const ALL: [Self; 5] = [Self::Body, Self::Title, Self::First, Self::Second, Self::Table];

    /// The families that serve, the wanted first, in the spelling of their files.
    const fn families(self) -> &'static [&'static str] {
        match self {
            Self::Body => &[
                "仿宋_GB2312",
                "FangSong_GB2312",
                "仿宋",
                "FangSong",
                "STFangsong",
                "华文仿宋",
                "FZFangSong-Z02S",
                "方正仿宋简体",
                "朱雀仿宋",
                "Zhuque Fangsong (technical preview)",
            ],
            Self::Title => &[
                "方正小标宋简体",
                "FZXiaoBiaoSong-B05S",
                "方正小标宋_GBK",
                "FZXiaoBiaoSong-B05",
                "小标宋",
                "Noto Serif CJK SC Black",
            ],
            Self::First => &["黑体", "SimHei", "STHeiti", "华文黑体", "方正黑体_GBK", "FZHei-B01"],
            Self::Second => &[
                "楷体_GB2312",
                "KaiTi_GB2312",
                "楷体",
                "KaiTi",
                "STKaiti",
                "华文楷体",
                "方正楷体_GBK",
                "AR PL UKai CN",
                "LXGW WenKai",
            ],
            Self::Table => &["宋体", "SimSun", "NSimSun", "STSong", "华文宋体", "Noto Serif CJK SC", "AR PL UMing CN"],
        }
    }

    /// Whether the bundled face that stands in is the bold one.
    const fn is_bold(self) -> bool {
        matches!(self, Self::Title | Self::First)
    }
}

/// The typefaces of a document: those of a folder where it has them, and the bundled ones for all others.
pub struct Typefaces {
    faces: Vec<Loaded>,
    /// For each typeface, the faces to look a character up in, the wanted first.
    order: HashMap<Typeface, Vec<usize>>,
    /// The names of the families that were found.
    found: Vec<String>,
}

struct Loaded {
    data: Arc<dyn AsRef<[u8]> + Send + Sync>,
    index: u32,
    font: Font,
}

/// A glyph of a typeface.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    face: usize,
    id: u16,
    advance_em: f64,
}

impl Loaded {
    fn new(data: Arc<dyn AsRef<[u8]> + Send + Sync>, index: u32) -> Option<Self> {
        let font = Font::new(Arc::clone(&data).into(), index)?;
        Some(Self { data, index, font })
    }

    fn glyph(&self, character: char) -> Option<(u16, f64)> {
        let face = Face::parse((*self.data).as_ref(), self.index).ok()?;
        let id = face.glyph_index(character)?;
        Some((id.0, f64::from(face.glyph_hor_advance(id)?) / f64::from(face.units_per_em())))
    }
}

impl Typefaces {
    /// The bundled faces, and before them those of a folder whose names are the families of official documents: 仿宋, 小标宋,
    /// 黑体, 楷体, 宋体. Files in the folder that are no fonts are passed over.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the folder cannot be read; [`RenderError::Backend`] for a font that cannot be used.
    pub fn new(folder: Option<&Path>) -> Result<Self> {
        let unusable =
            |name: &str| RenderError::Backend { format: "PDF", message: format!("the font {name} cannot be used") };
        let mut faces = Vec::new();
        for (name, data) in [("regular", REGULAR), ("bold", BOLD)] {
            faces.push(Loaded::new(Arc::new(data), 0).ok_or_else(|| unusable(name))?);
        }
        let mut own: HashMap<Typeface, usize> = HashMap::new();
        let mut found = Vec::new();
        if let Some(folder) = folder {
            let mut database = fontdb::Database::new();
            for file in font_files(folder)? {
                // What is no font is passed over.
                let _ = database.load_font_file(&file);
            }
            for typeface in Typeface::ALL {
                let named = typeface.families().iter().find_map(|family| {
                    database
                        .faces()
                        .find(|face| face.families.iter().any(|(name, _)| name.eq_ignore_ascii_case(family)))
                        .map(|face| (family, face.id))
                });
                let Some((family, id)) = named else { continue };
                let read = database.with_face_data(id, |data, index| (data.to_vec(), index));
                let Some((data, index)) = read else { continue };
                own.insert(typeface, faces.len());
                faces.push(Loaded::new(Arc::new(data), index).ok_or_else(|| unusable(family))?);
                found.push((*family).to_owned());
            }
        }
        let order = Typeface::ALL.map(|typeface| {
            let bundled = if typeface.is_bold() { [1, 0] } else { [0, 1] };
            (typeface, own.get(&typeface).copied().into_iter().chain(bundled).collect())
        });
        Ok(Self { faces, order: order.into(), found })
    }

    /// The families of the folder that are used.
    #[must_use]
    pub fn found(&self) -> &[String] {
        &self.found
    }

    fn glyph(&self, typeface: Typeface, character: char) -> Option<Glyph> {
        self.order.get(&typeface)?.iter().find_map(|face| {
            let (id, advance_em) = self.faces.get(*face)?.glyph(character)?;
            Some(Glyph { face: *face, id, advance_em })
        })
    }

    /// The advance of a character in em; one em for a character that no face has.
    #[must_use]
    pub fn advance_em(&self, typeface: Typeface, character: char) -> f64 {
        self.glyph(typeface, character).map_or(1.0, |glyph| glyph.advance_em)
    }

    /// The width of a text in mm at a size, the widths of its characters taken times `pitch`.
    #[must_use]
    pub fn width_mm(&self, typeface: Typeface, text: &str, size_pt: f64, pitch: f64) -> f64 {
        text.chars().map(|character| self.advance_em(typeface, character)).sum::<f64>() * size_pt / POINTS_PER_MM
            * pitch
    }
}

/// The files below a folder, in the order of their names.
fn font_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("read fonts in", folder))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// A page of a document.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// What stands on it, from bottom to top.
    pub items: Vec<SheetItem>,
}

/// What stands on a page. Positions are in mm, right and down from the top left corner.
#[derive(Debug, Clone)]
pub enum SheetItem {
    /// A line of text.
    Line(TextLine),
    /// A filled rectangle: left, top, width, height.
    Bar([f64; 4], [u8; 3]),
    /// A figure at its top left corner, as wide as that.
    Figure(Box<Figure>, Position, f64),
}

/// A line of text.
#[derive(Debug, Clone)]
pub struct TextLine {
    /// The text.
    pub text: String,
    /// The begin of the baseline.
    pub at: Position,
    /// The typeface.
    pub typeface: Typeface,
    /// The size in points.
    pub size_pt: f64,
    /// The advances of characters are taken times this.
    pub pitch: f64,
    /// What is added after each character, in mm.
    pub spread_mm: f64,
    /// Red, green, blue.
    pub color: [u8; 3],
}

/// A bookmark: words, page from 0, distance from the top in mm.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    /// The words.
    pub words: String,
    /// The page, from 0.
    pub page: usize,
    /// The distance from the top in mm.
    pub top_mm: f64,
}

/// A file of pages, and the characters that no face has.
#[derive(Debug, Clone)]
pub struct SheetPdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// The characters that no face has, each once; they are left out.
    pub missing: Vec<char>,
}

/// Writes pages of the same size as PDF, with subsets of the fonts embedded, searchable text and bookmarks. The file contains no
/// date, so the same pages give the same bytes.
///
/// # Errors
///
/// [`RenderError::Backend`] if a font cannot be embedded or a figure not be drawn.
pub fn pdf_of_pages(
    [width_mm, height_mm]: Position,
    (title, language): (&str, &str),
    sheets: &[Sheet],
    bookmarks: &[Bookmark],
    faces: &Typefaces,
) -> Result<SheetPdf> {
    let mut document = krilla::Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).language(language.to_owned()));
    let mut missing = Vec::new();
    for sheet in sheets {
        let settings = PageSettings::from_wh(points(width_mm), points(height_mm))
            .ok_or_else(|| backend("the page has no size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for item in &sheet.items {
            match item {
                SheetItem::Line(line) => draw_line(&mut surface, line, faces, &mut missing),
                SheetItem::Bar(bar, color) => draw_bar(&mut surface, *bar, *color)?,
                SheetItem::Figure(figure, at, width) => draw_figure(&mut surface, figure, *at, *width)?,
            }
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for Bookmark { words, page, top_mm } in bookmarks {
        let place = XyzDestination::new(*page, Point::from_xy(0.0, points(*top_mm)));
        outline.push_child(OutlineNode::new(words.clone(), place));
    }
    document.set_outline(outline);
    let bytes = document.finish().map_err(|error| backend(format!("{error:?}")))?;
    Ok(SheetPdf { bytes, missing })
}

fn backend(message: String) -> RenderError {
    RenderError::Backend { format: "PDF", message }
}

#[expect(clippy::cast_possible_truncation, reason = "the writer works in f32")]
fn points(mm: f64) -> f32 {
    (mm * POINTS_PER_MM) as f32
}

fn fill([red, green, blue]: [u8; 3]) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn draw_line(surface: &mut krilla::surface::Surface<'_>, line: &TextLine, faces: &Typefaces, missing: &mut Vec<char>) {
    surface.set_fill(Some(fill(line.color)));
    let size_mm = line.size_pt / POINTS_PER_MM;
    // One run for each face, since a run has one.
    let mut runs: Vec<(usize, f64, String, Vec<KrillaGlyph>)> = Vec::new();
    let mut left = line.at[0];
    for character in line.text.chars() {
        let glyph = faces.glyph(line.typeface, character);
        let advance_mm = glyph.map_or(1.0, |glyph| glyph.advance_em) * size_mm * line.pitch + line.spread_mm;
        match glyph {
            Some(glyph) => {
                if runs.last().is_none_or(|(face, ..)| *face != glyph.face) {
                    runs.push((glyph.face, left, String::new(), Vec::new()));
                }
                if let Some((_, _, text, glyphs)) = runs.last_mut() {
                    let start = text.len();
                    text.push(character);
                    #[expect(clippy::cast_possible_truncation, reason = "the writer works in f32")]
                    let advance = (advance_mm / size_mm) as f32;
                    glyphs.push(KrillaGlyph::new(
                        GlyphId::new(u32::from(glyph.id)),
                        advance,
                        0.0,
                        0.0,
                        0.0,
                        start..text.len(),
                        None,
                    ));
                }
            }
            None if !missing.contains(&character) => missing.push(character),
            None => {}
        }
        // Behind a gap a new run begins.
        if glyph.is_none() {
            runs.push((usize::MAX, left, String::new(), Vec::new()));
        }
        left += advance_mm;
    }
    for (face, left, text, glyphs) in runs {
        let Some(face) = faces.faces.get(face) else { continue };
        let start = Point::from_xy(points(left), points(line.at[1]));
        #[expect(clippy::cast_possible_truncation, reason = "the writer works in f32")]
        surface.draw_glyphs(start, &glyphs, face.font.clone(), &text, line.size_pt as f32, false);
    }
}

fn draw_bar(
    surface: &mut krilla::surface::Surface<'_>,
    [left, top, width, height]: [f64; 4],
    color: [u8; 3],
) -> Result<()> {
    let rect = Rect::from_xywh(points(left), points(top), points(width), points(height));
    let mut path = PathBuilder::new();
    path.push_rect(rect.ok_or_else(|| backend("a line has no size".to_owned()))?);
    surface.set_fill(Some(fill(color)));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    Ok(())
}

fn draw_figure(
    surface: &mut krilla::surface::Surface<'_>,
    figure: &Figure,
    [left, top]: Position,
    width_mm: f64,
) -> Result<()> {
    let fonts: &Fonts = figure.fonts();
    let options = Options { font_family: FAMILY.to_owned(), fontdb: fonts.database(), ..Options::default() };
    let tree = Tree::from_str(&write(figure, Lettering::Haloed(fonts)), &options)
        .map_err(|error| backend(error.to_string()))?;
    let height_mm = figure.height_mm * width_mm / figure.width_mm;
    let size =
        Size::from_wh(points(width_mm), points(height_mm)).ok_or_else(|| backend("a figure has no size".to_owned()))?;
    surface.push_transform(&Transform::from_translate(points(left), points(top)));
    let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
    surface.pop();
    drawn.ok_or_else(|| backend("the drawing was refused".to_owned()))?;
    Ok(())
}
