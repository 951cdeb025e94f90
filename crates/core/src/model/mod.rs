//! The data types: areas, points, matches, weights, counts, rasters, coordinate references, distances.

mod area;
mod counts;
mod distance;
mod equal_area;
mod longitude;
mod matched;
mod named;
mod options;
mod point;
mod raster;
mod reference;
mod sets;
mod weights;

pub use area::{Area, Areas};
pub use counts::Counts;
pub use distance::{Distance, distance_m};
pub use equal_area::{EqualArea, EqualAreaParameters};
pub use longitude::{centroid, continuous_longitudes, mean_position, wrapped_longitude};
pub use matched::Match;
pub(crate) use named::{Named, named, unknown};
pub(crate) use options::with_fields;
pub use point::Point;
pub use raster::Raster;
pub use reference::{GridDefinition, Measured, MetreGrid, Plane, Reference};
pub(crate) use sets::Sets;
pub use weights::Weights;
