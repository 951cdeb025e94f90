//! Reading through GDAL.

use std::path::Path;

use gdal::vector::{LayerAccess as _, OGRFieldType};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use geo::Geometry;
use serde_json::Value;

use super::super::parts;
use super::super::vector::{Column, ColumnKind, Declared, Feature, Layer, Opening, ending};
use super::drivers::Contents;
use super::growth::{self, Allowance};
use super::held::Held;
use super::{database, drivers, encoding, log, spatial};
use crate::error::{Error, ReadError, Result};

/// Reads a layer of any format GDAL opens.
///
/// The file is taken into memory with all that belongs to it, and GDAL sees nothing else. Only the drivers of its ending
/// look at it, whatever its bytes say.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    drivers::ready();
    let format = drivers::reading(path)?;
    let encoding = match ending(path).as_str() {
        "shp" | "dbf" | "shx" => encoding::of_shapefile(path, opening.encoding)?.map(|name| format!("ENCODING={name}")),
        _ => None,
    };
    let options: Vec<&str> = encoding.iter().map(String::as_str).chain(format.options.iter().copied()).collect();
    let mut held = Held::take(path, opening.max_bytes)?;
    let size = growth::examined(&mut held, format.contents).map_err(|excess| too_large(path, excess))?;
    let tables = match format.contents {
        Contents::Database => {
            if log::is_unfinished(&parts::with_end(path, "-journal")) {
                let message = "another program has not finished writing to it: there is a journal beside it".to_owned();
                return Err(malformed(&path.display().to_string(), message));
            }
            if let Some(log) = held.take_part("gpkg-wal") {
                log::applied(held.main(), &log);
            }
            log::without_log(held.main());
            let tables = database::tables(held.main());
            Some(tables.map_err(|message| malformed(&path.display().to_string(), message))?)
        }
        _ => None,
    };
    held.shown(|shown| {
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
        // Complaints name the file where GDAL sees it.
        .map_err(|error| super::said(error).replace(&shown.display().to_string(), &path.display().to_string()))
        .map_err(|message| malformed(&path.display().to_string(), message))?;
        let is_kept = |name: &str| tables.as_ref().is_none_or(|tables| tables.contains(&name.to_ascii_lowercase()));
        let mut allowance = Allowance::of(size);
        read_layer(path, opening, &dataset, &is_kept, &mut allowance)
    })
}

fn malformed(source: &str, message: String) -> Error {
    ReadError::Malformed { file: source.to_owned(), format: "a vector file", message }.into()
}

fn too_large(path: &Path, (what, found, limit): growth::Excess) -> Error {
    ReadError::TooLarge { file: path.display().to_string(), what, found, limit }.into()
}

fn read_layer(
    path: &Path,
    opening: Opening<'_>,
    dataset: &Dataset,
    is_kept: &dyn Fn(&str) -> bool,
    allowance: &mut Allowance,
) -> Result<Layer> {
    let source = path.display().to_string();
    let malformed = |message: String| malformed(&source, message);
    let all: Vec<(usize, String)> = dataset.layers().map(|layer| layer.name()).enumerate().collect();
    let names: Vec<&(usize, String)> = all.iter().filter(|(_, name)| is_kept(name)).collect();
    let wanted = opening.layer.and_then(|wanted| names.iter().find(|(_, name)| name == wanted));
    let chosen = match (wanted, names.as_slice()) {
        (Some((position, _)), _) | (None, [(position, _)]) => *position,
        (None, []) if !all.is_empty() => {
            let reason = "of a database only tables are read: a view or a virtual table is a program";
            return Err(malformed(format!("`{}` is no table, and {reason}; save it as a table", all[0].1)));
        }
        (None, []) => return Err(malformed("it has no layer".to_owned())),
        (None, _) => {
            let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
            return Err(malformed(format!("it has several layers, name one of {}", names.join(", "))));
        }
    };
    let mut layer = dataset.layer(chosen).map_err(|error| malformed(error.to_string()))?;
    let declared = match layer.spatial_ref() {
        None => Declared::Nothing,
        Some(reference) => {
            let definition = reference.to_wkt().unwrap_or_default();
            spatial::identified(reference).map_or(Declared::Unregistered(definition), Declared::Known)
        }
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

    if matches!(ending(path).as_str(), "tab" | "mif")
        && let Some(headers) = encoding::mapinfo_headers(path).filter(|headers| headers.len() == columns.len())
    {
        for (column, header) in columns.iter_mut().zip(headers) {
            column.name = header;
        }
    }

    super::complaints();
    let mut heights_dropped = false;
    let mut features = Vec::new();
    for feature in layer.features() {
        let number = features.len() as u64 + 1;
        let cells = columns
            .iter()
            .enumerate()
            .map(|(position, column)| {
                cell(&feature, position, column.kind)
                    .map_err(|error| malformed(format!("feature {number}, column `{}`: {error}", column.name)))
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
    Ok(Layer { source: source.clone(), format: "vector file", declared, columns, features, heights_dropped })
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
