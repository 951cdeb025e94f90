use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ClassifyRequest};
use jiju::stats::Scheme;

use super::{
    Answer,
    output::{self, Bar},
};

/// Put the values of a column into classes
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The table
    table: PathBuf,
    /// The column
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// How classes are found: equal-interval, quantile, fisher-jenks …
    #[arg(long, default_value = "fisher-jenks")]
    scheme: Scheme,
    /// Number of classes
    #[arg(short = 'k', default_value_t = 5, value_name = "N")]
    classes: usize,
    /// table, csv, json
    #[arg(long)]
    format: Option<jiju::read::TableFormat>,
}

const EXAMPLES: &str = "\
Classes are (lower, upper]; the first includes the smallest value. Empty cells are left out and counted on stderr.

Examples:
  jiju classify districts.csv --value rate --scheme quantile -k 4 --format json
  jiju classify firms.parquet --value employees --scheme fisher-jenks -k 5";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = ClassifyRequest {
        table: arguments.table,
        value: arguments.value,
        scheme: arguments.scheme,
        classes: arguments.classes,
    };
    let bar = Bar::new("classify");
    let classified = project::classify(&request)?;
    drop(bar);
    match arguments.format {
        Some(jiju::read::TableFormat::Json) => output::stdout(classified.json().as_bytes())?,
        format => output::table(&classified.frame()?, format, None, &[])?,
    }
    if classified.missing > 0 {
        eprintln!("note: {} rows have no value and are in no class", classified.missing);
    }
    Ok(Answer::Yes)
}
