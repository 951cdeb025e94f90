//! Why counts changed between two dates.

use std::path::PathBuf;

use polars::prelude::{Column, DataFrame};
use serde_json::{Map, json};

use super::concentration::{Firms, Measured};
use super::manifest::manifest;
use super::tallied::{CountsSource, aligned, tally};
use crate::error::{Error, ProjectError, Result};
use crate::join::Counted;
use crate::model::{Areas, Counts};
use crate::policy;
use crate::source::LayerSource;
use crate::source::layers;
use crate::source::point_table::PointSource;
use crate::stats::{esteban_marquillas, shift_share};

/// What a row of a shift-share table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShiftSharePer {
    /// A sector in an area.
    #[default]
    Cell,
    /// An area, all sectors.
    Area,
    /// A sector, all areas.
    Sector,
}

/// Where the counts of the two dates come from.
#[derive(Debug, Clone, PartialEq)]
pub enum ShiftShareSource {
    /// Two tables of counts, of the same columns.
    Counts {
        /// Before.
        before: CountsSource,
        /// After.
        after: CountsSource,
    },
    /// Two registers.
    Points {
        /// Before.
        before: PointSource,
        /// After.
        after: PointSource,
        /// The areas.
        layer: Box<LayerSource>,
        /// The column with the sector.
        by: String,
        /// An additive column in place of the number of firms.
        weight: Option<String>,
        /// The policy folder.
        policy: Option<PathBuf>,
    },
}

/// A question why counts changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftShareRequest {
    /// The counts.
    pub source: ShiftShareSource,
    /// What a row is of.
    pub per: ShiftSharePer,
}

impl ShiftShareRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        match &self.source {
            ShiftShareSource::Counts { before, after } => vec![before.table.clone(), after.table.clone()],
            ShiftShareSource::Points { before, after, layer, policy, .. } => {
                let policy = policy.iter().flat_map(|folder| policy::files(folder));
                [before.table.file(), after.table.file(), layer.file.file()]
                    .into_iter()
                    .flatten()
                    .chain(policy)
                    .collect()
            }
        }
    }
}

/// The parts of the change of every cell, area or sector between two dates.
///
/// A sum over cells has the parts of those that have any; `undivided` is the change of the others, whose sector had nothing before.
///
/// # Errors
///
/// What reading and counting refuse; where there was nothing at all before.
pub fn shift_shares(request: &ShiftShareRequest) -> Result<Measured> {
    let mut notes = Vec::new();
    let (before, after, areas) = counts(&request.source, &mut notes)?;
    if before.values.iter().sum::<f64>() <= 0.0 {
        return Err(ProjectError::Options {
            message: "there was nothing before, so that nothing has a rate of growth".to_owned(),
            hint: "give the earlier table first".to_owned(),
        }
        .into());
    }
    let cells = divided(&before, &after);
    let rows = rows(&before, &areas, &cells, request.per)?;
    let mut more = Map::new();
    more.insert("unit".to_owned(), json!(before.unit));
    let definition = "E' - E = E g + E (g_j - g) + E (g_ij - g_j) (Dunn 1960), the last E* (g_ij - g_j) + (E - E*)(g_ij - g_j), \
                      E* = E_i E_j / E (Esteban-Marquillas 1972)";
    let manifest = manifest("shift-share", definition, &request.inputs(), more)?;
    Ok(Measured { rows, notes, manifest })
}

fn counts(source: &ShiftShareSource, notes: &mut Vec<String>) -> Result<(Counts, Counts, Option<Areas>)> {
    match source {
        ShiftShareSource::Counts { before, after } => {
            let (one, other) = (tally(before, None)?, tally(after, None)?);
            notes.extend(one.notes.into_iter().chain(other.notes));
            let (before, after) = aligned(&one.counts, &other.counts);
            Ok((before, after, None))
        }
        ShiftShareSource::Points { before, after, layer, by, weight, policy } => {
            let layer = layers::layer(layer)?;
            let mut count = |points: &PointSource| -> Result<Counts> {
                let firms = Firms::read(points, by, weight.as_deref(), policy.as_deref())?;
                let matches = firms.matches(&layer)?;
                let Counted { counts, unmatched, missing_weight } = firms.counted(&matches, &layer.areas, &[])?;
                notes.extend(firms.notes.iter().cloned());
                let file = &points.table;
                if unmatched > 0 {
                    let of = matches.len();
                    notes.push(format!("{file}: {unmatched} of {of} rows lie in no area and are not counted"));
                }
                if !missing_weight.is_empty() {
                    let (rows, unit) = (missing_weight.len(), &counts.unit);
                    notes.push(format!("{file}: {rows} rows have no {unit} and add nothing"));
                }
                Ok(counts)
            };
            let (before, after) = (count(before)?, count(after)?);
            let (before, after) = aligned(&before, &after);
            Ok((before, after, Some(layer.areas)))
        }
    }
}

