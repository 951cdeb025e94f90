//! One worksheet: its header, its rows, and what stands around them.

mod around;
mod merged;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use calamine::Dimensions;

use self::around::{beside, leave_out_apart, leave_out_leading, leave_out_remarks, uncounted};
use self::merged::{counted_once, dates_of_1904, fill_merged};
use super::header::{TITLE_ROWS, header_row, known, lone_text, named};
use super::limits::{Beyond, Held, Limits};
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
    pub(super) fn table(self, source: &str, held: &mut Held, limits: &Limits) -> Result<SheetTable> {
        let malformed =
            |message: String| ReadError::Malformed { file: source.to_owned(), format: "a workbook", message };
        let filled: BTreeSet<u32> = self.cells.iter().map(|cell| cell.row).collect();
        if filled.is_empty() {
            return Err(malformed("the sheet is empty".to_owned()).into());
        }
        // The header is looked for among the first rows; where it stands tells how wide the table is.
        let end = filled.iter().nth(TITLE_ROWS + 2).copied().unwrap_or(u32::MAX);
        let beyond = |beyond: Beyond| beyond.error(source);
        let mut head = rows(self.cells.iter().filter(|cell| cell.row < end), u32::MAX, limits).map_err(beyond)?;
        fill_merged(&mut head, &self.merged, held, limits).map_err(malformed)?;
        held.check(limits).map_err(beyond)?;
        let header = Header::from_rows(&head, &self.merged);
        let width = header.width();
        let mut notes = Vec::new();
        notes.extend(beside(&self.cells, header.last, width, source));
        let mut body = rows(
            self.cells.iter().filter(|cell| cell.row > header.last && (cell.column as usize) < width),
            u32::try_from(width).unwrap_or(u32::MAX),
            limits,
        )
        .map_err(beyond)?;
        fill_merged(&mut body, &self.merged, held, limits).map_err(malformed)?;
        held.check(limits).map_err(beyond)?;
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
    fn from_rows(head: &Rows, merged: &[Dimensions]) -> Self {
        let numbers: Vec<u32> = head.keys().copied().collect();
        let cells: Vec<&Vec<Option<String>>> = head.values().collect();
        let place = header_row(&cells);
        let mut texts = cells.get(place).copied().cloned().unwrap_or_default();
        let mut last = place;
        let row_of = |place: usize| numbers.get(place).copied().unwrap_or_default();
        if let Some(above) = place
            .checked_sub(1)
            .and_then(|above| cells.get(above))
            .filter(|above| lone_text(above).is_none() && known(above) > 0)
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
fn rows<'a>(cells: impl Iterator<Item = &'a SheetCell>, width: u32, limits: &Limits) -> Result<Rows, Beyond> {
    let cells: Vec<&SheetCell> = cells.collect();
    let widest = cells.iter().map(|cell| cell.column.saturating_add(1)).max().unwrap_or_default();
    let width = if width == u32::MAX { widest } else { width } as usize;
    let filled: BTreeSet<u32> = cells.iter().map(|cell| cell.row).collect();
    limits.check_spanned((filled.len() as u64).saturating_mul(width as u64))?;
    let mut rows: Rows = filled.into_iter().map(|row| (row, vec![None; width])).collect();
    for SheetCell { row, column, text, .. } in cells {
        if let Some(cell) = rows.get_mut(row).and_then(|cells| cells.get_mut(*column as usize)) {
            *cell = Some(text.clone());
        }
    }
    Ok(rows)
}

/// How many of the columns jiju knows a table has.
pub(super) fn known_headers(headers: &[String]) -> usize {
    known(&headers.iter().cloned().map(Some).collect::<Vec<_>>())
}
