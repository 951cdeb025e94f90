//! Clusters of the points of a table, with their hulls and names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use geo::{ConcaveHull as _, Coord, MapCoords as _, MultiPoint, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use crate::error::{Error, Result, StatsError};
use crate::model::{Area, Areas, Measured, MetreGrid, Point, Reference, Table};
use crate::source;
use crate::source::LayerSource;
use crate::source::grid::bring_to_grid;
use crate::source::layers;
use crate::source::point_table::{PointSource, PointTable, brought_to, point_table, take_off_earth};
use crate::stats::{self, Places, ScanCluster, ScanEllipse, ScanModel, ScanOptions, ScanShape};

/// How clusters are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClusterMethod {
    /// [`stats::dbscan`].
    Dbscan {
        /// The radius.
        radius_m: f64,
        /// How many points make a core.
        minimum_points: usize,
    },
    /// [`stats::hdbscan`].
    Hdbscan {
        /// The least size of a cluster.
        cluster_points: usize,
        /// How many points the core distance reaches.
        core_points: usize,
    },
    /// [`stats::optics`].
    Optics {
        /// How many points make a core.
        core_points: usize,
        /// The greatest radius.
        greatest_radius_m: f64,
        /// ξ.
        steepness: f64,
    },
}

/// Clusters to find.
#[derive(Debug, Clone)]
pub struct ClusterRequest {
    /// The points.
    pub points: PointSource,
    /// How.
    pub method: ClusterMethod,
    /// The column with the sectors of the points.
    pub by: Option<String>,
    /// A column whose sum over a cluster is told, such as employees.
    pub weight: Option<String>,
    /// Areas that give clusters their names.
    pub names: Option<LayerSource>,
    /// Whether clusters are described beside their members; hulls take longer than finding them.
    pub describe: bool,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClusterSummary {
    /// Its number.
    pub cluster: u32,
    /// The nearest named area and the most frequent sector, as far as known.
    pub name: Option<String>,
    /// How many points it has.
    pub members: usize,
    /// The sum of their weights.
    pub weight: Option<f64>,
    /// Their most frequent sector.
    pub sector: Option<String>,
    /// The part of the members that are of it.
    pub sector_share: Option<f64>,
    /// The mean of their coordinates.
    pub x: f64,
    /// The same.
    pub y: f64,
    /// The size of their concave hull; none of points that enclose nothing.
    pub area_km2: Option<f64>,
    /// Members per km² of it.
    pub density_per_km2: Option<f64>,
}

/// Clusters of a table.
#[derive(Debug, Clone)]
pub struct FoundClusters {
    /// The table.
    pub table: Table,
    /// The cluster of each row; none for noise and for rows without a place.
    pub labels: Vec<Option<u32>>,
    /// What the method says of each row, by its name; none for rows without a place.
    pub columns: Vec<(&'static str, Vec<Option<f64>>)>,
    /// How many clusters there are.
    pub count: usize,
    /// Each cluster, where they are described.
    pub clusters: Vec<ClusterSummary>,
    /// The concave hulls of those that enclose something, in WGS 84, where they are described.
    pub hulls: Areas,
    /// What it was made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Finds clusters of the points of a table. Distances are those of great circles for longitude and latitude, in the plane for a
/// projected grid.
///
/// # Errors
///
/// What reading and the method refuse.
pub fn clusters(request: &ClusterRequest) -> Result<FoundClusters> {
    let mut placed = point_table(&request.points)?;
    let mut notes = placed.notes();
    notes.extend(take_off_earth(&mut placed));
    let PointTable { table, reference, points, .. } = placed;
    let rows: Vec<usize> = (0..points.len()).filter(|row| points[*row].is_some()).collect();
    let places = places(points.iter().flatten(), reference)?;
    let mut columns: Vec<(&'static str, Vec<Option<f64>>)> = Vec::new();
    let spread = |values: Vec<Option<f64>>| {
        let mut all = vec![None; points.len()];
        rows.iter().zip(values).for_each(|(row, value)| all[*row] = value);
        all
    };
    let numbers = |values: &[bool]| values.iter().map(|is| Some(f64::from(u8::from(*is)))).collect();
    let (name, found) = match request.method {
        ClusterMethod::Dbscan { radius_m, minimum_points } => {
            let found = stats::dbscan(&places, radius_m, minimum_points)?;
            columns.push(("core", spread(numbers(&found.core))));
            ("dbscan", found.labels)
        }
        ClusterMethod::Hdbscan { cluster_points, core_points } => {
            let found = stats::hdbscan(&places, cluster_points, core_points)?;
            columns.push(("probability", spread(found.probabilities.into_iter().map(Some).collect())));
            ("hdbscan", found.labels)
        }
        ClusterMethod::Optics { core_points, greatest_radius_m, steepness } => {
            let found = stats::optics(&places, core_points, greatest_radius_m, steepness)?;
            let mut position = vec![None; found.ordering.len()];
            (0..).zip(&found.ordering).for_each(|(at, point)| position[*point as usize] = Some(f64::from(at)));
            columns.push(("order", spread(position)));
            columns.push(("reachability_m", spread(found.reachability_m)));
            columns.push(("core_distance_m", spread(found.core_distance_m)));
            ("optics", found.labels)
        }
    };
    let mut labels = vec![None; points.len()];
    rows.iter().zip(found).for_each(|(row, label)| labels[*row] = label);
    let described: &[Option<u32>] = if request.describe { &labels } else { &[] };
    let (clusters, hulls) = summaries(request, &table, &points, reference, described)?;
    let count = labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    if count == 0 {
        notes.push("no cluster was found".to_owned());
    }
    let mut inputs: Vec<PathBuf> = request.points.table.file().into_iter().collect();
    inputs.extend(request.names.iter().filter_map(|layer| layer.file.file()));
    let definition = format!("{:?}", request.method);
    let manifest = manifest(name, &definition, &inputs, Map::new())?;
    Ok(FoundClusters { table, labels, columns, count, clusters, hulls, manifest, notes })
}

fn places<'a>(points: impl Iterator<Item = &'a Point>, reference: Reference) -> Result<Places> {
    let at: Vec<[f64; 2]> = points.map(|point| [point.x, point.y]).collect();
    Ok(match reference.measured()? {
        Measured::Geodesic => Places::on_sphere(&at)?,
        Measured::Planar(_) => Places::planar(&at)?,
    })
}

fn summaries(
    request: &ClusterRequest,
    table: &Table,
    points: &[Option<Point>],
    reference: Reference,
    labels: &[Option<u32>],
) -> Result<(Vec<ClusterSummary>, Areas)> {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    labels.iter().enumerate().filter_map(|(row, label)| Some((row, (*label)?))).for_each(|(row, label)| {
        members.entry(label).or_default().push(row);
    });
    let sectors = request.by.as_deref().map(|by| table.text(by)).transpose()?;
    let weights = request.weight.as_deref().map(|weight| table.numbers(weight)).transpose()?;
    let layer = request.names.as_ref().map(layers::layer).transpose()?;
    let members: Vec<(u32, Vec<usize>)> = members.into_iter().collect();
    let described = |(cluster, rows): &(u32, Vec<usize>)| -> Result<(ClusterSummary, Option<Area>)> {
        let cluster = *cluster;
        let own: Vec<Point> = rows.iter().filter_map(|row| points[*row]).collect();
        let count = own.len() as f64;
        let mean = |of: fn(&Point) -> f64| own.iter().map(of).sum::<f64>() / count;
        let centre = Point::new(mean(|point| point.x), mean(|point| point.y));
        let sector = sectors.as_ref().and_then(|sectors| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            let named = rows.iter().filter_map(|row| sectors.get(*row)).map(str::trim).filter(|cell| !cell.is_empty());
            named.for_each(|sector| *counts.entry(sector).or_default() += 1);
            // Of several as frequent the first by name.
            let (sector, count) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
            Some((sector.to_owned(), count as f64 / rows.len() as f64))
        });
        let place = match &layer {
            Some(layer) => brought_to(&[Some(centre)], reference, &layer.areas)?[0]
                .and_then(|centre| layer.index.nearest_within(centre, f64::MAX))
                .map(|(area, _)| layer.areas.areas[area].name.clone()),
            None => None,
        };
        let sector_name = sector.as_ref().map(|(sector, _)| sector.clone());
        let words: Vec<String> = [place, sector_name].into_iter().flatten().collect();
        let hull = hull(&own, centre, reference).map(|geometry| Area {
            id: cluster.to_string(),
            name: if words.is_empty() { cluster.to_string() } else { words.join(" ") },
            parent: None,
            geometry,
        });
        let area_km2 = hull.as_ref().and_then(|hull| {
            let layer = Areas { layer: String::new(), source: String::new(), reference, areas: vec![hull.clone()] };
            layer.areas_km2().ok()?.first().copied().filter(|size| *size > 0.0)
        });
        let summary = ClusterSummary {
            cluster,
            name: (!words.is_empty()).then(|| words.join(" ")),
            members: rows.len(),
            weight: weights.as_ref().map(|weights| rows.iter().filter_map(|row| weights.get(*row)).sum()),
            sector_share: sector.as_ref().map(|(_, share)| *share),
            sector: sector.map(|(sector, _)| sector),
            x: centre.x,
            y: centre.y,
            area_km2,
            density_per_km2: area_km2.map(|size| count / size),
        };
        Ok((summary, hull.filter(|_| area_km2.is_some())))
    };
    let described: Vec<_> = members.par_iter().map(described).collect::<Result<_>>()?;
    let (clusters, hulls): (Vec<_>, Vec<_>) = described.into_iter().unzip();
    let hulls = hulls.into_iter().flatten().collect();
    let hulls = Areas { layer: "clusters".to_owned(), source: table.source.clone(), reference, areas: hulls };
    let hulls = if reference.is_wgs84_like() { hulls } else { source::projected_areas(&hulls, Reference::Wgs84)? };
    Ok((clusters, hulls))
}

/// The concave hull of points; of longitude and latitude in a frame in which a step is as long to all sides.
fn hull(points: &[Point], centre: Point, reference: Reference) -> Option<MultiPolygon> {
    const FEWEST: usize = 3;
    let narrow = if reference.is_wgs84_like() { centre.y.to_radians().cos() } else { 1.0 };
    let mut at: Vec<Coord> =
        points.iter().map(|point| Coord { x: (point.x - centre.x) * narrow, y: point.y - centre.y }).collect();
    at.sort_by(|one, other| one.x.total_cmp(&other.x).then(one.y.total_cmp(&other.y)));
    at.dedup();
    if at.len() < FEWEST || narrow <= 0.0 {
        return None;
    }
    let hull = MultiPoint::from(at).concave_hull();
    Some(MultiPolygon(vec![hull.map_coords(|at| Coord { x: at.x / narrow + centre.x, y: at.y + centre.y })]))
}

impl FoundClusters {
    /// One object: the label of each row, what the method says of it, the clusters.
    #[must_use]
    pub fn json(&self) -> String {
        let mut fields = Map::new();
        fields.insert("labels".to_owned(), json!(self.labels));
        for (name, column) in &self.columns {
            fields.insert((*name).to_owned(), json!(column));
        }
        fields.insert("clusters".to_owned(), json!(self.clusters));
        fields.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(fields))
    }

