//! Temporary files and folders: they bear a name that tells whose they are, so that a process that is ended removes its
//! own, and a later one those of a process that could not.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use tempfile::{Builder, NamedTempFile, TempDir};

/// How the name of everything temporary begins.
const PREFIX: &str = ".jiju-";

/// The folders in which this process made something temporary.
static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Held by whoever makes files in a temporary folder, and for good by the one who removes all.
static MAKING: RwLock<()> = RwLock::new(());

fn folders() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file in a folder, as readable as any new file: it is to be renamed into place.
pub(crate) fn file_in(folder: &Path) -> std::io::Result<NamedTempFile> {
    made_in(folder, |builder| {
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder)?;
        keep(file.as_file());
        Ok(file)
    })
}

/// A temporary folder in a folder, and what tells other processes that it is in use.
pub(in crate::source) fn folder_in(folder: &Path) -> std::io::Result<(TempDir, Option<File>)> {
    made_in(folder, |builder| {
        let made = builder.tempdir_in(folder)?;
        let kept = if cfg!(unix) { File::open(made.path()).ok() } else { None };
        kept.iter().for_each(keep);
        Ok((made, kept))
    })
}

/// Does what must not be cut in two by [`discard_temporaries`], such as renaming files that belong together.
pub(in crate::source) fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    let _held = folders();
    work()
}

/// Makes files in a temporary folder, and the folders within it: after [`discard_temporaries`] they would be there again.
pub(in crate::source) fn making<T>(work: impl FnOnce() -> T) -> T {
    let _held = MAKING.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Removes the temporary files and folders of this process, for a program that is about to end before its work is done.
///
/// From here on nothing temporary can be made and no finished work be put in place: whoever tries waits for as long as
/// the process lives.
pub fn discard_temporaries() {
    let folders = folders();
    let making = MAKING.write().unwrap_or_else(PoisonError::into_inner);
    let own = format!("{PREFIX}{}-", std::process::id());
    for folder in folders.iter() {
        // Other threads may still write into a temporary folder: a second look finds what came meanwhile.
        for _ in 0..3 {
            for path in entries(folder, &own) {
                remove(&path);
            }
        }
    }
    // The process ends with the locks held.
    std::mem::forget((folders, making));
}

/// Makes something temporary, after what dead processes left in the same folder is removed.
fn made_in<T>(folder: &Path, make: impl FnOnce(&mut Builder<'_, '_>) -> std::io::Result<T>) -> std::io::Result<T> {
    let mut folders = folders();
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if folders.insert(whole) {
        entries(folder, PREFIX).filter(|path| is_left(path)).for_each(|path| remove(&path));
    }
    let prefix = format!("{PREFIX}{}-", std::process::id());
    make(Builder::new().prefix(&prefix))
}

/// What a folder holds under names that begin so.
fn entries<'a>(folder: &Path, prefix: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
    found.filter(move |entry| entry.file_name().to_string_lossy().starts_with(prefix)).map(|entry| entry.path())
}

/// Locks a temporary file or folder for as long as it is open: the system lets go of it, however the process ends.
fn keep(file: &File) {
    if cfg!(unix) {
        // Where a file system knows no locks, what is left there stays.
        let _ = file.try_lock();
    }
}

/// Whether the process that made this is gone: its number is that of no process here, and nobody holds the lock.
fn is_left(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-'));
    let Some(owner) = owner.and_then(|(owner, _)| owner.parse::<u32>().ok()) else { return false };
    let processes = Path::new("/proc");
    if cfg!(not(unix)) || owner == std::process::id() || processes.join(owner.to_string()).exists() {
        return false;
    }
    // Where processes cannot be seen, one may just have made this and not locked it yet.
    let is_settled = || {
        let age = path.symlink_metadata().and_then(|known| known.modified()).ok().and_then(|made| made.elapsed().ok());
        age.is_some_and(|age| age.as_secs() > 60)
    };
    let is_plain = path.symlink_metadata().is_ok_and(|known| known.is_file() || known.is_dir());
    let is_free = || File::open(path).is_ok_and(|file| file.try_lock().is_ok());
    is_plain && (processes.join("self").exists() || is_settled()) && is_free()
}

/// Removes a file or a folder; what cannot be removed stays.
fn remove(path: &Path) {
    let is_folder = path.symlink_metadata().is_ok_and(|known| known.is_dir());
    let _ = if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_dead_process_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // No process has a number beyond the most there can be.
        let dead = u32::MAX;
        std::fs::write(at(&format!(".jiju-{dead}-abc")), "x").unwrap();
        std::fs::create_dir_all(at(&format!(".jiju-{dead}-def/within"))).unwrap();
        let living = format!(".jiju-{}-abc", std::os::unix::process::parent_id());
        let kept = [living.as_str(), ".jiju-abc", ".jiju", "a.csv"];
        kept.iter().for_each(|name| std::fs::write(at(name), "x").unwrap());
        let held = format!(".jiju-{dead}-held");
        std::fs::write(at(&held), "x").unwrap();
        let lock = File::open(at(&held)).unwrap();
        lock.lock().unwrap();
        let file = file_in(folder.path()).unwrap();
        let mut left: Vec<String> = (std::fs::read_dir(folder.path()).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !file.path().ends_with(name))
            .collect();
        left.sort();
        let mut expected: Vec<&str> = kept.into_iter().chain([held.as_str()]).collect();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
}
