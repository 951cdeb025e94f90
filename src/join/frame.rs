use polars::prelude::{Column, DataFrame};

use crate::error::{Error, JoinError, Result};
use crate::model::{Areas, Match};

/// The columns that a joined table gets, layer by layer: `<layer>_id`, `<layer>_name`, `<layer>_on_boundary`,
/// `<layer>_snapped_m`; all null in a row that is unmatched, the last also where nothing was snapped.
///
/// # Errors
///
/// Refuses layers of one name, matches of different lengths, and matches with areas that the layer does not hold.
pub fn frame(layers: &[(&Areas, &[Match])]) -> Result<DataFrame> {
    let rows = layers.first().map_or(0, |(_, matches)| matches.len());
    let mut columns: Vec<Column> = Vec::with_capacity(4 * layers.len());
    for (number, (areas, matches)) in layers.iter().enumerate() {
        if layers[..number].iter().any(|(other, _)| other.layer == areas.layer) {
            return Err(JoinError::DoubledLayer { layer: areas.layer.clone() }.into());
        }
        if matches.len() != rows {
            let what = format!("layer `{}`", areas.layer);
            return Err(JoinError::Lengths { what, found: matches.len(), expected: rows }.into());
        }
        refuse_unknown_areas(areas, matches)?;
        let area = |one: &Match| one.area.map(|number| &areas.areas[number]);
        let ids: Vec<_> = matches.iter().map(|one| area(one).map(|area| area.id.as_str())).collect();
        let names: Vec<_> = matches.iter().map(|one| area(one).map(|area| area.name.as_str())).collect();
        let on_boundary: Vec<_> = matches.iter().map(|one| one.area.map(|_| one.on_boundary)).collect();
        let snapped_m: Vec<_> = matches.iter().map(|one| one.snapped_m).collect();
        let name = |ending: &str| format!("{}_{ending}", areas.layer).into();
        columns.push(Column::new(name("id"), ids));
        columns.push(Column::new(name("name"), names));
        columns.push(Column::new(name("on_boundary"), on_boundary));
        columns.push(Column::new(name("snapped_m"), snapped_m));
    }
    DataFrame::new(rows, columns).map_err(Error::table("matches"))
}

pub(super) fn refuse_unknown_areas(areas: &Areas, matches: &[Match]) -> Result<(), JoinError> {
    match matches.iter().filter_map(|one| one.area).find(|number| *number >= areas.len()) {
        Some(found) => Err(JoinError::NoSuchArea { layer: areas.layer.clone(), found, areas: areas.len() }),
        None => Ok(()),
    }
}
