use std::path::{Path, PathBuf};

use crate::error::{Error, ProjectError, Result};
use crate::render::{Theme, is_font_file, merge};

/// Finds the theme that a specification names, if it is a file beside the specification. The name in the text is then
/// replaced by the default theme, so that the rest of the specification can be read unchanged.
pub(super) fn named(text: &mut String, specification: &Path) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        theme: Option<toml::Spanned<toml::Value>>,
    }

    let theme = toml::from_str::<Named>(text).ok()?.theme?;
    let name = theme.get_ref().as_str()?.to_owned();
    text.replace_range(theme.span(), "\"light\"");
    let folder = specification.parent().unwrap_or(Path::new(""));
    Some(if is_file(&name) { folder.join(name).display().to_string() } else { name })
}

/// Returns whether the name of a theme is a file name.
pub(in crate::project) fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// The files that a theme is read from: its own, if it is one, and those of the fonts that it names.
pub(in crate::project) fn files(theme: &str) -> Vec<PathBuf> {
    if !is_file(theme) {
        return Vec::new();
    }
    let mut keys = toml::Table::new();
    // One that cannot be read is told by the figure.
    let _ = put_under(&mut keys, Some(theme));
    std::iter::once(PathBuf::from(theme)).chain(font_files(&keys)).collect()
}

/// Adds the keys of a theme that the specification does not set itself; returns whether the specification set any.
pub(super) fn put_under(keys: &mut toml::Table, theme: Option<&str>) -> Result<bool> {
    let Some(theme) = theme else { return Ok(false) };
    let mut all = theme_keys(theme)?;
    if let Some(toml::Value::Table(own)) = keys.get("theme") {
        merge(&mut all, own);
    }
    keys.insert("theme".to_owned(), toml::Value::Table(all));
    Ok(true)
}

/// The keys of a theme: of a built-in one, or of a file.
fn theme_keys(name: &str) -> Result<toml::Table> {
    let text = if is_file(name) {
        let text = std::fs::read_to_string(name).map_err(Error::file("read theme", name))?;
        Theme::from_toml(&text, name)?;
        text
    } else {
        Theme::built_in(name)?.to_owned()
    };
    let mut keys = toml::from_str(&text).map_err(|error| ProjectError::malformed(name, &error))?;
    fonts_beside(&mut keys, Path::new(name));
    Ok(keys)
}

/// The keys of a theme that name fonts.
const FONTS: [&str; 2] = ["font", "bold_font"];

/// Takes the fonts that the keys of a theme name, where they are files, from the folder of the file that names them.
fn fonts_beside(theme: &mut toml::Table, file: &Path) {
    let folder = file.parent().unwrap_or(Path::new(""));
    for name in FONTS {
        if let Some(toml::Value::String(font)) =
            theme.get_mut(name).filter(|font| font.as_str().is_some_and(is_file_of_font))
        {
            *font = folder.join(&*font).display().to_string();
        }
    }
}

fn is_file_of_font(name: &str) -> bool {
    is_font_file(Path::new(name))
}

/// As [`fonts_beside`], in the keys of a specification.
pub(super) fn own_fonts_beside(keys: &mut toml::Table, file: &Path) {
    if let Some(toml::Value::Table(theme)) = keys.get_mut("theme") {
        fonts_beside(theme, file);
    }
}

/// The files of fonts that a specification names, itself or by its theme.
pub(super) fn font_files(keys: &toml::Table) -> Vec<PathBuf> {
    let theme = keys.get("theme").and_then(toml::Value::as_table);
    let named = FONTS.iter().filter_map(|name| theme?.get(*name)?.as_str());
    named.filter(|font| is_file_of_font(font)).map(PathBuf::from).collect()
}
