#![expect(clippy::cast_possible_truncation, reason = "units times periods, of which there are fewer than 2³²")]

use serde::Serialize;

use super::mann_kendall::{MannKendall, mann_kendall};
use super::refuse_periods;
use crate::error::{Result, StatsError};
use crate::model::{Weights, named, with_fields};
use crate::stats::{Adjustment, ConfidenceBin, Inference, gi_star};

named! {
    "pattern";

    /// How hot and cold spots of a unit came and went over the periods.
    pub enum HotSpotPattern {
        /// Hot in the last period and never before.
        NewHotSpot,
        /// Hot without a break in the last periods, two or more, never before, and in fewer than 90 % of all.
        ConsecutiveHotSpot,
        /// Hot in 90 % of the periods, the last among them, and rising.
        IntensifyingHotSpot,
        /// Hot in 90 % of the periods, the last among them, without a trend.
        PersistentHotSpot,
        /// Hot in 90 % of the periods, the last among them, and falling.
        DiminishingHotSpot,
        /// Hot in the last period and now and then before, never cold, and hot in fewer than 90 % of all.
        SporadicHotSpot,
        /// Hot in the last period, cold in one before, and hot in fewer than 90 % of all.
        OscillatingHotSpot,
        /// Hot in 90 % of the periods and not in the last.
        HistoricalHotSpot,
        /// Cold in the last period and never before.
        NewColdSpot,
        /// Cold without a break in the last periods, two or more, never before, and in fewer than 90 % of all.
        ConsecutiveColdSpot,
        /// Cold in 90 % of the periods, the last among them, and falling further.
        IntensifyingColdSpot,
        /// Cold in 90 % of the periods, the last among them, without a trend.
        PersistentColdSpot,
        /// Cold in 90 % of the periods, the last among them, and rising.
        DiminishingColdSpot,
        /// Cold in the last period and now and then before, never hot, and cold in fewer than 90 % of all.
        SporadicColdSpot,
        /// Cold in the last period, hot in one before, and cold in fewer than 90 % of all.
        OscillatingColdSpot,
        /// Cold in 90 % of the periods and not in the last.
        HistoricalColdSpot,
        /// None of these.
        NoPattern,
    }
}

/// Options of [`emerging_hot_spots`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct EmergingOptions {
    /// How many earlier periods of the neighbours count beside the same period; 1 by default.
    pub periods_back: usize,
    /// How the p-values of all units and periods are adjusted for their number; the false discovery rate by default.
    pub adjustment: Adjustment,
    /// A unit is hot or cold in a period where its adjusted p-value is at most this; 0.05 by default.
    pub level: f64,
    /// A trend is one where its p-value is at most this; 0.05 by default.
    pub trend_level: f64,
}

impl Default for EmergingOptions {
    fn default() -> Self {
        Self { periods_back: 1, adjustment: Adjustment::default(), level: 0.05, trend_level: 0.05 }
    }
}

with_fields! {
    EmergingOptions {
        with_periods_back(periods_back: usize);
        with_adjustment(adjustment: Adjustment);
        with_level(level: f64);
        with_trend_level(trend_level: f64);
    }
}

/// How hot and cold spots came and went. Lists hold a value for each unit, in the order of the weights; those of periods hold a
/// list for each period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmergingHotSpots {
    /// The pattern of each unit; none where Gi* is none in every period.
    pub pattern: Vec<Option<HotSpotPattern>>,
    /// The number of periods in which each unit is hot.
    pub hot_periods: Vec<usize>,
    /// The number of periods in which each unit is cold.
    pub cold_periods: Vec<usize>,
    /// The trend of Gi* of each unit; none where a period has none.
    #[serde(skip)]
    pub trend: Vec<Option<MannKendall>>,
    /// z of Gi* in each period.
    pub z: Vec<Vec<Option<f64>>>,
    /// The two-sided p-value of z by the normal distribution, adjusted for the number of units and periods.
    pub p_adjusted: Vec<Vec<Option<f64>>>,
    /// The confidence with which each unit is hot or cold in each period.
    pub bin: Vec<Vec<Option<ConfidenceBin>>>,
}

