//! Files in memory, where GDAL reads and writes them: it opens nothing else, and leaves nothing beside an input.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use gdal::vsi;

use super::super::vector::held::Held;
use crate::error::{Error, ReadError, Result};

/// What a geodatabase is called in memory.
const FOLDER: &str = "a.gdb";

/// A folder in the memory of GDAL, emptied when dropped.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self(PathBuf::from(format!("/vsimem/jiju-{}", COUNT.fetch_add(1, Ordering::Relaxed))))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    fn names(&self) -> Vec<PathBuf> {
        vsi::read_dir(&self.0, false).unwrap_or_default()
    }

    /// Takes the files that were written there, in the order of their names.
    pub fn taken(self) -> gdal::errors::Result<Vec<(OsString, Vec<u8>)>> {
        let mut names = self.names();
        names.sort();
        names
            .into_iter()
            .map(|name| Ok((name.clone().into_os_string(), vsi::get_vsi_mem_file_bytes_owned(self.0.join(name))?)))
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for name in vsi::read_dir(&self.0, true).unwrap_or_default() {
            // What is a folder cannot be taken away so, and holds nothing by itself.
            let _ = vsi::unlink_mem_file(self.0.join(name));
        }
    }
}

/// Lets GDAL see the files of an input, at the path that is given, for as long as the closure runs.
pub(super) fn shown<T>(held: &mut Held, use_it: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let folder = Folder::new();
    let (files, is_folder) = held.files();
    let main = match (is_folder, files.first()) {
        (true, _) => {
            let archive = folder.path().join("folder.zip");
            *files = vec![(PathBuf::from("folder.zip"), archived(files)?)];
            PathBuf::from(format!("/vsizip/{}/{FOLDER}", archive.display()))
        }
        (false, Some((name, _))) => folder.path().join(name),
        (false, None) => folder.path().to_owned(),
    };
    let mut shown = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let at = folder.path().join(&*name);
        shown.push(vsi::create_mem_file_from_ref(&at, bytes).map_err(|error| {
            let (file, message) = (name.display().to_string(), error.to_string());
            Error::from(ReadError::Malformed { file, format: "a file in memory", message })
        })?);
    }
    use_it(&main)
}

/// Files as an archive that packs nothing: GDAL knows no folder in memory, but for those in an archive.
fn archived(files: &[(PathBuf, Vec<u8>)]) -> Result<Vec<u8>> {
    let broken = |error: zip::result::ZipError| Error::file("hold", "a folder in memory")(std::io::Error::other(error));
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        archive.start_file(format!("{FOLDER}/{}", name.display()), options).map_err(broken)?;
        archive.write_all(bytes).map_err(Error::file("hold", name))?;
    }
    archive.finish().map(std::io::Cursor::into_inner).map_err(broken)
}
