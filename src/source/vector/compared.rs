//! The readers of this house beside those of GDAL, over every file that the tests have.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use geo::CoordsIter as _;

use super::super::reference::carried;
use super::super::{crs, gdal, parts};
use super::{Declared, Opening, VectorLayer, beginning, ending};
use crate::error::{Error, ReadError, Result};

/// All files below a folder with one of some endings.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings.contains(&ending(&path).as_str()) {
            found.push(path);
        }
    }
}

fn opening(layer: Option<&str>) -> Opening<'_> {
    Opening { layer, encoding: None, max_bytes: super::MAX_BYTES }
}

/// Whether the same is declared; definitions that are in no registry are compared by where they lead.
fn is_same(own: &VectorLayer, other: &VectorLayer) -> bool {
    match (&own.declared, &other.declared) {
        (Declared::Undefined(own), Declared::Undefined(other)) => beginning(own) == beginning(other),
        (Declared::Unregistered(definition), Declared::Unregistered(others)) => {
            let first = own.features.iter().find_map(|feature| feature.geometry.as_ref()).unwrap();
            let own = crs::Projection::of_definition(definition).unwrap();
            let other = gdal::Projection::of_definition(others).unwrap();
            let images = (carried(first, |points| own.points(points)), carried(first, |points| other.points(points)));
            match images {
                (Ok(own), Ok(other)) => own.coords_iter().zip(other.coords_iter()).all(|(own, other)| {
                    let away = own - other;
                    away.x.hypot(away.y) < 1e-9
                }),
                (own, other) => own.is_err() && other.is_err(),
            }
        }
        (own, other) => own == other,
    }
}

/// What is different in two layers, nothing where they are one.
fn differences(own: &VectorLayer, other: &VectorLayer) -> Vec<String> {
    let mut found = Vec::new();
    if !is_same(own, other) {
        found.push(format!("declared: {:?}, {:?}", own.declared, other.declared));
    }
    if own.columns != other.columns {
        found.push(format!("columns: {:?}, {:?}", own.columns, other.columns));
    }
    if own.heights_dropped != other.heights_dropped {
        found.push(format!("heights: {}, {}", own.heights_dropped, other.heights_dropped));
    }
    if own.features.len() != other.features.len() {
        found.push(format!("features: {}, {}", own.features.len(), other.features.len()));
    }
    for (own, other) in own.features.iter().zip(&other.features) {
        if own.cells != other.cells {
            found.push(format!("feature {}: {:?}, {:?}", own.number, own.cells, other.cells));
        }
        if own.geometry != other.geometry || own.foreign != other.foreign || own.number != other.number {
            found.push(format!("feature {}: {:?}, {:?}", own.number, own.geometry, other.geometry));
        }
    }
    // What is told of the parts of a Shapefile is told here alone.
    for note in &other.notes {
        if !own.notes.contains(note) {
            found.push(format!("not told: {note}"));
        }
    }
    found.truncate(5);
    found
}

/// Reads every file by both, and gives how many layers were compared.
fn compared(endings: &[&str], read: fn(&Path, Opening<'_>) -> Result<VectorLayer>) -> usize {
    let mut paths = Vec::new();
    files(Path::new("tests/fixtures"), endings, &mut paths);
    if let Some(further) = std::env::var_os("JIJU_FILES") {
        files(Path::new(&further), endings, &mut paths);
    }
    // Without an index GDAL opens no Shapefile.
    paths.retain(|path| ending(path) != "shp" || parts::sibling(path, "shx").is_some());
    paths.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for path in paths {
        let layers = match gdal::read(&path, opening(None)) {
            Err(Error::Read(ReadError::Layers { available, .. })) => {
                let own = read(&path, opening(None)).map(drop).map_err(|error| error.to_string());
                let other = gdal::read(&path, opening(None)).map(drop).map_err(|error| error.to_string());
                if own != other {
                    wrong.push(format!("{}: {own:?}, {other:?}", path.display()));
                }
                available.into_iter().map(Some).collect()
            }
            _ => vec![None],
        };
        for layer in layers {
            let layer = layer.as_deref();
            let other = gdal::read(&path, opening(layer));
            match (read(&path, opening(layer)), other) {
                (Ok(own), Ok(other)) => {
                    let differences = differences(&own, &other);
                    if !differences.is_empty() {
                        wrong.push(format!("{}:\n  {}", path.display(), differences.join("\n  ")));
                    }
                    count += 1;
                }
                (Err(_), Err(_)) => {}
                (own, other) => {
                    let said = |result: Result<VectorLayer>| {
                        result.map(|layer| layer.features.len()).map_err(|error| error.to_string())
                    };
                    wrong.push(format!("{}: {:?} here, {:?} by GDAL", path.display(), said(own), said(other)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    count
}

#[test]
fn shapefiles() {
    assert!(compared(&["shp"], super::shapefile::read) > 50);
}

#[test]
fn geopackages() {
    assert!(compared(&["gpkg"], super::geopackage::read) > 10);
}

#[test]
fn flatgeobufs() {
    assert!(compared(&["fgb"], super::flatgeobuf::read) > 0);
}
