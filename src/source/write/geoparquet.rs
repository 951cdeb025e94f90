//! Tables with a column of geometries: GeoParquet and Arrow IPC.

use std::io::Cursor;
use std::sync::Arc;

use geo::Geometry;
use polars::prelude::{CompatLevel, DataFrame, PolarsResult};
use polars_arrow::array::{Array, BinaryArray, PrimitiveArray, StructArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, ExtensionType, Field};
use polars_arrow::io::ipc::write::{FileWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;
use serde_json::Value;

use super::super::crs;
use super::parquet;
use crate::error::{Error, Result};
use crate::model::DeclaredReference;
use crate::model::json::json;

/// The bytes of a table with a geometry for each row as GeoParquet 1.1: geometries as well-known binary, their reference, a box
/// around each row, and what is said of the table under keys of its own.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written, and for a reference whose definition a build without GDAL does not know.
pub fn geoparquet_with(
    frame: &DataFrame,
    geometries: &[Option<Geometry<f64>>],
    reference: impl Into<DeclaredReference>,
    metadata: &[(&str, String)],
) -> Result<Vec<u8>> {
    let reference = reference.into();
    let binary = wkb_array(geometries)?;
    // Without a word longitude and latitude of WGS 84 are meant; null is a reference that is not known: GCJ-02 and BD-09 have none.
    let crs = if reference == DeclaredReference::Wgs84 { None } else { Some(projjson(reference)?) };
    let written = || -> PolarsResult<Vec<u8>> {
        let name = free(frame, ["geometry", "geom", "geometry_wkb"]);
        let boxes = free(frame, ["bbox", "geometry_bbox", "box_of_geometry"]);
        let (name, boxes) = (name.as_str(), boxes.as_str());
        let (mut schema, mut arrays) = columns(frame, CompatLevel::newest())?;
        let geometry = Field::new(name.into(), ArrowDataType::LargeBinary, true);
        let corners = ["xmin", "ymin", "xmax", "ymax"];
        let bounding = ArrowDataType::Struct(
            corners.iter().map(|corner| Field::new((*corner).into(), ArrowDataType::Float64, true)).collect(),
        );
        let bounding = Field::new(boxes.into(), bounding, true);
        arrays.push(binary);
        arrays.push(boxes_of(geometries, bounding.dtype.clone())?);
        schema.extend([geometry, bounding]);
        let mut about = json!({
            "encoding": "WKB",
            "geometry_types": types_of(geometries),
            "covering": json!({ "bbox": corners.iter().map(|corner| ((*corner).to_owned(), json!([boxes, *corner])))
                .collect::<serde_json::Map<_, _>>() }),
        });
        if let Some(whole) =
            geometries.iter().flatten().filter_map(geo::BoundingRect::bounding_rect).reduce(|all, one| {
                let (low, high) = (all.min(), all.max());
                geo::Rect::new(
                    (low.x.min(one.min().x), low.y.min(one.min().y)),
                    (high.x.max(one.max().x), high.y.max(one.max().y)),
                )
            })
        {
            about["bbox"] = json!([whole.min().x, whole.min().y, whole.max().x, whole.max().y]);
        }
        if let Some(crs) = crs {
            about["crs"] = crs;
        }
        let geo = json!({ "version": "1.1.0", "primary_column": name, "columns": json!({ name: about }) }).to_string();
        let said: Vec<(&str, String)> = [("geo", geo)].into_iter().chain(metadata.iter().cloned()).collect();
        parquet::of_arrays(&schema, frame.height(), &arrays, &said)
    };
    written().map_err(Error::table("GeoParquet"))
}

/// The bytes of a table with a geometry for each row as a file of Arrow IPC, with the extension type `geoarrow.wkb`.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written, and for a reference whose definition a build without GDAL does not know.
pub fn geoarrow(
    frame: &DataFrame,
    geometries: &[Option<Geometry<f64>>],
    reference: impl Into<DeclaredReference>,
) -> Result<Vec<u8>> {
    // Readers older than the types of views open it too.
    let (fields, arrays) = geoarrow_columns(frame, geometries, reference)?;
    let written = || -> PolarsResult<Vec<u8>> {
        let mut schema = ArrowSchema::default();
        schema.extend(fields);
        let schema = Arc::new(schema);
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = FileWriter::try_new(&mut bytes, schema.clone(), None, WriteOptions { compression: None })?;
        writer.write(&RecordBatchT::try_new(frame.height(), schema, arrays)?, None)?;
        writer.finish()?;
        drop(writer);
        Ok(bytes.into_inner())
    };
    written().map_err(Error::table("Arrow IPC"))
}

/// Columns as Arrow has them: the name and type of each, and an array for each.
pub type ArrowColumns = (Vec<Field>, Vec<Box<dyn Array>>);

/// The columns of a table as Arrow has them, without the types of views, which not every reader knows.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn arrow_columns(frame: &DataFrame) -> Result<ArrowColumns> {
    let (schema, arrays) = columns(frame, CompatLevel::oldest()).map_err(Error::table("Arrow"))?;
    Ok((schema.iter_values().cloned().collect(), arrays))
}

