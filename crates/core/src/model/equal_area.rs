use std::fmt;
use std::str::FromStr;

use crate::error::JoinError;

/// An equal-area projection of WGS 84, in metres, that is defined by its parameters and has no code in a registry.
///
/// There are two. Albers' conic has two standard parallels, on which lengths are true, and a central meridian; it serves
/// territories that lie on one side of the equator. Lambert's azimuthal projection has a centre, about which lengths are
/// true; it serves territories about the equator or a pole. Both have their origin without false easting and northing;
/// the conic's origin lies on the equator.
///
/// # Text form
///
/// `albers=SOUTH,NORTH,MERIDIAN` with the standard parallels and the central meridian, and `laea=LATITUDE,LONGITUDE` with
/// the centre. Degrees north and east are positive, and have at most six decimals. The text form parses back to the same
/// value.
///
/// # Accuracy
///
/// Areas are exact, up to the curvature of straight edges. Lengths are not: [`EqualArea::length_error`] bounds the error at
/// a place. A conic whose parallels cut off a sixth of a territory's latitudes at either end has errors that grow with the
/// square of its latitudes: up to 0.05 % over 5° (a province), 2 % over 35°. An azimuthal projection has errors that grow
/// with the square of the distance from the centre: 0.1 % at 5°, 1 % at 16°, 3.5 % at 30°.
///
/// # Examples
///
/// ```
/// use jiju_core::model::EqualArea;
/// let china: EqualArea = "albers=25,47,105".parse().unwrap();
/// assert_eq!(Some(china), EqualArea::albers([25.0, 47.0], 105.0));
/// assert_eq!(china.to_string(), "albers=25,47,105");
/// assert!(china.length_error([105.0, 47.0]) < 1e-9, "lengths are true on a standard parallel");
/// assert!((0.018..0.019).contains(&china.length_error([105.0, 36.0])), "between them they are off by 1.9 %");
/// assert_eq!(EqualArea::albers([-20.0, 20.0], 0.0), None, "no cone has parallels that mirror each other");
/// ```
///
/// # References
///
/// J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, 1987, chapters 14 and 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EqualArea(Projection);

/// The parameters of an [`EqualArea`] projection, in degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EqualAreaParameters {
    /// Albers' equal-area conic.
    Albers {
        /// The standard parallels, first the southern one.
        parallels_deg: [f64; 2],
        /// The central meridian.
        meridian_deg: f64,
    },
    /// Lambert's azimuthal equal-area projection.
    Azimuthal {
        /// The latitude of the centre.
        latitude_deg: f64,
        /// The longitude of the centre.
        longitude_deg: f64,
    },
}

/// Parameters in millionths of a degree, so that equal text means an equal value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Projection {
    Albers { parallels: [i32; 2], meridian: i32 },
    Azimuthal { latitude: i32, longitude: i32 },
}

const PER_DEGREE: f64 = 1e6;

/// An angle in millionths of a degree; none for one beyond the limit, or with more decimals.
fn millionths(degrees: f64, limit_deg: f64) -> Option<i32> {
    if !degrees.is_finite() || degrees.abs() > limit_deg {
        return None;
    }
    let scaled = (degrees * PER_DEGREE).round();
    #[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
    let whole = scaled as i32;
    // The nearest multiple of a millionth, written as a number, is the number that was given.
    ((scaled / PER_DEGREE - degrees).abs() < 1e-12).then_some(whole)
}

fn degrees(millionths: i32) -> f64 {
    f64::from(millionths) / PER_DEGREE
}

impl EqualArea {
    /// Albers' conic with these standard parallels and central meridian.
    ///
    /// Returns `None` for parallels that are at a pole, out of order, or mirror each other at the equator, for an angle
    /// beyond its range, and for one with more than six decimals.
    #[must_use]
    pub fn albers(parallels_deg: [f64; 2], meridian_deg: f64) -> Option<Self> {
        const POLE: i32 = 90_000_000;
        let [south, north] = parallels_deg.map(|parallel| millionths(parallel, 90.0));
        let (parallels, meridian) = ([south?, north?], millionths(meridian_deg, 180.0)?);
        let is_cone = parallels[0] <= parallels[1]
            && parallels[0] != -parallels[1]
            && parallels.iter().all(|parallel| parallel.abs() < POLE);
        is_cone.then_some(Self(Projection::Albers { parallels, meridian }))
    }

    /// Lambert's azimuthal projection about this centre.
    ///
    /// Returns `None` for an angle beyond its range, and for one with more than six decimals.
    #[must_use]
    pub fn azimuthal(latitude_deg: f64, longitude_deg: f64) -> Option<Self> {
        let (latitude, longitude) = (millionths(latitude_deg, 90.0)?, millionths(longitude_deg, 180.0)?);
        Some(Self(Projection::Azimuthal { latitude, longitude }))
    }

    /// Returns the parameters.
    #[must_use]
    pub fn parameters(self) -> EqualAreaParameters {
        match self.0 {
            Projection::Albers { parallels, meridian } => {
                EqualAreaParameters::Albers { parallels_deg: parallels.map(degrees), meridian_deg: degrees(meridian) }
            }
            Projection::Azimuthal { latitude, longitude } => {
                EqualAreaParameters::Azimuthal { latitude_deg: degrees(latitude), longitude_deg: degrees(longitude) }
            }
        }
    }

