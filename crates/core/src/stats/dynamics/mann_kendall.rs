use std::cmp::Ordering;
use std::collections::HashMap;

use serde::Serialize;

use crate::stats::{Alternative, p_of_z};

/// The trend of a series by Mann and Kendall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MannKendall {
    /// S: pairs that rise less pairs that fall.
    pub s: i64,
    /// The variance of S under no trend, with ties.
    pub variance: f64,
    /// z: S, one step nearer to 0, over its standard deviation; none where all values are equal.
    pub z: Option<f64>,
    /// The two-sided p-value of z, by the normal distribution; none where all values are equal.
    pub p: Option<f64>,
    /// Kendall's τ: S as a share of all pairs.
    pub tau: f64,
}

/// The Mann–Kendall test for a trend: S = Σ_{i<j} sgn(x_j − x_i), Var = (n(n − 1)(2n + 5) − Σ_t t(t − 1)(2t + 5)) / 18 over the
/// groups of t equal values, z = (S ∓ 1) / √Var.
///
/// The values should not hang on each other in time; where they do, p is too small.
///
/// # Undefined
///
/// None for fewer than three values; z and p where all values are equal.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::mann_kendall;
///
/// let found = mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
/// assert_eq!((found.s, found.tau), (10, 1.0));
/// assert!((found.p.unwrap() - 0.0275).abs() < 1e-4);
/// ```
///
/// # References
///
/// H. B. Mann (1945), Nonparametric tests against trend, Econometrica 13; M. G. Kendall (1975), Rank correlation methods.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    if values.len() < 3 {
        return None;
    }
    let mut s = 0_i64;
    for (place, value) in values.iter().enumerate() {
        for later in &values[place + 1..] {
            s += match later.partial_cmp(value) {
                Some(Ordering::Greater) => 1,
                Some(Ordering::Less) => -1,
                _ => 0,
            };
        }
    }
    let mut equal: HashMap<u64, f64> = HashMap::new();
    values.iter().for_each(|value| *equal.entry((value + 0.0).to_bits()).or_default() += 1.0);
    let mut counts: Vec<f64> = equal.into_values().collect();
    counts.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let term = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let variance = (term(n) - counts.into_iter().map(term).sum::<f64>()) / 18.0;
    let z = (variance > 0.0).then(|| (s - s.signum()) as f64 / variance.sqrt());
    let p = z.map(|z| p_of_z(z, Alternative::TwoSided));
    Some(MannKendall { s, variance, z, p, tau: s as f64 / (n * (n - 1.0) / 2.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_lower_the_variance() {
        let found = mann_kendall(&[1.0, 1.0, 2.0, 2.0, 3.0]).unwrap();
        assert_eq!(found.s, 8);
        assert!((found.variance - (5.0 * 4.0 * 15.0 - 2.0 * (2.0 * 9.0)) / 18.0).abs() < 1e-12);
        let constant = mann_kendall(&[1.0; 4]).unwrap();
        assert_eq!((constant.s, constant.z, constant.p), (0, None, None));
        assert_eq!(mann_kendall(&[1.0, 2.0]), None);
    }
}
