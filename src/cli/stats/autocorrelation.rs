use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, AutocorrelationRequest, Statistic};
use jiju::stats::{Alternative, Permutations, Standardisation, Transform};

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
    /// The column with the ids of the weights [default: the first that holds just these, else the order of the rows]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o as they stand [default: r;
    /// b for getis-ord-g, join-count, gi, gi-star]
    #[arg(long)]
    transform: Option<Transform>,
    /// What counts as more extreme: two-sided, greater, less
    #[arg(long, default_value = "two-sided")]
    alternative: Alternative,
    /// How many random orders are tried; 0 for none
    #[arg(long, default_value_t = 999, value_name = "N")]
    permutations: u64,
    /// The seed of the random orders
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

#[derive(Args)]
pub struct LocalGearyArguments {
    #[command(flatten)]
    common: Arguments,
    /// Divide the values by the standard deviation with n, as esda does, not n − 1
    #[arg(long)]
    population: bool,
}

const EXAMPLES: &str = "\
Results of units come in the order of the rows. p of permutations is (M + 1) / (R + 1), two-sided twice the smaller tail;
p_adjusted is the same adjusted for the number of units (false discovery rate). Units without neighbours are left out of n,
and named.

Examples:
  jiju stats moran towns.csv --value rate --weights towns.gal --format json
  jiju stats local-moran towns.csv --value rate --weights towns.gal --seed 7 -o clusters.csv
  jiju stats moran towns.csv --value rate --areas towns.geojson --contiguity queen --format json
  jiju stats gi-star firms.csv --value employees --knn 8 --alternative greater --permutations 9999 --format csv";

pub fn run(statistic: Statistic, arguments: Arguments) -> Result<Answer> {
    answer(statistic, arguments, Standardisation::Sample)
}

pub fn run_local_geary(arguments: LocalGearyArguments) -> Result<Answer> {
    let standardisation = if arguments.population { Standardisation::Population } else { Standardisation::Sample };
    answer(Statistic::LocalGeary, arguments.common, standardisation)
}

fn answer(statistic: Statistic, arguments: Arguments, standardisation: Standardisation) -> Result<Answer> {
    let Arguments { file, value, id, transform, alternative, permutations, seed, table, neighbours } = arguments;
    let weights = neighbours.request(Some(file.clone()), id.clone())?;
    let permutations = Permutations { count: permutations, seed };
    let inputs = [vec![file.clone()], weights.inputs()].concat();
    let request = AutocorrelationRequest {
        statistic,
        table: file,
        value,
        weights,
        id,
        transform,
        standardisation,
        alternative,
        permutations,
    };
    let bar = Bar::new(statistic.name());
    let result = project::autocorrelation(&request)?;
    drop(bar);
    if table.is_json() {
        output::stdout(result.json().as_bytes())?;
    } else {
        table.write(&result.frame()?, &inputs)?;
    }
    output::notes(&result.notes);
    Ok(Answer::Yes)
}
