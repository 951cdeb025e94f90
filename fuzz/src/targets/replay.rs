//! Inputs that were kept, and inputs changed at random.

use std::path::PathBuf;

use super::repository;

/// The inputs kept for a target in a folder beside the sources, by their paths: `corpus` or `regressions`.
pub fn bytes_of(folder: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(repository().join("fuzz").join(folder).join(target)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Numbers by a seed.
pub struct Drawn(pub u64);

impl Drawn {
    /// A number below another.
    pub fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % (end.max(1) as u64)) as usize
    }
}

/// Bytes with some of them flipped, lost, doubled, or replaced by numbers at which sums overflow.
pub fn mutated(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut drawn = Drawn(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + drawn.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = drawn.below(bytes.len());
        let length = 1 + drawn.below(16.min(bytes.len() - at));
        match drawn.below(7) {
            0 => bytes[at] ^= 1 << drawn.below(8),
            1 => bytes[at] = drawn.below(256) as u8,
            2 => drop(bytes.drain(at..at + length)),
            3 => {
                let part = bytes[at..at + length].to_vec();
                let to = drawn.below(bytes.len());
                bytes.splice(to..to, part);
            }
            4 => bytes.truncate(at),
            kind => {
                let numbers: [u64; 6] = [0, 1, 0x7f, 0x7fff_ffff, 0xffff_ffff, u64::MAX];
                let number = numbers[drawn.below(6)].to_le_bytes();
                let width = [4, 8][kind - 5].min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&number[..width]);
            }
        }
    }
    bytes
}
