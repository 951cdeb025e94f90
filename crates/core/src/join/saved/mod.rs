//! Indices in files: written as they lie in memory, and mapped back.
//!
//! A file is a header of fixed length, then the arrays of the index, each at a multiple of 64 bytes, the last of them JSON
//! with what a joined table says of the areas and where they come from. Numbers are little-endian. The checksum is of
//! everything behind it; and whatever it says, every number that points into an array is looked at before it is believed,
//! so that no file can make an index fail later.

mod valid;

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use geo::{LineString, MultiPolygon, Polygon};
use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::array::Array;
use super::cells::{Axis, CellsStore};
use super::outlines::OutlinesStore;
use super::{AreaIndex, Labels};
use crate::error::{Error, JoinError, Result};
use crate::model::{Area, Areas, Reference, Report};
use crate::read;

/// What a file begins with.
const MAGIC: [u8; 8] = *b"jijuidx\0";

/// The version of the format: of the arrays, and of what the cells in them mean.
const VERSION: u32 = 1;

/// Tells the order of bytes.
const ORDER: u32 = 0x0102_0304;

/// What arrays begin at a multiple of.
const ALIGNMENT: usize = 64;

/// What stands before the arrays.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    order: u32,
    version: u32,
    /// Of everything behind it, the lower half first.
    checksum: [u64; 2],
    /// The corners of the grid.
    lower: [f64; 2],
    upper: [f64; 2],
    columns: u32,
    rows: u32,
    /// Where each array begins, and how many bytes it has.
    arrays: [[u64; 2]; ARRAYS],
}

/// Vertices, rings, parts; coarse and divided cells, leaves, their edges and areas; what is said of the areas.
const ARRAYS: usize = 9;

/// Where what the checksum is of begins.
const CHECKED: usize = 32;

/// Where the areas of an index come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Their file, seen from the folder of the index where it can be.
    pub file: String,
    /// What [`read::fingerprint`] gave of it.
    pub fingerprint: String,
    /// The options it was read with, that were given, by name.
    pub options: Vec<(String, String)>,
}

/// What is said of the areas of an index.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    layer: String,
    source: String,
    reference: Reference,
    origin: Origin,
    report: Report,
    /// Id, name, parent.
    areas: Vec<(String, String, Option<String>)>,
}

/// An index from a file.
#[derive(Debug)]
pub struct SavedIndex {
    about: About,
    index: AreaIndex,
}

/// Whether a file begins as a saved index does; what cannot be read does not.
#[must_use]
pub fn is_saved_index(path: &Path) -> bool {
    use std::io::Read as _;
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == MAGIC
}

/// Writes an index to a file, with what is known of its areas.
///
/// The same areas give the same bytes, on any number of threads.
///
/// # Errors
///
/// As [`read::write_atomically`].
pub fn save_index(
    areas: &Areas,
    report: &Report,
    index: &AreaIndex,
    origin: &Origin,
    path: &Path,
    inputs: &[&Path],
) -> Result<()> {
    let texts = |area: &Area| (area.id.clone(), area.name.clone(), area.parent.clone());
    let about = About {
        layer: areas.layer.clone(),
        source: areas.source.clone(),
        reference: areas.reference,
        origin: origin.clone(),
        report: report.clone(),
        areas: areas.areas.iter().map(texts).collect(),
    };
    let about = serde_json::to_vec(&about).map_err(|error| refused(path, error.to_string()))?;
    let (outlines, cells) = index.stores();
    let arrays: [&[u8]; ARRAYS] = [
        bytemuck::cast_slice(&outlines.vertices),
        bytemuck::cast_slice(&outlines.rings),
        bytemuck::cast_slice(&outlines.parts),
        bytemuck::cast_slice(&cells.coarse),
        bytemuck::cast_slice(&cells.nested),
        bytemuck::cast_slice(&cells.leaves),
        bytemuck::cast_slice(&cells.edges),
        bytemuck::cast_slice(&cells.areas),
        &about,
    ];
    let mut header = Header {
        magic: MAGIC,
        order: ORDER,
        version: VERSION,
        checksum: [0; 2],
        lower: [cells.x.lower, cells.y.lower],
        upper: [cells.x.upper, cells.y.upper],
        columns: cells.x.columns,
        rows: cells.y.columns,
        arrays: [[0; 2]; ARRAYS],
    };
    let mut end = size_of::<Header>();
    for (place, array) in header.arrays.iter_mut().zip(arrays) {
        let start = end.next_multiple_of(ALIGNMENT);
        *place = [start as u64, array.len() as u64];
        end = start + array.len();
    }
    let mut bytes = Vec::with_capacity(end);
    bytes.extend_from_slice(bytemuck::bytes_of(&header));
    for array in arrays {
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend_from_slice(array);
    }
    let checksum = xxh3_128(&bytes[CHECKED..]);
    bytes[CHECKED - 16..CHECKED].copy_from_slice(&checksum.to_le_bytes());
    read::write_atomically(path, inputs, &bytes)
}

