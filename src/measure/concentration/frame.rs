//! The tables of concentration.

use std::collections::HashMap;

use polars::prelude::{Column, DataFrame, IntoColumn as _, NamedFrom as _, Series};

use crate::error::{Error, Result};
use crate::model::{Areas, Counts};
use crate::policy::Policy;
use crate::stats::{AreaConcentration, Cell, Concentration};

/// One row per area and sector: `area`, `sector`, `count` (in the unit of the counts, whole numbers for firms),
/// `share`, `sector_share`, `density_per_km2`, `location_quotient`, `location_quotient_lower`,
/// `location_quotient_upper`, `expected`, `standardised`, `standardised_log`, `in_park_share`, `below_minimum`.
///
/// # Errors
///
/// Where polars cannot build the table: a fault of the program.
pub fn concentration_frame(found: &Concentration) -> Result<DataFrame> {
    let cells = &found.cells;
    let number = |of: fn(&Cell) -> Option<f64>| cells.iter().map(of).collect::<Vec<_>>();
    let areas: Vec<_> = cells.iter().map(|cell| found.areas[cell.area].as_str()).collect();
    let sectors: Vec<_> = cells.iter().map(|cell| found.sectors[cell.sector].as_str()).collect();
    let below: Vec<_> = cells.iter().map(|cell| cell.below_minimum).collect();
    let columns = vec![
        Column::new("area".into(), areas),
        Column::new("sector".into(), sectors),
        amounts(found, cells.iter().map(|cell| cell.count)),
        Column::new("share".into(), number(|cell| cell.share)),
        Column::new("sector_share".into(), number(|cell| cell.sector_share)),
        Column::new("density_per_km2".into(), number(|cell| cell.density_per_km2)),
        Column::new("location_quotient".into(), number(|cell| cell.location_quotient)),
        Column::new("location_quotient_lower".into(), number(|cell| cell.interval.map(|(lower, _)| lower))),
        Column::new("location_quotient_upper".into(), number(|cell| cell.interval.map(|(_, upper)| upper))),
        Column::new("expected".into(), number(|cell| cell.expected)),
        Column::new("standardised".into(), number(|cell| cell.standardised)),
        Column::new("standardised_log".into(), number(|cell| cell.standardised_log)),
        Column::new("in_park_share".into(), number(|cell| cell.in_park_share)),
        Column::new("below_minimum".into(), below),
    ];
    DataFrame::new(cells.len(), columns).map_err(Error::table("concentration"))
}

/// One row per area: `area`, `count`, `share`, `density_per_km2`, `herfindahl_hirschman`,
/// `herfindahl_hirschman_normalised`, `effective_sectors`, `in_park_share`.
///
/// # Errors
///
/// Where polars cannot build the table: a fault of the program.
pub fn area_concentration_frame(found: &Concentration) -> Result<DataFrame> {
    let rows = &found.per_area;
    let number = |of: fn(&AreaConcentration) -> Option<f64>| rows.iter().map(of).collect::<Vec<_>>();
    let areas: Vec<_> = rows.iter().map(|row| found.areas[row.area].as_str()).collect();
    let columns = vec![
        Column::new("area".into(), areas),
        amounts(found, rows.iter().map(|row| row.count)),
        Column::new("share".into(), number(|row| row.share)),
        Column::new("density_per_km2".into(), number(|row| row.density_per_km2)),
        Column::new("herfindahl_hirschman".into(), number(|row| row.herfindahl_hirschman.map(|h| h.index))),
        Column::new(
            "herfindahl_hirschman_normalised".into(),
            number(|row| row.herfindahl_hirschman.and_then(|h| h.normalised)),
        ),
        Column::new("effective_sectors".into(), number(|row| row.herfindahl_hirschman.map(|h| h.effective_number))),
        Column::new("in_park_share".into(), number(|row| row.in_park_share)),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("concentration per area"))
}

fn amounts(found: &Concentration, amounts: impl Iterator<Item = f64>) -> Column {
    let amounts: Vec<f64> = amounts.collect();
    // Firms that were counted elsewhere may be full-time equivalents.
    if found.unit == Counts::FIRMS && amounts.iter().all(|firms| firms.fract() == 0.0) {
        #[expect(clippy::cast_possible_truncation, reason = "a number of firms")]
        let firms: Vec<i64> = amounts.iter().map(|firms| *firms as i64).collect();
        Column::new("count".into(), firms)
    } else {
        Column::new("count".into(), amounts)
    }
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
pub(super) fn sector_name(id: &str, policy: Option<&Policy>) -> String {
    let sector = policy.and_then(|policy| policy.sectors.iter().find(|sector| sector.term.id == id));
    sector.map_or(id, |sector| &sector.term.name_zh).to_owned()
}
