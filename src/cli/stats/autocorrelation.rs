use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{AutocorrelationRequest, Neighbours, Statistic, WeightsRequest};
use jiju::stats::{
    Adjustment, Alternative, Inference, Islands, Permutations, Randomisation, Sampling, Standardisation, Transform,
};

use crate::cli::neighbours::NeighbourOptions;
use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The table, a row for each unit
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    /// The column with the values
    #[arg(long, value_name = "COLUMN")]
    value: String,
    /// The column with the ids of the weights [default: the first that holds just these, else the order of the rows]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o as they stand [default: r;
    /// b for getis-ord-g, join-count, gi, gi-star]
    #[arg(long)]
    transform: Option<Transform>,
    /// What counts as more extreme: two-sided, greater, less
    #[arg(long, default_value = "two-sided")]
    alternative: Alternative,
    /// How many random orders are tried; 0 for none
    #[arg(long, default_value_t = 999, value_name = "N")]
    permutations: u64,
    /// The seed of the random orders
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The column with what the values are events of: their rates are compared, standardised for small bases (Assunção and
    /// Reis)
    #[arg(long, value_name = "COLUMN")]
    base: Option<String>,
    /// Count units without neighbours in n, with neighbours that sum to 0, as esda does
    #[arg(long)]
    keep_islands: bool,
    /// Leave out rows without a value instead of refusing them
    #[arg(long)]
    drop_missing: bool,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

/// What local statistics have beside.
#[derive(Args)]
pub struct LocalArguments {
    #[command(flatten)]
    common: Arguments,
    /// Adjust p for the number of units: fdr (false discovery rate), benjamini-yekutieli, bonferroni, holm, none
    #[arg(long, default_value = "fdr")]
    adjust: Adjustment,
    /// Label units where the adjusted p is at most this
    #[arg(long, default_value_t = 0.05)]
    level: f64,
}

#[derive(Args)]
pub struct LocalMoranArguments {
    #[command(flatten)]
    local: LocalArguments,
    /// Hold z against all values in any order, not with the unit's own where it is
    #[arg(long)]
    total: bool,
}

#[derive(Args)]
pub struct LocalGearyArguments {
    #[command(flatten)]
    local: LocalArguments,
    /// Divide the values by the standard deviation with n, as esda does, not n − 1
    #[arg(long)]
    population: bool,
}

#[derive(Args)]
pub struct JoinCountArguments {
    #[command(flatten)]
    common: Arguments,
    /// Take each unit to have it with one probability (free sampling), not as many units to have it anywhere
    #[arg(long)]
    free: bool,
}

#[derive(Args)]
pub struct BivariateArguments {
    #[command(flatten)]
    common: Arguments,
    /// The column with the second values
    #[arg(long, value_name = "COLUMN")]
    other: String,
}

#[derive(Args)]
pub struct LocalBivariateArguments {
    #[command(flatten)]
    local: LocalArguments,
    /// The column with the neighbours' values
    #[arg(long, value_name = "COLUMN")]
    other: String,
}

const EXAMPLES: &str = "\
Results of units come in the order of the rows. p of permutations is (M + 1) / (R + 1), two-sided twice the smaller tail;
p_adjusted is the same adjusted for the number of units (false discovery rate). Units without neighbours are left out of n,
and named.

Examples:
  jiju stats moran towns.csv --value rate --weights towns.gal --format json
  jiju stats local-moran towns.csv --value rate --weights towns.gal --seed 7 -o clusters.csv
  jiju stats moran towns.csv --value rate --areas towns.geojson --contiguity queen --format json
  jiju stats gi-star firms.csv --value employees --knn 8 --alternative greater --permutations 9999 --format csv";

pub fn run(statistic: Statistic, arguments: Arguments) -> Result<Answer> {
    answer(statistic, arguments, None, Inference::default())
}

pub fn run_join_count(arguments: JoinCountArguments) -> Result<Answer> {
    let sampling = if arguments.free { Sampling::Free } else { Sampling::NonFree };
    run(Statistic::JoinCount(sampling), arguments.common)
}

pub fn run_bivariate(statistic: Statistic, arguments: BivariateArguments) -> Result<Answer> {
    answer(statistic, arguments.common, Some(arguments.other), Inference::default())
}

pub fn run_local(statistic: Statistic, arguments: LocalArguments) -> Result<Answer> {
    local(statistic, arguments, None, Randomisation::default())
}

pub fn run_local_moran(arguments: LocalMoranArguments) -> Result<Answer> {
    let randomisation = if arguments.total { Randomisation::Total } else { Randomisation::Conditional };
    local(Statistic::LocalMoran, arguments.local, None, randomisation)
}

pub fn run_local_bivariate(statistic: Statistic, arguments: LocalBivariateArguments) -> Result<Answer> {
    local(statistic, arguments.local, Some(arguments.other), Randomisation::default())
}

pub fn run_local_geary(arguments: LocalGearyArguments) -> Result<Answer> {
    let standardisation = if arguments.population { Standardisation::Population } else { Standardisation::Sample };
    run_local(Statistic::LocalGeary(standardisation), arguments.local)
}

fn local(
    statistic: Statistic,
    arguments: LocalArguments,
    other: Option<String>,
    randomisation: Randomisation,
) -> Result<Answer> {
    let LocalArguments { common, adjust, level } = arguments;
    answer(statistic, common, other, Inference { adjustment: adjust, level, randomisation, ..Inference::default() })
}

impl Arguments {
    /// What is asked for, of these neighbours; where the answer goes.
    fn request(
        self,
        statistic: Statistic,
        other: Option<String>,
        inference: Inference,
        weights: WeightsRequest,
    ) -> (AutocorrelationRequest, options::TableOutput) {
        let Self { file, value, base, id, transform, table, drop_missing, .. } = self;
        let inference = Inference {
            alternative: self.alternative,
            permutations: Permutations { count: self.permutations, seed: self.seed },
            islands: if self.keep_islands { Islands::Kept } else { Islands::LeftOut },
            ..inference
        };
        let request = AutocorrelationRequest {
            statistic,
            table: file,
            value,
            base,
            other,
            weights,
            id,
            transform,
            drop_missing,
            inference,
        };
        (request, table)
    }
}

impl LocalArguments {
    /// The neighbours that are given, and what is asked for of each kind; where the answer goes.
    pub fn panel(self, statistic: Statistic) -> (NeighbourOptions, AutocorrelationRequest, options::TableOutput) {
        let Self { common, adjust, level } = self;
        let neighbours = common.neighbours.clone();
        let inference = Inference { adjustment: adjust, level, ..Inference::default() };
        let none = WeightsRequest::of(Neighbours::Given(PathBuf::new().into()));
        let (request, table) = common.request(statistic, None, inference, none);
        (neighbours, request, table)
    }
}

fn answer(statistic: Statistic, arguments: Arguments, other: Option<String>, inference: Inference) -> Result<Answer> {
    let weights = arguments.neighbours.clone().request(Some(arguments.file.clone()), arguments.id.clone())?;
    let inputs = [vec![arguments.file.clone()], weights.inputs()].concat();
    let (request, table) = arguments.request(statistic, other, inference, weights);
    let bar = Bar::new(statistic.name());
    let result = measure::autocorrelation(&request)?;
    drop(bar);
    table.write_result(|| Ok(result.json()), || result.frame(), &result.manifest, &inputs)?;
    output::notes(&result.notes);
    Ok(Answer::Yes)
}
