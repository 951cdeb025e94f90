//! Questions in SQL over tables that may have a geometry in each row.
//!
//! The statement is one `SELECT`, answered by SQLite in memory. Geometries stay here: a cell of a column of geometries holds a
//! handle, which the functions `within`, `contains`, `intersects` and `distance_m` resolve. Where one of them is a condition
//! of a join or of `WHERE`, a condition that the spatial index answers is put before it, so that no product of two tables is
//! looked through.

mod engine;
mod functions;
mod geometries;
mod statement;

use polars::prelude::DataFrame;

use crate::error::Result;
use crate::model::Reference;

pub use engine::{Limits, answer, plan};

/// The name of the column of geometries in every table that has one.
pub const GEOMETRY: &str = "geometry";

/// A table that can be asked.
#[derive(Debug, Clone)]
pub struct QueryTable {
    /// The name by which statements call it.
    pub name: String,
    /// What a row of it is, in one sentence.
    pub about: String,
    /// The columns but for the geometries.
    pub frame: DataFrame,
    /// What the columns hold, in their order.
    pub columns: Vec<String>,
    /// The geometry of each row, and the reference of all, where rows have one; points or areas.
    pub geometries: Option<(Vec<Option<geo::Geometry<f64>>>, Reference)>,
}

/// The answer to a statement.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The rows; a column of geometries holds well-known text.
    pub frame: DataFrame,
    /// The name of the first column of geometries, and the geometry of each row in longitude and latitude of WGS 84.
    pub geometries: Option<(String, Vec<Option<geo::Geometry<f64>>>)>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
}

/// The tables that a statement names, among these; all that it does not name need not be made.
///
/// # Examples
///
/// ```
/// let named = jiju::query::named("select name from firms where note = 'no areas'", ["firms", "areas"]);
/// assert_eq!(named, ["firms"]);
/// ```
#[must_use]
pub fn named<'a>(sql: &str, tables: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let words = statement::identifiers(sql);
    tables.into_iter().filter(|table| words.iter().any(|word| word.eq_ignore_ascii_case(table))).collect()
}

/// What reading a table of geometries needs of the rows: all geometries of one reference.
pub(crate) type Shapes = (Vec<Option<geo::Geometry<f64>>>, Reference);

/// Checks that a statement may be asked at all: one `SELECT`, without what has another answer tomorrow.
///
/// # Errors
///
/// [`QueryError::Statement`](crate::error::QueryError::Statement).
pub fn check(sql: &str) -> Result<()> {
    statement::check(sql)
}
