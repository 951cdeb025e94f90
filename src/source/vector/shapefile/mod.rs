//! Shapefiles: a .shp with its .dbf, and .shx, .prj, .cpg where they are there.
//!
//! # References
//!
//! ESRI Shapefile Technical Description, an ESRI white paper, 1998.

mod rings;
mod shapes;

use std::path::{Path, PathBuf};

use self::shapes::{Shape, Shapes};
use super::super::crs;
use super::super::parts::sibling;
use super::dbf::Dbf;
use super::excess::{Allowance, Excess};
use super::held::Held;
use super::{Declared, Feature, Opening, VectorLayer};
use crate::error::{Error, ReadError, Result};

fn malformed(path: &Path, message: impl Into<String>) -> Error {
    ReadError::Malformed { file: path.display().to_string(), format: "a Shapefile", message: message.into() }.into()
}

fn too_large(path: &Path, (what, found, limit): Excess) -> Error {
    ReadError::TooLarge { file: path.display().to_string(), what, found, limit }.into()
}

/// The .shp of a Shapefile that is named by any of its parts.
fn shapes_beside(path: &Path) -> Result<PathBuf> {
    let shapes =
        sibling(path, "shp").ok_or_else(|| malformed(path, "the .shp with its shapes is missing beside it"))?;
    if sibling(path, "dbf").is_none() {
        let together = "keep .shp, .shx, .dbf, .prj and .cpg together";
        return Err(malformed(path, format!("the .dbf with its attributes is missing beside it; {together}")));
    }
    Ok(shapes)
}

/// Reads a Shapefile that is named by any of its parts.
///
/// Nothing is written beside it; without its .shx the shapes are read in the order of the .shp.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    let mut held = Held::take(&shapes_beside(path)?, opening.max_bytes)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    super::chosen(path, opening.layer, &[stem])?;
    let mut allowance = Allowance::for_size(held.size());
    let mut notes = Vec::new();
    let bytes = std::mem::take(held.main());
    let shapes = Shapes::parse(&bytes, held.part("shx")).map_err(|message| malformed(path, message))?;
    notes.extend(shapes.note.clone());
    let dbf = Dbf::parse(held.part("dbf").unwrap_or_default(), path)?;
    let (shape_count, records) = (shapes.count() as u64, dbf.records());
    let span = |from: u64, to: u64, what: &str| {
        if from == to { format!("{what} {to}") } else { format!("{what}s {from} to {to}") }
    };
    if shape_count > records {
        let which = span(records + 1, shape_count, "shape");
        notes.push(format!("its .dbf has {records} records for {shape_count} shapes: {which} left out"));
    }
    if records > shape_count {
        let which = span(shape_count + 1, records, "record");
        let has = if which.contains(" to ") { "have" } else { "has" };
        notes.push(format!("its .dbf has {records} records for {shape_count} shapes: {which} {has} no geometry"));
    }
    dbf.tell(&mut notes);
    let encoding = dbf.encoding(held.part("cpg"), opening.encoding, &mut notes)?;
    let (columns, rows) = dbf.table(encoding, &mut allowance, &mut notes).map_err(|excess| too_large(path, excess))?;
    let mut heights_dropped = false;
    let mut features = Vec::with_capacity(rows.len());
    for (at, cells) in rows.into_iter().enumerate() {
        let Some(cells) = cells else { continue };
        let number = features.len() as u64 + 1;
        let Shape { geometry, foreign, has_heights } = match at < shapes.count() {
            true => shapes.shape(at).map_err(|message| malformed(path, format!("shape {}: {message}", at + 1)))?,
            false => Shape::default(),
        };
        allowance.take(&[], geometry.as_ref()).map_err(|excess| too_large(path, excess))?;
        heights_dropped |= has_heights;
        features.push(Feature { number, cells, geometry, foreign });
    }
    let source = path.display().to_string();
    Ok(VectorLayer {
        format: "vector file",
        declared: held.part("prj").map_or(Declared::Nothing, |text| crs::declared(&String::from_utf8_lossy(text))),
        columns,
        features,
        heights_dropped,
        notes: notes.into_iter().map(|note| format!("{source}: {note}")).collect(),
        source,
    })
}

/// Reads a table of dBASE by itself, apart from a .shp that may stand beside it.
pub fn table(path: &Path, encoding: Option<&str>) -> Result<VectorLayer> {
    let mut held = Held::alone(path, super::MAX_BYTES)?;
    let mut notes = Vec::new();
    let bytes = std::mem::take(held.main());
    let dbf = Dbf::parse(&bytes, path)?;
    dbf.tell(&mut notes);
    let label = sibling(path, "cpg").and_then(|path| std::fs::read(path).ok());
    let encoding = dbf.encoding(label.as_deref(), encoding, &mut notes)?;
    let mut allowance = Allowance::for_size(bytes.len() as u64);
    let (columns, rows) = dbf.table(encoding, &mut allowance, &mut notes).map_err(|excess| too_large(path, excess))?;
    let features = (1..).zip(rows.into_iter().flatten());
    let features = features.map(|(number, cells)| Feature { number, cells, geometry: None, foreign: None }).collect();
    let source = path.display().to_string();
    Ok(VectorLayer {
        format: "vector file",
        declared: Declared::Nothing,
        columns,
        features,
        heights_dropped: false,
        notes: notes.into_iter().map(|note| format!("{source}: {note}")).collect(),
        source,
    })
}
