use std::collections::HashMap;
use std::path::PathBuf;

use polars::prelude::{Column, DataFrame, IntoColumn as _, NamedFrom as _, Series};
use serde_json::{Map, Value, json};

use super::agglomeration::{Plants, cell_columns, per_area, per_pair, per_sector};
use super::concentration_frame::concentration_frame;
use super::manifest::manifest;
use super::tallied::CountsSource;
use crate::error::{Error, ProjectError, Result};
use crate::join::{self, Addend, Counted, counts_of, in_any, in_moved, restrict};
use crate::model::{Areas, Counts, Match, register_column};
use crate::policy::{self, Policy};
use crate::source::LayerSource;
use crate::source::layers;
use crate::source::point_table::{PointSource, PointTable, brought_to, point_table};
use crate::source::{self, TableOptions};
use crate::stats::{self, Bootstrap, Concentration, ConcentrationOptions};

/// Of fewer areas what compares them says little.
const FEW_AREAS: usize = 30;
/// Below it a number of firms says little.
const FEW_FIRMS: f64 = 5.0;

/// What a row of a concentration table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Per {
    /// A sector in an area: counts, shares, location quotients.
    #[default]
    Cell,
    /// An area: what it lives from.
    Area,
    /// A sector: how it agglomerates.
    Sector,
    /// Two sectors: how they go together.
    Pair,
}

impl Per {
    const fn name(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Area => "area",
            Self::Sector => "sector",
            Self::Pair => "pair",
        }
    }

    const fn definition(self) -> &'static str {
        match self {
            Self::Cell => "LQ_ij = (E_ij / E_i) / (E_j / E), the territory all areas and sectors of the table",
            Self::Area => "Krugman's K = sum_j |E_ij / E_i - (E_j - E_ij) / (E - E_i)|",
            Self::Sector => "gamma = (G - (1 - sum x^2) H) / ((1 - sum x^2)(1 - H)) (Ellison and Glaeser 1997)",
            Self::Pair => "gamma^c of two sectors (Ellison and Glaeser 1997), areas with LQ of both of 1 or more",
        }
    }
}

/// What is measured of a table of areas and sectors, wherever it comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// What a row is of.
    pub per: Per,
    /// The confidence of the intervals of location quotients and in-park shares.
    pub confidence: f64,
    /// Cells with less are flagged.
    pub minimum_count: f64,
    /// How often firms are drawn again, and with which seed; for cells.
    pub bootstrap: Option<(usize, u64)>,
    /// A table of the areas' ids (`area`) and heads (`population`): for Litzenberger and Sternberg's cluster index of cells.
    pub population: Option<PathBuf>,
}

/// A measure of how points of a table concentrate by sector.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConcentrationOfPoints {
    /// The enterprises.
    pub points: PointSource,
    /// The layers to measure over.
    pub layers: Vec<LayerSource>,
    /// The column with the sector. `sector` is made from the industry code where the table has none and there is a policy.
    pub by: String,
    /// An additive column in place of the number of firms.
    pub weight: Option<String>,
    /// The policy folder.
    pub policy: Option<PathBuf>,
    /// Layers of parks, for the in-park share.
    pub parks: Vec<PathBuf>,
    /// How far the boundary of every park is moved inward and outward, to see what the in-park share owes to it.
    pub park_boundary_m: Option<f64>,
    /// What is measured.
    pub measures: Measures,
}

impl ConcentrationOfPoints {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let layers = self.layers.iter().filter_map(|layer| layer.file.file());
        let policy = self.policy.iter().flat_map(|folder| policy::files(folder));
        let tables = self.measures.population.iter().cloned();
        let points = self.points.table.file().into_iter();
        points.chain(layers).chain(self.parks.iter().cloned()).chain(policy).chain(tables).collect()
    }
}

/// A measure of a table of counts.
#[derive(Debug, Clone, PartialEq)]
pub struct ConcentrationOfCounts {
    /// The counts.
    pub counts: CountsSource,
    /// The layer of the areas, for their names, sizes and order.
    pub layer: Option<LayerSource>,
    /// What is measured.
    pub measures: Measures,
}

