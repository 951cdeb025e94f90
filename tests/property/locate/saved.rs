//! Saved indices: the same answers as before, and no file that makes an index fail.

use std::path::Path;

use jiju::join::{AreaIndex, Holders, index_bytes, locate_columns};
use jiju::model::{Areas, Match, Point};
use jiju::source::{is_saved_index, map_index, read_index};
use proptest::prelude::*;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_128;

use super::layers::{layers, picks, points, reference};
use super::{Layer, areas};

fn saved(areas: &Areas, index: &AreaIndex, path: &Path) {
    std::fs::write(path, index_bytes(areas, index, &note(areas)).unwrap()).unwrap();
}

fn note(areas: &Areas) -> Value {
    json!({ "file": areas.source, "fingerprint": "0", "options": [["--area-id", "id"]] })
}

/// Everything an index can be asked about some points.
fn answers(index: &AreaIndex, points: &[(f64, f64)]) -> Vec<(usize, Match)> {
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let mut answers = Vec::new();
    for holders in [Holders::First, Holders::All] {
        locate_columns(index, &x, &y, holders, Some(1.0), |place, one| answers.push((place, one)));
    }
    for (place, (x, y)) in points.iter().enumerate() {
        answers.push((place, index.locate(Point::new(*x, *y))));
        answers.extend(index.locate_all(Point::new(*x, *y)).into_iter().map(|one| (place, one)));
    }
    answers
}

/// Where the checksum stands, and where what it is of begins.
const CHECKSUM: std::ops::Range<usize> = 16..32;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_saved_index_answers_as_before(layer in layers(), picks in picks(60)) {
        let points = points(&layer, &picks);
        let areas = areas(&layer, reference(&layer));
        let index = AreaIndex::new(&areas).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layer.index");
        saved(&areas, &index, &path);
        prop_assert!(is_saved_index(&path));
        // SAFETY: nothing writes to the file while it is mapped.
        #[allow(unsafe_code)]
        let mapped = unsafe { map_index(&path) };
        for opened in [read_index(&path).unwrap(), mapped.unwrap()] {
            prop_assert_eq!(&opened.areas(), &areas);
            prop_assert_eq!((opened.layer(), opened.reference()), (areas.layer.as_str(), areas.reference));
            prop_assert_eq!(opened.note(), &note(&areas));
            prop_assert_eq!(answers(&opened.into_index(), &points), answers(&index, &points));
        }
        let again = folder.path().join("again.index");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        pool.install(|| saved(&areas, &AreaIndex::new(&areas).unwrap(), &again));
        prop_assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap());
    }

    #[test]
    fn a_damaged_index_is_refused(at in any::<prop::sample::Index>(), byte in 1_u8.., cut in any::<bool>()) {
        let (areas, bytes) = small();
        let mut damaged = bytes.clone();
        let at = at.index(bytes.len());
        if cut {
            damaged.truncate(at);
        } else {
            damaged[at] ^= byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layer.index");
        std::fs::write(&path, damaged).unwrap();
        let message = read_index(&path).map(|_| areas).unwrap_err().to_string();
        prop_assert!(message.starts_with("cannot use the index"), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_index_fails_that_was_made_to(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u32>(), any::<bool>()), 1..4),
        picks in picks(60),
    ) {
        let (areas, mut bytes) = small();
        for (at, number, is_small) in flips {
            // Whole numbers, as the arrays hold them, also those that nearly fit.
            let at = CHECKSUM.end + at.index((bytes.len() - CHECKSUM.end) / 4) * 4;
            let number = if is_small { number % 64 } else { number };
            if at + 4 <= bytes.len() {
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
        }
        let checksum = xxh3_128(&bytes[CHECKSUM.end..]).to_le_bytes();
        bytes[CHECKSUM].copy_from_slice(&checksum);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("layer.index");
        std::fs::write(&path, bytes).unwrap();
        if let Ok(opened) = read_index(&path) {
            // What it says may be wrong: it was signed anew. It says it.
            let made = opened.areas();
            prop_assert_eq!(made.len(), areas.len());
            let layer: Layer = vec![vec![vec![vec![(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]]]];
            answers(&opened.into_index(), &points(&layer, &picks));
        }
    }
}

/// Four squares with holes that overlap here and there, and their saved index.
fn small() -> (Areas, Vec<u8>) {
    let square = |x: f64, y: f64, side: f64| vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)];
    let layer: Layer = [(0.0, 0.0), (2.0, 0.0), (1.9, 1.5), (0.0, 2.0)]
        .into_iter()
        .map(|(x, y)| vec![vec![square(x, y, 2.0), square(x + 0.5, y + 0.5, 1.0)]])
        .collect();
    let areas = areas(&layer, reference(&layer));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layer.index");
    saved(&areas, &AreaIndex::new(&areas).unwrap(), &path);
    (areas, std::fs::read(&path).unwrap())
}
