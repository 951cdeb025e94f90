use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use super::places::{Places, refuse_minimum, square};
use crate::error::{Result, StatsError};

/// Clusters by density.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dbscan {
    /// How many clusters there are.
    pub clusters: usize,
    /// The cluster of each point, numbered from 0 by their first core points; none for noise.
    pub labels: Vec<Option<u32>>,
    /// Whether a point has enough others around it.
    pub core: Vec<bool>,
}

/// DBSCAN: points with at least `minimum_points` within `radius_m`, themselves counted, are cores; cores within the radius of each
/// other are of one cluster, with all other points within it.
///
/// A point that is no core and near several clusters goes to the first, as in scikit-learn. A planner finds workshops that
/// stand wall to wall; the radius decides what that is, so that towns and valleys of another density need another.
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
/// use jiju::stats::{Places, dbscan};
///
/// let places = Places::planar(&[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [9.0, 0.0]])?;
/// let found = dbscan(&places, 1.0, 3)?;
/// assert_eq!(found.labels, [Some(0), Some(0), Some(0), None]);
/// assert_eq!(found.core, [false, true, false, false]);
/// # Ok::<(), jiju::Error>(())
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
    let grid = Grid::new(places, straight_m);
    let core = grid.cores(minimum_points);
    let roots = grid.joined(&core);
    // Numbered by their first core points.
    let mut number_of = vec![u32::MAX; grid.cells.len()];
    let mut clusters = 0_u32;
    let mut labels = vec![None; places.len()];
    for point in (0..places.len()).filter(|point| core[*point]) {
        let number = &mut number_of[roots[grid.cell_of[point] as usize] as usize];
        if *number == u32::MAX {
            *number = clusters;
            clusters += 1;
        }
        labels[point] = Some(*number);
    }
    let of_cores = &labels;
    let border: Vec<Option<u32>> = (0..places.len())
        .into_par_iter()
        .map(|point| {
            if core[point] {
                return of_cores[point];
            }
            let near = grid.around(grid.cell_of[point] as usize).flat_map(|cell| grid.members(cell));
            near.filter(|other| core[*other] && grid.near(point, *other)).filter_map(|other| of_cores[other]).min()
        })
        .collect();
    Ok(Dbscan { clusters: clusters as usize, labels: border, core })
}

/// The most radii that points may be apart.
const MOST_RADII: f64 = 1e15;

/// Cells so small that all points of one are within the radius of each other.
struct Grid<'a> {
    places: &'a Places,
    square: f64,
    /// The cell of each point.
    cell_of: Vec<u32>,
    /// Where each cell stands, and where its points begin in `points`.
    cells: Vec<([i64; 3], u32)>,
    numbers: HashMap<[i64; 3], u32, foldhash::fast::FixedState>,
    points: Vec<u32>,
    /// To the cells that may hold a point within the radius.
    offsets: Vec<[i64; 3]>,
}

impl<'a> Grid<'a> {
    fn new(places: &'a Places, straight_m: f64) -> Self {
        let dimensions = places.dimensions();
        // A hair smaller, so that rounding parts no two of a cell by more than the radius.
        let side = straight_m / (dimensions as f64).sqrt() * (1.0 - 1e-9);
        let coordinates = places.coordinates_m();
        let least: [f64; 3] =
            std::array::from_fn(|axis| coordinates.iter().map(|at| at[axis]).fold(f64::INFINITY, f64::min));
        let place = |at: &[f64; 3]| -> [i64; 3] {
            std::array::from_fn(|axis| if axis < dimensions { ((at[axis] - least[axis]) / side) as i64 } else { 0 })
        };
        let mut sorted: Vec<([i64; 3], u32)> =
            coordinates.par_iter().enumerate().map(|(number, at)| (place(at), number as u32)).collect();
        sorted.par_sort_unstable();
        let (mut cells, mut cell_of) = (Vec::new(), vec![0; places.len()]);
        for (position, (cell, point)) in (0..).zip(&sorted) {
            if cells.last().is_none_or(|(last, _)| last != cell) {
                cells.push((*cell, position));
            }
            cell_of[*point as usize] = cells.len() as u32 - 1;
        }
        let numbers = cells.iter().map(|(cell, _)| *cell).zip(0..).collect();
        let reach = |axis: usize| if axis < dimensions { -2..=2_i64 } else { 0..=0 };
        let mut offsets = Vec::new();
        for x in reach(0) {
            for y in reach(1) {
                for z in reach(2) {
                    let gap: i64 = [x, y, z].map(|step: i64| (step.abs() - 1).max(0).pow(2)).iter().sum();
                    // Nearer than the radius, which is √d sides.
                    if gap <= dimensions as i64 {
                        offsets.push([x, y, z]);
                    }
                }
            }
        }
        let points = sorted.into_iter().map(|(_, point)| point).collect();
        Self { places, square: straight_m * straight_m, cell_of, cells, numbers, points, offsets }
    }

