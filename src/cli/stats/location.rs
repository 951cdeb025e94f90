use std::path::PathBuf;

use clap::Args;
use jiju::error::{ProjectError, Result};
use jiju::measure;
use jiju::measure::{LocationError, LocationRequest, Sites, Statistic};
use jiju::model::distance_m;
use jiju::stats::{Adjustment, Alternative, ErrorShape, Inference, LocationQuantity, Permutations, Transform};

use crate::cli::neighbours::NeighbourOptions;
use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Table or vector file of points
    #[arg(value_name = "FIRMS")]
    file: PathBuf,
    /// How far all locations err: 200m; with gaussian the standard deviation to the east and to the north, with disc the radius
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, required_unless_present = "location_error_column")]
    location_error: Option<f64>,
    /// The column with how far each location errs, in metres
    #[arg(long, value_name = "COLUMN", conflicts_with = "location_error")]
    location_error_column: Option<String>,
    /// How the error is spread: gaussian, disc
    #[arg(long, default_value = "gaussian")]
    shape: ErrorShape,
    /// How often all points are moved
    #[arg(long, default_value_t = 99, value_name = "N")]
    draws: u64,
    /// The column with the sectors
    #[arg(long, value_name = "COLUMN", requires = "sector")]
    by: Option<String>,
    /// The sector whose points are counted [default: all points]
    #[arg(long, value_name = "SECTOR", requires = "by")]
    sector: Option<String>,
    /// What is compared: count, density (per km²), share (of the sector among all points)
    #[arg(long, default_value = "count")]
    quantity: LocationQuantity,
    /// local-moran, local-geary, gi, gi-star
    #[arg(long, default_value = "local-moran")]
    statistic: Statistic,
    /// r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o as they stand [default: r;
    /// b for gi, gi-star]
    #[arg(long)]
    transform: Option<Transform>,
    /// What counts as more extreme: two-sided, greater, less
    #[arg(long, default_value = "two-sided")]
    alternative: Alternative,
    /// How many random orders are tried in each draw; 0 for none
    #[arg(long, default_value_t = 999, value_name = "N")]
    permutations: u64,
    /// The seed of moves and of random orders
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Adjust p for the number of areas: fdr (false discovery rate), benjamini-yekutieli, bonferroni, holm, none
    #[arg(long, default_value = "fdr")]
    adjust: Adjustment,
    /// Label areas where the adjusted p is at most this
    #[arg(long, default_value_t = 0.05)]
    level: f64,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

const EXAMPLES: &str = "\
Addresses that are looked up lie some way off. Points are moved by their error, joined with the areas, counted and compared, time
and again: each area says in what share of draws it keeps its label, what it is called in most, and between what 95 of 100 draws
count. Neighbours are those of the areas; by default queen.

Examples:
  jiju stats location-uncertainty firms.csv --areas towns.geojson --location-error 200m
  jiju stats location-uncertainty firms.csv --areas towns.geojson --location-error-column accuracy_m --shape disc \\
    --by sector --sector dyeing --quantity share --statistic gi-star --draws 499 --seed 7 --format json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let refused = |message: &str, hint: &str| -> jiju::Error {
        ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
    };
    let Arguments { file, statistic, transform, table, neighbours, .. } = arguments;
    let Sites::Centroids(areas) = neighbours.sites(None, None)? else {
        return Err(refused("nothing is given to be joined with", "give --areas"));
    };
    let points = neighbours.points(file);
    let weights = if neighbours.has_rule() { neighbours } else { neighbours.ruled("queen")? }.request(None, None)?;
    let error = match (arguments.location_error, arguments.location_error_column) {
        (_, Some(column)) => LocationError::Column(column),
        (Some(error_m), None) => LocationError::Metres(error_m),
        (None, None) => return Err(refused("nothing says how far locations err", "give --location-error")),
    };
    let request = LocationRequest {
        points,
        areas,
        sector: arguments.by.zip(arguments.sector),
        error,
        shape: arguments.shape,
        draws: arguments.draws,
        seed: arguments.seed,
        quantity: arguments.quantity,
        statistic,
        weights,
        transform,
        inference: Inference {
            alternative: arguments.alternative,
            permutations: Permutations { count: arguments.permutations, seed: arguments.seed },
            adjustment: arguments.adjust,
            level: arguments.level,
            ..Inference::default()
        },
    };
    let bar = Bar::new("location uncertainty");
    let result = measure::location_uncertainty(&request)?;
    drop(bar);
    table.write_result(|| Ok(result.json()), || result.frame(), &result.manifest, &request.inputs())?;
    output::notes(&result.notes);
    Ok(Answer::Yes)
}
