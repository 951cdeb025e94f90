use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{CentrographyRequest, GridPoints, KnoxRequest};
use jiju::model::{MetreGrid, distance_m};
use jiju::stats::Permutations;

use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

/// A table of points in a metre grid.
#[derive(Args)]
struct Points {
    /// Table of points
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    #[command(flatten)]
    points: options::Points,
    /// Metre grid [default: the points' own, or the one that suits where they lie]
    #[arg(long, value_name = "EPSG:N")]
    grid: Option<MetreGrid>,
}

impl Points {
    fn source(self) -> GridPoints {
        GridPoints { points: self.points.source(self.file), grid: self.grid }
    }
}

#[derive(Args)]
#[command(after_help = "\
Centres are told in longitude and latitude and in the metre grid. The ellipse is CrimeStat's: its axes are drawn longer by √2 and
√(n / (n - 2)); the long one is turned counter-clockwise from east by so many degrees.

Examples:
  jiju stats centrography firms.csv --by sector -o centres.csv
  jiju stats centrography firms.csv --by sector --weight employees --format json")]
pub struct Centrography {
    #[command(flatten)]
    points: Points,
    /// A row for each value of this column, such as the sector
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Column with the weights of points
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    #[command(flatten)]
    table: options::TableOutput,
}

pub fn run_centrography(arguments: Centrography) -> Result<Answer> {
    let Centrography { points, by, weight, table } = arguments;
    let request = CentrographyRequest { source: points.source(), by, weight };
    let inputs: Vec<_> = request.source.points.table.file().into_iter().collect();
    let bar = Bar::new("centrography");
    let found = measure::centrography(&request)?;
    drop(bar);
    table.write_with(&found.frame, &found.manifest, &inputs)?;
    output::notes(&found.notes);
    Ok(Answer::Yes)
}

#[derive(Args)]
#[command(after_help = "\
Rows without a date or a place are left out, and counted on stderr.

Examples:
  jiju stats knox ledger.csv --date reviewed_on --within 2km --days 30
  jiju stats knox ledger.csv --date due_on --within 500m --days 7 --permutations 9999 --seed 1 --format json")]
pub struct Knox {
    #[command(flatten)]
    points: Points,
    /// The column with the dates
    #[arg(long, value_name = "COLUMN")]
    date: String,
    /// Pairs are near in space up to this distance: 2km
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    within: f64,
    /// Pairs are near in time up to so many days
    #[arg(long, value_name = "DAYS")]
    days: f64,
    /// How many random orders of the dates are tried; 0 for none
    #[arg(long, default_value_t = 999, value_name = "N")]
    permutations: u64,
    /// The seed of the random orders
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    table: options::TableOutput,
}

pub fn run_knox(arguments: Knox) -> Result<Answer> {
    let Knox { points, date, within, days, permutations, seed, table } = arguments;
    let permutations = Permutations { count: permutations, seed };
    let request = KnoxRequest { source: points.source(), date, distance_m: within, within_days: days, permutations };
    let inputs: Vec<_> = request.source.points.table.file().into_iter().collect();
    let bar = Bar::new("knox");
    let found = measure::knox(&request)?;
    drop(bar);
    table.write_result(|| Ok(found.json()), || found.frame(), &found.manifest, &inputs)?;
    output::notes(&found.notes);
    Ok(Answer::Yes)
}
