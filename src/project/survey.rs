use std::sync::OnceLock;

use polars::prelude::{Column, DataFrame, IntoColumn as _, StringChunked};

use super::analysis::{self, Made};
use super::figure::ANALYSIS;
use super::file::Project;
use crate::check::{self, CheckInputs, CheckOutcome, CheckedLedger, CheckedRegister, DISTRICT, needed};
use crate::error::{Error, ProjectError, Result};
use crate::join::{self, in_any, restrict};
use crate::measure::concentration::named_frame;
use crate::measure::{Weight, area_concentration_frame};
use crate::model::{Counts, Enterprise, Match, MetreGrid, PARK_LAYERS, Point, Register, column};
use crate::policy::{Policy, Programme};
use crate::progress::{self, PacePoint, ProgressOptions, ProgressRow};
use crate::source::Labels;
use crate::source::grid::check_reach;
use crate::source::layers::{self, Layer};
use crate::source::point_table::brought_to;
use crate::source::{self, needed_grid};
use crate::stats::{self, ConcentrationOptions};

/// Everything a project file's inputs say, before any of it is drawn or written.
#[derive(Debug)]
pub struct Survey {
    /// The policy.
    pub policy: Policy,
    /// The layers.
    pub layers: Vec<Layer>,
    /// The metre grid maps are drawn in: the project's, or the one that suits the districts.
    pub grid: MetreGrid,
    /// The register.
    pub register: CheckedRegister,
    /// The ledger.
    pub ledger: CheckedLedger,
    /// Every problem of the inputs.
    pub problems: DataFrame,
    /// One line on what was kept and found.
    pub summary: String,
    /// Warnings to show to the user about files as a whole.
    pub notes: Vec<String>,
    /// The quota table.
    pub quota: Vec<ProgressRow>,
    /// The pace of each programme.
    pub pace: Vec<PacePoint>,
    /// The concentration in each layer asked for.
    pub concentration: Vec<LayerConcentration>,
    /// The results of the project's analyses, in their order.
    pub made: Vec<Made>,
    /// What [`Survey::register_frame`] made.
    register_frame: OnceLock<DataFrame>,
}

/// The concentration of sectors in the areas of a layer, as tables.
#[derive(Debug, Clone)]
pub struct LayerConcentration {
    /// The layer.
    pub layer: String,
    /// One row per unit, area and sector.
    pub cells: DataFrame,
    /// One row per unit and area.
    pub areas: DataFrame,
}

/// The number of steps of [`survey`], for showing its progress.
pub const SURVEY_STEPS: u64 = 4;

/// Reads and checks a project's inputs, counts its ledger, and measures concentration.
///
/// # Errors
///
/// Fails if a file cannot be read at all, or if a weight is no column of a register.
pub fn survey(project: &Project, step: &mut dyn FnMut(&str, u64)) -> Result<Survey> {
    step("read, check and join", 0);
    survey_of(project, check::check(&CheckInputs::from(project))?, step)
}

/// As [`survey`], of inputs that have been read and checked.
pub(super) fn survey_of(project: &Project, outcome: CheckOutcome, step: &mut dyn FnMut(&str, u64)) -> Result<Survey> {
    let summary = outcome.summary();
    let CheckOutcome { policy, layers, register, ledger, problems, report } = outcome;
    let policy = needed(policy, "a project", "‹policy›")?;
    let register = needed(register, "a project", "‹register›")?.without_kept_rows()?;
    let ledger = needed(ledger, "a project", "‹ledger›")?;
    step("count toward the quotas", 1);
    let options = ProgressOptions::as_of(project.as_of);
    let quota = progress::quota_table(&policy, &ledger.ledger, &register.standing, &options);
    let pace = progress::pace(&policy, &ledger.ledger, &register.standing, project.as_of);
    step("measure concentration", 2);
    let mut concentration = Vec::new();
    for (layer, matches) in layers.iter().zip(&register.matches) {
        if project.concentration.layers.contains(&layer.areas.layer) {
            let parks = parks(&layers, &register);
            concentration.push(layer_concentration(project, &policy, layer, matches, &register, parks.as_deref())?);
        }
    }
    let districts = &layers::named(&layers, DISTRICT)?.areas;
    let grid = match project.grid {
        Some(grid) => {
            check_reach(districts, grid)?;
            grid
        }
        None => needed_grid(districts)?,
    };
    step("run analyses", 3);
    let mut survey = Survey {
        policy,
        grid,
        layers,
        register,
        ledger,
        problems,
        summary,
        notes: report.notes,
        quota,
        pace,
        concentration,
        made: Vec::new(),
        register_frame: OnceLock::new(),
    };
    analysis::run(project, &mut survey)?;
    Ok(survey)
}

