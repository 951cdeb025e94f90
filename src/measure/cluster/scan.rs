//! Kulldorff's scan: where there are more cases than chance would have put there.

use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{Display, EnumString, VariantNames};

use super::density_based::ClusteredPoints;
use super::description::{Description, described};
use super::measured_places;
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::measure::firms::point_inputs;
use crate::measure::operation::{Input, Operation, Part, RunProgress, missing};
use crate::measure::outcome::{Outcome, OutcomeLayer, OutcomeTable, Places};
use crate::measure::weights::row_ids;
use crate::model::json::json;
use crate::model::{Distance, MetreGrid, Point};
use crate::source::grid::bring_to_grid;
use crate::source::point_table::{PointTable, point_table, take_off_earth};
use crate::source::{AreaSource, PointSource};
use crate::stats::{self, ScanCluster, ScanEllipse, ScanModel, ScanOptions, ScanRates, ScanShape};

/// The shapes of the zones that a scan looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ZoneShape {
    /// Circles about each place.
    #[default]
    Circular,
    /// Circles and ellipses about each place.
    Elliptic,
}

/// Kulldorff's scan of a table of places: the circles or ellipses in which there are more cases, or fewer, than chance would
/// have put there.
#[parameters]
pub struct Scan {
    /// The table, a row for each place.
    #[flatten]
    pub table: PointSource,
    /// Column with the ids of the places [default: the numbers of the rows from 1].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Column with the number of cases at each place.
    #[parameter(value = "COLUMN", required)]
    pub cases: String,
    /// Column with the population of each place, for the Poisson model.
    #[parameter(value = "COLUMN", conflicts = "controls")]
    pub population: Option<String>,
    /// Column with the number of controls at each place, for the Bernoulli model.
    #[parameter(value = "COLUMN")]
    pub controls: Option<String>,
    /// Whether zones of more cases than expected are looked for, of fewer, or of both.
    pub rates: ScanRates,
    /// Shapes of the zones that are looked at; elliptic means circles and ellipses.
    #[parameter(alias = "shape")]
    pub zone_shape: ZoneShape,
    /// How much ellipses that are not compact count less: 0 not at all, 0.5 as SaTScan's medium penalty, 1 as its strong
    /// one [default: 0.5].
    #[parameter(requires = "zone_shape")]
    pub penalty: Option<f64>,
    /// Metre grid for ellipses: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default:
    /// the points' own, or the one that suits where they lie].
    #[parameter(requires = "zone_shape")]
    pub grid: Option<MetreGrid>,
    /// The most of the whole population that a zone may hold, as a share.
    pub max_share: f64,
    /// Greatest radius of a circle, or shorter half axis of an ellipse, such as 20km [default: none].
    pub max_radius: Option<Distance>,
    /// Fewest cases of a zone of high rates [default: 2].
    pub min_cases: Option<u64>,
    /// Number of random maps that are tried; 0 for none.
    #[parameter(alias = "simulations")]
    pub replications: u64,
    /// Seed of the random maps.
    pub seed: u64,
    /// Areas, such as towns or parks, of which the nearest gives a cluster its name.
    #[flatten]
    pub areas: AreaSource,
}

impl Default for Scan {
    fn default() -> Self {
        let ScanOptions { rates, greatest_share, simulations, seed, .. } = ScanOptions::default();
        Self {
            table: PointSource::default(),
            id: None,
            cases: String::new(),
            population: None,
            controls: None,
            rates,
            zone_shape: ZoneShape::default(),
            penalty: None,
            grid: None,
            max_share: greatest_share,
            max_radius: None,
            min_cases: None,
            replications: simulations,
            seed,
            areas: AreaSource::default(),
        }
    }
}

