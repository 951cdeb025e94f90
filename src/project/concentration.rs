use std::collections::HashMap;
use std::path::PathBuf;

use polars::prelude::{Column, DataFrame, IntoColumn as _, NamedFrom as _, Series};

use super::agglomeration::{Plants, per_area, per_pair, per_sector};
use super::file::LayerSource;
use super::points::{PointSource, PointTable, brought_to, points};
use super::sources;
use crate::error::{Error, ProjectError, Result};
use crate::join::{self, Addend, counts_of, in_any, restrict};
use crate::model::{Areas, Counts, Match, register_column};
use crate::policy::{self, Policy};
use crate::stats::{self, Concentration, ConcentrationOptions};

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
    /// The confidence of the intervals of location quotients and in-park shares.
    pub confidence: f64,
    /// Cells with less are flagged.
    pub minimum_count: f64,
    /// What a row is of.
    pub per: Per,
}

impl ConcentrationOfPoints {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let layers = self.layers.iter().map(|layer| &layer.file);
        let policy = self.policy.iter().flat_map(|folder| policy::files(folder));
        std::iter::once(&self.points.file).chain(layers).chain(&self.parks).cloned().chain(policy).collect()
    }
}

/// Concentration tables.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Rows as asked for, layer by layer.
    pub rows: DataFrame,
    /// What a reader should know: rows without sector, weight or area.
    pub notes: Vec<String>,
}

/// Measures how the points of a table concentrate.
///
/// # Errors
///
/// What reading, transforming and indexing refuse; a column that is not there; a weight that is no number or negative.
pub fn concentration_of_points(request: &ConcentrationOfPoints) -> Result<Measured> {
    let points = points(&request.points)?;
    let policy = request.policy.as_deref().map(policy::read).transpose()?;
    let sectors = sectors(&points, &request.by, policy.as_ref())?;
    let amounts: Vec<Option<f64>> = match &request.weight {
        Some(weight) => points.table.numbers(weight)?.iter().collect(),
        None => vec![Some(1.0); points.table.height()],
    };
    let addends: Vec<Addend<'_>> = points
        .table
        .rows
        .iter()
        .zip(&sectors)
        .zip(&amounts)
        .map(|((row, sector), amount)| Addend { row: *row, sector: sector.as_deref(), amount: *amount })
        .collect();
    let parks: Vec<Vec<Match>> = request
        .parks
        .iter()
        .map(|file| {
            let layer = sources::layer(&LayerSource { file: file.clone(), ..LayerSource::default() })?;
            let brought = brought_to(&points.points, points.reference, &layer.areas)?;
            Ok(join::locate_points(&layer.index, &brought, None))
        })
        .collect::<Result<_>>()?;
    let parks: Vec<&[Match]> = parks.iter().map(Vec::as_slice).collect();
    let unit = request.weight.as_deref().unwrap_or(Counts::FIRMS);
    let mut notes = points.notes();
    let without_sector = sectors.iter().filter(|sector| sector.is_none()).count();
    if without_sector > 0 {
        notes.push(format!("{without_sector} rows have no sector and stand under `unclassified`"));
    }
    let mut rows: Option<DataFrame> = None;
    for source in &request.layers {
        let layer = sources::layer(source)?;
        let brought = brought_to(&points.points, points.reference, &layer.areas)?;
        let matches = join::locate_points(&layer.index, &brought, None);
        let counted = counts_of(&addends, &matches, &layer.areas, &[], unit)?;
        if counted.unmatched > 0 {
            let (name, of) = (&layer.areas.layer, matches.len());
            notes.push(format!("{name}: {} of {of} rows lie in no area and are not counted", counted.unmatched));
        }
        if !counted.missing_weight.is_empty() {
            notes.push(format!("{} rows have no {unit} and add nothing", counted.missing_weight.len()));
        }
        let in_park = if parks.is_empty() {
            None
        } else {
            let parked = restrict(&matches, &in_any(&parks));
            Some(counts_of(&addends, &parked, &layer.areas, &counted.counts.sectors, unit)?.counts)
        };
        let options = ConcentrationOptions {
            confidence: request.confidence,
            areas_km2: Some(layer.areas.areas_km2()),
            in_park,
            minimum_count: request.minimum_count,
        };
        let concentration = stats::concentration(&counted.counts, &options)?;
        let (counts, areas) = (&counted.counts, &layer.areas);
        let plants = || {
            let rows = matches.iter().zip(&sectors).zip(&amounts);
            Plants::of(counts, rows.map(|((matched, sector), size)| (matched.area, sector.as_deref(), *size)))
        };
        let frame = match request.per {
            Per::Cell => named_frame(&concentration, areas, policy.as_ref())?,
            Per::Area => per_area(&concentration, counts, areas)?,
            Per::Sector => per_sector(counts, areas, &plants(), |id| sector_name(id, policy.as_ref()))?,
            Per::Pair => per_pair(&concentration, counts, areas, &plants())?,
        };
        rows = Some(match rows {
            Some(above) => above.vstack(&frame).map_err(Error::table("concentration"))?,
            None => frame,
        });
    }
    Ok(Measured { rows: rows.unwrap_or_default(), notes })
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
pub(super) fn named_frame(concentration: &Concentration, areas: &Areas, policy: Option<&Policy>) -> Result<DataFrame> {
    let failed = || Error::table("concentration");
    let frame = concentration.frame()?;
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
