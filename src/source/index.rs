//! Indices of layers in files.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use memmap2::Mmap;
use serde::{Deserialize, Serialize};

use super::database::is_database;
use super::fingerprint::size_of;
use super::layers;
use super::parts::refuse_input;
use super::table::check_size;
use super::{AreaSource, LayerSource, fingerprint, write_atomically};
use crate::declare::parameters;
use crate::error::{Error, JoinError, ProjectError, ReadError, Result};
use crate::join::{AreaIndex, INDEX_MAGIC, SavedIndex, index_bytes};
use crate::model::{Areas, Report};

/// The largest index that is read.
const MAX_INDEX_BYTES: u64 = 8 << 30;
/// More than any file of areas has, with all that belongs to it, that can be read.
const MAX_SOURCE_BYTES: u64 = 8 << 30;

/// An index to be built and saved.
#[parameters]
#[derive(Default)]
pub struct IndexRequest {
    /// The areas.
    #[flatten(required = "areas", positional = "areas")]
    pub areas: AreaSource,
    /// Name of the layer, the prefix of its columns [default: the file's name].
    #[parameter(value = "NAME")]
    pub layer: Option<String>,
}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSummary {
    /// How many areas are indexed.
    pub areas: usize,
    /// What was found wrong with them.
    pub notes: Vec<String>,
}

/// Reads a layer of areas, indexes it and saves the index in a file, which then stands for the file of areas in every request.
///
/// # Errors
///
/// What reading, indexing and writing refuse.
pub fn index_areas(request: &IndexRequest, output: &Path) -> Result<IndexSummary> {
    let source = LayerSource { name: request.layer.clone(), ..request.areas.layer().unwrap_or_default() };
    let file = file_of(&source)?;
    if is_database(file) || is_database(output) {
        let message = "areas of a database have no saved index, as they may change at any time".to_owned();
        let hint = "give their address as it is, or convert them to a file and index that".to_owned();
        return Err(ProjectError::Options { message, hint }.into());
    }
    refuse_input(output, &[file])?;
    // Before the areas are read: one that changes meanwhile makes the index stale.
    let fingerprint = fingerprint(file)?;
    let layer = layers::layer(&source)?;
    let (areas, index) = layer.own();
    let origin = Origin { file: seen_from(output, file)?, fingerprint, options: options(&source) };
    let notes = layer.report.told();
    let note = serde_json::to_value(Note { origin: Some(origin), report: layer.report.clone() })
        .map_err(|error| unusable(output, error))?;
    write_atomically(output, &[file], &index_bytes(areas, index, &note)?)?;
    Ok(IndexSummary { areas: areas.len(), notes })
}

/// The bytes of an index of areas that are in memory, which stand for a file of areas as those do that [`index_areas`] writes.
///
/// # Errors
///
/// What [`index_bytes`] refuses.
pub fn held_index_bytes(areas: &Areas, index: &AreaIndex) -> Result<Vec<u8>> {
    let note = serde_json::to_value(Note { origin: None, report: Report::default() });
    let note = note.map_err(|error| Error::Table { what: "an index".to_owned(), message: error.to_string() })?;
    Ok(index_bytes(areas, index, &note)?)
}

/// Where the areas of an index come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    /// Their file, seen from the folder of the index where it can be.
    file: String,
    /// What [`fingerprint`] gave of it.
    fingerprint: String,
    /// The options it was read with, that were given, by name.
    options: Vec<(String, String)>,
}

/// What is kept with an index in its file.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// None of areas that were in memory, which cannot have changed.
    origin: Option<Origin>,
    report: Report,
}

/// A saved index, and what was found wrong with its areas when they were read.
#[derive(Debug)]
pub(crate) struct OpenedIndex {
    pub(crate) saved: SavedIndex,
    pub(crate) report: Report,
    /// Warnings to show to the user.
    pub(crate) notes: Vec<String>,
}

/// Whether a file begins as a saved index does; a file that cannot be read does not.
#[must_use]
pub fn is_saved_index(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(INDEX_MAGIC.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == INDEX_MAGIC
}

/// Reads a saved index from a file, whose bytes are copied into memory.
///
/// # Errors
///
/// [`Error::File`]; [`ReadError::SavedIndex`] for what is no saved index, of another version, damaged, or contradicts
/// itself.
pub fn read_index(path: &Path) -> Result<SavedIndex> {
    let size = size_of(path)?;
    check_size(path, size, MAX_INDEX_BYTES)?;
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(Error::file("read", path))?.take(size);
    file.read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    SavedIndex::from_bytes(bytes.into()).map_err(|error| refused(path, error))
}

/// Maps a saved index from a file, so that processes share its pages and only those that are needed are read.
///
/// # Safety
///
/// The file must not change for as long as the index lives: a change under a map is undefined behaviour, and a file that is
/// cut short ends the process. [`read_index`] has no such condition.
///
/// # Errors
///
/// As [`read_index`].
#[allow(unsafe_code)]
pub unsafe fn map_index(path: &Path) -> Result<SavedIndex> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    // SAFETY: the caller keeps the file as it is.
    let map = unsafe { Mmap::map(&file) }.map_err(Error::file("read", path))?;
    SavedIndex::from_bytes(Bytes::from_owner(map)).map_err(|error| refused(path, error))
}

