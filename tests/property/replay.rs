//! What is fuzzed by `make fuzz`, in short: the inputs that were kept, and fixtures changed at random.
//!
//! The seed is another one each time, and `JIJU_REPLAY_SEED` gives that of a run that failed; `JIJU_REPLAY` gives rounds. Each
//! input is written into a file before it is taken: where the process ends, it is there.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::Mutex;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::targets::replay::{bytes_of, mutated};
use crate::targets::{TARGETS, Target};

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Gives a target an input; what it says where it panics.
fn fault(target: &Target, bytes: &[u8], name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{}", target.name));
    std::fs::write(&path, bytes).unwrap();
    let caught = std::panic::catch_unwind(|| (target.run)(bytes)).err()?;
    let said = caught.downcast_ref::<String>().map(String::as_str).or(caught.downcast_ref::<&str>().copied());
    let kept = path.with_file_name(format!("replay-{}-failed", target.name));
    std::fs::copy(&path, &kept).unwrap();
    Some(format!("{}, {name}, kept as {}: {}", target.name, kept.display(), said.unwrap_or_default()))
}

#[test]
fn inputs_that_were_kept_are_taken() {
    let counts = Mutex::new(BTreeMap::new());
    let faults: Vec<String> = TARGETS
        .par_iter()
        .flat_map_iter(|target| {
            let kept = ["regressions", "corpus"].map(|folder| bytes_of(folder, target.name)).concat();
            counts.lock().unwrap().insert(target.name, kept.len());
            kept.into_iter().filter_map(|(path, bytes)| fault(target, &bytes, &path.display().to_string()))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let counts = counts.into_inner().unwrap();
    assert!(counts.values().all(|count| *count > 0), "a target without inputs: {counts:?}");
}

#[test]
fn changed_fixtures_are_taken() {
    let seed = number_of("JIJU_REPLAY_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) >> 1);
    let rounds = number_of("JIJU_REPLAY").unwrap_or(60);
    let faults: Vec<String> = TARGETS
        .par_iter()
        .flat_map_iter(|target| {
            let seeds = (target.seeds)();
            assert!(!seeds.is_empty(), "{} has no fixture", target.name);
            (0..rounds).filter_map(move |round| {
                let place = seed.wrapping_add(round);
                let bytes = mutated(&seeds[(place % seeds.len() as u64) as usize], place);
                fault(target, &bytes, &format!("JIJU_REPLAY_SEED={place} JIJU_REPLAY=1"))
            })
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
