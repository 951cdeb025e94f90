//! What a desk asks of a project: its bulletin and dossiers, which are documents; its evaluation, spot check, changes and proof,
//! which are rows with a workbook.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiju::project::{
    self, DiffRequest, DossierRequest, EvaluateRequest, FigureForm, MadeDocument, ProjectChanges, ProofRequest,
    SURVEY_STEPS, SampleRequest,
};
use jiju::source::{TableFormat, write_atomically, write_table};
use polars::prelude::DataFrame;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::fault::spelled;
use super::given;
use super::handle::{HeldDocument, HeldFigure, HeldRows, MakesWorkbook, argument, capsule};
use super::project::unmade;
use super::table::request;
use super::worker::{Reached, work};

/// `(document, html, notes, unmade)`.
fn document(py: Python<'_>, made: MadeDocument) -> PyResult<Py<PyAny>> {
    let (html, notes, unmade) = (made.html(), spelled(&made.notes), unmade(&made.unmade));
    let held = capsule(py, HeldDocument(Arc::new(made)))?;
    Ok((held, html, notes, unmade).into_pyobject(py)?.into_any().unbind())
}

/// `(json, progress) -> document`: the bulletin of a project.
pub fn report(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: ProjectChanges = request(py, arguments, "report")?;
    let progress = Some(arguments.get_item(1)?).filter(|progress| !progress.is_none());
    let made = work(py, progress.as_ref(), move |tell| {
        project::bulletin(&request.read()?, &mut |what, done| {
            tell(Reached { what: what.to_owned(), done, total: Some(SURVEY_STEPS + 1) });
        })
    })?;
    document(py, made)
}

/// `(json, progress) -> document`: the dossier of a block economy.
pub fn dossier(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: DossierRequest = request(py, arguments, "dossier")?;
    let progress = Some(arguments.get_item(1)?).filter(|progress| !progress.is_none());
    let made = work(py, progress.as_ref(), move |tell| {
        project::dossier(&request, &mut |what, done, total| {
            tell(Reached { what: what.to_owned(), done, total: Some(total) });
        })
    })?;
    document(py, made)
}

/// `(document, path) -> notes`: writes a document in the form of the ending.
pub fn save_document(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldDocument(document) = argument(arguments, 0)?;
    let path: PathBuf = arguments.get_item(1)?.extract()?;
    let (_, notes) = work(py, None, move |_| document.write(&path))?;
    Ok(spelled(&notes).into_pyobject(py)?.into_any().unbind())
}

/// Rows as Python has them: a dict with `table`, `rows` to be written, `notes`.
fn rows<'py>(
    py: Python<'py>,
    name: &str,
    frame: DataFrame,
    workbook: Option<Arc<MakesWorkbook>>,
    inputs: Vec<PathBuf>,
    notes: &[String],
) -> PyResult<Bound<'py, PyDict>> {
    let given = PyDict::new(py);
    given.set_item("table", capsule(py, given::plain(name, frame.clone()))?)?;
    given.set_item("rows", capsule(py, HeldRows { rows: Arc::new(frame), workbook, inputs: Arc::new(inputs) })?)?;
    given.set_item("notes", spelled(notes))?;
    Ok(given)
}

/// A workbook that is there.
fn made(bytes: Vec<u8>) -> Arc<MakesWorkbook> {
    Arc::new(move || Ok(bytes.clone()))
}

/// `(rows, path)`: writes rows in the format of the ending, as a workbook where there is one.
pub fn save_rows(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldRows { rows, workbook, inputs } = argument(arguments, 0)?;
    let path: PathBuf = arguments.get_item(1)?.extract()?;
    work(py, None, move |_| {
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        match (TableFormat::from_path(&path)?, workbook) {
            (TableFormat::Xlsx, Some(workbook)) => write_atomically(&path, &inputs, &workbook()?),
            (format, _) => write_table(&rows, format, &path, &inputs),
        }
    })?;
    Ok(py.None())
}

/// `(json) -> dict`: figures of a text that contradict the tables of a project.
pub fn proof(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: ProofRequest = request(py, arguments, "proof")?;
    let found = work(py, None, move |_| project::proof(&request))?;
    let given = rows(py, "proof", found.rows, None, found.inputs, &found.notes)?;
    given.set_item("matched", found.matched)?;
    given.set_item("contradictions", found.contradictions)?;
    Ok(given.into_any().unbind())
}

/// `(json) -> dict`: the evaluation per mu 亩均论英雄 of the firms of a project.
pub fn evaluate(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: EvaluateRequest = request(py, arguments, "evaluate")?;
    let found = work(py, None, move |_| {
        let found = project::evaluate(&request)?;
        if let (Some(path), Some(figure)) = (&request.draw, &found.map) {
            let inputs: Vec<&Path> = found.inputs.iter().map(PathBuf::as_path).collect();
            project::write_figure(figure, path, FigureForm::default().dpi, &inputs)?;
        }
        Ok(found)
    })?;
    let given = rows(py, "evaluation", found.rows, Some(made(found.workbook)), found.inputs.clone(), &found.notes)?;
    let map = found.map.map(|figure| HeldFigure { figure: Arc::new(figure), inputs: Arc::new(found.inputs) });
    given.set_item("map", map.map(|held| capsule(py, held)).transpose()?)?;
    Ok(given.into_any().unbind())
}

/// `(json) -> dict`: what changed between two registers, two ledgers, or the output folders of two runs.
pub fn diff(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: DiffRequest = request(py, arguments, "diff")?;
    let (request, found) = work(py, None, move |_| {
        let found = project::diff(&request)?;
        Ok((request, found))
    })?;
    let found = Arc::new(found);
    let changes = found.clone();
    let workbook: Arc<MakesWorkbook> = Arc::new(move || project::diff_workbook(&request, &changes));
    let given = rows(py, "changes", found.rows.clone(), Some(workbook), found.inputs.clone(), &found.notes)?;
    given.set_item("is_clean", found.is_clean)?;
    Ok(given.into_any().unbind())
}

/// `(json) -> dict`: a spot check 市级抽验 that was drawn, or the results of one.
pub fn sample(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: SampleRequest = request(py, arguments, "sample")?;
    let found = work(py, None, move |_| project::sample(&request))?;
    let given = rows(py, "sample", found.rows, found.workbook.map(made), found.inputs, &found.notes)?;
    given.set_item("is_yes", found.is_yes)?;
    Ok(given.into_any().unbind())
}
