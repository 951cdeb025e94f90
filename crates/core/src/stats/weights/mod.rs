mod distance;
mod sets;

pub use distance::{KernelBandwidth, KernelFunction, inverse_distance_weights, kernel_weights, rings};
pub use sets::{block_weights, higher_order, higher_orders, intersection, union};

use crate::model::{Weights, named};
use crate::stats::Islands;

named! {
    "transformation of weights";

    /// How the weights of a unit's neighbours are rescaled.
    ///
    /// Each is known by the one-letter code of GeoDa and PySAL or spdep, in either case, and by its full name.
    #[derive(Default)]
    #[strum(ascii_case_insensitive)]
    pub enum Transform {
        /// `o`: the weights are left as they are.
        #[strum(to_string = "o", serialize = "original")]
        #[serde(rename = "o", alias = "original")]
        Original,
        /// `b`: every neighbour weighs 1.
        #[strum(to_string = "b", serialize = "binary")]
        #[serde(rename = "b", alias = "binary")]
        Binary,
        /// `r`, also `w`: the weights of each unit sum to 1, so that a unit is compared with the mean of its neighbours.
        #[default]
        #[strum(to_string = "r", serialize = "w", serialize = "row")]
        #[serde(rename = "r", alias = "w", alias = "row")]
        Row,
        /// `c`: all weights together sum to the number of units that have neighbours.
        #[strum(to_string = "c", serialize = "global")]
        #[serde(rename = "c", alias = "global")]
        Global,
        /// `v`, also `s`: w_ij / √Σ_j w_ij², then scaled so that all weights sum to the number of units that have neighbours.
        #[strum(to_string = "v", serialize = "s", serialize = "variance-stabilising")]
        #[serde(rename = "v", alias = "s", alias = "variance-stabilising")]
        VarianceStabilising,
    }
}

/// The weights, rescaled by a transformation.
///
/// # Undefined
///
/// The weights of a unit whose sum is 0 are left unchanged.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Transform, transformed};
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let weights = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 3.0)], vec![(1, 1.0)]])?;
/// let row = transformed(&weights, Transform::Row);
/// assert_eq!(row.neighbours(1).collect::<Vec<_>>(), [(0, 0.25), (2, 0.75)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// M. Tiefelsdorf, D. A. Griffith, B. Boots, A variance-stabilizing coding scheme for spatial link matrices, Environment
/// and Planning A 31, 1999.
#[must_use]
pub fn transformed(weights: &Weights, transform: Transform) -> Weights {
    let connected = (weights.len() - weights.islands().len()) as f64;
    let scaled = |weights: &Weights| {
        let sum = weights.sum();
        let factor = if sum == 0.0 { 1.0 } else { connected / sum };
        weights.reweighted(|_, own| own.iter_mut().for_each(|weight| *weight *= factor))
    };
    match transform {
        Transform::Original => weights.clone(),
        Transform::Binary => weights.reweighted(|_, own| own.fill(1.0)),
        Transform::Row => weights.reweighted(|_, own| divide(own, own.iter().sum())),
        Transform::Global => scaled(weights),
        Transform::VarianceStabilising => {
            let norm = |own: &[f64]| own.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
            scaled(&weights.reweighted(|_, own| divide(own, norm(own))))
        }
    }
}

fn divide(weights: &mut [f64], by: f64) {
    if by != 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= by);
    }
}

/// The sums of the weights that the moments of a statistic need.
///
/// S₀ = Σ_ij w_ij, S₁ = ½ Σ_ij (w_ij + w_ji)², S₂ = Σ_i (Σ_j w_ij + Σ_j w_ji)²; n counts all units, but as spdep has it
/// those that have neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Constants {
    pub(super) n: f64,
    pub(super) s0: f64,
    pub(super) s1: f64,
    pub(super) s2: f64,
}

impl Constants {
    pub(super) fn of_weights(weights: &Weights, islands: Islands) -> Self {
        let mut sums = vec![0.0; weights.len()];
        let mut sorted: Vec<Vec<(usize, f64)>> = Vec::with_capacity(weights.len());
        for unit in 0..weights.len() {
            let mut own: Vec<(usize, f64)> = weights.neighbours(unit).collect();
            for (neighbour, weight) in &own {
                sums[unit] += weight;
                sums[*neighbour] += weight;
            }
            own.sort_unstable_by_key(|(neighbour, _)| *neighbour);
            sorted.push(own);
        }
        let back = |from: usize, to: usize| {
            let own = &sorted[from];
            own.binary_search_by_key(&to, |(neighbour, _)| *neighbour).map_or(0.0, |place| own[place].1)
        };
        let mut s1 = 0.0;
        for (unit, own) in sorted.iter().enumerate() {
            for (neighbour, weight) in own {
                // (w_ij + w_ji)² stands in the sum for ij and for ji, where both are neighbours.
                s1 += weight * (weight + back(*neighbour, unit));
            }
        }
        let left_out = if islands == Islands::LeftOutOfN { weights.islands().len() } else { 0 };
        Self { n: (weights.len() - left_out) as f64, s0: weights.sum(), s1, s2: sums.iter().map(|sum| sum * sum).sum() }
    }
}
