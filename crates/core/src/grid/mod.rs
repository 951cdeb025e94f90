//! Cells over a territory: squares, hexagons, a quadtree that adapts to points, and H3 cells.
//!
//! Cells are [`Area`]s, so points are joined with them as with any others. Except for H3, cells are made in a metre grid and
//! aligned to its origin, so that a cell has the same id for every extent.

mod h3;
mod lattice;
mod quadtree;

pub use h3::h3_cells;
pub use lattice::{hexagons, squares};
pub use quadtree::quadtree;

use geo::{LineString, MultiPolygon, Polygon};

use crate::error::{Result, StatsError};
use crate::model::Area;

/// The most cells that are made.
const MOST_CELLS: f64 = 4e6;

/// An extent: the lower left corner and the upper right one, in metres.
pub type Extent = [[f64; 2]; 2];

fn cell(id: String, corners: &[[f64; 2]]) -> Area {
    let ring = LineString::from(corners.iter().map(|[x, y]| (*x, *y)).collect::<Vec<_>>());
    Area { name: id.clone(), id, parent: None, geometry: MultiPolygon(vec![Polygon::new(ring, Vec::new())]) }
}

fn refuse_extent([lower, upper]: Extent) -> Result<()> {
    // Whole numbers of steps beyond are no longer exact.
    const LARGEST_M: f64 = 1e12;
    let right = (0..2).all(|axis| lower[axis] <= upper[axis] && lower[axis].abs().max(upper[axis].abs()) <= LARGEST_M);
    if right {
        return Ok(());
    }
    Err(refused("the extent", format!("{lower:?} to {upper:?}"), "metres of a projected grid, not empty"))
}

fn refused(option: &'static str, found: String, expected: &str) -> crate::Error {
    StatsError::Option { statistic: "the grid", option, found, expected: expected.to_owned() }.into()
}
