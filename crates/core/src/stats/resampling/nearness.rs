#![expect(clippy::cast_possible_truncation, reason = "firms and radii are fewer than 2³², which is checked")]

use rayon::prelude::*;

use super::changes::{Change, ChangeOptions, changes};
use super::{multiplicities, percentile_interval, refuse_bootstrap, refuse_numbers};
use crate::error::{Result, StatsError};
use crate::stats::concentration::Bootstrap;
use crate::stats::point_pattern::{Cells, refuse_points, refuse_radii};

const STATISTIC: &str = "M";

/// The most pairs of firms within the greatest distance that are held.
const MOST_PAIRS: usize = 1 << 28;

/// A firm at a date, in a plane in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedFirm {
    /// Where it stands.
    pub at: [f64; 2],
    /// Its weight; 1 where firms are counted.
    pub weight: f64,
    /// Whether it is looked from.
    pub is_reference: bool,
    /// Whether it is looked for.
    pub is_neighbour: bool,
}

/// What stands within the distances of each firm that is looked from.
struct Nearness<'a> {
    /// The firms, and the number of that which each of them is: a firm of two dates may stand at two places.
    places: &'a [PlacedFirm],
    owners: &'a [usize],
    /// The firm looked from, and those about it with the place of the least radius that reaches them.
    around: Vec<(usize, Vec<(u32, u32)>)>,
    radii: usize,
}

impl<'a> Nearness<'a> {
    fn new(places: &'a [PlacedFirm], owners: &'a [usize], radii_m: &[f64]) -> Result<Self> {
        let at: Vec<[f64; 2]> = places.iter().map(|place| place.at).collect();
        refuse_radii(STATISTIC, radii_m)?;
        refuse_points(STATISTIC, &at)?;
        if let Some(firm) = places.iter().position(|place| !(place.weight.is_finite() && place.weight >= 0.0)) {
            let (place, found) = (format!("firm {}", owners[firm] + 1), places[firm].weight);
            return Err(
                StatsError::Value { statistic: STATISTIC, place, found, expected: "a weight of 0 or more" }.into()
            );
        }
        if places.iter().all(|place| !place.is_reference) {
            return Err(StatsError::NoValues { statistic: STATISTIC }.into());
        }
        let farthest = radii_m.last().copied().unwrap_or_default();
        let cells = Cells::new(&at, farthest);
        let around = |from: usize| {
            let near = cells
                .around(at[from])
                .filter(|(other, distance_m)| owners[*other] != owners[from] && *distance_m <= farthest);
            let place = |distance_m: f64| radii_m.partition_point(|radius| *radius < distance_m) as u32;
            (from, near.map(|(other, distance_m)| (other as u32, place(distance_m))).collect())
        };
        let around: Vec<(usize, Vec<(u32, u32)>)> =
            (0..places.len()).into_par_iter().filter(|from| places[*from].is_reference).map(around).collect();
        let pairs: usize = around.iter().map(|(_, near)| near.len()).sum();
        if pairs > MOST_PAIRS || places.len() > u32::MAX as usize {
            let expected = format!("at most {MOST_PAIRS}: a lesser greatest distance");
            let (option, found) = ("the pairs of firms within the greatest distance", pairs.to_string());
            return Err(StatsError::Option { statistic: STATISTIC, option, found, expected }.into());
        }
        Ok(Self { places, owners, around, radii: radii_m.len() })
    }

    /// M at each distance, with the firm of each place there so many times; not a number where undefined.
    fn m(&self, times: &[u32]) -> Vec<f64> {
        let weight = |place: usize| self.places[place].weight * f64::from(times[place]);
        let own = |place: usize| if self.places[place].is_neighbour { weight(place) } else { 0.0 };
        let weights: Vec<f64> = (0..times.len()).map(weight).collect();
        let all: f64 = weights.iter().sum();
        let of_neighbours: f64 = (0..times.len()).map(own).sum();
        let mut sums = vec![(0.0, 0.0); self.radii];
        let mut near = vec![(0.0, 0.0); self.radii];
        for (from, around) in self.around.iter().filter(|(from, _)| times[*from] > 0) {
            near.fill((0.0, 0.0));
            for (other, radius) in around {
                let sum = &mut near[*radius as usize];
                sum.1 += weights[*other as usize];
                sum.0 += if self.places[*other as usize].is_neighbour { weights[*other as usize] } else { 0.0 };
            }
            let often = f64::from(times[*from]);
            let global = (of_neighbours - own(*from)) / (all - weights[*from]);
            let mut within = (0.0, 0.0);
            for (sum, near) in sums.iter_mut().zip(&near) {
                within = (within.0 + near.0, within.1 + near.1);
                if within.1 > 0.0 {
                    *sum = (sum.0 + often * within.0 / within.1, sum.1 + often * global);
                }
            }
        }
        sums.into_iter().map(|(local, global)| local / global).collect()
    }

    /// How often the firm of each place is there, from how often each firm is.
    fn times(&self, of_owners: &[u32]) -> Vec<u32> {
        self.owners.iter().map(|owner| of_owners[*owner]).collect()
    }
}

