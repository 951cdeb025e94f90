//! The module: its functions by their names.

#![expect(unsafe_code, reason = "the entry that Python looks up by its name")]

use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{addr_of_mut, null_mut};

use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyModule, PyTuple};
use pyo3::{Borrowed, ffi};

use super::{desk, fault, figure, index, operation, project, table};

/// A function of the module: arguments by position in, anything out.
type Function = for<'py> fn(Python<'py>, &Bound<'py, PyTuple>) -> PyResult<Py<PyAny>>;

const FUNCTIONS: &[(&CStr, Function)] = &[
    (c"about", operation::about),
    (c"declaration", operation::declaration),
    (c"run", operation::run),
    (c"manifest", operation::manifest),
    (c"table_of", table::table_of),
    (c"areas_of", table::areas_of),
    (c"read_table", table::read_table),
    (c"read_areas", table::read_areas),
    (c"shape", table::shape),
    (c"cells", table::cells),
    (c"shown", table::shown),
    (c"save_table", table::save_table),
    (c"stream", table::stream),
    (c"schema", table::schema),
    (c"column", table::column),
    (c"column_array", table::column_array),
    (c"column_list", table::column_list),
    (c"column_length", table::column_length),
    (c"index", index::index),
    (c"open_index", index::open_index),
    (c"index_from_bytes", index::index_from_bytes),
    (c"index_bytes", index::index_bytes),
    (c"save_index", index::save_index),
    (c"index_about", index::index_about),
    (c"index_areas", index::index_areas),
    (c"locate", index::locate),
    (c"locate_all", index::locate_all),
    (c"nearest", index::nearest),
    (c"map", figure::map),
    (c"map_explained", figure::map_explained),
    (c"chart", figure::chart),
    (c"figure_bytes", figure::figure_bytes),
    (c"figure_about", figure::figure_about),
    (c"save_figure", figure::save_figure),
    (c"atlas", figure::atlas),
    (c"atlas_sheets", figure::atlas_sheets),
    (c"save_atlas", figure::save_atlas),
    (c"page", figure::page),
    (c"save_text", figure::save_text),
    (c"report", desk::report),
    (c"dossier", desk::dossier),
    (c"save_document", desk::save_document),
    (c"proof", desk::proof),
    (c"evaluate", desk::evaluate),
    (c"diff", desk::diff),
    (c"sample", desk::sample),
    (c"save_rows", desk::save_rows),
    (c"run_project", project::run_project),
    (c"check", project::check),
    (c"progress", project::progress),
    (c"query", project::query),
    (c"convert", project::convert),
    (c"synth", project::synth),
];

/// Adds the functions to the module. A panic in one of them is an exception like any other.
fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    for (name, function) in FUNCTIONS {
        let (name, function): (&'static CStr, Function) = (name, *function);
        let guarded = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, pyo3::types::PyDict>>| {
            let py = arguments.py();
            let called = catch_unwind(AssertUnwindSafe(|| function(py, arguments)));
            called.unwrap_or_else(|panic| Err(fault::of_panic(py, &*panic)))
        };
        module.add(
            name.to_str().unwrap_or_default(),
            PyCFunction::new_closure(module.py(), Some(name), None, guarded)?,
        )?;
    }
    module.add("VERSION", env!("CARGO_PKG_VERSION"))
}

unsafe extern "C" fn execute(module: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this with the interpreter attached and a module that it owns.
    let filled = unsafe {
        let py = Python::assume_attached();
        Borrowed::from_ptr(py, module).to_owned().cast_into::<PyModule>().map_err(PyErr::from).and_then(|module| {
            let filled = fill(&module);
            if let Err(error) = &filled {
                error.clone_ref(py).restore(py);
            }
            filled
        })
    };
    if filled.is_ok() { 0 } else { -1 }
}

/// How many slots the module has, with the one that ends them.
const SLOT_COUNT: usize = if cfg!(Py_GIL_DISABLED) { 3 } else { 2 };

static mut SLOTS: [ffi::PyModuleDef_Slot; SLOT_COUNT] = [
    ffi::PyModuleDef_Slot { slot: ffi::Py_mod_exec, value: execute as *mut c_void },
    // What capsules hold is never changed, so that a Python without the lock needs none for this module.
    #[cfg(Py_GIL_DISABLED)]
    ffi::PyModuleDef_Slot { slot: ffi::Py_mod_gil, value: ffi::Py_MOD_GIL_NOT_USED },
    ffi::PyModuleDef_Slot { slot: 0, value: null_mut() },
];

static mut DEFINITION: ffi::PyModuleDef = ffi::PyModuleDef {
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_name: c"_jiju".as_ptr(),
    m_doc: c"The functions that the package jiju calls.".as_ptr(),
    m_size: 0,
    m_methods: null_mut(),
    m_slots: addr_of_mut!(SLOTS).cast(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

/// The entry of the module.
///
/// # Safety
///
/// Python calls it when it loads the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit__jiju() -> *mut ffi::PyObject {
    // SAFETY: the definition lives as long as the process.
    unsafe { ffi::PyModuleDef_Init(addr_of_mut!(DEFINITION)) }
}
