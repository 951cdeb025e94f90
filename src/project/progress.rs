use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::DataFrame;

use super::check::{self, CheckRequest, needed};
use crate::error::Result;
use crate::policy;
use crate::progress::{self, ProgressOptions, ProgressRow};
use crate::source::{LayerSource, TableSource};

/// What a quota table is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgressRequest {
    /// The register 企业名录.
    pub register: TableSource,
    /// The ledger 管理台账.
    pub ledger: TableSource,
    /// The districts.
    pub districts: LayerSource,
    /// The policy folder.
    pub policy: PathBuf,
    /// The day whose state is counted.
    pub as_of: NaiveDate,
    /// How far outside a district a firm may stand and still belong to it.
    pub snap_m: Option<f64>,
}

impl ProgressRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let files =
            [self.register.file.clone(), self.ledger.file.clone()].into_iter().chain(self.districts.file.file());
        files.chain(policy::files(&self.policy)).collect()
    }
}

/// A quota table.
#[derive(Debug, Clone)]
pub struct QuotaTable {
    /// Programme × district, and the city under each programme.
    pub rows: DataFrame,
    /// Warnings to show to the user, one sentence each: rejected rows, unplaced firms.
    pub notes: Vec<String>,
    /// Whether every quota is met.
    pub satisfied: bool,
}

/// Counts a ledger toward the quotas of its policy.
///
/// # Errors
///
/// Where a file cannot be read at all. Faults of rows are counted in the notes.
pub fn progress(request: &ProgressRequest) -> Result<QuotaTable> {
    let outcome = check::check(&CheckRequest {
        register: Some(request.register.clone()),
        ledger: Some(request.ledger.clone()),
        layers: vec![request.districts.clone()],
        policy: Some(request.policy.clone()),
        as_of: Some(request.as_of),
        snap_m: request.snap_m,
    })?;
    let policy = needed(outcome.policy.as_ref(), "progress", "‹policy›")?;
    let register = needed(outcome.register.as_ref(), "progress", "‹register›")?;
    let ledger = needed(outcome.ledger.as_ref(), "progress", "‹ledger›")?;
    let options = ProgressOptions::as_of(request.as_of);
    let rows = progress::quota_table(policy, &ledger.ledger, &register.standing, &options);
    let mut notes = vec![outcome.summary()];
    notes.extend(outcome.notes.iter().cloned());
    if !outcome.is_clean() {
        notes.push("`jiju check` lists the problems".to_owned());
    }
    Ok(QuotaTable { rows: progress::frame(&rows)?, satisfied: satisfied(&rows), notes })
}

/// Whether every quota is met.
pub(super) fn satisfied(rows: &[ProgressRow]) -> bool {
    rows.iter().all(|row| row.gap == 0)
}
