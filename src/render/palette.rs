use std::collections::BTreeMap;

use colorous::Gradient;

use super::Color;
use super::figure::{Fill, Outline, Position, Shape, Stroke};
use crate::error::RenderError;

/// The kind of a palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaletteKind {
    /// From light to dark, for values from low to high.
    Sequential,
    /// In two directions from a neutral middle.
    Diverging,
    /// Distinct colours without an order.
    Categorical,
}

impl PaletteKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Diverging => "diverging",
            Self::Categorical => "categorical",
        }
    }
}

enum Colors {
    Gradient(Gradient),
    List(&'static [Color]),
}

struct Palette {
    name: &'static str,
    kind: PaletteKind,
    colors: Colors,
}

/// Eight colours that all common forms of colour vision tell apart, without the black.
///
/// Okabe & Ito, Color Universal Design (2008).
const OKABE_ITO: [Color; 7] = [
    Color::new(0, 114, 178),
    Color::new(230, 159, 0),
    Color::new(0, 158, 115),
    Color::new(204, 121, 167),
    Color::new(86, 180, 233),
    Color::new(213, 94, 0),
    Color::new(240, 228, 66),
];

const fn sequential(name: &'static str, gradient: Gradient) -> Palette {
    Palette { name, kind: PaletteKind::Sequential, colors: Colors::Gradient(gradient) }
}

const fn diverging(name: &'static str, gradient: Gradient) -> Palette {
    Palette { name, kind: PaletteKind::Diverging, colors: Colors::Gradient(gradient) }
}

/// ColorBrewer's under ColorBrewer's names, then those of matplotlib. Left out: rainbows, which order nothing.
static PALETTES: &[Palette] = &[
    sequential("YlGnBu", colorous::YELLOW_GREEN_BLUE),
    sequential("YlGn", colorous::YELLOW_GREEN),
    sequential("YlOrBr", colorous::YELLOW_ORANGE_BROWN),
    sequential("YlOrRd", colorous::YELLOW_ORANGE_RED),
    sequential("BuGn", colorous::BLUE_GREEN),
    sequential("BuPu", colorous::BLUE_PURPLE),
    sequential("GnBu", colorous::GREEN_BLUE),
    sequential("OrRd", colorous::ORANGE_RED),
    sequential("PuBu", colorous::PURPLE_BLUE),
    sequential("PuBuGn", colorous::PURPLE_BLUE_GREEN),
    sequential("PuRd", colorous::PURPLE_RED),
    sequential("RdPu", colorous::RED_PURPLE),
    sequential("Blues", colorous::BLUES),
    sequential("Greens", colorous::GREENS),
    sequential("Greys", colorous::GREYS),
    sequential("Oranges", colorous::ORANGES),
    sequential("Purples", colorous::PURPLES),
    sequential("Reds", colorous::REDS),
    sequential("viridis", colorous::VIRIDIS),
    sequential("cividis", colorous::CIVIDIS),
    sequential("magma", colorous::MAGMA),
    sequential("inferno", colorous::INFERNO),
    sequential("plasma", colorous::PLASMA),
    diverging("BrBG", colorous::BROWN_GREEN),
    diverging("PRGn", colorous::PURPLE_GREEN),
    diverging("PiYG", colorous::PINK_GREEN),
    diverging("PuOr", colorous::PURPLE_ORANGE),
    diverging("RdBu", colorous::RED_BLUE),
    diverging("RdYlBu", colorous::RED_YELLOW_BLUE),
    diverging("RdYlGn", colorous::RED_YELLOW_GREEN),
    Palette { name: "OkabeIto", kind: PaletteKind::Categorical, colors: Colors::List(&OKABE_ITO) },
];

fn find(name: &str) -> Result<&'static Palette, RenderError> {
    PALETTES.iter().find(|palette| palette.name.eq_ignore_ascii_case(name)).ok_or_else(|| RenderError::UnknownName {
        what: "palette",
        found: name.to_owned(),
        expected: PALETTES.iter().map(|palette| palette.name.to_owned()).collect(),
    })
}

impl Palette {
    fn at(&self, position: f64, reversed: bool) -> Color {
        let position = if reversed { 1.0 - position } else { position };
        match &self.colors {
            Colors::Gradient(gradient) => gradient.eval_continuous(position).into(),
            Colors::List(list) => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the length")]
                let at = (position * (list.len() - 1) as f64).round() as usize;
                list[at.min(list.len() - 1)]
            }
        }
    }
}

/// Returns this number of greys, evenly spaced in lightness *L*\*, from light to dark or the other way round.
pub(super) fn greys(count: usize, dark_first: bool) -> Vec<Color> {
    const LIGHT: f64 = 93.0;
    const DARK: f64 = 25.0;
    let lightness = |place: usize| {
        if count < 2 { f64::midpoint(LIGHT, DARK) } else { LIGHT - (LIGHT - DARK) * place as f64 / (count - 1) as f64 }
    };
    let grey = |place: usize| Color::grey(lightness(if dark_first { count - 1 - place } else { place }));
    (0..count).map(grey).collect()
}

