#![expect(
    clippy::cast_possible_truncation,
    reason = "numbers of units have 32 bits, those of draws fewer; the lower half of a word is meant"
)]

use std::ops::Range;

use rayon::prelude::*;

use super::permutation::{Batch, Chances, LANES, Permutations, Tails, below};
use crate::model::Weights;

/// From so many units on, draws are shared.
const MANY_UNITS: usize = 1 << 14;

/// The draws of a pool for each that a unit compares with.
const SHARED: usize = 64;

/// The most draws of a pool.
const MOST_DRAWS: usize = 1 << 20;

/// The least draws of a pool for each that a unit compares with; for more permutations every unit draws its own.
const LEAST_SHARED: usize = 4;

impl Permutations {
    /// For each unit how a multiple of the sum Σ_j w_ij x_j over its neighbours compares with those of as many other units drawn at
    /// random for neighbours; the unit itself stays where it is.
    ///
    /// Units that are many share their draws: for each number of neighbours a [`Pool`] of 64 times as many draws as permutations is
    /// made, and a unit compares with those from a random place of it on, without those that hold the unit itself. So the draws of each
    /// unit are what they are without a pool: independent of each other, and every set of other units as likely; those of two units
    /// are the same by chance, 1 in 64. Of the units that chance alone makes significant, the share varies from seed to seed as that of
    /// 64 times the permutations does, where all units have the same few draws as that of these few.
    ///
    /// # References
    ///
    /// esda and GeoDa share the draws of all units, as many as there are permutations.
    pub(super) fn of_each_lag(
        self,
        weights: &Weights,
        values: &[f64],
        found: &[Option<f64>],
        factor: impl Fn(usize) -> f64 + Sync,
    ) -> Vec<Option<Tails>> {
        let alone = |found: &[Option<f64>]| {
            let terms = |unit| {
                let factor = factor(unit);
                move |value| factor * value
            };
            self.of_each_sum(weights, values, found, terms)
        };
        let permutations = usize::try_from(self.count).unwrap_or(usize::MAX);
        let draws = permutations.saturating_mul(SHARED).min(MOST_DRAWS).next_multiple_of(Pool::CHUNK);
        if weights.len() < MANY_UNITS || draws / LEAST_SHARED < permutations || permutations == 0 {
            return alone(found);
        }
        let others = |unit: usize| weights.neighbours(unit).filter(move |(neighbour, _)| *neighbour != unit);
        let mut by_count: Vec<Vec<usize>> = vec![Vec::new(); Batch::MOST + 1];
        let mut rest = vec![None; found.len()];
        for unit in (0..weights.len()).filter(|unit| found[*unit].is_some()) {
            match by_count.get_mut(others(unit).count()).filter(|_| others(unit).next().is_some()) {
                Some(units) => units.push(unit),
                None => rest[unit] = found[unit],
            }
        }
        let mut tails = if rest.iter().any(Option::is_some) { alone(&rest) } else { vec![None; found.len()] };
        for (count, units) in by_count.iter().enumerate().filter(|(_, units)| !units.is_empty()) {
            let pool = Pool::new(self, values, count, draws);
            let own = units.par_iter().map_init(Vec::new, |own: &mut Vec<f64>, unit| {
                let (unit, factor) = (*unit, factor(*unit));
                own.clear();
                own.extend(others(unit).map(|(_, weight)| factor * weight));
                let itself: f64 = weights
                    .neighbours(unit)
                    .filter(|(neighbour, _)| *neighbour == unit)
                    .map(|(_, weight)| weight)
                    .sum();
                let fixed = factor * itself * values[unit];
                // If all weights are equal, it does not matter which neighbour gets which weight.
                let is_alike = own.iter().all(|weight| *weight == own[0]);
                let (rows, own) =
                    if is_alike { (pool.sums.as_slice(), &own[..1]) } else { (pool.values.as_slice(), own.as_slice()) };
                let mut tails = Tails::default();
                let found = found[unit]?;
                pool.each_without(unit, below(&mut self.stream(unit), draws), permutations, |draws| {
                    compare(&mut tails, found, fixed, rows, own, draws);
                });
                Some(tails)
            });
            for (unit, own) in units.iter().zip(own.collect::<Vec<_>>()) {
                tails[*unit] = own;
            }
        }
        tails
    }
}

