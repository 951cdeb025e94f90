use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoEnumIterator as _, IntoStaticStr, VariantNames};

use crate::error::StatsError;

/// A classification scheme: the rule by which values are sorted into classes.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::Scheme;
/// assert_eq!("fisher-jenks".parse::<Scheme>().unwrap(), Scheme::FisherJenks);
/// assert_eq!("natural-breaks".parse::<Scheme>().unwrap(), Scheme::FisherJenks);
/// assert_eq!("breaks:0.5,1,2".parse::<Scheme>().unwrap(), Scheme::Breaks(vec![0.5, 1.0, 2.0]));
/// assert_eq!(Scheme::Breaks(vec![0.5, 1.0, 2.0]).to_string(), "breaks:0.5,1,2");
/// assert_eq!("box-plot:3".parse::<Scheme>().unwrap(), Scheme::BoxPlot { hinge: 3.0 });
/// assert_eq!(
///     "fisher-jenks-sampled:1000,7".parse::<Scheme>().unwrap(),
///     Scheme::FisherJenksSampled { sample: 1000, seed: 7 }
/// );
/// assert!("jenks-fisher".parse::<Scheme>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, EnumIter, IntoStaticStr, VariantNames)]
#[serde(try_from = "String", into = "String")]
#[strum(serialize_all = "kebab-case")]
#[non_exhaustive]
pub enum Scheme {
    /// `equal-interval`: classes of equal width.
    EqualInterval,
    /// `quantile`: classes with equal numbers of values; bounds are interpolated between values.
    Quantile,
    /// `fisher-jenks`, also `natural-breaks`: the classes with the least sum of squared distances from their means, by exact
    /// optimisation.
    FisherJenks,
    /// `fisher-jenks-sampled`, also `natural-breaks-sampled`: Fisher–Jenks classes of a random sample that includes the
    /// least and the greatest value; `fisher-jenks-sampled:50000,7` draws 50 000 values with the seed 7.
    FisherJenksSampled {
        /// The number of values drawn.
        sample: usize,
        /// The seed. It draws the same values, whatever their order.
        seed: u64,
    },
    /// `jenks-caspall`: quantile classes, whose values move to the class with the nearest median until none moves.
    JenksCaspall,
    /// `jenks-caspall-forced`: quantile classes, whose outermost values move to the next class as long as the sum of squared
    /// distances from the means decreases.
    JenksCaspallForced,
    /// `geometric`: each class as many times as wide as the one before, for values above 0.
    Geometric,
    /// `head-tail`: broken at the mean, and again at the mean of what is above, for values with a long tail.
    HeadTail,
    /// `mean-standard-deviation`: broken at one and two standard deviations from the mean.
    MeanStandardDeviation,
    /// `standard-deviation`: broken at the mean and at every whole number of standard deviations from it.
    StandardDeviation,
    /// `box-plot`: broken at the quartiles and at fences 1.5 interquartile ranges from them; `box-plot:3` at other fences.
    BoxPlot {
        /// The distance of the fences from the quartiles, in interquartile ranges.
        hinge: f64,
    },
    /// `maximum-breaks`: broken in the middle of the widest gaps.
    MaximumBreaks,
    /// `pretty`: broken at round numbers.
    Pretty,
    /// `percentiles`: broken at 1, 10, 50, 90 and 99 percent.
    Percentiles,
    /// `breaks:1,2,5`: broken at given upper bounds; `breaks` alone leaves them to be given otherwise.
    Breaks(Vec<f64>),
}

/// Whiskers of the box plot, in interquartile ranges.
const HINGE: f64 = 1.5;
/// Values of a sample.
const SAMPLE: usize = 10_000;

impl Scheme {
    /// Every scheme that can be applied to values alone, with its usual numbers: all but [`Scheme::Breaks`].
    /// [`Scheme::Geometric`] needs values above 0.
    #[must_use]
    pub fn named() -> Vec<Self> {
        Self::usual().filter(|scheme| !matches!(scheme, Self::Breaks(_))).collect()
    }

