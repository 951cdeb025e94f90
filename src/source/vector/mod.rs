//! A vector file as it was read: features with their attributes and geometry, before any of it is believed.

pub(super) mod adapted;
pub(super) mod excess;
pub(super) mod geoarrow;
pub(super) mod geojson;
pub(super) mod geoparquet;
pub(super) mod kml;
mod packed;
mod text;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use geo::Geometry;
use serde_json::Value;

use super::layer_path::split_layer;
use super::reference::{NoWay, carried};
use super::{database, encoding, gdal, plausible};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// A layer of any geometry, in the order of its file.
#[derive(Debug)]
pub(super) struct VectorLayer {
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
    /// Warnings to show to the user: what was decided where the file contradicts itself, what was left out.
    pub notes: Vec<String>,
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
    /// Something that names no place on Earth: a local or undefined system.
    Undefined(String),
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

/// Reads a layer of any format; the path may name it as [`split_layer`] tells.
pub(super) fn layer(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    if let Some(label) = opening.encoding {
        encoding::stated(label)?;
    }
    let (file, named) = split_layer(path);
    let opening = Opening { layer: opening.layer.or(named), ..opening };
    let mut layer = layer_of_file(file, opening)?;
    layer.source = path.display().to_string();
    Ok(layer)
}

fn layer_of_file(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    if database::is_database(path) {
        return database::layer(path, opening);
    }
    let read = |read: fn(&Path, Opening<'_>) -> Result<VectorLayer>| {
        // A name that none of the layers has is not passed over.
        opening.layer.map_or(Ok(()), |named| only_layer(path, named))?;
        read(path, opening)
    };
    match ending(path).as_str() {
        "geojson" | "geojsonl" | "geojsons" | "geojsonseq" | "ndjson" => read(geojson::read),
        "json" => match geojson::read(path, opening) {
            // Other dialects of JSON (TopoJSON, Esri) are GDAL's.
            Err(Error::Read(ReadError::Malformed { .. })) if gdal::AVAILABLE && !geojson::is_meant(path)? => {
                gdal::read(path, opening)
            }
            Ok(layer) => opening.layer.map_or(Ok(()), |named| only_layer(path, named)).map(|()| layer),
            error => error,
        },
        "topojson" => gdal::read(path, opening),
        "parquet" | "geoparquet" => read(geoparquet::read),
        "kml" | "kmz" => kml::read(path, opening),
        "csv" | "tsv" | "txt" => read(text::read),
        "zip" | "gz" | "tgz" | "tar" | "7z" | "rar" | "xz" | "bz2" | "zst" => packed::read(path, opening),
        "arrow" | "arrows" | "feather" | "ipc" => read(geoarrow::read),
        ending => {
            let about = std::fs::metadata(path).map_err(Error::file("read", path))?;
            if about.is_dir() && ending != "gdb" {
                let message = "it is a folder; give one of the files in it".to_owned();
                let (file, format) = (path.display().to_string(), "a vector file");
                return Err(ReadError::Malformed { file, format, message }.into());
            }
            check_size(path, about.len(), opening.max_bytes)?;
            gdal::read(path, opening)
        }
    }
}

/// Refuses the name of a layer for a file that has but one, unless it is called so.
fn only_layer(path: &Path, named: &str) -> Result<()> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if stem == named {
        return Ok(());
    }
    let (file, named) = (path.display().to_string(), Some(named.to_owned()));
    Err(ReadError::Layers { file, named, available: vec![stem] }.into())
}

