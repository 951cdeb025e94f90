use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use super::keys;
use crate::Result;
use crate::error::RenderError;

/// The size of the page.
///
/// # Examples
///
/// ```
/// use jiju::render::{MapSpec, PagePreset};
/// let page = MapSpec::from_toml("page.preset = 'half-column'", "x.toml").unwrap().page;
/// assert_eq!((page.preset, page.width_mm), (Some(PagePreset::HalfColumn), 80.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "PageKeys", into = "PageKeys")]
pub struct PageSize {
    /// A size in common use, with which type, lines, arrow, scale bar and legend are scaled. All lengths of the
    /// specification except those of the page are then lengths on A4, and are scaled as well.
    pub preset: Option<PagePreset>,
    /// What stands on the page of a map; by default what the data and the free side of the page suggest.
    pub layout: Option<MapLayout>,
    /// The width in mm.
    pub width_mm: f64,
    /// The height in mm.
    pub height_mm: f64,
    /// The margin at each edge in mm.
    pub margin_mm: f64,
    /// Whether width or height were stated. Otherwise the page of a map suits the shape of its areas: A4 and A3 are turned,
    /// and the height of a figure in a column of text is what the map needs.
    pub is_size_stated: bool,
}

/// The keys of a page, of which only those that are given replace the lengths of the preset.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PageKeys {
    preset: Option<PagePreset>,
    layout: Option<MapLayout>,
    width_mm: Option<f64>,
    height_mm: Option<f64>,
    margin_mm: Option<f64>,
}

impl From<PageKeys> for PageSize {
    fn from(keys: PageKeys) -> Self {
        let PageKeys { preset, layout, width_mm, height_mm, margin_mm } = keys;
        let usual = preset.unwrap_or(PagePreset::A4);
        let [width, height, margin] = usual.lengths_mm();
        Self {
            preset,
            layout,
            width_mm: width_mm.unwrap_or(width),
            height_mm: height_mm.unwrap_or(height),
            margin_mm: margin_mm.unwrap_or(margin),
            is_size_stated: height_mm.is_some() || (width_mm.is_some() && preset.is_none()),
        }
    }
}

impl From<PageSize> for PageKeys {
    fn from(page: PageSize) -> Self {
        let [width, height, margin] = page.preset.unwrap_or(PagePreset::A4).lengths_mm();
        // Without a preset, all lengths are written: a reader of the specification finds them there.
        let unlike = |own: f64, usual: f64| (page.preset.is_none() || own.to_bits() != usual.to_bits()).then_some(own);
        Self {
            preset: page.preset,
            layout: page.layout,
            width_mm: unlike(page.width_mm, width),
            height_mm: if page.is_size_stated { Some(page.height_mm) } else { unlike(page.height_mm, height) },
            margin_mm: unlike(page.margin_mm, margin),
        }
    }
}

impl Default for PageSize {
    /// A4 landscape.
    fn default() -> Self {
        PageKeys::default().into()
    }
}

/// A size of figures in common use.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter, strum::EnumString, strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PagePreset {
    /// The width of the text of an A4 page in Word or WPS with its usual margins: 158 mm.
    Word,
    /// Half of that width, for two figures beside each other: 80 mm.
    HalfColumn,
    /// A slide of 16:9: 338.7 × 190.5 mm.
    Slide,
    /// A3: 420 × 297 mm.
    A3,
    /// A4: 297 × 210 mm.
    A4,
}

impl PagePreset {
    /// Returns the usual width, height and margin in mm.
    pub(super) fn lengths_mm(self) -> [f64; 3] {
        match self {
            Self::Word => [158.0, 110.0, 3.0],
            Self::HalfColumn => [80.0, 90.0, 1.5],
            Self::Slide => [338.7, 190.5, 12.0],
            Self::A3 => [420.0, 297.0, 15.0],
            Self::A4 => [297.0, 210.0, 12.0],
        }
    }

    /// Returns the height of a chart in mm.
    pub(super) fn chart_height_mm(self) -> f64 {
        match self {
            Self::Word => 99.0,
            Self::HalfColumn => 64.0,
            Self::Slide | Self::A3 | Self::A4 => self.lengths_mm()[1],
        }
    }

    /// Returns the size of type, lines and furniture as a fraction of that on A4.
    pub(super) fn scale(self) -> f64 {
        match self {
            Self::Word => 0.88,
            Self::HalfColumn => 0.75,
            Self::Slide => 1.75,
            Self::A3 => 1.3,
            Self::A4 => 1.0,
        }
    }

    /// Returns the size of a map's title as a fraction of that on A4: it shrinks more than other type, and grows less.
    pub(super) fn title_scale(self) -> f64 {
        match self {
            Self::Word => 0.62,
            Self::HalfColumn => 0.5,
            Self::Slide | Self::A3 => 1.4,
            Self::A4 => 1.0,
        }
    }

    /// Whether a figure of this size stands in a column of text, and is as high as it needs to be.
    pub(super) fn is_in_text(self) -> bool {
        matches!(self, Self::Word | Self::HalfColumn)
    }
}

/// What stands on the page of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MapLayout {
    /// One map with its legend.
    Map,
    /// A map, and a table of the values of its areas, the highest first.
    MapWithTable,
    /// A map, and bars of the values of its areas, the highest first.
    MapWithChart,
    /// Two maps, of two columns, sectors, programmes or quarters.
    TwoMaps,
    /// Four maps, of four of them.
    FourMaps,
}

