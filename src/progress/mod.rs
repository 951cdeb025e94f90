//! Policy and ledger → how far the quotas are: the quota table with its ranking, the pace toward the deadline, the
//! lists that are published or handed out, and a sample for the city's spot check.
//!
//! A firm counts toward a quota once, from the accepting stage on, on or before the as-of date, in the district where it
//! stands. It has passed a stage by a day if a row of the ledger claims that stage or a later one and the date of one of
//! those lies on or before the day; a claim without a date counts for nothing and is on the problem list. A firm that
//! stands in no district counts in none; the city row says how many there are.

mod firm;
mod forecast;
mod lists;
mod pace;
mod quota_table;
mod spot_check;

pub use firm::stages;
pub use forecast::{Forecast, ForecastDay, ForecastOptions, forecast};
pub use lists::{ListRow, PublicList, frame_of_lists, inspection_lists, lists};
pub use pace::{PacePoint, frame_of_pace, pace};
pub use quota_table::{ProgressOptions, ProgressRow, frame, quota_table, ranking, rows_of};
pub use spot_check::{SampleSize, SampledFirm, SpotCheckOptions, frame_of_sample, spot_check_sample};
