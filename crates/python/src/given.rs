//! What Python gives in the place of a file: tables, areas and weights of this house, or of another as Arrow.

use std::sync::Arc;

use jiju::declare::{ParameterType as _, Parameters};
use jiju::measure::Places;
use jiju::model::{DeclaredReference, Table, Weights};
use jiju::source::{AreaOptions, AreasInMemory, ArrowTable, geoarrow_columns};
use polars::prelude::DataFrame;
use polars_arrow::array::StructArray;
use polars_arrow::datatypes::{ArrowDataType, Field};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::{Map, Value};

use super::fault::{Raise as _, of_parameter};
use super::handle::{HeldAreas, HeldIndex, HeldTable, HeldWeights, Lying, opened};
use super::{arrow, column};

/// The attribute under which objects of the package keep their capsule.
const HANDLE: &str = "_handle";

/// The capsule of an object of the package; the object itself where it is another.
fn handle<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if object.hasattr(HANDLE)? { object.getattr(HANDLE) } else { Ok(object.clone()) }
}

fn arrow_table(py: Python<'_>, name: &str, (field, chunks): arrow::Chunks) -> PyResult<ArrowTable> {
    ArrowTable::from_chunks(name, &field, chunks).raise(py)
}

/// What a parameter takes that was given something else.
fn refused(object: &Bound<'_, PyAny>, name: &str, expected: &str) -> PyErr {
    let kind = object.get_type();
    let found = kind.name().map(|name| name.to_string()).unwrap_or_default();
    let hint = "anything that offers Arrow goes in: polars, pandas with pyarrow, pyarrow, DuckDB, GeoPandas; or a dict of lists";
    of_parameter(object.py(), name, &format!("found {found}, expected {expected}"), Some(hint))
}

/// A table of what was given for a parameter.
pub fn table(object: &Bound<'_, PyAny>, name: &str, stated: Option<DeclaredReference>) -> PyResult<HeldTable> {
    let py = object.py();
    let own = handle(object)?;
    if let Some(held) = opened::<HeldTable>(&own) {
        return Ok(held);
    }
    if let Some(HeldAreas(held)) = opened(&own) {
        return Ok(of_areas(&held));
    }
    if let Ok(columns) = own.cast::<PyDict>() {
        let mut cells = Vec::with_capacity(columns.len());
        for (header, list) in columns.iter() {
            let header: String = header.extract()?;
            let list = list.cast::<PyList>().map_err(|_| refused(&list, name, "lists as columns"))?;
            cells.push(column::of_list(&header, list)?);
        }
        let frame = DataFrame::new_infer_height(cells).map_err(|error| {
            of_parameter(py, name, &error.to_string(), Some("columns have one length and names of their own"))
        })?;
        return Ok(plain(name, frame));
    }
    let Some(chunks) = arrow::chunks(&own)? else {
        return Err(refused(object, name, "a table or the path of a file"));
    };
    let table = arrow_table(py, name, chunks)?;
    let (table, reference) = py.detach(|| table.table(stated)).raise(py)?;
    Ok(HeldTable { table: Arc::new(table), places: None, reference })
}

/// A table of which nothing is known but its cells.
pub fn plain(name: &str, frame: DataFrame) -> HeldTable {
    let rows = (1..=frame.height() as u64).collect();
    HeldTable { table: Arc::new(Table::new(name, frame, rows)), places: None, reference: None }
}

/// The attributes of areas, with where they lie.
pub fn of_areas(held: &AreasInMemory) -> HeldTable {
    let reference = Some(held.areas.reference.into());
    let places = Some(Arc::new(Lying::Places(Places::Areas(held.areas.clone()))));
    match &held.attributes {
        Some((table, _)) => HeldTable { table: Arc::new(table.clone()), places, reference },
        None => {
            let cells = |of: fn(&jiju::model::Area) -> &str| held.areas.areas.iter().map(of).collect::<Vec<_>>();
            let columns = vec![
                polars::prelude::Column::new("id".into(), cells(|area| &area.id)),
                polars::prelude::Column::new("name".into(), cells(|area| &area.name)),
            ];
            let frame = DataFrame::new(held.areas.len(), columns).unwrap_or_default();
            HeldTable { places, reference, ..plain(&held.areas.source, frame) }
        }
    }
}

