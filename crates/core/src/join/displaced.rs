use super::metric::metres_per_degree;
use crate::model::{Measured, Point};

/// The point that lies `east_m` metres east and `north_m` metres north of another.
///
/// For short distances: in longitude and latitude it uses the radii of curvature halfway, in a projected grid the
/// axes of the plane.
///
/// # Units
///
/// Metres. A kilometre away, at latitudes up to 60°, the place is right to a centimetre.
///
/// # Examples
///
/// ```
/// use jiju_core::join::displaced;
/// use jiju_core::model::{Point, Reference};
///
/// let at = displaced(Point::new(500_000.0, 3_300_000.0), Reference::epsg(4549).measured()?, 30.0, -40.0);
/// assert_eq!(at, Point::new(500_030.0, 3_299_960.0));
/// # Ok::<(), jiju_core::error::JoinError>(())
/// ```
#[must_use]
pub fn displaced(point: Point, measured: Measured, east_m: f64, north_m: f64) -> Point {
    if matches!(measured, Measured::Planar(_)) {
        return Point::new(point.x + east_m, point.y + north_m);
    }
    let halfway = point.y + 0.5 * north_m / metres_per_degree(point.y).1;
    let (east, north) = metres_per_degree(halfway);
    Point::new(point.x + east_m / east, point.y + north_m / north)
}

#[cfg(test)]
mod tests {
    use geo::{Bearing as _, Distance as _, Geodesic};

    use super::*;

    #[test]
    fn a_displaced_point_is_as_far_and_in_the_direction_that_the_geodesic_says() {
        for latitude in [-60.0, -33.3, 0.0, 29.9, 45.0, 60.0] {
            for (east_m, north_m) in [(700.0, 700.0), (-1000.0, 0.0), (0.0, -1000.0), (3.0, 4.0)] {
                let from = Point::new(120.6, latitude);
                let to = displaced(from, Measured::Geodesic, east_m, north_m);
                let ends = (geo::Point::new(from.x, from.y), geo::Point::new(to.x, to.y));
                let (distance_m, bearing) = (Geodesic.distance(ends.0, ends.1), Geodesic.bearing(ends.0, ends.1));
                // The bearing in the middle of the way is what the two metres say.
                let back = (Geodesic.bearing(ends.1, ends.0) + 180.0).rem_euclid(360.0);
                let turn = (back - bearing.rem_euclid(360.0) + 540.0).rem_euclid(360.0) - 180.0;
                let middle = (bearing + 0.5 * turn).to_radians();
                let (found_east, found_north) = (distance_m * middle.sin(), distance_m * middle.cos());
                let off_m = (found_east - east_m).hypot(found_north - north_m);
                assert!(off_m < 0.01, "{latitude} {east_m} {north_m}: {off_m} m off");
            }
        }
    }
}
