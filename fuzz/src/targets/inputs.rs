//! Bytes taken apart: a choice, several files, numbers.

use std::path::{Path, PathBuf};

/// What stands before the name of a part, on a line of its own.
const MARK: &[u8] = b"\n=== ";

/// One of so many choices by the first byte, and the other bytes.
pub fn choice(bytes: &[u8], choices: usize) -> (usize, &[u8]) {
    bytes.split_first().map_or((0, bytes), |(first, rest)| (usize::from(*first) % choices, rest))
}

/// Several files in one input.
pub fn joined<'a>(parts: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    parts.into_iter().flat_map(|(name, bytes)| [MARK, name.as_bytes(), b"\n", &bytes].concat()).collect()
}

/// The files of an input by their names.
pub fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let starts = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK).map(|(at, _)| at);
    let starts: Vec<usize> = starts.take(32).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let part = |(start, end): (&usize, usize)| {
        let part = &bytes[(start + MARK.len()).min(end)..end];
        let line = part.iter().position(|byte| *byte == b'\n')?;
        let name: String = part[..line].iter().map(|byte| char::from(*byte)).collect();
        let is_name = |byte: char| byte.is_ascii_alphanumeric() || "._-/[]".contains(byte);
        let is_sound = (1..=80).contains(&name.len()) && name.chars().all(is_name) && !name.contains("..");
        (is_sound && !name.starts_with('/')).then(|| (name, part[line + 1..].to_vec()))
    };
    starts.iter().zip(ends).filter_map(part).collect()
}

/// Writes the parts of an input as files of one stem, a part's name the ending; those of other endings are left out.
pub fn files(folder: &Path, stem: &str, bytes: &[u8], endings: &[&str]) {
    for (name, bytes) in parts(bytes) {
        if endings.contains(&name.as_str()) {
            std::fs::write(folder.join(format!("{stem}.{name}")), bytes).unwrap();
        }
    }
}

/// A folder for one input.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("jiju-fuzz-").tempdir().unwrap()
}

/// A file of these bytes.
pub fn file(folder: &tempfile::TempDir, ending: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(format!("input.{ending}"));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Bytes taken as numbers; where there are no more, zeros.
pub struct Numbers<'a>(pub &'a [u8]);

impl Numbers<'_> {
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().map_or((0, self.0), |(first, rest)| (*first, rest));
        self.0 = rest;
        first
    }

    /// A number below another, which is at most 256.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    pub fn number(&mut self) -> f64 {
        f64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }
}
