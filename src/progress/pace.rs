use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, DataType};

use super::firm::firms;
use crate::error::{Error, Result};
use crate::model::{Ledger, Standing, column};
use crate::policy::Policy;

/// The number of firms accepted by a day, compared with the straight line to the deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct PacePoint {
    /// The id of the programme.
    pub programme: String,
    /// The day.
    pub day: NaiveDate,
    /// The number of firms of the city accepted by the end of the day.
    pub accepted: u64,
    /// The number of firms on the straight line from the day of the document to the deadline; `None` if the programme
    /// has no deadline.
    pub expected: Option<f64>,
}

/// Computes the pace of each programme: a point for the day of the document, for every day on which firms were
/// accepted, and for the as-of date. As in the quota table, only firms that stand in a district count.
///
/// `expected = Q · (t − t₀) / (T − t₀)`, clamped to 0 … Q, where Q is the city's quota, t₀ the day of the document, T
/// the deadline and t the day of the point.
///
/// # Units
///
/// `accepted` and `expected` are numbers of firms.
///
/// # Undefined
///
/// `expected` if the programme has no deadline.
///
/// # Examples
///
/// The document is dated 28 May and the deadline is 31 October, 156 days later. Half of that time has passed on 14
/// August.
///
/// ```
/// # use jiju::model::{Ledger, LedgerEntry, Stage};
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// # let policy = jiju::policy::read(folder.as_ref())?;
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// # let entry = |id: &str, reviewed_on: Option<&str>| LedgerEntry {
/// #     row: 2,
/// #     id: id.to_owned(),
/// #     programme: "remediate_scattered_workshops".to_owned(),
/// #     ground: None,
/// #     deficits: Vec::new(),
/// #     equipment: Vec::new(),
/// #     measure: Some("close".to_owned()),
/// #     stage: Stage::at(if reviewed_on.is_some() { 2 } else { 0 }).unwrap(),
/// #     due_on: None,
/// #     passed_on: vec![Some(day("2020-06-01")), None, reviewed_on.map(day), None],
/// # };
/// let entries = vec![entry("A", Some("2020-08-14")), entry("B", Some("2020-09-15")), entry("C", None)];
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let standing = ["A", "B", "C"].map(|id| (id.into(), "330603".into())).into();
/// let points = jiju::progress::pace(&policy, &ledger, &standing, day("2020-08-31"));
/// let half = points.iter().find(|point| point.day == day("2020-08-14")).unwrap();
/// assert_eq!((half.accepted, half.expected), (1, Some(500.0)));
/// assert_eq!(points.last().unwrap().accepted, 1); // B is later, C is not accepted
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn pace(policy: &Policy, ledger: &Ledger, standing: &Standing, as_of: NaiveDate) -> Vec<PacePoint> {
    let mut points = Vec::new();
    for programme in &policy.programmes {
        let first_day = policy.document.issued_on.min(as_of);
        let mut by_day: BTreeMap<NaiveDate, u64> = BTreeMap::from([(first_day, 0), (as_of, 0)]);
        for (id, firm) in firms(ledger, programme) {
            let placed = standing.get(id).is_some_and(|adcode| policy.districts.iter().any(|d| *d.adcode == **adcode));
            if let Some(day) = firm.since(programme.accepting_stage).filter(|day| placed && *day <= as_of) {
                // A listing without a date is as old as the ledger.
                let day = if day == NaiveDate::MIN { first_day } else { day };
                *by_day.entry(day).or_default() += 1;
            }
        }
        let mut accepted = 0;
        for (day, firms) in by_day {
            accepted += firms;
            let expected = programme.deadline.map(|deadline| {
                let start = policy.document.issued_on;
                let whole = (deadline - start).num_days().max(1) as f64;
                let part = ((day - start).num_days() as f64 / whole).clamp(0.0, 1.0);
                programme.city_quota as f64 * part
            });
            points.push(PacePoint { programme: programme.term.id.clone(), day, accepted, expected });
        }
    }
    points
}

/// Makes a table of the pace, with the columns `programme`, `day`, `accepted`, `expected`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_pace(points: &[PacePoint]) -> Result<DataFrame> {
    let day = Column::new("day".into(), points.iter().map(|point| point.day).collect::<Vec<_>>());
    let columns = vec![
        Column::new(column::PROGRAMME.into(), points.iter().map(|point| point.programme.as_str()).collect::<Vec<_>>()),
        day.cast(&DataType::Date).map_err(Error::table("the pace"))?,
        Column::new(column::ACCEPTED.into(), points.iter().map(|point| point.accepted).collect::<Vec<_>>()),
        Column::new("expected".into(), points.iter().map(|point| point.expected).collect::<Vec<_>>()),
    ];
    DataFrame::new(points.len(), columns).map_err(Error::table("the pace"))
}
