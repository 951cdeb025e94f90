use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::EqualArea;
use crate::error::JoinError;

/// The coordinate reference of points and areas.
///
/// There are three kinds. In longitude and latitude distances and areas are geodesic. In a projected grid whose units are
/// true metres they are planar. In a plane whose units are not true metres, such as Web Mercator, points can be located in
/// areas, but [`Reference::measured`] returns an error.
///
/// # Examples
///
/// ```
/// use jiju_core::model::{Measured, Reference};
/// assert_eq!(Reference::epsg(4326), Reference::Wgs84);
/// assert!(matches!(Reference::epsg(4549).measured(), Ok(Measured::Planar(_))));
/// assert!(Reference::epsg(3857).measured().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Reference {
    /// WGS 84 longitude and latitude, EPSG:4326.
    Wgs84,
    /// China Geodetic Coordinate System 2000 longitude and latitude, EPSG:4490.
    Cgcs2000,
    /// A projected grid whose units are true metres in its area of use.
    Grid(MetreGrid),
    /// A plane whose units are not true metres.
    Plane(Plane),
}

/// A projected grid whose units are metres: one of the EPSG registry by its code, or an [`EqualArea`] projection by its
/// parameters.
///
/// # Text form
///
/// `EPSG:n`, `albers=SOUTH,NORTH,MERIDIAN` or `laea=LATITUDE,LONGITUDE`; it parses back to the same grid.
///
/// # Examples
///
/// ```
/// use jiju_core::model::MetreGrid;
/// assert_eq!(MetreGrid::epsg(4549).and_then(MetreGrid::code), Some(4549));
/// assert_eq!(MetreGrid::epsg(3857), None, "Web Mercator");
/// assert_eq!(MetreGrid::epsg(4490), None, "longitude and latitude");
/// let conic: MetreGrid = "albers=25,47,105".parse().unwrap();
/// assert_eq!((conic.code(), conic.to_string()), (None, "albers=25,47,105".to_owned()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MetreGrid(GridDefinition);

/// The definition of a [`MetreGrid`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GridDefinition {
    /// A projected grid of the EPSG registry, by its code.
    Epsg(u32),
    /// An equal-area projection, by its parameters.
    EqualArea(EqualArea),
}

/// A plane whose units are not true metres, by its code in the EPSG registry: Web Mercator, or degrees on a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Plane(u32);

/// Longitude and latitude of datums that are neither WGS 84 nor CGCS2000, and Mercator's planes, by their codes.
const fn is_no_metre_grid(code: u32) -> bool {
    // The registry has geographic references from 4001 to 4999, but for the projected ones of China, Lebanon and Germany;
    // and Mercator's projections, whose scale grows with latitude.
    let projected = matches!(code, 4087 | 4088 | 4399..=4462 | 4467 | 4471 | 4484..=4489 | 4491..=4554 | 4559 | 4568..=4589 | 4647 | 4652..=4656 | 4766..=4800 | 4812 | 4822 | 4826 | 4839 | 4855..=4880);
    let geographic = matches!(code, 4001..=4999) && !projected;
    let mercator = matches!(code, 3395 | 3785 | 3832 | 3857 | 3994 | 4087 | 4088 | 54004 | 102_100 | 102_113 | 900_913);
    geographic || mercator
}

impl MetreGrid {
    /// Returns the grid of a code, or `None` for a code that is known to be longitude and latitude, or a plane without true
    /// metres.
    #[must_use]
    pub const fn epsg(code: u32) -> Option<Self> {
        if is_no_metre_grid(code) { None } else { Some(Self(GridDefinition::Epsg(code))) }
    }

    /// Returns the code in the EPSG registry, or `None` for a grid that is defined by its parameters.
    #[must_use]
    pub const fn code(self) -> Option<u32> {
        if let GridDefinition::Epsg(code) = self.0 { Some(code) } else { None }
    }

    /// Returns the definition: the code or the projection.
    #[must_use]
    pub const fn definition(self) -> GridDefinition {
        self.0
    }
}

impl Plane {
    /// Returns the plane of a code.
    #[must_use]
    pub const fn epsg(code: u32) -> Self {
        Self(code)
    }

    /// Returns the code in the EPSG registry.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.0
    }
}

/// Whether distances and areas are geodesic or planar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// On the ellipsoid.
    Geodesic,
    /// In the plane of a grid.
    Planar(MetreGrid),
}

