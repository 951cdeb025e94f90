use std::path::{Path, PathBuf};

use super::file::{LayerSource, TableSource};
use crate::error::Result;
use crate::join::AreaIndex;
use crate::model::{Areas, Point, Reference, Report, Table};
use crate::read::{self, AreaOptions, TableOptions};

/// A layer of areas, read and indexed.
#[derive(Debug)]
pub struct Layer {
    /// The areas, in their own reference.
    pub areas: Areas,
    /// Their index.
    pub index: AreaIndex,
    /// What was found wrong with them while reading.
    pub report: Report,
}

/// Reads a layer and indexes it.
///
/// # Errors
///
/// What [`read::areas`] and [`AreaIndex::new`] refuse.
pub fn layer(source: &LayerSource) -> Result<Layer> {
    let options = AreaOptions {
        layer: Some(source.layer_name()),
        id: source.id.clone(),
        name: source.label.clone(),
        parent: source.parent.clone(),
        reference: source.reference,
        encoding: source.encoding.clone(),
        repair: source.repair,
        ..AreaOptions::default()
    };
    let (areas, report) = read::areas_with_report(&source.file, &options)?;
    let index = AreaIndex::new(&areas)?;
    Ok(Layer { areas, index, report })
}

/// Reads the layers of a run, in their order.
///
/// # Errors
///
/// The first layer's that cannot be read.
pub fn layers(sources: &[LayerSource]) -> Result<Vec<Layer>> {
    sources.iter().map(layer).collect()
}

impl TableSource {
    /// How the file is to be read.
    #[must_use]
    pub fn options(&self) -> TableOptions {
        TableOptions { sheet: self.sheet.clone(), encoding: self.encoding.clone(), ..TableOptions::default() }
    }
}

/// A table of points and how to understand it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PointSource {
    /// A table with coordinate columns, or a vector file of points.
    pub file: PathBuf,
    /// The column with the longitude or easting; recognised by default.
    pub x: Option<String>,
    /// The column with the latitude or northing; recognised by default.
    pub y: Option<String>,
    /// The reference, where the file does not say it; WGS 84 by default.
    pub reference: Option<Reference>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The encoding of a text file.
    pub encoding: Option<String>,
}

/// Points in the reference of a layer: a layer's boundaries never move, points are brought to them.
///
/// # Errors
///
/// What [`read::Transform`] refuses.
pub fn brought_to(points: &[Option<Point>], from: Reference, layer: &Areas) -> Result<Vec<Option<Point>>> {
    if from.agrees_with(layer.reference) {
        return Ok(points.to_vec());
    }
    let transform = read::Transform::new(from, layer.reference)?;
    points.iter().map(|point| point.map(|point| transform.point(point)).transpose()).collect()
}

/// The paths of a run's inputs, none of which is ever written to.
pub fn borrowed(paths: &[PathBuf]) -> Vec<&Path> {
    paths.iter().map(PathBuf::as_path).collect()
}

/// A table and its points.
pub struct PointTable {
    /// The table, all its columns.
    pub table: Table,
    /// The reference of the points.
    pub reference: Reference,
    /// A point per row; none where a coordinate is empty.
    pub points: Vec<Option<Point>>,
}