/// The layer that was asked for among those of a file, by its position; the only one where none was.
pub(super) fn chosen(path: &Path, wanted: Option<&str>, names: &[String]) -> Result<usize> {
    match (wanted, names) {
        (Some(wanted), _) => names.iter().position(|name| name == wanted),
        (None, [_]) => Some(0),
        _ => None,
    }
    .ok_or_else(|| {
        let (file, named, available) = (path.display().to_string(), wanted.map(str::to_owned), names.to_vec());
        ReadError::Layers { file, named, available }.into()
    })
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

impl VectorLayer {
    /// The reference its coordinates are in: its own, or the stated one where it has none.
    ///
    /// GCJ-02 and BD-09 have no code in any registry, so files that hold them say WGS 84 or nothing; stating them is
    /// no contradiction. A definition that is in no registry, but on a datum that needs no shift, is undone here: the
    /// coordinates become longitude and latitude.
    pub fn reference(&mut self, stated: Option<DeclaredReference>) -> Result<DeclaredReference> {
        let stated = stated.map(super::reference::canonical);
        let file = self.source.clone();
        let refused = move |message: String| ReadError::Reference { file: file.clone(), message };
        match (&self.declared, stated) {
            (Declared::Nothing, None) => {
                let prj = if ending(split_layer(Path::new(&self.source)).0) == "shp" {
                    " (no .prj stands beside it)"
                } else {
                    ""
                };
                Err(refused(format!("the {} says nothing of its reference{prj}", self.format)).into())
            }
            (Declared::Nothing | Declared::ByFormat(_) | Declared::Undefined(_), Some(stated)) => Ok(stated),
            (Declared::ByFormat(declared) | Declared::Known(declared), None) => Ok(*declared),
            (Declared::Undefined(name), None) => {
                Err(refused(format!("its reference `{}` is no place on Earth", beginning(name))).into())
            }
            (Declared::Known(declared), Some(stated)) => {
                let declared = *declared;
                let offset = stated.is_offset() && declared.is_wgs84_like();
                let shifts = stated.shift().is_some() && stated.code() == declared.code();
                if offset || shifts {
                    return Ok(stated);
                }
                if declared.agrees_with(stated) {
                    return Ok(declared);
                }
                if let DeclaredReference::Epsg(code) = declared
                    && gdal::AVAILABLE
                    && gdal::is_metre_grid(code).is_err()
                {
                    self.notes.push(format!(
                        "{}: the file says {declared}, which is in no registry: the stated one is taken",
                        self.source
                    ));
                    return Ok(stated);
                }
                let largest = self.largest();
                let fits = |reference| largest.is_none_or(|at| plausible::cause(at, reference).is_none());
                if !fits(declared) && fits(stated) {
                    let what = "its coordinates are none of that: the stated one is taken";
                    self.notes.push(format!("{}: the file says {declared}, but {what}", self.source));
                    return Ok(stated);
                }
                Err(refused(format!("the file says {declared}, but {stated} was stated")).into())
            }
            (Declared::Unregistered(definition), stated) => {
                let definition = definition.clone();
                match stated {
                    Some(stated) if gdal::is_same(&definition, stated) => Ok(stated),
                    // A definition in which the coordinates are nowhere is false.
                    Some(stated) if !self.is_somewhere(&definition) => {
                        let what = "in which its coordinates are nowhere: the stated one is taken";
                        self.notes.push(format!("{}: the file says `{}`, {what}", self.source, beginning(&definition)));
                        Ok(stated)
                    }
                    Some(stated) => {
                        let name = beginning(&definition);
                        Err(refused(format!("the file says `{name}`, which is not {stated}")).into())
                    }
                    None => self.undo(&definition),
                }
            }
        }
    }

    /// Whether the first coordinates have an image in longitude and latitude by a definition.
    fn is_somewhere(&self, definition: &str) -> bool {
        let Some(geometry) = self.features.iter().find_map(|feature| feature.geometry.as_ref()) else { return true };
        match gdal::Projection::of_definition(definition) {
            Ok(projection) => carried(geometry, |points| projection.points(points)).is_ok(),
            Err(NoWay::Shift { .. }) => true,
            Err(NoWay::Failed(_)) => false,
        }
    }

    /// Carries the coordinates of a definition that is in no registry to longitude and latitude.
    fn undo(&mut self, definition: &str) -> Result<DeclaredReference> {
        let name = beginning(definition);
        let refused = |why: String| -> Error {
            let message = format!("its reference `{name}` is in no registry{why}");
            ReadError::Reference { file: self.source.clone(), message }.into()
        };
        let projection = gdal::Projection::of_definition(definition).map_err(|way| match way {
            NoWay::Shift { datum, .. } => refused(format!(", and the shift of its datum {datum} is not known")),
            NoWay::Failed(message) => refused(format!(": {message}")),
        })?;
        let mut images = Vec::with_capacity(self.features.len());
        for feature in &self.features {
            let image = feature.geometry.as_ref().map(|geometry| carried(geometry, |points| projection.points(points)));
            images.push(image.transpose().map_err(|message| refused(format!(": {message}")))?);
        }
        for (feature, image) in self.features.iter_mut().zip(images) {
            feature.geometry = image;
        }
        let what = "is in no registry: longitude and latitude were made from it by its own definition";
        self.notes.push(format!("{}: its reference `{name}` {what}", self.source));
        self.declared = Declared::Known(DeclaredReference::Wgs84);
        Ok(DeclaredReference::Wgs84)
    }

    /// The largest magnitude of each coordinate; `None` where there is none.
    pub fn largest(&self) -> Option<(f64, f64)> {
        use rayon::prelude::*;
        let of_one = |feature: &Feature| super::areas::largest(feature.geometry.as_ref()?);
        self.features.par_iter().filter_map(of_one).reduce_with(super::areas::larger)
    }

    /// Says what was left out or decided, naming the file.
    pub fn note(&mut self, what: &str) {
        self.notes.push(format!("{}: {what}", self.source));
    }
}

/// The name in a definition: of WKT what stands in its first quotes.
fn beginning(definition: &str) -> String {
    let named = definition.split('"').nth(1).filter(|_| !definition.trim_start().starts_with('{'));
    named.unwrap_or(definition).chars().take(80).collect()
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
