use serde::Serialize;

use super::p_of_chi_squared;

/// The moves of units between classes from each period to the next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MarkovChain {
    /// The number of moves from each class (row) to each class (column).
    pub transitions: Vec<Vec<u64>>,
    /// The share of the moves from a class that lead to each class; none from a class that nothing left or stayed in.
    pub probabilities: Vec<Vec<Option<f64>>>,
    /// The shares of the classes that the moves lead to in the end, wherever units start; none where that hangs on where they
    /// start, or a class is reached from which no move is known.
    pub steady_state: Option<Vec<f64>>,
}

/// Counts moves between classes and estimates the probabilities of a Markov chain, p_ij = n_ij / Σ_j n_ij.
///
/// `moves` are pairs of classes, from 0 to `classes` − 1, in one period and in the next. The steady state is the distribution
/// π with π = π P, by the elimination of Grassmann, Taksar and Heyman, which subtracts nothing.
///
/// # Undefined
///
/// The probabilities of a class without moves. The steady state where classes fall into groups that no move leads out of, more
/// than one of them, and where a class is reached from which no move is known. Moves of classes beyond `classes` are not counted.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::markov_chain;
///
/// // Of four moves from class 0 one leads to class 1, of two from class 1 one leads back.
/// let chain = markov_chain([(0, 0), (0, 0), (0, 0), (0, 1), (1, 0), (1, 1)], 2);
/// assert_eq!(chain.probabilities[0], [Some(0.75), Some(0.25)]);
/// let steady = chain.steady_state.unwrap();
/// assert!((steady[0] - 2.0 / 3.0).abs() < 1e-15);
/// ```
///
/// # References
///
/// W. K. Grassmann, M. I. Taksar, D. P. Heyman (1985), Regenerative analysis and steady state distributions for Markov chains,
/// Operations Research 33.
pub fn markov_chain(moves: impl IntoIterator<Item = (usize, usize)>, classes: usize) -> MarkovChain {
    let mut transitions = vec![vec![0_u64; classes]; classes];
    for (from, to) in moves {
        if let Some(count) = transitions.get_mut(from).and_then(|row| row.get_mut(to)) {
            *count += 1;
        }
    }
    let probabilities: Vec<Vec<Option<f64>>> = (transitions.iter())
        .map(|row| {
            let sum: u64 = row.iter().sum();
            row.iter().map(|count| (sum > 0).then(|| *count as f64 / sum as f64)).collect()
        })
        .collect();
    let steady_state = steady_state(&probabilities);
    MarkovChain { transitions, probabilities, steady_state }
}

fn steady_state(probabilities: &[Vec<Option<f64>>]) -> Option<Vec<f64>> {
    let classes = probabilities.len();
    let share = |from: usize, to: usize| probabilities[from][to].unwrap_or_default();
    // Which class is reached from which.
    let mut reached: Vec<Vec<bool>> =
        (0..classes).map(|from| (0..classes).map(|to| from == to || share(from, to) > 0.0).collect()).collect();
    for through in 0..classes {
        for from in 0..classes {
            for to in 0..classes {
                reached[from][to] |= reached[from][through] && reached[through][to];
            }
        }
    }
    // Classes that occur: something moves from them or to them.
    let occurs = |class: usize| (0..classes).any(|other| share(class, other) > 0.0 || share(other, class) > 0.0);
    let occurring: Vec<usize> = (0..classes).filter(|class| occurs(*class)).collect();
    // From a class that lasts one comes back from wherever one gets.
    let lasts = |class: &usize| (0..classes).all(|other| !reached[*class][other] || reached[other][*class]);
    let lasting: Vec<usize> = occurring.iter().copied().filter(lasts).collect();
    let (first, is_known) = (*lasting.first()?, lasting.iter().all(|class| probabilities[*class][0].is_some()));
    if !is_known || lasting.iter().any(|class| !reached[first][*class]) {
        return None;
    }
    let mut rest: Vec<Vec<f64>> =
        lasting.iter().map(|from| lasting.iter().map(|to| share(*from, *to)).collect()).collect();
    let count = lasting.len();
    for last in (1..count).rev() {
        let out: f64 = rest[last][..last].iter().sum();
        for from in 0..last {
            rest[from][last] /= out;
            for to in 0..last {
                let more = rest[from][last] * rest[last][to];
                rest[from][to] += more;
            }
        }
    }
    let mut shares = vec![1.0; count];
    for class in 1..count {
        shares[class] = (0..class).map(|before| shares[before] * rest[before][class]).sum();
    }
    let sum: f64 = shares.iter().sum();
    let mut steady = vec![0.0; classes];
    lasting.iter().zip(shares).for_each(|(class, share)| steady[*class] = share / sum);
    Some(steady)
}

