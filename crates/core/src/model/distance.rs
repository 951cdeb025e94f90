use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::StatsError;

/// A distance in metres from text with its unit: `200m`, `0.2km`.
///
/// # Errors
///
/// [`StatsError::Distance`] where the number is missing, negative or not finite, or no unit follows it.
///
/// # Examples
///
/// ```
/// use jiju_core::model::distance_m;
/// assert_eq!(distance_m("200m").unwrap(), 200.0);
/// assert_eq!(distance_m("1.5 km").unwrap(), 1500.0);
/// assert!(distance_m("200").is_err());
/// ```
pub fn distance_m(text: &str) -> Result<f64, StatsError> {
    let trimmed = text.trim();
    let (number, metres) = match (trimmed.strip_suffix("km"), trimmed.strip_suffix('m')) {
        (Some(number), _) => (number, 1000.0),
        (None, Some(number)) => (number, 1.0),
        (None, None) => return Err(StatsError::Distance { found: text.to_owned() }),
    };
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value * metres),
        _ => Err(StatsError::Distance { found: text.to_owned() }),
    }
}

/// A distance in metres, written with its unit: `200m`, `1.5km`.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Distance;
/// let distance: Distance = "1.5km".parse()?;
/// assert_eq!(distance.metres(), 1500.0);
/// assert_eq!(Distance::from_metres(5000.0).to_string(), "5km");
/// # Ok::<(), jiju_core::error::StatsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Distance(f64);

impl Distance {
    /// A distance of so many metres.
    #[must_use]
    pub const fn from_metres(metres: f64) -> Self {
        Self(metres)
    }

    /// The number of metres.
    #[must_use]
    pub const fn metres(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilometres = self.0 / 1000.0;
        // Only where both forms are the same number.
        if self.0 >= 1000.0 && kilometres.fract() == 0.0 {
            write!(f, "{kilometres}km")
        } else {
            write!(f, "{}m", self.0)
        }
    }
}

impl FromStr for Distance {
    type Err = StatsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        distance_m(text).map(Self)
    }
}

impl TryFrom<String> for Distance {
    type Error = StatsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Distance> for String {
    fn from(distance: Distance) -> Self {
        distance.to_string()
    }
}
