//! What can go wrong: one enum for the join, one for the statistics, and [`Error`] for either.

mod join;
mod stats;

pub use join::{AreaFault, JoinError};
pub use stats::StatsError;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything that stops a computation.
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
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Join(error) => error.hint(),
            Self::Stats(error) => error.hint(),
        }
    }
}

/// The candidate nearest in spelling to `found`, if it is near enough to be a slip of the hand.
#[must_use]
pub fn near_miss<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(found, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
