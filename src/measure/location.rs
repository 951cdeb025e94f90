//! What the error of locations makes of counts and labels of areas.

use std::f64::consts::TAU;
use std::path::PathBuf;
use std::str::FromStr;

use polars::prelude::{Column, DataFrame};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::{manifest, weights_hash};
use super::statistic::Statistic;
use super::units::few;
use super::weights::{self, WeightsRequest};
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::join::{displaced, locate_points};
use crate::model::{Measured, Point, Reference, Table, Weights};
use crate::source::LayerSource;
use crate::source::layers::{self, Layer};
use crate::source::point_table::{PointSource, PointTable, brought_to, point_table, take_off_earth};
use crate::stats::{self, Inference, Label, Transform, majority, middle_95_percent};

/// How far locations err.
#[derive(Debug, Clone, PartialEq)]
pub enum LocationError {
    /// All as far, in metres.
    Metres(f64),
    /// As this column says, in metres.
    Column(String),
}

/// How the error of a location is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorShape {
    /// Normal, east and north by themselves, the error for the standard deviation.
    #[default]
    Gaussian,
    /// Anywhere within the error, as likely everywhere.
    Disc,
}

/// What of the points in an area is compared with its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocationQuantity {
    /// The points of the sector, or all.
    #[default]
    Count,
    /// The same per km².
    Density,
    /// The sector's share of all points.
    Share,
}

fn unknown(what: &'static str, found: &str, available: &[&str]) -> ProjectError {
    let available = available.iter().map(|name| (*name).to_owned()).collect();
    ProjectError::Unknown { what, found: found.to_owned(), available }
}

impl FromStr for ErrorShape {
    type Err = ProjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "gaussian" => Ok(Self::Gaussian),
            "disc" => Ok(Self::Disc),
            _ => Err(unknown("shape", text, &["gaussian", "disc"])),
        }
    }
}

impl FromStr for LocationQuantity {
    type Err = ProjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "count" => Ok(Self::Count),
            "density" => Ok(Self::Density),
            "share" => Ok(Self::Share),
            _ => Err(unknown("quantity", text, &["count", "density", "share"])),
        }
    }
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
    /// How many points lie in it as they stand.
    pub count: f64,
    /// The mean over draws.
    pub count_mean: Option<f64>,
    /// 2.5 % of draws have fewer.
    pub count_lower: Option<f64>,
    /// 2.5 % of draws have more.
    pub count_upper: Option<f64>,
    /// What is compared, as points stand; none of no points, where it is a share.
    pub value: Option<f64>,
    /// What the area is called as points stand; none where it has no value or no neighbours.
    pub label: Option<Label>,
    /// In what share of draws it is called the same.
    pub kept_share: Option<f64>,
    /// What it is called in most draws.
    pub likeliest_label: Option<Label>,
    /// In what share of draws.
    pub likeliest_share: Option<f64>,
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
    let PointTable { table, reference, points } = placed;
    let of_sector = of_sector(&table, request)?;
    let errors_m = errors_m(&table, &points, request)?;
    let layer = layers::layer(&request.areas)?;
    notes.extend(layer.report.problems.iter().map(ToString::to_string));
    let weights = weights_of(&layer, request, &mut notes)?;
    notes.extend(few(weights.len()));
    let context = Context { request, layer: &layer, weights: &weights, reference, of_sector: &of_sector };
    let given = context.outcome(&points)?;
    let measured = reference.measured()?;
    let draw = |draw: u64| context.outcome(&moved(&points, measured, &errors_m, request, draw));
    let draws: Vec<Outcome> = (0..request.draws).into_par_iter().map(draw).collect::<Result<_>>()?;
    let areas = (0..layer.areas.len()).map(|area| uncertainty(&layer, area, &given, &draws)).collect();
    let undefined = given.values.iter().filter(|value| value.is_none()).count();
    if undefined > 0 {
        notes.push(format!("{undefined} areas have no points to take a share of, and no label"));
    }
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
    Ok(LocationUncertainty {
        areas,
        outside: given.outside,
        outside_mean: mean(draws.iter().map(|draw| draw.outside as f64)),
        fields,
        manifest,
        notes,
    })
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

