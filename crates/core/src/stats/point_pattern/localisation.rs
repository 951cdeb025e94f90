#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of firms, of pairs and of steps; a position below the length of a list"
)]

use rand::RngExt as _;
use rayon::prelude::*;
use serde::Serialize;

use super::binned_density::{SEEN_BANDWIDTHS, reflected_density, silverman_m};
use super::distance_counts::DistanceCounts;
use super::duranton_overman::check_bandwidth;
use super::envelope::{Envelope, GlobalBand, check_level, envelope};
use super::marcon_puech::refuse_firms;
use super::rank_envelope::{RankSide, rank_envelope};
use super::simulation::stream;
use super::{DurantonOvermanOptions, SimulationOptions, duranton_overman, refuse_points, refuse_radii};
use crate::error::{Result, StatsError};
use crate::model::with_fields;
use crate::stats::Adjustment;

const STATISTIC: &str = "the localisation of sectors";

/// The most pairs of which the density is the sum of all their curves.
pub(super) const MOST_EXACT: usize = 1 << 20;

/// Options of [`localisation`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LocalisationOptions {
    /// Whether each pair is weighted by the product of the weights of its firms (K_emp), or all are equal (K_d).
    pub weighted: bool,
    /// The bandwidth in metres; by default that of Silverman's rule, for each sector and each draw its own.
    pub bandwidth_m: Option<f64>,
    /// The number of draws and the seed; Duranton and Overman take 1,000, the default is 999.
    pub simulations: SimulationOptions,
    /// The level of the bands: the share of draws that rise above the upper global band anywhere, and of those that fall below the
    /// lower one; 0.05 by default.
    pub level: f64,
    /// How p-values are adjusted for the number of sectors.
    pub adjustment: Adjustment,
}

impl Default for LocalisationOptions {
    fn default() -> Self {
        let simulations = SimulationOptions { simulations: 999, ..SimulationOptions::default() };
        let adjustment = Adjustment::default();
        Self { weighted: false, bandwidth_m: None, simulations, level: 0.05, adjustment }
    }
}

with_fields! {
    LocalisationOptions {
        with_weighted(weighted: bool);
        with_bandwidth_m(bandwidth_m: Option<f64>);
        with_simulations(simulations: SimulationOptions);
        with_level(level: f64);
        with_adjustment(adjustment: Adjustment);
    }
}

/// The K-densities of all sectors, each held against draws from all firms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Localisations {
    /// The distances at which densities are estimated, in metres.
    pub radius_m: Vec<f64>,
    /// The sectors, in the order of their numbers.
    pub sectors: Vec<Localisation>,
    /// The unit to which distances of simulated pairs are rounded, in metres; none without simulations.
    pub rounding_m: Option<f64>,
}

/// The K-density of a sector, held against draws of as many firms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Localisation {
    /// The number of its firms.
    pub firms: usize,
    /// The bandwidth of the kernel, in metres.
    pub bandwidth_m: Option<f64>,
    /// The density at each distance, per metre.
    pub density: Vec<Option<f64>>,
    /// The lower end of the local band at each distance: a share of half the level of draws lies below it there.
    pub lower: Vec<Option<f64>>,
    /// The upper end of the local band at each distance.
    pub upper: Vec<Option<f64>>,
    /// The lower end of the global band.
    pub global_lower: Vec<Option<f64>>,
    /// The upper end of the global band.
    pub global_upper: Vec<Option<f64>>,
    /// Γ(d): how far the density lies above the global band at each distance, per metre.
    pub localisation: Vec<Option<f64>>,
    /// Ψ(d): how far it lies below the global band, where it is above it at no distance; per metre.
    pub dispersion: Vec<Option<f64>>,
    /// Γ, the sum of Γ(d) over the steps of distance: about the share of pairs that lie nearer to each other than chance allows.
    pub gamma: Option<f64>,
    /// Ψ, the sum of Ψ(d) over the steps of distance.
    pub psi: Option<f64>,
    /// The p-value of being localised at some distance, by extreme rank lengths, one-sided, see [`rank_envelope`].
    pub p_localised: Option<f64>,
    /// The p-value of being dispersed at some distance, by extreme rank lengths, one-sided.
    pub p_dispersed: Option<f64>,
    /// The p-value of being localised, adjusted for the number of sectors.
    pub p_localised_adjusted: Option<f64>,
    /// The p-value of being dispersed, adjusted for the number of sectors.
    pub p_dispersed_adjusted: Option<f64>,
    /// The most that rounding can have moved a simulated density, as a share of the height of the kernel: 0.61 times half the rounding
    /// over the bandwidth. By chance it is a tenth of that or less, since roundings up and down cancel.
    pub rounding_error: Option<f64>,
}

