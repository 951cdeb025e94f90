#![expect(
    clippy::cast_possible_truncation,
    reason = "a unit of `Weights` has a number of 32 bits, which `Weights::new` checks"
)]

use std::collections::HashMap;

use crate::error::{Error, Result, StatsError};
use crate::model::Weights;

/// Higher-order neighbours: the units that are reached in `order` steps and not in fewer, each with weight 1, in
/// ascending order. With `cumulative`, units reached in fewer steps are included. A unit is never its own neighbour.
///
/// # Errors
///
/// An order of 0.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::higher_order;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let line = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]])?;
/// let second = higher_order(&line, 2, false)?;
/// assert_eq!(second.neighbours(0).collect::<Vec<_>>(), [(2, 1.0)]);
/// assert_eq!(second.islands(), [1]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// L. Anselin, O. Smirnov, Efficient algorithms for constructing proper higher order spatial lag operators, Journal of
/// Regional Science 36, 1996.
pub fn higher_order(weights: &Weights, order: usize, cumulative: bool) -> Result<Weights> {
    let steps = by_steps(weights, order)?;
    if !cumulative {
        let rows = steps.into_iter().map(|steps| steps.into_iter().nth(order - 1).unwrap_or_default());
        return Weights::new(weights.ids().to_vec(), rows.collect());
    }
    let rows = steps.into_iter().map(|steps| {
        let mut row = steps.concat();
        row.sort_unstable_by_key(|(neighbour, _)| *neighbour);
        row
    });
    Weights::new(weights.ids().to_vec(), rows.collect())
}

/// The neighbours of each order from 1 to `last`, see [`higher_order`].
///
/// # Errors
///
/// A last order of 0, or one above the number of units.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::higher_orders;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let line = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]])?;
/// let orders = higher_orders(&line, 3)?;
/// assert_eq!(orders[1].neighbours(0).collect::<Vec<_>>(), [(2, 1.0)]);
/// assert_eq!(orders[2].sum(), 0.0);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn higher_orders(weights: &Weights, last: usize) -> Result<Vec<Weights>> {
    if last > weights.len() {
        return Err(refused(last, format!("1 to {}, the number of units", weights.len())));
    }
    let mut steps = by_steps(weights, last)?;
    (0..last)
        .map(|order| {
            let rows = steps.iter_mut().map(|steps| steps.get_mut(order).map(std::mem::take).unwrap_or_default());
            Weights::new(weights.ids().to_vec(), rows.collect())
        })
        .collect()
}

fn refused(order: usize, expected: String) -> Error {
    StatsError::Option { statistic: "weights", option: "the order", found: order.to_string(), expected }.into()
}

