//! What the library owns, in capsules that Python passes round.

#![expect(unsafe_code, reason = "the value behind the pointer of a capsule of ours")]

use std::borrow::Cow;
use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::Arc;

use jiju::join::AreaIndex;
use jiju::measure::{Outcome, Places};
use jiju::model::{Areas, DeclaredReference, Reference, Table, Weights};
use jiju::project::{Atlas, MadeDocument};
use jiju::render::Figure;
use jiju::source::AreasInMemory;
use polars::prelude::{Column, DataFrame};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// What goes into a capsule: cheap to clone, and of a name that no other type has.
pub trait Handle: Clone + Send + Sync + 'static {
    const NAME: &'static CStr;

    /// What it is, for messages.
    const WORD: &'static str;
}

macro_rules! handles {
    ($($name:literal $word:literal $kind:ty;)+) => {$(
        impl Handle for $kind {
            const NAME: &'static CStr = $name;
            const WORD: &'static str = $word;
        }
    )+};
}

/// A table, where its rows lie, and the reference of the coordinates in it.
#[derive(Clone)]
pub struct HeldTable {
    pub table: Arc<Table>,
    pub places: Option<Arc<Lying>>,
    pub reference: Option<DeclaredReference>,
}

/// Where the rows of a table lie.
pub enum Lying {
    /// As areas or points.
    Places(Places),
    /// As any geometries of a reference.
    Geometries(Vec<Option<geo::Geometry<f64>>>, Reference),
}

impl Lying {
    /// A geometry for each row.
    pub fn geometries(&self) -> Cow<'_, [Option<geo::Geometry<f64>>]> {
        match self {
            Self::Places(places) => Cow::Owned(places.geometries()),
            Self::Geometries(geometries, _) => Cow::Borrowed(geometries),
        }
    }

    /// The reference of the geometries.
    pub const fn reference(&self) -> Reference {
        match self {
            Self::Places(places) => places.reference(),
            Self::Geometries(_, reference) => *reference,
        }
    }
}

/// Areas with their attributes.
#[derive(Clone)]
pub struct HeldAreas(pub Arc<AreasInMemory>);

/// Neighbours and their weights.
#[derive(Clone)]
pub struct HeldWeights(pub Arc<Weights>);

/// An index, with what it says of its areas.
#[derive(Clone)]
pub struct HeldIndex {
    pub index: Arc<AreaIndex>,
    pub areas: Arc<Areas>,
    /// The file whose map it is.
    pub mapped: Option<PathBuf>,
}

/// The outcome of an operation.
#[derive(Clone)]
pub struct HeldOutcome(pub Arc<Outcome>);

/// A column by itself.
#[derive(Clone)]
pub struct HeldColumn(pub Column);

/// A figure, and the files it was made from, which it is not written over.
#[derive(Clone)]
pub struct HeldFigure {
    pub figure: Arc<Figure>,
    pub inputs: Arc<Vec<PathBuf>>,
}

/// An atlas, and the files it was made from.
#[derive(Clone)]
pub struct HeldAtlas {
    pub atlas: Arc<Atlas>,
    pub inputs: Arc<Vec<PathBuf>>,
}

/// A bulletin or a dossier, which is written in the form of a file's ending.
#[derive(Clone)]
pub struct HeldDocument(pub Arc<MadeDocument>);

/// What makes the workbook of rows.
pub type MakesWorkbook = dyn Fn() -> jiju::Result<Vec<u8>> + Send + Sync;

/// Rows that are written as a table, or as a workbook that says them for people; over none of the files they were made from.
#[derive(Clone)]
pub struct HeldRows {
    pub rows: Arc<DataFrame>,
    pub workbook: Option<Arc<MakesWorkbook>>,
    pub inputs: Arc<Vec<PathBuf>>,
}

handles! {
    c"jiju.table" "a table" HeldTable;
    c"jiju.areas" "areas" HeldAreas;
    c"jiju.weights" "weights" HeldWeights;
    c"jiju.index" "an index" HeldIndex;
    c"jiju.outcome" "an outcome" HeldOutcome;
    c"jiju.column" "a column" HeldColumn;
    c"jiju.figure" "a figure" HeldFigure;
    c"jiju.atlas" "an atlas" HeldAtlas;
    c"jiju.document" "a document" HeldDocument;
    c"jiju.rows" "rows" HeldRows;
}

/// A capsule with a value.
pub fn capsule<H: Handle>(py: Python<'_>, value: H) -> PyResult<Py<PyAny>> {
    Ok(PyCapsule::new_with_value(py, value, H::NAME)?.into_any().unbind())
}

/// The value in a capsule, where it is one of its kind.
pub fn opened<H: Handle>(object: &Bound<'_, PyAny>) -> Option<H> {
    let capsule = object.cast::<PyCapsule>().ok()?;
    let pointer = capsule.pointer_checked(Some(H::NAME)).ok()?;
    // SAFETY: only `capsule` makes capsules of this name, with a value of this type, which lives as long as its capsule does.
    Some(unsafe { pointer.cast::<H>().as_ref() }.clone())
}

/// The value in a capsule.
pub fn needed<H: Handle>(object: &Bound<'_, PyAny>) -> PyResult<H> {
    opened(object).ok_or_else(|| {
        let found = object.get_type().name().map(|name| name.to_string()).unwrap_or_default();
        pyo3::exceptions::PyTypeError::new_err(format!("found {found}, expected {}", H::WORD))
    })
}

/// The value of a kind among the arguments of a function.
pub fn argument<H: Handle>(arguments: &Bound<'_, pyo3::types::PyTuple>, position: usize) -> PyResult<H> {
    needed(&arguments.get_item(position)?)
}
