//! An input in memory, with all that belongs to it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::parts;
use super::ending;
use crate::error::{Error, ReadError, Result};

/// An input that has been taken into memory.
pub(in crate::source) struct Held {
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Whether it is a geodatabase, which is a folder.
    #[cfg_attr(not(feature = "gdal"), expect(dead_code, reason = "GDAL is shown a folder in another way"))]
    is_folder: bool,
}

impl Held {
    /// Takes an input with all that belongs to it, which together must be no more than `max_bytes`.
    pub fn take(path: &Path, max_bytes: u64) -> Result<Self> {
        let is_folder = path.is_dir();
        if is_folder && ending(path) != "gdb" {
            let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
            return Err(Error::file("read", path)(error));
        }
        let mut files = Vec::new();
        let mut left = max_bytes;
        for file in parts::files(path)? {
            if file != path {
                refuse_strangers(&file, path)?;
            }
            let bytes = bytes(&file, left, max_bytes)?;
            left -= bytes.len() as u64;
            // Parts are found by the case of the endings, which here is one for all.
            let name = match is_folder {
                true => PathBuf::from(file.file_name().unwrap_or_default()),
                false => PathBuf::from(path.file_stem().unwrap_or_default()).with_added(&ending(&file)),
            };
            files.push((name, bytes));
        }
        Ok(Self { files, is_folder })
    }

    /// A file without what stands beside it.
    pub fn alone(path: &Path, max_bytes: u64) -> Result<Self> {
        let name = PathBuf::from(path.file_stem().unwrap_or_default()).with_added(&ending(path));
        Ok(Self { files: vec![(name, bytes(path, max_bytes, max_bytes)?)], is_folder: false })
    }

    /// The bytes of the file that has an ending.
    pub fn part(&self, ending_of_part: &str) -> Option<&[u8]> {
        let found = self.files.iter().find(|(name, _)| ending(name) == ending_of_part)?;
        Some(&found.1)
    }

    /// The bytes of the file that was named.
    pub fn main(&mut self) -> &mut Vec<u8> {
        if self.files.is_empty() {
            self.files.push((PathBuf::from("empty"), Vec::new()));
        }
        &mut self.files[0].1
    }

    /// Takes away the files that have an ending, and gives the bytes of the first of them.
    pub fn take_part(&mut self, ending_of_part: &str) -> Option<Vec<u8>> {
        let position = self.files.iter().position(|(name, _)| ending(name) == ending_of_part)?;
        Some(self.files.remove(position).1)
    }

    /// The files by their names in memory, first the one that was named.
    #[cfg(feature = "gdal")]
    pub fn files(&mut self) -> (&mut Vec<(PathBuf, Vec<u8>)>, bool) {
        (&mut self.files, self.is_folder)
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }
}

trait WithAdded {
    fn with_added(self, ending: &str) -> Self;
}

impl WithAdded for PathBuf {
    /// The name and an ending, whatever dots the name has.
    fn with_added(self, ending: &str) -> Self {
        let mut name = self.into_os_string();
        if !ending.is_empty() {
            name.push(".");
            name.push(ending);
        }
        Self::from(name)
    }
}

/// Refuses a part of an input that is a link to a file elsewhere: nobody named that one.
fn refuse_strangers(part: &Path, input: &Path) -> Result<()> {
    let whole = |path: &Path| path.canonicalize().map_err(Error::file("read", part));
    let target = whole(part)?;
    let beside = |path: &Path| target.parent() == path.parent();
    // An input in a folder may be that folder, or a link to a file with its parts in another folder.
    let is_near =
        beside(&whole(input)?) || target.parent().is_some_and(|folder| whole(input).is_ok_and(|own| own == folder));
    let folder = part.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if is_near || whole(folder)? == target.parent().unwrap_or(Path::new("/")) {
        return Ok(());
    }
    let (file, input) = (part.display().to_string(), input.display().to_string());
    Err(ReadError::Stranger { file, input, target: target.display().to_string() }.into())
}

/// The bytes of a file, no more than are left.
fn bytes(path: &Path, left: u64, limit: u64) -> Result<Vec<u8>> {
    let too_large = |found: u64| {
        let found = found.saturating_add(limit - left);
        Error::from(ReadError::TooLarge { file: path.display().to_string(), what: "size in bytes", found, limit })
    };
    let file = File::open(path).map_err(Error::file("read", path))?;
    let size = file.metadata().map_err(Error::file("read", path))?.len();
    if size > left {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(left.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::file("read", path))?;
    match bytes.len() as u64 {
        found if found > left => Err(too_large(found)),
        _ => Ok(bytes),
    }
}
