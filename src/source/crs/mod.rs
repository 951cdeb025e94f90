//! Coordinate references: what they are and the ways between them.
//!
//! Longitude and latitude of WGS 84, CGCS2000, Xi'an 1980 and Beijing 1954, the Gauss–Krüger grids of China, UTM, equal-area
//! projections and the Mercator of web maps are known here, the same in every build; PROJ knows the others, where this
//! build has it. The tests hold the first against the second.

mod definition;
mod projection;
mod projjson;
pub(super) mod registry;
#[cfg(all(test, feature = "gdal"))]
mod tests;

use self::definition::Definition;
use self::projection::{Ellipsoid, Method, Projected, Ready};
use super::gdal;
use super::reference::{NoWay, canonical};
use super::vector::Declared;
use crate::model::{DeclaredReference, EqualArea, Point};

/// A coordinate reference, longitude or easting first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crs {
    datum: Datum,
    /// `None` for longitude and latitude.
    projected: Option<Projected>,
    /// The unit of projected coordinates.
    unit_m: f64,
}

/// The datums that are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Datum {
    Wgs84,
    Cgcs2000,
    Xian1980,
    Beijing1954,
}

impl Datum {
    /// WGS 84 and CGCS2000 differ by centimetres, and are taken as one.
    fn is_wgs84_like(self) -> bool {
        matches!(self, Self::Wgs84 | Self::Cgcs2000)
    }
}

impl Crs {
    const fn geographic(datum: Datum) -> Self {
        Self { datum, projected: None, unit_m: 1.0 }
    }

    const fn projected(datum: Datum, projected: Projected) -> Self {
        Self { datum, projected: Some(projected), unit_m: 1.0 }
    }

    /// Its code in the registry, or its projection, where it has one of them.
    fn declared(&self) -> Option<DeclaredReference> {
        let known = |crs: &Self| registry::codes().find(|code| registry::registered(*code).as_ref() == Some(crs));
        // MapInfo has no CGCS2000, and keeps its grids as such of WGS 84; UTM is drawn on both.
        let on = |datum| known(&Self { datum, ..*self });
        let code = on(self.datum).or_else(|| {
            let other = if self.datum == Datum::Wgs84 { Datum::Cgcs2000 } else { Datum::Wgs84 };
            if self.datum.is_wgs84_like() && self.projected.is_some() { on(other) } else { None }
        });
        code.map(|code| canonical(DeclaredReference::Epsg(code))).or_else(|| self.equal_area())
    }

    fn equal_area(&self) -> Option<DeclaredReference> {
        let projected = self.projected.filter(|_| self.datum.is_wgs84_like() && self.unit_m == 1.0)?;
        if projected.easting_m != 0.0 || projected.northing_m != 0.0 {
            return None;
        }
        match projected.method {
            Method::Albers { latitude_deg: 0.0, parallels_deg } => {
                EqualArea::albers(parallels_deg, projected.meridian_deg)
            }
            Method::Azimuthal { latitude_deg } => EqualArea::azimuthal(latitude_deg, projected.meridian_deg),
            _ => None,
        }
        .map(DeclaredReference::EqualArea)
    }
}

/// One end of a way: a reference, made ready, and the shift of its datum to WGS 84.
#[derive(Debug, Clone, Copy)]
struct End {
    crs: Crs,
    ready: Option<Ready>,
    shift: Option<[f64; 7]>,
    code: u32,
}

impl End {
    fn new(crs: Crs, code: u32, shift: Option<Vec<f64>>) -> Self {
        let ready = crs.projected.map(|projected| Ready::new(&projected, crs.datum.ellipsoid()));
        let shift = shift.map(|parameters| {
            let mut seven = [0.0; 7];
            seven.iter_mut().zip(parameters).for_each(|(all, one)| *all = one);
            seven
        });
        Self { crs, ready, shift, code }
    }
}

/// The way between two references.
#[derive(Debug)]
pub(super) enum Projection {
    /// Computed here.
    Own(Box<Way>),
    /// By PROJ.
    Other(gdal::Projection),
}

/// A way between references that are known here.
#[derive(Debug)]
pub(super) struct Way {
    from: End,
    to: End,
    /// Whether the datum changes by a shift.
    is_shifted: bool,
}

impl Projection {
    /// The way from one reference to another; the offsets of map services are none of its business.
    pub fn new(from: DeclaredReference, to: DeclaredReference) -> Result<Self, NoWay> {
        let grid = from.grid().or(to.grid());
        let ends = [from, to].map(|end| {
            let shift = end.shift().map(|shift| shift.parameters());
            registry::declared(end).map(|crs| End::new(crs, end.code().unwrap_or_default(), shift))
        });
        match ends {
            // Grids of shifts are read by PROJ.
            [Some(from), Some(to)] if grid.is_none() => Self::between(from, to),
            _ => gdal::Projection::new(from, to).map(Self::Other),
        }
    }

