//! From one format and reference into another.

use std::path::Path;

use geo::MapCoords as _;
use polars::prelude::{Column, DataFrame, DataType, NamedFrom as _, Series};

use super::condition::Condition;
use super::datum::{datum_header, row_images};
use super::layer_path::split_layer;
use super::parts::refuse_input;
use super::point_table::notes_of_all_rows;
use super::points::{VectorPoints, coordinate_headers, is_vector, points_table, table as attributes};
use super::reference::{canonical, geometry_through};
use super::table::refuse_idle;
use super::vector::{self, Opening, VectorLayer, ending, geojson};
use super::write::write_together;
use super::{
    Batches, TableFormat, TableOptions, Transform, crs, database, gdal, geoarrow, geoparquet_with, write_atomically,
    write_table, write_untouched,
};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, ReadError, Result};
use crate::model::{DeclaredReference, Point, Table, cell, coordinates_advice, register_column};

/// How a table or vector file is to be read, and what it is to become.
#[parameters]
#[derive(Default)]
pub struct ConvertOptions {
    /// Reference of the input: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the file's own, else wgs84].
    #[parameter(alias = "crs")]
    pub from: Option<DeclaredReference>,
    /// Reference of the output [default: as the input].
    pub to: Option<DeclaredReference>,
    /// Column with the longitude or easting of a table [default: recognised, such as `lon` or 经度].
    #[parameter(value = "COLUMN")]
    pub x: Option<String>,
    /// Column with the latitude or northing of a table [default: recognised, such as `lat` or 纬度].
    #[parameter(value = "COLUMN")]
    pub y: Option<String>,
    /// Sheet of a workbook [default: the first].
    #[parameter(value = "SHEET")]
    pub sheet: Option<String>,
    /// Encoding of a text file, or of the attributes of a vector file [default: detected].
    #[parameter(value = "ENCODING")]
    pub encoding: Option<String>,
    /// Keep only the rows of a table for which a condition holds: 'sector = "bearings" and employees > 20'.
    #[parameter(value = "CONDITION")]
    pub r#where: Option<Condition>,
}

/// What a conversion did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converted {
    /// How many rows or features were written.
    pub rows: u64,
    /// What was lost or left as it was.
    pub notes: Vec<String>,
}