    /// The rows of the table, each with its cluster.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let known = self.table.columns();
        // A column of that name is the table's own.
        let named = |name: &str| {
            if known.iter().any(|known| known == name) { format!("{name}_found") } else { name.to_owned() }
        };
        let mut columns = vec![Column::new(named("cluster").into(), self.labels.clone())];
        columns.extend(self.columns.iter().map(|(name, column)| Column::new(named(name).into(), column.clone())));
        self.table.frame.hstack(&columns).map_err(Error::table("the clusters"))
    }

    /// A row for each cluster.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn clusters_frame(&self) -> Result<DataFrame> {
        let of = &self.clusters;
        let number = |get: fn(&ClusterSummary) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
        let columns = vec![
            Column::new("cluster".into(), of.iter().map(|one| one.cluster).collect::<Vec<_>>()),
            Column::new("name".into(), of.iter().map(|one| one.name.clone()).collect::<Vec<_>>()),
            Column::new("members".into(), of.iter().map(|one| one.members as u64).collect::<Vec<_>>()),
            Column::new("weight".into(), number(|one| one.weight)),
            Column::new("sector".into(), of.iter().map(|one| one.sector.clone()).collect::<Vec<_>>()),
            Column::new("sector_share".into(), number(|one| one.sector_share)),
            Column::new("x".into(), number(|one| Some(one.x))),
            Column::new("y".into(), number(|one| Some(one.y))),
            Column::new("area_km2".into(), number(|one| one.area_km2)),
            Column::new("density_per_km2".into(), number(|one| one.density_per_km2)),
        ];
        DataFrame::new_infer_height(columns).map_err(Error::table("the clusters"))
    }
}

