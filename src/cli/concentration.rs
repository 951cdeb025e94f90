use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiju::error::Result;
use jiju::project::{self, ConcentrationOfPoints, Per};

use super::{
    Answer, options,
    output::{self, Bar},
};

/// Measure how sectors concentrate in areas: count, shares, density, location quotient, Herfindahl–Hirschman
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Table of enterprises with coordinates
    register: PathBuf,
    #[command(flatten)]
    point_options: options::Points,
    #[command(flatten)]
    layers: options::Layers,
    /// Column with the sector; `sector` is made from the industry code where --policy is given and the table has none
    #[arg(long, value_name = "COLUMN", default_value = "sector")]
    by: String,
    /// Additive column to measure in place of the number of firms: employees, output_cny …
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Policy folder with the rule from industry code to sector
    #[arg(long, value_name = "FOLDER")]
    policy: Option<PathBuf>,
    /// Layer of parks, for the in-park share 入园率 (repeat for several)
    #[arg(long = "parks", value_name = "FILE")]
    parks: Vec<PathBuf>,
    /// Confidence of the intervals of location quotients and in-park shares
    #[arg(long, default_value_t = 0.95)]
    confidence: f64,
    /// What a row is of: cell (a sector in an area), area, sector (Ellison and Glaeser's γ, with --weight as plant size; Gini …),
    /// pair (relatedness and co-agglomeration of two sectors)
    #[arg(long, default_value = "cell")]
    per: Kind,
    /// Flag cells with less: their quotient says little
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    minimum_count: f64,
    #[command(flatten)]
    table: options::TableOutput,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Cell,
    Area,
    Sector,
    Pair,
}

const EXAMPLES: &str = "\
Examples:
  jiju concentration firms.csv --areas districts.geojson --by sector --format csv
  jiju concentration firms.csv --areas towns.geojson --by sector --weight employees -o towns.parquet
  jiju concentration firms.csv --areas districts.geojson --policy data/policy/shaoxing-2020 --parks parks.geojson
  jiju concentration firms.csv --areas towns.geojson --per sector --weight employees --format csv";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let request = ConcentrationOfPoints {
        points: arguments.point_options.source(arguments.register),
        layers: arguments.layers.sources()?,
        by: arguments.by,
        weight: arguments.weight,
        policy: arguments.policy,
        parks: arguments.parks,
        confidence: arguments.confidence,
        minimum_count: arguments.minimum_count,
        per: match arguments.per {
            Kind::Cell => Per::Cell,
            Kind::Area => Per::Area,
            Kind::Sector => Per::Sector,
            Kind::Pair => Per::Pair,
        },
    };
    let inputs = request.inputs();
    let bar = Bar::new("measure");
    let measured = project::concentration_of_points(&request)?;
    drop(bar);
    arguments.table.write(&measured.rows, &inputs)?;
    output::notes(&measured.notes);
    Ok(Answer::Yes)
}