impl ConcentrationOfCounts {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let layer = self.layer.iter().filter_map(|layer| layer.file.file());
        std::iter::once(self.counts.table.clone()).chain(layer).chain(self.measures.population.clone()).collect()
    }
}

/// Concentration tables.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Rows as asked for, layer by layer.
    pub rows: DataFrame,
    /// What a reader should know: rows without sector, weight or area, and what cannot be trusted.
    pub notes: Vec<String>,
    /// What it was made from.
    pub manifest: Value,
}

/// What of the counts stands in parks, and would if their boundaries were moved.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) within: Counts,
    /// With the boundaries moved inward and outward.
    pub(super) moved: Option<[Counts; 2]>,
}

/// A table of areas and sectors with what is known of it beside.
pub(super) struct Tallied<'a> {
    pub(super) counts: &'a Counts,
    pub(super) areas: &'a Areas,
    pub(super) areas_km2: Option<Vec<f64>>,
    pub(super) plants: Option<Plants>,
    /// Herfindahl's index of the plants of each sector, where they are not known.
    pub(super) herfindahl: Vec<Option<f64>>,
    pub(super) parked: Option<Parked>,
}

/// Measures how the points of a table concentrate.
///
/// # Errors
///
/// What reading, transforming and indexing refuse; a column that is not there; a weight that is no number or negative.
pub fn concentration_of_points(request: &ConcentrationOfPoints) -> Result<Measured> {
    if request.park_boundary_m.is_some() && request.parks.is_empty() {
        return Err(ProjectError::Options {
            message: "found a distance to move the boundaries of parks by, and no parks".to_owned(),
            hint: "give --parks with a layer of parks".to_owned(),
        }
        .into());
    }
    let firms = Firms::read(&request.points, &request.by, request.weight.as_deref(), request.policy.as_deref())?;
    let mut notes = firms.notes.clone();
    let parks = parks(&firms, request)?;
    let mut rows: Option<DataFrame> = None;
    for source in &request.layers {
        let layer = layers::layer(source)?;
        let matches = firms.matches(&layer)?;
        let Counted { counts, unmatched, missing_weight } = firms.counted(&matches, &layer.areas, &[])?;
        if unmatched > 0 {
            let (name, of) = (&layer.areas.layer, matches.len());
            notes.push(format!("{name}: {unmatched} of {of} rows lie in no area and are not counted"));
        }
        if !missing_weight.is_empty() {
            notes.push(format!("{} rows have no {} and add nothing", missing_weight.len(), counts.unit));
        }
        let parked = parks
            .as_ref()
            .map(|parks| -> Result<Parked> {
                let count = |chosen: &[bool]| -> Result<Counts> {
                    Ok(firms.counted(&restrict(&matches, chosen), &layer.areas, &counts.sectors)?.counts)
                };
                let moved = match &parks.moved {
                    Some([inward, outward]) => Some([count(inward)?, count(outward)?]),
                    None => None,
                };
                Ok(Parked { within: count(&parks.within)?, moved })
            })
            .transpose()?;
        let placed = matches.iter().zip(&firms.sectors).zip(&firms.amounts);
        let plants =
            Plants::of(&counts, placed.map(|((matched, sector), size)| (matched.area, sector.as_deref(), *size)));
        let tallied = Tallied {
            counts: &counts,
            areas: &layer.areas,
            areas_km2: Some(layer.areas.areas_km2()?),
            plants: Some(plants),
            herfindahl: Vec::new(),
            parked,
        };
        let frame = measured(&tallied, &request.measures, firms.policy.as_ref(), &mut notes)?;
        rows = Some(match rows {
            Some(above) => above.vstack(&frame).map_err(Error::table("concentration"))?,
            None => frame,
        });
    }
    let mut more = request.measures.told();
    more.insert("sector".to_owned(), json!(request.by));
    more.insert("unit".to_owned(), json!(firms.unit()));
    more.insert("park_boundary_m".to_owned(), json!(request.park_boundary_m));
    let manifest = manifest("concentration", request.measures.per.definition(), &request.inputs(), more)?;
    Ok(Measured { rows: rows.unwrap_or_default(), notes, manifest })
}

