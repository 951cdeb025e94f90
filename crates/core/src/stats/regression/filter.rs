//! The matrix I − ρ W of a spatial regression: its determinant, its inverse applied to a vector, and its traces.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::design::dot;
use super::lagged;
use crate::model::Weights;

/// The places at which the triangular factors of I − ρ W may differ from 0, the same for every ρ.
///
/// Units are put in the order of Cuthill and McKee, reversed, so that neighbours have near numbers; row i of L and column i of U then
/// begin at the first unit that is a neighbour of i. For areas of a map that is about √n places back.
pub(super) struct Envelope<'a> {
    weights: &'a Weights,
    /// The unit at each place.
    order: Vec<usize>,
    /// The place of each unit.
    place: Vec<usize>,
    /// The first place of each row.
    first: Vec<usize>,
    /// Where each row begins in the list of all.
    start: Vec<usize>,
}

/// I − ρ W = L U.
pub(super) struct Filter<'a> {
    envelope: &'a Envelope<'a>,
    /// The rows of L below the diagonal, which is 1.
    lower: Vec<f64>,
    /// The columns of U above the diagonal.
    upper: Vec<f64>,
    /// The diagonal of U.
    diagonal: Vec<f64>,
}

/// Traces of A⁻¹ and S = W A⁻¹, with A = I − ρ W.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Traces {
    /// tr A⁻¹.
    pub(super) inverse: f64,
    /// tr S.
    pub(super) s: f64,
    /// tr S².
    pub(super) s_squared: f64,
    /// tr S'S.
    pub(super) s_cross: f64,
}

/// Up to so many units traces are exact.
pub(super) const EXACT_TRACES: usize = 4_000;
/// Random vectors that traces of more units are estimated with.
pub(super) const PROBES: u64 = 500;

impl Traces {
    fn sum(parts: &[[f64; 4]], times: f64) -> Self {
        let sum = |part: usize| parts.iter().map(|parts| parts[part]).sum::<f64>() / times;
        Self { inverse: sum(0), s: sum(1), s_squared: sum(2), s_cross: sum(3) }
    }
}

impl<'a> Envelope<'a> {
    pub(super) fn new(weights: &'a Weights) -> Self {
        let order = cuthill_mckee(weights);
        let n = order.len();
        let mut place = vec![0; n];
        order.iter().enumerate().for_each(|(at, unit)| place[*unit] = at);
        let mut first: Vec<usize> = (0..n).collect();
        for unit in 0..n {
            for (other, _) in weights.neighbours(unit) {
                let (low, high) = (place[unit].min(place[other]), place[unit].max(place[other]));
                first[high] = first[high].min(low);
            }
        }
        let mut start = Vec::with_capacity(n + 1);
        let mut end = 0;
        for (at, first) in first.iter().enumerate() {
            start.push(end);
            end += at - first;
        }
        start.push(end);
        Self { weights, order, place, first, start }
    }

    /// The number of units.
    pub(super) fn units(&self) -> usize {
        self.order.len()
    }

    /// The factors for a ρ between −1 and 1.
    ///
    /// With weights of 0 or more that sum to 1 at most in each row, the diagonal of I − ρ W exceeds the rest of its row, so that no row
    /// has to change places and the determinant is positive.
    pub(super) fn filter(&'a self, rho: f64) -> Filter<'a> {
        let n = self.order.len();
        let (mut lower, mut upper) = (vec![0.0; self.start[n]], vec![0.0; self.start[n]]);
        let mut diagonal = vec![1.0; n];
        for (unit, at) in self.place.iter().enumerate() {
            for (other, weight) in self.weights.neighbours(unit) {
                let to = self.place[other];
                match at.cmp(&to) {
                    std::cmp::Ordering::Greater => lower[self.start[*at] + to - self.first[*at]] -= rho * weight,
                    std::cmp::Ordering::Less => upper[self.start[to] + at - self.first[to]] -= rho * weight,
                    std::cmp::Ordering::Equal => diagonal[*at] -= rho * weight,
                }
            }
        }
        for at in 0..n {
            let (own, begin) = (self.first[at], self.start[at]);
            for before in own..at {
                let common = own.max(self.first[before]);
                let theirs = self.start[before] + common - self.first[before]..self.start[before + 1];
                let ours = begin + common - own..begin + before - own;
                let left = dot(&lower[ours.clone()], &upper[theirs.clone()]);
                let above = dot(&lower[theirs], &upper[ours]);
                lower[begin + before - own] = (lower[begin + before - own] - left) / diagonal[before];
                upper[begin + before - own] -= above;
            }
            let row = begin..self.start[at + 1];
            diagonal[at] -= dot(&lower[row.clone()], &upper[row]);
        }
        Filter { envelope: self, lower, upper, diagonal }
    }
}

impl Filter<'_> {
    /// ln |I − ρ W|.
    pub(super) fn log_determinant(&self) -> f64 {
        self.diagonal.iter().map(|pivot| pivot.ln()).sum()
    }

