//! Tables of dBASE: their records, and what their bytes show before any of it is believed.

use std::path::Path;

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS};
use serde_json::Value;

use super::super::encoding::{self, Survey};
use super::decoded::{Faults, cut_header, unique};
use super::excess::{Allowance, Excess};
use super::{Column, ColumnKind};
use crate::error::{Error, ReadError, Result};

/// The cells of a record; none of one that is deleted.
type Record = Option<Vec<Value>>;

/// A table in memory, and what its bytes show.
pub(in crate::source) struct Dbf<'a> {
    /// The bytes of all records.
    bytes: &'a [u8],
    record_length: usize,
    count: usize,
    fields: Vec<Field>,
    language: u8,
    pub survey: Survey,
    /// How many records are marked as deleted, and the first of them, from 1.
    deleted: Option<(u64, u64)>,
    /// Cells of numbers that are none: the column, the first record, the cell, how many.
    unreadable: Vec<(Vec<u8>, u64, String, u64)>,
}

/// A field: its name, its kind, where it stands in a record, whether its numbers have decimals.
struct Field {
    name: Vec<u8>,
    kind: u8,
    place: std::ops::Range<usize>,
    has_decimals: bool,
}

impl<'a> Dbf<'a> {
    /// Takes a table apart.
    pub fn parse(bytes: &'a [u8], path: &Path) -> Result<Self> {
        let broken = |message: &str| {
            let (file, message) = (path.display().to_string(), message.to_owned());
            Error::from(ReadError::Malformed { file, format: "dBASE", message })
        };
        let start = bytes.get(..32).ok_or_else(|| broken("the file ends within its header"))?;
        let promised = u64::from(u32::from_le_bytes([start[4], start[5], start[6], start[7]]));
        let header_length = usize::from(u16::from_le_bytes([start[8], start[9]]));
        let record_length = usize::from(u16::from_le_bytes([start[10], start[11]]));
        let descriptors = bytes.get(32..header_length.max(32));
        let descriptors = descriptors.ok_or_else(|| broken("the file ends within its header"))?;
        let (mut survey, mut fields, mut offset) = (Survey::default(), Vec::new(), 1);
        for descriptor in descriptors.chunks_exact(32).take_while(|descriptor| descriptor[0] != b'\r') {
            let name = descriptor[..11].split(|byte| *byte == 0).next().unwrap_or_default();
            let name = name.trim_ascii_end().to_vec();
            survey.add(&name);
            let width = usize::from(descriptor[16]);
            let place = offset..offset + width;
            fields.push(Field { name, kind: descriptor[11], place, has_decimals: descriptor[17] > 0 });
            offset += width;
        }
        let rest = bytes.get(header_length.max(32)..).unwrap_or_default();
        let promised = usize::try_from(promised).unwrap_or(usize::MAX);
        let mut found = Self {
            bytes: rest,
            record_length,
            count: rest.len().checked_div(record_length).unwrap_or_default().min(promised),
            fields,
            language: start[29],
            survey,
            deleted: None,
            unreadable: Vec::new(),
        };
        for at in 0..found.count {
            found.look(at);
        }
        Ok(found)
    }

