//! Error types: one enum for the join, one for the statistics, and [`Error`] for either.

mod join;
mod stats;

pub use join::{AreaFault, JoinError};
pub use stats::StatsError;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Areas cannot be indexed or joined.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// A statistic is not defined for this input.
    #[error(transparent)]
    Stats(#[from] StatsError),
}

impl Error {
    /// A suggestion for the user, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Join(error) => error.hint(),
            Self::Stats(error) => error.hint(),
        }
    }
}

/// The candidate closest in spelling to `found`, if it is close enough to be a misspelling.
#[must_use]
pub fn near_miss<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(found, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
