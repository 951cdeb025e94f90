//! Whether concentration changed between two dates by more than chance.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};

use super::firms::{Firms, faults_of};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::measure::doubt::{NO_CHANGE, floor_note, verdict};
use crate::measure::operation::{Input, Operation, missing};
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::model::json::json;
use crate::model::{Areas, Counts, DeclaredReference, Distance, MetreGrid, Table, register_column};
use crate::source::grid::bring_to_grid;
use crate::source::layers::{self, Layer};
use crate::source::point_table::take_off_earth;
use crate::source::{AreaSource, Origin, PointSource};
use crate::stats::{self, Adjustment, Bootstrap, Change, ChangeOptions, PairedFirm, PlacedFirm, Plant};

/// What is compared at two dates.
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
pub enum ChangeStatistic {
    /// The location quotient of every sector in every area.
    #[default]
    LocationQuotient,
    /// Ellison and Glaeser's γ of every sector.
    Gamma,
    /// Marcon and Puech's M of every sector at each distance.
    M,
}

/// Whether location quotients, γ or M changed between two dates by more than chance, of registers in which firms are known by their ids.
#[parameters]
pub struct ConcentrationChange {
    /// The firms before.
    #[parameter(value = "BEFORE", positional, required)]
    pub before: Origin<Table>,
    /// The firms after.
    #[parameter(value = "AFTER", positional, required)]
    pub after: Origin<Table>,
    /// Column with the ids of the firms [default: recognised, such as `id` or 统一社会信用代码].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// Column with the longitude or easting [default: recognised, such as `lon` or 经度].
    #[parameter(value = "COLUMN")]
    pub x: Option<String>,
    /// Column with the latitude or northing [default: recognised, such as `lat` or 纬度].
    #[parameter(value = "COLUMN")]
    pub y: Option<String>,
    /// Reference of the points: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the files' own, else wgs84].
    #[parameter(alias = "reference")]
    pub crs: Option<DeclaredReference>,
    /// The areas; of M only firms inside them count.
    #[flatten]
    pub areas: AreaSource,
    /// A firm outside every area belongs to the nearest within this distance, such as 200m; of layers of parks to none.
    pub snap_firms: Option<Distance>,
    /// Column with the sectors.
    #[parameter(value = "COLUMN")]
    pub by: String,
    /// Additive column to measure in place of the number of firms: employees, output_cny …
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Policy folder with the rule from industry code to sector.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// What is compared: the location quotient of every sector in every area, γ of every sector, or M of every sector at each
    /// distance.
    pub statistic: ChangeStatistic,
    /// Distances of M, ascending: 500m,1km,2km [default: these].
    #[parameter(value = "DISTANCE,…", comma)]
    pub radii: Vec<Distance>,
    /// Metre grid in which distances of M are measured [default: the points' own, or the one that suits where they lie].
    pub grid: Option<MetreGrid>,
    /// What has fewer firms at both dates is not tested.
    #[parameter(value = "N")]
    pub least_firms: usize,
    /// Draw the firms again so often, for intervals of the differences [default: 999].
    #[parameter(alias = "bootstrap")]
    pub draws: Option<usize>,
    /// Number of times that dates of firms are exchanged at random, for p.
    pub permutations: u64,
    /// Seed of what is drawn and exchanged.
    pub seed: u64,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Adjust p for the number of tests: fdr is the false discovery rate.
    pub adjust: Adjustment,
    /// A change is called so where the adjusted p is at most this.
    pub level: f64,
}

impl Default for ConcentrationChange {
    fn default() -> Self {
        let ChangeOptions { bootstrap, permutations, adjustment, .. } = ChangeOptions::default();
        Self {
            before: Origin::default(),
            after: Origin::default(),
            id: None,
            x: None,
            y: None,
            crs: None,
            areas: AreaSource::default(),
            snap_firms: None,
            by: "sector".to_owned(),
            weight: None,
            policy: None,
            statistic: ChangeStatistic::default(),
            radii: Vec::new(),
            grid: None,
            least_firms: 5,
            draws: None,
            permutations,
            seed: bootstrap.seed,
            confidence: bootstrap.confidence,
            adjust: adjustment,
            level: 0.05,
        }
    }
}

