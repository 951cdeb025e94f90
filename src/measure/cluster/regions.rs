//! Regions of the areas of a table that are neighbours and alike.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use geo::MultiPolygon;
use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::beside;
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::join::dissolved;
use crate::measure::firms::point_inputs;
use crate::measure::manifest::weights_hash;
use crate::measure::neighbours::NeighbourSource;
use crate::measure::operation::{Input, Operation, Part, missing};
use crate::measure::outcome::{MadeBoundaries, Outcome, OutcomeLayer, OutcomeTable, Places};
use crate::measure::units::{UnitTable, by_rows};
use crate::model::json::json;
use crate::model::{Area, Areas, Reference, Table, Weights};
use crate::source::layers;
use crate::source::point_table::{PointTable, point_table, take_off_earth};
use crate::source::{PointSource, projected_areas};
use crate::stats::{self, Floor, MaxPOptions, Regions, SkaterOptions};

const STATISTIC: &str = "regions";

const PARTS: &[Part] = &[
    Part { name: SUMMARY, is_layer: false, about: "a row for each region" },
    Part { name: REGIONS, is_layer: true, about: "the outlines of the regions, made of the areas that are given," },
];
const SUMMARY: &str = "summary";
const REGIONS: &str = "regions";

/// What the sum of a column over a region must be at least, written as `firms=500`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColumnFloor {
    column: String,
    least: f64,
}

impl ColumnFloor {
    /// The least sum of a column.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::measure::ColumnFloor;
    ///
    /// assert_eq!(ColumnFloor::new("firms", 500.0).to_string(), "firms=500");
    /// ```
    pub fn new(column: impl Into<String>, least: f64) -> Self {
        Self { column: column.into(), least }
    }
}

impl fmt::Display for ColumnFloor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.column, self.least)
    }
}

impl FromStr for ColumnFloor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = || format!("found `{text}`, expected COLUMN=NUMBER");
        let (column, least) = text.rsplit_once('=').ok_or_else(expected)?;
        let least = least.trim().parse().ok().filter(|least: &f64| least.is_finite()).ok_or_else(expected)?;
        Ok(Self::new(column, least))
    }
}

impl TryFrom<String> for ColumnFloor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ColumnFloor> for String {
    fn from(floor: ColumnFloor) -> Self {
        floor.to_string()
    }
}

/// Areas that regions are made of, their neighbours, and what each region must have.
#[parameters]
#[derive(Default)]
pub struct RegionUnits {
    /// The table, a row for each area.
    #[flatten]
    pub table: PointSource,
    /// Columns by which the areas of a region are alike.
    #[parameter(value = "COLUMN,…", comma, required)]
    pub values: Vec<String>,
    /// Take the values as they stand, not less their mean over their standard deviation.
    pub raw: bool,
    /// Column with the ids of the neighbours [default: the first that holds just these, else the order of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Fewest areas of a region.
    #[parameter(alias = "least")]
    pub min_areas: Option<usize>,
    /// What the sum of a column over a region must be at least, such as firms=500; may be repeated.
    #[parameter(value = "COLUMN=NUMBER")]
    pub floor: Vec<ColumnFloor>,
    /// Which areas are neighbours.
    #[flatten]
    pub neighbours: NeighbourSource,
}

/// The areas of a table, in the order of its rows.
struct Numbers {
    table: Table,
    places: Option<Places>,
    values: Vec<Vec<f64>>,
    /// For each floor, how much each area has.
    amounts: Vec<Vec<f64>>,
    weights: Weights,
    notes: Vec<String>,
}

impl Numbers {
    /// The values as distances between areas are measured.
    fn scaled(&self, raw: bool) -> Vec<Vec<f64>> {
        let scaled = |values: &Vec<f64>| if raw { values.clone() } else { stats::standard_scores(values) };
        self.values.iter().map(scaled).collect()
    }
}

