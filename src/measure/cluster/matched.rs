//! Clusters of two dates, and which of them are the same.

use std::collections::{BTreeMap, HashMap};

use geo::{BooleanOps as _, BoundingRect as _, Intersects as _, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use serde_json::{Map, Value};

use crate::declare::parameters;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::measure::doubt::{NO_CHANGE, verdict};
use crate::measure::operation::{Input, Operation, missing};
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::model::json::json;
use crate::model::{Area, Areas, DeclaredReference, Reference, Table, register_column};
use crate::source::{self, LayerSource, Origin, PointSource, is_vector, layers};
use crate::stats::{
    self, Adjustment, ClusterChange, ClusterFlows, ClusterMatch, ClusterOverlap, MatchOptions, ShareChange,
    cluster_share_change,
};

/// Which clusters of two dates are the same: by the members they share, or where hulls are given by the area they share.
#[parameters]
pub struct Match {
    /// Members before, with a cluster in each row; or the hulls of the clusters.
    #[parameter(value = "BEFORE", positional, required)]
    pub before: Origin<Table>,
    /// Members after, or the hulls of their clusters.
    #[parameter(value = "AFTER", positional, required)]
    pub after: Origin<Table>,
    /// Column with the ids of the members [default: recognised, such as `id` or 统一社会信用代码].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Column with the clusters [default: `cluster`; of hulls their recognised id].
    #[parameter(value = "COLUMN")]
    pub cluster: Option<String>,
    /// Least part of the smaller of two clusters that they must share to be linked.
    #[parameter(value = "SHARE")]
    pub overlap: f64,
    /// By what part of its size a cluster must change to have grown or shrunk.
    #[parameter(value = "SHARE")]
    pub growth: f64,
    /// Adjust p of the changes of members for the number of clusters: fdr is the false discovery rate.
    pub adjust: Adjustment,
    /// A cluster is said to have changed its share of all firms where the adjusted p is at most this.
    pub level: f64,
    /// Sheet of workbooks of members [default: the first].
    #[parameter(value = "SHEET")]
    pub sheet: Option<String>,
    /// Encoding of the files, where it is not recognised.
    #[parameter(value = "ENCODING")]
    pub encoding: Option<String>,
    /// Reference of hulls, where the files do not say it.
    #[parameter(alias = "areas_crs")]
    pub crs: Option<DeclaredReference>,
}

impl Default for Match {
    fn default() -> Self {
        let MatchOptions { least_overlap, least_growth, .. } = MatchOptions::default();
        Self {
            before: Origin::default(),
            after: Origin::default(),
            id: None,
            cluster: None,
            overlap: least_overlap,
            growth: least_growth,
            adjust: Adjustment::default(),
            level: 0.05,
            sheet: None,
            encoding: None,
            crs: None,
        }
    }
}

impl Operation for Match {
    const NAME: &'static str = "match";
    const GROUP: Option<&'static str> = Some("cluster");
    const SUMMARY: &'static str = "Which clusters of two dates are the same";
    const DEFINITION: &'static str = "clusters are linked where |A and B| / min(|A|, |B|) >= overlap, in members or m2; what \
                                      hangs together by links is one match";
    const REMARKS: &'static str = "Two clusters are linked where they share at least the overlap of the smaller one: of its \
members, or of its area where hulls are given. What hangs together by links is one row, so that each cluster of either date is \
in exactly one: one and one are kept, grown or shrunk, several and one merged, one and several split, several and several \
rearranged; what has no successor is gone, what has no predecessor is born. Of members, p tests whether the share of the cluster in all \
firms of the tables changed, with firms paired by their ids: firms that come to it, leave it, open and close are as likely to do one as the \
other. Keep the rows without a cluster in the tables: they are the firms elsewhere.";
    const EXAMPLES: &'static [&'static str] = &[
        "match members-2019.csv members-2020.csv --id id -o changes.csv",
        "match hulls-2019.geojson hulls-2020.geojson --overlap 0.3 --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        vec![Input::Table(&mut self.before), Input::Table(&mut self.after)]
    }

    fn run(&self) -> Result<Outcome> {
        for (date, name) in [(&self.before, "before"), (&self.after, "after")] {
            if *date == Origin::default() {
                return Err(missing(Self::NAME, name));
            }
        }
        let are_hulls = [&self.before, &self.after].map(|date| date.path().is_some_and(is_vector));
        let mut dates = match are_hulls {
            [true, true] => self.of_hulls()?,
            [false, false] => self.of_members()?,
            _ => {
                return Err(refused(
                    "one file holds members, the other areas: they have nothing in common",
                    "give members of both dates, or hulls of both",
                ));
            }
        };
        let options = MatchOptions::default().with_least_overlap(self.overlap).with_least_growth(self.growth);
        let matches = stats::matched_clusters(&dates.sizes[0], &dates.sizes[1], &dates.shared, options)?;
        let tests = self.tests(&mut dates, &matches)?;
        dates.outcome(&matches, &tests, self.level)
    }
}

