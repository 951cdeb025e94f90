//! The Arrow PyCapsule interface: arrays of others come in, and ours go out, without a copy of what lies the same in both.

#![expect(unsafe_code, reason = "structs of the Arrow C data interface behind the pointers of capsules")]

use std::ptr::NonNull;

use polars::prelude::PolarsResult;
use polars_arrow::array::{Array, StructArray};
use polars_arrow::datatypes::{ArrowDataType, Field, Metadata};
use polars_arrow::ffi::{
    ArrowArray, ArrowArrayStream, ArrowArrayStreamReader, ArrowSchema, export_array_to_c, export_field_to_c,
    export_iterator, import_array_from_c, import_field_from_c,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

const STREAM: &std::ffi::CStr = c"arrow_array_stream";
const SCHEMA: &std::ffi::CStr = c"arrow_schema";
const ARRAY: &std::ffi::CStr = c"arrow_array";

/// Chunks of one type.
pub type Chunks = (Field, Vec<Box<dyn Array>>);

/// The arrays that an object offers; none where it offers none.
pub fn chunks(object: &Bound<'_, PyAny>) -> PyResult<Option<Chunks>> {
    let py = object.py();
    let read = if object.hasattr("__arrow_c_stream__")? {
        let capsule = object.call_method0("__arrow_c_stream__")?;
        let pointer = pointer::<ArrowArrayStream>(&capsule, STREAM)?;
        // SAFETY: a capsule of this name holds a stream, which is moved out of it as the interface says; what is left has been
        // released.
        let stream = Box::new(unsafe { std::ptr::replace(pointer.as_ptr(), ArrowArrayStream::empty()) });
        // Whoever makes the arrays may need Python for it.
        py.detach(move || of_stream(stream))
    } else if object.hasattr("__arrow_c_array__")? {
        let pair = object.call_method0("__arrow_c_array__")?;
        let pair = pair.cast::<PyTuple>().map_err(PyErr::from)?;
        let schema = pointer::<ArrowSchema>(&pair.get_item(0)?, SCHEMA)?;
        let array = pointer::<ArrowArray>(&pair.get_item(1)?, ARRAY)?;
        // SAFETY: capsules of these names hold a schema, which is only looked at, and an array of it, which is moved out.
        unsafe {
            let array = std::ptr::replace(array.as_ptr(), ArrowArray::empty());
            import_field_from_c(schema.as_ref()).and_then(|field| {
                let chunk = import_array_from_c(array, field.dtype.clone())?;
                Ok((field, vec![chunk]))
            })
        }
    } else {
        return Ok(None);
    };
    read.map(Some).map_err(|error| PyValueError::new_err(format!("cannot take Arrow data: {error}")))
}

fn of_stream(stream: Box<ArrowArrayStream>) -> PolarsResult<Chunks> {
    let mut chunks = Vec::new();
    // SAFETY: the stream is one of the interface.
    let mut reader = unsafe { ArrowArrayStreamReader::try_new(stream) }?;
    // SAFETY: as above.
    while let Some(chunk) = unsafe { reader.next() } {
        chunks.push(chunk?);
    }
    Ok((reader.field().clone(), chunks))
}

fn pointer<T>(capsule: &Bound<'_, PyAny>, name: &std::ffi::CStr) -> PyResult<NonNull<T>> {
    Ok(capsule.cast::<PyCapsule>().map_err(PyErr::from)?.pointer_checked(Some(name))?.cast())
}

/// Fields whose extension types are said beside their storage types, which is how they cross.
fn crossing(fields: Vec<Field>) -> Vec<Field> {
    let of = |field: Field| {
        let ArrowDataType::Extension(own) = &field.dtype else { return field };
        let mut said = Metadata::new();
        said.insert("ARROW:extension:name".into(), own.name.clone());
        said.extend(own.metadata.clone().map(|about| ("ARROW:extension:metadata".into(), about)));
        Field::new(field.name.clone(), own.inner.clone(), field.is_nullable).with_metadata(said)
    };
    fields.into_iter().map(of).collect()
}

/// Columns of so many rows as a capsule with a stream.
pub fn stream(py: Python<'_>, fields: Vec<Field>, arrays: Vec<Box<dyn Array>>, rows: usize) -> PyResult<Py<PyAny>> {
    let kind = ArrowDataType::Struct(crossing(fields));
    let chunk = StructArray::try_new(kind.clone(), rows, arrays, None)
        .map_err(|error| PyValueError::new_err(format!("cannot give Arrow data: {error}")))?;
    let field = Field::new("".into(), kind, false);
    let stream = export_iterator(Box::new(std::iter::once(Ok(chunk.boxed()))), field);
    Ok(PyCapsule::new_with_value(py, stream, STREAM)?.into_any().unbind())
}

/// The columns of a table as a capsule with its schema.
pub fn schema(py: Python<'_>, fields: Vec<Field>) -> PyResult<Py<PyAny>> {
    let schema = export_field_to_c(&Field::new("".into(), ArrowDataType::Struct(crossing(fields)), false));
    Ok(PyCapsule::new_with_value(py, schema, SCHEMA)?.into_any().unbind())
}

/// An array as a pair of capsules, with its type and with itself.
pub fn array(py: Python<'_>, field: &Field, array: Box<dyn Array>) -> PyResult<Py<PyAny>> {
    let schema = PyCapsule::new_with_value(py, export_field_to_c(field), SCHEMA)?;
    let array = PyCapsule::new_with_value(py, export_array_to_c(array), ARRAY)?;
    Ok(PyTuple::new(py, [schema.into_any(), array.into_any()])?.into_any().unbind())
}
