//! The English names of areas, where the file of their layer has them.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::project::file::Project;
use crate::source::layers::area_options;
use crate::source::{self, LayerSource, Origin};

/// Headers that stand for an English name, likeliest first.
const HEADERS: [&str; 6] = ["name_en", "english", "english_name", "en_name", "name:en", "英文名"];

/// Returns the English names of a project's layer by the ids of its areas; none if it is no layer of a file.
///
/// # Errors
///
/// Errors of reading the file; a column that `label_en` names and that is not there.
pub(in crate::project) fn english_names(project: &Project, layer: &str) -> Result<BTreeMap<String, String>> {
    match project.layers.iter().find(|source| source.layer_name() == layer) {
        Some(source) => of_source(source),
        None => Ok(BTreeMap::new()),
    }
}

/// Returns the English names in a file of areas by their ids.
///
/// # Errors
///
/// As [`english_names`].
pub(super) fn of_source(source: &LayerSource) -> Result<BTreeMap<String, String>> {
    let Origin::File(path) = &source.file else { return Ok(BTreeMap::new()) };
    if source::layers::is_index(source) {
        return Ok(BTreeMap::new());
    }
    let (table, key) = source::attributes(path, &area_options(source))?;
    let headers = table.columns();
    let stands_for = |wanted: &&str| headers.iter().find(|header| header.trim().to_lowercase() == **wanted).cloned();
    let Some(column) = source.label_en.clone().or_else(|| HEADERS.iter().find_map(stands_for)) else {
        return Ok(BTreeMap::new());
    };
    let (ids, names) = (table.text(&key)?, table.text(&column)?);
    let named = ids.iter().zip(names.iter()).filter_map(|(id, name)| {
        let name = name?.trim();
        (!name.is_empty()).then(|| (id.unwrap_or_default().trim().to_owned(), name.to_owned()))
    });
    Ok(named.collect())
}
