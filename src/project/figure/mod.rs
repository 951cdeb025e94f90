//! Figures of a project's tables, or of any table of areas: finding the data that a specification asks for, and writing
//! the figure.

mod chart;
#[cfg(test)]
mod effects;
mod english;
mod map;
mod sectors;
mod theme;
mod usual;

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::file::{FigureFormat, Project};
use super::survey::Survey;
use crate::declare::{choice, parameters};
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::Language;
use crate::progress::ProgressRow;
use crate::render::{self, Figure, PagePreset, Themed, merge};
use crate::source;

pub use chart::{ChartRequest, chart_explained, chart_of, chart_on_its_own};
pub use map::{Atlas, AtlasRequest, MapRequest, SheetForm, atlas, atlas_of, map, map_explained, map_of, write_atlas};

pub(super) use english::english_names;

pub use chart::requested_chart;
pub use map::requested_map;
pub(super) use map::{boundary_edit, data_of, map_specification};
pub(super) use sectors::sector_places;
pub(super) use theme::{files as theme_files, is_file as is_theme_file};
pub(super) use usual::{usual_charts, usual_maps};

/// What is otherwise in a figure than its specification says.
#[parameters]
#[derive(Default)]
pub struct FigureKeys {
    /// Set a key of the specification otherwise (repeat for several).
    #[parameter(value = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Another language than that of the specification.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
    /// House style: light, dark, print-grey, or a file of `[theme]` keys.
    #[parameter(value = "THEME")]
    pub theme: Option<String>,
    /// Size of the page in common use, with which type, lines and legend are scaled: word is a text column of 158 mm, half-column
    /// 80 mm [default: that of the specification].
    #[parameter(value = "SIZE")]
    pub preset: Option<PagePreset>,
}

choice!(PagePreset);

/// The resolution in which pixels are drawn where no other is given, in dots per inch.
pub(super) const DEFAULT_DPI: u32 = 200;

/// The form in which a figure is written.
#[parameters]
pub struct FigureForm {
    /// Resolution of a PNG.
    pub dpi: u32,
    /// Letters of an SVG as outlines, for machines that lack the font.
    pub outlines: bool,
}

impl Default for FigureForm {
    fn default() -> Self {
        Self { dpi: DEFAULT_DPI, outlines: false }
    }
}

impl FigureKeys {
    /// The files that are read for a figure with these keys: its specification and all that it names, and a theme of its own.
    pub(super) fn files(&self, spec: Option<&Path>) -> Vec<PathBuf> {
        let set = self.set_keys().unwrap_or_default();
        let named = named_files(spec.unwrap_or(Path::new("")), Path::new(""), &set, self.lang);
        let theme = self.theme.as_deref().map(theme_files).unwrap_or_default();
        spec.map(Path::to_owned).into_iter().chain(theme).chain(named).collect()
    }

    /// The keys of a figure in the house style of a project: its theme and language where no other is given.
    fn in_house(&self, project: Option<&Project>) -> Self {
        let mut keys = self.clone();
        if let Some(project) = project {
            keys.theme = keys.theme.or_else(|| project.theme.clone());
            keys.lang = keys.lang.or(Some(project.language));
        }
        keys
    }

    /// What is otherwise in the specification, as its keys.
    fn set_keys(&self) -> Result<toml::Table> {
        let mut set = toml::Table::new();
        if let Some(preset) = self.preset {
            let word = serde_json::to_value(preset).ok().and_then(|word| word.as_str().map(str::to_owned));
            let page = toml::Table::from_iter(word.map(|word| ("preset".to_owned(), word.into())));
            set.insert("page".to_owned(), page.into());
        }
        merge(&mut set, &set_keys(&self.set)?);
        Ok(set)
    }

    /// A specification with these keys in it.
    fn specification<S: DeserializeOwned + Serialize + Themed>(
        &self,
        path: &Path,
        parse: fn(&str, &str) -> Result<S>,
    ) -> Result<S> {
        specification(path, path, &self.set_keys()?, self.theme.as_deref(), self.lang, parse)
    }
}

