//! Coordinate references and geometry, as PROJ and GEOS have them.

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, CoordTransformOptions, SpatialRef};
use gdal::vector::ToGdal as _;
use geo::{Geometry, MultiPolygon};

use super::super::reference::{NoWay, canonical};
use super::shift_grid;
use crate::model::{DeclaredReference, EqualArea, EqualAreaParameters, Point};

/// A reference of the registry, longitude or easting first whatever the registry says.
pub(super) fn registered(code: u32) -> gdal::errors::Result<SpatialRef> {
    super::drivers::ready();
    let mut reference = SpatialRef::from_epsg(code)?;
    // EPSG:4326, 4490 and 4549 name latitude or northing first; every file of this trade stores it second.
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(reference)
}

/// A reference, longitude or easting first: by its code, or by the definition of its projection. Offsets of map services and
/// stated shifts of a datum are left aside.
pub(super) fn spatial_reference(reference: DeclaredReference) -> gdal::errors::Result<SpatialRef> {
    let DeclaredReference::EqualArea(projection) = reference else {
        return registered(reference.code().unwrap_or_default());
    };
    super::drivers::ready();
    let mut made = SpatialRef::from_wkt(&definition(projection))?;
    made.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(made)
}

/// The definition of an equal-area projection of WGS 84 as well-known text, for PROJ and for the files that are written.
fn definition(projection: EqualArea) -> String {
    let (method, parameters) = match projection.parameters() {
        EqualAreaParameters::Albers { parallels_deg: [south, north], meridian_deg } => (
            "Albers_Conic_Equal_Area",
            [
                ("latitude_of_center", 0.0),
                ("longitude_of_center", meridian_deg),
                ("standard_parallel_1", south),
                ("standard_parallel_2", north),
            ]
            .to_vec(),
        ),
        EqualAreaParameters::Azimuthal { latitude_deg, longitude_deg } => (
            "Lambert_Azimuthal_Equal_Area",
            [("latitude_of_center", latitude_deg), ("longitude_of_center", longitude_deg)].to_vec(),
        ),
    };
    let parameters: String =
        parameters.iter().map(|(name, degrees)| format!("PARAMETER[\"{name}\",{degrees}],")).collect();
    format!(
        "PROJCS[\"WGS 84 / {projection}\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,\
         AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0],\
         UNIT[\"degree\",0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]],PROJECTION[\"{method}\"],{parameters}\
         PARAMETER[\"false_easting\",0],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1],\
         AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH]]"
    )
}

/// The reference of a code, with a message for people where there is none: what GDAL says of an unknown code is a number.
fn looked_up(code: u32) -> Result<SpatialRef, String> {
    registered(code).map_err(|_| format!("PROJ finds no EPSG:{code} in its registry"))
}

/// A reference as it is stated, with the shift of its datum.
fn stated(reference: DeclaredReference) -> Result<SpatialRef, NoWay> {
    let registered = spatial_reference(reference)
        .map_err(|_| NoWay::Failed(format!("PROJ finds no {reference} in its registry")))?;
    let Some(shift) = reference.shift() else { return Ok(registered) };
    let said = match shift.grid() {
        Some(file) => format!("+nadgrids={}", shift_grid::name(file).map_err(NoWay::Failed)?),
        None => {
            let mut parameters = shift.parameters();
            parameters.resize(7, 0.0);
            let parameters: Vec<String> = parameters.iter().map(f64::to_string).collect();
            format!("+towgs84={}", parameters.join(","))
        }
    };
    let shifted = registered
        .to_proj4()
        .and_then(|definition| {
            // What PROJ has of its own gives way to what is stated.
            let is_shift = |part: &str| ["+towgs84", "+nadgrids", "+datum"].iter().any(|word| part.starts_with(word));
            let own: Vec<&str> = definition.split_whitespace().filter(|part| !is_shift(part)).collect();
            SpatialRef::from_proj4(&format!("{} {said}", own.join(" ")))
        })
        .map_err(|error| NoWay::Failed(error.to_string()));
    let mut shifted = shifted?;
    shifted.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(shifted)
}

/// The name of a reference's datum.
fn datum(reference: &SpatialRef) -> String {
    reference.get_attr_value("DATUM", 0).ok().flatten().unwrap_or_default()
}

fn is_wgs84_like(datum: &str) -> bool {
    let datum = datum.to_lowercase();
    ["wgs", "world geodetic", "china_2000", "china 2000", "cgcs2000"].iter().any(|name| datum.contains(name))
}

/// Whether a datum is one of those that were used in China before.
fn is_old_chinese(datum: &str) -> bool {
    let datum = datum.to_lowercase();
    ["xian", "beijing"].iter().any(|name| datum.contains(name))
}

