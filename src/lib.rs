//! jiju 集聚 joins enterprises with the boundaries of districts, towns, parks and small-micro parks, measures how
//! industries concentrate there, and draws quota-progress maps and charts.
//!
//! The modules are in the order of the way that data takes; a module imports only from modules above it.
//!
//! | module | takes | gives |
//! | --- | --- | --- |
//! | [`error`], [`model`] | | what can go wrong and where; the nouns |
//! | [`stats`], [`join`], [`grid`] | numbers, points, areas | what the crate `jiju-core` computes |
//! | [`declare`] | a struct of parameters | its declaration, from which every door is made |
//! | [`source`] | files, or what is in memory | tables, areas, points, weights, and files again |
//! | [`policy`] | a policy folder | quotas, industries, blocks, grounds, stages, sector rules |
//! | [`check`] | tables, areas | a checked register and ledger, and every problem found |
//! | [`progress`] | policy, ledger, locations | quota tables, ranking |
//! | [`measure`] | an operation with its inputs | an outcome: tables, layers, single values |
//! | [`query`] | tables with geometries, a statement in SQL | the answer |
//! | [`render`] | tables, areas | figures in millimetres, as SVG, PNG, PDF |
//! | [`report`] | tables, figures | bulletin, workbook, page |
//! | [`synth`] | a seed | sample data and the truth of its seeded faults |
//! | [`project`] | a project file | the whole run |
//!
//! # Examples
//!
//! An operation on what is in memory:
//!
//! ```
//! use jiju::measure::{Dbscan, Operation};
//! use jiju::model::{Distance, Table};
//! use jiju::polars::prelude::{Column, DataFrame};
//! use jiju::source::Origin;
//!
//! let columns = vec![
//!     Column::new("lon".into(), [120.500, 120.501, 120.502, 120.9]),
//!     Column::new("lat".into(), [30.0, 30.0, 30.0, 30.5]),
//! ];
//! let frame = DataFrame::new(4, columns)?;
//! let firms = Table::new("firms", frame, (1..=4).collect());
//! let mut dbscan = Dbscan::default().with_radius(Distance::from_metres(500.0)).with_min_points(2_usize);
//! dbscan.points.table.points.table = Origin::from(firms);
//! let outcome = Operation::run(&dbscan)?;
//! assert_eq!(outcome.frame()?.column("cluster")?.null_count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// A cast that loses something must be a decision: a file says why it cannot, or a checked conversion is used.
#![cfg_attr(not(test), warn(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss))]

pub mod check;
pub mod declare;
pub mod error;
pub mod measure;
pub mod model;
pub mod policy;
pub mod progress;
pub mod project;
pub mod query;
pub mod render;
pub mod report;
pub mod source;
pub mod synth;

pub use error::{Error, Result};
pub use jiju_core::{grid, join, stats};
pub use polars;
