//! Points in a window, in one metre grid.

use std::path::PathBuf;

use geo::algorithm::unary_union;
use geo::{Coord, MultiPolygon, Rect};
use rayon::prelude::*;

use crate::error::{ProjectError, Result};
use crate::model::MetreGrid;
use crate::source;
use crate::source::LayerSource;
use crate::source::grid::bring_to_grid;
use crate::source::layers;
use crate::source::point_table::{PointSource, PointTable, point_table, take_off_earth};
use crate::stats::Window;

/// Where points and window come from.
#[derive(Debug, Clone)]
pub struct WindowedPoints {
    /// The points.
    pub points: PointSource,
    /// The window, all areas of a layer; the points' own extent by default.
    pub window: Option<LayerSource>,
    /// The metre grid; by default that of the points, or the one that suits where they lie.
    pub grid: Option<MetreGrid>,
    /// The column with the sectors.
    pub by: Option<String>,
    /// The sector whose points are looked at; all points by default.
    pub sector: Option<String>,
    /// A column with the weights of points.
    pub weight: Option<String>,
}

impl WindowedPoints {
    /// The files that are read.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let window = self.window.iter().filter_map(|layer| layer.file.file());
        self.points.table.file().into_iter().chain(window).collect()
    }
}

/// The points that are looked at.
pub(super) struct WindowedFirms {
    pub(super) at: Vec<[f64; 2]>,
    pub(super) weights: Vec<f64>,
    /// Those looked from.
    pub(super) from: Vec<bool>,
    /// Those looked for, where they are others.
    pub(super) to: Option<Vec<bool>>,
    pub(super) window: Window,
    /// The metre grid of all.
    pub(super) grid: MetreGrid,
}

/// Reads points and window into one metre grid, and leaves out what lies outside.
pub(super) fn windowed_firms(source: &WindowedPoints, other: Option<&str>) -> Result<(WindowedFirms, Vec<String>)> {
    let mut placed = point_table(&source.points)?;
    let mut notes = placed.notes();
    notes.extend(take_off_earth(&mut placed));
    let (grid, told) = bring_to_grid(&mut placed, source.grid)?;
    notes.extend(told);
    let PointTable { table, points, .. } = placed;
    let geometry = match &source.window {
        Some(window) => {
            let layer = layers::areas_with_report(window)?.0;
            let layer =
                if layer.reference == grid.into() { layer } else { source::projected_areas(&layer, grid.into())? };
            let parts: Vec<MultiPolygon> = layer.areas.into_iter().map(|area| area.geometry).collect();
            // Edges that neighbours share are no boundary of the window.
            if let [one] = parts.as_slice() { one.clone() } else { unary_union(&parts) }
        }
        None => {
            notes.push("the window is the points' own extent: give --window".to_owned());
            let mut corners =
                [Coord { x: f64::INFINITY, y: f64::INFINITY }, Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY }];
            for point in points.iter().flatten() {
                corners[0] = Coord { x: corners[0].x.min(point.x), y: corners[0].y.min(point.y) };
                corners[1] = Coord { x: corners[1].x.max(point.x), y: corners[1].y.max(point.y) };
            }
            MultiPolygon(vec![Rect::new(corners[0], corners[1]).to_polygon()])
        }
    };
    let window = Window::new(geometry)?;
    let held: Vec<bool> =
        points.par_iter().map(|point| point.is_some_and(|point| window.holds([point.x, point.y]))).collect();
    let outside = points.iter().zip(&held).filter(|(point, held)| point.is_some() && !**held).count();
    if outside > 0 {
        notes.push(format!("{outside} points lie outside the window and are left out"));
    }
    let sectors = source.by.as_deref().map(|by| table.text(by)).transpose()?;
    let of_sector = |wanted: &str| -> Result<Vec<bool>> {
        let Some(sectors) = &sectors else {
            return Err(ProjectError::Options {
                message: "a sector is named, but no column".to_owned(),
                hint: "give the column with --by".to_owned(),
            }
            .into());
        };
        let is = |row: usize| sectors.get(row).is_some_and(|sector| sector.trim() == wanted);
        let kind: Vec<bool> = (0..points.len()).map(is).collect();
        if kind.iter().any(|is| *is) {
            return Ok(kind);
        }
        let mut available: Vec<String> = sectors.iter().flatten().map(|sector| sector.trim().to_owned()).collect();
        available.sort();
        available.dedup();
        Err(ProjectError::Unknown { what: "sector", found: wanted.to_owned(), available }.into())
    };
    let everyone = || vec![true; points.len()];
    let from = source.sector.as_deref().map(of_sector).transpose()?.unwrap_or_else(everyone);
    let to = other.map(of_sector).transpose()?;
    let weights: Vec<Option<f64>> = match &source.weight {
        Some(weight) => table.numbers(weight)?.iter().collect(),
        None => vec![Some(1.0); points.len()],
    };
    let unweighed = (0..points.len()).filter(|row| held[*row] && weights[*row].is_none()).count();
    if unweighed > 0 {
        notes.push(format!("{unweighed} points have no weight and are left out"));
    }
    let rows: Vec<usize> = (0..points.len()).filter(|row| held[*row] && weights[*row].is_some()).collect();
    let kept = |kind: &[bool]| rows.iter().map(|row| kind[*row]).collect();
    let firms = WindowedFirms {
        at: rows.iter().filter_map(|row| points[*row]).map(|point| [point.x, point.y]).collect(),
        weights: rows.iter().filter_map(|row| weights[*row]).collect(),
        from: kept(&from),
        to: to.as_deref().map(kept),
        window,
        grid,
    };
    Ok((firms, notes))
}
