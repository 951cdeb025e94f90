//! Putting finished files into place.

use std::path::Path;

use super::layer_path::split_layer;
use super::vector::ending;
use super::write::temporary;
use crate::error::{Error, ReadError, Result};

/// Lets a writer of one or several files work in a folder of its own, then moves what it wrote into place.
pub(super) fn placed<T>(output: &Path, inputs: &[&Path], write: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let inputs: Vec<&Path> = inputs.iter().map(|input| split_layer(input).0).collect();
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = output.file_name().ok_or_else(|| {
        Error::file("write", output)(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it names no file"))
    })?;
    std::fs::metadata(parent).map_err(Error::file("write", output))?;
    let (folder, _kept) = temporary::folder_in(parent).map_err(Error::file("write", output))?;
    let done = write(&folder.path().join(name))?;
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<_, _>>())
        .map_err(Error::file("read folder", folder.path()))?;
    // The file that was asked for comes last: where it stands, those beside it stand too.
    names.sort_by_key(|other| (other == name, other.clone()));
    for name in &names {
        let target = parent.join(name);
        // The parts of a Shapefile share a stem; one of the input's must not go either.
        if target.exists() && inputs.iter().any(|input| same_file(&target, input) || is_beside(&target, input)) {
            return Err(ReadError::WouldOverwrite { file: target.display().to_string() }.into());
        }
    }
    temporary::undisturbed(|| {
        names.iter().try_for_each(|name| {
            let target = parent.join(name);
            std::fs::rename(folder.path().join(name), &target).map_err(Error::file("write", &target))
        })
    })?;
    Ok(done)
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn is_beside(target: &Path, input: &Path) -> bool {
    const PARTS: &[&str] = &["shp", "shx", "dbf", "prj", "cpg", "tab", "dat", "map", "id", "mif", "mid"];
    let several = |path: &Path| PARTS.contains(&ending(path).as_str());
    several(target) && several(input) && same_file(&target.with_extension(input.extension().unwrap_or_default()), input)
}