/// A table to scan.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The places.
    pub points: PointSource,
    /// The column with their ids; the numbers of the rows from 1 by default.
    pub id: Option<String>,
    /// The column with the cases.
    pub cases: String,
    /// The column with the population, or for Bernoulli with the controls.
    pub population: String,
    /// The metre grid that ellipses of longitude and latitude are drawn in.
    pub grid: Option<MetreGrid>,
    /// How.
    pub options: ScanOptions,
}

/// What a scan found.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The clusters, the least likely by chance first.
    pub clusters: Vec<ScanCluster>,
    /// The ids of the places.
    pub ids: Vec<String>,
    /// Whether ellipses were looked at.
    pub is_elliptic: bool,
    /// What it was made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Scans the places of a table.
///
/// # Errors
///
/// What reading and [`stats::scan`] refuse; cells that are no numbers; cases that are not whole.
pub fn scan(request: &ScanRequest) -> Result<Scanned> {
    let mut placed = point_table(&request.points)?;
    let mut notes = placed.notes();
    notes.extend(take_off_earth(&mut placed));
    if request.options.shape != ScanShape::Circle && placed.reference.is_wgs84_like() {
        notes.extend(bring_to_grid(&mut placed, request.grid)?.1);
    }
    let ids = super::weights::row_ids(&placed.table, request.id.as_deref())?;
    let rows: Vec<usize> = (0..placed.points.len()).filter(|row| placed.points[*row].is_some()).collect();
    let column = |name: &str| -> Result<Vec<f64>> {
        let numbers = placed.table.numbers(name)?;
        let number = |row: &usize| {
            numbers.get(*row).ok_or_else(|| StatsError::Shape {
                statistic: "the spatial scan",
                what: "the column",
                found: format!("an empty cell of `{name}` in row {}", placed.table.rows[*row]),
                expected: "a number in every row".to_owned(),
            })
        };
        Ok(rows.iter().map(number).collect::<Result<_, _>>()?)
    };
    let (cases, mut population) = (column(&request.cases)?, column(&request.population)?);
    if let Some(place) = cases.iter().position(|cases| !(*cases >= 0.0 && cases.fract() == 0.0)) {
        let (statistic, found) = ("the spatial scan", cases[place]);
        let row = placed.table.rows[rows[place]];
        let place = format!("column `{}`, row {row}", request.cases);
        return Err(StatsError::Value { statistic, place, found, expected: "a whole number of cases" }.into());
    }
    if request.options.model == ScanModel::Bernoulli {
        population.iter_mut().zip(&cases).for_each(|(controls, cases)| *controls += cases);
    }
    let places = places(placed.points.iter().flatten(), placed.reference)?;
    let cases: Vec<u64> = cases.iter().map(|cases| *cases as u64).collect();
    let clusters = stats::scan(&places, &cases, &population, &request.options)?;
    if clusters.is_empty() {
        notes.push("no zone has more, or fewer, cases than expected".to_owned());
    }
    let mut more = Map::new();
    more.insert("seed".to_owned(), json!(request.options.seed));
    let inputs: Vec<PathBuf> = request.points.table.file().into_iter().collect();
    let manifest = manifest("scan", &format!("{:?}", request.options), &inputs, more)?;
    let ids = rows.iter().map(|row| ids[*row].clone()).collect();
    Ok(Scanned { clusters, ids, is_elliptic: request.options.shape != ScanShape::Circle, manifest, notes })
}

