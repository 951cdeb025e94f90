use serde::Serialize;

use super::chance::{Label, LocalChance};
use super::inference::{Inference, Randomisation};
use super::permutation::Tails;
use super::significance::p_of_z;
use super::{Deviations, compared, islands, lag, quotient, refuse};
use crate::error::Result;
use crate::model::{Weights, named};

named! {
    "quadrant";

    /// The quadrant of the Moran scatterplot: whether a unit, and the mean of its neighbours, lie above or below the mean.
    pub enum Quadrant {
        /// The unit and its neighbours are above the mean.
        HighHigh,
        /// The unit is below the mean, its neighbours are above it.
        LowHigh,
        /// The unit and its neighbours are below the mean.
        LowLow,
        /// The unit is above the mean, its neighbours are below it.
        HighLow,
    }
}

impl Quadrant {
    /// Returns the quadrant of a unit by its deviation from the mean and that of its neighbours.
    pub(super) fn from_deviations(own: f64, neighbours: f64) -> Self {
        match (own > 0.0, neighbours > 0.0) {
            (true, true) => Self::HighHigh,
            (false, true) => Self::LowHigh,
            (false, false) => Self::LowLow,
            (true, false) => Self::HighLow,
        }
    }
}

/// Local Moran's I of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalMoran {
    /// The ids of the units without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// I_i of each unit.
    pub i: Vec<Option<f64>>,
    /// The null model of the expected values and variances.
    pub randomisation: Randomisation,
    /// The expected value of I_i under the null model.
    pub expected: Vec<Option<f64>>,
    /// The variance of I_i under the null model.
    pub variance: Vec<Option<f64>>,
    /// z of each unit: (I_i − expected) / √variance.
    pub z: Vec<Option<f64>>,
    /// The p-value of z, by the normal distribution.
    pub p: Vec<Option<f64>>,
    /// The quadrant of the Moran scatterplot in which each unit lies.
    pub quadrant: Vec<Option<Quadrant>>,
    /// The significance of each unit's result.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Local Moran's I: the similarity of a unit and its neighbours, I_i = z_i Σ_j w_ij z_j / m₂ with m₂ = Σ z² / n.
