//! Errors of the library as exceptions of Python: the families are classes of `jiju._errors`.

use std::any::Any;

use jiju::declare;
use jiju::error::Error;
use pyo3::prelude::*;
use pyo3::types::PyAny as Object;

/// How Python spells a parameter.
pub fn spelling(text: &str) -> String {
    declare::spelled(text, |name| format!("{}=", name.replace('-', "_")))
}

/// Notes as Python spells them.
pub fn spelled(notes: &[String]) -> Vec<String> {
    notes.iter().map(|note| spelling(note)).collect()
}

/// The class of an error.
const fn family(error: &Error) -> &'static str {
    match error {
        Error::File { .. } => "FileError",
        Error::Read(_) => "ReadError",
        Error::Database(_) => "DatabaseError",
        Error::Policy(_) => "PolicyError",
        Error::Join(_) => "JoinError",
        Error::Stats(_) => "StatisticsError",
        Error::Render(_) => "RenderError",
        Error::Project(_) => "ProjectError",
        Error::Query(_) => "QueryError",
        Error::Parameter(_) => "ParameterError",
        _ => "InternalError",
    }
}

/// The exception of an error.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, family(error), &spelling(&error.to_string()), error.hint().map(|hint| spelling(&hint)).as_deref())
}

/// The exception of a fault of the program.
pub fn of_panic(py: Python<'_>, panic: &(dyn Any + Send)) -> PyErr {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let message = format!("jiju has met a fault of its own: {}", text.unwrap_or("without a message"));
    exception(py, "InternalError", &message, Some("please report it with what was asked for"))
}

/// The exception that a parameter is wrong.
pub fn of_parameter(py: Python<'_>, parameter: &str, message: &str, hint: Option<&str>) -> PyErr {
    exception(py, "ParameterError", &format!("{parameter}=: {message}"), hint)
}

fn exception(py: Python<'_>, family: &str, message: &str, hint: Option<&str>) -> PyErr {
    let made = || -> PyResult<Bound<'_, Object>> { py.import("jiju._errors")?.getattr(family)?.call1((message, hint)) };
    made().map_or_else(|error| error, PyErr::from_value)
}

/// The value of a result, or the exception of its error.
pub trait Raise<T> {
    fn raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> Raise<T> for jiju::Result<T> {
    fn raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raised(py, &error))
    }
}
