use rayon::prelude::*;

use super::pairs::Cells;
use super::{refuse_points, refuse_radii};
use crate::error::{Result, StatsError};

/// Marcon and Puech's M: how much of the activity within a distance of a sector's firms is of another sector, or their own, over
/// how much of all activity is,
/// M(r) = Σ_i (Σ_{j∈T, d_ij≤r} w_j / Σ_{j, d_ij≤r} w_j) / Σ_i (W_T − w_i) / (W − w_i), the firm itself left out on both sides.
///
/// 1 where the sector is as frequent about its firms as everywhere, whatever the scale at which all firms crowd. `reference` and
/// `neighbour` tell of each firm whether it is looked from, and whether it is looked for; all firms are controls.
///
/// # Units
///
/// Metres.
///
/// # Undefined
///
/// Where no reference firm has another within the distance, and where none are looked for.
///
/// # Errors
///
/// Lists that are not one for each firm; weights that are negative or not finite; no firm that is looked from.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::marcon_puech;
///
/// let firms = [[0.0, 0.0], [1.0, 0.0], [50.0, 0.0], [51.0, 0.0]];
/// let dyeing = [true, true, false, false];
/// let found = marcon_puech(&firms, &[1.0; 4], &dyeing, &dyeing, &[5.0])?;
/// // All that is near is of the sector; of the other three firms one is.
/// assert!((found[0].unwrap() - 3.0).abs() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// E. Marcon, F. Puech, Measures of the geographic concentration of industries: improving distance-based methods, Journal of
/// Economic Geography 10, 2010.
pub fn marcon_puech(
    points: &[[f64; 2]],
    weights: &[f64],
    reference: &[bool],
    neighbour: &[bool],
    radii_m: &[f64],
) -> Result<Vec<Option<f64>>> {
    const STATISTIC: &str = "M";
    refuse_radii(STATISTIC, radii_m)?;
    refuse_points(STATISTIC, points)?;
    refuse_firms(STATISTIC, points, weights, &[reference, neighbour])?;
    let farthest = radii_m.last().copied().unwrap_or_default();
    let cells = Cells::new(points, farthest);
    let all: f64 = weights.iter().sum();
    let of_neighbours: f64 = weights.iter().zip(neighbour).filter(|(_, is)| **is).map(|(weight, _)| weight).sum();
    let from: Vec<usize> = (0..points.len()).filter(|firm| reference[*firm]).collect();
    if from.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let of_firm = |firm: &usize| -> (Vec<Option<f64>>, f64) {
        let mut sums = vec![(0.0, 0.0); radii_m.len()];
        for (other, distance_m) in cells.around(points[*firm]) {
            if other != *firm && distance_m <= farthest {
                let place = radii_m.partition_point(|radius| *radius < distance_m);
                sums[place].1 += weights[other];
                sums[place].0 += if neighbour[other] { weights[other] } else { 0.0 };
            }
        }
        let mut sum = (0.0, 0.0);
        let local = sums
            .into_iter()
            .map(|own| {
                sum = (sum.0 + own.0, sum.1 + own.1);
                (sum.1 > 0.0).then(|| sum.0 / sum.1)
            })
            .collect();
        let own = if neighbour[*firm] { weights[*firm] } else { 0.0 };
        (local, (of_neighbours - own) / (all - weights[*firm]))
    };
    let shares: Vec<(Vec<Option<f64>>, f64)> = from.par_iter().map(of_firm).collect();
    Ok((0..radii_m.len())
        .map(|place| {
            let known = || shares.iter().filter_map(|(local, global)| Some((local[place]?, *global)));
            let (local, global) = known().fold((0.0, 0.0), |(local, global), own| (local + own.0, global + own.1));
            Some(local / global).filter(|m| m.is_finite())
        })
        .collect())
}

/// Refuses lists that are not one for each firm, and weights that are none.
pub(super) fn refuse_firms(
    statistic: &'static str,
    points: &[[f64; 2]],
    weights: &[f64],
    kinds: &[&[bool]],
) -> Result<(), StatsError> {
    let lengths = std::iter::once(weights.len()).chain(kinds.iter().map(|kind| kind.len()));
    if let Some(found) = lengths.into_iter().find(|found| *found != points.len()) {
        let (found, expected) = (format!("{found} entries"), format!("{}, one for each firm", points.len()));
        return Err(StatsError::Shape { statistic, what: "a list", found, expected });
    }
    match weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        Some(firm) => {
            let (place, found) = (format!("firm {}", firm + 1), weights[firm]);
            Err(StatsError::Value { statistic, place, found, expected: "a weight of 0 or more" })
        }
        None => Ok(()),
    }
}