/// Emerging hot spots: Gi* of every unit in every period of a cube of space and time, and how it came and went.
///
/// The neighbours of a unit in a period are the unit and its neighbours in the same period and in `periods_back` periods
/// before it, as far as there are any. Gi* ([`gi_star`]) compares them with all units in all periods. The trend of a unit is that of its z
/// by Mann and Kendall ([`mann_kendall`]).
///
/// The patterns are those of the tool of ArcGIS of this name. It differs in three ways: its trend test uses no correction for
/// continuity, its neighbours are chosen by distance, and it asks for ten periods at least, since 90 % of fewer are all of them.
///
/// # Units
///
/// A list of values for each period, in the order of the weights and of time, each period as long as the others. Weights are
/// usually binary; a unit weighs as much as one of its neighbours, 1.
///
/// # Undefined
///
/// z where all values of all periods are equal; a unit without neighbours has itself alone.
///
/// # Errors
///
/// Fewer than three periods; values that are not one finite number for each unit and period; a level that is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Adjustment, EmergingOptions, HotSpotPattern, emerging_hot_spots};
///
/// // Twenty units in a line; in the last of four quarters the first three rise.
/// let ids = (0..20).map(|unit| unit.to_string()).collect();
/// let beside = |unit: u32| [unit.checked_sub(1), Some(unit + 1).filter(|next| *next < 20)];
/// let rows = (0..20).map(|unit| beside(unit).into_iter().flatten().map(|other| (other, 1.0)).collect()).collect();
/// let weights = Weights::new(ids, rows)?;
/// let calm: Vec<f64> = (0..20).map(|unit| f64::from(unit % 3)).collect();
/// let risen = calm.iter().enumerate().map(|(unit, value)| if unit < 3 { 20.0 } else { *value }).collect();
/// let found = emerging_hot_spots(&[calm.clone(), calm.clone(), calm, risen], &weights, EmergingOptions::default())?;
/// assert_eq!(found.pattern[1], Some(HotSpotPattern::NewHotSpot));
/// assert_eq!(found.pattern[10], Some(HotSpotPattern::NoPattern));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J. K. Ord, A. Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27; Esri (2024), How Emerging Hot
/// Spot Analysis works, ArcGIS Pro documentation.
pub fn emerging_hot_spots(
    periods: &[Vec<f64>],
    weights: &Weights,
    options: EmergingOptions,
) -> Result<EmergingHotSpots> {
    const STATISTIC: &str = "emerging hot spots";
    refuse_periods(STATISTIC, periods, weights, 3)?;
    for (option, found) in [("the level", options.level), ("the level of the trend", options.trend_level)] {
        if !(found > 0.0 && found < 1.0) {
            let (found, expected) = (found.to_string(), "a number between 0 and 1".to_owned());
            return Err(StatsError::Option { statistic: STATISTIC, option, found, expected }.into());
        }
    }
    let units = weights.len();
    let cube = in_space_and_time(weights, periods.len(), options.periods_back)?;
    // A test by z alone: permutations would put the values of one time in the place of another.
    let inference = Inference::default().with_adjustment(options.adjustment).with_level(options.level);
    let found = gi_star(&periods.concat(), &cube, inference)?;
    let by_period = |values: &[Option<f64>]| values.chunks(units).map(<[_]>::to_vec).collect::<Vec<_>>();
    let (z, p_adjusted) = (by_period(&found.z), by_period(&found.chance.p_adjusted));
    let bin: Vec<Vec<Option<ConfidenceBin>>> = found.bin.chunks(units).map(<[_]>::to_vec).collect();
    let (mut pattern, mut trends) = (Vec::with_capacity(units), Vec::with_capacity(units));
    let (mut hot_periods, mut cold_periods) = (Vec::with_capacity(units), Vec::with_capacity(units));
    for unit in 0..units {
        let scores: Option<Vec<f64>> = z.iter().map(|period| period[unit]).collect();
        let trend = scores.and_then(|scores| mann_kendall(&scores));
        let heat: Vec<Heat> =
            (0..periods.len()).map(|period| heat(z[period][unit], p_adjusted[period][unit], options.level)).collect();
        let count = |wanted: Heat| heat.iter().filter(|heat| **heat == wanted).count();
        hot_periods.push(count(Heat::Hot));
        cold_periods.push(count(Heat::Cold));
        let is_known = z.iter().any(|period| period[unit].is_some());
        pattern.push(is_known.then(|| pattern_of(&heat, direction(trend, options.trend_level))));
        trends.push(trend);
    }
    Ok(EmergingHotSpots { pattern, hot_periods, cold_periods, trend: trends, z, p_adjusted, bin })
}