/// Measures how the counts of a table concentrate.
///
/// # Errors
///
/// What reading refuses; cells that are no counts, or counted twice; counts of areas that the layer does not hold.
pub fn concentration_of_counts(request: &ConcentrationOfCounts) -> Result<Measured> {
    let layer = request.layer.as_ref().map(layers::layer).transpose()?;
    let tally = super::tallied::tally(&request.counts, layer.as_ref().map(|layer| &layer.areas))?;
    let mut notes = tally.notes;
    // Each counted firm is one like the others; of other units the plants are not known.
    let plants = (tally.counts.unit == Counts::FIRMS).then(|| Plants::alike(&tally.counts));
    let tallied = Tallied {
        counts: &tally.counts,
        areas: &tally.areas,
        areas_km2: layer.as_ref().map(|layer| layer.areas.areas_km2()).transpose()?,
        plants,
        herfindahl: tally.herfindahl,
        parked: None,
    };
    let rows = measured(&tallied, &request.measures, None, &mut notes)?;
    let mut more = request.measures.told();
    more.insert("unit".to_owned(), json!(tally.counts.unit));
    let manifest = manifest("concentration", request.measures.per.definition(), &request.inputs(), more)?;
    Ok(Measured { rows, notes, manifest })
}

impl Measures {
    /// What of them a manifest says.
    fn told(&self) -> Map<String, Value> {
        let mut told = Map::new();
        told.insert("per".to_owned(), json!(self.per.name()));
        told.insert("confidence".to_owned(), json!(self.confidence));
        told.insert("minimum_count".to_owned(), json!(self.minimum_count));
        if let Some((replications, seed)) = self.bootstrap {
            told.insert("replications".to_owned(), json!(replications));
            told.insert("seed".to_owned(), json!(seed));
        }
        told
    }

    fn bootstrap(&self) -> Option<Bootstrap> {
        self.bootstrap.map(|(replications, seed)| Bootstrap { replications, seed, confidence: self.confidence })
    }
}

/// The rows asked for, and what cannot be trusted of them.
fn measured(
    tallied: &Tallied<'_>,
    measures: &Measures,
    policy: Option<&Policy>,
    notes: &mut Vec<String>,
) -> Result<DataFrame> {
    let Tallied { counts, areas, .. } = tallied;
    if measures.per != Per::Cell && (measures.bootstrap.is_some() || measures.population.is_some()) {
        return Err(ProjectError::Options {
            message: "--bootstrap and --population are of cells".to_owned(),
            hint: "leave out --per, or them".to_owned(),
        }
        .into());
    }
    let options = ConcentrationOptions {
        confidence: measures.confidence,
        areas_km2: tallied.areas_km2.clone(),
        in_park: tallied.parked.as_ref().map(|parked| parked.within.clone()),
        minimum_count: measures.minimum_count,
    };
    let concentration = stats::concentration(counts, &options)?;
    doubts(&concentration, areas, notes);
    match measures.per {
        Per::Cell => {
            let heads = measures.population.as_ref().map(|table| heads(table, areas)).transpose()?;
            let mut frame = named_frame(&concentration, areas, policy)?;
            for column in cell_columns(&concentration, tallied, measures.bootstrap(), heads.as_deref())? {
                frame.with_column(column).map_err(Error::table("concentration"))?;
            }
            Ok(frame)
        }
        Per::Area => per_area(&concentration, tallied),
        Per::Sector => {
            if tallied.plants.is_none() && tallied.herfindahl.iter().all(Option::is_none) {
                notes.push("the plants are not known, so that there is no γ: give --herfindahl".to_owned());
            }
            per_sector(&concentration, tallied, |id| sector_name(id, policy))
        }
        Per::Pair => per_pair(&concentration, tallied),
    }
}

/// What cannot be trusted of a table.
fn doubts(concentration: &Concentration, areas: &Areas, notes: &mut Vec<String>) {
    let (layer, cells) = (&areas.layer, &concentration.cells);
    if concentration.unit == Counts::FIRMS {
        let few = cells.iter().filter(|cell| cell.expected.is_some_and(|expected| expected < FEW_FIRMS)).count();
        if few > 0 {
            notes.push(format!(
                "{layer}: {few} of {} cells expect fewer than {FEW_FIRMS} firms (`expected`): their quotients say little",
                cells.len()
            ));
        }
    }
    if areas.len() < FEW_AREAS {
        let few = areas.len();
        notes.push(format!("{layer}: {few} areas are few: what compares them, such as z, γ or Gini, says little"));
    }
}

