//! Delimited text in pieces.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::str::from_utf8;
use std::sync::Arc;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use memchr::{memchr, memchr_iter};
use polars::prelude::{Column, DataFrame, DataType, IntoColumn as _, Schema, StringChunkedBuilder};

use super::super::table::header::{TITLE_ROWS, header_row, is_remark, known, leading_row, named};
use super::super::table::identity::Identity;
use super::super::table::{TableOptions, check_columns, check_size, ending};
use super::encoding::{self, Decided};
use super::faults::{Faults, RowFaults};
use super::records::{Cut, Records, cut};
use crate::error::{Error, ReadError, Result};
use crate::model::{Reading, Table, cell};

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
    /// The positions of the columns without a header, which are left out.
    headless: Vec<usize>,
    /// The columns that tell what a row stands for.
    identity: Identity,
    /// Notes to show to the user.
    notes: Vec<String>,
}

/// A piece of a text file.
pub(super) struct TextPiece {
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
        let mut input = Input::open(path, options)?;
        let source = input.source.clone();
        let mut notes: Vec<String> =
            input.note.take().map(|note| format!("{}: {note}", input.source)).into_iter().collect();
        let mut cutter = Cutter::new(input, piece_bytes);
        let sample = cutter.sample()?;
        let stated_line = stated_delimiter(sample);
        cutter.delimiter = match delimiter {
            Some(delimiter) if !delimiter.is_ascii() || [b'"', b'\n', b'\r'].contains(&delimiter) => {
                let message =
                    format!("found the delimiter `{}`, expected one such as a comma", delimiter.escape_ascii());
                return Err(ReadError::Malformed { file: source, format: "delimited text", message }.into());
            }
            Some(delimiter) => delimiter,
            None => stated_line.unwrap_or_else(|| detected_delimiter(sample)),
        };
        let delimiter = cutter.delimiter;
        let head = Head::of_sample(cutter.sample()?, delimiter, usize::from(stated_line.is_some()));
        let (mut above, mut below) = (head.above, head.leading.len());
        let mut headers: Option<Vec<String>> = None;
        let mut before = RowFaults::default();
        while let Some(mut cuttings) = cutter.next()? {
            let mut records = Records::new(valid(&cuttings.text, &source)?, cutter.delimiter, cuttings.lines_before);
            while (headers.is_none() || below > 0) && records.advance(&mut before) {
                match &headers {
                    None if above > 0 => above -= 1,
                    None => headers = Some(records.cells().map(str::to_owned).collect()),
                    Some(_) => below -= 1,
                }
            }
            let Some(headers) = headers.clone().filter(|_| below == 0) else { continue };
            (cuttings.start, cuttings.lines_before) = (records.end(), records.row);
            check_columns(&source, headers.len())?;
            if let [header] = headers.as_slice()
                && header.contains('，')
            {
                let message = "its columns are separated by full-width commas `，`; replace them by `,`".to_owned();
                return Err(ReadError::Malformed { file: source, format: "delimited text", message }.into());
            }
            notes.extend(head.leading.iter().map(|what| format!("{source}: {what}")));
            let names = named(&headers, |position| {
                headers.get(position).is_some_and(|header| !header.trim().is_empty())
                    || head.filled.get(position).copied().unwrap_or_default()
            });
            notes.extend(names.notes(&source));
            let is_named = |position: usize| names.columns.iter().any(|(place, _)| *place == position);
            let headless = (0..headers.len()).filter(|position| !is_named(*position)).collect();
            let identity = Identity::from_headers(&headers);
            let columns = names.columns;
            let layout = Layout { source, delimiter: cutter.delimiter, headers, columns, headless, identity, notes };
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

    /// Notes to show to the user, once all pieces are decoded.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.layout.notes.clone();
        let remark = self.faults.with(|collected| collected.rows().remark_note());
        notes.extend(remark.map(|note| format!("{}: {note}", self.layout.source)));
        notes
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

    pub(super) fn next_piece(&mut self) -> Result<Option<TextPiece>> {
        let text = match self.first.take() {
            Some(first) => Some(first),
            None => self.cutter.next()?,
        };
        Ok(text.map(|text| TextPiece { text, layout: self.layout.clone(), faults: self.faults.clone() }))
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
        let faults: Vec<String> = (self.layout.headless.iter())
            .filter_map(|column| Some((column, rows.first_headless(*column)?)))
            .map(|(column, row)| format!("column {} has no header, but a cell in row {row}", column + 1))
            .collect();
        if !faults.is_empty() {
            return Err(ReadError::Malformed { file, format: "a table", message: faults.join("; ") }.into());
        }
        Ok(())
    }
}

impl TextPiece {
    pub(super) fn bytes(&self) -> u64 {
        self.text.bytes
    }

