use std::path::{Path, PathBuf};

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, EvaluateRequest};

use super::Answer;
use super::arguments::Declared;
use super::options;
use super::output::{self, Bar};

/// Score firms per mu of land, per employee and per energy by the rules of the policy, and put them in classes A to D
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<EvaluateRequest>,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
The rules are evaluation.toml in the policy folder. A workbook (.xlsx) has all firms, the districts, the sectors, and the
firms of the last class.

Examples:
  jiju evaluate data/demo/jiju.toml -o evaluation.xlsx
  jiju evaluate jiju.toml --all-sectors -o evaluation.csv --bom
  jiju evaluate jiju.toml --draw last-class.pdf -o evaluation.xlsx";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("evaluate")?;
    let bar = Bar::new("score");
    let outcome = project::evaluate(&request)?;
    drop(bar);
    match arguments.table.ending_in("xlsx") {
        Some(_) => {
            arguments.table.refuse_manifest()?;
            arguments.table.write_bytes(&outcome.workbook, &outcome.inputs)?;
        }
        None => arguments.table.write(&outcome.rows, &outcome.inputs)?,
    }
    if let (Some(path), Some(figure)) = (&request.draw, &outcome.map) {
        let inputs: Vec<&Path> = outcome.inputs.iter().map(PathBuf::as_path).collect();
        project::write_figure(figure, path, project::FigureForm::default().dpi, &inputs)?;
        output::tell(&format!("wrote {}", path.display()));
    }
    output::notes(&outcome.notes);
    Ok(Answer::Yes)
}
