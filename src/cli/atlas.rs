use std::path::{Path, PathBuf};

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, AtlasRequest, SheetForm};

use super::Answer;
use super::arguments::Declared;
use super::options::Strict;
use super::output::{self, Bar};

/// Draw an atlas: a sheet for each district, town or block economy, from one map specification
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<AtlasRequest>,
    #[command(flatten)]
    form: Declared<SheetForm>,
    #[command(flatten)]
    strict: Strict,
    /// One PDF with bookmarks, atlas.pdf, or a folder for the sheets
    #[arg(short, long, value_name = "FILE|FOLDER")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  jiju atlas maps/atlas-districts.toml --project data/demo/jiju.toml \\
      -o atlas.pdf
  jiju atlas maps/atlas-districts.toml --project jiju.toml --by block \\
      -o blocks.pdf
  jiju atlas maps/atlas-districts.toml --project jiju.toml --by town \\
      --format png --dpi 150 -o towns/";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("atlas")?;
    let form = arguments.form.read("atlas")?;
    let inputs = project::figure_inputs(Some(&request.spec), Some(&request.project), &request.keys);
    let bar = Bar::new("draw");
    let atlas = project::atlas(&request)?;
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let files = project::write_atlas(&atlas, &arguments.output, &form, &inputs)?;
    drop(bar);
    for (stem, figure) in &atlas.sheets {
        output::notes(&project::figure_notes(stem, figure));
    }
    output::notes(&[format!(
        "{} sheets in {}",
        atlas.sheets.len(),
        files.first().map_or(String::new(), |file| {
            if files.len() == 1 { file.display().to_string() } else { arguments.output.display().to_string() }
        })
    )]);
    Ok(arguments.strict.answer(atlas.sheets.iter().all(|(_, figure)| project::is_whole(figure))))
}
