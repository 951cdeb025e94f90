//! Clusters of points by their density.

use polars::prelude::Column;

use super::description::{Description, described};
use super::{beside, measured_places};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::firms::{FirmSource, ReadFirms};
use crate::measure::operation::{Input, Operation, Part, missing};
use crate::measure::outcome::{Outcome, OutcomeLayer, OutcomeTable, Places};
use crate::model::Distance;
use crate::source::AreaSource;
use crate::source::point_table::{PointTable, take_off_earth};
use crate::stats;

const REMARKS: &str = "Distances are those of great circles for longitude and latitude, in the plane of a projected grid. A \
point counts itself. A cluster is named after the nearest of the areas and its most frequent sector.";

const PARTS: &[Part] = &[
    Part { name: CLUSTERS, is_layer: false, about: "a row for each cluster" },
    Part { name: HULLS, is_layer: true, about: "the concave hull of each cluster" },
];
const CLUSTERS: &str = "clusters";
const HULLS: &str = "hulls";

/// Points in which clusters are found, and what the clusters are described by.
#[parameters]
#[derive(Default)]
pub struct ClusteredPoints {
    /// The table, a row for each point.
    #[flatten]
    pub table: FirmSource,
    /// Column with the sectors of the points, of which each cluster's most frequent is told.
    #[parameter(value = "COLUMN")]
    pub by: Option<String>,
    /// Additive column whose sum over each cluster is told, such as employees or output_cny.
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Areas, such as towns or parks, of which the nearest gives a cluster its name.
    #[flatten]
    pub areas: AreaSource,
}

/// What a method finds among points that have a position.
struct Found {
    /// The cluster of each point; none for noise.
    labels: Vec<Option<u32>>,
    /// What else the method says of each point, by its name.
    columns: Vec<(&'static str, Vec<Option<f64>>)>,
}

impl ClusteredPoints {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = self.table.inputs();
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs
    }

    /// The clusters that a method finds; they are described where a part of the outcome needs it, as hulls take longer than
    /// finding the clusters.
    fn outcome(&self, parts: &[&str], find: impl FnOnce(&stats::Places) -> Result<Found>) -> Result<Outcome> {
        let ReadFirms { points: mut placed, mut notes, .. } = self.table.read()?;
        notes.extend(take_off_earth(&mut placed));
        let found = find(&measured_places(placed.points.iter().flatten(), placed.reference)?)?;
        let rows: Vec<usize> = (0..placed.points.len()).filter(|row| placed.points[*row].is_some()).collect();
        let mut labels = vec![None; placed.points.len()];
        rows.iter().zip(found.labels).for_each(|(row, label)| labels[*row] = label);
        let count = labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
        if count == 0 {
            notes.push("no cluster was found".to_owned());
        }
        let description = match parts.is_empty() {
            false => Some(described(self, &placed, &labels, &mut notes)?),
            true => {
                notes.extend(self.undescribed());
                None
            }
        };

        let mut outcome = Outcome::default();
        let mut columns = vec![Column::new("cluster".into(), &labels)];
        outcome.lists.push(("labels", columns[0].clone()));
        for (name, values) in found.columns {
            let mut all = vec![None; labels.len()];
            rows.iter().zip(values).for_each(|(row, value)| all[*row] = value);
            let column = Column::new(name.into(), all);
            outcome.lists.push((name, column.clone()));
            columns.push(column);
        }
        let noise = labels.iter().filter(|label| label.is_none()).count();
        outcome.summary = Some(format!("{count} clusters, {noise} of {} rows in none", labels.len()));
        let PointTable { table, reference, points, .. } = placed;
        let members = OutcomeTable::hidden("members", beside(&table, columns)?);
        outcome.tables.push(members.at(Places::Points(points, reference)));
        if let Some(Description { clusters, centres, hulls }) = description {
            let places = Places::Points(centres, reference);
            outcome.tables.push(OutcomeTable::of_rows(CLUSTERS, clusters).at(places));
            outcome.layers.push(OutcomeLayer::of_areas(HULLS, &hulls));
        }
        outcome.notes = notes;
        Ok(outcome)
    }

    /// What to tell where something would describe clusters and none are described.
    fn undescribed(&self) -> Option<String> {
        let by = self.by.as_ref().map(|_| "‹by›");
        let weight = self.weight.as_ref().map(|_| "‹weight›");
        let areas = self.areas.areas.as_ref().map(|_| "‹areas›");
        let given: Vec<&str> = [by, weight, areas].into_iter().flatten().collect();
        let names = given.join(", ");
        (!given.is_empty()).then(|| format!("{names} describe clusters, which only ‹clusters›, ‹hulls› and JSON hold"))
    }
}

/// Clusters of points that have enough others within a radius (DBSCAN).
#[parameters]
pub struct Dbscan {
    /// The points, and what describes their clusters.
    #[flatten]
    pub points: ClusteredPoints,
    /// Radius within which points are near: 500m, 1km.
    #[parameter(required)]
    pub radius: Option<Distance>,
    /// How many points within the radius, itself counted, make a point the core of a cluster.
    pub min_points: usize,
}

impl Default for Dbscan {
    fn default() -> Self {
        Self { points: ClusteredPoints::default(), radius: None, min_points: 5 }
    }
}

