//! One worksheet: its header, its rows, and what stands around them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use calamine::Dimensions;

use super::check_cells;
use super::header::{TITLE_ROWS, header_row, is_note, is_remark, known, leading_row, lone_text, named};
use crate::error::{ReadError, Result};
use crate::model::{ColumnKind, LEDGER_COLUMNS, REGISTER_COLUMNS, SharedAmount, cell};

/// A worksheet as it is filled.
#[derive(Default)]
pub(super) struct Sheet {
    /// Every cell that holds something.
    pub(super) cells: Vec<SheetCell>,
    pub(super) merged: Vec<Dimensions>,
    /// Whether numbers stand for days counted from 1904.
    pub(super) is_1904: bool,
}

/// A cell that holds something.
pub(super) struct SheetCell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) text: String,
    /// Whether it is a number for the spreadsheet.
    pub(super) is_number: bool,
    /// Whether it is a formula without a stored value, which stands as its text then.
    pub(super) is_formula: bool,
}

/// The table of a worksheet.
pub(super) struct SheetTable {
    pub(super) headers: Vec<String>,
    /// A list of cells for each header.
    pub(super) columns: Vec<Vec<Option<String>>>,
    /// The number of each row.
    pub(super) rows: Vec<u64>,
    pub(super) shared_amounts: Vec<SharedAmount>,
    pub(super) notes: Vec<String>,
}

/// Rows of a worksheet by their index, all of one width.
type Rows = BTreeMap<u32, Vec<Option<String>>>;

impl Sheet {
    /// Whether some row has two different texts: else it is a cover, or a table of one column.
    pub(super) fn is_wide(&self) -> bool {
        let mut first: BTreeMap<u32, (u32, &str)> = BTreeMap::new();
        self.cells.iter().any(|cell| {
            let (column, text) = *first.entry(cell.row).or_insert((cell.column, &cell.text));
            cell.column != column && cell.text != text
        })
    }

    /// The table that stands in it.
    pub(super) fn table(self, source: &str, limit: u64) -> Result<SheetTable> {
        let malformed =
            |message: String| ReadError::Malformed { file: source.to_owned(), format: "a workbook", message };
        let filled: BTreeSet<u32> = self.cells.iter().map(|cell| cell.row).collect();
        if filled.is_empty() {
            return Err(malformed("the sheet is empty".to_owned()).into());
        }
        // The header is looked for among the first rows; where it stands tells how wide the table is.
        let end = filled.iter().nth(TITLE_ROWS + 2).copied().unwrap_or(u32::MAX);
        let mut head = rows(self.cells.iter().filter(|cell| cell.row < end), u32::MAX, source, limit)?;
        fill_merged(&mut head, &self.merged).map_err(malformed)?;
        let header = Header::of(&head, &self.merged);
        let width = header.width();
        let mut notes = Vec::new();
        notes.extend(beside(&self.cells, header.last, width, source));
        let mut body = rows(
            self.cells.iter().filter(|cell| cell.row > header.last && (cell.column as usize) < width),
            u32::try_from(width).unwrap_or(u32::MAX),
            source,
            limit,
        )?;
        fill_merged(&mut body, &self.merged).map_err(malformed)?;
        // A header merged over several rows stands in each of them; one that is printed on each page comes again.
        let header_cells = header.texts.get(..width).unwrap_or(&header.texts);
        body.retain(|_, cells| cells != header_cells);
        let headers = header.headers();
        leave_out_leading(&mut body, &headers, source, &mut notes);
        leave_out_remarks(&mut body, source, &mut notes);
        leave_out_apart(&mut body, source, &mut notes);
        let names = named(&headers, |column| body.values().any(|cells| cells[column].is_some()));
        notes.extend(names.notes(source));
        notes.extend(uncounted(&self.cells, &body, width, source));

        let positions: BTreeMap<u32, usize> = body.keys().copied().zip(0..).collect();
        let numbers: HashSet<(u32, u32)> =
            self.cells.iter().filter(|cell| cell.is_number).map(|cell| (cell.row, cell.column)).collect();
        let mut shared_amounts = Vec::new();
        for (position, name) in &names.columns {
            let kind = kind_of(name);
            shared_amounts.extend(counted_once(&mut body, &self.merged, *position, name, kind, &numbers, &positions));
            if self.is_1904 && kind == Some(ColumnKind::Date) {
                dates_of_1904(&mut body, *position, &numbers);
            }
        }
        let columns =
            names.columns.iter().map(|(column, _)| body.values().map(|cells| cells[*column].clone()).collect());
        Ok(SheetTable {
            columns: columns.collect(),
            headers: names.columns.iter().map(|(_, name)| name.clone()).collect(),
            rows: body.keys().map(|row| u64::from(*row) + 1).collect(),
            shared_amounts,
            notes,
        })
    }
}

/// The kind of a column by its header, where it is one that jiju knows.
fn kind_of(header: &str) -> Option<ColumnKind> {
    let header = [header.to_owned()];
    let definitions = REGISTER_COLUMNS.iter().chain(LEDGER_COLUMNS);
    definitions.filter(|definition| definition.header_in(&header).is_some()).map(|definition| definition.kind).next()
}

/// The header of a table.
struct Header {
    texts: Vec<Option<String>>,
    /// The last row that belongs to it.
    last: u32,
}