/// Which enterprises stand in a park, where the project has layers of parks.
fn parks(layers: &[Layer], register: &CheckedRegister) -> Option<Vec<bool>> {
    let parks: Vec<&[Match]> = layers
        .iter()
        .zip(&register.matches)
        .filter(|(layer, _)| PARK_LAYERS.contains(&layer.areas.layer.as_str()))
        .map(|(_, matches)| matches.as_slice())
        .collect();
    (!parks.is_empty()).then(|| in_any(&parks))
}

fn layer_concentration(
    project: &Project,
    policy: &Policy,
    layer: &Layer,
    matches: &[Match],
    register: &CheckedRegister,
    in_park: Option<&[bool]>,
) -> Result<LayerConcentration> {
    let sectors: Vec<String> = policy.sectors.iter().map(|sector| sector.term.id.clone()).collect();
    let areas_km2 = layer.areas.areas_km2()?;
    let weights = project.concentration.weights.iter().map(|weight| weight.parse::<Weight>().map(Some));
    let mut cells: Option<DataFrame> = None;
    let mut areas: Option<DataFrame> = None;
    for weight in std::iter::once(Ok(None)).chain(weights) {
        let weight = weight?;
        let count = |matches: &[Match]| -> Result<Counts> {
            Ok(crate::measure::counts(&register.register, matches, &layer.areas, &sectors, weight)?.counts)
        };
        let parked = in_park.map(|in_park| count(&restrict(matches, in_park))).transpose()?;
        let options = ConcentrationOptions::default().with_areas_km2(Some(areas_km2.clone())).with_in_park(parked);
        let measured = stats::concentration(&count(matches)?, &options)?;
        stacked(&mut cells, with_amounts(named_frame(&measured, &layer.areas, Some(policy))?)?)?;
        let mut per_area = with_amounts(area_concentration_frame(&measured)?)?;
        let unit = vec![measured.unit.as_str(); per_area.height()];
        per_area.insert_column(1, Column::new("unit".into(), unit)).map_err(Error::table("concentration"))?;
        let names: Vec<&str> = layer.areas.areas.iter().map(|area| area.name.as_str()).collect();
        per_area.insert_column(1, Column::new("area_name".into(), names)).map_err(Error::table("concentration"))?;
        stacked(&mut areas, per_area)?;
    }
    Ok(LayerConcentration {
        layer: layer.areas.layer.clone(),
        cells: cells.unwrap_or_default(),
        areas: areas.unwrap_or_default(),
    })
}

/// Whole numbers of firms and amounts of employees stand in one column, so all are amounts.
fn with_amounts(mut frame: DataFrame) -> Result<DataFrame> {
    let amounts = frame
        .column("count")
        .and_then(|counts| counts.cast(&polars::prelude::DataType::Float64))
        .map_err(Error::table("concentration"))?;
    frame.with_column(amounts).map_err(Error::table("concentration"))?;
    Ok(frame)
}

fn stacked(above: &mut Option<DataFrame>, below: DataFrame) -> Result<()> {
    *above = Some(match above.take() {
        Some(above) => above.vstack(&below).map_err(Error::table("concentration"))?,
        None => below,
    });
    Ok(())
}

/// A column of text of each enterprise, none of which is copied before it is in the column.
fn text<'a>(name: &str, enterprises: &'a [Enterprise], of: impl Fn(&'a Enterprise) -> Option<&'a str>) -> Column {
    enterprises.iter().map(of).collect::<StringChunked>().with_name(name.into()).into_column()
}

impl Survey {
    /// The register's enterprises with where they stand in every layer, and how far the nearest park is.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program; what transforming refuses.
    pub fn register_frame(&self) -> Result<DataFrame> {
        if let Some(frame) = self.register_frame.get() {
            return Ok(frame.clone());
        }
        let frame = self.frame_of(&self.register)?;
        Ok(self.register_frame.get_or_init(|| frame).clone())
    }

