use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A random generator that gives the same numbers on every machine. Its distributions use no function of the system's
/// mathematical library.
pub(super) struct Chance(ChaCha8Rng);

/// The random streams. Each part of the sample draws from its own stream, so more draws in one part do not change the
/// others.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Plan = 1,
    Parks = 2,
    Firms = 3,
    FaultPlan = 4,
    Faults = 8,
    Ledger = 5,
    LedgerFaults = 6,
    Candidates = 7,
}

impl Chance {
    pub(super) fn new(seed: u64, stream: Stream) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream as u64);
        Self(generator)
    }

    /// Draws from the uniform distribution over [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / 9_007_199_254_740_992.0;
        // 53 bits: every value is exact.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits * STEP
    }

    /// Draws from the uniform distribution over [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Draws a whole number below `limit`; 0 if the limit is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // Multiply and shift: the bias is below 2⁻³² for any list that fits in memory.
        let wide = u128::from(self.0.next_u64()) * limit as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Returns true with this probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Draws from the standard normal distribution, by Marsaglia's polar method.
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * libm::log(s) / s).sqrt();
            }
        }
    }

    /// Draws from the log-normal distribution with this median and with `sigma` as the standard deviation of the
    /// logarithm.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// Draws an index of `weights` with proportional probability; `None` if their sum is 0.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let total: f64 = weights.iter().sum();
        let mut left = self.uniform() * total;
        let last = weights.iter().rposition(|weight| *weight > 0.0)?;
        for (position, weight) in weights.iter().enumerate().take(last) {
            if left < *weight {
                return Some(position);
            }
            left -= weight;
        }
        Some(last)
    }

    /// Draws an item of a list; `None` if it is empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// Draws `amount` distinct whole numbers below `limit` (fewer if there are not enough), in ascending order.
    pub(super) fn distinct(&mut self, amount: usize, limit: usize) -> Vec<usize> {
        // Floyd's algorithm: no list of all numbers is made.
        let mut chosen = std::collections::BTreeSet::new();
        for upper in limit.saturating_sub(amount.min(limit))..limit {
            let candidate = self.below(upper + 1);
            if !chosen.insert(candidate) {
                chosen.insert(upper);
            }
        }
        chosen.into_iter().collect()
    }

    /// Shuffles a list.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for position in (1..items.len()).rev() {
            items.swap(position, self.below(position + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_numbers_are_distinct_and_below_the_limit() {
        let mut chance = Chance::new(1, Stream::Plan);
        for (amount, limit) in [(0, 0), (3, 2), (5, 5), (10, 1000)] {
            let numbers = chance.distinct(amount, limit);
            assert_eq!(numbers.len(), amount.min(limit));
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]) && numbers.iter().all(|number| *number < limit));
        }
    }

    #[test]
    fn normal_has_mean_0_and_variance_1() {
        let mut chance = Chance::new(7, Stream::Plan);
        let draws: Vec<f64> = (0..20_000).map(|_| chance.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut chance = Chance::new(3, Stream::Plan);
        assert_eq!(chance.weighted(&[]), None);
        assert_eq!(chance.weighted(&[0.0, 0.0]), None);
        assert!((0..1000).all(|_| chance.weighted(&[0.0, 1.0, 0.0, 2.0, 0.0]).is_some_and(|drawn| drawn % 2 == 1)));
    }
}
