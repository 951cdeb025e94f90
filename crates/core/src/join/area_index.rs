#![expect(clippy::cast_possible_truncation, reason = "a place in a block of 256 points")]

use std::sync::OnceLock;

use super::cells::{BLOCK, CellsStore, EMPTY, GridCell, cells};
use super::nearest::EdgeTree;
use super::outlines::{Outlines, OutlinesStore, Vertex};
use super::part::{Parts, Position};
use super::{fault, metric::Metric};
use crate::error::Result;
use crate::model::{Areas, Match, Point, Reference};

/// A spatial index over one layer of areas that finds the areas containing a point. It is immutable and can be shared
/// between threads.
///
/// The answers are those of exact arithmetic on the coordinates as given; see [`crate::join`] for the definition of
/// inside.
///
/// # Examples
///
/// Two squares side by side; a point on their shared edge goes to the first of the file.
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::join::AreaIndex;
/// use jiju_core::model::{Area, Areas, Point, Reference};
///
/// let square = |id: &str, x: f64| Area {
///     id: id.to_owned(),
///     name: id.to_owned(),
///     parent: None,
///     geometry: MultiPolygon(vec![Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + 10.0, y: 10.0 }).to_polygon()]),
/// };
/// let areas = Areas {
///     layer: "park".to_owned(),
///     source: "parks.gpkg".to_owned(),
///     reference: Reference::epsg(4549),
///     areas: vec![square("west", 0.0), square("east", 10.0)],
/// };
/// let index = AreaIndex::new(&areas).unwrap();
/// assert_eq!(index.locate(Point::new(12.0, 5.0)).area, Some(1));
/// let shared = index.locate(Point::new(10.0, 5.0));
/// assert_eq!((shared.area, shared.on_boundary), (Some(0), true));
/// assert_eq!(index.locate_all(Point::new(10.0, 5.0)).len(), 2);
/// assert_eq!(index.nearest_within(Point::new(23.0, 14.0), 6.0), Some((1, 5.0)));
/// ```
#[derive(Debug)]
pub struct AreaIndex {
    area_count: usize,
    /// How distances are measured; none where they cannot be.
    pub(super) metric: Option<Metric>,
    outlines: OutlinesStore,
    cells: CellsStore,
    /// All parts, made when the first point comes to where too many of them meet.
    parts: OnceLock<Parts>,
    /// Edges for nearest-area queries, made when the first of them comes.
    pub(super) edges: OnceLock<EdgeTree>,
}

impl AreaIndex {
    /// Builds the index on all cores.
    ///
    /// # Errors
    ///
    /// Refuses a layer without areas, and areas without a polygon, with coordinates that are
    /// not finite or not in the range of the reference, or with rings of fewer than three distinct points: all named
    /// at once.
    pub fn new(areas: &Areas) -> Result<Self> {
        fault::refuse(areas)?;
        let outlines = OutlinesStore::new(areas)?;
        let cells = cells(&outlines.outlines());
        Ok(Self::of_stores(areas.len(), areas.reference, outlines, cells))
    }

