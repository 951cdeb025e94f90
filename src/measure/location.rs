//! Effects of errors of locations on counts and labels of areas.

use polars::prelude::Column;
use serde::{Deserialize, Serialize};

use super::autocorrelation::{Chance, Labelling};
use super::doubt::floor_note;
use super::firms::{FirmSource, ReadFirms, rows_of_sector};
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{Input, Operation};
use super::outcome::{JsonForm, Outcome, OutcomeTable, Places};
use super::units::few;
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::join::Contiguity;
use crate::model::json::json;
use crate::model::{Area, Distance, Point, Table, Weights};
use crate::policy::Policy;
use crate::source::layers::{self, Layer};
use crate::source::point_table::{PointTable, take_off_earth};
use crate::stats::{
    self, Alternative, AreaUncertainty, ErrorShape, Inference, Label, LocalStatistic, LocationOptions,
    LocationQuantity, Permutations, Standardisation, Transform, UncertainPoints,
};

/// The local statistic of what is counted in areas that labels them.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[non_exhaustive]
pub enum LocationStatistic {
    /// Local Moran's I.
    #[default]
    LocalMoran,
    /// Local Geary's C.
    LocalGeary,
    /// Getis and Ord's Gi.
    Gi,
    /// Getis and Ord's Gi*, an area among its neighbours.
    GiStar,
}

impl From<LocationStatistic> for LocalStatistic {
    fn from(statistic: LocationStatistic) -> Self {
        match statistic {
            LocationStatistic::LocalMoran => Self::LocalMoran,
            LocationStatistic::LocalGeary => Self::LocalGeary(Standardisation::Sample),
            LocationStatistic::Gi => Self::Gi,
            LocationStatistic::GiStar => Self::GiStar,
        }
    }
}

impl LocationStatistic {
    /// Returns the transform of the weights that is used where none is stated.
    const fn usual_transform(self) -> Transform {
        match self {
            Self::LocalMoran | Self::LocalGeary => Transform::Row,
            Self::Gi | Self::GiStar => Transform::Binary,
        }
    }
}

/// Counts and labels of areas whose points are displaced by the errors of their locations, time and again.
#[parameters]
pub struct LocationUncertainty {
    /// The points.
    #[flatten]
    pub points: FirmSource,
    /// Error of all locations: with gaussian the standard deviation to the east and to the north, with disc the radius: 200m.
    #[parameter(conflicts = "location_error_column")]
    pub location_error: Option<Distance>,
    /// Column with the error of each location, in metres.
    #[parameter(value = "COLUMN")]
    pub location_error_column: Option<String>,
    /// Errors to try in place of those of the locations, ascending: the least at which an area loses its label is told.
    #[parameter(value = "DISTANCE,…", comma)]
    pub try_errors: Vec<Distance>,
    /// An area loses its label where it keeps it in less than this share of draws.
    #[parameter(value = "SHARE", requires = "try_errors")]
    pub kept: f64,
    /// Distribution of the errors.
    #[parameter(alias = "shape")]
    pub error_shape: ErrorShape,
    /// Number of times that all points are displaced.
    pub draws: u64,
    /// Column with the sectors.
    #[parameter(value = "COLUMN", requires = "sector")]
    pub by: Option<String>,
    /// The sector whose points are counted [default: all points].
    #[parameter(value = "SECTOR", requires = "by")]
    pub sector: Option<String>,
    /// What is compared: the number of points, that number per km², or the share of the sector among all points.
    pub quantity: LocationQuantity,
    /// Local statistic that labels the areas.
    pub statistic: LocationStatistic,
    /// Transform of the weights: r row-standardised, b binary, v variance-stabilising, c summing to the number of units, o
    /// as they stand [default: r; b for gi, gi-star].
    pub transform: Option<Transform>,
    /// How the statistic is held against chance, in each draw; the seed is that of the displacements too.
    #[flatten]
    pub chance: Chance,
    /// Which areas are labelled.
    #[flatten]
    pub labelling: Labelling,
    /// Which areas are neighbours; by default those whose boundaries share a point.
    #[flatten]
    pub neighbours: NeighbourSource,
}

impl Default for LocationUncertainty {
    fn default() -> Self {
        let LocationOptions { shape, draws, quantity, .. } = LocationOptions::default();
        Self {
            points: FirmSource::default(),
            location_error: None,
            location_error_column: None,
            try_errors: Vec::new(),
            kept: 0.5,
            error_shape: shape,
            draws,
            by: None,
            sector: None,
            quantity,
            statistic: LocationStatistic::default(),
            transform: None,
            chance: Chance::default(),
            labelling: Labelling::default(),
            neighbours: NeighbourSource::default(),
        }
    }
}

