//! The metre grid that suits where something lies.

use geo::BoundingRect as _;

use super::gdal::area_of_use;
use super::point_table::{Placeless, PointTable};
use super::reference::Transform;
use crate::error::{ReadError, Result};
use crate::model::{Areas, MetreGrid, Point, Reference};

/// The equal-area cylinder of EASE-Grid 2.0, for territories that one zone does not hold.
const EQUAL_AREA_CYLINDER: u32 = 6933;

/// Where something lies: the least and greatest longitude.
type Longitudes = (f64, f64);

/// The grid an office would use for areas: their own, the CGCS2000 3-degree zone of their middle, or, where they span more
/// than three zones or lie outside China's, the equal-area cylinder of EPSG:6933.
///
/// # Examples
///
/// ```
/// use jiju::model::{Point, Reference};
/// use jiju::source::grid_of_points;
/// let shaoxing = [Some(Point::new(120.58, 30.0))];
/// assert_eq!(grid_of_points(&shaoxing, Reference::Wgs84).map(|grid| grid.code()), Some(4549));
/// ```
#[must_use]
pub fn grid_of_areas(areas: &Areas) -> Option<MetreGrid> {
    let boxes = areas.areas.iter().filter_map(|area| area.geometry.bounding_rect());
    let extent = boxes.fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), bounds| {
        (west.min(bounds.min().x), east.max(bounds.max().x))
    });
    grid_of(areas.reference, extent)
}

/// The grid that [`grid_of_areas`] chooses.
///
/// # Errors
///
/// [`ReadError::Reference`] for areas in a plane whose units are not true metres, and for areas without a vertex.
pub fn needed_grid(areas: &Areas) -> Result<MetreGrid> {
    grid_of_areas(areas).ok_or_else(|| {
        let message = format!("no metre grid suits areas in {}: state one", areas.reference);
        ReadError::Reference { file: areas.source.clone(), message }.into()
    })
}

/// The grid for points, chosen as [`grid_of_areas`] chooses it; none where no point has a position.
#[must_use]
pub fn grid_of_points(points: &[Option<Point>], reference: Reference) -> Option<MetreGrid> {
    let extent = points
        .iter()
        .flatten()
        .filter(|point| !reference.is_wgs84_like() || (point.x.abs() <= 360.0 && point.y.abs() <= 90.0))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), point| (west.min(point.x), east.max(point.x)));
    grid_of(reference, extent)
}

fn grid_of(reference: Reference, (west, east): Longitudes) -> Option<MetreGrid> {
    match reference {
        Reference::Grid(grid) => return Some(grid),
        Reference::Plane(_) => return None,
        Reference::Wgs84 | Reference::Cgcs2000 if west > east => return None,
        Reference::Wgs84 | Reference::Cgcs2000 => {}
    }
    let meridian = ((west + east) / 2.0 / 3.0).round() * 3.0;
    if (75.0..=135.0).contains(&meridian) && east - west <= 9.0 {
        // EPSG:4534 is the zone of 75° E, and each further one lies 3° to the east.
        MetreGrid::epsg(4534 + ((meridian - 75.0) / 3.0) as u32)
    } else {
        MetreGrid::epsg(EQUAL_AREA_CYLINDER)
    }
}

/// How far beyond the area a grid was made for points may lie and still be measured in it, in degrees: two zones of 3°.
const REACH_DEG: f64 = 6.0;

/// Brings the points of a table into a metre grid: the one that is stated, else the table's own, else the one that
/// [`grid_of_points`] chooses. Points that lie far outside the grid lose their position. Gives the grid and what to tell.
///
/// # Errors
///
/// [`ReadError::Reference`] where no grid suits the points, or most of them lie far outside the stated one; what
/// [`Transform::new`] refuses.
pub(crate) fn bring_to_grid(placed: &mut PointTable, stated: Option<MetreGrid>) -> Result<(MetreGrid, Vec<String>)> {
    let mut notes = Vec::new();
    let chosen = stated.or_else(|| grid_of_points(&placed.points, placed.reference));
    let Some(grid) = chosen else {
        let message = match placed.points.iter().any(Option::is_some) {
            true => format!("no metre grid suits points in {}: state one", placed.reference),
            false => "no row has a position that can be measured from".to_owned(),
        };
        return Err(ReadError::Reference { file: placed.table.source.clone(), message }.into());
    };
    if placed.reference == grid.into() {
        return Ok((grid, notes));
    }
    if stated.is_none() {
        notes.push(format!("distances are measured in {grid}, chosen from where the points lie"));
    }
    let before = placed.points.iter().flatten().count();
    let in_degrees: Vec<Option<Point>> = if placed.reference.is_wgs84_like() {
        placed.points.clone()
    } else {
        Transform::new(placed.reference, Reference::Wgs84)?.images(&placed.points)
    };
    let mut images = Transform::new(placed.reference, grid)?.images(&placed.points);
    let area = area_of_use(grid.code());
    let mut lost = Placeless::default();
    for (row, image) in images.iter_mut().enumerate() {
        let is_far = in_degrees[row].zip(area).is_some_and(|(point, [west, south, east, north])| {
            // A grid about the 180th meridian has its west in the east.
            let outside_x = west <= east && !(west - REACH_DEG..=east + REACH_DEG).contains(&point.x);
            outside_x || !(south - REACH_DEG..=north + REACH_DEG).contains(&point.y)
        });
        if is_far {
            *image = None;
        }
        if placed.points[row].is_some() && image.is_none() {
            lost.add(&placed.table, std::iter::once(row));
        }
    }
    if lost.count > 0 && lost.count as usize * 2 >= before {
        let message = format!("{} of {before} positions lie outside the grid {grid}", lost.count);
        return Err(ReadError::Reference { file: placed.table.source.clone(), message }.into());
    }
    notes.extend(lost.note(&placed.table.source, &format!("cannot be placed in {grid}")));
    placed.points = images;
    placed.reference = grid.into();
    Ok((grid, notes))
}