impl Operation for ConcentrationChange {
    const NAME: &'static str = "concentration-change";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Did location quotients, gamma or M change between two dates by more than chance?";
    const DEFINITION: &'static str = "difference of a statistic between two dates of paired firms; p of dates exchanged firm by firm, \
                                      (M + 1) / (R + 1); interval of firms drawn again with both their dates";
    const REMARKS: &'static str = "A firm with the same id at both dates is one firm: it is drawn, and its dates are exchanged, as a whole, so \
that firms which stay as they are add no chance to the difference. Under no change a firm is as likely to come as to go, and to move one way \
as the other. `verdict` says `rose` or `fell` where the adjusted p is at most ‹level›, else that no change cannot be excluded; it is null where \
nothing is tested.";
    const EXAMPLES: &'static [&'static str] = &[
        "concentration-change firms2019.csv firms2020.csv --areas towns.geojson --by sector -o changes.csv",
        "concentration-change firms2019.csv firms2020.csv --areas towns.geojson --statistic gamma --weight employees --format json",
        "concentration-change firms2019.csv firms2020.csv --statistic m --radii 500m,1km --seed 7",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = vec![
            Input::Table(&mut self.before),
            Input::Table(&mut self.after),
            Input::Reference(&mut self.crs),
            Input::Policy(&mut self.policy),
            Input::Snap(&mut self.snap_firms),
        ];
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        for (date, name) in [(&self.before, "before"), (&self.after, "after")] {
            if *date == Origin::default() {
                return Err(missing(Self::NAME, name));
            }
        }
        let is_m = self.statistic == ChangeStatistic::M;
        if self.areas.areas.is_none() && !is_m {
            return Err(refused("nothing says in which areas the firms lie", "give ‹areas›"));
        }
        let mut notes = Vec::new();
        let layer = self.areas.layer().map(|source| layers::layer(&source)).transpose()?;
        notes.extend(layer.iter().flat_map(faults_of));
        let mut grid = self.grid;
        let mut dates = Vec::new();
        for table in [&self.before, &self.after] {
            dates.push(self.date(table, layer.as_ref(), is_m.then_some(&mut grid), &mut notes)?);
        }
        let pairs = Pairs::new(&dates);
        notes.extend(pairs.notes(&dates));
        let rows = match self.statistic {
            ChangeStatistic::M => self.of_places(&dates, &pairs)?,
            ChangeStatistic::LocationQuotient | ChangeStatistic::Gamma => {
                self.of_areas(&dates, &pairs, layer.as_ref().map_or(0, |layer| layer.areas.len()))?
            }
        };
        self.outcome(rows, &pairs, layer.as_ref().map(|layer| &layer.areas), notes)
    }
}

/// The firms of a date.
struct Date {
    source: String,
    ids: Vec<Option<String>>,
    areas: Vec<Option<usize>>,
    at: Vec<Option<[f64; 2]>>,
    sectors: Vec<String>,
    sizes: Vec<Option<f64>>,
}

/// A firm by its rows at both dates, and the sectors of both.
struct Pairs {
    rows: Vec<[Option<usize>; 2]>,
    sectors: Vec<String>,
}

/// What is tested.
struct Tested {
    area: Option<usize>,
    sector: usize,
    radius_m: Option<f64>,
    firms: [usize; 2],
    change: Change,
}

