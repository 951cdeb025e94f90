#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on a lattice that reaches over all distances"
)]

use std::f64::consts::TAU;

use rayon::prelude::*;
use serde::Serialize;

use super::binned_density::SEEN_BANDWIDTHS;
use super::marcon_puech::refuse_firms;
use super::{refuse_points, refuse_radii};
use crate::error::{Result, StatsError};
use crate::model::with_fields;

/// Options of [`duranton_overman`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct DurantonOvermanOptions {
    /// Whether each pair is weighted by the product of the weights of its firms (K_emp), or all are equal (K_d).
    pub weighted: bool,
    /// The bandwidth in metres; Silverman's rule by default.
    pub bandwidth_m: Option<f64>,
}

with_fields! {
    DurantonOvermanOptions {
        with_weighted(weighted: bool);
        with_bandwidth_m(bandwidth_m: Option<f64>);
    }
}

/// The density of the distances between firms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DurantonOverman {
    /// The distances at which the density is estimated, in metres.
    pub radius_m: Vec<f64>,
    /// The density at each distance, per metre.
    pub density: Vec<Option<f64>>,
    /// The bandwidth of the kernel, in metres.
    pub bandwidth_m: Option<f64>,
    /// The number of pairs within twice the greatest radius.
    pub pairs: usize,
}

/// Duranton and Overman's K-density: the density of the distances between the firms of a sector, or between its firms
/// and those of another. It is a Gaussian kernel density over the distances of all pairs, reflected at 0, with
/// integral 1.
///
/// The bandwidth is 0.9 min(s, IQR / 1.34) N^(−1/5) of the N distances up to twice the greatest radius. Compare the
/// density with those of firms drawn from all sectors, see [`envelope`](crate::stats::envelope()): above the band the
/// sector is localised, below it is dispersed.
///
/// # Units
///
/// Metres; densities per metre.
///
/// # Undefined
///
/// The density without a pair in twice the range, and where all distances are equal and no bandwidth is given.
///
/// # Errors
///
/// Lists that are not one for each firm; a bandwidth that is not above 0; more than 2²⁷ pairs.
///
/// # References
///
/// G. Duranton, H. G. Overman, Testing for localization using micro-geographic data, Review of Economic Studies 72, 2005; B. W.
/// Silverman, Density Estimation for Statistics and Data Analysis, 1986.
pub fn duranton_overman(
    points: &[[f64; 2]],
    weights: &[f64],
    reference: &[bool],
    neighbour: &[bool],
    radii_m: &[f64],
    options: DurantonOvermanOptions,
) -> Result<DurantonOverman> {
    const STATISTIC: &str = "the K-density";
    const MOST: usize = 1 << 27;
    refuse_radii(STATISTIC, radii_m)?;
    refuse_points(STATISTIC, points)?;
    refuse_firms(STATISTIC, points, weights, &[reference, neighbour])?;
    check_bandwidth(STATISTIC, options.bandwidth_m)?;
    let of = |kind: &[bool]| -> Vec<usize> { (0..points.len()).filter(|firm| kind[*firm]).collect() };
    let (from, to) = (of(reference), of(neighbour));
    if from.len().saturating_mul(to.len()) > MOST {
        let (found, expected) = (format!("{} × {}", from.len(), to.len()), "at most 2²⁷ pairs".to_owned());
        return Err(StatsError::Option { statistic: STATISTIC, option: "the number of pairs", found, expected }.into());
    }
    let greatest_m = radii_m.last().copied().unwrap_or_default();
    let same = from == to;
    let within = |reach_m: f64| -> (Vec<(f64, f64)>, f64) {
        let of_firm = |(number, firm): (usize, &usize)| -> (Vec<(f64, f64)>, f64) {
            let others = if same { &to[number + 1..] } else { &to[..] };
            let (mut near, mut all) = (Vec::new(), 0.0);
            for other in others.iter().filter(|other| **other != *firm) {
                let [dx, dy] = [0, 1].map(|axis| points[*firm][axis] - points[*other][axis]);
                let (distance_m, weight) =
                    (dx.hypot(dy), if options.weighted { weights[*firm] * weights[*other] } else { 1.0 });
                all += weight;
                if distance_m <= reach_m {
                    near.push((distance_m, weight));
                }
            }
            (near, all)
        };
        let found: Vec<(Vec<(f64, f64)>, f64)> = from.par_iter().enumerate().map(of_firm).collect();
        let all: f64 = found.iter().map(|(_, all)| all).sum();
        let mut pairs: Vec<(f64, f64)> = found.into_iter().flat_map(|(near, _)| near).collect();
        pairs.par_sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
        (pairs, all)
    };
    let (mut pairs, all) = within(2.0 * greatest_m);
    let count = pairs.len();
    let bandwidth_m = options.bandwidth_m.or_else(|| silverman_m(&pairs));
    // Of pairs farther apart the kernel still reaches the greatest radius where the bandwidth is wide.
    let seen_m = bandwidth_m.map_or(0.0, |bandwidth_m| greatest_m + SEEN_BANDWIDTHS * bandwidth_m);
    if seen_m > 2.0 * greatest_m {
        (pairs, _) = within(seen_m);
    }
    let density = radii_m
        .par_iter()
        .map(|radius| {
            let bandwidth_m = bandwidth_m?;
            let seen_m = SEEN_BANDWIDTHS * bandwidth_m;
            let start = pairs.partition_point(|(distance_m, _)| *distance_m < radius - seen_m);
            let end = pairs.partition_point(|(distance_m, _)| *distance_m <= radius + seen_m);
            let curve = |off_m: f64| (-0.5 * (off_m / bandwidth_m).powi(2)).exp() / (bandwidth_m * TAU.sqrt());
            let sum: f64 = pairs[start..end]
                .iter()
                .map(|(distance_m, weight)| weight * (curve(radius - distance_m) + curve(radius + distance_m)))
                .sum();
            // A sum of nothing is −0.
            Some(sum / all + 0.0).filter(|density| density.is_finite())
        })
        .collect();
    Ok(DurantonOverman { radius_m: radii_m.to_vec(), density, bandwidth_m, pairs: count })
}

