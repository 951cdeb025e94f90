#![expect(clippy::cast_possible_truncation, reason = "memory holds no pairs of 2³² points")]

use serde::Serialize;
use statrs::distribution::{DiscreteCDF as _, Poisson};

use super::pairs::Cells;
use super::refuse_points;
use crate::error::{Result, StatsError};
use crate::stats::{Alternative, Permutation, Permutations};

/// The numbers of pairs of events that are close in space, in time, and in both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Knox {
    /// The number of events.
    pub n: usize,
    /// The number of pairs of events, n (n − 1) / 2.
    pub pairs: u64,
    /// The number of pairs within the distance.
    pub near_in_space: u64,
    /// The number of pairs within the time.
    pub near_in_time: u64,
    /// The number of pairs close in both, Knox's statistic.
    pub near_in_both: u64,
    /// The expected number of pairs close in both, if space and time are independent.
    pub expected: f64,
    /// The p-value of at least as many pairs, by the Poisson distribution with this mean.
    pub p_poisson: Option<f64>,
    /// The permutation test, in which the times of the events are permuted; one-sided, for as many pairs or more.
    #[serde(flatten)]
    pub permutation: Permutation,
}

/// Knox's test of space–time interaction: whether events that are close in space are close in time as well.
///
/// X = Σ_{i<j} 1[d_ij ≤ δ] 1[|t_i − t_j| ≤ τ], expected N_s N_t / (n (n − 1) / 2).
///
/// # Units
///
/// Metres and days.
///
/// # Undefined
///
/// `p_poisson` where no pair is expected; p of permutations where there are none.
///
/// # Errors
///
/// Fewer than 2 events; times that are not one finite number for each; a distance or time below 0; more than 2²⁷ pairs near in
/// space.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Permutations, knox};
///
/// let (firms, days) = ([[0.0, 0.0], [10.0, 0.0], [5000.0, 0.0]], [1.0, 3.0, 90.0]);
/// let found = knox(&firms, &days, 100.0, 7.0, Permutations::default())?;
/// assert_eq!((found.near_in_space, found.near_in_time, found.near_in_both), (1, 1, 1));
/// assert!((found.expected - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// E. G. Knox, The detection of space-time interactions, Applied Statistics 13, 1964; N. Mantel, The detection of disease
/// clustering and a generalized regression approach, Cancer Research 27, 1967.
pub fn knox(
    points: &[[f64; 2]],
    days: &[f64],
    distance_m: f64,
    within_days: f64,
    permutations: Permutations,
) -> Result<Knox> {
    const STATISTIC: &str = "Knox's test";
    const MOST: usize = 1 << 27;
    refuse_points(STATISTIC, points)?;
    if days.len() != points.len() {
        let (found, expected) = (format!("{} entries", days.len()), format!("{}, one for each event", points.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the times", found, expected }.into());
    }
    if let Some(event) = days.iter().position(|day| !day.is_finite()) {
        let (place, found) = (format!("event {}", event + 1), days[event]);
        return Err(StatsError::Value { statistic: STATISTIC, place, found, expected: "a number of days" }.into());
    }
    for (option, found, unit) in [("the distance", distance_m, "m"), ("the time", within_days, "days")] {
        if !(found.is_finite() && found >= 0.0) {
            let (found, expected) = (format!("{found} {unit}"), format!("0 {unit} or more"));
            return Err(StatsError::Option { statistic: STATISTIC, option, found, expected }.into());
        }
    }
    if points.len() < 2 {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let cells = Cells::new(points, distance_m);
    let mut near: Vec<[u32; 2]> = Vec::new();
    for (number, at) in (0_u32..).zip(points) {
        let others = cells.around(*at).filter(|(other, apart_m)| *other > number as usize && *apart_m <= distance_m);
        near.extend(others.map(|(other, _)| [number, other as u32]));
        if near.len() > MOST {
            let (found, expected) = (format!("{distance_m} m"), "one with at most 2²⁷ pairs within".to_owned());
            return Err(StatsError::Option { statistic: STATISTIC, option: "the distance", found, expected }.into());
        }
    }
    let mut sorted = days.to_vec();
    sorted.sort_by(f64::total_cmp);
    let later = |(number, day): (usize, &f64)| {
        let end = sorted.partition_point(|other| other - day <= within_days);
        (end - number - 1) as u64
    };
    let near_in_time: u64 = sorted.iter().enumerate().map(later).sum();
    let both = |days: &[f64]| {
        let is_near = |[one, other]: &&[u32; 2]| (days[*one as usize] - days[*other as usize]).abs() <= within_days;
        near.iter().filter(is_near).count() as u64
    };
    let near_in_both = both(days);
    let pairs = points.len() as u64 * (points.len() as u64 - 1) / 2;
    let expected = near.len() as f64 * near_in_time as f64 / pairs as f64;
    // Where all pairs or none are near in space, or in time, every order of the dates gives the same.
    let differs = |near: u64| near > 0 && near < pairs;
    let found = (differs(near.len() as u64) && differs(near_in_time)).then_some(near_in_both as f64);
    let permutation = permutations.of_all(found, days, Alternative::Greater, |days| both(days) as f64);
    Ok(Knox {
        n: points.len(),
        pairs,
        near_in_space: near.len() as u64,
        near_in_time,
        near_in_both,
        expected,
        p_poisson: Poisson::new(expected).ok().map(|chance| chance.sf(near_in_both)),
        permutation,
    })
}
