#![expect(
    clippy::cast_possible_truncation,
    reason = "memory does not hold 2³² values with their sums and layers; an exponent that is clamped"
)]

use std::ops::{Add, Mul, Range, Sub};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::STATISTIC;
use crate::error::StatsError;

/// The upper bounds of the classes with the least sum of squared distances from their means.
pub(super) fn fisher_jenks_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let sums = Sums::new(sorted);
    let classes = classes.min(sums.distinct.len());
    let mut ends = all_ends(&sums, classes);
    if sums.distinct.len() > FEW {
        leave_out_ends(&sums, &mut ends);
    }
    best_breaks(&sums, &ends)
}

/// The places among the distinct values at which each class may end: before the first value of the next.
fn all_ends(sums: &Sums, classes: usize) -> Vec<Range<usize>> {
    let distinct = sums.distinct.len();
    (1..=classes).map(|class| if class < classes { class } else { distinct }..distinct + 1).collect()
}

/// Upper bounds of classes that end at some of these places.
///
/// Exact dynamic programming over the distinct values: D(c, i) = min over j of D(c − 1, j) + SSE(j, i). The best j never
/// decreases with i, so that each layer is solved by halving, in O(m log m) for the m places at which the class may end. Of
/// equally good classes the last starts lowest.
fn best_breaks(sums: &Sums, ends: &[Range<usize>]) -> Vec<f64> {
    // D of the layer before; with one class it is the spread of the values.
    let mut before: Vec<f64> = ends[0].clone().map(|end| sums.squared_distances(0, end)).collect();
    let mut starts: Vec<Vec<u32>> = Vec::with_capacity(ends.len());
    for pair in ends.windows(2) {
        let [first_start, first_end] = [pair[0].start, pair[1].start];
        let least = least_of_rows(pair[1].len(), pair[0].len(), &|row, column| {
            let [start, end] = [first_start + column, first_end + row];
            if start < end { before[column] + sums.squared_distances(start, end) } else { f64::INFINITY }
        });
        before = costs(&least);
        starts.push(least.into_iter().map(|least| least.column).collect());
    }
    let mut end = sums.distinct.len();
    let mut breaks = vec![sums.distinct[end - 1]];
    for (layer, pair) in starts.iter().zip(ends.windows(2)).rev() {
        end = pair[0].start + layer[end - pair[1].start] as usize;
        breaks.push(sums.distinct[end - 1]);
    }
    breaks.reverse();
    breaks
}

/// Up to so many distinct values every end of a class is tried.
const FEW: usize = 1 << 13;

/// Leaves out places at which no class of the best ends.
///
/// The ends of a class are put into bins. With the values left out that stand in the bins in which its classes end, a division costs
/// no more than it does; with ends at the first place of a bin only, the best costs no less than it does. So a bin with which the first
/// cost is more than the second holds no end of the best. What is left is put into smaller bins, as long as half is left out.
fn leave_out_ends(sums: &Sums, ends: &mut [Range<usize>]) {
    let count = |ends: &[Range<usize>]| ends.iter().map(Range::len).sum::<usize>();
    let mut before = usize::MAX;
    while count(ends) <= before / 2 {
        before = count(ends);
        let bins: Vec<Bins> =
            std::iter::once(&(0..1)).chain(&*ends).map(|ends| Bins::new(ends, &sums.distinct)).collect();
        // The least costs of what stands before each bin of a class, and before its first place.
        let (mut below, mut first_below) = (vec![vec![0.0]], vec![0.0]);
        for pair in bins.windows(2) {
            let least = |costs: &[f64], start: fn(&Bins, usize) -> usize| {
                least_of_rows(pair[1].len(), pair[0].len(), &|row, column| {
                    costs[column] + sums.squared_distances(start(&pair[0], column), pair[1].first(row))
                })
            };
            let next = least(&below[below.len() - 1], Bins::last);
            first_below = costs(&least(&first_below, Bins::first));
            below.push(costs(&next));
        }
        let most = first_below[0] + sums.rounding(first_below[0]);
        let mut above = vec![0.0];
        for class in (0..ends.len() - 1).rev() {
            let (own, next) = (&bins[class + 1], &bins[class + 2]);
            above = costs(&least_of_rows(own.len(), next.len(), &|row, column| {
                above[column] + sums.squared_distances(own.last(row), next.first(column))
            }));
            let may_hold = |bin: &usize| below[class + 1][*bin] + above[*bin] <= most;
            let (first, last) = ((0..own.len()).find(may_hold), (0..own.len()).rfind(may_hold));
            if let Some((first, last)) = first.zip(last) {
                ends[class] = own.first(first)..own.last(last) + 1;
            }
        }
    }
}

