//! Maps of a project's tables, or of any table of areas.

mod atlas;
mod cells;
mod datum;
mod graticule;
mod labels;
mod layers;
mod of_files;
mod of_survey;
mod of_table;
mod rows;
mod small_maps;

use std::path::{Path, PathBuf};

use super::{FigureKeys, explained, specification, theme};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::model::{Language, MetreGrid};
use crate::project::analysis::keep_shown;
use crate::project::file::{self, FigureRequest, Project};
use crate::project::survey::{Survey, survey};
use crate::render::{Figure, MapKind, MapSpec};
use crate::source::{AreaSource, OptionalTable, beside};
use crate::stats::Scheme;

pub use atlas::{Atlas, SheetForm, atlas_of, write_atlas};
pub use of_survey::map_of;
pub(in crate::project) use of_survey::{data_of, edit as boundary_edit};
pub(super) use rows::filtered;

/// A request for a single map, from a specification or from a column alone.
#[parameters]
#[derive(Default)]
pub struct MapRequest {
    /// The specification, such as maps/quota-progress.toml; without one, all settings have their defaults.
    #[parameter(value = "SPEC.TOML", positional)]
    pub spec: Option<PathBuf>,
    /// Draw what this project's inputs say.
    #[parameter(value = "JIJU.TOML", conflicts = "areas")]
    pub project: Option<PathBuf>,
    /// The areas, if there is no project.
    #[flatten]
    pub areas: AreaSource,
    /// The table with the values, in place of an analysis of the project that the specification names [default: the areas' own
    /// attributes, or what the project's inputs say].
    #[flatten]
    pub values: OptionalTable,
    /// Column of the table with the areas' ids or names [default, with a project: id or area].
    #[parameter(value = "COLUMN", requires = "table")]
    pub key: Option<String>,
    /// The column to show.
    #[parameter(value = "COLUMN")]
    pub value: Option<String>,
    /// How classes are found: equal-interval, quantile, fisher-jenks ….
    #[parameter(value = "SCHEME")]
    pub scheme: Option<Scheme>,
    /// Number of classes.
    #[parameter(short = 'k', alias = "classes")]
    pub k: Option<usize>,
    /// Metre grid to draw in: EPSG:n, albers=SOUTH,NORTH,MERIDIAN, laea=LATITUDE,LONGITUDE [default: the areas' own, or the
    /// one that suits where they lie].
    #[parameter(requires = "areas")]
    pub grid: Option<MetreGrid>,
    /// What is otherwise than in the specification.
    #[flatten]
    pub keys: FigureKeys,
}

/// Draws a single map.
///
/// # Errors
///
/// Errors of reading, transforming and drawing; [`ProjectError::Options`] for options that exclude each other.
pub fn map(request: &MapRequest) -> Result<Figure> {
    let mut spec = specified(request)?;
    match (&request.project, request.areas.layer()) {
        (Some(project), None) => {
            let mut project = file::read(project)?;
            project.language = spec.language;
            keep_shown(&mut project, &spec, None);
            let mut survey = survey(&project, &mut |_, _| {})?;
            if let Some(table) = &request.values.table {
                refuse_without_table(&spec)?;
                spec.analysis = Some(of_table::taken(&request.values, table, request.key.as_deref(), &mut survey)?);
            }
            let mut told = survey.told();
            let taken = survey.made.iter().find(|made| Some(&made.name) == spec.analysis.as_ref());
            if let (Some(made), Some(column)) = (taken, spec.column.clone()) {
                told.extend(of_table::as_written(&mut spec, &made.table, &column)?);
            }
            let mut figure = map_of(&spec, &survey, &project)?;
            figure.warnings.splice(0..0, told);
            Ok(figure)
        }
        (None, Some(areas)) => of_files::map_of_files(&spec, &areas, request),
        _ => Err(ProjectError::Options {
            message: "a map is drawn either of a project or of areas".to_owned(),
            hint: "give ‹project›, or ‹areas› with ‹value›".to_owned(),
        }
        .into()),
    }
}

/// Returns the effective specification of a map as TOML: its own settings, the overridden keys, and all defaults.
///
/// # Errors
///
/// Errors of reading the specification.
pub fn map_explained(request: &MapRequest) -> Result<String> {
    let spec = specified(request)?;
    spec.refuse_keys_without_effect()?;
    explained(&spec)
}

/// The specification as a request has it.
fn specified(request: &MapRequest) -> Result<MapSpec> {
    let project = request.project.as_ref().filter(|_| request.values.table.is_some());
    let project = project.map(|path| file::read(path)).transpose()?;
    let keys = &request.keys.in_house(project.as_ref());
    let mut spec = match &request.spec {
        Some(path) => found_beside(path, keys.specification(path, MapSpec::from_toml)?),
        None => {
            let mut set = keys.set_keys()?;
            theme::put_under(&mut set, keys.theme.as_deref())?;
            let text = toml::to_string(&set).unwrap_or_default();
            let mut spec = MapSpec::from_toml(&text, "‹set›")?;
            if let Some(language) = keys.lang {
                spec.language = language;
            }
            spec.theme.read_fonts()?;
            spec
        }
    };
    if let Some(value) = &request.value {
        spec.column = Some(value.clone());
        if spec.multiples.is_none() {
            spec.title.get_or_insert_with(|| value.clone());
        }
    }
    if let Some(scheme) = &request.scheme {
        spec.classes.scheme = scheme.clone();
    }
    if let Some(classes) = request.k {
        spec.classes.count = classes;
    }
    Ok(spec)
}

