use std::cmp::Ordering;
use std::collections::HashMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::close_edges::close_edges;
use super::snapped::within_reach;
use crate::error::{JoinError, Result};
use crate::join::fault;
use crate::join::orientation::orientation;
use crate::join::outlines::{Edge, Outlines, OutlinesStore, Vertex};
use crate::model::{Areas, Weights, named};

named! {
    "contiguity";

    /// When two areas are neighbours.
    pub enum Contiguity {
        /// Their boundaries share at least one point.
        Queen,
        /// Their boundaries share a line of positive length.
        Rook,
    }
}

/// The pairs of areas that meet, and whether along a line.
pub(super) type Meetings = HashMap<(u32, u32), bool>;

/// Contiguity weights: areas whose boundaries meet are neighbours with weight 1, in file order.
///
/// Boundaries are compared as given, with exact arithmetic: a corner in the middle of another area's edge touches it,
/// and edges that overlap without a common vertex share a line. With a tolerance `snap_m` above 0, boundaries meet
/// where they come within the tolerance, and along a line where they do so for more than four times the tolerance;
/// this is for maps whose areas were digitised separately. Areas that overlap are neighbours if their boundaries
/// cross. An area inside another is its neighbour only if it touches the boundary of one of its holes. In longitude and
/// latitude an edge along 180° W lies on the same line as one along 180° E.
///
/// # Units
///
/// `snap_m` in metres, on the ellipsoid for longitude and latitude (in a flat frame at the place).
///
/// # Errors
///
/// The errors of [`AreaIndex::new`](crate::join::AreaIndex::new); ids that are doubled; a tolerance that is negative or not
/// finite.
///
/// # Examples
///
/// Four squares: diagonal ones share a corner.
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::join::{Contiguity, contiguity};
/// use jiju_core::model::{Area, Areas, Reference};
///
/// let square = |id: &str, x: f64, y: f64| Area {
///     id: id.to_owned(),
///     name: id.to_owned(),
///     parent: None,
///     geometry: MultiPolygon(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + 1.0, y: y + 1.0 }).to_polygon()]),
/// };
/// let areas = Areas {
///     layer: "cells".to_owned(),
///     source: "cells.geojson".to_owned(),
///     reference: Reference::epsg(4549),
///     areas: vec![square("a", 0.0, 0.0), square("b", 1.0, 0.0), square("c", 0.0, 1.0), square("d", 1.0, 1.0)],
/// };
/// let queen = contiguity(&areas, Contiguity::Queen, 0.0)?;
/// assert_eq!(queen.neighbours(0).map(|(area, _)| area).collect::<Vec<_>>(), [1, 2, 3]);
/// let rook = contiguity(&areas, Contiguity::Rook, 0.0)?;
/// assert_eq!(rook.neighbours(0).map(|(area, _)| area).collect::<Vec<_>>(), [1, 2]);
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn contiguity(areas: &Areas, kind: Contiguity, snap_m: f64) -> Result<Weights> {
    if !(snap_m.is_finite() && snap_m >= 0.0) {
        return Err(JoinError::Distance { what: "snapping tolerance", found: snap_m, expected: "0 m or more" }.into());
    }
    fault::refuse(areas)?;
    let across = if areas.reference.is_wgs84_like() { with_far_side(areas) } else { None };
    let store = OutlinesStore::new(across.as_ref().unwrap_or(areas))?;
    let outlines = store.outlines();
    let meetings = if snap_m > 0.0 {
        within_reach(&outlines, areas.reference.measured()?, snap_m)
    } else {
        let found = close_edges(&outlines, [0.0; 2], |found: &mut Met, one, other| found.look(&outlines, one, other));
        let mut meetings = Meetings::new();
        for (pair, along) in found.into_iter().flat_map(|found| found.pairs) {
            *meetings.entry(pair).or_default() |= along;
        }
        meetings
    };
    let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); areas.len()];
    for ((one, other), along) in meetings {
        if along || kind == Contiguity::Queen {
            rows[one as usize].push((other, 1.0));
            rows[other as usize].push((one, 1.0));
        }
    }
    rows.iter_mut().for_each(|row| row.sort_unstable_by_key(|(area, _)| *area));
    Weights::new(areas.areas.iter().map(|area| area.id.clone()).collect(), rows)
}

/// The areas with their edges along 180° W once more along 180° E, which is the same line. `None` where no edge runs there.
fn with_far_side(areas: &Areas) -> Option<Areas> {
    let far_side = |geometry: &MultiPolygon<f64>| -> Vec<Polygon<f64>> {
        let rings = geometry.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
        let edges = rings.flat_map(LineString::lines).filter(|edge| edge.start.x == -180.0 && edge.end.x == -180.0);
        let moved = |y: f64| Coord { x: 180.0, y };
        edges.map(|edge| Polygon::new(LineString(vec![moved(edge.start.y), moved(edge.end.y)]), Vec::new())).collect()
    };
    let more: Vec<Vec<Polygon<f64>>> = areas.areas.iter().map(|area| far_side(&area.geometry)).collect();
    if more.iter().all(Vec::is_empty) {
        return None;
    }
    let mut across = areas.clone();
    for (area, more) in across.areas.iter_mut().zip(more) {
        area.geometry.0.extend(more);
    }
    Some(across)
}

/// The pairs that were found so far.
#[derive(Default)]
struct Met {
    pairs: Meetings,
    /// The pair that was found last to meet along a line: its next edges need no look.
    last: Option<(u32, u32)>,
}

impl Met {
    fn look(&mut self, outlines: &Outlines<'_>, one: Edge, other: Edge) {
        let pair = (outlines.parts[one.part as usize], outlines.parts[other.part as usize]);
        if self.last == Some(pair) {
            return;
        }
        if let Some(along) = meeting(outlines.ends(one.vertex), outlines.ends(other.vertex)) {
            *self.pairs.entry(pair).or_default() |= along;
            if along {
                self.last = Some(pair);
            }
        }
    }
}

/// Returns whether two edges share a point and whether they share a line of positive length, by exact arithmetic.
fn meeting((a, b): (Vertex, Vertex), (c, d): (Vertex, Vertex)) -> Option<bool> {
    if (a, b) == (d, c) || (a, b) == (c, d) {
        return Some(true);
    }
    let of_other = [orientation(a, b, c), orientation(a, b, d)];
    if of_other == [Ordering::Equal; 2] {
        // On one line: along the axis on which it is not a point.
        let axis = usize::from(a[0] == b[0]);
        let start = a[axis].min(b[axis]).max(c[axis].min(d[axis]));
        let end = a[axis].max(b[axis]).min(c[axis].max(d[axis]));
        return (start <= end).then_some(start < end);
    }
    let of_one = [orientation(c, d, a), orientation(c, d, b)];
    let parted = |sides: [Ordering; 2]| sides[0] == sides[1] && sides[0] != Ordering::Equal;
    (!parted(of_other) && !parted(of_one)).then_some(false)
}
