//! Files of grids of shifts, and the names under which PROJ finds them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The largest file of a grid: that of all of Germany has 60 MB.
const MAX_BYTES: u64 = 1 << 30;

/// A file that is open.
struct Held {
    file: File,
    size: u64,
    changed: Option<SystemTime>,
}

/// The name under which PROJ finds the grid in a file.
///
/// PROJ takes lists of names apart at commas and at blanks, looks for what is no path in folders of its own and, where it may, in
/// the network. So it is given the number of an open file, whatever that is called.
pub(super) fn name(path: &Path) -> Result<String, String> {
    // PROJ opens it anew on each thread, so it stays open.
    static OPEN: Mutex<BTreeMap<PathBuf, Held>> = Mutex::new(BTreeMap::new());
    let failed = |error: std::io::Error| format!("cannot read the grid of shifts {}: {error}", path.display());
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let about = std::fs::metadata(path).map_err(failed)?;
    let changed = about.modified().ok();
    if let Some(held) = open.get(path).filter(|held| held.size == about.len() && held.changed == changed) {
        return named(&held.file, path);
    }
    if !about.is_file() {
        return Err(format!("cannot read the grid of shifts {}: it is no file", path.display()));
    }
    if about.len() > MAX_BYTES {
        let found = about.len();
        return Err(format!("the grid of shifts {} has {found} bytes: the limit is {MAX_BYTES}", path.display()));
    }
    let mut file = File::open(path).map_err(failed)?;
    let mut start = Vec::new();
    (&mut file).take(56).read_to_end(&mut start).map_err(failed)?;
    let is_ntv2 = start.starts_with(b"NUM_OREC") && start.get(48..55) == Some(b"GS_TYPE");
    let is_tiff = [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| start.starts_with(magic));
    if !is_ntv2 && !is_tiff {
        let what = "is no grid of shifts: expected NTv2 (.gsb) or GeoTIFF (.tif)";
        return Err(format!("{} {what}", path.display()));
    }
    let name = named(&file, path)?;
    open.insert(path.to_owned(), Held { file, size: about.len(), changed });
    Ok(name)
}

#[cfg(target_os = "linux")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn named(file: &File, _path: &Path) -> Result<String, String> {
    use std::os::fd::AsRawFd as _;
    Ok(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(not(target_os = "linux"))]
fn named(_file: &File, path: &Path) -> Result<String, String> {
    let whole = path.canonicalize().ok().and_then(|whole| whole.to_str().map(str::to_owned));
    let is_plain = |name: &String| !name.contains(|one: char| one.is_whitespace() || matches!(one, ',' | '+' | '"'));
    let told = || format!("the path of the grid of shifts {} has blanks or commas: rename it", path.display());
    whole.filter(is_plain).ok_or_else(told)
}