impl ConcentrationChange {
    fn date(
        &self,
        table: &Origin<Table>,
        layer: Option<&Layer>,
        grid: Option<&mut Option<MetreGrid>>,
        notes: &mut Vec<String>,
    ) -> Result<Date> {
        let source = PointSource {
            table: table.clone(),
            x: self.x.clone(),
            y: self.y.clone(),
            crs: self.crs,
            ..PointSource::default()
        };
        let mut firms = Firms::read(&source, &self.by, self.weight.as_deref(), self.policy.as_deref())?;
        notes.append(&mut firms.notes);
        let name = firms.points.table.source.clone();
        let areas = match layer {
            Some(layer) => {
                let matches = firms.matches(layer, self.snap_firms)?;
                let areas: Vec<Option<usize>> = matches.iter().map(|one| one.area).collect();
                let outside = areas.iter().filter(|area| area.is_none()).count();
                notes.extend(firms.outside_notes(outside, &name, "", layer));
                areas
            }
            None => vec![None; firms.amounts.len()],
        };
        let mut at = vec![None; firms.amounts.len()];
        if let Some(grid) = grid {
            notes.extend(take_off_earth(&mut firms.points));
            let (used, told) = bring_to_grid(&mut firms.points, *grid, None)?;
            *grid = Some(used);
            notes.extend(told);
            let is_inside = |row: usize| layer.is_none() || areas[row].is_some();
            let place = |(row, point): (usize, &Option<crate::model::Point>)| {
                point.filter(|_| is_inside(row)).map(|point| [point.x, point.y])
            };
            at = firms.points.points.iter().enumerate().map(place).collect();
        }
        let ids = self.ids(&firms.points.table, notes)?;
        let sectors =
            firms.sectors.iter().map(|sector| sector.clone().unwrap_or_else(|| Counts::UNCLASSIFIED.to_owned()));
        Ok(Date { source: name, ids, areas, at, sectors: sectors.collect(), sizes: firms.amounts })
    }

    /// The id of each row; an id that stands twice is refused.
    fn ids(&self, table: &Table, notes: &mut Vec<String>) -> Result<Vec<Option<String>>> {
        const NAMED: usize = 10;
        let headers = table.columns();
        let recognised = || register_column("id").and_then(|definition| definition.header_in(&headers));
        let header = match &self.id {
            Some(id) => id.as_str(),
            None => recognised().ok_or_else(|| ReadError::MissingColumn {
                file: table.source.clone(),
                column: "id".to_owned(),
                available: headers.clone(),
            })?,
        };
        let filled = |cell: Option<&str>| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let ids: Vec<Option<String>> = table.text(header)?.iter().map(filled).collect();
        let mut rows: HashMap<&str, u64> = HashMap::new();
        let mut faults = Vec::new();
        for (id, row) in ids.iter().zip(&table.rows).filter_map(|(id, row)| Some((id.as_deref()?, *row))) {
            if let Some(other) = rows.insert(id, row) {
                faults.push(format!("`{id}` in rows {other} and {row}"));
            }
        }
        if !faults.is_empty() {
            let more =
                if faults.len() > NAMED { format!(", and {} more", faults.len() - NAMED) } else { String::new() };
            let named = faults[..faults.len().min(NAMED)].join(", ");
            let message = format!("{}: found {named}{more}, expected each id once", table.source);
            return Err(refused(&message, "‹id› names the column with the ids"));
        }
        let nameless = ids.iter().filter(|id| id.is_none()).count();
        if nameless > 0 {
            notes.push(format!("{}: {nameless} rows without an id are firms of this date alone", table.source));
        }
        Ok(ids)
    }

    fn replications(&self) -> usize {
        self.draws.unwrap_or(Bootstrap::default().replications)
    }

    fn options(&self) -> ChangeOptions {
        ChangeOptions::default()
            .with_bootstrap(Bootstrap {
                replications: self.replications(),
                seed: self.seed,
                confidence: self.confidence,
            })
            .with_permutations(self.permutations)
            // All tests are adjusted together, without those of a few firms.
            .with_adjustment(Adjustment::None)
    }

