//! GDAL: every vector format that is not read here, and PROJ.

mod database;
mod drivers;
mod growth;
mod held;
mod input;
mod log;
mod mapinfo;
mod output;
mod package;
mod raster;
mod shapefile;
mod shift_grid;
mod spatial;

pub use input::{geometry_of_wkt, read, table_of_dbf};
pub use output::{Written, write};
pub use package::{Packed, package};
pub use raster::raster_bytes;
pub use spatial::{Projection, area_of_use, identify, is_geographic, is_metre_grid, is_same, make_valid, projjson};

/// Whether this build has GDAL.
pub const AVAILABLE: bool = true;

/// What GDAL said while it worked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Complaint {
    is_failure: bool,
    message: String,
}

thread_local! {
    static COMPLAINTS: std::cell::RefCell<Vec<Complaint>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What GDAL complained of on this thread since the last call.
fn complaints() -> Vec<Complaint> {
    COMPLAINTS.with_borrow_mut(std::mem::take)
}

/// Keeps a complaint. GDAL would print it to stderr.
fn complain(complaint: Complaint) {
    COMPLAINTS.with_borrow_mut(|complaints| {
        if complaints.len() < 100 && !complaints.contains(&complaint) {
            complaints.push(complaint);
        }
    });
}

/// The first failure among the complaints, where GDAL went on as if all were well.
fn failure() -> Option<String> {
    complaints().into_iter().find(|complaint| complaint.is_failure).map(|complaint| complaint.message)
}

/// What is to be said of an error: the failure GDAL complained of, which tells more than its number.
fn said(error: gdal::errors::GdalError) -> String {
    failure().unwrap_or_else(|| error.to_string())
}
