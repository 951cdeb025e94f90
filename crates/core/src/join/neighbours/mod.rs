//! Who is next to whom: areas that share a boundary, points that are near each other.

mod close_edges;
mod contiguity;
mod distances;
mod snapped;

pub use contiguity::{Contiguity, contiguity};
pub use distances::{nearest_neighbours, neighbours_within};