/// The heads of each area, from a table of ids and heads.
fn heads(file: &std::path::Path, areas: &Areas) -> Result<Vec<f64>> {
    let table = source::table(file, &TableOptions::default())?;
    let (ids, numbers) = (table.text("area")?, table.numbers("population")?);
    let known: HashMap<&str, f64> =
        ids.iter().zip(numbers.iter()).filter_map(|(id, heads)| Some((id?.trim(), heads?))).collect();
    let missing: Vec<&str> =
        areas.areas.iter().map(|area| area.id.as_str()).filter(|id| !known.contains_key(id)).collect();
    if !missing.is_empty() {
        return Err(ProjectError::Options {
            message: format!("{} has no `population` of the areas {}", table.source, missing.join(", ")),
            hint: "give a row for each area, with its id in the column `area`".to_owned(),
        }
        .into());
    }
    Ok(areas.areas.iter().map(|area| known[area.id.as_str()]).collect())
}

/// Which firms stand in parks.
struct InParks {
    within: Vec<bool>,
    moved: Option<[Vec<bool>; 2]>,
}

fn parks(firms: &Firms, request: &ConcentrationOfPoints) -> Result<Option<InParks>> {
    if request.parks.is_empty() {
        return Ok(None);
    }
    if let Some(distance_m) =
        request.park_boundary_m.filter(|distance_m| !(distance_m.is_finite() && *distance_m > 0.0))
    {
        return Err(ProjectError::Options {
            message: format!("cannot move the boundaries of parks by {distance_m} m"),
            hint: "give a distance above 0".to_owned(),
        }
        .into());
    }
    let mut matches = Vec::new();
    let mut moved = request.park_boundary_m.map(|_| [(); 2].map(|()| vec![false; firms.points.points.len()]));
    for file in &request.parks {
        let layer = layers::layer(&LayerSource { file: file.clone().into(), ..LayerSource::default() })?;
        let brought = brought_to(&firms.points.points, firms.points.reference, &layer.areas)?;
        if let (Some(moved), Some(distance_m)) = (&mut moved, request.park_boundary_m) {
            for (known, outward_m) in moved.iter_mut().zip([-distance_m, distance_m]) {
                let found = in_moved(&layer.index, &brought, outward_m);
                known.iter_mut().zip(found).for_each(|(known, found)| *known |= found);
            }
        }
        matches.push(join::locate_points(&layer.index, &brought, None));
    }
    let layers: Vec<&[Match]> = matches.iter().map(Vec::as_slice).collect();
    Ok(Some(InParks { within: in_any(&layers), moved }))
}

/// Enterprises with their sectors and amounts.
pub(super) struct Firms {
    points: PointTable,
    policy: Option<Policy>,
    sectors: Vec<Option<String>>,
    amounts: Vec<Option<f64>>,
    weight: Option<String>,
    pub(super) notes: Vec<String>,
}

impl Firms {
    pub(super) fn read(
        source: &PointSource,
        by: &str,
        weight: Option<&str>,
        policy: Option<&std::path::Path>,
    ) -> Result<Self> {
        let points = point_table(source)?;
        let policy = policy.map(policy::read).transpose()?;
        let sectors = sectors(&points, by, policy.as_ref())?;
        let amounts: Vec<Option<f64>> = match weight {
            Some(weight) => points.table.numbers(weight)?.iter().collect(),
            None => vec![Some(1.0); points.table.height()],
        };
        let mut notes = points.notes();
        let without_sector = sectors.iter().filter(|sector| sector.is_none()).count();
        if without_sector > 0 {
            notes.push(format!("{without_sector} rows have no sector and stand under `unclassified`"));
        }
        Ok(Self { points, policy, sectors, amounts, weight: weight.map(str::to_owned), notes })
    }

