use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

use super::STATISTIC;
use super::inclusion::Inclusion;
use super::shrinking_tree::ShrinkingTree;
use crate::error::{Result, StatsError};
use crate::stats::cluster::Places;

/// Draws a sample that is spread over space, by the local pivotal method 2.
///
/// A unit i is chosen at random from those that are not yet decided, and j is the nearest of the others. With their probabilities
/// π_i and π_j, one of the two is decided: if π_i + π_j < 1, one gets 0 and the other the sum, which is i with the probability π_i
/// / (π_i + π_j); else one gets 1 and the other π_i + π_j − 1, and it is i that gets 1 with the probability (1 − π_j) / (2 − π_i −
/// π_j). This goes on until all are decided, so that units which stand near each other are seldom drawn together. The inclusion
/// probability of each unit is exactly the given one: the probabilities are whole numbers of a common denominator, and so are
/// all random numbers that they are compared with. If the probabilities add up to a whole number, the sample has that size.
///
/// Neighbours are found with a k-d tree, so that a draw takes about n log n steps. Of equally near neighbours one is taken by a
/// random order. Distances are those of `places`, in metres.
///
/// Returns the positions of the units that were drawn, in ascending order. The same seed and stream give the same sample.
///
/// # Errors
///
/// A number of places that is not the number of probabilities.
///
/// # Examples
///
/// Of two firms side by side at either end of a road, each end gives one:
///
/// ```
/// use jiju_core::stats::{Inclusion, Places, local_pivotal};
/// let places = Places::planar(&[[0.0, 0.0], [1.0, 0.0], [900.0, 0.0], [901.0, 0.0]])?;
/// for seed in 0..20 {
///     let drawn = local_pivotal(&places, &Inclusion::equal(2, 4)?, seed, 0)?;
///     assert!(drawn.len() == 2 && drawn[0] < 2 && drawn[1] >= 2);
/// }
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// A. Grafström, N. L. P. Lundström, L. Schelin, Spatially balanced sampling through the pivotal method, Biometrics 68, 2012; J.-C.
/// Deville, Y. Tillé, Unequal probability sampling without replacement through a splitting method, Biometrika 85, 1998; J. Lisic,
/// L. B. Cruze, Local pivotal methods for large surveys, Proceedings of ICES V, 2016 (trees).
pub fn local_pivotal(places: &Places, inclusion: &Inclusion, seed: u64, stream: u64) -> Result<Vec<usize>> {
    if places.len() != inclusion.len() {
        let (found, expected) = (format!("{} units", places.len()), format!("{} units", inclusion.len()));
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the list of places", found, expected }.into());
    }
    let mut random = Random::new(seed, stream);
    let whole = inclusion.whole();
    let mut parts = inclusion.parts().to_vec();
    let is_open = |part: u64| part > 0 && part < whole;
    let mut open: Vec<usize> = (0..parts.len()).filter(|unit| is_open(parts[*unit])).collect();
    let mut order = open.clone();
    random.shuffle(&mut order);
    let mut tree = ShrinkingTree::new(places.coordinates_m(), order);
    // Where each unit stands in the list of open ones.
    let mut standing = vec![usize::MAX; parts.len()];
    open.iter().enumerate().for_each(|(position, unit)| standing[*unit] = position);
    while open.len() > 1 {
        let one = open[random.index(open.len())];
        let Some(other) = tree.nearest_other(one) else { break };
        let (a, b) = (parts[one], parts[other]);
        let sum = a + b;
        if sum <= whole {
            let is_one = random.below(sum) < a;
            parts[one] = if is_one { sum } else { 0 };
            parts[other] = if is_one { 0 } else { sum };
        } else {
            let is_one = random.below(2 * whole - sum) < whole - b;
            parts[one] = if is_one { whole } else { sum - whole };
            parts[other] = if is_one { sum - whole } else { whole };
        }
        for unit in [one, other] {
            if !is_open(parts[unit]) {
                tree.remove(unit);
                let position = standing[unit];
                open.swap_remove(position);
                if let Some(moved) = open.get(position) {
                    standing[*moved] = position;
                }
            }
        }
    }
    // Where the probabilities do not add up to a whole number, one unit is left.
    for unit in open {
        parts[unit] = if random.below(whole) < parts[unit] { whole } else { 0 };
    }
    Ok((0..parts.len()).filter(|unit| parts[*unit] == whole).collect())
}

/// Whole random numbers without a bias.
pub(super) struct Random(ChaCha12Rng);

impl Random {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha12Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A number below a limit, which is at least 1; each is as likely as any other.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        let limit = limit.max(1);
        // The numbers from here on would give some remainders once more than others.
        let end = u64::MAX - (u64::MAX % limit + 1) % limit;
        loop {
            let drawn = self.0.next_u64();
            if drawn <= end {
                return drawn % limit;
            }
        }
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for position in (1..items.len()).rev() {
            items.swap(position, self.index(position + 1));
        }
    }
}
