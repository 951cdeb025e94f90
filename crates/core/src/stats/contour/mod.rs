//! Contours of a raster: bands between levels as polygons, and levels as lines.
//!
//! | file | holds |
//! | --- | --- |
//! | `elements` | the quadrilaterals between the middles of cells, and where levels pass through one |
//! | `rings` | steps chained to lines and rings, rings to polygons with their holes |

mod elements;
mod rings;

use geo::{MultiLineString, MultiPolygon};
use rayon::prelude::*;

use self::elements::{Band, Lattice};
use self::rings::{chained, polygons};
use crate::error::{Result, StatsError};
use crate::model::Raster;

const STATISTIC: &str = "contours";

/// The region of a raster between two levels.
#[derive(Debug, Clone, PartialEq)]
pub struct ContourBand {
    /// The lower level, included.
    pub lower: f64,
    /// The upper level, excluded; none for the uppermost band.
    pub upper: Option<f64>,
    /// Polygons in the metres of the raster, with counter-clockwise outer rings; empty if no value lies in the band.
    pub geometry: MultiPolygon<f64>,
}

/// The contour line of a raster at a level.
#[derive(Debug, Clone, PartialEq)]
pub struct ContourLine {
    /// The level of the line.
    pub level: f64,
    /// Lines in the metres of the raster, with higher values to their left. They are closed unless they end at the
    /// edge of the raster.
    pub geometry: MultiLineString<f64>,
}

/// The bands between levels, and the one above the last: lower ≤ value < upper.
///
/// Values stand at the middles of cells, and between four of them lines are straight from edge to edge (marching squares); where
/// two ways are possible the mean of the four decides. Toward a cell without a value, or beyond the raster, values stay as they
/// are to the cell's own edge, so that the bands of all values together cover the cells that have one, no more and no less.
/// Bands share their boundaries exactly.
///
/// # Errors
///
/// Levels that are not ascending; values that are not finite.
///
/// # Examples
///
/// ```
/// use jiju_core::model::{MetreGrid, Raster};
/// use jiju_core::stats::contour_bands;
///
/// let values = [0.0, 0.0, 2.0, 2.0].map(Some).to_vec();
/// let raster = Raster { grid: MetreGrid::epsg(4549).unwrap(), corner_m: [0.0, 20.0], cell_m: 10.0, columns: 2, values };
/// // The upper row is 0, the lower one 2: the middle between them is 1.
/// let bands = contour_bands(&raster, &[0.0, 1.0])?;
/// assert_eq!(bands.iter().map(|band| geo::Area::unsigned_area(&band.geometry)).collect::<Vec<_>>(), [200.0, 200.0]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// W. E. Lorensen, H. E. Cline, Marching cubes: a high resolution 3D surface construction algorithm, 1987.
pub fn contour_bands(raster: &Raster, levels: &[f64]) -> Result<Vec<ContourBand>> {
    refuse(raster, levels)?;
    let lattice = Lattice::new(raster);
    let of_level = |place: usize| {
        let band = Band { lower: levels[place], upper: levels.get(place + 1).copied() };
        let (_, rings) = chained(lattice.band_steps(band));
        ContourBand { lower: band.lower, upper: band.upper, geometry: polygons(rings) }
    };
    Ok((0..levels.len()).into_par_iter().map(of_level).collect())
}

/// The contour lines of a raster at levels, interpolated as in [`contour_bands`].
///
/// # Errors
///
/// The errors of [`contour_bands`].
pub fn contour_lines(raster: &Raster, levels: &[f64]) -> Result<Vec<ContourLine>> {
    refuse(raster, levels)?;
    let lattice = Lattice::new(raster);
    let of_level = |level: &f64| {
        let (mut lines, rings) = chained(lattice.line_steps(*level));
        lines.extend(rings);
        for line in &mut lines {
            line.dedup();
        }
        let lines = lines.into_iter().filter(|line| line.len() > 1);
        ContourLine { level: *level, geometry: MultiLineString(lines.map(Into::into).collect()) }
    };
    Ok(levels.par_iter().map(of_level).collect())
}

/// The lower ends of `count` bands of equal height that contain all values of a raster.
///
/// # Undefined
///
/// None where no cell has a value; a single level where all have the same.
///
/// # Examples
///
/// ```
/// use jiju_core::model::{MetreGrid, Raster};
/// use jiju_core::stats::even_levels;
///
/// let values = vec![Some(1.0), None, Some(4.0)];
/// let raster = Raster { grid: MetreGrid::epsg(4549).unwrap(), corner_m: [0.0, 0.0], cell_m: 10.0, columns: 3, values };
/// assert_eq!(even_levels(&raster, 3), Some(vec![1.0, 2.0, 3.0]));
/// ```
#[must_use]
pub fn even_levels(raster: &Raster, count: usize) -> Option<Vec<f64>> {
    let known = || raster.values.iter().copied().flatten();
    let (least, greatest) = known()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| (least.min(value), greatest.max(value)));
    if least > greatest {
        return None;
    }
    let mut levels: Vec<f64> = (0..count).map(|step| least + (greatest - least) * step as f64 / count as f64).collect();
    levels.dedup();
    Some(levels)
}

fn refuse(raster: &Raster, levels: &[f64]) -> Result<()> {
    const MOST: usize = 1000;
    let ascending = levels.windows(2).all(|pair| pair[0] < pair[1]) && levels.iter().all(|level| level.is_finite());
    if !ascending || !(1..=MOST).contains(&levels.len()) {
        let found = if levels.len() > MOST { format!("{} levels", levels.len()) } else { format!("{levels:?}") };
        let expected = "1 to 1000 numbers, ascending".to_owned();
        return Err(StatsError::Option { statistic: STATISTIC, option: "the levels", found, expected }.into());
    }
    let infinite = |value: &Option<f64>| value.is_some_and(|value| !value.is_finite());
    match raster.values.iter().position(infinite) {
        Some(cell) => {
            let (place, found) = (format!("cell {}", cell + 1), raster.values[cell].unwrap_or(f64::NAN));
            Err(StatsError::Value { statistic: STATISTIC, place, found, expected: "a finite number" }.into())
        }
        None => Ok(()),
    }
}
