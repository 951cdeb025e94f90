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
    /// The fewest of so many tests that must have a p-value for any of them to be significant at a level after the adjustment; none
    /// where even all are too few.
    ///
    /// With R permutations no p is below 1 / (R + 1), two-sided 2 / (R + 1): a single unit among n is then significant only if n times
    /// that is at most the level.
    ///
    /// # Examples
    ///
    /// Of 100 units, two-sided with 999 permutations, four must have the least p there is, 0.002:
    ///
    /// ```
    /// use jiju_core::stats::Adjustment;
    /// assert_eq!(Adjustment::FalseDiscoveryRate.fewest_significant(0.002, 100, 0.05), Some(4));
    /// assert_eq!(Adjustment::Bonferroni.fewest_significant(0.002, 100, 0.05), None);
    /// ```
    #[must_use]
    pub fn fewest_significant(self, p: f64, tests: usize, level: f64) -> Option<usize> {
        let adjusted = p * self.factor(tests);
        let is_enough = |count: usize| match self {
            Self::FalseDiscoveryRate | Self::BenjaminiYekutieli => adjusted <= level * count as f64 * (1.0 + 1e-12),
            Self::Bonferroni | Self::Holm | Self::None => adjusted <= level,
        };
        (1..=tests).find(|count| is_enough(*count))
    }

    /// What the p-value of a single test is multiplied by.
    pub(in crate::stats) fn factor(self, tests: usize) -> f64 {
        let n = tests as f64;
        match self {
            Self::FalseDiscoveryRate | Self::Bonferroni | Self::Holm => n,
            Self::BenjaminiYekutieli => n * (1..=tests).map(|rank| 1.0 / rank as f64).sum::<f64>(),
            Self::None => 1.0,
        }
    }

    /// The fewest permutations with which a single unit among so many can be significant at a level, `sides` being 2 for a two-sided
    /// test, else 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju_core::stats::Adjustment;
    /// assert_eq!(Adjustment::FalseDiscoveryRate.permutations_needed(2, 100, 0.05), 3999);
    /// ```
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; a cast saturates")]
    pub fn permutations_needed(self, sides: u32, tests: usize, level: f64) -> u64 {
        ((f64::from(sides) * self.factor(tests) / level * (1.0 - 1e-12)).ceil() as u64).saturating_sub(1)
    }

    /// p-values adjusted so. Missing ones stay missing and are not counted as tests.
    #[must_use]
    pub fn adjusted(self, p: &[Option<f64>]) -> Vec<Option<f64>> {
        match self {
            Self::FalseDiscoveryRate => false_discovery_rate(p),
            Self::BenjaminiYekutieli => benjamini_yekutieli(p),
            Self::Bonferroni => bonferroni(p),
            Self::Holm => holm(p),
            Self::None => p.to_vec(),
        }
    }
}