    fn unit(&self) -> &str {
        self.weight.as_deref().unwrap_or(Counts::FIRMS)
    }

    pub(super) fn matches(&self, layer: &layers::Layer) -> Result<Vec<Match>> {
        let brought = brought_to(&self.points.points, self.points.reference, &layer.areas)?;
        Ok(join::locate_points(&layer.index, &brought, None))
    }

    pub(super) fn counted(&self, matches: &[Match], areas: &Areas, sectors: &[String]) -> Result<Counted> {
        let rows = self.points.table.rows.iter().zip(&self.sectors).zip(&self.amounts);
        let addends: Vec<Addend<'_>> = rows
            .map(|((row, sector), amount)| Addend { row: *row, sector: sector.as_deref(), amount: *amount })
            .collect();
        Ok(counts_of(&addends, matches, areas, sectors, self.unit())?)
    }
}

/// The sector of each row: its own column, or what the policy makes of its industry code.
fn sectors(points: &PointTable, by: &str, policy: Option<&Policy>) -> Result<Vec<Option<String>>> {
    let table = &points.table;
    let headers = table.columns();
    let column = |canonical: &str| register_column(canonical).and_then(|definition| definition.header_in(&headers));
    let own = if headers.iter().any(|header| header == by) { Some(by) } else { column(by) };
    let from_codes = (own.is_none() && by == "sector").then(|| column("industry_code")).flatten();
    if let (Some(codes), Some(policy)) = (from_codes, policy) {
        let codes = table.text(codes)?;
        let sector = |code: &str| policy.sector_of(code.trim()).map(|sector| sector.term.id.clone());
        return Ok(codes.iter().map(|code| code.and_then(sector)).collect());
    }
    if from_codes.is_some() {
        return Err(ProjectError::Options {
            message: format!("{} has industry codes and no column `{by}`", table.source),
            hint: "give --policy, whose rule makes sectors from industry codes, or --by with another column".to_owned(),
        }
        .into());
    }
    let cells = table.text(own.unwrap_or(by))?;
    Ok(cells.iter().map(|cell| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned)).collect())
}

/// A concentration table with what a reader needs to know its rows by: layer, names, unit, and the index of each area.
pub(crate) fn named_frame(concentration: &Concentration, areas: &Areas, policy: Option<&Policy>) -> Result<DataFrame> {
    let failed = || Error::table("concentration");
    let frame = concentration_frame(concentration)?;
    let height = frame.height();
    let area_names: HashMap<&str, &str> =
        areas.areas.iter().map(|area| (area.id.as_str(), area.name.as_str())).collect();
    let text = |name: &str, column: &str, of: &dyn Fn(&str) -> Option<String>| -> Result<Column> {
        let ids = frame.column(column).and_then(|ids| ids.str().cloned()).map_err(failed())?;
        let names: Vec<Option<String>> = ids.iter().map(|id| id.and_then(of)).collect();
        Ok(Series::new(name.into(), names).into_column())
    };
    let indices: Vec<Option<f64>> = concentration
        .cells
        .iter()
        .map(|cell| concentration.per_area[cell.area].herfindahl_hirschman.map(|index| index.index))
        .collect();
    let mut columns = vec![Column::new("layer".into(), vec![areas.layer.as_str(); height])];
    for column in frame.columns() {
        columns.push(column.clone());
        match column.name().as_str() {
            "area" => columns.push(text("area_name", "area", &|id| area_names.get(id).map(|name| (*name).to_owned()))?),
            "sector" => {
                columns.push(text("sector_name", "sector", &|id| Some(sector_name(id, policy)))?);
                columns.push(Column::new("unit".into(), vec![concentration.unit.as_str(); height]));
            }
            _ => {}
        }
    }
    columns.push(Column::new("herfindahl_hirschman".into(), indices));
    DataFrame::new(height, columns).map_err(failed())
}

/// The name of a sector, where the policy has one.
fn sector_name(id: &str, policy: Option<&Policy>) -> String {
    let sector = policy.and_then(|policy| policy.sectors.iter().find(|sector| sector.term.id == id));
    sector.map_or(id, |sector| &sector.term.name_zh).to_owned()
}
