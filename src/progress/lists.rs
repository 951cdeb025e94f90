use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use super::firm::firms;
use crate::error::{Error, Result};
use crate::model::{Language, Ledger, Register, Stage, Standing, column};
use crate::policy::Policy;

/// The lists that the policy requires to be published or handed to the districts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicList {
    /// Firms to rectify by a date 应限期整改.
    ToRectify,
    /// Firms not accepted by their due date 逾期未完成, to which differential prices and joint discipline apply.
    Overdue,
    /// Firms that were closed 已依法关闭.
    Closed,
    /// Firms that were accepted 验收清单, closed or not. Only these count toward the quota.
    Accepted,
    /// Firms on the problem list 问题清单 because they claim to have passed the accepting stage, but no row gives a date.
    Undated,
    /// Firms on the problem list 问题清单 because they stand in no district of the policy and so count in none.
    Unplaced,
}

impl PublicList {
    /// All lists.
    pub const ALL: [Self; 6] =
        [Self::ToRectify, Self::Overdue, Self::Closed, Self::Accepted, Self::Undated, Self::Unplaced];

    /// Returns the word used in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ToRectify => "to_rectify",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
            Self::Accepted => "accepted",
            Self::Undated => "undated",
            Self::Unplaced => "unplaced",
        }
    }

    /// Returns the name of the list for readers.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        let names = match self {
            Self::ToRectify => ("应限期整改", "to rectify by a date"),
            Self::Overdue => ("逾期未完成", "overdue"),
            Self::Closed => ("已依法关闭", "closed"),
            Self::Accepted => ("验收清单", "accepted"),
            Self::Undated => ("问题清单：无验收日期", "problem: accepted without a date"),
            Self::Unplaced => ("问题清单：未落位", "problem: in no district"),
        };
        match language {
            Language::Zh => names.0,
            Language::En => names.1,
        }
    }

    /// Whether the list is published; the others are handed to the districts.
    const fn is_public(self) -> bool {
        matches!(self, Self::ToRectify | Self::Overdue | Self::Closed)
    }
}

/// A row of a list: one firm on one ground.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// The list to which the row belongs.
    pub list: PublicList,
    /// The id of the programme.
    pub programme: String,
    /// The id of the ground.
    pub ground: Option<String>,
    /// The adcode of the district where the firm stands.
    pub district: Option<String>,
    /// The id of the enterprise.
    pub id: String,
    /// The name of the enterprise, if the register has it.
    pub name: Option<String>,
    /// The due date: as given in the ledger, or else the deadline of the programme.
    pub due_on: Option<NaiveDate>,
}

/// Makes the public lists for a day 定期公布的企业名单, sorted by list, programme, ground, district and id.
///
/// A firm that has not been accepted is listed as to be rectified, or as overdue if its due date is before the day. A
/// firm that was accepted and was to be closed is listed as closed. A firm is listed once for each of its grounds.
///
/// # Examples
///
/// ```
/// # use std::collections::HashMap;
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
/// use jiju::model::{Reference, Register};
/// use jiju::progress::{PublicList, lists};
///
/// let entries = vec![entry("A", Some("2020-08-14")), entry("B", None)]; // both to be closed by 31 October
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let register = Register::new("register.csv", Reference::Wgs84, Vec::new());
/// let on = |date| -> Vec<(PublicList, String)> {
///     let rows = lists(&policy, &ledger, &register, &HashMap::new(), day(date));
///     rows.into_iter().map(|row| (row.list, row.id)).collect()
/// };
/// assert_eq!(on("2020-10-31"), [(PublicList::ToRectify, "B".to_owned()), (PublicList::Closed, "A".to_owned())]);
/// assert_eq!(on("2020-11-01")[0], (PublicList::Overdue, "B".to_owned()));
/// # Ok::<(), jiju::Error>(())
/// ```
#[must_use]
pub fn lists(
    policy: &Policy,
    ledger: &Ledger,
    register: &Register,
    standing: &Standing,
    as_of: NaiveDate,
) -> Vec<ListRow> {
    let mut rows = all_lists(policy, ledger, register, standing, as_of);
    rows.retain(|row| row.list.is_public());
    rows
}

/// Makes the lists that are handed to the districts 问题清单和验收清单, sorted by list, programme, ground, district and id: the
/// accepted firms, and the firms that cannot count because of faults in the ledger. A firm is listed once for each of
/// its grounds.
#[must_use]
pub fn inspection_lists(
    policy: &Policy,
    ledger: &Ledger,
    register: &Register,
    standing: &Standing,
    as_of: NaiveDate,
) -> Vec<ListRow> {
    let mut rows = all_lists(policy, ledger, register, standing, as_of);
    rows.retain(|row| !row.list.is_public());
    rows
}

fn all_lists(
    policy: &Policy,
    ledger: &Ledger,
    register: &Register,
    standing: &Standing,
    as_of: NaiveDate,
) -> Vec<ListRow> {
    let mut rows = Vec::new();
    for programme in &policy.programmes {
        let listed = firms(ledger, programme).into_iter().filter(|(_, firm)| firm.had_passed(Stage::LISTED, as_of));
        for (id, firm) in listed {
            let accepted = firm.had_passed(programme.accepting_stage, as_of);
            let district = standing.get(id).filter(|adcode| policy.districts.iter().any(|d| *d.adcode == ***adcode));
            for (ground, treatment) in &firm.treatments {
                let due_on = treatment.due_on.or(programme.deadline);
                let on = [
                    (!accepted && due_on.is_none_or(|due| due >= as_of), PublicList::ToRectify),
                    (!accepted && due_on.is_some_and(|due| due < as_of), PublicList::Overdue),
                    (accepted && treatment.closes, PublicList::Closed),
                    (accepted, PublicList::Accepted),
                    (
                        firm.claims(programme.accepting_stage) && !firm.is_dated(programme.accepting_stage),
                        PublicList::Undated,
                    ),
                    (district.is_none(), PublicList::Unplaced),
                ];
                rows.extend(on.into_iter().filter(|(is_on, _)| *is_on).map(|(_, list)| ListRow {
                    list,
                    programme: programme.term.id.clone(),
                    ground: ground.map(str::to_owned),
                    district: district.map(|adcode| adcode.to_string()),
                    id: id.to_owned(),
                    name: register.enterprise(id).map(|enterprise| enterprise.name.clone()),
                    due_on,
                }));
            }
        }
    }
    let key =
        |row: &ListRow| (row.list, row.programme.clone(), row.ground.clone(), row.district.clone(), row.id.clone());
    rows.sort_by_cached_key(key);
    rows
}

/// Makes a table of the lists, with the columns `list`, `programme`, `ground`, `district`, `id`, `name`, `due_on`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_lists(rows: &[ListRow]) -> Result<DataFrame> {
    let text = |name: &str, cell: fn(&ListRow) -> Option<&str>| {
        Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
    };
    let columns = vec![
        text("list", |row| Some(row.list.key())),
        text(column::PROGRAMME, |row| Some(&row.programme)),
        text("ground", |row| row.ground.as_deref()),
        text(column::DISTRICT, |row| row.district.as_deref()),
        text("id", |row| Some(&row.id)),
        text("name", |row| row.name.as_deref()),
        Column::new("due_on".into(), rows.iter().map(|row| row.due_on).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the public lists"))
}
