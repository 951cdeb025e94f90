//! The `read` room: files in every format, encoding and datum, in and out.
//!
//! The only room that knows GDAL, WKB, GCJ-02 and BD-09.

mod areas;
mod convert;
#[cfg(feature = "gdal")]
mod gdal;
#[cfg(not(feature = "gdal"))]
#[path = "gdal_absent.rs"]
mod gdal;
mod placed;
mod points;
mod reference;
mod vector;

pub use areas::{AreaOptions, areas, areas_with_report, write_areas};
pub use convert::{ConvertOptions, Converted, convert, converted_table};
pub use points::points_table;
pub use reference::{Transform, projected_areas};
