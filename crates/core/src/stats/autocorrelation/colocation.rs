use rayon::prelude::*;
use serde::Serialize;

use super::chance::{Label, LocalChance};
use super::inference::{Adjustment, Inference};
use super::permutation::Tails;
use super::significance::p_of_permutations;
use super::{Alternative, compared, islands, lag, quotient, refuse};
use crate::error::{Result, StatsError};
use crate::model::Weights;

/// Colocation quotients of every pair of sectors, with their permutation tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColocationQuotients {
    /// The number of points that have neighbours.
    pub n: usize,
    /// The ids of the points without neighbours: nothing is near them, though they may be counted in their sectors.
    pub islands: Vec<String>,
    /// The number of points of each sector.
    pub counts: Vec<usize>,
    /// The mean share of sector B (column) among the neighbours of the points of sector A (row).
    pub shares: Vec<Vec<Option<f64>>>,
    /// The quotient of all sectors together: the points whose neighbours are of their own sector, over those expected by chance; none
    /// where no sector has two points.
    pub overall: Option<f64>,
    /// The pseudo p-value of that quotient; none without permutations.
    pub p_overall: Option<f64>,
    /// The quotient of A (row) to B (column): that share over the one expected of places by chance.
    pub quotients: Vec<Vec<Option<f64>>>,
    /// The alternative hypothesis of the tests.
    pub alternative: Alternative,
    /// The number of permutations.
    pub permutations: u64,
    /// The seed of the permutations.
    pub seed: u64,
    /// The pseudo p-value of each quotient, (M + 1) / (R + 1), see [`p_of_permutations`]; none without permutations.
    pub p_permutation: Vec<Vec<Option<f64>>>,
    /// The adjustment of the p-values for the number of pairs.
    pub adjustment: Adjustment,
    /// The adjusted p-value of each quotient.
    pub p_adjusted: Vec<Vec<Option<f64>>>,
}

