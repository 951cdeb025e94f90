use rand::RngExt as _;
use rayon::prelude::*;
use serde::Serialize;

use super::{multiplicities, percentile_interval, refuse_bootstrap, refuse_numbers, stream};
use crate::error::{Result, StatsError};
use crate::model::with_fields;
use crate::stats::autocorrelation::Adjustment;
use crate::stats::concentration::{Bootstrap, gamma_of_plants, location_quotient};

/// A firm at a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plant {
    /// The position of its area.
    pub area: usize,
    /// The position of its sector.
    pub sector: usize,
    /// Its size; 1 where firms are counted.
    pub size: f64,
}

/// A firm at two dates; none where it is not in the register of the date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedFirm {
    /// The firm at the first date.
    pub before: Option<Plant>,
    /// The firm at the second date.
    pub after: Option<Plant>,
}

/// Options of [`quotient_changes`] and its kin.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ChangeOptions {
    /// The bootstrap of the intervals. Its seed is that of the permutations too.
    pub bootstrap: Bootstrap,
    /// The number of permutations; 999 by default.
    pub permutations: u64,
    /// The adjustment of p for the number of tests; the false discovery rate by default.
    pub adjustment: Adjustment,
}

impl Default for ChangeOptions {
    fn default() -> Self {
        Self { bootstrap: Bootstrap::default(), permutations: 999, adjustment: Adjustment::default() }
    }
}

with_fields! {
    ChangeOptions {
        with_bootstrap(bootstrap: Bootstrap);
        with_permutations(permutations: u64);
        with_adjustment(adjustment: Adjustment);
    }
}

/// A number at two dates, and whether it changed by more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// The number at the first date.
    pub before: Option<f64>,
    /// The number at the second date.
    pub after: Option<f64>,
    /// That at the second date less that at the first.
    pub difference: Option<f64>,
    /// The percentile interval of the difference over firms drawn again.
    pub interval: Option<(f64, f64)>,
    /// The two-sided p of no change, (M + 1) / (R + 1) with M of R permutations whose difference is at least as large.
    pub p: Option<f64>,
    /// p adjusted for the number of tests.
    pub p_adjusted: Option<f64>,
}

/// Firms of both dates as they were drawn: for each date its plants, a firm drawn several times as one of so many times its size.
pub(super) struct Drawn([Vec<Plant>; 2]);

impl Drawn {
    /// How often each firm is drawn, and which have their dates exchanged.
    pub(super) fn new(firms: &[PairedFirm], times: &[u32], exchanged: Option<&[bool]>) -> Self {
        let mut dates = [Vec::with_capacity(firms.len()), Vec::with_capacity(firms.len())];
        for (number, firm) in firms.iter().enumerate().filter(|(number, _)| times[*number] > 0) {
            let is_exchanged = exchanged.is_some_and(|exchanged| exchanged[number]);
            for (date, plant) in [firm.before, firm.after].into_iter().enumerate() {
                let date = if is_exchanged { 1 - date } else { date };
                dates[date].extend(plant.map(|own| Plant { size: own.size * f64::from(times[number]), ..own }));
            }
        }
        Self(dates)
    }

    /// γ of each sector at a date; not a number where undefined.
    pub(super) fn gammas(&self, date: usize, areas: usize, sectors: usize) -> Vec<f64> {
        let mut totals = vec![0.0; areas];
        let mut of_sector: Vec<Vec<(usize, f64)>> = vec![Vec::new(); sectors];
        for plant in self.0[date].iter().filter(|plant| plant.size > 0.0) {
            totals[plant.area] += plant.size;
            of_sector[plant.sector].push((plant.area, plant.size));
        }
        let gamma = |plants: &Vec<(usize, f64)>| {
            Some(plants).filter(|plants| !plants.is_empty()).and_then(|plants| gamma_of_plants(plants, &totals))
        };
        of_sector.iter().map(|plants| gamma(plants).unwrap_or(f64::NAN)).collect()
    }

    /// The location quotient of each cell at a date, area by area; not a number where undefined.
    fn quotients(&self, date: usize, areas: usize, sectors: usize) -> Vec<f64> {
        let (mut cells, mut of_area, mut of_sector) =
            (vec![0.0; areas * sectors], vec![0.0; areas], vec![0.0; sectors]);
        for plant in &self.0[date] {
            cells[plant.area * sectors + plant.sector] += plant.size;
            of_area[plant.area] += plant.size;
            of_sector[plant.sector] += plant.size;
        }
        let all: f64 = of_area.iter().sum();
        let quotient = |(cell, count): (usize, &f64)| {
            location_quotient(*count, of_area[cell / sectors], of_sector[cell % sectors], all).unwrap_or(f64::NAN)
        };
        cells.iter().enumerate().map(quotient).collect()
    }
}

