#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the number of simulations")]

use serde::Serialize;

use super::rank_envelope::{RankSide, rank_envelope};
use crate::error::StatsError;
use crate::model::named;

/// The envelope of a function of distance, from simulations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope {
    /// The number of simulations.
    pub simulations: usize,
    /// The level of the bands.
    pub level: f64,
    /// The lower end of the pointwise band at each distance.
    pub lower: Vec<Option<f64>>,
    /// The upper end of the pointwise band at each distance.
    pub upper: Vec<Option<f64>>,
    /// The lower end of the global band, which holds at all distances at once.
    pub global_lower: Vec<Option<f64>>,
    /// The upper end of the global band, which holds at all distances at once.
    pub global_upper: Vec<Option<f64>>,
    /// The p-value, (M + 1) / (R + 1): of the greatest deviation from the mean of the simulations, or by extreme rank lengths where the
    /// global band is made by them.
    pub p: Option<f64>,
}

named! {
    "global band";

    /// How simulations make a band that holds at all distances at once.
    #[derive(Default)]
    pub enum GlobalBand {
        /// A band of the same width at every distance: the mean of the simulations, plus and minus the greatest deviation from it that
        /// only a share `level` of the simulations exceeds.
        #[default]
        Deviation,
        /// The k-th highest simulated value at each distance, with the greatest k such that at most a share `level` of the simulations
        /// rises above it at any distance; likewise below. Each side has its own `level`.
        Rank,
        /// The global rank envelope, as wide at each distance as the simulations are there: the span of all but the share `level` of
        /// curves that are the most extreme by their ranks, to either side. The p-value says the same, see [`rank_envelope`].
        ExtremeRankLength,
    }
}

/// Checks the level of an envelope: it lies between 0 and 1, both excluded.
///
/// # Errors
///
/// Any other level.
pub fn check_level(level: f64) -> Result<(), StatsError> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    let (found, expected) = (level.to_string(), "a number between 0 and 1".to_owned());
    Err(StatsError::Option { statistic: "the point pattern", option: "the level", found, expected })
}

/// The envelope of simulated functions of distance: a pointwise band between the quantiles of level / 2 at each
/// distance, and a global band that holds at all distances at once.
///
/// # Undefined
///
/// At distances where what was found, or a simulation, is not defined; p and bands without simulations, and p where that is so at all
/// distances.
///
/// # References
///
/// G. Duranton, H. G. Overman, Testing for localization using micro-geographic data, Review of Economic Studies 72, 2005 (ranks);
/// A. Baddeley et al., On tests of spatial pattern based on simulation envelopes, Ecological Monographs 84, 2014 (deviations); M. Myllymäki et al., Global envelope tests for spatial processes, Journal of the Royal
/// Statistical Society B 79, 2017 (extreme rank lengths).
#[must_use]
pub fn envelope(found: &[Option<f64>], simulated: &[Vec<Option<f64>>], level: f64, global: GlobalBand) -> Envelope {
    let count = simulated.len();
    let places = found.len();
    let known: Vec<Option<Vec<f64>>> = (0..places)
        .map(|place| {
            let mut values = simulated.iter().map(|one| one[place]).collect::<Option<Vec<f64>>>()?;
            values.sort_by(f64::total_cmp);
            (!values.is_empty()).then_some(values)
        })
        .collect();
    let mean = |place: usize| known[place].as_ref().map(|values| values.iter().sum::<f64>() / count as f64);
    let means: Vec<Option<f64>> = (0..places).map(mean).collect();
    // So many of the lowest, and of the highest, lie outside.
    let outside = ((count + 1) as f64 * level / 2.0).floor() as usize;
    let rank = outside.max(1) - 1;
    let greatest = |values: &[Option<f64>]| -> f64 {
        let deviation = |place: usize| Some((values[place]? - means[place]?).abs());
        (0..places).filter_map(deviation).fold(0.0, f64::max)
    };
    let mut deviations: Vec<f64> = simulated.iter().map(|one| greatest(one)).collect();
    deviations.sort_by(|one, other| other.total_cmp(one));
    let own = greatest(found);
    let compared = (0..places).any(|place| found[place].is_some() && means[place].is_some());
    let as_great = deviations.iter().filter(|other| **other >= own * (1.0 - 1e-12)).count();
    let allowed = (((count + 1) as f64 * level).floor() as usize).max(1) - 1;
    let band = |sign: f64| -> Vec<Option<f64>> {
        means.iter().map(|mean| Some((*mean)? + sign * deviations.get(allowed)?)).collect()
    };
    let mut p = (count > 0 && compared).then(|| (as_great + 1) as f64 / (count + 1) as f64);
    let (global_lower, global_upper) = match global {
        GlobalBand::Deviation => (band(-1.0), band(1.0)),
        GlobalBand::Rank => {
            let turned = |list: &[Option<f64>]| list.iter().map(|value| value.map(|value| -value)).collect::<Vec<_>>();
            let below: Vec<Vec<Option<f64>>> = simulated.iter().map(|one| turned(one)).collect();
            (turned(&upper_by_rank(&below, places, level)), upper_by_rank(simulated, places, level))
        }
        GlobalBand::ExtremeRankLength => {
            let tested = rank_envelope(found, simulated, level, RankSide::Both);
            p = tested.p;
            (tested.lower, tested.upper)
        }
    };
    Envelope {
        simulations: count,
        level,
        lower: known.iter().map(|values| values.as_ref().and_then(|values| values.get(rank).copied())).collect(),
        upper: known
            .iter()
            .map(|values| values.as_ref().and_then(|values| values.get(count.checked_sub(1 + rank)?).copied()))
            .collect(),
        global_lower,
        global_upper,
        p,
    }
}

