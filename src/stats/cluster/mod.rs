//! Where points crowd: clusters by density, and zones with more cases than chance would have put there.
//!
//! | file | holds |
//! | --- | --- |
//! | `places` | points in metres, in a plane or on the sphere, and their neighbours |
//! | `dbscan`, `hdbscan`, `optics` | clusters by density |
//! | `scan` | Kulldorff's spatial scan |

mod condensed;
mod dbscan;
mod hdbscan;
mod optics;
mod places;
mod scan;
mod spanning_tree;
mod steep;

pub use dbscan::{Dbscan, dbscan};
pub use hdbscan::{Hdbscan, hdbscan};
pub use optics::{Optics, optics};
pub use places::{EARTH_RADIUS_M, Places};
pub use scan::{ScanCluster, ScanModel, ScanOptions, ScanRates, scan};
