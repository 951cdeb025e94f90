//! GeoParquet, with geometry as well-known binary or in the native encodings; and Parquet with the type GEOMETRY.

mod footer;
pub(super) mod native;

use std::io::{Cursor, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use polars::prelude::{AnyValue, Column as Cells, DataType, Series};
use polars_arrow::array::Array;
use polars_arrow::datatypes::Field;
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, PageReader, column_iter_to_arrays, infer_schema, read_metadata,
};
use rayon::prelude::*;
use serde_json::Value;

use self::footer::Footer;
pub(in crate::source) use self::native::of_wkb;
use super::super::batches::{cells, is_cell, kind_words, levels};
use super::super::{crs, damage::guarded, reference::canonical};
use super::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;
use crate::model::json::json;

/// The most cells that are read.
const MAX_CELLS: usize = 1 << 28;

/// Headers of a column that holds geometries where no metadata say which does.
pub(super) const HEADERS: [&str; 4] = ["geometry", "geom", "wkb_geometry", "wkb"];

/// Reads a GeoParquet file.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    parse(&path.display().to_string(), super::bytes(path, opening.max_bytes)?)
}

/// Whether a Parquet file says of itself that it holds geometries.
pub fn is_meant(path: &Path) -> bool {
    let tail = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        let mut end = [0; 8];
        file.seek(SeekFrom::Start(size.saturating_sub(8)))?;
        file.read_exact(&mut end)?;
        let length = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
        let start = size.saturating_sub(length + 8);
        file.seek(SeekFrom::Start(start))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(tail)
    };
    let Some(footer) = tail().ok().and_then(|tail| footer::of_tail(&tail)) else { return false };
    !footer.geometries.is_empty()
        || metadata_of(&footer)
            .is_ok_and(|metadata| metadata.key_value_metadata().iter().flatten().any(|pair| pair.key == "geo"))
}

/// The metadata of a footer.
fn metadata_of(footer: &Footer) -> Result<FileMetadata, String> {
    let length = u32::try_from(footer.bytes.len()).map_err(|error| error.to_string())?;
    let alone = [b"PAR1", footer.bytes.as_slice(), &length.to_le_bytes(), b"PAR1"].concat();
    guarded(|| read_metadata(&mut Cursor::new(alone)).map_err(|error| error.to_string()))
}

/// Which column is the geometry, how it is encoded, what is said of it.
pub(super) struct Meant {
    pub column: String,
    pub encoding: String,
    pub declared: Declared,
    /// Columns that only help to find a geometry.
    pub helpers: Vec<String>,
    pub note: Option<String>,
}

/// Takes GeoParquet apart.
fn parse(source: &str, bytes: Vec<u8>) -> Result<VectorLayer> {
    let malformed = |message: String| -> Error {
        ReadError::Malformed { file: source.to_owned(), format: "GeoParquet", message }.into()
    };
    let footer = footer::of_tail(&bytes);
    let footer =
        footer.ok_or_else(|| malformed("it does not end as Parquet does: it is damaged, or none".to_owned()))?;
    let mut metadata = metadata_of(&footer).map_err(malformed)?;
    let pairs = metadata.key_value_metadata.take().unwrap_or_default();
    // The Arrow schema that writers leave beside calls the geometry an extension type, which the decoder does not open;
    // without it the column is what Parquet says it is.
    let schema = guarded(|| infer_schema(&metadata).map_err(|error| error.to_string())).map_err(malformed)?;
    let columns: Vec<Field> = schema.iter_values().cloned().collect();
    let geo = pairs.into_iter().find(|pair| pair.key == "geo").and_then(|pair| pair.value);
    let meant = meant(geo.as_deref(), &footer, &columns).map_err(malformed)?;
    let rows = metadata.num_rows;
    // A few bytes can stand for any number of equal cells.
    if rows.saturating_mul(columns.len()) > MAX_CELLS {
        let count = columns.len();
        return Err(malformed(format!("{rows} rows of {count} columns are more than the limit of {MAX_CELLS} cells")));
    }
    let name = &meant.column;
    let field = columns.iter().find(|field| field.name == name.as_str()).ok_or_else(|| ReadError::MissingColumn {
        file: source.to_owned(),
        column: name.clone(),
        available: columns.iter().map(|field| field.name.to_string()).collect(),
    })?;
    let arrays = arrays(&bytes, &metadata, field).map_err(malformed)?;
    let mut geometries = Vec::with_capacity(rows);
    for array in &arrays {
        if meant.encoding == "wkb" {
            let bytes = native::bytes(array.as_ref()).ok_or_else(|| {
                malformed(format!("column `{name}` is {}, not the bytes of geometries", kind_words(&field.dtype)))
            })?;
            geometries.par_extend(bytes.into_par_iter().map(native::of_wkb));
        } else {
            let rows = (0..array.len()).map(|row| native::of_nested(array.as_ref(), row, &meant.encoding));
            geometries.extend(rows);
        }
    }

    let notes: Vec<String> = meant.note.into_iter().collect();
    let mut left = Vec::new();
    let mut kept: Vec<Cells> = Vec::new();
    for field in &columns {
        if field.name == name.as_str() || meant.helpers.contains(&field.name.to_string()) {
            continue;
        }
        if !is_cell(&field.dtype) {
            left.push(format!("`{}` ({})", field.name, kind_words(&field.dtype)));
            continue;
        }
        let column = guarded(|| column(&bytes, &metadata, field)).map_err(malformed)?;
        kept.push(column);
    }
    of_columns(source, "GeoParquet", meant.declared, &kept, (name.as_str(), geometries), (notes, &left))
}