impl RegionUnits {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    /// The parts that can be made: outlines only of areas.
    fn parts(&self) -> &'static [&'static str] {
        if self.neighbours.areas.areas.is_some() { &[SUMMARY, REGIONS] } else { &[SUMMARY] }
    }

    fn read(&self, operation: &str, parts: &[&str]) -> Result<Numbers> {
        if self.values.is_empty() {
            return Err(missing(operation, "values"));
        }
        if parts.contains(&REGIONS) && self.neighbours.areas.areas.is_none() {
            return Err(refused(
                "nothing says what the areas look like that regions are made of",
                "give ‹areas› with ‹contiguity›, ‹knn› or ‹distance_band›",
            ));
        }
        let are_points = self.neighbours.areas.areas.is_none()
            && (self.neighbours.knn.is_some() || self.neighbours.distance_band.is_some());
        let (table, points, told) = if are_points {
            let mut placed = point_table(&self.table)?;
            // The notes about the points come with their neighbours.
            take_off_earth(&mut placed);
            let PointTable { table, reference, points, .. } = placed;
            (table, Some(Places::Points(points, reference)), Vec::new())
        } else {
            let (table, told) = self.table.read_table_with_notes()?;
            (table, None, told)
        };
        let column = |name: &String| numbers(&table, name);
        let values: Vec<Vec<f64>> = self.values.iter().map(column).collect::<Result<_>>()?;
        let amounts = self.floor.iter().map(|floor| column(&floor.column)).collect::<Result<_>>()?;
        let built = self.neighbours.build(Some(&self.table), self.id.as_deref())?;
        let floors = self.floor.iter().map(|floor| &floor.column);
        let named = UnitTable {
            statistic: STATISTIC,
            columns: self.values.iter().chain(floors).map(String::as_str).collect(),
            id: self.id.as_deref(),
            drop_missing: false,
        };
        let weights = if built.by_row { built.weights } else { by_rows(&table, &built.weights, &named)? };
        let mut notes = told;
        notes.extend(built.notes);
        let places = self.areas(&weights, &mut notes)?.map(Places::Areas).or(points);
        let flat = values.iter().zip(&self.values).filter(|(values, _)| values.iter().all(|one| *one == values[0]));
        notes.extend(flat.map(|(_, name)| format!("column `{name}` is the same everywhere: it tells no areas apart")));
        Ok(Numbers { table, places, values, amounts, weights, notes })
    }

    /// The area of each unit, where areas are given.
    fn areas(&self, units: &Weights, notes: &mut Vec<String>) -> Result<Option<Areas>> {
        let Some(source) = self.neighbours.areas.layer() else { return Ok(None) };
        let (mut layer, report) = layers::areas_with_report(&source)?;
        // The notes about the areas were given already if neighbours are found among them.
        let problems: Vec<String> = report.told();
        let untold: Vec<String> = problems.into_iter().filter(|problem| !notes.contains(problem)).collect();
        notes.extend(untold);
        let own = std::mem::take(&mut layer.areas);
        let mut known: HashMap<String, Area> = own.into_iter().map(|area| (area.id.clone(), area)).collect();
        let area = |id: &String| {
            known.remove(id).ok_or_else(|| {
                let message = format!("found no area `{id}` in ‹areas›, which the neighbours know");
                refused(&message, "‹area_id› names the column with the ids of the areas, ‹id› that of the table")
            })
        };
        layer.areas = units.ids().iter().map(area).collect::<Result<_>>()?;
        Ok(Some(layer))
    }

    /// Returns the floors of the regions, with the amounts of each area.
    fn floors(&self, numbers: &Numbers) -> Vec<Floor> {
        let of_column =
            |(floor, amounts): (&ColumnFloor, &Vec<f64>)| Floor { amounts: amounts.clone(), least: floor.least };
        let of_areas = |least: usize| Floor { amounts: vec![1.0; numbers.table.height()], least: least as f64 };
        let floors = self.floor.iter().zip(&numbers.amounts).map(of_column);
        floors.chain(self.min_areas.map(of_areas)).collect()
    }

    /// Returns the outcome for the regions of the areas.
    fn outcome(&self, parts: &[&str], numbers: Numbers, made: &Regions) -> Result<Outcome> {
        let columns = self.columns(&numbers, made);
        let mut outcome = Outcome::from_result(made)?;
        let by_name: Map<String, Value> = columns.iter().map(|(name, of)| (name.clone(), json!(of))).collect();
        outcome.scalars.insert("columns".to_owned(), Value::Object(by_name));
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(&numbers.weights)));
        let between = made.between_share.map_or("–".to_owned(), |share| format!("{:.1} %", share * 100.0));
        let (regions, areas) = (made.sizes.len(), made.labels.len());
        outcome.summary = Some(format!("{regions} regions of {areas} areas, {between} of the variance between them"));
        outcome.notes = numbers.notes;
        if parts.contains(&REGIONS)
            && let Some(Places::Areas(areas)) = &numbers.places
        {
            outcome.layers.push(OutcomeLayer::of_areas(REGIONS, &outlines(areas, made)?).with(MadeBoundaries::Joined));
        }
        let label = Column::new("region".into(), &made.labels);
        let mut members = OutcomeTable::hidden("members", beside(&numbers.table, vec![label])?);
        members.places = numbers.places;
        outcome.tables.push(members);
        outcome.tables.push(OutcomeTable::hidden(SUMMARY, summary(made, columns)?));
        Ok(outcome)
    }

    /// For each region the means of the values and the sums of the floors, by their names.
    fn columns(&self, numbers: &Numbers, made: &Regions) -> Vec<(String, Vec<f64>)> {
        let sums = |values: &[f64]| {
            let mut sums = vec![0.0; made.sizes.len()];
            made.labels.iter().zip(values).for_each(|(region, value)| sums[*region as usize] += value);
            sums
        };
        let mean = |values: &[f64]| -> Vec<f64> {
            sums(values).into_iter().zip(&made.sizes).map(|(sum, size)| sum / *size as f64).collect()
        };
        let means =
            self.values.iter().zip(&numbers.values).map(|(name, values)| (format!("mean_{name}"), mean(values)));
        let totals = self.floor.iter().zip(&numbers.amounts);
        let totals = totals.map(|(floor, amounts)| (format!("sum_{}", floor.column), sums(amounts)));
        means.chain(totals).collect()
    }
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
        return Err(StatsError::Shape { statistic: STATISTIC, what: "the column", found, expected }.into());
    }
    Ok(numbers.iter().flatten().collect())
}

