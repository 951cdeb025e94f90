//! Regions of the areas of a table.

use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::units::{UnitTable, by_rows};
use super::weights::{Neighbours, Sites, WeightsRequest, weights};
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::join::dissolved;
use crate::model::{Area, Areas, Reference, Table};
use crate::source::layers;
use crate::source::{self, TableOptions};
use crate::stats::{self, Floor, MaxPOptions, Regions, SkaterOptions};

/// How regions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionMethod {
    /// [`stats::skater`].
    Skater {
        /// How many regions.
        regions: usize,
    },
    /// [`stats::max_p`].
    MaxP {
        /// How many times regions are grown.
        trials: u64,
        /// The seed of chance.
        seed: u64,
    },
}

/// Regions to make.
#[derive(Debug, Clone)]
pub struct RegionsRequest {
    /// The table, a row for each area.
    pub table: PathBuf,
    /// The column with the ids of the weights; by default the first that holds just these, else the order of the rows.
    pub id: Option<String>,
    /// The columns by which areas are alike.
    pub values: Vec<String>,
    /// Whether columns are brought to one scale first.
    pub standardise: bool,
    /// The least number of areas of a region.
    pub least_areas: Option<usize>,
    /// Columns, and what the sum of each over a region must be.
    pub floors: Vec<(String, f64)>,
    /// How.
    pub method: RegionMethod,
    /// Who is whose neighbour.
    pub weights: WeightsRequest,
    /// Whether the polygons of the regions are asked for, which the neighbours' areas give.
    pub outlines: bool,
}

