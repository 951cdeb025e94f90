//! How the work of jiju grows with its input, always beside what one would write without it. See README.md.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod build;
#[path = "../tests/property/locate/grid.rs"]
mod grid;
mod layers;
mod locate;
mod nearest;
mod read_areas;
mod read_tables;
mod ways;

fn main() {
    divan::main();
}
