//! How many cells an Excel 97 workbook makes its decoder allocate.

use std::io::Read as _;
use std::path::Path;

/// The cells that the sheets of a workbook span, before a decoder makes them.
///
/// The decoder takes each sheet as one rectangle and believes the positions in the file, of which two can span four
/// thousand million cells. Here the records are only counted over, in the way the decoder goes.
pub(super) fn spanned_cells(path: &Path) -> Result<u64, String> {
    let mut file = cfb::open(path).map_err(|error| error.to_string())?;
    if file.is_stream("/EncryptedPackage") {
        return Err("it is protected by a password: open it and save it as .xlsx without one".to_owned());
    }
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    let mut entry = file.open_stream(name).map_err(|_| "it holds no workbook".to_owned())?;
    entry.read_to_end(&mut stream).map_err(|error| error.to_string())?;
    // The globals come first: where each sheet begins.
    let sheets = Records(&stream).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == BOUND_SHEET);
    Ok(sheets
        .filter_map(|(_, data)| data.get(..4))
        .filter_map(|start| Some(u32::from_le_bytes(start.try_into().ok()?) as usize))
        .filter_map(|start| stream.get(start..))
        .map(spanned_by_sheet)
        .fold(0, u64::saturating_add))
}

const END: u16 = 0x000a;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
/// Formula, number, label, formatted label, truth, one and several packed numbers, shared label.
const CELLS: [u16; 8] = [0x0006, 0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00bd, 0x00fd];

fn spanned_by_sheet(stream: &[u8]) -> u64 {
    let (mut rows, mut columns, mut reserved) = (0, 0, 0_u64);
    // Charts inside a sheet end too, so that the count goes on to the next sheet at worst.
    let mut depth = 0_usize;
    for (kind, data) in Records(stream) {
        match kind {
            0x0809 => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            DIMENSIONS => reserved = reserved.max(stated(data)),
            kind if CELLS.contains(&kind) => {
                rows = rows.max(short(data, 0).map_or(0, |row| row + 1));
                columns = columns.max(short(data, 2).map_or(0, |column| column + 1));
                if kind == 0x00bd {
                    // The last column stands at the end.
                    columns = columns.max(short(data, data.len().saturating_sub(2)).map_or(0, |column| column + 1));
                }
            }
            _ => {}
        }
    }
    reserved.max(rows * columns)
}

/// The cells a sheet says it spans. A range that ends before it begins wraps around in the decoder, so it does here.
fn stated(data: &[u8]) -> u64 {
    let long = |at: usize| {
        let bytes = data.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let wide = |at: usize| short(data, at).map(|value| value as u32);
    // Rows are two bytes wide in the files of Excel 95.
    let bounds =
        if data.len() < 14 { [wide(0), wide(2), wide(4), wide(6)] } else { [long(0), long(4), wide(8), wide(10)] };
    let [Some(first_row), Some(row_end), Some(first_column), Some(column_end)] = bounds else { return 0 };
    let first_column = if first_column > 0xff || column_end < first_column { 0 } else { first_column };
    if row_end == 0 || column_end == 0 {
        return 1;
    }
    u64::from(row_end.wrapping_sub(first_row)) * u64::from(column_end - first_column)
}

fn short(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..at + 2).map(|bytes| u64::from(u16::from_le_bytes([bytes[0], bytes[1]])))
}

/// Records of a stream: kind, length, data.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (data, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((u16::from_le_bytes([head[0], head[1]]), data))
    }
}
