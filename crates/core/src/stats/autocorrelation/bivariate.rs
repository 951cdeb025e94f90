#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count or a position of units that was made a floating-point number"
)]

use serde::Serialize;

use super::chance::{Label, LocalChance};
use super::inference::Inference;
use super::local::Quadrant;
use super::permutation::Permutation;
use super::{Counted, Deviations, compared, islands, lag, quotient, refuse};
use crate::error::Result;
use crate::model::Weights;
use crate::stats::weights::Constants;

/// Bivariate Moran's I with its permutation test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BivariateMoran {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours. They are left out of n unless islands are kept.
    pub islands: Vec<String>,
    /// Bivariate Moran's I; none if it is undefined.
    pub i: Option<f64>,
    /// The permutation test: the second values are permuted, the first stay in place.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// Bivariate Moran's I: the association of a value with another value of the neighbours, I = (n / S₀) Σ_ij w_ij z_i
/// u_j / √(Σ z_i² Σ u_i²), where z and u are the deviations from the means.
///
/// The statistic cannot distinguish a correlation of the two values within units from one between neighbours; [`lee`]
/// is better at that. Inference is by permutation only.
///
/// # Undefined
///
/// I where the values of either are all equal or no unit has neighbours.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, bivariate_moran};
///
/// let ids = ["a", "b"].map(str::to_owned).to_vec();
/// let weights = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0)]])?;
/// // Each has what its neighbour lacks.
/// let result = bivariate_moran(&[1.0, 2.0], &[5.0, 3.0], &weights, Inference::default())?;
/// assert_eq!(result.i, Some(1.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// D. Wartenberg, Multivariate spatial correlation, Geographical Analysis 17, 1985; L. Anselin, I. Syabri, O. Smirnov,
/// Visualizing multivariate spatial correlation with dynamically linked windows, 2002.
pub fn bivariate_moran(
    first: &[f64],
    second: &[f64],
    weights: &Weights,
    inference: Inference,
) -> Result<BivariateMoran> {
    refuse("bivariate Moran's I", first, weights)?;
    refuse("bivariate Moran's I", second, weights)?;
    let islands = islands(weights);
    let counted = Counted::of_units(weights, inference.islands);
    let weights = counted.weights.as_ref();
    let Constants { n, s0, .. } = Constants::of_weights(weights, inference.islands);
    let (z, u) = (Deviations::from_mean(&counted.values(first)), Deviations::from_mean(&counted.values(second)));
    let scale = n / s0 / (z.squares * u.squares).sqrt();
    let statistic = |u: &[f64]| scale * (0..u.len()).map(|unit| z.z[unit] * lag(weights, u, unit)).sum::<f64>();
    let i = Some(statistic(&u.z)).filter(|i| i.is_finite());
    let permutation = inference.of_all(i, &u.z, statistic);
    Ok(BivariateMoran { n: n as usize, islands, i, permutation })
}

/// Local bivariate Moran's I of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalBivariateMoran {
    /// The ids of the units without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// I_i of each unit.
    pub i: Vec<Option<f64>>,
    /// The quadrant of each unit, by its first value and the mean of its neighbours' second values.
    pub quadrant: Vec<Option<Quadrant>>,
    /// The significance of each unit's result.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Local bivariate Moran's I: the association of a unit's first value with its neighbours' second values, I_i = z_i
/// Σ_j w_ij u_j, where z and u are standardised with the divisor n. esda scales by n − 1: its I_i are (n − 1) / n of
/// these.
///
/// # Undefined
///
/// None for islands, and where the values of either are all equal.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # References
///
/// L. Anselin, I. Syabri, O. Smirnov, Visualizing multivariate spatial correlation with dynamically linked windows, 2002.
pub fn local_bivariate_moran(
    first: &[f64],
    second: &[f64],
    weights: &Weights,
    inference: Inference,
) -> Result<LocalBivariateMoran> {
    refuse("local bivariate Moran's I", first, weights)?;
    refuse("local bivariate Moran's I", second, weights)?;
    let n = first.len() as f64;
    let (Deviations { z, squares, .. }, Deviations { z: u, squares: others, .. }) =
        (Deviations::from_mean(first), Deviations::from_mean(second));
    let scale = n / (squares * others).sqrt();
    let of_neighbours = |unit: usize| compared(weights, unit, inference).then(|| lag(weights, &u, unit));
    let units = || 0..first.len();
    let i: Vec<Option<f64>> =
        units().map(|unit| Some(scale * z[unit] * of_neighbours(unit)?).filter(|i| i.is_finite())).collect();
    let quadrant: Vec<Option<Quadrant>> = units()
        .map(|unit| {
            i[unit]?;
            Some(Quadrant::from_deviations(z[unit], of_neighbours(unit)?))
        })
        .collect();
    let tails = inference.permutations.of_each_lag(weights, &u, &i, |unit| scale * z[unit]);
    let chance =
        LocalChance::from_tails(&tails, &vec![None; first.len()], inference, |unit| quadrant[unit].map(Label::from));
    Ok(LocalBivariateMoran { islands: islands(weights), i, quadrant, chance })
}

/// Lee's L with its permutation test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lee {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours.
    pub islands: Vec<String>,
    /// Lee's L; none if it is undefined.
    pub l: Option<f64>,
    /// Pearson's correlation of the two values within units.
    pub correlation: Option<f64>,
    /// The permutation test: pairs of values are permuted together.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// Lee's L: the correlation of two values after each is smoothed over its neighbours, L = (n / Σ_i (Σ_j w_ij)²) Σ_i
