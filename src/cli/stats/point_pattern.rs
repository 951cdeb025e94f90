use clap::{Args, ValueEnum};
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{PatternRequest, PatternStatistic};
use jiju::model::distance_m;
use jiju::stats::{Alternative, Depth, Divisor, EdgeCorrection, NullModel, PairCorrelationOptions, even_radii_m};

use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    source: options::Windowed,
    /// The sector whose points are looked for [default: the same]
    #[arg(long, value_name = "SECTOR", requires = "sector")]
    other: Option<String>,
    /// How many simulations the bands and p are of; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0)]
    simulations: usize,
    /// What simulations are of: points anywhere in the window, or as many of all points, whatever their sector [default:
    /// random-labelling with --sector, else csr]
    #[arg(long)]
    null: Option<Null>,
    /// The level of the bands
    #[arg(long, default_value_t = 0.05)]
    level: f64,
    /// The seed of the simulations
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    table: options::TableOutput,
}

/// Distances.
#[derive(Args)]
struct Radii {
    /// The greatest distance: 5km
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, default_value = "5km", conflicts_with = "radii")]
    max_radius: f64,
    /// How many steps to it
    #[arg(long, value_name = "N", default_value_t = 50)]
    steps: usize,
    /// The distances themselves: 500m,1km,2km
    #[arg(long, value_name = "LIST", value_parser = distance_m, value_delimiter = ',')]
    radii: Vec<f64>,
    /// Count points near the boundary by the intervals between distances, as spatstat does
    #[arg(long)]
    binned: bool,
}

#[derive(Args)]
pub struct Distances {
    #[command(flatten)]
    common: Arguments,
    #[command(flatten)]
    radii: Radii,
}

#[derive(Args)]
pub struct Corrected {
    #[command(flatten)]
    distances: Distances,
    /// Edge correction: isotropic, translation, border, none
    #[arg(long, default_value = "isotropic")]
    correction: EdgeCorrection,
}

#[derive(Args)]
pub struct PairCorrelation {
    #[command(flatten)]
    distances: Distances,
    /// Edge correction: isotropic, translation, none
    #[arg(long, default_value = "isotropic")]
    correction: EdgeCorrection,
    /// Divide pairs by the distance asked for (r), or each by its own (d)
    #[arg(long, default_value = "r")]
    divisor: Divisor,
    /// How far the kernel reaches to either side: 200m [default: 0.15 / √density]
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    bandwidth: Option<f64>,
}

#[derive(Args)]
pub struct EmptySpace {
    #[command(flatten)]
    distances: Distances,
    /// From about how many places the window is looked at
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    probes: usize,
}

#[derive(Args)]
pub struct ClarkEvans {
    #[command(flatten)]
    common: Arguments,
    /// What counts as more extreme: two-sided, greater, less
    #[arg(long, default_value = "two-sided")]
    alternative: Alternative,
}

#[derive(Args)]
pub struct KDensity {
    #[command(flatten)]
    distances: Distances,
    /// Column with the weights of firms; pairs then count by their product
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// The bandwidth: 500m [default: Silverman's rule]
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    bandwidth: Option<f64>,
}

#[derive(Args)]
pub struct MarconPuech {
    #[command(flatten)]
    distances: Distances,
    /// Column with the weights of firms
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Null {
    Csr,
    RandomLabelling,
}

const EXAMPLES: &str = "\
Distances are in metres of a projected grid. Points without coordinates or outside the window are left out, and counted on
stderr.

Examples:
  jiju stats k firms.csv --window districts.geojson --max-radius 5km --simulations 99
  jiju stats k firms.csv --window districts.geojson --by sector --sector dyeing --other chemicals --format json
  jiju stats kdensity firms.csv --window districts.geojson --by sector --sector bearings --simulations 199 -o bearings.csv";

pub fn run_corrected(statistic: fn(EdgeCorrection) -> PatternStatistic, arguments: Corrected) -> Result<Answer> {
    of_distances(statistic(arguments.correction), arguments.distances, None)
}

pub fn run_pair_correlation(arguments: PairCorrelation) -> Result<Answer> {
    let PairCorrelation { distances, correction, divisor, bandwidth } = arguments;
    let options = PairCorrelationOptions { correction, divisor, bandwidth_m: bandwidth };
    of_distances(PatternStatistic::PairCorrelation(options), distances, None)
}

pub fn run_nearest(arguments: Distances) -> Result<Answer> {
    of_distances(PatternStatistic::G, arguments, None)
}

pub fn run_empty_space(arguments: EmptySpace) -> Result<Answer> {
    of_distances(PatternStatistic::F(arguments.probes), arguments.distances, None)
}

pub fn run_clark_evans(arguments: ClarkEvans) -> Result<Answer> {
    let statistic = PatternStatistic::ClarkEvans(arguments.alternative);
    answer(statistic, arguments.common, vec![0.0], Depth::Exact, None)
}

pub fn run_k_density(arguments: KDensity) -> Result<Answer> {
    let statistic =
        PatternStatistic::KDensity { weighted: arguments.weight.is_some(), bandwidth_m: arguments.bandwidth };
    of_distances(statistic, arguments.distances, arguments.weight)
}

pub fn run_marcon_puech(arguments: MarconPuech) -> Result<Answer> {
    of_distances(PatternStatistic::M, arguments.distances, arguments.weight)
}

fn of_distances(statistic: PatternStatistic, distances: Distances, weight: Option<String>) -> Result<Answer> {
    let Radii { max_radius, steps, radii, binned } = distances.radii;
    let radii_m = if radii.is_empty() { even_radii_m(max_radius, steps)? } else { radii };
    answer(statistic, distances.common, radii_m, if binned { Depth::Binned } else { Depth::Exact }, weight)
}

fn answer(
    statistic: PatternStatistic,
    arguments: Arguments,
    radii_m: Vec<f64>,
    depth: Depth,
    weight: Option<String>,
) -> Result<Answer> {
    let Arguments { source, other, simulations, null, level, seed, table } = arguments;
    let null = null.map(|null| match null {
        Null::Csr => NullModel::Csr,
        Null::RandomLabelling => NullModel::RandomLabelling,
    });
    let request = PatternRequest {
        statistic,
        source: source.source(weight),
        radii_m,
        other,
        depth,
        null,
        simulations,
        level,
        seed,
    };
    let inputs = request.source.inputs();
    let bar = Bar::new(statistic.name());
    let found = measure::point_pattern(&request)?;
    drop(bar);
    table.write_result(|| Ok(found.json()), || found.frame(), &found.manifest, &inputs)?;
    output::notes(&found.notes);
    Ok(Answer::Yes)
}