    fn near(&self, one: usize, other: usize) -> bool {
        self.places.square(one, other) <= self.square
    }

    fn members(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.cells.get(cell + 1).map_or(self.points.len(), |(_, start)| *start as usize);
        self.points[self.cells[cell].1 as usize..end].iter().map(|point| *point as usize)
    }

    /// A cell and those around it that hold points.
    fn around(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        let [x, y, z] = self.cells[cell].0;
        let numbers = self.offsets.iter().filter_map(move |[dx, dy, dz]| self.numbers.get(&[x + dx, y + dy, z + dz]));
        numbers.map(|number| *number as usize)
    }

    fn cores(&self, minimum_points: usize) -> Vec<bool> {
        let of_cell = |cell: usize| -> Vec<(usize, bool)> {
            let own = self.members(cell).count();
            if own >= minimum_points {
                return self.members(cell).map(|point| (point, true)).collect();
            }
            let around: Vec<usize> = self.around(cell).filter(|other| *other != cell).collect();
            let is_core = |point: usize| {
                let mut count = own;
                let at = &self.places.coordinates_m()[point];
                for other in around.iter().flat_map(|cell| self.members(*cell)) {
                    count += usize::from(square(at, &self.places.coordinates_m()[other]) <= self.square);
                    if count >= minimum_points {
                        return true;
                    }
                }
                count >= minimum_points
            };
            self.members(cell).map(|point| (point, is_core(point))).collect()
        };
        let found: Vec<(usize, bool)> = (0..self.cells.len()).into_par_iter().flat_map_iter(of_cell).collect();
        let mut core = vec![false; self.places.len()];
        found.into_iter().for_each(|(point, is_core)| core[point] = is_core);
        core
    }

    /// For each cell the cell whose cluster its core points are of.
    fn joined(&self, core: &[bool]) -> Vec<u32> {
        let has_core: Vec<bool> =
            (0..self.cells.len()).into_par_iter().map(|cell| self.members(cell).any(|point| core[point])).collect();
        let links = |cell: usize| -> Vec<(u32, u32)> {
            if !has_core[cell] {
                return Vec::new();
            }
            let others = self.around(cell).filter(|other| *other > cell && has_core[*other]);
            let touches = |other: &usize| {
                self.members(cell)
                    .filter(|one| core[*one])
                    .any(|one| self.members(*other).any(|two| core[two] && self.near(one, two)))
            };
            others.filter(touches).map(|other| (cell as u32, other as u32)).collect()
        };
        let links: Vec<(u32, u32)> = (0..self.cells.len()).into_par_iter().flat_map_iter(links).collect();
        let mut sets = Sets::new(self.cells.len());
        links.into_iter().for_each(|(one, other)| sets.join(one, other));
        (0..self.cells.len() as u32).map(|cell| sets.root(cell)).collect()
    }
}

/// Sets that are joined, each known by one of its members.
pub(super) struct Sets(Vec<u32>);

impl Sets {
    pub(super) fn new(members: usize) -> Self {
        Self((0..members as u32).collect())
    }

    pub(super) fn root(&mut self, mut member: u32) -> u32 {
        while self.0[member as usize] != member {
            self.0[member as usize] = self.0[self.0[member as usize] as usize];
            member = self.0[member as usize];
        }
        member
    }

    pub(super) fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other) as usize] = one.min(other);
    }
}
