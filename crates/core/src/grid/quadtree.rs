use super::{Extent, cell, refuse_extent, refused};
use crate::error::Result;
use crate::model::Area;

/// Square cells that adapt to points: a square is divided into four as long as each of the quarters that holds a
/// point holds at least `least` points, and no side becomes shorter than `smallest_m`. Cells are small where points
/// are dense.
///
/// The root is the smallest square that contains the extent, whose side is a power of two in metres and whose corners
/// are multiples of the side or of half of it. Ids encode the path from the root: `q` followed by digits 0 to 3 for
/// lower left, lower right, upper left and upper right. Cells without points are returned as well. A point on an edge
/// belongs to the cell above or to the right.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// No points to a cell; a smallest side that is not above 0; an extent that is empty or not finite, or does not hold the points.
///
/// # Examples
///
/// ```
/// use jiju_core::grid::quadtree;
///
/// let points = [[1.0, 1.0], [2.0, 1.0], [7.0, 7.0], [6.0, 7.0]];
/// let cells = quadtree([[0.0, 0.0], [7.0, 7.0]], &points, 2, 4.0)?;
/// assert_eq!(cells.iter().map(|cell| cell.id.as_str()).collect::<Vec<_>>(), ["q0", "q1", "q2", "q3"]);
/// assert_eq!(quadtree([[0.0, 0.0], [7.0, 7.0]], &points, 3, 4.0)?.len(), 1);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn quadtree(extent: Extent, points: &[[f64; 2]], least: usize, smallest_m: f64) -> Result<Vec<Area>> {
    refuse_extent(extent)?;
    if least == 0 {
        return Err(refused("the least number of points", "0".to_owned(), "1 or more"));
    }
    if !(smallest_m.is_finite() && smallest_m > 0.0) {
        return Err(refused("the smallest side", format!("{smallest_m} m"), "more than 0 m"));
    }
    let inside = |at: &[f64; 2]| (0..2).all(|axis| at[axis] >= extent[0][axis] && at[axis] <= extent[1][axis]);
    if let Some(outside) = points.iter().find(|at| !inside(at)) {
        return Err(refused("the extent", format!("a point at {outside:?}"), "all points within"));
    }
    let mut side_m = 1.0;
    let corner = loop {
        let half = side_m / 2.0;
        let corner = [0, 1].map(|axis: usize| (extent[0][axis] / half).floor() * half);
        if (0..2).all(|axis| extent[1][axis] < corner[axis] + side_m) {
            break corner;
        }
        side_m *= 2.0;
    };
    let mut cells = Vec::new();
    let limits = Limits { least, smallest_m };
    divide("q", corner, side_m, points.to_vec(), limits, &mut cells);
    Ok(cells)
}

/// The limits below which a cell is not divided.
#[derive(Clone, Copy)]
struct Limits {
    least: usize,
    smallest_m: f64,
}

fn divide(id: &str, corner: [f64; 2], side_m: f64, points: Vec<[f64; 2]>, limits: Limits, cells: &mut Vec<Area>) {
    let half_m = side_m / 2.0;
    let middle = [corner[0] + half_m, corner[1] + half_m];
    let mut quarters: [Vec<[f64; 2]>; 4] = Default::default();
    for at in &points {
        quarters[usize::from(at[0] >= middle[0]) + 2 * usize::from(at[1] >= middle[1])].push(*at);
    }
    let enough = quarters.iter().all(|quarter| quarter.is_empty() || quarter.len() >= limits.least);
    if points.is_empty() || !enough || half_m < limits.smallest_m {
        let [x, y] = corner;
        let (right, top) = (x + side_m, y + side_m);
        cells.push(cell(id.to_owned(), &[[x, y], [right, y], [right, top], [x, top], [x, y]]));
        return;
    }
    for (number, quarter) in quarters.into_iter().enumerate() {
        let corner = [corner[0] + half_m * (number % 2) as f64, corner[1] + half_m * (number / 2) as f64];
        divide(&format!("{id}{number}"), corner, half_m, quarter, limits, cells);
    }
}
