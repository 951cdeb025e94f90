use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::InequalityRequest;

use super::output::{self, Bar};
use super::{Answer, options};

/// Say how unequally areas share something: Gini, Theil within and between districts, Hoover, Williamson …
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The table, a row for each area
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    /// The column with the amounts: firms, output
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// The column with what they are held against, such as heads or km² [default: areas count alike]
    #[arg(long, value_name = "COLUMN")]
    population: Option<String>,
    /// The column with the district of each area, to tell inequality between districts from that within
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
Rows without an amount, heads or group are left out, and counted on stderr.

Examples:
  jiju inequality towns.csv --value firms
  jiju inequality towns.csv --value output_cny --population heads --group district --format json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { file, value, population, group, table } = arguments;
    let request = InequalityRequest { table: file, value, population, group };
    let bar = Bar::new("inequality");
    let found = measure::inequality(&request)?;
    drop(bar);
    let inputs = [request.table];
    table.write_result(|| Ok(found.json()), || found.frame(), &found.manifest, &inputs)?;
    output::notes(&found.notes);
    Ok(Answer::Yes)
}
