use crate::error::near_miss;

/// Why a project file, or a request made on the command line, cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// The file is no TOML, or a key is unknown, missing or of the wrong kind.
    #[error("cannot read project {file}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        message: String,
    },
    /// The keys are right, but cannot be meant as they stand.
    #[error("cannot use project {file}: {}", faults.join("; "))]
    Invalid {
        /// The file.
        file: String,
        /// Everything that is wrong.
        faults: Vec<String>,
    },
    /// Something is asked for by a name that nothing has.
    #[error("found no {what} `{found}`, expected one of {}", available.join(", "))]
    Unknown {
        /// What kind of thing: `layer`, `table`, `column`.
        what: &'static str,
        /// The name asked for.
        found: String,
        /// The names there are.
        available: Vec<String>,
    },
    /// Two layers of one name would give two columns of one name.
    #[error("two layers are called `{layer}`, expected a name of its own for each")]
    DoubledLayer {
        /// The name.
        layer: String,
    },
    /// Options that do not go together, or one that is missing.
    #[error("{message}")]
    Options {
        /// What is wrong.
        message: String,
        /// What to try.
        hint: String,
    },
}

impl ProjectError {
    /// A TOML error with its place: one line, as all messages are.
    #[must_use]
    pub fn malformed(file: &str, error: &toml::de::Error) -> Self {
        Self::Malformed { file: file.to_owned(), message: error.to_string().trim().replace('\n', "\n  ") }
    }

    /// What to try next, where there is something to try.
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
