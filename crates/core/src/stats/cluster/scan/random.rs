#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cases and persons of this model are whole and at most 2²⁶, which is checked"
)]

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::ScanModel;

/// Some of the random maps: the cases of each place in all of them side by side.
pub(super) struct RandomMaps {
    pub(super) count: usize,
    cases: Vec<u32>,
}

impl RandomMaps {
    /// The maps of these numbers; each has a stream of chance of its own.
    pub(super) fn new(
        numbers: std::ops::Range<u64>,
        seed: u64,
        cases: u64,
        population: &[f64],
        model: ScanModel,
    ) -> Self {
        let count = (numbers.end - numbers.start) as usize;
        let maps: Vec<Vec<u32>> = numbers
            .into_par_iter()
            .map(|number| {
                let mut generator = ChaCha8Rng::seed_from_u64(seed);
                generator.set_stream(number);
                thrown(&mut generator, cases, population, model)
            })
            .collect();
        let place = |place: usize| maps.iter().map(move |map| map[place]);
        Self { count, cases: (0..population.len()).flat_map(place).collect() }
    }

    pub(super) fn at_place(&self, place: u32) -> &[u32] {
        &self.cases[place as usize * self.count..][..self.count]
    }
}

/// Cases thrown at random: by the shares of the population, or as some of its members.
fn thrown(generator: &mut ChaCha8Rng, cases: u64, population: &[f64], model: ScanModel) -> Vec<u32> {
    let mut sums = Vec::with_capacity(population.len());
    let mut sum = 0.0;
    for people in population {
        sum += people;
        sums.push(sum);
    }
    let mut map = vec![0_u32; population.len()];
    match model {
        ScanModel::Poisson => {
            for _ in 0..cases {
                let at = generator.random::<f64>() * sum;
                let place = sums.partition_point(|end| *end <= at).min(map.len() - 1);
                map[place] += 1;
            }
        }
        ScanModel::Bernoulli => {
            // Whole persons, none of them drawn twice: Floyd's method.
            let all = sum as u64;
            let mut drawn = std::collections::HashSet::with_capacity(cases as usize);
            for top in all - cases..all {
                let number = ((generator.random::<f64>() * (top + 1) as f64) as u64).min(top);
                let person = if drawn.insert(number) { number } else { top };
                if person == top {
                    drawn.insert(top);
                }
                map[sums.partition_point(|end| *end <= person as f64)] += 1;
            }
        }
    }
    map
}
