use super::STATISTIC;
use crate::error::{Result, StatsError};

/// Divides a sample of `size` units among strata in proportion to their populations, by the method of largest remainders.
///
/// Stratum h gets ⌊n N_h / N⌋ units, and the units that are left go to the strata with the largest remainders, the first of equal
/// ones first. A stratum that is not empty gets one unit at least, as long as there are as many units as such strata; the units
/// for that are taken from the strata that got most. No stratum gets more units
/// than its population. All arithmetic is on whole numbers.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::proportional_allocation;
/// assert_eq!(proportional_allocation(&[60, 30, 10, 0], 10), [6, 3, 1, 0]);
/// assert_eq!(proportional_allocation(&[98, 1, 1], 10), [8, 1, 1]);
/// assert_eq!(proportional_allocation(&[2, 3], 10), [2, 3]); // there are no more
/// ```
///
/// # References
///
/// W. G. Cochran, Sampling Techniques, 3rd edition, 1977, section 5.5 (proportional allocation).
#[must_use]
pub fn proportional_allocation(populations: &[u64], size: u64) -> Vec<u64> {
    let all: u128 = populations.iter().map(|population| u128::from(*population)).sum();
    if all == 0 {
        return vec![0; populations.len()];
    }
    let size = u128::from(size).min(all);
    let parts: Vec<(u128, u128)> = populations
        .iter()
        .map(|population| {
            let exact = size * u128::from(*population);
            (exact / all, exact % all)
        })
        .collect();
    let mut given: Vec<u128> = parts.iter().map(|(whole, _)| *whole).collect();
    let left = size - given.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..populations.len()).collect();
    // Stable, so that the first of equal remainders comes first.
    order.sort_by_key(|stratum| std::cmp::Reverse(parts[*stratum].1));
    for stratum in order.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        given[*stratum] += 1;
    }
    let filled = populations.iter().filter(|population| **population > 0).count();
    if size >= filled as u128 {
        let poor: Vec<usize> = (0..given.len()).filter(|one| populations[*one] > 0 && given[*one] == 0).collect();
        for stratum in poor {
            // From one that has the most to spare, the last of equal ones.
            let Some(rich) = (0..given.len()).filter(|one| given[*one] > 1).max_by_key(|one| given[*one]) else {
                break;
            };
            given[rich] -= 1;
            given[stratum] = 1;
        }
    }
    given.iter().map(|units| u64::try_from(*units).unwrap_or(u64::MAX)).collect()
}

/// The least number of units that are a share of each stratum: ⌈s N_h⌉.
///
/// The share is taken as the decimal number that is written, so that 7 % of 100 is 7 and not 8.
///
/// # Errors
///
/// A share that is not between 0 and 1.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::share_allocation;
/// assert_eq!(share_allocation(&[100, 5, 0], 0.07)?, [7, 1, 0]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn share_allocation(populations: &[u64], share: f64) -> Result<Vec<u64>> {
    if !(0.0..=1.0).contains(&share) {
        let (found, expected) = (share.to_string(), "a number between 0 and 1".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "the share", found, expected }.into());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the population")]
    let part = |population: &u64| ((*population as f64 * share - 1e-9).ceil().max(0.0) as u64).min(*population);
    Ok(populations.iter().map(part).collect())
}