/// Areas of what was given for a parameter; ids, names and reference are what the other parameters say.
pub fn areas(
    object: &Bound<'_, PyAny>,
    name: &str,
    options: &AreaOptions,
) -> PyResult<(Arc<AreasInMemory>, Vec<String>)> {
    let py = object.py();
    let own = handle(object)?;
    if let Some(HeldAreas(held)) = opened(&own) {
        return Ok((held, Vec::new()));
    }
    if let Some(HeldIndex { index, areas, .. }) = opened(&own) {
        let held = AreasInMemory { areas: (*areas).clone(), attributes: None, index: Some(index) };
        return Ok((Arc::new(held), Vec::new()));
    }
    if let Some(held) = opened::<HeldTable>(&own) {
        let areas = match held.places.as_deref() {
            Some(Lying::Places(Places::Areas(areas))) => areas,
            Some(Lying::Geometries(geometries, reference)) => {
                let made = || -> jiju::Result<_> {
                    let (mut fields, arrays) = geoarrow_columns(&held.table.frame, geometries, *reference)?;
                    // The bytes by themselves; what their reference is, the options say.
                    fields.iter_mut().zip(&arrays).for_each(|(field, array)| field.dtype = array.dtype().clone());
                    let kind = ArrowDataType::Struct(fields);
                    let rows = StructArray::try_new(kind.clone(), held.table.height(), arrays, None);
                    let rows = rows.map_err(jiju::Error::table(name))?;
                    let table = ArrowTable::from_chunks(name, &Field::new("".into(), kind, false), vec![rows.boxed()])?;
                    table.areas(&AreaOptions { reference: Some((*reference).into()), ..options.clone() })
                };
                let (held, mut report) = made().raise(py)?;
                report.notes.clear();
                return Ok((Arc::new(held), report.told()));
            }
            _ => {
                let hint = "give areas: `read_areas`, a layer of a result, a GeoDataFrame";
                return Err(of_parameter(py, name, "found a table whose rows are no areas", Some(hint)));
            }
        };
        let key = ["id", "area"].into_iter().find(|key| held.table.columns().iter().any(|column| column == key));
        let attributes = key.map(|key| ((*held.table).clone(), key.to_owned()));
        return Ok((Arc::new(AreasInMemory { areas: areas.clone(), attributes, index: None }), Vec::new()));
    }
    let Some(chunks) = arrow::chunks(&own)? else {
        return Err(refused(object, name, "areas, a GeoDataFrame or the path of a file"));
    };
    let table = arrow_table(py, name, chunks)?;
    let (held, report) = py.detach(|| table.areas(options)).raise(py)?;
    Ok((Arc::new(held), report.told()))
}

/// Weights of what was given for a parameter: those of this house, or a table of pairs as `libpysal.graph.Graph.adjacency` has
/// them, with the columns `focal`, `neighbor` and `weight`.
pub fn weights(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Arc<Weights>> {
    let py = object.py();
    let own = if object.hasattr("_weights")? { object.getattr("_weights")? } else { handle(object)? };
    if let Some(HeldWeights(held)) = opened(&own) {
        return Ok(held);
    }
    let HeldTable { table, .. } = self::table(object, name, None)?;
    let (focal, neighbour) = (table.text("focal").raise(py)?, table.text("neighbor").raise(py)?);
    let numbers = table.numbers("weight").raise(py)?;
    let mut ids: Vec<String> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for id in focal.iter().flatten().chain(neighbour.iter().flatten()) {
        if !places.contains_key(id) {
            places.insert(id.to_owned(), u32::try_from(ids.len()).unwrap_or(u32::MAX));
            ids.push(id.to_owned());
        }
    }
    let mut rows = vec![Vec::new(); ids.len()];
    for ((from, to), weight) in focal.iter().zip(neighbour.iter()).zip(numbers.iter()) {
        let (Some(from), Some(to), Some(weight)) = (from, to, weight) else { continue };
        // A unit that is said to be its own neighbour with the weight 0 has none.
        if from == to && weight == 0.0 {
            continue;
        }
        if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
            rows[*from as usize].push((*to, weight));
        }
    }
    let weights = Weights::new(ids, rows).map_err(jiju::Error::from).raise(py)?;
    Ok(Arc::new(weights))
}

/// What was given by name, from its JSON.
pub fn named(py: Python<'_>, text: &str) -> PyResult<Map<String, Value>> {
    let parsed: Result<Map<String, Value>, _> = serde_json::from_str(text);
    parsed.map_err(|error| of_parameter(py, "arguments", &error.to_string(), None))
}

/// A struct of parameters of what was given for a function.
pub fn parameters<P: Parameters>(py: Python<'_>, function: &str, given: Map<String, Value>) -> PyResult<P> {
    jiju::declare::from_map(function, given).raise(py)
}

/// How areas in the place of a file are to be read, by the other parameters: those of a list by its position, or once for all.
pub fn area_options(given: &Map<String, Value>, position: usize) -> AreaOptions {
    let own = |name: &str| -> Option<String> {
        match given.get(name)? {
            Value::Array(values) => values.get(position).or(values.first())?.as_str().map(str::to_owned),
            value => value.as_str().map(str::to_owned),
        }
    };
    let reference = own("areas_crs").and_then(|text| reference(&text));
    AreaOptions {
        id: own("area_id"),
        name: own("area_name"),
        reference,
        repair: given.get("repair").and_then(Value::as_bool).unwrap_or_default(),
        keep_plane: true,
        ..AreaOptions::default()
    }
}

/// A reference from its text; none of what is no reference, which is told where the parameters are read.
pub fn reference(text: &str) -> Option<DeclaredReference> {
    DeclaredReference::parse(text).ok().and_then(|value| serde_json::from_value(value).ok())
}

/// What stands before the name of something in memory, which no path does.
pub const MARK: &str = "\u{0}memory:";

/// The parameter in the name of something in memory.
pub fn parameter_of(name: &str) -> &str {
    name.trim_start_matches(MARK).split(':').next().unwrap_or_default()
}