impl Operation for Scan {
    const NAME: &'static str = "scan";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str =
        "Kulldorff's scan: circles or ellipses with more cases than chance would have put there";
    const DEFINITION: &'static str = "the zones of the greatest likelihood ratios, Poisson c ln(c / E) + (C - c) \
                                      ln((C - c) / (C - E)) or Bernoulli, that overlap no better one; p = (M + 1) / (R + 1) \
                                      among the best of random maps (Kulldorff 1997)";
    const REMARKS: &'static str = "Of each centre the best circle or ellipse is kept; those that overlap a better one are \
left out. p is (M + 1) / (R + 1) among the best of random maps. Ellipses have axes 1.5, 2, 3, 4 and 5 to 1 in 4 to 15 \
directions, counted counter-clockwise from east.";
    const EXAMPLES: &'static [&'static str] = &[
        "scan towns.csv --cases retired --population firms --format json",
        "scan towns.csv --cases short --controls met --max-share 0.25 --rates both -o clusters.csv",
        "scan towns.csv --cases retired --population firms --zone-shape elliptic --penalty 1 -o clusters.csv",
    ];

    const PARTS: &'static [Part] = &[
        Part { name: MEMBERS, is_layer: false, about: "a row for each place in a cluster" },
        Part { name: HULLS, is_layer: true, about: "the concave hull of each cluster" },
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        self.run_telling(&[], &mut |_| {})
    }

    fn run_telling(&self, _parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        let (options, held_against) = self.options()?;
        let mut placed = point_table(&self.table)?;
        let mut notes = placed.notes();
        notes.extend(take_off_earth(&mut placed));
        let reference = placed.reference;
        let stated: Vec<Option<Point>> = placed.points.clone();
        let mut grid = None;
        if self.zone_shape == ZoneShape::Elliptic && (self.grid.is_some() || reference.is_wgs84_like()) {
            let (used, told) = bring_to_grid(&mut placed, self.grid, None)?;
            notes.extend(told);
            grid = Some(used);
        }
        let ids = row_ids(&placed.table, self.id.as_deref())?;
        let rows: Vec<usize> = (0..placed.points.len()).filter(|row| placed.points[*row].is_some()).collect();
        let cases = self.counts(&placed, &rows)?;
        let mut population = numbers(&placed, held_against, &rows)?;
        if options.model == ScanModel::Bernoulli {
            population.iter_mut().zip(&cases).for_each(|(controls, cases)| *controls += *cases as f64);
        }
        let places = measured_places(placed.points.iter().flatten(), placed.reference)?;
        let mut told = |done: u64, all: u64| {
            let counted = done / (rows.len() as u64).max(1);
            progress(RunProgress { what: "maps", counted, done, size: Some(all) });
        };
        let clusters = stats::scan_telling(&places, &cases, &population, &options, &mut told)?;
        if clusters.is_empty() {
            notes.push("no zone has more, or fewer, cases than expected".to_owned());
        }

        let mut labels = vec![None; stated.len()];
        for (number, cluster) in (0..).zip(&clusters) {
            cluster.members.iter().for_each(|member| labels[rows[*member as usize]] = Some(number));
        }
        // Where the places lie, not where they were brought to be measured.
        placed.points = stated.clone();
        placed.reference = reference;
        let naming = ClusteredPoints { areas: self.areas.clone(), ..ClusteredPoints::default() };
        let Description { clusters: described, hulls, .. } = described(&naming, &placed, &labels, &mut notes)?;
        let members = members(&clusters, &rows, &ids, &cases, &population)?;
        let found = Zones {
            names: texts(&described, "name")?,
            areas_km2: numbers_of(&described, "area_km2")?,
            centres: clusters.iter().map(|cluster| stated[rows[cluster.centre]]).collect(),
            ids: rows.iter().map(|row| ids[*row].as_str()).collect(),
            clusters,
            is_elliptic: self.zone_shape == ZoneShape::Elliptic,
        };
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.scalars.insert("clusters".to_owned(), found.json());
        outcome.manifest.extend(grid.map(|grid| ("grid".to_owned(), json!(grid))));
        outcome.manifest.insert("seed".to_owned(), json!(self.seed));
        let table = OutcomeTable::hidden("clusters", found.frame()?);
        outcome.tables.push(table.at(Places::Points(found.centres, reference)));
        outcome.tables.push(OutcomeTable::hidden(MEMBERS, members));
        outcome.layers.push(OutcomeLayer::of_areas(HULLS, &hulls));
        Ok(outcome)
    }
}

