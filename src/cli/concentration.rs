use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiju::error::{ProjectError, Result};
use jiju::measure;
use jiju::measure::{ConcentrationOfCounts, ConcentrationOfPoints, CountsSource, Measures, Per};
use jiju::model::distance_m;

use super::{
    Answer, options,
    output::{self, Bar},
};

/// Measure how sectors concentrate in areas: count, shares, density, location quotient, Herfindahl–Hirschman
#[derive(Args)]
#[command(after_help = EXAMPLES, mut_arg("areas", |areas| areas.required(false).required_unless_present("counts")))]
pub struct Arguments {
    /// Table of enterprises with coordinates; with --counts a row for each area and sector
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
    #[arg(long = "parks", value_name = "FILE", conflicts_with = "counts")]
    parks: Vec<PathBuf>,
    /// Tell the in-park share with the boundary of every park moved inward and outward by this: 100m
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, requires = "parks")]
    park_boundary: Option<f64>,
    #[command(flatten)]
    counts: Counts,
    #[command(flatten)]
    measures: MeasureOptions,
    #[command(flatten)]
    table: options::TableOutput,
}

/// Counts in place of enterprises.
#[derive(Args)]
pub struct Counts {
    /// The table has a row for each area and sector, with its count; --areas then gives names and km²
    #[arg(long, conflicts_with_all = ["weight", "policy", "x", "y", "crs", "sheet", "encoding", "condition"])]
    counts: bool,
    /// Column with the areas' ids
    #[arg(long, value_name = "COLUMN", default_value = "area", requires = "counts")]
    area: String,
    /// Column with the counts
    #[arg(long, value_name = "COLUMN", default_value = "count", requires = "counts")]
    count: String,
    /// What is counted; intervals are of firms
    #[arg(long, default_value = "firms", requires = "counts")]
    unit: String,
    /// Column with Herfindahl's index of each sector's plants, for γ where the plants are not known
    #[arg(long, value_name = "COLUMN", requires = "counts")]
    herfindahl: Option<String>,
}

impl Counts {
    /// Whether the table is one of counts.
    pub fn is_asked_for(&self) -> bool {
        self.counts
    }

    /// The counts of a table.
    pub fn source(&self, table: PathBuf, by: &str) -> CountsSource {
        CountsSource {
            table,
            area: self.area.clone(),
            sector: by.to_owned(),
            count: self.count.clone(),
            unit: self.unit.clone(),
            herfindahl: self.herfindahl.clone(),
        }
    }
}

#[derive(Args)]
struct MeasureOptions {
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
    /// Draw the firms again so often, for intervals of cells' quotients, their p, and the cut-off of standardised quotients
    #[arg(long, value_name = "N")]
    bootstrap: Option<usize>,
    /// The seed of what is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Table of the areas' ids (`area`) and heads (`population`), for the cluster index of cells of employees
    #[arg(long, value_name = "FILE")]
    population: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Cell,
    Area,
    Sector,
    Pair,
}

impl MeasureOptions {
    fn measures(self) -> Measures {
        Measures {
            per: match self.per {
                Kind::Cell => Per::Cell,
                Kind::Area => Per::Area,
                Kind::Sector => Per::Sector,
                Kind::Pair => Per::Pair,
            },
            confidence: self.confidence,
            minimum_count: self.minimum_count,
            bootstrap: self.bootstrap.map(|replications| (replications, self.seed)),
            population: self.population,
        }
    }
}

const EXAMPLES: &str = "\
`standardised` and `standardised_log` are the quotient and its logarithm in standard deviations from the mean of the sector's
areas; `expected` is what the cell would have were sectors alike everywhere; `one_firm` tells that a sector is at home there only
thanks to one of its five largest plants.

Examples:
  jiju concentration firms.csv --areas districts.geojson --by sector --format csv
  jiju concentration firms.csv --areas towns.geojson --by sector --weight employees -o towns.parquet
  jiju concentration firms.csv --areas towns.geojson --bootstrap 999 --seed 7 -o towns.csv --manifest towns.json
  jiju concentration firms.csv --areas districts.geojson --policy data/policy/shaoxing-2020 --parks parks.geojson \\
       --park-boundary 100m --per area
  jiju concentration firms.csv --areas towns.geojson --per sector --weight employees --format csv
  jiju concentration counts.csv --counts --area district --count employees --unit employees --per area";

pub fn run(arguments: Arguments) -> Result<Answer> {
    let Arguments { register, counts, measures, table, .. } = arguments;
    let measures = measures.measures();
    let layers = arguments.layers.sources()?;
    let bar = Bar::new("measure");
    let (measured, inputs) = if counts.is_asked_for() {
        if layers.len() > 1 {
            return Err(ProjectError::Options {
                message: format!("found {} layers of areas for one table of counts", layers.len()),
                hint: "give --areas once".to_owned(),
            }
            .into());
        }
        let layer = layers.into_iter().next();
        let request = ConcentrationOfCounts { counts: counts.source(register, &arguments.by), layer, measures };
        (measure::concentration_of_counts(&request)?, request.inputs())
    } else {
        let request = ConcentrationOfPoints {
            points: arguments.point_options.source(register),
            layers,
            by: arguments.by,
            weight: arguments.weight,
            policy: arguments.policy,
            parks: arguments.parks,
            park_boundary_m: arguments.park_boundary,
            measures,
        };
        (measure::concentration_of_points(&request)?, request.inputs())
    };
    drop(bar);
    table.write_with(&measured.rows, &measured.manifest, &inputs)?;
    output::notes(&measured.notes);
    Ok(Answer::Yes)
}
