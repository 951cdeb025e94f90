use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::ClassifyRequest;
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
    /// How classes are found: equal-interval, quantile, fisher-jenks, fisher-jenks-sampled[:SAMPLE[,SEED]], jenks-caspall,
    /// jenks-caspall-forced, geometric, head-tail, mean-standard-deviation, standard-deviation, box-plot[:HINGE],
    /// maximum-breaks, pretty, percentiles, breaks:1,2,5
    #[arg(long, default_value = "fisher-jenks")]
    scheme: Scheme,
    /// Number of classes
    #[arg(short = 'k', default_value_t = 5, value_name = "N")]
    classes: usize,
    /// As few classes as have an absolute deviation fit above this, in place of a number
    #[arg(long, conflicts_with = "classes", value_name = "FIT")]
    least_fit: Option<f64>,
    #[command(flatten)]
    table: options::TableOutput,
}

const EXAMPLES: &str = "\
Classes are (lower, upper]; the first includes the smallest value. Empty cells are left out and counted on stderr, where the
fit is told as well.

Examples:
  jiju classify districts.csv --value rate --scheme quantile -k 4 --format json
  jiju classify firms.parquet --value employees --scheme fisher-jenks -k 5
  jiju classify firms.parquet --value employees --scheme quantile --least-fit 0.8 --manifest classes.json";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = ClassifyRequest {
        table: arguments.file,
        value: arguments.value,
        scheme: arguments.scheme,
        classes: arguments.classes,
        least_fit: arguments.least_fit,
    };
    let bar = Bar::new("classify");
    let classified = measure::classify(&request)?;
    drop(bar);
    let inputs = [request.table];
    arguments.table.write_result(|| Ok(classified.json()), || classified.frame(), &classified.manifest, &inputs)?;
    output::notes(&classified.notes());
    Ok(Answer::Yes)
}
