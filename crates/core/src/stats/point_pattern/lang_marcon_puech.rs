use rayon::prelude::*;
use serde::Serialize;

use super::binned_density::SEEN_BANDWIDTHS;
use super::duranton_overman::{check_bandwidth, silverman_m};
use super::marcon_puech::refuse_firms;
use super::pairs::Cells;
use super::{refuse_points, refuse_radii};
use crate::error::{Result, StatsError};

/// Lang, Marcon and Puech's m of a sector, and of each of its firms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LangMarconPuech {
    /// The distances, in metres.
    pub radius_m: Vec<f64>,
    /// m at each distance.
    pub m: Vec<Option<f64>>,
    /// The bandwidth of the kernel, in metres.
    pub bandwidth_m: Option<f64>,
    /// Of each firm that is looked from, in their order, its own m at each distance.
    #[serde(skip)]
    pub of_firms: Vec<Vec<Option<f64>>>,
    /// Of each of them, how far at each distance the activity of the firms that are looked for lies from what it is where these are
    /// any of all others, in standard deviations: above 2 the sector stands around the firm at that distance.
    #[serde(skip)]
    pub z_of_firms: Vec<Vec<Option<f64>>>,
}

/// Lang, Marcon and Puech's m: how much of the activity at a distance of a sector's firms, not up to it, is of another sector, or their
/// own, over how much of all activity is,
/// m(r) = Σ_i (Σ_{j∈T} w_j κ(r − d_ij) / Σ_j w_j κ(r − d_ij)) / Σ_i (W_T − w_i) / (W − w_i), the firm itself left out on both sides,
/// with a Gaussian kernel κ.
///
/// 1 where the sector is as frequent at the distance as everywhere, whatever the density of all firms; it is to
/// [`marcon_puech`](super::marcon_puech()) what the pair correlation is to Ripley's K. A firm's own m has its ratio over its share alone:
/// where it is high, the sector stands around that firm. Its z is exact in mean and variance where the n_T firms that are looked for are
/// drawn from the N others: with a_j = w_j κ(r − d_ij), z = (Σ_{j∈T} a_j − n_T ā) / √(n_T (N − n_T) / (N (N − 1)) Σ_j (a_j − ā)²); it is nearly
/// normal where many firms are near. The bandwidth is 0.9 min(s, IQR / 1.34) N^(−1/5) of the N
/// distances between firms looked from and looked for up to twice the greatest radius.
///
/// # Units
///
/// Metres.
///
/// # Undefined
///
/// At distances where no firm that is looked from has another within 8.5 bandwidths; a firm that has none there counts on neither side.
/// Everything where there are fewer than two distances in twice the range, or all are equal, and no bandwidth is given, and where none
/// are looked for. z where all or none of the others are looked for, or all weigh the same at the distance.
///
/// # Errors
///
/// Lists that are not one for each firm; weights that are negative or not finite; no firm that is looked from; a bandwidth that is not
/// above 0.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::lang_marcon_puech;
///
/// let firms = [[0.0, 0.0], [1.0, 0.0], [50.0, 0.0], [51.0, 0.0]];
/// let dyeing = [true, true, false, false];
/// let found = lang_marcon_puech(&firms, &[1.0; 4], &dyeing, &dyeing, &[1.0, 50.0], Some(1.0))?;
/// // A metre away all is of the sector, of which one of the other three firms is; 50 m away nothing is.
/// assert!((found.m[0].unwrap() - 3.0).abs() < 1e-12 && found.m[1].unwrap() < 1e-12);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// G. Lang, E. Marcon, F. Puech, Distance-based measures of spatial concentration: introducing a relative density function, Annals of
/// Regional Science 64, 2020.
pub fn lang_marcon_puech(
    points: &[[f64; 2]],
    weights: &[f64],
    reference: &[bool],
    neighbour: &[bool],
    radii_m: &[f64],
    bandwidth_m: Option<f64>,
) -> Result<LangMarconPuech> {
    const STATISTIC: &str = "m";
    refuse_radii(STATISTIC, radii_m)?;
    refuse_points(STATISTIC, points)?;
    refuse_firms(STATISTIC, points, weights, &[reference, neighbour])?;
    check_bandwidth(STATISTIC, bandwidth_m)?;
    let from: Vec<usize> = (0..points.len()).filter(|firm| reference[*firm]).collect();
    if from.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let farthest = radii_m.last().copied().unwrap_or_default();
    let bandwidth_m = bandwidth_m.or_else(|| usual_bandwidth_m(points, reference, neighbour, &from, 2.0 * farthest));
    let Some(own_m) = bandwidth_m else {
        let nothing = vec![None; radii_m.len()];
        let of_firms = vec![nothing.clone(); from.len()];
        let z_of_firms = of_firms.clone();
        return Ok(LangMarconPuech { radius_m: radii_m.to_vec(), m: nothing, bandwidth_m, of_firms, z_of_firms });
    };
    let seen_m = SEEN_BANDWIDTHS * own_m;
    let cells = Cells::new(points, farthest + seen_m);
    let all: f64 = weights.iter().sum();
    let of_neighbours: f64 = weights.iter().zip(neighbour).filter(|(_, is)| **is).map(|(weight, _)| weight).sum();
    let wanted = neighbour.iter().filter(|is| **is).count();
    let of_firm = |firm: &usize| -> Surroundings {
        let mut sums = vec![Sums::default(); radii_m.len()];
        for (other, distance_m) in cells.around(points[*firm]) {
            if other == *firm || weights[other] <= 0.0 {
                continue;
            }
            let start = radii_m.partition_point(|radius| *radius < distance_m - seen_m);
            let end = radii_m.partition_point(|radius| *radius <= distance_m + seen_m);
            for (sum, radius) in sums[start..end].iter_mut().zip(&radii_m[start..end]) {
                let curve = weights[other] * (-0.5 * ((radius - distance_m) / own_m).powi(2)).exp();
                sum.all += curve;
                sum.squares += curve * curve;
                sum.own += if neighbour[other] { curve } else { 0.0 };
            }
        }
        let own = if neighbour[*firm] { weights[*firm] } else { 0.0 };
        let others = (points.len() - 1) as f64;
        let drawn = (wanted - usize::from(neighbour[*firm])) as f64;
        Surroundings {
            local: sums.iter().map(|sum| Some(sum.own / sum.all).filter(|ratio| ratio.is_finite())).collect(),
            global: (of_neighbours - own) / (all - weights[*firm]),
            z: sums.iter().map(|sum| sum.z(drawn, others)).collect(),
        }
    };
    let shares: Vec<Surroundings> = from.par_iter().map(of_firm).collect();
    let m = (0..radii_m.len())
        .map(|place| {
            let known = || shares.iter().filter_map(|one| Some((one.local[place]?, one.global)));
            let (local, global) = known().fold((0.0, 0.0), |(local, global), own| (local + own.0, global + own.1));
            Some(local / global).filter(|m| m.is_finite())
        })
        .collect();
    let own = |one: &Surroundings| -> Vec<Option<f64>> {
        one.local.iter().map(|ratio| Some((*ratio)? / one.global).filter(|m| m.is_finite())).collect()
    };
    let of_firms = shares.iter().map(own).collect();
    let z_of_firms = shares.into_iter().map(|one| one.z).collect();
    Ok(LangMarconPuech { radius_m: radii_m.to_vec(), m, bandwidth_m, of_firms, z_of_firms })
}

