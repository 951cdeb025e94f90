//! Coordinate references and geometry, as PROJ and GEOS have them.

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::vector::ToGdal as _;
use geo::{Geometry, MultiPolygon};

use super::super::reference::canonical;
use crate::model::{DeclaredReference, Point};

/// A reference of the registry, longitude or easting first whatever the registry says.
pub(super) fn registered(code: u32) -> gdal::errors::Result<SpatialRef> {
    super::drivers::ready();
    let mut reference = SpatialRef::from_epsg(code)?;
    // EPSG:4326, 4490 and 4549 name latitude or northing first; every file of this trade stores it second.
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(reference)
}

/// The reference of a code, with a message for people where there is none: what GDAL says of an unknown code is a number.
fn looked_up(code: u32) -> Result<SpatialRef, String> {
    registered(code).map_err(|_| format!("PROJ finds no EPSG:{code} in its registry"))
}

/// The way between two references of the registry.
pub struct Projection(CoordTransform);

impl std::fmt::Debug for Projection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Projection")
    }
}

impl Projection {
    pub fn new(from: u32, to: u32) -> Result<Self, String> {
        CoordTransform::new(&looked_up(from)?, &looked_up(to)?).map(Self).map_err(|error| error.to_string())
    }

    pub fn points(&self, points: &mut [Point]) -> Result<(), String> {
        let mut x: Vec<f64> = points.iter().map(|point| point.x).collect();
        let mut y: Vec<f64> = points.iter().map(|point| point.y).collect();
        let done = self.0.transform_coords(&mut x, &mut y, &mut []);
        for ((point, x), y) in points.iter_mut().zip(x).zip(y) {
            if !x.is_finite() || !y.is_finite() {
                return Err(format!("({}, {}) has no image", point.x, point.y));
            }
            *point = Point::new(x, y);
        }
        done.map_err(|error| error.to_string())
    }
}

/// Whether a reference is a grid on which lengths may be measured: projected, in metres, and not the Mercator of web
/// maps, whose metre is 0.87 m at Shaoxing.
pub fn is_metre_grid(code: u32) -> Result<bool, String> {
    let reference = looked_up(code)?;
    let method = reference.get_attr_value("PROJECTION", 0).ok().flatten().unwrap_or_default().to_lowercase();
    let stretched =
        code == 3857 || (method.contains("mercator") && !method.contains("transverse") && !method.contains("oblique"));
    Ok(reference.is_projected() && (reference.linear_units() - 1.0).abs() < 1e-12 && !stretched)
}

/// The area a reference was made for: its west, south, east and north in degrees.
pub fn area_of_use(code: u32) -> Option<[f64; 4]> {
    let area = looked_up(code).ok()?.area_of_use()?;
    Some([area.west_lon_degree, area.south_lat_degree, area.east_lon_degree, area.north_lat_degree])
}

/// Whether the coordinates of a reference are degrees.
pub fn is_geographic(code: u32) -> bool {
    registered(code).is_ok_and(|reference| reference.is_geographic())
}

/// Whether a definition (WKT, PROJJSON, …) describes the reference of this code.
pub fn is_same(definition: &str, code: u32) -> bool {
    super::drivers::ready();
    let (Ok(mut own), Ok(registered)) = (SpatialRef::from_definition(definition), registered(code)) else {
        return false;
    };
    own.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    own == registered
}

/// The registry's code of a definition, where it has one.
pub fn identify(definition: &str) -> Option<DeclaredReference> {
    super::drivers::ready();
    SpatialRef::from_definition(definition).ok().and_then(identified)
}

