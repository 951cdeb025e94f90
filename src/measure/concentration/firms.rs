//! Enterprises of a register with their sectors, and which of them stand in parks.

use std::borrow::Cow;
use std::path::Path;

use crate::error::{ProjectError, Result};
use crate::join::{Addend, Counted, counts_of, in_any, in_moved};
use crate::measure::firms::{FirmSource, ReadFirms, sector_cells, sector_id};
use crate::model::{Areas, Counts, Distance, Match, PARK_LAYERS, register_column};
use crate::policy::Policy;
use crate::source::layers::{self, Layer};
use crate::source::{AreasInMemory, LayerSource, Origin, PointSource, PointTable, brought_to};

/// Enterprises with their sectors and amounts.
pub(crate) struct Firms {
    pub(super) points: PointTable,
    pub(super) policy: Option<Policy>,
    /// The sector of each row.
    pub(super) sectors: Vec<Option<String>>,
    /// What each row adds.
    pub(super) amounts: Vec<Option<f64>>,
    weight: Option<String>,
    /// Warnings to show to the user, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl Firms {
    /// Reads a register: its points, the sector and the amount of each row.
    pub(crate) fn read(source: &PointSource, by: &str, weight: Option<&str>, policy: Option<&Path>) -> Result<Self> {
        let source = FirmSource { points: source.clone(), policy: policy.map(Path::to_owned) };
        let ReadFirms { points, policy, mut notes } = source.read()?;
        let sectors = sectors(&points, by, policy.as_ref())?;
        let amounts: Vec<Option<f64>> = match weight {
            Some(weight) => points.table.amounts(weight)?.iter().collect(),
            None => vec![Some(1.0); points.table.height()],
        };
        let without_sector = sectors.iter().filter(|sector| sector.is_none()).count();
        if without_sector > 0 {
            notes.push(format!("{without_sector} rows have no sector and stand under `unclassified`"));
        }
        Ok(Self { points, policy, sectors, amounts, weight: weight.map(str::to_owned), notes })
    }

    /// What is counted.
    pub(super) fn unit(&self) -> &str {
        self.weight.as_deref().unwrap_or(Counts::FIRMS)
    }

    /// The area of a layer in which each row stands; of a layer other than parks the nearest within a distance, for rows that
    /// stand outside.
    pub(crate) fn matches(&self, layer: &Layer, snap: Option<Distance>) -> Result<Vec<Match>> {
        let snap_m = snap.map(Distance::metres).filter(|_| !PARK_LAYERS.contains(&layer.areas.layer.as_str()));
        layer.matches(&self.points.points, self.points.reference, snap_m)
    }

    /// Notes to show to the user about rows in no area: how many they are, and why, where it is most of them and the reason
    /// can be told.
    pub(crate) fn outside_notes(&self, unmatched: usize, source: &str, place: &str, layer: &Layer) -> Vec<String> {
        let of = self.points.points.len();
        let mut notes = Vec::new();
        if unmatched > 0 {
            notes.push(format!("{source}: {unmatched} of {of} rows lie in no area{place} and are not counted"));
        }
        if unmatched * 2 >= of {
            notes.extend(self.points.likely_cause(layer).map(|cause| format!("{source}: {cause}")));
        }
        notes
    }

    /// The table of areas and sectors; sectors that are named stand in it whether or not a row has them.
    pub(crate) fn counted(&self, matches: &[Match], areas: &Areas, sectors: &[String]) -> Result<Counted> {
        let rows = self.points.table.rows.iter().zip(&self.sectors).zip(&self.amounts);
        let addends: Vec<Addend<'_>> = rows
            .map(|((row, sector), amount)| Addend { row: *row, sector: sector.as_deref(), amount: *amount })
            .collect();
        Ok(counts_of(&addends, matches, areas, sectors, self.unit())?)
    }
}

/// Which firms stand in parks.
pub(super) struct InParks {
    pub(super) within: Vec<bool>,
    /// With the boundaries of the parks moved inward and outward.
    pub(super) moved: Option<[Vec<bool>; 2]>,
}

impl InParks {
    /// Finds the firms that stand in one of the parks; none where there are no parks. Adds what was wrong with their layers
    /// to the notes.
    pub(super) fn located(
        firms: &Firms,
        parks: &[Origin<AreasInMemory>],
        boundary: Option<Distance>,
        notes: &mut Vec<String>,
    ) -> Result<Option<Self>> {
        if parks.is_empty() {
            return Ok(None);
        }
        let boundary_m = boundary.map(Distance::metres);
        if let Some(distance_m) = boundary_m.filter(|distance_m| !(distance_m.is_finite() && *distance_m > 0.0)) {
            return Err(ProjectError::Options {
                message: format!("cannot move the boundaries of parks by {distance_m} m"),
                hint: "give a distance above 0".to_owned(),
            }
            .into());
        }
        let mut matches = Vec::new();
        let mut moved = boundary_m.map(|_| [(); 2].map(|()| vec![false; firms.points.points.len()]));
        for file in parks {
            let layer = layers::layer(&LayerSource { file: file.clone(), ..LayerSource::default() })?;
            notes.extend(faults_of(&layer));
            if let (Some(moved), Some(distance_m)) = (&mut moved, boundary_m) {
                let brought = brought_to(&firms.points.points, firms.points.reference, &layer.areas)?;
                for (known, outward_m) in moved.iter_mut().zip([-distance_m, distance_m]) {
                    let found = in_moved(&layer.index, &brought, outward_m);
                    known.iter_mut().zip(found).for_each(|(known, found)| *known |= found);
                }
            }
            matches.push(layer.matches(&firms.points.points, firms.points.reference, None)?);
        }
        let layers: Vec<&[Match]> = matches.iter().map(Vec::as_slice).collect();
        Ok(Some(Self { within: in_any(&layers), moved }))
    }
}

/// The sector of each row, by the column of this name; with a policy by its id.
fn sectors(points: &PointTable, by: &str, policy: Option<&Policy>) -> Result<Vec<Option<String>>> {
    let table = &points.table;
    let headers = table.columns();
    let has = |canonical: &str| register_column(canonical).is_some_and(|one| one.header_in(&headers).is_some());
    if policy.is_none() && by == "sector" && !has(by) && has("industry_code") {
        return Err(ProjectError::Options {
            message: format!("{} has industry codes and no column `{by}`", table.source),
            hint: "give ‹policy›, whose rule makes sectors from industry codes, or ‹by› with another column".to_owned(),
        }
        .into());
    }
    let cells = sector_cells(table, by)?;
    let filled = |cell: &str| Some(cell.trim()).filter(|cell| !cell.is_empty()).map(str::to_owned);
    let sector = |cell: String| Cow::into_owned(sector_id(&cell, policy));
    Ok(cells.iter().map(|cell| cell.and_then(filled).map(sector)).collect())
}

/// What was found wrong with a layer while it was read, for whoever reads the result.
pub(crate) fn faults_of(layer: &Layer) -> impl Iterator<Item = String> {
    layer.report.told().into_iter()
}
