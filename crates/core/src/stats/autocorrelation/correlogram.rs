use serde::Serialize;

use super::inference::{Adjustment, Inference};
use super::{geary, moran};
use crate::error::Result;
use crate::model::{Weights, named};

named! {
    "statistic of a correlogram";

    /// The statistic that a correlogram shows at each lag.
    #[derive(Default)]
    pub enum CorrelogramStatistic {
        /// Moran's I.
        #[default]
        Moran,
        /// Geary's C.
        Geary,
    }
}

/// Spatial autocorrelation at one lag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lag {
    /// The number of units that have neighbours at this lag.
    pub n: usize,
    /// The number of pairs of neighbours, each counted in both directions.
    pub neighbours: usize,
    /// Moran's I or Geary's C at this lag.
    pub statistic: Option<f64>,
    /// The expected value under the null hypothesis of no autocorrelation.
    pub expected: Option<f64>,
    /// The variance of the statistic under randomisation: the values are given, in any order.
    pub variance_randomisation: Option<f64>,
    /// z under randomisation: (statistic − expected) / √variance.
    pub z_randomisation: Option<f64>,
    /// The p-value of that z, by the normal distribution.
    pub p_randomisation: Option<f64>,
    /// The pseudo p-value of the permutations; none without permutations.
    pub p_permutation: Option<f64>,
    /// The p-value, of the permutations or of z if there are none, adjusted for the number of lags.
    pub p_adjusted: Option<f64>,
}

/// The spatial correlogram: Moran's I or Geary's C for the neighbours at each lag, such as those one, two, three
/// steps away ([`higher_orders`](crate::stats::higher_orders)) or in rings of distance
/// ([`rings`](crate::stats::rings)).
///
/// It shows the distance up to which values are more similar than expected by chance. The lags are multiple tests of
/// the same values, so use `p_adjusted`.
///
/// # Undefined
///
/// No statistic at a lag without neighbours; see also [`moran`](super::moran) and [`geary`](super::geary).
///
/// # Errors
///
/// Values that are not one finite number for each unit.
///
/// # Examples
///
/// Values that alternate along four units in a row are unlike one step away and alike two steps away:
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{CorrelogramStatistic, Inference, correlogram, higher_orders};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let rows = vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0), (3, 1.0)], vec![(2, 1.0)]];
/// let lags = higher_orders(&Weights::new(ids, rows)?, 2)?;
/// let found = correlogram(&[1.0, 2.0, 1.0, 2.0], &lags, CorrelogramStatistic::Moran, Inference::default())?;
/// assert_eq!((found[0].statistic, found[1].statistic), (Some(-1.0), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// A. D. Cliff, J. K. Ord, Spatial Processes, 1981, pp. 118–122.
pub fn correlogram(
    values: &[f64],
    lags: &[Weights],
    statistic: CorrelogramStatistic,
    inference: Inference,
) -> Result<Vec<Lag>> {
    let at = |weights: &Weights| -> Result<Lag> {
        let (n, found, expected, moments, permutation) = match statistic {
            CorrelogramStatistic::Moran => {
                let found = moran(values, weights, inference)?;
                (found.n, found.i, found.expected, found.moments, found.permutation)
            }
            CorrelogramStatistic::Geary => {
                let found = geary(values, weights, inference)?;
                (found.n, found.c, Some(found.expected), found.moments, found.permutation)
            }
        };
        Ok(Lag {
            n,
            neighbours: (0..weights.len()).map(|unit| weights.cardinality(unit)).sum(),
            statistic: found,
            expected: expected.filter(|_| n > 0),
            variance_randomisation: moments.variance_randomisation,
            z_randomisation: moments.z_randomisation,
            p_randomisation: moments.p_randomisation,
            p_permutation: permutation.p_permutation,
            p_adjusted: None,
        })
    };
    let mut lags: Vec<Lag> = lags.iter().map(at).collect::<Result<_>>()?;
    let by_permutation = inference.permutations.count > 0;
    let p: Vec<Option<f64>> =
        lags.iter().map(|lag| if by_permutation { lag.p_permutation } else { lag.p_randomisation }).collect();
    for (lag, p) in lags.iter_mut().zip(Adjustment::adjusted(inference.adjustment, &p)) {
        lag.p_adjusted = p;
    }
    Ok(lags)
}
