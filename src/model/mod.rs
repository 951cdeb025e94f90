//! The nouns of an office: table, register, ledger, report, the reference that a file declares; and those of the core.
//!
//! Nothing here reads a file or draws a line; every other module takes these and gives these.

mod columns;
pub mod credit_code;
mod declared_reference;
mod language;
mod ledger;
mod problem;
mod register;
mod table;
mod width;

pub use columns::{ColumnDefinition, ColumnMapping, LEDGER_COLUMNS, REGISTER_COLUMNS, register_column};
pub use declared_reference::DeclaredReference;
pub use jiju_core::model::{
    Area, Areas, Counts, Distance, Match, Measured, MetreGrid, Plane, Point, Raster, Reference, Weights, distance_m,
};
pub use language::Language;
pub use ledger::{Ledger, LedgerEntry, Stage};
pub use problem::{Place, Problem, ProblemKind, Report, Severity};
pub use register::{Enterprise, Register};
pub use table::Table;
pub use width::half_width;