/// A specification with what a project or a command sets otherwise in it, and with its English keys where the figure is
/// in English. Without a file of its own, what is set names files beside another.
fn specification<S: DeserializeOwned + Serialize + Themed>(
    path: &Path,
    beside: &Path,
    set: &toml::Table,
    theme: Option<&str>,
    language: Option<Language>,
    parse: fn(&str, &str) -> Result<S>,
) -> Result<S> {
    // Without a file, what is set is all of it.
    let is_set_alone = path.as_os_str().is_empty();
    let file = if is_set_alone { "a figure without `spec`".to_owned() } else { path.display().to_string() };
    let mut text = match is_set_alone {
        true => toml::to_string(set)
            .map_err(|error| ProjectError::Malformed { file: file.clone(), message: error.to_string() })?,
        false => std::fs::read_to_string(path).map_err(Error::file("read specification", path))?,
    };
    source::refuse_passwords(&text, &path.display().to_string())?;
    let own_theme = theme::named(&mut text, path);
    let mut spec = parse(&text, &file)?;
    let mut keys: toml::Table = toml::from_str(&text).map_err(|error| ProjectError::malformed(&file, &error))?;
    let mut english = keys.remove("en");
    let mut set = set.clone();
    let mut set_in_english = set.remove("en");
    let in_english = [&mut english, &mut set_in_english].into_iter().filter_map(|words| words.as_mut()?.as_table_mut());
    for keys in [&mut keys, &mut set].into_iter().chain(in_english) {
        theme::own_fonts_beside(keys, if is_set_alone { beside } else { path });
    }
    let has_fonts = !theme::font_files(&keys).is_empty();
    let themed = theme::put_under(&mut keys, theme.or(own_theme.as_deref()))?;
    without_own_size(&mut keys, &set);
    merge(&mut keys, &set);
    if let Some(language) = language {
        keys.insert("language".to_owned(), language.pick("zh", "en").into());
    }
    let wants_english = keys.get("language").and_then(toml::Value::as_str) == Some("en");
    if wants_english {
        // What is set goes before what the file says in either language.
        for words in [english.take(), Some(toml::Value::Table(set.clone())), set_in_english].into_iter().flatten() {
            if let toml::Value::Table(words) = words {
                merge(&mut keys, &words);
            }
        }
    }
    if set.is_empty() && language.is_none() && !wants_english && !themed && !has_fonts {
        spec.theme().read_fonts()?;
        return Ok(spec);
    }
    let altered = toml::to_string(&keys).map_err(|error| ProjectError::Malformed {
        file: file.clone(),
        message: format!("its keys cannot be set otherwise: {error}"),
    })?;
    let mut spec = parse(&altered, &format!("{file} with what is set otherwise"))?;
    spec.theme().read_fonts()?;
    Ok(spec)
}

/// The files that a specification names, with the keys that are set otherwise: its logo, its layers, its tables, its theme, its
/// fonts. Without a file of its own, what is set names files beside another.
pub(super) fn named_files(path: &Path, beside: &Path, set: &toml::Table, language: Option<Language>) -> Vec<PathBuf> {
    let is_set_alone = path.as_os_str().is_empty();
    // What comes from a pipe can be read only once.
    if !is_set_alone && !path.is_file() {
        return Vec::new();
    }
    let mut text = if is_set_alone { String::new() } else { std::fs::read_to_string(path).unwrap_or_default() };
    let theme = theme::named(&mut text, path).filter(|theme| theme::is_file(theme));
    let beside = if is_set_alone { beside } else { path };
    let mut keys: toml::Table = toml::from_str(&text).unwrap_or_default();
    merge(&mut keys, set);
    theme::own_fonts_beside(&mut keys, beside);
    let _ = theme::put_under(&mut keys, theme.as_deref());
    let mut files = map::named_files(path, beside, set, language);
    files.extend(theme::font_files(&keys));
    files.extend(theme.map(PathBuf::from));
    files
}

/// A specification with every default in force, as TOML.
fn explained<S: Serialize>(spec: &S) -> Result<String> {
    let written = toml::to_string(spec);
    Ok(written.map_err(|error| ProjectError::Malformed {
        file: "the specification".to_owned(),
        message: format!("it cannot be written: {error}"),
    })?)
}

/// Removes the size of the page that a specification has of its own, where a preset is set in its place.
fn without_own_size(keys: &mut toml::Table, set: &toml::Table) {
    let is_preset = set.get("page").is_some_and(|page| page.get("preset").is_some());
    if let Some(toml::Value::Table(page)) = keys.get_mut("page").filter(|_| is_preset) {
        page.retain(|key, _| key == "layout");
    }
}

