#![expect(
    clippy::cast_possible_truncation,
    reason = "numbers of units have 32 bits; the lower half of a product is meant"
)]

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::inference::Inference;
use super::quotient;
use super::significance::{Alternative, p_of_permutations};
use crate::model::Weights;

/// The number of random permutations and their seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permutations {
    /// The number of permutations; 0, for none, by default.
    pub count: u64,
    /// The seed. It gives the same permutations on any number of threads.
    pub seed: u64,
}

/// The result of a permutation test of a global statistic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permutation {
    /// The alternative hypothesis, which also holds for the p-values of z.
    pub alternative: Alternative,
    /// The number of permutations.
    pub permutations: u64,
    /// The seed of the permutations.
    pub seed: u64,
    /// The mean of the statistic over the permutations.
    pub permutation_mean: Option<f64>,
    /// The standard deviation of the statistic over the permutations.
    pub permutation_standard_deviation: Option<f64>,
    /// The pseudo p-value, (M + 1) / (R + 1), see [`p_of_permutations`].
    pub p_permutation: Option<f64>,
}

/// The numbers of values of a reference distribution that are at least, and at most, as large as the observed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tails {
    pub(super) at_least: u64,
    pub(super) at_most: u64,
}

impl Tails {
    /// Counts a number as equal to the other where they differ by no more than their sums are rounded.
    #[inline]
    pub(super) fn add(&mut self, found: f64, reference: f64) {
        let rounding = 1e-12 * found.abs().max(reference.abs());
        self.at_least += u64::from(reference >= found - rounding);
        self.at_most += u64::from(reference <= found + rounding);
    }

    /// The numbers of two parts of a reference distribution together.
    pub(super) const fn and(self, other: Self) -> Self {
        Self { at_least: self.at_least + other.at_least, at_most: self.at_most + other.at_most }
    }
}

impl Permutations {
    /// A generator of its own for each unit, or each order: a fast one, whose state is drawn from a stream that no other has.
    ///
    /// # References
    ///
    /// D. Blackman, S. Vigna, Scrambled linear pseudorandom number generators, ACM Transactions on Mathematical Software 47,
    /// 2021.
    pub(super) fn stream(self, number: usize) -> Xoshiro256PlusPlus {
        let mut state = ChaCha8Rng::seed_from_u64(self.seed);
        state.set_stream(number as u64);
        Xoshiro256PlusPlus::from_rng(&mut state)
    }

    /// Values in a random order of this number.
    pub(super) fn shuffled<V: Copy>(self, number: usize, values: &[V]) -> Vec<V> {
        let mut order = values.to_vec();
        self.shuffle(number, &mut order);
        order
    }

    /// Fisher and Yates, by the generator of this order.
    fn shuffle<V>(self, number: usize, order: &mut [V]) {
        let mut generator = self.stream(number);
        for last in (1..order.len()).rev() {
            order.swap(last, below(&mut generator, last + 1));
        }
    }

    /// Compares a statistic with its values for random orders of all values.
    pub(in crate::stats) fn of_all(
        self,
        found: Option<f64>,
        values: &[f64],
        alternative: Alternative,
        statistic: impl Fn(&[f64]) -> f64 + Sync,
    ) -> Permutation {
        let none = Permutation {
            alternative,
            permutations: self.count,
            seed: self.seed,
            permutation_mean: None,
            permutation_standard_deviation: None,
            p_permutation: None,
        };
        let Some(found) = found.filter(|_| self.count > 0) else { return none };
        let orders = usize::try_from(self.count).unwrap_or(usize::MAX);
        let reference: Vec<f64> = (0..orders)
            .into_par_iter()
            .map_init(Vec::new, |order, number| {
                order.clear();
                order.extend_from_slice(values);
                self.shuffle(number, order);
                statistic(order)
            })
            .collect();
        let mut tails = Tails::default();
        reference.iter().for_each(|one| tails.add(found, *one));
        let mean = reference.iter().sum::<f64>() / self.count as f64;
        let squares: f64 = reference.iter().map(|one| (one - mean).powi(2)).sum();
        Permutation {
            permutation_mean: Some(mean),
            permutation_standard_deviation: quotient(squares, self.count as f64 - 1.0).map(f64::sqrt),
            p_permutation: p_of_permutations(tails.at_least, tails.at_most, self.count, alternative),
            ..none
        }
    }

