//! Limits on what a file of elements, packed or not, may come to before it is kept as a tree.

use std::io::{Cursor, Read as _};

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