fn unusable(path: &Path, error: impl std::fmt::Display) -> Error {
    ReadError::SavedIndex { file: path.display().to_string(), message: error.to_string() }.into()
}

/// What the core refuses of a saved index, with the name of its file.
fn refused(path: &Path, error: jiju_core::Error) -> Error {
    match error {
        jiju_core::Error::Join(JoinError::SavedIndex { message }) => unusable(path, message),
        other => unusable(path, other),
    }
}

/// Opens the saved index that a layer is to be.
///
/// # Errors
///
/// What [`read_index`] refuses; [`ReadError::StaleIndex`] where the areas have changed since; [`ReadError::SavedIndex`]
/// where they were to be read otherwise.
pub(crate) fn opened(source: &LayerSource) -> Result<OpenedIndex> {
    let path = file_of(source)?;
    let saved = read_index(path)?;
    let note = Note::deserialize(saved.note()).map_err(|error| unusable(path, error))?;
    let Note { origin, report } = note;
    let index = path.display().to_string();
    let known = origin.as_ref().map(|origin| origin.options.clone()).unwrap_or_default();
    for (option, wanted) in options(source) {
        let built = known.iter().find(|(other, _)| *other == option).map(|(_, value)| value);
        if built != Some(&wanted) {
            let said = if option == LAYER_NAME { option } else { format!("‹{option}›") };
            let built = built.map_or_else(|| format!("without {said}"), |built| format!("with {said} {built}"));
            let message = format!("it was built {built}, found {}", format!("{said} {wanted}").trim_end());
            return Err(ReadError::SavedIndex { file: index, message }.into());
        }
    }
    let Some(Origin { file, fingerprint: known_fingerprint, .. }) = origin else {
        return Ok(OpenedIndex { saved, report, notes: Vec::new() });
    };
    let areas = folder_of(path).join(&file);
    let Ok(known) = std::fs::metadata(&areas) else {
        let note =
            format!("{index}: {file}, which it was built from, is not there: whether it has changed is not known");
        return Ok(OpenedIndex { saved, report, notes: vec![note] });
    };
    if !known.is_file() && !known.is_dir() {
        let message = format!("it says it was built from {}, which is no file on disk", areas.display());
        return Err(ReadError::SavedIndex { file: index, message }.into());
    }
    // No index is built from more than that: to see that a file is another it need not be read.
    if size_of(&areas)? > MAX_SOURCE_BYTES || fingerprint(&areas)? != known_fingerprint {
        return Err(ReadError::StaleIndex { file: index, areas: areas.display().to_string() }.into());
    }
    Ok(OpenedIndex { saved, report, notes: Vec::new() })
}

/// The file of areas that a saved index was built from; none for what is no saved index.
pub(super) fn built_from(path: &Path) -> Option<PathBuf> {
    if !path.is_file() || !is_saved_index(path) {
        return None;
    }
    let saved = read_index(path).ok()?;
    let note = Note::deserialize(saved.note()).ok()?;
    Some(folder_of(path).join(note.origin?.file))
}

fn file_of(source: &LayerSource) -> Result<&Path> {
    source.file.path().ok_or_else(|| {
        ReadError::SavedIndex { file: source.file.to_string(), message: "areas in memory have no file".to_owned() }
            .into()
    })
}

/// The word before the name of a layer of a file, which stands in the name of the file and is no parameter.
const LAYER_NAME: &str = "layername";

/// The options of reading that are given, by the names of their parameters.
fn options(source: &LayerSource) -> Vec<(String, String)> {
    let LayerSource { source_layer, id, label, parent, reference, encoding, repair, .. } = source;
    let named = match &source.file {
        super::Origin::File(path) => super::split_layer(path).1.map(str::to_owned),
        super::Origin::Memory(..) => None,
    };
    let given = [
        (LAYER_NAME, source_layer.clone().or(named)),
        ("area_id", id.clone()),
        ("area_name", label.clone()),
        ("area_parent", parent.clone()),
        ("areas_crs", reference.map(|reference| reference.to_string())),
        ("areas_encoding", encoding.clone()),
        ("repair", repair.then(String::new)),
    ];
    given.into_iter().filter_map(|(option, value)| Some((option.to_owned(), value?))).collect()
}

/// The path of a file as it is seen from the folder of another, so that both can be moved together.
fn seen_from(other: &Path, file: &Path) -> Result<String> {
    let whole = |path: &Path| path.canonicalize().map_err(Error::file("read", path));
    let (folder, file) = (whole(&folder_of(other))?, whole(file)?);
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), file.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n(Component::ParentDir, from.len() - shared);
    let path: PathBuf = match from.first() == to.first() {
        true => up.chain(to[shared..].iter().copied()).collect(),
        // On another drive.
        false => file,
    };
    Ok(path.to_string_lossy().into_owned())
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