    /// For each unit how its statistic compares with those of as many other units drawn at random for neighbours; the unit
    /// itself stays where it is.
    ///
    /// The statistic is made by `of` of D sums Σ_j w_ij f(x_j) over its neighbours, with f what `terms` gives for the unit.
    pub(super) fn of_each<V, F, const D: usize>(
        self,
        weights: &Weights,
        values: &[V],
        found: &[Option<f64>],
        terms: impl Fn(usize) -> F + Sync,
        of: impl Fn([f64; D]) -> f64 + Sync,
    ) -> Vec<Option<Tails>>
    where
        V: Copy + Sync,
        F: Fn(V) -> [f64; D],
    {
        let units = weights.len();
        let one = |(drawn, batch): &mut (Drawn, Batch), unit: usize| {
            let found = found[unit].filter(|_| self.count > 0)?;
            let term = terms(unit);
            // A unit that is its own neighbour stays that.
            let (mut others, mut fixed) = (Vec::with_capacity(weights.cardinality(unit)), [0.0; D]);
            for (neighbour, weight) in weights.neighbours(unit) {
                if neighbour == unit {
                    fixed = term(values[unit]).map(|own| weight * own);
                } else {
                    others.push(weight);
                }
            }
            let alike = others.first().copied().filter(|first| others.iter().all(|weight| weight == first));
            let (count, limit) = (others.len(), units - 1);
            let mut generator = self.stream(unit);
            let mut tails = Tails::default();
            if !Batch::suits(count, limit) {
                // If all weights are equal, it does not matter which neighbour gets which weight.
                let order = if alike.is_some() { Order::AsDrawn } else { Order::Random };
                for _ in 0..self.count {
                    drawn.draw(&mut generator, count, limit, order);
                    let mut sums = fixed;
                    for (weight, other) in others.iter().zip(&drawn.units) {
                        // The draws are from all units but the unit itself.
                        let other = *other as usize + usize::from(*other as usize >= unit);
                        let terms = term(values[other]);
                        (0..D).for_each(|part| sums[part] += weight * terms[part]);
                    }
                    tails.add(found, of(sums));
                }
                return Some(tails);
            }
            let chances = Chances::new(limit as u32, unit as u32);
            let mut left = self.count;
            while left > 0 {
                batch.draw(&mut generator, count, chances);
                let mut sums = [[0.0; LANES]; D];
                match alike {
                    Some(weight) => {
                        for row in &batch.drawn[..count] {
                            for lane in 0..LANES {
                                let terms = term(values[row[lane] as usize]);
                                (0..D).for_each(|part| sums[part][lane] += terms[part]);
                            }
                        }
                        sums.iter_mut().flatten().for_each(|sum| *sum *= weight);
                    }
                    None => {
                        for (row, weight) in batch.drawn.iter().zip(&others) {
                            for lane in 0..LANES {
                                let terms = term(values[row[lane] as usize]);
                                (0..D).for_each(|part| sums[part][lane] += weight * terms[part]);
                            }
                        }
                    }
                }
                for (lane, refused) in batch.refused.into_iter().enumerate() {
                    if refused == 0 && left > 0 {
                        tails.add(found, of(std::array::from_fn(|part| fixed[part] + sums[part][lane])));
                        left -= 1;
                    }
                }
            }
            Some(tails)
        };
        let own = || (Drawn::default(), Batch::default());
        (0..units).into_par_iter().map_init(own, one).collect()
    }

    /// For each unit, compares a statistic that is a single sum with its values for random neighbours.
    pub(super) fn of_each_sum<F: Fn(f64) -> f64>(
        self,
        weights: &Weights,
        values: &[f64],
        found: &[Option<f64>],
        terms: impl Fn(usize) -> F + Sync,
    ) -> Vec<Option<Tails>> {
        let terms = |unit| {
            let term = terms(unit);
            move |value| [term(value)]
        };
        self.of_each(weights, values, found, terms, |[sum]| sum)
    }
}

impl Inference {
    /// Compares a statistic with its values for random orders of all values.
    pub(super) fn of_all(
        self,
        found: Option<f64>,
        values: &[f64],
        statistic: impl Fn(&[f64]) -> f64 + Sync,
    ) -> Permutation {
        self.permutations.of_all(found, values, self.alternative, statistic)
    }
}

/// The order of numbers drawn at random.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Not each order as likely, though each set is.
    AsDrawn,
    Random,
}