/// Compares a number with sums of weighted values of draws.
fn compare(tails: &mut Tails, found: f64, fixed: f64, rows: &[Vec<f64>], weights: &[f64], draws: Range<usize>) {
    /// So many at once, which the processor keeps at hand.
    const BLOCK: usize = 64;
    for start in draws.clone().step_by(BLOCK) {
        let end = draws.end.min(start + BLOCK);
        let mut sums = [fixed; BLOCK];
        for (row, weight) in rows.iter().zip(weights) {
            sums.iter_mut().zip(&row[start..end]).for_each(|(sum, value)| *sum += weight * value);
        }
        sums[..end - start].iter().for_each(|sum| tails.add(found, *sum));
    }
}

/// Draws of as many different units each, every set in every order as likely.
struct Pool {
    /// The values of the units of each draw, a row for those that come first, second, ….
    values: Vec<Vec<f64>>,
    /// The sum of each draw, in a single row.
    sums: [Vec<f64>; 1],
    /// Every unit of every draw, the unit in the upper half of a word and the draw in the lower, in ascending order.
    holding: Vec<u64>,
}

impl Pool {
    /// So many draws have a generator of their own.
    const CHUNK: usize = 1 << 10;

    /// `draws`, a multiple of [`Self::CHUNK`], of `count` units each, which are 1 or more.
    fn new(permutations: Permutations, values: &[f64], count: usize, draws: usize) -> Self {
        let limit = values.len() as u32;
        let drawn: Vec<Vec<u32>> = (0..draws / Self::CHUNK)
            .into_par_iter()
            .map(|chunk| {
                // Not the stream of any unit.
                let mut generator = permutations.stream(usize::MAX - (count << 16) - chunk);
                let mut batch = Batch::default();
                let mut units = Vec::with_capacity(Self::CHUNK * count);
                while units.len() < Self::CHUNK * count {
                    // None of the numbers is skipped.
                    batch.draw(&mut generator, count, Chances::new(limit, limit));
                    for lane in (0..LANES).filter(|lane| batch.refused[*lane] == 0) {
                        units.extend(batch.drawn[..count].iter().map(|row| row[lane]));
                    }
                }
                units.truncate(Self::CHUNK * count);
                units
            })
            .collect();
        let units = drawn.concat();
        let row = |place: usize| units.chunks_exact(count).map(|draw| values[draw[place] as usize]).collect();
        let values: Vec<Vec<f64>> = (0..count).into_par_iter().map(row).collect();
        let sums = (0..draws).map(|draw| values.iter().map(|row| row[draw]).sum()).collect();
        let mut holding: Vec<u64> =
            (0_u64..).zip(&units).map(|(place, unit)| (u64::from(*unit) << 32) | (place / count as u64)).collect();
        holding.par_sort_unstable();
        Self { values, sums: [sums], holding }
    }

