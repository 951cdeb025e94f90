use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Attributes, Floor, Regions, groups, reaches, square, sums};
use crate::error::{Result, StatsError};
use crate::model::{Weights, with_fields};

/// Options of [`max_p`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MaxPOptions {
    /// The minima that each region must reach.
    pub floors: Vec<Floor>,
    /// The number of times that regions are grown from random areas; 99 by default.
    pub trials: u64,
    /// The seed. It gives the same regions on any number of threads.
    pub seed: u64,
}

impl Default for MaxPOptions {
    fn default() -> Self {
        Self { floors: Vec::new(), trials: 99, seed: 0 }
    }
}

with_fields! {
    MaxPOptions {
        with_floors(floors: Vec<Floor>);
        with_trials(trials: u64);
        with_seed(seed: u64);
    }
}

/// Max-p regions: groups neighbouring areas into as many regions as the floors allow, with areas as similar as
/// possible within each region.
///
/// The problem cannot be solved exactly for more than some dozen areas, so a heuristic is used. Each trial grows
/// regions from areas in random order: a region takes, at random, one of the two most similar free neighbours until
/// the floors are reached; otherwise its areas are left over. Areas left over join the most similar neighbouring
/// region. The trials with the most regions are improved by moving areas between neighbouring regions, as long as
/// this reduces the sum of squared distances within regions, the floors hold and no region falls apart. The best
/// solution is returned; more trials may find a better one.
///
/// # Errors
///
/// The errors of [`skater`](fn@super::skater) but for the number of regions; no floor; no trial.
///
/// # Examples
///
/// Six towns in a row, at least two to a region:
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Floor, MaxPOptions, max_p};
///
/// let ids = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
/// let near = |town: u32| [town.wrapping_sub(1), town + 1].into_iter().filter(|other| *other < 6).map(|other| (other, 1.0));
/// let row = Weights::new(ids, (0..6).map(|town| near(town).collect()).collect())?;
/// let two = Floor { amounts: vec![1.0; 6], least: 2.0 };
/// let found = max_p(&[vec![1.0, 2.0, 11.0, 12.0, 21.0, 22.0]], &row, &MaxPOptions::default().with_floors(vec![two]))?;
/// assert_eq!(found.labels, [0, 0, 1, 1, 2, 2]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// J. C. Duque, L. Anselin, S. J. Rey, The max-p-regions problem, Journal of Regional Science 52, 2012.
pub fn max_p(columns: &[Vec<f64>], weights: &Weights, options: &MaxPOptions) -> Result<Regions> {
    const STATISTIC: &str = "regions";
    let refused = |option: &'static str, found: &str, expected: &str| {
        let (found, expected) = (found.to_owned(), expected.to_owned());
        Err(StatsError::Option { statistic: STATISTIC, option, found, expected }.into())
    };
    if options.floors.is_empty() {
        return refused("the floor", "none", "what each region must have");
    }
    if options.trials == 0 {
        return refused("the number of trials", "0", "1 or more");
    }
    groups(STATISTIC, columns, weights, &options.floors)?;
    let attributes = Attributes::new(columns, weights.len());
    let map = Map { attributes: &attributes, floors: &options.floors, neighbours: both_ways(weights) };
    let grown: Vec<Vec<Vec<usize>>> = (0..options.trials)
        .into_par_iter()
        .map(|trial| {
            let mut generator = ChaCha8Rng::seed_from_u64(options.seed);
            generator.set_stream(trial);
            map.grown(&mut generator)
        })
        .collect();
    let most = grown.iter().map(Vec::len).max().unwrap_or(0);
    let within = |regions: &[Vec<usize>]| regions.iter().map(|region| attributes.within(region)).sum::<f64>();
    let improved: Vec<(f64, Vec<Vec<usize>>)> = grown
        .into_par_iter()
        .filter(|regions| regions.len() == most)
        .map(|regions| {
            let regions = map.improved(regions);
            (within(&regions), regions)
        })
        .collect();
    // Of several equally good solutions, the one of the first trial is taken.
    let best = improved.into_iter().min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, regions)| regions);
    Ok(Regions::from_groups(best.unwrap_or_default(), &attributes))
}

/// The neighbours of each area, direction aside, ascending.
fn both_ways(weights: &Weights) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); weights.len()];
    for one in 0..weights.len() {
        for (other, _) in weights.neighbours(one).filter(|(other, _)| *other != one) {
            neighbours[one].push(other);
            neighbours[other].push(one);
        }
    }
    for list in &mut neighbours {
        list.sort_unstable();
        list.dedup();
    }
    neighbours
}

struct Map<'a> {
    attributes: &'a Attributes,
    floors: &'a [Floor],
    neighbours: Vec<Vec<usize>>,
}

