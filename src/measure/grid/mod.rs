//! Cells over a layer of areas or the points of a table.

mod cells;

pub(crate) use cells::meeting;
use cells::{CellShape, Covered, cells};

use super::firms::{optional_point_inputs, point_inputs};
use super::operation::{Input, Operation};
use super::outcome::{MadeBoundaries, Outcome, OutcomeLayer};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::json::json;
use crate::model::{Distance, MetreGrid};
use crate::source::{AreaSource, OptionalPointSource, PointSource};

/// Remarks that the help texts of cells show.
const REMARKS: &str = "Cells lie where the metre grid, or H3, has them, whatever they cover: two runs give the same cells \
the same ids. Where areas are given, cells that meet none of them are left out.";

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}

/// What cells cover: areas, or the points of a table.
#[parameters]
#[derive(Default)]
pub struct Territory {
    /// The points, where there are no areas.
    #[flatten]
    pub points: OptionalPointSource,
    /// The areas.
    #[flatten]
    pub areas: AreaSource,
    /// Cut cells at the boundary of the areas.
    #[parameter(requires = "areas")]
    pub clip: bool,
}

impl Territory {
    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = optional_point_inputs(&mut self.points);
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs
    }

    fn covered(&self, grid: Option<MetreGrid>) -> Result<Covered> {
        let (areas, points) = (self.areas.layer(), self.points.source());
        if areas.is_some() && points.is_some() {
            let message = "the cells cover the areas, whatever points the table has";
            return Err(refused(message, "leave out the table, or ‹areas›"));
        }
        if areas.is_none() && points.is_none() {
            return Err(refused("nothing is given to be covered", "give ‹areas›, or a table of points"));
        }
        Ok(Covered { areas, points, clip: self.clip, grid })
    }
}

/// The outcome of making cells: a layer of them.
fn outcome(shape: CellShape, covered: &Covered) -> Result<Outcome> {
    let made = cells(shape, covered)?;
    let mut outcome = Outcome::default();
    outcome.scalars.insert("cells".to_owned(), json!(made.areas.len()));
    outcome.scalars.insert("grid".to_owned(), json!(made.grid.to_string()));
    outcome.manifest.insert("grid".to_owned(), json!(made.grid));
    outcome.summary = Some(format!("{} cells", made.areas.len()));
    let boundaries = if covered.clip { MadeBoundaries::Clipped } else { MadeBoundaries::Own };
    outcome.layers.push(OutcomeLayer::of_areas("cells", &made.areas).with(boundaries));
    outcome.notes = made.notes;
    Ok(outcome)
}

/// Square cells over areas or points.
#[parameters]
#[derive(Default)]
pub struct SquareCells {
    /// What they cover.
    #[flatten]
    pub territory: Territory,
    /// Side of a cell: 500m, 2km.
    #[parameter(required, alias = "size")]
    pub cell: Option<Distance>,
    /// Metre grid: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default:
    /// that of the areas or points, or the one that suits where they lie].
    pub grid: Option<MetreGrid>,
}

impl Operation for SquareCells {
    const NAME: &'static str = "square";
    const GROUP: Option<&'static str> = Some("grid");
    const SUMMARY: &'static str = "Squares of a side";
    const DEFINITION: &'static str = "squares of a metre grid, whose corners are multiples of the side";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "square firms.csv --cell 500m -o squares.geojson",
        "square --areas districts.geojson --cell 2km --clip -o squares.geojson",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.territory.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        outcome(CellShape::Square(side_m(self.cell)?), &self.territory.covered(self.grid)?)
    }
}

/// Hexagonal cells over areas or points.
#[parameters]
#[derive(Default)]
pub struct HexagonCells {
    /// What they cover.
    #[flatten]
    pub territory: Territory,
    /// Width of a cell, from flat side to flat side: 500m, 2km.
    #[parameter(required, alias = "size")]
    pub cell: Option<Distance>,
    /// Metre grid: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default:
    /// that of the areas or points, or the one that suits where they lie].
    pub grid: Option<MetreGrid>,
}