    /// Goes through so many draws that do not hold a unit, from a place on and from the start again behind the last.
    fn each_without(&self, unit: usize, first: usize, count: usize, mut each: impl FnMut(Range<usize>)) {
        let [own, next] = [unit, unit + 1].map(|unit| self.holding.partition_point(|word| (*word >> 32) < unit as u64));
        let holding = self.holding[own..next].iter().map(|word| (*word & 0xffff_ffff) as usize);
        let (mut at, mut left) = (first, count);
        while left > 0 {
            let held = holding.clone().find(|draw| *draw >= at);
            let end = held.unwrap_or(self.sums[0].len()).min(at + left);
            each(at..end);
            left -= end - at;
            // Behind the draw that holds the unit, or at the start.
            at = held.map_or(0, |held| held + 1) % self.sums[0].len();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_set_without_the_unit_is_as_likely() {
        let permutations = Permutations { count: 1, seed: 3 };
        let values: Vec<f64> = (0..9_u32).map(f64::from).collect();
        let pool = Pool::new(permutations, &values, 2, 40 * Pool::CHUNK);
        let all = pool.sums[0].len();
        for (unit, own) in values.iter().enumerate() {
            let (mut counts, mut seen) = (BTreeMap::<[u64; 2], u32>::new(), 0);
            // Two of nine are the unit in a share of 2 / 9, so that this goes nearly round.
            pool.each_without(unit, 1000 * unit, all * 3 / 4, |draws| {
                for draw in draws {
                    seen += 1;
                    *counts.entry([0, 1].map(|place| pool.values[place][draw].to_bits())).or_insert(0) += 1;
                    assert_eq!(pool.sums[0][draw], pool.values[0][draw] + pool.values[1][draw]);
                }
            });
            assert!(seen == all * 3 / 4 && counts.keys().flatten().all(|other| *other != own.to_bits()));
            let expected = seen as f64 / 56.0;
            let chi: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
            // 56 ordered pairs: χ² of 55 degrees is above 107 once in 30,000 times.
            assert!(counts.len() == 56 && chi < 107.0, "{} {chi}", counts.len());
        }
    }

    #[test]
    fn shared_draws_and_own_draws_say_the_same() {
        const UNITS: u32 = 20_000;
        const COUNT: u64 = 199;
        let ids: Vec<String> = (0..UNITS).map(|unit| unit.to_string()).collect();
        let values: Vec<f64> = (0..UNITS).map(|unit| f64::from(unit * 7919 % UNITS).sqrt()).collect();
        // Itself, and two, three or no other neighbours, alike or not.
        let row = |unit: u32| {
            let neighbour = |(step, weight): (u32, f64)| ((unit + step) % UNITS, weight);
            let last = if unit.is_multiple_of(2) { 1.0 } else { 0.5 };
            let kept = if unit.is_multiple_of(100) { 1 } else { 3 + unit as usize % 3 % 2 };
            [(0, 2.0), (1, 1.0), (2, last), (3, last)].map(neighbour)[..kept].to_vec()
        };
        let weights = Weights::new(ids, (0..UNITS).map(row).collect()).unwrap();
        let lag = |unit: usize| -> f64 {
            weights.neighbours(unit).map(|(neighbour, weight)| weight * values[neighbour]).sum()
        };
        let found: Vec<Option<f64>> =
            (0..UNITS as usize).map(|unit| (unit % 50 != 7).then(|| -1.5 * lag(unit))).collect();
        let permutations = Permutations { count: COUNT, seed: 8 };
        let shared = permutations.of_each_lag(&weights, &values, &found, |_| -1.5);
        let own = permutations.of_each_sum(&weights, &values, &found, |_| |value| -1.5 * value);
        let mut difference = 0.0;
        for (unit, (shared, own)) in shared.iter().zip(&own).enumerate() {
            assert_eq!((shared.is_some(), own.is_some()), (unit % 50 != 7, unit % 50 != 7));
            let (Some(shared), Some(own)) = (shared, own) else { continue };
            assert!(shared.at_least + shared.at_most >= COUNT);
            if unit.is_multiple_of(100) {
                assert_eq!((shared.at_least, shared.at_most), (COUNT, COUNT));
            }
            let one = shared.at_least as f64 - own.at_least as f64;
            // Six standard errors of a difference.
            assert!(one.abs() < 6.0 * (0.5 * COUNT as f64).sqrt(), "{unit}: {shared:?} {own:?}");
            difference += one / COUNT as f64;
        }
        // As far as 64 times the draws vary.
        assert!((difference / f64::from(UNITS)).abs() < 5.0 * (0.25 / (64.0 * COUNT as f64)).sqrt(), "{difference}");
    }
}
