//! Why counts changed between two dates.

use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

use super::count_source::CountSource;
use super::operation::{Input, Operation, missing};
use super::outcome::{Outcome, OutcomeTable, Places};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::json::json;
use crate::model::{Areas, Counts, Table};
use crate::source::Origin;
use crate::stats::{esteban_marquillas, shift_share};

/// What a row of a shift-share table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ShiftSharePer {
    /// A sector in an area.
    #[default]
    Cell,
    /// An area, all sectors.
    Area,
    /// A sector, all areas.
    Sector,
}

/// Says why sectors grew in areas between two dates.
///
/// A sum over cells has the parts of those that have any; `undivided` is the change of the others, whose sector had nothing
/// before.
#[parameters]
#[derive(Default)]
pub struct ShiftShare {
    /// Table of enterprises with coordinates at the earlier date; with counts a row for each area and sector.
    #[parameter(value = "BEFORE", positional, required)]
    pub before: Origin<Table>,
    /// The value at the later date.
    #[parameter(value = "AFTER", positional, required)]
    pub after: Origin<Table>,
    /// How both are counted.
    #[flatten]
    pub counted: CountSource,
    /// What a row is of: a cell (a sector in an area), an area, or a sector.
    pub per: ShiftSharePer,
}

impl Operation for ShiftShare {
    const NAME: &'static str = "shift-share";
    const SUMMARY: &'static str =
        "Say why sectors grew between two dates: with the territory, with their sector, or by the area's own doing";
    const DEFINITION: &'static str = "E' - E = E g + E (g_j - g) + E (g_ij - g_j) (Dunn 1960), the last E* (g_ij - g_j) + \
(E - E*)(g_ij - g_j), E* = E_i E_j / E (Esteban-Marquillas 1972)";
    const REMARKS: &'static str = "`change` is `territory` + `sector_mix` + `local` + `undivided` (what a sector grew that had \
nothing before); `local` is `competitive` + `allocation` where the cell had something before.";
    const EXAMPLES: &'static [&'static str] = &[
        "shift-share firms2019.csv firms2020.csv --areas districts.geojson --weight employees --per area",
        "shift-share counts2019.csv counts2020.csv --counts --format csv",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.counted.inputs([Some(&mut self.before), Some(&mut self.after)])
    }

    fn run(&self) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let (counts, areas) = self.counted.of_tables(&[&self.before, &self.after], &mut outcome.notes)?;
        let [before, after] = counts.as_slice() else { return Err(missing(Self::NAME, "after")) };
        if before.values.iter().sum::<f64>() <= 0.0 {
            return Err(ProjectError::Options {
                message: "there was nothing before, so that nothing has a rate of growth".to_owned(),
                hint: "give the earlier table first".to_owned(),
            }
            .into());
        }
        let cells = divided(before, after);
        let rows = rows(before, areas.as_ref(), &cells, self.per)?;
        let (name, is_of_areas) = match self.per {
            ShiftSharePer::Cell => ("cells", false),
            ShiftSharePer::Area => ("areas", true),
            ShiftSharePer::Sector => ("sectors", false),
        };
        let mut table = OutcomeTable::whole(name, rows);
        if let Some(areas) = areas.filter(|_| is_of_areas) {
            table = table.at(Places::Areas(areas));
        }
        outcome.tables.push(table);
        outcome.manifest.insert("unit".to_owned(), json!(before.unit));
        Ok(outcome)
    }
}

/// The amounts of a cell at both dates with the components of the change, or sums of these.
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

fn rows(counts: &Counts, areas: Option<&Areas>, cells: &[Parts], per: ShiftSharePer) -> Result<DataFrame> {
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
            let known = areas.and_then(|areas| areas.areas.get(*area));
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
