//! GDAL: every vector format that is not read here, and PROJ.

mod input;
mod mapinfo;
mod output;
mod raster;
mod shapefile;
mod spatial;

pub use input::{geometry_of_wkt, read, table_of_dbf};
pub use output::{can_write, write};
pub use raster::write_raster;
pub use spatial::{Projection, area_of_use, identify, is_geographic, is_metre_grid, is_same, make_valid, projjson};

/// Whether this build has GDAL.
pub const AVAILABLE: bool = true;

/// What GDAL said while it worked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Complaint {
    is_failure: bool,
    message: String,
}

/// GDAL prints its complaints to stderr unless told otherwise; here those of a thread are kept until they are asked for.
fn quiet() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        gdal::config::set_error_handler(|kind, number, message| {
            // The gdal crate asks features without geometry whether it is empty, and GDAL minds (CPLE_ObjectNull).
            if number == 10 {
                return;
            }
            let is_failure = matches!(kind, gdal::errors::CplErrType::Failure | gdal::errors::CplErrType::Fatal);
            let complaint = Complaint { is_failure, message: message.to_owned() };
            COMPLAINTS.with_borrow_mut(|complaints| {
                if complaints.len() < 100 && !complaints.contains(&complaint) {
                    complaints.push(complaint);
                }
            });
        });
    });
}

thread_local! {
    static COMPLAINTS: std::cell::RefCell<Vec<Complaint>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What GDAL complained of on this thread since the last call.
fn complaints() -> Vec<Complaint> {
    COMPLAINTS.with_borrow_mut(std::mem::take)
}

/// Files held in memory for GDAL, under a folder of their own.
struct InMemory {
    folder: String,
    files: Vec<(&'static str, Vec<u8>)>,
}

impl InMemory {
    fn new(files: Vec<(&'static str, Vec<u8>)>) -> Self {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Self { folder: format!("/vsimem/jiju-prepared-{number}"), files }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        std::path::Path::new(&self.folder).join(name)
    }

    /// Shows the files to GDAL for as long as what is given back lives. GDAL only borrows them: memory of our allocator is not
    /// for it to free.
    fn shown(&mut self) -> crate::Result<Vec<gdal::vsi::MemFileRef<'_>>> {
        let folder = std::path::PathBuf::from(&self.folder);
        let mut shown = Vec::with_capacity(self.files.len());
        for (path, bytes) in self.files.iter_mut().map(|file| show_one(&folder, file)) {
            let file = gdal::vsi::create_mem_file_from_ref(&path, bytes);
            shown.push(file.map_err(|error| {
                crate::Error::file("hold in memory", path)(std::io::Error::other(error.to_string()))
            })?);
        }
        Ok(shown)
    }
}

/// Where a file is shown, and its bytes.
fn show_one<'a>(folder: &std::path::Path, file: &'a mut (&'static str, Vec<u8>)) -> (std::path::PathBuf, &'a mut [u8]) {
    (folder.join(file.0), file.1.as_mut_slice())
}