/// Whether several chains have the same probabilities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Homogeneity {
    /// The likelihood ratio, 2 Σ n_ij|r ln(p_ij|r / p_ij).
    pub likelihood_ratio: f64,
    /// Pearson's statistic, Σ n_i|r (p_ij|r − p_ij)² / p_ij.
    pub pearson: f64,
    /// The degrees of freedom of both: for each class the groups that have moves from it less one, times the classes that are
    /// reached from it less one.
    pub degrees_of_freedom: usize,
    /// The p-value of the likelihood ratio by χ²; none without a degree of freedom.
    pub p_likelihood_ratio: Option<f64>,
    /// The p-value of Pearson's statistic by χ²; none without a degree of freedom.
    pub p_pearson: Option<f64>,
}

/// Tests whether the moves of several groups follow the same probabilities, those of all moves together.
///
/// # Units
///
/// `groups` are counts of moves, a square table for each group, all with the same number of classes.
///
/// # Undefined
///
/// The p-values where there is no degree of freedom: one group, or one class that is reached.
///
/// # References
///
/// F. Bickenbach, E. Bode (2003), Evaluating the Markov property in studies of economic convergence, International Regional
/// Science Review 26.
#[must_use]
pub fn homogeneity(groups: &[Vec<Vec<u64>>]) -> Homogeneity {
    let classes = groups.first().map_or(0, Vec::len);
    let (mut likelihood_ratio, mut pearson, mut degrees_of_freedom) = (0.0, 0.0, 0);
    for from in 0..classes {
        let all: Vec<u64> = (0..classes).map(|to| groups.iter().map(|group| group[from][to]).sum()).collect();
        let sum: u64 = all.iter().sum();
        let with_moves: Vec<&Vec<u64>> =
            groups.iter().map(|group| &group[from]).filter(|row| row.iter().any(|count| *count > 0)).collect();
        let is_reached = all.iter().filter(|count| **count > 0).count();
        degrees_of_freedom += with_moves.len().saturating_sub(1) * is_reached.saturating_sub(1);
        for row in with_moves {
            let own: u64 = row.iter().sum();
            for (count, all) in row.iter().zip(&all).filter(|(_, all)| **all > 0) {
                let (share, expected) = (*count as f64 / own as f64, *all as f64 / sum as f64);
                pearson += own as f64 * (share - expected).powi(2) / expected;
                if *count > 0 {
                    likelihood_ratio += 2.0 * *count as f64 * (share / expected).ln();
                }
            }
        }
    }
    Homogeneity {
        likelihood_ratio,
        pearson,
        degrees_of_freedom,
        p_likelihood_ratio: p_of_chi_squared(likelihood_ratio, degrees_of_freedom),
        p_pearson: p_of_chi_squared(pearson, degrees_of_freedom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_state_needs_one_end() {
        // Two classes that nothing leaves.
        assert_eq!(markov_chain([(0, 0), (1, 1)], 2).steady_state, None);
        // A class that one only leaves has no share; one that does not occur has none either.
        let steady = markov_chain([(0, 1), (1, 2), (2, 1), (1, 1)], 4).steady_state.unwrap();
        assert_eq!((steady[0], steady[3]), (0.0, 0.0));
        assert!((steady[1] - 2.0 / 3.0).abs() < 1e-15);
        // Nothing is known of what follows the last.
        assert_eq!(markov_chain([(0, 1)], 2).steady_state, None);
    }

    #[test]
    fn one_group_is_like_itself() {
        let group = vec![vec![5, 2], vec![1, 4]];
        let found = homogeneity(std::slice::from_ref(&group));
        assert_eq!((found.likelihood_ratio, found.pearson, found.p_pearson), (0.0, 0.0, None));
        let found = homogeneity(&[group.clone(), group]);
        assert_eq!((found.degrees_of_freedom, found.p_pearson), (2, Some(1.0)));
    }
}
