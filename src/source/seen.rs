//! How files are named in what a project writes: as the project file sees them, whoever runs it and from wherever.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use serde_json::Value;

use super::database::is_database;
use crate::model::GRID;

/// The name of a file as a project file in a folder spells it. What begins with the folder loses it; of any other path from
/// the root, which may hold the name of a user, the name of the file stays.
pub(crate) fn seen_from(folder: &Path, file: &str) -> String {
    if is_database(Path::new(file)) {
        return file.to_owned();
    }
    let below = |folder: &Path| {
        let folder = folder.display().to_string();
        let rest = file.strip_prefix(&folder).filter(|_| !folder.is_empty())?;
        let is_whole = folder.ends_with(['/', MAIN_SEPARATOR]);
        let inside = rest.strip_prefix(['/', MAIN_SEPARATOR]);
        inside.or(Some(rest).filter(|_| is_whole)).map(str::to_owned)
    };
    if let Some(rest) = below(folder) {
        return rest;
    }
    if !Path::new(file).is_absolute() {
        return file.to_owned();
    }
    let whole = if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.canonicalize();
    let name = || file.rsplit(['/', MAIN_SEPARATOR]).next().unwrap_or(file).to_owned();
    whole.ok().and_then(|whole| below(&whole)).unwrap_or_else(name)
}

/// A file as it is found from a folder; the address of a database is the same from everywhere.
pub(crate) fn beside(folder: &Path, file: &Path) -> PathBuf {
    if is_database(file) { file.to_owned() } else { folder.join(file) }
}

/// The name of an input in a manifest: that of a file without its folder, and the whole address of a table.
pub(crate) fn told_name(path: &Path) -> String {
    if is_database(path) {
        return path.display().to_string();
    }
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A value with every path in it as the project file spells it.
pub(crate) fn all_seen_from(folder: &Path, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(match text.split_once(GRID) {
            // A reference with the file of its shifts.
            Some((code, grid)) => format!("{code}{GRID}{}", seen_from(folder, grid)),
            None => seen_from(folder, text),
        }),
        Value::Array(values) => values.iter().map(|value| all_seen_from(folder, value)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), all_seen_from(folder, value))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_however_the_project_is_called() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        for (folder, file, name) in [
            (Path::new("demo"), "demo/../firms.csv, sheet a".to_owned(), "../firms.csv, sheet a"),
            (Path::new("."), "./a/firms.csv".to_owned(), "a/firms.csv"),
            (Path::new(""), "a/firms.csv".to_owned(), "a/firms.csv"),
            (Path::new("demo"), "demonstration/firms.csv".to_owned(), "demonstration/firms.csv"),
            (&home, home.join("a/firms.csv").display().to_string(), "a/firms.csv"),
            (Path::new("demo"), home.join("a/firms.csv").display().to_string(), "firms.csv"),
        ] {
            assert_eq!(seen_from(folder, &file), name);
        }
    }
}
