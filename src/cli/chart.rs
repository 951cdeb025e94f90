use std::path::{Path, PathBuf};

use clap::Args;
use jiju::error::Result;
use jiju::model::Language;
use jiju::project::{self, ChartRequest};

use super::Answer;
use super::output::Bar;

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
    /// Set a key of the specification otherwise (repeat for several)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// zh, en
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// Resolution of a PNG
    #[arg(long, default_value_t = 200)]
    dpi: u32,
    /// Fail where a character has no glyph
    #[arg(long)]
    strict: bool,
    /// The figure: svg, png, pdf
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
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
        set: arguments.set,
        project: arguments.project,
        table: arguments.table,
        language: arguments.lang,
    })?;
    drop(bar);
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    project::write_figure(&figure, &arguments.output, arguments.dpi, arguments.strict, &inputs)?;
    for note in project::figure_notes(&arguments.output.display().to_string(), &figure) {
        eprintln!("note: {note}");
    }
    Ok(Answer::Yes)
}