///
/// With row-standardised weights the mean of I_i is Moran's I. esda scales by n − 1: its I_i are (n − 1) / n of
/// these.
///
/// The moments are conditional: E_i = −z_i² w_i / ((n − 1) m₂), Var_i = (z_i / m₂)² n / (n − 2) (w_i² − (w_i)² / (n −
/// 1)) (m₂ − z_i² / (n − 1)) with w_i = Σ_j w_ij and w_i² = Σ_j w_ij²; or, with [`Randomisation::Total`], E_i = −w_i
/// / (n − 1), Var_i = w_i² (n − b₂) / (n − 1) + ((w_i)² − w_i²)(2b₂ − n) / ((n − 1)(n − 2)) − E_i² with b₂ = Σz⁴/n /
/// m₂².
///
/// There is one test for each unit, so use `p_adjusted`.
///
/// # Undefined
///
/// None for islands, and where all values are equal; the variance where n is below 3.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # References
///
/// L. Anselin, Local indicators of spatial association, Geographical Analysis 27, 1995; R. R. Sokal, N. L. Oden, B. A.
/// Thomson, Local spatial autocorrelation in a biological model, Geographical Analysis 30, 1998.
pub fn local_moran(values: &[f64], weights: &Weights, inference: Inference) -> Result<LocalMoran> {
    refuse("local Moran's I", values, weights)?;
    let n = values.len() as f64;
    let Deviations { z, squares, kurtosis } = Deviations::from_mean(values);
    let m2 = squares / n;
    let units = || 0..values.len();
    let of_neighbours = |unit: usize| compared(weights, unit, inference).then(|| lag(weights, &z, unit));
    let i: Vec<Option<f64>> = units().map(|unit| quotient(z[unit] * of_neighbours(unit)?, m2)).collect();
    let sums = |unit: usize| {
        weights
            .neighbours(unit)
            .fold((0.0, 0.0), |(sum, squares), (_, weight)| (sum + weight, squares + weight * weight))
    };
    let moments = |unit: usize| -> (f64, f64) {
        let (sum, squares) = sums(unit);
        match inference.randomisation {
            Randomisation::Conditional => {
                let spread = squares - sum * sum / (n - 1.0);
                let rest = m2 - z[unit] * z[unit] / (n - 1.0);
                let expected = -z[unit] * z[unit] * sum / ((n - 1.0) * m2);
                (expected, (z[unit] / m2).powi(2) * n / (n - 2.0) * spread * rest)
            }
            Randomisation::Total => {
                let expected = -sum / (n - 1.0);
                let apart = (sum * sum - squares) * (2.0 * kurtosis - n) / ((n - 1.0) * (n - 2.0));
                (expected, squares * (n - kurtosis) / (n - 1.0) + apart - expected * expected)
            }
        }
    };
    let moment = |of: fn((f64, f64)) -> f64| {
        let of_unit = |unit: usize| i[unit].and(Some(of(moments(unit)))).filter(|moment| moment.is_finite());
        units().map(of_unit).collect::<Vec<Option<f64>>>()
    };
    let (expected, variance) = (moment(|(expected, _)| expected), moment(|(_, variance)| variance));
    let score = |unit: usize| -> Option<f64> {
        let variance = variance[unit].filter(|variance| *variance > 0.0)?;
        Some((i[unit]? - expected[unit]?) / variance.sqrt())
    };
    let scores: Vec<Option<f64>> = units().map(score).collect();
    let quadrant: Vec<Option<Quadrant>> = units()
        .map(|unit| {
            i[unit]?;
            Some(Quadrant::from_deviations(z[unit], of_neighbours(unit)?))
        })
        .collect();
    let shares: Vec<f64> = z.iter().map(|z| z / m2).collect();
    let tails = inference.permutations.of_each_lag(weights, &z, &i, |unit| shares[unit]);
    let p: Vec<Option<f64>> = scores.iter().map(|z| z.map(|z| p_of_z(z, inference.alternative))).collect();
    let chance = LocalChance::from_tails(&tails, &p, inference, |unit| quadrant[unit].map(Label::from));
    let (islands, randomisation) = (islands(weights), inference.randomisation);
    Ok(LocalMoran { islands, i, randomisation, expected, variance, z: scores, p, quadrant, chance })
}

named! {
    "standardisation";

    /// The standard deviation that values are divided by before they are compared.
    #[derive(Default)]
    pub enum Standardisation {
        /// The sample standard deviation, with the divisor n − 1, as in spdep and GeoDa.
        #[default]
        Sample,
        /// The population standard deviation, with the divisor n, as in esda.
        Population,
    }
}

/// Local Geary's C of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalGeary {
    /// The ids of the units without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// C_i of each unit.
    pub c: Vec<Option<f64>>,
    /// The expected value of C_i, given the unit's own value and the others in any order.
    pub expected: Vec<Option<f64>>,
    /// The variance of C_i, given the unit's own value and the others in any order.
    pub variance: Vec<Option<f64>>,
    /// z of each unit: (C_i − expected) / √variance. Below 0 the unit is similar to its neighbours.
    pub z: Vec<Option<f64>>,
    /// The p-value of z, by the normal distribution. With few neighbours C_i is far from normal, so prefer
    /// permutations.
    pub p: Vec<Option<f64>>,
    /// The significance of each unit's result. A small C_i means similarity.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Local Geary's C: how much a unit differs from its neighbours, C_i = Σ_j w_ij (z_i − z_j)² of standardised values.
