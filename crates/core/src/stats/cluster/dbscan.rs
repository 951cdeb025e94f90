#![expect(
    clippy::cast_possible_truncation,
    reason = "a point of `Places` has a number of 32 bits, which its constructors check"
)]

use std::ops::Range;

use serde::Serialize;

use super::cells::Cells;
use super::places::{Places, refuse_minimum};
use crate::error::{Result, StatsError};
use crate::model::Sets;

/// Clusters found by DBSCAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dbscan {
    /// The number of clusters.
    pub clusters: usize,
    /// The cluster of each point, numbered from 0 in the order of their first core points; none for noise.
    pub labels: Vec<Option<u32>>,
    /// Whether each point is a core point.
    pub core: Vec<bool>,
}

/// DBSCAN: a point with at least `minimum_points` points within `radius_m`, itself included, is a core point. Core
/// points within the radius of each other belong to the same cluster, with all other points within the radius of
/// them.
///
/// In the literature the radius is called ε. A point that is not a core point and lies near several clusters joins
/// the first, as in scikit-learn. One radius holds for all points; use [`hdbscan`](crate::stats::hdbscan()) where
/// densities differ.
///
/// # Units
///
/// Metres, d ≤ `radius_m`.
///
/// # Errors
///
/// A radius that is not above 0; no points to a cluster.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::{Places, dbscan};
///
/// let places = Places::planar(&[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [9.0, 0.0]])?;
/// let found = dbscan(&places, 1.0, 3)?;
/// assert_eq!(found.labels, [Some(0), Some(0), Some(0), None]);
/// assert_eq!(found.core, [false, true, false, false]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// M. Ester, H.-P. Kriegel, J. Sander, X. Xu, A density-based algorithm for discovering clusters in large spatial databases
/// with noise, KDD 1996; A. Gunawan, A faster algorithm for DBSCAN, 2013 (cells whose points are all within the radius).
pub fn dbscan(places: &Places, radius_m: f64, minimum_points: usize) -> Result<Dbscan> {
    if !(radius_m.is_finite() && radius_m > 0.0) {
        return Err(StatsError::Option {
            statistic: "clusters",
            option: "the radius",
            found: format!("{radius_m} m"),
            expected: "more than 0 m".to_owned(),
        }
        .into());
    }
    refuse_minimum("the number of points", minimum_points, 1)?;
    let straight_m = places.straight_m(radius_m);
    // So small that cells could no longer be numbered, nor coordinates told apart.
    if places.greatest_extent_m() / straight_m > MOST_RADII {
        return Err(StatsError::Option {
            statistic: "clusters",
            option: "the radius",
            found: format!("{radius_m} m"),
            expected: format!("more, for points that stand {} m apart", places.greatest_extent_m()),
        }
        .into());
    }
    let square = straight_m * straight_m;
    Ok(match places.dimensions() {
        2 => of_cells(&Cells::<2>::new(places, straight_m), square, minimum_points),
        _ => of_cells(&Cells::<3>::new(places, straight_m), square, minimum_points),
    })
}

/// The most radii that points may be apart.
const MOST_RADII: f64 = 1e15;

