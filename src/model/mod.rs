//! The data types shared by the other modules: table, register, ledger, report and declared reference, together with
//! those of the core crate.
//!
//! This module neither reads files nor draws figures; the other modules take and return its types.

pub mod cell;
pub mod column;
mod columns;
pub mod credit_code;
mod declared_reference;
pub mod json;
mod language;
mod ledger;
mod problem;
mod reading;
mod register;
mod said;
mod table;
mod width;

pub use columns::{
    ColumnDefinition, ColumnKind, ColumnMapping, LEDGER_COLUMNS, OwnColumn, REGISTER_COLUMNS, coordinates_advice,
    datum_of_header, register_column,
};
pub(crate) use declared_reference::GRID;
pub use declared_reference::{DatumShift, DeclaredReference};
pub use jiju_core::model::{
    Area, Areas, Counts, Distance, EqualArea, EqualAreaParameters, GridDefinition, Match, Measured, MetreGrid, Plane,
    Point, Raster, Reference, Weights, centroid, continuous_longitudes, distance_m, mean_position, wrapped_longitude,
};
pub use language::Language;
pub use ledger::{Ledger, LedgerEntry, Stage};
pub use problem::{Place, Problem, ProblemKind, Report, Severity};
pub use reading::{Reading, SharedAmount};
pub(crate) use register::Positions;
pub use register::{Enterprise, PARK_LAYERS, Register, Standing};
pub use said::{said, shown_cell};
pub use table::Table;
pub use width::half_width;
