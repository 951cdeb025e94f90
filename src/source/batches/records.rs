//! Records of delimited text, as the `csv` crate takes them: a quote opens a cell only at its start, a doubled one in it
//! stands for itself, what follows the closing one belongs to the cell; `\n`, `\r\n` and `\r` end a record.

use memchr::{memchr, memchr3, memrchr2};

use super::faults::RowFaults;
use crate::model::cell;

/// Where the last whole record of a piece of text ends, and how many lines a spreadsheet numbers up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) end: usize,
    pub(super) lines: u64,
    /// Where a quote is open at the end of the text.
    pub(super) in_quotes: bool,
}

/// Cuts text that begins with a record after its last whole one.
pub(super) fn cut(text: &[u8], delimiter: u8, is_last: bool) -> Cut {
    // Whether a line feed follows a carriage return at the end is not known yet.
    let known = text.strip_suffix(b"\r").filter(|_| !is_last).unwrap_or(text);
    let mut cut = Cut { end: 0, lines: 0, in_quotes: false };
    // The text from `start` to `quote` stands outside of quotes.
    let (mut start, mut from) = (0, 0);
    loop {
        let quote = memchr(b'"', &known[from..]).map_or(known.len(), |found| from + found);
        let opens = quote < known.len()
            && (quote == 0 || [delimiter, b'\n', b'\r'].contains(&known[quote - 1]) && quote > start);
        if quote < known.len() && !opens {
            from = quote + 1;
            continue;
        }
        let plain = &known[start..quote];
        if let Some(last) = memrchr2(b'\n', b'\r', plain) {
            cut.end = start + last + 1;
            cut.lines += line_ends(plain);
        }
        if quote == known.len() {
            break;
        }
        let Some(closed) = closing(known, quote + 1) else {
            cut.in_quotes = true;
            break;
        };
        start = closed + 1;
        from = start;
    }
    if is_last {
        cut.end = text.len();
    }
    cut
}

/// The quote that closes a cell whose text begins at `from`.
fn closing(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = from + memchr(b'"', text.get(from..)?)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

/// How many lines end in a text outside of quotes.
fn line_ends(text: &[u8]) -> u64 {
    // Sums that fit a byte, so that many are added at once.
    const RUN: usize = 255;
    let mut ends = u64::from(text.first().is_some_and(|byte| matches!(byte, b'\n' | b'\r')));
    let rest = text.get(1..).unwrap_or_default();
    for (bytes, before) in rest.chunks(RUN).zip(text.chunks(RUN)) {
        let run = bytes
            .iter()
            .zip(before)
            .fold(0_u8, |sum, (byte, before)| sum + u8::from((*byte == b'\r') | (*byte == b'\n') & (*before != b'\r')));
        ends += u64::from(run);
    }
    ends
}

/// The records of a text that begins with one.
pub(super) struct Records<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    /// The line of the last record, as a spreadsheet shows it.
    pub(super) row: u64,
    cells: Vec<RecordCell>,
    unquoted: String,
}

#[derive(Debug, Clone, Copy)]
struct RecordCell {
    start: usize,
    end: usize,
    /// Its text stands in [`Records::unquoted`].
    is_unquoted: bool,
}

impl<'a> Records<'a> {
    /// Records of a text with so many lines before it.
    pub(super) fn new(text: &'a str, delimiter: u8, lines_before: u64) -> Self {
        Self { text, delimiter, at: 0, row: lines_before, cells: Vec::new(), unquoted: String::new() }
    }

    /// Goes to the next record that has any text; those with a fault in their quotes are noted and passed over.
    pub(super) fn advance(&mut self, faults: &mut RowFaults) -> bool {
        loop {
            let Some(fault) = self.record() else { return false };
            match fault {
                Some(fault) => faults.misquoted(self.row, fault),
                None if self.cells().all(cell::is_blank) => {}
                None => return true,
            }
        }
    }

