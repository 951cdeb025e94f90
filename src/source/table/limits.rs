//! How much a workbook may grow to. It is packed, its cells share texts, and its rows and cells are repeated, so that a small
//! file can ask for more memory than any machine has.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::check_size;
use crate::error::{Error, ReadError, Result};

/// The most bytes a workbook may unpack to.
const MAX_UNPACKED: u64 = 1 << 31;
/// How many times its size a workbook may unpack to, if that is much: sheets pack to a tenth, seldom to a fiftieth.
const MAX_RATIO: u64 = 150;
/// What a workbook may unpack to, however small it is.
const ALWAYS_UNPACKED: u64 = 64 << 20;
/// The most bytes of the text of a cell: a spreadsheet allows 32,767 characters.
const MAX_CELL_TEXT: u64 = 1 << 20;
/// The most cells of a worksheet: 64 columns of all the rows it can have.
const MAX_CELLS: u64 = 1 << 26;
/// How many cells with a text there may be, and how many in the rectangle that holds them all, however small the file is;
/// to both a cell for each byte of the file is added, in which nobody packs more than a few.
const ALWAYS_FILLED: u64 = 1 << 22;
const ALWAYS_SPANNED: u64 = 1 << 24;

/// What a workbook may hold once it is unpacked, its texts shared out and its cells repeated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Cells with a text.
    pub(super) filled: u64,
    /// Cells of the smallest rectangle that holds all with a text.
    pub(super) spanned: u64,
    /// Bytes of the texts of all cells.
    pub(super) text: u64,
    /// Bytes of the text of a cell.
    pub(super) cell_text: u64,
}

/// What a workbook asks for that is more than is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beyond {
    what: &'static str,
    found: u64,
    limit: u64,
}

impl Beyond {
    pub(super) fn error(self, file: &str) -> Error {
        let Self { what, found, limit } = self;
        ReadError::TooLarge { file: file.to_owned(), what, found, limit }.into()
    }
}

impl Limits {
    /// Those of a workbook of a size that unpacks to another, and of what its reader asks for.
    fn for_sizes(packed: u64, unpacked: u64, cells: u64) -> Self {
        let most = cells.min(MAX_CELLS);
        Self {
            filled: ALWAYS_FILLED.saturating_add(packed).min(most),
            spanned: ALWAYS_SPANNED.saturating_add(packed).min(most),
            // Honest cells share short texts: the reference to one takes as long as the text.
            text: ALWAYS_UNPACKED.max(unpacked.saturating_mul(4)).min(MAX_UNPACKED),
            cell_text: MAX_CELL_TEXT,
        }
    }

    pub(super) fn check_filled(&self, found: u64) -> Result<(), Beyond> {
        at_most("number of cells", found, self.filled)
    }

    pub(super) fn check_spanned(&self, found: u64) -> Result<(), Beyond> {
        at_most("number of cells", found, self.spanned)
    }

    pub(super) fn check_text(&self, found: u64) -> Result<(), Beyond> {
        at_most("size of the texts of all cells", found, self.text)
    }

    pub(super) fn check_cell_text(&self, found: u64) -> Result<(), Beyond> {
        at_most("size of the text of a cell", found, self.cell_text)
    }
}

/// How much the sheets of a workbook hold so far.
#[derive(Debug, Default)]
pub(super) struct Held {
    cells: u64,
    text: u64,
}

impl Held {
    /// Counts a cell with a text so long.
    pub(super) fn take(&mut self, text: usize) {
        self.cells += 1;
        self.text = self.text.saturating_add(text as u64);
    }

    /// Counts a text that fills so many cells more.
    pub(super) fn fill(&mut self, text: usize, cells: usize) {
        self.text = self.text.saturating_add((text as u64).saturating_mul(cells as u64));
    }

    pub(super) fn check(&self, limits: &Limits) -> Result<(), Beyond> {
        limits.check_filled(self.cells).and_then(|()| limits.check_text(self.text))
    }
}

fn at_most(what: &'static str, found: u64, limit: u64) -> Result<(), Beyond> {
    if found > limit { Err(Beyond { what, found, limit }) } else { Ok(()) }
}