    pub(super) fn decode(self) -> Result<Table> {
        let Self { text: Cuttings { number, text, start, lines_before, lines, .. }, layout, faults } = self;
        let Layout { source, delimiter, headers, columns, headless, identity, .. } = &*layout;
        let text = valid(&text[start..], source)?;
        // A line that is no row costs a few bytes, a lie none at all: the lines were counted.
        let most = usize::try_from(lines).unwrap_or_default().min(text.len()) + 1;
        let mut cells: Vec<(usize, StringChunkedBuilder)> = (columns.iter())
            .map(|(position, name)| (*position, StringChunkedBuilder::new(name.as_str().into(), most)))
            .collect();
        let mut rows = Vec::with_capacity(most);
        let mut found = RowFaults::default();
        let mut reading = Reading::default();
        let mut records = Records::new(text, *delimiter, lines_before);
        while records.advance(&mut found) {
            let width = records.width();
            if width != headers.len() && !is_padded(&records, headers) {
                match lone_cell(&records).filter(|text| is_remark(text)) {
                    Some(text) => found.remark(records.row, text),
                    // A sum may be short: only its first cells are there.
                    None if width < headers.len() && records.cell(0).is_some_and(cell::is_sum) => {
                        push(&mut cells, &mut rows, &records, identity, &mut reading);
                    }
                    None => found.ragged(records.row, width),
                }
                continue;
            }
            if records.cell(0).is_some_and(may_be_remark)
                && let Some(text) = lone_cell(&records).filter(|text| is_remark(text))
            {
                found.remark(records.row, text);
                continue;
            }
            push(&mut cells, &mut rows, &records, identity, &mut reading);
            for position in headless {
                if records.cell(*position).is_some_and(|cell| !cell.is_empty()) {
                    found.headless(*position, records.row);
                }
            }
        }
        faults.text(number, found);
        let columns: Vec<Column> = cells.into_iter().map(|(_, cells)| cells.finish().into_column()).collect();
        let frame = DataFrame::new(rows.len(), columns).map_err(Error::table(source.as_str()))?;
        Ok(Table { reading, ..Table::new(source.as_str(), frame, rows) })
    }
}

/// The cells of the columns that are decoded.
type Builders = Vec<(usize, StringChunkedBuilder)>;

/// Takes the cells of a record.
#[inline]
fn push(cells: &mut Builders, rows: &mut Vec<u64>, records: &Records<'_>, identity: &Identity, reading: &mut Reading) {
    identity.note(rows.len(), records.width(), |position| records.cell(position), reading);
    rows.push(records.row);
    for (position, column) in cells {
        column.append_option(records.cell(*position).filter(|cell| !cell.is_empty()));
    }
}

/// Whether a record is as wide as the header but for empty cells at its end, or for headers without a name.
fn is_padded(records: &Records<'_>, headers: &[String]) -> bool {
    match headers.get(records.width()..) {
        Some(missing) => missing.iter().all(|header| header.trim().is_empty()),
        None => records.cells().skip(headers.len()).all(|cell| cell.trim().is_empty()),
    }
}

/// Whether a cell is worth a look: remarks begin with Chinese.
fn may_be_remark(cell: &str) -> bool {
    // Of cells of ASCII, which most are, a byte tells.
    let is_plain = cell.as_bytes().first().is_none_or(|first| first.is_ascii() && !first.is_ascii_whitespace());
    !is_plain && cell.trim_start().starts_with(['注', '备', '说', '填', '制', '数', '註', '備', '說', '製', '數'])
}

/// The only cell of a record that has a text.
fn lone_cell<'a>(records: &'a Records<'_>) -> Option<&'a str> {
    let mut filled = records.cells().filter(|cell| !cell.trim().is_empty());
    let first = filled.next()?;
    filled.next().is_none().then_some(first)
}

/// What the beginning of a text shows, whatever the size of its pieces.
pub(super) struct Head {
    /// The records above the header: a line that states the delimiter, titles.
    pub(super) above: usize,
    /// What is to be said of the records right below the header that number its columns or say in what they are.
    pub(super) leading: Vec<String>,
    /// Which columns have cells, of those without a header.
    pub(super) filled: Vec<bool>,
}

impl Head {
    pub(super) fn of_sample(sample: &str, delimiter: u8, stated: usize) -> Self {
        let first = first_rows(sample, delimiter);
        let above = stated + header_position(first.get(stated..).unwrap_or_default());
        let mut head = Self { above, leading: Vec::new(), filled: Vec::new() };
        let mut records = Records::new(sample, delimiter, 0);
        let mut ignored = RowFaults::default();
        for _ in 0..=above {
            records.advance(&mut ignored);
        }
        let headers: Vec<String> = records.cells().map(str::to_owned).collect();
        head.filled = vec![false; headers.len()];
        let mut is_leading = true;
        while records.advance(&mut ignored) {
            if is_leading {
                let cells: Vec<Option<&str>> = records.cells().map(Some).collect();
                let what = leading_row(&headers, &cells);
                is_leading = what.is_some();
                if let Some(what) = what {
                    head.leading.push(format!("row {} {what} and is no row of data", records.row));
                    continue;
                }
            }
            for (filled, cell) in head.filled.iter_mut().zip(records.cells()) {
                *filled |= !cell::is_blank(cell);
            }
            let is_told = |(header, filled): (&String, &bool)| *filled || !cell::is_blank(header);
            if !is_leading && headers.iter().zip(&head.filled).all(is_told) {
                break;
            }
        }
        head
    }
}

/// The first records of a text as cells.
fn first_rows(sample: &str, delimiter: u8) -> Vec<Vec<Option<String>>> {
    let mut records = Records::new(sample, delimiter, 0);
    let mut ignored = RowFaults::default();
    let mut rows = Vec::new();
    while rows.len() < TITLE_ROWS + 2 && records.advance(&mut ignored) {
        let text = |cell: &str| (!cell.trim().is_empty()).then(|| cell.to_owned());
        rows.push(records.cells().map(text).collect());
    }
    rows
}

/// The position of the header among the first records: the first one, unless it is a title over a wider table.
fn header_position(rows: &[Vec<Option<String>>]) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    let filled = first.iter().flatten().count();
    // A title is not merged over cells here, as it is in a workbook: two cells of one text are two headers.
    let is_title = filled == 1 || known(first) == 0 && filled * 2 <= width;
    if width < 2 || !is_title {
        return 0;
    }
    let padded: Vec<Vec<Option<String>>> =
        rows.iter().map(|row| row.iter().cloned().chain(std::iter::repeat(None)).take(width).collect()).collect();
    header_row(&padded)
}

