use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiju::error::{ProjectError, Result};
use jiju::measure;
use jiju::measure::{CorrelogramRequest, Lags};
use jiju::model::distance_m;
use jiju::stats::{Adjustment, Alternative, CorrelogramStatistic, Inference, Permutations, Transform};

use crate::cli::neighbours::NeighbourOptions;
use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The table, a row for each unit
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    /// The column with the values
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// Lags are steps from neighbour to neighbour, 1 to N
    #[arg(long, value_name = "N", required_unless_present = "distances", conflicts_with = "distances")]
    orders: Option<usize>,
    /// Lags are rings of distance that end here: 1km,2km,5km; between the rows' points, or centroids of --areas
    #[arg(long, value_name = "DISTANCES", value_delimiter = ',', value_parser = distance_m)]
    distances: Option<Vec<f64>>,
    /// Of what
    #[arg(long, value_enum, default_value_t = Statistic::Moran)]
    statistic: Statistic,
    /// The column with the ids of the weights [default: the first that holds just these, else the order of the rows]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// r row-standardised, b binary, v variance-stabilising, c summing to the number of units
    #[arg(long, default_value = "r")]
    transform: Transform,
    /// What counts as more extreme: two-sided, greater, less
    #[arg(long, default_value = "two-sided")]
    alternative: Alternative,
    /// How many random orders are tried; 0 for none
    #[arg(long, default_value_t = 999, value_name = "N")]
    permutations: u64,
    /// The seed of the random orders
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Adjust p for the number of lags: fdr (false discovery rate), benjamini-yekutieli, bonferroni, holm, none
    #[arg(long, default_value = "holm")]
    adjust: Adjustment,
    /// Leave out rows without a value instead of refusing them
    #[arg(long)]
    drop_missing: bool,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Statistic {
    /// Moran's I
    Moran,
    /// Geary's C
    Geary,
}

const EXAMPLES: &str = "\
At each lag n units have neighbours; the others do not count there. p_adjusted is the p of random orders, or of z
where there are none, adjusted for the number of lags.

Examples:
  jiju stats correlogram towns.csv --value rate --orders 6 --areas towns.geojson --contiguity queen
  jiju stats correlogram towns.csv --value rate --orders 4 --weights towns.gal --statistic geary --format json
  jiju stats correlogram firms.csv --value employees --distances 1km,2km,5km,10km --permutations 0";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { file, value, id, transform, table, neighbours, drop_missing, .. } = arguments;
    let (place, own) = (Some(file.clone()), id.clone());
    let lags = match (arguments.orders, arguments.distances) {
        (Some(last), _) => Lags::Steps(neighbours.request(place, own)?, last),
        (None, Some(ends_m)) => Lags::Rings(neighbours.sites(place, own)?, ends_m),
        (None, None) => {
            let (message, hint) = ("nothing says what a lag is", "give --orders or --distances");
            return Err(ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into());
        }
    };
    let request = CorrelogramRequest {
        statistic: match arguments.statistic {
            Statistic::Moran => CorrelogramStatistic::Moran,
            Statistic::Geary => CorrelogramStatistic::Geary,
        },
        table: file,
        value,
        lags,
        id,
        transform,
        drop_missing,
        inference: Inference {
            alternative: arguments.alternative,
            permutations: Permutations { count: arguments.permutations, seed: arguments.seed },
            adjustment: arguments.adjust,
            ..Inference::default()
        },
    };
    let bar = Bar::new("correlogram");
    let result = measure::correlogram(&request)?;
    drop(bar);
    table.write_result(|| result.json(), || result.frame(), &result.manifest, &request.inputs())?;
    output::notes(&result.notes);
    Ok(Answer::Yes)
}