/// Parses the keys of a request that override those of the specification: `labels.size_pt=9`. A value that is not
/// valid TOML is taken as text.
fn set_keys(set: &[String]) -> Result<toml::Table> {
    let mut keys = toml::Table::new();
    for entry in set {
        let (key, value) = entry.split_once('=').ok_or_else(|| ProjectError::Options {
            message: format!("found `{entry}`, expected `key=value`"),
            hint: "give ‹set› as `key=value`, for example `title=进度` or `classes.count=4`".to_owned(),
        })?;
        let text = toml::Value::String(value.trim().to_owned());
        let parsed = toml::from_str::<toml::Table>(&format!("{} = {}", key.trim(), value.trim()))
            .or_else(|_| toml::from_str(&format!("{} = {text}", key.trim())))
            .map_err(|error| ProjectError::malformed("‹set›", &error))?;
        merge(&mut keys, &parsed);
    }
    Ok(keys)
}

/// Renders a figure in a file format.
///
/// # Errors
///
/// Errors of rendering.
pub fn figure_bytes(figure: &Figure, format: FigureFormat, dpi: u32) -> Result<Vec<u8>> {
    match format {
        FigureFormat::Svg => Ok(render::svg(figure).into_bytes()),
        FigureFormat::SvgOutlines => Ok(render::svg_outlined(figure).into_bytes()),
        FigureFormat::Png => render::png(figure, f64::from(dpi)),
        FigureFormat::Pdf => render::pdf(figure),
    }
}

/// Writes a figure to a file, in the format given by the file name extension.
///
/// # Errors
///
/// As [`figure_bytes`] and [`source::write_atomically`].
pub fn write_figure(figure: &Figure, path: &Path, dpi: u32, inputs: &[&Path]) -> Result<()> {
    source::write_atomically(path, inputs, &figure_bytes(figure, figure_format(path)?, dpi)?)
}

/// Returns the format given by a file name extension.
///
/// # Errors
///
/// [`ReadError::UnknownFormat`] for any other extension.
pub fn figure_format(path: &Path) -> Result<FigureFormat> {
    let unknown = || ReadError::UnknownFormat {
        file: path.display().to_string(),
        ending: path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default(),
        expected: "svg, png, pdf",
    };
    Ok(FigureFormat::from_path(path).ok_or_else(unknown)?)
}

/// Returns a description of the figure's content as the bytes of a JSON file.
#[must_use]
pub fn sidecar_bytes(figure: &Figure) -> Vec<u8> {
    format!("{:#}\n", figure.sidecar()).into_bytes()
}

/// Returns the warnings about a figure to show to the user, one sentence each: labels without room, characters without
/// a glyph.
#[must_use]
pub fn figure_notes(name: &str, figure: &Figure) -> Vec<String> {
    let mut notes: Vec<String> = figure.warnings.iter().map(|warning| format!("{name}: {warning}")).collect();
    let missing = figure.missing_glyphs();
    if !missing.is_empty() {
        let named: Vec<String> =
            missing.iter().map(|character| format!("`{character}` U+{:04X}", u32::from(*character))).collect();
        notes.push(format!("{name}: no font has {}", named.join(", ")));
    }
    let unset = figure.unset_words();
    if !unset.is_empty() {
        let named = unset.iter().take(3).map(|words| format!("`{words}`")).collect::<Vec<_>>().join(", ");
        notes.push(format!(
            "{name}: letters of a script that is joined, or runs from right to left, stand apart and in the order of the file: {named}"
        ));
    }
    notes
}

/// Whether nothing has to be said of a figure: every label has room, every row an area, every character a glyph. What is said of the
/// analyses that it shows is said of their inputs.
#[must_use]
pub fn is_whole(figure: &Figure) -> bool {
    own_notes("", figure).is_empty()
}

/// As [`figure_notes`], without those on analyses.
pub(super) fn own_notes(name: &str, figure: &Figure) -> Vec<String> {
    let of_analysis = format!("{name}: {ANALYSIS}");
    figure_notes(name, figure).into_iter().filter(|note| !note.starts_with(&of_analysis)).collect()
}

/// What a note on an analysis begins with.
pub(super) const ANALYSIS: &str = "analysis ";

/// The rows of a programme; by default of the first.
fn programme_rows<'a>(survey: &'a Survey, programme: Option<&str>) -> Result<Vec<&'a ProgressRow>> {
    let id = &survey.programme(programme)?.term.id;
    Ok(survey.quota.iter().filter(|row| &row.programme == id).collect())
}