/// Clusters of two dates with their sizes, and what they share.
struct Dates {
    names: [Vec<String>; 2],
    sizes: [Vec<f64>; 2],
    shared: Vec<ClusterOverlap>,
    /// The unit of sizes: `members`, `m2`.
    unit: &'static str,
    /// The firms of either date with their clusters before and after; empty for hulls.
    firms: Vec<[Presence; 2]>,
    notes: Vec<String>,
}

/// Where a firm is at a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Presence {
    /// It is not in the table.
    #[default]
    Absent,
    /// It is in no cluster.
    Elsewhere,
    /// It is in the cluster of this number.
    In(usize),
}

impl Match {
    fn of_members(&self) -> Result<Dates> {
        if self.crs.is_some() {
            return Err(refused("‹crs› is for hulls, and these are members", "leave it out"));
        }
        let mut notes = Vec::new();
        let members = [self.members(&self.before, &mut notes)?, self.members(&self.after, &mut notes)?];
        let mut names = [Vec::new(), Vec::new()];
        let mut sizes = [Vec::new(), Vec::new()];
        let mut numbers: [HashMap<&str, usize>; 2] = [HashMap::new(), HashMap::new()];
        for (date, members) in members.iter().enumerate() {
            // Clusters by the order of their first members.
            let mut clusters: HashMap<&str, usize> = HashMap::new();
            for (id, cluster) in &members.clustered {
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
        let overlap = |((before, after), shared)| ClusterOverlap { before, after, shared };
        let mut firms: BTreeMap<&str, [Presence; 2]> = BTreeMap::new();
        for (date, Members { elsewhere, .. }) in members.iter().enumerate() {
            elsewhere.iter().for_each(|id| firms.entry(id).or_default()[date] = Presence::Elsewhere);
            numbers[date].iter().for_each(|(id, own)| firms.entry(id).or_default()[date] = Presence::In(*own));
        }
        let firms = firms.into_values().collect();
        if members.iter().any(|date| date.elsewhere.is_empty()) {
            notes.push(
                "a table has no firm outside clusters: shares and p are of the firms in clusters alone; give all firms, those in no \
cluster with an empty cell"
                    .to_owned(),
            );
        }
        Ok(Dates { names, sizes, shared: shared.into_iter().map(overlap).collect(), unit: "members", firms, notes })
    }

    /// The id and the cluster of each member, and the ids of the firms in no cluster.
    fn members(&self, date: &Origin<Table>, notes: &mut Vec<String>) -> Result<Members> {
        let source = PointSource::default()
            .with_table(date.clone())
            .with_sheet(self.sheet.clone())
            .with_encoding(self.encoding.clone());
        let (table, told) = source.read_table_with_notes()?;
        notes.extend(told);
        let headers = table.columns();
        let recognised = || register_column("id").and_then(|definition| definition.header_in(&headers));
        let id = match &self.id {
            Some(id) => id.as_str(),
            None => recognised().ok_or_else(|| ReadError::MissingColumn {
                file: table.source.clone(),
                column: "id".to_owned(),
                available: headers.clone(),
            })?,
        };
        let (ids, clusters) = (table.text(id)?, table.text(self.cluster.as_deref().unwrap_or("cluster"))?);
        let (mut members, mut nameless) = (Members::default(), 0_usize);
        let mut rows: HashMap<String, u64> = HashMap::new();
        let mut faults = Vec::new();
        for ((id, cluster), row) in ids.iter().zip(clusters.iter()).zip(&table.rows) {
            let known = |cell: Option<&str>| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
            let Some(cluster) = known(cluster) else {
                members.elsewhere.extend(known(id));
                continue;
            };
            let Some(id) = known(id) else {
                nameless += 1;
                continue;
            };
            match rows.insert(id.clone(), *row) {
                Some(other) => faults.push(format!("`{id}` in rows {other} and {row}")),
                None => members.clustered.push((id, cluster)),
            }
        }
        if !faults.is_empty() {
            const NAMED: usize = 10;
            let more =
                if faults.len() > NAMED { format!(", and {} more", faults.len() - NAMED) } else { String::new() };
            let named = faults[..faults.len().min(NAMED)].join(", ");
            let message = format!("{}: found {named}{more}, expected each id once", table.source);
            return Err(refused(&message, "‹id› names the column with the ids"));
        }
        if nameless > 0 {
            notes.push(format!("{}: {nameless} members without an id count for nothing", table.source));
        }
        Ok(members)
    }

    fn of_hulls(&self) -> Result<Dates> {
        if self.id.is_some() || self.sheet.is_some() {
            return Err(refused(
                "‹id› and ‹sheet› are for members, and these are hulls",
                "leave them out; ‹cluster› names the column with the clusters",
            ));
        }
        let mut notes = Vec::new();
        let before = self.hulls(&self.before, &mut notes)?;
        let mut after = self.hulls(&self.after, &mut notes)?;
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
        Ok(Dates { names, sizes, shared, unit: "m2", firms: Vec::new(), notes })
    }

    fn hulls(&self, date: &Origin<Table>, notes: &mut Vec<String>) -> Result<Areas> {
        let layer = LayerSource {
            file: date.file().unwrap_or_default().into(),
            id: self.cluster.clone(),
            encoding: self.encoding.clone(),
            reference: self.crs,
            ..LayerSource::default()
        };
        let (areas, report) = layers::areas_with_report(&layer)?;
        notes.extend(report.told());
        Ok(areas)
    }
}

/// The members of clusters at a date, and the firms in none.
#[derive(Default)]
struct Members {
    clustered: Vec<(String, String)>,
    elsewhere: Vec<String>,
}

/// Whether the share of a match in all firms changed.
struct MatchTest {
    change: ShareChange,
    p_adjusted: Option<f64>,
}

impl Match {
    /// Tests the change of each match; of hulls there is nothing to be tested.
    fn tests(&self, dates: &mut Dates, matches: &[ClusterMatch]) -> Result<Vec<MatchTest>> {
        /// With fewer firms that changed sides no p is below 0.05.
        const FEWEST: u64 = 6;
        if dates.firms.is_empty() {
            return Ok(Vec::new());
        }
        let mut of_cluster = [vec![0; dates.names[0].len()], vec![0; dates.names[1].len()]];
        for (number, own) in matches.iter().enumerate() {
            own.before.iter().for_each(|cluster| of_cluster[0][*cluster] = number);
            own.after.iter().for_each(|cluster| of_cluster[1][*cluster] = number);
        }
        let mut flows = vec![ClusterFlows::default(); matches.len()];
        let (mut both, mut opened, mut closed) = (0, 0, 0);
        for firm in &dates.firms {
            let at = |date: usize| match firm[date] {
                Presence::In(cluster) => Some(of_cluster[date][cluster]),
                Presence::Elsewhere | Presence::Absent => None,
            };
            let is_there = firm.map(|presence| presence != Presence::Absent);
            match is_there {
                [true, true] => both += 1,
                [false, _] => opened += 1,
                [_, false] => closed += 1,
            }
            match (at(0), at(1)) {
                (Some(before), Some(after)) if before == after => flows[before].stayed += 1,
                (before, after) => {
                    if let Some(before) = before {
                        *(if is_there[1] { &mut flows[before].moved_out } else { &mut flows[before].closed }) += 1;
                    }
                    if let Some(after) = after {
                        *(if is_there[0] { &mut flows[after].moved_in } else { &mut flows[after].entered }) += 1;
                    }
                }
            }
        }
        for own in &mut flows {
            own.stayed_elsewhere = both - own.stayed - own.moved_in - own.moved_out;
            own.entered_elsewhere = opened - own.entered;
            own.closed_elsewhere = closed - own.closed;
        }
        let changes: Vec<ShareChange> =
            flows.into_iter().map(|flows| Ok(cluster_share_change(flows)?)).collect::<Result<_>>()?;
        let adjusted = self.adjust.adjusted(&changes.iter().map(|change| change.p).collect::<Vec<_>>());
        let untested = changes.iter().filter(|change| change.p.is_none()).count();
        if untested > 0 {
            dates.notes.push(format!("{untested} clusters cannot be tested: no firm came, left, opened or closed"));
        }
        let few = changes.iter().filter(|change| change.p.is_some() && change.changed < FEWEST).count();
        if few > 0 {
            dates.notes.push(format!(
                "{few} clusters were joined or left by fewer than {FEWEST} firms: so few can hardly show a change, whatever they did"
            ));
        }
        let tests: Vec<MatchTest> =
            changes.into_iter().zip(adjusted).map(|(change, p_adjusted)| MatchTest { change, p_adjusted }).collect();
        let left = tests.iter().filter(|test| test.verdict(self.level) == Some(NO_CHANGE)).count();
        if left > 0 {
            dates.notes.push(format!(
                "of {left} of {} clusters it cannot be excluded that their share of all firms did not change (adjusted p above {})",
                tests.len(),
                self.level
            ));
        }
        Ok(tests)
    }
}

impl MatchTest {
    fn verdict(&self, level: f64) -> Option<&'static str> {
        let difference = self.change.share_after.zip(self.change.share_before).map(|(after, before)| after - before);
        verdict(difference, self.p_adjusted, level, ["share rose", "share fell"])
    }
}

fn sizes_m2(areas: &Areas) -> Result<Vec<f64>> {
    Ok(areas.areas_km2()?.into_iter().map(|size| size * 1e6).collect())
}

fn common_m2(geometry: MultiPolygon, reference: Reference) -> Result<f64> {
    let area = Area { id: String::new(), name: String::new(), parent: None, geometry };
    let areas = Areas { layer: String::new(), source: String::new(), reference, areas: vec![area] };
    Ok(sizes_m2(&areas)?.into_iter().sum())
}

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

impl Dates {
    /// The matches, their clusters by their names, and how many there are of each kind of change.
    fn outcome(self, matches: &[ClusterMatch], tests: &[MatchTest], level: f64) -> Result<Outcome> {
        let count = |change: &ClusterChange| matches.iter().filter(|one| one.change == *change).count();
        let counts: Vec<(&ClusterChange, usize)> =
            ClusterChange::ALL.iter().map(|change| (change, count(change))).collect();
        let words: Vec<String> = counts.iter().map(|(change, count)| format!("{count} {change}")).collect();
        let [before, after] = &self.names;
        let by_change: Map<String, Value> =
            counts.iter().map(|(change, count)| (change.to_string(), json!(count))).collect();
        let objects: Vec<Value> = matches
            .iter()
            .enumerate()
            .map(|(number, one)| {
                let mut value = json!(one);
                if let Some(test) = tests.get(number) {
                    value["share_before"] = json!(test.change.share_before);
                    value["share_after"] = json!(test.change.share_after);
                    value["firms_changed"] = json!(test.change.changed);
                    value["p"] = json!(test.change.p);
                    value["p_adjusted"] = json!(test.p_adjusted);
                    value["verdict"] = json!(test.verdict(level));
                }
                value["before"] = json!(named(before, &one.before));
                value["after"] = json!(named(after, &one.after));
                value
            })
            .collect();
        let mut outcome = Outcome {
            summary: Some(format!("{} clusters before, {} after: {}", before.len(), after.len(), words.join(", "))),
            ..Outcome::default()
        };
        outcome.scalars.insert("matches".to_owned(), Value::Array(objects));
        outcome.scalars.insert("counts".to_owned(), Value::Object(by_change));
        outcome.scalars.insert("unit".to_owned(), json!(self.unit));
        outcome.tables.push(OutcomeTable::hidden("matches", self.frame(matches, tests, level)?));
        outcome.notes = self.notes;
        Ok(outcome)
    }

