use crate::error::near_miss;

/// The reason why a project file or a single request cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// The file is not valid TOML, or a key is unknown, missing or of the wrong type.
    #[error("cannot read project {file}: {message}")]
    Malformed {
        /// The name of the file.
        file: String,
        /// The TOML parser's message, with line and column.
        message: String,
    },
    /// The keys are valid, but their values contradict each other or make no sense.
    #[error("cannot use project {file}: {}", faults.join("; "))]
    Invalid {
        /// The name of the file.
        file: String,
        /// All faults, one sentence each.
        faults: Vec<String>,
    },
    /// A name was given that does not exist.
    #[error("found no {what} `{found}`, expected one of {}", available.join(", "))]
    Unknown {
        /// The kind of thing that was named: `layer`, `table`, `column`.
        what: &'static str,
        /// The name that was given.
        found: String,
        /// The names that exist.
        available: Vec<String>,
    },
    /// Two layers have the same name, which would result in two columns of the same name.
    #[error("two layers are called `{layer}`, expected a name of its own for each")]
    DoubledLayer {
        /// The name of both layers.
        layer: String,
    },
    /// Options exclude each other, or a required option is missing.
    #[error("{message}")]
    Options {
        /// A description of the fault.
        message: String,
        /// Advice on what to try next.
        hint: String,
    },
}

impl ProjectError {
    /// Makes a [`ProjectError::Malformed`] from a TOML error, as one line with its place in the file.
    #[must_use]
    pub fn malformed(file: &str, error: &toml::de::Error) -> Self {
        Self::Malformed { file: file.to_owned(), message: error.to_string().trim().replace('\n', "\n  ") }
    }

    /// Returns advice on what to try next, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { found, available, .. } => {
                near_miss(found, available.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
            }
            Self::Options { hint, .. } => Some(hint.clone()),
            Self::Malformed { .. } | Self::Invalid { .. } | Self::DoubledLayer { .. } => None,
        }
    }
}
