use clap::Args;
use jiju::error::Result;
use jiju::progress::{self, ProgressRequest};

use super::arguments::Declared;
use super::{
    Answer, options,
    output::{self, Bar},
};

/// Count the ledger toward the quotas: listed, each stage, accepted, quota, rate, gap, rank
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<ProgressRequest>,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    strict: options::Strict,
}

const EXAMPLES: &str = "\
The areas are the districts of the policy.

Examples:
  jiju progress --ledger ledger.xlsx --register firms.csv \\
      --areas districts.geojson --policy data/policy/shaoxing-2020 \\
      --as-of 2020-09-30
  jiju progress --ledger ledger.csv --register firms.csv \\
      --areas districts.gpkg --policy data/policy/shaoxing-2020 \\
      --as-of 2020-09-30 --format json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("progress")?;
    let inputs = request.inputs()?.files();
    let bar = Bar::new("count");
    let counted = progress::progress(&request)?;
    drop(bar);
    arguments.table.write(&counted.rows, &inputs)?;
    output::notes(&counted.notes);
    Ok(arguments.strict.answer(counted.satisfied))
}
