use std::path::PathBuf;

use clap::Args;
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{RegionMethod, RegionsRequest};
use jiju::source::{TableFormat, write_areas, write_table};

use crate::cli::neighbours::NeighbourOptions;
use crate::cli::output::{self, Bar};
use crate::cli::{Answer, options};

/// What regions are made of.
#[derive(Args)]
struct Common {
    /// The table, a row for each area
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    /// The columns by which areas of a region are alike
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',', required = true)]
    values: Vec<String>,
    /// Take the values as they stand, not less their mean over their standard deviation
    #[arg(long)]
    raw: bool,
    /// The column with the ids of the neighbours [default: the first that holds just these, else the order of the rows]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The fewest areas of a region
    #[arg(long, value_name = "N")]
    least: Option<usize>,
    /// What the sum of a column over a region must be at least (repeat for several)
    #[arg(long = "floor", value_name = "COLUMN=NUMBER", value_parser = floor)]
    floors: Vec<(String, f64)>,
    /// Write a row for each region to this file
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Write the outlines of the regions to this file, GeoJSON; needs --areas
    #[arg(long, value_name = "FILE")]
    regions: Option<PathBuf>,
    #[command(flatten)]
    table: options::TableOutput,
    #[command(flatten)]
    neighbours: NeighbourOptions,
}

/// So many regions of neighbouring areas that are alike (SKATER)
#[derive(Args)]
#[command(after_help = "\
The shortest tree of neighbours is cut where that lessens the sum of squared distances within regions the most.

Examples:
  jiju cluster skater towns.csv --values rate,output --areas towns.geojson --contiguity queen -k 8 -o regions.csv
  jiju cluster skater towns.csv --values rate --weights towns.gal -k 6 --least 4 --floor firms=200 --format json
  jiju cluster skater towns.csv --values rate --areas towns.geojson --contiguity rook -k 8 --regions regions.geojson")]
pub struct Skater {
    /// How many regions
    #[arg(short = 'k', long = "count", value_name = "K")]
    count: usize,
    #[command(flatten)]
    common: Common,
}

/// As many regions of neighbouring areas as a floor allows (max-p)
#[derive(Args)]
#[command(after_help = "\
Regions are grown from areas in random order; those of the trials with the most regions are improved by moving areas.

Examples:
  jiju cluster max-p towns.csv --values rate --floor firms=500 --areas towns.geojson --contiguity queen -o regions.csv
  jiju cluster max-p towns.csv --values rate,output --least 3 --weights towns.gal --trials 999 --seed 7 --format json")]
pub struct MaxP {
    /// How many times regions are grown
    #[arg(long, value_name = "N", default_value_t = 99)]
    trials: u64,
    /// The seed of the random orders
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    common: Common,
}

/// `firms=500`.
fn floor(text: &str) -> Result<(String, f64), String> {
    let expected = || format!("found `{text}`, expected COLUMN=NUMBER");
    let (column, number) = text.rsplit_once('=').ok_or_else(expected)?;
    let number = number.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(expected)?;
    Ok((column.to_owned(), number))
}

pub fn run_skater(arguments: Skater) -> Result<Answer> {
    answer("skater", arguments.common, RegionMethod::Skater { regions: arguments.count })
}

pub fn run_max_p(arguments: MaxP) -> Result<Answer> {
    answer("max-p", arguments.common, RegionMethod::MaxP { trials: arguments.trials, seed: arguments.seed })
}

fn answer(name: &str, common: Common, method: RegionMethod) -> Result<Answer> {
    let Common { file, values, raw, id, least, floors, summary, regions, table, neighbours } = common;
    let weights = neighbours.request(Some(file.clone()), id.clone())?;
    let inputs = [vec![file.clone()], weights.inputs()].concat();
    let request = RegionsRequest {
        table: file,
        id,
        values,
        standardise: !raw,
        least_areas: least,
        floors,
        method,
        weights,
        outlines: regions.is_some(),
    };
    let bar = Bar::new(name);
    let made = measure::regions(&request)?;
    drop(bar);
    let kept: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    if let Some(path) = &summary {
        write_table(&made.summary_frame()?, TableFormat::of(path)?, path, &kept)?;
    }
    if let (Some(path), Some(outlines)) = (&regions, &made.outlines) {
        write_areas(outlines, path, &kept)?;
    }
    table.write_result(|| Ok(made.json()), || made.frame(), &made.manifest, &inputs)?;
    let between = made.regions.between_share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0));
    eprintln!(
        "{} regions of {} areas, {between} of the variance between them",
        made.regions.sizes.len(),
        made.regions.labels.len()
    );
    output::notes(&made.notes);
    Ok(Answer::Yes)
}
