use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, DataType};

use super::firm::firms;
use crate::error::{Error, Result};
use crate::model::Ledger;
use crate::policy::Policy;

/// How many firms had been accepted by a day, against the straight line to the deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct PacePoint {
    /// Programme id.
    pub programme: String,
    /// The day.
    pub day: NaiveDate,
    /// Firms of the city accepted by then.
    pub accepted: u64,
    /// Firms that the straight line from the day of the document to the deadline asks for; null where the programme has no
    /// deadline.
    pub expected: Option<f64>,
}

/// The pace of each programme: a point for the day of the document, for every day on which firms were accepted, and for
/// the as-of date. Only firms that stand in a district count, as in the quota table.
#[must_use]
pub fn pace(policy: &Policy, ledger: &Ledger, standing: &HashMap<String, String>, as_of: NaiveDate) -> Vec<PacePoint> {
    let mut points = Vec::new();
    for programme in &policy.programmes {
        let first_day = policy.document.issued_on.min(as_of);
        let mut by_day: BTreeMap<NaiveDate, u64> = BTreeMap::from([(first_day, 0), (as_of, 0)]);
        for (id, firm) in firms(ledger, programme) {
            let placed = standing.get(id).is_some_and(|adcode| policy.districts.iter().any(|d| &d.adcode == adcode));
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

/// The pace as a table: `programme`, `day`, `accepted`, `expected`.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn frame_of_pace(points: &[PacePoint]) -> Result<DataFrame> {
    let day = Column::new("day".into(), points.iter().map(|point| point.day).collect::<Vec<_>>());
    let columns = vec![
        Column::new("programme".into(), points.iter().map(|point| point.programme.as_str()).collect::<Vec<_>>()),
        day.cast(&DataType::Date).map_err(Error::table("the pace"))?,
        Column::new("accepted".into(), points.iter().map(|point| point.accepted).collect::<Vec<_>>()),
        Column::new("expected".into(), points.iter().map(|point| point.expected).collect::<Vec<_>>()),
    ];
    DataFrame::new(points.len(), columns).map_err(Error::table("the pace"))
}
