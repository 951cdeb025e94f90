use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::permutation::Permutations;
use super::significance::{Alternative, benjamini_yekutieli, bonferroni, false_discovery_rate, holm};
use crate::error::StatsError;
use crate::stats::by_name;

/// How what was found is held against chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    /// What counts as more extreme.
    pub alternative: Alternative,
    /// Random orders; none by default.
    pub permutations: Permutations,
    /// What the moments of local statistics are of.
    pub randomisation: Randomisation,
    /// What becomes of units without neighbours.
    pub islands: Islands,
    /// How the p of many units are adjusted for their number.
    pub adjustment: Adjustment,
    /// A unit is labelled where its adjusted p is at most this; 0.05 by default.
    pub level: f64,
}

impl Default for Inference {
    fn default() -> Self {
        Self {
            alternative: Alternative::default(),
            permutations: Permutations::default(),
            randomisation: Randomisation::default(),
            islands: Islands::default(),
            adjustment: Adjustment::default(),
            level: 0.05,
        }
    }
}

/// Which values stand in any order, where local Moran's I is held against its moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Randomisation {
    /// All but the unit's own, which stays where it is, as permutations take it.
    #[default]
    Conditional,
    /// All.
    Total,
}

/// What becomes of units without neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Islands {
    /// They do not count in n and have no local result, as in spdep.
    #[default]
    LeftOut,
    /// They count in n, and their neighbours sum to 0, as in esda.
    Kept,
}

/// How the p of many units are adjusted for their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// As [`false_discovery_rate`].
    #[default]
    FalseDiscoveryRate,
    /// As [`benjamini_yekutieli`].
    BenjaminiYekutieli,
    /// As [`bonferroni`].
    Bonferroni,
    /// As [`holm`].
    Holm,
    /// Not at all.
    None,
}

impl Adjustment {
    const ALL: [Self; 5] =
        [Self::FalseDiscoveryRate, Self::BenjaminiYekutieli, Self::Bonferroni, Self::Holm, Self::None];

    pub(super) fn adjusted(self, p: &[Option<f64>]) -> Vec<Option<f64>> {
        match self {
            Self::FalseDiscoveryRate => false_discovery_rate(p),
            Self::BenjaminiYekutieli => benjamini_yekutieli(p),
            Self::Bonferroni => bonferroni(p),
            Self::Holm => holm(p),
            Self::None => p.to_vec(),
        }
    }
}

impl fmt::Display for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FalseDiscoveryRate => "fdr",
            Self::BenjaminiYekutieli => "benjamini-yekutieli",
            Self::Bonferroni => "bonferroni",
            Self::Holm => "holm",
            Self::None => "none",
        })
    }
}

impl FromStr for Adjustment {
    type Err = StatsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        by_name(Self::ALL, text, "significance", "the adjustment")
    }
}
