//! A SQLite database as the bytes of its pages: what it declares, and the rows of its tables. Nothing in it is run.
//!
//! A view, a virtual table and a generated column are programs that come with a file: they may never end, may fill any
//! memory, may open other files. A database is read only as far as it is tables.
//!
//! # References
//!
//! Database File Format, <https://www.sqlite.org/fileformat2.html>.

use std::collections::HashSet;
use std::ops::Range;

/// The most bytes of declarations that are read.
const MAX_BYTES: usize = 1 << 24;

/// The modules of virtual tables that keep what they know in tables of the same database.
const WITHIN: [&str; 5] = ["rtree", "rtree_i32", "fts3", "fts4", "fts5"];

/// The names, in lower case, of the tables whose rows are stored in the database. Its views are emptied, in memory: GDAL asks
/// each for a row as soon as it opens the database.
///
/// # Errors
///
/// What is no SQLite database, is damaged, or declares one of the tables that describe the others as something else.
pub(in crate::source) fn tables(bytes: &mut [u8]) -> Result<HashSet<String>, String> {
    let mut tables = HashSet::new();
    let pages = Pages::of_database(bytes)?;
    let encoding = pages.encoding;
    for Declared { kind, name, sql, place, .. } in pages.declarations()? {
        // SQLite believes the statement, whatever is said beside it. The index of a key has none.
        if sql.is_empty() && kind == "index" {
            continue;
        }
        let words = words(&sql);
        let word = |position: usize| words.get(position).map(String::as_str).unwrap_or_default();
        let is = |position: usize, wanted: &str| word(position).eq_ignore_ascii_case(wanted);
        let (declared, is_stored) = match word(1).to_ascii_lowercase().as_str() {
            "table" => (word(2), !words.iter().any(|word| word.eq_ignore_ascii_case("as"))),
            "virtual" => (word(3), false),
            "view" => (word(2), false),
            "index" | "unique" | "trigger" if matches!(kind.as_str(), "index" | "trigger") => continue,
            _ => return Err(format!("it declares `{name}` as nothing that is known")),
        };
        let module = if is(1, "virtual") { word(5).to_ascii_lowercase() } else { String::new() };
        if is(1, "virtual") && !(is(4, "using") && WITHIN.contains(&module.as_str())) {
            return Err(format!("`{name}` is a virtual table (`{}`), which may open any other file", word(5)));
        }
        let is_as_said =
            is(0, "create") && named(declared) == name && kind == if is(1, "view") { "view" } else { "table" };
        if !is_as_said {
            return Err(format!("it declares `{name}` otherwise than it says"));
        }
        if is_stored {
            tables.insert(name.to_ascii_lowercase());
        } else if is_reserved(&name) && !(module == "rtree" && name.starts_with("rtree_")) {
            return Err(format!("`{name}` is not a plain table, as it must be"));
        }
        if is(1, "view") {
            empty(bytes, &place, encoding, declared)
                .ok_or_else(|| format!("`{name}` is a view that cannot be left out; leave it out of the file"))?;
        }
    }
    Ok(tables)
}

/// Puts a view of nothing in the place of a view. `None` where it does not fit there.
fn empty(bytes: &mut [u8], place: &[Range<usize>], encoding: u32, name: &str) -> Option<()> {
    let is_plain = name.chars().all(is_of_word);
    let name = if is_plain { name.to_owned() } else { format!("\"{}\"", named(name).replace('"', "\"\"")) };
    let text = format!("CREATE VIEW {name} AS SELECT 0");
    let mut text: Vec<u8> = match encoding {
        2 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        3 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => text.into_bytes(),
    };
    let length: usize = place.iter().map(ExactSizeIterator::len).sum();
    let blank: &[u8] = match encoding {
        2 => b" \0",
        3 => b"\0 ",
        _ => b" ",
    };
    if text.len() > length {
        return None;
    }
    while text.len() < length {
        text.extend_from_slice(blank);
    }
    let mut text = text.into_iter();
    for range in place {
        bytes.get_mut(range.clone())?.iter_mut().zip(&mut text).for_each(|(old, new)| *old = new);
    }
    Some(())
}

/// The tables that say what the others are.
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["gpkg_", "sqlite_", "rtree_"].iter().any(|start| name.starts_with(start))
}

/// What a database declares: a table, an index, a view, a trigger.
pub(super) struct Declared {
    pub kind: String,
    pub name: String,
    pub sql: String,
    /// The page on which its rows begin.
    pub root: u64,
    /// Where the bytes of the statement are.
    place: Vec<Range<usize>>,
}

/// A row, and where its bytes are.
#[derive(Default)]
struct Row {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Row {
    fn push(&mut self, bytes: &[u8], place: usize) {
        self.bytes.extend_from_slice(bytes);
        self.places.push(place..place + bytes.len());
    }

