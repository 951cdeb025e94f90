use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::permutation::Permutations;
use super::significance::{Alternative, bonferroni, false_discovery_rate};
use crate::error::StatsError;
use crate::stats::by_name;

/// How what was found is held against chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    /// What counts as more extreme.
    pub alternative: Alternative,
    /// Random orders; none by default.
    pub permutations: Permutations,
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
            islands: Islands::default(),
            adjustment: Adjustment::default(),
            level: 0.05,
        }
    }
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
    /// As [`bonferroni`].
    Bonferroni,
    /// Not at all.
    None,
}

impl Adjustment {
    const ALL: [Self; 3] = [Self::FalseDiscoveryRate, Self::Bonferroni, Self::None];

    pub(super) fn adjusted(self, p: &[Option<f64>]) -> Vec<Option<f64>> {
        match self {
            Self::FalseDiscoveryRate => false_discovery_rate(p),
            Self::Bonferroni => bonferroni(p),
            Self::None => p.to_vec(),
        }
    }
}

impl fmt::Display for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FalseDiscoveryRate => "fdr",
            Self::Bonferroni => "bonferroni",
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