    fn of_areas(&self, dates: &[Date], pairs: &Pairs, areas: usize) -> Result<Vec<Tested>> {
        let sectors = pairs.sectors.len();
        let plant = |date: usize, row: Option<usize>| {
            let (row, of) = (row?, &dates[date]);
            let size = of.sizes[row].filter(|size| *size > 0.0)?;
            Some(Plant { area: of.areas[row]?, sector: pairs.sector(&of.sectors[row]), size })
        };
        let firms: Vec<PairedFirm> = pairs
            .rows
            .iter()
            .map(|[before, after]| PairedFirm { before: plant(0, *before), after: plant(1, *after) })
            .filter(|firm| firm.before.is_some() || firm.after.is_some())
            .collect();
        let mut counts = vec![[0_usize; 2]; areas * sectors];
        for firm in &firms {
            for (date, plant) in [firm.before, firm.after].into_iter().enumerate() {
                if let Some(plant) = plant {
                    counts[plant.area * sectors + plant.sector][date] += 1;
                }
            }
        }
        if self.statistic == ChangeStatistic::LocationQuotient {
            let found = stats::quotient_changes(&firms, areas, sectors, &self.options())?;
            let tested = |(cell, change): (usize, Change)| Tested {
                area: Some(cell / sectors),
                sector: cell % sectors,
                radius_m: None,
                firms: counts[cell],
                change,
            };
            return Ok(found.into_iter().enumerate().map(tested).collect());
        }
        let found = stats::agglomeration_changes(&firms, areas, sectors, &self.options())?;
        let of_sector = |sector: usize| {
            let cells = counts.iter().skip(sector).step_by(sectors);
            cells.fold([0, 0], |sum, own| [sum[0] + own[0], sum[1] + own[1]])
        };
        let tested = |(sector, change): (usize, Change)| Tested {
            area: None,
            sector,
            radius_m: None,
            firms: of_sector(sector),
            change,
        };
        Ok(found.into_iter().enumerate().map(tested).collect())
    }

    fn of_places(&self, dates: &[Date], pairs: &Pairs) -> Result<Vec<Tested>> {
        let radii_m: Vec<f64> = match self.radii.is_empty() {
            true => vec![500.0, 1_000.0, 2_000.0],
            false => self.radii.iter().copied().map(Distance::metres).collect(),
        };
        let mut tested = Vec::new();
        for sector in 0..pairs.sectors.len() {
            let mut counts = [0; 2];
            let mut place = |date: usize, row: Option<usize>| {
                let (row, of) = (row?, &dates[date]);
                let (at, weight) = (of.at[row]?, of.sizes[row].filter(|size| *size > 0.0)?);
                let is_own = pairs.sector(&of.sectors[row]) == sector;
                counts[date] += usize::from(is_own);
                Some(PlacedFirm { at, weight, is_reference: is_own, is_neighbour: is_own })
            };
            let firms: Vec<[Option<PlacedFirm>; 2]> =
                pairs.rows.iter().map(|[before, after]| [place(0, *before), place(1, *after)]).collect();
            if counts[0].max(counts[1]) < self.least_firms.max(2) {
                continue;
            }
            let found = stats::marcon_puech_changes(&firms, &radii_m, &self.options())?;
            tested.extend(found.into_iter().zip(&radii_m).map(|(change, radius_m)| Tested {
                area: None,
                sector,
                radius_m: Some(*radius_m),
                firms: counts,
                change,
            }));
        }
        Ok(tested)
    }

