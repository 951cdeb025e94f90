//! The kernel density of distances that are counted in steps.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of steps and of pairs"
)]

use std::f64::consts::TAU;

/// Beyond so many bandwidths a normal curve is below 10⁻¹⁵ of its height.
pub(super) const SEEN_BANDWIDTHS: f64 = 8.5;

/// Silverman's rule of thumb, 0.9 min(s, IQR / 1.34) N^(−1/5), of distances counted at 0, 1, 2 … steps; none of fewer than two, or where
/// all are equal.
pub(super) fn silverman_m(counts: &[u64], step_m: f64) -> Option<f64> {
    let n: u64 = counts.iter().sum();
    if n < 2 {
        return None;
    }
    let each = || counts.iter().enumerate().map(|(step, count)| (step as f64 * step_m, *count as f64));
    let mean = each().map(|(at, count)| at * count).sum::<f64>() / n as f64;
    let squares: f64 = each().map(|(at, count)| count * (at - mean).powi(2)).sum();
    let deviation = (squares / (n as f64 - 1.0)).sqrt();
    let places = [0.25, 0.75].map(|share: f64| {
        let place = share * (n - 1) as f64;
        (place.floor() as u64, place.fract())
    });
    // The number that stands at a place among all in order.
    let at_place = |place: u64| {
        let mut before = 0;
        let step = counts.iter().position(|count| {
            before += count;
            before > place
        });
        step.unwrap_or(counts.len().saturating_sub(1)) as f64 * step_m
    };
    let [lower, upper] = places.map(|(place, rest)| {
        let low = at_place(place);
        low + rest * (at_place((place + 1).min(n - 1)) - low)
    });
    let spread = deviation.min((upper - lower) / 1.34);
    let spread = if spread > 0.0 { spread } else { deviation };
    Some(0.9 * spread * (n as f64).powf(-0.2)).filter(|bandwidth_m| *bandwidth_m > 0.0)
}

/// The Gaussian kernel density at each radius of distances with a weight at 0, 1, 2 … steps, reflected at 0, over the weight of all.
pub(super) fn reflected_density(
    weights: &[f64],
    step_m: f64,
    bandwidth_m: f64,
    all: f64,
    radii_m: &[f64],
) -> Vec<Option<f64>> {
    /// Steps a bandwidth beyond which finer ones say nothing: shared between two neighbours so that its mean stays, a weight is off by at
    /// most 1 / (8 · 64²) of the height of the kernel, 0.003 %.
    const ENOUGH: f64 = 64.0;
    let coarser = (bandwidth_m / ENOUGH / step_m).floor();
    let coarse;
    let (weights, step_m) = if coarser >= 2.0 {
        coarse = coarsened(weights, coarser);
        (coarse.as_slice(), step_m * coarser)
    } else {
        (weights, step_m)
    };
    let height = 1.0 / (bandwidth_m * TAU.sqrt() * all);
    let of_radius = |radius: &f64| {
        let middle = (radius / step_m).round();
        let off_m = middle * step_m - radius;
        // Up from the middle, and down from below it, through 0 to the reflected distances.
        let up = Curve::new(off_m, step_m, bandwidth_m).sum((middle as i64).., weights);
        let down = Curve::new(off_m - step_m, -step_m, bandwidth_m).sum((0..middle as i64).rev(), weights);
        let reflected = Curve::new(radius.abs(), step_m, bandwidth_m).sum(0.., weights);
        Some((up + down + reflected) * height).filter(|density| density.is_finite())
    };
    radii_m.iter().map(of_radius).collect()
}

/// A normal curve at places in equal steps, each from the one before: of exp(−x² / 2h²) the ratio of neighbours falls by a factor that
/// is the same everywhere.
struct Curve {
    height: f64,
    ratio: f64,
    factor: f64,
}

impl Curve {
    fn new(off_m: f64, step_m: f64, bandwidth_m: f64) -> Self {
        let (off, step) = (off_m / bandwidth_m, step_m / bandwidth_m);
        Self {
            height: (-0.5 * off * off).exp(),
            ratio: (-step * (off + 0.5 * step)).exp(),
            factor: (-step * step).exp(),
        }
    }

    /// The weights at these steps under the curve, up to where it is nearly 0.
    fn sum(mut self, steps: impl Iterator<Item = i64>, weights: &[f64]) -> f64 {
        // exp(−8.5² / 2).
        const LEAST: f64 = 2e-16;
        let mut sum = 0.0;
        for step in steps {
            let Some(weight) = weights.get(step as usize) else { break };
            if self.height < LEAST {
                break;
            }
            sum += weight * self.height;
            self.height *= self.ratio;
            self.ratio *= self.factor;
        }
        sum
    }
}

/// Weights in steps that are so many times as long: each is shared between the two nearest so that its mean stays.
fn coarsened(weights: &[f64], times: f64) -> Vec<f64> {
    let mut coarse = vec![0.0; (weights.len() as f64 / times).ceil() as usize + 2];
    for (step, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
        let place = step as f64 / times;
        let (low, share) = (place.floor() as usize, place.fract());
        coarse[low] += weight * (1.0 - share);
        coarse[low + 1] += weight * share;
    }
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_of_counted_distances_is_the_sum_of_their_curves() {
        let weights: Vec<f64> = (0..4000).map(|step| f64::from((step * 7919) % 101)).collect();
        let all: f64 = weights.iter().sum::<f64>() * 2.0;
        let radii: Vec<f64> = (0..=20).map(|step| f64::from(step) * 95.3).collect();
        for (step_m, bandwidth_m, close) in [(1.0, 30.0, 1e-12), (0.5, 300.0, 2e-5), (1.0, 4.0, 1e-12)] {
            let found = reflected_density(&weights, step_m, bandwidth_m, all, &radii);
            for (radius, found) in radii.iter().zip(found) {
                let curve = |off_m: f64| (-0.5 * (off_m / bandwidth_m).powi(2)).exp() / (bandwidth_m * TAU.sqrt());
                let at = |(step, weight): (usize, &f64)| {
                    weight * (curve(radius - step as f64 * step_m) + curve(radius + step as f64 * step_m))
                };
                let expected: f64 = weights.iter().enumerate().map(at).sum::<f64>() / all;
                let found = found.unwrap();
                assert!((found - expected).abs() <= close * expected.max(1e-12), "{radius}: {found} {expected}");
            }
        }
    }

    #[test]
    fn the_bandwidth_of_counted_distances_is_that_of_the_distances() {
        // 1, 2, 2, 3, 10: s = 3.646…, quartiles 2 and 3.
        let mut counts = vec![0; 12];
        for distance in [1, 2, 2, 3, 10] {
            counts[distance] += 1;
        }
        let expected = 0.9 * (1.0 / 1.34) * 5.0_f64.powf(-0.2);
        assert!((silverman_m(&counts, 1.0).unwrap() - expected).abs() < 1e-14);
        assert_eq!(silverman_m(&[0, 7], 1.0), None);
        assert_eq!(silverman_m(&[1], 1.0), None);
    }
}
