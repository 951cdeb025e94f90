//! The density of the points of a table on the cells of a raster.

use geo::{Area as _, BooleanOps as _, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value};

use super::operation::{Input, Operation, Part};
use super::outcome::{Outcome, OutcomeLayer, OutcomeTable, Places};
use super::windowed::{WindowedFirms, WindowedPoints};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::model::json::json;
use crate::model::{Distance, Point, Raster};
use crate::source::Feature;
use crate::stats::{
    self, ContourBand, DensityBandwidth, DensityCorrection, DensityKernel, DensityOptions, DensityRaster,
};

/// Kernel density of points: how many there are per km² about each place, on the cells of a raster whose middle lies in the
/// window; or, of a sector, its share of the density of all points.
#[parameters]
pub struct Density {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
    /// Column that is spread in place of the number of points, such as employees.
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Side of a cell.
    #[parameter(alias = "size")]
    pub cell: Distance,
    /// How far the kernel reaches, of the Gaussian one its standard deviation: a distance such as 1km, or the rule that finds
    /// it from the points, scott, silverman or cross-validation.
    #[parameter(value = "DISTANCE|RULE")]
    pub bandwidth: DensityBandwidth,
    /// The kernel.
    #[parameter(alias = "kernel")]
    #[parameter(value = "KERNEL")]
    pub density_kernel: DensityKernel,
    /// What is made good at the boundary of the window: nothing, or what of a kernel lies beyond, by place (uniform) or by
    /// point (diggle).
    #[parameter(alias = "correction")]
    pub boundary_correction: DensityCorrection,
    /// Tell the sector's density as a share of that of all points.
    #[parameter(requires = "sector")]
    pub relative: bool,
    /// Make contours: the bands between these values, the last one open above: 0.5,1,2.
    #[parameter(value = "NUMBER,…", comma)]
    pub contours: Vec<f64>,
    /// Make contours: so many bands of equal height.
    #[parameter(conflicts = "contours")]
    pub levels: Option<usize>,
    /// Make the lines between the bands in place of the bands.
    pub lines: bool,
}

impl Default for Density {
    fn default() -> Self {
        let DensityOptions { cell_m, bandwidth, kernel, correction, .. } = DensityOptions::default();
        Self {
            points: WindowedPoints::default(),
            weight: None,
            cell: Distance::from_metres(cell_m),
            bandwidth,
            density_kernel: kernel,
            boundary_correction: correction,
            relative: false,
            contours: Vec::new(),
            levels: None,
            lines: false,
        }
    }
}

/// The name of the layer of bands or lines.
const CONTOURS: &str = "contours";

impl Operation for Density {
    const NAME: &'static str = "density";
    const SUMMARY: &'static str =
        "Spread points over the cells of a raster: how many there are per km² about each place";
    const DEFINITION: &'static str = "lambda(x) = sum_i e_i w_i k_h(x - x_i) / e(x), k_h the kernel of the bandwidth, e the correction at the boundary";
    const REMARKS: &'static str = "The window is all areas of a layer together. A file that ends in .tif is a GeoTIFF in \
the metre grid; contours are GeoJSON; any other table has a row for each cell in the window, with its middle in the metre \
grid.";
    const EXAMPLES: &'static [&'static str] = &[
        "density firms.csv --areas districts.geojson --cell 500m --bandwidth 2km -o density.tif",
        "density firms.csv --areas districts.geojson --by sector --sector dyeing --relative --cell 1km \
         --bandwidth 2km -o dyeing.tif",
        "density firms.csv --areas districts.geojson --bandwidth 2km --contours 0.5,1,2,5 -o contours.geojson",
        "density firms.csv --areas districts.geojson --bandwidth cross-validation --density-kernel quartic -o density.csv",
    ];
    const PARTS: &'static [Part] =
        &[Part { name: CONTOURS, is_layer: true, about: "the bands between values, or the lines between the bands" }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let has_contours = !self.contours.is_empty() || self.levels.is_some();
        if self.lines && !has_contours {
            let (message, hint) = ("lines of no levels".to_owned(), "give ‹contours› or ‹levels›".to_owned());
            return Err(ProjectError::Options { message, hint }.into());
        }
        let (firms, mut notes) = self.points.read(None, self.weight.as_deref())?;
        let DensityRaster { raster, bandwidth_m } = self.raster(&firms)?;
        if raster.cell_m > bandwidth_m / 2.0 {
            notes.push(format!("cells of {} m are coarse for a bandwidth of {bandwidth_m} m", raster.cell_m));
        }
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.summary = Some(format!("bandwidth {bandwidth_m:.1} m, cells of {} m", raster.cell_m));
        outcome.scalars.insert("bandwidth_m".to_owned(), json!(bandwidth_m));
        outcome.manifest.insert("grid".to_owned(), json!(raster.grid));
        outcome.manifest.insert("bandwidth_m".to_owned(), json!(bandwidth_m));
        let value = if self.relative { "share" } else { "density_per_km2" };
        let (frame, middles) = cells(&raster, value)?;
        let mut table = OutcomeTable::whole("cells", frame);
        if has_contours {
            outcome.layers.push(OutcomeLayer::new(
                CONTOURS,
                self.contours_of(&raster, firms.window.geometry())?,
                raster.grid.into(),
            ));
        } else {
            // GeoJSON is of the cells only where no contours are asked for.
            table = table.at(Places::Points(middles, raster.grid.into()));
        }
        outcome.tables.push(table);
        outcome.raster = Some(raster);
        Ok(outcome)
    }
}

