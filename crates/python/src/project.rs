//! Project files: the whole run, its check; quota tables, conversions, sample data.

use std::path::PathBuf;
use std::sync::Arc;

use jiju::check::{self as checks, CheckInputs, CheckRequest};
use jiju::declare::from_map;
use jiju::progress::{self as quotas, ProgressRequest};
use jiju::project::{self, QueryRequest, RunRequest, Unmade};
use jiju::source::{self, ConvertOptions};
use jiju::synth::{self as samples, SynthRequest};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::fault::spelled;
use super::given;
use super::handle::{HeldTable, Lying, capsule};
use super::table::request;
use super::worker::{Reached, work};

/// What could not be made: name, reason, advice.
pub fn unmade(list: &[Unmade]) -> Vec<(String, String, Option<String>)> {
    list.iter().map(|one| (one.name.clone(), one.message.clone(), one.hint.clone())).collect()
}

/// `(json, progress) -> dict`: does everything a project file asks for.
pub fn run_project(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: RunRequest = request(py, arguments, "run")?;
    let progress = Some(arguments.get_item(1)?).filter(|progress| !progress.is_none());
    let summary = work(py, progress.as_ref(), move |tell| {
        project::run(&request.read()?, &mut |what, done, total| {
            tell(Reached { what: what.to_owned(), done, total: Some(total) });
        })
    })?;
    let given = PyDict::new(py);
    given.set_item("files", summary.files)?;
    given.set_item("notes", spelled(&summary.notes))?;
    given.set_item("quota", capsule(py, given::plain("quota", summary.quota_table))?)?;
    given.set_item("headings", summary.headings)?;
    given.set_item("unmade", unmade(&summary.unmade))?;
    given.set_item("satisfied", summary.satisfied)?;
    Ok(given.into_any().unbind())
}

/// `(project, json) -> dict`: every problem of a project, or of files that are named one by one.
pub fn check(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let file: Option<PathBuf> = arguments.get_item(0)?.extract()?;
    let named = given::named(py, &arguments.get_item(1)?.extract::<String>()?)?;
    let (problems, summary, notes, is_clean, unmade) = work(py, None, move |_| {
        let project = file.as_deref().map(project::read).transpose()?;
        let inputs = match &project {
            Some(project) => CheckInputs::from(project),
            None => from_map::<CheckRequest>("check", named)?.inputs()?,
        };
        let outcome = checks::check(&inputs)?;
        let (problems, summary) = (outcome.problems.clone(), outcome.summary());
        let (notes, is_clean) = (outcome.report.notes.clone(), outcome.is_clean());
        let unmade = match project {
            Some(project) => project::try_figures(&project, outcome)?,
            None => Vec::new(),
        };
        Ok((problems, summary, notes, is_clean, unmade))
    })?;
    let given = PyDict::new(py);
    given.set_item("problems", capsule(py, given::plain("problems", problems))?)?;
    given.set_item("summary", summary)?;
    given.set_item("notes", spelled(&notes))?;
    given.set_item("is_clean", is_clean)?;
    given.set_item("unmade", self::unmade(&unmade))?;
    Ok(given.into_any().unbind())
}

/// `(json) -> dict`: a ledger counted toward its quotas.
pub fn progress(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: ProgressRequest = request(py, arguments, "progress")?;
    let counted = work(py, None, move |_| quotas::progress(&request))?;
    let given = PyDict::new(py);
    given.set_item("quota", capsule(py, given::plain("quota", counted.rows))?)?;
    given.set_item("notes", spelled(&counted.notes))?;
    given.set_item("satisfied", counted.satisfied)?;
    Ok(given.into_any().unbind())
}

/// `(json) -> (table, notes)`: a question in SQL to a project or the folder of a run.
pub fn query(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: QueryRequest = request(py, arguments, "query")?;
    let answered = work(py, None, move |_| project::query(&request))?;
    let notes = spelled(&answered.outcome.notes);
    let table = answered.outcome.tables.into_iter().next().map_or_else(
        || given::plain("answer", answered.rows),
        |table| HeldTable {
            reference: table.places.as_ref().map(|places| places.reference().into()),
            places: table.places.map(|places| Arc::new(Lying::Places(places))),
            ..given::plain("answer", table.frame)
        },
    );
    Ok((capsule(py, table)?, notes).into_pyobject(py)?.into_any().unbind())
}

/// `(input, output, json) -> (rows, notes)`: carries a file to another datum, grid or format.
pub fn convert(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (input, output): (PathBuf, PathBuf) = (arguments.get_item(0)?.extract()?, arguments.get_item(1)?.extract()?);
    let named = given::named(py, &arguments.get_item(2)?.extract::<String>()?)?;
    let options: ConvertOptions = given::parameters(py, "convert", named)?;
    let converted = work(py, None, move |_| source::convert(&input, &output, &options))?;
    Ok((converted.rows, spelled(&converted.notes)).into_pyobject(py)?.into_any().unbind())
}

/// `(json, folder) -> [path, …]`: writes synthetic sample data.
pub fn synth(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: SynthRequest = request(py, arguments, "synth")?;
    let folder: PathBuf = arguments.get_item(1)?.extract()?;
    let files = work(py, None, move |_| samples::synth(&request, &folder))?;
    Ok(files.into_pyobject(py)?.into_any().unbind())
}
