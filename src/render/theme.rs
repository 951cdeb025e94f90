use std::fmt;
use std::path::PathBuf;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::block::TypeStyle;
use super::chart::ChartSpec;
use super::figure::Fill;
use super::font::{FontWeight, Fonts};
use super::palette::{CategoryMark, greys};
use super::spec::{from_toml, within};
use super::{Color, MapSpec};
use crate::Result;
use crate::error::RenderError;

/// The number of millimetres per point.
pub(super) const MM_PER_POINT: f64 = 25.4 / 72.0;

/// The least contrast of a mark with the areas that it lies on.
const LEAST_CONTRAST: f64 = 3.0;

/// The share of paper in the lines over the class from which colours part.
const MIDDLE_LINES: f64 = 0.7;

/// The contrast of a mark with what it lies on below which its edge must tell the two apart.
const LEAST_EDGE_CONTRAST: f64 = 1.6;

/// The house style shared by maps and charts: colours, font sizes in points, line widths in mm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// The colour of the page.
    pub paper: Color,
    /// The colour of text and outlines.
    pub ink: Color,
    /// The colour of secondary text: sources, axis labels.
    pub muted: Color,
    /// The colour of rules and grid lines.
    pub rule: Color,
    /// The default colour of bars and points.
    pub accent: Color,
    /// The colour of missing amounts and of warnings.
    pub alert: Color,
    /// The colour of areas without a quota.
    pub no_quota: Color,
    /// The colour of the hatch of areas without data.
    pub no_data: Color,
    /// The colour of borders between areas.
    pub border: Color,
    /// The width of borders between areas, in mm.
    pub border_mm: f64,
    /// The width of heavier outlines, in mm: districts over towns, and the edge of the map.
    pub outline_mm: f64,
    /// The font size of the title, in points.
    pub title_pt: f64,
    /// The font size of the subtitle, in points.
    pub subtitle_pt: f64,
    /// The font size of area labels, legend and axis labels, in points.
    pub label_pt: f64,
    /// The font size of sources and notes, in points.
    pub note_pt: f64,
    /// The width of the halo around labels, in mm.
    pub halo_mm: f64,
    /// Whether the colours of classes are replaced by distinguishable greys.
    pub grey: bool,
    /// The font: a TrueType or OpenType file, or the name of an installed family, such as `仿宋`. Characters that it lacks are set in
    /// the bundled font. Without it, everything is, and looks the same on every machine.
    pub font: Option<PathBuf>,
    /// The font of bold type, likewise. Without it, the bold face of an installed family; of a file, none.
    pub bold_font: Option<PathBuf>,
    /// What `font` and `bold_font` say, once [`Theme::read_fonts`] has read it.
    #[serde(skip)]
    pub fonts: &'static Fonts,
}

/// What has a theme.
pub(crate) trait Themed {
    /// Returns the theme.
    fn theme(&mut self) -> &mut Theme;
}

impl Themed for MapSpec {
    fn theme(&mut self) -> &mut Theme {
        &mut self.theme
    }
}

impl Themed for ChartSpec {
    fn theme(&mut self) -> &mut Theme {
        &mut self.theme
    }
}

/// The themes that come with the program, by name.
const BUILT_IN: [(&str, &str); 3] = [
    ("light", include_str!("../../maps/themes/light.toml")),
    ("dark", include_str!("../../maps/themes/dark.toml")),
    ("print-grey", include_str!("../../maps/themes/print-grey.toml")),
];

impl Default for Theme {
    fn default() -> Self {
        Self {
            paper: Color::WHITE,
            ink: Color::new(0x1f, 0x24, 0x2b),
            muted: Color::new(0x55, 0x5e, 0x69),
            rule: Color::new(0xc9, 0xce, 0xd5),
            accent: Color::new(0x2b, 0x6c, 0xa3),
            alert: Color::new(0xb0, 0x3a, 0x1d),
            no_quota: Color::new(0xee, 0xee, 0xea),
            no_data: Color::new(0x9a, 0xa0, 0xa6),
            border: Color::new(0x6b, 0x73, 0x7c),
            border_mm: 0.2,
            outline_mm: 0.45,
            title_pt: 20.0,
            subtitle_pt: 11.0,
            label_pt: 9.0,
            note_pt: 7.5,
            halo_mm: 0.35,
            grey: false,
            font: None,
            bold_font: None,
            fonts: Fonts::bundled(),
        }
    }
}