impl Operation for LocationUncertainty {
    const NAME: &'static str = "location-uncertainty";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Labels of areas whose points are moved by the error of their locations: what stays?";
    const DEFINITION: &'static str = "labels of areas whose points are moved by the error of their locations";
    const REMARKS: &'static str = "Addresses that are looked up lie some way off. Points are moved by their error, joined \
with the areas, counted and compared, time and again: each area says in what share of draws it keeps its label, what it is \
called in most, and between what 95 of 100 draws count. With ‹try_errors› it also says the least error at which it keeps its label in less \
than a share ‹kept› of draws, null where it keeps it at all of them; they are searched by bisection, with the same random numbers. Neighbours are those of the areas; by default queen.";
    const EXAMPLES: &'static [&'static str] = &[
        "location-uncertainty firms.csv --areas towns.geojson --location-error 200m",
        "location-uncertainty firms.csv --areas towns.geojson --location-error 200m --try-errors 50m,100m,200m,400m,800m,1600m",
        "location-uncertainty firms.csv --areas towns.geojson --location-error-column accuracy_m --error-shape disc --by sector \
--sector dyeing --quantity share --statistic gi-star --draws 499 --seed 7 --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = self.points.inputs();
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let refused = |message: &str, hint: &str| -> Error {
            ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
        };
        let Some(source) = self.neighbours.areas.layer() else {
            return Err(refused("nothing says in which areas the points lie", "give ‹areas›"));
        };
        if self.draws == 0 {
            return Err(refused("found 0 draws, expected one or more", "give ‹draws›, such as 99"));
        }
        if self.quantity == LocationQuantity::Share && self.sector.is_none() {
            return Err(refused("the share of no sector is asked for", "give ‹by› and ‹sector›"));
        }
        let ReadFirms { points: mut placed, policy, mut notes } = self.points.read()?;
        notes.extend(take_off_earth(&mut placed));
        let PointTable { table, reference, points, .. } = placed;
        let counted = self.counted(&table, policy.as_ref())?;
        let errors_m = self.errors_m(&table, &points)?;
        let layer = layers::layer(&source)?;
        notes.extend(layer.report.told());
        let weights = self.weights(&layer, &mut notes)?;
        notes.extend(few(weights.len()));
        let areas_km2 = match self.quantity {
            LocationQuantity::Density => layer.areas.areas_km2()?,
            LocationQuantity::Count | LocationQuantity::Share => Vec::new(),
        };
        let uncertain = UncertainPoints {
            points: &points,
            measured: reference.measured()?,
            errors_m: &errors_m,
            counted: &counted,
        };
        let found = stats::location_uncertainty(uncertain, &weights, &areas_km2, &self.options(), |points| {
            layer.matches(points, reference, None)
        })?;
        let least = match self.try_errors.is_empty() {
            true => None,
            false => {
                let errors_m: Vec<f64> = self.try_errors.iter().copied().map(Distance::metres).collect();
                let tried = (errors_m.as_slice(), self.kept);
                Some(stats::least_location_errors(uncertain, &weights, &areas_km2, &self.options(), tried, |points| {
                    layer.matches(points, reference, None)
                })?)
            }
        };
        let undefined = found.areas.iter().filter(|area| area.value.is_none()).count();
        if undefined > 0 {
            notes.push(format!("{undefined} areas have no points to take a share of, and no label"));
        }
        let sides = if self.chance.alternative == Alternative::TwoSided { 2 } else { 1 };
        let tests = found.areas.iter().filter(|area| area.label.is_some()).count();
        let Labelling { adjust, level } = self.labelling;
        notes.extend(floor_note(adjust, tests, level, (sides, self.chance.permutations), "permutations"));
        let mut outcome = Outcome::default();
        let mut say = |name: &str, value| outcome.scalars.insert(name.to_owned(), value);
        say("statistic", json!(self.statistic));
        say("quantity", json!(self.quantity));
        say("error_shape", json!(self.error_shape));
        say("draws", json!(self.draws));
        say("seed", json!(self.chance.seed));
        say("permutations", json!(self.chance.permutations));
        say("adjustment", json!(self.labelling.adjust));
        say("level", json!(self.labelling.level));
        say("outside", json!(found.outside));
        say("outside_mean", json!(found.outside_mean));
        outcome.manifest.insert("seed".to_owned(), json!(self.chance.seed));
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
        let mut areas = OutcomeTable::of_columns("areas", columns(&layer.areas.areas, &found.areas, least))?;
        areas.form = JsonForm::Rows;
        outcome.tables.push(areas.at(Places::Areas(layer.areas)));
        outcome.notes = notes;
        Ok(outcome)
    }
}

