//! The parts of a Shapefile, before GDAL opens it: whether all are there, and which encoding their text is in.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS};

use super::super::encoding::{self, Survey};
use super::super::parts::sibling;
use super::held::Held;
use super::input::Prepared;
use crate::error::{Error, ReadError, Result};

fn malformed(path: &Path, message: impl Into<String>) -> Error {
    ReadError::Malformed { file: path.display().to_string(), format: "a Shapefile", message: message.into() }.into()
}

/// The .shp of a Shapefile that is named by any of its parts.
pub(super) fn shapes(path: &Path) -> Result<PathBuf> {
    let shapes =
        sibling(path, "shp").ok_or_else(|| malformed(path, "the .shp with its shapes is missing beside it"))?;
    if sibling(path, "dbf").is_none() {
        let together = "keep .shp, .shx, .dbf, .prj and .cpg together";
        return Err(malformed(path, format!("the .dbf with its attributes is missing beside it; {together}")));
    }
    Ok(shapes)
}

/// Looks at the parts in memory, and says how GDAL is to open them.
///
/// GDAL recodes text by the label, and its strings then leave the gdal crate through a lossy conversion; so it is told that all
/// is Latin-1, which loses no byte, and the cells are decoded here.
pub(super) fn prepared(held: &mut Held, path: &Path, stated: Option<&str>) -> Result<Prepared> {
    let mut prepared = Prepared::default();
    let size = held.main().len() as u64;
    let promised = promised_bytes(path, held.main())?;
    if size < promised {
        let message = format!("it ends within its shapes: its header promises {promised} bytes, it has {size}");
        return Err(malformed(path, message));
    }
    let shape_count = match held.part("shx") {
        Some(index) => (index.len() as u64).saturating_sub(100) / 8,
        None => {
            let (index, count) = index(held.main());
            held.add("shx", index);
            prepared
                .notes
                .push("the .shx beside it is missing: the shapes were read in the order of the .shp".to_owned());
            count
        }
    };
    let attributes = Attributes::from_dbf(held.part("dbf").unwrap_or_default(), path)?;
    let records = attributes.records;
    if shape_count > records {
        let lost = shape_count - records;
        let which =
            if lost == 1 { format!("shape {shape_count}") } else { format!("shapes {} to {shape_count}", records + 1) };
        prepared.notes.push(format!("its .dbf has {records} records for {shape_count} shapes: {which} left out"));
    }
    attributes.tell(&mut prepared.notes);
    prepared.encoding = Some(attributes.encoding(held.part("cpg"), stated, &mut prepared.notes)?);
    prepared.options.push("ENCODING=ISO-8859-1".to_owned());
    prepared.reference = held.part("prj").map(|text| String::from_utf8_lossy(text).trim().to_owned());
    Ok(prepared)
}

/// A table of dBASE by itself, held apart from a .shp that may stand beside it.
pub(super) fn prepared_table(held: &Held, path: &Path, stated: Option<&str>) -> Result<Prepared> {
    let attributes = Attributes::from_dbf(held.part("dbf").unwrap_or_default(), path)?;
    let mut prepared = Prepared::default();
    attributes.tell(&mut prepared.notes);
    let label = sibling(path, "cpg").and_then(|path| std::fs::read(path).ok());
    prepared.encoding = Some(attributes.encoding(label.as_deref(), stated, &mut prepared.notes)?);
    prepared.options.push("ENCODING=ISO-8859-1".to_owned());
    Ok(prepared)
}

/// How many bytes the header of a .shp says that it has.
fn promised_bytes(path: &Path, shapes: &[u8]) -> Result<u64> {
    let header: &[u8; 28] = shapes.first_chunk().ok_or_else(|| malformed(path, "it ends within its header"))?;
    if header[..4] != [0, 0, 0x27, 0x0a] {
        return Err(malformed(path, "it does not begin as a .shp does"));
    }
    Ok(2 * u64::from(u32::from_be_bytes([header[24], header[25], header[26], header[27]])))
}