impl Header {
    /// The header among the first rows. Of a header in two rows, what is merged sideways gives way to what stands below it,
    /// and what is empty below to what stands above.
    fn of(head: &Rows, merged: &[Dimensions]) -> Self {
        let numbers: Vec<u32> = head.keys().copied().collect();
        let cells: Vec<&Vec<Option<String>>> = head.values().collect();
        let place = header_row(&cells);
        let mut texts = cells.get(place).copied().cloned().unwrap_or_default();
        let mut last = place;
        let row_of = |place: usize| numbers.get(place).copied().unwrap_or_default();
        if let Some(above) =
            place.checked_sub(1).and_then(|above| cells.get(above)).filter(|above| lone_text(above).is_none() && known(above) > 0)
        {
            for (text, above) in texts.iter_mut().zip(above.iter()).filter(|(text, _)| text.is_none()) {
                text.clone_from(above);
            }
        }
        let groups: Vec<&Dimensions> = merged
            .iter()
            .filter(|region| region.start.0 <= row_of(place) && row_of(place) <= region.end.0)
            .filter(|region| region.end.1 > region.start.1 && region.end.0 == row_of(place))
            .collect();
        let in_group = |column: usize| {
            groups.iter().any(|region| (region.start.1 as usize..=region.end.1 as usize).contains(&column))
        };
        if let Some(below) = cells.get(place + 1)
            && !groups.is_empty()
            && is_sub_header(below, &texts, in_group)
        {
            for (text, below) in texts.iter_mut().zip(below.iter()) {
                if below.is_some() {
                    text.clone_from(below);
                }
            }
            last += 1;
        }
        Self { texts, last: row_of(last) }
    }

    fn width(&self) -> usize {
        self.texts.iter().rposition(Option::is_some).map_or(1, |last| last + 1)
    }

    fn headers(&self) -> Vec<String> {
        self.texts.iter().take(self.width()).map(|text| text.clone().unwrap_or_default()).collect()
    }
}

/// Whether a row holds the headers below those that are merged sideways, and nothing else.
fn is_sub_header(below: &[Option<String>], above: &[Option<String>], in_group: impl Fn(usize) -> bool) -> bool {
    let mut found = false;
    for (column, (below, above)) in below.iter().zip(above).enumerate() {
        let Some(below) = below else { continue };
        if in_group(column) {
            if cell::number(below).is_some() {
                return false;
            }
            found = true;
        } else if Some(below) != above.as_ref() {
            return false;
        }
    }
    found
}

/// The rows that have any text, so wide as asked for or as the widest.
fn rows<'a>(cells: impl Iterator<Item = &'a SheetCell>, width: u32, source: &str, limit: u64) -> Result<Rows> {
    let cells: Vec<&SheetCell> = cells.collect();
    let widest = cells.iter().map(|cell| cell.column.saturating_add(1)).max().unwrap_or_default();
    let width = if width == u32::MAX { widest } else { width } as usize;
    let filled: BTreeSet<u32> = cells.iter().map(|cell| cell.row).collect();
    check_cells(source, filled.len(), width, limit)?;
    let mut rows: Rows = filled.into_iter().map(|row| (row, vec![None; width])).collect();
    for SheetCell { row, column, text, .. } in cells {
        if let Some(cell) = rows.get_mut(row).and_then(|cells| cells.get_mut(*column as usize)) {
            *cell = Some(text.clone());
        }
    }
    Ok(rows)
}

/// A merged cell holds its text in its first cell only; here every cell it covers gets it.
fn fill_merged(rows: &mut Rows, regions: &[Dimensions]) -> Result<(), String> {
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
            covered.fill(Some(text.clone()));
        }
    }
    Ok(())
}

/// Leaves an amount that is merged over several cells in the first of them alone. What is an amount is told by the header;
/// below one that is not known, a number is.
fn counted_once(
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
        let Some(first) = positions.get(&top).copied() else { continue };
        let others: Vec<usize> = covered.into_iter().filter(|row| *row != first).collect();
        let cells = format!("{}:{}", cell_name(top, left), cell_name(bottom, right));
        shared.push(SharedAmount { column: header.to_owned(), first, others, cells, amount });
    }
    shared
}

/// Numbers in a column of days, which count from 1904, as dates.
fn dates_of_1904(body: &mut Rows, column: usize, numbers: &HashSet<(u32, u32)>) {
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

/// Leaves out rows right below the header that number its columns or say in what they are.
fn leave_out_leading(body: &mut Rows, headers: &[String], source: &str, notes: &mut Vec<String>) {
    while let Some((row, cells)) = body.first_key_value() {
        let texts: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        let Some(what) = leading_row(headers, &texts) else { return };
        notes.push(format!("{source}: row {} {what} and is no row of data", row + 1));
        body.pop_first();
    }
}

/// Leaves out the remarks that end a sheet: from the first of them on, no row has more than one text.
fn leave_out_remarks(body: &mut Rows, source: &str, notes: &mut Vec<String>) {
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
fn leave_out_apart(body: &mut Rows, source: &str, notes: &mut Vec<String>) {
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
fn beside(cells: &[SheetCell], header: u32, width: usize, source: &str) -> Option<String> {
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
fn uncounted(cells: &[SheetCell], body: &Rows, width: usize, source: &str) -> Option<String> {
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

/// How many of the columns jiju knows a table has.
pub(super) fn known_headers(headers: &[String]) -> usize {
    known(&headers.iter().cloned().map(Some).collect::<Vec<_>>())
}
