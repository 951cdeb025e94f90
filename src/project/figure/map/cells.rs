use geo::{Area as _, MultiPolygon};
use polars::prelude::{Column, DataFrame};

use super::rows::{AreaTable, Keys};
use crate::error::{Error, Result};
use crate::grid::{Extent, hexagons, squares};
use crate::join::{AreaIndex, locate_points};
use crate::measure::grid::meeting;
use crate::model::{Areas, MetreGrid, Point, Table, column, distance_m};
use crate::project::survey::Survey;
use crate::render::{CellShapeSpec, CellSpec, MapSpec};
use crate::source::{Transform, projected_areas};

/// Makes a grid of cells over a layer, clipped to its outer boundary, in the grid of the map.
///
/// # Errors
///
/// Fails if the size is not a distance, or if making or transforming the cells fails.
pub(super) fn cells(spec: &CellSpec, layer: &Areas, grid: MetreGrid) -> Result<Areas> {
    let projected = projected_areas(layer, grid.into())?;
    let territory: Vec<MultiPolygon> = projected.areas.into_iter().map(|area| area.geometry).collect();
    let mut extent: Extent = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    for bounds in territory.iter().filter_map(geo::BoundingRect::bounding_rect) {
        extent[0] = [extent[0][0].min(bounds.min().x), extent[0][1].min(bounds.min().y)];
        extent[1] = [extent[1][0].max(bounds.max().x), extent[1][1].max(bounds.max().y)];
    }
    let size_m = distance_m(&spec.size)?;
    let made = match spec.shape {
        CellShapeSpec::Hexagon => hexagons(extent, size_m)?,
        CellShapeSpec::Square => squares(extent, size_m)?,
    };
    let areas = meeting(made, &territory, true);
    Ok(Areas { layer: "cell".to_owned(), source: "cells".to_owned(), reference: grid.into(), areas })
}

/// Counts the firms in each cell, as `count` and `density_per_km2`: all firms, or those of the sector that the
/// specification names.
///
/// # Errors
///
/// Errors of the coordinate transformation.
pub(super) fn counted(spec: &MapSpec, cells: &Areas, survey: &Survey) -> Result<AreaTable> {
    let register = &survey.register.register;
    let sector = spec.filter.get(column::SECTOR);
    let firms = register
        .enterprises()
        .iter()
        .filter(|one| sector.is_none() || one.sector.as_deref() == sector.map(String::as_str));
    let points: Vec<Option<Point>> = firms.map(|one| one.location).collect();
    let images = Transform::new(register.reference, cells.reference)?.images(&points);
    let mut counts = vec![0_u64; cells.len()];
    for found in locate_points(&AreaIndex::new(cells)?, &images, None) {
        if let Some(cell) = found.area {
            counts[cell] += 1;
        }
    }
    let density = |(count, cell): (&u64, &crate::model::Area)| {
        let km2 = cell.geometry.unsigned_area() / 1e6;
        (km2 > 0.0).then(|| *count as f64 / km2)
    };
    let densities: Vec<Option<f64>> = counts.iter().zip(&cells.areas).map(density).collect();
    let ids: Vec<&str> = cells.areas.iter().map(|cell| cell.id.as_str()).collect();
    let columns = vec![
        Column::new(column::AREA.into(), ids),
        Column::new(column::COUNT.into(), counts),
        Column::new(column::DENSITY_PER_KM2.into(), densities),
    ];
    let frame = DataFrame::new(cells.len(), columns).map_err(Error::table("the cells"))?;
    let rows = (1..=frame.height() as u64).collect();
    let table = Table::new("cells", frame, rows);
    AreaTable::new(table, column::AREA, &std::collections::BTreeMap::new(), cells, Keys::Made)
}
