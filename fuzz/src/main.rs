//! Gives the target that `JIJU_FUZZ_TARGET` names bytes that are made to reach every branch; the options are those of
//! libFuzzer. One binary for all targets: every further one would link GDAL and polars again.
#![no_main]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    missing_docs
)]

#[allow(dead_code, reason = "the tests replay")]
mod targets;

use std::sync::{Mutex, OnceLock};

use libfuzzer_sys::fuzz_target;

use targets::{TARGETS, Target};

static TARGET: OnceLock<&Target> = OnceLock::new();
/// Where the last panic was: most are caught, since decoders panic where a file is damaged.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Finds the target, or writes the first inputs of all of them, each in a folder of its name, and ends.
fn prepare() {
    if let Some(folder) = std::env::var_os("JIJU_FUZZ_SEEDS") {
        for target in &TARGETS {
            let folder = std::path::Path::new(&folder).join(target.name);
            std::fs::create_dir_all(&folder).unwrap();
            for (number, seed) in (target.seeds)().into_iter().enumerate() {
                std::fs::write(folder.join(format!("seed-{number:03}")), seed).unwrap();
            }
            println!("{}", target.name);
        }
        std::process::exit(0);
    }
    let name = std::env::var("JIJU_FUZZ_TARGET").unwrap_or_default();
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let target = TARGETS
        .iter()
        .find(|target| target.name == name)
        .unwrap_or_else(|| panic!("JIJU_FUZZ_TARGET is `{name}`, expected one of {names:?}"));
    TARGET.get_or_init(|| target);
    // The hook of libFuzzer ends the process at every panic.
    std::panic::set_hook(Box::new(|panic| *PANIC.lock().unwrap() = panic.to_string()));
}

fuzz_target!(init: prepare(), |bytes: &[u8]| {
    let run = TARGET.get().map(|target| target.run);
    if std::panic::catch_unwind(|| run.unwrap()(bytes)).is_err() {
        eprintln!("{}", PANIC.lock().unwrap());
        std::process::abort();
    }
});
