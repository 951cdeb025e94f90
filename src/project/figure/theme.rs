use std::path::Path;

use crate::error::{Error, ProjectError, Result};
use crate::render::{Theme, merge};

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
    Ok(toml::from_str(&text).map_err(|error| ProjectError::malformed(name, &error))?)
}
