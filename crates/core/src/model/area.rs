use geo::{Area as _, GeodesicArea as _, MultiPolygon};

use super::{Measured, Reference};
use crate::error::JoinError;

/// A polygon area with an id and a name, such as a district, a park or a grid cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// An identifier that is unique within the layer.
    pub id: String,
    /// The name to show to people.
    pub name: String,
    /// The id of the area that contains this one, if known.
    pub parent: Option<String>,
    /// The polygons of the area with their holes, in the reference of the layer.
    pub geometry: MultiPolygon<f64>,
}

/// A layer of areas, in the order of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Areas {
    /// The name of the layer, such as `district`; readers take the stem of the file name by default.
    pub layer: String,
    /// The file that the layer was read from, for error messages.
    pub source: String,
    /// The coordinate reference of all geometries.
    pub reference: Reference,
    /// The areas, in file order.
    pub areas: Vec<Area>,
}

impl Areas {
    /// The number of areas.
    #[must_use]
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether the layer has no areas.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The position, in file order, of the area with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.areas.iter().position(|area| area.id == id)
    }

    /// The size of every area in km², in file order: geodesic for longitude and latitude, planar for a projected
    /// grid.
    ///
    /// # Errors
    ///
    /// [`JoinError::NotMeasured`] where the reference is a plane whose units are not true metres.
    pub fn areas_km2(&self) -> Result<Vec<f64>, JoinError> {
        let area_m2: fn(&MultiPolygon<f64>) -> f64 = match self.reference.measured()? {
            // Ring direction in files varies; the unsigned geodesic area of a clockwise ring is its complement.
            Measured::Geodesic => |geometry| geometry.geodesic_area_signed().abs(),
            Measured::Planar(_) => |geometry| geometry.unsigned_area(),
        };
        Ok(self.areas.iter().map(|area| area_m2(&area.geometry) / 1e6).collect())
    }
}
