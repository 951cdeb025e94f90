//! Operations: their declarations, from which the package makes functions; and their runs.

use std::collections::HashMap;
use std::sync::Arc;

use jiju::check::CheckRequest;
use jiju::declare::{Parameter, ParameterKind, Parameters, defaults};
use jiju::measure::{Declaration, Input, OPERATIONS, Outcome, Part, Prepared};
use jiju::model::{DeclaredReference, Table, Weights};
use jiju::progress::ProgressRequest;
use jiju::project::{
    AtlasRequest, ChartRequest, DiffRequest, DossierRequest, EvaluateRequest, FigureForm, MapRequest, PageChanges,
    ProjectChanges, ProofRequest, QueryRequest, RunRequest, SampleRequest, SheetForm,
};
use jiju::source::{AreaSource, AreasInMemory, ConvertOptions, Origin, PlainTable, rows_of_features};
use jiju::synth::SynthRequest;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use serde_json::{Map, Value};

use super::fault::{Raise as _, of_parameter, spelling};
use super::given;
use super::handle::{HeldOutcome, HeldTable, HeldWeights, Lying, argument, capsule};
use super::worker::{Reached, work};

/// The name of an operation in Python.
fn function_name(operation: &Declaration) -> String {
    operation.name.replace('-', "_")
}

/// `() -> [[name, line], …]`: the operations.
pub fn about(py: Python<'_>, _: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let list = PyList::empty(py);
    for operation in OPERATIONS {
        list.append((function_name(operation), operation.summary))?;
    }
    Ok(list.into_any().unbind())
}

/// `(name) -> json`: the declaration of an operation or of another function; `None` where there is none.
pub fn declaration(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let name: String = arguments.get_item(0)?.extract()?;
    let declared = OPERATIONS.iter().find(|operation| function_name(operation) == name);
    let text = declared.map_or_else(|| request(&name), |operation| Some(of_operation(operation)));
    Ok(text.map(|declared| declared.to_string()).into_pyobject(py)?.unbind())
}

