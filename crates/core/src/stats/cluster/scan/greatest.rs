//! The greatest ratio of each random map.
//!
//! Nearly no zone of a map is greater than all others, so the ratio itself is worked out for few: for the others it is enough that
//! their cases lie within bounds, by the population of the zone, beyond which alone the ratio could be greater than the least of those that
//! the maps have so far. The cases of many maps are added and compared at once.

use rayon::prelude::*;

use super::ScanOptions;
use super::random::{LANES, Lane, RandomMaps};
use super::ratio::Ratio;
use super::zones::{Ellipse, Growing, Zones};

/// Centres whose zones are looked at one after another in the same block of maps, which then stays near the processor.
const CENTRES: usize = 16;

/// The greatest statistic of each random map.
pub(super) fn greatest(
    zones: &Zones<'_>,
    ellipses: &[Ellipse],
    cases: u64,
    ratio: &Ratio,
    options: &ScanOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Vec<f64> {
    // A bound may be one more than all cases.
    let of_all = if cases + 1 < u64::from(<u16 as Lane>::MOST) { of_all::<u16> } else { of_all::<u32> };
    of_all(zones, ellipses, cases, ratio, options, progress)
}

fn of_all<T: Lane>(
    zones: &Zones<'_>,
    ellipses: &[Ellipse],
    cases: u64,
    ratio: &Ratio,
    options: &ScanOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Vec<f64> {
    // So often it is told how far the maps at once are.
    const TELLINGS: usize = 32;
    // Maps at once: as many as make sorting the places anew for each of them cheap, in memory of some 64 MB.
    const MOST: usize = 1024;
    const MOST_CELLS: usize = 1 << 25;
    let count = zones.places.len();
    let at_once = (MOST_CELLS / count.max(1) / LANES * LANES).clamp(LANES, MOST) as u64;
    let centres = spread(count);
    let mut greatest = Vec::new();
    for first in (0..options.simulations).step_by(at_once as usize) {
        let numbers = first..(first + at_once).min(options.simulations);
        let maps = RandomMaps::<T>::new(numbers, options.seed, cases, zones.population, options.model);
        let mut of_maps = vec![0.0_f64; maps.count];
        // Few centres first, whose ratios are worked out all: what they find spares the others most of the work. Fewer than take as long
        // as working out the bounds would not pay.
        let of_centre = (count * maps.count * ellipses.len()).max(1);
        let fewest = (Bounds::<T>::cost(ellipses, maps.count) / of_centre).max(rayon::current_num_threads());
        let (mut start, mut length) = (0, fewest);
        while start < count {
            let end = (start + length).min(count);
            let bounds = (start > 0).then(|| Bounds::<T>::new(zones, ellipses, ratio, &of_maps));
            let look = |(mut at_hand, mut greatest): (Vec<AtHand>, Vec<f64>), centres: &[usize]| {
                for ellipse in ellipses {
                    at_hand.resize_with(centres.len(), AtHand::default);
                    at_hand.iter_mut().zip(centres).for_each(|(at_hand, centre)| at_hand.grow(zones, *centre, ellipse));
                    for (block, (maps, greatest)) in maps.blocks().iter().zip(greatest.chunks_mut(LANES)).enumerate() {
                        let bounds = bounds.as_ref().and_then(|bounds| bounds.of_block(ellipse, block));
                        at_hand.iter().for_each(|at_hand| at_hand.look(maps, bounds, ratio, ellipse, greatest));
                    }
                }
                (at_hand, greatest)
            };
            let greater = |one: Vec<f64>, other: Vec<f64>| -> Vec<f64> {
                one.iter().zip(other).map(|(one, other)| one.max(other)).collect()
            };
            let together = (length / rayon::current_num_threads()).clamp(1, CENTRES);
            let of_threads = centres[start..end].par_chunks(together).fold(|| (Vec::new(), of_maps.clone()), look);
            of_maps = of_threads.map(|(_, greatest)| greatest).reduce(|| of_maps.clone(), greater);
            (start, length) = (end, (2 * length).min(count.div_ceil(TELLINGS).max(fewest)));
            let looked_at = first * count as u64 + (maps.count * end) as u64;
            progress(looked_at, options.simulations * count as u64);
        }
        greatest.extend(of_maps);
    }
    greatest
}

/// All places, so that each stretch of them is spread over the whole list: by steps of the golden section, which miss no place where the step
/// and the number of places have no common divisor.
fn spread(count: usize) -> Vec<usize> {
    let divisor = |mut one: usize, mut other: usize| {
        while other > 0 {
            (one, other) = (other, one % other);
        }
        one
    };
    let step = (count * 382 / 1000..).find(|step| divisor(*step, count) == 1).unwrap_or(1);
    (0..count as u64).map(|place| (place * step as u64 % count as u64) as usize).collect()
}

/// The bounds of the cases, beyond which a ratio can be greater than the least of a block of maps so far, by the population of a zone.
///
/// Populations are told apart by the leading bits of their share, so that the bounds are as near for small ones as for great ones.
struct Bounds<T> {
    /// For each penalty, block and share of the population: only with more cases than the first, or fewer than the second, can a ratio be
    /// greater.
    by_penalty: Vec<(f64, Vec<Vec<[T; 2]>>)>,
}

/// The bits of the mantissa of a share that tell populations apart, and the octaves of shares.
const MANTISSA: u32 = 9;
const OCTAVES: u32 = 18;
const SHARES: u32 = OCTAVES << MANTISSA;
/// The leading bits of the least share that is told apart from 0.
const LEAST: u32 = (1.0_f32.to_bits() >> (23 - MANTISSA)) + 1 - SHARES;

/// The number of a share of the greatest population, from 0 to below [`SHARES`].
fn number_of(share: f64) -> u32 {
    ((share as f32).to_bits() >> (23 - MANTISSA)).saturating_sub(LEAST).min(SHARES - 1)
}

/// The least and the greatest share of a number.
fn shares_of(number: u32) -> [f64; 2] {
    let at = |number: u32| f64::from(f32::from_bits((LEAST + number) << (23 - MANTISSA)));
    // A share rounds to a number of 32 bits before its bits are taken.
    let lower = if number == 0 { 0.0 } else { at(number) * (1.0 - 1e-6) };
    let upper = if number == SHARES - 1 { f64::INFINITY } else { at(number + 1) * (1.0 + 1e-6) };
    [lower, upper]
}

impl<T: Lane> Bounds<T> {
    /// How many ratios are worked out for the bounds.
    fn cost(ellipses: &[Ellipse], maps: usize) -> usize {
        const STEPS_OF_A_SEARCH: usize = 20;
        penalties(ellipses).len() * maps.div_ceil(LANES) * SHARES as usize * STEPS_OF_A_SEARCH
    }

    fn new(zones: &Zones<'_>, ellipses: &[Ellipse], ratio: &Ratio, greatest: &[f64]) -> Self {
        let of_penalty = |penalty: f64| {
            let of_block = |greatest: &[f64]| {
                let least = greatest.iter().copied().fold(f64::INFINITY, f64::min) / penalty;
                let of_number = |number: u32| {
                    let people = shares_of(number).map(|share| share * zones.most);
                    let [high, low] = ratio.bounds(people, least);
                    // Above `high` − 1, and below `low`.
                    [T::new(high.saturating_sub(1)), T::new(low)]
                };
                (0..SHARES).into_par_iter().map(of_number).collect()
            };
            (penalty, greatest.par_chunks(LANES).map(of_block).collect())
        };
        Self { by_penalty: penalties(ellipses).into_iter().map(of_penalty).collect() }
    }

    fn of_block(&self, ellipse: &Ellipse, block: usize) -> Option<&[[T; 2]]> {
        let own = self.by_penalty.iter().find(|(penalty, _)| *penalty == ellipse.penalty);
        own.and_then(|(_, blocks)| blocks.get(block)).map(Vec::as_slice)
    }
}

/// The penalties of the shapes, each once.
fn penalties(ellipses: &[Ellipse]) -> Vec<f64> {
    let mut penalties: Vec<f64> = ellipses.iter().map(|ellipse| ellipse.penalty).collect();
    penalties.sort_unstable_by(f64::total_cmp);
    penalties.dedup();
    penalties
}

/// The zones about a centre, at hand for one block of maps after another.
#[derive(Default)]
struct AtHand {
    growing: Growing,
    /// The places, with the number of the share of the zone that ends with each; [`NONE`] where the next is as far.
    steps: Vec<[u32; 2]>,
}

const NONE: u32 = u32::MAX;

impl AtHand {
    fn grow(&mut self, zones: &Zones<'_>, centre: usize, ellipse: &Ellipse) {
        zones.grow(centre, ellipse, &mut self.growing);
        self.steps.clear();
        let members = self.growing.members.iter();
        self.steps.extend(members.map(|(member, population)| {
            [*member, population.map_or(NONE, |population| number_of(population / zones.most))]
        }));
    }

    /// Raises the greatest statistics of a block of maps by the zones about this centre; without bounds the ratio of each is worked out.
    fn look<T: Lane>(
        &self,
        maps: &[[T; LANES]],
        bounds: Option<&[[T; 2]]>,
        ratio: &Ratio,
        ellipse: &Ellipse,
        greatest: &mut [f64],
    ) {
        let mut own = [T::default(); LANES];
        for (place, [member, number]) in self.steps.iter().enumerate() {
            for (own, more) in own.iter_mut().zip(&maps[*member as usize]) {
                *own = own.plus(*more);
            }
            if *number == NONE {
                continue;
            }
            let beyond = match bounds {
                Some(bounds) => beyond(&own, bounds[*number as usize]),
                None => [T::new(1); LANES],
            };
            if beyond.iter().fold(T::default(), |any, beyond| any.or(*beyond)).cases() == 0 {
                continue;
            }
            let Some(population) = self.growing.members[place].1 else { continue };
            let ratio = ratio.of_population(population);
            for ((greatest, own), beyond) in greatest.iter_mut().zip(&own).zip(&beyond) {
                if beyond.cases() > 0 {
                    *greatest = greatest.max(ratio.of_cases(own.cases()) * ellipse.penalty);
                }
            }
        }
    }
}

/// Which numbers of cases are not within bounds: those above the first, those below the second.
#[inline]
fn beyond<T: Lane>(own: &[T; LANES], [high, low]: [T; 2]) -> [T; LANES] {
    let mut beyond = [T::default(); LANES];
    for (beyond, own) in beyond.iter_mut().zip(own) {
        *beyond = own.above(high).or(low.above(*own));
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::super::{ScanModel, ScanRates, ScanShape, ellipses};
    use super::*;
    use crate::stats::Places;

    /// Of every zone of every map the ratio itself.
    fn one_by_one<T: Lane>(
        zones: &Zones<'_>,
        ellipses: &[Ellipse],
        cases: u64,
        ratio: &Ratio,
        options: &ScanOptions,
    ) -> Vec<f64> {
        let numbers = 0..options.simulations;
        let maps = RandomMaps::<T>::new(numbers, options.seed, cases, zones.population, options.model);
        let mut growing = Growing::default();
        let of_map = |map: usize| {
            let mut greatest = 0.0_f64;
            for centre in 0..zones.places.len() {
                for ellipse in ellipses {
                    zones.grow(centre, ellipse, &mut growing);
                    let mut own = 0;
                    for (member, population) in &growing.members {
                        own += maps.blocks()[map / LANES][*member as usize][map % LANES].cases();
                        let Some(population) = population else { continue };
                        greatest = greatest.max(ratio.of_population(*population).of_cases(own) * ellipse.penalty);
                    }
                }
            }
            greatest
        };
        (0..maps.count).map(of_map).collect()
    }

    #[test]
    fn what_is_spared_changes_no_bit() {
        let number = |seed: u64, most: u64| {
            let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33 & (most - 1)
        };
        for (round, count) in [(0, 24_u64), (1, 3), (2, 1), (3, 200)] {
            let at: Vec<[f64; 2]> = (0..count)
                .map(|place| [number(place + 1000 * round, 64) as f64, number(place + 500 + 1000 * round, 64) as f64])
                .collect();
            let places = Places::planar(&at).unwrap();
            // Some without anyone, some with very many.
            let people: Vec<u64> =
                (0..count).map(|place| number(place + 77 * round, 8) * number(place + 9, 512)).collect();
            let cases = people.iter().sum::<u64>() / 9;
            let population: Vec<f64> = people.iter().map(|people| *people as f64).collect();
            let all: f64 = population.iter().sum();
            for (model, rates, shape, share) in [
                (ScanModel::Poisson, ScanRates::High, ScanShape::Circle, 0.5),
                (ScanModel::Poisson, ScanRates::Both, ScanShape::Ellipse { compactness: 0.5 }, 1.0),
                (ScanModel::Bernoulli, ScanRates::High, ScanShape::Circle, 0.1),
                (ScanModel::Poisson, ScanRates::Both, ScanShape::Circle, 1.0),
                (ScanModel::Bernoulli, ScanRates::Low, ScanShape::Circle, 1.0),
                (ScanModel::Bernoulli, ScanRates::Both, ScanShape::Ellipse { compactness: 1.0 }, 0.5),
            ] {
                // Where there are many places, bounds are worked out; with ellipses that would take long.
                if cases == 0 || (count > 100 && shape != ScanShape::Circle) {
                    continue;
                }
                let options = ScanOptions {
                    model,
                    rates,
                    shape,
                    greatest_share: share,
                    simulations: 70,
                    seed: round,
                    ..ScanOptions::default()
                };
                let zones = Zones::new(&places, &population, all, &options);
                let (ratio, shapes) = (Ratio::new(cases, all, &options), ellipses(shape));
                let expected = one_by_one::<u32>(&zones, &shapes, cases, &ratio, &options);
                assert!(count < 10 || expected.iter().all(|greatest| *greatest > 0.0));
                let short = of_all::<u16>(&zones, &shapes, cases, &ratio, &options, &mut |_, _| {});
                let long = of_all::<u32>(&zones, &shapes, cases, &ratio, &options, &mut |_, _| {});
                assert_eq!((&short, &long), (&expected, &expected), "{options:?}");
            }
        }
    }

    #[test]
    fn shares_have_numbers_whose_bounds_hold_them() {
        for step in 0..200_000_u32 {
            let share = f64::from(step).mul_add(5e-6, 1e-12) * 1.000_000_1;
            let [lower, upper] = shares_of(number_of(share));
            assert!(lower <= share && share <= upper, "{share}: {lower} to {upper}");
            assert!(share < 1e-5 || upper < lower * 1.003 || upper == f64::INFINITY);
        }
        assert_eq!((number_of(0.0), number_of(1.0), number_of(2.0)), (0, SHARES - 1, SHARES - 1));
    }

    #[test]
    fn centres_are_spread_and_none_is_missed() {
        for count in [0, 1, 2, 3, 7, 100, 4096] {
            let mut centres = spread(count);
            centres.sort_unstable();
            assert_eq!(centres, (0..count).collect::<Vec<_>>());
        }
    }
}
