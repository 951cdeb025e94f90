use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::source::{self, IndexRequest};

use super::Answer;
use super::arguments::Declared;
use super::output::{self, Bar};

/// Index areas once, to join with them again and again
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    request: Declared<IndexRequest>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
The index is loaded as it is, and stands for the areas wherever --areas asks for a file. Where the areas have changed
since, or the file is damaged or of another version, it is refused. Keep it beside the areas, or move both together.

Examples:
  jiju index towns.gpkg -o towns.index
  jiju join firms.parquet --areas towns.index -o joined.parquet";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = arguments.request.read("index")?;
    let bar = Bar::new("index");
    let summary = source::index_areas(&request, &arguments.output)?;
    drop(bar);
    output::tell(&format!("wrote {} with {} areas", arguments.output.display(), summary.areas));
    output::notes(&summary.notes);
    Ok(Answer::Yes)
}
