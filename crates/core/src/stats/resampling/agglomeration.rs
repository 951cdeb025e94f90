use rayon::prelude::*;

use super::changes::{Drawn, PairedFirm, Plant, refuse_firms};
use super::{multiplicities, percentile_interval, refuse_bootstrap, refuse_numbers};
use crate::error::Result;
use crate::stats::concentration::Bootstrap;

/// The percentile interval of Ellison and Glaeser's γ of each sector: each replication draws as many firms of the whole register as there
/// are, with replacement.
///
/// `firms` are the area, sector and size of each firm. A firm that is drawn several times counts as one plant of so many times its
/// size: as several plants it would stand beside itself, and lift every γ by about one over the number of plants. Of simulated intervals of
/// 95 % of 25 or 100 plants, 93.5 to 96 % held a true γ above 0, against 89 to 95 % with several plants; all but a few held a γ of 0. The interval says
/// what γ would be with other firms that choose areas with the same chances, each by itself; where firms follow each other, it is
/// too narrow. A sector with γ of 0 has a wider interval than it needs: whether γ is above 0, z of
/// [`ellison_glaeser`](crate::stats::ellison_glaeser) says.
///
/// # Undefined
///
/// None for a sector whose γ is none. Draws in which it is none do not count.
///
/// # Errors
///
/// No firm; an area or sector that is none; a size that is negative or not finite; no replication; more sectors and replications than can
/// be held (2²⁷ numbers); a confidence that is not between 0 and 1.
///
/// # Examples
///
/// Two sectors that stand apart, each in an area of its own, have a γ of 1:
///
/// ```
/// use jiju_core::stats::{Bootstrap, bootstrapped_gamma};
/// let firms = [(0, 0, 1.0), (0, 0, 1.0), (1, 1, 1.0), (1, 1, 1.0)];
/// let found = bootstrapped_gamma(&firms, 2, 2, &Bootstrap::default())?;
/// assert!(found.iter().all(|interval| interval.is_some_and(|(lower, upper)| lower <= 1.0 && upper >= 1.0)));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993; G. Ellison, E. L. Glaeser, Geographic concentration in U.S.
/// manufacturing industries: a dartboard approach, Journal of Political Economy 105, 1997.
pub fn bootstrapped_gamma(
    firms: &[(usize, usize, f64)],
    areas: usize,
    sectors: usize,
    bootstrap: &Bootstrap,
) -> Result<Vec<Option<(f64, f64)>>> {
    const STATISTIC: &str = "the interval of gamma";
    let firms: Vec<PairedFirm> = firms
        .iter()
        .map(|(area, sector, size)| PairedFirm {
            before: Some(Plant { area: *area, sector: *sector, size: *size }),
            after: None,
        })
        .collect();
    refuse_bootstrap(STATISTIC, bootstrap)?;
    refuse_numbers(STATISTIC, sectors, bootstrap.replications)?;
    refuse_firms(STATISTIC, &firms, areas, sectors)?;
    let gammas = |times: &[u32]| Drawn::new(&firms, times, None).gammas(0, areas, sectors);
    let observed = gammas(&vec![1; firms.len()]);
    let draws: Vec<Vec<f64>> = (0..bootstrap.replications)
        .into_par_iter()
        .map(|number| gammas(&multiplicities(firms.len(), bootstrap.seed, number as u64)))
        .collect();
    Ok((0..sectors)
        .map(|sector| {
            let known: Vec<f64> = draws.iter().map(|draw| draw[sector]).filter(|one| one.is_finite()).collect();
            percentile_interval(&known, bootstrap.confidence).filter(|_| observed[sector].is_finite())
        })
        .collect())
}
