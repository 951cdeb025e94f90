//! Cells over areas or points, and the choice of those that are kept.

use geo::{Area as _, BooleanOps as _, BoundingRect as _, Intersects as _, MultiPolygon};
use rayon::prelude::*;

use super::refused;
use crate::error::Result;
use crate::grid::{Extent, h3_cells, hexagons, quadtree, squares};
use crate::model::{Area, Areas, MetreGrid, Reference};
use crate::source::LayerSource;
use crate::source::grid::check_reach;
use crate::source::layers;
use crate::source::point_table::{Placeless, PointSource, point_table};
use crate::source::{self, grid_of_points, needed_grid};

/// The shape of cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum CellShape {
    /// [`squares`] of a side in metres.
    Square(f64),
    /// [`hexagons`] of a width in metres.
    Hexagon(f64),
    /// A [`quadtree`] of at least so many points a cell, with sides no shorter, in metres.
    Quadtree(usize, f64),
    /// [`h3_cells`] of a resolution.
    H3(u8),
}

/// The areas or points that cells cover.
pub(super) struct Covered {
    pub(super) areas: Option<LayerSource>,
    /// The points they cover, where there are no areas; those of a quadtree.
    pub(super) points: Option<PointSource>,
    /// Whether cells are cut at the areas' outer boundary, not only kept where they meet it.
    pub(super) clip: bool,
    /// The metre grid; by default that of the areas or points, or the one that suits where they lie.
    pub(super) grid: Option<MetreGrid>,
}

/// Cells, with notes for the user.
pub(super) struct Cells {
    /// The cells, in longitude and latitude of WGS 84.
    pub(super) areas: Areas,
    /// The reference in which the cells are regular.
    pub(super) grid: Reference,
    pub(super) notes: Vec<String>,
}

/// The share of a cell inside the areas that cutting may lose by rounding.
const WHOLE: f64 = 1e-9;

/// Makes cells. Where there are areas, cells that meet none of them are left out.
///
/// # Errors
///
/// The errors of reading and of the shape; neither areas nor points; a quadtree without points.
pub(super) fn cells(shape: CellShape, request: &Covered) -> Result<Cells> {
    let mut notes = Vec::new();
    let placed = request.points.as_ref().map(point_table).transpose()?;
    let layer = match &request.areas {
        Some(source) => {
            let (areas, report) = layers::areas_with_report(source)?;
            notes.extend(report.told());
            Some(areas)
        }
        None => None,
    };
    let own = layer.as_ref().map(|layer| layer.reference).or(placed.as_ref().map(|placed| placed.reference));
    let Some(own) = own else {
        return Err(refused("nothing is given to be covered", "give ‹areas›, or a table of points"));
    };
    let is_h3 = matches!(shape, CellShape::H3(_));
    let grid = if is_h3 {
        Reference::Wgs84
    } else {
        let chosen = match (request.grid, &layer) {
            (Some(grid), _) => grid,
            (None, Some(layer)) => needed_grid(layer)?,
            (None, None) => {
                let points = placed.as_ref().map_or(&[][..], |placed| &placed.points);
                grid_of_points(points, own)
                    .ok_or_else(|| refused("no point has a position", "check the coordinates"))?
            }
        };
        if let (Some(stated), Some(layer)) = (request.grid, &layer) {
            check_reach(layer, stated)?;
        }
        if request.grid.is_none() && own != chosen.into() {
            notes.push(format!("cells are made in {chosen}, chosen from where they lie"));
        }
        chosen.into()
    };
    let at: Vec<[f64; 2]> = match &placed {
        Some(placed) => {
            notes.extend(placed.notes());
            let images = source::Transform::new(placed.reference, grid)?.images(&placed.points);
            let mut lost = Placeless::default();
            let rows = placed.points.iter().zip(&images).enumerate();
            let gone = rows.filter(|(_, (before, after))| before.is_some() && after.is_none());
            lost.add(&placed.table, gone.map(|(row, _)| row));
            notes.extend(lost.note(&placed.table.source, &format!("cannot be placed in {grid}")));
            images.into_iter().flatten().map(|point| [point.x, point.y]).collect()
        }
        None => Vec::new(),
    };
    let territory: Option<Vec<MultiPolygon>> = match layer {
        Some(layer) => {
            let layer = if layer.reference == grid { layer } else { source::projected_areas(&layer, grid)? };
            Some(layer.areas.into_iter().map(|area| area.geometry).collect())
        }
        None => None,
    };
    let mut extent: Extent = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    let boxes = territory.iter().flatten().filter_map(geo::BoundingRect::bounding_rect);
    let corners = boxes.flat_map(|own| [[own.min().x, own.min().y], [own.max().x, own.max().y]]);
    // A quadtree reaches over its points too, wherever they lie.
    let of_points = at.iter().copied().filter(|_| territory.is_none() || matches!(shape, CellShape::Quadtree(..)));
    for corner in corners.chain(of_points) {
        for axis in 0..2 {
            extent[0][axis] = extent[0][axis].min(corner[axis]);
            extent[1][axis] = extent[1][axis].max(corner[axis]);
        }
    }
    let mut cells = match shape {
        CellShape::Square(side_m) => squares(extent, side_m)?,
        CellShape::Hexagon(width_m) => hexagons(extent, width_m)?,
        CellShape::Quadtree(..) if request.points.is_none() => {
            return Err(refused("a quadtree is made of points", "give a table of points"));
        }
        CellShape::Quadtree(least, smallest_m) => quadtree(extent, &at, least, smallest_m)?,
        CellShape::H3(resolution) => h3_cells(extent, resolution)?,
    };
    if let Some(territory) = &territory {
        let made = cells.len();
        cells = meeting(cells, territory, request.clip);
        notes.push(format!("{} of {made} cells meet the areas", cells.len()));
    }
    let areas = Areas { layer: "cell".to_owned(), source: "cells".to_owned(), reference: grid, areas: cells };
    let areas = source::projected_areas(&areas, Reference::Wgs84)?;
    Ok(Cells { areas, grid, notes })
}

/// The cells that meet a territory, in their order; where asked, cut at its outer boundary.
pub(crate) fn meeting(cells: Vec<Area>, territory: &[MultiPolygon], clip: bool) -> Vec<Area> {
    let kept = |cell: Area| -> Option<Area> {
        let meeting = territory.iter().filter(|area| {
            let apart = |area: &MultiPolygon| match (area.bounding_rect(), cell.geometry.bounding_rect()) {
                (Some(one), Some(other)) => !one.intersects(&other),
                _ => true,
            };
            !apart(area) && area.intersects(&cell.geometry)
        });
        let meeting: Vec<&MultiPolygon> = meeting.collect();
        if meeting.is_empty() || !clip {
            return (!meeting.is_empty()).then_some(cell);
        }
        let parts: Vec<MultiPolygon> = meeting.iter().map(|area| area.intersection(&cell.geometry)).collect();
        let inside_m2: f64 = parts.iter().map(geo::Area::unsigned_area).sum();
        if inside_m2 >= cell.geometry.unsigned_area() * (1.0 - WHOLE) {
            // As it is: cutting rounds, and neighbours would no longer share their edges exactly.
            return Some(cell);
        }
        let geometry = geo::unary_union(&parts);
        (!geometry.0.is_empty()).then_some(Area { geometry, ..cell })
    };
    cells.into_par_iter().filter_map(kept).collect()
}
