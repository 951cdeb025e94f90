//! Delimited text in pieces.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use std::str::from_utf8;
use std::sync::Arc;

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};
use memchr::{memchr, memchr_iter};
use polars::prelude::{Column, DataFrame, DataType, IntoColumn as _, Schema, StringChunkedBuilder};

use super::super::table::{TableOptions, check_columns, check_size, named};
use super::faults::{Faults, RowFaults};
use super::records::{Cut, Records, cut};
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// The longest record that is taken into memory.
const RECORD_BYTES: usize = 64 << 20;

/// How much text is looked at to tell the delimiter.
const SAMPLE_BYTES: usize = 1 << 20;

/// How much of a file is read at once where it is only passed over or decoded.
const BLOCK_BYTES: usize = 1 << 20;

/// A file of delimited text behind its header.
pub(super) struct Text {
    cutter: Cutter,
    layout: Arc<Layout>,
    /// What stands behind the header in the text that was read to find it.
    first: Option<Cuttings>,
    faults: Arc<Faults>,
}

/// The columns of a file.
#[derive(Debug, Clone)]
struct Layout {
    source: String,
    delimiter: u8,
    headers: Vec<String>,
    /// The columns that are decoded, by their position.
    columns: Vec<(usize, String)>,
    /// The positions of the columns without a header.
    headless: Vec<usize>,
}

/// A piece of a text file.
pub(super) struct Piece {
    text: Cuttings,
    layout: Arc<Layout>,
    faults: Arc<Faults>,
}

/// Whole records, as UTF-8.
struct Cuttings {
    number: u64,
    text: Vec<u8>,
    /// Where its records begin in `text`.
    start: usize,
    lines_before: u64,
    lines: u64,
    /// How much of the file it is.
    bytes: u64,
}

impl Text {
    /// Opens a file, of whose text a piece has about so much, and reads its header.
    pub(super) fn open(
        path: &Path,
        options: &TableOptions,
        delimiter: Option<u8>,
        piece_bytes: usize,
        faults: &Arc<Faults>,
    ) -> Result<Self> {
        let input = Input::open(path, options)?;
        let source = input.source.clone();
        let mut cutter = Cutter::new(input, piece_bytes);
        cutter.delimiter = match delimiter {
            Some(delimiter) if !delimiter.is_ascii() || [b'"', b'\n', b'\r'].contains(&delimiter) => {
                let message =
                    format!("found the delimiter `{}`, expected one such as a comma", delimiter.escape_ascii());
                return Err(ReadError::Malformed { file: source, format: "delimited text", message }.into());
            }
            Some(delimiter) => delimiter,
            None => detected_delimiter(cutter.sample()?),
        };
        let mut before = RowFaults::default();
        while let Some(mut cuttings) = cutter.next()? {
            let mut records = Records::new(valid(&cuttings.text, &source)?, cutter.delimiter, cuttings.lines_before);
            if !records.advance(&mut before) {
                continue;
            }
            check_columns(&source, records.width())?;
            let headers: Vec<String> = records.cells().map(str::to_owned).collect();
            (cuttings.start, cuttings.lines_before) = (records.end(), records.row);
            let columns = named(&headers, |_| None).0;
            let headless = (0..headers.len()).filter(|position| headers[*position].trim().is_empty()).collect();
            let layout = Layout { source, delimiter: cutter.delimiter, headers, columns, headless };
            // Those above the header stand before the first piece.
            faults.text(0, before);
            return Ok(Self { cutter, layout: Arc::new(layout), first: Some(cuttings), faults: faults.clone() });
        }
        let (format, message) = match before.message(0) {
            Some(message) => ("delimited text", message),
            None => ("a table", "found no header".to_owned()),
        };
        Err(ReadError::Malformed { file: source, format, message }.into())
    }

    pub(super) fn schema(&self) -> Schema {
        self.layout.columns.iter().map(|(_, name)| (name.as_str().into(), DataType::String)).collect()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.cutter.input.size
    }

    pub(super) fn select(&mut self, columns: &[String]) {
        Arc::make_mut(&mut self.layout).columns.retain(|(_, name)| columns.contains(name));
    }

    pub(super) fn next_piece(&mut self) -> Result<Option<Piece>> {
        let text = match self.first.take() {
            Some(first) => Some(first),
            None => self.cutter.next()?,
        };
        Ok(text.map(|text| Piece { text, layout: self.layout.clone(), faults: self.faults.clone() }))
    }

