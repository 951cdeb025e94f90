use std::collections::HashSet;

use foldhash::fast::FixedState;
use geo::{BoundingRect as _, Coord, Intersects as _, LineString, MultiPolygon, Polygon, Rect};
use h3o::{CellIndex, LatLng, Resolution};

use super::{MOST_CELLS, refused};
use crate::error::Result;
use crate::model::Area;

/// The H3 cells that intersect an extent of longitude and latitude, ordered by id.
///
/// H3 is Uber's hexagonal grid of the Earth. A cell of resolution 7 has about 5 km², and each further resolution a
/// seventh of that. Cells are not equal hexagons in any projected grid; use [`hexagons`](super::hexagons()) where
/// sizes matter.
///
/// # Units
///
/// Degrees.
///
/// # Errors
///
/// A resolution above 15; an extent that is empty, not on Earth, or contains a pole or crosses the 180th meridian; more than
/// four million cells.
///
/// # Examples
///
/// ```
/// use jiju_core::grid::h3_cells;
/// let cells = h3_cells([[120.58, 30.0], [120.58, 30.0]], 7)?;
/// assert_eq!(cells.len(), 1);
/// assert!(cells[0].id.starts_with("87"));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// I. Brodsky, H3: Uber's hexagonal hierarchical spatial index, 2018.
pub fn h3_cells(extent_deg: [[f64; 2]; 2], resolution: u8) -> Result<Vec<Area>> {
    let resolution =
        Resolution::try_from(resolution).map_err(|_| refused("the resolution", resolution.to_string(), "0 to 15"))?;
    let [lower, upper] = extent_deg;
    let on_earth = lower[0] <= upper[0] && lower[1] <= upper[1] && lower[0] >= -180.0 && upper[0] <= 180.0;
    if !(on_earth && lower[1] > -85.0 && upper[1] < 85.0) {
        let found = format!("{lower:?} to {upper:?}");
        return Err(refused("the extent", found, "longitudes and latitudes up to 85°, not empty"));
    }
    let too_many = || refused("the number of cells", "more than 4,000,000".to_owned(), "a lower resolution");
    // By the sphere: cells of a resolution differ in size by less than a factor of two.
    let strip = (upper[1].to_radians().sin() - lower[1].to_radians().sin()) / 2.0;
    let share = strip * (upper[0] - lower[0]) / 360.0;
    if share * resolution.cell_count() as f64 > 2.0 * MOST_CELLS {
        return Err(too_many());
    }
    let extent = Rect::new(Coord { x: lower[0], y: lower[1] }, Coord { x: upper[0], y: upper[1] });
    let middle = extent.center();
    let start = LatLng::new(middle.y, middle.x)
        .map_err(|error| refused("the extent", error.to_string(), "longitudes and latitudes"))?
        .to_cell(resolution);
    // From neighbour to neighbour: an extent is in one piece, so that no cell that meets it is missed.
    let mut seen: HashSet<CellIndex, FixedState> = HashSet::default();
    seen.insert(start);
    let (mut open, mut cells) = (vec![start], Vec::new());
    while let Some(cell) = open.pop() {
        let outline = outline(cell);
        let meets = outline.bounding_rect().is_some_and(|own| own.intersects(&extent)) && outline.intersects(&extent);
        if !meets && cell != start {
            continue;
        }
        cells.push((cell, outline));
        if cells.len() as f64 > MOST_CELLS {
            return Err(too_many());
        }
        let neighbours = cell.grid_disk_safe(1).filter(|next| seen.insert(*next));
        open.extend(neighbours);
    }
    cells.sort_by_key(|(cell, _)| *cell);
    let area = |(cell, outline): (CellIndex, Polygon<f64>)| {
        let id = cell.to_string();
        Area { name: id.clone(), id, parent: None, geometry: MultiPolygon(vec![outline]) }
    };
    Ok(cells.into_iter().map(area).collect())
}

/// The corners of a cell in longitude and latitude, all on one side of the 180th meridian.
fn outline(cell: CellIndex) -> Polygon<f64> {
    let centre = LatLng::from(cell).lng();
    let corner = |at: &LatLng| {
        let turns = ((at.lng() - centre) / 360.0).round();
        Coord { x: at.lng() - turns * 360.0, y: at.lat() }
    };
    let boundary = cell.boundary();
    Polygon::new(LineString(boundary.iter().map(corner).collect()), Vec::new())
}
