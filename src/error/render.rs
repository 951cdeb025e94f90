use super::near_miss;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A specification has a key that means nothing.
    #[error("cannot read {file}{}: unknown key `{key}`, expected one of {}", at_line(*line), expected.join(", "))]
    UnknownKey {
        /// The specification's file.
        file: String,
        /// The line it stands in.
        line: Option<usize>,
        /// The key.
        key: String,
        /// The keys that would do.
        expected: Vec<String>,
    },
    /// A specification is not TOML, or a value is of the wrong kind.
    #[error("cannot read {file}{}: {message}", at_line(*line))]
    Specification {
        /// The specification's file.
        file: String,
        /// The line it stands in.
        line: Option<usize>,
        /// What was found and expected.
        message: String,
    },
    /// A word of a specification names nothing.
    #[error("unknown {what} `{found}`, expected one of {}", expected.join(", "))]
    UnknownName {
        /// What it should name: `palette`.
        what: &'static str,
        /// The word.
        found: String,
        /// The words that would do.
        expected: Vec<String>,
    },
    /// A setting is outside what can be drawn.
    #[error("cannot draw with `{key}` = {found}, expected {expected}")]
    Setting {
        /// The key of the specification.
        key: String,
        /// Its value.
        found: String,
        /// What would do.
        expected: String,
    },
    /// A map marked public lacks what a public map needs.
    #[error("cannot draw a public map: it needs {}", lacking.join("; "))]
    NotPublic {
        /// What it lacks.
        lacking: Vec<String>,
    },
    /// The areas are in degrees.
    #[error("cannot draw {layer} in {reference}: a map is drawn from a projected metre grid, not from degrees")]
    NotProjected {
        /// The layer.
        layer: String,
        /// Its reference.
        reference: String,
    },
    /// Two inputs that belong together differ in length.
    #[error("cannot draw {what}: found {found} of them for {expected} areas")]
    Length {
        /// Which input.
        what: &'static str,
        /// How many came.
        found: usize,
        /// How many areas there are.
        expected: usize,
    },
    /// There is nothing to draw.
    #[error("cannot draw {what}: {why}")]
    Empty {
        /// The map or chart.
        what: String,
        /// What is lacking.
        why: String,
    },
    /// The page has no room for what must stand on it.
    #[error("cannot lay out a page of {width_mm} × {height_mm} mm: {why}")]
    NoRoom {
        /// Page width in mm.
        width_mm: f64,
        /// Page height in mm.
        height_mm: f64,
        /// What does not fit.
        why: String,
    },
    /// The picture would have too many pixels.
    #[error("cannot draw {width_px} × {height_px} pixels, the limit is {limit_px} a side")]
    TooManyPixels {
        /// Pixels across.
        width_px: u64,
        /// Pixels down.
        height_px: u64,
        /// The limit of either.
        limit_px: u64,
    },
    /// Characters that no font has.
    #[error("no font has the character{} {}", if characters.len() == 1 { "" } else { "s" }, list(characters))]
    MissingGlyphs {
        /// The characters, each once.
        characters: Vec<char>,
    },
    /// A library below could not do its part.
    #[error("cannot make the {format}: {message}")]
    Backend {
        /// What was being made: `PNG`.
        format: &'static str,
        /// What the library said.
        message: String,
    },
}

impl RenderError {
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { key: found, expected, .. } | Self::UnknownName { found, expected, .. } => {
                near_miss(found, expected.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
            }
            Self::NotProjected { .. } => Some("project the areas first, for Shaoxing to EPSG:4549".to_owned()),
            Self::TooManyPixels { .. } => Some("lower the dpi or the page size".to_owned()),
            Self::MissingGlyphs { .. } => Some("install a font that has them, or write them otherwise".to_owned()),
            _ => None,
        }
    }
}

fn at_line(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}

fn list(characters: &[char]) -> String {
    characters
        .iter()
        .map(|character| format!("`{character}` (U+{:04X})", u32::from(*character)))
        .collect::<Vec<_>>()
        .join(", ")
}
