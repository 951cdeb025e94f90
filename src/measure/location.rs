//! What the error of locations makes of counts and labels of areas.

use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::statistic::Statistic;
use super::units::few;
use super::weights::{self, WeightsRequest};
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::join::locate_points;
use crate::model::{Point, Table, Weights};
use crate::source::LayerSource;
use crate::source::layers::{self, Layer};
use crate::source::point_table::{PointSource, PointTable, brought_to, point_table, take_off_earth};
use crate::stats::{
    self, ErrorShape, Inference, Label, LocalStatistic, LocationOptions, LocationQuantity, Transform, UncertainPoints,
};

/// How far locations err.
#[derive(Debug, Clone, PartialEq)]
pub enum LocationError {
    /// All as far, in metres.
    Metres(f64),
    /// As this column says, in metres.
    Column(String),
}

/// Points whose locations err.
#[derive(Debug, Clone)]
pub struct LocationRequest {
    /// The points.
    pub points: PointSource,
    /// The areas.
    pub areas: LayerSource,
    /// The column with the sectors, and the sector that is looked at; all points by default.
    pub sector: Option<(String, String)>,
    /// How far locations err.
    pub error: LocationError,
    /// How the error is spread.
    pub shape: ErrorShape,
    /// How often all points are moved.
    pub draws: u64,
    /// The seed of the moves; that of random orders stands with the inference.
    pub seed: u64,
    /// What is compared.
    pub quantity: LocationQuantity,
    /// A local statistic of one column.
    pub statistic: Statistic,
    /// Who is whose neighbour, among the areas.
    pub weights: WeightsRequest,
    /// How weights are made comparable; by default as [`Statistic::usual_transform`].
    pub transform: Option<Transform>,
    /// How what was found is held against chance.
    pub inference: Inference,
}

impl LocationRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let mut inputs: Vec<PathBuf> = self.points.table.file().into_iter().chain(self.areas.file.file()).collect();
        inputs.extend(self.weights.inputs());
        inputs.dedup();
        inputs
    }
}

/// What is known of an area although locations err.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AreaUncertainty {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its count and its label.
    #[serde(flatten)]
    pub found: stats::AreaUncertainty,
}