impl LocationUncertainty {
    fn options(&self) -> LocationOptions {
        let inference = Inference::default()
            .with_alternative(self.chance.alternative)
            .with_permutations(Permutations { count: self.chance.permutations, seed: self.chance.seed })
            .with_adjustment(self.labelling.adjust)
            .with_level(self.labelling.level);
        LocationOptions::default()
            .with_shape(self.error_shape)
            .with_draws(self.draws)
            .with_seed(self.chance.seed)
            .with_quantity(self.quantity)
            .with_statistic(self.statistic.into())
            .with_transform(self.transform.unwrap_or(self.statistic.usual_transform()))
            .with_inference(inference)
    }

    /// Returns for each row whether it is counted.
    fn counted(&self, table: &Table, policy: Option<&Policy>) -> Result<Vec<bool>> {
        match (&self.by, &self.sector) {
            (Some(by), Some(sector)) => rows_of_sector(table, by, sector, policy),
            _ => Ok(vec![true; table.height()]),
        }
    }

    /// Returns the error of each row's location in metres, which is 0 for a row without a location.
    fn errors_m(&self, table: &Table, points: &[Option<Point>]) -> Result<Vec<f64>> {
        const NAMED: usize = 10;
        let column = match (&self.location_error_column, self.location_error) {
            (Some(column), _) => column,
            (None, Some(error)) => return Ok(vec![error.metres(); points.len()]),
            (None, None) => {
                let message = "nothing says how far locations err".to_owned();
                let hint = "give ‹location_error› or ‹location_error_column›".to_owned();
                return Err(ProjectError::Options { message, hint }.into());
            }
        };
        let usable = |error_m: &f64| error_m.is_finite() && *error_m >= 0.0;
        let errors: Vec<Option<f64>> = table.numbers(column)?.iter().map(|error| error.filter(usable)).collect();
        let rows = table.rows.iter().zip(&errors).zip(points);
        let wrong: Vec<String> = rows
            .filter(|((_, error), point)| error.is_none() && point.is_some())
            .map(|((row, _), _)| row.to_string())
            .collect();
        if wrong.is_empty() {
            return Ok(errors.into_iter().map(Option::unwrap_or_default).collect());
        }
        let more = if wrong.len() > NAMED { ", …" } else { "" };
        let named = wrong[..wrong.len().min(NAMED)].join(", ");
        let found = format!("{} rows without an error of 0 m or more: {named}{more}", wrong.len());
        let expected = "one in every row with a location".to_owned();
        Err(StatsError::Shape { statistic: Self::NAME, what: "the column", found, expected }.into())
    }

    /// The weights with the areas in file order.
    fn weights(&self, layer: &Layer, notes: &mut Vec<String>) -> Result<Weights> {
        let mut neighbours = self.neighbours.clone();
        if !neighbours.has_rule() {
            neighbours.contiguity = Some(Contiguity::Queen);
        }
        let built = neighbours.build(None, None)?;
        notes.extend(built.notes);
        let weights = built.weights;
        let places: std::collections::HashMap<&str, usize> =
            weights.ids().iter().map(String::as_str).zip(0..).collect();
        let order: Vec<usize> =
            layer.areas.areas.iter().filter_map(|area| places.get(area.id.as_str()).copied()).collect();
        if order.len() != layer.areas.len() || weights.len() != layer.areas.len() {
            return Err(StatsError::Shape {
                statistic: Self::NAME,
                what: "the weights",
                found: format!("{} units, {} of them areas", weights.len(), order.len()),
                expected: format!("one for each of the {} areas", layer.areas.len()),
            }
            .into());
        }
        Ok(weights.reordered(&order)?)
    }
}

/// The columns of the table of areas.
fn columns(areas: &[Area], found: &[AreaUncertainty], least: Option<Vec<Option<f64>>>) -> Vec<Column> {
    let text = |name: &str, of: fn(&Area) -> &str| Column::new(name.into(), areas.iter().map(of).collect::<Vec<_>>());
    let number = |name: &str, of: fn(&AreaUncertainty) -> Option<f64>| {
        Column::new(name.into(), found.iter().map(of).collect::<Vec<_>>())
    };
    let label = |name: &str, of: fn(&AreaUncertainty) -> Option<Label>| {
        Column::new(name.into(), found.iter().map(|area| of(area).map(Label::name)).collect::<Vec<_>>())
    };
    let mut columns = vec![
        text("id", |area| &area.id),
        text("name", |area| &area.name),
        number("count", |area| Some(area.count)),
        number("count_mean", |area| area.count_mean),
        number("count_lower", |area| area.count_lower),
        number("count_upper", |area| area.count_upper),
        number("value", |area| area.value),
        label("label", |area| area.label),
        number("kept_share", |area| area.kept_share),
        label("likeliest_label", |area| area.likeliest_label),
        number("likeliest_share", |area| area.likeliest_share),
    ];
    columns.extend(least.map(|least| Column::new("least_error_m".into(), least)));
    columns
}