    pub(super) fn finish(&self) -> Result<()> {
        let file = self.layout.source.clone();
        if let Some(line) = self.cutter.input.nul_line {
            return Err(holds_nul(file, line).into());
        }
        let rows = self.faults.with(|collected| collected.rows());
        if let Some(message) = rows.message(self.layout.headers.len()) {
            return Err(ReadError::Malformed { file, format: "delimited text", message }.into());
        }
        let faults = named(&self.layout.headers, |column| rows.first_headless(column)).1;
        if !faults.is_empty() {
            return Err(ReadError::Malformed { file, format: "a table", message: faults.join("; ") }.into());
        }
        Ok(())
    }
}

impl Piece {
    pub(super) fn bytes(&self) -> u64 {
        self.text.bytes
    }

    pub(super) fn decode(self) -> Result<Table> {
        let Self { text: Cuttings { number, text, start, lines_before, lines, .. }, layout, faults } = self;
        let Layout { source, delimiter, headers, columns, headless } = &*layout;
        let text = valid(&text[start..], source)?;
        // A line that is no row costs a few bytes, a lie none at all: the lines were counted.
        let most = usize::try_from(lines).unwrap_or_default().min(text.len()) + 1;
        let mut cells: Vec<(usize, StringChunkedBuilder)> = (columns.iter())
            .map(|(position, name)| (*position, StringChunkedBuilder::new(name.as_str().into(), most)))
            .collect();
        let mut rows = Vec::with_capacity(most);
        let mut found = RowFaults::default();
        let mut records = Records::new(text, *delimiter, lines_before);
        while records.advance(&mut found) {
            // A comma at the end of the header alone makes a column without a name.
            let missing = headers.get(records.width()..);
            if missing.is_none_or(|missing| missing.iter().any(|header| !header.trim().is_empty())) {
                found.ragged(records.row, records.width());
                continue;
            }
            rows.push(records.row);
            for (position, column) in &mut cells {
                column.append_option(records.cell(*position).filter(|cell| !cell.is_empty()));
            }
            for position in headless {
                if records.cell(*position).is_some_and(|cell| !cell.is_empty()) {
                    found.headless(*position, records.row);
                }
            }
        }
        faults.text(number, found);
        let columns: Vec<Column> = cells.into_iter().map(|(_, cells)| cells.finish().into_column()).collect();
        let frame = DataFrame::new(rows.len(), columns).map_err(Error::table(source.as_str()))?;
        Ok(Table { source: source.clone(), frame, rows })
    }
}

/// Text that was seen to be valid before.
fn valid<'a>(text: &'a [u8], source: &str) -> Result<&'a str> {
    from_utf8(text).map_err(|_| {
        let message = "it changed while it was read".to_owned();
        ReadError::Malformed { file: source.to_owned(), format: "text", message }.into()
    })
}

fn holds_nul(file: String, line: u64) -> ReadError {
    let message = format!("line {line} holds a NUL byte, so it is no text, or UTF-16 without its mark");
    ReadError::Malformed { file, format: "text", message }
}

/// Cuts a text into pieces of whole records.
struct Cutter {
    input: Input,
    delimiter: u8,
    piece_bytes: usize,
    /// What was read and not cut yet.
    rest: Vec<u8>,
    /// How much of the file was read and not cut yet.
    bytes: u64,
    is_last: bool,
    lines: u64,
    pieces: u64,
}

impl Cutter {
    fn new(input: Input, piece_bytes: usize) -> Self {
        let delimiter = b',';
        Self { input, delimiter, piece_bytes, rest: Vec::new(), bytes: 0, is_last: false, lines: 0, pieces: 0 }
    }

    /// The beginning of the text, up to the end of a line where there is more.
    fn sample(&mut self) -> Result<&str> {
        while self.rest.len() < SAMPLE_BYTES && !self.is_last {
            self.read(SAMPLE_BYTES)?;
        }
        // What is no text is told when it is cut.
        let text = match from_utf8(&self.rest) {
            Ok(text) => text,
            Err(error) => from_utf8(&self.rest[..error.valid_up_to()]).unwrap_or_default(),
        };
        Ok(if self.is_last { text } else { text.rfind(['\n', '\r']).map_or(text, |end| &text[..end]) })
    }

