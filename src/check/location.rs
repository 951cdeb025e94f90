use std::collections::HashMap;

use super::cells::TableCells;
use super::checked::RowProblems;
use crate::declare::spelled;
use crate::error::Result;
use crate::model::{DeclaredReference, Point, ProblemKind, cell};
use crate::source::likely::{self, LATITUDES, LONGITUDES};
use crate::source::{Transform, is_in_degrees};

/// The largest easting a grid gives: zone number before the easting, `45 500 000` and beyond.
const LARGEST_EASTING_M: f64 = 5e7;
/// From the equator to the pole and a false northing.
const LARGEST_NORTHING_M: f64 = 2.1e7;

/// Reads the position of each row and transforms it to the register's reference.
pub(super) struct Locator {
    file: DeclaredReference,
    target: DeclaredReference,
    /// The transform for each declared reference; `None` if positions in it cannot be transformed to the target.
    transforms: HashMap<DeclaredReference, Option<Transform>>,
    /// Whether the coordinates of each declared reference are longitude and latitude.
    degrees: HashMap<DeclaredReference, bool>,
}

impl Locator {
    /// Makes a locator for a file whose coordinates are declared as `file`. The offsets of GCJ-02 and BD-09 are
    /// removed; coordinates in any other reference are kept as they are.
    pub(super) fn new(file: DeclaredReference) -> Result<Self> {
        let target = DeclaredReference::from(file.undone());
        let mut transforms = HashMap::new();
        if file != target {
            transforms.insert(file, Some(Transform::new(file, target)?));
        }
        Ok(Self { file, target, transforms, degrees: HashMap::new() })
    }

    /// Returns the reference of all resulting positions.
    pub(super) fn target(&self) -> DeclaredReference {
        self.target
    }

    /// Returns the position of a row; `None` if the row has no coordinates, or if they cannot be used, in which case
    /// the row is rejected.
    pub(super) fn locate(&mut self, cells: &TableCells<'_>, index: usize, row: &mut RowProblems<'_>) -> Option<Point> {
        let reference = match cells.get(index, "datum") {
            None => self.file,
            Some(cell) => match DeclaredReference::of_datum(cell) {
                Some(reference) => reference,
                None => {
                    row.reject(
                        ProblemKind::UnknownDatum,
                        cells.header("datum"),
                        cell,
                        "wgs84, cgcs2000, gcj02, bd09 or EPSG:n",
                    );
                    return None;
                }
            },
        };
        let is_in_degrees = *self.degrees.entry(reference).or_insert_with(|| is_in_degrees(reference));
        let point = read_point(cells, index, reference, is_in_degrees, row)?;
        if reference.agrees_with(self.target) {
            return Some(point);
        }
        if reference != self.file {
            row.warn(
                ProblemKind::DatumDiffers,
                cells.header("datum"),
                &reference.to_string(),
                format!("{}, the datum of the file; the coordinates were converted", self.file),
            );
        }
        let target = self.target;
        let transform =
            self.transforms.entry(reference).or_insert_with(|| Transform::new(reference, target).ok()).as_ref();
        let moved = transform.and_then(|transform| transform.point(point).ok()).filter(|point| point.is_finite());
        if let (None, Some(grid)) = (moved, reference.grid()) {
            let (header, found) = (cells.header("lon"), format!("{}, {}", point.x, point.y));
            let expected = format!("a position within the grid of shifts {}", grid.display());
            row.reject(ProblemKind::CoordinateRange, header, &found, expected);
        } else if moved.is_none() {
            row.reject(
                ProblemKind::UnknownDatum,
                cells.header("datum"),
                &reference.to_string(),
                format!("a reference that can be carried to {target}"),
            );
        }
        moved
    }
}

fn read_point(
    cells: &TableCells<'_>,
    index: usize,
    reference: DeclaredReference,
    is_in_degrees: bool,
    row: &mut RowProblems<'_>,
) -> Option<Point> {
    // A shift changes the datum, not what the numbers are.
    let reference = match reference {
        DeclaredReference::Shifted(code, _) => DeclaredReference::Epsg(code),
        other => other,
    };
    let (lon_header, lat_header) = (cells.header("lon"), cells.header("lat"));
    let (lon, lat) = (cells.get(index, "lon"), cells.get(index, "lat"));
    if lon.is_none() && lat.is_none() {
        row.warn(ProblemKind::MissingValue, lon_header, "", "coordinates; without them the firm stands nowhere");
        return None;
    }
    let mut read = |cell: Option<&str>, header: &str| match cell {
        None => {
            row.reject(ProblemKind::MissingValue, header, "", "a coordinate, as the other one is given");
            None
        }
        Some(cell) => {
            let number = cell::coordinate(cell);
            if number.is_none() {
                row.reject(ProblemKind::UnreadableValue, header, cell, "a number, or degrees, minutes and seconds");
            }
            number
        }
    };
    let (x, y) = (read(lon, lon_header), read(lat, lat_header));
    let point = Point::new(x?, y?);
    let found = format!("{}, {}", lon.unwrap_or_default(), lat.unwrap_or_default());
    let before = |row: &mut RowProblems<'_>, kind, expected: &str| {
        row.reject(kind, lon_header, &found, expected);
        None
    };
    if point.x == 0.0 && point.y == 0.0 {
        return before(row, ProblemKind::CoordinateZero, "a position; 0, 0 is written where none was measured");
    }
    let key = |parameter: &str| match parameter {
        "crs" => "`reference`".to_owned(),
        "x" => "`lon`".to_owned(),
        "y" => "`lat`".to_owned(),
        other => format!("`{other}`"),
    };
    let cause = || likely::kind(&[point], reference).map(|cause| format!("; {}", spelled(&cause, key)));
    let cause = || cause().unwrap_or_default();
    if !is_in_degrees {
        let looks_like_degrees = point.x.abs() <= 180.0 && point.y.abs() <= 180.0;
        let grid = likely::own_grid(reference);
        let is_beyond = match grid {
            Some(grid) => !grid.holds(point),
            None => point.x.abs() > LARGEST_EASTING_M || point.y.abs() > LARGEST_NORTHING_M,
        };
        if looks_like_degrees || is_beyond {
            let range = grid.map(|grid| {
                let eastings = grid.eastings_m();
                format!(", the easting between {} and {}", eastings.start(), eastings.end())
            });
            let expected =
                format!("easting and northing in metres of {reference}{}{}", range.unwrap_or_default(), cause());
            return before(row, ProblemKind::CoordinateRange, &expected);
        }
        return Some(point);
    }
    if LONGITUDES.contains(&point.x) && LATITUDES.contains(&point.y) {
        return Some(point);
    }
    if LATITUDES.contains(&point.x) && LONGITUDES.contains(&point.y) {
        return before(
            row,
            ProblemKind::CoordinateSwapped,
            "a longitude between 73 and 136, then a latitude between 3 and 54: they have changed places",
        );
    }
    if point.x.abs() > 360.0 && point.y.abs() > 360.0 {
        let expected = format!("longitude and latitude in degrees{}", cause());
        return before(row, ProblemKind::CoordinateRange, &expected);
    }
    if !LONGITUDES.contains(&point.x) {
        let found = lon.unwrap_or_default();
        row.reject(ProblemKind::CoordinateRange, lon_header, found, "a longitude between 73 and 136");
    }
    if !LATITUDES.contains(&point.y) {
        let found = lat.unwrap_or_default();
        row.reject(ProblemKind::CoordinateRange, lat_header, found, "a latitude between 3 and 54");
    }
    None
}
