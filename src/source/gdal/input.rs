//! Reading through GDAL.

use std::path::Path;

use gdal::vector::{LayerAccess as _, OGRFieldType};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use geo::Geometry;
use serde_json::Value;

use super::super::vector::{Column, ColumnKind, Declared, Feature, Layer, Opening, ending};
use super::{encoding, spatial};
use crate::error::{Error, ReadError, Result};

/// Reads a layer of any format GDAL opens.
pub fn read(path: &Path, opening: Opening<'_>) -> Result<Layer> {
    super::quiet();
    let source = path.display().to_string();
    let malformed =
        |message: String| Error::from(ReadError::Malformed { file: source.clone(), format: "a vector file", message });
    // GDAL takes much that is no file: addresses, connection strings.
    std::fs::metadata(path).map_err(Error::file("read", path))?;
    let encoding = match ending(path).as_str() {
        "shp" | "dbf" | "shx" => encoding::of_shapefile(path, opening.encoding)?.map(|name| format!("ENCODING={name}")),
        _ => None,
    };
    let encoding: Vec<&str> = encoding.iter().map(String::as_str).collect();
    let dataset = Dataset::open_ex(
        path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR
                | GdalOpenFlags::GDAL_OF_READONLY
                | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR,
            open_options: (!encoding.is_empty()).then_some(&encoding),
            ..DatasetOptions::default()
        },
    )
    .map_err(|error| malformed(error.to_string()))?;

    let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    let chosen = match (opening.layer.and_then(|wanted| names.iter().position(|name| name == wanted)), names.len()) {
        (Some(position), _) => position,
        (None, 1) => 0,
        (None, 0) => return Err(malformed("it has no layer".to_owned())),
        (None, _) => {
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