/// An index made from the shapes, and how many these are.
fn index(shapes: &[u8]) -> (Vec<u8>, u64) {
    let word = |at: usize| {
        let bytes: [u8; 4] = shapes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let mut index = shapes.get(..100).unwrap_or_default().to_vec();
    let (mut at, mut count) = (100_usize, 0_u64);
    while let Some(length) = word(at + 4) {
        let end = at + 8 + 2 * length as usize;
        if end > shapes.len() {
            break;
        }
        index.extend_from_slice(&u32::try_from(at / 2).unwrap_or(u32::MAX).to_be_bytes());
        index.extend_from_slice(&length.to_be_bytes());
        (at, count) = (end, count + 1);
    }
    let words = u32::try_from(index.len() / 2).unwrap_or(u32::MAX);
    if let Some(field) = index.get_mut(24..28) {
        field.copy_from_slice(&words.to_be_bytes());
    }
    (index, count)
}

/// What the bytes of a dBASE table show.
pub(super) struct Attributes {
    /// How many records it has, deleted ones included.
    records: u64,
    deleted: Vec<u64>,
    language: u8,
    pub(super) survey: Survey,
    /// Cells of numbers that are none: the column, the first record, the cell, how many.
    unreadable: Vec<(Vec<u8>, u64, String, u64)>,
}

/// A field of characters or numbers: its name, its kind, where it stands in a record.
struct Field {
    name: Vec<u8>,
    kind: u8,
    place: std::ops::Range<usize>,
}

impl Attributes {
    pub(super) fn from_dbf(mut bytes: &[u8], path: &Path) -> Result<Self> {
        let broken = |message: &str| {
            let (file, message) = (path.display().to_string(), message.to_owned());
            Error::from(ReadError::Malformed { file, format: "dBASE", message })
        };
        let mut start = [0u8; 32];
        bytes.read_exact(&mut start).map_err(|_| broken("the file ends within its header"))?;
        let promised = u64::from(u32::from_le_bytes([start[4], start[5], start[6], start[7]]));
        let header_length = usize::from(u16::from_le_bytes([start[8], start[9]]));
        let record_length = usize::from(u16::from_le_bytes([start[10], start[11]]));
        let mut descriptors = vec![0u8; header_length.saturating_sub(32)];
        bytes.read_exact(&mut descriptors).map_err(|_| broken("the file ends within its header"))?;
        let (mut survey, mut fields, mut offset) = (Survey::default(), Vec::new(), 1);
        for descriptor in descriptors.chunks_exact(32).take_while(|descriptor| descriptor[0] != b'\r') {
            let name = descriptor[..11].split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
            survey.add(&name);
            let width = usize::from(descriptor[16]);
            fields.push(Field { name, kind: descriptor[11], place: offset..offset + width });
            offset += width;
        }
        let mut found = Self { records: 0, deleted: Vec::new(), language: start[29], survey, unreadable: Vec::new() };
        if record_length > 0 {
            for record in bytes.chunks_exact(record_length) {
                if found.records == promised {
                    break;
                }
                found.records += 1;
                found.look(record, &fields);
            }
        }
        Ok(found)
    }

    fn look(&mut self, record: &[u8], fields: &[Field]) {
        if record[0] == b'*' {
            self.deleted.push(self.records);
            return;
        }
        for field in fields {
            let cell = record.get(field.place.clone()).unwrap_or_default().trim_ascii();
            match field.kind {
                b'C' => self.survey.add(cell),
                b'N' | b'F' => {
                    let text = std::str::from_utf8(cell).unwrap_or("?").trim_end_matches('\0');
                    if text.is_empty() || text.parse::<f64>().is_ok() || text.replace(',', ".").parse::<f64>().is_ok() {
                        continue;
                    }
                    match self.unreadable.iter_mut().find(|(name, ..)| *name == field.name) {
                        Some((.., count)) => *count += 1,
                        None => self.unreadable.push((field.name.clone(), self.records, text.to_owned(), 1)),
                    }
                }
                _ => {}
            }
        }
    }

    fn tell(&self, notes: &mut Vec<String>) {
        if let Some(first) = self.deleted.first() {
            let count = self.deleted.len();
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
    fn encoding(
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
            Some(label) => encoding_of(&self.survey, Some((".cpg", &label)), notes),
            None => {
                let language = match self.language {
                    0x4d | 0x7a => Some((GB18030, "the language byte of its .dbf")),
                    0x4f | 0x78 => Some((BIG5, "the language byte of its .dbf")),
                    0x13 | 0x7b => Some((SHIFT_JIS, "the language byte of its .dbf")),
                    0x4e | 0x79 => Some((EUC_KR, "the language byte of its .dbf")),
                    _ => None,
                };
                encoding_of(&self.survey, language.map(|(encoding, what)| (what, encoding.name())), notes)
            }
        })
    }
}

/// The encoding that a survey finds beside a label, and a note where the two contradict each other or none is sure.
pub(super) fn encoding_of(survey: &Survey, label: Option<(&str, &str)>, notes: &mut Vec<String>) -> &'static Encoding {
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
