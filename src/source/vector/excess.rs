//! Limits on what a file may come to: elements that are kept as a tree, packed or not, and features with their cells.

use std::io::{Cursor, Read as _};

use serde_json::Value;

/// The most elements of a file that is kept as a tree. One takes some hundred bytes.
pub(in crate::source) const MAX_ELEMENTS: u64 = 2_000_000;

/// The most bytes of an archive when it is unpacked.
const MAX_UNPACKED: u64 = 1 << 27;

/// What is found to be too much: the quantity, how much of it, the limit.
pub(in crate::source) type Excess = (&'static str, u64, u64);

pub(in crate::source) fn checked(what: &'static str, found: u64, limit: u64) -> Result<(), Excess> {
    if found > limit { Err((what, found, limit)) } else { Ok(()) }
}

/// How many elements a text of XML opens, at most.
pub(in crate::source) fn elements(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'<', bytes).filter(|at| bytes.get(at + 1) != Some(&b'/')).count() as u64
}

/// The number of bytes in an archive. A damaged one is left for its reader to refuse.
pub(in crate::source) fn unpacked(bytes: &[u8]) -> Result<u64, Excess> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(bytes.len() as u64) };
    let (mut total, mut found_elements) = (0_u64, 0_u64);
    let mut block = vec![0; 1 << 16];
    for position in 0..archive.len() {
        // What an entry says of its size may be wrong, so it is unpacked.
        let Ok(mut entry) = archive.by_index(position) else { continue };
        while let Ok(read @ 1..) = entry.read(&mut block) {
            total += read as u64;
            found_elements += elements(&block[..read]);
            checked("bytes of the unpacked archive", total, MAX_UNPACKED)?;
            checked("elements of XML", found_elements, MAX_ELEMENTS)?;
        }
    }
    Ok(total)
}

/// The most bytes that the features of a file take in memory, however large it is.
const MAX_FEATURES: u64 = 3 << 29;

/// The most bytes of a cell.
const MAX_CELL: u64 = 1 << 26;

/// What is left of the memory that the features of a file may take.
pub(in crate::source) struct Allowance {
    limit: u64,
    taken: u64,
}

impl Allowance {
    /// A file of some bytes may come to 64 times as much, and some megabytes.
    pub fn for_size(size: u64) -> Self {
        Self { limit: size.saturating_mul(64).saturating_add(64 << 20).min(MAX_FEATURES), taken: 0 }
    }

    /// Takes the memory of one more feature.
    pub fn take(&mut self, cells: &[Value], geometry: Option<&geo::Geometry<f64>>) -> Result<(), Excess> {
        use geo::CoordsIter as _;
        let text = |cell: &Value| cell.as_str().map_or(0, str::len) as u64;
        checked("bytes of a cell", cells.iter().map(text).max().unwrap_or_default(), MAX_CELL)?;
        let of_cells: u64 = cells.iter().map(|cell| text(cell) + size_of::<Value>() as u64).sum();
        let of_geometry = geometry.map_or(0, |geometry| geometry.coords_count() as u64 * 16);
        self.taken += 200 + of_cells + of_geometry;
        checked("bytes of its features", self.taken, self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_may_come_to_more_than_their_file_but_not_to_anything() {
        let mut allowance = Allowance::for_size(1000);
        let cells = [Value::from("x".repeat(1 << 20))];
        let taken = (0..1000).take_while(|_| allowance.take(&cells, None).is_ok()).count();
        // 64 MiB, and 64 times the file for what stands around the texts.
        assert_eq!(taken, 64);
    }
}
