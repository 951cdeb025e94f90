use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
        for (key, found, low, high) in [
            ("page.width_mm", self.width_mm, 40.0, 5000.0),
            ("page.height_mm", self.height_mm, 30.0, 5000.0),
            ("page.margin_mm", self.margin_mm, 0.0, self.width_mm.min(self.height_mm) / 4.0),
        ] {
            within(key, found, low, high)?;
        }
        Ok(())
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

/// Reads a specification from TOML. For an unknown key, the error gives its line and the known keys.
pub(super) fn from_toml<T: DeserializeOwned>(text: &str, file: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let message = error.message().to_owned();
        // serde says: unknown field `titel`, expected one of `title`, `subtitle`
        let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
        let file = file.to_owned();
        match quoted.next() {
            Some(key) if message.starts_with("unknown field") => {
                RenderError::UnknownKey { file, line, key, expected: quoted.collect() }
            }
            _ => RenderError::Specification { file, line, message: message.replace('\n', " ") },
        }
        .into()
    })
}