    fn read(&mut self, bytes: usize) -> Result<()> {
        let read = self.input.read(&mut self.rest, bytes)?;
        self.bytes += read;
        self.is_last = read == 0;
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Cuttings>> {
        let mut wanted = self.piece_bytes;
        loop {
            while self.rest.len() < wanted && !self.is_last {
                self.read(wanted - self.rest.len())?;
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            let known = &self.rest[..wanted.min(self.rest.len())];
            let is_last = self.is_last && known.len() == self.rest.len();
            let Cut { end, lines, in_quotes } = cut(known, self.delimiter, is_last);
            if end == 0 {
                if wanted >= RECORD_BYTES {
                    return Err(self.too_long(in_quotes));
                }
                // A record that is longer than the piece.
                wanted = (2 * wanted).min(RECORD_BYTES);
                continue;
            }
            let mut rest = Vec::with_capacity(self.piece_bytes + self.rest.len() - end);
            rest.extend_from_slice(&self.rest[end..]);
            self.rest.truncate(end);
            let text = std::mem::replace(&mut self.rest, rest);
            self.pieces += 1;
            let lines_before = self.lines;
            self.lines += lines;
            let bytes = std::mem::take(&mut self.bytes);
            return Ok(Some(Cuttings { number: self.pieces, text, start: 0, lines_before, lines, bytes }));
        }
    }

    fn too_long(&self, in_quotes: bool) -> Error {
        let row = self.lines + 1;
        let megabytes = RECORD_BYTES >> 20;
        let message = match in_quotes {
            true => format!("row {row} opens a quote that is not closed within {megabytes} MiB"),
            false => format!("row {row} is longer than {megabytes} MiB"),
        };
        ReadError::Malformed { file: self.input.source.clone(), format: "delimited text", message }.into()
    }
}

/// A file read as UTF-8, whatever it is encoded in.
struct Input {
    source: String,
    path: std::path::PathBuf,
    bytes: Box<dyn Bytes>,
    size: u64,
    /// Makes UTF-8 of what is none.
    decoder: Option<Decoder>,
    /// The end of lines decoded so far.
    lines: u64,
    /// The first line with a NUL byte.
    nul_line: Option<u64>,
}

trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

impl Input {
    /// Opens a file and learns its encoding: a byte order mark decides; else what is valid UTF-8 is UTF-8, and the rest
    /// GB18030.
    fn open(path: &Path, options: &TableOptions) -> Result<Self> {
        let source = path.display().to_string();
        let malformed = |message: String| ReadError::Malformed { file: source.clone(), format: "text", message };
        let file = File::open(path).map_err(Error::file("read", path))?;
        let about = file.metadata().map_err(Error::file("read", path))?;
        let (mut bytes, size): (Box<dyn Bytes>, u64) = if about.is_file() {
            (Box::new(file), about.len())
        } else {
            // What is no plain file, a pipe say, is read but once, and does not tell its size beforehand.
            let mut held = Vec::new();
            file.take(options.max_bytes.saturating_add(1)).read_to_end(&mut held).map_err(Error::file("read", path))?;
            let size = held.len() as u64;
            check_size(path, size, options.max_bytes)?;
            (Box::new(Cursor::new(held)), size)
        };
        let mut start = Vec::new();
        (&mut bytes).take(3).read_to_end(&mut start).map_err(Error::file("read", path))?;
        bytes.rewind().map_err(Error::file("read", path))?;
        let stated = match options.encoding.as_deref() {
            None => None,
            Some(label) => Some(Encoding::for_label(label.as_bytes()).ok_or_else(|| {
                malformed(format!("unknown encoding `{label}`, expected one such as utf-8 or gb18030"))
            })?),
        };
        // A mark counts more than what is stated.
        let known = Encoding::for_bom(&start).map(|(encoding, _)| encoding).or(stated);
        let mut nul_line = None;
        let encoding = match known {
            Some(encoding) if encoding != UTF_8 => encoding,
            known => match (known, surveyed(&mut bytes).map_err(Error::file("read", path))?) {
                (_, Survey::Valid { nul }) => {
                    nul_line = nul;
                    UTF_8
                }
                (Some(_), Survey::Invalid { line }) => return Err(malformed(not_valid(line, UTF_8)).into()),
                (None, Survey::Invalid { .. }) => GB18030,
            },
        };
        if let Some(line) = nul_line {
            return Err(holds_nul(source, line).into());
        }
        bytes.rewind().map_err(Error::file("read", path))?;
        let decoder = match encoding == UTF_8 {
            false => Some(encoding.new_decoder()),
            true => {
                if start == b"\xef\xbb\xbf" {
                    bytes.read_exact(&mut start).map_err(Error::file("read", path))?;
                }
                None
            }
        };
        Ok(Self { source, path: path.to_owned(), bytes, size, decoder, lines: 0, nul_line: None })
    }

    /// Appends some of the text; tells how much of the file it is, which is nothing at its end alone.
    fn read(&mut self, text: &mut Vec<u8>, wanted: usize) -> Result<u64> {
        let Some(decoder) = &mut self.decoder else {
            let read = (&mut self.bytes).take(wanted as u64).read_to_end(text);
            return Ok(read.map_err(Error::file("read", &self.path))? as u64);
        };
        let mut block = Vec::new();
        let read = (&mut self.bytes).take(wanted.min(BLOCK_BYTES) as u64).read_to_end(&mut block);
        let read = read.map_err(Error::file("read", &self.path))?;
        let capacity = decoder.max_utf8_buffer_length_without_replacement(block.len()).unwrap_or_default();
        let mut decoded = String::with_capacity(capacity);
        let (result, _) = decoder.decode_to_string_without_replacement(&block, &mut decoded, read == 0);
        if result != DecoderResult::InputEmpty {
            let line = 1 + self.lines + memchr_iter(b'\n', decoded.as_bytes()).count() as u64;
            let message = not_valid(line, decoder.encoding());
            return Err(ReadError::Malformed { file: self.source.clone(), format: "text", message }.into());
        }
        if let (None, Some(nul)) = (self.nul_line, memchr(0, decoded.as_bytes())) {
            self.nul_line = Some(1 + self.lines + memchr_iter(b'\n', &decoded.as_bytes()[..nul]).count() as u64);
        }
        self.lines += memchr_iter(b'\n', decoded.as_bytes()).count() as u64;
        text.extend_from_slice(decoded.as_bytes());
        Ok(read as u64)
    }
}

fn not_valid(line: u64, encoding: &'static Encoding) -> String {
    format!("line {line} is not valid {}; state its encoding", encoding.name())
}

/// What a pass over a file shows.
enum Survey {
    /// It is UTF-8, perhaps with a NUL byte, first in that line.
    Valid { nul: Option<u64> },
    /// It is no UTF-8, first in that line.
    Invalid { line: u64 },
}

/// Passes over a file to see whether it is UTF-8.
fn surveyed(bytes: &mut dyn Bytes) -> std::io::Result<Survey> {
    let mut block: Vec<u8> = Vec::with_capacity(BLOCK_BYTES);
    let mut nul = None;
    let mut lines = 0;
    let ends = |text: &[u8]| memchr_iter(b'\n', text).count() as u64;
    loop {
        let read = (&mut *bytes).take((BLOCK_BYTES - block.len()) as u64).read_to_end(&mut block)?;
        let valid = match from_utf8(&block) {
            Ok(_) => block.len(),
            // A character may go on in the next block.
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(error) => return Ok(Survey::Invalid { line: 1 + lines + ends(&block[..error.valid_up_to()]) }),
        };
        if read == 0 {
            return Ok(Survey::Valid { nul });
        }
        if let (None, Some(found)) = (nul, memchr(0, &block[..valid])) {
            nul = Some(1 + lines + ends(&block[..found]));
        }
        lines += ends(&block[..valid]);
        block.drain(..valid);
    }
}

/// The delimiter that cuts the first records into the same number of cells, the most of them.
fn detected_delimiter(text: &str) -> u8 {
    const RECORDS: usize = 20;
    let cells = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut widths = reader.records().take(RECORDS).filter_map(Result::ok).map(|record| record.len());
        let first = widths.next().unwrap_or(1);
        let alike = widths.all(|width| width == first);
        (alike && first > 1, first)
    };
    // The later of equals wins, and a comma is what to believe without evidence.
    [b';', b'\t', b','].into_iter().max_by_key(|delimiter| cells(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::table;

    fn read(bytes: &[u8]) -> Result<Table> {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        table(file.path(), &TableOptions::default())
    }

    #[test]
    fn encodings_and_delimiters_are_detected() {
        let plain = "id,名称\n1,\"柯桥,轧染\"\n2,\n";
        let gb18030 = GB18030.encode(plain).0.into_owned();
        let utf16: Vec<u8> = std::iter::once(0xfeff).chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [plain.as_bytes().to_vec(), format!("\u{feff}{plain}").into_bytes(), gb18030, utf16] {
            let table = read(&bytes).unwrap();
            assert_eq!(table.columns(), ["id", "名称"]);
            assert_eq!(table.text("名称").unwrap().iter().collect::<Vec<_>>(), [Some("柯桥,轧染"), None]);
            assert_eq!(table.rows, [2, 3]);
        }
        for text in ["a;b\n1,5;2\n", "a\tb\n1,5\t2\n"] {
            assert_eq!(read(text.as_bytes()).unwrap().text("a").unwrap().get(0), Some("1,5"));
        }
    }

    #[test]
    fn every_ragged_row_is_named() {
        let message = read(b"a,b\n1,2\n3\n4,5,6\n").unwrap_err().to_string();
        assert!(message.contains("row 3 has 1 cells, row 4 has 3 cells; expected 2 cells"), "{message}");
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let table = read(b"\n a,b\r\n\r\n1,\"x\ny\"\r\n,\n\n\n2,z").unwrap();
        assert_eq!(table.rows, [4, 8]);
        assert_eq!(read(b"a\r1\r\r2\r").unwrap().rows, [2, 4]);
        let message = read(b"a,b\n\n1\n2\n3\n4,5,6\n").unwrap_err().to_string();
        assert!(message.contains("rows 3 to 5 have 1 cells, row 6 has 3 cells; expected 2 cells"), "{message}");
    }

    #[test]
    fn a_nul_byte_is_no_text() {
        let utf16: Vec<u8> = "id,n\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let message = read(&utf16).unwrap_err().to_string();
        assert!(message.contains("line 1 holds a NUL byte"), "{message}");
    }

    #[test]
    fn headers_must_differ_and_be_there() {
        let message = read(b"a,a,\n1,2,3\n").unwrap_err().to_string();
        assert!(
            message.contains("two columns are called `a`; column 3 has no header, but a cell in row 2"),
            "{message}"
        );
        assert_eq!(read(b"a,\n1,\n").unwrap().columns(), ["a"]);
        assert!(read(b"").is_err());
    }

    #[test]
    fn a_quote_left_open_swallows_no_rows() {
        let many: String = (0..1000).map(|row| format!("{row},{}n{row}\n", if row == 3 { "\"" } else { "" })).collect();
        let message = read(format!("id,name\n{many}").as_bytes()).unwrap_err().to_string();
        assert!(message.contains("row 5 opens a quote that is never closed"), "{message}");
        assert!(read(b"a,\"b\n1,2\n").unwrap_err().to_string().contains("row 1 opens a quote"));
        // A later quote closes it.
        let message = read(b"a,b\n1,\"x\n2,y\n3,\"z\"\n4,w\n").unwrap_err().to_string();
        assert!(message.contains("row 2 has text after a cell in quotes"), "{message}");
        let table = read(b"a,b\n1,\"x\"\"\n\"\"\"\n\"2\" ,5\" pipe\n3,\"\"").unwrap();
        let cells: Vec<Option<String>> = table.text("b").unwrap().iter().map(|cell| cell.map(str::to_owned)).collect();
        assert_eq!(cells, [Some("x\"\n\"".to_owned()), Some("5\" pipe".to_owned()), None]);
    }

    #[test]
    fn a_header_may_end_in_delimiters_the_rows_lack() {
        let table = read(b"a,b,,\n1,2\n3,4,\n").unwrap();
        assert_eq!(table.columns(), ["a", "b"]);
        assert_eq!(table.rows, [2, 3]);
        assert!(read(b"a,b,\n1\n").unwrap_err().to_string().contains("row 2 has 1 cells"));
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_holds_for_what_tells_no_size() {
        let options = TableOptions { max_bytes: 1000, ..TableOptions::default() };
        let message =
            Text::open(Path::new("/dev/zero"), &options, None, 100, &Arc::default()).map(drop).unwrap_err().to_string();
        assert!(message.contains("1000"), "{message}");
    }

    #[test]
    fn bytes_of_no_encoding_are_an_error_that_names_the_line() {
        let message = read(b"a,b\n1,\xff\xff\n").unwrap_err().to_string();
        assert!(message.contains("line 2 is not valid gb18030"), "{message}");
    }
}