/// Refuses a table for a map that shows none.
fn refuse_without_table(spec: &MapSpec) -> Result<()> {
    let shown = match spec.kind {
        MapKind::QuotaProgress => "the progress of quotas",
        MapKind::Plain => "no values",
        _ if spec.cells.is_some() => "the firms in cells",
        _ => return Ok(()),
    };
    Err(ProjectError::Options {
        message: format!("this map shows {shown}, and no table"),
        hint: "leave out ‹table›, or set another `kind` by ‹set›".to_owned(),
    }
    .into())
}

/// A request for a single atlas.
#[parameters]
#[derive(Default)]
pub struct AtlasRequest {
    /// The specification, such as maps/atlas-districts.toml.
    #[parameter(value = "SPEC.TOML", positional, required)]
    pub spec: PathBuf,
    /// Draw what this project's inputs say.
    #[parameter(value = "JIJU.TOML", required)]
    pub project: PathBuf,
    /// What has a sheet of its own: a layer such as district or town, or block [default: what the specification says].
    #[parameter(value = "LAYER")]
    pub by: Option<String>,
    /// What is otherwise than in the specification.
    #[flatten]
    pub keys: FigureKeys,
}

/// Draws an atlas of a project.
///
/// # Errors
///
/// As [`atlas_of`], and errors of reading.
pub fn atlas(request: &AtlasRequest) -> Result<Atlas> {
    let spec = request.keys.specification(&request.spec, MapSpec::from_toml)?;
    let mut spec = found_beside(&request.spec, spec);
    if let Some(by) = &request.by {
        spec.atlas.get_or_insert_default().by.clone_from(by);
    }
    let mut project = file::read(&request.project)?;
    project.language = spec.language;
    keep_shown(&mut project, &spec, None);
    let survey = survey(&project, &mut |_, _| {})?;
    let mut atlas = atlas_of(&spec, &survey, &project)?;
    if let Some((_, first)) = atlas.sheets.first_mut() {
        first.warnings.splice(0..0, survey.told());
    }
    Ok(atlas)
}

/// Draws a map listed in a project file, from the results of a survey.
///
/// # Errors
///
/// As [`map_of`], and errors of reading the specification.
pub fn requested_map(request: &FigureRequest, survey: &Survey, project: &Project) -> Result<Figure> {
    map_of(&map_specification(request, project)?, survey, project)
}

/// Reads the specification of a map listed in a project file.
///
/// # Errors
///
/// Errors of reading the specification.
pub(in crate::project) fn map_specification(request: &FigureRequest, project: &Project) -> Result<MapSpec> {
    let theme = project.theme.as_deref();
    let beside = if request.spec.as_os_str().is_empty() { &project.file } else { &request.spec };
    let language = Some(project.language);
    let spec = specification(&request.spec, beside, &request.set, theme, language, MapSpec::from_toml)?;
    Ok(found_beside(beside, spec))
}

/// The specification with its files taken from the folder it stands in.
fn found_beside(path: &Path, mut spec: MapSpec) -> MapSpec {
    let folder = path.parent().unwrap_or(Path::new(""));
    for file in files_of(&mut spec) {
        *file = beside(folder, file);
    }
    spec
}

/// The files that a specification names.
fn files_of(spec: &mut MapSpec) -> impl Iterator<Item = &mut PathBuf> {
    let files = spec.locator.iter_mut().map(|locator| &mut locator.file);
    let files = files.chain(spec.logo.iter_mut().map(|logo| &mut logo.file));
    let files = files.chain(spec.hulls.iter_mut().map(|hulls| &mut hulls.file));
    let files = files.chain(spec.contours.iter_mut().map(|contours| &mut contours.file));
    let files = files.chain(spec.flows.iter_mut().filter_map(|flows| flows.file.as_mut()));
    // An empty one is none.
    files.filter(|file| !file.as_os_str().is_empty())
}

/// The files that the specification of a map names, with the keys that are set otherwise. Of a specification that cannot be read
/// there are none: reading it will say why.
pub(super) fn named_files(path: &Path, beside: &Path, set: &toml::Table, language: Option<Language>) -> Vec<PathBuf> {
    let Ok(spec) = specification(path, beside, set, None, language, MapSpec::from_toml) else { return Vec::new() };
    files_of(&mut found_beside(beside, spec)).map(|file| file.clone()).collect()
}
