use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ChartRequest, ChartTables};

use super::output::Bar;
use super::{Answer, options};

/// Draw a chart: progress, ranking, stages, pace, slope, composition, Lorenz curve, location quotients, Moran scatterplot, point
/// pattern, heat map
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The specification, such as maps/progress-bars.toml
    #[arg(value_name = "SPEC.TOML")]
    spec: PathBuf,
    /// Draw what this project's inputs say
    #[arg(long, value_name = "JIJU.TOML", conflicts_with_all = ["table", "before", "weights"], required_unless_present = "table")]
    project: Option<PathBuf>,
    /// The table to draw, as `jiju progress`, `jiju concentration` or `jiju stats k|l` writes it; of a Moran scatterplot any table
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// The earlier quota table of a slope chart
    #[arg(long, value_name = "FILE", requires = "table")]
    before: Option<PathBuf>,
    /// The neighbours of a Moran scatterplot: GAL, GWT, Matrix Market
    #[arg(long, value_name = "FILE", requires = "table")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    figure: options::FigureOutput,
}

const EXAMPLES: &str = "\
Examples:
  jiju chart maps/ranking.toml --project data/demo/jiju.toml -o ranking.pdf
  jiju chart maps/progress-bars.toml --table quota.csv \\
      --set programme=remediate_scattered_workshops -o bars.svg
  jiju chart maps/slope.toml --table september.csv --before june.csv \\
      -o slope.pdf
  jiju chart maps/heat-map.toml --table concentration.csv -o heat-map.pdf
  jiju chart maps/moran.toml --table towns.csv --weights towns.gal \\
      --set column=rate -o moran.svg
  jiju chart maps/pattern.toml --table l.csv --lang en -o pattern.png";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let tables =
        ChartTables { analysis: None, table: arguments.table, before: arguments.before, weights: arguments.weights };
    let (project, theme) = (arguments.project.as_deref(), arguments.figure.theme.as_deref());
    let mut inputs = project::figure_inputs(Some(&arguments.spec), project, theme);
    inputs.extend(tables.files().cloned());
    let bar = Bar::new("draw");
    let figure = project::chart_on_its_own(&ChartRequest {
        spec: arguments.spec,
        set: arguments.figure.set.clone(),
        project: arguments.project,
        tables,
        language: arguments.figure.lang,
        theme: arguments.figure.theme.clone(),
    })?;
    drop(bar);
    arguments.figure.write(&figure, &inputs)?;
    Ok(Answer::Yes)
}
