use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::model::DeclaredReference;
use jiju::source;
use jiju::source::{IndexRequest, LayerSource};

use super::Answer;
use super::output::{self, Bar};

/// Index areas once, to join with them again and again
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// File of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile …
    areas: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Column with the areas' ids
    #[arg(long = "area-id", value_name = "COLUMN")]
    id: Option<String>,
    /// Column with the areas' names
    #[arg(long = "area-name", value_name = "COLUMN")]
    label: Option<String>,
    /// Name of the layer, the prefix of its columns [default: the file's name]
    #[arg(long = "layer", value_name = "NAME")]
    name: Option<String>,
    /// Reference of the areas, where the file does not say it
    #[arg(long = "areas-crs", value_name = "REFERENCE")]
    reference: Option<DeclaredReference>,
    /// Encoding of the areas' attributes, where it is not recognised
    #[arg(long = "areas-encoding", value_name = "ENCODING")]
    encoding: Option<String>,
    /// Repair invalid rings instead of refusing them; each is reported
    #[arg(long)]
    repair: bool,
}

const EXAMPLES: &str = "\
The index is loaded as it is, and stands for the areas wherever --areas asks for a file. Where the areas have changed
since, or the file is damaged or of another version, it is refused. Keep it beside the areas, or move both together.

Examples:
  jiju index towns.gpkg -o towns.index
  jiju join firms.parquet --areas towns.index -o joined.parquet";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { areas, output, id, label, name, reference, encoding, repair } = arguments;
    let file = areas.into();
    let layer = LayerSource { name, file, id, label, reference, encoding, repair, ..LayerSource::default() };
    let request = IndexRequest { layer, output };
    let bar = Bar::new("index");
    let summary = source::index_areas(&request)?;
    drop(bar);
    eprintln!("wrote {} with {} areas", request.output.display(), summary.areas);
    output::notes(&summary.notes);
    Ok(Answer::Yes)
}
