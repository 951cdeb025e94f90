//! What the pages of a Parquet file say of themselves, held against their bytes before a decoder relies on it.
//!
//! The decoder takes for granted that the runs of levels and of dictionary keys hold as many values as the head of their
//! page says. Where they do not, it asks for memory that no machine has, which ends the process.

use std::io::{Cursor, Result as IoResult};
use std::ops::Range;

use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::DecompressionContext;
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::parquet::page::{CompressedDataPage, CompressedPage, DataPage, DataPageHeader, Page, split_buffer};
use polars_parquet::parquet::read::decompress;
use polars_parquet::parquet::read::levels::get_bit_width;
use polars_parquet::parquet::schema::types::PhysicalType;
use polars_parquet::write::Encoding;
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;
use polars_parquet_format::{PageHeader, PageType};

/// The most bytes of a page, packed or not.
const MAX_PAGE: u64 = 1 << 30;
/// A page may unpack to that many times its bytes, more than deflate can, and to so many bytes in any case.
const MAX_GROWTH: u64 = 2048;
const ALWAYS: u64 = 64 << 20;
/// The most bytes that are read to find the head of a page, at first and at last: most heads take some twenty.
const HEAD: u64 = 1 << 10;
const MAX_HEAD: u64 = 16 << 20;

/// The bytes of a file: how many there are, and so many from a place on.
pub(in crate::source) trait Bytes {
    fn size(&self) -> IoResult<u64>;
    fn at(&self, position: u64, length: u64) -> IoResult<Vec<u8>>;
}

impl Bytes for [u8] {
    fn size(&self) -> IoResult<u64> {
        Ok(self.len() as u64)
    }

    fn at(&self, position: u64, length: u64) -> IoResult<Vec<u8>> {
        let start = usize::try_from(position).unwrap_or(usize::MAX).min(self.len());
        let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(self.len());
        Ok(self.get(start..end).unwrap_or_default().to_vec())
    }
}

/// The pages of a flat column of a row group: where they lie in the file, and which rows they hold.
pub(super) struct Pages {
    dictionary: Range<u64>,
    pages: Vec<PageOfRows>,
}

struct PageOfRows {
    bytes: Range<u64>,
    rows: Range<u64>,
}

/// Pages in memory, checked, and which rows of their row group they hold.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) rows: Range<u64>,
}

impl Pages {
    /// Finds the pages of a column by their heads.
    pub(super) fn find<B: Bytes + ?Sized>(file: &B, column: &ColumnChunkMetadata, rows: u64) -> Result<Self, String> {
        let values = values_of(column)?;
        if values != rows {
            return Err(format!("it has {values} values for {rows} rows"));
        }
        let size = file.size().map_err(|error| error.to_string())?;
        let range = column.byte_range();
        if range.start > range.end || range.end > size {
            return Err(BEYOND.to_owned());
        }
        let (mut dictionary, mut pages) = (range.start..range.start, Vec::new());
        let (mut at, mut seen) = (range.start, 0_u64);
        while seen < rows {
            let (header, start) = head(file, at, range.end)?;
            let end = start + bytes_of(header.compressed_page_size)?;
            if end > range.end {
                return Err("a page does not end in its column".to_owned());
            }
            let held = match (header.type_, header.data_page_header, header.data_page_header_v2) {
                (PageType::DICTIONARY_PAGE, ..) if at == range.start => {
                    dictionary = at..end;
                    at = end;
                    continue;
                }
                (PageType::DATA_PAGE, Some(header), _) => header.num_values,
                (PageType::DATA_PAGE_V2, _, Some(header)) => header.num_values,
                _ => return Err(UNKNOWN_PAGE.to_owned()),
            };
            let held = u64::try_from(held).ok().filter(|held| seen + held <= rows).ok_or_else(|| too_many(rows))?;
            pages.push(PageOfRows { bytes: at..end, rows: seen..seen + held });
            (at, seen) = (end, seen + held);
        }
        Ok(Self { dictionary, pages })
    }