/// Refuses a workbook that unpacks to more than is safe, and says how much of it may be read.
///
/// Archives can lie about their sizes, so that it is unpacked to see; one that cannot be is the decoder's to explain.
pub(super) fn checked(path: &Path, max_bytes: u64, cells: u64) -> Result<Limits> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let packed = file.metadata().map_err(Error::file("read", path))?.len();
    let limit = packed.saturating_mul(MAX_RATIO).clamp(ALWAYS_UNPACKED, MAX_UNPACKED).min(max_bytes);
    let name = path.display().to_string();
    let unpacked = |found: u64| at_most("unpacked size", found, limit).map_err(|beyond| beyond.error(&name));
    let Ok(mut archive) = zip::ZipArchive::new(BufReader::new(file)) else {
        check_size(path, packed, max_bytes)?;
        return Ok(Limits::for_sizes(packed, packed, cells));
    };
    if let Some(stated) = archive.decompressed_size() {
        unpacked(u64::try_from(stated).unwrap_or(u64::MAX))?;
    }
    let mut found = 0;
    let mut buffer = vec![0; 1 << 16];
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(index) else { continue };
        let is_markup = name_ends(entry.name().ok(), ".xml");
        let mut since_tag = 0_u64;
        while let Ok(length @ 1..) = entry.read(&mut buffer) {
            found += length as u64;
            unpacked(found)?;
            let bytes = buffer.get(..length).unwrap_or_default();
            if !is_markup {
                continue;
            }
            // Nothing that stands between two tags, or within one, is longer than a cell.
            since_tag = longest(bytes, since_tag).map_err(|beyond| beyond.error(&name))?;
        }
    }
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else { continue };
        if name_ends(entry.name().ok(), "sharedstrings.xml") {
            let size = entry.size();
            check_count(BufReader::new(entry), size).map_err(|beyond| beyond.error(&name))?;
        }
    }
    Ok(Limits::for_sizes(packed, found, cells))
}

fn name_ends(name: Option<std::borrow::Cow<'_, str>>, ending: &str) -> bool {
    name.is_some_and(|name| name.to_ascii_lowercase().ends_with(ending))
}

/// How many bytes stand behind the last `<` of a piece, before which so many have stood without one.
fn longest(bytes: &[u8], before: u64) -> Result<u64, Beyond> {
    let (mut since, mut start) = (before, 0);
    let ends = memchr::memchr_iter(b'<', bytes).chain([bytes.len()]);
    for end in ends {
        since += end.saturating_sub(start) as u64;
        at_most("size of the text of a cell", since, MAX_CELL_TEXT)?;
        if end < bytes.len() {
            (since, start) = (0, end);
        }
    }
    Ok(since)
}

/// Refuses a list of shared texts that says it has more of them than bytes: its decoder makes room for as many.
fn check_count(texts: impl Read, size: u64) -> Result<(), Beyond> {
    let mut reader = Reader::from_reader(BufReader::new(texts));
    let mut buffer = Vec::new();
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        match event {
            Event::Start(tag) if tag.local_name().as_ref() == "sst" => {
                let count = tag.try_get_attribute("uniqueCount").ok().flatten();
                let count = count.and_then(|count| count.value.trim().parse::<u64>().ok());
                return count.map_or(Ok(()), |count| at_most("number of shared texts", count, size));
            }
            Event::Eof => return Ok(()),
            _ => buffer.clear(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_tags_is_counted_over_pieces() {
        let long = "x".repeat(MAX_CELL_TEXT as usize - 1);
        assert_eq!(longest(b"<a>text</a>", 7), Ok(4));
        let after = longest(format!("<{long}").as_bytes(), 5).unwrap();
        assert_eq!(after, MAX_CELL_TEXT);
        assert!(longest(b"x", after).is_err() && longest(b"<a", after).is_ok());
    }

    #[test]
    fn more_is_allowed_of_a_large_workbook_than_of_a_small_one() {
        let (small, large) = (Limits::for_sizes(712, 4000, u64::MAX), Limits::for_sizes(200 << 20, 1 << 30, u64::MAX));
        assert!(small.check_filled(1 << 22).is_ok() && small.check_filled(1 << 23).is_err());
        assert!(large.check_filled(50_000_000).is_ok() && large.check_text(1 << 31).is_ok());
        assert!(small.check_text(65 << 20).is_err() && Limits::for_sizes(712, 4000, 10).check_filled(11).is_err());
    }

    #[test]
    fn a_list_of_texts_tells_no_more_than_it_can_hold() {
        let list = |count: &str| format!("<?xml version=\"1.0\"?><sst uniqueCount=\"{count}\"><si/></sst>");
        assert!(
            check_count(list("2").as_bytes(), 60).is_ok() && check_count(list("99999999999").as_bytes(), 60).is_err()
        );
    }
}
