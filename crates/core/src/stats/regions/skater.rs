#![expect(
    clippy::cast_possible_truncation,
    reason = "a unit of `Weights` has a number of 32 bits, which `Weights::new` checks"
)]

use std::collections::BinaryHeap;

use super::{Attributes, Floor, Regions, groups, reaches, sums};
use crate::error::{Result, StatsError};
use crate::model::{Sets, Weights, with_fields};

/// Options of [`skater`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SkaterOptions {
    /// The number of regions; 2 by default.
    pub regions: usize,
    /// The minima that each region must reach; none by default.
    pub floors: Vec<Floor>,
}

impl Default for SkaterOptions {
    fn default() -> Self {
        Self { regions: 2, floors: Vec::new() }
    }
}

with_fields! {
    SkaterOptions {
        with_regions(regions: usize);
        with_floors(floors: Vec<Floor>);
    }
}

/// SKATER: divides areas into regions of similar neighbours by cutting a minimum spanning tree.
///
/// The tree joins all areas along pairs of neighbours with the smallest sum of the squared differences of their
/// values, Σ_l (x_il − x_jl)². Then, repeatedly, the edge is cut that reduces the sum of squared distances within
/// regions the most, SSD(T) − SSD(T_a) − SSD(T_b). All cuts are tried; of equally good ones the longest edge is cut.
/// A cut is made only if both parts reach the floors. Groups of areas without neighbours in other groups are separate
/// regions from the start.
///
/// Each of the `columns` has one value for each area; bring columns of different units to one scale with
/// [`standard_scores`](crate::stats::standard_scores).
///
/// # Undefined
///
/// Fewer regions than asked for where no cut is left that the floors allow.
///
/// # Errors
///
/// No areas or no column; lists that are not one number for each area, and numbers that are not finite; negative amounts of a
/// floor; a floor that a group without neighbours in another cannot reach; fewer regions than there are such groups, and more
/// than areas.
///
/// # Examples
///
/// Four towns in a row:
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{SkaterOptions, skater};
///
/// let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
/// let row = vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0), (3, 1.0)], vec![(2, 1.0)]];
/// let found = skater(&[vec![1.0, 3.0, 11.0, 13.0]], &Weights::new(ids, row)?, &SkaterOptions::default())?;
/// assert_eq!(found.labels, [0, 0, 1, 1]);
/// assert_eq!((found.within_sum, found.total_sum), (4.0, 104.0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// R. M. Assunção, M. C. Neves, G. Câmara, C. da Costa Freitas, Efficient regionalization techniques for socio-economic
/// geographical units using minimum spanning trees, International Journal of Geographical Information Science 20, 2006.
pub fn skater(columns: &[Vec<f64>], weights: &Weights, options: &SkaterOptions) -> Result<Regions> {
    const STATISTIC: &str = "regions";
    let whole = groups(STATISTIC, columns, weights, &options.floors)?;
    if options.regions < whole.len() || options.regions > weights.len() {
        return Err(StatsError::Option {
            statistic: STATISTIC,
            option: "the number of regions",
            found: options.regions.to_string(),
            expected: format!(
                "{} to {}, the number of groups without neighbours in another and that of areas",
                whole.len(),
                weights.len()
            ),
        }
        .into());
    }
    let attributes = Attributes::new(columns, weights.len());
    let forest = Forest::new(weights, &attributes);
    let tree = |areas: Vec<usize>| Tree { cut: forest.best_cut(&areas, &attributes, &options.floors), areas };
    let mut trees: BinaryHeap<Tree> = whole.into_iter().map(tree).collect();
    let mut done = Vec::new();
    while trees.len() + done.len() < options.regions {
        let Some(Tree { areas, cut }) = trees.pop() else { break };
        match cut {
            Some(cut) => trees.extend(cut.parts.map(tree)),
            // The others have none either.
            None => {
                done.push(areas);
                break;
            }
        }
    }
    done.extend(trees.into_iter().map(|tree| tree.areas));
    Ok(Regions::from_groups(done, &attributes))
}

/// A shortest tree of each group.
struct Forest {
    /// The neighbours of each area in it, with the number of the edge, shorter ones first.
    edges: Vec<Vec<(usize, usize)>>,
}

