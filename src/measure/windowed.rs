//! Points in a metre grid, and in a window.

use geo::algorithm::unary_union;
use geo::{Coord, MultiPolygon, Rect};

use super::firms::{FirmSource, ReadFirms, rows_of_sector};
use super::operation::Input;
use crate::declare::parameters;
use crate::error::{ProjectError, Result, StatsError};
use crate::model::{Areas, MetreGrid, Point, Reference, Table};
use crate::policy::Policy;
use crate::source;
use crate::source::AreaSource;
use crate::source::grid::bring_to_grid;
use crate::source::layers::{self, Layer};
use crate::source::point_table::{PointTable, take_off_earth};
use crate::stats::Window;

/// Points that are brought into a metre grid.
#[parameters]
#[derive(Default)]
pub struct GridPoints {
    /// The points.
    #[flatten]
    pub points: FirmSource,
    /// Metre grid in which distances are measured: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default:
    /// the points' own, or the one that suits where they, or the areas of a window, lie].
    pub grid: Option<MetreGrid>,
}

impl GridPoints {
    /// The inputs, for [`Operation::inputs`](super::Operation::inputs).
    pub(super) fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    /// The table with its points in the grid they are in or are brought to, and what a reader should know.
    pub(super) fn read(&self) -> Result<FirmsInGrid> {
        self.read_within(None)
    }

    /// As [`read`](Self::read), in the grid of a window where none is stated: a point far outside it, such as one whose coordinates
    /// are swapped, does not choose.
    fn read_within(&self, window: Option<&Areas>) -> Result<FirmsInGrid> {
        let ReadFirms { mut points, policy, mut notes } = self.points.read()?;
        let own = (points.points.clone(), points.reference);
        notes.extend(take_off_earth(&mut points));
        let (grid, told) = bring_to_grid(&mut points, self.grid, window)?;
        notes.extend(told);
        Ok(FirmsInGrid { points, own, policy, grid, notes })
    }
}

/// Firms in a metre grid.
pub(super) struct FirmsInGrid {
    /// The table and its points.
    pub(super) points: PointTable,
    /// The points as they were read.
    pub(super) own: (Vec<Option<Point>>, Reference),
    pub(super) policy: Option<Policy>,
    pub(super) grid: MetreGrid,
    /// Warnings to show to the user, one sentence each.
    pub(super) notes: Vec<String>,
}

/// Points in a window, which is all areas of a layer together; without areas it is the extent of the points themselves.
#[parameters]
#[derive(Default)]
pub struct WindowedPoints {
    /// The points and their grid.
    #[flatten]
    pub points: GridPoints,
    /// The window.
    #[flatten]
    pub areas: AreaSource,
    /// Column with the sectors.
    #[parameter(value = "COLUMN", requires = "sector")]
    pub by: Option<String>,
    /// Sector whose points are looked at [default: all points].
    #[parameter(value = "SECTOR", requires = "by")]
    pub sector: Option<String>,
}

impl WindowedPoints {
    /// The inputs, for [`Operation::inputs`](super::Operation::inputs).
    pub(super) fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = self.points.inputs();
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs
    }

    /// Reads points and window into one metre grid, and leaves out what lies outside.
    pub(super) fn read(&self, other: Option<&str>, weight: Option<&str>) -> Result<(WindowedFirms, Vec<String>)> {
        let areas = self.areas.layer().map(|source| layers::areas_as_they_are(&source)).transpose()?;
        let FirmsInGrid { points: PointTable { table, points, .. }, own, policy, grid, mut notes } =
            self.points.read_within(areas.as_ref().map(|(areas, _)| areas))?;
        let (window, held) = match areas {
            Some((areas, report)) => {
                notes.extend(report.told());
                let layer = Layer::new(areas, report)?;
                // Whether a point is inside is decided where the boundaries were drawn.
                let (own, reference) = &own;
                let matches = layer.matches(own, *reference, None)?;
                let held: Vec<bool> =
                    matches.iter().zip(&points).map(|(one, point)| one.area.is_some() && point.is_some()).collect();
                (Window::new(united(layer.areas, grid)?)?, held)
            }
            None if points.iter().all(Option::is_none) => {
                let found = format!("{} rows, none with coordinates", points.len());
                let (what, expected) = ("the table", "points".to_owned());
                return Err(StatsError::Shape { statistic: "the point pattern", what, found, expected }.into());
            }
            None => {
                notes.push("the window is the points' own extent: give ‹areas›".to_owned());
                (Window::new(extent(&points))?, points.iter().map(Option::is_some).collect())
            }
        };
        let outside = points.iter().zip(&held).filter(|(point, held)| point.is_some() && !**held).count();
        if outside > 0 {
            notes.push(format!("{outside} points lie outside the window and are left out"));
        }
        let of_sector = |wanted: &str| self.of_sector(&table, wanted, policy.as_ref());
        let from = self.sector.as_deref().map(of_sector).transpose()?.unwrap_or_else(|| vec![true; points.len()]);
        let to = other.map(of_sector).transpose()?;
        let weights: Vec<Option<f64>> = match weight {
            Some(weight) => table.amounts(weight)?.iter().collect(),
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
            rows,
            table,
            own,
        };
        Ok((firms, notes))
    }

    /// Returns for each row whether it belongs to a sector.
    fn of_sector(&self, table: &Table, wanted: &str, policy: Option<&Policy>) -> Result<Vec<bool>> {
        let Some(by) = self.by.as_deref() else {
            return Err(ProjectError::Options {
                message: "a sector is named, but no column".to_owned(),
                hint: "give the column with ‹by›".to_owned(),
            }
            .into());
        };
        rows_of_sector(table, by, wanted, policy)
    }
}

/// All areas of a layer together, in a metre grid.
fn united(areas: Areas, grid: MetreGrid) -> Result<MultiPolygon> {
    let areas = if areas.reference == grid.into() { areas } else { source::projected_areas(&areas, grid.into())? };
    let parts: Vec<MultiPolygon> = areas.areas.into_iter().map(|area| area.geometry).collect();
    // Edges that neighbours share are no boundary of the window.
    Ok(if let [one] = parts.as_slice() { one.clone() } else { unary_union(&parts) })
}

/// The upright rectangle about points.
fn extent(points: &[Option<Point>]) -> MultiPolygon {
    let mut corners =
        [Coord { x: f64::INFINITY, y: f64::INFINITY }, Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY }];
    for point in points.iter().flatten() {
        corners[0] = Coord { x: corners[0].x.min(point.x), y: corners[0].y.min(point.y) };
        corners[1] = Coord { x: corners[1].x.max(point.x), y: corners[1].y.max(point.y) };
    }
    MultiPolygon(vec![Rect::new(corners[0], corners[1]).to_polygon()])
}

/// The points that are looked at.
pub(super) struct WindowedFirms {
    pub(super) at: Vec<[f64; 2]>,
    pub(super) weights: Vec<f64>,
    /// Whether each firm is one from which is looked.
    pub(super) from: Vec<bool>,
    /// Whether each firm is one that is looked for, where these are other firms.
    pub(super) to: Option<Vec<bool>>,
    pub(super) window: Window,
    /// The metre grid of all.
    pub(super) grid: MetreGrid,
    /// The row of the table that each firm is.
    pub(super) rows: Vec<usize>,
    pub(super) table: Table,
    /// The points of the rows as they were read.
    pub(super) own: (Vec<Option<Point>>, Reference),
}
