use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::model::DeclaredReference;
use jiju::source::{self, ConvertOptions};

use super::Answer;
use super::output::{self, Bar};

/// Carry a table or vector file to another datum, grid or format
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The file to read
    input: PathBuf,
    /// The file to write; its ending names the format
    output: PathBuf,
    /// Reference of the input: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the file's own]
    #[arg(long, value_name = "REFERENCE")]
    from: Option<DeclaredReference>,
    /// Reference of the output [default: as the input]
    #[arg(long, value_name = "REFERENCE")]
    to: Option<DeclaredReference>,
    /// Column with the longitude or easting of a table
    #[arg(long, value_name = "COLUMN")]
    x: Option<String>,
    /// Column with the latitude or northing of a table
    #[arg(long, value_name = "COLUMN")]
    y: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  jiju convert gps.csv wgs84.csv --from gcj02 --to wgs84
  jiju convert districts.shp districts.geojson
  jiju convert districts.geojson districts.gpkg --to EPSG:4549";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let options = ConvertOptions { from: arguments.from, to: arguments.to, x: arguments.x, y: arguments.y };
    let bar = Bar::new("convert");
    let converted = source::convert(&arguments.input, &arguments.output, &options)?;
    drop(bar);
    output::tell(&format!("wrote {} with {} rows", arguments.output.display(), converted.rows));
    output::notes(&converted.notes);
    Ok(Answer::Yes)
}
