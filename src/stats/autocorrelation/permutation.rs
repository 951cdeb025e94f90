use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::inference::Inference;
use super::quotient;
use super::significance::{Alternative, p_of_permutations};
use crate::model::Weights;

/// How many random orders are tried, and with which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permutations {
    /// How many; none by default.
    pub count: u64,
    /// The same seed gives the same orders, on any number of threads.
    pub seed: u64,
}

/// What random orders of the values say of a statistic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permutation {
    /// What counts as more extreme, here and for every z.
    pub alternative: Alternative,
    /// How many orders were tried.
    pub permutations: u64,
    /// The seed they come from.
    pub seed: u64,
    /// The mean of the statistic over them.
    pub permutation_mean: Option<f64>,
    /// Its standard deviation over them.
    pub permutation_standard_deviation: Option<f64>,
    /// (M + 1) / (R + 1), see [`p_of_permutations`].
    pub p_permutation: Option<f64>,
}

/// How many of a reference distribution are at least and at most as large as what was found.
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
}

impl Permutations {
    /// A generator of its own for each unit, or each order.
    fn stream(self, number: usize) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        generator.set_stream(number as u64);
        generator
    }

    /// What random orders of all values say of a statistic.
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
                let mut generator = self.stream(number);
                // Fisher and Yates.
                for last in (1..order.len()).rev() {
                    order.swap(last, below(&mut generator, last + 1));
                }
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

    /// For each unit how its statistic, Σ_j w_ij f(i, j) over its neighbours, compares with those of as many other units
    /// drawn at random for neighbours; the unit itself stays where it is.
    pub(super) fn of_each(
        self,
        weights: &Weights,
        found: &[Option<f64>],
        term: impl Fn(usize, usize) -> f64 + Sync,
    ) -> Vec<Option<Tails>> {
        let units = weights.len();
        let one = |drawn: &mut Drawn, unit: usize| {
            let found = found[unit].filter(|_| self.count > 0)?;
            // A unit that is its own neighbour stays that.
            let others: Vec<f64> = weights
                .neighbours(unit)
                .filter(|(neighbour, _)| *neighbour != unit)
                .map(|(_, weight)| weight)
                .collect();
            let own = weights.neighbours(unit).filter(|(neighbour, _)| *neighbour == unit);
            let fixed: f64 = own.map(|(_, weight)| weight * term(unit, unit)).sum();
            // Of all but the unit itself.
            let drawn_term = |other: &u32| term(unit, *other as usize + usize::from(*other as usize >= unit));
            let alike = others.first().copied().filter(|first| others.iter().all(|weight| weight == first));
            let mut generator = self.stream(unit);
            let mut tails = Tails::default();
            for _ in 0..self.count {
                let sum: f64 = match alike {
                    // Which weight falls to which of them does not matter.
                    Some(weight) => {
                        drawn.draw(&mut generator, others.len(), units - 1, Order::AsDrawn);
                        weight * drawn.units.iter().map(drawn_term).sum::<f64>()
                    }
                    None => {
                        drawn.draw(&mut generator, others.len(), units - 1, Order::Random);
                        others.iter().zip(&drawn.units).map(|(weight, other)| weight * drawn_term(other)).sum()
                    }
                };
                tails.add(found, fixed + sum);
            }
            Some(tails)
        };
        (0..units).into_par_iter().map_init(|| Drawn::new(units), one).collect()
    }
}

impl Inference {
    /// What random orders of all values say of a statistic.
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
struct Drawn {
    units: Vec<u32>,
    /// In which draw each number came last.
    last: Vec<u32>,
    draws: u32,
}

impl Drawn {
    fn new(units: usize) -> Self {
        Self { units: Vec::new(), last: vec![0; units], draws: 0 }
    }

    /// Draws `count` different numbers below `limit`, each set of them as likely: Floyd's method.
    #[inline]
    fn draw(&mut self, generator: &mut ChaCha8Rng, count: usize, limit: usize, order: Order) {
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

/// A whole number below a limit, which is at least 1 and fits 32 bits as the number of a unit does, each as likely.
///
/// # References
///
/// D. Lemire, Fast random integer generation in an interval, ACM Transactions on Modeling and Computer Simulation 29, 2019.
#[inline]
fn below(generator: &mut ChaCha8Rng, limit: usize) -> usize {
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
    use super::*;

    #[test]
    fn every_set_in_every_order_is_as_likely() {
        const DRAWS: u32 = 120_000;
        let mut counts = std::collections::BTreeMap::new();
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let mut drawn = Drawn::new(5);
        for _ in 0..DRAWS {
            drawn.draw(&mut generator, 3, 5, Order::Random);
            *counts.entry(drawn.units.clone()).or_insert(0_u32) += 1;
        }
        // 60 ordered triples of 5, 2,000 of each: χ² of 59 degrees is above 110 once in 30,000 times.
        let expected = f64::from(DRAWS) / 60.0;
        let chi: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        assert!(counts.len() == 60 && chi < 110.0, "{} {chi}", counts.len());
        counts.clear();
        for _ in 0..DRAWS {
            drawn.draw(&mut generator, 3, 5, Order::AsDrawn);
            drawn.units.sort_unstable();
            *counts.entry(drawn.units.clone()).or_insert(0_u32) += 1;
        }
        // 10 sets: χ² of 9 degrees is above 36 once in 25,000 times.
        let expected = f64::from(DRAWS) / 10.0;
        let chi: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        assert!(counts.len() == 10 && chi < 36.0, "{} {chi}", counts.len());
    }
}
