//! What is built, what it is built from, and under which licences.

mod dependencies;
mod notices;
mod pins;
mod unsafe_code;

use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn toml(path: &str) -> toml::Table {
    toml::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
