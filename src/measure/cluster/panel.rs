//! Clusters that survive a panel of radii and least numbers of points.

use polars::prelude::{Column, DataFrame};

use super::{beside, measured_places};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::measure::firms::{FirmSource, ReadFirms};
use crate::measure::operation::{Input, Operation, Part, missing};
use crate::measure::outcome::{Outcome, OutcomeTable, Places};
use crate::model::json::json;
use crate::model::{Distance, Point};
use crate::source::point_table::{PointTable, take_off_earth};
use crate::stats::{self, ClusterSurvival};

/// DBSCAN under several radii and least numbers of points: which clusters survive, and how often each point is in one.
#[parameters]
pub struct DbscanPanel {
    /// The points.
    #[flatten]
    pub points: FirmSource,
    /// Radius whose clusters are asked about: 500m, 1km.
    #[parameter(required)]
    pub radius: Option<Distance>,
    /// How many points within the radius, itself counted, make a point the core of a cluster that is asked about.
    pub min_points: usize,
    /// Radii of the panel [default: half, three quarters, once, one and a half times and twice the radius].
    #[parameter(value = "DISTANCE,…", comma)]
    pub radii: Vec<Distance>,
    /// Least numbers of points of the panel [default: half, once and twice that which is asked about].
    #[parameter(value = "N,…", comma)]
    pub sizes: Vec<u64>,
    /// Least Jaccard coefficient with which a cluster of another setting is the same, and least part of its members that must stand in one
    /// cluster to be together.
    #[parameter(value = "SHARE")]
    pub overlap: f64,
}

impl Default for DbscanPanel {
    fn default() -> Self {
        Self {
            points: FirmSource::default(),
            radius: None,
            min_points: 5,
            radii: Vec::new(),
            sizes: Vec::new(),
            overlap: 0.5,
        }
    }
}

const MEMBERS: &str = "members";
const SETTINGS: &str = "settings";

impl Operation for DbscanPanel {
    const NAME: &'static str = "dbscan-panel";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "Which clusters survive a panel of radii and least numbers of points?";
    const DEFINITION: &'static str = "share of settings of DBSCAN in which a cluster has a Jaccard coefficient of at least the overlap with \
                                      one of theirs (after Hennig 2007)";
    const REMARKS: &'static str = "The setting that is asked about need not be in the panel; its clusters are held against all other settings. \
A cluster survives where one of another setting has at least the overlap in common with it, of all members of both; its members are together \
where at least that part of them stands in one cluster, however large. Distances are those of great circles for longitude and latitude.";
    const EXAMPLES: &'static [&'static str] = &[
        "dbscan-panel firms.csv --radius 500m --min-points 10 -o clusters.csv --members members.csv",
        "dbscan-panel firms.csv --radius 500m --radii 300m,400m,500m,700m,1km --sizes 5,10,20 --format json",
    ];
    const PARTS: &'static [Part] = &[
        Part {
            name: MEMBERS,
            is_layer: false,
            about: "the points, each with its cluster and the share of settings that have it in one",
        },
        Part {
            name: SETTINGS,
            is_layer: false,
            about: "a row for each setting, with its clusters and the points in them",
        },
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let radius = self.radius.ok_or_else(|| missing(Self::NAME, "radius"))?;
        let settings = self.settings(radius)?;
        let ReadFirms { points: mut placed, mut notes, .. } = self.points.read()?;
        notes.extend(take_off_earth(&mut placed));
        let places = measured_places(placed.points.iter().flatten(), placed.reference)?;
        let labels: Vec<Vec<Option<u32>>> = settings
            .iter()
            .map(|(radius_m, least)| Ok(stats::dbscan(&places, *radius_m, *least)?.labels))
            .collect::<Result<_>>()?;
        let found = stats::cluster_panel(&labels, 0, self.overlap)?;
        let survive = found.clusters.iter().filter(|one| one.survived_share.is_some_and(|share| share >= 0.5)).count();
        let mut outcome = Outcome {
            summary: Some(format!(
                "{} clusters, of which {survive} survive half of {} other settings or more",
                found.clusters.len(),
                settings.len() - 1
            )),
            ..Outcome::default()
        };
        outcome.scalars.insert("radius_m".to_owned(), json!(radius.metres()));
        outcome.scalars.insert("min_points".to_owned(), json!(self.min_points));
        outcome.scalars.insert("overlap".to_owned(), json!(self.overlap));
        let rows: Vec<usize> = (0..placed.points.len()).filter(|row| placed.points[*row].is_some()).collect();
        let (mut cluster, mut share) = (vec![None; placed.points.len()], vec![None; placed.points.len()]);
        for ((row, label), own) in rows.iter().zip(&labels[0]).zip(&found.clustered_share) {
            (cluster[*row], share[*row]) = (*label, Some(*own));
        }
        let PointTable { table, reference, points, .. } = placed;
        let centres = centres(&points, &cluster, found.clusters.len());
        let clusters = OutcomeTable::of_rows("clusters", frame(&found.clusters)?);
        outcome.tables.push(clusters.at(Places::Points(centres, reference)));
        let columns = vec![Column::new("cluster".into(), cluster), Column::new("clustered_share".into(), share)];
        let members = OutcomeTable::hidden(MEMBERS, beside(&table, columns)?);
        outcome.tables.push(members.at(Places::Points(points, reference)));
        let count = |labels: &[Option<u32>]| labels.iter().flatten().max().map_or(0, |last| u64::from(*last) + 1);
        let columns = vec![
            Column::new("radius_m".into(), settings.iter().map(|one| one.0).collect::<Vec<_>>()),
            Column::new("min_points".into(), settings.iter().map(|one| one.1 as u64).collect::<Vec<_>>()),
            Column::new("clusters".into(), labels.iter().map(|labels| count(labels)).collect::<Vec<_>>()),
            Column::new(
                "clustered".into(),
                labels.iter().map(|labels| labels.iter().flatten().count() as u64).collect::<Vec<_>>(),
            ),
        ];
        let settings = DataFrame::new_infer_height(columns).map_err(Error::table(SETTINGS))?;
        outcome.tables.push(OutcomeTable::of_rows(SETTINGS, settings));
        outcome.notes = notes;
        Ok(outcome)
    }
}

