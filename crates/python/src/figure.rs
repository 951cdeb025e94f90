//! Maps, charts, atlases and the page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiju::error::ProjectError;
use jiju::project::{
    self, AtlasRequest, ChartRequest, FigureForm, FigureFormat, MapRequest, PageChanges, SheetForm, figure_inputs,
};
use jiju::source::{Origin, write_atomically};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use super::fault::spelled;
use super::given;
use super::handle::{HeldAtlas, HeldFigure, HeldTable, argument, capsule};
use super::table::request;
use super::worker::{Reached, work};

/// The object that stands for a parameter.
fn object_of<'py>(objects: &Bound<'py, PyDict>, parameter: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    for (key, object) in objects.iter() {
        if given::parameter_of(&key.extract::<String>()?) == parameter {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

/// The request of a map: `(json, objects)`, with what is in memory in its place.
fn map_request(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<MapRequest> {
    let named = given::named(py, &arguments.get_item(0)?.extract::<String>()?)?;
    let objects = arguments.get_item(1)?;
    let objects = objects.cast::<PyDict>().map_err(PyErr::from)?;
    let options = given::area_options(&named, 0);
    let mut named = named;
    let areas = object_of(objects, "areas")?.map(|object| given::areas(&object, "areas", &options)).transpose()?;
    if areas.is_some() {
        named.shift_remove("areas_crs");
    }
    let mut request: MapRequest = given::parameters(py, "map", named)?;
    if let Some((areas, _)) = areas {
        request.areas.areas = Some(Origin::memory(areas.areas.layer.clone(), areas));
    }
    if let Some(object) = object_of(objects, "table")? {
        let HeldTable { table, .. } = given::table(&object, "table", None)?;
        request.values.table = Some(Origin::memory(table.source.clone(), table));
    }
    Ok(request)
}

/// `(json, objects) -> figure`.
pub fn map(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request = map_request(py, arguments)?;
    let held = work(py, None, move |_| {
        let mut inputs = figure_inputs(request.spec.as_deref(), request.project.as_deref(), &request.keys);
        inputs.extend(request.areas.areas.iter().filter_map(Origin::file));
        inputs.extend(request.values.table.as_ref().and_then(Origin::file));
        Ok(HeldFigure { figure: Arc::new(project::map(&request)?), inputs: Arc::new(inputs) })
    })?;
    capsule(py, held)
}

/// `(json, objects) -> text`: the specification of a map with every default.
pub fn map_explained(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request = map_request(py, arguments)?;
    let text = work(py, None, move |_| project::map_explained(&request))?;
    Ok(text.into_pyobject(py)?.into_any().unbind())
}

/// `(json, objects) -> figure`.
pub fn chart(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let mut request: ChartRequest = request(py, arguments, "chart")?;
    let objects = arguments.get_item(1)?;
    let objects = objects.cast::<PyDict>().map_err(PyErr::from)?;
    let table = |name: &str| -> PyResult<Option<Origin<jiju::model::Table>>> {
        let held = object_of(objects, name)?.map(|object| given::table(&object, name, None)).transpose()?;
        Ok(held.map(|HeldTable { table, .. }| Origin::memory(table.source.clone(), table)))
    };
    request.table.table = table("table")?.or(request.table.table);
    request.before = table("before")?.or(request.before);
    if let Some(object) = object_of(objects, "weights")? {
        request.weights = Some(Origin::memory("weights", given::weights(&object, "weights")?));
    }
    let held = work(py, None, move |_| {
        let mut inputs = figure_inputs(Some(&request.spec), request.project.as_deref(), &request.keys);
        inputs.extend(request.tables()?.files());
        Ok(HeldFigure { figure: Arc::new(project::chart_on_its_own(&request)?), inputs: Arc::new(inputs) })
    })?;
    capsule(py, held)
}

/// The format of a word.
fn format(word: &str) -> jiju::Result<FigureFormat> {
    FigureFormat::from_path(Path::new(&format!("figure.{word}"))).ok_or_else(|| {
        ProjectError::Options { message: format!("found `{word}`, expected svg, png or pdf"), hint: String::new() }
            .into()
    })
}

/// `(figure, format, json) -> bytes`.
pub fn figure_bytes(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldFigure { figure, .. } = argument(arguments, 0)?;
    let word: String = arguments.get_item(1)?.extract()?;
    let named = given::named(py, &arguments.get_item(2)?.extract::<String>()?)?;
    let form: FigureForm = given::parameters(py, "figure", named)?;
    let bytes = work(py, None, move |_| {
        let format = match format(&word)? {
            FigureFormat::Svg if form.outlines => FigureFormat::SvgOutlines,
            other => other,
        };
        project::figure_bytes(&figure, format, form.dpi)
    })?;
    Ok(PyBytes::new(py, &bytes).into_any().unbind())
}

/// `(figure, path, json)`.
pub fn save_figure(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldFigure { figure, inputs } = argument(arguments, 0)?;
    let path: PathBuf = arguments.get_item(1)?.extract()?;
    let named = given::named(py, &arguments.get_item(2)?.extract::<String>()?)?;
    let form: FigureForm = given::parameters(py, "save", named)?;
    work(py, None, move |_| {
        let format = match project::figure_format(&path)? {
            FigureFormat::Svg if form.outlines => FigureFormat::SvgOutlines,
            other => other,
        };
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        write_atomically(&path, &inputs, &project::figure_bytes(&figure, format, form.dpi)?)
    })?;
    Ok(py.None())
}

/// `(figure) -> dict`: its size, title, notes, and what was drawn, as JSON.
pub fn figure_about(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldFigure { figure, .. } = argument(arguments, 0)?;
    let about = PyDict::new(py);
    about.set_item("width_mm", figure.width_mm)?;
    about.set_item("height_mm", figure.height_mm)?;
    about.set_item("title", &figure.title)?;
    about.set_item("notes", spelled(&project::figure_notes("figure", &figure)))?;
    about.set_item("record", figure.sidecar().to_string())?;
    Ok(about.into_any().unbind())
}

/// `(json) -> atlas`.
pub fn atlas(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: AtlasRequest = request(py, arguments, "atlas")?;
    let held = work(py, None, move |_| {
        let inputs = figure_inputs(Some(&request.spec), Some(&request.project), &request.keys);
        Ok(HeldAtlas { atlas: Arc::new(project::atlas(&request)?), inputs: Arc::new(inputs) })
    })?;
    capsule(py, held)
}

/// `(atlas) -> (title, [(name, figure), …])`.
pub fn atlas_sheets(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldAtlas { atlas, inputs } = argument(arguments, 0)?;
    let sheets = atlas.sheets.iter().map(|(name, figure)| {
        let held = HeldFigure { figure: Arc::new(figure.clone()), inputs: inputs.clone() };
        Ok((name.clone(), capsule(py, held)?))
    });
    let sheets = sheets.collect::<PyResult<Vec<_>>>()?;
    Ok((atlas.title.clone(), sheets).into_pyobject(py)?.into_any().unbind())
}

/// `(atlas, path, json) -> [path, …]`.
pub fn save_atlas(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldAtlas { atlas, inputs } = argument(arguments, 0)?;
    let path: PathBuf = arguments.get_item(1)?.extract()?;
    let named = given::named(py, &arguments.get_item(2)?.extract::<String>()?)?;
    let form: SheetForm = given::parameters(py, "save", named)?;
    let files = work(py, None, move |_| {
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        project::write_atlas(&atlas, &path, &form, &inputs)
    })?;
    Ok(files.into_pyobject(py)?.into_any().unbind())
}

/// `(json, progress) -> (html, notes, inputs)`: the page to look around in.
pub fn page(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let request: PageChanges = request(py, arguments, "page")?;
    let progress = Some(arguments.get_item(1)?).filter(|progress| !progress.is_none());
    let page = work(py, progress.as_ref(), move |tell| {
        let project = request.project()?;
        let survey = project::survey(&project, &mut |what, done| {
            tell(Reached { what: what.to_owned(), done, total: Some(project::SURVEY_STEPS) });
        })?;
        Ok((project::page(&project, &survey)?, spelled(&survey.told()), project.inputs()))
    })?;
    Ok(page.into_pyobject(py)?.into_any().unbind())
}

/// `(text, path, inputs)`: writes a text, over none of the inputs.
pub fn save_text(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (text, path): (String, PathBuf) = (arguments.get_item(0)?.extract()?, arguments.get_item(1)?.extract()?);
    let inputs: Vec<PathBuf> = arguments.get_item(2)?.extract()?;
    work(py, None, move |_| {
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        write_atomically(&path, &inputs, text.as_bytes())
    })?;
    Ok(py.None())
}
