use std::collections::{BTreeSet, HashMap};

use crate::error::{JoinError, Result};
use crate::model::{Areas, Counts, Match};

/// What a register adds up to per area and sector, and what of it is not in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The table: every area of the layer, every sector asked for or met, in the unit of the weight.
    pub counts: Counts,
    /// Enterprises that lie in no area.
    pub unmatched: usize,
    /// Rows of enterprises in an area whose weight is missing: they add nothing to the table.
    pub missing_weight: Vec<u64>,
}

/// What one row of a table adds to its area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Addend<'a> {
    /// The row as a spreadsheet numbers it.
    pub row: u64,
    /// Its sector.
    pub sector: Option<&'a str>,
    /// How much it adds: 1 for a firm; none where the weight is missing.
    pub amount: Option<f64>,
}

/// Rows per area and sector, each with what it adds.
///
/// Sectors stand in the order given, then the others that the rows hold in alphabetical order, then `unclassified` if
/// any row has none: no row is lost for its sector. Amounts are added smallest first, so that the order of the rows
/// changes no bit of the sum.
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

/// Points per area, and those in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// One number per area, in file order, 0 where there is no point.
    pub areas: Vec<u64>,
    /// Points in no area.
    pub unmatched: u64,
}

/// How many points each of `areas` areas got. Every match is counted: in `areas` or as unmatched.
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

/// Refuses matches with areas that a layer of so many areas does not hold.
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
