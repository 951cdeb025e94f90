use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::chance::{Label, LocalChance};
use super::inference::Inference;
use super::significance::Alternative;
use super::{islands, lag, quotient, refuse};
use crate::error::Result;
use crate::model::Weights;

/// The local spatial heteroscedasticity of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalHeteroscedasticity {
    /// The ids of the units without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// H_i of each unit: above 1 where the values around it vary more than on average.
    pub h: Vec<Option<f64>>,
    /// The mean of each unit's neighbours, x̄_i.
    pub local_mean: Vec<Option<f64>>,
    /// The variance of H_i, whose expected value is 1.
    pub variance: Vec<Option<f64>>,
    /// 2 H_i / variance, which is compared with the χ² distribution.
    pub chi_squared: Vec<Option<f64>>,
    /// The degrees of freedom of that distribution, 2 / variance.
    pub degrees_of_freedom: Vec<Option<f64>>,
    /// The p-value by the χ² distribution.
    pub p: Vec<Option<f64>>,
    /// The significance of each unit's result. A large H_i means that values differ.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Local spatial heteroscedasticity (LOSH) of Ord and Getis: whether the values around a unit vary more, or less, than
/// they do around the average unit.
///
/// With the local mean x̄_i = Σ_j w_ij x_j / W_i, the residual e_i = x_i − x̄_i, its square h_i = e_i², their mean h̄ over the
/// n units, and W_i = Σ_j w_ij:
///
/// H_i = Σ_j w_ij h_j / (W_i h̄), Var(H_i) = (n Σ_j w_ij² − W_i²) (Σ_j h_j² / n − h̄²) / ((n − 1) (W_i h̄)²).
///
/// The expected value is 1. 2 H_i / Var(H_i) is compared with the χ² distribution of 2 / Var(H_i) degrees of freedom. The
/// weights are used as they are: a unit counts among its own neighbours only if the weights say so. A permutation leaves the
/// unit's own h in place and draws those of its neighbours from the other units.
///
/// A cluster of high or low values with a sharp edge is a hot or cold spot of Gi* and has large H_i along the edge.
///
/// # Undefined
///
/// None for units without neighbours, which have no local mean, whatever [`Inference::islands`] says, and for units that have
/// one of these as a neighbour; none where every unit has the value of its local mean. Units without neighbours do not count
/// in n, and a permutation that draws one of them takes h̄ for it. χ² and p are none where the variance is 0.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, local_heteroscedasticity};
///
/// // Four units in a row: flat, then steep.
/// let row = |neighbours: &[u32]| neighbours.iter().map(|neighbour| (*neighbour, 1.0)).collect();
/// let rows = vec![row(&[1]), row(&[0, 2]), row(&[1, 3]), row(&[2])];
/// let weights = Weights::new(["a", "b", "c", "d"].map(str::to_owned).to_vec(), rows)?;
/// let found = local_heteroscedasticity(&[0.0, 0.0, 0.0, 8.0], &weights, Inference::default())?;
/// // The squares of 0 − 0, 0 − 0, 0 − 4 and 8 − 0 have the mean 20.
/// assert_eq!(found.h, [0.0, 8.0 / 20.0, 32.0 / 20.0, 16.0 / 20.0].map(Some));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J. K. Ord, A. Getis, Local spatial heteroscedasticity (LOSH), Annals of Regional Science 48, 2012.
pub fn local_heteroscedasticity(
    values: &[f64],
    weights: &Weights,
    inference: Inference,
) -> Result<LocalHeteroscedasticity> {
    refuse("local spatial heteroscedasticity", values, weights)?;
    let units = || 0..values.len();
    let sums: Vec<(f64, f64)> = units()
        .map(|unit| {
            let of_unit = weights.neighbours(unit);
            of_unit.fold((0.0, 0.0), |(sum, squares), (_, weight)| (sum + weight, squares + weight * weight))
        })
        .collect();
    let local_mean: Vec<Option<f64>> = units().map(|unit| quotient(lag(weights, values, unit), sums[unit].0)).collect();
    let squares: Vec<Option<f64>> =
        values.iter().zip(&local_mean).map(|(value, mean)| mean.map(|mean| (value - mean).powi(2))).collect();
    let (n, sum, sum_of_squares) = squares
        .iter()
        .flatten()
        .fold((0.0, 0.0, 0.0), |(n, sum, squares): (f64, f64, f64), h| (n + 1.0, sum + h, squares + h * h));
    let mean = sum / n;
    let spread = sum_of_squares / n - mean * mean;
    let h: Vec<Option<f64>> = units()
        .map(|unit| {
            let terms = weights.neighbours(unit).map(|(neighbour, weight)| Some(weight * squares[neighbour]?));
            quotient(terms.sum::<Option<f64>>()?, sums[unit].0 * mean)
        })
        .collect();
    let variance: Vec<Option<f64>> = units()
        .map(|unit| {
            h[unit]?;
            let (sum, squares) = sums[unit];
            quotient((n * squares - sum * sum) * spread, (n - 1.0) * (sum * mean).powi(2))
        })
        .collect();
    let positive = |unit: usize| variance[unit].filter(|variance| *variance > 0.0);
    let chi_squared: Vec<Option<f64>> = units().map(|unit| quotient(2.0 * h[unit]?, positive(unit)?)).collect();
    let degrees_of_freedom: Vec<Option<f64>> = units().map(|unit| quotient(2.0, positive(unit)?)).collect();
    let p: Vec<Option<f64>> = chi_squared
        .iter()
        .zip(&degrees_of_freedom)
        .map(|(found, freedom)| p_of_chi_squared((*found)?, (*freedom)?, inference.alternative))
        .collect();
    // The sums of a permutation are those of the neighbours: H_i but for a factor of the unit.
    let known: Vec<f64> = squares.iter().map(|h| h.unwrap_or(mean)).collect();
    let observed: Vec<Option<f64>> = units().map(|unit| h[unit].and(Some(lag(weights, &known, unit)))).collect();
    let tails = inference.permutations.of_each_lag(weights, &known, &observed, |_| 1.0);
    let chance = LocalChance::from_tails(&tails, &p, inference, |unit| {
        Some(if h[unit]? > 1.0 { Label::Different } else { Label::Alike })
    });
    let islands = islands(weights);
    Ok(LocalHeteroscedasticity { islands, h, local_mean, variance, chi_squared, degrees_of_freedom, p, chance })
}

