//! Clusters of points by density, and Kulldorff's spatial scan statistic.
//!
//! | file | holds |
//! | --- | --- |
//! | `places` | points in metres, in a plane or on the sphere, and their neighbours |
//! | `cells` | points sorted by cells, for `dbscan` |
//! | `dbscan`, `hdbscan`, `optics` | clusters by density |
//! | `matched` | clusters of two dates that correspond to each other |
//! | `share_change` | whether the share of a cluster in all firms changed between two dates |
//! | `panel` | clusters that survive a panel of settings |
//! | `scan` | Kulldorff's spatial scan statistic |

mod cells;
mod condensed;
mod dbscan;
mod hdbscan;
mod matched;
mod optics;
mod panel;
mod places;
mod scan;
mod share_change;
mod spanning_tree;
mod steep;

pub use dbscan::{Dbscan, dbscan};
pub use hdbscan::{Hdbscan, hdbscan};
pub use matched::{ClusterChange, ClusterMatch, ClusterOverlap, MatchOptions, matched_clusters};
pub use optics::{Optics, optics};
pub use panel::{ClusterPanel, ClusterSurvival, cluster_panel};
pub use places::{EARTH_RADIUS_M, Places};
pub use scan::{ScanCluster, ScanEllipse, ScanModel, ScanOptions, ScanRates, ScanShape, scan, scan_telling};
pub use share_change::{ClusterFlows, ShareChange, cluster_share_change};
