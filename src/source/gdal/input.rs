//! Reading through GDAL.

use std::collections::HashSet;
use std::path::Path;

use encoding_rs::Encoding;
use gdal::vector::{LayerAccess as _, OGRFieldType};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use geo::Geometry;
use serde_json::Value;

use super::super::crs;
use super::super::encoding::{self, Decoded, Fault};
#[cfg(test)]
use super::super::vector::dbf::Dbf;
use super::super::vector::decoded::{Faults, cut_header, unique};
use super::super::vector::excess::{Allowance, Excess};
use super::super::vector::geopackage;
use super::super::vector::held::Held;
use super::super::vector::{Column, ColumnKind, Declared, Feature, Opening, VectorLayer, chosen, ending};
use super::drivers::{self, Contents};
use super::{growth, held, mapinfo, spatial};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// How GDAL is to open files in memory, and what is known of them before.
#[derive(Default)]
pub(super) struct Prepared {
    /// Options of the driver.
    pub options: Vec<String>,
    /// The encoding of the text, which GDAL takes for Latin-1.
    pub encoding: Option<&'static Encoding>,
    /// The headers, where GDAL spoils them.
    pub headers: Option<Vec<String>>,
    /// What a file beside says of the reference, in a dialect that GDAL may not know.
    pub reference: Option<String>,
    /// Warnings to show to the user.
    pub notes: Vec<String>,
    /// The tables whose rows are stored, of a database.
    pub tables: Option<HashSet<String>>,
}

/// Reads a layer of any format GDAL opens.
///
/// The file is taken into memory with all that belongs to it, and GDAL sees nothing else. Only the drivers of its ending
/// look at it, whatever its bytes say.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<VectorLayer> {
    drivers::ready();
    let format = drivers::reading(path)?;
    let (mut held, prepared) = match ending(path).as_str() {
        // Read here; the tests ask what GDAL would have said.
        #[cfg(test)]
        "shp" => {
            let held = Held::take(path, opening.max_bytes)?;
            let dbf = Dbf::parse(held.part("dbf").unwrap_or_default(), path)?;
            let mut prepared = Prepared::default();
            dbf.tell(&mut prepared.notes);
            prepared.encoding = Some(dbf.encoding(held.part("cpg"), opening.encoding, &mut prepared.notes)?);
            prepared.options.push("ENCODING=ISO-8859-1".to_owned());
            prepared.reference = held.part("prj").map(|text| String::from_utf8_lossy(text).trim().to_owned());
            (held, prepared)
        }
        "tab" | "mif" => {
            let mut held = Held::take(path, opening.max_bytes)?;
            let prepared = mapinfo::prepared(&mut held, path, opening.encoding)?;
            (held, prepared)
        }
        "gml" | "gpx" => {
            let mut held = Held::take(path, opening.max_bytes)?;
            let note = encoding::xml_in_utf8(held.main());
            (held, Prepared { notes: note.into_iter().collect(), ..Prepared::default() })
        }
        _ => {
            let mut held = Held::take(path, opening.max_bytes)?;
            let tables = match format.contents {
                Contents::Database => Some(geopackage::prepared(&mut held, path)?),
                _ => None,
            };
            (held, Prepared { tables, ..Prepared::default() })
        }
    };
    let size = growth::examined(&mut held, format.contents).map_err(|excess| too_large(path, excess))?;
    read_held(path, held, &prepared, format, opening, size)
}

fn malformed(source: &str, message: String) -> Error {
    ReadError::Malformed { file: source.to_owned(), format: "a vector file", message }.into()
}

fn too_large(path: &Path, (what, found, limit): Excess) -> Error {
    ReadError::TooLarge { file: path.display().to_string(), what, found, limit }.into()
}

