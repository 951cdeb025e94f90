use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, MapRequest};
use jiju::source::Origin;

use super::arguments::Declared;
use super::output::{self, Bar};
use super::{Answer, options};

/// Draw a map from a specification, or of a column without one
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<MapRequest>,
    /// Print the specification with every default in force, and draw nothing
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    figure: options::FigureOutput,
}

const EXAMPLES: &str = "\
The values are those of the table; without one, the areas' own attributes.

Examples:
  jiju map maps/quota-progress.toml --project data/demo/jiju.toml \\
      -o progress.pdf
  jiju map --areas districts.geojson --table rates.csv --key adcode \\
      --value rate --scheme quantile -k 4 -o rates.png
  jiju map --project jiju.toml --table clusters.csv --value label \\
      --set kind=local --set layer=town -o clusters.svg
  jiju map maps/quota-progress.toml --explain > whole.toml
  jiju map maps/quota-progress.toml --project jiju.toml --preset word \\
      -o in-word.png
  jiju map maps/density.toml --project jiju.toml \\
      --set classes.count=4 --set title=企业密度 -o density.svg";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("map")?;
    let mut inputs: Vec<PathBuf> = request.areas.areas.iter().filter_map(Origin::file).collect();
    inputs.extend(request.values.table.as_ref().and_then(Origin::file));
    inputs.extend(project::figure_inputs(request.spec.as_deref(), request.project.as_deref(), &request.keys));
    if arguments.explain {
        output::stdout(project::map_explained(&request)?.as_bytes())?;
        return Ok(Answer::Yes);
    }
    let bar = Bar::new("draw");
    let figure = project::map(&request)?;
    drop(bar);
    arguments.figure.write("map", &figure, &inputs)
}