/// The percentile interval of Marcon and Puech's M at each distance: each replication draws as many firms of the whole register as there
/// are, with replacement.
///
/// A firm that is drawn several times is one firm of so many times its weight: as several it would stand at no distance from itself.
/// The interval says what M would be with other firms of the same kind; whether firms of a sector stand nearer together than all
/// firms, simulated labels say. It is wider than it needs to be: of a hundred simulated intervals of 95 %, 98 to 100 held the true M.
///
/// # Units
///
/// Metres.
///
/// # Undefined
///
/// None at a distance where M is none. Draws in which it is none do not count.
///
/// # Errors
///
/// Radii that are not above 0 and ascending; places and weights that are not finite, negative weights; no firm that is looked from; no
/// replication, a confidence that is not between 0 and 1; more than 2²⁸ pairs within the greatest distance.
///
/// # Examples
///
/// Two firms of one sector beside each other, and nothing else near: M is 3.
///
/// ```
/// use jiju_core::stats::{Bootstrap, PlacedFirm, bootstrapped_marcon_puech};
/// let firm = |x, is_dyer| PlacedFirm { at: [x, 0.0], weight: 1.0, is_reference: is_dyer, is_neighbour: is_dyer };
/// let firms = [firm(0.0, true), firm(1.0, true), firm(50.0, false), firm(51.0, false)];
/// let found = bootstrapped_marcon_puech(&firms, &[5.0], &Bootstrap::default())?;
/// assert!(found[0].is_some_and(|(lower, upper)| lower <= 3.0 && upper >= 3.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993; E. Marcon, F. Puech, Measures of the geographic concentration of
/// industries: improving distance-based methods, Journal of Economic Geography 10, 2010.
pub fn bootstrapped_marcon_puech(
    firms: &[PlacedFirm],
    radii_m: &[f64],
    bootstrap: &Bootstrap,
) -> Result<Vec<Option<(f64, f64)>>> {
    refuse_bootstrap(STATISTIC, bootstrap)?;
    refuse_numbers(STATISTIC, radii_m.len(), bootstrap.replications)?;
    let owners: Vec<usize> = (0..firms.len()).collect();
    let nearness = Nearness::new(firms, &owners, radii_m)?;
    let observed = nearness.m(&vec![1; firms.len()]);
    let draws: Vec<Vec<f64>> = (0..bootstrap.replications as u64)
        .into_par_iter()
        .map(|number| nearness.m(&multiplicities(firms.len(), bootstrap.seed, number)))
        .collect();
    Ok((0..radii_m.len())
        .map(|place| {
            let known: Vec<f64> = draws.iter().map(|draw| draw[place]).filter(|one| one.is_finite()).collect();
            percentile_interval(&known, bootstrap.confidence).filter(|_| observed[place].is_finite())
        })
        .collect())
}

/// The change of Marcon and Puech's M at each distance between two dates, of firms that are the same at both; how it is tested, see
/// [`quotient_changes`](crate::stats::quotient_changes). p is adjusted for the number of distances.
///
/// # Units
///
/// Metres.
///
/// # Undefined
///
/// None at a distance where M of either date is; draws and permutations in which it is do not count.
///
/// # Errors
///
/// Those of [`bootstrapped_marcon_puech`]; a date without a firm that is looked from has no M.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{ChangeOptions, PlacedFirm, marcon_puech_changes};
/// let firm = |x, is_dyer| Some(PlacedFirm { at: [x, 0.0], weight: 1.0, is_reference: is_dyer, is_neighbour: is_dyer });
/// let firms = [(0.0, true), (1.0, true), (50.0, false), (51.0, false)].map(|(x, is_dyer)| [firm(x, is_dyer); 2]);
/// let found = marcon_puech_changes(&firms, &[5.0], &ChangeOptions::default())?;
/// assert_eq!((found[0].difference, found[0].p), (Some(0.0), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// See [`bootstrapped_marcon_puech`] and [`quotient_changes`](crate::stats::quotient_changes).
pub fn marcon_puech_changes(
    firms: &[[Option<PlacedFirm>; 2]],
    radii_m: &[f64],
    options: &ChangeOptions,
) -> Result<Vec<Change>> {
    // A firm that stays as it is has one place of two dates.
    let (mut places, mut owners, mut dates) = (Vec::new(), Vec::new(), Vec::new());
    for (owner, [before, after]) in firms.iter().enumerate() {
        let own: &[(Option<PlacedFirm>, [bool; 2])] = if before == after {
            &[(*before, [true; 2])]
        } else {
            &[(*before, [true, false]), (*after, [false, true])]
        };
        for (place, at) in own.iter().filter_map(|(place, at)| Some(((*place)?, *at))) {
            places.push(place);
            owners.push(owner);
            dates.push(at);
        }
    }
    let nearness = Nearness::new(&places, &owners, radii_m)?;
    changes(STATISTIC, (firms.len(), radii_m.len()), options, |times, exchanged| {
        let times = nearness.times(times);
        [0, 1].map(|date| {
            let at_date = |(place, times): (usize, &u32)| {
                let is_exchanged = exchanged.is_some_and(|exchanged| exchanged[owners[place]]);
                if dates[place][if is_exchanged { 1 - date } else { date }] { *times } else { 0 }
            };
            nearness.m(&times.iter().enumerate().map(at_date).collect::<Vec<_>>())
        })
    })
}
