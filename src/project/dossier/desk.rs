//! What the operations of a dossier have in common: the firms, the areas, the parameters. Nothing is measured here but by operations.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{Column, DataFrame, DataType};

use super::DossierRequest;
use super::trade::Trade;
use crate::check::DISTRICT;
use crate::error::{Error, ProjectError, Result};
use crate::measure::{
    Concentration, Distances, FirmSource, GridPoints, Localisation, MarconPuech, Operation, Outcome, Per, SectorFirms,
    WindowedPoints,
};
use crate::model::{Area, Counts, DeclaredReference, Distance, Language, PARK_LAYERS, Point, Table, column};
use crate::project::figure::english_names;
use crate::project::file::Project;
use crate::project::survey::Survey;
use crate::source::layers;
use crate::source::{AreaLayers, AreasInMemory, Origin, PointSource};
use crate::stats::{UncertainPoints, displaced_points};

/// The column with the sector of the firms of the trade, and nothing of other firms.
const ALONE: &str = "trade";
/// The columns with longitude and latitude, or easting and northing.
const PLACE: [&str; 2] = ["lon", "lat"];

/// A table of firms, in the reference of the register.
pub(super) type Firms = Arc<Table>;

/// What a dossier is made from.
pub(super) struct Desk<'a> {
    pub(super) survey: &'a Survey,
    pub(super) project: &'a Project,
    pub(super) request: &'a DossierRequest,
    pub(super) trade: Trade,
    /// The layer of small areas.
    pub(super) layer: String,
    /// The id of the area that is the district of the block economy.
    district: String,
    /// The column with the sizes of plants; none where the register has no sizes.
    pub(super) weight: Option<String>,
    /// The names of small areas in English, by their ids; empty in Chinese.
    names: BTreeMap<String, String>,
    /// All firms.
    pub(super) firms: Firms,
    /// What the operations told.
    notes: RefCell<Vec<String>>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        survey: &'a Survey,
        project: &'a Project,
        request: &'a DossierRequest,
        trade: Trade,
        layer: String,
    ) -> Result<Self> {
        let mut frame = survey.register_frame()?;
        let sectors =
            frame.column(column::SECTOR).and_then(|column| column.str().cloned()).map_err(Error::table("firms"))?;
        let alone: Vec<Option<&str>> = sectors.iter().map(|cell| cell.filter(|cell| *cell == trade.sector)).collect();
        frame.with_column(Column::new(ALONE.into(), alone)).map_err(Error::table("firms"))?;
        let rows = survey.register.register.enterprises().iter().map(|firm| firm.row).collect();
        let firms = Arc::new(Table::new(survey.register.register.source.clone(), frame, rows));
        let weight = size_column(&firms, request.weight.as_deref())?;
        let policy = &survey.policy;
        let is_own = |area: &&Area| {
            let found = policy.district(&area.id).or_else(|| policy.district(&area.name));
            found.is_some_and(|found| found.adcode == trade.block.district)
        };
        let district = layers::named(&survey.layers, DISTRICT)?.areas.areas.iter().find(is_own);
        let district = district.map_or_else(|| trade.block.district.clone(), |area| area.id.clone());
        let names = match project.language {
            Language::En => english_names(project, &layer)?,
            Language::Zh => BTreeMap::new(),
        };
        Ok(Self { survey, project, request, trade, layer, district, weight, names, firms, notes: RefCell::default() })
    }

    pub(super) fn language(&self) -> Language {
        self.project.language
    }

    /// The id of the area that is the district of the block economy.
    pub(super) fn district(&self) -> &str {
        &self.district
    }

    /// What the operations told, each once.
    pub(super) fn take_notes(&self) -> Vec<String> {
        let mut notes = self.notes.take();
        let mut seen = std::collections::HashSet::new();
        notes.retain(|note| seen.insert(note.clone()));
        notes
    }

    /// Runs an operation; what it tells is kept for those who read the messages of the program.
    pub(super) fn run<O: Operation>(&self, operation: &O, parts: &[&str]) -> Result<Outcome> {
        let outcome = operation.run_for(parts)?;
        self.notes.borrow_mut().extend(outcome.notes.iter().map(|note| format!("{}: {note}", O::NAME)));
        Ok(outcome)
    }

    /// As [`Desk::run`], of firms that were altered: what is told of them was told of the firms as they are.
    pub(super) fn run_again<O: Operation>(operation: &O) -> Result<Outcome> {
        operation.run_for(&[])
    }

    pub(super) fn source(&self, firms: &Firms) -> PointSource {
        PointSource {
            table: Origin::memory(crate::project::REGISTER, Arc::clone(firms)),
            x: Some(PLACE[0].to_owned()),
            y: Some(PLACE[1].to_owned()),
            crs: Some(DeclaredReference::from(self.survey.register.register.reference)),
            ..PointSource::default()
        }
    }

    pub(super) fn firm_source(&self, firms: &Firms) -> FirmSource {
        FirmSource { points: self.source(firms), policy: None }
    }

    pub(super) fn grid_points(&self, firms: &Firms) -> GridPoints {
        GridPoints { points: self.firm_source(firms), grid: Some(self.survey.grid) }
    }

    pub(super) fn areas(&self, layer: &str) -> Option<Origin<AreasInMemory>> {
        self.survey.areas_in_memory(layer).map(|areas| Origin::memory(layer, areas))
    }

    /// How sectors concentrate in a layer: the operation with what all dossiers have in common.
    pub(super) fn concentration(&self, firms: &Firms, layer: &str, weight: Option<&str>, per: Per) -> Concentration {
        Concentration {
            table: self.source(firms),
            layers: AreaLayers { areas: self.areas(layer).into_iter().collect(), ..AreaLayers::default() },
            weight: weight.map(str::to_owned),
            snap_firms: self.project.join.snap_m.map(Distance::from_metres),
            per,
            seed: self.request.tests.seed,
            ..Concentration::default()
        }
    }

    /// The cells of the districts, with the in-park share where the project has parks.
    pub(super) fn parked(&self, firms: &Firms) -> Concentration {
        let mut asked = self.concentration(firms, DISTRICT, None, Per::Cell);
        asked.parks = PARK_LAYERS.iter().filter_map(|layer| self.areas(layer)).collect();
        let error = self.request.location_error;
        asked.park_boundary = (!asked.parks.is_empty() && error.metres() > 0.0).then_some(error);
        asked
    }

    /// The greatest distance of the K-density.
    pub(super) fn reach_m(&self) -> f64 {
        let Distances { max_radius, radii, .. } = &self.request.distances;
        radii.iter().map(|radius| radius.metres()).reduce(f64::max).unwrap_or_else(|| max_radius.metres())
    }

    /// The number of times that firms are drawn again; none where none are asked for.
    pub(super) fn resamples(&self) -> Option<usize> {
        Some(self.request.resamples).filter(|resamples| *resamples > 0)
    }

    /// The K-density of all sectors, or of the trade alone against all firms.
    pub(super) fn localisation(&self, firms: &Firms, is_alone: bool, simulations: usize) -> Localisation {
        let by = if is_alone { ALONE } else { column::SECTOR };
        Localisation {
            firms: SectorFirms { points: self.grid_points(firms), by: by.to_owned(), ..SectorFirms::default() },
            distances: self.request.distances.clone(),
            draws: crate::measure::Draws { simulations, ..self.request.tests.clone() },
        }
    }

    /// M of the trade at the radius.
    pub(super) fn m(&self, firms: &Firms, simulations: usize) -> MarconPuech {
        let mut asked = MarconPuech {
            points: WindowedPoints {
                points: self.grid_points(firms),
                by: Some(ALONE.to_owned()),
                sector: Some(self.trade.sector.clone()),
                ..WindowedPoints::default()
            },
            weight: None,
            draw_seed: self.request.tests.seed,
            ..MarconPuech::default()
        };
        asked.distances.radii = vec![self.request.radius];
        asked.simulations.simulations = simulations;
        asked.simulations.level = self.request.tests.level;
        asked.simulations.seed = self.request.tests.seed;
        asked
    }

    /// The name of the small area in which a firm stands, in the language of the dossier where the layer has it.
    pub(super) fn area_of(&self, row: usize) -> Option<String> {
        let cell = |ending: &str| text(&self.firms.frame, row, &format!("{}_{ending}", self.layer));
        let id = cell("id")?;
        self.names.get(&id).cloned().or_else(|| cell("name")).or(Some(id))
    }

    /// The firms with their locations displaced by their error, in one of the draws.
    pub(super) fn moved(&self, draw: u64) -> Result<Firms> {
        let register = &self.survey.register.register;
        let points: Vec<Option<Point>> = register.enterprises().iter().map(|firm| firm.location).collect();
        let errors_m = vec![self.request.location_error.metres(); points.len()];
        let counted = vec![true; points.len()];
        let measured = register.reference.measured()?;
        let uncertain = UncertainPoints { points: &points, measured, errors_m: &errors_m, counted: &counted };
        let moved = displaced_points(&uncertain, self.request.error_shape, self.request.tests.seed, draw);
        let mut frame = self.firms.frame.clone();
        let of: [fn(&Point) -> f64; 2] = [|point| point.x, |point| point.y];
        for (name, of) in PLACE.into_iter().zip(of) {
            let cells: Vec<Option<f64>> = moved.iter().map(|point| point.as_ref().map(of)).collect();
            frame.with_column(Column::new(name.into(), cells)).map_err(Error::table("firms"))?;
        }
        Ok(Arc::new(Table { frame, ..self.firms.as_ref().clone() }))
    }

    /// The firms of which this is true of the row.
    pub(super) fn only(&self, kept: &[bool]) -> Result<Firms> {
        Ok(Arc::new(self.firms.as_ref().clone().filtered(kept)?))
    }

    /// For each firm, whether it is of the trade, and whether of the block economy.
    pub(super) fn members(&self) -> Result<Vec<(bool, bool)>> {
        let frame = &self.firms.frame;
        let text =
            |name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(Error::table("firms"));
        let (trade, district) = (text(ALONE)?, text(&format!("{DISTRICT}_id"))?);
        let is_own = |(trade, district): (Option<&str>, Option<&str>)| {
            (trade.is_some(), trade.is_some() && district == Some(self.district()))
        };
        Ok(trade.iter().zip(district.iter()).map(is_own).collect())
    }
}

