//! The analyses of a project: any operation, on the project's own tables and layers, its results usable by name.

use std::path::{Path, PathBuf};

use geo::{Geometry, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::file::Project;
use super::names::Names;
use super::survey::Survey;
use crate::declare::spelled;
use crate::error::{Error, ProjectError, Result};
use crate::measure::MadeBoundaries;
use crate::measure::{OPERATIONS, Outcome, OutcomeLayer, operation};
use crate::model::{Area, Areas, DeclaredReference, Report, Table, json};
use crate::source::{AreasInMemory, Feature, Layer, beside, is_database, split_layer};

/// An analysis to run: the name of its result, the operation, and the operation's parameters.
///
/// A table or a layer of areas among the parameters may be the path of a file, seen from the folder of the project file, or
/// one of these names: `register`, the checked register with the sector and the areas of each enterprise; the name of a
/// layer of the project; the name of an earlier analysis, for its table or its layer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AnalysisRequest {
    /// The name under which maps, charts and further analyses use its table and its layers.
    pub name: String,
    /// The operation: `dbscan`, `local-moran`, `density` …
    pub operation: String,
    /// The parameters of the operation, by their names.
    #[serde(flatten)]
    pub parameters: toml::Table,
}

/// The result of an analysis, as the project uses it by name.
#[derive(Debug)]
pub struct Made {
    /// The name of the analysis.
    pub name: String,
    /// The outcome of the operation.
    pub outcome: Outcome,
    /// Its table.
    pub table: Table,
    /// Its layers of areas, each called after the analysis, further ones after the analysis and their own name.
    pub layers: Vec<MadeLayer>,
}

/// A layer of areas that an analysis made.
#[derive(Debug)]
pub struct MadeLayer {
    /// The areas, indexed.
    pub layer: Layer,
    /// A row for each area, with what the analysis says of it.
    pub attributes: Table,
    /// What became of the boundaries of the areas that it is made from.
    pub boundaries: MadeBoundaries,
}

/// The table of the project's checked register, by which analyses name it.
pub const REGISTER: &str = "register";

/// A message with parameters spelled as a project file spells them: as keys.
pub(super) fn as_keys(message: &str) -> String {
    spelled(message, |name| format!("`{name}`"))
}

/// The parameters of an analysis as a map from their names; dates and times become text.
fn given(parameters: &toml::Table) -> Map<String, Value> {
    fn plain(value: &toml::Value) -> Value {
        match value {
            toml::Value::String(text) => Value::String(text.clone()),
            toml::Value::Integer(number) => Value::from(*number),
            toml::Value::Float(number) => json::number(*number),
            toml::Value::Boolean(truth) => Value::Bool(*truth),
            toml::Value::Datetime(date) => Value::String(date.to_string()),
            toml::Value::Array(values) => Value::Array(values.iter().map(plain).collect()),
            toml::Value::Table(table) => Value::Object(given(table)),
        }
    }
    parameters.iter().map(|(name, own)| (name.clone(), plain(own))).collect()
}

/// A value of a parameter with the grids of shifts that references name taken from a folder.
fn with_grids_from(folder: &Path, value: &Value) -> Value {
    match value {
        Value::String(text) => match text.parse::<DeclaredReference>() {
            Ok(reference) if reference.grid().is_some() => reference.seen_from(folder).to_string().into(),
            _ => value.clone(),
        },
        Value::Array(values) => values.iter().map(|value| with_grids_from(folder, value)).collect(),
        other => other.clone(),
    }
}

/// Everything that is wrong with the analyses of a project before any of them is run.
pub(super) fn faults(analyses: &[AnalysisRequest], layers: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for (position, analysis) in analyses.iter().enumerate() {
        let AnalysisRequest { name, operation: wanted, parameters } = analysis;
        let is_plain =
            |name: &str| !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || matches!(one, '-' | '_'));
        if !is_plain(name) {
            faults.push(format!("analysis name `{name}`, expected letters, digits, `-` and `_`"));
        }
        if analyses[..position].iter().any(|other| other.name == *name) {
            faults.push(format!("two analyses are called `{name}`"));
        }
        if layers.contains(name) || name == REGISTER {
            faults.push(format!("analysis `{name}` has the name of a layer or table of the project"));
        }
        let Some(declaration) = operation(wanted) else {
            let names = OPERATIONS.iter().map(|declaration| declaration.name);
            let near = crate::error::near_miss(wanted, names).map(|near| format!(" (did you mean `{near}`?)"));
            faults.push(format!(
                "analysis `{name}` asks for `{wanted}`, which is no operation{}",
                near.unwrap_or_default()
            ));
            continue;
        };
        if let Err(error) = (declaration.prepare)(given(parameters)) {
            faults.push(as_keys(&format!("analysis `{name}`: {error}")));
        }
    }
    faults
}

