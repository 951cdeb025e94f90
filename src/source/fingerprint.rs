use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::table::ending;
use crate::error::{Error, Result};

/// A checksum of a file of areas with all that belongs to it: the files of a Shapefile, the files of a geodatabase's folder.
///
/// XXH3 of 128 bits, in hexadecimal digits: it tells whether a file has changed, not whether someone meant it to.
///
/// # Errors
///
/// [`Error::File`].
pub fn fingerprint(path: &Path) -> Result<String> {
    let mut hasher = Xxh3::new();
    for file in files(path)? {
        hasher.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        let mut reader = BufReader::with_capacity(1 << 20, File::open(&file).map_err(Error::file("read", &file))?);
        let mut block = vec![0; 1 << 20];
        loop {
            let read = reader.read(&mut block).map_err(Error::file("read", &file))?;
            if read == 0 {
                break;
            }
            hasher.update(&block[..read]);
        }
    }
    Ok(format!("{:032x}", hasher.digest128()))
}

/// The files that make up one, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    const BESIDE_A_SHAPEFILE: [&str; 4] = ["cpg", "dbf", "prj", "shx"];
    let folder = if path.is_dir() { Some(path) } else { None };
    let Some(folder) = folder else {
        let beside = if ending(path) == "shp" { &BESIDE_A_SHAPEFILE[..] } else { &[] };
        let others = beside.iter().map(|ending| path.with_extension(ending)).filter(|other| other.is_file());
        return Ok(std::iter::once(path.to_owned()).chain(others).collect());
    };
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

/// The SHA-256 of bytes, in hexadecimal digits.
///
/// # Examples
///
/// ```
/// assert!(jiju::source::sha256(b"").starts_with("e3b0c44298fc1c149afbf4c8996fb924"));
/// ```
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
