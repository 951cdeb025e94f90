use geo::{Area as _, GeodesicArea as _, MultiPolygon};

use super::{Measured, Reference};
use crate::error::JoinError;

/// One polygon with a name: a district, town, park, small-micro park or grid cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Unique within its layer: `adcode`, town code, park number.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The id of the area that holds it, where the file says so.
    pub parent: Option<String>,
    /// Its parts, each with its holes, in the reference of its layer.
    pub geometry: MultiPolygon<f64>,
}

/// A layer of areas, in the order of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Areas {
    /// What the layer is called: `district`, `town`, `park`; by default the stem of its file.
    pub layer: String,
    /// The file it came from, as the user named it.
    pub source: String,
    /// What the coordinates mean.
    pub reference: Reference,
    /// The areas, in file order.
    pub areas: Vec<Area>,
}

impl Areas {
    /// How many areas there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The position in file order of the area with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.areas.iter().position(|area| area.id == id)
    }

    /// The size of every area in km², in file order: on the ellipsoid for longitude and latitude, in the plane of the
    /// grid for a projected reference.
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
