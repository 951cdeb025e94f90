use serde::Serialize;

use super::markov::{Homogeneity, MarkovChain, homogeneity, markov_chain};
use super::refuse_periods;
use crate::error::{Result, StatsError};
use crate::model::{Weights, with_fields};
use crate::stats::{Scheme, classify};

/// Options of [`spatial_markov`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpatialMarkovOptions {
    /// The number of classes of values; 4 by default.
    pub classes: usize,
    /// The number of classes of the neighbours' values; 4 by default.
    pub lag_classes: usize,
    /// Whether values are divided by the mean of their period first, so that units are compared with each other and not with
    /// earlier times; true by default.
    pub relative: bool,
}

impl Default for SpatialMarkovOptions {
    fn default() -> Self {
        Self { classes: 4, lag_classes: 4, relative: true }
    }
}

with_fields! {
    SpatialMarkovOptions {
        with_classes(classes: usize);
        with_lag_classes(lag_classes: usize);
        with_relative(relative: bool);
    }
}

/// The moves of units between classes, by the class of their neighbours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpatialMarkov {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours, which are left out.
    pub islands: Vec<String>,
    /// The upper bounds of the classes: quantiles of the values of all periods together.
    pub breaks: Vec<f64>,
    /// The upper bounds of the classes of the neighbours' values: quantiles over all periods together.
    pub lag_breaks: Vec<f64>,
    /// All moves.
    pub all: MarkovChain,
    /// The moves of units whose neighbours are in each class in the period from which they move.
    pub by_lag: Vec<MarkovChain>,
    /// Whether moves are the same whatever the neighbours.
    #[serde(flatten)]
    pub homogeneity: Homogeneity,
    /// The class of each unit in each period; none of islands.
    pub classes: Vec<Vec<Option<usize>>>,
    /// The class of each unit's neighbours in each period; none of islands.
    pub lag_classes: Vec<Vec<Option<usize>>>,
}

/// Spatial Markov chains: whether units with rich neighbours move up more often, and those with poor ones down.
///
/// Values are put into quantile classes over all periods together, and so are their spatial lags, Σ_j w_ij x_j. The moves from
/// period to period are counted for each class of the lag, and the chains are tested against that of all moves
/// ([`homogeneity`]).
///
/// Islands have no lag and are left out; giddy puts them into the class of 0.
///
/// # Units
///
/// A list of values for each period, in the order of the weights, which should be row-standardised. Periods should be as far
/// apart from each other.
///
/// # Undefined
///
/// Quantiles that coincide are given once, so that there may be fewer classes than asked for.
///
/// # Errors
///
/// Fewer than two periods; values that are not one finite number for each unit and period; no unit with neighbours; fewer than
/// two classes; relative values where a period sums to 0.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{SpatialMarkovOptions, Transform, spatial_markov, transformed};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let rows = vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![(3, 1.0)], vec![(2, 1.0)]];
/// let weights = transformed(&Weights::new(ids, rows)?, Transform::Row);
/// let periods = [vec![1.0, 2.0, 8.0, 9.0], vec![1.0, 2.0, 8.0, 9.0]];
/// let options = SpatialMarkovOptions::default().with_classes(2).with_lag_classes(2);
/// let found = spatial_markov(&periods, &weights, options)?;
/// // The low stay low beside low ones, the high stay high beside high ones.
/// assert_eq!(found.by_lag[0].transitions, [[2, 0], [0, 0]]);
/// assert_eq!(found.by_lag[1].transitions, [[0, 0], [0, 2]]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// S. J. Rey (2001), Spatial empirics for economic growth and convergence, Geographical Analysis 33; F. Bickenbach, E. Bode
/// (2003), Evaluating the Markov property in studies of economic convergence, International Regional Science Review 26.
pub fn spatial_markov(periods: &[Vec<f64>], weights: &Weights, options: SpatialMarkovOptions) -> Result<SpatialMarkov> {
    const STATISTIC: &str = "spatial Markov chains";
    refuse_periods(STATISTIC, periods, weights, 2)?;
    for (option, found) in
        [("the number of classes", options.classes), ("the number of classes of the lag", options.lag_classes)]
    {
        if found < 2 {
            let (found, expected) = (found.to_string(), "2 or more".to_owned());
            return Err(StatsError::Option { statistic: STATISTIC, option, found, expected }.into());
        }
    }
    let counted: Vec<usize> = (0..weights.len()).filter(|unit| weights.cardinality(*unit) > 0).collect();
    if counted.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let relative = |values: &Vec<f64>| -> Result<Vec<f64>> {
        if !options.relative {
            return Ok(values.clone());
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        if mean == 0.0 {
            let (place, expected) = ("the mean of a period".to_owned(), "another than 0 for relative values");
            return Err(StatsError::Value { statistic: STATISTIC, place, found: mean, expected }.into());
        }
        Ok(values.iter().map(|value| value / mean).collect())
    };
    let values: Vec<Vec<f64>> = periods.iter().map(relative).collect::<Result<_>>()?;
    let lag = |values: &Vec<f64>, unit: usize| -> f64 {
        weights.neighbours(unit).map(|(other, weight)| weight * values[other]).sum()
    };
    let of_counted = |of: &dyn Fn(&Vec<f64>, usize) -> f64| -> Vec<Vec<f64>> {
        values.iter().map(|values| counted.iter().map(|unit| of(values, *unit)).collect()).collect()
    };
    let (own, lags) = (of_counted(&|values, unit| values[unit]), of_counted(&lag));
    let classes_of = |values: &[Vec<f64>], classes: usize| -> Result<(Vec<f64>, Vec<Vec<usize>>)> {
        let found = classify(&values.concat(), &Scheme::Quantile, classes)?;
        let classes = |values: &Vec<f64>| values.iter().filter_map(|value| found.class_of(*value)).collect();
        Ok((found.breaks.clone(), values.iter().map(classes).collect()))
    };
    let (breaks, own_classes) = classes_of(&own, options.classes)?;
    let (lag_breaks, of_lags) = classes_of(&lags, options.lag_classes)?;
    let moves = |wanted: Option<usize>| {
        let mut moves = Vec::new();
        for period in 1..own_classes.len() {
            for unit in 0..counted.len() {
                if wanted.is_none_or(|wanted| of_lags[period - 1][unit] == wanted) {
                    moves.push((own_classes[period - 1][unit], own_classes[period][unit]));
                }
            }
        }
        markov_chain(moves, breaks.len())
    };
    let by_lag: Vec<MarkovChain> = (0..lag_breaks.len()).map(|class| moves(Some(class))).collect();
    let groups: Vec<Vec<Vec<u64>>> = by_lag.iter().map(|chain| chain.transitions.clone()).collect();
    let among_all = |classes: &[Vec<usize>]| -> Vec<Vec<Option<usize>>> {
        let of_period = |classes: &Vec<usize>| {
            let mut all = vec![None; weights.len()];
            counted.iter().zip(classes).for_each(|(unit, class)| all[*unit] = Some(*class));
            all
        };
        classes.iter().map(of_period).collect()
    };
    Ok(SpatialMarkov {
        n: counted.len(),
        islands: weights.islands().into_iter().map(|unit| weights.ids()[unit].clone()).collect(),
        all: moves(None),
        homogeneity: homogeneity(&groups),
        by_lag,
        classes: among_all(&own_classes),
        lag_classes: among_all(&of_lags),
        breaks,
        lag_breaks,
    })
}