    /// A row for each match.
    fn frame(&self, of: &[ClusterMatch], tests: &[MatchTest], level: f64) -> Result<DataFrame> {
        let [before, after] = &self.names;
        let names = |names: &[String], get: fn(&ClusterMatch) -> &Vec<usize>| -> Vec<String> {
            of.iter().map(|one| named(names, get(one)).join(" ")).collect()
        };
        let number = |get: fn(&ClusterMatch) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
        // A cluster of size 0 has no share.
        let share = |of: f64, whole: f64| (whole > 0.0).then(|| of / whole);
        let shares =
            |get: fn(&ClusterMatch) -> f64| of.iter().map(|one| share(one.shared, get(one))).collect::<Vec<_>>();
        let mut columns = vec![
            Column::new("change".into(), of.iter().map(|one| one.change.to_string()).collect::<Vec<_>>()),
            Column::new("before".into(), names(before, |one| &one.before)),
            Column::new("after".into(), names(after, |one| &one.after)),
            Column::new("size_before".into(), number(|one| (!one.before.is_empty()).then_some(one.size_before))),
            Column::new("size_after".into(), number(|one| (!one.after.is_empty()).then_some(one.size_after))),
            Column::new("shared".into(), number(|one| Some(one.shared))),
            Column::new("shared_of_before".into(), shares(|one| one.size_before)),
            Column::new("shared_of_after".into(), shares(|one| one.size_after)),
        ];
        if !tests.is_empty() {
            let tested = |name: &str, get: fn(&MatchTest) -> Option<f64>| {
                Column::new(name.into(), tests.iter().map(get).collect::<Vec<_>>())
            };
            columns.extend([
                tested("share_before", |test| test.change.share_before),
                tested("share_after", |test| test.change.share_after),
                Column::new("firms_changed".into(), tests.iter().map(|test| test.change.changed).collect::<Vec<_>>()),
                tested("p", |test| test.change.p),
                tested("p_adjusted", |test| test.p_adjusted),
                Column::new("verdict".into(), tests.iter().map(|test| test.verdict(level)).collect::<Vec<_>>()),
            ]);
        }
        DataFrame::new_infer_height(columns).map_err(Error::table("the matches"))
    }
}

/// The names of clusters by their numbers.
fn named<'a>(names: &'a [String], clusters: &[usize]) -> Vec<&'a str> {
    clusters.iter().map(|cluster| names[*cluster].as_str()).collect()
}