fn of_cells<const D: usize>(cells: &Cells<D>, square: f64, minimum_points: usize) -> Dbscan {
    let is_core: Vec<bool> = cells.each(|cell, rows, answers| {
        let own = points(&cells.starts, cell..cell + 1);
        if own.len() >= minimum_points {
            answers.extend(own.map(|_| true));
            return;
        }
        let most: usize = rows.iter().map(|row| points(&cells.starts, row.clone()).len()).sum();
        answers.extend(own.map(|point| {
            most >= minimum_points && {
                let mut count = 0;
                rows.iter().any(|row| {
                    let others = &cells.at[points(&cells.starts, row.clone())];
                    count += others.iter().filter(|other| apart(&cells.at[point], other) <= square).count();
                    count >= minimum_points
                })
            }
        }));
    });
    let cores = Cores::new(cells, &is_core);
    let sets = Sets::new(cells.len());
    let _: Vec<()> = cells.each(|cell, rows, _| {
        if cores.in_cell(cell).is_empty() {
            return;
        }
        let others = rows.iter().flat_map(|row| row.clone()).filter(|other| *other > cell);
        for other in others.filter(|other| !cores.in_cell(*other).is_empty()) {
            // Most are of one cluster already by way of others.
            if sets.root(cell as u32) != sets.root(other as u32) && cores.touch(cell, other, square) {
                sets.join(cell as u32, other as u32);
            }
        }
    });
    // Numbered by their first core points.
    let mut first_of = vec![u32::MAX; cells.len()];
    for cell in (0..cells.len()).filter(|cell| !cores.in_cell(*cell).is_empty()) {
        let own = points(&cells.starts, cell..cell + 1).filter(|point| is_core[*point]);
        let first = &mut first_of[sets.root(cell as u32) as usize];
        *first = own.map(|point| cells.order[point]).fold(*first, u32::min);
    }
    let mut by_first: Vec<usize> = (0..cells.len()).filter(|cell| first_of[*cell] < u32::MAX).collect();
    by_first.sort_unstable_by_key(|cell| first_of[*cell]);
    let mut number_of = vec![None; cells.len()];
    (0..).zip(&by_first).for_each(|(number, cell)| number_of[*cell] = Some(number));
    let of_cell: Vec<Option<u32>> = (0..cells.len())
        .map(|cell| if cores.in_cell(cell).is_empty() { None } else { number_of[sets.root(cell as u32) as usize] })
        .collect();
    let found: Vec<Option<u32>> = cells.each(|cell, rows, answers| {
        answers.extend(points(&cells.starts, cell..cell + 1).map(|point| {
            if is_core[point] {
                return of_cell[cell];
            }
            let mut best = None;
            for other in rows.iter().flat_map(|row| row.clone()) {
                let Some(number) = of_cell[other].filter(|number| best.is_none_or(|best| *number < best)) else {
                    continue;
                };
                if cores.in_cell(other).iter().any(|core| apart(&cells.at[point], core) <= square) {
                    best = Some(number);
                }
            }
            best
        }));
    });
    let (mut labels, mut core) = (vec![None; found.len()], vec![false; found.len()]);
    for ((point, label), is_core) in cells.order.iter().zip(found).zip(is_core) {
        labels[*point as usize] = label;
        core[*point as usize] = is_core;
    }
    Dbscan { clusters: by_first.len(), labels, core }
}

/// The points of cells side by side.
fn points(starts: &[u32], cells: Range<usize>) -> Range<usize> {
    starts[cells.start] as usize..starts[cells.end] as usize
}

/// The square of a distance.
#[inline]
fn apart<const D: usize>(one: &[f64; D], other: &[f64; D]) -> f64 {
    // In the order that `Places` adds in.
    (0..D).fold(0.0, |sum, axis| sum + (one[axis] - other[axis]) * (one[axis] - other[axis]))
}

/// The core points of each cell, and the box about them.
struct Cores<const D: usize> {
    at: Vec<[f64; D]>,
    starts: Vec<u32>,
    boxes: Vec<([f64; D], [f64; D])>,
}

impl<const D: usize> Cores<D> {
    fn new(cells: &Cells<D>, is_core: &[bool]) -> Self {
        let (mut at, mut starts, mut boxes) = (Vec::new(), vec![0], Vec::with_capacity(cells.len()));
        for cell in 0..cells.len() {
            let (mut least, mut greatest) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
            for point in points(&cells.starts, cell..cell + 1).filter(|point| is_core[*point]) {
                let core = cells.at[point];
                for axis in 0..D {
                    least[axis] = least[axis].min(core[axis]);
                    greatest[axis] = greatest[axis].max(core[axis]);
                }
                at.push(core);
            }
            starts.push(at.len() as u32);
            boxes.push((least, greatest));
        }
        Self { at, starts, boxes }
    }

    fn in_cell(&self, cell: usize) -> &[[f64; D]] {
        &self.at[points(&self.starts, cell..cell + 1)]
    }

    /// Returns whether two cells have core points within the radius of each other.
    fn touch(&self, cell: usize, other: usize, square: f64) -> bool {
        let (least, greatest) = &self.boxes[other];
        let nearest = |core: &[f64; D]| std::array::from_fn(|axis| core[axis].clamp(least[axis], greatest[axis]));
        // No point of a box is nearer than its nearest place.
        let near = self.in_cell(cell).iter().filter(|core| apart(core, &nearest(core)) <= square);
        near.into_iter().any(|core| self.in_cell(other).iter().any(|other| apart(core, other) <= square))
    }
}
