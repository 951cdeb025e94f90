//! Lists of Python as columns, and columns as lists.

use jiju::Error;
use polars::prelude::{AnyValue, Column, DataType, TimeUnit};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use super::fault::Raise as _;

/// The day from which days are counted, as Python counts it.
const EPOCH_ORDINAL: i64 = 719_163;

/// A list as a column: text where a cell is text, else numbers where one is a number with a fraction, else whole numbers, else
/// truths. Dates and times are text, `None` is empty.
pub fn of_list(name: &str, list: &Bound<'_, PyList>) -> PyResult<Column> {
    let (mut has_text, mut has_fractions, mut has_wholes, mut has_truths) = (false, false, false, false);
    for cell in list.iter() {
        if cell.is_none() {
        } else if cell.is_instance_of::<PyBool>() {
            has_truths = true;
        } else if cell.is_instance_of::<PyInt>() {
            has_wholes = true;
        } else if cell.is_instance_of::<PyFloat>() {
            has_fractions = true;
        } else if cell.is_instance_of::<PyString>() || cell.hasattr("isoformat")? {
            has_text = true;
        } else {
            let found = cell.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "column {name}: found a cell of type {found}, expected a number, \
                text, a truth or a date"
            )));
        }
    }
    let is_large = |cell: &Bound<'_, PyAny>| !cell.is_none() && cell.extract::<i64>().is_err();
    if has_text {
        let text = |cell: Bound<'_, PyAny>| -> PyResult<Option<String>> {
            if cell.is_none() {
                return Ok(None);
            }
            if cell.hasattr("isoformat")? {
                return cell.call_method0("isoformat")?.extract().map(Some);
            }
            Ok(Some(cell.str()?.to_string()))
        };
        return Ok(Column::new(name.into(), list.iter().map(text).collect::<PyResult<Vec<_>>>()?));
    }
    if has_fractions || (has_wholes && list.iter().any(|cell| is_large(&cell))) {
        let number = |cell: Bound<'_, PyAny>| cell.extract::<Option<f64>>();
        return Ok(Column::new(name.into(), list.iter().map(number).collect::<PyResult<Vec<_>>>()?));
    }
    if has_wholes {
        let number = |cell: Bound<'_, PyAny>| cell.extract::<Option<i64>>();
        return Ok(Column::new(name.into(), list.iter().map(number).collect::<PyResult<Vec<_>>>()?));
    }
    if has_truths {
        let truth = |cell: Bound<'_, PyAny>| cell.extract::<Option<bool>>();
        return Ok(Column::new(name.into(), list.iter().map(truth).collect::<PyResult<Vec<_>>>()?));
    }
    Ok(Column::new(name.into(), vec![None::<String>; list.len()]))
}

/// The cells of a column as a list; days and moments as `datetime` has them.
pub fn to_list(py: Python<'_>, column: &Column) -> PyResult<Py<PyAny>> {
    let list = PyList::empty(py);
    let datetime = match column.dtype() {
        DataType::Date | DataType::Datetime(..) => Some(py.import("datetime")?),
        _ => None,
    };
    let origin = datetime.as_ref().map(|module| module.getattr("datetime")?.call1((1970, 1, 1))).transpose()?;
    for row in 0..column.len() {
        let cell = column.get(row).map_err(Error::table(column.name().as_str())).raise(py)?;
        match (cell, &datetime, &origin) {
            (AnyValue::Null, ..) => list.append(py.None())?,
            (AnyValue::Boolean(truth), ..) => list.append(truth)?,
            (AnyValue::String(text), ..) => list.append(text)?,
            (AnyValue::StringOwned(text), ..) => list.append(text.as_str())?,
            (AnyValue::Float32(number), ..) => list.append(f64::from(number))?,
            (AnyValue::Float64(number), ..) => list.append(number)?,
            (AnyValue::Date(days), Some(module), _) => {
                list.append(module.getattr("date")?.call_method1("fromordinal", (EPOCH_ORDINAL + i64::from(days),))?)?;
            }
            (AnyValue::Datetime(count, unit, _), Some(module), Some(origin)) => {
                let microseconds = match unit {
                    TimeUnit::Nanoseconds => count.div_euclid(1000),
                    TimeUnit::Microseconds => count,
                    TimeUnit::Milliseconds => count.saturating_mul(1000),
                };
                let named = PyDict::new(py);
                named.set_item("microseconds", microseconds)?;
                let after = module.getattr("timedelta")?.call((), Some(&named))?;
                list.append(origin.add(after)?)?;
            }
            (other, ..) if other.is_unsigned_integer() => list.append(other.extract::<u64>())?,
            (other, ..) if other.is_integer() => list.append(other.extract::<i64>())?,
            (other, ..) => list.append(other.to_string())?,
        }
    }
    Ok(list.into_any().unbind())
}
