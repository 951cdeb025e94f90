#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "points have numbers of 32 bits; coordinates of cells are less than 10¹⁵, which the caller checks"
)]

use std::ops::Range;

use rayon::prelude::*;

use super::places::Places;

/// Points sorted by cells so small that all points of one are within the radius of each other; a point within the radius of one
/// of a cell stands at most two cells off along each axis.
pub(super) struct Cells<const D: usize> {
    /// The number of each point, cell by cell.
    pub(super) order: Vec<u32>,
    /// The coordinates of each point, in the same order.
    pub(super) at: Vec<[f64; D]>,
    /// The position at which the points of each cell begin, and the end of the last cell.
    pub(super) starts: Vec<u32>,
    /// The coordinates of the cells, in ascending order.
    cells: Vec<[i64; D]>,
}

impl<const D: usize> Cells<D> {
    pub(super) fn new(places: &Places, straight_m: f64) -> Self {
        // A hair smaller, so that rounding parts no two of a cell by more than the radius.
        let side = straight_m / (D as f64).sqrt() * (1.0 - 1e-9);
        let point = |number: usize| -> [f64; D] {
            let at = &places.coordinates_m()[number];
            std::array::from_fn(|axis| at[axis])
        };
        let mut least = [f64::INFINITY; D];
        let mut greatest = [f64::NEG_INFINITY; D];
        for number in 0..places.len() {
            let at = point(number);
            for axis in 0..D {
                least[axis] = least[axis].min(at[axis]);
                greatest[axis] = greatest[axis].max(at[axis]);
            }
        }
        let cell = |at: &[f64; D]| -> [i64; D] { std::array::from_fn(|axis| ((at[axis] - least[axis]) / side) as i64) };
        let order = sorted(places.len(), cell(&greatest), |number| cell(&point(number)));
        let at: Vec<[f64; D]> = order.par_iter().map(|number| point(*number as usize)).collect();
        let (mut cells, mut starts) = (Vec::new(), Vec::new());
        for (number, at) in (0..).zip(&at) {
            let cell = cell(at);
            if cells.last() != Some(&cell) {
                cells.push(cell);
                starts.push(number);
            }
        }
        starts.push(at.len() as u32);
        Self { order, at, starts, cells }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Asks for each of the cells, on all cores, in their order; answers come in that order.
    pub(super) fn each<T: Send>(&self, ask: impl Fn(usize, &[Range<usize>], &mut Vec<T>) + Sync) -> Vec<T> {
        const AT_ONCE: usize = 512;
        let answers: Vec<Vec<T>> = (0..self.len().div_ceil(AT_ONCE))
            .into_par_iter()
            .map(|chunk| {
                let own = chunk * AT_ONCE..((chunk + 1) * AT_ONCE).min(self.len());
                let mut around = Around::new(self, own.start);
                let mut answers = Vec::new();
                for cell in own {
                    around.go_to(cell);
                    ask(cell, &around.rows, &mut answers);
                }
                answers
            })
            .collect();
        answers.into_iter().flatten().collect()
    }
}

/// The numbers from 0 in the order of their cells, then their own.
fn sorted<const D: usize>(count: usize, last: [i64; D], cell: impl Fn(usize) -> [i64; D] + Sync) -> Vec<u32> {
    let bits = |number: i64| 64 - number.leading_zeros();
    let own = bits(count as i64);
    if last.iter().map(|last| bits(*last)).sum::<u32>() + own <= u64::BITS {
        // Cell and number in one word.
        let key = |number: usize| {
            let cell = cell(number).into_iter().zip(last);
            cell.fold(0_u64, |key, (at, last)| (key << bits(last)) | at as u64) << own | number as u64
        };
        let mut keys: Vec<u64> = (0..count).into_par_iter().map(key).collect();
        keys.par_sort_unstable();
        return keys.into_par_iter().map(|key| (key & ((1 << own) - 1)) as u32).collect();
    }
    let mut keys: Vec<([i64; D], u32)> =
        (0..count).into_par_iter().map(|number| (cell(number), number as u32)).collect();
    keys.par_sort_unstable();
    keys.into_par_iter().map(|(_, number)| number).collect()
}

/// The cells around one that goes from cell to cell: along the last axis they stand side by side.
struct Around<'a, const D: usize> {
    cells: &'a [[i64; D]],
    /// The offset of each row along the axes but the last.
    offsets: Vec<[i64; D]>,
    rows: Vec<Range<usize>>,
}

const REACH: i64 = 2;

impl<'a, const D: usize> Around<'a, D> {
    fn new(cells: &'a Cells<D>, first: usize) -> Self {
        let cells = cells.cells.as_slice();
        let mut offsets = vec![[0; D]];
        for axis in 0..D - 1 {
            let moved = |offset: [i64; D]| {
                (-REACH..=REACH).map(move |step| {
                    let mut offset = offset;
                    offset[axis] = step;
                    offset
                })
            };
            offsets = offsets.into_iter().flat_map(moved).collect();
        }
        let start = |offset: &[i64; D]| {
            let from = moved(cells[first], offset, -REACH);
            let start = cells.partition_point(|cell| *cell < from);
            start..start
        };
        let rows = offsets.iter().map(start).collect();
        Self { cells, offsets, rows }
    }

    /// Goes on to a cell that is not before the one it stands at.
    fn go_to(&mut self, cell: usize) {
        let own = self.cells[cell];
        for (row, offset) in self.rows.iter_mut().zip(&self.offsets) {
            let (from, to) = (moved(own, offset, -REACH), moved(own, offset, REACH));
            while self.cells.get(row.start).is_some_and(|cell| *cell < from) {
                row.start += 1;
            }
            row.end = row.end.max(row.start);
            while self.cells.get(row.end).is_some_and(|cell| *cell <= to) {
                row.end += 1;
            }
        }
    }
}

/// A cell with an offset, and moved along the last axis.
fn moved<const D: usize>(cell: [i64; D], offset: &[i64; D], along: i64) -> [i64; D] {
    std::array::from_fn(|axis| cell[axis] + offset[axis] + if axis + 1 == D { along } else { 0 })
}
