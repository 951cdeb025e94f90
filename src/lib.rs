//! jiju 集聚 joins enterprises with the boundaries of districts, towns, parks and small-micro parks, measures how
//! industries concentrate there, and draws quota-progress maps and charts.
//!
//! The module list is the way of the data; a module imports only from modules on lower floors.
//!
//! | floor | module | takes | gives |
//! | --- | --- | --- | --- |
//! | 0 | [`error`], [`model`] | | what can go wrong and where; the nouns |
//! | 1 | [`read`] | files | tables and areas, and files again |
//! | 1 | [`policy`] | a policy folder | quotas, industries, blocks, grounds, stages, sector rules |
//! | 1 | [`stats`] | numbers | numbers: concentration, weights, autocorrelation, point patterns, clusters, classification |
//! | 2 | [`check`] | tables, areas | a checked register and ledger, and every problem found |
//! | 2 | [`grid`] | an extent, a size, points | cells, areas like any others |
//! | 2 | [`join`] | points, areas | in which area each point lies, who is next to whom |
//! | 2 | [`progress`] | policy, ledger, locations | quota tables, ranking |
//! | 3 | [`synth`] | a seed | sample data and the truth of its seeded faults |
//! | 3 | [`render`] | tables, areas | figures in millimetres, as SVG, PNG, PDF |
//! | 4 | [`report`], [`project`] | tables, figures | bulletin and workbook; a project file → the whole run |

pub mod check;
pub mod declare;
pub mod error;
pub mod measure;
pub mod model;
pub mod policy;
pub mod progress;
pub mod project;
pub mod render;
pub mod report;
pub mod source;
pub mod synth;

pub use error::{Error, Result};
pub use jiju_core::{grid, join, stats};
pub use polars;
