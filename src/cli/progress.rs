use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::progress::{self, ProgressRequest};
use jiju::project;

use super::arguments::Declared;
use super::options::refused;
use super::{
    Answer, default_project, options,
    output::{self, Bar},
};

/// Count the ledger toward the quotas: listed, each stage, accepted, quota, rate, gap, rank
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A project file that names register, ledger, areas and policy, in place of the options below
    #[arg(value_name = "JIJU.TOML")]
    project: Option<PathBuf>,
    #[command(flatten)]
    request: Declared<ProgressRequest>,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    strict: options::Strict,
}

const EXAMPLES: &str = "\
Without files to count, the project file of the folder is counted. The areas
are the districts of the policy.

Examples:
  jiju progress
  jiju progress jiju.toml --as-of 2020-06-30 --count-by town
  jiju progress jiju.toml --count-by stage
  jiju progress jiju.toml --rows -o rows.xlsx
  jiju progress --ledger ledger.xlsx --register firms.csv \\
      --areas districts.geojson --policy data/policy/shaoxing-2020 \\
      --as-of 2020-09-30
  jiju progress --ledger ledger.csv --register firms.csv \\
      --areas districts.gpkg --policy data/policy/shaoxing-2020 \\
      --as-of 2020-09-30 --format json";

/// What may be said beside a project file.
const BESIDE_PROJECT: [&str; 3] = ["as_of", "count_by", "rows"];

pub fn run(arguments: Arguments) -> Result<Answer> {
    let of_files = arguments.request.names().find(|name| !BESIDE_PROJECT.contains(name)).map(str::to_owned);
    let project = arguments.project.or_else(|| default_project(of_files.is_some()));
    let request = arguments.request.read("progress")?;
    let (counted, inputs) = match project {
        Some(file) => {
            if let Some(name) = of_files {
                let message = format!("a project file names everything that is counted, found ‹{name}› beside it");
                return Err(refused(&message, &format!("leave out ‹{name}›, or the project file")));
            }
            let mut project = project::read(&file)?;
            project.as_of = request.as_of.unwrap_or(project.as_of);
            let bar = Bar::new("count");
            let counted = project::count(&project, &request.depth)?;
            drop(bar);
            (counted, project.inputs())
        }
        None => {
            let inputs = request.inputs()?.files();
            let bar = Bar::new("count");
            let counted = progress::progress(&request)?;
            drop(bar);
            (counted, inputs)
        }
    };
    arguments.table.write(&counted.rows, &inputs)?;
    output::notes(&counted.notes);
    Ok(arguments.strict.answer(counted.satisfied))
}
