use super::permutation::Permutations;
use super::significance::{Alternative, benjamini_yekutieli, bonferroni, false_discovery_rate, holm};
use crate::model::named;

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

named! {
    "randomisation";

    /// Which values are permuted in the null model behind the analytical moments of local Moran's I.
    #[derive(Default)]
    pub enum Randomisation {
        /// All values but the unit's own, which stays in its place. Permutations always do this.
        #[default]
        Conditional,
        /// All values, the unit's own included.
        Total,
    }
}

named! {
    "treatment of islands";

    /// How units without neighbours are treated.
    #[derive(Default)]
    pub enum Islands {
        /// They are not counted in n and have no local result, as in spdep.
        #[default]
        LeftOut,
        /// They are counted in n, and the sum over their neighbours is 0, as in esda.
        Kept,
    }
}

named! {
    "adjustment";

    /// How p-values are adjusted for multiple testing.
    #[derive(Default)]
    pub enum Adjustment {
        /// `fdr`: the false discovery rate of Benjamini and Hochberg, see [`false_discovery_rate`].
        #[default]
        #[strum(to_string = "fdr", serialize = "false-discovery-rate")]
        #[serde(alias = "fdr")]
        FalseDiscoveryRate,
        /// The false discovery rate under any dependence, see [`benjamini_yekutieli`].
        BenjaminiYekutieli,
        /// The family-wise error rate, see [`bonferroni`].
        Bonferroni,
        /// The family-wise error rate by steps, see [`holm`].
        Holm,
        /// The p-values are not adjusted.
        None,
    }
}

impl Adjustment {
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
