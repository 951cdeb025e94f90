use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{ContourLevels, DensityRequest};
use jiju::model::distance_m;
use jiju::source::{write_features, write_raster};
use jiju::stats::{DensityBandwidth, DensityCorrection, DensityKernel, DensityOptions};

use super::output::{self, Bar};
use super::{Answer, options};

/// Spread points over the cells of a raster: how many there are per km² about each place
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    source: options::Windowed,
    /// The side of a cell: 250m
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, default_value = "500m")]
    cell: f64,
    /// How far the kernel reaches: 1km, scott, silverman, cross-validation
    #[arg(long, value_name = "DISTANCE|RULE", default_value = "scott")]
    bandwidth: DensityBandwidth,
    /// gaussian (the bandwidth is its deviation), epanechnikov, quartic, triangular, uniform
    #[arg(long, default_value = "gaussian")]
    kernel: DensityKernel,
    /// What is made good at the boundary: none, uniform (by place), diggle (by point)
    #[arg(long, default_value = "uniform")]
    correction: Correction,
    /// Additive column to spread in place of the number of points
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Tell the sector's density as a share of that of all points
    #[arg(long, requires = "sector")]
    relative: bool,
    /// Write the bands between these values as polygons, the last one open above: 0.5,1,2. With -o FILE.geojson
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "output", allow_negative_numbers = true)]
    contours: Vec<f64>,
    /// Write so many bands of equal height. With -o FILE.geojson
    #[arg(long, value_name = "N", requires = "output", conflicts_with = "contours")]
    levels: Option<usize>,
    /// Write the lines between the bands instead
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    table: options::TableOutput,
}

#[derive(Clone, Copy, ValueEnum)]
enum Correction {
    None,
    Uniform,
    Diggle,
}

const EXAMPLES: &str = "\
A file that ends in .tif is a GeoTIFF in the metre grid; contours are GeoJSON; else a row for each cell in the window.

Examples:
  jiju density firms.csv --window districts.geojson --cell 500m --bandwidth 2km -o density.tif
  jiju density firms.csv --window districts.geojson --by sector --sector dyeing --relative -o dyeing.tif
  jiju density firms.csv --window districts.geojson --bandwidth 2km --contours 0.5,1,2,5 -o contours.geojson
  jiju density firms.csv --window districts.geojson --bandwidth cross-validation --kernel quartic -o density.csv";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let name = if arguments.relative { "share" } else { "density_per_km2" };
    let mut options = DensityOptions::default();
    options.cell_m = arguments.cell;
    options.bandwidth = arguments.bandwidth;
    options.kernel = arguments.kernel;
    options.correction = match arguments.correction {
        Correction::None => DensityCorrection::None,
        Correction::Uniform => DensityCorrection::Uniform,
        Correction::Diggle => DensityCorrection::Diggle,
    };
    let request =
        DensityRequest { source: arguments.source.source(arguments.weight), options, relative: arguments.relative };
    let inputs = request.source.inputs();
    let bar = Bar::new("density");
    let found = measure::density(&request)?;
    drop(bar);
    let levels = match arguments.levels {
        Some(count) => Some(ContourLevels::Even(count)),
        None => Some(arguments.contours).filter(|levels| !levels.is_empty()).map(ContourLevels::Given),
    };
    let files: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    match (levels, arguments.table.ending_in("tif")) {
        (Some(levels), _) => {
            let path = arguments.table.contours()?;
            write_features(&found.contours(&levels, arguments.lines)?, found.raster.grid.into(), path, &files)?;
        }
        (None, _) if arguments.lines => {
            return Err(options::refused("lines of no levels", "give --contours or --levels"));
        }
        (None, Some(path)) => write_raster(&found.raster, path, &files)?,
        (None, None) => arguments.table.write_table(&found.frame(name)?, &inputs)?,
    }
    arguments.table.write_manifest(&found.manifest, &inputs)?;
    eprintln!("bandwidth {:.1} m, cells of {} m", found.bandwidth_m, found.raster.cell_m);
    output::notes(&found.notes);
    Ok(Answer::Yes)
}