/// Places side by side, put into bins.
struct Bins {
    /// The first place of each bin, and the end of the last.
    fences: Vec<usize>,
}

impl Bins {
    /// Of as many places each, and of values as far apart: where few values are far from the others, all depends on them.
    fn new(places: &Range<usize>, distinct: &[f64]) -> Self {
        const EACH: usize = 1 << 8;
        let value = |place: usize| distinct[place.min(distinct.len() - 1)];
        let (least, range) = (value(places.start), value(places.end - 1) - value(places.start));
        let fence = |part: usize| {
            let upper = least + range * (part as f64 / EACH as f64);
            [places.start + places.len() * part / EACH, distinct.partition_point(|value| *value <= upper)]
        };
        let mut fences: Vec<usize> = (1..EACH).flat_map(fence).filter(|fence| places.contains(fence)).collect();
        fences.extend([places.start, places.end]);
        fences.sort_unstable();
        fences.dedup();
        Self { fences }
    }

    const fn len(&self) -> usize {
        self.fences.len() - 1
    }

    fn first(&self, bin: usize) -> usize {
        self.fences[bin]
    }

    fn last(&self, bin: usize) -> usize {
        self.fences[bin + 1] - 1
    }
}

/// So many of sorted values, drawn without putting back, and the least and the greatest; sorted.
pub(super) fn sampled(sorted: &[f64], sample: usize, seed: u64) -> Result<Vec<f64>, StatsError> {
    if sample == 0 {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the size of the sample",
            found: sample.to_string(),
            expected: "1 value or more".to_owned(),
        });
    }
    if sample >= sorted.len() {
        return Ok(sorted.to_vec());
    }
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = vec![sorted[0]];
    let mut wanted = sample;
    for (place, value) in sorted.iter().enumerate() {
        if generator.random_range(0..sorted.len() - place) < wanted {
            drawn.push(*value);
            wanted -= 1;
        }
    }
    drawn.push(sorted[sorted.len() - 1]);
    Ok(drawn)
}

/// The least cost of a row, and the first column that has it.
#[derive(Clone, Copy)]
struct Least {
    cost: f64,
    column: u32,
}

fn costs(least: &[Least]) -> Vec<f64> {
    least.iter().map(|least| least.cost).collect()
}

/// The least of each row of costs, whose column never decreases from row to row.
fn least_of_rows(rows: usize, columns: usize, cost: &(impl Fn(usize, usize) -> f64 + Sync)) -> Vec<Least> {
    let mut least = vec![Least { cost: f64::INFINITY, column: 0 }; rows];
    halve(&mut least, 0, 0, columns - 1, cost);
    least
}

/// Below so many rows two threads are not worth it.
const WORTH_A_THREAD: usize = 1 << 12;

/// The least of rows from `first_row` on, whose columns are `lowest..=highest`: that of the middle row bounds the others'.
fn halve(
    rows: &mut [Least],
    first_row: usize,
    lowest: usize,
    highest: usize,
    cost: &(impl Fn(usize, usize) -> f64 + Sync),
) {
    let middle = rows.len().saturating_sub(1) / 2;
    let (rows_below, rows_above) = rows.split_at_mut(middle);
    let Some((own, rows_above)) = rows_above.split_first_mut() else { return };
    let row = first_row + middle;
    let mut best = (f64::INFINITY, lowest);
    for column in lowest..=highest {
        let cost = cost(row, column);
        if cost < best.0 {
            best = (cost, column);
        }
    }
    *own = Least { cost: best.0, column: best.1 as u32 };
    let mut below = || halve(rows_below, first_row, lowest, best.1, cost);
    let mut above = || halve(rows_above, row + 1, best.1, highest, cost);
    if middle > WORTH_A_THREAD {
        rayon::join(below, above);
    } else {
        below();
        above();
    }
}

/// Distinct values with running sums, in twice the digits of a double: the spread of a narrow class far from the
/// others is the small difference of large sums.
pub(super) struct Sums {
    pub(super) distinct: Vec<f64>,
    /// The sums over the values before each place, which stand side by side since they are read together.
    before: Vec<Sum>,
}

