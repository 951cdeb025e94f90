use super::permutation::Permutations;
use super::significance::{Alternative, benjamini_yekutieli, bonferroni, false_discovery_rate, holm};
use crate::model::{named, with_fields};

/// Options of the inference of a statistic of spatial autocorrelation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Inference {
    /// The alternative hypothesis; two-sided by default.
    pub alternative: Alternative,
    /// The number of permutations and their seed; no permutations by default.
    pub permutations: Permutations,
    /// The null model behind the analytical moments of local Moran's I.
    pub randomisation: Randomisation,
    /// The treatment of units without neighbours; left out by default.
    pub islands: Islands,
    /// The adjustment of the p-values of many units for multiple testing; the false discovery rate by default.
    pub adjustment: Adjustment,
    /// A unit is labelled as significant if its adjusted p-value is at most this; 0.05 by default.
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

with_fields! {
    Inference {
        with_alternative(alternative: Alternative);
        with_permutations(permutations: Permutations);
        with_randomisation(randomisation: Randomisation);
        with_islands(islands: Islands);
        with_adjustment(adjustment: Adjustment);
        with_level(level: f64);
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
        /// They take no part: neither n nor the moments of a statistic of all units count them, and they have no local result.
        #[default]
        LeftOut,
        /// They are not counted in n, but their values enter the mean and the variance, as in spdep. Where many units have no
        /// neighbours, p is then too small.
        LeftOutOfN,
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
    pub(in crate::stats) fn adjusted(self, p: &[Option<f64>]) -> Vec<Option<f64>> {
        match self {
            Self::FalseDiscoveryRate => false_discovery_rate(p),
            Self::BenjaminiYekutieli => benjamini_yekutieli(p),
            Self::Bonferroni => bonferroni(p),
            Self::Holm => holm(p),
            Self::None => p.to_vec(),
        }
    }
}
