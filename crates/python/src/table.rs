//! Tables and areas: of files and of other libraries, their cells, and files again.

use std::path::PathBuf;
use std::sync::Arc;

use jiju::declare::Parameters;
use jiju::error::ProjectError;
use jiju::model::Table;
use jiju::source::{
    self, AreaOptions, AreasInMemory, ArrowColumns, Feature, Origin, PlainTable, TableFormat, arrow_columns,
    geoarrow_columns, people_table, write_features, write_table,
};
use polars::prelude::{CompatLevel, DataFrame};
use polars_arrow::datatypes::Field;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::fault::{Raise as _, of_parameter, spelling};
use super::handle::{HeldAreas, HeldColumn, HeldTable, argument, capsule};
use super::worker::work;
use super::{arrow, column, given};

/// `(object, name) -> table`: a table of another library.
pub fn table_of(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let name: String = arguments.get_item(1)?.extract()?;
    capsule(py, given::table(&arguments.get_item(0)?, &name, None)?)
}

/// `(object, name, json) -> (areas, notes)`: areas of another library.
pub fn areas_of(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let name: String = arguments.get_item(1)?.extract()?;
    let named = given::named(py, &arguments.get_item(2)?.extract::<String>()?)?;
    let (areas, notes) = given::areas(&arguments.get_item(0)?, &name, &given::area_options(&named, 0))?;
    let areas = relabelled(areas, &named).raise(py)?;
    Ok((capsule(py, HeldAreas(areas))?, notes).into_pyobject(py)?.into_any().unbind())
}

/// Areas under the ids and names of other columns, where these are named.
fn relabelled(
    areas: Arc<AreasInMemory>,
    named: &serde_json::Map<String, serde_json::Value>,
) -> jiju::Result<Arc<AreasInMemory>> {
    let AreaOptions { id, name, .. } = given::area_options(named, 0);
    Ok(Arc::new(areas.labelled(id.as_deref(), name.as_deref())?.into_owned()))
}

/// `(json) -> (table, notes)`: the table of a file.
pub fn read_table(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let named = given::named(py, &arguments.get_item(0)?.extract::<String>()?)?;
    let request: PlainTable = given::parameters(py, "read_table", named)?;
    let (held, notes) = work(py, None, move |_| read(&request))?;
    Ok((capsule(py, held)?, spelled(&notes)).into_pyobject(py)?.into_any().unbind())
}

fn read(request: &PlainTable) -> jiju::Result<(HeldTable, Vec<String>)> {
    // Of points in a vector file the reference goes with the table.
    let path = request.table.path();
    if let Some(path) = path.filter(|path| source::is_vector(path))
        && let Ok(points) = source::points_table(path, request.encoding.as_deref(), None)
    {
        let notes = points.table.notes();
        let table = Arc::new(points.table);
        return Ok((HeldTable { table, places: None, reference: Some(points.reference) }, notes));
    }
    let (mut table, notes) = request.read()?;
    // What was told is not told again.
    table.reading.notes.clear();
    Ok((HeldTable { table: Arc::new(table), places: None, reference: None }, notes))
}

/// `(json) -> (areas, notes)`: the areas of a file.
pub fn read_areas(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let named = given::named(py, &arguments.get_item(0)?.extract::<String>()?)?;
    let request: source::AreaSource = given::parameters(py, "read_areas", named)?;
    let Some(layer) = request.layer() else {
        return Err(of_parameter(py, "areas", "it is missing", Some("give the path of a file of areas")));
    };
    let (held, notes) = work(py, None, move |_| {
        if layer.file.path().is_some_and(source::is_saved_index) {
            let layer = source::layer(&layer)?;
            let report = layer.report.clone();
            let (areas, index) = layer.into_own();
            let held = AreasInMemory { areas, attributes: None, index: Some(Arc::new(index)) };
            return Ok((held, report.told()));
        }
        let path: PathBuf = match &layer.file {
            Origin::File(path) => path.clone(),
            Origin::Memory(..) => PathBuf::new(),
        };
        let options = AreaOptions {
            id: layer.id.clone(),
            name: layer.label.clone(),
            reference: layer.reference,
            encoding: layer.encoding.clone(),
            repair: layer.repair,
            keep_plane: true,
            ..AreaOptions::default()
        };
        let (areas, attributes, key, report) = source::areas_with_attributes(&path, &options)?;
        Ok((AreasInMemory::with_attributes(areas, attributes, key)?, report.told()))
    })?;
    Ok((capsule(py, HeldAreas(Arc::new(held)))?, spelled(&notes)).into_pyobject(py)?.into_any().unbind())
}

fn spelled(notes: &[String]) -> Vec<String> {
    notes.iter().map(|note| spelling(note)).collect()
}

/// The table that a capsule holds, be it of areas or not.
fn any(arguments: &Bound<'_, PyTuple>) -> PyResult<HeldTable> {
    let object = arguments.get_item(0)?;
    match super::handle::opened::<HeldAreas>(&object) {
        Some(HeldAreas(held)) => Ok(given::of_areas(&held)),
        None => argument(arguments, 0),
    }
}

