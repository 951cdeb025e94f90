//! Values of units over several periods: how they move between classes, and where clusters came and went.

mod emerging_hot_spots;
mod lisa_transitions;
mod mann_kendall;
mod markov;
mod spatial_markov;

pub use emerging_hot_spots::{EmergingHotSpots, EmergingOptions, HotSpotPattern, emerging_hot_spots};
pub use lisa_transitions::{LisaTransitions, Movement, lisa_transitions};
pub use mann_kendall::{MannKendall, mann_kendall};
pub use markov::{Homogeneity, MarkovChain, homogeneity, markov_chain};
pub use spatial_markov::{SpatialMarkov, SpatialMarkovOptions, spatial_markov};

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use crate::error::{Result, StatsError};
use crate::model::Weights;

/// The upper tail of χ²; none without a degree of freedom.
fn p_of_chi_squared(statistic: f64, degrees: usize) -> Option<f64> {
    let chance = ChiSquared::new(degrees as f64).ok()?;
    Some(chance.sf(statistic)).filter(|_| degrees > 0 && statistic.is_finite())
}

/// Refuses periods that are not one finite number for each unit, and fewer of them than a statistic needs.
fn refuse_periods(statistic: &'static str, periods: &[Vec<f64>], weights: &Weights, least: usize) -> Result<()> {
    if periods.len() < least {
        let (found, expected) = (format!("{} periods", periods.len()), format!("{least} or more"));
        return Err(StatsError::Shape { statistic, what: "the table", found, expected }.into());
    }
    for (period, values) in (1..).zip(periods) {
        if values.len() != weights.len() {
            let found = format!("{} values in period {period}", values.len());
            let expected = format!("{}, one for each unit", weights.len());
            return Err(StatsError::Shape { statistic, what: "the table", found, expected }.into());
        }
        if let Some(unit) = values.iter().position(|value| !value.is_finite()) {
            let place = format!("unit `{}` in period {period}", weights.ids()[unit]);
            return Err(StatsError::Value { statistic, place, found: values[unit], expected: "a finite number" }.into());
        }
    }
    if weights.is_empty() {
        return Err(StatsError::NoValues { statistic }.into());
    }
    Ok(())
}
