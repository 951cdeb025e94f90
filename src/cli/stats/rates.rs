use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{RateMethod, RatesRequest, Strata};

use crate::cli::neighbours::NeighbourOptions;
use crate::cli::output;
use crate::cli::{Answer, options};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The table, a row for each unit; for direct and indirect a row for each stratum of a unit
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    /// The column with the events
    #[arg(long, value_name = "COLUMN")]
    events: String,
    /// The column with what they are events of
    #[arg(long, value_name = "COLUMN")]
    base: String,
    /// crude, empirical-bayes, empirical-bayes-binomial, local-empirical-bayes, assuncao-reis, spatial, direct, indirect
    #[arg(long, default_value = "empirical-bayes")]
    method: RateMethod,
    /// The column with the ids of the units [default: that with the ids of the weights, else the numbers of the rows]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The column with the strata, such as sectors, for direct and indirect
    #[arg(long, value_name = "COLUMN")]
    stratum: Option<String>,
    /// The column with the events of the standard in the row's stratum [default: of all units together]
    #[arg(long, value_name = "COLUMN", requires = "standard_base", requires = "stratum")]
    standard_events: Option<String>,
    /// The column with the base of the standard in the row's stratum [default: of all units together]
    #[arg(long, value_name = "COLUMN", requires = "standard_events", requires = "stratum")]
    standard_base: Option<String>,
    /// The confidence of the intervals of direct and indirect
    #[arg(long, default_value_t = 0.95)]
    confidence: f64,
    /// Leave out rows without a number instead of refusing them
    #[arg(long)]
    drop_missing: bool,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

const EXAMPLES: &str = "\
Rates of units with a small base vary by chance. empirical-bayes draws each toward the rate of all, the more so the smaller its
base, local-empirical-bayes toward the rate of its neighbours; spatial takes the neighbours together; assuncao-reis says by how
many standard deviations of chance a rate differs. direct and indirect make areas with another mix of strata comparable.

Examples:
  jiju stats rates towns.csv --events retired --base firms -o rates.csv
  jiju stats rates towns.csv --events retired --base firms --method local-empirical-bayes --weights towns.gal
  jiju stats rates towns.csv --events retired --base firms --method spatial --areas towns.geojson --contiguity queen
  jiju stats rates strata.csv --events retired --base firms --method direct --id town --stratum sector --format json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { file, events, base, method, id, table, neighbours, .. } = arguments;
    let weights = method.needs_weights().then(|| neighbours.request(Some(file.clone()), id.clone())).transpose()?;
    let standard = arguments.standard_events.zip(arguments.standard_base).map(|(events, base)| [events, base]);
    let request = RatesRequest {
        method,
        table: file,
        events,
        base,
        id,
        weights,
        strata: arguments.stratum.map(|column| Strata { column, standard }),
        confidence: arguments.confidence,
        drop_missing: arguments.drop_missing,
    };
    let result = measure::rates(&request)?;
    table.write_result(|| Ok(result.json()), || result.frame(), &result.manifest, &request.inputs())?;
    output::notes(&result.notes);
    Ok(Answer::Yes)
}