    pub(super) fn outlines(&self) -> Outlines<'_> {
        self.outlines.outlines()
    }

    /// An index of arrays that were looked at.
    pub(super) fn of_stores(
        area_count: usize,
        reference: Reference,
        outlines: OutlinesStore,
        cells: CellsStore,
    ) -> Self {
        let metric = reference.measured().ok().map(Metric::for_reference);
        Self { area_count, metric, outlines, cells, parts: OnceLock::new(), edges: OnceLock::new() }
    }

    /// The arrays it is made of.
    pub(super) fn stores(&self) -> (&OutlinesStore, &CellsStore) {
        (&self.outlines, &self.cells)
    }

    /// The number of indexed areas.
    #[must_use]
    pub fn len(&self) -> usize {
        self.area_count
    }

    /// Always false: an index without areas cannot be built.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area_count == 0
    }

    /// The area that contains a point, and whether the point lies on its boundary. If several areas contain the
    /// point, the first in file order is returned. A point that is not finite lies in no area.
    #[must_use]
    pub fn locate(&self, point: Point) -> Match {
        self.first([point.x, point.y]).map_or_else(Match::default, matched)
    }

    /// All areas that contain a point, in file order.
    #[must_use]
    pub fn locate_all(&self, point: Point) -> Vec<Match> {
        let mut found = Vec::new();
        let point = [point.x, point.y];
        self.all_of(self.cells.cells().locate(&self.outlines(), point), point, &mut found);
        found.into_iter().map(matched).collect()
    }

    /// The first area in file order that holds a point, and whether on its boundary.
    #[inline]
    pub(super) fn first(&self, point: Vertex) -> Option<(u32, bool)> {
        match self.cells.cells().locate(&self.outlines(), point) {
            GridCell::Uniform(area) => area.map(|area| (area, false)),
            GridCell::Parts { areas, inside, touched } => first_of(areas, inside, touched),
            GridCell::Crowded => self.crowded(point).first().copied(),
        }
    }

    /// The first area that holds each of many points, and whether on its boundary, in the order of the points: for each its
    /// position. A coordinate that is not finite lies in none.
    #[inline]
    pub(super) fn first_of_each(&self, x: &[f64], y: &[f64], mut found: impl FnMut(usize, Option<(u32, bool)>)) {
        /// Beside the number of an area.
        const ON_BOUNDARY: u32 = 1 << 31;
        let (cells, outlines) = (self.cells.cells(), self.outlines());
        let mut areas = [EMPTY; BLOCK];
        for (block, (x, y)) in x.chunks(BLOCK).zip(y.chunks(BLOCK)).enumerate() {
            let areas = &mut areas[..x.len()];
            let mut others = [(0_u8, EMPTY); BLOCK];
            let mut count = 0;
            cells.locate_block(&outlines, [x, y], areas, |place, cell| {
                let first = match cell {
                    GridCell::Uniform(area) => area.map(|area| (area, false)),
                    GridCell::Parts { areas, inside, touched } => first_of(areas, inside, touched),
                    GridCell::Crowded => self.crowded([x[place], y[place]]).first().copied(),
                };
                let code = first.map_or(EMPTY, |(area, on_boundary)| area | if on_boundary { ON_BOUNDARY } else { 0 });
                others[count] = (place as u8, code);
                count += 1;
            });
            for (place, code) in &others[..count] {
                areas[usize::from(*place)] = *code;
            }
            for (place, code) in areas.iter().enumerate() {
                let area = code & !ON_BOUNDARY;
                found(block * BLOCK + place, (area != EMPTY).then_some((area, code & ON_BOUNDARY != 0)));
            }
        }
    }

    /// All areas that hold each of many points, in file order, and whether on their boundary, the points in no order: for
    /// each its position.
    pub(super) fn all_of_each(&self, x: &[f64], y: &[f64], mut found: impl FnMut(usize, &[(u32, bool)])) {
        let mut all = Vec::new();
        let (cells, outlines) = (self.cells.cells(), self.outlines());
        let mut areas = [EMPTY; BLOCK];
        for (block, (x, y)) in x.chunks(BLOCK).zip(y.chunks(BLOCK)).enumerate() {
            let first = block * BLOCK;
            let areas = &mut areas[..x.len()];
            let mut is_open = [false; BLOCK];
            cells.locate_block(&outlines, [x, y], areas, |place, cell| {
                is_open[place] = true;
                self.all_of(cell, [x[place], y[place]], &mut all);
                found(first + place, &all);
            });
            for (place, (area, is_open)) in areas.iter().zip(is_open).enumerate() {
                match area {
                    _ if is_open => {}
                    &EMPTY => found(first + place, &[]),
                    area => found(first + place, &[(*area, false)]),
                }
            }
        }
    }

    /// Every area that holds a point in file order, and whether on its boundary, by what its cell tells.
    fn all_of(&self, cell: GridCell<'_>, point: Vertex, found: &mut Vec<(u32, bool)>) {
        found.clear();
        match cell {
            GridCell::Uniform(area) => found.extend(area.map(|area| (area, false))),
            GridCell::Parts { areas, inside, touched } => {
                for (bit, area) in areas.iter().enumerate() {
                    let (inside, touched) = (inside >> bit & 1 == 1, touched >> bit & 1 == 1);
                    match found.last_mut() {
                        // Where one part holds the point inside, the area does.
                        Some((last, on_boundary)) if last == area => *on_boundary &= !inside,
                        _ if inside || touched => found.push((*area, !inside)),
                        _ => {}
                    }
                }
            }
            GridCell::Crowded => found.extend(self.crowded(point)),
        }
    }

    /// Every area that holds a point in file order, and whether on its boundary, from all parts.
    #[cold]
    fn crowded(&self, point: Vertex) -> Vec<(u32, bool)> {
        let outlines = self.outlines();
        let parts = self.parts.get_or_init(|| Parts::new(&outlines));
        let mut found: Vec<(u32, bool)> = parts
            .locate(&outlines, point)
            .into_iter()
            .map(|(part, position)| (outlines.parts[part as usize], position == Position::Boundary))
            .collect();
        // Inside sorts before boundary: where one part holds the point inside, the area does.
        found.sort_unstable();
        found.dedup_by_key(|(area, _)| *area);
        found
    }
}

#[inline]
fn first_of(areas: &[u32], inside: u32, touched: u32) -> Option<(u32, bool)> {
    let held = inside | touched;
    if held == 0 {
        return None;
    }
    let first = held.trailing_zeros() as usize;
    let area = areas[first];
    // The parts of an area stand together; on its boundary only if strictly inside none of them.
    let on_boundary = touched >> first & 1 == 1
        && !areas.iter().enumerate().skip(first).any(|(bit, other)| *other == area && inside >> bit & 1 == 1);
    Some((area, on_boundary))
}

pub(super) fn matched((area, on_boundary): (u32, bool)) -> Match {
    Match { area: Some(area as usize), on_boundary, snapped_m: None }
}
