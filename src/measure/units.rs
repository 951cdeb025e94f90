//! The rows of a table as the units of weights.

use std::collections::HashMap;

use super::outcome::Places;
use super::weights::BuiltWeights;
use crate::error::{Result, StatsError};
use crate::model::{Table, Weights};

/// Columns of numbers, a row for each unit of weights.
pub(crate) struct UnitTable<'a> {
    /// The statistic for which they are read.
    pub(crate) statistic: &'static str,
    /// The columns.
    pub(crate) columns: Vec<&'a str>,
    /// The column with the ids of the weights; by default the first that holds just these, else, where the ids are the numbers
    /// of the rows from 0 or from 1, the order of the rows.
    pub(crate) id: Option<&'a str>,
    /// Whether rows without a number are left out, with their units; else they are refused.
    pub(crate) drop_missing: bool,
}

/// Numbers and weights of the same units, in the order of the rows.
pub(crate) struct Units {
    pub(crate) weights: Weights,
    /// A list for each column.
    pub(crate) columns: Vec<Vec<f64>>,
    /// Where the units lie, where it is known.
    pub(crate) places: Option<Places>,
    /// Warnings to show to the user, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// Reads columns and brings the units of weights into the order of the rows. `build` makes the weights of all units, with the
/// neighbours among those that it is given, by the order of the weights.
///
/// # Errors
///
/// The errors of reading; cells that are empty or not numbers; rows that are not one for each unit of the weights.
pub(crate) fn units(
    request: &UnitTable<'_>,
    table: &Table,
    build: impl Fn(Option<&[bool]>) -> Result<BuiltWeights>,
) -> Result<Units> {
    let Complete { columns, kept, notes } = complete(table, request)?;
    let mut built = build(None)?;
    let order = if built.by_row { None } else { Some(row_order(table, &built.weights, request)?) };
    if kept.contains(&false) {
        // Neighbours are found anew among the rest: the k nearest are then k again.
        let mut of_units = kept.clone();
        order.iter().flatten().zip(&kept).for_each(|(unit, kept)| of_units[*unit] = *kept);
        built = build(Some(&of_units))?;
    }
    let BuiltWeights { mut weights, mut places, notes: told, .. } = built;
    if let Some(order) = order {
        weights = weights.reordered(&order)?;
        places = places.map(|places| places.reordered(&order));
    }
    if kept.contains(&false) {
        weights = weights.subset(&kept);
        let rows: Vec<usize> = (0..kept.len()).filter(|row| kept[*row]).collect();
        places = places.map(|places| places.reordered(&rows));
    }
    Ok(Units { weights, columns, places, notes: [told, notes].concat() })
}

/// Warnings to show to the user about the number of units, where it is small.
pub(crate) fn few(units: usize) -> Option<String> {
    const FEW: usize = 30;
    (units < FEW).then(|| format!("{units} units are few: believe permutations more than z"))
}

/// Rows with a number in each column.
pub(crate) struct Complete {
    /// A list for each column.
    pub(crate) columns: Vec<Vec<f64>>,
    /// The positions of the units among the rows of the table.
    pub(crate) kept: Vec<bool>,
    /// Warnings to show to the user, one sentence each.
    pub(crate) notes: Vec<String>,
}

/// The rows that have a number in each column; all of them, unless rows may be left out.
pub(crate) fn complete(table: &Table, request: &UnitTable<'_>) -> Result<Complete> {
    const NAMED: usize = 10;
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    let column = |name: &&str| Ok(table.numbers(name)?.iter().map(finite).collect());
    let columns: Vec<Vec<Option<f64>>> = request.columns.iter().map(column).collect::<Result<_>>()?;
    let kept: Vec<bool> = (0..table.height()).map(|row| columns.iter().all(|column| column[row].is_some())).collect();
    let missing: Vec<String> =
        table.rows.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(row, _)| row.to_string()).collect();
    if !missing.is_empty() && !request.drop_missing {
        let more = if missing.len() > NAMED { ", …" } else { "" };
        let named = missing[..missing.len().min(NAMED)].join(", ");
        let found = format!("{} rows without a number: {named}{more}", missing.len());
        let expected = "a number in every row, or ‹drop_missing›".to_owned();
        return Err(StatsError::Shape { statistic: request.statistic, what: "the column", found, expected }.into());
    }
    let notes = match missing.len() {
        0 => Vec::new(),
        left_out => vec![format!("{left_out} rows without a value are left out")],
    };
    let kept_of = |column: Vec<Option<f64>>| {
        column.into_iter().zip(&kept).filter(|(_, kept)| **kept).filter_map(|(number, _)| number).collect()
    };
    Ok(Complete { columns: columns.into_iter().map(kept_of).collect(), kept, notes })
}

/// The weights with their units in the order of the rows.
pub(crate) fn by_rows(table: &Table, weights: &Weights, request: &UnitTable<'_>) -> Result<Weights> {
    Ok(weights.reordered(&row_order(table, weights, request)?)?)
}

/// The unit of the weights that each row is.
fn row_order(table: &Table, weights: &Weights, request: &UnitTable<'_>) -> Result<Vec<usize>> {
    let units: HashMap<&str, usize> = weights.ids().iter().map(String::as_str).zip(0..).collect();
    let order_by = |header: &str| -> Result<Result<Vec<usize>, String>> {
        let cells = table.text(header)?;
        let mut order = Vec::with_capacity(cells.len());
        for (cell, row) in cells.iter().zip(&table.rows) {
            let cell = cell.unwrap_or_default().trim();
            match units.get(cell) {
                Some(unit) => order.push(*unit),
                None => return Ok(Err(format!("`{cell}` in row {row}, which the weights do not know"))),
            }
        }
        let mut seen = vec![false; weights.len()];
        order.iter().for_each(|unit| seen[*unit] = true);
        Ok(match seen.iter().position(|seen| !seen) {
            Some(unit) => Err(format!("no row of `{}`, which the weights know", weights.ids()[unit])),
            None if order.len() > weights.len() => Err(format!("{} rows of {} ids", order.len(), weights.len())),
            None => Ok(order),
        })
    };
    let refused = |found: String| {
        let expected = "one row for each unit of the weights".to_owned();
        StatsError::Shape { statistic: request.statistic, what: "the table", found, expected }
    };
    if let Some(id) = request.id {
        return Ok(order_by(id)?.map_err(refused)?);
    }
    let is_value = |header: &str| request.columns.first() == Some(&header);
    for header in table.columns().iter().filter(|header| !is_value(header)) {
        // A column that has no text is not the one.
        if let Ok(Ok(order)) = order_by(header) {
            return Ok(order);
        }
    }
    for first in [0, 1] {
        let number = |row: usize| units.get((row + first).to_string().as_str()).copied();
        let order: Option<Vec<usize>> = (0..table.height()).map(number).collect();
        if let Some(order) = order.filter(|order| order.len() == weights.len()) {
            return Ok(order);
        }
    }
    let found = format!("{} rows and no column with the {} ids of the weights", table.height(), weights.len());
    Err(refused(found).into())
}