    /// Every scheme with its usual numbers.
    fn usual() -> impl Iterator<Item = Self> {
        Self::iter().map(|scheme| match scheme {
            Self::FisherJenksSampled { .. } => Self::FisherJenksSampled { sample: SAMPLE, seed: 0 },
            Self::BoxPlot { .. } => Self::BoxPlot { hinge: HINGE },
            other => other,
        })
    }

    /// The numbers that come after the name, where they are not the usual ones.
    fn numbers(&self) -> Vec<String> {
        match self {
            Self::Breaks(breaks) => breaks.iter().map(f64::to_string).collect(),
            Self::BoxPlot { hinge } if *hinge != HINGE => vec![hinge.to_string()],
            Self::FisherJenksSampled { sample, seed: 0 } if *sample == SAMPLE => Vec::new(),
            Self::FisherJenksSampled { sample, seed } => vec![sample.to_string(), seed.to_string()],
            _ => Vec::new(),
        }
    }

    /// The scheme with the numbers that came after its name; none where it takes none, or not these.
    fn with(self, numbers: &[&str]) -> Option<Self> {
        Some(match (self, numbers) {
            (Self::Breaks(_), numbers) => {
                Self::Breaks(numbers.iter().map(|one| one.parse().ok()).collect::<Option<_>>()?)
            }
            (Self::BoxPlot { .. }, [hinge]) => Self::BoxPlot { hinge: hinge.parse().ok()? },
            (Self::FisherJenksSampled { seed, .. }, [sample]) => {
                Self::FisherJenksSampled { sample: sample.parse().ok()?, seed }
            }
            (Self::FisherJenksSampled { .. }, [sample, seed]) => {
                Self::FisherJenksSampled { sample: sample.parse().ok()?, seed: seed.parse().ok()? }
            }
            _ => return None,
        })
    }
}

/// Second names of schemes.
const ALIASES: [(&str, &str); 2] =
    [("natural-breaks", "fisher-jenks"), ("natural-breaks-sampled", "fisher-jenks-sampled")];

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into())?;
        let numbers = self.numbers();
        if numbers.is_empty() { Ok(()) } else { write!(f, ":{}", numbers.join(",")) }
    }
}

impl FromStr for Scheme {
    type Err = StatsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || StatsError::UnknownName {
            what: "classification scheme",
            found: text.to_owned(),
            expected: Self::VARIANTS.iter().copied().chain(ALIASES.map(|(alias, _)| alias)).collect(),
        };
        let key = text.trim().to_ascii_lowercase().replace('_', "-");
        let (name, numbers) = key.split_once(':').map_or((key.as_str(), None), |(name, numbers)| (name, Some(numbers)));
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
        let scheme = Self::usual().find(|scheme| <&str>::from(scheme) == name).ok_or_else(unknown)?;
        let Some(numbers) = numbers else { return Ok(scheme) };
        let numbers: Vec<&str> = numbers.split(',').map(str::trim).collect();
        scheme.with(&numbers).ok_or_else(unknown)
    }
}

impl TryFrom<String> for Scheme {
    type Error = StatsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Scheme> for String {
    fn from(scheme: Scheme) -> Self {
        scheme.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        let given = [
            Scheme::Breaks(Vec::new()),
            Scheme::Breaks(vec![-1.5, 0.1, 3e20]),
            Scheme::BoxPlot { hinge: 3.0 },
            Scheme::FisherJenksSampled { sample: 10_000, seed: 1 },
        ];
        for scheme in Scheme::named().into_iter().chain(given) {
            assert_eq!(scheme.to_string().parse::<Scheme>().unwrap(), scheme);
        }
        for wrong in
            ["box-plot:", "box-plot:1,2", "quantile:3", "fisher-jenks-sampled:-1", "fisher-jenks-sampled:5,1,1"]
        {
            assert!(wrong.parse::<Scheme>().is_err(), "{wrong}");
        }
    }
}
