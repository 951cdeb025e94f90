use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use super::keys;
use crate::Result;
use crate::error::RenderError;

/// The size of the page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSize {
    /// The width in mm.
    pub width_mm: f64,
    /// The height in mm.
    pub height_mm: f64,
    /// The margin at each edge in mm.
    pub margin_mm: f64,
}

impl Default for PageSize {
    /// A4 landscape.
    fn default() -> Self {
        Self { width_mm: 297.0, height_mm: 210.0, margin_mm: 12.0 }
    }
}

impl PageSize {
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
