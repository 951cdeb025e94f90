use geocoordinates::{Bd09, Gcj02, Wgs84};
use rayon::prelude::*;

use super::gdal::Projection;
use crate::error::{ReadError, Result};
use crate::model::{Area, Areas, DeclaredReference, Point, Reference};

/// Carries positions from one coordinate reference to another.
///
/// GCJ-02 and BD-09 are offsets of WGS 84 and are undone by iteration, to better than 10⁻⁹ degrees; outside the box
/// from 72.004° to 137.8347° E and 0.8293° to 55.8271° N that of GCJ-02 is not applied, as in the published algorithm.
/// Everything else goes through PROJ, always longitude (easting) first. Between datums a shift must be known: that of Xi'an 1980
/// and Beijing 1954 is stated ([`DeclaredReference::Shifted`]), never taken as none. WGS 84 and CGCS2000 longitude and latitude are
/// taken as one.
///
/// # Examples
///
/// ```
/// use jiju::model::{Point, DeclaredReference};
/// use jiju::source::Transform;
///
/// // Tiananmen, as a Chinese map service gives it, stands some 550 m too far to the north-east.
/// let undone = Transform::new(DeclaredReference::Gcj02, DeclaredReference::Wgs84)?.point(Point::new(116.403963, 39.915119))?;
/// assert!((undone.x - 116.397721).abs() < 1e-4 && (undone.y - 39.913717).abs() < 1e-4);
/// # Ok::<(), jiju::Error>(())
/// ```
#[derive(Debug)]
pub struct Transform {
    from: DeclaredReference,
    to: DeclaredReference,
    /// Between the references that stand behind the offsets; `None` where they are one.
    projection: Option<Projection>,
}

impl Transform {
    /// Returns the transformation from one reference to another.
    ///
    /// # Errors
    ///
    /// [`ReadError::Transform`] where PROJ does not know a reference or no way between the two; [`ReadError::UnknownShift`]
    /// where their datums differ and the shift between them is neither known nor stated.
    pub fn new(from: impl Into<DeclaredReference>, to: impl Into<DeclaredReference>) -> Result<Self> {
        let (from, to) = (canonical(from.into()), canonical(to.into()));
        let plain = |end: DeclaredReference| if end.is_offset() { DeclaredReference::Wgs84 } else { end };
        let (source, target) = (plain(from), plain(to));
        let projection = if source.agrees_with(target) {
            None
        } else {
            Some(Projection::new(source, target).map_err(|way| way.error(from, to))?)
        };
        Ok(Self { from, to, projection })
    }

    /// Returns whether positions stay as they are.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.from.agrees_with(self.to)
    }

    /// Transforms one position.
    ///
    /// # Errors
    ///
    /// [`ReadError::Transform`] where it has no finite image.
    pub fn point(&self, point: Point) -> Result<Point> {
        let mut points = [point];
        self.points(&mut points)?;
        Ok(points[0])
    }

    /// Transforms many positions in place. After an error their values are undefined.
    ///
    /// # Errors
    ///
    /// [`ReadError::Transform`] for the first one that has no finite image.
    pub fn points(&self, points: &mut [Point]) -> Result<()> {
        if let Some(point) = points.iter().find(|point| !point.is_finite()) {
            return Err(failed(self.from, self.to, format!("({}, {}) is no position", point.x, point.y)));
        }
        if self.is_identity() {
            return Ok(());
        }
        match (self.from, self.to) {
            // Baidu's offset is one of GCJ-02: the way through WGS 84 would only lose digits.
            (DeclaredReference::Gcj02, DeclaredReference::Bd09) => self.each(points, bd09_from_gcj02),
            (DeclaredReference::Bd09, DeclaredReference::Gcj02) => self.each(points, gcj02_from_bd09),
            _ => {
                match self.from {
                    DeclaredReference::Gcj02 => self.each(points, wgs84_from_gcj02)?,
                    DeclaredReference::Bd09 => self.each(points, |point| wgs84_from_gcj02(gcj02_from_bd09(point)?))?,
                    _ => {}
                }
                if let Some(projection) = &self.projection {
                    projection.points(points).map_err(|message| failed(self.from, self.to, self.outside(message)))?;
                }
                match self.to {
                    DeclaredReference::Gcj02 => self.each(points, gcj02_from_wgs84)?,
                    DeclaredReference::Bd09 => self.each(points, |point| bd09_from_gcj02(gcj02_from_wgs84(point)?))?,
                    _ => {}
                }
                Ok(())
            }
        }
    }

    /// What is to be said of a position that has no image: with a grid of shifts it most likely lies outside of that.
    fn outside(&self, message: String) -> String {
        match self.from.grid().or(self.to.grid()) {
            Some(grid) => format!("{message}: it lies outside of the grid {}", grid.display()),
            None => message,
        }
    }

    /// Returns the image of each position, or `None` where there is no position or it has no image.
    #[must_use]
    pub fn images(&self, points: &[Option<Point>]) -> Vec<Option<Point>> {
        let mut known: Vec<Point> = points.iter().copied().flatten().collect();
        if self.points(&mut known).is_ok() {
            let mut known = known.into_iter();
            return points.iter().map(|point| point.and_then(|_| known.next())).collect();
        }
        // One of them has no image: the others still have theirs.
        points.iter().map(|point| point.and_then(|point| self.point(point).ok())).collect()
    }

    fn each(&self, points: &mut [Point], step: impl Fn(Point) -> geocoordinates::Result<Point>) -> Result<()> {
        for point in points {
            let image = step(*point).map_err(|error| failed(self.from, self.to, error.to_string()))?;
            if !image.is_finite() {
                return Err(failed(self.from, self.to, format!("({}, {}) has no image", point.x, point.y)));
            }
            *point = image;
        }
        Ok(())
    }
}