    /// Reads the pages that hold some rows, the dictionary before them, and checks them: as they are in memory, so that a file
    /// which changes meanwhile does no harm.
    pub(super) fn read<B: Bytes + ?Sized>(
        &self,
        file: &B,
        column: &ColumnChunkMetadata,
        rows: &Range<u64>,
    ) -> Result<Chunk, String> {
        let first = self.pages.partition_point(|page| page.rows.end <= rows.start);
        let last = self.pages.partition_point(|page| page.rows.start < rows.end);
        let wanted = self.pages.get(first..last).unwrap_or_default();
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
            return Ok(Chunk { bytes: Vec::new(), rows: rows.start..rows.start });
        };
        let mut bytes = part(file, &self.dictionary)?;
        bytes.extend(part(file, &(first.bytes.start..last.bytes.end))?);
        let rows = first.rows.start..last.rows.end;
        check_pages(&bytes, column, rows.end - rows.start)?;
        Ok(Chunk { bytes, rows })
    }
}

/// What is said where a column is said to lie elsewhere than in the file.
const BEYOND: &str = "its pages do not lie in the file";
const UNKNOWN_PAGE: &str = "a page is of an unknown kind";

fn too_many(values: u64) -> String {
    format!("its pages hold more than its {values} values")
}

/// So many bytes and no fewer.
fn part<B: Bytes + ?Sized>(file: &B, range: &Range<u64>) -> Result<Vec<u8>, String> {
    let length = range.end.saturating_sub(range.start);
    let bytes = file.at(range.start, length).map_err(|error| error.to_string())?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(BEYOND.to_owned()) }
}

/// The number of values of a column.
fn values_of(column: &ColumnChunkMetadata) -> Result<u64, String> {
    u64::try_from(column.num_values()).map_err(|_| "its number of values is negative".to_owned())
}

/// Checks the pages of a column of a row group, all of which are in memory.
pub(in crate::source) fn check(bytes: &[u8], column: &ColumnChunkMetadata, rows: u64) -> Result<(), String> {
    let values = values_of(column)?;
    // What is nested has other numbers of values than rows.
    if column.descriptor().descriptor.max_rep_level == 0 && values != rows {
        return Err(format!("it has {values} values for {rows} rows"));
    }
    check_pages(bytes, column, values)
}

/// Checks pages that hold so many values.
fn check_pages(bytes: &[u8], column: &ColumnChunkMetadata, values: u64) -> Result<(), String> {
    let descriptor = &column.descriptor().descriptor;
    let is_flat = descriptor.max_rep_level == 0;
    let (mut at, mut seen) = (0, 0_u64);
    let (mut scratch, mut context) = (Vec::new(), DecompressionContext::Unset);
    while seen < values {
        let (header, start) = head(bytes, at, bytes.len() as u64)?;
        let packed = bytes_of(header.compressed_page_size)?;
        let unpacked = bytes_of(header.uncompressed_page_size)?;
        if unpacked > ALWAYS.max(packed.saturating_mul(MAX_GROWTH)) {
            return Err(format!("a page of {packed} bytes says it unpacks to {unpacked}"));
        }
        let body = usize::try_from(start).ok().zip(usize::try_from(start + packed).ok());
        let body = body.and_then(|(start, end)| bytes.get(start..end)).ok_or("a page does not end in its column")?;
        at = start + packed;
        let (kind, all_rows) = match (header.type_, header.data_page_header, header.data_page_header_v2) {
            (PageType::DICTIONARY_PAGE, ..) => {
                let held = header.dictionary_page_header.map_or(0, |header| i64::from(header.num_values));
                // A value takes a byte at least, but for text of no length in a dictionary of one.
                if u64::try_from(held).ok().is_none_or(|held| held > unpacked.max(1)) {
                    return Err(format!("a dictionary of {unpacked} bytes says it holds {held} values"));
                }
                continue;
            }
            (PageType::DATA_PAGE, Some(header), _) => {
                let rows = header.num_values;
                (DataPageHeader::V1(header), rows)
            }
            (PageType::DATA_PAGE_V2, _, Some(header)) => {
                let (rows, levels) =
                    (header.num_rows, [header.definition_levels_byte_length, header.repetition_levels_byte_length]);
                let levels = levels.iter().try_fold(0, |sum, length| Ok::<_, String>(sum + bytes_of(*length)?))?;
                if levels > unpacked || levels > packed {
                    return Err("the levels of a page are longer than the page".to_owned());
                }
                (DataPageHeader::V2(header), rows)
            }
            _ => return Err(UNKNOWN_PAGE.to_owned()),
        };
        let held = i64::try_from(kind.num_values()).unwrap_or(-1);
        let held = u64::try_from(held).ok().filter(|held| seen + held <= values);
        let held = held.ok_or_else(|| too_many(values))?;
        seen += held;
        if is_flat && i64::from(all_rows) != i64::try_from(held).unwrap_or(-1) {
            return Err(format!("a page of {held} values says it has {all_rows} rows"));
        }
        let page = CompressedDataPage::new(
            kind,
            CowBuffer::Owned(body.to_vec()),
            column.compression(),
            usize::try_from(unpacked).unwrap_or(usize::MAX),
            descriptor.clone(),
            usize::try_from(held).unwrap_or(usize::MAX),
        );
        let page = decompress(CompressedPage::Data(page), &mut scratch, &mut context);
        let Page::Data(mut page) = page.map_err(|error| error.to_string())? else { continue };
        check_page(&page, held)?;
        scratch = std::mem::take(page.buffer_mut());
    }
    Ok(())
}