/// The delimiter that the first line states to a spreadsheet: `sep=;`.
fn stated_delimiter(sample: &str) -> Option<u8> {
    let line = sample.trim_start_matches('\u{feff}').lines().next()?.trim_matches(['"', ' ']);
    let stated = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| line.get(4..))?;
    match stated.as_bytes() {
        [delimiter] if delimiter.is_ascii() => Some(*delimiter),
        // The line ends with the delimiter, which is a tab that was trimmed away.
        [] => Some(b'\t'),
        _ => None,
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
            // What is left over is no piece of its own where it is short: the last piece has the last rows of the table.
            let with_end = wanted + wanted / 2;
            while self.rest.len() <= with_end && !self.is_last {
                self.read(with_end + 1 - self.rest.len())?;
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            if self.rest.len() <= with_end {
                wanted = self.rest.len();
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
    /// What was decided about its encoding.
    note: Option<String>,
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
        let is_packed = ending(path) == "gz";
        let (mut bytes, size): (Box<dyn Bytes>, u64) = if about.is_file() && !is_packed {
            (Box::new(file), about.len())
        } else {
            // What is no plain file, a pipe say, is read but once, and does not tell its size beforehand; nor does what is
            // packed.
            let mut held = Vec::new();
            let input: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
            input
                .take(options.max_bytes.saturating_add(1))
                .read_to_end(&mut held)
                .map_err(Error::file("read", path))?;
            let size = held.len() as u64;
            check_size(path, size, options.max_bytes)?;
            (Box::new(Cursor::new(held)), size)
        };
        let stated = match options.encoding.as_deref() {
            None => None,
            Some(label) => Some(encoding::of_label(label).ok_or_else(|| malformed(unknown_encoding(label)))?),
        };
        let decided = encoding::decide(&mut *bytes, stated).map_err(Error::file("read", path))?.map_err(malformed)?;
        let Decided { encoding, mark, note, nul_line } = decided;
        if let Some(line) = nul_line {
            return Err(holds_nul(source, line).into());
        }
        bytes.seek(SeekFrom::Start(mark)).map_err(Error::file("read", path))?;
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder());
        Ok(Self { source, path: path.to_owned(), bytes, size, decoder, lines: 0, nul_line: None, note })
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

/// What is to be said of a label that names no encoding.
pub(in crate::source) fn unknown_encoding(label: &str) -> String {
    format!("unknown encoding `{label}`, expected one such as utf-8 or gb18030")
}

fn not_valid(line: u64, encoding: &'static Encoding) -> String {
    format!("line {line} is not valid {}; state its encoding", encoding.name())
}

/// The delimiter that cuts most of the first records into the same number of cells, the most of them.
fn detected_delimiter(text: &str) -> u8 {
    const RECORDS: usize = 20;
    let cells = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let widths: Vec<usize> =
            reader.records().take(RECORDS).filter_map(Result::ok).map(|record| record.len()).collect();
        // Titles above and remarks below are not cut like the table.
        let alike = |width: usize| widths.iter().filter(|other| **other == width).count();
        let most = widths.iter().filter(|width| **width > 1).map(|width| (alike(*width), *width)).max();
        most.unwrap_or_default()
    };
    // The later of equals wins, and a comma is what to believe without evidence.
    [b'|', b';', b'\t', b','].into_iter().max_by_key(|delimiter| cells(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

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
        let message = read(b"id,n\n1,2\0\0\n").unwrap_err().to_string();
        assert!(message.contains("line 2 holds a NUL byte"), "{message}");
        let utf16: Vec<u8> = "id,n\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16).unwrap().rows, [2]);
    }

    #[test]
    fn headers_that_are_doubled_or_missing_get_names() {
        let table = read(b"a,a,\n1,2,3\n").unwrap();
        assert_eq!(table.columns(), ["a", "a_2", "column_3"]);
        assert_eq!(table.reading.notes.len(), 2, "{:?}", table.reading.notes);
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

    #[test]
    fn titles_remarks_units_and_sums_are_no_rows_of_data() {
        let body = "统一社会信用代码,企业名称,经度,纬度,从业人数\n";
        for above in
            ["", "2020年企业名录\n", "2020年企业名录,,,,\n制表单位：某局,,,,2020年\n", "sep=,\n", "\u{feff}\u{feff}"]
        {
            let text = format!("{above}{body}a,甲,120,30,5\nb,乙,121,31,6\n合计,,,,11\n\n注：截至九月底\n2.来自镇街\n");
            let table = read(text.as_bytes()).unwrap();
            assert_eq!(table.columns().len(), 5, "{above}");
            assert_eq!((table.height(), &table.reading.sums), (3, &vec![2]), "{above}");
            assert!(
                table.reading.notes.iter().any(|note| note.contains("注：截至九月底")),
                "{:?}",
                table.reading.notes
            );
        }
        let table = read(format!("{body},,（度）,（度）,人\n1,2,3,4,5\na,甲,120,30,5\n").as_bytes()).unwrap();
        assert_eq!(table.rows, [4]);
        assert_eq!(table.reading.notes.len(), 2, "{:?}", table.reading.notes);
        // Short rows of sums are rows.
        assert_eq!(read(format!("{body}a,甲,120,30,5\n合计\n").as_bytes()).unwrap().reading.sums, [1]);
        // A text that is no remark is a row that is too short.
        assert!(read(format!("{body}a,甲,120,30,5\n截至九月底\n").as_bytes()).is_err());
    }

    #[test]
    fn empty_cells_at_the_end_of_rows_are_none() {
        assert_eq!(read(b"a,b\n1,2,\n3,4,,\n").unwrap().rows, [2, 3]);
        assert!(read(b"a,b\n1,2,\n3,4,5\n").unwrap_err().to_string().contains("row 3 has 3 cells"));
        assert_eq!(read(b"a|b\n1|2\n").unwrap().columns(), ["a", "b"]);
        assert!(read("甲，乙\n1，2\n".as_bytes()).unwrap_err().to_string().contains("full-width commas"));
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
