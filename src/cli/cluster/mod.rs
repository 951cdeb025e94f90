mod matched;
mod regions;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiju::error::Result;
use jiju::measure;
use jiju::measure::{ClusterMethod, ClusterRequest, ScanRequest};
use jiju::model::{MetreGrid, distance_m};
use jiju::source::LayerSource;
use jiju::source::{TableFormat, write_areas, write_table};
use jiju::stats::{ScanModel, ScanOptions, ScanRates, ScanShape};

use super::output::{self, Bar};
use super::{Answer, options};

/// Find where points crowd, where there are more cases than chance would have put there, which areas are alike
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    method: Method,
}

const EXAMPLES: &str = "\
Examples:
  jiju cluster dbscan firms.csv --radius 500m --min-points 10 --by sector --names towns.geojson -o members.csv
  jiju cluster scan towns.csv --cases retired --population firms --format json
  jiju cluster skater towns.csv --values rate,output --areas towns.geojson --contiguity queen -k 8 -o regions.csv
  jiju cluster match members-2019.csv members-2020.csv --id id
  jiju cluster <method> --help                           options and examples of a method";

#[derive(Subcommand)]
enum Method {
    /// Points with enough others within a radius
    Dbscan(Dbscan),
    /// Clusters of any density, those that last longest as the radius shrinks
    Hdbscan(Hdbscan),
    /// Points in the order in which density leads from one to the next
    Optics(Optics),
    /// Kulldorff's scan: circles or ellipses with more cases than chance would have put there
    Scan(Scan),
    /// So many regions of neighbouring areas that are alike
    Skater(regions::Skater),
    /// As many regions of neighbouring areas as a floor allows
    MaxP(regions::MaxP),
    /// Which clusters of two dates are the same
    Match(matched::Match),
}

#[derive(Args)]
struct Common {
    /// Table of points
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    #[command(flatten)]
    points: options::Points,
    /// The column with the sectors, of which each cluster's most frequent is told
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Additive column whose sum over each cluster is told: employees, output_cny …
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Areas, such as towns or parks, of which the nearest gives a cluster its name
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Write a row for each cluster to this file
    #[arg(long, value_name = "FILE")]
    clusters: Option<PathBuf>,
    /// Write the concave hull of each cluster to this file, GeoJSON
    #[arg(long, value_name = "FILE")]
    hulls: Option<PathBuf>,
    #[command(flatten)]
    table: options::TableOutput,
}

/// Points with enough others within a radius
#[derive(Args)]
#[command(after_help = "\
Distances are those of great circles for longitude and latitude, in the plane of a projected grid. A point counts itself.

Examples:
  jiju cluster dbscan firms.csv --radius 500m --min-points 10 -o members.csv --clusters clusters.csv
  jiju cluster dbscan firms.csv --radius 1km --min-points 20 --by sector --hulls hulls.geojson --format json")]
struct Dbscan {
    /// The radius: 500m, 1km
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    radius: f64,
    /// How many points within the radius, itself counted, make a core
    #[arg(long, value_name = "N", default_value_t = 5)]
    min_points: usize,
    #[command(flatten)]
    common: Common,
}

/// Clusters of any density, those that last longest as the radius shrinks
#[derive(Args)]
#[command(after_help = "\
Examples:
  jiju cluster hdbscan firms.csv --min-cluster-size 30 -o members.csv
  jiju cluster hdbscan firms.csv --min-cluster-size 30 --min-points 10 --names towns.geojson --clusters clusters.csv")]
struct Hdbscan {
    /// The least size of a cluster
    #[arg(long, value_name = "N", default_value_t = 5)]
    min_cluster_size: usize,
    /// How many points, itself counted, the core distance reaches [default: the least size of a cluster]
    #[arg(long, value_name = "N")]
    min_points: Option<usize>,
    #[command(flatten)]
    common: Common,
}

/// Points in the order in which density leads from one to the next
#[derive(Args)]
#[command(after_help = "\
Without --max-radius the work grows with the square of the number of points.

Examples:
  jiju cluster optics firms.csv --min-points 10 --max-radius 5km -o order.csv
  jiju cluster optics firms.csv --min-points 10 --max-radius 5km --xi 0.1 --clusters clusters.csv")]
struct Optics {
    /// How many points, itself counted, make a core
    #[arg(long, value_name = "N", default_value_t = 5)]
    min_points: usize,
    /// The greatest radius that is looked at: 5km
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    max_radius: Option<f64>,
    /// How steep, as a share, the side of a cluster is
    #[arg(long, default_value_t = 0.05)]
    xi: f64,
    #[command(flatten)]
    common: Common,
}

/// Kulldorff's scan: circles or ellipses with more cases than chance would have put there
#[derive(Args)]
#[command(after_help = "\
Of each centre the best circle or ellipse is kept; those that overlap a better one are left out. p is (M + 1) / (R + 1) among
the best of random maps. Ellipses have axes 1.5, 2, 3, 4 and 5 to 1 in 4 to 15 directions, counted counter-clockwise from east.

Examples:
  jiju cluster scan towns.csv --cases retired --population firms --format json
  jiju cluster scan towns.csv --cases short --controls met --max-share 0.25 --rates both -o clusters.csv
  jiju cluster scan towns.csv --cases retired --population firms --shape elliptic --penalty 1 -o clusters.csv")]
