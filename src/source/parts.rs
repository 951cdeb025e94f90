//! An input is all its files: which files belong to one, and whether writing somewhere would change it.

use std::path::{Path, PathBuf};

use super::layer_path::split_layer;
use super::table::ending;
use super::{database, index};
use crate::error::{Error, ReadError, Result};

/// Files of one name and several endings that are one input.
struct Set {
    /// The endings under which it is named.
    named: &'static [&'static str],
    /// The endings of the files that say what is in it.
    read: &'static [&'static str],
    /// The endings of what programs keep beside it: search indices, projections, schemas made from it.
    kept: &'static [&'static str],
}

const SETS: [Set; 4] = [
    Set {
        named: &["shp", "dbf", "shx"],
        read: &["cpg", "dbf", "prj", "shp", "shx"],
        kept: &["qix", "sbn", "sbx", "qpj", "idx", "ind", "cst"],
    },
    Set { named: &["tab"], read: &["dat", "dbf", "id", "ind", "map", "tab"], kept: &[] },
    Set { named: &["mif", "mid"], read: &["mid", "mif"], kept: &[] },
    Set { named: &["gml"], read: &["gml", "xsd"], kept: &["gfs"] },
];

fn set(path: &Path) -> Option<&'static Set> {
    let ending = ending(path);
    SETS.iter().find(|set| set.named.contains(&ending.as_str()))
}

/// The file of the same name with another ending, in either case.
pub(super) fn sibling(path: &Path, ending: &str) -> Option<PathBuf> {
    let either = [ending.to_owned(), ending.to_uppercase()];
    either.iter().map(|ending| path.with_extension(ending)).find(|path| path.is_file())
}

/// The files whose bytes make up an input: the one that is named, then the others by their endings; the files of a folder.
///
/// # Errors
///
/// A folder that cannot be listed.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_dir() {
        return folder_files(path);
    }
    let named = ending(path);
    if matches!(named.as_str(), "gpkg" | "sqlite") {
        // What was written and is not yet in it.
        let log =
            Some(with_end(path, "-wal")).filter(|log| log.metadata().is_ok_and(|log| log.is_file() && log.len() > 0));
        return Ok(std::iter::once(path.to_owned()).chain(log).collect());
    }
    let others = set(path).into_iter().flat_map(|set| set.read).filter(|ending| **ending != named);
    Ok(std::iter::once(path.to_owned()).chain(others.filter_map(|ending| sibling(path, ending))).collect())
}

fn folder_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(Error::file("read", folder))?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Refuses to write to a file that is an input or belongs to one, by whatever name: another spelling, a link, a part such as
/// the `.dbf` of a Shapefile whether it is there or not, a file in a folder that is an input, the file that a saved index was
/// built from. A table of a database must not be there at all, unless its address says that it is to be replaced.
///
/// # Errors
///
/// [`ReadError::WouldOverwrite`], [`ReadError::WouldOverwritePart`].
pub(super) fn refuse_input(path: &Path, inputs: &[&Path]) -> Result<()> {
    if database::is_database(path) {
        return database::refuse_table(path, inputs);
    }
    let inputs = inputs.iter().copied().filter(|input| !database::is_database(input)).collect::<Vec<_>>();
    let inputs: Vec<&Path> = inputs.iter().map(|input| split_layer(input).0).collect();
    for input in &inputs {
        if is_same(path, input) {
            return Err(ReadError::WouldOverwrite { file: path.display().to_string() }.into());
        }
    }
    let part_of = |input: &Path| -> Result<()> {
        let (file, input) = (path.display().to_string(), input.display().to_string());
        Err(ReadError::WouldOverwritePart { file, input }.into())
    };
    for input in inputs {
        if belongs(path, input) {
            return part_of(input);
        }
        if path.exists()
            && let Some(areas) = index::built_from(input)
            && (is_same(path, &areas) || belongs(path, &areas))
        {
            return part_of(&areas);
        }
    }
    Ok(())
}

/// Whether a file is a part of an input, and not the one it is named by.
fn belongs(path: &Path, input: &Path) -> bool {
    if input.is_dir() {
        let folder = whole(input);
        return whole(path).starts_with(&folder)
            || folder_files(input).is_ok_and(|files| files.iter().any(|file| is_same(path, file)));
    }
    if let Some(set) = set(input) {
        let endings = || set.read.iter().chain(set.kept);
        let is_named_so = endings().any(|ending| {
            [(*ending).to_owned(), ending.to_uppercase()]
                .iter()
                .any(|ending| is_same(path, &input.with_extension(ending)))
        });
        // A part may itself be a link: then what it leads to is read.
        return is_named_so;
    }
    matches!(ending(input).as_str(), "gpkg" | "sqlite")
        && ["-wal", "-shm", "-journal"].iter().any(|end| is_same(path, &with_end(input, end)))
}

/// The path of a file that is called as another is, and some more.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Whether two paths lead to one file, be it there or not.
fn is_same(one: &Path, other: &Path) -> bool {
    whole(one) == whole(other) || identity(one).is_some_and(|found| identity(other) == Some(found))
}

/// The path of a file without links and detours; of one that is not there, the path it would have.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let name = path.file_name().unwrap_or_default();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(name)
    })
}

/// What makes a file one file under several names.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    // Several terminals and pipes share a name, and hold nothing to be lost.
    std::fs::metadata(path).ok().filter(|file| file.is_file()).map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_part_of_an_input_is_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a.shp", "a.dbf", "A.SHX", "b.tab", "b.dat", "c.gpkg", "d.gml", "e.csv"] {
            fs::write(at(name), name).unwrap();
        }
        fs::create_dir(at("f.gdb")).unwrap();
        let inputs = ["a.shp", "b.tab", "c.gpkg", "d.gml", "e.csv", "f.gdb"].map(at);
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        for name in [
            "a.shp",
            "a.dbf",
            "a.shx",
            "a.prj",
            "a.cpg",
            "a.DBF",
            "./a.dbf",
            "b.dat",
            "b.map",
            "c.gpkg-wal",
            "d.xsd",
            "d.gfs",
            "e.csv",
            "f.gdb/new.table",
        ] {
            assert!(refuse_input(&at(name), &inputs).is_err(), "{name}");
        }
        for name in ["a.csv", "a.tab", "b.shp", "c.gpkg.csv", "e.tab", "g.dbf", "f.csv"] {
            assert!(refuse_input(&at(name), &inputs).is_ok(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_what_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.shp"), "").unwrap();
        fs::write(at("a.dbf"), "").unwrap();
        fs::hard_link(at("a.dbf"), at("hard.csv")).unwrap();
        std::os::unix::fs::symlink("a.dbf", at("soft.csv")).unwrap();
        std::os::unix::fs::symlink("a.shp", at("b.shp")).unwrap();
        fs::write(at("elsewhere"), "").unwrap();
        std::os::unix::fs::symlink("elsewhere", at("b.dbf")).unwrap();
        let (a, b) = (at("a.shp"), at("b.shp"));
        for (path, input) in [("hard.csv", &a), ("soft.csv", &a), ("a.shp", &b), ("elsewhere", &b)] {
            assert!(refuse_input(&at(path), &[input]).is_err(), "{path}");
        }
        assert!(refuse_input(&at("elsewhere"), &[&a]).is_ok());
    }
}
