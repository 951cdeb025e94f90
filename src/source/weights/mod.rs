//! Weights of the neighbours of areas and points: GAL, GWT and Matrix Market.

mod gal;
mod gwt;
mod mtx;

use std::collections::HashMap;
use std::path::Path;

use super::table::{ending, within_limit};
use super::write::write_atomically;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::Weights;

/// The largest file of weights that is read.
const MAX_BYTES: u64 = 4 << 30;

/// Reads weights by the ending of their file: `gal`, the neighbours of each unit, or `gwt`, a line for each neighbour with
/// its weight, or `mtx`, Matrix Market's coordinates, whose ids are the numbers from 1 unless we wrote it.
///
/// Units stand in the order in which the file gives them. Of a GWT they are those that have a line of their own or are a
/// neighbour: a unit without neighbours is in neither, unless its file says so by a weight of a unit for itself of 0.
///
/// # Errors
///
/// [`Error::File`]; [`ReadError::UnknownFormat`]; [`ReadError::Malformed`] with the line, among it neighbours that are no
/// unit, and another number of units than the header says.
pub fn weights(path: &Path) -> Result<Weights> {
    within_limit(path, MAX_BYTES)?;
    let parse = match ending(path).as_str() {
        "gal" => gal::parse,
        "gwt" => gwt::parse,
        "mtx" => mtx::parse,
        ending => {
            let (file, ending) = (path.display().to_string(), ending.to_owned());
            return Err(ReadError::UnknownFormat { file, ending, expected: "gal, gwt, mtx" }.into());
        }
    };
    let bytes = std::fs::read(path).map_err(Error::file("read", path))?;
    let text = String::from_utf8(bytes).map_err(|_| malformed(path, "it is not valid UTF-8".to_owned()))?;
    let (ids, rows) = parse(&text).map_err(|message| malformed(path, message))?;
    Weights::new(ids, rows).map_err(|error| malformed(path, error.to_string()))
}

/// Writes weights by the ending of their file: `gal`, `gwt` or `mtx`. A GAL keeps the neighbours alone.
///
/// # Errors
///
/// As [`write_atomically`]; [`ReadError::UnknownFormat`]; [`ProjectError::Options`] for an id with white space, which no format
/// can hold.
pub fn write_weights(weights: &Weights, path: &Path, inputs: &[&Path]) -> Result<()> {
    write_atomically(path, inputs, &weights_bytes(weights, path)?)
}

/// Tells of units without neighbours in a GWT, which has lines for pairs alone.
#[must_use]
pub fn islands_in_gwt_note(weights: &Weights) -> Option<String> {
    const NAMED: usize = 5;
    let islands = weights.islands();
    let named: Vec<&str> = islands.iter().take(NAMED).map(|unit| weights.ids()[*unit].as_str()).collect();
    let more = if islands.len() > NAMED { ", …" } else { "" };
    (!islands.is_empty()).then(|| {
        format!(
            "a GWT has lines for pairs alone: {} units without neighbours ({}{more}) are written as neighbours of their own with a weight of 0, which other programs may count as neighbours; a GAL holds them as they are",
            islands.len(),
            named.join(", ")
        )
    })
}

/// Weights as the bytes of a file of this name, as [`write_weights`] writes it.
///
/// # Errors
///
/// [`ReadError::UnknownFormat`]; [`ProjectError::Options`] for an id with white space, which no format can hold.
pub fn weights_bytes(weights: &Weights, path: &Path) -> Result<Vec<u8>> {
    if let Some(id) = weights.ids().iter().find(|id| id.is_empty() || id.contains(char::is_whitespace)) {
        let message = format!("cannot write {}: found the id `{id}`, expected one without white space", path.display());
        let hint =
            "neither GAL nor GWT nor Matrix Market holds such ids: write CSV, or give ‹id› with other ids".to_owned();
        return Err(ProjectError::Options { message, hint }.into());
    }
    let text = match ending(path).as_str() {
        "gal" => gal::format(weights),
        "gwt" => gwt::format(weights),
        "mtx" => mtx::format(weights),
        ending => {
            let (file, ending) = (path.display().to_string(), ending.to_owned());
            return Err(ReadError::UnknownFormat { file, ending, expected: "gal, gwt, mtx" }.into());
        }
    };
    Ok(text.into_bytes())
}

