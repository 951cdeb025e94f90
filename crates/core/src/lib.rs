//! Exact point-in-area joins, spatial weights, and the statistics of concentration, autocorrelation, point patterns and
//! clusters.
//!
//! | module | takes | gives |
//! | --- | --- | --- |
//! | [`model`] | | the nouns: areas, points, matches, weights, counts, rasters, coordinate references |
//! | [`stats`] | numbers | numbers: concentration, weights, autocorrelation, point patterns, clusters, classification |
//! | [`join`] | points, areas | the area that contains each point, and the neighbours of each area |
//! | [`grid`] | an extent, a size, points | cells, which are areas like any others |
//! | [`error`] | | what can go wrong |
//!
//! Nothing here reads a file, asks for the time, or prints.

pub mod error;
pub mod grid;
pub mod join;
pub mod model;
pub mod stats;

pub use error::{Error, Result};