/// Different numbers drawn at random.
#[derive(Default)]
struct Drawn {
    units: Vec<u32>,
    /// In which draw each number came last.
    last: Vec<u32>,
    draws: u32,
}

impl Drawn {
    /// Draws `count` different numbers below `limit`, each set of them as likely: Floyd's method.
    #[inline]
    fn draw(&mut self, generator: &mut Xoshiro256PlusPlus, count: usize, limit: usize, order: Order) {
        self.last.resize(limit, 0);
        self.draws = match self.draws.checked_add(1) {
            Some(draws) => draws,
            None => {
                self.last.fill(0);
                1
            }
        };
        self.units.clear();
        for top in limit - count..limit {
            let mut number = below(generator, top + 1);
            if self.last[number] == self.draws {
                number = top;
            }
            self.last[number] = self.draws;
            self.units.push(number as u32);
            if order == Order::Random {
                let (place, newest) = (below(generator, self.units.len()), self.units.len() - 1);
                self.units.swap(place, newest);
            }
        }
    }
}

/// The number of draws that are made side by side, so that the processor need not finish one before it begins the next.
pub(super) const LANES: usize = 8;

/// Several draws of different numbers, side by side. A draw with a number twice is refused as a whole: those that are left are as
/// likely as each other, in every order.
#[derive(Default)]
pub(super) struct Batch {
    /// The numbers of all draws that come first, second, ….
    pub(super) drawn: [[u32; LANES]; Batch::MOST],
    /// Not 0 for draws that do not count.
    pub(super) refused: [u32; LANES],
}

/// The numbers that are drawn from: those below a limit, one of which is skipped.
#[derive(Clone, Copy)]
pub(super) struct Chances {
    limit: u64,
    /// 2³² mod the limit: what would make some numbers likelier than others.
    rest: u32,
    skipped: u32,
}

impl Chances {
    /// The numbers up to `limit` without one of them, each as likely.
    pub(super) fn new(limit: u32, skipped: u32) -> Self {
        Self { limit: limit.into(), rest: limit.wrapping_neg() % limit, skipped }
    }
}

impl Batch {
    /// The most numbers of one draw.
    pub(super) const MOST: usize = 32;

    /// Returns whether most draws of this many numbers contain no number twice.
    const fn suits(count: usize, limit: usize) -> bool {
        count <= Self::MOST && count * count < limit
    }

    #[inline]
    pub(super) fn draw(&mut self, generator: &mut Xoshiro256PlusPlus, count: usize, chances: Chances) {
        let Chances { limit, rest, skipped } = chances;
        let mut refused = [0; LANES];
        for row in &mut self.drawn[..count] {
            let mut words = [0_u64; LANES / 2];
            words.iter_mut().for_each(|word| *word = generator.next_u64());
            // Two numbers of each word, as in `below`.
            for (half, word) in words.into_iter().enumerate() {
                for (lane, word) in [(half, word & 0xffff_ffff), (half + LANES / 2, word >> 32)] {
                    let product = word * limit;
                    refused[lane] |= u32::from((product as u32) < rest);
                    row[lane] = (product >> 32) as u32;
                }
            }
            row.iter_mut().for_each(|number| *number += u32::from(*number >= skipped));
        }
        for newest in 1..count {
            let (before, row) = self.drawn.split_at(newest);
            for other in before {
                for lane in 0..LANES {
                    refused[lane] |= u32::from(other[lane] == row[0][lane]);
                }
            }
        }
        self.refused = refused;
    }
}

