//! Maps of a project's tables, or of any table of areas.

mod atlas;
mod cells;
mod graticule;
mod labels;
mod layers;
mod of_files;
mod of_survey;
mod rows;
mod small_maps;

use std::path::{Path, PathBuf};

use super::{set_keys, specification, theme};
use crate::error::{ProjectError, Result};
use crate::model::{Language, Reference};
use crate::project::file::{self, FigureRequest, Project};
use crate::project::survey::{Survey, survey};
use crate::render::{Figure, MapSpec};
use crate::source::LayerSource;
use crate::stats::Scheme;

pub use atlas::{Atlas, atlas_of, write_atlas};
pub use of_survey::map_of;
pub(super) use rows::filtered;

/// A request for a single map, from a specification or from a column alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapRequest {
    /// The path of the specification; without one, all settings have their defaults.
    pub spec: Option<PathBuf>,
    /// Keys of the specification to override, as TOML: `title = "…"`, `classes.count = 4`.
    pub set: Vec<String>,
    /// The path of the project whose tables and layers are drawn.
    pub project: Option<PathBuf>,
    /// The areas, if there is no project.
    pub areas: Option<LayerSource>,
    /// The path of the table with the values; by default the areas' own attributes are used.
    pub table: Option<PathBuf>,
    /// The column of the table that holds the areas' ids or names.
    pub key: Option<String>,
    /// The column to show.
    pub value: Option<String>,
    /// The classification scheme.
    pub scheme: Option<Scheme>,
    /// The number of classes.
    pub classes: Option<usize>,
    /// The metre grid to draw in; by default that of the areas, or the 3-degree zone in which they lie.
    pub grid: Option<Reference>,
    /// The language; by default that of the specification.
    pub language: Option<Language>,
    /// The theme: `light`, `dark`, `print-grey`, or the path of a theme file.
    pub theme: Option<String>,
}

/// Draws a single map.
///
/// # Errors
///
/// Errors of reading, transforming and drawing; [`ProjectError::Options`] for options that exclude each other.
pub fn map(request: &MapRequest) -> Result<Figure> {
    let spec = specified(request)?;
    match (&request.project, &request.areas) {
        (Some(project), None) => {
            let project = file::read(project)?;
            map_of(&spec, &survey(&project, &mut |_, _| {})?, &project)
        }
        (None, Some(areas)) => of_files::map_of_files(&spec, areas, request),
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
    let written = toml::to_string(&spec);
    Ok(written.map_err(|error| ProjectError::Malformed {
        file: "the specification".to_owned(),
        message: format!("it cannot be written: {error}"),
    })?)
}

/// The specification as a request has it.
fn specified(request: &MapRequest) -> Result<MapSpec> {
    let set = set_keys(&request.set)?;
    let mut spec = match &request.spec {
        Some(path) => found_beside(
            path,
            specification(path, &set, request.theme.as_deref(), request.language, MapSpec::from_toml)?,
        ),
        None => {
            let mut set = set;
            theme::put_under(&mut set, request.theme.as_deref())?;
            let text = toml::to_string(&set).unwrap_or_default();
            let mut spec = MapSpec::from_toml(&text, "‹set›")?;
            if let Some(language) = request.language {
                spec.language = language;
            }
            spec
        }
    };
    if let Some(value) = &request.value {
        spec.column = Some(value.clone());
        spec.title.get_or_insert_with(|| value.clone());
    }
    if let Some(scheme) = &request.scheme {
        spec.classes.scheme = scheme.clone();
    }
    if let Some(classes) = request.classes {
        spec.classes.count = classes;
    }
    Ok(spec)
}

/// A request for a single atlas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AtlasRequest {
    /// The path of the specification, which must have an `[atlas]` table.
    pub spec: PathBuf,
    /// Keys of the specification to override, as TOML.
    pub set: Vec<String>,
    /// The path of the project whose tables and layers are drawn.
    pub project: PathBuf,
    /// The layer whose areas have sheets, or `block`, if different from the specification.
    pub by: Option<String>,
    /// The language; by default that of the specification.
    pub language: Option<Language>,
    /// The theme: `light`, `dark`, `print-grey`, or the path of a theme file.
    pub theme: Option<String>,
}

/// Draws an atlas of a project.
///
/// # Errors
///
/// As [`atlas_of`], and errors of reading.
pub fn atlas(request: &AtlasRequest) -> Result<Atlas> {
    let set = set_keys(&request.set)?;
    let theme = request.theme.as_deref();
    let spec = specification(&request.spec, &set, theme, request.language, MapSpec::from_toml)?;
    let mut spec = found_beside(&request.spec, spec);
    if let Some(by) = &request.by {
        spec.atlas.get_or_insert_default().by.clone_from(by);
    }
    let project = file::read(&request.project)?;
    atlas_of(&spec, &survey(&project, &mut |_, _| {})?, &project)
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
    let spec = specification(&request.spec, &request.set, theme, Some(project.language), MapSpec::from_toml)?;
    Ok(found_beside(&request.spec, spec))
}

/// The specification with its files taken from the folder it stands in.
fn found_beside(path: &Path, mut spec: MapSpec) -> MapSpec {
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = spec.locator.iter_mut().map(|locator| &mut locator.file);
    let files = files.chain(spec.hulls.iter_mut().map(|hulls| &mut hulls.file));
    let files = files.chain(spec.contours.iter_mut().map(|contours| &mut contours.file));
    for file in files.chain(spec.flows.iter_mut().filter_map(|flows| flows.file.as_mut())) {
        // An empty one is none.
        if !file.as_os_str().is_empty() {
            *file = folder.join(&file);
        }
    }
    spec
}
