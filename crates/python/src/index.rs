//! An index of areas, and the areas of points.

#![expect(unsafe_code, reason = "a file that is mapped, and the memory of a buffer of Python")]

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use jiju::error::ReadError;
use jiju::join::{AreaIndex, Holders, SavedIndex, locate_columns};
use jiju::model::{Areas, DeclaredReference, Point, Reference, Report};
use jiju::source::{self, LayerSource, Origin, Transform, held_index_bytes, layer, write_atomically};
use polars::prelude::{Column, DataFrame, DataType, NamedFrom as _, PlSmallStr, Series};
use polars_arrow::array::{MutableArray as _, MutableUtf8Array};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};
use rayon::prelude::*;

use super::fault::{Raise as _, of_parameter};
use super::handle::{HeldAreas, HeldColumn, HeldIndex, argument, capsule};
use super::worker::{beside, work};
use super::{arrow, column, given};

/// How many points a thread takes at once.
const CHUNK: usize = 1 << 14;

/// What stands for no area.
const NONE: u32 = u32::MAX;

/// `(areas) -> index`: an index of areas in memory.
pub fn index(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldAreas(held) = argument(arguments, 0)?;
    let held = work(py, None, move |_| {
        let areas = Arc::new(held.areas.clone());
        let index = held.index.clone().map_or_else(|| AreaIndex::new(&areas).map(Arc::new), Ok)?;
        Ok(HeldIndex { index, areas, mapped: None })
    })?;
    capsule(py, held)
}

/// `(path, memory_map) -> index`: a saved index.
pub fn open_index(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (path, mapped): (PathBuf, bool) = (arguments.get_item(0)?.extract()?, arguments.get_item(1)?.extract()?);
    let held = work(py, None, move |_| {
        if !source::is_saved_index(&path) {
            // Says what is wrong with the file.
            source::read_index(&path)?;
            let (file, message) = (path.display().to_string(), "it is no saved index".to_owned());
            return Err(ReadError::SavedIndex { file, message }.into());
        }
        if mapped {
            // SAFETY: who asks for a map is told by the documentation that the file must stay as it is.
            let saved = unsafe { source::map_index(&path) }?;
            return Ok(of_saved(saved, Some(path)));
        }
        let request = LayerSource { file: Origin::File(path), ..LayerSource::default() };
        let (mut areas, index) = layer(&request)?.into_own();
        areas.layer = request.layer_name();
        Ok(HeldIndex { index: Arc::new(index), areas: Arc::new(areas), mapped: None })
    })?;
    capsule(py, held)
}

fn of_saved(saved: SavedIndex, mapped: Option<PathBuf>) -> HeldIndex {
    let areas = Arc::new(saved.areas());
    HeldIndex { index: Arc::new(saved.into_index()), areas, mapped }
}

/// `(bytes) -> index`.
pub fn index_from_bytes(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let bytes: Vec<u8> = arguments.get_item(0)?.extract()?;
    let held = work(py, None, move |_| Ok(of_saved(SavedIndex::from_bytes(bytes.into())?, None)))?;
    capsule(py, held)
}

/// `(index) -> bytes`.
pub fn index_bytes(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldIndex { index, areas, .. } = argument(arguments, 0)?;
    let bytes = work(py, None, move |_| held_index_bytes(&areas, &index))?;
    Ok(PyBytes::new(py, &bytes).into_any().unbind())
}

/// `(index, path)`.
pub fn save_index(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldIndex { index, areas, mapped } = argument(arguments, 0)?;
    let path: PathBuf = arguments.get_item(1)?.extract()?;
    work(py, None, move |_| {
        let kept: Vec<&std::path::Path> = mapped.iter().map(PathBuf::as_path).collect();
        write_atomically(&path, &kept, &held_index_bytes(&areas, &index)?)
    })?;
    Ok(py.None())
}

