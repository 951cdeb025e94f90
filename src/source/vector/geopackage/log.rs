//! The write-ahead log beside a SQLite database: what was committed there belongs to the database.
//!
//! SQLite itself would make files beside the database to read it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Brings a database up to date with the log that stands beside it, which is what a program that has it open has written.
pub(super) fn applied(database: &mut Vec<u8>, log: &[u8]) {
    let Some(header) = log.get(..32) else { return };
    let is_big_endian = match word(header, 0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return,
    };
    let page_size = word(header, 8) as usize;
    let mut sums = [0, 0];
    add(&mut sums, &header[..24], is_big_endian);
    if sums != [word(header, 24), word(header, 28)]
        || !page_size.is_power_of_two()
        || !(512..=1 << 16).contains(&page_size)
    {
        return;
    }
    // What follows the last commit was never finished.
    let mut pending = Vec::new();
    for frame in log[32..].chunks_exact(24 + page_size) {
        let (head, page) = frame.split_at(24);
        add(&mut sums, &head[..8], is_big_endian);
        add(&mut sums, page, is_big_endian);
        if head[8..16] != header[16..24] || sums != [word(head, 16), word(head, 20)] {
            break;
        }
        pending.push((word(head, 0) as usize, page));
        let pages = word(head, 4) as usize;
        if pages > 0 {
            // No page lies beyond the end, so that a log cannot ask for more memory than the two files have.
            let most = database.len() / page_size + log.len() / page_size;
            if pages > most || pending.iter().any(|(number, _)| *number == 0 || *number > pages) {
                return;
            }
            database.resize(pages * page_size, 0);
            for (number, page) in pending.drain(..) {
                if let Some(place) = database.get_mut((number - 1) * page_size..number * page_size) {
                    place.copy_from_slice(page);
                }
            }
        }
    }
}

/// Whether a journal holds what a database was before a change that did not come to its end.
pub(super) fn is_unfinished(journal: &Path) -> bool {
    let mut start = [0; 8];
    // One that is kept for the next change begins with zeros.
    journal.is_file() && File::open(journal).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start != [0; 8]
}

/// Marks a database as one without a log.
pub(super) fn without_log(database: &mut [u8]) {
    if let Some(versions @ [2, 2]) = database.get_mut(18..20) {
        versions.copy_from_slice(&[1, 1]);
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The checksum of a log, continued over more bytes.
fn add([first, second]: &mut [u32; 2], bytes: &[u8], is_big_endian: bool) {
    let number = |four: &[u8]| {
        let four = four.try_into().unwrap_or_default();
        if is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    for eight in bytes.chunks_exact(8) {
        let (one, other) = eight.split_at(4);
        *first = first.wrapping_add(number(one)).wrapping_add(*second);
        *second = second.wrapping_add(number(other)).wrapping_add(*first);
    }
}
