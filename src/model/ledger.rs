use chrono::NaiveDate;

/// The stage of acceptance that an enterprise has reached, by its position among the stages of the policy. The first is being
/// listed: the enterprise is in the ledger, and nothing has been accepted yet.
///
/// The stages are ordered; a later stage includes the earlier ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage(u8);

impl Stage {
    /// Being listed 列入, the first stage of every policy.
    pub const LISTED: Self = Self(0);
    /// The largest number of stages that a policy has.
    pub const MOST: usize = 10;

    /// Returns the stage at a position, from 0; `None` beyond the largest number of stages.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::model::Stage;
    /// assert_eq!(Stage::at(0), Some(Stage::LISTED));
    /// assert_eq!(Stage::at(2).map(Stage::position), Some(2));
    /// assert_eq!(Stage::at(10), None);
    /// ```
    #[must_use]
    pub const fn at(position: usize) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "below the largest number of stages")]
        let stage = Self(position as u8);
        if position < Self::MOST { Some(stage) } else { None }
    }

    /// Returns the position among the stages of the policy, from 0.
    #[must_use]
    pub const fn position(self) -> usize {
        self.0 as usize
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
    /// The date by which the work is due 整改期限.
    pub due_on: Option<NaiveDate>,
    /// For each stage of the policy, the date on which it was passed.
    pub passed_on: Vec<Option<NaiveDate>>,
}

impl LedgerEntry {
    /// Returns the date on which a stage was passed.
    #[must_use]
    pub fn passed_on(&self, stage: Stage) -> Option<NaiveDate> {
        self.passed_on.get(stage.position()).copied().flatten()
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
