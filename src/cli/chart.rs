use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ChartRequest};

use super::arguments::Declared;
use super::output::{self, Bar};
use super::{Answer, options};

/// Draw a chart: progress, ranking, stages, pace, slope, composition, Lorenz curve, location quotients, Moran scatterplot, point
/// pattern, heat map
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<ChartRequest>,
    /// Print the specification with every default in force, and draw nothing
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    figure: options::FigureOutput,
}

const EXAMPLES: &str = "\
A table is one that `jiju progress`, `jiju concentration` or `jiju stats k|l` writes; of a Moran scatterplot it is any table.

Examples:
  jiju chart maps/ranking.toml --project data/demo/jiju.toml -o ranking.pdf
  jiju chart maps/progress-bars.toml --table quota.csv \\
      --set programme=remediate_scattered_workshops -o bars.svg
  jiju chart maps/slope.toml --table september.csv --before june.csv \\
      -o slope.pdf
  jiju chart maps/heat-map.toml --table concentration.csv -o heat-map.pdf
  jiju chart maps/moran.toml --table towns.csv --weights towns.gal \\
      --set column=rate -o moran.svg
  jiju chart maps/ranking.toml --explain > whole.toml
  jiju chart maps/ranking.toml --project jiju.toml --preset half-column \\
      -o ranking.png
  jiju chart maps/pattern.toml --table l.csv --lang en -o pattern.png";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("chart")?;
    let tables = request.tables()?;
    let mut inputs = project::figure_inputs(Some(&request.spec), request.project.as_deref(), &request.keys);
    inputs.extend(tables.files());
    if arguments.explain {
        output::stdout(project::chart_explained(&request)?.as_bytes())?;
        return Ok(Answer::Yes);
    }
    let bar = Bar::new("draw");
    let figure = project::chart_on_its_own(&request)?;
    drop(bar);
    arguments.figure.write("chart", &figure, &inputs)
}
