//! The rows of a table, in the order of their numbers.

use std::borrow::Cow;
use std::collections::HashSet;

use super::database::{DAMAGED, Pages, number, short, variable, width};

/// A cell as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, [u8]>),
    Blob(Cow<'a, [u8]>),
}

/// Gives each row of the table that begins on a page: its number, and as many of its first cells as it has of those wanted.
///
/// No row is longer, and all together are no longer, than the database.
pub(super) fn each(
    pages: &Pages<'_>,
    root: u64,
    columns: usize,
    mut use_it: impl FnMut(i64, Vec<Cell<'_>>) -> Result<(), String>,
) -> Result<(), String> {
    let mut seen = HashSet::new();
    let mut left = pages.sizes().1;
    // What is still to be visited, the next one last.
    let mut next = vec![usize::try_from(root).map_err(|_| DAMAGED)?];
    while let Some(page_number) = next.pop() {
        // A page that leads back to one before it would never end.
        if !seen.insert(page_number) {
            return Err(DAMAGED.to_owned());
        }
        let page = pages.page(page_number)?;
        let start = if page_number == 1 { 100 } else { 0 };
        let cells = usize::from(short(page, start + 3)?);
        match page.get(start) {
            Some(0x0d) => {
                for cell in 0..cells {
                    let at = usize::from(short(page, start + 8 + 2 * cell)?);
                    let (row_number, row) = payload(pages, page, at, &mut left)?;
                    use_it(row_number, record(&row, columns)?)?;
                }
            }
            Some(0x05) => {
                next.push(number(page, start + 8)? as usize);
                for cell in (0..cells).rev() {
                    let at = usize::from(short(page, start + 12 + 2 * cell)?);
                    next.push(number(page, at)? as usize);
                }
            }
            _ => return Err(DAMAGED.to_owned()),
        }
    }
    Ok(())
}

/// The number of a row and its bytes, those on other pages among them.
fn payload<'a>(pages: &Pages<'a>, page: &'a [u8], at: usize, left: &mut usize) -> Result<(i64, Cow<'a, [u8]>), String> {
    let (length, at) = variable(page, at)?;
    let (row_number, at) = variable(page, at)?;
    let length = usize::try_from(length).ok().filter(|length| length <= left).ok_or(DAMAGED)?;
    *left -= length;
    let usable = pages.sizes().0;
    let least = (usable - 12) * 32 / 255 - 23;
    let here = match least + length.saturating_sub(least) % (usable - 4) {
        _ if length <= usable - 35 => length,
        some if some <= usable - 35 => some,
        _ => least,
    };
    let start = page.get(at..at + here).ok_or(DAMAGED)?;
    if here == length {
        return Ok((row_number.cast_signed(), Cow::Borrowed(start)));
    }
    let mut row = start.to_vec();
    let mut next = number(page, at + here)?;
    while row.len() < length {
        let page = pages.page(next as usize)?;
        next = number(page, 0)?;
        let wanted = (length - row.len()).min(usable - 4);
        row.extend_from_slice(page.get(4..4 + wanted).ok_or(DAMAGED)?);
    }
    Ok((row_number.cast_signed(), Cow::Owned(row)))
}

/// The first cells of a row.
fn record(row: &[u8], columns: usize) -> Result<Vec<Cell<'_>>, String> {
    let (header, mut at) = variable(row, 0)?;
    let mut cell_at = usize::try_from(header).map_err(|_| DAMAGED)?;
    let mut cells = Vec::new();
    while (at as u64) < header && cells.len() < columns {
        let (kind, after) = variable(row, at)?;
        at = after;
        let end = width(kind).and_then(|width| cell_at.checked_add(width)).ok_or(DAMAGED)?;
        let cell = row.get(cell_at..end).ok_or(DAMAGED)?;
        cell_at = end;
        cells.push(match kind {
            0 => Cell::Null,
            8 | 9 => Cell::Integer(kind.cast_signed() - 8),
            7 => Cell::Real(f64::from_be_bytes(cell.try_into().map_err(|_| DAMAGED)?)),
            1..=6 => {
                // The first bit is the sign of all that are not stored.
                let sign = if cell.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
                Cell::Integer(cell.iter().fold(sign, |all, byte| (all << 8) | i64::from(*byte)))
            }
            kind if kind % 2 == 1 => Cell::Text(Cow::Borrowed(cell)),
            _ => Cell::Blob(Cow::Borrowed(cell)),
        });
    }
    Ok(cells)
}
