//! Reading through GDAL.

use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use gdal::vector::{LayerAccess as _, OGRFieldType};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use geo::Geometry;
use serde_json::Value;

use super::super::encoding::{self, Decoded, Fault};
use super::super::vector::{Column, ColumnKind, Declared, Feature, Layer, Opening, chosen, ending};
use super::{mapinfo, shapefile, spatial};
use crate::error::{Error, ReadError, Result};
use crate::model::DeclaredReference;

/// How GDAL is to open a file, and what is known of it before.
pub(super) struct Prepared {
    /// The file, or a copy of it in memory.
    pub path: PathBuf,
    /// Options of the driver.
    pub options: Vec<String>,
    /// The encoding of the text, which GDAL takes for Latin-1.
    pub encoding: Option<&'static Encoding>,
    /// The headers, where GDAL spoils them.
    pub headers: Option<Vec<String>>,
    /// Warnings to show to the user.
    pub notes: Vec<String>,
    /// The copy, for as long as it is read.
    pub held: Option<super::InMemory>,
}

impl Prepared {
    pub fn of(path: PathBuf) -> Self {
        Self { path, options: Vec::new(), encoding: None, headers: None, notes: Vec::new(), held: None }
    }
}

/// Reads a layer of any format GDAL opens.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    super::quiet();
    // GDAL takes much that is no file: addresses, connection strings.
    std::fs::metadata(path).map_err(Error::file("read", path))?;
    let prepared = match ending(path).as_str() {
        "shp" | "dbf" | "shx" => shapefile::prepared(path, opening.encoding)?,
        ending @ ("tab" | "mif") => mapinfo::prepared(path, ending, opening.encoding)?,
        _ => Prepared::of(path.to_owned()),
    };
    read_prepared(path, prepared, opening, true)
}

/// Reads a table of dBASE by itself.
pub fn table_of_dbf(path: &Path, encoding: Option<&str>) -> Result<Layer> {
    super::quiet();
    let prepared = shapefile::prepared_table(path, encoding)?;
    read_prepared(path, prepared, Opening { layer: None, encoding, max_bytes: u64::MAX }, false)
}

/// A geometry from well-known text, without height and measure.
pub fn geometry_of_wkt(text: &str) -> std::result::Result<Geometry<f64>, String> {
    super::quiet();
    let geometry = gdal::vector::Geometry::from_wkt(text).map_err(|error| error.to_string())?;
    plane(&geometry).map_err(|error| error.to_string())?.map_err(|kind| format!("it is a {kind}"))
}

fn read_prepared(path: &Path, mut prepared: Prepared, opening: Opening<'_>, has_geometry: bool) -> Result<Layer> {
    let source = path.display().to_string();
    let malformed =
        |message: String| Error::from(ReadError::Malformed { file: source.clone(), format: "a vector file", message });
    let mut held = prepared.held.take();
    let _shown = held.as_mut().map(super::InMemory::shown).transpose()?;
    let options: Vec<&str> = prepared.options.iter().map(String::as_str).collect();
    let dataset = Dataset::open_ex(
        &prepared.path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR
                | GdalOpenFlags::GDAL_OF_READONLY
                | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
            open_options: (!options.is_empty()).then_some(&options),
            ..DatasetOptions::default()
        },
    )
    .map_err(|_| {
        // What GDAL says names its own functions and options.
        super::complaints();
        malformed(
            "its bytes are none of a format that is known; is it complete, and has its name the right ending?"
                .to_owned(),
        )
    })?;

    // Tables without geometry beside the layers, such as the styles that QGIS saves, are none of them.
    let is_layer = |layer: &gdal::vector::Layer<'_>| {
        !has_geometry || layer.defn().geometry_type() != gdal::vector::OGRwkbGeometryType::wkbNone
    };
    let layers: Vec<(usize, String)> = dataset
        .layers()
        .enumerate()
        .filter(|(_, layer)| is_layer(layer))
        .map(|(at, layer)| (at, layer.name()))
        .collect();
    // Of a file of one layer the stem is its name, wherever it is held.
    let is_single = matches!(ending(path).as_str(), "shp" | "dbf" | "shx" | "tab" | "mif");
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<String> = layers.iter().map(|(_, name)| if is_single { stem() } else { name.clone() }).collect();
    let at = chosen(path, opening.layer, &names)?;
    let mut layer = dataset.layer(layers[at].0).map_err(|error| malformed(error.to_string()))?;
    let mut notes = prepared.notes.clone();
    let declared = match layer.spatial_ref() {
        // GDAL knows the older dialects of a .prj only.
        None => shapefile::sibling(path, "prj")
            .filter(|_| ending(path) == "shp")
            .and_then(|prj| std::fs::read_to_string(prj).ok())
            .map_or(Declared::Nothing, |text| declared(text.trim())),
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
                    notes.push(format!("the header `{text}` ended within a character, where the format cuts it"));
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
        features.push(Feature { number, cells, geometry: plain, foreign });
    }
    // GDAL ends a layer that breaks off as if it were complete, and only complains.
    if let Some(broken) = super::complaints().into_iter().find(|complaint| complaint.is_failure) {
        return Err(malformed(broken.message));
    }
    faults.tell(&mut notes);
    let notes = notes.into_iter().map(|note| format!("{source}: {note}")).collect();
    Ok(Layer { source: source.clone(), format: "vector file", declared, columns, features, heights_dropped, notes })
}

/// What a text in some dialect says of a reference.
fn declared(text: &str) -> Declared {
    match (spatial::undefined(text), spatial::identify(text)) {
        _ if text.is_empty() => Declared::Nothing,
        (Some(undefined), _) => Declared::Undefined(undefined),
        (None, Some(known)) => Declared::Known(known),
        (None, None) => Declared::Unregistered(text.to_owned()),
    }
}

/// Gives each of several columns of one name a name of its own.
fn unique(columns: &mut [Column]) {
    let mut known = std::collections::HashSet::new();
    for column in columns {
        let plain = column.name.clone();
        for number in 2.. {
            if known.insert(column.name.clone()) {
                break;
            }
            column.name = format!("{plain}_{number}");
        }
    }
}

/// The bytes that were taken for Latin-1.
fn latin_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

/// What was wrong with the text of cells: for each kind of fault the first feature and column, and how many.
#[derive(Default)]
struct Faults(Vec<(Fault, u64, String, u64)>);

impl Faults {
    fn add(&mut self, fault: Option<Fault>, number: u64, column: &str) {
        let Some(fault) = fault else { return };
        match self.0.iter_mut().find(|(known, ..)| *known == fault) {
            Some((.., count)) => *count += 1,
            None => self.0.push((fault, number, column.to_owned(), 1)),
        }
    }

    fn tell(&self, notes: &mut Vec<String>) {
        for (fault, number, column, count) in &self.0 {
            let place = format!("first in feature {number}, column `{column}`");
            notes.push(match fault {
                Fault::Cut => format!("{count} cells ended within a character, {place}: its part was left out"),
                Fault::Other(encoding) => {
                    format!("{count} cells are {}, unlike the others, {place}: read so", encoding.name())
                }
                Fault::Broken => format!("{count} cells hold bytes that are no characters, {place}"),
            });
        }
    }
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