impl Theme {
    /// Reads a theme file, which holds the keys of `[theme]` to override.
    ///
    /// # Errors
    ///
    /// As [`crate::render::MapSpec::from_toml`].
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::Theme;
    /// let theme = Theme::from_toml("title_pt = 18\naccent = '#336699'", "house.toml").unwrap();
    /// assert_eq!((theme.title_pt, theme.note_pt), (18.0, Theme::default().note_pt));
    /// let error = Theme::from_toml("acent = '#336699'", "house.toml").unwrap_err();
    /// assert_eq!(error.hint().as_deref(), Some("did you mean `accent`?"));
    /// ```
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        let theme: Self = from_toml(text, file)?;
        theme.check()?;
        Ok(theme)
    }

    /// Returns the keys of a built-in theme as TOML: `light`, `dark`, `print-grey`.
    ///
    /// # Errors
    ///
    /// [`RenderError::UnknownName`], with the known names.
    pub fn built_in(name: &str) -> Result<&'static str, RenderError> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text).ok_or_else(|| {
            RenderError::UnknownName {
                what: "theme",
                found: name.to_owned(),
                expected: BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect(),
            }
        })
    }

    /// Returns the colours of classes in this theme: unchanged, or replaced by evenly spaced greys in the same
    /// direction.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::{Theme, palette_colors};
    /// let colors = palette_colors("YlGnBu", 3, false).unwrap();
    /// assert_eq!(Theme::default().colors(colors.clone()), colors);
    /// let greys = Theme { grey: true, ..Theme::default() }.colors(colors);
    /// assert!(greys.iter().all(|grey| grey.red == grey.green && grey.green == grey.blue));
    /// ```
    #[must_use]
    pub fn colors(&self, colors: Vec<Color>) -> Vec<Color> {
        // Colours that part in the middle say which is high by their hue alone, so that it is the dark end here.
        let rises = colors.is_sorted_by(|one, next| one.luminance() < next.luminance());
        match (self.grey, colors.len()) {
            (true, 1) => greys(1, false),
            (true, count) => greys(count, rises),
            _ => colors,
        }
    }

    /// Returns the colours of classes from low to high as they stand on this page. On a dark one the dark end of a palette would be
    /// the nearest to nothing: colours that darken run the other way, and those that darken to both sides of a middle are
    /// bright where they were dark.
    pub(super) fn on_page(&self, mut colors: Vec<Color>) -> Vec<Color> {
        if !self.is_dark() || colors.len() < 2 {
            return colors;
        }
        match lightest(&colors) {
            Some(0) => colors.reverse(),
            Some(middle) if middle + 1 < colors.len() => colors = self.parted(colors),
            _ => {}
        }
        colors
    }

    /// The class from which colours part, if they darken to both sides of one: in grey its colour says nothing of that.
    pub(super) fn middle(colors: &[Color]) -> Option<usize> {
        let middle = lightest(colors).filter(|middle| *middle > 0 && middle + 1 < colors.len())?;
        let is_neutral = |end: &Color| end.contrast(colors[middle]) >= LEAST_EDGE_CONTRAST;
        [colors.first(), colors.last()].into_iter().flatten().all(is_neutral).then_some(middle)
    }

    /// The fill of that class in grey: pale lines, which neither areas without data nor masked ones have.
    pub(super) fn middle_fill(&self, ground: Color) -> Fill {
        Fill::Hatch { line: self.paper.over(ground, MIDDLE_LINES), ground }
    }

    /// Returns colours that part from a neutral middle as they stand on this page: on a dark one bright where they were dark.
    pub(super) fn parted(&self, colors: Vec<Color>) -> Vec<Color> {
        if self.is_dark() { colors.into_iter().map(Color::inverted).collect() } else { colors }
    }

    /// Returns the colour of the thin line around a mark on the areas: that of the page, or ink around a mark that can hardly be told
    /// from what it lies on.
    pub(super) fn edge(&self, mark: Color, ground: Color) -> Color {
        if mark.contrast(ground) < LEAST_EDGE_CONTRAST { self.ink } else { self.paper }
    }

    /// Returns the marks of categories in this theme, as [`Theme::colors`].
    pub(super) fn marks(&self, marks: Vec<CategoryMark>) -> Vec<CategoryMark> {
        let colors = self.colors(marks.iter().map(|mark| mark.color).collect());
        marks.into_iter().zip(colors).map(|(mark, color)| CategoryMark { color, ..mark }).collect()
    }

    /// Returns the colour of marks that lie over areas, such as dots: grey where all is, and on areas of one colour mixed with as
    /// much ink as it needs to be told from them; on a dark page, from the page, on which the legend has them.
    pub(super) fn mark(&self, color: Color, is_plain: bool) -> Color {
        let color = if self.grey { color.greyed() } else { color };
        let ground = match is_plain {
            true => self.no_quota,
            false if self.is_dark() => self.paper,
            false => return color,
        };
        let mut mixed = (0..=10).map(|step| self.ink.over(color, f64::from(step) / 10.0));
        mixed.find(|mixed| mixed.contrast(ground) >= LEAST_CONTRAST).unwrap_or(self.ink)
    }

    /// Reads the fonts that `font` and `bold_font` name; relative paths are taken from the working folder.
    ///
    /// # Errors
    ///
    /// [`RenderError::Font`] if a file is no font, or if a name is neither a file of one nor an installed family.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::Theme;
    /// let mut theme = Theme { font: Some("no such font".into()), ..Theme::default() };
    /// let error = theme.read_fonts().unwrap_err().to_string();
    /// assert!(error.starts_with("cannot set type in `no such font`: found no installed family of that name"));
    /// ```
    pub fn read_fonts(&mut self) -> Result<()> {
        self.fonts = Fonts::named(self.font.as_deref(), self.bold_font.as_deref())?;
        Ok(())
    }

    /// The type of a line of text on the page, in points.
    pub(super) fn type_style(&self, size_pt: f64, color: Color) -> TypeStyle {
        TypeStyle {
            size_mm: size_pt * MM_PER_POINT,
            weight: FontWeight::Regular,
            color,
            ground: self.paper,
            fonts: self.fonts,
        }
    }

    /// Whether the page is dark.
    pub(super) fn is_dark(&self) -> bool {
        self.paper.luminance() < 0.18
    }

    /// Returns an error for sizes that cannot be drawn.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        for (key, size, high) in [
            ("theme.title_pt", self.title_pt, 200.0),
            ("theme.subtitle_pt", self.subtitle_pt, 200.0),
            ("theme.label_pt", self.label_pt, 200.0),
            ("theme.note_pt", self.note_pt, 200.0),
        ] {
            within(key, size, 2.0, high)?;
        }
        within("theme.border_mm", self.border_mm, 0.0, 10.0)?;
        within("theme.outline_mm", self.outline_mm, 0.0, 10.0)?;
        within("theme.halo_mm", self.halo_mm, 0.0, 5.0)
    }
}