impl MapLayout {
    /// Returns the number of small maps that it needs, if it is one of several.
    pub(super) fn panels(self) -> Option<usize> {
        match self {
            Self::TwoMaps => Some(2),
            Self::FourMaps => Some(4),
            Self::Map | Self::MapWithTable | Self::MapWithChart => None,
        }
    }
}

impl PageSize {
    /// Returns the size of type, lines and furniture as a fraction of that on A4.
    pub(super) fn scale(&self) -> f64 {
        self.preset.map_or(1.0, PagePreset::scale)
    }

    /// Returns the page of which all lengths are this fraction.
    pub(super) fn divided(self, scale: f64) -> Self {
        Self {
            width_mm: self.width_mm / scale,
            height_mm: self.height_mm / scale,
            margin_mm: self.margin_mm / scale,
            ..self
        }
    }

    /// Returns an error for a page that cannot be drawn on.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        within("page.width_mm", self.width_mm, 40.0, 5000.0)?;
        within("page.height_mm", self.height_mm, 30.0, 5000.0)?;
        let (side, length_mm) = match self.width_mm < self.height_mm {
            true => ("page.width_mm", self.width_mm),
            false => ("page.height_mm", self.height_mm),
        };
        let most_mm = length_mm / 4.0;
        if (0.0..=most_mm).contains(&self.margin_mm) {
            return Ok(());
        }
        let needed = if self.margin_mm > most_mm {
            format!("; this margin needs `{side}` = {} or more", self.margin_mm * 4.0)
        } else {
            String::new()
        };
        Err(RenderError::Setting {
            key: "page.margin_mm".to_owned(),
            found: self.margin_mm.to_string(),
            expected: format!("a number from 0 to {most_mm}, a quarter of `{side}` = {length_mm}{needed}"),
        })
    }
}

/// Returns an error if a setting is out of range.
pub(super) fn within(key: &str, found: f64, low: f64, high: f64) -> Result<(), RenderError> {
    if found >= low && found <= high {
        return Ok(());
    }
    Err(RenderError::Setting {
        key: key.to_owned(),
        found: found.to_string(),
        expected: format!("a number from {low} to {high}"),
    })
}

/// The section of a specification with the keys that replace others in an English figure.
const ENGLISH: &str = "en";

/// Reads a specification from TOML. For an unknown key, the error gives its line and the known keys. The keys for an
/// English figure are checked as well, whatever the language of the specification.
pub(super) fn from_toml<T: DeserializeOwned>(text: &str, file: &str) -> Result<T> {
    let malformed = |error: toml::de::Error| RenderError::Specification {
        file: file.to_owned(),
        line: error.span().map(|span| line_of(text, span.start)),
        message: error.message().replace('\n', " "),
    };
    let document = DeTable::parse(text).map_err(malformed)?;
    let mut unknown = Vec::new();
    find_unknown::<T>(document.get_ref(), &mut Vec::new(), &mut unknown);
    if let Some((start, key, expected)) = unknown.into_iter().min_by_key(|(start, ..)| *start) {
        let expected = expected.iter().map(|key| (*key).to_owned()).collect();
        let line = Some(line_of(text, start));
        return Err(RenderError::UnknownKey { file: file.to_owned(), line, key, expected }.into());
    }
    let spec = toml::from_str(text).map_err(malformed)?;
    if keys::fields::<T>(&[]).is_some_and(|fields| fields.contains(&ENGLISH))
        && let Ok(mut keys) = toml::from_str::<toml::Table>(text)
        && let Some(toml::Value::Table(english)) = keys.remove(ENGLISH)
    {
        merge(&mut keys, &english);
        toml::Value::Table(keys).try_into::<T>().map_err(|error| RenderError::Specification {
            file: file.to_owned(),
            line: None,
            message: format!("in `{ENGLISH}`: {}", error.message().replace('\n', " ")),
        })?;
    }
    Ok(spec)
}

/// Lays one table of keys over another; tables within are merged, everything else is replaced.
pub(crate) fn merge(below: &mut toml::Table, above: &toml::Table) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            _ => {
                below.insert(key.clone(), value.clone());
            }
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

/// An unknown key: where it begins in the text, itself, and the keys known in its place.
type Unknown = (usize, String, &'static [&'static str]);

/// Adds the keys of a table that the struct at this path within `T` has no field for.
fn find_unknown<T: DeserializeOwned>(table: &DeTable<'_>, path: &mut Vec<&'static str>, unknown: &mut Vec<Unknown>) {
    // What is no struct, such as a filter of rows, takes any key.
    let Some(fields) = keys::fields::<T>(path) else { return };
    for (key, value) in table {
        let Some(field) = fields.iter().find(|field| **field == key.get_ref().as_ref()) else {
            unknown.push((key.span().start, key.get_ref().to_string(), fields));
            continue;
        };
        let DeValue::Table(inner) = value.get_ref() else { continue };
        if path.is_empty() && *field == ENGLISH {
            find_unknown::<T>(inner, path, unknown);
        } else {
            path.push(field);
            find_unknown::<T>(inner, path, unknown);
            path.pop();
        }
    }
}