///
/// It is small where neighbours are similar, whether their values are high, low or in between.
///
/// The moments are those of neighbours drawn without replacement from the other units: with d_j = (z_i − z_j)², its
/// mean d̄ and variance s² (with n − 2) over j ≠ i, w_i = Σ_j w_ij and w_i² = Σ_j w_ij²: E_i = w_i d̄, Var_i = s²
/// (w_i² − (w_i)² / (n − 1)).
///
/// # Undefined
///
/// None for islands, and where all values are equal; z where n is below 3 or every other unit differs as much.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # References
///
/// L. Anselin, A local indicator of multivariate spatial association: extending Geary's c, Geographical Analysis 51, 2019; R.
/// R. Sokal, N. L. Oden, B. A. Thomson, Local spatial autocorrelation in a biological model, Geographical Analysis 30, 1998.
pub fn local_geary(
    values: &[f64],
    weights: &Weights,
    standardisation: Standardisation,
    inference: Inference,
) -> Result<LocalGeary> {
    refuse("local Geary's C", values, weights)?;
    let Deviations { mut z, squares, .. } = Deviations::from_mean(values);
    let n = match standardisation {
        Standardisation::Sample => values.len() as f64 - 1.0,
        Standardisation::Population => values.len() as f64,
    };
    let deviation = (squares / n).sqrt();
    z.iter_mut().for_each(|z| *z /= deviation);
    let c: Vec<Option<f64>> = (0..values.len())
        .map(|unit| {
            let terms = weights.neighbours(unit).map(|(other, weight)| weight * (z[unit] - z[other]).powi(2));
            // Of values that do not vary there is nothing to compare, nor for an island that is kept.
            compared(weights, unit, inference).then(|| terms.sum()).filter(|c: &f64| c.is_finite() && deviation > 0.0)
        })
        .collect();
    let tails = inference.permutations.of_each_sum(weights, &z, &c, |unit| {
        let own = z[unit];
        move |other| (own - other) * (own - other)
    });
    let (thirds, fourths) = z.iter().fold((0.0, 0.0), |(thirds, fourths), z| (thirds + z.powi(3), fourths + z.powi(4)));
    let (count, squares) = (z.len() as f64, z.iter().map(|z| z * z).sum::<f64>());
    let moments = |unit: usize| -> Option<(f64, f64)> {
        c[unit]?;
        let (own, others) = (z[unit], count - 1.0);
        // Σ_j (z_i − z_j)² and its square over all units, to which the unit itself adds nothing, as Σ z = 0.
        let first = count * own * own + squares;
        let second = count * own.powi(4) + 6.0 * own * own * squares - 4.0 * own * thirds + fourths;
        let spread = (second - first * first / others) / (others - 1.0);
        let (sum, weight_squares) = weights
            .neighbours(unit)
            .filter(|(neighbour, _)| *neighbour != unit)
            .fold((0.0, 0.0), |(sum, squares), (_, weight)| (sum + weight, squares + weight * weight));
        Some((sum * first / others, spread * (weight_squares - sum * sum / others)))
    };
    let moments: Vec<Option<(f64, f64)>> = (0..values.len()).map(moments).collect();
    let finite = |number: f64| Some(number).filter(|number| number.is_finite());
    let expected: Vec<Option<f64>> = moments.iter().map(|of| of.and_then(|of| finite(of.0))).collect();
    let variance: Vec<Option<f64>> = moments.iter().map(|of| of.and_then(|of| finite(of.1))).collect();
    let score = |unit: usize| -> Option<f64> {
        // The difference of equal numbers is only rounding error.
        let least = 1e-12 * expected[unit]?.powi(2);
        quotient(c[unit]? - expected[unit]?, variance[unit].filter(|variance| *variance > least)?.sqrt())
    };
    let scores: Vec<Option<f64>> = (0..values.len()).map(score).collect();
    let p: Vec<Option<f64>> = scores.iter().map(|z| z.map(|z| p_of_z(z, inference.alternative))).collect();
    let label = |unit: usize| {
        let alike = match tails[unit] {
            Some(Tails { at_least, at_most }) => at_most < at_least,
            None => scores[unit]? < 0.0,
        };
        Some(if alike { Label::Alike } else { Label::Different })
    };
    let chance = LocalChance::from_tails(&tails, &p, inference, label);
    Ok(LocalGeary { islands: islands(weights), c, expected, variance, z: scores, p, chance })
}

