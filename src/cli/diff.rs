use clap::Args;
use jiju::error::Result;
use jiju::project::{self, DiffRequest};

use super::Answer;
use super::arguments::Declared;
use super::options;
use super::output::{self, Bar};

/// Compare two registers, two ledgers, or the output folders of two runs: what entered, left, moved, merged, went back
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<DiffRequest>,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    strict: options::Strict,
}

const EXAMPLES: &str = "\
A workbook (.xlsx) has a sheet for each kind of change, and one of relocation flows. An accepted firm that is gone and a stage
that went back are problems; with --strict they exit with 1.

Examples:
  jiju diff firms2019.csv firms2020.csv --areas parks.geojson \\
      -o changes.xlsx
  jiju diff ledger.csv ledger.xlsx --policy data/policy/shaoxing-2020 \\
      --format csv
  jiju diff out-q2 out-q3 -o changes.xlsx";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("diff")?;
    let bar = Bar::new("compare");
    let outcome = project::diff(&request)?;
    drop(bar);
    match arguments.table.ending_in("xlsx") {
        Some(_) => {
            arguments.table.refuse_manifest()?;
            arguments.table.write_bytes(&project::diff_workbook(&request, &outcome)?, &outcome.inputs)?;
        }
        None => arguments.table.write(&outcome.rows, &outcome.inputs)?,
    }
    output::notes(&outcome.notes);
    let problems = outcome.changes.iter().filter(|change| change.kind.is_some_and(|kind| kind.is_problem())).count();
    output::tell(&format!("{} changes, {problems} of them problems", outcome.changes.len()));
    Ok(arguments.strict.answer(outcome.is_clean))
}
