//! What stands in for GDAL in a build without it: every question is answered with the one reason.

use std::ffi::OsString;
use std::path::Path;

use geo::{Geometry, MultiPolygon};

use super::reference::NoWay;
use super::vector::{Opening, VectorLayer};
use crate::error::{ReadError, Result};
use crate::model::{DeclaredReference, Point, Raster};

pub const AVAILABLE: bool = false;

/// What this build lacks that another has.
pub const LACKS: Option<&str> = Some(
    "without GDAL: it reads geojson, shp, gpkg, fgb, kml, kmz, parquet and all tables, and knows the grids of China, UTM and equal-area \
     projections; a build with GDAL (the feature `gdal`, which is a default one) reads tab, mif, gml, gdb, sqlite, topojson and gpx too, \
     writes gpkg, shp, fgb, kml, gml, tab and tif, knows every reference of PROJ and repairs outlines",
);

/// What is said of a reference.
const UNKNOWN: &str = "this build has no GDAL and knows longitude and latitude (EPSG:4326, 4490, 4610, 4214), the Gauss–Krüger grids of \
                       China, UTM (EPSG:32601 to 32760), EPSG:3857 and 6933, albers=… and laea=…; a build with GDAL knows all others";

/// There is none; it cannot be made.
#[derive(Debug)]
pub enum Projection {}

impl Projection {
    pub fn new(_from: DeclaredReference, _to: DeclaredReference) -> Result<Self, NoWay> {
        Err(NoWay::Failed(UNKNOWN.to_owned()))
    }

    pub fn of_definition(_definition: &str) -> Result<Self, NoWay> {
        Err(NoWay::Failed(UNKNOWN.to_owned()))
    }

    pub fn points(&self, _points: &mut [Point]) -> Result<(), String> {
        match *self {}
    }
}

pub fn read(path: &Path, _opening: Opening<'_>) -> Result<VectorLayer> {
    let expected = "geojson, geojsonl, json, gpkg, shp, fgb, kml, kmz, parquet, csv, zip; a build with GDAL reads tab, mif, gml, gdb, \
                    sqlite, topojson and gpx too";
    Err(ReadError::UnknownFormat { file: path.display().to_string(), ending: super::vector::ending(path), expected }
        .into())
}

/// What GDAL would have written.
pub struct Written {
    pub files: Vec<(OsString, Vec<u8>)>,
    pub notes: Vec<String>,
}

pub fn write(_layer: &VectorLayer, _reference: DeclaredReference, path: &Path) -> Result<Written> {
    Err(unwritable(
        path,
        "geojson, geojsonl, parquet, arrow, csv; a build with GDAL writes gpkg, shp, fgb, kml, kmz, tab, mif and gml too",
    ))
}

/// A layer of a GeoPackage.
#[expect(dead_code, reason = "what the build with GDAL writes; here nothing is")]
pub struct Packed<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub about: &'a str,
    pub columns: Vec<super::vector::Column>,
    pub geometries: &'a [Option<Geometry<f64>>],
    pub reference: DeclaredReference,
    pub features: Box<dyn Fn(std::ops::Range<usize>) -> Vec<super::vector::Feature> + 'a>,
}

pub fn package(
    path: &Path,
    _layers: &[Packed<'_>],
    _styles: &[super::geopackage::SavedStyle],
    _metadata: &[(String, String)],
) -> Result<Written> {
    Err(unwritable(path, "geojson, parquet, arrow, csv; a build with GDAL writes gpkg too"))
}

pub fn raster_bytes(_raster: &Raster) -> Result<Vec<u8>> {
    Err(unwritable(Path::new("raster.tif"), "csv, parquet, json, geojson; a build with GDAL writes tif too"))
}

fn unwritable(path: &Path, expected: &'static str) -> crate::Error {
    ReadError::UnknownFormat { file: path.display().to_string(), ending: super::vector::ending(path), expected }.into()
}

pub fn make_valid(_geometry: &MultiPolygon<f64>) -> Result<Geometry<f64>, String> {
    Err("this build has no GDAL, by whose GEOS outlines are repaired".to_owned())
}

pub fn is_metre_grid(_code: u32) -> Result<bool, String> {
    Err(UNKNOWN.to_owned())
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

pub fn undefined(_definition: &str) -> Option<String> {
    None
}

pub fn identify(_definition: &str) -> Option<DeclaredReference> {
    None
}

pub fn projjson(reference: DeclaredReference) -> Result<serde_json::Value, String> {
    Err(format!("the definition of {reference} needs a build with GDAL"))
}
