//! Days and moments as they are counted in typed files.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use polars::prelude::TimeUnit;

/// The date that many days after the first of January 1970, where the calendar reaches that far.
pub(super) fn day(days: i32) -> Option<NaiveDate> {
    let epoch = NaiveDate::default();
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) }
}

/// A moment as text. One that knows its zone is told in UTC, `2020-05-27T16:00:00Z`; one that does not, as its clock
/// showed, `2020-05-28 00:00:00`.
pub(super) fn moment(count: i64, unit: TimeUnit, zoned: bool) -> Option<String> {
    let moment: DateTime<Utc> = match unit {
        TimeUnit::Nanoseconds => DateTime::from_timestamp_nanos(count),
        TimeUnit::Microseconds => DateTime::from_timestamp_micros(count)?,
        TimeUnit::Milliseconds => DateTime::from_timestamp_millis(count)?,
    };
    Some(match zoned {
        true => moment.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        false => moment.naive_utc().to_string(),
    })
}