impl Operation for HexagonCells {
    const NAME: &'static str = "hexagon";
    const GROUP: Option<&'static str> = Some("grid");
    const SUMMARY: &'static str = "Hexagons of a width, from flat side to flat side";
    const DEFINITION: &'static str = "regular hexagons of a metre grid, of a width from flat side to flat side";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "hexagon --areas districts.geojson --cell 2km -o hexagons.geojson",
        "hexagon firms.csv --cell 1km -o hexagons.geojson",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.territory.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        outcome(CellShape::Hexagon(side_m(self.cell)?), &self.territory.covered(self.grid)?)
    }
}

/// Square cells that are the smaller the closer points lie.
#[parameters]
pub struct QuadtreeCells {
    /// The points.
    #[flatten]
    pub points: PointSource,
    /// The fewest points of a cell that holds any.
    #[parameter(required, alias = "least")]
    pub min_points: Option<usize>,
    /// No side becomes shorter: 100m.
    pub smallest: Distance,
    /// The areas that are covered.
    #[flatten]
    pub areas: AreaSource,
    /// Cut cells at the boundary of the areas.
    #[parameter(requires = "areas")]
    pub clip: bool,
    /// Metre grid: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default:
    /// that of the areas or points, or the one that suits where they lie].
    pub grid: Option<MetreGrid>,
}

impl Default for QuadtreeCells {
    fn default() -> Self {
        Self {
            points: PointSource::default(),
            min_points: None,
            smallest: Distance::from_metres(100.0),
            areas: AreaSource::default(),
            clip: false,
            grid: None,
        }
    }
}

impl Operation for QuadtreeCells {
    const NAME: &'static str = "quadtree";
    const GROUP: Option<&'static str> = Some("grid");
    const SUMMARY: &'static str = "Squares divided into four as long as each that holds a point holds enough";
    const DEFINITION: &'static str = "a square over all points, divided into four as long as each quarter that holds a \
point holds enough, and no side becomes too short";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "quadtree firms.csv --min-points 50 -o cells.geojson",
        "quadtree firms.csv --areas districts.geojson --min-points 50 --clip -o cells.geojson",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let areas = self.areas.areas.as_mut().map(Input::Areas);
        point_inputs(&mut self.points).into_iter().chain(areas).collect()
    }

    fn run(&self) -> Result<Outcome> {
        let least =
            self.min_points.ok_or_else(|| refused("nothing says when a cell is divided", "give ‹min_points›"))?;
        let (areas, points) = (self.areas.layer(), Some(self.points.clone()));
        let covered = Covered { areas, points, clip: self.clip, grid: self.grid };
        outcome(CellShape::Quadtree(least, self.smallest.metres()), &covered)
    }
}

/// Cells of H3 over areas or points.
#[parameters]
#[derive(Default)]
pub struct H3Cells {
    /// What they cover.
    #[flatten]
    pub territory: Territory,
    /// Resolution, 0 to 15: a cell of 7 is about 5 km² in size, one of 8 a seventh of it.
    #[parameter(required)]
    pub resolution: Option<u8>,
}

impl Operation for H3Cells {
    const NAME: &'static str = "h3";
    const GROUP: Option<&'static str> = Some("grid");
    const SUMMARY: &'static str = "The hexagons of H3, whose ids are the same everywhere";
    const DEFINITION: &'static str = "the cells of H3 of a resolution";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["h3 --areas districts.geojson --resolution 7 -o h3.geojson", "h3 firms.csv --resolution 8 -o h3.geojson"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.territory.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let resolution =
            self.resolution.ok_or_else(|| refused("nothing says how large cells are", "give ‹resolution›"))?;
        outcome(CellShape::H3(resolution), &self.territory.covered(None)?)
    }
}

fn side_m(cell: Option<Distance>) -> Result<f64> {
    let cell = cell.ok_or_else(|| refused("nothing says how large cells are", "give ‹cell›, such as 500m"))?;
    Ok(cell.metres())
}
