//! What stands around a table in its sheet and is no part of it.

use super::super::header::{is_note, is_remark, leading_row, lone_text};
use super::{Rows, SheetCell};
use crate::model::cell;

/// Leaves out rows right below the header that number its columns or say in what they are.
pub(super) fn leave_out_leading(body: &mut Rows, headers: &[String], source: &str, notes: &mut Vec<String>) {
    while let Some((row, cells)) = body.first_key_value() {
        let texts: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        let Some(what) = leading_row(headers, &texts) else { return };
        notes.push(format!("{source}: row {} {what} and is no row of data", row + 1));
        body.pop_first();
    }
}

/// Leaves out the remarks that end a sheet: from the first of them on, no row has more than one text.
pub(super) fn leave_out_remarks(body: &mut Rows, source: &str, notes: &mut Vec<String>) {
    let is_end = |cells: &[Option<String>]| match cells {
        // Every row of a single column is one text.
        [_] => lone_text(cells).is_some_and(is_note),
        _ => lone_text(cells).is_some(),
    };
    let end: Vec<u32> = body.iter().rev().take_while(|(_, cells)| is_end(cells)).map(|(row, _)| *row).collect();
    let is_first = |row: &&u32| body.get(row).and_then(|cells| lone_text(cells)).is_some_and(is_note);
    let Some(first) = end.iter().rev().find(is_first).copied() else { return };
    let left = body.split_off(&first);
    let remarks: Vec<(&u32, &str)> = left.iter().filter_map(|(row, cells)| Some((row, lone_text(cells)?))).collect();
    let what = if remarks.iter().any(|(_, text)| is_remark(text)) { "remarks" } else { "rows without data" };
    if let Some((row, text)) = remarks.first() {
        notes.push(format!(
            "{source}: {what} below the table from row {} on are left out: `{}`",
            *row + 1,
            excerpt(text)
        ));
    }
}

/// Leaves out a second, smaller table: rows below an empty one that fill at most half of the columns and none of which is a
/// row like those above.
pub(super) fn leave_out_apart(body: &mut Rows, source: &str, notes: &mut Vec<String>) {
    let rows: Vec<u32> = body.keys().copied().collect();
    let width = body.values().next().map_or(0, Vec::len);
    let gap = rows.windows(2).rposition(|pair| pair[1] > pair[0] + 1);
    let Some(first) = gap.and_then(|gap| rows.get(gap + 1)).copied() else { return };
    let is_small = |cells: &Vec<Option<String>>| {
        cells.iter().flatten().count() * 2 <= width
            && !cells.iter().flatten().any(|text| cell::is_sum(text))
            && cells.first().is_some_and(Option::is_some)
    };
    let above: Vec<usize> = body.range(..first).map(|(_, cells)| cells.iter().flatten().count()).collect();
    let is_full = above.iter().all(|filled| filled * 2 > width);
    if width < 4 || above.is_empty() || !is_full || !body.range(first..).all(|(_, cells)| is_small(cells)) {
        return;
    }
    let left = body.split_off(&first);
    let last = left.keys().last().copied().unwrap_or(first);
    let head = left.values().next().map(|cells| shown(cells)).unwrap_or_default();
    notes.push(format!(
        "{source}: rows {} to {} stand apart below the table and are left out: `{head}`",
        first + 1,
        last + 1
    ));
}

/// Tells of cells right of the table, under no header.
pub(super) fn beside(cells: &[SheetCell], header: u32, width: usize, source: &str) -> Option<String> {
    let beside = || cells.iter().filter(|cell| cell.column as usize >= width && cell.row >= header);
    let first = beside().min_by_key(|cell| (cell.row, cell.column))?;
    let name = cell_name(first.row, first.column);
    let count = beside().count();
    let others = match count {
        1 => " stands beside the table, under no header, and is left out".to_owned(),
        _ => format!(" and {} more stand beside the table, under no header, and are left out", count - 1),
    };
    Some(format!("{source}: cell {name} (`{}`){others}", excerpt(&first.text)))
}

/// Tells of formulas without a stored value.
pub(super) fn uncounted(cells: &[SheetCell], body: &Rows, width: usize, source: &str) -> Option<String> {
    const NAMED: usize = 10;
    let formulas: Vec<String> = (cells.iter())
        .filter(|cell| cell.is_formula && (cell.column as usize) < width && body.contains_key(&cell.row))
        .map(|cell| cell_name(cell.row, cell.column))
        .collect();
    let more = if formulas.len() > NAMED { ", …" } else { "" };
    let named = formulas.get(..formulas.len().min(NAMED))?.join(", ");
    (!formulas.is_empty()).then(|| {
        format!(
            "{source}: {} formulas have no stored value: {named}{more}; open and save the file in a spreadsheet program",
            formulas.len()
        )
    })
}

/// The name of a cell: `F2`.
pub(super) fn cell_name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", row + 1)
}

fn shown(cells: &[Option<String>]) -> String {
    let texts: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    excerpt(&texts.join(", "))
}

fn excerpt(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