    /// The enterprises of a register that was checked with the layers of this survey, as [`Survey::register_frame`] has them.
    pub(super) fn frame_of(&self, checked: &CheckedRegister) -> Result<DataFrame> {
        let enterprises = checked.register.enterprises();
        let number = |name: &str, of: &dyn Fn(&Enterprise) -> Option<f64>| {
            Column::new(name.into(), enterprises.iter().map(of).collect::<Vec<_>>())
        };
        let mut columns = vec![
            text(column::ID, enterprises, |one| Some(&*one.id)),
            text(column::NAME, enterprises, |one| Some(one.name.as_str())),
            number("lon", &|one| one.location.map(|point| point.x)),
            number("lat", &|one| one.location.map(|point| point.y)),
            text(column::INDUSTRY_CODE, enterprises, |one| one.industry_code.as_deref()),
            text(column::SECTOR, enterprises, |one| one.sector.as_deref()),
            text("block", enterprises, |one| self.block_of(one, checked)),
            number(column::EMPLOYEES, &|one| one.employees),
            number(column::OUTPUT_CNY, &|one| one.output_cny),
            number(column::TAX_CNY, &|one| one.tax_cny),
            number(column::LAND_MU, &|one| one.land_mu),
            number(column::ENERGY_TCE, &|one| one.energy_tce),
        ];
        let labels: Vec<_> = self.layers.iter().map(|layer| Labels::of_areas(&layer.areas)).collect();
        let matches = checked.matches.iter().map(Vec::as_slice);
        let joined: Vec<_> = labels.iter().zip(matches).collect();
        columns.extend(source::match_frame(&joined)?.columns().iter().cloned());
        if let Some(distances) = self.park_distances_m(&checked.register)? {
            columns.push(Column::new("park_distance_m".into(), distances));
        }
        DataFrame::new(enterprises.len(), columns).map_err(Error::table("the register"))
    }

    /// The block economy an enterprise belongs to: by the district where it stands and its industry code.
    fn block_of<'a>(&'a self, enterprise: &Enterprise, checked: &CheckedRegister) -> Option<&'a str> {
        let adcode = checked.standing.get(&enterprise.id)?;
        let block = self.policy.blocks_of(adcode, enterprise.industry_code.as_deref()?).next();
        block.map(|block| block.term.id.as_str())
    }

    /// Metres to the nearest park of any kind, 0 within one.
    fn park_distances_m(&self, register: &Register) -> Result<Option<Vec<Option<f64>>>> {
        let points: Vec<Option<Point>> = register.enterprises().iter().map(|one| one.location).collect();
        let mut nearest: Option<Vec<Option<f64>>> = None;
        for layer in self.layers.iter().filter(|layer| PARK_LAYERS.contains(&layer.areas.layer.as_str())) {
            let distances = join::distances_m(&layer.index, &brought_to(&points, register.reference, &layer.areas)?);
            nearest = Some(match nearest {
                None => distances,
                Some(known) => {
                    known.into_iter().zip(distances).map(|(a, b)| a.map(|a| b.map_or(a, |b| a.min(b))).or(b)).collect()
                }
            });
        }
        Ok(nearest)
    }

    /// Whether no problem was found and every quota is met.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        self.problems.height() == 0 && progress::satisfied(&self.quota)
    }

    /// Warnings to show to the user about the files of the project and its analyses, one sentence each.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let of_analyses = self.made.iter().flat_map(|made| {
            made.outcome.notes.iter().map(|note| analysis::as_keys(&format!("{ANALYSIS}{}: {note}", made.name)))
        });
        self.notes.iter().map(|note| analysis::as_keys(note)).chain(of_analyses).collect()
    }

    /// A programme by its id; by default the first.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Unknown`], with the programmes there are.
    pub fn programme(&self, id: Option<&str>) -> Result<&Programme> {
        let mut programmes = self.policy.programmes.iter();
        let found = match id {
            Some(id) => programmes.find(|programme| programme.term.id == id),
            None => programmes.next(),
        };
        let available = || self.policy.programmes.iter().map(|programme| programme.term.id.clone()).collect();
        found.ok_or_else(|| {
            let found = id.unwrap_or_default().to_owned();
            ProjectError::Unknown { what: "programme", found, available: available() }.into()
        })
    }

    /// A layer by its name.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Unknown`], with the layers there are.
    pub fn layer(&self, name: &str) -> Result<&Layer> {
        match self.made_layer(name) {
            Some(made) => Ok(&made.layer),
            None => layers::named(&self.layers, name),
        }
    }
}
