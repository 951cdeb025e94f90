//! The error types of the crate.
//!
//! The crate error, [`Error`], names the action and the file, and wraps a small error type for each module. Messages
//! are lower case without a full stop. [`Error::hint`] returns advice on what to try next, which is printed on a line
//! of its own.

mod database;
mod parameter;
mod policy;
mod project;
mod query;
mod read;
mod render;

use std::path::{Path, PathBuf};

pub use database::DatabaseError;
pub use jiju_core::error::{AreaFault, JoinError, StatsError, near_miss};
pub use parameter::{ParameterError, ParameterFault};
pub use policy::{PolicyError, PolicyFault};
pub use project::ProjectError;
pub use query::QueryError;
pub use read::ReadError;
pub use render::RenderError;

/// The result type of all fallible functions of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate, with the place where it happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file-system operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// The action that failed, such as `read`, `write` or `create folder`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A file exists but could not be understood.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A database cannot be read or written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A policy folder has faults.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Areas cannot be indexed or joined.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// A statistic is not defined for this input.
    #[error(transparent)]
    Stats(#[from] StatsError),
    /// The core crate returned an error that none of the other variants covers.
    #[error(transparent)]
    Core(jiju_core::Error),
    /// A figure cannot be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A project file asks for something that is not possible.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A question in SQL has no answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Parameters of an operation are wrong, or do not go together.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A table could not be built. This is a bug, not a fault of the input.
    #[error("cannot build the table of {what}: {message}")]
    Table {
        /// A description of the table.
        what: String,
        /// The message of polars.
        message: String,
    },
}

impl Error {
    /// Makes a closure for `map_err` that turns an I/O error into [`Error::File`] with this action and path.
    pub fn file(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::File { action, path, source }
    }

    /// Makes a closure for `map_err` that turns a polars error into [`Error::Table`] for this table.
    pub fn table(what: impl Into<String>) -> impl FnOnce(polars::prelude::PolarsError) -> Self {
        let what = what.into();
        move |error| Self::Table { what, message: error.to_string() }
    }

    /// Returns advice on what to try next, if there is any.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.hint(),
            Self::Database(error) => error.hint(),
            Self::Policy(error) => error.hint(),
            Self::Join(error) => error.hint(),
            Self::Stats(error) => error.hint(),
            Self::Core(error) => error.hint(),
            Self::Render(error) => error.hint(),
            Self::Project(error) => error.hint(),
            Self::Query(error) => error.hint(),
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