/// Refuses a bandwidth that is not above 0.
pub(super) fn check_bandwidth(statistic: &'static str, bandwidth_m: Option<f64>) -> Result<(), StatsError> {
    match bandwidth_m.filter(|bandwidth_m| !(bandwidth_m.is_finite() && *bandwidth_m > 0.0)) {
        Some(bandwidth_m) => {
            let (found, expected) = (format!("{bandwidth_m} m"), "more than 0 m".to_owned());
            Err(StatsError::Option { statistic, option: "the bandwidth", found, expected })
        }
        None => Ok(()),
    }
}

/// Silverman's rule of thumb for sorted distances.
pub(super) fn silverman_m(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    if pairs.len() < 2 {
        return None;
    }
    let mean = pairs.iter().map(|(distance_m, _)| distance_m).sum::<f64>() / n;
    let squares: f64 = pairs.iter().map(|(distance_m, _)| (distance_m - mean).powi(2)).sum();
    let deviation = (squares / (n - 1.0)).sqrt();
    let quantile = |share: f64| {
        let place = share * (n - 1.0);
        let (low, rest) = (place.floor() as usize, place.fract());
        let high = (low + 1).min(pairs.len() - 1);
        pairs[low].0 + rest * (pairs[high].0 - pairs[low].0)
    };
    let spread = deviation.min((quantile(0.75) - quantile(0.25)) / 1.34);
    let spread = if spread > 0.0 { spread } else { deviation };
    Some(0.9 * spread * n.powf(-0.2)).filter(|bandwidth_m| *bandwidth_m > 0.0)
}