/// Maps an index from a file.
///
/// Nothing is copied: the file must stay as it is while the index is in use. Those that jiju writes do, as it puts new files
/// in the place of old ones.
///
/// # Errors
///
/// [`Error::File`]; [`JoinError::SavedIndex`] for what is no saved index, of another version, damaged, or contradicts
/// itself.
pub fn open_index(path: &Path) -> Result<SavedIndex> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    // Sound as long as the file stays as it is, which the documentation asks for: no one but the user can change it, and
    // jiju itself only ever renames whole files into place. Every number of it is looked at by `valid`, and each access is
    // checked against the bounds of its array, so that even then wrong answers are the worst.
    #[allow(unsafe_code)]
    let map = unsafe { Mmap::map(&file) };
    opened(&Arc::new(map.map_err(Error::file("read", path))?)).map_err(|message| refused(path, message))
}

fn refused(path: &Path, message: String) -> Error {
    JoinError::SavedIndex { file: path.display().to_string(), message }.into()
}

fn opened(map: &Arc<Mmap>) -> Result<SavedIndex, String> {
    let header: Header = map
        .get(..size_of::<Header>())
        .map(bytemuck::pod_read_unaligned)
        .ok_or_else(|| format!("found {} bytes, expected {} at least", map.len(), size_of::<Header>()))?;
    if header.magic != MAGIC {
        return Err("it is no index saved by jiju".to_owned());
    }
    if header.order != ORDER {
        return Err("it was saved on a machine with another order of bytes".to_owned());
    }
    if header.version != VERSION {
        return Err(format!("found version {}, expected {VERSION}", header.version));
    }
    if xxh3_128(&map[CHECKED..]).to_le_bytes() != map[CHECKED - 16..CHECKED] {
        return Err("it is damaged: its checksum is another".to_owned());
    }
    let range = |number: usize| -> Option<Range<usize>> {
        let [start, length] = header.arrays[number];
        let start = usize::try_from(start).ok()?;
        Some(start..start.checked_add(usize::try_from(length).ok()?)?)
    };
    let cut = || "an array of it does not lie in it".to_owned();
    let bytes = range(8).and_then(|range| map.get(range)).ok_or_else(cut)?;
    let about: About = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let numbers = |number: usize| range(number).and_then(|range| Array::mapped(map, range)).ok_or_else(cut);
    let outlines = OutlinesStore {
        vertices: range(0).and_then(|range| Array::mapped(map, range)).ok_or_else(cut)?,
        rings: range(1).and_then(|range| Array::mapped(map, range)).ok_or_else(cut)?,
        parts: numbers(2)?,
    };
    let axis = |number: usize, columns: u32| Axis::new(header.lower[number], header.upper[number], f64::from(columns));
    let cells = CellsStore {
        x: axis(0, header.columns),
        y: axis(1, header.rows),
        coarse: numbers(3)?,
        nested: numbers(4)?,
        leaves: range(5).and_then(|range| Array::mapped(map, range)).ok_or_else(cut)?,
        edges: range(6).and_then(|range| Array::mapped(map, range)).ok_or_else(cut)?,
        areas: numbers(7)?,
    };
    if [cells.x.columns, cells.y.columns] != [header.columns, header.rows] {
        return Err("its grid cannot be".to_owned());
    }
    if matches!(about.reference, Reference::Gcj02 | Reference::Bd09) {
        return Err(format!("found {}, expected wgs84, cgcs2000 or a projected metre grid", about.reference));
    }
    valid::outlines(outlines.outlines(), about.areas.len())?;
    valid::cells(&cells.cells(), outlines.outlines(), about.areas.len())?;
    let index = AreaIndex::of_stores(about.areas.len(), about.reference, outlines, cells);
    Ok(SavedIndex { about, index })
}

impl SavedIndex {
    /// The name of the layer.
    #[must_use]
    pub fn layer(&self) -> &str {
        &self.about.layer
    }

    /// The reference of the areas.
    #[must_use]
    pub fn reference(&self) -> Reference {
        self.about.reference
    }

    /// Where the areas come from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.about.origin
    }

    /// What was found wrong with the areas when they were read.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.about.report
    }

    /// What the areas are called in a joined table, in a layer of this name.
    #[must_use]
    pub fn labels(&self, layer: &str) -> Labels {
        Labels::new(layer, self.about.areas.iter().map(|(id, name, _)| (id.as_str(), name.as_str())))
    }

    /// The areas as they were when they were indexed.
    #[must_use]
    pub fn areas(&self) -> Areas {
        let outlines = self.index.outlines();
        let mut geometries = vec![MultiPolygon(Vec::new()); self.about.areas.len()];
        let mut start = 0;
        let mut last_part = None;
        for [part, end] in outlines.rings {
            let ring: LineString<f64> = outlines.vertices[start..*end as usize].iter().copied().collect();
            start = *end as usize;
            let polygons = &mut geometries[outlines.parts[*part as usize] as usize].0;
            match polygons.last_mut() {
                Some(polygon) if last_part == Some(*part) => polygon.interiors_push(ring),
                _ => polygons.push(Polygon::new(ring, Vec::new())),
            }
            last_part = Some(*part);
        }
        let area = |((id, name, parent), geometry): (&(String, String, Option<String>), MultiPolygon<f64>)| Area {
            id: id.clone(),
            name: name.clone(),
            parent: parent.clone(),
            geometry,
        };
        Areas {
            layer: self.about.layer.clone(),
            source: self.about.source.clone(),
            reference: self.about.reference,
            areas: self.about.areas.iter().zip(geometries).map(area).collect(),
        }
    }

    /// The index itself.
    #[must_use]
    pub fn into_index(self) -> AreaIndex {
        self.index
    }
}
