use crate::error::near_miss;

/// Reasons why a statistic cannot be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// The input is empty.
    #[error("cannot compute {statistic}: there is no value")]
    NoValues {
        /// The statistic that was computed.
        statistic: &'static str,
    },
    /// A value that the statistic is not defined for.
    #[error("cannot compute {statistic}: found {found:?} at {place}, expected {expected}")]
    Value {
        /// The statistic that was computed.
        statistic: &'static str,
        /// The place of the value: an index, or area and sector.
        place: String,
        /// The value that was found.
        found: f64,
        /// The values that are accepted.
        expected: &'static str,
    },
    /// Two inputs that must describe the same things do not.
    #[error("cannot compute {statistic}: {what} has {found}, expected {expected}")]
    Shape {
        /// The statistic that was computed.
        statistic: &'static str,
        /// The input concerned.
        what: &'static str,
        /// The actual size.
        found: String,
        /// The required size.
        expected: String,
    },
    /// An option outside the range it is defined for.
    #[error("cannot compute {statistic}: {option} is {found}, expected {expected}")]
    Option {
        /// The statistic that was computed.
        statistic: &'static str,
        /// The name of the option.
        option: &'static str,
        /// The value of the option.
        found: String,
        /// The values that are accepted.
        expected: String,
    },
    /// A distance without a unit, or no distance at all.
    #[error("found the distance `{found}`, expected a number with its unit, such as `200m` or `5km`")]
    Distance {
        /// The content that was found.
        found: String,
    },
    /// Weights that are inconsistent.
    #[error("cannot use weights: found {found} at {place}, expected {expected}")]
    Weights {
        /// The place in the weights.
        place: String,
        /// The content that was found.
        found: String,
        /// The values that are accepted.
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
    /// A suggestion for the user, if there is one.
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