    /// (I − ρ W)⁻¹ v.
    pub(super) fn solved(&self, values: &[f64]) -> Vec<f64> {
        let Envelope { order, place, first, start, .. } = self.envelope;
        let mut own: Vec<f64> = order.iter().map(|unit| values[*unit]).collect();
        for at in 0..own.len() {
            own[at] -= dot(&self.lower[start[at]..start[at + 1]], &own[first[at]..at]);
        }
        for at in (0..own.len()).rev() {
            own[at] /= self.diagonal[at];
            let value = own[at];
            let column = &self.upper[start[at]..start[at + 1]];
            own[first[at]..at].iter_mut().zip(column).for_each(|(rest, entry)| *rest -= entry * value);
        }
        place.iter().map(|at| own[*at]).collect()
    }

    /// The traces; of many units they are estimated.
    pub(super) fn traces(&self) -> Traces {
        if self.diagonal.len() <= EXACT_TRACES { self.exact_traces() } else { self.estimated_traces() }
    }

    /// The traces by every column of the inverse.
    fn exact_traces(&self) -> Traces {
        let n = self.diagonal.len();
        let of_unit = |unit: usize| {
            let mut vector = vec![0.0; n];
            vector[unit] = 1.0;
            self.parts(&vector)
        };
        Traces::sum(&(0..n).into_par_iter().map(of_unit).collect::<Vec<_>>(), 1.0)
    }

    /// The traces by the mean over random vectors of ±1 (Hutchinson), which are the same at every call.
    fn estimated_traces(&self) -> Traces {
        let of_probe = |number: u64| {
            let mut random = ChaCha8Rng::seed_from_u64(number);
            let signs = self.diagonal.iter().map(|_| if random.random::<bool>() { 1.0 } else { -1.0 });
            self.parts(&signs.collect::<Vec<f64>>())
        };
        Traces::sum(&(0..PROBES).into_par_iter().map(of_probe).collect::<Vec<_>>(), PROBES as f64)
    }

    /// v'A⁻¹v, v'Sv, v'S²v and v'S'Sv.
    fn parts(&self, vector: &[f64]) -> [f64; 4] {
        let weights = self.envelope.weights;
        let once = self.solved(vector);
        let s = lagged(weights, &once);
        let twice = lagged(weights, &self.solved(&s));
        [dot(vector, &once), dot(vector, &s), dot(vector, &twice), dot(&s, &s)]
    }
}

