use std::f64::consts::TAU;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Random numbers of a seed, with functions that are the same on every machine.
pub(super) struct Chance {
    generator: ChaCha8Rng,
    spare: Option<f64>,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self { generator: ChaCha8Rng::seed_from_u64(seed), spare: None }
    }

    /// Above 0, up to 1.
    pub(super) fn uniform(&mut self) -> f64 {
        ((self.generator.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// With mean 0 and variance 1.
    pub(super) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        let (sine, cosine) = libm::sincos(TAU * self.uniform());
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// Of the gamma distribution with this shape and scale 1 (Marsaglia and Tsang 2000).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let power = libm::pow(self.uniform(), 1.0 / shape);
            return self.gamma(shape + 1.0) * power;
        }
        let depth = shape - 1.0 / 3.0;
        let width = 1.0 / (9.0 * depth).sqrt();
        loop {
            let normal = self.normal();
            let cube = (1.0 + width * normal).powi(3);
            if cube > 0.0 && libm::log(self.uniform()) < 0.5 * normal * normal + depth * (1.0 - cube + libm::log(cube))
            {
                return depth * cube;
            }
        }
    }

    /// How many of so many happen, each with this probability. Large numbers are normal about their mean.
    pub(super) fn binomial(&mut self, count: u32, probability: f64) -> u32 {
        if count == 0 || probability <= 0.0 {
            return 0;
        }
        if probability >= 1.0 {
            return count;
        }
        if probability > 0.5 {
            return count - self.binomial(count, 1.0 - probability);
        }
        let mean = f64::from(count) * probability;
        let variance = mean * (1.0 - probability);
        if variance > 100.0 {
            let drawn = (mean + variance.sqrt() * self.normal()).round().clamp(0.0, f64::from(count));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the count")]
            return drawn as u32;
        }
        // From one that happens to the next.
        let step = libm::log1p(-probability);
        let (mut at, mut happened) = (0.0, 0);
        loop {
            at += (libm::log(self.uniform()) / step).floor() + 1.0;
            if at > f64::from(count) {
                return happened;
            }
            happened += 1;
        }
    }
}
