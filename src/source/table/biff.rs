//! How much an Excel 97 workbook makes its decoder allocate.

use std::io::Read as _;
use std::path::Path;

/// How much a workbook holds.
pub(super) struct Extent {
    /// The cells that its sheets span.
    pub(super) spanned: u64,
    /// The bytes of the texts that its cells share, for each cell anew.
    pub(super) text: u64,
}

/// How much a workbook holds, before a decoder makes it.
///
/// The decoder takes each sheet as one rectangle and believes the positions in the file, of which two can span four
/// thousand million cells. Here the records are only counted over, in the way the decoder goes.
pub(super) fn extent(path: &Path) -> Result<Extent, String> {
    let mut file = cfb::open(path).map_err(|error| error.to_string())?;
    if file.is_stream("/EncryptedPackage") {
        return Err("it is protected by a password: open it and save it as .xlsx without one".to_owned());
    }
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    let mut entry = file.open_stream(name).map_err(|_| "it holds no workbook".to_owned())?;
    entry.read_to_end(&mut stream).map_err(|error| error.to_string())?;
    let texts = text_sizes(&stream);
    // The globals come first: where each sheet begins.
    let sheets = Records(&stream).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == BOUND_SHEET);
    let extents = sheets
        .filter_map(|(_, data)| data.get(..4))
        .filter_map(|start| Some(u32::from_le_bytes(start.try_into().ok()?) as usize))
        .filter_map(|start| stream.get(start..))
        .map(|sheet| extent_of_sheet(sheet, &texts));
    Ok(extents.fold(Extent { spanned: 0, text: 0 }, |sum, sheet| Extent {
        spanned: sum.spanned.saturating_add(sheet.spanned),
        text: sum.text.saturating_add(sheet.text),
    }))
}

/// The bytes of each text that cells share, in UTF-8 at most.
fn text_sizes(stream: &[u8]) -> Vec<u64> {
    let mut records =
        Records(stream).take_while(|(kind, _)| *kind != END).skip_while(|(kind, _)| *kind != SHARED_TEXTS);
    let Some((_, data)) = records.next() else { return Vec::new() };
    let mut continued = records.take_while(|(kind, _)| *kind == CONTINUED).map(|(_, data)| data);
    // How many texts there are comes first, and is not to be trusted.
    let mut data = data.get(8..).unwrap_or_default();
    let mut sizes = Vec::new();
    loop {
        if data.is_empty() {
            let Some(next) = continued.next() else { return sizes };
            data = next;
        }
        let Some((head, rest)) = data.split_first_chunk::<3>() else { return sizes };
        data = rest;
        let (characters, flags) = (usize::from(u16::from_le_bytes([head[0], head[1]])), head[2]);
        let mut behind = 0;
        if flags & 8 != 0 {
            behind += 4 * usize::try_from(short(data, 0).unwrap_or_default()).unwrap_or(usize::MAX);
            data = data.get(2..).unwrap_or_default();
        }
        if flags & 4 != 0 {
            let size = data.first_chunk::<4>().map(|size| u32::from_le_bytes(*size) as usize);
            behind = behind.saturating_add(size.unwrap_or_default());
            data = data.get(4..).unwrap_or_default();
        }
        let (mut left, mut is_wide, mut size) = (characters, flags & 1 != 0, 0);
        while left > 0 {
            let width = if is_wide { 2 } else { 1 };
            let here = left.min(data.len() / width);
            data = data.get(here * width..).unwrap_or_default();
            size += here as u64 * if is_wide { 3 } else { 2 };
            left -= here;
            if left > 0 {
                // What goes on in another record says anew how wide its characters are.
                let Some((flags, rest)) = continued.next().and_then(<[u8]>::split_first) else { return sizes };
                (is_wide, data) = (flags & 1 != 0, rest);
            }
        }
        sizes.push(size);
        while behind > data.len() {
            behind -= data.len();
            let Some(next) = continued.next() else { return sizes };
            data = next;
        }
        data = data.get(behind..).unwrap_or_default();
    }
}

const END: u16 = 0x000a;
const BOUND_SHEET: u16 = 0x0085;
const SHARED_TEXTS: u16 = 0x00fc;
const CONTINUED: u16 = 0x003c;
const SHARED_LABEL: u16 = 0x00fd;
const DIMENSIONS: u16 = 0x0200;
/// Formula, number, label, formatted label, truth, one and several packed numbers, shared label.
const CELLS: [u16; 8] = [0x0006, 0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00bd, SHARED_LABEL];

fn extent_of_sheet(stream: &[u8], texts: &[u64]) -> Extent {
    let (mut rows, mut columns, mut reserved, mut text) = (0, 0, 0_u64, 0_u64);
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
                if kind == SHARED_LABEL {
                    let shared = data.get(6..10).and_then(|at| Some(u32::from_le_bytes(at.try_into().ok()?)));
                    let size = shared.and_then(|at| texts.get(at as usize)).copied();
                    text = text.saturating_add(size.unwrap_or_default());
                }
                if kind == 0x00bd {
                    // The last column stands at the end.
                    columns = columns.max(short(data, data.len().saturating_sub(2)).map_or(0, |column| column + 1));
                }
            }
            _ => {}
        }
    }
    Extent { spanned: reserved.max(rows * columns), text }
}

/// The cells a sheet says it spans. A range that ends before it begins wraps around in the decoder, so it does here.
fn stated(data: &[u8]) -> u64 {
    let long = |at: usize| {
        let bytes = data.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let wide = |at: usize| short(data, at).and_then(|value| u32::try_from(value).ok());
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