/// What stands around a firm.
struct Surroundings {
    /// The share of what is looked for, at each distance.
    local: Vec<Option<f64>>,
    /// Its share of all.
    global: f64,
    z: Vec<Option<f64>>,
}

/// The activity at a distance of a firm.
#[derive(Clone, Copy, Default)]
struct Sums {
    own: f64,
    all: f64,
    squares: f64,
}

impl Sums {
    /// How far what is looked for lies from what so many of all others would be, in standard deviations.
    fn z(self, drawn: f64, others: f64) -> Option<f64> {
        let spread = self.squares - self.all * self.all / others;
        let variance = drawn * (others - drawn) / (others * (others - 1.0)) * spread;
        // What rounding leaves of equal numbers is no spread.
        let is_known = spread > 1e-12 * self.squares && variance > 0.0;
        is_known.then(|| (self.own - drawn * self.all / others) / variance.sqrt())
    }
}

/// Silverman's rule for the distances between firms looked from and looked for, each pair once, up to a reach.
fn usual_bandwidth_m(
    points: &[[f64; 2]],
    reference: &[bool],
    neighbour: &[bool],
    from: &[usize],
    reach_m: f64,
) -> Option<f64> {
    let of_firm = |firm: &usize| -> Vec<(f64, f64)> {
        // A pair of two firms that are both looked from and looked for is met from either of them.
        let is_first = |other: usize| !(reference[other] && neighbour[*firm]) || other > *firm;
        (0..points.len())
            .filter(|other| neighbour[*other] && other != firm && is_first(*other))
            .map(|other| [0, 1].map(|axis| points[*firm][axis] - points[other][axis]))
            .map(|[dx, dy]| (dx.hypot(dy), 1.0))
            .filter(|(distance_m, _)| *distance_m <= reach_m)
            .collect()
    };
    let mut pairs: Vec<(f64, f64)> = from.par_iter().flat_map_iter(of_firm).collect();
    pairs.par_sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    silverman_m(&pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_firms_z_has_mean_0_and_variance_1_over_all_ways_to_choose_the_firms_looked_for() {
        let points: Vec<[f64; 2]> =
            (0..9).map(|at| [f64::from(at * at % 7) * 10.0, f64::from(at * 5 % 9) * 7.0]).collect();
        let weights: Vec<f64> = (0..9).map(|at| f64::from(at % 3) + 1.0).collect();
        let radii = [5.0, 20.0, 40.0];
        let mut values = vec![Vec::new(); radii.len()];
        // The first firm is looked from, three of the eight others are looked for.
        for chosen in 0..256_u32 {
            if chosen.count_ones() != 3 {
                continue;
            }
            let kind: Vec<bool> = (0..9).map(|firm| firm == 0 || chosen >> (firm - 1) & 1 == 1).collect();
            let mut from = vec![false; 9];
            from[0] = true;
            let found = lang_marcon_puech(&points, &weights, &from, &kind, &radii, Some(12.0)).unwrap();
            for (values, z) in values.iter_mut().zip(&found.z_of_firms[0]) {
                values.push(z.unwrap());
            }
        }
        for values in values {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n;
            assert!(values.len() == 56 && mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12, "{mean} {variance}");
        }
    }
}
