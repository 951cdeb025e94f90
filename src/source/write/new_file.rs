//! A file that is written beside its place, then moved there.

use std::fs::File;
use std::io::{Error as IoError, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::super::database::is_database;
use super::super::parts::refuse_input;
use super::temporary;
use crate::error::{Error, ReadError, Result};

/// A file that is not in its place until [`NewFile::finish`] has moved it there, whole and on the disk; dropped before that it
/// leaves nothing.
///
/// A path that is a link is followed: the file it leads to is replaced, and the link stays. What is no regular file (a
/// terminal, a pipe, a device) is written to as it is.
///
/// # Examples
///
/// ```
/// use std::io::Write as _;
///
/// use jiju::source::NewFile;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("firms.csv");
/// let mut file = NewFile::create(&path, &[])?;
/// file.write_all(b"id\n1\n")?;
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"id\n1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NewFile {
    /// As the user named it.
    path: PathBuf,
    written: Written,
}

#[derive(Debug)]
enum Written {
    /// Into a temporary file, which is to be renamed.
    Beside { made: NamedTempFile, place: PathBuf },
    /// Straight to what is no regular file.
    Through(File),
}

impl NewFile {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// [`ReadError::WouldOverwrite`](crate::error::ReadError::WouldOverwrite) and
    /// [`ReadError::WouldOverwritePart`](crate::error::ReadError::WouldOverwritePart) where the file is one of the inputs or
    /// belongs to one, by whatever name; [`Error::File`] where the folder cannot be written.
    pub fn create(path: &Path, inputs: &[&Path]) -> Result<Self> {
        if is_database(path) {
            let (file, ending) = (path.display().to_string(), String::new());
            let expected = "a file; only tables and layers can be written to a database";
            return Err(ReadError::UnknownFormat { file, ending, expected }.into());
        }
        refuse_input(path, inputs)?;
        let written = begun(path).map_err(Error::file("write", path))?;
        Ok(Self { path: path.to_owned(), written })
    }

    /// The file that is written to.
    pub(super) fn file(&self) -> &File {
        match &self.written {
            Written::Beside { made, .. } => made.as_file(),
            Written::Through(file) => file,
        }
    }

    /// Moves the file to its place, once all of it is on the disk.
    ///
    /// # Errors
    ///
    /// [`Error::File`]; what stood there before then still does.
    pub fn finish(self) -> Result<()> {
        self.sync()?;
        let folder = self.put()?;
        folder.as_deref().map_or(Ok(()), sync_folder)
    }

    /// Sees that all of it is on the disk.
    pub(super) fn sync(&self) -> Result<()> {
        match &self.written {
            Written::Beside { made, .. } => made.as_file().sync_all().map_err(Error::file("write", &self.path)),
            Written::Through(_) => Ok(()),
        }
    }

    /// Renames it, and gives the folder in which that happened.
    pub(super) fn put(self) -> Result<Option<PathBuf>> {
        let Written::Beside { made, place } = self.written else { return Ok(None) };
        temporary::undisturbed(|| made.persist(&place))
            .map_err(|error| Error::file("write", &self.path)(error.error))?;
        Ok(Some(folder_of(&place)))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file().flush()
    }
}

/// Sees that the names in a folder are on the disk, where its file system can do that.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all())
        && matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem)
    {
        return Err(Error::file("write", folder)(error));
    }
    let _ = folder;
    Ok(())
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn begun(path: &Path) -> std::io::Result<Written> {
    let place = followed(path)?;
    if let Some(file) = descriptor(&place) {
        return Ok(Written::Through(file?));
    }
    match std::fs::metadata(&place) {
        Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            return Ok(Written::Through(File::options().write(true).open(&place)?));
        }
        _ => {}
    }
    if place.file_name().is_none() {
        return Err(IoError::new(ErrorKind::InvalidInput, "it names no file"));
    }
    let folder = folder_of(&place);
    // What is said of a missing folder is to name the file that was asked for, not the temporary one.
    std::fs::metadata(&folder)?;
    let made = temporary::file_in(&folder)?;
    Ok(Written::Beside { made, place })
}

/// Where a path leads to, link by link; the last of them may lead to a file that is not there yet.
fn followed(path: &Path) -> std::io::Result<PathBuf> {
    let mut place = path.to_owned();
    // As many as Linux follows.
    for _ in 0..40 {
        if is_descriptor(&place) || !std::fs::symlink_metadata(&place).is_ok_and(|there| there.is_symlink()) {
            return Ok(place);
        }
        let target = std::fs::read_link(&place)?;
        place = folder_of(&place).join(target);
    }
    Err(IoError::other("too many links, one to the other"))
}

/// Whether a path is one of the open files of this process, which are no names in a folder.
fn is_descriptor(path: &Path) -> bool {
    let folder = folder_of(path).canonicalize().unwrap_or_default();
    cfg!(unix) && ((folder.starts_with("/proc") && folder.ends_with("fd")) || folder == Path::new("/dev/fd"))
}

/// The open file that a path names, at the place where it stands.
#[cfg(unix)]
fn descriptor(path: &Path) -> Option<std::io::Result<File>> {
    use std::os::fd::AsFd as _;
    if !is_descriptor(path) {
        return None;
    }
    let own = |file: std::os::fd::BorrowedFd<'_>| file.try_clone_to_owned().map(File::from);
    Some(match path.file_name().and_then(|number| number.to_str()) {
        Some("1") => own(std::io::stdout().as_fd()),
        Some("2") => own(std::io::stderr().as_fd()),
        _ => File::options().append(true).open(path),
    })
}

#[cfg(not(unix))]
fn descriptor(_path: &Path) -> Option<std::io::Result<File>> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn write(path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = NewFile::create(path, &[])?;
        file.write_all(bytes).map_err(Error::file("write", path))?;
        file.finish()
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("far")).unwrap();
        std::fs::write(at("far/file"), "old").unwrap();
        symlink("far/file", at("first")).unwrap();
        symlink(at("first"), at("second")).unwrap();
        write(&at("second"), b"new").unwrap();
        assert_eq!(std::fs::read(at("far/file")).unwrap(), b"new");
        assert!(at("first").is_symlink() && at("second").is_symlink());
        // One that leads nowhere makes the file it names.
        symlink("far/other", at("third")).unwrap();
        write(&at("third"), b"made").unwrap();
        assert_eq!(std::fs::read(at("far/other")).unwrap(), b"made");
        symlink("round", at("round")).unwrap();
        assert!(write(&at("round"), b"").is_err());
        assert!(write(&at("far"), b"").is_err());
        assert_eq!(std::fs::read_dir(at("far")).unwrap().count(), 2);
    }

    #[test]
    fn a_device_is_written_to_and_stays() {
        use std::os::unix::fs::FileTypeExt as _;
        write(Path::new("/dev/null"), b"gone").unwrap();
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        if Path::new("/dev/full").exists() {
            let error = write(Path::new("/dev/full"), b"much").unwrap_err();
            assert!(error.to_string().contains("/dev/full: No space left"), "{error}");
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "old").unwrap();
        let mut file = NewFile::create(&path, &[]).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
