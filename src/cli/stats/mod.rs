mod autocorrelation;

use clap::{Args, Subcommand};
use jiju::error::Result;
use jiju::project::Statistic;

use super::Answer;

/// Say whether near things are alike, and where
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
    /// Moran's I: are near values alike at all?
    Moran(autocorrelation::Arguments),
    /// Geary's C: do neighbours differ less than any two?
    Geary(autocorrelation::Arguments),
    /// Getis and Ord's G: do high values stand together, or low ones?
    GetisOrdG(autocorrelation::Arguments),
    /// Join counts of a column of 0 and 1: do the ones stand together?
    JoinCount(autocorrelation::JoinCountArguments),
    /// Bivariate Moran's I: is much of one thing near much of another?
    BivariateMoran(autocorrelation::BivariateArguments),
    /// Lee's L: do two things go together, smoothed over neighbours?
    Lee(autocorrelation::BivariateArguments),
    /// Local Moran: which units stand among their like, and which stand out?
    LocalMoran(autocorrelation::LocalArguments),
    /// Local Geary: where do neighbours differ least, and most?
    LocalGeary(autocorrelation::LocalGearyArguments),
    /// Getis and Ord's Gi: where are the neighbours of a unit high or low?
    Gi(autocorrelation::LocalArguments),
    /// Gi*: where is a unit with its neighbours high or low?
    GiStar(autocorrelation::LocalArguments),
    /// Local join counts of a column of 0 and 1: where do the ones stand together?
    LocalJoinCount(autocorrelation::LocalArguments),
    /// Local bivariate Moran: where is much of one thing near much of another?
    LocalBivariateMoran(autocorrelation::LocalBivariateArguments),
}

pub fn run(arguments: Arguments) -> Result<Answer> {
    match arguments.statistic {
        Command::Moran(arguments) => autocorrelation::run(Statistic::Moran, arguments),
        Command::Geary(arguments) => autocorrelation::run(Statistic::Geary, arguments),
        Command::GetisOrdG(arguments) => autocorrelation::run(Statistic::GetisOrdG, arguments),
        Command::JoinCount(arguments) => autocorrelation::run_join_count(arguments),
        Command::BivariateMoran(arguments) => autocorrelation::run_bivariate(Statistic::BivariateMoran, arguments),
        Command::Lee(arguments) => autocorrelation::run_bivariate(Statistic::Lee, arguments),
        Command::LocalMoran(arguments) => autocorrelation::run_local(Statistic::LocalMoran, arguments),
        Command::LocalGeary(arguments) => autocorrelation::run_local_geary(arguments),
        Command::Gi(arguments) => autocorrelation::run_local(Statistic::Gi, arguments),
        Command::GiStar(arguments) => autocorrelation::run_local(Statistic::GiStar, arguments),
        Command::LocalJoinCount(arguments) => autocorrelation::run_local(Statistic::LocalJoinCount, arguments),
        Command::LocalBivariateMoran(arguments) => autocorrelation::run_local_bivariate(arguments),
    }
}