/// The p-value of a χ² of so many degrees of freedom.
fn p_of_chi_squared(found: f64, degrees_of_freedom: f64, alternative: Alternative) -> Option<f64> {
    let distribution = ChiSquared::new(degrees_of_freedom).ok()?;
    let (below, above) = (distribution.cdf(found), distribution.sf(found));
    Some(match alternative {
        Alternative::TwoSided => (2.0 * below.min(above)).min(1.0),
        Alternative::Greater => above,
        Alternative::Less => below,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(rows: &[&[u32]]) -> Weights {
        let ids = (0..rows.len()).map(|unit| unit.to_string()).collect();
        Weights::new(ids, rows.iter().map(|row| row.iter().map(|unit| (*unit, 1.0)).collect()).collect()).unwrap()
    }

    #[test]
    fn a_unit_without_neighbours_has_no_part() {
        let chain: [&[u32]; 4] = [&[1], &[0, 2], &[1, 3], &[2]];
        let with_island: [&[u32]; 5] = [&[1], &[0, 2], &[1, 3], &[2], &[]];
        let alone = local_heteroscedasticity(&[1.0, 2.0, 4.0, 9.0], &weights(&chain), Inference::default()).unwrap();
        let beside =
            local_heteroscedasticity(&[1.0, 2.0, 4.0, 9.0, 99.0], &weights(&with_island), Inference::default())
                .unwrap();
        assert_eq!(beside.h[..4], alone.h);
        assert_eq!(beside.variance[..4], alone.variance);
        assert_eq!((beside.h[4], beside.local_mean[4], beside.p[4]), (None, None, None));
        assert_eq!(beside.islands, ["4"]);
        // A unit that has the island as a neighbour has no sum of residuals.
        let leaning: [&[u32]; 5] = [&[1, 4], &[0, 2], &[1, 3], &[2], &[]];
        let found =
            local_heteroscedasticity(&[1.0, 2.0, 4.0, 9.0, 3.0], &weights(&leaning), Inference::default()).unwrap();
        assert_eq!(found.h[0], None);
        assert!(found.h[1].is_some());
    }

    #[test]
    fn equal_values_have_no_heteroscedasticity() {
        let found =
            local_heteroscedasticity(&[5.0; 3], &weights(&[&[1], &[0, 2], &[1]]), Inference::default()).unwrap();
        assert_eq!((found.h, found.p), (vec![None; 3], vec![None; 3]));
    }
}
