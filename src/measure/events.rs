//! Centres of the points of a table, and their clustering in space and time.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};

use super::firms::sector_cells;
use super::operation::{DEFAULT_PERMUTATIONS, Input, Operation, missing};
use super::outcome::{Outcome, OutcomeTable, Places};
use super::windowed::{FirmsInGrid, GridPoints};
use crate::declare::parameters;
use crate::error::{Error, Result, StatsError};
use crate::model::json::json;
use crate::model::{Distance, Point, Reference, cell};
use crate::source;
use crate::source::point_table::PointTable;
use crate::stats::{self, Permutations};

/// Middle and spread of points: mean and median centre, standard distance and ellipse, hull, smallest circle.
#[parameters]
#[derive(Default)]
pub struct Centrography {
    /// The points and their grid.
    #[flatten]
    pub points: GridPoints,
    /// Column whose values have a row each, such as the sector [default: all points together].
    #[parameter(value = "COLUMN")]
    pub by: Option<String>,
    /// Column with the weights of points.
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
}

/// Places and weights of the points of a sector.
type Group = (Vec<[f64; 2]>, Vec<f64>);

impl Operation for Centrography {
    const NAME: &'static str = "centrography";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Middle and spread of points: mean and median centre, standard distance and ellipse, hull, circle";
    const DEFINITION: &'static str =
        "mean and median centre, smallest circle, standard deviational ellipse (Yuill 1971)";
    const REMARKS: &'static str = "Centres are told in longitude and latitude and in the metre grid. The ellipse is \
CrimeStat's: its axes are drawn longer by √2 and √(n / (n - 2)); the long one is turned counter-clockwise from east by so \
many degrees.";
    const EXAMPLES: &'static [&'static str] = &[
        "centrography firms.csv --by sector -o centres.csv",
        "centrography firms.csv --by sector --weight employees --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let FirmsInGrid { points: placed, grid, mut notes, .. } = self.points.read()?;
        let groups = self.groups(&placed, &mut notes)?;
        if groups.is_empty() {
            return Err(StatsError::NoValues { statistic: Self::NAME }.into());
        }
        let few = groups.values().filter(|(at, _)| at.len() < 3).count();
        if few > 0 {
            notes.push(format!("{few} rows have fewer than 3 points and no ellipse"));
        }
        let found =
            groups.values().map(|(at, weights)| stats::centrography(at, weights)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = groups.keys().map(String::as_str).collect();
        let frame = frame(self.by.as_deref().unwrap_or("points"), &names, &found, placed.reference)?;
        let means = found.iter().map(|one| Some(Point::new(one.mean_centre_m[0], one.mean_centre_m[1]))).collect();
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.manifest.insert("grid".to_owned(), json!(grid));
        outcome.tables.push(OutcomeTable::whole("centres", frame).at(Places::Points(means, placed.reference)));
        Ok(outcome)
    }
}

impl Centrography {
    /// The points of each sector, in the order of their names.
    fn groups(&self, placed: &PointTable, notes: &mut Vec<String>) -> Result<BTreeMap<String, Group>> {
        let PointTable { table, points, .. } = placed;
        let sectors = self.by.as_deref().map(|by| sector_cells(table, by)).transpose()?;
        let weights: Vec<Option<f64>> = match &self.weight {
            Some(weight) => table.amounts(weight)?.iter().collect(),
            None => vec![Some(1.0); points.len()],
        };
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let (mut unweighed, mut nameless) = (0_usize, 0_usize);
        for (row, point) in points.iter().enumerate() {
            let Some(point) = point else { continue };
            let Some(weight) = weights[row] else {
                unweighed += 1;
                continue;
            };
            let sector = match &sectors {
                Some(sectors) => sectors.get(row).map(str::trim).filter(|sector| !sector.is_empty()),
                None => Some("all"),
            };
            let Some(sector) = sector else {
                nameless += 1;
                continue;
            };
            let group = groups.entry(sector.to_owned()).or_default();
            group.0.push([point.x, point.y]);
            group.1.push(weight);
        }
        for (count, what) in [(unweighed, "no weight"), (nameless, "no sector")] {
            if count > 0 {
                notes.push(format!("{count} points have {what} and are left out"));
            }
        }
        Ok(groups)
    }
}