impl Map<'_> {
    fn reaches(&self, region: &[usize]) -> bool {
        reaches(&sums(region, self.floors), self.floors)
    }

    /// Regions from areas in random order.
    fn grown(&self, generator: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
        let count = self.neighbours.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.shuffle(generator);
        let mut region_of: Vec<Option<usize>> = vec![None; count];
        let mut regions: Vec<Vec<usize>> = Vec::new();
        for seed in order {
            if region_of[seed].is_some() {
                continue;
            }
            let number = regions.len();
            let (mut region, mut border) = (vec![seed], Vec::new());
            region_of[seed] = Some(number);
            while !self.reaches(&region) {
                let last = region[region.len() - 1];
                border.extend(self.neighbours[last].iter().copied());
                border.retain(|area| region_of[*area].is_none());
                border.sort_unstable();
                border.dedup();
                let mean = self.attributes.mean(&region);
                let apart = |area: &usize| square(&self.attributes.values[*area], &mean);
                // Among the two most alike one by chance, so that trials differ.
                border.sort_by(|one, other| apart(one).total_cmp(&apart(other)).then(one.cmp(other)));
                let Some(among) = border.len().checked_sub(1).map(|last| last.min(1)) else { break };
                let area = border.remove(usize::from(generator.random::<f64>() < 0.5).min(among));
                region_of[area] = Some(number);
                region.push(area);
            }
            if self.reaches(&region) {
                regions.push(region);
            } else {
                region.iter().for_each(|area| region_of[*area] = None);
            }
        }
        self.give_away(&mut regions, &mut region_of);
        regions
    }

    /// Gives what is left over to the neighbouring region it is most like, those beside a region first.
    fn give_away(&self, regions: &mut [Vec<usize>], region_of: &mut [Option<usize>]) {
        let mut left: Vec<usize> = (0..region_of.len()).filter(|area| region_of[*area].is_none()).collect();
        while !left.is_empty() {
            let before = left.len();
            left.retain(|area| {
                let apart =
                    |region: &usize| square(&self.attributes.values[*area], &self.attributes.mean(&regions[*region]));
                let beside = self.neighbours[*area].iter().filter_map(|other| region_of[*other]);
                let Some(region) = beside.min_by(|one, other| apart(one).total_cmp(&apart(other)).then(one.cmp(other)))
                else {
                    return true;
                };
                regions[region].push(*area);
                region_of[*area] = Some(region);
                false
            });
            // Every group reaches the floors as a whole, and so holds a region.
            if left.len() == before {
                break;
            }
        }
    }

    /// Moves areas as long as that lessens the sum of squared distances.
    fn improved(&self, mut regions: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let count = self.neighbours.len();
        let mut region_of = vec![0; count];
        for (number, region) in regions.iter().enumerate() {
            region.iter().for_each(|area| region_of[*area] = number);
        }
        let mut means: Vec<Vec<f64>> = regions.iter().map(|region| self.attributes.mean(region)).collect();
        let total: f64 = self.attributes.within(&(0..count).collect::<Vec<_>>());
        loop {
            let mut moves: Vec<(f64, usize, usize)> = Vec::new();
            for area in 0..count {
                let from = region_of[area];
                let own = regions[from].len() as f64;
                if own < 2.0 {
                    continue;
                }
                let values = &self.attributes.values[area];
                let lost = own / (own - 1.0) * square(values, &means[from]);
                let mut beside: Vec<usize> = self.neighbours[area].iter().map(|other| region_of[*other]).collect();
                beside.sort_unstable();
                beside.dedup();
                for to in beside.into_iter().filter(|to| *to != from) {
                    let others = regions[to].len() as f64;
                    let change = others / (others + 1.0) * square(values, &means[to]) - lost;
                    // Not what is rounding: that could go to and fro for ever.
                    if change < -1e-12 * total {
                        moves.push((change, area, to));
                    }
                }
            }
            moves.sort_by(|one, other| one.0.total_cmp(&other.0).then((one.1, one.2).cmp(&(other.1, other.2))));
            let allowed = moves.into_iter().find(|(_, area, _)| self.may_leave(*area, &regions[region_of[*area]]));
            let Some((_, area, to)) = allowed else { return regions };
            let from = region_of[area];
            regions[from].retain(|other| *other != area);
            regions[to].push(area);
            region_of[area] = to;
            for changed in [from, to] {
                means[changed] = self.attributes.mean(&regions[changed]);
            }
        }
    }

    /// Returns whether the rest of a region reaches the floors and is connected.
    fn may_leave(&self, area: usize, region: &[usize]) -> bool {
        let rest: Vec<usize> = region.iter().copied().filter(|other| *other != area).collect();
        if !self.reaches(&rest) {
            return false;
        }
        let mut unseen: std::collections::BTreeSet<usize> = rest.iter().skip(1).copied().collect();
        let mut waiting: Vec<usize> = rest.first().copied().into_iter().collect();
        while let Some(next) = waiting.pop() {
            waiting.extend(self.neighbours[next].iter().filter(|other| unseen.remove(other)));
        }
        unseen.is_empty()
    }
}