/// The parameters of a function that is no operation.
fn request(name: &str) -> Option<Value> {
    fn of<P: Parameters>() -> Value {
        object([("about", P::ABOUT.into()), ("parameters", parameters(&P::parameters(), &defaults::<P>()))])
    }
    Some(match name {
        "map" => of::<MapRequest>(),
        "chart" => of::<ChartRequest>(),
        "atlas" => of::<AtlasRequest>(),
        "page" => of::<PageChanges>(),
        "dossier" => of::<DossierRequest>(),
        "report" => of::<ProjectChanges>(),
        "proof" => of::<ProofRequest>(),
        "evaluate" => of::<EvaluateRequest>(),
        "diff" => of::<DiffRequest>(),
        "sample" => of::<SampleRequest>(),
        "run" => of::<RunRequest>(),
        "check" => of::<CheckRequest>(),
        "progress" => of::<ProgressRequest>(),
        "query" => of::<QueryRequest>(),
        "convert" => of::<ConvertOptions>(),
        "synth" => of::<SynthRequest>(),
        "read_table" => of::<PlainTable>(),
        "read_areas" => of::<AreaSource>(),
        "figure" => of::<FigureForm>(),
        "sheets" => of::<SheetForm>(),
        _ => return None,
    })
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn of_operation(operation: &Declaration) -> Value {
    let own = (operation.parameters)();
    let parts = parts(operation, &own).map(|part| {
        object([("name", part.name.into()), ("is_layer", part.is_layer.into()), ("about", part.about.into())])
    });
    object([
        ("name", function_name(operation).into()),
        ("command", operation.name.into()),
        ("group", operation.group.into()),
        ("summary", operation.summary.into()),
        ("about", operation.about.into()),
        ("definition", operation.definition.into()),
        ("remarks", operation.remarks.into()),
        ("examples", operation.examples.iter().map(|example| Value::from(*example)).collect()),
        ("parts", parts.collect()),
        ("parameters", parameters(&own, &(operation.defaults)())),
    ])
}

/// The parts that are made where they are asked for; one with the name of a parameter is asked for by that.
fn parts<'a>(operation: &'a Declaration, own: &'a [Parameter]) -> impl Iterator<Item = &'a Part> {
    operation.parts.iter().filter(|part| !own.iter().any(|parameter| parameter.is_called(part.name)))
}

fn parameters(list: &[Parameter], defaults: &Map<String, Value>) -> Value {
    let strings = |words: &[&str]| words.iter().map(|word| Value::from(*word)).collect::<Value>();
    list.iter()
        .map(|parameter| {
            let (kind, choices) = match parameter.kind {
                ParameterKind::Flag => ("flag", None),
                ParameterKind::Whole => ("whole", None),
                ParameterKind::Number => ("number", None),
                ParameterKind::File => ("file", None),
                ParameterKind::Date => ("date", None),
                ParameterKind::Choice(words) => ("choice", Some(strings(words))),
                _ => ("text", None),
            };
            object([
                ("name", parameter.name.into()),
                ("aliases", strings(&parameter.aliases)),
                ("about", parameter.about.into()),
                ("kind", kind.into()),
                ("choices", choices.unwrap_or(Value::Null)),
                ("is_list", parameter.is_list.into()),
                ("has_commas", parameter.has_commas.into()),
                ("is_required", parameter.is_required.into()),
                ("is_positional", parameter.is_positional.into()),
                ("default", defaults.get(parameter.name).cloned().unwrap_or(Value::Null)),
            ])
        })
        .collect()
}

/// Something in memory in the place of a name.
#[derive(Clone)]
enum Held {
    Table(Arc<Table>),
    Areas(Arc<AreasInMemory>),
    Weights(Arc<Weights>),
}

/// What was asked of an operation: what was given by name, and what stands for some of the names.
#[derive(Clone)]
struct Asked {
    declaration: &'static Declaration,
    given: Map<String, Value>,
    held: HashMap<String, Held>,
    notes: Vec<String>,
}

impl Asked {
    /// What the arguments ask for: the name of the operation, the parameters as JSON, and the objects that stand for names among
    /// them.
    fn read(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let name: String = arguments.get_item(0)?.extract()?;
        let found = OPERATIONS.iter().find(|operation| function_name(operation) == name);
        let declaration =
            found.ok_or_else(|| of_parameter(py, "operation", &format!("there is none called `{name}`"), None))?;
        let given = given::named(py, &arguments.get_item(1)?.extract::<String>()?)?;
        let mut asked = Self { declaration, given, held: HashMap::new(), notes: Vec::new() };
        let objects = arguments.get_item(2)?;
        asked.take(py, objects.cast::<PyDict>().map_err(PyErr::from)?)?;
        Ok(asked)
    }

    /// Takes the objects, each as what stands where its name does.
    fn take(&mut self, py: Python<'_>, objects: &Bound<'_, PyDict>) -> PyResult<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let mut prepared = (self.declaration.prepare)(self.given.clone()).raise(py)?;
        let mut areas_in_order = 0;
        // The roles, in the order of the inputs.
        enum Role {
            Table,
            Areas(usize),
            Weights,
        }
        let mut roles: Vec<(String, Role)> = Vec::new();
        for input in prepared.inputs() {
            let role = match &input {
                Input::Table(_) | Input::Register(_) => Role::Table,
                Input::Areas(_) => {
                    areas_in_order += 1;
                    Role::Areas(areas_in_order - 1)
                }
                Input::Weights(_) => Role::Weights,
                _ => continue,
            };
            if let Some(name) = placed(&input) {
                roles.push((name, role));
            }
        }
        for (key, object) in objects.iter() {
            let key: String = key.extract()?;
            let parameter = given::parameter_of(&key);
            let Some((_, role)) = roles.iter().find(|(name, _)| *name == key) else {
                return Err(of_parameter(
                    py,
                    parameter,
                    "found something in memory, expected the path of a file",
                    None,
                ));
            };
            let held = match role {
                Role::Table => self.table(&object, parameter)?,
                Role::Areas(position) => {
                    let options = given::area_options(&self.given, *position);
                    let (areas, notes) = given::areas(&object, parameter, &options)?;
                    self.notes.extend(notes);
                    Held::Areas(areas)
                }
                Role::Weights => Held::Weights(given::weights(&object, parameter)?),
            };
            self.held.insert(key, held);
        }
        // What areas in memory say of their reference has been taken; files beside them still need it said.
        if self.held.values().filter(|held| matches!(held, Held::Areas(_))).count() == areas_in_order {
            self.given.shift_remove("areas_crs");
        }
        Ok(())
    }

    /// A table; where its points say their reference, the parameters say it too.
    fn table(&mut self, object: &Bound<'_, PyAny>, parameter: &str) -> PyResult<Held> {
        let stated = self.given.get("crs").and_then(Value::as_str).and_then(given::reference);
        let HeldTable { table, reference, places } = given::table(object, parameter, stated)?;
        let takes = |name: &str| (self.declaration.parameters)().iter().any(|own| own.name == name);
        if places.is_none()
            && let Some(reference) = reference
            && takes("crs")
        {
            self.given.insert("crs".to_owned(), reference.to_string().into());
            let headers = if DeclaredReference::is_wgs84_like(reference) { ["lon", "lat"] } else { ["x", "y"] };
            for (name, header) in ["x", "y"].into_iter().zip(headers) {
                self.given.entry(name).or_insert_with(|| header.into());
            }
        }
        Ok(Held::Table(table))
    }

    /// Makes the operation ready, with what is in memory in its place.
    fn prepared(&self) -> jiju::Result<Box<dyn Prepared>> {
        let mut prepared = (self.declaration.prepare)(self.given.clone())?;
        for input in prepared.inputs() {
            let Some(held) = placed(&input).and_then(|name| self.held.get(&name)) else { continue };
            match (input, held) {
                (Input::Table(origin) | Input::Register(origin), Held::Table(table)) => {
                    *origin = Origin::memory(table.source.clone(), table.clone());
                }
                (Input::Areas(origin), Held::Areas(areas)) => {
                    *origin = Origin::memory(areas.areas.layer.clone(), areas.clone());
                }
                (Input::Weights(origin), Held::Weights(weights)) => {
                    *origin = Origin::memory("weights", weights.clone());
                }
                _ => {}
            }
        }
        Ok(prepared)
    }
}

