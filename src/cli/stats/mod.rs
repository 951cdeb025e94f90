mod autocorrelation;
mod correlogram;
mod location;
mod panel;
mod rates;

use clap::{Args, Subcommand};
use jiju::error::Result;

use super::Answer;

/// Say whether near things are alike, where, and how points lie
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    statistic: Command,
}

const EXAMPLES: &str = "\
Examples:
  jiju stats moran towns.csv --value rate --weights towns.gal --format json
  jiju stats local-moran towns.csv --value rate --weights towns.gal -o clusters.csv
  jiju stats <statistic> --help                          options and examples of a statistic";

#[derive(Subcommand)]
enum Command {
    /// A correlogram: how far does likeness reach, step by step or ring by ring?
    Correlogram(correlogram::Arguments),
    /// One statistic under several kinds of neighbours: what hangs on who is called one?
    Panel(panel::Arguments),
    /// Labels of areas whose points are moved by the error of their locations: what stays?
    LocationUncertainty(location::Arguments),
    /// Rates of events to a base, smoothed or standardised: what is a rate with a small base worth?
    Rates(rates::Arguments),
}

pub fn run(arguments: Arguments) -> Result<Answer> {
    match arguments.statistic {
        Command::Correlogram(arguments) => correlogram::run(arguments),
        Command::Panel(arguments) => panel::run(arguments),
        Command::LocationUncertainty(arguments) => location::run(arguments),
        Command::Rates(arguments) => rates::run(arguments),
    }
}