    fn outcome(
        &self,
        mut rows: Vec<Tested>,
        pairs: &Pairs,
        areas: Option<&Areas>,
        mut notes: Vec<String>,
    ) -> Result<Outcome> {
        let is_tested = |row: &Tested| row.firms[0].max(row.firms[1]) >= self.least_firms;
        let p: Vec<Option<f64>> = rows.iter().map(|row| row.change.p.filter(|_| is_tested(row))).collect();
        let adjusted = self.adjust.adjusted(&p);
        for ((row, p), adjusted) in rows.iter_mut().zip(p).zip(adjusted) {
            (row.change.p, row.change.p_adjusted) = (p, adjusted);
        }
        let said = |row: &Tested| verdict(row.change.difference, row.change.p_adjusted, self.level, ["rose", "fell"]);
        let tests = rows.iter().filter(|row| row.change.p.is_some()).count();
        let left = rows.iter().filter(|row| said(row) == Some(NO_CHANGE)).count();
        if rows.len() > tests {
            notes.push(format!(
                "{} of {} are not tested: fewer than {} firms at both dates, or undefined at one",
                rows.len() - tests,
                rows.len(),
                self.least_firms
            ));
        }
        if left > 0 {
            notes.push(format!(
                "of {left} of {tests} changes it cannot be excluded that nothing changed (adjusted p above {}): their differences are \
what firms that come, go and move by chance make too",
                self.level
            ));
        }
        notes.extend(floor_note(self.adjust, tests, self.level, (1, self.permutations), "permutations"));
        let mut outcome = Outcome { notes, ..Outcome::default() };
        let mut say = |name: &str, value| outcome.scalars.insert(name.to_owned(), value);
        say("statistic", json!(self.statistic));
        say("tests", json!(tests));
        say("no_change_not_excluded", json!(left));
        say("firms_of_both_dates", json!(pairs.shared()));
        say("replications", json!(self.replications()));
        say("permutations", json!(self.permutations));
        say("seed", json!(self.seed));
        say("confidence", json!(self.confidence));
        say("adjustment", json!(self.adjust));
        say("level", json!(self.level));
        outcome.manifest.insert("seed".to_owned(), json!(self.seed));
        let number = |name: &str, get: &dyn Fn(&Tested) -> Option<f64>| {
            Column::new(name.into(), rows.iter().map(get).collect::<Vec<_>>())
        };
        let count = |name: &str, date: usize| {
            Column::new(name.into(), rows.iter().map(|row| row.firms[date] as u64).collect::<Vec<_>>())
        };
        let mut columns = Vec::new();
        if let Some(areas) = areas.filter(|_| self.statistic == ChangeStatistic::LocationQuotient) {
            let text = |name: &str, get: fn(&crate::model::Area) -> &str| {
                let cell = |row: &Tested| row.area.map(|area| get(&areas.areas[area]));
                Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
            };
            columns.extend([text("area", |area| &area.id), text("area_name", |area| &area.name)]);
        }
        let sectors: Vec<&str> = rows.iter().map(|row| pairs.sectors[row.sector].as_str()).collect();
        columns.push(Column::new("sector".into(), sectors));
        if self.statistic == ChangeStatistic::M {
            columns.push(number("radius_m", &|row| row.radius_m));
        }
        columns.extend([
            count("firms_before", 0),
            count("firms_after", 1),
            number("before", &|row| row.change.before),
            number("after", &|row| row.change.after),
            number("difference", &|row| row.change.difference),
            number("lower", &|row| row.change.interval.map(|ends| ends.0)),
            number("upper", &|row| row.change.interval.map(|ends| ends.1)),
            number("p", &|row| row.change.p),
            number("p_adjusted", &|row| row.change.p_adjusted),
            Column::new("verdict".into(), rows.iter().map(said).collect::<Vec<_>>()),
        ]);
        let table = DataFrame::new_infer_height(columns).map_err(Error::table("the changes"))?;
        outcome.tables.push(OutcomeTable::of_rows("changes", table));
        Ok(outcome)
    }
}

impl Pairs {
    fn new(dates: &[Date]) -> Self {
        let sectors: BTreeSet<&String> = dates.iter().flat_map(|date| &date.sectors).collect();
        let (mut rows, mut known): (Vec<[Option<usize>; 2]>, BTreeMap<&str, usize>) = (Vec::new(), BTreeMap::new());
        for (date, of) in dates.iter().enumerate() {
            for (row, id) in of.ids.iter().enumerate() {
                let place = id.as_deref().and_then(|id| known.get(id).copied()).unwrap_or_else(|| {
                    rows.push([None; 2]);
                    rows.len() - 1
                });
                rows[place][date] = Some(row);
                if let Some(id) = id {
                    known.insert(id, place);
                }
            }
        }
        Self { rows, sectors: sectors.into_iter().cloned().collect() }
    }

    /// The number of a sector.
    fn sector(&self, name: &str) -> usize {
        self.sectors.binary_search_by(|own| own.as_str().cmp(name)).unwrap_or_default()
    }

    /// The number of firms of both dates.
    fn shared(&self) -> usize {
        self.rows.iter().filter(|row| row.iter().all(Option::is_some)).count()
    }

    fn notes(&self, dates: &[Date]) -> Vec<String> {
        let shared = self.shared();
        let [before, after] = [0, 1].map(|date| dates[date].ids.len());
        let mut notes = vec![format!(
            "{shared} firms are in both registers, {} only in {}, {} only in {}",
            before - shared,
            dates[0].source,
            after - shared,
            dates[1].source
        )];
        if shared == 0 {
            notes.push("no id is in both registers: they are compared as if no firm were the same".to_owned());
        }
        if before.min(after) * 3 < before.max(after) * 2 {
            notes.push(
                "the registers differ by more than half in their number of firms, where p is somewhat too small"
                    .to_owned(),
            );
        }
        notes
    }
}

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}
