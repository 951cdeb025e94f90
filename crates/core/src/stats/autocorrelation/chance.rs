use serde::Serialize;

use crate::model::named;

use super::inference::{Adjustment, Inference};
use super::local::Quadrant;
use super::permutation::{Permutations, Tails};
use super::significance::{Alternative, p_of_permutations};

named! {
    "label";

    /// The class of a unit on a map of a local statistic.
    pub enum Label {
        /// A high value among high values (local Moran's I).
        HighHigh,
        /// A low value among high values (local Moran's I).
        LowHigh,
        /// A low value among low values (local Moran's I).
        LowLow,
        /// A high value among low values (local Moran's I).
        HighLow,
        /// High values cluster here (Gi and Gi*).
        HotSpot,
        /// Low values cluster here (Gi and Gi*).
        ColdSpot,
        /// The unit is more similar to its neighbours than expected (local Geary's C), or the values around it vary less (local
        /// spatial heteroscedasticity).
        Alike,
        /// The unit differs from its neighbours more than expected (local Geary's C), or the values around it vary more (local
        /// spatial heteroscedasticity), or fewer of its neighbours are of the other sector than expected (local colocation).
        Different,
        /// The unit has the property and so do more of its neighbours than expected (local join count), or more of them are of
        /// the other sector (local colocation).
        Together,
        /// The adjusted p-value is above the level.
        NotSignificant,
    }
}

impl From<Quadrant> for Label {
    fn from(quadrant: Quadrant) -> Self {
        match quadrant {
            Quadrant::HighHigh => Self::HighHigh,
            Quadrant::LowHigh => Self::LowHigh,
            Quadrant::LowLow => Self::LowLow,
            Quadrant::HighLow => Self::HighLow,
        }
    }
}

/// The significance of a local statistic for each unit, by conditional permutation: the unit's own value stays in
/// place, and the values of its neighbours are drawn from the other units.
///
/// From 16,384 units on, all but those of local Geary's C and local Lee's L take their draws from a pool of 64 times as many as there are
/// permutations, each from a place of its own on and without those that hold it: the draws of a unit are as independent of each other as
/// without a pool, but two units may share some.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalChance {
    /// The alternative hypothesis of the tests.
    pub alternative: Alternative,
    /// The number of permutations for each unit.
    pub permutations: u64,
    /// The seed of the permutations.
    pub seed: u64,
    /// The pseudo p-value of each unit, (M + 1) / (R + 1), see [`p_of_permutations`].
    pub p_permutation: Vec<Option<f64>>,
    /// The adjustment of the p-values for the number of units.
    pub adjustment: Adjustment,
    /// The adjusted p-value of each unit: of the permutations, or of z if there are none.
    pub p_adjusted: Vec<Option<f64>>,
    /// A unit is significant if its adjusted p-value is at most this.
    pub level: f64,
    /// The class of each unit for a map; none if there is no p-value.
    pub label: Vec<Option<Label>>,
}

impl LocalChance {
    pub(super) fn from_tails(
        tails: &[Option<Tails>],
        p: &[Option<f64>],
        inference: Inference,
        label: impl Fn(usize) -> Option<Label>,
    ) -> Self {
        let Inference { alternative, permutations: Permutations { count, seed }, adjustment, level, .. } = inference;
        let of_unit = |tails: &Option<Tails>| {
            tails.and_then(|tails| p_of_permutations(tails.at_least, tails.at_most, count, alternative))
        };
        let p_permutation: Vec<Option<f64>> = tails.iter().map(of_unit).collect();
        let p_adjusted = adjustment.adjusted(if count > 0 { &p_permutation } else { p });
        let of_unit = |(unit, p): (usize, &Option<f64>)| {
            let p = (*p)?;
            if p <= level { label(unit) } else { Some(Label::NotSignificant) }
        };
        let label = p_adjusted.iter().enumerate().map(of_unit).collect();
        Self { alternative, permutations: count, seed, p_permutation, adjustment, p_adjusted, level, label }
    }
}
