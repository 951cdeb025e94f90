use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::model::DeclaredReference;
use jiju::project::{self, MapRequest};
use jiju::source::LayerSource;
use jiju::stats::Scheme;

use super::output::{self, Bar};
use super::{Answer, options};

/// Draw a map from a specification, or of a column without one
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The specification, such as maps/quota-progress.toml
    #[arg(value_name = "SPEC.TOML")]
    spec: Option<PathBuf>,
    /// Draw what this project's inputs say
    #[arg(long, value_name = "JIJU.TOML", conflicts_with_all = ["areas", "table"])]
    project: Option<PathBuf>,
    /// The areas
    #[arg(long, value_name = "FILE")]
    areas: Option<PathBuf>,
    /// Column with the areas' ids
    #[arg(long, value_name = "COLUMN")]
    area_id: Option<String>,
    /// Column with the areas' names
    #[arg(long, value_name = "COLUMN")]
    area_name: Option<String>,
    /// Reference of the areas, where the file does not say it
    #[arg(long, value_name = "REFERENCE")]
    areas_crs: Option<DeclaredReference>,
    /// Table with the values [default: the areas' own attributes]
    #[arg(long, value_name = "FILE", requires = "key")]
    table: Option<PathBuf>,
    /// Column of the table with the areas' ids or names
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// The column to show
    #[arg(long, value_name = "COLUMN")]
    value: Option<String>,
    /// How classes are found: equal-interval, quantile, fisher-jenks …
    #[arg(long)]
    scheme: Option<Scheme>,
    /// Number of classes
    #[arg(short = 'k', value_name = "N")]
    classes: Option<usize>,
    /// The metre grid to draw in [default: the areas' own, or the CGCS2000 3-degree zone they lie in]
    #[arg(long, value_name = "EPSG:N")]
    grid: Option<DeclaredReference>,
    /// Print the specification with every default in force, and draw nothing
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    figure: options::FigureOutput,
}

const EXAMPLES: &str = "\
Examples:
  jiju map maps/quota-progress.toml --project data/demo/jiju.toml \\
      -o progress.pdf
  jiju map --areas districts.geojson --table rates.csv --key adcode \\
      --value rate --scheme quantile -k 4 -o rates.png
  jiju map maps/quota-progress.toml --explain > whole.toml
  jiju map maps/density.toml --project jiju.toml \\
      --set classes.count=4 --set title=企业密度 -o density.svg";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let areas = arguments.areas.map(|file| LayerSource {
        file: file.into(),
        id: arguments.area_id,
        label: arguments.area_name,
        reference: arguments.areas_crs,
        ..LayerSource::default()
    });
    let mut inputs: Vec<PathBuf> = areas.iter().filter_map(|areas| areas.file.file()).collect();
    inputs.extend(arguments.table.clone());
    let (spec, project, theme) =
        (arguments.spec.as_deref(), arguments.project.as_deref(), arguments.figure.theme.as_deref());
    inputs.extend(project::figure_inputs(spec, project, theme));
    let request = MapRequest {
        spec: arguments.spec,
        set: arguments.figure.set.clone(),
        project: arguments.project,
        areas,
        table: arguments.table,
        key: arguments.key,
        value: arguments.value,
        scheme: arguments.scheme,
        classes: arguments.classes,
        grid: arguments.grid.map(DeclaredReference::undone),
        language: arguments.figure.lang,
        theme: arguments.figure.theme.clone(),
    };
    if arguments.explain {
        output::stdout(project::map_explained(&request)?.as_bytes())?;
        return Ok(Answer::Yes);
    }
    let bar = Bar::new("draw");
    let figure = project::map(&request)?;
    drop(bar);
    arguments.figure.write(&figure, &inputs)?;
    Ok(Answer::Yes)
}
