//! Where the points of a table have their middle, and whether they follow each other in space and time.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use super::point_pattern::{Pattern, object};
use crate::check::parse_date;
use crate::error::{Error, Result, StatsError};
use crate::model::{MetreGrid, Point, Reference};
use crate::source;
use crate::source::grid::bring_to_grid;
use crate::source::point_table::{PointSource, PointTable, point_table, take_off_earth};
use crate::stats::{self, Permutations};

/// Points to be brought into a metre grid.
#[derive(Debug, Clone)]
pub struct GridPoints {
    /// The points.
    pub points: PointSource,
    /// The metre grid; by default that of the points, or the one that suits where they lie.
    pub grid: Option<MetreGrid>,
}

impl GridPoints {
    /// The table with its points in the grid they are in or are brought to.
    fn read(&self) -> Result<(PointTable, Vec<String>)> {
        let mut placed = point_table(&self.points)?;
        let mut notes = placed.notes();
        notes.extend(take_off_earth(&mut placed));
        notes.extend(bring_to_grid(&mut placed, self.grid)?.1);
        Ok((placed, notes))
    }
}

/// Centres and spread to tell.
#[derive(Debug, Clone)]
pub struct CentrographyRequest {
    /// The points.
    pub source: GridPoints,
    /// The column whose values have a row each; all points together by default.
    pub by: Option<String>,
    /// The column with the weights.
    pub weight: Option<String>,
}

/// Centres of points.
#[derive(Debug, Clone)]
pub struct Centres {
    /// A row for each sector.
    pub frame: DataFrame,
    /// What they were made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// A row of [`stats::centrography`] for each sector, in the order of their names, with the centres also in longitude and latitude.
///
/// # Errors
///
/// What reading and the statistic refuse.
pub fn centrography(request: &CentrographyRequest) -> Result<Centres> {
    let (PointTable { table, reference, points, .. }, mut notes) = request.source.read()?;
    let sectors = request.by.as_deref().map(|by| table.text(by)).transpose()?;
    let weights: Vec<Option<f64>> = match &request.weight {
        Some(weight) => table.numbers(weight)?.iter().collect(),
        None => vec![Some(1.0); points.len()],
    };
    let mut groups: BTreeMap<String, (Vec<[f64; 2]>, Vec<f64>)> = BTreeMap::new();
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
    if groups.is_empty() {
        return Err(StatsError::NoValues { statistic: "centrography" }.into());
    }
    let few = groups.values().filter(|(at, _)| at.len() < 3).count();
    if few > 0 {
        notes.push(format!("{few} rows have fewer than 3 points and no ellipse"));
    }
    let found = groups.values().map(|(at, weights)| stats::centrography(at, weights)).collect::<Result<Vec<_>, _>>()?;
    let to_degrees = source::Transform::new(reference, Reference::Wgs84)?;
    let number = |name: &str, of: &dyn Fn(&stats::Centrography) -> Option<f64>| {
        Column::new(name.into(), found.iter().map(of).collect::<Vec<_>>())
    };
    let counts: Vec<u64> = found.iter().map(|one| one.n as u64).collect();
    let name = request.by.as_deref().unwrap_or("points");
    let mut columns = vec![
        Column::new(name.into(), groups.keys().map(String::as_str).collect::<Vec<_>>()),
        Column::new("n".into(), counts),
    ];
    type Centre = fn(&stats::Centrography) -> [f64; 2];
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
    let frame = DataFrame::new_infer_height(columns).map_err(Error::table("the centres"))?;
    let mut more = Map::new();
    more.insert("by".to_owned(), json!(request.by));
    more.insert("weight".to_owned(), json!(request.weight));
    let definition = "mean and median centre, smallest circle, standard deviational ellipse (Yuill 1971)";
    let manifest = manifest("centrography", definition, request.source.points.table.file().as_slice(), more)?;
    Ok(Centres { frame, manifest, notes })
}

/// Events to hold against each other in space and time.
#[derive(Debug, Clone)]
pub struct KnoxRequest {
    /// Where they took place.
    pub source: GridPoints,
    /// The column with their dates.
    pub date: String,
    /// Up to where pairs are near in space.
    pub distance_m: f64,
    /// Up to when pairs are near in time.
    pub within_days: f64,
    /// How many random orders of the dates are tried.
    pub permutations: Permutations,
}

/// [`stats::knox`] of the rows that have a place and a date.
///
/// # Errors
///
/// What reading and the statistic refuse.
pub fn knox(request: &KnoxRequest) -> Result<Pattern> {
    let (PointTable { table, points, .. }, mut notes) = request.source.read()?;
    let dates = table.text(&request.date)?;
    let day = |row: usize| dates.get(row).and_then(parse_date).map(|date| date.signed_duration_since(EPOCH).num_days());
    let rows: Vec<(Point, f64)> = (0..points.len()).filter_map(|row| Some((points[row]?, day(row)? as f64))).collect();
    let dateless = points.iter().flatten().count() - rows.len();
    if dateless > 0 {
        notes.push(format!("{dateless} rows have no date in `{}` and are left out", request.date));
    }
    let at: Vec<[f64; 2]> = rows.iter().map(|(point, _)| [point.x, point.y]).collect();
    let days: Vec<f64> = rows.iter().map(|(_, day)| *day).collect();
    let found = stats::knox(&at, &days, request.distance_m, request.within_days, request.permutations)?;
    if found.expected < 5.0 {
        notes.push(format!("{:.1} pairs are expected: read p of permutations", found.expected));
    }
    let mut fields = object(found)?;
    fields.insert("distance_m".to_owned(), json!(request.distance_m));
    fields.insert("within_days".to_owned(), json!(request.within_days));
    let mut more = Map::new();
    more.insert("seed".to_owned(), json!(request.permutations.seed));
    let definition = "sum_i<j 1[d_ij <= distance] 1[|t_i - t_j| <= time], dates permuted";
    let manifest = manifest("knox", definition, request.source.points.table.file().as_slice(), more)?;
    Ok(Pattern { fields, manifest, notes })
}

/// From where days are counted.
const EPOCH: chrono::NaiveDate = chrono::NaiveDate::MIN;