/// For each unit those reached in one step, in two and no fewer, and so on as far as there are any, each weighing 1, ascending.
fn by_steps(weights: &Weights, last: usize) -> Result<Vec<Vec<Row>>> {
    if last == 0 {
        return Err(refused(last, "1 or more".to_owned()));
    }
    // In which search a unit was reached last.
    let mut reached_in = vec![usize::MAX; weights.len()];
    let of_unit = |unit: usize| {
        reached_in[unit] = unit;
        let (mut steps, mut front) = (Vec::<Row>::new(), vec![unit]);
        for _ in 0..last {
            let mut next = Vec::new();
            for from in front {
                for (neighbour, _) in weights.neighbours(from) {
                    if reached_in[neighbour] != unit {
                        reached_in[neighbour] = unit;
                        next.push(neighbour);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            next.sort_unstable();
            steps.push(next.iter().map(|neighbour| (*neighbour as u32, 1.0)).collect());
            front = next;
        }
        steps
    };
    Ok((0..weights.len()).map(of_unit).collect())
}

/// The neighbours in either of two sets of weights. The weight is that of the first where it has the neighbour,
/// otherwise that of the second.
///
/// # Errors
///
/// The two sets of weights have different units.
///
/// # Examples
///
/// ```
/// use jiju_core::model::Weights;
/// use jiju_core::stats::{intersection, union};
///
/// let ids = || ["a", "b", "c"].map(str::to_owned).to_vec();
/// let one = Weights::new(ids(), vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![]])?;
/// let other = Weights::new(ids(), vec![vec![(2, 0.5)], vec![(0, 0.5)], vec![]])?;
/// assert_eq!(union(&one, &other)?.neighbours(0).collect::<Vec<_>>(), [(1, 1.0), (2, 0.5)]);
/// assert_eq!(intersection(&one, &other)?.neighbours(1).collect::<Vec<_>>(), [(0, 1.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn union(one: &Weights, other: &Weights) -> Result<Weights> {
    combined(one, other, |own, others| {
        let mut row: Vec<(u32, f64)> = own.clone();
        row.extend(others.iter().filter(|(neighbour, _)| own.iter().all(|(known, _)| known != neighbour)));
        row
    })
}

/// The neighbours in both of two sets of weights, with the weights of the first.
///
/// # Errors
///
/// The two sets of weights have different units.
///
/// # Examples
///
/// See [`union`].
pub fn intersection(one: &Weights, other: &Weights) -> Result<Weights> {
    combined(one, other, |own, others| {
        own.iter().filter(|(neighbour, _)| others.iter().any(|(known, _)| known == neighbour)).copied().collect()
    })
}

type Row = Vec<(u32, f64)>;

/// The rows of two, the second brought into the order of the first.
fn combined(one: &Weights, other: &Weights, combine: impl Fn(&Row, &Row) -> Row) -> Result<Weights> {
    let places: HashMap<&str, usize> = other.ids().iter().map(String::as_str).zip(0..).collect();
    let order: Vec<usize> = one.ids().iter().filter_map(|id| places.get(id.as_str()).copied()).collect();
    if order.len() != one.len() || one.len() != other.len() {
        return Err(StatsError::Shape {
            statistic: "weights",
            what: "the second",
            found: format!("{} of the first's units and {} of its own", order.len(), other.len() - order.len()),
            expected: format!("the first's {}", one.len()),
        }
        .into());
    }
    let other = other.reordered(&order)?;
    let row = |weights: &Weights, unit: usize| -> Row {
        weights.neighbours(unit).map(|(neighbour, weight)| (neighbour as u32, weight)).collect()
    };
    let rows = (0..one.len()).map(|unit| {
        let mut row = combine(&row(one, unit), &row(&other, unit));
        row.sort_unstable_by_key(|(neighbour, _)| *neighbour);
        row
    });
    Weights::new(one.ids().to_vec(), rows.collect())
}

/// Block weights: all units of the same block are neighbours with weight 1. A unit without a block has no neighbours.
///
/// # Errors
///
/// A list of blocks that is not one for each unit; more than 2²⁹ neighbours.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::block_weights;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let blocks = block_weights(ids, &[Some("柯桥"), Some("新昌"), Some("柯桥")])?;
/// assert_eq!(blocks.neighbours(0).collect::<Vec<_>>(), [(2, 1.0)]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn block_weights(ids: Vec<String>, blocks: &[Option<&str>]) -> Result<Weights> {
    const MOST: usize = 1 << 29;
    let mut members: HashMap<&str, Vec<u32>> = HashMap::new();
    for (unit, block) in (0..).zip(blocks) {
        if let Some(block) = block {
            members.entry(block).or_default().push(unit);
        }
    }
    let total: usize = members.values().map(|units| units.len() * (units.len() - 1)).sum();
    if total > MOST {
        let found = format!("{total} neighbours");
        let expected = "at most 2²⁹: smaller blocks";
        return Err(StatsError::Weights { place: "the blocks".to_owned(), found, expected }.into());
    }
    let rows = (0..).zip(blocks).map(|(unit, block)| {
        let others = block.map_or(&[][..], |block| &members[block]);
        others.iter().filter(|other| **other != unit).map(|other| (*other, 1.0)).collect()
    });
    Weights::new(ids, rows.collect())
}