impl Scan {
    /// The options of the scan, and the column with which cases are compared.
    fn options(&self) -> Result<(ScanOptions, &str)> {
        const MEDIUM: f64 = 0.5;
        if self.cases.is_empty() {
            return Err(missing(Self::NAME, "cases"));
        }
        let (model, held_against) = match (&self.population, &self.controls) {
            (Some(population), None) => (ScanModel::Poisson, population),
            (None, Some(controls)) => (ScanModel::Bernoulli, controls),
            _ => return Err(refused("cases are held against one column", "give either ‹population› or ‹controls›")),
        };
        let shape = match self.zone_shape {
            ZoneShape::Elliptic => ScanShape::Ellipse { compactness: self.penalty.unwrap_or(MEDIUM) },
            ZoneShape::Circular if self.penalty.is_some() || self.grid.is_some() => {
                return Err(refused(
                    "‹penalty› and ‹grid› are for ellipses",
                    "leave them out, or make ‹zone_shape› elliptic",
                ));
            }
            ZoneShape::Circular => ScanShape::Circle,
        };
        if self.rates == ScanRates::Low && self.min_cases.is_some() {
            return Err(refused(
                "‹min_cases› is for zones of high rates",
                "leave it out, or make ‹rates› high or both",
            ));
        }
        let mut options = ScanOptions::default()
            .with_model(model)
            .with_rates(self.rates)
            .with_shape(shape)
            .with_greatest_share(self.max_share)
            .with_simulations(self.replications)
            .with_seed(self.seed);
        if let Some(radius) = self.max_radius {
            options = options.with_greatest_radius_m(radius.metres());
        }
        if let Some(cases) = self.min_cases {
            options = options.with_fewest_cases(cases);
        }
        Ok((options, held_against))
    }

    /// The cases of the rows, which must be whole.
    fn counts(&self, placed: &PointTable, rows: &[usize]) -> Result<Vec<u64>> {
        let cases = numbers(placed, &self.cases, rows)?;
        if let Some(place) = cases.iter().position(|cases| !(*cases >= 0.0 && cases.fract() == 0.0)) {
            let (statistic, found) = (STATISTIC, cases[place]);
            let row = placed.table.rows[rows[place]];
            let place = format!("column `{}`, row {row}", self.cases);
            return Err(StatsError::Value { statistic, place, found, expected: "a whole number of cases" }.into());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and not negative, as has just been checked"
        )]
        let counts = cases.iter().map(|cases| *cases as u64).collect();
        Ok(counts)
    }
}

const STATISTIC: &str = "the spatial scan";
const MEMBERS: &str = "members";
const HULLS: &str = "hulls";