/// The columns of a table as [`arrow_columns`] gives them and, behind them, a geometry for each row with the extension type
/// `geoarrow.wkb`.
///
/// # Errors
///
/// [`Error::Table`] where a column cannot be written, and for a reference whose definition a build without GDAL does not know.
pub fn geoarrow_columns(
    frame: &DataFrame,
    geometries: &[Option<Geometry<f64>>],
    reference: impl Into<DeclaredReference>,
) -> Result<ArrowColumns> {
    let reference = reference.into();
    let binary = wkb_array(geometries)?;
    let crs = match reference {
        DeclaredReference::Wgs84 => json!({ "crs": "OGC:CRS84", "crs_type": "authority_code" }),
        other => match projjson(other)? {
            Value::Null => json!({}),
            crs => json!({ "crs": crs, "crs_type": "projjson" }),
        },
    };
    let (mut fields, mut arrays) = arrow_columns(frame)?;
    let name = free(frame, ["geometry", "geom", "geometry_wkb"]);
    let kind = ArrowDataType::Extension(Box::new(ExtensionType {
        name: "geoarrow.wkb".into(),
        inner: ArrowDataType::LargeBinary,
        metadata: Some(crs.to_string().into()),
    }));
    fields.push(Field::new(name.into(), kind, true));
    arrays.push(binary);
    Ok((fields, arrays))
}

/// The columns of a table as Arrow has them.
fn columns(frame: &DataFrame, level: CompatLevel) -> PolarsResult<(ArrowSchema, Vec<Box<dyn Array>>)> {
    let mut schema = ArrowSchema::default();
    let mut arrays = Vec::with_capacity(frame.width() + 2);
    for column in frame.columns() {
        let array = column.as_materialized_series().rechunk().to_arrow(0, level);
        schema.extend([Field::new(column.name().clone(), array.dtype().clone(), true)]);
        arrays.push(array);
    }
    Ok((schema, arrays))
}

/// The first of these names that no column has; where all are taken, the last with so many `_` before it that it is free.
fn free(frame: &DataFrame, names: [&str; 3]) -> String {
    let is_taken = |name: &str| frame.get_column_names().iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let mut name = names.into_iter().find(|name| !is_taken(name)).unwrap_or(names[2]).to_owned();
    while is_taken(&name) {
        name.insert(0, '_');
    }
    name
}

fn wkb_array(geometries: &[Option<Geometry<f64>>]) -> Result<Box<dyn Array>> {
    let rows = geometries.iter().map(|geometry| geometry.as_ref().map(wkb_of).transpose());
    Ok(Box::new(rows.collect::<Result<Vec<_>>>()?.into_iter().collect::<BinaryArray<i64>>()))
}

/// A geometry as well-known binary, least significant bytes first.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub(in crate::source) fn wkb_of(geometry: &Geometry<f64>) -> Result<Vec<u8>> {
    let options = wkb::writer::WriteOptions { endianness: wkb::Endianness::LittleEndian };
    let mut bytes = Vec::with_capacity(wkb::writer::geometry_wkb_size(geometry));
    let written = wkb::writer::write_geometry(&mut bytes, geometry, &options);
    written.map_err(|error| Error::Table { what: "geometries".to_owned(), message: error.to_string() })?;
    Ok(bytes)
}

fn boxes_of(geometries: &[Option<Geometry<f64>>], kind: ArrowDataType) -> PolarsResult<Box<dyn Array>> {
    let boxes: Vec<Option<geo::Rect<f64>>> =
        geometries.iter().map(|geometry| geometry.as_ref().and_then(geo::BoundingRect::bounding_rect)).collect();
    let corner = |of: fn(&geo::Rect<f64>) -> f64| -> Box<dyn Array> {
        Box::new(boxes.iter().map(|bounds| bounds.as_ref().map(of)).collect::<PrimitiveArray<f64>>())
    };
    let corners = vec![
        corner(|bounds| bounds.min().x),
        corner(|bounds| bounds.min().y),
        corner(|bounds| bounds.max().x),
        corner(|bounds| bounds.max().y),
    ];
    let known: Bitmap = boxes.iter().map(Option::is_some).collect();
    Ok(Box::new(StructArray::try_new(kind, boxes.len(), corners, Some(known))?))
}

/// The words of the standard for the types of the geometries that are there, each once.
fn types_of(geometries: &[Option<Geometry<f64>>]) -> Vec<&'static str> {
    let mut types: Vec<&'static str> = Vec::new();
    for geometry in geometries.iter().flatten() {
        let word = match geometry {
            Geometry::Point(_) => "Point",
            Geometry::LineString(_) | Geometry::Line(_) => "LineString",
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
            Geometry::MultiPoint(_) => "MultiPoint",
            Geometry::MultiLineString(_) => "MultiLineString",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            Geometry::GeometryCollection(_) => "GeometryCollection",
        };
        if !types.contains(&word) {
            types.push(word);
        }
    }
    types.sort_unstable();
    types
}

/// A reference as PROJJSON; null where no registry and no parameters define it.
fn projjson(reference: DeclaredReference) -> Result<Value> {
    if reference.is_offset() {
        return Ok(Value::Null);
    }
    crs::projjson(reference).map_err(|message| Error::Table { what: "geometries".to_owned(), message })
}