impl Operation for Dbscan {
    const NAME: &'static str = "dbscan";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "Points with enough others within a radius";
    const DEFINITION: &'static str = "a core has min_points points at d <= radius, itself counted; cores within the radius \
                                      of each other are of one cluster, with all points within it (Ester et al. 1996)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "dbscan firms.csv --radius 500m --min-points 10 -o members.csv --clusters clusters.csv",
        "dbscan firms.csv --radius 1km --min-points 20 --by sector --hulls hulls.geojson --format json",
    ];
    const PARTS: &'static [Part] = PARTS;

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_for(&[CLUSTERS, HULLS])
    }

    fn run_for(&self, parts: &[&str]) -> Result<Outcome> {
        let radius = self.radius.ok_or_else(|| missing(Self::NAME, "radius"))?;
        self.points.outcome(parts, |places| {
            let found = stats::dbscan(places, radius.metres(), self.min_points)?;
            let core = found.core.iter().map(|is_core| Some(f64::from(u8::from(*is_core)))).collect();
            Ok(Found { labels: found.labels, columns: vec![("core", core)] })
        })
    }
}

/// Clusters of points of any density: those that last longest as the radius shrinks (HDBSCAN).
#[parameters]
pub struct Hdbscan {
    /// The points, and what describes their clusters.
    #[flatten]
    pub points: ClusteredPoints,
    /// Least number of points of a cluster.
    pub min_cluster_size: usize,
    /// How many points, itself counted, the core distance of a point reaches [default: the least number of points of a
    /// cluster].
    pub min_points: Option<usize>,
}

impl Default for Hdbscan {
    fn default() -> Self {
        Self { points: ClusteredPoints::default(), min_cluster_size: 5, min_points: None }
    }
}

impl Operation for Hdbscan {
    const NAME: &'static str = "hdbscan";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "Clusters of any density, those that last longest as the radius shrinks";
    const DEFINITION: &'static str = "max(core distance of a, core distance of b, d(a, b)) in a tree of shortest links, cut \
                                      where clusters last longest (Campello, Moulavi and Sander 2013)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "hdbscan firms.csv --min-cluster-size 30 -o members.csv",
        "hdbscan firms.csv --min-cluster-size 30 --min-points 10 --areas towns.geojson --clusters clusters.csv",
    ];
    const PARTS: &'static [Part] = PARTS;

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_for(&[CLUSTERS, HULLS])
    }

    fn run_for(&self, parts: &[&str]) -> Result<Outcome> {
        let core_points = self.min_points.unwrap_or(self.min_cluster_size);
        self.points.outcome(parts, |places| {
            let found = stats::hdbscan(places, self.min_cluster_size, core_points)?;
            let probability = found.probabilities.into_iter().map(Some).collect();
            Ok(Found { labels: found.labels, columns: vec![("probability", probability)] })
        })
    }
}

/// Points in the order in which density leads from one to the next, and the clusters that the order shows (OPTICS).
#[parameters]
pub struct Optics {
    /// The points, and what describes their clusters.
    #[flatten]
    pub points: ClusteredPoints,
    /// How many points, itself counted, the core distance of a point reaches.
    pub min_points: usize,
    /// Greatest radius that is looked at, such as 5km [default: as far as any two points are apart].
    pub max_radius: Option<Distance>,
    /// How steep the side of a cluster is: the share by which reachability falls or rises from one point to the next.
    pub xi: f64,
}

impl Default for Optics {
    fn default() -> Self {
        Self { points: ClusteredPoints::default(), min_points: 5, max_radius: None, xi: 0.05 }
    }
}

impl Operation for Optics {
    const NAME: &'static str = "optics";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "Points in the order in which density leads from one to the next";
    const DEFINITION: &'static str = "points ordered by the least max(core distance, distance) from those before; clusters \
                                      between sides of it of steepness xi (Ankerst et al. 1999)";
    const REMARKS: &'static str = "Without a greatest radius the work grows with the square of the number of points. Distances \
are those of great circles for longitude and latitude, in the plane of a projected grid. A cluster is named after the nearest \
of the areas and its most frequent sector.";
    const EXAMPLES: &'static [&'static str] = &[
        "optics firms.csv --min-points 10 --max-radius 5km -o order.csv",
        "optics firms.csv --min-points 10 --max-radius 5km --xi 0.1 --clusters clusters.csv",
    ];
    const PARTS: &'static [Part] = PARTS;

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_for(&[CLUSTERS, HULLS])
    }

    fn run_for(&self, parts: &[&str]) -> Result<Outcome> {
        let greatest_radius_m = self.max_radius.map_or(f64::INFINITY, Distance::metres);
        self.points.outcome(parts, |places| {
            let found = stats::optics(places, self.min_points, greatest_radius_m, self.xi)?;
            let mut order = vec![None; found.ordering.len()];
            (0..).zip(&found.ordering).for_each(|(at, point)| order[*point as usize] = Some(f64::from(at)));
            let columns = vec![
                ("order", order),
                ("reachability_m", found.reachability_m),
                ("core_distance_m", found.core_distance_m),
            ];
            Ok(Found { labels: found.labels, columns })
        })
    }
}
