use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ChartRequest};

use super::output::Bar;
use super::{Answer, options};

/// Draw a chart of progress, ranking, stages or pace
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The specification, such as maps/progress-bars.toml
    #[arg(value_name = "SPEC.TOML")]
    spec: PathBuf,
    /// Draw what this project's inputs say
    #[arg(long, value_name = "JIJU.TOML", conflicts_with = "table", required_unless_present = "table")]
    project: Option<PathBuf>,
    /// A quota table as `jiju progress` writes it
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    #[command(flatten)]
    figure: options::FigureOutput,
}

const EXAMPLES: &str = "\
Examples:
  jiju chart maps/ranking.toml --project data/demo/jiju.toml -o ranking.pdf
  jiju chart maps/progress-bars.toml --table quota.csv --set programme=remediate_scattered_workshops -o bars.svg";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let inputs: Vec<PathBuf> = [Some(&arguments.spec), arguments.project.as_ref(), arguments.table.as_ref()]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let bar = Bar::new("draw");
    let figure = project::chart_on_its_own(&ChartRequest {
        spec: arguments.spec,
        set: arguments.figure.set.clone(),
        project: arguments.project,
        table: arguments.table,
        language: arguments.figure.lang,
        theme: arguments.figure.theme.clone(),
    })?;
    drop(bar);
    arguments.figure.write(&figure, &inputs)?;
    Ok(Answer::Yes)
}
