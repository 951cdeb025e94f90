use super::near_miss;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A specification contains an unknown key.
    #[error("cannot read {file}{}: unknown key `{key}`, expected one of {}", at_line(*line), expected.join(", "))]
    UnknownKey {
        /// The name of the specification file.
        file: String,
        /// The line number of the key, if known.
        line: Option<usize>,
        /// The unknown key.
        key: String,
        /// The keys that are allowed.
        expected: Vec<String>,
    },
    /// A specification is not valid TOML, or a value has the wrong type.
    #[error("cannot read {file}{}: {message}", at_line(*line))]
    Specification {
        /// The name of the specification file.
        file: String,
        /// The line number of the fault, if known.
        line: Option<usize>,
        /// A description of what was found and what was expected.
        message: String,
    },
    /// A value of a specification is not one of the known names.
    #[error("unknown {what} `{found}`, expected one of {}", first_of(expected))]
    UnknownName {
        /// The kind of thing that was named, such as `palette`.
        what: &'static str,
        /// The unknown name.
        found: String,
        /// The names that are known.
        expected: Vec<String>,
    },
    /// A setting is outside the range that can be drawn.
    #[error("cannot draw with `{key}` = {found}, expected {expected}")]
    Setting {
        /// The key in the specification.
        key: String,
        /// The value of the key.
        found: String,
        /// A description of the allowed range.
        expected: String,
    },
    /// A key of a specification has no effect on the kind of figure.
    #[error(
        "cannot draw a figure of kind = \"{kind}\" with `{key}`, which has an effect {}; here these have one: {}",
        where_it_acts(*only, kinds),
        effective.join(", ")
    )]
    KeyWithoutEffect {
        /// The key.
        key: String,
        /// The kind of figure.
        kind: String,
        /// The condition that does not hold, if the key can have an effect on this kind of figure.
        only: Option<&'static str>,
        /// The kinds of figure on which the key has an effect, if this is none of them.
        kinds: Vec<String>,
        /// The keys that have an effect on the figure, of the same section if there are any.
        effective: Vec<String>,
    },
    /// A map marked as public lacks items that a public map must have.
    #[error("cannot draw a public map: it needs {}", lacking.join("; "))]
    NotPublic {
        /// The missing items.
        lacking: Vec<String>,
    },
    /// The coordinates of the areas are degrees, not a projected grid.
    #[error("cannot draw {layer} in {reference}: a map is drawn from a projected metre grid, not from degrees")]
    NotProjected {
        /// The name of the layer.
        layer: String,
        /// The reference of the layer.
        reference: String,
    },
    /// Two lists that must have the same length differ in length.
    #[error("cannot draw {what}: found {found} of them for {expected} areas")]
    Length {
        /// A description of the list.
        what: &'static str,
        /// The length of the list.
        found: usize,
        /// The number of areas or other items it must match.
        expected: usize,
    },
    /// A font cannot be had.
    #[error(
        "cannot set type in `{name}`: found {found}, expected a TrueType or OpenType file, or the name of an installed family"
    )]
    Font {
        /// The name of the font in the theme.
        name: String,
        /// A description of what was found.
        found: String,
        /// A name that was perhaps meant.
        hint: Option<String>,
    },
    /// There is nothing to draw.
    #[error("cannot draw {what}: {why}")]
    Empty {
        /// The kind of map or chart.
        what: String,
        /// The reason why there is nothing to draw.
        why: String,
    },
    /// The page is too small for its required content.
    #[error("cannot lay out a page of {width_mm} × {height_mm} mm: {why}")]
    NoRoom {
        /// The width of the page in mm.
        width_mm: f64,
        /// The height of the page in mm.
        height_mm: f64,
        /// A description of the content that does not fit.
        why: String,
    },
    /// The image would have too many pixels.
    #[error("cannot draw {width_px} × {height_px} pixels, the limit is {limit_px} a side")]
    TooManyPixels {
        /// The width of the image in pixels.
        width_px: u64,
        /// The height of the image in pixels.
        height_px: u64,
        /// The largest allowed width or height in pixels.
        limit_px: u64,
    },
    /// The figure contains characters that no available font has.
    #[error("no font has the character{} {}", if characters.len() == 1 { "" } else { "s" }, list(characters))]
    MissingGlyphs {
        /// The missing characters, each listed once.
        characters: Vec<char>,
    },
    /// A rendering library failed.
    #[error("cannot make the {format}: {message}")]
    Backend {
        /// The format being made, such as `PNG`.
        format: &'static str,
        /// The message of the library.
        message: String,
    },
}

impl RenderError {
    /// Returns advice on what to try next, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownKey { key: found, expected, .. } | Self::UnknownName { found, expected, .. } => {
                near_miss(found, expected.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
            }
            Self::KeyWithoutEffect { key, effective, .. } => {
                // What stands before the last dot is the same for all of a section, and would make all of them near.
                let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
                let names: Vec<String> = effective.iter().map(|key| last(key)).collect();
                let near = near_miss(&last(key), names.iter().map(String::as_str))?;
                let position = names.iter().position(|name| name == near)?;
                effective.get(position).map(|near| format!("did you mean `{near}`?"))
            }
            Self::NotProjected { .. } => Some("project the areas first, for Shaoxing to EPSG:4549".to_owned()),
            // Where the reason names the key that helps, nothing is to be added.
            Self::NoRoom { why, .. } if !why.contains("page.") => Some(
                "raise `page.height_mm` or `page.width_mm`, or lower `page.margin_mm` or the type sizes of `[theme]`"
                    .to_owned(),
            ),
            Self::Font { hint, .. } => hint.clone(),
            Self::TooManyPixels { .. } => Some("lower the dpi or the page size".to_owned()),
            Self::MissingGlyphs { .. } => Some("install a font that has them, or write them otherwise".to_owned()),
            _ => None,
        }
    }
}

/// The names that are known; of more than a reader goes through, the first.
fn first_of(names: &[String]) -> String {
    const MOST: usize = 40;
    const SHOWN: usize = 12;
    if names.len() <= MOST {
        return names.join(", ");
    }
    format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}

fn where_it_acts(only: Option<&str>, kinds: &[String]) -> String {
    only.map_or_else(|| format!("only on kind = \"{}\"", kinds.join("\", \"")), |only| format!("only {only}"))
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