/// The head of the page at a place, and where its body begins.
fn head<B: Bytes + ?Sized>(file: &B, at: u64, end: u64) -> Result<(PageHeader, u64), String> {
    let mut length = HEAD;
    loop {
        let length_left = length.min(end.saturating_sub(at));
        let mut bytes = Cursor::new(file.at(at, length_left).map_err(|error| error.to_string())?);
        let limit = usize::try_from(MAX_HEAD).unwrap_or(usize::MAX);
        match PageHeader::read_from_in_protocol(&mut TCompactInputProtocol::new(&mut bytes, limit)) {
            Ok(header) => return Ok((header, at + bytes.position())),
            Err(_) if length_left == length && length < MAX_HEAD => length *= 16,
            Err(error) => return Err(format!("the head of a page cannot be read: {error}")),
        }
    }
}

/// A size that a page says it has.
fn bytes_of(size: i32) -> Result<u64, String> {
    u64::try_from(size)
        .ok()
        .filter(|size| *size <= MAX_PAGE)
        .ok_or_else(|| format!("a page says it has {size} bytes, expected at most {MAX_PAGE}"))
}

/// Checks the levels and the values of a page.
fn check_page(page: &DataPage, values: u64) -> Result<(), String> {
    let parts = split_buffer(page).map_err(|error| error.to_string())?;
    let (most, deepest) = (page.descriptor.max_def_level, page.descriptor.max_rep_level);
    if deepest > 0 && runs(parts.rep, get_bit_width(deepest), values, u64::MAX).is_none() {
        return Err(format!("its repetition levels are fewer than its {values} values"));
    }
    let present = match most {
        0 => values,
        most => runs(parts.def, get_bit_width(most), values, u64::try_from(most).unwrap_or_default())
            .ok_or_else(|| format!("its definition levels are fewer than its {values} values"))?,
    };
    // Where a page says that nothing is absent, the decoder does not look at the levels.
    if page.null_count() == Some(0) && present != values {
        return Err(format!("a page of {values} values, {present} of them present, says that none is absent"));
    }
    let kept = parts.values;
    let fits = match page.encoding() {
        Encoding::PlainDictionary | Encoding::RleDictionary => match kept.split_first() {
            Some((width @ 0..=32, keys)) => runs(keys, u32::from(*width), present, u64::MAX).is_some(),
            Some(_) => false,
            None => present == 0,
        },
        Encoding::Plain => match page.descriptor.primitive_type.physical_type {
            PhysicalType::Boolean => kept.len() as u64 >= present.div_ceil(8),
            PhysicalType::Int32 | PhysicalType::Float => kept.len() as u64 >= present * 4,
            PhysicalType::Int64 | PhysicalType::Double => kept.len() as u64 >= present * 8,
            PhysicalType::Int96 => kept.len() as u64 >= present * 12,
            PhysicalType::ByteArray => kept.len() as u64 >= present * 4,
            PhysicalType::FixedLenByteArray(size) => kept.len() as u64 >= present.saturating_mul(size as u64),
        },
        Encoding::Rle => {
            let length = kept.first_chunk::<4>().map(|length| u32::from_le_bytes(*length) as usize);
            let bits = length.and_then(|length| kept.get(4..4 + length));
            bits.map_or(present == 0, |bits| runs(bits, 1, present, u64::MAX).is_some())
        }
        Encoding::DeltaBinaryPacked | Encoding::DeltaLengthByteArray | Encoding::DeltaByteArray => {
            deltas(kept).map_or(present == 0, |deltas| deltas == present)
        }
        _ => true,
    };
    if fits { Ok(()) } else { Err(format!("a page says it holds {present} values, and its bytes hold another number")) }
}