/// The layer that columns of cells and one of geometries are, in a file of a format of columns. What is left out of it is told.
pub(super) fn of_columns(
    source: &str,
    format: &'static str,
    declared: Declared,
    kept: &[Cells],
    (name, geometries): (&str, Vec<native::Read>),
    (mut notes, left): (Vec<String>, &[String]),
) -> Result<VectorLayer> {
    if !left.is_empty() {
        notes.push(format!("columns that are no cells were left out: {}", left.join(", ")));
    }
    let columns =
        kept.iter().map(|column| Column { name: column.name().to_string(), kind: kind_of(column.dtype()) }).collect();
    let mut heights_dropped = false;
    let mut features = Vec::with_capacity(geometries.len());
    for (row, geometry) in geometries.into_iter().enumerate() {
        let number = row as u64 + 1;
        let (geometry, has_heights) = geometry.map_err(|message| ReadError::Malformed {
            file: source.to_owned(),
            format,
            message: format!("row {number}, column `{name}`: {message}"),
        })?;
        heights_dropped |= has_heights;
        let cells = kept.iter().map(|column| column.get(row).map_or(Value::Null, |cell| value_of(&cell))).collect();
        features.push(Feature { number, cells, geometry, foreign: None });
    }
    Ok(VectorLayer {
        source: source.to_owned(),
        format,
        declared,
        columns,
        features,
        heights_dropped,
        notes: notes.into_iter().map(|note| format!("{source}: {note}")).collect(),
    })
}

/// What the metadata say of the geometry; without any, what its type or its name says.
fn meant(geo: Option<&str>, footer: &Footer, columns: &[Field]) -> Result<Meant, String> {
    let Some(geo) = geo else {
        if let Some((column, crs)) = footer.geometries.first() {
            let declared = match crs {
                None => Declared::ByFormat(DeclaredReference::Wgs84),
                Some(crs) => {
                    let crs = serde_json::from_str(crs).unwrap_or_else(|_| Value::String(crs.clone()));
                    declared(&json!({ "crs": crs }))
                }
            };
            let encoding = "wkb".to_owned();
            return Ok(Meant { column: column.clone(), encoding, declared, helpers: Vec::new(), note: None });
        }
        return of_headers(columns);
    };
    of_metadata(geo, columns)
}

/// The column of bytes whose name is one of geometries.
pub(super) fn of_headers(columns: &[Field]) -> Result<Meant, String> {
    let is_bytes = |field: &&Field| kind_words(&field.dtype) == "of bytes";
    let named = |wanted: &str| columns.iter().filter(is_bytes).find(|field| field.name.to_lowercase() == wanted);
    let found = HEADERS.iter().find_map(|wanted| named(wanted));
    let field = found.ok_or("it has no `geo` metadata, so it is a plain table")?;
    let note = format!("it has no `geo` metadata: column `{}` is taken for geometries", field.name);
    Ok(Meant {
        column: field.name.to_string(),
        encoding: "wkb".to_owned(),
        declared: Declared::Nothing,
        helpers: Vec::new(),
        note: Some(note),
    })
}