impl Scanned {
    /// One object: the clusters, their places by their ids.
    #[must_use]
    pub fn json(&self) -> String {
        let ids = |cluster: &ScanCluster| -> Vec<&str> {
            cluster.members.iter().map(|member| self.ids[*member as usize].as_str()).collect()
        };
        let clusters: Vec<Value> = self
            .clusters
            .iter()
            .map(|cluster| {
                let mut value = json!(cluster);
                value["centre"] = json!(self.ids[cluster.centre]);
                value["members"] = json!(ids(cluster));
                value
            })
            .collect();
        format!("{}\n", json!({ "clusters": clusters, "manifest": self.manifest }))
    }

    /// A row for each cluster.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let of = &self.clusters;
        let number = |get: fn(&ScanCluster) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
        let members = |cluster: &ScanCluster| -> String {
            cluster.members.iter().map(|member| self.ids[*member as usize].as_str()).collect::<Vec<_>>().join(" ")
        };
        let mut columns = vec![
            Column::new("centre".into(), of.iter().map(|one| self.ids[one.centre].clone()).collect::<Vec<_>>()),
            Column::new("radius_m".into(), number(|one| Some(one.radius_m))),
            Column::new("cases".into(), of.iter().map(|one| one.cases).collect::<Vec<_>>()),
            Column::new("population".into(), number(|one| Some(one.population))),
            Column::new("expected".into(), number(|one| Some(one.expected))),
            Column::new("observed_over_expected".into(), number(|one| Some(one.observed_over_expected))),
            Column::new("relative_risk".into(), number(|one| one.relative_risk)),
            Column::new("log_likelihood_ratio".into(), number(|one| Some(one.log_likelihood_ratio))),
            Column::new("p".into(), number(|one| one.p)),
        ];
        if self.is_elliptic {
            let shape = |get: fn(&ScanEllipse) -> f64| -> Vec<Option<f64>> {
                of.iter().map(|one| one.ellipse.as_ref().map(get)).collect()
            };
            columns.extend([
                Column::new("axis_ratio".into(), shape(|one| one.axis_ratio)),
                Column::new("angle_deg".into(), shape(|one| one.angle_deg)),
                Column::new("semiminor_m".into(), shape(|one| one.semiminor_m)),
                Column::new("semimajor_m".into(), shape(|one| one.semimajor_m)),
                Column::new("statistic".into(), shape(|one| one.statistic)),
            ]);
        }
        columns.push(Column::new("members".into(), of.iter().map(members).collect::<Vec<_>>()));
        DataFrame::new_infer_height(columns).map_err(Error::table("the scan"))
    }
}
