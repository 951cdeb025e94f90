use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::source::{self, ConvertOptions};

use super::Answer;
use super::arguments::Declared;
use super::output::{self, Bar};

/// Carry a table or vector file to another datum, grid or format
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The file to read; of several layers one as FILE|layername=NAME
    input: PathBuf,
    /// The file to write; its ending names the format
    #[arg(required_unless_present = "output_by_option")]
    output: Option<PathBuf>,
    // As other commands have it.
    #[arg(short = 'o', long = "output", value_name = "FILE", conflicts_with = "output", hide = true)]
    output_by_option: Option<PathBuf>,
    #[command(flatten)]
    options: Declared<ConvertOptions>,
}

const EXAMPLES: &str = "\
Examples:
  jiju convert gps.csv wgs84.csv --from gcj02 --to wgs84
  jiju convert districts.shp districts.geojson
  jiju convert districts.geojson districts.gpkg --to EPSG:4549";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let options = arguments.options.read("convert")?;
    let output = arguments.output.or(arguments.output_by_option).unwrap_or_default();
    let bar = Bar::new("convert");
    let converted = source::convert(&arguments.input, &output, &options)?;
    drop(bar);
    output::tell(&format!("wrote {} with {} rows", output.display(), converted.rows));
    output::notes(&converted.notes);
    Ok(Answer::Yes)
}
