//! Indices as bytes: as they lie in memory, and back.
//!
//! The bytes are a header of fixed length, then the arrays of the index, each at a multiple of 64 bytes, the last of them JSON
//! with what a joined table says of the areas and where they come from. Numbers are little-endian. The checksum is of
//! everything behind it; and whatever it says, every number that points into an array is looked at before it is believed,
//! so that no file can make an index fail later.

mod valid;

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use bytes::Bytes;
use geo::{LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use super::AreaIndex;
use super::array::Array;
use super::cells::{Axis, CellsStore};
use super::outlines::OutlinesStore;
use crate::error::{JoinError, Result};
use crate::model::{Area, Areas, Reference};

/// The first bytes of a saved index.
pub const INDEX_MAGIC: [u8; 8] = *b"jijuidx\0";

/// The version of the format: of the arrays and of the meaning of their cells.
const VERSION: u32 = 2;

/// Marks the byte order.
const ORDER: u32 = 0x0102_0304;

/// The alignment of arrays in the file.
const ALIGNMENT: usize = 64;

/// The header before the arrays.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    order: u32,
    version: u32,
    /// The checksum of everything behind it, the lower half first.
    checksum: [u64; 2],
    /// The corners of the grid.
    lower: [f64; 2],
    upper: [f64; 2],
    columns: u32,
    rows: u32,
    /// The offset of each array, and its length in bytes.
    arrays: [[u64; 2]; ARRAYS],
}

/// Vertices, rings, parts; coarse and divided cells, leaves, their edges and areas; what is said of the areas.
const ARRAYS: usize = 9;

/// The offset of the first byte that the checksum covers.
const CHECKED: usize = 32;

/// The metadata of the areas of an index.
#[derive(Debug, Serialize, Deserialize)]
struct About {
    layer: String,
    source: String,
    reference: Reference,
    /// Id, name, parent.
    areas: Vec<(String, String, Option<String>)>,
    /// The note of the caller.
    note: Value,
}

/// An index that was loaded from bytes, with the metadata of its areas.
#[derive(Debug)]
pub struct SavedIndex {
    about: About,
    index: AreaIndex,
}

/// Serialises an index with the metadata of its areas and a note, which may be any JSON value.
///
/// The same areas give the same bytes, on any number of threads.
///
/// # Errors
///
/// [`JoinError::SavedIndex`] for a note that cannot be written as JSON.
///
/// # Examples
///
/// ```
/// use geo::{MultiPolygon, Rect, coord};
/// use jiju_core::join::{AreaIndex, SavedIndex, index_bytes};
/// use jiju_core::model::{Area, Areas, Point, Reference};
///
/// let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 10.0, y: 10.0 }).to_polygon();
/// let area = Area { id: "p".into(), name: "park".into(), parent: None, geometry: MultiPolygon(vec![square]) };
/// let areas =
///     Areas { layer: "park".into(), source: "memory".into(), reference: Reference::epsg(4549), areas: vec![area] };
/// let bytes = index_bytes(&areas, &AreaIndex::new(&areas)?, &serde_json::Value::Null)?;
/// let saved = SavedIndex::from_bytes(bytes.into())?;
/// assert_eq!(saved.areas(), areas);
/// assert_eq!(saved.into_index().locate(Point::new(5.0, 5.0)).area, Some(0));
/// # Ok::<(), jiju_core::Error>(())
/// ```
pub fn index_bytes(areas: &Areas, index: &AreaIndex, note: &Value) -> Result<Vec<u8>> {
    let texts = |area: &Area| (area.id.clone(), area.name.clone(), area.parent.clone());
    let about = About {
        layer: areas.layer.clone(),
        source: areas.source.clone(),
        reference: areas.reference,
        areas: areas.areas.iter().map(texts).collect(),
        note: note.clone(),
    };
    let about = serde_json::to_vec(&about).map_err(|error| refused(error.to_string()))?;
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
        magic: INDEX_MAGIC,
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
    Ok(bytes)
}

fn refused(message: String) -> JoinError {
    JoinError::SavedIndex { message }
}

/// Bytes at an address that is a multiple of what every array begins at; copied where they are not.
fn aligned(bytes: Bytes) -> Bytes {
    /// Of the alignment that arrays of 64-bit numbers need.
    struct Words(Vec<u64>, usize);

    impl AsRef<[u8]> for Words {
        fn as_ref(&self) -> &[u8] {
            &bytemuck::cast_slice(&self.0)[..self.1]
        }
    }

    if bytes.as_ptr().align_offset(align_of::<u64>()) == 0 {
        return bytes;
    }
    let mut words = vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
    bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(&bytes);
    Bytes::from_owner(Words(words, bytes.len()))
}

fn opened(map: &Bytes) -> Result<SavedIndex, String> {
    let header: Header = map
        .get(..size_of::<Header>())
        .map(bytemuck::pod_read_unaligned)
        .ok_or_else(|| format!("found {} bytes, expected {} at least", map.len(), size_of::<Header>()))?;
    if header.magic != INDEX_MAGIC {
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
    let numbers = |number: usize| range(number).and_then(|range| Array::shared(map, range)).ok_or_else(cut);
    let outlines = OutlinesStore {
        vertices: range(0).and_then(|range| Array::shared(map, range)).ok_or_else(cut)?,
        rings: range(1).and_then(|range| Array::shared(map, range)).ok_or_else(cut)?,
        parts: numbers(2)?,
    };
    let axis = |number: usize, columns: u32| Axis::new(header.lower[number], header.upper[number], f64::from(columns));
    let cells = CellsStore {
        x: axis(0, header.columns),
        y: axis(1, header.rows),
        coarse: numbers(3)?,
        nested: numbers(4)?,
        leaves: range(5).and_then(|range| Array::shared(map, range)).ok_or_else(cut)?,
        edges: range(6).and_then(|range| Array::shared(map, range)).ok_or_else(cut)?,
        areas: numbers(7)?,
    };
    if [cells.x.columns, cells.y.columns] != [header.columns, header.rows] {
        return Err("its grid cannot be".to_owned());
    }
    valid::outlines(outlines.outlines(), about.areas.len())?;
    valid::cells(&cells.cells(), outlines.outlines(), about.areas.len())?;
    let index = AreaIndex::of_stores(about.areas.len(), about.reference, outlines, cells);
    Ok(SavedIndex { about, index })
}

impl SavedIndex {
    /// Loads an index from the bytes that [`index_bytes`] returned. The bytes are not copied, unless they are not aligned, and
    /// are kept as long as the index lives.
    ///
    /// The bytes need not be trusted: every offset into an array is checked before the index is returned.
    ///
    /// # Errors
    ///
    /// [`JoinError::SavedIndex`] for bytes that are not a saved index, have another version, or are damaged or inconsistent.
    pub fn from_bytes(bytes: Bytes) -> Result<Self> {
        Ok(opened(&aligned(bytes)).map_err(refused)?)
    }

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

    /// The note that was saved with the index.
    #[must_use]
    pub fn note(&self) -> &Value {
        &self.about.note
    }

    /// The ids and names of the areas, in file order.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.about.areas.iter().map(|(id, name, _)| (id.as_str(), name.as_str()))
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

    /// The index, without the metadata.
    #[must_use]
    pub fn into_index(self) -> AreaIndex {
        self.index
    }
}