/// A whole number below a limit, which is at least 1 and fits 32 bits as the number of a unit does, each as likely.
///
/// # References
///
/// D. Lemire, Fast random integer generation in an interval, ACM Transactions on Modeling and Computer Simulation 29, 2019.
#[inline]
pub(super) fn below(generator: &mut Xoshiro256PlusPlus, limit: usize) -> usize {
    let limit = limit as u32;
    let mut product = u64::from(generator.next_u32()) * u64::from(limit);
    if (product as u32) < limit {
        let rest = limit.wrapping_neg() % limit;
        while (product as u32) < rest {
            product = u64::from(generator.next_u32()) * u64::from(limit);
        }
    }
    (product >> 32) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Pearson's χ² of as many of each outcome.
    fn chi(counts: &BTreeMap<Vec<u32>, u32>) -> f64 {
        let expected = f64::from(counts.values().sum::<u32>()) / counts.len() as f64;
        counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
    }

    #[test]
    fn every_set_in_every_order_is_as_likely() {
        const DRAWS: u32 = 120_000;
        let mut counts: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        let mut generator = Permutations { count: 1, seed: 1 }.stream(0);
        let mut drawn = Drawn::default();
        for _ in 0..DRAWS {
            drawn.draw(&mut generator, 3, 5, Order::Random);
            *counts.entry(drawn.units.clone()).or_insert(0) += 1;
        }
        // 60 ordered triples of 5: χ² of 59 degrees is above 110 once in 30,000 times.
        assert!(counts.len() == 60 && chi(&counts) < 110.0, "{} {}", counts.len(), chi(&counts));
        counts.clear();
        for _ in 0..DRAWS {
            drawn.draw(&mut generator, 3, 5, Order::AsDrawn);
            drawn.units.sort_unstable();
            *counts.entry(drawn.units.clone()).or_insert(0) += 1;
        }
        // 10 sets: χ² of 9 degrees is above 36 once in 25,000 times.
        assert!(counts.len() == 10 && chi(&counts) < 36.0, "{} {}", counts.len(), chi(&counts));
    }

    #[test]
    fn every_set_in_every_order_is_as_likely_side_by_side() {
        let mut generator = Permutations { count: 1, seed: 2 }.stream(3);
        // Of 0 to 5 without 2, three; then of many, the last digits of two, so that numbers far from each other are seen.
        let mut batch = Batch::default();
        let mut counts: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        let mut lanes: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        for _ in 0..30_000 {
            batch.draw(&mut generator, 3, Chances::new(5, 2));
            for lane in (0..LANES).filter(|lane| batch.refused[*lane] == 0) {
                *counts.entry(batch.drawn[..3].iter().map(|row| row[lane]).collect()).or_insert(0) += 1;
                *lanes.entry(vec![lane as u32]).or_insert(0) += 1;
            }
        }
        assert!(counts.keys().flatten().all(|number| *number < 6 && *number != 2));
        assert!(counts.len() == 60 && chi(&counts) < 110.0, "{} {}", counts.len(), chi(&counts));
        // χ² of 7 degrees is above 33 once in 40,000 times.
        assert!(lanes.len() == LANES && chi(&lanes) < 33.0, "{}", chi(&lanes));
        counts.clear();
        for _ in 0..15_000 {
            batch.draw(&mut generator, 2, Chances::new(100_000, 100_000));
            for lane in (0..LANES).filter(|lane| batch.refused[*lane] == 0) {
                *counts.entry(batch.drawn[..2].iter().map(|row| row[lane] % 10).collect()).or_insert(0) += 1;
            }
        }
        // χ² of 99 degrees is above 163 once in 20,000 times.
        assert!(counts.len() == 100 && chi(&counts) < 163.0, "{} {}", counts.len(), chi(&counts));
    }

    #[test]
    fn draws_in_one_way_and_in_the_other_say_the_same() {
        // Nine others suit both: two of them are drawn for the unit's neighbours.
        assert!(Batch::suits(2, 9) && !Batch::suits(3, 9));
        let ids: Vec<String> = (0..10).map(|unit| unit.to_string()).collect();
        let values: Vec<f64> = (0..10).map(|value| f64::from(value * value)).collect();
        let tails = |kept: usize| {
            let row = |unit: u32| {
                let neighbour = |(step, weight): (u32, f64)| ((unit + step) % 10, weight);
                [(1, 1.0), (2, 2.0), (3, 0.0)].map(neighbour)[..kept].to_vec()
            };
            let weights = Weights::new(ids.clone(), (0..10).map(row).collect()).unwrap();
            let permutations = Permutations { count: 40_000, seed: 4 };
            permutations.of_each_sum(&weights, &values, &[Some(60.0); 10], |_| |value| value)
        };
        // A third neighbour that weighs nothing changes nothing but the way.
        for (one, other) in tails(3).into_iter().zip(tails(2)) {
            let (one, other) = (one.unwrap().at_least as f64, other.unwrap().at_least as f64);
            // Five standard errors of a difference.
            assert!((one - other).abs() < 5.0 * (2.0 * 40_000.0 * 0.25_f64).sqrt(), "{one} {other}");
            assert!(one > 0.0 && one < 40_000.0);
        }
    }
}