    /// Where some of its bytes are.
    fn places_of(&self, wanted: &Range<usize>) -> Vec<Range<usize>> {
        let mut before = 0;
        let mut found = Vec::new();
        for place in &self.places {
            let (start, end) = (wanted.start.max(before), wanted.end.min(before + place.len()));
            if start < end {
                found.push(place.start + start - before..place.start + end - before);
            }
            before += place.len();
        }
        found
    }
}

/// A database by its pages.
pub(super) struct Pages<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Without what is reserved at the end of each.
    usable: usize,
    encoding: u32,
}

pub(super) const DAMAGED: &str = "it is no SQLite database, or a damaged one";

impl<'a> Pages<'a> {
    pub fn of_database(bytes: &'a [u8]) -> Result<Self, String> {
        let header = bytes.get(..100).filter(|header| header.starts_with(b"SQLite format 3\0")).ok_or(DAMAGED)?;
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size => usize::from(size),
        };
        let usable = size.saturating_sub(usize::from(header[20]));
        if !size.is_power_of_two() || size < 512 || usable < 480 {
            return Err(DAMAGED.to_owned());
        }
        Ok(Self { bytes, size, usable, encoding: number(header, 56)? })
    }

    pub fn page(&self, number: usize) -> Result<&'a [u8], String> {
        let start = number.checked_sub(1).and_then(|before| before.checked_mul(self.size)).ok_or(DAMAGED)?;
        let end = start.checked_add(self.usable).ok_or(DAMAGED)?;
        self.bytes.get(start..end).ok_or_else(|| DAMAGED.to_owned())
    }

    /// The bytes of a page without what is reserved, and how many bytes the database has.
    pub fn sizes(&self) -> (usize, usize) {
        (self.usable, self.bytes.len())
    }

    /// Every row of the table of declarations, which begins on the first page.
    pub fn declarations(&self) -> Result<Vec<Declared>, String> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut next = vec![1];
        let mut taken = 0;
        while let Some(page_number) = next.pop() {
            if !seen.insert(page_number) {
                return Err(DAMAGED.to_owned());
            }
            let page = self.page(page_number)?;
            let start = if page_number == 1 { 100 } else { 0 };
            let cells = usize::from(short(page, start + 3)?);
            let (is_leaf, header) = match page.get(start) {
                Some(0x0d) => (true, 8),
                Some(0x05) => (false, 12),
                _ => return Err(DAMAGED.to_owned()),
            };
            if !is_leaf {
                next.push(number(page, start + 8)? as usize);
            }
            for cell in 0..cells {
                let at = usize::from(short(page, start + header + 2 * cell)?);
                if !is_leaf {
                    next.push(number(page, at)? as usize);
                    continue;
                }
                let row = self.row(page_number, at)?;
                taken += row.bytes.len();
                if taken > MAX_BYTES {
                    return Err(format!("it has more than {MAX_BYTES} bytes of declarations"));
                }
                found.push(self.declared(&row)?);
            }
        }
        Ok(found)
    }

    /// The bytes of a row, those on other pages among them.
    fn row(&self, page_number: usize, at: usize) -> Result<Row, String> {
        let page = self.page(page_number)?;
        let start_of = |number: usize| number.saturating_sub(1).saturating_mul(self.size);
        let (length, at) = variable(page, at)?;
        let (_, at) = variable(page, at)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= MAX_BYTES).ok_or(DAMAGED)?;
        let least = (self.usable - 12) * 32 / 255 - 23;
        let here = match least + length.saturating_sub(least) % (self.usable - 4) {
            _ if length <= self.usable - 35 => length,
            some if some <= self.usable - 35 => some,
            _ => least,
        };
        let mut row = Row::default();
        row.push(page.get(at..at + here).ok_or(DAMAGED)?, start_of(page_number) + at);
        let mut next = if here < length { number(page, at + here)? } else { 0 };
        while row.bytes.len() < length {
            let (page_number, page) = (next as usize, self.page(next as usize)?);
            next = number(page, 0)?;
            let wanted = (length - row.bytes.len()).min(self.usable - 4);
            row.push(page.get(4..4 + wanted).ok_or(DAMAGED)?, start_of(page_number) + 4);
        }
        Ok(row)
    }

    fn declared(&self, row: &Row) -> Result<Declared, String> {
        let (header, mut at) = variable(&row.bytes, 0)?;
        let mut cell_at = usize::try_from(header).map_err(|_| DAMAGED)?;
        let (mut texts, mut root) = (Vec::new(), 0);
        let mut place = Vec::new();
        while (at as u64) < header && texts.len() < 5 {
            let (kind, after) = variable(&row.bytes, at)?;
            at = after;
            let end = width(kind).and_then(|width| cell_at.checked_add(width)).ok_or(DAMAGED)?;
            let cell = row.bytes.get(cell_at..end).ok_or(DAMAGED)?;
            place = row.places_of(&(cell_at..end));
            if texts.len() == 3 {
                root = match kind {
                    8 | 9 => kind - 8,
                    1..=6 => cell.iter().fold(0, |all, byte| (all << 8) | u64::from(*byte)),
                    _ => 0,
                };
            }
            texts.push(if kind >= 13 && kind % 2 == 1 { self.text(cell) } else { String::new() });
            cell_at = end;
        }
        let mut texts = texts.into_iter();
        match (texts.next(), texts.next(), texts.nth(2)) {
            (Some(kind), Some(name), Some(sql)) => Ok(Declared { kind, name, sql, root, place }),
            _ => Err(DAMAGED.to_owned()),
        }
    }

    /// Whether its texts are UTF-8.
    pub fn is_utf8(&self) -> bool {
        !matches!(self.encoding, 2 | 3)
    }

    /// A text in the encoding of the database.
    pub fn text(&self, bytes: &[u8]) -> String {
        match self.encoding {
            2 => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
            3 => encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// How many bytes a cell of a kind takes.
pub(super) fn width(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        kind if kind >= 12 => usize::try_from((kind - 12) / 2).ok(),
        _ => None,
    }
}

pub(super) fn short(bytes: &[u8], at: usize) -> Result<u16, String> {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).ok_or(DAMAGED)?;
    Ok(u16::from_be_bytes(two))
}