/// The changes of the location quotient of every sector in every area between two dates, area by area, and sector by sector within
/// each area.
///
/// A firm of both dates is one firm: the bootstrap of the interval draws it with what it was at both, and a permutation leaves its
/// dates as they are or exchanges them, each with probability ½. So firms that stay as they are add nothing to the difference by
/// chance, as they would if the registers were taken as two samples. Under no change a firm is as likely to come as to go, and to
/// move one way as the other. Where the register grows or shrinks in all, that holds of the shares of it nearly: with half as many
/// firms again, 6 to 9 % instead of 5 are called changed.
///
/// # Undefined
///
/// None where the quotient of either date is; draws and permutations in which it is do not count. p is 1 where the difference is 0.
///
/// # Errors
///
/// No firm at one of the dates; an area or sector that is none; a size that is negative or not finite; no replication; more numbers and
/// replications than can be held (2²⁷); a confidence that is not between 0 and 1.
///
/// # Examples
///
/// Nothing changed:
///
/// ```
/// use jiju_core::stats::{ChangeOptions, PairedFirm, Plant, quotient_changes};
/// let plant = |area, sector| Some(Plant { area, sector, size: 1.0 });
/// let firms = [(0, 0), (0, 1), (1, 0)].map(|(area, sector)| PairedFirm { before: plant(area, sector), after: plant(area, sector) });
/// let found = quotient_changes(&firms, 2, 2, &ChangeOptions::default())?;
/// assert_eq!((found[0].before, found[0].difference, found[0].p), (Some(0.75), Some(0.0), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// P. Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005, section 3.2 (matched pairs); B. Efron, R. J. Tibshirani, An
/// Introduction to the Bootstrap, 1993.
pub fn quotient_changes(
    firms: &[PairedFirm],
    areas: usize,
    sectors: usize,
    options: &ChangeOptions,
) -> Result<Vec<Change>> {
    const STATISTIC: &str = "the change of location quotients";
    refuse_dates(STATISTIC, firms)?;
    refuse_firms(STATISTIC, firms, areas, sectors)?;
    changes(STATISTIC, (firms.len(), areas * sectors), options, |times, exchanged| {
        let drawn = Drawn::new(firms, times, exchanged);
        [0, 1].map(|date| drawn.quotients(date, areas, sectors))
    })
}

/// The change of Ellison and Glaeser's γ of every sector between two dates; how it is tested, see [`quotient_changes`].
///
/// In the bootstrap a firm that is drawn several times is one plant of so many times its size, as in
/// [`bootstrapped_gamma`](crate::stats::bootstrapped_gamma).
///
/// # Undefined
///
/// As [`quotient_changes`].
///
/// # Errors
///
/// Those of [`quotient_changes`].
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{ChangeOptions, PairedFirm, Plant, agglomeration_changes};
/// let plant = |area, sector| Some(Plant { area, sector, size: 1.0 });
/// let firms = [(0, 0), (0, 0), (1, 1), (1, 1)]
///     .map(|(area, sector)| PairedFirm { before: plant(area, sector), after: plant(1 - area, sector) });
/// // Both sectors change places, and stay as concentrated as they were.
/// let found = agglomeration_changes(&firms, 2, 2, &ChangeOptions::default())?;
/// assert_eq!((found[0].before, found[0].after), (Some(1.0), Some(1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// See [`quotient_changes`] and [`ellison_glaeser`](crate::stats::ellison_glaeser).
pub fn agglomeration_changes(
    firms: &[PairedFirm],
    areas: usize,
    sectors: usize,
    options: &ChangeOptions,
) -> Result<Vec<Change>> {
    const STATISTIC: &str = "the change of gamma";
    refuse_dates(STATISTIC, firms)?;
    refuse_firms(STATISTIC, firms, areas, sectors)?;
    changes(STATISTIC, (firms.len(), sectors), options, |times, exchanged| {
        let drawn = Drawn::new(firms, times, exchanged);
        [0, 1].map(|date| drawn.gammas(date, areas, sectors))
    })
}

