//! Tables of counts: a row for each area and sector.

use std::collections::HashMap;

use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::model::{Area, Areas, Counts, Reference, Table};

/// Counts in place of enterprises.
#[parameters]
pub struct CountColumns {
    /// The table has a row for each area and sector, with its count, in place of enterprises.
    #[parameter(conflicts = "weight", conflicts = "policy", conflicts = "x", conflicts = "y", conflicts = "crs")]
    pub counts: bool,
    /// Column of a table of counts with the areas' ids.
    #[parameter(value = "COLUMN", requires = "counts")]
    pub area: String,
    /// Column of a table of counts with the counts.
    #[parameter(value = "COLUMN", requires = "counts")]
    pub count: String,
    /// What a table of counts counts; intervals are of firms.
    #[parameter(value = "UNIT", requires = "counts")]
    pub unit: String,
}

impl Default for CountColumns {
    fn default() -> Self {
        Self { counts: false, area: "area".to_owned(), count: "count".to_owned(), unit: Counts::FIRMS.to_owned() }
    }
}

/// A table of areas and sectors as it was read.
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    /// The layer's areas, or those of the table, which have no outlines.
    pub(crate) areas: Areas,
    /// By sector.
    pub(crate) herfindahl: Vec<Option<f64>>,
    pub(crate) notes: Vec<String>,
}

/// Reads the counts of a table, its sectors in the column `by` and, where there is one, Herfindahl's index of their plants in
/// another, the same in all rows of a sector. Areas stand in the order of the layer, else of the table; sectors in alphabetical
/// order, those without a name under `unclassified`, the last. A cell without a row has nothing.
///
/// # Errors
///
/// What reading refuses; every row without an area, without a count or with one below 0, or of a cell that another row counts;
/// every area that the layer does not hold; sectors with unlike indices.
pub(crate) fn tally(
    table: &Table,
    columns: &CountColumns,
    by: &str,
    herfindahl: Option<&str>,
    layer: Option<&Areas>,
) -> Result<Tally> {
    const NAMED: usize = 20;
    let (ids, names, numbers) = (table.text(&columns.area)?, table.text(by)?, table.numbers(&columns.count)?);
    let indices: Vec<Option<f64>> = match herfindahl {
        Some(column) => table.numbers(column)?.iter().collect(),
        None => vec![None; table.height()],
    };
    let areas = layer.cloned().unwrap_or_else(|| without_outlines(&table.source, ids.iter().flatten()));
    let area_of: HashMap<&str, usize> =
        areas.areas.iter().zip(0..).map(|(area, place)| (area.id.as_str(), place)).collect();
    let unnamed = |name: Option<&str>| name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let sector_ids: Vec<String> =
        names.iter().map(|name| unnamed(name).unwrap_or_else(|| Counts::UNCLASSIFIED.to_owned())).collect();
    let mut sectors: Vec<String> = sector_ids.iter().filter(|id| *id != Counts::UNCLASSIFIED).cloned().collect();
    sectors.sort_unstable();
    sectors.dedup();
    if sector_ids.iter().any(|id| id == Counts::UNCLASSIFIED) {
        sectors.push(Counts::UNCLASSIFIED.to_owned());
    }
    let sector_of: HashMap<&str, usize> = sectors.iter().map(String::as_str).zip(0..).collect();
    let area_ids = areas.areas.iter().map(|area| area.id.clone()).collect();
    let mut counts = Counts::zeros(area_ids, sectors.clone(), columns.unit.clone());
    let mut herfindahl: Vec<Option<f64>> = vec![None; sectors.len()];
    let mut first: HashMap<usize, u64> = HashMap::new();
    let mut faults = Vec::new();
    let rows = table.rows.iter().zip(ids.iter()).zip(&sector_ids).zip(numbers.iter()).zip(&indices);
    for ((((row, id), sector), number), index) in rows {
        let place = sector_of[sector.as_str()];
        let Some(id) = id.map(str::trim).filter(|id| !id.is_empty()) else {
            faults.push(format!("row {row} has no `{}`", columns.area));
            continue;
        };
        let Some(area) = area_of.get(id) else {
            faults.push(format!("row {row}: found the area `{id}`, which the layer `{}` does not hold", areas.layer));
            continue;
        };
        match number {
            Some(number) if number.is_finite() && number >= 0.0 => {
                let cell = area * sectors.len() + place;
                match first.insert(cell, *row) {
                    None => counts.add(*area, place, number),
                    Some(other) => faults.push(format!("row {row} counts `{sector}` in `{id}`, as row {other} does")),
                }
            }
            Some(number) => {
                faults.push(format!("row {row}, column `{}`: found {number}, expected 0 or more", columns.count));
            }
            None => faults.push(format!("row {row} has no `{}`", columns.count)),
        }
        match (herfindahl[place], index) {
            (Some(known), Some(other)) if known != *other => faults
                .push(format!("row {row}: found an index of {other} for `{sector}`, which has {known} in another row")),
            (None, Some(_)) => herfindahl[place] = *index,
            _ => {}
        }
    }
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(NAMED);
        faults.truncate(NAMED);
        if more > 0 {
            faults.push(format!("and {more} more"));
        }
        return Err(ProjectError::Options {
            message: format!("cannot use the counts of {}: {}", table.source, faults.join("; ")),
            hint: "a table of counts has one row for each area and sector".to_owned(),
        }
        .into());
    }
    let unclassified = sector_ids.iter().filter(|id| *id == Counts::UNCLASSIFIED).count();
    let notes = match unclassified {
        0 => Vec::new(),
        _ => vec![format!("{unclassified} rows have no sector and stand under `unclassified`")],
    };
    Ok(Tally { counts, areas, herfindahl, notes })
}

/// Areas of which nothing is known but their ids.
fn without_outlines<'a>(source: &str, ids: impl Iterator<Item = &'a str>) -> Areas {
    let mut areas: Vec<Area> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for id in ids.map(str::trim).filter(|id| !id.is_empty()) {
        if seen.insert(id) {
            let id = id.to_owned();
            areas.push(Area { name: id.clone(), id, parent: None, geometry: geo::MultiPolygon(Vec::new()) });
        }
    }
    Areas { layer: "area".to_owned(), source: source.to_owned(), reference: Reference::Wgs84, areas }
}

/// Two tables with the areas and the sectors of both.
pub(crate) fn aligned(before: &Counts, after: &Counts) -> (Counts, Counts) {
    let union = |one: &[String], other: &[String]| -> Vec<String> {
        let new = other.iter().filter(|id| !one.contains(id));
        one.iter().chain(new).cloned().collect()
    };
    let (areas, sectors) = (union(&before.areas, &after.areas), union(&before.sectors, &after.sectors));
    let area_of: HashMap<&str, usize> = areas.iter().map(String::as_str).zip(0..).collect();
    let sector_of: HashMap<&str, usize> = sectors.iter().map(String::as_str).zip(0..).collect();
    let spread = |counts: &Counts| {
        let mut table = Counts::zeros(areas.clone(), sectors.clone(), counts.unit.clone());
        for (area, id) in counts.areas.iter().enumerate() {
            for (sector, name) in counts.sectors.iter().enumerate() {
                table.add(area_of[id.as_str()], sector_of[name.as_str()], counts.get(area, sector));
            }
        }
        table
    };
    (spread(before), spread(after))
}