    /// Returns the largest relative error of a short length at a place, given as longitude and latitude in degrees: 0.02
    /// where a length in the plane is up to 2 % too long in one direction and, areas being true, 2 % too short in the other.
    ///
    /// The formulas are those of the sphere, which differ from the ellipsoid's by less than a hundredth of the error.
    ///
    /// # Undefined
    ///
    /// Infinity at the poles of a conic and at the point opposite the centre of an azimuthal projection.
    #[must_use]
    pub fn length_error(self, [longitude_deg, latitude_deg]: [f64; 2]) -> f64 {
        let latitude = latitude_deg.to_radians();
        let stretch = match self.parameters() {
            EqualAreaParameters::Albers { parallels_deg: [south, north], .. } => {
                // Snyder 14-3, 14-5 and 14-7: the scale along a parallel.
                let (sin_south, sin_north) = (south.to_radians().sin(), north.to_radians().sin());
                let n = f64::midpoint(sin_south, sin_north);
                let c = (1.0 - sin_south * sin_south) + 2.0 * n * sin_south;
                (c - 2.0 * n * latitude.sin()).max(0.0).sqrt() / latitude.cos()
            }
            EqualAreaParameters::Azimuthal { latitude_deg: centre, longitude_deg: centre_longitude } => {
                // Snyder 24-2: the scale across the direction to the centre is 1 / cos(c / 2).
                let (centre, apart) = (centre.to_radians(), (longitude_deg - centre_longitude).to_radians());
                let cos_c = centre.sin() * latitude.sin() + centre.cos() * latitude.cos() * apart.cos();
                (2.0 / (1.0 + cos_c).max(0.0)).sqrt()
            }
        };
        let error = stretch.max(1.0 / stretch) - 1.0;
        if error.is_nan() || latitude.cos() < 1e-12 && matches!(self.0, Projection::Albers { .. }) {
            return f64::INFINITY;
        }
        error
    }
}

impl fmt::Display for EqualArea {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parameters() {
            EqualAreaParameters::Albers { parallels_deg: [south, north], meridian_deg } => {
                write!(f, "albers={south},{north},{meridian_deg}")
            }
            EqualAreaParameters::Azimuthal { latitude_deg, longitude_deg } => {
                write!(f, "laea={latitude_deg},{longitude_deg}")
            }
        }
    }
}

impl FromStr for EqualArea {
    type Err = JoinError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (name, angles) = text.split_once('=')?;
            let angles: Vec<f64> = angles.split(',').map(|angle| angle.trim().parse().ok()).collect::<Option<_>>()?;
            match (name.trim().to_ascii_lowercase().as_str(), angles.as_slice()) {
                ("albers", [south, north, meridian]) => Self::albers([*south, *north], *meridian),
                ("laea", [latitude, longitude]) => Self::azimuthal(*latitude, *longitude),
                _ => None,
            }
        };
        read().ok_or_else(|| JoinError::NoMetreGrid { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_parses_back() {
        for text in ["albers=25,47,105", "albers=-32.5,-28,-58.123456", "laea=0,20", "laea=-90,0"] {
            assert_eq!(text.parse::<EqualArea>().unwrap().to_string(), text);
        }
        assert_eq!(" Albers = 25.0, 47 ,105".parse::<EqualArea>().unwrap().to_string(), "albers=25,47,105");
    }

    #[test]
    fn grids_and_references_keep_it_in_their_text() {
        use crate::model::{MetreGrid, Reference};
        for text in ["\"albers=25,47,105\"", "\"laea=-1.5,30\"", "\"EPSG:4549\""] {
            let grid: MetreGrid = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&grid).unwrap(), text);
            let reference: Reference = serde_json::from_str(text).unwrap();
            assert_eq!((reference, serde_json::to_string(&reference).unwrap()), (grid.into(), text.to_owned()));
        }
    }

    #[test]
    fn what_is_no_projection_is_refused() {
        for text in [
            "albers=25,47",
            "albers=47,25,105",
            "albers=-20,20,105",
            "albers=0,0,105",
            "albers=25,90,105",
            "albers=25,47,181",
            "albers=25,47,NaN",
            "albers=25.0000001,47,105",
            "laea=91,0",
            "laea=0",
            "utm=50",
            "",
        ] {
            assert!(text.parse::<EqualArea>().is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_are_off_where_they_must_be() {
        let error = |text: &str, at| text.parse::<EqualArea>().unwrap().length_error(at);
        // Snyder 1987, table 15: Albers on the sphere with parallels 29.5° and 45.5° has k = 1.021 at 52° and 0.990 at 37.5°.
        assert!((error("albers=29.5,45.5,-96", [-96.0, 52.0]) - 0.027).abs() < 2e-3);
        assert!((error("albers=29.5,45.5,-96", [-80.0, 37.5]) - 0.010).abs() < 1e-3);
        assert!((error("laea=0,0", [60.0, 0.0]) - (1.0 / 30f64.to_radians().cos() - 1.0)).abs() < 1e-12);
        assert_eq!(error("albers=25,47,105", [105.0, 90.0]), f64::INFINITY);
        assert_eq!(error("laea=0,0", [180.0, 0.0]), f64::INFINITY);
    }
}
