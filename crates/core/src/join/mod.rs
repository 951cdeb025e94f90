//! Finds the area that contains each point, using exact arithmetic: an index over a layer of areas, snapping, counting, and
//! the neighbours of areas and points.
//!
//! | file | takes | gives |
//! | --- | --- | --- |
//! | `area_index` | a layer of areas | [`AreaIndex`]: the areas that contain a point |
//! | `outlines` | a layer of areas | its rings as flat arrays |
//! | `cells` | outlines | a grid, refined where edges are dense: most cells lie in one area, the others store their few edges |
//! | `part` | outlines | an R-tree of parts, each with its edges in bands, for cells in which too many parts meet |
//! | `crossing` | an edge and two places | whether the edge stands between them, exactly |
//! | `orientation` | a line and a point | the side on which it lies, exactly |
//! | `nearest` | an index and a point | the nearest area, the distance to the nearest boundary in metres |
//! | `neighbours` | a layer of areas, or points | [`Weights`](crate::model::Weights): areas that share a boundary, points that are close |
//! | `dissolved` | areas | one area, without the boundaries between them |
//! | `metric` | a point and an edge | their distance in metres, geodesic or planar |
//! | `displaced` | a point, metres to the east and north | another point |
//! | `fault` | a layer of areas | all reasons why it cannot be indexed |
//! | `validity` | an area | what makes its rings invalid, and where |
//! | `saved` | an index | bytes, and back |
//! | `locate` | an index and many points | a [`Match`](crate::model::Match) for each, in order, on all cores |
//! | `count` | rows and matches | area × sector [`Counts`](crate::model::Counts) |
//!
//! # What counts as inside
//!
//! A part of an area is a polygon; it contains the points from which a ray crosses its rings, holes included, an odd
//! number of times (even-odd rule: rings that overlap themselves need no repair, and ring direction does not matter). An
//! area contains what any of its parts contains, and every point of every edge. A point is on the boundary of an area if
//! it lies on one of its edges and strictly inside none of its parts. Between two vertices an edge is the straight line in
//! the coordinates of the layer.
//!
//! Of areas without faults ([`ring_faults`]) the sizes ([`Areas::areas_km2`](crate::model::Areas::areas_km2)) are those of the points that
//! they contain; of others they may not be.
//!
//! A point in several areas is matched with the first in file order. Areas are never transformed: the caller transforms
//! points to the reference of each layer.

mod area_index;
mod array;
mod cells;
mod count;
mod crossing;
mod displaced;
mod dissolved;
mod fault;
mod locate;
mod metric;
mod nearest;
mod neighbours;
mod orientation;
mod outlines;
mod part;
mod saved;
#[cfg(test)]
mod tests;
mod validity;

pub use area_index::AreaIndex;
pub use count::{Addend, Counted, Totals, counts_of, refuse_unknown_areas, totals};
pub use displaced::displaced;
pub use dissolved::dissolved;
pub use locate::{Holders, distances_m, in_any, in_moved, locate_columns, locate_points, restrict};
pub use neighbours::{Contiguity, contiguity, nearest_neighbours, neighbours_within};
pub use saved::{INDEX_MAGIC, SavedIndex, index_bytes};
pub use validity::{InvalidRing, RingFault, ring_faults};
