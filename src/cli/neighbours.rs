//! The options that say who is whose neighbour.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiju::error::{ProjectError, Result};
use jiju::join::Contiguity;
use jiju::measure::{Neighbours, Sites, Weighing, WeightsRequest};
use jiju::model::{DeclaredReference, distance_m};
use jiju::source::{LayerSource, PointSource};
use jiju::stats::KernelFunction;

use super::options;

/// Who is whose neighbour: one of the first five says it.
#[derive(Args, Clone)]
#[command(next_help_heading = "Neighbours")]
pub struct NeighbourOptions {
    /// As a file says: GAL, GWT, Matrix Market (.mtx)
    #[arg(long, value_name = "FILE", group = "rule")]
    weights: Option<PathBuf>,
    /// Areas whose boundaries share a point (queen) or a line (rook); needs --areas
    #[arg(long, value_name = "KIND", group = "rule", requires = "areas")]
    contiguity: Option<Kind>,
    /// The K nearest points, or centroids of --areas
    #[arg(long, value_name = "K", group = "rule")]
    knn: Option<usize>,
    /// All points, or centroids of --areas, within a distance: 5km, 800m
    #[arg(long, value_name = "DISTANCE", group = "rule", value_parser = distance_m)]
    distance_band: Option<f64>,
    /// All rows with the same cell in a column
    #[arg(long, value_name = "COLUMN", group = "rule")]
    block: Option<String>,
    /// File of areas: GeoJSON, GeoParquet, GeoPackage, Shapefile …
    #[arg(long, value_name = "FILE")]
    areas: Option<PathBuf>,
    /// Column with the areas' ids
    #[arg(long, value_name = "COLUMN", requires = "areas")]
    area_id: Option<String>,
    /// Reference of the areas, where the file does not say it
    #[arg(long, value_name = "REFERENCE", requires = "areas")]
    areas_crs: Option<DeclaredReference>,
    /// Repair invalid rings instead of refusing them; each is reported
    #[arg(long, requires = "areas")]
    repair: bool,
    /// Boundaries meet where they come as near, for maps whose neighbours were digitised apart
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, requires = "contiguity")]
    snap: Option<f64>,
    /// Weigh neighbours by distance^-POWER
    #[arg(long, value_name = "POWER", num_args = 0..=1, default_missing_value = "1", conflicts_with = "kernel")]
    inverse_distance: Option<f64>,
    /// Weigh neighbours by a kernel of their distance: uniform, triangular, epanechnikov, quartic, gaussian
    #[arg(long, value_name = "FUNCTION")]
    kernel: Option<KernelFunction>,
    /// How far the kernel reaches [default: to the farthest of each unit's nearest, or the distance band]
    #[arg(long, value_name = "DISTANCE", value_parser = distance_m, requires = "kernel")]
    bandwidth: Option<f64>,
    /// Neighbours of neighbours: those as many steps away
    #[arg(long, value_name = "N", default_value_t = 1)]
    order: usize,
    /// With --order, those fewer steps away too
    #[arg(long)]
    cumulative: bool,
    /// Add the neighbours of a file of weights (repeat for several)
    #[arg(long, value_name = "FILE")]
    union: Vec<PathBuf>,
    /// Keep those neighbours alone that a file of weights has too (repeat for several)
    #[arg(long, value_name = "FILE")]
    intersection: Vec<PathBuf>,
    #[command(flatten)]
    points: options::AllPoints,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Boundaries share a point at least
    Queen,
    /// Boundaries share a line
    Rook,
}

fn refused(message: &str, hint: &str) -> jiju::Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

impl NeighbourOptions {
    /// Whether areas are given.
    pub const fn has_areas(&self) -> bool {
        self.areas.is_some()
    }

    /// Whether a rule is given.
    pub const fn has_rule(&self) -> bool {
        self.weights.is_some()
            || self.contiguity.is_some()
            || self.knn.is_some()
            || self.distance_band.is_some()
            || self.block.is_some()
    }