/// The outlines of the regions of areas, in WGS 84.
fn outlines(areas: &Areas, made: &Regions) -> Result<Areas> {
    let mut parts: Vec<Vec<&MultiPolygon>> = vec![Vec::new(); made.sizes.len()];
    for (area, region) in areas.areas.iter().zip(&made.labels) {
        parts[*region as usize].push(&area.geometry);
    }
    let region = |(number, parts): (usize, &Vec<&MultiPolygon>)| Area {
        id: number.to_string(),
        name: number.to_string(),
        parent: None,
        geometry: dissolved(parts),
    };
    let regions = Areas {
        layer: REGIONS.to_owned(),
        source: areas.source.clone(),
        reference: areas.reference,
        areas: parts.iter().enumerate().map(region).collect(),
    };
    if regions.reference.is_wgs84_like() { Ok(regions) } else { projected_areas(&regions, Reference::Wgs84) }
}

/// A row for each region.
fn summary(made: &Regions, more: Vec<(String, Vec<f64>)>) -> Result<DataFrame> {
    let Regions { sizes, within, .. } = made;
    let mut columns = vec![
        Column::new("region".into(), (0..sizes.len() as u64).collect::<Vec<_>>()),
        Column::new("areas".into(), sizes.iter().map(|size| *size as u64).collect::<Vec<_>>()),
        Column::new("within".into(), within),
    ];
    columns.extend(more.into_iter().map(|(name, values)| Column::new(name.into(), values)));
    DataFrame::new_infer_height(columns).map_err(Error::table("the regions"))
}

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

