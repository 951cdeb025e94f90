//! A vector file as it was read: features with their attributes and geometry, before any of it is believed.

pub(super) mod geojson;
pub(super) mod geoparquet;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use geo::Geometry;
use serde_json::Value;

use super::gdal;
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// A layer of any geometry, in the order of its file.
#[derive(Debug)]
pub(super) struct Layer {
    /// The file as the user named it.
    pub source: String,
    /// Which format it is in.
    pub format: &'static str,
    /// What the file says about its reference.
    pub declared: Declared,
    /// The attributes, in the order of the file.
    pub columns: Vec<Column>,
    /// The features.
    pub features: Vec<Feature>,
    /// Whether a height was left out.
    pub heights_dropped: bool,
}

/// What a file says about its coordinate reference.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Declared {
    /// Nothing, and its format has no default.
    Nothing,
    /// Nothing, but the format has a default.
    ByFormat(DeclaredReference),
    /// A reference of the registry.
    Known(DeclaredReference),
    /// A definition (WKT or PROJJSON) that is in no registry.
    Unregistered(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub kind: ColumnKind,
}

/// What a column holds, for formats that must know beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "gdal"), expect(dead_code, reason = "the formats read here have no moments"))]
pub(super) enum ColumnKind {
    Text,
    Integer,
    Real,
    Boolean,
    Date,
    DateTime,
}

#[derive(Debug)]
pub(super) struct Feature {
    /// Its number in the file, from 1.
    pub number: u64,
    /// One cell for each column.
    pub cells: Vec<Value>,
    pub geometry: Option<Geometry<f64>>,
    /// What its geometry is called, where it is of a kind that has no place here, such as arcs.
    pub foreign: Option<String>,
}

/// How to open a vector file.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "gdal"), expect(dead_code, reason = "only files that GDAL opens have layers and encodings"))]
pub(super) struct Opening<'a> {
    /// Which of several layers.
    pub layer: Option<&'a str>,
    /// The encoding of its text, where the file says nothing or the wrong thing.
    pub encoding: Option<&'a str>,
    /// The most bytes taken into memory.
    pub max_bytes: u64,
}

/// The largest file taken into memory unless the caller says otherwise.
pub(super) const MAX_BYTES: u64 = 1 << 29;

/// Reads a layer of any format.
pub(super) fn layer(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    match ending(path).as_str() {
        "geojson" | "json" => match geojson::read(path, opening) {
            // Other dialects of JSON (TopoJSON, Esri) are GDAL's.
            Err(Error::Read(ReadError::Malformed { .. })) if gdal::AVAILABLE && !geojson::is_meant(path)? => {
                gdal::read(path, opening)
            }
            other => other,
        },
        "parquet" | "geoparquet" => geoparquet::read(path, opening),
        _ => {
            let size = std::fs::metadata(path).map_err(Error::file("read", path))?.len();
            check_size(path, size, opening.max_bytes)?;
            gdal::read(path, opening)
        }
    }
}

/// The ending of a file, in lower case.
pub(super) fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// A file, unless it is larger than the limit.
fn open(path: &Path, max_bytes: u64) -> Result<File> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let size = file.metadata().map_err(Error::file("read", path))?.len();
    check_size(path, size, max_bytes)?;
    Ok(file)
}

/// The bytes of a file, unless they are more than the limit.
fn bytes(path: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    taken(open(path, max_bytes)?, path, max_bytes)
}

/// The bytes of a file that has been opened, unless they are more than the limit.
fn taken(file: File, path: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    let size = file.metadata().map_err(Error::file("read", path))?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    // A pipe has no size beforehand.
    file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    check_size(path, bytes.len() as u64, max_bytes)?;
    Ok(bytes)
}

fn check_size(path: &Path, found: u64, limit: u64) -> Result<()> {
    if found > limit {
        return Err(
            ReadError::TooLarge { file: path.display().to_string(), what: "size in bytes", found, limit }.into()
        );
    }
    Ok(())
}

impl Layer {
    /// The reference its coordinates are in: its own, or the stated one where it has none.
    ///
    /// GCJ-02 and BD-09 have no code in any registry, so files that hold them say WGS 84 or nothing; stating them is
    /// no contradiction.
    pub fn reference(&self, stated: Option<DeclaredReference>) -> Result<DeclaredReference> {
        let stated = stated.map(super::reference::canonical);
        let refused = |message: String| ReadError::Reference { file: self.source.clone(), message }.into();
        match (&self.declared, stated) {
            (Declared::Nothing, None) => Err(refused(format!("the {} says nothing of its reference", self.format))),
            (Declared::Nothing | Declared::ByFormat(_), Some(stated)) => Ok(stated),
            (Declared::ByFormat(declared) | Declared::Known(declared), None) => Ok(*declared),
            (Declared::Known(declared), Some(stated)) => {
                let offset = stated.is_offset() && declared.is_wgs84_like();
                if offset {
                    Ok(stated)
                } else if declared.agrees_with(stated) {
                    Ok(*declared)
                } else {
                    Err(refused(format!("the file says {declared}, but {stated} was stated")))
                }
            }
            (Declared::Unregistered(definition), stated) => {
                if let Some(stated) = stated
                    && gdal::is_same(definition, stated.undone())
                {
                    return Ok(stated);
                }
                let name: String = definition.chars().take(80).collect();
                Err(refused(match stated {
                    Some(stated) => format!("the file says `{name}`, which is not {stated}"),
                    None => format!("its reference `{name}` is in no registry"),
                }))
            }
        }
    }
}

/// A cell as text; `None` for what is empty. Whole numbers are written without a decimal point.
pub(super) fn cell_text(cell: &Value) -> Option<String> {
    match cell {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 9e15 => format!("{value:.0}"),
            _ => number.to_string(),
        }),
        other => Some(other.to_string()),
    }
}