/// What a cell had, has, and why; of sums the sums.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    before: f64,
    after: f64,
    territory: Option<f64>,
    sector_mix: Option<f64>,
    local: Option<f64>,
    competitive: Option<f64>,
    allocation: Option<f64>,
    undivided: f64,
}

impl Parts {
    fn add(&mut self, other: &Self) {
        let sum = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        *self = Self {
            before: self.before + other.before,
            after: self.after + other.after,
            territory: sum(self.territory, other.territory),
            sector_mix: sum(self.sector_mix, other.sector_mix),
            local: sum(self.local, other.local),
            competitive: sum(self.competitive, other.competitive),
            allocation: sum(self.allocation, other.allocation),
            undivided: self.undivided + other.undivided,
        };
    }
}

fn divided(before: &Counts, after: &Counts) -> Vec<Parts> {
    let (areas, sectors) = (before.areas.len(), before.sectors.len());
    let of_sector = |counts: &Counts| -> Vec<f64> {
        (0..sectors).map(|sector| (0..areas).map(|area| counts.get(area, sector)).sum()).collect()
    };
    let (sectors_before, sectors_after) = (of_sector(before), of_sector(after));
    let all = (sectors_before.iter().sum::<f64>(), sectors_after.iter().sum::<f64>());
    let mut cells = Vec::with_capacity(before.values.len());
    for area in 0..areas {
        let area_before: f64 = (0..sectors).map(|sector| before.get(area, sector)).sum();
        for sector in 0..sectors {
            let cell = (before.get(area, sector), after.get(area, sector));
            let of_sector = (sectors_before[sector], sectors_after[sector]);
            let parts = shift_share(cell, of_sector, all);
            let local = esteban_marquillas(cell, of_sector, area_before, all.0);
            cells.push(Parts {
                before: cell.0,
                after: cell.1,
                territory: parts.map(|parts| parts.territory),
                sector_mix: parts.map(|parts| parts.sector_mix),
                local: parts.map(|parts| parts.local),
                competitive: local.map(|local| local.competitive),
                allocation: local.map(|local| local.allocation),
                undivided: if parts.is_none() { cell.1 - cell.0 } else { 0.0 },
            });
        }
    }
    cells
}

fn rows(counts: &Counts, areas: &Option<Areas>, cells: &[Parts], per: ShiftSharePer) -> Result<DataFrame> {
    let sectors = counts.sectors.len();
    let summed = |count: usize, group: &dyn Fn(usize) -> usize| {
        let mut sums = vec![Parts::default(); count];
        cells.iter().enumerate().for_each(|(cell, parts)| sums[group(cell)].add(parts));
        sums
    };
    let of_areas: Vec<usize> = match per {
        ShiftSharePer::Cell => (0..cells.len()).map(|cell| cell / sectors).collect(),
        _ => (0..counts.areas.len()).collect(),
    };
    let names = |of: &[usize]| -> Vec<String> {
        let name = |area: &usize| {
            let known = areas.as_ref().and_then(|areas| areas.areas.get(*area));
            known.map_or_else(|| counts.areas[*area].clone(), |area| area.name.clone())
        };
        of.iter().map(name).collect()
    };
    let ids: Vec<&str> = of_areas.iter().map(|area| counts.areas[*area].as_str()).collect();
    let mut columns = Vec::new();
    if per != ShiftSharePer::Sector {
        columns.push(Column::new("area".into(), ids));
        columns.push(Column::new("area_name".into(), names(&of_areas)));
    }
    let parts = match per {
        ShiftSharePer::Cell => {
            let of_cells: Vec<&str> = (0..cells.len()).map(|cell| counts.sectors[cell % sectors].as_str()).collect();
            columns.push(Column::new("sector".into(), of_cells));
            cells.to_vec()
        }
        ShiftSharePer::Area => summed(counts.areas.len(), &|cell| cell / sectors),
        ShiftSharePer::Sector => {
            columns.push(Column::new("sector".into(), &counts.sectors));
            summed(sectors, &|cell| cell % sectors)
        }
    };
    let number = |get: fn(&Parts) -> Option<f64>| parts.iter().map(get).collect::<Vec<_>>();
    columns.push(Column::new("unit".into(), vec![counts.unit.as_str(); parts.len()]));
    columns.extend([
        Column::new("before".into(), number(|parts| Some(parts.before))),
        Column::new("after".into(), number(|parts| Some(parts.after))),
        Column::new("change".into(), number(|parts| Some(parts.after - parts.before))),
        Column::new("territory".into(), number(|parts| parts.territory)),
        Column::new("sector_mix".into(), number(|parts| parts.sector_mix)),
        Column::new("local".into(), number(|parts| parts.local)),
        Column::new("competitive".into(), number(|parts| parts.competitive)),
        Column::new("allocation".into(), number(|parts| parts.allocation)),
        Column::new("undivided".into(), number(|parts| Some(parts.undivided))),
    ]);
    DataFrame::new_infer_height(columns).map_err(Error::table("shift and share"))
}