/// A number of regions of neighbouring areas that are alike (SKATER).
#[parameters]
#[derive(Default)]
pub struct Skater {
    /// The areas, their neighbours, and what each region must have.
    #[flatten]
    pub units: RegionUnits,
    /// Number of regions.
    #[parameter(value = "K", short = 'k', alias = "count", required)]
    pub k: Option<usize>,
}

impl Operation for Skater {
    const NAME: &'static str = "skater";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "So many regions of neighbouring areas that are alike";
    const DEFINITION: &'static str = "the shortest tree of neighbours, cut where that lessens the sum of squared distances \
                                      within regions the most (Assunção et al. 2006)";
    const REMARKS: &'static str = "The shortest tree of neighbours is cut where that lessens the sum of squared distances within regions the most.";
    const EXAMPLES: &'static [&'static str] = &[
        "skater towns.csv --values rate,output --areas towns.geojson --contiguity queen -k 8 -o regions.csv",
        "skater towns.csv --values rate --weights towns.gal -k 6 --min-areas 4 --floor firms=200 --format json",
        "skater towns.csv --values rate --areas towns.geojson --contiguity rook -k 8 --regions regions.geojson",
    ];
    const PARTS: &'static [Part] = PARTS;

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_for(self.units.parts())
    }

    fn run_for(&self, parts: &[&str]) -> Result<Outcome> {
        let regions = self.k.ok_or_else(|| missing(Self::NAME, "k"))?;
        let mut numbers = self.units.read(Self::NAME, parts)?;
        let options = SkaterOptions::default().with_regions(regions).with_floors(self.units.floors(&numbers));
        let made = stats::skater(&numbers.scaled(self.units.raw), &numbers.weights, &options)?;
        let found = made.sizes.len();
        if found < regions {
            numbers.notes.push(format!("found {found} regions, not {regions}: the floors allow no further cut"));
        }
        self.units.outcome(parts, numbers, &made)
    }
}

/// As many regions of neighbouring areas as floors allow, of areas that are alike (max-p).
#[parameters]
pub struct MaxP {
    /// The areas, their neighbours, and what each region must have.
    #[flatten]
    pub units: RegionUnits,
    /// How many times regions are grown.
    pub trials: u64,
    /// Seed of the random orders.
    pub seed: u64,
}

impl Default for MaxP {
    fn default() -> Self {
        Self { units: RegionUnits::default(), trials: 99, seed: 0 }
    }
}

impl Operation for MaxP {
    const NAME: &'static str = "max-p";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "As many regions of neighbouring areas as a floor allows";
    const DEFINITION: &'static str = "the most regions of neighbours that reach the floors, and of these the least sum of \
                                      squared distances within regions that is found (Duque, Anselin and Rey 2012)";
    const REMARKS: &'static str = "Regions are grown from areas in random order; those of the trials with the most regions \
are improved by moving areas.";
    const EXAMPLES: &'static [&'static str] = &[
        "max-p towns.csv --values rate --floor firms=500 --areas towns.geojson --contiguity queen -o regions.csv",
        "max-p towns.csv --values rate,output --min-areas 3 --weights towns.gal --trials 999 --seed 7 --format json",
    ];
    const PARTS: &'static [Part] = PARTS;

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_for(self.units.parts())
    }

    fn run_for(&self, parts: &[&str]) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, parts)?;
        let options = MaxPOptions::default()
            .with_floors(self.units.floors(&numbers))
            .with_trials(self.trials)
            .with_seed(self.seed);
        let made = stats::max_p(&numbers.scaled(self.units.raw), &numbers.weights, &options)?;
        let mut outcome = self.units.outcome(parts, numbers, &made)?;
        outcome.manifest.insert("seed".to_owned(), json!(self.seed));
        Ok(outcome)
    }
}
