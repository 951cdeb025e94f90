use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use jiju::error::Result;
use jiju::project::{self, CheckRequest};
use jiju::source::TableSource;

use super::{Answer, options, output::Bar};

/// Check a register, a ledger and boundaries: every problem with its file, row and column
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A project file that names register, ledger, layers and policy, in place of the options below
    #[arg(value_name = "JIJU.TOML", conflicts_with_all = ["register", "ledger", "areas", "policy", "as_of"])]
    project: Option<PathBuf>,
    /// The register 企业名录
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Reference of the register's coordinates
    #[arg(long, value_name = "REFERENCE")]
    crs: Option<jiju::model::DeclaredReference>,
    /// The ledger 管理台账
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// A layer of areas; the first is the districts (repeat for several)
    #[arg(long, value_name = "FILE")]
    areas: Vec<PathBuf>,
    /// The policy folder
    #[arg(long, value_name = "FOLDER")]
    policy: Option<PathBuf>,
    /// The day from which on dates are in the future
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Write the rejected rows, with their reasons, into this folder
    #[arg(long, value_name = "FOLDER")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    table: options::TableOutput,
    /// Exit with 1 where a problem was found
    #[arg(long)]
    strict: bool,
}

const EXAMPLES: &str = "\
Examples:
  jiju check data/demo/jiju.toml
  jiju check --register firms.csv --policy data/policy/shaoxing-2020 \\
      --format csv
  jiju check --areas districts.gpkg --areas towns.gpkg
  jiju check data/demo/jiju.toml --rejects out/rejects --strict";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = match &arguments.project {
        Some(file) => CheckRequest::from(&project::read(file)?),
        None => CheckRequest {
            register: arguments.register.map(|file| TableSource {
                file,
                reference: arguments.crs,
                ..TableSource::default()
            }),
            ledger: arguments.ledger.map(|file| TableSource { file, ..TableSource::default() }),
            layers: options::district_first(&arguments.areas),
            policy: arguments.policy,
            as_of: arguments.as_of,
            ..CheckRequest::default()
        },
    };
    let bar = Bar::new("check");
    let outcome = project::check(&request)?;
    drop(bar);
    let mut inputs = request.inputs();
    inputs.extend(arguments.project);
    arguments.table.write(&outcome.problems, &inputs)?;
    if let Some(folder) = &arguments.rejects {
        for file in project::write_rejects(&outcome, folder, &inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>())?
        {
            eprintln!("wrote {}", file.display());
        }
    }
    eprintln!("{}", outcome.summary());
    Ok(if arguments.strict && !outcome.is_clean() { Answer::No } else { Answer::Yes })
}