impl DbscanPanel {
    /// The settings, that which is asked about first; each once.
    fn settings(&self, radius: Distance) -> Result<Vec<(f64, usize)>> {
        let radii_m: Vec<f64> = match self.radii.is_empty() {
            true => [0.5, 0.75, 1.0, 1.5, 2.0].map(|times| times * radius.metres()).to_vec(),
            false => self.radii.iter().copied().map(Distance::metres).collect(),
        };
        let least = self.min_points;
        let sizes: Vec<usize> = match self.sizes.is_empty() {
            true => vec![least.div_ceil(2), least, least * 2],
            false => self.sizes.iter().map(|size| usize::try_from(*size).unwrap_or(usize::MAX)).collect(),
        };
        let mut settings = vec![(radius.metres(), least)];
        for setting in radii_m.iter().flat_map(|radius_m| sizes.iter().map(|size| (*radius_m, *size))) {
            if !settings.contains(&setting) {
                settings.push(setting);
            }
        }
        if settings.len() == 1 {
            return Err(ProjectError::Options {
                message: "the panel has no setting but that which is asked about".to_owned(),
                hint: "give other ‹radii› or ‹sizes›".to_owned(),
            }
            .into());
        }
        Ok(settings)
    }
}

/// The mean of the points of each cluster.
fn centres(points: &[Option<Point>], cluster: &[Option<u32>], count: usize) -> Vec<Option<Point>> {
    let mut sums = vec![(0.0, 0.0, 0.0); count];
    for (point, cluster) in points.iter().zip(cluster).filter_map(|(point, cluster)| Some(((*point)?, (*cluster)?))) {
        let sum = &mut sums[cluster as usize];
        *sum = (sum.0 + point.x, sum.1 + point.y, sum.2 + 1.0);
    }
    sums.into_iter().map(|(x, y, n)| (n > 0.0).then(|| Point::new(x / n, y / n))).collect()
}

fn frame(of: &[ClusterSurvival]) -> Result<DataFrame> {
    let number = |name: &str, get: fn(&ClusterSurvival) -> Option<f64>| {
        Column::new(name.into(), of.iter().map(get).collect::<Vec<_>>())
    };
    let columns = vec![
        Column::new("cluster".into(), (0_u64..).take(of.len()).collect::<Vec<_>>()),
        Column::new("members".into(), of.iter().map(|one| one.members as u64).collect::<Vec<_>>()),
        number("survived_share", |one| one.survived_share),
        number("mean_jaccard", |one| one.mean_jaccard),
        number("together_share", |one| one.together_share),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the clusters"))
}