impl Reference {
    /// Returns the reference of a code in the EPSG registry.
    #[must_use]
    pub const fn epsg(code: u32) -> Self {
        match (code, MetreGrid::epsg(code)) {
            (4326, _) => Self::Wgs84,
            (4490, _) => Self::Cgcs2000,
            (_, Some(grid)) => Self::Grid(grid),
            (_, None) => Self::Plane(Plane(code)),
        }
    }

    /// Returns the code in the EPSG registry, or `None` for a grid that is defined by its parameters.
    #[must_use]
    pub const fn code(self) -> Option<u32> {
        match self {
            Self::Wgs84 => Some(4326),
            Self::Cgcs2000 => Some(4490),
            Self::Grid(grid) => grid.code(),
            Self::Plane(Plane(code)) => Some(code),
        }
    }

    /// Returns the way in which distances and areas are measured in this reference.
    ///
    /// # Errors
    ///
    /// [`JoinError::NotMeasured`] for a plane whose units are not true metres.
    pub fn measured(self) -> Result<Measured, JoinError> {
        match self {
            Self::Wgs84 | Self::Cgcs2000 => Ok(Measured::Geodesic),
            Self::Grid(grid) => Ok(Measured::Planar(grid)),
            Self::Plane(_) => Err(JoinError::NotMeasured { found: self.to_string() }),
        }
    }

    /// Returns the metre grid, or `None` for a reference that is none.
    #[must_use]
    pub const fn grid(self) -> Option<MetreGrid> {
        if let Self::Grid(grid) = self { Some(grid) } else { None }
    }

    /// Whether coordinates in the two references can be compared without a transformation. WGS 84 and CGCS2000 differ
    /// by centimetres and are treated as equal.
    #[must_use]
    pub fn agrees_with(self, other: Self) -> bool {
        self == other || (self.is_wgs84_like() && other.is_wgs84_like())
    }

    /// Whether coordinates are WGS 84 or CGCS2000 longitude and latitude.
    #[must_use]
    pub const fn is_wgs84_like(self) -> bool {
        matches!(self, Self::Wgs84 | Self::Cgcs2000)
    }
}

impl FromStr for MetreGrid {
    type Err = JoinError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let code = trimmed.get(..5).filter(|start| start.eq_ignore_ascii_case("epsg:")).and_then(|_| trimmed.get(5..));
        let grid = code.map_or_else(
            || trimmed.parse().ok().map(|projection: EqualArea| projection.into()),
            |code| code.parse().ok().and_then(Self::epsg),
        );
        grid.ok_or_else(|| JoinError::NoMetreGrid { found: text.to_owned() })
    }
}

impl TryFrom<String> for MetreGrid {
    type Error = JoinError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MetreGrid> for String {
    fn from(grid: MetreGrid) -> Self {
        grid.to_string()
    }
}

impl From<EqualArea> for MetreGrid {
    fn from(projection: EqualArea) -> Self {
        Self(GridDefinition::EqualArea(projection))
    }
}

impl From<EqualArea> for Reference {
    fn from(projection: EqualArea) -> Self {
        Self::Grid(projection.into())
    }
}

impl From<MetreGrid> for Reference {
    fn from(grid: MetreGrid) -> Self {
        Self::Grid(grid)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wgs84 => f.write_str("wgs84"),
            Self::Cgcs2000 => f.write_str("cgcs2000"),
            Self::Grid(grid) => grid.fmt(f),
            Self::Plane(Plane(code)) => write!(f, "EPSG:{code}"),
        }
    }
}

impl fmt::Display for MetreGrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            GridDefinition::Epsg(code) => write!(f, "EPSG:{code}"),
            GridDefinition::EqualArea(projection) => projection.fmt(f),
        }
    }
}

impl TryFrom<String> for Reference {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "wgs84" => Ok(Self::Wgs84),
            "cgcs2000" => Ok(Self::Cgcs2000),
            _ => text
                .strip_prefix("EPSG:")
                .and_then(|code| code.parse().ok())
                .map(Self::epsg)
                .or_else(|| text.parse().ok().map(|projection: EqualArea| projection.into()))
                .ok_or_else(|| {
                    format!("found `{text}`, expected wgs84, cgcs2000, EPSG:n, albers=SOUTH,NORTH,MERIDIAN or laea=LATITUDE,LONGITUDE")
                }),
        }
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}
