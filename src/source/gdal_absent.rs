//! What stands in for GDAL in a build without it: every question is answered with the one reason.

use std::ffi::OsString;
use std::path::Path;

use geo::{Geometry, MultiPolygon};

use super::reference::NoWay;
use super::vector::{Opening, VectorLayer};
use crate::error::{ReadError, Result};
use crate::model::{DeclaredReference, Point, Raster};

pub const AVAILABLE: bool = false;

const REASON: &str = "this build of jiju has no GDAL (feature `gdal`)";

/// There is none; it cannot be made.
#[derive(Debug)]
pub enum Projection {}

impl Projection {
    pub fn new(_from: DeclaredReference, _to: DeclaredReference) -> Result<Self, NoWay> {
        Err(NoWay::Failed(REASON.to_owned()))
    }

    pub fn of_definition(_definition: &str) -> Result<Self, NoWay> {
        Err(NoWay::Failed(REASON.to_owned()))
    }

    pub fn points(&self, _points: &mut [Point]) -> Result<(), String> {
        match *self {}
    }
}

pub fn read(path: &Path, _opening: Opening<'_>) -> Result<VectorLayer> {
    Err(unknown(path))
}

pub fn table_of_dbf(path: &Path, _encoding: Option<&str>) -> Result<VectorLayer> {
    Err(unknown(path))
}

pub fn geometry_of_wkt(_text: &str) -> Result<Geometry<f64>, String> {
    Err(REASON.to_owned())
}

/// What GDAL would have written.
pub struct Written {
    pub files: Vec<(OsString, Vec<u8>)>,
    pub notes: Vec<String>,
}

pub fn write(_layer: &VectorLayer, _reference: DeclaredReference, path: &Path) -> Result<Written> {
    Err(unknown(path))
}

/// A layer of a GeoPackage.
pub struct Packed<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub about: &'a str,
    pub layer: VectorLayer,
    pub reference: DeclaredReference,
}

pub fn package(
    path: &Path,
    _layers: &[Packed<'_>],
    _styles: &[super::geopackage::SavedStyle],
    _metadata: &[(String, String)],
) -> Result<Written> {
    Err(unknown(path))
}

pub fn raster_bytes(_raster: &Raster) -> Result<Vec<u8>> {
    Err(unknown(Path::new("raster.tif")))
}

fn unknown(path: &Path) -> crate::Error {
    ReadError::UnknownFormat {
        file: path.display().to_string(),
        ending: super::vector::ending(path),
        expected: "geojson, json, parquet (a build with GDAL reads more)",
    }
    .into()
}

pub fn make_valid(_geometry: &MultiPolygon<f64>) -> Result<Geometry<f64>, String> {
    Err(REASON.to_owned())
}

pub fn is_metre_grid(_code: u32) -> Result<bool, String> {
    Err(REASON.to_owned())
}

pub fn area_of_use(_code: u32) -> Option<[f64; 4]> {
    None
}

pub fn is_geographic(_code: u32) -> bool {
    false
}

pub fn is_same(_definition: &str, _reference: DeclaredReference) -> bool {
    false
}

pub fn identify(_definition: &str) -> Option<DeclaredReference> {
    None
}

pub fn projjson(reference: DeclaredReference) -> Result<serde_json::Value, String> {
    Err(format!("the definition of {reference} needs a build with GDAL"))
}