struct Scan {
    /// Table of places
    #[arg(value_name = "TABLE")]
    file: PathBuf,
    #[command(flatten)]
    points: options::Points,
    /// The column with the ids of the rows [default: their numbers from 1]
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The column with the number of cases
    #[arg(long, value_name = "COLUMN")]
    cases: String,
    /// The column with the population (Poisson model)
    #[arg(long, value_name = "COLUMN", group = "held_against", required = true)]
    population: Option<String>,
    /// The column with the number of controls (Bernoulli model)
    #[arg(long, value_name = "COLUMN", group = "held_against")]
    controls: Option<String>,
    /// Which circles are looked for
    #[arg(long, default_value = "high")]
    rates: Kind,
    /// Which shapes are looked for
    #[arg(long, default_value = "circular")]
    shape: Shape,
    /// How much ellipses that are not compact count less: 0 not at all, 0.5 as SaTScan's medium penalty, 1 as its strong one
    #[arg(long, value_name = "A", default_value_t = 0.5)]
    penalty: f64,
    /// Metre grid for ellipses [default: the one that suits where the places lie]
    #[arg(long, value_name = "EPSG:N")]
    grid: Option<MetreGrid>,
    /// The most of the whole population that a circle may hold
    #[arg(long, default_value_t = 0.5)]
    max_share: f64,
    /// The greatest radius of a circle, or shorter half axis of an ellipse: 20km
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m)]
    max_radius: Option<f64>,
    /// The fewest cases of a circle of high rates
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_cases: u64,
    /// How many random maps are tried; 0 for none
    #[arg(long, value_name = "N", default_value_t = 999)]
    simulations: u64,
    /// The seed of the random maps
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    table: options::TableOutput,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    High,
    Low,
    Both,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shape {
    Circular,
    /// Circles and ellipses
    Elliptic,
}

pub fn run(arguments: Arguments) -> Result<Answer> {
    match arguments.method {
        Method::Dbscan(Dbscan { radius, min_points, common }) => {
            clusters(common, "dbscan", ClusterMethod::Dbscan { radius_m: radius, minimum_points: min_points })
        }
        Method::Hdbscan(Hdbscan { min_cluster_size, min_points, common }) => {
            let core_points = min_points.unwrap_or(min_cluster_size);
            clusters(common, "hdbscan", ClusterMethod::Hdbscan { cluster_points: min_cluster_size, core_points })
        }
        Method::Optics(Optics { min_points, max_radius, xi, common }) => {
            let greatest_radius_m = max_radius.unwrap_or(f64::INFINITY);
            let method = ClusterMethod::Optics { core_points: min_points, greatest_radius_m, steepness: xi };
            clusters(common, "optics", method)
        }
        Method::Scan(arguments) => scan(arguments),
        Method::Skater(arguments) => regions::run_skater(arguments),
        Method::MaxP(arguments) => regions::run_max_p(arguments),
        Method::Match(arguments) => matched::run(arguments),
    }
}

fn clusters(common: Common, name: &str, method: ClusterMethod) -> Result<Answer> {
    let Common { file, points, by, weight, names, clusters, hulls, table } = common;
    let mut inputs = vec![file.clone()];
    inputs.extend(names.clone());
    let names = names.map(|file| LayerSource { file: file.into(), ..LayerSource::default() });
    let describe = clusters.is_some() || hulls.is_some() || table.is_json();
    let request = ClusterRequest { points: points.source(file), method, by, weight, names, describe };
    let bar = Bar::new(name);
    let found = measure::clusters(&request)?;
    drop(bar);
    let kept: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    if let Some(path) = &clusters {
        write_table(&found.clusters_frame()?, TableFormat::of(path)?, path, &kept)?;
    }
    if let Some(path) = &hulls {
        write_areas(&found.hulls, path, &kept)?;
    }
    table.write_result(|| Ok(found.json()), || found.frame(), &found.manifest, &inputs)?;
    let noise = found.labels.iter().filter(|label| label.is_none()).count();
    eprintln!("{} clusters, {noise} of {} rows in none", found.count, found.labels.len());
    output::notes(&found.notes);
    Ok(Answer::Yes)
}

fn scan(arguments: Scan) -> Result<Answer> {
    let (model, population) = match (arguments.controls, arguments.population) {
        (Some(controls), _) => (ScanModel::Bernoulli, controls),
        (None, population) => (ScanModel::Poisson, population.unwrap_or_default()),
    };
    let inputs = [arguments.file.clone()];
    let options = ScanOptions {
        model,
        rates: match arguments.rates {
            Kind::High => ScanRates::High,
            Kind::Low => ScanRates::Low,
            Kind::Both => ScanRates::Both,
        },
        shape: match arguments.shape {
            Shape::Circular => ScanShape::Circle,
            Shape::Elliptic => ScanShape::Ellipse { compactness: arguments.penalty },
        },
        greatest_share: arguments.max_share,
        greatest_radius_m: arguments.max_radius.unwrap_or(f64::INFINITY),
        fewest_cases: arguments.min_cases,
        simulations: arguments.simulations,
        seed: arguments.seed,
    };
    let points = arguments.points.source(arguments.file);
    let request =
        ScanRequest { points, id: arguments.id, cases: arguments.cases, population, grid: arguments.grid, options };
    let bar = Bar::new("scan");
    let found = measure::scan(&request)?;
    drop(bar);
    arguments.table.write_result(|| Ok(found.json()), || found.frame(), &found.manifest, &inputs)?;
    output::notes(&found.notes);
    Ok(Answer::Yes)
}