named! {
    "confidence";

    /// The confidence with which a unit is hot or cold, by its adjusted p-value: 0.01, 0.05 or 0.1 at most. The classes of the
    /// `Gi_Bin` of ArcGIS, from −3 to 3.
    pub enum ConfidenceBin {
        /// A cold spot with 99 % confidence.
        #[strum(to_string = "cold-99")]
        #[serde(rename = "cold-99")]
        Cold99,
        /// A cold spot with 95 % confidence.
        #[strum(to_string = "cold-95")]
        #[serde(rename = "cold-95")]
        Cold95,
        /// A cold spot with 90 % confidence.
        #[strum(to_string = "cold-90")]
        #[serde(rename = "cold-90")]
        Cold90,
        /// Neither.
        NotSignificant,
        /// A hot spot with 90 % confidence.
        #[strum(to_string = "hot-90")]
        #[serde(rename = "hot-90")]
        Hot90,
        /// A hot spot with 95 % confidence.
        #[strum(to_string = "hot-95")]
        #[serde(rename = "hot-95")]
        Hot95,
        /// A hot spot with 99 % confidence.
        #[strum(to_string = "hot-99")]
        #[serde(rename = "hot-99")]
        Hot99,
    }
}

impl ConfidenceBin {
    fn of(is_high: bool, p: f64) -> Self {
        match (is_high, p) {
            (true, ..=0.01) => Self::Hot99,
            (true, ..=0.05) => Self::Hot95,
            (true, ..=0.1) => Self::Hot90,
            (false, ..=0.01) => Self::Cold99,
            (false, ..=0.05) => Self::Cold95,
            (false, ..=0.1) => Self::Cold90,
            _ => Self::NotSignificant,
        }
    }
}

/// Gi or Gi* of every unit, in the order of the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalGetisOrd {
    /// The ids of the units without neighbours. Their Gi is none.
    pub islands: Vec<String>,
    /// The sum of the neighbours' values as a share of the sum of all values; none of values some of which are negative.
    pub g: Vec<Option<f64>>,
    /// The standardised statistic: high where high values cluster, low where low values cluster.
    pub z: Vec<Option<f64>>,
    /// The p-value of z, by the normal distribution.
    pub p: Vec<Option<f64>>,
    /// The significance of each unit's result.
    #[serde(flatten)]
    pub chance: LocalChance,
    /// The confidence with which each unit is hot or cold, by its adjusted p-value.
    pub bin: Vec<Option<ConfidenceBin>>,
}

/// Gi of Getis and Ord: whether the neighbours of a unit have high or low values, without the unit itself.
///
/// G_i = Σ_{j≠i} w_ij x_j / Σ_{j≠i} x_j; z_i = (Σ_{j≠i} w_ij x_j − W_i x̄(i)) / (s(i) √(((n − 1) S_i − W_i²) / (n −
/// 2))) with W_i = Σ_{j≠i} w_ij, S_i = Σ_{j≠i} w_ij², and mean and variance (with n − 1) of all values but the unit's
/// own.
///
/// # Undefined
///
/// None for islands, and where the others are all equal, or n is below 3; the share where they sum to 0, and of values some of which
/// are negative, z being defined.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # References
///
/// J. K. Ord, A. Getis, Local spatial autocorrelation statistics: distributional issues and an application, Geographical
/// Analysis 27, 1995.
pub fn gi(values: &[f64], weights: &Weights, inference: Inference) -> Result<LocalGetisOrd> {
    refuse("Gi", values, weights)?;
    let n = values.len() as f64;
    let all: f64 = values.iter().sum();
    let Deviations { z, squares, .. } = Deviations::from_mean(values);
    let of_unit = |unit: usize| {
        let own = z[unit];
        // The deviations sum to 0, so that those of the others sum to −z_i.
        let mean = -own / (n - 1.0);
        let mut variance = (squares - own * own) / (n - 1.0) - mean * mean;
        // A unit that alone makes up nearly all the variance leaves to the others what rounding leaves; at most one does.
        if variance < 1e-6 * squares / n {
            let others: Vec<f64> =
                (z.iter().enumerate()).filter(|(other, _)| *other != unit).map(|(_, z)| *z).collect();
            variance = Deviations::from_mean(&others).squares / (n - 1.0);
        }
        Terms { n: n - 1.0, sum: all - values[unit], mean, variance }
    };
    getis_ord(values, &z, &weights.filtered(|unit, neighbour, _| unit != neighbour), inference, of_unit)
}

