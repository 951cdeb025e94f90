use chrono::{Datelike as _, NaiveDate};

use super::quota_table::{ProgressRow, ranking};

/// A district in a ranking, beside where it stood at an earlier day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankChange<'a> {
    /// The district now.
    pub row: &'a ProgressRow,
    /// Its rank then; `None` if it had none.
    pub rank_before: Option<u32>,
    /// Its rate then, a fraction.
    pub rate_before: Option<f64>,
    /// By how many places it rose, negative if it fell; `None` if it has no rank now or had none then.
    pub places_risen: Option<i64>,
    /// By how much its rate rose, a fraction.
    pub rate_risen: Option<f64>,
}

/// Returns the districts of a programme by rank, as [`ranking`] does, with how each has moved since an earlier quota table. Districts with
/// equal rates share a rank, in either table, so that a district that is drawn level with has not moved itself.
///
/// # Undefined
///
/// What a district without a rate, now or then, has moved by.
///
/// # Examples
///
/// ```
/// # use jiju::model::{Ledger, LedgerEntry, Stage, Standing};
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// # let policy = jiju::policy::read(folder.as_ref())?;
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// # let entry = |id: &str, reviewed_on: &str| LedgerEntry {
/// #     row: 2,
/// #     id: id.to_owned(),
/// #     programme: "retire_outdated_capacity".to_owned(),
/// #     ground: None,
/// #     deficits: Vec::new(),
/// #     equipment: Vec::new(),
/// #     measure: None,
/// #     stage: Stage::at(2).unwrap(),
/// #     due_on: None,
/// #     passed_on: vec![Some(day("2020-05-01")), None, Some(day(reviewed_on)), None],
/// # };
/// use jiju::progress::{ProgressOptions, last_quarter_end, quota_table, ranking_since};
/// // 柯桥 has one firm in June, 上虞 two more by September.
/// let entries = vec![entry("A", "2020-06-10"), entry("B", "2020-08-10"), entry("C", "2020-08-11")];
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let standing: Standing =
///     [("A", "330603"), ("B", "330604"), ("C", "330604")].map(|(id, code)| (id.into(), code.into())).into();
/// let table = |day| quota_table(&policy, &ledger, &standing, &ProgressOptions::as_of(day));
/// let (now, before) = (day("2020-09-30"), last_quarter_end(day("2020-09-30")).unwrap());
/// assert_eq!(before, day("2020-06-30"));
/// let (now, before) = (table(now), table(before));
/// let found = ranking_since(&now, &before, "retire_outdated_capacity");
/// assert_eq!((found[0].row.district.as_str(), found[0].rank_before, found[0].places_risen), ("330604", Some(2), Some(1)));
/// assert_eq!((found[1].row.district.as_str(), found[1].places_risen, found[1].rate_risen), ("330603", Some(-1), Some(0.0)));
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn ranking_since<'a>(now: &'a [ProgressRow], before: &[ProgressRow], programme: &str) -> Vec<RankChange<'a>> {
    let changed = |row: &'a ProgressRow| {
        let then = before.iter().find(|other| other.programme == row.programme && other.district == row.district);
        let (rank_before, rate_before) = (then.and_then(|then| then.rank), then.and_then(|then| then.rate));
        RankChange {
            row,
            rank_before,
            rate_before,
            places_risen: rank_before.zip(row.rank).map(|(before, now)| i64::from(before) - i64::from(now)),
            rate_risen: rate_before.zip(row.rate).map(|(before, now)| now - before),
        }
    };
    ranking(now, programme).into_iter().map(changed).collect()
}

/// Returns the last day of the quarter before the one in which a day lies; `None` at the end of what a calendar can say.
#[must_use]
pub fn last_quarter_end(day: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(day.year(), 3 * (day.month0() / 3) + 1, 1)?.pred_opt()
}
