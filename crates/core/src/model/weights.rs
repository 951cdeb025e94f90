#![expect(clippy::cast_possible_truncation, reason = "a unit has a number of 32 bits, which `Weights::new` checks")]

use std::collections::HashSet;

use super::sets::Sets;
use crate::error::{Result, StatsError};

/// Spatial weights: the neighbours of each unit, with a weight for each neighbour.
///
/// A unit may be its own neighbour, and weights need not be symmetric. A unit without neighbours is called an island.
///
/// # Examples
///
/// Three units in a row:
///
/// ```
/// use jiju_core::model::Weights;
///
/// let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
/// let weights = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]])?;
/// assert_eq!(weights.neighbours(1).collect::<Vec<_>>(), [(0, 1.0), (2, 1.0)]);
/// assert_eq!((weights.sum(), weights.islands().len(), weights.components()), (4.0, 0, vec![0, 0, 0]));
/// # Ok::<(), jiju_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    ids: Vec<String>,
    /// The position at which the neighbours of each unit begin, and the end of the last ones.
    starts: Vec<usize>,
    neighbours: Vec<u32>,
    weights: Vec<f64>,
}

impl Weights {
    /// Weights from the ids of the units, and for each unit the positions of its neighbours with their weights.
    ///
    /// # Errors
    ///
    /// [`StatsError::Weights`], for ids that are doubled, for lists that are not one for each unit, and for a neighbour that
    /// is no unit or comes twice, or whose weight is not finite.
    pub fn new(ids: Vec<String>, rows: Vec<Vec<(u32, f64)>>) -> Result<Self> {
        let refused = |place: String, found: String, expected: &'static str| {
            Err(StatsError::Weights { place, found, expected }.into())
        };
        if rows.len() != ids.len() {
            return refused("the weights".to_owned(), format!("{} lists", rows.len()), "one for each unit");
        }
        if u32::try_from(ids.len()).is_err() {
            let expected = "at most 4,294,967,295, since a neighbour has a number of 32 bits";
            return refused("the weights".to_owned(), format!("{} units", ids.len()), expected);
        }
        let mut known = HashSet::with_capacity(ids.len());
        if let Some(doubled) = ids.iter().find(|id| !known.insert(id.as_str())) {
            return refused(format!("unit `{doubled}`"), "two of that id".to_owned(), "ids that differ");
        }
        let (mut starts, mut neighbours, mut weights) = (vec![0], Vec::new(), Vec::new());
        let mut last_of = vec![usize::MAX; ids.len()];
        for (unit, row) in rows.into_iter().enumerate() {
            for (neighbour, weight) in row {
                let place = || format!("unit `{}`", ids[unit]);
                match last_of.get_mut(neighbour as usize) {
                    None => return refused(place(), format!("neighbour number {neighbour}"), "a unit"),
                    Some(last) if *last == unit => {
                        return refused(place(), format!("neighbour `{}` twice", ids[neighbour as usize]), "once");
                    }
                    Some(last) => *last = unit,
                }
                if !weight.is_finite() {
                    return refused(place(), format!("a weight of {weight}"), "a finite one");
                }
                neighbours.push(neighbour);
                weights.push(weight);
            }
            starts.push(neighbours.len());
        }
        Ok(Self { ids, starts, neighbours, weights })
    }

    /// The number of units.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Returns whether there are no units.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids of the units, in order.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The neighbours of a unit with their weights, in the order in which they were given.
    pub fn neighbours(&self, unit: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + Clone + '_ {
        let range = self.starts[unit]..self.starts[unit + 1];
        let weights = self.weights[range.clone()].iter().copied();
        self.neighbours[range].iter().map(|neighbour| *neighbour as usize).zip(weights)
    }

    /// The number of neighbours of a unit.
    #[must_use]
    pub fn cardinality(&self, unit: usize) -> usize {
        self.starts[unit + 1] - self.starts[unit]
    }

    /// The positions of the units without neighbours.
    #[must_use]
    pub fn islands(&self) -> Vec<usize> {
        (0..self.len()).filter(|unit| self.cardinality(*unit) == 0).collect()
    }

    /// S₀, the sum of all weights.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// Returns the same neighbours with new weights: `weigh` gets each unit and its weights, to change in place.
    #[must_use]
    pub fn reweighted(&self, mut weigh: impl FnMut(usize, &mut [f64])) -> Self {
        let mut other = self.clone();
        for unit in 0..self.len() {
            weigh(unit, &mut other.weights[self.starts[unit]..self.starts[unit + 1]]);
        }
        other
    }

    /// Adds each unit to its own neighbours with the given weight. A unit that already is its own neighbour keeps its
    /// weight.
    #[must_use]
    pub fn with_self(&self, weight: f64) -> Self {
        let mut other = Self { ids: self.ids.clone(), starts: vec![0], neighbours: Vec::new(), weights: Vec::new() };
        for unit in 0..self.len() {
            for (neighbour, own) in self.neighbours(unit) {
                other.neighbours.push(neighbour as u32);
                other.weights.push(own);
            }
            if self.neighbours(unit).all(|(neighbour, _)| neighbour != unit) {
                other.neighbours.push(unit as u32);
                other.weights.push(weight);
            }
            other.starts.push(other.neighbours.len());
        }
        other
    }

    /// The weights with only those neighbours for which `keep(unit, neighbour, weight)` is true.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(usize, usize, f64) -> bool) -> Self {
        let mut other = Self { ids: self.ids.clone(), starts: vec![0], neighbours: Vec::new(), weights: Vec::new() };
        for unit in 0..self.len() {
            for (neighbour, weight) in self.neighbours(unit).filter(|(to, weight)| keep(unit, *to, *weight)) {
                other.neighbours.push(neighbour as u32);
                other.weights.push(weight);
            }
            other.starts.push(other.neighbours.len());
        }
        other
    }

    /// The weights of the units for which `keep` is true, in their order. Neighbours that are not kept are dropped.
    #[must_use]
    pub fn subset(&self, keep: &[bool]) -> Self {
        let kept = |unit: usize| keep.get(unit).copied().unwrap_or(false);
        let mut position = vec![0_u32; self.len()];
        let mut other = Self { ids: Vec::new(), starts: vec![0], neighbours: Vec::new(), weights: Vec::new() };
        for unit in (0..self.len()).filter(|unit| kept(*unit)) {
            position[unit] = other.ids.len() as u32;
            other.ids.push(self.ids[unit].clone());
        }
        for unit in (0..self.len()).filter(|unit| kept(*unit)) {
            for (neighbour, weight) in self.neighbours(unit).filter(|(neighbour, _)| kept(*neighbour)) {
                other.neighbours.push(position[neighbour]);
                other.weights.push(weight);
            }
            other.starts.push(other.neighbours.len());
        }
        other
    }

    /// The units in another order: `order[new]` is the old position of the unit at position `new`.
    ///
    /// # Errors
    ///
    /// [`StatsError::Weights`] where it does not name each unit once.
    pub fn reordered(&self, order: &[usize]) -> Result<Self> {
        let mut place = vec![u32::MAX; self.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(place) = place.get_mut(*old) {
                *place = new as u32;
            }
        }
        let rows = order.iter().filter(|old| **old < self.len());
        let rows =
            rows.map(|old| self.neighbours(*old).map(|(neighbour, weight)| (place[neighbour], weight)).collect());
        let ids = order.iter().filter_map(|old| self.ids.get(*old).cloned()).collect();
        Self::new(ids, rows.collect())
    }

    /// The number of the connected component of each unit, ignoring direction. Components are numbered by their first
    /// unit.
    #[must_use]
    pub fn components(&self) -> Vec<usize> {
        let sets = Sets::new(self.len());
        for unit in 0..self.len() {
            for (neighbour, _) in self.neighbours(unit) {
                sets.join(unit as u32, neighbour as u32);
            }
        }
        sets.numbered()
    }
}
