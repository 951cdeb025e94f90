//! The density of the points of a table on the cells of a raster.

use geo::Area as _;
use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use super::windowed::{WindowedFirms, WindowedPoints, windowed_firms};
use crate::error::{Error, Result, StatsError};
use crate::model::Raster;
use crate::source::Feature;
use crate::stats::{self, DensityKernel, kernel_density};

/// How far a kernel reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DensityBandwidth {
    /// As far as told, in metres.
    Given(f64),
    /// The geometric mean of [`stats::scott_bandwidths_m`].
    Scott,
    /// [`stats::silverman_bandwidth_m`].
    Silverman,
    /// [`stats::likelihood_bandwidth_m`] among 24 from a twentieth of Scott's to twice it.
    CrossValidation,
}

/// How it is made good that a kernel reaches beyond the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DensityCorrection {
    /// Not at all.
    None,
    /// The density at a place is divided by the mass of a kernel about it that lies in the window.
    #[default]
    Uniform,
    /// A point weighs the more the less of the mass of its kernel lies in the window (Jones, Diggle).
    Diggle,
}

/// A density to compute.
#[derive(Debug, Clone)]
pub struct DensityRequest {
    /// The points and the window.
    pub source: WindowedPoints,
    /// The side of a cell.
    pub cell_m: f64,
    /// How far the kernel reaches.
    pub bandwidth: DensityBandwidth,
    /// The kernel.
    pub kernel: DensityKernel,
    /// What is made good at the boundary.
    pub correction: DensityCorrection,
    /// Whether the sector's density is told as a share of that of all points.
    pub relative: bool,
}

/// A density.
#[derive(Debug, Clone)]
pub struct Density {
    /// Points per km², or the share of the sector; none outside the window, and for a share where there are hardly any points.
    pub raster: Raster,
    /// How far the kernel reached.
    pub bandwidth_m: f64,
    /// What it was made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// At which values a raster is divided.
#[derive(Debug, Clone, PartialEq)]
pub enum ContourLevels {
    /// At these, ascending.
    Given(Vec<f64>),
    /// Into so many bands of equal height.
    Even(usize),
}

/// The most cells of a raster.
const MOST_CELLS: f64 = 4e6;

/// A share is told where the density of all is at least this part of its greatest.
const LEAST_SHARE: f64 = 1e-6;

/// Computes a density on the cells whose middle lies in the window.
///
/// # Errors
///
/// What reading refuses; cells that are too many; a bandwidth that is not above 0, or cannot be found from the points.
pub fn density(request: &DensityRequest) -> Result<Density> {
    let (WindowedFirms { at, weights, from, window, grid, .. }, mut notes) = windowed_firms(&request.source, None)?;
    let chosen: Vec<[f64; 2]> = at.iter().zip(&from).filter(|(_, is)| **is).map(|(at, _)| *at).collect();
    let own: Vec<f64> = weights.iter().zip(&from).filter(|(_, is)| **is).map(|(weight, _)| *weight).collect();
    let option = |option: &'static str, found: String, expected: &str| -> crate::Error {
        StatsError::Option { statistic: "the density", option, found, expected: expected.to_owned() }.into()
    };
    if !(request.cell_m.is_finite() && request.cell_m > 0.0) {
        return Err(option("the side of a cell", format!("{} m", request.cell_m), "more than 0 m"));
    }
    let [lower, upper] = window.corners();
    let counts = [0, 1].map(|axis: usize| ((upper[axis] - lower[axis]) / request.cell_m).ceil().max(1.0));
    if counts[0] * counts[1] > MOST_CELLS {
        return Err(option(
            "the number of cells",
            format!("{}", counts[0] * counts[1]),
            "at most 4,000,000: larger cells",
        ));
    }
    let bandwidth_m = bandwidth_m(request, &chosen)?
        .ok_or_else(|| option("the bandwidth", "none that the points tell".to_owned(), "a distance"))?;
    if request.cell_m > bandwidth_m / 2.0 {
        notes.push(format!("cells of {} m are coarse for a bandwidth of {bandwidth_m} m", request.cell_m));
    }
    let cells = counts[0] as usize * counts[1] as usize;
    let mut raster = Raster {
        grid,
        corner_m: [lower[0], upper[1]],
        cell_m: request.cell_m,
        columns: counts[0] as usize,
        values: vec![None; cells],
    };
    let inside: Vec<usize> = (0..cells).into_par_iter().filter(|cell| window.holds(raster.centre_m(*cell))).collect();
    let places: Vec<[f64; 2]> = inside.iter().map(|cell| raster.centre_m(*cell)).collect();
    let cell_m2 = vec![request.cell_m * request.cell_m; places.len()];
    // The mass of a kernel about a place that lies in the window, by its cells.
    let mass = |about: &[[f64; 2]]| kernel_density(&places, &cell_m2, about, bandwidth_m, request.kernel);
    let of = |points: &[[f64; 2]], weights: &[f64]| -> Result<Vec<f64>> {
        match request.correction {
            DensityCorrection::None => Ok(kernel_density(points, weights, &places, bandwidth_m, request.kernel)?),
            DensityCorrection::Uniform => {
                let found = kernel_density(points, weights, &places, bandwidth_m, request.kernel)?;
                Ok(found.into_iter().zip(mass(&places)?).map(|(density, mass)| density / mass).collect())
            }
            DensityCorrection::Diggle => {
                let heavier: Vec<f64> = weights.iter().zip(mass(points)?).map(|(weight, mass)| weight / mass).collect();
                // A point about which no cell's middle is near has no mass to be divided by.
                let heavier: Vec<f64> =
                    heavier.into_iter().map(|weight| if weight.is_finite() { weight } else { 0.0 }).collect();
                Ok(kernel_density(points, &heavier, &places, bandwidth_m, request.kernel)?)
            }
        }
    };
    let found = of(&chosen, &own)?;
    let values: Vec<Option<f64>> = if request.relative {
        let all = of(&at, &weights)?;
        let greatest = all.iter().copied().fold(0.0, f64::max);
        let share = |(own, all): (f64, f64)| (all > greatest * LEAST_SHARE).then(|| own / all);
        found.into_iter().zip(all).map(share).collect()
    } else {
        found.into_iter().map(|per_m2| Some(per_m2 * 1e6).filter(|density| density.is_finite())).collect()
    };
    inside.iter().zip(values).for_each(|(cell, value)| raster.values[*cell] = value);
    let inputs = request.source.inputs();
    let mut more = Map::new();
    more.insert("bandwidth_m".to_owned(), json!(bandwidth_m));
    let definition = format!("{} kernel, correction {:?}", request.kernel, request.correction);
    let manifest = manifest("density", &definition, &inputs, more)?;
    Ok(Density { raster, bandwidth_m, manifest, notes })
}