    fn record(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at * self.record_length..(at + 1) * self.record_length).unwrap_or_default()
    }

    fn look(&mut self, at: usize) {
        let (record, number) = (self.record(at), at as u64 + 1);
        if is_deleted(record) {
            let (count, first) = self.deleted.unwrap_or((0, number));
            self.deleted = Some((count + 1, first));
            return;
        }
        for field in &self.fields {
            let cell = record.get(field.place.clone()).unwrap_or_default().trim_ascii();
            match field.kind {
                b'C' => self.survey.add(cell),
                b'N' | b'F' if !cell.trim_ascii().is_empty() && number_in(cell).is_none() => {
                    match self.unreadable.iter_mut().find(|(name, ..)| *name == field.name) {
                        Some((.., count)) => *count += 1,
                        None => {
                            let text = std::str::from_utf8(cell).unwrap_or("?").trim_end_matches('\0').to_owned();
                            if !text.is_empty() {
                                self.unreadable.push((field.name.clone(), number, text, 1));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// How many records it has, deleted ones included.
    pub fn records(&self) -> u64 {
        self.count as u64
    }

    /// Says what was left out.
    pub fn tell(&self, notes: &mut Vec<String>) {
        if let Some((count, first)) = self.deleted {
            notes.push(format!(
                "{count} of its records are marked as deleted, first {first}: left out with their shapes"
            ));
        }
        for (name, record, cell, count) in &self.unreadable {
            let encoding = self.survey.finding(None).encoding;
            let name = encoding::decoded(name, encoding).text;
            notes.push(format!(
                "column `{name}`: {count} cells are no numbers, first `{cell}` in record {record}: left empty"
            ));
        }
    }

    /// The encoding of the text: as stated, else as the bytes show.
    pub fn encoding(
        &self,
        label: Option<&[u8]>,
        stated: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<&'static Encoding> {
        if let Some(stated) = stated {
            return encoding::stated(stated);
        }
        let label =
            label.map(|label| String::from_utf8_lossy(label).trim().to_owned()).filter(|label| !label.is_empty());
        Ok(match label {
            Some(label) => encoding_beside(&self.survey, Some((".cpg", &label)), notes),
            None => {
                let language = match self.language {
                    0x4d | 0x7a => Some((GB18030, "the language byte of its .dbf")),
                    0x4f | 0x78 => Some((BIG5, "the language byte of its .dbf")),
                    0x13 | 0x7b => Some((SHIFT_JIS, "the language byte of its .dbf")),
                    0x4e | 0x79 => Some((EUC_KR, "the language byte of its .dbf")),
                    _ => None,
                };
                encoding_beside(&self.survey, language.map(|(encoding, what)| (what, encoding.name())), notes)
            }
        })
    }

    /// The columns, and the cells of each record that is not deleted. A record stands at its place, so that shapes find theirs.
    ///
    /// # Errors
    ///
    /// More cells than the allowance holds.
    pub fn table(
        &self,
        encoding: &'static Encoding,
        allowance: &mut Allowance,
        notes: &mut Vec<String>,
    ) -> std::result::Result<(Vec<Column>, Vec<Record>), Excess> {
        let mut faults = Faults::default();
        let mut columns: Vec<Column> = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let encoding::Decoded { text, fault } = encoding::decoded(&field.name, encoding);
            if fault == Some(encoding::Fault::Cut) {
                notes.push(cut_header(&text));
            }
            let kind = match field.kind {
                b'N' | b'F' if field.has_decimals => ColumnKind::Real,
                b'N' | b'F' => ColumnKind::Integer,
                b'D' => ColumnKind::Date,
                _ => ColumnKind::Text,
            };
            columns.push(Column { name: text, kind });
        }
        unique(&mut columns);
        let mut number = 0;
        let mut rows = Vec::new();
        for record in (0..self.count).map(|at| self.record(at)) {
            if is_deleted(record) {
                allowance.take(&[], None)?;
                rows.push(None);
                continue;
            }
            number += 1;
            let cells = self.fields.iter().zip(&columns).map(|(field, column)| {
                let cell = record.get(field.place.clone()).unwrap_or_default();
                match field.kind {
                    b'N' | b'F' => number_in(cell.trim_ascii()).map_or(Value::Null, |found| match found {
                        Number::Whole(whole) if column.kind == ColumnKind::Integer => whole.into(),
                        Number::Whole(whole) => (whole as f64).into(),
                        Number::Real(real) => real.into(),
                    }),
                    b'D' => date(cell),
                    b'L' if matches!(cell.trim_ascii(), b"?" | b"") => Value::Null,
                    _ => {
                        let end = cell.iter().position(|byte| *byte == 0).unwrap_or(cell.len());
                        let cell = trim_blanks(&cell[..end]);
                        if cell.is_empty() {
                            return Value::Null;
                        }
                        let encoding::Decoded { text, fault } = encoding::decoded(cell, encoding);
                        faults.add(fault, number, &column.name);
                        Value::String(text)
                    }
                }
            });
            let cells = cells.collect::<Vec<_>>();
            allowance.take(&cells, None)?;
            rows.push(Some(cells));
        }
        // What a field without decimals holds may have some all the same, or be too large.
        for (position, column) in columns.iter_mut().enumerate() {
            let mut cells = rows.iter().flatten().map(|cells| &cells[position]);
            if column.kind == ColumnKind::Integer && cells.any(Value::is_f64) {
                column.kind = ColumnKind::Real;
                for cell in rows.iter_mut().flatten().map(|cells| &mut cells[position]) {
                    if let Some(number) = cell.as_f64() {
                        *cell = number.into();
                    }
                }
            }
        }
        faults.tell(notes);
        Ok((columns, rows))
    }
}

fn is_deleted(record: &[u8]) -> bool {
    record.first() == Some(&b'*')
}

/// A cell without the blanks around it, which fill its field.
fn trim_blanks(mut cell: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] | [rest @ .., b' '] = cell {
        cell = rest;
    }
    cell
}

enum Number {
    Whole(i64),
    Real(f64),
}

/// A number as a field of characters holds it, with a point or a comma before its decimals.
fn number_in(cell: &[u8]) -> Option<Number> {
    let text = std::str::from_utf8(cell).ok()?.trim_end_matches('\0').trim();
    if let Ok(whole) = text.parse() {
        return Some(Number::Whole(whole));
    }
    let number = text.parse::<f64>().or_else(|_| text.replace(',', ".").parse()).ok()?;
    // NaN and infinity are words that programs write, and no numbers.
    number.is_finite().then_some(Number::Real(number))
}

/// A date, which is eight digits; what is none is kept as it stands.
fn date(cell: &[u8]) -> Value {
    let text = String::from_utf8_lossy(cell);
    let text = text.trim_matches(['\0', ' ']);
    if text.chars().all(|digit| digit == '0') {
        return Value::Null;
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]).into();
    }
    text.into()
}

/// The encoding that a survey finds beside a label, and a note where the two contradict each other or none is sure.
pub(in crate::source) fn encoding_beside(
    survey: &Survey,
    label: Option<(&str, &str)>,
    notes: &mut Vec<String>,
) -> &'static Encoding {
    let known = label.and_then(|(_, label)| encoding::labelled(label));
    let finding = survey.finding(known);
    let found = finding.encoding.name();
    match label {
        _ if !survey.is_decisive() => {}
        Some((what, label)) if known.is_none() => {
            notes.push(format!("{what} says `{label}`, which names no encoding: its bytes are read as {found}"));
        }
        Some((what, label)) if known != Some(finding.encoding) => {
            notes.push(format!("{what} says `{label}`, but its bytes are {found}: read as {found}"));
        }
        _ if finding.is_doubtful => {
            let remedy = "state it with ‹areas_encoding› or ‹encoding› where names are spoilt";
            notes.push(format!("its encoding is doubtful, read as {found}: {remedy}"));
        }
        _ => {}
    }
    finding.encoding
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of one field and the cells of its records.
    fn table(kind: u8, width: u8, decimals: u8, cells: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![3, 120, 1, 1];
        bytes.extend(u32::try_from(cells.len()).unwrap().to_le_bytes());
        bytes.extend(65_u16.to_le_bytes());
        bytes.extend((u16::from(width) + 1).to_le_bytes());
        bytes.resize(32, 0);
        bytes.extend(b"field\0\0\0\0\0\0");
        bytes.push(kind);
        bytes.extend([0; 4]);
        bytes.extend([width, decimals]);
        bytes.resize(64, 0);
        bytes.push(b'\r');
        for cell in cells {
            bytes.push(b' ');
            let mut cell = cell.to_vec();
            cell.resize(usize::from(width), b' ');
            bytes.extend(cell);
        }
        bytes
    }

    fn read(bytes: &[u8]) -> (ColumnKind, Vec<Value>, Vec<String>) {
        let mut notes = Vec::new();
        let dbf = Dbf::parse(bytes, Path::new("t.dbf")).unwrap();
        dbf.tell(&mut notes);
        let encoding = dbf.encoding(None, None, &mut notes).unwrap();
        let (columns, rows) = dbf.table(encoding, &mut Allowance::for_size(1000), &mut notes).unwrap();
        (columns[0].kind, rows.into_iter().flatten().map(|cells| cells[0].clone()).collect(), notes)
    }

    #[test]
    fn numbers_are_what_they_are_written_as() {
        let (kind, cells, notes) = read(&table(b'N', 19, 0, &[b"913306000000000016", b"-7", b"", b"****", b"abc"]));
        assert_eq!(kind, ColumnKind::Integer);
        let expected = [913_306_000_000_000_016_i64.into(), (-7).into(), Value::Null, Value::Null, Value::Null];
        assert_eq!(cells, expected);
        assert!(notes[0].contains("2 cells are no numbers, first `****` in record 4"), "{notes:?}");
        // Decimals where the field has none, and digits beyond 64 bits.
        let (kind, cells, _) = read(&table(b'N', 24, 0, &[b"1", b"2.5", b"1,25", b"913306000000000000000001"]));
        assert_eq!(kind, ColumnKind::Real);
        assert_eq!(cells, [1.0, 2.5, 1.25, 9.133_06e23].map(Value::from));
        let (kind, cells, _) = read(&table(b'F', 10, 3, &[b"1", b"1.5e2", b"nan"]));
        assert_eq!((kind, cells), (ColumnKind::Real, vec![1.0.into(), 150.0.into(), Value::Null]));
    }

    #[test]
    fn text_dates_and_truths() {
        let (_, cells, _) = read(&table(b'C', 10, 0, &[b"  a b  ", b"", b"a\0rest", b"\xd4\xbd\xb3\xc7\xc7\xf8"]));
        assert_eq!(cells, ["a b".into(), Value::Null, "a".into(), "越城区".into()]);
        let (kind, cells, _) = read(&table(b'D', 8, 0, &[b"20200930", b"00000000", b"", b"2020"]));
        assert_eq!(kind, ColumnKind::Date);
        assert_eq!(cells, ["2020-09-30".into(), Value::Null, Value::Null, "2020".into()]);
        let (_, cells, _) = read(&table(b'L', 1, 0, &[b"T", b"?", b""]));
        assert_eq!(cells, ["T".into(), Value::Null, Value::Null]);
    }

    #[test]
    fn any_bytes_end_in_an_answer() {
        let whole = table(b'N', 4, 0, &[b"1", b"2"]);
        for end in 0..whole.len() {
            let _ = Dbf::parse(&whole[..end], Path::new("t.dbf"));
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            if let Ok(dbf) = Dbf::parse(&bytes, Path::new("t.dbf")) {
                let _ = dbf.table(encoding_rs::UTF_8, &mut Allowance::for_size(100), &mut Vec::new());
            }
        }
    }
}