/// Leaves of the analyses of a project those that some words name, by themselves or with a part of their result behind a
/// hyphen, and those before them, which they may name in turn.
pub(super) fn keep_named<'a>(project: &mut Project, words: impl Iterator<Item = &'a str> + Clone) {
    let is_named = |analysis: &AnalysisRequest| {
        words.clone().any(|word| {
            let rest = word.strip_prefix(&analysis.name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    };
    let needed = project.analyses.iter().rposition(is_named).map_or(0, |last| last + 1);
    project.analyses.truncate(needed);
}

/// Leaves of the analyses of a project those that a figure shows. Where the specification names one that is not there, all
/// stay, so that what is told lists them.
pub(super) fn keep_shown(project: &mut Project, spec: &impl Serialize, further: Option<&str>) {
    let Ok(keys) = toml::Table::try_from(spec) else { return };
    let mut words = Vec::new();
    let mut unknown = false;
    let mut left: Vec<(&str, &toml::Value)> = keys.iter().map(|(key, value)| (key.as_str(), value)).collect();
    while let Some((key, value)) = left.pop() {
        match value {
            toml::Value::String(word) => {
                unknown |=
                    key == "analysis" && !project.analyses.iter().any(|analysis| word.starts_with(&analysis.name));
                words.push(word.as_str());
            }
            toml::Value::Array(values) => left.extend(values.iter().map(|value| (key, value))),
            toml::Value::Table(table) => left.extend(table.iter().map(|(key, value)| (key.as_str(), value))),
            _ => {}
        }
    }
    if !unknown {
        keep_named(project, words.into_iter().chain(further));
    }
}

/// Runs the analyses of a project, in their order, on what it knows.
///
/// # Errors
///
/// Errors of the operation, with the name of the analysis.
pub(super) fn run(project: &Project, survey: &mut Survey) -> Result<()> {
    for analysis in &project.analyses {
        let made = made(analysis, survey, project).map_err(|error| in_analysis(&analysis.name, error))?;
        survey.made.push(made);
    }
    Ok(())
}

fn in_analysis(name: &str, error: Error) -> Error {
    let hint = error.hint().unwrap_or_else(|| "see the reference of the operation".to_owned());
    let message = as_keys(&format!("analysis `{name}`: {error}"));
    ProjectError::Options { message, hint: as_keys(&hint) }.into()
}

fn made(analysis: &AnalysisRequest, survey: &Survey, project: &Project) -> Result<Made> {
    let declaration = operation(&analysis.operation).ok_or_else(|| ProjectError::Unknown {
        what: "operation",
        found: analysis.operation.clone(),
        available: OPERATIONS.iter().map(|declaration| declaration.name.to_owned()).collect(),
    })?;
    let parameters = given(&analysis.parameters);
    let parameters = parameters.iter().map(|(name, own)| (name.clone(), with_grids_from(&project.folder, own)));
    let mut prepared = (declaration.prepare)(parameters.collect())?;
    Names::of_project(survey, project, &project.folder).put_into(prepared.as_mut())?;
    let outcome = prepared.run()?;
    let frame = outcome.frame()?;
    let rows = (1..=frame.height() as u64).collect();
    let table = Table::new(analysis.name.clone(), frame, rows);
    let mut layers = Vec::new();
    for made in &outcome.layers {
        let name = match layers.is_empty() {
            true => analysis.name.clone(),
            false => format!("{}-{}", analysis.name, made.name),
        };
        layers.extend(areas_of(&name, made)?);
    }
    Ok(Made { name: analysis.name.clone(), outcome, table, layers })
}

/// The areas of a layer that an operation made; none where it holds no polygon.
pub(super) fn areas_of(name: &str, made: &OutcomeLayer) -> Result<Option<MadeLayer>> {
    let mut areas = Vec::new();
    let mut kept: Vec<&Feature> = Vec::new();
    for (number, feature) in (1..).zip(&made.features) {
        let geometry = match &feature.geometry {
            Geometry::Polygon(polygon) => MultiPolygon(vec![polygon.clone()]),
            Geometry::MultiPolygon(polygons) => polygons.clone(),
            _ => continue,
        };
        let text = |key: &str| match feature.properties.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Null) | None => None,
            Some(other) => Some(other.to_string()),
        };
        let id = text("id").unwrap_or_else(|| number.to_string());
        areas.push(Area { name: text("name").unwrap_or_else(|| id.clone()), parent: text("parent"), id, geometry });
        kept.push(feature);
    }
    if areas.is_empty() {
        return Ok(None);
    }
    let attributes = attributes(name, &areas, &kept)?;
    let areas = Areas { layer: name.to_owned(), source: name.to_owned(), reference: made.reference, areas };
    Ok(Some(MadeLayer { layer: Layer::new(areas, Report::default())?, attributes, boundaries: made.boundaries }))
}

fn attributes(name: &str, areas: &[Area], features: &[&Feature]) -> Result<Table> {
    let mut columns = vec![Column::new("id".into(), areas.iter().map(|area| area.id.as_str()).collect::<Vec<_>>())];
    let mut names: Vec<&String> = Vec::new();
    for property in features.iter().flat_map(|feature| feature.properties.keys()) {
        if property != "id" && !names.contains(&property) {
            names.push(property);
        }
    }
    for property in names {
        let cells: Vec<&Value> =
            features.iter().map(|feature| feature.properties.get(property).unwrap_or(&Value::Null)).collect();
        columns.push(if cells.iter().all(|cell| cell.is_number() || cell.is_null()) {
            Column::new(property.as_str().into(), cells.iter().map(|cell| cell.as_f64()).collect::<Vec<_>>())
        } else {
            let text = |cell: &&Value| match cell {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            Column::new(property.as_str().into(), cells.iter().map(text).collect::<Vec<_>>())
        });
    }
    let frame = DataFrame::new(areas.len(), columns).map_err(Error::table("the layer of an analysis"))?;
    Ok(Table::new(name, frame, (1..=areas.len() as u64).collect()))
}

impl Survey {
    /// The areas of a layer of the project or of an analysis, to be handed to an operation.
    pub(super) fn areas_in_memory(&self, name: &str) -> Option<AreasInMemory> {
        if let Some(layer) = self.layers.iter().find(|layer| layer.areas.layer == name) {
            return Some(AreasInMemory { areas: layer.own().0.clone(), attributes: None, index: None });
        }
        let made = self.made_layer(name)?;
        let attributes = Some((made.attributes.clone(), "id".to_owned()));
        Some(AreasInMemory { areas: made.layer.areas.clone(), attributes, index: None })
    }

    /// A layer that an analysis made.
    #[must_use]
    pub fn made_layer(&self, name: &str) -> Option<&MadeLayer> {
        self.made.iter().flat_map(|made| &made.layers).find(|made| made.layer.areas.layer == name)
    }

    /// The table of a layer: what was measured of its areas, a row for each, for units of firms.
    pub(super) fn layer_table(&self, name: &str) -> Result<Option<Table>> {
        if let Some(made) = self.made_layer(name) {
            return Ok(Some(made.attributes.clone()));
        }
        let Some(measured) = self.concentration.iter().find(|measured| measured.layer == name) else {
            return Ok(None);
        };
        let layer = self.layer(name)?;
        // Rows of the first unit, which counts firms.
        let mut frame = measured.areas.slice(0, layer.areas.len());
        frame.rename("area", "id".into()).map_err(Error::table("a layer"))?;
        let rows = (1..=frame.height() as u64).collect();
        Ok(Some(Table::new(name, frame, rows)))
    }
}

/// The files that an analysis reads, seen from the folder of the project file.
pub(super) fn files(analysis: &AnalysisRequest, folder: &Path, is_name: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let prepared = operation(&analysis.operation).map(|declaration| (declaration.prepare)(given(&analysis.parameters)));
    let Some(Ok(mut prepared)) = prepared else { return Vec::new() };
    let files = prepared.files().into_iter().filter(|path| !path.to_str().is_some_and(&is_name));
    let files = files.map(|path| beside(folder, &path));
    files.filter(|path| is_database(path) || split_layer(path).0.exists()).collect()
}
