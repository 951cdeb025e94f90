use std::path::Path;

use super::merge;
use crate::error::{Error, ProjectError, Result};
use crate::render::Theme;

/// The theme that a specification names: a built-in one, or a file beside it. The text then names the default instead, so
/// that the rest of it can be read as it stands.
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

/// Whether a theme is named by its file.
pub(in crate::project) fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// Lays the keys of a theme under those a specification has of its own; says whether there were any.
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
    Ok(toml::from_str(&text).map_err(|error| ProjectError::malformed(name, &error))?)
}