struct Tree {
    areas: Vec<usize>,
    cut: Option<Cut>,
}

struct Cut {
    /// By how much it lessens the sum of squared distances.
    gain: f64,
    edge: usize,
    parts: [Vec<usize>; 2],
}

impl Forest {
    fn new(weights: &Weights, attributes: &Attributes) -> Self {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for one in 0..weights.len() {
            for (other, _) in weights.neighbours(one).filter(|(other, _)| *other != one) {
                pairs.push((attributes.square(one, other), one.min(other), one.max(other)));
            }
        }
        pairs.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then((one.1, one.2).cmp(&(other.1, other.2))));
        let sets = Sets::new(weights.len());
        let mut edges = vec![Vec::new(); weights.len()];
        let mut number = 0;
        for (_, one, other) in pairs {
            if sets.root(one as u32) != sets.root(other as u32) {
                sets.join(one as u32, other as u32);
                edges[one].push((other, number));
                edges[other].push((one, number));
                number += 1;
            }
        }
        Self { edges }
    }

    /// The cut of a tree that gains the most, of those that the floors allow.
    fn best_cut(&self, areas: &[usize], attributes: &Attributes, floors: &[Floor]) -> Option<Cut> {
        let place: std::collections::HashMap<usize, usize> = areas.iter().copied().zip(0..).collect();
        // From the first area on, parents before children.
        let mut order: Vec<(usize, Option<(usize, usize)>)> = vec![(*areas.first()?, None)];
        let mut position = vec![0; areas.len()];
        let mut next = 0;
        while next < order.len() {
            let (area, from) = order[next];
            position[place[&area]] = next;
            for (other, edge) in &self.edges[area] {
                // Other trees were cut off.
                if place.contains_key(other) && from.is_none_or(|(parent, _)| order[parent].0 != *other) {
                    order.push((*other, Some((next, *edge))));
                }
            }
            next += 1;
        }
        let mean = attributes.mean(areas);
        // The totals of the subtree below each area: values less the mean, their number, and the amounts of the floors.
        let mut below: Vec<(Vec<f64>, usize, Vec<f64>)> = order
            .iter()
            .map(|(area, _)| {
                let less = attributes.values[*area].iter().zip(&mean).map(|(value, mean)| value - mean).collect();
                (less, 1, floors.iter().map(|floor| floor.amounts[*area]).collect())
            })
            .collect();
        let whole = sums(areas, floors);
        let mut best: Option<(f64, usize, usize)> = None;
        for child in (1..order.len()).rev() {
            let Some((parent, edge)) = order[child].1 else { continue };
            let (values, count, amounts) = std::mem::take(&mut below[child]);
            let rest: Vec<f64> = whole.iter().zip(&amounts).map(|(whole, own)| whole - own).collect();
            if reaches(&amounts, floors) && reaches(&rest, floors) {
                // Values sum to 0 over the tree: both parts are as far from its mean.
                let parts = 1.0 / count as f64 + 1.0 / (areas.len() - count) as f64;
                let gain = values.iter().map(|value| value * value).sum::<f64>() * parts;
                if best.is_none_or(|(most, longest, _)| gain > most || (gain == most && edge > longest)) {
                    best = Some((gain, edge, child));
                }
            }
            let (values_above, count_above, amounts_above) = &mut below[parent];
            values_above.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            *count_above += count;
            amounts_above.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
        }
        let (gain, edge, root) = best?;
        let mut is_below = vec![false; order.len()];
        is_below[root] = true;
        for child in root + 1..order.len() {
            is_below[child] = order[child].1.is_some_and(|(parent, _)| is_below[parent]);
        }
        let (below, above) = areas.iter().partition(|area| is_below[position[place[*area]]]);
        Some(Cut { gain, edge, parts: [below, above] })
    }
}

impl Tree {
    /// The order of cuts: the greatest gain first, then the longest edge.
    fn rank(&self) -> (f64, usize) {
        self.cut.as_ref().map_or((-1.0, 0), |cut| (cut.gain, cut.edge))
    }
}

impl Ord for Tree {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let ((gain, edge), (others, other_edge)) = (self.rank(), other.rank());
        gain.total_cmp(&others).then(edge.cmp(&other_edge))
    }
}

impl PartialOrd for Tree {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Tree {}
