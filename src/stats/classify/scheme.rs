use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::StatsError;

/// How values are sorted into classes.
///
/// # Examples
///
/// ```
/// use jiju::stats::Scheme;
/// assert_eq!("fisher-jenks".parse::<Scheme>().unwrap(), Scheme::FisherJenks);
/// assert_eq!("natural-breaks".parse::<Scheme>().unwrap(), Scheme::FisherJenks);
/// assert_eq!("breaks:0.5,1,2".parse::<Scheme>().unwrap(), Scheme::Breaks(vec![0.5, 1.0, 2.0]));
/// assert_eq!(Scheme::Breaks(vec![0.5, 1.0, 2.0]).to_string(), "breaks:0.5,1,2");
/// assert!("jenks-fisher".parse::<Scheme>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Scheme {
    /// `equal-interval`: classes of equal width.
    EqualInterval,
    /// `quantile`: classes of equally many values, bounds interpolated between values.
    Quantile,
    /// `fisher-jenks`, also `natural-breaks`: the classes with the least squared distances from their means, exactly.
    FisherJenks,
    /// `head-tail`: broken at the mean, and again at the mean of what is above, for values with a long tail.
    HeadTail,
    /// `mean-standard-deviation`: broken at one and two standard deviations from the mean.
    MeanStandardDeviation,
    /// `box-plot`: broken at the fences and quartiles.
    BoxPlot,
    /// `maximum-breaks`: broken in the middle of the widest gaps.
    MaximumBreaks,
    /// `pretty`: broken at round numbers.
    Pretty,
    /// `percentiles`: broken at 1, 10, 50, 90 and 99 percent.
    Percentiles,
    /// `breaks:1,2,5`: broken at given upper bounds; `breaks` alone leaves them to be given otherwise.
    Breaks(Vec<f64>),
}

const BREAKS: &str = "breaks";

impl Scheme {
    /// Every scheme that needs nothing but values.
    #[must_use]
    pub fn named() -> Vec<Self> {
        SPELLINGS.iter().filter_map(|(_, scheme)| scheme.clone()).collect()
    }
}

/// What may be written, the first spelling of a scheme being its own; none for given breaks.
const SPELLINGS: [(&str, Option<Scheme>); 11] = [
    ("equal-interval", Some(Scheme::EqualInterval)),
    ("quantile", Some(Scheme::Quantile)),
    ("fisher-jenks", Some(Scheme::FisherJenks)),
    ("natural-breaks", Some(Scheme::FisherJenks)),
    ("head-tail", Some(Scheme::HeadTail)),
    ("mean-standard-deviation", Some(Scheme::MeanStandardDeviation)),
    ("box-plot", Some(Scheme::BoxPlot)),
    ("maximum-breaks", Some(Scheme::MaximumBreaks)),
    ("pretty", Some(Scheme::Pretty)),
    ("percentiles", Some(Scheme::Percentiles)),
    (BREAKS, None),
];

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Breaks(breaks) = self {
            let numbers: Vec<String> = breaks.iter().map(f64::to_string).collect();
            f.write_str(BREAKS)?;
            return if numbers.is_empty() { Ok(()) } else { write!(f, ":{}", numbers.join(",")) };
        }
        let spelling = SPELLINGS.iter().find(|(_, scheme)| scheme.as_ref() == Some(self));
        f.write_str(spelling.map_or("", |(spelling, _)| spelling))
    }
}

impl FromStr for Scheme {
    type Err = StatsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || StatsError::UnknownScheme {
            found: text.to_owned(),
            expected: SPELLINGS.iter().map(|(spelling, _)| *spelling).collect(),
        };
        let key = text.trim().to_ascii_lowercase().replace('_', "-");
        if let Some(numbers) = key.strip_prefix(BREAKS) {
            let Some(numbers) = numbers.strip_prefix(':') else {
                return if numbers.is_empty() { Ok(Self::Breaks(Vec::new())) } else { Err(unknown()) };
            };
            let breaks = numbers.split(',').map(|number| number.trim().parse::<f64>()).collect::<Result<_, _>>();
            return breaks.map(Self::Breaks).map_err(|_| unknown());
        }
        SPELLINGS
            .iter()
            .find(|(spelling, _)| *spelling == key)
            .and_then(|(_, scheme)| scheme.clone())
            .ok_or_else(unknown)
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
        let given = [Scheme::Breaks(Vec::new()), Scheme::Breaks(vec![-1.5, 0.1, 3e20])];
        for scheme in Scheme::named().into_iter().chain(given) {
            assert_eq!(scheme.to_string().parse::<Scheme>().unwrap(), scheme);
        }
    }
}
