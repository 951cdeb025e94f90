use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{CellShape, GridRequest};
use jiju::model::{DeclaredReference, MetreGrid, distance_m};
use jiju::source::LayerSource;
use jiju::source::write_areas;

use super::output::{self, Bar};
use super::{Answer, options};

/// Make cells over areas or points: squares, hexagons, a quadtree, H3; areas like any others
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    shape: Shape,
}

const EXAMPLES: &str = "\
Cells lie where the metre grid, or H3, has them, whatever they cover: two runs give the same cells the same ids.

Examples:
  jiju grid hexagon --areas districts.geojson --size 2km -o hexagons.geojson
  jiju grid square firms.csv --size 500m -o squares.geojson
  jiju grid quadtree firms.csv --areas districts.geojson --least 50 --clip \\
      -o cells.geojson";

#[derive(Subcommand)]
enum Shape {
    /// Squares of a side
    Square(Sized),
    /// Hexagons of a width, from flat side to flat side
    Hexagon(Sized),
    /// Squares divided into four as long as each that holds a point holds enough
    Quadtree(Quadtree),
    /// The hexagons of H3, whose ids are the same everywhere
    H3(H3),
}

#[derive(Args)]
struct Common {
    /// Table of points to cover
    #[arg(value_name = "TABLE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    points: options::Points,
    /// File of areas to cover: cells that meet none are left out
    #[arg(long, value_name = "FILE")]
    areas: Option<PathBuf>,
    /// Reference of the areas, where the file does not say it
    #[arg(long, value_name = "REFERENCE", requires = "areas")]
    areas_crs: Option<DeclaredReference>,
    /// Cut cells at the boundary of the areas
    #[arg(long, requires = "areas")]
    clip: bool,
    /// Metre grid [default: that of the areas or points, or the one that suits where they lie]
    #[arg(long, value_name = "EPSG:N")]
    grid: Option<MetreGrid>,
    /// The cells: GeoJSON
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  jiju grid hexagon --areas districts.geojson --size 2km -o hexagons.geojson
  jiju grid square firms.csv --size 500m -o squares.geojson")]
struct Sized {
    /// The size of a cell: 500m, 2km
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    size: f64,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  jiju grid quadtree firms.csv --least 50 -o cells.geojson
  jiju grid quadtree firms.csv --areas districts.geojson --least 50 --clip \\
      -o cells.geojson")]
struct Quadtree {
    /// The fewest points of a cell that holds any
    #[arg(long, value_name = "N")]
    least: usize,
    /// No side becomes shorter: 100m
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, default_value = "100m")]
    smallest: f64,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  jiju grid h3 --areas districts.geojson --resolution 7 -o h3.geojson
  jiju grid h3 firms.csv --resolution 8 -o h3.geojson")]
struct H3 {
    /// 0 to 15: a cell of 7 is about 5 km² in size, one of 8 a seventh of it
    #[arg(long, value_name = "N")]
    resolution: u8,
    #[command(flatten)]
    common: Common,
}

pub fn run(arguments: Arguments) -> Result<Answer> {
    let (shape, common) = match arguments.shape {
        Shape::Square(Sized { size, common }) => (CellShape::Square(size), common),
        Shape::Hexagon(Sized { size, common }) => (CellShape::Hexagon(size), common),
        Shape::H3(H3 { resolution, common }) => (CellShape::H3(resolution), common),
        Shape::Quadtree(Quadtree { least, smallest, common }) => (CellShape::Quadtree(least, smallest), common),
    };
    let request = GridRequest {
        shape,
        areas: common.areas.map(|file| LayerSource {
            file: file.into(),
            reference: common.areas_crs,
            ..LayerSource::default()
        }),
        points: common.file.map(|file| common.points.source(file)),
        clip: common.clip,
        grid: common.grid,
    };
    let bar = Bar::new("cells");
    let cells = measure::grid(&request)?;
    drop(bar);
    let inputs = request.inputs();
    let inputs: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    write_areas(&cells.areas, &common.output, &inputs)?;
    eprintln!("{}: {} cells", common.output.display(), cells.areas.len());
    output::notes(&cells.notes);
    Ok(Answer::Yes)
}