fn malformed(path: &Path, message: String) -> Error {
    ReadError::Malformed { file: path.display().to_string(), format: "weights", message }.into()
}

/// Ids, and for each of them its neighbours.
type Rows = (Vec<String>, Vec<Vec<(u32, f64)>>);

/// Units by their ids, numbered as they come.
#[derive(Default)]
struct Units<'a> {
    ids: Vec<String>,
    numbers: HashMap<&'a str, u32>,
}

impl<'a> Units<'a> {
    #[expect(clippy::cast_possible_truncation, reason = "no file that is read has so many ids")]
    fn number(&mut self, id: &'a str) -> u32 {
        let next = self.ids.len() as u32;
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id.to_owned());
            next
        })
    }
}

/// The number of units that a header gives: `n`, or `0 n layer key`.
fn count(header: &str) -> Result<usize, String> {
    let words: Vec<&str> = header.split_whitespace().collect();
    let word = match words[..] {
        [n] => n,
        ["0", n, ..] => n,
        _ => "",
    };
    word.parse().map_err(|_| format!("line 1: found `{header}`, expected the number of units, or `0 n layer key`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Weights> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        weights(&path)
    }

    #[test]
    fn a_gal_of_either_header_is_read() {
        for header in ["3", "0 3 towns id"] {
            let weights = read("w.gal", &format!("{header}\n柯桥 1\n钱清\n钱清 2\n柯桥 杨汛桥\n杨汛桥 0\n\n")).unwrap();
            assert_eq!(weights.ids(), ["柯桥", "钱清", "杨汛桥"]);
            assert_eq!(weights.neighbours(1).collect::<Vec<_>>(), [(0, 1.0), (2, 1.0)]);
            assert_eq!(weights.islands(), [2]);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let rows = vec![vec![(1, 0.1), (2, 2.0)], vec![(0, 1.0 / 3.0)], Vec::new()];
        let weights_of = Weights::new(["a", "b", "c"].map(str::to_owned).to_vec(), rows).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in ["w.gwt", "w.gal"] {
            let path = folder.path().join(name);
            write_weights(&weights_of, &path, &[]).unwrap();
            let read = weights(&path).unwrap();
            assert_eq!(read.ids(), weights_of.ids());
            let expected =
                if name == "w.gwt" { weights_of.clone() } else { weights_of.reweighted(|_, own| own.fill(1.0)) };
            assert_eq!((0..3).map(|unit| read.cardinality(unit)).collect::<Vec<_>>()[..2], [2, 1]);
            assert_eq!(read.neighbours(0).collect::<Vec<_>>(), expected.neighbours(0).collect::<Vec<_>>());
            assert_eq!(read.islands(), [2]);
        }
    }

    #[test]
    fn faults_name_their_line() {
        for (name, text, expected) in [
            ("w.gal", "two\n", "line 1"),
            ("w.gal", "1\na 2\nb\n", "line 3: found 1 neighbours of `a`, expected 2"),
            ("w.gal", "2\na 0\n\n", "found 1 units, expected 2"),
            ("w.gal", "1\na 1\nb\n", "line 3: found the neighbour `b`, expected a unit"),
            ("w.gwt", "0 2 f id\na b\n", "line 2"),
            ("w.gwt", "0 2 f id\na b much\n", "line 2"),
            ("w.gwt", "0 3 f id\na b 1\n", "found 2 units, expected 3"),
            ("w.txt", "", "txt"),
        ] {
            let message = read(name, text).unwrap_err().to_string();
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }
}
