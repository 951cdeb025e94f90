//! The nouns: table, register, ledger, areas, counts, report, coordinate reference.
//!
//! Nothing here reads a file or draws a line; every other module takes these and gives these.

mod area;
mod columns;
mod counts;
pub mod credit_code;
mod distance;
mod language;
mod ledger;
mod matched;
mod point;
mod problem;
mod raster;
mod reference;
mod register;
mod sets;
mod table;
mod weights;
mod width;

pub use area::{Area, Areas};
pub use columns::{ColumnDefinition, ColumnMapping, LEDGER_COLUMNS, REGISTER_COLUMNS, register_column};
pub use counts::Counts;
pub use distance::distance_m;
pub use language::Language;
pub use ledger::{Ledger, LedgerEntry, Stage};
pub use matched::Match;
pub use point::Point;
pub use problem::{Place, Problem, ProblemKind, Report, Severity};
pub use raster::Raster;
pub use reference::Reference;
pub use register::{Enterprise, Register};
pub(crate) use sets::Sets;
pub use table::Table;
pub use weights::Weights;
pub use width::half_width;
