use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF as _};

use super::{Window, refuse_points};
use crate::error::{Result, StatsError};

/// The χ² test of points in the cells of a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuadratTest {
    /// The number of points in each cell, row by row from the top.
    pub counts: Vec<usize>,
    /// The statistic Σ (count − expected)² / expected.
    pub chi_squared: f64,
    /// The degrees of freedom: the number of cells minus 1.
    pub degrees_of_freedom: usize,
    /// The two-sided p-value: twice the smaller tail.
    pub p: f64,
}

/// The quadrat test: the χ² test of the numbers of points in equal cells of a rectangular window. The statistic is
/// large where points cluster and small where they are regular.
///
/// A point on an edge between cells belongs to the cell to the left and below. The p-value is unreliable if fewer
/// than 5 points are expected in a cell.
///
/// # Errors
///
/// A window that is no upright rectangle; fewer than 2 cells; no point.
///
/// # References
///
/// P. Greig-Smith, The use of random and contiguous quadrats in the study of the structure of plant communities, 1952.
pub fn quadrat_test(points: &[[f64; 2]], window: &Window, columns: usize, rows: usize) -> Result<QuadratTest> {
    const STATISTIC: &str = "the quadrat test";
    const MOST_CELLS: usize = 1 << 20;
    refuse_points(STATISTIC, points)?;
    let cells = columns.saturating_mul(rows);
    let refused = |option: &'static str, found: String, expected: &str| {
        Err(StatsError::Option { statistic: STATISTIC, option, found, expected: expected.to_owned() }.into())
    };
    if !(2..=MOST_CELLS).contains(&cells) {
        return refused("the number of cells", cells.to_string(), "2 to 1,048,576");
    }
    if !window.is_rectangle() {
        return refused("the window", "a polygon".to_owned(), "an upright rectangle");
    }
    if points.is_empty() {
        return Err(StatsError::NoValues { statistic: STATISTIC }.into());
    }
    let [lower, upper] = window.corners();
    let place = |at: f64, axis: usize, count: usize| -> usize {
        // The edges themselves, as they are rounded, decide; the lowest belongs to the first cell.
        let edge = |number: usize| lower[axis] + (upper[axis] - lower[axis]) * number as f64 / count as f64;
        (1..count).filter(|number| at > edge(*number)).count()
    };
    let mut counts = vec![0; cells];
    for at in points {
        counts[(rows - 1 - place(at[1], 1, rows)) * columns + place(at[0], 0, columns)] += 1;
    }
    let expected = points.len() as f64 / cells as f64;
    let chi_squared: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    let failed = |error: &dyn std::fmt::Display| StatsError::Option {
        statistic: STATISTIC,
        option: "the degrees of freedom",
        found: error.to_string(),
        expected: "1 or more".to_owned(),
    };
    let chance = ChiSquared::new(cells as f64 - 1.0).map_err(|error| failed(&error))?;
    let (below, above) = (chance.cdf(chi_squared), chance.sf(chi_squared));
    Ok(QuadratTest { counts, chi_squared, degrees_of_freedom: cells - 1, p: (2.0 * below.min(above)).min(1.0) })
}