/// A row for each sector, with the centres also in longitude and latitude.
fn frame(by: &str, names: &[&str], found: &[stats::Centrography], reference: Reference) -> Result<DataFrame> {
    type Centre = fn(&stats::Centrography) -> [f64; 2];
    let to_degrees = source::Transform::new(reference, Reference::Wgs84)?;
    let number = |name: &str, of: &dyn Fn(&stats::Centrography) -> Option<f64>| {
        Column::new(name.into(), found.iter().map(of).collect::<Vec<_>>())
    };
    let counts: Vec<u64> = found.iter().map(|one| one.n as u64).collect();
    let mut columns = vec![Column::new(by.into(), names), Column::new("n".into(), counts)];
    let centres: [(&str, Centre); 3] = [
        ("mean", |one| one.mean_centre_m),
        ("median", |one| one.median_centre_m),
        ("circle", |one| one.circle_centre_m),
    ];
    for (name, of) in centres {
        let at: Vec<Option<Point>> = found.iter().map(|one| Some(Point::new(of(one)[0], of(one)[1]))).collect();
        let images = to_degrees.images(&at);
        for (axis, points) in [("lon", &images), ("lat", &images), ("x_m", &at), ("y_m", &at)] {
            let is_east = matches!(axis, "lon" | "x_m");
            let values: Vec<Option<f64>> =
                points.iter().map(|point| point.map(|point| if is_east { point.x } else { point.y })).collect();
            columns.push(Column::new(format!("{name}_{axis}").into(), values));
        }
    }
    columns.extend([
        number("standard_distance_m", &|one| Some(one.standard_distance_m)),
        number("semi_major_m", &|one| one.ellipse.map(|ellipse| ellipse.semi_major_m)),
        number("semi_minor_m", &|one| one.ellipse.map(|ellipse| ellipse.semi_minor_m)),
        number("rotation_deg", &|one| one.ellipse.map(|ellipse| ellipse.rotation_deg)),
        number("circle_radius_m", &|one| Some(one.circle_radius_m)),
        number("hull_m2", &|one| Some(one.hull_m2)),
        number("box_m2", &|one| Some(one.box_m2)),
        number("rectangle_m2", &|one| Some(one.rectangle_m2)),
    ]);
    DataFrame::new_infer_height(columns).map_err(Error::table("the centres"))
}

/// Knox's test: whether events that are near in space are near in time as well.
#[parameters]
pub struct Knox {
    /// The events and their grid.
    #[flatten]
    pub points: GridPoints,
    /// Column with the dates.
    #[parameter(value = "COLUMN", required)]
    pub date: String,
    /// Distance up to which pairs are near in space: 2km.
    #[parameter(alias = "within", required)]
    pub radius: Option<Distance>,
    /// Number of days up to which pairs are near in time.
    #[parameter(value = "DAYS", required)]
    pub days: Option<f64>,
    /// Number of random orders of the dates that are tried; 0 for none.
    pub permutations: u64,
    /// Seed of the random orders.
    pub seed: u64,
}

impl Default for Knox {
    fn default() -> Self {
        Self {
            points: GridPoints::default(),
            date: String::new(),
            radius: None,
            days: None,
            permutations: DEFAULT_PERMUTATIONS,
            seed: 0,
        }
    }
}

impl Operation for Knox {
    const NAME: &'static str = "knox";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Knox's test: is what is near in space near in time as well?";
    const DEFINITION: &'static str = "sum_i<j 1[d_ij <= distance] 1[|t_i - t_j| <= time], dates permuted";
    const REMARKS: &'static str = "Rows without a date or a place are left out, and counted in a note. p of permutations is \
(M + 1) / (R + 1).";
    const EXAMPLES: &'static [&'static str] = &[
        "knox listed.csv --date reviewed_on --radius 2km --days 30",
        "knox listed.csv --date self_checked_on --radius 500m --days 7 --permutations 9999 --seed 1 --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        const FEW: f64 = 5.0;
        let radius = self.radius.ok_or_else(|| missing(Self::NAME, "radius"))?;
        let within_days = self.days.ok_or_else(|| missing(Self::NAME, "days"))?;
        let FirmsInGrid { points: PointTable { table, points, .. }, grid, mut notes, .. } = self.points.read()?;
        let dates = table.text(&self.date)?;
        let day =
            |row: usize| dates.get(row).and_then(cell::date).map(|date| date.signed_duration_since(EPOCH).num_days());
        let rows: Vec<(Point, f64)> =
            (0..points.len()).filter_map(|row| Some((points[row]?, day(row)? as f64))).collect();
        let dateless = points.iter().flatten().count() - rows.len();
        if dateless > 0 {
            notes.push(format!("{dateless} rows have no date in `{}` and are left out", self.date));
        }
        let at: Vec<[f64; 2]> = rows.iter().map(|(point, _)| [point.x, point.y]).collect();
        let days: Vec<f64> = rows.iter().map(|(_, day)| *day).collect();
        let permutations = Permutations { count: self.permutations, seed: self.seed };
        let found = stats::knox(&at, &days, radius.metres(), within_days, permutations)?;
        if found.expected < FEW {
            notes.push(format!("{:.1} pairs are expected: read p of permutations", found.expected));
        }
        let mut outcome = Outcome::from_result(found)?;
        outcome.notes = notes;
        outcome.scalars.insert("distance_m".to_owned(), json!(radius.metres()));
        outcome.scalars.insert("within_days".to_owned(), json!(within_days));
        outcome.manifest.insert("grid".to_owned(), json!(grid));
        outcome.manifest.insert("seed".to_owned(), json!(self.seed));
        Ok(outcome)
    }
}

/// From where days are counted.
const EPOCH: chrono::NaiveDate = chrono::NaiveDate::MIN;