    /// The points of a table.
    pub fn points(&self, file: PathBuf) -> PointSource {
        self.points.source(file)
    }

    /// The same options with another rule: `queen`, `rook`, `knn=8`, `band=5km`, or a file of weights.
    pub fn ruled(&self, rule: &str) -> Result<Self> {
        let mut other =
            Self { weights: None, contiguity: None, knn: None, distance_band: None, block: None, ..self.clone() };
        match (rule, rule.split_once('=')) {
            ("queen", _) => other.contiguity = Some(Kind::Queen),
            ("rook", _) => other.contiguity = Some(Kind::Rook),
            (_, Some(("knn", count))) => {
                let found = || refused(&format!("found `{rule}`, expected a number of neighbours"), "such as knn=8");
                other.knn = Some(count.parse().map_err(|_| found())?);
            }
            (_, Some(("band", distance))) => {
                let found = |error: String| refused(&format!("found `{rule}`: {error}"), "such as band=5km");
                other.distance_band = Some(distance_m(distance).map_err(|error| found(error.to_string()))?);
            }
            (file, _) => other.weights = Some(file.into()),
        }
        if other.contiguity.is_some() && other.areas.is_none() {
            return Err(refused(&format!("{rule} neighbours are of areas"), "give --areas"));
        }
        Ok(other)
    }

    fn layer(&self, file: PathBuf) -> LayerSource {
        LayerSource {
            file: file.into(),
            id: self.area_id.clone(),
            reference: self.areas_crs,
            repair: self.repair,
            ..LayerSource::default()
        }
    }

    /// The places distances are measured between: those of the areas, where there are any, else of the table.
    pub fn sites(&self, table: Option<PathBuf>, id: Option<String>) -> Result<Sites> {
        match (self.areas.clone(), table) {
            (Some(areas), _) => Ok(Sites::Centroids(self.layer(areas))),
            (None, Some(table)) => Ok(Sites::Points(self.points.source(table), id)),
            (None, None) => {
                Err(refused("nothing is given whose neighbours could be found", "give a table, or --areas"))
            }
        }
    }

    /// The neighbours asked for; points and blocks are those of a table, where there is one.
    pub fn request(self, table: Option<PathBuf>, id: Option<String>) -> Result<WeightsRequest> {
        let sites = || self.sites(table.clone(), id.clone());
        let neighbours = if let Some(file) = &self.weights {
            Neighbours::Given(file.clone().into())
        } else if let (Some(kind), Some(areas)) = (self.contiguity, &self.areas) {
            let kind = match kind {
                Kind::Queen => Contiguity::Queen,
                Kind::Rook => Contiguity::Rook,
            };
            Neighbours::Contiguity(self.layer(areas.clone()), kind, self.snap.unwrap_or(0.0))
        } else if let Some(count) = self.knn {
            Neighbours::Nearest(sites()?, count)
        } else if let Some(distance_m) = self.distance_band {
            Neighbours::Within(sites()?, distance_m)
        } else if let (Some(column), Some(table)) = (&self.block, &table) {
            Neighbours::Block { table: self.points.source(table.clone()), column: column.clone(), id: id.clone() }
        } else {
            return Err(refused(
                "nothing says who is whose neighbour",
                "give --weights, --contiguity with --areas, --knn, --distance-band, or --block with a table",
            ));
        };
        let weighing = match (self.inverse_distance, self.kernel) {
            (Some(power), _) => Weighing::InverseDistance(power),
            (None, Some(function)) => Weighing::Kernel(function, self.bandwidth),
            (None, None) => Weighing::Equal,
        };
        Ok(WeightsRequest {
            weighing,
            order: self.order,
            cumulative: self.cumulative,
            union: self.union,
            intersection: self.intersection,
            ..WeightsRequest::of(neighbours)
        })
    }
}