fn bandwidth_m(request: &DensityRequest, points: &[[f64; 2]]) -> Result<Option<f64>> {
    const CANDIDATES: i32 = 24;
    let scott = || stats::scott_bandwidths_m(points).map(|[x, y]| (x * y).sqrt());
    match request.bandwidth {
        DensityBandwidth::Given(bandwidth_m) => Ok(Some(bandwidth_m)),
        DensityBandwidth::Scott => Ok(scott()),
        DensityBandwidth::Silverman => Ok(stats::silverman_bandwidth_m(points)),
        DensityBandwidth::CrossValidation => {
            let Some(scott_m) = scott() else { return Ok(None) };
            // By equal factors.
            let factor = 40.0_f64.powf(1.0 / f64::from(CANDIDATES - 1));
            let candidates: Vec<f64> = (0..CANDIDATES).map(|step| scott_m / 20.0 * factor.powi(step)).collect();
            Ok(stats::likelihood_bandwidth_m(points, &candidates, request.kernel)?)
        }
    }
}

impl Density {
    /// The bands between levels as polygons with `level_lower`, `level_upper` (none above the last) and `area_km2`; or the levels
    /// as lines with `level`. In the metre grid of the raster; what is empty is left out.
    ///
    /// # Errors
    ///
    /// Those of [`stats::contour_bands`]; no level; no value.
    pub fn contours(&self, levels: &ContourLevels, as_lines: bool) -> Result<Vec<Feature>> {
        let levels = match levels {
            ContourLevels::Given(levels) => levels.clone(),
            ContourLevels::Even(count) => {
                stats::even_levels(&self.raster, *count).ok_or(StatsError::NoValues { statistic: "contours" })?
            }
        };
        let properties = |entries: &[(&str, Value)]| {
            entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>()
        };
        if as_lines {
            let lines = stats::contour_lines(&self.raster, &levels)?.into_iter();
            let lines = lines.filter(|line| !line.geometry.0.is_empty());
            return Ok(lines
                .map(|line| Feature {
                    properties: properties(&[("level", json!(line.level))]),
                    geometry: line.geometry.into(),
                })
                .collect());
        }
        let bands = stats::contour_bands(&self.raster, &levels)?.into_iter();
        let bands = bands.filter(|band| !band.geometry.0.is_empty());
        Ok(bands
            .map(|band| {
                let area_km2 = band.geometry.unsigned_area() / 1e6;
                let own = [
                    ("level_lower", json!(band.lower)),
                    ("level_upper", json!(band.upper)),
                    ("area_km2", json!(area_km2)),
                ];
                Feature { properties: properties(&own), geometry: band.geometry.into() }
            })
            .collect())
    }

    /// A row for each cell in the window: the middle, and the density or the share.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self, name: &str) -> Result<DataFrame> {
        let known: Vec<(usize, f64)> =
            self.raster.values.iter().enumerate().filter_map(|(cell, value)| Some((cell, (*value)?))).collect();
        let centre = |axis: usize| known.iter().map(|(cell, _)| self.raster.centre_m(*cell)[axis]).collect::<Vec<_>>();
        let columns = vec![
            Column::new("x".into(), centre(0)),
            Column::new("y".into(), centre(1)),
            Column::new(name.into(), known.iter().map(|(_, value)| *value).collect::<Vec<_>>()),
        ];
        DataFrame::new_infer_height(columns).map_err(Error::table("the density"))
    }
}