/// Duranton and Overman's test of every sector: the K-density of each, its global bands from draws of as many firms out of all, and the
/// indices of global localisation Γ and dispersion Ψ, by which sectors are ranked.
///
/// Γ(d) = max(K(d) − K̄(d), 0) with the upper global band K̄, Γ = Σ_d Γ(d) Δd; Ψ(d) = max(K̲(d) − K(d), 0) where Γ is 0, else 0, Ψ = Σ_d Ψ(d)
/// Δd. Δd is the step to d from the distance before it (at the first that to the next): with steps of 1 km and densities per kilometre
/// these are the sums of the paper. A global band lies at one rank among the draws at all distances, the last that no more than a share
/// `level` of draws passes at any distance. A sector is localised where Γ > 0; its p-value is one-sided, so that localised and dispersed
/// sectors are tested each at the level, and those of many sectors are to be adjusted.
///
/// `sectors` holds the sector of each firm from 0 on, below `count`; a firm of none is one of those that are drawn from.
///
/// # How it is computed
///
/// - A random order of all firms is made for each draw, and a sector of n firms is held against the first n. So pairs are looked at once
///   for all sectors. For each sector its draws are independent and uniform, and its bands and p are exact; those of different
///   sectors hang together, as they do where sectors are compared at all.
/// - Distances of drawn pairs up to twice the greatest radius are rounded to a 4,096th of the greatest radius or less, such that it is at
///   most a sixteenth of the least bandwidth, or as near to that as a 32,768th gets. What this does is at most
///   [`Localisation::rounding_error`]. The density of a sector itself is exact up to 2²⁰ pairs, and beyond computed as those of draws; it is held
///   against draws, for Γ, Ψ and p, with its distances rounded as theirs, so that what is alike ties.
/// - A draw's bandwidth is its own. Pairs farther apart than twice the greatest radius are left out of the kernel, as in
///   [`duranton_overman`] out of the bandwidth, unless the bandwidth that is given reaches beyond.
///
/// # Units
///
/// Metres; densities per metre; Γ and Ψ have none.
///
/// # Undefined
///
/// Everything of a sector of fewer than two firms, without two distances in twice the range, or whose distances are all equal while no
/// bandwidth is given; bands, indices and p without simulations. Densities below 10⁻⁹ of the height of the kernel count as 0 in them.
///
/// # Errors
///
/// Lists that are not one for each firm; a sector beyond the count; a bandwidth that is not above 0; a level outside (0, 1); more curves than memory should hold, 2²⁷ values.
///
/// # Examples
///
/// Ten firms stand in pairs 10 m apart, amid a hundred that are spread over 10 km:
///
/// ```
/// use jiju_core::stats::{LocalisationOptions, even_radii_m, localisation};
///
/// let spread = (0..100).map(|at| [f64::from(at % 10) * 1000.0, f64::from(at / 10) * 1000.0]);
/// let pairs = (0..10).map(|at| [f64::from(at / 2) * 100.0, f64::from(at % 2) * 10.0]);
/// let firms: Vec<[f64; 2]> = spread.chain(pairs).collect();
/// let sectors: Vec<Option<usize>> = (0..110).map(|firm| (firm >= 100).then_some(0)).collect();
/// let radii = even_radii_m(5000.0, 10)?;
/// let found = localisation(&firms, &[1.0; 110], &sectors, 1, &radii, LocalisationOptions::default(), &mut |_| {})?;
/// assert!(found.sectors[0].gamma.unwrap() > 0.1);
/// assert!(found.sectors[0].p_localised < Some(0.05) && found.sectors[0].psi == Some(0.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// G. Duranton, H. G. Overman, Testing for localization using micro-geographic data, Review of Economic Studies 72, 2005.
pub fn localisation(
    points: &[[f64; 2]],
    weights: &[f64],
    sectors: &[Option<usize>],
    count: usize,
    radii_m: &[f64],
    options: LocalisationOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<Localisations> {
    refuse(points, weights, sectors, count, radii_m, options)?;
    let mut members = vec![Vec::new(); count];
    for (firm, sector) in (0_u32..).zip(sectors) {
        if let Some(sector) = sector {
            members[*sector].push(firm);
        }
    }
    let reach_m = reach_m(radii_m, options);
    let corners = DistanceCounts::corners(points);
    let own = |members: &Vec<u32>| observed(points, weights, members, radii_m, options, corners);
    let observed: Vec<Observed> = members.par_iter().map(own).collect::<Result<_>>()?;
    let simulated = options.simulations.simulations > 0;
    let steps = steps(&observed, reach_m);
    let curves = match simulated {
        true => {
            let known =
                members.iter().map(Vec::len).zip(observed.iter().map(|one| one.bandwidth_m)).collect::<Vec<_>>();
            drawn(points, weights, &known, radii_m, options, (corners, reach_m, steps), progress)
        }
        false => Curves { sizes: Vec::new(), of_draws: Vec::new() },
    };
    let rounding_m = simulated.then(|| reach_m / steps as f64);
    let working = || DistanceCounts::new(corners, reach_m, steps);
    let mut sectors: Vec<Localisation> = observed
        .into_par_iter()
        .zip(&members)
        .map_init(working, |counted, (observed, members)| {
            let simulated = curves.of_size(members.len());
            let own = match rounding_m {
                Some(step_m) => as_drawn(counted, points, weights, members, radii_m, options, step_m, &observed),
                None => Vec::new(),
            };
            held_against(observed, &own, members.len(), &simulated, radii_m, options.level, rounding_m)
        })
        .collect();
    adjust(&mut sectors, options.adjustment);
    Ok(Localisations { radius_m: radii_m.to_vec(), sectors, rounding_m })
}

/// Adjusts the p-values for their number.
pub(super) fn adjust(sectors: &mut [Localisation], adjustment: Adjustment) {
    let adjusted =
        |of: fn(&Localisation) -> Option<f64>| adjustment.adjusted(&sectors.iter().map(of).collect::<Vec<_>>());
    let (localised, dispersed) = (adjusted(|one| one.p_localised), adjusted(|one| one.p_dispersed));
    for (sector, (localised, dispersed)) in sectors.iter_mut().zip(localised.into_iter().zip(dispersed)) {
        (sector.p_localised_adjusted, sector.p_dispersed_adjusted) = (localised, dispersed);
    }
}

pub(super) fn refuse(
    points: &[[f64; 2]],
    weights: &[f64],
    sectors: &[Option<usize>],
    count: usize,
    radii_m: &[f64],
    options: LocalisationOptions,
) -> Result<()> {
    const MOST_VALUES: usize = 1 << 27;
    refuse_radii(STATISTIC, radii_m)?;
    refuse_points(STATISTIC, points)?;
    refuse_firms(STATISTIC, points, weights, &[])?;
    check_level(options.level)?;
    check_bandwidth(STATISTIC, options.bandwidth_m)?;
    let refused = |option: &'static str, found: String, expected: String| -> crate::Error {
        StatsError::Option { statistic: STATISTIC, option, found, expected }.into()
    };
    if sectors.len() != points.len() {
        let (found, expected) = (format!("{} entries", sectors.len()), format!("{}, one for each firm", points.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the list of sectors", found, expected }.into());
    }
    if let Some(found) = sectors.iter().flatten().find(|sector| **sector >= count) {
        return Err(refused("the number of a sector", found.to_string(), format!("below {count}")));
    }
    if radii_m.last().is_none_or(|radius| *radius <= 0.0) {
        return Err(refused("the greatest radius", "0 m".to_owned(), "more than 0 m".to_owned()));
    }
    let values = count.saturating_mul(radii_m.len()).saturating_mul(options.simulations.simulations);
    if values > MOST_VALUES {
        let found =
            format!("{count} sectors × {} distances × {} draws", radii_m.len(), options.simulations.simulations);
        return Err(refused(
            "the number of curves",
            found,
            "at most 2²⁷ values: fewer steps of distance or draws".to_owned(),
        ));
    }
    Ok(())
}

/// How far apart pairs are that are looked at.
pub(super) fn reach_m(radii_m: &[f64], options: LocalisationOptions) -> f64 {
    let greatest_m = radii_m.last().copied().unwrap_or_default();
    let seen_m = options.bandwidth_m.map_or(0.0, |bandwidth_m| greatest_m + SEEN_BANDWIDTHS * bandwidth_m);
    seen_m.max(2.0 * greatest_m)
}

/// The density of a sector as it is.
pub(super) struct Observed {
    pub(super) density: Vec<Option<f64>>,
    pub(super) bandwidth_m: Option<f64>,
}

fn observed(
    points: &[[f64; 2]],
    weights: &[f64],
    members: &[u32],
    radii_m: &[f64],
    options: LocalisationOptions,
    corners: [[f64; 2]; 2],
) -> Result<Observed> {
    const STEPS: usize = 1 << 16;
    if members.len().saturating_mul(members.len().saturating_sub(1)) / 2 <= MOST_EXACT {
        let of = |list: &[f64]| -> Vec<f64> { members.iter().map(|firm| list[*firm as usize]).collect() };
        let own: Vec<[f64; 2]> = members.iter().map(|firm| points[*firm as usize]).collect();
        let all = vec![true; own.len()];
        let exact =
            DurantonOvermanOptions::default().with_weighted(options.weighted).with_bandwidth_m(options.bandwidth_m);
        let found = duranton_overman(&own, &of(weights), &all, &all, radii_m, exact)?;
        return Ok(Observed { density: found.density, bandwidth_m: found.bandwidth_m });
    }
    let reach_m = reach_m(radii_m, options);
    let mut counted = DistanceCounts::new(corners, reach_m, STEPS);
    counted.take(points, members, options.weighted.then_some(weights));
    counted.add(0..members.len());
    let all = Weighed::of(members.iter().copied(), weights, options.weighted);
    Ok(density_of(&counted, reach_m / STEPS as f64, all.pairs(), radii_m, options, None))
}

/// The density of a sector with its distances rounded as those of draws are, so that what is alike ties.
#[expect(clippy::too_many_arguments, reason = "the firms, their distances, and how they are looked at")]
fn as_drawn(
    counted: &mut DistanceCounts,
    points: &[[f64; 2]],
    weights: &[f64],
    members: &[u32],
    radii_m: &[f64],
    options: LocalisationOptions,
    step_m: f64,
    observed: &Observed,
) -> Vec<Option<f64>> {
    if observed.bandwidth_m.is_none() {
        return observed.density.clone();
    }
    counted.take(points, members, options.weighted.then_some(weights));
    counted.add(0..members.len());
    let all = Weighed::of(members.iter().copied(), weights, options.weighted);
    density_of(counted, step_m, all.pairs(), radii_m, options, observed.bandwidth_m).density
}

/// The density of what has been counted, with another bandwidth where what was counted has none.
pub(super) fn density_of(
    counted: &DistanceCounts,
    step_m: f64,
    all: f64,
    radii_m: &[f64],
    options: LocalisationOptions,
    otherwise_m: Option<f64>,
) -> Observed {
    let greatest_m = radii_m.last().copied().unwrap_or_default();
    let seen = (2.0 * greatest_m / step_m).round() as usize;
    let counts = counted.counts();
    let own_m = || silverman_m(&counts[..=seen.min(counts.len() - 1)], step_m);
    let bandwidth_m = options.bandwidth_m.or_else(own_m).or(otherwise_m);
    let Some(own_m) = bandwidth_m else { return Observed { density: vec![None; radii_m.len()], bandwidth_m } };
    let density = match counted.weights() {
        Some(weights) => reflected_density(weights, step_m, own_m, all, radii_m),
        None => {
            let counts: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
            reflected_density(&counts, step_m, own_m, all, radii_m)
        }
    };
    Observed { density, bandwidth_m }
}

/// The weights of firms, from which that of all their pairs follows.
#[derive(Clone, Copy, Default)]
struct Weighed {
    sum: f64,
    squares: f64,
}

impl Weighed {
    fn of(firms: impl Iterator<Item = u32>, weights: &[f64], weighted: bool) -> Self {
        let mut all = Self::default();
        all.add(firms, weights, weighted);
        all
    }

    fn add(&mut self, firms: impl Iterator<Item = u32>, weights: &[f64], weighted: bool) {
        for firm in firms {
            let weight = if weighted { weights[firm as usize] } else { 1.0 };
            self.sum += weight;
            self.squares += weight * weight;
        }
    }

    /// Σ over pairs of the product of their weights.
    fn pairs(self) -> f64 {
        (self.sum * self.sum - self.squares) / 2.0
    }
}

/// In how many steps distances of draws are counted: so many that a step is at most a sixteenth of the least bandwidth.
pub(super) fn steps(observed: &[Observed], reach_m: f64) -> usize {
    const FEWEST: f64 = 8192.0;
    const MOST: f64 = 65536.0;
    let least_m = observed.iter().filter_map(|one| one.bandwidth_m).fold(f64::INFINITY, f64::min);
    (reach_m / least_m * 16.0).clamp(FEWEST, MOST).ceil() as usize
}

/// The densities of draws, for each number of firms that a sector has.
struct Curves {
    /// The numbers of firms, ascending.
    sizes: Vec<usize>,
    /// Of each draw the curve of each number.
    of_draws: Vec<Vec<Vec<Option<f64>>>>,
}

impl Curves {
    fn of_size(&self, size: usize) -> Vec<Vec<Option<f64>>> {
        match self.sizes.binary_search(&size) {
            Ok(place) => self.of_draws.iter().map(|draw| draw[place].clone()).collect(),
            Err(_) => Vec::new(),
        }
    }
}

/// Draws of as many firms as sectors have: the first of a random order of all, the same for all sectors. A draw whose distances are too few,
/// or all equal, for a bandwidth of its own has that of the first sector of its size.
fn drawn(
    points: &[[f64; 2]],
    weights: &[f64],
    known: &[(usize, Option<f64>)],
    radii_m: &[f64],
    options: LocalisationOptions,
    (corners, reach_m, steps): ([[f64; 2]; 2], f64, usize),
    progress: &mut dyn FnMut(u64),
) -> Curves {
    let mut sizes: Vec<usize> = known.iter().map(|(size, _)| *size).filter(|size| *size > 1).collect();
    let otherwise_m =
        |size: usize| known.iter().find(|(own, _)| *own == size).and_then(|(_, bandwidth_m)| *bandwidth_m);
    sizes.sort_unstable();
    sizes.dedup();
    let most = sizes.last().copied().unwrap_or_default();
    let total = points.len();
    let working = || (DistanceCounts::new(corners, reach_m, steps), Vec::with_capacity(total));
    let one = |(counted, order): &mut (DistanceCounts, Vec<u32>), number: usize| -> Vec<Vec<Option<f64>>> {
        let mut generator = stream(options.simulations.seed, number);
        order.clear();
        order.extend(0..total as u32);
        for place in 0..most {
            let other = place + (generator.random::<f64>() * (total - place) as f64) as usize;
            order.swap(place, other.min(total - 1));
        }
        counted.take(points, &order[..most], options.weighted.then_some(weights));
        let (mut before, mut all) = (0, Weighed::default());
        let curve = |size: &usize| {
            counted.add(before..*size);
            all.add(order[before..*size].iter().copied(), weights, options.weighted);
            before = *size;
            density_of(counted, reach_m / steps as f64, all.pairs(), radii_m, options, otherwise_m(*size)).density
        };
        sizes.iter().map(curve).collect()
    };
    let draws = options.simulations.simulations;
    // As many at once as threads have something to do, and as tell often enough how far it is.
    let at_once = rayon::current_num_threads() * 4;
    let mut of_draws = Vec::with_capacity(draws);
    for first in (0..draws).step_by(at_once) {
        let numbers = first..(first + at_once).min(draws);
        of_draws.par_extend(numbers.into_par_iter().map_init(working, one));
        progress(of_draws.len() as u64);
    }
    Curves { sizes, of_draws }
}

/// A sector's density, bands, indices and p-values; these by its density with distances rounded as those of draws are.
pub(super) fn held_against(
    Observed { density, bandwidth_m }: Observed,
    rounded: &[Option<f64>],
    firms: usize,
    simulated: &[Vec<Option<f64>>],
    radii_m: &[f64],
    level: f64,
    rounding_m: Option<f64>,
) -> Localisation {
    // What is left of a normal curve six deviations away differs by how it is computed, and says nothing of ranks.
    let least = bandwidth_m.map_or(0.0, |bandwidth_m| 1e-9 / (bandwidth_m * std::f64::consts::TAU.sqrt()));
    let told = |of: &[Option<f64>]| -> Vec<Option<f64>> {
        of.iter().map(|value| value.map(|value| if value < least { 0.0 } else { value })).collect()
    };
    let simulated: Vec<Vec<Option<f64>>> = simulated.iter().map(|one| told(one)).collect();
    let own = if rounded.is_empty() { density.clone() } else { told(rounded) };
    let Envelope { lower, upper, global_lower, global_upper, .. } = envelope(&own, &simulated, level, GlobalBand::Rank);
    let beyond = |one: &[Option<f64>], other: &[Option<f64>]| -> Vec<Option<f64>> {
        one.iter().zip(other).map(|(one, other)| Some(((*one)? - (*other)?).max(0.0))).collect()
    };
    let summed = |of: &[Option<f64>]| -> Option<f64> {
        let known = of.iter().zip(radii_m.iter().enumerate()).filter_map(|(value, (place, radius))| {
            let step_m = match place.checked_sub(1) {
                Some(before) => radius - radii_m[before],
                None => radii_m.get(1).map_or(*radius, |next| next - radius),
            };
            Some((*value)? * step_m)
        });
        of.iter().any(Option::is_some).then(|| known.sum())
    };
    let localised = beyond(&own, &global_upper);
    let gamma = summed(&localised);
    let dispersed: Vec<Option<f64>> = match gamma {
        Some(gamma) if gamma > 0.0 => localised.iter().map(|value| value.map(|_| 0.0)).collect(),
        _ => beyond(&global_lower, &own),
    };
    let psi = summed(&dispersed);
    let p = |side: RankSide| rank_envelope(&own, &simulated, level, side).p;
    let (p_localised, p_dispersed) = (p(RankSide::Above), p(RankSide::Below));
    // The steepest slope of a normal curve is exp(−1/2) of its height, a bandwidth.
    let rounding_error =
        rounding_m.zip(bandwidth_m).map(|(rounding_m, bandwidth_m)| (-0.5_f64).exp() * rounding_m / 2.0 / bandwidth_m);
    Localisation {
        firms,
        bandwidth_m,
        density,
        lower,
        upper,
        global_lower,
        global_upper,
        localisation: localised,
        dispersion: dispersed,
        gamma,
        psi,
        p_localised,
        p_dispersed,
        p_localised_adjusted: None,
        p_dispersed_adjusted: None,
        rounding_error,
    }
}