/// `(index) -> dict`: its layer, the ids and names of its areas, its reference, the file whose map it is.
pub fn index_about(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldIndex { areas, mapped, .. } = argument(arguments, 0)?;
    let about = PyDict::new(py);
    about.set_item("layer", &areas.layer)?;
    about.set_item("ids", areas.areas.iter().map(|area| area.id.as_str()).collect::<Vec<_>>())?;
    about.set_item("names", areas.areas.iter().map(|area| area.name.as_str()).collect::<Vec<_>>())?;
    about.set_item("crs", areas.reference.to_string())?;
    about.set_item("mapped", mapped)?;
    Ok(about.into_any().unbind())
}

/// `(index) -> areas`.
pub fn index_areas(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let HeldIndex { index, areas, .. } = argument(arguments, 0)?;
    let held = source::AreasInMemory { areas: (*areas).clone(), attributes: None, index: Some(index) };
    capsule(py, HeldAreas(Arc::new(held)))
}

/// Numbers of Python, where they lie.
enum Numbers {
    /// The memory of another library, such as numpy, which is kept as long as this.
    Buffer(PyBuffer<f64>),
    /// A column whose chunk is of another library or ours.
    Column(Column),
}

impl Numbers {
    /// The numbers of a parameter: a buffer of doubles as it lies, an Arrow array of one chunk without empty cells as it lies,
    /// anything else copied.
    fn read(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        let py = object.py();
        let refused = |message: String| {
            let hint = "give numbers: a numpy array, a column of polars, pandas or pyarrow, a list";
            of_parameter(py, name, &message, Some(hint))
        };
        if let Ok(buffer) = PyBuffer::<f64>::get(object)
            && buffer.dimensions() == 1
            && buffer.as_slice_ptr().is_some()
        {
            return Ok(Self::Buffer(buffer));
        }
        if let Some((field, chunks)) = arrow::chunks(object)? {
            let series = match chunks.is_empty() {
                true => Ok(Series::new_empty("".into(), &DataType::Float64)),
                false => Series::try_from((&field, chunks)),
            };
            let series = series.and_then(|series| series.cast(&DataType::Float64));
            let series = series.map_err(|error| refused(error.to_string()))?;
            let numbers = series.f64().map_err(|error| refused(error.to_string()))?.rechunk().into_owned();
            let series = match numbers.null_count() {
                0 => Series::from(numbers),
                // No place, as a number that is none.
                _ => {
                    Series::new("".into(), numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect::<Vec<_>>())
                }
            };
            return Ok(Self::Column(series.into()));
        }
        let list = match object.cast::<PyList>() {
            Ok(list) => list.clone(),
            Err(_) => match object.hasattr("tolist")? {
                true => object.call_method0("tolist")?.cast_into::<PyList>().map_err(PyErr::from)?,
                false => PyList::new(py, object.try_iter()?.collect::<PyResult<Vec<_>>>()?)?,
            },
        };
        let column = column::of_list(name, &list)?;
        if !column.dtype().is_primitive_numeric() && column.null_count() < column.len() {
            return Err(refused(format!("found {}, expected numbers", column.dtype())));
        }
        let column = column.cast(&DataType::Float64).map_err(|error| refused(error.to_string()))?;
        let numbers = column.f64().map_err(|error| refused(error.to_string()))?;
        let numbers: Vec<f64> = numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect();
        Ok(Self::Column(Column::new("".into(), numbers)))
    }

    fn slice(&self) -> &[f64] {
        match self {
            // SAFETY: the buffer is held for as long as this lives, and is only read; who changes the numbers meanwhile gets the
            // areas of one or the other.
            Self::Buffer(buffer) => buffer.as_slice_ptr().map(|cells| unsafe { cells.as_ref() }).unwrap_or_default(),
            Self::Column(column) => column.f64().ok().and_then(|numbers| numbers.cont_slice().ok()).unwrap_or_default(),
        }
    }
}

/// Points in the reference of an index.
struct Points<'a> {
    x: Cow<'a, [f64]>,
    y: Cow<'a, [f64]>,
}

impl Points<'_> {
    /// Some of them.
    fn part(&self, range: Range<usize>) -> (&[f64], &[f64]) {
        (&self.x[range.clone()], &self.y[range])
    }

    fn ranges(&self) -> Vec<Range<usize>> {
        ranges(self.x.len())
    }
}