/// Colocation quotients: how much of what is near the points of a sector is of another, over what chance would put there.
///
/// CLQ_{A→B} = (Σ_{i∈A} Σ_j w_ij [j ∈ B] / Σ_j w_ij) / N_A ÷ (N′_B / (N − 1)), with N′_B = N_B, or N_B − 1 where B is A, as a
/// point is not its own neighbour. Above 1 points of A have B near them more than by chance. The quotient has a direction: printers may stand by
/// dyers where most dyers have no printer near them.
///
/// The quotient of all sectors together is Σ_A Σ_{i∈A} Σ_j w_ij [j ∈ A] / Σ_j w_ij over Σ_A N_A (N_A − 1) / (N − 1), with N_A of the
/// points that have neighbours in the first place.
///
/// Permutations put the sectors of all points in random order, so that where there are points at all is given.
///
/// # Units
///
/// `sectors` are numbers from 0 to `count` − 1, one for each unit of the weights. Weights of k nearest neighbours are those of the
/// paper.
///
/// # Undefined
///
/// Quotients from a sector none of whose points has neighbours, and to a sector without another point.
///
/// # Errors
///
/// Sectors that are not one for each unit, or not below `count`; fewer than two points.
///
/// # Examples
///
/// Two dyers side by side, and two printers: each has its like for its nearest.
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, colocation_quotients};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let nearest = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![(3, 1.0)], vec![(2, 1.0)]])?;
/// let found = colocation_quotients(&[0, 0, 1, 1], 2, &nearest, Inference::default())?;
/// // All neighbours are of the same sector, one in three by chance.
/// assert_eq!(found.quotients, [[Some(3.0), Some(0.0)], [Some(0.0), Some(3.0)]]);
/// assert_eq!(found.overall, Some(3.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// T. F. Leslie, B. J. Kronenfeld (2011), The colocation quotient: a new measure of spatial association between categorical
/// subsets of points, Geographical Analysis 43.
pub fn colocation_quotients(
    sectors: &[usize],
    count: usize,
    weights: &Weights,
    inference: Inference,
) -> Result<ColocationQuotients> {
    const STATISTIC: &str = "colocation quotients";
    let numbers: Vec<f64> = sectors.iter().map(|sector| *sector as f64).collect();
    refuse(STATISTIC, &numbers, weights)?;
    if let Some(unit) = sectors.iter().position(|sector| *sector >= count) {
        let place = format!("unit `{}`", weights.ids()[unit]);
        return Err(
            StatsError::Value { statistic: STATISTIC, place, found: numbers[unit], expected: "a sector" }.into()
        );
    }
    let units = weights.len();
    // A point is not its own neighbour, and the weights of its neighbours are shares.
    let shares: Vec<Vec<(usize, f64)>> = (0..units)
        .map(|unit| {
            let others = || weights.neighbours(unit).filter(|(other, _)| *other != unit);
            let sum: f64 = others().map(|(_, weight)| weight).sum();
            others().map(|(other, weight)| (other, weight / sum)).filter(|(_, share)| share.is_finite()).collect()
        })
        .collect();
    let mut counts = vec![0_usize; count];
    sectors.iter().for_each(|sector| counts[*sector] += 1);
    // The mean shares of all pairs, row by row.
    let means = |sectors: &[usize]| -> Vec<Option<f64>> {
        let (mut sums, mut seen) = (vec![0.0; count * count], vec![0_usize; count]);
        for (unit, shares) in shares.iter().enumerate().filter(|(_, shares)| !shares.is_empty()) {
            let own = sectors[unit];
            seen[own] += 1;
            for (other, share) in shares {
                sums[own * count + sectors[*other]] += share;
            }
        }
        sums.iter().enumerate().map(|(pair, sum)| quotient(*sum, seen[pair / count] as f64)).collect()
    };
    let expected = |pair: usize| {
        let (from, to) = (pair / count, pair % count);
        let others = counts[to].saturating_sub(usize::from(from == to));
        others as f64 / (units as f64 - 1.0)
    };
    let found = means(sectors);
    let defined: Vec<Option<f64>> =
        (0..count * count).map(|pair| found[pair].filter(|_| expected(pair) > 0.0)).collect();
    let orders = usize::try_from(inference.permutations.count).unwrap_or(usize::MAX);
    let tails = (0..orders)
        .into_par_iter()
        .fold(
            || vec![Tails::default(); count * count],
            |mut tails, number| {
                let reference = means(&inference.permutations.shuffled(number, sectors));
                for ((tails, found), reference) in tails.iter_mut().zip(&defined).zip(reference) {
                    if let (Some(found), Some(reference)) = (found, reference) {
                        tails.add(*found, reference);
                    }
                }
                tails
            },
        )
        .reduce(
            || vec![Tails::default(); count * count],
            |one, other| one.iter().zip(&other).map(|(one, other)| one.and(*other)).collect(),
        );
    let by_row = |values: Vec<Option<f64>>| values.chunks(count.max(1)).map(<[_]>::to_vec).collect::<Vec<_>>();
    let p = |pair: usize| {
        defined[pair]?;
        let Tails { at_least, at_most } = tails[pair];
        p_of_permutations(at_least, at_most, inference.permutations.count, inference.alternative)
    };
    let p: Vec<Option<f64>> = (0..count * count).map(p).collect();
    // Numbers of sectors are small and whole, so that they are equal as numbers where they are the same.
    let alike = |numbers: &[f64]| -> f64 {
        let own = |(unit, shares): (usize, &Vec<(usize, f64)>)| -> f64 {
            shares.iter().filter(|(other, _)| numbers[*other] == numbers[unit]).map(|(_, share)| share).sum()
        };
        shares.iter().enumerate().map(own).sum()
    };
    let with_neighbours = (0..units).filter(|unit| !shares[*unit].is_empty());
    let by_chance: f64 = with_neighbours.map(|unit| expected(sectors[unit] * (count + 1))).sum();
    let same = Some(alike(&numbers)).filter(|_| by_chance > 0.0);
    let of_all = inference.of_all(same, &numbers, alike);
    Ok(ColocationQuotients {
        n: shares.iter().filter(|shares| !shares.is_empty()).count(),
        islands: islands(weights),
        overall: same.and_then(|same| quotient(same, by_chance)),
        p_overall: of_all.p_permutation,
        quotients: by_row((0..count * count).map(|pair| quotient(defined[pair]?, expected(pair))).collect()),
        shares: by_row(found.clone()),
        counts,
        alternative: inference.alternative,
        permutations: inference.permutations.count,
        seed: inference.permutations.seed,
        adjustment: inference.adjustment,
        p_adjusted: by_row(inference.adjustment.adjusted(&p)),
        p_permutation: by_row(p),
    })
}

/// The local colocation quotient of every point of a sector.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalColocation {
    /// The ids of the points without neighbours, for which there are no results.
    pub islands: Vec<String>,
    /// The share of the other sector among the neighbours of each point of the sector; none for points of others.
    pub share: Vec<Option<f64>>,
    /// That share over the one expected by chance.
    pub quotient: Vec<Option<f64>>,
    /// The significance of each point's result. A label of `together` has more of the other sector near it than by chance,
    /// `different` less.
    #[serde(flatten)]
    pub chance: LocalChance,
}

