//! Areas as GeoJSON.

use std::path::Path;

use super::super::placed::placed;
use super::super::reference::{Transform, geometry_through};
use super::super::vector::geojson;
use crate::error::{Error, ReadError, Result};
use crate::model::{Areas, DeclaredReference};

/// Writes areas as GeoJSON (RFC 7946): longitude and latitude of WGS 84, outer rings counter-clockwise, `id`, `name` and
/// `parent` as properties. Numbers are as short as they can be to be read back the same.
///
/// # Errors
///
/// [`ReadError::AlwaysWgs84`] for areas on a projected grid; a file that cannot be written or is one of the inputs.
///
/// # References
///
/// Butler, H. et al. (2016). The GeoJSON Format. RFC 7946.
pub fn write_areas(areas: &Areas, path: &Path, inputs: &[&Path]) -> Result<()> {
    if !areas.reference.is_wgs84_like() {
        return Err(ReadError::AlwaysWgs84 {
            file: path.display().to_string(),
            format: "GeoJSON",
            found: format!("these areas are in {}", areas.reference),
        }
        .into());
    }
    let features = areas.areas.iter().map(|area| {
        let mut properties = serde_json::Map::new();
        properties.insert("id".to_owned(), area.id.clone().into());
        properties.insert("name".to_owned(), area.name.clone().into());
        if let Some(parent) = &area.parent {
            properties.insert("parent".to_owned(), parent.clone().into());
        }
        (properties, Some(geo::Geometry::MultiPolygon(area.geometry.clone())))
    });
    let bytes = geojson::format(features);
    placed(path, inputs, |temporary| std::fs::write(temporary, bytes).map_err(Error::file("write", path)))
}

/// A geometry and what is to be told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its properties, in this order.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// Where it lies.
    pub geometry: geo::Geometry<f64>,
}

/// Writes geometries of a reference as GeoJSON, as [`write_areas`] does.
///
/// # Errors
///
/// A geometry that has no place in longitude and latitude; a file that cannot be written or is one of the inputs.
pub fn write_features(features: &[Feature], reference: DeclaredReference, path: &Path, inputs: &[&Path]) -> Result<()> {
    let bytes = features_bytes(features, reference)?;
    placed(path, inputs, |temporary| std::fs::write(temporary, bytes).map_err(Error::file("write", path)))
}

/// Geometries of a reference as the bytes of a GeoJSON file, as [`write_features`] writes it.
///
/// # Errors
///
/// A geometry that has no place in longitude and latitude.
pub fn features_bytes(features: &[Feature], reference: DeclaredReference) -> Result<Vec<u8>> {
    let transform = Transform::new(reference, DeclaredReference::Wgs84)?;
    let carried = features
        .iter()
        .map(|feature| Ok((feature.properties.clone(), Some(geometry_through(&transform, &feature.geometry)?))));
    Ok(geojson::format(carried.collect::<Result<Vec<_>>>()?.into_iter()))
}
