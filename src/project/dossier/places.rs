//! Where the firms of a block economy stand: small areas, parks, centres, clusters.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::desk::{Desk, number, row_of};
use crate::error::{Error, Result};
use crate::measure::{Centrography, ClusteredPoints, Dbscan, Hdbscan, Outcome};
use crate::source::AreaSource;

/// Clusters of the firms by one method.
pub(super) struct Clusters {
    pub(super) outcome: Outcome,
    pub(super) count: usize,
    /// The share of the firms that are in one.
    pub(super) share: Option<f64>,
    /// The sizes of all hulls together; none where no cluster encloses anything.
    pub(super) area_km2: Option<f64>,
    /// Firms per km² of the hull of the sparsest cluster.
    pub(super) sparsest_per_km2: Option<f64>,
    /// Whether each firm is in a cluster.
    pub(super) members: Vec<bool>,
}

impl Clusters {
    /// The share of firms that both methods put in a cluster, or both in none.
    pub(super) fn alike(&self, other: &Self) -> Option<f64> {
        let same = self.members.iter().zip(&other.members).filter(|(one, other)| one == other).count();
        (!self.members.is_empty()).then(|| same as f64 / self.members.len() as f64)
    }
}

/// Where a block economy is.
pub(super) struct Places {
    /// Firms of the block economy with a location.
    pub(super) firms: usize,
    /// Small areas with their number of firms, the most first.
    pub(super) areas: Vec<(String, usize)>,
    /// The share of the firms in parks, and with the boundaries of parks moved inward and outward by the error of locations.
    pub(super) in_parks: Option<(f64, Option<[f64; 2]>)>,
    /// The row of centres.
    pub(super) centres: Option<DataFrame>,
    /// Clusters of enough firms within the radius, and clusters of any density.
    pub(super) clusters: Option<[Clusters; 2]>,
}

/// Finds where the firms stand.
pub(super) fn places(desk: &Desk<'_>) -> Result<Places> {
    let members = desk.members()?;
    let frame = &desk.firms.frame;
    let placed = frame.column("lon").map_err(Error::table("firms"))?.is_not_null();
    let own: Vec<bool> =
        members.iter().zip(placed.iter()).map(|((_, is_own), placed)| *is_own && placed == Some(true)).collect();
    let firms = own.iter().filter(|is_own| **is_own).count();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in (0..own.len()).filter(|row| own[*row]) {
        if let Some(name) = desk.area_of(row) {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut areas: Vec<(String, usize)> = counts.into_iter().collect();
    areas.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if firms == 0 {
        return Ok(Places { firms, areas, in_parks: None, centres: None, clusters: None });
    }
    let table = desk.only(&own)?;
    let parked = desk.parked(&desk.firms);
    let in_parks = match parked.parks.is_empty() {
        true => None,
        false => {
            let cells = desk.run(&parked, &[])?.frame()?;
            let row = row_of(&cells, &[("area", desk.district()), ("sector", &desk.trade.sector)]);
            let cell = |name: &str| number(&cells, row?, name);
            let moved = cell("in_park_share_inward").zip(cell("in_park_share_outward"));
            cell("in_park_share").map(|share| (share, moved.map(|(inward, outward)| [inward, outward])))
        }
    };
    let centres = Centrography { points: desk.grid_points(&table), ..Centrography::default() };
    let centres = Some(desk.run(&centres, &[])?.frame()?);
    // A cluster needs others.
    let clusters = if firms < 2 { None } else { Some(clusters(desk, &table, firms)?) };
    Ok(Places { firms, areas, in_parks, centres, clusters })
}

fn clusters(desk: &Desk<'_>, table: &super::desk::Firms, firms: usize) -> Result<[Clusters; 2]> {
    let points = ClusteredPoints {
        table: desk.firm_source(table),
        areas: AreaSource { areas: desk.areas(&desk.layer), ..AreaSource::default() },
        ..ClusteredPoints::default()
    };
    let parts = ["clusters", "hulls"];
    let (radius, least) = (desk.request.radius, desk.request.min_points);
    let dense = Dbscan { points: points.clone(), radius: Some(radius), min_points: least };
    let any = Hdbscan { points, min_cluster_size: least.max(2), ..Hdbscan::default() };
    Ok([counted(desk.run(&dense, &parts)?, firms), counted(desk.run(&any, &parts)?, firms)])
}

fn counted(outcome: Outcome, firms: usize) -> Clusters {
    let table = outcome.tables.iter().find(|table| table.name == "clusters").map(|table| &table.frame);
    let rows = table.map_or(0, DataFrame::height);
    let sum = |name: &str| -> Option<f64> {
        let cells: Vec<f64> = (0..rows).filter_map(|row| number(table?, row, name)).collect();
        (!cells.is_empty()).then(|| cells.iter().sum())
    };
    let members = sum("members").unwrap_or(0.0);
    let (share, area_km2) = ((firms > 0).then(|| members / firms as f64), sum("area_km2"));
    let cells = |name: &str| (0..rows).filter_map(|row| number(table?, row, name)).collect::<Vec<f64>>();
    let sparsest_per_km2 = cells("density_per_km2").into_iter().reduce(f64::min);
    let labels =
        outcome.tables.first().and_then(|table| table.frame.column("cluster").ok().map(|cells| cells.is_not_null()));
    let members = labels.map(|labels| labels.iter().map(|is_in| is_in == Some(true)).collect()).unwrap_or_default();
    Clusters { count: rows, share, area_km2, sparsest_per_km2, members, outcome }
}
