use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::database;
use super::layer_path::split_layer;
use super::parts::files;
use crate::error::{Error, Result};

/// A checksum of a file of areas with all that belongs to it: the files of a Shapefile, the files of a geodatabase's folder.
///
/// XXH3 of 128 bits, in hexadecimal digits: it tells whether a file has changed, not whether someone meant it to.
///
/// # Errors
///
/// [`Error::File`], also for what is no file on disk.
pub fn fingerprint(path: &Path) -> Result<String> {
    if database::is_database(path) {
        return database::sha256(path);
    }
    let (path, _) = split_layer(path);
    let mut hasher = Xxh3::new();
    for file in files(path)? {
        hasher.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        each_block(&file, |block| hasher.update(block))?;
    }
    Ok(format!("{:032x}", hasher.digest128()))
}

/// The SHA-256 of an input, as a manifest states it: 64 hexadecimal digits, those of `sha256sum FILE`.
///
/// Of a table of a database the SHA-256 of its columns and rows as they were read or written last by this process, else as they
/// are now. Of an input of several files (a Shapefile, a geodatabase's folder) the SHA-256 of what `sha256sum` prints for them, in the
/// order of [`fingerprint`] and without their folder: a line of digest, two blanks and name for each.
///
/// # Errors
///
/// [`Error::File`].
pub fn sha256(path: &Path) -> Result<String> {
    if database::is_database(path) {
        return database::sha256(path);
    }
    let (path, _) = split_layer(path);
    let files = files(path)?;
    if let [file] = files.as_slice()
        && file == path
    {
        return sha256_of_file(file);
    }
    let mut lines = Sha256::new();
    for file in &files {
        lines.update(sha256_of_file(file)?);
        lines.update("  ");
        lines.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        lines.update("\n");
    }
    Ok(hex::encode(lines.finalize()))
}

fn sha256_of_file(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    each_block(file, |block| hasher.update(block))?;
    Ok(hex::encode(hasher.finalize()))
}

/// The size of a file on disk; a device or a pipe, which may never end, is refused before it is opened.
fn regular_size(path: &Path) -> Result<u64> {
    let known = std::fs::metadata(path).map_err(Error::file("read", path))?;
    if !known.is_file() {
        let message = "it is no file on disk, expected one that can be read again";
        return Err(Error::file("read", path)(std::io::Error::new(std::io::ErrorKind::InvalidInput, message)));
    }
    Ok(known.len())
}

/// The bytes of an input, all its files taken together.
///
/// # Errors
///
/// [`Error::File`], also for what is no file on disk.
pub(super) fn size_of(path: &Path) -> Result<u64> {
    files(path)?.iter().try_fold(0_u64, |sum, file| Ok(sum.saturating_add(regular_size(file)?)))
}

/// The bytes of a file, a block at a time.
fn each_block(path: &Path, mut take: impl FnMut(&[u8])) -> Result<()> {
    let size = regular_size(path)?;
    // No more than the file has: some that a system makes up never end.
    let mut file = File::open(path).map_err(Error::file("read", path))?.take(size);
    let mut block = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut block).map_err(Error::file("read", path))?;
        if read == 0 {
            return Ok(());
        }
        take(&block[..read]);
    }
}

/// The SHA-256 of bytes, in hexadecimal digits.
///
/// # Examples
///
/// ```
/// assert!(jiju::source::sha256_of(b"").starts_with("e3b0c44298fc1c149afbf4c8996fb924"));
/// ```
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::sha256;

    #[test]
    fn an_input_has_the_sha256_that_sha256sum_prints() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        fs::write(&file, "abc").unwrap();
        // printf abc | sha256sum
        assert_eq!(sha256(&file).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn an_input_of_several_files_has_one_sha256_of_them_all() {
        let folder = tempfile::tempdir().unwrap();
        let shapefile = folder.path().join("areas.shp");
        for (ending, bytes) in [("shp", "shapes"), ("dbf", "cells"), ("txt", "of another file")] {
            fs::write(folder.path().join("areas").with_extension(ending), bytes).unwrap();
        }
        // printf shapes > areas.shp; printf cells > areas.dbf; sha256sum areas.shp areas.dbf | sha256sum
        assert_eq!(sha256(&shapefile).unwrap(), "43cbd4b8141bb0acab3e791978f872d29385fd970d11ac4bdead8131be7f1cd7");
        fs::remove_file(folder.path().join("areas.txt")).unwrap();
        // sha256sum areas.dbf areas.shp | sha256sum
        assert_eq!(sha256(folder.path()).unwrap(), "e6345a893c7684e43a2e3a9ac6116b9daa82cca7de3712062797eef0de49fab4");
    }
}
