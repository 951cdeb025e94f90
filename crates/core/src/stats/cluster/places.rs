use rstar::RTree;
use rstar::primitives::GeomWithData;

use crate::error::{Result, StatsError};

/// The mean radius of the Earth, in metres.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Points in metres: in the plane of a projected grid, or on a sphere with the Earth's mean radius.
///
/// # Examples
///
/// ```
/// use jiju_core::stats::Places;
///
/// let plane = Places::planar(&[[0.0, 0.0], [3.0, 4.0]])?;
/// assert_eq!(plane.distance_m(0, 1), 5.0);
/// // A degree of latitude.
/// let sphere = Places::on_sphere(&[[120.0, 30.0], [120.0, 31.0]])?;
/// assert!((sphere.distance_m(0, 1) - 111_195.08).abs() < 0.01);
/// # Ok::<(), jiju_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Places {
    /// In the plane with a third coordinate of 0.
    coordinates_m: Vec<[f64; 3]>,
    on_sphere: bool,
}

impl Places {
    /// Points of a plane, as easting and northing in metres.
    ///
    /// # Errors
    ///
    /// Coordinates that are not finite; 2³² points or more.
    pub fn planar(points: &[[f64; 2]]) -> Result<Self> {
        refuse(points, f64::INFINITY)?;
        Ok(Self { coordinates_m: points.iter().map(|[x, y]| [*x, *y, 0.0]).collect(), on_sphere: false })
    }

    /// Points of the sphere, as longitude and latitude in degrees. Distances are great-circle distances (haversine).
    ///
    /// # Errors
    ///
    /// Coordinates that are not finite, and latitudes beyond a pole; 2³² points or more.
    pub fn on_sphere(points: &[[f64; 2]]) -> Result<Self> {
        refuse(points, 90.0)?;
        let place = |[longitude, latitude]: &[f64; 2]| {
            let (longitude, latitude) = (longitude.to_radians(), latitude.to_radians());
            let [x, y, z] = [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()];
            [x * EARTH_RADIUS_M, y * EARTH_RADIUS_M, z * EARTH_RADIUS_M]
        };
        Ok(Self { coordinates_m: points.iter().map(place).collect(), on_sphere: true })
    }

    /// The number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.coordinates_m.len()
    }

    /// Returns whether there are no points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.coordinates_m.is_empty()
    }

    /// The distance between two points, in metres.
    #[must_use]
    pub fn distance_m(&self, one: usize, other: usize) -> f64 {
        self.over_surface_m(self.square(one, other).sqrt())
    }

    pub(in crate::stats) fn coordinates_m(&self) -> &[[f64; 3]] {
        &self.coordinates_m
    }

    /// The longest side of the box about all.
    pub(super) fn greatest_extent_m(&self) -> f64 {
        let side = |axis: usize| {
            let of_axis = || self.coordinates_m.iter().map(|at| at[axis]);
            of_axis().fold(f64::NEG_INFINITY, f64::max) - of_axis().fold(f64::INFINITY, f64::min)
        };
        (0..3).map(side).fold(0.0, f64::max)
    }

    /// The number of coordinates that differ.
    pub(super) const fn dimensions(&self) -> usize {
        if self.on_sphere { 3 } else { 2 }
    }

    /// The square of the straight distance.
    #[inline]
    pub(super) fn square(&self, one: usize, other: usize) -> f64 {
        square(&self.coordinates_m[one], &self.coordinates_m[other])
    }

    /// The straight distance that goes through the sphere where one goes over its surface.
    pub(super) fn straight_m(&self, over_surface_m: f64) -> f64 {
        if !self.on_sphere {
            return over_surface_m;
        }
        let half_turn = (over_surface_m / (2.0 * EARTH_RADIUS_M)).min(std::f64::consts::FRAC_PI_2);
        2.0 * EARTH_RADIUS_M * half_turn.sin()
    }

    /// The distance over the surface that belongs to a straight one.
    pub(super) fn over_surface_m(&self, straight_m: f64) -> f64 {
        if !self.on_sphere {
            return straight_m;
        }
        2.0 * EARTH_RADIUS_M * (straight_m / (2.0 * EARTH_RADIUS_M)).min(1.0).asin()
    }

    pub(super) fn tree(&self) -> RTree<GeomWithData<[f64; 3], u32>> {
        let numbered = (0..).zip(&self.coordinates_m).map(|(number, at)| GeomWithData::new(*at, number));
        RTree::bulk_load(numbered.collect())
    }
}

#[inline]
pub(super) fn square(one: &[f64; 3], other: &[f64; 3]) -> f64 {
    let [x, y, z] = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
    x * x + y * y + z * z
}

fn refuse(points: &[[f64; 2]], most: f64) -> Result<(), StatsError> {
    // Squares of larger ones overflow.
    const LARGEST_M: f64 = 1e140;
    if u32::try_from(points.len()).is_err() {
        let (found, expected) = (points.len().to_string(), "at most 4,294,967,295".to_owned());
        return Err(StatsError::Option { statistic: "clusters", option: "the number of points", found, expected });
    }
    let unusable = |at: &[f64; 2]| !(at[0].abs() <= LARGEST_M && at[1].abs() <= most.min(LARGEST_M));
    match points.iter().position(unusable) {
        Some(number) => {
            let [x, y] = points[number];
            let found = if x.abs() <= LARGEST_M { y } else { x };
            let (place, expected) = (format!("point {}", number + 1), "coordinates of a place");
            Err(StatsError::Value { statistic: "clusters", place, found, expected })
        }
        None => Ok(()),
    }
}

/// Refuses fewer points to a cluster than make sense.
pub(super) fn refuse_minimum(option: &'static str, found: usize, least: usize) -> Result<(), StatsError> {
    if found >= least {
        return Ok(());
    }
    let (found, expected) = (found.to_string(), format!("{least} or more"));
    Err(StatsError::Option { statistic: "clusters", option, found, expected })
}