/// `(table) -> dict`: what it is called, its rows, its columns with their types, its reference, whether its rows lie somewhere.
pub fn shape(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldTable { table, places, reference } = any(arguments)?;
    let about = PyDict::new(py);
    about.set_item("name", &table.source)?;
    about.set_item("rows", table.height())?;
    about.set_item("columns", table.columns())?;
    about.set_item("types", table.frame.dtypes().iter().map(ToString::to_string).collect::<Vec<_>>())?;
    about.set_item("crs", reference.map(|reference| reference.to_string()))?;
    about.set_item("has_geometry", places.is_some())?;
    Ok(about.into_any().unbind())
}

/// `(table, name) -> column`.
pub fn column(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let name: String = arguments.get_item(1)?.extract()?;
    let HeldTable { table, .. } = any(arguments)?;
    let column = table.column(&name).raise(py)?.clone();
    capsule(py, HeldColumn(column))
}

/// `(table, start, count) -> [[cell, …], …]`: the cells of some rows, column by column.
pub fn cells(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldTable { table, .. } = any(arguments)?;
    let (start, count): (usize, usize) = (arguments.get_item(1)?.extract()?, arguments.get_item(2)?.extract()?);
    let rows = table.slice(start, count);
    let lists = rows.frame.columns().iter().map(|column| column::to_list(py, column));
    Ok(lists.collect::<PyResult<Vec<_>>>()?.into_pyobject(py)?.into_any().unbind())
}

/// `(table, count) -> text`: the first rows, set for people.
pub fn shown(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldTable { table, .. } = any(arguments)?;
    let rows = table.slice(0, arguments.get_item(1)?.extract()?);
    let headings = rows.columns();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let text = people_table(&rows.frame, &headings).raise(py)?;
    Ok(String::from_utf8_lossy(&text).into_pyobject(py)?.into_any().unbind())
}

/// `(table, path)`: writes it in the format of the ending; with where its rows lie where that is a format of geometries.
pub fn save_table(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldTable { table, places, .. } = any(arguments)?;
    let path: PathBuf = arguments.get_item(1)?.extract()?;
    work(py, None, move |_| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !["geojson", "gpkg", "fgb", "kml", "geoparquet", "shp"].contains(&ending.as_str()) {
            return write_table(&table.frame, TableFormat::from_path(&path)?, &path, &[]);
        }
        let Some(places) = places else {
            return Err(ProjectError::Options {
                message: format!("the rows of this table have no place, and {} is of places", path.display()),
                hint: "write it as csv, parquet, json or xlsx".to_owned(),
            }
            .into());
        };
        if ending == "geoparquet" {
            let bytes = source::geoparquet_with(&table.frame, &places.geometries(), places.reference(), &[])?;
            return source::write_atomically(&path, &[], &bytes);
        }
        let rows = jiju::measure::row_objects(&table.frame)?;
        let placed = rows.into_iter().zip(places.geometries().into_owned());
        let features: Vec<Feature> =
            placed.filter_map(|(properties, geometry)| Some(Feature { properties, geometry: geometry? })).collect();
        write_features(&features, places.reference().into(), &path, &[])
    })?;
    Ok(py.None())
}

/// The columns of a table as Arrow has them, with the geometries of its rows where these are wanted.
fn arrays(held: &HeldTable, with_geometry: bool) -> jiju::Result<ArrowColumns> {
    match &held.places {
        Some(places) if with_geometry => geoarrow_columns(&held.table.frame, &places.geometries(), places.reference()),
        _ => arrow_columns(&held.table.frame),
    }
}

/// `(table, with_geometry) -> capsule`: the table as a stream of Arrow.
pub fn stream(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let held = any(arguments)?;
    let with_geometry: bool = arguments.get_item(1)?.extract()?;
    let (fields, columns) = py.detach(|| arrays(&held, with_geometry)).raise(py)?;
    arrow::stream(py, fields, columns, held.table.height())
}

/// `(table, with_geometry) -> capsule`: the types of its columns.
pub fn schema(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let held = any(arguments)?;
    let with_geometry: bool = arguments.get_item(1)?.extract()?;
    let places =
        held.places.as_ref().map(|places| Arc::new(super::handle::Lying::Geometries(Vec::new(), places.reference())));
    let none = DataFrame::empty_with_schema(held.table.frame.schema());
    let empty = HeldTable { table: Arc::new(Table::new("", none, Vec::new())), places, ..held };
    let (fields, _) = arrays(&empty, with_geometry).raise(py)?;
    arrow::schema(py, fields)
}

/// `(column) -> (capsule, capsule)`: the column as an array of Arrow.
pub fn column_array(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldColumn(column) = argument(arguments, 0)?;
    let array = py.detach(|| column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::oldest()));
    let field = Field::new(column.name().clone(), array.dtype().clone(), true);
    arrow::array(py, &field, array)
}

/// `(column) -> length`.
pub fn column_length(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldColumn(column) = argument(arguments, 0)?;
    Ok(column.len().into_pyobject(py)?.into_any().unbind())
}

/// `(column, start, count) -> list`.
pub fn column_list(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldColumn(column) = argument(arguments, 0)?;
    let (start, count): (usize, usize) = (arguments.get_item(1)?.extract()?, arguments.get_item(2)?.extract()?);
    let start = start.min(column.len());
    column::to_list(py, &column.slice(i64::try_from(start).unwrap_or(i64::MAX), count))
}

/// The parameters of a request as its package gives them.
pub fn request<P: Parameters>(py: Python<'_>, arguments: &Bound<'_, PyTuple>, function: &str) -> PyResult<P> {
    given::parameters(py, function, given::named(py, &arguments.get_item(0)?.extract::<String>()?)?)
}
