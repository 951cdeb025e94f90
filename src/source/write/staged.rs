//! Many files that change together.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::parts::refuse_input;
use super::temporary;
use crate::error::{Error, Result};

/// Files of one folder that are put in place together: until then they stand in a temporary folder in it, and what was in
/// the folder before is untouched.
///
/// Dropped without [`StagedFolder::finish`] it leaves nothing.
#[derive(Debug)]
pub struct StagedFolder {
    folder: PathBuf,
    stage: Option<TempDir>,
    /// Tells other processes that the temporary folder is in use.
    _kept: Option<File>,
    inputs: Vec<PathBuf>,
    places: Vec<PathBuf>,
    /// What is to stand no longer in the folder.
    removed: Vec<PathBuf>,
    is_new: bool,
}

impl StagedFolder {
    /// Begins files of a folder, which is made where it is not there, and of which no file may be one of the inputs.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where the folder cannot be made or written.
    pub fn new(folder: &Path, inputs: Vec<PathBuf>) -> Result<Self> {
        let is_new = !folder.exists();
        std::fs::create_dir_all(folder).map_err(Error::file("create folder", folder))?;
        let folder = folder.canonicalize().map_err(Error::file("create folder", folder))?;
        let (stage, kept) = temporary::folder_in(&folder).map_err(Error::file("write into", &folder))?;
        Ok(Self { folder, stage: Some(stage), _kept: kept, inputs, places: Vec::new(), removed: Vec::new(), is_new })
    }

    /// Writes a file that is to stand at a place in the folder.
    ///
    /// # Errors
    ///
    /// [`crate::error::ReadError::WouldOverwrite`] where the place is that of an input; [`Error::File`].
    pub fn write(&mut self, place: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
        let place = place.as_ref();
        let target = self.folder.join(place);
        let inputs: Vec<&Path> = self.inputs.iter().map(PathBuf::as_path).collect();
        refuse_input(&target, &inputs)?;
        let staged = self.staged(place);
        let write = || -> std::io::Result<()> {
            if let Some(parent) = staged.parent() {
                std::fs::create_dir_all(parent)?;
            }
            let mut file = File::create(&staged)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        temporary::making(write).map_err(Error::file("write", &target))?;
        self.places.push(place.to_owned());
        Ok(())
    }

    /// Marks a file of an earlier time, which these files would have replaced, to be removed when they are put in place. One
    /// that is an input stays.
    pub fn remove(&mut self, place: impl AsRef<Path>) {
        let target = self.folder.join(place);
        let inputs: Vec<&Path> = self.inputs.iter().map(PathBuf::as_path).collect();
        if refuse_input(&target, &inputs).is_ok() {
            self.removed.push(target);
        }
    }

    /// Puts all files in place, in the order in which they were written, and gives their names.
    ///
    /// The last one is removed first: of two runs only a whole one has it, even where this is cut off.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub fn finish(mut self) -> Result<Vec<PathBuf>> {
        let targets: Vec<PathBuf> = self.places.iter().map(|place| self.folder.join(place)).collect();
        for parent in targets.iter().filter_map(|target| target.parent()) {
            std::fs::create_dir_all(parent).map_err(Error::file("create folder", parent))?;
        }
        temporary::undisturbed(|| {
            if let Some(last) = targets.last().filter(|last| last.is_file() && !last.is_symlink()) {
                std::fs::remove_file(last).map_err(Error::file("replace", last))?;
            }
            for old in self.removed.iter().filter(|old| old.is_file() && !old.is_symlink()) {
                std::fs::remove_file(old).map_err(Error::file("remove", old))?;
            }
            for (place, target) in self.places.iter().zip(&targets) {
                self.put(place, target)?;
            }
            Ok::<_, Error>(())
        })?;
        self.is_new = false;
        Ok(targets)
    }

    fn staged(&self, place: &Path) -> PathBuf {
        self.stage.as_ref().map(TempDir::path).unwrap_or(&self.folder).join(place)
    }

    /// Renames a file into place: where a link stands there, to where it leads.
    fn put(&self, place: &Path, target: &Path) -> Result<()> {
        let staged = self.staged(place);
        let target = if target.is_symlink() { target.canonicalize() } else { Ok(target.to_owned()) };
        let put = || -> std::io::Result<()> {
            let target = target?;
            match std::fs::rename(&staged, &target) {
                Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                    let folder = target.parent().unwrap_or(&self.folder);
                    let beside = tempfile::Builder::new().prefix(".jiju-").make_in(folder, |path| {
                        std::fs::copy(&staged, path).and_then(|_| File::open(path)?.sync_all())
                    })?;
                    beside.persist(&target).map_err(|error| error.error)
                }
                done => done,
            }
        };
        put().map_err(Error::file("write", self.folder.join(place)))
    }
}

impl Drop for StagedFolder {
    fn drop(&mut self) {
        drop(self.stage.take());
        if self.is_new {
            // Only what is empty can be removed so.
            let _ = std::fs::remove_dir(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_changes_before_the_end() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("out");
        let mut staged = StagedFolder::new(&folder, Vec::new()).unwrap();
        staged.write("a/b.txt", b"1").unwrap();
        staged.write("manifest", b"1").unwrap();
        assert!(names(&folder).is_empty());
        drop(staged);
        assert!(!folder.exists());
        let mut staged = StagedFolder::new(&folder, Vec::new()).unwrap();
        staged.write("a/b.txt", b"1").unwrap();
        staged.write("manifest", b"1").unwrap();
        staged.finish().unwrap();
        assert_eq!(names(&folder), ["a", "manifest"]);
        let mut staged = StagedFolder::new(&folder, vec![folder.join("manifest")]).unwrap();
        staged.write("a/b.txt", b"2").unwrap();
        assert!(staged.write("manifest", b"2").is_err());
        drop(staged);
        assert_eq!(std::fs::read(folder.join("a/b.txt")).unwrap(), b"1");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    }
}
