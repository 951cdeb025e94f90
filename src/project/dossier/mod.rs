//! The dossier of one block economy 块状行业: how much, where, how concentrated, against whom, since when, how sure. Every claim has
//! two measures at the least, and says where they disagree.

mod against;
mod amounts;
mod criteria;
mod desk;
mod doubt;
mod figures;
mod headline;
mod paper;
mod places;
mod say;
mod since;
mod table;
mod trade;
mod words;

use std::path::PathBuf;

use chrono::NaiveDate;

use self::desk::Desk;
use super::file::{PROJECT_FILE, Project};
use super::report::{Bulletin, MadeDocument};
use super::run::ProjectChanges;
use super::survey::survey_of;
use crate::check::{self, CheckInputs, needed};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::{Distances, Draws};
use crate::model::{Distance, Language};
use crate::policy;
use crate::stats::{ErrorShape, LocationOptions};

/// A dossier of one block economy of a project.
#[parameters]
pub struct DossierRequest {
    /// The block economy, by its id or its name in the policy: keqiao_dyeing.
    #[parameter(value = "BLOCK", positional, required)]
    pub block_economy: String,
    /// The project file.
    #[parameter(value = "JIJU.TOML")]
    pub project: PathBuf,
    /// Another as-of date than the file's.
    pub as_of: Option<NaiveDate>,
    /// Another language than the file's.
    #[parameter(value = "LANGUAGE")]
    pub lang: Option<Language>,
    /// House style of all figures: light, dark, print-grey, or a file of `[theme]` keys.
    #[parameter(value = "THEME")]
    pub theme: Option<String>,
    /// An earlier register, with which concentration is compared.
    #[parameter(value = "FILE")]
    pub before: Option<PathBuf>,
    /// Column of the register with the day or the year of each firm's founding [default: recognised, such as 成立日期].
    #[parameter(value = "COLUMN")]
    pub founded: Option<String>,
    /// Folder with the criteria of a test of clusters, such as data/policy/miit-clusters-2022 [default: the project's].
    #[parameter(value = "FOLDER")]
    pub criteria: Option<PathBuf>,
    /// The layer of small areas, over which γ and Gini are measured [default: town where the project has it, else district].
    #[parameter(value = "NAME")]
    pub layer: Option<String>,
    /// Column with the sizes of plants [default: employees, or output_cny where there are none].
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Radius within which firms are near: of clusters and of M.
    pub radius: Distance,
    /// How many firms within the radius, itself counted, make a firm the core of a cluster; also the least size of a cluster of any density.
    pub min_points: usize,
    /// The distances of the K-density.
    #[flatten]
    pub distances: Distances,
    /// The draws that sectors are held against.
    #[flatten]
    pub tests: Draws,
    /// Draw the firms again so often, for intervals of quotients, of γ and of M; 0 for none.
    #[parameter(value = "N")]
    pub resamples: usize,
    /// Error of all locations: with gaussian the standard deviation to the east and to the north, with disc the radius: 200m.
    pub location_error: Distance,
    /// Distribution of the errors.
    #[parameter(alias = "shape")]
    pub error_shape: ErrorShape,
    /// Number of times that all firms are displaced by the error of their locations; 0 for none.
    pub draws: u64,
}

impl Default for DossierRequest {
    fn default() -> Self {
        let LocationOptions { shape, draws, .. } = LocationOptions::default();
        Self {
            block_economy: String::new(),
            project: PathBuf::from(PROJECT_FILE),
            as_of: None,
            lang: None,
            theme: None,
            before: None,
            founded: None,
            criteria: None,
            layer: None,
            weight: None,
            radius: Distance::from_metres(1000.0),
            min_points: 15,
            distances: Distances::default(),
            tests: Draws::default(),
            resamples: 999,
            location_error: Distance::from_metres(200.0),
            error_shape: shape,
            draws,
        }
    }
}

impl DossierRequest {
    /// Reads the project, with what is otherwise in it. Its own analyses and figures are left out.
    fn read(&self) -> Result<Project> {
        let changes = ProjectChanges {
            project: self.project.clone(),
            as_of: self.as_of,
            lang: self.lang,
            theme: self.theme.clone(),
        };
        let mut project = changes.read()?;
        project.analyses.clear();
        project.maps.clear();
        project.charts.clear();
        project.concentration.weights.clear();
        project.concentration.layers.clear();
        if self.criteria.is_some() {
            project.criteria.clone_from(&self.criteria);
        }
        Ok(project)
    }
}

/// Makes the dossier of a block economy, and tells how far it is.
///
/// # Errors
///
/// [`crate::error::ProjectError::Unknown`] for a block economy, a layer or a column that there is not; errors of reading and of the operations.
pub fn dossier(request: &DossierRequest, step: &mut dyn FnMut(&str, u64, u64)) -> Result<MadeDocument> {
    let mut project = request.read()?;
    // What cannot be read is told before anything is measured.
    let test = project.criteria.as_deref().map(policy::cluster_test).transpose()?;
    let steps = 6 + request.draws;
    step("read, check and join", 0, steps);
    let mut outcome = check::check(&CheckInputs::from(&project))?;
    let block =
        trade::block(needed(outcome.policy.as_ref(), "a dossier", "‹policy›")?, &request.block_economy)?.clone();
    let raw = outcome.register.as_ref().map(|register| register.table.clone());
    let trade = trade::as_sector(&mut outcome, block)?;
    let layer = trade::small_areas(&outcome.layers, request.layer.as_deref())?;
    project.concentration.layers = vec![check::DISTRICT.to_owned(), layer.clone()];
    project.concentration.layers.dedup();
    let mut survey = survey_of(&project, outcome, &mut |_, _| {})?;
    let desk = Desk::new(&survey, &project, request, trade, layer)?;
    step("measure", 1, steps);
    let base = headline::base(&desk)?;
    let places = places::places(&desk)?;
    step("hold against others", 2, steps);
    let against = against::against(&desk, &base)?;
    let amounts = amounts::amounts(&desk)?;
    let since = since::since(&desk, raw.as_ref())?;
    step("leave the largest plant out", 3, steps);
    let doubt = doubt::doubt(&desk, &base, &mut |done| step("move locations by their error", 4 + done, steps))?;
    step("draw", 4 + request.draws, steps);
    let criteria = test.map(|test| criteria::assessed(&desk, test, &places, &since)).transpose()?;
    let found = paper::Found { base, places, against, amounts, since, doubt, criteria };
    let paper::Paper { mut document, places } = paper::written(&desk, &found)?;
    let (made, notes) = (figures::made(&desk, &found)?, desk.take_notes());
    let (maps, charts) = figures::requests(&desk, &found);
    drop(desk);
    survey.made = made;
    project.maps = maps;
    project.charts = charts;
    let unmade = figures::place(&project, &survey, &mut document.blocks, &places);
    document.settle();
    let mut inputs = project.inputs();
    inputs.extend(request.before.clone());
    inputs.extend(project.criteria.iter().map(|folder| folder.join(policy::CRITERIA_FILE)));
    let told = [vec![survey.summary.clone()], survey.told(), notes].concat();
    let bulletin = Bulletin { document, filled: None, notes: Vec::new() };
    let satisfied = unmade.is_empty();
    Ok(MadeDocument { project, bulletin, notes: told, unmade, inputs, satisfied })
}
