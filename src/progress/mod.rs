//! Progress toward the quotas, from policy and ledger: the quota table with its ranking, the pace toward the deadline,
//! the lists to publish or hand out, and a sample for the city's spot check.
//!
//! A firm counts toward a quota once, in the district where it stands, if it has passed the accepting stage by the
//! as-of date. It has passed a stage by a day if a ledger row claims that stage or a later one, and the date of one of
//! these stages is not after the day. A claim without a date does not count and is put on the problem list. A firm that
//! stands in no district counts in none; their number is given in the row of the city.

mod depth;
mod evaluation;
mod firm;
mod forecast;
mod lists;
mod pace;
mod quota_table;
mod ranking;
mod request;
mod spot_check;
mod spot_check_results;

pub use depth::{CountBy, CountDepth, Counted, counted_rows, counts_by};
pub use evaluation::{ALL_FIRMS, FirmEvaluation, IndicatorScore, OTHER_SECTORS, evaluation, frame_of_evaluation};
pub use firm::{passed_since, stages};
pub use forecast::{Forecast, ForecastDay, ForecastOptions, forecast, frame_of_forecasts};
pub use lists::{ListRow, PublicList, frame_of_lists, inspection_lists, lists};
pub use pace::{PacePoint, frame_of_pace, pace};
pub use quota_table::{ProgressOptions, ProgressRow, StageCount, frame, quota_table, ranking, rows_of, stage_columns};
pub use ranking::{RankChange, last_quarter_end, ranking_since};
pub(crate) use request::satisfied;
pub use request::{ProgressRequest, QuotaTable, in_depth, progress};
pub use spot_check::{SampleRole, SampleSize, SampledFirm, SpotCheckOptions, frame_of_sample, spot_check_sample};
pub use spot_check_results::{
    SPOT_CHECK_COLUMNS, SpotCheckResult, SpotCheckResults, frame_of_results, spot_check_results,
};
