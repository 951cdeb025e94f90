//! Clusters of points by density, and Kulldorff's spatial scan statistic.
//!
//! | file | holds |
//! | --- | --- |
//! | `places` | points in metres, in a plane or on the sphere, and their neighbours |
//! | `cells` | points sorted by cells, for `dbscan` |
//! | `dbscan`, `hdbscan`, `optics` | clusters by density |
//! | `matched` | clusters of two dates that correspond to each other |
//! | `scan` | Kulldorff's spatial scan statistic |

mod cells;
mod condensed;
mod dbscan;
mod hdbscan;
mod matched;
mod optics;
mod places;
mod scan;
mod spanning_tree;
mod steep;

pub use dbscan::{Dbscan, dbscan};
pub use hdbscan::{Hdbscan, hdbscan};
pub use matched::{ClusterChange, ClusterMatch, ClusterOverlap, MatchOptions, matched_clusters};
pub use optics::{Optics, optics};
pub use places::{EARTH_RADIUS_M, Places};
pub use scan::{ScanCluster, ScanEllipse, ScanModel, ScanOptions, ScanRates, ScanShape, scan, scan_telling};
