use crate::error::near_miss;

/// Why a statistic is not defined for its input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// There is nothing to compute from.
    #[error("cannot compute {statistic}: there is no value")]
    NoValues {
        /// Which statistic.
        statistic: &'static str,
    },
    /// A value that the statistic is not defined for.
    #[error("cannot compute {statistic}: found {found:?} at {place}, expected {expected}")]
    Value {
        /// Which statistic.
        statistic: &'static str,
        /// Where: an index, or area and sector.
        place: String,
        /// The value.
        found: f64,
        /// What would do.
        expected: &'static str,
    },
    /// Two inputs that must describe the same things do not.
    #[error("cannot compute {statistic}: {what} has {found}, expected {expected}")]
    Shape {
        /// Which statistic.
        statistic: &'static str,
        /// Which input.
        what: &'static str,
        /// What it has.
        found: String,
        /// What it should have.
        expected: String,
    },
    /// An option outside the range it is defined for.
    #[error("cannot compute {statistic}: {option} is {found}, expected {expected}")]
    Option {
        /// Which statistic.
        statistic: &'static str,
        /// Which option.
        option: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        expected: String,
    },
    /// A distance without a unit, or no distance at all.
    #[error("found the distance `{found}`, expected a number with its unit, such as `200m` or `5km`")]
    Distance {
        /// What was found.
        found: String,
    },
    /// Weights that contradict themselves.
    #[error("cannot use weights: found {found} at {place}, expected {expected}")]
    Weights {
        /// Where.
        place: String,
        /// What was found.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A name that no variant of an option has.
    #[error("unknown {what} `{found}`, expected one of {}", expected.join(", "))]
    UnknownName {
        /// What the option chooses, such as `edge correction`.
        what: &'static str,
        /// The name that was given.
        found: String,
        /// The names there are.
        expected: Vec<&'static str>,
    },
}

impl StatsError {
    /// What to try next, where there is something to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownName { found, expected, .. } => {
                near_miss(found, expected.iter().copied()).map(|near| format!("did you mean `{near}`?"))
            }
            _ => None,
        }
    }
}
