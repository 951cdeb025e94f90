#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most 4,000,000 cells, which is checked before"
)]

use rayon::prelude::*;

use super::{DensityBandwidth, DensityKernel, STATISTIC, density_bandwidth_m, kernel_density, refuse};
use crate::error::{Error, Result, StatsError};
use crate::model::{MetreGrid, Raster, named, with_fields};
use crate::stats::Window;

named! {
    "boundary correction";

    /// How a density is corrected for the part of a kernel that lies outside the window.
    #[derive(Default)]
    pub enum DensityCorrection {
        /// No correction: the density is biased downward near the boundary.
        None,
        /// The density at a place is divided by the mass of a kernel about the place that lies in the window.
        #[default]
        Uniform,
        /// The weight of each point is divided by the mass of its kernel that lies in the window (Jones, Diggle).
        Diggle,
    }
}

/// Options of [`density_raster`] and [`relative_density_raster`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DensityOptions {
    /// The side of a cell, in metres; 500 m by default.
    pub cell_m: f64,
    /// How the bandwidth is chosen; Scott's rule by default.
    pub bandwidth: DensityBandwidth,
    /// The kernel; Gaussian by default.
    pub kernel: DensityKernel,
    /// The correction at the boundary of the window; uniform by default.
    pub correction: DensityCorrection,
}

impl Default for DensityOptions {
    fn default() -> Self {
        Self {
            cell_m: 500.0,
            bandwidth: DensityBandwidth::default(),
            kernel: DensityKernel::default(),
            correction: DensityCorrection::default(),
        }
    }
}

with_fields! {
    DensityOptions {
        with_cell_m(cell_m: f64);
        with_bandwidth(bandwidth: DensityBandwidth);
        with_kernel(kernel: DensityKernel);
        with_correction(correction: DensityCorrection);
    }
}

/// A density on the cells of a raster.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityRaster {
    /// Points per km² of [`density_raster`], or the share of [`relative_density_raster`]; none in cells whose centre lies outside
    /// the window.
    pub raster: Raster,
    /// The bandwidth that was used, in metres.
    pub bandwidth_m: f64,
}

/// The greatest number of cells of a raster.
const MOST_CELLS: f64 = 4e6;

/// A share is defined where the density of all points is above this part of its maximum.
const LEAST_SHARE: f64 = 1e-6;

/// The density of weighted points on the cells whose centre lies in a window; see [`kernel_density`].
///
/// # Units
///
/// Coordinates in the metres of `grid`; densities per km².
///
/// # Errors
///
/// Weights that are not one finite number for each point; a side of a cell that is not above 0 m; more than 4,000,000 cells; a
/// bandwidth that is not above 0 m or cannot be found from the points.
///
/// # Examples
///
/// One point in the middle of a square kilometre. With the uniform correction the density integrates to about 1:
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::model::MetreGrid;
/// use jiju_core::stats::{DensityBandwidth, DensityOptions, Window, density_raster};
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 1000.0, y: 1000.0 }).to_polygon();
/// let window = Window::new(MultiPolygon(vec![square]))?;
/// let mut options = DensityOptions::default();
/// (options.cell_m, options.bandwidth) = (20.0, DensityBandwidth::Given(100.0));
/// let grid = MetreGrid::epsg(4549).unwrap();
/// let density = density_raster(&[[500.0, 500.0]], &[1.0], &window, grid, options)?;
/// let total: f64 = density.raster.values.iter().flatten().map(|per_km2| per_km2 * 0.0004).sum();
/// assert!((total - 1.0).abs() < 1e-3);
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// P. J. Diggle, A kernel method for smoothing point process data, Applied Statistics 34, 1985; M. C. Jones, Simple boundary
/// correction for kernel density estimation, Statistics and Computing 3, 1993.
pub fn density_raster(
    points: &[[f64; 2]],
    weights: &[f64],
    window: &Window,
    grid: MetreGrid,
    options: DensityOptions,
) -> Result<DensityRaster> {
    let cells = Cells::new(points, window, grid, options)?;
    let found = cells.density(points, weights)?;
    let values =
        found.into_iter().map(|per_m2| Some(per_m2 * 1e6).filter(|density| density.is_finite())).collect::<Vec<_>>();
    Ok(cells.filled(values))
}

