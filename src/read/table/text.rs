use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::{TableOptions, assembled, check_cells, check_columns, check_size};
use crate::error::{Error, ReadError, Result};
use crate::model::Table;

/// How many runs of faulty rows an error names before it only counts the rest.
const NAMED: usize = 100;

pub(super) fn text(path: &Path, options: &TableOptions, delimiter: Option<u8>) -> Result<Table> {
    let source = path.display().to_string();
    let mut bytes = Vec::new();
    // What is no plain file, a pipe say, does not tell its size beforehand.
    let file = File::open(path).map_err(Error::file("read", path))?;
    file.take(options.max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    check_size(path, bytes.len() as u64, options.max_bytes)?;
    let text = decoded(&bytes, options.encoding.as_deref(), &source)?;
    let delimiter = delimiter.unwrap_or_else(|| detected_delimiter(&text));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut headers: Option<Vec<String>> = None;
    let mut cells: Vec<Vec<Option<String>>> = Vec::new();
    let mut rows = Vec::new();
    let mut ragged = Vec::new();
    let mut misquoted = Vec::new();
    let mut number = 0;
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let more = reader.read_record(&mut record).map_err(|error| ReadError::Malformed {
            file: source.clone(),
            format: "delimited text",
            message: error.to_string(),
        })?;
        if !more {
            break;
        }
        number += 1 + blank_lines(text.as_bytes(), start);
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if let Some(fault) = quote_fault(text.as_bytes().get(start..end).unwrap_or_default(), delimiter) {
            misquoted.push(format!("row {number} {fault}"));
            continue;
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(headers) = &headers else {
            check_columns(&source, record.len())?;
            headers = Some(record.iter().map(str::to_owned).collect());
            cells = vec![Vec::new(); record.len()];
            continue;
        };
        // A comma at the end of the header alone makes a column without a name.
        let missing = headers.get(record.len()..);
        if missing.is_none_or(|missing| missing.iter().any(|header| !header.trim().is_empty())) {
            ragged.push((number, record.len()));
            continue;
        }
        rows.push(number);
        check_cells(&source, rows.len(), headers.len(), options.max_cells)?;
        for (position, column) in cells.iter_mut().enumerate() {
            column.push(record.get(position).filter(|cell| !cell.is_empty()).map(str::to_owned));
        }
    }
    if !misquoted.is_empty() {
        let more = misquoted.len().saturating_sub(NAMED);
        misquoted.truncate(NAMED);
        if more > 0 {
            misquoted.push(format!("and {more} rows more"));
        }
        let message = misquoted.join("; ");
        return Err(ReadError::Malformed { file: source, format: "delimited text", message }.into());
    }
    let headers = headers.unwrap_or_default();
    if !ragged.is_empty() {
        let message = format!("{}; expected {} cells as in the header", runs(&ragged), headers.len());
        return Err(ReadError::Malformed { file: source, format: "delimited text", message }.into());
    }
    assembled(source, &headers, cells, rows)
}

/// The empty lines from `start`, which the decoder passes over but a spreadsheet numbers.
fn blank_lines(text: &[u8], start: usize) -> u64 {
    let mut rest = text.get(start..).unwrap_or_default();
    if start > 0 && text.get(start - 1) == Some(&b'\r') {
        // The second half of the line end before.
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    while let Some(next) = [&b"\r\n"[..], b"\n", b"\r"].into_iter().find_map(|end| rest.strip_prefix(end)) {
        rest = next;
        lines += 1;
    }
    lines
}

/// What is wrong with the quotes of a record, which the decoder would pass over: the lines below went into the cell.
fn quote_fault(record: &[u8], delimiter: u8) -> Option<&'static str> {
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

/// Rows that have another width than the header, those that follow each other with the same width together.
fn runs(ragged: &[(u64, usize)]) -> String {
    let mut runs: Vec<(u64, u64, usize)> = Vec::new();
    for (row, width) in ragged {
        match runs.last_mut() {
            Some((_, last, known)) if *last + 1 == *row && known == width => *last = *row,
            _ => runs.push((*row, *row, *width)),
        }
    }
    let mut named: Vec<String> = runs
        .iter()
        .take(NAMED)
        .map(|(first, last, width)| match first == last {
            true => format!("row {first} has {width} cells"),
            false => format!("rows {first} to {last} have {width} cells"),
        })
        .collect();
    let more: u64 = runs.iter().skip(NAMED).map(|(first, last, _)| last - first + 1).sum();
    if more > 0 {
        named.push(format!("and {more} rows more"));
    }
    named.join(", ")
}

/// The text of a file. A byte order mark decides; else what is valid UTF-8 is UTF-8, and the rest GB18030.
fn decoded<'a>(bytes: &'a [u8], label: Option<&str>, source: &str) -> Result<Cow<'a, str>> {
    let malformed = |message: String| ReadError::Malformed { file: source.to_owned(), format: "text", message };
    let encoding = match label {
        Some(label) => Encoding::for_label(label.as_bytes())
            .ok_or_else(|| malformed(format!("unknown encoding `{label}`, expected one such as utf-8 or gb18030")))?,
        None if Encoding::for_bom(bytes).is_some() || std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => GB18030,
    };
    let (text, used, faulty) = encoding.decode(bytes);
    if faulty {
        let line = 1 + text.split('\u{fffd}').next().unwrap_or_default().matches('\n').count();
        return Err(malformed(format!("line {line} is not valid {}; state its encoding", used.name())).into());
    }
    if let Some((before, _)) = text.split_once('\0') {
        let line = 1 + before.matches('\n').count();
        return Err(
            malformed(format!("line {line} holds a NUL byte, so it is no text, or UTF-16 without its mark")).into()
        );
    }
    Ok(text)
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

    fn read(bytes: &[u8]) -> Result<Table> {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        text(file.path(), &TableOptions::default(), None)
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
        let message = text(Path::new("/dev/zero"), &options, None).unwrap_err().to_string();
        assert!(message.contains("1000"), "{message}");
    }

    #[test]
    fn bytes_of_no_encoding_are_an_error_that_names_the_line() {
        let message = read(b"a,b\n1,\xff\xff\n").unwrap_err().to_string();
        assert!(message.contains("line 2 is not valid gb18030"), "{message}");
    }
}
