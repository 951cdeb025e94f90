//! What can go wrong, and where.
//!
//! One crate error, [`Error`], names what was being done and in which file; inside it stands a small enum per room.
//! Messages are lower case without a full stop. [`Error::hint`] adds what to try next, printed on a line of its own.

mod parameter;
mod policy;
mod project;
mod read;
mod render;

use std::path::{Path, PathBuf};

pub use jiju_core::error::{AreaFault, JoinError, StatsError, near_miss};
pub use parameter::{ParameterError, ParameterFault};
pub use policy::{PolicyError, PolicyFault};
pub use project::ProjectError;
pub use read::ReadError;
pub use render::RenderError;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything that stops a piece of work, with the place where it happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was being done: `read`, `write`, `create folder`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file was there, but could not be understood.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A policy folder has faults.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Areas cannot be indexed or joined.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// A statistic is not defined for this input.
    #[error(transparent)]
    Stats(#[from] StatsError),
    /// Anything else that the core refuses.
    #[error(transparent)]
    Core(jiju_core::Error),
    /// A figure cannot be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A project file asks for something impossible.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// Parameters of an operation are wrong, or do not go together.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A table could not be put together: a fault of the program, not of its input.
    #[error("cannot build the table of {what}: {message}")]
    Table {
        /// Which table.
        what: String,
        /// What polars said.
        message: String,
    },
}

impl Error {
    /// A file-system error, for `map_err`: says what was being done to which file.
    pub fn file(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::File { action, path, source }
    }

    /// A table that could not be built, for `map_err`.
    pub fn table(what: impl Into<String>) -> impl FnOnce(polars::prelude::PolarsError) -> Self {
        let what = what.into();
        move |error| Self::Table { what, message: error.to_string() }
    }

    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.hint(),
            Self::Policy(error) => error.hint(),
            Self::Join(error) => error.hint(),
            Self::Stats(error) => error.hint(),
            Self::Core(error) => error.hint(),
            Self::Render(error) => error.hint(),
            Self::Project(error) => error.hint(),
            Self::File { .. } | Self::Table { .. } | Self::Parameter(_) => None,
        }
    }
}

impl From<jiju_core::Error> for Error {
    fn from(error: jiju_core::Error) -> Self {
        match error {
            jiju_core::Error::Join(error) => Self::Join(error),
            jiju_core::Error::Stats(error) => Self::Stats(error),
            // The enum may grow; what it says stays.
            other => Self::Core(other),
        }
    }
}
