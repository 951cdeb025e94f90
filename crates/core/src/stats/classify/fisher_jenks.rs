#![expect(
    clippy::cast_possible_truncation,
    reason = "memory does not hold 2³² values with their sums and layers; an exponent that is clamped"
)]

use std::ops::{Add, Mul, Sub};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::STATISTIC;
use crate::error::StatsError;

/// The upper bounds of the classes with the least sum of squared distances from their means.
///
/// Exact dynamic programming over the distinct values: D(c, i) = min over j of D(c − 1, j) + SSE(j, i). The best j never
/// decreases with i, so that each layer is solved by halving, in O(n log n). Of equally good classes the last starts
/// lowest.
pub(super) fn fisher_jenks_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let sums = Sums::new(sorted);
    let distinct = sums.distinct.len();
    let classes = classes.min(distinct);
    // D of the layer before, for the first i distinct values; with one class it is their own spread.
    let mut costs: Vec<f64> = (0..=distinct).map(|end| sums.squared_distances(0, end)).collect();
    let mut starts: Vec<Vec<u32>> = Vec::with_capacity(classes);
    for class in 1..classes {
        // Only the end of the last layer is needed.
        let first = if class + 1 == classes { distinct } else { class + 1 };
        let mut next = vec![f64::INFINITY; distinct + 1];
        let mut layer_starts = vec![0; distinct + 1];
        let layer = Stage { sums: &sums, before: &costs };
        layer.solve(&mut next[first..], &mut layer_starts[first..], first, class, distinct - 1);
        costs = next;
        starts.push(layer_starts);
    }
    let mut breaks = vec![sums.distinct[distinct - 1]];
    let mut end = distinct;
    for layer in starts.iter().rev() {
        end = layer[end] as usize;
        breaks.push(sums.distinct[end - 1]);
    }
    breaks.reverse();
    breaks
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

/// The data from which a layer is solved.
struct Stage<'a> {
    sums: &'a Sums,
    before: &'a [f64],
}

/// Below so many values two threads are not worth it.
const WORTH_A_THREAD: usize = 1 << 12;

impl Stage<'_> {
    /// Solves for the first `from` values and as many more as there are costs, whose last class starts in `lowest..=highest`.
    fn solve(&self, costs: &mut [f64], starts: &mut [u32], from: usize, lowest: usize, highest: usize) {
        let middle = costs.len().saturating_sub(1) / 2;
        let (costs_below, costs_above) = costs.split_at_mut(middle);
        let (starts_below, starts_above) = starts.split_at_mut(middle);
        let (Some((cost, costs_above)), Some((start, starts_above))) =
            (costs_above.split_first_mut(), starts_above.split_first_mut())
        else {
            return;
        };
        let end = from + middle;
        let mut best = (f64::INFINITY, lowest);
        for start in lowest..=highest.min(end - 1) {
            let cost = self.before[start] + self.sums.squared_distances(start, end);
            if cost < best.0 {
                best = (cost, start);
            }
        }
        (*cost, *start) = (best.0, best.1 as u32);
        let below = |costs: &mut [f64], starts: &mut [u32]| self.solve(costs, starts, from, lowest, best.1);
        let above = |costs: &mut [f64], starts: &mut [u32]| self.solve(costs, starts, end + 1, best.1, highest);
        if middle > WORTH_A_THREAD {
            rayon::join(|| below(costs_below, starts_below), || above(costs_above, starts_above));
        } else {
            below(costs_below, starts_below);
            above(costs_above, starts_above);
        }
    }
}

/// Distinct values with running sums, in twice the digits of a double: the spread of a narrow class far from the
/// others is the small difference of large sums.
pub(super) struct Sums {
    pub(super) distinct: Vec<f64>,
    weights: Vec<f64>,
    values: Vec<Double>,
    squares: Vec<Double>,
}

impl Sums {
    pub(super) fn new(sorted: &[f64]) -> Self {
        let centre = sorted[sorted.len() / 2];
        // A power of two, which rounds nothing, brings the offsets near 1, so that no square underflows.
        let range = sorted[sorted.len() - 1] - sorted[0];
        let scale = 2_f64.powi((-range.log2()).clamp(-1000.0, 1000.0) as i32);
        let mut sums =
            Self { distinct: Vec::new(), weights: vec![0.0], values: vec![Double::ZERO], squares: vec![Double::ZERO] };
        let (mut weight, mut value_sum, mut square_sum) = (0.0, Double::ZERO, Double::ZERO);
        for equal in sorted.chunk_by(|a, b| a == b) {
            let times = Double::from(equal.len() as f64);
            let offset = Double::from(equal[0] * scale) - Double::from(centre * scale);
            weight += equal.len() as f64;
            value_sum = value_sum + times * offset;
            square_sum = square_sum + times * (offset * offset);
            sums.distinct.push(equal[0]);
            sums.weights.push(weight);
            sums.values.push(value_sum);
            sums.squares.push(square_sum);
        }
        sums
    }

    /// Σ x² − (Σ x)² / n over the distinct values `start..end`.
    pub(super) fn squared_distances(&self, start: usize, end: usize) -> f64 {
        if end <= start + 1 {
            return 0.0;
        }
        let weight = self.weights[end] - self.weights[start];
        let value_sum = self.values[end] - self.values[start];
        let square_sum = self.squares[end] - self.squares[start];
        (square_sum - (value_sum * value_sum).divided_by(weight)).high.max(0.0)
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
