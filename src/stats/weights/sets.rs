use std::collections::HashMap;

use crate::error::{Result, StatsError};
use crate::model::Weights;

/// The neighbours of neighbours: the units that are reached in `order` steps and in no fewer, each weighing 1, ascending;
/// with `cumulative` those reached in fewer steps too. A unit is never its own.
///
/// # Errors
///
/// An order of 0.
///
/// # Examples
///
/// ```
/// use jiju::model::Weights;
/// use jiju::stats::higher_order;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let line = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]])?;
/// let second = higher_order(&line, 2, false)?;
/// assert_eq!(second.neighbours(0).collect::<Vec<_>>(), [(2, 1.0)]);
/// assert_eq!(second.islands(), [1]);
/// # Ok::<(), jiju::Error>(())
/// ```
///
/// # References
///
/// L. Anselin, O. Smirnov, Efficient algorithms for constructing proper higher order spatial lag operators, Journal of
/// Regional Science 36, 1996.
pub fn higher_order(weights: &Weights, order: usize, cumulative: bool) -> Result<Weights> {
    if order == 0 {
        return Err(StatsError::Option {
            statistic: "weights",
            option: "the order",
            found: "0".to_owned(),
            expected: "1 or more".to_owned(),
        }
        .into());
    }
    // In which search a unit was reached last.
    let mut reached_in = vec![usize::MAX; weights.len()];
    let rows = (0..weights.len()).map(|unit| {
        reached_in[unit] = unit;
        let (mut kept, mut front) = (Vec::new(), vec![unit]);
        for step in 1..=order {
            let mut next = Vec::new();
            for from in front {
                for (neighbour, _) in weights.neighbours(from) {
                    if reached_in[neighbour] != unit {
                        reached_in[neighbour] = unit;
                        next.push(neighbour);
                    }
                }
            }
            if cumulative || step == order {
                kept.extend(next.iter().map(|neighbour| (*neighbour as u32, 1.0)));
            }
            if next.is_empty() {
                break;
            }
            front = next;
        }
        kept.sort_unstable_by_key(|(neighbour, _)| *neighbour);
        kept
    });
    let rows = rows.collect();
    Weights::new(weights.ids().to_vec(), rows)
}

/// The neighbours in either of two, with the weight they have in the first, else in the second.
///
/// # Errors
///
/// Weights of other units.
///
/// # Examples
///
/// ```
/// use jiju::model::Weights;
/// use jiju::stats::{intersection, union};
///
/// let ids = || ["a", "b", "c"].map(str::to_owned).to_vec();
/// let one = Weights::new(ids(), vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![]])?;
/// let other = Weights::new(ids(), vec![vec![(2, 0.5)], vec![(0, 0.5)], vec![]])?;
/// assert_eq!(union(&one, &other)?.neighbours(0).collect::<Vec<_>>(), [(1, 1.0), (2, 0.5)]);
/// assert_eq!(intersection(&one, &other)?.neighbours(1).collect::<Vec<_>>(), [(0, 1.0)]);
/// # Ok::<(), jiju::Error>(())
/// ```
pub fn union(one: &Weights, other: &Weights) -> Result<Weights> {
    combined(one, other, |own, others| {
        let mut row: Vec<(u32, f64)> = own.clone();
        row.extend(others.iter().filter(|(neighbour, _)| own.iter().all(|(known, _)| known != neighbour)));
        row
    })
}

/// The neighbours in both of two, with the weight they have in the first.
///
/// # Errors
///
/// Weights of other units.
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

/// All units of one block, such as the towns of a district, are neighbours of each other, each weighing 1; a unit of no
/// block has none.
///
/// # Errors
///
/// Blocks that are not one for each unit; more neighbours than 2²⁹.
///
/// # Examples
///
/// ```
/// use jiju::stats::block_weights;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let blocks = block_weights(ids, &[Some("柯桥"), Some("新昌"), Some("柯桥")])?;
/// assert_eq!(blocks.neighbours(0).collect::<Vec<_>>(), [(2, 1.0)]);
/// # Ok::<(), jiju::Error>(())
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
