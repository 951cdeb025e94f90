use std::path::PathBuf;

use super::file::{LayerSource, TableSource};
use crate::error::{ProjectError, ReadError, Result};
use crate::join::AreaIndex;
use crate::model::{Areas, Point, Reference, Report, Table, register_column};
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
    let (mut areas, report) = read::areas_with_report(&source.file, &area_options(source))?;
    areas.layer = source.layer_name();
    let index = AreaIndex::new(&areas)?;
    Ok(Layer { areas, index, report })
}

/// How the file of a layer is to be read.
pub(super) fn area_options(source: &LayerSource) -> AreaOptions {
    AreaOptions {
        id: source.id.clone(),
        name: source.label.clone(),
        parent: source.parent.clone(),
        reference: source.reference,
        encoding: source.encoding.clone(),
        repair: source.repair,
        ..AreaOptions::default()
    }
}

/// Reads the layers of a run, in their order.
///
/// # Errors
///
/// The first layer's that cannot be read.
pub fn layers(sources: &[LayerSource]) -> Result<Vec<Layer>> {
    sources.iter().map(layer).collect()
}

/// A layer by its name.
///
/// # Errors
///
/// [`ProjectError::Unknown`], with the layers there are.
pub fn named<'a>(layers: &'a [Layer], name: &str) -> Result<&'a Layer> {
    layers.iter().find(|layer| layer.areas.layer == name).ok_or_else(|| {
        ProjectError::Unknown {
            what: "layer",
            found: name.to_owned(),
            available: layers.iter().map(|layer| layer.areas.layer.clone()).collect(),
        }
        .into()
    })
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

/// Points in the reference of a layer: a layer's boundaries never move, points are brought to them. A point that has no
/// place in that reference, such as one whose longitude and latitude have changed places, lies in none of its areas.
///
/// # Errors
///
/// What [`read::Transform::new`] refuses.
pub fn brought_to(points: &[Option<Point>], from: Reference, layer: &Areas) -> Result<Vec<Option<Point>>> {
    if from.agrees_with(layer.reference) {
        return Ok(points.to_vec());
    }
    Ok(read::Transform::new(from, layer.reference)?.images(points))
}

/// A table and its points.
#[derive(Debug, Clone)]
pub struct PointTable {
    /// The table, all its columns.
    pub table: Table,
    /// The reference of the points.
    pub reference: Reference,
    /// A point per row; none where a coordinate is empty, no number, or of an unknown datum.
    pub points: Vec<Option<Point>>,
}

impl PointTable {
    /// What a reader should know about rows that cannot be placed.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        const NAMED: usize = 10;
        let rows = self.points.iter().zip(&self.table.rows);
        let placeless: Vec<u64> = rows.filter(|(point, _)| point.is_none()).map(|(_, row)| *row).collect();
        if placeless.is_empty() {
            return Vec::new();
        }
        let mut named: Vec<String> = placeless.iter().take(NAMED).map(u64::to_string).collect();
        if placeless.len() > NAMED {
            named.push("…".to_owned());
        }
        let (count, source) = (placeless.len(), &self.table.source);
        vec![format!("{source}: {count} rows have no usable coordinates: {}", named.join(", "))]
    }
}

/// Reads a table or vector file of points. GCJ-02 and BD-09, of the file or of a row that says so in its `datum` column,
/// are undone, so that the points are in WGS 84 or in a grid.
///
/// # Errors
///
/// What reading refuses; [`ReadError::MissingColumn`] where no column is known to hold the coordinates;
/// [`ReadError::Reference`] where the file and the request disagree.
pub fn points(source: &PointSource) -> Result<PointTable> {
    let (mut x, mut y) = (source.x.as_deref(), source.y.as_deref());
    let (table, reference) = if read::is_vector(&source.file) {
        let (table, reference) = read::points_table(&source.file, source.encoding.as_deref(), source.reference)?;
        // The geometry's columns, not an attribute that looks like one.
        (x, y) = if reference.is_wgs84_like() { (Some("lon"), Some("lat")) } else { (Some("x"), Some("y")) };
        (table, reference)
    } else {
        let options =
            TableOptions { sheet: source.sheet.clone(), encoding: source.encoding.clone(), ..TableOptions::default() };
        (read::table(&source.file, &options)?, source.reference.unwrap_or(Reference::Wgs84))
    };
    let x = coordinate_column(&table, x, "lon")?;
    let y = coordinate_column(&table, y, "lat")?;
    let stated: Vec<Option<Point>> = x
        .into_iter()
        .zip(y)
        .map(|(x, y)| x.zip(y).map(|(x, y)| Point::new(x, y)).filter(|point| point.is_finite()))
        .collect();
    let inside = match reference {
        Reference::Gcj02 | Reference::Bd09 => Reference::Wgs84,
        other => other,
    };
    let points = read::row_images(&table, &stated, reference, inside)?;
    Ok(PointTable { table, reference: inside, points })
}

/// A column of coordinates; a cell that is no number is null, as the row is told of with those without coordinates.
fn coordinate_column(table: &Table, given: Option<&str>, canonical: &str) -> Result<Vec<Option<f64>>> {
    let headers = table.columns();
    let recognised = || register_column(canonical).and_then(|definition| definition.header_in(&headers));
    let name = given.or_else(recognised).ok_or_else(|| ReadError::MissingColumn {
        file: table.source.clone(),
        column: canonical.to_owned(),
        available: headers.clone(),
    })?;
    let column = table.column(name)?;
    if column.dtype().is_primitive_numeric() {
        return Ok(table.numbers(name)?.iter().collect());
    }
    Ok(table.text(name)?.iter().map(|cell| cell.and_then(|cell| cell.trim().parse().ok())).collect())
}
