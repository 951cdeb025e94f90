use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The stage of acceptance that an enterprise has reached.
///
/// The stages are ordered; a later stage includes the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Listed 列入: the enterprise is in the ledger, and nothing has been accepted yet.
    Listed,
    /// Town self-check 镇街自验.
    SelfCheck,
    /// County review 区县复验.
    Review,
    /// City spot check 市级抽验.
    SpotCheck,
}

impl Stage {
    /// All stages, from first to last.
    pub const ALL: [Self; 4] = [Self::Listed, Self::SelfCheck, Self::Review, Self::SpotCheck];

    /// Returns the word used in files: `listed`, `self_check`, `review`, `spot_check`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::SelfCheck => "self_check",
            Self::Review => "review",
            Self::SpotCheck => "spot_check",
        }
    }
}

/// A ledger entry: one enterprise under one programme of the policy.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerEntry {
    /// The row number in the file, as a spreadsheet shows it.
    pub row: u64,
    /// The enterprise's id in the register.
    pub id: String,
    /// The id of the programme in the policy.
    pub programme: String,
    /// The id of the ground in the policy: why the enterprise is to be retired or remediated.
    pub ground: Option<String>,
    /// The ids of the “four withouts” 四无 that apply to the enterprise.
    pub deficits: Vec<String>,
    /// The ids of the classes of equipment to screen.
    pub equipment: Vec<String>,
    /// The id of the policy's measure that is applied to the enterprise.
    pub measure: Option<String>,
    /// The stage that the row claims.
    pub stage: Stage,
    /// The date on which the enterprise was listed 列入日期.
    pub listed_on: Option<NaiveDate>,
    /// The date by which the work is due 整改期限.
    pub due_on: Option<NaiveDate>,
    /// The date on which the town self-check was passed 镇街自验日期.
    pub self_checked_on: Option<NaiveDate>,
    /// The date on which the county review was passed 区县复验日期.
    pub reviewed_on: Option<NaiveDate>,
    /// The date on which the city spot check was passed 市级抽验日期.
    pub spot_checked_on: Option<NaiveDate>,
}

impl LedgerEntry {
    /// Returns the date on which a stage was passed.
    #[must_use]
    pub fn passed_on(&self, stage: Stage) -> Option<NaiveDate> {
        match stage {
            Stage::Listed => self.listed_on,
            Stage::SelfCheck => self.self_checked_on,
            Stage::Review => self.reviewed_on,
            Stage::SpotCheck => self.spot_checked_on,
        }
    }
}

/// The management ledger 管理台账: the rows that passed the check, in file order.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// The file from which the ledger was read.
    pub source: String,
    /// The entries, in file order.
    pub entries: Vec<LedgerEntry>,
}
