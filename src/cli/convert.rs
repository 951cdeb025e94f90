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
    /// The file to read; of several layers one as FILE|layername=NAME
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
    /// Sheet of a workbook [default: the first]
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// Encoding of a text file or of attributes [default: recognised]
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  jiju convert gps.csv wgs84.csv --from gcj02 --to wgs84
  jiju convert districts.shp districts.geojson
  jiju convert districts.geojson districts.gpkg --to EPSG:4549";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { from, to, x, y, sheet, encoding, .. } = &arguments;
    let (x, y, sheet, encoding) = (x.clone(), y.clone(), sheet.clone(), encoding.clone());
    let options = ConvertOptions { from: *from, to: *to, x, y, sheet, encoding };
    let bar = Bar::new("convert");
    let converted = source::convert(&arguments.input, &arguments.output, &options)?;
    drop(bar);
    eprintln!("wrote {} with {} rows", arguments.output.display(), converted.rows);
    output::notes(&converted.notes);
    Ok(Answer::Yes)
}
