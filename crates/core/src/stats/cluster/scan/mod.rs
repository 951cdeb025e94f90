//! Kulldorff's spatial scan statistic.
//!
//! | file | holds |
//! | --- | --- |
//! | `zones` | circles and ellipses that grow about each place |
//! | `ratio` | the likelihood ratio of a zone |
//! | `random` | maps with the cases thrown at random |
//! | `greatest` | the greatest ratio of each random map |

#![expect(clippy::cast_possible_truncation, reason = "all cases together are at most 2²⁶, which is checked")]

mod greatest;
mod random;
mod ratio;
mod zones;

use rayon::prelude::*;
use serde::Serialize;

use self::greatest::greatest;
use self::ratio::Ratio;
use self::zones::{Ellipse, Growing, Zones, ellipses};

use super::places::Places;
use crate::error::{Result, StatsError};
use crate::model::{named, with_fields};

named! {
    "scan model";

    /// The model of the cases in Kulldorff's scan statistic.
    pub enum ScanModel {
        /// Poisson: cases in a population, where each person has the same risk; the logarithm of the ratio is
        /// c ln(c / E) + (C − c) ln((C − c) / (C − E)).
        Poisson,
        /// Bernoulli: cases and controls; the population counts both.
        Bernoulli,
    }
}

named! {
    "kind of rates";

    /// Which clusters the scan statistic looks for.
    #[derive(Default)]
    pub enum ScanRates {
        /// Clusters with more cases than expected.
        #[default]
        High,
        /// Clusters with fewer cases than expected.
        Low,
        /// Clusters with more or with fewer cases than expected.
        Both,
    }
}

/// The shapes of the zones that the scan statistic tries.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ScanShape {
    /// Circles about each place.
    #[default]
    Circle,
    /// Circles and ellipses about each place of a plane, with axes 1.5, 2, 3, 4 and 5 to 1 in 4, 6, 9, 12 and 15 directions.
    Ellipse {
        /// a: the likelihood ratio's logarithm is multiplied by (4 s / (s + 1)²)ᵃ for axes s to 1; 0 for no penalty, ½ for
        /// SaTScan's medium, 1 for its strong one.
        compactness: f64,
    },
}

/// Options of [`scan`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ScanOptions {
    /// The model of the cases; Poisson by default.
    pub model: ScanModel,
    /// Whether clusters of high rates, low rates or both are looked for; high by default.
    pub rates: ScanRates,
    /// The shapes of the zones; circles by default.
    pub shape: ScanShape,
    /// The greatest share of the total population that a zone may contain; 0.5 by default.
    pub greatest_share: f64,
    /// The greatest radius of a circle or semi-minor axis of an ellipse, in metres; unlimited by default.
    pub greatest_radius_m: f64,
    /// The smallest number of cases of a cluster of high rates; 2 by default.
    pub fewest_cases: u64,
    /// The number of random maps for the p-values; 999 by default.
    pub simulations: u64,
    /// The seed of the random maps. It gives the same maps on any number of threads.
    pub seed: u64,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            model: ScanModel::Poisson,
            rates: ScanRates::High,
            shape: ScanShape::Circle,
            greatest_share: 0.5,
            greatest_radius_m: f64::INFINITY,
            fewest_cases: 2,
            simulations: 999,
            seed: 0,
        }
    }
}

with_fields! {
    ScanOptions {
        with_model(model: ScanModel);
        with_rates(rates: ScanRates);
        with_shape(shape: ScanShape);
        with_greatest_share(greatest_share: f64);
        with_greatest_radius_m(greatest_radius_m: f64);
        with_fewest_cases(fewest_cases: u64);
        with_simulations(simulations: u64);
        with_seed(seed: u64);
    }
}

/// A zone whose cases differ from the expected number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScanCluster {
    /// The position of the place at the centre.
    pub centre: usize,
    /// The distance from the centre to the farthest place of the zone, in metres.
    pub radius_m: f64,
    /// The positions of the places in the zone, nearest to the centre first.
    pub members: Vec<u32>,
    /// The population of the zone.
    pub population: f64,
    /// The cases in the zone.
    pub cases: u64,
    /// The cases expected at the overall rate.
    pub expected: f64,
    /// The ratio of observed to expected cases.
    pub observed_over_expected: f64,
    /// The rate inside divided by the rate outside; none if there are no cases outside.
    pub relative_risk: Option<f64>,
    /// The logarithm of the likelihood ratio.
    pub log_likelihood_ratio: f64,
    /// The p-value, (M + 1) / (R + 1), by the greatest ratios of the random maps; none without simulations.
    pub p: Option<f64>,
    /// The shape of the zone, if ellipses are tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ellipse: Option<ScanEllipse>,
}

