use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::source::write_weights;
use jiju::stats::Transform;

use super::Answer;
use super::neighbours::NeighbourOptions;
use super::output::{self, Bar};

/// Find neighbours of areas and points, and write them with their weights
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Table of points, or of the rows of --block
    #[arg(value_name = "TABLE")]
    file: Option<PathBuf>,
    /// The column with the ids of the rows [default: their numbers from 1]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Make weights comparable: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o as
    /// they stand
    #[arg(long, default_value = "o")]
    transform: Transform,
    /// The weights: .gal (neighbours alone), .gwt, .mtx
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

const EXAMPLES: &str = "\
Distances are in metres: geodesic for longitude and latitude, in the plane of a projected grid. Units without neighbours are
kept, and named on stderr.

Examples:
  jiju weights --areas towns.geojson --contiguity queen -o towns.gal
  jiju weights --areas towns.shp --contiguity rook \\
      --snap 1m --order 2 --cumulative -o near.gal
  jiju weights firms.csv --id id --knn 8 -o firms.gwt
  jiju weights firms.csv --id id --distance-band 2km \\
      --kernel triangular -o firms.mtx
  jiju weights --weights towns.gal --intersection roads.gal -o both.gal";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let mut request = arguments.neighbours.request(arguments.file, arguments.id)?;
    request.transform = arguments.transform;
    let inputs = request.inputs();
    let inputs: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    let bar = Bar::new("neighbours");
    let built = measure::weights(&request)?;
    drop(bar);
    write_weights(&built.weights, &arguments.output, &inputs)?;
    let neighbours: usize = (0..built.weights.len()).map(|unit| built.weights.cardinality(unit)).sum();
    eprintln!("{}: {} units, {neighbours} neighbours", arguments.output.display(), built.weights.len());
    output::notes(&built.notes);
    Ok(Answer::Yes)
}