/// Returns the kind of the named palette.
///
/// # Errors
///
/// [`RenderError::UnknownName`], with the known names.
pub fn palette_kind(name: &str) -> Result<PaletteKind, RenderError> {
    Ok(find(name)?.kind)
}

/// Returns this number of evenly spaced colours of the named palette, without the ends that are nearly white or nearly
/// black.
///
/// # Errors
///
/// [`RenderError::UnknownName`], with the known names.
///
/// # Examples
///
/// ```
/// use jiju::render::palette_colors;
/// let colors = palette_colors("YlGnBu", 5, false).unwrap();
/// assert!(colors.windows(2).all(|pair| pair[0].luminance() > pair[1].luminance()));
/// ```
pub fn palette_colors(name: &str, count: usize, reversed: bool) -> Result<Vec<Color>, RenderError> {
    let palette = find(name)?;
    let (low, high) = match palette.kind {
        PaletteKind::Sequential => (0.08, 0.88),
        PaletteKind::Diverging => (0.1, 0.9),
        PaletteKind::Categorical => {
            // Beyond the list the colours come again, and the legend can no longer tell: the caller limits the count.
            let Colors::List(list) = &palette.colors else { return Ok(Vec::new()) };
            return Ok((0..count).map(|position| list[position % list.len()]).collect());
        }
    };
    let position = |index: usize| {
        if count < 2 { f64::midpoint(low, high) } else { low + (high - low) * index as f64 / (count - 1) as f64 }
    };
    Ok((0..count).map(|index| palette.at(position(index), reversed)).collect())
}

/// The colours of Okabe and Ito in an order that puts light by dark, so that neighbours are told apart in a grey copy.
pub(super) const LIGHT_BY_DARK: [usize; 7] = [0, 1, 2, 4, 5, 6, 3];

/// How one of many categories is drawn: in a colour, and with lines over it once the colours that can be told apart are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategoryMark {
    /// The colour.
    pub color: Color,
    /// The lines over it.
    pub texture: Texture,
}

/// The lines over a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texture {
    /// None.
    Plain,
    /// Diagonal lines in one direction; a point has a dark rim.
    Striped,
    /// Diagonal lines in both directions; a point is hollow.
    Crossed,
}

impl Texture {
    const ALL: [Self; 3] = [Self::Plain, Self::Striped, Self::Crossed];

    /// Returns the word for the texture in files: `striped`, `crossed`; `None` without lines.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Striped => Some("striped"),
            Self::Crossed => Some("crossed"),
        }
    }
}

impl CategoryMark {
    pub(super) fn plain(color: Color) -> Self {
        Self { color, texture: Texture::Plain }
    }

    /// The colour of the lines: dark on a light colour, light on a dark one.
    #[must_use]
    pub fn line(self) -> Color {
        if self.color.luminance() > 0.2 {
            self.color.over(Color::BLACK, 0.45)
        } else {
            self.color.over(Color::WHITE, 0.4)
        }
    }

    pub(super) fn fill(self) -> Fill {
        let (line, ground) = (self.line(), self.color);
        match self.texture {
            Texture::Plain => Fill::Solid(ground),
            Texture::Striped => Fill::Hatch { line, ground },
            Texture::Crossed => Fill::CrossHatch { line, ground },
        }
    }

    /// A point of this diameter. It is too small for lines, so that its rim stands for them.
    pub(super) fn point(self, centre: Position, diameter_mm: f64, paper: Color) -> Shape {
        let radius_mm = diameter_mm / 2.0;
        let circle = |radius_mm: f64, fill: Color, stroke: Stroke| Shape {
            stroke: Some(stroke),
            ..Shape::filled(Outline::Circle { centre, radius_mm }, Fill::Solid(fill))
        };
        match self.texture {
            Texture::Plain => circle(radius_mm, self.color, Stroke::new(paper, radius_mm * 0.2)),
            Texture::Striped => circle(radius_mm, self.color, Stroke::new(self.line(), radius_mm * 0.4)),
            Texture::Crossed => circle(radius_mm * 0.85, paper, Stroke::new(self.color, radius_mm * 0.5)),
        }
    }
}

