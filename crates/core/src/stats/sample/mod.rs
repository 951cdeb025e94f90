//! Samples of a finite population that are spread over space, and what is estimated from them.

mod allocation;
mod balance;
mod inclusion;
mod local_mean;
mod pass_rate;
mod pivotal;
mod shrinking_tree;

pub use allocation::{proportional_allocation, share_allocation};
pub use balance::voronoi_balance;
pub use inclusion::Inclusion;
pub use local_mean::local_mean_variance;
pub use pass_rate::{InspectedUnits, PassRate, PassRateOptions, pass_rate};
pub use pivotal::local_pivotal;

/// What is refused here is told under this name.
const STATISTIC: &str = "sample";