/// Converts a table or a vector file into the format of the output's ending and another reference.
///
/// A vector file keeps its geometries and all its attributes; the output carries its reference, GeoJSON and KML are always
/// WGS 84. Of a table the coordinate columns are carried over and all other cells are untouched.
///
/// # Errors
///
/// An input that cannot be read, a format that cannot be written or cannot carry the reference, an output that is the
/// input.
pub fn convert(input: &Path, output: &Path, options: &ConvertOptions) -> Result<Converted> {
    let grids = [options.from, options.to].into_iter().flatten().filter_map(DeclaredReference::grid);
    let inputs: Vec<&Path> = std::iter::once(input).chain(grids.map(|grid| grid as &Path)).collect();
    refuse_input(output, &inputs)?;
    if is_vector(input) {
        refuse(input, &[("x", options.x.is_some()), ("y", options.y.is_some()), ("sheet", options.sheet.is_some())])?;
        refuse_idle(&[input], &[], options.encoding.as_slice())?;
        return match TableFormat::from_path(output) {
            Ok(TableFormat::Database) if options.r#where.is_some() => {
                points_file(input, output, TableFormat::Database, options)
            }
            Ok(format @ (TableFormat::Csv | TableFormat::Xlsx | TableFormat::Table)) => {
                points_file(input, output, format, options)
            }
            _ => {
                refuse(input, &[("where", options.r#where.is_some())])?;
                vector_file(input, output, options)
            }
        };
    }
    refuse_idle(&[input], options.sheet.as_slice(), options.encoding.as_slice())?;
    let (sheet, encoding) = (options.sheet.clone(), options.encoding.clone());
    let reading = TableOptions { sheet, encoding, ..TableOptions::default() };
    let table = super::table(input, &reading)?;
    let format = TableFormat::from_path(output)?;
    // An empty text file or table is what it is; of a workbook a sheet was chosen, which may be a cover.
    if table.height() == 0 && !database::is_database(input) && Batches::open(input, &reading)?.is_none() {
        let message = "it has a header and no rows".to_owned();
        return Err(ReadError::Malformed { file: table.source, format: "a table", message }.into());
    }
    let notes = notes_of_all_rows(&table);
    let (table, matched) = kept(table, options)?;
    let (frame, mut converted) = converted_table(&table, options)?;
    converted.notes.splice(0..0, notes.into_iter().chain(matched));
    if format == TableFormat::Csv {
        write_untouched(&frame, output, &[input])?;
    } else {
        write_table(&frame, format, output, &[input])?;
    }
    note_database(&frame, None, format, &mut converted);
    Ok(converted)
}

/// Tells what a database does not hold as it is.
fn note_database(
    frame: &DataFrame,
    reference: Option<DeclaredReference>,
    format: TableFormat,
    converted: &mut Converted,
) {
    if format == TableFormat::Database {
        converted.notes.extend(database::database_note(frame, reference));
    }
}

/// Refuses the first of these parameters that is given, as they are for tables.
fn refuse(input: &Path, of_tables: &[(&str, bool)]) -> Result<()> {
    let Some((parameter, _)) = of_tables.iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let message = format!("found ‹{parameter}›, which is for tables, and {} is a vector file", input.display());
    Err(ProjectError::Options { message, hint: format!("leave out ‹{parameter}›") }.into())
}

/// The rows of a table for which the condition holds, and what is to be said of the others.
fn kept(table: Table, options: &ConvertOptions) -> Result<(Table, Vec<String>)> {
    let Some(condition) = &options.r#where else { return Ok((table, Vec::new())) };
    let (table, matched) = condition.apply(table)?;
    let notes = matched.notes(&table.source);
    Ok((table, notes))
}

/// A vector file of points as a table, with the coordinates in columns of their own.
fn points_file(input: &Path, output: &Path, format: TableFormat, options: &ConvertOptions) -> Result<Converted> {
    let VectorPoints { table, reference } = points_table(input, options.encoding.as_deref(), options.from)?;
    let notes = notes_of_all_rows(&table);
    let (table, matched) = kept(table, options)?;
    let headers = coordinate_headers(reference).map(|header| Some(header.to_owned()));
    let [x, y] = headers.clone();
    let (from, to) = (Some(reference), options.to);
    let (frame, mut converted) =
        converted_table(&table, &ConvertOptions { from, to, x, y, ..ConvertOptions::default() })?;
    converted.notes.splice(0..0, notes.into_iter().chain(matched));
    let inputs = [split_layer(input).0];
    if format == TableFormat::Database {
        let to = options.to.map_or(reference, canonical);
        let [Some(x), Some(y)] = &headers else { return Ok(converted) };
        let at = |header: &str, frame: &DataFrame| -> Result<Vec<Option<f64>>> {
            let cells = frame.column(header).and_then(|cells| cells.f64().cloned()).map_err(Error::table(header))?;
            Ok(cells.iter().collect())
        };
        let geometries: Vec<Option<geo::Geometry<f64>>> = at(x, &frame)?
            .into_iter()
            .zip(at(y, &frame)?)
            .map(|(x, y)| Some(geo::Geometry::Point(geo::Point::new(x?, y?))))
            .collect();
        database::write_to_database(&frame, Some((&geometries, to)), output, &inputs)?;
        note_database(&frame, Some(to), format, &mut converted);
    } else if format == TableFormat::Csv {
        write_untouched(&frame, output, &inputs)?;
    } else {
        write_table(&frame, format, output, &inputs)?;
    }
    Ok(converted)
}

/// A layer with every geometry carried over, written in the format of the output's ending.
fn vector_file(input: &Path, output: &Path, options: &ConvertOptions) -> Result<Converted> {
    let encoding = options.encoding.as_deref();
    let mut layer = vector::layer(input, Opening { layer: None, encoding, max_bytes: vector::MAX_BYTES })?;
    let from = layer.reference(options.from)?;
    let to = options.to.map_or(from, canonical);
    let transform = Transform::new(from, to)?;
    let is_lines = matches!(ending(output).as_str(), "geojsonl" | "geojsons" | "geojsonseq" | "ndjson");
    let is_geojson = is_lines || matches!(ending(output).as_str(), "geojson" | "json");
    let always_degrees = is_geojson || matches!(ending(output).as_str(), "kml" | "kmz");
    let has_code = !to.is_offset();
    if always_degrees && has_code && !to.is_wgs84_like() {
        let format = if is_geojson { "GeoJSON" } else { "KML" };
        return Err(ReadError::AlwaysWgs84 {
            file: output.display().to_string(),
            format,
            found: format!("{to} was asked for"),
        }
        .into());
    }
    let mut converted = Converted { rows: layer.features.len() as u64, notes: std::mem::take(&mut layer.notes) };
    if layer.heights_dropped {
        converted.notes.push("heights were left out".to_owned());
    }
    if !has_code && !database::is_database(output) {
        converted
            .notes
            .push(format!("{to} is in no registry: the file says WGS 84 or nothing, whoever reads it must state {to}"));
    }
    let foreign = layer.features.iter().filter(|feature| feature.foreign.is_some()).count();
    if foreign > 0 {
        converted.notes.push(format!("{foreign} features have arcs or surfaces: written without geometry"));
    }
    let mut left = Vec::new();
    for feature in &mut layer.features {
        let Some(geometry) = &feature.geometry else { continue };
        match geometry_through(&transform, geometry) {
            Ok(image) if is_geojson && !transform.is_identity() => {
                feature.geometry = Some(image.map_coords(|coord| (rounded(coord.x, 9), rounded(coord.y, 9)).into()));
            }
            Ok(image) => feature.geometry = Some(image),
            Err(_) => {
                // A position of the old reference in a file of the new one would be a lie.
                feature.geometry = None;
                left.push(feature.number);
            }
        }
    }
    if let Some(first) = left.first() {
        converted.notes.push(format!(
            "{} features, the first of them number {first}, have coordinates that cannot be converted: written without geometry",
            left.len()
        ));
    }
    if database::is_database(output) {
        let frame = database::typed_attributes(&layer)?;
        let geometries: Vec<_> = layer.features.iter_mut().map(|feature| feature.geometry.take()).collect();
        database::write_to_database(&frame, Some((&geometries, to)), output, &[input])?;
        note_database(&frame, Some(to), TableFormat::Database, &mut converted);
    } else if is_geojson {
        let features = geojson_features(&layer);
        let bytes = if is_lines { geojson::lines(features) } else { geojson::format(features) };
        write_atomically(output, &[input], &bytes)?;
    } else if let Some(bytes) = own_format(&mut layer, to, output, &mut converted.notes)? {
        write_atomically(output, &[input], &bytes)?;
    } else {
        let (left_out, notes) = vector::adapted::adapt(&mut layer, &ending(output));
        let gdal::Written { files, notes: lost } = gdal::write(&layer, to, output)?;
        let files: Vec<_> = files.into_iter().map(|(name, bytes)| (output.with_file_name(name), bytes)).collect();
        write_together(&files, &[input])?;
        converted.rows -= left_out;
        converted.notes.extend(notes.into_iter().chain(lost));
    }
    Ok(converted)
}

/// The bytes of a layer in the formats that are written here: GeoParquet, Arrow IPC, KMZ. `None` for all others.
fn own_format(
    layer: &mut VectorLayer,
    reference: DeclaredReference,
    output: &Path,
    notes: &mut Vec<String>,
) -> Result<Option<Vec<u8>>> {
    let geometries =
        |layer: &VectorLayer| layer.features.iter().map(|feature| feature.geometry.clone()).collect::<Vec<_>>();
    match ending(output).as_str() {
        "parquet" | "geoparquet" => {
            let frame = attributes(layer, Vec::new())?.frame;
            geoparquet_with(&frame, &geometries(layer), reference, &[]).map(Some)
        }
        "arrow" | "feather" | "ipc" => {
            let frame = attributes(layer, Vec::new())?.frame;
            geoarrow(&frame, &geometries(layer), reference).map(Some)
        }
        "kmz" => {
            notes.extend(vector::adapted::adapt(layer, "kmz").1);
            let written = gdal::write(layer, reference, &output.with_extension("kml"))?;
            let kml = written.files.into_iter().next().map(|(_, bytes)| bytes).unwrap_or_default();
            notes.extend(written.notes);
            let packed = vector::kml::packed(&kml).map_err(|message| ReadError::Malformed {
                file: output.display().to_string(),
                format: "KMZ",
                message,
            })?;
            Ok(Some(packed))
        }
        _ => Ok(None),
    }
}

/// Features with their properties, as GeoJSON has them.
fn geojson_features(layer: &VectorLayer) -> std::vec::IntoIter<GeojsonFeature> {
    let feature = |feature: &vector::Feature| {
        let cells = layer.columns.iter().zip(&feature.cells);
        let properties = cells.map(|(column, cell)| (column.name.clone(), cell.clone())).collect();
        (properties, feature.geometry.clone())
    };
    layer.features.iter().map(feature).collect::<Vec<_>>().into_iter()
}

type GeojsonFeature = (serde_json::Map<String, serde_json::Value>, Option<geo::Geometry<f64>>);

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let scaled = value * scale;
    if scaled.abs() < 9e15 { scaled.round() / scale } else { value }
}

/// The cells of a table with its coordinate columns carried over, and all others untouched but the datum that a row
/// stated for itself, which becomes the new one. A row without coordinates
/// that can be converted keeps its cells and is counted in the notes.
///
/// # Units
///
/// Degrees come with 9 decimals, metres with 4.
///
/// # Errors
///
/// [`ReadError::MissingColumn`] where the coordinates are not found; those of [`Transform::new`].
fn converted_table(table: &Table, options: &ConvertOptions) -> Result<(DataFrame, Converted)> {
    let from = options.from.map_or(DeclaredReference::Wgs84, canonical);
    let to = options.to.map_or(from, canonical);
    let mut converted = Converted { rows: table.height() as u64, notes: Vec::new() };
    let datum = datum_header(&table.columns());
    if datum.is_none() && Transform::new(from, to)?.is_identity() {
        return Ok((table.frame.clone(), converted));
    }
    let headers = table.columns();
    let header = |given: &Option<String>, canonical: &str| -> Result<String> {
        let found = match given {
            Some(given) => headers.contains(given).then_some(given.as_str()),
            None => register_column(canonical).and_then(|definition| definition.header_in(&headers)),
        };
        found.map(str::to_owned).ok_or_else(|| {
            let (file, available) = (table.source.clone(), headers.clone());
            match given {
                Some(given) => ReadError::MissingColumn { file, column: given.clone(), available },
                None => {
                    let column = canonical.to_owned();
                    let advice = coordinates_advice(&available);
                    ReadError::UnrecognisedColumn { file, column, available, advice }
                }
            }
            .into()
        })
    };
    let names = [header(&options.x, "lon")?, header(&options.y, "lat")?];
    let [x, y] = [numbers(table, &names[0])?, numbers(table, &names[1])?];
    let points: Vec<Option<Point>> = x.iter().zip(&y).map(|(x, y)| Some(Point::new((*x)?, (*y)?))).collect();
    let images = row_images(table, &points, from, to)?;

    let failed: Vec<u64> =
        table.rows.iter().zip(&images).filter(|(_, image)| image.is_none()).map(|(row, _)| *row).collect();
    if let Some(first) = failed.first() {
        let rows = if failed.len() == 1 { "row has" } else { "rows have" };
        let grid = from.grid().or(to.grid()).map(|grid| format!(", or lie outside of the grid {}", grid.display()));
        converted.notes.push(format!(
            "{} {rows} no coordinates that can be converted{}, the first of them row {first}: left as they were",
            failed.len(),
            grid.unwrap_or_default()
        ));
    }
    let decimals = if is_in_degrees(to) { 9 } else { 4 };
    let mut frame = table.frame.clone();
    let images_x = images.iter().map(|image| image.map(|image| image.x));
    let images_y = images.iter().map(|image| image.map(|image| image.y));
    let columns =
        [replaced(table, &names[0], images_x, &x, decimals)?, replaced(table, &names[1], images_y, &y, decimals)?];
    for column in columns {
        frame.with_column(column).map_err(Error::table(&table.source))?;
    }
    if let Some(datum) = datum {
        // A row that was carried over is no longer in the datum it stated.
        let cells: Vec<Option<String>> = table
            .text(&datum)?
            .iter()
            .zip(&images)
            .map(|(cell, image)| cell.map(|cell| image.map_or_else(|| cell.to_owned(), |_| to.to_string())))
            .collect();
        frame.with_column(Column::new(datum.as_str().into(), cells)).map_err(Error::table(&table.source))?;
    }
    Ok((frame, converted))
}

/// Whether the coordinates of a reference are longitude and latitude.
pub(crate) fn is_in_degrees(reference: DeclaredReference) -> bool {
    match reference {
        // Web maps' Mercator is no grid to measure on, but its numbers are metres.
        DeclaredReference::Epsg(code) | DeclaredReference::Shifted(code, _) => crs::is_geographic(code),
        DeclaredReference::EqualArea(_) => false,
        _ => true,
    }
}

/// A column as numbers; what is none is `None`, and no error here: its row stays as it is.
fn numbers(table: &Table, name: &str) -> Result<Vec<Option<f64>>> {
    if table.column(name)?.dtype().is_primitive_numeric() {
        return Ok(table.numbers(name)?.iter().map(|value| value.filter(|value| value.is_finite())).collect());
    }
    Ok(table.text(name)?.iter().map(|cell| cell::coordinate(cell?)).collect())
}

/// A coordinate column with its new numbers, as text where it was text.
fn replaced(
    table: &Table,
    name: &str,
    images: impl Iterator<Item = Option<f64>>,
    before: &[Option<f64>],
    decimals: usize,
) -> Result<Column> {
    if table.column(name)?.dtype() == &DataType::String {
        let before = table.text(name)?;
        let cells: Vec<Option<String>> = images
            .zip(before.iter())
            .map(|(image, cell)| {
                image.map_or_else(|| cell.map(str::to_owned), |image| Some(format!("{image:.decimals$}")))
            })
            .collect();
        return Ok(Series::new(name.into(), cells).into());
    }
    let places = i32::try_from(decimals).unwrap_or(9);
    let cells: Vec<Option<f64>> =
        images.zip(before).map(|(image, cell)| image.map(|image| rounded(image, places)).or(*cell)).collect();
    Ok(Series::new(name.into(), cells).into())
}
