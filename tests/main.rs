//! All integration tests in one binary: every further one would link GDAL and polars again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]
// What is expected is finite.
#![allow(clippy::disallowed_macros)]

mod cli;
mod golden;
mod oracle;
mod property;
mod simulation;
mod stages;
mod supply;
#[path = "../fuzz/src/targets/mod.rs"]
mod targets;
