use std::fmt;

/// What is wrong with the parameters that were given to an operation: all of it.
///
/// Parameters are named between the marks ‹ and ›; a door puts its own spelling in their place.
#[derive(Debug, thiserror::Error)]
#[error("cannot run {operation}: {}", lines(faults))]
#[non_exhaustive]
pub struct ParameterError {
    /// The operation.
    pub operation: String,
    /// Every fault.
    pub faults: Vec<ParameterFault>,
}

/// What is wrong with one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterFault {
    /// No parameter is called so.
    Unknown {
        /// The name that was given.
        found: String,
        /// The parameter with the name nearest in spelling.
        near: Option<String>,
        /// The names there are.
        available: Vec<String>,
    },
    /// A value is of the wrong kind.
    Value {
        /// The parameter.
        parameter: String,
        /// What was found and expected.
        message: String,
    },
    /// A parameter is given under two of its names.
    Twice {
        /// The parameter.
        parameter: String,
    },
    /// A required parameter is missing.
    Missing {
        /// The parameter.
        parameter: String,
    },
    /// A parameter is given without the one it needs.
    Needs {
        /// The parameter.
        parameter: String,
        /// The one that is missing.
        other: String,
    },
    /// Two parameters exclude each other.
    Excludes {
        /// The parameter.
        parameter: String,
        /// The other one.
        other: String,
    },
    /// The parameters do not make up a whole.
    Whole {
        /// What is wrong.
        message: String,
    },
}

impl fmt::Display for ParameterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { found, near: Some(near), .. } => {
                write!(f, "there is no parameter ‹{found}› (did you mean ‹{near}›?)")
            }
            Self::Unknown { found, near: None, available } => {
                let names: Vec<String> = available.iter().map(|name| format!("‹{name}›")).collect();
                write!(f, "there is no parameter ‹{found}›, expected one of {}", names.join(", "))
            }
            Self::Value { parameter, message } => write!(f, "‹{parameter}›: {message}"),
            Self::Twice { parameter } => write!(f, "‹{parameter}› is given twice, under two of its names"),
            Self::Missing { parameter } => write!(f, "‹{parameter}› is missing"),
            Self::Needs { parameter, other } => write!(f, "‹{parameter}› needs ‹{other}›"),
            Self::Excludes { parameter, other } => write!(f, "‹{parameter}› and ‹{other}› exclude each other"),
            Self::Whole { message } => f.write_str(message),
        }
    }
}

fn lines(faults: &[ParameterFault]) -> String {
    match faults {
        [one] => one.to_string(),
        several => several.iter().map(|fault| format!("\n  {fault}")).collect(),
    }
}
