//! All integration tests in one binary: every further one would link GDAL and polars again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod cli;
mod golden;
mod oracle;
mod property;
mod supply;
#[path = "../fuzz/src/targets/mod.rs"]
mod targets;