/// The name of something in memory that stands for an input.
fn placed(input: &Input<'_>) -> Option<String> {
    let text = match input {
        Input::Table(origin) | Input::Register(origin) => origin.to_string(),
        Input::Areas(origin) => origin.to_string(),
        Input::Weights(origin) => origin.to_string(),
        _ => return None,
    };
    text.starts_with(given::MARK).then_some(text)
}

/// `(name, json, objects, parts, progress) -> dict`: runs an operation.
pub fn run(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let asked = Asked::read(py, arguments)?;
    let wanted: Vec<String> = arguments.get_item(3)?.extract()?;
    let progress = Some(arguments.get_item(4)?).filter(|progress| !progress.is_none());
    let (told, name) = (asked.notes.clone(), asked.declaration.name);
    let mut outcome = work(py, progress.as_ref(), move |tell| {
        let parts: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let mut prepared = asked.prepared()?;
        prepared.run_for(&parts, &mut |reached| {
            tell(Reached { what: name.to_owned(), done: reached.done, total: reached.size });
        })
    })?;
    outcome.notes.splice(0..0, told);
    given_back(py, outcome)
}

/// `(name, json, objects, outcome) -> json`: what an outcome was made from; every input is read again for its hash.
pub fn manifest(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let asked = Asked::read(py, arguments)?;
    let HeldOutcome(outcome) = argument(arguments, 3)?;
    let manifest = work(py, None, move |_| {
        let mut own = Outcome::default();
        own.manifest.clone_from(&outcome.manifest);
        Ok(asked.prepared()?.with_manifest(own)?.manifest)
    })?;
    Ok(Value::Object(manifest).to_string().into_pyobject(py)?.into_any().unbind())
}

/// An outcome as Python has it.
fn given_back(py: Python<'_>, outcome: Outcome) -> PyResult<Py<PyAny>> {
    let given = PyDict::new(py);
    given.set_item("scalars", Value::Object(outcome.scalars.clone()).to_string())?;
    given.set_item("notes", outcome.notes.iter().map(|note| spelling(note)).collect::<Vec<_>>())?;
    given.set_item("summary", outcome.summary.clone())?;
    let tables = PyList::empty(py);
    for table in &outcome.tables {
        let places = table.places.clone().map(|places| Arc::new(Lying::Places(places)));
        let reference = places.as_ref().map(|places| places.reference().into());
        let held = HeldTable { places, reference, ..given::plain(table.name, table.frame.clone()) };
        tables.append((table.name, capsule(py, held)?))?;
    }
    given.set_item("tables", tables)?;
    let layers = PyList::empty(py);
    for layer in &outcome.layers {
        let (frame, geometries) = rows_of_features(&layer.features, layer.reference.into()).raise(py)?;
        let (places, reference) = (Lying::Geometries(geometries, layer.reference), Some(layer.reference.into()));
        let held = HeldTable { places: Some(Arc::new(places)), reference, ..given::plain(layer.name, frame) };
        layers.append((layer.name, capsule(py, held)?))?;
    }
    given.set_item("layers", layers)?;
    let weights = outcome.weights.clone().map(|weights| capsule(py, HeldWeights(Arc::new(weights)))).transpose()?;
    given.set_item("weights", weights)?;
    let lists = outcome.lists.iter().map(|(_, column)| column.clone()).collect::<Vec<_>>();
    if !lists.is_empty() && outcome.tables.is_empty() {
        let frame =
            polars::prelude::DataFrame::new_infer_height(lists).map_err(jiju::Error::table("lists")).raise(py)?;
        given.set_item("lists", capsule(py, given::plain("lists", frame))?)?;
    }
    let raster = outcome.raster.is_some();
    given.set_item("has_raster", raster)?;
    given.set_item("outcome", capsule(py, HeldOutcome(Arc::new(outcome)))?)?;
    Ok(given.into_any().unbind())
}