#[derive(Clone, Copy)]
struct Sum {
    weight: f64,
    values: Double,
    squares: Double,
}

impl Sums {
    pub(super) fn new(sorted: &[f64]) -> Self {
        let centre = sorted[sorted.len() / 2];
        // A power of two, which rounds nothing, brings the offsets near 1, so that no square underflows.
        let range = sorted[sorted.len() - 1] - sorted[0];
        let scale = 2_f64.powi((-range.log2()).clamp(-1000.0, 1000.0) as i32);
        let mut sum = Sum { weight: 0.0, values: Double::ZERO, squares: Double::ZERO };
        let mut sums = Self { distinct: Vec::new(), before: vec![sum] };
        for equal in sorted.chunk_by(|a, b| a == b) {
            let times = Double::from(equal.len() as f64);
            let offset = Double::from(equal[0] * scale) - Double::from(centre * scale);
            sum.weight += equal.len() as f64;
            sum.values = sum.values + times * offset;
            sum.squares = sum.squares + times * (offset * offset);
            sums.distinct.push(equal[0]);
            sums.before.push(sum);
        }
        sums
    }

    /// Σ x² − (Σ x)² / n over the distinct values `start..end`.
    pub(super) fn squared_distances(&self, start: usize, end: usize) -> f64 {
        if end <= start + 1 {
            return 0.0;
        }
        let (below, above) = (&self.before[start], &self.before[end]);
        let weight = above.weight - below.weight;
        let values = above.values - below.values;
        let squares = above.squares - below.squares;
        (squares - (values * values).divided_by(weight)).high.max(0.0)
    }

    /// More than a sum of squared distances is rounded by.
    fn rounding(&self, cost: f64) -> f64 {
        let all = self.before[self.before.len() - 1].squares.high;
        1e-9 * cost + 1e-20 * all
    }
}

/// A number as the unevaluated sum of two doubles (Dekker 1971).
#[derive(Debug, Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    const ZERO: Self = Self { high: 0.0, low: 0.0 };

    fn exact_sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let part = high - a;
        Self { high, low: (a - (high - part)) + (b - part) }
    }

    fn exact_product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: a.mul_add(b, -high) }
    }

    fn divided_by(self, divisor: f64) -> Self {
        let high = self.high / divisor;
        let rest = self - Self::exact_product(high, divisor);
        Self::exact_sum(high, rest.high / divisor)
    }
}

impl From<f64> for Double {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for Double {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let sum = Self::exact_sum(self.high, other.high);
        Self::exact_sum(sum.high, sum.low + self.low + other.low)
    }
}

impl Sub for Double {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { high: -other.high, low: -other.low }
    }
}

impl Mul for Double {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Self::exact_product(self.high, other.high);
        Self::exact_sum(product.high, product.low + self.high * other.low + self.low * other.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_end_of_the_best_classes_is_left_out() {
        const COUNT: usize = 20_000;
        let mut generator = ChaCha8Rng::seed_from_u64(5);
        let mut drawn = || -> Vec<f64> { (0..COUNT).map(|_| generator.random_range(0.0..1.0)).collect() };
        let kinds: [(&str, Vec<f64>); 6] = [
            ("even", drawn()),
            ("heavy tail", drawn().into_iter().map(|share| (1.0 - share).powi(-2)).collect()),
            ("two far apart", drawn().into_iter().map(|share| if share < 0.5 { share } else { 1e6 + share }).collect()),
            ("rounded", drawn().into_iter().map(|share| (-1e4 * (1.0 - share).ln()).round()).collect()),
            ("a lattice", (0..COUNT).map(|number| number as f64).collect()),
            ("far from 0", drawn().into_iter().map(|share| 1e9 + share).collect()),
        ];
        for (kind, mut values) in kinds {
            values.sort_unstable_by(f64::total_cmp);
            let sums = Sums::new(&values);
            for classes in [1, 2, 5, 7, 40] {
                let expected = best_breaks(&sums, &all_ends(&sums, classes));
                let mut ends = all_ends(&sums, classes);
                leave_out_ends(&sums, &mut ends);
                assert_eq!(best_breaks(&sums, &ends), expected, "{classes} classes of values: {kind}");
                let left: usize = ends.iter().map(Range::len).sum();
                assert!(
                    classes == 1 || classes > 7 || left < COUNT,
                    "{left} ends, {classes} classes of values: {kind}"
                );
            }
        }
    }
}
