#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cases and persons of this model are whole and at most 2²⁶, which is checked"
)]

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::ScanModel;

/// Maps that are looked at together: as many numbers of 16 bits as a processor without AVX adds in eight steps.
pub(super) const LANES: usize = 64;

/// A number of cases of a zone in one of the random maps.
pub(super) trait Lane: Copy + Default + Send + Sync {
    /// The greatest number that it holds.
    const MOST: u32;
    fn new(cases: u32) -> Self;
    fn cases(self) -> u32;
    fn plus(self, more: Self) -> Self;
    /// Not 0 where it is above another.
    fn above(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
}

macro_rules! lane {
    ($type:ty) => {
        impl Lane for $type {
            const MOST: u32 = <$type>::MAX as u32;
            #[inline]
            fn new(cases: u32) -> Self {
                cases as $type
            }
            #[inline]
            fn cases(self) -> u32 {
                u32::from(self)
            }
            #[inline]
            fn plus(self, more: Self) -> Self {
                self.wrapping_add(more)
            }
            #[inline]
            fn above(self, other: Self) -> Self {
                self.saturating_sub(other)
            }
            #[inline]
            fn or(self, other: Self) -> Self {
                self | other
            }
        }
    };
}

lane!(u16);
lane!(u32);

/// Some of the random maps, in blocks: the cases of each place in all maps of a block side by side.
pub(super) struct RandomMaps<T> {
    pub(super) count: usize,
    blocks: Vec<Vec<[T; LANES]>>,
}

impl<T: Lane> RandomMaps<T> {
    /// The maps of these numbers; each has a stream of chance of its own. Behind the last one stand copies of it.
    pub(super) fn new(
        numbers: std::ops::Range<u64>,
        seed: u64,
        cases: u64,
        population: &[f64],
        model: ScanModel,
    ) -> Self {
        let map = |number: u64| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(number);
            thrown(&mut generator, cases, population, model)
        };
        let block = |first: u64| {
            let mut block = vec![[T::default(); LANES]; population.len()];
            let last = numbers.end - 1;
            for (lane, number) in (first..first + LANES as u64).enumerate() {
                if number > last {
                    block.iter_mut().for_each(|lanes| lanes[lane] = lanes[lane - 1]);
                    continue;
                }
                for (lanes, cases) in block.iter_mut().zip(map(number)) {
                    lanes[lane] = T::new(cases);
                }
            }
            block
        };
        let firsts: Vec<u64> = numbers.clone().step_by(LANES).collect();
        let count = (numbers.end - numbers.start) as usize;
        Self { count, blocks: firsts.into_par_iter().map(block).collect() }
    }

    /// The maps by the places, [`LANES`] of them at a time.
    pub(super) fn blocks(&self) -> &[Vec<[T; LANES]>] {
        &self.blocks
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