/// Gi* of Getis and Ord: whether a unit and its neighbours together have high or low values.
///
/// G*_i = Σ_j w_ij x_j / Σ_j x_j; z_i = (Σ_j w_ij x_j − W*_i x̄) / (s √((n S*_i − W*_i²) / (n − 1))), mean and
/// variance (with n) of all values. Each unit must be its own neighbour: use
/// [`Weights::with_self`](crate::model::Weights::with_self) before row standardisation.
///
/// # Undefined
///
/// None where all values are equal, and for units without any neighbour; the share where values sum to 0, and of values some of which
/// are negative, z being defined.
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # References
///
/// J. K. Ord, A. Getis, Local spatial autocorrelation statistics: distributional issues and an application, Geographical
/// Analysis 27, 1995.
pub fn gi_star(values: &[f64], weights: &Weights, inference: Inference) -> Result<LocalGetisOrd> {
    refuse("Gi*", values, weights)?;
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let Deviations { z, squares, .. } = Deviations::from_mean(values);
    getis_ord(values, &z, weights, inference, |_| Terms { n, sum, mean: 0.0, variance: squares / n })
}

/// The mean and variance with which a unit's neighbours are compared.
struct Terms {
    n: f64,
    /// The sum of the values.
    sum: f64,
    /// The mean of their deviations from the mean of all.
    mean: f64,
    variance: f64,
}

/// `deviations` are the values less their mean, so that the size of what all have in common does not round z away.
fn getis_ord(
    values: &[f64],
    deviations: &[f64],
    weights: &Weights,
    inference: Inference,
    terms: impl Fn(usize) -> Terms,
) -> Result<LocalGetisOrd> {
    let units = || 0..values.len();
    let sums: Vec<Option<f64>> =
        units().map(|unit| compared(weights, unit, inference).then(|| lag(weights, values, unit))).collect();
    // Amounts below 0 have no shares.
    let has_shares = values.iter().all(|value| *value >= 0.0);
    let g = units().map(|unit| quotient(sums[unit]?, terms(unit).sum).filter(|_| has_shares)).collect();
    let z: Vec<Option<f64>> = units()
        .map(|unit| {
            let Terms { n, mean, variance, .. } = terms(unit);
            let (sum, squares) = weights
                .neighbours(unit)
                .fold((0.0, 0.0), |(sum, squares), (_, weight)| (sum + weight, squares + weight * weight));
            let of_weights = n * squares - sum * sum;
            // What is left of the difference of equal numbers is rounding: a unit that has all others for neighbours.
            let is_spread = of_weights > 1e-12 * n * squares && variance > 0.0;
            sums[unit]?;
            let found = lag(weights, deviations, unit) - sum * mean;
            quotient(found, (of_weights / (n - 1.0) * variance).sqrt()).filter(|_| is_spread)
        })
        .collect();
    // Where the others are all equal, every draw gives the same.
    let varied: Vec<Option<f64>> = units().map(|unit| sums[unit].filter(|_| terms(unit).variance > 0.0)).collect();
    let tails = inference.permutations.of_each_lag(weights, values, &varied, |_| 1.0);
    let p: Vec<Option<f64>> = z.iter().map(|z| z.map(|z| p_of_z(z, inference.alternative))).collect();
    // Without a variance, the tails tell on which side of chance it is.
    let is_high = |unit: usize| {
        z[unit].map_or_else(|| tails[unit].map(|tails| tails.at_least < tails.at_most), |z| Some(z > 0.0))
    };
    let label = |unit: usize| Some(if is_high(unit)? { Label::HotSpot } else { Label::ColdSpot });
    let chance = LocalChance::from_tails(&tails, &p, inference, label);
    let bin = units().map(|unit| Some(ConfidenceBin::of(is_high(unit)?, chance.p_adjusted[unit]?))).collect();
    Ok(LocalGetisOrd { islands: islands(weights), g, z, p, chance, bin })
}