/// The neighbours of units in periods, numbered period by period: themselves and their neighbours, then and before.
fn in_space_and_time(weights: &Weights, periods: usize, back: usize) -> Result<Weights> {
    let units = weights.len();
    let mut ids = Vec::with_capacity(units * periods);
    let mut rows = Vec::with_capacity(units * periods);
    for period in 0..periods {
        for unit in 0..units {
            ids.push(format!("{}/{}", period + 1, weights.ids()[unit]));
            let mut row: Vec<(u32, f64)> = Vec::new();
            for then in period.saturating_sub(back)..=period {
                let at = |other: usize| (then * units + other) as u32;
                row.push((at(unit), 1.0));
                let others = weights.neighbours(unit).filter(|(other, _)| *other != unit);
                row.extend(others.map(|(other, weight)| (at(other), weight)));
            }
            rows.push(row);
        }
    }
    Weights::new(ids, rows)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heat {
    Hot,
    Cold,
    Neither,
}

fn heat(z: Option<f64>, p: Option<f64>, level: f64) -> Heat {
    match (z, p) {
        (Some(z), Some(p)) if p <= level && z > 0.0 => Heat::Hot,
        (Some(z), Some(p)) if p <= level && z < 0.0 => Heat::Cold,
        _ => Heat::Neither,
    }
}

/// 1 of a trend upward, −1 downward, 0 of none.
fn direction(trend: Option<MannKendall>, level: f64) -> i64 {
    trend.filter(|trend| trend.p.is_some_and(|p| p <= level)).map_or(0, |trend| trend.s.signum())
}

fn pattern_of(heat: &[Heat], direction: i64) -> HotSpotPattern {
    use HotSpotPattern as Pattern;
    for (own, other, rising, patterns) in [
        (
            Heat::Hot,
            Heat::Cold,
            1,
            [
                Pattern::NewHotSpot,
                Pattern::ConsecutiveHotSpot,
                Pattern::IntensifyingHotSpot,
                Pattern::PersistentHotSpot,
                Pattern::DiminishingHotSpot,
                Pattern::SporadicHotSpot,
                Pattern::OscillatingHotSpot,
                Pattern::HistoricalHotSpot,
            ],
        ),
        (
            Heat::Cold,
            Heat::Hot,
            -1,
            [
                Pattern::NewColdSpot,
                Pattern::ConsecutiveColdSpot,
                Pattern::IntensifyingColdSpot,
                Pattern::PersistentColdSpot,
                Pattern::DiminishingColdSpot,
                Pattern::SporadicColdSpot,
                Pattern::OscillatingColdSpot,
                Pattern::HistoricalColdSpot,
            ],
        ),
    ] {
        let [new, consecutive, intensifying, persistent, diminishing, sporadic, oscillating, historical] = patterns;
        let count = heat.iter().filter(|heat| **heat == own).count();
        let is_most = count * 10 >= heat.len() * 9;
        let run = heat.iter().rev().take_while(|heat| **heat == own).count();
        if run == 0 {
            if is_most && count > 0 {
                return historical;
            }
            continue;
        }
        return match (count, run) {
            _ if is_most && direction == rising => intensifying,
            _ if is_most && direction == -rising => diminishing,
            _ if is_most => persistent,
            (1, 1) => new,
            (count, run) if count == run => consecutive,
            _ if heat.contains(&other) => oscillating,
            _ => sporadic,
        };
    }
    Pattern::NoPattern
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H, C and - of the periods, the direction of the trend, and the pattern.
    #[test]
    fn each_history_has_its_pattern() {
        use HotSpotPattern::*;
        for (history, direction, pattern) in [
            ("---------H", 0, NewHotSpot),
            ("C--------H", 0, NewHotSpot),
            ("-------HHH", 0, ConsecutiveHotSpot),
            ("-HHHHHHHHH", 1, IntensifyingHotSpot),
            ("HHHHHHHHHH", 0, PersistentHotSpot),
            ("HHHH-HHHHH", -1, DiminishingHotSpot),
            ("-HH--H---H", 0, SporadicHotSpot),
            ("-HHC-H---H", 0, OscillatingHotSpot),
            ("HHHHHHHHH-", 0, HistoricalHotSpot),
            ("HHHHHHHHHC", 0, HistoricalHotSpot),
            ("HHHHHHHH--", 0, NoPattern),
            ("---------C", 0, NewColdSpot),
            ("CCCCCCCCCC", -1, IntensifyingColdSpot),
            ("CCCCCCCCCC", 1, DiminishingColdSpot),
            ("H--------C", 0, NewColdSpot),
            ("CH-------C", 0, OscillatingColdSpot),
            ("----------", 1, NoPattern),
        ] {
            let heat: Vec<Heat> = (history.chars())
                .map(|letter| match letter {
                    'H' => Heat::Hot,
                    'C' => Heat::Cold,
                    _ => Heat::Neither,
                })
                .collect();
            assert_eq!(pattern_of(&heat, direction), pattern, "{history}");
        }
    }
}