/// The density of the chosen points as a share of the density of all points, on the cells whose centre lies in a window. The
/// bandwidth is chosen by the chosen points.
///
/// # Undefined
///
/// None where the density of all points is at most a millionth of its maximum.
///
/// # Units
///
/// Coordinates in the metres of `grid`; shares between 0 and 1.
///
/// # Errors
///
/// The errors of [`density_raster`]; a list `chosen` that is not one for each point.
///
/// # References
///
/// J. E. Kelsall, P. J. Diggle, Kernel estimation of relative risk, Bernoulli 1, 1995.
pub fn relative_density_raster(
    points: &[[f64; 2]],
    weights: &[f64],
    chosen: &[bool],
    window: &Window,
    grid: MetreGrid,
    options: DensityOptions,
) -> Result<DensityRaster> {
    if chosen.len() != points.len() || weights.len() != points.len() {
        let found = format!("{} choices and {} weights", chosen.len(), weights.len());
        let expected = format!("{} of each, one for each point", points.len());
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the points", found, expected }.into());
    }
    let own: Vec<[f64; 2]> = points.iter().zip(chosen).filter(|(_, is)| **is).map(|(at, _)| *at).collect();
    let own_weights: Vec<f64> = weights.iter().zip(chosen).filter(|(_, is)| **is).map(|(weight, _)| *weight).collect();
    let cells = Cells::new(&own, window, grid, options)?;
    let found = cells.density(&own, &own_weights)?;
    let all = cells.density(points, weights)?;
    let greatest = all.iter().copied().fold(0.0, f64::max);
    let share = |(own, all): (f64, f64)| (all > greatest * LEAST_SHARE).then(|| own / all);
    let values: Vec<Option<f64>> = found.into_iter().zip(all).map(share).collect();
    Ok(cells.filled(values))
}

/// The cells of a raster whose centre lies in the window.
struct Cells {
    raster: Raster,
    /// The numbers of the cells.
    inside: Vec<usize>,
    /// The centres of the cells.
    centres: Vec<[f64; 2]>,
    bandwidth_m: f64,
    kernel: DensityKernel,
    correction: DensityCorrection,
}

impl Cells {
    fn new(points: &[[f64; 2]], window: &Window, grid: MetreGrid, options: DensityOptions) -> Result<Self> {
        let DensityOptions { cell_m, bandwidth, kernel, correction } = options;
        let refused = |option: &'static str, found: String, expected: &str| -> Error {
            StatsError::Option { statistic: STATISTIC, option, found, expected: expected.to_owned() }.into()
        };
        if !(cell_m.is_finite() && cell_m > 0.0) {
            return Err(refused("the side of a cell", format!("{cell_m} m"), "more than 0 m"));
        }
        let [lower, upper] = window.corners();
        let counts = [0, 1].map(|axis: usize| ((upper[axis] - lower[axis]) / cell_m).ceil().max(1.0));
        if counts[0] * counts[1] > MOST_CELLS {
            let found = format!("{}", counts[0] * counts[1]);
            return Err(refused("the number of cells", found, "at most 4,000,000: larger cells"));
        }
        let bandwidth_m = density_bandwidth_m(points, bandwidth, kernel)?
            .ok_or_else(|| refused("the bandwidth", "none that the points tell".to_owned(), "a distance"))?;
        let count = counts[0] as usize * counts[1] as usize;
        let raster = Raster {
            grid,
            corner_m: [lower[0], upper[1]],
            cell_m,
            columns: counts[0] as usize,
            values: vec![None; count],
        };
        let inside: Vec<usize> =
            (0..count).into_par_iter().filter(|cell| window.holds(raster.centre_m(*cell))).collect();
        let centres = inside.iter().map(|cell| raster.centre_m(*cell)).collect();
        Ok(Self { raster, inside, centres, bandwidth_m, kernel, correction })
    }

    /// The mass of the kernels about places that lies in the window, by the cells.
    fn mass(&self, about: &[[f64; 2]]) -> Result<Vec<f64>> {
        let cell_m2 = vec![self.raster.cell_m * self.raster.cell_m; self.centres.len()];
        kernel_density(&self.centres, &cell_m2, about, self.bandwidth_m, self.kernel)
    }

    /// The density of points at the centres, per m².
    fn density(&self, points: &[[f64; 2]], weights: &[f64]) -> Result<Vec<f64>> {
        refuse(points, weights, self.bandwidth_m)?;
        let of = |weights: &[f64]| kernel_density(points, weights, &self.centres, self.bandwidth_m, self.kernel);
        match self.correction {
            DensityCorrection::None => of(weights),
            DensityCorrection::Uniform => {
                let found = of(weights)?;
                Ok(found.into_iter().zip(self.mass(&self.centres)?).map(|(density, mass)| density / mass).collect())
            }
            DensityCorrection::Diggle => {
                // A point that is near no cell's centre has no mass to divide by, and is left out.
                let heavier = |(weight, mass): (&f64, f64)| {
                    let heavier = weight / mass;
                    if heavier.is_finite() { heavier } else { 0.0 }
                };
                let mass = self.mass(points)?;
                of(&weights.iter().zip(mass).map(heavier).collect::<Vec<_>>())
            }
        }
    }

    fn filled(mut self, values: Vec<Option<f64>>) -> DensityRaster {
        self.inside.iter().zip(values).for_each(|(cell, value)| self.raster.values[*cell] = value);
        DensityRaster { raster: self.raster, bandwidth_m: self.bandwidth_m }
    }
}