/// The farthest from the origin that a position of a coordinate reference can lie, in whatever units: more than twice around the Earth
/// in millimetres. GDAL brings eastings of web maps into one turn by taking off turn after turn, which for 10³⁰⁰ has no end.
const FARTHEST_UNITS: f64 = 1e11;

/// The way between two references of the registry, in one step or two.
pub struct Projection(Vec<CoordTransform>);

impl std::fmt::Debug for Projection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Projection")
    }
}

impl Projection {
    /// The way from one reference to another; the offsets of map services are none of its business.
    pub fn new(from: DeclaredReference, to: DeclaredReference) -> Result<Self, NoWay> {
        // A grid of shifts leads to WGS 84, from which PROJ finds no further way by itself.
        let has_grid = from.grid().or(to.grid()).is_some();
        if has_grid && ![from, to].contains(&DeclaredReference::Wgs84) {
            let mut steps = Self::new(from, DeclaredReference::Wgs84)?.0;
            steps.extend(Self::new(DeclaredReference::Wgs84, to)?.0);
            return Ok(Self(steps));
        }
        Self::between(
            &stated(from)?,
            &stated(to)?,
            [from, to].map(|end| (end.code().unwrap_or_default(), end.shift().is_some())),
        )
    }

    /// The way from a definition to longitude and latitude of WGS 84.
    pub fn of_definition(definition: &str) -> Result<Self, NoWay> {
        super::drivers::ready();
        let mut from = SpatialRef::from_definition(definition).map_err(|error| NoWay::Failed(error.to_string()))?;
        from.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        Self::between(&from, &looked_up(4326).map_err(NoWay::Failed)?, [(0, false), (4326, false)])
    }

    /// Where the datums differ, PROJ must know the shift, for wherever the coordinates lie: what it has for Beijing 1954 is
    /// for some basins and seas, and without any it takes two datums as one.
    fn between(from: &SpatialRef, to: &SpatialRef, ends: [(u32, bool); 2]) -> Result<Self, NoWay> {
        let datums = [from, to].map(datum);
        let failed = |error: gdal::errors::GdalError| NoWay::Failed(error.to_string());
        let is_one = datums[0] == datums[1] && ends[0].1 == ends[1].1;
        if is_one || datums.iter().all(|datum| is_wgs84_like(datum)) {
            return CoordTransform::new(from, to).map(|step| Self(vec![step])).map_err(failed);
        }
        for (datum, (code, is_shifted)) in datums.iter().zip(ends) {
            if is_old_chinese(datum) && !is_shifted {
                return Err(NoWay::Shift { datum: datum.replace('_', " "), code });
            }
        }
        let unknown = datums.iter().zip(ends).find(|(datum, _)| !is_wgs84_like(datum));
        let (datum, code) = unknown.map_or((String::new(), 0), |(datum, (code, _))| (datum.replace('_', " "), code));
        let mut options = CoordTransformOptions::new().map_err(failed)?;
        options.set_ballpark_allowed(false).map_err(failed)?;
        let step = CoordTransform::new_with_options(from, to, &options);
        step.map(|step| Self(vec![step])).map_err(|_| NoWay::Shift { datum, code })
    }