/// The lightest of colours that lighten up to it and darken from it.
fn lightest(colors: &[Color]) -> Option<usize> {
    let light: Vec<f64> = colors.iter().map(|color| color.luminance()).collect();
    let middle = (0..light.len()).max_by(|one, other| light[*one].total_cmp(&light[*other]))?;
    let rises = light[..=middle].is_sorted_by(|one, next| one < next);
    (rises && light[middle..].is_sorted_by(|one, next| one > next)).then_some(middle)
}

/// Deserializes the `theme` of a specification: the name of a built-in theme, or keys.
pub(super) fn named_or_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Theme, D::Error> {
    struct Either;

    impl<'de> Visitor<'de> for Either {
        type Value = Theme;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name of a theme, or a table of its keys")
        }

        fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Theme, E> {
            let keys = Theme::built_in(name).map_err(E::custom)?;
            toml::from_str(keys).map_err(|error| E::custom(error.message()))
        }

        fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<Theme, A::Error> {
            Theme::deserialize(MapAccessDeserializer::new(keys))
        }
    }

    // As a struct, so that its keys are known to whoever asks for them.
    deserializer.deserialize_struct("Theme", super::keys::fields::<Theme>(&[]).unwrap_or_default(), Either)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(name: &str) -> Theme {
        Theme::from_toml(Theme::built_in(name).unwrap(), name).unwrap()
    }

    #[test]
    fn light_is_the_default() {
        assert_eq!(built_in("light"), Theme::default());
    }

    #[test]
    fn every_built_in_theme_can_be_read() {
        for (name, _) in BUILT_IN {
            let theme = built_in(name);
            for (what, color) in
                [("ink", theme.ink), ("muted", theme.muted), ("alert", theme.alert), ("accent", theme.accent)]
            {
                let contrast = color.contrast(theme.paper);
                assert!(contrast >= 4.5, "{name}, {what}: {contrast:.2}");
            }
            for (what, color) in [("no_data", theme.no_data), ("border", theme.border)] {
                assert!(color.contrast(theme.paper) >= 2.0, "{name}, {what}");
            }
        }
    }

    #[test]
    fn what_is_high_is_bright_on_a_dark_page_and_dark_in_grey() {
        let falls = |colors: &[Color]| colors.is_sorted_by(|one, next| one.luminance() > next.luminance());
        let sequential = vec![Color::of_rgb(0xf7f7f2), Color::of_rgb(0xd0d3c8), Color::of_rgb(0x70_7868)];
        let parted: Vec<Color> =
            [0xb35806, 0xf1a340, 0xf7f7f7, 0x998ec3, 0x542788].map(Color::of_rgb).into_iter().collect();
        let dark = built_in("dark");
        for colors in [&sequential, &parted] {
            let shown = dark.on_page(colors.clone());
            assert!(shown.last().unwrap().luminance() > 0.3, "{shown:?}");
            assert_eq!(built_in("light").on_page(colors.clone()), *colors);
            let mut grey = built_in("print-grey").colors(colors.clone());
            assert!(falls(&grey), "{grey:?}");
            // An office's own order from dark to light stays.
            grey.reverse();
            assert_eq!(built_in("print-grey").colors(grey.clone()), grey);
        }
        // The middle is the nearest to the page.
        let shown = dark.on_page(parted);
        assert!(shown.iter().all(|color| color.luminance() >= shown[2].luminance()), "{shown:?}");
        // From dark to light already.
        let bright: Vec<Color> = sequential.iter().rev().copied().collect();
        assert_eq!(dark.on_page(bright.clone()), bright);
    }

    #[test]
    fn marks_can_be_told_from_their_ground_in_every_theme() {
        let purple = Color::new(0x7a, 0x01, 0x77);
        for (name, _) in BUILT_IN {
            let theme = built_in(name);
            let mark = theme.mark(purple, true);
            assert!(mark.contrast(theme.no_quota) >= LEAST_CONTRAST, "{name}: {mark}");
            assert_eq!(theme.mark(purple, false) == purple, name == "light", "{name}");
            assert!(theme.mark(purple, false).contrast(theme.paper) >= LEAST_CONTRAST, "{name}");
            assert!(!theme.grey || (mark.red == mark.green && mark.green == mark.blue), "{name}: {mark}");
        }
        assert_eq!(built_in("light").mark(purple, true), purple);
    }

    #[test]
    fn an_unknown_theme_names_the_near_one() {
        assert_eq!(Theme::built_in("drak").unwrap_err().hint().as_deref(), Some("did you mean `dark`?"));
    }
}
