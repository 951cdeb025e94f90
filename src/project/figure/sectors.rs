//! The order of the sectors of a run, by which a sector has one colour in all of its figures.

use std::collections::BTreeMap;

use super::chart::whole;
use crate::error::Result;
use crate::model::{Counts, column};
use crate::project::survey::Survey;

/// Returns the ids of the sectors of a run, those with most firms first, and behind them all others of the policy.
///
/// # Errors
///
/// A concentration table without its columns.
pub(super) fn sectors_by_size(survey: &Survey) -> Result<Vec<String>> {
    let mut firms: BTreeMap<String, f64> = BTreeMap::new();
    if let Some(measured) = survey.concentration.first() {
        let table = whole(&measured.layer, &measured.cells);
        let (sectors, counts) = (table.text(column::SECTOR)?, table.numbers(column::COUNT)?);
        let units = table.text(column::UNIT)?;
        for row in (0..table.height()).filter(|row| units.get(*row) == Some(Counts::FIRMS)) {
            *firms.entry(sectors.get(row).unwrap_or_default().to_owned()).or_insert(0.0) +=
                counts.get(row).filter(|count| count.is_finite()).unwrap_or(0.0);
        }
    }
    for sector in &survey.policy.sectors {
        firms.entry(sector.term.id.clone()).or_insert(0.0);
    }
    let mut by_firms: Vec<(String, f64)> = firms.into_iter().collect();
    by_firms.sort_by(|one, other| other.1.total_cmp(&one.1));
    Ok(by_firms.into_iter().map(|(sector, _)| sector).collect())
}

/// Returns the position of each sector among those of a run, by its id and by its names.
///
/// # Errors
///
/// As [`sectors_by_size`].
pub(in crate::project) fn sector_places(survey: &Survey) -> Result<BTreeMap<String, usize>> {
    let mut places = BTreeMap::new();
    for (position, id) in sectors_by_size(survey)?.into_iter().enumerate() {
        if let Some(sector) = survey.policy.sectors.iter().find(|sector| sector.term.id == id) {
            places.insert(sector.term.name_zh.clone(), position);
            places.insert(sector.term.name_en.clone(), position);
        }
        places.insert(id, position);
    }
    Ok(places)
}
