use serde::Serialize;

use super::markov::{MarkovChain, markov_chain};
use super::{p_of_chi_squared, refuse_periods};
use crate::error::Result;
use crate::model::{Weights, named};
use crate::stats::{Inference, Label, Quadrant, local_moran};

named! {
    "movement";

    /// What moved between two periods: the unit, its neighbours, or both (Rey 2001).
    pub enum Movement {
        /// Neither the unit nor its neighbours crossed the mean: type 0.
        Neither,
        /// The unit alone crossed the mean: type I.
        Unit,
        /// Its neighbours alone crossed the mean: type II.
        Neighbours,
        /// Both crossed it, in the same direction: type III A.
        BothTogether,
        /// Both crossed it, in opposite directions: type III B.
        BothApart,
    }
}

/// The moves of units between the quadrants of the Moran scatterplot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LisaTransitions {
    /// The number of units that have neighbours.
    pub n: usize,
    /// The ids of the units without neighbours, which have no quadrant.
    pub islands: Vec<String>,
    /// The moves between the quadrants, in the order high-high, low-high, low-low, high-low.
    #[serde(flatten)]
    pub chain: MarkovChain,
    /// The moves that are expected where units and their neighbours move independently of each other.
    pub expected_transitions: Vec<Vec<f64>>,
    /// χ² of the moves against those.
    pub chi_squared: f64,
    /// The degrees of freedom of χ².
    pub degrees_of_freedom: usize,
    /// The p-value of χ²; none without a degree of freedom.
    pub p_chi_squared: Option<f64>,
    /// The share of moves in which neither the unit nor its neighbours crossed the mean; none without moves.
    pub stability: Option<f64>,
    /// The share of moves in which a unit and its neighbours stayed, or crossed the mean together; none without moves.
    pub cohesion: Option<f64>,
    /// The quadrant of each unit in each period; none of islands, and in a period in which all values are equal.
    pub quadrants: Vec<Vec<Option<Quadrant>>>,
    /// The label of local Moran's I of each unit in each period.
    pub labels: Vec<Vec<Option<Label>>>,
    /// What moved from each period to the next, of each unit.
    pub movements: Vec<Vec<Option<Movement>>>,
}

/// LISA transitions: how units and their neighbours move between the quadrants of the Moran scatterplot, and whether they move
/// independently of each other.
///
/// Expected moves are those of independent units and neighbours: n_i · p(own) ⊗ p(lag), where the two chains are of the values,
/// and of the lags, above or below the mean of their period. χ² compares the moves with these.
///
/// Labels come from [`local_moran`] of each period by itself, with the same inference.
///
/// # Units
///
/// A list of values for each period, in the order of the weights, which should be row-standardised. Values must sum to more
/// than 0 in each period for the expected moves, as the means are compared by their quotients.
///
/// # Undefined
///
/// Quadrants of islands, and of a period in which all values are equal; p without a degree of freedom.
///
/// # Errors
///
/// Fewer than two periods; values that are not one finite number for each unit and period.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, Movement, Transform, lisa_transitions, transformed};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let rows = vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![(3, 1.0)], vec![(2, 1.0)]];
/// let weights = transformed(&Weights::new(ids, rows)?, Transform::Row);
/// // b rises above the mean.
/// let periods = [vec![1.0, 2.0, 8.0, 9.0], vec![1.0, 9.0, 8.0, 9.0]];
/// let found = lisa_transitions(&periods, &weights, Inference::default())?;
/// assert_eq!(found.movements[0], [Movement::Neighbours, Movement::Unit, Movement::Neither, Movement::Neither].map(Some));
/// assert_eq!(found.stability, Some(0.5));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// S. J. Rey (2001), Spatial empirics for economic growth and convergence, Geographical Analysis 33; S. J. Rey, M. V. Janikas
/// (2006), STARS: space–time analysis of regional systems, Geographical Analysis 38.
pub fn lisa_transitions(periods: &[Vec<f64>], weights: &Weights, inference: Inference) -> Result<LisaTransitions> {
    refuse_periods("LISA transitions", periods, weights, 2)?;
    let (mut quadrants, mut labels) = (Vec::new(), Vec::new());
    for values in periods {
        let found = local_moran(values, weights, inference)?;
        quadrants.push(found.quadrant);
        labels.push(found.chance.label);
    }
    let known: Vec<Vec<Option<(bool, bool)>>> =
        quadrants.iter().map(|period| period.iter().map(|quadrant| quadrant.map(sides)).collect()).collect();
    let steps = |of: fn((bool, bool)) -> usize| {
        let between = |step: &[Vec<Option<(bool, bool)>>]| -> Vec<(usize, usize)> {
            step[0].iter().zip(&step[1]).filter_map(|(from, to)| Some((of((*from)?), of((*to)?)))).collect()
        };
        known.windows(2).flat_map(between).collect::<Vec<_>>()
    };
    let chain = markov_chain(steps(number), QUADRANTS.len());
    let low = |is_high: bool| usize::from(!is_high);
    let own = markov_chain(by_mean(periods, weights, |values, unit| values[unit]), 2);
    let lags = markov_chain(
        by_mean(periods, weights, |values, unit| {
            weights.neighbours(unit).map(|(other, weight)| weight * values[other]).sum()
        }),
        2,
    );
    let share = |chain: &MarkovChain, from: bool, to: bool| chain.probabilities[low(from)][low(to)].unwrap_or_default();
    let expected_transitions: Vec<Vec<f64>> = (QUADRANTS.iter().zip(&chain.transitions))
        .map(|(from, row)| {
            let all = row.iter().sum::<u64>() as f64;
            QUADRANTS.iter().map(|to| all * share(&own, from.0, to.0) * share(&lags, from.1, to.1)).collect()
        })
        .collect();
    let (chi_squared, degrees_of_freedom) = chi_squared(&chain.transitions, &expected_transitions);
    let movements: Vec<Vec<Option<Movement>>> = (known.windows(2))
        .map(|step| step[0].iter().zip(&step[1]).map(|(from, to)| Some(movement((*from)?, (*to)?))).collect())
        .collect();
    let moves: Vec<Movement> = movements.iter().flatten().copied().flatten().collect();
    let share_of = |wanted: &[Movement]| {
        let count = moves.iter().filter(|movement| wanted.contains(movement)).count();
        (!moves.is_empty()).then(|| count as f64 / moves.len() as f64)
    };
    let islands = weights.islands();
    Ok(LisaTransitions {
        n: weights.len() - islands.len(),
        islands: islands.into_iter().map(|unit| weights.ids()[unit].clone()).collect(),
        chain,
        expected_transitions,
        chi_squared,
        degrees_of_freedom,
        p_chi_squared: p_of_chi_squared(chi_squared, degrees_of_freedom),
        stability: share_of(&[Movement::Neither]),
        cohesion: share_of(&[Movement::Neither, Movement::BothTogether]),
        quadrants,
        labels,
        movements,
    })
}

