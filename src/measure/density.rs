//! The density of the points of a table on the cells of a raster.

use geo::Area as _;
use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use super::windowed::{WindowedFirms, WindowedPoints, windowed_firms};
use crate::error::{Error, Result, StatsError};
use crate::model::Raster;
use crate::source::Feature;
use crate::stats::{self, DensityOptions, DensityRaster};

/// A density to compute.
#[derive(Debug, Clone)]
pub struct DensityRequest {
    /// The points and the window.
    pub source: WindowedPoints,
    /// The cells, the bandwidth, the kernel and the correction.
    pub options: DensityOptions,
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

/// Computes a density on the cells whose middle lies in the window.
///
/// # Errors
///
/// What reading refuses; cells that are too many; a bandwidth that is not above 0, or cannot be found from the points.
pub fn density(request: &DensityRequest) -> Result<Density> {
    let (WindowedFirms { at, weights, from, window, grid, .. }, mut notes) = windowed_firms(&request.source, None)?;
    let options = request.options;
    let DensityRaster { raster, bandwidth_m } = if request.relative {
        stats::relative_density_raster(&at, &weights, &from, &window, grid, options)?
    } else {
        let chosen: Vec<[f64; 2]> = at.iter().zip(&from).filter(|(_, is)| **is).map(|(at, _)| *at).collect();
        let own: Vec<f64> = weights.iter().zip(&from).filter(|(_, is)| **is).map(|(weight, _)| *weight).collect();
        stats::density_raster(&chosen, &own, &window, grid, options)?
    };
    if options.cell_m > bandwidth_m / 2.0 {
        notes.push(format!("cells of {} m are coarse for a bandwidth of {bandwidth_m} m", options.cell_m));
    }
    let inputs = request.source.inputs();
    let mut more = Map::new();
    more.insert("bandwidth_m".to_owned(), json!(bandwidth_m));
    let definition = format!("{} kernel, correction {:?}", options.kernel, options.correction);
    let manifest = manifest("density", &definition, &inputs, more)?;
    Ok(Density { raster, bandwidth_m, manifest, notes })
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
