//! MapInfo TAB and MIF: their charset, which may be none or wrong, and their headers, which GDAL spoils when it reads and when
//! it writes them.

use std::ffi::OsString;
use std::path::Path;

use encoding_rs::Encoding;

use super::super::encoding::{self, Survey};
use super::super::vector::dbf::{Dbf, encoding_beside};
use super::super::vector::ending;
use super::super::vector::held::Held;
use super::input::Prepared;
use crate::error::Result;

/// Makes the charset of files in memory Latin-1, which loses no byte, and tells the encoding in which the cells are to be
/// decoded.
pub(super) fn prepared(held: &mut Held, path: &Path, stated: Option<&str>) -> Result<Prepared> {
    let ending = ending(path);
    let head = held.main().clone();
    let mut survey = Survey::default();
    if let Some(bytes) = held.part("mid") {
        bytes.split(|byte| matches!(byte, b'\n' | b'\r' | b'"' | b',' | b'\t')).for_each(|cell| survey.add(cell));
    }
    for part in ["dat", "dbf"] {
        if let Some(bytes) = held.part(part) {
            survey = Dbf::parse(bytes, &path.with_extension(part))?.survey;
        }
    }
    let (charset, relabelled) = with_latin_charset(&head, &ending);
    header_lines(&head, |line| survey.add(line));
    let mut notes = Vec::new();
    let encoding = match stated {
        Some(label) => encoding::stated(label)?,
        None => {
            let label = charset.as_deref().filter(|charset| !charset.eq_ignore_ascii_case("neutral"));
            if let (None, Some(charset), true) = (label, &charset, survey.is_decisive()) {
                let found = survey.finding(None).encoding.name();
                notes.push(format!("its charset `{charset}` names no encoding: its bytes are read as {found}"));
            }
            encoding_beside(&survey, label.map(|label| ("its charset", label)), &mut notes)
        }
    };
    *held.main() = relabelled;
    let headers = headers(&head, encoding);
    Ok(Prepared { encoding: Some(encoding), headers, notes, ..Prepared::default() })
}

/// The charset of a header, and the header with another: `Charset "…"` of a MIF, `!charset …` of a TAB.
fn with_latin_charset(head: &[u8], ending: &str) -> (Option<String>, Vec<u8>) {
    const LATIN: &str = "ISO8859_1";
    let (word, latin) = match ending {
        "mif" => ("charset", format!("Charset \"{LATIN}\"")),
        _ => ("!charset", format!("!charset {LATIN}")),
    };
    let mut charset = None;
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in head.split(|byte| *byte == b'\n') {
        let trimmed = line.trim_ascii();
        let is_charset = trimmed.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
        if charset.is_none() && is_charset && lines.len() < 16 {
            let label = String::from_utf8_lossy(&trimmed[word.len()..]).trim().trim_matches('"').to_owned();
            charset = Some(label);
            lines.push(latin.clone().into_bytes());
        } else {
            lines.push(line.to_vec());
        }
    }
    if charset.is_none() {
        // Behind the version, which a TAB has in its second line and a MIF in its first.
        let place = if ending == "mif" { 1 } else { 2 };
        lines.insert(place.min(lines.len()), latin.into_bytes());
    }
    (charset, lines.join(&b'\n'))
}

/// The lines that define columns, in the bytes of a header.
fn header_lines(head: &[u8], mut each: impl FnMut(&[u8])) {
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).take(100_000);
    let count = lines.by_ref().find_map(|line| {
        let line = String::from_utf8_lossy(line).to_lowercase();
        let mut words = line.split_whitespace();
        let opens = words.next().is_some_and(|word| matches!(word, "fields" | "columns"));
        words.next().filter(|_| opens)?.parse::<usize>().ok()
    });
    lines.take(count.unwrap_or_default()).for_each(&mut each);
}

/// The header under which GDAL writes a column.
pub(super) fn placeholder(position: usize) -> String {
    format!("F{position}")
}

/// Puts headers in the place of those under which GDAL wrote the columns.
pub(super) fn put_headers(files: &mut [(OsString, Vec<u8>)], headers: &[&str], encoding: &'static Encoding) {
    let is_head = |name: &OsString| matches!(ending(Path::new(name)).as_str(), "tab" | "mif");
    let Some((_, head)) = files.iter_mut().find(|(name, _)| is_head(name)) else { return };
    let mut headers = headers.iter().enumerate().peekable();
    let lines: Vec<Vec<u8>> = (head.split(|byte| *byte == b'\n'))
        .map(|line| {
            let blanks = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let rest = &line[blanks..];
            let found = headers.next_if(|(position, _)| {
                let behind = rest.strip_prefix(placeholder(*position).as_bytes());
                behind.and_then(<[u8]>::first).is_some_and(u8::is_ascii_whitespace)
            });
            let Some((position, header)) = found else { return line.to_vec() };
            [&line[..blanks], &encoding.encode(header).0, &rest[placeholder(position).len()..]].concat()
        })
        .collect();
    *head = lines.join(&b'\n');
}

/// The headers, in their encoding.
///
/// GDAL 3.6 takes the bytes of a header for Latin letters and replaces those that are none, so that most Chinese headers
/// come out spoilt; the cells are read well.
fn headers(head: &[u8], encoding: &'static Encoding) -> Option<Vec<String>> {
    let mut headers = Vec::new();
    header_lines(head, |line| {
        // The name stands before its type: `名称 Char (254) ;`.
        let name = line.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
        let name: Vec<u8> = name.iter().copied().filter(|byte| *byte != b'"').collect();
        headers.push(encoding::decoded(&name, encoding).text);
    });
    (!headers.is_empty()).then_some(headers)
}
