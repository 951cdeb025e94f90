//! Policy and ledger → how far the quotas are: the quota table with its ranking, the pace toward the deadline, the
//! public lists, and a sample for the city's spot check.
//!
//! A firm counts toward a quota once, from the accepting stage on, on or before the as-of date, in the district where it
//! stands. A firm that stands in no district counts in none; the city row says how many there are.

mod lists;
mod pace;
mod quota_table;
mod spot_check;

pub use lists::{ListRow, PublicList, frame_of_lists, lists};
pub use pace::{PacePoint, frame_of_pace, pace};
pub use quota_table::{ProgressOptions, ProgressRow, frame, quota_table, rows_of};
pub use spot_check::{frame_of_sample, spot_check_sample};

use chrono::NaiveDate;

use crate::model::{LedgerEntry, Stage};

/// Whether an entry had passed a stage by a day.
fn had_passed(entry: &LedgerEntry, stage: Stage, day: NaiveDate) -> bool {
    passed_since(entry, stage).is_some_and(|since| since <= day)
}

/// The first day by which an entry had passed a stage: it claims that stage or a later one, and this is the first date of
/// those it claims. Being listed needs no date, since the entry stands in the ledger: without one it was listed ever.
fn passed_since(entry: &LedgerEntry, stage: Stage) -> Option<NaiveDate> {
    if stage == Stage::Listed && entry.listed_on.is_none() {
        return Some(NaiveDate::MIN);
    }
    Stage::ALL
        .into_iter()
        .filter(|passed| (stage..=entry.stage).contains(passed))
        .filter_map(|passed| entry.passed_on(passed))
        .min()
}