pub(super) fn identified(mut reference: SpatialRef) -> Option<DeclaredReference> {
    let own_code = |reference: &SpatialRef| match reference.auth_name()?.as_str() {
        "EPSG" => reference.auth_code().ok().and_then(|code| u32::try_from(code).ok()).map(DeclaredReference::Epsg),
        "OGC" => Some(DeclaredReference::Wgs84),
        _ => None,
    };
    let own = own_code(&reference).or_else(|| {
        // For a grid that stands only by its parts GDAL can name the common ones.
        reference.auto_identify_epsg().ok()?;
        own_code(&reference)
    });
    own.or_else(|| gauss_kruger(&reference))
        .or_else(|| {
            // Definitions written by other programs carry no code. In this trade they are CGCS2000, WGS 84, and the
            // grids of Xi'an 1980 and Beijing 1954.
            reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            [4490, 4326]
                .into_iter()
                .chain(2327..=2390)
                .chain(2401..=2442)
                .find(|code| registered(*code).is_ok_and(|candidate| candidate == reference))
                .map(DeclaredReference::Epsg)
        })
        .map(canonical)
}

/// The code of a Gauss-Kruger grid of CGCS2000 or a UTM zone of WGS 84 that is described by its parameters alone.
///
/// MapInfo knows no CGCS2000 and keeps these grids as transverse Mercator on WGS 84; the two are taken as one.
fn gauss_kruger(reference: &SpatialRef) -> Option<DeclaredReference> {
    let method = reference.get_attr_value("PROJECTION", 0).ok()??.to_lowercase();
    let datum = reference.get_attr_value("DATUM", 0).ok()??.to_lowercase();
    let is_transverse = method.contains("transverse_mercator") || method.contains("gauss_kruger");
    let is_wgs84_like = ["wgs", "china_2000", "china 2000", "cgcs2000"].iter().any(|name| datum.contains(name));
    if !is_transverse || !is_wgs84_like || (reference.linear_units() - 1.0).abs() > 1e-12 {
        return None;
    }
    let parameter =
        |name: &str, default: f64| reference.get_proj_param(name).ok().map(|value| value.unwrap_or(default));
    let (meridian, easting) = (parameter("central_meridian", 0.0)?, parameter("false_easting", 0.0)?);
    if parameter("latitude_of_origin", 0.0)? != 0.0 || parameter("false_northing", 0.0)? != 0.0 {
        return None;
    }
    let scale = parameter("scale_factor", 1.0)?;
    let step = |from: f64, width: f64, count: u32| (0..count).find(|step| from + width * f64::from(*step) == meridian);
    let code = if scale == 0.9996 && easting == 500_000.0 {
        32_601 + step(-177.0, 6.0, 60)?
    } else if scale != 1.0 {
        return None;
    } else if let Some(step) = step(75.0, 3.0, 21) {
        // Three degrees wide, first without and then with the number of the zone before the easting.
        let zone = f64::from(step + 25) * 1e6 + 500_000.0;
        let six_degrees = f64::from(step / 2 + 13) * 1e6 + 500_000.0;
        match easting {
            500_000.0 => 4534 + step,
            easting if easting == zone => 4513 + step,
            easting if easting == six_degrees && step % 2 == 0 => 4491 + step / 2,
            _ => return None,
        }
    } else {
        return None;
    };
    Some(DeclaredReference::Epsg(code))
}

/// A valid geometry of the same vertices, by GEOS.
pub fn make_valid(geometry: &MultiPolygon<f64>) -> Result<Geometry<f64>, String> {
    super::drivers::ready();
    geometry
        .to_gdal()
        .and_then(|geometry| geometry.make_valid(&gdal::cpl::CslStringList::new()))
        .and_then(|geometry| geometry.to_geo())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_named_by_their_parameters() {
        for code in [4534, 4549, 4554, 4513, 4528, 4533, 4491, 4498, 4501, 32651] {
            let registered = registered(code).unwrap();
            assert_eq!(gauss_kruger(&registered), Some(DeclaredReference::Epsg(code)), "EPSG:{code}");
        }
        // Krassowsky's ellipsoid, and a false northing of the southern half.
        for code in [2437, 32751, 3857, 4490] {
            assert_eq!(gauss_kruger(&registered(code).unwrap()), None, "EPSG:{code}");
        }
    }
}
