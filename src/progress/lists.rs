use std::collections::HashMap;

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame};

use super::firm::firms;
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
    /// Accepted 验收清单: what a firm must be on to count, closed or not.
    Accepted,
    /// On the problem list 问题清单: claims to have passed the accepting stage, but no row dates it.
    Undated,
    /// On the problem list 问题清单: stands in no district of the policy, so that it counts in none.
    Unplaced,
}

impl PublicList {
    /// The word used in files.
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

    /// Whether the list is published; the others are handed to the districts.
    const fn is_public(self) -> bool {
        matches!(self, Self::ToRectify | Self::Overdue | Self::Closed)
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
    /// When it is due: the ledger's date, or the programme's deadline.
    pub due_on: Option<NaiveDate>,
}

/// The public lists of a day 定期公布的企业名单, by list, programme, ground, district and id.
///
/// A firm that is not accepted is to be rectified, or overdue where its date lies before the day; one that is accepted and
/// was to be closed is on the list of the closed. A firm stands once on the list of each of its grounds.
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
    let mut rows = all_lists(policy, ledger, register, standing, as_of);
    rows.retain(|row| row.list.is_public());
    rows
}

/// The lists that are handed to the districts 问题清单和验收清单, by list, programme, ground, district and id: the firms
/// accepted, and those that cannot count as the ledger stands, once for each of their grounds.
#[must_use]
pub fn inspection_lists(
    policy: &Policy,
    ledger: &Ledger,
    register: &Register,
    standing: &HashMap<String, String>,
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
    standing: &HashMap<String, String>,
    as_of: NaiveDate,
) -> Vec<ListRow> {
    let names: HashMap<&str, &str> =
        register.enterprises.iter().map(|enterprise| (enterprise.id.as_str(), enterprise.name.as_str())).collect();
    let mut rows = Vec::new();
    for programme in &policy.programmes {
        let listed = firms(ledger, programme).into_iter().filter(|(_, firm)| firm.had_passed(Stage::Listed, as_of));
        for (id, firm) in listed {
            let accepted = firm.had_passed(programme.accepting_stage, as_of);
            let district = standing.get(id).filter(|adcode| policy.districts.iter().any(|d| d.adcode == **adcode));
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
                    district: district.cloned(),
                    id: id.to_owned(),
                    name: names.get(id).map(|name| (*name).to_owned()),
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