impl Density {
    fn raster(&self, firms: &WindowedFirms) -> Result<DensityRaster> {
        let WindowedFirms { at, weights, from, window, grid, .. } = firms;
        let options = DensityOptions::default()
            .with_cell_m(self.cell.metres())
            .with_bandwidth(self.bandwidth)
            .with_kernel(self.density_kernel)
            .with_correction(self.boundary_correction);
        if self.relative {
            return Ok(stats::relative_density_raster(at, weights, from, window, *grid, options)?);
        }
        let chosen: Vec<[f64; 2]> = at.iter().zip(from).filter(|(_, is)| **is).map(|(at, _)| *at).collect();
        let own: Vec<f64> = weights.iter().zip(from).filter(|(_, is)| **is).map(|(weight, _)| *weight).collect();
        Ok(stats::density_raster(&chosen, &own, window, *grid, options)?)
    }

    /// The bands between levels as polygons with `level_lower`, `level_upper` (none above the last) and `area_km2`; or the
    /// levels as lines with `level`. What is empty is left out. They reach the boundary of the window, and are cut there.
    fn contours_of(&self, raster: &Raster, window: &MultiPolygon) -> Result<Vec<Feature>> {
        let levels = match self.levels {
            Some(count) => stats::even_levels(raster, count).ok_or(StatsError::NoValues { statistic: CONTOURS })?,
            None => self.contours.clone(),
        };
        let wider = beyond(raster);
        let properties = |entries: &[(&str, Value)]| {
            entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>()
        };
        if self.lines {
            let lines = stats::contour_lines(&wider, &levels)?.into_iter();
            let lines = lines.map(|line| (line.level, window.clip(&line.geometry, false)));
            return Ok(lines
                .filter(|(_, geometry)| !geometry.0.is_empty())
                .map(|(level, geometry)| Feature {
                    properties: properties(&[("level", json!(level))]),
                    geometry: geometry.into(),
                })
                .collect());
        }
        let bands = stats::contour_bands(&wider, &levels)?.into_iter();
        let bands = bands.map(|band| ContourBand { geometry: band.geometry.intersection(window), ..band });
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
}

/// The raster with the values at its edge on the cells about them, whose middles are not in the window but parts of which are.
fn beyond(raster: &Raster) -> Raster {
    /// A corner of the window is no farther from the cells within it.
    const RINGS: usize = 2;
    let (columns, rows) = (raster.columns + 2 * RINGS, raster.rows() + 2 * RINGS);
    let mut values = vec![None; columns * rows];
    for (row, own) in raster.values.chunks(raster.columns.max(1)).enumerate() {
        let from = (row + RINGS) * columns + RINGS;
        values[from..from + own.len()].copy_from_slice(own);
    }
    for _ in 0..RINGS {
        let about = |cell: usize| {
            let (row, column) = (cell / columns, cell % columns);
            let rows = row.saturating_sub(1)..(row + 2).min(rows);
            rows.flat_map(move |row| {
                (column.saturating_sub(1)..(column + 2).min(columns)).map(move |at| row * columns + at)
            })
        };
        let mean = |cell: usize| {
            let known: Vec<f64> = about(cell).filter_map(|at| values[at]).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        values = (0..values.len()).map(|cell| values[cell].or_else(|| mean(cell))).collect();
    }
    let [x, y] = raster.corner_m;
    let more_m = RINGS as f64 * raster.cell_m;
    Raster { corner_m: [x - more_m, y + more_m], columns, values, ..*raster }
}

/// A row for each cell with a value: its middle, and the value under a name; and the middles as points.
fn cells(raster: &Raster, value: &str) -> Result<(DataFrame, Vec<Option<Point>>)> {
    let known: Vec<([f64; 2], f64)> = raster
        .values
        .iter()
        .enumerate()
        .filter_map(|(cell, value)| value.map(|value| (raster.centre_m(cell), value)))
        .collect();
    let columns = vec![
        Column::new("x".into(), known.iter().map(|([x, _], _)| *x).collect::<Vec<_>>()),
        Column::new("y".into(), known.iter().map(|([_, y], _)| *y).collect::<Vec<_>>()),
        Column::new(value.into(), known.iter().map(|(_, value)| *value).collect::<Vec<_>>()),
    ];
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table("the density"))?;
    Ok((frame, known.iter().map(|([x, y], _)| Some(Point::new(*x, *y))).collect()))
}