/// What the error of locations makes of areas.
#[derive(Debug, Clone)]
pub struct LocationUncertainty {
    /// The areas, in file order.
    pub areas: Vec<AreaUncertainty>,
    /// How many of the points looked at lie in no area as they stand.
    pub outside: u64,
    /// The mean over draws.
    pub outside_mean: Option<f64>,
    /// What decides the result beside the inputs.
    pub fields: Map<String, Value>,
    /// What it was made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Moves points by the error of their locations, time and again, joins them with areas, and compares the labels that a local
/// statistic of what is counted gives the areas.
///
/// # Errors
///
/// What reading, indexing and finding neighbours refuse; a sector that is not there; an error that is missing or below 0: all such
/// rows are named; a statistic that is not local; no draws; weights of other units than the areas.
pub fn location_uncertainty(request: &LocationRequest) -> Result<LocationUncertainty> {
    let options =
        |message: String, hint: &str| -> Error { ProjectError::Options { message, hint: hint.to_owned() }.into() };
    if request.draws == 0 {
        return Err(options("found 0 draws, expected one or more".to_owned(), "give --draws, such as 99"));
    }
    if request.quantity == LocationQuantity::Share && request.sector.is_none() {
        return Err(options("the share of no sector is asked for".to_owned(), "give --by and --sector"));
    }
    let mut placed = point_table(&request.points)?;
    let mut notes = placed.notes();
    notes.extend(take_off_earth(&mut placed));
    let PointTable { table, reference, points, .. } = placed;
    let of_sector = of_sector(&table, request)?;
    let errors_m = errors_m(&table, &points, request)?;
    let layer = layers::layer(&request.areas)?;
    notes.extend(layer.report.problems.iter().map(ToString::to_string));
    let weights = weights_of(&layer, request, &mut notes)?;
    notes.extend(few(weights.len()));
    let areas_km2 = match request.quantity {
        LocationQuantity::Density => layer.areas.areas_km2()?,
        LocationQuantity::Count | LocationQuantity::Share => Vec::new(),
    };
    let mut settings = LocationOptions::default();
    settings.shape = request.shape;
    settings.draws = request.draws;
    settings.seed = request.seed;
    settings.quantity = request.quantity;
    settings.statistic = local_statistic(request.statistic)?;
    settings.transform = request.transform.unwrap_or(request.statistic.usual_transform());
    settings.inference = request.inference;
    let measured = reference.measured()?;
    let uncertain = UncertainPoints { points: &points, measured, errors_m: &errors_m, counted: &of_sector };
    let found = stats::location_uncertainty(uncertain, &weights, &areas_km2, &settings, |points| -> Result<_> {
        Ok(locate_points(&layer.index, &brought_to(points, reference, &layer.areas)?, None))
    })?;
    let undefined = found.areas.iter().filter(|area| area.value.is_none()).count();
    if undefined > 0 {
        notes.push(format!("{undefined} areas have no points to take a share of, and no label"));
    }
    let areas = layer.areas.areas.iter().zip(found.areas);
    let areas = areas.map(|(area, found)| AreaUncertainty { id: area.id.clone(), name: area.name.clone(), found });
    let mut fields = Map::new();
    fields.insert("statistic".to_owned(), json!(request.statistic.name()));
    fields.insert("quantity".to_owned(), json!(request.quantity));
    fields.insert("error_shape".to_owned(), json!(request.shape));
    fields.insert("draws".to_owned(), json!(request.draws));
    fields.insert("seed".to_owned(), json!(request.seed));
    fields.insert("permutations".to_owned(), json!(request.inference.permutations.count));
    fields.insert("adjustment".to_owned(), json!(request.inference.adjustment));
    fields.insert("level".to_owned(), json!(request.inference.level));
    let mut more = fields.clone();
    more.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
    let definition = "labels of areas whose points are moved by the error of their locations";
    let manifest = manifest("location-uncertainty", definition, &request.inputs(), more)?;
    let areas = areas.collect();
    Ok(LocationUncertainty { areas, outside: found.outside, outside_mean: found.outside_mean, fields, manifest, notes })
}

/// The local statistics of one quantity.
fn local_statistic(statistic: Statistic) -> Result<LocalStatistic> {
    match statistic {
        Statistic::LocalMoran => Ok(LocalStatistic::LocalMoran),
        Statistic::LocalGeary(standardisation) => Ok(LocalStatistic::LocalGeary(standardisation)),
        Statistic::Gi => Ok(LocalStatistic::Gi),
        Statistic::GiStar => Ok(LocalStatistic::GiStar),
        other => {
            let available = ["local-moran", "local-geary", "gi", "gi-star"].map(str::to_owned).to_vec();
            let what = "local statistic of what is counted";
            Err(ProjectError::Unknown { what, found: other.name().to_owned(), available }.into())
        }
    }
}

/// Which rows are looked at.
fn of_sector(table: &Table, request: &LocationRequest) -> Result<Vec<bool>> {
    let Some((by, sector)) = &request.sector else { return Ok(vec![true; table.height()]) };
    let cells = table.text(by)?;
    let looked_at: Vec<bool> = cells.iter().map(|cell| cell.is_some_and(|cell| cell.trim() == sector)).collect();
    if looked_at.contains(&true) {
        return Ok(looked_at);
    }
    let mut available: Vec<String> = cells.iter().flatten().map(|cell| cell.trim().to_owned()).collect();
    available.sort();
    available.dedup();
    Err(ProjectError::Unknown { what: "sector", found: sector.clone(), available }.into())
}

/// How far each row's location errs; those without a location err not.
fn errors_m(table: &Table, points: &[Option<Point>], request: &LocationRequest) -> Result<Vec<f64>> {
    const NAMED: usize = 10;
    const STATISTIC: &str = "location-uncertainty";
    let usable = |error_m: &f64| error_m.is_finite() && *error_m >= 0.0;
    let column = match &request.error {
        LocationError::Metres(error_m) if usable(error_m) => return Ok(vec![*error_m; points.len()]),
        LocationError::Metres(error_m) => {
            let (found, expected) = (error_m.to_string(), "0 m or more".to_owned());
            return Err(StatsError::Option { statistic: STATISTIC, option: "the error", found, expected }.into());
        }
        LocationError::Column(column) => column,
    };
    let errors: Vec<Option<f64>> = table.numbers(column)?.iter().map(|error| error.filter(usable)).collect();
    let rows = || table.rows.iter().zip(&errors).zip(points).filter(|((_, error), at)| error.is_none() && at.is_some());
    let wrong: Vec<String> = rows().map(|((row, _), _)| row.to_string()).collect();
    if wrong.is_empty() {
        return Ok(errors.into_iter().map(Option::unwrap_or_default).collect());
    }
    let more = if wrong.len() > NAMED { ", …" } else { "" };
    let named = wrong[..wrong.len().min(NAMED)].join(", ");
    let found = format!("{} rows without an error of 0 m or more: {named}{more}", wrong.len());
    let expected = "one in every row with a location".to_owned();
    Err(StatsError::Shape { statistic: STATISTIC, what: "the column", found, expected }.into())
}

/// The weights with the areas in file order.
fn weights_of(layer: &Layer, request: &LocationRequest, notes: &mut Vec<String>) -> Result<Weights> {
    let built = weights::weights(&request.weights)?;
    notes.extend(built.notes);
    let weights = built.weights;
    let places: std::collections::HashMap<&str, usize> = weights.ids().iter().map(String::as_str).zip(0..).collect();
    let order: Vec<usize> = layer.areas.areas.iter().filter_map(|area| places.get(area.id.as_str()).copied()).collect();
    if order.len() != layer.areas.len() || weights.len() != layer.areas.len() {
        return Err(StatsError::Shape {
            statistic: request.statistic.name(),
            what: "the weights",
            found: format!("{} units, {} of them areas", weights.len(), order.len()),
            expected: format!("one for each of the {} areas", layer.areas.len()),
        }
        .into());
    }
    Ok(weights.reordered(&order)?)
}

impl LocationUncertainty {
    /// One object with a list of areas.
    #[must_use]
    pub fn json(&self) -> String {
        let mut object = self.fields.clone();
        object.insert("outside".to_owned(), json!(self.outside));
        object.insert("outside_mean".to_owned(), json!(self.outside_mean));
        object.insert("areas".to_owned(), json!(self.areas));
        object.insert("notes".to_owned(), json!(self.notes));
        object.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(object))
    }

    /// A row for each area.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let text = |name: &str, of: &dyn Fn(&AreaUncertainty) -> Option<String>| {
            Column::new(name.into(), self.areas.iter().map(of).collect::<Vec<_>>())
        };
        let number = |name: &str, of: &dyn Fn(&AreaUncertainty) -> Option<f64>| {
            Column::new(name.into(), self.areas.iter().map(of).collect::<Vec<_>>())
        };
        let label = |label: Option<Label>| label.map(|label| label.name().to_owned());
        let columns = vec![
            text("id", &|area| Some(area.id.clone())),
            text("name", &|area| Some(area.name.clone())),
            number("count", &|area| Some(area.found.count)),
            number("count_mean", &|area| area.found.count_mean),
            number("count_lower", &|area| area.found.count_lower),
            number("count_upper", &|area| area.found.count_upper),
            number("value", &|area| area.found.value),
            text("label", &|area| label(area.found.label)),
            number("kept_share", &|area| area.found.kept_share),
            text("likeliest_label", &|area| label(area.found.likeliest_label)),
            number("likeliest_share", &|area| area.found.likeliest_share),
        ];
        DataFrame::new(self.areas.len(), columns).map_err(Error::table("location uncertainty"))
    }
}
