//! What is done with bytes that may be anything: one function for each reader and one for the join.
//!
//! `make fuzz` gives them bytes that are made to reach every branch, the tests those that were kept and changed fixtures.
//! A function returns, whatever the bytes are; where what was read contradicts itself, it panics.

pub mod exact;
mod inputs;
mod join;
pub mod replay;
mod seeds;
mod tables;
mod texts;
mod vectors;

use std::path::{Path, PathBuf};

/// A function to be given bytes.
pub struct Target {
    /// Its name, that of its folder of inputs.
    pub name: &'static str,
    /// Takes the bytes, whatever they are.
    pub run: fn(&[u8]),
    /// Inputs made from the fixtures.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds }
}

/// All of them.
pub const TARGETS: [Target; 20] = [
    target("text", tables::text, seeds::text),
    target("workbook", tables::workbook, seeds::workbook),
    target("workbook_parts", tables::workbook_parts, seeds::workbook_parts),
    target("parquet", tables::parquet, seeds::parquet),
    target("arrow", tables::arrow, seeds::arrow),
    target("geojson", vectors::geojson, seeds::geojson),
    target("geoparquet", vectors::geoparquet, seeds::geoparquet),
    target("shapefile", vectors::shapefile, seeds::shapefile),
    target("geopackage", vectors::geopackage, seeds::geopackage),
    target("flatgeobuf", vectors::flatgeobuf, seeds::flatgeobuf),
    target("kml", vectors::kml, seeds::kml),
    target("kmz", vectors::kmz, seeds::kmz),
    target("mapinfo", vectors::mapinfo, seeds::mapinfo),
    target("gml", vectors::gml, seeds::gml),
    target("weights", texts::weights, seeds::weights),
    target("index", join::index, seeds::index),
    target("figures", texts::figures, seeds::figures),
    target("project", texts::project, seeds::project),
    target("policy", texts::policy, seeds::policy),
    target("join", join::join, seeds::join),
];

/// The folder of the repository, seen from either package that has this module.
pub fn repository() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    if own.join("fuzz").is_dir() { own.to_owned() } else { own.join("..") }
}