/// Reads files in memory, which come to some size when they are unpacked.
fn read_held(
    path: &Path,
    mut held: Held,
    prepared: &Prepared,
    format: &drivers::Format,
    opening: Opening<'_>,
    size: u64,
) -> Result<VectorLayer> {
    let options: Vec<&str> =
        prepared.options.iter().map(String::as_str).chain(format.options.iter().copied()).collect();
    let mut allowance = Allowance::for_size(size);
    held::shown(&mut held, |shown| {
        super::complaints();
        let dataset = Dataset::open_ex(
            shown,
            DatasetOptions {
                open_flags: GdalOpenFlags::GDAL_OF_VECTOR
                    | GdalOpenFlags::GDAL_OF_READONLY
                    | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
                allowed_drivers: Some(format.readers),
                open_options: (!options.is_empty()).then_some(&options),
                ..DatasetOptions::default()
            },
        )
        .map_err(|_| {
            // What GDAL says names its own functions and options.
            super::complaints();
            let what =
                "its bytes are none of a format that is known; is it complete, and has its name the right ending?";
            malformed(&path.display().to_string(), what.to_owned())
        })?;
        read_layer(path, &dataset, prepared, opening, &mut allowance)
    })
}

fn read_layer(
    path: &Path,
    dataset: &Dataset,
    prepared: &Prepared,
    opening: Opening<'_>,
    allowance: &mut Allowance,
) -> Result<VectorLayer> {
    let source = path.display().to_string();
    let malformed = |message: String| malformed(&source, message);
    // Tables without geometry beside the layers, such as the styles that QGIS saves, are none of them.
    let is_layer =
        |layer: &gdal::vector::Layer<'_>| layer.defn().geometry_type() != gdal::vector::OGRwkbGeometryType::wkbNone;
    let all: Vec<(usize, String)> = dataset
        .layers()
        .enumerate()
        .filter(|(_, layer)| is_layer(layer))
        .map(|(at, layer)| (at, layer.name()))
        .collect();
    let is_stored =
        |name: &str| prepared.tables.as_ref().is_none_or(|tables| tables.contains(&name.to_ascii_lowercase()));
    let layers: Vec<&(usize, String)> = all.iter().filter(|(_, name)| is_stored(name)).collect();
    if let (None, Some((_, name))) = (layers.first(), all.first()) {
        return Err(malformed(geopackage::no_table(name)));
    }
    // Of a file of one layer the stem is its name, wherever it is held.
    let is_single = matches!(ending(path).as_str(), "shp" | "dbf" | "shx" | "tab" | "mif");
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<String> = layers.iter().map(|(_, name)| if is_single { stem() } else { name.clone() }).collect();
    let at = chosen(path, opening.layer, &names)?;
    let mut layer = dataset.layer(layers[at].0).map_err(|error| malformed(error.to_string()))?;
    let mut notes = prepared.notes.clone();
    let declared = match layer.spatial_ref() {
        // GDAL knows the older dialects of a .prj only.
        None => prepared.reference.as_deref().map_or(Declared::Nothing, crs::declared),
        Some(reference) => {
            let definition = reference.to_wkt().unwrap_or_default();
            match spatial::undefined(&definition) {
                Some(undefined) => Declared::Undefined(undefined),
                None => spatial::identified(reference).map_or(Declared::Unregistered(definition), Declared::Known),
            }
        }
    };
    let declared = match declared {
        // RFC 7946 holds for what came from it.
        Declared::Nothing if matches!(dataset.driver().short_name().as_str(), "TopoJSON" | "GeoJSONSeq") => {
            Declared::ByFormat(DeclaredReference::Wgs84)
        }
        other => other,
    };
    let mut columns: Vec<Column> = layer
        .defn()
        .fields()
        .map(|field| Column {
            name: field.name(),
            kind: match field.field_type() {
                OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => ColumnKind::Integer,
                OGRFieldType::OFTReal => ColumnKind::Real,
                OGRFieldType::OFTDate => ColumnKind::Date,
                OGRFieldType::OFTDateTime => ColumnKind::DateTime,
                _ => ColumnKind::Text,
            },
        })
        .collect();
    let mut faults = Faults::default();
    let decode = |text: String| match prepared.encoding.and_then(|encoding| Some((encoding, latin_bytes(&text)?))) {
        Some((encoding, bytes)) => encoding::decoded(&bytes, encoding),
        None => Decoded { text, fault: None },
    };
    match &prepared.headers {
        Some(headers) if headers.len() == columns.len() => {
            for (column, header) in columns.iter_mut().zip(headers) {
                column.name.clone_from(header);
            }
        }
        _ => {
            for column in &mut columns {
                let Decoded { text, fault } = decode(std::mem::take(&mut column.name));
                if fault == Some(Fault::Cut) {
                    notes.push(cut_header(&text));
                }
                column.name = text;
            }
        }
    }
    unique(&mut columns);

    super::complaints();
    let mut heights_dropped = false;
    let mut features = Vec::new();
    for feature in layer.features() {
        let number = features.len() as u64 + 1;
        let cells = columns
            .iter()
            .enumerate()
            .map(|(position, column)| {
                let cell = cell(&feature, position, column.kind)
                    .map_err(|error| malformed(format!("feature {number}, column `{}`: {error}", column.name)))?;
                Ok(match cell {
                    Value::String(text) if column.kind == ColumnKind::Text => {
                        let Decoded { text, fault } = decode(text);
                        faults.add(fault, number, &column.name);
                        Value::String(text)
                    }
                    other => other,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut foreign = None;
        let mut plain = None;
        if let Some(geometry) = feature.geometry()
            && !geometry.is_empty()
        {
            heights_dropped |= gdal::vector::geometry_type_has_z(geometry.geometry_type());
            match plane(geometry).map_err(|error| malformed(format!("feature {number}: {error}")))? {
                Ok(geometry) => plain = Some(geometry),
                Err(kind) => foreign = Some(kind),
            }
        }
        allowance.take(&cells, plain.as_ref()).map_err(|excess| too_large(path, excess))?;
        features.push(Feature { number, cells, geometry: plain, foreign });
    }
    // GDAL ends a layer that breaks off as if it were complete, and only complains.
    if let Some(broken) = super::complaints().into_iter().find(|complaint| complaint.is_failure) {
        return Err(malformed(broken.message));
    }
    faults.tell(&mut notes);
    let notes = notes.into_iter().map(|note| format!("{source}: {note}")).collect();
    Ok(VectorLayer {
        source: source.clone(),
        format: "vector file",
        declared,
        columns,
        features,
        heights_dropped,
        notes,
    })
}

/// The bytes that were taken for Latin-1.
fn latin_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

fn cell(feature: &gdal::vector::Feature<'_>, position: usize, kind: ColumnKind) -> gdal::errors::Result<Value> {
    // A field that was never set is no null for GDAL, and a number of it is 0; its text is empty in both cases.
    let Some(text) = feature.field_as_string(position)? else { return Ok(Value::Null) };
    if text.is_empty() && kind != ColumnKind::Text {
        return Ok(Value::Null);
    }
    Ok(match kind {
        ColumnKind::Integer => feature.field_as_integer64(position)?.into(),
        ColumnKind::Real => feature.field_as_double(position)?.into(),
        // GDAL writes dates as 2020/10/31.
        ColumnKind::Date | ColumnKind::DateTime => text.replace('/', "-").into(),
        ColumnKind::Text | ColumnKind::Boolean => text.into(),
    })
}

/// A geometry without height and measure; where it has arcs or surfaces, what GDAL calls it.
fn plane(geometry: &gdal::vector::Geometry) -> gdal::errors::Result<Result<Geometry<f64>, String>> {
    let mut flat = geometry.clone();
    flat.flatten_to_2d();
    match flat.to_geo() {
        Err(gdal::errors::GdalError::UnsupportedGdalGeometryType(_)) => Ok(Err(flat.geometry_name())),
        plane => plane.map(Ok),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_are_told_by_their_name() {
        let circle = "CURVEPOLYGON Z (CIRCULARSTRING Z (0 0 5, 1 1 5, 2 0 5, 1 -1 5, 0 0 5))";
        let circle = gdal::vector::Geometry::from_wkt(circle).unwrap();
        assert_eq!(plane(&circle).unwrap(), Err("CURVEPOLYGON".to_owned()));
        let point = gdal::vector::Geometry::from_wkt("POINT Z (1 2 3)").unwrap();
        assert_eq!(plane(&point).unwrap(), Ok(Geometry::Point((1.0, 2.0).into())));
    }
}