/// The column with the sizes of plants: the one that is named, else the first of those that hold something.
fn size_column(firms: &Table, wanted: Option<&str>) -> Result<Option<String>> {
    let known = [column::EMPLOYEES, column::OUTPUT_CNY, column::TAX_CNY, column::LAND_MU, column::ENERGY_TCE];
    let holds = |name: &str| firms.frame.column(name).is_ok_and(|column| column.null_count() < column.len());
    match wanted {
        Some(name) if name == Counts::FIRMS || known.contains(&name) => {
            Ok(Some(name.to_owned()).filter(|name| holds(name)))
        }
        Some(name) => {
            let available = known.map(str::to_owned).to_vec();
            Err(ProjectError::Unknown { what: "column of sizes", found: name.to_owned(), available }.into())
        }
        None => Ok([column::EMPLOYEES, column::OUTPUT_CNY].into_iter().find(|name| holds(name)).map(str::to_owned)),
    }
}

/// A cell of a table as a number; none where there is no such cell or it is empty.
pub(super) fn number(frame: &DataFrame, row: usize, name: &str) -> Option<f64> {
    let cell = frame.column(name).ok()?.slice(i64::try_from(row).ok()?, 1).cast(&DataType::Float64).ok()?;
    cell.f64().ok()?.get(0).filter(|number| number.is_finite())
}

/// A cell of a table as text; none where there is no such cell or it is empty.
pub(super) fn text(frame: &DataFrame, row: usize, name: &str) -> Option<String> {
    frame.column(name).ok()?.str().ok()?.get(row).map(str::to_owned)
}

/// The first row whose cells are these.
pub(super) fn row_of(frame: &DataFrame, wanted: &[(&str, &str)]) -> Option<usize> {
    let columns: Vec<_> =
        wanted.iter().map(|(name, cell)| Some((frame.column(name).ok()?.str().ok()?, *cell))).collect::<Option<_>>()?;
    (0..frame.height()).find(|row| columns.iter().all(|(column, cell)| column.get(*row) == Some(*cell)))
}