/// At each place the k-th highest value, with the greatest k that at most a share `level` of the simulations passes anywhere.
fn upper_by_rank(simulated: &[Vec<Option<f64>>], places: usize, level: f64) -> Vec<Option<f64>> {
    let falling: Vec<Option<Vec<f64>>> = (0..places)
        .map(|place| {
            let mut values = simulated.iter().map(|one| one[place]).collect::<Option<Vec<f64>>>()?;
            values.sort_by(|one, other| other.total_cmp(one));
            (!values.is_empty()).then_some(values)
        })
        .collect();
    // The most extreme rank of each simulation: the last position that its value has at any distance.
    let mut highest: Vec<usize> = simulated
        .iter()
        .map(|one| {
            let position = |(value, falling): (&Option<f64>, &Option<Vec<f64>>)| {
                let value = (*value)?;
                Some(falling.as_ref()?.partition_point(|other| *other >= value).saturating_sub(1))
            };
            one.iter().zip(&falling).filter_map(position).min().unwrap_or(usize::MAX)
        })
        .collect();
    highest.sort_unstable();
    // Below position k - 1 there may be as many simulations as the level allows.
    let allowed = (simulated.len() as f64 * level).floor() as usize;
    let position = highest.get(allowed).copied().unwrap_or(0).min(simulated.len().saturating_sub(1));
    falling.into_iter().map(|values| values.and_then(|values| values.get(position).copied())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_by_ranks_is_passed_by_no_more_than_the_level() {
        // Twenty simulations at three places; the i-th is highest at place i % 3, and low elsewhere.
        let simulated: Vec<Vec<Option<f64>>> = (0..20)
            .map(|one| {
                (0..3)
                    .map(|place| Some(if one % 3 == place { 100.0 + f64::from(one) } else { f64::from(one) }))
                    .collect()
            })
            .collect();
        let found = vec![Some(0.0); 3];
        let passing = |level: f64| {
            let upper = envelope(&found, &simulated, level, GlobalBand::Rank).global_upper;
            let passes = |one: &&Vec<Option<f64>>| one.iter().zip(&upper).any(|(value, upper)| value > upper);
            simulated.iter().filter(passes).count()
        };
        assert_eq!(passing(0.04), 0);
        // The next band down is passed by three simulations at once, one at each place.
        assert_eq!(passing(0.10), 0);
        assert_eq!(passing(0.15), 3);
        assert_eq!(passing(0.30), 6);
    }
}
