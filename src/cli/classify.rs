use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::project::{self, ClassifyRequest};
use jiju::stats::Scheme;

use super::output::{self, Bar};
use super::{Answer, options};

/// Put the values of a column into classes
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The table
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    /// The column
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// How classes are found: equal-interval, quantile, fisher-jenks …
    #[arg(long, default_value = "fisher-jenks")]
    scheme: Scheme,
    /// Number of classes
    #[arg(short = 'k', default_value_t = 5, value_name = "N")]
    classes: usize,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
Classes are (lower, upper]; the first includes the smallest value. Empty cells are left out and counted on stderr.

Examples:
  jiju classify districts.csv --value rate --scheme quantile -k 4 --format json
  jiju classify firms.parquet --value employees --scheme fisher-jenks -k 5";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = ClassifyRequest {
        table: arguments.file,
        value: arguments.value,
        scheme: arguments.scheme,
        classes: arguments.classes,
    };
    let bar = Bar::new("classify");
    let classified = project::classify(&request)?;
    drop(bar);
    if arguments.table.is_json() {
        output::stdout(classified.json().as_bytes())?;
    } else {
        arguments.table.write(&classified.frame()?, &[request.table])?;
    }
    if classified.missing > 0 {
        eprintln!("note: {} rows have no value and are in no class", classified.missing);
    }
    Ok(Answer::Yes)
}
