//! Indices of layers, saved to be mapped where they are needed.

use std::path::{Component, Path, PathBuf};

use super::file::LayerSource;
use super::sources;
use crate::error::{Error, JoinError, Result};
use crate::join::{Origin, SavedIndex, open_index, save_index};
use crate::read;

/// An index to be built and saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexRequest {
    /// The areas.
    pub layer: LayerSource,
    /// Where the index goes.
    pub output: PathBuf,
}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSummary {
    /// How many areas are indexed.
    pub areas: usize,
    /// What was found wrong with them.
    pub notes: Vec<String>,
}

/// Reads a layer of areas, indexes it and saves the index, which then stands for the file of areas in every request.
///
/// # Errors
///
/// What reading, indexing and writing refuse.
pub fn index_areas(request: &IndexRequest) -> Result<IndexSummary> {
    let file = &request.layer.file;
    // Before the areas are read: one that changes meanwhile makes the index stale.
    let fingerprint = read::fingerprint(file)?;
    let sources::Layer { areas, index, report } = sources::layer(&request.layer)?;
    let origin = Origin { file: seen_from(&request.output, file)?, fingerprint, options: options(&request.layer) };
    save_index(&areas, &report, &index, &origin, &request.output, &[file])?;
    Ok(IndexSummary { areas: areas.len(), notes: report.problems.iter().map(ToString::to_string).collect() })
}

/// Opens the saved index that a layer is to be, and tells what a reader should know of it.
///
/// # Errors
///
/// What [`open_index`] refuses; [`JoinError::StaleIndex`] where the areas have changed since; [`JoinError::SavedIndex`]
/// where they were to be read otherwise.
pub(super) fn opened(source: &LayerSource) -> Result<(SavedIndex, Vec<String>)> {
    let saved = open_index(&source.file)?;
    let Origin { file, fingerprint, options: known } = saved.origin();
    let index = source.file.display().to_string();
    for (option, wanted) in options(source) {
        let built = known.iter().find(|(other, _)| *other == option).map(|(_, value)| value);
        if built != Some(&wanted) {
            let built = built.map_or_else(|| format!("without {option}"), |built| format!("with {option} {built}"));
            let message = format!("it was built {built}, found {}", format!("{option} {wanted}").trim_end());
            return Err(JoinError::SavedIndex { file: index, message }.into());
        }
    }
    let areas = folder_of(&source.file).join(file);
    if !areas.exists() {
        let note =
            format!("{index}: {file}, which it was built from, is not there: whether it has changed is not known");
        return Ok((saved, vec![note]));
    }
    if read::fingerprint(&areas)? != *fingerprint {
        return Err(JoinError::StaleIndex { file: index, areas: areas.display().to_string() }.into());
    }
    Ok((saved, Vec::new()))
}

/// The options of reading that are given, by their names on the command line.
fn options(source: &LayerSource) -> Vec<(String, String)> {
    let LayerSource { id, label, parent, reference, encoding, repair, .. } = source;
    let given = [
        ("--area-id", id.clone()),
        ("--area-name", label.clone()),
        ("--area-parent", parent.clone()),
        ("--areas-crs", reference.map(|reference| reference.to_string())),
        ("--encoding", encoding.clone()),
        ("--repair", repair.then(String::new)),
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
