//! What the user of the program sees: its output, its messages, its exit status, the files it leaves.

mod arrow;
mod atlas;
pub mod bad_input;
mod cases;
mod chains;
mod chart;
mod cluster;
mod commands;
mod concentration;
mod database;
mod declared;
mod density;
mod dossier;
mod edges;
mod errors;
mod examples;
mod faults;
mod figures;
mod files;
mod formats;
#[cfg(feature = "gdal")]
mod geopackage;
mod grid;
pub mod help;
mod hostile_files;
mod lists;
mod long_use;
mod maps;
mod notes;
mod offline;
mod operations;
mod point_pattern;
mod progress_depth;
mod proof;
mod query;
mod quota_desk;
mod regression;
mod report;
pub mod run;
mod same_bytes;
#[cfg(feature = "gdal")]
mod shift_grids;
mod spatial;
mod statistics;
mod stats;
mod streams;
mod sums;
mod tables;
mod weights;
mod r#where;
mod without_gdal;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub const DISTRICTS: &str = "data/boundaries/shaoxing_districts.geojson";
pub const POLICY: &str = "data/policy/shaoxing-2020";
pub const AS_OF: &str = "2020-09-30";

/// What a run of the program left behind.
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program in the folder of the repository, whatever terminal and colours the caller has.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jiju"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null()).env("COLUMNS", "100").env("NO_COLOR", "1");
    command
}

pub fn jiju<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Outcome {
    let output = program().args(arguments).output().unwrap();
    Outcome {
        status: output.status.code().expect("the program ends by itself"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Outcome {
    /// Everything the user sees, without where it happened.
    pub fn seen_without(&self, folder: &Path) -> String {
        self.seen().replace(folder.to_str().unwrap(), "[folder]")
    }

    pub fn seen(&self) -> String {
        format!("{}----- stderr\n{}----- exit status {}\n", self.stdout, self.stderr, self.status)
    }
}

/// A folder for one test.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file and gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.file(name), text).unwrap();
        self.path(name)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path of a file as an argument.
    pub fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    /// What the program shows, after it did what it was asked.
    pub fn seen(&self, arguments: &[&str]) -> String {
        let outcome = jiju(arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        outcome.seen_without(self.0.path())
    }
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The rows of a CSV file, its header among them.
pub fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Rows as CSV.
pub fn csv_text(rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The rows of the sample's ledger, and of its register the firms the ledger names and those with a seeded fault.
pub struct Sample {
    pub register: Vec<Vec<String>>,
    pub ledger: Vec<Vec<String>>,
}

pub fn sample() -> Sample {
    let ledger = rows(&repository("data/samples/ledger.csv"));
    let faulty: std::collections::HashSet<usize> = rows(&repository("data/samples/truth.csv"))
        .iter()
        .filter(|fault| fault[0] == "register.csv")
        .map(|fault| fault[1].parse().unwrap())
        .collect();
    let listed: std::collections::HashSet<&str> = ledger.iter().map(|row| row[0].as_str()).collect();
    let register: Vec<Vec<String>> = rows(&repository("data/samples/register.csv"))
        .into_iter()
        .enumerate()
        .filter(|(position, row)| {
            *position == 0 || faulty.contains(&(position + 1)) || listed.contains(row[0].as_str())
        })
        .map(|(_, row)| row)
        .collect();
    assert!(faulty.len() > 400 && register.len() > 1600, "{} faulty, {} kept", faulty.len(), register.len());
    Sample { register, ledger }
}