/// What the metadata of a GeoParquet file say of its geometry.
pub(super) fn of_metadata(geo: &str, columns: &[Field]) -> Result<Meant, String> {
    let metadata: Value = serde_json::from_str(geo).map_err(|error| format!("its `geo` metadata: {error}"))?;
    let column = metadata.get("primary_column").and_then(Value::as_str);
    let column = column.ok_or("its `geo` metadata names no primary column")?.to_owned();
    let about = metadata.get("columns").and_then(|columns| columns.get(&column)).unwrap_or(&Value::Null);
    let encoding = about.get("encoding").and_then(Value::as_str).unwrap_or("none").to_lowercase();
    let encoding = encoding.trim_start_matches("geoarrow.").to_owned();
    if !["wkb", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"].contains(&&*encoding)
    {
        return Err(format!("the geometry is encoded as `{encoding}`, expected WKB or one of the native encodings"));
    }
    // A box per row, which some writers add, is no attribute.
    let mut helpers = vec!["bbox".to_owned()];
    let corner = about.pointer("/covering/bbox/xmin/0").and_then(Value::as_str);
    helpers.extend(corner.map(str::to_owned));
    helpers.retain(|name| {
        columns.iter().any(|field| field.name == name.as_str() && kind_words(&field.dtype) == "of structs")
    });
    Ok(Meant { column, encoding, declared: declared(about), helpers, note: None })
}

/// A column as Arrow has it, an array for each row group.
fn arrays(bytes: &[u8], metadata: &FileMetadata, field: &Field) -> Result<Vec<Box<dyn Array>>, String> {
    guarded(|| {
        let mut arrays = Vec::new();
        for group in &metadata.row_groups {
            let mut columns = Vec::new();
            let mut types = Vec::new();
            for column in group.columns_under_root_iter(&field.name).into_iter().flatten() {
                let range = column.byte_range();
                let chunk = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
                let chunk =
                    chunk.and_then(|(start, end)| bytes.get(start..end)).ok_or("a column ends beyond the file")?;
                levels::check(chunk, column, group.num_rows() as u64)
                    .map_err(|message| format!("column `{}`: {message}", field.name))?;
                let pages = PageReader::new(Cursor::new(chunk.to_vec().into()), column, Vec::new(), usize::MAX);
                columns.push(BasicDecompressor::new(pages, Vec::new()));
                types.push(&column.descriptor().descriptor.primitive_type);
            }
            let (found, _) =
                column_iter_to_arrays(columns, types, field.clone(), None).map_err(|error| error.to_string())?;
            arrays.extend(found);
        }
        Ok(arrays)
    })
}

/// A column of cells.
fn column(bytes: &[u8], metadata: &FileMetadata, field: &Field) -> Result<Cells, String> {
    cells_of(field, arrays(bytes, metadata, field)?)
}

/// The arrays of a column as cells.
pub(super) fn cells_of(field: &Field, arrays: Vec<Box<dyn Array>>) -> Result<Cells, String> {
    let series = match arrays.is_empty() {
        true => Series::new_empty(field.name.clone(), &DataType::from_arrow_field(field)),
        false => Series::try_from((field, arrays)).map_err(|error| error.to_string())?,
    };
    let (cells, beyond) = cells(&series.into()).map_err(|error| error.to_string())?;
    match beyond {
        Some(row) => Err(format!("column `{}` row {} is a time beyond the calendar", field.name, row + 1)),
        None => Ok(cells),
    }
}

/// Absent means longitude and latitude of WGS 84, null means unknown.
pub(super) fn declared(about: &Value) -> Declared {
    let crs = match about.get("crs") {
        None => return Declared::ByFormat(DeclaredReference::Wgs84),
        Some(Value::Null) => return Declared::Nothing,
        Some(crs) => crs,
    };
    // `EPSG:4490`, `OGC:CRS84`, `srid:4490`.
    if let Some(name) = crs.as_str() {
        let key = name.to_lowercase();
        let code = key.strip_prefix("srid:").or(key.strip_prefix("epsg:")).and_then(|code| code.parse().ok());
        if let Some(code) = code {
            return Declared::Known(canonical(DeclaredReference::Epsg(code)));
        }
        if key.contains("crs84") {
            return Declared::Known(DeclaredReference::Wgs84);
        }
    }
    let code = crs.pointer("/id/code").and_then(|code| match code {
        Value::Number(number) => number.as_u64().and_then(|code| u32::try_from(code).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    });
    match (crs.pointer("/id/authority").and_then(Value::as_str), code) {
        (Some("EPSG"), Some(code)) => Declared::Known(canonical(DeclaredReference::Epsg(code))),
        (Some("OGC"), _) if crs.pointer("/id/code").and_then(Value::as_str) == Some("CRS84") => {
            Declared::Known(DeclaredReference::Wgs84)
        }
        _ => {
            let definition = crs.as_str().map_or_else(|| crs.to_string(), str::to_owned);
            crs::identify(&definition).map_or(Declared::Unregistered(definition), Declared::Known)
        }
    }
}

pub(super) fn kind_of(kind: &DataType) -> ColumnKind {
    match kind {
        DataType::Boolean => ColumnKind::Boolean,
        DataType::Date => ColumnKind::Date,
        kind if kind.is_integer() => ColumnKind::Integer,
        kind if kind.is_float() => ColumnKind::Real,
        _ => ColumnKind::Text,
    }
}

pub(in crate::source) fn value_of(cell: &AnyValue<'_>) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(yes) => (*yes).into(),
        AnyValue::String(text) => (*text).into(),
        AnyValue::StringOwned(text) => text.as_str().into(),
        AnyValue::Float32(number) => f64::from(*number).into(),
        AnyValue::Float64(number) => (*number).into(),
        other if other.is_integer() => other.extract::<i64>().map_or_else(|| other.to_string().into(), Value::from),
        other => other.to_string().into(),
    }
}