/// The shape of an elliptic zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScanEllipse {
    /// The ratio of the longer to the shorter axis; 1 for a circle.
    pub axis_ratio: f64,
    /// The angle from east to the longer axis in degrees, counter-clockwise, above −90 to 90; 0 for a circle.
    pub angle_deg: f64,
    /// The semi-minor axis, in metres.
    pub semiminor_m: f64,
    /// The semi-major axis, in metres.
    pub semimajor_m: f64,
    /// The logarithm of the likelihood ratio with the penalty for elongated zones. Clusters are ranked and tested by
    /// it.
    pub statistic: f64,
}

/// Kulldorff's spatial scan statistic: finds the circular or elliptic zones whose cases are least explained by
/// chance.
///
/// The best zone of each centre is kept. These are ranked by their likelihood ratio, and those that overlap a better
/// one are dropped, as in SaTScan. The p-value compares each zone with the best zone of each random map, on which the
/// cases are distributed at random over the population; so it accounts for all zones at once. Places at the same
/// distance from a centre enter its zone together. Time grows with the square of the number of places, memory does
/// not.
///
/// # Units
///
/// Metres.
///
/// # Undefined
///
/// No cluster where there are no cases, or nothing but cases.
///
/// # Errors
///
/// Lists that are not one number for each place; cases that are not whole and 0 or more; a population that is negative, not
/// finite, or for Bernoulli not whole or below the cases; options out of their range; ellipses on the sphere.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Places, ScanOptions, scan};
///
/// let places = Places::planar(&[[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [10.0, 0.0], [20.0, 0.0]])?;
/// let found = scan(&places, &[9, 8, 1, 1, 1], &[100.0; 5], &ScanOptions::default())?;
/// assert_eq!((found[0].members.as_slice(), found[0].cases), (&[0, 1][..], 17));
/// assert!(found[0].p.unwrap() < 0.01);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// M. Kulldorff, A spatial scan statistic, Communications in Statistics 26, 1997; M. Kulldorff, L. Huang, L. Pickle,
/// L. Duczmal, An elliptic spatial scan statistic, Statistics in Medicine 25, 2006.
pub fn scan(places: &Places, cases: &[u64], population: &[f64], options: &ScanOptions) -> Result<Vec<ScanCluster>> {
    scan_telling(places, cases, population, options, &mut |_, _| {})
}