/// Returns a mark for each of these positions among the sectors of a run, the same in each of its figures: the colours of the
/// palette, then the same ones paler, then darker, then all of these with lines over them in one direction, then in both. A position
/// beyond them, or none, takes a mark that is left; the result is shorter than the positions if none is.
pub(super) fn fixed_marks(full: &[Color], positions: &[Option<usize>], paper: Color) -> Vec<CategoryMark> {
    let pale = full.iter().map(|color| color.over(paper, 0.45));
    let dark = full.iter().map(|color| color.over(Color::BLACK, 0.55));
    let colors: Vec<Color> = full.iter().copied().chain(pale).chain(dark).collect();
    let with = |texture| colors.iter().map(move |color| CategoryMark { color: *color, texture });
    let all: Vec<CategoryMark> = Texture::ALL.into_iter().flat_map(with).collect();
    let fits = |place: &Option<usize>| place.filter(|place| *place < all.len());
    let mut left = (0..all.len()).filter(|place| !positions.iter().any(|own| fits(own) == Some(*place)));
    let places = positions.iter().map(|place| fits(place).or_else(|| left.next()));
    places.map_while(|place| place.and_then(|place| all.get(place).copied())).collect()
}

/// Returns the marks of categories of a run by their places in it, in the colours of Okabe and Ito: 63 that are told apart by
/// colour and lines. `None` if none of the categories has a place, or if there are more than marks.
///
/// # Errors
///
/// As [`palette_colors`].
///
/// # Examples
///
/// ```
/// use jiju::render::{Color, Texture, category_marks};
/// let places = [("bearings", 0), ("garments", 7), ("furniture", 21)].map(|(name, place)| (name.to_owned(), place));
/// let places = places.into_iter().collect();
/// let marks = category_marks(["furniture", "bearings"].into_iter(), &places, Color::WHITE).unwrap().unwrap();
/// assert_eq!((marks[0].color, marks[0].texture), (marks[1].color, Texture::Striped));
/// assert_eq!(category_marks(["mining"].into_iter(), &places, Color::WHITE).unwrap(), None);
/// ```
pub fn category_marks<'a>(
    names: impl Iterator<Item = &'a str>,
    places: &BTreeMap<String, usize>,
    paper: Color,
) -> Result<Option<Vec<CategoryMark>>, RenderError> {
    let positions: Vec<Option<usize>> = names.map(|name| places.get(name).copied()).collect();
    if positions.iter().all(Option::is_none) {
        return Ok(None);
    }
    let all = palette_colors("OkabeIto", LIGHT_BY_DARK.len(), false)?;
    let full = LIGHT_BY_DARK.map(|position| all[position]);
    let marks = fixed_marks(&full, &positions, paper);
    Ok((marks.len() == positions.len()).then_some(marks))
}

/// Returns the colours of classes on both sides of a midpoint; classes at equal distance from it have equal strength.
///
/// `uppers` holds the upper bounds of the classes. A class that contains the midpoint gets the neutral middle colour.
///
/// # Errors
///
/// [`RenderError::UnknownName`], with the known names.
pub fn diverging_colors(
    name: &str,
    lowest: f64,
    uppers: &[f64],
    midpoint: f64,
    reversed: bool,
) -> Result<Vec<Color>, RenderError> {
    let palette = find(name)?;
    let lowers = std::iter::once(lowest).chain(uppers.iter().copied());
    let below = uppers.iter().filter(|upper| **upper <= midpoint).count();
    let holding = lowers.zip(uppers).filter(|(lower, upper)| *lower < midpoint && midpoint < **upper).count();
    let above = uppers.len() - below - holding;
    let steps = below.max(above).max(1) as f64;
    Ok((0..uppers.len())
        .map(|class| {
            let step =
                if class < below { class as f64 - below as f64 } else { (class + 1) as f64 - (below + holding) as f64 };
            // The first step from the middle is still to be told from the neutral.
            let offset = if class >= below && class < below + holding {
                0.0
            } else {
                step.signum() * (0.1 + 0.3 * step.abs() / steps)
            };
            palette.at(0.5 + offset, reversed)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_equally_far_from_the_midpoint_are_equally_strong() {
        let colors = diverging_colors("PuOr", 0.0, &[0.5, 1.0, 2.0, 4.0], 1.0, false).unwrap();
        let palette = find("PuOr").unwrap();
        assert_eq!(colors, [0.1, 0.25, 0.75, 0.9].map(|position| palette.at(position, false)));
        let odd = diverging_colors("PuOr", 0.0, &[0.8, 1.25, 4.0], 1.0, false).unwrap();
        assert_eq!(odd[1], palette.at(0.5, false));
    }

    #[test]
    fn default_palette_keeps_its_order_in_grey() {
        for name in ["YlGnBu", "cividis", "viridis", "Blues"] {
            let light: Vec<f64> = palette_colors(name, 7, false).unwrap().iter().map(|c| c.luminance()).collect();
            assert!(light.is_sorted() || light.iter().rev().is_sorted(), "{name}");
        }
    }

    #[test]
    fn an_unknown_palette_names_the_near_one() {
        let error = palette_colors("virids", 5, false).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `viridis`?"));
    }
}