/// The changes of numbers of firms, with the numbers of both dates made from how often each firm is drawn and whether its dates are
/// exchanged; not a number where undefined.
pub(super) fn changes(
    statistic: &'static str,
    (firms, numbers): (usize, usize),
    options: &ChangeOptions,
    of_drawn: impl Fn(&[u32], Option<&[bool]>) -> [Vec<f64>; 2] + Sync,
) -> Result<Vec<Change>> {
    let ChangeOptions { bootstrap, permutations, adjustment } = options;
    refuse_bootstrap(statistic, bootstrap)?;
    refuse_numbers(statistic, numbers, bootstrap.replications)?;
    let once = vec![1; firms];
    let [before, after] = of_drawn(&once, None);
    let differences = |[before, after]: [Vec<f64>; 2]| -> Vec<f64> {
        before.iter().zip(&after).map(|(before, after)| after - before).collect()
    };
    let draws: Vec<Vec<f64>> = (0..bootstrap.replications as u64)
        .into_par_iter()
        .map(|number| differences(of_drawn(&multiplicities(firms, bootstrap.seed, number), None)))
        .collect();
    let observed = differences([before.clone(), after.clone()]);
    let is_as_large = |found: &f64, place: usize| {
        let scale = before[place].abs().max(after[place].abs());
        found.abs() >= observed[place].abs() - 1e-12 * scale
    };
    let nothing = || (vec![0_u64; numbers], vec![0_u64; numbers]);
    let (as_large, counted) = (0..*permutations)
        .into_par_iter()
        .fold(nothing, |(mut as_large, mut counted), number| {
            let mut generator = stream(bootstrap.seed, PERMUTATIONS_FROM + number);
            let exchanged: Vec<bool> = (0..firms).map(|_| generator.random_bool(0.5)).collect();
            for (place, found) in differences(of_drawn(&once, Some(&exchanged))).iter().enumerate() {
                as_large[place] += u64::from(is_as_large(found, place));
                counted[place] += u64::from(found.is_finite());
            }
            (as_large, counted)
        })
        .reduce(nothing, |mut one, other| {
            one.0.iter_mut().zip(other.0).for_each(|(sum, own)| *sum += own);
            one.1.iter_mut().zip(other.1).for_each(|(sum, own)| *sum += own);
            one
        });
    let finite = |number: f64| Some(number).filter(|number| number.is_finite());
    let mut found: Vec<Change> = (0..numbers)
        .map(|place| {
            let known: Vec<f64> = draws.iter().map(|draw| draw[place]).filter(|one| one.is_finite()).collect();
            let difference = finite(observed[place]);
            let p = (as_large[place] as f64 + 1.0) / (counted[place] as f64 + 1.0);
            Change {
                before: finite(before[place]),
                after: finite(after[place]),
                difference,
                interval: difference.and_then(|_| percentile_interval(&known, bootstrap.confidence)),
                p: difference.filter(|_| counted[place] > 0).map(|_| p),
                p_adjusted: None,
            }
        })
        .collect();
    let adjusted = adjustment.adjusted(&found.iter().map(|one| one.p).collect::<Vec<_>>());
    found.iter_mut().zip(adjusted).for_each(|(one, p)| one.p_adjusted = p);
    Ok(found)
}

/// Streams of chance of permutations come after those of draws.
const PERMUTATIONS_FROM: u64 = 1 << 40;

fn refuse_dates(statistic: &'static str, firms: &[PairedFirm]) -> Result<(), StatsError> {
    let has = |plant: Option<Plant>| plant.is_some_and(|plant| plant.size > 0.0);
    let both = firms.iter().any(|firm| has(firm.before)) && firms.iter().any(|firm| has(firm.after));
    if both { Ok(()) } else { Err(StatsError::NoValues { statistic }) }
}

pub(super) fn refuse_firms(
    statistic: &'static str,
    firms: &[PairedFirm],
    areas: usize,
    sectors: usize,
) -> Result<(), StatsError> {
    let plants = || firms.iter().enumerate().flat_map(|(firm, own)| [own.before, own.after].map(|one| (firm, one)));
    let plants = || plants().filter_map(|(firm, plant)| Some((firm, plant?)));
    let wrong = |plant: &Plant| {
        plant.area >= areas || plant.sector >= sectors || !(plant.size.is_finite() && plant.size >= 0.0)
    };
    if let Some((firm, plant)) = plants().find(|(_, plant)| wrong(plant)) {
        return Err(StatsError::Value {
            statistic,
            place: format!("firm {}", firm + 1),
            found: plant.size,
            expected: "a size of 0 or more, in an area and a sector that there are",
        });
    }
    let nothing = plants().all(|(_, plant)| plant.size <= 0.0);
    if nothing { Err(StatsError::NoValues { statistic }) } else { Ok(()) }
}