/// How many of so many values, in runs of one value and runs of packed bits, are the one looked for; none where the runs
/// end before. A value that is not asked about need not be looked at: then a number too large for the width is given.
fn runs(mut bytes: &[u8], width: u32, values: u64, wanted: u64) -> Option<u64> {
    let (mut left, mut found) = (values, 0);
    if width == 0 {
        return Some(if wanted == 0 { values } else { 0 });
    }
    while left > 0 {
        let head = number(&mut bytes)?;
        let (length, is_packed) = (head >> 1, head & 1 == 1);
        if !is_packed {
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
            bytes = rest;
            let value = value.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            let run = length.min(left);
            left -= run;
            found += if value == wanted { run } else { 0 };
            // A run of nothing leads nowhere.
            if run == 0 {
                return None;
            }
            continue;
        }
        // The last group of eight may be cut short: as many are there as have all their bits.
        let packed = usize::try_from(length.saturating_mul(u64::from(width))).ok()?.min(bytes.len());
        let (packed, rest) = bytes.split_at(packed);
        bytes = rest;
        let run = (packed.len() as u64 * 8 / u64::from(width)).min(left);
        if run == 0 {
            return None;
        }
        left -= run;
        if width == 1 && wanted == 1 {
            let whole = packed.get(..(run / 8) as usize).unwrap_or_default();
            let last = packed.get((run / 8) as usize).map_or(0, |last| last & ((1 << (run % 8)) - 1));
            found += whole.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>() + u64::from(last.count_ones());
        } else if wanted < 1 << width.min(63) {
            let bit = |at: u64| u64::from(packed[(at / 8) as usize] >> (at % 8) & 1);
            let value = |at: u64| (0..u64::from(width)).fold(0, |value, digit| value | bit(at + digit) << digit);
            found += (0..run).filter(|at| value(at * u64::from(width)) == wanted).count() as u64;
        }
    }
    Some(found)
}

/// How many values a block of differences says it holds.
fn deltas(mut bytes: &[u8]) -> Option<u64> {
    let (block, parts) = (number(&mut bytes)?, number(&mut bytes)?);
    let is_sound = block > 0 && block % 128 == 0 && parts > 0 && block % parts == 0 && (block / parts) % 32 == 0;
    number(&mut bytes).filter(|_| is_sound)
}

/// A number in groups of seven bits, at most 32 bits.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..5 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number).filter(|number| *number <= u64::from(u32::MAX));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_as_far_as_their_bytes_go() {
        // Sixty ones in a run; the same byte as packed bits, of which there are eight.
        assert_eq!(runs(&[120, 1], 1, 60, 1), Some(60));
        assert_eq!(runs(&[121, 1], 1, 60, 1), None);
        assert_eq!(runs(&[3, 0b101], 1, 5, 1), Some(2));
        assert_eq!(runs(&[3, 0b1111_0101], 1, 5, 1), Some(3));
        assert_eq!(runs(&[3, 0b11_10_01_00, 0], 2, 4, 2), Some(1));
        assert_eq!(runs(&[8, 7, 2, 7], 3, 5, 7), Some(5));
        assert_eq!(runs(&[0, 1], 1, 5, 1), None);
        assert_eq!(runs(&[0xff, 0xff, 0xff, 0xff, 0xff, 1], 1, 5, 1), None);
        assert_eq!((runs(&[], 0, 5, 0), runs(&[], 1, 0, 1)), (Some(5), Some(0)));
    }
}
