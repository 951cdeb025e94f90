//! Cells that are merged, and numbers that stand for days.

use std::collections::{BTreeMap, HashSet};

use calamine::Dimensions;

use super::super::limits::{Held, Limits};
use super::Rows;
use super::around::cell_name;
use crate::model::{ColumnKind, SharedAmount, cell};

/// A merged cell holds its text in its first cell only; here every cell it covers gets it, until all cells hold more text than
/// they may.
pub(super) fn fill_merged(
    rows: &mut Rows,
    regions: &[Dimensions],
    held: &mut Held,
    limits: &Limits,
) -> Result<(), String> {
    let mut left_to_fill: usize = rows.values().map(Vec::len).sum();
    for region in regions {
        let ((top, left), (bottom, right)) = (region.start, region.end);
        let text = rows.get(&top).and_then(|cells| cells.get(left as usize)).cloned().flatten();
        let Some(text) = text.filter(|_| top <= bottom && left <= right) else { continue };
        for cells in rows.range_mut(top..=bottom).map(|(_, cells)| cells) {
            let end = cells.len().min(right as usize + 1);
            let covered = cells.get_mut(left as usize..end).unwrap_or_default();
            left_to_fill = left_to_fill
                .checked_sub(covered.len().max(1))
                .ok_or_else(|| "its merged cells lie on top of each other".to_owned())?;
            held.fill(text.len(), covered.len());
            if held.check(limits).is_err() {
                return Ok(());
            }
            covered.fill(Some(text.clone()));
        }
    }
    Ok(())
}

/// Leaves an amount that is merged over several cells in the first of them alone. What is an amount is told by the header;
/// below one that is not known, a number is.
pub(super) fn counted_once(
    body: &mut Rows,
    merged: &[Dimensions],
    column: usize,
    header: &str,
    kind: Option<ColumnKind>,
    numbers: &HashSet<(u32, u32)>,
    positions: &BTreeMap<u32, usize>,
) -> Vec<SharedAmount> {
    let mut shared = Vec::new();
    for region in merged {
        let ((top, left), (bottom, right)) = (region.start, region.end);
        if !(left as usize..=right as usize).contains(&column) || (top, left) == (bottom, right) {
            continue;
        }
        let Some(amount) = body.get(&top).and_then(|cells| cells.get(column)).cloned().flatten() else { continue };
        let is_amount = match kind {
            Some(kind) => kind == ColumnKind::Amount && cell::number(&amount).is_some(),
            None => numbers.contains(&(top, left)),
        };
        if !is_amount {
            continue;
        }
        let mut covered = Vec::new();
        for (row, cells) in body.range_mut(top..=bottom) {
            let is_first = *row == top && column == left as usize;
            if let Some(cell) = cells.get_mut(column).filter(|_| !is_first) {
                *cell = None;
                covered.extend(positions.get(row).copied());
            }
        }
        // Merged sideways too, it is told of where it stands.
        let Some(first) = positions.get(&top).copied().filter(|_| column == left as usize) else { continue };
        let others: Vec<usize> = covered.into_iter().filter(|row| *row != first).collect();
        let cells = format!("{}:{}", cell_name(top, left), cell_name(bottom, right));
        shared.push(SharedAmount { column: header.to_owned(), first, others, cells, amount });
    }
    shared
}

/// Numbers in a column of days, which count from 1904, as dates.
pub(super) fn dates_of_1904(body: &mut Rows, column: usize, numbers: &HashSet<(u32, u32)>) {
    /// Between the first day of the one count and of the other.
    const DAYS: u64 = 1462;
    let place = u32::try_from(column).unwrap_or(u32::MAX);
    for (_, cells) in body.iter_mut().filter(|(row, _)| numbers.contains(&(**row, place))) {
        if let Some(cell) = cells.get_mut(column)
            && let Some(serial) = cell.as_deref().and_then(|text| text.split('.').next()?.parse::<u64>().ok())
            && let Some(day) = serial.checked_add(DAYS).and_then(cell::spreadsheet_date)
        {
            *cell = Some(day.to_string());
        }
    }
}