/// A row for each place in a cluster.
fn members(
    clusters: &[ScanCluster],
    rows: &[usize],
    ids: &[String],
    cases: &[u64],
    population: &[f64],
) -> Result<DataFrame> {
    let of_cluster = |(number, cluster): (u32, &'_ ScanCluster)| -> Vec<(u32, usize)> {
        cluster.members.iter().map(|member| (number, *member as usize)).collect()
    };
    let all: Vec<(u32, usize)> = (0..).zip(clusters).flat_map(of_cluster).collect();
    let columns = vec![
        Column::new("cluster".into(), all.iter().map(|(number, _)| *number).collect::<Vec<_>>()),
        Column::new("id".into(), all.iter().map(|(_, place)| ids[rows[*place]].as_str()).collect::<Vec<_>>()),
        Column::new("cases".into(), all.iter().map(|(_, place)| cases[*place]).collect::<Vec<_>>()),
        Column::new("population".into(), all.iter().map(|(_, place)| population[*place]).collect::<Vec<_>>()),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the members"))
}

/// The cells of a column of a description.
fn texts(frame: &DataFrame, name: &str) -> Result<Vec<Option<String>>> {
    let column = frame.column(name).and_then(|column| column.str()).map_err(Error::table(name.to_owned()))?;
    Ok(column.iter().map(|cell| cell.map(str::to_owned)).collect())
}

/// The numbers of a column of a description.
fn numbers_of(frame: &DataFrame, name: &str) -> Result<Vec<Option<f64>>> {
    let column = frame.column(name).and_then(|column| column.f64()).map_err(Error::table(name.to_owned()))?;
    Ok(column.iter().collect())
}

/// The numbers of a column in some rows, each of which must have one.
fn numbers(placed: &PointTable, name: &str, rows: &[usize]) -> Result<Vec<f64>> {
    let numbers = placed.table.numbers(name)?;
    let number = |row: &usize| {
        numbers.get(*row).ok_or_else(|| StatsError::Shape {
            statistic: STATISTIC,
            what: "the column",
            found: format!("an empty cell of `{name}` in row {}", placed.table.rows[*row]),
            expected: "a number in every row".to_owned(),
        })
    };
    Ok(rows.iter().map(number).collect::<Result<_, _>>()?)
}

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

/// The clusters of a scan, the least likely by chance first.
struct Zones<'a> {
    clusters: Vec<ScanCluster>,
    /// The ids of the places.
    ids: Vec<&'a str>,
    /// The positions of the centres.
    centres: Vec<Option<Point>>,
    /// The nearest area of each cluster, where there are areas.
    names: Vec<Option<String>>,
    /// The size of the hull of each; none of places that enclose nothing.
    areas_km2: Vec<Option<f64>>,
    is_elliptic: bool,
}

impl Zones<'_> {
    fn members(&self, cluster: &ScanCluster) -> Vec<&str> {
        cluster.members.iter().map(|member| self.ids[*member as usize]).collect()
    }

    /// The clusters with their places by their ids.
    fn json(&self) -> Value {
        let cluster = |(number, cluster): (usize, &ScanCluster)| {
            let mut value = json!(cluster);
            value["cluster"] = json!(number);
            value["name"] = json!(self.names[number]);
            value["x"] = json!(self.centres[number].map(|at| at.x));
            value["y"] = json!(self.centres[number].map(|at| at.y));
            value["area_km2"] = json!(self.areas_km2[number]);
            value["centre"] = json!(self.ids[cluster.centre]);
            value["members"] = json!(self.members(cluster));
            value
        };
        self.clusters.iter().enumerate().map(cluster).collect()
    }

    /// A row for each cluster.
    fn frame(&self) -> Result<DataFrame> {
        let of = &self.clusters;
        let number = |get: fn(&ScanCluster) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
        let position = |of: fn(Point) -> f64| self.centres.iter().map(|at| at.map(of)).collect::<Vec<_>>();
        let mut columns = vec![
            Column::new("cluster".into(), (0..).take(of.len()).collect::<Vec<u32>>()),
            Column::new("name".into(), &self.names),
            Column::new("centre".into(), of.iter().map(|one| self.ids[one.centre]).collect::<Vec<_>>()),
            Column::new("x".into(), position(|at| at.x)),
            Column::new("y".into(), position(|at| at.y)),
            Column::new("area_km2".into(), &self.areas_km2),
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
        let members: Vec<String> = of.iter().map(|one| self.members(one).join(" ")).collect();
        columns.push(Column::new("members".into(), members));
        DataFrame::new_infer_height(columns).map_err(Error::table("the scan"))
    }
}