/// Regions of a table.
#[derive(Debug, Clone)]
pub struct MadeRegions {
    /// The table.
    pub table: Table,
    /// The region of each row, and how alike they are.
    pub regions: Regions,
    /// For each region the means of the values and the sums of the floors, by their columns.
    pub columns: Vec<(String, Vec<f64>)>,
    /// The polygons of the regions in WGS 84, where they are asked for.
    pub outlines: Option<Areas>,
    /// What they were made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Makes regions of the areas of a table.
///
/// # Errors
///
/// What reading, neighbours and the method refuse; cells without a number; outlines of neighbours that are not those of areas.
pub fn regions(request: &RegionsRequest) -> Result<MadeRegions> {
    const STATISTIC: &str = "regions";
    let table = source::table(&request.table, &TableOptions::default())?;
    let column = |name: &String| numbers(&table, name);
    let values: Vec<Vec<f64>> = request.values.iter().map(column).collect::<Result<_>>()?;
    let amounts: Vec<Vec<f64>> = request.floors.iter().map(|(name, _)| column(name)).collect::<Result<_>>()?;
    let built = weights(&request.weights)?;
    let floors = request.floors.iter().map(|(name, _)| name);
    let named = UnitTable {
        statistic: STATISTIC,
        columns: request.values.iter().chain(floors).map(String::as_str).collect(),
        id: request.id.as_deref(),
        drop_missing: false,
    };
    let units = if built.by_row { built.weights } else { by_rows(&table, &built.weights, &named)? };
    let scaled: Vec<Vec<f64>> = match request.standardise {
        true => values.iter().map(|values| stats::standard_scores(values)).collect(),
        false => values.clone(),
    };
    let mut floors: Vec<Floor> = request
        .floors
        .iter()
        .zip(&amounts)
        .map(|((_, least), amounts)| Floor { amounts: amounts.clone(), least: *least })
        .collect();
    let of_areas = |least: usize| Floor { amounts: vec![1.0; table.height()], least: least as f64 };
    floors.extend(request.least_areas.map(of_areas));
    let mut notes = built.notes;
    let mut more = Map::new();
    let (name, made) = match request.method {
        RegionMethod::Skater { regions } => {
            let made = stats::skater(&scaled, &units, &SkaterOptions { regions, floors })?;
            if made.sizes.len() < regions {
                let found = made.sizes.len();
                notes.push(format!("found {found} regions, not {regions}: the floors allow no further cut"));
            }
            ("skater", made)
        }
        RegionMethod::MaxP { trials, seed } => {
            more.insert("seed".to_owned(), json!(seed));
            ("max-p", stats::max_p(&scaled, &units, &MaxPOptions { floors, trials, seed })?)
        }
    };
    let flat = values.iter().zip(&request.values).filter(|(values, _)| values.iter().all(|value| *value == values[0]));
    notes.extend(flat.map(|(_, name)| format!("column `{name}` is the same everywhere: it tells no areas apart")));
    let of_region = |values: &[f64]| {
        let mut sums = vec![0.0; made.sizes.len()];
        made.labels.iter().zip(values).for_each(|(region, value)| sums[*region as usize] += value);
        sums
    };
    let mean = |values: &Vec<f64>| {
        of_region(values).into_iter().zip(&made.sizes).map(|(sum, size)| sum / *size as f64).collect::<Vec<_>>()
    };
    let means = request.values.iter().zip(&values).map(|(name, values)| (format!("mean_{name}"), mean(values)));
    let totals = request.floors.iter().zip(&amounts);
    let totals = totals.map(|((name, _), amounts)| (format!("sum_{name}"), of_region(amounts)));
    let columns = means.chain(totals).collect();
    let outlines = request.outlines.then(|| outlines(request, &units, &made)).transpose()?;
    let definition = json!({
        "method": format!("{:?}", request.method),
        "values": request.values,
        "standardised": request.standardise,
        "least_areas": request.least_areas,
        "floors": request.floors,
    });
    more.insert("weights_sha256".to_owned(), json!(weights_hash(&units)));
    let inputs = [vec![request.table.clone()], request.weights.inputs()].concat();
    let manifest = manifest(name, &definition.to_string(), &inputs, more)?;
    Ok(MadeRegions { table, regions: made, columns, outlines, manifest, notes })
}

/// A column with a number in every row.
fn numbers(table: &Table, name: &str) -> Result<Vec<f64>> {
    let numbers = table.numbers(name)?;
    let missing: Vec<String> = numbers
        .iter()
        .zip(&table.rows)
        .filter(|(number, _)| number.is_none())
        .map(|(_, row)| row.to_string())
        .collect();
    if !missing.is_empty() {
        let found = format!("an empty cell of `{name}` in row {}", missing.join(", "));
        let expected = "a number in every row".to_owned();
        return Err(StatsError::Shape { statistic: "regions", what: "the column", found, expected }.into());
    }
    Ok(numbers.iter().flatten().collect())
}

fn outlines(request: &RegionsRequest, units: &crate::model::Weights, made: &Regions) -> Result<Areas> {
    let layer = match &request.weights.neighbours {
        Neighbours::Contiguity(layer, ..)
        | Neighbours::Nearest(Sites::Centroids(layer), _)
        | Neighbours::Within(Sites::Centroids(layer), _) => layer,
        _ => {
            return Err(ProjectError::Options {
                message: "nothing says what the areas look like that regions are made of".to_owned(),
                hint: "give --areas with --contiguity, --knn or --distance-band".to_owned(),
            }
            .into());
        }
    };
    let (areas, _) = layers::areas_with_report(layer)?;
    let known: std::collections::HashMap<&str, &Area> =
        areas.areas.iter().map(|area| (area.id.as_str(), area)).collect();
    let mut parts: Vec<Vec<&geo::MultiPolygon>> = vec![Vec::new(); made.sizes.len()];
    for (id, region) in units.ids().iter().zip(&made.labels) {
        parts[*region as usize].extend(known.get(id.as_str()).map(|area| &area.geometry));
    }
    let region = |(number, parts): (usize, &Vec<&geo::MultiPolygon>)| Area {
        id: number.to_string(),
        name: number.to_string(),
        parent: None,
        geometry: dissolved(parts),
    };
    let regions = Areas {
        layer: "regions".to_owned(),
        source: areas.source.clone(),
        reference: areas.reference,
        areas: parts.iter().enumerate().map(region).collect(),
    };
    if regions.reference.is_wgs84_like() { Ok(regions) } else { source::projected_areas(&regions, Reference::Wgs84) }
}

impl MadeRegions {
    /// One object: the region of each row, how alike they are, each region.
    #[must_use]
    pub fn json(&self) -> String {
        let mut value = json!(self.regions);
        let columns: Map<String, Value> = self.columns.iter().map(|(name, of)| (name.clone(), json!(of))).collect();
        value["columns"] = Value::Object(columns);
        value["manifest"] = self.manifest.clone();
        format!("{value}\n")
    }

    /// The rows of the table, each with its region.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        // A column of that name is the table's own.
        let is_known = self.table.columns().iter().any(|known| known == "region");
        let name = if is_known { "region_found" } else { "region" };
        let column = Column::new(name.into(), &self.regions.labels);
        self.table.frame.hstack(&[column]).map_err(Error::table("the regions"))
    }

    /// A row for each region.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn summary_frame(&self) -> Result<DataFrame> {
        let Regions { sizes, within, .. } = &self.regions;
        let mut columns = vec![
            Column::new("region".into(), (0..sizes.len() as u64).collect::<Vec<_>>()),
            Column::new("areas".into(), sizes.iter().map(|size| *size as u64).collect::<Vec<_>>()),
            Column::new("within".into(), within),
        ];
        columns.extend(self.columns.iter().map(|(name, values)| Column::new(name.into(), values)));
        DataFrame::new_infer_height(columns).map_err(Error::table("the regions"))
    }
}