/// The points, each moved by chance, in the reference they are in.
fn moved(
    points: &[Option<Point>],
    measured: Measured,
    errors_m: &[f64],
    request: &LocationRequest,
    draw: u64,
) -> Vec<Option<Point>> {
    let mut generator = ChaCha8Rng::seed_from_u64(request.seed);
    generator.set_stream(draw);
    // Above 0, up to 1.
    let mut chance = || ((generator.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
    let mut one = |(point, error_m): (&Option<Point>, &f64)| {
        let (far, turn) = (chance(), chance());
        let radius_m = error_m
            * match request.shape {
                ErrorShape::Gaussian => (-2.0 * libm::log(far)).sqrt(),
                ErrorShape::Disc => far.sqrt(),
            };
        let (sine, cosine) = libm::sincos(TAU * turn);
        point.map(|point| displaced(point, measured, radius_m * cosine, radius_m * sine))
    };
    points.iter().zip(errors_m).map(&mut one).collect()
}

/// What stays the same from draw to draw.
struct Context<'a> {
    request: &'a LocationRequest,
    layer: &'a Layer,
    weights: &'a Weights,
    reference: Reference,
    of_sector: &'a [bool],
}

/// What points make of the areas.
struct Outcome {
    counts: Vec<f64>,
    values: Vec<Option<f64>>,
    labels: Vec<Option<Label>>,
    outside: u64,
}

impl Context<'_> {
    fn outcome(&self, points: &[Option<Point>]) -> Result<Outcome> {
        let Self { request, layer, weights, .. } = self;
        let brought = brought_to(points, self.reference, &layer.areas)?;
        let mut counts = vec![0.0; layer.areas.len()];
        let mut all = counts.clone();
        let mut outside = 0;
        for (found, looked_at) in locate_points(&layer.index, &brought, None).into_iter().zip(self.of_sector) {
            let of_sector = f64::from(u8::from(*looked_at));
            match found.area {
                Some(area) => {
                    counts[area] += of_sector;
                    all[area] += 1.0;
                }
                None => outside += u64::from(*looked_at),
            }
        }
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        let values: Vec<Option<f64>> = match request.quantity {
            LocationQuantity::Count => counts.iter().copied().map(Some).collect(),
            LocationQuantity::Density => {
                counts.iter().zip(layer.areas.areas_km2()?).map(|(count, km2)| finite(count / km2)).collect()
            }
            LocationQuantity::Share => counts.iter().zip(&all).map(|(count, all)| finite(count / all)).collect(),
        };
        let labels = labels(&values, weights, request)?;
        Ok(Outcome { counts, values, labels, outside })
    }
}

/// The labels of those that have a value, among themselves.
fn labels(values: &[Option<f64>], weights: &Weights, request: &LocationRequest) -> Result<Vec<Option<Label>>> {
    let statistic = request.statistic;
    let known: Vec<bool> = values.iter().map(Option::is_some).collect();
    let numbers: Vec<f64> = values.iter().flatten().copied().collect();
    if numbers.len() < 2 {
        return Ok(vec![None; values.len()]);
    }
    let subset = weights.subset(&known);
    let transform = request.transform.unwrap_or(statistic.usual_transform());
    let (own, inference) = (stats::transformed(&subset, transform), request.inference);
    let found = match statistic {
        Statistic::LocalMoran => stats::local_moran(&numbers, &own, inference)?.chance,
        Statistic::LocalGeary(standardisation) => {
            stats::local_geary(&numbers, &own, standardisation, inference)?.chance
        }
        Statistic::Gi => stats::gi(&numbers, &own, inference)?.chance,
        Statistic::GiStar => {
            let star = stats::transformed(&subset.with_self(1.0), transform);
            stats::gi_star(&numbers, &star, inference)?.chance
        }
        other => {
            let available = ["local-moran", "local-geary", "gi", "gi-star"];
            return Err(unknown("local statistic of what is counted", other.name(), &available).into());
        }
    };
    let mut found = found.label.into_iter();
    Ok(known.into_iter().map(|known| if known { found.next().flatten() } else { None }).collect())
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = numbers.len() as f64;
    (count > 0.0).then(|| numbers.sum::<f64>() / count)
}

fn uncertainty(layer: &Layer, area: usize, given: &Outcome, draws: &[Outcome]) -> AreaUncertainty {
    let counts: Vec<f64> = draws.iter().map(|draw| draw.counts[area]).collect();
    let interval = middle_95_percent(&counts);
    let labels: Vec<Label> = draws.iter().filter_map(|draw| draw.labels[area]).collect();
    let share = |count: usize| count as f64 / draws.len() as f64;
    let label = given.labels[area];
    let likeliest = majority(&labels);
    AreaUncertainty {
        id: layer.areas.areas[area].id.clone(),
        name: layer.areas.areas[area].name.clone(),
        count: given.counts[area],
        count_mean: mean(counts.iter().copied()),
        count_lower: interval.map(|ends| ends[0]),
        count_upper: interval.map(|ends| ends[1]),
        value: given.values[area],
        label,
        kept_share: label.map(|label| share(labels.iter().filter(|other| **other == label).count())),
        likeliest_label: likeliest.map(|(label, _)| *label),
        likeliest_share: likeliest.map(|(_, count)| share(count)),
    }
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
        let label = |label: Option<Label>| label.and_then(|label| json!(label).as_str().map(str::to_owned));
        let columns = vec![
            text("id", &|area| Some(area.id.clone())),
            text("name", &|area| Some(area.name.clone())),
            number("count", &|area| Some(area.count)),
            number("count_mean", &|area| area.count_mean),
            number("count_lower", &|area| area.count_lower),
            number("count_upper", &|area| area.count_upper),
            number("value", &|area| area.value),
            text("label", &|area| label(area.label)),
            number("kept_share", &|area| area.kept_share),
            text("likeliest_label", &|area| label(area.likeliest_label)),
            number("likeliest_share", &|area| area.likeliest_share),
        ];
        DataFrame::new(self.areas.len(), columns).map_err(Error::table("location uncertainty"))
    }
}
