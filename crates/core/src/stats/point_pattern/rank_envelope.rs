use std::cmp::Ordering;

use rayon::prelude::*;
use serde::Serialize;

/// Which deviations of a function from its simulations count as extreme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RankSide {
    /// Those to either side.
    #[default]
    Both,
    /// Those above.
    Above,
    /// Those below.
    Below,
}

/// The global rank envelope of a function of distance, from simulations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankEnvelope {
    /// The number of simulations.
    pub simulations: usize,
    /// The level of the band.
    pub level: f64,
    /// The lower end of the band at each distance; none where only deviations above count.
    pub lower: Vec<Option<f64>>,
    /// The upper end of the band at each distance; none where only deviations below count.
    pub upper: Vec<Option<f64>>,
    /// The p-value of the test, by extreme rank lengths. The function leaves the band at some distance just where p is at most the level,
    /// but for ties, where the level times the number of simulations and one is whole.
    pub p: Option<f64>,
}

/// Myllymäki and others' global rank envelope with extreme rank lengths: a band as wide at each distance as the simulations are there,
/// that holds at all distances at once, and a p-value that says the same.
///
/// Of s simulations and the function itself, each is ranked at each distance among all s + 1 from its nearer end, ties by their mean. The
/// ranks of one function over all distances, in ascending order, are compared as words are in a dictionary: what comes first is more
/// extreme. p is the share of the s + 1 that are as extreme as the function or more, itself among them. The band spans
/// the ⌊(1 − level)(s + 1)⌋ least extreme.
///
/// # Undefined
///
/// At distances where the function, or a simulation, is not defined: they do not count. All without simulations, and where that is so at
/// every distance. The band where the level leaves none: 1 / level − 1 simulations are the fewest.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{RankSide, rank_envelope};
///
/// let simulated: Vec<Vec<Option<f64>>> = (0..19).map(|number| vec![Some(f64::from(number)); 3]).collect();
/// let found = vec![Some(20.0), Some(40.0), Some(20.0)];
/// let tested = rank_envelope(&found, &simulated, 0.05, RankSide::Above);
/// assert_eq!((tested.p, tested.upper[1]), (Some(0.05), Some(18.0)));
/// ```
///
/// # References
///
/// M. Myllymäki, T. Mrkvička, P. Grabarnik, H. Seijo, U. Hahn, Global envelope tests for spatial processes, Journal of the Royal Statistical
/// Society B 79, 2017.
#[must_use]
pub fn rank_envelope(
    found: &[Option<f64>],
    simulated: &[Vec<Option<f64>>],
    level: f64,
    side: RankSide,
) -> RankEnvelope {
    let places = found.len();
    let all: Vec<&[Option<f64>]> = std::iter::once(found).chain(simulated.iter().map(Vec::as_slice)).collect();
    let known: Vec<(usize, Vec<f64>)> = (0..places)
        .filter_map(|place| {
            let values = all.iter().map(|one| one.get(place).copied().flatten()).collect::<Option<Vec<f64>>>()?;
            Some((place, values))
        })
        .collect();
    let nothing = || vec![None; places];
    let mut envelope =
        RankEnvelope { simulations: simulated.len(), level, lower: nothing(), upper: nothing(), p: None };
    if simulated.is_empty() || known.is_empty() {
        return envelope;
    }
    let words = words(&known, all.len(), side);
    let mut order: Vec<usize> = (0..all.len()).collect();
    let compared = |one: &usize, other: &usize| words[*one].cmp(&words[*other]);
    order.sort_by(|one, other| compared(one, other).then(one.cmp(other)));
    // How many are as extreme or more.
    let as_extreme = |one: usize| order.partition_point(|other| compared(other, &one) != Ordering::Greater);
    envelope.p = Some(as_extreme(0) as f64 / all.len() as f64);
    let kept = ((1.0 - level) * all.len() as f64 + 1e-9).floor();
    if kept < 1.0 || level * (all.len() as f64) < 1.0 - 1e-9 {
        return envelope;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the number of functions")]
    let first = all.len() - kept as usize;
    // Those that are as extreme as the last that is kept are kept too.
    let least = order[first];
    let start = order.partition_point(|other| compared(other, &least) == Ordering::Less);
    for (place, values) in &known {
        let values = || order[start..].iter().map(|one| values[*one]);
        if side != RankSide::Above {
            envelope.lower[*place] = values().min_by(f64::total_cmp);
        }
        if side != RankSide::Below {
            envelope.upper[*place] = values().max_by(f64::total_cmp);
        }
    }
    envelope
}

/// Of each function its ranks at all places, doubled so that means of two are whole, in ascending order.
fn words(known: &[(usize, Vec<f64>)], functions: usize, side: RankSide) -> Vec<Vec<usize>> {
    let ranks_at = |(_, values): &(usize, Vec<f64>)| -> Vec<usize> {
        let mut order: Vec<usize> = (0..functions).collect();
        order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
        let mut ranks = vec![0; functions];
        let mut start = 0;
        while start < functions {
            let same = order[start..].iter().take_while(|one| values[**one] == values[order[start]]).count().max(1);
            // The mean of start + 1 … start + same, twice.
            let rank = 2 * start + same + 1;
            let opposite = 2 * (functions + 1) - rank;
            let rank = match side {
                RankSide::Both => rank.min(opposite),
                RankSide::Above => opposite,
                RankSide::Below => rank,
            };
            order[start..start + same].iter().for_each(|one| ranks[*one] = rank);
            start += same;
        }
        ranks
    };
    let by_place: Vec<Vec<usize>> = known.par_iter().map(ranks_at).collect();
    let word = |function: usize| {
        let mut word: Vec<usize> = by_place.iter().map(|ranks| ranks[function]).collect();
        word.sort_unstable();
        word
    };
    (0..functions).into_par_iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Random walks, whose values at neighbouring places hang together as those of a summary function do, and vary more and more.
    fn walks(generator: &mut ChaCha8Rng, count: usize) -> Vec<Vec<Option<f64>>> {
        let mut walk = || {
            let mut sum = 0.0;
            let mut step = || {
                sum += generator.random::<f64>() - 0.5;
                Some(sum)
            };
            (0..30).map(|_| step()).collect()
        };
        (0..count).map(|_| walk()).collect()
    }

    #[test]
    fn a_function_leaves_the_band_where_p_says_so_and_does_so_in_its_share_of_cases() {
        let (trials, simulations, level) = (2000, 99, 0.05);
        for side in [RankSide::Both, RankSide::Above, RankSide::Below] {
            let mut generator = ChaCha8Rng::seed_from_u64(20);
            let mut rejected = 0;
            for _ in 0..trials {
                let found = walks(&mut generator, 1).remove(0);
                let tested = rank_envelope(&found, &walks(&mut generator, simulations), level, side);
                let leaves = (0..found.len()).any(|place| {
                    let below = tested.lower[place].is_some_and(|lower| found[place] < Some(lower));
                    below || tested.upper[place].is_some_and(|upper| found[place] > Some(upper))
                });
                assert_eq!(leaves, tested.p.unwrap() <= level + 1e-12, "{:?}", tested.p);
                rejected += usize::from(leaves);
            }
            // 5 % of 2,000 are 100, with a deviation of 9.7.
            assert!((70..=130).contains(&rejected), "{side:?}: {rejected} of {trials}");
        }
    }

    #[test]
    fn places_where_all_are_equal_make_nothing_extreme() {
        let simulated = vec![vec![Some(0.0), Some(1.0), None]; 19];
        let tested = rank_envelope(&[Some(0.0), Some(1.0), Some(5.0)], &simulated, 0.05, RankSide::Both);
        assert_eq!(tested.p, Some(1.0));
        assert_eq!(tested.upper, [Some(0.0), Some(1.0), None]);
        assert_eq!(rank_envelope(&[Some(0.0)], &[], 0.05, RankSide::Both).p, None);
        // 18 simulations are too few for a level of 5 %.
        assert_eq!(rank_envelope(&[Some(2.0)], &vec![vec![Some(1.0)]; 18], 0.05, RankSide::Above).upper, [None]);
    }
}
