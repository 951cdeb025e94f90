//! A vector file and one of its layers, as QGIS writes it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::database;

/// What stands between a file and the name of its layer.
pub(super) const MARK: &str = "|layername=";

/// A path as given, taken apart: the file, and the layer of it that is named as QGIS names it, `FILE|layername=NAME`. The
/// address of a database stays whole, as its tables are inputs by themselves.
///
/// # Examples
///
/// ```
/// use std::path::Path;
/// use jiju::source::split_layer;
///
/// assert_eq!(split_layer(Path::new("a/two.gpkg|layername=区划")), (Path::new("a/two.gpkg"), Some("区划")));
/// assert_eq!(split_layer(Path::new("a/two.gpkg")), (Path::new("a/two.gpkg"), None));
/// ```
#[must_use]
pub fn split_layer(path: &Path) -> (&Path, Option<&str>) {
    if database::is_database(path) {
        return (path, database::table_of(path));
    }
    match path.to_str().and_then(|text| text.split_once(MARK)) {
        Some((file, layer)) => (Path::new(file), Some(layer)),
        None => (path, None),
    }
}

/// What an input is called where nothing else says so: the layer that is named with it, of a database its table without the
/// schema, else the stem of the file.
#[must_use]
pub(super) fn stem(path: &Path) -> String {
    if let Some(stem) = database::stem(path) {
        return stem;
    }
    match split_layer(path) {
        (_, Some(layer)) => layer.to_owned(),
        (file, None) => file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// A path with the name of a layer, where one is given that the path does not name itself.
#[must_use]
pub fn with_layer(path: &Path, layer: Option<&str>) -> PathBuf {
    match (layer, split_layer(path)) {
        (Some(layer), (file, None)) => {
            let mut named = OsString::from(file);
            named.push(MARK);
            named.push(layer);
            named.into()
        }
        _ => path.to_owned(),
    }
}