    /// The way from a definition to longitude and latitude of WGS 84.
    pub fn of_definition(definition: &str) -> Result<Self, NoWay> {
        match Definition::parse(definition).and_then(|definition| definition.crs()) {
            Some(crs) => Self::between(End::new(crs, 0, None), End::new(Crs::geographic(Datum::Wgs84), 4326, None)),
            None => gdal::Projection::of_definition(definition).map(Self::Other),
        }
    }

    /// Between datums a shift must be known: for the old ones of China there is none, unless it is stated.
    fn between(from: End, to: End) -> Result<Self, NoWay> {
        let ends = [&from, &to];
        let is_one = from.crs.datum == to.crs.datum && from.shift == to.shift;
        let are_alike = ends.iter().all(|end| end.crs.datum.is_wgs84_like());
        let is_unknown = |end: &&&End| !end.crs.datum.is_wgs84_like() && end.shift.is_none();
        if !is_one && let Some(end) = ends.iter().find(is_unknown) {
            return Err(NoWay::Shift { datum: end.crs.datum.names()[0].to_owned(), code: end.code });
        }
        let has_shift = ends.iter().any(|end| end.shift.is_some());
        let is_shifted = !is_one && (has_shift || !are_alike);
        Ok(Self::Own(Box::new(Way { from, to, is_shifted })))
    }

    /// Carries positions over.
    pub fn points(&self, points: &mut [Point]) -> Result<(), String> {
        let way = match self {
            Self::Own(way) => way,
            Self::Other(projection) => return projection.points(points),
        };
        for point in points {
            *point = way.image(*point).ok_or_else(|| format!("({}, {}) has no image", point.x, point.y))?;
        }
        Ok(())
    }
}

impl Way {
    fn image(&self, point: Point) -> Option<Point> {
        let (longitude, latitude) = match &self.from.ready {
            Some(ready) => ready.inverse(point.x * self.from.crs.unit_m, point.y * self.from.crs.unit_m)?,
            None => (point.x.to_radians(), point.y.to_radians()),
        };
        // What is no longitude and latitude has no image anywhere.
        if latitude.abs() > std::f64::consts::FRAC_PI_2 + 1e-12 || longitude.abs() > 10.0 {
            return None;
        }
        let (longitude, latitude) =
            if self.is_shifted { self.shifted(longitude, latitude) } else { (longitude, latitude) };
        let (x, y) = match &self.to.ready {
            Some(ready) => {
                let (x, y) = ready.forward(longitude, latitude)?;
                (x / self.to.crs.unit_m, y / self.to.crs.unit_m)
            }
            None => (longitude.to_degrees(), latitude.to_degrees()),
        };
        Some(Point::new(x, y)).filter(|point| point.is_finite())
    }

    /// Longitude and latitude on the datum of the other end, through WGS 84.
    fn shifted(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        let mut at = geocentric(longitude, latitude, self.from.crs.datum.ellipsoid());
        if let Some(shift) = self.from.shift {
            at = helmert(at, shift);
        }
        if let Some(shift) = self.to.shift {
            at = helmert_undone(at, shift);
        }
        geodetic(at, self.to.crs.datum.ellipsoid())
    }
}

/// A place on an ellipsoid in metres from its centre.
fn geocentric(longitude: f64, latitude: f64, ellipsoid: Ellipsoid) -> [f64; 3] {
    let (sin, cos) = latitude.sin_cos();
    let normal = ellipsoid.axis_m / (1.0 - ellipsoid.e2() * sin * sin).sqrt();
    [normal * cos * longitude.cos(), normal * cos * longitude.sin(), normal * (1.0 - ellipsoid.e2()) * sin]
}

/// The longitude and latitude of a place near an ellipsoid, by Bowring's formula.
fn geodetic([x, y, z]: [f64; 3], ellipsoid: Ellipsoid) -> (f64, f64) {
    let (a, e2) = (ellipsoid.axis_m, ellipsoid.e2());
    let b = a * (1.0 - ellipsoid.flattening());
    let distance = x.hypot(y);
    let (sin, cos) = (z * a).atan2(distance * b).sin_cos();
    let up = z + e2 / (1.0 - e2) * b * sin.powi(3);
    let out = distance - e2 * a * cos.powi(3);
    (y.atan2(x), up.atan2(out))
}

