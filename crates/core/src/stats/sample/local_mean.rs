use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::STATISTIC;
use crate::error::{Result, StatsError};
use crate::stats::cluster::Places;

/// The variance of an estimated total of a sample that is spread over space, by local means.
///
/// Of a stratum with the sampled units S, values y and inclusion probabilities π: V = Σ_i (1 − π_i) n_i / (n_i − 1) (y_i / π_i − ȳ_i)²,
/// where ȳ_i is the mean of y / π over the n_i units nearest to i in its stratum, itself among them: `neighbours` of them, all of
/// those that are as far as the last, and no more than there are. The variance is the sum over the strata. A sample that is spread
/// has near every unit others that are like it, so that only what varies between near units is left to chance; the factor 1 − π
/// is the correction for a finite population. With as many neighbours as units this is the variance of a simple random sample of each
/// stratum, N² (1 − n / N) s² / n. A stratum with a single sampled unit takes its neighbours from all strata, which makes the variance
/// rather too large.
///
/// # Units
///
/// The square of the unit of the total.
///
/// # Undefined
///
/// None where a unit has no other to be compared with, unless it was certain to be drawn.
///
/// # Errors
///
/// Lists of different lengths; fewer than two neighbours; a probability that is not above 0 and at most 1; a value that is not
/// finite.
///
/// # Examples
///
/// Two of four units, as near as may be: s² / n · N² (1 − n / N) = 0.5 / 2 · 16 · 0.5.
///
/// ```
/// use jiju_core::stats::{Places, local_mean_variance};
/// let places = Places::planar(&[[0.0, 0.0], [100.0, 0.0]])?;
/// let variance = local_mean_variance(&[1.0, 0.0], &[0.5, 0.5], &places, &[0, 0], 4)?;
/// assert_eq!(variance, Some(2.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// D. L. Stevens, A. R. Olsen, Variance estimation for spatially balanced samples of environmental resources, Environmetrics 14,
/// 2003; A. Grafström, L. Schelin, How to select representative samples, Scandinavian Journal of Statistics 41, 2014.
pub fn local_mean_variance(
    values: &[f64],
    probabilities: &[f64],
    places: &Places,
    strata: &[usize],
    neighbours: usize,
) -> Result<Option<f64>> {
    for (what, length) in
        [("the probabilities", probabilities.len()), ("the places", places.len()), ("the strata", strata.len())]
    {
        if length != values.len() {
            let (found, expected) = (format!("{length} units"), format!("{} units", values.len()));
            return Err(StatsError::Shape { statistic: STATISTIC, what, found, expected }.into());
        }
    }
    if neighbours < 2 {
        let (found, expected) = (neighbours.to_string(), "2 or more".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "neighbours", found, expected }.into());
    }
    for (unit, (value, probability)) in values.iter().zip(probabilities).enumerate() {
        let place = format!("unit {}", unit + 1);
        if !value.is_finite() {
            let expected = "a finite number";
            return Err(StatsError::Value { statistic: STATISTIC, place, found: *value, expected }.into());
        }
        if !(*probability > 0.0 && *probability <= 1.0) {
            let expected = "a probability above 0 and at most 1";
            return Err(StatsError::Value { statistic: STATISTIC, place, found: *probability, expected }.into());
        }
    }
    let expanded: Vec<f64> = values.iter().zip(probabilities).map(|(value, probability)| value / probability).collect();
    let tree_of = |units: &[usize]| {
        let at = |unit: &usize| GeomWithData::new(places.coordinates_m()[*unit], *unit);
        RTree::bulk_load(units.iter().map(at).collect())
    };
    let mut of_strata: Vec<Vec<usize>> = vec![Vec::new(); strata.iter().max().map_or(0, |last| last + 1)];
    strata.iter().enumerate().for_each(|(unit, stratum)| of_strata[*stratum].push(unit));
    let all: Vec<usize> = (0..values.len()).collect();
    let mut whole: Option<RTree<_>> = None;
    let mut sum = 0.0;
    for units in of_strata.iter().filter(|units| !units.is_empty()) {
        let own;
        let tree = if units.len() == 1 {
            if probabilities[units[0]] >= 1.0 {
                continue;
            }
            whole.get_or_insert_with(|| tree_of(&all))
        } else {
            own = tree_of(units);
            &own
        };
        for unit in units {
            let left_out = 1.0 - probabilities[*unit];
            if left_out <= 0.0 {
                continue;
            }
            let (mut count, mut total, mut farthest) = (0_usize, 0.0, 0.0);
            for (near, square) in tree.nearest_neighbor_iter_with_distance_2(&places.coordinates_m()[*unit]) {
                if count >= neighbours && square > farthest {
                    break;
                }
                (count, total, farthest) = (count + 1, total + expanded[near.data], square);
            }
            if count < 2 {
                return Ok(None);
            }
            let count = count as f64;
            sum += left_out * count / (count - 1.0) * (expanded[*unit] - total / count).powi(2);
        }
    }
    Ok((!values.is_empty()).then_some(sum))
}