/// Local colocation quotients: beside which points of a sector another sector stands more than by chance.
///
/// LCLQ_{i→B} = (Σ_j w_ij [j ∈ B] / Σ_j w_ij) / (N′_B / (N − 1)) of each point i of sector A, with N′_B as in
/// [`colocation_quotients`], whose quotient is their mean. Permutations draw the sectors of the neighbours from those of all other
/// points.
///
/// # Units
///
/// `from` and `to` say of each unit whether it is of sector A, and of B; both may be the same.
///
/// # Undefined
///
/// None for points of other sectors and for islands, and where there is no other point of B.
///
/// # Errors
///
/// Lists that are not one for each unit; fewer than two points.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{Inference, local_colocation};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let near = Weights::new(ids, vec![vec![(1, 1.0), (2, 1.0)], vec![(0, 1.0)], vec![(0, 1.0)], vec![(2, 1.0)]])?;
/// let (dyers, printers) = ([true, false, false, true], [false, true, false, false]);
/// let found = local_colocation(&dyers, &printers, &near, Inference::default())?;
/// // Half of what is near the first is a printer, one in three by chance.
/// assert_eq!(found.quotient, [Some(1.5), None, None, Some(0.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// R. G. Cromley, D. M. Hanink, G. C. Bentley (2014), Geographically weighted colocation quotients: specification and
/// application, The Professional Geographer 66; F. Wang, Y. Hu, S. Wang, X. Li (2017), Local indicator of colocation quotient
/// with a statistical significance test, The Professional Geographer 69.
pub fn local_colocation(
    from: &[bool],
    to: &[bool],
    weights: &Weights,
    inference: Inference,
) -> Result<LocalColocation> {
    const STATISTIC: &str = "local colocation quotients";
    let is_of = |list: &[bool]| list.iter().map(|is_of| f64::from(u8::from(*is_of))).collect::<Vec<f64>>();
    let (own, others) = (is_of(from), is_of(to));
    refuse(STATISTIC, &own, weights)?;
    refuse(STATISTIC, &others, weights)?;
    let near = weights.filtered(|unit, neighbour, _| unit != neighbour);
    let (units, count) = (weights.len(), to.iter().filter(|is_of| **is_of).count());
    let sum = |unit: usize| near.neighbours(unit).map(|(_, weight)| weight).sum::<f64>();
    let inference = Inference { islands: super::Islands::LeftOut, ..inference };
    let is_counted = |unit: usize| from[unit] && compared(&near, unit, inference);
    let expected = |unit: usize| (count - usize::from(to[unit])) as f64 / (units as f64 - 1.0);
    let share: Vec<Option<f64>> =
        (0..units).map(|unit| quotient(lag(&near, &others, unit), sum(unit)).filter(|_| is_counted(unit))).collect();
    let quotient_of = |unit: usize| quotient(share[unit]?, expected(unit));
    let quotients: Vec<Option<f64>> = (0..units).map(quotient_of).collect();
    // Where all others are of the sector, or none is, every draw gives the same.
    let is_varied = |unit: usize| expected(unit) > 0.0 && expected(unit) < 1.0;
    let sums: Vec<Option<f64>> =
        (0..units).map(|unit| quotients[unit].filter(|_| is_varied(unit)).map(|_| lag(&near, &others, unit))).collect();
    let tails = inference.permutations.of_each_lag(&near, &others, &sums, |_| 1.0);
    let label = |unit: usize| {
        let more = tails[unit].is_some_and(|tails| tails.at_least < tails.at_most);
        Some(if more { Label::Together } else { Label::Different })
    };
    let chance = LocalChance::from_tails(&tails, &vec![None; units], inference, label);
    Ok(LocalColocation { islands: islands(&near), share, quotient: quotients, chance })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Permutations;

    #[test]
    fn quotients_of_a_point_are_shares_over_those_of_the_whole() {
        // Six points on a ring, each with the two beside it.
        let ids = (0..6).map(|unit| unit.to_string()).collect();
        let beside = |unit: u32| vec![((unit + 5) % 6, 1.0), ((unit + 1) % 6, 1.0)];
        let weights = Weights::new(ids, (0..6).map(beside).collect()).unwrap();
        let inference = Inference { permutations: Permutations { count: 9_999, seed: 1 }, ..Inference::default() };
        let sectors = [0, 1, 0, 1, 0, 1];
        let found = colocation_quotients(&sectors, 2, &weights, inference).unwrap();
        assert_eq!(found.quotients[0], [Some(0.0), Some(5.0 / 3.0)]);
        assert_eq!(found.overall, Some(0.0));
        // Of the ten ways to put three among six, up to turning: alternating is 2 of 20.
        assert!((found.p_permutation[0][1].unwrap() - 0.2).abs() < 0.02, "{:?}", found.p_permutation);
        let from: Vec<bool> = sectors.iter().map(|sector| *sector == 0).collect();
        let to: Vec<bool> = sectors.iter().map(|sector| *sector == 1).collect();
        let local = local_colocation(&from, &to, &weights, inference).unwrap();
        let mean = local.quotient.iter().flatten().sum::<f64>() / 3.0;
        assert!((mean - 5.0 / 3.0).abs() < 1e-12);
        // Two of five others, of which three are of the sector: 3 of 10 draws, two-sided.
        assert!((local.chance.p_permutation[0].unwrap() - 0.6).abs() < 0.03, "{:?}", local.chance.p_permutation);
        let of_own = local_colocation(&from, &from, &weights, inference).unwrap();
        assert_eq!(of_own.quotient[0], Some(0.0));
    }
}
