use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use super::had_passed;
use crate::error::{Error, Result};
use crate::model::{Ledger, Register, Stage};
use crate::policy::Policy;

/// The lists that the policy asks to be made public or handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicList {
    /// To rectify by a date 应限期整改.
    ToRectify,
    /// Past the date and not accepted 逾期未完成: for differential prices and joint discipline.
    Overdue,
    /// Closed 已依法关闭.
    Closed,
}

impl PublicList {
    /// The word used in files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ToRectify => "to_rectify",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
        }
    }
}

/// A firm on a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// Which list.
    pub list: PublicList,
    /// Programme id.
    pub programme: String,
    /// Ground id.
    pub ground: Option<String>,
    /// Adcode of the district where it stands.
    pub district: Option<String>,
    /// Enterprise id.
    pub id: String,
    /// Enterprise name, where the register has it.
    pub name: Option<String>,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
}

/// The measure whose accepted firms are closed.
const CLOSE: &str = "close";

/// The lists of a day, by list, programme, ground, district, id and date. A firm that is accepted and was to be closed is
/// on the list of the closed; one that is not accepted is on the list to rectify, or overdue where its date has passed.
///
/// As in the quota table a firm is accepted once any of its entries under the programme is, and a doubled entry is one.
/// An entry without a date is due by the programme's deadline; a firm is overdue from the day after on.
///
/// # Undefined
///
/// The date of an entry without one under a programme without a deadline; the firm is never overdue.
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
/// #     stage: if reviewed_on.is_some() { Stage::Review } else { Stage::Listed },
/// #     listed_on: Some(day("2020-06-01")),
/// #     due_on: None,
/// #     self_checked_on: None,
/// #     reviewed_on: reviewed_on.map(day),
/// #     spot_checked_on: None,
/// # };
/// use jiju::model::{Reference, Register};
/// use jiju::progress::{PublicList, lists};
///
/// let entries = vec![entry("A", Some("2020-08-14")), entry("B", None)]; // both to be closed by 31 October
/// let ledger = Ledger { source: "ledger.csv".to_owned(), entries };
/// let register = Register { source: "register.csv".to_owned(), reference: Reference::Wgs84, enterprises: Vec::new() };
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
    standing: &HashMap<String, String>,
    as_of: NaiveDate,
) -> Vec<ListRow> {
    let names: HashMap<&str, &str> =
        register.enterprises.iter().map(|enterprise| (enterprise.id.as_str(), enterprise.name.as_str())).collect();
    let accepted: HashSet<(&str, &str)> = ledger
        .entries
        .iter()
        .filter(|entry| {
            policy.programme(&entry.programme).is_some_and(|it| had_passed(entry, it.accepting_stage, as_of))
        })
        .map(|entry| (entry.programme.as_str(), entry.id.as_str()))
        .collect();
    let mut rows: Vec<ListRow> = ledger
        .entries
        .iter()
        .filter(|entry| had_passed(entry, Stage::Listed, as_of))
        .filter_map(|entry| {
            let programme = policy.programme(&entry.programme)?;
            let accepted = accepted.contains(&(entry.programme.as_str(), entry.id.as_str()));
            let due_on = entry.due_on.or(programme.deadline);
            let list = match (accepted, due_on) {
                (true, _) if entry.measure.as_deref() == Some(CLOSE) => PublicList::Closed,
                (true, _) => return None,
                (false, Some(due)) if due < as_of => PublicList::Overdue,
                (false, _) => PublicList::ToRectify,
            };
            Some(ListRow {
                list,
                programme: entry.programme.clone(),
                ground: entry.ground.clone(),
                district: standing.get(&entry.id).cloned(),
                id: entry.id.clone(),
                name: names.get(entry.id.as_str()).map(|name| (*name).to_owned()),
                due_on,
            })
        })
        .collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    rows.dedup();
    rows
}

type Order<'a> = (PublicList, &'a str, Option<&'a str>, Option<&'a str>, &'a str, Option<NaiveDate>);

fn order(row: &ListRow) -> Order<'_> {
    (row.list, &row.programme, row.ground.as_deref(), row.district.as_deref(), &row.id, row.due_on)
}

/// The lists as a table: `list`, `programme`, `ground`, `district`, `id`, `name`, `due_on`.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn frame_of_lists(rows: &[ListRow]) -> Result<DataFrame> {
    let text = |name: &str, cell: fn(&ListRow) -> Option<&str>| {
        Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
    };
    let columns = vec![
        text("list", |row| Some(row.list.key())),
        text("programme", |row| Some(&row.programme)),
        text("ground", |row| row.ground.as_deref()),
        text("district", |row| row.district.as_deref()),
        text("id", |row| Some(&row.id)),
        text("name", |row| row.name.as_deref()),
        Column::new("due_on".into(), rows.iter().map(|row| row.due_on).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the public lists"))
}