/// (Σ_j w_ij z_j)(Σ_j w_ij u_j) / √(Σ z_i² Σ u_i²).
///
/// It lies between −1 and 1 for row-standardised weights. For a value with itself it is the share of the variance
/// that remains after smoothing. A unit may be its own neighbour, see [`Weights::with_self`].
///
/// # Undefined
///
/// L where the values of either are all equal or no unit has neighbours.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, lee};
///
/// let ids = ["a", "b"].map(str::to_owned).to_vec();
/// let weights = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0)]])?;
/// assert_eq!(lee(&[1.0, 2.0], &[3.0, 5.0], &weights, Inference::default())?.l, Some(1.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// S.-I. Lee, Developing a bivariate spatial association measure, Journal of Geographical Systems 3, 2001.
pub fn lee(first: &[f64], second: &[f64], weights: &Weights, inference: Inference) -> Result<Lee> {
    refuse("Lee's L", first, weights)?;
    refuse("Lee's L", second, weights)?;
    let islands = islands(weights);
    let counted = Counted::of_units(weights, inference.islands);
    let (weights, first, second) = (counted.weights.as_ref(), counted.values(first), counted.values(second));
    let count = first.len();
    let n = Constants::of_weights(weights, inference.islands).n;
    let (z, u) = (Deviations::from_mean(&first), Deviations::from_mean(&second));
    let norm = (z.squares * u.squares).sqrt();
    let sum = |unit: usize| weights.neighbours(unit).map(|(_, weight)| weight).sum::<f64>();
    let scale = count as f64 / (0..count).map(|unit| sum(unit).powi(2)).sum::<f64>() / norm;
    // The unit in each position is permuted, so that the two values of a unit stay together.
    let statistic = |places: &[f64]| {
        let of_unit = |unit: usize| {
            let (mut z_lag, mut u_lag) = (0.0, 0.0);
            for (neighbour, weight) in weights.neighbours(unit) {
                let place = places[neighbour] as usize;
                z_lag += weight * z.z[place];
                u_lag += weight * u.z[place];
            }
            z_lag * u_lag
        };
        scale * (0..count).map(of_unit).sum::<f64>()
    };
    let places: Vec<f64> = (0..count).map(|unit| unit as f64).collect();
    let l = Some(statistic(&places)).filter(|l| l.is_finite());
    let correlation = quotient(z.z.iter().zip(&u.z).map(|(z, u)| z * u).sum(), norm);
    let permutation = inference.of_all(l, &places, statistic);
    Ok(Lee { n: n as usize, islands, l, correlation, permutation })
}

/// Lee's local L of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalLee {
    /// The ids of the units without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// L_i of each unit.
    pub l: Vec<Option<f64>>,
    /// The quadrant of each unit, by its smoothed first and its smoothed second value.
    pub quadrant: Vec<Option<Quadrant>>,
    /// The significance of each unit's result.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Lee's local L: the association of two values in the neighbourhood of a unit, L_i = n (Σ_j w_ij z_j)(Σ_j w_ij u_j)
/// / √(Σ z_i² Σ u_i²), where z and u are the deviations from the means.
///
/// With row-standardised weights and without islands, the mean of L_i is the L of [`lee`]. To include the unit in its
/// neighbourhood use [`Weights::with_self`]. Permutations keep the pairs of values together.
///
/// # Undefined
///
/// None for islands, and where the values of either are all equal.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, local_lee};
///
/// let ids = ["a", "b"].map(str::to_owned).to_vec();
/// let weights = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0)]])?;
/// let result = local_lee(&[1.0, 2.0], &[3.0, 5.0], &weights, Inference::default())?;
/// assert_eq!(result.l, [Some(1.0), Some(1.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// S.-I. Lee, Developing a bivariate spatial association measure, Journal of Geographical Systems 3, 2001.
pub fn local_lee(first: &[f64], second: &[f64], weights: &Weights, inference: Inference) -> Result<LocalLee> {
    refuse("Lee's local L", first, weights)?;
    refuse("Lee's local L", second, weights)?;
    let (z, u) = (Deviations::from_mean(first), Deviations::from_mean(second));
    let scale = first.len() as f64 / (z.squares * u.squares).sqrt();
    let units = || 0..first.len();
    let lags = |unit: usize| (lag(weights, &z.z, unit), lag(weights, &u.z, unit));
    let l: Vec<Option<f64>> = units()
        .map(|unit| {
            let (z, u) = compared(weights, unit, inference).then(|| lags(unit))?;
            Some(scale * z * u).filter(|l| l.is_finite())
        })
        .collect();
    let quadrant: Vec<Option<Quadrant>> = units()
        .map(|unit| {
            l[unit]?;
            let (z, u) = lags(unit);
            Some(Quadrant::from_deviations(z, u))
        })
        .collect();
    let pairs: Vec<[f64; 2]> = z.z.iter().zip(&u.z).map(|(z, u)| [*z, *u]).collect();
    let tails = inference.permutations.of_each(weights, &pairs, &l, |_| |pair| pair, |[z, u]: [f64; 2]| scale * z * u);
    let chance =
        LocalChance::from_tails(&tails, &vec![None; first.len()], inference, |unit| quadrant[unit].map(Label::from));
    Ok(LocalLee { islands: islands(weights), l, quadrant, chance })
}