/// [`scan`], which tells how far it is: how many of the places have been looked at in how many of the random maps, and how many that are
/// in all.
///
/// # Errors
///
/// Those of [`scan`].
pub fn scan_telling(
    places: &Places,
    cases: &[u64],
    population: &[f64],
    options: &ScanOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<ScanCluster>> {
    refuse(places, cases, population, options)?;
    let all_cases: u64 = cases.iter().sum();
    let all: f64 = population.iter().sum();
    let ends_there = match options.model {
        ScanModel::Poisson => all <= 0.0,
        ScanModel::Bernoulli => all <= all_cases as f64,
    };
    if all_cases == 0 || ends_there {
        return Ok(Vec::new());
    }
    let zones = Zones::new(places, population, all, options);
    let ellipses = ellipses(options.shape);
    let ratio = Ratio::new(all_cases, all, options);
    let kept = kept(&zones, &ellipses, cases, &ratio);
    let greatest = greatest(&zones, &ellipses, all_cases, &ratio, options, progress);
    let of_zone = |(zone, members): (Zone, Vec<u32>)| {
        let own: u64 = members.iter().map(|member| cases[*member as usize]).sum();
        let people: f64 = members.iter().map(|member| population[*member as usize]).sum();
        let expected = all_cases as f64 * people / all;
        let (inside, outside) = (own as f64 / expected, (all_cases - own) as f64 / (all_cases as f64 - expected));
        let as_great = greatest.iter().filter(|other| **other >= zone.statistic * (1.0 - 1e-12)).count();
        let ellipse = |_| ScanEllipse {
            axis_ratio: zone.ellipse.axis_ratio,
            angle_deg: zone.ellipse.angle_deg,
            semiminor_m: zone.reach_m,
            semimajor_m: zone.reach_m * zone.ellipse.axis_ratio,
            statistic: zone.statistic,
        };
        let farthest_m = members.iter().map(|member| places.distance_m(zone.centre, *member as usize));
        ScanCluster {
            centre: zone.centre,
            radius_m: farthest_m.fold(0.0, f64::max),
            members,
            population: people,
            cases: own,
            expected,
            observed_over_expected: inside,
            relative_risk: (outside > 0.0).then(|| inside / outside),
            log_likelihood_ratio: zone.ratio,
            p: (options.simulations > 0).then(|| (as_great + 1) as f64 / (options.simulations + 1) as f64),
            ellipse: (options.shape != ScanShape::Circle).then_some(()).map(ellipse),
        }
    };
    Ok(kept.into_iter().map(of_zone).collect())
}

/// A zone about a place.
#[derive(Clone, Copy)]
struct Zone {
    centre: usize,
    ellipse: Ellipse,
    reach_m: f64,
    ratio: f64,
    /// The ratio with its penalty.
    statistic: f64,
}

/// The best zone of each centre, the best of them first, without those that overlap a better one; with their places.
fn kept(zones: &Zones<'_>, ellipses: &[Ellipse], cases: &[u64], ratio: &Ratio) -> Vec<(Zone, Vec<u32>)> {
    let best_of = |growing: &mut Growing, centre: usize| {
        let mut best: Option<Zone> = None;
        for ellipse in ellipses {
            zones.grow(centre, ellipse, growing);
            let mut own = 0;
            for (place, (member, population)) in growing.members.iter().enumerate() {
                own += cases[*member as usize] as u32;
                let Some(population) = population else { continue };
                let found = ratio.of_population(*population).of_cases(own);
                let statistic = found * ellipse.penalty;
                if statistic > best.map_or(0.0, |best| best.statistic) {
                    let reach_m = growing.reach_m(place + 1);
                    best = Some(Zone { centre, ellipse: *ellipse, reach_m, ratio: found, statistic });
                }
            }
        }
        best
    };
    let count = zones.places.len();
    let mut best: Vec<Zone> = (0..count).into_par_iter().map_init(Growing::default, best_of).flatten().collect();
    best.sort_by(|one, other| other.statistic.total_cmp(&one.statistic).then(one.centre.cmp(&other.centre)));
    let (mut taken, mut kept) = (Vec::new(), Vec::new());
    let mut growing = Growing::default();
    for zone in best {
        let holds = |place: &u32| zones.reach_m(zone.centre, *place as usize, &zone.ellipse) <= zone.reach_m;
        if taken.iter().any(holds) {
            continue;
        }
        zones.grow(zone.centre, &zone.ellipse, &mut growing);
        let members: Vec<u32> = growing.members.iter().map(|(member, _)| *member).take_while(holds).collect();
        taken.extend_from_slice(&members);
        kept.push((zone, members));
    }
    kept
}

fn refuse(places: &Places, cases: &[u64], population: &[f64], options: &ScanOptions) -> Result<(), StatsError> {
    const STATISTIC: &str = "the spatial scan";
    // Sums of whole numbers beyond are no longer exact, and n ln n is kept of every number of cases.
    const MOST_CASES: u64 = 1 << 26;
    for (what, found) in [("the list of cases", cases.len()), ("the population", population.len())] {
        if found != places.len() {
            let (found, expected) = (format!("{found} numbers"), format!("{}, one for each place", places.len()));
            return Err(StatsError::Shape { statistic: STATISTIC, what, found, expected });
        }
    }
    let mut all_cases = 0_u64;
    for (place, (cases, people)) in cases.iter().zip(population).enumerate() {
        let refused = |found: f64, expected: &'static str| {
            Err(StatsError::Value { statistic: STATISTIC, place: format!("place {}", place + 1), found, expected })
        };
        all_cases = all_cases.saturating_add(*cases);
        if all_cases > MOST_CASES {
            return refused(*cases as f64, "at most 2²⁶ cases together");
        }
        if !(people.is_finite() && *people >= 0.0) {
            return refused(*people, "a population of 0 or more");
        }
        let of_both = options.model == ScanModel::Bernoulli;
        if of_both && (people.fract() != 0.0 || *people < *cases as f64 || *people > MOST_CASES as f64) {
            return refused(*people, "whole numbers of cases and controls, at most 2²⁶");
        }
        if *people == 0.0 && *cases > 0 {
            return refused(*cases as f64, "no cases where there is no population");
        }
    }
    if let ScanShape::Ellipse { compactness } = options.shape {
        let refused = |option: &'static str, found: String, expected: &str| {
            Err(StatsError::Option { statistic: STATISTIC, option, found, expected: expected.to_owned() })
        };
        if places.dimensions() != 2 {
            return refused("the shape", "an ellipse of the sphere".to_owned(), "places of a metre grid, or circles");
        }
        if !(compactness.is_finite() && compactness >= 0.0) {
            return refused("the penalty", compactness.to_string(), "0 or more");
        }
    }
    let share = options.greatest_share;
    let wrong = [
        ("the greatest share", share, share > 0.0 && share <= 1.0, "a number above 0, at most 1"),
        ("the greatest radius", options.greatest_radius_m, options.greatest_radius_m >= 0.0, "0 m or more"),
    ];
    match wrong.into_iter().find(|(_, _, is_right, _)| !is_right) {
        Some((option, found, _, expected)) => {
            let (found, expected) = (found.to_string(), expected.to_owned());
            Err(StatsError::Option { statistic: STATISTIC, option, found, expected })
        }
        None => Ok(()),
    }
}
