use std::path::PathBuf;

use clap::Args;
use jiju::check::{self, CheckInputs, CheckRequest};
use jiju::error::Result;
use jiju::project;

use super::arguments::Declared;
use super::options::refused;
use super::output::{self, Bar};
use super::{Answer, default_project, options};

/// Check a register, a ledger and boundaries: every problem with its file, row and column; of a project, its figures too
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A project file that names register, ledger, layers and policy, in place of the options below
    #[arg(value_name = "JIJU.TOML")]
    project: Option<PathBuf>,
    #[command(flatten)]
    request: Declared<CheckRequest>,
    /// Write the rejected rows, with their reasons, into this folder
    #[arg(long, value_name = "FOLDER")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    strict: options::Strict,
}

const EXAMPLES: &str = "\
Without a file to check, the project file of the folder is checked.
A register needs a policy, a ledger needs both. The first layer is the districts where no layer has a name of its own.
The figures of a project are drawn and not written; one that cannot be drawn is named, and the exit status is 1.

Examples:
  jiju check
  jiju check data/demo/jiju.toml
  jiju check --register firms.csv --policy data/policy/shaoxing-2020 \\
      --format csv
  jiju check --areas districts.gpkg --areas towns.gpkg
  jiju check data/demo/jiju.toml --rejects out/rejects --strict";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let project = arguments.project.clone().or_else(|| default_project(arguments.request.names().next().is_some()));
    let project = project.as_deref().map(project::read).transpose()?;
    let inputs = match &project {
        Some(project) => {
            if let Some(name) = arguments.request.names().next() {
                let message = format!("a project file names everything that is checked, found ‹{name}› beside it");
                return Err(refused(&message, &format!("leave out ‹{name}›, or the project file")));
            }
            CheckInputs::from(project)
        }
        None => arguments.request.read("check")?.inputs()?,
    };
    let bar = Bar::new("check");
    let outcome = check::check(&inputs)?;
    drop(bar);
    let mut files = inputs.files();
    files.extend(project.as_ref().map(|project| project.file.clone()));
    arguments.table.write(&outcome.problems, &files)?;
    if let Some(folder) = &arguments.rejects {
        let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
        for file in check::write_rejects(&outcome, folder, &files)? {
            output::tell(&format!("wrote {}", file.display()));
        }
    }
    output::tell(&outcome.summary());
    output::notes(&outcome.report.notes);
    let is_clean = outcome.is_clean();
    let Some(project) = project else { return Ok(arguments.strict.answer(is_clean)) };
    let bar = Bar::new("try figures");
    let unmade = project::try_figures(&project, outcome)?;
    drop(bar);
    output::unmade(&unmade);
    Ok(if unmade.is_empty() { arguments.strict.answer(is_clean) } else { Answer::No })
}
