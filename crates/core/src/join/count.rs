use std::collections::{BTreeSet, HashMap};

use crate::error::{JoinError, Result};
use crate::model::{Areas, Counts, Match};

/// The amounts per area and sector, and what is missing from the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The table, with every area of the layer and every sector that was given or found.
    pub counts: Counts,
    /// The number of rows that lie in no area.
    pub unmatched: usize,
    /// The rows that lie in an area but have no amount. They add nothing to the table.
    pub missing_weight: Vec<u64>,
}

/// The contribution of one row to its area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Addend<'a> {
    /// The number of the row in its file.
    pub row: u64,
    /// The sector of the row, if it has one.
    pub sector: Option<&'a str>,
    /// The amount to add: 1 for counting rows; none if the amount is missing.
    pub amount: Option<f64>,
}

/// Adds up amounts per area and sector.
///
/// The sectors given come first, then the other sectors of the rows in alphabetical order, then `unclassified` if any
/// row has no sector. Amounts are added from the smallest to the largest, so that the order of the rows does not
/// change a bit of the sums.
///
/// # Errors
///
/// Refuses matches that are not as many as the rows, or that name areas the layer does not hold.
pub fn counts_of(
    addends: &[Addend<'_>],
    matches: &[Match],
    areas: &Areas,
    sectors: &[String],
    unit: &str,
) -> Result<Counted> {
    if matches.len() != addends.len() {
        let what = format!("the rows with layer `{}`", areas.layer);
        return Err(JoinError::Lengths { what, found: matches.len(), expected: addends.len() }.into());
    }
    refuse_unknown_areas(&areas.layer, areas.len(), matches)?;
    let sectors = columns(addends, sectors);
    let column_of: HashMap<&str, usize> = sectors.iter().enumerate().map(|(n, sector)| (sector.as_str(), n)).collect();
    let mut amounts: Vec<(usize, usize, f64)> = Vec::with_capacity(addends.len());
    let mut unmatched = 0;
    let mut missing_weight = Vec::new();
    for (addend, one) in addends.iter().zip(matches) {
        let Some(area) = one.area else {
            unmatched += 1;
            continue;
        };
        match addend.amount {
            Some(amount) => amounts.push((area, column_of[addend.sector.unwrap_or(Counts::UNCLASSIFIED)], amount)),
            None => missing_weight.push(addend.row),
        }
    }
    amounts.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    let ids = areas.areas.iter().map(|area| area.id.clone()).collect();
    let mut counts = Counts::zeros(ids, sectors, unit);
    for (area, column, amount) in amounts {
        counts.add(area, column, amount);
    }
    Ok(Counted { counts, unmatched, missing_weight })
}

/// The sectors given, each once, then the others met, `unclassified` last.
fn columns(addends: &[Addend<'_>], given: &[String]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::with_capacity(given.len());
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for sector in given {
        if known.insert(sector) {
            columns.push(sector.clone());
        }
    }
    let met = addends.iter().map(|addend| addend.sector.unwrap_or(Counts::UNCLASSIFIED));
    let others: BTreeSet<&str> = met.filter(|sector| !known.contains(sector)).collect();
    columns.extend(others.iter().filter(|sector| **sector != Counts::UNCLASSIFIED).map(|sector| (*sector).to_owned()));
    columns.extend(others.get(Counts::UNCLASSIFIED).map(|sector| (*sector).to_owned()));
    columns
}

/// The number of points in each area, and in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The number of points in each area, in file order.
    pub areas: Vec<u64>,
    /// The number of points in no area.
    pub unmatched: u64,
}

/// Counts the points in each of `areas` areas. Every match is counted, either in an area or as unmatched.
///
/// # Examples
///
/// ```
/// use jiju_core::join::totals;
/// use jiju_core::model::Match;
///
/// let in_second = Match { area: Some(1), ..Match::default() };
/// let totals = totals(&[in_second, Match::default(), in_second], 2);
/// assert_eq!((totals.areas, totals.unmatched), (vec![0, 2], 1));
/// ```
#[must_use]
pub fn totals(matches: &[Match], areas: usize) -> Totals {
    let mut totals = Totals { areas: vec![0; areas], unmatched: 0 };
    for one in matches {
        match one.area.and_then(|area| totals.areas.get_mut(area)) {
            Some(points) => *points += 1,
            None => totals.unmatched += 1,
        }
    }
    totals
}

/// Checks that every match refers to one of the `areas` areas of a layer.
///
/// # Errors
///
/// [`JoinError::NoSuchArea`] for the first of them.
pub fn refuse_unknown_areas(layer: &str, areas: usize, matches: &[Match]) -> Result<(), JoinError> {
    match matches.iter().filter_map(|one| one.area).find(|number| *number >= areas) {
        Some(found) => Err(JoinError::NoSuchArea { layer: layer.to_owned(), found, areas }),
        None => Ok(()),
    }
}
