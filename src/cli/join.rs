use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{JoinProgress, JoinRequest};
use jiju::model::distance_m;
use jiju::source::TableFormat;

use super::{
    Answer, options,
    output::{self, Bar},
};

/// Say for every point in which area it lies, exactly
#[derive(Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("answer").args(["count", "output"]).required(true).multiple(true))]
pub struct Arguments {
    /// Table or vector file of points
    points: PathBuf,
    #[command(flatten)]
    point_options: options::Points,
    #[command(flatten)]
    layers: options::Layers,
    /// Take a point outside all areas into the nearest one within this distance, such as 200m
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    snap: Option<f64>,
    /// One row for every area that holds the point, where areas overlap
    #[arg(long)]
    all: bool,
    /// Print the number of points per area in place of the points
    #[arg(long)]
    count: bool,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
A point on a shared boundary goes to the first area in file order, and the row says so. Every point is in the output:
one that lies in no area, or has no coordinates, has an empty area. From text, Parquet or Arrow IPC into CSV or Parquet
any number of points goes through bounded memory.

Examples:
  jiju join firms.csv --areas districts.geojson --count
  jiju join firms.xlsx --areas districts.gpkg --areas towns.shp \\
      -o joined.parquet
  jiju join gps.csv --x lng --y lat --crs gcj02 --areas districts.geojson \\
      --area-id adcode --snap 200m -o joined.csv";

pub fn run(arguments: Arguments) -> Result<Answer> {
    arguments.table.refuse_manifest()?;
    let request = JoinRequest {
        points: arguments.point_options.source(arguments.points),
        layers: arguments.layers.sources()?,
        snap_m: arguments.snap,
        all: arguments.all,
    };
    let inputs = request.inputs();
    let bar = Bar::new("join");
    let mut progress = |reached: JoinProgress| bar.rows(reached.rows, reached.done, reached.size);
    let counted = if arguments.count {
        let counted = measure::count_points(&request, &mut progress)?;
        arguments.table.write(&counted.counts, &inputs)?;
        counted
    } else if let Some((path, format @ (TableFormat::Csv | TableFormat::CsvWithMark | TableFormat::Parquet))) =
        arguments.table.file()?
    {
        measure::join_points_into(&request, path, format, &mut progress)?
    } else {
        let joined = measure::join_points(&request, &mut progress)?;
        arguments.table.write(&joined.rows, &inputs)?;
        joined.counted
    };
    drop(bar);
    output::notes(&counted.notes);
    Ok(Answer::Yes)
}
