#![expect(
    clippy::cast_possible_truncation,
    reason = "a step beyond 64 bits saturates, and the number of cells is checked after it"
)]

use super::{Extent, MOST_CELLS, cell, refuse_extent, refused};
use crate::error::Result;
use crate::model::Area;

/// Square cells that cover an extent, row by row from the bottom. Their corners are integer multiples of the side.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// A side that is not above 0; an extent that is empty or not finite; more than four million cells.
///
/// # Examples
///
/// ```
/// use jiju_core::grid::squares;
/// let cells = squares([[50.0, 50.0], [150.0, 50.0]], 100.0)?;
/// assert_eq!(cells.iter().map(|cell| cell.id.as_str()).collect::<Vec<_>>(), ["s100_0_0", "s100_1_0"]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn squares(extent: Extent, side_m: f64) -> Result<Vec<Area>> {
    let [columns, rows] = [0, 1].map(|axis| steps(extent, axis, side_m));
    refuse(extent, side_m, [columns, rows])?;
    let of_row = |row: i64| {
        (columns.0..=columns.1).map(move |column| {
            let (x, y) = (column as f64 * side_m, row as f64 * side_m);
            // Corners from whole numbers of steps, so that neighbours share them exactly.
            let (right, top) = ((column + 1) as f64 * side_m, (row + 1) as f64 * side_m);
            cell(format!("s{side_m}_{column}_{row}"), &[[x, y], [right, y], [right, top], [x, top], [x, y]])
        })
    };
    Ok((rows.0..=rows.1).flat_map(of_row).collect())
}

/// Hexagonal cells that cover an extent, row by row from the bottom. `width_m` is the distance between opposite
/// sides; hexagons stand on a corner, and every other row is shifted right by half a width. The six neighbours of a
/// cell are at the same distance.
///
/// # Units
///
/// Metres.
///
/// # Errors
///
/// The errors of [`squares`].
///
/// # Examples
///
/// ```
/// use jiju_core::grid::hexagons;
/// let cells = hexagons([[0.0, 0.0], [10.0, 10.0]], 1000.0)?;
/// let area_m2 = geo::Area::unsigned_area(&cells[0].geometry);
/// assert!((area_m2 - 3.0_f64.sqrt() / 2.0 * 1e6).abs() < 1.0);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn hexagons(extent: Extent, width_m: f64) -> Result<Vec<Area>> {
    // Half a width across, a quarter of the height up: every corner and centre is a whole number of these.
    let (across_m, up_m) = (width_m / 2.0, width_m / (2.0 * 3.0_f64.sqrt()));
    // A row is three quarters of the height above the one below it.
    let row_m = 3.0 * up_m;
    let (columns, rows) = (steps(extent, 0, width_m), steps(extent, 1, row_m));
    let (columns, rows) = ((columns.0 - 1, columns.1 + 1), (rows.0 - 1, rows.1 + 1));
    refuse(extent, width_m, [columns, rows])?;
    let of_row = |row: i64| {
        (columns.0..=columns.1).filter_map(move |column| {
            let centre = [2 * column + row.rem_euclid(2), 3 * row];
            let corners = [[0, -2], [1, -1], [1, 1], [0, 2], [-1, 1], [-1, -1], [0, -2]]
                .map(|[x, y]| [(centre[0] + x) as f64 * across_m, (centre[1] + y) as f64 * up_m]);
            let meets = |axis: usize| {
                let of_axis = corners.iter().map(|corner| corner[axis]);
                of_axis.clone().fold(f64::INFINITY, f64::min) <= extent[1][axis]
                    && of_axis.fold(f64::NEG_INFINITY, f64::max) >= extent[0][axis]
            };
            (meets(0) && meets(1)).then(|| cell(format!("h{width_m}_{column}_{row}"), &corners))
        })
    };
    Ok((rows.0..=rows.1).flat_map(of_row).collect())
}

/// The first and the last step of an extent along an axis.
fn steps([lower, upper]: Extent, axis: usize, step_m: f64) -> (i64, i64) {
    ((lower[axis] / step_m).floor() as i64, (upper[axis] / step_m).floor() as i64)
}

fn refuse(extent: Extent, size_m: f64, steps: [(i64, i64); 2]) -> Result<()> {
    if !(size_m.is_finite() && size_m > 0.0) {
        return Err(refused("the size of cells", format!("{size_m} m"), "more than 0 m"));
    }
    refuse_extent(extent)?;
    let cells: f64 = steps.iter().map(|(first, last)| last.saturating_sub(*first) as f64 + 1.0).product();
    if cells > MOST_CELLS {
        return Err(refused("the number of cells", format!("{cells}"), "at most 4,000,000: larger cells"));
    }
    Ok(())
}