fn ranges(count: usize) -> Vec<Range<usize>> {
    (0..count).step_by(CHUNK).map(|start| start..(start + CHUNK).min(count)).collect()
}

/// Points in another reference; one without an image has no place.
fn carried(x: &[f64], y: &[f64], from: DeclaredReference, to: Reference) -> jiju::Result<Points<'static>> {
    let part = |range: Range<usize>| -> jiju::Result<(Vec<f64>, Vec<f64>)> {
        let points = x[range.clone()].iter().zip(&y[range]).map(|(x, y)| Point::new(*x, *y));
        let points: Vec<Option<Point>> = points.map(|point| Some(point).filter(|point| point.is_finite())).collect();
        // Of each thread its own: one of GDAL is not shared.
        let images = Transform::new(from, to)?.images(&points);
        Ok(images.into_iter().map(|image| image.map_or((f64::NAN, f64::NAN), |image| (image.x, image.y))).unzip())
    };
    let parts = ranges(x.len()).into_par_iter().map(part).collect::<jiju::Result<Vec<_>>>()?;
    let (x, y): (Vec<Vec<f64>>, Vec<Vec<f64>>) = parts.into_iter().unzip();
    Ok(Points { x: x.concat().into(), y: y.concat().into() })
}

/// Asks an index of the points among the arguments: `(index, x, y, crs)`.
fn asked<T: Send>(
    py: Python<'_>,
    arguments: &Bound<'_, PyTuple>,
    answer: impl FnOnce(&HeldIndex, &Points<'_>) -> jiju::Result<T> + Send,
) -> PyResult<T> {
    let held: HeldIndex = argument(arguments, 0)?;
    let (x, y) = (Numbers::read(&arguments.get_item(1)?, "x")?, Numbers::read(&arguments.get_item(2)?, "y")?);
    let crs: Option<String> = arguments.get_item(3)?.extract()?;
    let from = match &crs {
        Some(text) => given::reference(text).ok_or_else(|| {
            of_parameter(py, "crs", &format!("found `{text}`, expected EPSG:n, wgs84, cgcs2000, gcj02 or bd09"), None)
        })?,
        None => held.areas.reference.into(),
    };
    let (x, y) = (x.slice(), y.slice());
    if x.len() != y.len() {
        return Err(of_parameter(py, "y", &format!("found {} numbers for {} of x", y.len(), x.len()), None));
    }
    let to = held.areas.reference;
    let is_other = from.is_offset() || !from.agrees_with(to.into());
    beside(py, || {
        let points =
            if is_other { carried(x, y, from, to)? } else { Points { x: Cow::Borrowed(x), y: Cow::Borrowed(y) } };
        answer(&held, &points)
    })
    .raise(py)
}

/// `(index, x, y, crs) -> column`: the id of the area of each point.
pub fn locate(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let ids = asked(py, arguments, |held, points| {
        let ids: Vec<&str> = held.areas.areas.iter().map(|area| area.id.as_str()).collect();
        let mean = ids.iter().map(|id| id.len()).sum::<usize>().div_ceil(ids.len().max(1));
        let chunks: Vec<MutableUtf8Array<i64>> = points
            .ranges()
            .into_par_iter()
            .map(|range| {
                let (x, y) = points.part(range);
                let mut found = vec![NONE; x.len()];
                locate_columns(&held.index, x, y, Holders::First, None, |row, one| {
                    found[row] = one.area.and_then(|area| u32::try_from(area).ok()).unwrap_or(NONE);
                });
                let mut texts = MutableUtf8Array::<i64>::with_capacities(found.len(), found.len() * mean);
                for area in found {
                    texts.push(ids.get(area as usize).copied());
                }
                texts
            })
            .collect();
        let arrays = chunks.into_iter().map(|mut chunk| chunk.as_box()).collect::<Vec<_>>();
        let series = match arrays.is_empty() {
            true => Ok(Series::new_empty("area".into(), &DataType::String)),
            false => Series::try_from((PlSmallStr::from_static("area"), arrays)),
        };
        series.map(Column::from).map_err(jiju::Error::table("areas"))
    })?;
    capsule(py, HeldColumn(ids))
}

/// A table of matches: the row of each, the id of its area, and what else there is.
fn matches(found: Vec<(u64, u32)>, areas: &Areas, last: Column) -> jiju::Result<DataFrame> {
    let rows: Vec<u64> = found.iter().map(|(row, _)| *row).collect();
    let ids: Vec<Option<&str>> =
        found.iter().map(|(_, area)| areas.areas.get(*area as usize).map(|area| area.id.as_str())).collect();
    let columns = vec![Column::new("row".into(), rows), Column::new("area".into(), ids), last];
    DataFrame::new_infer_height(columns).map_err(jiju::Error::table("matches"))
}

/// `(index, x, y, crs) -> table`: a row for each area of each point, `row`, `area`, `on_boundary`.
pub fn locate_all(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let frame = asked(py, arguments, |held, points| {
        let chunks: Vec<Vec<(u64, u32, bool)>> = points
            .ranges()
            .into_par_iter()
            .map(|range| {
                let start = range.start;
                let (x, y) = points.part(range);
                let mut found = Vec::new();
                locate_columns(&held.index, x, y, Holders::All, None, |row, one| {
                    if let Some(area) = one.area.and_then(|area| u32::try_from(area).ok()) {
                        found.push(((start + row) as u64, area, one.on_boundary));
                    }
                });
                // The areas of a point stay in the order of the file.
                found.sort_by_key(|(row, ..)| *row);
                found
            })
            .collect();
        let found: Vec<(u64, u32, bool)> = chunks.concat();
        let on_boundary: Vec<bool> = found.iter().map(|(.., on_boundary)| *on_boundary).collect();
        let pairs = found.into_iter().map(|(row, area, _)| (row, area)).collect();
        matches(pairs, &held.areas, Column::new("on_boundary".into(), on_boundary))
    })?;
    capsule(py, given::plain("matches", frame))
}

/// `(index, x, y, crs, within_m) -> table`: the nearest area of each point and how far it is, `row`, `area`, `distance_m`.
pub fn nearest(py: Python<'_>, arguments: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let within_m: Option<f64> = arguments.get_item(4)?.extract()?;
    let frame = asked(py, arguments, |held, points| {
        // In a plane whose units are not true metres nothing is measured: areas and points are carried to longitude and latitude.
        let is_plane = matches!(held.areas.reference, Reference::Plane(_));
        let layer = is_plane.then(|| source::Layer::new((*held.areas).clone(), Report::default())).transpose()?;
        let brought = match &layer {
            Some(layer) => Some(carried(&points.x, &points.y, held.areas.reference.into(), layer.areas.reference)?),
            None => None,
        };
        let points = brought.as_ref().unwrap_or(points);
        let index = layer.as_ref().map_or(&*held.index, |layer| &layer.index);
        let chunks: Vec<Vec<(u64, u32, Option<f64>)>> = points
            .ranges()
            .into_par_iter()
            .map(|range| {
                let start = range.start;
                let (x, y) = points.part(range);
                let near = x.iter().zip(y).enumerate().map(|(row, (x, y))| {
                    let point = Some(Point::new(*x, *y)).filter(|point| point.is_finite());
                    let near = point.and_then(|point| index.nearest_within(point, within_m.unwrap_or(f64::INFINITY)));
                    let area = near.and_then(|(area, _)| u32::try_from(area).ok()).unwrap_or(NONE);
                    ((start + row) as u64, area, near.map(|(_, distance_m)| distance_m))
                });
                near.collect()
            })
            .collect();
        let found: Vec<(u64, u32, Option<f64>)> = chunks.concat();
        let distances: Vec<Option<f64>> = found.iter().map(|(.., distance_m)| *distance_m).collect();
        let pairs = found.into_iter().map(|(row, area, _)| (row, area)).collect();
        matches(pairs, &held.areas, Column::new("distance_m".into(), distances))
    })?;
    capsule(py, given::plain("nearest", frame))
}
