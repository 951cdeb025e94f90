//! Clusters of two dates, and which of them are the same.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use geo::{BooleanOps as _, BoundingRect as _, Intersects as _, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::{Area, Areas, Reference, register_column};
use crate::source::{self, AreaOptions, TableOptions};
use crate::stats::{self, ClusterChange, ClusterMatch, ClusterOverlap, MatchOptions};

/// Clusters of two dates to match.
#[derive(Debug, Clone)]
pub struct MatchRequest {
    /// Members before: a table with a cluster in each row; or the hulls of the clusters, a file of areas.
    pub before: PathBuf,
    /// The same after.
    pub after: PathBuf,
    /// The column with the ids of the members; recognised by default.
    pub id: Option<String>,
    /// The column with the clusters.
    pub cluster: String,
    /// When clusters are the same.
    pub options: MatchOptions,
}

/// Which clusters of two dates are the same.
#[derive(Debug, Clone)]
pub struct MatchedClusters {
    /// The matches.
    pub matches: Vec<ClusterMatch>,
    /// What the clusters before are called.
    pub before: Vec<String>,
    /// What those after are called.
    pub after: Vec<String>,
    /// The unit of sizes: `members`, `m2`.
    pub unit: &'static str,
    /// What they were made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Clusters with their sizes, and what two of them share.
struct Dates {
    names: [Vec<String>; 2],
    sizes: [Vec<f64>; 2],
    shared: Vec<ClusterOverlap>,
    unit: &'static str,
    notes: Vec<String>,
}

/// Matches the clusters of two dates: by the members they share, or where hulls are given by the area in m² they share.
///
/// # Errors
///
/// What reading and [`stats::matched_clusters`] refuse; one table and one file of areas; ids that a table has twice.
pub fn matched_clusters(request: &MatchRequest) -> Result<MatchedClusters> {
    let files = [&request.before, &request.after];
    let dates = match files.map(|file| source::is_vector(file)) {
        [true, true] => of_hulls(files)?,
        [false, false] => of_members(files, request)?,
        _ => {
            return Err(ProjectError::Options {
                message: "one file holds members, the other areas: they have nothing in common".to_owned(),
                hint: "give members of both dates, or hulls of both".to_owned(),
            }
            .into());
        }
    };
    let Dates { names: [before, after], sizes, shared, unit, notes } = dates;
    let matches = stats::matched_clusters(&sizes[0], &sizes[1], &shared, request.options)?;
    let definition = format!("{:?}, shared {unit}", request.options);
    let manifest = manifest("match", &definition, &files.map(Clone::clone), Map::new())?;
    Ok(MatchedClusters { matches, before, after, unit, manifest, notes })
}

fn of_members(files: [&PathBuf; 2], request: &MatchRequest) -> Result<Dates> {
    let mut notes = Vec::new();
    let members = [members(files[0], request, &mut notes)?, members(files[1], request, &mut notes)?];
    let mut names = [Vec::new(), Vec::new()];
    let mut sizes = [Vec::new(), Vec::new()];
    let mut numbers: [HashMap<&str, usize>; 2] = [HashMap::new(), HashMap::new()];
    for (date, members) in members.iter().enumerate() {
        // Clusters by the order of their first members.
        let mut clusters: HashMap<&str, usize> = HashMap::new();
        for (id, cluster) in members {
            let number = *clusters.entry(cluster).or_insert_with(|| {
                names[date].push(cluster.clone());
                sizes[date].push(0.0);
                names[date].len() - 1
            });
            sizes[date][number] += 1.0;
            numbers[date].insert(id, number);
        }
    }
    let mut shared: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (id, before) in &numbers[0] {
        if let Some(after) = numbers[1].get(id) {
            *shared.entry((*before, *after)).or_default() += 1.0;
        }
    }
    if shared.is_empty() && !numbers.iter().any(HashMap::is_empty) {
        notes.push("no id is a member of a cluster at both dates".to_owned());
    }
    let shared = shared.into_iter().map(|((before, after), shared)| ClusterOverlap { before, after, shared }).collect();
    Ok(Dates { names, sizes, shared, unit: "members", notes })
}

/// The id and the cluster of each member.
fn members(file: &Path, request: &MatchRequest, notes: &mut Vec<String>) -> Result<Vec<(String, String)>> {
    let table = source::table(file, &TableOptions::default())?;
    let headers = table.columns();
    let recognised = || register_column("id").and_then(|definition| definition.header_in(&headers));
    let id = match &request.id {
        Some(id) => id.as_str(),
        None => recognised().ok_or_else(|| ReadError::MissingColumn {
            file: table.source.clone(),
            column: "id".to_owned(),
            available: headers.clone(),
        })?,
    };
    let (ids, clusters) = (table.text(id)?, table.text(&request.cluster)?);
    let (mut members, mut nameless) = (Vec::new(), 0_usize);
    let mut rows: HashMap<String, u64> = HashMap::new();
    let mut faults = Vec::new();
    for ((id, cluster), row) in ids.iter().zip(clusters.iter()).zip(&table.rows) {
        let known = |cell: Option<&str>| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let Some(cluster) = known(cluster) else { continue };
        let Some(id) = known(id) else {
            nameless += 1;
            continue;
        };
        match rows.insert(id.clone(), *row) {
            Some(other) => faults.push(format!("`{id}` in rows {other} and {row}")),
            None => members.push((id, cluster)),
        }
    }
    if !faults.is_empty() {
        const NAMED: usize = 10;
        let more = if faults.len() > NAMED { format!(", and {} more", faults.len() - NAMED) } else { String::new() };
        let named = faults[..faults.len().min(NAMED)].join(", ");
        return Err(ProjectError::Options {
            message: format!("{}: found {named}{more}, expected each id once", table.source),
            hint: "--id names the column with the ids".to_owned(),
        }
        .into());
    }
    if nameless > 0 {
        notes.push(format!("{}: {nameless} members without an id count for nothing", table.source));
    }
    Ok(members)
}

fn of_hulls(files: [&PathBuf; 2]) -> Result<Dates> {
    let before = source::areas(files[0], &AreaOptions::default())?;
    let mut after = source::areas(files[1], &AreaOptions::default())?;
    if !before.reference.agrees_with(after.reference) {
        after = source::projected_areas(&after, before.reference)?;
    }
    let sizes = [sizes_m2(&before)?, sizes_m2(&after)?];
    let mut shared = Vec::new();
    for (one, area) in before.areas.iter().enumerate() {
        for (other, area_after) in after.areas.iter().enumerate() {
            let meet = match (area.geometry.bounding_rect(), area_after.geometry.bounding_rect()) {
                (Some(box_before), Some(box_after)) => box_before.intersects(&box_after),
                _ => false,
            };
            if meet {
                let common = area.geometry.intersection(&area_after.geometry);
                let shared_m2 = common_m2(common, before.reference)?;
                if shared_m2 > 0.0 {
                    shared.push(ClusterOverlap { before: one, after: other, shared: shared_m2 });
                }
            }
        }
    }
    let names = [&before, &after].map(|areas| areas.areas.iter().map(|area| area.id.clone()).collect());
    Ok(Dates { names, sizes, shared, unit: "m2", notes: Vec::new() })
}

fn sizes_m2(areas: &Areas) -> Result<Vec<f64>> {
    Ok(areas.areas_km2()?.into_iter().map(|size| size * 1e6).collect())
}

fn common_m2(geometry: MultiPolygon, reference: Reference) -> Result<f64> {
    let area = Area { id: String::new(), name: String::new(), parent: None, geometry };
    let areas = Areas { layer: String::new(), source: String::new(), reference, areas: vec![area] };
    Ok(sizes_m2(&areas)?.into_iter().sum())
}

impl MatchedClusters {
    /// How many matches there are of each kind of change.
    #[must_use]
    pub fn counts(&self) -> Vec<(ClusterChange, usize)> {
        let count = |change| self.matches.iter().filter(|one| one.change == change).count();
        ClusterChange::ALL.iter().map(|change| (*change, count(*change))).collect()
    }

