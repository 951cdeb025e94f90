use clap::Args;
use jiju::error::Result;
use jiju::project::{self, SampleRequest};

use super::Answer;
use super::arguments::Declared;
use super::options;
use super::output::{self, Bar};

/// Draw a spot check spread over space, as a sheet to take along; or take the sheet back and estimate pass rates
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<SampleRequest>,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    strict: options::Strict,
}

const EXAMPLES: &str = "\
A workbook (.xlsx) has a sheet for each district, with room for findings: 合格 or 不合格, pass or fail.

Examples:
  jiju sample data/demo/jiju.toml --share 0.1 --seed 2020 -o sample.xlsx
  jiju sample jiju.toml --size 60 --replacements 2 -o sample.csv --bom
  jiju sample --evaluate results.csv --confidence 0.9";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("sample")?;
    let bar = Bar::new("draw");
    let outcome = project::sample(&request)?;
    drop(bar);
    match (&outcome.workbook, arguments.table.ending_in("xlsx")) {
        (Some(workbook), Some(_)) => {
            arguments.table.refuse_manifest()?;
            arguments.table.write_bytes(workbook, &outcome.inputs)?;
        }
        _ => arguments.table.write(&outcome.rows, &outcome.inputs)?,
    }
    output::notes(&outcome.notes);
    Ok(arguments.strict.answer(outcome.is_yes))
}