    pub fn points(&self, points: &mut [Point]) -> Result<(), String> {
        if let Some(point) = points.iter().find(|point| point.x.abs().max(point.y.abs()) > FARTHEST_UNITS) {
            return Err(format!("({}, {}) has no image", point.x, point.y));
        }
        let mut x: Vec<f64> = points.iter().map(|point| point.x).collect();
        let mut y: Vec<f64> = points.iter().map(|point| point.y).collect();
        let mut done = Ok(());
        for step in &self.0 {
            done = done.and(step.transform_coords(&mut x, &mut y, &mut []));
        }
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

/// The definition of a reference as PROJJSON.
pub fn projjson(reference: DeclaredReference) -> Result<serde_json::Value, String> {
    let text = spatial_reference(reference)
        .map_err(|error| error.to_string())?
        .to_projjson()
        .map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// Whether the coordinates of a reference are degrees.
pub fn is_geographic(code: u32) -> bool {
    registered(code).is_ok_and(|reference| reference.is_geographic())
}

/// Whether a definition (WKT, PROJJSON, …) describes this reference.
pub fn is_same(definition: &str, reference: DeclaredReference) -> bool {
    super::drivers::ready();
    let (Ok(mut own), Ok(known)) = (SpatialRef::from_definition(definition), spatial_reference(reference)) else {
        return false;
    };
    own.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    own == known
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
        .or_else(|| equal_area(&reference).map(DeclaredReference::EqualArea))
        .or_else(|| {
            // Definitions written by other programs carry no code. In this trade they are CGCS2000, WGS 84, and the
            // grids of Xi'an 1980 and Beijing 1954.
            reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            [4490, 4326, 4610, 4214]
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
    let is_transverse = method.contains("transverse_mercator") || method.contains("gauss_kruger");
    if !is_transverse || !is_wgs84_like(&datum(reference)) || (reference.linear_units() - 1.0).abs() > 1e-12 {
        return None;
    }
    let parameter = |name: &str, default: f64| parameter(reference, name, default);
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

/// An equal-area projection of WGS 84 or CGCS2000 that is described by its parameters alone and has its origin where
/// [`EqualArea`] has it.
fn equal_area(reference: &SpatialRef) -> Option<EqualArea> {
    let method = reference.get_attr_value("PROJECTION", 0).ok()??.to_lowercase();
    let is_in_metres = (reference.linear_units() - 1.0).abs() < 1e-12;
    let parameter = |name: &str| parameter(reference, name, 0.0);
    let is_displaced = parameter("false_easting")? != 0.0 || parameter("false_northing")? != 0.0;
    if !is_wgs84_like(&datum(reference)) || !is_in_metres || is_displaced {
        return None;
    }
    let (latitude, longitude) = (parameter("latitude_of_center")?, parameter("longitude_of_center")?);
    match method.as_str() {
        "albers_conic_equal_area" if latitude == 0.0 => {
            let (one, other) = (parameter("standard_parallel_1")?, parameter("standard_parallel_2")?);
            EqualArea::albers([one.min(other), one.max(other)], longitude)
        }
        "lambert_azimuthal_equal_area" => EqualArea::azimuthal(latitude, longitude),
        _ => None,
    }
}

/// A parameter of a projection, or the default where the definition leaves it out.
fn parameter(reference: &SpatialRef, name: &str, default: f64) -> Option<f64> {
    reference.get_proj_param(name).ok().map(|value| value.unwrap_or(default))
}

/// What a definition is called that names no place on Earth: a local system, or one on no known datum.
pub fn undefined(definition: &str) -> Option<String> {
    let reference = SpatialRef::from_definition(definition).ok();
    let datum = reference.as_ref().map(|reference| datum(reference).to_lowercase()).unwrap_or_default();
    let is_local =
        ["LOCAL_CS", "ENGCRS", "ENGINEERINGCRS"].iter().any(|word| definition.trim_start().starts_with(word));
    let is_unknown = ["unknown", "d_unknown", "undefined"].iter().any(|word| datum.starts_with(word));
    (is_local || is_unknown).then(|| definition.to_owned())
}

/// A valid geometry of the same vertices, by GEOS: its rule of structure, as that of lines fills a hole that shares an edge with
/// its shell and makes a hole of a part within a part.
pub fn make_valid(geometry: &MultiPolygon<f64>) -> Result<Geometry<f64>, String> {
    super::drivers::ready();
    let mut options = gdal::cpl::CslStringList::new();
    let set = [("METHOD", "STRUCTURE"), ("KEEP_COLLAPSED", "NO")];
    set.iter().try_for_each(|(name, value)| options.set_name_value(name, value)).map_err(|error| error.to_string())?;
    geometry
        .to_gdal()
        .and_then(|geometry| geometry.make_valid(&options))
        .and_then(|geometry| geometry.to_geo())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_area_projections_are_named_by_their_parameters() {
        for text in ["albers=25,47,105", "albers=-32.5,-28,-58", "albers=49,49,2.5", "laea=0,20", "laea=90,0"] {
            let projection: EqualArea = text.parse().unwrap();
            let made = spatial_reference(DeclaredReference::EqualArea(projection)).unwrap();
            let wkt = made.to_wkt().unwrap();
            assert_eq!(identify(&wkt), Some(DeclaredReference::EqualArea(projection)), "{wkt}");
            let json = made.to_projjson().unwrap();
            assert_eq!(identify(&json), Some(DeclaredReference::EqualArea(projection)), "{json}");
            assert!(
                is_same(&wkt, DeclaredReference::EqualArea(projection))
                    && is_same(&json, DeclaredReference::EqualArea(projection)),
                "{text}"
            );
        }
        // Another datum, and another origin: of these the parameters alone do not tell where they lie.
        for code in [3577, 102_008, 3005] {
            let Ok(registered) = registered(code) else { continue };
            assert_eq!(equal_area(&registered), None, "EPSG:{code}");
        }
    }

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