    /// Where the text behind the last record begins.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    /// How many cells the record has.
    pub(super) fn width(&self) -> usize {
        self.cells.len()
    }

    /// A cell of the record.
    pub(super) fn cell(&self, position: usize) -> Option<&str> {
        self.cells.get(position).map(|cell| self.text_of(*cell))
    }

    /// The cells of the record.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| self.text_of(*cell))
    }

    fn text_of(&self, cell: RecordCell) -> &str {
        let text = if cell.is_unquoted { &self.unquoted } else { self.text };
        text.get(cell.start..cell.end).unwrap_or_default()
    }

    /// Takes the next record apart; `None` at the end, else what is wrong with its quotes.
    fn record(&mut self) -> Option<Option<&'static str>> {
        let bytes = self.text.as_bytes();
        while let Some(end @ (b'\n' | b'\r')) = bytes.get(self.at) {
            self.pass(*end);
            self.row += 1;
        }
        if self.at == bytes.len() {
            return None;
        }
        self.row += 1;
        self.cells.clear();
        self.unquoted.clear();
        let start = self.at;
        let mut quoted = false;
        loop {
            let opens = bytes.get(self.at) == Some(&b'"');
            quoted |= opens;
            let cell = if opens { self.quoted_cell() } else { self.plain_cell() };
            self.cells.push(cell);
            match bytes.get(self.at) {
                None => break,
                Some(end) if *end == self.delimiter => self.at += 1,
                Some(end) => {
                    self.pass(*end);
                    break;
                }
            }
        }
        Some(bytes.get(start..self.at).filter(|_| quoted).and_then(|record| quote_fault(record, self.delimiter)))
    }

    /// Goes beyond the end of a line.
    fn pass(&mut self, end: u8) {
        let bytes = self.text.as_bytes();
        self.at += if end == b'\r' && bytes.get(self.at + 1) == Some(&b'\n') { 2 } else { 1 };
    }

    /// The cell from here to the next delimiter or line end.
    fn plain_cell(&mut self) -> RecordCell {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        self.at += memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
        RecordCell { start, end: self.at, is_unquoted: false }
    }

    /// The cell that a quote opens here, without its quotes.
    fn quoted_cell(&mut self) -> RecordCell {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let closed = closing(bytes, start).unwrap_or(bytes.len());
        self.at = (closed + 1).min(bytes.len());
        let end = self.plain_cell().end;
        let inner = self.text.get(start..closed).unwrap_or_default();
        let tail = self.text.get((closed + 1).min(end)..end).unwrap_or_default();
        if tail.is_empty() && memchr(b'"', inner.as_bytes()).is_none() {
            return RecordCell { start, end: closed, is_unquoted: false };
        }
        let start = self.unquoted.len();
        self.unquoted.push_str(&inner.replace("\"\"", "\""));
        self.unquoted.push_str(tail);
        RecordCell { start, end: self.unquoted.len(), is_unquoted: true }
    }
}

/// What is wrong with the quotes of a record, which the decoder would pass over: the lines below went into the cell.
pub(super) fn quote_fault(record: &[u8], delimiter: u8) -> Option<&'static str> {
    #[derive(Clone, Copy, PartialEq)]
    enum Within {
        Start,
        Plain,
        Quotes,
        /// After a quote that ends the cell, unless another follows.
        Closed,
    }
    let mut state = Within::Start;
    for byte in record {
        state = match (state, *byte) {
            (Within::Start | Within::Closed, b'"') | (Within::Quotes, 0..b'"' | b'#'..) => Within::Quotes,
            (Within::Quotes, b'"') => Within::Closed,
            (_, byte) if byte == delimiter || byte == b'\n' || byte == b'\r' => Within::Start,
            (Within::Closed, b' ') => Within::Closed,
            (Within::Closed, _) => return Some("has text after a cell in quotes, so a quote before it is not closed"),
            (Within::Start | Within::Plain, _) => Within::Plain,
        };
    }
    (state == Within::Quotes).then_some("opens a quote that is never closed")
}