/// Position vector transformation with seven parameters (EPSG:9606): metres, seconds of arc, parts per million.
fn helmert([x, y, z]: [f64; 3], [dx, dy, dz, rx, ry, rz, ds]: [f64; 7]) -> [f64; 3] {
    let [rx, ry, rz] = [rx, ry, rz].map(|seconds| (seconds / 3600.0).to_radians());
    let scale = 1.0 + ds * 1e-6;
    [dx + scale * (x - rz * y + ry * z), dy + scale * (rz * x + y - rx * z), dz + scale * (-ry * x + rx * y + z)]
}

/// The way back, with the transposed matrix, as PROJ takes it.
fn helmert_undone([x, y, z]: [f64; 3], [dx, dy, dz, rx, ry, rz, ds]: [f64; 7]) -> [f64; 3] {
    let [rx, ry, rz] = [rx, ry, rz].map(|seconds| (seconds / 3600.0).to_radians());
    let scale = 1.0 + ds * 1e-6;
    let [x, y, z] = [(x - dx) / scale, (y - dy) / scale, (z - dz) / scale];
    [x + rz * y - ry * z, -rz * x + y + rx * z, ry * x - rx * y + z]
}

/// Whether a code is in a registry that this build has.
pub(super) fn is_known(code: u32) -> bool {
    registry::registered(code).is_some() || gdal::is_metre_grid(code).is_ok()
}

/// What a definition says of a reference.
pub(super) fn declared(definition: &str) -> Declared {
    let definition = definition.trim();
    match (undefined(definition), identify(definition)) {
        _ if definition.is_empty() => Declared::Nothing,
        (Some(undefined), _) => Declared::Undefined(undefined),
        (None, Some(known)) => Declared::Known(known),
        (None, None) => Declared::Unregistered(definition.to_owned()),
    }
}

/// Whether a reference is a grid on which lengths may be measured: projected, in metres, and not the Mercator of web
/// maps, whose metre is 0.87 m at Shaoxing.
pub(super) fn is_metre_grid(code: u32) -> Result<bool, String> {
    match registry::registered(code) {
        Some(crs) => Ok(crs.projected.is_some_and(|projected| projected.method != Method::WebMercator)),
        None => gdal::is_metre_grid(code),
    }
}

/// The area a reference was made for: its west, south, east and north in degrees.
pub(super) fn area_of_use(code: u32) -> Option<[f64; 4]> {
    registry::area_of_use(code).or_else(|| gdal::area_of_use(code))
}

/// Whether the coordinates of a reference are degrees.
pub(super) fn is_geographic(code: u32) -> bool {
    registry::registered(code).map_or_else(|| gdal::is_geographic(code), |crs| crs.projected.is_none())
}

/// Whether a definition (WKT, PROJJSON, …) describes this reference.
pub(super) fn is_same(definition: &str, reference: DeclaredReference) -> bool {
    let own = Definition::parse(definition).and_then(|definition| definition.crs());
    own.is_some_and(|own| registry::declared(reference) == Some(own)) || gdal::is_same(definition, reference)
}

/// The registry's code of a definition, or its equal-area projection, where it has one.
pub(super) fn identify(definition: &str) -> Option<DeclaredReference> {
    let own = Definition::parse(definition).and_then(|definition| {
        let code = definition.code.map(|code| canonical(DeclaredReference::Epsg(code)));
        code.or_else(|| definition.crs()?.declared())
    });
    own.or_else(|| gdal::identify(definition))
}

/// What a definition is called that names no place on Earth: a local system, or one on no known datum.
pub(super) fn undefined(definition: &str) -> Option<String> {
    let Some(own) = Definition::parse(definition) else { return gdal::undefined(definition) };
    let datum = own.datum.to_lowercase();
    let is_unknown = ["unknown", "d_unknown", "undefined"].iter().any(|word| datum.starts_with(word));
    (own.is_local || is_unknown).then(|| definition.to_owned())
}

/// The definition of a reference as PROJJSON.
pub(super) fn projjson(reference: DeclaredReference) -> Result<serde_json::Value, String> {
    // PROJ says more of a reference than is needed to find it again.
    let own = if gdal::AVAILABLE { None } else { registry::declared(reference) };
    own.map_or_else(|| gdal::projjson(reference), |crs| Ok(projjson::definition(&crs, reference)))
}

/// Whether two codes stand for one grid, as those of three and six degrees do on the meridians they share.
pub(super) fn is_one_grid(one: DeclaredReference, other: DeclaredReference) -> bool {
    let plain = |end: DeclaredReference| registry::declared(end).filter(|_| !end.is_offset() && end.shift().is_none());
    plain(one).is_some_and(|grid| plain(other) == Some(grid))
}