    /// One object: the matches, their clusters by their names, and how many there are of each kind.
    #[must_use]
    pub fn json(&self) -> String {
        let matches: Vec<Value> = self
            .matches
            .iter()
            .map(|one| {
                let mut value = json!(one);
                value["before"] = json!(one.before.iter().map(|cluster| &self.before[*cluster]).collect::<Vec<_>>());
                value["after"] = json!(one.after.iter().map(|cluster| &self.after[*cluster]).collect::<Vec<_>>());
                value
            })
            .collect();
        let counts: Map<String, Value> =
            self.counts().into_iter().map(|(change, count)| (change.to_string(), json!(count))).collect();
        format!("{}\n", json!({ "matches": matches, "counts": counts, "unit": self.unit, "manifest": self.manifest }))
    }

    /// A row for each match.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let of = &self.matches;
        let names = |names: &[String], get: fn(&ClusterMatch) -> &Vec<usize>| -> Vec<String> {
            let joined = |one| {
                let named: Vec<&str> = get(one).iter().map(|cluster| names[*cluster].as_str()).collect();
                named.join(" ")
            };
            of.iter().map(joined).collect()
        };
        let number = |get: fn(&ClusterMatch) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
        // What is not there has no share.
        let share = |of: f64, whole: f64| (whole > 0.0).then(|| of / whole);
        let shares =
            |get: fn(&ClusterMatch) -> f64| of.iter().map(|one| share(one.shared, get(one))).collect::<Vec<_>>();
        let columns = vec![
            Column::new("change".into(), of.iter().map(|one| one.change.to_string()).collect::<Vec<_>>()),
            Column::new("before".into(), names(&self.before, |one| &one.before)),
            Column::new("after".into(), names(&self.after, |one| &one.after)),
            Column::new("size_before".into(), number(|one| (!one.before.is_empty()).then_some(one.size_before))),
            Column::new("size_after".into(), number(|one| (!one.after.is_empty()).then_some(one.size_after))),
            Column::new("shared".into(), number(|one| Some(one.shared))),
            Column::new("shared_of_before".into(), shares(|one| one.size_before)),
            Column::new("shared_of_after".into(), shares(|one| one.size_after)),
        ];
        DataFrame::new_infer_height(columns).map_err(Error::table("the matches"))
    }
}