pub(super) fn number(bytes: &[u8], at: usize) -> Result<u32, String> {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).ok_or(DAMAGED)?;
    Ok(u32::from_be_bytes(four))
}

/// A number of one to nine bytes, and where the next thing begins.
pub(super) fn variable(bytes: &[u8], at: usize) -> Result<(u64, usize), String> {
    let mut value = 0_u64;
    for (position, byte) in bytes.get(at..).ok_or(DAMAGED)?.iter().take(9).enumerate() {
        if position == 8 {
            return Ok(((value << 8) | u64::from(*byte), at + 9));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((value, at + position + 1));
        }
    }
    Err(DAMAGED.to_owned())
}

/// The words of a declaration, without comments and without what stands in single quotes. A quoted name keeps its quotes.
fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = sql.chars().peekable();
    while let Some(first) = characters.next() {
        let closing = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            '-' if characters.peek() == Some(&'-') => {
                let _comment = characters.by_ref().find(|other| *other == '\n');
                continue;
            }
            '/' if characters.peek() == Some(&'*') => {
                characters.next();
                let mut before = ' ';
                let _comment = characters.by_ref().find(|other| {
                    let ends = before == '*' && *other == '/';
                    before = *other;
                    ends
                });
                continue;
            }
            _ => None,
        };
        let mut word = String::from(first);
        if let Some(closing) = closing {
            while let Some(other) = characters.next() {
                word.push(other);
                if other == closing {
                    // Doubled, it stands for itself.
                    if closing == ']' || characters.peek() != Some(&closing) {
                        break;
                    }
                    characters.next();
                }
            }
            if closing != '\'' || words.len() < 3 {
                words.push(word);
            }
        } else if is_of_word(first) {
            while let Some(other) = characters.next_if(|other| is_of_word(*other)) {
                word.push(other);
            }
            words.push(word);
        }
    }
    words
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$' || !character.is_ascii()
}

/// A name without its quotes.
fn named(word: &str) -> String {
    let is_quoted = word.starts_with(['"', '\'', '`', '[']) && word.len() > 1;
    if is_quoted { word.get(1..word.len() - 1).unwrap_or_default().to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_declaration() {
        let sql = "CREATE TABLE \"a \"\"b\" (id INTEGER /* as ( */, [as] TEXT DEFAULT 'x as (y)' -- as\n)";
        assert_eq!(words(sql), ["CREATE", "TABLE", "\"a \"b\"", "id", "INTEGER", "[as]", "TEXT", "DEFAULT"]);
        assert_eq!(named("\"a \"b\""), "a \"b");
        assert!(words("create table t (a, b text AS(hex(a)))").iter().any(|word| word == "AS"));
    }

    #[test]
    fn a_number_has_one_to_nine_bytes() {
        assert_eq!(variable(&[0x7f], 0), Ok((127, 1)));
        assert_eq!(variable(&[0x81, 0x00], 0), Ok((128, 2)));
        assert_eq!(variable(&[0xff; 9], 0), Ok((u64::MAX, 9)));
        assert!(variable(&[0xff; 8], 0).is_err());
    }

    #[test]
    fn a_geopackage_has_its_tables_and_no_others() {
        let bytes = std::fs::read("tests/fixtures/areas/grid.gpkg").unwrap();
        let found = tables(&mut bytes.clone()).unwrap();
        assert!(found.contains("grid") && found.contains("gpkg_contents"), "{found:?}");
        assert!(tables(&mut b"SQLite format 3\0".to_vec()).is_err());
        // Any byte of it may be wrong; none may end the program.
        for at in 0..4096.min(bytes.len()) {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0xff;
            let _ = tables(&mut bytes);
        }
    }
}
