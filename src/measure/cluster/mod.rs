//! Clusters of points, and regions of areas that are alike.

mod density_based;
mod description;
mod matched;
mod panel;
mod regions;
mod scan;

pub use density_based::{ClusteredPoints, Dbscan, Hdbscan, Optics};
pub use matched::Match;
pub use panel::DbscanPanel;
pub use regions::{ColumnFloor, MaxP, RegionUnits, Skater};
pub use scan::{Scan, ZoneShape};

use polars::prelude::{Column, DataFrame};

use crate::error::{Error, Result};
use crate::model::{Measured, Point, Reference, Table};
use crate::stats;

/// Points as distances between them are measured: on the sphere for longitude and latitude, in the plane of a grid.
fn measured_places<'a>(points: impl Iterator<Item = &'a Point>, reference: Reference) -> Result<stats::Places> {
    let at: Vec<[f64; 2]> = points.map(|point| [point.x, point.y]).collect();
    Ok(match reference.measured()? {
        Measured::Geodesic => stats::Places::on_sphere(&at)?,
        Measured::Planar(_) => stats::Places::planar(&at)?,
    })
}

/// A table with columns beside its own; one whose name the table has already is called `…_found`.
fn beside(table: &Table, found: Vec<Column>) -> Result<DataFrame> {
    let known = table.columns();
    let renamed = |column: Column| {
        let mut name = column.name().to_string();
        while known.contains(&name) {
            name.push_str("_found");
        }
        column.with_name(name.into())
    };
    let columns: Vec<Column> = found.into_iter().map(renamed).collect();
    table.frame.hstack(&columns).map_err(Error::table(table.source.as_str()))
}
