use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How far the acceptance of an enterprise has come.
///
/// The order is the order of the work: a later stage includes the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Listed 列入: in the ledger, nothing accepted yet.
    Listed,
    /// Town self-check 镇街自验.
    SelfCheck,
    /// County review 区县复验.
    Review,
    /// City spot check 市级抽验.
    SpotCheck,
}

impl Stage {
    /// All stages, first to last.
    pub const ALL: [Self; 4] = [Self::Listed, Self::SelfCheck, Self::Review, Self::SpotCheck];

    /// The word used in files: `listed`, `self_check`, `review`, `spot_check`.
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

/// One enterprise under a programme of the policy.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerEntry {
    /// The row of the file it came from.
    pub row: u64,
    /// The register's id.
    pub id: String,
    /// Programme id of the policy.
    pub programme: String,
    /// Ground id of the policy: why it is to go.
    pub ground: Option<String>,
    /// Which of the “four withouts” 四无 hold, ids of the policy.
    pub deficits: Vec<String>,
    /// Equipment to screen, ids of the policy.
    pub equipment: Vec<String>,
    /// What is done: id of the policy's measure.
    pub measure: Option<String>,
    /// The stage the row claims.
    pub stage: Stage,
    /// Listed on 列入日期.
    pub listed_on: Option<NaiveDate>,
    /// Due on 整改期限.
    pub due_on: Option<NaiveDate>,
    /// Town self-check passed on 镇街自验日期.
    pub self_checked_on: Option<NaiveDate>,
    /// County review passed on 区县复验日期.
    pub reviewed_on: Option<NaiveDate>,
    /// City spot check passed on 市级抽验日期.
    pub spot_checked_on: Option<NaiveDate>,
}

impl LedgerEntry {
    /// The date on which a stage was passed.
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
    /// The file it came from.
    pub source: String,
    /// The entries.
    pub entries: Vec<LedgerEntry>,
}