/// Why there is no way between two references.
#[derive(Debug)]
pub(super) enum NoWay {
    /// The shift of a datum is not known.
    #[cfg_attr(not(feature = "gdal"), expect(dead_code, reason = "what PROJ does not know"))]
    Shift {
        /// The name of the datum.
        datum: String,
        /// The code of the reference on it.
        code: u32,
    },
    /// What PROJ says.
    Failed(String),
}

impl NoWay {
    fn error(self, from: DeclaredReference, to: DeclaredReference) -> crate::Error {
        match self {
            Self::Shift { datum, code } => {
                ReadError::UnknownShift { from: from.to_string(), to: to.to_string(), datum, code }.into()
            }
            Self::Failed(message) => failed(from, to, message),
        }
    }
}

/// Carries areas over to another reference, vertex by vertex.
///
/// Edges are carried by their ends: between references of one ellipsoid an edge of the usual length of a boundary, some
/// hundred metres, bends by far less than a millimetre, so that none is divided.
///
/// # Errors
///
/// The errors of [`Transform`].
pub fn projected_areas(areas: &Areas, to: Reference) -> Result<Areas> {
    // Each thread has its own way from one to the other: PROJ's cannot be shared. A vertex comes out the same on any.
    let from = areas.reference;
    let piece = areas.areas.len().div_ceil(rayon::current_num_threads()).max(1);
    let projected: Result<Vec<Vec<Area>>> = areas
        .areas
        .par_chunks(piece)
        .map(|areas| {
            let transform = Transform::new(from, to)?;
            areas
                .iter()
                .map(|area| {
                    Ok(Area {
                        geometry: geometry_through(&transform, &area.geometry)?,
                        id: area.id.clone(),
                        name: area.name.clone(),
                        parent: area.parent.clone(),
                    })
                })
                .collect()
        })
        .collect();
    let projected = projected?.into_iter().flatten().collect();
    Ok(Areas { layer: areas.layer.clone(), source: areas.source.clone(), reference: to, areas: projected })
}

/// A geometry with every vertex carried over, in one call to PROJ.
pub(super) fn geometry_through<G>(transform: &Transform, geometry: &G) -> Result<G>
where
    G: geo::CoordsIter<Scalar = f64> + geo::MapCoords<f64, f64, Output = G> + Clone,
{
    if transform.is_identity() {
        return Ok(geometry.clone());
    }
    carried(geometry, |points| transform.points(points))
}

/// A geometry with its vertices carried over, all of them at once.
pub(super) fn carried<G, E>(geometry: &G, carry: impl FnOnce(&mut [Point]) -> Result<(), E>) -> Result<G, E>
where
    G: geo::CoordsIter<Scalar = f64> + geo::MapCoords<f64, f64, Output = G>,
{
    // `map_coords` visits vertices in the order of `coords_iter`, except that a rectangle has two corners there and
    // four here; no reader makes one.
    let mut points: Vec<Point> = geometry.coords_iter().map(Point::from).collect();
    carry(&mut points)?;
    let images = std::cell::RefCell::new(points.into_iter());
    Ok(geometry.map_coords(|coord| images.borrow_mut().next().map_or(coord, geo::Coord::from)))
}

fn failed(from: DeclaredReference, to: DeclaredReference, message: String) -> crate::Error {
    ReadError::Transform { from: from.to_string(), to: to.to_string(), message }.into()
}

/// The registry's codes of the two references that have names of their own, under their names.
pub(super) fn canonical(reference: DeclaredReference) -> DeclaredReference {
    match reference {
        DeclaredReference::Epsg(4326) => DeclaredReference::Wgs84,
        DeclaredReference::Epsg(4490) => DeclaredReference::Cgcs2000,
        other => other,
    }
}

fn gcj02_from_wgs84(point: Point) -> geocoordinates::Result<Point> {
    let image = Wgs84::new(point.y, point.x).try_to_gcj02()?;
    Ok(Point::new(image.lon, image.lat))
}

fn wgs84_from_gcj02(point: Point) -> geocoordinates::Result<Point> {
    let image = *Gcj02::new(point.y, point.x).try_to_wgs84_refined()?.value();
    Ok(Point::new(image.lon, image.lat))
}

fn bd09_from_gcj02(point: Point) -> geocoordinates::Result<Point> {
    let image = Gcj02::new(point.y, point.x).try_to_bd09()?;
    Ok(Point::new(image.lon, image.lat))
}

fn gcj02_from_bd09(point: Point) -> geocoordinates::Result<Point> {
    let image = *Bd09::new(point.y, point.x).try_to_gcj02_refined()?.value();
    Ok(Point::new(image.lon, image.lat))
}
