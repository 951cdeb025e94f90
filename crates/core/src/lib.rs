#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! | module | takes | gives |
//! | --- | --- | --- |
//! | [`model`] | | the data types: areas, points, matches, weights, counts, rasters, coordinate references |
//! | [`stats`] | numbers | numbers: concentration, weights, autocorrelation, point patterns, clusters, classification |
//! | [`join`] | points, areas | the area that contains each point, and the neighbours of each area |
//! | [`grid`] | an extent, a cell size, points | square, hexagonal, quadtree and H3 cells, as areas |
//! | [`error`] | | the error types |
//!
//! The crate reads no files, uses no clock, and prints nothing.

// A cast that loses something must be a decision: a file says why it cannot, or a checked conversion is used.
#![warn(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

pub mod error;
pub mod grid;
pub mod join;
pub mod model;
pub mod stats;

pub use error::{Error, Result};