/// Whether a unit, and its neighbours, are above the mean, by the number of the quadrant.
const QUADRANTS: [(bool, bool); 4] = [(true, true), (false, true), (false, false), (true, false)];

fn sides(quadrant: Quadrant) -> (bool, bool) {
    match quadrant {
        Quadrant::HighHigh => QUADRANTS[0],
        Quadrant::LowHigh => QUADRANTS[1],
        Quadrant::LowLow => QUADRANTS[2],
        Quadrant::HighLow => QUADRANTS[3],
    }
}

fn number(sides: (bool, bool)) -> usize {
    QUADRANTS.iter().position(|quadrant| *quadrant == sides).unwrap_or_default()
}

fn movement(from: (bool, bool), to: (bool, bool)) -> Movement {
    match (from.0 != to.0, from.1 != to.1) {
        (false, false) => Movement::Neither,
        (true, false) => Movement::Unit,
        (false, true) => Movement::Neighbours,
        (true, true) if to.0 == to.1 => Movement::BothTogether,
        (true, true) => Movement::BothApart,
    }
}

/// Moves of the units with neighbours between being at or above the mean of their period, 0, and below it, 1.
fn by_mean(periods: &[Vec<f64>], weights: &Weights, of: impl Fn(&Vec<f64>, usize) -> f64) -> Vec<(usize, usize)> {
    let class = |values: &Vec<f64>, unit: usize| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        usize::from(of(values, unit) / mean < 1.0)
    };
    let counted: Vec<usize> = (0..weights.len()).filter(|unit| weights.cardinality(*unit) > 0).collect();
    let between = |step: &[Vec<f64>]| -> Vec<(usize, usize)> {
        counted.iter().map(|unit| (class(&step[0], *unit), class(&step[1], *unit))).collect()
    };
    periods.windows(2).flat_map(between).collect()
}

/// χ² of moves against expected ones, row by row, and its degrees of freedom.
fn chi_squared(found: &[Vec<u64>], expected: &[Vec<f64>]) -> (f64, usize) {
    let mut chi_squared = 0.0;
    for (row, expected) in found.iter().zip(expected) {
        for (count, expected) in row.iter().zip(expected).filter(|(_, expected)| **expected > 0.0) {
            chi_squared += (*count as f64 - expected).powi(2) / expected;
        }
    }
    let rows = found.iter().filter(|row| row.iter().any(|count| *count > 0)).count();
    let rows_expected = expected.iter().filter(|row| row.iter().any(|count| *count > 0.0)).count();
    (chi_squared, rows.saturating_sub(1) * rows_expected.saturating_sub(1))
}
