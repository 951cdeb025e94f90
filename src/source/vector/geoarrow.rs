//! Arrow with a column of geometries, in a file or in memory: by an extension type of GeoArrow, by the metadata that GeoPandas
//! writes to Feather, or by its name alone.

use std::path::Path;

use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, Field, Metadata};
use rayon::prelude::*;
use serde_json::Value;

use super::super::batches::arrow::{self, Whole};
use super::super::batches::{is_cell, kind_words};
use super::super::damage::guarded;
use super::geoparquet::{Meant, cells_of, declared, native, of_columns, of_headers, of_metadata};
use super::{Declared, Opening, VectorLayer};
use crate::error::{Error, ReadError, Result};

/// The most cells that are read.
const MAX_CELLS: usize = 1 << 28;

/// The name of the format.
const FORMAT: &str = "Arrow IPC";

/// Whether a file says of itself that it holds geometries.
pub fn is_meant(path: &Path) -> bool {
    let Ok((fields, metadata)) = arrow::head(path) else { return false };
    is_said(&fields, &metadata)
}

/// Whether columns say of themselves that one of them holds geometries.
pub(in crate::source) fn is_said(fields: &[Field], metadata: &Metadata) -> bool {
    fields.iter().any(|field| extension(field).is_some()) || metadata.contains_key("geo")
}

/// Reads a file with a column of geometries.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    of_arrays(&path.display().to_string(), FORMAT, &arrow::whole(path, opening.max_bytes, MAX_CELLS)?)
}

/// Arrays as a layer.
pub(in crate::source) fn of_arrays(source: &str, format: &'static str, whole: &Whole) -> Result<VectorLayer> {
    let malformed =
        |message: String| -> Error { ReadError::Malformed { file: source.to_owned(), format, message }.into() };
    let Whole { fields, metadata, batches, rows } = whole;
    let meant = meant(fields, metadata).map_err(malformed)?;
    let name = &meant.column;
    let place =
        fields.iter().position(|field| field.name == name.as_str()).ok_or_else(|| ReadError::MissingColumn {
            file: source.to_owned(),
            column: name.clone(),
            available: fields.iter().map(|field| field.name.to_string()).collect(),
        })?;
    let mut geometries = Vec::with_capacity(*rows);
    for batch in batches {
        let array = batch[place].as_ref();
        match meant.encoding.as_str() {
            "wkb" => {
                let bytes = native::bytes(array).ok_or_else(|| {
                    let kind = kind_words(&fields[place].dtype);
                    malformed(format!("column `{name}` is {kind}, not the bytes of geometries"))
                })?;
                geometries.par_extend(bytes.into_par_iter().map(native::of_wkb));
            }
            kind => geometries.extend((0..array.len()).map(|row| native::of_nested(array, row, kind))),
        }
    }
    let notes: Vec<String> = meant.note.into_iter().collect();
    let mut left = Vec::new();
    let mut kept = Vec::new();
    for (position, field) in fields.iter().enumerate() {
        if position == place || meant.helpers.contains(&field.name.to_string()) {
            continue;
        }
        if !is_cell(&field.dtype) {
            left.push(format!("`{}` ({})", field.name, kind_words(&field.dtype)));
            continue;
        }
        let arrays: Vec<Box<dyn Array>> = batches.iter().map(|batch| batch[position].clone()).collect();
        kept.push(guarded(|| cells_of(field, arrays)).map_err(malformed)?);
    }
    of_columns(source, format, meant.declared, &kept, (name, geometries), (notes, &left))
}

/// The type of GeoArrow that a column says it has, in lower case, and what it says beside.
fn extension(field: &Field) -> Option<(String, Option<String>)> {
    let ArrowDataType::Extension(own) = &field.dtype else { return None };
    let name = own.name.to_lowercase();
    let kind = name.strip_prefix("geoarrow.").or(name.strip_prefix("ogc."))?;
    Some((kind.to_owned(), own.metadata.as_ref().map(ToString::to_string)))
}

/// Which column is the geometry, and what is said of it.
fn meant(fields: &[Field], metadata: &Metadata) -> Result<Meant, String> {
    let mut typed = fields.iter().filter_map(|field| Some((field, extension(field)?)));
    let Some((field, (encoding, about))) = typed.next() else {
        return match metadata.get("geo") {
            Some(geo) => of_metadata(geo, fields),
            None => of_headers(fields).map_err(|_| {
                "it has no column of geometries: neither a type of GeoArrow nor `geo` metadata nor a column `geometry` \
                 of well-known binary"
                    .to_owned()
            }),
        };
    };
    let known = ["wkb", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"];
    if !known.contains(&encoding.as_str()) {
        let column = &field.name;
        return Err(format!(
            "column `{column}` is encoded as `{encoding}`, expected WKB or one of the native encodings"
        ));
    }
    let others: Vec<String> = typed.map(|(other, _)| format!("`{}`", other.name)).collect();
    let note = (!others.is_empty()).then(|| {
        format!("of several columns of geometries `{}` is taken, and {} left out", field.name, others.join(", "))
    });
    let about: Value = match about.as_deref().map(str::trim).filter(|about| !about.is_empty()) {
        Some(about) => serde_json::from_str(about)
            .map_err(|error| format!("what column `{}` says of its reference: {error}", field.name))?,
        None => Value::Null,
    };
    // Here nothing said is nothing known.
    let declared = if about.get("crs").is_none() { Declared::Nothing } else { declared(&about) };
    Ok(Meant { column: field.name.to_string(), encoding, declared, helpers: Vec::new(), note })
}
