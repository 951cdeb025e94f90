mod events;
mod point_pattern;

use clap::{Args, Subcommand};
use jiju::error::Result;
use jiju::measure::PatternStatistic;

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
    /// Ripley's K: how many others are within a distance? With --other, of another sector
    K(point_pattern::Corrected),
    /// L, K made to grow with the distance
    L(point_pattern::Corrected),
    /// Pair correlation g: how many others are at a distance, not up to it?
    Pcf(point_pattern::PairCorrelation),
    /// G: how far is the nearest other?
    G(point_pattern::Distances),
    /// F: how far is the nearest point from anywhere in the window?
    F(point_pattern::EmptySpace),
    /// Clark and Evans' R: do points crowd, or keep apart?
    ClarkEvans(point_pattern::ClarkEvans),
    /// Duranton and Overman's K-density: how far are a sector's firms from each other, against all firms?
    Kdensity(point_pattern::KDensity),
    /// Marcon and Puech's M: how much of what is near a sector's firms is of it, against all firms?
    M(point_pattern::MarconPuech),
    /// Middle and spread of points: mean and median centre, standard distance and ellipse, hull, circle
    Centrography(events::Centrography),
    /// Knox's test: is what is near in space near in time as well?
    Knox(events::Knox),
}

pub fn run(arguments: Arguments) -> Result<Answer> {
    match arguments.statistic {
        Command::K(arguments) => point_pattern::run_corrected(PatternStatistic::K, arguments),
        Command::L(arguments) => point_pattern::run_corrected(PatternStatistic::L, arguments),
        Command::Pcf(arguments) => point_pattern::run_pair_correlation(arguments),
        Command::G(arguments) => point_pattern::run_nearest(arguments),
        Command::F(arguments) => point_pattern::run_empty_space(arguments),
        Command::ClarkEvans(arguments) => point_pattern::run_clark_evans(arguments),
        Command::Kdensity(arguments) => point_pattern::run_k_density(arguments),
        Command::M(arguments) => point_pattern::run_marcon_puech(arguments),
        Command::Centrography(arguments) => events::run_centrography(arguments),
        Command::Knox(arguments) => events::run_knox(arguments),
    }
}