/// The units in the order of Cuthill and McKee, reversed: each group that hangs together breadth first from a unit at its edge,
/// units with few neighbours before those with many.
fn cuthill_mckee(weights: &Weights) -> Vec<usize> {
    let n = weights.len();
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); n];
    for unit in 0..n {
        for (other, _) in weights.neighbours(unit).filter(|(other, _)| *other != unit) {
            beside[unit].push(other);
            beside[other].push(unit);
        }
    }
    for list in &mut beside {
        list.sort_unstable();
        list.dedup();
    }
    let degree: Vec<usize> = beside.iter().map(Vec::len).collect();
    for list in &mut beside {
        list.sort_by_key(|unit| (degree[*unit], *unit));
    }
    // The units of a group by the number of steps from one of them.
    let levels = |from: usize, seen: &mut Vec<bool>| -> Vec<(usize, usize)> {
        let mut found = vec![(from, 0)];
        seen[from] = true;
        let mut at = 0;
        while at < found.len() {
            let (unit, steps) = found[at];
            for other in &beside[unit] {
                if !seen[*other] {
                    seen[*other] = true;
                    found.push((*other, steps + 1));
                }
            }
            at += 1;
        }
        found
    };
    let mut order = Vec::with_capacity(n);
    let mut done = vec![false; n];
    for unit in 0..n {
        if done[unit] {
            continue;
        }
        // From any unit to a farthest one, and once more, is nearly from edge to edge.
        let mut from = unit;
        for _ in 0..3 {
            let found = levels(from, &mut done);
            found.iter().for_each(|(unit, _)| done[*unit] = false);
            let farthest = found.last().map_or(0, |(_, steps)| *steps);
            let last = found.iter().filter(|(_, steps)| *steps == farthest).map(|(unit, _)| *unit);
            from = last.min_by_key(|unit| (degree[*unit], *unit)).unwrap_or(from);
        }
        order.extend(levels(from, &mut done).into_iter().map(|(unit, _)| unit));
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lattice whose weights are not symmetric, and a unit without neighbours.
    fn lattice(side: u32) -> Weights {
        let row = |unit: u32| -> Vec<(u32, f64)> {
            let mut own = Vec::new();
            if unit == side * side {
                return own;
            }
            let (x, y) = (unit % side, unit / side);
            if x > 0 {
                own.push((unit - 1, 1.0));
            }
            if x + 1 < side {
                own.push((unit + 1, 2.0));
            }
            if y + 1 < side {
                own.push((unit + side, 1.0));
            }
            let sum: f64 = own.iter().map(|(_, weight)| weight).sum();
            own.into_iter().map(|(other, weight)| (other, weight / sum)).collect()
        };
        let units = 0..=side * side;
        Weights::new(units.clone().map(|unit| unit.to_string()).collect(), units.map(row).collect()).unwrap()
    }

    #[test]
    fn factors_solve_what_they_are_of() {
        let weights = lattice(7);
        let envelope = Envelope::new(&weights);
        for rho in [-0.95, 0.0, 0.3, 0.99] {
            let filter = envelope.filter(rho);
            let values: Vec<f64> = (0..weights.len()).map(|unit| (unit as f64 * 1.7).sin()).collect();
            let lag = lagged(&weights, &values);
            let filtered: Vec<f64> = values.iter().zip(lag).map(|(value, lag)| value - rho * lag).collect();
            let back = filter.solved(&filtered);
            assert!(back.iter().zip(&values).all(|(one, other)| (one - other).abs() < 1e-10));
            // The derivative of the logarithm of the determinant is −tr S, that of tr S is tr S².
            let step = 1e-5;
            let [less, more] = [rho - step, rho + step].map(|rho| envelope.filter(rho));
            let traces = filter.traces();
            let slope = (more.log_determinant() - less.log_determinant()) / (2.0 * step);
            assert!((slope + traces.s).abs() < 1e-4 * (1.0 + traces.s.abs()), "{slope} {traces:?}");
            let slope = (more.traces().s - less.traces().s) / (2.0 * step);
            assert!((slope - traces.s_squared).abs() < 1e-3 * (1.0 + traces.s_squared), "{slope} {traces:?}");
            // A⁻¹ = I + ρ S.
            assert!((traces.inverse - weights.len() as f64 - rho * traces.s).abs() < 1e-9 * traces.inverse);
        }
    }

    #[test]
    fn random_vectors_come_near_the_traces() {
        let weights = lattice(30);
        let envelope = Envelope::new(&weights);
        let filter = envelope.filter(0.6);
        let [found, exact] =
            [filter.estimated_traces(), filter.exact_traces()].map(|of| [of.inverse, of.s, of.s_squared, of.s_cross]);
        for (found, exact) in found.into_iter().zip(exact) {
            assert!((found / exact - 1.0).abs() < 0.03, "{found} {exact}");
        }
    }
}
