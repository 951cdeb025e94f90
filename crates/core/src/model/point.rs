/// A position: longitude and latitude in degrees, or easting and northing in metres, as the [`crate::model::Reference`]
/// that travels with it says. Longitude (easting) is always `x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Longitude in degrees or easting in metres.
    pub x: f64,
    /// Latitude in degrees or northing in metres.
    pub y: f64,
}

impl Point {
    /// A point from longitude (easting) and latitude (northing).
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Whether both coordinates are numbers.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

impl From<Point> for geo::Coord<f64> {
    fn from(point: Point) -> Self {
        Self { x: point.x, y: point.y }
    }
}

impl From<geo::Coord<f64>> for Point {
    fn from(coord: geo::Coord<f64>) -> Self {
        Self::new(coord.x, coord.y)
    }
}
